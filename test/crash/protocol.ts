import type { Change, Keys } from '../../src/exchanges/exchange.ts';
import type { Settlement } from '../../src/engine/ledger/ledger.ts';

/** What a window needs to know of the place it opens on. */
export interface Setup {
  /** Of the journal. */
  readonly folder: string;
  /** What the editor keeps for all windows; on another disk than the journal, for all that is known. */
  readonly storage: string;
  readonly venue: string;
  readonly baseUrl: string;
  readonly keys: Keys;
}

/** What a window can be asked to do. Previews stay in the window and go by a name. */
export type Call =
  | { readonly name: 'open'; readonly setup: Setup }
  | { readonly name: 'preview'; readonly as: string; readonly change: Change }
  | { readonly name: 'commit'; readonly as: string }
  | { readonly name: 'reconcile' }
  | { readonly name: 'unsettled' }
  | { readonly name: 'settle'; readonly id: string; readonly settlement: Settlement }
  | { readonly name: 'rows' }
  | { readonly name: 'verify' }
  | { readonly name: 'setAside' }
  /** How much there is to be shown. */
  | { readonly name: 'read' }
  | { readonly name: 'close' };

/** From the parent to a window. Time is the parent's: each message says what it is. */
export type Order = { readonly now: number } & (
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  /** Where to stop from now on. */
  | { readonly kind: 'arm'; readonly steps: readonly string[] }
  /** Go on from where it stopped. */
  | { readonly kind: 'go' }
  | { readonly kind: 'slept'; readonly id: number }
);

export interface Failure {
  readonly name: string;
  readonly sentence: string;
  /** Id of the write that blocks. */
  readonly openWrite?: string;
}

/** From a window to the parent. */
export type News =
  | { readonly kind: 'ready' }
  | { readonly kind: 'at'; readonly step: string }
  | { readonly kind: 'done'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'sleep'; readonly id: number; readonly ms: number };

/** Ends of the paths by which money moves. */
export const writePaths = [
  '/adjust-collateral',
  '/margin-balance',
  '/adjust-ltv',
  '/add-margin',
  '/repay',
  '/repay-collateral',
  '/borrow',
] as const;

export const isWritePath = (path: string): boolean => writePaths.some((end) => path.endsWith(end));
