import type { Parameters } from '../request.ts';
import { capLevels, marginModes, marginPrices, type WorldState } from './state.ts';

const dayMs = 86_400_000;

/** What can be done to the simulated Bybit alone. */
export const controls: readonly string[] = ['POST cap', 'POST margin-mode', 'POST margin-price', 'POST due', 'POST expiry'];

interface Done {
  readonly answer: unknown;
  readonly change?: Partial<WorldState>;
  readonly keysExpireAt?: number;
}

/**
 * Carries out one of them; undefined for anything else.
 * - `POST cap {level}`: the platform's cap of collateral is off (0), near (1), reached (2: nothing can be added) or unknown (-1).
 * - `POST margin-mode {mode}`: how the account holds its positions.
 * - `POST margin-price {by}`: margins follow the mark price, or stay at entry.
 * - `POST due {days}`: fixed contracts are to be paid back so many days from now; below zero they are overdue.
 * - `POST expiry {days}`: so long all keys still work, as after a change of the password.
 * @throws RangeError when the body makes no sense.
 */
export function controlled(what: string, body: Parameters, state: Pick<WorldState, 'pool' | 'trading'>, now: number): Done | undefined {
  switch (what) {
    case 'POST cap': {
      const cap = word(body, 'level', capLevels);
      return { answer: { cap }, change: { cap } };
    }
    case 'POST margin-mode': {
      const marginMode = word(body, 'mode', marginModes);
      return { answer: { marginMode }, change: { trading: { ...state.trading, marginMode } } };
    }
    case 'POST margin-price': {
      const marginPrice = word(body, 'by', marginPrices);
      return { answer: { marginPrice }, change: { trading: { ...state.trading, marginPrice } } };
    }
    case 'POST due': {
      const dueAt = now + days(body);
      const fixed = state.pool.fixed.map((one) => ({ ...one, borrowedAt: dueAt - one.termDays * dayMs }));
      return { answer: { dueAt }, change: { pool: { ...state.pool, fixed } } };
    }
    case 'POST expiry': {
      const keysExpireAt = now + days(body);
      return { answer: { keysExpireAt }, keysExpireAt };
    }
    default:
      return undefined;
  }
}

function word<T extends string>(body: Parameters, name: string, words: readonly T[]): T {
  const found = words.find((one) => one === body[name]);
  if (found === undefined) throw new RangeError(`${name} must be one of ${words.join(', ')}, as text`);
  return found;
}

/** Whole milliseconds of so many days. */
function days(body: Parameters): number {
  const value = body['days'];
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 3650) throw new RangeError('days must be a number');
  return Math.round(value * dayMs);
}
