import { isFresh } from '../../core/clock.ts';
import { kept } from '../../core/kept.ts';
import { levelOf, levelOfPosition, strictLevelsOf, worst, type Level } from '../../core/risk/level.ts';
import type { LiveLoan, LivePosition, NoLive } from '../../core/risk/live-estimate.ts';
import { believedLoan } from '../../core/risk/ltv.ts';
import type { Account, Snapshot } from '../../core/model.ts';
import type { AccountState } from './store.ts';

/** Longest update interval at these levels, whatever interval the person set. Milliseconds. */
const nearMs: Readonly<Partial<Record<Level, number>>> = { danger: 5_000, warn: 10_000 };

/** Live estimates, as far as they affect the level. */
interface Estimates {
  readonly loans: Readonly<Record<string, LiveLoan | NoLive>>;
  readonly positions: Readonly<Record<string, LivePosition | NoLive>>;
}

/** What affects the level besides the reading itself. */
interface Besides {
  readonly live?: Estimates | undefined;
  /** The account whose own levels apply. */
  readonly account?: Pick<Account, 'levels'> | undefined;
}

/**
 * The worst level in an account, however old its figures, with the person's own levels. `ok` if there is nothing, `unknown` if it can't be
 * told. Overdue debts don't count: updating more often wouldn't tell anything new.
 */
export function nearness(snapshot: Snapshot | undefined, { live, account }: Besides = {}): Level {
  if (snapshot === undefined) return 'unknown';
  return live === undefined ? read(snapshot, [account?.levels], snapshot, account ?? {}) : judged(snapshot, live, account ?? {});
}

/** Of a reading alone: asked at every look at its age. */
const read = kept((snapshot: Snapshot, account: Pick<Account, 'levels'>) => judged(snapshot, undefined, account));

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
 * The update interval in force for these figures while somebody is looking: the person's, or a shorter one near a line. Figures are out of
 * date after three such intervals, in every window.
 * @param intervalMs the person's setting
 * @returns milliseconds
 */
export const intervalInForce = (snapshot: Snapshot | undefined, intervalMs: number, besides?: Besides): number =>
  Math.min(intervalMs, nearMs[nearness(snapshot, besides)] ?? intervalMs);

/**
 * Whether figures of an account are up to date: read in time, and the last reading worked.
 * @param intervalMs the person's setting
 * @param keptFrom when these figures were read, if a later reading lacks them
 */
export function isCurrent(state: AccountState, now: number, intervalMs: number, keptFrom?: number): boolean {
  const { account, failure, snapshot } = state;
  if (failure !== undefined || keptFrom !== undefined || snapshot === undefined) return false;
  return isFresh(snapshot.asOf, now, intervalInForce(snapshot, intervalMs, { account }));
}
