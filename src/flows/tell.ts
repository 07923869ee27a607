import * as vscode from 'vscode';
import { ExchangeError } from '../core/errors.ts';
import { Refusal, type WriteRecord } from '../engine/ledger/ledger.ts';
import { StateTrouble } from '../engine/storage/shared-state.ts';
import type { Change } from '../exchanges/exchange.ts';
import { changeTarget } from '../views/change-target.ts';
import { commandIds, type CommandId } from '../vscode/command-ids.ts';
import type { Target } from '../views/target.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';
import { reloadCommand, reloadLabel } from '../vscode/other-windows-keys.ts';
import { failureButtons, type FailureButton } from '../words/failure.ts';
import { outcomeButtons, outcomeText, type Loudness, type OutcomeButton } from '../words/outcome.ts';
import { undoOf } from '../words/undo.ts';
import type { Obstacle, Remedy } from './choose.ts';

/** The venue's name for sentences. */
export function venueName(app: App, venueId: string): string {
  return app.exchanges.find((exchange) => exchange.id === venueId)?.name ?? venueId;
}

/**
 * Says what became of a change, as loudly as it deserves, with a way to find out more.
 * @param isNews false for what was found at the start and was said before: then an alarm is no dialog.
 */
export async function sayOutcome(app: App, record: WriteRecord, isNews = true): Promise<void> {
  const simulated = app.book.get(record.accountId)?.simulated ?? false;
  const outcome = outcomeText(record, venueName(app, record.venue), simulated, priceCoinOf(app, record));
  const sentence = localize(outcome.sentence);
  const undoable = undoOf(record, app.clock.now()) !== undefined;
  const buttons = outcomeButtons(outcome, record, undoable).map((button) => ({ button, title: buttonLabel(button) }));
  const lookThere =
    record.change.kind === 'margin'
      ? vscode.l10n.t('Look at the position on the site of the exchange too, before you change anything.')
      : vscode.l10n.t('Look at the loan on the site of the exchange too, before you change anything.');
  const chosen = await show(outcome.loudness === 'alarm' && !isNews ? 'error' : outcome.loudness, sentence, lookThere, buttons);
  if (chosen !== undefined) await follow(app, chosen.button, record);
}

async function follow(app: App, button: OutcomeButton, record: WriteRecord): Promise<void> {
  const { change, accountId, id } = record;
  const target = changeTarget(accountId, change);
  switch (button) {
    case 'openGauges':
      return run(commandIds.openGauges);
    case 'undo':
      return run(commandIds.undoAdd, { ...target, writeId: id });
    case 'resolve':
      return run(commandIds.resolveWrite, target);
    case 'otherCoin':
    case 'otherAmount':
      return run(commandFor(change), target);
    case 'addMargin':
      return run(commandIds.addMargin, target);
    case 'showLog':
      app.log.show();
  }
}

/** The command that asks for such a change. */
function commandFor({ kind, direction }: Change): CommandId {
  if (kind === 'margin') return direction === 'add' ? commandIds.addMargin : commandIds.reduceMargin;
  return direction === 'add' ? commandIds.addCollateral : commandIds.reduceCollateral;
}

function buttonLabel(button: OutcomeButton): string {
  switch (button) {
    case 'openGauges':
      return vscode.l10n.t('Open Gauges');
    case 'undo':
      return vscode.l10n.t('Undo…');
    case 'resolve':
      return vscode.l10n.t('Resolve Unfinished Change…');
    case 'otherCoin':
      return vscode.l10n.t('Choose Another Coin…');
    case 'otherAmount':
      return vscode.l10n.t('Change Amount…');
    case 'addMargin':
      return vscode.l10n.t('Add Margin…');
    case 'showLog':
      return vscode.l10n.t('Show Log');
  }
}

/** Of the position as it was read last; one that is gone since has none. */
function priceCoinOf(app: App, { accountId, change }: WriteRecord): string | undefined {
  if (change.kind !== 'margin') return undefined;
  const positions = app.store.get(accountId)?.snapshot?.positions ?? [];
  return positions.find(({ positionId }) => positionId === change.position.positionId)?.priceCoin;
}

function show<T extends vscode.MessageItem>(
  loudness: Loudness,
  sentence: string,
  alarmDetail: string,
  buttons: readonly T[],
): Thenable<T | undefined> {
  switch (loudness) {
    case 'info':
      return vscode.window.showInformationMessage(sentence, ...buttons);
    case 'warning':
      return vscode.window.showWarningMessage(sentence, ...buttons);
    case 'error':
      return vscode.window.showErrorMessage(sentence, ...buttons);
    case 'alarm':
      return vscode.window.showErrorMessage(sentence, { modal: true, detail: alarmDetail }, ...buttons);
  }
}

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
  return chosen === undefined ? 'ended' : followFailure(app, chosen.button, target);
}

async function followFailure(app: App, button: FailureButton, target: Target): Promise<WayOn> {
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
