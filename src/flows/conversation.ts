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
  /** Absent if it's only shown and can't be picked. */
  readonly value?: T;
  /** A line between groups; its label names the group below. */
  readonly separator?: boolean;
}

/** The number of a step among those that apply. */
export interface Frame {
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

/** Whether there is a question to go back to, and the place in a series, if any. */
interface Placed {
  readonly canGoBack: boolean;
  readonly frame?: Frame;
}

export interface PickQuestion<T> extends Placed {
  /** Absent if the question is enough. */
  readonly title?: Text;
  readonly placeholder: Text;
  /** An additional explanation, shown in full. */
  readonly prompt?: Text;
  /** Given, or read while the list is already open and can be left. */
  readonly items: readonly Item<T>[] | ((signal: AbortSignal) => Promise<readonly Item<T>[]>);
  /** The item selected at first; default: the first one. */
  readonly isActive?: (value: T) => boolean;
}

/** All are selected at first. */
export interface PickSeveralQuestion<T> {
  readonly title: Text;
  readonly placeholder: Text;
  readonly items: readonly (Item<T> & { readonly value: T })[];
}

/** The typed text's value, with a remark if any; or what is wrong with it, undefined while it's incomplete. */
export type Judged<T> = { readonly value: T; readonly remark?: Remark | undefined } | { readonly problem: Text | undefined };

/** The prompt, and how typed text is checked at every key. */
export interface Terms<T> {
  readonly prompt: Text;
  readonly judge: (typed: string) => Judged<T>;
}

export interface InputQuestion<T> extends Placed, Terms<T> {
  readonly title: Text;
  readonly placeholder?: Text;
  /** Initial value. */
  readonly value?: string;
  /** Hidden while typed, and never kept. */
  readonly secret?: boolean;
  /**
   * Fresher terms that replace the first ones when they arrive. Undefined if they allow no answer: the question then ends as if the person
   * had left. If reading them fails, the first ones stay.
   */
  readonly later?: (signal: AbortSignal) => Promise<Terms<T> | undefined>;
}

/** One way to answer. */
export interface Button<Id extends string> {
  readonly id: Id;
  readonly label: Text;
  /** Closing the dialog means this button. */
  readonly closes?: boolean;
}

/** A modal question. */
export interface Dialog<Id extends string> {
  readonly kind: 'info' | 'warning' | 'error';
  readonly title: Text;
  /** Lines; an empty one separates paragraphs. */
  readonly detail: readonly Text[];
  /**
   * Enter presses the first, and the editor adds Cancel: the expected answer comes first, unless it moves real money or contradicts a
   * warning.
   */
  readonly buttons: readonly Button<Id>[];
}

/** A notice that needs no answer. */
export interface Notice<Id extends string> {
  readonly kind: 'info' | 'warning' | 'error';
  readonly sentence: Text;
  readonly buttons?: readonly Button<Id>[];
}

/** A read-only text, not written anywhere. */
export interface ReadOnlyPage {
  readonly title: Text;
  readonly text: string;
}

export interface SaveQuestion {
  readonly title: Text;
  readonly label: Text;
  /** The suggested file name; the front chooses the folder. */
  readonly name: string;
  /** Kinds of files, each with its extensions. */
  readonly kinds: Readonly<Record<string, readonly string[]>>;
}

/** A file that a person chose. */
export interface ChosenFile {
  /** Its location, for display. */
  readonly where: string;
  /** Rejects in the words of the file system. */
  readonly read: () => Promise<Uint8Array>;
}

/** A file that a person named. */
export interface NamedFile {
  /** With its extension. */
  readonly path: string;
  /** Its location, for display. */
  readonly where: string;
  /** Rejects in the words of the file system. */
  readonly write: (content: string | Uint8Array) => Promise<void>;
  readonly open: () => Promise<void>;
}

/** Commands a person can be led to, by name. */
export type Command =
  | 'addAccount'
  | 'addCollateral'
  | 'addMargin'
  | 'armWriting'
  | 'bringLiquidationToTarget'
  | 'borrowMore'
  | 'bringLtvToTarget'
  | 'disarmWriting'
  | 'manageOutlets'
  | 'openGauges'
  | 'openRescue'
  | 'prepareRescue'
  | 'reduceCollateral'
  | 'reduceMargin'
  | 'refresh'
  | 'repayLoan'
  | 'repayWithCollateral'
  | 'resolveWrite'
  | 'trySimulated'
  | 'undoAdd'
  | 'updateKeys';

/**
 * How flows ask and tell a person, in any front. Every question can be left: that returns undefined and never means yes. Texts may be
 * messages; the front translates them. Where the person hides amounts, questions still show them, and what is only told does not.
 */
export interface Conversation {
  /** The translated text, for composed texts. */
  localize(text: Text): string;
  /** The same for what stays on the screen: without amounts where the person hides them. */
  onScreen(text: Text): string;
  /** Rejects when the items cannot be read. */
  pick<T>(question: PickQuestion<T>): Promise<T | Back | undefined>;
  pickSeveral<T>(question: PickSeveralQuestion<T>): Promise<readonly T[] | undefined>;
  /** Accepts only text that `judge` gives a value for. */
  input<T>(question: InputQuestion<T>): Promise<T | Back | undefined>;
  confirm<Id extends string>(dialog: Dialog<Id>): Promise<Id | undefined>;
  /** @returns the button once one is pressed; that may take long */
  tell<Id extends string>(notice: Notice<Id>): Promise<Id | undefined>;
  /** Does the work under a progress; the person can stop it, which aborts the signal. */
  progress<T>(title: Text, work: (signal: AbortSignal, say: (text: Text) => void) => Promise<T>): Promise<T>;
  /** The same for work that can't be stopped. */
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
  /** Opens a website in the browser. */
  openPage(url: string): Promise<void>;
  openLog(): void;
  /** Shows the Loans view. */
  showLoans(): Promise<void>;
  reloadWindow(): Promise<void>;
}
