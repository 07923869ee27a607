import { isZero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLiquidationPrice, formatMarginRatio } from '../core/format.ts';
import { msg } from '../core/message.ts';
import { believed, effectiveLeverage } from '../core/risk/position-model.ts';
import { ownCoins } from '../words/amount.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import type { Icon } from '../words/level.ts';
import { positionLiveLines } from '../words/live-lines.ts';
import { named, updatedLine } from './account.ts';
import { rescueLines } from '../words/rescue.ts';
import { warningLines } from '../words/warning-mark.ts';
import type { Details } from './entry.ts';
import { bracketed, joined, type Text } from '../words/text.ts';
import { fromVenue } from '../words/loan.ts';
import {
  crossMargin,
  leverageTexts,
  liquidatesAtFull,
  namedWithSide,
  pnlText,
  reachWords,
  sideWord,
  sizeText,
  spokenLevelWord,
  type PositionView,
} from '../words/position.ts';

/** One figure of a position, or a group of them. */
export interface Figure {
  /** Names it among the others; stable. */
  readonly path: string;
  readonly label: Text;
  /** The figure first, then its source or what it stands for. */
  readonly values: readonly Text[];
  /** The first of `values` with every digit, where it is shortened. */
  readonly exact?: Text;
  /** The exact figure. Absent when it is unknown. */
  readonly copy?: Decimal;
  readonly icon?: Icon;
  readonly below?: readonly Figure[];
}

/** All figures of a position as the views list them. What the venue didn't give is "unknown". */
export function positionFigures(view: PositionView, viewContext: ViewContext): readonly Figure[] {
  const { position } = view;
  const venue = venueName(view.state, viewContext);
  const figure = (path: string, label: Text, value: Decimal | undefined, shown: (value: Decimal) => Text): Figure =>
    value === undefined ? { path, label, values: [msg('term.unknown', 'unknown')] } : { path, label, values: [shown(value)], copy: value };
  const price = (value: Decimal): Text => `${formatAmount(value)} ${priceCoin}`;
  const coins = (coin: string) => (value: Decimal) => ownCoins(value, coin);
  const { priceCoin, marginCoin, debt, marginRatio } = position;
  return [
    {
      path: 'prices',
      label: msg('term.prices', 'Prices'),
      values: [],
      icon: { id: 'graph-line' },
      below: [
        liquidationFigure(view, venue),
        figure('mark', msg('position.mark-price', 'Mark price'), believed(position.markPrice), price),
        figure('entry', msg('position.entry-price', 'Entry price'), believed(position.entryPrice), price),
        figure('last', msg('position.last-price', 'Last price'), believed(position.lastPrice), price),
      ],
    },
    {
      path: 'margin',
      label: msg('position.margin', 'Margin'),
      values: [marginModeText(position)],
      icon: { id: 'lock' },
      below: [
        figure('own', msg('position.margin', 'Margin'), position.margin, coins(marginCoin)),
        figure('maintenance', msg('position.maintenance-margin', 'Maintenance margin'), position.maintenanceMargin, coins(marginCoin)),
        ...(marginRatio === undefined || isZero(marginRatio)
          ? []
          : [
              {
                path: 'ratio',
                label: msg('term.margin-ratio', 'Margin ratio'),
                values: [formatMarginRatio(marginRatio), fromVenue(venue), liquidatesAtFull()],
                copy: marginRatio,
              },
            ]),
      ],
    },
    { path: 'size', label: msg('position.size', 'Size'), values: [sizeText(position), sideWord(position)], copy: position.size },
    leverageFigure(view),
    {
      path: 'pnl',
      label: msg('position.unrealized-pnl', 'Unrealized PnL'),
      ...(position.unrealizedPnl === undefined
        ? { values: [msg('term.unknown', 'unknown')] }
        : { values: [pnlText(position.unrealizedPnl, marginCoin)], copy: position.unrealizedPnl }),
    },
    ...(position.contract === 'borrowed' ? [figure('debt', msg('term.debt', 'Debt'), debt?.amount, coins(debt?.coin ?? ''))] : []),
  ];
}

const marginModeText = ({ marginMode }: PositionView['position']): Text =>
  marginMode === 'isolated' ? msg('position.isolated-margin', 'Isolated margin') : crossMargin();

/** Shortened: venues give a dozen digits. What is no price isn't shown as one. */
function liquidationFigure(view: PositionView, venue: string): Figure {
  const place = { path: 'liquidation', label: msg('term.liquidation-price', 'Liquidation price') } as const;
  const none = msg('term.none', 'none');
  const { priceCoin, side } = view.position;
  switch (view.liquidation.kind) {
    case 'unknown':
      return { ...place, values: [msg('term.not-given', 'not given by {0}', venue)] };
    case 'none':
      return { ...place, values: [none, fromVenue(venue)] };
    case 'unreachable':
    case 'otherSide':
      return { ...place, values: [none, reachWords(view)] };
    case 'price': {
      const { price } = view.liquidation;
      return {
        ...place,
        values: [`${formatLiquidationPrice(price, side)} ${priceCoin}`, reachWords(view), fromVenue(venue)],
        exact: `${formatAmount(price)} ${priceCoin}`,
        copy: price,
      };
    }
  }
}

function leverageFigure({ position }: PositionView): Figure {
  const set = believed(position.leverage);
  const effective = effectiveLeverage(position);
  const values = leverageTexts(set, effective);
  const copy = set ?? effective;
  return {
    path: 'leverage',
    label: msg('position.leverage', 'Leverage'),
    values: values.length === 0 ? [msg('term.unknown', 'unknown')] : values,
    ...(copy === undefined ? {} : { copy }),
  };
}

/** Everything with all digits, for the tooltip. */
export function positionDetails(view: PositionView, viewContext: ViewContext): Details {
  const { state, position, current } = view;
  const flat = positionFigures(view, viewContext).flatMap((figure) => figure.below ?? [figure]);
  return {
    title: named(state, namedWithSide(position)),
    lines: [
      ...positionLiveLines(view, viewContext.now).map(({ label, value, detail }) => ({
        label,
        value: detail === undefined ? value : bracketed(value, detail),
      })),
      { label: msg('term.level', 'Level'), value: spokenLevelWord(view) },
      ...warningLines(state.account, { kind: 'position', id: position.positionId }, viewContext),
      ...rescueLines(state, { kind: 'position', id: position.positionId }, viewContext, [view.distance, view.since?.figures.distance]),
      { label: msg('position.margin-mode', 'Margin mode'), value: marginModeText(position) },
      ...flat.map(({ label, values, exact }) => ({ label, value: joined(exact === undefined ? values : [exact, ...values.slice(1)]) })),
      updatedLine(state, viewContext),
    ],
    ...(current ? {} : { note: msg('gauges.not-current', 'Out of date') }),
  };
}
