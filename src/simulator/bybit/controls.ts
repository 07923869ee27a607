import { add, isPositive, sum } from '../../core/decimal.ts';
import type { Parameters } from '../request.ts';
import { capLevels, marginModes, marginPrices, type Pool, type Repayment, type WorldState } from './state.ts';

const dayMs = 86_400_000;

/** What can be done to the simulated Bybit alone. */
export const controls: readonly string[] = [
  'POST cap',
  'POST margin-mode',
  'POST margin-price',
  'POST due',
  'POST expiry',
  'POST liquidate',
];

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
 * - `POST liquidate`: the pool is liquidated whole. Prices alone do not do it, so that a loan beyond its line can be looked at.
 * - `POST expiry {days}`: so long all keys still work, as after a change of the password.
 * @throws RangeError when the body makes no sense.
 */
export function controlled(
  what: string,
  body: Parameters,
  state: Pick<WorldState, 'pool' | 'trading' | 'repaid'>,
  now: number,
): Done | undefined {
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
    case 'POST liquidate': {
      const { pool, repaid } = state;
      const rows = [...flexibleRepayments(pool, repaid.length, now), ...fixedRepayments(pool, repaid.length, now)];
      const change = { pool: { ...pool, flexible: [], fixed: [], collateral: [] }, repaid: [...repaid, ...rows] };
      return { answer: { repaid: rows.length }, change };
    }
    case 'POST expiry': {
      const keysExpireAt = now + days(body);
      return { answer: { keysExpireAt }, keysExpireAt };
    }
    default:
      return undefined;
  }
}

/** Ids go on from those of the past. */
const firstIds = { flexible: 1774, fixed: 1783 } as const;

function flexibleRepayments({ flexible }: Pool, before: number, at: number): Repayment[] {
  return flexible.map(({ ccy, principal, interest }, index) => {
    return { repayId: (firstIds.flexible + before + index).toString(), ccy, amt: add(principal, interest), at };
  });
}

function fixedRepayments({ fixed }: Pool, before: number, at: number): Repayment[] {
  const open = fixed.filter(({ principal }) => isPositive(principal));
  return [...new Set(open.map(({ ccy }) => ccy))].map((ccy, index) => {
    const loans = open.filter((one) => one.ccy === ccy).map(({ loanId, principal, penalty }) => ({ loanId, amt: add(principal, penalty) }));
    return { repayId: (firstIds.fixed + before + index).toString(), ccy, amt: sum(loans.map(({ amt }) => amt)), loans, at };
  });
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
