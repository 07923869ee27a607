// What goes wrong below the API, over real sockets, and how the simulated exchanges count what arrived.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { startBybit, type Bybit } from '../../../src/simulator/bybit/start.ts';
import { startSimulator, type Simulator } from '../../../src/simulator/okx/start.ts';
import { HandClock } from './bench.ts';

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const time = '/api/v5/public/time';
const adjust = '/api/v5/finance/flexible-loan/adjust-collateral';

describe('what goes wrong below the API', () => {
  const clock = new HandClock();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let okx: Simulator;
  let bybit: Bybit;
  before(async () => {
    [okx, bybit] = await Promise.all([startSimulator({ clock, walk: false }), startBybit({ clock, walk: false })]);
  });
  after(async () => {
    agent.destroy();
    await Promise.all([okx.close(), bybit.close()]);
  });

  /** Resolves with the head and what came of the body; rejects when there is no head. */
  const send = (url: string, method = 'GET', body = '', headers: Record<string, string> = {}): Promise<Got & { readonly whole: boolean }> =>
    new Promise((resolve, reject) => {
      request(url, { method, agent, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', () => undefined);
        response.on('close', () => {
          const { statusCode: status = 0, complete: whole } = response;
          resolve({ status, whole, text: Buffer.concat(parts).toString(), headers: response.headers });
        });
      })
        .on('error', reject)
        .end(body);
    });
  const control = async (at: { url: string }, name: string, body?: unknown): Promise<Record<string, unknown>> => {
    const [method, sent] = body === undefined ? ['GET', ''] : ['POST', JSON.stringify(body)];
    const { status, text } = await send(`${at.url}/__simulator/${name}`, method, sent);
    assert.equal(status, 200, text);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const fault = (name: string, endpoint: string, more: Record<string, unknown> = {}) =>
    control(okx, 'fault', { fault: name, endpoint, times: 1, ...more });

  for (const [status, body] of [
    [404, /404 Not Found/],
    [405, /405 Not Allowed/],
    [407, /407 Proxy Authentication Required/],
    [410, /410 Gone/],
    [421, /^$/],
    [451, /Legal/],
  ] as const) {
    it(`is answered by a gateway with ${status.toString()}`, async () => {
      await fault(`http-${status.toString()}`, time);
      const got = await send(`${okx.url}${time}`);
      assert.equal(got.status, status);
      assert.match(got.text, body);
      assert.equal(got.headers['content-type'], 'text/html');
    });
  }

  it('is put off until a date, to the second and never too early', async () => {
    for (const [at, path] of [
      [okx, time],
      [bybit, '/v5/market/time'],
    ] as const) {
      await control(at, 'fault', { fault: 'retry-after-date', endpoint: path, times: 1, ms: 2100 });
      const { status, headers } = await send(`${at.url}${path}`);
      assert.equal(status, 429);
      assert.equal(headers['retry-after'], new Date(clock.now() + 3000).toUTCString());
    }
  });

  it('is cut before the head or after it, on a connection that was used before', async () => {
    assert.equal((await send(`${okx.url}${time}`)).status, 200);
    await fault('dropped-before-head', time);
    await assert.rejects(send(`${okx.url}${time}`), { code: 'ECONNRESET' });
    await fault('dropped-after-head', time);
    const got = await send(`${okx.url}${time}`);
    assert.deepEqual([got.status, got.text, got.whole], [200, '', false]);
    assert.notEqual(got.headers['content-length'], '0', 'a body was promised');
  });

  it('is counted by path and by key, from a time on', async () => {
    const ask = (url: string, header: string, key: string) => send(url, 'POST', '{}', { [header]: key });
    const { now } = await control(okx, 'arrivals');
    clock.pass(1);
    await ask(`${okx.url}${adjust}`, 'OK-ACCESS-KEY', 'first');
    const { now: between } = await control(okx, 'arrivals');
    clock.pass(1);
    await ask(`${okx.url}${adjust}`, 'OK-ACCESS-KEY', 'first');
    await ask(`${okx.url}${adjust}`, 'OK-ACCESS-KEY', 'second');
    await send(`${okx.url}${time}`);
    const since = (from: unknown): string => `since=${String(Number(from) + 1)}`;
    const { total, keys } = await control(okx, `arrivals?${since(now)}`);
    assert.deepEqual([total, keys], [4, { first: { [adjust]: 2 }, second: { [adjust]: 1 }, '': { [time]: 1 } }]);
    const later = await control(okx, `arrivals?${since(between)}&key=first&endpoint=adjust-collateral`);
    assert.deepEqual([later['total'], later['keys']], [1, { first: { [adjust]: 1 } }]);
    const { now: bybitNow } = await control(bybit, 'arrivals');
    clock.pass(1);
    await ask(`${bybit.url}/v5/position/add-margin`, 'X-BAPI-API-KEY', 'third');
    assert.deepEqual((await control(bybit, `arrivals?${since(bybitNow)}`))['keys'], { third: { '/v5/position/add-margin': 1 } });
  });

  it('shows a person how to ask for arrivals', async () => {
    const { status, text } = await send(`${okx.url}/__simulator/arrivals?since=yesterday`);
    assert.equal(status, 400);
    assert.match(text, /since must be milliseconds/);
  });

  it('counts a write that was answered with 421 as often as it arrives', async () => {
    await control(okx, 'fault', { fault: 'http-421' });
    const { now } = await control(okx, 'arrivals');
    clock.pass(1);
    assert.equal((await send(`${okx.url}${time}`)).status, 200, 'only a write is struck');
    assert.equal((await send(`${okx.url}${adjust}`, 'POST', '{}')).status, 421);
    const { total } = await control(okx, `arrivals?since=${String(Number(now) + 1)}&endpoint=adjust-collateral`);
    assert.equal(total, 1);
    await send(`${okx.url}/__simulator/fault`, 'DELETE');
  });
});
