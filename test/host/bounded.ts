import { existsSync, readFileSync } from 'node:fs';
import { stopAll } from './processes.ts';

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** A part of `npm test`. */
export interface Suite {
  readonly name: string;
  /** Needs nothing built. */
  readonly isCheck?: boolean;
  /** After so many it is ended with all its processes, and has failed. Several times what it takes on a slow machine. */
  readonly minutes: number;
  run(): Promise<Count>;
}

/** What test/host/reporter.mjs wrote last. */
interface Progress extends Count {
  /** The test or hook that was begun and has not ended. */
  readonly running?: string;
}

const one = (passed: boolean): Count => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });

/** Says why something failed, and counts it. */
export function failure(error: unknown): Count {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return one(false);
}

export function progressIn(file: string): Progress | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Progress;
  } catch {
    return undefined; // half written by a process that was killed
  }
}

/** What a suite counted. One that crashed, ended badly without a failure, ran nothing or stopped in the middle of a test counts as failed. */
export function countOf(name: string, exitCode: number, file: string): Count {
  const { passed, failed, running } = progressIn(file) ?? { passed: 0, failed: 0 };
  if (running === undefined && failed > 0) return { passed, failed };
  if (running === undefined && exitCode === 0 && passed > 0) return { passed, failed };
  const where = running === undefined ? '' : ` It was in: ${running}`;
  process.stderr.write(
    exitCode === 0 && running === undefined ? `${name}: no test ran.\n` : `${name}: ended with exit code ${String(exitCode)}.${where}\n`,
  );
  return { passed, failed: failed + 1 };
}

const minuteMs = 60_000;
const inMinutes = (ms: number): string => `${(ms / minuteMs).toFixed(1)} min`;

/**
 * Runs a suite to its end, or to the end of its time: then all its processes are ended, it has failed, and what it was doing is said.
 * Never rejects. Nothing here helps against a suite that keeps this very process busy: each is a process of its own.
 * @param leftMs what is left of the time of all suites together
 * @param file where the running test is told (see test/host/reporter.mjs)
 */
export async function runBounded(suite: Suite, leftMs: number, file: string): Promise<Count> {
  const own = suite.minutes * minuteMs;
  const limit = Math.min(own, leftMs);
  if (limit <= 0) return failure(`${suite.name}: not run, the time of all suites together is over.`);
  let alarm: NodeJS.Timeout | undefined;
  const over = new Promise<'over'>((resolve) => {
    alarm = setTimeout(() => {
      resolve('over');
    }, limit);
  });
  const ended = await Promise.race([suite.run().catch(failure), over]);
  clearTimeout(alarm);
  if (ended !== 'over') return ended;
  const { passed, failed, running } = progressIn(file) ?? { passed: 0, failed: 0 };
  const whose = limit < own ? 'all suites together' : 'this suite';
  process.stderr.write(`${suite.name}: did not finish within ${inMinutes(limit)}, the time of ${whose}. It is ended.\n`);
  process.stderr.write(running === undefined ? 'It was in no test.\n' : `It was in: ${running}\n`);
  await stopAll();
  return { passed, failed: failed + 1 };
}
