import { activityText } from '../words/activity-document.ts';
import { spaced, type Text } from '../words/text.ts';
import { msg, type Message } from '../core/message.ts';
import type { Going } from '../engine/moving-file.ts';
import { Refusal } from '../engine/ledger/refusal.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { StateTrouble } from '../engine/storage/shared-state.ts';
import { byWrite } from '../views/activity.ts';
import type { Acting } from './acting.ts';
import type { Conversation, NamedFile, PickSeveralQuestion } from './conversation.ts';
import { exportText, formatOf } from '../words/activity-export.ts';
import { localIso } from '../words/activity.ts';

/** Waits shorter than this show no progress. Milliseconds. */
const patienceMs = 1_000;

/** "Export Activity Log…": asks for accounts and file, and writes every row of the journal about them. */
export const exportActivity = (app: Acting): Promise<void> => sayingWhyNot(app, exported);

/** An export that says why it couldn't be read or written. */
export async function sayingWhyNot(app: Acting, work: (app: Acting) => Promise<void>): Promise<void> {
  try {
    await work(app);
  } catch (error) {
    if (error instanceof NotWritten) {
      sayNotWritten(app.talk, error.message);
    } else if (error instanceof Refusal || error instanceof StateTrouble) {
      void app.talk.tell({ kind: 'error', sentence: msg('export.nothing-exported', 'Nothing was exported. {0}', error.sentence) });
    } else {
      throw error;
    }
  }
}

export function sayNotWritten(talk: Conversation, reason: string): void {
  const sentence = msg('export.file-not-written', 'The file could not be written: {0} Choose another place.', ended(reason));
  void talk.tell({ kind: 'error', sentence });
}

export const ended = (text: string): string => (/[.!?。]$/.test(text) ? text : `${text}.`);

async function exported(app: Acting): Promise<void> {
  const records = await app.ledger.activity();
  if (records.length === 0) {
    void app.talk.tell({
      kind: 'info',
      sentence: msg('activity.no-changes', 'No changes recorded.'),
    });
    return;
  }
  if (!(await mayExport(app))) return;
  const accounts = await askAccounts(app, records);
  if (accounts === undefined) return;
  const file = await askFile(app);
  if (file === undefined) return;
  const rows = await withPatience(app, msg('export.exporting-activity', 'Exporting activity'), async ({ stopped }) => {
    // Read now: the dialogs may have been open for long.
    const steps = byWrite(await app.ledger.steps());
    const changes = [...steps.values()].filter(([first]) => first !== undefined && accounts.has(first.accountId));
    const text = exportText(changes, formatOf(file.path), (id) => app.book.get(id)?.simulated);
    if (stopped()) return undefined;
    await write(file, text);
    return changes.flat().length;
  });
  if (rows !== undefined) await sayExported(app, file, rows);
}

/** Asks first where amounts are hidden: a file has them all. */
export async function mayExport({ talk, viewContext }: Acting): Promise<boolean> {
  if (viewContext().hidesAmounts !== true) return true;
  const detail = [msg('export.amounts-hidden', 'You hide amounts. The file contains all of them.')];
  const buttons = [{ id: 'export', label: msg('button.export', 'Export') }] as const;
  return (await talk.confirm({ kind: 'warning', title: msg('export.with-amounts', 'Export amounts?'), detail, buttons })) === 'export';
}

/** @param more what else is to be known of the file */
export async function sayExported({ talk }: Acting, file: NamedFile, rows: number, more: readonly Message[] = []): Promise<void> {
  const sentence = more.reduce(spaced, msg('export.rows', 'Exported to {1}. Rows: {0}.', rows.toString(), file.where));
  const chosen = await talk.tell({ kind: 'info', sentence, buttons: [{ id: 'open', label: msg('button.open-file', 'Open File') }] });
  if (chosen === 'open') await file.open();
}

/** @returns ids of the accounts; undefined if the person left. Removed accounts are offered too */
async function askAccounts(app: Acting, records: readonly WriteRecord[]): Promise<ReadonlySet<string> | undefined> {
  // The newest record has the latest name of a removed account.
  const names = new Map([...records].reverse().map(({ accountId, accountName }) => [accountId, accountName]));
  if (names.size <= 1) return new Set(names.keys());
  const items = [...names].map(([accountId, name]) => {
    const account = app.book.get(accountId);
    const mark =
      account === undefined ? msg('term.removed-account', 'removed account') : account.simulated ? msg('term.simulated', 'simulated') : '';
    return { label: account?.name ?? name, description: mark, value: accountId };
  });
  const picked = await whichAccounts(app, msg('button.export-activity', 'Export Activity Log'), items);
  return picked && new Set(picked);
}

/** @returns undefined if the person left or picked none */
export async function whichAccounts<T>(
  { talk }: Acting,
  title: Message,
  items: PickSeveralQuestion<T>['items'],
): Promise<readonly T[] | undefined> {
  const picked = await talk.pickSeveral({ title, placeholder: msg('export.which', 'Which accounts?'), items });
  return picked?.length === 0 ? undefined : picked;
}

function askFile({ talk, clock }: Acting): Promise<NamedFile | undefined> {
  return talk.save({
    title: msg('button.export-activity', 'Export Activity Log'),
    label: msg('button.export', 'Export'),
    name: `ltv-gauge-activity-${localIso(clock.now()).slice(0, 10)}.csv`,
    kinds: { CSV: ['csv'], 'JSON Lines': ['jsonl'] },
  });
}

/** The file couldn't be written; the message is the file system's. */
class NotWritten extends Error {
  override readonly name = 'NotWritten';
}

/** @throws NotWritten */
export async function write(file: NamedFile, text: string | Uint8Array): Promise<void> {
  try {
    await file.write(text);
  } catch (error) {
    throw new NotWritten(error instanceof Error ? error.message : String(error));
  }
}

/** Does the work; when it takes longer, under a progress that can be cancelled, unless the work can't be. @returns undefined when it was */
export async function withPatience<T>(
  { talk, clock }: Pick<Acting, 'talk' | 'clock'>,
  title: Message,
  work: (going: Going) => Promise<T | undefined>,
  isSteady = false,
): Promise<T | undefined> {
  const stop = new AbortController();
  let say: Going['say'] = () => undefined;
  const stopped = (): boolean => stop.signal.aborted;
  const done = work({
    stopped,
    say: (text) => {
      say(text);
    },
  });
  const waited = new AbortController();
  const late = await Promise.race([
    done.then(() => false),
    clock.sleep(patienceMs, waited.signal).then(
      () => true,
      () => false,
    ),
  ]);
  waited.abort();
  if (!late) return done;
  if (isSteady) return talk.steadily(title, () => done);
  return talk.progress(title, (signal, tell) => {
    say = tell;
    signal.addEventListener('abort', () => {
      stop.abort();
    });
    return done;
  });
}

/**
 * All facts about changes as a document, from the current journal; or why the journal can't be read.
 * @param accountId absent for all accounts
 */
export async function activityDocument(app: Acting, accountId: string | undefined): Promise<string> {
  const say = (text: Text): string => app.talk.onScreen(text);
  try {
    const records = await app.ledger.activity(accountId);
    const steps = byWrite(await app.ledger.steps());
    return activityText(
      records.map((record) => ({ record, rows: steps.get(record.id) ?? [] })),
      {
        // Its current name, or the one it had when it made a change.
        account: accountId === undefined ? undefined : (app.book.get(accountId)?.name ?? records[0]?.accountName ?? accountId),
        simulated: new Set(app.book.list().flatMap(({ id, simulated }) => (simulated ? [id] : []))),
        say,
        when: localIso,
        now: app.clock.now(),
      },
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${say(error.sentence)}\n`;
  }
}
