import { compare, isPositive, isZero, type Decimal } from '../core/decimal.ts';
import { formatDistance, formatLiquidationPrice } from '../core/format.ts';
import { loanDistance, modelOf, type LoanDistance, type LoanModel, type ModelTrouble } from '../core/risk/loan-model.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan, Snapshot } from '../core/model.ts';
import { liquidationPriceOf, type LoanView } from './loan.ts';
import type { Text } from './text.ts';

/** Why nothing is estimated of a loan: it cannot be computed, or its figures are not the present ones. */
export type NoEstimate = ModelTrouble | 'stale';

/** How far something has to move until a loan is at one of its lines. */
interface Reach {
  /** Fraction of today's price, zero or more. */
  readonly change: Decimal;
  /** USD for one coin; absent for all coins together. */
  readonly price?: Decimal;
}

/** What one coin alone, or all together, would have to do. */
export interface PriceLine {
  /** Absent: all collateral coins together. */
  readonly coin?: string;
  readonly way: 'fall' | 'rise';
  /** Absent where it is not reached that way, or not known. */
  readonly marginCall?: Reach;
  readonly liquidation?: Reach;
}

/** What our own arithmetic says of a loan. */
export interface LoanEstimates {
  /** The haircuts of several coins are known as one average only. */
  readonly averaged: boolean;
  /** All together first, then collateral and debts in the loan's order. */
  readonly lines: readonly PriceLine[];
}

// The views look at the same reading again and again; what follows from it is worked out once.
const readings = new WeakMap<Snapshot, Map<Loan, LoanModel | ModelTrouble>>();
const estimates = new WeakMap<LoanModel, LoanEstimates>();

/** The loan as it can be computed from the prices that were read with it, or why it cannot. */
export function modelOfView({ state: { snapshot, live }, loan, current }: LoanView): LoanModel | NoEstimate {
  if (!current || snapshot === undefined) return 'stale';
  // An estimate has failed since, though the figures of one reading fit each other.
  if (live?.doubted.includes(loan.id) === true) return 'definitions';
  const models = readings.get(snapshot) ?? new Map<Loan, LoanModel | ModelTrouble>();
  readings.set(snapshot, models);
  const model = models.get(loan) ?? modelOf(loan, new Map(Object.entries(snapshot.prices ?? {})));
  models.set(loan, model);
  return model;
}

/** The estimates of a loan, or why there are none. A loan without debt has nothing to be estimated: no lines. */
export function loanEstimates(view: LoanView): LoanEstimates | NoEstimate {
  const { loan } = view;
  if (!loan.debts.some(({ amount }) => isPositive(amount))) return { averaged: false, lines: [] };
  const model = modelOfView(view);
  if (typeof model === 'string') return model;
  const found = estimates.get(model) ?? { averaged: model.haircuts === 'averaged', lines: linesOf(model, loan) };
  estimates.set(model, found);
  return found;
}

function linesOf(model: LoanModel, loan: Loan): readonly PriceLine[] {
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

/** Why nothing is estimated, in words. */
export function noEstimateText(why: NoEstimate, { state, loan }: LoanView): Message {
  switch (why) {
    case 'stale':
      return msg('estimate.not-current-nothing', 'not current: nothing is estimated from old figures');
    case 'definitions':
      return msg(
        'estimate.definitions-differ-recomputation',
        "Definitions differ: our recomputation does not give the exchange's LTV, so nothing is estimated.",
      );
    case 'ltv':
      return msg('estimate.unknown-ltv-not', 'unknown: the LTV is not known');
    case 'price': {
      const coins = new Set([...loan.collateral, ...loan.debts].map(({ coin }) => coin));
      const unpriced = [...coins].filter((coin) => state.snapshot?.prices?.[coin] === undefined);
      return unpriced.length === 0
        ? msg('estimate.unknown-collateral-counts', 'unknown: what the collateral counts for is not known')
        : msg('estimate.unknown-no-price', 'unknown: no price of {0}', unpriced.join(', '));
    }
  }
}

/** Whose price moves. */
export function lineLabel({ coin, way }: PriceLine): Message {
  if (coin === undefined) return msg('estimate.all-coins-together', 'All coins together');
  return way === 'fall' ? msg('estimate.alone', '{0} alone', coin) : msg('estimate.owed-alone', '{0} (owed) alone', coin);
}

/** A change of price with its sign, rounded towards today. */
export function changeText(change: Decimal, way: 'fall' | 'rise'): string {
  return `${way === 'fall' ? '−' : '+'}${formatDistance(change)}`;
}

/** Where it leads, e.g. "$60,123.4 (−31.2%)". Rounded towards today's price. */
export function reachText({ change, price }: Reach, way: 'fall' | 'rise'): string {
  const moved = changeText(change, way);
  return price === undefined ? moved : `$${formatLiquidationPrice(price, way === 'fall' ? 'long' : 'short')} (${moved})`;
}

/** Our mark beside every figure that is ours. */
export function estimateMark({ averaged }: Pick<LoanEstimates, 'averaged'>): Message {
  return averaged
    ? msg('estimate.loan-average-haircut', "estimate with the loan's average haircut")
    : msg('term.estimate-word', 'estimate');
}

/** At which prices the loan's lines are reached. Leaves out the liquidation price that the venue itself gives. */
function lineTexts(line: PriceLine, loan: Loan): readonly Text[] {
  const { marginCall, liquidation, way } = line;
  if (marginCall === undefined && liquidation === undefined) {
    return [
      loan.marginCall === undefined || loan.liquidation === undefined
        ? msg('estimate.not-reach-line', 'does not reach the line')
        : msg('estimate.reaches-neither-line', 'reaches neither line'),
    ];
  }
  const at = (reach: Reach, there: Message, text: (at: string) => Message): Message =>
    // The sign stands before the figure: a narrow view cuts off the word at the end.
    isZero(reach.change) ? there : text(`≈ ${reachText(reach, way)}`);
  return [
    ...(marginCall === undefined
      ? []
      : [
          at(marginCall, msg('estimate.margin-call-reached', 'margin call reached'), (text) =>
            msg('estimate.margin-call', 'margin call at {0}', text),
          ),
        ]),
    ...(liquidation === undefined
      ? loan.liquidation === undefined
        ? []
        : [msg('estimate.liquidation-not-reached', 'liquidation not reached')]
      : isGiven(line, loan)
        ? []
        : [
            at(liquidation, msg('term.liquidation-reached', 'liquidation reached'), (text) =>
              msg('estimate.liquidation', 'liquidation at {0}', text),
            ),
          ]),
  ];
}

/** Whether the venue itself says at which price of this coin it liquidates. */
function isGiven({ coin }: PriceLine, loan: Loan): boolean {
  return coin !== undefined && liquidationPriceOf(loan)?.instrument.split('-')[0] === coin;
}

/** Liquidation by one coin alone that the venue gives no price of, nearest first. */
export function liquidationsByCoin({ lines }: LoanEstimates, loan: Loan): readonly (PriceLine & { readonly liquidation: Reach })[] {
  return lines
    .filter((line): line is PriceLine & { readonly liquidation: Reach } => line.liquidation !== undefined)
    .filter((line) => line.coin !== undefined && !isGiven(line, loan))
    .sort((a, b) => compare(a.liquidation.change, b.liquidation.change));
}

/** One line of the views. */
export interface EstimateLine {
  readonly path: string;
  readonly label: Message;
  readonly texts: readonly Text[];
  /** That it is an estimate. Absent where nothing is estimated. */
  readonly mark?: Message;
  readonly copy?: Decimal;
}

/** What prices would have to do, or why that is not estimated. */
export function estimateLines(view: LoanView): readonly EstimateLine[] {
  const { loan } = view;
  const estimates = loanEstimates(view);
  if (typeof estimates === 'string')
    return [{ path: 'estimates', label: msg('estimate.estimates', 'Estimates'), texts: [noEstimateText(estimates, view)] }];
  return estimates.lines.flatMap((line) => {
    const texts = lineTexts(line, loan);
    const copy = line.liquidation?.price ?? line.marginCall?.price;
    const path = `${line.way}/${line.coin ?? ''}`;
    return texts.length === 0
      ? []
      : [{ path, label: lineLabel(line), texts, mark: estimateMark(estimates), ...(copy === undefined ? {} : { copy }) }];
  });
}
