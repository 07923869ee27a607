import { add, divide, fractionForDrawing, isPositive, lesser, one, subtract, type Decimal } from '../core/decimal.ts';
import { formatDistance, formatLiquidationPrice, formatMarginRatio } from '../core/format.ts';
import { kept } from '../core/kept.ts';
import { msg } from '../core/message.ts';
import type { Levels, Side } from '../core/model.ts';
import type { GaugeView } from '../core/protocol.ts';
import {
  distanceLine,
  framed,
  keptFace,
  liveRows,
  percent,
  reachIn,
  rescueChange,
  rescueRows,
  type Face,
  type Say,
} from './gauge-frame.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import { positionLiveLines } from '../words/live-lines.ts';
import { rescueLines, rescueMarks } from '../words/rescue.ts';
import { positionFigures } from './position-figures.ts';
import { fromVenue } from '../words/loan.ts';
import { bareDistance, namedWithSide, reachWords, type PositionView } from '../words/position.ts';
import { pricesText } from '../words/since-reading.ts';
import { joined, lastKnown, type Text } from '../words/text.ts';
import { isOfPosition } from './place.ts';

const places = 8;
/** Rows of a gauge, in this order, by the paths of the figures. */
const rowPaths = ['mark', 'liquidation', 'own', 'size', 'leverage', 'pnl', 'debt'];

/** The gauge of an isolated position: how near the mark price is to liquidation, which is the end of the scale. */
export function positionGauge(key: string, view: PositionView, viewContext: ViewContext, say: Say): GaugeView {
  const { position, distance, state } = view;
  const price = view.liquidation.kind === 'price' ? view.liquidation.price : undefined;
  const known = distance !== undefined && price !== undefined;
  const on = { kind: 'position', id: position.positionId } as const;
  const prepared = [state, on, viewContext, [distance, view.since?.figures.distance]] as const;
  const rescue = rescueLines(...prepared);
  const face: Face = {
    shown: {
      title: say(namedWithSide(position)),
      ...middle(view, say),
      ...needle(view),
      // In the terms of the figure in the middle: the distance shrinks to the right. A price can rise without end.
      scale: scales[position.side],
      ticks: known
        ? [
            {
              kind: 'liquidation',
              at: 1,
              label: say(msg('term.liquidation', 'Liquidation')),
              valueText: formatLiquidationPrice(price, position.side),
              source: say(fromVenue(venueName(state, viewContext))),
            },
          ]
        : [],
      zones: known ? zones[position.side](view.levels, [], view.levels) : [],
      ...estimate(view, viewContext, say),
      distanceText: say(
        distanceLine(
          joined([...(position.distress === undefined ? [] : [position.distress]), moveToLiquidation(view)]),
          view,
          view.since?.figures.distance,
        ),
      ),
      rows: [...rows(view, viewContext, say), ...liveRows(positionLiveLines(view, viewContext.now), say), ...rescueRows(rescue, say)],
    },
    changes:
      position.fixedMargin === undefined
        ? [
            { id: 'addMargin', label: msg('term.add-margin', 'Add Margin…') },
            { id: 'reduceMargin', label: msg('button.remove-margin-more', 'Remove Margin…') },
            ...rescueChange(rescue),
          ]
        : [],
    target: { id: 'liquidationTarget', label: msg('button.bring-liquidation-price-target', 'Move Liquidation Price to Target…') },
    reach: {
      toLiquidation: view.liquidation.kind === 'unreachable' ? '∞' : reachIn(distance, view, view.since?.figures.distance),
      ...(price === undefined ? {} : { liquidationPrice: `${formatLiquidationPrice(price, position.side)} ${position.priceCoin}` }),
    },
    ...keptFace(position.keptFrom, view.state.snapshot?.positionsTrouble),
    rescue: rescueMarks(...prepared),
    concerns: (change) => isOfPosition(change, position.positionId),
  };
  return framed(key, view, face, viewContext, say);
}

const scales: Readonly<Record<Side, GaugeView['scale']>> = { long: ['100%', '0%'], short: ['∞', '0%'] };

const zonesOn = (side: Side): ((owner: Levels, from: readonly [], levels: Levels) => GaugeView['zones']) =>
  kept(({ warn, danger }: Levels): GaugeView['zones'] => [
    { kind: 'warn', from: nearness(side, warn), to: nearness(side, danger) },
    { kind: 'danger', from: nearness(side, danger), to: 1 },
  ]);

const zones = { long: zonesOn('long'), short: zonesOn('short') };

/** Which way the mark price has to move; the distance itself is in the middle of the gauge. */
function moveToLiquidation(view: PositionView): Text {
  const { distance, position } = view;
  if (distance === undefined || !isPositive(distance)) return reachWords(view);
  return position.side === 'long'
    ? msg('gauge.if-falls', 'liquidation if the mark price falls {0}', formatDistance(distance))
    : msg('gauge.if-rises', 'liquidation if the mark price rises {0}', formatDistance(distance));
}

/** The figure in the middle and what it is: the distance, or its substitute. */
function middle(view: PositionView, say: Say): Pick<GaugeView, 'caption' | 'figure'> {
  const { current, distance, by, liquidation, position } = view;
  if (distance === undefined && by === 'marginRatio' && position.marginRatio !== undefined) {
    const ratio = msg('term.margin-ratio', 'Margin ratio');
    return { caption: say(current ? ratio : lastKnown(ratio)), figure: formatMarginRatio(position.marginRatio) };
  }
  const caption = current ? msg('gauge.liquidation', 'To liquidation') : lastKnown(msg('status.distance', 'Distance'));
  return { caption: say(caption), figure: liquidation.kind === 'unreachable' ? '∞' : bareDistance(distance) };
}

/** Liquidation price over mark price, for a short position the reverse: 1 is liquidation. */
function needle({ position: { side, markPrice, liquidationPrice }, distance }: PositionView): Pick<GaugeView, 'at' | 'meter'> {
  if (distance === undefined || markPrice === undefined || liquidationPrice === undefined) return {};
  const [part, whole] = side === 'long' ? [liquidationPrice, markPrice] : [markPrice, liquidationPrice];
  return {
    at: fractionForDrawing(part, whole),
    meter: { now: percent(lesser(one, divide(part, whole, places, 'up'))), max: '100' },
  };
}

/** The live estimate of the distance. */
function estimate(view: PositionView, viewContext: ViewContext, say: Say): Pick<GaugeView, 'estimate'> {
  const { since } = view;
  if (since === undefined) return {};
  const { distance } = since.figures;
  return {
    estimate: {
      at: nearness(view.position.side, distance),
      label: say(msg('term.estimate', 'Estimate')),
      valueText: `~${formatDistance(distance)}`,
      source: say(pricesText(since, viewContext.now)),
    },
  };
}

/** Where on the scale a distance stands. */
function nearness(side: Side, distance: Decimal): number {
  return side === 'long' ? fractionForDrawing(subtract(one, distance), one) : fractionForDrawing(one, add(one, distance));
}

function rows(view: PositionView, viewContext: ViewContext, say: Say): GaugeView['rows'] {
  const figures = positionFigures(view, viewContext).flatMap((figure) => figure.below ?? [figure]);
  return rowPaths.flatMap((path) => {
    const figure = figures.find((one) => one.path === path);
    if (figure === undefined) return [];
    const [value = '', ...more] = figure.values.map(say);
    // The last one is the source or our estimate; the distance in between is in the middle of the gauge.
    const detail = more.at(-1);
    return [{ label: say(figure.label), lines: [{ value, ...(detail === undefined ? {} : { detail }) }] }];
  });
}
