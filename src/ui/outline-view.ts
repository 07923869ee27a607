import * as vscode from 'vscode';
import type { App } from './app.ts';
import type { LazyPages } from './lazy-pages.ts';
import type { OutlineNode } from './outline-node.ts';
import { OutlineTree } from './outline-tree.ts';
import type { Scene } from './presentation/condition.ts';
import type { Entry } from './presentation/outline.ts';
import type { AccountState } from '../monitor/store.ts';
import { msUntilAnyAgeChanges, sceneOf } from './scene.ts';
import { Ticker } from './ticker.ts';

export interface OutlineViewOptions {
  readonly id: string;
  readonly outline: (states: readonly AccountState[], scene: Scene) => readonly Entry[];
  /** Told whenever the tree looks at the store again. */
  readonly onUpdate?: (view: vscode.TreeView<OutlineNode>, states: readonly AccountState[], scene: Scene) => void;
}

/** A tree that follows the store and, while it is seen, the ages of what it shows. */
export function showOutline(app: App, pages: LazyPages, options: OutlineViewOptions): vscode.Disposable {
  const tree = new OutlineTree(() => options.outline(app.store.all(), sceneOf(app)), pages);
  const view = vscode.window.createTreeView(options.id, { treeDataProvider: tree, showCollapseAll: true });
  const update = (): void => {
    tree.update();
    options.onUpdate?.(view, app.store.all(), sceneOf(app));
  };
  const ticker = new Ticker({ nextMs: () => msUntilAnyAgeChanges(app), tick: update });
  const follow = (): void => {
    update();
    if (view.visible) ticker.start();
    else ticker.stop();
  };
  follow();
  return vscode.Disposable.from(
    view,
    tree,
    ticker,
    app.store.onDidChange(follow),
    app.ledger.onDidChange(follow),
    view.onDidChangeVisibility(follow),
  );
}
