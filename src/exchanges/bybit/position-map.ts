import { compare, decimal, divide, multiply, subtract, type Decimal } from '../../core/decimal.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Position, PositionRef, Side } from '../../core/model.ts';
import { optional } from './map.ts';
import type { Mode, Row } from './position-schema.ts';

/** Bybit's words for positions in, ours out. */

export type Market = 'linear' | 'inverse';

/** A row with what it was found under. */
export interface Found {
  readonly market: Market;
  /** The coin its margin is in. */
  readonly marginCoin: string;
  readonly row: Row;
}

/**
 * What an instrument is made of, by its name: `BTCUSDT` and `BTCUSDT-26DEC25` are settled in USDT, `BTCPERP` and `BTC-26DEC25` in USDC,
 * `BTCUSD` and the dated `BTCUSDZ25` in their own coin. The coin before that may be written in any way, as in `kPEPEUSDT`, `BRK.BUSDT` or
 * `币安人生USDT`. Undefined for a name that is built in another way.
 * Source: the symbols of https://bybit-exchange.github.io/docs/v5/enum#symbol
 */
export function partsOf(market: Market, symbol: string): { readonly base: string; readonly settle: string } | undefined {
  if (market === 'inverse') {
    const base = /^(.+?)USD([FGHJKMNQUVXZ]\d{2})?$/u.exec(symbol)?.[1];
    return base === undefined ? undefined : { base, settle: base };
  }
  for (const [pattern, settle] of [
    [/^(.+)USDT(-\d{1,2}[A-Z]{3}\d{2})?$/u, 'USDT'],
    [/^(.+)(PERP|USDC|-\d{1,2}[A-Z]{3}\d{2})$/u, 'USDC'],
  ] as const) {
    const base = pattern.exec(symbol)?.[1];
    if (base !== undefined) return { base, settle };
  }
  return undefined;
}

/**
 * The coin whose price moves an instrument. Coins that are worth very little are traded by the thousand and more: `1000BONKUSDT` moves with
 * BONK, `SHIB1000USDT` with SHIB.
 */
export const baseCoinOf = (market: Market, symbol: string): string | undefined =>
  partsOf(market, symbol)?.base.replace(/^10{3,7}(?=[A-Z])|(?<=[A-Z])10{3,7}$/, '');

const sides: Readonly<Record<Row['side'], Side>> = { Buy: 'long', Sell: 'short' };

export const idOf = (market: string, symbol: string, slot: string): string => `${market}:${symbol}:${slot}`;

/** Slot 1 is the Buy side, slot 2 the Sell side, and slot 0 whichever there is. */
export function slotFits(slot: string, side: Side): boolean {
  return slot === '0' || (slot === '1' && side === 'long') || (slot === '2' && side === 'short');
}

const ofUnknownMode = msg(
  'LTV Gauge does not know the margin mode that Bybit names for this account, so this margin cannot be changed here. Look at it in the Bybit app, and update LTV Gauge.',
);
const inCross = msg('The Bybit account is in cross margin mode: all its money backs this position, which has no margin of its own.');

/**
 * The account decides for all positions whether they are isolated; `tradeMode` of a row is always 0 there. In a classic account, and for
 * inverse contracts in the first unified ones, it is each position's own, and its margin is in another wallet than the one read here.
 * Source: https://bybit-exchange.github.io/docs/v5/account/account-info
 */
function modeOf({ marginMode, unifiedMarginStatus }: Mode, { market, row }: Found): Pick<Position, 'marginMode' | 'fixedMargin'> {
  const ownWallet = unifiedMarginStatus === '1' || (market === 'inverse' && ['3', '4'].includes(unifiedMarginStatus));
  if (ownWallet) {
    return row.tradeMode === '1'
      ? {
          marginMode: 'isolated',
          fixedMargin: msg('Its margin is not in the Unified Trading Account, so it cannot be changed here. Change it in the Bybit app.'),
        }
      : { marginMode: 'cross', fixedMargin: inCross };
  }
  switch (marginMode) {
    case 'ISOLATED_MARGIN':
      return { marginMode: 'isolated' };
    case 'REGULAR_MARGIN':
      return { marginMode: 'cross', fixedMargin: inCross };
    case 'PORTFOLIO_MARGIN':
      return {
        marginMode: 'cross',
        fixedMargin: msg(
          'The Bybit account is in portfolio margin mode: all its money backs this position, which has no margin of its own.',
        ),
      };
    // Cross promises less.
    case '':
      return { marginMode: 'cross', fixedMargin: ofUnknownMode };
  }
}

/** What Bybit does to a position by itself. Source: `positionStatus` of https://bybit-exchange.github.io/docs/v5/enum#positionstatus */
const distress: ReadonlyMap<string, Message> = new Map([
  ['Liq', msg('Bybit is liquidating this position now.')],
  ['Adl', msg('Bybit is closing this position against others now (auto-deleveraging).')],
]);

export function toPosition(found: Found, mode: Mode): Position {
  const { market, marginCoin, row } = found;
  const trouble = distress.get(row.positionStatus);
  // Inverse contracts are worth one US dollar each.
  const sizeCoin = market === 'inverse' ? 'USD' : partsOf(market, row.symbol)?.base;
  const baseCoin = baseCoinOf(market, row.symbol);
  return {
    ...refOf(found),
    contract: market,
    ...modeOf(mode, found),
    size: row.size,
    ...(sizeCoin === undefined ? {} : { sizeCoin }),
    exposure: row.size,
    ...(baseCoin === undefined ? {} : { baseCoin }),
    priceCoin: market === 'inverse' ? 'USD' : marginCoin,
    ...optional('entryPrice', row.avgPrice),
    ...optional('markPrice', row.markPrice),
    ...optional('liquidationPrice', liquidationOf(row)),
    ...optional('leverage', row.leverage),
    // With what was added by hand and a reserve for the fee of closing; it may follow the mark price.
    ...optional('margin', row.positionIM),
    ...optional('maintenanceMargin', row.positionMM),
    ...optional('unrealizedPnl', row.unrealisedPnl),
    ...(trouble === undefined ? {} : { distress: trouble }),
  };
}

/**
 * The printed liquidation price, unless it is the end of a price table and no price: a row of nines, far beyond the mark price. Bybit documents that
 * it prints "" outside the range of prices, in which an isolated position has none to fear, and always in portfolio margin.
 * Source: `liqPrice` of https://bybit-exchange.github.io/docs/v5/position ; nines as in `bustPrice` of its sample
 */
function liquidationOf({ liqPrice, markPrice }: Row): Decimal | undefined {
  if (liqPrice === undefined || !/^9{5,}(\.9+)?$/.test(liqPrice.replace(/(\.9*)0+$/, '$1').replace(/\.$/, ''))) return liqPrice;
  return markPrice !== undefined && compare(liqPrice, multiply(markPrice, two)) < 0 ? liqPrice : undefined;
}

const two = decimal('2');

function refOf({ market, marginCoin, row }: Found): PositionRef {
  const { symbol, positionIdx } = row;
  return {
    positionId: idOf(market, symbol, positionIdx),
    instrument: symbol,
    market,
    slot: positionIdx,
    side: sides[row.side],
    marginCoin,
  };
}

/** Digits kept in our own figures: more than Bybit prints. */
const digits = 16;

/** What the position is worth by the mark price, in the margin coin. Rounded up. */
export function markValueOf({ market, row }: Found): Decimal | undefined {
  if (row.markPrice === undefined) return undefined;
  return market === 'linear' ? multiply(row.size, row.markPrice) : divide(row.size, row.markPrice, digits, 'up');
}

/**
 * The part of the margin that does not follow the mark price: margin - value by mark price / leverage, so what was added by hand and the reserve
 * for the fee of closing. In the margin coin; may be below zero. Undefined when a figure is missing. The printed `positionValue` will not do:
 * in the sample of https://bybit-exchange.github.io/docs/v5/position/manual-add-margin it is 200 / 1812.70004844, by the entry.
 */
export function steadyMarginOf(found: Found): Decimal | undefined {
  const { positionIM, leverage } = found.row;
  const value = markValueOf(found);
  if (positionIM === undefined || leverage === undefined || value === undefined) return undefined;
  return subtract(positionIM, divide(value, leverage, digits, 'half-up'));
}
