/**
 * Checks all that a person reads: each sentence of the source and of the manifest has its translation and the reverse, and
 * what the manifest names (commands, icons, pages) is there. Prints `file:line problem` and fails when there is any.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkCommands, checkFiles, checkManifestTexts, listedCommands, manifestStrings } from './manifest.ts';
import { collectTexts, compareTexts, readBundle, type Finding } from './texts.ts';

const language = 'zh-cn';
const commandList = 'src/vscode/command-ids.ts';

/** All findings of the project in `root`, by file and line. */
export function checkTexts(root: string): { readonly findings: Finding[]; readonly count: number; readonly bytes: number } {
  const read = (file: string): string => {
    const full = path.join(root, file);
    return existsSync(full) ? readFileSync(full, 'utf8') : '';
  };
  const sources = globSync('src/**/*.ts', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .sort()
    .map((file) => collectTexts(file, read(file)));
  const texts = sources.flatMap((source) => source.texts);
  const bundle = readBundle(`l10n/bundle.l10n.${language}.json`, read(`l10n/bundle.l10n.${language}.json`));
  const english = readBundle('package.nls.json', read('package.nls.json'));
  const translated = readBundle(`package.nls.${language}.json`, read(`package.nls.${language}.json`));
  const strings = manifestStrings(read('package.json'));
  const findings = [
    ...sources.flatMap((source) => source.findings),
    ...[bundle, english, translated].flatMap((one) => one.findings),
    ...compareTexts(texts, bundle),
    ...checkManifestTexts(strings, english, translated),
    ...checkCommands(strings, [english, translated], listedCommands(commandList, read(commandList)), commandList),
    ...checkFiles(strings, language, (file) => existsSync(path.join(root, file))),
  ];
  findings.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  const all = [...new Set(texts.map((text) => text.english)), ...[...english.entries.values()].map(({ text }) => text)];
  return { findings, count: all.length, bytes: Buffer.byteLength(all.join('')) };
}

// Not when a test imports this file.
if (path.basename(process.argv[1] ?? '') === 'check-texts.ts') {
  const { findings, count, bytes } = checkTexts(process.cwd());
  for (const { file, line, problem } of findings) console.error(`${file}:${line.toString()} ${problem}`);
  console.log(
    findings.length === 0
      ? `${count.toString()} texts, ${(bytes / 1000).toFixed(1)} kB of English, all translated`
      : `${findings.length.toString()} findings in ${count.toString()} texts`,
  );
  if (findings.length > 0) process.exitCode = 1;
}
