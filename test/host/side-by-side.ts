import { performance } from 'node:perf_hooks';

/** Something of ours beside something plain that does no more than what cannot be avoided. */
export interface Pair {
  readonly what: string;
  readonly ours: () => unknown;
  readonly baseline: () => unknown;
  /** How many times the baseline's time ours may take. */
  readonly budget: number;
  /** More of them where a single one is noisy. */
  readonly rounds?: number;
  /** Both wait, and not for themselves: only the processor's time counts. */
  readonly byProcessor?: boolean;
}

export interface Outcome {
  readonly what: string;
  /** Medians, for one call, in milliseconds: to read, never to judge by. */
  readonly oursMs: number;
  readonly baselineMs: number;
  /** Median of the rounds' own ratios. */
  readonly ratio: number;
  readonly budget: number;
  /** What is counted, where that is no time. */
  readonly unit?: string;
}

/** Long enough that the timer's grain and a single garbage collection do not count. */
const batchMs = 5;
const usualRounds = 41;

export const isWithin = ({ ratio, budget }: Outcome): boolean => ratio <= budget;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('nothing was measured');
  return middle;
}

/**
 * The time of one of `calls` calls in a row, in milliseconds: of what waits for nothing only that of the processor, since a busy machine
 * interrupts the longer side more often.
 */
async function timeOf(act: () => unknown, calls: number, byProcessor: boolean): Promise<number> {
  const [started, worked] = [performance.now(), process.cpuUsage()];
  let waits = false;
  for (let left = calls; left > 0; left -= 1) {
    const result = act();
    if (result instanceof Promise) {
      waits = true;
      await result;
    }
  }
  const { user, system } = process.cpuUsage(worked);
  return (waits && !byProcessor ? performance.now() - started : (user + system) / 1_000) / calls;
}

/** How many calls make a batch that can be timed. */
async function callsFor(act: () => unknown, byProcessor: boolean): Promise<number> {
  let calls = 1;
  while ((await timeOf(act, calls, byProcessor)) * calls < batchMs) calls *= 2;
  return calls;
}

/**
 * Times both sides in turn, A B B A A B …: whatever else the machine does meets both alike, and a round that it disturbs only on one
 * side is lost in the median. The first half of the rounds is for warming up.
 */
export async function compare({ what, ours, baseline, budget, rounds = usualRounds, byProcessor = false }: Pair): Promise<Outcome> {
  const calls = { ours: await callsFor(ours, byProcessor), baseline: await callsFor(baseline, byProcessor) };
  const all: { readonly ours: number; readonly baseline: number }[] = [];
  for (let round = 0; round < 2 * rounds; round += 1) {
    if (round % 2 === 0) {
      const first = await timeOf(ours, calls.ours, byProcessor);
      all.push({ ours: first, baseline: await timeOf(baseline, calls.baseline, byProcessor) });
    } else {
      const first = await timeOf(baseline, calls.baseline, byProcessor);
      all.push({ ours: await timeOf(ours, calls.ours, byProcessor), baseline: first });
    }
  }
  const times = all.slice(rounds);
  return {
    what,
    oursMs: median(times.map((time) => time.ours)),
    baselineMs: median(times.map((time) => time.baseline)),
    ratio: median(times.map((time) => time.ours / time.baseline)),
    budget,
  };
}

/** The outcomes as a table to print. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [
    ['what', 'ours', 'baseline', 'ratio', 'budget', 'ok'],
    ...outcomes.map((outcome) => [
      outcome.what,
      `${outcome.oursMs.toFixed(3)} ${outcome.unit ?? 'ms'}`,
      `${outcome.baselineMs.toFixed(3)} ${outcome.unit ?? 'ms'}`,
      outcome.ratio.toFixed(2),
      outcome.budget.toFixed(2),
      isWithin(outcome) ? 'yes' : 'NO',
    ]),
  ];
  const widths = rows.reduce<readonly number[]>((widest, row) => row.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)), []);
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join(' · ')
        .trimEnd(),
    )
    .join('\n');
}
