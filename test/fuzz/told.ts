import type { Figure } from './figures.ts';
import { fieldOf, textOf, type Json } from './json.ts';
import type { Sent } from './mutations.ts';

/** What one row of an answer says, in a second reading that shares nothing with the product's. An absent figure is not told. */
export interface ToldRow {
  /** As `targetKey` has it. */
  readonly key: string;
  readonly row: Json;
  /** By the names of the product's model. */
  readonly figures: Readonly<Record<string, Figure | undefined>>;
  /** Of a loan: by coin, what is owed and pledged. */
  readonly debts?: Coins;
  readonly collateral?: Coins;
  /**
   * `yes`: nothing that names it, or without which it means nothing, is odd, so it has to be shown. `no`: it can't be shown, which has to be said.
   * `maybe`: either will do.
   */
  readonly isCertain: 'yes' | 'no' | 'maybe';
}

/** By coin: all amounts that are told of it, and `undefined` for each that can't be read. */
export interface Coins {
  readonly amounts: ReadonlyMap<string, readonly (Figure | undefined)[]>;
  /** Some have no name, or are in no list. */
  readonly isPartly: boolean;
}

/** What all answers of one reading say. */
export interface Told {
  readonly rows: readonly ToldRow[];
  /** Some row of the kind can't be told from another, or means nothing. */
  readonly odd: Readonly<Record<'loan' | 'position', boolean>>;
  readonly wallet: ReadonlyMap<string, readonly Figure[]>;
  readonly prices: ReadonlyMap<string, readonly Figure[]>;
  /** Sizes that may stand for a position, by its key. */
  readonly exposures: ReadonlyMap<string, readonly Figure[]>;
  /** Figures of the terms of loans: rates, brackets, lines of coins, debts with a date. */
  readonly terms: readonly Figure[];
}

export type Answers = ReadonlyMap<string, Sent>;

export const coinsOf = (
  rows: readonly Json[] | undefined,
  read: (row: Json) => readonly [string | undefined, Figure | undefined],
): Coins => {
  const amounts = new Map<string, (Figure | undefined)[]>();
  let isPartly = rows === undefined;
  for (const row of rows ?? []) {
    const [coin, amount] = read(row);
    if (coin === undefined || coin === '') isPartly = true;
    else amounts.set(coin, [...(amounts.get(coin) ?? []), amount]);
  }
  return { amounts, isPartly };
};

/** All that is told of a coin, as far as it can be read. */
export function allOf(
  rows: readonly Json[] | undefined,
  read: (row: Json) => readonly [string | undefined, readonly (Figure | undefined)[]],
) {
  const all = new Map<string, readonly Figure[]>();
  for (const row of rows ?? []) {
    const [name, figures] = read(row);
    if (name !== undefined) all.set(name, [...(all.get(name) ?? []), ...figures.filter((one) => one !== undefined)]);
  }
  return all;
}

/** Everything that is amount or coin is readable. */
export const isWhole = ({ amounts, isPartly }: Coins): boolean =>
  !isPartly && [...amounts.values()].every((all) => all.length === 1 && all[0] !== undefined);

export const certainly = (isCertain: boolean): ToldRow['isCertain'] => (isCertain ? 'yes' : 'no');
/** Some row of these has to be left out. */
export const isOdd = (rows: readonly (ToldRow | undefined)[]): boolean => rows.some((one) => one === undefined || one.isCertain === 'no');

/** What every object has can name nothing. */
export const isName = (text: string | undefined): text is string => text !== undefined && text !== '' && !(text in {});
export function nameIn(row: Json, key: string): string | undefined {
  const text = textOf(fieldOf(row, key));
  return isName(text) ? text : undefined;
}
