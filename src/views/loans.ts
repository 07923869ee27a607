import { isPositive, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatCoinUsd, formatDistance, formatLtv, formatUsd } from '../core/format.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { Loan, Threshold, CoinAmount, DueDebt } from '../core/model.ts';
import { canRepay, canSell } from '../exchanges/possible.ts';
import { worst } from '../core/risk/level.ts';
import { distanceTo } from '../core/risk/ltv.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { readingAge, venueName, type ViewContext } from '../words/account.ts';
import { ownCoins } from '../words/amount.ts';
import { kept } from '../core/kept.ts';
import { groundOf, shownFrom } from './shown-from.ts';
import { levelBy, levelIcon, levelWord } from '../words/level.ts';
import { definitionsDiffer, loanLiveLines, spokenSince } from '../words/live-lines.ts';
import { changeText, collateralValue, estimateLines, noEstimate } from '../words/loan-estimates.ts';
import {
  debtsText,
  distanceText,
  dueAmountText,
  fromVenue,
  isOverdue,
  liquidationPriceOf,
  loanName,
  loanViews,
  ltvText,
  soonestDueText,
  sourceText,
  tableText,
  type LoanView,
} from '../words/loan.ts';
import { rescueLines, rescueMarks } from '../words/rescue.ts';
import { warningLines } from '../words/warning-mark.ts';
import { bothLevels, nowText } from '../words/since-reading.ts';
import {
  accountEntry,
  accountEntryId,
  accountText,
  emptyNote,
  named,
  spokenAge,
  strayWrites,
  troubleNote,
  unwatchedNote,
  updatedLine,
  vanishedNotes,
  writeEntry,
} from './account.ts';
import { lateEntry, unfinishedMark, type Details, type Entry, type Late } from './entry.ts';
import { bracketed, dotted, joined, spaced, type Text } from '../words/text.ts';
import { isOfLoan, loanAt } from './place.ts';
import { accountsWorstFirst, nearest, sortedByWorst, type Ranked } from './status.ts';
import { loansState } from './view-state.ts';

/** The Loans view: accounts, their loans, and the details of each. */
export function loansOutline(states: readonly AccountState[], viewContext: ViewContext): readonly Entry[] {
  if (loansState(states, viewContext) !== 'some') return [];
  return accountsWorstFirst(states, (state) => worstFirst(state, viewContext).slice(0, 1).map(ranked)).map((state) =>
    accountEntry(
      state,
      [
        ...unwatchedNote(state, 'loan', viewContext),
        ...troubleNote(state, 'loans'),
        ...vanishedNotes(state, 'loan', viewContext),
        ...strayWrites(state, 'loan', viewContext),
        ...loans(state, viewContext),
      ],
      viewContext,
      worst(worstFirst(state, viewContext).map(({ level }) => level)),
    ),
  );
}

function loans(state: AccountState, viewContext: ViewContext): readonly Entry[] {
  const ground = [groundOf(state, viewContext)];
  const views = worstFirst(state, viewContext);
  if (views.length > 0)
    return views.map((view) => loanRow(view.loan, shownFrom(view, ground, viewContext.now), view, viewContext).latest(view, viewContext));
  return state.snapshot?.loansTrouble === undefined ? emptyNote(state, 'empty', msg('loan.none', 'No loans'), viewContext) : [];
}

function worstFirst(state: AccountState, { now, intervalMs }: ViewContext): readonly LoanView[] {
  const views = loanViews(state, now, intervalMs);
  return sorted(views, [], views);
}

const sorted = kept((views: readonly LoanView[]) => sortedByWorst(views, ranked));

const ranked = (view: LoanView): Ranked => ({ ...view, distance: nearest(view.distance, view.since?.figures.toMarginCall) });

/** As last read, and as estimated since. */
const ltvsOf = ({ loan, since }: LoanView): readonly (Decimal | undefined)[] => [loan.ltv, since?.figures.ltv];

/** As short as a narrow view needs it. What is reached or unknown is said in full. */
const shortDistance = (standing: LoanView['standing']): Message =>
  typeof standing === 'string' ? distanceText(standing) : msg('loan.call', 'call −{0}', formatDistance(standing.toMarginCall));

/**
 * A loan's line, most important first because a narrow view cuts off its end: LTV, level, unfinished change, overdue debt,
 * age of out-of-date figures, distance to margin call, live estimate, debts, due date. An estimate that raises the level comes before all these.
 */
function loanEntry(view: LoanView, viewContext: ViewContext): ReturnType<typeof lateEntry<LoanView, ViewContext>> {
  const { state, loan, current, level, by, standing } = view;
  const severalLoans = (state.snapshot?.loans.length ?? 0) > 1;
  const writes = openWrites(view, viewContext);
  const estimate = view.since === undefined ? [] : [nowText(view.since, formatLtv(view.since.figures.ltv))];
  const rescue = rescueMarks(state, { kind: 'loan', id: loan.id }, viewContext, ltvsOf(view));
  const due = soonestDueText(loan, viewContext.zoned);
  const overdue = isOverdue(loan);
  const face = {
    ...loanPlace(view, ''),
    label: dotted(ltvText(loan), view.since?.raises === true ? levelBy(level, undefined) : levelBy(level, by)),
    // Copied, because a list that is put together has room for sixteen more.
    description: [
      ...(view.since?.raises === true ? estimate : []),
      // Here too: a collapsed loan hides the line with more.
      ...unfinishedMark(writes),
      ...rescue.urgent,
      ...(overdue && due !== undefined ? [due] : []),
      ...(current ? [] : [msg('term.updated-age', 'updated {0}', readingAge(state, viewContext.now, loan.keptFrom))]),
      // The distance must not jump when an estimate comes and goes; only an alarm stands before it.
      shortDistance(standing),
      ...(view.since?.raises === true ? [] : estimate),
      ...rescue.other,
      debtsText(loan),
      ...(overdue || due === undefined ? [] : [due]),
      ...(severalLoans ? [`#${loanName(loan)}`] : []),
      ...(definitionsDiffer(view) ? [noEstimate('definitions', view).label] : []),
    ].slice(),
    icon: levelIcon(level),
    expansion: severalLoans ? ('closed' as const) : ('open' as const),
    context: canSell(state.account, loan)
      ? ('loan.repay.sell' as const)
      : canRepay(state.account, loan)
        ? ('loan.repay' as const)
        : ('loan' as const),
    ...(loan.ltv === undefined ? {} : { copy: loan.ltv }),
  };
  return lateEntry(face, late, view, viewContext, writes);
}

const loanRow = kept(loanEntry);

const late: Late<LoanView, ViewContext> = {
  spoken: (view, viewContext, writes) => joined([...spokenLoan(view, viewContext), ...unfinishedMark(writes)]),
  details: loanDetails,
  children: (view, viewContext, writes) => [
    ...writes,
    ...dueDates(view, viewContext),
    coinGroup(view, 'debts'),
    coinGroup(view, 'collateral'),
    thresholds(view, viewContext),
    lazyGroup(view, 'interest', msg('page.interest', 'Interest'), 'percentage'),
    lazyGroup(view, 'history', msg('loan.history', 'History'), 'history'),
  ],
};

/** The loan for a screen reader; its figures are called out of date when they are. */
function spokenLoan(view: LoanView, viewContext: ViewContext): readonly Text[] {
  const { state, loan, current, standing } = view;
  return [
    msg('term.loan', 'Loan {0}', loanName(loan)),
    accountText(state),
    `LTV ${ltvText(loan)}`,
    bothLevels(view),
    distanceText(standing),
    spaced(msg('term.debt', 'Debt'), debtsText(loan)),
    ...(current ? [] : spokenAge(state, viewContext, loan.keptFrom)),
    ...spokenSince(view),
    ...(isOverdue(loan) ? [msg('term.debt-overdue', 'debt overdue')] : []),
  ];
}

function loanDetails(view: LoanView, viewContext: ViewContext): Details {
  const { state, loan, standing, current } = view;
  const venue = venueName(state, viewContext);
  const unknown = msg('term.unknown', 'unknown');
  const threshold = (one: Threshold | undefined): Text =>
    one === undefined ? unknown : bracketed(formatLtv(one.ltv), sourceText(one, venue));
  const marked = (value: Text, mark: Text | undefined): Text => (mark === undefined ? value : bracketed(value, mark));
  return {
    title: named(state, msg('term.loan', 'Loan {0}', loanName(loan))),
    lines: [
      {
        label: msg('term.ltv', 'LTV'),
        value: loan.ltv === undefined ? unknown : bracketed(formatLtv(loan.ltv), joined([loan.ltv, fromVenue(venue)])),
      },
      ...loanLiveLines(view, viewContext.now).map(({ label, value, detail }) => ({ label, value: marked(value, detail) })),
      { label: msg('term.level', 'Level'), value: bothLevels(view) },
      ...warningLines(state.account, { kind: 'loan', id: loan.id }, viewContext),
      ...rescueLines(state, { kind: 'loan', id: loan.id }, viewContext, ltvsOf(view)),
      { label: msg('status.distance', 'Distance'), value: distanceText(standing) },
      { label: msg('term.margin-call', 'Margin call'), value: threshold(loan.marginCall) },
      { label: msg('term.liquidation', 'Liquidation'), value: threshold(loan.liquidation) },
      ...estimateLines(view).map(({ label, texts, mark }) => ({ label, value: marked(joined(texts), mark) })),
      ...(loan.due ?? []).map((one) => ({ label: msg('term.due', 'Due'), value: dueText(one, viewContext.zoned) })),
      ...loan.debts.map((one) => ({ label: msg('term.debt', 'Debt'), value: exactText(one) })),
      ...loan.collateral.map((one) => ({ label: msg('term.collateral', 'Collateral'), value: exactText(one) })),
      updatedLine(state, viewContext),
    ],
    ...(current ? {} : { note: msg('gauges.not-current', 'Out of date') }),
    links: tableLinks(loan),
  };
}

/** Where the figures of our tables were looked up, each place once. */
function tableLinks({ marginCall, liquidation }: Loan): NonNullable<Details['links']> {
  const from = [marginCall, liquidation].flatMap((threshold) => (threshold?.from === undefined ? [] : [threshold.from]));
  const places = new Map(from.map((one) => [JSON.stringify([one.url, one.date]), one]));
  return [...places.values()].map(({ url, date }) => ({ label: tableText(date), url }));
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
  const value = usd === undefined ? msg('term.value-unknown', 'value unknown') : hideable(formatUsd(usd, side));
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
    children: loan[which].map((one) => ({
      ...loanPlace(view, `/${which}/${one.coin}`),
      coin: one.coin,
      label: exactText(one),
      description: [formatCoinUsd(one, side)].filter((text) => text !== undefined).map(hideable),
      expansion: 'leaf',
      context: 'value',
      copy: one.amount,
    })),
  };
}

function thresholds(view: LoanView, viewContext: ViewContext): Entry {
  const { loan, state } = view;
  const venue = venueName(state, viewContext);
  const unknown = msg('term.unknown', 'unknown');
  const line = (path: 'marginCall' | 'liquidation', label: Message): Entry => {
    const threshold = loan[path];
    const distance = distanceTo(threshold?.ltv, loan.ltv);
    const reach =
      distance === undefined ? [] : [isPositive(distance) ? spaced(collateralValue(), changeText(distance, 'fall')) : distanceText(path)];
    return {
      ...loanPlace(view, `/thresholds/${path}`),
      label,
      description: threshold === undefined ? [unknown] : [formatLtv(threshold.ltv), ...reach, sourceText(threshold, venue)],
      expansion: 'leaf',
      context: threshold === undefined ? 'note' : 'value',
      ...(threshold === undefined ? {} : { copy: threshold.ltv }),
    };
  };
  const price = liquidationPriceOf(loan);
  const noPrice = loan.liquidationPrice === undefined ? msg('term.not-given', 'not given by {0}', venue) : msg('term.none', 'none');
  const priceText = price === undefined ? noPrice : `${formatAmount(price.price)} ${price.instrument}`;
  return {
    ...loanPlace(view, '/thresholds'),
    label: msg('loan.thresholds', 'Thresholds'),
    icon: { id: 'list-ordered' },
    expansion: 'open',
    context: 'group',
    children: [
      line('marginCall', msg('term.margin-call', 'Margin call')),
      line('liquidation', msg('term.liquidation', 'Liquidation')),
      {
        ...loanPlace(view, '/thresholds/price'),
        label: msg('term.liquidation-price', 'Liquidation price'),
        description: price === undefined ? [priceText] : [priceText, fromVenue(venue)],
        expansion: 'leaf',
        context: price === undefined ? 'note' : 'value',
        ...(price === undefined ? {} : { copy: price.price }),
      },
      ...estimateLines(view).map(({ path, label, texts, mark, copy }): Entry => ({
        ...loanPlace(view, `/thresholds/${path}`),
        label,
        description: mark === undefined ? texts : [...texts, mark],
        expansion: 'leaf',
        context: copy === undefined ? 'note' : 'value',
        ...(copy === undefined ? {} : { copy }),
      })),
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
    pages: {
      kind,
      accountId: state.account.id,
      loan: { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) },
      // Every booking at the venue changes an amount of the loan.
      version: JSON.stringify([...loan.debts, ...loan.collateral].map(({ coin, amount }) => [coin, amount])),
      // The outlook follows the figures, and goes when those are out of date.
      ...(kind === 'interest' ? { figures: view.current ? (state.snapshot?.asOf ?? 0).toString() : '' } : {}),
    },
  };
}

/** Where an entry below a loan belongs. `path` begins with a slash, or is empty for the loan itself. */
export function loanPlace({ state, loan }: LoanView, path: string): Pick<Entry, 'id' | 'accountId' | 'on'> {
  return { id: `${accountEntryId(state.account.id)}/loan/${loan.id}${path}`, ...loanAt(state.account.id, loan.id) };
}

/** An amount with all its digits. */
export const exactText = ({ coin, amount }: CoinAmount): Message => ownCoins(amount, coin);

/** When how much is due, and what the venue does then. */
export const dueText = (due: DueDebt, zoned: ViewContext['zoned']): Text => joined([dueAmountText(due), ...dueParts(due, zoned)]);

const dueParts = ({ at, overdue, then }: DueDebt, zoned: ViewContext['zoned']): readonly Text[] => [
  overdue ? msg('term.overdue-since', 'overdue since {0}', zoned(at)) : zoned(at),
  ...(then === undefined ? [] : [then]),
];

/** The debts of a loan with a due date. Overdue ones are danger in word, shape and colour. */
export function dueDates(view: LoanView, viewContext: ViewContext): readonly Entry[] {
  const { loan } = view;
  const [first] = loan.due ?? [];
  const soonest = soonestDueText(loan, viewContext.zoned);
  if (loan.due === undefined || first === undefined || soonest === undefined) return [];
  const overdue = isOverdue(loan);
  return [
    {
      ...loanPlace(view, '/due'),
      label: msg('term.due', 'Due'),
      description: overdue ? [levelWord('danger'), soonest] : [viewContext.zoned(first.at)],
      icon: overdue ? levelIcon('danger') : { id: 'calendar' },
      expansion: 'open',
      context: 'group',
      children: loan.due.map((due, index) => dueEntry(view, due, index, viewContext)),
    },
  ];
}

function dueEntry(view: LoanView, due: DueDebt, index: number, viewContext: ViewContext): Entry {
  return {
    // Two parts of a debt may have the same coin and date.
    ...loanPlace(view, `/due/${index.toString()}`),
    coin: due.coin,
    label: dueAmountText(due),
    description: [...(due.overdue ? [levelWord('danger')] : []), ...dueParts(due, viewContext.zoned)],
    ...(due.overdue ? { icon: levelIcon('danger') } : {}),
    expansion: 'leaf',
    ...(due.amount === undefined ? { context: 'note' } : { context: 'value', copy: due.amount }),
  };
}
