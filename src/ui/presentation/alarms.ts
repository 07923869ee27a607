import { compareUrgency, type Level } from '../../core/level.ts';
import type { AccountState } from '../../monitor/store.ts';
import type { Scene } from './condition.ts';
import { loanViews } from './loan-words.ts';
import { positionViews } from './position-words.ts';

const isAlarm = ({ level }: { readonly level: Level }): boolean => compareUrgency(level, 'warn') <= 0;

/** How many loans stand at warning or danger, for the badge. */
export function loanAlarms(states: readonly AccountState[], scene: Scene): number {
  return states.flatMap((state) => loanViews(state, scene.now, scene.intervalMs)).filter(isAlarm).length;
}

/** How many positions stand at warning or danger, for the badge. */
export function positionAlarms(states: readonly AccountState[], scene: Scene): number {
  return states.flatMap((state) => positionViews(state, scene.now, scene.intervalMs)).filter(isAlarm).length;
}
