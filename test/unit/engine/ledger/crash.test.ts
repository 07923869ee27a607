import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../../../../src/engine/ledger/ledger.ts';
import { settled } from '../../core/fake-clock.ts';
import { Drawer } from './database/setup-folder.ts';
import { long, marginChange } from './market.ts';
import { change, Setup, ignore, type Gate, type SendFault } from './support.ts';

/** A process that dies at its `at`-th step and is never heard of again. */
function dyingAt(at: number): { readonly gate: Gate; readonly reached: () => string | undefined } {
  let steps = 0;
  let last: string | undefined;
  return {
    gate: (what) => {
      steps += 1;
      if (steps < at) return Promise.resolve();
      last ??= what;
      return new Promise(() => undefined);
    },
    reached: () => last,
  };
}

const faults: SendFault[] = ['none', 'refused', 'lost-before', 'lost-after', 'odd-error'];

/** What the venue was sent, and what it did. */
const targets = [
  {
    name: 'a loan',
    asked: change(),
    sends: ({ venue }: Setup) => venue.sends.length,
    settle: ({ venue }: Setup) => {
      venue.settle();
    },
    took: ({ venue }: Setup) => venue.rows.length === 1,
  },
  {
    name: 'a position',
    asked: marginChange({ direction: 'reduce' }),
    sends: ({ market }: Setup) => market.sends.length,
    settle: ({ market }: Setup) => {
      market.settle();
    },
    took: ({ market }: Setup) => market.held.get(long)?.steady === '390',
  },
];
const cases = targets.flatMap((target) => faults.map((fault) => ({ ...target, fault })));

describe('a crash at any step of a write', () => {
  for (const { name, asked, sends: sendsOf, settle, took: tookPlace, fault } of cases) {
    it(`never leads to a second send nor to a forgotten one (${name}, answer: ${fault})`, async () => {
      const places: string[] = [];
      for (let at = 1; ; at += 1) {
        const setup = new Setup();
        setup.venue.sendFault = fault;
        const { gate, reached } = dyingAt(at);
        const first = setup.window({ gate });
        const commit = first.ledger.preview('a', asked).then((preview) => first.ledger.commit(preview, ignore));
        commit.catch(ignore);
        await settled();
        settle(setup);
        await setup.clock.advance(120_000);
        const place = reached();
        if (place === undefined) break;
        places.push(place);
        const sends = sendsOf(setup);
        const before = await first.journal.states();
        assert.ok(sends <= 1, place);
        if (sends === 1) assert.ok(before.includes('sent'), `${place}: sent without being written down`);

        setup.venue.sendFault = 'none';
        const second = setup.window();
        const mayBeUnderWay = before.includes('sent') && !['rejected', 'effective'].includes(before.at(-1)!);
        const attempt = await second.ledger.preview('a', asked).catch((error: unknown) => error);
        if (mayBeUnderWay)
          assert.ok(attempt instanceof Refusal && attempt.openWrite !== undefined, `${place}: written anew over an open write`);
        else assert.equal(attempt instanceof Error, false, `${place}: ${String(attempt)}`);

        await second.ledger.reconcile('a');
        assert.equal(sendsOf(setup), sends, `${place}: sent again`);
        const after = await second.journal.states();
        const took = tookPlace(setup);
        if (took) assert.equal(after.at(-1), 'effective', `${place}: what took effect is not found again`);
        else if (mayBeUnderWay) assert.equal(second.ledger.open('a').length, 1, `${place}: forgotten`);
        if (before.at(-1) === 'planned') assert.equal(after.at(-1), 'not-effective', `${place}: left as planned`);

        const open = second.ledger.open('a')[0];
        if (open !== undefined) await second.ledger.settle(open.id, 'not-effective');
        await second.ledger.preview('a', asked);
        assert.equal(sendsOf(setup), sends);
      }
      for (const step of ['before append planned', 'after append planned', 'before append sent', 'after append sent', 'before send']) {
        assert.ok(places.includes(step), `the crash ${step} was not tried`);
      }
    });
  }

  it('is survived on a real disk too, and no key ever gets there', async () => {
    const drawer = new Drawer();
    try {
      const setup = new Setup();
      setup.venue.sendFault = 'hangs';
      const take = setup.venue.take.bind(setup.venue);
      const arrived = new Promise<void>((resolve) => {
        setup.venue.take = (asked) => {
          resolve();
          return take(asked);
        };
      });
      const first = setup.window({ journal: drawer.open() });
      const commit = first.ledger.commit(await first.ledger.preview('a', change()), ignore);
      await Promise.race([arrived, commit]);
      assert.equal(setup.venue.sends.length, 1);
      // The process dies here. Its successor finds the write, and the venue has done it meanwhile.
      setup.venue.settle();
      const second = setup.window({ journal: drawer.open() });
      await assert.rejects(
        second.ledger.preview('a', change()),
        (error) => error instanceof Refusal && error.openWrite?.state === 'unknown',
      );
      await second.ledger.reconcile('a');
      assert.deepEqual(
        second.heard.map(({ state }) => state),
        ['unknown', 'effective'],
      );
      assert.equal(setup.venue.sends.length, 1);
      for (const name of await readdir(drawer.folder)) {
        assert.doesNotMatch(await readFile(path.join(drawer.folder, name), 'latin1'), /secret|passphrase|sign/i);
      }
    } finally {
      drawer.remove();
    }
  });

  it('leaves a plan alone that another window may just be sending', async () => {
    const setup = new Setup();
    const { gate } = dyingAt(9);
    const first = setup.window({ gate });
    first.ledger
      .preview('a', change())
      .then((preview) => first.ledger.commit(preview, ignore))
      .catch(ignore);
    await settled();
    assert.deepEqual(await first.journal.states(), ['planned']);
    const second = setup.window();
    await second.ledger.reconcile('a');
    assert.deepEqual(await first.journal.states(), ['planned']);
    await setup.clock.advance(60_001);
    await second.ledger.reconcile('a');
    assert.deepEqual(await first.journal.states(), ['planned', 'not-effective']);
  });
});
