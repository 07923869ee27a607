import * as v from 'valibot';
import {
  absolute,
  add,
  compare,
  decimal,
  greater,
  isNegative,
  isPositive,
  isZero,
  lesser,
  multiply,
  round,
  subtract,
  zero,
  type Decimal,
} from '../../../core/decimal.ts';
import { formatAmount } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { Account, HistoryRow, Loan } from '../../../core/model.ts';
import { isWholeDebt, mostInterest } from '../../../core/risk/interest.ts';
import { ltvAfterRepaying } from '../../../core/risk/ltv.ts';
import type { RepayChange, RepayProof, RepayReadiness } from '../../../exchanges/exchange.ts';
import { actionOf } from '../../actions.ts';
import {
  anotherTarget,
  atMost,
  checkAsked,
  checkDecimals,
  incomplete,
  mayBeOfEarlier,
  moreThanHeld,
  notAsRequested,
  previewedAlike,
  storedAmount,
  storedAsked,
  storedText,
  type ChangeKind,
  type OtherWrites,
} from '../change-kind.ts';
import type { RepayPreview } from '../preview.ts';
import type { RepayWrite, SellWrite } from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { Finding } from '../write-states.ts';
import {
  addressed,
  checkMinimum,
  debtMove,
  debtMustBeAsShown,
  doneTwice,
  expectedLtv,
  headOf,
  ltvFigures,
  ltvSays,
  namedLoan,
  refreshForLtv,
  somethingElse,
  storedLoan,
  valuedAt,
} from './loan-changes.ts';

/** As a venue takes ids of clients. */
const storedRequestId = v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{1,32}$/));

/** Debt of a loan that is paid from the wallet. There is no way back but borrowing again. */
export const repay: ChangeKind<RepayPreview, RepayProof> = {
  check(change) {
    checkAsked(change);
    const { direction, all, requestId } = change;
    if (!['add'].includes(direction) || !v.is(v.boolean(), all) || !v.is(storedRequestId, requestId)) throw incomplete();
    return frozen(change);
  },
  prepare: (connection, change, signal) => actionOf(connection, 'repay').prepare(change, signal),
  priceIn: ({ prices }, coin) => prices.get(coin),
  preview,
  places: ({ places }) => places,
  mustBeAsShown: debtMustBeAsShown,
  decidedOn: ({ readiness }) => ({ limit: wholeOf(readiness), ...valuedAt(readiness.loan) }),
  expectations: expectedLtv,
  prove: (connection, { change, baseline }, receipt, signal) => actionOf(connection, 'repay').prove(change, baseline, receipt, signal),
  judge,
  schema: {
    since: 4,
    change: v.object({
      kind: v.literal('repay'),
      loan: storedLoan,
      ...storedAsked,
      direction: v.literal('add'),
      contract: v.exactOptional(storedText),
      all: v.boolean(),
      requestId: storedRequestId,
    }),
    baseline: v.object({
      kind: v.literal('repay'),
      newestHistoryId: v.exactOptional(v.string()),
      debt: storedAmount,
      ltv: v.exactOptional(storedAmount),
    }),
  },
};

/** An immutable copy of just what belongs to a change. */
const frozen = ({ loan, direction, coin, contract, amount, all, requestId }: RepayChange): RepayChange =>
  Object.freeze({
    kind: 'repay',
    loan: namedLoan(loan),
    direction,
    coin,
    ...(contract === undefined ? {} : { contract }),
    amount,
    all,
    requestId,
  });

/** What is owed of a coin, and how fine an amount of it may be. */
type Owed = Pick<RepayReadiness, 'debt' | 'places'>;
/** A repayment, wherever the money comes from. */
type DebtWrite = RepayWrite | SellWrite;

/** All that is owed of the coin, as an amount that the venue takes: rounded up, or a remainder would stay. */
export const wholeOf = ({ debt, places }: Owed): Decimal => round(debt, places, 'up');

function preview(account: Account, intent: RepayChange, readiness: RepayReadiness, price: Decimal | undefined): RepayPreview {
  const { loan, debt, minimum, places } = readiness;
  const { contract } = readiness;
  if (intent.contract !== undefined && intent.contract !== contract) throw anotherTarget();
  const change = frozen({ ...intent, loan: addressed(intent.loan, loan), ...(contract === undefined ? {} : { contract }) });
  checkDecimals(change, places);
  checkOwed(change, readiness);
  // What is left of a debt may be less than the least amount.
  if (compare(change.amount, debt) < 0) checkMinimum(change, minimum);
  if (compare(change.amount, readiness.walletAvailable) > 0) {
    throw new Refusal(moreThanHeld(readiness.walletAvailable, account, change), { instead: ['less'] });
  }
  return Object.freeze({
    kind: 'repay',
    change,
    ...previewedAlike(account, change, readiness, price),
    readiness: Object.freeze({ ...readiness }),
    debtAfter: greater(subtract(debt, change.amount), zero),
    ...ltvFigures(loan, ltvAfterIt(readiness, change)),
  });
}

/** Our estimate of LTV after so much of the coin is repaid; undefined where it is unknown. */
export const ltvAfterIt = (
  { loan, prices, owesMore }: Pick<RepayReadiness, 'loan' | 'prices' | 'owesMore'>,
  { coin, amount }: Pick<RepayChange, 'coin' | 'amount'>,
): Decimal | undefined => (owesMore === true ? undefined : ltvAfterRepaying(loan, coin, amount, prices));

/** Never more than is owed: what a venue does with the rest is not documented. */
export function checkOwed({ coin, amount, all }: Pick<RepayChange, 'coin' | 'amount' | 'all'>, readiness: Owed): void {
  const whole = wholeOf(readiness);
  if (!isPositive(readiness.debt)) throw new Refusal(msg('repay.nothing-owed', 'No {0} is owed on this loan now. Refresh.', coin));
  if (compare(amount, whole) > 0) throw new Refusal(atMost(moreThanOwed(), whole, coin), { instead: ['less'] });
  if (all && compare(amount, whole) !== 0) {
    throw new Refusal(msg('repay.whole-is-now', 'Repaying all takes {0} {1} now. Start again.', formatAmount(whole), coin), {
      instead: ['more'],
    });
  }
}

export const moreThanOwed = (): Message => msg('repay.more-than-owed', "That's more than is owed now.");

const two = decimal('2');

/**
 * Steps 7 and 8 of a repayment: what a reading proves.
 *
 * As for collateral, a row of the exchange's history with this coin and exact amount is needed, and the debt must have fallen:
 * - not moved: the figures lag behind the history, and the write stays open;
 * - risen by more than interest can have added: a mismatch;
 * - fallen by twice the amount: a mismatch too, because it may have been executed twice;
 * - fallen by another amount: only noted, as the row is exact.
 *
 * Interest is booked between two readings, so that the debt falls by a little less than the amount. Where all was meant, the exchange may take
 * what it counts as owed (see `isWholeDebt`). What is left is said.
 *
 * LTV comes last, as for collateral.
 */
function judge(record: RepayWrite, read: RepayProof, { claimed, givenUp }: OtherWrites): Finding | undefined {
  const { change, baseline } = record;
  const head = headOf(record, read, claimed, {
    asAsked: (row) => isRowAsAsked(record, row),
    asWanted: (loan) => hasFallen(record, loan),
  });
  if ('found' in head) return head.found;
  const { facts, proof } = head;
  const { loan } = proof;
  const ltv = facts.ltvAfter;
  const doubt = givenUp === undefined ? undefined : mayBeOfEarlier(baseline.debt, change.coin);
  if (loan === undefined) return { type: 'proven', ...facts, ...closed(record, proof.released ?? [], doubt) };
  const move = debtMove(record, proof.debt);
  const against = debtSays(record, proof, doubt !== undefined);
  if (against === 'nothing') return undefined;
  if (against === 'rose') return { type: 'contradicted', ...facts, note: notAsRequested(...move) };
  if (against === 'twice') return { type: 'contradicted', ...facts, note: doneTwice(...move) };
  const { unexplained, remark } = ltvSays(record, loan, ltv);
  if (unexplained !== undefined) return { type: 'contradicted', ...facts, note: unexplained, unsure: true };
  const note =
    doubt ??
    (change.all && isPositive(proof.debt) ? remainder(proof.debt, change.coin) : undefined) ??
    remark ??
    (against === 'other' ? somethingElse(...move) : undefined) ??
    (ltv === undefined ? refreshForLtv() : undefined);
  return { type: 'proven', ...facts, ...(note === undefined ? {} : { note }) };
}

export const hasFallen = ({ change, baseline }: DebtWrite, loan: Loan | undefined): boolean =>
  compare(loan?.debts.find(({ coin }) => coin === change.coin)?.amount ?? zero, baseline.debt) < 0;

/** What the debt says beside a row that is as requested. */
export function debtSays(
  { change, baseline, sentAt, plannedAt }: DebtWrite,
  { debt, asOf }: Extract<RepayProof, { readonly state: 'effective' }>,
  isDoubtful: boolean,
): 'as asked' | 'other' | 'nothing' | 'rose' | 'twice' {
  const paid = subtract(baseline.debt, debt);
  const interest = mostInterest(baseline.debt, asOf - (sentAt ?? plannedAt));
  if (isNegative(add(paid, interest))) return 'rose';
  // A rise that interest explains hides only a repayment that is smaller than it.
  if (isZero(paid) || (isNegative(paid) && compare(change.amount, interest) > 0)) return 'nothing';
  const within = (expected: Decimal, slack: Decimal): boolean =>
    compare(paid, expected) <= 0 && compare(paid, subtract(expected, slack)) >= 0;
  if (within(lesser(change.amount, baseline.debt), interest)) return 'as asked';
  const half = multiply(change.amount, decimal('0.5'));
  return !isDoubtful && within(multiply(change.amount, two), lesser(interest, half)) ? 'twice' : 'other';
}

export function isRowAsAsked({ change, baseline }: DebtWrite, row: HistoryRow): boolean {
  const amount = absolute(row.amount);
  if (row.coin !== change.coin || row.forced) return false;
  return compare(amount, change.amount) === 0 || (change.all && isWholeDebt(amount, baseline.debt, change.amount));
}

export const remainder = (debt: Decimal, coin: string): Message =>
  msg(
    'repay.remainder',
    '{0} {1} is still owed, such as interest added in the meantime. Repay it too to close the loan.',
    formatAmount(debt),
    coin,
  );

/** That the exchange no longer has the loan, and what it gave back. Without a debt there is no LTV left. */
export function closed(
  { change, baseline }: DebtWrite,
  released: readonly HistoryRow[],
  doubt: Message | undefined,
): { readonly note: Message; readonly ltvAfter?: Decimal } {
  if (compare(change.amount, baseline.debt) < 0)
    return { note: doubt ?? msg('repay.gone', 'The exchange no longer lists this loan. Check how it was closed.') };
  const back = released.map(({ amount, coin }) => `${formatAmount(absolute(amount))} ${coin}`).join(', ');
  const plain =
    back === '' ? msg('repay.closed', 'The loan is closed.') : msg('repay.closed-released', 'The loan is closed. Released: {0}.', back);
  return { note: doubt ?? plain, ltvAfter: zero };
}
