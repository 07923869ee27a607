import { levelOf, levelOfPosition, type Level } from '../core/level.ts';
import type { Snapshot, Vanished } from '../core/model.ts';

const keptForMs = 24 * 60 * 60_000;
const keptAtMost = 10;

/**
 * What stood at warning or danger in the held figures and is missing from the new ones, together with what was missed before: newest
 * first, at most 10, each for 24 hours. What is back is dropped. Where loans or positions were not read in full, nothing of that kind
 * counts as missing.
 * @param now milliseconds since the Unix epoch
 */
export function vanishedSince(held: Snapshot, read: Snapshot, now: number): readonly Vanished[] {
  const present = new Set([
    ...read.loans.map(({ id }) => keyOf({ kind: 'loan', id })),
    ...read.positions.map(({ positionId }) => keyOf({ kind: 'position', id: positionId })),
  ]);
  const fresh = [
    ...(read.positionsTrouble === undefined ? alarmingPositions(held, now) : []),
    ...(read.loansTrouble === undefined ? alarmingLoans(held, now) : []),
  ].filter((one) => !present.has(keyOf(one)));
  const missed = new Set(fresh.map(keyOf));
  const before = (held.vanished ?? [])
    .filter((one) => !present.has(keyOf(one)) && !missed.has(keyOf(one)))
    // A time in the future comes from a clock that was wrong, and would never run out.
    .map((one) => ({ ...one, noticed: Math.min(one.noticed, now) }))
    .filter(({ noticed }) => now - noticed < keptForMs);
  return [...fresh, ...before].slice(0, keptAtMost);
}

function alarmingPositions({ positions, asOf }: Snapshot, noticed: number): readonly Vanished[] {
  return positions
    .filter((position) => isAlarm(levelOfPosition(position, true)))
    .map(({ positionId, instrument, side, keptFrom }) => ({
      kind: 'position',
      id: positionId,
      name: instrument,
      side,
      lastSeen: keptFrom ?? asOf,
      noticed,
    }));
}

function alarmingLoans({ loans, asOf }: Snapshot, noticed: number): readonly Vanished[] {
  return loans
    .filter((loan) => isAlarm(levelOf(loan, true)))
    .map((loan) => ({
      kind: 'loan',
      id: loan.id,
      name: loan.orderId ?? loan.id,
      ...(isAlarm(levelOf({ ...loan, due: [] }, true)) ? {} : { overdue: true }),
      lastSeen: loan.keptFrom ?? asOf,
      noticed,
    }));
}

const isAlarm = (level: Level): boolean => level === 'danger' || level === 'warn';

const keyOf = ({ kind, id }: Pick<Vanished, 'kind' | 'id'>): string => `${kind}:${id}`;
