import { compare, isDecimal, isPositive, isZero, subtract, type Decimal } from '../core/decimal.ts';
import { amountOf, type Holding } from './holdings.ts';
import type { Parameters } from './request.ts';

/**
 * What can be wrong with an account, a coin or a position until it is switched off:
 * - `frozen` the account can move nothing
 * - `liquidating` the exchange liquidates: everything, or the position in `instrument`
 * - `closing` an order to close is waiting: in every position, or the one in `instrument`
 * - `coin-refused` no coin, or not `coin`, is accepted as collateral
 * - `coin-capped` no more of any coin, or of `coin`, is accepted from anyone
 * - `minimum` no less than `amount` of a coin, or of `coin`, is accepted or left as collateral
 */
export const conditionNames = ['frozen', 'liquidating', 'closing', 'coin-refused', 'coin-capped', 'minimum'] as const;
export type ConditionName = (typeof conditionNames)[number];

interface Condition {
  /** The control API calls a condition a moment. */
  readonly moment: ConditionName;
  /** The coin or instrument it is about; all of them when absent. */
  readonly about?: string;
  readonly amount?: Decimal;
}

/** The active conditions. They are not saved: a new start has none. */
export class Conditions {
  #on: readonly Condition[] = [];

  list(): readonly Condition[] {
    return this.#on;
  }

  /**
   * Switches one on, e.g. `{"moment":"minimum","coin":"BTC","amount":"0.01"}`.
   * @throws RangeError saying what is wrong.
   */
  add({ moment: wanted, coin, instrument, amount }: Parameters): void {
    const moment = conditionNames.find((one) => one === wanted);
    if (moment === undefined) throw new RangeError(`moment must be one of ${conditionNames.join(', ')}`);
    const about = coin ?? instrument;
    if (about !== undefined && (typeof about !== 'string' || about === '')) throw new RangeError('coin and instrument must be text');
    const isAmount = typeof amount === 'string' && isDecimal(amount) && isPositive(amount);
    if (moment === 'minimum' && !isAmount) throw new RangeError('amount must be a decimal above zero, as text');
    this.#on = [...this.#on, { moment, ...(about === undefined ? {} : { about }), ...(isAmount ? { amount } : {}) }];
  }

  clear(): void {
    this.#on = [];
  }

  /** Whether a condition holds for a coin or an instrument; without one, for everything. */
  is(name: ConditionName, about?: string): boolean {
    return this.#find(name, about) !== undefined;
  }

  /** The least that is accepted or left of a coin. */
  least(coin: string): Decimal | undefined {
    return this.#find('minimum', coin)?.amount;
  }

  /** The minimum of a coin that a change of collateral would break; undefined where it breaks none. Everything may be taken out. */
  brokenMinimum(pledged: readonly Holding[], { ccy, amt }: Holding, adding: boolean): Decimal | undefined {
    const least = this.least(ccy);
    if (least === undefined) return undefined;
    const counts = adding ? amt : subtract(amountOf(pledged, ccy), amt);
    return compare(counts, least) < 0 && (adding || !isZero(counts)) ? least : undefined;
  }

  #find(name: ConditionName, about: string | undefined): Condition | undefined {
    return this.#on.findLast(({ moment, about: only }) => moment === name && (only === undefined || only === about));
  }
}
