import { msg } from '../../core/message.ts';
import type { LedgerOptions } from './ledger-options.ts';
import type { Prover } from './prover.ts';
import { justBeingSent, Refusal, tooEarly, unwritten } from './refusal.ts';
import { isFreezing, isOpen } from './write-states.ts';
import type { Writes } from './writes.ts';

/** A person's answer about a write that the exchange's figures cannot settle, or about a freeze. */
export type Settlement = 'effective' | 'not-effective' | 'lift-freeze';

/** How long a person's answer waits for a last look at the exchange. */
const lastLookMs = 5_000;

/**
 * As `Ledger.settle`.
 * @param writes as the journal has them now
 * @param end aborted when the window closes
 */
export async function settle(
  writes: Writes,
  prover: Prover,
  { clock, proofPatienceMs }: Pick<LedgerOptions, 'clock' | 'proofPatienceMs'>,
  recordId: string,
  settlement: Settlement,
  end: AbortSignal,
): Promise<void> {
  const record = writes.get(recordId);
  if (record === undefined)
    throw new Refusal(msg('resolve.change-gone', 'This change is no longer in the activity log. Check the exchange.'));
  if (settlement === 'lift-freeze' && isFreezing(record)) {
    await durably(() => writes.applyDurably(recordId, { type: 'lifted' }));
    return;
  }
  if (settlement === 'lift-freeze' || !(isOpen(record) || writes.isUnderWay(recordId))) {
    // It is closed already. Windows that still show it as open, or hold its loan or position, get that too.
    await durably(() => writes.tellAgain());
    return;
  }
  if (writes.isUnderWay(recordId)) {
    if (record.state === 'sent') throw justBeingSent(record);
    throw new Refusal(msg('resolve.in-progress', 'This change is still in progress. Wait, then try again.'), {
      openWrite: record,
    });
  }
  // Another window may have sent it, so this holds in every window. A clock that was set forward does not make it older.
  const sentAt = record.sentAt ?? record.plannedAt;
  const isEarly = [clock.now(), writes.steadyNow()].some((now) => Math.abs(now - sentAt) < proofPatienceMs);
  if (isOpen(record) && isEarly) throw tooEarly(record, proofPatienceMs);
  const enough = new AbortController();
  const stop = AbortSignal.any([end, enough.signal]);
  const looked = await Promise.race([prover.look(recordId, stop), clock.sleep(lastLookMs, stop).catch(() => undefined)]);
  enough.abort();
  // The exchange settled it: a person's answer must not replace that in the journal.
  if (looked !== undefined) throw unwritten(looked.untold);
  await durably(() => writes.applyDurably(recordId, { type: 'settled', settlement }));
}

async function durably(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw unwritten(error);
  }
}
