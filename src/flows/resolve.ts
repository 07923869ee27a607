import { msg, type Message } from '../core/message.ts';
import { ExchangeError } from '../core/errors.ts';
import { Refusal, type Settlement, type WriteRecord } from '../engine/ledger/ledger.ts';
import type { Acting } from './acting.ts';
import { asPlace, concerns, placeOf, type Place } from '../views/place.ts';
import type { Attended } from './open-change-news.ts';
import { explainFailure, sayOutcome } from './tell.ts';
import { changeText } from '../words/kinds.ts';
import { flowOf } from './kinds.ts';
import { back, type Conversation } from './conversation.ts';
import { resolveLines, type Reading } from '../words/outcome.ts';
import type { Disposable } from '../core/emitter.ts';
import { labelled, sentence } from '../words/text.ts';

/** "Resolve Unfinished Change…": reads, shows before and now, and lets the person decide if the exchange's figures can't tell. */
export async function resolveWrite(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  // Listens before the first question: a change settled meanwhile must not be asked about.
  const news = new LatestNews(app.ledger);
  try {
    const records = await unresolvedAfterLook(app, asPlace(argument));
    const record = records && (await askRecord(app, records));
    if (record === undefined) return;
    if (attended.has(record)) {
      void app.talk.tell({
        kind: 'info',
        sentence: msg('resolve.in-progress', 'This change is still in progress. Wait, then try again.'),
      });
      return;
    }
    const say = await judgeAttended(app, attended, record, news);
    // Told last: a notification may stay for long, and the background must not be silent about this loan or position meanwhile.
    await say();
  } finally {
    news.dispose();
  }
}

async function judgeAttended(app: Acting, attended: Attended, record: WriteRecord, news: LatestNews): Promise<() => Promise<unknown>> {
  const leave = attended.attend(record.accountId, record.change);
  try {
    return await judge(app, record, () => news.of(record));
  } catch (error) {
    return () => explainFailure(app, error, placeOf(record.accountId, record.change));
  } finally {
    leave();
  }
}

/** Writes whose outcome is unknown, and mismatches that keep an account frozen. */
function unresolved(app: Acting, place: Place | undefined): readonly WriteRecord[] {
  const open = app.ledger.open(place?.accountId).filter(({ change }) => place === undefined || concerns(place, change));
  const accounts = place === undefined ? app.book.list().map(({ id }) => id) : [place.accountId];
  const frozen = accounts.map((id) => app.ledger.frozen(id)).filter((record) => record !== undefined);
  return [...open, ...frozen.filter(({ id }) => !open.some((record) => record.id === id))];
}

/**
 * A change must not seem open because the journal wasn't read yet; and one closed here may still be open in the journal if it couldn't be
 * written.
 * @returns undefined if that fails: the person was told why
 */
async function unresolvedAfterLook(app: Acting, place: Place | undefined): Promise<readonly WriteRecord[] | undefined> {
  const records = unresolved(app, place);
  if (records.length > 0) return records;
  const accounts = place === undefined ? app.book.list().map(({ id }) => id) : [place.accountId];
  try {
    await app.talk.progress(msg('resolve.checking', 'Checking the exchange'), async () => {
      await Promise.all(accounts.map((id) => app.ledger.reconcile(id)));
      await app.ledger.noteDown();
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    void app.talk.tell({ kind: 'error', sentence: error.sentence });
    return undefined;
  }
  return unresolved(app, place);
}

async function askRecord(app: Acting, records: readonly WriteRecord[]): Promise<WriteRecord | undefined> {
  if (records.length === 0) {
    void app.talk.tell({
      kind: 'info',
      sentence: msg('resolve.nothing', 'Nothing to resolve.'),
    });
  }
  if (records.length <= 1) return records[0];
  const picked = await app.talk.pick({
    title: msg('button.resolve-unfinished-change', 'Resolve Unfinished Change'),
    placeholder: msg('resolve.change', 'Which change?'),
    items: records.map((record) => ({ label: describe(app, record), description: timeOf(app, record.plannedAt), value: record })),
    canGoBack: false,
  });
  return picked === back ? undefined : picked;
}

/** Reads and asks until it's settled or the person leaves. @returns what is left to tell */
async function judge(app: Acting, record: WriteRecord, latest: () => WriteRecord): Promise<() => Promise<unknown>> {
  for (;;) {
    const reading = await app.talk.progress(msg('resolve.checking', 'Checking the exchange'), (signal) => read(app, record, signal));
    const now = latest();
    if (isResolved(now)) return () => sayOutcome(app, now);
    // Left with Cancel.
    if (reading === undefined) return () => Promise.resolve();
    const settlement = await askSettlement(app, now, reading);
    // A reading may have settled it while the question was open: that counts, even if the person left.
    if (isResolved(latest())) return () => sayOutcome(app, latest());
    if (settlement === undefined) return () => Promise.resolve();
    if (settlement === 'refresh' || !(await isSure(app.talk, settlement))) continue;
    await app.ledger.settle(now.id, settlement);
    void app.poller.refresh(now.accountId);
    const settled = latest();
    // The exchange is checked a last time before the person's decision counts. Its proof outranks that decision, and so does a result from
    // another window.
    if (settlement !== 'lift-freeze' && (settled.evidence !== undefined || settled.state !== settlement))
      return () => sayOutcome(app, settled);
    return () => app.talk.tell({ kind: 'info', sentence: settledText(settlement, describe(app, now)) });
  }
}

function isResolved({ state }: WriteRecord): boolean {
  return state === 'effective' || state === 'rejected' || state === 'not-effective';
}

/** @returns undefined if the person stopped it */
async function read(app: Acting, record: WriteRecord, signal: AbortSignal): Promise<Reading | undefined> {
  try {
    const connection = await app.connections.get(record.accountId);
    await app.ledger.reconcile(record.accountId);
    const snapshot = await connection.read(signal);
    app.store.succeed(record.accountId, snapshot);
    return await flowOf(record.change).read(connection, record.change, snapshot, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (ExchangeError.is(error)) return { failure: error.sentence };
    throw error;
  }
}

async function askSettlement(app: Acting, record: WriteRecord, reading: Reading): Promise<Settlement | 'refresh' | undefined> {
  const settlements: readonly Settlement[] = record.state === 'mismatch' ? ['lift-freeze'] : ['effective', 'not-effective'];
  const detail = resolveLines(record, reading, (at) => timeOf(app, at));
  // The first button has the focus, so it is the harmless one.
  const buttons = [
    { id: 'refresh', label: msg('button.refresh', 'Refresh') } as const,
    ...settlements.map((id) => ({ id, label: settlementLabel(id) })),
  ];
  const change = describe(app, record);
  const title = record.state === 'mismatch' ? change : msg('resolve.question', 'Did this change happen? {0}', change);
  return app.talk.confirm({ kind: 'warning', title, detail, buttons });
}

function settlementLabel(settlement: Settlement): Message {
  switch (settlement) {
    case 'effective':
      return msg('button.mark-executed', 'Mark as Executed');
    case 'not-effective':
      return msg('button.mark-not-executed', 'Mark as Not Executed');
    case 'lift-freeze':
      return msg('button.unfreeze', 'Unfreeze Account');
  }
}

async function isSure(talk: Conversation, settlement: Settlement): Promise<boolean> {
  const chosen = await talk.confirm({
    kind: 'warning',
    title: msg('resolve.sure', '{0}?', settlementLabel(settlement)),
    detail: settlementDetail(settlement),
    // The first button has the focus, so it is the harmless one.
    buttons: [
      { id: 'goBack', label: msg('button.go-back', 'Go Back') },
      { id: 'sure', label: settlementLabel(settlement) },
    ],
  });
  return chosen === 'sure';
}

function settlementDetail(settlement: Settlement): readonly Message[] {
  if (settlement === 'lift-freeze')
    return [msg('resolve.understood', 'Nothing is sent. Unfreeze only when you know what the exchange did and why.')];
  return [
    msg('resolve.no-proof', 'The exchange has not confirmed it. Nothing is sent.'),
    ...(settlement === 'effective'
      ? []
      : [msg('resolve.may-be-late', 'If it still executes, your next change comes on top. Check the exchange first.')]),
  ];
}

function settledText(settlement: Settlement, change: Message): Message {
  switch (settlement) {
    case 'effective':
      return sentence(labelled(msg('activity.marked-executed', 'Marked as executed by you'), change));
    case 'not-effective':
      return sentence(labelled(msg('activity.marked-not-executed', 'Marked as not executed by you'), change));
    case 'lift-freeze':
      return msg('resolve.unfrozen', 'Account unfrozen.');
  }
}

function describe(app: Acting, record: WriteRecord): Message {
  return changeText(record, app.book.get(record.accountId)?.simulated ?? false);
}

function timeOf(app: Acting, at: number): string {
  return new Date(at).toLocaleString(app.language);
}

/** The latest news of changes, for a command that asks about them while they continue. */
export class LatestNews implements Disposable {
  readonly #heard = new Map<string, WriteRecord>();
  readonly #subscription: Disposable;

  constructor(ledger: { onDidChange(listener: (record: WriteRecord) => void): Disposable }) {
    this.#subscription = ledger.onDidChange((record) => this.#heard.set(record.id, record));
  }

  of(record: WriteRecord): WriteRecord {
    return this.#heard.get(record.id) ?? record;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
