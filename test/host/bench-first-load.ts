// How long it takes until fifty accounts are read for the first time, in virtual time, beside the least that the exchanges' own limits allow.
// Part of `npm run bench`.
import assert from 'node:assert/strict';
import type { Account } from '../../src/core/model.ts';
import { exchanges } from '../../src/exchanges/registry.ts';
import { StateFile } from '../../src/engine/storage/state-file.ts';
import { DatabaseSync } from 'node:sqlite';
import { SimulatedVenue, venueIds, type VenueId } from '../chaos/exchange.ts';
import { Folder } from '../watch/folder.ts';
import { Market } from '../watch/market.ts';
import { Random } from '../watch/random.ts';
import { WorldTime, type OwnClock } from '../watch/time.ts';
import { SimulatedWindow } from '../watch/window.ts';
import type { Outcome } from './side-by-side.ts';

const second = 1_000;
const minute = 60 * second;
/** There and back. */
const tripMs = 200;

interface Limit {
  readonly count: number;
  readonly withinMs: number;
}

/**
 * As the exchanges document them, and not as the product has them: https://www.okx.com/docs-v5/en/ at each endpoint, by user where it is
 * signed and by address where it is not; https://bybit-exchange.github.io/docs/v5/rate-limit
 */
const documented: Readonly<Record<VenueId, Readonly<Record<string, Limit>>>> = {
  okx: {
    '/api/v5/finance/flexible-loan/loan-info': { count: 5, withinMs: 2 * second },
    '/api/v5/finance/flexible-loan/collateral-assets': { count: 5, withinMs: 2 * second },
    '/api/v5/asset/balances': { count: 6, withinMs: second },
    '/api/v5/account/config': { count: 5, withinMs: 2 * second },
    '/api/v5/account/bills': { count: 5, withinMs: second },
    '/api/v5/finance/flexible-loan/loan-history': { count: 5, withinMs: 2 * second },
    '/api/v5/finance/flexible-loan/interest-accrued': { count: 5, withinMs: 2 * second },
    '/api/v5/system/status': { count: 1, withinMs: 5 * second },
    '/api/v5/account/positions': { count: 10, withinMs: 2 * second },
    '/api/v5/market/index-tickers': { count: 20, withinMs: 2 * second },
    '/api/v5/public/instruments': { count: 20, withinMs: 2 * second },
  },
  bybit: {
    '/v5/user/query-api': { count: 10, withinMs: second },
    '/v5/account/info': { count: 50, withinMs: second },
    '/v5/position/list': { count: 50, withinMs: second },
    '/v5/market/tickers': { count: 600, withinMs: 5 * second },
  },
};
const anyBybit: Limit = { count: 5, withinMs: second };
const bybitAddress: Limit = { count: 600, withinMs: 5 * second };

interface Sent {
  readonly at: number;
  readonly venue: VenueId;
  readonly path: string;
  /** Undefined for what is asked without a key. */
  readonly account: string | undefined;
}

/** Each account is one of its own exchange, which all answer at the same address. */
function network(venues: readonly SimulatedVenue[], time: WorldTime, clock: () => OwnClock, sent: Sent[]): typeof fetch {
  return async (input, init = {}) => {
    const { origin, pathname, search } = new URL(input);
    const headers = Object.fromEntries(new Headers(init.headers));
    const key = headers['ok-access-key'] ?? headers['x-bapi-api-key'];
    const there = venues.filter(({ venue }) => venue.origin === origin);
    const found = key === undefined ? there[sent.length % there.length] : there.find(({ keys }) => keys['apiKey'] === key);
    assert.ok(found !== undefined);
    await clock().sleep(tripMs / 2);
    sent.push({ at: time.passed, venue: found.id, path: pathname, account: key });
    const request = { method: init.method ?? 'GET', target: pathname + search, headers, body: Buffer.alloc(0), address: '127.0.0.1' };
    const { outcome } = found.handle(request);
    await clock().sleep(tripMs / 2);
    if (outcome.kind !== 'answer') throw new Error(`${pathname} is not answered`);
    const { status, body, headers: more = {} } = outcome.answer;
    return new Response(body, { status, headers: { 'content-type': 'application/json', ...more } });
  };
}

/** By what the exchanges count: who, and what is asked for. */
function lines(sent: readonly Sent[]): ReadonlyMap<string, { readonly limit: Limit; readonly at: readonly number[] }> {
  const found = new Map<string, { limit: Limit; at: number[] }>();
  const count = (name: string, limit: Limit, at: number): void => {
    const line = found.get(name) ?? { limit, at: [] };
    line.at.push(at);
    found.set(name, line);
  };
  for (const { venue, path, account = 'address', at } of sent) {
    const limit = documented[venue][path] ?? (venue === 'bybit' ? anyBybit : undefined);
    assert.ok(limit !== undefined, `${path} has no limit here`);
    count(`${account} ${path}`, limit, at);
    if (venue === 'bybit') count('bybit address', bybitAddress, at);
  }
  return found;
}

const isKept = ({ count, withinMs }: Limit, at: readonly number[]): boolean =>
  at.every((one, index) => index < count || one - (at[index - count] ?? -Infinity) >= withinMs);

interface Load {
  /** Until the last account was read, whole. Milliseconds. */
  readonly tookMs: number;
  readonly sent: readonly Sent[];
}

async function load(accounts: Readonly<Partial<Record<VenueId, number>>>): Promise<Load> {
  const [time, random] = [new WorldTime(), new Random('first load')];
  const now = (): number => time.now;
  const venues = venueIds.flatMap((id) =>
    Array.from({ length: accounts[id] ?? 0 }, (_, at) => new SimulatedVenue(id, { now }, `${id} ${String(at)}`)),
  );
  const held = venues.map(({ account, keys }, at): readonly [Account, Readonly<Record<string, string>>] => [
    { ...account, id: `account${String(at)}`, name: `Account ${String(at)}`, uid: `user ${String(at)}` },
    keys,
  ]);
  const market = new Market(
    held.map(([account]) => ({ account, loans: [], positions: [] })),
    {},
    [],
  );
  const folder = new Folder([], time, random.for('folder'));
  const setUp = new StateFile(DatabaseSync, { folder: folder.path, busyMs: 0, pragmas: [] });
  for (const [account] of held) setUp.change({ do: 'add', id: account.id, record: account });
  setUp.close();
  const sent: Sent[] = [];
  const nothing = (): void => undefined;
  const window: SimulatedWindow = new SimulatedWindow({
    ...{ market, time, folder, random, name: 'window', intervalMs: () => minute, network: () => '1', newId: () => 1 },
    ...{ claimed: nothing, shown: nothing, noted: nothing, began: nothing, ended: nothing },
    exchanges,
    fetch: network(venues, time, () => window.clock, sent),
    keys: new Map(held.map(([{ id }, keys]) => [id, keys])),
  });
  const isWhole = (id: string): boolean => {
    const state = window.store.get(id);
    assert.equal(state?.failure, undefined, JSON.stringify(state?.failure));
    const { loans = [], prices, loansTrouble, positionsTrouble, walletTrouble } = state?.snapshot ?? {};
    const troubles = [loansTrouble, positionsTrouble, walletTrouble];
    return prices !== undefined && loans.length > 0 && troubles.every((trouble) => trouble === undefined);
  };
  try {
    window.open();
    while (!held.every(([{ id }]) => isWhole(id)) && time.passed < 5 * minute) await time.run(1);
    const without = held.filter(([{ id }]) => !isWhole(id)).length;
    assert.equal(without, 0, `${String(without)} accounts are not read whole in five minutes`);
    return { tookMs: time.passed, sent: [...sent] };
  } finally {
    await Promise.all([window.close(), time.run(10 * second)]);
    folder.remove();
  }
}

/**
 * The least: what one account takes alone, or what the limits allow where all accounts count together. What all ask for alike, without a
 * key, need be asked once.
 */
function leastMs(alone: readonly Load[], { sent }: Load): number {
  const shared = [...lines(sent.filter(({ account, venue }) => account !== undefined && venue === 'bybit'))]
    .filter(([name]) => name === 'bybit address')
    .map(([, { limit, at }]) => Math.floor((at.length - 1) / limit.count) * limit.withinMs);
  return Math.max(...alone.map(({ tookMs }) => tookMs), ...shared);
}

export async function firstLoad(): Promise<readonly Outcome[]> {
  const alone = { okx: await load({ okx: 1 }), bybit: await load({ bybit: 1 }) };
  const outcomes: Outcome[] = [];
  const worlds: readonly Readonly<Partial<Record<VenueId, number>>>[] = [{ okx: 25, bybit: 25 }, { okx: 50 }, { bybit: 50 }];
  for (const many of worlds) {
    const names = venueIds.filter((id) => id in many);
    const all = await load(many);
    for (const [name, { limit, at }] of lines(all.sent)) assert.ok(isKept(limit, at), `${name} is asked too often`);
    const least = leastMs(
      names.map((id) => alone[id]),
      all,
    );
    const what = `first load of ${names.map((id) => `${String(many[id])} ${id}`).join(' and ')} · the limits' least`;
    // Measured 1.04 to 1.1, of which most is the database; 30 to 620 while each account asked for itself what is the same for all.
    outcomes.push({ what, oursMs: all.tookMs, baselineMs: least, ratio: all.tookMs / least, budget: 1.1 });
  }
  return outcomes;
}
