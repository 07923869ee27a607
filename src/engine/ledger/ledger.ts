import type { Disposable } from '../../core/emitter.ts';
import { targetKey, type Account } from '../../core/model.ts';
import type { Change, Connection, RequestView } from '../../exchanges/exchange.ts';
import { stakesOf } from '../accounts/stakes.ts';
import { requestOf } from '../actions.ts';
import type { Asking, FirstSend } from './ask-again.ts';
import type { Kinds } from './change-kind.ts';
import { Guard } from './guard.ts';
import type { Verification } from './journal.ts';
import type { Followed } from '../storage/worker-link.ts';
import { longestPreviewAgeMs, type LedgerOptions } from './ledger-options.ts';
import { holderOf, isSameOwner, ownerOf, type Holder } from './owner.ts';
import type { Preview } from './preview.ts';
import type { Prover, Which } from './prover.ts';
import type { WriteRecord } from './record.ts';
import { justBeingSent, notShown, unreadable, unwritten, usedBefore, withoutEstimateOnly } from './refusal.ts';
import type { Settlement } from './settle.ts';
import { isFreezing, isOpen, changeTarget } from './write-states.ts';
import { syncOrRefuse, Writes } from './writes.ts';

export type { LedgerOptions } from './ledger-options.ts';
export type { BorrowPreview, CollateralPreview, LoanPreview, MarginPreview, Preview, RepayPreview, SellPreview } from './preview.ts';
export type { Settlement } from './settle.ts';
export type { Verification } from './journal.ts';
export { Refusal } from './refusal.ts';
export { isCollateralWrite, isMarginWrite } from './record.ts';
export type { CollateralWrite, MarginWrite, WriteRecord, WriteState } from './record.ts';

/** An editor that closes waits four seconds for its extensions. Milliseconds. */
const closingMs = 3_000;

/** How a change is previewed. */
export interface PreviewOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /**
   * The write that the change is to take back: then it is held to what an undo may do, now and at the last look. Without it the same change is
   * an ordinary reduction.
   */
  readonly undoOf?: string | undefined;
}

/** What a person decides besides the change itself. */
export interface CommitOptions {
  /** Stops the waiting, never the write. */
  readonly signal?: AbortSignal;
  /** The person adds without an estimate: needed where the preview has a `doubt`. */
  readonly withoutEstimate?: boolean;
}

/**
 * Changes collateral and margin in a fixed order: preview, a person's confirmation, a last look, the journal, one send, the answer,
 * the proof.
 * Nothing here ever sends twice: what is uncertain is settled by reading, or by a person.
 */
export class Ledger implements Disposable {
  readonly #options: LedgerOptions;
  /** Brought in when they are first needed. */
  readonly #kinds: () => Promise<Kinds>;
  readonly #writes: Writes;
  #prover: Prover | undefined;
  readonly #guard: Guard;
  /** Previews that may still be committed, once, with the ids of the writes that were closed before their figures were read. */
  readonly #issued = new WeakMap<Preview, ReadonlySet<string>>();
  /** Exact requests that were shown, each with its account and owner. */
  readonly #shown = new Set<string>();
  /** Previews of which the request was shown. */
  readonly #looked = new WeakSet<Preview>();
  /** Loans and positions with a commit under way, even if its waiting was stopped. */
  readonly #locks = new Set<string>();
  /** The ends of all commits under way: when their last rows are out. */
  readonly #underWay = new Set<Promise<void>>();
  /** What this window sent, for `askAgain`. */
  readonly #sends = new Map<string, FirstSend>();
  readonly #end = new AbortController();

  /** Told of each new state of each write, also of open ones found in the journal. */
  readonly onDidChange: (listener: (record: WriteRecord) => void) => Disposable;

  /** Reads nothing: the journal is first asked by `preview`, `reconcile` or `settle`. */
  constructor(options: LedgerOptions) {
    const { journal, clock } = options;
    this.#options = options;
    this.#writes = new Writes(journal, clock, longestPreviewAgeMs);
    this.#kinds = async () => options.kinds ?? (await import('./kinds/kinds.ts')).kinds;
    this.#guard = new Guard(options, this.#kinds, this.#writes);
    this.onDidChange = this.#writes.onDidChange;
  }

  /**
   * Steps 1 to 3: reads everything and computes what the change would do.
   * @throws Refusal when it must not be, with what would be allowed; ExchangeError when the venue could not be read.
   */
  async preview(accountId: string, change: Change, { signal, undoOf }: PreviewOptions = {}): Promise<Preview> {
    const account = this.#guard.actingAccount(accountId);
    const [{ checkedIntent, mustBeFree, prepare, previewOf }, kinds] = await Promise.all([import('./commit.ts'), this.#kinds()]);
    const intent = checkedIntent(kinds, change);
    await this.#sync();
    const intended = { ...holderOf(account), change: intent };
    const known = new Set(this.#writes.sentOn(intended).map(({ id }) => id));
    mustBeFree(this.#writes, intended, known);
    const connection = await this.#options.connections.get(accountId);
    const { clock } = this.#options;
    const facts = await prepare(kinds, connection, intent, clock, signal);
    const computed = previewOf(kinds, account, intent, facts, { now: clock.now(), maxAgeMs: this.#guard.maxAgeMs });
    // Reading takes its time, in which another window may have undone the same.
    if (undoOf !== undefined) await this.#sync();
    (await this.#guard.within(undoOf))(computed, this.#writes.all());
    const preview: Preview = Object.freeze({
      ...computed,
      ...(this.#isFirst(account) ? { firstChange: true, ...this.#seen(connection, computed) } : {}),
      ...(undoOf === undefined ? {} : { undoOf }),
    });
    this.#issued.set(preview, known);
    return preview;
  }

  /**
   * The exact request that committing the preview would send, with what is secret masked, to be shown. Sends nothing, and needs no arming.
   * From then on this request counts as shown, without which the first change of an account is not sent.
   * @throws ExchangeError when not even a connection could be made.
   */
  async rehearse(preview: Preview): Promise<RequestView> {
    const { account, change } = preview;
    this.#guard.actingAccount(account.id);
    const connection = await this.#options.connections.get(account.id);
    const request = requestOf(connection, change).rehearse(change);
    this.#shown.add(shownAs(account, request));
    this.#looked.add(preview);
    return request;
  }

  /**
   * Steps 5 to 8, after the person confirmed: look a last time, journal, send once, prove. Resolves with the record as it stands when it is
   * closed, when patience is over, or when `signal` is aborted: that stops the waiting, never the write.
   * @throws Refusal when nothing was sent; ExchangeError when not even a connection could be made.
   */
  async commit(
    preview: Preview,
    onProgress: (record: WriteRecord) => void,
    { signal, withoutEstimate }: CommitOptions = {},
  ): Promise<WriteRecord> {
    // Up to the first await nothing else runs: of two commits at the same moment only one gets past here.
    const known = this.#issued.get(preview);
    if (known === undefined) throw usedBefore();
    // The preview is not used up by this: who arms the account may confirm it after all.
    this.#guard.mustBeArmed(preview.account);
    // Nor by these: who looks at the request, or decides to go on without an estimate, may do so now.
    const isShown = preview.requestShown === true || this.#looked.has(preview);
    // What was just leaving when it was previewed may never have left: then this is the first one.
    if (!isShown && (preview.firstChange === true || this.#isFirst(preview.account))) throw notShown();
    if (preview.doubt !== undefined && (withoutEstimate !== true || preview.change.direction !== 'add'))
      throw withoutEstimateOnly(preview.change.direction === 'add' ? 'withoutEstimate' : 'refresh');
    this.#issued.delete(preview);
    const { account, change } = preview;
    // The same account at the exchange may be here twice.
    const locks = [account.id, ownerOf(account)].map((whose) => JSON.stringify([whose ?? account.id, targetKey(changeTarget(change))]));
    if (locks.some((lock) => this.#locks.has(lock))) throw justBeingSent();
    for (const lock of locks) this.#locks.add(lock);
    const id = this.#options.newId();
    const nothing = (): void => undefined;
    let sent = nothing;
    const progress = this.onDidChange((record) => {
      if (record.id !== id) return;
      if (record.state === 'sent') sent();
      onProgress(record);
    });
    const stop = AbortSignal.any([this.#end.signal, ...(signal === undefined ? [] : [signal])]);
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#underWay.add(ended);
    const release = (): void => {
      for (const lock of locks) this.#locks.delete(lock);
      this.#underWay.delete(ended);
      end();
    };
    try {
      // All that is needed is there before anything is done: a part that is gone since an update must not come between journal and send.
      const [{ commit, orAborted }, { firstSend }, kinds, prover] = await Promise.all([
        import('./commit.ts'),
        import('./ask-again.ts'),
        this.#kinds(),
        this.#proving(),
      ]);
      sent = () => {
        sent = nothing;
        this.#sends.set(id, firstSend(account, this.#options.clock));
      };
      const { done } = await commit(this.#options, kinds, this.#writes, this.#guard, prover, { preview, id, known }, stop);
      // Who stops waiting calls nothing back: until the answer is there, it is just being sent.
      done.then(release, release);
      await orAborted(done, stop);
    } catch (error) {
      release();
      throw error;
    } finally {
      progress.dispose();
    }
    const record = this.#writes.get(id);
    if (record === undefined) throw new RangeError('a write was forgotten while it was under way');
    return record;
  }

  /**
   * Unfinished writes. For an account, also those from another account here with the same owner at the exchange.
   * Empty until the journal was first read.
   */
  open(accountId?: string): readonly WriteRecord[] {
    return this.#writes.open(accountId === undefined ? undefined : this.#holder(accountId));
  }

  /** Every change of the account at the exchange, from whichever account here, as the journal was last read. */
  known(accountId: string): readonly WriteRecord[] {
    const holder = this.#holder(accountId);
    return this.#writes.all().filter((record) => isSameOwner(record, holder));
  }

  /** The mismatch that freezes the account; it may be from another account here with the same owner. */
  frozen(accountId: string): WriteRecord | undefined {
    return this.#writes.frozen(this.#holder(accountId));
  }

  /**
   * What is unresolved on the account, by the journal as it is now: a freeze, or an unfinished write.
   * @throws Refusal when the journal cannot be read.
   */
  async unsettled(accountId: string): Promise<WriteRecord | undefined> {
    await this.#sync();
    const own = this.#writes.all(accountId);
    return own.find(isFreezing) ?? own.find(isOpen);
  }

  /**
   * Every write as it stands now, closed ones too, newest first.
   * @throws Refusal when the journal cannot be read.
   */
  async activity(accountId?: string): Promise<readonly WriteRecord[]> {
    await this.#sync();
    return this.#writes.all(accountId).reverse();
  }

  /**
   * The rows of one write in the order in which the journal has them; none when it is not known. Without an id, those of all writes: the same
   * array as long as nothing was added.
   * @throws Refusal when the journal cannot be read.
   */
  async steps(writeId?: string): Promise<readonly WriteRecord[]> {
    await this.#sync();
    const rows = await this.#writes.rows();
    return writeId === undefined ? rows : rows.filter(({ id }) => id === writeId);
  }

  /** Checks the whole journal for rows that were altered, are missing or were inserted. */
  async verify(followed?: Followed): Promise<Verification> {
    try {
      return await this.#options.journal.verify(followed);
    } catch (error) {
      return { ok: false, sentence: unreadable(error).sentence };
    }
  }

  /**
   * Moves a journal that cannot be read aside and begins a new one, which takes over what this window knows to be open.
   * @returns where the old one is now
   * @throws Refusal when a change is just being sent, or it cannot be moved.
   */
  async setAside(): Promise<string> {
    if (this.#locks.size > 0) throw justBeingSent();
    try {
      return await this.#writes.setAside();
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** Looks once for proof of open writes of the account. Never rejects: what cannot be read now stays open. */
  async reconcile(accountId: string, which: Which = 'all'): Promise<void> {
    try {
      if (which === 'none') await this.#writes.sync();
      else await (await this.#proving()).reconcile(accountId, which, this.#end.signal);
    } catch {
      // The next look repeats it.
    }
  }

  /**
   * A person's decision. The exchange is checked a last time before a write is closed: what it proves counts.
   * A decision on a write that is already closed changes nothing.
   * @throws Refusal when the write is still under way, was sent too recently, or the decision cannot be recorded.
   */
  async settle(recordId: string, settlement: Settlement): Promise<void> {
    await this.#sync();
    const [{ settle }, prover] = await Promise.all([import('./settle.ts'), this.#proving()]);
    await settle(this.#writes, prover, this.#options, recordId, settlement, this.#end.signal);
  }

  /** Whether `askAgain` may be offered now. */
  async canAskAgain(shown: WriteRecord): Promise<boolean> {
    const { canAskAgain } = await import('./ask-again.ts');
    return canAskAgain(this.#asking(), shown);
  }

  /**
   * A person's decision after a lost answer, where the venue tells a copy by an id of ours: has the same request sent once more, once, and only right
   * after it was first sent. Resolves when it was answered, or was not in time.
   * @throws Refusal when nothing was sent.
   */
  async askAgain(shown: WriteRecord): Promise<void> {
    const { askAgain } = await import('./ask-again.ts');
    await askAgain(this.#asking(), shown);
  }

  #asking(): Asking {
    return { options: this.#options, writes: this.#writes, guard: this.#guard, sends: this.#sends, end: this.#end.signal };
  }

  /**
   * Records what this window knows of changes but could not write to the journal when it happened: until then their loans and positions
   * stay locked, and other windows do not know the outcomes.
   * @returns what was not recorded before
   * @throws Refusal when the journal cannot be read or written.
   */
  async noteDown(): Promise<readonly WriteRecord[]> {
    const untold = this.#writes.untold();
    await this.#sync();
    try {
      await this.#writes.tellAgain();
    } catch (error) {
      throw unwritten(error);
    }
    return untold;
  }

  /** Stops waiting and looking, and lets the last rows out, for as long as a window that closes may take. Never rejects. */
  async close(): Promise<void> {
    this.#end.abort();
    const enough = new AbortController();
    const rows = Promise.all(this.#underWay)
      .then(() => this.#writes.tellAgain())
      .catch(() => undefined);
    await Promise.race([rows, this.#options.clock.sleep(closingMs, enough.signal).catch(() => undefined)]);
    enough.abort();
  }

  /** Stops waiting and looking. A write that has left is not called back; the next start finds it in the journal. */
  dispose(): void {
    this.#end.abort();
    this.#writes.dispose();
  }

  /**
   * Whether nothing was ever sent from an account on which something is at stake, by the journal as it was last read. Its id alone proves
   * nothing: a file that was imported may bring it along with another venue or owner.
   */
  #isFirst(account: Account): boolean {
    const owner = ownerOf(account);
    const sent = this.#writes.all(account.id).filter(({ sentAt }) => sentAt !== undefined);
    return stakesOf(account) !== 'simulated' && !sent.some((one) => one.venue === account.venue && one.owner === owner);
  }

  /** Whether this exact request was shown before its preview was refreshed. */
  #seen(connection: Connection, { account, change }: Preview): { readonly requestShown?: true } {
    return this.#shown.size > 0 && this.#shown.has(shownAs(account, requestOf(connection, change).rehearse(change)))
      ? { requestShown: true }
      : {};
  }

  async #proving(): Promise<Prover> {
    const { Prover: Part } = await import('./prover.ts');
    return (this.#prover ??= new Part(this.#writes, this.#options, this.#kinds));
  }

  #holder(accountId: string): Holder {
    const account = this.#options.book.get(accountId);
    return account === undefined ? { accountId } : holderOf(account);
  }

  async #sync(): Promise<void> {
    await syncOrRefuse(this.#writes);
  }
}

const shownAs = (account: Account, request: RequestView): string => JSON.stringify([holderOf(account), request]);
