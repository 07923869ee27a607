// Figures of one position, by the formulas of Bybit's help pages for isolated margin.
import { add, compare, decimal, divide, isPositive, multiply, negate, one, round, subtract, type Decimal } from '../../core/decimal.ts';
import type { Terms } from './instruments.ts';
import type { HeldPosition } from './state.ts';

export type Stake = Pick<HeldPosition, 'side' | 'size' | 'avgPrice' | 'leverage' | 'extra'>;

/** Digits kept on the way, and those of an amount that is printed. */
const workPlaces = 18;
const amountPlaces = 8;

/** What `size` is worth at a price, in the coin of the margin. */
function valueAt({ inverse }: Terms, size: Decimal, price: Decimal): Decimal {
  return inverse ? divide(size, price, workPlaces, 'up') : multiply(size, price);
}

/** What opening it took, without fees: value at entry over leverage. */
function opening({ size, avgPrice, leverage }: Stake, terms: Terms): Decimal {
  return divide(valueAt(terms, size, avgPrice), leverage, workPlaces, 'up');
}

/** Fee of closing at the price where nothing of the opening margin is left. */
function closingFee(stake: Stake, terms: Terms): Decimal {
  const grows = (stake.side === 'Sell') !== terms.inverse;
  const entry = valueAt(terms, stake.size, stake.avgPrice);
  const margin = opening(stake, terms);
  return multiply(terms.fee, grows ? add(entry, margin) : subtract(entry, margin));
}

/** What is left of a position where its margin is used up: the value then, the price of that, and the fee of closing there. */
export function atTheEnd(
  stake: Stake,
  terms: Terms,
): { readonly entryValue: Decimal; readonly exitValue: Decimal; readonly exitPrice: Decimal; readonly fee: Decimal } {
  const entryValue = round(valueAt(terms, stake.size, stake.avgPrice), amountPlaces, 'half-up');
  const margin = add(opening(stake, terms), stake.extra);
  const falls = (stake.side === 'Buy') !== terms.inverse;
  const exitValue = round(falls ? subtract(entryValue, margin) : add(entryValue, margin), amountPlaces, 'half-up');
  const [above, below] = terms.inverse ? [stake.size, exitValue] : [exitValue, stake.size];
  return {
    entryValue,
    exitValue,
    exitPrice: divide(above, below, amountPlaces, 'half-up'),
    fee: round(closingFee(stake, terms), amountPlaces, 'up'),
  };
}

/** Everything that liquidation costs: opening margin, what was added to it, closing fee. Rounded up. */
export function atStake(stake: Stake, terms: Terms): Decimal {
  return round(add(add(opening(stake, terms), stake.extra), closingFee(stake, terms)), amountPlaces, 'up');
}

/**
 * The mark price at which an isolated position is liquidated, rounded towards the entry:
 * linear entry ∓ (opening margin − maintenance margin + extra) / size, inverse size / (value ± the same).
 * Undefined where it lies outside the price band.
 */
export function liquidationPrice(stake: Stake, terms: Terms): Decimal | undefined {
  const { side, size, avgPrice, extra } = stake;
  const { inverse, places, ceiling, maintenance } = terms;
  const long = side === 'Buy';
  const value = valueAt(terms, size, avgPrice);
  const cushion = add(subtract(opening(stake, terms), multiply(value, maintenance)), extra);
  const away = inverse ? cushion : divide(cushion, size, workPlaces, 'down');
  const end = long === inverse ? add(inverse ? value : avgPrice, away) : subtract(inverse ? value : avgPrice, away);
  if (!isPositive(end)) return undefined;
  const rounding = long ? 'up' : 'down';
  const price = inverse ? divide(size, end, places, rounding) : round(end, places, rounding);
  return compare(price, smallestStep(places)) > 0 && compare(price, ceiling) < 0 ? price : undefined;
}

/** Whether a mark price liquidates at this liquidation price. */
export function isReached(side: HeldPosition['side'], price: Decimal | undefined, mark: Decimal): boolean {
  return price !== undefined && (side === 'Buy' ? compare(mark, price) <= 0 : compare(mark, price) >= 0);
}

export interface Figures {
  /** At the entry price. */
  readonly value: Decimal;
  /** At the mark (or entry) price, with what was added and the closing fee. */
  readonly initial: Decimal;
  /** At the mark (or entry) price, with the closing fee. */
  readonly maintenance: Decimal;
  readonly profit: Decimal;
}

/** What is printed of a position, in the coin of its margin: margins rounded up, value and profit to the nearest, as in the printed sample. */
export function figures(stake: Stake, terms: Terms, mark: Decimal, marginPrice: 'mark' | 'entry' = 'mark'): Figures {
  const { side, size, avgPrice, leverage, extra } = stake;
  const fee = closingFee(stake, terms);
  const [entry, now] = [valueAt(terms, size, avgPrice), valueAt(terms, size, mark)];
  const base = marginPrice === 'mark' ? now : entry;
  const gain = terms.inverse ? subtract(entry, now) : subtract(now, entry);
  return {
    value: round(entry, amountPlaces, 'half-up'),
    initial: round(add(add(divide(base, leverage, workPlaces, 'up'), extra), fee), amountPlaces, 'up'),
    maintenance: round(add(multiply(base, terms.maintenance), fee), amountPlaces, 'up'),
    profit: round(side === 'Buy' ? gain : negate(gain), amountPlaces, 'half-up'),
  };
}

function smallestStep(places: number): Decimal {
  return places === 0 ? one : divide(one, decimal(`1${'0'.repeat(places)}`), places, 'up');
}
