import type { LoanRef } from '../../../../src/exchanges/exchange.ts';
import { bench, success } from '../bench.ts';

export const order: LoanRef = { loanId: '12345', orderId: '12345' };

/** One order of 0.8 BTC against USDT, as in loan-info. */
export const loan = (more: object = {}): object => ({
  ordId: '12345',
  loanNotionalUsd: '40000',
  loanData: [{ ccy: 'USDT', amt: '40000' }],
  collateralNotionalUsd: '68992',
  collateralData: [{ ccy: 'BTC', amt: '0.8' }],
  riskWarningData: { instId: 'BTC-USDT', liqPx: '60926.4' },
  curLTV: '0.5797',
  marginCallLTV: '0.7374',
  liqLTV: '0.8374',
  ...more,
});
export const row = (refId: string, type: string, amt: string): object => ({ refId, type, ccy: 'BTC', amt, ts: '1731659485000' });

/** A venue that has all that a change of this order is decided on. */
export function prepared() {
  const one = bench();
  one.venue
    .on('/loan-info', success([loan()]))
    .on('/asset/balances', success([{ ccy: 'BTC', bal: '1.8', availBal: '1.7', frozenBal: '0.1' }]))
    .on('/collateral-assets', success([{ assets: [{ ccy: 'BTC', amt: '1.6', notionalUsd: '140800' }] }]))
    .on('/max-collateral-redeem-amount', success([{ ccy: 'BTC', maxRedeemAmt: '0.17' }]))
    .on('/loan-history', success([row('17316594851045086', 'collateral_locked', '-0.8')]))
    .on(
      '/index-tickers',
      success([
        { instId: 'BTC-USD', idxPx: '88000' },
        { instId: 'USDT-USD', idxPx: '1' },
      ]),
    );
  return one;
}
