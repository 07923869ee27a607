import { decimal, decimalPlaces, isNegative, negate, round, type Decimal } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';

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
