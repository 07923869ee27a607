import { targetKey, type Target } from '../../core/model.ts';
import type { HistoryAnswers, HistoryAsked } from '../storage/history-protocol.ts';
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
