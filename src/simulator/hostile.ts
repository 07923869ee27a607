// Makes a valid answer as hard to read as possible. Its meaning stays: identities, and every figure given.
import { nextRandom, seedFrom } from './market.ts';
import { fromQuery, pathOf, type Parameters } from './request.ts';

/**
 * Whether answers are hostile but valid. `readable` leaves out the one row of each list that cannot be read at all, for tests that
 * distinguish "everything was read" from "all but one".
 */
export type Hostility = 'whole' | 'readable';

type Row = Readonly<Record<string, unknown>>;

/** A list of rows in the answers of one endpoint. */
export interface HostileList {
  /** Where it is: the names on the way to it; `*` stands for every row of a list. */
  readonly at: readonly string[];
  /** No order is documented. */
  readonly reorder?: true;
  /** Rows have an identity, so a repeated row is still one. */
  readonly repeat?: true;
  /** Rows are independent: an unreadable one casts no doubt on another. */
  readonly unreadable?: true;
  /** Additional rows of the account, unknown to the world, by the request and the rows there. */
  readonly more?: (query: Parameters, rows: readonly Row[]) => readonly Row[];
}

/** Which parts of a venue's answers may take another form. */
export interface HostileWords {
  /** Amounts, prices, ratios: may have an exponent or zeros at the end; where they are `""` they may be null. */
  readonly figures: ReadonlySet<string>;
  /** Codes that are text made of digits: may be numbers. */
  readonly codes: ReadonlySet<string>;
  /** Optional for a client: may be null or absent. */
  readonly spare: ReadonlySet<string>;
  /** Objects whose names are data, to which no field may be added. */
  readonly maps: ReadonlySet<string>;
  /** Lists by the end of the path of their endpoint. */
  readonly lists: Readonly<Record<string, readonly HostileList[]>>;
}

/** Rewrites one answer: given the request (path and query) and the JSON text that would have been sent. */
export type Bend = (target: string, body: string) => string;

/** A number too long for JavaScript, while the answer is processed. */
const mark = '\uE000';
const marked = new RegExp(`"${mark}(-?[0-9.eE+]+)"`, 'g');

/** What `JSON.parse` gives its reviver; our type library lacks the third argument. */
type Revive = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const keepDigits: Revive = (_key, value, context) => {
  const source = context?.source ?? '';
  return typeof value === 'number' && String(value) !== source ? `${mark}${source}` : value;
};

/**
 * Answers that are hostile but valid, the same ones for the same seed. Anything but a JSON object is unchanged.
 * @param unreadable whether lists get one row that cannot be read at all
 */
export function hostile(words: HostileWords, seed: string, unreadable: boolean): Bend {
  return (target, body) => {
    if (!body.startsWith('{')) return body;
    const path = pathOf({ target });
    const query = fromQuery(target.slice(path.length + 1));
    const answer = JSON.parse(body, keepDigits) as unknown;
    const draw = (at: string, choices: number): number => nextRandom(seedFrom(`${seed} ${path} ${at}`)).value % choices;
    const lists = Object.entries(words.lists).find(([end]) => path.endsWith(end))?.[1] ?? [];
    let made = answer;
    for (const { at, more } of lists)
      if (more !== undefined) made = withRows(made, at, (rows) => [...rows, ...more(query, rows.filter(isRow))]);
    made = new Bender(words, draw).bent(made, '');
    for (const list of lists)
      made = withRows(made, list.at, (rows, where) =>
        shuffled(rows, list, unreadable, (what, choices) => draw(`${where} ${what}`, choices)),
      );
    return JSON.stringify(made).replace(marked, '$1');
  };
}

type Draw = (at: string, choices: number) => number;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with the lists at `at` changed. */
function withRows(
  value: unknown,
  at: readonly string[],
  change: (rows: readonly unknown[], where: string) => unknown,
  where = '',
): unknown {
  const [name, ...rest] = at;
  if (name === undefined) return Array.isArray(value) && value.length > 0 ? change(value, where) : value;
  if (name === '*')
    return Array.isArray(value) ? value.map((one, index) => withRows(one, rest, change, `${where}.${index.toString()}`)) : value;
  return isRow(value) && name in value ? { ...value, [name]: withRows(value[name], rest, change, `${where}.${name}`) } : value;
}

/** Unreadable rows: JSON, but no row. */
const nonsense: readonly unknown[] = [null, {}, [], 'row', 7, { unknown: { shape: [true] } }];

function shuffled(
  rows: readonly unknown[],
  { reorder, repeat, unreadable: may }: HostileList,
  unreadable: boolean,
  draw: Draw,
): readonly unknown[] {
  let made = rows;
  if (reorder === true) {
    const by = draw('rotate', rows.length);
    made = [...rows.slice(by), ...rows.slice(0, by)];
    if (draw('reverse', 2) === 1) made = [...made].reverse();
  }
  if (repeat === true) {
    const which = draw('repeat', rows.length);
    made = made.toSpliced(which + (draw('apart', 2) === 1 && reorder === true ? draw('how far', rows.length - which) : 0), 0, made[which]);
  }
  if (may === true && unreadable) made = made.toSpliced(draw('nonsense', made.length + 1), 0, nonsense[draw('which', nonsense.length)]);
  return made;
}

/** Fields that no documentation knows, of every shape. */
const unknownFields: readonly Row[] = [
  { newField: '' },
  { 备注: { 来源: ['a', 1, null], deep: { deeper: [{}] } } },
  { ext_list: [[], [{ code: 0 }], null], version: 2 },
  { isNew: false, extra: null },
];

class Bender {
  readonly #words: HostileWords;
  readonly #draw: Draw;

  constructor(words: HostileWords, draw: Draw) {
    this.#words = words;
    this.#draw = draw;
  }

  bent(value: unknown, at: string, name = ''): unknown {
    if (Array.isArray(value)) return value.map((one, index) => this.bent(one, `${at}.${index.toString()}`, name));
    if (isRow(value)) return this.#object(value, at, name);
    return this.#word(value, at, name);
  }

  #object(row: Row, at: string, name: string): unknown {
    if (this.#words.maps.has(name)) return row;
    const values = Object.values(row);
    if (values.length > 0 && values.every((one) => one === '')) return null;
    const fields = Object.entries(row).flatMap(([key, value]): [string, unknown][] => {
      const where = `${at}.${key}`;
      const choice = this.#words.spare.has(key) ? this.#draw(`${where} spare`, 3) : 2;
      if (choice < 2) return choice === 0 ? [] : [[key, null]];
      return [[key, this.bent(value, where, key)]];
    });
    const unknown = Object.entries(unknownFields[this.#draw(`${at} unknown`, unknownFields.length)] ?? {});
    return Object.fromEntries(this.#draw(`${at} first`, 2) === 0 ? [...unknown, ...fields] : [...fields, ...unknown]);
  }

  #word(value: unknown, at: string, name: string): unknown {
    if (typeof value !== 'string') return value;
    const { figures, codes } = this.#words;
    if (codes.has(name) && /^(0|[1-9]\d{0,8})$/.test(value)) return this.#draw(`${at} code`, 2) === 0 ? Number(value) : value;
    if (!figures.has(name)) return value;
    if (value === '') return this.#draw(`${at} empty`, 2) === 0 ? null : value;
    return /^-?\d+(\.\d+)?$/.test(value) ? saidAnew(value, this.#draw(`${at} figure`, 4)) : value;
  }
}

/** The same number in one of four ways: as it is, with zeros at the end, with an exponent as two platforms print it. */
export function saidAnew(figure: string, way: number): string {
  if (way === 0) return figure;
  if (way === 1) return `${figure}${figure.includes('.') ? '' : '.'}00`;
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(figure) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '') return way === 2 ? `${sign}0E-${(fraction.length + 1).toString()}` : `${sign}0e0`;
  const exponent = digits.length - 1 - fraction.length;
  const [first = '', rest] = [digits[0], digits.slice(1).replace(way === 3 ? /0+$/ : /$^/, '')];
  const mantissa = `${sign}${first}${rest === '' ? '' : `.${rest}`}`;
  if (way === 3) return `${mantissa}e${exponent.toString()}`;
  return `${mantissa}E${exponent < 0 ? '' : '+'}${exponent.toString()}`;
}
