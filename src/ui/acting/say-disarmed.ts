import * as vscode from 'vscode';
import type { Account } from '../../core/model.ts';
import type { App } from '../app.ts';
import { localize } from '../localize.ts';
import { accountGoneText, disarmedText, nothingToDisarmText } from './arming-text.ts';

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
