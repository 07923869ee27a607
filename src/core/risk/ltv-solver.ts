import {
  add,
  compare,
  divide,
  greater,
  isPositive,
  isZero,
  lesser,
  multiply,
  negate,
  round,
  subtract,
  sum,
  zero,
  type Decimal,
  type Ratio,
} from '../decimal.ts';
import { amountToAdd, amountToTake, collateralValue } from './haircut.ts';
import { collateralOf, debtOf, ltvOfTotals, withCollateral, withDebt, type LoanModel, type Pledge, type Stake } from './loan-model.ts';
import type { HaircutRule } from '../model.ts';

/** LTVs are computed to eight digits. */
const ltvStep = '0.00000001' as Decimal;

/** A loan with its totals, computed once: summing all brackets for each way would be too slow. */
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
  return compare(now, target) > 0 ? lowering(loan, target, means) : raising(loan, target, means);
}

function lowering(loan: Reckoned, target: Decimal, means: Means): Answer {
  const ways: Way[] = [];
  const deadEnds: DeadEnd[] = [];
  const more = lacking(loan, target);
  const offers = means.addable.map((coin) => offerOf(loan, coin));
  for (const { coin, held, most, worth } of offers) {
    const amount = amountToAdd(coin.rule, held, coin.price, more, coin.places);
    if (amount !== undefined && compare(amount, coin.available) <= 0)
      ways.push(addWay(loan, [{ coin, amount, worth: gain(loan, coin, amount) }]));
    else {
      const nearest = isPositive(most) ? addWay(loan, [{ coin, amount: most, worth }]) : undefined;
      deadEnds.push(deadEnd('add', coin.coin, amount === undefined ? 'haircut' : 'wallet', nearest));
    }
  }
  if (ways.length === 0) {
    const mix = mixed(loan, more, offers);
    if (mix !== undefined) ways.push(mix);
  }
  for (const debt of means.payable) {
    const way = repaying(loan, target, debt);
    if ('steps' in way) ways.push(way);
    else deadEnds.push(way);
  }
  return { ways, deadEnds, there: false };
}

function raising(loan: Reckoned, target: Decimal, means: Means): Answer {
  const ways: Way[] = [];
  const deadEnds: DeadEnd[] = [];
  const less = spare(loan, target);
  let tooCoarse = false;
  for (const { coin, limit, places } of means.takeable) {
    const pledge = loan.model.collateral.find((held) => held.coin === coin);
    if (pledge === undefined) continue;
    const amount = amountToTake(pledge.rule, pledge.amount, pledge.price, less, places);
    const most = round(lesser(limit, pledge.amount), places, 'down');
    // Pledged amounts may be finer than the grid: what they count for decides whether all of it is enough, not the digits.
    const worth = collateralValue(pledge.rule, pledge.amount, pledge.price);
    const gets = isPositive(loan.debt) && compare(multiply(worth, less.by), less.of) >= 0 && compare(amount, most) <= 0;
    const taken = lesser(amount, most);
    if (gets && isZero(taken) && isPositive(most)) {
      // One step would already be too much: the target is reached for this coin.
      tooCoarse = true;
      continue;
    }
    const way = isPositive(taken) ? takeWay(loan, pledge, taken) : undefined;
    if (gets && way !== undefined) ways.push(way);
    else deadEnds.push(deadEnd('reduce', coin, 'limit', way));
  }
  return { ways, deadEnds, there: tooCoarse && ways.length === 0 && deadEnds.length === 0 };
}

/**
 * How much more has to count as collateral to reach `target` by the venue's calculation (ours times the correction). USD, exact; negative where
 * less is enough.
 */
function lacking({ model, debt, collateral }: Reckoned, target: Decimal): Ratio {
  return { of: subtract(multiply(debt, model.correction), multiply(target, collateral)), by: target };
}

/** How much less may count, likewise. */
function spare(loan: Reckoned, target: Decimal): Ratio {
  const { of, by } = lacking(loan, target);
  return { of: negate(of), by };
}

const heldOf = ({ model }: Reckoned, coin: string): Decimal => model.collateral.find((held) => held.coin === coin)?.amount ?? zero;

function repaying(loan: Reckoned, target: Decimal, { coin, available, places, most, whole }: PayableDebt): Way | DeadEnd {
  const debt = loan.model.debts.find((owed) => owed.coin === coin);
  if (debt === undefined) return deadEnd('repay', coin, 'debt', undefined);
  const { of: excess } = lacking(loan, target);
  const counts = multiply(debt.price, loan.model.correction);
  const all = lesser(most ?? debt.amount, debt.amount);
  const isEnough = isPositive(counts) && compare(excess, multiply(all, counts)) <= 0;
  // A debt's remainder may be finer than the grid: then all of it is repaid.
  const amount = isEnough && whole !== true ? lesser(divide(excess, counts, places, 'up'), all) : all;
  if (isEnough && compare(amount, available) <= 0) return repayWay(loan, debt, amount, available);
  const part = whole === true ? zero : round(available, places, 'down');
  const nearestAmount = compare(all, available) <= 0 ? all : part;
  const nearest = isPositive(nearestAmount) ? repayWay(loan, debt, nearestAmount, available) : undefined;
  return deadEnd('repay', coin, isEnough ? 'wallet' : 'debt', nearest);
}

/** A coin with the most of it that can be added, on the grid, and what that counts for. */
interface Offer {
  readonly coin: AddableCoin;
  readonly held: Decimal;
  readonly most: Decimal;
  /** USD. */
  readonly worth: Decimal;
}

function offerOf(loan: Reckoned, coin: AddableCoin): Offer {
  const most = round(coin.available, coin.places, 'down');
  return { coin, held: heldOf(loan, coin.coin), most, worth: gain(loan, coin, most) };
}

interface Part {
  readonly coin: AddableCoin;
  readonly amount: Decimal;
  /** What it counts for. USD. */
  readonly worth: Decimal;
}

/** Coin after coin, the one that counts for most first, until `more` is reached. Undefined when one is enough, or all are not. */
function mixed(loan: Reckoned, more: Ratio, offers: readonly Offer[]): Way | undefined {
  const parts: Part[] = [];
  let missing = more;
  for (const { coin, held, most, worth } of [...offers].sort((a, b) => compare(b.worth, a.worth))) {
    if (!isPositive(missing.of)) break;
    if (!isPositive(most)) continue;
    const needed =
      compare(multiply(worth, missing.by), missing.of) <= 0 ? undefined : amountToAdd(coin.rule, held, coin.price, missing, coin.places);
    const amount = needed === undefined ? most : lesser(needed, most);
    const part = { coin, amount, worth: amount === most ? worth : gain(loan, coin, amount) };
    parts.push(part);
    missing = { of: subtract(missing.of, multiply(part.worth, missing.by)), by: missing.by };
  }
  return isPositive(missing.of) || parts.length < 2 ? undefined : addWay(loan, parts);
}

/** What this additional amount of a coin counts for. USD, exact. */
function gain(loan: Reckoned, { coin, price, rule }: AddableCoin, amount: Decimal): Decimal {
  const held = heldOf(loan, coin);
  return subtract(collateralValue(rule, add(held, amount), price), collateralValue(rule, held, price));
}

function addWay(loan: Reckoned, parts: readonly Part[]): Way {
  const after = parts.reduce((at, { coin: { coin, price, rule }, amount }) => {
    const held: Pledge = at.collateral.find((one) => one.coin === coin) ?? { coin, amount: zero, price, rule };
    return withCollateral(at, { ...held, amount: add(held.amount, amount) });
  }, loan.model);
  return {
    steps: parts.map(({ coin, amount }) => ({ act: 'add', coin: coin.coin, amount })),
    usd: sum(parts.map(({ coin, amount }) => multiply(amount, coin.price))),
    ltv: ltvWith(loan, { collateral: add(loan.collateral, sum(parts.map(({ worth }) => worth))) }),
    after,
    left: parts.map(({ coin, amount }) => ({ coin: coin.coin, amount: subtract(coin.available, amount) })),
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
 * The most of a coin that can be taken while the loan keeps the person's own cushion below the margin call; never just the venue's maximum.
 * @param cushion how far below margin call LTV has to stay: 0.05 is five points
 * @returns an amount on the grid, zero when nothing can be taken
 */
export function safeMaximum(model: LoanModel, coin: TakeableCoin, marginCall: Decimal, cushion: Decimal): Decimal {
  const target = subtract(marginCall, cushion);
  const pledge = model.collateral.find((held) => held.coin === coin.coin);
  if (pledge === undefined || !isPositive(target)) return zero;
  const less = spare({ model, debt: debtOf(model), collateral: collateralOf(model) }, target);
  const amount = amountToTake(pledge.rule, pledge.amount, pledge.price, less, coin.places);
  return lesser(amount, round(lesser(coin.limit, pledge.amount), coin.places, 'down'));
}

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
  /** How much of it can be repaid, where that is not all. */
  readonly most?: Decimal;
  /** So much, or nothing. */
  readonly whole?: true;
}

export interface Means {
  readonly addable: readonly AddableCoin[];
  readonly takeable: readonly TakeableCoin[];
  readonly payable: readonly PayableDebt[];
}

export interface Step {
  readonly act: 'add' | 'reduce' | 'repay' | 'sell';
  /** Of `repay` and `sell` the coin that is owed. */
  readonly coin: string;
  /** Of `sell` alone: the pledged coin that is sold for it. */
  readonly sold?: string;
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
  /** First one coin each, the most expensive last; then a mix, where needed. */
  readonly ways: readonly Way[];
  readonly deadEnds: readonly DeadEnd[];
  /** The loan is already at the target within one step of LTV, or removing one step of any coin would miss it. */
  readonly there: boolean;
}
