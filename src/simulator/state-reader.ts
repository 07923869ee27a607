// Reads a saved simulated exchange, trusting nothing: an amount that is no decimal text is refused, not repaired.
import { isDecimal, type Decimal } from '../core/decimal.ts';
import type { Holding } from './holdings.ts';
import type { MarketState } from './market.ts';

export function broken(what: string): RangeError {
  return new RangeError(`not a saved state of the simulated exchange: ${what}`);
}

/**
 * The fields of the whole state.
 * @throws RangeError when the text is no JSON object, or of another version.
 */
export function stateFields(text: string, version: unknown): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken('it is not JSON');
  }
  const state = fields(value, 'state');
  if (state['version'] !== version) throw broken('its version is unknown');
  return state;
}

export function fields(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw broken(`${name} is no object`);
  return value as Record<string, unknown>;
}

export function list<T>(value: unknown, name: string, read: (entry: unknown) => T): T[] {
  if (!Array.isArray(value)) throw broken(`${name} is no list`);
  return value.map((entry: unknown) => read(entry));
}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw broken(`${name} is no text`);
  return value;
}

export function id(value: unknown, name: string): string {
  const found = text(value, name);
  if (!/^\d+$/.test(found)) throw broken(`${name} is no id`);
  return found;
}

export function amount(value: unknown, name: string): Decimal {
  if (typeof value !== 'string' || !isDecimal(value)) throw broken(`${name} is no decimal number`);
  return value;
}

export function whole(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value)) throw broken(`${name} is no whole number`);
  return value as number;
}

export function oneOf<T extends string>(value: unknown, name: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined) throw broken(`${name} is none of ${words.join(', ')}`);
  return found;
}

/** Reads a coin; `known` says whether there is one of that name. */
export class CoinReader {
  readonly #known: (ccy: string) => boolean;

  constructor(known: (ccy: string) => boolean) {
    this.#known = known;
  }

  coin(value: unknown, name: string): string {
    const found = text(value, name);
    if (!this.#known(found)) throw broken(`${name} is no coin`);
    return found;
  }

  holding(value: unknown): Holding {
    const entry = fields(value, 'holding');
    return { ccy: this.coin(entry['ccy'], 'ccy'), amt: amount(entry['amt'], 'amt') };
  }

  market(value: unknown): MarketState {
    const state = fields(value, 'market');
    if (typeof state['walking'] !== 'boolean') throw broken('walking is neither true nor false');
    return {
      prices: this.#prices(state['prices'], 'prices'),
      anchors: this.#prices(state['anchors'], 'anchors'),
      random: whole(state['random'], 'random'),
      walking: state['walking'],
      steppedAt: whole(state['steppedAt'], 'steppedAt'),
    };
  }

  #prices(value: unknown, name: string): Record<string, Decimal> {
    const entries = Object.entries(fields(value, name));
    return Object.fromEntries(entries.map(([ccy, price]) => [this.coin(ccy, name), amount(price, `${name} of ${ccy}`)]));
  }
}
