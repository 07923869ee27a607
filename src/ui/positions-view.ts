import * as vscode from 'vscode';
import type { App } from './app.ts';
import { contextKeys } from './context-keys.ts';
import type { LazyPages } from './lazy-pages.ts';
import { showBadge, showOutline } from './outline-view.ts';
import { positionAlarms, positionsState } from './presentation/view-state.ts';

/** The Positions view, its badge, and the context key that chooses its welcome text. */
export function registerPositionsView(app: App, pages: LazyPages): vscode.Disposable {
  const setContext = contextKeys();
  return showOutline(app, pages, {
    id: 'ltvGauge.positions',
    load: async () => (await import('./presentation/outlines.ts')).positionsOutline,
    onUpdate: (view, states, scene) => {
      setContext('ltvGauge.positionsState', positionsState(states, scene));
      showBadge(view, positionAlarms(states, scene), badgeText);
    },
  });
}

function badgeText(alarms: number): string {
  return alarms === 1
    ? vscode.l10n.t('1 position is near liquidation')
    : vscode.l10n.t('{0} positions are near liquidation', alarms.toString());
}
