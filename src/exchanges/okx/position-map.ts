import * as v from 'valibot';
import { absolute, add, isNegative, isPositive, multiply, type Decimal } from '../../core/decimal.ts';
import type { Message } from '../../core/message.ts';
import type { CoinAmount, Position, Side } from '../../core/model.ts';
import { isName } from '../kit/names.ts';
import { optional } from '../kit/parts.ts';
import { aboveZero } from './loan-map.ts';
import * as schema from './schema.ts';
import { crossMargin, leftOut, positions } from '../refusals.ts';
import { venue, fixedMargin } from './codes.ts';

/** OKX's words for positions in, ours out. Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions */

export type PositionRow = v.InferOutput<typeof schema.position>;
export type Instrument = v.InferOutput<typeof schema.instrument>;

export interface Sorted {
  readonly rows: readonly PositionRow[];
  /** Rows with an unreadable position, raw. */
  readonly odd: readonly unknown[];
}

/**
 * Separates rows with a position from rows without one. A row with `pos` 0 has none, even with margin: manual-transfer mode makes such rows for
 * waiting margin. They have no side, and nothing of them can be liquidated.
 */
export function sorted(rows: readonly unknown[]): Sorted {
  const held = rows.filter((row) => !v.is(schema.idlePosition, row));
  const { rows: read, odd } = schema.rowsOf(schema.position, held);
  const told = schema.distinct(read);
  // Two rows with one id can't be told apart: neither is used.
  const isClear = (row: PositionRow): boolean =>
    sideOf(row) !== undefined && told.filter((other) => sideOf(other) !== undefined && other.posId === row.posId).length === 1;
  return { rows: told.filter(isClear), odd: [...odd, ...told.filter((row) => !isClear(row))] };
}

/**
 * Which way a position gains; undefined where the row contradicts itself.
 * - contracts in long-short mode: `posSide`, with `pos` above zero
 * - contracts in net mode: the sign of `pos`
 * - MARGIN: `pos` is always above zero, and `posCcy` decides: a long holds the base coin, a short the quote coin
 */
function sideOf({ instType, instId, posSide, pos, posCcy }: PositionRow): Side | undefined {
  if (instType === 'MARGIN') {
    const { base, quote } = coinsOf(instId);
    const held = posCcy === '' || base === quote ? undefined : posCcy === base ? 'long' : posCcy === quote ? 'short' : undefined;
    return isNegative(pos) || (posSide !== 'net' && posSide !== held) ? undefined : held;
  }
  if (posSide !== 'net') return isNegative(pos) ? undefined : posSide;
  return isNegative(pos) ? 'short' : 'long';
}

/** The coins of an instrument's name: `BTC-USDT`, `BTC-USDT-SWAP`, `BTC-USD_UM-SWAP` (priced in USD, settled in a stablecoin). */
function coinsOf(instId: string): { readonly base: string; readonly quote: string } {
  const [first = '', second = ''] = instId.split('-');
  const [base, quote] = [first, second.split('_')[0] ?? ''].map((coin) => (isName(coin) ? coin : ''));
  return { base: base ?? '', quote: quote ?? '' };
}

/**
 * The position of a row out of `sorted`.
 * @param instrument what OKX says of the contract; without it there is no exposure
 * @throws RangeError for a row that `sorted` would reject.
 */
export function toPosition(row: PositionRow, instrument: Instrument | undefined): Position {
  const side = sideOf(row);
  if (side === undefined) throw new RangeError('a position without a side');
  const contract = contractOf(row, instrument);
  const debt = debtOf(row);
  const size = isNegative(row.pos) ? absolute(row.pos) : row.pos;
  const isMargin = row.instType === 'MARGIN';
  const exposure = isMargin ? heldExposure(row, side, debt) : contractExposure(row, size, contract, instrument);
  return {
    positionId: row.posId,
    instrument: row.instId,
    market: row.instType,
    slot: row.posSide,
    side,
    marginCoin: row.ccy,
    contract,
    marginMode: row.mgnMode,
    size,
    ...(isMargin ? { sizeCoin: row.posCcy } : {}),
    ...optional('exposure', exposure),
    ...baseCoinOf(row),
    priceCoin: priceCoinOf(row),
    ...optional('entryPrice', aboveZero(row.avgPx)),
    ...optional('markPrice', aboveZero(row.markPx)),
    ...optional('lastPrice', aboveZero(row.last)),
    ...optional('liquidationPrice', aboveZero(row.liqPx)),
    // OKX prints 0 where none can be set, as in portfolio margin.
    ...optional('leverage', aboveZero(row.lever)),
    ...optional('margin', row.margin),
    ...optional('maintenanceMargin', row.mmr),
    ...optional('marginRatio', row.mgnRatio),
    ...optional('unrealizedPnl', row.upl),
    ...(debt === undefined ? {} : { debt }),
    ...fixed(row),
  };
}

const namedByCoins: ReadonlySet<string> = new Set(['MARGIN', 'SWAP', 'FUTURES', 'OPTION']);

/** The first coin of its name. Names of event contracts have no coins. */
function baseCoinOf({ instType, instId }: PositionRow): Pick<Position, 'baseCoin'> {
  const { base, quote } = coinsOf(instId);
  return namedByCoins.has(instType) && base !== '' && quote !== '' ? { baseCoin: base } : {};
}

/** Options are priced in the coin they settle in; all else in the second coin of its name, as far as the name has two. */
function priceCoinOf({ instType, instId, ccy }: PositionRow): string {
  const { quote } = coinsOf(instId);
  return instType === 'OPTION' || instType === 'EVENTS' || quote === '' ? ccy : quote;
}

function contractOf({ instType, instId, ccy }: PositionRow, instrument: Instrument | undefined): Position['contract'] {
  if (instType === 'MARGIN') return 'borrowed';
  if (instType !== 'SWAP' && instType !== 'FUTURES') return 'other';
  const { base, quote } = coinsOf(instId);
  const byCoin = ccy === quote ? 'linear' : ccy === base ? 'inverse' : 'other';
  const told = instrument?.ctType ?? '';
  // Our estimates require the margin coin to be the price coin or the traded coin: otherwise none is made.
  return told === '' || told === byCoin ? byCoin : 'other';
}

/** What is owed, interest included. If one of the two is missing, the sum is unknown. `liab` is below zero. */
function debtOf({ instType, liab, interest, liabCcy }: PositionRow): CoinAmount | undefined {
  if (instType !== 'MARGIN' || liab === undefined || interest === undefined || !isName(liabCcy)) return undefined;
  const amount = add(absolute(liab), absolute(interest));
  return isPositive(amount) ? { coin: liabCcy, amount } : undefined;
}

/** In the coin that is traded: a long holds it, a short owes it. */
function heldExposure({ instId, pos }: PositionRow, side: Side, debt: CoinAmount | undefined): Decimal | undefined {
  if (side === 'long') return pos;
  return debt?.coin === coinsOf(instId).base ? debt.amount : undefined;
}

/** Contracts x `ctVal` x `ctMult`: linear in the coin that is traded, inverse in the coin of the price. */
function contractExposure(
  { instId }: PositionRow,
  contracts: Decimal,
  contract: Position['contract'],
  instrument: Instrument | undefined,
): Decimal | undefined {
  // A contract of nothing would look as if nothing could be lost.
  const [value, multiple] = [aboveZero(instrument?.ctVal), aboveZero(instrument?.ctMult)];
  if (contract === 'other' || instrument === undefined || value === undefined || multiple === undefined) return undefined;
  const { base, quote } = coinsOf(instId);
  const wanted = contract === 'linear' ? base : quote;
  if (instrument.ctValCcy !== '' && instrument.ctValCcy !== wanted) return undefined;
  return multiply(contracts, multiply(value, multiple));
}

function fixed({ instType, mgnMode }: PositionRow): Pick<Position, 'fixedMargin'> {
  if (mgnMode === 'cross') {
    return { fixedMargin: crossMargin };
  }
  // The margin of a long option can't be changed: code 51040.
  return instType === 'OPTION' || instType === 'EVENTS' ? { fixedMargin } : {};
}

/**
 * Says which positions are unreadable. @param rows raw
 */
export function positionsTrouble(rows: readonly unknown[]): Message {
  const names = new Set(rows.flatMap(nameOf));
  const count = rows.length.toString();
  return leftOut(venue, positions(names.size === 0 ? count : `${count}: ${[...names].join(', ')}`));
}

/** An instrument's name that is safe to display. */
function nameOf(row: unknown): readonly string[] {
  if (typeof row !== 'object' || row === null || !('instId' in row)) return [];
  const { instId } = row;
  return typeof instId === 'string' && /^[\p{L}\p{N}._-]{1,40}$/u.test(instId) ? [instId] : [];
}
