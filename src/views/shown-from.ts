import { limitNames } from '../engine/ledger/limits.ts';
import { kept } from '../core/kept.ts';
import type { Loan, Position } from '../core/model.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { ViewContext } from '../words/account.ts';
import { loanViews, type LoanView } from '../words/loan.ts';
import { positionViews, type PositionView } from '../words/position.ts';
import { ageStep } from '../words/time.ts';

type OfAccount = (accountId: string) => unknown;

/**
 * Everything that texts about an account are made from, but for the time: that counts by the ages of what is shown. A new part of the
 * context counts here without being named, unless it is a function of more than the account: then this does not compile.
 */
export function groundOf({ account, snapshot, failure }: AccountState, viewContext: ViewContext): object {
  const { now: _, when, zoned, exchanges, limits, ...others } = viewContext;
  const rest: Readonly<Record<string, boolean | number | string | undefined | OfAccount>> = others;
  const parts: unknown[] = [account, snapshot, failure, when, zoned, exchanges];
  // Only a prepared rescue is checked against them, and the editor makes them anew each time.
  if (account.rescues !== undefined && limits !== undefined) {
    parts.push(...limitNames.map((name) => JSON.stringify(limits().inspect(name)?.globalValue)));
  }
  for (const [name, one] of Object.entries(rest)) {
    if (typeof one === 'function') parts.push(name, ...contentOf(one(account.id)));
    else parts.push(name, one);
  }
  return sameGround(account, parts, parts);
}

/** One object stands for all of it: it's compared for every row. */
const sameGround = kept((parts: readonly unknown[]): object => parts);

/** The list of it, because lists are made anew each time. */
function contentOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return [value.length, ...(value as readonly unknown[])];
  return typeof value === 'object' && value !== null ? Object.entries(value).flat() : [value];
}

/** What is seen of an account, and everything that lists of it are made from. @param more what else counts */
export function seenOf(state: AccountState, viewContext: ViewContext, more: readonly unknown[] = []) {
  const { now, intervalMs } = viewContext;
  const [loans, positions] = [loanViews(state, now, intervalMs), positionViews(state, now, intervalMs)];
  const ground = [groundOf(state, viewContext), ...more];
  const times = [state.snapshot?.asOf, state.live?.at, ...keptTimes(loans, [], loans, []), ...keptTimes(positions, [], [], positions)];
  const from = [...ground, loans, positions, ...times.map((at) => (at === undefined ? at : ageStep(at, now)))];
  return { owner: state.snapshot ?? state.account, from, seen: { loans, positions, ground } };
}

const keptTimes = kept((loans: readonly LoanView[], positions: readonly PositionView[]) => [
  ...new Set([...loans.map(({ loan }) => loan.keptFrom), ...positions.map(({ position }) => position.keptFrom)]),
]);

/** Everything that a loan or position is shown from, besides itself. @param ground of its account, and what else counts */
export function shownFrom(view: LoanView | PositionView, [ground, ...more]: readonly unknown[], now: number): readonly unknown[] {
  const { state, current, level, by, since } = view;
  const row = rowOf(view);
  const { keptFrom } = row;
  const id = 'loan' in view ? view.loan.id : view.position.positionId;
  const parts = [
    ground,
    current,
    level,
    by,
    ageStep(state.snapshot?.asOf ?? 0, now),
    keptFrom === undefined ? undefined : ageStep(keptFrom, now),
    state.live?.off[id],
    state.live?.doubted.includes(id),
    ...(since === undefined ? [] : [since.raises, since.readLevel, ageStep(since.at, now), figuresText(since.figures, [], since.figures)]),
  ];
  // Every view that shows it compares the same list, and would keep one of its own.
  const shown = sameShown(row, parts, parts);
  // Joined this way, a list has no room for more.
  return more.length === 0 ? shown : [shown as unknown].concat(more);
}

/** The loan or position itself. */
export const rowOf = (view: LoanView | PositionView): Loan | Position => ('loan' in view ? view.loan : view.position);

const sameShown = kept((parts: readonly unknown[]) => parts);

/** Estimates are made anew for every price, mostly of one coin. */
const figuresText = kept((figures: object) => JSON.stringify(figures));
