import * as v from 'valibot';
import * as schema from './schema.ts';

/* The answers about the old loans. Source: https://bybit-exchange.github.io/docs/v5/crypto-loan/ */

export const order = v.object({
  orderId: schema.id,
  loanCurrency: schema.coin,
  collateralCurrency: schema.coin,
  collateralAmount: schema.maybeNatural,
  currentLTV: schema.maybeNatural,
  totalDebt: schema.maybeNatural,
  residualInterest: schema.part,
  residualPenaltyInterest: schema.part,
  hourlyInterestRate: schema.maybe,
  // Of fixed loans only. One that cannot be read takes nothing else down.
  expirationTime: v.fallback(v.optional(schema.digits, ''), '?'),
});
export const adjustment = v.object({
  orderId: schema.id,
  adjustId: schema.id,
  adjustTime: schema.time,
  collateralCurrency: schema.coin,
  amount: schema.amount,
  preLTV: schema.maybeNatural,
  afterLTV: schema.maybeNatural,
  direction: schema.direction,
});
/** An order that is paid off, by whomever: what ended it stands among the repayments. */
export const completed = v.object({
  orderId: schema.id,
  borrowTime: schema.time,
  loanCurrency: schema.coin,
  initialLoanAmount: schema.amount,
});
export const collateralData = v.object({ vipCoinList: schema.rows });
export const level = v.object({ list: schema.rows });
export const term = v.object({
  currency: schema.coin,
  marginCallLTV: schema.maybeNatural,
  liquidationLTV: schema.maybeNatural,
  // Decimals of an amount. One that cannot be read takes nothing else down.
  collateralAccuracy: v.fallback(v.optional(v.pipe(schema.digits, v.regex(/^(\d|1[0-8])$/), v.transform(Number))), undefined),
});

export type Order = v.InferOutput<typeof order>;
export type Terms = readonly v.InferOutput<typeof term>[];
