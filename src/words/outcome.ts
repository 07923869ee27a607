import { msg, type Message } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { changeText, wordsOf, type InsteadButton, type ReadingOf } from './kinds.ts';
import type { Instead } from '../core/errors.ts';
import type { Refusal } from '../engine/ledger/refusal.ts';
import type { Change } from '../exchanges/exchange.ts';
import type { Text } from './text.ts';

/** How loudly an outcome is said: `alarm` cannot be overlooked. */
export type Loudness = 'info' | 'warning' | 'error' | 'alarm';

export interface OutcomeText {
  readonly loudness: Loudness;
  readonly sentence: Message;
  /** The person has to find out or decide something. */
  readonly resolvable: boolean;
}

/**
 * What became of a change. "Done" is said of an effective change only, with the venue's own LTV or liquidation price.
 * @param priceCoin the coin prices of the position are in, where it is known
 */
export function outcomeText(record: WriteRecord, venueName: string, simulated: boolean, priceCoin?: string): OutcomeText {
  const change = changeText(record, simulated);
  switch (record.state) {
    case 'effective':
      return { loudness: 'info', sentence: withNote(doneText(record, change, venueName, priceCoin), record), resolvable: false };
    case 'rejected':
      return {
        loudness: 'error',
        sentence: withNote(msg('outcome.refused-nothing-changed', 'Refused by {0}; nothing was changed: {1}.', venueName, change), record),
        resolvable: false,
      };
    case 'not-effective':
      return { loudness: 'warning', sentence: withNote(msg('outcome.not-done', 'Not done: {0}.', change), record), resolvable: false };
    case 'mismatch':
      return {
        loudness: 'alarm',
        sentence: withNote(
          msg(
            'outcome.something-else-asked',
            '{0} did something else than was asked: {1}. Changes on {2} are frozen.',
            venueName,
            change,
            record.accountName,
          ),
          record,
        ),
        resolvable: true,
      };
    case 'accepted':
      return {
        loudness: 'warning',
        sentence: msg(
          'outcome.accepted-not-done',
          '{0} accepted this but has not done it yet: {1}. It goes on; you will be told when it is proven. Nothing is sent again.',
          venueName,
          change,
        ),
        resolvable: true,
      };
    case 'unknown':
      return {
        loudness: 'error',
        sentence: withNote(wordsOf(record.change).unknown(change), record),
        resolvable: true,
      };
    case 'sent':
      return {
        loudness: 'warning',
        sentence: msg(
          'outcome.sent-no-answer',
          'Sent, with no answer yet: {0}. It goes on; you will be told what became of it. Nothing is sent again.',
          change,
        ),
        resolvable: true,
      };
    case 'planned':
      return { loudness: 'warning', sentence: msg('outcome.not-sent', 'Not sent: {0}.', change), resolvable: false };
  }
}

function doneText(record: WriteRecord, change: Message, venueName: string, priceCoin?: string): Message {
  // Without evidence from the venue it is a person's word, and no proof is claimed.
  if (record.evidence === undefined) return msg('outcome.closed-done', 'Closed as done: {0}.', change);
  return wordsOf(record.change).done(record, change, venueName, priceCoin);
}

function withNote(sentence: Message, record: WriteRecord): Message {
  return record.note === undefined ? sentence : msg('list.space', '{0} {1}', sentence, record.note);
}

/** What can be done once it is said what became of a change. */
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

/** What can be done about a change that was not sent. */
export type FailureButton = 'resolve' | 'arm' | 'settings' | 'readAgain' | 'otherCoin' | 'addMargin' | 'retry' | 'showLog';

/** What a failure says about a way out, and what the one who asks can offer. */
export interface FailureFacts {
  /** A write has to be settled first. */
  readonly unfinished: boolean;
  readonly remedy?: Refusal['remedy'] | undefined;
  readonly instead?: readonly Instead[] | undefined;
  /** The caller can go on from where it was left, e.g. with another amount. */
  readonly canRetry: boolean;
  /** The caller can go back to the choice of the coin, or there is a command that asks for it. */
  readonly hasCoins: boolean;
  /** It is about the margin of a position that a command can add to. */
  readonly hasMargin: boolean;
  /** The caller can read afresh. */
  readonly canReadAgain: boolean;
}

/**
 * The buttons under a failure, the most helpful first. To repay is done at the exchange and later is only a matter of waiting: the
 * sentence says so, and no button pretends otherwise.
 */
export function failureButtons(facts: FailureFacts): readonly FailureButton[] {
  const { unfinished, remedy, instead = [], canRetry, hasCoins, hasMargin, canReadAgain } = facts;
  if (unfinished) return ['resolve', 'showLog'];
  // A limit that is in the way is first of all a reason to move less, not to lift it.
  const less = canRetry && instead.includes('less');
  return [
    ...(less ? ['retry' as const] : []),
    ...(remedy === 'arm' ? ['arm' as const] : []),
    ...(remedy === 'settings' ? ['settings' as const] : []),
    ...(remedy === 'readAgain' && canReadAgain ? ['readAgain' as const] : []),
    ...(instead.includes('otherCoin') && hasCoins ? ['otherCoin' as const] : []),
    ...(instead.includes('addMargin') && hasMargin ? ['addMargin' as const] : []),
    ...(canRetry && !less ? ['retry' as const] : []),
    'showLog',
  ];
}

/** What reading says now about the loan or position of an open write. */
export type Reading = ReadingOf<Change['kind']>;

/** Both readings side by side, for a person who has to judge what became of a write. The reading is of the kind of the write. */
export function resolveLines(record: WriteRecord, reading: Reading, timeOf: (at: number) => string): readonly Text[] {
  const { method, path, body } = record.request;
  const words = wordsOf(record.change);
  return [
    stateLine(record),
    msg('outcome.sent', 'Sent at {0}: {1} {2} {3}', timeOf(record.sentAt ?? record.plannedAt), method, path, body),
    ...(record.note === undefined ? [] : [record.note]),
    words.before(record),
    ...('failure' in reading
      ? [msg('outcome.now-not-read', 'Now: could not be read. {0}', reading.failure)]
      : words.comparison(record, reading, timeOf)),
  ];
}

function stateLine({ state }: WriteRecord): Message {
  switch (state) {
    case 'planned':
    case 'sent':
      return msg('outcome.state-sent-no', 'State: sent; no answer was recorded.');
    case 'accepted':
      return msg('outcome.state-accepted-exchange', 'State: accepted by the exchange, not proven to be done.');
    case 'unknown':
      return msg('outcome.state-unknown-answer', 'State: unknown. The answer was lost or does not say.');
    case 'mismatch':
      return msg(
        'outcome.state-exchange-something',
        'State: the exchange did something else than was asked. Changes on this account are frozen.',
      );
    case 'effective':
      return msg('outcome.state-done', 'State: done.');
    case 'rejected':
      return msg('outcome.state-refused-exchange', 'State: refused by the exchange.');
    case 'not-effective':
      return msg('outcome.state-not-done', 'State: not done.');
  }
}
