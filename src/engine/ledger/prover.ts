import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Kinds } from './change-kind.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { holderOf, isSameOwner } from './owner.ts';
import { isWriteOf, type WriteRecord } from './record.ts';
import { isOpen, type Finding } from './write-states.ts';
import type { Writes } from './writes.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 8_000;
/** For so long figures of one venue may disagree because some lag behind. */
const suspicionMs = 10_000;

/**
 * Which open writes of an account are looked at. Each window follows what it sent; `routine` leaves alone what another window is likely to be
 * following, and `none` takes over what the journal says and leaves the rest to the window that reads for all.
 */
export type Which = Round | 'none';
type Round = 'all' | 'routine';

/** Steps 7 and 8: settles open writes by reading, and only by reading. */
export class Prover {
  readonly #writes: Writes;
  readonly #connections: LedgerOptions['connections'];
  readonly #book: LedgerOptions['book'];
  readonly #clock: Clock;
  readonly #window: string;
  readonly #patienceMs: number;
  readonly #kinds: () => Promise<Kinds>;
  /** Since when readings of a write have been saying what may be for other reasons. */
  readonly #suspected = new Map<string, number>();
  readonly #rounds = new Map<string, Promise<void>>();

  constructor(
    writes: Writes,
    {
      connections,
      book,
      clock,
      window,
      proofPatienceMs,
    }: Pick<LedgerOptions, 'connections' | 'book' | 'clock' | 'window' | 'proofPatienceMs'>,
    kinds: () => Promise<Kinds>,
  ) {
    this.#writes = writes;
    this.#kinds = kinds;
    this.#connections = connections;
    this.#book = book;
    this.#clock = clock;
    this.#window = window;
    this.#patienceMs = proofPatienceMs;
  }

  /** Looks again and again, ever less often, until the write is closed, `patienceMs` is over or `stop` is aborted. Never rejects. */
  async follow(id: string, patienceMs: number, stop: AbortSignal): Promise<void> {
    const until = uptimeOf(this.#clock) + patienceMs;
    let pause = firstPauseMs;
    while (this.#isOpen(id) && uptimeOf(this.#clock) < until && !stop.aborted) {
      try {
        await this.#clock.sleep(Math.min(pause, until - uptimeOf(this.#clock)), stop);
      } catch {
        return;
      }
      await this.look(id, stop);
      pause = Math.min(Math.ceil(pause * 1.5), longestPauseMs);
    }
  }

  /**
   * Looks once. A reading that fails proves nothing. Never rejects.
   *
   * The journal is read after the venue: whatever another window's next write did to this reading, that this one was closed
   * before it was sent is in the journal by then, and so is whose row it is.
   *
   * @param reader the account to read with: the one that made the write, where nothing else is said
   * @returns what the journal threw, when reading found something out that it could not take
   */
  async look(id: string, signal: AbortSignal, reader?: string): Promise<{ readonly untold: unknown } | undefined> {
    const record = this.#writes.get(id);
    if (record === undefined || !isOpen(record)) return undefined;
    const accountId = reader ?? record.accountId;
    if (!this.#isReadableWith(accountId, record)) return undefined;
    let event: Finding | undefined;
    try {
      const judged = await this.#reading(record, accountId, signal);
      await this.#writes.sync();
      const now = this.#writes.get(id);
      if (now === undefined || !isOpen(now) || !this.#isReadableWith(accountId, now)) return undefined;
      event = judged(now);
      if (event === undefined) this.#suspected.delete(id);
      else if (this.#isSure(id, event)) await this.#writes.applyFound(id, event);
      return undefined;
    } catch (error) {
      // Stays open, to be looked at again.
      return event === undefined ? undefined : { untold: error };
    }
  }

  /** What figures read at different times could say counts once it was said again, a while later and with nothing else in between. */
  #isSure(id: string, event: Finding): boolean {
    const now = uptimeOf(this.#clock);
    const since = this.#suspected.get(id);
    this.#suspected.delete(id);
    if (event.type !== 'contradicted' || event.unsure === undefined) return true;
    if (since !== undefined && now - since >= suspicionMs) return true;
    this.#suspected.set(id, since === undefined || now < since ? now : since);
    return false;
  }

  /** Reads at the venue. @returns what that says about the write as it is known after the reading */
  async #reading(record: WriteRecord, reader: string, signal: AbortSignal): Promise<(now: WriteRecord) => Finding | undefined> {
    const { kind: name } = record.change;
    const kind = (await this.#kinds()).get(name);
    if (kind === undefined || !isWriteOf(record, name)) return () => undefined;
    const connection = await this.#connections.get(reader);
    const receipt = record.reference === undefined ? {} : { reference: record.reference };
    const proof = await kind.prove(connection, record, receipt, signal);
    const writes = this.#writes;
    return (now) =>
      isWriteOf(now, name)
        ? kind.judge(now, proof, {
            claimed: writes.claimedBesides(now),
            givenUp: writes.givenUpBefore(now),
            neverLeft: () => writes.neverLeft(now),
          })
        : undefined;
  }

  /** Looks once at each open write of the account that is not being followed here. Rounds are shared. Never rejects. */
  reconcile(accountId: string, which: Round, signal: AbortSignal): Promise<void> {
    const running = this.#rounds.get(accountId);
    if (running !== undefined) return running;
    const round = this.#round(accountId, which, signal).finally(() => this.#rounds.delete(accountId));
    this.#rounds.set(accountId, round);
    return round;
  }

  async #round(accountId: string, which: Round, signal: AbortSignal): Promise<void> {
    try {
      await this.#writes.sync();
    } catch {
      // Without the journal nothing can be proven: a row may be the proof of another window's write.
      return;
    }
    const account = this.#book.get(accountId);
    for (const record of this.#writes.open(account === undefined ? { accountId } : holderOf(account))) {
      // With the keys that it was sent with; where that account is gone or another user's by now, with those of another that stands for the same one.
      const isOurs = record.accountId === accountId || !this.#isReadableWith(record.accountId, record);
      const isFollowed = this.#writes.isUnderWay(record.id) || (which === 'routine' && this.#isFollowedElsewhere(record));
      if (isOurs && !isFollowed && !signal.aborted) await this.look(record.id, signal, accountId);
    }
  }

  /** A window that is gone follows nothing: then it is looked at when its patience would be over. */
  #isFollowedElsewhere({ window, updatedAt }: WriteRecord): boolean {
    const age = this.#clock.now() - updatedAt;
    return window !== this.#window && window !== undefined && age >= 0 && age < this.#patienceMs;
  }

  /** Not with an account that got the keys of another user since: an account's own rows would be taken for the proof. */
  #isReadableWith(accountId: string, record: WriteRecord): boolean {
    const account = this.#book.get(accountId);
    return account !== undefined && isSameOwner(holderOf(account), record);
  }

  #isOpen(id: string): boolean {
    const record = this.#writes.get(id);
    return record !== undefined && isOpen(record);
  }
}
