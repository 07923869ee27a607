import { createHash } from 'node:crypto';
import type { Level } from '../core/risk/level.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { loanName, loanViews, type LoanView } from '../words/loan.ts';
import { positionViews, type PositionView } from '../words/position.ts';
import { WrongInput } from './schema.ts';

/** A level as machines are told it. */
export type LevelName = 'ok' | 'watch' | 'warning' | 'danger' | 'unknown';

export const levelName = (level: Level): LevelName => (level === 'warn' ? 'warning' : level);

export const iso = (ms: number): string => new Date(ms).toISOString();

const mostLetters = 40;

/** Text that somebody else wrote, without what could pass for a sentence or a line of its own: a name, and no more than that. */
export const plain = (text: string): string => plainText(text, mostLetters);

/** The same of a longer text. */
export const plainText = (text: string, most: number): string => text.replace(/[^\p{L}\p{N}._:/-]+/gu, '_').slice(0, most);

/** The venue, and a part of a digest of our own random id. */
export const aliasOf = ({ venue, id }: Pick<AccountState['account'], 'venue' | 'id'>): string =>
  `${plain(venue)}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;

/** The part of a list that an answer has room for, and how much it lacks. */
export const cut = (name: string, all: readonly unknown[], most: number): object => ({
  [name]: all.slice(0, most),
  ...(all.length > most ? { [`${name}LeftOut`]: all.length - most } : {}),
});

export interface StatusOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The person's interval between two readings. Milliseconds. */
  readonly intervalMs: number;
  /** Whether amounts, values and the names that the person gave are told too. */
  readonly amounts: boolean;
}

export type Named =
  | { readonly kind: 'loan'; readonly name: string; readonly account: string; readonly view: LoanView }
  | { readonly kind: 'position'; readonly name: string; readonly account: string; readonly view: PositionView };

/** All loans and positions, each as `status` names it. */
export const namedIn = (states: readonly AccountState[], { now, intervalMs }: StatusOptions): readonly Named[] =>
  states.flatMap((state): Named[] => {
    const account = aliasOf(state.account);
    const positions = positionViews(state, now, intervalMs);
    const nameOf = ({ instrument, side }: PositionView['position']): string =>
      positions.filter(({ position }) => position.instrument === instrument).length > 1
        ? `${plain(instrument)}:${side}`
        : plain(instrument);
    return [
      ...loanViews(state, now, intervalMs).map((view): Named => ({ kind: 'loan', name: plain(loanName(view.loan)), account, view })),
      ...positions.map((view): Named => ({ kind: 'position', name: nameOf(view.position), account, view })),
    ];
  });

/** Which loan or position is asked about. */
export interface Wanted {
  readonly account?: string;
  readonly loan?: string;
  readonly position?: string;
}

const mostChoices = 20;

/** @throws WrongInput unless it is exactly one */
export function theOne(all: readonly Named[], wanted: Wanted, field = ''): Named {
  const kind = wanted.loan === undefined ? 'position' : 'loan';
  const name = wanted[kind];
  if (name === undefined || (wanted.loan !== undefined && wanted.position !== undefined))
    throw new WrongInput(field === '' ? 'input' : field, 'names either a loan or a position.');
  const alike = all.filter((one) => one.kind === kind);
  const called = alike.filter((one) => one.name === name);
  const found = called.filter(({ account }) => wanted.account === undefined || account === wanted.account);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const choices = (some: readonly string[]): readonly string[] => [...new Set(some)].slice(0, mostChoices);
  const at = (part: string): string => (field === '' ? part : `${field}.${part}`);
  if (called.length === 0) throw new WrongInput(at(kind), `no ${kind} has this name.`, choices(alike.map((one) => one.name)));
  throw new WrongInput(at('account'), 'which account?', choices(called.map(({ account }) => account)));
}
