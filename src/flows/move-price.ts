import * as vscode from 'vscode';
import type { Decimal } from '../core/decimal.ts';
import { back, pick } from '../vscode/conversation.ts';
import type { App } from '../vscode/front.ts';
import { commandIds } from '../vscode/command-ids.ts';
import { localize } from '../vscode/localize.ts';
import { judgePercent } from './percent.ts';

/** Shocks a price of the simulated exchange, after asking which and by how much. */
export async function movePrice(app: App): Promise<void> {
  const account = app.simulated.account();
  if (account === undefined) {
    const begin = vscode.l10n.t('Try with the Simulated Exchange');
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t('There is no simulated account whose prices could be moved.'),
      begin,
    );
    if (chosen === begin) await vscode.commands.executeCommand(commandIds.trySimulated);
    return;
  }
  const title = vscode.l10n.t('SIMULATED: Move Price');
  for (;;) {
    const coin = await pick({
      title,
      placeholder: vscode.l10n.t('Price of which coin?'),
      items: async () => (await app.simulated.coins(account)).map((one) => ({ label: one, value: one })),
      canGoBack: false,
    });
    if (coin === undefined || coin === back) return;
    const percent = await askPercent(title, coin);
    if (percent === undefined) return;
    if (percent === back) continue;
    await app.simulated.movePrice(account, coin, percent);
    await app.poller.refresh(account.id);
    void vscode.window.showInformationMessage(vscode.l10n.t('SIMULATED: the price of {0} was moved by {1}%.', coin, percent));
    return;
  }
}

async function askPercent(title: string, coin: string): Promise<Decimal | typeof back | undefined> {
  const input = vscode.window.createInputBox();
  input.title = title;
  input.prompt = vscode.l10n.t('By how many percent? Negative is a fall.');
  input.placeholder = vscode.l10n.t('Percentage for {0}, for example -10', coin);
  input.ignoreFocusOut = true;
  input.buttons = [vscode.QuickInputButtons.Back];
  const judge = (): Decimal | undefined => {
    const verdict = judgePercent(input.value);
    input.validationMessage = verdict.ok || input.value === '' || input.value === '-' ? '' : localize(verdict.sentence);
    return verdict.ok ? verdict.percent : undefined;
  };
  try {
    return await new Promise((resolve) => {
      input.onDidTriggerButton(() => {
        resolve(back);
      });
      input.onDidHide(() => {
        resolve(undefined);
      });
      input.onDidChangeValue(judge);
      input.onDidAccept(() => {
        const percent = judge();
        if (percent !== undefined) resolve(percent);
      });
      input.show();
    });
  } finally {
    input.dispose();
  }
}
