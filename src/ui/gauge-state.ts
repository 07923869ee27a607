import { msg, type Message } from '../core/message.ts';
import type { PageState } from '../core/protocol.ts';
import type { AccountState } from '../monitor/store.ts';
import type { Target } from './command-ids.ts';
import { gaugeView, moneyMark, type Say } from './gauge-view.ts';
import { venueName, type Scene } from './presentation/condition.ts';
import { loanViews } from './presentation/loan-words.ts';

/** What the page shows, and which loan each of its gauges stands for. */
export interface GaugePage {
  readonly state: PageState;
  readonly targets: ReadonlyMap<string, Target>;
  /** There are gauges, and none of them is about real money. */
  readonly simulatedOnly: boolean;
}

/** The whole page as a function of the store. Gauges keep the order of accounts and loans: a button must not move under a hand. */
export function gaugePage(accounts: readonly AccountState[], scene: Scene, say: Say): GaugePage {
  const gauges = accounts
    .flatMap((state) => loanViews(state, scene.now, scene.intervalMs))
    .map((view) => ({ view, key: JSON.stringify([view.state.account.id, view.loan.id]) }));
  return {
    state: {
      heading: say(msg('LTV Gauges')),
      gauges: gauges.map(({ key, view }) => gaugeView(key, view, scene, say)),
      notices: accounts.flatMap((state) => notice(state, scene, say)),
      emptyText: say(emptyText(accounts)),
      emptyActions:
        accounts.length > 0
          ? []
          : [
              { id: 'addAccount', label: say(msg('Add Account…')) },
              { id: 'trySimulated', label: say(msg('Try with the Simulated Exchange')) },
            ],
    },
    targets: new Map(gauges.map(({ key, view }) => [key, { accountId: view.state.account.id, loanId: view.loan.id }])),
    simulatedOnly: gauges.length > 0 && gauges.every(({ view }) => moneyMark(view, scene) !== undefined),
  };
}

/** Which gauge to show for a target: the loan's own, or the account's first. */
export function keyOfTarget(targets: GaugePage['targets'], target: Target): string | undefined {
  for (const [key, { accountId, loanId }] of targets) {
    if (accountId === target.accountId && (target.loanId === undefined || target.loanId === loanId)) return key;
  }
  return undefined;
}

/** The trouble of an account that has no gauge to show it on. */
function notice(state: AccountState, scene: Scene, say: Say): string[] {
  if (state.failure === undefined || (state.snapshot?.loans.length ?? 0) > 0) return [];
  const mark = moneyMark({ state }, scene);
  const name = `${venueName(state, scene)} · ${state.account.name}${mark === undefined ? '' : ` (${say(mark)})`}`;
  return [say(msg('{0}: {1}', name, state.failure.error.sentence))];
}

function emptyText(accounts: readonly AccountState[]): Message {
  if (accounts.length === 0) {
    return msg('See how near your loans are to their margin call. Add an account, or try everything without real money.');
  }
  if (accounts.some((state) => state.failure !== undefined)) return msg('No loan could be read. Trying goes on by itself.');
  if (accounts.some((state) => state.snapshot === undefined)) return msg('Reading the accounts…');
  return msg('Nothing is borrowed. A gauge appears here as soon as there is a loan.');
}
