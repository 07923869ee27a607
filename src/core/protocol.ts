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

/** A part of the scale where the venue acts, or nearly does. */
export interface GaugeZone {
  readonly kind: 'warn' | 'danger';
  /** Places on the scale, 0..1. */
  readonly from: number;
  readonly to: number;
}

export interface GaugeRow {
  readonly label: string;
  /** True only at this moment, e.g. a live estimate. */
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

/** How a figure moved within 24 hours, in a drawing of 48 × 20. */
export interface LineTrend {
  /** A path of SVG, broken where nothing was recorded. */
  readonly path: string;
  /** The same in words. */
  readonly text: string;
}

/** What the one line in the overview says of a loan or position beside its title, level, figure and scale. */
export interface GaugeLine {
  /** The exchange, to group by. */
  readonly venue: string;
  /** E.g. "22.1%", with the estimate behind it where that is worse; a dash where it is unknown. Absent for positions. */
  readonly toMarginCall?: string;
  /** The same; of a loan it is always an estimate. */
  readonly toLiquidation: string;
  readonly liquidationPrice?: string;
  /** Absent where too little is recorded. */
  readonly trend?: LineTrend;
  /** E.g. "45 s ago". */
  readonly age: string;
  /** What else must be seen at once, in two or three words each, e.g. "unreachable". */
  readonly marks: readonly string[];
  /** The changes that help first; `title` is the command in full. */
  readonly acts: readonly { readonly id: PageAction; readonly label: string; readonly title: string }[];
}

export interface GaugeView {
  /** Account and loan or position; stable. */
  readonly key: string;
  readonly title: string;
  /** Venue and account name. */
  readonly subtitle: string;
  /** Shown as a mark when set, e.g. "SIMULATED". */
  readonly simulatedMark?: string;
  readonly line: GaugeLine;
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
  /** Our estimate of the figure now, where it differs. Shown beside the figure, never instead of it. */
  readonly estimate?: GaugeEstimate;
  readonly distanceText: string;
  readonly rows: readonly GaugeRow[];
  /** E.g. "Read 45 s ago". */
  readonly ageText: string;
  /** The figures are out of date: none is drawn in a reassuring colour. */
  readonly stale: boolean;
  /** The account is being read at this moment. */
  readonly reading: boolean;
  /** What is wrong with the account now, if anything. */
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

export type PageAction =
  | 'add'
  | 'reduce'
  | 'repay'
  | 'ltvTarget'
  | 'addMargin'
  | 'reduceMargin'
  | 'liquidationTarget'
  | 'resolve'
  | 'rescue'
  | 'reveal'
  | 'refresh';

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
  /** What is affected first: one sentence for all coins together, and one for each coin that several depend on. */
  readonly first: readonly string[];
  /** What a fall of all prices brings first, in one sentence. Absent where it brings nothing. */
  readonly firstFall?: string;
  /** That these are estimates, and of what. */
  readonly caption: string;
  /** Loans and positions, in the order of the gauges. */
  readonly members: readonly {
    /** The key of its gauge. */
    readonly key: string;
    readonly title: string;
    /** Venue and account name, and what the figure is. */
    readonly detail: string;
  }[];
  /** E.g. "All coins −20%", the person's own first; a cell for each loan and position. Empty when no price matters to any of them. */
  readonly shocks: readonly { readonly label: string; readonly cells: readonly StressCell[] }[];
  /** What is not in the table, by reason. */
  readonly leftOut: readonly string[];
}

/** The part of the page that shows what happens if prices move. */
export interface StressView {
  /** Above the sentences about what breaks first. */
  readonly firstHeading: string;
  /** Heads the column of loans and positions. */
  readonly memberHeading: string;
  /** The field for the person's own shocks. */
  readonly own: { readonly label: string; readonly example: string; readonly refused?: string };
  /** One for each kind of money; not empty. */
  readonly tables: readonly StressTable[];
}

/** Sections of the page with scripts of their own. */
export type SectionId = 'stress';

/** What the page shows once the extension stops answering, since its figures may then be out of date. */
export interface SilentWords {
  /** Above everything. */
  readonly notice: string;
  /** Replaces every age. */
  readonly age: string;
}

/** How all loans and positions of one kind of money stand. */
export interface Summary {
  /** As of a gauge. Real and simulated are never added up together. */
  readonly simulatedMark?: string;
  readonly worst: { readonly key: string; readonly level: Level; readonly text: string };
  /** How many need attention, debt and collateral in USD, what a fall of prices brings first. */
  readonly facts: readonly string[];
}

/** What the lines can be sorted by. */
export type SortBy = 'worst' | 'name' | 'figure' | 'marginCall' | 'liquidation' | 'age';
export type GroupBy = 'none' | 'account' | 'venue';

/** Words of the overview that are the same for every line. */
export interface OverviewWords {
  readonly filter: string;
  readonly groups: Readonly<Record<GroupBy, string>>;
  readonly compact: string;
  readonly columns: Readonly<Record<SortBy | 'changes', string>>;
}

export interface PageState {
  readonly heading: string;
  readonly silent: SilentWords;
  readonly words: OverviewWords;
  /** Real money first. */
  readonly summaries: readonly Summary[];
  /** In the order of accounts, loans and positions. */
  readonly gauges: readonly GaugeView[];
  /** Orders by exact figures, as places in `gauges`: the page compares no figure. What is unknown comes last, but worst first that hides nothing. */
  readonly orders: Readonly<Record<'worst' | 'marginCall' | 'liquidation' | 'age', readonly number[]>>;
  /** What can be opened below the overview. */
  readonly sections: readonly { readonly id: SectionId; readonly heading: string }[];
  /** Stands in a section whose script can't be had. */
  readonly sectionFailed: string;
  /** Absent when there is no loan and no position. */
  readonly stress?: StressView;
  /** Accounts that have trouble but no gauge to show it on, and those that were read in part only. */
  readonly notices: readonly string[];
  /** Shown instead of gauges when there are none. */
  readonly emptyText: string;
  readonly emptyActions: readonly { readonly id: 'addAccount' | 'trySimulated'; readonly label: string }[];
}

/** How often a visible page gets a message. Milliseconds. */
export const aliveMs = 5_000;
/** After this long without a message the page says so: the extension has ended or can't be reached. Milliseconds. */
export const silentMs = 20_000;

export type ToPage =
  | { readonly type: 'state'; readonly state: PageState }
  /** Nothing is new, but the extension is alive. Comes at least every `aliveMs` while the page is visible. */
  | { readonly type: 'alive' }
  /** Bring this gauge into view and focus it. */
  | { readonly type: 'reveal'; readonly key: string };

export type FromPage =
  | { readonly type: 'ready' }
  /** The person's own shocks, as typed. */
  | { readonly type: 'shocks'; readonly text: string }
  | { readonly type: 'action'; readonly key: string; readonly action: PageAction }
  | { readonly type: 'emptyAction'; readonly action: 'addAccount' | 'trySimulated' };
