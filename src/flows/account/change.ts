import * as vscode from 'vscode';
import { isOtherOwner, keepFacts, replaceKeys } from '../../engine/accounts/replace-keys.ts';
import { keysMissingCode, otherOwnerCode } from '../../engine/accounts/vault.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Account } from '../../core/model.ts';
import type { KeyFacts } from '../../exchanges/exchange.ts';
import { keySteps, type AccountAnswers } from './steps.ts';
import { addBeside } from './add.ts';
import type { App } from '../../vscode/front.ts';
import { commandIds } from '../../vscode/command-ids.ts';
import { inspectUnderProgress, keptFacts, reportDetail, tryKeys } from './try-keys.ts';
import { localize } from '../../vscode/localize.ts';
import { mayChangeKeys, reloadCommand, reloadLabel } from '../../vscode/other-windows-keys.ts';
import { checkAccountName, keyReport, otherOwnerAdvice, otherOwnerSentence } from '../../words/key.ts';
import { runSteps } from './step-sequence.ts';
import { zonedText } from '../../vscode/scene.ts';
import { isBuiltIn } from '../../engine/simulated/start.ts';

export async function updateKeys(app: App, account: Account): Promise<void> {
  if (isBuiltIn(account)) {
    await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'The simulated exchange makes its own keys. To begin anew, remove {0} and try the simulated exchange again.',
        account.name,
      ),
    );
    return;
  }
  const exchange = app.connections.exchange(account.venue);
  if (exchange === undefined) return;
  if (!(await mayChangeKeys(app, account))) return;
  const title = vscode.l10n.t('Update Keys of {0}', account.name);
  for (;;) {
    const empty: AccountAnswers = { exchange, keys: {} };
    const answers = await runSteps(keySteps(title, [exchange]), empty);
    if (answers === undefined) return;
    const outcome = await tryKeys(app, { exchange, account, name: account.name, keys: answers.keys, replaces: account });
    if (outcome.kind === 'nothing') return;
    if (outcome.kind === 'changeKeys') continue;
    if (outcome.kind === 'addNew') return addBeside(app, account, exchange, answers.keys, outcome.kept);
    await replaceKeys(app, account, answers.keys, outcome.kept);
    app.log.info(`keys updated: ${account.id}`);
    await app.poller.refresh(account.id);
    return;
  }
}

export async function renameAccount(app: App, account: Account): Promise<void> {
  const taken = app.book
    .list()
    .filter(({ id }) => id !== account.id)
    .map(({ name }) => name);
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename {0}', account.name),
    prompt: vscode.l10n.t('What shall the account be called here?'),
    value: account.name,
    ignoreFocusOut: true,
    validateInput: (raw) => {
      const checked = checkAccountName(raw, taken);
      return 'problem' in checked ? localize(checked.problem) : undefined;
    },
  });
  if (typed === undefined) return;
  const checked = checkAccountName(typed, taken);
  if ('value' in checked && checked.value !== account.name) await app.book.update(account.id, { name: checked.value });
}

export async function removeAccount(app: App, account: Account): Promise<void> {
  const remove = vscode.l10n.t('Remove Account');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove the account {0}?', account.name),
    { modal: true, detail: removalDetail(app, account) },
    remove,
  );
  if (choice !== remove || !(await mayChangeKeys(app))) return;
  // Keys first: were the record gone and the keys still there, nobody could remove them any more.
  await app.vault.delete(account.id);
  await app.book.remove(account.id);
  app.log.info(`account removed: ${account.id}`);
}

function removalDetail(app: App, account: Account): string {
  const lines = [
    isBuiltIn(account)
      ? vscode.l10n.t('Its simulated exchange stops, and everything on it is gone. No real money is concerned.')
      : vscode.l10n.t(
          'Its keys and the last figures are deleted from this computer. At the exchange nothing changes: loans, positions and the key itself stay.',
        ),
  ];
  if (app.ledger.open(account.id).some(({ accountId }) => accountId === account.id)) {
    lines.push(vscode.l10n.t('A change on it is not finished yet. Without the account nobody looks any more whether it happened.'));
  }
  return lines.join('\n\n');
}

export async function testConnection(app: App, account: Account): Promise<void> {
  let facts: KeyFacts;
  try {
    facts = await inspectUnderProgress(account.name, () => app.connections.get(account.id));
  } catch (error) {
    if (!ExchangeError.is(error) || error.kind === 'aborted') throw error;
    await tellFault(app, account, error);
    return;
  }
  const venue = app.connections.exchange(account.venue)?.name ?? account.venue;
  const report = keyReport(facts, venue, zonedText);
  const kept = keptFacts(facts, report);
  const { uid } = account;
  if (uid !== undefined && isOtherOwner(account, kept.uid)) {
    await offerUpdate(account, localize(otherOwnerSentence(venue, kept.uid, uid)), localize(otherOwnerAdvice()));
    return;
  }
  await keepFacts(app.book, account, kept);
  void app.poller.refresh(account.id);
  if (report.verdict === 'accept') {
    const sentence = vscode.l10n.t('The connection of {0} works.', account.name);
    await vscode.window.showInformationMessage(sentence, { modal: true, detail: reportDetail(report) });
    return;
  }
  await offerUpdate(account, report.reason === undefined ? '' : localize(report.reason), reportDetail(report));
}

async function tellFault(app: App, account: Account, error: ExchangeError): Promise<void> {
  app.log.warn(`test of ${account.id}: ${error.kind} ${error.code ?? ''}`);
  const elsewhere = error.code === keysMissingCode || error.code === otherOwnerCode;
  await offerUpdate(account, localize(error.sentence), vscode.l10n.t('Account: {0}', account.name), elsewhere);
}

/** @param elsewhere another window may have the right keys, so that reloading this one comes first */
async function offerUpdate(account: Account, sentence: string, detail: string, elsewhere = false): Promise<void> {
  const update = vscode.l10n.t('Update Keys…');
  const showLog = vscode.l10n.t('Show Log');
  const buttons = [...(elsewhere ? [reloadLabel()] : []), ...(isBuiltIn(account) ? [] : [update]), showLog];
  const choice = await vscode.window.showErrorMessage(sentence, { modal: true, detail }, ...buttons);
  if (choice === reloadLabel()) await vscode.commands.executeCommand(reloadCommand);
  if (choice === update) await vscode.commands.executeCommand(commandIds.updateKeys, { accountId: account.id });
  if (choice === showLog) await vscode.commands.executeCommand(commandIds.showLog);
}
