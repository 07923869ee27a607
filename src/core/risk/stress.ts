import { madeOnce } from '../kept.ts';
import { add, compare, divide, greater, isPositive, multiply, one, subtract, zero, type Decimal } from '../decimal.ts';
import { isStable } from './stablecoins.ts';
import { factorAt, ltvAt, type LoanModel } from './loan-model.ts';
import type { Position } from '../model.ts';
import { distanceToLiquidation } from './position-model.ts';

/** Digits of a factor that was found by division. */
const factorPlaces = 18;

// The same loan is used many times until the next reading, so results are cached.
const worked = madeOnce<LoanModel, Map<string, Decimal | undefined>>(() => new Map());

function once(model: LoanModel, question: string, answer: () => Decimal | undefined): Decimal | undefined {
  const known = worked(model);
  const found = known.get(question);
  if (found !== undefined || known.has(question)) return found;
  const fresh = answer();
  known.set(question, fresh);
  return fresh;
}

/** A loan under stress. */
export interface StressedLoan {
  readonly key: string;
  readonly model: LoanModel;
  /** LTV of the venue's lines, where known. */
  readonly marginCall?: Decimal;
  readonly liquidation?: Decimal;
}

/** A position under stress. Its prices are in `position.priceCoin`: if that is no stablecoin, its fall is a rise of those prices. */
export interface StressedPosition {
  readonly key: string;
  readonly position: Position;
  /** The coin that is traded. */
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
    ...positions.flatMap(({ coin, position }) => [coin, position.priceCoin]),
  ];
  return [...new Set(all.filter((coin) => !isStable(coin)))];
}

export type Harm = 'marginCall' | 'liquidation';

/** What a shock does to one of them. */
export interface Outcome {
  readonly key: string;
  /** Estimated; absent for positions, and where no collateral is left. */
  readonly ltv?: Decimal;
  /** Of a position to liquidation, as `distanceToLiquidation` has it; absent for loans and where it is unknown. */
  readonly distance?: Decimal;
  /** The worst that it brings; absent when nothing happens. */
  readonly harm?: Harm;
}

/**
 * What happens to everything when the prices of `coins` are multiplied by `factor`. Thresholds of loans stay; an isolated position is liquidated
 * when its mark price passes the venue's liquidation price. Estimates.
 * @param factor above zero: 0.8 is a fall of 20 %
 */
export function shocked({ loans, positions }: Exposed, coins: ReadonlySet<string>, factor: Decimal): readonly Outcome[] {
  const factors = new Map([...coins].map((coin) => [coin, factor]));
  return [
    ...loans.map((loan): Outcome => {
      const ltv = ltvAt(loan.model, coins, factor);
      const harm = harmOf(loan, ltv);
      return { key: loan.key, ...(ltv === undefined ? {} : { ltv }), ...(harm === undefined ? {} : { harm }) };
    }),
    ...positions.map(({ key, position, coin }): Outcome => {
      const distance = distanceToLiquidation(movedPosition(position, coin, factors));
      if (distance === undefined) return { key };
      return { key, distance, ...(isPositive(distance) ? {} : { harm: 'liquidation' }) };
    }),
  ];
}

/**
 * A position at other prices; coins without a factor stay. For the coin its prices are in, the liquidation price is moved instead of the mark
 * price: the same distance, and exact.
 * @param coin the coin that is traded
 */
export function movedPosition(position: Position, coin: string, factors: ReadonlyMap<string, Decimal>): Position {
  const { markPrice, liquidationPrice } = position;
  const [by, quote] = [factors.get(coin) ?? one, factors.get(position.priceCoin) ?? one];
  if (markPrice === undefined || liquidationPrice === undefined || compare(by, quote) === 0) return position;
  return { ...position, markPrice: multiply(markPrice, by), liquidationPrice: multiply(liquidationPrice, quote) };
}

function harmOf({ marginCall, liquidation }: StressedLoan, ltv: Decimal | undefined): Harm | undefined {
  const at = (line: Decimal | undefined): boolean => line !== undefined && (ltv === undefined || compare(ltv, line) >= 0);
  if (at(liquidation)) return 'liquidation';
  return at(marginCall) ? 'marginCall' : undefined;
}

/** What a fall or a rise causes, and how far the price has to move for it. */
export interface Event {
  readonly key: string;
  readonly harm: Harm;
  /** Fraction of today's price; -0.18 is a fall of 18 %. Rounded towards today. */
  readonly change: Decimal;
}

/**
 * Everything that happens as the prices of `coins` go one way, nearest first: what is affected first, and with it. A fall goes down to zero, a
 * rise up to double the price.
 */
export function eventsOf(exposed: Exposed, coins: ReadonlySet<string>, way: 'fall' | 'rise'): readonly Event[] {
  const events: Event[] = [];
  const note = (key: string, harm: Harm, factor: Decimal | undefined): void => {
    if (factor !== undefined) events.push({ key, harm, change: subtract(factor, one) });
  };
  for (const { key, model, marginCall, liquidation } of exposed.loans) {
    // Of the others a loan knows nothing, so that it is the same question whoever else is exposed.
    const own = [...model.collateral, ...model.debts].map(({ coin }) => coin).filter((coin) => coins.has(coin));
    const asked = [way, ...own].join(' ');
    const at = (line: Decimal): Decimal | undefined => once(model, `${line} ${asked}`, () => factorAt(model, new Set(own), line, way));
    if (marginCall !== undefined) note(key, 'marginCall', at(marginCall));
    if (liquidation !== undefined) note(key, 'liquidation', at(liquidation));
  }
  for (const { key, position, coin } of exposed.positions) {
    const distance = distanceToLiquidation(position);
    if (distance === undefined || coins.has(coin) === coins.has(position.priceCoin)) continue;
    // Its price falls with the traded coin, and rises as the coin it is quoted in falls.
    const falls = coins.has(coin) === (way === 'fall');
    if (falls !== (position.side === 'long')) continue;
    const left = greater(distance, zero);
    const reached = falls ? subtract(one, left) : add(one, left);
    note(key, 'liquidation', coins.has(coin) ? reached : divide(one, reached, factorPlaces, way === 'fall' ? 'up' : 'down'));
  }
  return events
    .filter(({ change }) => way === 'fall' || compare(change, one) <= 0)
    .sort((a, b) => (way === 'fall' ? compare(b.change, a.change) : compare(a.change, b.change)));
}
