import type { DatabaseSync } from 'node:sqlite';
import { decimal } from '../../src/core/decimal.ts';
import { ExchangeError } from '../../src/core/errors.ts';
import { msg } from '../../src/core/message.ts';
import type { HistoryRow, Page } from '../../src/core/model.ts';
import type { VenueKind } from '../../src/engine/storage/history-protocol.ts';
import type { Account } from '../../src/core/model.ts';
import type { LoanFacts } from './market.ts';
import type { Random } from './random.ts';

// What the venue tells of the past: what happened to the loans and the interest of each hour. It drops rows after a while, and some are
// booked late. Times are milliseconds since the world began, as long as nobody asks.

const hour = 60 * 60_000;
const day = 24 * hour;
/** So long the venue tells of a row. */
const keptMs = 4 * day;
/** So late a row may be booked. */
const lateMs = hour / 2;
/** What is booked later than this before the last answer may not be kept yet: interest is asked for hourly, and not while it fails. */
const tardyMs = 3 * hour;
const pageRows = 20;

interface Row {
  readonly id: string;
  readonly kind: VenueKind;
  readonly loan: string;
  readonly at: number;
  readonly bookedAt: number;
  readonly type: string;
  readonly coin: string;
}

export class Past {
  /** By account, newest first. */
  readonly #rows: ReadonlyMap<string, readonly Row[]>;
  /** When the first list of an account was asked for, and when each was last told. */
  readonly #firstAt = new Map<string, number>();
  readonly #lastAt = new Map<string, number>();
  /** The wall clock when the world began. */
  #epoch = 0;

  constructor(accounts: readonly { readonly account: Account; readonly loans: readonly LoanFacts[] }[], lastsMs: number, random: Random) {
    this.#rows = new Map(
      accounts.map(({ account: { id }, loans }) => [id, loans.flatMap((loan) => rowsOf(loan, lastsMs, random)).sort(newer)]),
    );
  }

  /** @param now by the wall clock */
  page(
    account: string,
    kind: VenueKind,
    loan: string | undefined,
    cursor: string | undefined,
    passed: number,
    now: number,
  ): Page<HistoryRow> {
    this.#epoch = now - passed;
    this.#firstAt.set(account, this.#firstAt.get(account) ?? passed);
    if (loan === undefined) this.#lastAt.set(`${account} ${kind}`, passed);
    const told = (this.#rows.get(account) ?? []).filter(
      (row) => row.kind === kind && row.bookedAt <= passed && row.at > passed - keptMs && (loan === undefined || row.loan === loan),
    );
    const from = cursor === undefined ? 0 : told.findIndex(({ id }) => id === cursor) + 1;
    if (cursor !== undefined && from === 0)
      throw new ExchangeError({ kind: 'refused', sentence: msg('test', 'No such row.'), effect: 'none' });
    const rows = told.slice(from, from + pageRows);
    const last = rows.at(-1);
    return {
      rows: rows.map(({ id, at, type, coin }) => ({ id, at: at + this.#epoch, type, forced: false, coin, amount: decimal('1') })),
      ...(last === undefined || rows.length < pageRows ? {} : { older: last.id }),
    };
  }

  /** @returns what is kept and should not be, or is missing */
  faultsIn(db: DatabaseSync): readonly string[] {
    const faults: string[] = [];
    for (const [account, rows] of this.#rows) {
      const kept = db.prepare('SELECT kind, at, id, type, coin, loan FROM venue_rows WHERE account = ?').all(account);
      const seen = new Set<string>();
      for (const { kind, at, id, type, coin, loan } of kept) {
        const row = rows.find((one) => one.id === id);
        const isSo =
          row?.kind === kind &&
          row?.at === Number(at) - this.#epoch &&
          row.type === type &&
          row.coin === coin &&
          (loan ?? row.loan) === row.loan;
        if (!isSo || seen.has(String(id)))
          faults.push(`history: the row ${String(id)} of ${account} is kept ${isSo ? 'twice' : 'otherwise than told'}`);
        seen.add(String(id));
      }
      for (const kind of ['event', 'interest'] as const) {
        const until = (this.#lastAt.get(`${account} ${kind}`) ?? 0) - tardyMs;
        const from = (this.#firstAt.get(account) ?? Infinity) - keptMs + tardyMs;
        const due = rows.filter((row) => row.kind === kind && row.at > from && row.bookedAt < until);
        const lost = due.filter(({ id }) => !seen.has(id));
        if (due.length < 50) faults.push(`history: only ${String(due.length)} rows of ${kind} of ${account} could be kept`);
        if (lost.length > 0)
          faults.push(`history: ${String(lost.length)} rows of ${kind} of ${account} are missing, first ${lost.at(-1)!.id}`);
      }
    }
    return faults;
  }
}

const newer = (a: Row, b: Row): number => b.at - a.at || (a.id < b.id ? 1 : -1);

/** Interest every hour, and about every other hour a change. */
function rowsOf({ id: loan, coin }: LoanFacts, lastsMs: number, random: Random): readonly Row[] {
  const hours = Array.from({ length: Math.ceil((keptMs + lastsMs) / hour) }, (_, index) => index * hour - keptMs);
  const late = (at: number): number => at + (random.chance(0.1) ? random.whole(1, lateMs) : 0);
  return hours.flatMap((from, index): readonly Row[] => {
    const interest: Row = {
      id: `${loan}-i${String(index)}`,
      kind: 'interest',
      loan,
      at: from,
      bookedAt: late(from),
      type: '',
      coin: 'USDT',
    };
    if (random.chance(0.5)) return [interest];
    // Some fall into the same moment.
    const at = from + random.pick([0, random.whole(0, hour)]);
    const type = random.pick(['borrowed', 'repaid', 'collateral_locked', 'collateral_released']);
    return [interest, { id: `${loan}-e${String(index)}`, kind: 'event', loan, at, bookedAt: late(at), type, coin }];
  });
}
