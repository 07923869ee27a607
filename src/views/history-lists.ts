import { add, compare, type Decimal } from '../core/decimal.ts';
import { tsvRows } from '../core/csv.ts';
import { formatAmount, formatRate } from '../core/format.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import { targetKey, type Target } from '../core/model.ts';
import type { HistoryList, HistoryOrder, HistoryPage, HistoryTable } from '../core/protocol.ts';
import { venueSorted, venueTotals } from '../engine/history/queries.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';
import type { RowsOf, VenueKind, VenueRow } from '../engine/storage/history-protocol.ts';
import { madeAt, stateWord, utcIso } from '../words/activity.ts';
import { coinsOf } from '../words/amount.ts';
import { changeLabel } from '../words/kinds.ts';
import { movesCollateral, rowText } from '../words/loan-history-row.ts';
import { labelled, type Text } from '../words/text.ts';
import type { Say } from './gauge-frame.ts';

/** Rows of a page. */
const pageRows = 25;
/** Most rows that are copied. */
const mostCopied = 10_000;

/** Whose rows, and how they are read and written. */
export interface ListSource {
  readonly shared: Parameters<typeof venueSorted>[0];
  readonly accountId: string;
  readonly on: Target;
  /** As in `RowsOf`. */
  readonly loans: readonly string[];
  /** Newest first. */
  readonly activity: (accountId: string) => Promise<readonly WriteRecord[]>;
  readonly say: Say;
  readonly time: (ms: number) => string;
  /** Lets others have their turn. */
  readonly rest: () => Promise<void>;
}

export const listLabels: Readonly<Record<HistoryList, Message>> = {
  event: msg('history.events', 'Loan history'),
  collateral: msg('history.collateral', 'Collateral changes'),
  interest: msg('page.interest', 'Interest'),
  activity: msg('history.own-changes', 'Your changes'),
};

/** Rows as shown, or as data to copy: with exact figures, times in UTC and the exchange's own words. */
type Style = 'shown' | 'copied';

interface Found {
  /** How many rows the filter leaves. */
  readonly count: number;
  readonly totals: readonly Text[];
  readonly cells: (offset: number, limit: number, style: Style) => Promise<readonly (readonly string[])[]>;
}

interface Column {
  readonly by?: HistoryOrder;
  readonly label: Message;
}

const columnsOf = (list: HistoryList): readonly Column[] => [
  { by: 'at', label: msg('page.when', 'When') },
  { by: 'type', label: list === 'activity' ? msg('history.change', 'Change') : msg('activity.type', 'Type') },
  { by: 'coin', label: msg('history.coin', 'Coin') },
  { by: 'amount', label: msg('term.amount', 'Amount') },
  ...(list === 'interest' ? [{ label: msg('term.debt', 'Debt') }, { label: msg('page.rate', 'Rate') }] : []),
  { label: list === 'activity' ? msg('term.status', 'Status') : msg('term.reference', 'Reference') },
];

/** One page of a list. A page that is no longer there is the last one. */
export async function listPage(source: ListSource, of: HistoryPage): Promise<HistoryTable> {
  const { count, totals, cells } = await found(source, of);
  const last = Math.max(Math.ceil(count / pageRows) - 1, 0);
  const page = Math.min(of.page, last);
  const rows = await cells(page * pageRows, pageRows, 'shown');
  const first = page * pageRows;
  return {
    of: { ...of, page },
    columns: columnsOf(of.list).map(({ label, ...more }) => ({ ...more, label: source.say(label) })),
    rows,
    place: count === 0 ? '' : `${(first + 1).toString()}–${(first + rows.length).toString()} / ${count.toString()}`,
    isLast: page === last,
    totals: totals.map(source.say),
    ...(count === 0 ? { notice: source.say(msg('term.none', 'none')) } : {}),
  };
}

/** All rows of a list for a spreadsheet, with its columns, and how many. */
export async function listAsText(source: ListSource, of: HistoryPage): Promise<{ readonly text: string; readonly rows: number }> {
  const { cells } = await found(source, of);
  const rows: (readonly string[])[] = [];
  let page: readonly (readonly string[])[];
  do {
    page = await cells(rows.length, 10 * pageRows, 'copied');
    rows.push(...page);
    await source.rest();
  } while (page.length > 0 && rows.length < mostCopied);
  return { text: tsvRows([columnsOf(of.list).map(({ label }) => source.say(label)), ...rows]), rows: rows.length };
}

const found = (source: ListSource, of: HistoryPage): Promise<Found> =>
  of.list === 'activity' ? foundChanges(source, of) : foundRows(source, of, of.list === 'interest' ? 'interest' : 'event');

const matches = (filter: string, text: string): boolean =>
  filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));

/** The exchange's rows. Their types and coins are few, so the filter goes by these, in the words that are shown. */
async function foundRows({ shared, accountId, loans, say, time }: ListSource, of: HistoryPage, kind: VenueKind): Promise<Found> {
  const rowsOf: RowsOf = { account: accountId, kind, loans };
  const word = ({ type }: Pick<VenueRow, 'type'>): string => say(rowText({ kind, type }));
  const only = (await venueTotals(shared, rowsOf)).filter(
    (total) =>
      (of.list !== 'collateral' || movesCollateral(total.type)) && matches(of.filter, `${word(total)} ${total.type} ${total.coin}`),
  );
  const cellsOf = (row: VenueRow, style: Style): readonly string[] => {
    const amount = (value: Decimal | undefined): string => (value === undefined ? '' : amountText(value, style, say));
    const rate = row.rate === undefined ? '' : style === 'shown' ? formatRate(row.rate) : row.rate;
    return [
      style === 'shown' ? time(row.at) : utcIso(row.at),
      ...[style === 'shown' || row.type === '' ? word(row) : row.type, row.coin, amount(row.amount)],
      ...(kind === 'interest' ? [amount(row.debt), rate] : []),
      row.id,
    ];
  };
  return {
    count: only.reduce((sum, { rows }) => sum + rows, 0),
    totals: only.map((total) => labelled(word(total), coinsOf(total))),
    cells: async (offset, limit, style) => {
      const rows = await venueSorted(shared, { ...rowsOf, only, by: of.by, descending: of.descending, offset, limit });
      return rows.map((row) => cellsOf(row, style));
    },
  };
}

const amountText = (amount: Decimal, style: Style, say: Say): string => say(hideable(style === 'shown' ? formatAmount(amount) : amount));

/** The changes made from here that concern this loan or position. */
async function foundChanges({ accountId, on, activity, say, time }: ListSource, of: HistoryPage): Promise<Found> {
  const own = (await activity(accountId)).filter(({ change }) => targetKey(changeTarget(change)) === targetKey(on));
  const lines = own
    .map((record) => ({ record, label: say(changeLabel(record.change)), state: say(stateWord(record)) }))
    .filter(({ record: { change }, label, state }) => matches(of.filter, `${label} ${state} ${change.coin}`));
  const [sign, { by }] = [of.descending ? -1 : 1, of];
  const compared = (a: WriteRecord, b: WriteRecord): number => {
    if (by === 'amount') return compare(a.change.amount, b.change.amount);
    if (by === 'at') return madeAt(a) - madeAt(b);
    const [x, y] = [a, b].map(({ change }) => (by === 'coin' ? change.coin : `${change.kind} ${change.direction}`));
    return (x ?? '').localeCompare(y ?? '');
  };
  lines.sort((a, b) => sign * compared(a.record, b.record));
  return {
    count: lines.length,
    totals: totalsOf(lines.map(({ record }) => record)),
    cells: (offset, limit, style) =>
      Promise.resolve(
        lines.slice(offset, offset + limit).map(({ record, label, state }) => {
          const { coin, amount } = record.change;
          const [at, isShown] = [madeAt(record), style === 'shown'];
          return [isShown ? time(at) : utcIso(at), label, coin, amountText(amount, style, say), state];
        }),
      ),
  };
}

/** What was executed, as one change for each kind, direction and coin. */
function totalsOf(records: readonly WriteRecord[]): readonly Text[] {
  const sums = new Map<string, WriteRecord['change']>();
  for (const { state, change } of records) {
    if (state !== 'effective') continue;
    const key = `${change.kind} ${change.direction} ${change.coin}`;
    const before = sums.get(key);
    sums.set(key, before === undefined ? change : { ...change, amount: add(before.amount, change.amount) });
  }
  return [...sums.values()].map(changeLabel);
}
