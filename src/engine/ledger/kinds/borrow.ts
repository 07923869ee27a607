import * as v from 'valibot';
import {
  absolute,
  add,
  compare,
  decimal,
  isNegative,
  isPositive,
  lesser,
  multiply,
  one,
  subtract,
  zero,
  type Decimal,
} from '../../../core/decimal.ts';
import { formatLtv } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { Account, HistoryRow, Loan } from '../../../core/model.ts';
import { mostInterest } from '../../../core/risk/interest.ts';
import { strictLevelsOf } from '../../../core/risk/level.ts';
import { ltvAfterBorrowing, mostToBorrow } from '../../../core/risk/ltv.ts';
import type { BorrowChange, BorrowProof, BorrowReadiness } from '../../../exchanges/exchange.ts';
import { actionOf } from '../../actions.ts';
import { callLine } from '../../targets/safe-maximum.ts';
import {
  atMost,
  checkAsked,
  checkDecimals,
  incomplete,
  mayBeOfEarlier,
  notAsRequested,
  previewedAlike,
  storedAmount,
  storedAsked,
  type ChangeKind,
  type OtherWrites,
} from '../change-kind.ts';
import type { BorrowPreview } from '../preview.ts';
import type { BorrowWrite } from '../record.ts';
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

/** More debt on a loan that exists. Whether it is allowed at all, and how much per day, limit-checks.ts decides. */
export const borrow: ChangeKind<BorrowPreview, BorrowProof> = {
  check(change) {
    checkAsked(change);
    if (!['reduce'].includes(change.direction) || !v.is(storedRequestId, change.requestId)) throw incomplete();
    return frozen(change);
  },
  prepare: (connection, change, signal) => actionOf(connection, 'borrow').prepare(change, signal),
  priceIn: ({ prices }, coin) => prices.get(coin),
  preview,
  places: ({ places }) => places,
  ltvAfterReduction: ({ change: { coin }, readiness: { loan, prices, places }, ltvAfter }) => ({
    ltv: ltvAfter,
    most: (limit) => mostToBorrow(loan, coin, limit, prices, places),
  }),
  mustBeAsShown: debtMustBeAsShown,
  decidedOn: ({ readiness: { limit, loan } }) => ({ limit, ...valuedAt(loan) }),
  expectations: expectedLtv,
  prove: (connection, { change, baseline }, receipt, signal) => actionOf(connection, 'borrow').prove(change, baseline, receipt, signal),
  judge,
  schema: {
    since: 5,
    change: v.object({
      kind: v.literal('borrow'),
      loan: storedLoan,
      ...storedAsked,
      direction: v.literal('reduce'),
      requestId: storedRequestId,
    }),
    baseline: v.object({
      kind: v.literal('borrow'),
      newestHistoryId: v.exactOptional(v.string()),
      debt: storedAmount,
      ltv: v.exactOptional(storedAmount),
    }),
  },
};

/** An immutable copy of just what belongs to a change. */
const frozen = ({ loan, direction, coin, amount, requestId }: BorrowChange): BorrowChange =>
  Object.freeze({ kind: 'borrow', loan: namedLoan(loan), direction, coin, amount, requestId });

function preview(account: Account, intent: BorrowChange, readiness: BorrowReadiness, price: Decimal | undefined): BorrowPreview {
  const { loan, debt, minimum, places } = readiness;
  const change = frozen({ ...intent, loan: addressed(intent.loan, loan) });
  checkDecimals(change, places);
  checkMinimum(change, minimum);
  const ltvAfter = ltvAfterIt(readiness, change);
  checkBorrowed(account, change, readiness, ltvAfter);
  return Object.freeze({
    kind: 'borrow',
    change,
    ...previewedAlike(account, change, readiness, price),
    readiness: Object.freeze({ ...readiness }),
    debtAfter: add(debt, change.amount),
    ...ltvFigures(loan, ltvAfter),
  });
}

/** Our estimate of LTV after so much more of the coin is borrowed; undefined where it is unknown. */
export const ltvAfterIt = (
  { loan, prices, owesMore }: Pick<BorrowReadiness, 'loan' | 'prices' | 'owesMore'>,
  { coin, amount }: Pick<BorrowChange, 'coin' | 'amount'>,
): Decimal | undefined => (owesMore === true ? undefined : ltvAfterBorrowing(loan, coin, amount, prices));

/** The highest LTV after borrowing, and whose line it is. */
interface HighestLtv {
  readonly ltv: Decimal;
  /** `venue`: the highest at which the exchange lends. `danger`: beyond it the level is Danger, by the person's own levels where they are stricter. */
  readonly by: 'venue' | 'danger';
}

/**
 * How high LTV may be after borrowing: what the exchange allows for it, and what the person does. Their thresholds for the account and their levels
 * of the loan count where they are stricter; nobody starts in danger.
 * @returns undefined without a margin call: how near it would be is unknown then
 */
export function highestLtv(account: Pick<Account, 'levels' | 'thresholds'>, { loan, startLtv }: BorrowReadiness): HighestLtv | undefined {
  const call = callLine(loan);
  if (call === undefined) return undefined;
  const line = account.thresholds === undefined ? call : lesser(call, account.thresholds.marginCall);
  const { danger } = strictLevelsOf(account, { kind: 'loan', id: loan.id });
  const calm = multiply(line, subtract(one, danger));
  return startLtv !== undefined && compare(startLtv.ltv, calm) < 0 ? { ltv: startLtv.ltv, by: 'venue' } : { ltv: calm, by: 'danger' };
}

/**
 * The most that can be borrowed now: what the exchange lends, what is left of it, and what keeps LTV where it may be.
 * @returns undefined when the effect is unknown; zero when nothing can be borrowed
 */
export function mostBorrowable(
  account: Pick<Account, 'levels' | 'thresholds'>,
  coin: string,
  readiness: BorrowReadiness,
): Decimal | undefined {
  const { loan, limit, room, prices, places, owesMore } = readiness;
  const highest = highestLtv(account, readiness);
  const most = highest === undefined || owesMore === true ? undefined : mostToBorrow(loan, coin, highest.ltv, prices, places);
  if (most === undefined) return undefined;
  const least = lesser(lesser(most, limit), room ?? limit);
  return isPositive(least) ? least : zero;
}

function checkBorrowed(account: Account, { coin, amount }: BorrowChange, readiness: BorrowReadiness, ltvAfter: Decimal | undefined): void {
  const { limit, room } = readiness;
  const most = mostBorrowable(account, coin, readiness);
  const highest = highestLtv(account, readiness);
  if (most === undefined || highest === undefined || ltvAfter === undefined) {
    throw new Refusal(borrowUnclear(), { remedy: 'refresh', instead: ['later'] });
  }
  const why =
    compare(ltvAfter, highest.ltv) > 0
      ? tooHigh(ltvAfter, highest)
      : compare(amount, limit) > 0
        ? moreThanLent()
        : room !== undefined && compare(amount, room) > 0
          ? moreThanIsLeft()
          : undefined;
  if (why === undefined) return;
  throw isPositive(most)
    ? new Refusal(atMost(why, most, coin), { instead: ['less'] })
    : new Refusal(msg('borrow.none', '{0} No {1} can be borrowed on this loan now.', why, coin), { instead: ['addMargin', 'repay'] });
}

function tooHigh(ltv: Decimal, { ltv: line, by }: HighestLtv): Message {
  return by === 'venue'
    ? msg('borrow.above-start', 'LTV would be {0} (estimate); the exchange lends up to {1}.', formatLtv(ltv), formatLtv(line))
    : msg('borrow.above-danger', 'LTV would be {0} (estimate); Danger begins at {1}.', formatLtv(ltv), formatLtv(line));
}

export const borrowUnclear = (): Message =>
  msg('borrow.unclear', "LTV after borrowing can't be estimated, so nothing can be borrowed. Refresh, then try again later.");

const moreThanLent = (): Message => msg('borrow.more-than-lent', "That's more than the exchange lends on this loan now.");
const moreThanIsLeft = (): Message => msg('borrow.more-than-left', "That's more than the exchange has left to lend you.");

const two = decimal('2');

/**
 * Steps 7 and 8 of borrowing: what a reading proves. As for a repayment, the other way round: a row of the exchange's history with this coin and
 * exact amount is needed (see `headOf`), and the debt must have risen:
 * - not moved, or by no more than interest: the figures lag behind the history, and the write stays open;
 * - fallen: a mismatch, because interest never lowers a debt;
 * - risen by twice the amount: a mismatch too, because it may have been executed twice;
 * - risen by another amount: only noted, as the row is exact.
 *
 * LTV comes last.
 */
function judge(record: BorrowWrite, read: BorrowProof, { claimed, givenUp }: OtherWrites): Finding | undefined {
  const { change, baseline } = record;
  const head = headOf(record, read, claimed, {
    asAsked: (row) => isAsAsked(record, row),
    asWanted: (loan) => hasRisen(record, loan),
  });
  if ('found' in head) return head.found;
  const { facts, proof } = head;
  const { loan } = proof;
  const ltv = facts.ltvAfter;
  const doubt = givenUp === undefined ? undefined : mayBeOfEarlier(baseline.debt, change.coin);
  if (loan === undefined) {
    const gone = msg('repay.gone', 'The exchange no longer lists this loan. Check how it was closed.');
    return { type: 'proven', ...facts, note: doubt ?? gone };
  }
  const move = debtMove(record, proof.debt);
  const against = debtSays(record, proof, doubt !== undefined);
  if (against === 'nothing') return undefined;
  if (against === 'fell') return { type: 'contradicted', ...facts, note: notAsRequested(...move) };
  if (against === 'twice') return { type: 'contradicted', ...facts, note: doneTwice(...move) };
  const { unexplained, remark } = ltvSays(record, loan, ltv);
  if (unexplained !== undefined) return { type: 'contradicted', ...facts, note: unexplained, unsure: true };
  const note =
    doubt ?? remark ?? (against === 'other' ? somethingElse(...move) : undefined) ?? (ltv === undefined ? refreshForLtv() : undefined);
  return { type: 'proven', ...facts, ...(note === undefined ? {} : { note }) };
}

const hasRisen = ({ change, baseline }: BorrowWrite, loan: Loan | undefined): boolean =>
  compare(loan?.debts.find(({ coin }) => coin === change.coin)?.amount ?? zero, baseline.debt) > 0;

const isAsAsked = ({ change }: BorrowWrite, row: HistoryRow): boolean =>
  row.coin === change.coin && !row.forced && compare(absolute(row.amount), change.amount) === 0;

/** What the debt says beside a row that is as requested. */
function debtSays(
  { change: { amount }, baseline, sentAt, plannedAt }: BorrowWrite,
  { debt, asOf }: Extract<BorrowProof, { readonly state: 'effective' }>,
  isDoubtful: boolean,
): 'as asked' | 'other' | 'nothing' | 'fell' | 'twice' {
  const lent = subtract(debt, baseline.debt);
  const interest = mostInterest(add(baseline.debt, amount), asOf - (sentAt ?? plannedAt));
  if (isNegative(lent)) return 'fell';
  const more = subtract(lent, amount);
  if (isNegative(more)) return compare(lent, interest) <= 0 ? 'nothing' : 'other';
  if (compare(more, interest) <= 0) return 'as asked';
  const half = multiply(amount, decimal('0.5'));
  const beyond = subtract(lent, multiply(amount, two));
  return !isDoubtful && !isNegative(beyond) && compare(beyond, lesser(interest, half)) <= 0 ? 'twice' : 'other';
}
