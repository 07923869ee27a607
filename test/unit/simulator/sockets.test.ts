// The sockets of both simulated exchanges, with the platform's own client.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { startBybit } from '../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../src/simulator/okx/start.ts';

/** A client that keeps what it hears. */
class Ear {
  readonly heard: string[] = [];
  readonly #socket: WebSocket;
  readonly closed: Promise<unknown>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.heard.push(data as string));
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', resolve);
    });
  }

  static async at(url: string, path: string): Promise<Ear> {
    const socket = new WebSocket(url.replace('http', 'ws') + path);
    const ear = new Ear(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => {
        reject(new Error('refused'));
      });
    });
    return ear;
  }

  say(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** What comes next and is like this. */
  async hears(like: RegExp): Promise<string> {
    for (let round = 0; round < 800; round += 1) {
      const found = this.heard.findIndex((text) => like.test(text));
      if (found >= 0) return this.heard.splice(0, found + 1).at(-1)!;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return assert.fail(`${String(like)} was not heard: ${this.heard.join('\n')}`);
  }

  close(): void {
    this.#socket.close();
  }
}

describe('the sockets of the simulated OKX', () => {
  let okx: Awaited<ReturnType<typeof startSimulator>>;
  before(async () => {
    okx = await startSimulator({ walk: false });
  });
  after(() => okx.close());

  const login = (change: Record<string, string> = {}, secret = okx.keys.secret): unknown => {
    const timestamp = change['timestamp'] ?? Math.floor(Date.now() / 1000).toString();
    const sign = createHmac('sha256', secret).update(`${timestamp}GET/users/self/verify`).digest('base64');
    return { op: 'login', args: [{ apiKey: okx.keys.apiKey, passphrase: okx.keys.passphrase, timestamp, sign, ...change }] };
  };
  const isoNow = new Date().toISOString();
  const refusals: readonly (readonly [string, string, () => unknown])[] = [
    ['a time in another form', '60004', () => login({ timestamp: isoNow })],
    ['a time long ago', '60006', () => login({ timestamp: (Math.floor(Date.now() / 1000) - 31).toString() })],
    ['an unknown key', '60005', () => login({ apiKey: 'unknown' })],
    ['another passphrase', '60024', () => login({ passphrase: 'other' })],
    ['another secret', '60007', () => login({}, 'other')],
    [
      'a key bound elsewhere',
      '60009',
      () => {
        const { apiKey, passphrase, secret } = okx.otherKeys.boundToOtherAddress;
        return login({ apiKey, passphrase }, secret);
      },
    ],
    ['no login at all', '60011', () => ({ op: 'subscribe', args: [{ channel: 'positions', instType: 'ANY' }] })],
    ['no request at all', '60012', () => 'hello'],
  ];
  for (const [what, code, message] of refusals) {
    it(`refuse ${what}`, async () => {
      const ear = await Ear.at(okx.url, '/ws/v5/private');
      ear.say(message());
      assert.equal((JSON.parse(await ear.hears(/"event":"error"/)) as { code: string }).code, code);
      ear.close();
      await ear.closed;
    });
  }

  it('answer a ping, refuse what is not public, and know no other path', async () => {
    const ear = await Ear.at(okx.url, '/ws/v5/public');
    ear.say('ping');
    assert.equal(await ear.hears(/^pong$/), 'pong');
    for (const arg of [{ channel: 'positions' }, { channel: 'index-tickers', instId: 'BTC-EUR' }, { channel: 'mark-price', instId: 'X' }]) {
      ear.say({ op: 'subscribe', args: [arg] });
      await ear.hears(/60018/);
    }
    ear.close();
    await assert.rejects(Ear.at(okx.url, '/ws/v5/business'));
    await assert.rejects(Ear.at(okx.url, '/api/v5/public/time'));
  });

  it('tell how positions are, and then what happens to them', async () => {
    const ear = await Ear.at(okx.url, '/ws/v5/private');
    ear.say(login());
    await ear.hears(/"event":"login","code":"0"/);
    ear.say({ op: 'subscribe', args: [{ channel: 'positions', instType: 'ANY' }] });
    await ear.hears(/"event":"subscribe"/);
    await ear.hears(/"channel-conn-count"/);
    const first = JSON.parse(await ear.hears(/"eventType":"snapshot"/)) as { data: { posId: string; margin: string }[] };
    assert.ok(first.data.length > 3);
    const change = { instId: 'BTC-USDT-SWAP', posSide: 'long', amt: '10' };
    await fetch(`${okx.url}/__simulator/auto-margin`, { method: 'POST', body: JSON.stringify(change) });
    const next = JSON.parse(await ear.hears(/"eventType":"event_update"/)) as typeof first;
    assert.notDeepEqual(next.data, first.data);
    ear.close();
  });

  it('take no frame that a client may not send', async () => {
    const socket = net.connect(Number(new URL(okx.url).port), '127.0.0.1');
    socket.write(
      `GET /ws/v5/public HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    let heard = '';
    socket.on('data', (bytes) => (heard += bytes.toString('latin1')));
    while (!heard.includes('\r\n\r\n')) await once(socket, 'data');
    // The sample of RFC 6455, section 1.3.
    assert.match(heard, /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
    socket.write(Buffer.from([0x81, 0x02, 0x68, 0x69, 0, 0, 0, 0]));
    await new Promise((resolve) => socket.on('end', resolve));
    assert.ok(heard.endsWith('\x88\x02\x03\xea'), 'closed with 1002');
    socket.destroy();
  });

  it('can be told what to do wrong, in words that there are', async () => {
    const answer = await fetch(`${okx.url}/__simulator/socket`, { method: 'POST', body: '{"fault":"nothing"}' });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /silence, half-open, garbage, duplicate, out-of-order, storm, turned-away, close, notice, heal/);
  });
});

describe('the sockets of the simulated Bybit', () => {
  let bybit: Awaited<ReturnType<typeof startBybit>>;
  before(async () => {
    bybit = await startBybit({ walk: false });
  });
  after(() => bybit.close());

  const auth = ({ apiKey, secret }: { apiKey: string; secret: string }, expires = Date.now() + 1_000): unknown => ({
    op: 'auth',
    args: [apiKey, expires, createHmac('sha256', secret).update(`GET/realtime${expires.toString()}`).digest('hex')],
  });

  it('check who logs in', async () => {
    const ear = await Ear.at(bybit.url, '/v5/private');
    const { apiKey } = bybit.keys;
    ear.say({ op: 'subscribe', args: ['position'] });
    await ear.hears(/"success":false.*not authorized/);
    for (const message of [
      auth({ apiKey: 'unknown', secret: 'x' }),
      auth({ apiKey, secret: 'other' }),
      auth(bybit.keys, Date.now() - 1),
      auth(bybit.otherKeys.boundToOtherAddress),
    ]) {
      ear.say(message);
      await ear.hears(/"success":false.*"op":"auth"/);
    }
    ear.say(auth(bybit.keys));
    await ear.hears(/"success":true.*"op":"auth"/);
    ear.say({ op: 'subscribe', args: ['position', 'wallet'] });
    await ear.hears(/"success":true.*"op":"subscribe"/);
    ear.say({ op: 'ping' });
    await ear.hears(/"op":"pong"/);
    ear.close();
  });

  it('tell a contract whole and then what has changed, and the spot market whole', async () => {
    const [linear, spot] = [await Ear.at(bybit.url, '/v5/public/linear'), await Ear.at(bybit.url, '/v5/public/spot')];
    for (const ear of [linear, spot]) ear.say({ op: 'subscribe', args: ['tickers.BTCUSDT'] });
    assert.match(await linear.hears(/"topic"/), /"type":"snapshot".*"markPrice"/);
    await spot.hears(/"type":"snapshot"/);
    bybit.movePrice('BTC', '1');
    assert.match(await linear.hears(/"topic"/), /"type":"delta".*"markPrice"/);
    assert.match(await linear.hears(/"topic"/), /"type":"delta","cs":\d+,"ts":\d+,"data":\{"symbol":"BTCUSDT","bid1Price":"[\d.]+"\}/);
    await spot.hears(/"type":"snapshot"/);
    linear.say({ op: 'ping' });
    await linear.hears(/"ret_msg":"pong".*"op":"ping"/);
    linear.say({ op: 'subscribe', args: ['tickers.ETHUSDT', 'tickers.NONE'] });
    await linear.hears(/"success":false.*Invalid symbol/);
    const { open } = (await (await fetch(`${bybit.url}/__simulator/sockets`)).json()) as { open: { path: string; topics: string[] }[] };
    assert.deepEqual(open.find(({ path }) => path.endsWith('linear'))?.topics, ['tickers.BTCUSDT']);
    linear.close();
    spot.close();
  });
});
