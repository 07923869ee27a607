import * as vscode from 'vscode';
import type { Account } from '../core/model.ts';
import { stakesOf } from '../engine/accounts/stakes.ts';
import type { ArmingTerm } from '../engine/ledger/arming.ts';
import { asTarget } from '../views/target.ts';
import { commandIds } from '../vscode/command-ids.ts';
import { back, pick, type Item } from '../vscode/conversation.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';
import { whenText } from '../vscode/scene.ts';
import { readLimits } from '../vscode/settings.ts';
import { armingText } from '../words/arming-mark.ts';
import {
  accountGoneText,
  armedText,
  armingChoices,
  armingMeaning,
  asksForName,
  disarmedText,
  nameFault,
  namePrompt,
  nothingToDisarmText,
} from '../words/arming.ts';
import { chooseAccount } from './account/choose.ts';
import { inspectUnderProgress } from './account/try-keys.ts';
import { obstacleOf } from './choose.ts';
import { markOf } from './mark.ts';
import { explainObstacle, openLimits, run } from './tell.ts';

/** "Arm Writing…": asks which account and for how long, and says what came of it. */
export async function armWritingOn(app: App, argument: unknown): Promise<void> {
  const account = await chooseAccount(app, argument, vscode.l10n.t('Which account shall be armed, so that changes can be sent from it?'));
  if (account === undefined) {
    if (asTarget(argument) !== undefined) await vscode.window.showWarningMessage(localize(accountGoneText()));
    return;
  }
  if (!(await armWriting(app, account))) return;
  const disarm = vscode.l10n.t('Disarm Writing');
  const said = vscode.window.showInformationMessage(localize(armedText(account.name, app.arming.state(account.id))), disarm);
  if ((await said) === disarm) await run(commandIds.disarmWriting, { accountId: account.id });
}

/** Asks for how long, and arms. @returns whether it was armed; false when the person left, or may only read. */
export async function armWriting(app: App, account: Account): Promise<boolean> {
  if (account.readOnly) {
    const obstacle = obstacleOf({ account, reading: false }, undefined);
    if (obstacle !== undefined) await explainObstacle(obstacle, { accountId: account.id });
    return false;
  }
  if (!(await isOwnerKnown(app, account))) return false;
  const term = await askTerm(app, account);
  if (term === undefined) return false;
  if (term === 'settings') {
    await openLimits();
    return false;
  }
  const typedName = asksForName(term, stakesOf(account)) ? await askName(account) : '';
  if (typedName === undefined) return false;
  await app.arming.arm(account.id, term, { typedName });
  return true;
}

/** Writing is armed for somebody. Whose keys they are is asked at the exchange, where that was never told. @throws ExchangeError */
async function isOwnerKnown(app: App, account: Account): Promise<boolean> {
  if (app.book.get(account.id)?.uid !== undefined) return true;
  const { uid } = await inspectUnderProgress(account.name, () => app.connections.get(account.id));
  if (uid !== undefined) await app.book.update(account.id, { uid });
  if (uid !== undefined || account.simulated) return true;
  await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'The exchange does not tell whose keys {0} has, so writing cannot be armed: it would be armed for whoever comes next.',
      account.name,
    ),
  );
  return false;
}

async function askTerm(app: App, account: Account): Promise<ArmingTerm | 'settings' | undefined> {
  const stakes = stakesOf(account);
  const arming = app.arming.state(account.id);
  const items: readonly Item<ArmingTerm | 'settings'>[] = [
    ...armingChoices(stakes).map(({ term, label, detail }) => ({ label: localize(label), detail: localize(detail), value: term })),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: vscode.l10n.t('Set Limits…'), detail: vscode.l10n.t('Opens your settings. Nothing is armed.'), value: 'settings' },
  ];
  const chosen = await pick({
    title: vscode.l10n.t('{0}: arm writing on {1}', markOf(app, account), account.name),
    placeholder: arming.armed
      ? vscode.l10n.t('For how long, from now on? It is {0}.', localize(armingText(arming, whenText)))
      : vscode.l10n.t('For how long?'),
    prompt: localize(armingMeaning(stakes, await readLimits())),
    items,
    canGoBack: false,
  });
  return chosen === back ? undefined : chosen;
}

async function askName({ name }: Account): Promise<string | undefined> {
  for (;;) {
    const typed = await vscode.window.showInputBox({
      title: vscode.l10n.t('LIVE: arm writing on {0} always', name),
      prompt: localize(namePrompt(name)),
      ignoreFocusOut: true,
      validateInput: (raw) => {
        const fault = raw === '' ? undefined : nameFault(raw, name);
        return fault === undefined ? undefined : localize(fault);
      },
    });
    if (typed === undefined || nameFault(typed, name) === undefined) return typed;
    // The editor takes Enter on an empty box: asked again, so that nobody takes the box that went away for a yes.
  }
}

/**
 * Says what was disarmed, or why nothing had to be.
 * @param accountId the account that was named, if one was
 */
export async function sayDisarmed(app: App, disarmed: readonly Account[], accountId: string | undefined): Promise<void> {
  const named = accountId === undefined ? undefined : app.book.get(accountId);
  if (accountId !== undefined && named === undefined) {
    await vscode.window.showWarningMessage(localize(accountGoneText()));
    return;
  }
  const open = disarmed.some(({ id }) => app.ledger.open(id).length > 0);
  const sentence =
    disarmed.length === 0 && named !== undefined
      ? nothingToDisarmText(named.name, named.readOnly)
      : disarmedText(
          disarmed.map(({ name }) => name),
          open,
        );
  await vscode.window.showInformationMessage(localize(sentence));
}
