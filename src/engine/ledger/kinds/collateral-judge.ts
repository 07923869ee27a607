import { absolute, compare, decimal, multiply, subtract, zero, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatLtv, formatUsd } from '../../../core/format.ts';
import { credibleLtv } from '../../../core/risk/ltv.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { HistoryRow, Loan } from '../../../core/model.ts';
import type { CollateralProof } from '../../../exchanges/exchange.ts';
import { historyEvidence, type CollateralWrite, type WriteRecord } from '../record.ts';
import type { Finding } from '../write-states.ts';

const two = decimal('2');
/** As between the venue's LTV and ours in src/core/loan-model.ts. */
const mostDifference = decimal('0.005');

/**
 * Steps 7 and 8 of a change of collateral: what a reading proves.
 *
 * The venue's row alone is not believed. It must be new, not claimed by another write, about this coin and this exact
 * amount, and the pledged amount must have moved in the direction that was asked:
 * - not moved at all: the figures lag behind the history, and the write stays open;
 * - moved the other way: a mismatch, even if something else moved it at the same time. Only a person can tell that.
 *
 * The pledged amount moved by exactly twice the amount is a mismatch too, because then it may have been done twice. Any other amount
 * is left to the note: people change their loans elsewhere as well, and the row is exact.
 *
 * LTV is the last guard, and prices and the debt move it too. When row and pledged amount agree with what was asked but LTV went the
 * other way, what the venue says of the value of debt and collateral decides: where that explains the LTV, the direction is right and
 * the change is effective, and the note says so loudly; where the LTV contradicts it, that is a mismatch, once a second reading says the
 * same, for the LTV may lag behind the amounts. A falling market must not
 * freeze an account to which somebody is just adding collateral. When the row already contradicts, LTV is not needed.
 *
 * A write that a person closed as never done claims no row any more. When the next one asks for the same, its row and a late
 * row of the earlier one are alike, and nobody can tell them apart, a person neither: the row counts for the open write, and
 * the note says what else it may mean.
 *
 * Where the venue gave an id when it accepted, the row has to bear it: any other row is another change.
 *
 * The venue's row that says that it tried and did nothing closes the write as not done, but only where the venue is known to
 * have accepted it: after a lost answer a failure may be that of another attempt.
 *
 * @param claimed rows of the venue's history that belong to other writes of ours
 * @param givenUp the write right before this one, when it asked for the same and a person closed it as never done
 * @returns undefined when it proves nothing yet
 */
export function judgeCollateral(
  record: CollateralWrite,
  proof: CollateralProof,
  claimed: ReadonlySet<string>,
  givenUp?: WriteRecord,
): Finding | undefined {
  if (proof.state === 'pending') return proof.failed === undefined ? undefined : judgeFailure(record, proof.failed, claimed);
  const { row, loan } = proof;
  const { change, baseline } = record;
  if (!mayBeOurs(record, row, claimed)) return undefined;
  if (loan !== undefined && loan.id !== change.loan.loanId) return undefined;

  const ltv = loan === undefined ? undefined : credibleLtv(loan);
  const facts = { evidence: historyEvidence(row), ...(ltv === undefined ? {} : { ltvAfter: ltv }) };
  if (proof.state === 'contradicted' || !isAsAsked(record, row))
    return { type: 'contradicted', ...facts, note: otherThanAsked(record, row) };
  const doubt = givenUp === undefined ? undefined : mayBeOfEarlier(record);
  const unread = msg('The new LTV could not be read. Refresh the account to see it.');
  if (loan === undefined) return { type: 'proven', ...facts, note: doubt ?? unread };
  const moved = compare(pledgedOf(loan, change.coin), baseline.pledged);
  if (moved === 0) return undefined;
  if (moved !== wantedMove(record)) return { type: 'contradicted', ...facts, note: pledgeWentBack(record, loan) };
  const by = absolute(subtract(pledgedOf(loan, change.coin), baseline.pledged));
  if (doubt === undefined && compare(by, multiply(change.amount, two)) === 0)
    return { type: 'contradicted', ...facts, note: doneTwice(record, loan) };
  const against = ltv === undefined ? undefined : wentAgainst(record, ltv);
  if (against !== undefined && !isExplained(record, loan))
    return { type: 'contradicted', ...facts, note: ltvWentBack(record, loan, against), unsure: true };
  const note =
    doubt ??
    (against === undefined ? undefined : againstPrediction(record, against)) ??
    (compare(by, change.amount) === 0 ? undefined : besidesAsked(record, loan)) ??
    (ltv === undefined ? unread : undefined);
  return { type: 'proven', ...facts, ...(note === undefined ? {} : { note }) };
}

/** Whether it is new, no other write's and, as far as the venue's id tells, this one's. */
function mayBeOurs({ baseline, reference }: CollateralWrite, { id }: HistoryRow, claimed: ReadonlySet<string>): boolean {
  return id !== baseline.newestHistoryId && !claimed.has(id) && (reference === undefined || id === reference);
}

const isAsAsked = ({ change }: CollateralWrite, row: HistoryRow): boolean =>
  row.coin === change.coin && compare(absolute(row.amount), change.amount) === 0 && !row.forced;

function judgeFailure(record: CollateralWrite, row: HistoryRow, claimed: ReadonlySet<string>): Finding | undefined {
  if (record.state !== 'accepted' || !mayBeOurs(record, row, claimed) || !isAsAsked(record, row)) return undefined;
  const note = msg(
    'The exchange accepted it, but its history says that it failed: "{0}" of {1} {2}. Start the change again if you still want it.',
    row.type,
    formatAmount(row.amount),
    row.coin,
  );
  return { type: 'failed', evidence: historyEvidence(row), note };
}

const wantedMove = ({ change }: CollateralWrite): -1 | 1 => (change.direction === 'add' ? 1 : -1);

const pledgedOf = (loan: Loan, coin: string): Decimal => loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;

function otherThanAsked({ change }: CollateralWrite, row: HistoryRow): Message {
  const args = [formatAmount(change.amount), change.coin, row.type, formatAmount(row.amount), row.coin] as const;
  return change.direction === 'add'
    ? msg(
        'Adding {0} {1} was asked, but the exchange booked "{2}" of {3} {4}. Changes on this account are frozen. Compare the loan at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
        ...args,
      )
    : msg(
        'Taking {0} {1} was asked, but the exchange booked "{2}" of {3} {4}. Changes on this account are frozen. Compare the loan at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
        ...args,
      );
}

function pledgeWentBack({ change, baseline }: CollateralWrite, loan: Loan): Message {
  return msg(
    'The pledged {0} went from {1} to {2}, against the direction that was asked. Changes on this account are frozen. Compare the loan at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
    change.coin,
    formatAmount(baseline.pledged),
    formatAmount(pledgedOf(loan, change.coin)),
  );
}

function mayBeOfEarlier({ change, baseline }: CollateralWrite): Message {
  return msg(
    'The change before this one asked for the same and was closed by your verdict as not done. If the exchange did it late, this is its effect and the new one is still to come. {0} {1} were pledged before: compare at the exchange before the next change.',
    formatAmount(baseline.pledged),
    change.coin,
  );
}

/** @returns the LTV now, where it went the other way than the change takes it: more collateral lowers it. */
function wentAgainst(record: CollateralWrite, ltv: Decimal): Decimal | undefined {
  const { ltvBefore } = record;
  return ltvBefore !== undefined && compare(ltv, ltvBefore) === wantedMove(record) ? ltv : undefined;
}

/**
 * Whether the venue's own figures of debt and collateral moved as its LTV did, but for 0.5 %. Only the relation of the one to the other
 * is compared, so it does not matter how the venue defines them. Where a figure is missing nothing contradicts the LTV.
 */
function isExplained({ figures, ltvBefore }: CollateralWrite, loan: Loan): boolean {
  const ltv = credibleLtv(loan);
  const [debt, collateral] = [figures?.debtUsd, figures?.collateralUsd];
  if (ltv === undefined || ltvBefore === undefined || debt === undefined || collateral === undefined) return true;
  if (loan.debtUsd === undefined || loan.collateralUsd === undefined) return true;
  const then = multiply(multiply(ltvBefore, collateral), loan.debtUsd);
  const now = multiply(multiply(ltv, loan.collateralUsd), debt);
  return compare(absolute(subtract(now, then)), multiply(absolute(then), mostDifference)) <= 0;
}

function againstPrediction({ ltvBefore }: CollateralWrite, ltv: Decimal): Message | undefined {
  if (ltvBefore === undefined) return undefined;
  return msg(
    'The collateral changed as asked, yet LTV went from {0} to {1}: prices or the debt moved at the same time. Look at the loan before the next change.',
    formatLtv(ltvBefore),
    formatLtv(ltv),
  );
}

function ltvWentBack({ ltvBefore }: CollateralWrite, { debtUsd, collateralUsd }: Loan, ltv: Decimal): Message {
  return msg(
    'LTV went from {0} to {1}, against the direction that was asked, and what the exchange says is owed ({2}) and pledged ({3}) does not explain that. Changes on this account are frozen. Compare the loan at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
    formatLtv(ltvBefore ?? zero),
    formatLtv(ltv),
    formatUsd(debtUsd ?? zero, 'debt'),
    formatUsd(collateralUsd ?? zero, 'asset'),
  );
}

function doneTwice({ change, baseline }: CollateralWrite, loan: Loan): Message {
  return msg(
    'The pledged {0} went from {1} to {2}, by exactly twice the {3} that was asked: it may have been done twice. Changes on this account are frozen. Compare the loan at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
    change.coin,
    formatAmount(baseline.pledged),
    formatAmount(pledgedOf(loan, change.coin)),
    formatAmount(change.amount),
  );
}

function besidesAsked({ change, baseline }: CollateralWrite, loan: Loan): Message {
  return msg(
    'It was done as asked, yet the pledged {0} went from {1} to {2}, which is not by {3}: something else changed it at the same time. Look at the loan before the next change.',
    change.coin,
    formatAmount(baseline.pledged),
    formatAmount(pledgedOf(loan, change.coin)),
    formatAmount(change.amount),
  );
}
