import * as vscode from 'vscode';
import type { App } from './app.ts';
import type { LazyPages } from './lazy-pages.ts';
import { showOutline } from './outline-view.ts';
import { alarmCount, loansOutline, loansState } from './presentation/loans-outline.ts';

/** The Loans view, its badge, and the context keys that choose its welcome text. */
export function registerLoansView(app: App, pages: LazyPages): vscode.Disposable {
  const known = new Map<string, unknown>();
  const setContext = (key: string, value: unknown): void => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  return showOutline(app, pages, {
    id: 'ltvGauge.loans',
    outline: loansOutline,
    onUpdate: (view, states, scene) => {
      setContext('ltvGauge.loansState', loansState(states, scene));
      setContext('ltvGauge.hasAccounts', states.length > 0);
      setContext('ltvGauge.hasSimulated', app.simulated.account() !== undefined);
      const alarms = alarmCount(states, scene);
      if ((view.badge?.value ?? 0) === alarms) return;
      view.badge = alarms === 0 ? undefined : { value: alarms, tooltip: badgeText(alarms) };
    },
  });
}

function badgeText(alarms: number): string {
  return alarms === 1
    ? vscode.l10n.t('1 loan is near its margin call')
    : vscode.l10n.t('{0} loans are near their margin call', alarms.toString());
}
