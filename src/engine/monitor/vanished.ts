import { isAlarm, levelOf, levelOfPosition } from '../../core/risk/level.ts';
import { liquidationOf } from '../../core/risk/liquidation.ts';
import { isZero } from '../../core/decimal.ts';
import { believedLoan, distanceTo } from '../../core/risk/ltv.ts';
import { targetKey, type Loan, type Snapshot, type Vanished } from '../../core/model.ts';

const keptForMs = 24 * 60 * 60_000;
const keptAtMost = 10;

/**
 * Loans and positions that are in the held figures but missing from the new ones, together with those missed earlier: newest first, at most
 * 10 (alarms first), each for 24 hours. Items that are back are dropped. If loans or positions weren't read in full, none of that kind
 * counts as missing.
 *
 * The last level doesn't matter: a price can jump past every line between two readings. Only loans without any debt are left out: they
 * can't be liquidated, and removing their last collateral ends them. A loan that was repaid in full from here counts as missing too: readings
 * don't show why it closed.
 * @param now milliseconds since the Unix epoch
 */
export function vanishedSince(held: Snapshot, read: Snapshot, now: number): readonly Vanished[] {
  const present = new Set([
    ...read.loans.map(({ id }) => targetKey({ kind: 'loan', id })),
    ...read.positions.map(({ positionId }) => targetKey({ kind: 'position', id: positionId })),
  ]);
  const fresh = [
    ...(read.positionsTrouble === undefined ? positionsOf(held, now) : []),
    ...(read.loansTrouble === undefined ? loansOf(held, now) : []),
  ].filter((one) => !present.has(targetKey(one)));
  const missed = new Set(fresh.map(targetKey));
  const before = (held.vanished ?? [])
    .filter((one) => !present.has(targetKey(one)) && !missed.has(targetKey(one)))
    // A time in the future comes from a wrong clock and would never expire.
    .map((one) => ({ ...one, noticed: Math.min(one.noticed, now) }))
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

function loansOf({ loans, asOf }: Snapshot, noticed: number): readonly Vanished[] {
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
      ...(distance === undefined ? {} : { distance }),
      lastSeen: keptFrom ?? asOf,
      noticed,
    };
  });
}

const isOwing = ({ debts, debtUsd, ltv, due }: Loan): boolean =>
  [...debts.map(({ amount }) => amount), debtUsd, ltv].some((figure) => figure !== undefined && !isZero(figure)) || (due ?? []).length > 0;
