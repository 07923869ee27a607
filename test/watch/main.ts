// `npm run simulate:watch`: lives through seeded worlds, with everything that watches in them, and through one week. Ends non-zero when
// anything in them went wrong, and says which seed. `--seeds 1 --from N --seed X` is one of them once more, and `--verbose` says what happens in it.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { run, runWeek, type Outcome } from './run.ts';

/** What a thread is given to do: the world of a number, or the week. */
interface Task {
  readonly seed: string;
  readonly number: number | 'week';
  readonly isVerbose: boolean;
}

const mostThreads = 8;
/** The objects of a window are garbage when it is gone; what its tests remember of a week is little. Bytes. */
const mostGrowth = 8 * 2 ** 20;
/** Of the database. Bytes. */
const mostDatabase = 50 * 2 ** 20;

async function work({ seed, number, isVerbose }: Task): Promise<Outcome> {
  if (number === 'week') return grown(await runWeek(seed));
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  return run(seed, number, isVerbose ? { say } : {});
}

/** The first day everything is new. */
function grown(week: Outcome): Outcome {
  const [first, last] = [week.uses[0], week.uses.at(-1)];
  const faults = [...week.faults];
  if (first !== undefined && last !== undefined && last.heap - first.heap > mostGrowth) {
    faults.push(`memory grows from ${String(first.heap)} to ${String(last.heap)} bytes in six days`);
  }
  if (last !== undefined && last.database > mostDatabase) faults.push(`the database has ${String(last.database)} bytes after a week`);
  return { ...week, faults };
}

/** In as many threads as there are processors. */
async function all(tasks: readonly Task[], done: (task: Task, outcome: Outcome) => void): Promise<void> {
  const left = [...tasks];
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(__filename);
      let task: Task | undefined;
      const next = (): void => {
        task = left.shift();
        if (task !== undefined) worker.postMessage(task);
        else {
          void worker.terminate();
          resolve();
        }
      };
      worker.on('message', (outcome: Outcome) => {
        done(task!, outcome);
        next();
      });
      worker.on('error', (error) => {
        reject(new Error(`world ${String(task?.number)}: ${String(error)}`, { cause: error }));
      });
      next();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), mostThreads, tasks.length) }, thread));
}

/** One line for each weather. */
function table(outcomes: readonly Outcome[]): readonly string[] {
  return [...new Set(outcomes.map(({ weather }) => weather))].sort().map((weather) => {
    const some = outcomes.filter((one) => one.weather === weather);
    const sum = (of: 'notices' | 'alarms' | 'requests' | 'handOvers'): string => String(some.reduce((count, one) => count + one[of], 0));
    const latest = (Math.max(...some.map((one) => one.latest)) / 1_000).toFixed(1);
    const slowest = some.reduce((a, b) => (b.intervals > a.intervals ? b : a));
    const most = `${slowest.intervals.toFixed(1)} intervals in world ${String(slowest.number)}`;
    return `${weather}: ${String(some.length)} worlds, ${sum('notices')} notices, ${sum('alarms')} alarms (the latest after ${latest} s; ${most}), ${sum('requests')} readings, ${sum('handOvers')} leases`;
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string', default: 'watch' },
      'no-week': { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  const { seed, verbose: isVerbose } = values;
  const [count, from] = [Number(values.seeds), Number(values.from)];
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  const isWhole = count > 1 && !values['no-week'];
  const tasks: readonly Task[] = [...(isWhole ? (['week'] as const) : []), ...numbers].map((number) => ({ seed, number, isVerbose }));
  const started = performance.now();
  const outcomes: Outcome[] = [];
  let bad = 0;
  await all(tasks, ({ number }, outcome) => {
    if (number !== 'week') outcomes.push(outcome);
    else
      console.log(
        `the week: ${outcome.uses.map(({ heap, database }) => `${mib(heap)}/${mib(database)}`).join(' ')} MiB of memory/database each day`,
      );
    if (outcomes.length % 100 === 0 && outcomes.length > 0) console.log(`… ${String(outcomes.length)} of ${String(count)}`);
    if (outcome.faults.length === 0) return;
    bad += 1;
    const again =
      number === 'week' ? '' : ` (again: npm run simulate:watch -- --seeds 1 --from ${String(number)} --seed ${seed} --verbose)`;
    console.log(
      `✗ seed ${seed}, ${outcome.weather} ${String(number)}${again}\n${[...outcome.faults, ...outcome.log].map((line) => `  ${line}`).join('\n')}`,
    );
  });
  for (const line of table(outcomes)) console.log(line);
  const { user, system } = process.cpuUsage();
  const [seconds, cpu] = [(performance.now() - started) / 1_000, (user + system) / 1e6].map((one) => one.toFixed(0));
  console.log(`seed ${seed}: ${String(tasks.length)} worlds, ${String(bad)} bad, ${seconds!} s (${cpu!} s of processor time)`);
  const file = process.env['LTV_GAUGE_RESULT'];
  if (file !== undefined && file !== '') writeFileSync(file, JSON.stringify({ passed: tasks.length - bad, failed: bad }));
  return bad === 0 ? 0 : 1;
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

if (isMainThread) {
  // To see what is in use, garbage has to be gone.
  setFlagsFromString('--expose-gc');
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
} else {
  parentPort?.on('message', (task: Task) => {
    void work(task).then((outcome) => parentPort?.postMessage(outcome));
  });
}
