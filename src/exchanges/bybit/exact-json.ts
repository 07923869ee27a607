/** A number of a JSON text as it was written. No float ever comes of it: ids are longer than a float can hold. */
export class Numeral {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What `JSON.parse` gives its reviver. Our library of types is older than the third argument. */
type Revive = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/**
 * Parses a JSON text and keeps each number as its digits.
 * @returns undefined for what is no JSON.
 */
export function parseExact(text: string): unknown {
  const revive: Revive = (_key, value, context) => (typeof value === 'number' ? new Numeral(context?.source ?? '') : value);
  try {
    return JSON.parse(text, revive) as unknown;
  } catch {
    return undefined;
  }
}
