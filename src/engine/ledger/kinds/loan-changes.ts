import * as v from 'valibot';
import { absolute, compare, isNegative, isPositive, multiply, subtract, zero, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatLtv, formatUsd } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { HistoryRow, Loan } from '../../../core/model.ts';
import { mostInterest } from '../../../core/risk/interest.ts';
import { mostDifference } from '../../../core/risk/loan-model.ts';
import { credibleLtv, distanceTo } from '../../../core/risk/ltv.ts';
import type { Change, LoanRef } from '../../../exchanges/exchange.ts';
import { anotherTarget, changedSince, incomplete, storedText } from '../change-kind.ts';
import type { BorrowPreview, LoanPreview, RepayPreview, SellPreview } from '../preview.ts';
import {
  historyEvidence,
  type BorrowWrite,
  type CollateralWrite,
  type DecidedOn,
  type Evidence,
  type RepayWrite,
  type SellWrite,
  type WriteRecord,
} from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { Finding } from '../write-states.ts';

// What all changes of a loan share, whether they move its collateral or its debt. What adds lowers LTV, and what reduces raises it.

type LoanWrite = CollateralWrite | RepayWrite | SellWrite | BorrowWrite;

/** An immutable copy of what names a loan. @throws Refusal when it names none */
export function namedLoan({ loanId, orderId }: LoanRef): LoanRef {
  if (loanId === '' || orderId === '') throw incomplete();
  return Object.freeze({ loanId, ...(orderId === undefined ? {} : { orderId }) });
}

/**
 * The fresh loan decides how it is addressed: where the venue knows an order id, a request without it would hit another loan.
 * @throws Refusal when it is another loan than the one intended
 */
export function addressed({ loanId, orderId }: LoanRef, loan: Loan): LoanRef {
  if (loan.id !== loanId || (orderId !== undefined && orderId !== loan.orderId)) throw anotherTarget();
  return namedLoan(loan.orderId === undefined ? { loanId } : { loanId, orderId: loan.orderId });
}

/** A loan in the journal. */
export const storedLoan = v.object({ loanId: storedText, orderId: v.exactOptional(storedText) });

/** LTV and the distance to the margin call, now and after, as far as known. */
export function ltvFigures(
  loan: Loan,
  ltvAfter: Decimal | undefined,
): Pick<LoanPreview, 'ltvNow' | 'ltvAfter' | 'distanceNow' | 'distanceAfter'> {
  const ltvNow = credibleLtv(loan);
  const distanceNow = distanceTo(loan.marginCall?.ltv, ltvNow);
  const distanceAfter = distanceTo(loan.marginCall?.ltv, ltvAfter);
  return {
    ...(ltvNow === undefined ? {} : { ltvNow }),
    ...(ltvAfter === undefined ? {} : { ltvAfter }),
    ...(distanceNow === undefined ? {} : { distanceNow }),
    ...(distanceAfter === undefined ? {} : { distanceAfter }),
  };
}

/** As `ChangeKind.expectations`. */
export const expectedLtv = ({ ltvNow, ltvAfter }: LoanPreview): Pick<WriteRecord, 'ltvBefore' | 'ltvEstimate'> => ({
  ...(ltvNow === undefined ? {} : { ltvBefore: ltvNow }),
  ...(ltvAfter === undefined ? {} : { ltvEstimate: ltvAfter }),
});

/** The venue's own valuation, against which its next LTV is held. */
export const valuedAt = ({ collateralUsd, debtUsd }: Loan): Pick<DecidedOn, 'collateralUsd' | 'debtUsd'> => ({
  ...(collateralUsd === undefined ? {} : { collateralUsd }),
  ...(debtUsd === undefined ? {} : { debtUsd }),
});

/** @throws Refusal when it is less than the venue takes */
export function checkMinimum({ coin, amount }: Pick<Change, 'coin' | 'amount'>, minimum: Decimal | undefined): void {
  if (minimum === undefined || compare(amount, minimum) >= 0) return;
  throw new Refusal(msg('collateral.minimum', 'The exchange requires at least {0} {1}.', formatAmount(minimum), coin), {
    instead: ['more'],
  });
}

/** @throws Refusal when the loan reached the LTV at which the venue liquidates since it was shown */
export function mustNotHaveReachedLiquidation(before: LoanPreview, now: LoanPreview): void {
  if (!isBeyond(now) || isBeyond(before)) return;
  throw new Refusal(
    msg(
      'collateral.reached-liquidation',
      'LTV reached liquidation after this preview. Nothing was sent. The exchange may be selling collateral: check it.',
    ),
    { remedy: 'refresh', instead: ['repay'] },
  );
}

type DebtPreview = BorrowPreview | RepayPreview | SellPreview;

/** The debt may have grown by interest since; anything else is somebody's change. */
export function debtMustBeAsShown(before: DebtPreview, now: DebtPreview): void {
  mustNotHaveReachedLiquidation(before, now);
  const [was, is] = [before.readiness, now.readiness];
  const grown = subtract(is.debt, was.debt);
  if (!isNegative(grown) && compare(grown, mostInterest(was.debt, is.asOf - was.asOf)) <= 0) return;
  throw new Refusal(changedSince(debtIn(before.change.coin), formatAmount(was.debt), `${formatAmount(is.debt)} ${before.change.coin}`));
}

const debtIn = (coin: string): Message => msg('repay.debt-in', '{0} debt', coin);

/** What it concerns, before and after. */
export const debtMove = ({ change, baseline }: RepayWrite | SellWrite | BorrowWrite, debt: Decimal): readonly [Message, string, string] => [
  debtIn(change.coin),
  formatAmount(baseline.debt),
  formatAmount(debt),
];

/** At or beyond the LTV at which the venue liquidates. */
function isBeyond({ ltvNow, readiness: { loan } }: LoanPreview): boolean {
  const line = loan.liquidation?.ltv;
  return ltvNow !== undefined && line !== undefined && isPositive(line) && compare(ltvNow, line) >= 0;
}

/** What a proof of any change of a loan tells. */
type LoanProof =
  | { readonly state: 'pending'; readonly failed?: HistoryRow }
  | { readonly state: 'effective' | 'contradicted'; readonly row: HistoryRow; readonly loan?: Loan };

/** The judgement is over with `found`, or goes on with these facts of a row that is as requested. */
type Head<P extends LoanProof> =
  | { readonly found: Finding | undefined }
  | {
      readonly proof: Extract<P, { readonly state: 'effective' }>;
      readonly facts: { readonly evidence: Evidence; readonly ltvAfter?: Decimal };
    };

/**
 * What the row and the venue's words say of a change of a loan, before its figures are looked at: the row must be new, not claimed by another write,
 * of this loan, and as requested. Another row is a mismatch, except after a lost answer where the loan moved the requested way: somebody may be
 * changing it in the exchange's app, in a hurry. Then the write stays open, and no account is frozen for it.
 *
 * A row that says it failed closes the write as not executed, but only if the exchange is known to have accepted it: after a lost answer the failure
 * may belong to another attempt.
 * @param is.asAsked whether a row is about exactly this change
 * @param is.asWanted whether the loan, undefined when it is gone, moved the requested way
 */
export function headOf<P extends LoanProof>(
  record: LoanWrite,
  proof: P,
  claimed: ReadonlySet<string>,
  is: { readonly asAsked: (row: HistoryRow) => boolean; readonly asWanted: (loan: Loan | undefined) => boolean },
): Head<P> {
  if (proof.state === 'pending') return { found: proof.failed && judgeFailure(record, proof.failed, claimed, is.asAsked(proof.failed)) };
  const { row, loan } = proof;
  if (!mayBeOurs(record, row, claimed)) return { found: undefined };
  if (loan !== undefined && loan.id !== record.change.loan.loanId) return { found: undefined };
  const ltv = loan === undefined ? undefined : credibleLtv(loan);
  const facts = { evidence: historyEvidence(row), ...(ltv === undefined ? {} : { ltvAfter: ltv }) };
  if (proof.state === 'contradicted' && record.state !== 'accepted' && is.asWanted(loan)) return { found: undefined };
  if (proof.state === 'contradicted' || !is.asAsked(row)) return { found: { type: 'contradicted', ...facts, note: otherThanAsked(row) } };
  return { proof: proof as Extract<P, { readonly state: 'effective' }>, facts };
}

/** Whether a row is new, no other write's and, as far as the venue's id tells, this one's. */
function mayBeOurs({ baseline, reference }: LoanWrite, { id }: HistoryRow, claimed: ReadonlySet<string>): boolean {
  return id !== baseline.newestHistoryId && !claimed.has(id) && (reference === undefined || id === reference);
}

/** What a row says that reports a failure. @param isAsAsked whether it is about exactly this change */
function judgeFailure(record: LoanWrite, row: HistoryRow, claimed: ReadonlySet<string>, isAsAsked: boolean): Finding | undefined {
  if (record.state !== 'accepted' || !mayBeOurs(record, row, claimed) || !isAsAsked) return undefined;
  const note = msg(
    'collateral.accepted-but-failed',
    'Accepted, but the exchange\'s history says it failed: "{0}" {1} {2}.',
    row.type,
    formatAmount(row.amount),
    row.coin,
  );
  return { type: 'failed', evidence: historyEvidence(row), note };
}

export const refreshForLtv = (): Message => msg('collateral.refresh-for-ltv', 'Refresh to see the new LTV.');

function otherThanAsked({ type, amount, coin }: HistoryRow): Message {
  return msg('collateral.booked-instead', 'The exchange booked "{0}" {1} {2} instead.', type, formatAmount(amount), coin);
}

export const somethingElse = (what: Message, was: string, is: string): Message =>
  msg(
    'collateral.something-else',
    '{0} went from {1} to {2}: something else changed too. Check the loan before the next change.',
    what,
    was,
    is,
  );

export const doneTwice = (what: Message, was: string, is: string): Message =>
  msg('collateral.may-be-twice', '{0} went from {1} to {2}, twice the amount: it may have been executed twice.', what, was, is);

/** Whether LTV should fall. A sale takes collateral away, and more of the debt. */
const lowersLtv = ({ direction, kind }: Change): boolean => direction === 'add' || kind === 'repay-collateral';

/** What a reading says of LTV, which comes last, because prices and interest move it too. */
export interface LtvSays {
  /** It went the wrong way, and the venue's own values of debt and collateral do not explain it. */
  readonly unexplained?: Message;
  /** It went the wrong way, for a reason they give. */
  readonly remark?: Message;
}

/** @param ltv as it is now */
export function ltvSays(record: LoanWrite, loan: Loan, ltv: Decimal | undefined): LtvSays {
  const { ltvBefore, change } = record;
  if (ltv === undefined || ltvBefore === undefined || compare(ltv, ltvBefore) !== (lowersLtv(change) ? 1 : -1)) return {};
  const move = [formatLtv(ltvBefore), formatLtv(ltv)] as const;
  if (isExplained(record, loan)) return { remark: somethingElse(msg('term.ltv', 'LTV'), ...move) };
  return {
    unexplained: msg(
      'collateral.ltv-unexplained',
      "LTV went from {0} to {1}, not as requested. Debt ({2}) and collateral ({3}) don't explain it.",
      ...move,
      formatUsd(loan.debtUsd ?? zero, 'debt'),
      formatUsd(loan.collateralUsd ?? zero, 'asset'),
    ),
  };
}

/**
 * Whether the venue's own figures of debt and collateral moved as its LTV did, but for 0.5 %. Only the relation of the one to the other
 * is compared, so it does not matter how the venue defines them. Where a figure is missing nothing contradicts the LTV.
 */
function isExplained({ figures, ltvBefore }: LoanWrite, loan: Loan): boolean {
  const ltv = credibleLtv(loan);
  const [debt, collateral] = [figures?.debtUsd, figures?.collateralUsd];
  if (ltv === undefined || ltvBefore === undefined || debt === undefined || collateral === undefined) return true;
  if (loan.debtUsd === undefined || loan.collateralUsd === undefined) return true;
  const then = multiply(multiply(ltvBefore, collateral), loan.debtUsd);
  const now = multiply(multiply(ltv, loan.collateralUsd), debt);
  return compare(absolute(subtract(now, then)), multiply(absolute(then), mostDifference)) <= 0;
}
