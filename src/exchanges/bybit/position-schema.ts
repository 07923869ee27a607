import * as v from 'valibot';
import { isPositive } from '../../core/decimal.ts';
import * as schema from './schema.ts';

/**
 * What is said of positions, and of the account and the wallet behind them. Amounts are decimal text, `""` is unknown.
 * Sources: https://bybit-exchange.github.io/docs/v5/position , /docs/v5/account/account-info , /docs/v5/account/wallet-balance
 */

/** Of an open position none of these is zero: where Bybit prints one, the figure is not there. */
const figure = v.pipe(
  schema.maybe,
  v.transform((value) => (value !== undefined && isPositive(value) ? value : undefined)),
);

/** Rows are read one by one, so that an odd one takes down only itself. */
export const positions = (market: string) =>
  v.object({
    // What is no word names no other market.
    category: v.pipe(
      v.optional(v.unknown()),
      v.check((category) => typeof category !== 'string' || category === market),
    ),
    list: schema.rows,
    nextPageCursor: schema.cursor,
  });

const positionIdx = v.pipe(schema.id, v.picklist(['0', '1', '2']));

/** Enough of a row to tell that its slot is empty. */
export const slot = v.object({
  symbol: v.optional(v.unknown()),
  positionIdx: v.fallback(v.optional(positionIdx), undefined),
  side: v.optional(v.unknown()),
  size: schema.maybe,
});

export const position = v.pipe(
  v.object({
    // Names come in any script and case. What cannot be seen is in no name.
    symbol: v.pipe(v.string(), v.regex(/^[^\s\p{Cc}\p{Cf}\p{Cs}]{1,64}$/u)),
    positionIdx,
    side: v.picklist(['Buy', 'Sell']),
    // Without it nobody can say that there is a position.
    size: v.pipe(schema.amount, v.check(isPositive)),
    avgPrice: figure,
    markPrice: figure,
    liqPrice: figure,
    positionValue: figure,
    leverage: figure,
    positionIM: figure,
    positionMM: figure,
    unrealisedPnl: schema.maybe,
    positionStatus: v.fallback(v.optional(v.string(), ''), ''),
    tradeMode: v.fallback(v.optional(schema.id, '0'), '0'),
  }),
  // Slot 1 is the Buy side and slot 2 the Sell side: https://bybit-exchange.github.io/docs/v5/enum#positionidx
  v.check(({ positionIdx, side }) => positionIdx === '0' || (positionIdx === '1') === (side === 'Buy')),
);

export const account = v.object({
  // A word that nobody knows does not tell whether positions are isolated.
  marginMode: v.fallback(v.picklist(['ISOLATED_MARGIN', 'REGULAR_MARGIN', 'PORTFOLIO_MARGIN', '']), ''),
  unifiedMarginStatus: v.fallback(v.optional(schema.id, ''), ''),
});

export const wallet = v.object({ list: schema.rows });
export const walletOfType = v.object({ accountType: v.optional(v.unknown()), coin: schema.rows });
export const walletCoin = v.object({
  coin: schema.coin,
  walletBalance: schema.maybe,
  totalPositionIM: schema.maybe,
  totalOrderIM: schema.maybe,
  locked: schema.maybe,
  bonus: schema.maybe,
});

export type Row = v.InferOutput<typeof position>;
export type Mode = v.InferOutput<typeof account>;
export type Wallet = v.InferOutput<typeof wallet>;
