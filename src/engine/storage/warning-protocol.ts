import type { Message } from '../../core/message.ts';
import type { ForcedEvent } from './history-protocol.ts';

/** What is warned of, from bad to worst: the last two are lines that are reached. Stored. */
export const alarms = ['warn', 'danger', 'marginCall', 'liquidation'] as const;
export type Alarm = (typeof alarms)[number];

export const isWorse = (a: Alarm, b: Alarm): boolean => alarms.indexOf(a) > alarms.indexOf(b);

/** As the views have it: a line that is reached is danger. */
export const levelOfAlarm = (alarm: Alarm): 'warn' | 'danger' => (alarm === 'warn' ? 'warn' : 'danger');

/** What is warned of: `level loan:12345` or another facet of a loan or position, or `blind` and the like for an account. */
export interface WarningKey {
  readonly account: string;
  readonly target: string;
}

/** A warning as a person knew it when deciding about it. */
export interface KnownWarning extends WarningKey {
  readonly level: Alarm;
}

/** A warning that stands, as all windows share it. Times are milliseconds since the Unix epoch. */
export interface Warning extends KnownWarning {
  /** When it was first seen at this level. */
  readonly since: number;
  /** When it was last told. Absent while it waits to be told. */
  readonly told?: number | undefined;
  /** How often it was told again. */
  readonly repeats: number;
  /** The level that a person acknowledged. */
  readonly acknowledged?: Alarm | undefined;
  readonly snoozedUntil?: number | undefined;
}

/** One notification. */
export interface Notice {
  /** `note`: something is better again, or only good to know. */
  readonly level: 'warn' | 'danger' | 'note';
  readonly sentence: Message;
  /** What it warns of, the worst first. */
  readonly about: readonly KnownWarning[];
  /** What outlets get besides. */
  readonly outside?: {
    /** The sentence without amounts. */
    readonly sentence: Message;
    readonly alerts: readonly OutsideAlert[];
  };
  /** Those it is about, also where nothing stands any more. */
  readonly accounts?: readonly string[];
  /** The same of each account alone, where there are several: should one be removed before outlets got it. */
  readonly each?: readonly (Pick<Notice, 'sentence' | 'outside'> & { readonly account: string })[];
  /** The outlet it is about. */
  readonly outlet?: string;
}

/** One warning for a program to read. Numbers are decimal strings, ratios fractions. */
export interface OutsideAlert extends KnownWarning {
  readonly venue: string;
  /** The name of the account. */
  readonly account: string;
  readonly simulated: boolean;
  readonly state: 'alarm' | 'again' | 'better' | 'recovered' | 'gone' | 'note' | 'event';
  /** When it began, as ISO 8601 has it. */
  readonly since: string;
  /** Absent where nothing is known. */
  readonly figures?: 'current' | 'estimate' | 'lastKnown';
  readonly ltv?: string;
  /** To the margin call of a loan, to the liquidation of a position. */
  readonly distance?: string;
}

/** Whether a person acknowledged it at this level or a worse one. */
export const isAcknowledged = ({ level, acknowledged }: Pick<Warning, 'level' | 'acknowledged'>): boolean =>
  acknowledged !== undefined && !isWorse(level, acknowledged);

export type WarningAsked =
  | { readonly do: 'warnings' }
  /**
   * Puts and drops rows and adds notices, all or nothing, unless somebody else changed the rows since `known`: so of several windows one
   * tells an event.
   */
  | {
      readonly do: 'putWarnings';
      readonly known: string | undefined;
      readonly put: readonly Warning[];
      readonly drop: readonly WarningKey[];
      readonly notices: readonly Notice[];
      /** What the notices tell of the venue's own history. */
      readonly events?: readonly ForcedEvent[];
      readonly at: number;
    }
  /** A window has the focus of the person. */
  | { readonly do: 'noteFocus'; readonly window: string; readonly at: number }
  /** Hands out what this window is to show. */
  | { readonly do: 'claimNotices'; readonly window: string; readonly at: number }
  | { readonly do: 'noteShown'; readonly seqs: readonly number[] };

export interface Warnings {
  /** Another one after each change. */
  readonly version: string;
  readonly rows: readonly Warning[];
  /** What the venue did against the borrower's will, and nobody was told yet. */
  readonly events: readonly ForcedEvent[];
}

export interface ClaimedNotices {
  /** `at`: when it was composed. Milliseconds since the Unix epoch. */
  readonly notices: readonly { readonly seq: number; readonly at: number; readonly notice: Notice }[];
  /** When to ask again, because another window has the first right to the rest. Milliseconds from now. */
  readonly againMs?: number;
}

/** What each request is answered with; undefined without a database. */
export interface WarningAnswers {
  readonly warnings: Warnings | undefined;
  /** `refused` holds what is there instead. */
  readonly putWarnings: { readonly version: string } | { readonly refused: Warnings } | undefined;
  readonly noteFocus: undefined;
  readonly claimNotices: ClaimedNotices | undefined;
  readonly noteShown: undefined;
}
