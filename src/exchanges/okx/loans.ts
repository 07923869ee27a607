import { isPositive, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { HistoryRow, InterestRow, MaximumLoan, Page, WalletCoin } from '../../core/model.ts';
import type { HistoryRequest, InterestRequest, LoanReads, LoanRef } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { refused } from '../kit/failure.ts';
import { ifAny, optional } from '../kit/parts.ts';
import { endpoints } from './endpoints.ts';
import {
  isWhole,
  loansTrouble,
  toHistoryRow,
  toInterestRow,
  toLoans,
  toPrices,
  toWallet,
  walletTrouble,
  type Hint,
  type LoanRead,
  type WalletRead,
} from './loan-map.ts';
import { ambiguous, mustBeNamed, orderOf, pageQuery, signedGet, toPage } from './requests.ts';
import * as schema from './schema.ts';
import { purposeOf } from '../purpose.ts';
import { noSuchLoan } from '../refusals.ts';
import { venue } from './codes.ts';

/** Loans as far as readable. */
export interface LoansRead {
  readonly loans: readonly LoanRead[];
  /** How many more, unreadable ones there are. */
  readonly odd: number;
  readonly trouble?: Message;
}

/** The loans of one account, the funding account, where their collateral comes from, and what coins are worth. */
export class Loans implements LoanReads {
  readonly booksInterest = true;
  readonly #http: Http;
  /** By loan, the one asked about longest ago first: the coins that OKX last named as collateral assets. Only a hint. */
  readonly #hints = new Map<string, ReadonlyMap<string, Hint>>();
  /** By loan: the coins it owed when it was last read. No loan takes the coin it owes (code 51750). */
  readonly #owed = new Map<string, ReadonlySet<string>>();

  constructor(http: Http) {
    this.#http = http;
  }

  async all(ref: LoanRef | undefined, signal: AbortSignal | undefined): Promise<LoansRead> {
    const { rows, odd } = schema.readRows(schema.loan, await signedGet(this.#http, endpoints.loanInfo, orderOf(ref), signal));
    // Two loans without ids may be identical.
    const told = [...schema.distinct(rows.filter(({ ordId }) => ordId !== '')), ...rows.filter(({ ordId }) => ordId === '')];
    // Two rows with one id can't be told apart: neither is used.
    const unique = told.filter(({ ordId }) => ordId === '' || told.filter((other) => other.ordId === ordId).length === 1);
    const all = toLoans(unique, odd.length + told.length - unique.length);
    const loans = all.filter(tellsWhatIsOwed);
    for (const { loan, owed } of loans) this.#owed.set(loan.id, new Set([...loan.debts.map(({ coin }) => coin), ...owed.coins]));
    const lost = odd.length + told.length - loans.length;
    const trouble = loansTrouble(loans, lost);
    return { loans, odd: lost, ...(trouble === undefined ? {} : { trouble }) };
  }

  /** The loan as it is now. @throws ExchangeError when it is gone or unreadable, or has no order id among several loans. */
  async find(ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanRead> {
    const { loans, odd, trouble } = await this.all(ref, signal);
    const count = loans.length + odd;
    if (ref.orderId === undefined && (count > 1 || (loans.length === 1 && loans[0]?.loan.id !== ref.loanId))) throw ambiguous();
    const found = loans.find(({ loan }) => loan.id === ref.loanId);
    if (found !== undefined) return found;
    if (trouble !== undefined) throw new ExchangeError({ kind: 'shape', effect: 'none', sentence: trouble });
    throw refused(noSuchLoan(venue));
  }

  /**
   * The funding wallet, and which of its coins OKX names as collateral assets of these loans (read too). `asset/balances` decides what is
   * available, whatever else is read or not.
   *
   * @param refs empty for an account without loans; undefined when loans are unknown: then no collateral assets are read
   */
  async wallet(
    refs: readonly LoanRef[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly coins: readonly WalletCoin[]; readonly trouble?: Message }> {
    const asked = refs?.length === 0 ? [undefined] : (refs ?? []);
    const skipped = this.#skipped(asked, signal);
    const [funds, ...hints] = await Promise.all([
      this.#funds(signal),
      ...asked.filter((ref) => !skipped.includes(ref?.loanId)).map((ref) => this.#askHints(ref, signal)),
    ]);
    // What was told just now counts.
    const all = [...skipped.map((id) => this.#named(id)), ...hints];
    const wallet = toWallet(funds, new Map(all.flatMap((some) => [...some])));
    const trouble = walletTrouble(wallet);
    return { coins: wallet.coins, ...(trouble === undefined ? {} : { trouble }) };
  }

  /** What of the funding wallet could be added to this loan: all but the coins it owes, those OKX named first. */
  async addable(ref: LoanRef, signal: AbortSignal | undefined): Promise<readonly WalletCoin[]> {
    const [funds, hints, owed] = await Promise.all([
      this.#funds(signal),
      this.#hints.get(ref.loanId) ?? this.#askHints(ref, signal),
      this.#owed.get(ref.loanId) ?? ifAny(this.all(ref, signal)).then(() => this.#owed.get(ref.loanId)),
    ]);
    const coins = toWallet(funds, hints).coins.filter(({ coin }) => owed?.has(coin) !== true);
    return [...coins.filter(({ pledgeable }) => pledgeable === true), ...coins.filter(({ pledgeable }) => pledgeable !== true)];
  }

  /** The funding wallet for a change of this loan. Reads only what the change needs. */
  async walletFor(ref: LoanRef, signal: AbortSignal | undefined): Promise<WalletRead> {
    return toWallet(await this.#funds(signal), this.#hints.get(ref.loanId) ?? new Map<string, Hint>());
  }

  async redeemable(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await signedGet(this.#http, endpoints.maxRedeem, { ccy: coin, ...orderOf(ref) }, signal);
    return schema.readRows(schema.maxRedeem, data).rows.find(({ ccy }) => ccy === coin)?.maxRedeemAmt;
  }

  async history(loan: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>> {
    const data = await signedGet(this.#http, endpoints.loanHistory, { type: page.type, ...pageQuery(loan, page) }, signal);
    const { rows, odd } = schema.readRows(schema.historyRow, data);
    return toPage({ rows: rows.map(toHistoryRow), odd }, data, page);
  }

  async interest(loan: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>> {
    const data = await signedGet(this.#http, endpoints.interestAccrued, { ccy: page.coin, ...pageQuery(loan, page) }, signal);
    const { rows, odd } = schema.readRows(schema.interestRow, data);
    return toPage({ rows: rows.map(toInterestRow), odd }, data, page);
  }

  async borrowableCoins(signal?: AbortSignal): Promise<readonly string[]> {
    const { rows } = schema.readRows(schema.borrowCurrency, await signedGet(this.#http, endpoints.borrowCurrencies, {}, signal));
    return [...new Set(rows.map(({ borrowCcy }) => borrowCcy))];
  }

  async maximumLoan(
    coin: string,
    loan: LoanRef | undefined,
    extra: readonly { readonly coin: string; readonly amount: Decimal }[],
    signal?: AbortSignal,
  ): Promise<MaximumLoan | undefined> {
    if (loan !== undefined) mustBeNamed(loan);
    const body = JSON.stringify({
      borrowCcy: coin,
      ...orderOf(loan),
      ...(extra.length === 0 ? {} : { supCollateral: extra.map((one) => ({ ccy: one.coin, amt: one.amount })) }),
    });
    // A POST that only reads: it may be repeated.
    const data = await this.#http.call({ method: 'POST', path: endpoints.maxLoan, body, signed: true }, signal);
    const row = schema.readRows(schema.maxLoan, data).rows.find(({ borrowCcy }) => borrowCcy === coin);
    return row?.maxLoan === undefined
      ? undefined
      : {
          coin,
          amount: row.maxLoan,
          ...optional('usd', row.notionalUsd),
          ...optional('remainingQuota', row.remainingQuota),
        };
  }

  /** USD index prices. Only for estimates and valuations: better none than no loans. */
  async pricesIfAny(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    return (await ifAny(this.prices(signal))) ?? new Map<string, Decimal>();
  }

  /** USD index prices of everything with an index at OKX. @throws ExchangeError */
  async prices(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    const query = { quoteCcy: 'USD' };
    const data = await this.#http.call({ method: 'GET', path: endpoints.indexTickers, query, signed: false }, signal);
    return toPrices(schema.readRows(schema.indexTicker, data).rows);
  }

  /** Each loan costs a request: a standing reading asks about one that it knows something of, the one asked about longest ago. */
  #skipped(asked: readonly (LoanRef | undefined)[], signal: AbortSignal | undefined): readonly (string | undefined)[] {
    return purposeOf(signal) === 'command' ? [] : [...this.#hints.keys()].filter((id) => asked.some((ref) => ref?.loanId === id)).slice(1);
  }

  /** What was named before stays a hint, without its value, which may be another by now. */
  #named(loanId: string | undefined): ReadonlyMap<string, Hint> {
    const before = loanId === undefined ? undefined : this.#hints.get(loanId);
    return new Map([...(before?.keys() ?? [])].map((coin) => [coin, { amt: undefined, notionalUsd: undefined }]));
  }

  async #funds(signal: AbortSignal | undefined): Promise<Parameters<typeof toWallet>[0]> {
    return schema.readRows(schema.balance, await signedGet(this.#http, endpoints.balances, {}, signal));
  }

  /** Only hints: better none than no wallet. @throws ExchangeError `aborted` only */
  async #askHints(ref: LoanRef | undefined, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Hint>> {
    const data = await ifAny(signedGet(this.#http, endpoints.collateralAssets, orderOf(ref), signal));
    // If unreadable, the coins named before stay hints.
    if (!Array.isArray(data)) return this.#named(ref?.loanId);
    const lists = schema.rowsOf(schema.collateralAssets, data).rows.map(({ assets }) => schema.rowsOf(schema.collateralAsset, assets).rows);
    const hints = new Map(lists.flat().map(({ ccy, ...hint }) => [ccy, hint] as const));
    if (ref !== undefined) {
      this.#hints.delete(ref.loanId);
      this.#hints.set(ref.loanId, hints);
    }
    return hints;
  }
}

/** A loan without readable debt and LTV would look debt-free, and so would one whose readable figures are all zero. */
function tellsWhatIsOwed({ loan: { debts, debtUsd, ltv }, owed }: LoanRead): boolean {
  const figures = [...debts.map(({ amount }) => amount), debtUsd, ltv];
  return isWhole(owed) || figures.some((figure) => figure !== undefined && isPositive(figure));
}
