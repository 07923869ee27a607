import assert from 'node:assert/strict';
import { decimal, zero } from '../../../../src/core/decimal.ts';
import type { Connection } from '../../../../src/exchanges/exchange.ts';
import { limitOf } from '../../../../src/exchanges/bybit/endpoints.ts';
import { change, fixture, order, pool, sampled, success } from './bench.ts';
import { answerPositions, inverse, long, marginChange } from './position-bench.ts';

const common = '/v5/crypto-loan-common';
const old = '/v5/crypto-loan';
const wallet = 'GET /v5/asset/transfer/query-account-coins-balance?accountType=FUND signed';
const prices = 'GET /v5/market/tickers?category=spot';
const account = 'GET /v5/account/info signed';
const positions = ['linear&settleCoin=USDT', 'linear&settleCoin=USDC', 'inverse'].map(
  (kind) => `GET /v5/position/list?category=${kind}&limit=200 signed`,
);
const position = `GET ${common}/position signed`;
const dates = 'GET /v5/crypto-loan-fixed/borrow-contract-info?limit=100 signed';
const inventory = 'GET /v5/crypto-loan-flexible/available-inventory?currency=BTC signed';
const taken = `GET ${common}/collateral-data`;
const id = order.loanId;
const orders = `GET ${old}/ongoing-orders?orderId=${id}&limit=100 signed`;
const terms = `GET ${old}/collateral-data`;

/** Every call, and what it may ask, by the pages of https://bybit-exchange.github.io/docs/v5/ */
const questions: readonly (readonly [string, (connection: Connection) => Promise<unknown>, readonly string[]])[] = [
  ['inspecting the key', (one) => one.inspect(), ['GET /v5/user/query-api signed']],
  [
    'reading everything',
    (one) => one.read(),
    [position, dates, inventory, wallet, taken, prices, `GET ${old}/ongoing-orders?limit=100 signed`, terms, account, ...positions],
  ],
  [
    'the history',
    (one) => one.loans!.history(undefined, {}),
    [
      `GET ${common}/adjustment-history?limit=100 signed`,
      'GET /v5/crypto-loan-flexible/borrow-history?limit=100 signed',
      'GET /v5/crypto-loan-flexible/repayment-history?limit=100 signed',
      'GET /v5/crypto-loan-fixed/borrow-order-info?limit=100 signed',
      'GET /v5/crypto-loan-fixed/repayment-history?limit=100 signed',
    ],
  ],
  [
    'the history of an old order',
    (one) => one.loans!.history(order, { limit: 5 }),
    ['adjustment-history', 'borrow-history', 'repayment-history'].map((list) => `GET ${old}/${list}?orderId=${id}&limit=5 signed`),
  ],
  [
    'what became of a change that has an id',
    (one) =>
      one.actions.collateral!.prove(
        change({ direction: 'reduce' }),
        { kind: 'collateral', pledged: decimal('0.2') },
        { reference: '27511' },
      ),
    [`GET ${common}/adjustment-history?adjustId=27511&limit=100 signed`, position],
  ],
  [
    'what became of a change of an old order',
    (one) =>
      one.actions.collateral!.prove(
        change({ loan: { loanId: '1794267532472646144', orderId: '1794267532472646144' }, direction: 'reduce', amount: decimal('0.001') }),
        { kind: 'collateral', pledged: decimal('0.2') },
        { reference: '1794318409405331968' },
      ),
    [
      `GET ${old}/adjustment-history?orderId=1794267532472646144&adjustId=1794318409405331968&limit=100 signed`,
      `GET ${old}/ongoing-orders?orderId=1794267532472646144&limit=100 signed`,
      terms,
    ],
  ],
  [
    'interest of one coin',
    (one) => one.loans!.interest(pool, { coin: 'ETH' }),
    ['GET /v5/crypto-loan-flexible/ongoing-coin?loanCurrency=ETH signed'],
  ],
  ['interest of an old order', (one) => one.loans!.interest(order, {}), [orders]],
  ['what can be borrowed', (one) => one.loans!.borrowableCoins(), [`GET ${common}/loanable-data?vipLevel=VIP0`]],
  ['how much can be borrowed', (one) => one.loans!.maximumLoan('BTC', undefined, []), [`POST ${common}/max-loan signed`]],
  ['what can be added', (one) => one.actions.collateral!.options(pool, 'add'), [wallet, position, taken, prices]],
  ['what can be added to an old order', (one) => one.actions.collateral!.options(order, 'add'), [wallet, orders, prices]],
  [
    'what can be taken from an old order',
    (one) => one.actions.collateral!.options(order, 'reduce'),
    [orders, terms, `GET ${old}/max-collateral-amount?orderId=${id} signed`],
  ],
  [
    'a change to be prepared',
    (one) => one.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' }),
    [`GET ${common}/adjustment-history?collateralCurrency=BTC&limit=100 signed`, position, position, wallet, taken, prices],
  ],
  [
    'a change of margin to be prepared',
    (one) => one.actions.margin!.prepare({ position: long }),
    ['GET /v5/position/list?category=linear&symbol=BTCUSDT signed', account, 'GET /v5/account/wallet-balance?accountType=UNIFIED signed'],
  ],
  ['a change of margin', (one) => one.actions.margin!.send(marginChange()), ['POST /v5/position/add-margin signed']],
  [
    'what became of a change of margin',
    (one) => one.actions.margin!.prove(marginChange({ position: inverse }), { kind: 'margin', size: zero, margin: zero }, {}),
    ['GET /v5/position/list?category=inverse&symbol=ETHUSD signed', account],
  ],
  ['a change', (one) => one.actions.collateral!.send(change()), [`POST ${common}/adjust-ltv signed`]],
  ['a change of an old order', (one) => one.actions.collateral!.send(change({ loan: order })), [`POST ${old}/adjust-ltv signed`]],
];

describe('what Bybit is asked', () => {
  for (const [name, call, wanted] of questions) {
    it(`for ${name} is what its documentation offers, and no more`, async () => {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan/ongoing-orders', fixture('legacy-ongoing-orders'));
      answerPositions(venue);
      await call(connection);
      const asked = venue.seen.map(({ method, target, headers }) => `${method} ${target}${headers.has('X-BAPI-SIGN') ? ' signed' : ''}`);
      assert.deepEqual(asked.sort(), [...wanted].sort());
      for (const { url } of venue.seen) assert.equal(url.origin, 'https://api.bybit.com');
    });
  }

  it('is asked for by type only here, because Bybit cannot', async () => {
    const { connection } = sampled();
    assert.equal((await connection.loans!.history(pool, { type: 'collateral_reduced' })).rows.length, 1);
    assert.equal((await connection.loans!.history(pool, { type: 'collateral_added' })).rows.length, 0);
  });

  it('is no more than its limits allow in a second', () => {
    for (const [path, count] of [
      [`${common}/adjust-ltv`, 1],
      [`${old}/adjust-ltv`, 1],
      ['/v5/crypto-loan-flexible/repay', 1],
      ['/v5/crypto-loan-fixed/fully-repay', 1],
      [`${old}/repay`, 1],
      [`${common}/position`, 5],
      ['/v5/crypto-loan-fixed/borrow-contract-info', 5],
      ['/v5/crypto-loan-flexible/repayment-history', 5],
      [`${old}/ongoing-orders`, 5],
      ['/v5/asset/transfer/query-account-coins-balance', 5],
      ['/v5/user/query-api', 10],
      ['/v5/position/list', 50],
      ['/v5/position/add-margin', 10],
      ['/v5/account/info', 50],
      ['/v5/account/wallet-balance', 50],
    ] as const) {
      assert.deepEqual(limitOf(path), { count, intervalMs: 1_000 }, path);
    }
  });

  it('on another site goes to the address of that site', async () => {
    for (const [site, origin] of [
      ['testnet', 'https://api-testnet.bybit.com'],
      ['global-bytick', 'https://api.bytick.com'],
      ['jp', 'https://api.manepa.jp'],
      ['loopback', 'http://127.0.0.1:9000'],
    ] as const) {
      const { venue, connection } = sampled(site);
      venue.on('/crypto-loan-common/loanable-data', success({ list: [] }));
      await connection.loans!.borrowableCoins();
      assert.equal(venue.seen[0]?.url.origin, origin);
    }
  });
});
