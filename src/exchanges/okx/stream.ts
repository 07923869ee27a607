import { isDecimal, isPositive, type Decimal } from '../../core/decimal.ts';
import { announcedTime, mayBeTold, type StreamOptions } from '../kit/stream.ts';
import type { Heard, LineSpec, Maintenance, StreamEvent, StreamSource } from '../streams.ts';
import { venue } from './codes.ts';
import { loginMessage } from './sign.ts';

/**
 * OKX's official addresses, by site. Sources: https://www.okx.com/docs-v5/en/#overview-production-trading-services and
 * #overview-demo-trading-services; the EEA and US hosts from OKX's own SDKs.
 */
const hosts: Readonly<Record<string, string>> = {
  global: 'ws.okx.com',
  eea: 'wseea.okx.com',
  us: 'wsus.okx.com',
  'global-demo': 'wspap.okx.com',
  'eea-demo': 'wseeapap.okx.com',
  'us-demo': 'wsuspap.okx.com',
};

/** Text on both ways, every 25 s: after 30 s of silence OKX hangs up. Source: https://www.okx.com/docs-v5/en/#overview-websocket-connect */
const ping = { text: 'ping', everyMs: 25_000 } as const;
/** OKX pushes an index at least once a minute and a mark price every ten seconds, changed or not. Milliseconds, with some room. */
const limits = { 'index-tickers': 65_000, 'mark-price': 15_000 } as const;

const status: Arg = { channel: 'status' };

type Row = Readonly<Record<string, unknown>>;

interface Arg {
  readonly channel: string;
  readonly instId?: string;
  readonly instType?: string;
  readonly extraParams?: string;
}

export function okxStreams({ site, origin, keys, now }: StreamOptions): StreamSource | undefined {
  const host = hosts[site.id];
  const base = site.simulated ? origin.replace(/^http/, 'ws') : host === undefined ? undefined : `wss://${host}:8443`;
  if (base === undefined) return undefined;
  const env = envOf(site);
  const line = (kind: 'public' | 'private', args: readonly Arg[]): LineSpec => {
    const latest = new Map<string, number>();
    return {
      url: `${base}/ws/v5/${kind}`,
      topics: new Map(args.map((arg) => [topicOf(arg), kind === 'public' ? limits[arg.channel as keyof typeof limits] : undefined])),
      subscribe: [args.filter((arg) => arg !== status), args.filter((arg) => arg === status)]
        .filter(({ length }) => length > 0)
        .map((some) => JSON.stringify({ op: 'subscribe', args: some })),
      ping,
      reader: () => (text) => heard(text, latest, kind === 'private', env, now),
    };
  };
  return {
    venue,
    publicLines: (coins, positions) => {
      const args = [
        ...coins.map((coin) => ({ channel: 'index-tickers', instId: `${coin}-USD` })),
        ...positions.map(({ instrument }) => ({ channel: 'mark-price', instId: instrument })),
      ];
      return args.length === 0 ? [] : [line('public', [...args, status])];
    },
    privateLine: () => ({
      ...line('private', [
        // Only what happens: the regular push says what the readings say.
        { channel: 'positions', instType: 'ANY', extraParams: '{"updateInterval":"0"}' },
        { channel: 'balance_and_position' },
        { channel: 'liquidation-warning', instType: 'ANY' },
      ]),
      login: async () => loginMessage(await keys(), now()),
    }),
  };
}

const topicOf = ({ channel, instId }: Partial<Arg>): string => `${String(channel)} ${instId ?? ''}`;

/**
 * @param latest the venue's time of what each topic told last, over whichever connection
 * @param env whose maintenance counts
 */
function heard(text: string, latest: Map<string, number>, isPrivate: boolean, env: string, now: StreamOptions['now']): readonly Heard[] {
  if (text === 'pong') return [];
  const message = JSON.parse(text) as { event?: unknown; code?: unknown; arg?: Partial<Arg>; data?: unknown; eventType?: unknown };
  if (message.event !== undefined) return eventOf(message.event, message.code, isPrivate);
  const { arg, data } = message;
  if (arg === undefined || !Array.isArray(data)) throw new TypeError('neither event nor data');
  const rows = data as readonly Row[];
  const told = (what: 'position' | 'balance' | 'liquidation'): readonly Heard[] => [{ kind: 'data', events: [{ kind: 'account', what }] }];
  switch (arg.channel ?? '') {
    case 'index-tickers':
    case 'mark-price':
      return rows.flatMap((row) => priceOf(arg, row, latest, now()));
    case 'positions':
    case 'balance_and_position':
      // The first push and the regular one tell how things are, not that anything happened.
      if ((message.eventType ?? rows[0]?.['eventType']) === 'snapshot') return [];
      return told(arg.channel === 'positions' ? 'position' : 'balance');
    case 'liquidation-warning':
      return told('liquidation');
    case 'status':
      return [{ kind: 'data', events: rows.flatMap((row) => maintenanceOf(row, env)) }];
    default:
      return [];
  }
}

/** Whose maintenance counts, in OKX's words. */
export const envOf = ({ id }: StreamOptions['site']): string => (id.endsWith('-demo') ? '2' : '1');

/** Services without which accounts can't be read: trading, whole or for some accounts or products, and others. */
const services: ReadonlySet<unknown> = new Set(['5', '8', '9', '99']);

/** Source: https://www.okx.com/docs-v5/en/#status */
export function maintenanceOf({ title, serviceType, state, begin, end, env = '1' }: Row, wanted: string): readonly Maintenance[] {
  if (env !== wanted || !services.has(serviceType)) return [];
  const isOver = state === 'completed' || state === 'canceled';
  // OKX gives no id.
  const id = JSON.stringify([title, serviceType]);
  return [{ kind: 'maintenance', id, isOver, begin: announcedTime(begin), end: announcedTime(end) }];
}

function eventOf(event: unknown, code: unknown, isPrivate: boolean): readonly Heard[] {
  switch (event) {
    case 'login':
      return [code === '0' ? { kind: 'loggedIn' } : { kind: 'lost', refused: true }];
    case 'subscribe':
      return [{ kind: 'ack' }];
    case 'error':
      // Of prices that OKX has not, the others go on, and the silence tells. What is private may be silent for days.
      return [isPrivate ? { kind: 'lost', refused: true } : { kind: 'ack' }];
    case 'notice':
      return code === '64008' ? [{ kind: 'moving' }] : [];
    case 'unsubscribe':
      return [{ kind: 'lost', refused: false }];
    case 'channel-conn-count-error':
      return [{ kind: 'lost', refused: true }];
    default:
      return [];
  }
}

function priceOf(arg: Partial<Arg>, row: Row, latest: Map<string, number>, now: number): readonly Heard[] {
  const [instId, price, ts] = [row['instId'], row[arg.channel === 'mark-price' ? 'markPx' : 'idxPx'], Number(row['ts'])];
  if (typeof instId !== 'string' || instId !== arg.instId || !isPrice(price) || !mayBeTold(ts, now)) throw new TypeError('no price');
  const topic = topicOf(arg);
  const before = latest.get(topic) ?? 0;
  if (ts < before) return [];
  latest.set(topic, ts);
  const event: StreamEvent =
    arg.channel === 'mark-price'
      ? { kind: 'mark', instrument: instId, price }
      : { kind: 'price', coin: instId.replace(/-USD$/, ''), price };
  return [{ kind: 'data', events: [event], ...(ts > before ? { topic } : {}) }];
}

const isPrice = (price: unknown): price is Decimal => typeof price === 'string' && isDecimal(price) && isPositive(price);
