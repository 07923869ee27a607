import { Poller, type PollerOptions } from '../../../../src/engine/monitor/poller.ts';
import type { Account, Snapshot } from '../../../../src/core/model.ts';
import type { Pass } from '../../../../src/engine/storage/state-protocol.ts';
import { purposeOf, type Purpose } from '../../../../src/exchanges/purpose.ts';
import { account, failure, readingConnection, snapshot, World } from './support.ts';

export const minute = 60_000;

/** Accounts whose reads are answered by the test. */
export class Polling extends World {
  readonly reads: string[] = [];
  readonly signals = new Map<string, AbortSignal>();
  readonly answers = new Map<string, () => Promise<Snapshot>>();
  /** What each read was for, when it began. */
  readonly purposes: Purpose[] = [];
  interval = 30_000;
  /** The venue says that it is asked too often. */
  isLimited = false;
  readonly poller: Poller;

  constructor(more: Partial<PollerOptions> = {}) {
    super();
    this.poller = new Poller({
      book: this.book,
      store: this.store,
      clock: this.clock,
      intervalMs: () => this.interval,
      random: () => 0.5,
      connections: {
        get: async (id) => ({
          ...readingConnection((signal) => {
            this.reads.push(id);
            this.purposes.push(purposeOf(signal));
            if (signal !== undefined) this.signals.set(id, signal);
            return (this.answers.get(id) ?? (() => Promise.resolve(snapshot(this.clock.now()))))();
          }),
          isLimited: () => this.isLimited,
        }),
      },
      ...more,
    });
  }

  count(id: string): number {
    return this.reads.filter((read) => read === id).length;
  }

  /** What the last reading of the account is for by now. */
  purposeNow(id: string): Purpose {
    return purposeOf(this.signals.get(id));
  }

  /** The next reading of the account ends when the test says so. */
  heldUp(id: string, answer = (): Snapshot => snapshot(this.clock.now())): () => void {
    let finish = (): void => undefined;
    this.answers.set(
      id,
      () =>
        new Promise((resolve) => {
          finish = () => {
            resolve(answer());
          };
        }),
    );
    return () => {
      finish();
    };
  }
}

export async function polling(ids: readonly (string | Account)[], more: Partial<PollerOptions> = {}): Promise<Polling> {
  const made = new Polling(more);
  for (const id of ids) await made.book.add(typeof id === 'string' ? account(id) : id);
  return made;
}

export const fence = { fence: 3, window: 'w' };

/** One whose window reads for all, or does not, as the test says. */
export async function beside(
  ids: readonly (string | Account)[],
  more: Partial<PollerOptions> = {},
): Promise<Polling & { turns(isReader: boolean): void }> {
  const role = { isReader: true, pass: async (): Promise<Pass | undefined> => (role.isReader ? fence : undefined) };
  const world = await polling(ids, { reader: role, ...more });
  const turns = (isReader: boolean): void => {
    role.isReader = isReader;
    world.poller.turn();
  };
  return Object.assign(world, { turns });
}

export const failing = (kind: Parameters<typeof failure>[0], retryAfterMs?: number) => () => Promise.reject(failure(kind, retryAfterMs));
export const never = (): Promise<never> => new Promise(() => undefined);
