/** A place in a ledger that was seen: it had this many rows, and the last had this hash. Without rows the hash is the ledger's id. */
export interface Seen {
  /** Which ledger: each new one gets an id of its own. */
  readonly id: string;
  readonly rows: number;
  /** Hex SHA-256. */
  readonly head: string;
}

export type Request =
  /** Rows after `after` of the ledger `id`, or from the first on if it is another one by now. */
  | { readonly do: 'read'; readonly id: string | undefined; readonly after: number; readonly seen: readonly Seen[] }
  | { readonly do: 'append'; readonly line: string; readonly seen: readonly Seen[] }
  /** Lines of an older journal, taken in once for each `source`. */
  | { readonly do: 'takeIn'; readonly lines: readonly string[]; readonly source: string; readonly seen: readonly Seen[] }
  | { readonly do: 'verify'; readonly seen: readonly Seen[] }
  | { readonly do: 'setAside'; readonly seen: readonly Seen[] };

/** `at` is where the lines end; absent when there is no ledger yet. */
export interface Page {
  readonly lines: readonly string[];
  readonly at?: Seen;
  readonly more: boolean;
}
export type Appended = { readonly at: Seen } | { readonly takenBy: string };
export interface Verified {
  readonly at?: Seen;
  readonly writes: number;
}
export interface MovedAside {
  readonly at: Seen;
  readonly place: string;
}

/** What each request is answered with. */
export interface Answers {
  readonly read: Page;
  readonly append: Appended;
  readonly takeIn: Seen;
  readonly verify: Verified;
  readonly setAside: MovedAside;
}

export const databaseName = 'ledger.sqlite';
/** What versions before the database wrote. */
export const linesName = 'writes.jsonl';
