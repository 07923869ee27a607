// What a position comes to at a price. Sources: https://www.okx.com/help-center/6997123251341 (isolated margin) and the sample of
// https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions, which these formulas reproduce.
import {
  add,
  compare,
  decimal,
  divide,
  greater,
  isPositive,
  isZero,
  lesser,
  multiply,
  one,
  subtract,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { Instrument } from './instruments.ts';
import type { OpenPosition } from './state.ts';

/** Digits kept on the way, and in what is printed. */
const workPlaces = 30;
const printedPlaces = 16;
const pricePlaces = 12;
const amountPlaces = 8;

type Held = Pick<OpenPosition, 'side' | 'pos' | 'avgPx' | 'margin' | 'liab' | 'lever'>;

const per = (a: Decimal, b: Decimal): Decimal => divide(a, b, workPlaces, 'half-up');

/** The coin that margin, profit and maintenance margin are in. */
export function marginCoin({ kind, base, quote }: Instrument, side: OpenPosition['side']): string {
  return kind === 'inverse' || (kind === 'borrowed' && side === 'long') ? base : quote;
}

/** What a contract is worth at a price, or what paying back the borrowed coins takes. In the margin coin. */
export function worth({ kind, ctVal }: Instrument, { side, pos, liab }: Held, price: Decimal): Decimal {
  if (kind === 'borrowed') return side === 'long' ? per(liab, price) : multiply(liab, price);
  const size = multiply(ctVal, pos);
  return kind === 'linear' ? multiply(size, price) : per(size, price);
}

/** Profit at a price, negative for a loss. In the margin coin. */
export function profit(instrument: Instrument, held: Held, price: Decimal): Decimal {
  const now = worth(instrument, held, price);
  if (instrument.kind === 'borrowed') return subtract(subtract(held.pos, held.margin), now);
  const then = worth(instrument, held, held.avgPx);
  return (instrument.kind === 'linear') === (held.side === 'long') ? subtract(now, then) : subtract(then, now);
}

function maintenanceRate({ tiers }: Instrument, pos: Decimal): Decimal {
  return tiers.find(([, upTo]) => upTo === undefined || compare(pos, upTo) <= 0)?.[0] ?? one;
}

/** Maintenance margin and the fee of closing, as a fraction of what the position is worth. */
function requirement(instrument: Instrument, { pos }: Held): Decimal {
  const rate = maintenanceRate(instrument, pos);
  const plain = add(rate, instrument.fee);
  // Coins are bought back to pay the debt and the maintenance margin, so the fee is on both.
  return instrument.kind === 'borrowed' ? add(plain, multiply(rate, instrument.fee)) : plain;
}

/** The figures of one position as the API prints them; an undefined one is printed as `""`. */
export interface Figures {
  readonly upl: Decimal;
  /** What it needs at its leverage. */
  readonly imr: Decimal;
  readonly mmr: Decimal;
  /** Liquidation comes at 1. */
  readonly mgnRatio: Decimal;
  /** Undefined when no price liquidates it. */
  readonly liqPx: Decimal | undefined;
}

/** @param margin what covers it: its own margin, or for a cross position all there is of the coin */
export function figures(instrument: Instrument, held: Held, mark: Decimal, margin: Decimal = held.margin): Figures {
  const value = worth(instrument, held, mark);
  const upl = profit(instrument, held, mark);
  const needed = multiply(value, requirement(instrument, held));
  return {
    upl: divide(upl, one, printedPlaces, 'down'),
    imr: divide(value, held.lever, printedPlaces, 'up'),
    mmr: divide(multiply(value, maintenanceRate(instrument, held.pos)), one, printedPlaces, 'up'),
    mgnRatio: isZero(needed) ? zero : divide(add(margin, upl), needed, printedPlaces, 'down'),
    liqPx: liquidationPrice(instrument, held, margin),
  };
}

/** The mark price at which margin and profit just cover maintenance margin and closing fee, rounded towards danger. */
export function liquidationPrice(instrument: Instrument, held: Held, margin: Decimal): Decimal | undefined {
  const [above, below] = liquidationFraction(instrument, held, margin);
  if (isZero(below)) return undefined;
  const price = divide(above, below, pricePlaces, held.side === 'long' ? 'up' : 'down');
  return isPositive(price) ? price : undefined;
}

function liquidationFraction(instrument: Instrument, held: Held, margin: Decimal): readonly [above: Decimal, below: Decimal] {
  const { side, pos, liab, avgPx } = held;
  const rate = requirement(instrument, held);
  const long = side === 'long';
  if (instrument.kind === 'borrowed') {
    const owed = multiply(liab, add(one, rate));
    return long ? [owed, pos] : [pos, owed];
  }
  const sign = long ? one : decimal('-1');
  const size = multiply(instrument.ctVal, pos);
  const then = worth(instrument, held, avgPx);
  return instrument.kind === 'linear'
    ? [subtract(then, multiply(sign, margin)), multiply(size, subtract(one, multiply(sign, rate)))]
    : [multiply(size, add(sign, rate)), add(margin, multiply(sign, then))];
}

/**
 * What may be taken out of the margin at a leverage: what is above the initial margin. A loss counts against it, a profit not for it.
 * Rounded down at 8 decimals, never negative.
 */
export function removable(instrument: Instrument, held: Held, mark: Decimal, lever: Decimal = held.lever): Decimal {
  const covered = lesser(held.margin, add(held.margin, profit(instrument, held, mark)));
  const free = subtract(covered, per(worth(instrument, held, mark), lever));
  return greater(divide(free, one, amountPlaces, 'down'), zero);
}

/** Effective leverage: what it is worth, or owes, over its margin. Undefined without margin. */
export function realLeverage(instrument: Instrument, held: Held, mark: Decimal): Decimal | undefined {
  return isPositive(held.margin) ? divide(worth(instrument, held, mark), held.margin, 4, 'up') : undefined;
}
