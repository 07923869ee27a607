// What venues tell by themselves, against both simulated exchanges over real sockets and in real time.
import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/core/clock.ts';
import { decimal as d } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Account } from '../../../../src/core/model.ts';
import { markKey } from '../../../../src/core/risk/live-estimate.ts';
import type { PricesRow } from '../../../../src/engine/storage/state-protocol.ts';
import { siteOf, Streams, type Wanted } from '../../../../src/engine/prices/streams.ts';
import type { Connection } from '../../../../src/exchanges/exchange.ts';
import { exchanges } from '../../../../src/exchanges/registry.ts';
import { startBybit } from '../../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../../src/simulator/okx/start.ts';

interface Socketed {
  readonly path: string;
  readonly key: string;
  readonly topics: readonly string[];
}

/** Time that passes faster, so that silence need not be waited for. */
class Hasty {
  #ahead = 0;
  readonly #waits = new Set<{ at: number; check: () => void }>();
  readonly now = (): number => Date.now() + this.#ahead;
  readonly uptime = this.now;
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const at = this.now() + ms;
      let timer: NodeJS.Timeout;
      const wait = {
        at,
        check: () => {
          clearTimeout(timer);
          if (this.now() >= at) {
            this.#waits.delete(wait);
            resolve();
          } else timer = setTimeout(wait.check, at - this.now());
        },
      };
      this.#waits.add(wait);
      timer = setTimeout(wait.check, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        this.#waits.delete(wait);
        reject(signal.reason as Error);
      });
    });

  get waiting(): number {
    return this.#waits.size;
  }

  /** So much passes at once; who waited no longer than that is woken. */
  skip(ms: number): void {
    this.#ahead += ms;
    for (const { check } of [...this.#waits]) check();
  }
}

class Bench {
  readonly clock = new Hasty();
  readonly kept: PricesRow[] = [];
  readonly nudged: string[] = [];
  readonly traced: string[] = [];
  readonly streams: Streams;
  readonly account: Account;
  readonly url: string;
  readonly #connection: Promise<Connection>;
  isReader = true;

  constructor(venue: string, { url, keys }: { readonly url: string; readonly keys: object }) {
    this.url = url;
    this.account = { id: 'main', venue, site: 'loopback', baseUrl: url, name: 'Main', simulated: true, readOnly: false };
    const exchange = exchanges.find(({ id }) => id === venue)!;
    this.#connection = exchange.connect({ account: this.account, keys: async () => ({ ...keys }), clock: systemClock });
    this.streams = new Streams({
      connections: { get: () => this.#connection },
      clock: this.clock,
      random: () => 0.1,
      WebSocket,
      reader: {
        pass: async () => (this.isReader ? { fence: 1, window: 'w' } : undefined),
        keepPrices: (row) => {
          this.kept.push(row);
        },
      },
      nudge: (id) => this.nudged.push(id),
      trace: (line) => this.traced.push(line),
    });
  }

  async control(what: string, body?: object): Promise<unknown> {
    const [method = '', name = ''] = what.split(' ');
    const answer = await fetch(`${this.url}/__simulator/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }

  async open(): Promise<readonly Socketed[]> {
    return ((await this.control('GET sockets')) as { open: Socketed[] }).open;
  }

  get site(): string {
    return siteOf(this.account);
  }

  get fresh(): boolean {
    return this.streams.isFresh(this.site);
  }

  want(wanted: Partial<Wanted> = {}): void {
    const all = { accounts: ['main'], coins: ['BTC', 'USDT'], positions: [], holders: [], ...wanted };
    this.streams.want(new Map([[this.site, all]]));
  }

  price(coin: string): string | undefined {
    const last = this.kept.at(-1);
    return last === undefined ? undefined : (JSON.parse(last.prices) as Record<string, string>)[coin];
  }

  /** @param step so much passes beside the time that it takes */
  async until(what: string, isSo: () => boolean | Promise<boolean>, step = 0): Promise<void> {
    for (let round = 0; round < 400; round += 1) {
      if (await isSo()) return;
      if (step > 0) this.clock.skip(step);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail(`${what} did not come about; ${this.traced.join('; ')}`);
  }
}

const venues = {
  okx: {
    start: () => startSimulator({ walk: false }),
    instrument: 'BTC-USDT-SWAP',
    market: 'SWAP',
    mark: (btc: string) => d((Number(btc) * 1.0003).toFixed(1)),
  },
  bybit: {
    start: () => startBybit({ walk: false }),
    instrument: 'BTCUSDT',
    market: 'linear',
    mark: (btc: string) => d((Number(btc) * 1.0002).toFixed(1)),
  },
} as const;

for (const [venue, { start, instrument, market, mark }] of Object.entries(venues)) {
  describe(`what ${venue} tells by itself`, function () {
    this.timeout(30_000);
    let bench: Bench;
    let exchange: Awaited<ReturnType<typeof start>>;

    beforeEach(async () => {
      exchange = await start();
      bench = new Bench(venue, exchange);
    });
    afterEach(async () => {
      bench.streams.dispose();
      await exchange.close();
      assert.equal(bench.clock.waiting, 0, 'no timer stays behind');
    });

    const moveTo = (price: string): Promise<unknown> => bench.control('POST price', { coin: 'BTC', price });
    const fault = (name: string, ms?: number): Promise<unknown> =>
      bench.control('POST socket', { fault: name, ...(ms === undefined ? {} : { ms }) });

    it('prices and mark prices, for all windows, about once a second', async () => {
      bench.want({ positions: [{ instrument, market }] });
      await bench.until('prices', () => bench.fresh && bench.kept.length > 0, 200);
      await moveTo('88001');
      await bench.until('the new price', () => bench.price('BTC') === '88001', 200);
      assert.equal(bench.price(markKey(instrument)), mark('88001'));
      assert.equal(bench.price('USDT'), '1');
      assert.ok(Math.abs(bench.kept.at(-1)!.at - bench.clock.now()) < 10_000);
      assert.deepEqual(bench.nudged, []);
      const before = bench.kept.length;
      for (const price of ['88002', '88003', '88004']) await moveTo(price);
      await bench.until('the last price', () => bench.price('BTC') === '88004', 200);
      assert.ok(bench.kept.length - before <= 2);
    });

    it('to nobody who wants nothing', async () => {
      bench.want();
      await bench.until('prices', () => bench.fresh);
      assert.ok((await bench.open()).every(({ path }) => !path.includes('private')));
      bench.streams.want(new Map());
      await bench.until('no socket', async () => (await bench.open()).length === 0);
      assert.equal(bench.clock.waiting === 0 || !bench.fresh, true);
    });

    it('not as prices of what another window reads', async () => {
      bench.isReader = false;
      bench.want();
      await bench.until('prices', () => bench.fresh);
      await bench.until('a while', () => bench.clock.now() > Date.now() + 5_000, 500);
      assert.deepEqual(bench.kept, []);
    });

    it('that an account is to be read: after the login, and when something happens', async () => {
      bench.want({ holders: ['main'] });
      await bench.until('the first reading', () => bench.nudged.length === 1);
      const own = (await bench.open()).find(({ path }) => path.includes('private'));
      assert.equal(own?.key, exchange.keys.apiKey);
      await bench.control('POST empty', { coin: 'USDT' });
      await bench.until('news', () => bench.nudged.length > 1);
    });

    for (const name of ['silence', 'half-open'] as const) {
      it(`nothing: ${name} is noticed, and what was told counts no more`, async () => {
        bench.want();
        await bench.until('prices', () => bench.fresh);
        await fault(name);
        await bench.until('silence', () => !bench.fresh, 500);
        await moveTo('87000');
        assert.notEqual(bench.price('BTC'), '87000');
        await bench.until('a new line', () => bench.traced.some((line) => line.endsWith('lost')), 2_000);
        await fault('heal');
        await bench.until('prices again', () => bench.fresh, 500);
        await bench.until('the right price', () => bench.price('BTC') === '87000', 200);
      });
    }

    for (const name of ['garbage', 'duplicate', 'out-of-order'] as const) {
      it(`right prices in spite of ${name}`, async () => {
        await fault(name);
        bench.want();
        await bench.until('prices', () => bench.fresh);
        for (const price of ['90000', '85000', '91000', '84000']) {
          await moveTo(price);
          await bench.until(price, () => bench.price('BTC') === price, 200);
        }
        await bench.until('some time', () => bench.clock.now() > Date.now() + 8_000, 500);
        assert.equal(bench.price('BTC'), '84000');
      });
    }

    it('again after a storm, which it does not answer with one', async () => {
      await fault('storm');
      bench.want({ holders: ['main'] });
      await bench.until('the fifth loss', () => bench.traced.length >= 5, 100);
      const { opened } = (await bench.control('GET sockets')) as { opened: number };
      assert.ok(opened < 30, opened.toString());
      assert.ok(!bench.fresh);
      assert.ok(bench.nudged.length <= bench.traced.filter((line) => line.endsWith('settled')).length);
      const { length } = bench.nudged;
      await fault('heal');
      await bench.until('prices', () => bench.fresh, 500);
      await bench.until('a reading', () => bench.nudged.length > length, 500);
    });

    it('again after all are cut, and the account is read before that counts', async () => {
      bench.want({ holders: ['main'] });
      await bench.until('a reading', () => bench.nudged.length === 1);
      await fault('close');
      await bench.until('another reading', () => bench.nudged.length === 2, 100);
    });

    it('not what was acknowledged and then ended', async () => {
      await fault('turned-away');
      bench.want({ holders: ['main'] });
      await bench.until('a loss', () => bench.traced.some((line) => /lost|refused/.test(line)), 100);
      assert.ok(!bench.fresh);
      await fault('heal');
      await bench.until('prices', () => bench.fresh, 1_000);
    });

    it('nothing to keys that are not its own', async () => {
      const stranger = new Bench(venue, { url: exchange.url, keys: { apiKey: 'abcdefabcdef', secret: 'x', passphrase: 'y' } });
      stranger.want({ holders: ['main'] });
      await stranger.until('a refusal', () => stranger.traced.some((line) => line.endsWith('refused')));
      assert.deepEqual(stranger.nudged, []);
      stranger.streams.dispose();
    });
  });
}

describe('what OKX tells before it hangs up', function () {
  this.timeout(30_000);
  it('opens the next socket before the old one goes, and nothing is missed', async () => {
    const exchange = await startSimulator({ walk: false });
    const bench = new Bench('okx', exchange);
    bench.want();
    await bench.until('prices', () => bench.fresh);
    await bench.control('POST socket', { fault: 'notice', ms: 600 });
    await bench.until('another socket', () => bench.traced.filter((line) => line.endsWith('settled')).length === 2);
    assert.ok(bench.fresh);
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.ok(bench.fresh);
    assert.ok(!bench.traced.some((line) => line.endsWith('lost')), 'the old one was left before it was closed');
    assert.equal((await bench.open()).length, 1);
    bench.streams.dispose();
    await exchange.close();
  });

  it('warns of positions close to their end', async () => {
    const exchange = await startSimulator({ walk: false });
    const bench = new Bench('okx', exchange);
    bench.want({ holders: ['main'] });
    await bench.until('a reading', () => bench.nudged.length === 1);
    exchange.movePrice('ETH', '-8');
    await bench.until('news', () => bench.nudged.length > 1);
    bench.streams.dispose();
    await exchange.close();
  });
});

describe('maintenance as Bybit tells it', function () {
  this.timeout(30_000);
  const failed = (kind: 'network' | 'unavailable' | 'auth'): ExchangeError =>
    new ExchangeError({ kind, effect: 'none', code: '10016', sentence: msg('test', 'It failed.') });

  it('says why a reading failed, from its begin to its end', async () => {
    const exchange = await startBybit({ walk: false });
    const bench = new Bench('bybit', exchange);
    const kindNow = (): string => bench.streams.explain(bench.account, failed('unavailable')).kind;
    bench.want();
    await bench.until('prices', () => bench.fresh);
    assert.equal(kindNow(), 'unavailable');
    const now = Date.now();
    await bench.control('POST maintenance', { state: 'scheduled', begin: (now + 60_000).toString(), end: (now + 120_000).toString() });
    await bench.until('some time', () => bench.clock.now() > now + 30_000, 1_000);
    assert.equal(kindNow(), 'unavailable');
    await bench.until('the begin', () => kindNow() === 'maintenance', 1_000);
    const { code, sentence } = bench.streams.explain(bench.account, failed('network'));
    assert.equal(code, '10016');
    assert.equal(sentence.args[0], 'Bybit');
    assert.match(sentence.args[1] as string, /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
    assert.equal(bench.streams.explain(bench.account, failed('auth')).kind, 'auth');
    await bench.until('the end', () => kindNow() === 'unavailable', 2_000);
    await bench.control('POST maintenance', { state: 'ongoing', begin: now.toString(), end: '' });
    await bench.until('another', () => kindNow() === 'maintenance', 1_000);
    await bench.control('POST maintenance', { state: 'completed', begin: now.toString(), end: now.toString() });
    await bench.until('its end', () => kindNow() === 'unavailable');
    await bench.control('POST maintenance', { state: 'ongoing', begin: now.toString(), end: '' });
    await bench.until('one of which the end is missed', () => kindNow() === 'maintenance', 1_000);
    bench.streams.noteRead(bench.account, now - 1);
    assert.equal(kindNow(), 'maintenance', 'that was read before');
    bench.streams.noteRead(bench.account, bench.clock.now());
    assert.equal(kindNow(), 'unavailable', 'what was read since says that it is over');
    bench.streams.dispose();
    await exchange.close();
  });
});
