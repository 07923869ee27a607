import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { Connection, LoanRef } from '../../../../src/exchanges/exchange.ts';
import { limitOf } from '../../../../src/exchanges/okx/endpoints.ts';
import { bench, change, fixture, success } from '../bench.ts';

const loans = '/api/v5/finance/flexible-loan';
const known: LoanRef = { loanId: '12345', orderId: '12345' };
const only: LoanRef = { loanId: 'only' };

type Question = readonly [
  what: string,
  ask: (connection: Connection, loan: LoanRef) => Promise<unknown>,
  /** Method, path with query and body, for a loan with an order id; then for one without. */
  wanted: readonly [named: string, unnamed: string],
];

const extra = [{ coin: 'BTC', amount: decimal('0.10') }];
const questions: readonly Question[] = [
  ['borrow-currencies', (c) => c.loans!.borrowableCoins(), [`GET ${loans}/borrow-currencies`, `GET ${loans}/borrow-currencies`]],
  [
    'collateral-assets',
    (c, loan) => c.actions.collateral!.options(loan, 'add'),
    [`GET ${loans}/collateral-assets?ordId=12345`, `GET ${loans}/collateral-assets`],
  ],
  [
    'max-loan',
    (c, loan) => c.loans!.maximumLoan('USDT', loan, []),
    [`POST ${loans}/max-loan {"borrowCcy":"USDT","ordId":"12345"}`, `POST ${loans}/max-loan {"borrowCcy":"USDT"}`],
  ],
  [
    'max-loan',
    (c, loan) => c.loans!.maximumLoan('USDT', loan, extra),
    [
      `POST ${loans}/max-loan {"borrowCcy":"USDT","ordId":"12345","supCollateral":[{"ccy":"BTC","amt":"0.10"}]}`,
      `POST ${loans}/max-loan {"borrowCcy":"USDT","supCollateral":[{"ccy":"BTC","amt":"0.10"}]}`,
    ],
  ],
  [
    'max-collateral-redeem-amount',
    (c, loan) => c.actions.collateral!.options(loan, 'reduce'),
    [`GET ${loans}/max-collateral-redeem-amount?ccy=BTC&ordId=12345`, `GET ${loans}/max-collateral-redeem-amount?ccy=BTC`],
  ],
  [
    'adjust-collateral',
    (c, loan) => c.actions.collateral!.send(change({ loan, direction: 'add' })),
    [
      `POST ${loans}/adjust-collateral {"type":"add","ordId":"12345","collateralCcy":"BTC","collateralAmt":"0.1"}`,
      `POST ${loans}/adjust-collateral {"type":"add","collateralCcy":"BTC","collateralAmt":"0.1"}`,
    ],
  ],
  [
    'adjust-collateral',
    (c, loan) => c.actions.collateral!.send(change({ loan, direction: 'reduce' })),
    [
      `POST ${loans}/adjust-collateral {"type":"reduce","ordId":"12345","collateralCcy":"BTC","collateralAmt":"0.1"}`,
      `POST ${loans}/adjust-collateral {"type":"reduce","collateralCcy":"BTC","collateralAmt":"0.1"}`,
    ],
  ],
  [
    'loan-info',
    (c, loan) => c.actions.collateral!.options(loan, 'reduce'),
    [`GET ${loans}/loan-info?ordId=12345`, `GET ${loans}/loan-info`],
  ],
  ['loan-info', (c) => c.read(), [`GET ${loans}/loan-info`, `GET ${loans}/loan-info`]],
  [
    'loan-history',
    (c, loan) => c.loans!.history(loan, { type: 'borrowed', cursor: '17', limit: 20 }),
    [`GET ${loans}/loan-history?type=borrowed&ordId=12345&after=17&limit=20`, `GET ${loans}/loan-history?type=borrowed&after=17&limit=20`],
  ],
  [
    'loan-history',
    (c, loan) => c.actions.collateral!.prove(change({ loan }), { kind: 'collateral', newestHistoryId: '17', pledged: decimal('1') }, {}),
    [`GET ${loans}/loan-history?ordId=12345&before=17&limit=100`, `GET ${loans}/loan-history?before=17&limit=100`],
  ],
  [
    'interest-accrued',
    (c, loan) => c.loans!.interest(loan, { coin: 'USDC', cursor: '17', limit: 1_000 }),
    [`GET ${loans}/interest-accrued?ccy=USDC&ordId=12345&after=17&limit=100`, `GET ${loans}/interest-accrued?ccy=USDC&after=17&limit=100`],
  ],
  ['account/config', (c) => c.inspect(), ['GET /api/v5/account/config', 'GET /api/v5/account/config']],
  ['account/positions', (c) => c.read(), ['GET /api/v5/account/positions', 'GET /api/v5/account/positions']],
  ['asset/balances', (c) => c.read(), ['GET /api/v5/asset/balances', 'GET /api/v5/asset/balances']],
  ['system/status', (c) => c.maintenance!(), ['GET /api/v5/system/status', 'GET /api/v5/system/status']],
  ['index-tickers', (c) => c.read(), ['GET /api/v5/market/index-tickers?quoteCcy=USD', 'GET /api/v5/market/index-tickers?quoteCcy=USD']],
];

describe('a question to OKX', () => {
  for (const [what, ask, wanted] of questions) {
    for (const [index, loan] of [known, only].entries()) {
      it(`is ${wanted[index]!}`, async () => {
        const { venue, connection } = bench();
        const info = { loanData: [], collateralData: [{ ccy: 'BTC', amt: '1' }], ...(loan === known ? { ordId: '12345' } : {}) };
        for (const name of ['borrow-currencies', 'collateral-assets', 'max-loan', 'adjust-collateral', 'account-config']) {
          venue.on(`/${name.replace('account-', 'account/')}`, fixture(name));
        }
        venue
          .on('/loan-info', success([info]))
          .on('/max-collateral-redeem-amount', success([]))
          .on('/loan-history', success([]))
          .on('/interest-accrued', success([]))
          .on('/system/status', success([]))
          .on('/asset/balances', fixture('balances'))
          .on('/index-tickers', fixture('index-tickers'));
        await ask(connection, loan);
        const asked = venue
          .to(`/${what}`)
          .map(({ method, target, body }) => [method, target, ...(body === undefined ? [] : [body])].join(' '));
        assert.deepEqual(asked, [wanted[index]]);
      });
    }
  }

  it('about positions and their margin is asked no oftener than documented', () => {
    for (const [path, count] of [
      ['account/positions', 10],
      ['account/position/margin-balance', 20],
      ['account/adjust-leverage-info', 5],
      ['account/balance', 10],
      ['public/instruments', 20],
    ] as const) {
      assert.deepEqual(limitOf(`/api/v5/${path}`), { count, intervalMs: 2_000 }, path);
    }
  });

  it('about bills is asked no oftener than documented', () => {
    assert.deepEqual(limitOf('/api/v5/account/bills'), { count: 5, intervalMs: 1_000 });
  });

  it("about OKX's time has no key", async () => {
    const { venue, connection } = bench();
    venue
      .on('/borrow-currencies', new Response('{"code":"50102","msg":""}', { status: 401 }), fixture('borrow-currencies'))
      .on('/public/time', success([{ ts: '1607418537715' }]));
    await connection.loans!.borrowableCoins();
    const [time] = venue.to('/public/time');
    assert.deepEqual([time?.method, time?.target], ['GET', '/api/v5/public/time']);
    assert.ok(![...time!.headers.keys()].some((name) => name.startsWith('ok-')));
  });
});
