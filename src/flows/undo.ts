import type { Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import type { Change } from '../exchanges/exchange.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import type { Acting } from './acting.ts';
import { asPlace, concerns, placeOf } from '../views/place.ts';
import type { Attended } from './open-change-news.ts';
import { ownHighestLtv } from './ask-collateral.ts';
import { carryOut } from './commit.ts';
import { changeText } from '../words/kinds.ts';
import { explainFailure } from './tell.ts';
import { largestOut } from '../words/margin-preview.ts';
import { back, type Conversation } from './conversation.ts';
import { actionOf } from '../engine/actions.ts';
import { safestMost } from '../engine/targets/safe-maximum.ts';
import { lowered, nothingToUndo, undoChoices, undoIsOver, type Undo } from '../words/undo.ts';

/**
 * "Undo Addition…": takes out again what was added in the last ten minutes, on the ordinary path with its preview and its confirmation.
 * Sends nothing by itself.
 */
export async function undoAdd(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  const target = asPlace(argument);
  let records: readonly WriteRecord[];
  try {
    records = await app.ledger.activity(target?.accountId);
  } catch (error) {
    await explainFailure(app, error, target ?? { accountId: '' });
    return;
  }
  const meant = records.filter(({ change }) => target === undefined || concerns(target, change));
  const choices = undoChoices(meant, target?.writeId, app.clock.now());
  if (choices.length === 0)
    return sayNothing(
      app.talk,
      meant.find(({ id }) => id === target?.writeId),
    );
  const undo = await askWhich(app, choices);
  if (undo === undefined) return;
  const { accountId } = undo.record;
  const simulated = app.book.get(accountId)?.simulated ?? false;
  let most: Decimal | undefined;
  try {
    most = await app.talk.progress(msg('Reading what can be taken out safely'), (signal) =>
      safeMaximum(app, accountId, undo.change, signal),
    );
  } catch (error) {
    await explainFailure(app, error, placeOf(accountId, undo.change));
    return;
  }
  const less = lowered(undo, most, simulated);
  if ('refused' in less) {
    await app.talk.tell({ kind: 'warning', sentence: less.refused });
    return;
  }
  const over = async (): Promise<Message | undefined> =>
    undoIsOver(await app.ledger.activity(accountId), undo.record, less.change.amount, app.clock.now());
  await carryOut(app, attended, accountId, less.change, { remark: less.remark, fixed: true, over });
}

async function sayNothing(talk: Conversation, record: WriteRecord | undefined): Promise<void> {
  const reduce =
    record?.change.kind === 'margin'
      ? ({ id: 'reduceMargin', label: msg('Reduce Margin…') } as const)
      : ({ id: 'reduceCollateral', label: msg('Reduce Collateral…') } as const);
  const sentence = nothingToUndo(record !== undefined);
  const chosen = await talk.tell({ kind: 'info', sentence, buttons: record === undefined ? [] : [reduce] });
  if (chosen !== undefined && record !== undefined) await talk.run(chosen, placeOf(record.accountId, record.change));
}

/** With one there is nothing to ask. */
async function askWhich(app: Acting, choices: readonly Undo[]): Promise<Undo | undefined> {
  if (choices.length === 1) return choices[0];
  const chosen = await app.talk.pick({
    title: msg('Undo an Addition'),
    placeholder: msg('Which addition? A preview follows; nothing is sent yet.'),
    items: choices.map((value) => ({
      label: changeText(value.record, app.book.get(value.record.accountId)?.simulated ?? false),
      description: app.scene().when(value.record.updatedAt),
      value,
    })),
    canGoBack: false,
  });
  return chosen === back ? undefined : chosen;
}

/** By fresh figures; undefined when it cannot be told. */
async function safeMaximum(app: Acting, accountId: string, change: Change, signal: AbortSignal): Promise<Decimal | undefined> {
  const connection = await app.connections.get(accountId);
  if (change.kind === 'margin') return largestOut(await actionOf(connection, 'margin').prepare(change, signal));
  const { loan, limit, prices } = await actionOf(connection, 'collateral').prepare({ ...change, direction: 'reduce' }, signal);
  return safestMost(loan, change.coin, limit, prices, await ownHighestLtv(app));
}
