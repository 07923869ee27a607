import type { Trouble } from './trouble.ts';

/** How the worker is to open its file. */
export interface Place {
  readonly folder: string;
  /** How long to wait for another window's lock. Milliseconds. */
  readonly busyMs: number;
  /** More to set on each connection, such as `max_page_count = 20`: tests make small disks of it. */
  readonly pragmas: readonly string[];
}

/** What a thread is asked; `close` is answered by its end. */
export interface Asked<Request extends { readonly do: string }> {
  readonly number: number;
  readonly request: Request | { readonly do: 'close' };
}

export type Answered = { readonly number: number } & ({ readonly answer: unknown } | { readonly trouble: Trouble });
