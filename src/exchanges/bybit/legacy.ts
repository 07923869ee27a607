import * as v from 'valibot';
import { decimal, divide, isPositive, lesser, one, sum, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { InterestRow, Loan, Page } from '../../core/model.ts';
import type { CollateralChange, InterestRequest, LoanRef, RepayChange } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import { lineAt, optional } from '../kit/parts.ts';
import { adjustmentsOf, listOf, readRepayments, repayment, toBorrowing, toRepayment } from './loan-history.ts';
import type {
  Adjustment,
  AdjustmentRequest,
  DebtFound,
  HistoryPart,
  Line,
  LoanBook,
  LoanFound,
  ListRead,
  LoansRead,
  Repayment,
  Setting,
  Taken,
} from './loan-generation.ts';
import { presumed, thresholdOf, toAdjustment, toOddAdjustment, yearly, type Thresholds } from './loan-map.ts';
import { adjustCall, isAbsent, notUnderstood, pageQuery, pageSize, toPage, writeCall } from './requests.ts';
import * as schema from './schema.ts';
import { datesMissing } from './due-dates.ts';
import { leftOut, named, onceEach, readRows, said, textIn } from './schema.ts';

/*
 * The loans of before November 2025, of which only flexible ones can still be open. Everything about them is in this file and the codes
 * named after it: to drop them, delete it, its test and the lines that import it.
 * Source: https://bybit-exchange.github.io/docs/v5/crypto-loan/
 */

const root = '/v5/crypto-loan';
const paths = {
  orders: `${root}/ongoing-orders`,
  maxCollateral: `${root}/max-collateral-amount`,
  adjust: `${root}/adjust-ltv`,
  adjustments: `${root}/adjustment-history`,
  collateralData: `${root}/collateral-data`,
  loanableData: `${root}/loanable-data`,
  repay: `${root}/repay`,
  repayments: `${root}/repayment-history`,
  completed: `${root}/borrow-history`,
} as const;

/* The answers about the old loans. Source: https://bybit-exchange.github.io/docs/v5/crypto-loan/ */

const order = v.object({
  orderId: schema.id,
  loanCurrency: schema.coin,
  collateralCurrency: schema.coin,
  collateralAmount: schema.maybeNatural,
  currentLTV: schema.maybeNatural,
  totalDebt: schema.maybeNatural,
  residualInterest: schema.part,
  residualPenaltyInterest: schema.part,
  hourlyInterestRate: schema.maybe,
  // Fixed loans only. An unreadable one affects nothing else.
  expirationTime: v.fallback(v.optional(schema.digits, ''), '?'),
});
const adjustment = v.object({
  orderId: schema.id,
  adjustId: schema.id,
  adjustTime: schema.time,
  collateralCurrency: schema.coin,
  amount: schema.amount,
  preLTV: schema.maybeNatural,
  afterLTV: schema.maybeNatural,
  direction: schema.direction,
});
/** An order that is paid off, by a person or by Bybit: the repayments show how. */
const completed = v.object({
  orderId: schema.id,
  borrowTime: schema.time,
  loanCurrency: schema.coin,
  initialLoanAmount: schema.amount,
});
/** Terms by level of the person. */
const levels = v.object({ vipCoinList: schema.rows });
const level = v.object({ list: schema.rows });
const term = v.object({
  currency: schema.coin,
  marginCallLTV: schema.maybeNatural,
  liquidationLTV: schema.maybeNatural,
  collateralAccuracy: schema.places,
});

const accuracy = v.object({ currency: schema.coin, flexibleBorrowable: schema.borrowable, borrowingAccuracy: schema.places });

type Order = v.InferOutput<typeof order>;
type Terms = readonly v.InferOutput<typeof term>[];

/** Pages of orders to read; no account has more. */
const mostPages = 20;

/** The old loans: each order has one debt, one collateral and an id of 19 digits. */
export class Legacy implements LoanBook {
  readonly #line: Line;
  readonly #setting: Setting;
  /** Bybit has listed some before. */
  #had = false;
  /** As last listed. */
  #kept: Terms = [];

  constructor(line: Line, setting: Setting) {
    this.#line = line;
    this.#setting = setting;
  }

  /** None, silently, where Bybit no longer has these loans, unless it listed some before. */
  async loans(signal: AbortSignal | undefined): Promise<LoansRead> {
    const { orders, odd } = await this.#orders({}, signal);
    const asOf = this.#setting.now();
    this.#had ||= orders.length > 0;
    const loans = (await this.#toLoans(orders, signal)).map((loan, at) => ({
      ...loan,
      ...dueOf(orders[at], this.#setting.venueNow()),
    }));
    const vague = orders.filter(isVagueDate);
    const dates = vague.length === 0 ? undefined : datesMissing(vague.map(({ orderId }) => orderId));
    const amounts = orders.flatMap((order) => oddIn(order).map((field) => `${field} (${order.orderId})`));
    return { loans, ...said(leftOut([...odd, ...amounts]), dates), asOf };
  }

  async find(ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanFound | undefined> {
    const { orders, odd } = await this.#orders({ orderId: ref.loanId }, signal);
    const order = orders.find(({ orderId }) => orderId === ref.loanId);
    const loan = (await this.#toLoans(orders, signal)).find(({ id }) => id === ref.loanId);
    const found = toFound(order, loan);
    if (found !== undefined) return found;
    // An unreadable row may be this order: that is not "gone".
    const [field] = odd;
    if (field !== undefined) throw schema.unlike(field);
    return undefined;
  }

  /** Made by people only, within the last six months; there is no status: what is listed has happened. */
  async adjustments(ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Adjustment>> {
    const query = { orderId: ref.loanId, adjustId: page.id, collateralCurrency: page.coin, ...pageQuery(page) };
    const { list, nextPageCursor } = schema.read(schema.list, await this.#line.get(paths.adjustments, query, signal));
    const read = readRows(adjustment, list);
    const odd = read.odd.filter(({ raw }) => [undefined, ref.loanId].includes(textIn(raw, 'orderId')));
    const rows = read.rows.filter(({ orderId }) => orderId === ref.loanId).map((row) => toAdjustment(row, 'done'));
    return {
      ...toPage(rows, { count: list.length, next: nextPageCursor, odd: odd.length }, page),
      odd: odd.map(toOddAdjustment),
    };
  }

  history(ref: LoanRef): readonly HistoryPart[] {
    const query = { orderId: ref.loanId };
    const own = (orderId: string | undefined): boolean => orderId === ref.loanId;
    return [
      adjustmentsOf(this, ref),
      listOf(this.#line, {
        name: 'borrowed',
        path: paths.completed,
        query,
        row: completed,
        toRow: (name, row) => (own(row.orderId) ? toBorrowing(name, row) : undefined),
      }),
      listOf(this.#line, {
        name: 'repaid',
        path: paths.repayments,
        query,
        row: repayment,
        toRow: (name, row) => (own(row.orderId) ? toRepayment(name, row) : undefined),
      }),
    ];
  }

  async interest(ref: LoanRef, page: InterestRequest, signal: AbortSignal | undefined): Promise<Page<InterestRow>> {
    const at = this.#setting.now();
    const { orders, odd } = await this.#orders({ orderId: ref.loanId, loanCurrency: page.coin }, signal);
    const own = orders.filter(({ orderId }) => orderId === ref.loanId);
    const rows = own.flatMap((order) => {
      const { orderId, loanCurrency, totalDebt, hourlyInterestRate } = order;
      const interest = interestOf(order);
      return hourlyInterestRate === undefined || totalDebt === undefined || interest === undefined
        ? []
        : [{ id: `order-${orderId}`, coin: loanCurrency, debt: totalDebt, interest, rate: yearly(hourlyInterestRate), at }];
    });
    return { rows, ...notUnderstood(odd.length + own.length - rows.length) };
  }

  async redeemable(ref: LoanRef, _coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await this.#line.get(paths.maxCollateral, { orderId: ref.loanId }, signal);
    return schema.read(schema.maxCollateral, data).maxCollateralAmount;
  }

  /** An order accepts only more of its own coin. */
  async addable(ref: LoanRef, signal: AbortSignal | undefined): Promise<Taken> {
    const { orders } = await this.#orders({ orderId: ref.loanId }, signal);
    const coins = new Set(orders.filter(({ orderId }) => orderId === ref.loanId).map(({ collateralCurrency }) => collateralCurrency));
    return { coins, full: new Set() };
  }

  /** The smallest step of an amount of a coin; the coarsest where it differs by level. */
  smallest(coin: string): Decimal | undefined {
    const own = this.#kept.filter(({ currency }) => currency === coin);
    const places = schema.coarsest(own.map(({ collateralAccuracy }) => collateralAccuracy));
    return places === undefined ? undefined : divide(one, decimal(`1${'0'.repeat(places)}`), 18, 'up');
  }

  changeCall(change: CollateralChange): Call & { readonly body: string } {
    return adjustCall(paths.adjust, { orderId: change.loan.orderId ?? '' }, change);
  }

  async repayments(ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Repayment>> {
    return readRepayments(this.#line, paths.repayments, page, signal, ref.loanId);
  }

  async owed(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<DebtFound> {
    const { orders, odd } = await this.#orders({ orderId: ref.loanId }, signal);
    const order = orders.find(({ orderId }) => orderId === ref.loanId);
    const [field] = odd;
    if (order === undefined && field !== undefined) throw schema.unlike(field);
    const [loan] = order === undefined ? [] : await this.#toLoans([order], signal);
    if (order === undefined || loan === undefined || order.loanCurrency !== coin) return { found: toFound(order, loan), debt: zero };
    const debt = owed(order);
    if (debt === undefined) throw schema.unlike(named(oddIn(order)[0] ?? 'totalDebt', order.orderId));
    const rate = order.hourlyInterestRate === undefined ? undefined : yearly(order.hourlyInterestRate);
    return { found: toFound(order, loan), debt, ...optional('interest', interestOf(order)), ...optional('rate', rate), closes: true };
  }

  /** The coarsest where it differs by level. */
  async repayPlaces(coin: string, signal: AbortSignal | undefined): Promise<number | undefined> {
    const { vipCoinList } = schema.read(levels, await this.#line.ask(paths.loanableData, { currency: coin }, signal));
    const own = readRows(level, vipCoinList).rows.flatMap(({ list }) =>
      readRows(accuracy, list).rows.filter((one) => one.currency === coin),
    );
    return schema.repayPlaces(own.map((one) => ({ ...one, flexibleBorrowingAccuracy: one.borrowingAccuracy })));
  }

  repayCall(change: RepayChange): Call & { readonly body: string } {
    return writeCall(paths.repay, { orderId: change.loan.orderId ?? '', amount: change.amount });
  }

  async #orders(query: NonNullable<Call['query']>, signal: AbortSignal | undefined): Promise<OrdersRead> {
    const all: Order[] = [];
    const odd: string[] = [];
    let cursor: string | undefined;
    for (let count = 0; count < mostPages; count += 1) {
      const answer = await this.#ordersAfter(cursor, query, signal);
      const read = readRows(order, answer.list);
      const page = onceEach(read.rows, ({ orderId }) => orderId);
      // One that would look paid off counts as unreadable.
      const isTold = (one: Order): boolean => owed(one) !== undefined || (one.currentLTV !== undefined && isPositive(one.currentLTV));
      all.push(...page.rows.filter(isTold));
      const unclear = [...page.unclear, ...page.rows.filter((one) => !isTold(one)).map(({ orderId }) => orderId)];
      odd.push(...read.odd.map(({ field }) => field), ...unclear.map((orderId) => named('result.list', orderId)));
      if (answer.list.length < pageSize || answer.nextPageCursor === '' || answer.nextPageCursor === cursor) break;
      cursor = answer.nextPageCursor;
    }
    // What moves to the next page while pages are read appears twice.
    return { orders: [...new Map(all.map((one) => [one.orderId, one])).values()], odd };
  }

  async #ordersAfter(cursor: string | undefined, query: NonNullable<Call['query']>, signal: AbortSignal | undefined) {
    try {
      return schema.read(schema.list, await this.#line.get(paths.orders, { ...query, limit: pageSize.toString(), cursor }, signal));
    } catch (error) {
      // What existed a page or a reading ago is not absent.
      if (cursor === undefined && !this.#had && isAbsent(error)) return { list: [], nextPageCursor: '' };
      throw error;
    }
  }

  async #toLoans(list: readonly Order[], signal: AbortSignal | undefined): Promise<readonly Loan[]> {
    if (list.length === 0) return [];
    const terms = await this.#terms(signal);
    const otherwise = presumed(this.#setting.thresholds());
    return list.map((order) => toLoan(order, terms, otherwise));
  }

  /** The thresholds of each coin. Without them the table is used. */
  async #terms(signal: AbortSignal | undefined): Promise<Terms> {
    try {
      const { vipCoinList } = schema.read(levels, await this.#line.ask(paths.collateralData, {}, signal));
      this.#kept = readRows(level, vipCoinList).rows.flatMap(({ list }) => readRows(term, list).rows);
      return this.#kept;
    } catch (error) {
      if (ExchangeError.is(error, 'aborted') || !ExchangeError.is(error)) throw error;
      return [];
    }
  }
}

function toFound(order: Order | undefined, loan: Loan | undefined): LoanFound | undefined {
  if (order === undefined || loan === undefined) return undefined;
  return {
    loan,
    isVague: (coin) => coin === order.collateralCurrency && order.collateralAmount === undefined,
    owesMore: owed(order) === undefined,
  };
}

/** The orders that could be read, and the fields of the others. */
interface OrdersRead {
  readonly orders: readonly Order[];
  readonly odd: readonly string[];
}

function toLoan(order: Order, terms: Terms, otherwise: Thresholds): Loan {
  const own = terms.filter(({ currency }) => currency === order.collateralCurrency);
  const { collateralAmount } = order;
  const debt = owed(order);
  return {
    id: order.orderId,
    orderId: order.orderId,
    ...optional('ltv', order.currentLTV),
    collateralValuation: 'raw',
    debts: debt === undefined ? [] : [{ coin: order.loanCurrency, amount: debt }],
    collateral: collateralAmount === undefined ? [] : [{ coin: order.collateralCurrency, amount: collateralAmount }],
    // They differ by the person's level, which is unknown here: the strictest is used.
    marginCall: thresholdOf(strictest(own.map(({ marginCallLTV }) => marginCallLTV)), otherwise.marginCall),
    liquidation: thresholdOf(strictest(own.map(({ liquidationLTV }) => liquidationLTV)), otherwise.liquidation),
  };
}

/** `totalDebt` is unpaid principal only. Undefined when a part of it could not be read. */
function owed(order: Order): Decimal | undefined {
  const interest = interestOf(order);
  return order.totalDebt === undefined || interest === undefined ? undefined : sum([order.totalDebt, interest]);
}

function interestOf({ residualInterest, residualPenaltyInterest }: Order): Decimal | undefined {
  if (residualInterest === null || residualPenaltyInterest === null) return undefined;
  return sum([residualInterest, residualPenaltyInterest].filter((value) => value !== undefined));
}

/** The fields of an order needed to know what is owed and pledged. */
const oddIn = (order: Order): readonly string[] => [
  ...(order.collateralAmount === undefined ? ['collateralAmount'] : []),
  ...(order.totalDebt === undefined ? ['totalDebt'] : []),
  ...(order.residualInterest === null ? ['residualInterest'] : []),
  ...(order.residualPenaltyInterest === null ? ['residualPenaltyInterest'] : []),
];

const milliseconds = /^\d{13}$/;

/**
 * The whole debt of a fixed loan is due at once; a flexible one has no date. There is no status, so the time decides whether it is overdue. An
 * overdue debt is danger, even with an unknown amount.
 */
function dueOf(order: Order | undefined, now: number): Pick<Loan, 'due'> {
  if (order === undefined || !milliseconds.test(order.expirationTime)) return {};
  const at = Number(order.expirationTime);
  const overdue = at <= now;
  return { due: [{ coin: order.loanCurrency, ...optional('amount', owed(order)), at, overdue }] };
}

/** Whether an order has a date that is unknown. */
const isVagueDate = ({ expirationTime }: Order): boolean => expirationTime !== '' && !milliseconds.test(expirationTime);

const strictest = (values: readonly (Decimal | undefined)[]): Decimal | undefined =>
  values.flatMap((value) => lineAt(value) ?? []).reduce<Decimal | undefined>((low, value) => lesser(low ?? value, value), undefined);
