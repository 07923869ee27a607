import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const inMemory = '/dev/shm';
/** Containers often have only 64 MB there. */
const enoughBytes = 256_000_000;

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= enoughBytes;
}

const parent = hasRoom(inMemory) ? inMemory : tmpdir();

/** A new folder, in memory where the system has room there: databases sync each change to the disk, and no test pulls the plug. */
export const memoryFolder = (name: string): string => mkdtempSync(path.join(parent, `ltv-gauge-${name}-`));
