import { Worker } from 'node:worker_threads';
import { LedgerFault, type Trouble } from './trouble.ts';

/** How the worker is to open its file. */
export interface Place {
  readonly folder: string;
  /** How long to wait for another window's lock. Milliseconds. */
  readonly busyMs: number;
  /** More to set on each connection, such as `max_page_count = 20`: tests make small disks of it. */
  readonly pragmas: readonly string[];
  /** When the figures of the past are thinned: tests make a small one of it. */
  readonly historyBytes?: number;
}

/** What a thread is asked; `close` is answered by its end. */
export interface Asked<Request extends { readonly do: string }> {
  readonly number: number;
  readonly request: Request | { readonly do: 'close' };
}

export type Answered = { readonly number: number } & ({ readonly answer: unknown } | { readonly trouble: Trouble });

interface Waiting {
  readonly worker: Worker;
  readonly resolve: (answered: Answered) => void;
  readonly reject: (reason: LedgerFault) => void;
}

/**
 * Asks a worker thread that holds a database. It is started by the first request, and again after it died; a request that it died over is
 * rejected, never repeated. It keeps the process alive for as long as it works at something, and no longer.
 */
export class WorkerLink<Request extends { readonly do: string }, Answers extends Readonly<Record<Request['do'], unknown>>> {
  readonly #file: string;
  readonly #place: Place;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #asked = 0;

  /** @param file the worker's own bundle */
  constructor(file: string, place: Place) {
    this.#file = file;
    this.#place = place;
  }

  /** @throws LedgerFault */
  async ask<R extends Request>(request: R): Promise<Answers[R['do'] & keyof Answers]> {
    const answered = await new Promise<Answered>((resolve, reject) => {
      const worker = (this.#worker ??= this.#start());
      const number = (this.#asked += 1);
      this.#waiting.set(number, { worker, resolve, reject });
      worker.ref();
      worker.postMessage({ number, request } satisfies Asked<Request>);
    });
    if ('trouble' in answered) throw new LedgerFault(answered.trouble);
    return answered.answer as Answers[R['do'] & keyof Answers];
  }

  /** Lets what was asked before come to its end. */
  close(): void {
    // Until it has ended: what it was asked last may not be on the disk yet.
    this.#worker?.ref();
    this.#worker?.postMessage({ number: 0, request: { do: 'close' } } satisfies Asked<Request>);
    this.#worker = undefined;
  }

  #start(): Worker {
    // Without flags of the editor's own process, some of which a worker does not take.
    const worker = new Worker(this.#file, { name: 'ltv-gauge-database', workerData: this.#place, execArgv: [] });
    const ended = (detail: string): void => {
      if (this.#worker === worker) this.#worker = undefined;
      // It tells its end twice, and by the second time the next one may have been asked already.
      for (const [number, waiting] of this.#waiting) {
        if (waiting.worker !== worker) continue;
        this.#waiting.delete(number);
        waiting.reject(new LedgerFault({ kind: 'stopped', detail }));
      }
    };
    worker.on('message', (answered: Answered) => {
      this.#waiting.get(answered.number)?.resolve(answered);
      this.#waiting.delete(answered.number);
      if (this.#worker === worker && this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error) => {
      ended(error instanceof Error ? error.message : String(error));
    });
    worker.on('exit', (code) => {
      ended(`exit code ${code.toString()}`);
    });
    // Last, because listening takes hold of the process again.
    worker.unref();
    return worker;
  }
}
