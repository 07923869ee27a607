import { faceOf, sourceKey, type Entry } from './entry.ts';

/**
 * A line of a view that keeps its identity while its text changes, because the editor repaints by identity.
 * Menus pass it to commands, which read `accountId`, `on`, `coin`, `writeId` and `warning` from it.
 */
export class OutlineNode {
  // Own properties, so that a copy of the place keeps them.
  readonly accountId: string;
  readonly on: Entry['on'];
  readonly coin: string | undefined;
  readonly writeId: string | undefined;
  readonly warning: string | undefined;
  readonly parent: OutlineNode | undefined;
  entry: Entry;
  /** As the editor last got them; undefined while it was never opened. */
  children: readonly OutlineNode[] | undefined;

  constructor(entry: Entry, parent: OutlineNode | undefined) {
    this.accountId = entry.accountId;
    this.on = entry.on;
    this.coin = entry.coin;
    this.writeId = entry.writeId;
    this.warning = entry.warning;
    this.parent = parent;
    this.entry = entry;
  }
}

/**
 * Nodes for `entries`; those with a known id are reused with the new entry, and so is what is below them: nobody asks for the rows of a view that
 * isn't seen, and old ones would hold on to the whole reading they were made from.
 */
export function adopt(entries: readonly Entry[], before: readonly OutlineNode[], parent: OutlineNode | undefined): readonly OutlineNode[] {
  const known = new Map(before.map((node) => [node.entry.id, node]));
  return entries.map((entry) => {
    const node = known.get(entry.id) ?? new OutlineNode(entry, parent);
    node.entry = entry;
    if (node.children !== undefined && entry.pages === undefined) node.children = adopt(entry.children ?? [], node.children, node);
    return node;
  });
}

/**
 * Gives nodes their new entries and returns those to repaint: the topmost ones whose own line or list of children differs. A repaint covers
 * everything below. `all`: the list itself differs.
 */
export function renew(
  nodes: readonly OutlineNode[],
  entries: readonly Entry[],
): { readonly all: boolean; readonly changed: readonly OutlineNode[] } {
  const same = nodes.length === entries.length && nodes.every((node, index) => node.entry.id === entries[index]?.id);
  if (!same) return { all: true, changed: [] };
  return { all: false, changed: nodes.flatMap((node, index) => renewOne(node, entries[index] ?? node.entry)) };
}

function renewOne(node: OutlineNode, entry: Entry): readonly OutlineNode[] {
  if (node.entry === entry) return [];
  const opened = node.children !== undefined && node.entry.pages?.figures !== entry.pages?.figures;
  const repaint = opened || faceOf(node.entry) !== faceOf(entry);
  node.entry = entry;
  // Rows read from the venue renew themselves.
  if (node.children === undefined || entry.pages !== undefined) return repaint ? [node] : [];
  const children = entry.children ?? [];
  const below = renew(node.children, children);
  if (below.all) node.children = adopt(children, node.children, node);
  return repaint || below.all ? [node] : below.changed;
}

/** The opened nodes that show rows of this source. */
export function nodesOfSource(nodes: readonly OutlineNode[], key: string): readonly OutlineNode[] {
  return nodes.flatMap((node) => {
    if (node.entry.pages !== undefined) return sourceKey(node.entry.pages) === key && node.children !== undefined ? [node] : [];
    return nodesOfSource(node.children ?? [], key);
  });
}
