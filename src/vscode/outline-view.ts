import * as vscode from 'vscode';
import type { App } from './front.ts';
import { type LazyPages, withViews } from '../views/lazy-pages.ts';
import type { OutlineNode } from './outline-node.ts';
import { OutlineTree } from './outline-tree.ts';
import type { Scene } from '../words/account.ts';
import type { Entry } from '../views/entry.ts';
import type * as Views from '../views/outlines.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { msUntilAnyAgeChanges, sceneOf } from './scene.ts';
import { Ticker } from './age-ticker.ts';

/** What a view shows, as a function of the store. */
export type Outline = (states: readonly AccountState[], scene: Scene) => readonly Entry[];

export interface OutlineViewOptions {
  readonly id: string;
  /** Loads what the view shows; called when somebody first looks. */
  readonly load: () => Promise<Outline>;
  /** Brings up to date what the view shows besides the store; called while it is seen. */
  readonly read?: () => Promise<void> | undefined;
  /** Tells of changes besides those of the store and the ledger. */
  readonly onDidChange?: (listener: () => void) => vscode.Disposable;
  /** Told whenever the tree looks at the store again. */
  readonly onUpdate?: (states: readonly AccountState[], scene: Scene) => void;
  /** How many of what the view lists need a look: its badge. */
  readonly alarms?: (views: typeof Views, states: readonly AccountState[], scene: Scene) => number;
  readonly badgeText?: (count: number) => string;
}

/** A tree that follows the store and, while it is seen, the ages of what it shows. */
export function showOutline(app: App, pages: LazyPages, options: OutlineViewOptions): vscode.Disposable {
  const tree = new OutlineTree(async () => {
    const outline = await options.load();
    return () => outline(app.store.all(), sceneOf(app));
  }, pages);
  const view = vscode.window.createTreeView(options.id, { treeDataProvider: tree, showCollapseAll: true });
  const { alarms, badgeText } = options;
  const badge = (): void => {
    // Nothing that was never read can need a look.
    if (alarms === undefined || badgeText === undefined || (view.badge === undefined && app.store.all().every(isUnread))) return;
    withViews(
      (views) => {
        if (!ended) showBadge(view, alarms(views, app.store.all(), sceneOf(app)), badgeText);
      },
      (error) => {
        app.log.warn(`badge of ${options.id}: ${String(error)}`);
      },
    );
  };
  let ended = false;
  const update = (): void => {
    tree.update();
    options.onUpdate?.(app.store.all(), sceneOf(app));
    badge();
  };
  const ticker = new Ticker({ nextMs: () => msUntilAnyAgeChanges(app), tick: update });
  const follow = (): void => {
    update();
    if (view.visible) ticker.start();
    else ticker.stop();
    if (view.visible) void options.read?.()?.then(update);
  };
  follow();
  return vscode.Disposable.from(
    { dispose: () => (ended = true) },
    view,
    tree,
    ticker,
    app.store.onDidChange(follow),
    app.ledger.onDidChange(follow),
    app.arming.onDidChange(follow),
    view.onDidChangeVisibility(follow),
    ...(options.onDidChange === undefined ? [] : [options.onDidChange(follow)]),
  );
}

const isUnread = ({ snapshot }: AccountState): boolean => snapshot === undefined;

/** Shows how many of what the view lists need a look; nothing when none does. */
function showBadge(view: vscode.TreeView<OutlineNode>, count: number, tooltip: (count: number) => string): void {
  if ((view.badge?.value ?? 0) === count) return;
  view.badge = count === 0 ? undefined : { value: count, tooltip: tooltip(count) };
}
