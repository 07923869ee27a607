import assert from 'node:assert/strict';
import { Bench, boundKey, loanPath, mainKey, noon, readKey, type Reply, type Twist } from './bench.ts';

const info = `${loanPath}loan-info`;
const adjust = `${loanPath}adjust-collateral`;
const add = JSON.stringify({ type: 'add', ordId: '12345', collateralCcy: 'BTC', collateralAmt: '0.1' });
const iso = (ms: number): string => new Date(ms).toISOString();

describe('the API of the simulated exchange', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  const refusals: readonly (readonly [what: string, code: string, status: number, twist: () => Twist])[] = [
    ['a missing key', '50103', 401, () => ({ headers: { 'ok-access-key': undefined } })],
    ['an empty key', '50103', 401, () => ({ headers: { 'ok-access-key': '' } })],
    ['a missing passphrase', '50104', 401, () => ({ headers: { 'ok-access-passphrase': undefined } })],
    ['a missing signature', '50106', 401, () => ({ headers: { 'ok-access-sign': undefined } })],
    ['a missing timestamp', '50107', 401, () => ({ headers: { 'ok-access-timestamp': undefined } })],
    ['a timestamp in seconds', '50112', 401, () => ({ timestamp: '1795176000' })],
    ['a timestamp without milliseconds', '50112', 401, () => ({ timestamp: '2026-11-20T12:00:00Z' })],
    ['a timestamp that names no day', '50112', 401, () => ({ timestamp: '2026-13-20T12:00:00.000Z' })],
    ['a timestamp 30.001 s behind', '50102', 401, () => ({ timestamp: iso(noon + 500 - 30_001) })],
    ['a timestamp 30.001 s ahead', '50102', 401, () => ({ timestamp: iso(noon + 500 + 30_001) })],
    ['something that is no key', '50111', 401, () => ({ headers: { 'ok-access-key': 'nonsense' } })],
    ['a key it has never heard of', '50119', 200, () => ({ headers: { 'ok-access-key': '99999999-2222-3333-4444-555555555555' } })],
    ['the header of demo trading', '50101', 401, () => ({ headers: { 'x-simulated-trading': '1' } })],
    ['a wrong passphrase', '50105', 401, () => ({ headers: { 'ok-access-passphrase': 'other' } })],
    ['a wrong secret', '50113', 401, () => ({ key: { ...mainKey, secret: 'other' } })],
    ['a signature of the wrong length', '50113', 401, () => ({ headers: { 'ok-access-sign': 'short' } })],
    ['a query that was not signed', '50113', 401, () => ({ sentTarget: `${info}?ordId=12345` })],
    ['a key bound to other addresses', '50110', 401, () => ({ key: boundKey })],
    ['the right key from the wrong address', '50110', 401, () => ({ address: '192.0.2.1' })],
  ];
  for (const [what, code, status, twist] of refusals) {
    it(`refuses ${what} with ${code}`, () => {
      const reply = bench.ask('GET', info, '', twist());
      assert.equal(reply.code, code);
      assert.equal(reply.status, status);
      assert.equal('data' in (JSON.parse(reply.raw) as object), false, 'what is refused before the loan service carries no data');
    });
  }

  it('accepts a timestamp exactly 30 s off, either way', () => {
    for (const off of [-30_000, 30_000]) {
      const reply = bench.ask('GET', info, '', { timestamp: iso(bench.clock.now() + 500 + off) });
      assert.equal(reply.code, '0');
    }
  });

  it('names the address a bound key was used from', () => {
    assert.match(bench.ask('GET', info, '', { key: boundKey }).msg, /127\.0\.0\.1/);
  });

  it('checks the signature over the very bytes of the body', () => {
    assert.equal(bench.ask('POST', adjust, add, { sentBody: add.replace('0.1', '0.10') }).code, '50113');
    assert.equal(bench.ask('POST', adjust, add, { sentBody: `${add} ` }).code, '50113');
    assert.equal(bench.ask('POST', adjust, add).code, '0');
  });

  it('checks the signature over the query as it was sent, not as it reads', () => {
    assert.equal(bench.ask('GET', `${info}?ordId=%312345`).code, '0');
    assert.equal(bench.ask('GET', `${info}?ordId=12345`, '', { sentTarget: `${info}?ordId=%312345` }).code, '50113');
  });

  it('reproduces a published signature', () => {
    const key = { ...mainKey, secret: 'chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO' };
    const published = 'PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k=';
    const sent: string[] = [];
    const spy = Object.assign(new Bench(), {});
    const handle = spy.api.handle.bind(spy.api);
    spy.api.handle = (request) => {
      sent.push(String(request.headers['ok-access-sign']));
      return handle(request);
    };
    spy.send('GET', '/api/v5/account/balance', '', { key, timestamp: '2020-12-08T09:08:57.715Z' });
    assert.deepEqual(sent, [published], 'the client of these tests signs as published, so what the API accepts is signed so');
  });

  it('lets a read-only key read, also where reading is a POST, and not act', () => {
    assert.equal(bench.ask('GET', info, '', { key: readKey }).code, '0');
    assert.equal(bench.ask('POST', `${loanPath}max-loan`, '{"borrowCcy":"USDT"}', { key: readKey }).code, '0');
    const reply = bench.ask('POST', adjust, add, { key: readKey });
    assert.equal(reply.code, '50120');
    assert.equal(reply.status, 200);
    assert.deepEqual(bench.world.adjustments, []);
  });

  it('wants a signature even for lists that do not depend on the user', () => {
    for (const name of ['borrow-currencies', 'collateral-assets']) {
      const reply = bench.ask('GET', `${loanPath}${name}`, '', { headers: { 'ok-access-key': undefined } });
      assert.equal(reply.code, '50103');
    }
  });

  it('lists what a key may do and where from', () => {
    const [config] = bench.ask('GET', '/api/v5/account/config').data;
    assert.equal(config?.['perm'], 'read_only,trade');
    assert.equal(config['ip'], '127.0.0.1');
    assert.equal(config['uid'], config['mainUid']);
    assert.equal(bench.ask('GET', '/api/v5/account/config', '', { key: readKey }).data[0]?.['perm'], 'read_only');
  });

  it('refuses the wrong method with 50115 and HTTP 405', () => {
    for (const [method, path] of [
      ['POST', info],
      ['GET', adjust],
      ['PUT', info],
    ] as const) {
      const reply = bench.ask(method, path, method === 'POST' ? '{}' : '');
      assert.equal(reply.code, '50115');
      assert.equal(reply.status, 405);
    }
  });

  it('answers 404 where there is no endpoint', () => {
    assert.equal(bench.ask('GET', '/api/v5/finance/flexible-loan/nothing').status, 404);
  });

  describe('parameters', () => {
    const body = (change: Record<string, unknown>): string => JSON.stringify({ ...(JSON.parse(add) as object), ...change });
    const wrong: readonly (readonly [what: string, code: string, ask: (bench: Bench) => Reply])[] = [
      ['an empty body', '50000', (b) => b.ask('POST', adjust, '')],
      ['a body that is not JSON', '50002', (b) => b.ask('POST', adjust, '{"type":')],
      ['a body that is a list', '50002', (b) => b.ask('POST', adjust, '[]')],
      ['a form', '50006', (b) => b.ask('POST', adjust, add, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })],
      ['no type', '50014', (b) => b.ask('POST', adjust, body({ type: undefined }))],
      ['an empty type', '50014', (b) => b.ask('POST', adjust, body({ type: '' }))],
      ['a type in capitals', '51000', (b) => b.ask('POST', adjust, body({ type: 'ADD' }))],
      ['no coin', '50014', (b) => b.ask('POST', adjust, body({ collateralCcy: undefined }))],
      ['no amount', '50014', (b) => b.ask('POST', adjust, body({ collateralAmt: undefined }))],
      ['an amount that is a JSON number', '51000', (b) => b.ask('POST', adjust, body({ collateralAmt: 0.1 }))],
      ['an amount of zero', '51000', (b) => b.ask('POST', adjust, body({ collateralAmt: '0' }))],
      ['a negative amount', '51000', (b) => b.ask('POST', adjust, body({ collateralAmt: '-0.1' }))],
      ['an amount with an exponent', '51000', (b) => b.ask('POST', adjust, body({ collateralAmt: '1e-1' }))],
      ['an amount with 19 decimals', '51000', (b) => b.ask('POST', adjust, body({ collateralAmt: `0.${'1'.repeat(19)}` }))],
      ['an order id that is a number', '51000', (b) => b.ask('POST', adjust, body({ ordId: 12345 }))],
      ['an order id that is no id', '51000', (b) => b.ask('POST', adjust, body({ ordId: 'first' }))],
      ['an order that does not exist', '51063', (b) => b.ask('POST', adjust, body({ ordId: '99999' }))],
      ['a redeem limit for no coin', '50014', (b) => b.loan('max-collateral-redeem-amount')],
      ['a redeem limit for an unknown order', '51063', (b) => b.loan('max-collateral-redeem-amount?ccy=BTC&ordId=1')],
      ['collateral assets for an unknown order', '51063', (b) => b.loan('collateral-assets?ordId=1')],
      ['a maximum loan for no coin', '50014', (b) => b.post('max-loan', {})],
      ['a history limit of 0', '51000', (b) => b.loan('loan-history?limit=0')],
      ['a history limit of 101', '51000', (b) => b.loan('loan-history?limit=101')],
      ['a history limit of 1.5', '51000', (b) => b.loan('loan-history?limit=1.5')],
      ['an unknown kind of history', '51000', (b) => b.loan('loan-history?type=gifted')],
      ['a reference that is no id', '51000', (b) => b.loan('interest-accrued?after=x')],
      ['index prices of nothing', '50015', (b) => b.ask('GET', '/api/v5/market/index-tickers')],
      ['index prices in an unknown coin', '51000', (b) => b.ask('GET', '/api/v5/market/index-tickers?quoteCcy=GBP')],
      ['an instrument that does not exist', '51001', (b) => b.ask('GET', '/api/v5/market/index-tickers?instId=BTC-BTC')],
    ];
    for (const [what, code, ask] of wrong) {
      it(`refuses ${what} with ${code}`, () => {
        const reply = ask(bench);
        assert.equal(reply.code, code);
        assert.equal(reply.status, code.startsWith('50') || code === '51000' ? 400 : 200);
        assert.deepEqual(bench.world.adjustments, []);
      });
    }

    it('takes no notice of parameters it does not know', () => {
      assert.equal(bench.ask('POST', adjust, body({ tag: 'abc' })).code, '0');
    });
  });

  describe('rate limits', () => {
    const times = (count: number, path: string, twist: Twist = {}): string[] =>
      Array.from({ length: count }, () => {
        const outcome = bench.send('GET', path, '', twist);
        return outcome.kind === 'answer' ? outcome.answer.body.slice(0, 90) : outcome.kind;
      });
    const limited = (bodies: readonly string[]): number => bodies.filter((one) => one.includes('50011')).length;

    it('lets five requests in two seconds through to each endpoint, and answers the sixth with HTTP 429', () => {
      assert.equal(limited(times(5, info)), 0);
      const sixth = bench.send('GET', info);
      assert.equal(sixth.kind === 'answer' && sixth.answer.status, 429);
      assert.equal(limited(times(5, `${loanPath}loan-history`)), 0, 'another endpoint has a count of its own');
    });

    it('slides: a place is free again two seconds after it was taken, and what was turned away takes none', () => {
      times(3, info);
      bench.clock.pass(1000);
      assert.equal(limited(times(4, info)), 2);
      bench.clock.pass(999);
      assert.equal(limited(times(1, info)), 1);
      bench.clock.pass(1);
      assert.equal(limited(times(4, info)), 1);
    });

    it('counts per user, not per key', () => {
      times(5, info);
      assert.equal(limited(times(1, info, { key: readKey })), 1);
    });

    it('counts public requests per address', () => {
      const time = '/api/v5/public/time';
      assert.equal(limited(times(11, time)), 1);
      assert.equal(limited(times(1, time, { address: '192.0.2.1' })), 0);
    });
  });
});
