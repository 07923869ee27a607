import { isZero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLeverage, formatLiquidationPrice, formatMarginRatio } from '../core/format.ts';
import { msg } from '../core/message.ts';
import { believed, effectiveLeverage } from '../core/risk/position-model.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import type { Icon } from '../words/level.ts';
import { positionLiveLines } from '../words/live-lines.ts';
import type { Details } from './entry.ts';
import { joined, type Text } from '../words/text.ts';
import { pnlText, reachWords, sideWord, sizeText, spokenLevelWord, type PositionView } from '../words/position.ts';

/** One figure of a position, or a group of them. */
export interface Figure {
  /** Names it among the others; stable. */
  readonly path: string;
  readonly label: Text;
  /** The figure first, then its source or what it stands for. */
  readonly values: readonly Text[];
  /** The first of `values` with every digit, where that is longer than a person can compare at a glance. */
  readonly exact?: Text;
  /** The exact figure. Absent when it is unknown. */
  readonly copy?: Decimal;
  readonly icon?: Icon;
  readonly below?: readonly Figure[];
}

/** All figures of a position as the views list them. What the venue did not give is called unknown. */
export function positionFigures(view: PositionView, viewContext: ViewContext): readonly Figure[] {
  const { position } = view;
  const venue = venueName(view.state, viewContext);
  const figure = (path: string, label: Text, value: Decimal | undefined, unit: string, ...more: readonly Text[]): Figure =>
    value === undefined
      ? { path, label, values: [msg('term.unknown', 'unknown')] }
      : { path, label, values: [`${formatAmount(value)} ${unit}`, ...more], copy: value };
  const { priceCoin, marginCoin, debt, marginRatio } = position;
  return [
    {
      path: 'prices',
      label: msg('term.prices', 'Prices'),
      values: [],
      icon: { id: 'graph-line' },
      below: [
        liquidationFigure(view, venue),
        figure('mark', msg('position.mark-price', 'Mark price'), believed(position.markPrice), priceCoin),
        figure('entry', msg('position.entry-price', 'Entry price'), believed(position.entryPrice), priceCoin),
        figure('last', msg('position.last-price', 'Last price'), believed(position.lastPrice), priceCoin),
      ],
    },
    {
      path: 'margin',
      label: msg('position.margin', 'Margin'),
      values: [
        position.marginMode === 'isolated' ? msg('position.isolated-margin', 'Isolated margin') : msg('term.cross-margin', 'Cross margin'),
      ],
      icon: { id: 'lock' },
      below: [
        figure('own', msg('position.margin', 'Margin'), position.margin, marginCoin),
        figure('maintenance', msg('position.maintenance-margin', 'Maintenance margin'), position.maintenanceMargin, marginCoin),
        ...(marginRatio === undefined || isZero(marginRatio)
          ? []
          : [
              {
                path: 'ratio',
                label: msg('term.margin-ratio', 'Margin ratio'),
                values: [
                  formatMarginRatio(marginRatio),
                  msg('term.from-source', 'from {0}', venue),
                  msg('position.liquidation-100', 'liquidation at 100%'),
                ],
                copy: marginRatio,
              },
            ]),
      ],
    },
    { path: 'size', label: msg('position.size', 'Size'), values: [sizeText(position), sideWord(position)], copy: position.size },
    leverageFigure(view),
    position.unrealizedPnl === undefined
      ? { path: 'pnl', label: msg('position.unrealised-pnl', 'Unrealised PnL'), values: [msg('term.unknown', 'unknown')] }
      : {
          path: 'pnl',
          label: msg('position.unrealised-pnl', 'Unrealised PnL'),
          values: [pnlText(position.unrealizedPnl, marginCoin)],
          copy: position.unrealizedPnl,
        },
    ...(position.contract === 'borrowed' ? [figure('debt', msg('term.debt', 'Debt'), debt?.amount, debt?.coin ?? '')] : []),
  ];
}

/** Venues print it with a dozen digits behind the point. What is no price is not printed as one. */
function liquidationFigure(view: PositionView, venue: string): Figure {
  const place = { path: 'liquidation', label: msg('term.liquidation-price', 'Liquidation price') } as const;
  const { priceCoin, side } = view.position;
  switch (view.liquidation.kind) {
    case 'unknown':
      return { ...place, values: [msg('position.not-given', 'not given by {0} for this position', venue)] };
    case 'none':
      return {
        ...place,
        values: [msg('term.none', 'none'), msg('position.names-figure-no', '{0} names a figure that is no price', venue)],
      };
    case 'unreachable':
      return { ...place, values: [msg('term.none', 'none'), reachWords(view)] };
    case 'otherSide':
      return {
        ...place,
        values: [msg('term.none', 'none'), msg('position.other-side-hedge', 'that from {0} is of the other side of the hedge', venue)],
      };
    case 'price': {
      const { price } = view.liquidation;
      return {
        ...place,
        values: [`${formatLiquidationPrice(price, side)} ${priceCoin}`, reachWords(view), msg('term.from-source', 'from {0}', venue)],
        exact: `${formatAmount(price)} ${priceCoin}`,
        copy: price,
      };
    }
  }
}

function leverageFigure({ position }: PositionView): Figure {
  const set = believed(position.leverage);
  const effective = effectiveLeverage(position);
  const values: readonly Text[] = [
    ...(set === undefined ? [] : [msg('position.set', '{0} set', formatLeverage(set))]),
    ...(effective === undefined ? [] : [msg('position.fact-estimate', '{0} in fact (estimate)', formatLeverage(effective))]),
  ];
  const copy = set ?? effective;
  return {
    path: 'leverage',
    label: msg('position.leverage', 'Leverage'),
    values: values.length === 0 ? [msg('term.unknown', 'unknown')] : values,
    ...(copy === undefined ? {} : { copy }),
  };
}

/** Everything exact, for the tooltip. */
export function positionDetails(view: PositionView, viewContext: ViewContext): Details {
  const { state, position, current } = view;
  const title = [position.instrument, sideWord(position)] as const;
  const flat = positionFigures(view, viewContext).flatMap((figure) => figure.below ?? [figure]);
  return {
    title: state.account.simulated
      ? msg('position.simulated', 'Position {0} {1} (simulated)', ...title)
      : msg('position.position', 'Position {0} {1}', ...title),
    lines: [
      ...positionLiveLines(view, viewContext.now).map(({ label, value, detail }) => ({
        label,
        value: detail === undefined ? value : msg('list.brackets', '{0} ({1})', value, detail),
      })),
      { label: msg('term.level', 'Level'), value: spokenLevelWord(view) },
      {
        label: msg('position.margin-mode', 'Margin mode'),
        value:
          position.marginMode === 'isolated'
            ? msg('position.isolated-margin', 'Isolated margin')
            : msg('term.cross-margin', 'Cross margin'),
      },
      ...flat.map(({ label, values, exact }) => ({ label, value: joined(exact === undefined ? values : [exact, ...values.slice(1)]) })),
      {
        label: msg('term.updated', 'Updated'),
        value: state.snapshot === undefined ? msg('term.never', 'never') : viewContext.when(state.snapshot.asOf),
      },
    ],
    ...(current ? {} : { note: msg('loan.these-figures-not', 'These figures are not current.') }),
  };
}
