import { compare, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Loan, Snapshot } from '../../core/model.ts';
import { ltvOf, modelOf, type ModelTrouble } from '../../core/risk/loan-model.ts';
import type { Connection } from '../../exchanges/exchange.ts';
import { actionOf } from '../actions.ts';
import type { Reading } from './ltv-offers.ts';

/** The loan as it is now and, where it can be computed, what it can be changed with. */
export type LoanReading =
  | { readonly loan: Loan; readonly trouble: ModelTrouble; /** Coins of the loan without a price. */ readonly unpriced: readonly string[] }
  | { readonly loan: Loan; readonly reading: Reading };

/**
 * Reads everything that the way to a target depends on: loan, wallet, prices, and what can be added or taken.
 * @param target a fraction; it decides whether coins to add or to take out are read
 * @throws ExchangeError also when the loan is not there any more
 */
export async function readForTarget(
  connection: Connection,
  wanted: Loan,
  target: Decimal,
  signal: AbortSignal,
): Promise<{ readonly snapshot: Snapshot; readonly answer: LoanReading }> {
  const snapshot = await connection.read(signal);
  const loan = snapshot.loans.find(({ id, orderId }) => id === wanted.id && orderId === wanted.orderId);
  if (loan === undefined) {
    throw new ExchangeError({
      kind: 'refused',
      effect: 'none',
      sentence: snapshot.loansTrouble ?? msg('choose.gone', 'This loan or position no longer exists.'),
    });
  }
  const prices = new Map(Object.entries(snapshot.prices ?? {}));
  const model = modelOf(loan, prices);
  if (typeof model === 'string') {
    const coins = new Set([...loan.debts, ...loan.collateral].map(({ coin }) => coin));
    return { snapshot, answer: { loan, trouble: model, unpriced: [...coins].filter((coin) => !prices.has(coin)) } };
  }
  const direction = compare(ltvOf(model) ?? model.ltv, target) > 0 ? 'add' : 'reduce';
  const ref = loan.orderId === undefined ? { loanId: loan.id } : { loanId: loan.id, orderId: loan.orderId };
  const coins = await actionOf(connection, 'collateral').options(ref, direction, signal);
  const wallet = snapshot.walletTrouble === undefined ? { wallet: snapshot.wallet } : {};
  return { snapshot, answer: { loan, reading: { loan, model, prices, direction, coins, ...wallet } } };
}
