import { compare, decimal, inPercent, isNegative, negate, round, withPlaces, type Decimal } from './decimal.ts';
import type { CoinAmount, Side } from './model.ts';

/** Read out as "minus", which a hyphen isn't. */
const minusSign = '−';

/** Digits grouped for reading; every digit of the decimal is kept. */
function grouped(value: Decimal): string {
  // Up to three digits and no sign: most figures.
  const point = value.indexOf('.');
  if ((point < 0 ? value.length : point) <= 3 && !value.startsWith('-')) return value;
  const sign = isNegative(value) ? minusSign : '';
  const [whole = '', fraction] = value.replace('-', '').split('.');
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${text}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** An LTV in percent with two digits, rounded up: 0.80004 is "80.01%". */
export function formatLtv(ltv: Decimal): string {
  return `${grouped(inPercent(ltv, 2, 'up'))}%`;
}

/** Ten times today's price: beyond it, a distance is often a venue's sentinel for "far". */
export const mostDistance = decimal('10');

/** A distance in percent with one digit, rounded down (towards danger), with its sign when negative. Beyond 1,000 %, only ">1,000%". */
export function formatDistance(distance: Decimal): string {
  if (compare(distance, mostDistance) > 0) return '>1,000%';
  if (compare(distance, negate(mostDistance)) < 0) return `<${minusSign}1,000%`;
  return oneDigit(distance);
}

const oneDigit = (fraction: Decimal): string => `${grouped(inPercent(fraction, 1, 'down'))}%`;

/** A maintenance ratio in percent with one digit, rounded down: 9.4 is "940.0%". Liquidation comes when it has fallen to 100 %. */
export function formatMarginRatio(ratio: Decimal): string {
  return oneDigit(ratio);
}

/** An annual rate in percent with two digits, rounded up. */
export function formatRate(rate: Decimal): string {
  return formatLtv(rate);
}

/** Leverage with at most two digits, rounded up: 4.981 is "4.99×". */
export function formatLeverage(leverage: Decimal): string {
  return `${grouped(round(leverage, 2, 'up'))}×`;
}

/** Digits of a price that a person can compare at a glance. */
const priceDigits = 7;

/**
 * A liquidation price, above zero, for reading: seven significant digits, and all before the point, rounded towards the mark price.
 * Of the long position it is rounded up, of the short one down: never further away than it is.
 */
export function formatLiquidationPrice(price: Decimal, side: Side): string {
  const [whole = '', fraction = ''] = price.split('.');
  const magnitude = /[1-9]/.test(whole) ? whole.replace(/^0+/, '').length : -fraction.search(/[1-9]|$/);
  return grouped(round(price, Math.max(0, priceDigits - magnitude), side === 'long' ? 'up' : 'down'));
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

/** A value in USD with two digits. Debts round up, assets round down. */
export function formatUsd(usd: Decimal, side: 'debt' | 'asset'): string {
  const rounded = withPlaces(round(usd, 2, side === 'debt' ? 'up' : 'down'), 2);
  return isNegative(rounded) ? grouped(rounded).replace(minusSign, `${minusSign}$`) : `$${grouped(rounded)}`;
}
