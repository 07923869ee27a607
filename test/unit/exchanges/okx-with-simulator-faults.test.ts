import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { CollateralProof } from '../../../src/exchanges/exchange.ts';
import { change, failureOf } from './bench.ts';
import { first, Meeting } from './meeting.ts';
import { saysLike } from '../../texts.ts';

describe('OKX and the simulated exchange', () => {
  let here = new Meeting();
  beforeEach(async () => {
    here = new Meeting();
    await here.start();
  });
  afterEach(() => here.stop());

  describe('agree on what goes wrong with a change', () => {
    const faults: readonly (readonly [fault: string, kind: string, effect: 'none' | 'unknown', proof: CollateralProof['state']])[] = [
      ['reset', 'network', 'unknown', 'pending'],
      ['lost-before-acting', 'network', 'unknown', 'pending'],
      ['lost-after-acting', 'network', 'unknown', 'effective'],
      ['truncated', 'network', 'unknown', 'effective'],
      ['malformed', 'shape', 'unknown', 'effective'],
      ['5xx', 'unavailable', 'unknown', 'pending'],
      ['5xx-after-acting', 'unavailable', 'unknown', 'effective'],
      ['50026-after-acting', 'unavailable', 'unknown', 'effective'],
      ['50026', 'unavailable', 'unknown', 'pending'],
      ['50004', 'unavailable', 'unknown', 'pending'],
      ['51054', 'unavailable', 'unknown', 'pending'],
      ['50013', 'unavailable', 'unknown', 'pending'],
      ['50001', 'unavailable', 'unknown', 'pending'],
      ['50011', 'rate', 'none', 'pending'],
      ['50110', 'ip', 'none', 'pending'],
      ['50119', 'auth', 'none', 'pending'],
      ['51739', 'unavailable', 'none', 'pending'],
      ['51738', 'refused', 'none', 'pending'],
    ];
    for (const [fault, kind, effect, state] of faults) {
      it(`"${fault}" is ${kind} with effect ${effect}, sent once, and reading then says ${state}`, async () => {
        const connection = here.connect();
        const { baseline } = await connection.actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' });
        await here.fault(fault, 'adjust-collateral');
        const error = await failureOf(connection.actions.collateral!.send(change()));
        assert.deepEqual([error.kind, error.effect], [kind, effect]);
        here.clock.time += 1_001;
        const proof = await connection.actions.collateral!.prove(change(), baseline, {});
        assert.equal(proof.state, state);
        assert.equal((await here.record()).adjustments.length, state === 'effective' ? 1 : 0);
        assert.equal(await here.sends(), 1);
      });
    }

    it('no answer at all is unknown once we stop waiting, and no second request is made', async () => {
      const connection = here.connect();
      const { baseline } = await connection.actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' });
      await here.fault('timeout', 'adjust-collateral');
      const stop = new AbortController();
      const failure = failureOf(connection.actions.collateral!.send(change(), stop.signal));
      while ((await here.sends()) === 0) await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      const error = await failure;
      assert.deepEqual([error.kind, error.effect], ['aborted', 'unknown']);
      assert.equal((await connection.actions.collateral!.prove(change(), baseline, {})).state, 'pending');
      assert.equal(await here.sends(), 1);
    });

    it('an exchange that is not there has got nothing', async () => {
      const connection = here.connect();
      await here.simulator.close();
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.deepEqual([error.kind, error.effect], ['network', 'none']);
      assert.match(error.message, /ECONNREFUSED/);
    });

    it('"wrong-types" in an answer that holds nothing is still accepted', async () => {
      const connection = here.connect();
      await here.fault('wrong-types', 'adjust-collateral');
      await connection.actions.collateral!.send(change());
      assert.equal(await here.sends(), 1);
    });

    it('"never-settled" stays pending however long one looks', async () => {
      const connection = here.connect();
      const { baseline } = await connection.actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' });
      await here.fault('never-settled');
      await connection.actions.collateral!.send(change());
      here.clock.time += 600_000;
      assert.equal((await connection.actions.collateral!.prove(change(), baseline, {})).state, 'pending');
    });

    it('"settled-late" is pending until it settles, and then effective', async () => {
      const connection = here.connect();
      const { baseline } = await connection.actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' });
      await here.fault('settled-late');
      await connection.actions.collateral!.send(change());
      here.clock.time += 1_001;
      assert.equal((await connection.actions.collateral!.prove(change(), baseline, {})).state, 'pending');
      here.clock.time += 1_000;
      assert.equal((await connection.actions.collateral!.prove(change(), baseline, {})).state, 'effective');
    });

    for (const rows of ['doubled-rows', 'rows-out-of-order']) {
      it(`rows of the history may be told as in "${rows}": what was asked is effective, what was not is contradicted`, async () => {
        for (const [fault, state] of [
          [undefined, 'effective'],
          ['wrong-amount', 'contradicted'],
        ] as const) {
          here.clock.time += 2_000;
          const connection = here.connect();
          await here.control('POST fault', { fault: rows });
          const { baseline } = await connection.actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' });
          if (fault !== undefined) await here.fault(fault);
          // The faults about rows are on all the time.
          await connection.actions.collateral!.send(change());
          here.clock.time += 1_001;
          const proof = await connection.actions.collateral!.prove(change(), baseline, {});
          assert.equal(proof.state, state, fault);
          const { rows: shown } = await connection.loans!.history(first, {});
          assert.equal(new Set(shown.map(({ id }) => id)).size, shown.length);
          await here.control('DELETE fault');
        }
      });
    }

    for (const fault of ['reversed-direction', 'wrong-amount']) {
      for (const direction of ['add', 'reduce'] as const) {
        it(`"${fault}" of ${direction} is contradicted, with the row that shows it`, async () => {
          const connection = here.connect();
          const { baseline } = await connection.actions.collateral!.prepare({ loan: first, direction, coin: 'BTC' });
          await here.fault(fault);
          const wanted = change({ direction, amount: decimal('0.02') });
          await connection.actions.collateral!.send(wanted);
          assert.equal((await connection.actions.collateral!.prove(wanted, baseline, {})).state, 'pending');
          here.clock.time += 1_001;
          const proof = await connection.actions.collateral!.prove(wanted, baseline, {});
          assert.equal(proof.state, 'contradicted');
          assert.equal(proof.row.coin, 'BTC');
        });
      }
    }

    it('reads that fail for a moment are repeated; a loan of wrong types is told as not understood', async () => {
      for (const fault of ['reset', '5xx', '50011', '50026']) {
        // Limits are not what this is about.
        here.clock.time += 2_000;
        await here.fault(fault, 'loan-info', 2);
        assert.equal((await here.connect().read()).loans.length, 2, fault);
      }
      here.clock.time += 2_000;
      const connection = here.connect();
      await here.fault('wrong-types', 'loan-info');
      const error = await failureOf(connection.actions.collateral!.options(first, 'reduce'));
      assert.equal(error.kind, 'shape');
      assert.match(error.message, saysLike('venue.left-out', 'OKX', saysLike('okx.loans', /[12]/)));
      await here.fault('malformed', 'loan-info');
      assert.equal((await failureOf(connection.actions.collateral!.options(first, 'reduce'))).kind, 'shape');
    });

    it('positions are shown though the loans cannot be read, and the reverse; without both there is nothing', async () => {
      for (const fault of ['wrong-types', 'malformed', '50030']) {
        here.clock.time += 2_000;
        await here.fault(fault, 'loan-info');
        const { loans, loansTrouble, positions, positionsTrouble, wallet } = await here.connect().read();
        assert.deepEqual([loans.length, positions.length, positionsTrouble, wallet.length], [0, 7, undefined, 4], fault);
        assert.ok(loansTrouble !== undefined);
      }
      for (const fault of ['malformed', '50030']) {
        here.clock.time += 2_000;
        await here.fault(fault, 'positions');
        const { loans, loansTrouble, positions, positionsTrouble } = await here.connect().read();
        assert.deepEqual([loans.length, loansTrouble, positions.length], [2, undefined, 0], fault);
        assert.ok(positionsTrouble !== undefined);
      }
      here.clock.time += 2_000;
      await here.fault('50030', 'loan-info');
      await here.fault('50030', 'positions');
      assert.equal((await failureOf(here.connect().read())).kind, 'permission');
    });

    it('loans are shown though the wallet cannot be read', async () => {
      await here.fault('51738', 'balances');
      const { loans, wallet, walletTrouble } = await here.connect().read();
      assert.deepEqual([loans.length, wallet.length], [2, 0]);
      assert.ok(walletTrouble !== undefined);
    });
  });
});
