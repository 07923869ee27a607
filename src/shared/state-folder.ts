import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../core/emitter.ts';
import { lastCopyName, stateName } from './database/state-protocol.ts';

/** Some kilobytes at most, read at once so that the accounts are there when the window is. Undefined when there is none. */
export function readLastCopy(folder: string): string | undefined {
  try {
    return readFileSync(path.join(folder, lastCopyName), 'utf8');
  } catch {
    return undefined;
  }
}

export const existsState = (folder: string): boolean => existsSync(path.join(folder, stateName));

/**
 * Calls back when any window wrote the last copy, which each change of an account ends with. So a window without an account, which looks at
 * nothing, gets its first one. Some disks tell nothing of this: there, windows with accounts find out by looking.
 */
export function watchLastCopy(folder: string, changed: () => void): Disposable {
  try {
    mkdirSync(folder, { recursive: true });
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === lastCopyName) changed();
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return {
      dispose: () => {
        watcher.close();
      },
    };
  } catch {
    return { dispose: () => undefined };
  }
}
