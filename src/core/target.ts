import {
  add,
  compare,
  divide,
  greater,
  isPositive,
  isZero,
  lesser,
  multiply,
  round,
  subtract,
  sum,
  zero,
  type Decimal,
} from './decimal.ts';
import { amountToAdd, amountToTake, type HaircutRule } from './haircut.ts';
import { collateralOf, debtOf, ltvOf, withCollateral, withDebt, type LoanModel, type Pledge } from './loan-model.ts';

/** Digits kept of amounts in USD. */
const usdPlaces = 18;

/** A coin that could be pledged. */
export interface AddableCoin {
  readonly coin: string;
  /** The most that can be added: what is in the wallet, or less where the venue takes less. */
  readonly available: Decimal;
  readonly price: Decimal;
  readonly rule: HaircutRule;
  /** Decimals of the venue's grid of amounts. */
  readonly places: number;
}

/** A coin of the collateral that could be taken out. */
export interface TakeableCoin {
  readonly coin: string;
  /** The most the venue would release now. */
  readonly limit: Decimal;
  readonly places: number;
}

/** A debt that could be repaid. */
export interface PayableDebt {
  readonly coin: string;
  /** In the wallet. */
  readonly available: Decimal;
  readonly places: number;
}

export interface Means {
  readonly addable: readonly AddableCoin[];
  readonly takeable: readonly TakeableCoin[];
  readonly payable: readonly PayableDebt[];
}

export interface Step {
  readonly act: 'add' | 'reduce' | 'repay';
  readonly coin: string;
  /** On the venue's grid: what is added or repaid is rounded up, what is taken out down. */
  readonly amount: Decimal;
}

/** One way to bring a loan to a target. Its LTV is an estimate. */
export interface Way {
  readonly steps: readonly Step[];
  /** What moves, at today's prices. USD. */
  readonly usd: Decimal;
  readonly ltv: Decimal;
  /** The model afterwards, for distances. */
  readonly after: LoanModel;
  /** What is left of each coin in the wallet; what is taken out arrives there. */
  readonly left: readonly { readonly coin: string; readonly amount: Decimal }[];
}

/** A way that does not lead there, how near it comes, and why it ends. */
export interface DeadEnd {
  readonly act: Step['act'];
  readonly coin: string;
  /**
   * - `wallet` the wallet does not hold enough
   * - `limit` the venue releases no more
   * - `haircut` no amount of this coin counts for so much
   * - `debt` even without this debt the loan stays above the target
   */
  readonly reason: 'wallet' | 'limit' | 'haircut' | 'debt';
  /** The farthest this way leads. Absent when it leads nowhere. */
  readonly nearest?: Way;
}

export interface Answer {
  /** In the order: one coin each, dearest to the wallet last; then a mix, where it takes one. */
  readonly ways: readonly Way[];
  readonly deadEnds: readonly DeadEnd[];
  /** The loan is at the target already, within one step of LTV. */
  readonly there: boolean;
}

/** LTVs are computed to eight digits. */
const ltvStep = '0.00000001' as Decimal;

/**
 * Every way to bring a loan to `target`: above it by adding one coin, by adding several, or by repaying; below it by taking one coin out.
 * @param target LTV as the venue counts it, above zero
 */
export function waysTo(model: LoanModel, target: Decimal, means: Means): Answer {
  const now = ltvOf(model) ?? model.ltv;
  if (!isPositive(target)) return { ways: [], deadEnds: [], there: false };
  if (compare(now, add(target, ltvStep)) <= 0 && compare(now, subtract(target, ltvStep)) >= 0)
    return { ways: [], deadEnds: [], there: true };
  // What the venue counts is ours times the correction.
  const found = compare(now, target) > 0 ? lowering(model, target, means) : raising(model, target, means);
  return { ...found, there: false };
}

type Found = Omit<Answer, 'there'>;

function lowering(model: LoanModel, target: Decimal, means: Means): Found {
  const ways: Way[] = [];
  const deadEnds: DeadEnd[] = [];
  const more = subtract(wantedCollateral(model, target), collateralOf(model));
  for (const coin of means.addable) {
    const amount = amountToAdd(coin.rule, heldOf(model, coin.coin), coin.price, more, coin.places);
    if (amount !== undefined && compare(amount, coin.available) <= 0) ways.push(addWay(model, [[coin, amount]]));
    else deadEnds.push(deadEnd('add', coin.coin, amount === undefined ? 'haircut' : 'wallet', addUpTo(model, coin)));
  }
  if (ways.length === 0) {
    const mix = mixed(model, target, means.addable);
    if (mix !== undefined) ways.push(mix);
  }
  for (const debt of means.payable) {
    const way = repaying(model, target, debt);
    if ('steps' in way) ways.push(way);
    else deadEnds.push(way);
  }
  return { ways, deadEnds };
}

function raising(model: LoanModel, target: Decimal, means: Means): Found {
  const ways: Way[] = [];
  const deadEnds: DeadEnd[] = [];
  const less = subtract(collateralOf(model), wantedCollateral(model, target));
  for (const { coin, limit, places } of means.takeable) {
    const pledge = model.collateral.find((held) => held.coin === coin);
    if (pledge === undefined) continue;
    const amount = amountToTake(pledge.rule, pledge.amount, pledge.price, less, places);
    const most = round(lesser(limit, pledge.amount), places, 'down');
    const taken = lesser(amount, most);
    const way = isZero(taken) ? undefined : takeWay(model, pledge, taken);
    const gets = compare(amount, most) <= 0 && compare(amount, pledge.amount) < 0;
    if (gets && way !== undefined) ways.push(way);
    else deadEnds.push(deadEnd('reduce', coin, 'limit', way));
  }
  return { ways, deadEnds };
}

/** Collateral, in USD after haircuts, at which the venue would count `target`. Rounded up. */
function wantedCollateral(model: LoanModel, target: Decimal): Decimal {
  return divide(multiply(debtOf(model), model.correction), target, usdPlaces, 'up');
}

const heldOf = (model: LoanModel, coin: string): Decimal => model.collateral.find((held) => held.coin === coin)?.amount ?? zero;

function repaying(model: LoanModel, target: Decimal, { coin, available, places }: PayableDebt): Way | DeadEnd {
  const debt = model.debts.find((owed) => owed.coin === coin);
  if (debt === undefined) return deadEnd('repay', coin, 'debt', undefined);
  const allowed = divide(multiply(target, collateralOf(model)), model.correction, usdPlaces, 'down');
  const exact = divide(subtract(debtOf(model), allowed), debt.price, usdPlaces, 'up');
  const isEnough = compare(exact, debt.amount) <= 0;
  // The last of a debt may be finer than the grid: then it is repaid whole.
  const amount = lesser(round(exact, places, 'up'), debt.amount);
  if (isEnough && compare(amount, available) <= 0) return repayWay(model, coin, amount, debt.price, available);
  const most = lesser(debt.amount, round(available, places, 'down'));
  const nearest = isPositive(most) ? repayWay(model, coin, most, debt.price, available) : undefined;
  return deadEnd('repay', coin, isEnough ? 'wallet' : 'debt', nearest);
}

/** Coin after coin, the one that counts for most first, until the target is reached. */
function mixed(model: LoanModel, target: Decimal, coins: readonly AddableCoin[]): Way | undefined {
  const parts: (readonly [AddableCoin, Decimal])[] = [];
  let at = model;
  for (const coin of [...coins].sort((a, b) => compare(worthOf(model, b), worthOf(model, a)))) {
    const more = subtract(wantedCollateral(at, target), collateralOf(at));
    if (!isPositive(more)) break;
    const needed = amountToAdd(coin.rule, heldOf(at, coin.coin), coin.price, more, coin.places);
    const most = round(coin.available, coin.places, 'down');
    const amount = needed === undefined ? most : lesser(needed, most);
    if (!isPositive(amount)) continue;
    parts.push([coin, amount]);
    at = added(at, coin, amount);
  }
  const ltv = ltvOf(at);
  return ltv !== undefined && compare(ltv, add(target, ltvStep)) <= 0 && parts.length > 1 ? addWay(model, parts) : undefined;
}

function worthOf(model: LoanModel, coin: AddableCoin): Decimal {
  return subtract(collateralOf(added(model, coin, coin.available)), collateralOf(model));
}

function added(model: LoanModel, { coin, price, rule }: AddableCoin, amount: Decimal): LoanModel {
  const held: Pledge = model.collateral.find((one) => one.coin === coin) ?? { coin, amount: zero, price, rule };
  return withCollateral(model, { ...held, amount: add(held.amount, amount) });
}

function addUpTo(model: LoanModel, coin: AddableCoin): Way | undefined {
  const most = round(coin.available, coin.places, 'down');
  return isPositive(most) ? addWay(model, [[coin, most]]) : undefined;
}

function addWay(model: LoanModel, parts: readonly (readonly [AddableCoin, Decimal])[]): Way {
  const after = parts.reduce((at, [coin, amount]) => added(at, coin, amount), model);
  return way(
    model,
    after,
    parts.map(([{ coin }, amount]) => ({ act: 'add', coin, amount })),
    sum(parts.map(([{ price }, amount]) => multiply(amount, price))),
    parts.map(([{ coin, available }, amount]) => ({ coin, amount: subtract(available, amount) })),
  );
}

function takeWay(model: LoanModel, pledge: Pledge, amount: Decimal): Way | undefined {
  const after = withCollateral(model, { ...pledge, amount: subtract(pledge.amount, amount) });
  if (ltvOf(after) === undefined) return undefined;
  return way(model, after, [{ act: 'reduce', coin: pledge.coin, amount }], multiply(amount, pledge.price), []);
}

function repayWay(model: LoanModel, coin: string, amount: Decimal, price: Decimal, available: Decimal): Way {
  const owed = model.debts.find((debt) => debt.coin === coin)?.amount ?? zero;
  const after = withDebt(model, coin, greater(subtract(owed, amount), zero));
  return way(model, after, [{ act: 'repay', coin, amount }], multiply(amount, price), [{ coin, amount: subtract(available, amount) }]);
}

function way(model: LoanModel, after: LoanModel, steps: readonly Step[], usd: Decimal, left: Way['left']): Way {
  return { steps, usd, ltv: ltvOf(after) ?? model.ltv, after, left };
}

const deadEnd = (act: Step['act'], coin: string, reason: DeadEnd['reason'], nearest: Way | undefined): DeadEnd => ({
  act,
  coin,
  reason,
  ...(nearest === undefined ? {} : { nearest }),
});

/**
 * The most that can be taken of a coin so that the loan keeps a person's own floor below margin call, never the venue's maximum
 * passed through.
 * @param cushion how far below margin call LTV has to stay: 0.05 is five points
 * @returns an amount on the grid, zero when nothing can be taken
 */
export function safeMaximum(model: LoanModel, coin: TakeableCoin, marginCall: Decimal, cushion: Decimal): Decimal {
  const target = subtract(marginCall, cushion);
  const pledge = model.collateral.find((held) => held.coin === coin.coin);
  if (pledge === undefined || !isPositive(target)) return zero;
  const less = subtract(collateralOf(model), wantedCollateral(model, target));
  const amount = amountToTake(pledge.rule, pledge.amount, pledge.price, less, coin.places);
  return lesser(amount, round(lesser(coin.limit, pledge.amount), coin.places, 'down'));
}
