import type { Clock } from '../../core/clock.ts';
import { isPositive, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Change, Connection, Readiness } from '../../exchanges/exchange.ts';
import type { Guard } from './guard.ts';
import { collateralPreview } from './kinds/collateral-preview.ts';
import { marginPreview } from './kinds/margin-preview.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { orAborted } from './ledger.ts';
import { holderOf } from './owner.ts';
import { isTooOld, type Preview } from './preview.ts';
import type { Prover } from './prover.ts';
import { notAsBefore, Refusal, stopped, tooOld } from './refusal.ts';
import { mustBeFree, plannedRecord, send, writeDown } from './send.ts';
import { mustBeAsShown } from './unchanged-since-preview.ts';
import type { Writes } from './writes.ts';

/** What a ledger carries a change out with. */
export interface Desk {
  readonly options: LedgerOptions;
  readonly writes: Writes;
  readonly prover: Prover;
  readonly guard: Guard;
  /** Takes over what the journal says now. @throws Refusal when it cannot be read. */
  readonly sync: () => Promise<void>;
}

/**
 * Steps 4 to 8 of a change that a person confirmed. Resolves once the bytes are on their way, with a promise of the end of all looking for proof.
 * @param id of the new write
 * @param known ids of writes that were closed before the figures were read
 * @param stop ends it as long as nothing was sent, and after that the looking
 * @throws Refusal when nothing was sent; ExchangeError when not even a connection could be made.
 */
export async function carryOut(
  { options, writes, prover, guard, sync }: Desk,
  id: string,
  preview: Preview,
  known: ReadonlySet<string>,
  stop: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const { connections, clock, proofPatienceMs, window } = options;
  const mayStill = (): void => {
    guard.mustStillHold(preview, stop);
  };
  const stillFree = async (): Promise<void> => {
    await sync();
    mustBeFree(writes, { ...holderOf(preview.account), change: preview.change }, known);
    mayStill();
  };
  mayStill();
  await stillFree();
  if (writes.get(id) !== undefined) throw new RangeError('the id of a new write must be new');
  const connection = await connections.get(preview.account.id);
  const within = await guard.within();
  const looked = (figures: Preview): void => {
    within(figures, writes.all());
  };
  const fresh = await lastLook(connection, preview, { clock, maxAgeMs: guard.maxAgeMs }, looked, stop);
  // The look takes its time, in which another window may have sent something.
  await stillFree();
  const planned = plannedRecord(id, window, fresh, connection.describe(fresh.change), clock.now());
  writes.begin(id);
  try {
    const record = await writeDown(writes, planned, known, mayStill, (before) => {
      within(fresh, before);
    });
    const done = send(writes, connection, record)
      .then(() => prover.follow(id, proofPatienceMs, stop))
      .finally(() => {
        writes.end(id);
      });
    return { done };
  } catch (error) {
    writes.end(id);
    throw error;
  }
}

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

/** The fresh facts for a change, with what one coin of it is worth in USD where that is known. */
export interface Facts {
  readonly readiness: Readiness;
  readonly price?: Decimal;
  /** The venue's clock minus ours, where that is known. Milliseconds. */
  readonly clockOffsetMs?: number;
}

/** How long figures that are there wait for a price, without which adding must still be possible. Milliseconds. */
const priceWaitMs = 3_000;

/**
 * Step 2: reads everything that a change of this kind is decided on.
 * @throws ExchangeError when the venue could not be read. A price alone that could not be read is absent.
 */
export async function prepare(connection: Connection, change: Change, clock: Clock, signal: AbortSignal | undefined): Promise<Facts> {
  const enough = new AbortController();
  const stop = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  try {
    // Of margin no price comes with the rest: it is asked for at the same time.
    const asked = change.kind === 'margin' ? priceOf(connection, change.coin, stop) : undefined;
    const readiness = await read(connection, change, signal);
    const clockOffsetMs = connection.clockOffsetMs?.();
    const facts = { readiness, ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }) };
    const told = readiness.kind === 'collateral' ? readiness.prices.get(change.coin) : undefined;
    if (told !== undefined && isPositive(told)) return { ...facts, price: told };
    const wait = clock.sleep(priceWaitMs, stop).catch(() => undefined);
    const price = await Promise.race([asked ?? priceOf(connection, change.coin, stop), wait]);
    return price === undefined ? facts : { ...facts, price };
  } finally {
    enough.abort();
  }
}

function read(connection: Connection, change: Change, signal: AbortSignal | undefined): Promise<Readiness> {
  return change.kind === 'collateral'
    ? connection.prepareCollateral(change.loan, change.direction, change.coin, signal)
    : connection.prepareMargin(change.position, signal);
}

async function priceOf(connection: Connection, coin: string, signal: AbortSignal): Promise<Decimal | undefined> {
  try {
    const price = (await connection.indexPrices([coin], signal))[coin];
    return price !== undefined && isPositive(price) ? price : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Step 3: what would come of it, or why it must not be.
 * @throws Refusal when a figure is missing or too old, or a limit is passed. The sentence names what would be allowed.
 */
export function previewOf(
  account: Account,
  intent: Change,
  { readiness, price, clockOffsetMs }: Facts,
  at: { readonly now: number; readonly maxAgeMs: number },
): Preview {
  if (isTooOld(readiness.asOf, at.now, at.maxAgeMs)) throw tooOld();
  const clock = clockOffsetMs === undefined ? {} : { clockOffsetMs };
  if (intent.kind === 'collateral' && readiness.kind === 'collateral') {
    return Object.freeze({ ...collateralPreview(account, intent, readiness, price), ...clock });
  }
  if (intent.kind === 'margin' && readiness.kind === 'margin') {
    return Object.freeze({ ...marginPreview(account, intent, readiness, price), ...clock });
  }
  throw new Refusal(msg('The figures that were read are not those of what was named. Nothing was sent. Start the change again.'));
}
