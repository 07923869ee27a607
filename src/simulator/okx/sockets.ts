import { createHmac, randomBytes } from 'node:crypto';
import { sameText } from '../request.ts';
import type { Client, SocketVenue, Talk, Topic } from '../sockets.ts';
import type { Key } from './auth.ts';
import { coins } from './coins.ts';
import { findInstrument, pricesOf } from './instruments.ts';
import { describe } from './positions.ts';
import { uid } from './wallet.ts';
import type { World } from './world.ts';

interface Arg {
  readonly channel?: unknown;
  readonly instId?: unknown;
  readonly instType?: unknown;
  readonly extraParams?: unknown;
}

const refused = (code: string, msg: string, connId: string): string => JSON.stringify({ event: 'error', code, msg, connId });

/** The sockets of the simulated OKX. Source: https://www.okx.com/docs-v5/en/#overview-websocket */
export function okxSockets(world: World, keys: readonly Key[], serverTime: () => number): SocketVenue {
  return {
    advance: () => {
      world.advance();
    },
    at: (path, address) => {
      const kind = /^\/ws\/v5\/(public|private)$/.exec(path)?.[1];
      return kind === undefined ? undefined : talk(world, keys, serverTime, kind === 'private' ? address : undefined);
    },
  };
}

/** @param address of a private line's client */
function talk(world: World, keys: readonly Key[], serverTime: () => number, address: string | undefined): Talk {
  const connId = randomBytes(4).toString('hex');
  const login = (args: unknown, client: Client): string => {
    const { apiKey, passphrase, timestamp, sign } = ((args as unknown[] | undefined)?.[0] ?? {}) as Record<string, unknown>;
    const [key, at] = [keys.find((one) => one.apiKey === apiKey), Number(timestamp) * 1000];
    if (typeof timestamp !== 'string' || !/^\d{10}$/.test(timestamp)) return refused('60004', 'Invalid timestamp', connId);
    if (serverTime() - at > 30_000) return refused('60006', 'Timestamp request expired', connId);
    if (key === undefined) return refused('60005', 'Invalid apiKey', connId);
    if (key.passphrase !== passphrase) return refused('60024', 'Wrong passphrase', connId);
    if (typeof sign !== 'string' || !sameText(sign, signature(key, timestamp))) return refused('60007', 'Invalid sign', connId);
    if (key.ip !== '' && !key.ip.split(',').includes(address ?? '')) return refused('60009', 'Login failed.', connId);
    client.key = key.apiKey;
    return JSON.stringify({ event: 'login', code: '0', msg: '', connId });
  };
  const subscribe = (arg: Arg, client: Client): void => {
    const { channel, instId } = arg;
    const topic = address === undefined ? publicTopic(world, serverTime, arg) : client.key === '' ? undefined : privateTopic(world, arg);
    if (topic === undefined) {
      client.say(refused(address !== undefined && client.key === '' ? '60011' : '60018', 'Wrong channel, or log in first', connId));
      return;
    }
    client.say(JSON.stringify({ event: 'subscribe', arg, connId }));
    client.subscriptions.set([channel, instId].filter((part) => typeof part === 'string').join(' '), { topic });
    if (address !== undefined) client.say(JSON.stringify({ event: 'channel-conn-count', channel, connCount: '1', connId }));
  };
  return {
    hear: (text, client) => {
      if (text === 'ping') {
        client.say('pong');
        return;
      }
      const { op, args } = parsed(text);
      if (op === 'login') client.say(login(args, client));
      else if (op === 'subscribe' && Array.isArray(args)) for (const arg of args) subscribe(arg as Arg, client);
      else client.say(refused('60012', `Invalid request: ${text.slice(0, 100)}`, connId));
    },
    turnedAway: () =>
      address === undefined
        ? JSON.stringify({ event: 'unsubscribe', arg: {}, connId })
        : JSON.stringify({ event: 'channel-conn-count-error', channel: 'positions', connCount: '30', connId }),
    notice: () =>
      JSON.stringify({
        event: 'notice',
        code: '64008',
        msg: 'The connection will soon be closed for a service upgrade. Please reconnect.',
        connId,
      }),
  };
}

function parsed(text: string): { readonly op?: unknown; readonly args?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}

function signature({ secret }: Key, timestamp: string): string {
  return createHmac('sha256', secret).update(`${timestamp}GET/users/self/verify`).digest('base64');
}

/** An index is told again once a minute, a mark price every ten seconds. */
function publicTopic(world: World, serverTime: () => number, arg: Arg): Topic | undefined {
  const { channel, instId } = arg;
  const { market } = world;
  if (channel === 'status') {
    const told = (): unknown => ({ arg, data: [{ ...world.maintenance, ts: serverTime().toString() }] });
    return { now: () => world.maintenance && { key: JSON.stringify(world.maintenance), message: told } };
  }
  if (typeof instId !== 'string') return undefined;
  const topic = (againMs: number, field: string, now: () => string): Topic => ({
    againMs,
    now: () => {
      const price = now();
      return { key: price, message: () => ({ arg, data: [{ instId, [field]: price, ts: serverTime().toString() }] }) };
    },
  });
  const [base = '', quote = '', more] = instId.split('-');
  if (channel === 'index-tickers' && more === undefined && quote === 'USD' && coins.some(({ ccy }) => ccy === base)) {
    return topic(60_000, 'idxPx', () => market.price(base));
  }
  const instrument = findInstrument(instId);
  return channel === 'mark-price' && instrument !== undefined
    ? topic(10_000, 'markPx', () => pricesOf(instrument, market).mark)
    : undefined;
}

function privateTopic(world: World, arg: Arg): Topic | undefined {
  const { trading } = world;
  const data = (of: Topic['now']): Topic => ({ now: of });
  const pushed = (eventType: string, rows: unknown): unknown => ({
    arg: { ...arg, uid },
    eventType,
    curPage: 1,
    lastPage: true,
    data: rows,
  });
  switch (arg.channel) {
    case 'positions':
      return data(() => ({
        key: JSON.stringify(trading.state().positions),
        message: (last) =>
          pushed(
            last === undefined ? 'snapshot' : 'event_update',
            trading.quotes().map((quote) => describe(quote, world)),
          ),
      }));
    case 'balance_and_position':
      return data(() => ({
        key: JSON.stringify(trading.wallet),
        message: (last) => ({
          arg: { ...arg, uid },
          data: [
            {
              pTime: '0',
              eventType: last === undefined ? 'snapshot' : 'adjust_margin',
              balData: trading.wallet.map(({ ccy, amt }) => ({ ccy, cashBal: amt })),
              posData: [],
            },
          ],
        }),
      }));
    case 'liquidation-warning':
      // Told for positions close to their end.
      return data(() => {
        const near = trading.quotes().filter(({ figures }) => Number(figures.mgnRatio) <= warnedBelow);
        if (near.length === 0) return undefined;
        return {
          key: near.map(({ position }) => position.posId).join(),
          message: () => ({ arg: { ...arg, uid }, data: near.map((quote) => describe(quote, world)) }),
        };
      });
    default:
      return undefined;
  }
}

/** Maintenance ratio; liquidation comes at 1. */
const warnedBelow = 3;
