import * as vscode from 'vscode';
import type { Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import type { Change } from '../exchanges/exchange.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import type { App } from '../vscode/front.ts';
import { commandIds } from '../vscode/command-ids.ts';
import { localize } from '../vscode/localize.ts';
import { whenText } from '../vscode/scene.ts';
import { asTarget } from '../views/target.ts';
import type { Attended } from './open-change-news.ts';
import { ownHighestLtv } from './ask-collateral.ts';
import { carryOut } from './commit.ts';
import { changeTarget, concerns } from '../views/change-target.ts';
import { changeText } from '../words/change.ts';
import { explainFailure, run } from './tell.ts';
import { largestOut } from '../words/margin-preview.ts';
import { back, pick, underProgress } from '../vscode/conversation.ts';
import { safestMost } from '../engine/targets/safe-maximum.ts';
import { lowered, nothingToUndo, undoChoices, undoIsOver, type Undo } from '../words/undo.ts';

/**
 * "Undo Addition…": takes out again what was added in the last ten minutes, on the ordinary path with its preview and its confirmation.
 * Sends nothing by itself.
 */
export async function undoAdd(app: App, attended: Attended, argument: unknown): Promise<void> {
  const target = asTarget(argument);
  let records: readonly WriteRecord[];
  try {
    records = await app.ledger.activity(target?.accountId);
  } catch (error) {
    await explainFailure(app, error, target ?? { accountId: '' });
    return;
  }
  const meant = records.filter(({ change }) => target === undefined || concerns(target, change));
  const choices = undoChoices(meant, target?.writeId, app.clock.now());
  if (choices.length === 0) return sayNothing(meant.find(({ id }) => id === target?.writeId));
  const undo = await askWhich(app, choices);
  if (undo === undefined) return;
  const { accountId } = undo.record;
  const simulated = app.book.get(accountId)?.simulated ?? false;
  let most: Decimal | undefined;
  try {
    most = await underProgress(vscode.l10n.t('Reading what can be taken out safely'), (signal) =>
      safeMaximum(app, accountId, undo.change, signal),
    );
  } catch (error) {
    await explainFailure(app, error, changeTarget(accountId, undo.change));
    return;
  }
  const less = lowered(undo, most, simulated);
  if ('refused' in less) {
    await vscode.window.showWarningMessage(localize(less.refused));
    return;
  }
  const over = async (): Promise<Message | undefined> =>
    undoIsOver(await app.ledger.activity(accountId), undo.record, less.change.amount, app.clock.now());
  await carryOut(app, attended, accountId, less.change, { remark: localize(less.remark), fixed: true, over });
}

async function sayNothing(record: WriteRecord | undefined): Promise<void> {
  const reduce =
    record?.change.kind === 'margin'
      ? { title: vscode.l10n.t('Reduce Margin…'), command: commandIds.reduceMargin }
      : { title: vscode.l10n.t('Reduce Collateral…'), command: commandIds.reduceCollateral };
  const sentence = localize(nothingToUndo(record !== undefined));
  const chosen = await vscode.window.showInformationMessage(sentence, ...(record === undefined ? [] : [reduce]));
  if (chosen !== undefined && record !== undefined) await run(chosen.command, changeTarget(record.accountId, record.change));
}

/** With one there is nothing to ask. */
async function askWhich(app: App, choices: readonly Undo[]): Promise<Undo | undefined> {
  if (choices.length === 1) return choices[0];
  const chosen = await pick({
    title: vscode.l10n.t('Undo an Addition'),
    placeholder: vscode.l10n.t('Which addition? A preview follows; nothing is sent yet.'),
    items: choices.map((value) => ({
      label: localize(changeText(value.record, app.book.get(value.record.accountId)?.simulated ?? false)),
      description: whenText(value.record.updatedAt),
      value,
    })),
    canGoBack: false,
  });
  return chosen === back ? undefined : chosen;
}

/** By fresh figures; undefined when it cannot be told. */
async function safeMaximum(app: App, accountId: string, change: Change, signal: AbortSignal): Promise<Decimal | undefined> {
  const connection = await app.connections.get(accountId);
  if (change.kind === 'margin') return largestOut(await connection.prepareMargin(change.position, signal));
  const { loan, limit, prices } = await connection.prepareCollateral(change.loan, 'reduce', change.coin, signal);
  return safestMost(loan, change.coin, limit, prices, await ownHighestLtv());
}
