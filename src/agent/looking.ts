import type { WriteRecord } from '../engine/ledger/record.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { HistoryAnswers, HistoryAsked } from '../engine/storage/history-protocol.ts';
import type { StatusOptions } from './named.ts';

/** What they ask of the history. */
export type PastAsked = Extract<HistoryAsked, { readonly do: 'historySeries' | 'historyTargets' | 'venueSorted' }>;

/** All that tools look at. Nothing in here acts, and nothing that acts may be put in: test/unit/agent walks the imports. */
export interface Looking {
  readonly options: () => StatusOptions;
  readonly states: () => readonly AccountState[];
  readonly ask: <A extends PastAsked>(asked: A) => Promise<HistoryAnswers[A['do']]>;
  /** Rows of the activity log, oldest first: of one change, or of all. */
  readonly steps: (changeId?: string) => Promise<readonly WriteRecord[]>;
  /** Opens a plan in a new editor and does nothing else; only in the editor. @returns its name, or what is wrong with the text */
  readonly draft?: (text: string) => Promise<{ readonly opened: string } | { readonly faults: readonly string[] }>;
}
