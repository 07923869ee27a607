import { decimal, divide, lesser, one, sum, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { InterestRow, Loan, Page } from '../../core/model.ts';
import type { CollateralChange, InterestRequest, LoanRef } from '../exchange.ts';
import type { Call } from '../http.ts';
import { adjustmentsOf, listOf, repayments, toBorrowing, toRepayment } from './history-rows.ts';
import { adjustments, collateralData, completed, orders, type Order, type Orders, type Terms } from './legacy-answers.ts';
import type { Adjustment, AdjustmentRequest, HistoryPart, Line, LoanBook, LoansRead, Setting, Taken } from './loan-book.ts';
import { optional, toAdjustment, yearly } from './map.ts';
import { adjustCall, isAbsent, pageQuery, pageSize, toPage } from './requests.ts';
import * as schema from './schema.ts';
import { presumed, thresholdOf, type Thresholds } from './thresholds.ts';

/*
 * The loans of before November 2025, of which only flexible ones can still be open. Everything about them is in the
 * three files whose names begin with this one's: to drop it, delete them, their test and the lines that import them.
 * Source: https://bybit-exchange.github.io/docs/v5/crypto-loan/
 */

const root = '/v5/crypto-loan';
const paths = {
  orders: `${root}/ongoing-orders`,
  maxCollateral: `${root}/max-collateral-amount`,
  adjust: `${root}/adjust-ltv`,
  adjustments: `${root}/adjustment-history`,
  collateralData: `${root}/collateral-data`,
  repayments: `${root}/repayment-history`,
  completed: `${root}/borrow-history`,
} as const;

/** Pages of orders that are read; nobody has more. */
const mostPages = 20;

/** The old loans: each order has one debt, one collateral and an id of 19 digits. */
export class Legacy implements LoanBook {
  readonly #line: Line;
  readonly #setting: Setting;
  /** As they were told last. */
  #kept: Terms = [];

  constructor(line: Line, setting: Setting) {
    this.#line = line;
    this.#setting = setting;
  }

  /** None, without a word, where Bybit does not know these loans any more. */
  async loans(signal: AbortSignal | undefined): Promise<LoansRead> {
    const orders = await this.#orders({}, signal);
    const asOf = this.#setting.now();
    const loans = (await this.#toLoans(orders, signal)).map((loan, at) => ({
      ...loan,
      ...dueOf(orders[at], loan, this.#setting.venueNow()),
    }));
    const vague = orders.filter(({ expirationTime }) => expirationTime !== '' && !milliseconds.test(expirationTime));
    const trouble = vague.length === 0 ? {} : { trouble: dateUnread(vague.map(({ orderId }) => orderId)) };
    return { loans, ...trouble, asOf };
  }

  unread(why: Message): Message {
    return msg('Loans of before November 2025 could not be read; if you have none, nothing is missing. {0}', why);
  }

  async find(ref: LoanRef, signal: AbortSignal | undefined): Promise<Loan | undefined> {
    const loans = await this.#toLoans(await this.#orders({ orderId: ref.loanId }, signal), signal);
    return loans.find(({ id }) => id === ref.loanId);
  }

  /** Made by people only, of the last six months; there is no status, so whatever is listed has happened. */
  async adjustments(ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<Page<Adjustment>> {
    const query = { orderId: ref.loanId, adjustId: page.id, collateralCurrency: page.coin, ...pageQuery(page) };
    const { list, nextPageCursor } = schema.read(adjustments, await this.#line.get(paths.adjustments, query, signal));
    const { older } = toPage(list, nextPageCursor, page);
    const rows = list.filter(({ orderId }) => orderId === ref.loanId).map((row) => toAdjustment(row, 'done'));
    return { rows, ...(older === undefined ? {} : { older }) };
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
        read: (result) => schema.read(completed, result),
        toRow: (name, row) => (own(row.orderId) ? toBorrowing(name, row) : undefined),
      }),
      listOf(this.#line, {
        name: 'repaid',
        path: paths.repayments,
        query,
        read: (result) => schema.read(repayments, result),
        toRow: (name, row) => (own(row.orderId) ? toRepayment(name, row) : undefined),
      }),
    ];
  }

  async interest(ref: LoanRef, page: InterestRequest, signal: AbortSignal | undefined): Promise<Page<InterestRow>> {
    const at = this.#setting.now();
    const rows = (await this.#orders({ orderId: ref.loanId, loanCurrency: page.coin }, signal)).flatMap((order) =>
      order.hourlyInterestRate === undefined || order.orderId !== ref.loanId
        ? []
        : [
            {
              id: `order-${order.orderId}`,
              coin: order.loanCurrency,
              debt: order.totalDebt,
              interest: interestOf(order),
              rate: yearly(order.hourlyInterestRate),
              at,
            },
          ],
    );
    return { rows };
  }

  async redeemable(ref: LoanRef, _coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await this.#line.get(paths.maxCollateral, { orderId: ref.loanId }, signal);
    return schema.read(schema.maxCollateral, data).maxCollateralAmount;
  }

  /** An order takes more of its own coin only. */
  async addable(ref: LoanRef, signal: AbortSignal | undefined): Promise<Taken> {
    const list = await this.#orders({ orderId: ref.loanId }, signal);
    const coins = new Set(list.filter(({ orderId }) => orderId === ref.loanId).map(({ collateralCurrency }) => collateralCurrency));
    return { coins, full: new Set() };
  }

  /** One step of the finest amount that Bybit takes of a coin; the coarsest where it differs by level. */
  smallest(coin: string): Decimal | undefined {
    const places = this.#kept.filter(({ currency }) => currency === coin).flatMap(({ collateralAccuracy }) => collateralAccuracy ?? []);
    return places.length === 0 ? undefined : divide(one, decimal(`1${'0'.repeat(Math.min(...places))}`), 18, 'up');
  }

  changeCall(change: CollateralChange): Call & { readonly body: string } {
    return adjustCall(paths.adjust, { orderId: change.loan.orderId ?? '' }, change);
  }

  async #orders(query: NonNullable<Call['query']>, signal: AbortSignal | undefined): Promise<readonly Order[]> {
    const all: Order[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await this.#ordersAfter(cursor, query, signal);
      all.push(...answer.list);
      if (answer.list.length < pageSize || answer.nextPageCursor === '' || answer.nextPageCursor === cursor) break;
      cursor = answer.nextPageCursor;
    }
    // What moves from one page to the next while they are read is told twice.
    return [...new Map(all.map((order) => [order.orderId, order])).values()];
  }

  async #ordersAfter(cursor: string | undefined, query: NonNullable<Call['query']>, signal: AbortSignal | undefined): Promise<Orders> {
    try {
      return schema.read(orders, await this.#line.get(paths.orders, { ...query, limit: pageSize.toString(), cursor }, signal));
    } catch (error) {
      // What was there a page ago is not absent.
      if (cursor === undefined && isAbsent(error)) return { list: [], nextPageCursor: '' };
      throw error;
    }
  }

  async #toLoans(list: readonly Order[], signal: AbortSignal | undefined): Promise<readonly Loan[]> {
    if (list.length === 0) return [];
    const terms = await this.#terms(signal);
    const otherwise = presumed(this.#setting.thresholds());
    return list.map((order) => toLoan(order, terms, otherwise));
  }

  /** The thresholds of each coin. Without them the table has to do. */
  async #terms(signal: AbortSignal | undefined): Promise<Terms> {
    try {
      this.#kept = schema
        .read(collateralData, await this.#line.ask(paths.collateralData, {}, signal))
        .vipCoinList.flatMap((vip) => vip.list);
      return this.#kept;
    } catch (error) {
      if (ExchangeError.is(error, 'aborted') || !ExchangeError.is(error)) throw error;
      return [];
    }
  }
}

function toLoan(order: Order, terms: Terms, otherwise: Thresholds): Loan {
  const own = terms.filter(({ currency }) => currency === order.collateralCurrency);
  return {
    id: order.orderId,
    orderId: order.orderId,
    ...optional('ltv', order.currentLTV),
    collateralValuation: 'raw',
    // `totalDebt` is unpaid principal only.
    debts: [{ coin: order.loanCurrency, amount: sum([order.totalDebt, interestOf(order)]) }],
    collateral: [{ coin: order.collateralCurrency, amount: order.collateralAmount }],
    // They differ by the person's level, which is not told here: the strictest is taken.
    marginCall: thresholdOf(strictest(own.map(({ marginCallLTV }) => marginCallLTV)), otherwise.marginCall),
    liquidation: thresholdOf(strictest(own.map(({ liquidationLTV }) => liquidationLTV)), otherwise.liquidation),
  };
}

const milliseconds = /^\d{13}$/;

/** The whole debt of a fixed loan is due at once; a flexible one has no date. There is no status, so the time tells whether it is overdue. */
function dueOf(order: Order | undefined, { debts }: Loan, now: number): Pick<Loan, 'due'> {
  if (order === undefined || !milliseconds.test(order.expirationTime)) return {};
  const at = Number(order.expirationTime);
  return { due: debts.map((debt) => ({ ...debt, at, overdue: at <= now })) };
}

const dateUnread = (orders: readonly string[]): Message =>
  msg('The date by which the loan {0} must be repaid could not be read. Look at it in the Bybit app.', orders.join(', '));

const interestOf = ({ residualInterest, residualPenaltyInterest }: Order): Decimal =>
  sum([residualInterest, residualPenaltyInterest].filter((value) => value !== undefined));

const strictest = (values: readonly (Decimal | undefined)[]): Decimal | undefined =>
  values.filter((value) => value !== undefined).reduce<Decimal | undefined>((low, value) => lesser(low ?? value, value), undefined);
