import { msg, type Message } from '../core/message.ts';
import type { DueDebt } from '../core/model.ts';
import type { Scene } from '../words/account.ts';
import { levelIcon, levelWord } from '../words/level.ts';
import { exactText, loanPlace } from './loan-place.ts';
import { isOverdue, loanName, soonestDueText, type LoanView } from '../words/loan.ts';
import type { Entry } from './entry.ts';
import type { Text } from '../words/text.ts';

/** How much is due when, and what the venue does then. */
export function dueText(due: DueDebt, zoned: Scene['zoned']): Text {
  const text = msg('{0}: {1}', zoned(due.at), exactText(due));
  return due.then === undefined ? text : msg('{0}, then {1}', text, due.then);
}

/** The debts of a loan that have a date, below it. Overdue ones are danger in word, shape and colour. */
export function dueDates(view: LoanView, scene: Scene): readonly Entry[] {
  const { loan } = view;
  const soonest = soonestDueText(loan, scene.zoned);
  if (loan.due === undefined || soonest === undefined) return [];
  const overdue = isOverdue(loan);
  return [
    {
      ...loanPlace(view, '/due'),
      label: msg('Due dates'),
      description: overdue ? [levelWord('danger'), soonest] : [soonest],
      icon: overdue ? levelIcon('danger') : { id: 'calendar' },
      expansion: 'open',
      context: 'group',
      spoken: msg('Due dates of loan {0}: {1}.', loanName(loan), soonest),
      children: loan.due.map((due, index) => dueEntry(view, due, index, scene)),
    },
  ];
}

function dueEntry(view: LoanView, due: DueDebt, index: number, scene: Scene): Entry {
  const when = scene.zoned(due.at);
  const state: Message = due.overdue ? msg('overdue since {0}', when) : msg('due {0}', when);
  return {
    // Two parts of a debt may have the same coin and date.
    ...loanPlace(view, `/due/${index.toString()}`),
    coin: due.coin,
    label: exactText(due),
    description: [...(due.overdue ? [levelWord('danger')] : []), state, ...(due.then === undefined ? [] : [due.then])],
    ...(due.overdue ? { icon: levelIcon('danger') } : {}),
    expansion: 'leaf',
    context: 'value',
    spoken: msg('{0}, {1}.', exactText(due), state),
    copy: due.amount,
  };
}
