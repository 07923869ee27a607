import type { Decimal } from '../core/decimal.ts';
import type { LiveLoan, LivePosition, NoLive } from '../core/live-estimate.ts';

/** An estimate, or why there is none. */
export type Estimated<Figures> = Figures | NoLive;

/** What is estimated of an account: its last reading at newer prices. Replaced as a whole, and void with the next reading. */
export interface Live {
  /** When the prices were read; absent while none are newer than the reading. Milliseconds since the Unix epoch. */
  readonly at?: number;
  /** By loan id; empty without `at`. */
  readonly loans: Readonly<Record<string, Estimated<LiveLoan>>>;
  /** By position id. */
  readonly positions: Readonly<Record<string, Estimated<LivePosition>>>;
  /** By loan id: by how much the last estimate that could be compared with a reading was off. Fraction of LTV, above zero when too high. */
  readonly off: Readonly<Record<string, Decimal>>;
  /** Loans whose last estimate was off by more than 0.5 % of the venue's figure: nothing is estimated of them until one is good again. */
  readonly doubted: readonly string[];
}

/** How often prices are asked for. Milliseconds. */
export const watchEveryMs = 10_000;

/** An estimate counts as the present one for as long as a reading would that is made at this interval. Milliseconds. */
export const liveIntervalMs = 2 * watchEveryMs;
