/**
 * Messages between the extension and its page. The page asks first and gets a whole state, then what differs from it.
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
  | 'history'
  | 'reveal'
  | 'venue'
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
export type SectionId = 'whatIf' | 'stress' | 'history';

/** How far a history reaches back. */
export const historyRanges = ['1h', '6h', '24h', '7d', '30d', '90d', '1y'] as const;
export type HistoryRange = (typeof historyRanges)[number];

/** Rows of the exchange, those of them that moved collateral, interest it booked, and own changes. */
export const historyLists = ['event', 'collateral', 'interest', 'activity'] as const;
export type HistoryList = (typeof historyLists)[number];

export const historyOrders = ['at', 'type', 'coin', 'amount'] as const;
export type HistoryOrder = (typeof historyOrders)[number];

/** One stretch of time in a chart. */
export interface HistoryPoint {
  /** Its middle, 0..1 from the left. */
  readonly x: number;
  /** 0..1 from the top. Absent where there is no figure. */
  readonly y?: number;
  /** A text for each column; a single one says that nothing was watched. */
  readonly cells: readonly string[];
}

/** How figures moved, in a drawing of 600 × 200. */
export interface HistoryChart {
  readonly id: 'figure' | 'price' | 'rate' | 'interest';
  readonly title: string;
  /** What it comes to in all. */
  readonly note?: string;
  readonly columns: readonly string[];
  /** Oldest first; not empty. */
  readonly points: readonly HistoryPoint[];
  /** What its upper and lower end stand for. */
  readonly ends: readonly [top: string, bottom: string];
  /** Paths of SVG, from the back to the front. */
  readonly lines: readonly {
    readonly kind: 'unwatched' | 'band' | 'bars' | 'main' | 'marginCall' | 'liquidation' | 'venue' | 'forced' | 'own';
    readonly label: string;
    readonly path: string;
  }[];
}

/** The history of one loan or position. */
export interface HistoryView {
  readonly key: string;
  readonly range: HistoryRange;
  /** What else has a history, also what is gone; `key` is among them. */
  readonly choices: readonly { readonly key: string; readonly label: string }[];
  readonly ranges: readonly { readonly id: HistoryRange; readonly label: string }[];
  readonly lists: readonly { readonly id: HistoryList; readonly label: string }[];
  /** Shown as a mark when set, e.g. "SIMULATED". */
  readonly simulatedMark?: string;
  /** That it is being read, can't be read, or that there is nothing. */
  readonly notice?: string;
  /** When the drawings begin and end. */
  readonly times: readonly [from: string, to: string];
  readonly charts: readonly HistoryChart[];
  readonly words: Readonly<Record<'choose' | 'range' | 'table' | 'lists' | 'filter' | 'previous' | 'next' | 'copy' | 'export', string>>;
}

/** Which rows of a list. */
export interface HistoryPage {
  readonly list: HistoryList;
  readonly by: HistoryOrder;
  readonly descending: boolean;
  readonly filter: string;
  /** From 0. */
  readonly page: number;
}

/** One page of a list. */
export interface HistoryTable {
  readonly of: HistoryPage;
  readonly columns: readonly { readonly by?: HistoryOrder; readonly label: string }[];
  readonly rows: readonly (readonly string[])[];
  /** E.g. "26–50 / 310". */
  readonly place: string;
  readonly isLast: boolean;
  /** What all rows of the filter come to, exactly: one text for each type and coin. */
  readonly totals: readonly string[];
  /** That there is none, or why it can't be read. */
  readonly notice?: string;
}

/**
 * What the section of histories asks for. Without a key it is what was shown last, else the worst loan or position; without a range, one that
 * what is recorded fills.
 */
export type HistoryQuestion =
  | { readonly do: 'show'; readonly key?: string; readonly range?: HistoryRange }
  | { readonly do: 'list' | 'copy'; readonly key: string; readonly of: HistoryPage }
  | { readonly do: 'export'; readonly list: HistoryList }
  /** Nobody looks at it any more. */
  | { readonly do: 'close' };

/** A change that can be tried out before it is begun. */
export type TriedAction = Extract<PageAction, 'add' | 'reduce' | 'repay' | 'addMargin' | 'reduceMargin'>;

/** What a person tries out. */
export interface Trial {
  /** Moves of prices in percent by coin, from -90 to 100 with at most one decimal place, e.g. "-20". */
  readonly prices: Readonly<Record<string, string>>;
  /** By the key of the gauge; tried together, in this order. */
  readonly changes: Readonly<Record<string, readonly TriedLine[]>>;
}

/** One change that is tried out. */
export interface TriedLine {
  readonly action: TriedAction;
  readonly coin: string;
  /** As typed. */
  readonly amount: string;
}

/** What a trial makes of one loan or position. */
export interface WhatIfRow {
  /** Of its gauge. */
  readonly key: string;
  readonly title: string;
  /** As in a table of shocks. */
  readonly detail: string;
  /** E.g. "57.43% → ~71.78%". */
  readonly figure: string;
  readonly level: Level;
  /** The level in a word, or what happens. */
  readonly levelText: string;
  /** Absent for positions. */
  readonly toMarginCall?: string;
  readonly toLiquidation: string;
  readonly liquidationPrice?: string;
  /** What can be tried. */
  readonly acts: readonly { readonly action: TriedAction; readonly coin: string; readonly label: string }[];
  /** Which of the changes can't be, and why. */
  readonly refused?: { readonly at: number; readonly text: string };
}

/** What a trial makes of everything. */
export interface WhatIfView {
  readonly words: {
    readonly note: string;
    readonly allCoins: string;
    readonly percent: string;
    readonly reset: string;
    readonly use: string;
    readonly noChange: string;
    /** Before a further change. */
    readonly also: string;
    /** Where several are tried. */
    readonly oneByOne: string;
    readonly amount: string;
    readonly first: string;
  };
  /** Whose prices matter. */
  readonly coins: readonly string[];
  /** One for each kind of money. */
  readonly tables: readonly {
    readonly simulatedMark?: string;
    /** What is affected first from there on, as in a table of shocks. */
    readonly first: readonly string[];
    readonly rows: readonly WhatIfRow[];
    readonly leftOut: readonly string[];
  }[];
}

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
  /** Absent while its section is closed, and when there is no loan and no position. */
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

/** What differs from the state before, where the same gauges stand in the same order. */
export interface PageChanges {
  readonly parts: Partial<Omit<PageState, 'gauges'>>;
  readonly gauges: readonly GaugeView[];
}

export type ToPage =
  | { readonly type: 'state'; readonly number: number; readonly state: PageState }
  /** Follows the state or the changes numbered one less. A page that has not got those asks for a whole state: it must not mix old and new. */
  | ({ readonly type: 'changes'; readonly number: number } & PageChanges)
  /** Nothing is new, but the extension is alive. Comes at least every `aliveMs` while the page is visible. */
  | { readonly type: 'alive' }
  /** The answer to the trial that was asked for by this number. */
  | { readonly type: 'whatIf'; readonly round: number; readonly view: WhatIfView }
  /** Bring this gauge into view and focus it. */
  | { readonly type: 'reveal'; readonly key: string }
  /** A danger is told in this window. */
  | { readonly type: 'sound' }
  /** Open the section of histories; it asks what to show. */
  | { readonly type: 'history'; readonly open: true }
  | { readonly type: 'history'; readonly view: HistoryView }
  | { readonly type: 'history'; readonly key: string; readonly table: HistoryTable };

export type FromPage =
  | { readonly type: 'ready' }
  /** The shocks are looked at, with the person's own as typed; without a text, no longer. */
  | { readonly type: 'shocks'; readonly text?: string }
  | { readonly type: 'history'; readonly question: HistoryQuestion }
  | { readonly type: 'action'; readonly key: string; readonly action: PageAction }
  /** Asks what a trial makes of everything, now and whenever anything is new; without a trial, nothing any more. */
  | { readonly type: 'whatIf'; readonly round: number; readonly trial?: Trial }
  /** Begins a change that was tried out, as its command does: with all of its questions, and what was tried filled in. */
  | { readonly type: 'useTried'; readonly key: string; readonly action: TriedAction; readonly coin: string; readonly amount: string }
  | { readonly type: 'emptyAction'; readonly action: 'addAccount' | 'trySimulated' };
