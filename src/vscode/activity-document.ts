import type * as vscode from 'vscode';
import { Refusal } from '../engine/ledger/refusal.ts';
import { byWrite } from '../views/activity.ts';
import type { App } from './front.ts';
import { localize } from './localize.ts';
import { activityText } from '../words/activity-document.ts';
import { localIso } from '../words/activity.ts';

/** What the read-only document of this address says, read from the journal now. A journal that cannot be read is said to be so. */
export async function activityDocument(app: App, uri: vscode.Uri): Promise<string> {
  const accountId = uri.query === '' ? undefined : uri.query;
  try {
    const records = await app.ledger.activity(accountId);
    const steps = byWrite(await app.ledger.steps());
    return activityText(
      records.map((record) => ({ record, rows: steps.get(record.id) ?? [] })),
      {
        account: accountId === undefined ? undefined : nameOf(app, accountId, records[0]?.accountName),
        simulated: new Set(app.book.list().flatMap(({ id, simulated }) => (simulated ? [id] : []))),
        say: localize,
        when: localIso,
        now: app.clock.now(),
      },
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${localize(error.sentence)}\n`;
  }
}

/** The account as it is called now, or as it was when it made a change. */
function nameOf(app: App, accountId: string, before: string | undefined): string {
  return app.book.get(accountId)?.name ?? before ?? accountId;
}
