import type { Outcome } from './crash-run.ts';
import type { Breakage, DiskOutcome } from './disk-run.ts';
import type { RaceOutcome } from './race.ts';
import { systems, type System } from './systems.ts';

/** One row for each step, one column for each system: what all runs there came to. */
export function crashTable(outcomes: readonly Outcome[]): readonly string[] {
  return bySystem(
    'killed at',
    outcomes.map((one) => ({ ...one, system: one.kill.system, row: rowOf(one) })),
  );

  function rowOf({ kill: { at, fate, again } }: Outcome): string {
    return [at, ...(fate === undefined ? [] : [fate]), ...(again === undefined ? [] : ['+ a second crash'])].join(', ');
  }
}

export function nameOf(breakage: Breakage): string {
  switch (breakage.kind) {
    case 'full':
    case 'no write':
      return `disk: ${breakage.kind} before ${breakage.at}${breakage.killed ? ', and killed' : ''}`;
    case 'one append':
      return `disk: fails once ${breakage.when} ${breakage.at}`;
    case 'read-only':
      return 'disk: read-only after a crash';
    case 'damaged while open':
      return `ledger, a change open: ${breakage.how}`;
    case 'damaged':
      return `ledger: ${breakage.how}`;
  }
}

export function diskTable(outcomes: readonly DiskOutcome[]): readonly string[] {
  return bySystem(
    'broken',
    outcomes.map((one) => ({ ...one, system: one.disk.system, row: nameOf(one.disk.breakage) })),
  );
}

interface Told {
  readonly system: System;
  readonly row: string;
  readonly end: keyof typeof words | undefined;
  readonly violations: readonly string[];
}

function bySystem(title: string, told: readonly Told[]): readonly string[] {
  const rows = [...new Set(told.map(({ row }) => row))].map((name) => [
    name,
    ...systems.map((system) => cell(told.filter((one) => one.row === name && one.system === system))),
  ]);
  return lines([[title, ...systems.map(({ name }) => name)], ...rows]);
}

const words = {
  'nothing sent': 'nothing sent',
  refused: 'refused',
  'done, found by reading': 'done',
  'not done, a person says so': 'person',
  'set aside': 'set aside',
} as const;

function cell(outcomes: readonly Told[]): string {
  const counts = new Map<string, number>();
  for (const { end, violations } of outcomes) {
    const word = violations.length > 0 || end === undefined ? 'VIOLATED' : words[end];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count.toString()} ${word}`).join(', ');
}

/** How many of two windows that pressed the same button sent, by how the other was refused. */
export function raceTable(outcomes: readonly RaceOutcome[]): readonly string[] {
  const ways = ['with the open one', 'overtaken'] as const;
  const count = (is: (outcome: RaceOutcome) => boolean): string => outcomes.filter(is).length.toString();
  const rows = systems
    .filter((system) => outcomes.some(({ race }) => race.system === system))
    .map((system) => [
      system.name,
      count(({ race }) => race.system === system),
      ...ways.map((way) => count(({ race, refused, violations }) => race.system === system && refused === way && violations.length === 0)),
      count(({ race, violations }) => race.system === system && violations.length > 0),
    ]);
  return lines([['two windows', 'rounds', 'other refused with the open one', 'other refused as overtaken', 'VIOLATED'], ...rows]);
}

/** Columns as wide as their widest cell. */
function lines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
