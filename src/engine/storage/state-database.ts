import path from 'node:path';
import { msg, type Message } from '../../core/message.ts';
import { LedgerFault, type Trouble } from './trouble.ts';
import { WorkerLink } from './worker-link.ts';
import { StateTrouble, type StateDatabase, otherReason, unreadable } from './shared-state.ts';
import { stateName, type StateAnswers, type StateAsked } from './state-protocol.ts';

export interface StateDatabaseOptions<Figures, Failed> extends Pick<StateDatabase<Figures, Failed>, 'read' | 'readFailure'> {
  /** Folder of `state.sqlite`, shared by all windows. */
  readonly folder: string;
  /** The bundle of src/engine/database-worker.ts. */
  readonly worker: string;
  /** How long a change waits for another window. Milliseconds. */
  readonly busyMs?: number;
  /** More pragmas, such as `max_page_count = 20`, to simulate a full disk in tests. */
  readonly pragmas?: readonly string[];
  /** How long the database may be silent. Milliseconds. */
  readonly patienceMs?: number;
}

const usualBusyMs = 5_000;
/** Longer than any request takes, even while another window holds the lock. Milliseconds. */
const usualPatienceMs = 10_000;

/**
 * The shared database in a thread of its own, separate from the ledger's: every signed request waits for a look at it, and must not wait
 * for a ledger that is being verified or is locked.
 */
export function openStateDatabase<Figures, Failed>({
  read,
  readFailure,
  folder,
  worker,
  busyMs = usualBusyMs,
  pragmas = [],
  patienceMs = usualPatienceMs,
}: StateDatabaseOptions<Figures, Failed>): StateDatabase<Figures, Failed> {
  const link = new WorkerLink<StateAsked, StateAnswers>(worker, { folder, busyMs, pragmas }, patienceMs);
  return {
    read,
    readFailure,
    async ask<A extends StateAsked>(asked: A) {
      try {
        return await link.ask(asked);
      } catch (error) {
        if (!(error instanceof LedgerFault)) throw error;
        const { trouble } = error;
        const reason = reasonOf(trouble, path.join(folder, stateName));
        if (asked.do !== 'change') throw new StateTrouble(unreadable(reason), trouble.kind === 'silent');
        throw new StateTrouble(
          trouble.kind === 'silent' || trouble.kind === 'stopped'
            ? msg('storage.maybe-saved', 'This may not have been saved. Check it, then try again. {0}', reason)
            : msg('storage.not-saved', "This couldn't be saved, so nothing was changed. {0}", reason),
        );
      }
    },
    close: () => {
      link.close();
    },
  };
}

const damaged = (file: string): Message =>
  msg('storage.damaged', '{0} is damaged. Close all editor windows, rename it, then reopen: it is rebuilt from the last copy.', file);
const outdated = (file: string): Message => msg('storage.update', "This version can't read {0}. Update LTV Gauge and the editor.", file);

/** What the person can do about it; all other kinds concern the file of the activity log. */
const reasons: Partial<Record<Trouble['kind'], (file: string) => Message>> = {
  noSqlite: outdated,
  newer: outdated,
  busy: (file) => msg('storage.busy', 'Another program has locked {0}. Close that program, then try again.', file),
  full: () => msg('storage.full', 'The disk is full. Free some space, then try again.'),
  silent: (file) => msg('storage.silent', "{0} doesn't answer. Check the disk, then reload the window.", file),
  readOnly: (file) => msg('storage.read-only', '{0} or its folder is read-only. Fix the permissions, then try again.', file),
  corrupt: damaged,
  notOurs: damaged,
};

const reasonOf = (trouble: Trouble, file: string): Message =>
  reasons[trouble.kind]?.(file) ?? otherReason('detail' in trouble ? trouble.detail : trouble.kind);
