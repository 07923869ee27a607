/** What can be wrong with the ledger's file. `row` counts from 1. */
export type Trouble =
  /** The editor has no `node:sqlite`. */
  | { readonly kind: 'noSqlite' }
  /** Written by a newer version of the extension. */
  | { readonly kind: 'newer' }
  /** Another connection held the lock for too long. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'full' }
  | { readonly kind: 'readOnly' }
  | { readonly kind: 'failed'; readonly detail: string }
  /** The worker ended in the middle of its work. */
  | { readonly kind: 'stopped'; readonly detail: string }
  /** The worker didn't answer in time: its request may or may not have been carried out. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'notMoved'; readonly detail: string }
  /** Rows of an older version wait in a file of lines. Never leaves this folder. */
  | { readonly kind: 'linesWaiting' }
  | Damage;

/** Trouble that doesn't pass by waiting. */
export type Damage =
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'notOurs' }
  | { readonly kind: 'gone'; readonly expected: number }
  | { readonly kind: 'shorter'; readonly rows: number; readonly expected: number }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'altered'; readonly row: number }
  | { readonly kind: 'misplaced'; readonly row: number }
  | { readonly kind: 'missing'; readonly row: number }
  | { readonly kind: 'unreadable'; readonly row: number }
  | { readonly kind: 'held'; readonly target: string };

const damages = new Set<Trouble['kind']>([
  'corrupt',
  'notOurs',
  'gone',
  'shorter',
  'replaced',
  'altered',
  'misplaced',
  'missing',
  'unreadable',
  'held',
] satisfies Damage['kind'][]);

export const isDamage = (trouble: Trouble): trouble is Damage => damages.has(trouble.kind);

/** An error that carries the trouble to its caller. */
export class LedgerFault extends Error {
  override readonly name = 'LedgerFault';
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.kind);
    this.trouble = trouble;
  }
}

/** Primary result codes of SQLite, https://www.sqlite.org/rescode.html. */
const byResultCode: Readonly<Record<number, Trouble>> = {
  3: { kind: 'readOnly' },
  5: { kind: 'busy' },
  6: { kind: 'busy' },
  8: { kind: 'readOnly' },
  11: { kind: 'corrupt' },
  13: { kind: 'full' },
  26: { kind: 'notOurs' },
};
const byErrno: Readonly<Record<string, Trouble>> = {
  ENOSPC: { kind: 'full' },
  EDQUOT: { kind: 'full' },
  EROFS: { kind: 'readOnly' },
  EACCES: { kind: 'readOnly' },
  EPERM: { kind: 'readOnly' },
};

/** @param error what SQLite or the file system threw */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof LedgerFault) return error.trouble;
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown };
  const known = typeof errcode === 'number' ? byResultCode[errcode & 0xff] : byErrno[String(code)];
  return known ?? { kind: 'failed', detail: error instanceof Error ? error.message : String(error) };
}
