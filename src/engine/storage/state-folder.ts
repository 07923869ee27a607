import { existsSync, mkdirSync, readFileSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../../core/emitter.ts';
import { lastCopyName, stateName } from './state-protocol.ts';

/** Where the database is, in the folder that all windows of the person share. */
export const stateIn = (folder: string): string => path.join(folder, 'state');

/** The last copy: a few kilobytes, read synchronously so that the accounts are there when the window is. Undefined if there is none. */
export function readLastCopy(folder: string): string | undefined {
  try {
    return readFileSync(path.join(folder, lastCopyName), 'utf8');
  } catch {
    return undefined;
  }
}

export const existsState = (folder: string): boolean => existsSync(path.join(folder, stateName));

/** How often the last copy is checked where the system doesn't report changes. Milliseconds. */
const lookMs = 1_000;

/**
 * Calls back when any window wrote the last copy, which every change of an account ends with. This is how a window without accounts, which
 * looks at nothing else, gets its first one. If the system can't watch the folder, the file is polled.
 * @param watchFolder injected by tests
 */
export function watchLastCopy(folder: string, changed: () => void, watchFolder: typeof watch = watch): Disposable {
  const writtenAt = (): number | undefined => {
    try {
      return statSync(path.join(folder, lastCopyName), { throwIfNoEntry: false })?.mtimeMs;
    } catch {
      return undefined;
    }
  };
  let seen = writtenAt();
  let ended = false;
  let looking: NodeJS.Timeout | undefined;
  const lookInstead = (): void => {
    if (ended || looking !== undefined) return;
    looking = setInterval(() => {
      const at = writtenAt();
      if (at === seen) return;
      seen = at;
      changed();
    }, lookMs).unref();
  };
  let stop: () => void = () => undefined;
  try {
    mkdirSync(folder, { recursive: true });
    const watcher = watchFolder(folder, { persistent: false }, (_event, name) => {
      if (name === lastCopyName) changed();
    });
    stop = () => {
      watcher.close();
    };
    watcher.on('error', () => {
      watcher.close();
      lookInstead();
    });
  } catch {
    lookInstead();
  }
  return {
    dispose: () => {
      ended = true;
      stop();
      clearInterval(looking);
    },
  };
}
