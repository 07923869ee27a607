import {
  compare,
  decimal,
  divide,
  greater,
  isPositive,
  lesser,
  multiply,
  one,
  round,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { Direction, Loan, WalletCoin, HaircutRule } from '../../core/model.ts';
import { estimateAfter, largestReduction } from '../../core/risk/collateral-estimate.ts';
import { flatRule, recoveredRule } from '../../core/risk/haircut.ts';
import { sellingTo } from '../../core/risk/collateral-sale.ts';
import { mostInterest } from '../../core/risk/interest.ts';
import { collateralOf, type LoanModel } from '../../core/risk/loan-model.ts';
import {
  waysTo,
  type AddableCoin,
  type DeadEnd,
  type Means,
  type PayableDebt,
  type Step,
  type TakeableCoin,
  type Way,
} from '../../core/risk/ltv-solver.ts';
import type { AdjustableCoin } from '../../exchanges/exchange.ts';
import { safestMost } from './safe-maximum.ts';

/** More decimals than that no venue is known to want; how fine an amount it takes is not documented. */
const mostPlaces = 8;
/** USD that one step of an amount may be worth: a hundredth of a cent is exact enough. */
const finest = decimal('0.0001');

/** What a loan can be brought to a target with, as it was read. */
export interface Reading {
  readonly loan: Loan;
  readonly model: LoanModel;
  /** USD for one coin. */
  readonly prices: ReadonlyMap<string, Decimal>;
  /** What collateral has to do: `add` brings LTV down. */
  readonly direction: Direction;
  /** The coins that can be added or taken, with what limits them. */
  readonly coins: readonly AdjustableCoin[];
  /** Absent when it could not be read: then nothing is known about repaying. */
  readonly wallet?: readonly WalletCoin[];
  /** Debt can be repaid by selling collateral. */
  readonly sells?: boolean;
}

/** A coin whose effect cannot be computed. */
export interface Unusable {
  readonly coin: string;
  /** Its amount or its price is not known. */
  readonly lacks: 'amount' | 'price';
}

export interface Usable {
  readonly means: Means;
  /** Coins whose own haircut is not known, so that the average of the loan stands for it. */
  readonly assumed: ReadonlySet<string>;
  readonly unusable: readonly Unusable[];
}

/** How many decimals of a coin are worth writing, at most 8. */
export function usefulPlaces(price: Decimal): number {
  let step = price;
  for (let places = 0; places < mostPlaces; places += 1) {
    if (compare(step, finest) <= 0) return places;
    step = multiply(step, decimal('0.1'));
  }
  return mostPlaces;
}

/** What the solver may use: coins with a limit and a price, and how the venue values each. */
export function usableOf(reading: Reading): Usable {
  const { model, prices, direction, coins } = reading;
  const addable: AddableCoin[] = [];
  const takeable: TakeableCoin[] = [];
  const unusable: Unusable[] = [];
  const assumed = new Set<string>();
  for (const { coin, limit } of coins) {
    const price = prices.get(coin);
    if (limit === undefined) unusable.push({ coin, lacks: 'amount' });
    else if (price === undefined || !isPositive(price)) unusable.push({ coin, lacks: 'price' });
    else {
      const most = greater(limit, zero);
      const places = usefulPlaces(price);
      const { rule, isAssumed } = ruleFor(reading, coin);
      if (isAssumed) assumed.add(coin);
      if (direction === 'add') addable.push({ coin, available: most, price, rule, places });
      else takeable.push({ coin, limit: most, places });
    }
  }
  return { means: { addable, takeable, payable: direction === 'add' ? payable(reading, model) : [] }, assumed, unusable };
}

function ruleFor({ loan, model }: Reading, coin: string): { readonly rule: HaircutRule; readonly isAssumed: boolean } {
  const pledged = model.collateral.find((held) => held.coin === coin);
  if (pledged !== undefined) return { rule: pledged.rule, isAssumed: model.haircuts === 'averaged' };
  if (loan.collateralValuation === 'raw') return { rule: flatRule(one), isAssumed: false };
  const published = loan.haircuts?.[coin];
  return published === undefined ? { rule: averageRule(model), isAssumed: true } : { rule: published, isAssumed: false };
}

/** At most 1: an average above it means that the venue values the loan higher than these prices do. */
function averageRule(model: LoanModel): HaircutRule {
  const raw = sum(model.collateral.map(({ amount, price }) => multiply(amount, price)));
  const rate = recoveredRule(collateralOf(model), raw)?.tiers[0]?.rate ?? zero;
  return flatRule(lesser(rate, one));
}

function payable({ wallet, loan }: Reading, { debts }: LoanModel): readonly PayableDebt[] {
  if (wallet === undefined) return [];
  return debts.flatMap(({ coin, amount, price }) => {
    const part = repayablePart(loan, coin, amount);
    if (part === undefined || !isPositive(amount)) return [];
    const available = divide(greater(wallet.find((held) => held.coin === coin)?.amount ?? zero, zero), one, mostPlaces, 'down');
    return [{ coin, available, places: usefulPlaces(price), ...part }];
  });
}

/** What one repayment can pay of a coin: what is owed without a contract, else the only contract, whole. Undefined where there are several, or one is unknown. */
function repayablePart({ due = [] }: Loan, coin: string, debt: Decimal): Pick<PayableDebt, 'most' | 'whole'> | undefined {
  const contracts = due.filter((one) => one.coin === coin && one.contract !== undefined);
  const amounts = contracts.flatMap(({ amount }) => amount ?? []);
  const [only, ...more] = amounts;
  if (contracts.length === 0) return {};
  if (only === undefined || amounts.length < contracts.length) return undefined;
  const rest = subtract(debt, sum(amounts));
  // Both were read a moment apart: interest in between is no debt without a contract.
  if (compare(rest, mostInterest(debt, 0)) > 0) return { most: rest };
  return more.length === 0 ? { most: only, whole: true } : undefined;
}

/** Each debt by selling each pledged coin but itself. */
function salesTo({ loan, model, direction, sells }: Reading, target: Decimal): readonly NonNullable<ReturnType<typeof sellingTo>>[] {
  if (sells !== true || direction !== 'add') return [];
  return model.debts.flatMap(({ coin, amount, price }) => {
    const part = repayablePart(loan, coin, amount);
    if (part === undefined || !isPositive(amount)) return [];
    return model.collateral
      .filter((held) => held.coin !== coin)
      .flatMap((held) => sellingTo(model, target, { coin, places: usefulPlaces(price), ...part }, held.coin) ?? []);
  });
}

/** Something to choose: one change, several, or a repayment. */
export interface Offer extends Pick<Way, 'steps' | 'usd' | 'ltv' | 'left'> {
  /** Why it does not lead all the way. Absent when it does. */
  readonly shortBy?: DeadEnd['reason'];
  /** A haircut in it is not the coin's own but the loan's average. */
  readonly assumed: boolean;
  /** It leaves less than our own cushion below the margin call. */
  readonly beyondSafe: boolean;
}

/** Something that leads nowhere at all. */
export interface Blocked {
  readonly act: Step['act'];
  readonly coin: string;
  readonly reason: DeadEnd['reason'] | Unusable['lacks'];
}

export interface Offers {
  readonly there: boolean;
  /** Those that lead there, then those that do not. */
  readonly offers: readonly Offer[];
  readonly blocked: readonly Blocked[];
}

/** Everything that can be offered to bring a loan to `target`, a fraction. All LTVs are estimates. */
export function offersFor(reading: Reading, target: Decimal): Offers {
  const { means, assumed, unusable } = usableOf(reading);
  const { ways, deadEnds, there } = waysTo(reading.model, target, means);
  const candidates: (readonly [Way, DeadEnd['reason'] | undefined])[] = [
    ...ways.map((way) => [way, undefined] as const),
    ...deadEnds.flatMap(({ nearest, reason }) => (nearest === undefined ? [] : [[nearest, reason] as const])),
    ...(there ? [] : salesTo(reading, target)).map(({ way, shortBy }) => [way, shortBy] as const),
  ];
  const blocked: Blocked[] = deadEnds
    .filter(({ nearest }) => nearest === undefined)
    .map(({ act, coin, reason }): Blocked => ({ act, coin, reason }));
  const offers: Offer[] = [];
  for (const [way, shortBy] of candidates) {
    const offer = offerOf(reading, target, way, shortBy, assumed);
    if (offer === undefined) blocked.push(...way.steps.map(({ act, coin }): Blocked => ({ act, coin, reason: 'limit' })));
    else offers.push(offer);
  }
  return {
    there,
    offers: [...offers.filter(({ shortBy }) => shortBy === undefined), ...offers.filter(({ shortBy }) => shortBy !== undefined)],
    blocked: [...blocked, ...unusable.map(({ coin, lacks }): Blocked => ({ act: reading.direction, coin, reason: lacks }))],
  };
}

function offerOf(
  reading: Reading,
  target: Decimal,
  way: Way,
  shortBy: DeadEnd['reason'] | undefined,
  assumed: ReadonlySet<string>,
): Offer | undefined {
  const careful = isAveragedTake(reading, way) ? carefulTake(reading, target, way, shortBy) : { way, shortBy };
  if (careful === undefined) return undefined;
  const { steps, usd, ltv, left } = careful.way;
  return {
    steps,
    usd,
    ltv,
    left,
    ...(careful.shortBy === undefined ? {} : { shortBy: careful.shortBy }),
    assumed: steps.some(({ act, coin }) => act !== 'repay' && act !== 'sell' && assumed.has(coin)),
    beyondSafe: steps.some(({ act, coin, amount }) => act === 'reduce' && !isSafe(reading, coin, amount)),
  };
}

function isSafe({ loan, prices }: Reading, coin: string, amount: Decimal): boolean {
  const most = safestMost(loan, coin, amount, prices);
  return most !== undefined && compare(amount, most) <= 0;
}

const isAveragedTake = ({ model }: Reading, { steps }: Way): boolean =>
  model.haircuts === 'averaged' && steps.some(({ act }) => act === 'reduce');

/**
 * With an average haircut the coin that is taken may count for more than its share. The preview will count it in full then, and
 * so it is here: less is offered, and its LTV errs towards danger.
 */
function carefulTake(
  { loan, model, prices }: Reading,
  target: Decimal,
  way: Way,
  shortBy: DeadEnd['reason'] | undefined,
): { readonly way: Way; readonly shortBy: DeadEnd['reason'] | undefined } | undefined {
  const [step] = way.steps;
  const price = step === undefined ? undefined : prices.get(step.coin);
  if (step === undefined || price === undefined) return undefined;
  const most = largestReduction(loan, step.coin, prices, target);
  const pledged = model.collateral.find(({ coin }) => coin === step.coin)?.amount;
  if (most === undefined || pledged === undefined) return undefined;
  const amount = round(lesser(step.amount, most), usefulPlaces(price), 'down');
  const { ltv } = estimateAfter(loan, 'reduce', step.coin, amount, prices);
  if (!isPositive(amount) || ltv === undefined) return undefined;
  return {
    way: { ...way, steps: [{ ...step, amount }], usd: multiply(amount, price), ltv },
    // What was short by the average may reach the target when it counts in full; not where it ends because no more is pledged.
    shortBy: compare(most, step.amount) <= 0 && compare(most, pledged) < 0 ? undefined : shortBy,
  };
}
