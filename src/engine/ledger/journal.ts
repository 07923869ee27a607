import { english, msg, type Message } from '../../core/message.ts';
import type { Followed } from '../storage/worker-link.ts';
import type { WriteRecord } from './record.ts';

/** Where writes are remembered. Only ever grows. */
export interface Journal {
  /**
   * Every row ever appended, oldest first, also those of other windows; a record has a row for each of its states. The same array as long as
   * nothing was added.
   * @throws JournalError
   */
  load(): Promise<readonly WriteRecord[]>;
  /**
   * Resolves when the row is durable. A row in state `sent` takes its loan or position until the write is closed.
   * @throws TargetTaken when another open write holds it: nothing was written.
   * @throws JournalError when the row could not be made durable; after a crash it may be there nevertheless.
   */
  append(record: WriteRecord): Promise<void>;
  /**
   * Reads everything again and checks whether a row was altered, is missing or was inserted.
   * @param followed hears how far it is, and may stop it; then it rejects
   * @throws JournalError when it could not be looked at.
   */
  verify(followed?: Followed): Promise<Verification>;
  /**
   * Moves a journal that cannot be read aside, never deletes it, and starts a new one.
   * @returns where it is now
   * @throws JournalError
   */
  setAside(): Promise<string>;
  dispose(): void;
}

export type Verification =
  | { readonly ok: true; readonly rows: number; readonly writes: number; /** Hex SHA-256 of the last row. */ readonly head?: string }
  | { readonly ok: false; readonly row?: number; readonly sentence: Message };

/** The journal cannot be read as a whole, or not be written: nothing may be sent on half a memory. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly sentence: Message;

  constructor(sentence: Message) {
    super(english(sentence));
    this.sentence = sentence;
  }
}

/** Another write on the same loan or position was written down as sent and is not closed yet. */
export class TargetTaken extends Error {
  override readonly name = 'TargetTaken';
  /** The one that holds it. */
  readonly writeId: string;

  constructor(writeId: string) {
    super(`held by ${writeId}`);
    this.writeId = writeId;
  }
}

export const disposed = (): JournalError => new JournalError(msg('ledger.window-closing', 'This window is closing. Nothing was recorded.'));
