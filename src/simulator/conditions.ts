import { isDecimal, isPositive, type Decimal } from '../core/decimal.ts';
import type { Parameters } from './request.ts';

/**
 * What can be the matter with an account, a coin or a position until it is taken back:
 * - `frozen` the account may move nothing
 * - `liquidating` the exchange liquidates: everything, or the position in `instrument`
 * - `closing` an order to close is waiting: in every position, or the one in `instrument`
 * - `coin-refused` no coin, or not `coin`, is taken as collateral
 * - `coin-capped` no more of any coin, or of `coin`, is taken from anybody
 * - `minimum` no less than `amount` of a coin, or of `coin`, is taken or left as collateral
 */
export const momentNames = ['frozen', 'liquidating', 'closing', 'coin-refused', 'coin-capped', 'minimum'] as const;
export type MomentName = (typeof momentNames)[number];

interface Moment {
  readonly moment: MomentName;
  /** The coin or instrument it is about; all of them when absent. */
  readonly about?: string;
  readonly amount?: Decimal;
}

/** The wrong moments that are on. They are not saved: a new start finds everything as it should be. */
export class Moments {
  #on: readonly Moment[] = [];

  list(): readonly Moment[] {
    return this.#on;
  }

  /**
   * Switches one on, e.g. `{"moment":"minimum","coin":"BTC","amount":"0.01"}`.
   * @throws RangeError saying what is wrong.
   */
  add({ moment: wanted, coin, instrument, amount }: Parameters): void {
    const moment = momentNames.find((one) => one === wanted);
    if (moment === undefined) throw new RangeError(`moment must be one of ${momentNames.join(', ')}`);
    const about = coin ?? instrument;
    if (about !== undefined && (typeof about !== 'string' || about === '')) throw new RangeError('coin and instrument must be text');
    const isAmount = typeof amount === 'string' && isDecimal(amount) && isPositive(amount);
    if (moment === 'minimum' && !isAmount) throw new RangeError('amount must be a decimal above zero, as text');
    this.#on = [...this.#on, { moment, ...(about === undefined ? {} : { about }), ...(isAmount ? { amount } : {}) }];
  }

  clear(): void {
    this.#on = [];
  }

  /** Whether it is the moment for a coin or an instrument; without one, for everything. */
  is(moment: MomentName, about?: string): boolean {
    return this.#find(moment, about) !== undefined;
  }

  /** The least that is taken or left of a coin. */
  least(coin: string): Decimal | undefined {
    return this.#find('minimum', coin)?.amount;
  }

  #find(moment: MomentName, about: string | undefined): Moment | undefined {
    return this.#on.findLast((one) => one.moment === moment && (one.about === undefined || one.about === about));
  }
}
