import type { App } from './app.ts';
import type { PageReader } from './lazy-pages.ts';

/** Rows asked for at a time: what one reads without scrolling far. */
const pageSize = 20;

/** Reads the rows below an opened entry from the account's venue. */
export function pageReader(connections: App['connections'], states: Pick<App['store'], 'get'>, when: (ms: number) => string): PageReader {
  return async (source, cursor) => {
    const { borrowableEntry, historyEntry, interestEntry, interestOutlook } = await import('./presentation/outlines.ts');
    const connection = await connections.get(source.accountId);
    const page = cursor === undefined ? { limit: pageSize } : { cursor, limit: pageSize };
    switch (source.kind) {
      case 'history': {
        const { rows, older } = await connection.history(source.loan, page);
        return { entries: rows.map((row) => historyEntry(source, row, when)), ...(older === undefined ? {} : { older }) };
      }
      case 'interest': {
        const { rows, older } = await connection.interest(source.loan, page);
        const entries = rows.map((row) => interestEntry(source, row, when));
        const state = states.get(source.accountId);
        // Nothing is foreseen from figures that a reading since could not confirm.
        const snapshot = state?.failure === undefined ? state?.snapshot : undefined;
        const loan = snapshot?.loans.find(({ id, keptFrom }) => id === source.loan?.loanId && keptFrom === undefined);
        // Above the first rows only: they tell the rates of now.
        const outlook =
          cursor !== undefined || snapshot === undefined || loan === undefined
            ? []
            : interestOutlook(source, { loan, rows, prices: snapshot.prices ?? {}, asOf: snapshot.asOf }, when);
        return { entries: [...outlook, ...entries], ...(older === undefined ? {} : { older }) };
      }
      case 'borrowable':
        return { entries: (await connection.borrowableCoins()).map((coin) => borrowableEntry(source, coin)) };
    }
  };
}
