import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** The parts of keys that tests typed, by what each is. A run's exchanges make their keys up, so nothing but a leak brings one into a file. */
const typed = new Map<string, string>();

/** From now on no artefact of a session may hold this text, in any of its forms. */
export function watchFor(what: string, secret: string): void {
  typed.set(secret, what);
}

/** It was no secret: the search itself was tried with it. */
export function forget(secret: string): void {
  typed.delete(secret);
}

/** The middle of what a text is in base64, where it begins at each of the three places that a group has. */
function base64Of(text: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const coded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
    return coded.slice(before === 0 ? 0 : 4, -4);
  });
}

/** How a text may be written: as it is, reversed, in base64 of both kinds, in hexadecimal, in the form of addresses, as UTF-16. */
export function formsOf(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const coded = base64Of(secret);
  const texts = [
    ...[secret, secret.split('').reverse().join('')],
    ...[...coded, ...coded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))],
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
    ...[encodeURIComponent(secret), [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
  ];
  return [...[...new Set(texts)].map((text) => Buffer.from(text)), Buffer.from(secret, 'utf16le')];
}

/** Which of the texts watched for are there, by what they are. */
export function secretsIn(content: Buffer): readonly string[] {
  return [...typed].filter(([secret]) => formsOf(secret).some((form) => content.includes(form))).map(([, what]) => what);
}

/** The lines of the process table with what started each process, where that can be listed. */
function commandLines(): readonly string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return ''; // it has ended meanwhile
      }
    });
}

/**
 * What holds a part of a key that a test typed, and which: files below the folder, command lines of processes, and the pages handed in.
 *
 * @param folder what a session writes; what the browser keeps is left out, for it is the keyring here, and so is the editor's own program
 */
export function leaks(folder: string, pages: Readonly<Record<string, string>>): readonly string[] {
  if (typed.size === 0) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !['browser', 'built-in'].includes(file.split(path.sep)[0] ?? ''))
    .map((file) => path.join(folder, file))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .map((file) => [file, readFileSync(file)] as const);
  const others = [...commandLines().map((line) => ['a command line', line] as const), ...Object.entries(pages)];
  return [...files, ...others.map(([where, text]) => [where, Buffer.from(text)] as const)].flatMap(([where, content]) =>
    secretsIn(content).map((what) => `${where} holds ${what}`),
  );
}
