// Stores readings as fast as it can, until it is killed: `node keeping-child.ts <state.sqlite> <owner> <reading as JSON>`.
import { EditorsReadings } from '../../../src/cli/keep-watched.ts';
import type { Snapshot } from '../../../src/core/model.ts';

const [file = '', owner = '', text = '{}'] = process.argv.slice(2);
const snapshot = JSON.parse(text) as Snapshot;
const editor = new EditorsReadings(file, `child ${process.pid.toString()}`, 60_000);
for (let asOf = Date.now(); ; asOf += 1) {
  const [first, ...others] = snapshot.loans;
  // Each another figure, and a loan that comes and goes.
  const loans = asOf % 2 === 0 && first !== undefined ? [{ ...first, debtUsd: String(asOf) as never }, ...others] : others;
  const why = editor.keep({ owner, snapshot: { ...snapshot, loans, asOf }, thresholds: undefined }, asOf + 1);
  process.stdout.write(`${why ?? 'kept'}\n`);
}
