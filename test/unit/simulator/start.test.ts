import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { SimulatorKeys } from '../../../src/simulator/okx/auth.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/okx/start.ts';
import { HandClock, loanPath, settleMs } from './bench.ts';

const info = `${loanPath}loan-info`;

interface Got {
  readonly status: number;
  readonly text: string;
}

describe('the simulated exchange over HTTP', () => {
  let clock: HandClock;
  const running: Simulator[] = [];
  const start = async (options: SimulatorOptions = {}): Promise<Simulator> => {
    const simulator = await startSimulator({ clock, settleMs, walk: false, ...options });
    running.push(simulator);
    return simulator;
  };
  beforeEach(() => {
    clock = new HandClock();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });

  const send = (simulator: Simulator, method: string, target: string, body = '', headers: Record<string, string> = {}): Promise<Got> =>
    new Promise((resolve, reject) => {
      const options = { method, agent: false as const, headers: { 'content-type': 'application/json', ...headers } };
      request(`${simulator.url}${target}`, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() });
        });
        response.on('error', reject);
      })
        .on('error', reject)
        .end(body);
    });

  const ask = (simulator: Simulator, method: string, target: string, body = '', keys: SimulatorKeys = simulator.keys): Promise<Got> => {
    clock.pass(500);
    const timestamp = new Date(clock.now()).toISOString();
    return send(simulator, method, target, body, {
      'OK-ACCESS-KEY': keys.apiKey,
      'OK-ACCESS-PASSPHRASE': keys.passphrase,
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-SIGN': createHmac('sha256', keys.secret).update(`${timestamp}${method}${target}${body}`).digest('base64'),
    });
  };
  const control = (simulator: Simulator, name: string, body: unknown): Promise<Got> =>
    send(simulator, 'POST', `/__simulator/${name}`, JSON.stringify(body));
  const add = JSON.stringify({ type: 'add', ordId: '12345', collateralCcy: 'BTC', collateralAmt: '0.1' });
  const adjust = `${loanPath}adjust-collateral`;
  const adjustments = async (simulator: Simulator): Promise<unknown[]> =>
    (JSON.parse((await send(simulator, 'GET', '/__simulator/record')).text) as { adjustments: unknown[] }).adjustments;

  it('listens on loopback and answers with the given key and no other', async () => {
    const keys = { apiKey: 'my-key', secret: 'my-secret', passphrase: 'my-passphrase' };
    const simulator = await start({ keys });
    assert.match(simulator.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const got = await ask(simulator, 'GET', info);
    assert.equal(got.status, 200);
    assert.match(got.text, /"curLTV":"0\.5798"/);
    assert.match((await ask(simulator, 'GET', info, '', { ...keys, secret: 'other' })).text, /"50113"/);
  });

  it('generates keys that differ, and offers ones to go wrong with', async () => {
    const simulator = await start();
    const { readOnly, withdraw, boundToOtherAddress } = simulator.otherKeys;
    assert.equal(new Set([simulator.keys, readOnly, withdraw, boundToOtherAddress].map((one) => one.apiKey)).size, 4);
    assert.match((await ask(simulator, 'POST', adjust, add, readOnly)).text, /"50120"/);
    assert.match((await ask(simulator, 'GET', '/api/v5/account/config', '', withdraw)).text, /"perm":"read_only,withdraw,trade"/);
    assert.match((await ask(simulator, 'GET', info, '', boundToOtherAddress)).text, /"50110"/);
  });

  it('goes on from a saved state with the same keys, and settles what was on its way', async () => {
    const first = await start();
    assert.match((await ask(first, 'POST', adjust, add)).text, /"code":"0"/);
    const second = await start({ keys: first.keys, state: first.saveState() });
    clock.pass(settleMs);
    assert.match((await ask(second, 'GET', `${info}?ordId=12345`)).text, /"amt":"0\.9"/);
  });

  it('does not start from a state it cannot read', async () => {
    await assert.rejects(start({ state: '{"version":1}' }), RangeError);
  });

  it('does not start on a port that is taken, and says so', async () => {
    const first = await start();
    await assert.rejects(start({ port: Number(new URL(first.url).port) }), { code: 'EADDRINUSE' });
  });

  it('moves prices by hand', async () => {
    const simulator = await start();
    assert.deepEqual(simulator.coins(), ['BTC', 'ETH', 'SOL', 'USDT', 'USDC']);
    simulator.movePrice('BTC', '-10');
    assert.match((await ask(simulator, 'GET', info)).text, /"curLTV":"0\.6442"/);
    assert.throws(() => {
      simulator.movePrice('BTC', '-100');
    }, RangeError);
  });

  it('hands over the state when something worth keeping happened, and only then', async () => {
    const states: string[] = [];
    const simulator = await start({ onChange: (state) => states.push(state) });
    const before = states.length;
    await ask(simulator, 'GET', info);
    assert.equal(states.length, before);
    await ask(simulator, 'POST', adjust, add);
    assert.match(states.at(-1) ?? '', /"state":"pending"/);
    clock.pass(settleMs);
    await ask(simulator, 'GET', info);
    assert.match(states.at(-1) ?? '', /"state":"effective"/);
    simulator.movePrice('ETH', '1');
    assert.equal(states.length, before + 3);
    assert.equal(states.at(-1), simulator.saveState());
  });

  it('hands over the state when a settlement falls due while nobody asks', async () => {
    let settle = (): void => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const onChange = (state: string): void => {
      if (state.includes('"state":"effective"')) settle();
    };
    const simulator = await startSimulator({ settleMs: 1, walk: false, onChange });
    running.push(simulator);
    const timestamp = new Date().toISOString();
    const { apiKey, passphrase, secret } = simulator.keys;
    const got = await send(simulator, 'POST', adjust, add, {
      'OK-ACCESS-KEY': apiKey,
      'OK-ACCESS-PASSPHRASE': passphrase,
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-SIGN': createHmac('sha256', secret).update(`${timestamp}POST${adjust}${add}`).digest('base64'),
    });
    assert.match(got.text, /"code":"0"/);
    await settled;
  });

  it('says which one it is, where it was given an id', async () => {
    const simulator = await start({ id: 'mine' });
    assert.match((await send(simulator, 'GET', '/__simulator/hello')).text, /"id":"mine"/);
  });

  it('keeps the control from web pages and from other names for this machine', async () => {
    const simulator = await start();
    for (const headers of [{ origin: 'http://example.com' }, { host: 'example.com' }]) {
      assert.equal((await send(simulator, 'GET', '/__simulator/hello', '', headers)).status, 403);
    }
    assert.equal((await send(simulator, 'GET', '/__simulator/hello')).status, 200);
  });

  it('turns away a body that is far too large', async () => {
    const simulator = await start();
    const outcome = await send(simulator, 'POST', adjust, 'x'.repeat(1_500_000)).then(
      (got) => got.status,
      () => 413,
    );
    assert.equal(outcome, 413);
    assert.equal((await ask(simulator, 'GET', info)).status, 200);
  });

  it('hangs up before or after acting', async () => {
    const simulator = await start();
    await control(simulator, 'fault', { fault: 'lost-before-acting', times: 1 });
    await assert.rejects(ask(simulator, 'POST', adjust, add), { code: 'ECONNRESET' });
    assert.equal((await adjustments(simulator)).length, 0);
    await control(simulator, 'fault', { fault: 'lost-after-acting', times: 1 });
    await assert.rejects(ask(simulator, 'POST', adjust, add), { code: 'ECONNRESET' });
    assert.equal((await adjustments(simulator)).length, 1);
  });

  it('hangs up half-way through an answer', async () => {
    const simulator = await start();
    await control(simulator, 'fault', { fault: 'truncated', endpoint: 'loan-info', times: 1 });
    await assert.rejects(ask(simulator, 'GET', info), { code: 'ECONNRESET' });
    assert.equal((await ask(simulator, 'GET', info)).status, 200);
  });

  it('answers late when it is to be slow', async () => {
    const simulator = await start();
    await control(simulator, 'fault', { fault: 'slow', ms: 20, times: 1 });
    assert.equal((await ask(simulator, 'GET', info)).status, 200);
  });

  it('closes at once, whoever still waits for an answer', async () => {
    const simulator = await start();
    await control(simulator, 'fault', { fault: 'timeout', times: 1 });
    await control(simulator, 'fault', { fault: 'slow', ms: 600_000, times: 1 });
    const waiting = [ask(simulator, 'GET', info), ask(simulator, 'GET', info)].map((one) =>
      one.then(
        () => 'answered',
        () => 'hung up',
      ),
    );
    await control(simulator, 'settle', { ms: 1 });
    await simulator.close();
    assert.deepEqual(await Promise.all(waiting), ['hung up', 'hung up']);
  });
});
