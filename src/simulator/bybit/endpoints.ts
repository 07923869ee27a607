import { compare, decimal, decimalPlaces, isDecimal, isPositive, type Decimal } from '../../core/decimal.ts';
import { isParameters, type Parameters, type RawRequest } from '../request.ts';
import { Refusal, type Code } from './answers.ts';
import type { Key } from './auth.ts';
import { collateralPlaces } from './coins.ts';
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

/** Who may call: anyone, any key, or a key with permission for spot trading (loans) or positions; to write, one that isn't read-only. */
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

/** Codes by which the two generations say the same thing. */
export interface AmountCodes {
  readonly wrong: Code;
  readonly negative: Code;
  readonly precision: Code;
}

/**
 * The parameters in a JSON body.
 * @throws Refusal 10001 when it is not a JSON object.
 */
export function fromBody(request: RawRequest): Parameters {
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new Refusal('10001', 'the body is not JSON');
  }
  if (!isParameters(value)) throw new Refusal('10001', 'the body is no JSON object');
  return value;
}

/**
 * An optional text; an empty one counts as absent.
 * @throws Refusal 10001 (or `wrong`) when it is not text.
 */
export function optional(parameters: Parameters, name: string, wrong: Code = '10001'): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new Refusal(wrong, name);
  return value;
}

/**
 * A required text.
 * @throws Refusal 10001 (or `wrong`) when it is missing or not text.
 */
export function required(parameters: Parameters, name: string, wrong: Code = '10001'): string {
  const value = optional(parameters, name, wrong);
  if (value === undefined) throw new Refusal(wrong, name);
  return value;
}

/**
 * One of several texts.
 * @throws Refusal 10001 (or `wrong`) when it is none of them.
 */
export function oneOf<T extends string>(parameters: Parameters, name: string, words: readonly T[], wrong: Code = '10001'): T {
  const value = required(parameters, name, wrong);
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Refusal(wrong, name);
  return found;
}

/**
 * An amount: text in plain notation, above zero, of collateral with at most 8 decimals.
 * @throws Refusal with the code of the generation for what is wrong with it.
 */
export function amountIn(parameters: Parameters, codes: AmountCodes, places = collateralPlaces, name = 'amount'): Decimal {
  const value = required(parameters, name, codes.wrong);
  if (!isDecimal(value)) throw new Refusal(codes.wrong, name);
  if (!isPositive(value)) throw new Refusal(codes.negative, name);
  if (decimalPlaces(value) > places) throw new Refusal(codes.precision);
  return value;
}

const usualPaging = { most: 100, usual: 10 } as const;

/** One page of a list. `nextPageCursor` is empty where nothing is left. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly nextPageCursor: string;
}

/**
 * The requested part of `rows`, by `limit` (1 to 100, 10 by default, or as in `paging`) and `cursor`: the id of the row before.
 * @throws Refusal 10001 for a limit or a cursor that makes no sense.
 */
export function page<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  parameters: Parameters,
  { most, usual }: Readonly<Record<'most' | 'usual', number>> = usualPaging,
): Page<T> {
  const limit = optional(parameters, 'limit') ?? usual.toString();
  if (!/^\d{1,3}$/.test(limit) || compare(decimal(limit), decimal('1')) < 0 || Number(limit) > most) throw new Refusal('10001', 'limit');
  const cursor = optional(parameters, 'cursor');
  const before = cursor === undefined ? -1 : rows.findIndex((row) => idOf(row) === cursor);
  if (cursor !== undefined && before < 0) throw new Refusal('10001', 'cursor');
  const found = rows.slice(before + 1, before + 1 + Number(limit));
  const last = found.at(-1);
  const more = before + 1 + found.length < rows.length;
  return { rows: found, nextPageCursor: more && last !== undefined ? idOf(last) : '' };
}
