import * as vscode from 'vscode';
import type { App } from './app.ts';
import { commandIds } from './command-ids.ts';
import { asTarget } from './target.ts';
import { registerGuarded } from './trouble.ts';

/** Of the read-only documents that list changes; the query names the account, none means all. */
const scheme = 'ltv-gauge-activity';

/** Reading, exporting and verifying what was ever done from here. All of it is loaded when it is first asked for. */
export function registerActivityCommands(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (uri) => (await import('./dialogs.ts')).activityDocument(app, uri),
    }),
    registerGuarded(app, commandIds.openActivity, async (argument) => {
      const uri = documentOf(app, asTarget(argument)?.accountId);
      // One that is open already is brought up to date.
      changed.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    }),
    registerGuarded(app, commandIds.exportActivity, async () => (await import('./dialogs.ts')).exportActivity(app)),
    registerGuarded(app, commandIds.verifyLedger, async () => (await import('./dialogs.ts')).verifyLedger(app)),
  );
}

function documentOf(app: App, accountId: string | undefined): vscode.Uri {
  const name = accountId === undefined ? undefined : app.book.get(accountId)?.name;
  const title = name === undefined ? vscode.l10n.t('LTV Gauge Activity') : vscode.l10n.t('LTV Gauge Activity of {0}', name);
  return vscode.Uri.from({ scheme, path: `/${title.replace(/[/\\]/g, '-')}.md`, query: accountId ?? '' });
}
