import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import type { App } from './app.ts';
import { commandIds } from './command-ids.ts';
import { registerGuarded } from './trouble.ts';

/** "Try with the Simulated Exchange" and "Simulator: Move Price…". */
export function registerSimulatorCommands(app: App): vscode.Disposable {
  // Two quick clicks make one account.
  let trying: Promise<void> | undefined;
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.trySimulated, () => {
      trying ??= trySimulated(app).finally(() => {
        trying = undefined;
      });
      return trying;
    }),
    registerGuarded(app, commandIds.movePrice, async () => (await import('./dialogs.ts')).movePrice(app)),
  );
}

/** There is one simulated account at most: a second call shows it again. */
async function trySimulated(app: App): Promise<void> {
  const account = app.simulated.account() ?? (await makeAccount(app));
  if (account === undefined) return;
  await app.poller.refresh(account.id);
  await vscode.commands.executeCommand(commandIds.openGauges);
}

async function makeAccount(app: App): Promise<Account | undefined> {
  if (!(await (await import('./dialogs.ts')).mayChangeKeys(app))) return undefined;
  return Promise.resolve(
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Starting the simulated exchange') },
      () => app.simulated.create(vscode.l10n.t('Simulated')),
    ),
  );
}
