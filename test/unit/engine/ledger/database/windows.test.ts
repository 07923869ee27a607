import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { TargetTaken, type Journal } from '../../../../../src/engine/ledger/journal.ts';
import { Refusal } from '../../../../../src/engine/ledger/ledger.ts';
import type { WriteRecord, WriteState } from '../../../../../src/engine/ledger/record.ts';
import { fold, isOpen } from '../../../../../src/engine/ledger/write-states.ts';
import { change, Setup, ignore } from '../support.ts';
import { written } from '../written.ts';
import { holds } from '../../../property.ts';
import { Drawer, workerFile } from './setup-folder.ts';

/** Must hold for the rows of any ledger: no change began on a loan with another one open. */
function assertOneAtATime(rows: readonly WriteRecord[]): void {
  for (const [index, row] of rows.entries()) {
    if (row.state !== 'sent') continue;
    const loan = (record: WriteRecord): string => (record.change.kind === 'collateral' ? record.change.loan.loanId : '');
    const open = [...fold(rows.slice(0, index)).values()].filter((other) => isOpen(other));
    // Who holds it may say so again.
    if (open.some(({ id }) => id === row.id)) continue;
    assert.ok(!open.some((other) => loan(other) === loan(row)), `row ${(index + 1).toString()}`);
  }
}

describe('windows on one ledger', () => {
  let drawer: Drawer;
  let children: ChildProcess[] = [];
  beforeEach(() => {
    drawer = new Drawer();
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
    drawer.remove();
  });

  const child = (name: string, count: number): ChildProcess => {
    const script = path.join(process.cwd(), 'test/unit/engine/ledger/database/append-rows.ts');
    const args = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', script, drawer.folder, workerFile, name, count.toString()];
    const made = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
    children.push(made);
    return made;
  };

  it('keep the order of each, write whole rows, and give each loan to one at a time, however they interleave', async () => {
    const step = fc.record({
      window: fc.nat({ max: 2 }),
      write: fc.nat({ max: 5 }),
      state: fc.constantFrom<WriteState>('planned', 'sent', 'sent', 'sent', 'accepted', 'rejected', 'effective', 'not-effective'),
      together: fc.boolean(),
    });
    await holds(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
        const place = new Drawer();
        try {
          const windows = [place.open(), place.open(), place.open()];
          const durable: string[][] = [[], [], []];
          let waiting: Promise<void>[] = [];
          for (const [index, { window, write, state, together }] of steps.entries()) {
            // Two loans, three writes on each. The time tells the rows apart.
            const of = change({ loan: { loanId: `loan${(write % 2).toString()}` } });
            const row = written(`w${write.toString()}`, { change: of, state, updatedAt: index });
            const appended = windows[window]!.append(row).then(
              () => void durable[window]!.push(index.toString()),
              (error: unknown) => {
                assert.ok(error instanceof TargetTaken && state === 'sent', String(error));
              },
            );
            waiting.push(appended);
            if (together) continue;
            await Promise.all(waiting);
            waiting = [];
          }
          await Promise.all(waiting);
          const rows = await windows[0]!.load();
          const told = rows.map(({ updatedAt }) => updatedAt.toString());
          assert.deepEqual([...told].sort(), durable.flat().sort(), 'what resolved is there, once, and nothing else');
          for (const mine of durable) {
            assert.deepEqual(
              told.filter((row) => mine.includes(row)),
              mine,
              'in the order of its window',
            );
          }
          assert.deepEqual(await windows[1]!.load(), rows, 'all see the same');
          assertOneAtATime(rows);
          const verification = await windows[2]!.verify();
          assert.equal(verification.ok, true, JSON.stringify(verification));
        } finally {
          place.remove();
        }
      }),
      // How threads interleave is not repeated, so there is nothing to shrink.
      { numRuns: 6, endOnFailure: true },
    );
  }).timeout(30_000);

  it('in processes of their own take each loan once between them, and keep no process alive', async () => {
    const count = 12;
    const outcomes = await Promise.all(
      ['x', 'y', 'z'].map(async (name) => {
        const lines: string[] = [];
        for await (const line of createInterface({ input: child(name, count).stdout! })) lines.push(line);
        return lines;
      }),
    );
    const all = outcomes.flat();
    assert.equal(all.length, 3 * count);
    assert.equal(all.filter((line) => line.endsWith(' taken')).length, count, 'each loan once');
    assert.equal(all.filter((line) => line.endsWith(' refused')).length, 2 * count);
    const journal = drawer.open();
    const rows = await journal.load();
    assert.deepEqual(rows.map(({ id }) => `${id} taken`).sort(), all.filter((line) => line.endsWith(' taken')).sort());
    assertOneAtATime(rows);
    assert.equal((await journal.verify()).ok, true);
  }).timeout(30_000);

  for (const after of [1, 4, 25]) {
    it(`keep every row that was durable when its process was killed after ${after.toString()}`, async () => {
      const dying = child('x', 0);
      const ended = once(dying, 'close');
      const told: string[] = [];
      for await (const line of createInterface({ input: dying.stdout! })) {
        told.push(line);
        if (told.length === after) dying.kill('SIGKILL');
      }
      await ended;
      assert.ok(told.every((line) => line.endsWith(' taken')));
      const journal = drawer.open();
      const ids = (await journal.load()).map(({ id }) => `${id} taken`);
      assert.deepEqual(ids.slice(0, told.length), told);
      assert.ok(ids.length <= told.length + 1, 'nothing but what was just being written');
      const verification = await journal.verify();
      assert.equal(verification.ok, true, JSON.stringify(verification));
      await journal.append(written('after'));
    });
  }

  it('send once between them', async () => {
    const setup = new Setup();
    const windows = [0, 1, 2].map(() => setup.window({ journal: drawer.open() }));
    const previews = await Promise.all(windows.map(({ ledger }) => ledger.preview('a', change())));
    const sent = new Promise<void>((resolve) => {
      const take = setup.venue.take.bind(setup.venue);
      setup.venue.take = (asked) => {
        resolve();
        return take(asked);
      };
    });
    const outcomes = windows.map(({ ledger }, index) =>
      ledger.commit(previews[index]!, ignore).then(
        ({ state }) => state,
        (error: unknown) => (error instanceof Refusal ? `refused because of ${error.openWrite?.id ?? 'nothing'}` : String(error)),
      ),
    );
    await sent;
    // The others give up while it is open; one that came later, on a busy machine, would be refused for another reason.
    const refusals: string[] = [];
    await new Promise<void>((resolve) => {
      for (const outcome of outcomes) {
        void outcome.then((said) => {
          if (refusals.push(said) === 2) resolve();
        });
      }
    });
    assert.equal(setup.venue.sends.length, 1);
    const holder = await sentFirst(drawer.open());
    assert.deepEqual(refusals, [`refused because of ${holder}`, `refused because of ${holder}`]);
    setup.venue.settle();
    for (let turn = 0; turn < 100 && (await stateOf(drawer.open(), holder)) !== 'effective'; turn += 1) await setup.clock.advance(2_000);
    assert.deepEqual((await Promise.all(outcomes)).sort(), ['effective', `refused because of ${holder}`, `refused because of ${holder}`]);
    assert.equal(setup.venue.sends.length, 1);
    const rows = await drawer.open().load();
    assert.equal(rows.filter(({ state }) => state === 'sent').length, 1, 'only one even says so');
    assert.equal((await drawer.open().verify()).ok, true);
  });
});

const sentFirst = async (journal: Journal): Promise<string> => (await journal.load()).find(({ state }) => state === 'sent')?.id ?? 'nobody';
const stateOf = async (journal: Journal, id: string): Promise<WriteState | undefined> => fold(await journal.load()).get(id)?.state;
