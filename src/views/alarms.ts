import { compareUrgency, type Level } from '../core/risk/level.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { Scene } from '../words/account.ts';
import { loanViews } from '../words/loan.ts';
import { positionViews } from '../words/position.ts';

const isAlarm = ({ level }: { readonly level: Level }): boolean => compareUrgency(level, 'warn') <= 0;

/** How many loans stand at warning or danger, for the badge. */
export function loanAlarms(states: readonly AccountState[], scene: Scene): number {
  return states.flatMap((state) => loanViews(state, scene.now, scene.intervalMs)).filter(isAlarm).length;
}

/** How many positions stand at warning or danger, for the badge. */
export function positionAlarms(states: readonly AccountState[], scene: Scene): number {
  return states.flatMap((state) => positionViews(state, scene.now, scene.intervalMs)).filter(isAlarm).length;
}
