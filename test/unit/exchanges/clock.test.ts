import assert from 'node:assert/strict';
import { bench, change, failureOf, fixture, refusal, success } from './bench.ts';
import { saysLike } from '../../texts.ts';

describe('a clock that is off', () => {
  const stale = (): Response => new Response(refusal('50102', 'Timestamp request expired'), { status: 401 });

  /** OKX's time is `aheadMs` ahead of ours. */
  function apart(aheadMs: number) {
    const one = bench();
    one.venue.on('/public/time', () => new Response(success([{ ts: (one.clock.time + aheadMs).toString() }])));
    return one;
  }

  it("is learnt from OKX's time, and the request is signed anew, once", async () => {
    const { venue, connection, clock } = apart(95_000);
    venue.on('/borrow-currencies', stale, fixture('borrow-currencies'));
    await connection.loans!.borrowableCoins();
    const [first, second, ...more] = venue.to('/borrow-currencies');
    assert.equal(more.length, 0);
    assert.equal(first?.headers.get('OK-ACCESS-TIMESTAMP'), new Date(clock.time).toISOString());
    assert.equal(second?.headers.get('OK-ACCESS-TIMESTAMP'), new Date(clock.time + 95_000).toISOString());
    assert.notEqual(first.headers.get('OK-ACCESS-SIGN'), second.headers.get('OK-ACCESS-SIGN'));
    // What was learnt holds for the next request.
    await connection.loans!.borrowableCoins();
    assert.equal(venue.to('/public/time').length, 1);
    assert.equal(venue.to('/borrow-currencies').length, 3);
  });

  it('does not keep a change from being made: refused for its time it was refused at the door', async () => {
    const { venue, connection } = apart(-40_000);
    venue.on('/adjust-collateral', stale, fixture('adjust-collateral'));
    await connection.actions.collateral!.send(change());
    const [first, second, ...more] = venue.to('/adjust-collateral');
    assert.equal(more.length, 0);
    assert.equal(first?.body, second?.body);
  });

  for (const [aheadMs, words] of [
    [95_000, saysLike('clock.off', '-95', 'OKX')],
    [-40_000, saysLike('clock.off', '+40', 'OKX')],
  ] as const) {
    it(`is told with its ${(Math.abs(aheadMs) / 1000).toString()} seconds when OKX still refuses, and nothing more is sent`, async () => {
      for (const [path, call] of [
        ['/borrow-currencies', 'borrowableCoins'],
        ['/adjust-collateral', 'send'],
      ] as const) {
        const { venue, connection, clock } = apart(aheadMs);
        venue.on(path, stale);
        const error = await failureOf(
          call === 'borrowableCoins' ? connection.loans!.borrowableCoins() : connection.actions.collateral!.send(change()),
        );
        assert.deepEqual([error.kind, error.code, error.effect], ['clock', '50102', 'none']);
        assert.match(error.message, words);
        assert.equal(venue.to(path).length, 2);
        assert.deepEqual(clock.pauses, []);
      }
    });
  }

  it('sends a change no second time when the answer to the second signature is lost', async () => {
    const { venue, connection } = apart(95_000);
    venue.on('/adjust-collateral', stale, () => {
      throw new TypeError('fetch failed');
    });
    const error = await failureOf(connection.actions.collateral!.send(change()));
    assert.equal(error.effect, 'unknown');
    assert.equal(venue.to('/adjust-collateral').length, 2);
  });

  it('does not let a change leave again long after it was asked for, as after a machine slept', async () => {
    for (const slept of ['before the answer', 'before the time was told'] as const) {
      const { venue, connection, clock } = bench();
      venue.on('/adjust-collateral', () => {
        if (slept === 'before the answer') clock.time += 10_001;
        return stale();
      });
      venue.on('/public/time', () => {
        if (slept === 'before the time was told') clock.time += 3_600_000;
        return new Response(success([{ ts: clock.time.toString() }]));
      });
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.deepEqual([error.kind, error.effect], [slept === 'before the answer' ? 'clock' : 'aborted', 'none'], slept);
      assert.equal(venue.to('/adjust-collateral').length, 1, slept);
    }
  });

  it('is not blamed when OKX tells no time: a change has had no effect then', async () => {
    const { venue, connection } = bench();
    venue.on('/adjust-collateral', stale).on('/public/time', new Response('', { status: 404 }));
    const error = await failureOf(connection.actions.collateral!.send(change()));
    assert.equal(error.effect, 'none');
    assert.equal(venue.to('/adjust-collateral').length, 1);
  });

  it('is not believed under HTTP 5xx, where a change may have been made', async () => {
    const { venue, connection } = apart(95_000);
    venue.on('/adjust-collateral', new Response(refusal('50102'), { status: 500 }));
    const error = await failureOf(connection.actions.collateral!.send(change()));
    assert.equal(error.effect, 'unknown');
    assert.equal(venue.to('/adjust-collateral').length, 1);
  });
});
