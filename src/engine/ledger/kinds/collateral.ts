import * as v from 'valibot';
import { absolute, compare, decimal, isPositive, lesser, multiply, subtract, zero, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatLtv } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { Account, HistoryRow, Loan } from '../../../core/model.ts';
import { estimateAfter, largestReduction } from '../../../core/risk/collateral-estimate.ts';
import { modelOf } from '../../../core/risk/loan-model.ts';
import { credibleLtv } from '../../../core/risk/ltv.ts';
import type { CollateralChange, CollateralProof, CollateralReadiness } from '../../../exchanges/exchange.ts';
import { actionOf } from '../../actions.ts';
import { safestMost } from '../../targets/safe-maximum.ts';
import {
  atMost,
  checkAsked,
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
  type ChangeKind,
  type OtherWrites,
} from '../change-kind.ts';
import type { CollateralPreview } from '../preview.ts';
import type { CollateralWrite } from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { Finding } from '../write-states.ts';
import {
  addressed,
  checkMinimum,
  doneTwice,
  expectedLtv,
  headOf,
  ltvFigures,
  ltvSays,
  mustNotHaveReachedLiquidation,
  namedLoan,
  refreshForLtv,
  somethingElse,
  storedLoan,
  valuedAt,
} from './loan-changes.ts';

/** Collateral that is added to a loan or taken from it. */
export const collateral: ChangeKind<CollateralPreview, CollateralProof> = {
  check(change) {
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
  decidedOn: ({ readiness: { limit, loan } }) => ({ limit, ...valuedAt(loan) }),
  expectations: expectedLtv,
  prove: (connection, { change, baseline }, receipt, signal) => actionOf(connection, 'collateral').prove(change, baseline, receipt, signal),
  judge,
  schema: {
    change: v.object({
      kind: v.literal('collateral'),
      loan: storedLoan,
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
const frozen = ({ loan, direction, coin, amount }: CollateralChange): CollateralChange =>
  Object.freeze({ kind: 'collateral', loan: namedLoan(loan), direction, coin, amount });

function preview(
  account: Account,
  intent: CollateralChange,
  readiness: CollateralReadiness,
  price: Decimal | undefined,
): CollateralPreview {
  const { loan, prices } = readiness;
  const change = frozen({ ...intent, loan: addressed(intent.loan, loan) });
  const doubt = modelOf(loan, prices) === 'definitions' ? 'definitions' : undefined;
  const ltvAfter = doubt === undefined ? estimateAfter(loan, change.direction, change.coin, change.amount, prices).ltv : undefined;
  checkMinimum(change, readiness.minimum);
  if (change.direction === 'add') checkAdd(account, change, readiness);
  else checkReduce(change, readiness, credibleLtv(loan), ltvAfter, doubt);
  return Object.freeze({
    kind: 'collateral',
    change,
    ...previewedAlike(account, change, readiness, price),
    readiness: Object.freeze({ ...readiness }),
    ...ltvFigures(loan, ltvAfter),
    ...(doubt === undefined ? {} : { doubt }),
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
  mustNotHaveReachedLiquidation(before, now);
  mustEqual(collateralIn(before.change.coin), before.readiness.baseline.pledged, now.readiness.baseline.pledged);
}

const two = decimal('2');
/**
 * Steps 7 and 8 of a change of collateral: what a reading proves.
 *
 * The row of the exchange's history alone is not enough. It must be of this coin and exact amount (see `headOf`), and the pledged amount must have moved in the requested direction:
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
 */
function judge(record: CollateralWrite, read: CollateralProof, { claimed, givenUp }: OtherWrites): Finding | undefined {
  const { change, baseline } = record;
  const head = headOf(record, read, claimed, {
    asAsked: (row) => isAsAsked(record, row),
    asWanted: (loan) => loan !== undefined && compare(pledgedOf(loan, change.coin), baseline.pledged) === wantedMove(record),
  });
  if ('found' in head) return head.found;
  const { facts, proof } = head;
  const { loan } = proof;
  const ltv = facts.ltvAfter;
  const doubt = givenUp === undefined ? undefined : mayBeOfEarlier(baseline.pledged, change.coin);
  if (loan === undefined) return { type: 'proven', ...facts, note: doubt ?? refreshForLtv() };
  const moved = compare(pledgedOf(loan, change.coin), baseline.pledged);
  if (moved === 0) return undefined;
  if (moved !== wantedMove(record)) return { type: 'contradicted', ...facts, note: notAsRequested(...pledgedMove(record, loan)) };
  const by = absolute(subtract(pledgedOf(loan, change.coin), baseline.pledged));
  if (doubt === undefined && compare(by, multiply(change.amount, two)) === 0)
    return { type: 'contradicted', ...facts, note: doneTwice(...pledgedMove(record, loan)) };
  const { unexplained, remark } = ltvSays(record, loan, ltv);
  if (unexplained !== undefined) return { type: 'contradicted', ...facts, note: unexplained, unsure: true };
  const note =
    doubt ??
    remark ??
    (compare(by, change.amount) === 0 ? undefined : somethingElse(...pledgedMove(record, loan))) ??
    (ltv === undefined ? refreshForLtv() : undefined);
  return { type: 'proven', ...facts, ...(note === undefined ? {} : { note }) };
}

const isAsAsked = ({ change }: CollateralWrite, row: HistoryRow): boolean =>
  row.coin === change.coin && compare(absolute(row.amount), change.amount) === 0 && !row.forced;

const wantedMove = ({ change }: CollateralWrite): -1 | 1 => (change.direction === 'add' ? 1 : -1);

const pledgedOf = (loan: Loan, coin: string): Decimal => loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;

const collateralIn = (coin: string): Message => msg('collateral.in-coin', '{0} collateral', coin);

/** What it concerns, before and after: for the sentences about the pledged amount. */
const pledgedMove = ({ change, baseline }: CollateralWrite, loan: Loan): readonly [Message, string, string] => [
  collateralIn(change.coin),
  formatAmount(baseline.pledged),
  formatAmount(pledgedOf(loan, change.coin)),
];
