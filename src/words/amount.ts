import { decimal, decimalPlaces, isNegative, negate, round, type Decimal, compare, isDecimal, isZero, zero } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import { spaced, type Text } from './text.ts';

/** Significant digits of a short amount, if the whole part leaves room for them. */
const significantDigits = 6;
/** Decimals that are always kept. */
const leastPlaces = 2;

/**
 * An amount shortened to about six digits, for lists. Debts round up, assets round down; short amounts stay unchanged. The exact amount
 * must be shown nearby.
 */
export function shortAmount(amount: Decimal, side: 'debt' | 'asset'): string {
  const [whole = '', fraction = ''] = (isNegative(amount) ? negate(amount) : amount).split('.');
  const places = whole === '0' ? leadingZeros(fraction) + significantDigits : Math.max(leastPlaces, significantDigits - whole.length);
  if (decimalPlaces(amount) <= places) return formatAmount(amount);
  return formatAmount(withoutTrailingZeros(round(amount, places, side === 'debt' ? 'up' : 'down')));
}

function leadingZeros(fraction: string): number {
  return /^0*/.exec(fraction)?.[0].length ?? 0;
}

function withoutTrailingZeros(value: Decimal): Decimal {
  return value.includes('.') ? (value.replace(/\.?0+$/, '') as Decimal) : value;
}

/** An amount of a person's own, for what stays on the screen. @param text the same shortened */
export const ownCoins = (amount: Decimal, coin: string, text = formatAmount(amount)): Message => spaced(hideable(text), coin);

/** The same of what is stored, as far as it can be read. */
export const coinsOf = ({ amount, coin }: { readonly amount?: Decimal | undefined; readonly coin: string }): Message =>
  amount === undefined ? spaced(msg('term.unknown', 'unknown'), coin) : ownCoins(amount, coin);

/** Several amounts that belong together. */
export const added = ([first = '', ...more]: readonly Text[]): Text =>
  more.reduce<Text>((text, part) => msg('list.plus', '{0} + {1}', text, part), first);

/** No known venue prints more. */
const mostPlaces = 18;
/** Allowed even if the limit is a round number: venues don't document how fine an amount they accept. */
const usualPlaces = 8;

/** What an amount is checked against while it is typed. */
export interface AmountBounds {
  readonly coin: string;
  /** The most allowed now; undefined if nothing is moved. */
  readonly limit?: Decimal;
  /** How many decimals the venue accepts, if known. */
  readonly places?: number;
  /** Why no amount at all is allowed now. */
  readonly impossible?: Message;
}

export type JudgedAmount =
  | { readonly ok: true; /** Without needless zeros: the exact characters that would be sent. */ readonly amount: Decimal }
  | { readonly ok: false; readonly sentence: Message };

/** How many decimals can be typed: as the venue says, otherwise as many as the limit has, at least 8, at most 18. */
export function allowedPlaces(bounds: AmountBounds): number {
  if (bounds.places !== undefined) return bounds.places;
  if (bounds.limit === undefined) return mostPlaces;
  return Math.min(mostPlaces, Math.max(usualPlaces, decimalPlaces(bounds.limit)));
}

/** The largest amount that may be typed, or undefined when there is no limit. Rounded down. */
export function largestAllowed(bounds: AmountBounds): Decimal | undefined {
  return bounds.limit === undefined ? undefined : trimmed(round(bounds.limit, allowedPlaces(bounds), 'down'));
}

/** "0.10" is "0.1" and "5.0" is "5": the same number in as few characters as it takes. */
export function trimmed(amount: Decimal): Decimal {
  return round(amount, decimalPlaces(amount), 'down');
}

/**
 * Checks a typed amount. Only plain decimal notation is accepted: anything ambiguous (commas, spaces, exponents, signs) is rejected.
 * Nothing is ever rounded into an allowed amount.
 */
export function judgeAmount(text: string, bounds: AmountBounds): JudgedAmount {
  const typed = text.trim();
  if (typed !== '' && bounds.impossible !== undefined) return refuse(bounds.impossible);
  const amount = readNumber(typed, '0.1');
  if (typeof amount !== 'string') return refuse(amount);
  const places = allowedPlaces(bounds);
  if (decimalPlaces(amount) > places) {
    const cut = trimmed(round(amount, places, 'down'));
    const tooFine = tooManyDecimals(places);
    const fits = !isZero(cut) && (bounds.limit === undefined || compare(cut, bounds.limit) <= 0);
    return refuse(fits ? msg('amount.try', '{0} Try {1} {2}.', tooFine, cut, bounds.coin) : withLargest(tooFine, bounds));
  }
  if (bounds.limit !== undefined && compare(amount, bounds.limit) > 0)
    return refuse(withLargest(msg('amount.above-limit', 'Above the limit.'), bounds));
  return { ok: true, amount };
}

function refuse(sentence: Message): JudgedAmount {
  return { ok: false, sentence };
}

/**
 * A number above zero as typed, in as few characters as it takes.
 * @param example what to write instead
 * @returns what is wrong with it, when it is none
 */
export function readNumber(typed: string, example: string): Decimal | Message {
  const negative = /^[-−]/.test(typed);
  if (!negative && (!isDecimal(typed) || /^0\d/.test(typed)))
    return msg('amount.plain-number', 'Use only digits and a decimal point, such as {0}.', /^\.\d+$/.test(typed) ? `0${typed}` : example);
  const amount = negative ? zero : trimmed(decimal(typed));
  return isZero(amount) ? msg('amount.above-zero', 'Must be more than zero.') : amount;
}

export function tooManyDecimals(places: number): Message {
  return msg('amount.decimals', 'At most {0} decimals.', places.toString());
}

function withLargest(sentence: Message, bounds: AmountBounds): Message {
  const largest = largestAllowed(bounds);
  return largest === undefined || compare(largest, zero) <= 0 ? sentence : atMost(sentence, `${largest} ${bounds.coin}`);
}

/** The reason, followed by what would be allowed. */
export function atMost(sentence: Message, most: string): Message {
  return msg('amount.at-most', '{0} At most {1}.', sentence, most);
}
