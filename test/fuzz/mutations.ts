import type { Random } from '../watch/random.ts';
import { parseJson, printJson, type Field, type Json } from './json.ts';

type Step = string | number;

/** One thing that is wrong with one answer. Where its place is gone, it does nothing. */
export interface Mutation {
  readonly answer: string;
  /** Keys and places in lists; none for the whole answer. */
  readonly at: readonly Step[];
  readonly do: keyof typeof edits | keyof typeof ofText;
  readonly with?: string;
}

type Entries = readonly Field[];

const token = (text: string): Json => ({ kind: 'token', text });
/** What is put in may be a whole list. */
const valueOf = (text: string): Json => (/^[[{]/.test(text) && isJson(text) ? parseJson(text) : token(text));
const inside = (text: string): string => (text.startsWith('"') ? text.slice(1, -1) : text);
/** What a token says, said in another way. */
const reworded = ([key, value]: Field, change: (text: string) => string): Entries =>
  value.kind === 'token'
    ? [[key, token(value.text.startsWith('"') ? `"${change(inside(value.text))}"` : change(value.text).trim())]]
    : [[key, value]];
/** The items of a list, or the fields of an object. */
function among([key, value]: Field, change: (all: Entries) => Entries): Entries {
  if (value.kind === 'object') return [[key, { kind: 'object', fields: change(value.fields) }]];
  if (value.kind !== 'array') return [[key, value]];
  const items = change(value.items.map((one) => ['', one]));
  return [[key, { kind: 'array', items: items.map(([, one]) => one) }]];
}

/** What becomes of a field, or of an item of a list. */
const edits = {
  set: ([key]: Field, text: string): Entries => [[key, valueOf(text)]],
  drop: (): Entries => [],
  rename: ([, value]: Field, name: string): Entries => [[name, value]],
  double: (one: Field): Entries => [one, one],
  /** The same key once more, with another value. */
  shadow: (one: Field, text: string): Entries => [one, [one[0], valueOf(text)]],
  quote: ([key, value]: Field): Entries => {
    if (value.kind !== 'token') return [[key, value]];
    const text = inside(value.text);
    return [[key, token(value.text === text ? `"${text}"` : text)]];
  },
  negate: (one: Field): Entries => reworded(one, (text) => (text.startsWith('-') ? text.slice(1) : `-${text}`)),
  append: (one: Field, more: string): Entries => reworded(one, (text) => text + more),
  prepend: (one: Field, more: string): Entries => reworded(one, (text) => more + text),
  /** One digit is another one. */
  digit: (one: Field, at: string): Entries =>
    reworded(one, (text) => {
      const places = Array.from(text.matchAll(/\d/g), ({ index }) => index);
      const place = places[Number(at) % Math.max(places.length, 1)];
      return place === undefined ? text : `${text.slice(0, place)}${((Number(text[place]) + 7) % 10).toString()}${text.slice(place + 1)}`;
    }),
  empty: (one: Field): Entries => among(one, () => []),
  many: (one: Field, count: string): Entries => among(one, (all) => Array.from({ length: Number(count) }, () => all).flat()),
  reverse: (one: Field): Entries => among(one, (all) => [...all].reverse()),
  /** Two neighbours change the last of their values. */
  mix: (one: Field): Entries =>
    among(one, (all) => {
      const [first, second, ...rest] = all;
      if (first?.[1].kind !== 'object' || second?.[1].kind !== 'object') return all;
      const [a, b] = [first[1].fields, second[1].fields];
      const [last, other] = [a.at(-1), b.at(-1)];
      if (last === undefined || other === undefined) return all;
      const swapped = (fields: Entries, to: Field): Json => ({ kind: 'object', fields: [...fields.slice(0, -1), to] });
      return [[first[0], swapped(a, other)], [second[0], swapped(b, last)], ...rest];
    }),
  wrap: ([key, value]: Field): Entries => [[key, { kind: 'array', items: [value] }]],
  values: ([key, value]: Field): Entries => [
    [key, value.kind === 'object' ? { kind: 'array', items: value.fields.map(([, one]) => one) } : value],
  ],
  keyed: ([key, value]: Field): Entries => [
    [key, value.kind === 'array' ? { kind: 'object', fields: value.items.map((one, at) => [at.toString(), one]) } : value],
  ],
};

/** What becomes of the text of an answer. */
const ofText = {
  cut: (text: string, part: string): string => text.slice(0, Math.floor(text.length * Number(part))),
  instead: (_: string, other: string): string => other,
  before: (text: string, more: string): string => more + text,
  after: (text: string, more: string): string => text + more,
};

const isOfText = (name: Mutation['do']): name is keyof typeof ofText => name in ofText;

function edited(value: Json, at: readonly Step[], change: (one: Field) => Entries): Json {
  const [step, ...rest] = at;
  if (step === undefined) return change(['', value])[0]?.[1] ?? token('null');
  const into = (one: Field): Entries => (rest.length === 0 ? change(one) : [[one[0], edited(one[1], rest, change)]]);
  if (value.kind === 'object' && typeof step === 'string') {
    const place = value.fields.findIndex(([key]) => key === step);
    return { kind: 'object', fields: value.fields.flatMap((one, index) => (index === place ? into(one) : [one])) };
  }
  if (value.kind === 'array' && typeof step === 'number') {
    return {
      kind: 'array',
      items: value.items.flatMap((one, index) => (index === step ? into(['', one]).map(([, made]) => made) : [one])),
    };
  }
  return value;
}

/** An answer as it is sent, and what it says; undefined where it is no JSON. */
export interface Sent {
  readonly text: string;
  readonly json: Json | undefined;
}

export function mutated(json: Json, mutations: readonly Mutation[]): Sent {
  const told = mutations.reduce((value, { at, do: name, with: more = '' }) => {
    return isOfText(name) ? value : edited(value, at, (one) => edits[name](one, more));
  }, json);
  const text = mutations.reduce((all, { do: name, with: more = '' }) => (isOfText(name) ? ofText[name](all, more) : all), printJson(told));
  const isWhole = !mutations.some(({ do: name }) => isOfText(name));
  return { text, json: !isJson(text) ? undefined : isWhole ? told : parseJson(text) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A place in an answer that can be changed. */
export interface Spot {
  readonly answer: string;
  readonly at: readonly Step[];
  readonly value: Json;
}

/** All places of an answer, the answer itself among them. */
export function spotsOf(answer: string, value: Json, at: readonly Step[] = []): readonly Spot[] {
  const below =
    value.kind === 'object'
      ? value.fields.flatMap(([key, one]) => spotsOf(answer, one, [...at, key]))
      : value.kind === 'array'
        ? value.items.flatMap((one, index) => spotsOf(answer, one, [...at, index]))
        : [];
  return [{ answer, at, value }, ...below];
}

const odd = [
  ...[
    'null',
    '""',
    '"0"',
    '"-0"',
    '"-1"',
    '"NaN"',
    '"Infinity"',
    '"-Infinity"',
    '"--"',
    '"null"',
    '"undefined"',
    '"1e5"',
    '"1E-7"',
    '"-2.5E+3"',
  ],
  ...[
    '"1e999"',
    '"9e-99"',
    '"00012.50"',
    '" 1.5"',
    '"1.5 "',
    '"1,5"',
    '"1,000.5"',
    '"1.000,5"',
    '"0x10"',
    '"١٢"',
    '"1_000"',
    '".5"',
    '"5."',
    '"+1"',
  ],
  ...[
    '[]',
    '{}',
    '[1]',
    '["1"]',
    '{"a":"1"}',
    '[[]]',
    'true',
    'false',
    '0',
    '-0',
    '12',
    '0.1',
    '1e400',
    '9007199254740993',
    'NaN',
    '01',
    "'1'",
  ],
  ...[
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"hasOwnProperty"',
    '"<b>1</b>"',
    '"$(x) [a](command:b)"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\u202e1"',
  ],
  ...['"unknown"', '"-"', '"1752628288"', '"1752628288472"', '"4102444800000"', '"0000000000000"', '"1752628288472000"', '1752628288472'],
  ...[
    `"${'9'.repeat(81)}"`,
    `"${'9'.repeat(79)}"`,
    `"0.${'0'.repeat(70)}1"`,
    `"${'x'.repeat(5_000)}"`,
    `${'['.repeat(200)}${']'.repeat(200)}`,
  ],
  ...[
    '"0.99"',
    '"0.7"',
    '"0.5"',
    '"1"',
    '"0.0001"',
    '"100000"',
    '"net"',
    '"long"',
    '"short"',
    '"cross"',
    '"isolated"',
    '"Buy"',
    '"Sell"',
    '"BTC"',
    '"USDT"',
  ],
];
const names = ['__proto__', 'constructor', 'toString', 'a', '', 'Data', 'ltv', 'curLTV', 'amt', 'size'];
const leafEdits = [
  'set',
  'set',
  'set',
  'set',
  'drop',
  'drop',
  'rename',
  'double',
  'shadow',
  'quote',
  'negate',
  'digit',
  'digit',
  'append',
  'prepend',
  'wrap',
  'copy',
] as const;
const listEdits = ['set', 'drop', 'rename', 'double', 'empty', 'many', 'reverse', 'mix', 'wrap', 'values', 'keyed', 'copy'] as const;
const endings = ['e3', 'E-3', '0', '000', ' ', '.0', '%', ',5', 'e-90', '\\u200b', 'n'];
const beginnings = ['0', '00', ' ', '+', '-', '$', '~', '0.', '1'];
const texts: readonly Pick<Mutation, 'do' | 'with'>[] = [
  { do: 'instead', with: '<html><body>503 Service Unavailable</body></html>' },
  ...['', ' ', 'null', '[]', '{}', '""', '0', 'true', '{"code":"0"}', '{"retCode":0}'].map((other) => ({
    do: 'instead' as const,
    with: other,
  })),
  ...['0.1', '0.5', '0.9', '0.99'].map((part) => ({ do: 'cut' as const, with: part })),
  { do: 'before', with: '\u{feff}' },
  { do: 'before', with: ")]}',\n" },
  { do: 'after', with: '}' },
  { do: 'after', with: '\n\n' },
];
/** What is multiplied may not become longer than this. Bytes of its text. */
const mostOfMany = 200_000;

/** @param spots all places of all answers */
export function drawMutations(random: Random, spots: readonly Spot[]): readonly Mutation[] {
  let count = 1;
  while (count < 6 && random.chance(0.45)) count += 1;
  return Array.from({ length: count }, () => drawOne(random, spots));
}

function drawOne(random: Random, spots: readonly Spot[]): Mutation {
  const { answer, at, value } = random.pick(spots);
  if (random.chance(0.03)) return { answer, at: [], ...random.pick(texts) };
  const name = random.pick(value.kind === 'token' ? leafEdits : listEdits);
  const place = { answer, at };
  switch (name) {
    case 'set':
    case 'shadow':
      return { ...place, do: name, with: random.pick(odd) };
    case 'rename':
      return { ...place, do: name, with: random.pick(names) };
    case 'append':
      return { ...place, do: name, with: random.pick(endings) };
    case 'prepend':
      return { ...place, do: name, with: random.pick(beginnings) };
    case 'digit':
      return { ...place, do: name, with: random.whole(0, 12).toString() };
    case 'many': {
      const size = printJson(value).length;
      return { ...place, do: name, with: Math.min(random.pick([2, 3, 100]), Math.floor(mostOfMany / size)).toString() };
    }
    case 'copy':
      return { ...place, do: 'set', with: printJson(random.pick(spots).value) };
    default:
      return { ...place, do: name };
  }
}
