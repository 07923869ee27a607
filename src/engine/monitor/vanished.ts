import { isAlarm, levelOf, levelOfPosition } from '../../core/risk/level.ts';
import { liquidationOf } from '../../core/risk/liquidation.ts';
import { compare, decimal, isZero, multiply, sum, type Decimal } from '../../core/decimal.ts';
import { believedLoan, distanceTo } from '../../core/risk/ltv.ts';
import { targetKey, type Loan, type Snapshot, type Vanished } from '../../core/model.ts';
import type { RepayWrite, SellWrite, WriteRecord } from '../ledger/record.ts';

const keptForMs = 24 * 60 * 60_000;
const keptAtMost = 10;

/**
 * Loans and positions that are in the held figures but missing from the new ones, together with those missed earlier: newest first, at most
 * 10 (alarms first), each for 24 hours. Items that are back are dropped. If loans or positions weren't read in full, none of that kind
 * counts as missing.
 *
 * The last level doesn't matter: a price can jump past every line between two readings. Only loans without any debt are left out: they
 * can't be liquidated, and removing their last collateral ends them. One that was repaid in full from here is marked so.
 * @param now milliseconds since the Unix epoch
 * @param writes changes of this account that were sent from here
 */
export function vanishedSince(held: Snapshot, read: Snapshot, now: number, writes: readonly WriteRecord[]): readonly Vanished[] {
  const present = new Set([
    ...read.loans.map(({ id }) => targetKey({ kind: 'loan', id })),
    ...read.positions.map(({ positionId }) => targetKey({ kind: 'position', id: positionId })),
  ]);
  const fresh = [
    ...(read.positionsTrouble === undefined ? positionsOf(held, now) : []),
    ...(read.loansTrouble === undefined ? loansOf(held, now, writes) : []),
  ].filter((one) => !present.has(targetKey(one)));
  const missed = new Set(fresh.map(targetKey));
  const before = (held.vanished ?? [])
    .filter((one) => !present.has(targetKey(one)) && !missed.has(targetKey(one)))
    // A time in the future comes from a wrong clock and would never expire.
    .map((one) => ({ ...one, noticed: Math.min(one.noticed, now) }))
    .map((one) => (one.repaid === true && repaymentsOf(one.id, one.lastSeen, now, writes).length === 0 ? withoutRepaid(one) : one))
    .filter(({ noticed }) => now - noticed < keptForMs);
  return mostImportant([...fresh, ...before]);
}

function mostImportant(all: readonly Vanished[]): readonly Vanished[] {
  const alarms = all.filter(({ calm }) => calm !== true);
  const kept = new Set([...alarms, ...all.filter(({ calm }) => calm === true)].slice(0, keptAtMost));
  return all.filter((one) => kept.has(one));
}

function positionsOf({ positions, asOf }: Snapshot, noticed: number): readonly Vanished[] {
  return positions.map((position) => {
    const { positionId, instrument, side, keptFrom } = position;
    const liquidation = liquidationOf(position, positions);
    const distance = liquidation.kind === 'price' ? liquidation.distance : undefined;
    return {
      kind: 'position',
      id: positionId,
      name: instrument,
      side,
      ...(isAlarm(levelOfPosition(position, true, positions)) ? {} : { calm: true }),
      ...(distance === undefined ? {} : { distance }),
      lastSeen: keptFrom ?? asOf,
      noticed,
    };
  });
}

/** The repayment that explained it was not made, or nothing proves that it was. */
function withoutRepaid({ repaid: _repaid, ...one }: Vanished): Vanished {
  return one;
}

/** A loan is listed for at most this long after the repayment that closes it was sent, which is proven by then. Milliseconds. */
const closingMs = 10 * 60_000;
/** Certainly or possibly executed. */
const mayHaveActed: ReadonlySet<WriteRecord['state']> = new Set(['sent', 'accepted', 'unknown', 'effective']);

/** Repayments of this loan from here that paid off what was owed of their coin, sent no long time before it was last seen. */
const repaymentsOf = (loanId: string, lastSeen: number, now: number, writes: readonly WriteRecord[]): readonly (RepayWrite | SellWrite)[] =>
  writes
    .filter((write): write is RepayWrite | SellWrite => write.change.kind === 'repay' || write.change.kind === 'repay-collateral')
    .filter(
      ({ change, baseline, state, sentAt }) =>
        change.loan.loanId === loanId &&
        mayHaveActed.has(state) &&
        sentAt !== undefined &&
        lastSeen - sentAt <= closingMs &&
        (state === 'effective' || now - sentAt <= closingMs) &&
        compare(change.amount, baseline.debt) >= 0,
    );

/** Interest may have come on top of what was repaid. */
const nearlyAll = decimal('0.999');

function isRepaid({ id, debts }: Loan, lastSeen: number, now: number, writes: readonly WriteRecord[]): boolean {
  const owed = debts.filter(({ amount }) => !isZero(amount));
  const repayments = repaymentsOf(id, lastSeen, now, writes);
  const paid = (of: string): Decimal => sum(repayments.filter(({ change }) => change.coin === of).map(({ change }) => change.amount));
  return owed.length > 0 && owed.every(({ coin, amount }) => compare(paid(coin), multiply(amount, nearlyAll)) >= 0);
}

function loansOf({ loans, loansTrouble, asOf }: Snapshot, noticed: number, writes: readonly WriteRecord[]): readonly Vanished[] {
  return loans.filter(isOwing).map((loan) => {
    const { id, orderId, keptFrom } = loan;
    const alarm = isAlarm(levelOf(loan, true));
    const believed = believedLoan(loan);
    const distance = distanceTo(believed.marginCall?.ltv, believed.ltv);
    return {
      kind: 'loan',
      id,
      name: orderId ?? id,
      ...(orderId === undefined ? {} : { orderId }),
      ...(alarm ? {} : { calm: true }),
      ...(alarm && !isAlarm(levelOf({ ...loan, due: [] }, true)) ? { overdue: true } : {}),
      // A debt that could not be read was none of those repaid.
      ...(loansTrouble === undefined && isRepaid(loan, keptFrom ?? asOf, noticed, writes) ? { repaid: true } : {}),
      ...(distance === undefined ? {} : { distance }),
      lastSeen: keptFrom ?? asOf,
      noticed,
    };
  });
}

const isOwing = ({ debts, debtUsd, ltv, due }: Loan): boolean =>
  [...debts.map(({ amount }) => amount), debtUsd, ltv].some((figure) => figure !== undefined && !isZero(figure)) || (due ?? []).length > 0;
