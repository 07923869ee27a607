import * as v from 'valibot';
import { compare, decimal, divide, isZero, multiply, subtract, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Position, PositionRef, Side } from '../../core/model.ts';
import { refused } from '../kit/failure.ts';
import { isName } from '../kit/names.ts';
import { optional } from '../kit/parts.ts';
import * as schema from './schema.ts';
import { named, onceEach, read, textIn, unlike, type Mode, type PositionRow } from './schema.ts';
import * as why from '../refusals.ts';
import { venue } from './codes.ts';

/** Bybit's words for positions in, ours out. */

export type Market = 'linear' | 'inverse';

/** A row, and what it was listed under. */
export interface Found {
  readonly market: Market;
  /** The coin its margin is in. */
  readonly marginCoin: string;
  readonly row: PositionRow;
}

/**
 * The parts of an instrument, by its name: `BTCUSDT` and `BTCUSDT-26DEC25` are settled in USDT, `BTCPERP` and `BTC-26DEC25` in USDC, `BTCUSD` and
 * the dated `BTCUSDZ25` in their own coin. The coin before that may be written in any way, as in `kPEPEUSDT`, `BRK.BUSDT` or `币安人生USDT`.
 * Undefined for any other name. Source: the symbols of https://bybit-exchange.github.io/docs/v5/enum#symbol
 */
export function partsOf(market: Market, symbol: string): { readonly base: string; readonly settle: string } | undefined {
  if (market === 'inverse') {
    const base = /^(.+?)USD([FGHJKMNQUVXZ]\d{2})?$/u.exec(symbol)?.[1];
    return base === undefined || !isName(base) ? undefined : { base, settle: base };
  }
  for (const [pattern, settle] of [
    [/^(.+)USDT(-\d{1,2}[A-Z]{3}\d{2})?$/u, 'USDT'],
    [/^(.+)(PERP|USDC|-\d{1,2}[A-Z]{3}\d{2})$/u, 'USDC'],
  ] as const) {
    const base = pattern.exec(symbol)?.[1];
    if (base !== undefined && isName(base)) return { base, settle };
  }
  return undefined;
}

/**
 * The coin whose price moves an instrument. Very cheap coins are traded by the thousand or more: `1000BONKUSDT` moves with BONK, `SHIB1000USDT`
 * with SHIB.
 */
export const baseCoinOf = (market: Market, symbol: string): string | undefined =>
  partsOf(market, symbol)?.base.replace(/^10{3,7}(?=[A-Z])|(?<=[A-Z])10{3,7}$/, '');

const sides: Readonly<Record<PositionRow['side'], Side>> = { Buy: 'long', Sell: 'short' };

export const idOf = (market: string, symbol: string, slot: string): string => `${market}:${symbol}:${slot}`;

/** Slot 1 is Buy, slot 2 is Sell, and slot 0 is either. */
export function slotFits(slot: string, side: Side): boolean {
  return slot === '0' || (slot === '1' && side === 'long') || (slot === '2' && side === 'short');
}

export const unknownMode = msg(
  'bybit.unknown-mode',
  "LTV Gauge doesn't know this account's margin mode, so margin can't be changed here. Check the Bybit app, and update LTV Gauge.",
);

/**
 * The account decides for all positions whether they are isolated; `tradeMode` of a row is always 0 there. In a classic account, and for inverse
 * contracts in the first unified ones, each position has its own, and its margin is in a wallet that is not read here. Source:
 * https://bybit-exchange.github.io/docs/v5/account/account-info
 */
function modeOf({ marginMode, unifiedMarginStatus }: Mode, { market, row }: Found): Pick<Position, 'marginMode' | 'fixedMargin'> {
  const ownWallet = unifiedMarginStatus === '1' || (market === 'inverse' && ['3', '4'].includes(unifiedMarginStatus));
  if (ownWallet) {
    return row.tradeMode === '1'
      ? {
          marginMode: 'isolated',
          fixedMargin: msg('bybit.margin-elsewhere', "Its margin isn't in the Unified Trading Account. Change it in the Bybit app."),
        }
      : { marginMode: 'cross', fixedMargin: why.crossMargin };
  }
  switch (marginMode) {
    case 'ISOLATED_MARGIN':
      return { marginMode: 'isolated' };
    case 'REGULAR_MARGIN':
    case 'PORTFOLIO_MARGIN':
      return { marginMode: 'cross', fixedMargin: why.crossMargin };
    // Cross is the cautious assumption.
    case '':
      return { marginMode: 'cross', fixedMargin: unknownMode };
  }
}

/** What Bybit is doing to a position. Source: `positionStatus` of https://bybit-exchange.github.io/docs/v5/enum#positionstatus */
const distress: ReadonlyMap<string, Message> = new Map([
  ['Liq', why.liquidating(venue)],
  ['Adl', why.deleveraging(venue)],
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
    // Includes what was added by hand and a reserve for the closing fee; it may follow the mark price.
    ...optional('margin', row.positionIM),
    ...optional('maintenanceMargin', row.positionMM),
    ...optional('unrealizedPnl', row.unrealisedPnl),
    ...(trouble === undefined ? {} : { distress: trouble }),
  };
}

/**
 * The printed liquidation price, unless it is the end of a price table: a row of nines, far beyond the mark price. Bybit documents that it prints
 * "" outside the range of prices, in which an isolated position has none to fear, and always in portfolio margin. Source: `liqPrice` of
 * https://bybit-exchange.github.io/docs/v5/position ; nines as in `bustPrice` of its sample
 */
function liquidationOf({ liqPrice, markPrice }: PositionRow): Decimal | undefined {
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
 * for the fee of closing. In the margin coin; may be below zero. Undefined when a figure is missing. The printed `positionValue` can't be used:
 * in the sample of https://bybit-exchange.github.io/docs/v5/position/manual-add-margin it is 200 / 1812.70004844, by the entry.
 */
export function steadyMarginOf(found: Found): Decimal | undefined {
  const { positionIM, leverage } = found.row;
  const value = markValueOf(found);
  if (positionIM === undefined || leverage === undefined || value === undefined) return undefined;
  return subtract(positionIM, divide(value, leverage, digits, 'half-up'));
}

/** Rows with what may be wrong with them, one by one. */

/** A classic account in one-way mode has "None" for the side of an empty slot. Source: `side` of https://bybit-exchange.github.io/docs/v5/position */
const isEmpty = ({ side, size }: v.InferOutput<typeof schema.slot>): boolean =>
  side === '' || side === 'None' || (size !== undefined && isZero(size));

/** The positions of one page, and why some are missing. One that appears twice counts once; of two that differ neither is used. */
export function understoodIn(
  market: Market,
  settleCoin: string | undefined,
  rows: readonly unknown[],
): { readonly found: readonly Found[]; readonly trouble?: ExchangeError } {
  const read = rows.map((raw) => openOrOdd(market, settleCoin, raw));
  const found = read.filter((one): one is Found => one !== undefined && !(one instanceof ExchangeError));
  const { rows: once, unclear } = onceEach(found, ({ row }) => idOf(market, row.symbol, row.positionIdx));
  const [first] = unclear;
  const trouble =
    read.find((one) => one instanceof ExchangeError) ?? (first === undefined ? undefined : notShown(named('result.list', first)));
  return { found: once, ...(trouble === undefined ? {} : { trouble }) };
}

/** The position of a row; undefined for an empty slot; an error for an unreadable one, which affects only itself. */
function openOrOdd(market: Market, settleCoin: string | undefined, raw: unknown): Found | ExchangeError | undefined {
  const slot = v.safeParse(schema.slot, raw);
  if (slot.success && isEmpty(slot.output)) return undefined;
  try {
    return understood(market, settleCoin, raw);
  } catch (error) {
    if (!ExchangeError.is(error, 'shape')) throw error;
    return notShown(named(error.field ?? '', textIn(raw, 'symbol')));
  }
}

function notShown(field: string): ExchangeError {
  return new ExchangeError({
    kind: 'shape',
    field,
    effect: 'none',
    sentence: why.leftOut(venue, why.positions(field)),
  });
}

/**
 * The position in one slot of an instrument; undefined when the slot is empty. An invalid row of the other slot doesn't matter.
 * @throws ExchangeError `shape` for an invalid row, `refused` when it is unclear which row is meant: neither counts as an empty slot.
 */
export function openIn(
  rows: readonly unknown[],
  {
    market,
    instrument,
    slot,
    marginCoin,
  }: { readonly market: Market; readonly instrument: string; readonly slot: string; readonly marginCoin: string },
): Found | undefined {
  // What appears twice counts once.
  const all = [...new Map(rows.map((raw) => [JSON.stringify(raw), raw])).values()];
  const slots = all.map((raw) => ({ raw, slot: v.safeParse(schema.slot, raw) }));
  const here = slots.filter((one) => one.slot.success && one.slot.output.positionIdx === slot);
  const ours = here.filter((one) => one.slot.success && one.slot.output.symbol === instrument);
  // Rows of other instruments were not requested; alone they are no answer.
  const [only, ...more] = ours.length === 0 ? here : ours;
  const unreadable = slots.find((one) => !one.slot.success || (one.slot.output.positionIdx === undefined && !isEmpty(one.slot.output)));
  if (only === undefined) return unreadable === undefined ? undefined : understood(market, marginCoin, unreadable.raw);
  if (more.length > 0) throw unclear();
  if (only.slot.success && isEmpty(only.slot.output)) return undefined;
  const found = understood(market, marginCoin, only.raw);
  if (found.row.symbol !== instrument) throw unclear();
  return found;
}

const unclear = (): ExchangeError => refused(why.ambiguous(venue));

/**
 * A row as documented. The instrument's name must agree with the requested coin; a name that shows no coin is taken to be of it.
 * @throws ExchangeError `shape`
 */
function understood(market: Market, settleCoin: string | undefined, raw: unknown): Found {
  const { list: row } = read(v.object({ list: schema.position }), { list: raw });
  const settle = partsOf(market, row.symbol)?.settle;
  const marginCoin = settle ?? settleCoin;
  if (marginCoin === undefined || (settleCoin !== undefined && marginCoin !== settleCoin)) throw unlike('result.list.symbol');
  return { market, marginCoin, row };
}
