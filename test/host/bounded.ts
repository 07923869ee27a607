import { existsSync, readFileSync } from 'node:fs';
import { type Group, type GroupOptions, startGroup, stopAll } from './processes.ts';

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** A suite of `npm test` while it runs. */
export interface Run {
  /** Where it tells what it counts, and the running test (see test/host/reporter.mjs). */
  readonly resultFile: string;
  /** What it has to say; nothing else is printed while others run beside it. */
  readonly say: (text: string) => void;
  /** Runs a program whose output is part of what the suite says. Answers with its exit code. */
  readonly start: (command: string, args: readonly string[], options?: GroupOptions) => Promise<number>;
}

/** A part of `npm test` that runs beside others, in processes of its own. */
export interface Suite {
  /** The kind, such as `e2e`, and what of it where there are several, such as `e2e bybit`. */
  readonly name: string;
  /** Kinds that have to pass first. Not needed where nothing of such a kind is run. */
  readonly after?: readonly string[];
  /** Not beside another of its kind. */
  readonly alone?: boolean;
  /** It takes no slot: beside it, as many others run. */
  readonly waits?: boolean;
  /** So its outcome depends on how busy the machine is. */
  readonly drivesEditor?: boolean;
  /** After so many it is ended with all its processes, and has failed. Several times what it takes on a slow machine. */
  readonly minutes: number;
  run(run: Run): Promise<Count>;
}

/** What test/host/reporter.mjs wrote last. */
interface Progress extends Count {
  /** The test or hook that was begun and has not ended. */
  readonly running?: string;
}

export const kindOf = (name: string): string => name.split(' ')[0] ?? name;
export const one = (passed: boolean): Count => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });

/** Says why something failed, and counts it. */
export function failure(say: Run['say'], error: unknown): Count {
  say(`${error instanceof Error ? error.message : String(error)}\n`);
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

/**
 * What a suite counted. One that crashed, ended badly without a failure, ran nothing or stopped in the middle of a test counts as failed.
 * @param mayBeEmpty when only some tests are selected, which may be in other suites
 */
export function countOf(name: string, exitCode: number, { resultFile, say }: Pick<Run, 'resultFile' | 'say'>, mayBeEmpty = false): Count {
  const told = progressIn(resultFile);
  const { passed, failed, running } = told ?? { passed: 0, failed: 0 };
  if (running === undefined && failed > 0) return { passed, failed };
  if (running === undefined && exitCode === 0 && (passed > 0 || (mayBeEmpty && told !== undefined))) return { passed, failed };
  const where = running === undefined ? '' : ` It was in: ${running}`;
  say(exitCode === 0 && running === undefined ? `${name}: no test ran.\n` : `${name}: ended with exit code ${String(exitCode)}.${where}\n`);
  return { passed, failed: failed + 1 };
}

const minuteMs = 60_000;
const inMinutes = (ms: number): string => `${(ms / minuteMs).toFixed(1)} min`;
/** For the last words of a program that has ended. */
const lastWordsMs = 1000;

/** Hands on what a program writes until it has ended, and answers with its exit code. */
async function heard(group: Group, say: Run['say']): Promise<number> {
  const { stdout, stderr } = group.process;
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', say);
  const closed = new Promise<void>((resolve) =>
    group.process.once('close', () => {
      resolve();
    }),
  );
  const code = await group.exited;
  // What it left behind, and was ended with it, may still hold the pipes.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, lastWordsMs))]);
  return code;
}

/**
 * Runs a suite to its end, or to its time limit: then all its processes are ended, it has failed, and what it was doing is reported. Never
 * rejects. Each suite is a separate process, so none can block this one.
 * @param leftMs what is left of the time of all suites together
 */
export async function runBounded(suite: Suite, leftMs: number, { resultFile, say }: Pick<Run, 'resultFile' | 'say'>): Promise<Count> {
  const own = suite.minutes * minuteMs;
  const limit = Math.min(own, leftMs);
  if (limit <= 0) return failure(say, `${suite.name}: not run, the time of all suites together is over.`);
  let alarm: NodeJS.Timeout | undefined;
  const over = new Promise<'over'>((resolve) => {
    alarm = setTimeout(() => {
      resolve('over');
    }, limit);
  });
  const groups = new Set<Group>();
  const start: Run['start'] = (command, args, options) => {
    const group = startGroup(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    groups.add(group);
    return heard(group, say);
  };
  const ended = await Promise.race([suite.run({ resultFile, say, start }).catch((error: unknown) => failure(say, error)), over]);
  clearTimeout(alarm);
  if (ended !== 'over') return ended;
  const { passed, failed, running } = progressIn(resultFile) ?? { passed: 0, failed: 0 };
  const whose = limit < own ? 'all suites together' : 'this suite';
  say(`${suite.name}: did not finish within ${inMinutes(limit)}, the time of ${whose}. It is ended.\n`);
  say(running === undefined ? 'It was in no test.\n' : `It was in: ${running}\n`);
  await stopAll(groups);
  return { passed, failed: failed + 1 };
}

/**
 * Runs suites beside each other, the first ones first, each after those it needs. One that needs what failed is not run and has failed.
 * @param slots how many at a time
 * @param runOne never rejects
 */
export function runBeside(
  suites: readonly Suite[],
  slots: number,
  runOne: (suite: Suite, missing: string | undefined) => Promise<Count>,
): Promise<void> {
  const waiting = [...suites];
  const running = new Set<Suite>();
  const broken = new Set<string>();
  const isDone = (kind: string): boolean => ![...waiting, ...running].some(({ name }) => kindOf(name) === kind);
  const mayRun = ({ name, after = [], alone = false }: Suite): boolean =>
    after.every(isDone) && !(alone && [...running].some((other) => kindOf(other.name) === kindOf(name)));
  return new Promise((resolve) => {
    const go = (): void => {
      for (;;) {
        const isFull = [...running].filter(({ waits }) => waits !== true).length >= slots;
        const next = waiting.find((suite) => mayRun(suite) && (suite.waits === true || !isFull));
        if (next === undefined) break;
        waiting.splice(waiting.indexOf(next), 1);
        running.add(next);
        void runOne(
          next,
          next.after?.find((kind) => broken.has(kind)),
        ).then(({ failed }) => {
          if (failed > 0) broken.add(kindOf(next.name));
          running.delete(next);
          go();
        });
      }
      if (running.size === 0) resolve();
    };
    go();
  });
}
