import type { Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Direction, HistoryRow, InterestRow, Loan, MaximumLoan, Page, PositionRef, Snapshot, WalletCoin } from '../../core/model.ts';
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
import type { Http } from '../http.ts';
import { priced, pricesOf } from '../prices.ts';
import { endpoints } from './endpoints.ts';
import { LoanBook } from './loan-book.ts';
import { toHistoryRow, toInterestRow, toKeyFacts, toPrices, withUsd, withValues } from './map.ts';
import { marginCall, mustBeClearMargin } from './margin-change.ts';
import { mostTelling, part, type Part } from './parts.ts';
import { PositionBook } from './position-book.ts';
import { judge, newestOf, unique } from './prove.ts';
import { readinessOf } from './readiness.ts';
import { changeCall, missing, mustBeClear, mustBeNamed, orderOf, pageQuery, pageSize, signedGet, toPage } from './requests.ts';
import * as schema from './schema.ts';

/** One account on OKX. Every request about a loan carries its order id whenever one is known: without it OKX acts on the oldest order. */
export class OkxConnection implements Connection {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #loans: LoanBook;
  readonly #positions: PositionBook;

  constructor(http: Http, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
    this.#loans = new LoanBook(http);
    this.#positions = new PositionBook(http, clock);
  }

  async inspect(signal?: AbortSignal): Promise<KeyFacts> {
    const [config] = schema.read(schema.accountConfig, await signedGet(this.#http, endpoints.accountConfig, {}, signal));
    if (config === undefined) throw missing(msg('OKX said nothing about this key. Try again later.'));
    return { ...toKeyFacts(config), ...this.#http.clockFacts() };
  }

  clockOffsetMs(): number {
    return this.#http.clockFacts().clockOffsetMs ?? 0;
  }

  async read(signal?: AbortSignal): Promise<Snapshot> {
    const loansRead = part(this.#clock, this.#loans.loans(undefined, signal));
    const positionsRead = part(this.#clock, this.#positions.read(signal));
    const [loans, positions, wallet, prices] = await Promise.all([
      loansRead,
      positionsRead,
      this.#walletAfter(loansRead, positionsRead, signal),
      this.#pricesIfAny(signal),
    ]);
    // A wallet alone says nothing about what could be liquidated.
    if ('trouble' in loans && 'trouble' in positions) throw mostTelling(loans.trouble, positions.trouble);
    const held = 'trouble' in positions ? { positions: [], trouble: positions.trouble.sentence, at: positions.at } : positions.value;
    const found = {
      loans: 'trouble' in loans ? [] : loans.value.map((loan) => withValues(loan, prices)),
      wallet: 'trouble' in wallet ? [] : withUsd(wallet.value, prices),
      positions: held.positions,
    };
    return {
      ...found,
      ...('trouble' in loans ? { loansTrouble: loans.trouble.sentence } : {}),
      ...('trouble' in wallet ? { walletTrouble: wallet.trouble.sentence } : {}),
      ...(held.trouble === undefined ? {} : { positionsTrouble: held.trouble }),
      ...pricesOf(found, prices),
      // As old as the oldest of its parts.
      asOf: Math.min(loans.at, wallet.at, held.at),
    };
  }

  async history(loan: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>> {
    const data = await signedGet(this.#http, endpoints.loanHistory, { type: page.type, ...pageQuery(loan, page) }, signal);
    const { rows, ...older } = toPage(schema.read(schema.loanHistory, data).map(toHistoryRow), page);
    return { rows: unique(rows), ...older };
  }

  async interest(loan: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>> {
    const data = await signedGet(this.#http, endpoints.interestAccrued, { ccy: page.coin, ...pageQuery(loan, page) }, signal);
    return toPage(schema.read(schema.interestAccrued, data).map(toInterestRow), page);
  }

  async indexPrices(coins: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, Decimal>>> {
    // One question brings all of them; asked for by name it would be one for each.
    return coins.length === 0 ? {} : priced(coins, await this.#prices(signal));
  }

  async borrowableCoins(signal?: AbortSignal): Promise<readonly string[]> {
    const rows = schema.read(schema.borrowCurrencies, await signedGet(this.#http, endpoints.borrowCurrencies, {}, signal));
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
      const wallet = await this.#loans.wallet([ref], signal);
      return wallet
        .filter(({ pledgeable }) => pledgeable === true)
        .map(({ coin, amount, usd }) => ({ coin, limit: amount, ...(usd === undefined ? {} : { usd }) }));
    }
    const loan = await this.#loans.loan(ref, signal);
    return Promise.all(
      loan.collateral.map(async ({ coin }) => {
        const limit = await this.#loans.redeemable(ref, coin, signal).catch((error: unknown) => {
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
      newest.then(() => stamped(this.#loans.loan(ref, signal))),
      stamped(this.#loans.wallet([ref], signal, coin)),
      direction === 'reduce' ? stamped(this.#loans.redeemable(ref, coin, signal)) : undefined,
      newest,
      this.#pricesIfAny(signal),
    ]);
    return readinessOf(direction, coin, {
      loan: loan.value,
      wallet: wallet.value,
      redeemable: redeemable?.value,
      newestHistoryId: newestOf(history.value.rows),
      prices,
      asOf: Math.min(loan.at, wallet.at, history.at, redeemable?.at ?? loan.at),
    });
  }

  describe(change: Change): { readonly method: string; readonly path: string; readonly body: string } {
    const { method, path, body } = callOf(change);
    return { method, path, body };
  }

  rehearse(change: Change): RequestView {
    return this.#http.rehearse(clearCallOf(change));
  }

  async send(change: Change, signal?: AbortSignal): Promise<Receipt> {
    await this.#http.call(clearCallOf(change), signal);
    // OKX gives no id, neither of a change of collateral nor of one of margin.
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
    const rows = schema.read(schema.loanHistory, await signedGet(this.#http, endpoints.loanHistory, query, signal)).map(toHistoryRow);
    if (rows.length === 0) return { state: 'pending' };
    const loans = await this.#loans.loans(change.loan, signal);
    return judge(
      change,
      baseline,
      rows,
      loans.find(({ id }) => id === change.loan.loanId),
    );
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

  /** The funding wallet, which is asked for by the ids of the loans; without knowing them it is read all the same. Not when nothing else is. */
  async #walletAfter(
    loansRead: Promise<Part<readonly Loan[]>>,
    positionsRead: Promise<Part<unknown>>,
    signal: AbortSignal | undefined,
  ): Promise<Part<readonly WalletCoin[]>> {
    const loans = await loansRead;
    if ('trouble' in loans) {
      return 'trouble' in (await positionsRead) ? loans : part(this.#clock, this.#loans.wallet(undefined, signal));
    }
    const refs = loans.value.map(({ id, orderId }) => ({ loanId: id, ...(orderId === undefined ? {} : { orderId }) }));
    return part(this.#clock, this.#loans.wallet(refs, signal));
  }

  /** USD index prices. They only feed estimates and valuations, so none is better than no loans. */
  async #pricesIfAny(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    try {
      return await this.#prices(signal);
    } catch (error) {
      if (ExchangeError.is(error, 'aborted') || !(error instanceof ExchangeError)) throw error;
      return new Map();
    }
  }

  /** USD index prices of everything that OKX has an index of. @throws ExchangeError */
  async #prices(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    const query = { quoteCcy: 'USD' };
    return toPrices(
      schema.read(
        schema.indexTickers,
        await this.#http.call({ method: 'GET', path: endpoints.indexTickers, query, signed: false }, signal),
      ),
    );
  }
}

/** @throws ExchangeError `refused` when it could be meant otherwise. */
function clearCallOf(change: Change): ReturnType<typeof changeCall> {
  if (change.kind === 'margin') mustBeClearMargin(change);
  else mustBeClear(change);
  return callOf(change);
}

function callOf(change: Change): ReturnType<typeof changeCall> {
  return change.kind === 'margin' ? marginCall(change) : changeCall(change);
}
