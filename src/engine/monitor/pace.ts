import { levelOf, levelOfPosition, worst, type Level } from '../../core/risk/level.ts';
import type { LiveLoan, LivePosition, NoLive } from '../../core/risk/live-estimate.ts';
import { believedLoan } from '../../core/risk/ltv.ts';
import type { Snapshot } from '../../core/model.ts';

/** Near its line an account is read at least this often, whatever the person's interval. Milliseconds. */
const nearMs: Readonly<Partial<Record<Level, number>>> = { danger: 5_000, warn: 10_000 };

/** What is estimated since a reading, as far as it bears on how near a line is. */
interface Estimates {
  readonly loans: Readonly<Record<string, LiveLoan | NoLive>>;
  readonly positions: Readonly<Record<string, LivePosition | NoLive>>;
}

const levels = new WeakMap<Snapshot, Level>();

/**
 * The worst level of an account by these figures, however old; `ok` where there is nothing, `unknown` where it can't be told. What is overdue
 * doesn't count: to read it more often tells nothing new.
 */
export function nearness(snapshot: Snapshot | undefined, live?: Estimates): Level {
  if (snapshot === undefined) return 'unknown';
  const known = live === undefined ? levels.get(snapshot) : undefined;
  const level = known ?? judged(snapshot, live);
  if (live === undefined) levels.set(snapshot, level);
  return level;
}

function judged({ loans, positions }: Snapshot, live: Estimates | undefined): Level {
  try {
    const ofLoans = loans.map((loan) => {
      const estimate = live?.loans[loan.id];
      return levelOf({ ...believedLoan(loan), due: [], ...(typeof estimate === 'object' ? { ltv: estimate.ltv } : {}) }, true);
    });
    const ofPositions = positions.map((position) => {
      const estimate = live?.positions[position.positionId];
      return levelOfPosition(typeof estimate === 'object' ? { ...position, markPrice: estimate.markPrice } : position, true, positions);
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
export const intervalInForce = (snapshot: Snapshot | undefined, intervalMs: number, live?: Estimates): number =>
  Math.min(intervalMs, nearMs[nearness(snapshot, live)] ?? intervalMs);
