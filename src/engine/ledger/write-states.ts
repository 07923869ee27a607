import { compare, type Decimal } from '../../core/decimal.ts';
import type { Instead } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import { targetKey, type Target } from '../../core/model.ts';
import type { Change } from '../../exchanges/exchange.ts';
import { isSameOwner, type Holder } from './owner.ts';
import type { Answer, Evidence, WriteRecord, WriteState } from './record.ts';
import { stopped } from './refusal.ts';

interface Facts {
  readonly evidence: Evidence;
  readonly ltvAfter?: Decimal;
  readonly liquidationAfter?: Decimal;
}

/** What came back instead of being accepted. */
interface Told {
  readonly note: Message;
  /** The venue's own. */
  readonly code?: string;
}

/** What can happen to a write. */
export type WriteEvent =
  /** Recorded as sent; the bytes leave after this. */
  | { readonly type: 'sent' }
  /** Certain, to the window that would have sent it: nothing left. */
  | { readonly type: 'withdrawn'; readonly note: Message }
  /** It was tried, and certainly never reached the venue. */
  | (Told & { readonly type: 'neverLeft' })
  | { readonly type: 'accepted'; readonly reference?: string }
  | (Told & { readonly type: 'rejected'; readonly instead?: readonly Instead[] })
  | (Told & { readonly type: 'lost' })
  /** A person has the same request sent once more; the bytes leave after this. */
  | { readonly type: 'askedAgain' }
  /** What came back then. */
  | (Partial<Told> & { readonly type: 'answeredAgain'; readonly kind: Answer['kind']; readonly reference?: string })
  | (Facts & { readonly type: 'proven'; readonly note?: Message })
  /** `unsure` where figures that are not of one moment could say the same: then only a second reading counts. */
  | (Facts & { readonly type: 'contradicted'; readonly note: Message; readonly unsure?: true })
  /** The exchange's own history says that it failed. */
  | { readonly type: 'failed'; readonly evidence: Evidence; readonly note: Message }
  /** A person says so. */
  | { readonly type: 'settled'; readonly settlement: 'effective' | 'not-effective' }
  | { readonly type: 'lifted' };

/** What the exchange's figures show. */
export type Finding = Extract<WriteEvent, { readonly type: 'proven' | 'contradicted' | 'failed' }>;

const open: readonly WriteState[] = ['sent', 'accepted', 'unknown'];

const allowedFrom: Record<WriteEvent['type'], readonly WriteState[]> = {
  sent: ['planned'],
  withdrawn: ['planned', 'sent'],
  neverLeft: ['sent'],
  accepted: ['sent'],
  rejected: ['sent'],
  lost: ['sent'],
  askedAgain: ['unknown'],
  answeredAgain: ['unknown'],
  proven: open,
  contradicted: open,
  // After a lost answer, a failure in the history may belong to another attempt.
  failed: ['accepted'],
  settled: open,
  lifted: ['mismatch'],
};

/** Whether it may still have an effect not seen yet. */
export const isOpen = (record: WriteRecord): boolean => open.includes(record.state);

/** Whether it keeps the account frozen. */
export const isFreezing = (record: WriteRecord): boolean => record.state === 'mismatch' && record.freezeLiftedAt === undefined;

/**
 * The record after `event`; undefined where the event does not apply to its state: what is closed never opens again.
 * @param at milliseconds since the Unix epoch
 */
export function next(record: WriteRecord, event: WriteEvent, at: number): WriteRecord | undefined {
  if (!allowedFrom[event.type].includes(record.state)) return undefined;
  const updated = { ...record, updatedAt: at };
  switch (event.type) {
    case 'sent':
      return { ...updated, state: 'sent', sentAt: at };
    case 'withdrawn':
      return withdrawn(updated, event.note);
    case 'neverLeft':
      return { ...withdrawn(updated, event.note), answer: answered(at, 'neverLeft', event) };
    case 'accepted':
      return {
        ...updated,
        state: 'accepted',
        answer: { at, kind: 'accepted' },
        ...(event.reference === undefined ? {} : { reference: event.reference }),
      };
    case 'rejected':
      return { ...updated, state: 'rejected', note: event.note, answer: { ...answered(at, 'refused', event), ...insteadOf(event) } };
    case 'lost':
      return { ...updated, state: 'unknown', note: event.note, answer: answered(at, 'lost', event) };
    case 'askedAgain':
      return record.again === undefined ? { ...updated, again: { at } } : undefined;
    case 'answeredAgain':
      return answeredAgain(updated, event, at);
    case 'proven':
    case 'contradicted':
      return found(updated, event);
    case 'failed':
      return { ...updated, state: 'not-effective', evidence: event.evidence, note: event.note };
    case 'settled':
      return {
        ...updated,
        state: event.settlement,
        note: msg('change.marked-by-you', 'Marked by you, without proof from the exchange.'),
      };
    case 'lifted':
      return isFreezing(record) ? { ...updated, freezeLiftedAt: at } : undefined;
  }
}

/** Only that the venue has it says more than was known: a refusal of the copy may come from what the first one did. */
function answeredAgain(
  record: WriteRecord,
  event: Extract<WriteEvent, { readonly type: 'answeredAgain' }>,
  at: number,
): WriteRecord | undefined {
  if (record.again === undefined || record.again.answer !== undefined) return undefined;
  const { kind, note, reference } = event;
  const again = { ...record.again, answer: answered(at, kind, event) };
  if (kind !== 'accepted') return { ...record, again, ...(note === undefined ? {} : { note }) };
  const taken = msg('again.taken', 'Asked again with the same ID: the exchange has it.');
  return { ...record, state: 'accepted', again, note: taken, ...(reference === undefined ? {} : { reference }) };
}

function answered(at: number, kind: Answer['kind'], { code }: Partial<Told>): Answer {
  return { at, kind, ...(code === undefined ? {} : { code }) };
}

const insteadOf = ({ instead }: { readonly instead?: readonly Instead[] }): Pick<Answer, 'instead'> =>
  instead === undefined || instead.length === 0 ? {} : { instead };

/** `sentAt` goes too: nothing left, whatever was recorded before. */
function withdrawn(record: WriteRecord, note: Message): WriteRecord {
  const after: Omit<WriteRecord, 'sentAt'> & { sentAt?: number } = { ...record, state: 'not-effective', note };
  delete after.sentAt;
  return after;
}

function found(record: WriteRecord, event: Exclude<Finding, { readonly type: 'failed' }>): WriteRecord {
  const { evidence, ltvAfter, liquidationAfter, note } = event;
  const facts = {
    state: event.type === 'proven' ? 'effective' : 'mismatch',
    ...(ltvAfter === undefined ? {} : { ltvAfter }),
    ...(liquidationAfter === undefined ? {} : { liquidationAfter }),
    evidence,
  } as const;
  // The note of an earlier uncertainty is no longer true.
  const { note: past, ...rest } = record;
  return note === undefined && past !== undefined
    ? { ...rest, ...facts }
    : { ...record, ...facts, ...(note === undefined ? {} : { note }) };
}

/** How much is known. Knowledge is never replaced by less. */
function rank(record: WriteRecord): number {
  switch (record.state) {
    case 'planned':
      return 0;
    case 'sent':
      return 2;
    case 'accepted':
    case 'unknown':
      return 3;
    case 'rejected':
      return 4;
    // The exchange's history or figures count more than a person's word, and executed more than not executed.
    case 'not-effective':
      return record.evidence === undefined ? 4 : 5;
    case 'effective':
      return record.evidence === undefined ? 4 : 6;
    case 'mismatch':
      return record.freezeLiftedAt === undefined ? 7 : 8;
  }
}

/** Closed by an answer, by a person, or because nothing left. */
const isUnproven = (record: WriteRecord): boolean => rank(record) === 4;

/** Whether `one` knows more of a write than `other`. */
export const knowsMore = (one: WriteRecord, other: WriteRecord): boolean => rank(one) > rank(other);

/**
 * Of two rows of one write, the one to believe: the later, unless it knows less. Several windows write one journal, and a row that could
 * not be written when it happened is written later. So of two unproven ends the one decided later counts, whatever their order in the journal.
 */
export function merge(earlier: WriteRecord | undefined, later: WriteRecord): WriteRecord {
  if (earlier === undefined) return later;
  const isLate = isUnproven(earlier) && isUnproven(later) && later.updatedAt < earlier.updatedAt;
  const [believed, other] = rank(later) >= rank(earlier) && !isLate ? [later, earlier] : [earlier, later];
  // Only the window that sent it knows the answer; another may have closed it meanwhile.
  const answer = believed.answer === undefined && believed.sentAt !== undefined ? other.answer : undefined;
  // A window of an older version leaves out whose it is.
  const owner = believed.owner === undefined ? other.owner : undefined;
  const again = believed.again?.answer === undefined ? (other.again ?? believed.again) : undefined;
  if (answer === undefined && owner === undefined && again === undefined) return believed;
  return {
    ...believed,
    ...(answer === undefined ? {} : { answer }),
    ...(again === undefined ? {} : { again }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/**
 * The journal's rows, in order, as one record each. If two windows took one row of the exchange's history as proof of two writes at the
 * same moment, it proves the first in the journal; the other stays open. A freeze always counts.
 */
export class Folded {
  readonly records = new Map<string, WriteRecord>();
  /** Which write took a history row as proof, by the list that numbers the row and its id. */
  readonly #claims = new Map<string, (Holder & { readonly id: string })[]>();

  /** @returns the write after this row; undefined when the row is its first and does not count */
  add(row: WriteRecord): WriteRecord | undefined {
    const before = this.records.get(row.id);
    if (row.evidence?.kind === 'history' && !this.#claim(row.evidence.id, row, before)) return before;
    const after = merge(before, row);
    this.records.set(row.id, after);
    return after;
  }

  /** @returns whether the history row is its own, or another's and counts anyway */
  #claim(historyId: string, { id, accountId, state, change, ...row }: WriteRecord, before: WriteRecord | undefined): boolean {
    const owner = row.owner ?? before?.owner;
    const mine = { id, accountId, ...(owner === undefined ? {} : { owner }) };
    const claimed = `${numberedIn(change)} ${historyId}`;
    const claims = this.#claims.get(claimed) ?? [];
    const first = claims.find((one) => isSameOwner(one, mine));
    if (first === undefined) this.#claims.set(claimed, [...claims, mine]);
    return first === undefined || first.id === id || state === 'mismatch';
  }
}

/** What numbers the rows of history of such changes: a venue numbers each kind of an account apart, and contracts apart from the rest of a loan. */
export const numberedIn = (change: Change): string => ('contract' in change ? `${change.kind} of a contract` : change.kind);

/** All rows at once. */
export function fold(rows: Iterable<WriteRecord>): Map<string, WriteRecord> {
  const folded = new Folded();
  for (const row of rows) folded.add(row);
  return folded.records;
}

/** A record that no window is working on: the one that planned or sent it may have been closed on the way. */
export function restored(record: WriteRecord): WriteRecord {
  if (record.state === 'planned') {
    return { ...record, state: 'not-effective', note: stopped().sentence };
  }
  if (record.state === 'sent') {
    const note = msg('change.sent-elsewhere', 'Sent by another window or before a restart; the answer is unknown here.');
    return { ...record, state: 'unknown', note };
  }
  return record;
}

/** What a change is about, whatever its kind. On one target only one write can be open. */
export function changeTarget(change: Change): Target {
  return 'position' in change ? { kind: 'position', id: change.position.positionId } : { kind: 'loan', id: change.loan.loanId };
}

/** A change that is intended or was made, and whose it is. */
export type Intended = Holder & Pick<WriteRecord, 'change'>;

/** Whether both are about the same loan or position of the same account at the exchange. */
export const sameTarget = (a: Intended, b: Intended): boolean =>
  targetKey(changeTarget(a.change)) === targetKey(changeTarget(b.change)) && isSameOwner(a, b);

/** Whether it may have changed its target: it was sent, and the venue did not refuse it. */
export const mayHaveMoved = (record: WriteRecord): boolean => record.sentAt !== undefined && record.state !== 'rejected';

/** Whether `b` requests exactly the same as `a`. */
export function sameChange(a: WriteRecord, b: WriteRecord): boolean {
  return (
    sameTarget(a, b) &&
    a.change.kind === b.change.kind &&
    a.change.direction === b.change.direction &&
    a.change.coin === b.change.coin &&
    compare(a.change.amount, b.change.amount) === 0
  );
}
