import { msg, type Message } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { Refusal, unreadable as unreadableLog } from '../engine/ledger/refusal.ts';
import { isFreezing, isOpen } from '../engine/ledger/write-states.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import type { ViewContext } from '../words/account.ts';
import { activitySections, roundedStyle, type Fact, type FactStyle, type Section } from '../words/activity-facts.ts';
import { madeAt, type ShortTimes, stateIcon, stateWord } from '../words/activity.ts';
import { changeLabel } from '../words/kinds.ts';
import { undoable } from '../engine/ledger/undo.ts';
import { accountEntry, accountEntryId, vanishedNotes } from './account.ts';
import type { Entry } from './entry.ts';
import { bracketed, type Text } from '../words/text.ts';
import { placeOf } from './place.ts';

/** What was read of the journal, and how much of it is shown. */
export type ActivityView =
  | { readonly trouble: Message }
  | {
      readonly trouble?: undefined;
      /** Newest first. */
      readonly writes: readonly WriteRecord[];
      /** The rows of one write, as far as they were read. */
      readonly steps: (writeId: string) => readonly WriteRecord[];
      /** How many writes of an account are listed. */
      readonly shown: (accountId: string) => number;
    };

/** What the lines need besides the journal. */
export interface ActivityActs {
  readonly times: ShortTimes;
  readonly more: (accountId: string) => void;
}

/** The Activity view: accounts, their changes, newest first, and all facts about each. */
export function activityOutline(
  states: readonly AccountState[],
  viewContext: ViewContext,
  view: ActivityView,
  acts: ActivityActs,
): readonly Entry[] {
  if (view.trouble !== undefined) return [unreadable(view.trouble)];
  const { writes } = view;
  const below = (accountId: string, simulated: boolean): readonly Entry[] => {
    const own = writes.filter((record) => record.accountId === accountId);
    const shown = own.slice(0, view.shown(accountId));
    const lines = shown.map((record) => writeLine(record, own, view.steps(record.id), simulated, viewContext, acts));
    if (shown.length < own.length) lines.push(moreLine(accountId, own.length - shown.length, acts));
    return lines.length > 0 ? lines : [nothing(accountEntryId(accountId), accountId)];
  };
  const present = new Set(states.map(({ account }) => account.id));
  const gone = [...new Set(writes.map(({ accountId }) => accountId))].filter((id) => !present.has(id));
  if (present.size + gone.length === 0) return [nothing('activity', '')];
  return [
    ...states.map((state) =>
      // What LTV Gauge did not do belongs to the activity too.
      accountEntry(
        state,
        [
          ...vanishedNotes(state, 'position', viewContext),
          ...vanishedNotes(state, 'loan', viewContext),
          ...below(state.account.id, state.account.simulated),
        ],
        viewContext,
      ),
    ),
    ...gone.map((accountId) => removedAccount(accountId, writes, below(accountId, false))),
  ];
}

/** Its changes stay. Whether real money was at stake is no longer known, so nothing is said about it. */
function removedAccount(accountId: string, writes: readonly WriteRecord[], children: readonly Entry[]): Entry {
  const name = writes.find((record) => record.accountId === accountId)?.accountName ?? accountId;
  const description = [msg('term.removed-account', 'removed account')];
  return {
    id: accountEntryId(accountId),
    accountId,
    label: name,
    description,
    icon: { id: 'archive' },
    expansion: 'closed',
    context: 'group',
    children,
  };
}

function writeLine(
  record: WriteRecord,
  own: readonly WriteRecord[],
  rows: readonly WriteRecord[],
  simulated: boolean,
  viewContext: ViewContext,
  acts: ActivityActs,
): Entry {
  const label = changeLabel(record.change);
  const word = stateWord(record);
  const made = acts.times.minute(madeAt(record), viewContext.now);
  const id = `write/${record.id}`;
  const style = roundedStyle((ms) => acts.times.second(ms, viewContext.now));
  const sections = activitySections(record, rows, style);
  return {
    id,
    ...placeOf(record.accountId, record.change),
    writeId: record.id,
    label,
    description: [word, ...(simulated ? [msg('term.simulated', 'simulated')] : []), made],
    icon: stateIcon(record),
    expansion: 'closed',
    context: contextOf(record, own, viewContext),
    copy: record.change.amount,
    details: () => ({
      title: label,
      lines: [
        { label: msg('term.status', 'Status'), value: word },
        { label: msg('term.funds', 'Funds'), value: simulated ? msg('term.simulated', 'simulated') : record.accountName },
        ...summary(record, style),
      ],
      ...(record.note === undefined ? {} : { note: record.note }),
    }),
    children: sections.flatMap((section) => sectionLines(section, id, record)),
  };
}

/** An unresolved change can be resolved from here, as in the other views; one that was undone cannot be undone again. */
function contextOf(record: WriteRecord, own: readonly WriteRecord[], { now }: ViewContext): Entry['context'] {
  if (isOpen(record) || isFreezing(record)) return 'openWrite';
  return undoable(own, record.id, now).length === 0 ? 'write' : 'undoableWrite';
}

function summary(record: WriteRecord, style: FactStyle): readonly { readonly label: Text; readonly value: Text }[] {
  return activitySections(record, [], style)
    .filter(({ id }) => id === 'course')
    .flatMap(({ facts }) => facts)
    .filter(({ id }) => id !== 'note');
}

function sectionLines({ id, title, facts }: Section, writeLineId: string, record: WriteRecord): readonly Entry[] {
  const lines = facts.map((fact) => factLine(fact, writeLineId, record));
  if (title === undefined) return lines;
  return [
    {
      id: `${writeLineId}/about/${id}`,
      accountId: record.accountId,
      label: title,
      expansion: 'closed',
      context: 'group',
      children: lines,
    },
  ];
}

function factLine({ id, label, value, copy, icon }: Fact, writeLineId: string, record: WriteRecord): Entry {
  return {
    id: `${writeLineId}/${id}`,
    accountId: record.accountId,
    label,
    description: [value],
    ...(icon === undefined ? {} : { icon }),
    expansion: 'leaf',
    context: copy === undefined ? 'note' : 'value',
    ...(copy === undefined ? {} : { copy }),
    details: () => ({ title: label, lines: [], note: value }),
  };
}

function moreLine(accountId: string, left: number, acts: ActivityActs): Entry {
  const label = bracketed(msg('page.load-more', 'Load more…'), left.toString());
  return {
    id: `${accountEntryId(accountId)}/more-activity`,
    accountId,
    label,
    icon: { id: 'ellipsis' },
    expansion: 'leaf',
    context: 'more',
    more: () => {
      acts.more(accountId);
    },
  };
}

function nothing(id: string, accountId: string): Entry {
  const label = msg('activity.no-changes', 'No changes recorded.');
  return { id: `${id}/no-activity`, accountId, label, expansion: 'leaf', context: 'note' };
}

function unreadable(trouble: Message): Entry {
  return {
    id: 'activity/unreadable',
    accountId: '',
    label: trouble,
    icon: { id: 'warning', color: 'list.warningForeground' },
    expansion: 'leaf',
    context: 'note',
  };
}

/** The part of the ledger that lists changes. */
export interface WriteHistory {
  /** Newest first. @throws Refusal when the journal cannot be read. */
  activity(accountId?: string): Promise<readonly WriteRecord[]>;
  /** The rows of the journal, oldest first; the same array as long as nothing was added. @throws as above. */
  steps(): Promise<readonly WriteRecord[]>;
}

/** Changes of an account that are listed at a time. */
export const activityPage = 50;
/** News may arrive during reading; if that never ends, the next news starts over. */
const mostRounds = 20;

/** What the Activity view shows of the journal, as it was last read. */
export class ActivityFeed {
  readonly #ledger: WriteHistory;
  readonly #report: (error: unknown) => void;
  #writes: readonly WriteRecord[] = [];
  #trouble: Message | undefined;
  #rows: readonly WriteRecord[] = [];
  #steps: ReadonlyMap<string, readonly WriteRecord[]> = new Map();
  readonly #shown = new Map<string, number>();
  #reading: Promise<void> | undefined;
  #again = false;

  /** @param report told of errors that have no sentence for a person */
  constructor(ledger: WriteHistory, report: (error: unknown) => void) {
    this.#ledger = ledger;
    this.#report = report;
  }

  view(): ActivityView {
    if (this.#trouble !== undefined) return { trouble: this.#trouble };
    return {
      writes: this.#writes,
      steps: (writeId) => this.#steps.get(writeId) ?? [],
      shown: (accountId) => this.#shownOf(accountId),
    };
  }

  /** Reads the journal again, including what arrives meanwhile. Never rejects: what goes wrong is shown. */
  read(): Promise<void> {
    this.#again = true;
    // Begun a moment later: what calls back at once finds that it is under way.
    this.#reading ??= Promise.resolve()
      .then(() => this.#rounds())
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  /** Lists one more page of this account. */
  more(accountId: string): void {
    this.#shown.set(accountId, this.#shownOf(accountId) + activityPage);
  }

  #shownOf(accountId: string): number {
    return this.#shown.get(accountId) ?? activityPage;
  }

  async #rounds(): Promise<void> {
    for (let round = 0; this.#again && round < mostRounds; round += 1) {
      this.#again = false;
      try {
        await this.#once();
        this.#trouble = undefined;
      } catch (error) {
        this.#trouble = this.#sentenceOf(error);
      }
    }
  }

  async #once(): Promise<void> {
    const writes = await this.#ledger.activity();
    const rows = await this.#ledger.steps();
    if (rows !== this.#rows) this.#steps = byWrite(rows);
    this.#rows = rows;
    this.#writes = writes;
  }

  #sentenceOf(error: unknown): Message {
    if (error instanceof Refusal) return error.sentence;
    this.#report(error);
    return unreadableLog(error).sentence;
  }
}

/** The rows of each write, in their order. */
export function byWrite(rows: readonly WriteRecord[]): ReadonlyMap<string, readonly WriteRecord[]> {
  const found = new Map<string, WriteRecord[]>();
  for (const row of rows) {
    const known = found.get(row.id);
    if (known === undefined) found.set(row.id, [row]);
    else known.push(row);
  }
  return found;
}
