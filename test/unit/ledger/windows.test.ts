import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { Refusal } from '../../../src/ledger/ledger.ts';
import { fold, isOpen } from '../../../src/ledger/write-machine.ts';
import { settled } from '../core/fake-clock.ts';
import { change, d, Desk, ignore, type SendFault, type TestJournal } from './support.ts';

describe('two windows on one account', () => {
  it('see the open write of the other and do not send over it', async () => {
    const desk = new Desk();
    const [one, two] = [desk.window(), desk.window()];
    const early = await two.ledger.preview('a', change({ amount: d('0.2') }));
    one.ledger.commit(await one.ledger.preview('a', change()), ignore).catch(ignore);
    await settled();
    await assert.rejects(two.ledger.commit(early, ignore), (error) => error instanceof Refusal && error.openWrite !== undefined);
    await assert.rejects(two.ledger.preview('a', change()), (error) => error instanceof Refusal && error.openWrite !== undefined);
    assert.deepEqual(desk.venue.sends, [change()]);
  });

  it('learn from each other what became of it', async () => {
    const desk = new Desk();
    const [one, two] = [desk.window(), desk.window()];
    const done = one.ledger.commit(await one.ledger.preview('a', change()), ignore);
    await settled();
    await two.ledger.reconcile('a');
    assert.equal(two.ledger.open('a').length, 1);
    desk.venue.settle();
    await desk.clock.advance(2_000);
    await done;
    await two.ledger.reconcile('a');
    assert.deepEqual(two.ledger.open('a'), []);
    assert.deepEqual(
      two.heard.map(({ state }) => state),
      ['accepted', 'effective'],
    );
  });

  it('come to one end when both prove the same write', async () => {
    const desk = new Desk();
    const [one, two] = [desk.window(), desk.window()];
    const done = one.ledger.commit(await one.ledger.preview('a', change()), ignore);
    await settled();
    desk.venue.settle();
    await two.ledger.reconcile('a');
    await desk.clock.advance(2_000);
    assert.equal((await done).state, 'effective');
    const told = [...fold(await one.journal.disk.load()).values()];
    assert.deepEqual(
      told.map(({ state, historyId }) => [state, historyId]),
      [['effective', '1001']],
    );
  });

  it('send once between them, however their steps interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const desk = new Desk();
        const gate = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
        const windows = [desk.window(), desk.window(), desk.window()];
        const previews = await Promise.all(windows.map(({ ledger }) => ledger.preview('a', change())));
        const ends = windows.map(({ ledger, journal }, index) => {
          journal.gate = gate;
          return ledger.commit(previews[index]!, ignore).then(
            () => 'sent',
            (error: unknown) => (error instanceof Refusal ? 'refused' : String(error)),
          );
        });
        await scheduler.waitIdle();
        await settled();
        await scheduler.waitIdle();
        assert.equal(desk.venue.sends.length, 1);
        desk.venue.settle();
        const moving = desk.clock.advance(61_000);
        await Promise.race([moving, scheduler.waitFor(moving)]);
        await scheduler.waitFor(Promise.all(ends));
        assert.deepEqual((await Promise.all(ends)).sort(), ['refused', 'refused', 'sent']);
        assert.equal(desk.venue.sends.length, 1);
      }),
      { numRuns: 60 },
    );
  });
});

type Step =
  | { readonly do: 'change'; readonly window: number; readonly direction: 'add' | 'reduce'; readonly twice: boolean }
  | { readonly do: 'crash' | 'reconcile' | 'judge'; readonly window: number }
  | { readonly do: 'answer'; readonly fault: SendFault }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'settle' | 'price' | 'blind' | 'hang up' };

const window = fc.constantFrom(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      window,
      direction: fc.constantFrom('add' as const, 'reduce' as const),
      twice: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'reconcile' as const, 'judge' as const), window }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      fault: fc.constantFrom<SendFault>('none', 'none', 'none', 'refused', 'lost-before', 'lost-after', 'odd-error', 'hangs'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(500, 3_000, 70_000) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('settle' as const, 'price' as const, 'blind' as const, 'hang up' as const) }) },
);

describe('whatever happens in whatever order', () => {
  it('nothing is sent that is not written down, nothing over an unsettled change, nothing twice, and nothing is forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
        const desk = new Desk();
        const { venue } = desk;
        const open = (): { ledger: Ledger; journal: TestJournal; die: () => void } => {
          let dead = false;
          const made = desk.window({ gate: () => (dead ? new Promise(() => undefined) : Promise.resolve()) });
          return { ...made, die: () => (dead = true) };
        };
        const windows = [open(), open()];
        let confirmed = 0;
        // Noted, not thrown: what is thrown here the ledger takes for an answer of the venue.
        const violations: string[] = [];
        const must = (holds: boolean, what: string): void => {
          if (!holds) violations.push(what);
        };

        const take = venue.take.bind(venue);
        venue.take = async (asked) => {
          if (venue.sendFault !== 'refused') {
            const written = new Set((await desk.disk.load()).filter(({ state }) => state === 'sent').map(({ id }) => id));
            must(written.size > venue.sends.length, 'sent without being written down');
            must(venue.taken.length === 0, 'sent over a change that has not settled');
            must(venue.sends.length < confirmed, 'sent more often than confirmed');
          }
          return take(asked);
        };

        for (const each of steps) {
          switch (each.do) {
            case 'change': {
              const { ledger } = windows[each.window]!;
              const preview = await Promise.race([
                ledger.preview('a', change({ direction: each.direction, amount: d('0.01') })).catch(() => undefined),
                settled(),
              ]);
              if (preview === undefined) break;
              confirmed += 1;
              ledger.commit(preview, ignore).catch(ignore);
              if (each.twice) ledger.commit(preview, ignore).catch(ignore);
              break;
            }
            case 'crash':
              windows[each.window]!.die();
              windows[each.window] = open();
              break;
            case 'reconcile':
              await windows[each.window]!.ledger.reconcile('a');
              break;
            case 'judge': {
              // A person who looks at the venue first.
              const { ledger } = windows[each.window]!;
              const [record] = ledger.open('a');
              if (record !== undefined && venue.taken.length === 0 && !venue.readFault)
                await ledger.settle(record.id, 'not-effective').catch(ignore);
              break;
            }
            case 'answer':
              venue.sendFault = each.fault;
              break;
            case 'pass':
              await desk.clock.advance(each.ms);
              break;
            case 'settle':
              venue.settle();
              break;
            case 'price':
              venue.price = d(venue.price === '86206.9' ? '80000' : '86206.9');
              break;
            case 'blind':
              venue.readFault = !venue.readFault;
              break;
            case 'hang up':
              venue.answer();
              break;
          }
          await settled();
        }

        venue.readFault = false;
        venue.answer();
        await settled();
        venue.settle();
        await desk.clock.advance(120_000);
        const last = open();
        await last.ledger.reconcile('a');
        assert.deepEqual(violations, []);
        const told = [...fold(await desk.disk.load()).values()];
        const proven = told.filter(({ state }) => state === 'effective');
        assert.equal(new Set(proven.map(({ historyId }) => historyId)).size, proven.length, 'one row proves two writes');
        assert.equal(proven.length, venue.rows.length, 'what took effect is known');
        assert.equal(told.filter(({ state }) => state === 'mismatch').length, 0, 'nothing was frozen without reason');
        assert.equal(told.filter(({ state }) => state === 'planned').length, 0);
        assert.ok(told.filter((record) => isOpen(record)).length <= 1);
      }),
      { numRuns: 150 },
    );
  });
});
