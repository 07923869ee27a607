import type { Connections } from '../engine/monitor/connections.ts';
import type { Store } from '../engine/monitor/store.ts';
import type { PageReader } from './lazy-pages.ts';
import { isVouchedFor, type Scene } from '../words/account.ts';
import type { interestOutlook } from './interest-outlook.ts';
import type { Entry, PageSource } from './entry.ts';
import type { InterestRow, Page } from '../core/model.ts';
import { loadViews } from './views-part.ts';

/** What a venue without loans has to tell of them. */
const nothing: Page<never> = { rows: [] };

/** Rows asked for at a time: what one reads without scrolling far. */
const pageSize = 20;

/** Makes an outlook of figures, as `interestOutlook` does. */
type Outlook = typeof interestOutlook;

/** What the rows are read and written with. */
export interface PageReaderOptions {
  readonly connections: Pick<Connections, 'get'>;
  readonly states: Pick<Store, 'get'>;
  /** What the views go by at this moment. */
  readonly scene: () => Pick<Scene, 'now' | 'intervalMs' | 'when' | 'zoned'>;
}

/** Reads the rows below an opened entry from the account's venue. */
export function pageReader({ connections, states, scene }: PageReaderOptions): PageReader {
  const outlook = (make: Outlook, source: PageSource, rows: readonly InterestRow[]): readonly Entry[] => {
    const state = states.get(source.accountId);
    const { now, intervalMs, ...times } = scene();
    // Nothing is foreseen from figures that are old, or that a reading since could not confirm.
    const snapshot = state !== undefined && isVouchedFor(state, now, intervalMs) ? state.snapshot : undefined;
    const loan = snapshot?.loans.find(({ id, keptFrom }) => id === source.loan?.loanId && keptFrom === undefined);
    return snapshot === undefined || loan === undefined
      ? []
      : make(source, { loan, rows, prices: snapshot.prices ?? {}, asOf: snapshot.asOf }, times);
  };
  return async (source, cursor) => {
    const { borrowableEntry, historyEntry, interestEntry, interestOutlook, unreadEntry } = await loadViews();
    const connection = await connections.get(source.accountId);
    const page = cursor === undefined ? { limit: pageSize } : { cursor, limit: pageSize };
    const { when } = scene();
    const note = (unread: number | undefined): readonly Entry[] =>
      unread === undefined ? [] : [unreadEntry(source, unread, cursor ?? '')];
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
          ...(cursor === undefined ? { above: () => outlook(interestOutlook, source, rows) } : {}),
          ...(older === undefined ? {} : { older }),
        };
      }
      case 'borrowable':
        return { entries: ((await connection.loans?.borrowableCoins()) ?? []).map((coin) => borrowableEntry(source, coin)) };
    }
  };
}
