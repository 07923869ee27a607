import assert from 'node:assert/strict';
import type { Clock } from '../../../../src/core/clock.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import type { Connection, Keys } from '../../../../src/exchanges/exchange.ts';
import type { Attempt, Call } from '../../../../src/exchanges/http/call.ts';
import { Http } from '../../../../src/exchanges/http/client.ts';
import { connectOkx } from '../../../../src/exchanges/okx/connect.ts';
import { setPurpose, tryOf } from '../../../../src/exchanges/purpose.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { bench, canary, change, failureOf, FakeFetch, HastyClock, refusal, success } from '../bench.ts';
import { saysLike } from '../../../texts.ts';

/** A venue of its own words: nothing here may depend on OKX. */
function plain(
  options: {
    reply?: (signal: AbortSignal | null | undefined) => Promise<Response>;
    deadline?: (ms: number) => AbortSignal;
    patience?: (ms: number) => AbortSignal;
    keys?: () => Promise<Keys>;
    clock?: Clock;
  } = {},
) {
  const clock = new HastyClock();
  const attempts: Attempt[] = [];
  const deadlines: number[] = [];
  let sends = 0;
  const http = new Http({
    dialect: {
      venue: 'Plain',
      origin: 'https://plain.example',
      headers: {},
      sign: (attempt) => {
        attempts.push(attempt);
        return { 'x-sign': attempt.timestamp.toString() };
      },
      signedHeaders: { 'x-sign': 'secret' },
      open: ({ text }) => text,
      limitOf: () => ({ count: 2, intervalMs: 2_000 }),
      time: { path: '/time', read: () => 0 },
    },
    keys: options.keys ?? (async () => ({ secret: 's' })),
    clock: options.clock ?? clock,
    fetch: async (_input, init) => {
      sends += 1;
      if (options.reply !== undefined) return options.reply(init?.signal);
      return new Promise((_resolve, reject) => {
        const stop = (): void => {
          reject(init?.signal?.reason as Error);
        };
        if (init?.signal?.aborted === true) stop();
        init?.signal?.addEventListener('abort', stop);
      });
    },
    deadline: (ms) => {
      deadlines.push(ms);
      return options.deadline?.(ms) ?? new AbortController().signal;
    },
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    random: () => 0.5,
  });
  return { http, clock, attempts, deadlines, sends: () => sends };
}

const read: Call = { method: 'GET', path: '/read', signed: true };
const write: Call = { method: 'POST', path: '/write', signed: true, write: true, body: '{}' };
/** Aborts after `ms` by this clock. */
function late(clock: Clock, ms: number): AbortSignal {
  const over = new AbortController();
  void clock.sleep(ms).then(() => {
    over.abort(new DOMException('too late', 'TimeoutError'));
  });
  return over.signal;
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a request that gets no answer', () => {
  it('is given up after 10 s when reading and after 20 s when changing something', async () => {
    for (const [call, ms, sends, effect] of [
      [read, 10_000, 3, 'none'],
      [write, 20_000, 1, 'unknown'],
    ] as const) {
      const one = plain({ deadline: () => AbortSignal.abort(new DOMException('too late', 'TimeoutError')) });
      const error = await failureOf(one.http.call(call));
      assert.equal(error.kind, 'network');
      assert.equal(error.effect, effect);
      assert.match(error.message, new RegExp(`within ${(ms / 1000).toString()} s`));
      assert.deepEqual(new Set(one.deadlines), new Set([ms]));
      assert.equal(one.deadlines.length, sends);
    }
  }).timeout(10_000);

  it('has as long as its reading still has, a second at least, and is not repeated after that', async () => {
    for (const [leftMs, ms] of [
      [5_000, 5_000],
      [60_000, 10_000],
      [200, 1_000],
    ] as const) {
      const clock = new FakeClock();
      const one = plain({ clock, deadline: (wait) => late(clock, wait) });
      const signal = tryOf(new AbortController().signal, { until: clock.uptime() + leftMs });
      const failure = failureOf(one.http.call(read, signal));
      await clock.advance(ms);
      assert.deepEqual([one.deadlines, one.sends()], [[ms], 1], leftMs.toString());
      await clock.advance(60_000);
      const error = await failure;
      assert.deepEqual([error.kind, error.effect], ['network', 'none']);
      assert.equal(one.sends(), leftMs === 60_000 ? 3 : 1);
    }
  });

  it('can be stopped while it is under way: then nobody knows what became of a change', async () => {
    for (const [call, effect] of [
      [read, 'none'],
      [write, 'unknown'],
    ] as const) {
      const one = plain();
      const stop = new AbortController();
      const failure = failureOf(one.http.call(call, stop.signal));
      await turn();
      stop.abort();
      const error = await failure;
      assert.deepEqual([error.kind, error.effect, one.sends()], ['aborted', effect, 1]);
    }
  });

  it('that is stopped beforehand is never sent', async () => {
    const one = plain();
    const error = await failureOf(one.http.call(write, AbortSignal.abort()));
    assert.deepEqual([error.kind, error.effect, one.sends()], ['aborted', 'none', 0]);
  });

  it('that is stopped while it waits for its turn is never sent', async () => {
    const one = plain({ reply: async () => new Response(''), clock: new FakeClock() });
    await one.http.call(write);
    const stop = new AbortController();
    const failure = failureOf(one.http.call(write, stop.signal));
    await turn();
    stop.abort();
    const error = await failure;
    assert.deepEqual([error.kind, error.effect, one.sends()], ['aborted', 'none', 1]);
  });

  it('that changes something is never sent when its keys come long after it was asked for', async () => {
    for (const [call, waitedMs, sends] of [
      [write, 10_000, 1],
      [write, 10_001, 0],
      [write, -10_001, 0],
      [read, 3_600_000, 1],
    ] as const) {
      const stop = new AbortController();
      const one = plain({
        keys: () => {
          one.clock.time += waitedMs;
          return Promise.resolve({ secret: 's' });
        },
      });
      const failure = failureOf(one.http.call(call, stop.signal));
      await turn();
      await turn();
      assert.equal(one.sends(), sends, waitedMs.toString());
      stop.abort();
      const error = await failure;
      assert.equal(error.kind, 'aborted');
      if (sends === 0) assert.equal(error.effect, 'none');
    }
  });

  it('keeps no place in the limits when its keyring never answers', async () => {
    for (const [call, end, kind, sentence] of [
      [read, 'stop', 'aborted', 'refusal.stopped'],
      [write, 'stop', 'aborted', 'refusal.stopped'],
      [read, 'patience', 'auth', 'http.keys-unreadable'],
      [write, 'patience', 'aborted', 'refusal.preview-outdated'],
    ] as const) {
      const [stop, patience] = [new AbortController(), new AbortController()];
      const asked: number[] = [];
      const clock = new FakeClock();
      let answers = false;
      const one = plain({
        reply: async () => new Response('done'),
        clock,
        keys: () => (answers ? Promise.resolve({ secret: 's' }) : new Promise(() => undefined)),
        patience: (ms) => {
          asked.push(ms);
          return patience.signal;
        },
      });
      const failed = failureOf(one.http.call(call, stop.signal));
      await turn();
      (end === 'stop' ? stop : patience).abort();
      const error = await failed;
      assert.deepEqual([error.kind, error.effect], [kind, 'none']);
      assert.match(error.message, saysLike(sentence));
      assert.ok(asked.length > 0 && asked.every((ms) => ms === 10_000));
      assert.equal(one.sends(), 0);
      answers = true;
      await clock.advance(2_000);
      const again = one.http.call({ ...call, write: false });
      await clock.advance(0);
      assert.equal(await again, 'done');
    }
  });

  it('that changes something is refused while it waits for its turn, not only when that comes', async () => {
    const patience = new AbortController();
    const one = plain({ clock: new FakeClock(), patience: () => patience.signal });
    const underWay = one.http.call(write);
    const waiting = failureOf(one.http.call(write));
    let isOver = false;
    underWay.catch(() => undefined).finally(() => (isOver = true));
    await turn();
    patience.abort();
    const error = await waiting;
    assert.deepEqual([error.kind, error.effect, one.sends(), isOver], ['aborted', 'none', 1, false]);
    assert.match(error.message, saysLike('refusal.preview-outdated'));
  });

  it('is not called back when it changes something and its connection is closed', async () => {
    let answer: (response: Response) => void = () => undefined;
    const one = plain({
      reply: (signal) =>
        new Promise((resolve, reject) => {
          answer = resolve;
          signal?.addEventListener('abort', reject);
        }),
    });
    const call = one.http.call(write);
    await turn();
    one.http.dispose();
    await turn();
    answer(new Response('done'));
    assert.equal(await call, 'done');
    assert.equal((await failureOf(one.http.call(write))).kind, 'aborted');
  });

  it('is given up when its keys cannot be had, without being sent', async () => {
    const { venue } = bench();
    const trouble = new ExchangeError({
      kind: 'auth',
      code: 'keys-missing',
      sentence: { template: 'No keys.', args: [] },
      effect: 'none',
    });
    for (const [failure, kind] of [
      [trouble, 'auth'],
      [new Error('the keyring is locked'), 'auth'],
    ] as const) {
      const connection = connectOkx({
        account: { site: 'global' },
        keys: () => Promise.reject(failure),
        clock: new HastyClock(),
        fetch: venue.fetch,
      });
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.deepEqual([error.kind, error.effect], [kind, 'none']);
    }
    assert.equal(venue.seen.length, 0);
  });
});

describe('the pause before a read is repeated', () => {
  it('grows, varies, and is as long as the venue asks', async () => {
    const { venue, connection, clock } = bench();
    venue.on('/borrow-currencies', new Response('', { status: 503, headers: { 'retry-after': '3' } }));
    await failureOf(connection.loans!.borrowableCoins());
    assert.equal(clock.pauses.length, 2);
    assert.ok(clock.pauses.every((ms) => ms >= 3_000 && ms < 6_000));
    const other = bench();
    other.venue.on('/borrow-currencies', new Response('', { status: 503 }));
    await failureOf(other.connection.loans!.borrowableCoins());
    const [first, second] = other.clock.pauses;
    assert.ok(first! < second!);
  });

  it('is not spent sleeping when the venue asks for a long one: the caller decides', async () => {
    const { venue, connection, clock } = bench();
    venue.on('/borrow-currencies', new Response('', { status: 429, headers: { 'retry-after': '3600' } }));
    const error = await failureOf(connection.loans!.borrowableCoins());
    assert.deepEqual(clock.pauses, []);
    assert.equal(venue.seen.length, 1);
    assert.equal(error.retryAfterMs, 3_600_000);
  });

  it('waits an hour at most, and not at all for what is no number of seconds', async () => {
    for (const [said, ms] of [
      ['99999999999', 3_600_000],
      ['Infinity', undefined],
      ['-5', undefined],
      ['soon', undefined],
      ['0', undefined],
    ] as const) {
      const { venue, connection } = bench();
      venue.on(
        '/borrow-currencies',
        ...Array.from({ length: 3 }, () => new Response('', { status: 429, headers: { 'retry-after': said } })),
      );
      assert.equal((await failureOf(connection.loans!.borrowableCoins())).retryAfterMs, ms, said);
    }
  });

  it('is as long as until a date, by the clock of whoever answers', async () => {
    // The test's clock: 8 Dec 2020, 09:08:57.715 UTC.
    for (const [headers, ms] of [
      [{ 'retry-after': 'Tue, 08 Dec 2020 09:12:57 GMT', date: 'Tue, 08 Dec 2020 09:08:57 GMT' }, 240_000],
      [{ 'retry-after': 'Tue, 08 Dec 2020 12:12:57 GMT', date: 'Tue, 08 Dec 2020 12:12:50 GMT' }, 7_000],
      [{ 'retry-after': 'Tue, 08 Dec 2020 09:09:57 GMT' }, 59_285],
      [{ 'retry-after': 'Tuesday, 08-Dec-20 09:09:57 GMT' }, 59_285],
      [{ 'retry-after': 'Tue Dec  8 09:09:57 2020' }, 59_285],
      [{ 'retry-after': 'Wed, 09 Dec 2020 09:08:57 GMT' }, 3_600_000],
      [{ 'retry-after': 'Tue, 08 Dec 2020 09:08:50 GMT' }, undefined],
      [{ 'retry-after': 'Tue, 08 Dec 2020 09:12:57 GMT', date: 'Tue, 08 Dec 2020 09:12:57 GMT' }, undefined],
      [{ 'retry-after': 'Tue, 48 Dec 2020 09:12:57 GMT' }, undefined],
      [{ 'retry-after': '2020-12-08T09:12:57Z' }, undefined],
    ] as const) {
      const { venue, connection } = bench();
      venue.on('/adjust-collateral', new Response('', { status: 429, headers }));
      assert.equal((await failureOf(connection.actions.collateral!.send(change()))).retryAfterMs, ms, JSON.stringify(headers));
    }
  });

  it('can be stopped', async () => {
    const venue = new FakeFetch().on('/borrow-currencies', new Response('', { status: 503 }));
    const stop = new AbortController();
    const clock = {
      now: () => 0,
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
          stop.abort();
        }),
    };
    const connection = connectOkx({ account: { site: 'global' }, keys: async () => canary, clock, fetch: venue.fetch });
    assert.equal((await failureOf(connection.loans!.borrowableCoins(stop.signal))).kind, 'aborted');
    assert.equal(venue.seen.length, 1);
  });
});

describe('what needs no key', () => {
  const prices = success([{ instId: 'BTC-USD', idxPx: '90000' }]);

  /** Two accounts of two users, and a venue that answers when told. */
  function two() {
    const clock = new FakeClock();
    const answers: (() => void)[] = [];
    const sites: string[] = [];
    const fetch = (async (_input: string, init?: RequestInit) => {
      sites.push(new Headers(init?.headers).get('x-simulated-trading') ?? '');
      await new Promise<void>((resolve, reject) => {
        answers.push(resolve);
        init?.signal?.addEventListener('abort', () => {
          reject(init.signal?.reason as Error);
        });
      });
      return new Response(prices, { status: 200 });
    }) as typeof globalThis.fetch;
    const connect = (owner: string, site = 'global'): Connection =>
      connectOkx({ account: { site }, keys: async () => canary, clock, owner, fetch });
    return { clock, answers, sites, connect, one: connect('a'), other: connect('b') };
  }

  it('is asked once for all accounts that ask together', async () => {
    const { answers, one, other } = two();
    const both = Promise.all([one.indexPrices(['BTC']), other.indexPrices(['BTC'])]);
    await settled();
    assert.equal(answers.length, 1);
    answers[0]!();
    assert.deepEqual(await both, [{ BTC: '90000' }, { BTC: '90000' }]);
  });

  it('is asked again when the request left a second ago, and when it was answered', async () => {
    const { clock, answers, one, other } = two();
    const first = one.indexPrices(['BTC']);
    await clock.advance(1_000);
    const second = other.indexPrices(['BTC']);
    await settled();
    assert.equal(answers.length, 2);
    for (const answer of answers) answer();
    await Promise.all([first, second]);
    const third = one.indexPrices(['BTC']);
    await settled();
    assert.equal(answers.length, 3);
    answers[2]!();
    await third;
  });

  it('goes on for one account when another no longer waits, and ends when nobody does', async () => {
    const { answers, one, other } = two();
    const stop = new AbortController();
    const [first, second] = [one.indexPrices(['BTC'], stop.signal), other.indexPrices(['BTC'])];
    await settled();
    stop.abort();
    await assert.rejects(first, (error) => ExchangeError.is(error, 'aborted'));
    answers[0]!();
    assert.deepEqual(await second, { BTC: '90000' });
    const third = one.indexPrices(['BTC']);
    await settled();
    one.dispose();
    await assert.rejects(third, (error) => ExchangeError.is(error, 'aborted'));
    const fourth = other.indexPrices(['BTC']);
    await settled();
    assert.equal(answers.length, 3, 'what was given up is not joined');
    answers[2]!();
    await fourth;
  });

  it('is asked apart for who has less time than the others, and would wait as long as they', async () => {
    for (const [times, requests] of [
      [[3_000, undefined], 2],
      [[undefined, 3_000], 2],
      [[3_000, 20_000], 2],
      [[3_000, 4_000], 1],
      // Each has little more than the one before.
      [[3_000, 3_800, 4_600], 2],
      [[undefined, undefined], 1],
    ] as const) {
      const { clock, answers, connect } = two();
      const all = times.map((ms, at) => {
        const signal = ms === undefined ? undefined : tryOf(new AbortController().signal, { until: clock.now() + ms });
        return connect(at.toString()).indexPrices(['BTC'], signal);
      });
      await settled();
      assert.equal(answers.length, requests, JSON.stringify(times));
      for (const answer of answers) answer();
      await Promise.all(all);
    }
  });

  it('is another answer for demo trading, which has the same address', async () => {
    const { answers, sites, connect, one } = two();
    const both = Promise.all([one.indexPrices(['BTC']), connect('c', 'global-demo').indexPrices(['BTC'])]);
    await settled();
    assert.deepEqual(sites, ['', '1']);
    for (const answer of answers) answer();
    await both;
  });
});

describe('a standing reading', () => {
  it('leaves most of a limit to what a person waits for, of all accounts of one user together', async () => {
    const clock = new FakeClock();
    const venue = new FakeFetch().on('/borrow-currencies', success([])).on('/index-tickers', success([]));
    const connect = (owner: string): Connection =>
      connectOkx({ account: { site: 'global' }, keys: async () => canary, clock, owner, fetch: venue.fetch });
    const [one, twin, other] = [connect('a'), connect('a'), connect('b')] as const;
    const { signal } = new AbortController();
    setPurpose(signal, 'standing');
    const asked = (): number => venue.to('/borrow-currencies').length;
    for (const connection of [one, twin, other]) void connection.loans!.borrowableCoins(signal);
    await settled();
    assert.equal(asked(), 2, 'one of five in two seconds, of each user');
    for (let count = 0; count < 4; count += 1) void [one, twin][count % 2]!.loans!.borrowableCoins();
    await settled();
    assert.equal(asked(), 5, 'four of five in all');
    await clock.advance(2_000);
    assert.equal(asked(), 7, 'what a person waits for is first, and the other reading may go too');
    // What needs no key counts for the machine.
    for (let count = 0; count < 12; count += 1) {
      void [one, twin, other][count % 3]!.indexPrices(['BTC'], signal);
      await settled();
    }
    assert.equal(venue.to('/index-tickers').length, 6);
    for (const connection of [one, twin, other]) connection.dispose();
  });

  it('knows for a minute that the venue says too many were sent', async () => {
    const { venue, connection, clock } = bench();
    venue.on('/borrow-currencies', refusal('50011'), success([]));
    assert.equal(connection.isLimited!(), false);
    await connection.loans!.borrowableCoins();
    assert.equal(connection.isLimited!(), true);
    clock.time += 60_000;
    assert.equal(connection.isLimited!(), false);
  });
});
