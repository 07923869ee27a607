import * as vscode from 'vscode';
import type { Account } from '../../core/model.ts';
import type { App } from '../../vscode/front.ts';
import { commandIds } from '../../vscode/command-ids.ts';
import { localize } from '../../vscode/localize.ts';
import { siteLabel } from '../../words/account.ts';
import { sceneOf } from '../../vscode/scene.ts';
import { asTarget } from '../../views/target.ts';

/** The account a menu named, the only one there is, or the one a person picks. */
export async function chooseAccount(app: App, argument: unknown, placeHolder: string): Promise<Account | undefined> {
  const target = asTarget(argument);
  if (target !== undefined) return app.book.get(target.accountId);
  const accounts = app.book.list();
  if (accounts.length === 0) {
    await offerFirstAccount();
    return undefined;
  }
  if (accounts.length === 1) return accounts[0];
  const scene = sceneOf(app);
  const items = accounts.map((account) => {
    const venue = app.exchanges.find(({ id }) => id === account.venue)?.name ?? account.venue;
    const site = localize(siteLabel({ account, reading: false }, scene));
    return { label: account.name, description: `${venue} · ${site}`, account };
  });
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.account;
}

async function offerFirstAccount(): Promise<void> {
  const add = vscode.l10n.t('Add Account…');
  const simulated = vscode.l10n.t('Try with the Simulated Exchange');
  const choice = await vscode.window.showInformationMessage(vscode.l10n.t('There is no account yet.'), add, simulated);
  if (choice === add) await vscode.commands.executeCommand(commandIds.addAccount);
  if (choice === simulated) await vscode.commands.executeCommand(commandIds.trySimulated);
}
