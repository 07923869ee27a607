import * as vscode from 'vscode';
import { ExchangeError } from '../core/errors.ts';
import type { Account } from '../core/model.ts';
import type { Connection, Exchange, KeyFacts, Keys } from '../exchanges/exchange.ts';
import type { App } from './app.ts';
import { localize } from './localize.ts';
import { keyReport, type KeyReport } from './presentation/key-report.ts';
import { whenText } from './scene.ts';

/** What a person decided about a key that was tried. */
export type TrialOutcome =
  { readonly kind: 'save'; readonly readOnly: boolean } | { readonly kind: 'changeKeys' } | { readonly kind: 'nothing' };

export interface Trial {
  readonly exchange: Exchange;
  readonly account: Pick<Account, 'venue' | 'site' | 'baseUrl'>;
  readonly name: string;
  readonly keys: Keys;
  /** Whether the account is there already and only gets another key. */
  readonly replaces: boolean;
}

/** Asks the venue about a key, reading only. Can be stopped by the person. @throws ExchangeError */
export function inspectUnderProgress(name: string, connect: () => Promise<Connection>): Promise<KeyFacts> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Testing the connection of {0}…', name),
    cancellable: true,
  };
  return Promise.resolve(
    vscode.window.withProgress(options, async (_progress, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => {
        abort.abort();
      });
      try {
        return await (await connect()).inspect(abort.signal);
      } finally {
        subscription.dispose();
      }
    }),
  );
}

/** Tries a key that is not stored yet, shows what the venue says of it or what is wrong, and asks what to do. */
export async function tryKeys(app: App, trial: Trial): Promise<TrialOutcome> {
  for (;;) {
    let connection: Connection | undefined;
    let facts: KeyFacts;
    try {
      const probe = await app.connections.probe(trial.account, trial.keys);
      connection = probe;
      facts = await inspectUnderProgress(trial.name, () => Promise.resolve(probe));
    } catch (error) {
      if (!ExchangeError.is(error)) throw error;
      const next = await askAfterFault(error);
      if (next === 'again') continue;
      return { kind: next };
    } finally {
      connection?.dispose();
    }
    const report = keyReport(facts, trial.exchange.name, whenText);
    return report.verdict === 'refuse' ? askAfterRefusal(report) : askToSave(report, trial);
  }
}

/** The lines of a report, for the small print of a dialog. */
export function reportDetail({ lines }: KeyReport): string {
  return lines.map(localize).join('\n');
}

async function askAfterFault(error: ExchangeError): Promise<'again' | 'changeKeys' | 'nothing'> {
  const again = { title: vscode.l10n.t('Try Again') };
  const change = { title: vscode.l10n.t('Change Keys') };
  const detail = vscode.l10n.t('Nothing has been stored.');
  const choice = await vscode.window.showErrorMessage(localize(error.sentence), { modal: true, detail }, again, change, saveNothing());
  if (choice === again) return 'again';
  return choice === change ? 'changeKeys' : 'nothing';
}

async function askAfterRefusal(report: KeyReport): Promise<TrialOutcome> {
  const change = { title: vscode.l10n.t('Change Keys') };
  const reason = report.reason === undefined ? '' : localize(report.reason);
  const detail = `${reportDetail(report)}\n\n${vscode.l10n.t('Nothing has been stored.')}`;
  const choice = await vscode.window.showErrorMessage(reason, { modal: true, detail }, change, saveNothing());
  return { kind: choice === change ? 'changeKeys' : 'nothing' };
}

async function askToSave(report: KeyReport, { name, replaces }: Trial): Promise<TrialOutcome> {
  const save = { title: replaces ? vscode.l10n.t('Save Keys') : vscode.l10n.t('Save Account') };
  const change = { title: vscode.l10n.t('Change Keys') };
  const question = replaces
    ? vscode.l10n.t('The key works. Use it for the account {0} from now on?', name)
    : vscode.l10n.t('The key works. Save the account {0}?', name);
  const choice = await vscode.window.showInformationMessage(
    question,
    { modal: true, detail: reportDetail(report) },
    save,
    change,
    saveNothing(),
  );
  if (choice === save) return { kind: 'save', readOnly: report.readOnly };
  return { kind: choice === change ? 'changeKeys' : 'nothing' };
}

function saveNothing(): vscode.MessageItem {
  return { title: vscode.l10n.t('Save Nothing'), isCloseAffordance: true };
}
