import { clearTimeout, setTimeout } from 'node:timers';
import { Worker } from 'node:worker_threads';
import { LedgerFault, type Trouble } from './trouble.ts';

/** How the worker opens its file. */
export interface Place {
  readonly folder: string;
  /** How long to wait for another window's lock. Milliseconds. */
  readonly busyMs: number;
  /** More pragmas for each connection, such as `max_page_count = 20`, to simulate a full disk in tests. */
  readonly pragmas: readonly string[];
  /** Size from which history rows are deleted; small in tests. Bytes. */
  readonly historyBytes?: number;
}

/** A request to the thread; `close` is answered by its end. */
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

/** The patience is counted in this many parts, so that time in which the whole process was suspended doesn't count in full. */
const parts = 10;

/**
 * Sends requests to a worker thread that holds a database. The thread is started by the first request, and again after it died or was ended
 * for being silent too long. Requests pending at that moment are rejected, never repeated: they may or may not have been carried out. It
 * keeps the process alive only while it is working.
 */
export class WorkerLink<Request extends { readonly do: string }, Answers extends Readonly<Record<Request['do'], unknown>>> {
  readonly #file: string;
  readonly #place: Place;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  /** Starts counting the worker's silence, unless it already is. */
  #watch: (() => void) | undefined;
  /** Ends the worker; what it was asked is rejected. */
  #end: ((trouble: Trouble) => void) | undefined;
  #asked = 0;

  /**
   * @param file the worker's own bundle
   * @param patienceMs how long it may be silent while a request is pending. Milliseconds
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

  /** Finishes earlier requests first. */
  close(): void {
    // Until it has ended: its last request may not be on the disk yet.
    this.#worker?.ref();
    this.#worker?.postMessage({ number: 0, request: { do: 'close' } } satisfies Asked<Request>);
    this.#worker = undefined;
  }

  #start(): Worker {
    // Without the editor's own process flags, some of which a worker doesn't accept.
    const worker = new Worker(this.#file, { name: 'ltv-gauge-database', workerData: this.#place, execArgv: [] });
    const ended = (trouble: Trouble): void => {
      if (this.#worker === worker) this.#worker = undefined;
      // The end is reported twice, and a new request may have been made in between.
      for (const [number, waiting] of this.#waiting) {
        if (waiting.worker !== worker) continue;
        this.#waiting.delete(number);
        waiting.reject(new LedgerFault(trouble));
      }
    };
    this.#end = (trouble) => {
      silence.end();
      ended(trouble);
      // This rolls back its open transaction. A write that hangs in the disk may still come through, as after a crash.
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
    // Last, because adding listeners keeps the process alive again.
    worker.unref();
    return worker;
  }

  #isAsked(worker: Worker): boolean {
    return [...this.#waiting.values()].some((waiting) => waiting.worker === worker);
  }

  /**
   * Counts how long a thread is silent, in real time. In parts, because after a suspension timers are due before any answer is processed.
   */
  #silence(tooLong: () => void): { readonly count: () => void; readonly end: () => void } {
    let counting: NodeJS.Timeout | undefined;
    const count = (left: number): void => {
      counting = setTimeout(() => {
        if (left === 1) tooLong();
        else count(left - 1);
      }, this.#patienceMs / parts);
    };
    return {
      count: () => {
        if (counting === undefined) count(parts);
      },
      end: () => {
        clearTimeout(counting);
        counting = undefined;
      },
    };
  }
}
