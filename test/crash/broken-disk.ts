import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, rmdirSync, rmSync, truncateSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Window } from './window.ts';

const isRoot = process.getuid?.() === 0;

function works(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A disk that can be filled to the last byte; needs the right to mount. */
export class SmallDisk {
  readonly folder: string;
  #ballast = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static make(): SmallDisk | undefined {
    if (process.platform !== 'linux' || !isRoot) return undefined;
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ltv-gauge-disk-'));
    if (works('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder)) return new SmallDisk(folder);
    rmdirSync(folder);
    return undefined;
  }

  fill(): void {
    this.#ballast += 1;
    const file = openSync(path.join(this.folder, `ballast-${this.#ballast.toString()}`), 'w');
    try {
      for (let size = 65_536; size >= 1;) {
        try {
          writeSync(file, Buffer.alloc(size));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    for (const name of readdirSync(this.folder)) if (name.startsWith('ballast-')) rmSync(path.join(this.folder, name));
  }

  remount(mode: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${mode}`, this.folder]);
  }

  end(): void {
    execFileSync('umount', ['-l', this.folder]);
    rmdirSync(this.folder);
  }
}

export const canFillDisk = ((): boolean => {
  const disk = SmallDisk.make();
  disk?.end();
  return disk !== undefined;
})();

/** Rights mean nothing to root, and on Windows folders have none of this kind. */
export const canMakeReadOnly = canFillDisk || (process.platform !== 'win32' && !isRoot);

/** Whether a running process can be kept from writing any file from now on. */
export const canForbidWriting = process.platform === 'linux' && works('prlimit', '--version');

/** Every write of the process fails, as on a disk that answers with errors. Reading goes on. */
export function forbidWriting({ pid }: Window): void {
  execFileSync('prlimit', ['--pid', pid.toString(), '--fsize=0:unlimited']);
}

export function allowWriting({ pid }: Window): void {
  execFileSync('prlimit', ['--pid', pid.toString(), '--fsize=unlimited:unlimited']);
}

/** How a journal that no window has open can be damaged. */
export const damages = {
  'not a database': (file: string) => {
    overwrite(file, 0, 'This is no database at all. '.repeat(8));
  },
  'a page is garbage': (file: string) => {
    overwrite(file, 4096 * 2, '\u00ff'.repeat(2048));
  },
  'cut in half': (file: string) => {
    truncateSync(file, 4096 * 3 + 100);
  },
  'a row was altered': (file: string) => {
    tamper(file, 'DROP TRIGGER rows_are_not_changed', 'UPDATE rows SET line = replace(line, \'"effective"\', \'"rejected"\')');
  },
  'a row is missing': (file: string) => {
    tamper(file, 'DROP TRIGGER rows_are_not_deleted', 'DELETE FROM rows WHERE seq = 3');
  },
  'the end is cut off': (file: string) => {
    tamper(file, 'DROP TRIGGER rows_are_not_deleted', 'DELETE FROM rows WHERE seq = (SELECT max(seq) FROM rows)');
  },
  'the file is gone': (file: string) => {
    for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
  },
} as const;

/** Brings everything into the one file: what is only damaged where newer pages wait beside it is not damaged. */
export function gather(file: string): void {
  tamper(file, 'PRAGMA wal_checkpoint(TRUNCATE)');
}

function overwrite(file: string, at: number, text: string): void {
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, Buffer.from(text, 'latin1'), 0, text.length, at);
  } finally {
    closeSync(handle);
  }
}

/** As any program could, that knows SQLite. */
function tamper(file: string, ...statements: readonly string[]): void {
  const db = new DatabaseSync(file);
  try {
    for (const statement of statements) db.exec(statement);
  } finally {
    db.close();
  }
}

/** Folder and files as they are on a disk that was mounted read-only, for who is not root. */
export function setRights(folder: string, mode: 'ro' | 'rw'): void {
  if (mode === 'rw') chmodSync(folder, 0o700);
  for (const name of readdirSync(folder)) chmodSync(path.join(folder, name), mode === 'ro' ? 0o400 : 0o600);
  if (mode === 'ro') chmodSync(folder, 0o500);
}
