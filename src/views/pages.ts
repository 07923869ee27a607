import { formatAmount, formatRate } from '../core/format.ts';
import { msg } from '../core/message.ts';
import type { HistoryRow, InterestRow, Page } from '../core/model.ts';
import type { ExchangeError } from '../core/errors.ts';
import { sourceKey, type Entry, type PageSource, type ReadPage } from './entry.ts';
import type { Connections } from '../engine/monitor/connections.ts';
import type { Store } from '../engine/monitor/store.ts';
import { isCurrent, type ViewContext } from '../words/account.ts';
import { interestOutlook } from './interest-outlook.ts';

function place(source: PageSource, row: string): Pick<Entry, 'id' | 'accountId' | 'on'> {
  return {
    id: `${sourceKey(source)}/${row}`,
    accountId: source.accountId,
    ...(source.loan === undefined ? {} : { on: { kind: 'loan', id: source.loan.loanId } }),
  };
}

/** A row of the venue's loan history. The venue's own word is kept, with spaces for underscores. */
export function historyEntry(source: PageSource, row: HistoryRow, when: (ms: number) => string): Entry {
  const type = row.type.replaceAll('_', ' ');
  const amount = `${formatAmount(row.amount)} ${row.coin}`;
  return {
    ...place(source, row.id),
    label: `${type} · ${amount}`,
    description: [when(row.at), ...(row.forced ? [msg('page.forced', 'forced')] : [])],
    icon: row.forced ? { id: 'warning', color: 'list.warningForeground' } : { id: 'circle-small' },
    expansion: 'leaf',
    context: 'value',
    spoken: row.forced
      ? msg('page.forced-exchange', '{0}, {1}, {2}, forced by the exchange.', type, amount, when(row.at))
      : msg('list.three', '{0}, {1}, {2}.', type, amount, when(row.at)),
    copy: row.amount,
    details: () => ({
      title: type,
      lines: [
        { label: msg('term.amount', 'Amount'), value: amount },
        { label: msg('page.when', 'When'), value: when(row.at) },
        { label: msg('term.reference', 'Reference'), value: row.id },
      ],
    }),
  };
}

export function interestEntry(source: PageSource, row: InterestRow, when: (ms: number) => string): Entry {
  const amount = `${formatAmount(row.interest)} ${row.coin}`;
  const rate = row.rate === undefined ? msg('term.unknown', 'unknown') : formatRate(row.rate);
  return {
    ...place(source, row.id),
    label: amount,
    description: [msg('page.year', '{0} a year', rate), when(row.at)],
    expansion: 'leaf',
    context: 'value',
    spoken: msg('page.interest-year', 'Interest {0} at {1} a year, {2}.', amount, rate, when(row.at)),
    copy: row.interest,
    details: () => ({
      title: msg('term.accrued-interest', 'Accrued interest'),
      lines: [
        { label: msg('page.interest', 'Interest'), value: amount },
        {
          label: msg('page.debt', 'On a debt of'),
          value: row.debt === undefined ? msg('term.unknown', 'unknown') : `${formatAmount(row.debt)} ${row.coin}`,
        },
        { label: msg('page.rate-year', 'Rate a year'), value: rate },
        { label: msg('page.when', 'When'), value: when(row.at) },
        { label: msg('term.reference', 'Reference'), value: row.id },
      ],
    }),
  };
}

export function borrowableEntry(source: PageSource, coin: string): Entry {
  return {
    ...place(source, coin),
    coin,
    label: coin,
    expansion: 'leaf',
    context: 'borrowable',
    spoken: msg('page.borrowed-context-menu', '{0} can be borrowed. The context menu tells how much.', coin),
  };
}

/** What stands above the rows of a page of which some were not understood. @param cursor what the page was asked with */
export function unreadEntry(source: PageSource, count: number, cursor: string): Entry {
  const label = msg(
    'page.not-understood-not',
    'Not understood, and so not shown here: {0}. Look in the app of the exchange.',
    count.toString(),
  );
  return {
    ...place(source, `-unread/${cursor}`),
    label,
    icon: { id: 'warning', color: 'list.warningForeground' },
    expansion: 'leaf',
    context: 'note',
    spoken: label,
  };
}

/** What stands in an opened entry that has no rows. */
export function emptyEntry(source: PageSource): Entry {
  const label = msg('page.nothing-here-yet', 'Nothing here yet');
  return { ...place(source, '-empty'), label, expansion: 'leaf', context: 'note', spoken: label };
}

export function failedEntry(source: PageSource, error: ExchangeError): Entry {
  return {
    ...place(source, '-failed'),
    label: error.sentence,
    icon: { id: 'warning', color: 'list.warningForeground' },
    expansion: 'leaf',
    context: 'note',
    spoken: error.sentence,
    details: () => ({
      title: error.sentence,
      lines: error.code === undefined ? [] : [{ label: msg('term.code', 'Code'), value: error.code }],
    }),
  };
}

/** The one entry whose click does something: it reads on. */
export function moreEntry(source: PageSource, again: boolean): Entry {
  const label = again ? msg('page.try-again', 'Try again') : msg('page.load-more', 'Load more…');
  return {
    ...place(source, '-more'),
    label,
    icon: { id: again ? 'refresh' : 'ellipsis' },
    expansion: 'leaf',
    context: 'more',
    spoken: label,
    more: source,
  };
}

/** What a venue without loans has to tell of them. */
const nothing: Page<never> = { rows: [] };

/** Rows asked for at a time: what one reads without scrolling far. */
const pageSize = 20;

/** What the rows are read and written with. */
export interface PageReaderOptions {
  readonly connections: Pick<Connections, 'get'>;
  readonly states: Pick<Store, 'get'>;
  /** What the views go by at this moment. */
  readonly viewContext: () => Pick<ViewContext, 'now' | 'intervalMs' | 'when' | 'zoned'>;
}

/** Reads rows below an opened entry from the account's venue. @param cursor of the page before, absent for the first */
export async function readPage(options: PageReaderOptions, source: PageSource, cursor: string | undefined): Promise<ReadPage> {
  const connection = await options.connections.get(source.accountId);
  const page = cursor === undefined ? { limit: pageSize } : { cursor, limit: pageSize };
  const { when } = options.viewContext();
  const note = (unread: number | undefined): readonly Entry[] => (unread === undefined ? [] : [unreadEntry(source, unread, cursor ?? '')]);
  switch (source.kind) {
    case 'history': {
      const { rows, older, unread } = (await connection.loans?.history(source.loan, page)) ?? nothing;
      return {
        entries: [...note(unread), ...rows.map((row) => historyEntry(source, row, when))],
        ...(older === undefined ? {} : { older }),
      };
    }
    case 'interest': {
      const { rows, older, unread } = (await connection.loans?.interest(source.loan, page)) ?? nothing;
      return {
        entries: [...note(unread), ...rows.map((row) => interestEntry(source, row, when))],
        // Above the first rows only: they tell the rates of now.
        ...(cursor === undefined ? { above: () => outlook(options, source, rows) } : {}),
        ...(older === undefined ? {} : { older }),
      };
    }
    case 'borrowable':
      return { entries: ((await connection.loans?.borrowableCoins()) ?? []).map((coin) => borrowableEntry(source, coin)) };
  }
}

/** Nothing is foreseen from figures that are old, or that a reading since could not confirm. */
function outlook({ states, viewContext }: PageReaderOptions, source: PageSource, rows: readonly InterestRow[]): readonly Entry[] {
  const state = states.get(source.accountId);
  const { now, intervalMs, ...times } = viewContext();
  const snapshot = state !== undefined && isCurrent(state, now, intervalMs) ? state.snapshot : undefined;
  const loan = snapshot?.loans.find(({ id, keptFrom }) => id === source.loan?.loanId && keptFrom === undefined);
  return snapshot === undefined || loan === undefined
    ? []
    : interestOutlook(source, { loan, rows, prices: snapshot.prices ?? {}, asOf: snapshot.asOf }, times);
}
