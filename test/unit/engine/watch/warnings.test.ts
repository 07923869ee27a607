import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Warning } from '../../../../src/engine/storage/warning-protocol.ts';
import {
  acknowledged,
  applied,
  blindAfterMs,
  decide,
  isQuiet,
  quietMs,
  readWarningTarget,
  snoozed,
  warningKey,
  warningTarget,
  type Rows,
  type Sight,
  type Told,
} from '../../../../src/engine/watch/warnings.ts';
import { holds } from '../../property.ts';

const minute = 60_000;
const hour = 60 * minute;
const target = 'level loan:1';
const offLine = { marginCall: quietMs, liquidation: quietMs };
const calm = { danger: quietMs, warn: quietMs, ...offLine };

/** A loan that is watched by one who decides again and again. */
class Desk {
  rows: Rows = new Map();
  now = 1_700_000_000_000;
  enabled = true;
  quiet = false;

  get row(): Warning | undefined {
    return this.rows.get(warningKey({ account: 'a', target }));
  }

  sees(sees: Sight['sees'], better: Sight['better'] = {}, what = target): string[] {
    return this.all({ account: 'a', target: what, sees, better }).map(({ says, level }) => `${says} ${level}`);
  }

  all(...sights: readonly Sight[]): readonly Told[] {
    const decision = decide(this.rows, sights, this);
    this.rows = applied(this.rows, decision);
    return decision.told;
  }

  /** Looks every minute for so long. @returns the minutes at which something was told */
  minutes(count: number, sees: Sight['sees'], better?: Sight['better'], what?: string): number[] {
    const told: number[] = [];
    for (let at = 1; at <= count; at += 1) {
      this.now += minute;
      if (this.sees(sees, better, what).length > 0) told.push(at);
    }
    return told;
  }

  acknowledge(): void {
    this.rows = applied(this.rows, acknowledged(this.rows, [...this.rows.values()], this.now));
  }

  snooze(ms: number): void {
    this.rows = applied(this.rows, snoozed(this.rows, [...this.rows.values()], this.now + ms));
  }
}

describe('a warning', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });

  it('is told once at a warning, and at once at a worse level', () => {
    assert.deepEqual(desk.sees('calm', calm), []);
    assert.equal(desk.rows.size, 0, 'nothing is kept of what is well');
    assert.deepEqual(desk.sees('warn'), ['alarm warn']);
    assert.deepEqual(desk.minutes(300, 'warn'), []);
    assert.deepEqual(desk.sees('danger'), ['alarm danger']);
  });

  it('that jumps over a level is one warning, the worst', () => {
    assert.deepEqual(desk.sees('danger'), ['alarm danger']);
    assert.deepEqual(desk.sees('warn'), []);
    assert.equal(desk.row?.level, 'danger');
  });

  it('of danger is told again after 5, 15 and 60 minutes, then every hour, until it is acknowledged', () => {
    desk.sees('danger');
    assert.deepEqual(desk.minutes(200, 'danger'), [5, 20, 80, 140, 200]);
    desk.acknowledge();
    assert.deepEqual(desk.minutes(300, 'danger'), []);
  });

  it('of danger is not told again while it is better, and is when it is danger again', () => {
    assert.deepEqual(desk.sees('danger'), ['alarm danger']);
    for (const better of ['warn', 'calm'] as const) assert.deepEqual(desk.minutes(9, better), [], better);
    assert.deepEqual(desk.minutes(1, 'danger'), [1]);
  });

  it('that was acknowledged speaks again at a worse level, and after it had become better', () => {
    desk.sees('warn');
    desk.acknowledge();
    assert.deepEqual(desk.sees('danger'), ['alarm danger']);
    desk.acknowledge();
    assert.deepEqual(desk.minutes(30, 'warn'), []);
    assert.deepEqual(desk.sees('warn', { danger: quietMs }), ['better warn']);
    assert.equal(desk.row?.acknowledged, 'warn');
    assert.deepEqual(desk.sees('danger'), ['alarm danger']);
  });

  it('that was acknowledged or snoozed speaks again when a line is reached, at each line once', () => {
    const hush = (how: 'acknowledge' | 'snooze'): void => {
      if (how === 'snooze') desk.snooze(hour);
      else desk.acknowledge();
    };
    for (const how of ['acknowledge', 'snooze'] as const) {
      desk = new Desk();
      desk.quiet = true;
      desk.sees('danger');
      for (const line of ['marginCall', 'liquidation'] as const) {
        hush(how);
        assert.deepEqual(desk.sees(line), [`alarm ${line}`]);
        assert.deepEqual(desk.sees(line), []);
      }
      hush(how);
      assert.deepEqual(desk.minutes(30, 'liquidation'), []);
      assert.deepEqual(desk.minutes(20, 'marginCall'), [], 'and not at a better one');
    }
    desk = new Desk();
    assert.deepEqual(desk.sees('liquidation'), ['alarm liquidation'], 'a jump is one message');
    assert.deepEqual(desk.minutes(200, 'marginCall'), [5, 20, 80, 140, 200]);
  });

  it('that became worse is not silenced by what a person knew of it before', () => {
    desk.sees('danger');
    const known = [...desk.rows.values()];
    desk.sees('marginCall');
    const told = desk.row?.told;
    desk.rows = applied(desk.rows, snoozed(desk.rows, known, desk.now + hour));
    desk.rows = applied(desk.rows, acknowledged(desk.rows, known, desk.now));
    assert.deepEqual(desk.row, { account: 'a', target, level: 'marginCall', since: told, told, repeats: 0, acknowledged: 'danger' });
    assert.deepEqual(desk.minutes(20, 'marginCall'), [5, 20]);
    assert.deepEqual(desk.sees('danger', offLine), []);
    assert.deepEqual(desk.minutes(120, 'danger', offLine), [], 'this danger was acknowledged');
    desk.sees('liquidation');
    desk.acknowledge();
    desk.rows = applied(desk.rows, acknowledged(desk.rows, known, desk.now));
    assert.equal(desk.row.acknowledged, 'liquidation', 'an old notice takes nothing back');
    desk.rows = applied(desk.rows, acknowledged(desk.rows, [{ ...known[0]!, level: 'liquidation' }], desk.now));
    assert.equal(desk.row.acknowledged, 'liquidation');
  });

  it('at a line leaves it after ten quiet minutes without a word, then speaks when it is reached again', () => {
    desk.sees('liquidation');
    desk.acknowledge();
    assert.deepEqual(desk.sees('danger', { liquidation: quietMs, marginCall: quietMs - 1 }), []);
    assert.equal(desk.row?.level, 'marginCall');
    assert.deepEqual(desk.sees('danger', offLine), []);
    assert.deepEqual([desk.row.level, desk.row.acknowledged], ['danger', 'danger']);
    assert.deepEqual(desk.sees('marginCall', { liquidation: quietMs }), ['alarm marginCall']);
    assert.deepEqual(desk.sees('warn', offLine), []);
    assert.equal(desk.row.level, 'danger', 'not left yet');
    assert.deepEqual(desk.minutes(4, 'warn', offLine), []);
    assert.deepEqual(desk.minutes(1, 'danger', offLine), [1], 'and goes on as danger');
    desk.sees('liquidation');
    assert.deepEqual(desk.sees('warn', { ...offLine, danger: quietMs }), ['better warn']);
  });

  it('becomes better only after ten quiet minutes', () => {
    desk.sees('danger');
    assert.deepEqual(desk.sees('warn', { danger: quietMs - 1 }), []);
    assert.deepEqual(desk.sees('warn', { danger: quietMs }), ['better warn']);
    assert.deepEqual(desk.sees('calm', { danger: 2 * quietMs, warn: quietMs - 1 }), []);
    assert.deepEqual(desk.sees('calm', { danger: 2 * quietMs, warn: quietMs }), ['recovered warn']);
    assert.equal(desk.rows.size, 0);
  });

  it('that is over in one step is told once', () => {
    desk.sees('danger');
    assert.deepEqual(desk.sees('calm', calm), ['recovered danger']);
  });

  it('that was never told ends without a word', () => {
    desk.enabled = false;
    assert.deepEqual(desk.sees('danger'), []);
    desk.enabled = true;
    assert.deepEqual(desk.sees('calm', calm), []);
    assert.equal(desk.rows.size, 0);
  });

  it('is told when it is allowed, if it still stands', () => {
    desk.enabled = false;
    desk.sees('warn');
    desk.enabled = true;
    assert.deepEqual(desk.sees('warn'), ['alarm warn']);
  });

  it('is not ended by lost data: danger is told again', () => {
    desk.sees('danger');
    assert.deepEqual(desk.minutes(30, 'lost', calm), [5, 20]);
    assert.equal(desk.rows.size, 1);
    // Known only as it was last seen, without a quiet time behind it.
    assert.deepEqual(desk.sees('calm', {}), []);
    assert.equal(desk.row?.level, 'danger');
  });

  it('is neither ended nor repeated by old figures that were well', () => {
    desk.sees('danger');
    assert.deepEqual(desk.minutes(30, 'old', calm), []);
    assert.equal(desk.row?.level, 'danger');
    assert.deepEqual(desk.minutes(1, 'danger'), [1]);
    desk.snooze(hour);
    assert.deepEqual(desk.minutes(90, 'old'), []);
    assert.deepEqual(new Desk().sees('old'), []);
  });

  it('that is snoozed is silent for that time, then speaks again, or at once at a worse level', () => {
    desk.sees('warn');
    desk.snooze(hour);
    assert.deepEqual(desk.minutes(61, 'warn'), [60]);
    desk.snooze(hour);
    assert.deepEqual(desk.sees('danger'), ['alarm danger']);
    desk.snooze(hour);
    assert.deepEqual(desk.minutes(64, 'danger'), [60]);
  });

  it('in quiet hours is told if it is danger, and later if it is not', () => {
    desk.quiet = true;
    assert.deepEqual(desk.sees('warn'), []);
    assert.deepEqual(desk.sees('danger'), ['alarm danger']);
    assert.deepEqual(desk.minutes(5, 'danger'), [5]);
    assert.deepEqual(desk.sees('warn', { danger: quietMs }), [], 'good news waits for nobody');
    assert.deepEqual(desk.minutes(10, 'warn', { danger: quietMs }), []);
    const other = new Desk();
    other.quiet = true;
    other.sees('warn');
    other.quiet = false;
    assert.deepEqual(other.sees('warn'), ['alarm warn']);
  });

  it('of what is gone is told once, also at night, unless it was well when last seen', () => {
    desk.sees('danger');
    desk.quiet = true;
    assert.deepEqual(desk.sees('gone'), ['gone danger']);
    assert.deepEqual(desk.sees('gone'), []);
    desk.sees('danger');
    assert.deepEqual(desk.sees('closed'), []);
    assert.equal(desk.rows.size, 0);
  });

  it('of a loan that is gone with an overdue debt is one message', () => {
    const both = [target, 'overdue loan:1'];
    desk.all(...both.map((one): Sight => ({ account: 'a', target: one, sees: 'danger' })));
    const told = desk.all(...both.map((one): Sight => ({ account: 'a', target: one, sees: 'gone' })));
    assert.equal(told.length, 1);
    assert.equal(desk.rows.size, 0);
  });

  it('of an account that cannot be read comes after five minutes, once, and ends with the next reading', () => {
    assert.deepEqual(desk.minutes(60, 'warn', {}, 'blind'), [1 + blindAfterMs / minute]);
    assert.deepEqual(desk.sees('calm', {}, 'blind'), []);
    assert.equal(desk.rows.size, 0);
    assert.deepEqual(desk.minutes(4, 'warn', {}, 'blind'), []);
    desk.sees('calm', {}, 'blind');
    assert.deepEqual(desk.minutes(4, 'warn', {}, 'blind'), [], 'short failures do not add up');
  });

  it('of an account without readings counts from the last one, and waits for the end of quiet hours unless something stands near its line', () => {
    const blind = (urgent: boolean): Sight => ({ account: 'a', target: 'blind', sees: 'warn', since: desk.now - blindAfterMs, urgent });
    desk.quiet = true;
    assert.deepEqual(desk.all(blind(false)), []);
    desk.quiet = false;
    assert.equal(desk.all(blind(false))[0]?.since, desk.now - blindAfterMs);
    desk.rows = new Map();
    desk.quiet = true;
    assert.deepEqual(
      desk.all(blind(true)).map(({ says }) => says),
      ['alarm'],
    );
    assert.deepEqual(desk.all(blind(true)), [], 'once');
  });

  it('of a debt that is due speaks once a day', () => {
    assert.deepEqual(desk.minutes(3 * 24 * 60, 'warn', {}, 'due loan:1'), [1, 1441, 2881]);
    assert.deepEqual(desk.sees('gone', {}, 'due loan:1'), []);
  });

  it('after a restart is not told again, but danger goes on', () => {
    desk.sees('danger');
    desk.sees('warn', {}, 'level loan:2');
    const next = new Desk();
    next.rows = new Map([...desk.rows].map(([key, row]) => [key, JSON.parse(JSON.stringify(row)) as Warning]));
    next.now = desk.now + 4 * minute;
    assert.deepEqual([next.sees('danger'), next.sees('warn', {}, 'level loan:2')], [[], []]);
    assert.deepEqual(next.minutes(20, 'danger'), [1, 16]);
  });

  it('from a clock that was ahead still speaks', () => {
    desk.sees('danger');
    desk.snooze(hour);
    desk.now -= 400 * 24 * hour;
    assert.deepEqual(desk.minutes(10, 'danger'), [6], 'five minutes after the clock was seen to be back');
  });
});

describe('the name of what is warned of', () => {
  it('is read as it was written, whatever the id', () => {
    holds(
      fc.property(
        fc.constantFrom('level', 'overdue', 'due', 'capped', 'terms'),
        fc.constantFrom('loan', 'position'),
        fc.string(),
        (facet, kind, id) => {
          const on = { kind, id } as const;
          assert.deepEqual(readWarningTarget(warningTarget(facet as 'level', on as never)), { facet, on });
        },
      ),
    );
    assert.deepEqual(readWarningTarget(warningTarget('blind')), { facet: 'blind' });
  });
});

describe('what is only good to know', () => {
  const day = 24 * hour;
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  const facet = (name: string): string => (name === 'unbound' || name === 'key' ? name : `${name} loan:1`);

  it('is told once, never again, and can be acknowledged for ever', () => {
    for (const name of ['terms', 'unbound']) {
      assert.deepEqual(desk.sees('warn', {}, facet(name)), ['note warn']);
      for (let hours = 0; hours < 72; hours += 1) {
        desk.now += hour;
        assert.deepEqual(desk.sees('warn', {}, facet(name)), []);
      }
      assert.deepEqual(desk.sees('lost', {}, facet(name)), []);
      assert.deepEqual(desk.sees('calm', {}, facet(name)), []);
      assert.equal(desk.rows.get(warningKey({ account: 'a', target: facet(name) })), undefined);
    }
  });

  it('is told again when it happened once more, and not by a clock that was set back', () => {
    const sees = (at: number): string[] => desk.all({ account: 'a', target: facet('terms'), sees: 'warn', at }).map(({ says }) => says);
    assert.deepEqual(sees(desk.now - hour), ['note']);
    assert.deepEqual(sees(desk.now - hour), []);
    assert.deepEqual(sees(desk.now - minute), ['note']);
    desk.now -= day;
    assert.deepEqual(sees(desk.now - 30 * minute), []);
  });

  it('waits for the end of quiet hours, as a key that has days left does', () => {
    desk.quiet = true;
    assert.deepEqual(desk.sees('warn', {}, 'unbound'), []);
    assert.deepEqual(desk.sees('danger', {}, 'key'), []);
    assert.deepEqual(desk.sees('marginCall', {}, 'key'), ['alarm marginCall']);
    desk.quiet = false;
    assert.deepEqual(desk.sees('warn', {}, 'unbound'), ['note warn']);
  });

  it('of a key rises in three steps, is told daily in the last two, and ends with a new key', () => {
    const said: string[] = [];
    for (const [sees, days] of [
      ['warn', 11],
      ['danger', 2],
      ['marginCall', 2],
    ] as const)
      for (let hours = 0; hours < 24 * days; hours += 1) {
        said.push(...desk.sees(sees, {}, 'key'));
        desk.now += hour;
      }
    assert.deepEqual(said, ['alarm warn', 'alarm danger', 'again danger', 'alarm marginCall', 'again marginCall']);
    assert.deepEqual(desk.sees('calm', {}, 'key'), []);
    assert.equal(desk.rows.size, 0);
  });

  it('of a coin that is taken no more ends after the quiet time without a word, and goes with its loan', () => {
    assert.deepEqual(desk.sees('warn', {}, facet('capped')), ['alarm warn']);
    assert.deepEqual(desk.sees('calm', {}, facet('capped')), []);
    assert.equal(desk.rows.size, 1);
    assert.deepEqual(desk.sees('calm', calm, facet('capped')), []);
    assert.equal(desk.rows.size, 0);
    desk.sees('warn', {}, facet('capped'));
    desk.sees('warn', {}, facet('terms'));
    for (const name of ['capped', 'terms']) assert.deepEqual(desk.sees('gone', {}, facet(name)), []);
    assert.equal(desk.rows.size, 0);
  });
});

describe('whatever is warned of', () => {
  const levels = ['warn', 'danger', 'marginCall', 'liquidation'] as const;
  const targets = ['level', 'overdue', 'due', 'capped', 'terms'].map((one) => `${one} loan:1`).concat('blind', 'key', 'unbound');

  it('stands through lost data, and speaks at once when it gets worse', () => {
    const seen = fc.constantFrom<Sight['sees']>(...levels, 'calm', 'lost', 'old');
    holds(
      fc.property(fc.constantFrom(...targets), fc.array(seen, { maxLength: 30 }), fc.boolean(), (name, course, ages) => {
        const desk = new Desk();
        const row = (): Warning | undefined => desk.rows.get(warningKey({ account: 'a', target: name }));
        for (const sees of course) {
          // A blind account is told after a while only.
          desk.now += ages || name === 'blind' ? 6 * minute : 1_000;
          const before = row();
          const told = desk.sees(sees, sees === 'calm' ? calm : {}, name);
          if (sees === 'lost' || sees === 'old') assert.equal(row()?.level, before?.level);
          const rank = levels.findIndex((one) => one === sees);
          const isWorse = rank >= 0 && rank > levels.findIndex((one) => one === before?.level);
          if (isWorse && name !== 'blind') assert.equal(told.length, 1, `${name} ${sees}`);
          assert.ok(told.length <= 1);
        }
      }),
    );
  });
});

describe('quiet hours', () => {
  it('are a span of local time, also over midnight; anything else is none', () => {
    const at = (hours: number, minutes: number): number => new Date(2026, 10, 30, hours, minutes).getTime();
    for (const [span, hours, minutes, quiet] of [
      ['22:00-07:00', 21, 59, false],
      ['22:00-07:00', 22, 0, true],
      ['22:00-07:00', 6, 59, true],
      ['22:00-07:00', 7, 0, false],
      ['12:30 – 13:00', 12, 45, true],
      ['12:30-13:00', 13, 0, false],
      ['', 3, 0, false],
      ['25:00-07:00', 3, 0, false],
      ['night', 3, 0, false],
    ] as const) {
      assert.equal(isQuiet(span, at(hours, minutes)), quiet, `${span} at ${hours.toString()}:${minutes.toString()}`);
    }
  });
});

const anySight = fc.record({
  sees: fc.constantFrom('warn', 'danger', 'marginCall', 'liquidation', 'calm', 'lost', 'old', 'gone', 'closed'),
  dangerFor: fc.option(fc.integer({ min: 0, max: 2 * quietMs })),
  warnFor: fc.option(fc.integer({ min: 0, max: 2 * quietMs })),
  waits: fc.integer({ min: 0, max: 90 * minute }),
  does: fc.constantFrom('nothing', 'nothing', 'nothing', 'acknowledge', 'snooze'),
});

function betterOf({ sees, dangerFor, warnFor }: { sees: string; dangerFor: number | null; warnFor: number | null }): Sight['better'] {
  // As a lookout has it: danger is never better than danger, and nothing is known of lost data.
  if (sees === 'liquidation' || sees === 'lost' || sees === 'old') return {};
  if (sees === 'marginCall') return { liquidation: 2 * quietMs };
  if (sees === 'danger') return { marginCall: dangerFor ?? 0, liquidation: 2 * quietMs };
  return {
    ...{ marginCall: 2 * quietMs, liquidation: 2 * quietMs },
    ...(dangerFor === null ? {} : { danger: dangerFor }),
    ...(warnFor === null || dangerFor === null || sees === 'warn' ? {} : { warn: Math.min(warnFor, dangerFor) }),
  };
}

describe('any course of a warning', () => {
  it('is never silent on a worse level, and never ends by lost data', () => {
    const rank = { warn: 1, danger: 2, marginCall: 3, liquidation: 4 };
    holds(
      fc.property(fc.array(anySight, { maxLength: 40 }), fc.boolean(), (course, quiet) => {
        const desk = new Desk();
        desk.quiet = quiet;
        for (const sight of course) {
          desk.now += sight.waits;
          if (sight.does === 'acknowledge') desk.acknowledge();
          if (sight.does === 'snooze') desk.snooze(hour);
          const before = desk.row;
          const told = desk.sees(sight.sees, betterOf(sight));
          if (sight.sees in rank) {
            const sees = sight.sees as keyof typeof rank;
            const isWorse = before === undefined || rank[sees] > rank[before.level];
            if (isWorse && (sees !== 'warn' || !quiet)) assert.deepEqual(told, [`alarm ${sees}`]);
            assert.ok(desk.row !== undefined && rank[desk.row.level] >= rank[sees], 'it stands at least as high as what is seen');
          }
          if (sight.sees === 'old') assert.deepEqual(told, []);
          if (sight.sees === 'lost' || sight.sees === 'old') assert.equal(desk.row?.level, before?.level);
          if (before === undefined && desk.row === undefined) assert.deepEqual(told, []);
          assert.ok(told.length <= 1);
          if (quiet)
            assert.ok(
              told.every((one) => !one.endsWith('warn') || one.startsWith('gone')),
              told.join(),
            );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells danger at least once an hour until it is acknowledged, snoozed or left', () => {
    holds(
      fc.property(fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 30, maxLength: 60 }), (steps) => {
        const desk = new Desk();
        desk.sees('danger');
        let lastTold = desk.now;
        for (const step of steps) {
          desk.now += step * minute;
          if (desk.sees('danger').length > 0) lastTold = desk.now;
          assert.ok(desk.now - lastTold < hour + 10 * minute);
        }
      }),
    );
  });
});
