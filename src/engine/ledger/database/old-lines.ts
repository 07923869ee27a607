import { createHash } from 'node:crypto';
import { readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Message } from '../../../core/message.ts';
import { fromLine, toLine } from '../record-format.ts';
import { linesName } from '../../storage/ledger-protocol.ts';
import { unreadableLine } from './fault-text.ts';

/** Versions before the database wrote this after a line that a crash or a full disk had cut short. */
const afterTornLine = '{"torn":"the line before was never finished"}';
/** So many lines are read at once before others get their turn. */
const atOnce = 100;

/** A file of lines that is not whole. */
export class UnreadableLines extends Error {
  override readonly name = 'UnreadableLines';
  readonly line: number;
  readonly finding: Message;

  constructor(line: number, file: string) {
    super(`line ${line.toString()}`);
    this.line = line;
    this.finding = unreadableLine(line, file);
  }
}

/** What versions before the database wrote, as lines of today, and a name for just this content. */
export interface OldLines {
  readonly lines: readonly string[];
  readonly source: string;
}

/**
 * Undefined when there is no such file. A last line that was cut short is not damage.
 * @throws UnreadableLines with the first line that is damaged
 */
export async function readOldLines(folder: string): Promise<OldLines | undefined> {
  const file = path.join(folder, linesName);
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (content === undefined) return undefined;
  const all = content.split('\n');
  const lines: string[] = [];
  for (const [index, line] of all.entries()) {
    if (index % atOnce === atOnce - 1) await breathe();
    if (line === '' || line === afterTornLine) continue;
    try {
      lines.push(toLine(fromLine(line)));
    } catch {
      const isTorn = index === all.length - 1 || all[index + 1] === afterTornLine;
      if (!isTorn) throw new UnreadableLines(index + 1, file);
    }
  }
  return { lines, source: createHash('sha256').update(content).digest('hex') };
}

/** Renames the file of lines, which stays as it is. @returns its place */
export async function renameOldLines(folder: string, ending: 'imported' | 'unreadable'): Promise<string> {
  const file = path.join(folder, linesName);
  for (let count = 1; ; count += 1) {
    const place = `${file}.${ending}${count === 1 ? '' : `-${count.toString()}`}`;
    if (await exists(place)) continue;
    await rename(file, place).catch((error: unknown) => {
      // Another window was first.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
    return place;
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
