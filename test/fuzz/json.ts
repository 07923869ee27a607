/** A JSON value with its texts and numbers as they are written, and with keys as often as they stand there. */
export type Json =
  | { readonly kind: 'object'; readonly fields: readonly Field[] }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | { readonly kind: 'token'; readonly text: string };

export type Field = readonly [key: string, value: Json];

const tokens = /[{}[\]:,]|"(?:[^"\\]|\\.)*"|[^\s{}[\]:,"]+/g;

/** @throws RangeError for anything but JSON */
export function parseJson(text: string): Json {
  const parts = text.match(tokens) ?? [];
  let at = 0;
  const take = (): string => {
    const part = parts[at];
    if (part === undefined) throw new RangeError('half of a JSON text');
    at += 1;
    return part;
  };
  const listed = <T>(end: string, one: () => T): readonly T[] => {
    const all: T[] = [];
    for (;;) {
      if (parts[at] === end) break;
      all.push(one());
      if (parts[at] === ',') at += 1;
    }
    at += 1;
    return all;
  };
  const field = (): Field => {
    const key = JSON.parse(take()) as string;
    at += 1;
    return [key, value()];
  };
  const value = (): Json => {
    const part = take();
    if (part === '{') return { kind: 'object', fields: listed('}', field) };
    if (part === '[') return { kind: 'array', items: listed(']', value) };
    return { kind: 'token', text: part };
  };
  return value();
}

export function printJson(value: Json): string {
  switch (value.kind) {
    case 'token':
      return value.text;
    case 'array':
      return `[${value.items.map(printJson).join(',')}]`;
    case 'object':
      return `{${value.fields.map(([key, one]) => `${JSON.stringify(key)}:${printJson(one)}`).join(',')}}`;
  }
}

/** What a key says: of several, the last counts, as for any reader of JSON. */
export function fieldOf(value: Json | undefined, key: string): Json | undefined {
  return value?.kind === 'object' ? value.fields.findLast(([name]) => name === key)?.[1] : undefined;
}

export const itemsOf = (value: Json | undefined): readonly Json[] | undefined => (value?.kind === 'array' ? value.items : undefined);

/** A text; undefined for anything else. */
export function textOf(value: Json | undefined): string | undefined {
  if (value?.kind !== 'token' || !value.text.startsWith('"')) return undefined;
  return value.text.includes('\\') ? (JSON.parse(value.text) as string) : value.text.slice(1, -1);
}

/** A text, or a number as its digits. */
export function digitsOf(value: Json | undefined): string | undefined {
  return value?.kind === 'token' && /^-?\d/.test(value.text) ? value.text : textOf(value);
}
