import { isDecimal, isPositive, one, type Decimal } from '../../core/decimal.ts';
import { announcedTime, mayBeTold, type StreamOptions } from '../kit/stream.ts';
import type { Heard, LineSpec, StreamEvent, StreamSource } from '../streams.ts';
import { venue } from './codes.ts';
import { loginMessage } from './sign.ts';

interface Hosts {
  readonly public?: string;
  readonly private?: string;
  /** Where maintenance is told. */
  readonly status?: string;
}

const regional = (host: string): Hosts => ({ public: host, private: host });
const whole = (host: string): Hosts => ({ ...regional(host), status: host });
const main = 'stream.bybit.com';

/**
 * Bybit's official addresses, by site; a site without documented ones has none. Sources: https://bybit-exchange.github.io/docs/v5/ws/connect,
 * https://bybit-exchange.github.io/docs/v5/demo and https://bybit-exchange.github.io/docs/v5/websocket/system/system-status, July 2026.
 */
const hosts: Readonly<Record<string, Hosts>> = {
  global: whole(main),
  eu: { status: 'stream.bybit.eu' },
  tr: regional('stream.bybit.tr'),
  kz: regional('stream.bybit.kz'),
  ge: regional('stream.bybitgeorgia.ge'),
  id: regional('stream.bybit.id'),
  jp: regional('stream.manepa.jp'),
  testnet: whole('stream-testnet.bybit.com'),
  // Prices of the demo are those of the real market.
  demo: { public: main, private: 'stream-demo.bybit.com' },
};

const ping = { text: '{"op":"ping"}', everyMs: 20_000 } as const;
/** Tickers come ten times a second where there is anything to tell; a market that is quiet for longer is asked about. Milliseconds. */
const tickerMs = 15_000;
const quote = 'USDT';

type Row = Readonly<Record<string, unknown>>;
type Reader = LineSpec['reader'];

export function bybitStreams({ site, origin, keys, now }: StreamOptions): StreamSource | undefined {
  const found = site.simulated ? whole('') : hosts[site.id];
  if (found === undefined) return undefined;
  const base = (host: string): string => (site.simulated ? origin.replace(/^http/, 'ws') : `wss://${host}`);
  const line = (host: string, path: string, topics: readonly string[], limitMs: number | undefined, reader: Reader): LineSpec => ({
    url: `${base(host)}/v5/${path}`,
    topics: new Map(topics.map((topic) => [topic, limitMs])),
    // One each: a request with one topic that is not there subscribes none.
    subscribe: topics.map((topic) => JSON.stringify({ op: 'subscribe', args: [topic] })),
    ping,
    reader,
  });
  const { public: open, private: own, status } = found;
  return {
    venue,
    publicLines: (coins, positions) => {
      // Snapshot.prices come from the spot market; its own coin is one there.
      const symbols = coins.filter((coin) => coin !== quote).map((coin) => `${coin}${quote}`);
      const tickers = (market: string, names: readonly string[]): readonly LineSpec[] => {
        const topics = names.map((name) => `tickers.${name}`);
        const latest = new Map<string, number>();
        return open === undefined || topics.length === 0
          ? []
          : [line(open, `public/${market}`, topics, tickerMs, () => tickerReader(market, latest, now))];
      };
      const instruments = (market: string): readonly string[] => [
        ...new Set(positions.filter((one) => one.market === market).map(({ instrument }) => instrument)),
      ];
      return [
        ...tickers('spot', symbols),
        ...['linear', 'inverse'].flatMap((market) => tickers(market, instruments(market))),
        ...(status === undefined ? [] : [line(status, 'public/misc/status', ['system.status'], undefined, () => maintenance)]),
      ];
    },
    ...(own === undefined
      ? {}
      : {
          privateLine: () => ({
            ...line(own, 'private', ['position', 'wallet'], undefined, accountReader),
            login: async () => loginMessage(await keys(), now()),
          }),
        }),
  };
}

interface Told {
  readonly topic: string;
  readonly type: unknown;
  readonly ts: unknown;
  readonly data: unknown;
}

/** What is no data: acknowledgements, the login, and pongs, which public and private lines word in different ways. */
function opened(text: string, isPrivate = false): readonly Heard[] | Told {
  const { op, success, topic, type, ts, data } = JSON.parse(text) as Row;
  if (typeof topic === 'string') return { topic, type, ts, data };
  switch (op) {
    case 'auth':
      return [success === true ? { kind: 'loggedIn' } : { kind: 'lost', refused: true }];
    case 'subscribe':
      // Of prices that Bybit has not, the silence tells. What is private may be silent for days.
      return [isPrivate && success !== true ? { kind: 'lost', refused: true } : { kind: 'ack' }];
    case 'unsubscribe':
      return [{ kind: 'lost', refused: false }];
    case 'ping':
    case 'pong':
      return [];
    default:
      throw new TypeError('neither an operation nor a topic');
  }
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const isPrice = (price: unknown): price is Decimal => typeof price === 'string' && isDecimal(price) && isPositive(price);

/** @param latest the venue's time of what each topic told last, over whichever connection */
function tickerReader(market: string, latest: Map<string, number>, now: StreamOptions['now']): (text: string) => readonly Heard[] {
  const merged = new Map<string, Row>();
  return (text) => {
    const told = opened(text);
    if (!('topic' in told)) return told;
    const { topic, type, ts, data } = told;
    if (!isRow(data) || !mayBeTold(ts, now())) throw new TypeError('no ticker');
    const before = latest.get(topic) ?? 0;
    // What a change is to be merged with has not come yet, or has gone by.
    if (ts < before || (type === 'delta' && !merged.has(topic))) return [];
    const ticker = type === 'delta' ? { ...merged.get(topic), ...data } : data;
    const { symbol, lastPrice, markPrice } = ticker;
    const price = market === 'spot' ? lastPrice : markPrice;
    if (`tickers.${String(symbol)}` !== topic || typeof symbol !== 'string' || !isPrice(price)) throw new TypeError('no price');
    merged.set(topic, ticker);
    latest.set(topic, ts);
    const events: readonly StreamEvent[] =
      market === 'spot'
        ? [
            { kind: 'price', coin: symbol.slice(0, -quote.length), price },
            { kind: 'price', coin: quote, price: one },
          ]
        : [{ kind: 'mark', instrument: symbol, price }];
    return [{ kind: 'data', events, ...(ts > before ? { topic } : {}) }];
  };
}

/** Source: https://bybit-exchange.github.io/docs/v5/websocket/system/system-status */
function maintenance(text: string): readonly Heard[] {
  const told = opened(text);
  if (!('topic' in told)) return told;
  if (!Array.isArray(told.data)) throw new TypeError('no list');
  const events = told.data.filter(isRow).map(({ id, state, begin, end }): StreamEvent => {
    const isOver = state === 'completed' || state === 'canceled' || state === 'cancelled';
    return { kind: 'maintenance', id: String(id), isOver, begin: announcedTime(begin), end: announcedTime(end) };
  });
  return [{ kind: 'data', events }];
}

/** What tells that a position is another one than before: Bybit pushes it with every order, whether or not anything has changed. */
const telling = ['side', 'size', 'entryPrice', 'leverage', 'positionBalance', 'liqPrice', 'positionStatus'];

function accountReader(): (text: string) => readonly Heard[] {
  const known = new Map<string, string>();
  return (text) => {
    const told = opened(text, true);
    if (!('topic' in told)) return told;
    if (told.topic === 'wallet') return [{ kind: 'data', events: [{ kind: 'account', what: 'balance' }] }];
    if (!Array.isArray(told.data)) throw new TypeError('no list');
    const changed = told.data.filter(isRow).filter((row) => {
      const [name, now] = [
        JSON.stringify([row['category'], row['symbol'], row['positionIdx']]),
        JSON.stringify(telling.map((field) => row[field])),
      ];
      const isSame = known.get(name) === now;
      known.set(name, now);
      return !isSame;
    });
    const what = changed.some((row) => row['positionStatus'] === 'Liq') ? 'liquidation' : 'position';
    return changed.length === 0 ? [] : [{ kind: 'data', events: [{ kind: 'account', what }] }];
  };
}
