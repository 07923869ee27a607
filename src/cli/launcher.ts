/**
 * Finds the command line of whichever version is installed when it runs, so that it follows updates.
 * @param extensions the folder that versions of the extension are installed in
 * @param folder the storage folder of the extension
 */
export const launcherText = (extensions: string, folder: string, here: string): string => `#!/usr/bin/env node
const { existsSync, readdirSync, statSync } = require('node:fs');
const path = require('node:path');
const extensions = ${JSON.stringify(extensions)};
const versions = existsSync(extensions) ? readdirSync(extensions).filter((name) => name.startsWith('ltv-gauge.ltv-gauge-')) : [];
const files = [...versions.map((name) => path.join(extensions, name)), ${JSON.stringify(here)}]
  .map((place) => path.join(place, 'dist', 'ltv-gauge.js'))
  .filter((file) => existsSync(file))
  .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
if (files.length === 0) {
  console.error('LTV Gauge is no longer installed.');
  process.exit(3);
}
const [command, ...rest] = process.argv.slice(2);
const hasNot = (option) => !rest.some((one) => one === option || one.startsWith(option + '='));
// A watcher with accounts of its own reads for this editor too.
if (command !== undefined && hasNot('--data') && (command === 'watch' || hasNot('--account'))) process.argv.push('--data', ${JSON.stringify(folder)});
require(files[0]);
`;
