import assert from 'node:assert/strict';
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { compare, decimal, greater, lesser, type Decimal } from '../../../../src/core/decimal.ts';
import { english } from '../../../../src/core/message.ts';
import type { Loan, Snapshot } from '../../../../src/core/model.ts';
import type { Bucket, Series, Spans } from '../../../../src/engine/storage/history-protocol.ts';
import { withFigures } from '../../../../src/engine/history/figures.ts';
import { seriesOf, targetsOf } from '../../../../src/engine/storage/history-tables.ts';
import { StateFile } from '../../../../src/engine/storage/state-file.ts';
import type { Kept, Pass } from '../../../../src/engine/storage/state-protocol.ts';
import { holds } from '../../property.ts';
import { loan, position, snapshot } from '../../views/samples.ts';
import { memoryFolder } from '../../../memory-folder.ts';
import { saysLike } from '../../../texts.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const tiers = [minute, 15 * minute, day] as const;
const start = Date.UTC(2026, 10, 30);
const staleMs = 3 * minute;

/** One reading of one loan, told by its LTV. */
interface Read {
  readonly asOf: number;
  readonly ltv: Decimal;
}

interface Point extends Bucket {
  readonly tier: number;
}

/** One text of a cell says all four; else the four stand in a row. */
const spans = (figures: string, names: readonly string[]): Spans =>
  Object.fromEntries(
    figures.split('|').flatMap((cell, index) => {
      const [first, last = first, min = first, max = first] = cell.split(' ') as Decimal[];
      return cell === '' ? [] : [[names[index], { first, last, min, max }]];
    }),
  ) as Spans;

/** What is really held: nothing that is only waiting to be let go of. Bytes. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('figures of the past', () => {
  let folder: string;
  let file: StateFile;
  const open = (historyBytes?: number): StateFile =>
    new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [], ...(historyBytes === undefined ? {} : { historyBytes }) });
  beforeEach(() => {
    folder = memoryFolder('history');
    file = open();
    file.change({ do: 'add', id: 'a', record: { id: 'a' } });
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const keep = (whole: Snapshot, more: { readonly account?: string; readonly pass?: Pass; readonly now?: number } = {}): Kept => {
    const { asOf } = whole;
    const reading = { account: more.account ?? 'a', at: asOf, asOf, text: JSON.stringify(whole), staleMs };
    const asked = { do: 'keepReading', reading, now: more.now ?? asOf, pass: more.pass ?? {} } as const;
    return file.share(withFigures(asked)) as Kept;
  };
  const keepLtv = ({ asOf, ltv }: Read, more: Partial<Loan> = {}): Kept => keep(snapshot({ loans: [loan({ ltv, ...more })], asOf }));
  const series = (from: number, to: number, buckets: number, target = 'loan:12345'): Series =>
    file.history({ do: 'historySeries', account: 'a', target, from, to, buckets })!;
  /** All rows of an account, from old to new in each tier. */
  const points = (account = 'a', target = '%'): Point[] => {
    // An export writes what waits.
    file.move({ do: 'exportHistory', accounts: [account] });
    return query(
      `SELECT s.names, p.tier, p.at, p.count, p.covered, p.figures FROM history_points p JOIN history_series s ON s.id = p.series
       WHERE s.account = '${account}' AND s.target LIKE '${target}' ORDER BY p.tier, p.at, s.target`,
    ).map(({ names, figures, ...row }) => ({ ...row, figures: spans(String(figures), JSON.parse(String(names)) as string[]) }) as Point);
  };
  const query = (sql: string): Record<string, unknown>[] => {
    const db = new DatabaseSync(path.join(folder, 'state.sqlite'), { readOnly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  };
  const ltvOf = ({ figures }: Pick<Bucket, 'figures'>): Decimal[] => {
    const { first, last, min, max } = figures['ltv']!;
    return [first, last, min, max];
  };

  it('keep what a reading knows of a loan and of a position, as exact text, and nothing that it could not tell', () => {
    keep(
      snapshot({
        loans: [loan(), loan({ id: 'old', orderId: 'old', keptFrom: 5 })],
        positions: [position({ debt: { coin: 'USDT', amount: decimal('0.30') } })],
        prices: { BTC: decimal('87000.10'), ETH: decimal('3000') },
        asOf: start,
      }),
    );
    assert.deepEqual(
      file.history({ do: 'historyTargets', account: 'a' })!.map((row) => ({ ...row })),
      ['loan:12345', 'position:p1'].map((target) => ({ target, since: start, seen: start })),
    );
    const [first, second] = points();
    const firstOf = ({ figures }: Point): unknown => Object.fromEntries(Object.entries(figures).map(([name, { first }]) => [name, first]));
    assert.deepEqual(firstOf(first!), {
      ltv: '0.57421',
      marginCall: '0.7374',
      liquidation: '0.8374',
      debtUsd: '40000',
      collateralUsd: '69652.63',
      liquidationPrice: '60000.5',
      'debt USDT': '40000',
      'collateral BTC': '0.8',
      'price BTC': '87000.10',
    });
    assert.deepEqual(firstOf(second!), {
      ...{ distance: '0.124', liquidationPrice: '52560', mark: '60000', margin: '1600', 'debt USDT': '0.30' },
    });
    assert.deepEqual(
      points().map(({ tier, at, count, covered }) => [tier, at, count, covered]),
      tiers.flatMap((tier) => [0, 1].map(() => [tier, start, 1, 0])),
    );
  });

  it('record nothing of a window that reads no more, the same reading once, and no reading that is refused', () => {
    const lead = (window: string): unknown => file.share({ do: 'lead', window, seen: file.look({}).lease! });
    assert.equal(lead('one'), true);
    assert.equal(keep(snapshot({ loans: [loan()], asOf: start }), { pass: { fence: 1, window: 'one' } }), 'kept');
    assert.equal(lead('other'), true);
    assert.equal(keep(snapshot({ loans: [loan()], asOf: start + 1 }), { pass: { fence: 1, window: 'one' } }), 'fence');
    assert.equal(keep(snapshot({ loans: [loan()], asOf: start - 1 }), { now: start }), 'older');
    assert.equal(keep(snapshot({ loans: [loan()], asOf: start })), 'kept');
    assert.equal(keep(snapshot({ loans: [loan()], asOf: start + 2 }), { pass: { fence: 2, window: 'other' } }), 'kept');
    assert.deepEqual(
      points().map(({ count }) => count),
      [2, 2, 2],
    );
  });

  it('go with the account, and when its keys become those of another person; no other account loses any', () => {
    file.change({ do: 'add', id: 'b', record: { id: 'b' } });
    const each = (): void => {
      for (const account of ['a', 'b']) {
        keep(snapshot({ loans: [loan()], asOf: start }), { account });
        keep(snapshot({ loans: [loan()], asOf: start + hour }), { account });
      }
    };
    each();
    file.share({ do: 'forget', account: 'a', now: start + hour });
    assert.deepEqual([points('a').length, points('b').length], [0, 5]);
    file.change({ do: 'remove', id: 'b' });
    assert.deepEqual(
      ['series', 'points', 'gaps'].map((table) => query(`SELECT count(*) AS n FROM history_${table}`)[0]!['n']),
      [0, 0, 0],
    );
  });

  it('never keep a reading from being kept', () => {
    assert.equal(keep({ asOf: start } as Snapshot), 'kept');
    assert.equal(keep(snapshot({ loans: [loan({ ltv: 'much' as Decimal })], asOf: start + 1 })), 'kept');
    assert.equal(query('SELECT as_of FROM readings')[0]!['as_of'], start + 1);
  });

  it('agree in every tier with each reading, and tell each time without a reading as a gap', () => {
    const read = fc.record({
      // Around the limit of a gap, and around the ends of minutes.
      passed: fc.oneof(
        fc.integer({ min: 1, max: 2 * minute }),
        fc.integer({ min: staleMs - 2, max: staleMs + 2 }),
        fc.integer({ min: 1, max: day }),
      ),
      ltv: fc.integer({ min: 1, max: 10 ** 6 }).map((ltv) => decimal(`0.${ltv.toString().padStart(20, '0')}`)),
      isReopened: fc.boolean(),
    });
    holds(
      fc.property(fc.array(read, { minLength: 1, maxLength: 25 }), fc.integer({ min: 0, max: day }), (reads, offset) => {
        file.change({ do: 'remove', id: 'a' });
        file.change({ do: 'add', id: 'a', record: { id: 'a' } });
        let asOf = start + offset;
        const raw: Read[] = [];
        for (const { passed, ltv, isReopened } of reads) {
          asOf += passed;
          if (isReopened) {
            // Another window, or this one after a restart.
            file.close();
            file = open();
          }
          keepLtv({ asOf, ltv });
          raw.push({ asOf, ltv });
        }
        const kept = points();
        for (const tier of tiers) {
          const rows = kept.filter((one) => one.tier === tier);
          assert.deepEqual(
            rows.map(({ at, count, covered, figures }) => [at, count, covered, ltvOf({ figures })]),
            expected(raw, tier),
          );
        }
        const gaps = raw.flatMap(({ asOf: until }, index) => {
          const since = raw[index - 1]?.asOf;
          return since !== undefined && until - since > staleMs ? [{ since, until }] : [];
        });
        const [from, to] = [raw[0]!.asOf, asOf + 1];
        const told = series(from, to, 10);
        assert.deepEqual(
          told.gaps.map((gap) => ({ ...gap })),
          gaps,
        );
        assert.equal(
          told.buckets.reduce((sum, { count }) => sum + count, 0),
          raw.length,
        );
        assert.equal(told.buckets.map((bucket) => ltvOf(bucket)[3]!).reduce(greater), raw.map(({ ltv }) => ltv).reduce(greater));
        assert.equal(told.buckets.map((bucket) => ltvOf(bucket)[2]!).reduce(lesser), raw.map(({ ltv }) => ltv).reduce(lesser));
      }),
      { numRuns: 60, interruptAfterTimeLimit: 4_000 },
    );
  });

  it('agree in every tier with each reading where most find nothing new, whoever reads, also after a clock was set back', () => {
    const step = fc.record({
      passed: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 1, max: 2 * minute }) },
        { weight: 2, arbitrary: fc.integer({ min: staleMs - 2, max: staleMs + 2 }) },
        { weight: 1, arbitrary: fc.integer({ min: staleMs, max: day / 2 }) },
        { weight: 1, arbitrary: fc.integer({ min: -30 * minute, max: -1 }) },
      ),
      times: fc.integer({ min: 1, max: 25 }),
      ltv: fc.constantFrom('0.1', '0.2', '0.3'),
      more: fc.constantFrom('', 'other', 'coin'),
      before: fc.constantFrom('', '', '', '', 'restart', 'other window', 'export', 'failure'),
    });
    holds(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: day }), (steps, offset) => {
        file.change({ do: 'remove', id: 'a' });
        file.change({ do: 'add', id: 'a', record: { id: 'a' } });
        const files = [file, open()];
        let [asOf, reader] = [start + offset, 0];
        const raw = new Map<string, Read[]>();
        for (const { passed, times, ltv, more, before } of steps) {
          if (before === 'other window') reader = 1 - reader;
          if (before === 'export') files[1 - reader]!.move({ do: 'exportHistory', accounts: ['a'] });
          if (before === 'restart') {
            files[reader]!.close();
            files[reader] = open();
          }
          for (let time = 0; time < times; time += 1) {
            // Only the first of them jumps, so that all is younger than a week.
            asOf += time === 0 || (passed > 0 && passed <= staleMs + 2) ? passed : 20_000;
            const read = [
              { target: 'loan:12345', figures: { ltv: decimal(ltv), ...(more === 'coin' ? { 'debt USDT': decimal('7') } : {}) } },
              ...(more === 'other' ? [{ target: 'loan:2', figures: { ltv: decimal('0.7') } }] : []),
            ];
            const reading = { account: 'a', at: asOf, asOf, text: '{}', staleMs, recorded: read };
            assert.equal(files[reader]!.share({ do: 'keepReading', reading, now: asOf, pass: {} }), 'kept');
            if (before === 'failure') {
              files[reader]!.share({ do: 'keepReading', reading: { account: 'a', at: asOf, failure: '"why"' }, now: asOf, pass: {} });
            }
            for (const { target, figures } of read) raw.set(target, [...(raw.get(target) ?? []), { asOf, ltv: figures.ltv }]);
          }
        }
        file = files[0]!;
        files[1]!.close();
        assert.deepEqual(
          file.history({ do: 'historyTargets', account: 'a' })!.map(({ target, seen }) => [target, seen]),
          [...raw].map(([target, reads]) => [target, reads.at(-1)!.asOf]).sort(([a], [b]) => (a! < b! ? -1 : 1)),
        );
        const inOrder = (rows: unknown[]): [number, ...unknown[]][] => (rows as [number, ...unknown[]][]).sort(([a], [b]) => a - b);
        // Before it is written, and after.
        const quarter = 15 * minute;
        const [from, to] = [start - day, start + 8 * day];
        const shown = (target: string): unknown =>
          series(from, to, (to - from) / quarter, target).buckets.map(({ at, count, covered, figures }) => [
            ...[at, count, Math.min(covered, quarter)],
            ltvOf({ figures }),
          ]);
        const wanted = new Map([...raw].map(([target, reads]) => [target, inOrder(expected(reads, quarter))]));
        for (const target of raw.keys()) assert.deepEqual(shown(target), wanted.get(target));
        for (const [target, reads] of raw) {
          const kept = points('a', target);
          for (const tier of tiers) {
            // A clock that was set back can come upon a quarter without minutes, and gives it some; its own row still has all readings.
            if (tier === minute && steps.some(({ passed }) => passed < 0)) continue;
            const rows = kept
              .filter((one) => one.tier === tier)
              .map(({ at, count, covered, figures }) => [at, count, covered, ltvOf({ figures })]);
            const times = new Set(rows.map(([at]) => at));
            const all = inOrder(expected(reads, tier));
            assert.deepEqual(
              rows,
              all.filter(([at]) => tier > minute || times.has(at)),
              `${target} ${tier.toString()}`,
            );
            // A quarter of an hour in which no figure was another one has no minutes.
            for (const [missing] of all.filter(([at]) => !times.has(at))) {
              const within = reads.filter((one) => one.asOf - (one.asOf % quarter) === missing - (missing % quarter));
              assert.equal(new Set(within.map(({ ltv }) => ltv)).size, 1);
            }
          }
        }
        const gaps = raw.get('loan:12345')!.flatMap(({ asOf: until }, index, all) => {
          const since = all[index - 1]?.asOf;
          return since !== undefined && until - since > staleMs ? [`${since.toString()} ${until.toString()}`] : [];
        });
        const told = series(start - day, asOf + 100 * day, 10).gaps.map(({ since, until }) => `${since.toString()} ${until.toString()}`);
        assert.deepEqual(told.sort(), [...new Set(gaps)].sort());
      }),
      { numRuns: 20, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('of an unchanged reading cost one page, whatever the number of loans, and are told at once by who only reads', () => {
    const place = path.join(folder, 'state.sqlite');
    const bytesAt = (asOf: number, loans: number): number => {
      const other = new DatabaseSync(place);
      other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      other.close();
      keep(snapshot({ loans: Array.from({ length: loans }, (_, id) => loan({ id: id.toString(), orderId: id.toString() })), asOf }));
      return statSync(`${place}-wal`).size;
    };
    const written = [2, 200].map((loans, index) => {
      const from = start + index * hour;
      return Array.from({ length: 30 }, (_, at) => bytesAt(from + at * minute, loans)).slice(1);
    });
    assert.ok(Math.max(...written.flat()) < 8_192, written.join('\n'));
    assert.deepEqual(written[0], written[1]);
    const { buckets } = series(start + hour, start + 2 * hour, 60, 'loan:199');
    assert.deepEqual([buckets.length, buckets.at(-1)!.at, buckets.at(-1)!.count], [30, start + hour + 29 * minute, 1]);
  });

  it('go on from what a version before kept, with all of it', () => {
    keepLtv({ asOf: start, ltv: decimal('0.5') });
    file.close();
    const old = new DatabaseSync(path.join(folder, 'state.sqlite'));
    // As it was in schema 7.
    old.exec('ALTER TABLE readings DROP COLUMN still; PRAGMA user_version = 7');
    assert.deepEqual(
      targetsOf(old, 'a')!.map((row) => ({ ...row })),
      [{ target: 'loan:12345', since: start, seen: start }],
    );
    const asked = { do: 'historySeries', account: 'a', target: 'loan:12345', from: start, to: start + day, buckets: 1 } as const;
    assert.equal(seriesOf(old, asked).buckets[0]!.count, 1);
    old.close();
    file = open();
    for (const passed of [1, 2, 3]) keepLtv({ asOf: start + passed * 30_000, ltv: decimal('0.5') });
    keepLtv({ asOf: start + 2 * minute, ltv: decimal('0.6') });
    const [bucket] = series(start, start + day, 1).buckets;
    assert.deepEqual([bucket!.count, bucket!.covered, ...ltvOf(bucket!)], [5, 2 * minute, '0.5', '0.6', '0.5', '0.6']);
  });

  /** What a tier has to hold. Only minutes without a reading of their own may lie between two readings that are near each other. */
  function expected(raw: readonly Read[], tier: number): unknown[] {
    const rows = new Map<number, { count: number; covered: number; values: Decimal[] }>();
    raw.forEach(({ asOf, ltv }, index) => {
      const at = asOf - (asOf % tier);
      const row = rows.get(at) ?? { count: 0, covered: 0, values: [] };
      rows.set(at, row);
      row.count += 1;
      row.values.push(ltv);
      const before = raw[index - 1]?.asOf;
      if (before === undefined || asOf - before > staleMs) return;
      row.covered += Math.max(asOf - Math.max(at, before), 0);
      const earlier = before - (before % tier);
      if (earlier < at) rows.get(earlier)!.covered += earlier + tier - before;
    });
    return [...rows].map(([at, { count, covered, values }]) => {
      const four = [values[0]!, values.at(-1)!, values.reduce(lesser), values.reduce(greater)];
      return [at, count, Math.min(covered, tier), four];
    });
  }

  it('show what went under in a longer stretch: the highest and the lowest of each bucket, and for how long it was watched', () => {
    for (let at = 0; at < 2 * hour; at += 30_000) {
      const ltv = at === 45 * minute ? '0.9999999999999999999999' : at === 50 * minute ? '0.1' : '0.5';
      keepLtv({ asOf: start + at, ltv: decimal(ltv) });
    }
    const { buckets, gaps } = series(start, start + 2 * hour, 2);
    assert.deepEqual(gaps, []);
    assert.deepEqual(
      buckets.map((bucket) => [bucket.at, bucket.count, bucket.covered, ...ltvOf(bucket)]),
      [
        [start, 120, hour, '0.5', '0.5', '0.1', '0.9999999999999999999999'],
        [start + hour, 120, hour - 30_000, '0.5', '0.5', '0.5', '0.5'],
      ],
    );
    assert.equal(series(start + 45 * minute, start + 46 * minute, 500).buckets.length, 1, 'nothing is finer than a minute');
    assert.deepEqual(series(start, start, 5), { buckets: [], gaps: [], moved: [] });
    assert.deepEqual(series(start, start + hour, 5, 'loan:none'), { buckets: [], gaps: [], moved: [] });
  });

  it('are told by the tier that still has them', () => {
    // A reading each six hours of 100 days, and every five minutes of the last one.
    for (let at = 0; at < 100 * day; at += 6 * hour) keepLtv({ asOf: start + at, ltv: decimal('0.5') });
    for (let at = 100 * day; at < 101 * day; at += 5 * minute) keepLtv({ asOf: start + at, ltv: decimal('0.6') });
    const oldest = (tier: number): number =>
      Number(query(`SELECT min(at) AS at FROM history_points WHERE tier = ${tier.toString()}`)[0]!['at']);
    assert.equal(oldest(minute), start + 94 * day);
    assert.equal(oldest(15 * minute), start + 11 * day);
    assert.equal(oldest(day), start);
    const whole = series(start, start + 101 * day, 1_000);
    assert.equal(
      whole.buckets.reduce((sum, { count }) => sum + count, 0),
      100 * 4 + 288,
      'each reading is told once, whichever tier tells it',
    );
    assert.deepEqual(
      whole.buckets.slice(0, 13).map(({ count }) => count),
      [...Array.from({ length: 11 }, () => 4), 1, 1],
      'days, then what is finer: of the eleventh all is still there',
    );
    const lastHour = series(start + 101 * day - hour, start + 101 * day, 60);
    assert.deepEqual([lastHour.buckets.length, lastHour.buckets[0]!.count], [12, 1]);
  });

  it('stay within their bound: the finest go first, days never', () => {
    file.close();
    file = open(400_000);
    for (let at = 0; at < 3 * day; at += 5 * minute) {
      keep(snapshot({ loans: ['1', '2', '3', '4', '5'].map((id) => loan({ id, orderId: id })), asOf: start + at }));
    }
    const counts = tiers.map((tier) => Number(query(`SELECT count(*) AS n FROM history_points WHERE tier = ${tier.toString()}`)[0]!['n']));
    assert.ok(statSync(path.join(folder, 'state.sqlite')).size < 500_000);
    assert.ok(counts[0]! < 5 * 3 * 288, 'minutes are thinned');
    assert.ok(counts[1]! <= 5 * 3 * 96);
    assert.equal(counts[2], 5 * 3);
    assert.ok(series(start, start + 3 * day, 3, 'loan:1').buckets.every(({ count }) => count === 288));
  });

  it('keep days and rows of the exchange when these alone pass the bound, and say so, seldom', () => {
    file.close();
    file = open(150_000);
    const rows = Array.from({ length: 1_500 }, (_, id) => ({
      ...{ id: id.toString(), at: start + id, type: 'repaid', forced: false, coin: 'USDT', amount: decimal('1.123456789') },
    }));
    file.share({
      do: 'keepVenuePage',
      page: { account: 'a', uid: undefined, kind: 'event', loan: '', rows, rates: [] },
      now: start,
      pass: {},
    });
    const told: string[] = [];
    const hear = (at: number): void => {
      const { notices } = file.warnings({ do: 'claimNotices', window: 'w', at: at + 5_000 })!;
      told.push(...notices.map(({ notice }) => english(notice.sentence)));
      file.warnings({ do: 'noteShown', seqs: notices.map(({ seq }) => seq) });
    };
    for (const [days, each] of [
      [2, 5 * minute],
      [100, 6 * hour],
    ] as const) {
      for (let at = 0; at < days * day; at += each) {
        keepLtv({ asOf: start + (days === 2 ? 0 : 2 * day) + at, ltv: decimal('0.5') });
        hear(start + (days === 2 ? 0 : 2 * day) + at);
      }
    }
    const counts = tiers.map((tier) => Number(query(`SELECT count(*) AS n FROM history_points WHERE tier = ${tier.toString()}`)[0]!['n']));
    assert.ok(counts[0]! <= 3 && counts[1]! <= 4, `of today only: ${counts.join()}`);
    assert.equal(counts[2], 102);
    assert.equal(query('SELECT count(*) AS n FROM venue_rows')[0]!['n'], 1_500);
    assert.equal(
      series(start, start + 102 * day, 1_000).buckets.reduce((sum, { count }) => sum + count, 0),
      2 * 288 + 400,
    );
    assert.equal(told.length, 2);
    assert.ok(
      told.every((one) => saysLike('history.outgrown', '0').test(one)),
      told.join('\n'),
    );
  });

  it('are right when two windows read in turns, when one imports, and when one forgets', () => {
    const other = open();
    const files = [file, other];
    const read = (index: number, at: number, ltv: string): void => {
      const reading = {
        account: 'a',
        at,
        asOf: at,
        text: '{}',
        staleMs,
        recorded: [{ target: 'loan:12345', figures: { ltv: decimal(ltv) } }],
      };
      files[index]!.share({ do: 'keepReading', reading, now: at, pass: {} });
    };
    const told = (): unknown => series(start, start + day, 1).buckets.map((bucket) => [bucket.count, bucket.covered, ...ltvOf(bucket)]);
    for (const [index, at] of [0, 0, 1, 1, 0, 1, 0].entries()) read(at, start + index * 10_000, `0.${(index + 1).toString()}`);
    assert.deepEqual(told(), [[7, 60_000, '0.1', '0.7', '0.1', '0.7']]);
    const lines = [
      `["series", "a", "loan:12345", 1, ${(start - hour).toString()}, ${(start - minute).toString()}, ["ltv"]]`,
      ...tiers.map((tier) => `["point", ${tier.toString()}, ${(start - (start % tier)).toString()}, 1, 3, 20000, "0.9 0.1 0.05 0.9"]`),
    ];
    const now = start + hour;
    assert.deepEqual(other.move({ do: 'stageHistory', text: lines.join('\n'), row: 0, accounts: ['a'], now }), { rows: 4 });
    other.move({ do: 'importHistory', owners: [{ id: 'a' }], isTrial: false, now });
    read(0, start + 70_000, '0.7');
    assert.deepEqual(told(), [[11, 90_000, '0.9', '0.7', '0.05', '0.9']]);
    other.share({ do: 'forget', account: 'a', now: start + 80_000 });
    read(0, start + 90_000, '0.3');
    assert.deepEqual(told(), [[1, 0, '0.3', '0.3', '0.3', '0.3']]);
    other.close();
  });

  it('fill no memory and no disk in a long time, whoever reads, and lose no reading of a quarter of an hour', function () {
    const isLong = process.env['LTV_GAUGE_PROPERTIES'] === 'many';
    this.timeout(isLong ? 600_000 : 20_000);
    const days = isLong ? 7 : 1;
    const loans = Array.from({ length: isLong ? 20 : 5 }, (_, index) => index.toString());
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const highest = new Map<number, Decimal>();
    let heapAt: number | undefined;
    for (let at = 0; at < days * day; at += minute) {
      const asOf = start + at + Math.floor(random() * 20_000);
      const ltv = decimal((0.4 + random() / 4).toFixed(18));
      const quarter = asOf - (asOf % (15 * minute));
      highest.set(quarter, greater(highest.get(quarter) ?? ltv, ltv));
      // A window now and then closes, and another one goes on.
      if (random() < 0.01) {
        file.close();
        file = open();
      }
      keep(snapshot({ loans: loans.map((id) => loan({ id, orderId: id, ltv })), asOf }));
      if (at === 2 * hour) heapAt = heapUsed();
    }
    assert.ok(heapUsed() - heapAt! < 5_000_000, 'memory is flat');
    assert.ok(statSync(path.join(folder, 'state.sqlite')).size < 50_000_000);
    const began = process.cpuUsage();
    const { buckets, gaps } = series(start, start + days * day, days * 96, 'loan:0');
    // Of its own work: a busy machine takes longer. Microseconds.
    assert.ok(process.cpuUsage(began).user < 1_000_000);
    assert.deepEqual(gaps, []);
    assert.deepEqual(
      buckets.map((bucket) => ltvOf(bucket)[3]),
      [...highest.values()],
    );
    assert.ok(buckets.every(({ count, covered }) => count >= 14 && count <= 16 && covered >= 14 * minute));
    assert.ok(compare(ltvOf(buckets[0]!)[2]!, ltvOf(buckets[0]!)[3]!) <= 0);
  });
});
