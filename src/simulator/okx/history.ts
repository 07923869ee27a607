import type { Decimal } from '../../core/decimal.ts';

/** Every action a loan history can tell of. */
export const historyTypes = [
  'borrowed',
  'repaid',
  'collateral_locked',
  'collateral_released',
  'forced_repayment_buy',
  'forced_repayment_sell',
  'forced_liquidation',
  'partial_liquidation',
  'sell_collateral',
  'buy_transition_coin',
  'sell_transition_coin',
  'buy_borrowed_coin',
] as const;
export type HistoryType = (typeof historyTypes)[number];

interface Row {
  /** Longer than a JavaScript number can hold; grows with time. */
  readonly refId: string;
  readonly ordId: string;
  readonly ccy: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** One row of a loan's history. */
export interface HistoryRow extends Row {
  readonly type: HistoryType;
  /** Signed as the wallet sees it: what is locked or repaid leaves it. */
  readonly amt: Decimal;
}

/** One hour's interest. */
export interface InterestRow extends Row {
  /** The debt it was charged on. */
  readonly loan: Decimal;
  readonly interest: Decimal;
  /** Annual, as a fraction. */
  readonly rate: Decimal;
}

/** Hands out reference ids: milliseconds and a counter in one number of 17 digits, always larger than the last. */
export class References {
  #last: bigint;

  constructor(last: string) {
    this.#last = BigInt(last);
  }

  get last(): string {
    return this.#last.toString();
  }

  /** The next id, for something that happened at `at`. */
  next(at: number): string {
    const earliest = BigInt(at) * 10_000n + 17n;
    this.#last = earliest > this.#last ? earliest : this.#last + 1n;
    return this.#last.toString();
  }
}

/** What part of a list is asked for. Both bounds are exclusive. */
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
