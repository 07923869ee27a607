import { ExchangeError, type ErrorKind } from '../../src/core/errors.ts';
import { msg } from '../../src/core/message.ts';
import type { Page, HistoryRow } from '../../src/core/model.ts';
import type { VenueKind } from '../../src/engine/storage/history-protocol.ts';
import type { Connection, ConnectionOptions, Exchange, LoanReads, LoanRef, PageRequest } from '../../src/exchanges/exchange.ts';
import { untilOf } from '../../src/exchanges/purpose.ts';
import type { FaultKind, Market } from './market.ts';
import type { Past } from './past.ts';
import type { Random } from './random.ts';
import type { OwnClock, WorldTime } from './time.ts';

/** One request for an account's figures. Times are milliseconds since the world began. */
export interface Request {
  readonly account: string;
  readonly window: string;
  readonly began: number;
  /** When the venue looked. Absent while it has not, and when nothing came of it. */
  served?: number;
  /** Absent while it is under way. */
  ended?: number;
  end?: 'read' | 'partial' | 'failed' | 'given up';
}

export interface VenueOptions {
  readonly market: Market;
  readonly time: WorldTime;
  readonly random: Random;
  readonly clock: OwnClock;
  readonly window: string;
  readonly began: (request: Request) => void;
  readonly ended: (request: Request, asOf: number) => void;
}

const failing: Readonly<Partial<Record<FaultKind, readonly [ErrorKind, string | undefined]>>> = {
  outage: ['network', undefined],
  flaky: ['network', undefined],
  busy: ['unavailable', '50013'],
  limit: ['rate', '50011'],
  time: ['clock', '50102'],
};

const error = (kind: ErrorKind, code?: string, retryAfterMs?: number): ExchangeError =>
  new ExchangeError({
    ...{ kind, sentence: msg('test', 'It failed.'), effect: 'none' },
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

const unused = (): never => {
  throw new Error('not to be used here');
};

/** The venue as one window reaches it. The key of an account is its id. */
export function venueFor(options: VenueOptions): Exchange {
  const word = msg('test', 'wallet');
  return {
    id: 'okx',
    name: 'OKX',
    sites: [],
    keyFields: [],
    ...{ collateralWallet: word, marginWallet: word, oneWaySlot: 'net', keyHelpUrl: '' },
    connect: async (asked) => connectionTo(options, asked),
  };
}

function connectionTo(options: VenueOptions, { keys }: ConnectionOptions): Connection {
  const { market, time, clock } = options;
  const gone = new AbortController();
  return {
    async read(signal) {
      const asOf = clock.now();
      const { apiKey: account = '' } = await keys();
      const request: Request = { account, window: options.window, began: time.passed };
      options.began(request);
      const end = (how: NonNullable<Request['end']>): void => {
        request.end = how;
        request.ended = time.passed;
        options.ended(request, asOf);
      };
      try {
        const served = await answered(options, signal, gone.signal);
        request.served = served;
        const snapshot = market.snapshot(account, served, asOf);
        end(snapshot.loansTrouble === undefined ? 'read' : 'partial');
        return snapshot;
      } catch (failure) {
        end(ExchangeError.is(failure, 'aborted') ? 'given up' : 'failed');
        throw failure;
      }
    },
    async indexPrices(coins, signal) {
      return market.prices(coins, await answered(options, signal, gone.signal));
    },
    ...(market.past === undefined ? {} : { loans: pastTo(options, market.past, keys, gone.signal) }),
    inspect: unused,
    actions: {},
    dispose: () => {
      gone.abort();
    },
  };
}

/** What is told of the past. Partial faults do not reach it. */
function pastTo(options: VenueOptions, past: Past, keys: ConnectionOptions['keys'], gone: AbortSignal): LoanReads {
  const page = async (
    kind: VenueKind,
    loan: LoanRef | undefined,
    { cursor }: PageRequest,
    signal?: AbortSignal,
  ): Promise<Page<HistoryRow>> => {
    const { apiKey: account = '' } = await keys();
    await answered(options, signal, gone);
    return past.page(account, kind, loan?.loanId, cursor, options.time.passed, options.time.now);
  };
  return {
    booksInterest: true,
    history: (loan, asked, signal) => page('event', loan, asked, signal),
    interest: async (loan, asked, signal) => {
      const { rows, ...rest } = await page('interest', loan, asked, signal);
      return { ...rest, rows: rows.map(({ id, at, coin, amount: interest }) => ({ id, at, coin, interest })) };
    },
    borrowableCoins: unused,
    maximumLoan: unused,
  };
}

/** Resolves when the answer is here. @returns when the venue looked */
function answered({ market, time, clock, random }: VenueOptions, asked: AbortSignal | undefined, gone: AbortSignal): Promise<number> {
  const signal = asked === undefined ? gone : AbortSignal.any([asked, gone]);
  const fault = market.faultAt(time.passed);
  const slow = fault === 'slow' ? 20 : fault === 'outage' ? 40 : 1;
  const whole = random.between(30, 300) * slow;
  const latency = Math.min(whole, Math.max(untilOf(asked) - clock.uptime(), 1_000));
  const [sleptBefore, served] = [clock.slept, Math.round(time.passed + whole / 2)];
  const isLost = fault === 'flaky' && random.chance(0.5);
  const retryAfter = fault === 'limit' && random.chance(0.5) ? random.whole(1_000, 5_000) : undefined;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      takeBack();
      reject(error('aborted'));
    };
    if (signal.aborted) {
      reject(error('aborted'));
      return;
    }
    const takeBack = time.after(
      latency,
      () => {
        signal.removeEventListener('abort', stop);
        const found = fault === 'flaky' && !isLost ? undefined : fault && failing[fault];
        // No connection outlives the machine's sleep.
        if (clock.slept !== sleptBefore || latency < whole) reject(error('network'));
        else if (found === undefined) resolve(served);
        else reject(error(found[0], found[1], retryAfter));
      },
      clock,
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}
