// Frames of the venues' sockets, and what else could come over them: no price that was not told, and what comes right later is heard.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExchangeError } from '../../../src/core/errors.ts';
import { msg } from '../../../src/core/message.ts';
import { siteOf, Streams } from '../../../src/engine/prices/streams.ts';
import { bybitStreams } from '../../../src/exchanges/bybit/stream.ts';
import { okxStreams } from '../../../src/exchanges/okx/stream.ts';
import type { Heard, LineSpec, Maintenance, StreamSource } from '../../../src/exchanges/streams.ts';
import { FakeClock } from '../core/fake-clock.ts';
import { holds } from '../property.ts';
import { anAccount } from '../views/gauge-scenes.ts';
import { damaged, damagedText, jsonGarbage } from './garbage.ts';

const now = Date.UTC(2026, 10, 30);
const options = {
  site: { id: 'global', simulated: false },
  origin: 'https://example.com',
  keys: () => Promise.reject(new Error('none')),
  now: () => now,
};

interface Line {
  readonly spec: LineSpec;
  /** A frame with a price, as the venue words it. */
  readonly frame: (price: string, ts: number) => object;
  /** All other frames that come. */
  readonly others: readonly object[];
}

const line = (source: StreamSource | undefined, url: RegExp): LineSpec =>
  [...(source?.publicLines(['BTC'], [{ instrument: 'BTCUSDT', market: 'linear' }]) ?? []), source?.privateLine?.()].find((spec) =>
    url.test(spec?.url ?? ''),
  )!;

const news = { topic: 'system.status', data: [{ id: '1', state: 'ongoing', begin: now - 1, end: '', title: 'x' }] };
const status = {
  arg: { channel: 'status' },
  data: [{ title: 'x', serviceType: '5', state: 'ongoing', begin: String(now - 1), end: '', env: '1' }],
};

/** Made anew for each run: a line remembers what it was told. */
const lines: Readonly<Record<string, () => Line>> = {
  'OKX prices': () => ({
    spec: line(okxStreams(options), /public/),
    frame: (idxPx, ts) => ({
      arg: { channel: 'index-tickers', instId: 'BTC-USD' },
      data: [{ instId: 'BTC-USD', idxPx, ts: ts.toString() }],
    }),
    others: [
      { event: 'subscribe', arg: { channel: 'status' } },
      { event: 'notice', code: '64008' },
      { event: 'error', code: '60018' },
      status,
    ],
  }),
  'Bybit prices': () => ({
    spec: line(bybitStreams(options), /spot/),
    frame: (lastPrice, ts) => ({ topic: 'tickers.BTCUSDT', type: 'snapshot', ts, data: { symbol: 'BTCUSDT', lastPrice } }),
    others: [
      { topic: 'tickers.BTCUSDT', type: 'delta', ts: now - 3, data: { symbol: 'BTCUSDT', turnover24h: '1' } },
      { op: 'pong' },
      { op: 'subscribe', success: true },
    ],
  }),
  'Bybit mark prices': () => ({
    spec: line(bybitStreams(options), /linear/),
    frame: (markPrice, ts) => ({ topic: 'tickers.BTCUSDT', type: 'snapshot', ts, data: { symbol: 'BTCUSDT', markPrice } }),
    others: [{ success: true, op: 'subscribe' }],
  }),
  'Bybit maintenance': () => ({ spec: line(bybitStreams(options), /status/), frame: () => news, others: [news] }),
  'OKX account': () => ({
    spec: line(okxStreams(options), /private/),
    frame: () => ({ arg: { channel: 'positions' }, eventType: 'event_update', data: [{ posId: '1' }] }),
    others: [
      { event: 'login', code: '0' },
      { arg: { channel: 'liquidation-warning' }, data: [{}] },
      { arg: { channel: 'balance_and_position' }, data: [{ eventType: 'snapshot' }] },
    ],
  }),
  'Bybit account': () => ({
    spec: line(bybitStreams(options), /private/),
    frame: () => ({ topic: 'wallet', data: [{}] }),
    others: [
      { op: 'auth', success: true },
      { topic: 'position', data: [{ category: 'linear', symbol: 'BTCUSDT', positionIdx: 0, size: '1' }] },
    ],
  }),
};

/** As a connection does with what isn't understood. */
function heardBy(read: (text: string) => readonly Heard[], text: string): readonly Heard[] {
  try {
    return read(text);
  } catch {
    return [];
  }
}

/** Every text in a frame, wherever it stands. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];

const account = anAccount();

/** What an account that can't be reached is told to be, whatever was announced. */
async function explained(all: readonly Maintenance[]): Promise<string> {
  const clock = new FakeClock();
  const streams = new Streams({
    ...{
      connections: { get: () => Promise.reject(new Error('none')) },
      clock,
      random: () => 0,
      nudge: () => undefined,
      trace: () => undefined,
    },
    ...{ reader: { pass: () => Promise.resolve(undefined), keepPrices: () => undefined }, WebSocket: undefined as never },
  });
  streams.want(new Map([[siteOf(account), { accounts: ['main'], coins: [], positions: [], holders: [] }]]));
  streams.note(
    siteOf(account),
    all.map((one) => ({ ...one, begin: one.begin - now + clock.now(), isOver: false })),
  );
  const error = new ExchangeError({ kind: 'network', sentence: msg('term.unknown', 'unknown'), effect: 'none' });
  const { kind } = streams.explain(account, error);
  streams.dispose();
  return Promise.resolve(kind);
}

for (const [name, made] of Object.entries(lines)) {
  describe(`${name} over a socket`, () => {
    const { frame, others } = made();
    const frames = [frame('60000.5', now - 2), ...others];
    const broken = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...frames).chain((one) => damaged(one).map((value) => JSON.stringify(value))) },
      fc.constantFrom(...frames).chain((one) => damagedText(JSON.stringify(one))),
      jsonGarbage.map((value) => JSON.stringify(value)),
      fc.string(),
    );

    it('tell nothing that was not told, whatever comes, and what comes right later is heard', async () => {
      const told: Maintenance[] = [];
      holds(
        fc.property(fc.array(broken, { maxLength: 6 }), (texts) => {
          const { spec, frame: whole } = made();
          const read = spec.reader();
          heardBy(read, JSON.stringify(whole('60000.5', now - 2)));
          for (const text of texts) {
            for (const heard of heardBy(read, text)) {
              for (const event of heard.kind === 'data' ? heard.events : []) {
                if (event.kind === 'maintenance') told.push(event);
                // One dollar is a dollar of what Bybit quotes in.
                if (event.kind !== 'price' && event.kind !== 'mark') continue;
                const isMerged = text.includes('delta') && event.price === '60000.5';
                assert.ok(event.price === '1' || isMerged || textsIn(JSON.parse(text)).includes(event.price), `${event.price} in ${text}`);
                assert.ok(/^\d+(\.\d+)?$/.test(event.price) && Number(event.price) > 0);
                // Of what the frame itself is about.
                const { arg, topic } = JSON.parse(text) as { readonly arg?: { readonly instId?: unknown }; readonly topic?: unknown };
                const of = event.kind === 'price' ? event.coin : event.instrument;
                assert.ok(of === 'USDT' || String(arg?.instId ?? topic).includes(of), `${of} in ${text}`);
              }
            }
          }
          const last = heardBy(read, JSON.stringify(whole('61234.5', now + 60_000)));
          assert.ok(
            last.some(({ kind }) => kind === 'data'),
            `deaf after ${texts.join('\n')}`,
          );
          if (name.includes('prices')) assert.ok(JSON.stringify(last).includes('61234.5') && last.some((one) => 'topic' in one));
        }),
        { numRuns: 4_000 },
      );
      for (const one of told.slice(0, 200)) assert.match(await explained([one]), /network|maintenance/);
    });
  });
}

describe('A frame of a socket', () => {
  it('that is dated far ahead does not make all later ones look old', () => {
    for (const made of Object.values(lines).slice(0, 3)) {
      const { spec, frame } = made();
      const read = spec.reader();
      assert.deepEqual(heardBy(read, JSON.stringify(frame('1', now + 3_600_000))), []);
      assert.match(JSON.stringify(heardBy(read, JSON.stringify(frame('2', now)))), /"2"/);
    }
  });

  it('that announces an end no calendar knows leaves the end unknown', async () => {
    for (const end of [9e15, -1, '9e15', 'soon', {}]) {
      const [heard] = lines['Bybit maintenance']!().spec.reader()(JSON.stringify({ ...news, data: [{ ...news.data[0], end }] }));
      assert.ok(heard?.kind === 'data');
      assert.equal(await explained(heard.events as readonly Maintenance[]), 'maintenance');
    }
  });
});
