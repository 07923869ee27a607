import type { Clock } from '../core/clock.ts';

/**
 * What requests are made for, the most urgent first: `command` for what a person asks for, a last look, a proof or a first load;
 * `overtaking` for the fresh one when a reading near its line hangs; `near` for a standing reading of what is near its line; `standing` for
 * any other.
 */
export type Purpose = 'command' | 'overtaking' | 'near' | 'standing';

export const urgency: readonly Purpose[] = ['command', 'overtaking', 'near', 'standing'];

const purposes = new WeakMap<AbortSignal, Purpose>();

/** Requests with this signal are made for `purpose`, from now on also those that wait already. */
export function setPurpose(signal: AbortSignal, purpose: Purpose): void {
  purposes.set(signal, purpose);
}

/** One try at what a signal is for. */
interface Try {
  /** What isn't answered by then has failed. By `uptimeOf`. */
  readonly until: number;
  /** Ends this try alone. */
  readonly stop?: AbortSignal;
  /** Whether another try hangs. */
  readonly isOvertaking?: boolean;
}

const tries = new WeakMap<AbortSignal, Try & { readonly of: AbortSignal }>();

/** A signal for one try at what `of` is for. */
export function tryOf(of: AbortSignal, one: Try): AbortSignal {
  const signal = AbortSignal.any(one.stop === undefined ? [of] : [of, one.stop]);
  tries.set(signal, { ...one, of });
  return signal;
}

/** When what is read with this signal has to be answered, by `uptimeOf`; infinite if there is no such time. */
export const untilOf = (signal: AbortSignal | undefined): number => (signal && tries.get(signal)?.until) ?? Infinity;

export function purposeOf(signal: AbortSignal | undefined): Purpose {
  const one = signal && tries.get(signal);
  const purpose = (signal && purposes.get(one?.of ?? signal)) ?? 'command';
  return purpose === 'near' && one?.isOvertaking === true ? 'overtaking' : purpose;
}

const elsewhere = new WeakSet<Clock>();

/** Whether another window makes the standing readings: then the requests of this one, which is known by its clock, leave room for them. */
export function setReadElsewhere(clock: Clock, isElsewhere: boolean): void {
  if (isElsewhere) elsewhere.add(clock);
  else elsewhere.delete(clock);
}

export const isReadElsewhere = (clock: Clock): boolean => elsewhere.has(clock);
