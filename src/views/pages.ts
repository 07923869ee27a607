import { formatRate } from '../core/format.ts';
import { msg } from '../core/message.ts';
import type { HistoryRow, InterestRow, Page } from '../core/model.ts';
import type { ExchangeError } from '../core/errors.ts';
import { sourceKey, type Entry, type PageSource, type ReadPage } from './entry.ts';
import type { Connections } from '../engine/monitor/connections.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import type { Store } from '../engine/monitor/store.ts';
import type { ViewContext } from '../words/account.ts';
import { ownCoins } from '../words/amount.ts';
import { rowText } from '../words/loan-history-row.ts';
import { dotted } from '../words/text.ts';
import { interestOutlook } from './interest-outlook.ts';

function place(source: PageSource, row: string): Pick<Entry, 'id' | 'accountId' | 'on'> {
  return {
    id: `${sourceKey(source)}/${row}`,
    accountId: source.accountId,
    ...(source.loan === undefined ? {} : { on: { kind: 'loan', id: source.loan.loanId } }),
  };
}

/** A row of the venue's loan history in words; its tooltip has the venue's own word too. */
function historyEntry(source: PageSource, row: HistoryRow, when: (ms: number) => string): Entry {
  const type = rowText({ kind: 'event', type: row.type });
  const amount = ownCoins(row.amount, row.coin);
  return {
    ...place(source, row.id),
    label: dotted(type, amount),
    description: [when(row.at), ...(row.forced ? [msg('page.forced', 'forced')] : [])],
    icon: row.forced ? { id: 'warning', color: 'list.warningForeground' } : { id: 'circle-small' },
    expansion: 'leaf',
    context: 'value',
    copy: row.amount,
    details: () => ({
      title: type,
      lines: [
        { label: msg('term.amount', 'Amount'), value: amount },
        { label: msg('page.when', 'When'), value: when(row.at) },
        { label: msg('activity.type', 'Type'), value: row.type },
        { label: msg('term.reference', 'Reference'), value: row.id },
      ],
    }),
  };
}

export function interestEntry(source: PageSource, row: InterestRow, when: (ms: number) => string): Entry {
  const amount = ownCoins(row.interest, row.coin);
  const rate = msg('page.year', '{0} per year', row.rate === undefined ? '–' : formatRate(row.rate));
  return {
    ...place(source, row.id),
    label: amount,
    description: [rate, when(row.at)],
    expansion: 'leaf',
    context: 'value',
    copy: row.interest,
    details: () => ({
      title: msg('page.interest', 'Interest'),
      lines: [
        { label: msg('term.amount', 'Amount'), value: amount },
        {
          label: msg('term.debt', 'Debt'),
          value: row.debt === undefined ? msg('term.unknown', 'unknown') : ownCoins(row.debt, row.coin),
        },
        { label: msg('page.rate', 'Rate'), value: rate },
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
  };
}

/** Above a page of which some rows couldn't be read. @param cursor of the page */
export function unreadEntry(source: PageSource, count: number, cursor: string): Entry {
  const label = msg('page.unread', "Rows that couldn't be read: {0}. Check the exchange.", count.toString());
  return {
    ...place(source, `-unread/${cursor}`),
    label,
    icon: { id: 'warning', color: 'list.warningForeground' },
    expansion: 'leaf',
    context: 'note',
  };
}

/** Shown in an opened entry without rows. */
export function emptyEntry(source: PageSource): Entry {
  return { ...place(source, '-empty'), label: msg('term.none', 'none'), expansion: 'leaf', context: 'note' };
}

export function failedEntry(source: PageSource, error: ExchangeError): Entry {
  return {
    ...place(source, '-failed'),
    label: error.sentence,
    icon: { id: 'warning', color: 'list.warningForeground' },
    expansion: 'leaf',
    context: 'note',
    details: () => ({
      title: error.sentence,
      lines: error.code === undefined ? [] : [{ label: msg('term.code', 'Code'), value: error.code }],
    }),
  };
}

/** The one entry whose click does something: it loads more. */
export function moreEntry(source: PageSource, again: boolean): Entry {
  const label = again ? msg('button.try-again', 'Try Again') : msg('page.load-more', 'Load more…');
  return {
    ...place(source, '-more'),
    label,
    icon: { id: again ? 'refresh' : 'ellipsis' },
    expansion: 'leaf',
    context: 'more',
    more: source,
  };
}

/** For a venue without loans. */
const nothing: Page<never> = { rows: [] };

/** Rows read at a time. */
const pageSize = 20;

/** What reading the rows needs. */
export interface PageReaderOptions {
  readonly connections: Pick<Connections, 'get'>;
  readonly states: Pick<Store, 'get'>;
  /** The present moment, for texts. */
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
        // Above the first page only: its rows have the present rates.
        ...(cursor === undefined ? { above: () => outlook(options, source, rows) } : {}),
        ...(older === undefined ? {} : { older }),
      };
    }
    case 'borrowable':
      return { entries: ((await connection.loans?.borrowableCoins()) ?? []).map((coin) => borrowableEntry(source, coin)) };
  }
}

/** Out-of-date figures, and those the newest reading lacks, have no outlook. */
function outlook({ states, viewContext }: PageReaderOptions, source: PageSource, rows: readonly InterestRow[]): readonly Entry[] {
  const state = states.get(source.accountId);
  const { now, intervalMs, ...times } = viewContext();
  const snapshot = state !== undefined && isCurrent(state, now, intervalMs) ? state.snapshot : undefined;
  const loan = snapshot?.loans.find(({ id, keptFrom }) => id === source.loan?.loanId && keptFrom === undefined);
  return snapshot === undefined || loan === undefined
    ? []
    : interestOutlook(source, { loan, rows, prices: snapshot.prices ?? {}, asOf: snapshot.asOf }, times);
}
