import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Connection } from '../../exchanges/exchange.ts';
import { JournalError, TargetTaken } from './journal.ts';
import { sentBefore, sentEarlier, type Writes } from './writes.ts';
import { holderOf, isSameOwner } from './owner.ts';
import type { Preview } from './preview.ts';
import type { DecidedOn, WriteRecord } from './record.ts';
import { accountFrozen, anotherUnderWay, notWritten, overtaken, Refusal, unfinished } from './refusal.ts';
import { fold, isFreezing, isOpen, type Intended, type WriteEvent } from './write-states.ts';

/**
 * @param known ids of writes that were closed before the figures were read
 * @throws Refusal when a freeze, an open write or one that came after the figures stands in the way
 */
export function mustBeFree(writes: Writes, intended: Intended, known: ReadonlySet<string>): void {
  const frozen = writes.frozen(intended);
  if (frozen !== undefined) throw accountFrozen(frozen);
  const open = writes.openOn(intended);
  if (open !== undefined) {
    throw open.state === 'sent' && writes.isUnderWay(open.id) ? anotherUnderWay(intended.change, open) : unfinished(open);
  }
  if (writes.sentOn(intended).some(({ id }) => !known.has(id))) throw overtaken(intended.change);
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
export async function writeDown(
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
    if (rival !== undefined) throw isOpen(rival) ? unfinished(rival) : overtaken(planned.change);
    // Of two windows that together would pass a limit, the one that is first in the journal may go on.
    within(sentEarlier(rows, id));
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
  if (error instanceof JournalError) return new Refusal(error.sentence);
  if (!(error instanceof TargetTaken)) return notWritten();
  // Another window was first, since this one last read the journal.
  await writes.sync().catch(() => undefined);
  const holder = writes.get(error.writeId);
  return holder === undefined ? notWritten() : unfinished(holder);
}

/** The record of a change that a person has just confirmed. `at` in milliseconds since the Unix epoch. */
export function plannedRecord(id: string, window: string, preview: Preview, request: WriteRecord['request'], at: number): WriteRecord {
  const { account, change, readiness } = preview;
  return {
    id,
    ...holderOf(account),
    venue: account.venue,
    accountName: account.name,
    change,
    request,
    baseline: readiness.baseline,
    figures: decidedOn(preview),
    window,
    ...expectations(preview),
    state: 'planned',
    plannedAt: at,
    updatedAt: at,
  };
}

function decidedOn({ readiness, change, usd, readAt, clockOffsetMs }: Preview): DecidedOn {
  const { walletAvailable } = readiness;
  const limit =
    readiness.kind === 'collateral' ? readiness.limit : change.direction === 'reduce' ? readiness.reducible?.amount : walletAvailable;
  const { collateralUsd, debtUsd } = readiness.kind === 'collateral' ? readiness.loan : {};
  return {
    readAt,
    walletAvailable,
    ...(limit === undefined ? {} : { limit }),
    ...(usd === undefined ? {} : { usd }),
    ...(collateralUsd === undefined ? {} : { collateralUsd }),
    ...(debtUsd === undefined ? {} : { debtUsd }),
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
  };
}

/** The figures that matter, before the change and as we expect them after it. */
function expectations(preview: Preview): Pick<WriteRecord, 'ltvBefore' | 'ltvEstimate' | 'liquidationBefore' | 'liquidationEstimate'> {
  if (preview.kind === 'collateral') {
    const { ltvNow, ltvAfter } = preview;
    return { ...(ltvNow === undefined ? {} : { ltvBefore: ltvNow }), ...(ltvAfter === undefined ? {} : { ltvEstimate: ltvAfter }) };
  }
  const [before, estimate] = [preview.now.liquidationPrice, preview.after.liquidationPrice];
  return {
    ...(before === undefined ? {} : { liquidationBefore: before }),
    ...(estimate === undefined ? {} : { liquidationEstimate: estimate }),
  };
}

/** Step 6: sends once and notes the answer. The only place that sends. Never rejects. */
export async function send(writes: Writes, connection: Connection, { id, change }: WriteRecord): Promise<void> {
  let accepted: WriteEvent;
  try {
    // No signal: a write on its way is not called back, that would only make its outcome unknown.
    const { reference } = await connection.send(change);
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
      const note = msg('The answer could not be understood. Reading will tell what became of it.');
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
