import { canFillDisk, canForbidWriting, canMakeReadOnly, damages } from './broken-disk.ts';
import type { Breakage, DiskCase } from './disk-run.ts';
import { systems, wayOf } from './systems.ts';

const inTheMiddle = (kind: 'full' | 'no write'): readonly Breakage[] =>
  ['planned', 'sent', 'accepted', 'effective'].flatMap((at) => [false, true].map((killed): Breakage => ({ kind, at, killed })));

const everyRow: readonly Breakage[] = ['planned', 'sent', 'rejected', 'accepted', 'effective'].flatMap((at) =>
  (['before', 'after'] as const).map((when): Breakage => ({ kind: 'one append', at, when })),
);

/** What can be tried on this machine. */
const breakages: readonly Breakage[] = [
  ...everyRow,
  ...(canFillDisk ? inTheMiddle('full') : []),
  ...(canForbidWriting ? inTheMiddle('no write') : []),
  ...(canMakeReadOnly ? [{ kind: 'read-only' } as const] : []),
  ...(Object.keys(damages) as (keyof typeof damages)[]).map((how): Breakage => ({ kind: 'damaged', how })),
  { kind: 'damaged while open', how: 'not a database' },
  { kind: 'damaged while open', how: 'the file is gone' },
];

/** What is wrong with the disk is the same for all systems; how a write is found again is not. */
export const fullDisk: readonly DiskCase[] = breakages.flatMap((breakage, round) =>
  systems
    .filter((_system, index) => breakage.kind !== 'damaged' || index === round % systems.length)
    .map((system, index): DiskCase => ({ system, direction: wayOf(system, round + index), breakage })),
);

function isShort(breakage: Breakage): boolean {
  switch (breakage.kind) {
    case 'full':
      return breakage.at === 'accepted' && !breakage.killed;
    case 'one append':
      return breakage.when === 'before' && (breakage.at === 'rejected' || breakage.at === 'accepted');
    case 'no write':
      return !canFillDisk && breakage.at === 'sent' && breakage.killed;
    case 'read-only':
      return true;
    case 'damaged':
      return breakage.how === 'a row was altered';
    case 'damaged while open':
      return false;
  }
}

export const shortDisk: readonly DiskCase[] = breakages.filter(isShort).flatMap((breakage, round) => {
  const system = systems[round % systems.length];
  return system === undefined ? [] : [{ system, direction: 'add', breakage }];
});
