import type * as vscode from 'vscode';
import type { App } from './app.ts';
import type { LazyPages } from './lazy-pages.ts';
import { showOutline } from './outline-view.ts';
import { loadViews } from './views-part.ts';

/** The Collateral view: what could be pledged and what could be borrowed. */
export function registerCollateralView(app: App, pages: LazyPages): vscode.Disposable {
  return showOutline(app, pages, {
    id: 'ltvGauge.collateral',
    load: async () => (await loadViews()).collateralOutline,
  });
}
