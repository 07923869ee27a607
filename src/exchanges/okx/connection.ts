import type { Clock } from '../../core/clock.ts';
import { lesser, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Direction, HistoryRow, InterestRow, Loan, MaximumLoan, Page, Snapshot } from '../../core/model.ts';
import type {
  AdjustableCoin,
  CollateralBaseline,
  CollateralChange,
  Connection,
  Change,
  MarginProof,
  MarginReadiness,
  Receipt,
  HistoryRequest,
  InterestRequest,
  KeyFacts,
  LoanRef,
  CollateralProof,
  CollateralReadiness,
} from '../exchange.ts';
import type { Call, Http } from '../http.ts';
import { endpoints } from './endpoints.ts';
import { toHistoryRow, toInterestRow, toKeyFacts, toLoans, toPrices, toWallet, withUsd } from './map.ts';
import { judge } from './prove.ts';
import { readinessOf } from './readiness.ts';
import { ambiguous, changeCall, missing, mustBeClear, mustBeNamed, orderOf, pageQuery, pageSize, toPage } from './requests.ts';
import * as schema from './schema.ts';

/** One account on OKX. Every request about a loan carries its order id whenever one is known: without it OKX acts on the oldest order. */
export class OkxConnection implements Connection {
  readonly #http: Http;
  readonly #clock: Clock;

  constructor(http: Http, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  async inspect(signal?: AbortSignal): Promise<KeyFacts> {
    const [config] = schema.read(schema.accountConfig, await this.#get(endpoints.accountConfig, {}, signal));
    if (config === undefined) throw missing(msg('OKX said nothing about this key. Try again later.'));
    return { ...toKeyFacts(config), ...this.#http.clockFacts() };
  }

  async read(signal?: AbortSignal): Promise<Snapshot> {
    const [{ loans, wallet }, prices] = await Promise.all([this.#loansAndWallet(signal), this.#pricesIfAny(signal)]);
    const valued = loans.value.map((loan) => ({
      ...loan,
      debts: withUsd(loan.debts, prices),
      collateral: withUsd(loan.collateral, prices),
    }));
    // As old as the oldest of its parts.
    const asOf = Math.min(loans.at, wallet.at);
    return 'trouble' in wallet
      ? { loans: valued, wallet: [], walletTrouble: wallet.trouble.sentence, positions: [], asOf }
      : { loans: valued, wallet: withUsd(wallet.value, prices), positions: [], asOf };
  }

  async history(loan: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>> {
    const data = await this.#get(endpoints.loanHistory, { type: page.type, ...pageQuery(loan, page) }, signal);
    return toPage(schema.read(schema.loanHistory, data).map(toHistoryRow), page);
  }

  async interest(loan: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>> {
    const data = await this.#get(endpoints.interestAccrued, { ccy: page.coin, ...pageQuery(loan, page) }, signal);
    return toPage(schema.read(schema.interestAccrued, data).map(toInterestRow), page);
  }

  async borrowableCoins(signal?: AbortSignal): Promise<readonly string[]> {
    const rows = schema.read(schema.borrowCurrencies, await this.#get(endpoints.borrowCurrencies, {}, signal));
    return rows.map(({ borrowCcy }) => borrowCcy);
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
    const row = schema.read(schema.maxLoan, data).find(({ borrowCcy }) => borrowCcy === coin);
    return row === undefined
      ? undefined
      : {
          coin,
          amount: row.maxLoan,
          ...(row.notionalUsd === undefined ? {} : { usd: row.notionalUsd }),
          ...(row.remainingQuota === undefined ? {} : { remainingQuota: row.remainingQuota }),
        };
  }

  async adjustableCoins(ref: LoanRef, direction: Direction, signal?: AbortSignal): Promise<readonly AdjustableCoin[]> {
    mustBeNamed(ref);
    if (direction === 'add') {
      const wallet = await this.#wallet([ref], signal);
      return wallet
        .filter(({ pledgeable }) => pledgeable === true)
        .map(({ coin, amount, usd }) => ({ coin, limit: amount, ...(usd === undefined ? {} : { usd }) }));
    }
    const loan = await this.#loan(ref, signal);
    return Promise.all(
      loan.collateral.map(async ({ coin }) => {
        const limit = await this.#redeemable(ref, coin, signal).catch((error: unknown) => {
          // One coin that cannot be judged takes down only itself.
          if (ExchangeError.is(error, 'refused') || ExchangeError.is(error, 'shape')) return undefined;
          throw error;
        });
        return { coin, ...(limit === undefined ? {} : { limit }) };
      }),
    );
  }

  async prepareCollateral(ref: LoanRef, direction: Direction, coin: string, signal?: AbortSignal): Promise<CollateralReadiness> {
    const stamped = async <T>(promise: Promise<T>): Promise<{ value: T; at: number }> => ({ value: await promise, at: this.#clock.now() });
    const newest = stamped(this.history(ref, { limit: 1 }, signal));
    const [loan, wallet, redeemable, history, prices] = await Promise.all([
      // After the newest row is known: what happens in between shows as a row, and is not taken for the change itself.
      newest.then(() => stamped(this.#loan(ref, signal))),
      stamped(this.#wallet([ref], signal, coin)),
      direction === 'reduce' ? stamped(this.#redeemable(ref, coin, signal)) : undefined,
      newest,
      this.#pricesIfAny(signal),
    ]);
    return readinessOf(direction, coin, {
      loan: loan.value,
      wallet: wallet.value,
      redeemable: redeemable?.value,
      newestHistoryId: history.value.rows[0]?.id,
      prices,
      asOf: Math.min(loan.at, wallet.at, history.at, redeemable?.at ?? loan.at),
    });
  }

  describe(change: Change): { readonly method: string; readonly path: string; readonly body: string } {
    if (change.kind === 'margin') throw missing(msg('Margin cannot be changed here yet.'));
    const { method, path, body } = changeCall(change);
    return { method, path, body };
  }

  async send(change: Change, signal?: AbortSignal): Promise<Receipt> {
    if (change.kind === 'margin') throw missing(msg('Margin cannot be changed here yet.'));
    mustBeClear(change);
    await this.#http.call(changeCall(change), signal);
    return {};
  }

  async proveCollateral(
    change: CollateralChange,
    baseline: CollateralBaseline,
    _receipt: Receipt,
    signal?: AbortSignal,
  ): Promise<CollateralProof> {
    const before = baseline.newestHistoryId;
    const query = { ...orderOf(change.loan), ...(before === undefined ? {} : { before }), limit: pageSize.toString() };
    // The rows first: a loan read before its rows could miss what they tell.
    const rows = schema.read(schema.loanHistory, await this.#get(endpoints.loanHistory, query, signal)).map(toHistoryRow);
    if (rows.length === 0) return { state: 'pending' };
    const loans = await this.#loans(change.loan, signal);
    return judge(
      change,
      baseline,
      rows,
      loans.find(({ id }) => id === change.loan.loanId),
    );
  }

  prepareMargin(): Promise<MarginReadiness> {
    return Promise.reject(missing(msg('Margin cannot be changed here yet.')));
  }

  proveMargin(): Promise<MarginProof> {
    return Promise.resolve({ state: 'pending' });
  }

  dispose(): void {
    this.#http.dispose();
  }

  #get(path: string, query: NonNullable<Call['query']>, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#http.call({ method: 'GET', path, query, signed: true }, signal);
  }

  async #loans(ref: LoanRef | undefined, signal: AbortSignal | undefined): Promise<readonly Loan[]> {
    return toLoans(schema.read(schema.loanInfo, await this.#get(endpoints.loanInfo, orderOf(ref), signal)));
  }

  /** The loan as it is now. @throws ExchangeError when it is gone, or when it has no order id among several loans. */
  async #loan(ref: LoanRef, signal: AbortSignal | undefined): Promise<Loan> {
    const loans = await this.#loans(ref, signal);
    if (ref.orderId === undefined && (loans.length > 1 || (loans.length === 1 && loans[0]?.id !== ref.loanId))) throw ambiguous();
    const loan = loans.find(({ id }) => id === ref.loanId);
    if (loan === undefined) throw missing(msg('OKX has no such loan. It may have been repaid or liquidated. Refresh.'));
    return loan;
  }

  /** A wallet that cannot be read does not take the loans down with it. */
  async #loansAndWallet(signal: AbortSignal | undefined) {
    const loans = { value: await this.#loans(undefined, signal), at: this.#clock.now() };
    const wallet = await this.#wallet(
      loans.value.map(({ id, orderId }) => ({ loanId: id, ...(orderId === undefined ? {} : { orderId }) })),
      signal,
    ).then(
      (value) => ({ value, at: this.#clock.now() }),
      (error: unknown) => ({ trouble: ownError(error), at: this.#clock.now() }),
    );
    return { loans, wallet };
  }

  /**
   * The funding wallet, with what any of these loans would take as collateral. What is taken differs by loan (no loan takes the coin it owes),
   * and without an order OKX answers for the oldest one. A coin whose amount is not told is left out, unless it is `needed`.
   */
  async #wallet(refs: readonly LoanRef[], signal: AbortSignal | undefined, needed?: string): Promise<ReturnType<typeof toWallet>> {
    const asked = refs.length === 0 ? [undefined] : refs;
    const [balances, ...answers] = await Promise.all([
      this.#get(endpoints.balances, {}, signal).then((data) => schema.read(schema.balances, data)),
      ...asked.map(async (ref) => schema.read(schema.collateralAssets, await this.#get(endpoints.collateralAssets, orderOf(ref), signal))),
    ]);
    if (needed !== undefined && balances.some(({ ccy, availBal }) => ccy === needed && availBal === undefined)) {
      throw missing(msg('OKX does not say how much {0} the funding account holds, so nothing can be decided. Try again later.', needed));
    }
    const assets = answers.flat().flatMap((element) => element.assets);
    // Where both name an amount, the smaller one is safe to count on.
    return toWallet(balances, assets).map((one) => {
      const asset = assets.find(({ ccy }) => ccy === one.coin);
      return asset === undefined ? one : { ...one, amount: lesser(one.amount, asset.amt) };
    });
  }

  async #redeemable(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await this.#get(endpoints.maxRedeem, { ccy: coin, ...orderOf(ref) }, signal);
    return schema.read(schema.maxRedeem, data).find(({ ccy }) => ccy === coin)?.maxRedeemAmt;
  }

  /** USD index prices. They only feed estimates and valuations, so none is better than no loans. */
  async #pricesIfAny(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    try {
      const data = await this.#http.call(
        { method: 'GET', path: endpoints.indexTickers, query: { quoteCcy: 'USD' }, signed: false },
        signal,
      );
      return toPrices(schema.read(schema.indexTickers, data));
    } catch (error) {
      if (ExchangeError.is(error, 'aborted') || !(error instanceof ExchangeError)) throw error;
      return new Map();
    }
  }
}

function ownError(error: unknown): ExchangeError {
  if (error instanceof ExchangeError && error.kind !== 'aborted') return error;
  throw error;
}
