import * as vscode from 'vscode';
import { Refusal } from '../engine/ledger/refusal.ts';
import type { Verification } from '../engine/ledger/journal.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';

/** "Verify Ledger": looks through the whole journal and says what was found; one that is not whole can be set aside. */
export async function verifyLedger(app: App): Promise<void> {
  const found = await underWay(vscode.l10n.t('Verifying the ledger'), () => app.ledger.verify());
  if (found.ok) {
    app.log.info(`ledger verified: ${found.rows.toString()} rows of ${found.writes.toString()} changes, head ${found.head ?? 'none'}`);
    void vscode.window.showInformationMessage(wholeText(found));
    return;
  }
  const sentence = localize(found.sentence);
  app.log.error(`ledger not whole${found.row === undefined ? '' : `, row ${found.row.toString()}`}: ${sentence}`);
  const showLog = vscode.l10n.t('Show Log');
  const setAside = vscode.l10n.t('Set Aside and Begin Anew…');
  // Where no row is to blame, it may be sound and only out of reach.
  const meaning =
    found.row === undefined
      ? vscode.l10n.t(
          'As long as it is so, it is not known what is still under way, and no change can be sent. Nothing was lost by looking; setting the ledger aside is for when nothing else helps.',
        )
      : vscode.l10n.t(
          'What the ledger says from there on cannot be relied on, nor what it says to be finished. Compare your loans and positions at the exchange.',
        );
  const chosen = await vscode.window.showErrorMessage(
    found.row === undefined
      ? vscode.l10n.t('The ledger cannot be verified.')
      : vscode.l10n.t('The ledger is not whole: row {0}', found.row.toString()),
    { modal: true, detail: `${sentence}\n\n${meaning}` },
    showLog,
    setAside,
  );
  if (chosen === showLog) app.log.show();
  if (chosen === setAside) await setAsideAfterAsking(app);
}

function wholeText({ rows, writes, head }: Extract<Verification, { readonly ok: true }>): string {
  if (rows === 0) return vscode.l10n.t('The ledger is empty: no change is recorded in it.');
  // As much of it as two people would compare.
  return vscode.l10n.t(
    'The ledger is whole: no row was altered, is missing or was put in between. Rows: {0}, changes: {1}, last row: {2}',
    rows.toString(),
    writes.toString(),
    head?.slice(0, 12) ?? '–',
  );
}

async function setAsideAfterAsking(app: App): Promise<void> {
  const goBack = vscode.l10n.t('Go Back');
  const act = vscode.l10n.t('Set Aside and Begin Anew');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Begin a new ledger?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Compare your loans and positions at the exchange first. The new ledger takes along what the open windows know: changes that are still under way, and what counts towards your limits per 24 hours. What no window has read before is not among it.\n\nNothing is deleted. The ledger is kept under another name in the same folder, and you are told which.',
      ),
    },
    // The first button has the focus, so it is the harmless one.
    goBack,
    act,
  );
  if (chosen === goBack) await verifyLedger(app);
  if (chosen !== act) return;
  try {
    // Under one progress: of several notifications in less than a second VS Code keeps the last from sight, and that one tells the outcome.
    const place = await underWay(vscode.l10n.t('Setting the ledger aside'), () => setAsideIfDamaged(app));
    if (typeof place !== 'string') {
      void vscode.window.showInformationMessage(wholeText(place));
      return;
    }
    app.log.warn(`ledger set aside: ${place}`);
    // The views look again, and what is still under way is looked for.
    void app.poller.refresh();
    const copy = vscode.l10n.t('Copy Path');
    const next = await vscode.window.showInformationMessage(
      vscode.l10n.t('A new ledger has begun. The old one is kept as {0}', place),
      copy,
    );
    if (next === copy) await vscode.env.clipboard.writeText(place);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    void vscode.window.showErrorMessage(vscode.l10n.t('The ledger was not set aside. {0}', localize(error.sentence)));
  }
}

/** The questions may have stood there for long: another window may have begun a new one, with what it knows to be under way in it. */
async function setAsideIfDamaged(app: App): Promise<string | Extract<Verification, { readonly ok: true }>> {
  const found = await app.ledger.verify();
  return found.ok ? found : app.ledger.setAside();
}

function underWay<T>(title: string, work: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, work);
}
