import type { Snapshot } from '../core/model.ts';
import { storedSnapshotText } from './monitor/stored-snapshot.ts';
import { openStateDatabase } from './storage/state-database.ts';
import type { StateDatabase } from './storage/shared-state.ts';

/** The shared database with what it takes to read its figures: loaded after activation. */
export const openState = (folder: string, worker: string): StateDatabase<Snapshot> =>
  openStateDatabase({ folder, worker, read: storedSnapshotText });
