import { add, compare, isPositive, multiply, one, subtract, type Decimal } from './decimal.ts';
import { isStable } from './loan-distance.ts';
import { factorAt, ltvOf, withPrices, type LoanModel } from './loan-model.ts';
import type { Position } from './model.ts';
import { distanceToLiquidation } from './position.ts';

/** A loan under stress. */
export interface StressedLoan {
  readonly key: string;
  readonly model: LoanModel;
  /** LTV of the venue's lines, where known. */
  readonly marginCall?: Decimal;
  readonly liquidation?: Decimal;
}

/** A position under stress. */
export interface StressedPosition {
  readonly key: string;
  readonly position: Position;
  /** The coin whose price moves it. */
  readonly coin: string;
}

export interface Exposed {
  readonly loans: readonly StressedLoan[];
  readonly positions: readonly StressedPosition[];
}

/** Every coin whose price matters to any of them, stablecoins left out. In the order they are met. */
export function coinsOf({ loans, positions }: Exposed): readonly string[] {
  const all = [
    ...loans.flatMap(({ model }) => [...model.collateral, ...model.debts].map(({ coin }) => coin)),
    ...positions.map(({ coin }) => coin),
  ];
  return [...new Set(all.filter((coin) => !isStable(coin)))];
}

export type Harm = 'marginCall' | 'liquidation';

/** What a shock does to one of them. */
export interface Outcome {
  readonly key: string;
  /** Estimated; absent for positions, and where no collateral is left. */
  readonly ltv?: Decimal;
  /** The worst that it brings; absent when nothing happens. */
  readonly harm?: Harm;
}

/**
 * What becomes of all when the prices of `coins` are multiplied by `factor`. For loans margin call and liquidation lines stay where
 * they are; an isolated position is liquidated when its mark price passes the venue's liquidation price. Estimates.
 * @param factor above zero: 0.8 is a fall of 20 %
 */
export function shocked({ loans, positions }: Exposed, coins: ReadonlySet<string>, factor: Decimal): readonly Outcome[] {
  const factors = new Map([...coins].map((coin) => [coin, factor]));
  return [
    ...loans.map((loan): Outcome => {
      const ltv = ltvOf(withPrices(loan.model, factors));
      const harm = harmOf(loan, ltv);
      return { key: loan.key, ...(ltv === undefined ? {} : { ltv }), ...(harm === undefined ? {} : { harm }) };
    }),
    ...positions.map(({ key, position, coin }): Outcome => {
      const { markPrice } = position;
      const moved = !coins.has(coin) || markPrice === undefined ? position : { ...position, markPrice: multiply(markPrice, factor) };
      const distance = distanceToLiquidation(moved);
      return { key, ...(distance !== undefined && !isPositive(distance) ? { harm: 'liquidation' } : {}) };
    }),
  ];
}

function harmOf({ marginCall, liquidation }: StressedLoan, ltv: Decimal | undefined): Harm | undefined {
  const at = (line: Decimal | undefined): boolean => line !== undefined && (ltv === undefined || compare(ltv, line) >= 0);
  if (at(liquidation)) return 'liquidation';
  return at(marginCall) ? 'marginCall' : undefined;
}

/** Something that a fall or a rise brings about, and how far the price has to go for it. */
export interface Event {
  readonly key: string;
  readonly harm: Harm;
  /** Fraction of today's price; -0.18 is a fall of 18 %. Rounded towards today. */
  readonly change: Decimal;
}

/**
 * Everything that happens as the prices of `coins` go one way, nearest first: the line that tells a person what breaks first and
 * what breaks with it. A fall reaches down to nothing; a rise is followed until the price has doubled.
 */
export function eventsOf(exposed: Exposed, coins: ReadonlySet<string>, way: 'fall' | 'rise'): readonly Event[] {
  const events: Event[] = [];
  const note = (key: string, harm: Harm, factor: Decimal | undefined): void => {
    if (factor !== undefined) events.push({ key, harm, change: subtract(factor, one) });
  };
  for (const { key, model, marginCall, liquidation } of exposed.loans) {
    if (marginCall !== undefined) note(key, 'marginCall', factorAt(model, coins, marginCall, way));
    if (liquidation !== undefined) note(key, 'liquidation', factorAt(model, coins, liquidation, way));
  }
  for (const { key, position, coin } of exposed.positions) {
    const distance = coins.has(coin) && (position.side === 'long') === (way === 'fall') ? distanceToLiquidation(position) : undefined;
    if (distance !== undefined) note(key, 'liquidation', way === 'fall' ? subtract(one, distance) : add(one, distance));
  }
  return events
    .filter(({ change }) => way === 'fall' || compare(change, one) <= 0)
    .sort((a, b) => (way === 'fall' ? compare(b.change, a.change) : compare(a.change, b.change)));
}
