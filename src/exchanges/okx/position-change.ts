import { decimalPlaces, isDecimal, isNegative, isPositive, lesser, zero, type Decimal } from '../../core/decimal.ts';
import type { Position } from '../../core/model.ts';
import type { MarginChange, MarginReadiness } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import { refused } from '../kit/failure.ts';
import { optional } from '../kit/parts.ts';
import { endpoints } from './endpoints.ts';
import * as why from '../refusals.ts';
import { venue, tradingAccount } from './codes.ts';

/**
 * The one request that moves margin. `posSide` is always named: left out, OKX would take `net`. The coin only goes with MARGIN.
 * Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-increase-decrease-margin
 * @throws ExchangeError `refused` when position, direction, coin or amount could be meant otherwise.
 */
export function marginCall(change: MarginChange): Call & { readonly body: string } {
  mustBeClear(change);
  const { position, direction, coin, amount } = change;
  const body = JSON.stringify({
    instId: position.instrument,
    posSide: position.slot,
    type: direction,
    amt: amount,
    ...(position.market === 'MARGIN' ? { ccy: coin } : {}),
  });
  return { method: 'POST', path: endpoints.marginBalance, body, signed: true, write: true };
}

const markets: readonly string[] = ['MARGIN', 'SWAP', 'FUTURES'];
const slots: readonly string[] = ['net', 'long', 'short'];

/** The last check before money moves. */
function mustBeClear({ position, direction, coin, amount }: MarginChange): void {
  const { positionId, instrument, market, slot, side, marginCoin } = position;
  const isNamed = [positionId, instrument, coin].every((name) => typeof name === 'string' && name !== '') && markets.includes(market);
  // A slot that is not the position's side is the other position of the same instrument.
  const isPlaced = slots.includes(slot) && ['long', 'short'].includes(side) && (slot === 'net' || slot === side);
  // Also for callers that bypass the compiler.
  const isWhole = ['add', 'reduce'].includes(direction) && isDecimal(amount) && isPositive(amount) && coin === marginCoin;
  if (!isNamed || !isPlaced || !isWhole) {
    throw refused(why.incompleteChange);
  }
}

/** The figures read for one change of margin. */
export interface MarginFacts {
  readonly position: Position;
  /** Of the bills of margin. Undefined where they cannot be read. */
  readonly newestHistoryId: string | undefined;
  /** What the trading account has of the margin coin. Undefined when OKX does not say. */
  readonly available: Decimal | undefined;
  /** What OKX says could be taken out. Undefined when it does not say. */
  readonly reducible: Decimal | undefined;
  readonly asOf: number;
}

/**
 * Everything a change of margin depends on.
 * @throws ExchangeError `refused` when its margin can't be changed, or a required figure is missing.
 */
export function marginReadinessOf({ position, newestHistoryId, available, reducible, asOf }: MarginFacts): MarginReadiness {
  const { margin, fixedMargin, marginCoin, size, leverage, entryPrice, liquidationPrice } = position;
  if (fixedMargin !== undefined) throw refused(fixedMargin);
  if (margin === undefined) throw refused(why.unsaid(venue, why.margin));
  if (available === undefined) {
    throw refused(why.unsaid(venue, why.heldIn(tradingAccount, marginCoin)));
  }
  return {
    kind: 'margin',
    position,
    walletAvailable: floored(available),
    // No more than the margin itself can be taken, whatever OKX says.
    ...(reducible === undefined ? {} : { reducible: { amount: floored(lesser(reducible, margin)), source: 'venue' } }),
    places: placesOf(available),
    baseline: {
      kind: 'margin',
      ...(newestHistoryId === undefined ? {} : { newestHistoryId }),
      size,
      margin,
      ...optional('leverage', leverage),
      ...optional('entryPrice', entryPrice),
      ...optional('liquidationPrice', liquidationPrice),
    },
    asOf,
  };
}

/** An account with a negative balance has nothing available. */
const floored = (amount: Decimal): Decimal => (isNegative(amount) ? zero : amount);

const fewestPlaces = 8;
const mostPlaces = 18;

/**
 * How many decimals an amount may have. OKX does not document it. As many as it shows for the coin are surely accepted; a round balance shows
 * none, which must not prevent adding 0.001 BTC, so eight are always allowed: too many decimals are rejected and move nothing. 18 is the finest
 * OKX prints.
 */
function placesOf(available: Decimal): number {
  return Math.min(mostPlaces, Math.max(fewestPlaces, decimalPlaces(available)));
}
