import { compare, divide, multiply, one, subtract, type Decimal } from './decimal.ts';
import { mostDistance } from './format.ts';
import { factorAt, type LoanModel } from './loan-model.ts';
import { isStable } from './stablecoins.ts';

const places = 8;

/** How far prices may move until a loan reaches a line. Fractions of today's prices, rounded towards danger. All are estimates. */
export interface LoanDistance {
  /** Fall of all collateral coins that are no stablecoins, together. Zero when reached; absent when no such fall reaches the line. */
  readonly uniformFall?: Decimal;
  /** Fall of one collateral coin alone, all else unchanged. Only coins whose fall can reach the line. */
  readonly fallOf: ReadonlyMap<string, { readonly fall: Decimal; readonly price: Decimal }>;
  /**
   * Rise of one debt coin that is no stablecoin, all else unchanged. Only up to `mostDistance`: what lies beyond comes from the end of a
   * table of haircuts, behind which nothing counts, and no market gets there.
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
