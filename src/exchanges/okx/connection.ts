import type { Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Direction, HistoryRow, InterestRow, MaximumLoan, Page, PositionRef, Snapshot } from '../../core/model.ts';
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
import type { Http } from '../http/client.ts';
import { priced, pricesOf } from '../kit/prices.ts';
import { endpoints } from './endpoints.ts';
import { isStandingAbsence, noLoans } from './absence.ts';
import { LoanBook, readinessOf, type LoansRead } from './loans.ts';
import { optional, toHistoryRow, toInterestRow, toKeyFacts, toPrices, withUsd, withValues } from './loan-map.ts';
import { marginCall, mustBeClearMargin } from './position-change.ts';
import { ifAny, mostTelling, part, sentenceOf, type Part } from '../kit/parts.ts';
import { PositionBook } from './positions.ts';
import { judge, newestOf } from './loan-proof.ts';
import { changeCall, missing, mustBeClear, mustBeNamed, orderOf, pageQuery, pageSize, signedGet, toPage } from './requests.ts';
import * as schema from './schema.ts';

/** One account on OKX. Every request about a loan carries its order id whenever one is known: without it OKX acts on the oldest order. */
export class OkxConnection implements Connection {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #loans: LoanBook;
  readonly #positions: PositionBook;
  /** Loans were read over this line: where there are some, that OKX says there can be none is trouble, and no property of the account. */
  #hasLoans = false;

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
    if (!('trouble' in loans)) this.#hasLoans = loans.value.loans.length + loans.value.odd > 0;
    const barred = 'trouble' in loans && !this.#hasLoans && isStandingAbsence(loans.trouble);
    // A wallet alone says nothing about what could be liquidated.
    if ('trouble' in loans && 'trouble' in positions) throw barred ? positions.trouble : mostTelling(loans.trouble, positions.trouble);
    const held = 'trouble' in positions ? { positions: [], trouble: positions.trouble.sentence, at: positions.at } : positions.value;
    const found = {
      loans: 'trouble' in loans ? [] : loans.value.loans.map(({ loan }) => withValues(loan, prices)),
      wallet: 'trouble' in wallet ? [] : withUsd(wallet.value.coins, prices),
      positions: held.positions,
    };
    const loansTrouble = barred ? noLoans(loans.trouble) : sentenceOf(loans);
    const walletTrouble = sentenceOf(wallet);
    return {
      ...found,
      ...(loansTrouble === undefined ? {} : { loansTrouble }),
      ...(barred ? { loansBarred: true as const } : {}),
      ...(walletTrouble === undefined ? {} : { walletTrouble }),
      ...(held.trouble === undefined ? {} : { positionsTrouble: held.trouble }),
      ...pricesOf(found, prices),
      // As old as the oldest of its parts.
      asOf: Math.min(loans.at, wallet.at, held.at),
    };
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

  async indexPrices(coins: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, Decimal>>> {
    // One question brings all of them; asked for by name it would be one for each.
    return coins.length === 0 ? {} : priced(coins, await this.#prices(signal));
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

  async adjustableCoins(ref: LoanRef, direction: Direction, signal?: AbortSignal): Promise<readonly AdjustableCoin[]> {
    mustBeNamed(ref);
    if (direction === 'add') {
      const coins = await this.#loans.addable(ref, signal);
      return coins.map(({ coin, amount, usd }) => ({ coin, limit: amount, ...optional('usd', usd) }));
    }
    const { loan, pledged } = await this.#loans.loan(ref, signal);
    // A coin of which it is not known how much is pledged is there to be seen, without a limit.
    const unknown = [...pledged.coins].map((coin) => ({ coin }));
    const known = await Promise.all(
      loan.collateral.map(async ({ coin }) => {
        const limit = await this.#loans.redeemable(ref, coin, signal).catch((error: unknown) => {
          // One coin that cannot be judged takes down only itself.
          if (ExchangeError.is(error, 'refused') || ExchangeError.is(error, 'shape')) return undefined;
          throw error;
        });
        return { coin, ...optional('limit', limit) };
      }),
    );
    return [...known, ...unknown];
  }

  async prepareCollateral(ref: LoanRef, direction: Direction, coin: string, signal?: AbortSignal): Promise<CollateralReadiness> {
    const stamped = async <T>(promise: Promise<T>): Promise<{ value: T; at: number }> => ({ value: await promise, at: this.#clock.now() });
    const newest = stamped(this.#newestHistoryId(ref, signal));
    const [loan, wallet, redeemable, history, prices] = await Promise.all([
      // After the newest row is known: what happens in between shows as a row, and is not taken for the change itself.
      newest.then(() => stamped(this.#loans.loan(ref, signal))),
      stamped(this.#loans.walletFor(ref, signal)),
      direction === 'reduce' ? stamped(this.#loans.redeemable(ref, coin, signal)) : undefined,
      newest,
      this.#pricesIfAny(signal),
    ]);
    return readinessOf(direction, coin, {
      loan: loan.value,
      wallet: wallet.value,
      redeemable: redeemable?.value,
      newestHistoryId: history.value,
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
    const { rows, odd } = schema.readRows(schema.historyRow, await signedGet(this.#http, endpoints.loanHistory, query, signal));
    if (rows.length === 0) return { state: 'pending' };
    const now = await this.#loans.loans(change.loan, signal);
    const found = now.loans.find(({ loan }) => loan.id === change.loan.loanId);
    // A loan that is there but not understood is not gone, and what is pledged but not understood is not nothing.
    const isUnclear = found === undefined ? now.odd > 0 : found.pledged.unnamed || found.pledged.coins.has(change.coin);
    if (isUnclear) return { state: 'pending' };
    return judge(change, baseline, rows.map(toHistoryRow), found?.loan, odd.length === 0);
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
    loansRead: Promise<Part<LoansRead>>,
    positionsRead: Promise<Part<unknown>>,
    signal: AbortSignal | undefined,
  ): Promise<Part<Awaited<ReturnType<LoanBook['wallet']>>>> {
    const loans = await loansRead;
    if ('trouble' in loans) {
      return 'trouble' in (await positionsRead) ? loans : part(this.#clock, this.#loans.wallet(undefined, signal));
    }
    const refs = loans.value.loans.map(({ loan: { id, orderId } }) => ({ loanId: id, ...(orderId === undefined ? {} : { orderId }) }));
    return part(this.#clock, this.#loans.wallet(refs, signal));
  }

  /** Id of the newest row of the loan's history, however odd the rest of that row is: nothing older proves a change to come. */
  async #newestHistoryId(ref: LoanRef, signal: AbortSignal | undefined): Promise<string | undefined> {
    const data = await signedGet(this.#http, endpoints.loanHistory, pageQuery(ref, { limit: 1 }), signal);
    return newestOf(schema.readRows(schema.named, data).rows.map(({ refId }) => ({ id: refId })));
  }

  /** USD index prices. They only feed estimates and valuations, so none is better than no loans. */
  async #pricesIfAny(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    return (await ifAny(this.#prices(signal))) ?? new Map<string, Decimal>();
  }

  /** USD index prices of everything that OKX has an index of. @throws ExchangeError */
  async #prices(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    const query = { quoteCcy: 'USD' };
    const data = await this.#http.call({ method: 'GET', path: endpoints.indexTickers, query, signed: false }, signal);
    return toPrices(schema.readRows(schema.indexTicker, data).rows);
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
