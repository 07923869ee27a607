import {
  amountOf,
  compare,
  divide,
  greater,
  isPositive,
  lesser,
  multiply,
  one,
  round,
  stepsIn,
  subtract,
  zero,
  type Decimal,
} from '../decimal.ts';
import { collateralValue, flatRule } from './haircut.ts';
import { collateralOf, debtOf, ltvOfTotals, withCollateral, withDebt, type LoanModel, type Pledge, type Stake } from './loan-model.ts';
import type { PayableDebt, Way } from './ltv-solver.ts';

/** Digits of an estimated amount. */
const soldPlaces = 8;

/** What repaying by selling collateral does, at these prices and before any fee of the venue. An estimate. */
export interface Sale {
  /** Of the pledged coin. */
  readonly sold: Decimal;
  /** Fraction, rounded up; undefined where no collateral would be left that counts, or not enough is pledged. */
  readonly ltv: Decimal | undefined;
}

/** @returns undefined when the coin isn't owed, or `collateral` isn't pledged */
export function saleOf(model: LoanModel, coin: string, amount: Decimal, collateral: string): Sale | undefined {
  const pair = pairOf(model, coin, collateral);
  if (pair === undefined) return undefined;
  const { debt, held } = pair;
  const usd = multiply(lesser(amount, debt.amount), debt.price);
  const sold = divide(usd, held.price, soldPlaces, 'up');
  if (compare(sold, held.amount) > 0) return { sold, ltv: undefined };
  const left = greater(subtract(debtOf(model), usd), zero);
  return { sold, ltv: ltvOfTotals(model, left, subtract(collateralOf(model), lost(model, held, sold))) };
}

/** How much of the debt all that is pledged of the coin would repay, rounded down. */
export function mostFromSale(model: LoanModel, coin: string, collateral: string, places: number): Decimal | undefined {
  const pair = pairOf(model, coin, collateral);
  return pair && divide(multiply(pair.held.amount, pair.held.price), pair.debt.price, places, 'down');
}

/**
 * The least repayment of a debt by selling one pledged coin that brings LTV to `target`; where none does, how far it leads.
 * @returns undefined when it leads nowhere
 */
export function sellingTo(
  model: LoanModel,
  target: Decimal,
  { coin, most, places }: Pick<PayableDebt, 'coin' | 'most' | 'places'>,
  collateral: string,
): { readonly way: Way; readonly shortBy?: 'debt' | 'limit' } | undefined {
  const pair = pairOf(model, coin, collateral);
  const worth = mostFromSale(model, coin, collateral, places);
  if (pair === undefined || worth === undefined) return undefined;
  const owed = lesser(most ?? pair.debt.amount, pair.debt.amount);
  // What is owed may be finer than the grid.
  const all = lesser(owed, worth);
  const wayOf = (amount: Decimal): Way | undefined => {
    const sale = saleOf(model, coin, amount, collateral);
    if (sale?.ltv === undefined || compare(sale.ltv, model.ltv) >= 0) return undefined;
    const paid = withDebt(model, coin, subtract(pair.debt.amount, amount));
    return {
      steps: [{ act: 'sell', coin, amount, sold: collateral }],
      usd: multiply(amount, pair.debt.price),
      ltv: sale.ltv,
      after: withCollateral(paid, { ...pair.held, amount: subtract(pair.held.amount, sale.sold) }),
      left: [],
    };
  };
  const whole = isPositive(all) ? wayOf(all) : undefined;
  if (whole === undefined || compare(whole.ltv, target) > 0)
    return whole && { way: whole, shortBy: compare(all, owed) === 0 ? 'debt' : 'limit' };
  let way = whole;
  let low = 0n;
  let high = stepsIn(round(all, places, 'up'), places);
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const tried = wayOf(lesser(amountOf(middle, places), all));
    if (tried !== undefined && compare(tried.ltv, target) <= 0) {
      way = tried;
      high = middle;
    } else low = middle;
  }
  return { way };
}

function pairOf(model: LoanModel, coin: string, collateral: string): { readonly debt: Stake; readonly held: Pledge } | undefined {
  const debt = model.debts.find((owed) => owed.coin === coin);
  const held = model.collateral.find((pledged) => pledged.coin === collateral);
  return debt === undefined || held === undefined ? undefined : { debt, held };
}

/** What then no longer counts. With an average haircut a coin may count for more than its share: it is counted in full. */
function lost({ haircuts }: LoanModel, { rule, amount, price }: Pledge, sold: Decimal): Decimal {
  const counts = haircuts === 'averaged' ? flatRule(one) : rule;
  return subtract(collateralValue(counts, amount, price), collateralValue(counts, subtract(amount, sold), price));
}
