/** What is known of the readings of one account, in this window. */
export interface Line {
  /** Aborted when the account is removed or the poller disposed. */
  readonly end: AbortController;
  /** The wait before the next reading; aborted to read at once. */
  wait?: AbortController;
  /** When that wait ends, by `uptimeOf`. */
  dueAt?: number;
  reading?: Promise<void>;
  /** Of the reading in progress. */
  signal?: AbortSignal;
  /** Aborted when this window stops reading for all. */
  standing?: AbortController;
  /** A person waits for the reading in progress: it goes on even if this window stops reading for all. */
  isAsked?: boolean;
  /** Regular readings of this account have begun. */
  isRoutine?: boolean;
  /** The reading window is late with this account. */
  isLate?: boolean;
  /** The reading window can't read it (for example, it doesn't find the keys), but this one can. */
  isOrphan?: boolean;
  /** The venue asked for no requests until then, by `uptimeOf`. */
  heldUntil?: number;
  /** Failed attempts from before the machine woke; they no longer lengthen the wait. Absent once something was read since. */
  forgiven?: number;
  /** The next reading must not be skipped to save requests. */
  isWanted?: boolean;
  /** It was at Warning or Danger when the wait began. */
  isNear?: boolean;
  /** The venue reported too many requests. */
  isLimited?: boolean;
  /** When the last nudged reading was due, by `uptimeOf`. */
  nudgedAt?: number;
  /** Something happened at the venue during the reading. */
  isNudged?: boolean;
  /** Since the last attempt the venue has answered somebody. */
  isAnswered?: boolean;
  /** The venue has answered somebody during the reading. */
  isBack?: boolean;
  /** How long the last reading took, if it was made here. Milliseconds. */
  tookMs?: number;
  /** The same of the last one that brought figures. */
  usualMs?: number;
  /** The last figures were not read here. */
  isFollowed?: boolean;
  /** When its own keys last worked, by `uptimeOf`. */
  ownAt?: number;
  /** When the watcher last read it, and how long after its reading before. Milliseconds since the Unix epoch; milliseconds. */
  watched?: { readonly asOf: number; readonly everyMs: number };
  /** This window doesn't find the keys; it tries again then, by `uptimeOf`. */
  keylessUntil?: number;
}
