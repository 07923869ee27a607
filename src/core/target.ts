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
import { amountToAdd, amountToTake, collateralValue, type HaircutRule } from './haircut.ts';
import { collateralOf, debtOf, ltvOfTotals, withCollateral, withDebt, type LoanModel, type Pledge, type Stake } from './loan-model.ts';

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

/** A loan with its totals, which are reckoned once: summing up all brackets of all coins for each way would take far too long. */
interface Reckoned {
  readonly model: LoanModel;
  /** USD. */
  readonly debt: Decimal;
  /** USD, after haircuts. */
  readonly collateral: Decimal;
}

/**
 * Every way to bring a loan to `target`: above it by adding one coin, by adding several, or by repaying; below it by taking one coin out.
 * @param target LTV as the venue counts it, above zero
 */
export function waysTo(model: LoanModel, target: Decimal, means: Means): Answer {
  const loan: Reckoned = { model, debt: debtOf(model), collateral: collateralOf(model) };
  const now = ltvOfTotals(model, loan.debt, loan.collateral) ?? model.ltv;
  if (!isPositive(target)) return { ways: [], deadEnds: [], there: false };
  if (compare(now, add(target, ltvStep)) <= 0 && compare(now, subtract(target, ltvStep)) >= 0)
    return { ways: [], deadEnds: [], there: true };
  const found = compare(now, target) > 0 ? lowering(loan, target, means) : raising(loan, target, means);
  return { ...found, there: false };
}

type Found = Omit<Answer, 'there'>;

function lowering(loan: Reckoned, target: Decimal, means: Means): Found {
  const ways: Way[] = [];
  const deadEnds: DeadEnd[] = [];
  const more = subtract(wantedCollateral(loan, target), loan.collateral);
  for (const coin of means.addable) {
    const amount = amountToAdd(coin.rule, heldOf(loan, coin.coin), coin.price, more, coin.places);
    if (amount !== undefined && compare(amount, coin.available) <= 0) ways.push(addWay(loan, [[coin, amount]]));
    else deadEnds.push(deadEnd('add', coin.coin, amount === undefined ? 'haircut' : 'wallet', addUpTo(loan, coin)));
  }
  if (ways.length === 0) {
    const mix = mixed(loan, target, means.addable);
    if (mix !== undefined) ways.push(mix);
  }
  for (const debt of means.payable) {
    const way = repaying(loan, target, debt);
    if ('steps' in way) ways.push(way);
    else deadEnds.push(way);
  }
  return { ways, deadEnds };
}

function raising(loan: Reckoned, target: Decimal, means: Means): Found {
  const ways: Way[] = [];
  const deadEnds: DeadEnd[] = [];
  const less = subtract(loan.collateral, wantedCollateral(loan, target));
  for (const { coin, limit, places } of means.takeable) {
    const pledge = loan.model.collateral.find((held) => held.coin === coin);
    if (pledge === undefined) continue;
    const amount = amountToTake(pledge.rule, pledge.amount, pledge.price, less, places);
    const most = round(lesser(limit, pledge.amount), places, 'down');
    const taken = lesser(amount, most);
    const way = isZero(taken) ? undefined : takeWay(loan, pledge, taken);
    const gets = compare(amount, most) <= 0 && compare(amount, pledge.amount) < 0;
    if (gets && way !== undefined) ways.push(way);
    else deadEnds.push(deadEnd('reduce', coin, 'limit', way));
  }
  return { ways, deadEnds };
}

/** Collateral, in USD after haircuts, at which the venue would count `target`: what it counts is ours times the correction. Rounded up. */
function wantedCollateral({ model, debt }: Reckoned, target: Decimal): Decimal {
  return divide(multiply(debt, model.correction), target, usdPlaces, 'up');
}

const heldOf = ({ model }: Reckoned, coin: string): Decimal => model.collateral.find((held) => held.coin === coin)?.amount ?? zero;

function repaying(loan: Reckoned, target: Decimal, { coin, available, places }: PayableDebt): Way | DeadEnd {
  const debt = loan.model.debts.find((owed) => owed.coin === coin);
  if (debt === undefined) return deadEnd('repay', coin, 'debt', undefined);
  const allowed = divide(multiply(target, loan.collateral), loan.model.correction, usdPlaces, 'down');
  const exact = divide(subtract(loan.debt, allowed), debt.price, usdPlaces, 'up');
  const isEnough = compare(exact, debt.amount) <= 0;
  // The last of a debt may be finer than the grid: then it is repaid whole.
  const amount = lesser(round(exact, places, 'up'), debt.amount);
  if (isEnough && compare(amount, available) <= 0) return repayWay(loan, debt, amount, available);
  const most = lesser(debt.amount, round(available, places, 'down'));
  const nearest = isPositive(most) ? repayWay(loan, debt, most, available) : undefined;
  return deadEnd('repay', coin, isEnough ? 'wallet' : 'debt', nearest);
}

type Part = readonly [coin: AddableCoin, amount: Decimal];

/** Coin after coin, the one that counts for most first, until the target is reached. Undefined when one is enough, or all are not. */
function mixed(loan: Reckoned, target: Decimal, coins: readonly AddableCoin[]): Way | undefined {
  const parts: Part[] = [];
  const offers = coins.map((coin) => {
    const most = round(coin.available, coin.places, 'down');
    return { coin, most, worth: gain(loan, coin, most) };
  });
  let missing = subtract(wantedCollateral(loan, target), loan.collateral);
  for (const { coin, most } of offers.sort((a, b) => compare(b.worth, a.worth))) {
    if (!isPositive(missing)) break;
    const needed = amountToAdd(coin.rule, heldOf(loan, coin.coin), coin.price, missing, coin.places);
    const amount = needed === undefined ? most : lesser(needed, most);
    if (!isPositive(amount)) continue;
    parts.push([coin, amount]);
    missing = subtract(missing, gain(loan, coin, amount));
  }
  return isPositive(missing) || parts.length < 2 ? undefined : addWay(loan, parts);
}

/** What so much more of a coin counts for. USD. Exact. */
function gain(loan: Reckoned, { coin, price, rule }: AddableCoin, amount: Decimal): Decimal {
  const held = heldOf(loan, coin);
  return subtract(collateralValue(rule, add(held, amount), price), collateralValue(rule, held, price));
}

function addUpTo(loan: Reckoned, coin: AddableCoin): Way | undefined {
  const most = round(coin.available, coin.places, 'down');
  return isPositive(most) ? addWay(loan, [[coin, most]]) : undefined;
}

function addWay(loan: Reckoned, parts: readonly Part[]): Way {
  const after = parts.reduce((at, [{ coin, price, rule }, amount]) => {
    const held: Pledge = at.collateral.find((one) => one.coin === coin) ?? { coin, amount: zero, price, rule };
    return withCollateral(at, { ...held, amount: add(held.amount, amount) });
  }, loan.model);
  return {
    steps: parts.map(([{ coin }, amount]) => ({ act: 'add', coin, amount })),
    usd: sum(parts.map(([{ price }, amount]) => multiply(amount, price))),
    ltv: ltvWith(loan, { collateral: add(loan.collateral, sum(parts.map(([coin, amount]) => gain(loan, coin, amount)))) }),
    after,
    left: parts.map(([{ coin, available }, amount]) => ({ coin, amount: subtract(available, amount) })),
  };
}

function takeWay(loan: Reckoned, pledge: Pledge, amount: Decimal): Way | undefined {
  const kept = subtract(pledge.amount, amount);
  const { rule, price, coin } = pledge;
  const lost = subtract(collateralValue(rule, pledge.amount, price), collateralValue(rule, kept, price));
  const collateral = subtract(loan.collateral, lost);
  if (!isPositive(collateral)) return undefined;
  return {
    steps: [{ act: 'reduce', coin, amount }],
    usd: multiply(amount, price),
    ltv: ltvWith(loan, { collateral }),
    after: withCollateral(loan.model, { ...pledge, amount: kept }),
    left: [],
  };
}

function repayWay(loan: Reckoned, { coin, amount: owed, price }: Stake, amount: Decimal, available: Decimal): Way {
  const usd = multiply(amount, price);
  return {
    steps: [{ act: 'repay', coin, amount }],
    usd,
    ltv: ltvWith(loan, { debt: greater(subtract(loan.debt, usd), zero) }),
    after: withDebt(loan.model, coin, greater(subtract(owed, amount), zero)),
    left: [{ coin, amount: subtract(available, amount) }],
  };
}

function ltvWith({ model, debt, collateral }: Reckoned, other: { readonly debt?: Decimal; readonly collateral?: Decimal }): Decimal {
  return ltvOfTotals(model, other.debt ?? debt, other.collateral ?? collateral) ?? model.ltv;
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
  const collateral = collateralOf(model);
  const less = subtract(collateral, wantedCollateral({ model, debt: debtOf(model), collateral }, target));
  const amount = amountToTake(pledge.rule, pledge.amount, pledge.price, less, coin.places);
  return lesser(amount, round(lesser(coin.limit, pledge.amount), coin.places, 'down'));
}
