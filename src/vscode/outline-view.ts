import * as vscode from 'vscode';
import { commandIds } from './command-ids.ts';
import { type LazyPages, loadViews, withViews } from '../views/lazy-pages.ts';
import { isSame, type Place, type PlaceOn } from '../views/place.ts';
import { localize, onScreen } from './localize.ts';
import { onDidChangeSetting } from './ports.ts';
import type { Message } from '../core/message.ts';
import { adopt, nodesOfSource, renew, type OutlineNode } from '../views/outline-node.ts';
import { escapeMarkdown, markdownLink } from './markdown.ts';
import { spokenOf, type Details, type Entry } from '../views/entry.ts';
import type { Text } from '../words/text.ts';
import { type App, type Frame, frameOf, msUntilAnyAgeChanges } from './front.ts';
import type { Draw } from './painter.ts';
import type { ViewContext } from '../words/account.ts';
import type * as Views from '../views/outlines.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { Ticker } from './age-ticker.ts';

const expansions: Readonly<Record<Entry['expansion'], vscode.TreeItemCollapsibleState>> = {
  leaf: vscode.TreeItemCollapsibleState.None,
  open: vscode.TreeItemCollapsibleState.Expanded,
  closed: vscode.TreeItemCollapsibleState.Collapsed,
};

/** Shows an outline as a tree and repaints only what changed. The outline's code is loaded when the view is first seen. */
export class OutlineTree implements vscode.TreeDataProvider<OutlineNode>, vscode.Disposable {
  readonly #load: () => Promise<Outline>;
  readonly #frame: () => Frame;
  readonly #pages: LazyPages;
  readonly #trend: (place: PlaceOn) => Promise<Text | undefined>;
  readonly #changed = new vscode.EventEmitter<OutlineNode | OutlineNode[] | undefined>();
  readonly #subscription: { dispose(): void };
  #outline: Outline | undefined;
  #isLoading = false;
  #roots: readonly OutlineNode[] = [];

  readonly onDidChangeTreeData = this.#changed.event;

  /** @param frame what a row that is opened is made from */
  constructor(load: () => Promise<Outline>, frame: () => Frame, pages: LazyPages, trend: (place: PlaceOn) => Promise<Text | undefined>) {
    this.#load = load;
    this.#frame = frame;
    this.#pages = pages;
    this.#trend = trend;
    this.#subscription = pages.onDidChange((key) => {
      const open = nodesOfSource(this.#roots, key);
      if (open.length > 0) this.#changed.fire([...open]);
    });
  }

  /** @param isSeen whether the editor shows it */
  update(isSeen: boolean, frame: Frame): void {
    if (this.#outline === undefined) {
      // The editor reads on first view. It has to be told to read again after a failure, and where it took the answer of who held its place.
      if (isSeen && !this.#isLoading) this.#changed.fire(undefined);
      return;
    }
    const entries = this.#outline(frame.states, frame.scene);
    const { all, changed } = renew(this.#roots, entries);
    if (all) {
      this.#roots = adopt(entries, this.#roots, undefined);
      this.#changed.fire(undefined);
    } else if (changed.length > 0) {
      this.#changed.fire([...changed]);
    }
  }

  async getChildren(node?: OutlineNode): Promise<OutlineNode[]> {
    if (node === undefined) {
      this.#outline ??= await this.#loaded();
      const { states, scene } = this.#frame();
      this.#roots = adopt(this.#outline(states, scene), this.#roots, undefined);
      return [...this.#roots];
    }
    const { pages, children } = node.entry;
    const entries = pages === undefined ? (children ?? []) : await this.#pages.entries(pages);
    node.children = adopt(entries, node.children ?? [], node);
    return [...node.children];
  }

  async #loaded(): Promise<Outline> {
    this.#isLoading = true;
    try {
      return await this.#load();
    } finally {
      this.#isLoading = false;
    }
  }

  /** Draws every row again: the same entries look different. */
  redraw(): void {
    this.#changed.fire(undefined);
  }

  getParent(node: OutlineNode): OutlineNode | undefined {
    return node.parent;
  }

  getTreeItem(node: OutlineNode): vscode.TreeItem {
    const { entry } = node;
    const say = onScreen();
    const item = new vscode.TreeItem(say(entry.label), expansions[entry.expansion]);
    item.id = entry.id;
    item.contextValue = entry.context;
    item.accessibilityInformation = { label: say(spokenOf(entry)) };
    if (entry.description !== undefined) item.description = joined(entry.description);
    if (entry.icon !== undefined) {
      const { id, color } = entry.icon;
      item.iconPath = new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
    }
    // A click selects; only the entry that asks for more rows does something.
    if (entry.more !== undefined) {
      item.command = { command: commandIds.loadMore, title: say(entry.label), arguments: [node] };
    }
    return item;
  }

  /** The row of a loan or position, whether it was opened or not. */
  async rowOf(place: Place): Promise<OutlineNode | undefined> {
    for (const root of await this.getChildren()) {
      const rows = root.accountId === place.accountId ? await this.getChildren(root) : [];
      const found = rows.find(({ on }) => on !== undefined && place.on !== undefined && isSame(on, place.on));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async resolveTreeItem(item: vscode.TreeItem, node: OutlineNode): Promise<vscode.TreeItem> {
    const { details, label, description, accountId, on } = node.entry;
    const made = details?.();
    // A row of a loan or position has details; those below it don't.
    const trend = made === undefined || on === undefined ? undefined : await this.#trend({ accountId, on });
    // Without details, the line itself: a narrow view may cut it off.
    item.tooltip = tooltip(made ?? { title: label, lines: [], ...(description === undefined ? {} : { note: joined(description) }) }, trend);
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function joined(parts: readonly Text[]): string {
  return parts.map(onScreen()).join(' · ');
}

function tooltip({ title, lines, note, links = [] }: Details, trend?: Text): vscode.MarkdownString {
  const say = onScreen();
  const text = (part: Text): string => escapeMarkdown(say(part));
  const rows = lines.map(({ label, value }) => `- ${text(label)}: **${text(value)}**`);
  const paragraphs = [
    `**${text(title)}**`,
    ...(trend === undefined ? [] : [text(trend)]),
    ...(rows.length === 0 ? [] : [rows.join('\n')]),
    ...(note === undefined ? [] : [text(note)]),
    ...links.flatMap(({ label, url }) => markdownLink(localize(label), url)),
  ];
  return new vscode.MarkdownString(paragraphs.join('\n\n'));
}

/** What a view shows, as a function of the store. */
export type Outline = (states: readonly AccountState[], viewContext: ViewContext) => readonly Entry[];

export interface OutlineViewOptions {
  readonly id: string;
  /** What the figure at the start of each line is; shown beside the view's title. */
  readonly figure?: Message;
  /** Loads what the view shows; called when it is first seen. */
  readonly load: () => Promise<Outline>;
  /** Reads what the view shows besides the store; called while it is seen. */
  readonly read?: () => Promise<void> | undefined;
  /** Reports changes besides those of the store and the ledger. */
  readonly onDidChange?: (listener: () => void) => vscode.Disposable;
  /** Called whenever the tree is updated from the store. */
  readonly onUpdate?: (frame: Frame) => void;
  /** How many entries of the view need attention: its badge. */
  readonly alarms?: (views: typeof Views, states: readonly AccountState[], viewContext: ViewContext) => number;
  readonly badgeText?: (count: number) => string;
}

/** A view, and how to bring the row of a loan or position into sight. */
type ShownOutline = vscode.Disposable & { readonly reveal: (place: Place) => Promise<void> };

/** A tree that follows the store and, while it is seen, the ages of what it shows. */
export function showOutline(app: App, pages: LazyPages, options: OutlineViewOptions): ShownOutline {
  const tree = new OutlineTree(
    async () => {
      const outline = await options.load();
      if (view.visible) ticker.start();
      return outline;
    },
    () => frameOf(app),
    pages,
    async (place) => (await loadViews()).readTrendBars(app.shared, place, app.clock.now()),
  );
  const late = app.tree(options.id);
  const { view } = late;
  if (options.figure !== undefined) view.description = localize(options.figure);
  const { alarms, badgeText } = options;
  const badge = ({ states, scene }: Frame): void => {
    // What was never read can't need attention.
    if (alarms === undefined || badgeText === undefined || (view.badge === undefined && states.every(isUnread))) return;
    withViews(
      (views) => {
        if (!ended) showBadge(view, alarms(views, states, scene), badgeText);
      },
      (error) => {
        app.log.warn(`badge of ${options.id}: ${String(error)}`);
      },
    );
  };
  let ended = false;
  const update = (frame: Frame): void => {
    tree.update(view.visible, frame);
    options.onUpdate?.(frame);
    badge(frame);
  };
  const follow = (frame: Frame): void => {
    update(frame);
    if (view.visible) ticker.start();
    else ticker.stop();
    if (view.visible) void options.read?.()?.then(later(update));
  };
  const later = (draw: Draw<Frame>) => (): void => {
    if (!ended) app.painter.soon(draw);
  };
  const ticker = new Ticker({ nextMs: () => msUntilAnyAgeChanges(app), tick: later(update) });
  follow(frameOf(app));
  const fed = late.show(tree);
  const shown = vscode.Disposable.from(
    { dispose: () => (ended = true) },
    ...(fed === undefined ? [] : [fed]),
    tree,
    ticker,
    app.painter.follow(follow),
    view.onDidChangeVisibility(later(follow)),
    onDidChangeSetting('hideAmounts', () => {
      tree.redraw();
    }),
    ...(options.onDidChange === undefined ? [] : [options.onDidChange(later(follow))]),
  );
  const reveal = async (place: Place): Promise<void> => {
    const row = await tree.rowOf(place);
    if (row !== undefined) await view.reveal(row, { select: true, focus: true, expand: true });
  };
  return Object.assign(shown, { reveal });
}

const isUnread = ({ snapshot }: AccountState): boolean => snapshot === undefined;

/** Shows how many entries of the view need attention; nothing when none does. */
function showBadge(view: vscode.TreeView<OutlineNode>, count: number, tooltip: (count: number) => string): void {
  if ((view.badge?.value ?? 0) === count) return;
  view.badge = count === 0 ? undefined : { value: count, tooltip: tooltip(count) };
}
