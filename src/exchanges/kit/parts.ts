import { ExchangeError, type ErrorKind } from '../../core/errors.ts';
import type { Clock } from '../../core/clock.ts';
import { compare, isPositive, one, type Decimal } from '../../core/decimal.ts';
import type { Message } from '../../core/message.ts';

/** One part of a snapshot: read, or not. `at` is when that was known, by our clock. */
export type Part<T> = { readonly value: T; readonly at: number } | { readonly trouble: ExchangeError; readonly at: number };

/** An optional part: its failure is a value. @throws ExchangeError `aborted` only: then the rest isn't wanted either. */
export async function orError<T>(reading: Promise<T>): Promise<T | ExchangeError> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ExchangeError && error.kind !== 'aborted') return error;
    throw error;
  }
}

/** The same where the reason does not matter: undefined where it cannot be read. @throws ExchangeError `aborted` only */
export async function ifAny<T>(reading: Promise<T>): Promise<T | undefined> {
  const read = await orError(reading);
  return read instanceof ExchangeError ? undefined : read;
}

/** What was read, and when that was known, by our clock. */
export async function stamped<T>(clock: Clock, reading: Promise<T>): Promise<{ readonly value: T; readonly at: number }> {
  return { value: await reading, at: clock.now() };
}

/** Reads a part so that its failure affects only itself. @throws ExchangeError `aborted` only */
export async function part<T>(clock: Clock, reading: Promise<T>): Promise<Part<T>> {
  const { value, at } = await stamped(clock, orError(reading));
  return value instanceof ExchangeError ? { trouble: value, at } : { value, at };
}

/** Why a part was not read, or not in full. */
export function sentenceOf(read: Part<{ readonly trouble?: Message }>): Message | undefined {
  return 'trouble' in read ? read.trouble.sentence : read.value.trouble;
}

/** What concerns the key, and so every part, however the others report it. */
const ofTheKey: ReadonlySet<ErrorKind> = new Set(['auth', 'ip', 'clock']);

/** Of several reasons why nothing could be read, the most telling one. */
export function mostTelling(first: ExchangeError, ...others: readonly ExchangeError[]): ExchangeError {
  return [first, ...others].find(({ kind }) => ofTheKey.has(kind)) ?? first;
}

/** The LTV of a threshold; undefined where it can be none: no venue waits until more is owed than pledged, and a percentage would look far away. */
export const lineAt = (ltv: Decimal | undefined): Decimal | undefined =>
  ltv !== undefined && isPositive(ltv) && compare(ltv, one) <= 0 ? ltv : undefined;

/** A field if its figure is known, to spread into an object. */
export function optional<Name extends string>(name: Name, value: Decimal | undefined): Partial<Record<Name, Decimal>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Decimal>);
}
