import {
  absolute,
  add,
  decimal,
  decimalPlaces,
  divide,
  greater,
  isNegative,
  multiply,
  round,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { Direction, Position, PositionRef } from '../../core/model.ts';
import type { MarginChange, MarginReadiness } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import { mustBeClear } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { optional } from '../kit/parts.ts';
import { endpoints } from './endpoints.ts';
import { idOf, markValueOf, partsOf, slotFits, steadyMarginOf, type Found, type Market } from './position-map.ts';
import { onceEach, readRows, walletCoin, walletOfType, type Wallet } from './schema.ts';
import { msg } from '../../core/message.ts';
import * as why from '../refusals.ts';
import { venue, unifiedAccount } from './codes.ts';

/** Bybit accepts no more. Source: https://bybit-exchange.github.io/docs/v5/position/manual-add-margin */
export const marginPlaces = 4;

/** Only the sign of the amount tells adding from taking. Source: the same page, `"10"` and `"-10"`. */
const signs: Readonly<Record<Direction, string>> = { add: '', reduce: '-' };

const markets: readonly string[] = ['linear', 'inverse'] satisfies readonly Market[];

/**
 * Which of Bybit's markets a position is in.
 * @throws ExchangeError `refused` when its parts do not name one and the same position.
 */
export function marketOf(ref: PositionRef): Market {
  const { positionId, instrument, market, slot, side, marginCoin } = ref;
  const known = (one: string): one is Market => markets.includes(one);
  if (known(market) && ['0', '1', '2'].includes(slot) && slotFits(slot, side) && positionId === idOf(market, instrument, slot)) {
    const settle = partsOf(market, instrument)?.settle;
    // A contract with an unknown name can only be one that Bybit listed under its margin coin.
    if (settle === marginCoin || (settle === undefined && market === 'linear' && ['USDT', 'USDC'].includes(marginCoin))) return market;
  }
  throw refused(why.unnamed);
}

/**
 * The request that changes margin. The amount is sent in the exact characters that were confirmed, and always with the slot: without it the other
 * side's position could be meant. Source: https://bybit-exchange.github.io/docs/v5/position/manual-add-margin
 * @throws ExchangeError `refused` when position, direction, coin or amount could be meant otherwise.
 */
export function marginCall(change: MarginChange): Call & { readonly body: string } {
  const { position, direction, amount } = change;
  const category = marketOf(position);
  mustBeClear(change, position.marginCoin);
  if (decimalPlaces(amount) > marginPlaces) {
    throw refused(msg('margin.decimals', 'Use at most {0} decimals for {1} here.', marginPlaces.toString(), position.marginCoin));
  }
  const body = JSON.stringify({
    category,
    symbol: position.instrument,
    margin: `${signs[direction]}${amount}`,
    positionIdx: Number(position.slot),
  });
  return { method: 'POST', path: endpoints.addMargin, body, signed: true, write: true };
}

/** The figures read for one change of margin. */
export interface MarginFacts {
  readonly found: Found;
  readonly position: Position;
  readonly wallet: Wallet;
  readonly asOf: number;
}

/**
 * Everything a change of margin depends on.
 * @throws ExchangeError `refused` when it is another position now, is not isolated, or a required figure is missing.
 */
export function marginReadinessOf(asked: PositionRef, { found, position, wallet, asOf }: MarginFacts): MarginReadiness {
  if (position.side !== asked.side || position.marginCoin !== asked.marginCoin) {
    throw refused(why.anotherPosition);
  }
  // It already belongs to the liquidation: added margin would be lost.
  if (found.row.positionStatus === 'Liq') {
    throw refused(why.liquidating(venue), ['later']);
  }
  if (position.fixedMargin !== undefined) throw refused(position.fixedMargin);
  if (position.marginMode !== 'isolated') throw refused(why.crossMargin);
  const { margin, size, leverage, entryPrice, liquidationPrice } = position;
  if (margin === undefined) {
    throw refused(why.unsaid(venue, why.margin));
  }
  const reducible = reducibleOf(found);
  return {
    kind: 'margin',
    position,
    walletAvailable: availableOf(wallet, position.marginCoin),
    ...(reducible === undefined ? {} : { reducible: { amount: reducible, source: 'estimate' } }),
    places: marginPlaces,
    baseline: {
      kind: 'margin',
      size,
      margin,
      ...optional('steadyMargin', steadyMarginOf(found)),
      ...optional('leverage', leverage),
      ...optional('entryPrice', entryPrice),
      ...optional('liquidationPrice', liquidationPrice),
    },
    asOf,
  };
}

/**
 * What is available for isolated positions: walletBalance - totalPositionIM - totalOrderIM - locked - bonus, never below zero. Bybit lists only
 * coins above zero. Source: https://bybit-exchange.github.io/docs/v5/account/wallet-balance
 * @throws ExchangeError `refused` when a figure is missing: bound coins could be taken for free ones.
 */
function availableOf({ list }: Wallet, coin: string): Decimal {
  const unified = readRows(walletOfType, list).rows.find(({ accountType }) => accountType === undefined || accountType === 'UNIFIED');
  const { rows, odd } = readRows(walletCoin, unified?.coin ?? []);
  const { rows: once, unclear } = onceEach(rows, (one) => one.coin);
  const held = once.find((one) => one.coin === coin);
  // A row without a coin name may be this one. Rows of other coins don't matter.
  if (unified !== undefined && held === undefined && odd.length === 0 && !unclear.has(coin)) return zero;
  const bound = [held?.totalPositionIM, held?.totalOrderIM, held?.locked, held?.bonus].filter((value) => value !== undefined);
  if (held?.walletBalance === undefined || bound.length < 4) {
    throw refused(why.unsaid(venue, why.heldIn(unifiedAccount, coin)));
  }
  // Bound amounts can't be negative.
  const taken = sum(bound.map((value) => greater(value, zero)));
  return greater(subtract(held.walletBalance, taken), zero);
}

/** Digits kept in our own figures: more than Bybit prints. */
const digits = 16;

/**
 * The closing fee rate that Bybit reserves in its printed sample. Today's usual rate is lower, 0.00055. CALC: 0.01926611 - 0.11033265 / 12 - 0.01
 * = 0.11033265 x (1 + 1 / 12) x 0.0006.
 */
const closingFee = decimal('0.0006');

/**
 * Our cautious estimate of what can be taken out, which no endpoint gives: margin - value / leverage - closing fee, less a loss that is not
 * realized, where the value is the greater of the printed one and the one by mark price, and the fee is of value x (1 + 1 / leverage), as for the
 * worse side. Rounded down to what can be sent, never below zero. In the margin coin. Undefined when a figure is missing. Bybit itself refuses
 * what is too much (110078).
 */
export function reducibleOf(found: Found): Decimal | undefined {
  const { positionIM, positionValue, leverage, unrealisedPnl } = found.row;
  const markValue = markValueOf(found);
  if (positionIM === undefined || positionValue === undefined || leverage === undefined) return undefined;
  if (markValue === undefined || unrealisedPnl === undefined) return undefined;
  const value = greater(positionValue, markValue);
  const initial = divide(value, leverage, digits, 'up');
  const fee = multiply(add(value, initial), closingFee);
  const loss = isNegative(unrealisedPnl) ? absolute(unrealisedPnl) : zero;
  const free = round(subtract(positionIM, sum([initial, fee, loss])), marginPlaces, 'down');
  return greater(free, zero);
}
