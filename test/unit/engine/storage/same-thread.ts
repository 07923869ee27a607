// The database's thread without a thread: the same bundle, asked by the same messages, but it answers as soon as whoever asked waits. For tests of
// all that lies above, in which threads would cost more than what is tested; threads themselves are tested in worker-link.test.ts and beside it.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { WorkerOptions } from 'node:worker_threads';
import { compileFunction } from 'node:vm';

type Bundle = (require: (name: string) => unknown, module: object) => void;

const bundles = new Map<string, Bundle>();

/** Compiled once. */
function bundleOf(file: string): Bundle {
  const bundle = bundles.get(file) ?? (compileFunction(readFileSync(file, 'utf8'), ['require', 'module'], { filename: file }) as Bundle);
  bundles.set(file, bundle);
  return bundle;
}

/** What lies between a window and its database: who carries decides when something arrives, and whether. */
export interface Carrier {
  /** @param answer says something in the thread's place */
  there(message: unknown, arrive: () => void, answer: (told: unknown) => void): void;
  back(answer: unknown, arrive: (told: unknown) => void): void;
}

const atOnce: Carrier = {
  there: (_message, arrive) => {
    queueMicrotask(arrive);
  },
  back: (answer, arrive) => {
    arrive(answer);
  },
};

export class SameThread extends EventEmitter {
  readonly #carrier: Carrier;
  readonly #tell = (told: unknown): void => {
    this.emit('message', told);
  };
  /** What the bundle knows as its way out. */
  readonly #port = Object.assign(new EventEmitter(), {
    postMessage: (answer: unknown): void => {
      this.#carrier.back(structuredClone(answer), this.#tell);
    },
    close: (): void => {
      this.emit('exit', 0);
    },
  });

  constructor(file: string, { workerData }: WorkerOptions) {
    super();
    this.#carrier = carrying(this);
    const inside = { parentPort: this.#port, workerData: structuredClone(workerData as unknown) };
    bundleOf(file)((name) => (name === 'node:worker_threads' ? inside : process.getBuiltinModule(name)), {});
  }

  postMessage(message: unknown): void {
    const sent: unknown = structuredClone(message);
    const arrive = (): void => {
      this.#hear(sent);
    };
    this.#carrier.there(sent, arrive, this.#tell);
  }

  /** As the operating system does with the files of a process that died. */
  end(): void {
    this.#hear({ number: 0, request: { do: 'close' } });
  }

  terminate(): void {
    this.end();
  }

  #hear(message: unknown): void {
    this.#port.emit('message', message);
  }

  // It keeps nothing alive.
  readonly ref = (): void => undefined;
  readonly unref = this.ref;
}

/** This is no thread. @public */
export const parentPort = undefined;
/** @public */
export const workerData = undefined;

const threads = process.getBuiltinModule('node:worker_threads');
let areThreads = true;
let carrying: (thread: SameThread) => Carrier = () => atOnce;

/** What the build of the unit tests puts in the place of Node's own. @public */
export const Worker = new Proxy(threads.Worker, {
  construct: (real, [file, options]: [string, WorkerOptions]): object =>
    areThreads ? new real(file, options) : new SameThread(file, options),
});

/** @returns threads are threads again */
export function withoutThreads(carry: typeof carrying = () => atOnce): () => void {
  areThreads = false;
  carrying = carry;
  return () => {
    areThreads = true;
  };
}
