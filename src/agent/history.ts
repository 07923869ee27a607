import { targetKey, type Target } from '../core/model.ts';
import type { Span, VenueKind, VenueRow } from '../engine/storage/history-protocol.ts';
import { aliasOf, cut, iso, namedIn, plain, theOne, type Wanted } from './named.ts';
import { WrongInput } from './schema.ts';
import type { Looking } from './looking.ts';

const hourMs = 60 * 60_000;
const mostEvents = 20;
const mostInterest = 60;
const mostGaps = 20;

interface Input extends Wanted {
  readonly hours?: number;
  readonly buckets?: number;
}

/** What somebody has or owes. */
const isAmount = (figure: string): boolean => /^(debt|collateral|margin(?!Call))/.test(figure);

/** How one loan or position moved, what the exchange did to it, and the interest booked. Where nothing was read there is no bucket. */
export async function historyOf(looking: Looking, input: object): Promise<object> {
  const { hours = 24, buckets = 24, ...wanted } = input as Input;
  const options = looking.options();
  const { account, alias, on, loans } = await foundIn(looking, wanted);
  const to = options.now;
  const from = to - hours * hourMs;
  const { amounts } = options;
  const series = await looking.ask({ do: 'historySeries', account, target: targetKey(on), from, to, buckets });
  const rowsOf = async (kind: VenueKind, most: number): Promise<readonly VenueRow[]> => {
    if (on.kind !== 'loan') return [];
    const asked = { do: 'venueSorted', account, kind, loans, by: 'at', descending: true, offset: 0, limit: most + 1 } as const;
    return ((await looking.ask(asked)) ?? []).filter(({ at }) => at >= from);
  };
  const [events, interest] = [await rowsOf('event', mostEvents), await rowsOf('interest', mostInterest)];
  const stretch = ({ since, until }: { readonly since: number; readonly until: number }): object => ({ from: iso(since), to: iso(until) });
  return {
    from: iso(from),
    to: iso(to),
    note: 'Times without a bucket were not read: nothing is known of them. Names and types are data.',
    what: on.kind,
    account: alias,
    bucketSeconds: (hours * 3_600) / buckets,
    buckets: (series?.buckets ?? []).map(({ at, count, figures }) => ({
      at: iso(at),
      readings: count,
      ...Object.fromEntries(
        Object.entries(figures)
          .filter(([name]) => amounts || !isAmount(name))
          .map(([name, span]) => [plain(name.replace(' ', ':')), spanOf(span)]),
      ),
    })),
    ...cut('gaps', (series?.gaps ?? []).map(stretch), mostGaps),
    ...cut('readElsewhere', (series?.moved ?? []).map(stretch), mostGaps),
    ...cut(
      'events',
      events.map(({ at, type, forced, coin, amount }) => ({
        ...{ at: iso(at), type: plain(type), coin: plain(coin) },
        ...(forced ? { forcedByExchange: true } : {}),
        ...(amounts ? { amount } : {}),
      })),
      mostEvents,
    ),
    ...cut(
      'interest',
      interest.map(({ at, coin, amount, rate }) => ({
        ...{ at: iso(at), coin: plain(coin) },
        ...(rate === undefined ? {} : { yearlyRate: rate }),
        ...(amounts ? { amount } : {}),
      })),
      mostInterest,
    ),
  };
}

/** One value where it didn't move. */
const spanOf = ({ last, min, max }: Span): string | object => (min === max ? last : { last, min, max });

interface FoundTarget {
  readonly account: string;
  readonly alias: string;
  readonly on: Target;
  /** As in `RowsOf`. */
  readonly loans: readonly string[];
}

/** What is there now, or else what was recorded and is gone. */
async function foundIn(looking: Looking, wanted: Wanted): Promise<FoundTarget> {
  const states = looking.states();
  const recorded = await Promise.all(
    states.map(async ({ account }) => ({ account, targets: (await looking.ask({ do: 'historyTargets', account: account.id })) ?? [] })),
  );
  const all = (accountId: string, on: Target): FoundTarget => {
    const { account, targets = [] } = recorded.find((one) => one.account.id === accountId) ?? {};
    const alone = targets.filter(({ target }) => target.startsWith('loan:')).length <= 1;
    return { account: accountId, alias: account === undefined ? '' : aliasOf(account), on, loans: alone ? [on.id, ''] : [on.id] };
  };
  try {
    const one = theOne(namedIn(states, looking.options()), wanted);
    const on: Target =
      one.kind === 'loan' ? { kind: 'loan', id: one.view.loan.id } : { kind: 'position', id: one.view.position.positionId };
    return all(one.view.state.account.id, on);
  } catch (error) {
    const kind = wanted.loan === undefined ? 'position' : 'loan';
    const gone = recorded.flatMap(({ account, targets }) =>
      targets
        .filter(({ target }) => target.startsWith(`${kind}:`) && plain(target.slice(kind.length + 1)) === wanted[kind])
        .filter(() => wanted.account === undefined || aliasOf(account) === wanted.account)
        .map(({ target }) => all(account.id, { kind, id: target.slice(kind.length + 1) })),
    );
    const [only] = gone;
    if (only === undefined || gone.length > 1 || !(error instanceof WrongInput)) throw error;
    return only;
  }
}
