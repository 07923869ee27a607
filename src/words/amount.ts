import { decimal, decimalPlaces, isNegative, negate, round, type Decimal, compare, isDecimal, isZero, zero } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction } from '../core/model.ts';

/** Digits that count in a short amount, where the whole part leaves room for them. */
const significantDigits = 6;
/** Digits behind the point that are kept whatever the size. */
const leastPlaces = 2;

/**
 * An amount short enough for one line among others: about six digits. What is owed rounds up, what one has rounds down;
 * an amount that is short already stays as it is. The exact amount must be shown nearby.
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
  return value.includes('.') ? decimal(value.replace(/\.?0+$/, '')) : value;
}

/** No venue we know prints more. */
const mostPlaces = 18;
/** Allowed even when the limit is a round number: how fine an amount a venue takes is not documented. */
const usualPlaces = 8;

/** What an amount is held against while it is typed. */
export interface AmountBounds {
  readonly coin: string;
  /** `hypothetical` moves nothing and so has no limit. */
  readonly purpose: Direction | 'hypothetical';
  /** The most that is allowed now. */
  readonly limit?: Decimal;
  /** `limit` is our estimate, not what the venue says. */
  readonly estimated?: true;
  /** How many decimals the venue takes, where it tells. */
  readonly places?: number;
  /** Why no amount at all is allowed now. */
  readonly impossible?: Message;
}

export type AmountVerdict =
  | { readonly ok: true; /** Without needless zeros: the very characters that would be sent. */ readonly amount: Decimal }
  | { readonly ok: false; readonly sentence: Message };

/** How many decimals may be typed: as the venue tells, else as many as the limit shows, at least 8, at most 18. */
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
 * Judges an amount as typed. Only plain decimal notation passes: whatever could be read in two ways (commas, spaces,
 * exponents, signs) is refused with what to write instead. Nothing is ever rounded into an allowed amount.
 */
export function judgeAmount(text: string, bounds: AmountBounds): AmountVerdict {
  const typed = text.trim();
  if (typed === '') return refuse(msg('amount.type', 'Type an amount of {0}.', bounds.coin));
  if (bounds.impossible !== undefined) return refuse(bounds.impossible);
  const form = formFault(typed);
  if (form !== undefined) return refuse(form);
  if (!isDecimal(typed))
    return refuse(msg('amount.not-write-digits', 'That is not an amount. Write digits and a decimal point, for example 0.1.'));
  const amount = trimmed(typed);
  if (isZero(amount)) return refuse(withLargest(msg('amount.must-more-zero', 'The amount must be more than zero.'), bounds));
  const places = allowedPlaces(bounds);
  if (decimalPlaces(amount) > places) {
    const cut = trimmed(round(amount, places, 'down'));
    const tooFine = msg('amount.most-decimals-allowed', 'At most {0} decimals are allowed here.', places.toString());
    if (isZero(cut)) return refuse(withLargest(tooFine, bounds));
    if (bounds.limit === undefined || compare(cut, bounds.limit) <= 0)
      return refuse(msg('amount.allowed', '{0} {1} {2} would be allowed.', tooFine, cut, bounds.coin));
    return refuse(withLargest(tooFine, bounds));
  }
  if (bounds.limit !== undefined && compare(amount, bounds.limit) > 0) return refuse(tooMuch(bounds));
  return { ok: true, amount };
}

function refuse(sentence: Message): AmountVerdict {
  return { ok: false, sentence };
}

export function formFault(typed: string): Message | undefined {
  if (/^[-−]/.test(typed))
    return msg(
      'amount.never-negative-command',
      'An amount is never negative: the command says the direction. Write it without the minus sign.',
    );
  if (typed.startsWith('+')) return msg('amount.write-number-without-plus', 'Write the number without the plus sign.');
  if (typed.includes(','))
    return msg('amount.write-number-without', 'Write the number without commas. The decimal sign is a point, for example 0.1.');
  if (/\s/.test(typed)) return msg('amount.write-number-without-spaces', 'Write the number without spaces.');
  if (/^\d*\.?\d*[eE]/.test(typed)) return msg('amount.write-all-digits', 'Write all digits instead of an exponent, for example 0.001.');
  if (/^\d*\.$/.test(typed)) return msg('amount.least-digit-must', 'At least one digit must follow the decimal point.');
  if (/^\.\d+$/.test(typed)) return msg('amount.write-zero-before', 'Write a zero before the decimal point: {0}.', `0${typed}`);
  if (/^0\d/.test(typed)) return msg('amount.write-number-without-zeros', 'Write the number without zeros in front.');
  return undefined;
}

function tooMuch(bounds: AmountBounds): Message {
  if (bounds.purpose !== 'reduce')
    return withLargest(msg('amount.more-available-wallet', 'That is more than is available in the wallet.'), bounds);
  return withLargest(
    bounds.estimated === true
      ? msg('amount.more-taken-out', 'That is more than could be taken out now, by our own estimate.')
      : msg('amount.more-exchange-release', 'That is more than the exchange would release now.'),
    bounds,
  );
}

function withLargest(sentence: Message, bounds: AmountBounds): Message {
  const largest = largestAllowed(bounds);
  if (largest === undefined || compare(largest, zero) <= 0) return sentence;
  return bounds.purpose === 'reduce'
    ? msg('amount.most-taken-out', '{0} At most {1} {2} can be taken out.', sentence, largest, bounds.coin)
    : msg('amount.most-added', '{0} At most {1} {2} can be added.', sentence, largest, bounds.coin);
}
