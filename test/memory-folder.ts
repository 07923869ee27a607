import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder, in memory where the system has such: databases sync each change to the disk, and no test pulls the plug. */
export const memoryFolder = (name: string): string =>
  mkdtempSync(path.join(process.platform === 'linux' ? '/dev/shm' : tmpdir(), `ltv-gauge-${name}-`));
