/**
 * Messages between the extension and its page. Whole states, never deltas; the page asks first.
 * Everything arrives as ready, localised text and drawing fractions: the page computes nothing about money.
 */
import type { Level } from './level.ts';

export interface GaugeTick {
  readonly kind: 'marginCall' | 'liquidation';
  /** Place on the scale, 0..1. */
  readonly at: number;
  /** E.g. "Margin call 73.74 %". */
  readonly label: string;
}

export interface GaugeRow {
  readonly label: string;
  readonly value: string;
  /** Exact text and source. */
  readonly detail?: string;
}

export interface GaugeView {
  /** Account id and loan id; stable. */
  readonly key: string;
  readonly title: string;
  /** Venue and account name. */
  readonly subtitle: string;
  /** Shown as a mark when set, e.g. "SIMULATED". */
  readonly simulatedMark?: string;
  readonly level: Level;
  readonly levelText: string;
  /** E.g. "57.43 %", or a dash when unknown. */
  readonly ltvText: string;
  /** Needle on the scale, 0..1; absent when unknown. */
  readonly ltvAt?: number;
  readonly ticks: readonly GaugeTick[];
  readonly distanceText: string;
  readonly rows: readonly GaugeRow[];
  /** E.g. "12 s ago · OKX". */
  readonly ageText: string;
  readonly stale: boolean;
  /** The account's present trouble, when there is one. */
  readonly trouble?: string;
  /** Said by a screen reader as the meter's value. */
  readonly spokenValue: string;
  /** Commands the page may offer; the extension decides which. */
  readonly actions: readonly { readonly id: PageAction; readonly label: string }[];
}

export type PageAction = 'add' | 'reduce' | 'refresh';

export interface PageState {
  readonly heading: string;
  readonly gauges: readonly GaugeView[];
  /** Accounts that have trouble but no loan to show it on. */
  readonly notices: readonly string[];
  /** Shown instead of gauges when there are none. */
  readonly emptyText: string;
  readonly emptyActions: readonly { readonly id: 'addAccount' | 'trySimulated'; readonly label: string }[];
}

export type ToPage = { readonly type: 'state'; readonly state: PageState };

export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly key: string; readonly action: PageAction }
  | { readonly type: 'emptyAction'; readonly action: 'addAccount' | 'trySimulated' };
