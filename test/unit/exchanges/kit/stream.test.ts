// One line of socket work, with a clock, chance and sockets of the test's own.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StreamLine } from '../../../../src/exchanges/kit/stream.ts';
import type { Heard, LineSpec, Socket } from '../../../../src/exchanges/streams.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';

class FakeSocket implements Socket {
  static all: FakeSocket[] = [];
  readonly url: string;
  readonly sent: string[] = [];
  closed = false;
  readonly #listeners = new Map<string, ((event: { data?: unknown }) => void)[]>();

  constructor(url: string) {
    if (url === 'bad') throw new SyntaxError('no address');
    this.url = url;
    FakeSocket.all.push(this);
  }

  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    assert.ok(!this.closed, `sent after the end: ${text}`);
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  /** From the venue. */
  does(type: 'open' | 'close' | 'error'): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({});
  }

  says(...heard: Heard[]): void {
    for (const listener of this.#listeners.get('message') ?? []) listener({ data: JSON.stringify(heard) });
  }

  saysText(data: unknown): void {
    for (const listener of this.#listeners.get('message') ?? []) listener({ data });
  }
}

const data = (topic: string): Heard => ({ kind: 'data', topic, events: [] });
const ack: Heard = { kind: 'ack' };

class Bench {
  readonly clock = new FakeClock();
  settledCount = 0;
  random = 0.5;
  line: StreamLine;

  constructor(more: Partial<LineSpec> = {}) {
    FakeSocket.all = [];
    this.line = new StreamLine(this.spec(more), {
      clock: this.clock,
      random: () => this.random,
      WebSocket: FakeSocket,
      onEvents: () => undefined,
      onSettled: () => (this.settledCount += 1),
      trace: () => undefined,
    });
  }

  spec(more: Partial<LineSpec> = {}): LineSpec {
    return {
      url: 'wss://example',
      topics: new Map([
        ['fast', 15_000],
        ['slow', 65_000],
      ]),
      subscribe: ['subscribe'],
      ping: { text: 'ping', everyMs: 25_000 },
      reader: () => (text) => (text === 'pong' ? [] : (JSON.parse(text) as Heard[])),
      ...more,
    };
  }

  get sockets(): readonly FakeSocket[] {
    return FakeSocket.all;
  }

  get last(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }

  /** The last socket is opened, subscribed and tells. */
  async settle(): Promise<void> {
    this.last.does('open');
    await settled();
    this.last.says(ack, ack, data('fast'), data('slow'));
  }
}

describe('a line to a venue', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => {
    bench.line.dispose();
    assert.ok(bench.sockets.every(({ closed }) => closed));
  });

  it('subscribes, and is settled when all is acknowledged and told', async () => {
    bench.last.does('open');
    await settled();
    assert.deepEqual(bench.last.sent, ['subscribe']);
    bench.last.says(ack, ack);
    assert.equal(bench.settledCount, 0, 'an acknowledgement proves nothing');
    bench.last.says(data('fast'));
    assert.deepEqual([bench.line.isFresh('fast'), bench.line.isFresh('slow')], [true, false]);
    bench.last.says(data('slow'));
    assert.equal(bench.settledCount, 1);
    assert.ok(bench.line.isFresh('slow'));
  });

  it('logs in first, with a message made at each connection', async () => {
    let made = 0;
    bench.line.dispose();
    bench = new Bench({ login: async () => `login ${(made += 1).toString()}` });
    bench.last.does('open');
    await settled();
    assert.deepEqual(bench.last.sent, ['login 1']);
    bench.last.says({ kind: 'loggedIn' });
    assert.deepEqual(bench.last.sent, ['login 1', 'subscribe']);
    bench.last.does('close');
    await bench.clock.advance(1_000);
    bench.last.does('open');
    await settled();
    assert.deepEqual(bench.last.sent, ['login 2']);
  });

  it('sends no login to a socket that has ended while it was made', async () => {
    let done: (text: string) => void = () => undefined;
    bench.line.dispose();
    bench = new Bench({ login: () => new Promise((resolve) => (done = resolve)) });
    const socket = bench.last;
    socket.does('open');
    socket.does('close');
    done('login');
    await settled();
    assert.deepEqual(socket.sent, []);
  });

  it('pings in time, and takes any word it understands for an answer', async () => {
    await bench.settle();
    for (let minute = 0; minute < 4; minute += 1) {
      for (let at = 0; at < 12; at += 1) {
        await bench.clock.advance(5_000);
        bench.last.says(data('fast'), data('slow'));
      }
    }
    assert.equal(bench.sockets.length, 1);
    const pings = bench.last.sent.filter((text) => text === 'ping').length;
    assert.ok(pings >= 9 && pings <= 10, pings.toString());
  });

  it('gives up what stands and is dead: no subscription, no word, or no data of one topic', async () => {
    await bench.clock.advance(10_000);
    assert.ok(bench.last.closed, 'nothing came of it');
    await bench.clock.advance(1_000);
    await bench.settle();
    const second = bench.last;
    await bench.clock.advance(40_000);
    assert.ok(second.closed, 'no word');
    await bench.clock.advance(2_000);
    assert.notEqual(bench.last, second);
    await bench.settle();
    const third = bench.last;
    for (let at = 0; at < 200; at += 5) {
      third.says(data('fast'));
      third.saysText('pong');
      await bench.clock.advance(5_000);
    }
    assert.ok(!third.closed);
    await bench.clock.advance(5_000);
    assert.ok(third.closed, 'one topic was silent far too long');
  });

  it('calls stale what is silent, whatever the others tell, and all when nothing comes', async () => {
    await bench.settle();
    for (let at = 0; at < 65; at += 5) {
      await bench.clock.advance(5_000);
      bench.last.says(data('fast'));
    }
    assert.deepEqual([bench.line.isFresh('fast'), bench.line.isFresh('slow')], [true, true]);
    await bench.clock.advance(1);
    bench.last.says(data('fast'));
    assert.deepEqual([bench.line.isFresh('fast'), bench.line.isFresh('slow')], [true, false]);
    bench.last.says(data('slow'));
    await bench.clock.advance(12_000);
    assert.ok(bench.line.isFresh('slow'));
    bench.last.saysText('pong');
    await bench.clock.advance(1);
    assert.deepEqual([bench.line.isFresh('fast'), bench.line.isFresh('slow')], [false, false], 'a pong is no data');
  });

  it('finds all stale after sleep', async () => {
    await bench.settle();
    bench.clock.suspend(60_000);
    assert.deepEqual([bench.line.isFresh('fast'), bench.line.isFresh('slow')], [false, false]);
    await bench.clock.advance(5_000);
    assert.ok(bench.sockets[0]!.closed);
  });

  it('hears no garbage, not even as a sign of life', async () => {
    await bench.settle();
    for (let at = 0; at < 35; at += 5) {
      for (const odd of ['', '{', 'pong?', new ArrayBuffer(2), undefined]) bench.last.saysText(odd);
      await bench.clock.advance(5_000);
    }
    assert.ok(bench.sockets[0]!.closed);
  });

  it('comes back with full jitter: at most twice as late each time, never later than 30 s', async () => {
    bench.random = 0.999;
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const before = bench.sockets.length;
      bench.last.does('error');
      bench.last.does('close');
      let ms = 0;
      for (; bench.sockets.length === before; ms += 500) await bench.clock.advance(500);
      waits.push(ms);
    }
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    bench.random = 0;
    bench.last.does('close');
    await bench.clock.advance(0);
    assert.equal(bench.sockets.length, 10, 'and perhaps at once');
  });

  it('waits a minute or two where it was refused, or has no keys or no address', async () => {
    const refusals = [
      async () => {
        bench.last.does('open');
        bench.last.says({ kind: 'lost', refused: true });
      },
      async () => {
        bench.line.dispose();
        bench = new Bench({ login: () => Promise.reject(new Error('no keys')) });
        bench.last.does('open');
        await settled();
      },
    ];
    for (const refuse of refusals) {
      await refuse();
      await bench.clock.advance(59_000);
      assert.equal(bench.sockets.length, 1);
      await bench.clock.advance(61_000);
      assert.ok(FakeSocket.all.length > 1);
    }
    bench.line.dispose();
    bench = new Bench({ url: 'bad' });
    assert.equal(bench.sockets.length, 0);
  });

  it('opens the next before the old one goes, and leaves the old one when nothing is missed by that', async () => {
    await bench.settle();
    const [first] = bench.sockets as [FakeSocket];
    first.says({ kind: 'moving' }, { kind: 'moving' });
    assert.equal(bench.sockets.length, 2);
    const second = bench.last;
    second.does('open');
    await settled();
    second.says(ack, ack, data('fast'));
    first.says(data('slow'));
    assert.deepEqual([first.closed, bench.line.isFresh('slow')], [false, true]);
    second.says(data('slow'));
    assert.deepEqual([first.closed, second.closed, bench.line.isFresh('slow')], [true, false, true]);
    assert.equal(bench.settledCount, 2);
  });

  it('is made again at once after sleep or on another network, in one more socket and no others', async () => {
    await bench.settle();
    bench.line.renew();
    bench.line.renew();
    assert.equal(bench.sockets.length, 2);
    await bench.settle();
    assert.deepEqual(
      bench.sockets.map(({ closed }) => closed),
      [true, false],
    );
    bench.last.does('close');
    bench.line.renew();
    assert.equal(bench.sockets.length, 2, 'what is lost has its own wait');
  });

  it('goes on with the next one when the old one goes too early, and opens another when the next one fails', async () => {
    await bench.settle();
    const [first] = bench.sockets as [FakeSocket];
    first.says({ kind: 'moving' });
    bench.last.does('error');
    await bench.clock.advance(1_000);
    assert.deepEqual([first.closed, bench.sockets.length], [false, 3]);
    first.does('close');
    await bench.clock.advance(2_000);
    assert.equal(bench.sockets.length, 3, 'one is enough');
    await bench.settle();
    assert.ok(bench.line.isFresh('fast'));
  });

  it('changes its topics without a gap, and nothing for the same ones', async () => {
    await bench.settle();
    bench.line.change(bench.spec());
    assert.equal(bench.sockets.length, 1);
    bench.line.change(bench.spec({ topics: new Map([['fast', 15_000]]), subscribe: ['other'] }));
    assert.ok(bench.line.isFresh('fast'));
    bench.last.does('open');
    await settled();
    assert.deepEqual(bench.last.sent, ['other']);
    bench.last.says(ack, data('fast'));
    assert.deepEqual(
      bench.sockets.map(({ closed }) => closed),
      [true, false],
    );
  });

  it('has no timer and no socket after its end', async () => {
    await bench.settle();
    bench.last.says({ kind: 'moving' });
    bench.line.dispose();
    await bench.clock.advance(0);
    assert.equal(bench.clock.sleeping, 0);
    bench.sockets[0]!.does('close');
    bench.sockets[0]!.says(data('fast'));
    await bench.clock.advance(60_000);
    assert.equal(bench.sockets.length, 2);
  });

  it('ends up in one settled socket, whatever happens in whatever order', async () => {
    const event = fc.record({
      socket: fc.nat(5),
      what: fc.constantFrom('open', 'close', 'error', 'ack', 'fast', 'slow', 'moving', 'lost', 'refused', 'garbage', 'pong', 'wait'),
    });
    await holds(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const one = new Bench();
        for (const { socket, what } of events) {
          const on = one.sockets[socket % one.sockets.length]!;
          if (what === 'open' || what === 'close' || what === 'error') on.does(what);
          else if (what === 'ack') on.says(ack);
          else if (what === 'moving') on.says({ kind: 'moving' });
          else if (what === 'lost' || what === 'refused') on.says({ kind: 'lost', refused: what === 'refused' });
          else if (what === 'garbage') on.saysText('{');
          else if (what === 'pong') on.saysText('pong');
          else if (what === 'wait') await one.clock.advance(4_000);
          else on.says(data(what));
          assert.ok(one.sockets.filter(({ closed }) => !closed).length <= 2);
        }
        // From now on the venue behaves.
        const opened = new Set<FakeSocket>();
        for (let at = 0; at < 300; at += 5) {
          for (const socket of one.sockets.filter(({ closed }) => !closed)) {
            if (!opened.has(socket) && socket.sent.length === 0) socket.does('open');
            opened.add(socket);
            socket.says(ack, ack, data('fast'), data('slow'));
          }
          await one.clock.advance(5_000);
        }
        assert.deepEqual([one.line.isFresh('fast'), one.line.isFresh('slow')], [true, true]);
        assert.equal(one.sockets.filter(({ closed }) => !closed).length, 1);
        one.line.dispose();
        await one.clock.advance(0);
        assert.equal(one.clock.sleeping, 0);
      }),
    );
  });
});
