import { levelOf, levelOfPosition, strictLevelsOf, worst, type Level } from '../../core/risk/level.ts';
import type { LiveLoan, LivePosition, NoLive } from '../../core/risk/live-estimate.ts';
import { believedLoan } from '../../core/risk/ltv.ts';
import type { Account, Snapshot } from '../../core/model.ts';

/** Near its line an account is read at least this often, whatever the person's interval. Milliseconds. */
const nearMs: Readonly<Partial<Record<Level, number>>> = { danger: 5_000, warn: 10_000 };

/** What is estimated since a reading, as far as it bears on how near a line is. */
interface Estimates {
  readonly loans: Readonly<Record<string, LiveLoan | NoLive>>;
  readonly positions: Readonly<Record<string, LivePosition | NoLive>>;
}

/** What else than the figures of a reading bears on it. */
interface Besides {
  readonly live?: Estimates | undefined;
  /** Whose levels count. */
  readonly account?: Pick<Account, 'levels'> | undefined;
}

/** By a reading, without the person's own levels. */
const known = new WeakMap<Snapshot, Level>();

/**
 * The worst level of an account by these figures, however old, and the person's own levels; `ok` where there is nothing, `unknown` where it can't be told. What is overdue
 * doesn't count: to read it more often tells nothing new.
 */
export function nearness(snapshot: Snapshot | undefined, { live, account }: Besides = {}): Level {
  if (snapshot === undefined) return 'unknown';
  if (live !== undefined || account?.levels !== undefined) return judged(snapshot, live, account ?? {});
  const level = known.get(snapshot) ?? judged(snapshot, undefined, {});
  known.set(snapshot, level);
  return level;
}

function judged({ loans, positions }: Snapshot, live: Estimates | undefined, account: Pick<Account, 'levels'>): Level {
  try {
    const ofLoans = loans.map((loan) => {
      const estimate = live?.loans[loan.id];
      const moved = typeof estimate === 'object' ? { ltv: estimate.ltv } : {};
      return levelOf({ ...believedLoan(loan), due: [], ...moved }, true, strictLevelsOf(account, { kind: 'loan', id: loan.id }));
    });
    const ofPositions = positions.map((position) => {
      const { positionId: id } = position;
      const estimate = live?.positions[id];
      const moved = typeof estimate === 'object' ? { ...position, markPrice: estimate.markPrice } : position;
      return levelOfPosition(moved, true, positions, strictLevelsOf(account, { kind: 'position', id }));
    });
    return worst([...ofLoans, ...ofPositions]) ?? 'ok';
  } catch {
    return 'unknown';
  }
}

/**
 * The interval at which an account with these figures is read while somebody looks: the person's, or less near a line. Its age is measured by
 * it, in every window alike: a figure is out of date after three of them.
 * @param intervalMs the person's
 * @returns milliseconds
 */
export const intervalInForce = (snapshot: Snapshot | undefined, intervalMs: number, besides?: Besides): number =>
  Math.min(intervalMs, nearMs[nearness(snapshot, besides)] ?? intervalMs);
