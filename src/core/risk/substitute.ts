import { add, compare, decimal, divide, greater, isPositive, isZero, one, subtract, sum, type Decimal } from '../decimal.ts';
import { isStable } from './stablecoins.ts';
import { credibleLtv, distanceTo } from './ltv.ts';
import type { CoinAmount, Loan, Position } from '../model.ts';
import { believed, valueInMarginCoin } from './position-model.ts';

/*
 * What speaks when the one figure that decides is missing. Whatever is found here may raise an alarm and never clears one: the
 * figures are further from what the venue acts on, so that "far" from them proves nothing.
 */

/**
 * What raised an alarm where the deciding figure is missing:
 * - `marginRatio` the venue's maintenance ratio, at which it liquidates
 * - `marginLeft` the margin left after a loss, against the maintenance margin
 * - `usd` debt over collateral in USD
 * - `price` the venue's liquidation price of the loan, against the present price
 * - `whole` the LTV against 100 %: no venue's threshold is above that
 */
export type Substitute = 'marginRatio' | 'marginLeft' | 'usd' | 'price' | 'whole';

/** A distance used in place of the missing one, as a fraction; zero or less means reached. */
export interface Hint {
  readonly by: Substitute;
  readonly level: 'danger' | 'warn' | undefined;
  readonly distance?: Decimal;
}

const places = 8;

/**
 * A position alarms below these maintenance ratios. Our own choice: how far a price may move also depends on the maintenance rate. Recorded
 * isolated positions of OKX with borrowed coins were 8.1 % from liquidation at 2.80 and 12.4 % at 3.90.
 */
export const ratioDangerBelow = decimal('1.5');
export const ratioWarnBelow = decimal('3');

/**
 * What a position's other figures say about its liquidation.
 * @param known the distance to the liquidation price is known: then only a ratio at which the venue liquidates says more than it
 */
export function hintsOf(position: Position, known: boolean): readonly Hint[] {
  const { marginRatio } = position;
  // A ratio of zero means a missing figure; below zero, more than the margin is lost.
  const told: readonly Hint[] =
    marginRatio === undefined || isZero(marginRatio) ? [] : [{ by: 'marginRatio', level: levelOfRatio(marginRatio) }];
  if (known) return marginRatio !== undefined && compare(marginRatio, one) <= 0 ? told : [];
  return [...told, ...marginLeft(position)];
}

function levelOfRatio(ratio: Decimal): Hint['level'] {
  if (compare(ratio, ratioDangerBelow) < 0) return 'danger';
  return compare(ratio, ratioWarnBelow) < 0 ? 'warn' : undefined;
}

/**
 * Margin and profit or loss against the maintenance margin, of an isolated position. As a ratio it leaves out the fee of closing. The
 * distance of price, (left - maintenance) / (value + left), is exact for an inverse long and less than the real one for all other contracts.
 */
function marginLeft(position: Position): readonly Hint[] {
  const { marginMode, contract, unrealizedPnl } = position;
  const [margin, required] = [believed(position.margin), believed(position.maintenanceMargin)];
  if (marginMode !== 'isolated' || margin === undefined || unrealizedPnl === undefined) return [];
  const left = add(margin, unrealizedPnl);
  if (!isPositive(left)) return [{ by: 'marginLeft', level: 'danger' }];
  if (required === undefined) return [];
  const byRatio: Hint = { by: 'marginLeft', level: levelOfRatio(divide(left, required, places, 'down')) };
  const value = contract === 'linear' || contract === 'inverse' ? valueInMarginCoin(position) : undefined;
  if (value === undefined) return [byRatio];
  return [byRatio, { by: 'marginLeft', level: undefined, distance: divide(subtract(left, required), add(value, left), places, 'down') }];
}

/** What a loan's other figures say, where its LTV or both of its lines are missing. */
export function loanHints(loan: Loan): readonly Hint[] {
  const ltv = credibleLtv(loan);
  const lines = [loan.marginCall, loan.liquidation].flatMap((line) => (line !== undefined && isPositive(line.ltv) ? [line.ltv] : []));
  if (ltv !== undefined && lines.length > 0) return [];
  const distances = (by: Substitute, at: Decimal): readonly Hint[] =>
    [...lines, one].flatMap((line) => {
      const distance = distanceTo(line, at);
      return distance === undefined ? [] : [{ by, level: undefined, distance }];
    });
  const own = ltv === undefined ? ltvByUsd(loan) : undefined;
  const price = distanceToPrice(loan);
  return [
    ...(own === undefined ? [] : distances('usd', own)),
    ...(ltv === undefined ? [] : distances('whole', ltv)),
    ...(price === undefined ? [] : [{ by: 'price' as const, level: undefined, distance: price }]),
  ];
}

/** Debt over collateral, rounded up. Where the collateral is before the venue's haircut, the real LTV is higher. */
function ltvByUsd({ debtUsd, collateralUsd, debts, collateral }: Loan): Decimal | undefined {
  const [owed, held] = [debtUsd ?? worthOf(debts), collateralUsd ?? worthOf(collateral)];
  if (owed === undefined || held === undefined || !isPositive(owed)) return undefined;
  // Nothing counts against the debt.
  if (!isPositive(held)) return greater(owed, one);
  return divide(owed, held, places, 'up');
}

function worthOf(coins: readonly CoinAmount[]): Decimal | undefined {
  const values = coins.map(({ usd }) => usd);
  return values.length > 0 && values.every((usd) => usd !== undefined) ? sum(values) : undefined;
}

/** From the present price of the only coin that counts to the venue's liquidation price; the quote coin must be a dollar stablecoin. */
function distanceToPrice({ liquidationPrice, collateral, debts }: Loan): Decimal | undefined {
  const price = believed(liquidationPrice?.price);
  const [base = '', quote = ''] = liquidationPrice?.instrument.split('-') ?? [];
  if (price === undefined || !isStable(quote)) return undefined;
  const [pledged, owed] = [collateral, debts].map((coins) => priceOf(coins.find(({ coin }) => coin === base)));
  if (pledged !== undefined && owed === undefined) return subtract(one, divide(price, pledged, places, 'up'));
  return owed !== undefined && pledged === undefined ? subtract(divide(price, owed, places, 'down'), one) : undefined;
}

function priceOf(coin: CoinAmount | undefined): Decimal | undefined {
  if (coin?.usd === undefined || !isPositive(coin.amount) || !isPositive(coin.usd)) return undefined;
  // Less than the last digit: nothing can be divided by it.
  return believed(divide(coin.usd, coin.amount, places, 'half-up'));
}
