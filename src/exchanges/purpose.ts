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
