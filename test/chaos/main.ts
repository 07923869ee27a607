// `npm run simulate:chaos`: lives through seeded worlds with the whole engine, both exchanges, and a person, and ends non-zero when anything in
// them went wrong: it says which seed, and the shortest history in which the same goes wrong. `--seeds 1 --from N --seed X --verbose` is one of
// them once more. `--breaks` puts faults into the product on purpose, and says how soon each is found.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { run, type RunOptions } from './run.ts';
import { historyOf, shrink } from './shrink.ts';

const options = {
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '0' },
  seed: { type: 'string', default: 'chaos' },
  /** Worlds of a few minutes. */
  short: { type: 'boolean', default: false },
  /** Ends with the first that goes wrong, and shrinks nothing. */
  first: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  breaks: { type: 'boolean', default: false },
  /** Of the faults that are put in, those whose names have this. */
  only: { type: 'string', default: '' },
} as const;

/** Worlds are garbage when they are over. Bytes. */
const mostGrowth = 8 * 2 ** 20;
const warmUp = 30;

const root = path.resolve(__dirname, '../../..');

async function worlds(values: ReturnType<typeof parsed>): Promise<number> {
  const { seed, verbose, short: isShort, first: isFirst } = values;
  const [count, from] = [Number(values.seeds), Number(values.from)];
  const started = performance.now();
  let [bad, hours, ran, heap] = [0, 0, 0, 0];
  const told: RunOptions = { isShort, ...(verbose ? { say: console.log } : {}) };
  if (!verbose && !(await isSameAgain(seed, from))) {
    bad += 1;
    console.log(`✗ seed ${seed}, world ${String(from)} does not come out the same twice`);
  }
  for (let number = from; number < from + count; number += 1) {
    const outcome = await run(seed, number, told);
    hours += outcome.hours;
    ran += 1;
    if (ran === warmUp) heap = heapUsed();
    if (outcome.faults.length === 0) continue;
    bad += 1;
    console.log(`✗ seed ${seed}, world ${String(number)}\n${outcome.faults.map((line) => `  ${line}`).join('\n')}`);
    if (isFirst) break;
    const plan = await shrink(seed, number, outcome, { isShort });
    console.log(
      `  the same happens with this alone:\n${historyOf(plan)
        .map((line) => `    ${line}`)
        .join('\n')}`,
    );
    if (verbose) await run(seed, number, { ...told, plan });
  }
  const growth = ran > warmUp ? heapUsed() - heap : 0;
  if (growth > mostGrowth) {
    bad += 1;
    console.log(`✗ memory grows by ${String(growth)} bytes in ${String(ran - warmUp)} worlds`);
  }
  const { user, system } = process.cpuUsage();
  const [seconds, cpu] = [(performance.now() - started) / 1_000, (user + system) / 1e6].map((one) => one.toFixed(0));
  console.log(
    `seed ${seed}: ${String(ran)} worlds, ${String(bad)} bad, ${hours.toFixed(1)} hours in ${seconds!} s (${cpu!} s of processor time), ` +
      `memory ${(growth / 2 ** 20).toFixed(1)} MB more`,
  );
  const file = process.env['LTV_GAUGE_RESULT'];
  if (file !== undefined && file !== '') writeFileSync(file, JSON.stringify({ passed: ran - bad, failed: bad }));
  return bad === 0 ? 0 : 1;
}

/** A seed tells everything, or nothing that it finds can be found again. */
async function isSameAgain(seed: string, number: number): Promise<boolean> {
  const [one, other]: [string[], string[]] = [[], []];
  for (const lines of [one, other]) await run(seed, number, { isShort: true, say: (line) => lines.push(line) });
  return one.join('\n') === other.join('\n');
}

/** Builds the product with each fault in turn, and lives until it is found. */
function breaks({ seeds, seed, only }: ReturnType<typeof parsed>): number {
  const all = JSON.parse(readFileSync(path.join(root, 'test/chaos/breaks.json'), 'utf8')) as readonly { readonly name: string }[];
  let missed = 0;
  for (const { name } of all.filter((one) => one.name.includes(only))) {
    spawnSync(process.execPath, ['esbuild.js', '--chaos', `--break=${name}`], { cwd: root, stdio: 'inherit' });
    const started = performance.now();
    const args = ['out/test/chaos-broken/main.js', '--short', '--first', '--seeds', seeds, '--seed', seed];
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, LTV_GAUGE_RESULT: '' } });
    const found = /world (\d+)\n\s*(.*)/.exec(stdout);
    const cpu = /\((\d+) s of/.exec(stdout)?.[1] ?? '?';
    if (found === null) missed += 1;
    const took = `${((performance.now() - started) / 1_000).toFixed(0)} s, ${cpu} s of processor time`;
    console.log(
      `${found === null ? '✗ not found' : `world ${found[1]!}`} | ${took} | ${name} | ${found?.[2]?.slice(0, 160) ?? stdout.slice(-200)}`,
    );
  }
  return missed === 0 ? 0 : 1;
}

function heapUsed(): number {
  // Only contexts that begin after the flag was set have it.
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const parsed = () => parseArgs({ options }).values;

setFlagsFromString('--expose-gc');
const values = parsed();
(values.breaks ? Promise.resolve(breaks(values)) : worlds(values)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
