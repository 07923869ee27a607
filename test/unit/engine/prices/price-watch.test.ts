import assert from 'node:assert/strict';
import { decimal as d, divide, type Decimal } from '../../../../src/core/decimal.ts';
import type { LiveLoan } from '../../../../src/core/risk/live-estimate.ts';
import type { Account, Loan, Position, Snapshot } from '../../../../src/core/model.ts';
import { purposeOf, untilOf } from '../../../../src/exchanges/purpose.ts';
import type { Connection } from '../../../../src/exchanges/exchange.ts';
import { watchEveryMs, type Live } from '../../../../src/engine/monitor/store.ts';
import { PriceWatch } from '../../../../src/engine/prices/price-watch.ts';
import type { Heard, LineSpec, Maintenance, Socket, StreamEvent, StreamSource } from '../../../../src/exchanges/streams.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Wake } from '../../../../src/engine/monitor/wakes.ts';
import { saysLike } from '../../../texts.ts';
import { settled } from '../../core/fake-clock.ts';
import { account, FakeReader, failure, readingConnection, World } from '../monitor/support.ts';
import { barePosition } from '../../../bare-position.ts';

const minute = 60_000;

const prices = (btc: string): Readonly<Record<string, Decimal>> => ({ BTC: d(btc), USDT: d('1') });

const loan = (ltv = '0.58', change: Partial<Loan> = {}): Loan => ({
  id: '12345',
  ltv: d(ltv),
  debtUsd: d('58000'),
  collateralUsd: d('100000'),
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: d('58000') }],
  collateral: [{ coin: 'BTC', amount: d('1.25') }],
  marginCall: { ltv: d('0.725'), source: 'venue' },
  ...change,
});

const position: Position = {
  ...barePosition,
  instrument: 'ETH-USDT-SWAP',
  size: d('20'),
  baseCoin: 'ETH',
  markPrice: d('4000'),
  liquidationPrice: d('3600'),
};

/** Accounts whose venue tells prices and nothing else. */
class Watched extends World {
  readonly asked: { accountId: string; coins: readonly string[] }[] = [];
  /** Says what the venue answers. */
  answer: (accountId: string) => Promise<Readonly<Record<string, Decimal>>> = async () => prices('100000');
  readonly wakes = new Emitter<Wake>();
  readonly reader = new FakeReader();
  readonly answered: string[] = [];
  /** How long the last request may take. */
  leftMs = 0;
  readonly watch = new PriceWatch({
    intervalMs: () => 30_000,
    poller: { nudge: () => undefined, answered: (id) => this.answered.push(id) },
    reader: this.reader,
    wakes: this.wakes,
    store: this.store,
    clock: this.clock,
    random: () => 0.5,
    connections: {
      get: async (accountId): Promise<Connection> => ({
        ...readingConnection(() => assert.fail('the watch reads no account')),
        indexPrices: (coins, signal) => {
          assert.equal(purposeOf(signal), 'near', 'a person goes first');
          this.asked.push({ accountId, coins });
          this.leftMs = untilOf(signal) - this.clock.uptime();
          return this.answer(accountId);
        },
      }),
    },
  });

  async add(id: string, facts: Partial<Account> = {}): Promise<void> {
    await this.book.add(account(id, facts));
  }

  read(id: string, loans: readonly Loan[] = [loan()], change: Partial<Snapshot> = {}): void {
    this.store.succeed(id, { loans, wallet: [], positions: [], prices: prices('100000'), asOf: this.clock.now(), ...change });
  }

  live(id = 'one'): Live | undefined {
    return this.store.get(id)?.live;
  }

  ltv(id = 'one', loanId = '12345'): string | undefined {
    const answer = this.live(id)?.loans[loanId];
    return typeof answer === 'object' ? answer.ltv : answer;
  }
}

describe('the watch of prices', () => {
  let world: Watched;
  beforeEach(() => {
    world = new Watched();
  });
  afterEach(() => {
    world.watch.dispose();
    assert.equal(world.clock.sleeping, 0, 'no timer stays behind');
  });

  it('says what the last reading would be now, and when the prices for it were read', async () => {
    await world.add('one');
    world.read('one');
    world.watch.start();
    world.answer = async () => prices('80000');
    const readAt = world.clock.now();
    await world.clock.advance(watchEveryMs);
    assert.equal(world.ltv(), '0.725');
    assert.equal(world.live()?.at, readAt + watchEveryMs);
    assert.equal((world.live()!.loans['12345'] as LiveLoan).toMarginCall, '0');
    // The venue's own figure stays.
    assert.equal(world.store.get('one')?.snapshot?.loans[0]?.ltv, '0.58');
  });

  it('asks nothing while another window asks for all, and estimates from what that one was answered', async () => {
    await world.add('one');
    world.read('one');
    world.reader.isReader = false;
    const site = JSON.stringify(['okx', 'global', undefined]);
    world.reader.arrive({ site, at: world.clock.now(), prices: JSON.stringify(prices('80000')) });
    world.watch.start();
    assert.equal(world.ltv(), undefined, 'they are no newer than the reading');
    await world.clock.advance(10 * watchEveryMs);
    assert.equal(world.asked.length, 0);
    assert.equal(world.clock.sleeping, 0);
    world.reader.arrive({ site, at: world.clock.now(), prices: JSON.stringify(prices('80000')) });
    assert.equal(world.ltv(), '0.725');
    world.reader.arrive({ site, at: world.clock.now(), prices: '{"BTC":80000}' });
    assert.equal(world.ltv(), '0.725', 'what is odd is not taken');
    world.reader.isReader = true;
    await world.clock.advance(watchEveryMs);
    assert.equal(world.asked.length, 1);
    assert.deepEqual(world.reader.kept.at(-1), { site, at: world.clock.now(), prices: JSON.stringify(prices('100000')) });
    world.reader.isReader = false;
    await world.clock.advance(2 * watchEveryMs);
    assert.equal(world.asked.length, 1);
  });

  it('lets others have their turn between the loans of one account, at new prices and at a new reading', async () => {
    await world.add('a');
    const many = (ltv: string): Loan[] => Array.from({ length: 200 }, (_, id) => loan(ltv, { id: id.toString() }));
    world.read('a', many('0.58'));
    world.reader.isReader = false;
    world.watch.start();
    // Each look at the clock is a millisecond: one loan is, too.
    let looks = 0;
    Object.assign(world.clock, { ticks: () => (looks += 1) });
    const through = async (isDone: () => boolean): Promise<void> => {
      while (!isDone()) {
        assert.equal(world.clock.sleeping, 1, 'it waits for its next turn');
        await world.clock.advance(0);
      }
    };
    const live = (): Live | undefined => world.store.get('a')?.live;
    world.clock.jump(1);
    const site = JSON.stringify(['okx', 'global', undefined]);
    const arrive = (): void => {
      world.reader.arrive({ site, at: world.clock.now(), prices: JSON.stringify(prices('80000')) });
    };
    const sleep = world.clock.sleep;
    let slept = 0;
    Object.assign(world.clock, { sleep: (ms: number, signal?: AbortSignal) => ((slept += 1), sleep(ms, signal)) });
    arrive();
    await through(() => live() !== undefined);
    assert.equal(Object.keys(live()!.loans).length, 200);
    assert.ok(slept >= 45 && slept <= 70, slept.toString());
    slept = 0;
    world.clock.jump(1);
    world.read('a', many('0.725'), { prices: prices('80000') });
    await through(() => live()?.off !== undefined);
    assert.equal(Object.keys(live()!.off).length, 200);
    assert.ok(slept >= 45, slept.toString());
  });

  it('lets others have their turn between two accounts, and goes on with the newest prices', async () => {
    const all = ['one', 'two', 'three'];
    for (const id of all) {
      await world.add(id);
      world.read(id);
    }
    world.reader.isReader = false;
    world.watch.start();
    const done: string[] = [];
    Object.assign(world.clock, { ticks: () => done.length * 5 });
    world.store.onDidChange(({ accountId, what }) => {
      if (what === 'live') done.push(accountId);
    });
    const site = JSON.stringify(['okx', 'global', undefined]);
    const arrive = (btc: string): void => {
      world.reader.arrive({ site, at: world.clock.now(), prices: JSON.stringify(prices(btc)) });
    };
    world.clock.jump(1);
    arrive('80000');
    assert.deepEqual(done, ['one'], 'no more at once');
    arrive('50000');
    assert.deepEqual(done, ['one'], 'nor when prices come meanwhile');
    assert.equal(world.clock.sleeping, 1, 'it waits once');
    await world.clock.advance(0);
    assert.deepEqual(done, ['one', 'two', 'three', 'one'], 'whoever has waited longest first');
    assert.deepEqual(
      all.map((id) => world.ltv(id)),
      ['1.16', '1.16', '1.16'],
    );
    arrive('80000');
    world.watch.dispose();
    await settled();
    assert.equal(done.length, 5, 'what has ended goes on with nothing');
  });

  it('carries on the distance of isolated positions too, and asks for the coins that move them', async () => {
    await world.add('one');
    const all = { ETH: d('4000'), USDT: d('1') };
    world.read('one', [], { positions: [position, { ...position, positionId: 'p2', marginMode: 'cross' }], prices: all });
    world.watch.start();
    world.answer = async () => ({ ...all, ETH: d('3800') });
    await world.clock.advance(watchEveryMs);
    assert.deepEqual(world.asked[0]?.coins, ['ETH', 'USDT']);
    assert.deepEqual(world.live()?.positions, { p1: { markPrice: '3800', distance: '0.05263157' }, p2: 'contract' });
  });

  it('does not ask right after a reading, and goes on asking when readings fail', async () => {
    await world.add('one');
    world.watch.start();
    await world.clock.advance(watchEveryMs - 1);
    world.read('one');
    await world.clock.advance(1);
    assert.equal(world.asked.length, 0, 'read one millisecond ago');
    await world.clock.advance(watchEveryMs);
    assert.equal(world.asked.length, 1);
    world.store.fail('one', failure());
    world.answer = async () => prices('90000');
    await world.clock.advance(watchEveryMs);
    assert.equal(world.asked.length, 2);
    assert.equal(world.ltv(), '0.644444444445');
  });

  it('ends the waiting after failures when the machine woke or moved, but not what the venue asked for', async () => {
    for (const [error, asks] of [
      [failure(), 1],
      [failure('rate', 3_600_000), 0],
    ] as const) {
      world.watch.dispose();
      world = new Watched();
      await world.add('one');
      world.read('one');
      world.watch.start();
      world.answer = () => Promise.reject(error);
      await world.clock.advance(30 * 60_000);
      const before = world.asked.length;
      world.clock.suspend(60_000);
      world.wakes.fire('slept');
      await world.clock.advance(watchEveryMs);
      assert.equal(world.asked.length, before + asks);
    }
  });

  it('goes on asking when the clock is set back', async () => {
    await world.add('one');
    world.read('one');
    world.watch.start();
    world.answer = () => Promise.reject(failure());
    await world.clock.advance(watchEveryMs);
    const before = world.asked.length;
    world.clock.setWall(-3_600_000);
    world.read('one');
    await world.clock.advance(5 * watchEveryMs);
    assert.ok(world.asked.length > before);
  });

  it('asks once for all accounts of a site, for all their coins', async () => {
    await world.add('one');
    await world.add('two');
    await world.add('demo', { site: 'global-demo' });
    await world.add('bybit', { venue: 'bybit' });
    for (const id of ['one', 'demo', 'bybit']) world.read(id);
    world.read('two', [loan('0.58', { id: 'other', collateral: [{ coin: 'ETH', amount: d('25') }] })], {
      prices: { ETH: d('4000'), USDT: d('1') },
    });
    world.watch.start();
    world.answer = async () => ({ ...prices('80000'), ETH: d('5000') });
    await world.clock.advance(watchEveryMs);
    assert.deepEqual(
      world.asked.map(({ accountId }) => accountId),
      ['one', 'demo', 'bybit'],
    );
    assert.deepEqual(world.asked[0]?.coins, ['USDT', 'BTC', 'ETH']);
    assert.deepEqual([world.ltv('one'), world.ltv('two', 'other'), world.ltv('demo')], ['0.725', '0.464', '0.725']);
  });

  it('has no timer without an account, and asks nothing where there is nothing to estimate from', async () => {
    world.watch.start();
    assert.equal(world.clock.sleeping, 0);
    await world.add('one');
    assert.equal(world.clock.sleeping, 1);
    world.store.fail('one', failure('auth'));
    await world.clock.advance(3 * watchEveryMs);
    world.store.succeed('one', { loans: [loan()], wallet: [], positions: [], asOf: world.clock.now() });
    await world.clock.advance(3 * watchEveryMs);
    world.store.succeed('one', { loans: [], wallet: [], positions: [], prices: prices('1'), asOf: world.clock.now() });
    await world.clock.advance(3 * watchEveryMs);
    assert.equal(world.asked.length, 0);
    await world.book.remove('one');
    await world.clock.advance(watchEveryMs);
    assert.equal(world.clock.sleeping, 0);
  });

  it('estimates nothing from prices that are older than the reading', async () => {
    await world.add('one');
    world.read('one');
    world.watch.start();
    await world.clock.advance(watchEveryMs);
    assert.ok(world.live()?.at !== undefined);
    world.read('one', [loan('0.6')]);
    assert.equal(world.live()?.at, undefined);
    // The question was asked before the reading, the answer came after it.
    let tell: (answer: Readonly<Record<string, Decimal>>) => void = () => undefined;
    world.answer = () =>
      new Promise((resolve) => {
        tell = resolve;
      });
    await world.clock.advance(watchEveryMs);
    world.clock.jump(1_000);
    world.read('one', [loan('0.61')]);
    tell(prices('50000'));
    await settled();
    assert.equal(world.live()?.at, undefined);
  });

  it('never asks a second question while the first is open, and waits longer after each failure', async () => {
    await world.add('one');
    world.read('one');
    world.watch.start();
    let fail: (error: Error) => void = () => undefined;
    world.answer = () =>
      new Promise((_, reject) => {
        fail = reject;
      });
    await world.clock.advance(5 * watchEveryMs);
    assert.equal(world.asked.length, 1);
    world.answer = () => Promise.reject(failure());
    fail(failure());
    await settled();
    const times: number[] = [];
    const began = world.clock.now();
    for (let tick = 0; tick < 100; tick += 1) {
      world.asked.splice(0);
      await world.clock.advance(watchEveryMs);
      times.push(...world.asked.map(() => (world.clock.now() - began) / watchEveryMs));
    }
    assert.deepEqual(times, [1, 3, 6, 11, 20, 36, 52, 68, 84, 100]);
  });

  it('gives up what hangs after the interval while an account near its line cannot be read, and asks again after half of it', async () => {
    await world.add('one');
    world.read('one', [loan('0.72')]);
    world.watch.start();
    await world.clock.advance(watchEveryMs);
    assert.equal(world.leftMs, Infinity, 'while it can be read');
    world.store.fail('one', failure());
    world.answer = () => world.clock.sleep(world.leftMs).then(() => Promise.reject(failure()));
    await world.clock.advance(minute);
    assert.equal(world.leftMs, 5_000);
    const times: number[] = [];
    for (let at = 0; at < 60; at += 1) {
      const before = world.asked.length;
      await world.clock.advance(500);
      if (world.asked.length > before) times.push(at / 2);
    }
    assert.deepEqual(new Set(times.slice(1).map((time, index) => time - times[index]!)), new Set([7.5]));
  });

  it('finds out within an interval that a venue is back, and says so of the accounts that could not be read', async () => {
    for (const [id, facts] of [
      ['one', {}],
      ['two', {}],
      ['mine', {}],
      ['other', { site: 'eea' }],
    ] as const) {
      await world.add(id, facts);
      world.read(id);
    }
    world.store.fail('one', failure());
    world.store.fail('mine', failure('auth'));
    world.watch.start();
    world.answer = () => Promise.reject(failure());
    await world.clock.advance(30 * 60_000);
    assert.deepEqual(world.answered, []);
    world.answer = async () => prices('80000');
    world.asked.splice(0);
    await world.clock.advance(30_000);
    assert.deepEqual(new Set(world.answered), new Set(['one']), 'neither what works, nor what only a person can mend, nor another site');
    assert.equal(world.ltv(), '0.725', 'and what the price does to the loan is estimated at once');
  });

  it('asks a venue that cannot be read for a price even where nothing is held or was ever read', async () => {
    await world.add('one');
    world.watch.start();
    await world.clock.advance(minute);
    assert.equal(world.asked.length, 0);
    world.store.fail('one', failure());
    await world.clock.advance(watchEveryMs);
    assert.deepEqual(world.asked, [{ accountId: 'one', coins: ['BTC'] }]);
    assert.deepEqual(world.answered, ['one']);
  });

  it('keeps the last estimate with its time when prices cannot be had, even when the answer is empty', async () => {
    await world.add('one');
    world.read('one');
    world.watch.start();
    world.answer = async () => prices('80000');
    await world.clock.advance(watchEveryMs);
    const at = world.live()?.at;
    for (const answer of [() => Promise.reject(failure()), async () => ({}), () => Promise.reject(new Error('ours'))]) {
      world.answer = answer;
      await world.clock.advance(20 * watchEveryMs);
      assert.equal(world.ltv(), '0.725');
      assert.equal(world.live()?.at, at);
    }
    world.answer = async () => prices('100000');
    await world.clock.advance(40 * watchEveryMs);
    assert.equal(world.ltv(), '0.58');
  });

  it('asks by way of another account of the site when one does not work', async () => {
    await world.add('one');
    await world.add('two');
    world.read('one');
    world.read('two');
    world.watch.start();
    world.answer = (accountId) => (accountId === 'one' ? Promise.reject(failure('refused')) : Promise.resolve(prices('80000')));
    await world.clock.advance(3 * watchEveryMs);
    assert.equal(world.ltv('one'), '0.725');
  });

  it('is not stopped by a view that fails', async () => {
    await world.add('one');
    world.read('one');
    world.watch.start();
    const subscription = world.store.onDidChange(() => {
      throw new Error('a view');
    });
    await world.clock.advance(3 * watchEveryMs);
    subscription.dispose();
    assert.equal(world.asked.length, 3);
  });

  it('estimates nothing of what only an earlier reading could tell, whose prices are gone', async () => {
    await world.add('one');
    world.read('one', [loan('0.58', { keptFrom: 1 })]);
    world.watch.start();
    await world.clock.advance(watchEveryMs);
    assert.deepEqual(world.live()?.loans, {});
  });

  it('forgets everything when it is disposed', async () => {
    await world.add('one');
    world.read('one');
    world.watch.start();
    world.watch.dispose();
    world.watch.start();
    await world.clock.advance(3 * watchEveryMs);
    assert.equal(world.asked.length, 0);
  });
});

describe('the watch of prices, held against the next reading', () => {
  let world: Watched;
  beforeEach(async () => {
    world = new Watched();
    await world.add('one');
    world.read('one');
    world.watch.start();
  });
  afterEach(() => {
    world.watch.dispose();
  });

  const next = async (ltv: string, btc: string, change: Partial<Loan> = {}): Promise<void> => {
    await world.clock.advance(30_000);
    // Its own valuation always fits its own LTV.
    const collateralUsd = divide(d('58000'), d(ltv), 2, 'half-up');
    world.read('one', [loan(ltv, { collateralUsd, ...change })], { prices: prices(btc) });
  };

  it('keeps by how much the last estimate was off', async () => {
    await next('0.7252', '80000');
    assert.deepEqual(world.live()?.off, { '12345': '-0.0002' });
    assert.deepEqual(world.live()?.doubted, []);
    // Nothing to compare: the last difference stays.
    await next('0.7252', '80000');
    assert.deepEqual(world.live()?.off, { '12345': '-0.0002' });
    // 0.7252 x 80,000 / 100,000
    await next('0.58016', '100000');
    assert.deepEqual(world.live()?.off, { '12345': '0' });
  });

  it('estimates nothing more of a loan whose definitions prove to differ, until an estimate is good again', async () => {
    await next('0.70', '80000');
    assert.deepEqual(world.live()?.doubted, ['12345']);
    await world.clock.advance(watchEveryMs);
    assert.equal(world.ltv(), 'definitions');
    // An amount has changed: no comparison is possible.
    const debts = [{ coin: 'USDT', amount: d('58001') }];
    await next('0.70', '80000', { debts });
    assert.deepEqual(world.live()?.doubted, ['12345']);
    // 0.7 x 80,000 / 100,000
    await next('0.56', '100000', { debts });
    assert.deepEqual(world.live()?.doubted, []);
    await world.clock.advance(watchEveryMs);
    assert.notEqual(world.ltv(), 'definitions');
  });

  it('lets one loan say nothing of another, and forgets loans that are gone', async () => {
    await next('0.70', '80000');
    world.clock.jump(1_000);
    world.read('one', [loan('0.58', { id: 'other' })]);
    assert.deepEqual([world.live()?.doubted, world.live()?.off], [undefined, undefined]);
  });
});

/** A socket that tells what the test says. */
class Told implements Socket {
  static all: Told[] = [];
  closed = false;
  readonly url: string;
  readonly #listeners = new Map<string, (event: { data?: unknown }) => void>();

  constructor(url: string) {
    this.url = url;
    Told.all.push(this);
  }

  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }

  send(): void {
    // Nothing that anybody waits for.
  }

  close(): void {
    this.closed = true;
  }

  tells(...events: StreamEvent[]): void {
    const all: Heard[] = [{ kind: 'ack' }, ...events.map((event): Heard => ({ kind: 'data', topic: 'all', events: [event] }))];
    this.#listeners.get('message')?.({ data: JSON.stringify(all) });
  }
}

describe('the watch of prices of a venue that tells them by itself', () => {
  const price = (coin: string, at: string): StreamEvent => ({ kind: 'price', coin, price: d(at) });
  const asked: string[][] = [];
  const nudged: string[] = [];
  const answered: string[] = [];
  let maintenance: readonly Maintenance[];
  let whys: number;
  let world: World;
  let reader: FakeReader;
  let watch: PriceWatch;

  const line = (url: string, limit?: number): LineSpec => ({
    url,
    topics: new Map([['all', limit]]),
    subscribe: [],
    ping: { text: 'ping', everyMs: 20_000 },
    reader: () => (text) => JSON.parse(text) as Heard[],
  });
  const streams: StreamSource = {
    venue: 'OKX',
    publicLines: () => [line('wss://public', 30_000)],
    privateLine: () => ({ ...line('wss://private'), login: async () => 'login' }),
  };

  beforeEach(() => {
    Told.all = [];
    asked.length = nudged.length = answered.length = 0;
    maintenance = [];
    whys = 0;
    world = new World();
    reader = new FakeReader();
    watch = new PriceWatch({
      reader,
      store: world.store,
      clock: world.clock,
      random: () => 0.5,
      WebSocket: Told,
      intervalMs: () => 30_000,
      poller: { nudge: (id) => nudged.push(id), answered: (id) => answered.push(id) },
      connections: {
        get: async (): Promise<Connection> => ({
          ...readingConnection(() => assert.fail('the watch reads no account')),
          streams,
          maintenance: async () => {
            whys += 1;
            return maintenance;
          },
          indexPrices: async (coins) => {
            asked.push([...coins]);
            return prices('100000');
          },
        }),
      },
    });
    watch.start();
  });
  afterEach(async () => {
    watch.dispose();
    await settled();
    assert.equal(world.clock.sleeping, 0, 'no timer stays behind');
    assert.ok(Told.all.every(({ closed }) => closed));
  });

  const read = async (id: string, change: Partial<Snapshot> = {}): Promise<void> => {
    world.store.succeed(id, { loans: [loan()], wallet: [], positions: [], prices: prices('100000'), asOf: world.clock.now(), ...change });
    await settled();
  };
  const ltv = (): string | undefined => {
    const live = world.store.get('one')?.live?.loans['12345'];
    return typeof live === 'object' ? live.ltv : live;
  };
  const open = (): string[] => Told.all.filter(({ closed }) => !closed).map(({ url }) => url);
  const tell = (btc: string): void => {
    for (const socket of Told.all) if (!socket.closed && socket.url === 'wss://public') socket.tells(price('BTC', btc), price('USDT', '1'));
  };

  it('asks for none while they come, and for all again when they stop', async () => {
    await world.book.add(account('one'));
    await read('one');
    for (let at = 0; at < 60; at += 1) {
      tell('80000');
      await world.clock.advance(1_000);
    }
    assert.equal(ltv(), '0.725');
    assert.deepEqual(asked, []);
    await world.clock.advance(2 * watchEveryMs);
    assert.equal(asked.length, 1);
    assert.equal(ltv(), '0.58', 'by what was asked for');
    await world.clock.advance(watchEveryMs);
    assert.equal(asked.length, 2);
  });

  it('has one public socket for all accounts of a site, and a private one for each with positions', async () => {
    for (const id of ['one', 'two', 'three']) {
      await world.book.add(account(id));
      await read(id, id === 'one' ? {} : { positions: [position] });
    }
    assert.deepEqual(open().sort(), ['wss://private', 'wss://private', 'wss://public']);
    await world.book.remove('two');
    await settled();
    assert.deepEqual(open().sort(), ['wss://private', 'wss://public']);
    await world.book.remove('three');
    await world.book.remove('one');
    await settled();
    assert.deepEqual(open(), []);
  });

  it('moves a position to the mark price that is told', async () => {
    await world.book.add(account('one'));
    await read('one', { positions: [position], prices: { ...prices('100000'), ETH: d('4000') } });
    const socket = Told.all.find(({ url }) => url === 'wss://public')!;
    await world.clock.advance(1_000);
    socket.tells(price('BTC', '100000'), price('USDT', '1'), price('ETH', '3900'), {
      kind: 'mark',
      instrument: 'ETH-USDT-SWAP',
      price: d('3690'),
    });
    await world.clock.advance(1_000);
    assert.deepEqual(world.store.get('one')?.live?.positions['p1'], { markPrice: '3690', distance: '0.02439024' });
  });

  it('asks once a minute why a venue cannot be read, and names the maintenance it is in until that is over', async () => {
    await world.book.add(account('one'));
    await read('one');
    await world.clock.advance(minute);
    assert.equal(whys, 0);
    const kind = (): string => watch.explain(account('one'), failure()).kind;
    const now = world.clock.now();
    maintenance = [{ kind: 'maintenance', id: 'm', isOver: false, begin: now, end: now + 10 * minute }];
    world.store.fail('one', failure());
    await world.clock.advance(5 * minute);
    assert.equal(whys, 5);
    assert.equal(kind(), 'maintenance');
    assert.match(watch.explain(account('one'), failure()).message, saysLike('venue.maintenance', 'OKX', /.* UTC/));
    maintenance = [];
    await world.clock.advance(minute);
    assert.equal(kind(), 'network', 'what is not announced any more is over');
    await read('one');
    await world.clock.advance(5 * minute);
    assert.equal(whys, 6);
  });

  it('has no socket while another window reads', async () => {
    await world.book.add(account('one'));
    await read('one');
    assert.deepEqual(open(), ['wss://public']);
    reader.isReader = false;
    assert.deepEqual(open(), []);
    reader.isReader = true;
    await settled();
    assert.deepEqual(open(), ['wss://public']);
  });

  it('has an account read when something happens to it, never more', async () => {
    await world.book.add(account('one'));
    await read('one', { positions: [position] });
    const own = Told.all.find(({ url }) => url === 'wss://private')!;
    own.tells();
    assert.deepEqual(nudged, ['one'], 'what happened before it was listened to');
    const before = world.store.get('one');
    own.tells({ kind: 'account', what: 'liquidation' });
    assert.deepEqual(nudged, ['one', 'one']);
    assert.deepEqual(world.store.get('one'), before);
    // The private line knows of no data that could fall silent: its pings are not answered here.
    await world.clock.advance(35_000);
    assert.ok(own.closed);
  });
});
