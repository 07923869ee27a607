import type { Clock } from '../../src/core/clock.ts';
import type { Account, Snapshot } from '../../src/core/model.ts';
import { newsOf } from '../../src/engine/monitor/reading-news.ts';
import { Store, type AccountState, type StoreOptions } from '../../src/engine/monitor/store.ts';
import { BybitConnection } from '../../src/exchanges/bybit/connection.ts';
import { open as openBybit } from '../../src/exchanges/bybit/envelope.ts';
import type { Connection } from '../../src/exchanges/exchange.ts';
import { hiding } from '../../src/exchanges/http/redact.ts';
import type { Call } from '../../src/exchanges/http/call.ts';
import type { Http } from '../../src/exchanges/http/client.ts';
import { OkxConnection } from '../../src/exchanges/okx/connection.ts';
import { open as openOkx } from '../../src/exchanges/okx/envelope.ts';
import { ExchangeError } from '../../src/core/errors.ts';
import { addressOf, type VenueId } from './scenes.ts';
import type { Answers } from './told.ts';

/** When the first reading was, by all clocks; the second one was 30 seconds later. */
export const firstAt = 1_752_628_288_472;
export const intervalMs = 30_000;
export const secondAt = firstAt + intervalMs;

const nothingHidden = hiding([]);
const venues = {
  okx: { open: openOkx, absent: '{"code":"51000","data":[],"msg":""}' },
  bybit: { open: openBybit, absent: '{"retCode":10017,"retMsg":"Route not found.","result":{}}' },
};

/** A connection that is answered at once, by text: everything behind the network is the product's. @param heard what is answered, and when */
export function connectionTo(venue: VenueId, heard: { readonly answers: Answers; readonly now: number }): Connection {
  const { open, absent } = venues[venue];
  const http = {
    call: async (call: Call) => open({ status: 200, text: heard.answers.get(addressOf(call))?.text ?? absent }, false, nothingHidden),
    clockFacts: () => ({}),
    isLimited: () => false,
    dispose: () => undefined,
  } as unknown as Http;
  const clock: Clock = { now: () => heard.now, sleep: () => Promise.resolve() };
  return venue === 'okx' ? new OkxConnection(http, clock, 'real') : new BybitConnection(http, clock);
}

/** @throws what reading throws */
export const reading = (venue: VenueId, answers: Answers, now: number): Promise<Snapshot> => connectionTo(venue, { answers, now }).read();

/** The second of two readings over one connection, which keeps some of the first. @throws what reading throws */
export async function nextReading(venue: VenueId, before: Answers, answers: Answers): Promise<Snapshot> {
  const heard = { answers: before, now: firstAt };
  const connection = connectionTo(venue, heard);
  await connection.read();
  Object.assign(heard, { answers, now: secondAt });
  return connection.read();
}

const accounts: Readonly<Record<VenueId, Account>> = {
  okx: { id: 'one', venue: 'okx', site: 'global', name: 'Main', simulated: false, readOnly: false },
  bybit: { id: 'one', venue: 'bybit', site: 'global', name: 'Main', simulated: false, readOnly: false },
};

const nothing = { dispose: () => undefined };

/** What is known of an account after a reading, and after a second one, or its failure. @throws TypeError for a failure of another kind */
export function stateAfter(venue: VenueId, first: Snapshot, second: Snapshot | ExchangeError): AccountState {
  const account = accounts[venue];
  let now = firstAt;
  const store = new Store({
    book: { list: () => [account], get: () => account, onDidChange: () => nothing } as unknown as StoreOptions['book'],
    storage: { get: () => undefined, keep: () => undefined, forget: () => undefined },
    clock: { now: () => now, sleep: () => Promise.resolve() },
    newsOf,
    intervalMs: () => intervalMs,
  });
  store.succeed(account.id, first);
  now = secondAt;
  if (second instanceof ExchangeError) store.fail(account.id, second);
  else store.succeed(account.id, second);
  const state = store.get(account.id);
  store.dispose();
  if (state === undefined) throw new TypeError('an account is lost');
  return state;
}
