import type { Remark } from '../words/collateral-preview.ts';
import type { Text } from '../words/text.ts';
import type { Place } from '../views/place.ts';

/** The person went one step back. Leaving altogether is `undefined`. */
export const back = Symbol('back');
export type Back = typeof back;

/** One line of a list. */
export interface Item<T> {
  readonly label: Text;
  readonly description?: Text;
  readonly detail?: Text;
  /** Absent on what is there to be seen and cannot be picked. */
  readonly value?: T;
  /** A line between groups, its label the name of the group below. */
  readonly separator?: boolean;
}

/** Where a step stands among those that apply. */
export interface Frame {
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

/** Whether there is a question to go back to, and which one of a series it is, if of one. */
interface Placed {
  readonly canGoBack: boolean;
  readonly frame?: Frame;
}

export interface PickQuestion<T> extends Placed {
  /** Absent where the question says all. */
  readonly title?: Text;
  readonly placeholder: Text;
  /** Said besides, in full. */
  readonly prompt?: Text;
  /** Either at hand, or read while the list already stands there and can be left. */
  readonly items: readonly Item<T>[] | ((signal: AbortSignal) => Promise<readonly Item<T>[]>);
  /** Which item is under the cursor at first; the first one unless given. */
  readonly isActive?: (value: T) => boolean;
}

/** All are picked at first. */
export interface PickSeveralQuestion<T> {
  readonly title: Text;
  readonly placeholder: Text;
  readonly items: readonly (Item<T> & { readonly value: T })[];
}

/** What was typed as what it means, with a remark, if any; or what is wrong with it, unless it is only begun. */
export type Judged<T> = { readonly value: T; readonly remark?: Remark | undefined } | { readonly problem: Text | undefined };

/** What is said above something typed, and how it is checked at every key. */
export interface Terms<T> {
  readonly prompt: Text;
  readonly judge: (typed: string) => Judged<T>;
}

export interface InputQuestion<T> extends Placed, Terms<T> {
  readonly title: Text;
  readonly placeholder?: Text;
  /** To start from. */
  readonly value?: string;
  /** Hidden while it is typed, and never kept. */
  readonly secret?: boolean;
  /**
   * Fresher terms that replace the first ones when they arrive; undefined when they leave nothing to type: then the question ends as if
   * the person had left it. If that fails, the first ones stay.
   */
  readonly later?: (signal: AbortSignal) => Promise<Terms<T> | undefined>;
}

/** One way to answer. */
export interface Button<Id extends string> {
  readonly id: Id;
  readonly label: Text;
  /** Leaving means this one. */
  readonly closes?: boolean;
}

/** A modal question. */
export interface Dialog<Id extends string> {
  readonly kind: 'info' | 'warning' | 'error';
  readonly title: Text;
  /** Lines; an empty one is a space between paragraphs. */
  readonly detail: readonly Text[];
  /** Enter presses the first, and the editor adds Cancel: the expected answer first, unless it moves real money or goes against a warning. */
  readonly buttons: readonly Button<Id>[];
}

/** Something said that needs no answer. */
export interface Notice<Id extends string> {
  readonly kind: 'info' | 'warning' | 'error';
  readonly sentence: Text;
  readonly buttons?: readonly Button<Id>[];
}

/** A text to read. It is not written anywhere, and cannot be changed. */
export interface ReadOnlyPage {
  readonly title: Text;
  readonly text: string;
}

export interface SaveQuestion {
  readonly title: Text;
  readonly label: Text;
  /** Offered, in a folder that the front thinks of. */
  readonly name: string;
  /** Kinds of files, each with its endings. */
  readonly kinds: Readonly<Record<string, readonly string[]>>;
}

/** A file that a person chose. */
export interface ChosenFile {
  /** Where it is, as it is told. */
  readonly where: string;
  /** Rejects in the words of the file system. */
  readonly read: () => Promise<string>;
}

/** A file that a person named. */
export interface NamedFile {
  /** With its ending. */
  readonly path: string;
  /** Where it is, as shown. */
  readonly where: string;
  /** Rejects in the words of the file system. */
  readonly write: (text: string) => Promise<void>;
  readonly open: () => Promise<void>;
}

/** What else a person can be led to, by the names of the commands. */
export type Command =
  | 'addAccount'
  | 'addCollateral'
  | 'addMargin'
  | 'armWriting'
  | 'bringLiquidationToTarget'
  | 'bringLtvToTarget'
  | 'disarmWriting'
  | 'manageOutlets'
  | 'openGauges'
  | 'reduceCollateral'
  | 'reduceMargin'
  | 'refresh'
  | 'repayLoan'
  | 'resolveWrite'
  | 'trySimulated'
  | 'undoAdd'
  | 'updateKeys';

/**
 * How a person is asked and told, whatever front they sit at. Every question can be left: that is `undefined`, and never means yes.
 * What is said may come as a message; the front puts it in the person's language.
 */
export interface Conversation {
  /** As the person reads it, for texts that are put together. */
  localize(text: Text): string;
  /** Rejects when the items cannot be read. */
  pick<T>(question: PickQuestion<T>): Promise<T | Back | undefined>;
  pickSeveral<T>(question: PickSeveralQuestion<T>): Promise<readonly T[] | undefined>;
  /** Takes only what is judged to have a value. */
  input<T>(question: InputQuestion<T>): Promise<T | Back | undefined>;
  confirm<Id extends string>(dialog: Dialog<Id>): Promise<Id | undefined>;
  /** @returns the button, as soon as one is pressed; for long nothing may be. */
  tell<Id extends string>(notice: Notice<Id>): Promise<Id | undefined>;
  /** Does the work while it is shown to go on; the person can stop it, which aborts the signal. */
  progress<T>(title: Text, work: (signal: AbortSignal, say: (text: Text) => void) => Promise<T>): Promise<T>;
  /** The same for work that cannot be stopped half way. */
  steadily<T>(title: Text, work: () => Promise<T>): Promise<T>;
  /** Opens it beside the questions. */
  show(page: ReadOnlyPage): Promise<void>;
  /** Closes every page that was shown. */
  closePages(): Promise<void>;
  save(question: SaveQuestion): Promise<NamedFile | undefined>;
  open(question: Omit<SaveQuestion, 'name'>): Promise<ChosenFile | undefined>;
  copy(text: string): Promise<void>;
  run(command: Command, place?: Place): Promise<void>;
  /** Opens the person's own settings at the limits. */
  openLimits(): Promise<void>;
  openLog(): void;
  /** Brings the loans to the person's eyes. */
  showLoans(): Promise<void>;
  reloadWindow(): Promise<void>;
}
