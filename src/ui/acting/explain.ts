import * as vscode from 'vscode';
import { ExchangeError } from '../../core/errors.ts';
import { StateTrouble } from '../../shared/shared-state.ts';
import { Refusal } from '../../ledger/ledger.ts';
import type { App } from '../app.ts';
import { commandIds, type CommandId, type Target } from '../command-ids.ts';
import { localize } from '../localize.ts';
import { reloadCommand, reloadLabel } from '../other-windows-keys.ts';
import { failureButtons, type FailureButton } from './failure-buttons.ts';
import type { Obstacle, Remedy } from './loans.ts';

/** Says why nothing can be done, with a button for each thing that would help. */
export async function explainObstacle(obstacle: Obstacle, target: Target | undefined): Promise<void> {
  const buttons = obstacle.remedies.map((remedy) => ({ title: remedyLabel(remedy), remedy }));
  const chosen = await vscode.window.showWarningMessage(localize(obstacle.sentence), ...buttons);
  if (chosen?.remedy === 'reloadWindow') await vscode.commands.executeCommand(reloadCommand);
  else if (chosen !== undefined) await run(commandIds[chosen.remedy], target);
}

/** What the one who asks can go on with after a failure. */
export interface WaysOn {
  /** Label of a button that lets the person try again. */
  readonly retry?: string;
  /** There is a choice of coins to go back to. */
  readonly coins?: boolean;
  readonly readAgain?: boolean;
  /** The person had already confirmed it, and so may think that it was sent. */
  readonly confirmed?: boolean;
}

/** What the person chose; everything else was done here. */
export type WayOn = 'retry' | 'otherCoin' | 'readAgain' | 'ended';

/**
 * Says what went wrong before anything was sent. Whatever is not one of our own errors is for the log only.
 * @param retry label of a button that lets the person try again
 * @returns whether the person chose to.
 */
export async function explainFailure(app: App, error: unknown, target: Target, retry?: string): Promise<boolean> {
  return (await askWayOn(app, error, target, retry === undefined ? {} : { retry })) === 'retry';
}

/** The same, with every way on that the failure names and the one who asks has. */
export async function askWayOn(app: App, error: unknown, target: Target, ways: WaysOn): Promise<WayOn> {
  if (ExchangeError.is(error, 'aborted')) return 'ended';
  const text = failureText(app, error);
  const buttons = failureButtons({
    unfinished: error instanceof Refusal && error.openWrite !== undefined,
    remedy: error instanceof Refusal ? error.remedy : undefined,
    instead: error instanceof Refusal || ExchangeError.is(error) ? error.instead : undefined,
    canRetry: ways.retry !== undefined,
    hasCoins: ways.coins === true,
    hasMargin: target.positionId !== undefined,
    canReadAgain: ways.readAgain === true,
  }).map((button) => ({ button, title: failureLabel(button, ways.retry ?? '') }));
  const sentence = ways.confirmed === true ? vscode.l10n.t('Nothing was sent. {0}', text) : text;
  const chosen = await vscode.window.showErrorMessage(sentence, ...buttons);
  return chosen === undefined ? 'ended' : follow(app, chosen.button, target);
}

async function follow(app: App, button: FailureButton, target: Target): Promise<WayOn> {
  switch (button) {
    case 'retry':
    case 'otherCoin':
    case 'readAgain':
      return button;
    case 'resolve':
      await run(commandIds.resolveWrite, target);
      break;
    case 'arm':
      await run(commandIds.armWriting, { accountId: target.accountId });
      break;
    case 'addMargin':
      await run(commandIds.addMargin, target);
      break;
    case 'settings':
      await openLimits();
      break;
    case 'showLog':
      app.log.show();
      break;
  }
  return 'ended';
}

function failureText(app: App, error: unknown): string {
  if (error instanceof Refusal || error instanceof StateTrouble || ExchangeError.is(error)) return localize(error.sentence);
  app.log.error(error instanceof Error ? error : new Error(String(error)));
  return vscode.l10n.t('Something went wrong inside the extension; nothing was sent. The log says more.');
}

function failureLabel(button: FailureButton, retry: string): string {
  switch (button) {
    case 'retry':
      return retry;
    case 'otherCoin':
      return vscode.l10n.t('Choose Another Coin…');
    case 'readAgain':
      return vscode.l10n.t('Read Again');
    case 'resolve':
      return remedyLabel('resolveWrite');
    case 'arm':
      return vscode.l10n.t('Arm Writing…');
    case 'addMargin':
      return vscode.l10n.t('Add Margin…');
    case 'settings':
      return vscode.l10n.t('Open Settings');
    case 'showLog':
      return vscode.l10n.t('Show Log');
  }
}

function remedyLabel(remedy: Remedy): string {
  switch (remedy) {
    case 'addAccount':
      return vscode.l10n.t('Add Account…');
    case 'trySimulated':
      return vscode.l10n.t('Try with the Simulated Exchange');
    case 'reloadWindow':
      return reloadLabel();
    case 'updateKeys':
      return vscode.l10n.t('Update Keys…');
    case 'resolveWrite':
      return vscode.l10n.t('Resolve Unfinished Change…');
    case 'refresh':
      return vscode.l10n.t('Refresh');
    case 'addMargin':
      return vscode.l10n.t('Add Margin…');
    case 'bringLiquidationToTarget':
      return vscode.l10n.t('Bring Liquidation Price to Target…');
  }
}

/** Opens the limits in the settings of the user: those of a workspace are not heeded. */
export async function openLimits(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openGlobalSettings', { query: 'ltvGauge.limits' });
}

/** Runs one of our commands about a loan or an account. */
export async function run(command: CommandId, target?: Target): Promise<void> {
  await vscode.commands.executeCommand(command, ...(target === undefined ? [] : [target]));
}
