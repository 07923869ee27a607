import * as vscode from 'vscode';
import { ExchangeError } from '../core/errors.ts';
import type { Snapshot } from '../core/model.ts';
import type { Change, CollateralChange, Connection, MarginChange } from '../exchanges/exchange.ts';
import { Refusal, type Verdict, type WriteRecord } from '../engine/ledger/ledger.ts';
import type { App } from '../vscode/front.ts';
import type { Target } from '../views/target.ts';
import { localize } from '../vscode/localize.ts';
import { asTarget } from '../views/target.ts';
import type { Attended } from './open-change-news.ts';
import { explainFailure, sayOutcome } from './tell.ts';
import { changeTarget, concerns } from '../views/change-target.ts';
import { changeText } from '../words/change.ts';
import { LatestNews } from './latest-news.ts';
import { back, pick, underProgress } from '../vscode/conversation.ts';
import { resolveLines, type Reading } from '../words/resolve.ts';

/** History rows read for a person to judge by; the venue's newest come first. */
const rowsRead = 10;

/** "Resolve Unfinished Change…": reads, shows both readings, and takes a person's verdict when reading cannot tell. */
export async function resolveWrite(app: App, attended: Attended, argument: unknown): Promise<void> {
  // From before the first question: what was found out while it stood there must not be asked.
  const news = new LatestNews(app.ledger);
  try {
    const records = await unresolvedAfterLook(app, asTarget(argument));
    const record = records && (await askRecord(app, records));
    if (record === undefined) return;
    if (attended.has(record)) {
      void vscode.window.showInformationMessage(vscode.l10n.t('This change is being waited for right now; its progress is shown.'));
      return;
    }
    const say = await judgeAttended(app, attended, record, news);
    // Said last: a notification may stand for long, and until then the background must not keep silent about this loan or position.
    await say();
  } finally {
    news.dispose();
  }
}

async function judgeAttended(app: App, attended: Attended, record: WriteRecord, news: LatestNews): Promise<() => Thenable<unknown>> {
  const leave = attended.attend(record.accountId, record.change);
  try {
    return await judge(app, record, () => news.of(record));
  } catch (error) {
    return () => explainFailure(app, error, changeTarget(record.accountId, record.change));
  } finally {
    leave();
  }
}

/** Writes that nobody knows the outcome of, and mismatches that keep an account frozen. */
function unresolved(app: App, target: Target | undefined): readonly WriteRecord[] {
  const open = app.ledger.open(target?.accountId).filter(({ change }) => target === undefined || concerns(target, change));
  const accounts = target === undefined ? app.book.list().map(({ id }) => id) : [target.accountId];
  const frozen = accounts.map((id) => app.ledger.frozen(id)).filter((record) => record !== undefined);
  return [...open, ...frozen.filter(({ id }) => !open.some((record) => record.id === id))];
}

/**
 * When nothing is known to be open, that may be because the journal was not read yet; and what is known here to be over may be open in the
 * journal still, because it could not be written there.
 * @returns undefined when that cannot be mended: it was said why.
 */
async function unresolvedAfterLook(app: App, target: Target | undefined): Promise<readonly WriteRecord[] | undefined> {
  const records = unresolved(app, target);
  if (records.length > 0) return records;
  const accounts = target === undefined ? app.book.list().map(({ id }) => id) : [target.accountId];
  try {
    await underProgress(vscode.l10n.t('Looking for unfinished changes'), async () => {
      await Promise.all(accounts.map((id) => app.ledger.reconcile(id)));
      await app.ledger.noteDown();
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    void vscode.window.showErrorMessage(localize(error.sentence));
    return undefined;
  }
  return unresolved(app, target);
}

async function askRecord(app: App, records: readonly WriteRecord[]): Promise<WriteRecord | undefined> {
  if (records.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No change is unfinished: what became of each is known.'));
  }
  if (records.length <= 1) return records[0];
  const picked = await pick({
    title: vscode.l10n.t('Resolve Unfinished Change'),
    placeholder: vscode.l10n.t('Which change?'),
    items: records.map((record) => ({ label: describe(app, record), description: timeOf(record.plannedAt), value: record })),
    canGoBack: false,
  });
  return picked === back ? undefined : picked;
}

/** Reads and asks until it is settled or the person leaves. @returns what is left to be said. */
async function judge(app: App, record: WriteRecord, latest: () => WriteRecord): Promise<() => Thenable<unknown>> {
  for (;;) {
    const reading = await underProgress(vscode.l10n.t('Reading what became of it'), (signal) => read(app, record, signal));
    const now = latest();
    if (isResolved(now)) return () => sayOutcome(app, now);
    // Left with Cancel.
    if (reading === undefined) return () => Promise.resolve();
    const verdict = await askVerdict(app, now, reading);
    // It may have been found out by reading while the question stood there: then that counts, also for who left.
    if (isResolved(latest())) return () => sayOutcome(app, latest());
    if (verdict === undefined) return () => Promise.resolve();
    if (verdict === 'read-again' || !(await isSure(verdict, now.change))) continue;
    await app.ledger.settle(now.id, verdict);
    void app.poller.refresh(now.accountId);
    const settled = latest();
    // The exchange is asked a last time before a verdict counts; what it proves or contradicts outranks the person's word, and so does
    // whatever had closed it before, e.g. in another window.
    if (verdict !== 'lift-freeze' && (settled.evidence !== undefined || settled.state !== verdict)) return () => sayOutcome(app, settled);
    return () => saySettled(verdict);
  }
}

function isResolved({ state }: WriteRecord): boolean {
  return state === 'effective' || state === 'rejected' || state === 'not-effective';
}

/** @returns undefined when the person stopped it. */
async function read(app: App, record: WriteRecord, signal: AbortSignal): Promise<Reading | undefined> {
  try {
    const connection = await app.connections.get(record.accountId);
    await app.ledger.reconcile(record.accountId);
    const snapshot = await connection.read(signal);
    app.store.succeed(record.accountId, snapshot);
    return await (record.change.kind === 'margin'
      ? readPosition(connection, record.change, snapshot, signal)
      : readLoan(connection, record.change, snapshot, signal));
  } catch (error) {
    if (signal.aborted) return undefined;
    if (ExchangeError.is(error)) return { failure: error.sentence };
    throw error;
  }
}

async function readLoan(
  connection: Connection,
  { loan: ref }: CollateralChange,
  { loans, loansTrouble }: Snapshot,
  signal: AbortSignal,
): Promise<Reading> {
  const loan = loans.find(({ id }) => id === ref.loanId);
  // Not to be found among loans of which some could not be read is not gone.
  if (loan === undefined && loansTrouble !== undefined) return { failure: loansTrouble };
  const history = await connection.history(ref, { limit: rowsRead }, signal);
  return { loan, rows: history.rows };
}

/** The figures that a change would be measured by come from the same reading as those of its baseline; they may be refused. */
async function readPosition(
  connection: Connection,
  { position: ref }: MarginChange,
  { positions, positionsTrouble }: Snapshot,
  signal: AbortSignal,
): Promise<Reading> {
  const position = positions.find(({ positionId }) => positionId === ref.positionId);
  if (position === undefined) return positionsTrouble === undefined ? { position } : { failure: positionsTrouble };
  try {
    const { position: fresh, baseline } = await connection.prepareMargin(ref, signal);
    return { position: fresh, figures: baseline };
  } catch (error) {
    if (signal.aborted || !ExchangeError.is(error)) throw error;
    return { position };
  }
}

async function askVerdict(app: App, record: WriteRecord, reading: Reading): Promise<Verdict | 'read-again' | undefined> {
  const readAgain = vscode.l10n.t('Read Again');
  const verdicts: readonly { readonly label: string; readonly verdict: Verdict }[] =
    record.state === 'mismatch'
      ? [{ label: verdictLabel('lift-freeze'), verdict: 'lift-freeze' }]
      : [
          { label: verdictLabel('effective'), verdict: 'effective' },
          { label: verdictLabel('not-effective'), verdict: 'not-effective' },
        ];
  const detail = resolveLines(record, reading, timeOf).map(localize).join('\n');
  // The first button has the focus, so it is the harmless one.
  const labels = [readAgain, ...verdicts.map(({ label }) => label)];
  const chosen = await vscode.window.showWarningMessage(describe(app, record), { modal: true, detail }, ...labels);
  if (chosen === readAgain) return 'read-again';
  return verdicts.find(({ label }) => label === chosen)?.verdict;
}

function verdictLabel(verdict: Verdict): string {
  switch (verdict) {
    case 'effective':
      return vscode.l10n.t('It Did Happen');
    case 'not-effective':
      return vscode.l10n.t('It Did Not Happen');
    case 'lift-freeze':
      return vscode.l10n.t('Lift the Freeze');
  }
}

async function isSure(verdict: Verdict, { kind }: Change): Promise<boolean> {
  const goBack = vscode.l10n.t('Go Back');
  const label = verdictLabel(verdict);
  const chosen = await vscode.window.showWarningMessage(
    verdictQuestion(verdict),
    { modal: true, detail: verdictDetail(verdict, kind) },
    goBack,
    label,
  );
  return chosen === label;
}

function verdictQuestion(verdict: Verdict): string {
  switch (verdict) {
    case 'effective':
      return vscode.l10n.t('Record that this change DID happen?');
    case 'not-effective':
      return vscode.l10n.t('Record that this change did NOT happen?');
    case 'lift-freeze':
      return vscode.l10n.t('Allow changes on this account again?');
  }
}

function verdictDetail(verdict: Verdict, kind: Change['kind']): string {
  switch (verdict) {
    case 'effective':
      return kind === 'margin'
        ? vscode.l10n.t('This is your word, not proof. Nothing is sent. The position can be changed again afterwards.')
        : vscode.l10n.t('This is your word, not proof. Nothing is sent. The loan can be changed again afterwards.');
    case 'not-effective':
      return vscode.l10n.t(
        'This is your word, not proof. Nothing is sent. If the exchange carries it out later all the same, another change that you make comes on top of it. Look at the site of the exchange first.',
      );
    case 'lift-freeze':
      return vscode.l10n.t('Nothing is sent. Do this only when you understand what the exchange did and why.');
  }
}

function saySettled(verdict: Verdict): Thenable<unknown> {
  return vscode.window.showInformationMessage(
    verdict === 'lift-freeze' ? vscode.l10n.t('The freeze is lifted.') : vscode.l10n.t('Recorded as you said: {0}.', verdictLabel(verdict)),
  );
}

function describe(app: App, record: WriteRecord): string {
  return localize(changeText(record, app.book.get(record.accountId)?.simulated ?? false));
}

function timeOf(at: number): string {
  return new Date(at).toLocaleString(vscode.env.language);
}
