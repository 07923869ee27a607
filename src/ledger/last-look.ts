import { ExchangeError } from '../core/errors.ts';
import { msg } from '../core/message.ts';
import type { Connection, Readiness } from '../exchanges/exchange.ts';
import { orAborted } from './or-aborted.ts';
import { isTooOld, prepare, previewOf, type Preview } from './preview.ts';
import { notAsBefore, Refusal, stopped, tooOld } from './refusal.ts';

/**
 * The last look before the journal: what was confirmed may be a minute old, and a position may have been closed and opened anew
 * under the same name since. Reads everything afresh, makes the checks of the preview again, and compares with what was shown.
 *
 * @param shown what the person confirmed
 * @param at `now` in milliseconds since the Unix epoch, asked once everything is read; `maxAgeMs` how old the reading may be then
 * @param stop ends the look; nothing was sent then
 * @returns the same change with the figures of now, from which its effect will be measured
 * @throws Refusal when it must not be sent, or nobody can tell
 */
export async function lastLook(
  connection: Connection,
  shown: Preview,
  at: { readonly now: () => number; readonly maxAgeMs: number },
  stop: AbortSignal,
): Promise<Preview> {
  const readiness = await readAgain(connection, shown, stop);
  const now = at.now();
  if (isTooOld(readiness.asOf, now, at.maxAgeMs)) throw tooOld();
  let fresh: Preview;
  try {
    fresh = await previewOf(shown.account, shown.change, readiness, { now, maxAgeMs: at.maxAgeMs });
  } catch (error) {
    throw error instanceof Refusal ? notAsBefore(error) : error;
  }
  const { mustBeAsShown } = await import('./steps.ts');
  mustBeAsShown(shown, fresh);
  return fresh;
}

async function readAgain(connection: Connection, { change }: Preview, stop: AbortSignal): Promise<Readiness> {
  const reading = prepare(connection, change, stop);
  // Who wants to stop does not wait for a venue that is slow.
  await orAborted(reading, stop);
  if (stop.aborted) throw stopped();
  try {
    return await reading;
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    throw new Refusal(msg('The last look right before sending failed, so nothing was sent. {0}', error.sentence));
  }
}
