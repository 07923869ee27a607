import type { Snapshot, Vanished } from '../core/model.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { ViewContext } from '../words/account.ts';
import { isOfLoan, isOfPosition } from './place.ts';

/** Which of a view's welcome texts applies; `some` shows the accounts instead. */
export type ViewState = 'noAccount' | 'unreachable' | 'nothing' | 'some';

/**
 * What a view shows. A welcome text replaces the accounts only when it is the whole truth: `nothing` only for complete figures that are up
 * to date, `unreachable` only when nothing is known from before.
 */
function viewState(
  states: readonly AccountState[],
  viewContext: ViewContext,
  unsettled: boolean,
  isEmpty: (snapshot: Snapshot) => boolean,
): ViewState {
  if (states.length === 0) return 'noAccount';
  if (unsettled || states.some(({ account }) => viewContext.frozen(account.id) !== undefined)) return 'some';
  const unreachable = (state: AccountState): boolean =>
    state.snapshot === undefined && (state.failure?.error.kind === 'network' || state.failure?.error.kind === 'unavailable');
  if (states.every(unreachable)) return 'unreachable';
  const empty = (state: AccountState): boolean =>
    state.snapshot !== undefined && isEmpty(state.snapshot) && isCurrent(state, viewContext.now, viewContext.intervalMs);
  return states.every(empty) ? 'nothing' : 'some';
}

/** Whether something is gone: `nothing` wouldn't be the whole truth then. */
const misses = ({ vanished }: Snapshot, kind: Vanished['kind']): boolean => vanished?.some((one) => one.kind === kind) ?? false;

/** Which welcome text the Loans view shows. */
export function loansState(states: readonly AccountState[], viewContext: ViewContext): ViewState {
  const unsettled = states.some(({ account }) => viewContext.openWrites(account.id).some(({ change }) => isOfLoan(change)));
  return viewState(
    states,
    viewContext,
    unsettled,
    (snapshot) => snapshot.loans.length === 0 && snapshot.loansTrouble === undefined && !misses(snapshot, 'loan'),
  );
}

/** Which welcome text the Positions view shows. */
export function positionsState(states: readonly AccountState[], viewContext: ViewContext): ViewState {
  const unsettled = states.some(({ account }) => viewContext.openWrites(account.id).some(({ change }) => isOfPosition(change)));
  return viewState(
    states,
    viewContext,
    unsettled,
    (snapshot) => snapshot.positions.length === 0 && snapshot.positionsTrouble === undefined && !misses(snapshot, 'position'),
  );
}
