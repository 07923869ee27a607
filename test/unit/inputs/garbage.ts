// What may come in where something else is expected, made without any parser of the product.
import fc from 'fast-check';

/** Values that have broken parsers before: of the wrong type, out of range, or nearly right. */
const odd: readonly unknown[] = [
  ...[undefined, null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 53, 9e15, -9e15, Number.NaN, Number.POSITIVE_INFINITY],
  ...['', ' ', '\u0000', '\ud800', '\u202e0.1', 'NaN', 'Infinity', '1e5', '0x10', '-0', '-1', '٣', '1,000', '.5', '5.', '__proto__'],
  ...['constructor', 'toString', 'null', '[]', '{}', '"', '9'.repeat(400), '0.'.padEnd(400, '0'), 'x'.repeat(100_000)],
  ...[[], {}, [null], { toString: 1 }, { length: 3 }, { __proto__: null }, ['22:00-07:00']],
];

/** Anything at all. */
export const garbage: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...odd), fc.anything({ maxDepth: 2 }));

/** Anything that JSON can carry. */
export const jsonGarbage: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...odd).map((one) => JSON.parse(JSON.stringify([one]).slice(1, -1)) as unknown),
  fc.jsonValue({ maxDepth: 2 }),
);

type Way = readonly (string | number)[];

function* waysIn(value: unknown, way: Way = []): Generator<Way> {
  if (way.length > 0) yield way;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    yield* waysIn((value as Readonly<Record<string, unknown>>)[key], [...way, Array.isArray(value) ? Number(key) : key]);
  }
}

type Act = { readonly put: unknown } | 'drop' | 'twice' | 'rename';

function changed(value: unknown, [key = '', ...rest]: Way, act: Act): unknown {
  if (Array.isArray(value)) {
    const [at, all] = [Number(key), value as readonly unknown[]];
    if (rest.length > 0) return all.map((one, index) => (index === at ? changed(one, rest, act) : one));
    if (act === 'drop' || act === 'rename') return all.filter((_, index) => index !== at);
    return all.flatMap((one, index) => (index !== at ? [one] : act === 'twice' ? [one, one] : [act.put]));
  }
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([name, one]: [string, unknown]) => {
      if (name !== key) return [[name, one]];
      if (rest.length > 0) return [[name, changed(one, rest, act)]];
      if (act === 'drop') return [];
      if (act === 'rename') return [[`${name} `, one]];
      return [[name, act === 'twice' ? [one, one] : act.put]];
    }),
  );
}

/** `value` with one to three of its parts replaced, left out, doubled or renamed. */
export const damaged = (value: unknown, by: fc.Arbitrary<unknown> = jsonGarbage): fc.Arbitrary<unknown> => {
  const act = fc.oneof({ weight: 3, arbitrary: by.map((put): Act => ({ put })) }, fc.constantFrom<Act>('drop', 'twice', 'rename'));
  const once = (from: unknown): fc.Arbitrary<unknown> => {
    const ways = [...waysIn(from)];
    return ways.length === 0 ? fc.constant(from) : fc.tuple(fc.constantFrom(...ways), act).map(([way, one]) => changed(from, way, one));
  };
  return fc.oneof({ weight: 4, arbitrary: once(value) }, once(value).chain(once), once(value).chain(once).chain(once));
};

/** A part of `bytes`, or all of them with some put in, zeroed or flipped. */
export const damagedBytes = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const at = fc.nat({ max: Math.max(bytes.length - 1, 0) });
  const copy = (change: (copied: Uint8Array) => void): Uint8Array => {
    const copied = Uint8Array.from(bytes);
    change(copied);
    return copied;
  };
  return fc.oneof(
    at.map((length) => bytes.slice(0, length)),
    fc.array(fc.tuple(at, fc.nat({ max: 7 })), { minLength: 1, maxLength: 8 }).map((flips) =>
      copy((copied) => {
        for (const [place, bit] of flips) copied[place] = (copied[place] ?? 0) ^ (1 << bit);
      }),
    ),
    fc.tuple(at, fc.nat({ max: 5_000 })).map(([from, length]) => copy((copied) => copied.fill(0, from, from + length))),
    fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 64 })).map(([from, put]) =>
      copy((copied) => {
        copied.set(put.subarray(0, copied.length - from), from);
      }),
    ),
    fc
      .tuple(at, fc.uint8Array({ maxLength: 64 }))
      .map(([from, put]) => Uint8Array.from([...bytes.slice(0, from), ...put, ...bytes.slice(from)])),
  );
};

/** The same of text, as a program reads it that takes it for UTF-8. */
export const damagedText = (text: string): fc.Arbitrary<string> =>
  damagedBytes(new TextEncoder().encode(text)).map((bytes) => new TextDecoder().decode(bytes));
