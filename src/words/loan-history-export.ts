import { add, compare, isPositive, lesser, subtract, zero, type Decimal } from '../core/decimal.ts';
import type { Account } from '../core/model.ts';
import { english } from '../core/message.ts';
import { utcIso } from './activity.ts';
import { meaningOf, type KeptRow } from './loan-history-row.ts';

/**
 * A form of the loan history: rows of an account, oldest first, become lines of cells. No language changes any of them; amounts are the
 * exact decimals of the exchange, times are in UTC.
 */
export interface LoanHistoryForm {
  readonly columns: readonly string[];
  linesOf(row: KeptRow): readonly (readonly string[])[];
}

const yesNo = (is: boolean): string => (is ? 'yes' : 'no');

function meaningIn(row: KeptRow): string {
  const meaning = meaningOf(row)?.[0];
  return meaning === undefined ? '' : english(meaning);
}

/** Every row as it is kept. Names and meanings of the columns stay; new ones are put at the end. An empty cell is not known. */
export const eventsForm = ({ id, name, venue, simulated }: Account): LoanHistoryForm => ({
  columns: 'time,account_id,account,venue,simulated,loan_id,kind,type,meaning,coin,amount,forced,id,debt,rate_per_year'.split(','),
  linesOf: (row) => [
    [
      ...[utcIso(row.at), id, name, venue, yesNo(simulated), row.loan ?? '', row.kind, row.type, meaningIn(row)],
      ...[row.coin, row.amount ?? '', yesNo(row.forced), row.id, row.debt ?? '', row.rate ?? ''],
    ],
  ],
});

/** How many rows Koinly's form left out, besides collateral. */
export interface LeftOut {
  sales: number;
  unfinished: number;
  unknown: number;
}

/**
 * Koinly's universal template: https://support.koinly.io/en/articles/9489976-how-to-create-a-custom-csv-file-with-your-data
 * Its tags: https://support.koinly.io/en/articles/9490026-crypto-loans-repayments-and-collateral
 *
 * Interest grows the debt and is paid by repayments, so a repayment is split as Koinly wants it: first what was booked as interest of that
 * loan (Loan fee), then the rest. Both are never more than was paid.
 */
export class KoinlyForm implements LoanHistoryForm {
  readonly columns = [
    ...['Date', 'Sent Amount', 'Sent Currency', 'Received Amount', 'Received Currency', 'Fee Amount', 'Fee Currency'],
    ...['Net Worth Amount', 'Net Worth Currency', 'Label', 'Description', 'TxHash'],
  ];
  readonly #account: Account;
  readonly #leftOut: LeftOut;
  /** Interest booked and not yet paid, by loan and coin. */
  readonly #owed = new Map<string, Decimal>();

  constructor(account: Account, leftOut: LeftOut) {
    this.#account = account;
    this.#leftOut = leftOut;
  }

  linesOf(row: KeptRow): readonly (readonly string[])[] {
    const effect = meaningOf(row)?.[1];
    if (row.amount === undefined) {
      this.#leftOut.unknown += 1;
      return [];
    }
    const amount = row.amount.replace(/^-/, '') as Decimal;
    switch (effect) {
      case 'received':
        return [this.#line(row, ['', '', amount, row.coin], 'Loan')];
      case 'paid':
        return this.#repayment(row, amount);
      case 'interest':
        if (row.loan !== undefined) this.#owed.set(keyOf(row), add(this.#owed.get(keyOf(row)) ?? zero, row.amount));
        return [];
      case 'none':
        return [];
      case 'unfinished':
        this.#leftOut.unfinished += 1;
        return [];
      case 'sale':
        this.#leftOut.sales += 1;
        break;
      case undefined:
        this.#leftOut.unknown += 1;
    }
    // Any interest may have been paid by it.
    this.#owed.clear();
    return [];
  }

  #repayment(row: KeptRow, amount: Decimal): readonly (readonly string[])[] {
    const line = (part: Decimal, label: string): readonly string[] => this.#line(row, [part, row.coin, '', ''], label);
    const owed = row.loan === undefined ? zero : (this.#owed.get(keyOf(row)) ?? zero);
    if (row.loan === undefined) this.#owed.clear();
    if (!isPositive(owed)) return [line(amount, 'Loan repayment')];
    const fee = lesser(owed, amount);
    this.#owed.set(keyOf(row), subtract(owed, fee));
    return [line(fee, 'Loan fee'), ...(compare(fee, amount) < 0 ? [line(subtract(amount, fee), 'Loan repayment')] : [])];
  }

  #line(row: KeptRow, moved: readonly [sent: string, coin: string, received: string, coin: string], label: string): readonly string[] {
    const { venue, name, simulated } = this.#account;
    const loan = row.loan === undefined ? [] : [`loan ${row.loan}`];
    const description = [...(simulated ? ['SIMULATED'] : []), venue, row.type, ...loan, name, `ID ${row.id}`].join(', ');
    // No TxHash: Koinly would merge the two lines of one repayment.
    return [`${utcIso(row.at).slice(0, 16).replace('T', ' ')} UTC`, ...moved, '', '', '', '', label, description, ''];
  }
}

const keyOf = ({ loan = '', coin }: KeptRow): string => `${loan} ${coin}`;
