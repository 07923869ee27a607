import * as vscode from 'vscode';
import { ExchangeError } from '../../core/errors.ts';
import { Refusal } from '../../ledger/ledger.ts';
import type { App } from '../app.ts';
import { commandIds, type CommandId, type Target } from '../command-ids.ts';
import { localize } from '../localize.ts';
import type { Obstacle, Remedy } from './loans.ts';

/** Says why nothing can be done, with a button for each thing that would help. */
export async function explainObstacle(obstacle: Obstacle, target: Target | undefined): Promise<void> {
  const buttons = obstacle.remedies.map((remedy) => ({ title: remedyLabel(remedy), command: commandIds[remedy] }));
  const chosen = await vscode.window.showWarningMessage(localize(obstacle.sentence), ...buttons);
  if (chosen !== undefined) await run(chosen.command, target);
}

/**
 * Says what went wrong before anything was sent. Whatever is not one of our own errors is for the log only.
 * @param retry label of a button that lets the person try again
 * @param confirmed whether the person had already confirmed it, and so may think that it was sent
 * @returns whether the person chose to.
 */
export async function explainFailure(app: App, error: unknown, target: Target, retry?: string, confirmed = false): Promise<boolean> {
  if (ExchangeError.is(error, 'aborted')) return false;
  const showLog = vscode.l10n.t('Show Log');
  const resolve = remedyLabel('resolveWrite');
  const open = error instanceof Refusal && error.openWrite !== undefined;
  const buttons = [...(open ? [resolve] : []), ...(retry === undefined || open ? [] : [retry]), showLog];
  const text = failureText(app, error);
  const chosen = await vscode.window.showErrorMessage(confirmed ? vscode.l10n.t('Nothing was sent. {0}', text) : text, ...buttons);
  if (chosen === showLog) app.log.show();
  if (chosen === resolve) await run(commandIds.resolveWrite, target);
  return retry !== undefined && chosen === retry;
}

function failureText(app: App, error: unknown): string {
  if (error instanceof Refusal || ExchangeError.is(error)) return localize(error.sentence);
  app.log.error(error instanceof Error ? error : new Error(String(error)));
  return vscode.l10n.t('Something went wrong inside the extension; nothing was sent. The log says more.');
}

function remedyLabel(remedy: Remedy): string {
  switch (remedy) {
    case 'addAccount':
      return vscode.l10n.t('Add Account…');
    case 'trySimulated':
      return vscode.l10n.t('Try with the Simulated Exchange');
    case 'updateKeys':
      return vscode.l10n.t('Update Keys…');
    case 'resolveWrite':
      return vscode.l10n.t('Resolve Unfinished Change…');
    case 'refresh':
      return vscode.l10n.t('Refresh');
  }
}

/** Runs one of our commands about a loan or an account. */
export async function run(command: CommandId, target?: Target): Promise<void> {
  await vscode.commands.executeCommand(command, ...(target === undefined ? [] : [target]));
}
