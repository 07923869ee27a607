import type { Snapshot } from '../core/model.ts';
import { withFigures } from './history/figures.ts';
import type { Failure } from './monitor/store.ts';
import { storedFailure } from './monitor/stored-failure.ts';
import { storedSnapshotText } from './monitor/stored-snapshot.ts';
import { openStateDatabase } from './storage/state-database.ts';
import type { StateDatabase } from './storage/shared-state.ts';

/** The shared database with what it takes to read its figures: loaded after activation. */
export function openState(folder: string, worker: string): StateDatabase<Snapshot, Failure> {
  const database = openStateDatabase({ folder, worker, read: storedSnapshotText, readFailure: storedFailure });
  return { ...database, ask: (asked) => database.ask(withFigures(asked)) };
}
