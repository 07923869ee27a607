import { decimal, isNegative, multiply, round, withPlaces, type Decimal } from './decimal.ts';
import type { CoinAmount } from './model.ts';

const hundred = decimal('100');

/** Digits grouped for reading; every digit of the decimal is kept. */
function grouped(value: Decimal): string {
  const sign = isNegative(value) ? '-' : '';
  const [whole = '', fraction] = value.replace('-', '').split('.');
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${text}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** An LTV in percent with two digits, rounded up: 0.80004 is "80.01%". */
export function formatLtv(ltv: Decimal): string {
  return `${grouped(withPlaces(round(multiply(ltv, hundred), 2, 'up'), 2))}%`;
}

/** A distance in percent with one digit, rounded down (towards danger), with its sign when negative. */
export function formatDistance(distance: Decimal): string {
  return `${grouped(withPlaces(round(multiply(distance, hundred), 1, 'down'), 1))}%`;
}

/** An annual rate in percent with two digits, rounded up. */
export function formatRate(rate: Decimal): string {
  return formatLtv(rate);
}

/** An amount with all its digits, grouped: never rounded. */
export function formatAmount(amount: Decimal): string {
  return grouped(amount);
}

/** A coin's value in USD, marked when it is our estimate; undefined when it is not known. */
export function formatCoinUsd(one: Pick<CoinAmount, 'usd' | 'usdEstimated'>, side: 'debt' | 'asset'): string | undefined {
  if (one.usd === undefined) return undefined;
  const text = formatUsd(one.usd, side);
  return one.usdEstimated === true ? `≈ ${text}` : text;
}

/** A value in USD with two digits. Debts round up, what one owns rounds down. */
export function formatUsd(usd: Decimal, side: 'debt' | 'asset'): string {
  const rounded = withPlaces(round(usd, 2, side === 'debt' ? 'up' : 'down'), 2);
  return isNegative(rounded) ? grouped(rounded).replace('-', '-$') : `$${grouped(rounded)}`;
}
