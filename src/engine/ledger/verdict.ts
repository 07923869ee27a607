import { msg } from '../../core/message.ts';
import type { LedgerOptions } from './ledger-options.ts';
import type { Prover } from './prover.ts';
import { justBeingSent, Refusal, tooEarly, unwritten } from './refusal.ts';
import { isFreezing, isOpen } from './write-states.ts';
import type { Writes } from './writes.ts';

/** What a person says about a write that reading cannot settle, or about a freeze. */
export type Verdict = 'effective' | 'not-effective' | 'lift-freeze';

/** How long a person's verdict waits for the venue's word. */
const verdictLookMs = 5_000;

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
  verdict: Verdict,
  end: AbortSignal,
): Promise<void> {
  const record = writes.get(recordId);
  if (record === undefined)
    throw new Refusal(
      msg('resolve.change-no-longer', 'This change is no longer known. Refresh the account and look at it at the exchange.'),
    );
  if (verdict === 'lift-freeze' && isFreezing(record)) {
    await durably(() => writes.applyDurably(recordId, { type: 'lifted' }));
    return;
  }
  if (verdict === 'lift-freeze' || !(isOpen(record) || writes.isUnderWay(recordId))) {
    // It is over. Whoever still has it as open, or its loan or position as held, is to read that too.
    await durably(() => writes.tellAgain());
    return;
  }
  if (writes.isUnderWay(recordId)) {
    if (record.state === 'sent') throw justBeingSent(record);
    throw new Refusal(
      msg('resolve.change-still-being', 'This change is still being looked up. Wait until that ends, then say what became of it.'),
      {
        openWrite: record,
      },
    );
  }
  // In every window: the one that sent it may be another. A clock that was set forward since makes it no older.
  const sentAt = record.sentAt ?? record.plannedAt;
  const isEarly = [clock.now(), writes.steadyNow()].some((now) => Math.abs(now - sentAt) < proofPatienceMs);
  if (isOpen(record) && isEarly) throw tooEarly(record, proofPatienceMs);
  const enough = new AbortController();
  const stop = AbortSignal.any([end, enough.signal]);
  const looked = await Promise.race([prover.look(recordId, stop), clock.sleep(verdictLookMs, stop).catch(() => undefined)]);
  enough.abort();
  // The exchange can tell: a verdict that says otherwise must not get into the journal in the place of that.
  if (looked !== undefined) throw unwritten(looked.untold);
  await durably(() => writes.applyDurably(recordId, { type: 'judged', verdict }));
}

async function durably(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw unwritten(error);
  }
}
