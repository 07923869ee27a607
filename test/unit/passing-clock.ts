import type { Clock } from '../../src/core/clock.ts';

/** Time of both sides that passes only where somebody waits, and then at once. */
export class PassingClock implements Clock {
  time = Date.UTC(2026, 10, 20, 12);
  readonly now = (): number => this.time;
  readonly sleep = async (ms: number): Promise<void> => {
    this.time += Math.ceil(ms);
  };
}
