import { msg, type Message } from '../core/message.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { isAcknowledged, levelOfAlarm, type Warning } from '../engine/storage/warning-protocol.ts';
import { isNote, readWarningTarget, type Told } from '../engine/watch/warnings.ts';
import type { ViewContext } from '../words/account.ts';
import { levelIcon, levelWord } from '../words/level.ts';
import { joined } from '../words/text.ts';
import { ageText } from '../words/time.ts';
import { handledText, warningLines } from '../words/warning-mark.ts';
import { titleOf, warningName, warningSentence, warningWhat, worstFirst } from '../words/warning.ts';
import type { Entry } from './entry.ts';

/** The Warnings view: active warnings, worst first, then notices. */
export function warningsOutline(states: readonly AccountState[], viewContext: ViewContext): readonly Entry[] {
  const told = states
    .flatMap(({ account }) => viewContext.warnings(account.id))
    .map((row): Told & Warning => ({ ...row, says: isNote(readWarningTarget(row.target).facet) ? 'note' : 'again' }));
  const sorted = worstFirst(told, states, viewContext);
  return [...sorted.filter(({ says }) => says !== 'note'), ...sorted.filter(({ says }) => says === 'note')].flatMap((row) => {
    const state = states.find(({ account }) => account.id === row.account);
    return state === undefined ? [] : [warningEntry(row, state, viewContext)];
  });
}

function warningEntry(row: Told & Warning, state: AccountState, viewContext: ViewContext): Entry {
  const { account, target, level, since, says } = row;
  const { on } = readWarningTarget(target);
  const { now, when } = viewContext;
  const handled = handledText([row], now, when);
  const word = says === 'note' ? noteWord() : levelWord(levelOfAlarm(level));
  const label = warningName(row, [state], titleOf);
  const description = [
    word,
    warningWhat(row, state, viewContext),
    ...(handled === undefined ? [] : [handled]),
    msg('warning.began', 'began {0}', ageText(since, now)),
    ...(state.account.simulated ? [msg('term.simulated', 'simulated')] : []),
  ];
  return {
    id: `warning/${account}/${target}`,
    accountId: account,
    ...(on === undefined ? {} : { on }),
    warning: target,
    label,
    description,
    icon: says === 'note' ? { id: 'info' } : levelIcon(levelOfAlarm(level)),
    expansion: 'leaf',
    context: `warning.${on?.kind ?? 'account'}${isAcknowledged(row) ? '.known' : ''}`,
    spoken: joined([word, label, ...description.slice(1)]),
    details: () => ({
      title: label,
      lines: [
        { label: msg('term.level', 'Level'), value: word },
        { label: msg('account.since', 'Since'), value: when(since) },
        ...(on === undefined ? [] : warningLines(state.account, on, viewContext)),
      ],
      note: warningSentence([row], [state], viewContext),
    }),
  };
}

const noteWord = (): Message => msg('level.notice', 'Notice');
