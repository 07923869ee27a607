// `npm run crash`: kills real processes in the middle of writes, lets two of them press the same button at once, and breaks the disk under them.
// Prints what came of it and ends non-zero when anything was sent twice, forgotten or told wrongly. `--short` is the round that belongs to `npm test`; `npm run crash -- races`
// is one part of it, as are `kills` and `disk`; `--grep` takes those of whose description it is a part, e.g. `inside sent`.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CrashRun, type Kill, type Outcome } from './crash-run.ts';
import { fullDisk, shortDisk } from './disk-plan.ts';
import { DiskRun, type DiskCase, type DiskOutcome } from './disk-run.ts';
import { full, fullRaces, short, shortRaces } from './plan.ts';
import { runRace, type RaceOutcome } from './race.ts';
import { crashTable, diskTable, nameOf, raceTable } from './table.ts';
import { Windows } from './window.ts';

/** Runs at a time: each has a process that works and one that starts. */
const atOnce = 2;
/** Nothing takes this long. A run that hangs fails. */
const longestMs = 180_000;

async function all<T, R>(tasks: readonly T[], carryOut: (task: T, windows: Windows) => Promise<R>): Promise<readonly R[]> {
  const windows = new Windows(atOnce + 1);
  const left = [...tasks];
  const outcomes: R[] = [];
  const work = async (): Promise<void> => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      const watch = setTimeout(() => {
        console.error('this hangs:', task);
        process.exit(1);
      }, longestMs);
      outcomes.push(await carryOut(task, windows));
      clearTimeout(watch);
      if (outcomes.length % 50 === 0) console.log(`… ${outcomes.length.toString()} of ${tasks.length.toString()}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await windows.end();
  return outcomes;
}

/** What went wrong, run by run. */
function complaints(crashes: readonly Outcome[], races: readonly RaceOutcome[], disks: readonly DiskOutcome[]): readonly string[] {
  const told = (where: string, violations: readonly string[]): readonly string[] =>
    violations.length === 0 ? [] : [[`✗ ${where}`, ...violations.map((one) => `  ${one}`)].join('\n')];
  return [
    ...crashes.flatMap(({ kill: { system, direction, at, fate, again }, violations }) => {
      const where = [at, ...(fate === undefined ? [] : [fate]), ...(again === undefined ? [] : [`then ${again}`])].join(', ');
      return told(`${system.name}, ${direction}, killed at: ${where}`, violations);
    }),
    ...races.flatMap(({ race: { system, direction, turns }, violations }) =>
      told(`${system.name}, ${direction}, two windows, turns ${turns}`, violations),
    ),
    ...disks.flatMap(({ disk: { system, direction, breakage }, violations }) =>
      told(`${system.name}, ${direction}, ${nameOf(breakage)}`, violations),
    ),
  ];
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { short: { type: 'boolean' }, grep: { type: 'string' } } });
  const named = <T>(tasks: readonly T[]): readonly T[] => tasks.filter((task) => JSON.stringify(task).includes(values.grep ?? ''));
  const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part);
  const started = Date.now();
  const kill = (one: Kill, windows: Windows): Promise<Outcome> => new CrashRun(one, windows).run();
  const outcomes = wanted('kills') ? await all(named(values.short === true ? short : full), kill) : [];
  const races = wanted('races') ? await all(named(values.short === true ? shortRaces : fullRaces), runRace) : [];
  const breakDisk = (one: DiskCase, windows: Windows): Promise<DiskOutcome> => new DiskRun(one, windows).run();
  const disks = wanted('disk') ? await all(named(values.short === true ? shortDisk : fullDisk), breakDisk) : [];
  for (const table of [crashTable(outcomes), raceTable(races), diskTable(disks)])
    if (table.length > 1) console.log(`${table.join('\n')}\n`);
  const bad = complaints(outcomes, races, disks);
  for (const complaint of bad) console.log(`${complaint}\n`);
  const kills = outcomes.reduce((sum, one) => sum + one.kills, 0);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `${outcomes.length.toString()} crashes with ${kills.toString()} kills, ${races.length.toString()} races of two windows, ${disks.length.toString()} broken disks, ${bad.length.toString()} with a violation, ${seconds} s`,
  );
  const passed = outcomes.length + races.length + disks.length - bad.length;
  const file = process.env['LTV_GAUGE_RESULT'];
  if (file !== undefined && file !== '') writeFileSync(file, JSON.stringify({ passed, failed: bad.length }));
  return bad.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
