#!/usr/bin/env -S node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON
// Takes the flags that @vscode/test-electron gives to a desktop VS Code and runs the suite in the VS Code that npm carries instead, so
// that one call of `runTests` serves both.
import { createWriteStream, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from './browser-host.ts';
import { runInBrowser } from './browser-suite.ts';
import { cacheFolder } from './places.ts';
import { writeSettings } from './quiet-settings.ts';

function flag(name: 'extensionDevelopmentPath' | 'extensionTestsPath'): string {
  const { values } = parseArgs({
    strict: false,
    options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
  });
  const value = values[name];
  if (typeof value !== 'string') throw new Error(`--${name}=… is missing.`);
  return path.resolve(value);
}

const logFile = path.join(cacheFolder, 'integration.log');
const log = createWriteStream(logFile);

async function main(): Promise<number> {
  const folder = path.join(cacheFolder, `integration-${String(process.pid)}`);
  writeSettings(path.join(folder, 'user-data'));
  try {
    return await runInBrowser({
      folder,
      extensionsFolder: path.join(folder, 'extensions'),
      workspace: path.join(folder, 'workspace'),
      port: (await freePort()) ?? 0,
      extensionDevelopmentPath: flag('extensionDevelopmentPath'),
      extensionTestsPath: flag('extensionTestsPath'),
      // The suite's lines are shown, the workbench's are kept for when something fails.
      say: (text, isSuite) => (isSuite ? process.stdout : log).write(`${text}\n`),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
  if (process.exitCode !== 0) process.stderr.write(`What the workbench said is in ${logFile}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
