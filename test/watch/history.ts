import type { DatabaseSync } from 'node:sqlite';
import type { NewReading } from '../../src/engine/storage/state-protocol.ts';

// What the database should have recorded, worked out from the readings it took, as little of it as can be: its memory is measured too.

const second = 1_000;
const minute = 60 * second;
const dayMs = 24 * 60 * minute;
const tiers = [minute, 15 * minute, dayMs];

/** Of one loan or position. Times by the wall clock. */
interface Expected {
  readonly account: string;
  readonly target: string;
  seen: number;
  covered: number;
  /** Readings of each day. */
  readonly days: Map<number, number>;
  readonly gaps: (readonly [since: number, until: number])[];
}

export class HistoryCheck {
  readonly #expected = new Map<string, Expected>();
  /** Readings that the database should have taken by now or soon, and when they ended since the world began. */
  readonly #untaken = new Map<string, number>();

  /** A window has read figures. */
  read(account: string, asOf: number, at: number): void {
    this.#untaken.set(`${account} ${String(asOf)}`, at);
  }

  /** The database took them. */
  took(reading: NewReading): void {
    if ('failure' in reading) return;
    const { account, asOf, recorded = [], staleMs = 0 } = reading;
    this.#untaken.delete(`${account} ${String(asOf)}`);
    for (const { target } of recorded) {
      const key = `${account} ${target}`;
      const known = this.#expected.get(key);
      const one: Expected = known ?? { ...{ account, target, seen: asOf, covered: 0 }, days: new Map(), gaps: [] };
      if (known !== undefined && asOf <= one.seen) continue;
      if (asOf - one.seen > staleMs) one.gaps.push([one.seen, asOf]);
      else one.covered += asOf - one.seen;
      const day = asOf - (asOf % dayMs);
      one.days.set(day, (one.days.get(day) ?? 0) + 1);
      one.seen = asOf;
      this.#expected.set(key, one);
    }
  }

  /** @returns what was read while nothing was wrong and is not in the history */
  lost(now: number, disturbedAt: number): readonly string[] {
    const lost: string[] = [];
    for (const [reading, at] of this.#untaken) {
      if (now - at < 20 * second) continue;
      this.#untaken.delete(reading);
      if (disturbedAt < at - 15 * second) lost.push(`the reading ${reading} is not in the history`);
    }
    return lost;
  }

  /** @returns what is in the history and should not be, or is missing */
  faultsIn(db: DatabaseSync): readonly string[] {
    const series = db.prepare('SELECT id, account, target FROM history_series ORDER BY account, target').all();
    const expected = [...this.#expected.values()].sort((a, b) => (`${a.account} ${a.target}` < `${b.account} ${b.target}` ? -1 : 1));
    const differ = (what: string, found: unknown, wanted: unknown): string[] => {
      const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
      return is === should ? [] : [`history: ${what}: ${is}, not ${should}`];
    };
    const nameOf = ({ account, target }: Readonly<Record<string, unknown>>): string => `${String(account)} ${String(target)}`;
    const faults = differ(
      'it is of',
      series.map(nameOf),
      expected.map((one) => nameOf({ ...one })),
    );
    if (faults.length > 0 || series.length === 0) return series.length === 0 ? ['there is no history'] : faults;
    return expected.flatMap((one, index) => {
      const id = Number(series[index]?.['id']);
      const sum = `SELECT at - at % ${String(dayMs)} AS day, sum(count) AS count FROM history_points WHERE series = ? AND tier = ? GROUP BY 1 ORDER BY 1`;
      // A quarter of an hour in which no figure was another one has no minutes.
      const counted = tiers.slice(1).flatMap((tier) => {
        const found = db
          .prepare(sum)
          .all(id, tier)
          .map(({ day, count }) => [day, count]);
        return differ(`readings of ${nameOf({ ...one })} in rows of ${String(tier / minute)} min`, found, [...one.days]);
      });
      const gaps = db.prepare('SELECT since, until FROM history_gaps WHERE series = ? ORDER BY until').all(id);
      const covered = 'SELECT sum(covered) AS covered, max(covered - tier) AS more FROM history_points WHERE series = ? AND tier = ?';
      const [minutes, , days] = tiers.map((tier) => db.prepare(covered).get(id, tier) ?? {});
      return [
        ...counted,
        ...differ(
          `gaps of ${nameOf({ ...one })}`,
          gaps.map(({ since, until }) => [since, until]),
          one.gaps,
        ),
        ...differ(`time covered of ${nameOf({ ...one })}`, days?.['covered'], one.covered),
        ...(Number(minutes?.['more']) > 0 ? [`history: a minute of ${nameOf({ ...one })} has more than a minute`] : []),
      ];
    });
  }
}
