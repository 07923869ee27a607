import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { BybitKeys } from '../../../../src/simulator/bybit/auth.ts';
import { startBybit, type Bybit, type BybitOptions } from '../../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../../src/simulator/okx/start.ts';
import { HandClock } from '../bench.ts';
import { legacyPath, poolPath, settleMs } from './bench.ts';

const position = `${poolPath}position`;
const adjust = `${poolPath}adjust-ltv`;
const addition = JSON.stringify({ currency: 'BTC', amount: '0.1', direction: '0' });

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe('the simulated Bybit over HTTP', () => {
  let clock: HandClock;
  const running: Bybit[] = [];
  const start = async (options: BybitOptions = {}): Promise<Bybit> => {
    const bybit = await startBybit({ clock, settleMs, walk: false, ...options });
    running.push(bybit);
    return bybit;
  };
  beforeEach(() => {
    clock = new HandClock();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });

  const send = (bybit: Bybit, method: string, target: string, body = '', headers: Record<string, string> = {}): Promise<Got> =>
    new Promise((resolve, reject) => {
      const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = { method, agent: false as const, headers: { 'content-type': 'application/json', ...length, ...headers } };
      request(`${bybit.url}${target}`, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() });
        });
        response.on('error', reject);
      })
        .on('error', reject)
        .end(body);
    });

  const ask = (bybit: Bybit, method: string, target: string, body = '', keys: BybitKeys = bybit.keys): Promise<Got> => {
    clock.pass(1000);
    const timestamp = clock.now().toString();
    const signed = method === 'GET' ? (target.split('?')[1] ?? '') : body;
    return send(bybit, method, target, body, {
      'X-BAPI-API-KEY': keys.apiKey,
      'X-BAPI-TIMESTAMP': timestamp,
      'X-BAPI-RECV-WINDOW': '5000',
      'X-BAPI-SIGN': createHmac('sha256', keys.secret).update(`${timestamp}${keys.apiKey}5000${signed}`).digest('hex'),
    });
  };
  const control = (bybit: Bybit, name: string, body: unknown): Promise<Got> =>
    send(bybit, 'POST', `/__simulator/${name}`, JSON.stringify(body));

  it('listens on loopback and answers with the given key and no other', async () => {
    const keys = { apiKey: 'my-key', secret: 'my-secret' };
    const bybit = await start({ keys });
    assert.match(bybit.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const got = await ask(bybit, 'GET', position);
    assert.match(got.text, /"ltv":"0\.527989"/);
    assert.equal(got.headers['x-bapi-limit-status'], '4');
    assert.match((await ask(bybit, 'GET', position, '', { ...keys, secret: 'other' })).text, /"retCode":10004/);
  });

  it('generates keys that differ, and offers ones to go wrong with', async () => {
    const bybit = await start();
    const { readOnly, withdraw, boundToOtherAddress, withoutLoans, withoutPositions } = bybit.otherKeys;
    const all = [bybit.keys, readOnly, withdraw, boundToOtherAddress, withoutLoans, withoutPositions];
    assert.equal(new Set(all.map((one) => one.apiKey)).size, 6);
    assert.match((await ask(bybit, 'POST', adjust, addition, readOnly)).text, /"retCode":10005/);
    assert.match((await ask(bybit, 'GET', '/v5/user/query-api', '', withdraw)).text, /"Wallet":\["AccountTransfer","Withdraw"\]/);
    assert.match((await ask(bybit, 'GET', position, '', boundToOtherAddress)).text, /"retCode":10010/);
    assert.match((await ask(bybit, 'GET', position, '', withoutLoans)).text, /"retCode":10005/);
    assert.match((await ask(bybit, 'GET', '/v5/position/list?category=inverse', '', withoutPositions)).text, /"retCode":10005/);
  });

  it('goes on from a saved state with the same keys, and settles what was on its way', async () => {
    const first = await start();
    await ask(first, 'POST', adjust, addition);
    const second = await start({ keys: first.keys, state: first.saveState() });
    clock.pass(settleMs);
    assert.match((await ask(second, 'GET', position)).text, /"currency":"BTC","amount":"0\.35"/);
  });

  it('does not start from the state of another exchange', async () => {
    const okx = await startSimulator({ walk: false });
    try {
      await assert.rejects(start({ state: okx.saveState() }), RangeError);
    } finally {
      await okx.close();
    }
  });

  it('does not start on a port that is taken, and says so', async () => {
    const first = await start();
    await assert.rejects(start({ port: Number(new URL(first.url).port) }), { code: 'EADDRINUSE' });
  });

  it('is without older loans, or the account of the documentation, where that is asked for', async () => {
    for (const [legacy, expected] of [
      [true, 200],
      [false, 404],
      ['404', 404],
    ] as const) {
      assert.equal((await ask(await start({ legacy }), 'GET', `${legacyPath}ongoing-orders`)).status, expected);
    }
    assert.match((await ask(await start({ legacy: '10017' }), 'GET', `${legacyPath}ongoing-orders`)).text, /"retCode":10017/);
    assert.match((await ask(await start({ account: 'published' }), 'GET', position)).text, /"ltv":"0\.524344"/);
  });

  it('moves prices by hand', async () => {
    const bybit = await start();
    assert.deepEqual(bybit.coins(), ['BTC', 'ETH', 'SOL', 'USDT', 'USDC', 'MNT']);
    bybit.movePrice('BTC', '-10');
    assert.match((await ask(bybit, 'GET', position)).text, /"ltv":"0\.547894"/);
    assert.throws(() => {
      bybit.movePrice('BTC', '-100');
    }, RangeError);
  });

  it('hands over the state when something worth keeping happened, and only then', async () => {
    const states: string[] = [];
    const bybit = await start({ onChange: (state) => states.push(state) });
    const before = states.length;
    await ask(bybit, 'GET', position);
    assert.equal(states.length, before);
    await ask(bybit, 'POST', adjust, addition);
    assert.match(states.at(-1) ?? '', /"state":"pending"/);
    clock.pass(settleMs);
    await ask(bybit, 'GET', position);
    assert.match(states.at(-1) ?? '', /"state":"effective"/);
    assert.equal(states.at(-1), bybit.saveState());
  });

  it('keeps the control from web pages, and says which one it is', async () => {
    const bybit = await start({ id: 'mine' });
    for (const headers of [{ origin: 'http://example.com' }, { host: 'example.com' }]) {
      assert.equal((await send(bybit, 'GET', '/__simulator/hello', '', headers)).status, 403);
    }
    assert.match((await send(bybit, 'GET', '/__simulator/hello')).text, /"id":"mine"/);
  });

  it('hangs up before or after acting, and half-way through an answer', async () => {
    const bybit = await start();
    const count = async (): Promise<number> =>
      (JSON.parse((await send(bybit, 'GET', '/__simulator/record')).text) as { adjustments: unknown[] }).adjustments.length;
    for (const [fault, acted] of [
      ['lost-before-acting', 0],
      ['lost-after-acting', 1],
      ['truncated', 2],
    ] as const) {
      await control(bybit, 'fault', { fault, times: 1 });
      await assert.rejects(ask(bybit, 'POST', adjust, addition), { code: 'ECONNRESET' });
      assert.equal(await count(), acted);
    }
  });

  it('answers late, or never, and closes at once whoever still waits', async () => {
    const bybit = await start();
    await control(bybit, 'fault', { fault: 'slow', ms: 5, times: 1 });
    assert.equal((await ask(bybit, 'GET', position)).status, 200);
    await control(bybit, 'fault', { fault: 'timeout', times: 1 });
    const waiting = ask(bybit, 'GET', position).then(
      () => 'answered',
      () => 'hung up',
    );
    await control(bybit, 'settle', { ms: 1 });
    await bybit.close();
    assert.equal(await waiting, 'hung up');
  });

  it('speaks below its API, where that is what goes wrong', async () => {
    const bybit = await start();
    await control(bybit, 'fault', { fault: '403', times: 1 });
    const got = await ask(bybit, 'GET', position);
    assert.deepEqual([got.status, got.headers['content-type']], [403, 'text/html']);
    assert.equal((await send(bybit, 'GET', position, '{}')).status, 403);
    assert.deepEqual([(await send(bybit, 'GET', position)).status, (await send(bybit, 'GET', position)).text], [401, '']);
  });
});
