import { createHmac, randomBytes } from 'node:crypto';
import { divide, withPlaces } from '../../core/decimal.ts';
import { sameText } from '../request.ts';
import type { Client, SocketVenue, Talk, Topic } from '../sockets.ts';
import type { Key } from './auth.ts';
import { coins } from './coins.ts';
import { findContract, indexPrice, markPrice } from './instruments.ts';
import { row } from './positions.ts';
import { contractOf } from './trading.ts';
import type { World } from './world.ts';

const kinds = ['public/spot', 'public/linear', 'public/inverse', 'public/misc/status', 'private'] as const;
type Kind = (typeof kinds)[number];

/** The sockets of the simulated Bybit. Source: https://bybit-exchange.github.io/docs/v5/ws/connect */
export function bybitSockets(world: World, keys: readonly Key[], serverTime: () => number): SocketVenue {
  return {
    advance: () => {
      world.advance();
    },
    at: (path, address) => {
      const kind = kinds.find((one) => path === `/v5/${one}`);
      return kind === undefined ? undefined : talk(world, keys, serverTime, kind, address);
    },
  };
}

function talk(world: World, keys: readonly Key[], serverTime: () => number, kind: Kind, address: string): Talk {
  const conn_id = randomBytes(8).toString('hex');
  const said = (op: string, success: boolean, ret_msg = ''): string => JSON.stringify({ success, ret_msg, op, conn_id });
  const isAuthentic = ([apiKey, expires, sign]: readonly unknown[], client: Client): boolean => {
    const key = keys.find((one) => one.apiKey === apiKey);
    const anywhere = key === undefined || key.ips.length === 0 || key.ips.includes('*') || key.ips.includes(address);
    if (key === undefined || !anywhere || typeof expires !== 'number' || expires <= serverTime() || typeof sign !== 'string') return false;
    const expected = createHmac('sha256', key.secret).update(`GET/realtime${expires.toString()}`).digest('hex');
    if (!sameText(sign, expected)) return false;
    client.key = key.apiKey;
    return true;
  };
  const subscribe = (names: readonly unknown[], client: Client): string => {
    const topics = names.map((name) => [String(name), topicOf(world, serverTime, kind, String(name))] as const);
    const isLoggedIn = kind !== 'private' || client.key !== '';
    // One that is not there spoils the request.
    const odd = topics.find(([, topic]) => topic === undefined);
    if (odd !== undefined || !isLoggedIn)
      return said('subscribe', false, isLoggedIn ? `Invalid symbol :[${odd?.[0] ?? ''}]` : 'Request not authorized');
    for (const [name, topic] of topics) if (topic !== undefined) client.subscriptions.set(name, { topic });
    return said('subscribe', true, kind === 'public/spot' ? 'subscribe' : '');
  };
  return {
    hear: (text, client) => {
      const { op, args } = parsed(text);
      const given = Array.isArray(args) ? args : [];
      if (op === 'ping') {
        client.say(
          kind === 'private' ? JSON.stringify({ op: 'pong', args: [serverTime().toString()], conn_id }) : said('ping', true, 'pong'),
        );
      } else if (op === 'auth' && kind === 'private') client.say(said('auth', isAuthentic(given, client)));
      else if (op === 'subscribe') client.say(subscribe(given, client));
      else client.say(said('', false, 'Invalid op'));
    },
    turnedAway: () => said('unsubscribe', true),
  };
}

function parsed(text: string): { readonly op?: unknown; readonly args?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}

function topicOf(world: World, serverTime: () => number, kind: Kind, name: string): Topic | undefined {
  const symbol = /^tickers\.(.+)$/.exec(name)?.[1];
  if (symbol !== undefined)
    return kind === 'public/spot' ? spotTicker(world, serverTime, symbol) : contractTicker(world, serverTime, kind, symbol);
  const told = (now: () => readonly unknown[], key: () => unknown = now): Topic => ({
    now: () => ({
      key: JSON.stringify(key()),
      message: () => ({ id: randomBytes(8).toString('hex'), topic: name, creationTime: serverTime(), data: now() }),
    }),
  });
  if (kind === 'public/misc/status' && name === 'system.status') {
    return {
      now: () =>
        world.maintenance && {
          key: JSON.stringify(world.maintenance),
          message: () => ({ topic: name, ts: serverTime(), data: [world.maintenance] }),
        },
    };
  }
  if (kind !== 'private') return undefined;
  if (name === 'position') {
    return quietAtFirst(
      told(
        () => world.trading.positions.map((one) => positionOf(world, one)),
        () => world.trading.positions,
      ),
    );
  }
  return name === 'wallet'
    ? quietAtFirst(
        told(() => [{ accountType: 'UNIFIED', coin: world.trading.coins.map(({ ccy, amt }) => ({ coin: ccy, walletBalance: amt })) }]),
      )
    : undefined;
}

/** As the stream calls it: what is the average price in an answer is the entry price here. */
function positionOf(world: World, held: World['trading']['positions'][number]): Record<string, unknown> {
  const contract = contractOf(held);
  const { avgPrice, ...rest } = row(world, contract, held.positionIdx);
  return { category: contract.category, entryPrice: avgPrice, ...rest };
}

/** How things are when it is subscribed is not told. */
function quietAtFirst(topic: Topic): Topic {
  const before = topic.now()?.key;
  let isTold = false;
  return {
    now: () => {
      const told = topic.now();
      isTold ||= told?.key !== before;
      return isTold ? told : undefined;
    },
  };
}

function spotTicker({ market }: World, serverTime: () => number, symbol: string): Topic | undefined {
  const coin = coins.find(({ ccy }) => `${ccy}USDT` === symbol);
  if (coin === undefined || coin.ccy === 'USDT') return undefined;
  return {
    againMs,
    now: () => {
      const lastPrice = divide(market.price(coin.ccy), market.price('USDT'), coin.pricePlaces, 'half-up');
      return {
        key: lastPrice,
        message: () => ({ topic: `tickers.${symbol}`, ts: serverTime(), type: 'snapshot', cs: serverTime(), data: { symbol, lastPrice } }),
      };
    },
  };
}

/** A busy market has always something to tell. */
const againMs = 1_000;

/** Everything once, and then what is another than before. */
function contractTicker({ market }: World, serverTime: () => number, kind: Kind, symbol: string): Topic | undefined {
  const contract = findContract(symbol);
  if (contract === undefined || kind !== `public/${contract.category}`) return undefined;
  return {
    againMs,
    now: () => {
      const [index, mark] = [indexPrice(contract, market), markPrice(contract, market)].map((price) => withPlaces(price, contract.places));
      const data = { symbol, lastPrice: mark, indexPrice: index, markPrice: mark, fundingRate: contract.premium };
      const message = (last: string | undefined): unknown => ({
        topic: `tickers.${symbol}`,
        type: last === undefined ? 'snapshot' : 'delta',
        cs: serverTime(),
        ts: serverTime(),
        data: last === undefined ? data : last === JSON.stringify(data) ? { symbol, bid1Price: index } : data,
      });
      return { key: JSON.stringify(data), message };
    },
  };
}
