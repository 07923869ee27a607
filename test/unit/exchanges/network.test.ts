import assert from 'node:assert/strict';
import { bench, change, failureOf } from './bench.ts';

/** What `fetch` of Node says: a TypeError around the system's own error. */
const failing = (cause: unknown) => (): never => {
  throw new TypeError('fetch failed', { cause });
};
const system = (code: string, syscall: string): Error => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

/** What is known about a change after each way a network can fail. */
const table: readonly (readonly [name: string, cause: unknown, effect: 'none' | 'unknown'])[] = [
  ['the name is not found', system('ENOTFOUND', 'getaddrinfo'), 'none'],
  ['the name cannot be looked up now', system('EAI_AGAIN', 'getaddrinfo'), 'none'],
  ['nobody listens there', system('ECONNREFUSED', 'connect'), 'none'],
  ['there is no way there', system('EHOSTUNREACH', 'connect'), 'none'],
  ['no address can be connected', new AggregateError([system('ECONNREFUSED', 'connect'), system('ENETUNREACH', 'connect')]), 'none'],
  ['connecting takes too long', Object.assign(new Error('timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' }), 'none'],
  ['the connection is reset', system('ECONNRESET', 'read'), 'unknown'],
  ['the way is lost when all was sent', system('EHOSTUNREACH', 'read'), 'unknown'],
  ['the pipe breaks', system('EPIPE', 'write'), 'unknown'],
  [
    'one address was connected and then reset',
    new AggregateError([system('ECONNREFUSED', 'connect'), system('ECONNRESET', 'read')]),
    'unknown',
  ],
  ['the other side closes', Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }), 'unknown'],
  ['the headers take too long', Object.assign(new Error('timeout'), { code: 'UND_ERR_HEADERS_TIMEOUT' }), 'unknown'],
  ['the reason is not told', undefined, 'unknown'],
  ['the reason is no error', 'net::ERR_FAILED', 'unknown'],
];

describe('a change and a network that fails', () => {
  for (const [name, cause, effect] of table) {
    it(`has the effect ${effect} when ${name}, and is sent once`, async () => {
      const { venue, connection } = bench();
      venue.on('/adjust-collateral', failing(cause));
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.deepEqual([error.kind, error.effect], ['network', effect]);
      assert.equal(venue.seen.length, 1);
    });
  }

  it('names the address that does not answer, so that a wrong one is noticed', async () => {
    const { venue, connection } = bench('loopback', 'http://127.0.0.1:9000');
    venue.on('/borrow-currencies', failing(system('ECONNREFUSED', 'connect')));
    assert.match((await failureOf(connection.loans!.borrowableCoins())).message, /http:\/\/127\.0\.0\.1:9000.*ECONNREFUSED/);
  });
});
