import { steadyNow } from '../../core/clock.ts';
import type { Account } from '../../core/model.ts';
import type { Kinds } from './change-kind.ts';
import { longestPreviewAgeMs, type LedgerOptions } from './ledger-options.ts';
import { holderOf } from './owner.ts';
import { isTooOld, type Preview } from './preview.ts';
import type { WriteRecord } from './record.ts';
import { accountFrozen, accountChanged, accountGone, mayOnlyRead, notArmed, stopped, tooOld } from './refusal.ts';
import type { Writes } from './writes.ts';

/** A check against the person's limits that waits for nothing. `writes` are those that count towards the daily ones. @throws Refusal */
export type Within = (preview: Preview, writes: readonly WriteRecord[]) => void;

/** What must hold for anything to be sent, however often it is asked. */
export class Guard {
  readonly #options: Pick<LedgerOptions, 'book' | 'arming' | 'limits' | 'clock' | 'maxPreviewAgeMs'>;
  readonly #kinds: () => Promise<Kinds>;
  readonly #writes: Writes;
  readonly #steadyNow: () => number;

  constructor(options: LedgerOptions, kinds: () => Promise<Kinds>, writes: Writes) {
    this.#options = options;
    this.#kinds = kinds;
    this.#writes = writes;
    this.#steadyNow = steadyNow(options.clock);
  }

  /** How old figures may be. Milliseconds. */
  get maxAgeMs(): number {
    return Math.min(this.#options.maxPreviewAgeMs(), longestPreviewAgeMs);
  }

  /** @throws Refusal when the account is gone, or its key may only read. */
  actingAccount(accountId: string): Account {
    const account = this.#options.book.get(accountId);
    if (account === undefined) throw accountGone();
    if (account.readOnly) throw mayOnlyRead();
    return account;
  }

  /** @throws Refusal with the remedy `arm`. */
  mustBeArmed({ id }: Pick<Account, 'id'>): void {
    if (!this.#options.arming.state(id).armed) throw notArmed();
  }

  /**
   * Everything that can be checked at once, without reading: checked after each wait before the send, and last right before it.
   * @throws Refusal when something that was true at the preview no longer is.
   */
  mustStillHold({ account, readAt }: Pick<Preview, 'account' | 'readAt'>, stop: AbortSignal): void {
    const { venue, site, baseUrl, uid } = this.actingAccount(account.id);
    this.mustBeArmed(account);
    const isSame = venue === account.venue && site === account.site && baseUrl === account.baseUrl && uid === account.uid;
    if (!isSame) throw accountChanged();
    const frozen = this.#writes.frozen(holderOf(account));
    if (frozen !== undefined) throw accountFrozen(frozen);
    if (isTooOld(readAt, this.#options.clock.now(), this.maxAgeMs)) throw tooOld();
    if (stop.aborted) throw stopped();
  }

  /**
   * The person's limits as they are set now, and what holds of an undo.
   * @param undoOf the write that is to be taken back, where one is
   * @param shown what was confirmed, at the last look
   */
  async within(undoOf?: string, shown?: Preview): Promise<Within> {
    const limits = await this.#options.limits();
    const [kinds, { mustBeWithin }, { mustBeUndo }] = await Promise.all([
      this.#kinds(),
      import('./limit-checks.ts'),
      import('./undo-checks.ts'),
    ]);
    const own = 'fault' in limits ? undefined : limits.highestLtvAfterReduction;
    return (preview, writes) => {
      mustBeWithin(limits, kinds, preview, writes, { now: this.#options.clock.now(), steady: this.#steadyNow() });
      if (undoOf !== undefined) mustBeUndo(kinds, undoOf, preview, writes, { own, shown });
    };
  }
}
