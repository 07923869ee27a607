import { msg } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { placeOf } from '../views/place.ts';
import { changeText } from '../words/kinds.ts';
import type { Acting } from './acting.ts';
import { explainFailure, venueName } from './tell.ts';

/** "Ask … Again, Same ID": offered while an outcome is being looked for, where the ledger allows it. The button is the person's decision. */
export async function offerToAskAgain(app: Acting, record: WriteRecord): Promise<void> {
  if (!(await app.ledger.canAskAgain(record))) return;
  const venue = venueName(app, record.venue);
  const chosen = await app.talk.tell({
    kind: 'warning',
    sentence: msg(
      'again.offer',
      'No answer from {0}. You can ask again within 20 s of sending: {0} executes one ID only once. {1}.',
      venue,
      changeText(record, app.book.get(record.accountId)?.simulated ?? false),
    ),
    buttons: [{ id: 'again', label: msg('again.button', 'Ask {0} Again, Same ID', venue) }],
  });
  if (chosen === undefined) return;
  try {
    await app.ledger.askAgain(record);
  } catch (error) {
    await explainFailure(app, error, placeOf(record.accountId, record.change));
  }
}
