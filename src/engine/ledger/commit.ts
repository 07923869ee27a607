import type { Clock } from '../../core/clock.ts';
import { isPositive, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Change, Connection, Readiness } from '../../exchanges/exchange.ts';
import { requestOf } from '../actions.ts';
import { anotherTarget, kindOf, type Kinds } from './change-kind.ts';
import type { Guard } from './guard.ts';
import { JournalError, TargetTaken } from './journal.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { holderOf, isSameOwner } from './owner.ts';
import { isTooOld, type Preview } from './preview.ts';
import type { Prover } from './prover.ts';
import type { WriteRecord } from './record.ts';
import {
  accountFrozen,
  justBeingSent,
  lastLookFailed,
  notWritten,
  overtaken,
  Refusal,
  stopped,
  tooOld,
  unfinished,
  withoutEstimateOnly,
} from './refusal.ts';
import { fold, isFreezing, isOpen, type Intended, type WriteEvent } from './write-states.ts';
import { sentBefore, sentEarlier, syncOrRefuse, type Writes } from './writes.ts';

// Steps 1 to 8 of a write, in their order; the reading for proof, which also goes on without a commit, is in prover.ts. What differs between
// kinds of change is asked of the `ChangeKind`: none is known here by name.

/** Step 1, as `ChangeKind.check`. @throws Refusal */
export const checkedIntent = (kinds: Kinds, change: Change): Change => kindOf(kinds, change).check(change);

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
export async function prepare(
  kinds: Kinds,
  connection: Connection,
  change: Change,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Facts> {
  const kind = kindOf(kinds, change);
  // What cannot be done is refused before anything is asked.
  requestOf(connection, change);
  const enough = new AbortController();
  const stop = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  try {
    // Where no price comes with the rest, it is read at the same time.
    const asked = kind.priceIn === undefined ? priceOf(connection, change.coin, stop) : undefined;
    const readiness = await kind.prepare(connection, change, signal);
    const clockOffsetMs = connection.clockOffsetMs?.();
    const facts = { readiness, ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }) };
    const told = kind.priceIn?.(readiness, change.coin);
    if (told !== undefined && isPositive(told)) return { ...facts, price: told };
    const wait = clock.sleep(priceWaitMs, stop).catch(() => undefined);
    const price = await Promise.race([asked ?? priceOf(connection, change.coin, stop), wait]);
    return price === undefined ? facts : { ...facts, price };
  } finally {
    enough.abort();
  }
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
  kinds: Kinds,
  account: Account,
  change: Change,
  { readiness, price, clockOffsetMs }: Facts,
  at: { readonly now: number; readonly maxAgeMs: number },
): Preview {
  if (isTooOld(readiness.asOf, at.now, at.maxAgeMs)) throw tooOld();
  if (readiness.kind !== change.kind) throw anotherTarget();
  const preview = kindOf(kinds, change).preview(account, change, readiness, price);
  return Object.freeze({ ...preview, ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }) });
}

/**
 * Steps 4 to 8 of a change. Resolves once the bytes are on their way, with a promise of the end of all looking for proof.
 * @param confirmed what a person confirmed, the id of the new write, and in `known` the ids of writes that were closed before the figures were read
 * @param stop ends it as long as nothing was sent, and after that the looking
 * @throws Refusal when nothing was sent; ExchangeError when not even a connection could be made.
 */
export async function commit(
  { connections, clock, proofPatienceMs, window }: LedgerOptions,
  kinds: Kinds,
  writes: Writes,
  guard: Guard,
  prover: Prover,
  confirmed: { readonly preview: Preview; readonly id: string; readonly known: ReadonlySet<string> },
  stop: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const { preview, id, known } = confirmed;
  const mayStill = (): void => {
    guard.mustStillHold(preview, stop);
  };
  const stillFree = async (): Promise<void> => {
    await syncOrRefuse(writes);
    mustBeFree(writes, { ...holderOf(preview.account), change: preview.change }, known);
    mayStill();
  };
  mayStill();
  await stillFree();
  if (writes.get(id) !== undefined) throw new RangeError('the id of a new write must be new');
  const connection = await connections.get(preview.account.id);
  const within = await guard.within(preview.undoOf, preview);
  const withinNow = (figures: Preview): void => {
    within(figures, writes.all());
  };
  const fresh = await lastLook(kinds, connection, preview, { clock, maxAgeMs: guard.maxAgeMs }, withinNow, stop);
  // The look takes its time, in which another window may have sent something.
  await stillFree();
  const planned = plannedRecord(id, window, kinds, fresh, requestOf(connection, fresh.change).describe(fresh.change), clock.now());
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
 * Whether nothing else is under way there.
 * @param known ids of writes that were closed before the figures were read
 * @throws Refusal when a freeze, an open write or one that came after the figures stands in the way
 */
export function mustBeFree(writes: Writes, intended: Intended, known: ReadonlySet<string>): void {
  const frozen = writes.frozen(intended);
  if (frozen !== undefined) throw accountFrozen(frozen);
  const open = writes.openOn(intended);
  if (open !== undefined) {
    throw open.state === 'sent' && writes.isUnderWay(open.id) ? justBeingSent(open) : unfinished(open);
  }
  if (writes.sentOn(intended).some(({ id }) => !known.has(id))) throw overtaken();
}

/**
 * Step 4, the last look before the journal: what was confirmed may be a minute old, and a position may have been closed and reopened under
 * the same name since. Reads everything again, repeats the preview's checks, and compares with what was shown.
 *
 * @param shown what the person confirmed
 * @param at `maxAgeMs` is how old the reading may be once everything is read
 * @param within throws a Refusal when the fresh figures are beyond a limit of the person's own
 * @param stop ends the look; nothing was sent then
 * @returns the same change with the new figures, from which its effect will be measured
 * @throws Refusal when it must not be sent, or that is unclear
 */
async function lastLook(
  kinds: Kinds,
  connection: Connection,
  shown: Preview,
  { clock, maxAgeMs }: { readonly clock: Clock; readonly maxAgeMs: number },
  within: (fresh: Preview) => void,
  stop: AbortSignal,
): Promise<Preview> {
  const facts = await lastReading(kinds, connection, shown, clock, stop);
  const now = clock.now();
  if (isTooOld(facts.readiness.asOf, now, maxAgeMs)) throw tooOld();
  const fresh = asLastCheck(() => {
    const figures = previewOf(kinds, shown.account, shown.change, facts, { now, maxAgeMs });
    within(figures);
    return figures;
  });
  // Both are copies of just what belongs to a change: what goes out has to be what was confirmed, to the last character.
  if (JSON.stringify(shown.change) !== JSON.stringify(fresh.change)) throw lastLookFailed(anotherTarget().sentence);
  kindOf(kinds, shown).mustBeAsShown(shown, fresh);
  if (fresh.doubt !== undefined && shown.doubt === undefined) throw withoutEstimateOnly('refresh');
  return fresh;
}

/** What a check of the preview refuses now, after it was confirmed. */
function asLastCheck<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof Refusal ? lastLookFailed(error.sentence, error) : error;
  }
}

async function lastReading(kinds: Kinds, connection: Connection, { change }: Preview, clock: Clock, stop: AbortSignal): Promise<Facts> {
  const reading = prepare(kinds, connection, change, clock, stop);
  // Who wants to stop does not wait for a venue that is slow.
  await orAborted(reading, stop);
  if (stop.aborted) throw stopped();
  try {
    return await reading;
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    throw lastLookFailed(error.sentence, { instead: error.instead });
  }
}

/** Resolves when the work is done or as soon as `signal` is aborted. */
export function orAborted(done: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      signal.removeEventListener('abort', finish);
      resolve();
    };
    if (signal.aborted) finish();
    signal.addEventListener('abort', finish);
    done.then(finish, finish);
  });
}

/** The record of a change that a person has just confirmed. `at` in milliseconds since the Unix epoch. */
function plannedRecord(
  id: string,
  window: string,
  kinds: Kinds,
  preview: Preview,
  request: WriteRecord['request'],
  at: number,
): WriteRecord {
  const kind = kindOf(kinds, preview);
  const { account, change, readiness, usd, readAt, clockOffsetMs } = preview;
  return {
    id,
    ...holderOf(account),
    venue: account.venue,
    accountName: account.name,
    change,
    request,
    baseline: readiness.baseline,
    figures: {
      readAt,
      walletAvailable: readiness.walletAvailable,
      ...(usd === undefined ? {} : { usd }),
      ...kind.decidedOn(preview),
      ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    },
    window,
    ...kind.expectations(preview),
    state: 'planned',
    plannedAt: at,
    updatedAt: at,
  };
}

/**
 * Step 5 up to the last moment before the bytes leave: the journal durably says `sent`, and says it of no other write of the
 * same loan or position that is open or came after the figures. The caller sends right after.
 *
 * @param known ids of writes that were closed before the figures were read
 * @param mayStill throws a Refusal when something that was true at the preview no longer is; asked after each wait
 * @param within throws a Refusal when a limit does not leave room for it beside those that were sent before it
 * @throws Refusal when it may not be sent. Then nothing was sent, and the record is closed.
 */
async function writeDown(
  writes: Writes,
  planned: WriteRecord,
  known: ReadonlySet<string>,
  mayStill: () => void,
  within: (before: readonly WriteRecord[]) => void,
): Promise<WriteRecord> {
  const { id } = planned;
  try {
    await writes.putDurably(planned);
    mayStill();
    const record = await writes.applyDurably(id, { type: 'sent' });
    if (record?.state !== 'sent') throw notWritten();
    const rows = await writes.rows();
    // What cannot be read back would not be there after a crash either; what another window closed must not leave any more.
    const written = fold(rows);
    if (written.get(id)?.state !== 'sent') throw notWritten();
    // Another window may have found a mismatch since this one last looked.
    const frozen = [...written.values()].find((one) => isSameOwner(one, record) && isFreezing(one));
    if (frozen !== undefined) throw accountFrozen(frozen);
    const rival = sentBefore(rows, record, known);
    if (rival !== undefined) throw isOpen(rival) ? unfinished(rival) : overtaken();
    // Of two windows that together would pass a limit, the one that is first in the journal may go on.
    asLastCheck(() => {
      within(sentEarlier(rows, id));
    });
    mayStill();
    return record;
  } catch (error) {
    const refusal = await refusalOf(error, writes);
    await writes.apply(id, { type: 'withdrawn', note: refusal.sentence });
    throw refusal;
  }
}

async function refusalOf(error: unknown, writes: Writes): Promise<Refusal> {
  if (error instanceof Refusal) return error;
  if (error instanceof JournalError) return new Refusal(msg('change.nothing-sent', 'Nothing was sent. {0}', error.sentence));
  if (!(error instanceof TargetTaken)) return notWritten();
  // Another window was first, since this one last read the journal.
  await writes.sync().catch(() => undefined);
  const holder = writes.get(error.writeId);
  return holder === undefined ? notWritten() : unfinished(holder);
}

/** Step 6: sends once and notes the answer. The only place that sends. Never rejects. */
async function send(writes: Writes, connection: Connection, { id, change }: WriteRecord): Promise<void> {
  let accepted: WriteEvent;
  try {
    // No signal: a write on its way is not called back, that would only make its outcome unknown.
    const { reference } = await requestOf(connection, change).send(change);
    accepted = { type: 'accepted', ...(reference === undefined || reference === '' ? {} : { reference }) };
  } catch (error) {
    if (ExchangeError.is(error) && error.effect === 'none') {
      // Who was never reached has refused nothing.
      const neverLeft = error.kind === 'network' || error.kind === 'aborted';
      await writes.apply(
        id,
        neverLeft ? { type: 'neverLeft', ...told(error) } : { type: 'rejected', ...told(error), instead: error.instead },
      );
    } else {
      const note = msg('change.answer-not-understood', 'The answer could not be understood.');
      await writes.apply(id, { type: 'lost', ...(ExchangeError.is(error) ? told(error) : { note }) });
    }
    return;
  }
  await writes.apply(id, accepted);
}

const told = ({ sentence, code }: ExchangeError): { readonly note: Message; readonly code?: string } => ({
  note: sentence,
  ...(code === undefined ? {} : { code }),
});
