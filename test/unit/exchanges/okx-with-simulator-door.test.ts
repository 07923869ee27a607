import assert from 'node:assert/strict';
import { systemClock } from '../../../src/core/clock.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { connectOkx } from '../../../src/exchanges/okx/connect.ts';
import { change, failureOf } from './bench.ts';
import { first, Meeting, path } from './meeting.ts';
import { saysLike } from '../../texts.ts';

describe('OKX and the simulated exchange', () => {
  let here = new Meeting();
  beforeEach(async () => {
    here = new Meeting();
    await here.start();
  });
  afterEach(() => here.stop());

  describe('agree on keys', () => {
    it('by naming what is wrong with them', async () => {
      const { keys, otherKeys } = here.simulator;
      const unknown = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
      for (const [wrong, kind, code, words] of [
        [{ ...keys, apiKey: unknown }, 'auth', '50119', /API key/],
        [{ ...keys, apiKey: 'Nicht.Schluessel.7' }, 'auth', '50111', /API key/],
        [{ ...keys, passphrase: 'Falsches.Wort.7' }, 'auth', '50105', /passphrase/],
        [{ ...keys, secret: 'FALSCHES-GEHEIMNIS-7' }, 'auth', '50113', /secret/],
        [otherKeys.boundToOtherAddress, 'ip', '50110', saysLike('venue.ip-not-listed', 'OKX')],
      ] as const) {
        const error = await failureOf(here.connect(wrong).inspect());
        assert.deepEqual([error.kind, error.code, error.effect], [kind, code, 'none']);
        assert.match(error.message, words);
        for (const part of [wrong.apiKey, wrong.secret, wrong.passphrase])
          assert.ok(!error.message.includes(part) && !here.trace.join('\n').includes(part));
      }
    });

    it('that may only read are refused a change, which had no effect', async () => {
      const connection = here.connect(here.simulator.otherKeys.readOnly);
      assert.equal((await connection.read()).loans.length, 2);
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.deepEqual([error.kind, error.code, error.effect], ['permission', '50120', 'none']);
      assert.equal(await here.sends(), 1);
    });

    it('used on the wrong environment are named', async () => {
      // Official sites only: a demo header at the simulated exchange comes from a site that is not loopback.
      const { url, keys } = here.simulator;
      const connection = connectOkx({
        account: { site: 'global-demo' },
        keys: async () => ({ ...keys }),
        clock: here.clock,
        fetch: (input, init) => fetch((input as string).replace('https://openapi.okx.com', url), init),
      });
      const error = await failureOf(connection.inspect());
      assert.deepEqual([error.kind, error.code], ['auth', '50101']);
    });
  });

  describe('agree on time', () => {
    it('though the clocks are minutes apart, in reading and in a change that is made once', async () => {
      for (const offsetMs of [3_600_000, -600_000]) {
        await here.control('POST clock', { offsetMs });
        const connection = here.connect();
        assert.equal((await connection.read()).loans.length, 2);
        const told = (await connection.inspect()).clockOffsetMs ?? 0;
        assert.ok(Math.abs(told - offsetMs) < 2_000, `a person is told how far the clock is off: ${told.toString()}`);
        const already = (await here.record()).adjustments.length;
        await here.control('POST clock', { offsetMs: -offsetMs });
        const before = await here.sends();
        await connection.actions.collateral!.send(change({ amount: decimal('0.01') }));
        assert.equal((await here.record()).adjustments.length, already + 1);
        assert.equal((await here.sends()) - before, 2, 'once at the door, once inside');
        here.clock.time += 5_000;
      }
    });

    it('and name the seconds when that does not help', async () => {
      await here.control('POST clock', { offsetMs: 90_000 });
      await here.fault('50102', 'account/config', 9);
      const error = await failureOf(here.connect().inspect());
      assert.deepEqual([error.kind, error.code], ['clock', '50102']);
      assert.match(error.message, saysLike('clock.off', '-90', 'OKX'));
    });
  });

  it('agree on the limits: twenty readings at the same time, and not one is too many', async () => {
    await here.stop();
    // Both by the clock of the machine, because limits are about real time.
    await here.start({ clock: { now: () => Date.now() } });
    const connection = here.connect(here.simulator.keys, systemClock);
    const all = await Promise.all([
      ...Array.from({ length: 10 }, () => connection.loans!.history(first, { limit: 1 })),
      ...Array.from({ length: 10 }, () => connection.loans!.borrowableCoins()),
    ]);
    assert.equal(all.length, 20);
    assert.ok(!here.trace.some((line) => line.includes('50011')), here.trace.join('\n'));
    const { requests } = await here.record();
    assert.deepEqual([requests[`${path}loan-history`], requests[`${path}borrow-currencies`]], [10, 10]);
  }).timeout(20_000);
});
