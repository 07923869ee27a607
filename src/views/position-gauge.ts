import { add, divide, fractionForDrawing, lesser, one, subtract, type Decimal } from '../core/decimal.ts';
import { formatDistance, formatLiquidationPrice, formatMarginRatio } from '../core/format.ts';
import { positionDangerBelow, warnBelow } from '../core/risk/level.ts';
import { msg, type Message } from '../core/message.ts';
import type { GaugeView } from '../core/protocol.ts';
import { framed, liveRows, percent, reached, type Face, type Say, keptFace, worseNow } from './gauge-frame.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import { positionLiveLines } from '../words/live-lines.ts';
import { positionFigures } from './position-figures.ts';
import { bareDistance, reachWords, sideWord, type PositionView } from '../words/position.ts';
import { pricesText } from '../words/since-reading.ts';
import { isOfPosition } from './place.ts';

const places = 8;
/** Rows of a gauge, in this order, by the paths of the figures. */
const rowPaths = ['mark', 'liquidation', 'own', 'size', 'leverage', 'pnl', 'debt'];

/** The gauge of an isolated position: how near the mark price is to liquidation, which stands at the end of the scale. */
export function positionGauge(key: string, view: PositionView, viewContext: ViewContext, say: Say): GaugeView {
  const { position, distance, state } = view;
  const price = view.liquidation.kind === 'price' ? view.liquidation.price : undefined;
  const distanceText = worseNow(sentence(view), view.since, view.since?.figures.distance);
  const known = distance !== undefined && price !== undefined;
  const face: Face = {
    title: say(msg('list.space', '{0} {1}', position.instrument, sideWord(position))),
    ...middle(view, say),
    ...needle(view),
    // In the terms of the figure in the middle: the distance shrinks to the right. A price can rise without end.
    scale: [position.side === 'long' ? '100%' : '∞', '0%'],
    ticks: known
      ? [
          {
            kind: 'liquidation',
            at: 1,
            label: say(msg('term.liquidation', 'Liquidation')),
            valueText: formatLiquidationPrice(price, position.side),
            source: say(msg('term.from-source', 'from {0}', venueName(state, viewContext))),
          },
        ]
      : [],
    zones: known
      ? [
          { kind: 'warn', from: nearness(view, warnBelow), to: nearness(view, positionDangerBelow) },
          { kind: 'danger', from: nearness(view, positionDangerBelow), to: 1 },
        ]
      : [],
    ...estimate(view, viewContext, say),
    distanceText: say(position.distress === undefined ? distanceText : msg('list.sentences', '{0}. {1}', position.distress, distanceText)),
    rows: [...rows(view, viewContext, say), ...liveRows(positionLiveLines(view, viewContext.now), say)],
    changes:
      position.fixedMargin === undefined
        ? [
            { id: 'addMargin', label: msg('term.add-margin', 'Add Margin…') },
            { id: 'reduceMargin', label: msg('button.remove-margin-more', 'Remove Margin…') },
          ]
        : [],
    ...keptFace(position.keptFrom, view.state.snapshot?.positionsTrouble),
    concerns: (change) => isOfPosition(change, position.positionId),
  };
  return framed(key, view, face, viewContext, say);
}

/** The figure in the middle and what it is: the distance, or what says something in its place. */
function middle(view: PositionView, say: Say): Pick<Face, 'caption' | 'figure'> {
  const { current, distance, by, liquidation, position } = view;
  if (distance === undefined && by === 'marginRatio' && position.marginRatio !== undefined) {
    return {
      caption: say(current ? msg('term.margin-ratio', 'Margin ratio') : msg('gauge.last-known-margin', 'Last known margin ratio')),
      figure: formatMarginRatio(position.marginRatio),
    };
  }
  return {
    caption: say(current ? msg('gauge.liquidation', 'To liquidation') : msg('gauge.last-known-distance', 'Last known distance')),
    figure: liquidation.kind === 'unreachable' ? '∞' : bareDistance(distance),
  };
}

/** Liquidation price over mark price, for a short position the reverse: 1 is liquidation. */
function needle({ position: { side, markPrice, liquidationPrice }, distance }: PositionView): Pick<Face, 'at' | 'meter'> {
  if (distance === undefined || markPrice === undefined || liquidationPrice === undefined) return {};
  const [part, whole] = side === 'long' ? [liquidationPrice, markPrice] : [markPrice, liquidationPrice];
  return {
    at: fractionForDrawing(part, whole),
    meter: { now: percent(lesser(one, divide(part, whole, places, 'up'))), max: '100' },
  };
}

/** Where the distance is about now. */
function estimate(view: PositionView, viewContext: ViewContext, say: Say): Pick<Face, 'estimate'> {
  const { since } = view;
  if (since === undefined) return {};
  const { distance } = since.figures;
  return {
    estimate: {
      at: nearness(view, distance),
      label: say(msg('term.estimate', 'Estimate')),
      valueText: `~${formatDistance(distance)}`,
      source: say(pricesText(since, viewContext.now)),
    },
  };
}

/** Where on the scale a distance stands. */
function nearness({ position }: PositionView, distance: Decimal): number {
  return position.side === 'long' ? fractionForDrawing(subtract(one, distance), one) : fractionForDrawing(one, add(one, distance));
}

function sentence(view: PositionView): Message {
  const { position, distance, current, liquidation, by } = view;
  if (distance === undefined) {
    return liquidation.kind === 'unreachable' || by === 'marginRatio'
      ? reachWords(view)
      : msg('gauge.distance-liquidation-unknown', 'The distance to liquidation is unknown');
  }
  if (reached(distance))
    return current
      ? msg('gauge.liquidation-price-reached', 'The liquidation price is reached')
      : msg('gauge.when-last-read-liquidation-price', 'When last read, the liquidation price was reached');
  const text = formatDistance(distance);
  if (position.side === 'long') {
    return current
      ? msg('gauge.mark-price-may', 'The mark price may fall {0} until liquidation', text)
      : msg('gauge.when-last-read-mark', 'When last read, the mark price could fall {0} until liquidation', text);
  }
  return current
    ? msg('gauge.mark-price-may-rise', 'The mark price may rise {0} until liquidation', text)
    : msg('gauge.when-last-read-mark-price', 'When last read, the mark price could rise {0} until liquidation', text);
}

function rows(view: PositionView, viewContext: ViewContext, say: Say): GaugeView['rows'] {
  const figures = positionFigures(view, viewContext).flatMap((figure) => figure.below ?? [figure]);
  return rowPaths.flatMap((path) => {
    const figure = figures.find((one) => one.path === path);
    if (figure === undefined) return [];
    const [value = '', ...more] = figure.values.map(say);
    // The last one is the source or our estimate; the distance in between stands in the middle of the gauge.
    const detail = more.at(-1);
    return [{ label: say(figure.label), lines: [{ value, ...(detail === undefined ? {} : { detail }) }] }];
  });
}
