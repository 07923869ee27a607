import { madeOnce } from '../kept.ts';
import { add, divide, greater, isNegative, isPositive, isZero, multiply, one, subtract, sum, zero, type Decimal } from '../decimal.ts';
import type { Loan } from '../model.ts';

/** Digits kept in our own ratios; two more than any venue prints. */
const ratioPlaces = 8;

/**
 * The venue's LTV if credible. Negative, or zero while something is owed, means a missing figure.
 * @returns a fraction, or undefined.
 */
export function credibleLtv(loan: Pick<Loan, 'ltv' | 'debts' | 'debtUsd'>): Decimal | undefined {
  const { ltv, debtUsd } = loan;
  if (ltv === undefined || isNegative(ltv)) return undefined;
  const owes = (debtUsd !== undefined && isPositive(debtUsd)) || loan.debts.some(({ amount }) => isPositive(amount));
  return isZero(ltv) && owes ? undefined : ltv;
}

/**
 * How far all collateral may fall in value, at unchanged debt, until LTV reaches `threshold`: 1 - ltv / threshold.
 * Negative beyond the threshold. Rounded down, towards danger. Source: LTV = debt / collateral value.
 * @returns a fraction (0.22 is a fall of 22 %), or undefined when either figure is unknown or the threshold is not positive.
 */
export function distanceTo(threshold: Decimal | undefined, ltv: Decimal | undefined): Decimal | undefined {
  if (threshold === undefined || ltv === undefined || !isPositive(threshold)) return undefined;
  return subtract(one, divide(ltv, threshold, ratioPlaces, 'up'));
}

/**
 * LTV after repaying `amount` of `coin`, anchored on the venue's last figure: ltv x what is owed afterwards / what is owed now, as one exact
 * fraction that is rounded up once. What is pledged, and how the venue values it, does not matter. Always an estimate.
 * @param prices needed only where several coins are owed
 * @returns a fraction, or undefined when unknown
 */
export function ltvAfterRepaying(loan: Loan, coin: string, amount: Decimal, prices: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const ltv = credibleLtv(loan);
  const owed = loan.debts.filter((debt) => isPositive(debt.amount));
  if (ltv === undefined || isNegative(amount) || !owed.some((debt) => debt.coin === coin)) return undefined;
  const values = owed.map((debt) => {
    const price = owed.length === 1 ? one : prices.get(debt.coin);
    if (price === undefined || !isPositive(price)) return undefined;
    const left = debt.coin === coin ? greater(subtract(debt.amount, amount), zero) : debt.amount;
    return { now: multiply(debt.amount, price), after: multiply(left, price) };
  });
  if (!values.every((value) => value !== undefined)) return undefined;
  return divide(multiply(ltv, sum(values.map(({ after }) => after))), sum(values.map(({ now }) => now)), ratioPlaces, 'up');
}

/**
 * LTV after borrowing `amount` more of `coin`, which the loan owes already: as `ltvAfterRepaying`, upwards.
 * @returns a fraction, or undefined when unknown
 */
export function ltvAfterBorrowing(loan: Loan, coin: string, amount: Decimal, prices: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const scale = borrowingScale(loan, coin, prices);
  if (scale === undefined || isNegative(amount)) return undefined;
  const { ltv, owed, price } = scale;
  return divide(multiply(ltv, add(owed, multiply(amount, price))), owed, ratioPlaces, 'up');
}

/**
 * The most more of `coin` that keeps LTV at or below `limit`, rounded down; zero or less when nothing does.
 * @returns undefined when unknown
 */
export function mostToBorrow(
  loan: Loan,
  coin: string,
  limit: Decimal,
  prices: ReadonlyMap<string, Decimal>,
  places: number,
): Decimal | undefined {
  const scale = borrowingScale(loan, coin, prices);
  if (scale === undefined) return undefined;
  const { ltv, owed, price } = scale;
  return divide(multiply(owed, subtract(limit, ltv)), multiply(ltv, price), places, 'down');
}

/** LTV, all that is owed and the price of the coin, in one unit: the coin itself where nothing else is owed, else USD. */
function borrowingScale(
  loan: Loan,
  coin: string,
  prices: ReadonlyMap<string, Decimal>,
): { readonly ltv: Decimal; readonly owed: Decimal; readonly price: Decimal } | undefined {
  const ltv = credibleLtv(loan);
  const owed = loan.debts.filter((debt) => isPositive(debt.amount));
  if (ltv === undefined || !isPositive(ltv) || !owed.some((debt) => debt.coin === coin)) return undefined;
  const priceOf = (name: string): Decimal | undefined => (owed.length === 1 ? one : prices.get(name));
  const price = priceOf(coin);
  const values = owed.map((debt) => {
    const own = priceOf(debt.coin);
    return own === undefined || !isPositive(own) ? undefined : multiply(debt.amount, own);
  });
  if (price === undefined || !values.every((value) => value !== undefined)) return undefined;
  return { ltv, owed: sum(values), price };
}

/** Whether the loan owes nothing by the venue's figures: at least one must be zero and none above zero. An absent debt is not zero. */
export function owesNothing({ ltv, debts, debtUsd, due }: Pick<Loan, 'ltv' | 'debts' | 'debtUsd' | 'due'>): boolean {
  if (due !== undefined && due.length > 0) return false;
  const isNone = (figure: Decimal | undefined): boolean => figure === undefined || isZero(figure);
  if (!isNone(ltv) || !isNone(debtUsd) || !debts.every(({ amount }) => isZero(amount))) return false;
  return ltv !== undefined || debtUsd !== undefined || debts.length > 0;
}

/** The loan without impossible figures: an impossible LTV, a threshold at or below zero, USD below zero. The same object if all are possible. */
export const believedLoan: (loan: Loan) => Loan = madeOnce((loan) => (isPossible(loan) ? loan : withoutImpossible(loan)));

function isPossible(loan: Loan): boolean {
  const { marginCall, liquidation, debtUsd, collateralUsd } = loan;
  const isLine = (line: typeof marginCall): boolean => line !== undefined && isPositive(line.ltv);
  const isWorth = (usd: Decimal | undefined): boolean => usd === undefined || !isNegative(usd);
  return credibleLtv(loan) !== undefined && isLine(marginCall) && isLine(liquidation) && isWorth(debtUsd) && isWorth(collateralUsd);
}

function withoutImpossible(loan: Loan): Loan {
  const doubtful: ReadonlySet<string> = new Set([
    ...(credibleLtv(loan) === undefined ? ['ltv'] : []),
    ...(['marginCall', 'liquidation'] as const).filter((name) => !isPositive(loan[name]?.ltv ?? zero)),
    ...(['debtUsd', 'collateralUsd'] as const).filter((name) => isNegative(loan[name] ?? zero)),
  ]);
  const believed = Object.entries(loan).filter(([name]) => !doubtful.has(name));
  // Only what may be absent is left out.
  return believed.length === Object.keys(loan).length ? loan : (Object.fromEntries(believed) as unknown as Loan);
}
