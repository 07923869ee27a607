import type { Decimal } from '../core/decimal.ts';
import { msg } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { undoable, type Undo } from '../engine/ledger/undo.ts';
import type { Acting } from './acting.ts';
import { asPlace, concerns, placeOf } from '../views/place.ts';
import type { Attended } from './open-change-news.ts';
import { ownHighestLtv } from './ask-collateral.ts';
import { carryOut } from './commit.ts';
import type { UndoRefused } from '../engine/ledger/refusal.ts';
import { changeText } from '../words/kinds.ts';
import { explainFailure } from './tell.ts';
import { back, type Conversation } from './conversation.ts';
import { flowOf } from './kinds.ts';
import { notUndoable } from '../engine/ledger/undo-checks.ts';
import { lowered, type Less } from '../words/undo.ts';

/** "Undo Addition…": removes what was added in the last ten minutes, through the usual preview and confirmation. Sends nothing without them. */
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
  const choices = undoable(meant, target?.writeId, app.clock.now());
  if (choices.length === 0)
    return sayNothing(
      app.talk,
      meant.find(({ id }) => id === target?.writeId),
    );
  const undo = await askWhich(app, choices);
  if (undo === undefined) return;
  const { accountId, id } = undo.record;
  let most: Decimal | undefined;
  for (;;) {
    try {
      most = await app.talk.progress(msg('undo.reading', 'Reading how much can be removed safely'), async (signal) => {
        const connection = await app.connections.get(accountId);
        return flowOf(undo.change).safeMaximum(connection, undo.change, await ownHighestLtv(app), signal);
      });
      break;
    } catch (error) {
      if (!(await explainFailure(app, error, placeOf(accountId, undo.change), msg('button.try-again', 'Try Again')))) return;
    }
  }
  const less = await loweredTo(app, undo, most);
  if (less === undefined) return;
  // The ledger reads figures and the journal each time.
  const refused = async (why: UndoRefused): Promise<Less | undefined> => {
    if (why.kind === 'unsafe') return loweredTo(app, undo, why.most);
    await app.talk.tell({ kind: 'info', sentence: notUndoable().sentence });
    return undefined;
  };
  await carryOut(app, attended, accountId, less.change, { remark: less.remark, fixed: true, undo: { of: id, refused } });
}

/** Removes as much as is safe; if that is nothing, tells so. */
async function loweredTo(app: Acting, undo: Undo, most: Decimal | undefined): Promise<Less | undefined> {
  const less = lowered(undo, most, app.book.get(undo.record.accountId)?.simulated ?? false);
  if (!('refused' in less)) return less;
  await app.talk.tell({ kind: 'warning', sentence: less.refused });
  return undefined;
}

async function sayNothing(talk: Conversation, record: WriteRecord | undefined): Promise<void> {
  const { sentence } = notUndoable();
  const flow = record === undefined ? undefined : flowOf(record.change);
  const buttons = flow === undefined ? [] : [{ id: flow.commands.reduce, label: flow.reduceLabel }];
  const chosen = await talk.tell({ kind: 'info', sentence, buttons });
  if (chosen !== undefined && record !== undefined) await talk.run(chosen, placeOf(record.accountId, record.change));
}

/** A single one isn't asked for. */
async function askWhich(app: Acting, choices: readonly Undo[]): Promise<Undo | undefined> {
  if (choices.length === 1) return choices[0];
  const chosen = await app.talk.pick({
    title: msg('button.undo-addition', 'Undo Addition'),
    placeholder: msg('undo.which', 'Which addition? Nothing is sent before the preview.'),
    items: choices.map((value) => ({
      label: changeText(value.record, app.book.get(value.record.accountId)?.simulated ?? false),
      description: app.viewContext().when(value.record.updatedAt),
      value,
    })),
    canGoBack: false,
  });
  return chosen === back ? undefined : chosen;
}
