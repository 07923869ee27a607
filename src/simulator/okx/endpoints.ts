import type { Limit } from '../api.ts';
import { header, isParameters, type Parameters, type RawRequest } from '../request.ts';
import type { Deviation } from './adjusting.ts';
import { Refusal } from './answers.ts';
import type { Key, Permission } from './auth.ts';
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
  /** Parameter whose values are counted separately. */
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

const mostRows = 100;

/**
 * The parameters in a JSON body.
 * @throws Refusal 50000 when it is empty, 50006 when it does not say it is JSON, 50002 when it is not.
 */
export function fromBody(request: RawRequest): Parameters {
  if (request.body.length === 0) throw new Refusal('50000');
  if (!header(request, 'content-type').toLowerCase().startsWith('application/json')) throw new Refusal('50006');
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new Refusal('50002');
  }
  if (!isParameters(value)) throw new Refusal('50002');
  return value;
}

/**
 * An optional text; an empty one counts as absent.
 * @throws Refusal 51000 when it is not text.
 */
export function optional(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new Refusal('51000', name);
  return value;
}

/**
 * A required text.
 * @throws Refusal 50014 when it is missing, 51000 when it is not text.
 */
export function required(parameters: Parameters, name: string): string {
  const value = optional(parameters, name);
  if (value === undefined) throw new Refusal('50014', name);
  return value;
}

/**
 * One of a few words.
 * @throws Refusal 51000 when it is none of them, 50014 when it is missing.
 */
export function oneOf<T extends string>(parameters: Parameters, name: string, words: readonly T[]): T {
  const value = required(parameters, name);
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Refusal('51000', name);
  return found;
}

/**
 * An optional id.
 * @throws Refusal 51000 when it is not made of digits.
 */
export function optionalId(parameters: Parameters, name: string): string | undefined {
  const value = optional(parameters, name);
  if (value !== undefined && !/^\d{1,40}$/.test(value)) throw new Refusal('51000', name);
  return value;
}

/**
 * How many rows to return: 1 to 100, 100 by default.
 * @throws Refusal 51000 otherwise.
 */
function rowLimit(parameters: Parameters): number {
  const value = optional(parameters, 'limit');
  if (value === undefined) return mostRows;
  if (!/^\d{1,3}$/.test(value) || Number(value) < 1 || Number(value) > mostRows) throw new Refusal('51000', 'limit');
  return Number(value);
}

/**
 * Which page of a list to return.
 * @throws Refusal 51000 where a bound is no id, or the limit out of range.
 */
export function pageRequest(parameters: Parameters): PageRequest {
  const after = optionalId(parameters, 'after');
  const before = optionalId(parameters, 'before');
  return { limit: rowLimit(parameters), ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) };
}

/** The requested part of a list. Both bounds are exclusive. */
export interface PageRequest {
  /** Only rows older than this id. */
  readonly after?: string;
  /** Only rows newer than this id. */
  readonly before?: string;
  readonly limit: number;
}

/** One page of rows, newest first. Rows come in oldest first, as they are kept; ids are whole numbers that grow with time. */
export function page<R>(rows: readonly R[], { after, before, limit }: PageRequest, idOf: (row: R) => string): R[] {
  const olderThan = after === undefined ? undefined : BigInt(after);
  const newerThan = before === undefined ? undefined : BigInt(before);
  const wanted = rows.filter((row) => {
    const id = BigInt(idOf(row));
    return (olderThan === undefined || id < olderThan) && (newerThan === undefined || id > newerThan);
  });
  return wanted.slice(-limit).reverse();
}
