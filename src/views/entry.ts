import { msg } from '../core/message.ts';
import type { LoanRef } from '../exchanges/exchange.ts';
import type { Icon } from '../words/level.ts';
import { joined, type Text } from '../words/text.ts';
import type { Place } from './place.ts';

/** The tooltip of an entry. Made only when it is shown. */
export interface Details {
  readonly title: Text;
  readonly lines: readonly { readonly label: Text; readonly value: Text }[];
  readonly note?: Text;
  /** Where figures were looked up. Addresses from our own tables only; anything but plain https is left out. */
  readonly links?: readonly { readonly label: Text; readonly url: string }[];
}

/** Rows that are read from the venue only when the entry is opened. */
export interface PageSource {
  readonly kind: 'history' | 'interest' | 'borrowable';
  readonly accountId: string;
  readonly loan?: LoanRef;
  /** Changes when rows read earlier may be out of date; they are read again then. */
  readonly version: string;
  /** Changes when the outlook from the rows may differ; they are painted again then, not read. */
  readonly figures?: string;
}

/** Names a source regardless of its version. */
export function sourceKey({ kind, accountId, loan }: PageSource): string {
  return `${kind}/${accountId}/${loan?.loanId ?? ''}`;
}

/** One line of a view, independent of the editor so that tests can read it. Menu commands act on its place. */
export interface Entry extends Place {
  /** Stable across readings and restarts, and unique in its view. */
  readonly id: string;
  readonly label: Text;
  /** Shown beside the label, separated by dots. */
  readonly description?: readonly Text[];
  readonly icon?: Icon;
  readonly expansion: 'leaf' | 'open' | 'closed';
  /** Selects the menus of the manifest. */
  readonly context:
    | 'account'
    | 'account.armed'
    | 'account.disarmed'
    | 'loan'
    | 'loan.repay'
    | 'loan.repay.sell'
    | 'position'
    | 'fixedPosition'
    | 'value'
    | 'borrowable'
    | 'openWrite'
    | 'write'
    | 'undoableWrite'
    | 'group'
    | 'more'
    | 'note'
    | `warning.${'loan' | 'position' | 'account'}${'' | '.known'}`;
  /** For a screen reader, where label and description don't say it all. */
  readonly spoken?: Text;
  /** The exact text that Copy Value takes. */
  readonly copy?: string;
  readonly details?: () => Details;
  readonly children?: readonly Entry[];
  readonly pages?: PageSource;
  /** Only on the entry that loads the next page: where it is read, or what loads it. */
  readonly more?: PageSource | (() => void);
}

/** What a screen reader says of an entry. */
export const spokenOf = ({ spoken, label, description = [] }: Pick<Entry, 'spoken' | 'label' | 'description'>): Text =>
  spoken ?? joined([label, ...description]);

/** Everything about an entry that is visible without opening it; two entries with the same face need no repaint. */
export function faceOf({ label, description, icon, expansion, context, spoken, copy, pages }: Entry): string {
  return JSON.stringify([label, description, icon, expansion, context, spoken, copy, pages?.version]);
}

/** What is made of the line of a loan or position only when it is asked for, because of most it never is. */
export interface Late<View, Scene> {
  /** @param writes the lines of its unfinished changes, as of when the line was made */
  readonly spoken: (view: View, scene: Scene, writes: readonly Entry[]) => Text;
  readonly details: (view: View, scene: Scene) => Details;
  readonly children: (view: View, scene: Scene, writes: readonly Entry[]) => readonly Entry[];
}

/** The line of a loan or position. */
export const lateEntry = <View, Scene>(
  face: Omit<Entry, 'spoken' | 'details' | 'children'>,
  ...made: ConstructorParameters<typeof LateParts<View, Scene>>
): LateParts<View, Scene> & Entry => Object.assign(new LateParts(...made), face);

/** What a line with such changes says of them. */
export const unfinishedMark = (writes: readonly Entry[]): readonly Text[] =>
  writes.length === 0 ? [] : [msg('term.change-unfinished', 'unfinished change')];

// Accessors of its own would give each line a table of its properties.
class LateParts<View, Scene> {
  readonly #late: Late<View, Scene>;
  readonly #view: View;
  readonly #scene: Scene;
  readonly #writes: readonly Entry[];
  #latestView: View;
  #latestScene: Scene;
  #below: readonly Entry[] | undefined;

  constructor(late: Late<View, Scene>, view: View, scene: Scene, writes: readonly Entry[]) {
    this.#late = late;
    this.#view = this.#latestView = view;
    this.#scene = this.#latestScene = scene;
    this.#writes = writes;
  }

  /** From now on its tooltip is made from these. */
  latest(view: View, scene: Scene): this {
    this.#latestView = view;
    this.#latestScene = scene;
    return this;
  }

  get spoken(): Text {
    return this.#late.spoken(this.#view, this.#scene, this.#writes);
  }

  get details(): () => Details {
    return () => this.#late.details(this.#latestView, this.#latestScene);
  }

  get children(): readonly Entry[] {
    return (this.#below ??= this.#late.children(this.#view, this.#scene, this.#writes));
  }
}

/** One page read from a venue. `older` asks for the next; absent on the last. */
export interface ReadPage {
  readonly entries: readonly Entry[];
  readonly older?: string;
  /** Shown above the rows and made each time, because it depends on more than them. Of the first page only. */
  readonly above?: () => readonly Entry[];
}

export type PageReader = (source: PageSource, cursor: string | undefined) => Promise<ReadPage>;
