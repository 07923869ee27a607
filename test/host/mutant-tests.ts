// Runs the unit tests of src/core in the folder it is started in, for `npm run mutate`: those that contain the file with the change that is
// in force, its own test first, up to the first that fails. Properties are tried a few times only, and always with the same values: what is
// noticed does not depend on luck, and thousands of runs end within an hour.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** The file of src/core with the change of this number, without its ending; undefined when none is active. */
function changedFile(mutant: string | undefined): string | undefined {
  if (mutant === undefined) return undefined;
  const here = new RegExp(`stryMutAct_\\w+\\("${mutant}"\\)`);
  const file = globSync('src/core/**/*.ts').find((one) => here.test(readFileSync(one, 'utf8')));
  return file === undefined ? undefined : path.basename(file, '.ts');
}

/** A test with all that it shares with others, which the build makes parts of. */
function wholeOf(file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return '';
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const parts = [...text.matchAll(/\brequire\("(\.[^"]+)"\)/g)].map(([, part = '']) => path.join(path.dirname(file), part));
  return [text, ...parts.map((part) => wholeOf(part, seen))].join('');
}

function testsOf(changed: string | undefined): readonly string[] {
  // Those against the simulated exchanges take longer than all others together, and hold the estimates, not one line each.
  const all = globSync('out/test/unit/core/**/*.test.js')
    .filter((file) => !file.endsWith('-with-simulators.test.js'))
    .sort();
  if (changed === undefined) return all;
  const own = `${changed}.test.js`;
  const containing = all.filter((file) => wholeOf(file).includes(`// src/core/${changed}.ts`));
  return containing.sort((a, b) => Number(path.basename(b) === own) - Number(path.basename(a) === own));
}

// Read by test/unit/property.ts.
process.env['LTV_GAUGE_PROPERTIES'] = 'few';
const mocha = new Mocha({ bail: true, timeout: 60_000, reporter: 'dot' });
for (const file of testsOf(changedFile(process.env['__STRYKER_ACTIVE_MUTANT__']))) mocha.addFile(path.resolve(file));
mocha.run((failures) => {
  // A simulator that a broken test left behind would keep this process alive.
  process.exit(failures === 0 ? 0 : 1);
});
