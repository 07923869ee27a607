import { madeOnce } from '../kept.ts';
import {
  absolute,
  compare,
  decimal,
  divide,
  exact,
  greater,
  isAboveZero,
  isPositive,
  minus,
  multiply,
  nothing,
  one,
  order,
  plain,
  plus,
  quotient,
  subtract,
  sum,
  times,
  zero,
  type Decimal,
  type Exact,
} from '../decimal.ts';
import { mostDistance } from '../format.ts';
import type { Loan, HaircutRule } from '../model.ts';
import { edges, exactValue, flatRule, recoveredRule } from './haircut.ts';
import { credibleLtv } from './ltv.ts';
import { isStable } from './stablecoins.ts';

/** Digits kept in our own ratios; two more than any venue prints. */
const ratioPlaces = 8;
const factorPlaces = 18;
/** Above this relative difference, our calculation doesn't match the venue's LTV. */
export const mostDifference = decimal('0.005');

/** One coin of a loan with all that its value is computed from. */
export interface Stake {
  readonly coin: string;
  readonly amount: Decimal;
  /** USD for one coin. */
  readonly price: Decimal;
}

export interface Pledge extends Stake {
  readonly rule: HaircutRule;
}

/** A loan as we compute it. All results are estimates anchored on the venue's own LTV: the small difference to ours is kept as a factor. */
export interface LoanModel {
  readonly collateral: readonly Pledge[];
  readonly debts: readonly Stake[];
  /** The venue's LTV. Fraction. */
  readonly ltv: Decimal;
  /** The venue's LTV over ours. Near 1. */
  readonly correction: Decimal;
  /** Where the haircuts are from: published rules, or recovered from the venue's valuation: of single coins, or of all as one rate (exact for one coin, `averaged` for several). */
  readonly haircuts: 'published' | 'recovered' | 'averaged';
}

/** Why a loan cannot be computed: a price is missing, the venue gives no LTV, or our recomputation of it differs by more than 0.5 %. */
export type ModelTrouble = 'price' | 'ltv' | 'definitions';

/**
 * Makes a loan computable.
 * @param prices USD for one coin
 * @returns a word for why it can't be computed. A calculation that doesn't give the venue's present LTV is not used.
 */
export function modelOf(loan: Loan, prices: ReadonlyMap<string, Decimal>): LoanModel | ModelTrouble {
  const ltv = credibleLtv(loan);
  if (ltv === undefined) return 'ltv';
  const stakes = (coins: Loan['debts']): readonly Stake[] | undefined => {
    const priced = coins.map(({ coin, amount }) => ({ coin, amount, price: prices.get(coin) }));
    return priced.every((stake): stake is Stake => stake.price !== undefined && isPositive(stake.price)) ? priced : undefined;
  };
  const debts = stakes(loan.debts);
  const held = stakes(loan.collateral);
  if (debts === undefined || held === undefined || held.length === 0) return 'price';
  const pledged = withRules(loan, held);
  if (pledged === undefined) return 'price';
  const model = { collateral: pledged.collateral, debts, ltv, correction: one, haircuts: pledged.haircuts };
  const own = rawLtv(model);
  if (own === undefined) return 'price';
  if (!isPositive(own) || !isPositive(ltv)) return isPositive(ltv) || isPositive(own) ? 'definitions' : model;
  // Rounded down, because our LTV and the product are rounded up: at unchanged prices the result is then the venue's LTV, not a digit above.
  const correction = divide(ltv, own, factorPlaces, 'down');
  if (compare(absolute(subtract(correction, one)), mostDifference) > 0) return 'definitions';
  return { ...model, correction };
}

function withRules(
  loan: Loan,
  held: readonly Stake[],
): { readonly collateral: readonly Pledge[]; readonly haircuts: LoanModel['haircuts'] } | undefined {
  const { haircuts } = loan;
  if (loan.collateralValuation === 'raw') {
    return { collateral: held.map((stake) => ({ ...stake, rule: flatRule(one) })), haircuts: 'published' };
  }
  const known = held.map((stake) => ({ ...stake, rule: haircuts?.[stake.coin] }));
  if (known.every((pledge): pledge is Pledge => pledge.rule !== undefined)) {
    return { collateral: known, haircuts: known.some(({ rule }) => rule.recovered) ? 'recovered' : 'published' };
  }
  if (loan.collateralUsd === undefined) return undefined;
  const rule = recoveredRule(loan.collateralUsd, sum(held.map(({ amount, price }) => multiply(amount, price))));
  if (rule === undefined) return undefined;
  return { collateral: held.map((stake) => ({ ...stake, rule })), haircuts: held.length === 1 ? 'recovered' : 'averaged' };
}

/** What is owed and what counts as collateral, in USD. */
interface Totals {
  readonly debt: Exact;
  readonly collateral: Exact;
}

interface ExactStake {
  readonly coin: string;
  readonly amount: Exact;
  readonly price: Exact;
}

/** A model whose figures are read, because it is computed at many prices. */
interface ExactModel {
  readonly collateral: readonly (ExactStake & { readonly rule: HaircutRule })[];
  readonly debts: readonly ExactStake[];
  readonly correction: Exact;
  /** What the model comes to as the prices of some coins go one way. */
  readonly paths: Map<string, Path>;
  /** Its totals as these prices move. */
  readonly totals: Map<string, (factor: Exact) => Totals>;
}

const exactModel = madeOnce((model: LoanModel): ExactModel => ({
  ...exactStakes(model),
  correction: exact(model.correction),
  paths: new Map<string, Path>(),
  totals: new Map(),
}));

const exactStakes = ({ collateral, debts }: Pick<LoanModel, 'collateral' | 'debts'>): Pick<ExactModel, 'collateral' | 'debts'> => ({
  collateral: collateral.map(({ coin, amount, price, rule }) => ({ coin, amount: exact(amount), price: exact(price), rule })),
  debts: debts.map(({ coin, amount, price }) => ({ coin, amount: exact(amount), price: exact(price) })),
});

const worth = (stakes: ExactModel['debts']): Exact =>
  stakes.reduce((total, { amount, price }) => plus(total, times(amount, price)), nothing);

const worthAfterHaircut = (stakes: ExactModel['collateral'], factor = oneTime): Exact =>
  stakes.reduce((total, { rule, amount, price }) => plus(total, exactValue(rule, amount, times(price, factor))), nothing);

const oneTime = exact(one);

/** The totals by the factor on the prices of `coins`, on both sides of the loan. What doesn't move is added up once. */
function totalsOf({ collateral, debts, totals }: ExactModel, coins: ReadonlySet<string>): (factor: Exact) => Totals {
  let name = '';
  for (const side of [collateral, debts]) for (const { coin } of side) if (coins.has(coin)) name += ` ${coin}`;
  const known = totals.get(name);
  if (known !== undefined) return known;
  const isMoved = ({ coin }: ExactStake): boolean => coins.has(coin);
  const isStill = ({ coin }: ExactStake): boolean => !coins.has(coin);
  const [debt, movedDebt] = [worth(debts.filter(isStill)), worth(debts.filter(isMoved))];
  const [still, moved] = [worthAfterHaircut(collateral.filter(isStill)), collateral.filter(isMoved)];
  const made = (factor: Exact): Totals => ({
    debt: plus(debt, times(movedDebt, factor)),
    collateral: plus(still, worthAfterHaircut(moved, factor)),
  });
  totals.set(name, made);
  return made;
}

/** USD. */
export const debtOf = ({ debts }: Pick<LoanModel, 'debts'>): Decimal => plain(worth(exactStakes({ debts, collateral: [] }).debts));

/** USD, after haircuts. */
export const collateralOf = ({ collateral }: Pick<LoanModel, 'collateral'>): Decimal =>
  plain(worthAfterHaircut(exactStakes({ collateral, debts: [] }).collateral));

function rawLtv(model: Pick<LoanModel, 'debts' | 'collateral'>): Decimal | undefined {
  const { collateral, debts } = exactStakes(model);
  const held = worthAfterHaircut(collateral);
  return isAboveZero(held) ? plain(quotient(worth(debts), held, factorPlaces, 'up')) : undefined;
}

/**
 * The estimated LTV of the model. Fraction, rounded up.
 * @returns undefined when no collateral is left that counts.
 */
export const ltvOf = (model: LoanModel): Decimal | undefined => ltvAt(model, new Set(), one);

/** The same if the prices of `coins` are multiplied by a factor. */
export function ltvAt(model: LoanModel, coins: ReadonlySet<string>, factor: Decimal): Decimal | undefined {
  const read = exactModel(model);
  const { debt, collateral } = totalsOf(read, coins)(exact(factor));
  return isAboveZero(collateral) ? plain(quotient(times(debt, read.correction), collateral, ratioPlaces, 'up')) : undefined;
}

/** The same for other totals, in USD: what is owed, and what counts as collateral. */
export function ltvOfTotals({ correction }: LoanModel, debt: Decimal, collateral: Decimal): Decimal | undefined {
  if (!isPositive(collateral)) return undefined;
  return divide(multiply(debt, correction), collateral, ratioPlaces, 'up');
}

/** The model with other prices: each is multiplied by the coin's factor, on both sides of the loan. Coins without one stay. */
export function withPrices(model: LoanModel, factors: ReadonlyMap<string, Decimal>): LoanModel {
  const moved = <S extends Stake>(stake: S): S => {
    const factor = factors.get(stake.coin);
    return factor === undefined ? stake : { ...stake, price: multiply(stake.price, factor) };
  };
  return { ...model, collateral: model.collateral.map(moved), debts: model.debts.map(moved) };
}

/** The model with another amount of a collateral coin. A coin that is new needs its price, and `rule` where it is known. */
export function withCollateral(model: LoanModel, stake: Pledge): LoanModel {
  const others = model.collateral.filter(({ coin }) => coin !== stake.coin);
  return { ...model, collateral: isPositive(stake.amount) ? [...others, stake] : others };
}

/** The model with another debt in a coin it owes. */
export function withDebt(model: LoanModel, coin: string, amount: Decimal): LoanModel {
  return { ...model, debts: model.debts.map((debt) => (debt.coin === coin ? { ...debt, amount: greater(amount, zero) } : debt)) };
}

/**
 * The factor on the prices of `coins` at which LTV reaches `threshold`, going down from 1 (`fall`) or up (`rise`). Tier edges are
 * respected: between them both sides of the loan are straight lines in the factor, so it is found exactly, then rounded towards 1.
 * @returns one when it is reached already; undefined when it is never reached that way.
 */
export function factorAt(model: LoanModel, coins: ReadonlySet<string>, threshold: Decimal, way: 'fall' | 'rise'): Decimal | undefined {
  if (!isPositive(threshold)) return undefined;
  const line = exact(threshold);
  // Reached where debt x correction - threshold x collateral is zero or more.
  const excess = ({ debt, collateral }: Totals): Exact => minus(debt, times(line, collateral));
  const path = pathOf(model, coins, way);
  let from = oneTime;
  let before = excess(path.at(0));
  if (order(before, nothing) >= 0) return one;
  // A fall of debts only, or a rise of collateral only, leads away from the line.
  const harmful: readonly Stake[] = way === 'fall' ? model.collateral : model.debts;
  if (!harmful.some(({ coin }) => coins.has(coin))) return undefined;
  for (let corner = 1; corner < path.factors.length; corner += 1) {
    const to = path.factors[corner] ?? nothing;
    const after = excess(path.at(corner));
    const reached = order(after, nothing);
    // Reached only at a price of zero, which is no price.
    if (reached === 0 && !isAboveZero(to)) return undefined;
    if (reached >= 0) return crossing(from, before, to, after, way);
    from = to;
    before = after;
  }
  if (way === 'fall') return undefined;
  // Beyond the last edge it is one straight line.
  const slope = minus(excess(path.at(path.factors.length)), before);
  return isAboveZero(slope) ? plain(plus(from, quotient(minus(nothing, before), slope, factorPlaces, 'down'))) : undefined;
}

function crossing(from: Exact, before: Exact, to: Exact, after: Exact, way: 'fall' | 'rise'): Decimal {
  const span = way === 'fall' ? minus(from, to) : minus(to, from);
  const step = quotient(times(span, minus(nothing, before)), minus(after, before), factorPlaces, 'down');
  return plain(way === 'fall' ? minus(from, step) : plus(from, step));
}

interface Path {
  /** One, and where a bracket begins or ends as prices move, in the order they are met. */
  readonly factors: readonly Exact[];
  /** The totals at one of them, the debt with the correction; beyond the last one at a factor one more. Worked out when first asked for. */
  at(index: number): Totals;
}

function pathOf(model: LoanModel, coins: ReadonlySet<string>, way: 'fall' | 'rise'): Path {
  const read = exactModel(model);
  const name = [way, ...coins].join(' ');
  const known = read.paths.get(name);
  if (known !== undefined) return known;
  const factors = [oneTime, ...corners(read, coins, way)];
  const totals = totalsOf(read, coins);
  const found: Totals[] = [];
  const at = (index: number): Totals => {
    const { debt, collateral } = totals(factors[index] ?? plus(factors.at(-1) ?? oneTime, oneTime));
    return { debt: times(debt, read.correction), collateral };
  };
  const path: Path = { factors, at: (index) => (found[index] ??= at(index)) };
  read.paths.set(name, path);
  return path;
}

/** A fall ends at zero. */
function corners({ collateral }: ExactModel, coins: ReadonlySet<string>, way: 'fall' | 'rise'): readonly Exact[] {
  const toOne = way === 'fall' ? -1 : 1;
  const all = collateral
    .filter(({ coin, rule }) => coins.has(coin) && rule.by === 'value')
    .flatMap(({ rule, amount, price }) => {
      const usd = times(amount, price);
      return isAboveZero(usd)
        ? edges(rule)
            .map(exact)
            .filter((edge) => order(edge, usd) === toOne)
            .map((edge) => quotient(edge, usd, factorPlaces, 'half-up'))
        : [];
    })
    .filter((factor) => order(factor, oneTime) === toOne && isAboveZero(factor))
    .sort((a, b) => toOne * order(a, b));
  return way === 'fall' ? [...all, nothing] : all;
}

const places = 8;

/** How far prices may move until a loan reaches a line. Fractions of today's prices, rounded towards danger. All are estimates. */
export interface LoanDistance {
  /** Fall of all collateral coins that are no stablecoins, together. Zero when reached; absent when no such fall reaches the line. */
  readonly uniformFall?: Decimal;
  /** Fall of one collateral coin alone, all else unchanged. Only coins whose fall can reach the line. */
  readonly fallOf: ReadonlyMap<string, { readonly fall: Decimal; readonly price: Decimal }>;
  /**
   * Rise of one debt coin that is no stablecoin, all else unchanged. Only up to `mostDistance`: beyond it are the ends of haircut tables, and no
   * market gets there.
   */
  readonly riseOf: ReadonlyMap<string, { readonly rise: Decimal; readonly price: Decimal }>;
}

/**
 * Distance of a loan to a line, across the edges of haircut brackets. A coin that is owed and pledged moves on both sides.
 * @param line LTV of the margin call or the liquidation, as the venue counts it
 */
export function loanDistance(model: LoanModel, line: Decimal): LoanDistance {
  const volatile = model.collateral.map(({ coin }) => coin).filter((coin) => !isStable(coin));
  const together = volatile.length === 0 ? undefined : factorAt(model, new Set(volatile), line, 'fall');
  const fallOf = new Map<string, { fall: Decimal; price: Decimal }>();
  for (const { coin, price } of model.collateral) {
    const factor = factorAt(model, new Set([coin]), line, 'fall');
    if (factor !== undefined) fallOf.set(coin, { fall: fallTo(factor), price: divide(multiply(price, factor), one, places, 'up') });
  }
  const riseOf = new Map<string, { rise: Decimal; price: Decimal }>();
  for (const { coin, price } of model.debts) {
    if (isStable(coin)) continue;
    const factor = factorAt(model, new Set([coin]), line, 'rise');
    if (factor === undefined) continue;
    const rise = divide(subtract(factor, one), one, places, 'down');
    if (compare(rise, mostDistance) > 0) continue;
    riseOf.set(coin, {
      rise,
      price: divide(multiply(price, factor), one, places, 'down'),
    });
  }
  return { ...(together === undefined ? {} : { uniformFall: fallTo(together) }), fallOf, riseOf };
}

const fallTo = (factor: Decimal): Decimal => divide(subtract(one, factor), one, places, 'down');
