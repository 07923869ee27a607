import * as v from 'valibot';
import { compare, greater, isPositive, isZero, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { CoinAmount, InterestRow, Loan, Page } from '../../core/model.ts';
import type { CollateralChange, InterestRequest, LoanRef, RepayChange } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import { readDates } from './due-dates.ts';
import { endpoints } from './endpoints.ts';
import { namesIn, toRules, type Rules } from './haircuts.ts';
import { Inventory } from './inventory.ts';
import type {
  Adjustment,
  AdjustmentRequest,
  Borrowed,
  DebtFound,
  HistoryPart,
  Lending,
  Line,
  LoanBook,
  LoanFound,
  ListRead,
  LoansRead,
  Repayment,
  Setting,
  Taken,
} from './loan-generation.ts';
import {
  adjustmentsOf,
  borrowing,
  fixedBorrowing,
  listOf,
  readBorrowings,
  readRepayments,
  repayment,
  toBorrowing,
  toFixedBorrowing,
  toRepayment,
} from './loan-history.ts';
import { fixedDebts, looksUnowed, presumed, toAdjustment, toOddAdjustment, toPool, yearly, type PoolRead } from './loan-map.ts';
import { optional } from '../kit/parts.ts';
import { adjustCall, isAbsent, notUnderstood, pageQuery, toPage, writeCall } from './requests.ts';
import * as schema from './schema.ts';
import { leftOut, named, onceEach, readRows, said, textIn } from './schema.ts';

/** The platform accepts no more collateral. Source: `colRes` of https://bybit-exchange.github.io/docs/v5/new-crypto-loan/crypto-loan-position */
const full = '2';
const unknownCap = '-1';

export const noLoans = msg('bybit.no-loans', 'This Bybit site has no crypto loans, so only positions are shown.');
/** Bybit's words when the account can't have loans: by identity or country, or because it is not unified. */
const notForThisAccount: ReadonlySet<string | undefined> = new Set(['10024', '10028']);

/** The loans since July 2025: one pool for each account, in which collateral and debts are kept by coin. There are no order ids. */
export class Pool implements LoanBook {
  /** What it accepts as collateral, and for how much. */
  readonly terms: CollateralTerms;
  readonly #line: Line;
  readonly #setting: Setting;
  readonly #inventory: Inventory;
  /** Bybit has listed it before. */
  #had = false;

  constructor(line: Line, setting: Setting) {
    this.#line = line;
    this.#setting = setting;
    this.terms = new CollateralTerms(line, setting.now);
    this.#inventory = new Inventory(line, setting.now);
  }

  async loans(signal: AbortSignal | undefined): Promise<LoansRead> {
    const read = await this.#readIfAny(signal);
    const asOf = this.#setting.now();
    if ('none' in read) return { loans: [], trouble: read.none, barred: true, asOf };
    const { pool } = read;
    this.#had = true;
    if (pool.found === undefined) return { loans: [], asOf };
    const { due, trouble } = await readDates(this.#line, fixedDebts(pool), this.#setting.venueNow, signal);
    const troubles = [leftOut(pool.odd), trouble];
    const drained = this.#inventory.drained(flexible(read), signal);
    const noted = { ...notedTerms(read), ...(drained === undefined ? {} : { drained }) };
    const loan = { ...pool.found.loan, ...noted, ...(due === undefined ? {} : { due }) };
    return { loans: [loan], ...said(...troubles), asOf };
  }

  async find(_ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanFound | undefined> {
    return (await this.#read(signal)).pool.found;
  }

  async adjustments(_ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Adjustment>> {
    const query = { adjustId: page.id, collateralCurrency: page.coin, ...pageQuery(page) };
    const { list, nextPageCursor } = schema.read(schema.list, await this.#line.get(endpoints.adjustments, query, signal));
    const { rows, odd } = readRows(schema.adjustment, list);
    return {
      ...toPage(
        rows.map((row) => toAdjustment(row, row.status)),
        { count: list.length, next: nextPageCursor, odd: odd.length },
        page,
      ),
      odd: odd.map(toOddAdjustment),
    };
  }

  history(ref: LoanRef): readonly HistoryPart[] {
    return [
      adjustmentsOf(this, ref),
      listOf(this.#line, { name: 'borrowed', path: endpoints.borrowings, row: borrowing, toRow: toBorrowing }),
      // Numbered apart from each other.
      listOf(this.#line, { name: 'repaid', path: endpoints.repayments, row: repayment, toRow: toRepayment }),
      listOf(this.#line, { name: 'borrowed-fixed', path: endpoints.fixedBorrowings, row: fixedBorrowing, toRow: toFixedBorrowing }),
      listOf(this.#line, { name: 'repaid-fixed', path: endpoints.fixedRepayments, row: repayment, toRow: toRepayment }),
    ];
  }

  /** Accrued, unpaid interest of the flexible debts: Bybit lists no single accruals, and none of fixed debts. */
  async interest(_ref: LoanRef, page: InterestRequest, signal: AbortSignal | undefined): Promise<Page<InterestRow>> {
    const { list } = schema.read(schema.flexibleDebts, await this.#line.get(endpoints.flexibleDebts, { loanCurrency: page.coin }, signal));
    const at = this.#setting.now();
    const { rows, odd } = readRows(schema.flexibleDebt, list);
    const once = onceEach(rows, ({ loanCurrency }) => loanCurrency);
    return {
      rows: once.rows.map(({ loanCurrency, totalDebt, unpaidInterest, hourlyInterestRate }) => ({
        id: `flexible-${loanCurrency}`,
        coin: loanCurrency,
        debt: totalDebt,
        interest: unpaidInterest,
        rate: yearly(hourlyInterestRate),
        at,
      })),
      ...notUnderstood(odd.length + once.unclear.size),
    };
  }

  async redeemable(_ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await this.#line.get(endpoints.maxCollateral, { currency: coin }, signal);
    return schema.read(schema.maxCollateral, data).maxCollateralAmount;
  }

  async addable(_ref: LoanRef, signal: AbortSignal | undefined): Promise<Taken> {
    const [read, { coins, unsure }] = await Promise.all([this.#read(signal), this.terms.fresh(signal)]);
    return { coins, ...(unsure === undefined ? {} : { unsure }), full: read.colRes === full ? coins : new Set(cappedIn(read)) };
  }

  /** Given for old orders only. */
  smallest(): undefined {
    return undefined;
  }

  changeCall(change: CollateralChange): Call & { readonly body: string } {
    return adjustCall(endpoints.adjust, { currency: change.coin }, change);
  }

  async repayments(_ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Repayment>> {
    return readRepayments(this.#line, endpoints.repayments, page, signal);
  }

  /** The flexible debt of a coin: fixed ones are repaid by contract. */
  async owed(_ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<DebtFound> {
    const [answer, { pool }] = await Promise.all([
      this.#line.get(endpoints.flexibleDebts, { loanCurrency: coin }, signal),
      this.#read(signal),
    ]);
    const { found } = pool;
    const told = pool.debts.find(({ loanCurrency }) => loanCurrency === coin);
    const fixed = typeof told?.fixedTotalDebt === 'string' && isPositive(told.fixedTotalDebt);
    const { rows, odd } = readRows(schema.owed, schema.read(schema.flexibleDebts, answer).list);
    const once = onceEach(rows, ({ loanCurrency }) => loanCurrency);
    const own = once.rows.find(({ loanCurrency }) => loanCurrency === coin);
    const unread = odd.find(({ raw }) => [coin, undefined].includes(textIn(raw, 'loanCurrency')));
    if (once.unclear.has(coin) || unread !== undefined) throw schema.unlike(unread?.field ?? named('result.list', coin));
    const isOwed = typeof told?.flexibleTotalDebt === 'string' ? isPositive(told.flexibleTotalDebt) : told?.flexibleTotalDebt === null;
    // A fixed contract is repaid only where both lists say that nothing is owed flexibly.
    if (own !== undefined && (isPositive(own.totalDebt) || !fixed || !isOwed)) {
      const { totalDebt: debt, unpaidInterest, hourlyInterestRate } = own;
      const interest = unpaidInterest !== undefined && compare(unpaidInterest, debt) <= 0 ? { interest: unpaidInterest } : {};
      const rate = hourlyInterestRate === undefined ? {} : { rate: yearly(hourlyInterestRate) };
      return { found, debt, ...interest, ...rate, fixed };
    }
    // Two lists that disagree don't say that nothing is owed.
    if (isOwed || (told === undefined && found?.owesMore === true)) throw schema.unlike(named('result.list', coin));
    return { found, debt: zero, fixed };
  }

  /** The coarsest where it differs by level. */
  async repayPlaces(coin: string, signal: AbortSignal | undefined): Promise<number | undefined> {
    const { list } = schema.read(schema.loanableData, await this.#line.ask(endpoints.loanableData, { currency: coin }, signal));
    const own = readRows(schema.accuracy, list).rows.filter(({ currency }) => currency === coin);
    return schema.repayPlaces(own);
  }

  /** The same for a part of a fixed debt. */
  async fixedPlaces(coin: string, signal: AbortSignal | undefined): Promise<number | undefined> {
    const { list } = schema.read(schema.loanableData, await this.#line.ask(endpoints.loanableData, { currency: coin }, signal));
    const own = readRows(schema.accuracy, list).rows.filter(({ currency }) => currency === coin);
    // As for flexible debts, a zero beside "not borrowable" is no figure.
    const told = own.filter((one) => one.fixedBorrowable || one.fixedBorrowingAccuracy !== 0);
    return schema.coarsest(told.map(({ fixedBorrowingAccuracy }) => fixedBorrowingAccuracy));
  }

  repayCall(change: RepayChange): Call & { readonly body: string } {
    return writeCall(endpoints.repay, { loanCurrency: change.coin, amount: change.amount });
  }

  /** Newest first. */
  borrowings(page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Borrowed>> {
    return readBorrowings(this.#line, page, signal);
  }

  /** How a coin is lent flexibly: the strictest terms where they differ by level; undefined where it isn't lent. */
  async lending(coin: string, signal: AbortSignal | undefined): Promise<Lending | undefined> {
    const { list } = schema.read(schema.loanableData, await this.#line.ask(endpoints.loanableData, { currency: coin }, signal));
    const own = readRows(schema.lending, list).rows.filter((one) => one.currency === coin && one.flexibleBorrowable);
    const places = schema.repayPlaces(own);
    if (places === undefined) return undefined;
    const highest = (figures: readonly (Decimal | undefined)[]): Decimal | undefined =>
      figures.reduce((most, one) => (most === undefined || one === undefined ? (most ?? one) : greater(most, one)), undefined);
    return {
      places,
      ...optional('minimum', highest(own.map((one) => one.minFlexibleBorrowingAmount))),
      ...optional('rate', highest(own.map((one) => one.flexibleAnnualizedInterestRate))),
    };
  }

  /** What is left of a coin to borrow. */
  async inventory(coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const answer = schema.read(schema.inventory, await this.#line.get(endpoints.inventory, { currency: coin }, signal));
    return answer.currency === coin ? answer.availableInventory : undefined;
  }

  /** The pool, or why there is none: what existed before is not absent. */
  async #readIfAny(signal: AbortSignal | undefined): Promise<Read | { readonly none: Message }> {
    try {
      return await this.#read(signal);
    } catch (error) {
      if (this.#had || !ExchangeError.is(error)) throw error;
      if (isAbsent(error)) return { none: noLoans };
      if (notForThisAccount.has(error.code)) return { none: error.sentence };
      throw error;
    }
  }

  /** @throws ExchangeError `shape` when so little of it could be read that it would look as if nothing were owed */
  async #read(signal: AbortSignal | undefined): Promise<Read> {
    const position = schema.read(schema.pool, await this.#line.get(endpoints.position, {}, signal));
    const pool = toPool(position, presumed(this.#setting.thresholds()));
    const [field] = pool.odd;
    if (field !== undefined && pool.found?.owesMore === true && looksUnowed(pool.found.loan)) throw schema.unlike(field);
    return { colRes: position.colRes, pool };
  }
}

interface Read {
  readonly colRes: string;
  readonly pool: PoolRead;
}

/** The pledged coins that Bybit takes no more of. */
const cappedIn = ({ colRes, pool }: Read): readonly string[] =>
  pool.pledges.filter((one) => colRes === full || one.colRes === full).map(({ currency }) => currency);

const flexible = ({ pool }: Read): readonly CoinAmount[] =>
  pool.debts.flatMap(({ loanCurrency: coin, flexibleTotalDebt: amount }) =>
    typeof amount !== 'string' || isZero(amount) ? [] : [{ coin, amount }],
  );

/** What is watched besides the figures: caps, and the rates of flexible debts. */
function notedTerms(read: Read): Pick<Loan, 'capped' | 'rates'> {
  const { debts, pledges } = read.pool;
  const isTold = (cap: string): boolean => cap !== '' && cap !== unknownCap;
  const rates = debts.flatMap(({ loanCurrency, flexibleTotalDebt, flexibleHourlyInterestRate: rate }) =>
    rate === undefined || typeof flexibleTotalDebt !== 'string' || isZero(flexibleTotalDebt) ? [] : [[loanCurrency, yearly(rate)] as const],
  );
  return {
    ...(isTold(read.colRes) || pledges.some(({ colRes }) => isTold(colRes)) ? { capped: cappedIn(read) } : {}),
    ...(rates.length === 0 ? {} : { rates: Object.fromEntries(rates) }),
  };
}

/** What the pool accepts as collateral, and how it is valued. */
export interface Terms {
  readonly coins: ReadonlySet<string>;
  /** Which row doesn't name its coins: then it is unknown what else is accepted. */
  readonly unsure?: ExchangeError;
  readonly rules: Rules;
}

const group = v.object({ currencies: v.string() });

function toTerms(result: unknown): Terms {
  const { collateralRatioConfigList: list } = schema.read(schema.collateralData, result);
  const { rows, odd } = readRows(group, list, 'result.collateralRatioConfigList');
  const [first] = odd;
  return {
    coins: new Set(rows.flatMap(({ currencies }) => namesIn(currencies))),
    ...(first === undefined ? {} : { unsure: schema.unlike(first.field) }),
    rules: toRules(list),
  };
}

/** The brackets hardly ever change. */
const keptMs = 3_600_000;
/** After a failure it is not read again each time. */
const pauseMs = 60_000;

/** Keeps the terms for an hour: they are the same for everyone, and the list of all coins is long. */
export class CollateralTerms {
  readonly #line: Line;
  readonly #now: () => number;
  #kept: Terms | undefined;
  #asked: { readonly at: number; readonly forMs: number } | undefined;

  /** @param now our clock, in milliseconds since the Unix epoch */
  constructor(line: Line, now: () => number) {
    this.#line = line;
    this.#now = now;
  }

  /** As last read; undefined before that. */
  get kept(): Terms | undefined {
    return this.#kept;
  }

  /** As they are now. @throws ExchangeError */
  async fresh(signal: AbortSignal | undefined): Promise<Terms> {
    const terms = toTerms(await this.#line.ask(endpoints.collateralData, {}, signal));
    this.#kept = terms;
    this.#asked = { at: this.#now(), forMs: keptMs };
    return terms;
  }

  /**
   * As cached. Only the first reading waits for them: they are for estimates, and danger must not be late for those.
   * @returns undefined as long as they could not be read. @throws ExchangeError `aborted` only.
   */
  async known(signal: AbortSignal | undefined): Promise<Terms | undefined> {
    if (this.#asked === undefined) await this.#refresh(signal);
    else this.refreshIfOld(signal);
    return this.#kept;
  }

  /** Reads again after an hour, without waiting for the answer. */
  refreshIfOld(signal: AbortSignal | undefined): void {
    const age = this.#asked === undefined ? undefined : this.#now() - this.#asked.at;
    // A clock that was set back gives a negative age.
    if (this.#asked !== undefined && age !== undefined && age >= 0 && age < this.#asked.forMs) return;
    // Only `aborted` can be thrown here, and the caller reports that itself.
    void this.#refresh(signal).catch(() => undefined);
  }

  async #refresh(signal: AbortSignal | undefined): Promise<void> {
    const before = this.#asked;
    const asked = { at: this.#now(), forMs: pauseMs };
    this.#asked = asked;
    try {
      await this.fresh(signal);
    } catch (error) {
      if (error instanceof ExchangeError && error.kind !== 'aborted') return;
      if (this.#asked === asked) this.#asked = before;
      throw error;
    }
  }
}
