import { uptimeOf, type Clock } from '../../core/clock.ts';
import { compare } from '../../core/decimal.ts';
import type { Disposable } from '../../core/emitter.ts';
import { ExchangeError } from '../../core/errors.ts';
import { english } from '../../core/message.ts';
import type { CoinAmount, HistoryRow, InterestRow, Loan, Page, Snapshot } from '../../core/model.ts';
import type { LoanReads, LoanRef } from '../../exchanges/exchange.ts';
import { setPurpose } from '../../exchanges/purpose.ts';
import type { Connections } from '../monitor/connections.ts';
import type { Reader } from '../monitor/reader.ts';
import type { AccountState, Store } from '../monitor/store.ts';
import type { Log } from '../ports.ts';
import type { KeptPage, VenueKind, VenuePage, VenueRow, VenueStream } from '../storage/history-protocol.ts';
import type { SharedState } from '../storage/shared-state.ts';

export interface VenueHistoryOptions {
  readonly store: Pick<Store, 'get' | 'onDidChange'>;
  readonly shared: Pick<SharedState, 'ask'>;
  readonly connections: Pick<Connections, 'get'>;
  readonly reader: Pick<Reader, 'isReader' | 'pass'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** One list of the venue: of the whole account, or of one loan. */
interface List {
  readonly kind: VenueKind;
  readonly loan?: LoanRef;
}

/** State of one account while this window reads. Times by a clock that can't be set. Milliseconds. */
interface Line {
  readonly end: AbortController;
  asOf?: number;
  loans?: readonly Loan[];
  isBusy?: boolean;
  /** Loans that changed, and for how many more readings the venue may still book the cause. */
  readonly changed: Map<string, number>;
  /** When a page of each list was last stored. */
  readonly askedAt: Map<string, number>;
  failures: number;
  notBefore: number;
  fault?: string;
}

const minuteMs = 60_000;
/** How often lists are read if nothing is expected. Milliseconds. */
const oftenMs = 5 * minuteMs;
const hourlyMs = 60 * minuteMs;
const seldomMs = 6 * hourlyMs;
/** Readings after a change of a loan in which its history is read each time. */
const expectedReadings = 3;
/** Most pages per reading after a loan changed; otherwise one. */
const mostPages = 5;

const keyOf = ({ kind, loan }: List): string => `${kind} ${loan?.loanId ?? ''}`;

/**
 * Stores the venue's history, which the venue drops after a month. Reads one page at a time after a complete reading, in the reading
 * window. The progress is in the database, so that another window can continue. Has no timer of its own.
 */
export class VenueHistory implements Disposable {
  readonly #options: VenueHistoryOptions;
  readonly #lines = new Map<string, Line>();
  readonly #watch: Disposable;

  constructor(options: VenueHistoryOptions) {
    this.#options = options;
    this.#watch = options.store.onDidChange(({ accountId, what }) => {
      if (what !== 'live') this.#after(accountId);
    });
  }

  dispose(): void {
    this.#watch.dispose();
    for (const { end } of this.#lines.values()) end.abort();
    this.#lines.clear();
  }

  /** Called when a reading of the account may have ended. */
  #after(accountId: string): void {
    const { store, reader, clock, log } = this.#options;
    const state = store.get(accountId);
    if (state === undefined || !reader.isReader) {
      this.#lines.get(accountId)?.end.abort();
      this.#lines.delete(accountId);
      return;
    }
    const { snapshot, failure } = state;
    const line = this.#lines.get(accountId) ?? newLine();
    this.#lines.set(accountId, line);
    if (snapshot === undefined || failure !== undefined || snapshot.loansTrouble !== undefined || line.asOf === snapshot.asOf) return;
    line.asOf = snapshot.asOf;
    const changed = changedLoans(line.loans ?? snapshot.loans, snapshot.loans);
    for (const id of changed) line.changed.set(id, expectedReadings);
    line.loans = snapshot.loans;
    const isExpected = changed.length > 0 || (line.changed.size > 0 && line.failures === 0);
    if (line.isBusy === true || (!isExpected && uptimeOf(clock) < line.notBefore)) return;
    line.isBusy = true;
    this.#read(state, snapshot, line)
      .catch((error: unknown) => {
        if (line.end.signal.aborted) return;
        line.failures += 1;
        line.notBefore = uptimeOf(clock) + Math.min(oftenMs * 2 ** Math.min(line.failures - 1, 8), hourlyMs);
        const fault = ExchangeError.is(error) ? english(error.sentence) : String(error);
        if (fault !== line.fault) log.info(`history of ${accountId}: ${fault}`);
        line.fault = fault;
      })
      .finally(() => {
        countDown(line);
        line.isBusy = false;
      });
  }

  async #read(state: AccountState, snapshot: Snapshot, line: Line): Promise<void> {
    const { connections, shared } = this.#options;
    const { id: account } = state.account;
    const { loans } = await connections.get(account);
    if (loans === undefined) return;
    const isExpected = line.changed.size > 0;
    const read = new Set<string>();
    for (let page = 0; page < (isExpected ? mostPages : 1); page += 1) {
      const streams = await shared.ask({ do: 'venueStreams', account });
      const lists = listsOf(snapshot, line, loans.booksInterest).filter((one) => !read.has(keyOf(one)));
      const list = streams && this.#next(lists, streams, snapshot, line);
      if (streams === undefined || list === undefined || (isExpected && page > 0 && list.kind !== 'event')) break;
      const kept = await this.#page(state, list, streamOf(streams, list)?.cursor, loans, line);
      if (kept === undefined) break;
      line.askedAt.set(keyOf(list), uptimeOf(this.#options.clock));
      if (kept.isDone) read.add(keyOf(list));
      // A row's loan is known only from that loan's own list.
      if (kept.added > 0 && list.loan === undefined) forget(line, list.kind);
    }
    line.failures = 0;
    delete line.fault;
  }

  /** The list that is due longest; lists of changed loans first. */
  #next(lists: readonly List[], streams: readonly VenueStream[], { loans }: Snapshot, { changed, askedAt }: Line): List | undefined {
    const now = uptimeOf(this.#options.clock);
    const isExpected = ({ kind, loan }: List): boolean =>
      kind === 'event' && (loan === undefined ? changed.size > 0 : changed.has(loan.loanId));
    const dueAt = (list: List): number => {
      const stream = streamOf(streams, list);
      const last = askedAt.get(keyOf(list)) ?? -Infinity;
      if (isExpected(list)) return -Infinity;
      if (stream?.until === undefined || stream.cursor !== undefined) return last;
      return last + (list.loan !== undefined ? seldomMs : list.kind === 'event' && loans.length > 0 ? oftenMs : hourlyMs);
    };
    const soonest = Math.min(...lists.map(dueAt));
    return soonest > now ? undefined : lists.find((list) => dueAt(list) === soonest);
  }

  async #page(
    { account: { id: account, uid } }: AccountState,
    list: List,
    cursor: string | undefined,
    loans: LoanReads,
    line: Line,
  ): Promise<KeptPage> {
    const { shared, reader, clock, log } = this.#options;
    const { kind, loan } = list;
    const [page, isAnew] = await this.#ask(list, cursor, loans, line);
    if (page.unread !== undefined) log.warn(`history of ${account}: ${page.unread.toString()} rows were not understood`);
    const pass = await reader.pass();
    if (pass === undefined || line.end.signal.aborted) return undefined;
    const isOwed = kind === 'interest' && !loans.booksInterest;
    const kept: VenuePage = {
      ...{ account, uid, kind, loan: loan?.loanId ?? '' },
      ...(cursor === undefined || isAnew ? {} : { cursor }),
      ...(page.older === undefined || isOwed ? {} : { older: page.older }),
      // Interest accrued so far isn't a row: it changes each time.
      rows: isOwed ? [] : page.rows.map(venueRow),
      rates: loan === undefined && cursor === undefined ? ratesOf(page.rows) : [],
    };
    return shared.ask({ do: 'keepVenuePage', page: kept, now: clock.now(), pass });
  }

  /** If the venue no longer knows the cursor, nothing is lost: the list is read from its newest row again. */
  async #ask(
    { kind, loan }: List,
    cursor: string | undefined,
    loans: LoanReads,
    { end: { signal } }: Line,
  ): Promise<readonly [page: Page<HistoryRow | InterestRow>, isAnew: boolean]> {
    const ask = (from: string | undefined): Promise<Page<HistoryRow | InterestRow>> =>
      kind === 'event'
        ? loans.history(loan, from === undefined ? {} : { cursor: from }, signal)
        : loans.interest(loan, from === undefined ? {} : { cursor: from }, signal);
    try {
      return [await ask(cursor), false];
    } catch (error) {
      if (cursor === undefined || !(ExchangeError.is(error, 'refused') || ExchangeError.is(error, 'shape'))) throw error;
      return [await ask(undefined), true];
    }
  }
}

function newLine(): Line {
  const end = new AbortController();
  setPurpose(end.signal, 'standing');
  return { end, changed: new Map(), askedAt: new Map(), failures: 0, notBefore: 0 };
}

const streamOf = (streams: readonly VenueStream[], { kind, loan }: List): VenueStream | undefined =>
  streams.find((stream) => stream.kind === kind && stream.loan === (loan?.loanId ?? ''));

function forget({ askedAt }: Line, kind: VenueKind): void {
  for (const key of askedAt.keys()) if (key.startsWith(`${kind} `) && key !== `${kind} `) askedAt.delete(key);
}

function countDown({ changed }: Line): void {
  for (const [id, left] of changed) {
    if (left > 1) changed.set(id, left - 1);
    else changed.delete(id);
  }
}

/** Changed loans first, so that their events name them; then the lists of the whole account. */
function listsOf({ loans, vanished = [] }: Snapshot, { changed }: Line, booksInterest: boolean): readonly List[] {
  const refs = [...loans, ...vanished.filter(({ kind }) => kind === 'loan')].flatMap(({ id, orderId }): LoanRef[] =>
    orderId === undefined || orderId === '' ? [] : [{ loanId: id, orderId }],
  );
  const isChanged = ({ loanId }: LoanRef): boolean => changed.has(loanId);
  const of = (kind: VenueKind, some: readonly LoanRef[]): List[] => some.map((loan) => ({ kind, loan }));
  return [
    ...of('event', refs.filter(isChanged)),
    { kind: 'event' },
    ...of(
      'event',
      refs.filter((ref) => !isChanged(ref)),
    ),
    { kind: 'interest' },
    ...(booksInterest ? of('interest', refs) : []),
  ];
}

/** Loans that may have new history rows. Growing debts are interest and don't count. */
function changedLoans(before: readonly Loan[], now: readonly Loan[]): readonly string[] {
  const ids = new Set([...before, ...now].map(({ id }) => id));
  return [...ids].filter((id) => {
    const [held, read] = [before, now].map((loans) => loans.find((loan) => loan.id === id));
    if (held === undefined || read === undefined) return true;
    return (
      differ(held.collateral, read.collateral, (from, to) => compare(from, to) !== 0) ||
      differ(held.debts, read.debts, (from, to) => compare(from, to) > 0)
    );
  });
}

function differ(
  before: readonly CoinAmount[],
  now: readonly CoinAmount[],
  isOther: (from: CoinAmount['amount'], to: CoinAmount['amount']) => boolean,
): boolean {
  if (before.length !== now.length) return true;
  return before.some(({ coin, amount }) => {
    const read = now.find((one) => one.coin === coin);
    return read === undefined || isOther(amount, read.amount);
  });
}

const venueRow = (row: HistoryRow | InterestRow): VenueRow =>
  'type' in row
    ? { id: row.id, at: row.at, type: row.type, forced: row.forced, coin: row.coin, amount: row.amount }
    : {
        ...{ id: row.id, at: row.at, type: '', forced: false, coin: row.coin, amount: row.interest },
        ...(row.debt === undefined ? {} : { debt: row.debt }),
        ...(row.rate === undefined ? {} : { rate: row.rate }),
      };

/** The newest rate of each coin. */
function ratesOf(rows: readonly (HistoryRow | InterestRow)[]): VenuePage['rates'] {
  const rates = rows.flatMap((row) => ('rate' in row ? [{ coin: row.coin, rate: row.rate, at: row.at }] : []));
  return rates.filter(({ coin }, index) => rates.findIndex((one) => one.coin === coin) === index);
}
