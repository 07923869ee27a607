import assert from 'node:assert/strict';
import { failureOf, HastyClock } from '../bench.ts';
import { bench, change, fixture, refusal, sampled, success, venueTime } from './bench.ts';
import { saysLike } from '../../../texts.ts';

const limited = (body: string, left: string, resetInMs: number): (() => Response) => {
  const headers = { 'X-Bapi-Limit': '5', 'X-Bapi-Limit-Status': left, 'X-Bapi-Limit-Reset-Timestamp': (venueTime + resetInMs).toString() };
  return () => new Response(body, { headers });
};
const coins = success({ list: [] });
const overrun = (): Response => new Response('access too frequent', { status: 403 });

describe("Bybit's limits", () => {
  it('hold an endpoint back that is used up until Bybit has room again, by its clock', async () => {
    const { venue, connection, clock } = sampled();
    venue.on('/crypto-loan-common/loanable-data', limited(coins, '0', 700));
    await connection.loans!.borrowableCoins();
    assert.deepEqual(clock.pauses, []);
    await connection.loans!.borrowableCoins();
    assert.deepEqual(clock.pauses, [700]);
    await connection.inspect();
    assert.deepEqual(clock.pauses, [700], 'another endpoint need not wait');
  });

  it('do not hold anything back while there is room, or without a time to be believed', async () => {
    for (const [left, reset] of [
      ['3', 700],
      ['0', -20],
      ['0', 9e15],
    ] as const) {
      const { venue, connection, clock } = sampled();
      venue.on('/crypto-loan-common/loanable-data', limited(coins, left, reset));
      await connection.loans!.borrowableCoins();
      await connection.loans!.borrowableCoins();
      assert.deepEqual(clock.pauses, [], `${left} ${reset.toString()}`);
    }
  });

  it('are waited for no longer than five seconds, whatever the header says', async () => {
    const { venue, connection, clock } = sampled();
    venue.on('/crypto-loan-common/loanable-data', limited(coins, '0', 900_000));
    await connection.loans!.borrowableCoins();
    await connection.loans!.borrowableCoins();
    assert.deepEqual(clock.pauses, [5_000]);
  });

  it('that were passed are waited for before a question is repeated', async () => {
    const { venue, connection, clock } = sampled();
    venue.on('/crypto-loan-common/loanable-data', limited(refusal('10006'), '0', 900), coins);
    await connection.loans!.borrowableCoins();
    assert.ok(clock.pauses.reduce((sum, ms) => sum + ms, 0) >= 900);
  });

  it('that were passed by a change do not make it leave twice', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/adjust-ltv', limited(refusal('10006'), '0', 900));
    const error = await failureOf(connection.actions.collateral!.send(change()));
    assert.deepEqual([error.kind, error.effect, error.retryAfterMs, venue.seen.length], ['rate', 'none', 900, 1]);
  });
});

describe('HTTP 403 of Bybit', () => {
  it('stops everything to that address for ten minutes, and says so', async () => {
    const { venue, connection, clock } = sampled();
    venue.on('/crypto-loan-common/loanable-data', overrun);
    const error = await failureOf(connection.loans!.borrowableCoins());
    assert.deepEqual([error.kind, error.retryAfterMs, venue.seen.length], ['rate', 600_000, 1]);
    assert.match(error.message, saysLike('venue.blocked-machine', 'Bybit', '10'));
    clock.time += 9 * 60_000 + 1;
    for (const call of [connection.inspect(), connection.read(), connection.actions.collateral!.send(change())]) {
      const silent = await failureOf(call);
      assert.deepEqual([silent.kind, silent.effect, silent.retryAfterMs], ['rate', 'none', 59_999]);
      assert.match(silent.message, saysLike('venue.blocked-machine', 'Bybit', '1'));
    }
    assert.equal(venue.seen.length, 1, 'nothing more was sent');
    clock.time += 60_000;
    venue.on('/crypto-loan-common/loanable-data', fixture('loanable-data'));
    assert.deepEqual(await connection.loans!.borrowableCoins(), ['ETH']);
  });

  it('stops the other accounts of the same address too, and no other address', async () => {
    const clock = new HastyClock();
    const [first, second, elsewhere] = [bench('global', clock), bench('global', clock), bench('global-bytick', clock)];
    for (const { venue } of [first, second, elsewhere]) venue.on('/loanable-data', overrun);
    await failureOf(first.connection.loans!.borrowableCoins());
    await failureOf(second.connection.loans!.borrowableCoins());
    await failureOf(elsewhere.connection.loans!.borrowableCoins());
    assert.deepEqual([first.venue.seen.length, second.venue.seen.length, elsewhere.venue.seen.length], [1, 0, 1]);
  });

  it('is not made longer by a clock that is set back', async () => {
    const { venue, connection, clock } = sampled();
    venue.on('/crypto-loan-common/loanable-data', overrun, coins);
    await failureOf(connection.loans!.borrowableCoins());
    clock.time -= 3_600_000;
    assert.equal((await failureOf(connection.loans!.borrowableCoins())).retryAfterMs, 600_000);
    clock.time += 600_000;
    await connection.loans!.borrowableCoins();
  });

  it('that blocks a country is no reason to wait', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/loanable-data', new Response('configured to block access from your country', { status: 403 }), coins);
    const error = await failureOf(connection.loans!.borrowableCoins());
    assert.equal(error.kind, 'ip');
    await connection.loans!.borrowableCoins();
  });
});
