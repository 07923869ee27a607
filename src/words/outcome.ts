import { isZero } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { stateWord } from './activity.ts';
import { changeText, wordsOf, type InsteadButton, type ReadingOf } from './kinds.ts';
import type { Instead } from '../core/errors.ts';
import type { Refusal } from '../engine/ledger/refusal.ts';
import type { Change } from '../exchanges/exchange.ts';
import { labelled, sentence, spaced, type Text } from './text.ts';

/** How prominently an outcome is told: `alarm` can't be overlooked. */
export type Loudness = 'info' | 'warning' | 'error' | 'alarm';

export interface OutcomeText {
  readonly loudness: Loudness;
  readonly sentence: Message;
  /** The person has to check or decide something. */
  readonly resolvable: boolean;
}

/**
 * The outcome of a change. Only a confirmed one is "Done", with the exchange's own LTV or liquidation price.
 * @param priceCoin the coin prices of the position are in, where it is known
 */
export function outcomeText(record: WriteRecord, venueName: string, simulated: boolean, priceCoin?: string): OutcomeText {
  const change = changeText(record, simulated);
  const { loudness, sentence, resolvable = false } = bareOutcome(record, change, venueName, priceCoin);
  return { loudness, sentence: withNote(sentence, record), resolvable };
}

function bareOutcome(
  record: WriteRecord,
  change: Message,
  venueName: string,
  priceCoin?: string,
): Pick<OutcomeText, 'loudness' | 'sentence'> & { readonly resolvable?: true } {
  switch (record.state) {
    case 'effective':
      return { loudness: 'info', sentence: doneText(record, change, venueName, priceCoin) };
    case 'rejected':
      return { loudness: 'error', sentence: msg('outcome.rejected', 'Rejected by {0}. Nothing changed. {1}.', venueName, change) };
    case 'planned':
    case 'not-effective':
      return { loudness: 'warning', sentence: sentence(labelled(stateWord(record), change)) };
    case 'mismatch':
      return {
        loudness: 'alarm',
        sentence: msg(
          'outcome.mismatch',
          'Mismatch: {0} did something other than requested. Account {1} is frozen. {2}.',
          venueName,
          record.accountName,
          change,
        ),
        resolvable: true,
      };
    case 'accepted':
      return {
        loudness: 'warning',
        sentence: msg('outcome.accepted', "Accepted by {0}. Confirming… It won't be sent again. {1}.", venueName, change),
        resolvable: true,
      };
    case 'unknown':
      return {
        loudness: 'error',
        sentence: msg(
          'outcome.unknown',
          "Outcome unknown: checking {0}. It won't be re-sent; {1} is locked until resolved. {2}.",
          venueName,
          wordsOf(record.change).target(record.change),
          change,
        ),
        resolvable: true,
      };
    case 'sent':
      return {
        loudness: 'warning',
        sentence: msg('outcome.sent', "Sent to {0}, no answer yet. It won't be sent again. {1}.", venueName, change),
        resolvable: true,
      };
  }
}

function doneText(record: WriteRecord, change: Message, venueName: string, priceCoin?: string): Message {
  // Without evidence from the exchange, it's the person's decision.
  if (record.evidence === undefined) return sentence(labelled(stateWord(record), change));
  // The loan is closed; the exchange says no LTV of it.
  if (record.ltvAfter !== undefined && isZero(record.ltvAfter))
    return msg('outcome.done-closed', 'Done, confirmed by {0}. {1}.', venueName, change);
  const { label, value } = wordsOf(record.change).after(record, priceCoin);
  return value === undefined
    ? msg('outcome.done', 'Done, confirmed by {0}. {1} not known yet. {2}.', venueName, label, change)
    : msg('outcome.done-now', 'Done. {0} is now {1} ({2}). {3}.', label, value, venueName, change);
}

function withNote(sentence: Message, record: WriteRecord): Message {
  return record.note === undefined ? sentence : spaced(sentence, record.note);
}

/** What can be done after an outcome. */
export type OutcomeButton = 'openGauges' | 'undo' | 'resolve' | InsteadButton | 'showLog';

/**
 * The buttons below an outcome, the most helpful first.
 * @param undoable whether it is an addition that can be taken back now
 */
export function outcomeButtons(
  { loudness, resolvable }: Pick<OutcomeText, 'loudness' | 'resolvable'>,
  { state, change, answer }: WriteRecord,
  undoable: boolean,
): readonly OutcomeButton[] {
  if (loudness === 'info') return ['openGauges', ...(undoable ? ['undo' as const] : [])];
  if (resolvable) return ['resolve', 'showLog'];
  return [...(state === 'rejected' ? wordsOf(change).instead(answer?.instead ?? [], change.direction) : []), 'showLog'];
}

/** What can be done about a change that wasn't sent. */
export type FailureButton =
  | 'resolve'
  | 'arm'
  | 'settings'
  | 'refresh'
  | 'otherCoin'
  | 'addMargin'
  | 'retry'
  | 'showLog'
  | 'tryAgain'
  | Window;

/** What helps if the window is the reason, not the account. */
type Window = 'reloadWindow' | 'updateKeys';

/** The remedies that a failure names, and those that the caller supports. */
export interface FailureFacts {
  /** A change must be resolved first. */
  readonly unfinished: boolean;
  readonly remedy?: Refusal['remedy'] | undefined;
  readonly instead?: readonly Instead[] | undefined;
  /** The caller can continue, for example with another amount. */
  readonly canRetry: boolean;
  /** Another coin can be chosen. */
  readonly hasCoins: boolean;
  /** It's about a position that margin can be added to. */
  readonly hasMargin: boolean;
  readonly window?: readonly Window[];
  /** The exchange couldn't be read, or rejected the request. */
  readonly unread?: boolean;
  /** The caller can refresh. */
  readonly canRefresh: boolean;
}

/**
 * The buttons under a failure, the most helpful first. Repaying happens at the exchange, and "later" only means waiting: the sentence says
 * so, without a button.
 */
export function failureButtons(facts: FailureFacts): readonly FailureButton[] {
  const { unfinished, remedy, instead = [], window = [], unread = false, canRetry, hasCoins, hasMargin, canRefresh } = facts;
  if (unfinished) return ['resolve', 'showLog'];
  // A limit is first of all a reason to move less, not to raise it.
  const less = canRetry && instead.includes('less');
  return [
    ...window,
    // Usually over in a moment.
    ...(unread && instead.length === 0 && canRefresh ? ['tryAgain' as const] : []),
    ...(less ? ['retry' as const] : []),
    ...(remedy === 'arm' ? ['arm' as const] : []),
    ...(remedy === 'settings' ? ['settings' as const] : []),
    ...(remedy === 'refresh' && canRefresh ? ['refresh' as const] : []),
    ...(instead.includes('otherCoin') && hasCoins ? ['otherCoin' as const] : []),
    ...(instead.includes('addMargin') && hasMargin ? ['addMargin' as const] : []),
    ...(canRetry && !less ? ['retry' as const] : []),
    'showLog',
  ];
}

/** The loan or position of an open write as it is now. */
export type Reading = ReadingOf<Change['kind']>;

/** Before, now, and if executed, for a person who has to decide what happened. The reading is of the kind of the write. */
export function resolveLines(record: WriteRecord, reading: Reading, timeOf: (at: number) => string): readonly Text[] {
  const { method, path, body } = record.request;
  const words = wordsOf(record.change);
  return [
    labelled(msg('term.status', 'Status'), stateWord(record)),
    msg('outcome.sent-at', 'Sent at {0}: {1} {2} {3}', timeOf(record.sentAt ?? record.plannedAt), method, path, body),
    ...(record.note === undefined ? [] : [record.note]),
    msg('outcome.before', 'Before: {0}', words.before(record)),
    ...('failure' in reading
      ? [msg('outcome.now-unread', 'Now: unknown. {0}', reading.failure)]
      : words.comparison(record, reading, timeOf)),
  ];
}
