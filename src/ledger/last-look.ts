import type { Clock } from '../core/clock.ts';
import { ExchangeError } from '../core/errors.ts';
import { msg } from '../core/message.ts';
import type { Connection } from '../exchanges/exchange.ts';
import { mustBeAsShown } from './as-shown.ts';
import { prepare, previewOf, type Facts } from './fresh-look.ts';
import { orAborted } from './or-aborted.ts';
import { isTooOld, type Preview } from './preview.ts';
import { notAsBefore, Refusal, stopped, tooOld } from './refusal.ts';

/**
 * The last look before the journal: what was confirmed may be a minute old, and a position may have been closed and opened anew
 * under the same name since. Reads everything afresh, makes the checks of the preview again, and compares with what was shown.
 *
 * @param shown what the person confirmed
 * @param at `maxAgeMs` is how old the reading may be once everything is read
 * @param within throws a Refusal when the fresh figures are beyond a limit of the person's own
 * @param stop ends the look; nothing was sent then
 * @returns the same change with the figures of now, from which its effect will be measured
 * @throws Refusal when it must not be sent, or nobody can tell
 */
export async function lastLook(
  connection: Connection,
  shown: Preview,
  { clock, maxAgeMs }: { readonly clock: Clock; readonly maxAgeMs: number },
  within: (fresh: Preview) => void,
  stop: AbortSignal,
): Promise<Preview> {
  const facts = await readAgain(connection, shown, clock, stop);
  const now = clock.now();
  if (isTooOld(facts.readiness.asOf, now, maxAgeMs)) throw tooOld();
  let fresh: Preview;
  try {
    fresh = previewOf(shown.account, shown.change, facts, { now, maxAgeMs });
    within(fresh);
  } catch (error) {
    throw error instanceof Refusal ? notAsBefore(error) : error;
  }
  mustBeAsShown(shown, fresh);
  return fresh;
}

async function readAgain(connection: Connection, { change }: Preview, clock: Clock, stop: AbortSignal): Promise<Facts> {
  const reading = prepare(connection, change, clock, stop);
  // Who wants to stop does not wait for a venue that is slow.
  await orAborted(reading, stop);
  if (stop.aborted) throw stopped();
  try {
    return await reading;
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    throw new Refusal(msg('The last look right before sending failed, so nothing was sent. {0}', error.sentence), {
      instead: error.instead,
    });
  }
}
