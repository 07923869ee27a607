import { compare, decimal, multiply, type Decimal } from '../../core/decimal.ts';
import type { CoinAmount } from '../../core/model.ts';
import { endpoints } from './endpoints.ts';
import type { Line } from './loan-generation.ts';
import * as schema from './schema.ts';

/** Hardly anything is left when it is less than this part of what is owed. Our own judgement. */
const hardlyAny = decimal('0.01');
const askEveryMs = 15 * 60_000;
/** What was answered longer ago says nothing. Milliseconds. */
const keptMs = 3 * askEveryMs;

/**
 * What is left to borrow of the coins that are owed, flexibly: the lesser of what Bybit has to lend and what this account may still borrow. Asked
 * for seldom, and no reading waits for it. Source: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/flexible/available-inventory
 */
export class Inventory {
  readonly #line: Line;
  readonly #now: () => number;
  readonly #asked = new Map<string, number>();
  readonly #left = new Map<string, { readonly amount: Decimal; readonly at: number }>();

  /** @param now our clock, in milliseconds since the Unix epoch */
  constructor(line: Line, now: () => number) {
    this.#line = line;
    this.#now = now;
  }

  /** Coins of these debts of which hardly any is left; undefined while that isn't known of each. */
  drained(debts: readonly CoinAmount[], signal: AbortSignal | undefined): readonly string[] | undefined {
    const isOld = (at: number | undefined, ms: number): boolean => at === undefined || Math.abs(this.#now() - at) >= ms;
    for (const { coin } of debts) if (isOld(this.#asked.get(coin), askEveryMs)) void this.#ask(coin, signal);
    if (debts.some(({ coin }) => isOld(this.#left.get(coin)?.at, keptMs))) return undefined;
    return debts.flatMap(({ coin, amount }) => {
      const left = this.#left.get(coin);
      return left !== undefined && compare(left.amount, multiply(amount, hardlyAny)) < 0 ? [coin] : [];
    });
  }

  /** Never rejects: without an answer nothing is said, and a key that may not ask is no trouble. */
  async #ask(coin: string, signal: AbortSignal | undefined): Promise<void> {
    this.#asked.set(coin, this.#now());
    try {
      const answer = schema.read(schema.inventory, await this.#line.get(endpoints.inventory, { currency: coin }, signal));
      if (answer.currency === coin) this.#left.set(coin, { amount: answer.availableInventory, at: this.#now() });
    } catch {
      // Asked again in a while.
    }
  }
}
