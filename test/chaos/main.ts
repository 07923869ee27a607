import { parseArgs } from 'node:util';
import { run } from './run.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string', default: 'chaos' },
      short: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  });
  const { seed, verbose, short: isShort } = values;
  const [count, from] = [Number(values.seeds), Number(values.from)];
  const started = performance.now();
  let [bad, hours] = [0, 0];
  for (let number = from; number < from + count; number += 1) {
    const outcome = await run(seed, number, { isShort, ...(verbose ? { say: console.log } : {}) });
    hours += outcome.hours;
    if (verbose) console.log(outcome.requests, outcome.changes, outcome.effects, outcome.alarms);
    if (outcome.faults.length === 0) continue;
    bad += 1;
    console.log(`✗ seed ${seed} ${String(number)}\n${outcome.faults.map((line) => `  ${line}`).join('\n')}`);
  }
  console.log(
    `${String(count)} worlds, ${String(bad)} bad, ${hours.toFixed(1)} simulated hours, ${((performance.now() - started) / 1_000).toFixed(1)} s`,
  );
  return bad === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
