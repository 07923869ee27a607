import { msg, type Message } from '../core/message.ts';
import { Refusal } from '../engine/ledger/refusal.ts';
import type { Verification } from '../engine/ledger/journal.ts';
import type { Acting } from './acting.ts';

/** "Verify Activity Log": checks every row and tells the result. A damaged log can be replaced by a new one. */
export async function verifyLedger(app: Acting): Promise<void> {
  const found = await app.talk.progress(msg('ledger.verifying', 'Verifying the activity log'), async (signal, say) => {
    const whole = await app.ledger.verify({
      signal,
      say: (part) => {
        say(`${Math.floor(part * 100).toString()}%`);
      },
    });
    return signal.aborted ? undefined : whole;
  });
  if (found === undefined) return;
  if (found.ok) {
    app.log.info(`ledger verified: ${found.rows.toString()} rows of ${found.writes.toString()} changes, head ${found.head ?? 'none'}`);
    void app.talk.tell({ kind: 'info', sentence: wholeText(found) });
    return;
  }
  const sentence = found.sentence;
  app.log.error(`ledger not whole${found.row === undefined ? '' : `, row ${found.row.toString()}`}: ${app.talk.localize(sentence)}`);
  // Without a bad row it may be intact but inaccessible.
  const meaning =
    found.row === undefined
      ? msg('ledger.last-resort', 'No change can be sent. Start a new log only if nothing else helps.')
      : msg(
          'ledger.not-reliable',
          'Later rows, and changes shown as finished, are not reliable. Compare your loans and positions at the exchange.',
        );
  const chosen = await app.talk.confirm({
    kind: 'error',
    title:
      found.row === undefined
        ? msg('ledger.cannot-verify', "The activity log can't be verified")
        : msg('ledger.damaged-at-row', 'Activity log damaged at row {0}', found.row.toString()),
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
  // As much of the hash as people would compare.
  return msg(
    'ledger.intact',
    'Activity log intact: no rows altered, missing or inserted. Rows: {0}, changes: {1}, last row: {2}',
    rows.toString(),
    writes.toString(),
    head?.slice(0, 12) ?? '–',
  );
}

async function setAsideAfterAsking(app: Acting): Promise<void> {
  const chosen = await app.talk.confirm({
    kind: 'warning',
    title: msg('ledger.start-new', 'Start a new activity log?'),
    detail: [
      msg(
        'ledger.new-log-keeps',
        'Compare your loans and positions at the exchange first. The new log takes over unfinished changes and the last 24 hours, as far as open windows know them. The old log stays in its folder, renamed.',
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
    // Under one progress: of several notifications within a second, VS Code hides all but one, and that one tells the outcome.
    const place = await app.talk.steadily(msg('ledger.starting-new', 'Starting a new activity log'), () => setAsideIfDamaged(app));
    if (typeof place !== 'string') {
      void app.talk.tell({ kind: 'info', sentence: wholeText(place) });
      return;
    }
    app.log.warn(`ledger set aside: ${place}`);
    // The views read again, and unfinished changes are looked up.
    void app.poller.refresh();
    const next = await app.talk.tell({
      kind: 'info',
      sentence: msg('ledger.new-started', 'New activity log started. The old one is kept as {0}', place),
      buttons: [{ id: 'copy', label: msg('button.copy-path', 'Copy Path') }],
    });
    if (next === 'copy') await app.talk.copy(place);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    void app.talk.tell({ kind: 'error', sentence: msg('ledger.not-started', 'No new activity log was started. {0}', error.sentence) });
  }
}

/** Another window may have started a new log while the dialogs were open, with the unfinished changes it knows. */
async function setAsideIfDamaged(app: Acting): Promise<string | Extract<Verification, { readonly ok: true }>> {
  const found = await app.ledger.verify();
  return found.ok ? found : app.ledger.setAside();
}
