import assert from 'node:assert/strict';
import { authenticate } from '../../../../src/simulator/bybit/auth.ts';
import { noon } from '../bench.ts';
import {
  Bench,
  boundKey,
  legacyPath,
  mainKey,
  poolPath,
  readKey,
  withoutLoansKey,
  withoutPositionsKey,
  type Reply,
  type Twist,
} from './bench.ts';

const position = `${poolPath}position`;
const adjust = `${poolPath}adjust-ltv`;
const addition = JSON.stringify({ currency: 'BTC', amount: '0.01', direction: '0' });
const at = (offset: number): Twist => ({ timestamp: (noon + 1000 + offset).toString() });

const signedPaths: readonly (readonly [method: string, target: string, body?: string])[] = [
  ['GET', position],
  ['GET', `${poolPath}max-collateral-amount?currency=BTC`],
  ['POST', adjust, addition],
  ['GET', `${poolPath}adjustment-history`],
  ['POST', `${poolPath}max-loan`, '{"currency":"USDT"}'],
  ['GET', '/v5/crypto-loan-flexible/ongoing-coin'],
  ['GET', '/v5/crypto-loan-fixed/borrow-contract-info'],
  ['GET', `${legacyPath}ongoing-orders`],
  ['GET', `${legacyPath}max-collateral-amount?orderId=1793683005081680384`],
  ['POST', `${legacyPath}adjust-ltv`, '{"orderId":"1793683005081680384","amount":"0.001","direction":"0"}'],
  ['GET', `${legacyPath}adjustment-history`],
  ['GET', '/v5/crypto-loan-flexible/borrow-history'],
  ['GET', '/v5/crypto-loan-flexible/repayment-history'],
  ['GET', '/v5/crypto-loan-fixed/borrow-order-info'],
  ['GET', '/v5/crypto-loan-fixed/repayment-history'],
  ['GET', `${legacyPath}borrow-history`],
  ['GET', `${legacyPath}repayment-history`],
  ['GET', '/v5/position/list?category=linear&settleCoin=USDT'],
  ['GET', '/v5/position/list?category=inverse'],
  ['POST', '/v5/position/add-margin', '{"category":"linear","symbol":"ETHUSDT","margin":"1"}'],
  ['GET', '/v5/account/info'],
  ['GET', '/v5/account/wallet-balance?accountType=UNIFIED'],
  ['GET', '/v5/asset/transfer/query-account-coins-balance?accountType=FUND'],
  ['GET', '/v5/user/query-api'],
];
const publicPaths = [
  `${poolPath}loanable-data`,
  `${poolPath}collateral-data`,
  `${legacyPath}collateral-data`,
  '/v5/market/time',
  '/v5/market/tickers?category=spot&symbol=BTCUSDT',
  '/v5/market/tickers?category=linear&symbol=BTCUSDT',
  '/v5/market/tickers?category=inverse',
];

describe('the API of the simulated Bybit', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  const refusals: readonly (readonly [what: string, status: number, code: number, twist: Twist])[] = [
    ['a missing key', 401, -2, { headers: { 'x-bapi-api-key': undefined } }],
    ['a missing timestamp', 401, -2, { headers: { 'x-bapi-timestamp': undefined } }],
    ['a missing signature', 401, -2, { headers: { 'x-bapi-sign': undefined } }],
    ['a timestamp that is no number', 200, 10002, { timestamp: '2026-11-20T12:00:01Z' }],
    ['a timestamp in seconds', 200, 10002, { timestamp: '1795176001' }],
    ['a timestamp a second ahead', 200, 10002, at(1000)],
    ['a timestamp just older than the window', 200, 10002, at(-5001)],
    ['a timestamp outside a small window of its own', 200, 10002, { ...at(-11), recvWindow: '10' }],
    ['a window that is no number', 200, 10001, { recvWindow: '5s' }],
    ['a key it has never heard of', 200, 10003, { key: { ...mainKey, apiKey: 'other' } }],
    ['a wrong secret', 200, 10004, { key: { ...mainKey, secret: 'other' } }],
    ['a signature of the wrong length', 200, 10004, { headers: { 'x-bapi-sign': 'short' } }],
    ['a window that was not signed', 200, 10004, { headers: { 'x-bapi-recv-window': '20000' } }],
    ['a query that was not signed', 200, 10004, { sentTarget: `${position}?x=1` }],
    ['a key bound to another address', 200, 10010, { key: boundKey }],
    ['the right key from the wrong address', 200, 10010, { address: '192.0.2.1' }],
    ['a key without the permission', 200, 10005, { key: withoutLoansKey }],
  ];
  for (const [what, status, code, twist] of refusals) {
    it(`refuses ${what} with ${code === -2 ? `HTTP ${status.toString()}` : code.toString()}`, () => {
      const reply = bench.ask('GET', position, '', twist);
      assert.deepEqual([reply.status, reply.code], [status, code]);
      assert.deepEqual(reply.result, {});
    });
  }

  it('accepts a timestamp from the edge of the window to just under a second ahead', () => {
    for (const offset of [-5000, 999]) {
      const timestamp = (bench.clock.now() + 1000 + offset).toString();
      assert.equal(bench.ask('GET', position, '', { timestamp }).code, 0);
    }
    const timestamp = (bench.clock.now() + 1000 - 60_000).toString();
    assert.equal(bench.ask('GET', position, '', { timestamp, recvWindow: '60000' }).code, 0);
  });

  it('reproduces a published signature', () => {
    const key = { ...mainKey, apiKey: 'test_api_key', secret: 'test_secret' };
    const request = {
      method: 'GET',
      target: '/v5/position/list?category=linear&symbol=BTCUSDT',
      headers: {
        'x-bapi-api-key': 'test_api_key',
        'x-bapi-timestamp': '1700000000000',
        'x-bapi-recv-window': '5000',
        'x-bapi-sign': 'fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7',
      },
      body: Buffer.alloc(0),
      address: '127.0.0.1',
    };
    assert.equal(authenticate(request, [key], 1_700_000_000_000), key);
  });

  it('checks the signature over the very bytes of the body and the query', () => {
    assert.equal(bench.ask('POST', adjust, addition, { sentBody: `${addition} ` }).code, 10004);
    assert.equal(bench.ask('POST', adjust, addition, { sentBody: addition.replace('0.01', '0.10') }).code, 10004);
    const history = `${poolPath}adjustment-history?limit=1&collateralCurrency=BTC`;
    assert.equal(bench.ask('GET', history).code, 0);
    assert.equal(bench.ask('GET', history, '', { sentTarget: `${poolPath}adjustment-history?collateralCurrency=BTC&limit=1` }).code, 10004);
    assert.equal(bench.ask('GET', history, '', { sentTarget: history.replace('BTC', '%42TC') }).code, 10004);
  });

  it('wants a signature wherever it is documented, and nowhere else', () => {
    const headers = { 'x-bapi-api-key': undefined };
    for (const [method, target, body] of signedPaths) {
      assert.equal(bench.ask(method, target, body).code, 0, target);
      assert.equal(bench.ask(method, target, body, { headers }).status, 401, target);
    }
    for (const target of publicPaths) assert.equal(bench.ask('GET', target, '', { headers }).code, 0, target);
  });

  it('turns away a GET that has a body, were it empty JSON', () => {
    for (const target of [position, '/v5/market/time']) {
      const reply = bench.ask('GET', target, '', { sentBody: '{}' });
      assert.deepEqual([reply.status, reply.code], [403, -2]);
    }
  });

  it('answers 404 where there is no such path or method', () => {
    assert.equal(bench.ask('GET', '/v5/nothing').status, 404);
    assert.equal(bench.ask('POST', position, '{}').status, 404);
    assert.equal(bench.ask('GET', adjust).status, 404);
  });

  it('says its own time in every envelope, and in market/time', () => {
    bench.control.handle('POST', 'clock', '{"offsetMs":60000}');
    assert.equal(bench.ask('GET', position).code, 10002);
    const { time, result } = bench.ask('GET', '/v5/market/time');
    assert.equal(time, bench.clock.now() + 60_000);
    assert.equal(result['timeSecond'], Math.floor(time / 1000).toString());
    assert.equal(result['timeNano'], `${time.toString()}000000`);
    const timestamp = (bench.clock.now() + 61_000).toString();
    assert.equal(bench.ask('GET', position, '', { timestamp }).code, 0);
  });

  it('lets a read-only key read everything, also where reading is a POST, and change nothing', () => {
    for (const [method, target, body] of signedPaths) {
      const { code } = bench.ask(method, target, body, { key: readKey });
      assert.equal(code, /adjust-ltv|add-margin/.test(target) ? 10005 : 0, target);
    }
    assert.deepEqual([bench.world.adjustments, bench.world.trading.changes], [[], []]);
  });

  it('lets a key see only what it has the right for, and every key its wallets and itself', () => {
    for (const [method, target, body] of signedPaths) {
      for (const [key, closed] of [
        [withoutLoansKey, /crypto-loan|position/],
        [withoutPositionsKey, /v5.position/],
      ] as const) {
        const { code } = bench.ask(method, target, body, { key });
        assert.equal(code, closed.test(target) ? 10005 : 0, `${key.apiKey} ${target}`);
      }
    }
  });

  it('says when a key expires, and lets it in no longer after that', () => {
    const facts = (key: typeof mainKey) => {
      const { result } = bench.ask('GET', '/v5/user/query-api', '', { key });
      return [result['deadlineDay'], result['expiredAt']];
    };
    // Bound to an address: not at all. Unbound: 90 days after it was made, whenever one asks.
    assert.deepEqual(facts(mainKey), [-2, '1970-01-01T00:00:00Z']);
    assert.deepEqual(facts(readKey), [90, '2027-02-18T12:00:00Z']);
    bench.clock.pass(86_400_000);
    assert.deepEqual(facts(readKey), [89, '2027-02-18T12:00:00Z']);
    bench.act('expiry', { days: 1 });
    assert.deepEqual([facts(mainKey)[0], facts(readKey)[0]], [1, 1]);
    bench.clock.pass(86_400_000);
    assert.equal(bench.ask('GET', position).code, 33004);
  });

  it('lists what a key may do and where from', () => {
    const main = bench.ask('GET', '/v5/user/query-api').result;
    assert.deepEqual([main['readOnly'], main['ips'], main['secret'], main['deadlineDay']], [0, ['127.0.0.1'], '', -2]);
    const read = bench.ask('GET', '/v5/user/query-api', '', { key: readKey }).result;
    assert.deepEqual([read['readOnly'], read['ips'], read['deadlineDay']], [1, ['*'], 90]);
    assert.deepEqual(bench.ask('GET', '/v5/user/query-api', '', { key: withoutLoansKey }).result['ips'], []);
  });

  it('shows what the funding wallet holds, and what is still free of it', () => {
    const balances = (query: string): Reply => bench.ask('GET', `/v5/asset/transfer/query-account-coins-balance?${query}`);
    bench.adjust('0', 'SOL', '10');
    assert.deepEqual(balances('accountType=FUND&coin=SOL,USDC').result['balance'], [
      { coin: 'SOL', walletBalance: '40', transferBalance: '30', bonus: '' },
      { coin: 'USDC', walletBalance: '0', transferBalance: '0', bonus: '' },
    ]);
    assert.match(balances('accountType=FUND').raw, /"walletBalance":"1\.7921483143067599"/);
    assert.deepEqual([balances('').code, balances('accountType=UNIFIED').code], [10001, 10001]);
  });

  it('lists spot prices', () => {
    const tickers = (query: string): Reply => bench.ask('GET', `/v5/market/tickers?${query}`);
    assert.deepEqual(tickers('category=spot&symbol=BTCUSDT').list, [
      { symbol: 'BTCUSDT', lastPrice: '88000', bid1Price: '87999.99', ask1Price: '88000.01', usdIndexPrice: '88000' },
    ]);
    assert.equal(tickers('category=spot&symbol=ETHUSDC').list[0]?.['usdIndexPrice'], '');
    assert.ok(tickers('category=spot').list.length > 5);
    for (const query of [
      '',
      'category=futures',
      'category=linear&symbol=BTCUSD',
      'category=spot&symbol=USDTUSDT',
      'category=spot&symbol=DOGEUSDT',
    ]) {
      assert.equal(tickers(query).code, 10001, query);
    }
  });

  it('lists index and mark price of contracts, which lie a little apart', () => {
    const { list } = bench.ask('GET', '/v5/market/tickers?category=linear&symbol=BTCUSDT');
    assert.deepEqual([list.length, list[0]?.['indexPrice'], list[0]?.['markPrice']], [1, '88000.0', '88017.6']);
    assert.equal(bench.position('BTCUSDT', 1)['markPrice'], '88017.6');
    const inverse = bench.ask('GET', '/v5/market/tickers?category=inverse').list;
    assert.deepEqual(
      inverse.map((row) => [row['symbol'], row['markPrice']]),
      [
        ['BTCUSD', '88008.8'],
        ['ETHUSD', '3261.30'],
      ],
    );
  });

  it('lists what can be borrowed and what is accepted, by coin', () => {
    const [usdt] = bench.pool('loanable-data?currency=USDT').list;
    assert.deepEqual(
      [usdt?.['flexibleBorrowable'], usdt?.['maxBorrowingAmount'], usdt?.['annualizedInterestRate180D']],
      [true, '10000000', ''],
    );
    const levels = (query: string): Set<unknown> => new Set(bench.pool(`loanable-data${query}`).list.map((row) => row['vipLevel']));
    assert.equal(bench.pool('loanable-data?vipLevel=VIP0').list.length, 4);
    assert.equal(bench.pool('loanable-data').list.length, 4 * 13, 'each coin once for each level where none is asked for');
    assert.deepEqual([levels('').size, [...levels('?vipLevel=PRO3')]], [13, ['PRO3']]);
    assert.equal(bench.pool('loanable-data?vipLevel=VIP7').code, 10001);
    const { result } = bench.pool('collateral-data?currency=BTC');
    assert.deepEqual(result, {
      collateralRatioConfigList: [
        {
          currencies: 'BTC',
          collateralRatioList: [
            { collateralRatio: '0.8', minValue: '0', maxValue: '10000' },
            { collateralRatio: '0.7', minValue: '10000', maxValue: '20000' },
            { collateralRatio: '0.5', minValue: '20000', maxValue: '30000' },
            { collateralRatio: '0.4', minValue: '30000', maxValue: '99999999999' },
          ],
        },
      ],
      currencyLiquidationList: [{ currency: 'BTC', liquidationOrder: 1 }],
    });
    assert.match(bench.pool('collateral-data').raw, /"currencies":"BTC,ETH".*"currencies":"USDT,USDC"/);
    assert.doesNotMatch(bench.pool('collateral-data').raw, /MNT/);
  });

  it('refuses a body that is no JSON object', () => {
    for (const body of ['', '{', '[]', '"x"']) assert.equal(bench.ask('POST', adjust, body).code, 10001);
  });

  describe('limits', () => {
    const times = (count: number, target: string, body = '', twist: Twist = {}): Reply[] =>
      Array.from({ length: count }, () => {
        const outcome = bench.send(body === '' ? 'GET' : 'POST', target, body, twist);
        if (outcome.kind !== 'answer') throw new Error('no answer');
        const { status, headers = {}, body: raw } = outcome.answer;
        const code = raw.startsWith('{') ? (JSON.parse(raw) as { retCode: number }).retCode : -2;
        return { status, headers, raw, code, result: {}, list: [], time: 0 };
      });
    const codes = (replies: readonly Reply[]): number[] => replies.map(({ code }) => code);

    it('allow five reads and one adjustment a second, for the user whatever the key', () => {
      assert.deepEqual(codes(times(6, position)), [0, 0, 0, 0, 0, 10006]);
      assert.deepEqual(codes(times(1, position, '', { key: readKey })), [10006]);
      assert.deepEqual(codes(times(1, `${poolPath}adjustment-history`)), [0]);
      assert.deepEqual(codes(times(2, adjust, addition)), [0, 10006]);
      assert.equal(bench.world.adjustments.length, 1);
    });

    it('slide: a place is free again a second after it was taken, and what was turned away takes none', () => {
      times(3, position);
      bench.clock.pass(600);
      assert.deepEqual(codes(times(3, position)), [0, 0, 10006]);
      bench.clock.pass(400);
      assert.deepEqual(codes(times(4, position)), [0, 0, 0, 10006]);
    });

    it('are in the headers: how many, how many left, and when again', () => {
      const replies = times(6, position);
      bench.clock.pass(300);
      const [late] = times(1, position);
      const begun = bench.clock.now() - 300;
      assert.deepEqual(
        [replies[0], replies[4], late].map((reply) => reply?.headers),
        [
          { 'X-Bapi-Limit': '5', 'X-Bapi-Limit-Status': '4', 'X-Bapi-Limit-Reset-Timestamp': begun.toString() },
          { 'X-Bapi-Limit': '5', 'X-Bapi-Limit-Status': '0', 'X-Bapi-Limit-Reset-Timestamp': begun.toString() },
          { 'X-Bapi-Limit': '5', 'X-Bapi-Limit-Status': '0', 'X-Bapi-Limit-Reset-Timestamp': (begun + 1000).toString() },
        ],
      );
    });

    it('come with every signed answer, also a refusal', () => {
      const reply = bench.ask('GET', `${poolPath}max-collateral-amount?currency=DOGE`);
      assert.equal(reply.code, 148014);
      assert.equal(reply.headers['X-Bapi-Limit'], '5');
    });

    it('shut an address out for ten minutes after 600 requests in five seconds', () => {
      const time = '/v5/market/time';
      assert.equal(
        times(600, time).every(({ status }) => status === 200),
        true,
      );
      const [over] = times(1, time);
      assert.equal(over?.status, 403);
      assert.match(over.raw, /access too frequent/);
      bench.clock.pass(599_999);
      assert.equal(times(1, time)[0]?.status, 403);
      assert.equal(times(1, time, '', { address: '192.0.2.1' })[0]?.status, 200);
      bench.clock.pass(1);
      assert.equal(times(1, time)[0]?.status, 200);
    });
  });
});
