import { targetKey, type Target } from '../../core/model.ts';
import type { HistoryAnswers, HistoryAsked, RowsOf } from '../storage/history-protocol.ts';
import type { SharedState } from '../storage/shared-state.ts';

// Queries of the stored history, for charts and tables. The database answers in its own thread. Times in milliseconds since the Unix epoch.
// Without a database the answers are empty. Each throws StateTrouble if it can't be read.

type Asks = Pick<SharedState, 'ask'>;
type Answer<Asked extends HistoryAsked['do']> = Promise<NonNullable<HistoryAnswers[Asked]>>;

/**
 * How a loan or position moved, in equal buckets of at least a minute. @param to exclusive @param figures named as in `Spans`; default: all
 */
export const historySeries = async (
  shared: Asks,
  account: string,
  on: Target,
  from: number,
  to: number,
  buckets: number,
  figures?: readonly string[],
): Answer<'historySeries'> =>
  (await shared.ask({
    do: 'historySeries',
    account,
    target: targetKey(on),
    from,
    to,
    buckets,
    ...(figures === undefined ? {} : { figures }),
  })) ?? { buckets: [], gaps: [], moved: [] };

/** What is recorded for an account, including loans and positions that are gone. */
export const historyTargets = async (shared: Asks, account: string): Answer<'historyTargets'> =>
  (await shared.ask({ do: 'historyTargets', account })) ?? [];

/**
 * The venue's history rows, newest first: of one loan (empty: rows without a loan) or all. @param asked with `before` set to the page's
 * last row for the next page
 */
export const venueRows = async (
  shared: Asks,
  account: string,
  asked: Omit<Extract<HistoryAsked, { do: 'venueRows' }>, 'do' | 'account'>,
): Answer<'venueRows'> => (await shared.ask({ do: 'venueRows', account, ...asked })) ?? [];

/** All rows of a loan, by type and coin. */
export const venueTotals = async (shared: Asks, of: RowsOf): Answer<'venueTotals'> =>
  (await shared.ask({ do: 'venueTotals', ...of })) ?? [];

/** One page of a loan's rows, in any order. */
export const venueSorted = async (shared: Asks, asked: Omit<Extract<HistoryAsked, { do: 'venueSorted' }>, 'do'>): Answer<'venueSorted'> =>
  (await shared.ask({ do: 'venueSorted', ...asked })) ?? [];

/** Interest booked on a loan's debt in one coin, by stretches of time. */
export const interestSums = async (
  shared: Asks,
  asked: Omit<Extract<HistoryAsked, { do: 'interestSums' }>, 'do'>,
): Answer<'interestSums'> => (await shared.ask({ do: 'interestSums', ...asked })) ?? [];
