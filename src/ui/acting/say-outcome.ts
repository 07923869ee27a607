import * as vscode from 'vscode';
import type { WriteRecord } from '../../ledger/ledger.ts';
import { undoOf } from '../../ledger/undo.ts';
import type { App } from '../app.ts';
import { commandIds } from '../command-ids.ts';
import { localize } from '../localize.ts';
import { changeTarget } from './change-target.ts';
import { run } from './explain.ts';
import { outcomeText } from './outcome-text.ts';

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
  const showLog = vscode.l10n.t('Show Log');
  const resolve = vscode.l10n.t('Resolve Unfinished Change…');
  const openGauges = vscode.l10n.t('Open Gauges');
  const undo = vscode.l10n.t('Undo…');
  const undoable = undoOf(record, app.clock.now()) !== undefined;
  const buttons =
    outcome.loudness === 'info' ? [openGauges, ...(undoable ? [undo] : [])] : outcome.resolvable ? [resolve, showLog] : [showLog];
  const lookThere =
    record.change.kind === 'margin'
      ? vscode.l10n.t('Look at the position on the site of the exchange too, before you change anything.')
      : vscode.l10n.t('Look at the loan on the site of the exchange too, before you change anything.');
  const chosen = await show(outcome.loudness === 'alarm' && !isNews ? 'error' : outcome.loudness, sentence, lookThere, buttons);
  if (chosen === openGauges) await run(commandIds.openGauges);
  if (chosen === showLog) app.log.show();
  if (chosen === undo) await run(commandIds.undoAdd, { ...changeTarget(record.accountId, record.change), writeId: record.id });
  if (chosen === resolve) await run(commandIds.resolveWrite, changeTarget(record.accountId, record.change));
}

/** Of the position as it was read last; one that is gone since has none. */
function priceCoinOf(app: App, { accountId, change }: WriteRecord): string | undefined {
  if (change.kind !== 'margin') return undefined;
  const positions = app.store.get(accountId)?.snapshot?.positions ?? [];
  return positions.find(({ positionId }) => positionId === change.position.positionId)?.priceCoin;
}

function show(
  loudness: ReturnType<typeof outcomeText>['loudness'],
  sentence: string,
  alarmDetail: string,
  buttons: readonly string[],
): Thenable<string | undefined> {
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
