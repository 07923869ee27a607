/** A place in a ledger that was seen: it had this many rows, and the last had this hash. Without rows the hash is the ledger's id. */
export interface Seen {
  /** Which ledger: each that is begun anew gets an id of its own. */
  readonly id: string;
  readonly rows: number;
  /** Hex SHA-256. */
  readonly head: string;
}
