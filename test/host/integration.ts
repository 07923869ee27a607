// Runs the integration suite inside VS Code: the desktop one where it can be had, else the one that npm carries.
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { desktopFlags, findDesktop } from './desktop.ts';
import { cacheFolder, root } from './places.ts';

const desktop = await findDesktop({ installed: false });
if (typeof desktop === 'string') process.stdout.write(`${desktop} Using the VS Code that npm carries.\n`);

try {
  process.exitCode = await runTests({
    vscodeExecutablePath: typeof desktop === 'string' ? path.join(root, 'test/host/browser-editor.ts') : desktop.executable,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'out/test/integration/suite.js'),
    launchArgs: [...desktopFlags(path.join(cacheFolder, 'integration-desktop')), '--disable-extensions'],
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
