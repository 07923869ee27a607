// `npm run fuzz`: readings in which something is wrong with the answers, generated from a seed, and ends non-zero when the product makes something
// wrong of one: it says which case, and the least that is wrong with the answers then. `--cases 1 --from N --seed X` is one of them once more.
// `--breaks` puts faults into the product on purpose, and says how soon each is found.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { caseOf, faultsIn, shrunk } from './run.ts';

const options = {
  cases: { type: 'string', default: '20000' },
  from: { type: 'string', default: '0' },
  seed: { type: 'string', default: 'fuzz' },
  /** Views are drawn in one of so many cases; everything else is judged in each. */
  draw: { type: 'string', default: '4' },
  /** Ends with the first fault. */
  first: { type: 'boolean', default: false },
  breaks: { type: 'boolean', default: false },
  /** Of the faults that are put in, those whose names have this. */
  only: { type: 'string', default: '' },
} as const;

const threads = 2;
/** No case takes so long. Milliseconds. */
const hangMs = 60_000;
const mostTold = 12;
const root = path.resolve(__dirname, '../../..');

/** What a thread does: every so many-th case of a row. */
interface Share {
  readonly seed: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly draw: number;
  /** The case that it is at, and when it has to end early. */
  readonly at: Int32Array;
}

interface Faulty {
  readonly number: number;
  readonly faults: readonly string[];
}

type Values = ReturnType<typeof parsed>;
const parsed = () => parseArgs({ options }).values;
const isDrawn = (number: number, draw: number): boolean => number % draw === 0;

async function share({ seed, from, to, step, draw, at }: Share): Promise<void> {
  // Nobody reads the stacks of a million refusals.
  Error.stackTraceLimit = 0;
  const unhandled: string[] = [];
  process.on('unhandledRejection', (error) => unhandled.push(error instanceof Error ? error.message : 'what is no error'));
  for (let number = from; number < to && at[1] === 0; number += step) {
    at[0] = number;
    unhandled.length = 0;
    const faults = [...(await faultsIn(caseOf(seed, number), isDrawn(number, draw)))];
    // What nobody handles is told when all else is done.
    await new Promise(setImmediate);
    faults.push(...unhandled.map((message) => `nobody handles ${message}`));
    if (faults.length > 0) parentPort?.postMessage({ number, faults } satisfies Faulty);
  }
}

/** Shares the cases out, and hears of all that go wrong. */
async function all({ seed, cases, from, draw, first: isFirst }: Values): Promise<readonly Faulty[]> {
  const heard: Faulty[] = [];
  const begin = Number(from);
  const shares = Array.from({ length: threads }, (_, place): Share => {
    const at = new Int32Array(new SharedArrayBuffer(8));
    return { seed, from: begin + place, to: begin + Number(cases), step: threads, draw: Number(draw), at };
  });
  const stop = (): void => {
    for (const { at } of shares) at[1] = 1;
  };
  const done = shares.map(
    (one) =>
      new Promise<void>((resolve) => {
        const worker = new Worker(__filename, { workerData: one });
        let seen = -1;
        const watch = setInterval(() => {
          if (one.at[0] === seen) {
            heard.push({ number: seen, faults: ['hangs'] });
            void worker.terminate();
          }
          seen = one.at[0] ?? 0;
        }, hangMs);
        worker.on('message', (faulty: Faulty) => {
          heard.push(faulty);
          if (isFirst || heard.length > 1_000) stop();
        });
        worker.on('error', (error) => heard.push({ number: one.at[0] ?? 0, faults: [`ends the thread: ${String(error)}`] }));
        worker.on('exit', () => {
          clearInterval(watch);
          resolve();
        });
      }),
  );
  await Promise.all(done);
  return heard.sort((a, b) => a.number - b.number);
}

/** What is wrong, whatever the figures and names. */
const kindOf = (fault: string): string =>
  fault
    .split('\n', 1)[0]!
    .replace(/[\d.,]+/g, '#')
    .slice(0, 120);

async function told(seed: string, faulty: readonly Faulty[], draw: number): Promise<void> {
  const known = new Set<string>();
  for (const { number, faults } of faulty) {
    const fresh = faults.filter((fault) => !known.has(kindOf(fault)));
    const [fault] = fresh;
    for (const one of fresh) known.add(kindOf(one));
    if (fault === undefined || known.size > mostTold) continue;
    const one = caseOf(seed, number);
    console.log(`✗ seed ${seed}, case ${String(number)}, ${one.scene.name}: ${fault.slice(0, 600)}`);
    if (fault === 'hangs') continue;
    const isStill = (faultsNow: readonly string[]): boolean => faultsNow.some((now) => kindOf(now) === kindOf(fault));
    const { mutations } = await shrunk(one, async (tried) => isStill(await faultsIn(tried, isDrawn(number, draw))));
    for (const mutation of mutations) console.log(`    ${JSON.stringify(mutation).slice(0, 300)}`);
  }
}

async function cases(values: Values): Promise<number> {
  const began = performance.now();
  const faulty = await all(values);
  Error.stackTraceLimit = 10;
  await told(values.seed, faulty, Number(values.draw));
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage();
  const count = Number(values.cases);
  console.log(
    `seed ${values.seed}: ${String(count)} cases, ${String(faulty.length)} bad, in ${seconds.toFixed(0)} s ` +
      `(${(count / seconds).toFixed(0)} a second, ${((user + system) / 1e3 / count).toFixed(2)} ms of processor time each)`,
  );
  const file = process.env['LTV_GAUGE_RESULT'];
  if (file !== undefined && file !== '') writeFileSync(file, JSON.stringify({ passed: count - faulty.length, failed: faulty.length }));
  return faulty.length === 0 ? 0 : 1;
}

/** Builds the product with each fault in turn, and tries cases until it is found. */
function breaks({ cases: most, seed, only }: Values): number {
  const file = path.join(root, 'test/fuzz/breaks.json');
  const named = (JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly name: string }[]).filter(({ name }) => name.includes(only));
  const missed = named.filter(({ name }) => {
    spawnSync(process.execPath, ['esbuild.js', '--fuzz', `--break=${name}`], { cwd: root, stdio: 'inherit' });
    const args = ['out/test/fuzz-broken/main.js', '--first', '--cases', most, '--seed', seed];
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, LTV_GAUGE_RESULT: '' } });
    const found = /case (\d+), (.*)/.exec(stdout);
    console.log(
      found === null ? `✗ not found | ${name} | ${stdout.slice(-200)}` : `case ${found[1]!} | ${name} | ${found[2]!.slice(0, 160)}`,
    );
    return found === null;
  });
  return missed.length === 0 ? 0 : 1;
}

if (isMainThread) {
  const values = parsed();
  (values.breaks ? Promise.resolve(breaks(values)) : cases(values)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
} else void share(workerData as Share);
