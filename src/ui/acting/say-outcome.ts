import * as vscode from 'vscode';
import type { Change } from '../../exchanges/exchange.ts';
import type { WriteRecord } from '../../ledger/ledger.ts';
import { undoOf } from '../../ledger/undo.ts';
import type { App } from '../app.ts';
import { commandIds, type CommandId } from '../command-ids.ts';
import { localize } from '../localize.ts';
import { changeTarget } from './change-target.ts';
import { run } from './explain.ts';
import { outcomeButtons, type OutcomeButton } from './outcome-buttons.ts';
import { outcomeText, type Loudness } from './outcome-text.ts';

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
