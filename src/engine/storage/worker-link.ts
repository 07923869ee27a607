import { setTimeout as pause } from 'node:timers/promises';
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

type Answer = { readonly answer: unknown } | { readonly trouble: Trouble };

export type Answered = { readonly number: number } & (
  | Answer
  /** It is still at work: so much of so much is done. */
  | { readonly done: number; readonly of: number }
);

/** Somebody follows a long piece of work, and may stop it. */
export interface Followed {
  readonly signal: AbortSignal;
  /** @param part of all, from 0 to 1 */
  readonly say: (part: number) => void;
}

interface Waiting {
  readonly worker: Worker;
  readonly resolve: (answered: Answer) => void;
  readonly reject: (reason: LedgerFault) => void;
  readonly say: Followed['say'] | undefined;
}

/** A thread is taken for hung after this many parts of its patience: a process that was stopped meanwhile counts them anew. */
const parts = 10;

/**
 * Asks a worker thread that holds a database. It is started by the first request, and again after it died or was ended because it answered
 * nothing for too long; what it was asked by then is rejected, never repeated, for it may be done or not. It keeps the process alive for as
 * long as it works at something, and no longer.
 */
export class WorkerLink<Request extends { readonly do: string }, Answers extends Readonly<Record<Request['do'], unknown>>> {
  readonly #file: string;
  readonly #place: Place;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  /** Begins to count how long the worker is silent, unless that is being counted. */
  #watch: (() => void) | undefined;
  /** Ends the worker; what it was asked is rejected. */
  #end: ((trouble: Trouble) => void) | undefined;
  #asked = 0;

  /**
   * @param file the worker's own bundle
   * @param patienceMs how long it may answer nothing while it is asked something. Milliseconds
   */
  constructor(file: string, place: Place, patienceMs: number) {
    this.#file = file;
    this.#place = place;
    this.#patienceMs = patienceMs;
  }

  /**
   * @param followed when it is stopped, the thread is ended: only for what changes nothing, and while nothing else is asked
   * @throws LedgerFault
   */
  async ask<R extends Request>(request: R, followed?: Followed): Promise<Answers[R['do'] & keyof Answers]> {
    const answered = await new Promise<Answer>((resolve, reject) => {
      const worker = (this.#worker ??= this.#start());
      const number = (this.#asked += 1);
      this.#waiting.set(number, { worker, resolve, reject, say: followed?.say });
      followed?.signal.addEventListener('abort', () => {
        if (this.#waiting.has(number)) this.#end?.({ kind: 'stopped', detail: 'cancelled' });
      });
      worker.ref();
      worker.postMessage({ number, request } satisfies Asked<Request>);
      this.#watch?.();
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
    const ended = (trouble: Trouble): void => {
      if (this.#worker === worker) this.#worker = undefined;
      // It tells its end twice, and by the second time the next one may have been asked already.
      for (const [number, waiting] of this.#waiting) {
        if (waiting.worker !== worker) continue;
        this.#waiting.delete(number);
        waiting.reject(new LedgerFault(trouble));
      }
    };
    this.#end = (trouble) => {
      silence.end();
      ended(trouble);
      // Its open transaction is rolled back by that. A write that hangs in the disk may still come through, as after a crash.
      void worker.terminate();
    };
    const end = this.#end;
    const silence = this.#silence(() => {
      end({ kind: 'silent' });
    });
    this.#watch = silence.count;
    worker.on('message', (answered: Answered) => {
      silence.end();
      const waiting = this.#waiting.get(answered.number);
      if ('of' in answered) waiting?.say?.(answered.done / answered.of);
      else {
        waiting?.resolve(answered);
        this.#waiting.delete(answered.number);
      }
      if (this.#isAsked(worker)) silence.count();
      else if (this.#worker === worker) worker.unref();
    });
    worker.on('error', (error) => {
      ended({ kind: 'stopped', detail: error instanceof Error ? error.message : String(error) });
    });
    worker.on('exit', (code) => {
      silence.end();
      ended({ kind: 'stopped', detail: `exit code ${code.toString()}` });
    });
    // Last, because listening takes hold of the process again.
    worker.unref();
    return worker;
  }

  #isAsked(worker: Worker): boolean {
    return [...this.#waiting.values()].some((waiting) => waiting.worker === worker);
  }

  /** Counts how long a thread is silent, by real time, as threads go. In parts, because a process that was stopped finds its timers due before any answer. */
  #silence(tooLong: () => void): { readonly count: () => void; readonly end: () => void } {
    let counting: AbortController | undefined;
    const count = async (end: AbortController): Promise<void> => {
      for (let part = 0; part < parts; part += 1) await pause(this.#patienceMs / parts, undefined, { signal: end.signal });
      tooLong();
    };
    return {
      count: () => {
        if (counting !== undefined) return;
        counting = new AbortController();
        count(counting).catch(() => undefined);
      },
      end: () => {
        counting?.abort();
        counting = undefined;
      },
    };
  }
}
