import { add, decimal, divide, multiply, type Decimal } from '../../core/decimal.ts';
import { hourMs } from '../interest.ts';
import { findCoin } from './coins.ts';
import type { FixedDebt, WorldState } from './state.ts';

const interestPlaces = 8;
const dayMs = 24 * hourMs;
/** Interest of a contract that is overdue, over its usual one. */
const penaltyFactor = decimal('3');
const hoursPerYear = decimal('8760');

/** When a fixed contract is to be paid back. Milliseconds since the Unix epoch. */
export function dueAt({ borrowedAt, termDays }: FixedDebt): number {
  return borrowedAt + termDays * dayMs;
}

/** What the interest of the hour before `at` makes of the debts: flexible and older ones grow, fixed ones only when overdue. */
export function accrued({ pool, legacyOrders }: Pick<WorldState, 'pool' | 'legacyOrders'>, at: number) {
  return {
    pool: {
      ...pool,
      flexible: pool.flexible.map((debt) => {
        const rate = findCoin(debt.ccy)?.borrow?.hourlyRate ?? decimal('0');
        return { ...debt, interest: add(debt.interest, oneHour(debt.principal, rate)) };
      }),
      fixed: pool.fixed.map((debt) => {
        if (dueAt(debt) >= at) return debt;
        const rate = divide(multiply(debt.annualRate, penaltyFactor), hoursPerYear, 18, 'up');
        return { ...debt, penalty: add(debt.penalty, oneHour(debt.principal, rate)) };
      }),
    },
    legacyOrders: legacyOrders.map((order) => ({ ...order, interest: add(order.interest, oneHour(order.loan.amt, order.hourlyRate)) })),
  };
}

/** Against the borrower: rounded up at 8 decimals. */
function oneHour(principal: Decimal, hourlyRate: Decimal): Decimal {
  const exact = multiply(principal, hourlyRate);
  return divide(exact, decimal('1'), interestPlaces, 'up');
}
