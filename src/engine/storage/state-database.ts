import path from 'node:path';
import { msg, type Message } from '../../core/message.ts';
import { LedgerFault, type Trouble } from './trouble.ts';
import { WorkerLink } from './worker-link.ts';
import { StateTrouble, type StateDatabase } from './shared-state.ts';
import { stateName, type StateAnswers, type StateAsked } from './state-protocol.ts';

export interface StateDatabaseOptions<Figures, Failed> extends Pick<StateDatabase<Figures, Failed>, 'read' | 'readFailure'> {
  /** Where `state.sqlite` is, shared by all windows. */
  readonly folder: string;
  /** The bundle of src/engine/database-worker.ts. */
  readonly worker: string;
  /** How long a change waits for another window. Milliseconds. */
  readonly busyMs?: number;
  /** More to set on the database, such as `max_page_count = 20`: tests make small disks of it. */
  readonly pragmas?: readonly string[];
}

const usualBusyMs = 5_000;

/**
 * The shared database in a thread of its own, beside the ledger's: every signed request waits for a look at it, and must not wait for a
 * ledger that is being verified or is locked.
 */
export function openStateDatabase<Figures, Failed>({
  read,
  readFailure,
  folder,
  worker,
  busyMs = usualBusyMs,
  pragmas = [],
}: StateDatabaseOptions<Figures, Failed>): StateDatabase<Figures, Failed> {
  const link = new WorkerLink<StateAsked, StateAnswers>(worker, { folder, busyMs, pragmas });
  return {
    read,
    readFailure,
    async ask<A extends StateAsked>(asked: A) {
      try {
        return await link.ask(asked);
      } catch (error) {
        if (!(error instanceof LedgerFault)) throw error;
        throw new StateTrouble(sentenceOf(error.trouble, path.join(folder, stateName), asked.do !== 'change'));
      }
    },
    close: () => {
      link.close();
    },
  };
}

function sentenceOf(trouble: Trouble, file: string, reading: boolean): Message {
  const reason = reasonOf(trouble);
  return reading
    ? msg(
        'storage.accounts-cannot-read-listed',
        'The accounts in {0} cannot be read, so they are listed from the last copy and none is armed. Nothing of them is deleted. {1}',
        file,
        reason,
      )
    : msg('storage.not-stored-nothing', 'This could not be stored in {0}, so nothing was changed. {1}', file, reason);
}

const damaged = msg(
  'storage.damaged-close-all',
  'It is damaged. Close all windows of the editor, rename the file, and open the editor again: it is made anew from the last copy.',
);

/** What a person can do about it; whatever else there is belongs to the ledger's file. */
const reasons: Partial<Record<Trouble['kind'], Message>> = {
  noSqlite: msg('storage.version-editor-brings', 'This version of the editor brings no SQLite. Update the editor.'),
  newer: msg('storage.newer-version-ltv', 'A newer version of LTV Gauge wrote it. Update LTV Gauge in this editor.'),
  busy: msg('storage.another-window-program', 'Another window or program has locked it. Close that program, then try again.'),
  full: msg('storage.no-room-left', 'There is no room left on the disk. Free disk space, then try again.'),
  readOnly: msg('storage.folder-read-only', 'It or its folder is read-only. Mend the rights, then try again.'),
  corrupt: damaged,
  notOurs: damaged,
};

const reasonOf = (trouble: Trouble): Message =>
  reasons[trouble.kind] ??
  msg('storage.reason-mend-try', 'The reason: {0}. Mend that, then try again.', 'detail' in trouble ? trouble.detail : trouble.kind);
