import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { decimal, greater, lesser, type Decimal } from '../../../../src/core/decimal.ts';
import type { ExportedPage, Series, VenueRow } from '../../../../src/engine/storage/history-protocol.ts';
import { StateFile } from '../../../../src/engine/storage/state-file.ts';
import { holds } from '../../property.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 10, 30);
const staleMs = 3 * minute;
const loan = 'loan:1';

/** A computer with the accounts a and b. */
class Machine {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'ltv-gauge-house-'));
  readonly file: StateFile;
  now = start;

  constructor(historyBytes?: number) {
    this.file = new StateFile(DatabaseSync, {
      ...{ folder: this.folder, busyMs: 1_000, pragmas: [] },
      ...(historyBytes === undefined ? {} : { historyBytes }),
    });
    for (const id of ['a', 'b']) this.file.change({ do: 'add', id, record: { id, uid: `user of ${id}` } });
  }

  remove(): void {
    this.file.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  read(asOf: number, ltv: string, account = 'a', target = loan, more: Readonly<Record<string, Decimal>> = {}): void {
    this.now = Math.max(this.now, asOf);
    const reading = { account, at: asOf, asOf, text: '{}', staleMs, recorded: [{ target, figures: { ltv: decimal(ltv), ...more } }] };
    assert.equal(this.file.share({ do: 'keepReading', reading, now: asOf, pass: {} }), 'kept');
  }

  tells(rows: readonly VenueRow[], account = 'a'): void {
    const page = { account, uid: `user of ${account}`, kind: 'event', loan: '', rows, rates: [] } as const;
    this.file.share({ do: 'keepVenuePage', page, now: this.now, pass: {} });
  }

  series(from: number, to: number, buckets: number, account = 'a', target = loan): Series {
    const { gaps, moved, ...told } = this.file.history({ do: 'historySeries', account, target, from, to, buckets })!;
    return { ...told, gaps: gaps.map((gap) => ({ ...gap })), moved: moved.map((one) => ({ ...one })) };
  }

  events(account = 'a'): string[] {
    return this.file.history({ do: 'venueRows', account, kind: 'event', limit: 100 })!.map(({ id }) => id);
  }

  exported(...accounts: readonly string[]): string[] {
    const lines: string[] = [];
    let after: ExportedPage['after'];
    do {
      const page: ExportedPage = this.file.move({ do: 'exportHistory', accounts, ...(after === undefined ? {} : { after }) })!;
      lines.push(...page.lines);
      after = page.after;
    } while (after !== undefined);
    return lines;
  }

  /** In slices of a few rows. @returns what is wrong with it */
  stages(lines: readonly string[], accounts = ['a', 'b']): unknown {
    for (let row = 0; row < lines.length; row += 7) {
      const text = lines.slice(row, row + 7).join(',\n');
      const { wrong } = this.file.move({ do: 'stageHistory', text, row, accounts, now: this.now })!;
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  imports(isTrial = false): { accounts: readonly string[]; rows: number } | undefined {
    const owners = ['a', 'b'].map((id) => ({ id, uid: `user of ${id}` }));
    return this.file.move({ do: 'importHistory', owners, isTrial, now: this.now });
  }

  takes(lines: readonly string[]): number | undefined {
    assert.equal(this.stages(lines), undefined);
    return this.imports()?.rows;
  }

  query(sql: string): Record<string, unknown>[] {
    const db = new DatabaseSync(path.join(this.folder, 'state.sqlite'), { readOnly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  }

  all(): unknown {
    return ['series', 'points', 'gaps', 'moved'].map((table) => this.query(`SELECT * FROM history_${table}`));
  }
}

const ltvOf = ({ buckets }: Series): unknown[] =>
  buckets.map(({ at, count, covered, figures: { ltv } }) => [at - start, count, covered, ltv!.first, ltv!.last, ltv!.min, ltv!.max]);

const event = (id: string, at: number, more: Partial<VenueRow> = {}): VenueRow => ({
  ...{ id, at, type: 'repaid', forced: false, coin: 'USDT', amount: decimal('1.50') },
  ...more,
});

describe('history on its way to another computer', () => {
  const machines: Machine[] = [];
  const machine = (historyBytes?: number): Machine => {
    const made = new Machine(historyBytes);
    machines.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of machines.splice(0)) made.remove();
  });

  it('arrives as it was, figures, gaps and rows of the exchange, and is known to be watched elsewhere', () => {
    const old = machine();
    for (let at = 0; at < 2 * hour; at += minute)
      if (at < 30 * minute || at > 50 * minute) old.read(start + at, `0.5${(at / minute).toString()}`);
    old.read(start + 2 * hour, '0.7', 'b', 'position:p');
    old.tells([event('2', start + 5, { loan: '1' }), event('1', start + 4)]);
    const next = machine();
    next.now = old.now;
    const lines = old.exported('a', 'b');
    assert.equal(next.takes(lines), lines.length - next.query('SELECT 1 FROM history_series').length - 2);
    for (const [account, target] of [
      ['a', loan],
      ['b', 'position:p'],
    ] as const) {
      const [was, is] = [old, next].map((one) => one.series(start, start + 3 * hour, 180, account, target));
      assert.deepEqual({ ...is!, moved: [] }, was);
    }
    assert.deepEqual(next.series(start, start + day, 10).gaps, [{ since: start + 29 * minute, until: start + 51 * minute }]);
    assert.deepEqual(next.series(start, start + day, 10).moved, [{ since: start, until: start + 119 * minute }]);
    assert.deepEqual(next.events(), ['2', '1']);
    assert.deepEqual(
      next.query('SELECT account, kind, loan, until FROM venue_streams').map((row) => ({ ...row })),
      old.query('SELECT account, kind, loan, until FROM venue_streams').map((row) => ({ ...row })),
      'the list goes on from where the old computer came',
    );
    assert.deepEqual(next.query('SELECT told FROM venue_rows WHERE told = 0'), [], 'nothing of the past warns');
    assert.deepEqual(next.exported('a').length, old.exported('a').length);
    assert.ok(!old.exported('b').some((line) => line.includes('"a"')), 'only of the accounts that are asked for');
  });

  it('goes on without a gap in the books: the time between is a gap, what comes next is added', () => {
    const [old, next] = [machine(), machine()];
    for (const at of [0, 1, 2]) old.read(start + at * minute, '0.5');
    // The new computer has begun meanwhile.
    for (const at of [10, 11]) next.read(start + at * minute, '0.6');
    assert.ok(next.takes(old.exported('a'))! > 0);
    next.read(start + 12 * minute, '0.8');
    const whole = next.series(start, start + day, 1);
    assert.deepEqual(ltvOf(whole), [[0, 6, 4 * minute, '0.5', '0.8', '0.5', '0.8']]);
    assert.deepEqual(whole.gaps, [{ since: start + 2 * minute, until: start + 10 * minute }]);
    assert.deepEqual(whole.moved, [{ since: start, until: start + 2 * minute }]);
    // The other way round: what is older here stays, and the gap is one between the two.
    const back = machine();
    for (const at of [0, 1]) back.read(start - day + at * minute, '0.4');
    back.now = next.now;
    back.takes(next.exported('a'));
    assert.deepEqual(back.series(start - day, start + day, 2).gaps, [
      { since: start - day + minute, until: start },
      { since: start + 2 * minute, until: start + 10 * minute },
    ]);
  });

  it('imported again changes nothing, and says so; nor does it when it came back', () => {
    const [old, next] = [machine(), machine()];
    for (let at = 0; at < 20; at += 1) old.read(start + at * minute, at === 7 ? '0.9' : '0.5');
    old.tells([event('1', start)]);
    for (let at = 30; at < 40; at += 1) next.read(start + at * minute, '0.6');
    const lines = old.exported('a');
    next.takes(lines);
    const before = next.all();
    assert.equal(next.stages(lines), undefined);
    assert.deepEqual(next.imports(true), { accounts: ['a'], rows: 0 });
    assert.equal(next.imports()?.rows, 0);
    assert.deepEqual(next.all(), before);
    old.now = next.now;
    old.takes(next.exported('a'));
    assert.deepEqual(ltvOf(old.series(start, start + hour, 60)), ltvOf(next.series(start, start + hour, 60)));
    assert.equal(old.takes(next.exported('a')), 0);
  });

  it('where both watched at once, nothing is counted twice, and neither the highest nor the lowest is lost', () => {
    const reads = fc.array(
      fc.record({
        passed: fc.integer({ min: 1, max: 20 * minute }),
        ltv: fc.integer({ min: 1, max: 999 }),
        here: fc.boolean(),
        there: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    );
    holds(
      fc.property(reads, (all) => {
        const pair = [new Machine(), new Machine()] as const;
        try {
          const [old, next] = pair;
          let at = start;
          const known = [[], []] as { at: number; ltv: Decimal }[][];
          for (const { passed, ltv, here, there } of all) {
            at += passed;
            const value = decimal(`0.${ltv.toString().padStart(3, '0')}`);
            for (const [index, one] of pair.entries()) {
              if (!(index === 0 ? here : there)) continue;
              one.read(at, value);
              known[index]!.push({ at, ltv: value });
            }
          }
          if (known[0]!.length === 0) return;
          next.now = at;
          next.takes(old.exported('a'));
          const { buckets, gaps } = next.series(start, at + 1, 1_000);
          const values = known.flat().map(({ ltv }) => ltv);
          assert.equal(buckets.map(({ figures }) => figures['ltv']!.max).reduce(greater), values.reduce(greater));
          assert.equal(buckets.map(({ figures }) => figures['ltv']!.min).reduce(lesser), values.reduce(lesser));
          assert.ok(buckets.reduce((sum, { count }) => sum + count, 0) <= known.flat().length);
          assert.ok(
            buckets.every(({ covered }, index) => covered <= (buckets[index + 1]?.at ?? at + day) - buckets[index]!.at + 15 * minute),
          );
          const isWatched = (one: readonly { at: number }[], moment: number): boolean =>
            one.some(({ at: until }, index) => {
              const since = one[index - 1]?.at;
              return since !== undefined && since <= moment && moment < until && until - since <= staleMs;
            });
          const times = known.flat().map((one) => one.at);
          for (let moment = Math.min(...times); moment < Math.max(...times); moment += minute) {
            assert.equal(
              gaps.some(({ since, until }) => since <= moment && moment < until),
              !known.some((one) => isWatched(one, moment)),
              'a gap is when neither watched',
            );
          }
        } finally {
          for (const one of pair) one.remove();
        }
      }),
      { numRuns: 15, interruptAfterTimeLimit: 8_000 },
    );
  });

  it('keeps each figure by its name, in whatever order the other computer met them', () => {
    const [old, next] = [machine(), machine()];
    old.read(start, '0.5', 'a', loan, { 'debt USDT': decimal('7') });
    next.read(start + hour, '0.6', 'a', loan, { 'collateral BTC': decimal('2'), 'debt USDT': decimal('8') });
    next.takes(old.exported('a'));
    const { figures } = next.series(start, start + day, 1).buckets[0]!;
    assert.deepEqual([figures['debt USDT']!.first, figures['debt USDT']!.last, figures['collateral BTC']!.first], ['7', '8', '2']);
    assert.deepEqual(next.series(start, start + minute, 1).buckets[0]!.figures['debt USDT']!.last, '7');
  });

  it('tells an imported loan by what its own rows hold, however far another loan goes back', () => {
    const [old, next] = [machine(), machine(60_000)];
    // Here minutes were thinned long ago; the file has all of them.
    for (let at = 0; at < 12 * hour; at += minute) next.read(start + at, '0.5', 'b', 'loan:2');
    assert.equal(
      next.series(start, start + 12 * hour, 720, 'b', 'loan:2').buckets.reduce((sum, { count }) => sum + count, 0),
      720,
    );
    // An export writes what waits.
    next.exported('b');
    const tier = (ms: number): unknown => next.query(`SELECT count(*) AS n FROM history_points WHERE tier = ${ms.toString()}`)[0]!['n'];
    assert.ok(Number(tier(minute)) < 720);
    assert.equal(tier(15 * minute), 48, 'the finest are thinned first');
    for (let at = 0; at < 20; at += 1) old.read(start + at * minute, '0.4');
    next.takes(old.exported('a'));
    assert.equal(
      next.series(start, start + 12 * hour, 720, 'b', 'loan:2').buckets.reduce((sum, { count }) => sum + count, 0),
      720,
    );
    assert.equal(
      next.series(start, start + hour, 60).buckets.reduce((sum, { count }) => sum + count, 0),
      20,
    );
  });

  it('leaves out the finest where there is no room, never days or rows of the exchange', () => {
    const [old, next] = [machine(), machine(150_000)];
    for (let at = 0; at < 2 * day; at += minute) old.read(start + at, '0.512345678901234567');
    old.tells([event('1', start)]);
    next.now = old.now;
    next.takes(old.exported('a'));
    const count = (tier: number): unknown =>
      next.query(`SELECT count(*) AS n FROM history_points WHERE tier = ${tier.toString()}`)[0]!['n'];
    assert.deepEqual([count(day), count(15 * minute)], [2, 192]);
    assert.ok(Number(count(minute)) < 2 * 1_440);
    assert.deepEqual(next.events(), ['1']);
    assert.ok(Number(next.query('PRAGMA page_count')[0]!['page_count']) * 4_096 < 250_000);
    assert.equal(
      next.series(start, start + 2 * day, 192).buckets.reduce((sum, { count: n }) => sum + n, 0),
      2 * 1_440,
    );
  });

  const good = [
    '["series", "a", "loan:1", 3, 1000, 9000000, ["ltv", "debt USDT"]]',
    '["gap", 3, 2000, 3000]',
    '["list", "a", "event", "", 1000, null]',
    '["row", "a", "event", 5, "7", "repaid", 0, "USDT", "1.5", null, null, null]',
    '["point", 60000, 60000, 3, 2, 30000, "0.5 0.6 0.5 0.7|3"]',
  ];
  for (const [what, row, bad, expected] of [
    ['no JSON', 1, '["gap", 3', 'series | gap | list | row | point'],
    ['something else', 0, '["key", "secret"]', 'series | gap | list | row | point'],
    ['a series of another account', 0, good[0]!.replace('"a"', '"stranger"'), 'account'],
    ['a row of another account', 3, good[3]!.replace('"a"', '"stranger"'), 'account'],
    ['a series of nothing', 0, good[0]!.replace('loan:1', 'else'), /^\["series", account/],
    ['a series that ends before it begins', 0, good[0]!.replace('1000', '9900000'), /^\["series"/],
    ['a gap of no series', 1, '["gap", 4, 2000, 3000]', /^\["gap", series/],
    ['figures of no series', 4, good[4]!.replace(' 3,', ' 9,'), /^\["point", tier/],
    ['a time of another length', 4, good[4]!.replace('60000,', '61000,'), /^\["point"/],
    ['a time between two', 4, '["point", 60000, 60001, 3, 2, 30000, "0.5|3"]', /^\["point"/],
    ['a time to come', 4, `["point", 60000, ${(start + 3 * day).toString()}, 3, 2, 30000, "0.5|3"]`, /^\["point"/],
    ['more time than there was', 4, good[4]!.replace('30000', '60001'), /^\["point"/],
    ['no reading', 4, good[4]!.replace(' 2,', ' 0,'), /^\["point"/],
    ['a figure that is none', 4, good[4]!.replace('|3', '|much'), /^\["point"/],
    ['a lowest above the first', 4, good[4]!.replace('0.5 0.6 0.5', '0.5 0.6 0.55'), /^\["point"/],
    ['a highest below the last', 4, good[4]!.replace('0.7', '0.55'), /^\["point"/],
    ['figures without a name', 4, good[4]!.replace('|3', '|3|4'), /^\["point"/],
    ['an amount as a number', 3, good[3]!.replace('"1.5"', '1.5'), /^\["row"/],
    ['a field too many', 3, good[3]!.replace('null]', 'null, 1]'), /^\["row"/],
    ['a list that is none', 2, good[2]!.replace('event', 'other'), /^\["list"/],
  ] as const) {
    it(`is refused, and names the line: ${what}`, () => {
      const next = machine();
      assert.equal(next.stages(good), undefined, 'it is right but for that');
      const wrong = next.stages(good.with(row, bad)) as { row: number; expected: string };
      assert.equal(wrong.row, row);
      if (typeof expected === 'string') assert.equal(wrong.expected, expected);
      else assert.match(wrong.expected, expected);
      assert.deepEqual(next.all(), [[], [], [], []]);
    });
  }

  it('is refused with a line that is there twice', () => {
    for (const line of good) assert.deepEqual(machine().stages([...good, line]), { row: good.length, expected: 'once' });
  });

  it('is taken over whole or not at all, and only for the user it is of', () => {
    const next = machine();
    next.stages([...good, '["series", "b", "loan:1", 4, 1000, 2000, []]']);
    next.file.change({ do: 'update', id: 'b', fields: { uid: 'somebody else' } });
    assert.equal(next.imports(), undefined);
    next.file.change({ do: 'remove', id: 'b' });
    assert.equal(next.imports(), undefined);
    assert.deepEqual(next.all(), [[], [], [], []]);
    assert.deepEqual(next.events(), []);
    const armed = next.query('SELECT * FROM armed');
    assert.deepEqual(armed, []);
  });

  it('is gone when the connection was made again: then it begins anew', () => {
    const next = machine();
    next.stages(good);
    next.file.close();
    assert.equal(next.imports(), undefined);
    assert.equal(next.file.move({ do: 'stageHistory', text: good[0]!, row: 5, accounts: ['a'], now: next.now }), undefined);
    assert.ok(next.takes(good)! > 0);
  });
});
