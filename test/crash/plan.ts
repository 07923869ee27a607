import type { Kill } from './crash-run.ts';
import type { Race } from './race.ts';
import { systems, wayOf } from './systems.ts';

type Place = Pick<Kill, 'at' | 'fate'>;

/** Where a process can die in a write, in the order in which it comes by. */
export const steps: readonly Place[] = [
  { at: 'before anything' },
  { at: 'before planned' },
  { at: 'inside planned' },
  { at: 'planned' },
  { at: 'before sent' },
  { at: 'inside sent' },
  { at: 'sent' },
  { at: 'before leaving' },
  { at: 'arrived', fate: 'lost' },
  { at: 'arrived', fate: 'done' },
  { at: 'arrived', fate: 'late' },
  { at: 'acted' },
  { at: 'answered' },
  { at: 'before accepted' },
  { at: 'inside accepted' },
  { at: 'accepted' },
  { at: 'reading' },
  { at: 'read' },
  { at: 'before effective' },
  { at: 'inside effective' },
  { at: 'effective' },
];

/** Where the successor can die while it finds out. */
const again = ['loaded', 'reading', 'read', 'before effective', 'inside effective', 'effective'] as const;

const everywhere: readonly Kill[] = systems.flatMap((system) =>
  system.directions.flatMap((direction) => steps.map((place): Kill => ({ system, direction, ...place }))),
);

/** Two crashes in a row, after those steps that leave something to find out. */
const twice: readonly Kill[] = systems.flatMap((system, index) =>
  (
    [
      { at: 'planned' },
      { at: 'sent' },
      { at: 'arrived', fate: 'done' },
      { at: 'acted' },
      { at: 'accepted' },
      { at: 'before effective' },
    ] satisfies Place[]
  ).flatMap((place) => again.map((second): Kill => ({ system, direction: wayOf(system, index), ...place, again: second }))),
);

/** Killed while the disk is at work: each time somewhere else in it. */
const insides: readonly Kill[] = Array.from({ length: 12 }).flatMap((_none, round) =>
  ['inside planned', 'inside sent', 'inside accepted', 'inside effective'].flatMap((at) =>
    systems.filter((_system, index) => index === round % systems.length).map((system): Kill => ({ system, direction: 'add', at })),
  ),
);

export const full: readonly Kill[] = [...everywhere, ...insides, ...twice];

/** Each step once, each system and direction several times, and a few crashes in a row. */
export const short: readonly Kill[] = [
  ...steps
    .filter(
      ({ at, fate }) => !['before planned', 'inside planned', 'before sent', 'read', 'inside effective'].includes(at) && fate !== 'done',
    )
    .map((place, index): Kill => {
      const system = systems[index % systems.length];
      if (system === undefined) throw new RangeError('there are no systems');
      return { system, direction: wayOf(system, index + 1), ...place };
    }),
  ...twice.filter(({ at, again: second }, index) => at === 'acted' && second === 'before effective' && index % 3 === 1),
];

/** One is some steps ahead, and the other overtakes it and goes to its end; both turns about; both run off from the same step. */
const turns: readonly string[] = [
  ...Array.from({ length: 14 }, (_none, ahead) => 'A'.repeat(ahead) + 'B'.repeat(40)),
  'AB'.repeat(40),
  'AAB'.repeat(30),
  'ABB'.repeat(30),
  ...Array.from({ length: 9 }, (_none, together) => `${'AB'.repeat(together)}*`),
];

export const fullRaces: readonly Race[] = systems.flatMap((system, index) =>
  turns.map((order, turn): Race => ({ system, direction: wayOf(system, index + turn), turns: order })),
);

export const shortRaces: readonly Race[] = fullRaces.filter((_race, index) => index % 43 === 5);
