/** A known position in a ledger: its number of rows, and the hash of the last one. Without rows, the hash is the ledger's id. */
export interface Seen {
  /** Id of the ledger; each new one gets its own. */
  readonly id: string;
  readonly rows: number;
  /** Hex SHA-256. */
  readonly head: string;
}

export type Request =
  /** Rows after `after` of the ledger `id`; all rows if the file now holds another ledger. */
  | { readonly do: 'read'; readonly id: string | undefined; readonly after: number; readonly seen: readonly Seen[] }
  | { readonly do: 'append'; readonly line: string; readonly seen: readonly Seen[] }
  /** Lines of an older journal, imported once per `source`. */
  | { readonly do: 'takeIn'; readonly lines: readonly string[]; readonly source: string; readonly seen: readonly Seen[] }
  | { readonly do: 'verify'; readonly seen: readonly Seen[] }
  | { readonly do: 'setAside'; readonly seen: readonly Seen[] };

/** `at` is the position after these rows; absent if there is no ledger yet. */
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

/** Answers by request. */
export interface Answers {
  readonly read: Page;
  readonly append: Appended;
  readonly takeIn: Seen;
  readonly verify: Verified;
  readonly setAside: MovedAside;
}

export const databaseName = 'ledger.sqlite';
/** The journal file of versions before the database. */
export const linesName = 'writes.jsonl';
