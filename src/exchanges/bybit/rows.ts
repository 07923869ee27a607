import * as v from 'valibot';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import { read } from './schema.ts';

/** A row that is not as documented: its field by name, and the row as it came. */
export interface OddRow {
  readonly field: string;
  readonly raw: unknown;
}

/** The rows of a list that could be read, and the others. */
export interface RowsRead<Row> {
  readonly rows: readonly Row[];
  readonly odd: readonly OddRow[];
}

/**
 * Reads a list row by row, so that an odd row takes down only itself.
 * @param name of the list in the answer, e.g. `result.list`
 */
export function readRows<Schema extends v.GenericSchema>(
  schema: Schema,
  list: readonly unknown[],
  name = 'result.list',
): RowsRead<v.InferOutput<Schema>> {
  const rows: v.InferOutput<Schema>[] = [];
  const odd: OddRow[] = [];
  for (const [at, raw] of list.entries()) {
    try {
      rows.push(read(schema, raw, `${name}[${at.toString()}]`));
    } catch (error) {
      if (!ExchangeError.is(error, 'shape')) throw error;
      odd.push({ field: error.field ?? name, raw });
    }
  }
  return { rows, odd };
}

/**
 * What is told twice is there once.
 * @returns also the keys under which different things are told: which of them holds nobody can say
 */
export function onceEach<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): { readonly rows: readonly Row[]; readonly unclear: ReadonlySet<string> } {
  const known = new Map<string, Row>();
  const unclear = new Set<string>();
  for (const row of rows) {
    const key = keyOf(row);
    const other = known.get(key);
    if (other === undefined) known.set(key, row);
    else if (JSON.stringify(other) !== JSON.stringify(row)) unclear.add(key);
  }
  for (const key of unclear) known.delete(key);
  return { rows: [...known.values()], unclear };
}

/** The text in one field of a row of which nothing else is certain. */
export function textIn(raw: unknown, field: string): string | undefined {
  const row = v.safeParse(v.record(v.string(), v.unknown()), raw);
  const text = row.success ? row.output[field] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** A field with what its row is about, as far as that says it: short and without anything that could disturb a screen or a log. */
export function named(field: string, name: string | undefined): string {
  const shown = name
    ?.replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 40);
  return shown === undefined || shown === '' ? field : `${field} (${shown})`;
}

/** Says what of an answer is missing because it could not be read; undefined for nothing. */
export function leftOut(fields: readonly string[]): Message | undefined {
  return fields.length === 0
    ? undefined
    : msg(
        'LTV Gauge does not understand {0} in the answer of Bybit and leaves it out. Look at it in the Bybit app, and update LTV Gauge.',
        [...new Set(fields)].slice(0, mostNamed).join(', ') + (new Set(fields).size > mostNamed ? ', …' : ''),
      );
}

/** More names than these help nobody. */
const mostNamed = 5;

/** All that can be said of what is missing, in one. */
export function said(...troubles: readonly (Message | undefined)[]): { readonly trouble?: Message } {
  const [first, ...more] = troubles.filter((one) => one !== undefined);
  return first === undefined ? {} : { trouble: more.reduce((text, one) => msg('{0} {1}', text, one), first) };
}
