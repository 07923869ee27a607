import * as vscode from 'vscode';
import type { App } from './app.ts';
import { commandIds } from './command-ids.ts';
import { asTarget } from './target.ts';
import { registerGuarded } from './trouble.ts';

/** Arming and disarming. What is asked before an account is armed is loaded when it is asked; to disarm, nothing has to be loaded. */
export function registerArmingCommands(app: App): vscode.Disposable {
  return vscode.Disposable.from(
    registerGuarded(app, commandIds.armWriting, async (argument) => (await import('./dialogs.ts')).armWritingOn(app, argument)),
    registerGuarded(app, commandIds.disarmWriting, (argument) => disarm(app, asTarget(argument)?.accountId)),
    app.arming.onDidChange((accountId) => {
      const arming = app.arming.state(accountId);
      app.log.info(`writing: ${accountId}: ${arming.armed ? `armed (${arming.until.toString()})` : 'not armed'}`);
    }),
  );
}

/** The account a menu named, else every one that is armed in any window: whoever disarms in a hurry is not asked which. */
async function disarm(app: App, accountId: string | undefined): Promise<void> {
  const armed = app.book
    .list()
    .filter(({ id, readOnly }) => (accountId === undefined || id === accountId) && !readOnly && app.arming.mayBeArmed(id));
  await Promise.all(armed.map(({ id }) => app.arming.disarm(id)));
  await (await import('./dialogs.ts')).sayDisarmed(app, armed, accountId);
}
