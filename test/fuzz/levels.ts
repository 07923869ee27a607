import type { Level } from '../../src/core/risk/level.ts';
import type { Loan, Position } from '../../src/core/model.ts';
import type { AccountState } from '../../src/engine/monitor/store.ts';
import { loanViews } from '../../src/words/loan.ts';
import { positionViews } from '../../src/words/position.ts';
import { approximately, natural, plus, times, type Figure } from './figures.ts';
import { intervalMs, secondAt } from './read.ts';
import { isWhole, type Told, type ToldRow } from './told.ts';

/** When it is looked at. */
export const seenAt = secondAt + 1_000;
/** Right at the beginning of a level either side will do. */
const hair = 1e-6;
const severity: Readonly<Record<Level, number>> = { danger: 3, warn: 2, watch: 1, ok: 0, unknown: -1 };
const alarm = 2;

/** Whether a level says less than the answers do, or more than they allow. */
export function judgeLevels(state: AccountState, told: Told, found: (fault: string) => void): void {
  const rowsOf = (key: string): readonly ToldRow[] => told.rows.filter((row) => row.key === key);
  for (const { loan, level } of loanViews(state, seenAt, intervalMs)) {
    const rows = state.failure === undefined && loan.keptFrom === undefined ? rowsOf(`loan:${loan.id}`) : undefined;
    judgeOne(`loan:${loan.id}`, level, rows, (row) => loanLevel(row, loan), found);
  }
  for (const { position, level } of positionViews(state, seenAt, intervalMs)) {
    const key = `position:${position.positionId}`;
    const rows = state.failure === undefined && position.keptFrom === undefined ? rowsOf(key) : undefined;
    judgeOne(key, level, rows, (row) => positionLevel(row, position), found);
  }
}

/** @param rows that may tell of it; undefined for figures of before */
function judgeOne(
  key: string,
  level: Level,
  rows: readonly ToldRow[] | undefined,
  own: (row: ToldRow) => number,
  found: (fault: string) => void,
): void {
  if (rows === undefined) {
    if (level === 'ok' || level === 'watch') found(`${key} is ${level} by figures of before`);
    return;
  }
  // Of several that tell otherwise, any may be right.
  const allowed = rows.map(own);
  if (rows.length === 0) {
    if (level === 'ok' || level === 'watch') found(`${key} is ${level}, and nothing tells of it`);
  } else if ((level === 'ok' || level === 'watch') && allowed.every((least) => severity[level] < least || least === untold)) {
    found(`${key} is ${level}, and what is told makes it ${String(allowed[0])}`);
  } else if (severity[level] < alarm && allowed.every((least) => least >= alarm && least !== untold)) {
    found(`${key} is ${level}, and what is told is an alarm`);
  } else if (level === 'warn' && allowed.every((least) => least > alarm && least !== untold))
    found(`${key} is warn, and what is told is danger`);
}

/** Nothing is told that would make it safe. */
const untold = 9;

const levelAt = (distance: number): number => (distance + hair < 0.05 ? 3 : distance + hair < 0.12 ? 2 : distance + hair < 0.25 ? 1 : 0);

function loanLevel({ figures, debts }: ToldRow, shown: Loan): number {
  if (shown.due?.some(({ overdue }) => overdue) === true) return severity.danger;
  const { debtUsd } = figures;
  const ltv = natural(figures['ltv']);
  // Lines from a table are not in the row; that they are told is judged elsewhere.
  const [call, end] = [shown.marginCall?.ltv, shown.liquidation?.ltv].map((line) => (line === undefined ? undefined : Number(line)));
  const owed = [...[...(debts?.amounts.values() ?? [])].flat(), debtUsd];
  const isPaid = debts !== undefined && isWhole(debts) && [...owed, ltv].every((one) => one === undefined || one.units === 0n);
  if (isPaid && [...owed, ltv].some((one) => one !== undefined) && (shown.due ?? []).length === 0) return severity.ok;
  const isMissing = ltv === undefined || (ltv.units === 0n && owed.some((one) => one !== undefined && one.units > 0n));
  const distances = [call, end].map((line) =>
    isMissing || line === undefined || line <= 0 || line > 1 ? undefined : 1 - approximately(ltv) / line,
  );
  const [toCall, toEnd] = distances;
  const levels = distances.flatMap((distance) => (distance === undefined ? [] : [levelAt(distance)]));
  const worst = Math.max(...levels);
  // Far from liquidation alone is not far from a margin call.
  return toCall === undefined ? (toEnd !== undefined && worst >= alarm ? worst : untold) : worst;
}

function positionLevel({ figures }: ToldRow, shown: Position): number {
  const [mark, price] = [figures['markPrice'], figures['liquidationPrice']];
  if (shown.distress !== undefined) return severity.danger;
  if (mark === undefined || price === undefined) return price === undefined && isBeyondReach(figures, shown) ? severity.ok : untold;
  const away = shown.side === 'long' ? 1 - approximately(price) / approximately(mark) : approximately(price) / approximately(mark) - 1;
  // A cross position may have the price of the other side of a hedge: never reassuring.
  return shown.marginMode === 'cross' && away <= 0 ? untold : levelAt(away);
}

/** Its margin covers all that it can lose: of a long in linear, of a short in inverse contracts. */
function isBeyondReach(figures: ToldRow['figures'], { contract, side, marginMode, exposure }: Position): boolean {
  const { margin, unrealizedPnl, maintenanceMargin, markPrice } = figures;
  const ends = (contract === 'linear' && side === 'long') || (contract === 'inverse' && side === 'short');
  const known = [margin, unrealizedPnl, maintenanceMargin, markPrice].filter((one) => one !== undefined);
  const [own, gain, kept, mark] = known as unknown as readonly [Figure, Figure, Figure, Figure];
  if (!ends || marginMode !== 'isolated' || known.length < 4 || exposure === undefined || kept.units <= 0n) return false;
  const size = Number(exposure);
  const value = contract === 'linear' ? size * approximately(mark) : size / approximately(mark);
  const left = approximately(plus(own, gain.units < 0n ? gain : times(gain, { units: 0n, places: 0 })));
  return left * (1 + hair) >= value + approximately(kept);
}
