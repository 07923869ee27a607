import type { Parameters } from '../request.ts';
import type { Key } from './auth.ts';
import type { Deviation, World } from './world.ts';

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

/** Who may ask: anybody, any key, a key that may trade spot (loans) or touch positions; to write, such a key that is not read-only. */
export type Access = 'public' | 'key' | 'loans' | 'loans-write' | 'positions' | 'positions-write';

/** One endpoint of the API. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly access: Access;
  /** Requests per rolling second and user; absent on public endpoints. */
  readonly perSecond?: number;
  /** Of the older generation, which may be gone. */
  readonly legacy?: true;
  /** @returns the `result` of the answer. Throws a Refusal when there is none. */
  answer(question: Question): Readonly<Record<string, unknown>>;
}
