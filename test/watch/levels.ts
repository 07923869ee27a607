import type { Alarm } from '../../src/engine/storage/warning-protocol.ts';
import type { LoanFacts, Market, PositionFacts } from './market.ts';

// The oracle's own arithmetic, in whole numbers, from what is true at the venue. It shares nothing with the product's.

export const order = ['calm', 'warn', 'danger', 'marginCall', 'liquidation'] as const satisfies readonly ('calm' | Alarm)[];
export type Truth = (typeof order)[number];

export const rank = (level: Truth | undefined): number => (level === undefined ? 0 : order.indexOf(level));

/** By how far a figure may fall until it meets a line: `left` of `all`. */
function byDistance(left: number, all: number, isLeft: boolean): Truth {
  // A level is left one fifth further away than where it is entered.
  const isWithin = (thousandths: number): boolean => left * 1000 < all * (isLeft ? (thousandths * 6) / 5 : thousandths);
  if (left <= 0) return 'marginCall';
  if (isWithin(50)) return 'danger';
  return isWithin(120) ? 'warn' : 'calm';
}

/** Of figures in millionths. @param isLeft the worst level that is not left yet, had it been entered; else what is entered */
export function ltvLevel(ltv: number, { marginCall, liquidation }: Pick<LoanFacts, 'marginCall' | 'liquidation'>, isLeft = false): Truth {
  if (ltv >= liquidation) return 'liquidation';
  const line = marginCall ?? liquidation;
  return byDistance(line - ltv, line, isLeft);
}

export function loanLevel(market: Market, loan: LoanFacts, at: number, isLeft = false, more = 0): Truth {
  return ltvLevel(market.ltv(loan, at) + more, loan, isLeft);
}

export function positionLevel(market: Market, { coin, liquidationPrice }: PositionFacts, at: number, isLeft = false): Truth {
  const price = market.price(coin, at);
  return price <= liquidationPrice ? 'liquidation' : byDistance(price - liquidationPrice, price, isLeft);
}
