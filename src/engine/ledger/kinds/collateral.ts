import * as v from 'valibot';
import { absolute, compare, decimal, isPositive, lesser, multiply, subtract, zero, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatLtv, formatUsd } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { Account, HistoryRow, Loan } from '../../../core/model.ts';
import { estimateAfter, largestReduction } from '../../../core/risk/collateral-estimate.ts';
import { modelOf } from '../../../core/risk/loan-model.ts';
import { credibleLtv, distanceTo } from '../../../core/risk/ltv.ts';
import type { CollateralChange, CollateralProof, CollateralReadiness } from '../../../exchanges/exchange.ts';
import { actionOf } from '../../actions.ts';
import { safestMost } from '../../targets/safe-maximum.ts';
import {
  anotherTarget,
  atMost,
  checkAsked,
  incomplete,
  mayBeOfEarlier,
  moreThanSafe,
  mustEqual,
  noneRemovable,
  notAsRequested,
  moreThanAddable,
  moreThanHeld,
  previewedAlike,
  removalUnclear,
  storedAmount,
  storedAsked,
  storedText,
  type ChangeKind,
  type OtherWrites,
} from '../change-kind.ts';
import type { CollateralPreview } from '../preview.ts';
import { historyEvidence, type CollateralWrite } from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { Finding } from '../write-states.ts';

/** Collateral that is added to a loan or taken from it. */
export const collateral: ChangeKind<CollateralPreview, CollateralProof> = {
  check(change) {
    const { loanId, orderId } = change.loan;
    if (loanId === '' || orderId === '') throw incomplete();
    checkAsked(change);
    return frozen(change);
  },
  prepare: (connection, change, signal) => actionOf(connection, 'collateral').prepare(change, signal),
  priceIn: ({ prices }, coin) => prices.get(coin),
  preview,
  ltvAfterReduction({ change, readiness: { loan, prices }, ltvAfter }) {
    if (change.direction !== 'reduce') return undefined;
    return { ltv: ltvAfter, most: (limit) => largestReduction(loan, change.coin, prices, limit) };
  },
  safeReduction: ({ loan, limit, prices }, coin, own, slack) => safestMost(loan, coin, limit, prices, own, slack),
  mustBeAsShown,
  decidedOn({ readiness: { limit, loan } }) {
    const { collateralUsd, debtUsd } = loan;
    return { limit, ...(collateralUsd === undefined ? {} : { collateralUsd }), ...(debtUsd === undefined ? {} : { debtUsd }) };
  },
  expectations: ({ ltvNow, ltvAfter }) => ({
    ...(ltvNow === undefined ? {} : { ltvBefore: ltvNow }),
    ...(ltvAfter === undefined ? {} : { ltvEstimate: ltvAfter }),
  }),
  prove: (connection, { change, baseline }, receipt, signal) => actionOf(connection, 'collateral').prove(change, baseline, receipt, signal),
  judge,
  schema: {
    change: v.object({
      kind: v.literal('collateral'),
      loan: v.object({ loanId: storedText, orderId: v.exactOptional(storedText) }),
      ...storedAsked,
    }),
    baseline: v.object({
      kind: v.literal('collateral'),
      newestHistoryId: v.exactOptional(v.string()),
      pledged: storedAmount,
      ltv: v.exactOptional(storedAmount),
    }),
  },
};

/** An immutable copy of just what belongs to a change. */
function frozen({ loan, direction, coin, amount }: CollateralChange): CollateralChange {
  const { loanId, orderId } = loan;
  const ref = Object.freeze({ loanId, ...(orderId === undefined ? {} : { orderId }) });
  return Object.freeze({ kind: 'collateral', loan: ref, direction, coin, amount });
}

function preview(
  account: Account,
  intent: CollateralChange,
  readiness: CollateralReadiness,
  price: Decimal | undefined,
): CollateralPreview {
  const change = addressed(intent, readiness);
  const { loan, prices } = readiness;
  const ltvNow = credibleLtv(loan);
  const doubt = modelOf(loan, prices) === 'definitions' ? 'definitions' : undefined;
  const ltvAfter = doubt === undefined ? estimateAfter(loan, change.direction, change.coin, change.amount, prices).ltv : undefined;
  checkMinimum(change, readiness);
  if (change.direction === 'add') checkAdd(account, change, readiness);
  else checkReduce(change, readiness, ltvNow, ltvAfter, doubt);
  const distanceNow = distanceTo(loan.marginCall?.ltv, ltvNow);
  const distanceAfter = distanceTo(loan.marginCall?.ltv, ltvAfter);
  return Object.freeze({
    kind: 'collateral',
    change,
    ...previewedAlike(account, change, readiness, price),
    readiness: Object.freeze({ ...readiness }),
    ...(ltvNow === undefined ? {} : { ltvNow }),
    ...(ltvAfter === undefined ? {} : { ltvAfter }),
    ...(distanceNow === undefined ? {} : { distanceNow }),
    ...(distanceAfter === undefined ? {} : { distanceAfter }),
    ...(doubt === undefined ? {} : { doubt }),
  });
}

/** The fresh loan decides how it is addressed: where the venue knows an order id, a request without it would hit another loan. */
function addressed(intent: CollateralChange, { loan }: CollateralReadiness): CollateralChange {
  const { loanId, orderId } = intent.loan;
  if (loan.id !== loanId || (orderId !== undefined && orderId !== loan.orderId)) throw anotherTarget();
  return frozen({ ...intent, loan: loan.orderId === undefined ? { loanId } : { loanId, orderId: loan.orderId } });
}

function checkMinimum({ coin, amount }: CollateralChange, { minimum }: CollateralReadiness): void {
  if (minimum === undefined || compare(amount, minimum) >= 0) return;
  throw new Refusal(msg('collateral.minimum', 'The exchange requires at least {0} {1}.', formatAmount(minimum), coin), {
    instead: ['more'],
  });
}

function checkAdd(account: Account, change: CollateralChange, { walletAvailable, limit }: CollateralReadiness): void {
  const { coin, amount } = change;
  const instead = ['less', 'otherCoin'] as const;
  if (compare(amount, lesser(walletAvailable, limit)) <= 0) return;
  // The exchange's own limit may be what the wallet holds.
  const isWallet = compare(walletAvailable, limit) <= 0;
  throw new Refusal(isWallet ? moreThanHeld(walletAvailable, account, change) : moreThanAddable(limit, coin), { instead });
}

function checkReduce(
  { coin, amount }: CollateralChange,
  readiness: CollateralReadiness,
  ltvNow: Decimal | undefined,
  ltvAfter: Decimal | undefined,
  doubt: CollateralPreview['doubt'],
): void {
  if (doubt !== undefined) throw new Refusal(removalUnclear(), { remedy: 'refresh', instead: ['later', 'addMargin'] });
  const { loan, limit, baseline, prices } = readiness;
  const ceiling = lowestThreshold(readiness);
  if (ltvNow === undefined || ceiling === undefined) throw new Refusal(removalUnclear());
  const allowed = lesser(limit, baseline.pledged);
  const safe = largestReduction(loan, coin, prices, ceiling);
  const most = safe === undefined ? allowed : lesser(allowed, safe);
  if (!isPositive(most)) throw new Refusal(noneRemovable(coin), { instead: ['addMargin', 'repay'] });
  if (compare(amount, allowed) > 0) throw new Refusal(moreThanSafe(most, coin), { instead: ['less'] });
  if (ltvAfter === undefined) throw new Refusal(removalUnclear());
  if (compare(ltvAfter, ceiling) < 0) return;
  const why = msg(
    'collateral.ltv-at-margin-call',
    'LTV would be {0} (estimate), at or above the margin call at {1}.',
    formatLtv(ltvAfter),
    formatLtv(ceiling),
  );
  throw new Refusal(atMost(why, most, coin), { instead: ['less', 'addMargin'] });
}

/** Margin call, or liquidation should it come first. Undefined without a margin call. */
function lowestThreshold({ loan }: CollateralReadiness): Decimal | undefined {
  const marginCall = loan.marginCall?.ltv;
  const liquidation = loan.liquidation?.ltv;
  if (marginCall === undefined || !isPositive(marginCall)) return undefined;
  return liquidation !== undefined && isPositive(liquidation) ? lesser(marginCall, liquidation) : marginCall;
}

function mustBeAsShown(before: CollateralPreview, now: CollateralPreview): void {
  const { change, readiness: shown } = before;
  const fresh = now.readiness;
  if (isBeyond(now) && !isBeyond(before)) {
    throw new Refusal(
      msg(
        'collateral.reached-liquidation',
        'LTV reached liquidation after this preview. Nothing was sent. The exchange may be selling collateral: check it.',
      ),
      { remedy: 'refresh', instead: ['repay'] },
    );
  }
  mustEqual(collateralIn(change.coin), shown.baseline.pledged, fresh.baseline.pledged);
}

/** At or beyond the LTV at which the venue liquidates. */
function isBeyond({ ltvNow, readiness: { loan } }: CollateralPreview): boolean {
  const line = loan.liquidation?.ltv;
  return ltvNow !== undefined && line !== undefined && isPositive(line) && compare(ltvNow, line) >= 0;
}

const two = decimal('2');
/** As between the venue's LTV and ours in src/core/risk/loan-model.ts. */
const mostDifference = decimal('0.005');

/**
 * Steps 7 and 8 of a change of collateral: what a reading proves.
 *
 * The row of the exchange's history alone is not enough. It must be new, not claimed by another write, and of this coin and exact amount;
 * and the pledged amount must have moved in the requested direction:
 * - not moved: the figures lag behind the history, and the write stays open;
 * - moved the other way: a mismatch, even if something else moved it at the same time. Only a person can decide that;
 * - moved by exactly twice the amount: a mismatch too, because it may have been executed twice;
 * - moved by another amount: only noted. People change their loans elsewhere as well, and the row is exact.
 *
 * LTV comes last, because prices and the debt move it too. If it went the wrong way although row and pledged amount fit, the exchange's own
 * values of debt and collateral decide. If they explain it, the change is confirmed with a loud note: a falling market must not freeze an
 * account while somebody is adding collateral. If they do not, it is a mismatch once a second reading says the same, for LTV may lag.
 *
 * A write that a person marked as not executed claims no row. If the next one requests the same, its row and a late row of the earlier one
 * look alike: the row counts for the open write, and the note says what else it may be.
 *
 * If the exchange gave an id when it accepted, the row must have that id.
 *
 * A history row that says it failed closes the write as not executed, but only if the exchange is known to have accepted it: after a lost
 * answer the failure may belong to another attempt.
 */
function judge(record: CollateralWrite, proof: CollateralProof, { claimed, givenUp }: OtherWrites): Finding | undefined {
  if (proof.state === 'pending') return proof.failed === undefined ? undefined : judgeFailure(record, proof.failed, claimed);
  const { row, loan } = proof;
  const { change, baseline } = record;
  if (!mayBeOurs(record, row, claimed)) return undefined;
  if (loan !== undefined && loan.id !== change.loan.loanId) return undefined;

  const ltv = loan === undefined ? undefined : credibleLtv(loan);
  const facts = { evidence: historyEvidence(row), ...(ltv === undefined ? {} : { ltvAfter: ltv }) };
  if (proof.state === 'contradicted' || !isAsAsked(record, row)) return { type: 'contradicted', ...facts, note: otherThanAsked(row) };
  const doubt = givenUp === undefined ? undefined : mayBeOfEarlier(baseline.pledged, change.coin);
  const unread = msg('collateral.refresh-for-ltv', 'Refresh to see the new LTV.');
  if (loan === undefined) return { type: 'proven', ...facts, note: doubt ?? unread };
  const moved = compare(pledgedOf(loan, change.coin), baseline.pledged);
  if (moved === 0) return undefined;
  if (moved !== wantedMove(record)) return { type: 'contradicted', ...facts, note: notAsRequested(...pledgedMove(record, loan)) };
  const by = absolute(subtract(pledgedOf(loan, change.coin), baseline.pledged));
  if (doubt === undefined && compare(by, multiply(change.amount, two)) === 0)
    return { type: 'contradicted', ...facts, note: doneTwice(record, loan) };
  const against = ltv === undefined ? undefined : wentAgainst(record, ltv);
  if (against !== undefined && !isExplained(record, loan))
    return { type: 'contradicted', ...facts, note: ltvWentBack(record, loan, against), unsure: true };
  const note =
    doubt ??
    (against === undefined ? undefined : againstPrediction(record, against)) ??
    (compare(by, change.amount) === 0 ? undefined : somethingElse(...pledgedMove(record, loan))) ??
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
    'collateral.accepted-but-failed',
    'Accepted, but the exchange\'s history says it failed: "{0}" {1} {2}.',
    row.type,
    formatAmount(row.amount),
    row.coin,
  );
  return { type: 'failed', evidence: historyEvidence(row), note };
}

const wantedMove = ({ change }: CollateralWrite): -1 | 1 => (change.direction === 'add' ? 1 : -1);

const pledgedOf = (loan: Loan, coin: string): Decimal => loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;

const collateralIn = (coin: string): Message => msg('collateral.in-coin', '{0} collateral', coin);

function otherThanAsked({ type, amount, coin }: HistoryRow): Message {
  return msg('collateral.booked-instead', 'The exchange booked "{0}" {1} {2} instead.', type, formatAmount(amount), coin);
}

/** What it concerns, before and after: for the sentences about the pledged amount. */
const pledgedMove = ({ change, baseline }: CollateralWrite, loan: Loan): readonly [Message, string, string] => [
  collateralIn(change.coin),
  formatAmount(baseline.pledged),
  formatAmount(pledgedOf(loan, change.coin)),
];

const somethingElse = (what: Message, was: string, is: string): Message =>
  msg(
    'collateral.something-else',
    '{0} went from {1} to {2}: something else changed too. Check the loan before the next change.',
    what,
    was,
    is,
  );

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
  return ltvBefore === undefined ? undefined : somethingElse(msg('term.ltv', 'LTV'), formatLtv(ltvBefore), formatLtv(ltv));
}

function ltvWentBack({ ltvBefore }: CollateralWrite, { debtUsd, collateralUsd }: Loan, ltv: Decimal): Message {
  return msg(
    'collateral.ltv-unexplained',
    "LTV went from {0} to {1}, not as requested. Debt ({2}) and collateral ({3}) don't explain it.",
    formatLtv(ltvBefore ?? zero),
    formatLtv(ltv),
    formatUsd(debtUsd ?? zero, 'debt'),
    formatUsd(collateralUsd ?? zero, 'asset'),
  );
}

function doneTwice(record: CollateralWrite, loan: Loan): Message {
  const move = pledgedMove(record, loan);
  return msg('collateral.may-be-twice', '{0} went from {1} to {2}, twice the amount: it may have been executed twice.', ...move);
}
