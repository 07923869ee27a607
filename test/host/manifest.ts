import * as ts from 'typescript';
import { differentPlaceholders, type Bundle, type Finding } from './texts.ts';

/** A string of the manifest with its property name. */
interface ManifestString {
  readonly property: string;
  readonly value: string;
  readonly line: number;
  /** Property names from the root down. */
  readonly path: readonly string[];
}

const manifestFile = 'package.json';
const ownCommand = /\b(?:command:|onCommand:)(ltvGauge\.\w+)/g;
/** Properties that name a file of the package. */
const fileProperties = new Set(['icon', 'light', 'dark', 'highContrast', 'highContrastLight', 'image', 'svg', 'markdown', 'path']);

/** All strings of a JSON file. */
export function manifestStrings(content: string): ManifestString[] {
  const source = ts.parseJsonText(manifestFile, content);
  const strings: ManifestString[] = [];
  const visit = (node: ts.Node, path: readonly string[]): void => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name)) {
      visit(node.initializer, [...path, node.name.text]);
    } else if (ts.isStringLiteral(node)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      strings.push({ property: path.at(-1) ?? '', value: node.text, line, path });
    } else {
      ts.forEachChild(node, (child) => {
        visit(child, path);
      });
    }
  };
  visit(source, []);
  return strings;
}

/** The command ids listed in the source, by line. */
export function listedCommands(file: string, content: string): Map<string, number> {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true);
  const commands = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.initializer)) {
      commands.set(node.initializer.text, source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return commands;
}

/** Texts of the manifest: `%key%` without an English text, unused English texts, and a translation that does not match. */
export function checkManifestTexts(strings: readonly ManifestString[], english: Bundle, translated: Bundle): Finding[] {
  const findings: Finding[] = [];
  const used = new Set<string>();
  for (const { value, line } of strings) {
    const key = /^%([^%]+)%$/.exec(value)?.[1];
    if (key === undefined) continue;
    used.add(key);
    if (!english.entries.has(key)) findings.push({ file: manifestFile, line, problem: `not in ${english.file}: ${JSON.stringify(key)}` });
  }
  for (const [key, { text, line }] of english.entries) {
    if (!used.has(key)) findings.push({ file: english.file, line, problem: `used nowhere: ${JSON.stringify(key)}` });
    const translation = translated.entries.get(key);
    if (translation === undefined) {
      findings.push({ file: english.file, line, problem: `not in ${translated.file}: ${JSON.stringify(key)}` });
    } else {
      findings.push(...differentPlaceholders(key, text, translation, translated.file));
    }
  }
  for (const [key, { line }] of translated.entries) {
    if (!english.entries.has(key))
      findings.push({ file: translated.file, line, problem: `not in ${english.file}: ${JSON.stringify(key)}` });
  }
  return findings;
}

/** Every command of the manifest is listed in the source and the reverse; menus, links and events name listed ones only. */
export function checkCommands(
  strings: readonly ManifestString[],
  bundles: readonly Bundle[],
  listed: ReadonlyMap<string, number>,
  listFile: string,
): Finding[] {
  const findings: Finding[] = [];
  const unlisted = (file: string, line: number, command: string): void => {
    if (!listed.has(command)) findings.push({ file, line, problem: `no such command in ${listFile}: ${command}` });
  };
  const declared = new Set<string>();
  for (const { property, value, line, path } of strings) {
    if (property === 'command') {
      unlisted(manifestFile, line, value);
      if (path[1] === 'commands') declared.add(value);
    }
    for (const [, command = ''] of value.matchAll(ownCommand)) unlisted(manifestFile, line, command);
  }
  for (const { file, entries } of bundles) {
    for (const { text, line } of entries.values()) {
      for (const [, command = ''] of text.matchAll(ownCommand)) unlisted(file, line, command);
    }
  }
  for (const [command, line] of listed) {
    if (!declared.has(command)) findings.push({ file: listFile, line, problem: `not among the commands of ${manifestFile}: ${command}` });
  }
  return findings;
}

/** Every icon and file that the manifest names exists, and a page of the walkthrough exists in Chinese too. */
export function checkFiles(strings: readonly ManifestString[], language: string, exists: (path: string) => boolean): Finding[] {
  const findings: Finding[] = [];
  for (const { property, value, line, path } of strings) {
    const inPackage = path[0] === 'contributes' || path.length === 1;
    if (!inPackage || !fileProperties.has(property) || value.startsWith('$(') || value.startsWith('%')) continue;
    const wanted = property === 'markdown' ? [value, value.replace(/\.md$/, `.nls.${language}.md`)] : [value];
    for (const one of wanted) {
      if (!exists(one)) findings.push({ file: manifestFile, line, problem: `no such file: ${one}` });
    }
  }
  return findings;
}
