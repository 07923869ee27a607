import type { Message } from '../../core/message.ts';
import type { ForcedEvent } from './history-protocol.ts';

/** Warning levels from bad to worst; the last two are lines that have been reached. Stored. */
export const alarms = ['warn', 'danger', 'marginCall', 'liquidation'] as const;
export type Alarm = (typeof alarms)[number];

export const isWorse = (a: Alarm, b: Alarm): boolean => alarms.indexOf(a) > alarms.indexOf(b);

/** The level shown: a reached line is Danger. */
export const levelOfAlarm = (alarm: Alarm): 'warn' | 'danger' => (alarm === 'warn' ? 'warn' : 'danger');

/** What a warning is about: `level loan:12345` or another facet of a loan or position, or `blind` and the like for an account. */
export interface WarningKey {
  readonly account: string;
  readonly target: string;
}

/** A warning as shown to the person who acknowledges or snoozes it. */
export interface KnownWarning extends WarningKey {
  readonly level: Alarm;
}

/** An active warning, shared by all windows. Times in milliseconds since the Unix epoch. */
export interface Warning extends KnownWarning {
  /** When it was first seen at this level. */
  readonly since: number;
  /** When it was last shown. Absent while it waits to be shown. */
  readonly told?: number | undefined;
  /** Number of repeats. */
  readonly repeats: number;
  /** The level the person acknowledged. */
  readonly acknowledged?: Alarm | undefined;
  readonly snoozedUntil?: number | undefined;
}

/** One notification. */
export interface Notice {
  /** `note`: a recovery, or only information. */
  readonly level: 'warn' | 'danger' | 'note';
  readonly sentence: Message;
  /** The warnings in it, worst first. */
  readonly about: readonly KnownWarning[];
  /** What outlets get in addition. */
  readonly outside?: {
    /** The sentence without amounts. */
    readonly sentence: Message;
    readonly alerts: readonly OutsideAlert[];
  };
  /** All accounts it is about, even if their warnings have ended. */
  readonly accounts?: readonly string[];
  /** The same of each account alone, where there are several: should one be removed before outlets got it. */
  readonly each?: readonly (Pick<Notice, 'sentence' | 'outside'> & { readonly account: string })[];
  /** The outlet it is about. */
  readonly outlet?: string;
}

/** One warning in machine-readable form. Numbers are decimal strings, ratios fractions. */
export interface OutsideAlert extends KnownWarning {
  readonly venue: string;
  /** The name of the account. */
  readonly account: string;
  readonly simulated: boolean;
  readonly state: 'alarm' | 'again' | 'better' | 'recovered' | 'gone' | 'note' | 'event';
  /** When it began, in ISO 8601. */
  readonly since: string;
  /** Absent if no figures are known. */
  readonly figures?: 'current' | 'estimate' | 'lastKnown';
  readonly ltv?: string;
  /** To margin call for a loan, to liquidation for a position. */
  readonly distance?: string;
}

/** Whether the person acknowledged it at this level or a worse one. */
export const isAcknowledged = ({ level, acknowledged }: Pick<Warning, 'level' | 'acknowledged'>): boolean =>
  acknowledged !== undefined && !isWorse(level, acknowledged);

export type WarningAsked =
  | { readonly do: 'warnings' }
  /**
   * Puts and drops rows and adds notices, all or nothing; refused if another window changed the rows since `known`. So only one window
   * reports each event.
   */
  | {
      readonly do: 'putWarnings';
      readonly known: string | undefined;
      readonly put: readonly Warning[];
      readonly drop: readonly WarningKey[];
      readonly notices: readonly Notice[];
      /** Events of the venue's history that the notices report. */
      readonly events?: readonly ForcedEvent[];
      readonly at: number;
    }
  /** The window has the focus. */
  | { readonly do: 'noteFocus'; readonly window: string; readonly at: number }
  /** Hands out the notices that this window shows. */
  | { readonly do: 'claimNotices'; readonly window: string; readonly at: number }
  | { readonly do: 'noteShown'; readonly seqs: readonly number[] };

export interface Warnings {
  /** Changes with each change of warnings. */
  readonly version: string;
  readonly rows: readonly Warning[];
  /** Forced events that the person hasn't been told about. */
  readonly events: readonly ForcedEvent[];
}

export interface ClaimedNotices {
  /** `at`: when it was composed. Milliseconds since the Unix epoch. */
  readonly notices: readonly { readonly seq: number; readonly at: number; readonly notice: Notice }[];
  /** When to ask again, because another window has priority for the rest. Milliseconds from now. */
  readonly againMs?: number;
}

/** Answers by request; undefined without a database. */
export interface WarningAnswers {
  readonly warnings: Warnings | undefined;
  /** `refused`: the current rows. */
  readonly putWarnings: { readonly version: string } | { readonly refused: Warnings } | undefined;
  readonly noteFocus: undefined;
  readonly claimNotices: ClaimedNotices | undefined;
  readonly noteShown: undefined;
}
