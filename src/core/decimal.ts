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

/** Figures of ours are products and quotients of several of a venue's. */
const maxComputed = 5 * maxLength;

/** The same for what was computed here and stored, which may be longer. */
export function isComputed(text: string): text is Decimal {
  return text.length <= maxComputed && pattern.test(text);
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

/**
 * `units` over 10 to the power of `places`. The units are a number while that is exact: in a fraction of the time. For what is computed in
 * many steps; everything else is decimal text.
 */
export interface Exact {
  readonly units: number | bigint;
  readonly places: number;
}

/** An integer up to here is exact, and so are a sum or a product of such that come out no larger. */
const exactUpTo = Number.MAX_SAFE_INTEGER;
const powers = Array.from({ length: 16 }, (_, places) => 10 ** places);
const widePowers: bigint[] = [];
const widePower = (places: number): bigint => (widePowers[places] ??= 10n ** BigInt(places));

/** Reads a decimal. @throws RangeError for what was never checked to be a decimal, TypeError for a JavaScript number: no float can enter an amount by accident */
export function exact(text: Decimal): Exact {
  let at = text.charCodeAt(0) === minusSign ? 1 : 0;
  const sign = at === 0 ? 1 : -1;
  let point = text.length;
  let units = 0;
  if (at === point) throw new RangeError('not a decimal number');
  for (; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - zeroDigit;
    if (digit >= 0 && digit <= 9) units = units * 10 + digit;
    else if (digit === pointMark && point === text.length) point = at;
    else throw new RangeError('not a decimal number');
  }
  const places = Math.max(0, text.length - point - 1);
  return units <= exactUpTo ? { units: sign * units, places } : { units: BigInt(text.replace('.', '')), places };
}

const minusSign = 45;
const zeroDigit = 48;
/** The point, counted from the zero. */
const pointMark = -2;

/** As text, without zeros at either end and never as minus zero. */
export function plain({ units, places }: Exact): Decimal {
  if (Number(units) === 0) return zero;
  const sign = units < 0 ? '-' : '';
  const digits = (units < 0 ? -units : units).toString();
  let [end, left] = [digits.length, places];
  for (; left > 0 && digits.charCodeAt(end - 1) === zeroDigit; left -= 1) end -= 1;
  if (left === 0) return `${sign}${digits.slice(0, end)}` as Decimal;
  const point = end - left;
  return `${sign}${point > 0 ? digits.slice(0, point) : '0'}.${'0'.repeat(Math.max(0, -point))}${digits.slice(Math.max(0, point), end)}` as Decimal;
}

function raised(units: Exact['units'], places: number): Exact['units'] {
  if (places === 0) return units;
  const product = typeof units === 'number' ? units * (powers[places] ?? Infinity) : Infinity;
  return Math.abs(product) <= exactUpTo ? product : BigInt(units) * widePower(places);
}

export function plus(a: Exact, b: Exact): Exact {
  const places = Math.max(a.places, b.places);
  const [x, y] = [raised(a.units, places - a.places), raised(b.units, places - b.places)];
  const total = typeof x === 'number' && typeof y === 'number' ? x + y : Infinity;
  return { units: Math.abs(total) <= exactUpTo ? total : BigInt(x) + BigInt(y), places };
}

export function times(a: Exact, b: Exact): Exact {
  const product = typeof a.units === 'number' && typeof b.units === 'number' ? a.units * b.units : Infinity;
  return { units: Math.abs(product) <= exactUpTo ? product : BigInt(a.units) * BigInt(b.units), places: a.places + b.places };
}

const opposite = ({ units, places }: Exact): Exact => ({ units: -units, places });
export const minus = (a: Exact, b: Exact): Exact => plus(a, opposite(b));
export const nothing: Exact = { units: 0, places: 0 };
export const isAboveZero = ({ units }: Exact): boolean => units > 0;

/** Below zero where `a` is less than `b`, zero where they are equal, else above. */
export function order(a: Exact, b: Exact): -1 | 0 | 1 {
  const places = Math.max(a.places, b.places);
  const [x, y] = [raised(a.units, places - a.places), raised(b.units, places - b.places)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export const add = (a: Decimal, b: Decimal): Decimal => plain(plus(exact(a), exact(b)));
export const subtract = (a: Decimal, b: Decimal): Decimal => plain(minus(exact(a), exact(b)));
export const multiply = (a: Decimal, b: Decimal): Decimal => plain(times(exact(a), exact(b)));
export const negate = (a: Decimal): Decimal => plain(opposite(exact(a)));
export const absolute = (a: Decimal): Decimal => (isNegative(a) ? negate(a) : plain(exact(a)));
export const isZero = (a: Decimal): boolean => !hasValue(a);
export const isNegative = (a: Decimal): boolean => a.charCodeAt(0) === minusSign && hasValue(a);
export const isPositive = (a: Decimal): boolean => a.charCodeAt(0) !== minusSign && hasValue(a);
export const lesser = (a: Decimal, b: Decimal): Decimal => (compare(a, b) <= 0 ? a : b);
export const greater = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? a : b);

/** Whether any digit is above zero. */
function hasValue(text: Decimal): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > zeroDigit) return true;
  return false;
}

/** -1, 0 or 1: whether `a` is less than, equal to or greater than `b`. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a.length + b.length > manyDigits) {
    // Reading a number keeps the order, so it decides unless both are read as the same.
    const [x, y] = [Number(a), Number(b)];
    if (x < y) return -1;
    if (x > y) return 1;
  }
  return order(exact(a), exact(b));
}

/** Of two, from which on at least one may be too long for a number that is exact. */
const manyDigits = 17;

export function sum(values: Iterable<Decimal>): Decimal {
  let total = nothing;
  for (const value of values) total = plus(total, exact(value));
  return plain(total);
}

/**
 * `a / b` to `places` decimals. `up` and `down` are towards plus and minus infinity, so the caller chooses the cautious direction, whatever the
 * sign. `half-up` takes the half away from zero.
 * @throws RangeError when `b` is zero.
 */
export function divide(a: Decimal, b: Decimal, places: number, rounding: Rounding): Decimal {
  return plain(quotient(exact(a), exact(b), places, rounding));
}

/** The same of what is read already. */
export function quotient(dividend: Exact, divisor: Exact, places: number, rounding: Rounding): Exact {
  if (Number(divisor.units) === 0) throw new RangeError('division by zero');
  const shift = places + divisor.places - dividend.places;
  const x = raised(dividend.units, Math.max(0, shift));
  const y = raised(divisor.units, Math.max(0, -shift));
  if (typeof x === 'number' && typeof y === 'number') {
    // The remainder is exact, and so is what it leaves to be divided.
    const rest = x % y;
    return { units: (x - rest) / y + step(rest * Math.sign(y), Math.abs(y), rounding), places };
  }
  const [wide, by] = [BigInt(x), BigInt(y)];
  const rest = wide % by;
  return { units: wide / by + BigInt(step(by < 0n ? -rest : rest, by < 0n ? -by : by, rounding)), places };
}

/** What a truncated quotient lacks, by the rest, which has the sign of the quotient. */
function step<Units extends number | bigint>(rest: Units, divisor: Units, rounding: Rounding): -1 | 0 | 1 {
  if (rounding === 'up') return rest > 0 ? 1 : 0;
  if (rounding === 'down') return rest < 0 ? -1 : 0;
  const isHalf = (rest < 0 ? -rest : rest) >= divisor - (rest < 0 ? -rest : rest);
  return isHalf ? (rest < 0 ? -1 : 1) : 0;
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

/** A fraction in percent with exactly so many digits behind the point, at least one. */
export function inPercent(fraction: Decimal, places: number, rounding: Rounding): Decimal {
  const { units, places: own } = exact(fraction);
  const rounded = quotient({ units, places: own - 2 }, oneExact, places, rounding).units;
  const digits = (rounded < 0 ? -rounded : rounded).toString().padStart(places + 1, '0');
  return `${rounded < 0 ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}` as Decimal;
}

const oneExact: Exact = { units: 1, places: 0 };

/** How many digits follow the decimal point as written: "0.10" has 2. */
export function decimalPlaces(value: Decimal): number {
  const point = value.indexOf('.');
  return point < 0 ? 0 : value.length - point - 1;
}

/**
 * A number for drawing (the place of a needle or a tick), clamped to 0..1. Never for money and never for a decision.
 */
export function fractionForDrawing(value: Decimal, full: Decimal): number {
  if (!isPositive(full)) return 0;
  const { units } = quotient(exact(value), exact(full), 6, 'half-up');
  return Math.min(1, Math.max(0, Number(units) / 1e6));
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
