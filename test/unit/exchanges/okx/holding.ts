import { decimal, type Decimal } from '../../../../src/core/decimal.ts';
import type { PositionRef } from '../../../../src/core/model.ts';
import type { MarginChange } from '../../../../src/exchanges/exchange.ts';
import { bench, fixture, success } from '../bench.ts';

/** The row of an isolated MARGIN long that OKX prints. */
export const printed = (more: object = {}): object => {
  const { data } = JSON.parse(fixture('positions')) as { data: object[] };
  return { ...data[0], ...more };
};

/** An isolated MARGIN short: what was sold was borrowed, and the size is in the quote coin. */
export const marginShort = (more: object = {}): object =>
  printed({
    ...{ ccy: 'USDT', posCcy: 'USDT', pos: '7200.5', liab: '-0.1', liabCcy: 'BTC', interest: '0.00001', margin: '1200.25' },
    ...{ liqPx: '70591.1', posId: '1752810569801498627', upl: '-12.5', mmr: '125.8' },
    ...more,
  });

/** An isolated position in 5 contracts of 0.01 BTC. */
export const swap = (more: object = {}): object => ({
  ...{ instType: 'SWAP', instId: 'BTC-USDT-SWAP', mgnMode: 'isolated', posId: '2752810569801498626', posSide: 'net', pos: '5', posCcy: '' },
  ...{ ccy: 'USDT', avgPx: '60000', markPx: '61000', last: '61001.5', idxPx: '60990', liqPx: '55000', lever: '10', margin: '300' },
  ...{ imr: '', mmr: '12.2', mgnRatio: '20.1', upl: '50', liab: '', liabCcy: '', interest: '', notionalUsd: '3050' },
  ...more,
});

export const swaps = [
  { instId: 'BTC-USDT-SWAP', ctVal: '0.01', ctMult: '1', ctValCcy: 'BTC', ctType: 'linear', settleCcy: 'USDT' },
  { instId: 'BTC-USD-SWAP', ctVal: '100', ctMult: '1', ctValCcy: 'USD', ctType: 'inverse', settleCcy: 'BTC' },
];

/** A venue that holds these positions and no loans. */
export function holding(...rows: readonly unknown[]) {
  const one = bench();
  one.venue
    .on('/account/positions', success(rows))
    .on('/public/instruments', success(swaps))
    .on(
      '/account/balance',
      success([
        {
          totalEq: '1',
          uTime: '1',
          details: [
            { ccy: 'USDT', availBal: '100.5', availEq: '90.25' },
            { ccy: 'BTC', availBal: '0.5', availEq: '' },
          ],
        },
      ]),
    )
    .on('/adjust-leverage-info', success([{ estAvailTrans: '25.5', estAvailQuoteTrans: '30.5' }]))
    .on('/position/margin-balance', fixture('margin-balance'))
    .on('/loan-info', success([]))
    .on('/asset/balances', success([]))
    .on('/collateral-assets', success([]))
    .on('/index-tickers', success([]));
  return one;
}

const marginLongRef: PositionRef = {
  ...{ positionId: '1752810569801498626', instrument: 'BTC-USDT', market: 'MARGIN', slot: 'net', side: 'long', marginCoin: 'BTC' },
};
const swapRef: PositionRef = {
  ...{ positionId: '2752810569801498626', instrument: 'BTC-USDT-SWAP', market: 'SWAP', slot: 'net', side: 'long', marginCoin: 'USDT' },
};
export const refs = {
  marginLong: marginLongRef,
  marginShort: { ...marginLongRef, positionId: '1752810569801498627', side: 'short', marginCoin: 'USDT' },
  net: swapRef,
  netShort: { ...swapRef, side: 'short' },
  long: { ...swapRef, slot: 'long' },
  short: { ...swapRef, positionId: '2752810569801498627', slot: 'short', side: 'short' },
} satisfies Readonly<Record<string, PositionRef>>;

export const marginChange = (
  position: PositionRef,
  direction: 'add' | 'reduce' = 'add',
  amount: Decimal = decimal('12.50'),
): MarginChange => ({
  kind: 'margin',
  position,
  direction,
  coin: position.marginCoin,
  amount,
});
