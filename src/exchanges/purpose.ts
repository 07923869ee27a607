import type { Clock } from '../core/clock.ts';

/**
 * What requests are made for, the most urgent first: `command` for what a person asks for, a last look, a proof or a first load;
 * `near` for a standing reading of what is near its line; `standing` for any other.
 */
export type Purpose = 'command' | 'near' | 'standing';

const purposes = new WeakMap<AbortSignal, Purpose>();

/** Requests with this signal are made for `purpose`, from now on also those that wait already. */
export function setPurpose(signal: AbortSignal, purpose: Purpose): void {
  purposes.set(signal, purpose);
}

export const purposeOf = (signal: AbortSignal | undefined): Purpose => (signal && purposes.get(signal)) ?? 'command';

const elsewhere = new WeakSet<Clock>();

/** Whether another window makes the standing readings: then the requests of this one, which is known by its clock, leave room for them. */
export function setReadElsewhere(clock: Clock, isElsewhere: boolean): void {
  if (isElsewhere) elsewhere.add(clock);
  else elsewhere.delete(clock);
}

export const isReadElsewhere = (clock: Clock): boolean => elsewhere.has(clock);
