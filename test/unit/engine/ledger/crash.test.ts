import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../../../../src/engine/ledger/ledger.ts';
import { settled } from '../../core/fake-clock.ts';
import { Drawer } from './database/desk-drawer.ts';
import { long, marginChange } from './market.ts';
import { change, Desk, ignore, type Gate, type SendFault } from './support.ts';

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
    sends: ({ venue }: Desk) => venue.sends.length,
    settle: ({ venue }: Desk) => {
      venue.settle();
    },
    took: ({ venue }: Desk) => venue.rows.length === 1,
  },
  {
    name: 'a position',
    asked: marginChange({ direction: 'reduce' }),
    sends: ({ market }: Desk) => market.sends.length,
    settle: ({ market }: Desk) => {
      market.settle();
    },
    took: ({ market }: Desk) => market.held.get(long)?.steady === '390',
  },
];
const cases = targets.flatMap((target) => faults.map((fault) => ({ ...target, fault })));

describe('a crash at any step of a write', () => {
  for (const { name, asked, sends: sendsOf, settle, took: tookPlace, fault } of cases) {
    it(`never leads to a second send nor to a forgotten one (${name}, answer: ${fault})`, async () => {
      const places: string[] = [];
      for (let at = 1; ; at += 1) {
        const desk = new Desk();
        desk.venue.sendFault = fault;
        const { gate, reached } = dyingAt(at);
        const first = desk.window({ gate });
        const commit = first.ledger.preview('a', asked).then((preview) => first.ledger.commit(preview, ignore));
        commit.catch(ignore);
        await settled();
        settle(desk);
        await desk.clock.advance(120_000);
        const place = reached();
        if (place === undefined) break;
        places.push(place);
        const sends = sendsOf(desk);
        const before = await first.journal.states();
        assert.ok(sends <= 1, place);
        if (sends === 1) assert.ok(before.includes('sent'), `${place}: sent without being written down`);

        desk.venue.sendFault = 'none';
        const second = desk.window();
        const mayBeUnderWay = before.includes('sent') && !['rejected', 'effective'].includes(before.at(-1)!);
        const attempt = await second.ledger.preview('a', asked).catch((error: unknown) => error);
        if (mayBeUnderWay)
          assert.ok(attempt instanceof Refusal && attempt.openWrite !== undefined, `${place}: written anew over an open write`);
        else assert.equal(attempt instanceof Error, false, `${place}: ${String(attempt)}`);

        await second.ledger.reconcile('a');
        assert.equal(sendsOf(desk), sends, `${place}: sent again`);
        const after = await second.journal.states();
        const took = tookPlace(desk);
        if (took) assert.equal(after.at(-1), 'effective', `${place}: what took effect is not found again`);
        else if (mayBeUnderWay) assert.equal(second.ledger.open('a').length, 1, `${place}: forgotten`);
        if (before.at(-1) === 'planned') assert.equal(after.at(-1), 'not-effective', `${place}: left as planned`);

        const open = second.ledger.open('a')[0];
        if (open !== undefined) await second.ledger.settle(open.id, 'not-effective');
        await second.ledger.preview('a', asked);
        assert.equal(sendsOf(desk), sends);
      }
      for (const step of ['before append planned', 'after append planned', 'before append sent', 'after append sent', 'before send']) {
        assert.ok(places.includes(step), `the crash ${step} was not tried`);
      }
    });
  }

  it('is survived on a real disk too, and no key ever gets there', async () => {
    const drawer = new Drawer();
    try {
      const desk = new Desk();
      desk.venue.sendFault = 'hangs';
      const take = desk.venue.take.bind(desk.venue);
      const arrived = new Promise<void>((resolve) => {
        desk.venue.take = (asked) => {
          resolve();
          return take(asked);
        };
      });
      const first = desk.window({ journal: drawer.open() });
      const commit = first.ledger.commit(await first.ledger.preview('a', change()), ignore);
      await Promise.race([arrived, commit]);
      assert.equal(desk.venue.sends.length, 1);
      // The process dies here. Its successor finds the write, and the venue has done it meanwhile.
      desk.venue.settle();
      const second = desk.window({ journal: drawer.open() });
      await assert.rejects(
        second.ledger.preview('a', change()),
        (error) => error instanceof Refusal && error.openWrite?.state === 'unknown',
      );
      await second.ledger.reconcile('a');
      assert.deepEqual(
        second.heard.map(({ state }) => state),
        ['unknown', 'effective'],
      );
      assert.equal(desk.venue.sends.length, 1);
      for (const name of await readdir(drawer.folder)) {
        assert.doesNotMatch(await readFile(path.join(drawer.folder, name), 'latin1'), /secret|passphrase|sign/i);
      }
    } finally {
      drawer.remove();
    }
  });

  it('leaves a plan alone that another window may just be sending', async () => {
    const desk = new Desk();
    const { gate } = dyingAt(9);
    const first = desk.window({ gate });
    first.ledger
      .preview('a', change())
      .then((preview) => first.ledger.commit(preview, ignore))
      .catch(ignore);
    await settled();
    assert.deepEqual(await first.journal.states(), ['planned']);
    const second = desk.window();
    await second.ledger.reconcile('a');
    assert.deepEqual(await first.journal.states(), ['planned']);
    await desk.clock.advance(60_001);
    await second.ledger.reconcile('a');
    assert.deepEqual(await first.journal.states(), ['planned', 'not-effective']);
  });
});
