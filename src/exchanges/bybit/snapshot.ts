import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Loan, Snapshot, WalletCoin } from '../../core/model.ts';
import { pricesOf } from '../kit/prices.ts';
import { ifAny } from './wallet.ts';
import { withHaircuts, type Rules } from './haircuts.ts';
import type { LoanBook, LoansRead } from './loan-generation.ts';
import { withUsd } from './loan-map.ts';
import type { PositionsRead } from './positions.ts';
import { said } from './rows.ts';

/**
 * The loans of both generations. What one of them cannot tell is said beside what the other tells.
 * @returns the error when there is nothing to show: the old orders, which hardly anybody still has, do not vouch for the pool.
 */
export async function readLoans(pool: LoanBook, old: LoanBook, signal: AbortSignal | undefined): Promise<LoansRead | ExchangeError> {
  const [main, more] = await Promise.all([ifAny(pool.loans(signal)), ifAny(old.loans(signal))]);
  if (main instanceof ExchangeError) {
    if (more instanceof ExchangeError || more.loans.length === 0) return main;
    return { ...more, ...said(pool.unread(main.sentence), more.trouble) };
  }
  if (more instanceof ExchangeError) return { ...main, ...said(main.trouble, old.unread(more.sentence)) };
  const asOf = Math.min(main.asOf, more.asOf);
  const barred = main.barred === true && more.loans.length === 0 && more.trouble === undefined;
  return { loans: [...main.loans, ...more.loans], ...said(main.trouble, more.trouble), ...(barred ? { barred } : {}), asOf };
}

/** What was read for one snapshot; a part that failed is its error. */
export interface Parts {
  readonly loans: LoansRead | ExchangeError;
  readonly wallet: { readonly value: readonly WalletCoin[] | ExchangeError; readonly at: number };
  readonly positions: PositionsRead;
  readonly prices: ReadonlyMap<string, Decimal>;
  /** How the pool's collateral is valued; undefined when that is not known now. */
  readonly rules: Rules | undefined;
}

/** @throws ExchangeError when there is nothing to show. */
export function snapshotOf({ loans, wallet, positions, prices, rules }: Parts): Snapshot {
  if (loans instanceof ExchangeError && !standsAlone(positions, loans)) throw loans;
  // Of an account without loans positions are all there is to read.
  if ('barred' in loans && positions.blind !== undefined) throw positions.blind;
  const held = wallet.value instanceof ExchangeError ? [] : withUsd(wallet.value, prices);
  const found = loans instanceof ExchangeError ? [] : loans.loans.map((loan) => valued(withHaircuts(loan, rules, prices, held), prices));
  const loansTrouble = loans instanceof ExchangeError ? loans.sentence : loans.trouble;
  return {
    loans: found,
    ...(loansTrouble === undefined ? {} : { loansTrouble }),
    ...(isBarred(loans) || 'barred' in loans ? { loansBarred: true } : {}),
    wallet: held,
    ...(wallet.value instanceof ExchangeError ? { walletTrouble: wallet.value.sentence } : {}),
    positions: positions.positions,
    ...(positions.trouble === undefined ? {} : { positionsTrouble: positions.trouble.sentence }),
    ...(isBarred(positions.trouble) ? { positionsBarred: true } : {}),
    ...pricesOf({ loans: found, wallet: held, positions: positions.positions }, prices),
    // As old as the oldest of its parts.
    asOf: Math.min(loans instanceof ExchangeError ? positions.asOf : loans.asOf, wallet.at, positions.asOf),
  };
}

/** Bybit's word for a right that the key has not. */
const isBarred = (answer: unknown): boolean => ExchangeError.is(answer, 'permission') && answer.code === '10005';

/** Whether positions are enough to show without loans: there are some, or the key is one that may not read loans at all. */
function standsAlone({ positions, blind }: PositionsRead, loans: ExchangeError): boolean {
  return blind === undefined && (positions.length > 0 || isBarred(loans));
}

function valued(loan: Loan, prices: ReadonlyMap<string, Decimal>): Loan {
  return {
    ...loan,
    debts: withUsd(loan.debts, prices),
    collateral: withUsd(loan.collateral, prices),
    ...(loan.due === undefined ? {} : { due: withUsd(loan.due, prices) }),
  };
}
