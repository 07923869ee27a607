import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

/**
 * Called by VS Code in its extension host. Runs every integration test and rejects when one fails; the results also go where `npm test` expects
 * them (see test/host/reporter.mjs).
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const root = path.resolve(__dirname, '../../..');
  const mocha = new Mocha({
    ui: 'bdd',
    color: true,
    timeout: 30_000,
    forbidOnly: process.env['CI'] !== undefined,
    grep: process.env['LTV_GAUGE_GREP'] ?? '',
  });
  // In the browser the suite's lines come among those of the workbench; the mark tells them apart.
  const mark = process.env['LTV_GAUGE_SUITE_MARK'] ?? '';
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    console.log(mark + format(...args));
  };
  const reporter = pathToFileURL(path.join(root, 'test/host/reporter.mjs')).href;
  const { default: CountingReporter } = (await import(reporter)) as { default: Mocha.ReporterConstructor };
  mocha.reporter(CountingReporter);
  for (const file of globSync('**/*.test.js', { cwd: __dirname })) mocha.addFile(path.join(__dirname, file));
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) throw new Error(`${String(failures)} integration tests failed.`);
}
