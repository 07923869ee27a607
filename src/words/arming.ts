import { formatAmount, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Stakes } from '../engine/accounts/stakes.ts';
import type { ArmingTerm, ArmState } from '../engine/ledger/arming.ts';
import type { Limits, LimitsFault } from '../engine/ledger/limits.ts';

export interface ArmingChoice {
  readonly term: ArmingTerm;
  readonly label: Message;
  readonly detail: Message;
}

/** For how long, the shortest first. */
export function armingChoices(stakes: Stakes): readonly ArmingChoice[] {
  return [
    {
      term: 'quarter',
      label: msg('arming.15-minutes', 'For 15 minutes'),
      detail: msg('arming.nothing-sent-any', 'Then nothing can be sent any more, without your having to think of it.'),
    },
    {
      term: 'restart',
      label: msg('arming.until-window-reloaded', 'Until this window is reloaded'),
      detail: msg('arming.ends-when-window', 'Ends when this window is reloaded or closed. Other windows are not armed by it.'),
    },
    {
      term: 'always',
      label: msg('arming.always', 'Always'),
      detail: asksForName('always', stakes)
        ? msg(
            'arming.after-restart-too-until',
            'After a restart too, until you disarm it. You will be asked to type the name of the account.',
          )
        : msg('arming.after-restart-too', 'After a restart too, until you disarm it.'),
    },
  ];
}

/** Whether a term is taken only from somebody who types the name of the account. */
export function asksForName(term: ArmingTerm, stakes: Stakes): boolean {
  return term === 'always' && stakes === 'live';
}

/** What arming means, said before it is done. */
export function armingMeaning(stakes: Stakes, limits: Limits | LimitsFault): Message {
  return msg('list.space', '{0} {1}', stakesMeaning(stakes), limitsText(limits));
}

function stakesMeaning(stakes: Stakes): Message {
  switch (stakes) {
    case 'live':
      return msg('arming.live-real-money', 'LIVE: REAL MONEY can then move, each time only after a preview and your confirmation.');
    case 'demo':
      return msg(
        'arming.demo-changes-sent',
        'DEMO: changes can then be sent, each time only after a preview and your confirmation. No real money moves.',
      );
    case 'simulated':
      return msg(
        'arming.simulated-changes-sent',
        'SIMULATED: changes can then be sent, each time only after a preview and your confirmation. No real money moves.',
      );
  }
}

/** The limits from the settings as one or two sentences; that there are none is said as plainly. */
export function limitsText(limits: Limits | LimitsFault): Message {
  if ('fault' in limits)
    return msg(
      'arming.limits-settings-not',
      'The limits in your settings are not understood, and nothing is sent until they are. {0}',
      limits.fault,
    );
  const [first, ...more] = limitParts(limits);
  if (first === undefined)
    return msg('arming.no-limits-set', 'No limits are set: one confirmed change may move as much as the exchange takes.');
  return msg(
    'arming.limits-settings',
    'Limits of your settings: {0}.',
    more.reduce<Message>((text, part) => msg('list.semicolon', '{0}; {1}', text, part), first),
  );
}

function limitParts(limits: Limits): readonly Message[] {
  const { perActionUsd, perDayUsd, perActionByCoin, perDayByCoin, keepInWallet, highestLtvAfterReduction } = limits;
  const byCoin = (amounts: ReadonlyMap<string, Decimal>, text: (amount: string, coin: string) => Message): readonly Message[] =>
    [...amounts].map(([coin, amount]) => text(formatAmount(amount), coin));
  return [
    ...(perActionUsd === undefined ? [] : [msg('arming.most-per-change', 'at most {0} {1} per change', formatAmount(perActionUsd), 'USD')]),
    ...byCoin(perActionByCoin, (amount, coin) => msg('arming.most-per-change', 'at most {0} {1} per change', amount, coin)),
    ...(perDayUsd === undefined ? [] : [msg('arming.most-within-24', 'at most {0} {1} within 24 hours', formatAmount(perDayUsd), 'USD')]),
    ...byCoin(perDayByCoin, (amount, coin) => msg('arming.most-within-24', 'at most {0} {1} within 24 hours', amount, coin)),
    ...byCoin(keepInWallet, (amount, coin) => msg('arming.stay-wallet', '{0} {1} stay in the wallet', amount, coin)),
    ...(highestLtvAfterReduction === undefined
      ? []
      : [msg('arming.ltv-most-after', 'LTV at most {0} after taking out', formatLtv(highestLtvAfterReduction))]),
  ];
}

/** What is asked of somebody who arms a live account for always. */
export function namePrompt(accountName: string): Message {
  return msg(
    'arming.real-money-move',
    'REAL MONEY can then move from {0} after each confirmation, in every window and after a restart too, until you disarm it. Type the name of the account to arm it always.',
    accountName,
  );
}

/** Why a typed name is not taken, or undefined when it is the very name. */
export function nameFault(typed: string, accountName: string): Message | undefined {
  return typed === accountName ? undefined : msg('arming.type-exactly', 'Type exactly: {0}', accountName);
}

/** What was done. */
export function armedText(accountName: string, arming: ArmState): Message {
  if (!arming.armed) return msg('arming.writing-not-armed-2', 'Writing on {0} is not armed.', accountName);
  switch (arming.until) {
    case 'restart':
      return msg(
        'arming.writing-armed-until',
        'Writing on {0} is armed until this window is reloaded. Each change still needs your confirmation.',
        accountName,
      );
    case 'always':
      return msg('arming.writing-armed-always', 'Writing on {0} is armed always. Each change still needs your confirmation.', accountName);
    case 'simulated':
      return msg('arming.writing-armed-each', 'Writing on {0} is armed. Each change still needs your confirmation.', accountName);
    default:
      return msg(
        'arming.writing-armed-15',
        'Writing on {0} is armed for 15 minutes. Each change still needs your confirmation.',
        accountName,
      );
  }
}

/** @param open whether something that was sent already is not finished on one of them */
export function disarmedText(names: readonly string[], open: boolean): Message {
  const [first, ...more] = names;
  if (first === undefined) return msg('arming.writing-not-armed', 'Writing is not armed on any account, so nothing had to be disarmed.');
  const all = more.reduce<Message | string>((text, name) => msg('list.comma', '{0}, {1}', text, name), first);
  const sentence = msg('arming.writing-disarmed-nothing', 'Writing is disarmed: {0}. Nothing can be sent until you arm it again.', all);
  return open ? msg('arming.sent-before-not', '{0} What was sent before is not called back by this.', sentence) : sentence;
}

/** What is said when a menu or somebody else named an account that was removed meanwhile. */
export function accountGoneText(): Message {
  return msg('arming.account-no-longer', 'This account no longer exists. Add it again to continue.');
}

/** What is said of an account that was named and is not armed. */
export function nothingToDisarmText(accountName: string, readOnly: boolean): Message {
  return readOnly
    ? msg('arming.read-only-key', '{0} is read-only: its key may not trade, so there is nothing to disarm.', accountName)
    : msg('arming.writing-not-armed-nothing', 'Writing on {0} is not armed, so nothing had to be disarmed.', accountName);
}
