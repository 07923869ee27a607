import * as vscode from 'vscode';
import type { App } from './app.ts';
import { contextKeys } from './context-keys.ts';
import type { LazyPages } from './lazy-pages.ts';
import { showOutline } from './outline-view.ts';
import { positionsState } from './presentation/view-state.ts';
import { loadViews } from './views-part.ts';

/** The Positions view, its badge, and the context key that chooses its welcome text. */
export function registerPositionsView(app: App, pages: LazyPages): vscode.Disposable {
  const setContext = contextKeys();
  return showOutline(app, pages, {
    id: 'ltvGauge.positions',
    load: async () => (await loadViews()).positionsOutline,
    alarms: (views, states, scene) => views.positionAlarms(states, scene),
    badgeText,
    onUpdate: (states, scene) => {
      setContext('ltvGauge.positionsState', positionsState(states, scene));
    },
  });
}

function badgeText(alarms: number): string {
  return alarms === 1
    ? vscode.l10n.t('1 position is near liquidation')
    : vscode.l10n.t('{0} positions are near liquidation', alarms.toString());
}
