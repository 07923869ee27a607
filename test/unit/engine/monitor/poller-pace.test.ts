import assert from 'node:assert/strict';
import fc from 'fast-check';
import { staleAfterMs } from '../../../../src/core/clock.ts';
import { decimal } from '../../../../src/core/decimal.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Snapshot } from '../../../../src/core/model.ts';
import { intervalInForce, isCurrent } from '../../../../src/engine/monitor/pace.ts';
import type { Wake } from '../../../../src/engine/monitor/wakes.ts';
import type { Live } from '../../../../src/engine/monitor/store.ts';
import { holds } from '../../property.ts';
import { beside, failing, fence, minute, polling, type Polling } from './polling.ts';
import { account, failure, snapshot } from './support.ts';
import { untilOf } from '../../../../src/exchanges/purpose.ts';
import { barePosition } from '../../../bare-position.ts';

/** The margin call of the sample is at 73.74 %. */
const ltvs = { danger: '0.72', warn: '0.68', watch: '0.58', ok: '0.5' } as const;

const at = (world: Polling, level: keyof typeof ltvs) => (): Promise<Snapshot> => Promise.resolve(snapshot(world.clock.now(), ltvs[level]));

/** By newer prices the loan of the sample stands there. */
const estimated = (level: keyof typeof ltvs): Live => ({
  at: 1,
  loans: { '12345': { ltv: decimal(ltvs[level]) } as Live['loans'][string] & object },
  positions: {},
  off: {},
  doubted: [],
});

describe('the interval in force', () => {
  const table = [
    ['danger', 5_000, 5_000],
    ['warn', 10_000, 10_000],
    ['watch', 30_000, 300_000],
    ['ok', 30_000, 300_000],
  ] as const;
  for (const [level, byHalfAMinute, byFive] of table) {
    it(`is ${(byHalfAMinute / 1_000).toString()} s at ${level}, and the person's where that is less`, () => {
      const figures = snapshot(0, ltvs[level]);
      for (const [mine, wanted] of [
        [30_000, byHalfAMinute],
        [300_000, byFive],
        [4_000, 4_000],
      ] as const) {
        assert.equal(intervalInForce(figures, mine), wanted);
        assert.equal(intervalInForce(figures, mine), wanted, 'known by now');
      }
    });
  }

  it('is set by the nearest of all, by newer prices where they are nearer, and not by what is overdue', () => {
    const [far, near] = [snapshot(0, ltvs.ok), snapshot(0, ltvs.danger)];
    assert.equal(intervalInForce({ ...far, loans: [...far.loans, ...near.loans] }, 30_000), 5_000);
    assert.equal(intervalInForce(far, 30_000, { live: estimated('warn') }), 10_000);
    const due = [{ coin: 'USDT', amount: decimal('1'), at: 0, overdue: true }];
    assert.equal(intervalInForce({ ...far, loans: far.loans.map((loan) => ({ ...loan, due })) }, 30_000), 30_000);
    const position = { ...barePosition, markPrice: decimal('100'), liquidationPrice: decimal('97') };
    assert.equal(intervalInForce({ ...far, positions: [position] }, 30_000), 5_000);
    assert.equal(intervalInForce(undefined, 30_000), 30_000);
    assert.equal(intervalInForce({ ...far, loans: [], positions: [] }, 30_000), 30_000);
  });

  it("is set by the person's own levels of a loan or position, also for how long figures are current", () => {
    const own = (danger: string, warn: string, watch: string) => ({ danger: decimal(danger), warn: decimal(warn), watch: decimal(watch) });
    const levels = { 'loan:12345': own('0.25', '0.35', '0.5') };
    const far = snapshot(0, ltvs.watch);
    for (const [by, wanted] of [
      [{}, 30_000],
      [{ account: account('a') }, 30_000],
      [{ account: account('a', { levels }) }, 5_000],
      [{ account: account('a', { levels: { 'loan:12345': own('0.1', '0.25', '0.5') } }) }, 10_000],
      [{ account: account('a', { levels: { 'loan:7': levels['loan:12345'] } }) }, 30_000],
      [{ account: account('a', { levels }), live: estimated('ok') }, 10_000],
    ] as const) {
      assert.equal(intervalInForce(far, 30_000, by), wanted);
    }
    const quieter = account('a', { levels: { 'loan:12345': own('0.01', '0.02', '0.03') } });
    for (const [ltv, wanted] of [
      [ltvs.danger, 5_000],
      [ltvs.warn, 10_000],
    ] as const) {
      assert.equal(intervalInForce(snapshot(0, ltv), 30_000, { account: quieter }), wanted, 'no warning is no reason to look less');
    }
    for (const [facts, current] of [
      [{}, true],
      [{ levels }, false],
    ] as const) {
      assert.equal(isCurrent({ account: account('a', facts), snapshot: far, reading: false }, 30_001, 30_000), current);
    }
  });

  it("is the person's where it can't be judged", () => {
    const broken = { ...snapshot(0), loans: undefined } as unknown as Snapshot;
    assert.equal(intervalInForce(broken, 30_000), 30_000);
  });

  it('is what figures are out of date by: neither current ones nor old ones are taken for the other', () => {
    holds(
      fc.property(
        fc.constantFrom('danger', 'warn', 'watch', 'ok'),
        fc.integer({ min: 10_000, max: 300_000 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (level, intervalMs, age) => {
          const figures = snapshot(1_000, ltvs[level]);
          const state = { account: account('a'), snapshot: figures, reading: false };
          const every = level === 'danger' ? 5_000 : level === 'warn' ? 10_000 : intervalMs;
          assert.equal(isCurrent(state, 1_000 + age, intervalMs), age <= staleAfterMs(every));
          // Slowed down to its half, what is read in time still is.
          assert.ok(staleAfterMs(every) >= 2.5 * every);
        },
      ),
    );
  });
});

describe('the pace of the poller', () => {
  for (const [level, ms] of [
    ['danger', 5_000],
    ['warn', 10_000],
    ['watch', 30_000],
    ['ok', 30_000],
  ] as const) {
    it(`is ${(ms / 1_000).toString()} s at ${level}`, async () => {
      const world = await polling(['a']);
      world.answers.set('a', at(world, level));
      world.poller.start();
      await world.clock.advance(0);
      assert.equal(world.clock.nextIn, ms);
      await world.clock.advance(5 * minute);
      assert.equal(world.count('a'), 1 + (5 * minute) / ms);
      world.poller.dispose();
    });
  }

  it('follows each account by itself, up and down', async () => {
    const world = await polling(['near', 'far']);
    world.answers.set('near', at(world, 'danger'));
    world.answers.set('far', at(world, 'ok'));
    world.poller.start();
    await world.clock.advance(minute);
    assert.deepEqual([world.count('near'), world.count('far')], [13, 3]);
    world.answers.set('near', at(world, 'ok'));
    world.answers.set('far', at(world, 'danger'));
    await world.clock.advance(minute);
    assert.deepEqual([world.count('near'), world.count('far')], [15, 10]);
    world.poller.dispose();
  });

  it('reads by a shorter interval as soon as the person sets it, and not again at once', async () => {
    const changed = new Emitter<undefined>();
    const world = await polling(['a', 'b'], { onDidChangeInterval: (listener) => changed.on(listener) });
    world.interval = 300_000;
    world.poller.start();
    await world.clock.advance(20_000);
    world.interval = 30_000;
    changed.fire(undefined);
    await world.clock.advance(9_999);
    assert.equal(world.count('a'), 1);
    await world.clock.advance(1);
    assert.deepEqual([world.count('a'), world.count('b')], [2, 2]);
    world.interval = 300_000;
    changed.fire(undefined);
    await world.clock.advance(300_000);
    assert.equal(world.count('a'), 3, 'a longer one counts from the next reading on');
    world.poller.dispose();
    changed.fire(undefined);
    assert.equal(world.clock.sleeping, 0);
  });

  it('does not wait out an interval when newer prices bring it near its line, in the window that reads', async () => {
    const world = await beside(['a']);
    world.answers.set('a', at(world, 'ok'));
    world.poller.start();
    await world.clock.advance(2_000);
    world.store.estimate('a', world.store.get('a')!.snapshot!, estimated('watch'));
    assert.equal(world.clock.nextIn, 28_000);
    world.store.estimate('a', world.store.get('a')!.snapshot!, estimated('danger'));
    await world.clock.advance(3_000);
    assert.equal(world.count('a'), 2);
    world.turns(false);
    const left = world.clock.nextIn;
    world.store.estimate('a', world.store.get('a')!.snapshot!, estimated('danger'));
    assert.equal(world.clock.nextIn, left);
    world.poller.dispose();
  });

  it('backs off from there for half a minute at most while the venue is down, and is not hurried by each estimate', async () => {
    const world = await polling(['a']);
    world.answers.set('a', at(world, 'danger'));
    world.poller.start();
    await world.clock.advance(0);
    world.answers.set('a', failing('unavailable'));
    await world.clock.advance(5_000);
    const waits: (number | undefined)[] = [];
    for (let round = 0; round < 4; round += 1) {
      waits.push(world.clock.nextIn);
      await world.clock.advance(world.clock.nextIn ?? 0);
    }
    assert.deepEqual(waits, [5_000, 7_500, 12_500, 17_500]);
    const left = world.clock.nextIn;
    world.store.estimate('a', world.store.get('a')!.snapshot!, estimated('danger'));
    assert.equal(world.clock.nextIn, left);
    world.poller.dispose();
  });

  it('ends a long back-off once newer prices bring an account near its line, once', async () => {
    const draws = [0.9, 0.5];
    const world = await polling(['a'], { random: () => draws[0] ?? 0 });
    world.answers.set('a', at(world, 'ok'));
    world.poller.start();
    await world.clock.advance(0);
    world.answers.set('a', failing('unavailable'));
    for (let round = 0; round < 7; round += 1) await world.clock.advance(world.clock.nextIn ?? 0);
    assert.equal(world.clock.nextIn, 273_000);
    draws.shift();
    world.store.estimate('a', world.store.get('a')!.snapshot!, estimated('danger'));
    assert.equal(world.clock.nextIn, 17_500);
    draws.shift();
    world.store.estimate('a', world.store.get('a')!.snapshot!, estimated('danger'));
    assert.equal(world.clock.nextIn, 17_500);
    world.poller.dispose();
  });

  it("goes by the person's own levels", async () => {
    const levels = { 'loan:12345': { danger: decimal('0.25'), warn: decimal('0.35'), watch: decimal('0.5') } };
    const world = await polling([account('a', { levels })]);
    world.answers.set('a', at(world, 'watch'));
    world.poller.start();
    await world.clock.advance(10_000);
    assert.deepEqual(world.purposes, ['command', 'near', 'near']);
    world.poller.dispose();
  });

  it('is half as fast while the venue says that too much is asked, by others', async () => {
    const world = await polling(['a']);
    world.isLimited = true;
    world.answers.set('a', at(world, 'danger'));
    world.poller.start();
    await world.clock.advance(0);
    assert.equal(world.clock.nextIn, 10_000);
    world.isLimited = false;
    await world.clock.advance(10_000);
    assert.equal(world.clock.nextIn, 5_000);
    world.isLimited = true;
    world.answers.set('a', () => Promise.reject(failure('rate')));
    await world.clock.advance(5_000);
    assert.equal(world.clock.nextIn, 10_000);
    world.poller.dispose();
  });

  it('is not slowed down beyond five minutes by that', async () => {
    for (const [mine, wanted] of [
      [4 * minute, 5 * minute],
      [7 * minute, 7 * minute],
    ] as const) {
      const world = await polling(['a']);
      world.interval = mine;
      world.isLimited = true;
      world.poller.start();
      await world.clock.advance(0);
      assert.equal(world.clock.nextIn, wanted);
      world.poller.dispose();
    }
  });

  it('says what each reading is for: a first load and what a person asks for go first, then what is near its line', async () => {
    const world = await polling(['a']);
    world.answers.set('a', at(world, 'ok'));
    world.poller.start();
    await world.clock.advance(30_000);
    world.answers.set('a', at(world, 'warn'));
    await world.clock.advance(40_000);
    await world.poller.refresh('a');
    world.answers.set('a', () => Promise.reject(failure('network')));
    await world.clock.advance(10_000);
    assert.deepEqual(world.purposes, ['command', 'standing', 'standing', 'near', 'command', 'near']);
    world.poller.dispose();
  });

  it('puts a reading under way first when a person asks for it', async () => {
    const world = await polling(['a']);
    world.poller.start();
    await world.clock.advance(0);
    const finish = world.heldUp('a');
    await world.clock.advance(30_000);
    assert.equal(world.purposeNow('a'), 'standing');
    const asked = world.poller.refresh('a');
    assert.equal(world.purposeNow('a'), 'command');
    finish();
    await asked;
    assert.equal(world.count('a'), 2);
    world.poller.dispose();
  });
});

describe('the pace while nobody looks', () => {
  async function unseen(level: keyof typeof ltvs, interval = 30_000): Promise<Polling & { person: { looks: boolean } }> {
    const person = { looks: false };
    const world = await polling(['a'], {
      reader: { isReader: true, pass: async () => fence, isSeen: async () => person.looks },
    });
    world.interval = interval;
    world.answers.set('a', at(world, level));
    world.poller.start();
    await world.clock.advance(0);
    return Object.assign(world, { person });
  }

  for (const [level, interval, expected] of [
    ['ok', 30_000, 60_000],
    ['ok', 200_000, 300_000],
    ['ok', 300_000, 300_000],
    ['watch', 30_000, 30_000],
    ['warn', 30_000, 10_000],
    ['danger', 30_000, 5_000],
  ] as const) {
    it(`is ${(expected / 1_000).toString()} s at ${level} for somebody who wants ${(interval / 1_000).toString()} s`, async () => {
      const world = await unseen(level, interval);
      assert.equal(world.count('a'), 1, 'a first load waits for nobody');
      for (let count = 2; count < 5; count += 1) {
        await world.clock.advance(expected - 1);
        assert.equal(world.count('a'), count - 1);
        await world.clock.advance(1);
        assert.equal(world.count('a'), count);
        assert.ok(isCurrent(world.store.get('a')!, world.clock.now(), interval));
      }
      world.poller.dispose();
    });
  }

  it('is the whole pace again once somebody looks, and for a nudge, a sleep or an estimate that is nearer', async () => {
    const world = await unseen('ok');
    world.person.looks = true;
    await world.clock.advance(30_000);
    assert.equal(world.count('a'), 2);
    world.person.looks = false;
    world.poller.nudge('a');
    await world.clock.advance(1_000);
    assert.equal(world.count('a'), 3);
    await world.clock.advance(31_000);
    assert.equal(world.count('a'), 3);
    for (const level of ['ok', 'watch'] as const) {
      world.store.estimate('a', world.store.get('a')!.snapshot!, estimated(level));
      await world.clock.advance(0);
      assert.equal(world.count('a'), 3, 'news of prices alone are no reason');
    }
    world.store.estimate('a', world.store.get('a')!.snapshot!, estimated('warn'));
    await world.clock.advance(0);
    assert.equal(world.count('a'), 4);
    world.poller.dispose();
  });

  it('is not slower still where the venue says that too much is asked', async () => {
    const world = await unseen('ok');
    world.isLimited = true;
    await world.poller.refresh('a');
    await world.clock.advance(59_999);
    assert.equal(world.count('a'), 2);
    await world.clock.advance(1);
    assert.equal(world.count('a'), 3);
    world.poller.dispose();
  });
});

describe('a nudge', () => {
  it('reads after a second, once for many, and then waits the interval again', async () => {
    const world = await polling(['a', 'b']);
    world.poller.start();
    await world.clock.advance(10_000);
    for (let count = 0; count < 10; count += 1) {
      world.poller.nudge('a');
      await world.clock.advance(50);
    }
    await world.clock.advance(499);
    assert.equal(world.count('a'), 1);
    await world.clock.advance(1);
    assert.deepEqual([world.count('a'), world.count('b')], [2, 1]);
    await world.clock.advance(29_999);
    assert.equal(world.count('a'), 2);
    world.poller.dispose();
  });

  it('reads every two seconds at most, however many there are', async () => {
    const world = await polling(['a']);
    world.poller.start();
    await world.clock.advance(10_000);
    for (let passed = 0; passed < 20_000; passed += 100) {
      world.poller.nudge('a');
      await world.clock.advance(100);
    }
    assert.ok(world.count('a') >= 10 && world.count('a') <= 11, world.count('a').toString());
    world.poller.dispose();
  });

  it('that comes while it is read makes it read once more', async () => {
    const world = await polling(['a']);
    world.poller.start();
    await world.clock.advance(0);
    const finish = world.heldUp('a');
    await world.clock.advance(30_000);
    world.poller.nudge('a');
    world.poller.nudge('a');
    world.answers.delete('a');
    finish();
    await world.clock.advance(999);
    assert.equal(world.count('a'), 2);
    await world.clock.advance(1);
    assert.equal(world.count('a'), 3);
    await world.clock.advance(29_000);
    assert.equal(world.count('a'), 3);
    world.poller.dispose();
  });

  it('changes nothing in a window that does not read, before the start, after the end, or of an account that is gone', async () => {
    const world = await beside(['a']);
    world.poller.nudge('a');
    world.poller.start();
    await world.clock.advance(0);
    world.turns(false);
    const left = world.clock.nextIn;
    world.poller.nudge('a');
    world.poller.nudge('gone');
    assert.equal(world.clock.nextIn, left);
    world.poller.dispose();
    world.poller.nudge('a');
    assert.equal(world.clock.sleeping, 0);
  });

  it('is no reason to ask a venue that wants to be left alone, or with keys that are no good', async () => {
    for (const [kind, retryAfterMs] of [
      ['rate', 45_000],
      ['auth', undefined],
    ] as const) {
      const world = await polling(['a']);
      world.answers.set('a', failing(kind, retryAfterMs));
      world.poller.start();
      await world.clock.advance(10_000);
      world.poller.nudge('a');
      await world.clock.advance(30_000);
      assert.equal(world.count('a'), 1, kind);
      world.poller.dispose();
    }
  });

  it('ends a back-off', async () => {
    const world = await polling(['a']);
    world.answers.set('a', failing('network'));
    world.poller.start();
    await world.clock.advance(10 * minute);
    const before = world.count('a');
    world.poller.nudge('a');
    await world.clock.advance(1_000);
    assert.equal(world.count('a'), before + 1);
    world.poller.dispose();
  });
});

describe('the poller, whatever happens', () => {
  const ids = fc.constantFrom('a', 'b');
  const event = fc.oneof(
    fc.record({ do: fc.constant('pass' as const), ms: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 40_000 })) }),
    fc.record({ do: fc.constant('nudge' as const), id: ids }),
    fc.record({ do: fc.constant('refresh' as const), id: fc.option(ids, { nil: undefined }) }),
    fc.record({ do: fc.constant('level' as const), id: ids, level: fc.constantFrom('danger', 'warn', 'watch', 'ok') }),
    fc.record({ do: fc.constant('fail' as const), id: ids, kind: fc.constantFrom('network', 'auth', 'rate', undefined) }),
    fc.record({ do: fc.constant('estimate' as const), id: ids, level: fc.constantFrom('danger', 'ok') }),
    fc.record({ do: fc.constant('wake' as const), wake: fc.constantFrom<Wake>('slept', 'moved') }),
    fc.record({ do: fc.constant('look' as const), looks: fc.boolean() }),
  );

  it('never reads an account twice at a time or faster than it may, and never falls silent', async () => {
    await holds(
      fc.asyncProperty(
        fc.array(event, { maxLength: 60 }),
        fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
        async (events, tookMs) => {
          const wakes = new Emitter<Wake>();
          let looks = true;
          const world = await polling(['a', 'b'], {
            wakes,
            reader: { isReader: true, pass: async () => fence, isSeen: async () => looks },
          });
          const levels = new Map<string, keyof typeof ltvs>();
          const faults = new Map<string, Parameters<typeof failure>[0]>();
          const underWay = new Set<string>();
          const begun = new Map<string, number[]>([
            ['a', []],
            ['b', []],
          ]);
          const woke: number[] = [];
          const broken: string[] = [];
          for (const id of ['a', 'b']) {
            world.answers.set(id, async () => {
              const now = world.clock.now();
              const last = begun.get(id)!.at(-1);
              const isAsked = world.purposes.at(-1) === 'command' || woke.some((then) => now - then <= 1_000);
              if (underWay.has(id)) broken.push(`${id} is read twice at a time`);
              // A nudge takes a second, and the fastest pace is five.
              if (last !== undefined && !isAsked && now - last < 1_000) broken.push(`${id} is read ${(now - last).toString()} ms after`);
              begun.get(id)!.push(now);
              underWay.add(id);
              await world.clock.sleep(tookMs);
              underWay.delete(id);
              const kind = faults.get(id);
              if (kind !== undefined) throw failure(kind);
              return snapshot(world.clock.now(), ltvs[levels.get(id) ?? 'ok']);
            });
          }
          world.poller.start();
          for (const one of events) {
            if (one.do === 'pass') await world.clock.advance(one.ms);
            else if (one.do === 'nudge') world.poller.nudge(one.id);
            else if (one.do === 'refresh') void world.poller.refresh(one.id);
            else if (one.do === 'level') levels.set(one.id, one.level);
            else if (one.do === 'fail') {
              if (one.kind === undefined) faults.delete(one.id);
              else faults.set(one.id, one.kind);
            } else if (one.do === 'estimate') {
              const known = world.store.get(one.id)?.snapshot;
              if (known !== undefined) world.store.estimate(one.id, known, estimated(one.level));
            } else if (one.do === 'wake') {
              woke.push(world.clock.now());
              wakes.fire(one.wake);
            } else looks = one.looks;
          }
          faults.clear();
          const before = new Map([...begun].map(([id, times]) => [id, times.length]));
          await world.clock.advance(5 * minute + 10_000);
          for (const [id, times] of begun) {
            assert.ok(times.length > before.get(id)!, `${id} is read`);
            assert.equal(world.store.get(id)?.failure, undefined);
            assert.ok(isCurrent(world.store.get(id)!, world.clock.now(), world.interval), `${id} is current`);
          }
          world.poller.dispose();
          await world.clock.advance(10_000);
          assert.equal(world.clock.sleeping, 0);
          assert.deepEqual(broken, []);
        },
      ),
      { numRuns: 60 },
    );
  }).timeout(60_000);
});

describe('a reading that hangs', () => {
  /** Each reading ends as the test says. */
  async function near(level: keyof typeof ltvs = 'danger') {
    const world = await polling(['a']);
    world.answers.set('a', at(world, level));
    world.poller.start();
    await world.clock.advance(0);
    const ends: { readonly began: number; readonly read: () => void; readonly fail: () => void }[] = [];
    world.answers.set(
      'a',
      () =>
        new Promise((resolve, reject) => {
          const began = world.clock.now();
          const read = (): void => {
            resolve(snapshot(began, ltvs[level]));
          };
          ends.push({
            began,
            read,
            fail: () => {
              reject(failure('network'));
            },
          });
        }),
    );
    return { world, ends };
  }

  it('is overtaken by one fresh one after the interval near a line, and the first figures count', async () => {
    for (const which of [0, 1]) {
      const { world, ends } = await near();
      await world.clock.advance(5_000 + 4_999);
      assert.equal(ends.length, 1);
      await world.clock.advance(60_000);
      assert.equal(ends.length, 2, 'and no more');
      assert.equal(ends[1]!.began - ends[0]!.began, 5_000);
      assert.deepEqual(world.purposes.slice(-2), ['near', 'overtaking']);
      const other = world.signals.get('a');
      ends[which]!.read();
      await world.clock.advance(0);
      assert.equal(world.store.get('a')?.snapshot?.asOf, ends[which]!.began);
      assert.ok(other?.aborted, 'nothing waits for the other');
      assert.equal(world.store.get('a')?.reading, false);
      world.poller.dispose();
      assert.equal(world.clock.sleeping, 0);
    }
  });

  it('has failed when both have, and is not overtaken when it fails before that', async () => {
    const { world, ends } = await near();
    await world.clock.advance(10_000);
    ends[1]!.fail();
    await world.clock.advance(0);
    assert.equal(world.store.get('a')?.failure, undefined);
    ends[0]!.fail();
    await world.clock.advance(0);
    assert.equal(world.store.get('a')?.failure?.attempts, 1);
    assert.equal(world.clock.nextIn, 2_500, 'half an interval: the other half is long over');
    await world.clock.advance(2_500);
    ends[2]!.fail();
    await world.clock.advance(0);
    assert.deepEqual([world.store.get('a')?.failure?.attempts, world.clock.sleeping], [2, 1]);
    world.poller.dispose();
  });

  it('is waited for by a second more than the last one took, and by all the time far from every line', async () => {
    const { world, ends } = await near();
    await world.clock.advance(5_000 + 8_000);
    ends[0]!.read();
    await world.clock.advance(2_500 + 8_999);
    assert.equal(ends.length, 3, 'the first was overtaken');
    await world.clock.advance(1);
    assert.equal(ends.length, 4);
    world.poller.dispose();
    const far = await near('ok');
    await far.world.clock.advance(30 * minute);
    assert.equal(far.ends.length, 1);
    far.world.poller.dispose();
  });

  it('has a time until which it has to be answered, unless a person asked for it', async () => {
    const { world, ends } = await near();
    const leftMs = (): number => untilOf(world.signals.get('a')) - world.clock.uptime();
    await world.clock.advance(5_000);
    assert.equal(leftMs(), 12_000);
    await world.clock.advance(5_000);
    assert.equal(leftMs(), 5_000);
    ends[1]!.read();
    await world.clock.advance(0);
    void world.poller.refresh('a');
    await world.clock.advance(0);
    assert.equal(leftMs(), Infinity);
    world.poller.dispose();
  });
});
