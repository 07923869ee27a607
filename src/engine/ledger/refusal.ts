import type { Decimal } from '../../core/decimal.ts';
import type { Instead } from '../../core/errors.ts';
import { english, msg, type Message } from '../../core/message.ts';
import { JournalError } from './journal.ts';
import type { WriteRecord } from './record.ts';

export interface RefusalFacts {
  /** The write that has to be resolved first. */
  readonly openWrite?: WriteRecord;
  /**
   * What a person has to do before the same change can be sent.
   * - `arm` the account is not armed
   * - `refresh` the figures are too old or not credible: a refresh may help
   * - `showRequest` the exact request has to be shown first
   * - `withoutEstimate` it has to be confirmed explicitly, because nothing can be estimated
   * - `settings` it exceeds a limit of the person's own, or a limit cannot be read
   */
  readonly remedy?: 'arm' | 'refresh' | 'showRequest' | 'withoutEstimate' | 'settings';
  /** What would work instead, the most likely first. */
  readonly instead?: readonly Instead[];
  /** Why it is no longer an undo, though it may be an ordinary reduction. */
  readonly undo?: UndoRefused;
}

/** `over` nothing is left to undo, or less than was asked; `unsafe` with the most that is safe now, zero for nothing. */
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
  new Refusal(msg('refusal.preview-outdated', 'The figures are out of date. Nothing was sent. Start again.'), { remedy: 'refresh' });

/** The last look right before the send could not be made, or its checks refuse what the preview allowed. */
export const lastLookFailed = (why: Message, facts?: RefusalFacts): Refusal =>
  new Refusal(msg('refusal.last-check', 'The last check before sending failed. Nothing was sent. {0}', why), facts);

export const notArmed = (): Refusal =>
  new Refusal(msg('refusal.not-armed', "This account isn't armed. Nothing was sent. Arm it first."), { remedy: 'arm' });

export const notShown = (): Refusal =>
  new Refusal(msg('refusal.first-change', "This account's first change: view its request first. Nothing was sent."), {
    remedy: 'showRequest',
  });

/** Only a change that was confirmed without an estimate may be sent without one. */
export const withoutEstimateOnly = (remedy: 'withoutEstimate' | 'refresh'): Refusal =>
  new Refusal(
    msg(
      'refusal.no-estimate',
      "The effect can't be estimated now. Nothing was sent. Start again; only adding can go on without an estimate.",
    ),
    { remedy },
  );

export const overtaken = (): Refusal =>
  new Refusal(msg('refusal.overtaken', "Another change was sent after this preview. This one wasn't sent. Start again."));

export const unfinished = (record: WriteRecord): Refusal =>
  new Refusal(
    msg(
      'refusal.unfinished',
      'An earlier change is unfinished: its outcome is unknown. Nothing new was sent. Wait, or run "LTV Gauge: Resolve Unfinished Change…".',
    ),
    { openWrite: record },
  );

export const accountFrozen = (mismatch: WriteRecord): Refusal =>
  new Refusal(
    msg(
      'refusal.frozen',
      'This account is frozen after a mismatch. Nothing new was sent. Run "LTV Gauge: Resolve Unfinished Change…" first.',
    ),
    {
      openWrite: mismatch,
    },
  );

const freeSpace = (): Message => msg('ledger.free-space', 'Free disk space or fix the permissions of its folder, then try again.');

export const unavailableLog = (): Message =>
  msg('ledger.unavailable', "The activity log can't be read or written. Changes are paused. {0}", freeSpace());

/** In the journal's own words, where it has some. */
export const unreadable = (error: unknown): Refusal => new Refusal(error instanceof JournalError ? error.sentence : unavailableLog());

export const notWritten = (): Refusal => new Refusal(msg('change.nothing-sent', 'Nothing was sent. {0}', unavailableLog()));

export const accountGone = (): Refusal =>
  new Refusal(msg('refusal.account-removed', 'This account was removed. Nothing was sent. Add it again.'));

export const mayOnlyRead = (): Refusal =>
  new Refusal(msg('refusal.key-cannot-trade', 'This key can\'t trade. Run "LTV Gauge: Update Keys…" with one that can.'));

/** Its address is another one, or its keys belong to another user. */
export const accountChanged = (): Refusal =>
  new Refusal(
    msg('refusal.account-changed', 'The address or owner of this account changed after the preview. Nothing was sent. Start again.'),
  );

export const tooEarly = (record: WriteRecord, patienceMs: number): Refusal =>
  new Refusal(
    msg(
      'refusal.too-early',
      'Sent less than {0} s ago: it may still take effect. Wait, then check again.',
      Math.ceil(patienceMs / 1_000).toString(),
    ),
    { openWrite: record },
  );

export const stopped = (): Refusal => new Refusal(msg('refusal.stopped', 'Stopped before sending. Nothing was sent.'));

export const usedBefore = (): Refusal =>
  new Refusal(msg('refusal.used-before', 'This preview was already used. Nothing was sent again. Start again.'));

/** @param openWrite the one that is being sent, where it is known */
export const justBeingSent = (openWrite?: WriteRecord): Refusal =>
  new Refusal(
    msg('refusal.being-sent', 'A change is still being sent. Nothing new was sent. Wait, then start again.'),
    openWrite === undefined ? {} : { openWrite },
  );

/** The outcome of a change is known here but could not be recorded. In the journal's own words, where it has some. */
export const unwritten = (error: unknown): Refusal =>
  new Refusal(
    error instanceof JournalError
      ? error.sentence
      : msg(
          'ledger.outcome-not-written',
          "An outcome can't be written to the activity log, so its loan or position stays locked. {0}",
          freeSpace(),
        ),
  );
