import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import type { App } from './app.ts';
import type * as Dialogs from './dialogs.ts';
import { chooseAccount } from './choose-account.ts';
import { commandIds } from './command-ids.ts';
import { registerGuarded } from './trouble.ts';

/** Adding, changing, testing and removing accounts. What they ask is loaded when it is first asked. */
export function registerAccountCommands(app: App): vscode.Disposable {
  const onAccount = (id: string, question: string, act: (dialogs: typeof Dialogs, account: Account) => Promise<void>): vscode.Disposable =>
    registerGuarded(app, id, async (argument) => {
      const account = await chooseAccount(app, argument, question);
      if (account !== undefined) await act(await import('./dialogs.ts'), account);
    });
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.addAccount, async () => (await import('./dialogs.ts')).addAccount(app)),
    onAccount(commandIds.updateKeys, vscode.l10n.t('Which account has new keys?'), (dialogs, account) => dialogs.updateKeys(app, account)),
    onAccount(commandIds.renameAccount, vscode.l10n.t('Which account shall be renamed?'), (dialogs, account) =>
      dialogs.renameAccount(app, account),
    ),
    onAccount(commandIds.removeAccount, vscode.l10n.t('Which account shall be removed?'), (dialogs, account) =>
      dialogs.removeAccount(app, account),
    ),
    registerGuarded(app, commandIds.setThresholds, async (argument) => {
      const account = await chooseAccount(app, argument, vscode.l10n.t('The loans of which account shall have other thresholds?'));
      if (account !== undefined) await (await import('./dialogs.ts')).setThresholds(app, account);
    }),
    onAccount(commandIds.testConnection, vscode.l10n.t('Which account shall be tested?'), (dialogs, account) =>
      dialogs.testConnection(app, account),
    ),
  );
}
