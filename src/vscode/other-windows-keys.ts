import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import type { App } from './front.ts';
import { isBuiltIn } from '../engine/simulated/start.ts';

export const reloadCommand = 'workbench.action.reloadWindow';

/** Its label on each button that offers it. */
export const reloadLabel = (): string => vscode.l10n.t('Reload Window');

/**
 * In a browser a window knows the keys that were stored when it was opened, and writes all it knows whenever it stores or deletes one: keys
 * that another window stored since would be lost. So the person is asked to reload it first.
 * @param concerned the account whose own keys are about to be entered, if any
 * @returns whether to go on
 */
export async function mayChangeKeys(app: Pick<App, 'book' | 'vault'>, concerned?: Account): Promise<boolean> {
  // Windows of the desktop share one keyring.
  if (vscode.env.uiKind !== vscode.UIKind.Web) return true;
  const accounts = app.book.list().filter((account) => !isBuiltIn(account));
  const found = await Promise.all(accounts.map(({ id }) => app.vault.has(id)));
  const missing = accounts.filter((_account, index) => found[index] === false);
  if (missing.length === 0) return true;
  const goOn = concerned === undefined ? vscode.l10n.t('Go On Anyway') : vscode.l10n.t('Enter Keys Anyway');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('This window does not find the keys of {0}.', missing.map(({ name }) => name).join(', ')),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Another window may have stored them after this one was opened. In a browser, this window would wipe them by storing or deleting a key. Reload it first: nothing is lost by that.',
      ),
    },
    reloadLabel(),
    goOn,
  );
  if (choice === reloadLabel()) await vscode.commands.executeCommand(reloadCommand);
  return choice === goOn;
}
