import { isDecimal, isPositive } from '../../core/decimal.ts';
import { msg } from '../../core/message.ts';
import type { MarginChange } from '../exchange.ts';
import type { Call } from '../http.ts';
import { endpoints } from './endpoints.ts';
import { missing } from './requests.ts';

/**
 * The one request that moves margin. `posSide` is always named: left out, OKX would take `net`. The coin only goes with MARGIN.
 * Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-increase-decrease-margin
 */
export function marginCall({ position, direction, coin, amount }: MarginChange): Call & { readonly body: string } {
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

/**
 * The last look before money moves.
 * @throws ExchangeError `refused` when position, direction, coin or amount could be meant otherwise.
 */
export function mustBeClearMargin({ position, direction, coin, amount }: MarginChange): void {
  const { positionId, instrument, market, slot, side, marginCoin } = position;
  const isNamed = [positionId, instrument, coin].every((name) => typeof name === 'string' && name !== '') && markets.includes(market);
  // A slot that is not the position's side is the other position of the same instrument.
  const isPlaced = slots.includes(slot) && ['long', 'short'].includes(side) && (slot === 'net' || slot === side);
  // Also said to those who got here without the compiler.
  const isWhole = ['add', 'reduce'].includes(direction) && isDecimal(amount) && isPositive(amount) && coin === marginCoin;
  if (!isNamed || !isPlaced || !isWhole) {
    throw missing(
      msg(
        'The change does not name a position, a direction, its margin coin and an amount above zero, so nothing was sent. Start it again.',
      ),
    );
  }
}
