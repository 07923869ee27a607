import * as v from 'valibot';
import * as schema from './schema.ts';

/* The answers about the old loans. Source: https://bybit-exchange.github.io/docs/v5/crypto-loan/ */

export const orders = v.object({
  list: v.array(
    v.object({
      orderId: schema.id,
      loanCurrency: schema.coin,
      collateralCurrency: schema.coin,
      collateralAmount: schema.amount,
      currentLTV: schema.maybe,
      totalDebt: schema.amount,
      residualInterest: schema.maybe,
      residualPenaltyInterest: schema.maybe,
      hourlyInterestRate: schema.maybe,
      // Of fixed loans only. One that cannot be read takes nothing else down.
      expirationTime: v.fallback(v.optional(schema.digits, ''), '?'),
    }),
  ),
  nextPageCursor: schema.cursor,
});
export const adjustments = v.object({
  list: v.array(
    v.object({
      orderId: schema.id,
      adjustId: schema.id,
      adjustTime: schema.time,
      collateralCurrency: schema.coin,
      amount: schema.amount,
      preLTV: schema.maybe,
      afterLTV: schema.maybe,
      direction: schema.direction,
    }),
  ),
  nextPageCursor: schema.cursor,
});
/** Orders that are paid off, by whomever: what ended them stands among the repayments. */
export const completed = v.object({
  list: v.array(v.object({ orderId: schema.id, borrowTime: schema.time, loanCurrency: schema.coin, initialLoanAmount: schema.amount })),
  nextPageCursor: schema.cursor,
});
export const collateralData = v.object({
  vipCoinList: v.array(
    v.object({
      list: v.array(
        v.object({
          currency: schema.coin,
          marginCallLTV: schema.maybe,
          liquidationLTV: schema.maybe,
          // Decimals of an amount. One that cannot be read takes nothing else down.
          collateralAccuracy: v.fallback(v.optional(v.pipe(schema.digits, v.regex(/^(\d|1[0-8])$/), v.transform(Number))), undefined),
        }),
      ),
    }),
  ),
});

export type Orders = v.InferOutput<typeof orders>;
export type Order = Orders['list'][number];
export type Terms = v.InferOutput<typeof collateralData>['vipCoinList'][number]['list'];
