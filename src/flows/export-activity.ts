import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { Refusal } from '../engine/ledger/refusal.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { byWrite } from '../views/activity.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';
import { exportText, formatOf } from '../words/activity-export.ts';
import { localIso } from '../words/activity-time.ts';

/** Shorter waits need no progress. Milliseconds. */
const patienceMs = 1_000;

/** "Export Activity…": asks whose and where, and writes every row of the journal about it. */
export async function exportActivity(app: App): Promise<void> {
  try {
    await exported(app);
  } catch (error) {
    if (error instanceof NotWritten) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The file could not be written: {0} Choose another place, or free space there.', ended(error.message)),
      );
    } else if (error instanceof Refusal) {
      void vscode.window.showErrorMessage(vscode.l10n.t('Nothing was exported. {0}', localize(error.sentence)));
    } else {
      throw error;
    }
  }
}

const ended = (text: string): string => (/[.!?。]$/.test(text) ? text : `${text}.`);

async function exported(app: App): Promise<void> {
  const records = await app.ledger.activity();
  if (records.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is nothing to export: no change is recorded here.'));
    return;
  }
  const accounts = await askAccounts(app, records);
  if (accounts === undefined) return;
  const file = await askFile(app.clock.now());
  if (file === undefined) return;
  const rows = await withPatience(app, async (stopped) => {
    // Read now: the questions may have stood there for long.
    const steps = byWrite(await app.ledger.steps());
    const changes = [...steps.values()].filter(([first]) => first !== undefined && accounts.has(first.accountId));
    const text = exportText(changes, formatOf(file.path), (id) => app.book.get(id)?.simulated);
    if (stopped()) return undefined;
    await write(file, text);
    return changes.flat().length;
  });
  if (rows === undefined) return;
  const open = vscode.l10n.t('Open File');
  const where = file.scheme === 'file' ? file.fsPath : file.toString();
  const chosen = await vscode.window.showInformationMessage(
    rows === 1 ? vscode.l10n.t('1 row was written to {0}', where) : vscode.l10n.t('{0} rows were written to {1}', rows.toString(), where),
    open,
  );
  if (chosen === open) await vscode.window.showTextDocument(file, { preview: false });
}

/** @returns ids of the accounts; undefined when the person left. Removed accounts are offered too. */
async function askAccounts(app: App, records: readonly WriteRecord[]): Promise<ReadonlySet<string> | undefined> {
  // The newest record tells the latest name of an account that is gone.
  const names = new Map([...records].reverse().map(({ accountId, accountName }) => [accountId, accountName]));
  if (names.size <= 1) return new Set(names.keys());
  const items = [...names].map(([accountId, name]) => {
    const account = app.book.get(accountId);
    const mark = account === undefined ? vscode.l10n.t('removed account') : account.simulated ? vscode.l10n.t('simulated') : '';
    return { label: account?.name ?? name, description: mark, picked: true, accountId };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Export Activity'),
    placeHolder: vscode.l10n.t('The changes of which accounts?'),
    canPickMany: true,
  });
  return picked === undefined || picked.length === 0 ? undefined : new Set(picked.map(({ accountId }) => accountId));
}

function askFile(now: number): Thenable<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Activity'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.joinPath(folder, `ltv-gauge-activity-${localIso(now).slice(0, 10)}.csv`),
    filters: { CSV: ['csv'], 'JSON Lines': ['jsonl'] },
  });
}

/** The file could not be written; the message says why, in the words of the file system. */
class NotWritten extends Error {
  override readonly name = 'NotWritten';
}

/** @throws NotWritten */
async function write(file: vscode.Uri, text: string): Promise<void> {
  try {
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  } catch (error) {
    throw new NotWritten(error instanceof Error ? error.message : String(error));
  }
}

/** Does the work; when it takes longer, under a progress that can be cancelled. @returns undefined when it was. */
async function withPatience<T>(app: App, work: (stopped: () => boolean) => Promise<T | undefined>): Promise<T | undefined> {
  const stop = new AbortController();
  const done = work(() => stop.signal.aborted);
  const waited = new AbortController();
  const late = await Promise.race([
    done.then(() => false),
    app.clock.sleep(patienceMs, waited.signal).then(
      () => true,
      () => false,
    ),
  ]);
  waited.abort();
  if (!late) return done;
  const options = { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Exporting activity'), cancellable: true };
  return vscode.window.withProgress(options, (_, token) => {
    token.onCancellationRequested(() => {
      stop.abort();
    });
    return done;
  });
}
