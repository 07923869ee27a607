import type { Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { HistoryRow, InterestRow, MaximumLoan, Page, WalletCoin } from '../../core/model.ts';
import type { HistoryRequest, InterestRequest, LoanReads, LoanRef, RepayChange } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { refused } from '../kit/failure.ts';
import { ifAny, optional, orError } from '../kit/parts.ts';
import { endpoints } from './endpoints.ts';
import { contractBook, onlyContract } from './fixed.ts';
import { lowestLevel } from './key.ts';
import { Legacy } from './legacy.ts';
import type { Line, LoanBook, LoanFound, LoansRead, RepayBook, Setting } from './loan-generation.ts';
import { mergedPage } from './loan-history.ts';
import { poolId, toPrices, toWallet } from './loan-map.ts';
import { Pool, type Terms } from './pool.ts';
import * as schema from './schema.ts';
import { readRows, said } from './schema.ts';
import * as why from '../refusals.ts';
import { venue, fundingAccount } from './codes.ts';

/** The one loan that has no order id. */
export const wholePool: LoanRef = { loanId: poolId };

/** The loans of one account: its pool and, as long as there are any, its old orders; the funding account; and what coins are worth. */
export class Loans implements LoanReads {
  readonly booksInterest = false;
  readonly pool: Pool;
  /** As last reported with the key; until then the lowest, whose coins every level may borrow. */
  vipLevel = lowestLevel;
  readonly #http: Http;
  readonly #line: Line;
  readonly #legacy: LoanBook;

  /**
   * @param thresholds the person's own, fetched at every reading
   */
  constructor(http: Http, clock: Clock, thresholds: Setting['thresholds']) {
    this.#http = http;
    this.#line = lineOf(http);
    const now = (): number => clock.now();
    const setting: Setting = { now, venueNow: () => now() + (http.clockFacts().clockOffsetMs ?? 0), thresholds };
    this.pool = new Pool(this.#line, setting);
    this.#legacy = new Legacy(this.#line, setting);
  }

  /** @returns the error when there is nothing to show. @throws ExchangeError `aborted` only */
  all(signal: AbortSignal | undefined): Promise<LoansRead | ExchangeError> {
    return readLoans(this.pool, this.#legacy, signal);
  }

  /** Without a loan: the pool. */
  async history(ref: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>> {
    const { rows, ...rest } = await mergedPage(this.book(ref).history(ref ?? wholePool), page, signal);
    // Bybit has no filter for one type.
    const wanted = page.type === undefined ? rows : rows.filter(({ type }) => type === page.type);
    return { rows: wanted, ...rest };
  }

  async interest(ref: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>> {
    return await this.book(ref).interest(ref ?? wholePool, page, signal);
  }

  async borrowableCoins(signal?: AbortSignal): Promise<readonly string[]> {
    const { list } = schema.read(schema.loanableData, await this.#line.ask(endpoints.loanableData, { vipLevel: this.vipLevel }, signal));
    const open = readRows(schema.loanable, list).rows.filter((one) => one.flexibleBorrowable || one.fixedBorrowable);
    // If the level filter is ignored, each coin is listed once per level.
    return [...new Set(open.map(({ currency }) => currency))];
  }

  /** Old orders can't borrow more: unknown for them. */
  async maximumLoan(
    coin: string,
    ref: LoanRef | undefined,
    extra: readonly { readonly coin: string; readonly amount: Decimal }[],
    signal?: AbortSignal,
  ): Promise<MaximumLoan | undefined> {
    if (this.book(ref) !== this.pool) return undefined;
    const collateralList = extra.map((one) => ({ ccy: one.coin, amount: one.amount }));
    const body = JSON.stringify({ currency: coin, ...(extra.length === 0 ? {} : { collateralList }) });
    // A POST that only reads: it may be repeated.
    const data = await this.#http.call({ method: 'POST', path: endpoints.maxLoan, body, signed: true }, signal);
    const row = schema.read(schema.maxLoan, data);
    if (row.currency !== coin) return undefined;
    return { coin, amount: row.maxLoan, ...optional('usd', row.notionalUsd), ...optional('remainingQuota', row.remainingQuota) };
  }

  /**
   * Which generation a loan belongs to. The pool has no order id, an old order its own: anything else mixes up loans.
   * @throws ExchangeError `refused` when it is unclear which loan is meant.
   */
  book(ref: LoanRef | undefined): LoanBook {
    if (ref === undefined || (ref.loanId === poolId && ref.orderId === undefined)) return this.pool;
    if (ref.orderId !== undefined && ref.orderId !== '' && ref.orderId === ref.loanId && ref.loanId !== poolId) return this.#legacy;
    throw refused(why.unnamed);
  }

  /** The same for a repayment, which may be of one contract of the pool. */
  repayBook({ loan, contract }: Pick<RepayChange, 'loan' | 'contract'>): RepayBook {
    const book = this.book(loan);
    if (contract === undefined) return book;
    if (book !== this.pool || !/^[\w-]{1,64}$/.test(contract)) throw refused(why.unnamed);
    return contractBook(this.#line, this.pool, contract);
  }

  onlyContract(coin: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    return onlyContract(this.#line, coin, signal);
  }

  /** @throws ExchangeError `refused` when it is gone. */
  async find(ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanFound> {
    const loan = await this.book(ref).find(ref, signal);
    if (loan === undefined) throw refused(why.noSuchLoan(venue));
    return loan;
  }

  /** A coin without an amount is left out, unless it is `needed`. @throws ExchangeError */
  async wallet(signal: AbortSignal | undefined, needed?: string): Promise<readonly WalletCoin[]> {
    const { balance } = schema.read(schema.balances, await this.#line.get(endpoints.balances, { accountType: 'FUND' }, signal));
    const { rows, odd } = readRows(schema.balance, balance, 'result.balance');
    const own = rows.filter(({ coin }) => coin === needed);
    // A row without a coin name may be of any coin that has no row.
    const isVague =
      own.some(({ walletBalance, transferBalance }) => walletBalance === undefined && transferBalance === undefined) ||
      (own.length === 0 && odd.length > 0);
    if (needed !== undefined && isVague) {
      throw refused(why.unsaid(venue, why.heldIn(fundingAccount, needed)));
    }
    return toWallet(rows);
  }

  /** By coin. @throws ExchangeError */
  async prices(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    return readPrices(this.#line.ask, signal);
  }

  /** Prices are only for estimates and valuations: better none than no loans. */
  async pricesIfAny(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    return (await ifAny(this.prices(signal))) ?? new Map<string, Decimal>();
  }

  /** The wallet with what the pool accepts as collateral, as far as known. */
  async walletForPool(signal: AbortSignal | undefined): Promise<readonly WalletCoin[]> {
    const [wallet, terms] = await Promise.all([this.wallet(signal), this.pool.terms.known(signal)]);
    return terms === undefined ? wallet : wallet.map((one) => ({ ...one, ...pledgeability(terms, one.coin) }));
  }
}

/** Requests over HTTP, with the account's key or without. */
export const lineOf = (http: Http): Line => ({
  get: (path, query, signal) => http.call({ method: 'GET', path, query, signed: true }, signal),
  ask: (path, query, signal) => http.call({ method: 'GET', path, query, signed: false }, signal),
});

/**
 * The loans of both generations. What can't be read of one is reported beside the other.
 * @returns the error when there is nothing to show: the old orders, which few accounts still have, say nothing about the pool.
 */
async function readLoans(pool: LoanBook, old: LoanBook, signal: AbortSignal | undefined): Promise<LoansRead | ExchangeError> {
  const [main, more] = await Promise.all([orError(pool.loans(signal)), orError(old.loans(signal))]);
  if (main instanceof ExchangeError) {
    if (more instanceof ExchangeError || more.loans.length === 0) return main;
    const unread = msg('bybit.pool-unread', "The pooled loan can't be read. {0}", main.sentence);
    return { ...more, ...said(unread, more.trouble) };
  }
  if (more instanceof ExchangeError) {
    const unread = msg('bybit.old-loans-unread', "Loans from before November 2025, if any, can't be read. {0}", more.sentence);
    return { ...main, ...said(main.trouble, unread) };
  }
  const asOf = Math.min(main.asOf, more.asOf);
  const barred = main.barred === true && more.loans.length === 0 && more.trouble === undefined;
  return { loans: [...main.loans, ...more.loans], ...said(main.trouble, more.trouble), ...(barred ? { barred } : {}), asOf };
}

/** What everything on the spot market is worth, by coin; the same for all accounts. @throws ExchangeError */
export async function readPrices(ask: Line['ask'], signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
  return toPrices(schema.read(schema.tickers, await ask(endpoints.tickers, { category: 'spot' }, signal)));
}

/** If a row doesn't name its coins, we know what is accepted, but not what isn't. */
function pledgeability({ coins, unsure }: Terms, coin: string): Pick<WalletCoin, 'pledgeable'> {
  if (coins.has(coin)) return { pledgeable: true };
  return unsure === undefined ? { pledgeable: false } : {};
}
