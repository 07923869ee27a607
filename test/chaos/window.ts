import { AsyncLocalStorage } from 'node:async_hooks';
import path from 'node:path';
import { english, msg } from '../../src/core/message.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { Limits } from '../../src/engine/ledger/limits.ts';
import type { Told } from '../../src/engine/watch/warnings.ts';
import type { Carrier, SameThread } from '../unit/engine/storage/same-thread.ts';
import { inDatabase } from '../watch/banned.ts';
import type { Random } from '../watch/random.ts';
import type { WorldTime } from '../watch/time.ts';
import { WindowProcess } from '../watch/window-process.ts';
import type { Disk } from './disk.ts';
import type { Network } from './network.ts';

/** Whose code runs at this moment. */
export const here = new AsyncLocalStorage<ChaosWindow>();

export interface ChaosWindowOptions {
  readonly name: string;
  readonly time: WorldTime;
  readonly random: Random;
  readonly folder: string;
  readonly worker: string;
  readonly disk: Disk;
  readonly network: Network;
  readonly intervalMs: number;
  readonly limits: Limits;
  /** What the keyring holds, for all windows. */
  readonly secrets: Map<string, string>;
  readonly shown: (told: readonly Told[]) => void;
}

/** One window of the editor with the whole engine in it. */
export class ChaosWindow extends WindowProcess {
  readonly engine: Engine;
  readonly log: string[] = [];
  readonly random: Random;
  /** Stops the waiting for the change that was confirmed last. */
  stop: AbortController | undefined;
  readonly #disk: Disk;
  readonly #threads: SameThread[] = [];

  constructor({ name, time, random, disk, network, folder, worker, intervalMs, limits, secrets, shown }: ChaosWindowOptions) {
    super(name, time);
    this.random = random.for(name);
    this.#disk = disk;
    const warn = (line: string): void => {
      if (this.log.length < 100) this.log.push(line);
    };
    let ids = 0;
    this.engine = this.run(() =>
      createEngine({
        ...{ folder: path.join(folder, 'shared'), worker, clock: this.clock, window: name, windowsShareSecrets: true },
        old: { get: () => undefined, update: () => Promise.resolve() },
        secrets: {
          get: (key) => Promise.resolve(secrets.get(key)),
          store: async (key, value) => void secrets.set(key, value),
          delete: async (key) => void secrets.delete(key),
        },
        settings: { intervalMs: () => intervalMs, limits: () => limits },
        log: { debug: () => undefined, info: () => undefined, error: () => undefined, warn },
        newId: () => `${name}-${String((ids += 1))}`,
        fetch: network.fetchFor(name, this.clock),
        WebSocket: undefined,
      }),
    );
    this.run(() => {
      this.engine.warnings.attach({
        compose: async (told) => ({
          sentence: msg('test', '{0}', JSON.stringify(told)),
          about: told.filter(({ says }) => says !== 'gone').map(({ account, target, level }) => ({ account, target, level })),
        }),
        show: async ({ sentence }) => {
          shown(JSON.parse(english(sentence)) as readonly Told[]);
        },
        settings: () => ({ enabled: true, quietHours: '' }),
      });
      void this.engine.start();
    });
  }

  /** Its code, as it runs in its own process. */
  run<T>(work: () => T): T {
    return here.run(this, work);
  }

  /** The way to one of its databases. */
  carrier(thread: SameThread): Carrier {
    this.#threads.push(thread);
    return this.#disk.carrier(this);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.run(() => this.engine.close());
    this.ends();
  }

  override crash(): void {
    super.crash();
    for (const thread of this.#threads) {
      inDatabase(() => {
        thread.end();
      });
    }
  }
}
