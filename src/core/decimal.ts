import Big from 'big.js';

/** Strict mode refuses JavaScript numbers, so no float can enter an amount by accident. */
function strictBig(): typeof Big {
  const made = Big();
  made.strict = true;
  return made;
}

// Pure, so that the build can leave the library out where nothing is computed, as in the ledger's thread.
const Exact = /* @__PURE__ */ strictBig();

// Its digits and rounding are set for each division; making a constructor each time costs more than the division.
const Division = /* @__PURE__ */ strictBig();

declare const brand: unique symbol;

/**
 * An exact decimal number as text, as a venue or a person gave it: optional minus sign, digits, optional fraction. No exponent, no float, no
 * digit lost. `""` is never a `Decimal`; unknown is `undefined`.
 */
export type Decimal = string & { readonly [brand]: 'decimal' };

export type Rounding = 'up' | 'down' | 'half-up';

const pattern = /^-?\d+(\.\d+)?$/;
/** Longer than any amount a venue prints; guards against a hostile answer that would make arithmetic slow. */
const maxLength = 80;

/** Whether `text` is plain decimal notation of at most 80 characters. */
export function isDecimal(text: string): text is Decimal {
  return text.length <= maxLength && pattern.test(text);
}

/**
 * Marks `text` as a decimal.
 * @throws RangeError when it is not plain decimal notation.
 */
export function decimal(text: string): Decimal {
  if (!isDecimal(text)) throw new RangeError(`not a decimal number: ${JSON.stringify(text.slice(0, maxLength))}`);
  return text;
}

/** The notation in which some servers print very small and very large figures. */
const scientific = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;

/**
 * The decimal in a venue's answer, written out plainly with every digit it was printed with: "9.7E-6" is 0.0000097. Undefined for anything else:
 * a number (its digits may be lost already), "", "--", and what takes more than 80 characters to write out.
 */
export function decimalFrom(text: unknown): Decimal | undefined {
  if (typeof text !== 'string' || text.length > maxLength) return undefined;
  if (isDecimal(text)) return text;
  const [, sign, whole, fraction = '', exponent] = scientific.exec(text) ?? [];
  if (sign === undefined || whole === undefined) return undefined;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const integer =
    digits
      .slice(0, Math.max(point, 0))
      .padEnd(point, '0')
      .replace(/^0+(?=\d)/, '') || '0';
  const rest = '0'.repeat(Math.max(-point, 0)) + digits.slice(Math.max(point, 0));
  const plainText = `${sign}${integer}${rest === '' ? '' : `.${rest}`}`;
  return isDecimal(plainText) ? plainText : undefined;
}

export const zero: Decimal = decimal('0');
export const one: Decimal = decimal('1');

const big = (value: Decimal): Big => new Exact(value);
const plain = (value: Big): Decimal => value.toFixed() as Decimal;

export const add = (a: Decimal, b: Decimal): Decimal => plain(big(a).plus(big(b)));
export const subtract = (a: Decimal, b: Decimal): Decimal => plain(big(a).minus(big(b)));
export const multiply = (a: Decimal, b: Decimal): Decimal => plain(big(a).times(big(b)));
export const negate = (a: Decimal): Decimal => plain(big(a).times(big(decimal('-1'))));
export const absolute = (a: Decimal): Decimal => plain(big(a).abs());
/** -1, 0 or 1: whether `a` is less than, equal to or greater than `b`. */
export const compare = (a: Decimal, b: Decimal): -1 | 0 | 1 => (a === b ? 0 : (comparedDigits(a, b) ?? big(a).cmp(big(b))));
export const isZero = (a: Decimal): boolean => compare(a, zero) === 0;
export const isNegative = (a: Decimal): boolean => compare(a, zero) < 0;
export const isPositive = (a: Decimal): boolean => compare(a, zero) > 0;
export const lesser = (a: Decimal, b: Decimal): Decimal => (compare(a, b) <= 0 ? a : b);
export const greater = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? a : b);

/** Digit by digit, in a fraction of the time. Undefined where a sign or leading zeros make it harder. */
function comparedDigits(a: string, b: string): -1 | 0 | 1 | undefined {
  if (isHarder.test(a) || isHarder.test(b)) return undefined;
  const [whole, otherWhole] = [wholeDigits(a), wholeDigits(b)];
  if (whole !== otherWhole) return whole < otherWhole ? -1 : 1;
  const length = Math.min(a.length, b.length);
  const [x, y] = [a.slice(0, length), b.slice(0, length)];
  if (x !== y) return x < y ? -1 : 1;
  // One of them goes on: zeros make no difference.
  if (!/[1-9]/.test(a.slice(length) + b.slice(length))) return 0;
  return a.length < b.length ? -1 : 1;
}

const isHarder = /^(?:-|0\d)/;

function wholeDigits(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? text.length : point;
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = big(zero);
  for (const value of values) total = total.plus(big(value));
  return plain(total);
}

/**
 * `a / b` to `places` decimals. `up` and `down` are towards plus and minus infinity, so the caller chooses the cautious direction, whatever the
 * sign. `half-up` takes the half away from zero.
 * @throws RangeError when `b` is zero.
 */
export function divide(a: Decimal, b: Decimal, places: number, rounding: Rounding): Decimal {
  if (isZero(b)) throw new RangeError('division by zero');
  // Truncate first, then correct by one step where the exact remainder requires it: big.js rounds by magnitude, not by direction.
  Division.DP = places;
  Division.RM = rounding === 'half-up' ? Big.roundHalfUp : Big.roundDown;
  const quotient = new Division(a).div(new Division(b));
  if (rounding === 'half-up') return quotient.toFixed() as Decimal;
  // The sign of the exact remainder a/b - quotient, found without dividing again.
  const remainder = big(a).minus(new Exact(quotient.toFixed()).times(big(b)));
  const remainderSign = remainder.cmp(big(zero)) * big(b).cmp(big(zero));
  const step = new Exact(`1e-${places.toString()}`);
  const exact = new Exact(quotient.toFixed());
  if (rounding === 'up' && remainderSign > 0) return plain(exact.plus(step));
  if (rounding === 'down' && remainderSign < 0) return plain(exact.minus(step));
  return plain(exact);
}

/** `of / by` exactly, with `by` above zero, so that only the amount computed from it is rounded. */
export interface Ratio {
  readonly of: Decimal;
  readonly by: Decimal;
}

export const ratioOf = (value: Decimal | Ratio): Ratio => (typeof value === 'string' ? { of: value, by: one } : value);

/** Rounds to `places` decimals; `up` and `down` are towards plus and minus infinity. */
export function round(value: Decimal, places: number, rounding: Rounding): Decimal {
  return divide(value, one, places, rounding);
}

/** `value` with at least `places` digits behind the point: "0.1" to 2 places is "0.10". Nothing is rounded. */
export function withPlaces(value: Decimal, places: number): Decimal {
  const missing = places - decimalPlaces(value);
  if (missing <= 0) return value;
  return `${value}${value.includes('.') ? '' : '.'}${'0'.repeat(missing)}` as Decimal;
}

/** How many digits follow the decimal point as written: "0.10" has 2. */
export function decimalPlaces(value: Decimal): number {
  const point = value.indexOf('.');
  return point < 0 ? 0 : value.length - point - 1;
}

/**
 * A number for drawing (the place of a needle or a tick), clamped to 0..1. Never for money and never for a decision.
 */
export function fractionForDrawing(value: Decimal, full: Decimal): number {
  if (compare(full, zero) <= 0) return 0;
  const ratio = Number(divide(value, full, 6, 'half-up'));
  return Math.min(1, Math.max(0, ratio));
}

// A venue takes amounts with so many decimals: the grid. Counted in steps of the last decimal, so that halving finds an amount exactly.

/** How many whole steps fit into an amount of zero or more. */
export const stepsIn = (amount: Decimal, places: number): bigint =>
  BigInt(withPlaces(round(amount, places, 'down'), places).replace('.', ''));

/** The amount of that many steps, without trailing zeros. */
export const amountOf = (steps: bigint, places: number): Decimal =>
  divide(decimal(steps.toString()), decimal(`1${'0'.repeat(places)}`), places, 'down');

/**
 * The largest number of steps up to `most` for which `fits` holds, where it holds up to some number and for none above.
 * @returns zero when it does not hold for one step
 */
export function lastThatFits(most: bigint, fits: (steps: bigint) => boolean): bigint {
  let [fitting, beyond] = [0n, most + 1n];
  while (beyond - fitting > 1n) {
    const middle = (fitting + beyond) / 2n;
    if (fits(middle)) fitting = middle;
    else beyond = middle;
  }
  return fitting;
}
