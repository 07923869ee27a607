import { formatAmount, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Stakes } from '../engine/accounts/stakes.ts';
import type { ArmingTerm, ArmState } from '../engine/ledger/arming.ts';
import type { Limits, LimitsFault } from '../engine/ledger/limits.ts';
import { armingText, notArmed } from './arming-mark.ts';
import { stakesLine } from './collateral-preview.ts';
import { joined, labelled, listed, sentence, spaced } from './text.ts';

export interface ArmingChoice {
  readonly term: ArmingTerm;
  readonly label: Message;
  readonly detail: Message;
}

/** For how long, the shortest first. */
export function armingChoices(stakes: Stakes): readonly ArmingChoice[] {
  const always = msg('arming.always-detail', 'After restarts too, until you disarm it.');
  return [
    {
      term: 'quarter',
      label: msg('arming.15-minutes', '15 minutes'),
      detail: msg('arming.15-minutes-detail', 'Disarms automatically.'),
    },
    {
      term: 'restart',
      label: msg('arming.restart', 'Until this window reloads'),
      detail: msg('arming.restart-detail', 'Other windows stay disarmed.'),
    },
    {
      term: 'always',
      label: msg('arming.always', 'Always'),
      detail: asksForName('always', stakes) ? msg('arming.always-by-name', '{0} You type the account name to confirm.', always) : always,
    },
  ];
}

/** Whether a term requires typing the name of the account. */
export function asksForName(term: ArmingTerm, stakes: Stakes): boolean {
  return term === 'always' && stakes === 'live';
}

/** What arming means, said before it is done. */
export function armingMeaning(stakes: Stakes, limits: Limits | LimitsFault): Message {
  const money = stakesLine(stakes === 'simulated', stakes === 'demo');
  return spaced(stillConfirmed(money), limitsText(limits));
}

const stillConfirmed = (sentence: Message): Message =>
  msg('arming.still-confirmed', '{0} Each change still needs your confirmation.', sentence);

/** The limits from the settings; that there are none is said as plainly. */
export function limitsText(limits: Limits | LimitsFault): Message {
  if ('fault' in limits) return msg('arming.limits-fault', "Your limits can't be read, so nothing is sent. {0}", limits.fault);
  const parts = limitParts(limits);
  if (parts.length === 0) return msg('arming.no-limits-set', 'No limits set: a confirmed change can be any size the exchange allows.');
  return msg('arming.limits-settings', 'Your limits: {0}.', listed(parts));
}

function limitParts(limits: Limits): readonly Message[] {
  const { perActionUsd, perDayUsd, perActionByCoin, perDayByCoin, keepInWallet, highestLtvAfterReduction } = limits;
  const byCoin = (amounts: ReadonlyMap<string, Decimal>, text: (amount: string, coin: string) => Message): readonly Message[] =>
    [...amounts].map(([coin, amount]) => text(formatAmount(amount), coin));
  return [
    ...(perActionUsd === undefined ? [] : [msg('arming.most-per-change', 'max {0} {1} per change', formatAmount(perActionUsd), 'USD')]),
    ...byCoin(perActionByCoin, (amount, coin) => msg('arming.most-per-change', 'max {0} {1} per change', amount, coin)),
    ...(perDayUsd === undefined ? [] : [msg('arming.most-within-24', 'max {0} {1} per 24 h', formatAmount(perDayUsd), 'USD')]),
    ...byCoin(perDayByCoin, (amount, coin) => msg('arming.most-within-24', 'max {0} {1} per 24 h', amount, coin)),
    ...byCoin(keepInWallet, (amount, coin) => msg('arming.keep-in-wallet', 'keep {0} {1} available', amount, coin)),
    ...(highestLtvAfterReduction === undefined
      ? []
      : [msg('arming.ltv-most-after', 'max LTV {0} after removal', formatLtv(highestLtvAfterReduction))]),
  ];
}

/** What a person must type to always arm a live account. */
export function namePrompt(accountName: string): Message {
  return msg(
    'arming.name-prompt',
    'REAL MONEY can move from {0} after each confirmation, in every window, until you disarm it. Type the account name.',
    accountName,
  );
}

/** Why a typed name is not accepted, or undefined when it is the exact name. */
export function nameFault(typed: string, accountName: string): Message | undefined {
  return typed === accountName ? undefined : msg('arming.type-exactly', 'Type exactly: {0}', accountName);
}

/** What an account is now. @param when how a time is written */
export function armedText(accountName: string, arming: ArmState, when: (ms: number) => string): Message {
  const state = sentence(labelled(accountName, armingText(arming, when)));
  return arming.armed ? stillConfirmed(state) : state;
}

/** @param open whether something that was sent already is unfinished on one of them */
export function disarmedText(names: readonly string[], open: boolean): Message {
  if (names.length === 0) return msg('arming.none', 'No account was armed.');
  const sentence = msg('arming.disarmed', 'Disarmed: {0}. Nothing can be sent.', joined(names));
  return open ? msg('arming.sent-stays', "{0} Changes already sent aren't undone.", sentence) : sentence;
}

/** What is said when a menu or another window named an account that was removed meanwhile. */
export function accountGoneText(): Message {
  return msg('refusal.account-removed', 'This account was removed. Nothing was sent. Add it again.');
}

/** What is said of an account that was named and is not armed. */
export function nothingToDisarmText(accountName: string, readOnly: boolean): Message {
  return readOnly
    ? msg('arming.read-only', "{0} is read-only: its key can't trade.", accountName)
    : sentence(labelled(accountName, notArmed()));
}
