import { ExchangeError } from '../../src/core/errors.ts';
import { english } from '../../src/core/message.ts';
import type { HistoryRow, InterestRow, Page } from '../../src/core/model.ts';
import type { Connection, LoanRef } from '../../src/exchanges/exchange.ts';
import { readPage, type PageReaderOptions } from '../../src/views/pages.ts';
import type { Entry } from '../../src/views/entry.ts';
import { figure, isSame, type Figure } from './figures.ts';
import { digitsOf, fieldOf, itemsOf, type Json } from './json.ts';
import { seenAt } from './levels.ts';
import type { Mutation } from './mutations.ts';
import { connectionTo, intervalMs, secondAt } from './read.ts';
import type { Scene, VenueId } from './scenes.ts';
import type { Answers } from './told.ts';

/** Whose lists are asked for. */
const loans: Readonly<Record<VenueId, readonly (LoanRef | undefined)[]>> = {
  okx: [undefined, { loanId: '12345', orderId: '12345' }],
  bybit: [undefined, { loanId: '1794267532472646144', orderId: '1794267532472646144' }],
};

/** What is wrong with the lists below a loan, and with what is said of the key. */
export async function faultsInLists(
  { venue, answers: plain }: Scene,
  answers: Answers,
  mutations: readonly Mutation[],
): Promise<readonly string[]> {
  const connection = connectionTo(venue, { answers, now: secondAt });
  // Old loans have histories of their own.
  const ofAll = [...plain].filter(([address]) => !address.includes('/crypto-loan/'));
  const untouched = ofAll.flatMap(([address, json]) =>
    untouchedRows(
      json,
      mutations.filter(({ answer }) => answer === address),
    ),
  );
  const told = [...answers.values()].flatMap(({ json }) => figuresIn(json));
  const faults: string[] = [];
  for (const loan of loans[venue]) {
    for (const list of ['history', 'interest'] as const) {
      const read = await orRefused<Page<HistoryRow | InterestRow>>(
        connection.loans?.[list](loan, {}) ?? Promise.reject(new TypeError('no lists')),
      );
      if (read === undefined) continue;
      for (const row of read.rows) {
        const amount = figure('amount' in row ? row.amount : row.interest);
        if (!told.some((one) => isSame(one, amount)) && list === 'history')
          faults.push(`${list} ${row.id} of ${loan?.loanId ?? 'all'} is told by nobody`);
      }
      const isWhole = list === 'history' && loan === undefined && mutations.every(({ at }) => at.length > 2);
      const lost = isWhole ? untouched.filter((id) => !read.rows.some((row) => row.id.endsWith(id))) : [];
      faults.push(...lost.map((id) => `history ${id} is hidden by another row`));
    }
  }
  faults.push(...(await keyFaults(venue, connection, answers)), ...(await pageFaults(venue, connection, answers)));
  return faults;
}

/** @throws what is no refusal of ours */
async function orRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ExchangeError) return undefined;
    throw error;
  }
}

const idNames = ['refId', 'adjustId', 'repayId'];

/** Ids of rows of a history of which nothing is wrong. */
function untouchedRows(json: Json, mutations: readonly Mutation[]): readonly string[] {
  const [rows, place] =
    json.kind === 'object' && fieldOf(json, 'data') !== undefined
      ? [fieldOf(json, 'data'), 1]
      : [fieldOf(fieldOf(json, 'result'), 'list'), 2];
  const touched = new Set(mutations.map(({ at }) => at[place]));
  return (itemsOf(rows) ?? []).flatMap((row, index) => {
    const isHistory =
      ['ts', 'adjustTime', 'repayTime'].some((name) => fieldOf(row, name) !== undefined) && fieldOf(row, 'interest') === undefined;
    const ids = idNames.flatMap((name) => digitsOf(fieldOf(row, name)) ?? []);
    return touched.has(index) || !isHistory ? [] : ids.slice(0, 1);
  });
}

function figuresIn(value: Json | undefined): readonly Figure[] {
  if (value === undefined) return [];
  if (value.kind === 'array') return value.items.flatMap(figuresIn);
  if (value.kind === 'object') return value.fields.flatMap(([, one]) => figuresIn(one));
  const one = figure(digitsOf(value));
  return one === undefined ? [] : [one];
}

const rights: Readonly<Record<VenueId, readonly [address: string, outer: string, inner: string]>> = {
  okx: ['/api/v5/account/config', 'data', 'perm'],
  bybit: ['/v5/user/query-api', 'result', 'permissions'],
};

/** A key that may withdraw must never be taken for one that may not. */
async function keyFaults(venue: VenueId, connection: Connection, answers: Answers): Promise<readonly string[]> {
  const [address, outer, inner] = rights[venue];
  const told = fieldOf(answers.get(address)?.json, outer);
  const words = textsIn(fieldOf(told?.kind === 'array' ? told.items[0] : told, inner));
  const facts = await orRefused(connection.inspect());
  return facts?.canWithdraw === false && words.some((word) => /withdraw/i.test(word))
    ? ['a key that may withdraw is taken for one that may not']
    : [];
}

function textsIn(value: Json | undefined): readonly string[] {
  if (value === undefined) return [];
  if (value.kind === 'array') return value.items.flatMap(textsIn);
  return value.kind === 'object' ? value.fields.flatMap(([, one]) => textsIn(one)) : [digitsOf(value) ?? ''];
}

/** What is shown below an opened entry. */
async function pageFaults(venue: VenueId, connection: Connection, answers: Answers): Promise<readonly string[]> {
  const options = {
    connections: { get: () => Promise.resolve(connection) },
    states: { get: () => undefined },
    viewContext: () => ({ now: seenAt, intervalMs, when: () => 'then', zoned: () => 'then' }),
  } as unknown as PageReaderOptions;
  // A coin may have any name.
  const unsaid = ['undefined', 'NaN', '[object', '[native'].filter(
    (word) => ![...answers.values()].some(({ text }) => text.includes(word)),
  );
  const faults: string[] = [];
  for (const kind of ['history', 'interest', 'borrowable'] as const) {
    for (const loan of loans[venue]) {
      const page = await orRefused(
        readPage(options, { kind, accountId: 'one', version: '', ...(loan === undefined ? {} : { loan }) }, undefined),
      );
      const lines = (page?.entries ?? []).map(lineOf);
      if (unsaid.some((word) => lines.some((line) => line.includes(word)))) faults.push(`${kind} shows ${lines.join(' / ').slice(0, 300)}`);
    }
  }
  return faults;
}

const lineOf = ({ label, description = [] }: Entry): string =>
  [label, ...description].map((text) => (typeof text === 'string' ? text : english(text))).join(' | ');
