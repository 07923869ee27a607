// `npm run crash`: kills real processes in the middle of writes, and lets two of them press the same button at once. Prints what came of it and
// ends non-zero when anything was sent twice, forgotten or told wrongly. `--short` is the round that belongs to `npm test`.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CrashRun, type Outcome } from './crash-run.ts';
import { full, short } from './plan.ts';
import { crashTable } from './table.ts';
import { Windows } from './window.ts';

/** Runs at a time: each has a process that works and one that starts. */
const atOnce = 2;

async function crashes(kills: typeof full): Promise<readonly Outcome[]> {
  const windows = new Windows(atOnce + 1);
  const left = [...kills];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let kill = left.shift(); kill !== undefined; kill = left.shift()) outcomes.push(await new CrashRun(kill, windows).run());
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await windows.end();
  return outcomes;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { short: { type: 'boolean' } } });
  const started = Date.now();
  const outcomes = await crashes(values.short === true ? short : full);
  for (const line of crashTable(outcomes)) console.log(line);
  const bad = outcomes.filter(({ violations }) => violations.length > 0);
  for (const { kill, violations } of bad) {
    const { system, direction, at, fate, again } = kill;
    const where = [at, ...(fate === undefined ? [] : [fate]), ...(again === undefined ? [] : [`then ${again}`])].join(', ');
    console.log(`\n✗ ${system.name}, ${direction}, ${where}`);
    for (const violation of violations) console.log(`  ${violation}`);
  }
  const kills = outcomes.reduce((sum, one) => sum + one.kills, 0);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`\n${outcomes.length.toString()} runs, ${kills.toString()} kills, ${bad.length.toString()} with a violation, ${seconds} s`);
  const file = process.env['LTV_GAUGE_RESULT'];
  if (file !== undefined && file !== '') writeFileSync(file, JSON.stringify({ passed: outcomes.length - bad.length, failed: bad.length }));
  return bad.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
