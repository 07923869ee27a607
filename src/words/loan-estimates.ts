import { kept, madeOnce } from '../core/kept.ts';
import { compare, isPositive, isZero, type Decimal } from '../core/decimal.ts';
import { formatDistance, formatLiquidationPrice } from '../core/format.ts';
import { loanDistance, modelOf, type LoanDistance, type LoanModel, type ModelTrouble } from '../core/risk/loan-model.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan, Snapshot } from '../core/model.ts';
import { distanceText, liquidationPriceOf, type LoanView } from './loan.ts';
import { bracketed, joined, labelled, spaced, type Text } from './text.ts';

/** Why nothing is estimated of a loan: it can't be calculated, or its figures are out of date. */
export type NoEstimate = ModelTrouble | 'stale';

/** How far something has to move until a loan reaches one of its thresholds. */
interface Reach {
  /** Fraction of the current price, zero or more. */
  readonly change: Decimal;
  /** USD for one coin; absent for all coins together. */
  readonly price?: Decimal;
}

/** How far one coin alone, or all collateral together, has to move. */
export interface PriceLine {
  /** Absent: all collateral coins together. */
  readonly coin?: string;
  readonly way: 'fall' | 'rise';
  /** Absent where it isn't reached that way, or unknown. */
  readonly marginCall?: Reach;
  readonly liquidation?: Reach;
}

/** What we calculate of a loan. */
export interface LoanEstimates {
  /** Of the haircuts of several coins only the average is known. */
  readonly averaged: boolean;
  /** All together first, then collateral and debts in the loan's order. */
  readonly lines: readonly PriceLine[];
}

// The views use the same reading many times; calculate once.
const pricesIn = madeOnce((snapshot: Snapshot): ReadonlyMap<string, Decimal> => new Map(Object.entries(snapshot.prices ?? {})));
const modelled = kept((loan: Loan, prices: ReadonlyMap<string, Decimal>): LoanModel | ModelTrouble => modelOf(loan, prices));
const estimated = kept((model: LoanModel, loan: Loan): LoanEstimates => ({
  averaged: model.haircuts === 'averaged',
  lines: linesOf(model, loan),
}));

/** The loan as we can calculate it from the prices read with it, or why we can't. */
export function modelOfView({ state: { snapshot, live }, loan, current }: LoanView): LoanModel | NoEstimate {
  if (!current || snapshot === undefined) return 'stale';
  // A later estimate failed, though the figures of this reading match each other.
  if (live?.doubted.includes(loan.id) === true) return 'definitions';
  const prices = pricesIn(snapshot);
  return modelled(loan, [prices], loan, prices);
}

/** The estimates of a loan, or why there are none. A loan without debt has no lines. */
export function loanEstimates(view: LoanView): LoanEstimates | NoEstimate {
  const { loan } = view;
  if (!loan.debts.some(({ amount }) => isPositive(amount))) return { averaged: false, lines: [] };
  const model = modelOfView(view);
  if (typeof model === 'string') return model;
  return estimated(model, [], model, loan);
}

/** Where prices reach the lines that `loan` has. */
export function linesOf(model: LoanModel, loan: Pick<Loan, 'marginCall' | 'liquidation'>): readonly PriceLine[] {
  const marginCall = loan.marginCall === undefined ? undefined : loanDistance(model, loan.marginCall.ltv);
  const liquidation = loan.liquidation === undefined ? undefined : loanDistance(model, loan.liquidation.ltv);
  if (marginCall === undefined && liquidation === undefined) return [];
  const line = (base: Pick<PriceLine, 'coin' | 'way'>, reach: (distance: LoanDistance) => Reach | undefined): PriceLine => {
    const call = marginCall && reach(marginCall);
    const end = liquidation && reach(liquidation);
    return { ...base, ...(call === undefined ? {} : { marginCall: call }), ...(end === undefined ? {} : { liquidation: end }) };
  };
  const together = line({ way: 'fall' }, ({ uniformFall }) => (uniformFall === undefined ? undefined : { change: uniformFall }));
  const falls = model.collateral.map(({ coin }) =>
    line({ coin, way: 'fall' }, ({ fallOf }) => {
      const one = fallOf.get(coin);
      return one === undefined ? undefined : { change: one.fall, price: one.price };
    }),
  );
  const rises = model.debts.map(({ coin }) =>
    line({ coin, way: 'rise' }, ({ riseOf }) => {
      const one = riseOf.get(coin);
      return one === undefined ? undefined : { change: one.rise, price: one.price };
    }),
  );
  const isReached = (one: PriceLine): boolean => one.marginCall !== undefined || one.liquidation !== undefined;
  return [
    // Of a single coin its own line says the same.
    ...(falls.length > 1 && isReached(together) ? [together] : []),
    ...falls,
    ...rises.filter(isReached),
  ];
}

/** Why nothing is estimated, as a short reason. */
export function noEstimateReason(why: NoEstimate): Message {
  switch (why) {
    case 'stale':
      return msg('estimate.stale', 'data out of date');
    case 'definitions':
      return msg('estimate.mismatch', "our calculation doesn't match the exchange's LTV");
    case 'ltv':
      return msg('term.ltv-unknown', 'LTV unknown');
    case 'price':
      return msg('estimate.price-unknown', 'price unknown');
  }
}

/** That nothing is estimated of a loan, and why. */
export function noEstimate(why: NoEstimate, { state, loan }: LoanView): { readonly label: Message; readonly value: Message } {
  const label = msg('estimate.none', 'No estimate');
  if (why !== 'price') return { label, value: noEstimateReason(why) };
  const coins = new Set([...loan.collateral, ...loan.debts].map(({ coin }) => coin));
  const unpriced = [...coins].filter((coin) => state.snapshot?.prices?.[coin] === undefined);
  return {
    label,
    value:
      unpriced.length === 0
        ? labelled(msg('term.collateral', 'Collateral'), msg('term.value-unknown', 'value unknown'))
        : labelled(noEstimateReason(why), unpriced.join(', ')),
  };
}

/** What the venue counts; with haircuts by tiers, prices fall further or less far than this. */
export const collateralValue = (): Message => msg('loan.collateral-value', 'Collateral value');

/** Whose price moves. */
export function lineLabel({ coin, way }: Pick<PriceLine, 'coin' | 'way'>): Text {
  if (coin === undefined) return msg('estimate.all-collateral', 'All collateral prices');
  return way === 'fall' ? coin : bracketed(coin, msg('term.debt', 'Debt'));
}

/** A change of price with its sign, rounded towards zero. */
export function changeText(change: Decimal, way: 'fall' | 'rise'): string {
  return `${way === 'fall' ? '−' : '+'}${formatDistance(change)}`;
}

/** Where it leads, e.g. "$60,123.4 (−31.2%)". Rounded towards the current price. */
export function reachText({ change, price }: Reach, way: 'fall' | 'rise'): string {
  const moved = changeText(change, way);
  return price === undefined ? moved : `$${formatLiquidationPrice(price, way === 'fall' ? 'long' : 'short')} (${moved})`;
}

/** Stands beside every estimate. */
export function estimateMark({ averaged }: Pick<LoanEstimates, 'averaged'>): Text {
  const mark = msg('term.estimate-word', 'estimate');
  return averaged ? joined([mark, averageHaircut()]) : mark;
}

export const averageHaircut = (): Message => msg('estimate.average-haircut', 'average haircut');

/** At which prices the loan's thresholds are reached. Leaves out the liquidation price that the venue gives. */
function lineTexts(line: PriceLine, loan: Loan): readonly Text[] {
  const { marginCall, liquidation, way } = line;
  const call = msg('term.margin-call', 'Margin call');
  const end = msg('term.liquidation', 'Liquidation');
  const notReached = msg('position.not-reached', 'not reached');
  if (marginCall === undefined && liquidation === undefined) {
    if (loan.liquidation === undefined) return [labelled(call, notReached)];
    return loan.marginCall === undefined ? [labelled(end, notReached)] : [notReached];
  }
  const at = (reach: Reach, name: Message, standing: 'marginCall' | 'liquidation'): Message =>
    // The sign stands before the figure: a narrow view cuts off the word at the end.
    isZero(reach.change) ? distanceText(standing) : spaced(name, `≈ ${reachText(reach, way)}`);
  return [
    ...(marginCall === undefined ? [] : [at(marginCall, call, 'marginCall')]),
    ...(liquidation === undefined
      ? loan.liquidation === undefined
        ? []
        : [labelled(end, notReached)]
      : isGiven(line, loan)
        ? []
        : [at(liquidation, end, 'liquidation')]),
  ];
}

/** Whether the venue itself gives the liquidation price of this coin. */
function isGiven({ coin }: PriceLine, loan: Pick<Loan, 'liquidationPrice'>): boolean {
  return coin !== undefined && liquidationPriceOf(loan)?.instrument.split('-')[0] === coin;
}

/** Liquidation by one coin alone, where the venue gives no price; nearest first. */
export function liquidationsByCoin(
  { lines }: Pick<LoanEstimates, 'lines'>,
  loan: Pick<Loan, 'liquidationPrice'>,
): readonly (PriceLine & { readonly liquidation: Reach })[] {
  return lines
    .filter((line): line is PriceLine & { readonly liquidation: Reach } => line.liquidation !== undefined)
    .filter((line) => line.coin !== undefined && !isGiven(line, loan))
    .sort((a, b) => compare(a.liquidation.change, b.liquidation.change));
}

/** One line of the views. */
export interface EstimateLine {
  readonly path: string;
  readonly label: Text;
  readonly texts: readonly Text[];
  /** Absent where nothing is estimated. */
  readonly mark?: Text;
  readonly copy?: Decimal;
}

/** What prices would have to do, or why that isn't estimated. */
export function estimateLines(view: LoanView): readonly EstimateLine[] {
  const { loan } = view;
  const estimates = loanEstimates(view);
  if (typeof estimates === 'string') {
    const { label, value } = noEstimate(estimates, view);
    return [{ path: 'estimates', label, texts: [value] }];
  }
  return estimates.lines.flatMap((line) => {
    const texts = lineTexts(line, loan);
    const copy = line.liquidation?.price ?? line.marginCall?.price;
    const path = `${line.way}/${line.coin ?? ''}`;
    return texts.length === 0
      ? []
      : [{ path, label: lineLabel(line), texts, mark: estimateMark(estimates), ...(copy === undefined ? {} : { copy }) }];
  });
}
