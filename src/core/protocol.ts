/**
 * Messages between the extension and its page. Whole states, never deltas; the page asks first.
 * Everything arrives as ready, localised text and drawing fractions: the page computes nothing about money.
 */
import type { Level } from './risk/level.ts';

export interface GaugeTick {
  readonly kind: 'marginCall' | 'liquidation';
  /** Place on the scale, 0..1. */
  readonly at: number;
  /** E.g. "Margin call". */
  readonly label: string;
  /** E.g. "73.74%", or a price. */
  readonly valueText: string;
  /** Where the threshold is known from, e.g. "from OKX". */
  readonly source: string;
}

/** A second needle. */
export interface GaugeEstimate {
  /** Place on the scale, 0..1. */
  readonly at: number;
  /** That it is an estimate, in a word. */
  readonly label: string;
  /** E.g. "~58.41%". */
  readonly valueText: string;
  /** What it is from and how old that is. */
  readonly source: string;
}

/** A part of the scale where the venue acts, or is near to acting. */
export interface GaugeZone {
  readonly kind: 'warn' | 'danger';
  /** Places on the scale, 0..1. */
  readonly from: number;
  readonly to: number;
}

export interface GaugeRow {
  readonly label: string;
  /** It tells of this very moment, and is untrue a moment later. */
  readonly live?: true;
  /** One line per coin or figure. */
  readonly lines: readonly {
    readonly value: string;
    /** Source, or what the figure stands for. */
    readonly detail?: string;
  }[];
}

/** The numbers a screen reader is given, in percent, as plain decimal text. */
export interface GaugeMeter {
  readonly now: string;
  readonly max: string;
}

export interface GaugeView {
  /** Account and loan or position; stable. */
  readonly key: string;
  readonly title: string;
  /** Venue and account name. */
  readonly subtitle: string;
  /** Shown as a mark when set, e.g. "SIMULATED". */
  readonly simulatedMark?: string;
  readonly level: Level;
  readonly levelText: string;
  /** What the large figure is: the LTV of a loan, the distance of a position to liquidation, or that it is only the last known one. */
  readonly caption: string;
  /** E.g. "57.43%", or a dash when unknown. */
  readonly figure: string;
  /** Needle on the scale, 0..1; absent when unknown. */
  readonly at?: number;
  /** Absent when the needle is. */
  readonly meter?: GaugeMeter;
  /** Both ends of the scale, e.g. "0%" and "100%". */
  readonly scale: readonly [string, string];
  readonly ticks: readonly GaugeTick[];
  readonly zones: readonly GaugeZone[];
  /** What the figure is about now by our own arithmetic, where that reads differently. Beside the figure, never instead of it. */
  readonly estimate?: GaugeEstimate;
  readonly distanceText: string;
  readonly rows: readonly GaugeRow[];
  /** E.g. "Read 45 s ago". */
  readonly ageText: string;
  /** The figures are not current: nothing of them is drawn in the colour of a level that reassures. */
  readonly stale: boolean;
  /** The account is being read at this moment. */
  readonly reading: boolean;
  /** The account's present trouble, when there is one. */
  readonly trouble?: string;
  /** Changes of this loan or position that were sent and are not settled yet. */
  readonly pending: readonly string[];
  /** Said by a screen reader as the meter's value. */
  readonly spokenValue: string;
  /** Said once by a screen reader when the level has changed. */
  readonly spokenLevel: string;
  /** Commands the page may offer; the extension decides which. */
  readonly actions: readonly { readonly id: PageAction; readonly label: string }[];
}

export type PageAction = 'add' | 'reduce' | 'addMargin' | 'reduceMargin' | 'resolve' | 'refresh';

/** What a shock makes of one loan or position. */
export interface StressCell {
  /** Figure and level in words, e.g. "74.10% · Margin call". */
  readonly text: string;
  /** For the shape and the colour beside the words. */
  readonly level: Level;
}

/** Shocks of prices and what they make of loans and positions whose money is of one kind. */
export interface StressTable {
  /** Shown as a mark when set, e.g. "SIMULATED". Real and simulated never stand in one table. */
  readonly simulatedMark?: string;
  /** What breaks first: one sentence for all coins together and for each coin that several depend on. */
  readonly first: readonly string[];
  /** That these are estimates, and of what. */
  readonly caption: string;
  /** Loans and positions, in the order of the gauges. */
  readonly columns: readonly {
    /** The key of its gauge. */
    readonly key: string;
    readonly title: string;
    /** Venue and account name, and what the figure is. */
    readonly detail: string;
  }[];
  /** Shocks, e.g. "All coins −20%"; a cell for each column. Empty when no price matters to any column. */
  readonly rows: readonly { readonly label: string; readonly cells: readonly StressCell[] }[];
  /** Who is not in the table, by reason. */
  readonly leftOut: readonly string[];
}

/** The part of the page that tells what would happen if prices moved. */
export interface StressView {
  readonly heading: string;
  /** Above the sentences about what breaks first. */
  readonly firstHeading: string;
  /** Heads the column of shocks. */
  readonly shockHeading: string;
  /** One for each kind of money; not empty. */
  readonly tables: readonly StressTable[];
}

/** What a page says that hears nothing any more, so that its figures can no longer be told from present ones. */
export interface SilentWords {
  /** Above everything. */
  readonly notice: string;
  /** In the place of every age. */
  readonly age: string;
}

export interface PageState {
  readonly heading: string;
  readonly silent: SilentWords;
  readonly gauges: readonly GaugeView[];
  /** Absent when there is no loan and no position. */
  readonly stress?: StressView;
  /** Accounts that have trouble but no gauge to show it on, and those that were read in part only. */
  readonly notices: readonly string[];
  /** Shown instead of gauges when there are none. */
  readonly emptyText: string;
  readonly emptyActions: readonly { readonly id: 'addAccount' | 'trySimulated'; readonly label: string }[];
}

/** How often a page that is seen hears something. Milliseconds. */
export const aliveMs = 5_000;
/** A page that heard nothing for so long says so: the extension behind it has ended, or is out of reach. Milliseconds. */
export const silentMs = 20_000;

export type ToPage =
  | { readonly type: 'state'; readonly state: PageState }
  /** Nothing is new, but somebody is still there to tell. Comes every `aliveMs` at the latest while the page is seen. */
  | { readonly type: 'alive' }
  /** Bring this gauge into view and focus it. */
  | { readonly type: 'reveal'; readonly key: string };

export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly key: string; readonly action: PageAction }
  | { readonly type: 'emptyAction'; readonly action: 'addAccount' | 'trySimulated' };
