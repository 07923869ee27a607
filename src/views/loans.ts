import { isPositive } from '../core/decimal.ts';
import { formatAmount, formatCoinUsd, formatDistance, formatLtv, formatUsd } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan, Threshold, CoinAmount, DueDebt } from '../core/model.ts';
import { worst } from '../core/risk/level.ts';
import { distanceTo } from '../core/risk/ltv.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { isCurrent, readingAge, venueName, type ViewContext } from '../words/account.ts';
import { levelBy, levelIcon, levelWord } from '../words/level.ts';
import { definitionsDiffer, loanLiveLines, spokenSince } from '../words/live-lines.ts';
import { estimateLines } from '../words/loan-estimates.ts';
import {
  debtsText,
  distanceText,
  isOverdue,
  liquidationPriceOf,
  loanName,
  loanViews,
  ltvText,
  soonestDueText,
  sourceText,
  type LoanView,
  type Standing,
} from '../words/loan.ts';
import { bothLevels, nowText } from '../words/since-reading.ts';
import { accountEntry, accountEntryId, strayWrites, troubleNote, vanishedNotes, writeEntry } from './account.ts';
import type { Details, Entry } from './entry.ts';
import { joined, type Text } from '../words/text.ts';
import { isOfLoan, loanAt } from './place.ts';
import { loansState } from './view-state.ts';

/** The Loans view: accounts, their loans, and what hangs on each. */
export function loansOutline(states: readonly AccountState[], viewContext: ViewContext): readonly Entry[] {
  if (loansState(states, viewContext) !== 'some') return [];
  return states.map((state) => {
    const levels = loanViews(state, viewContext.now, viewContext.intervalMs).map(({ level }) => level);
    return accountEntry(
      state,
      [
        ...troubleNote(state, 'loans'),
        ...vanishedNotes(state, 'loan', viewContext),
        ...strayWrites(state, 'loan', viewContext),
        ...loans(state, viewContext),
      ],
      viewContext,
      worst(levels),
    );
  });
}

function loans(state: AccountState, viewContext: ViewContext): readonly Entry[] {
  const views = loanViews(state, viewContext.now, viewContext.intervalMs);
  if (views.length > 0) return views.map((view) => loanEntry(view, viewContext));
  // What could not be read is not said to be nothing.
  if (state.snapshot === undefined || state.snapshot.loansTrouble !== undefined) return [];
  const label = isCurrent(state, viewContext.now, viewContext.intervalMs)
    ? msg('loan.nothing-borrowed', 'Nothing borrowed')
    : msg('loan.nothing-borrowed-when', 'Nothing was borrowed when it was last read');
  return [
    {
      id: `${accountEntryId(state.account.id)}/empty`,
      accountId: state.account.id,
      label,
      expansion: 'leaf',
      context: 'note',
      spoken: label,
    },
  ];
}

/**
 * A loan's line, most wanted first, because a narrow view cuts off its end: LTV, the level as a word, what the LTV is
 * about now, whether a change is unfinished,
 * whether a debt is overdue, how old the figures are when they are not current, the distance to margin call, what is owed, and when.
 */
export function loanEntry(view: LoanView, viewContext: ViewContext): Entry {
  const { state, loan, current, level, by, standing } = view;
  const severalLoans = (state.snapshot?.loans.length ?? 0) > 1;
  const writes = openWrites(view, viewContext);
  const due = soonestDueText(loan, viewContext.zoned);
  const overdue = isOverdue(loan);
  return {
    ...loanPlace(view, ''),
    label: msg('list.dot', '{0} · {1}', ltvText(loan), view.since?.raises === true ? levelBy(level, undefined) : levelBy(level, by)),
    description: [
      ...(view.since === undefined ? [] : [nowText(view.since, formatLtv(view.since.figures.ltv))]),
      // Said here too: a closed loan hides the line that says more.
      ...(writes.length === 0 ? [] : [msg('term.change-unfinished', 'unfinished change')]),
      ...(overdue && due !== undefined ? [due] : []),
      ...(current ? [] : [msg('term.updated-age', 'updated {0}', readingAge(state, viewContext.now, loan.keptFrom))]),
      distanceText(standing),
      debtsText(loan),
      ...(overdue || due === undefined ? [] : [due]),
      ...(severalLoans ? [`#${loanName(loan)}`] : []),
      ...(definitionsDiffer(view) ? [msg('term.definitions-differ', 'definitions differ')] : []),
    ],
    icon: levelIcon(level),
    expansion: severalLoans ? 'closed' : 'open',
    context: 'loan',
    spoken:
      writes.length === 0
        ? spokenLoan(view, viewContext)
        : msg('loan.change-unfinished', '{0} A change of this loan is unfinished.', spokenLoan(view, viewContext)),
    ...(loan.ltv === undefined ? {} : { copy: loan.ltv }),
    details: () => loanDetails(view, viewContext),
    children: [
      ...writes,
      ...dueDates(view, viewContext),
      coinGroup(view, 'debts'),
      coinGroup(view, 'collateral'),
      thresholds(view, viewContext),
      lazyGroup(view, 'interest', msg('term.accrued-interest', 'Accrued interest'), 'percentage'),
      lazyGroup(view, 'history', msg('loan.recent-history', 'Recent history'), 'history'),
    ],
  };
}

function spokenLoan(view: LoanView, viewContext: ViewContext): Message {
  const { state, loan, current, standing } = view;
  const about = state.account.simulated
    ? msg('loan.simulated-2', 'Simulated loan {0} of {1}', loanName(loan), state.account.name)
    : msg('loan.loan', 'Loan {0} of {1}', loanName(loan), state.account.name);
  const figures = [about, ltvText(loan), bothLevels(view), distanceText(standing), debtsText(loan)] as const;
  const sentence = current
    ? msg('loan.ltv-level-owed', '{0}: LTV {1}, level {2}, {3}, owed {4}.', ...figures)
    : msg(
        'loan.last-known-ltv',
        '{0}: last known LTV {1}, level {2}, {3}, owed {4}. Not current: read {5}.',
        ...figures,
        readingAge(state, viewContext.now, loan.keptFrom),
      );
  const now = spokenSince(view);
  const whole = now === undefined ? sentence : msg('list.space', '{0} {1}', sentence, now);
  return isOverdue(loan) ? msg('loan.debt-overdue', '{0} A debt of it is overdue.', whole) : whole;
}

function loanDetails(view: LoanView, viewContext: ViewContext): Details {
  const { state, loan, standing, current } = view;
  const venue = venueName(state, viewContext);
  const threshold = (one: Threshold | undefined): Text =>
    one === undefined ? msg('term.unknown', 'unknown') : msg('list.brackets', '{0} ({1})', formatLtv(one.ltv), sourceText(one, venue));
  return {
    title: state.account.simulated
      ? msg('loan.simulated', 'Loan {0} (simulated)', loanName(loan))
      : msg('term.loan', 'Loan {0}', loanName(loan)),
    lines: [
      {
        label: msg('term.ltv', 'LTV'),
        value:
          loan.ltv === undefined
            ? msg('term.unknown', 'unknown')
            : msg('loan.exactly', '{0} (exactly {1}, from {2})', formatLtv(loan.ltv), loan.ltv, venue),
      },
      ...loanLiveLines(view, viewContext.now).map(({ label, value, detail }) => ({
        label,
        value: detail === undefined ? value : msg('list.brackets', '{0} ({1})', value, detail),
      })),
      { label: msg('term.level', 'Level'), value: bothLevels(view) },
      { label: msg('loan.collateral-may-fall', 'Collateral may fall by'), value: fallText(standing) },
      { label: msg('loan.margin-call', 'Margin call at'), value: threshold(loan.marginCall) },
      { label: msg('loan.liquidation', 'Liquidation at'), value: threshold(loan.liquidation) },
      ...estimateLines(view).map(({ label, texts, mark }) => ({
        label,
        value: mark === undefined ? joined(texts) : msg('list.brackets', '{0} ({1})', joined(texts), mark),
      })),
      ...(loan.due ?? []).map((one) => ({
        label: one.overdue ? msg('loan.overdue', 'Overdue') : msg('term.due', 'Due'),
        value: dueText(one, viewContext.zoned),
      })),
      ...loan.debts.map((one) => ({ label: msg('term.debt', 'Debt'), value: exactText(one) })),
      ...loan.collateral.map((one) => ({ label: msg('term.collateral', 'Collateral'), value: exactText(one) })),
      {
        label: msg('term.updated', 'Updated'),
        value: state.snapshot === undefined ? msg('term.never', 'never') : viewContext.when(state.snapshot.asOf),
      },
    ],
    ...(current ? {} : { note: msg('loan.these-figures-not', 'These figures are not current.') }),
    links: tableLinks(loan),
  };
}

/** Where the figures of our tables were looked up, each place once. */
function tableLinks({ marginCall, liquidation }: Loan): NonNullable<Details['links']> {
  const from = [marginCall, liquidation].flatMap((threshold) => (threshold?.from === undefined ? [] : [threshold.from]));
  const places = new Map(from.map((one) => [JSON.stringify([one.url, one.date]), one]));
  return [...places.values()].map(({ url, date }) => ({ label: msg('loan.table', 'Table of {0}', date), url }));
}

function fallText(standing: Standing): Text {
  if (standing === 'unknown') return msg('term.unknown', 'unknown');
  return typeof standing === 'string' ? distanceText(standing) : formatDistance(standing.toMarginCall);
}

function openWrites(view: LoanView, viewContext: ViewContext): readonly Entry[] {
  const { state, loan } = view;
  return viewContext
    .openWrites(state.account.id)
    .filter(({ change }) => isOfLoan(change, loan.id))
    .map((record) => writeEntry(record, loanPlace(view, `/write/${record.id}`), state, viewContext));
}

function coinGroup(view: LoanView, which: 'debts' | 'collateral'): Entry {
  const { loan } = view;
  const usd = which === 'debts' ? loan.debtUsd : loan.collateralUsd;
  const side = which === 'debts' ? 'debt' : 'asset';
  const label = which === 'debts' ? msg('term.debt', 'Debt') : msg('term.collateral', 'Collateral');
  const value = usd === undefined ? msg('term.value-unknown', 'value unknown') : formatUsd(usd, side);
  const haircut =
    which === 'collateral' && usd !== undefined && loan.collateralValuation === 'adjusted'
      ? [msg('loan.after-haircut', 'after haircut')]
      : [];
  return {
    ...loanPlace(view, `/${which}`),
    label,
    description: [value, ...haircut],
    icon: { id: which === 'debts' ? 'credit-card' : 'lock' },
    expansion: 'open',
    context: 'group',
    spoken: msg('list.colon-sentence', '{0}: {1}.', label, value),
    children: loan[which].map((one) => ({
      ...loanPlace(view, `/${which}/${one.coin}`),
      coin: one.coin,
      label: exactText(one),
      description: [formatCoinUsd(one, side)].filter((text) => text !== undefined),
      expansion: 'leaf',
      context: 'value',
      spoken: msg('list.colon-sentence', '{0}: {1}.', label, exactText(one)),
      copy: one.amount,
    })),
  };
}

function thresholds(view: LoanView, viewContext: ViewContext): Entry {
  const { loan, state } = view;
  const venue = venueName(state, viewContext);
  const line = (path: string, label: Message, threshold: Threshold | undefined): Entry => {
    const distance = distanceTo(threshold?.ltv, loan.ltv);
    const description =
      threshold === undefined
        ? [msg('term.unknown', 'unknown')]
        : [
            formatLtv(threshold.ltv),
            ...(distance === undefined
              ? []
              : [isPositive(distance) ? msg('loan.fall', 'a fall of {0}', formatDistance(distance)) : msg('loan.reached', 'reached')]),
            sourceText(threshold, venue),
          ];
    return {
      ...loanPlace(view, `/thresholds/${path}`),
      label,
      description,
      expansion: 'leaf',
      context: threshold === undefined ? 'note' : 'value',
      spoken: msg(
        'list.colon-sentence',
        '{0}: {1}.',
        label,
        threshold === undefined ? msg('term.unknown', 'unknown') : formatLtv(threshold.ltv),
      ),
      ...(threshold === undefined ? {} : { copy: threshold.ltv }),
    };
  };
  const price = liquidationPriceOf(loan);
  const noPrice =
    loan.liquidationPrice === undefined ? msg('loan.not-given', 'not given by {0} for this loan', venue) : msg('term.none', 'none');
  const priceText = price === undefined ? noPrice : `${formatAmount(price.price)} ${price.instrument}`;
  return {
    ...loanPlace(view, '/thresholds'),
    label: msg('loan.thresholds', 'Thresholds'),
    icon: { id: 'list-ordered' },
    expansion: 'open',
    context: 'group',
    spoken: msg('loan.thresholds-2', 'Thresholds of loan {0}.', loanName(loan)),
    children: [
      line('marginCall', msg('term.margin-call', 'Margin call'), loan.marginCall),
      line('liquidation', msg('term.liquidation', 'Liquidation'), loan.liquidation),
      {
        ...loanPlace(view, '/thresholds/price'),
        label: msg('term.liquidation-price', 'Liquidation price'),
        description: price === undefined ? [priceText] : [priceText, msg('term.from-source', 'from {0}', venue)],
        expansion: 'leaf',
        context: price === undefined ? 'note' : 'value',
        spoken: msg('list.colon-sentence', '{0}: {1}.', msg('term.liquidation-price', 'Liquidation price'), priceText),
        ...(price === undefined ? {} : { copy: price.price }),
      },
      ...estimateLines(view).map(({ path, label, texts, mark, copy }): Entry => {
        const description = mark === undefined ? texts : [...texts, mark];
        return {
          ...loanPlace(view, `/thresholds/${path}`),
          label,
          description,
          expansion: 'leaf',
          context: copy === undefined ? 'note' : 'value',
          spoken: msg('list.colon-sentence', '{0}: {1}.', label, joined(description)),
          ...(copy === undefined ? {} : { copy }),
        };
      }),
    ],
  };
}

function lazyGroup(view: LoanView, kind: 'interest' | 'history', label: Message, icon: string): Entry {
  const { loan, state } = view;
  return {
    ...loanPlace(view, `/${kind}`),
    label,
    icon: { id: icon },
    expansion: 'closed',
    context: 'group',
    spoken: msg('loan.loan-2', '{0} of loan {1}.', label, loanName(loan)),
    pages: {
      kind,
      accountId: state.account.id,
      loan: { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) },
      // Any booking at the venue moves an amount of the loan.
      version: JSON.stringify([...loan.debts, ...loan.collateral].map(({ coin, amount }) => [coin, amount])),
      // What is foreseen from them follows the figures, and goes when those are old.
      ...(kind === 'interest' ? { figures: view.current ? (state.snapshot?.asOf ?? 0).toString() : '' } : {}),
    },
  };
}

/** Where an entry below a loan belongs. `path` begins with a slash, or is empty for the loan itself. */
export function loanPlace({ state, loan }: LoanView, path: string): Pick<Entry, 'id' | 'accountId' | 'on'> {
  return { id: `${accountEntryId(state.account.id)}/loan/${loan.id}${path}`, ...loanAt(state.account.id, loan.id) };
}

/** An amount with all its digits. */
export function exactText({ coin, amount }: CoinAmount): string {
  return `${formatAmount(amount)} ${coin}`;
}

/** How much is due when, and what the venue does then. */
export function dueText(due: DueDebt, zoned: ViewContext['zoned']): Text {
  const text = msg('list.colon', '{0}: {1}', zoned(due.at), exactText(due));
  return due.then === undefined ? text : msg('loan.then', '{0}, then {1}', text, due.then);
}

/** The debts of a loan that have a date, below it. Overdue ones are danger in word, shape and colour. */
export function dueDates(view: LoanView, viewContext: ViewContext): readonly Entry[] {
  const { loan } = view;
  const soonest = soonestDueText(loan, viewContext.zoned);
  if (loan.due === undefined || soonest === undefined) return [];
  const overdue = isOverdue(loan);
  return [
    {
      ...loanPlace(view, '/due'),
      label: msg('loan.due-dates', 'Due dates'),
      description: overdue ? [levelWord('danger'), soonest] : [soonest],
      icon: overdue ? levelIcon('danger') : { id: 'calendar' },
      expansion: 'open',
      context: 'group',
      spoken: msg('loan.due-dates-2', 'Due dates of loan {0}: {1}.', loanName(loan), soonest),
      children: loan.due.map((due, index) => dueEntry(view, due, index, viewContext)),
    },
  ];
}

function dueEntry(view: LoanView, due: DueDebt, index: number, viewContext: ViewContext): Entry {
  const when = viewContext.zoned(due.at);
  const state: Message = due.overdue ? msg('term.overdue-since', 'overdue since {0}', when) : msg('term.due-at', 'due {0}', when);
  return {
    // Two parts of a debt may have the same coin and date.
    ...loanPlace(view, `/due/${index.toString()}`),
    coin: due.coin,
    label: exactText(due),
    description: [...(due.overdue ? [levelWord('danger')] : []), state, ...(due.then === undefined ? [] : [due.then])],
    ...(due.overdue ? { icon: levelIcon('danger') } : {}),
    expansion: 'leaf',
    context: 'value',
    spoken: msg('list.two-sentence', '{0}, {1}.', exactText(due), state),
    copy: due.amount,
  };
}
