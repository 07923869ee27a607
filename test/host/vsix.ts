import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, vsixFile } from './places.ts';
import { runNode } from './processes.ts';

const kilobyte = 1000;

interface Gate {
  readonly what: string;
  readonly files: readonly string[];
  readonly limit: number;
}

const gates: readonly Gate[] = [
  { what: 'extension', files: ['dist/extension.js'], limit: 120 * kilobyte },
  { what: 'page', files: ['dist/webview/main.js', 'dist/webview/page.css'], limit: 30 * kilobyte },
  { what: 'package', files: [path.relative(root, vsixFile)], limit: 250 * kilobyte },
];

/** What may be in the package; vsce adds the two XML files and renames the three texts. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/package\.nls(\.[a-z-]+)?\.json$/,
  /^extension\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
  /^extension\/dist\/extension\.js$/,
  /^extension\/dist\/webview\/(main\.js|page\.css)$/,
  /^extension\/media\/(icon\.png|[a-z-]+\.svg)$/,
  /^extension\/(readme\.md|changelog\.md|LICENSE\.txt|LICENSE)$/i,
];
const required = ['extension/package.json', 'extension/package.nls.json', 'extension/dist/extension.js', 'extension/dist/webview/main.js'];

/** Names in a zip file, read from its central directory (APPNOTE 4.3.12 and 4.3.16). */
export function namesInZip(zip: Buffer): string[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('not a zip file');
  const names: string[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}

/** What is wrong with the package, as sentences. */
function faults(): string[] {
  const found: string[] = [];
  for (const { what, files, limit } of gates) {
    const size = files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0);
    const text = `${what}: ${(size / kilobyte).toFixed(1)} kB of ${String(limit / kilobyte)} kB`;
    process.stdout.write(`${text}\n`);
    if (size > limit) found.push(`Too large: ${text}.`);
  }
  const names = namesInZip(readFileSync(vsixFile));
  for (const name of names) if (!allowed.some((one) => one.test(name))) found.push(`Does not belong in the package: ${name}.`);
  for (const name of required) if (!names.includes(name)) found.push(`Missing in the package: ${name}.`);
  return found;
}

/** A stamp of everything that goes into the package, so that an unchanged one need not be made again. */
function sourceStamp(): string {
  const hash = createHash('sha256');
  const files = globSync(['src/**/*', 'media/**/*', 'l10n/**/*', 'package*.json', '*.md', 'LICENSE', 'esbuild.js', '.vscodeignore'], {
    cwd: root,
  });
  for (const file of files.sort()) {
    const full = path.join(root, file);
    if (statSync(full).isFile()) hash.update(file).update(readFileSync(full));
  }
  return hash.digest('hex');
}

/** Builds, packages and judges. Throws when a step fails or the package is not as it must be. */
export async function makeVsix(): Promise<void> {
  mkdirSync(path.dirname(vsixFile), { recursive: true });
  if ((await runNode(['esbuild.js', '--minify'])) !== 0) throw new Error('The build failed.');
  // A dependency that is bundled is in dist already; vsce would else ask npm for all of them.
  const code = await runNode(['node_modules/@vscode/vsce/vsce', 'package', '--no-dependencies', '--out', vsixFile]);
  if (code !== 0) throw new Error('vsce could not package the extension.');
  const found = faults();
  if (found.length > 0) throw new Error(found.join('\n'));
}

/** The package's stamp; makes the package when it is missing or its sources have changed. */
export async function freshVsix(): Promise<string> {
  const stampFile = `${vsixFile}.stamp`;
  const stamp = sourceStamp();
  if (existsSync(vsixFile) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return stamp;
  await makeVsix();
  writeFileSync(stampFile, stamp);
  return stamp;
}
