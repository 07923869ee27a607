import type { Guard } from './guard.ts';
import { lastLook } from './last-look.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { holderOf } from './owner.ts';
import type { Preview } from './preview.ts';
import type { Prover } from './prover.ts';
import { mustBeFree, plannedRecord, send, writeDown } from './sender.ts';
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
