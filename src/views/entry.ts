import type { LoanRef } from '../exchanges/exchange.ts';
import type { Icon } from '../words/level.ts';
import type { Text } from '../words/text.ts';
import type { Place } from './place.ts';

/** What is shown when a person stays on an entry. Made only then. */
export interface Details {
  readonly title: Text;
  readonly lines: readonly { readonly label: Text; readonly value: Text }[];
  readonly note?: Text;
  /** Where figures were looked up. Addresses from our own tables only: whatever is not plain https is left out. */
  readonly links?: readonly { readonly label: Text; readonly url: string }[];
}

/** Rows that are read from the venue only when somebody opens the entry. */
export interface PageSource {
  readonly kind: 'history' | 'interest' | 'borrowable';
  readonly accountId: string;
  readonly loan?: LoanRef;
  /** Changes when rows read earlier may be outdated; they are read anew then. */
  readonly version: string;
  /** Changes when what is foreseen from the rows reads differently; they are painted anew then, and not read. */
  readonly figures?: string;
}

/** Names a source whatever its version. */
export function sourceKey({ kind, accountId, loan }: PageSource): string {
  return `${kind}/${accountId}/${loan?.loanId ?? ''}`;
}

/** One line of a view, free of the editor, so that what it says can be tested without one. Commands of its menu are about its place. */
export interface Entry extends Place {
  /** Stable across readings and restarts, and unique in its view. */
  readonly id: string;
  readonly label: Text;
  /** Shown beside the label, joined with a dot. */
  readonly description?: readonly Text[];
  readonly icon?: Icon;
  readonly expansion: 'leaf' | 'open' | 'closed';
  /** What the menus of the manifest go by. */
  readonly context:
    | 'account'
    | 'account.armed'
    | 'account.disarmed'
    | 'loan'
    | 'position'
    | 'fixedPosition'
    | 'value'
    | 'borrowable'
    | 'openWrite'
    | 'write'
    | 'undoableWrite'
    | 'group'
    | 'more'
    | 'note';
  /** The entry as a sentence, for a screen reader. */
  readonly spoken: Text;
  /** The exact text that Copy Value takes. */
  readonly copy?: string;
  readonly details?: () => Details;
  readonly children?: readonly Entry[];
  readonly pages?: PageSource;
  /** Only on the entry that asks for the next page: where it is read, or what brings it. */
  readonly more?: PageSource | (() => void);
}

/** Everything about an entry that is visible without opening it; two entries with the same face need no repaint. */
export function faceOf(entry: Entry): string {
  const { label, description, icon, expansion, context, spoken, copy, pages } = entry;
  return JSON.stringify([label, description, icon, expansion, context, spoken, copy, pages?.version]);
}

/** One page read from a venue. `older` asks for the next; absent on the last. */
export interface ReadPage {
  readonly entries: readonly Entry[];
  readonly older?: string;
  /** What stands above the rows and is made anew at each look, because it hangs on more than them. Of the first page only. */
  readonly above?: () => readonly Entry[];
}

export type PageReader = (source: PageSource, cursor: string | undefined) => Promise<ReadPage>;
