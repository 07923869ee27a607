import type { Deviation } from './adjusting.ts';
import type { Key, Permission } from './auth.ts';
import type { Limit } from '../limits.ts';
import type { Parameters } from '../request.ts';
import type { World } from './world.ts';

/** What an endpoint gets to answer from. */
export interface Question {
  readonly world: World;
  /** From the query of a GET, from the body of a POST. */
  readonly parameters: Parameters;
  /** Absent on public endpoints. */
  readonly key?: Key;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly deviation?: Deviation;
}

/** One endpoint of the API. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** What the key must be allowed to do; absent on public endpoints. */
  readonly permission?: Permission;
  readonly limit: Limit;
  /** Parameter whose values are counted each for itself. */
  readonly countedBy?: string;
  /** @returns the `data` of the answer. Throws a Refusal when there is none. */
  answer(question: Question): readonly unknown[];
}

/** An endpoint that is counted over two seconds; public and a GET where nothing else is said. */
export const endpoint = (path: string, requests: number, answer: Endpoint['answer'], more: Partial<Endpoint> = {}): Endpoint => ({
  method: 'GET',
  path: `/api/v5/${path}`,
  limit: { requests, windowMs: 2000 },
  answer,
  ...more,
});
