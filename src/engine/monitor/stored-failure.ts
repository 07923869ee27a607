import * as v from 'valibot';
import { ExchangeError, type ErrorKind, type Instead } from '../../core/errors.ts';
import { jsonIn } from '../../core/json.ts';
import type { Failure } from './store.ts';
import { message, time } from './stored-snapshot.ts';

const kinds = [
  'auth',
  'permission',
  'ip',
  'clock',
  'rate',
  'network',
  'unavailable',
  'maintenance',
  'shape',
  'refused',
  'aborted',
] as const satisfies ErrorKind[];
const ways = ['otherCoin', 'repay', 'less', 'more', 'addMargin', 'later'] as const satisfies Instead[];

const failure = v.object({
  error: v.object({
    kind: v.picklist(kinds),
    sentence: message,
    code: v.exactOptional(v.string()),
    field: v.exactOptional(v.string()),
    effect: v.picklist(['none', 'unknown']),
    retryAfterMs: v.exactOptional(v.pipe(v.number(), v.finite())),
    instead: v.array(v.picklist(ways)),
  }),
  since: time,
  at: time,
  attempts: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
});

/** A failure that another window stored; undefined if it isn't valid. */
export function storedFailure(text: string): Failure | undefined {
  const { success, output } = v.safeParse(failure, jsonIn(text));
  return success ? { ...output, error: new ExchangeError(output.error) } : undefined;
}
