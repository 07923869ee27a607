import type { Decimal } from '../../core/decimal.ts';
import type { Instead } from '../../core/errors.ts';
import { english, msg, type Message } from '../../core/message.ts';
import type { Change } from '../../exchanges/exchange.ts';
import { JournalError } from './journal.ts';
import type { WriteRecord } from './record.ts';
import { changeTarget } from './write-states.ts';

export interface RefusalFacts {
  /** The write that has to be settled first. */
  readonly openWrite?: WriteRecord;
  /**
   * What a person has to do before the same can go.
   * - `arm` the account is not armed
   * - `readAgain` the figures are too old or cannot be believed: reading afresh may help
   * - `showRequest` the exact request has to be shown first
   * - `withoutEstimate` it has to be asked for explicitly, because nothing can be estimated
   * - `settings` a limit of the person's own stands in the way, or cannot be understood
   */
  readonly remedy?: 'arm' | 'readAgain' | 'showRequest' | 'withoutEstimate' | 'settings';
  /** What would lead on, the most likely first. */
  readonly instead?: readonly Instead[];
  /** Why it is no undo any more, though it may be an ordinary reduction. */
  readonly undo?: UndoRefused;
}

/** `over` nothing is left of what was to be taken back, or less than was asked; `unsafe` with the most that is safe now, zero for nothing. */
export type UndoRefused = { readonly kind: 'over' } | { readonly kind: 'unsafe'; readonly most: Decimal };

/** Why nothing was sent, and what to do instead. */
export class Refusal extends Error implements RefusalFacts {
  override readonly name = 'Refusal';
  readonly sentence: Message;
  declare readonly openWrite?: WriteRecord;
  declare readonly remedy?: NonNullable<RefusalFacts['remedy']>;
  declare readonly instead?: readonly Instead[];
  declare readonly undo?: UndoRefused;

  constructor(sentence: Message, { openWrite, remedy, instead, undo }: RefusalFacts = {}) {
    super(english(sentence));
    this.sentence = sentence;
    if (openWrite !== undefined) this.openWrite = openWrite;
    if (remedy !== undefined) this.remedy = remedy;
    if (instead !== undefined && instead.length > 0) this.instead = instead;
    if (undo !== undefined) this.undo = undo;
  }
}

export const tooOld = (): Refusal =>
  new Refusal(
    msg(
      'refusal.figures-behind-preview',
      'The figures behind this preview are too old to act on. Nothing was sent. Start the change again to read them afresh.',
    ),
    {
      remedy: 'readAgain',
    },
  );

/** The checks of the preview, made again right before the send, refuse now. */
export const notAsBefore = (refusal: Refusal): Refusal =>
  new Refusal(
    msg('refusal.figures-changed-after', 'The figures changed after this preview, so nothing was sent. {0}', refusal.sentence),
    refusal,
  );

export const notArmed = (): Refusal =>
  new Refusal(
    msg(
      'refusal.changes-account-not',
      'Changes from this account are not armed, so nothing was sent. Arm it first: that is a decision of its own, made before any amount.',
    ),
    { remedy: 'arm' },
  );

export const notShown = (): Refusal =>
  new Refusal(
    msg(
      'refusal.first-change-ever',
      'This would be the first change ever sent from this account, and its exact request was not shown, so nothing was sent. Look at the request first.',
    ),
    { remedy: 'showRequest' },
  );

export const withoutEstimateOnly = ({ direction }: Pick<Change, 'direction'>): Refusal =>
  direction === 'add'
    ? new Refusal(
        msg(
          'refusal.adding-loan-cannot',
          'What adding does to this loan cannot be estimated, so nothing was sent. It can be added only by an explicit act, without an estimate.',
        ),
        { remedy: 'withoutEstimate' },
      )
    : new Refusal(
        msg(
          'refusal.taking-out-cannot',
          'What taking this out does cannot be estimated, so nothing was sent. Read again, or take it out at the exchange.',
        ),
        {
          remedy: 'readAgain',
        },
      );

const isOfLoan = (change: Change): boolean => changeTarget(change).kind === 'loan';

export const overtaken = (change: Change): Refusal =>
  new Refusal(
    isOfLoan(change)
      ? msg(
          'refusal.another-change-loan-sent',
          'Another change of this loan was sent after this preview, so its figures no longer hold. Nothing was sent. Start the change again to read them afresh.',
        )
      : msg(
          'refusal.another-change-position-sent',
          'Another change of this position was sent after this preview, so its figures no longer hold. Nothing was sent. Start the change again to read them afresh.',
        ),
  );

export const unfinished = (record: WriteRecord): Refusal =>
  new Refusal(
    isOfLoan(record.change)
      ? msg(
          'refusal.earlier-change-loan',
          'An earlier change of this loan is not finished, and nobody knows yet whether it took effect. Wait for it, or run "LTV Gauge: Resolve Unfinished Change…".',
        )
      : msg(
          'refusal.earlier-change-position',
          'An earlier change of this position is not finished, and nobody knows yet whether it took effect. Wait for it, or run "LTV Gauge: Resolve Unfinished Change…".',
        ),
    { openWrite: record },
  );

export const accountFrozen = (mismatch: WriteRecord): Refusal =>
  new Refusal(
    msg(
      'refusal.changes-account-frozen',
      'Changes on this account are frozen, because an earlier one had another effect than asked. Run "LTV Gauge: Resolve Unfinished Change…" first.',
    ),
    { openWrite: mismatch },
  );

const notReadable = (): Refusal =>
  new Refusal(
    msg(
      'refusal.journal-changes-cannot',
      'The journal of changes cannot be read, so it is not known what is still under way. Nothing was sent. Free disk space or mend the rights of its folder, then start again.',
    ),
  );

/** In the journal's own words, where it has some. */
export const unreadable = (error: unknown): Refusal => (error instanceof JournalError ? new Refusal(error.sentence) : notReadable());

export const notWritten = (): Refusal =>
  new Refusal(
    msg(
      'refusal.journal-changes-cannot-written',
      'The journal of changes cannot be written, so nothing was sent. Free disk space or mend the rights of its folder, then start again.',
    ),
  );

export const accountGone = (): Refusal =>
  new Refusal(msg('refusal.account-no-longer', 'This account is no longer there. Nothing was sent. Add it again to go on.'));

export const mayOnlyRead = (): Refusal =>
  new Refusal(
    msg('refusal.api-key-account', 'The API key of this account may only read. Run "LTV Gauge: Update Keys…" with a key that may trade.'),
  );

export const accountMoved = (): Refusal =>
  new Refusal(
    msg(
      'refusal.account-now-points',
      'The account now points to another address than in the preview. Nothing was sent. Start the change again.',
    ),
  );

export const keysOfAnother = (): Refusal =>
  new Refusal(
    msg(
      'refusal.account-now-keys',
      'The account now has the keys of another user than in the preview. Nothing was sent. Start the change again.',
    ),
  );

export const tooEarly = (record: WriteRecord, patienceMs: number): Refusal =>
  new Refusal(
    msg(
      'refusal.change-sent-less',
      'This change was sent less than {0} seconds ago, so it may still take effect. Wait, then look again and say what became of it.',
      Math.ceil(patienceMs / 1_000).toString(),
    ),
    { openWrite: record },
  );

export const stopped = (): Refusal =>
  new Refusal(msg('refusal.stopped-before-anything', 'Stopped before anything was sent. Start the change again if you still want it.'));

export const usedBefore = (): Refusal =>
  new Refusal(
    msg(
      'refusal.preview-used-before',
      'This preview was used before. Nothing was sent a second time. Start the change again to get a new preview.',
    ),
  );

/** @param openWrite the one that is being sent, where it is known */
export const anotherUnderWay = (change: Change, openWrite?: WriteRecord): Refusal =>
  new Refusal(
    isOfLoan(change)
      ? msg('refusal.another-change-loan', 'Another change of this loan is just being sent. Wait for its end, then start again.')
      : msg('refusal.another-change-position', 'Another change of this position is just being sent. Wait for its end, then start again.'),
    openWrite === undefined ? {} : { openWrite },
  );

export const justBeingSent = (openWrite?: WriteRecord): Refusal =>
  new Refusal(
    msg('refusal.change-just-being', 'A change is just being sent. Wait for its end, then start again.'),
    openWrite === undefined ? {} : { openWrite },
  );

/** In the journal's own words, where it has some. */
export const unwritten = (error: unknown): Refusal => (error instanceof JournalError ? new Refusal(error.sentence) : notNoted());

/** What is known here of a change that is over cannot be written down. */
const notNoted = (): Refusal =>
  new Refusal(
    msg(
      'refusal.became-change-known',
      'What became of a change is known, but the journal of changes cannot be written, so its loan or position stays held. Free disk space or mend the rights of its folder, then try again.',
    ),
  );
