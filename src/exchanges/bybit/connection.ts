import type { Clock } from '../../core/clock.ts';
import { zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Direction, HistoryRow, InterestRow, MaximumLoan, Page, PositionRef, Snapshot, WalletCoin } from '../../core/model.ts';
import type {
  AdjustableCoin,
  CollateralBaseline,
  CollateralChange,
  Connection,
  Change,
  MarginBaseline,
  MarginChange,
  MarginProof,
  MarginReadiness,
  Receipt,
  HistoryRequest,
  RequestView,
  InterestRequest,
  KeyFacts,
  LoanRef,
  CollateralProof,
  CollateralReadiness,
} from '../exchange.ts';
import type { Call, Http } from '../http/client.ts';
import { priced } from '../kit/prices.ts';
import { Pool, type Terms } from './pool.ts';
import { endpoints } from './endpoints.ts';
import { Funds, ifAny } from './wallet.ts';
import { Legacy } from './legacy.ts';
import { mergedPage } from './loan-history.ts';
import { lowestLevel, toKeyFacts, vipLevelOf } from './key.ts';
import type { Line, LoanBook, LoanFound, Setting } from './loan-generation.ts';
import { optional, poolId, withUsd } from './loan-map.ts';
import { Positions } from './positions.ts';
import { newestIdOf, readProof } from './loan-proof.ts';
import { readinessOf } from './loans.ts';
import { mustBeClear, pageSize, refused, toReceipt } from './requests.ts';
import { readRows } from './rows.ts';
import * as schema from './schema.ts';
import { readLoans, snapshotOf } from './snapshot.ts';

const wholePool: LoanRef = { loanId: poolId };

/** One account on Bybit: the pool of its loans and, as long as there are any, its old orders. */
export class BybitConnection implements Connection {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #line: Line;
  readonly #funds: Funds;
  readonly #pool: Pool;
  readonly #legacy: LoanBook;
  readonly #positions: Positions;
  /** As the key told it last. Until then the lowest: what it may borrow, every level may, so no coin is offered that is not to be had. */
  #vipLevel = lowestLevel;

  /** @param thresholds the person's own, asked for at every read */
  constructor(http: Http, clock: Clock, thresholds: Setting['thresholds'] = () => undefined) {
    this.#http = http;
    this.#clock = clock;
    this.#line = {
      get: (path, query, signal) => http.call({ method: 'GET', path, query, signed: true }, signal),
      ask: (path, query, signal) => http.call({ method: 'GET', path, query, signed: false }, signal),
    };
    this.#funds = new Funds(this.#line);
    const now = (): number => clock.now();
    const setting: Setting = { now, venueNow: () => now() + (http.clockFacts().clockOffsetMs ?? 0), thresholds };
    this.#pool = new Pool(this.#line, setting);
    this.#legacy = new Legacy(this.#line, setting);
    this.#positions = new Positions(http, now);
  }

  async inspect(signal?: AbortSignal): Promise<KeyFacts> {
    const key = schema.read(schema.key, await this.#line.get(endpoints.key, {}, signal));
    this.#vipLevel = vipLevelOf(key);
    const facts = { ...toKeyFacts(key, this.#clock.now()), ...this.#http.clockFacts() };
    if (facts.canRead || facts.canWithdraw) return facts;
    // Whether loans can be read without the documented right is nowhere said: they say it themselves, and what is missing.
    await this.#pool.find(wholePool, signal);
    return { ...facts, canRead: true };
  }

  clockOffsetMs(): number {
    return this.#http.clockFacts().clockOffsetMs ?? 0;
  }

  async read(signal?: AbortSignal): Promise<Snapshot> {
    const [loans, wallet, positions, prices] = await Promise.all([
      readLoans(this.#pool, this.#legacy, signal),
      this.#stamped(ifAny(this.#walletForPool(signal))),
      this.#positions.all(signal),
      this.#funds.pricesIfAny(signal),
    ]);
    return snapshotOf({ loans, wallet, positions, prices, rules: this.#pool.terms.kept?.rules });
  }

  /** Without a loan: of the pool. */
  async history(ref: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>> {
    const { rows, ...rest } = await mergedPage(this.#book(ref).history(ref ?? wholePool), page, signal);
    // Bybit cannot be asked for one type only.
    const wanted = page.type === undefined ? rows : rows.filter(({ type }) => type === page.type);
    return { rows: wanted, ...rest };
  }

  async interest(ref: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>> {
    return await this.#book(ref).interest(ref ?? wholePool, page, signal);
  }

  async indexPrices(coins: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, Decimal>>> {
    // One question brings all of them; asked for by name it would be one for each.
    return coins.length === 0 ? {} : priced(coins, await this.#funds.prices(signal));
  }

  async borrowableCoins(signal?: AbortSignal): Promise<readonly string[]> {
    const { list } = schema.read(schema.loanableData, await this.#line.ask(endpoints.loanableData, { vipLevel: this.#vipLevel }, signal));
    const open = readRows(schema.loanable, list).rows.filter((one) => one.flexibleBorrowable || one.fixedBorrowable);
    // Should the level not be heeded, each is listed once for each.
    return [...new Set(open.map(({ currency }) => currency))];
  }

  /** Old orders cannot borrow more: nothing is known for them. */
  async maximumLoan(
    coin: string,
    ref: LoanRef | undefined,
    extra: readonly { readonly coin: string; readonly amount: Decimal }[],
    signal?: AbortSignal,
  ): Promise<MaximumLoan | undefined> {
    if (this.#book(ref) !== this.#pool) return undefined;
    const collateralList = extra.map((one) => ({ ccy: one.coin, amount: one.amount }));
    const body = JSON.stringify({ currency: coin, ...(extra.length === 0 ? {} : { collateralList }) });
    // A POST that only reads: it may be repeated.
    const data = await this.#http.call({ method: 'POST', path: endpoints.maxLoan, body, signed: true }, signal);
    const row = schema.read(schema.maxLoan, data);
    if (row.currency !== coin) return undefined;
    return { coin, amount: row.maxLoan, ...optional('usd', row.notionalUsd), ...optional('remainingQuota', row.remainingQuota) };
  }

  async adjustableCoins(ref: LoanRef, direction: Direction, signal?: AbortSignal): Promise<readonly AdjustableCoin[]> {
    const book = this.#book(ref);
    if (direction === 'add') {
      const [wallet, taken, prices] = await Promise.all([
        this.#funds.wallet(signal),
        book.addable(ref, signal),
        this.#funds.pricesIfAny(signal),
      ]);
      const valued = withUsd(wallet, prices);
      // What the platform takes no more of is shown with nothing, so that it can be seen why.
      return valued
        .filter(({ coin }) => taken.coins.has(coin))
        .map(({ coin, amount, usd, usdEstimated }) => ({
          coin,
          limit: taken.full.has(coin) ? zero : amount,
          ...optional('usd', usd),
          ...(usdEstimated === undefined ? {} : { usdEstimated }),
        }));
    }
    const { loan } = await this.#loan(ref, signal);
    return Promise.all(
      loan.collateral.map(async ({ coin }) => {
        const limit = await book.redeemable(ref, coin, signal).catch((error: unknown) => {
          // One coin that cannot be judged takes down only itself.
          if (ExchangeError.is(error, 'refused') || ExchangeError.is(error, 'shape')) return undefined;
          throw error;
        });
        return { coin, ...optional('limit', limit) };
      }),
    );
  }

  async prepareCollateral(ref: LoanRef, direction: Direction, coin: string, signal?: AbortSignal): Promise<CollateralReadiness> {
    const book = this.#book(ref);
    const newest = this.#stamped(book.adjustments(ref, { coin, limit: pageSize }, signal));
    // What can be added is asked for anew, and that answer tells the haircuts too.
    if (book === this.#pool && direction === 'reduce') this.#pool.terms.refreshIfOld(signal);
    const [loan, wallet, redeemable, addable, history, prices] = await Promise.all([
      // After the newest row is known: what happens in between shows as a row, and is not taken for the change itself.
      newest.then(() => this.#stamped(this.#loan(ref, signal))),
      this.#stamped(this.#funds.wallet(signal, coin)),
      direction === 'reduce' ? this.#stamped(book.redeemable(ref, coin, signal)) : undefined,
      direction === 'add' ? book.addable(ref, signal) : undefined,
      newest,
      this.#funds.pricesIfAny(signal),
    ]);
    return readinessOf(direction, coin, {
      found: loan.value,
      wallet: wallet.value,
      redeemable: redeemable?.value,
      addable,
      minimum: book.smallest(coin),
      newestHistoryId: newestIdOf(history.value, coin),
      prices,
      rules: this.#pool.terms.kept?.rules,
      asOf: Math.min(loan.at, wallet.at, history.at, redeemable?.at ?? loan.at),
    });
  }

  describe(change: Change): { readonly method: string; readonly path: string; readonly body: string } {
    if (change.kind === 'margin') return this.#positions.describe(change);
    const { method, path, body } = this.#book(change.loan).changeCall(change);
    return { method, path, body };
  }

  rehearse(change: Change): RequestView {
    return change.kind === 'margin' ? this.#positions.rehearse(change) : this.#http.rehearse(this.#clearCall(change));
  }

  async send(change: Change, signal?: AbortSignal): Promise<Receipt> {
    if (change.kind === 'margin') return this.#positions.send(change, signal);
    return toReceipt(await this.#http.call(this.#clearCall(change), signal));
  }

  async proveCollateral(
    change: CollateralChange,
    baseline: CollateralBaseline,
    receipt: Receipt,
    signal?: AbortSignal,
  ): Promise<CollateralProof> {
    return readProof(this.#book(change.loan), change, baseline, receipt, signal);
  }

  prepareMargin(position: PositionRef, signal?: AbortSignal): Promise<MarginReadiness> {
    return this.#positions.prepare(position, signal);
  }

  proveMargin(change: MarginChange, baseline: MarginBaseline, _receipt: Receipt, signal?: AbortSignal): Promise<MarginProof> {
    return this.#positions.prove(change, baseline, signal);
  }

  dispose(): void {
    this.#http.dispose();
  }

  /**
   * Who keeps this loan. The pool has no order id, and an old order is called by its own: anything else is a confusion of loans.
   * @throws ExchangeError `refused` when it cannot be told which loan is meant.
   */
  #book(ref: LoanRef | undefined): LoanBook {
    if (ref === undefined || (ref.loanId === poolId && ref.orderId === undefined)) return this.#pool;
    if (ref.orderId !== undefined && ref.orderId !== '' && ref.orderId === ref.loanId && ref.loanId !== poolId) return this.#legacy;
    throw refused(msg('It cannot be told which loan is meant, so nothing was asked. Refresh the account and start again from the loan.'));
  }

  /** @throws ExchangeError `refused` when the change could be meant otherwise. */
  #clearCall(change: CollateralChange): Call {
    mustBeClear(change);
    return this.#book(change.loan).changeCall(change);
  }

  async #stamped<T>(promise: Promise<T>): Promise<{ readonly value: T; readonly at: number }> {
    return { value: await promise, at: this.#clock.now() };
  }

  /** @throws ExchangeError `refused` when it is gone. */
  async #loan(ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanFound> {
    const loan = await this.#book(ref).find(ref, signal);
    if (loan === undefined) throw refused(msg('Bybit has no such loan. It may have been repaid or liquidated. Refresh.'));
    return loan;
  }

  /** The wallet with what the pool would take as collateral, as far as Bybit tells. */
  async #walletForPool(signal: AbortSignal | undefined): Promise<readonly WalletCoin[]> {
    const [wallet, terms] = await Promise.all([this.#funds.wallet(signal), this.#pool.terms.known(signal)]);
    return terms === undefined ? wallet : wallet.map((one) => ({ ...one, ...pledgeability(terms, one.coin) }));
  }
}

/** Where a row does not name its coins, it is known what is taken, but not what is not. */
function pledgeability({ coins, unsure }: Terms, coin: string): Pick<WalletCoin, 'pledgeable'> {
  if (coins.has(coin)) return { pledgeable: true };
  return unsure === undefined ? { pledgeable: false } : {};
}
