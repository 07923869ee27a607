import { targetKey, type Target } from '../../core/model.ts';
import type { HistoryAnswers, HistoryAsked } from '../storage/history-protocol.ts';
import type { SharedState } from '../storage/shared-state.ts';

// What is kept of the past, for charts and tables. The database answers in its own thread. Times are milliseconds since the Unix epoch; where
// there is no database yet, nothing is kept. Each throws StateTrouble when it cannot be read.

type Asks = Pick<SharedState, 'ask'>;
type Answer<Asked extends HistoryAsked['do']> = Promise<NonNullable<HistoryAnswers[Asked]>>;

/** How a loan or position moved, in equal stretches of at least a minute. @param to not included @param figures by the names of `Spans`; default: all */
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

/** What was recorded of an account, also of loans and positions that are gone. */
export const historyTargets = async (shared: Asks, account: string): Answer<'historyTargets'> =>
  (await shared.ask({ do: 'historyTargets', account })) ?? [];

/** What the venue told of the past, newest first: the rows of one loan (empty: of none that the venue tells) or all. @param asked with `before` of the page's last row for the next page */
export const venueRows = async (
  shared: Asks,
  account: string,
  asked: Omit<Extract<HistoryAsked, { do: 'venueRows' }>, 'do' | 'account'>,
): Answer<'venueRows'> => (await shared.ask({ do: 'venueRows', account, ...asked })) ?? [];
