import * as vscode from 'vscode';
import type { App } from './app.ts';
import { contextKeys } from './context-keys.ts';
import type { LazyPages } from './lazy-pages.ts';
import { showOutline } from './outline-view.ts';
import { loansState } from './presentation/view-state.ts';
import { loadViews } from './views-part.ts';

/** The Loans view, its badge, and the context keys that choose its welcome text and those of all views. */
export function registerLoansView(app: App, pages: LazyPages): vscode.Disposable {
  const setContext = contextKeys();
  return showOutline(app, pages, {
    id: 'ltvGauge.loans',
    load: async () => (await loadViews()).loansOutline,
    alarms: (views, states, scene) => views.loanAlarms(states, scene),
    badgeText,
    onUpdate: (states, scene) => {
      setContext('ltvGauge.loansState', loansState(states, scene));
      setContext('ltvGauge.hasAccounts', states.length > 0);
      setContext('ltvGauge.hasSimulated', app.simulated.account() !== undefined);
    },
  });
}

function badgeText(alarms: number): string {
  return alarms === 1
    ? vscode.l10n.t('1 loan is near its margin call')
    : vscode.l10n.t('{0} loans are near their margin call', alarms.toString());
}
