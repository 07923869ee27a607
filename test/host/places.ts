import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The project's own folder. Every `npm run` starts there, and so do the bundled tests, which cannot ask where their source was. */
export const root = process.cwd();

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
}

function readManifest(): Manifest {
  const file = path.join(root, 'package.json');
  const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Manifest>) : {};
  if (manifest.name !== 'ltv-gauge') throw new Error(`Run this in the project's folder, not in ${root}.`);
  return manifest as Manifest;
}

const manifest = readManifest();

/** As VS Code names the extension: publisher and name. */
export const extensionId = `${manifest.publisher}.${manifest.name}`;

/** Downloads, installs and profiles: nothing of it is in git, nothing outside of it is written. */
export const cacheFolder = path.join(root, '.vscode-test');

/** What `npm run package` makes. */
export const vsixFile = path.join(root, 'out', `${manifest.name}-${manifest.version}.vsix`);

/** Where end-to-end tests put their pictures. */
export const screenshotFolder = path.join(root, 'out/screenshots');
