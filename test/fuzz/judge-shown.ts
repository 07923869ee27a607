import { isDeepStrictEqual } from 'node:util';
import type { Loan, Position } from '../../src/core/model.ts';
import type { GaugeView } from '../../src/core/protocol.ts';
import type { AccountState } from '../../src/engine/monitor/store.ts';
import type { Screen, Shown } from './shown.ts';

/**
 * What is wrong with what is shown: a row that is not there, a number that nobody told, a row that looks otherwise because of its neighbour.
 * @param steady the same account after two readings without a fault
 * @param untouched keys of rows of which nothing changed, nor anything that they share with others
 */
export function judgeShown(screen: Screen, steady: Screen, untouched: ReadonlySet<string>, state: AccountState): readonly string[] {
  const faults = screen.rows.flatMap((row) => [
    ...missing(row),
    ...invented(row).map((line) => `${row.key} shows a number that nobody told: ${line}`),
  ]);
  const isSafe = screen.level === 'ok' || screen.level === 'watch';
  const isOld = state.failure !== undefined || screen.rows.some(({ one }) => one.keptFrom !== undefined && isGauged(one));
  if (isSafe && isOld) faults.push(`the status bar is ${screen.level} by figures of before`);
  // What stands alone is worded otherwise.
  const counts = ({ rows }: Screen): string =>
    ['loan', 'position'].map((kind) => Math.min(2, rows.filter(({ key }) => key.startsWith(kind)).length)).join();
  if (counts(screen) !== counts(steady)) return faults;
  for (const key of untouched) {
    const [now, before] = [screen, steady].map(({ rows }) => rows.find((row) => row.key === key));
    if (now === undefined || before === undefined) faults.push(`${key} is no longer shown, because of another row`);
    else if (!isDeepStrictEqual([now.lines, now.gauge], [before.lines, before.gauge]))
      faults.push(`${key} looks otherwise because of another row: ${difference(now, before)}`);
  }
  return faults;
}

const isGauged = (one: Loan | Position): boolean => !('marginMode' in one) || one.marginMode === 'isolated';

function missing({ key, lines, gauge, one }: Shown): readonly string[] {
  if (lines.length === 0) return [`${key} is in no list`];
  if (isGauged(one) && gauge === undefined) return [`${key} has no gauge`];
  if (one.keptFrom === undefined) return [];
  const isMarked = (lines[0] ?? '').includes('updated') && (gauge === undefined || gauge.stale);
  return isMarked ? [] : [`${key} shows figures of before as new`];
}

function difference(now: Shown, before: Shown): string {
  const line = now.lines.findIndex((one, at) => one !== before.lines[at]);
  return line >= 0 ? `${before.lines[line] ?? 'nothing'} → ${now.lines[line] ?? 'nothing'}` : 'its gauge';
}

/** An estimate says that it is one; ages, and dates of tables, are no figures of a venue. */
const isEstimate = /[~≈]|estimate/i;
const noFigures = /\d+ (?:s|min|h|days) ago|table of \d{4}-\d\d-\d\d|100%|>1,000%|<-1,000%/g;
const numeral = /-?\d[\d,]*(?:\.\d+)?/g;

/** Lines with a number that is none of the row's, rounded or as a percentage. */
function invented({ one, lines, gauge }: Shown): readonly string[] {
  const known = figuresOf(one);
  const names = namesOf(one);
  // A name may be a number too, and can't be told from one then.
  if (names.some((name) => !/^[A-Za-z].|^\d{5,}/.test(name))) return [];
  return [...lines, ...(gauge === undefined ? [] : gaugeLines(gauge))].filter((line) => {
    if (isEstimate.test(line)) return false;
    const text = names.reduce((rest, name) => rest.replaceAll(name, ' '), line).replace(noFigures, ' ');
    return (text.match(numeral) ?? []).some((told) => !isOneOf(told, known));
  });
}

function gaugeLines({ figure, distanceText, ticks, rows, line }: GaugeView): readonly string[] {
  return [
    ...[figure, distanceText, ...ticks.map((tick) => `${tick.label} ${tick.valueText}`)],
    ...rows.flatMap((row) => row.lines.map(({ value, detail = '' }) => `${value} ${detail}`)),
    ...[line.toMarginCall ?? '', line.toLiquidation, line.liquidationPrice ?? ''],
  ];
}

function isOneOf(told: string, known: readonly number[]): boolean {
  const text = told.replaceAll(',', '');
  const value = Math.abs(Number(text));
  const step = 10 ** -(text.split('.')[1]?.length ?? 0);
  return known.some((one) => [one, one * 100].some((same) => Math.abs(value - same) <= step + same * 1e-9));
}

/** All figures of a loan or position, and the distances between them. */
function figuresOf(one: Loan | Position): readonly number[] {
  const told: number[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) told.push(Math.abs(Number(value)));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
  };
  walk(one);
  const distances =
    'marginMode' in one
      ? [Number(one.liquidationPrice) / Number(one.markPrice)]
      : [one.marginCall, one.liquidation].map((line) => Number(one.ltv) / Number(line?.ltv));
  const counts = 'marginMode' in one ? [] : [one.debts.length, one.collateral.length];
  return [...told, ...counts, ...distances.filter(Number.isFinite).map((part) => Math.abs(1 - part))];
}

/** Longest first, because one may be part of another. */
function namesOf(one: Loan | Position): readonly string[] {
  const names =
    'marginMode' in one
      ? [one.positionId, one.instrument, one.marginCoin, one.priceCoin, one.baseCoin, one.sizeCoin, one.debt?.coin]
      : [
          one.id,
          one.orderId,
          one.liquidationPrice?.instrument,
          ...[...one.debts, ...one.collateral, ...(one.due ?? [])].map(({ coin }) => coin),
        ];
  return [...new Set(names)].filter((name): name is string => name !== undefined && name !== '').sort((a, b) => b.length - a.length);
}
