import { msg, type Message } from '../core/message.ts';
import { Refusal } from '../engine/ledger/refusal.ts';
import type { Verification } from '../engine/ledger/journal.ts';
import type { Acting } from './acting.ts';

/** "Verify Activity Log": looks through the whole journal and says what was found; one that is not whole can be set aside. */
export async function verifyLedger(app: Acting): Promise<void> {
  const found = await app.talk.steadily(msg('ledger.verifying', 'Verifying the ledger'), () => app.ledger.verify());
  if (found.ok) {
    app.log.info(`ledger verified: ${found.rows.toString()} rows of ${found.writes.toString()} changes, head ${found.head ?? 'none'}`);
    void app.talk.tell({ kind: 'info', sentence: wholeText(found) });
    return;
  }
  const sentence = found.sentence;
  app.log.error(`ledger not whole${found.row === undefined ? '' : `, row ${found.row.toString()}`}: ${app.talk.localize(sentence)}`);
  // Where no row is to blame, it may be sound and only out of reach.
  const meaning =
    found.row === undefined
      ? msg(
          'ledger.long-not-known',
          'As long as it is so, it is not known what is still under way, and no change can be sent. Nothing was lost by looking; setting the ledger aside is for when nothing else helps.',
        )
      : msg(
          'ledger.says-cannot-relied',
          'What the ledger says from there on cannot be relied on, nor what it says to be finished. Compare your loans and positions at the exchange.',
        );
  const chosen = await app.talk.confirm({
    kind: 'error',
    title:
      found.row === undefined
        ? msg('ledger.cannot-verified', 'The ledger cannot be verified.')
        : msg('ledger.not-whole-row', 'The ledger is not whole: row {0}', found.row.toString()),
    detail: [sentence, '', meaning],
    buttons: [
      { id: 'log', label: msg('button.show-log', 'Show Log') },
      { id: 'setAside', label: msg('button.start-new-log-more', 'Start New Log…') },
    ],
  });
  if (chosen === 'log') app.talk.openLog();
  if (chosen === 'setAside') await setAsideAfterAsking(app);
}

function wholeText({ rows, writes, head }: Extract<Verification, { readonly ok: true }>): Message {
  if (rows === 0) return msg('ledger.empty-no-change', 'The ledger is empty: no change is recorded in it.');
  // As much of it as two people would compare.
  return msg(
    'ledger.whole-no-row',
    'The ledger is whole: no row was altered, is missing or was put in between. Rows: {0}, changes: {1}, last row: {2}',
    rows.toString(),
    writes.toString(),
    head?.slice(0, 12) ?? '–',
  );
}

async function setAsideAfterAsking(app: Acting): Promise<void> {
  const chosen = await app.talk.confirm({
    kind: 'warning',
    title: msg('ledger.begin-new', 'Begin a new ledger?'),
    detail: [
      msg(
        'ledger.compare-loans-positions',
        'Compare your loans and positions at the exchange first. The new ledger takes along what the open windows know: changes that are still under way, and what counts towards your limits per 24 hours. What no window has read before is not among it.\n\nNothing is deleted. The ledger is kept under another name in the same folder, and you are told which.',
      ),
    ],
    // The first button has the focus, so it is the harmless one.
    buttons: [
      { id: 'goBack', label: msg('button.go-back', 'Go Back') },
      { id: 'act', label: msg('button.start-new-log', 'Start New Log') },
    ],
  });
  if (chosen === 'goBack') await verifyLedger(app);
  if (chosen !== 'act') return;
  try {
    // Under one progress: of several notifications in less than a second VS Code keeps the last from sight, and that one tells the outcome.
    const place = await app.talk.steadily(msg('ledger.setting-aside', 'Setting the ledger aside'), () => setAsideIfDamaged(app));
    if (typeof place !== 'string') {
      void app.talk.tell({ kind: 'info', sentence: wholeText(place) });
      return;
    }
    app.log.warn(`ledger set aside: ${place}`);
    // The views look again, and what is still under way is looked for.
    void app.poller.refresh();
    const next = await app.talk.tell({
      kind: 'info',
      sentence: msg('ledger.new-begun-old', 'A new ledger has begun. The old one is kept as {0}', place),
      buttons: [{ id: 'copy', label: msg('button.copy-path', 'Copy Path') }],
    });
    if (next === 'copy') await app.talk.copy(place);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    void app.talk.tell({ kind: 'error', sentence: msg('ledger.not-set-aside', 'The ledger was not set aside. {0}', error.sentence) });
  }
}

/** The questions may have stood there for long: another window may have begun a new one, with what it knows to be under way in it. */
async function setAsideIfDamaged(app: Acting): Promise<string | Extract<Verification, { readonly ok: true }>> {
  const found = await app.ledger.verify();
  return found.ok ? found : app.ledger.setAside();
}
