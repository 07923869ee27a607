import { EventEmitter } from 'node:events';
import { rmSync, writeFileSync, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { lastCopyName } from '../../../../src/engine/storage/state-protocol.ts';
import { watchLastCopy } from '../../../../src/engine/storage/state-folder.ts';
import { within } from './cabinet.ts';
import { memoryFolder } from '../../../memory-folder.ts';

describe('a window that is to hear of its first account', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = memoryFolder('state');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const full = (): never => {
    throw Object.assign(new Error('watching is used up'), { code: 'ENOSPC' });
  };
  const broken = (): FSWatcher => {
    const watcher = Object.assign(new EventEmitter(), { close: () => undefined });
    setImmediate(() => watcher.emit('error', new Error('gone')));
    return watcher as unknown as FSWatcher;
  };
  const ways = [
    ['is told by the system', undefined],
    ['looks itself where the system has run out of what it watches with', full],
    ['looks itself where the system stops telling', broken],
  ] as const;

  for (const [what, watcher] of ways) {
    it(what, async () => {
      let heard = 0;
      const watching = watchLastCopy(folder, () => (heard += 1), watcher);
      try {
        await new Promise((resolve) => setImmediate(resolve));
        writeFileSync(path.join(folder, lastCopyName), '{}');
        await within(20_000, 'the copy is heard of', () => heard > 0);
      } finally {
        watching.dispose();
      }
    });
  }
});
