import { decimal, fractionForDrawing, greater, lesser, multiply, one, round, subtract, zero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatCoinUsd, formatDistance, formatLtv, formatUsd } from '../core/format.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { CoinAmount, Loan, Threshold } from '../core/model.ts';
import { canRepay } from '../exchanges/possible.ts';
import type { GaugeRow, GaugeTick, GaugeView, GaugeZone } from '../core/protocol.ts';
import {
  distanceLine,
  framed,
  keptFace,
  liveRows,
  percent,
  reached,
  reachIn,
  rescueChange,
  rescueRows,
  unknownFigure,
  type Face,
  type Say,
} from './gauge-frame.ts';
import { venueName, type ViewContext } from '../words/account.ts';
import { ownCoins } from '../words/amount.ts';
import {
  changeText,
  collateralValue,
  estimateMark,
  lineLabel,
  liquidationsByCoin,
  loanEstimates,
  noEstimate,
  reachText,
  type LoanEstimates,
  type NoEstimate,
} from '../words/loan-estimates.ts';
import { loanLiveLines } from '../words/live-lines.ts';
import { rescueLines, rescueMarks } from '../words/rescue.ts';
import {
  distanceText,
  dueAmountText,
  fromVenue,
  isOverdue,
  liquidationPriceOf,
  loanName,
  ltvText,
  sourceText,
  type LoanView,
} from '../words/loan.ts';
import { pricesText } from '../words/since-reading.ts';
import { joined, labelled, lastKnown, spaced, type Text } from '../words/text.ts';
import { isOfLoan } from './place.ts';

/** Room behind the liquidation tick, so that a loan beyond it can be told from one at it. */
const headroom = decimal('1.1');

/** Coins whose own liquidation price has room in a gauge. */
const namedCoins = 2;

/** The gauge of a loan: its LTV on a scale with its thresholds. */
export function loanGauge(key: string, view: LoanView, viewContext: ViewContext, say: Say): GaugeView {
  const { loan, state, current, toLiquidation } = view;
  const venue = venueName(state, viewContext);
  const full = scaleEnd(loan);
  const ticks = [
    ...tick('marginCall', msg('term.margin-call', 'Margin call'), loan.marginCall),
    ...tick('liquidation', msg('term.liquidation', 'Liquidation'), loan.liquidation),
  ];
  const { standing } = view;
  const prepared = [state, { kind: 'loan', id: loan.id }, viewContext, [loan.ltv, view.since?.figures.ltv]] as const;
  const rescue = rescueLines(...prepared);
  const estimates = loanEstimates(view);
  const reach =
    typeof standing === 'string'
      ? distanceText(standing)
      : msg('gauge.if-collateral-falls', 'margin call if collateral value falls {0}', formatDistance(standing.toMarginCall));
  const overdue = isOverdue(loan) ? [msg('term.debt-overdue', 'debt overdue')] : [];
  const face: Face = {
    shown: {
      title: say(msg('term.loan', 'Loan {0}', loanName(loan))),
      caption: say(current ? msg('term.ltv', 'LTV') : lastKnown(msg('term.ltv', 'LTV'))),
      figure: ltvText(loan),
      ...(loan.ltv === undefined
        ? {}
        : {
            at: fractionForDrawing(loan.ltv, full),
            meter: { now: percent(lesser(greater(loan.ltv, zero), full)), max: percent(full) },
          }),
      scale: ['0%', `${percent(full)}%`],
      ticks,
      zones: zones(view, full),
      ...estimate(view, full, viewContext, say),
      distanceText: say(distanceLine(joined([...overdue, reach]), view, view.since?.figures.toMarginCall)),
      rows: [
        debtRow(loan, say),
        collateralRow(loan, say),
        liquidationRow(view, estimates, toLiquidation, venue, say),
        ...liveRows(loanLiveLines(view, viewContext.now), say),
        ...dueRow(loan, viewContext, say),
        ...rescueRows(rescue, say),
      ],
    },
    changes: [
      { id: 'add', label: msg('gauge.add-collateral', 'Add Collateral…') },
      { id: 'reduce', label: msg('button.remove-collateral-more', 'Remove Collateral…') },
      ...(canRepay(view.state.account, loan) ? [{ id: 'repay' as const, label: msg('button.repay-more', 'Repay…') }] : []),
      ...rescueChange(rescue),
    ],
    target: { id: 'ltvTarget', label: msg('button.bring-ltv-target-more', 'Bring LTV to Target…') },
    reach: lineReach(view, estimates, toLiquidation),
    ...keptFace(loan.keptFrom, view.state.snapshot?.loansTrouble),
    rescue: rescueMarks(...prepared),
    concerns: (change) => isOfLoan(change, loan.id),
  };
  return framed(key, view, face, viewContext, say);

  function tick(kind: GaugeTick['kind'], label: Message, threshold: Threshold | undefined): GaugeTick[] {
    if (threshold === undefined) return [];
    return [
      {
        kind,
        at: fractionForDrawing(threshold.ltv, full),
        label: say(label),
        valueText: formatLtv(threshold.ltv),
        source: say(sourceText(threshold, venue)),
      },
    ];
  }
}

/** Distances and price for the overview. How far all collateral may fall to liquidation is an estimate, as on the card. */
function lineReach(view: LoanView, estimates: LoanEstimates | NoEstimate, toLiquidation: Decimal | undefined): Face['reach'] {
  const { loan, distance, since } = view;
  const told = estimates !== 'stale' && estimates !== 'definitions' ? toLiquidation : undefined;
  const price = liquidationPriceOf(loan);
  const [coin] = price !== undefined || typeof estimates === 'string' ? [] : liquidationsByCoin(estimates, loan);
  const priceText = price === undefined ? undefined : `${price.instrument} ${formatAmount(price.price)}`;
  const ownText = coin?.coin === undefined ? undefined : `~${coin.coin} ${reachText(coin.liquidation, coin.way)}`;
  const liquidationPrice = priceText ?? ownText;
  return {
    toMarginCall: reachIn(distance, view, since?.figures.toMarginCall),
    toLiquidation: told === undefined ? unknownFigure : approximate(reachIn(told, view, since?.figures.toLiquidation)),
    ...(liquidationPrice === undefined ? {} : { liquidationPrice }),
  };
}

const approximate = (text: Text): Text => (typeof text === 'string' ? `~${text}` : text);

/** The live estimate of the LTV. */
function estimate({ since }: LoanView, full: Decimal, viewContext: ViewContext, say: Say): Pick<GaugeView, 'estimate'> {
  if (since === undefined) return {};
  const { ltv } = since.figures;
  return {
    estimate: {
      at: fractionForDrawing(ltv, full),
      label: say(msg('term.estimate', 'Estimate')),
      valueText: `~${formatLtv(ltv)}`,
      source: say(pricesText(since, viewContext.now)),
    },
  };
}

/** Where Warning and Danger begin, counted from the threshold that comes first. */
function zones({ loan: { marginCall, liquidation }, levels: { warn, danger } }: LoanView, full: Decimal): readonly GaugeZone[] {
  const lines = [marginCall, liquidation].flatMap((line) => (line === undefined ? [] : [line.ltv]));
  if (lines.length === 0) return [];
  const from = (distance: Decimal): number => fractionForDrawing(multiply(lines.reduce(lesser), subtract(one, distance)), full);
  return [
    { kind: 'warn', from: from(warn), to: from(danger) },
    { kind: 'danger', from: from(danger), to: 1 },
  ];
}

/** Debts with a date, in the row's lines. */
function dueRow(loan: Loan, viewContext: ViewContext, say: Say): GaugeRow[] {
  if (loan.due === undefined || loan.due.length === 0) return [];
  const lines = loan.due.map((one) => {
    const { at, overdue } = one;
    const when = viewContext.zoned(at);
    return { value: say(dueAmountText(one)), detail: say(overdue ? msg('term.overdue-since', 'overdue since {0}', when) : when) };
  });
  return [{ label: say(msg('term.due', 'Due')), lines }];
}

/** 100 %, where debt equals collateral, or somewhat beyond the outermost threshold when that is further out. */
function scaleEnd(loan: Loan): Decimal {
  const outermost = [loan.marginCall, loan.liquidation].reduce<Decimal>(
    (end, tick) => (tick === undefined ? end : greater(end, tick.ltv)),
    zero,
  );
  return greater(one, round(multiply(outermost, headroom), 2, 'up'));
}

type Line = GaugeRow['lines'][number];

function coinLines(coins: readonly CoinAmount[], side: 'debt' | 'asset', say: Say): Line[] {
  return coins.map((one) => {
    const worth = formatCoinUsd(one, side);
    return { value: say(ownCoins(one.amount, one.coin)), ...(worth === undefined ? {} : { detail: say(hideable(worth)) }) };
  });
}

/** Coins, with their worth: behind the coin when there is one, on a line of its own when there are several. */
function amountRow(label: string, lines: Line[], total: string | undefined, totalOfSeveral: string): GaugeRow {
  const [only, ...others] = lines;
  if (only === undefined) return { label, lines: [{ value: unknownFigure }] };
  if (total === undefined) return { label, lines };
  if (others.length === 0) return { label, lines: [{ value: only.value, detail: total }] };
  return { label, lines: [...lines, { value: total, detail: totalOfSeveral }] };
}

function debtRow(loan: Loan, say: Say): GaugeRow {
  const total = loan.debtUsd === undefined ? undefined : say(hideable(formatUsd(loan.debtUsd, 'debt')));
  return amountRow(say(msg('term.debt', 'Debt')), coinLines(loan.debts, 'debt', say), total, say(msg('gauge.total', 'total')));
}

function collateralRow(loan: Loan, say: Say): GaugeRow {
  const usd = loan.collateralUsd === undefined ? undefined : hideable(formatUsd(loan.collateralUsd, 'asset'));
  const adjusted = loan.collateralValuation === 'adjusted';
  const total = usd && say(adjusted ? spaced(usd, msg('loan.after-haircut', 'after haircut')) : usd);
  return amountRow(
    say(msg('term.collateral', 'Collateral')),
    coinLines(loan.collateral, 'asset', say),
    total,
    say(msg('gauge.total', 'total')),
  );
}

/** The venue's price where it gives one, how far all collateral may fall, and at which price single coins reach liquidation: all but the first are estimates. */
function liquidationRow(
  view: LoanView,
  estimates: LoanEstimates | NoEstimate,
  distance: Decimal | undefined,
  venueName: string,
  say: Say,
): GaugeRow {
  const { loan } = view;
  const lines: Line[] = [];
  const price = liquidationPriceOf(loan);
  if (price !== undefined) {
    lines.push({ value: `${price.instrument} ${formatAmount(price.price)}`, detail: say(fromVenue(venueName)) });
  }
  if (reached(distance)) lines.push({ value: say(distanceText('liquidation')) });
  else if (distance !== undefined && estimates !== 'stale' && estimates !== 'definitions') {
    lines.push({
      value: say(labelled(collateralValue(), changeText(distance, 'fall'))),
      detail: say(msg('term.estimate-word', 'estimate')),
    });
  }
  lines.push(...coinEstimates(view, estimates, say));
  return { label: say(msg('term.liquidation', 'Liquidation')), lines: lines.length === 0 ? [{ value: unknownFigure }] : lines };
}

function coinEstimates(view: LoanView, estimates: LoanEstimates | NoEstimate, say: Say): Line[] {
  if (typeof estimates !== 'string') {
    return liquidationsByCoin(estimates, view.loan)
      .slice(0, namedCoins)
      .map((line) => ({
        value: say(labelled(lineLabel(line), reachText(line.liquidation, line.way))),
        detail: say(estimateMark(estimates)),
      }));
  }
  if (estimates !== 'stale' && estimates !== 'definitions') return []; // A dash is enough here; the tree says why.
  const { label, value } = noEstimate(estimates, view);
  return [{ value: say(labelled(label, value)) }];
}
