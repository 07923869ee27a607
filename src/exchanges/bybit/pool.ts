import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { InterestRow, Loan, Page } from '../../core/model.ts';
import type { CollateralChange, InterestRequest, LoanRef } from '../exchange.ts';
import type { Call } from '../http.ts';
import { CollateralTerms } from './collateral-terms.ts';
import { readDates } from './due.ts';
import { endpoints } from './endpoints.ts';
import { adjustmentsOf, borrowings, listOf, repayments, toBorrowing, toRepayment } from './history-rows.ts';
import type { Adjustment, AdjustmentRequest, HistoryPart, Line, LoanBook, LoansRead, Setting, Taken } from './loan-book.ts';
import { fixedDebts, toAdjustment, toPool, yearly } from './map.ts';
import { adjustCall, pageQuery, toPage } from './requests.ts';
import * as schema from './schema.ts';
import { presumed } from './thresholds.ts';

/** The platform takes no more collateral. Source: `colRes` of https://bybit-exchange.github.io/docs/v5/new-crypto-loan/crypto-loan-position */
const full = '2';

/** The loans since July 2025: one pool for each account, in which collateral and debts are kept by coin. There are no order ids. */
export class Pool implements LoanBook {
  /** What it takes as collateral, and for how much. */
  readonly terms: CollateralTerms;
  readonly #line: Line;
  readonly #setting: Setting;

  constructor(line: Line, setting: Setting) {
    this.#line = line;
    this.#setting = setting;
    this.terms = new CollateralTerms(line, setting.now);
  }

  async loans(signal: AbortSignal | undefined): Promise<LoansRead> {
    const position = await this.#position(signal);
    const asOf = this.#setting.now();
    const loan = toPool(position, presumed(this.#setting.thresholds()));
    if (loan === undefined) return { loans: [], asOf };
    const { due, trouble } = await readDates(this.#line, fixedDebts(position), this.#setting.venueNow, signal);
    return { loans: [{ ...loan, ...(due === undefined ? {} : { due }) }], ...(trouble === undefined ? {} : { trouble }), asOf };
  }

  unread(why: Message): Message {
    return msg('The loans in the pool could not be read. {0}', why);
  }

  async find(_ref: LoanRef, signal: AbortSignal | undefined): Promise<Loan | undefined> {
    return toPool(await this.#position(signal), presumed(this.#setting.thresholds()));
  }

  async adjustments(_ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<Page<Adjustment>> {
    const query = { adjustId: page.id, collateralCurrency: page.coin, ...pageQuery(page) };
    const { list, nextPageCursor } = schema.read(schema.adjustments, await this.#line.get(endpoints.adjustments, query, signal));
    return toPage(
      list.map((row) => toAdjustment(row, row.status)),
      nextPageCursor,
      page,
    );
  }

  history(ref: LoanRef): readonly HistoryPart[] {
    return [
      adjustmentsOf(this, ref),
      listOf(this.#line, {
        name: 'borrowed',
        path: endpoints.borrowings,
        read: (result) => schema.read(borrowings, result),
        toRow: toBorrowing,
      }),
      // Numbered apart from each other.
      listOf(this.#line, {
        name: 'repaid',
        path: endpoints.repayments,
        read: (result) => schema.read(repayments, result),
        toRow: toRepayment,
      }),
      listOf(this.#line, {
        name: 'repaid-fixed',
        path: endpoints.fixedRepayments,
        read: (result) => schema.read(repayments, result),
        toRow: toRepayment,
      }),
    ];
  }

  /** What has accrued on the flexible debts and is not paid: Bybit lists no single accruals, and nothing of fixed debts. */
  async interest(_ref: LoanRef, page: InterestRequest, signal: AbortSignal | undefined): Promise<Page<InterestRow>> {
    const { list } = schema.read(schema.flexibleDebts, await this.#line.get(endpoints.flexibleDebts, { loanCurrency: page.coin }, signal));
    const at = this.#setting.now();
    const rows = list.map(({ loanCurrency, totalDebt, unpaidInterest, hourlyInterestRate }) => ({
      id: `flexible-${loanCurrency}`,
      coin: loanCurrency,
      debt: totalDebt,
      interest: unpaidInterest,
      rate: yearly(hourlyInterestRate),
      at,
    }));
    return { rows };
  }

  async redeemable(_ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined> {
    const data = await this.#line.get(endpoints.maxCollateral, { currency: coin }, signal);
    return schema.read(schema.maxCollateral, data).maxCollateralAmount;
  }

  async addable(_ref: LoanRef, signal: AbortSignal | undefined): Promise<Taken> {
    const [{ colRes, collateralList }, { coins }] = await Promise.all([this.#position(signal), this.terms.fresh(signal)]);
    if (coins instanceof ExchangeError) throw coins;
    const capped = collateralList.filter((one) => one.colRes === full).map(({ currency }) => currency);
    return { coins, full: colRes === full ? coins : new Set(capped) };
  }

  /** Bybit tells it of old orders only. */
  smallest(): undefined {
    return undefined;
  }

  changeCall(change: CollateralChange): Call & { readonly body: string } {
    return adjustCall(endpoints.adjust, { currency: change.coin }, change);
  }

  async #position(signal: AbortSignal | undefined) {
    return schema.read(schema.position, await this.#line.get(endpoints.position, {}, signal));
  }
}
