import * as vscode from 'vscode';
import { isOtherOwner, type KeptFacts } from '../../engine/accounts/replace-keys.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Connection, Exchange, KeyFacts, Keys } from '../../exchanges/exchange.ts';
import { Refusal } from '../../engine/ledger/ledger.ts';
import type { App } from '../../vscode/front.ts';
import { localize } from '../../vscode/localize.ts';
import {
  keyReport,
  otherOwnerAdvice,
  otherOwnerSentence,
  twinAdvice,
  twinOf,
  twinSentence,
  unsettledReason,
  type KeyReport,
} from '../../words/key.ts';
import { zonedText } from '../../vscode/scene.ts';

/** What a person decided about a key that was tried. `addNew`: not for the account it was meant for, but for one of its own. */
export type TrialOutcome =
  { readonly kind: 'save' | 'addNew'; readonly kept: KeptFacts } | { readonly kind: 'changeKeys' } | { readonly kind: 'nothing' };

export interface Trial {
  readonly exchange: Exchange;
  readonly account: Pick<Account, 'venue' | 'site' | 'baseUrl'>;
  readonly name: string;
  readonly keys: Keys;
  /** The account that is there already and only gets another key. */
  readonly replaces?: Account;
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
    const report = keyReport(facts, trial.exchange.name, zonedText);
    return report.verdict === 'refuse' ? askAfterRefusal(report) : askWhose(app, report, keptFacts(facts, report), trial);
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

export function keptFacts({ uid }: KeyFacts, { readOnly }: KeyReport): KeptFacts {
  return { readOnly, ...(uid === undefined ? {} : { uid }) };
}

/** Keys of the right user are asked about as usual; those of another, or of one who is here already, with a warning. */
function askWhose(app: App, report: KeyReport, kept: KeptFacts, trial: Trial): Promise<TrialOutcome> {
  const { account, replaces } = trial;
  const known = replaces === undefined ? undefined : (app.book.get(replaces.id) ?? replaces);
  const twin = twinOf(app.book.list(), account, kept.uid, replaces?.id);
  if (known?.uid !== undefined && isOtherOwner(known, kept.uid)) {
    const sentence = localize(otherOwnerSentence(trial.exchange.name, kept.uid, known.uid));
    return askOfOther(app, sentence, report, kept, known, twin);
  }
  return twin === undefined || kept.uid === undefined
    ? askToSave(report, kept, trial)
    : askOfTwin(localize(twinSentence(trial.exchange.name, kept.uid, twin.name)), report, kept);
}

/** The first button has the focus, so it is a harmless one. What is not settled is asked for anew, because the dialog may stand for long. */
async function askOfOther(
  app: App,
  sentence: string,
  report: KeyReport,
  kept: KeptFacts,
  account: Account,
  twin: Account | undefined,
): Promise<TrialOutcome> {
  const addNew = { title: vscode.l10n.t('Add as New Account…') };
  const change = { title: vscode.l10n.t('Change Keys') };
  const use = { title: vscode.l10n.t('Use Anyway') };
  for (;;) {
    const held = await unsettled(app, account);
    const advice = twin === undefined ? otherOwnerAdvice() : msg('Keys of that account are already here as {0}.', twin.name);
    const detail = [localize(advice), ...(held === undefined ? [] : [held]), reportDetail(report)].join('\n\n');
    const buttons = [...(twin === undefined ? [addNew] : []), change, ...(held === undefined ? [use] : []), saveNothing()];
    const choice = await vscode.window.showWarningMessage(sentence, { modal: true, detail }, ...buttons);
    if (choice === addNew) return { kind: 'addNew', kept };
    if (choice !== use) return { kind: choice === change ? 'changeKeys' : 'nothing' };
    if ((await unsettled(app, account)) === undefined) return { kind: 'save', kept };
  }
}

/** Why the account cannot get the keys of another user now, if so. */
async function unsettled(app: App, { id, name }: Account): Promise<string | undefined> {
  try {
    return (await app.ledger.unsettled(id)) === undefined ? undefined : localize(unsettledReason(name));
  } catch (error) {
    if (error instanceof Refusal) return localize(error.sentence);
    throw error;
  }
}

async function askOfTwin(sentence: string, report: KeyReport, kept: KeptFacts): Promise<TrialOutcome> {
  const change = { title: vscode.l10n.t('Change Keys') };
  const save = { title: vscode.l10n.t('Save Anyway') };
  const detail = `${localize(twinAdvice())}\n\n${reportDetail(report)}`;
  const choice = await vscode.window.showWarningMessage(sentence, { modal: true, detail }, change, save, saveNothing());
  if (choice === save) return { kind: 'save', kept };
  return { kind: choice === change ? 'changeKeys' : 'nothing' };
}

async function askToSave(report: KeyReport, kept: KeptFacts, { name, replaces }: Trial): Promise<TrialOutcome> {
  const save = { title: replaces === undefined ? vscode.l10n.t('Save Account') : vscode.l10n.t('Save Keys') };
  const change = { title: vscode.l10n.t('Change Keys') };
  const question =
    replaces === undefined
      ? vscode.l10n.t('The key works. Save the account {0}?', name)
      : vscode.l10n.t('The key works. Use it for the account {0} from now on?', name);
  const choice = await vscode.window.showInformationMessage(
    question,
    { modal: true, detail: reportDetail(report) },
    save,
    change,
    saveNothing(),
  );
  if (choice === save) return { kind: 'save', kept };
  return { kind: choice === change ? 'changeKeys' : 'nothing' };
}

function saveNothing(): vscode.MessageItem {
  return { title: vscode.l10n.t('Save Nothing'), isCloseAffordance: true };
}
