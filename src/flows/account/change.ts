import { msg } from '../../core/message.ts';
import { isOtherOwner, keepFacts, replaceKeys } from '../../engine/replace-keys.ts';
import { keysElsewhereCode, keysMissingCode, otherOwnerCode } from '../../engine/accounts/failures-here.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Account } from '../../core/model.ts';
import type { KeyFacts } from '../../exchanges/exchange.ts';
import { keySteps, type AccountAnswers, runSteps } from './steps.ts';
import { addBeside } from './add.ts';
import { labelled, type Text } from '../../words/text.ts';
import type { Acting } from '../acting.ts';
import { back, type Conversation } from '../conversation.ts';
import { inspectUnderProgress, keptFacts, tryKeys, mayChangeKeys } from './try-keys.ts';
import { checkAccountName, keyReport, otherOwnerAdvice, otherOwnerSentence, unsettledReason } from '../../words/key.ts';
import { isBuiltIn } from '../../engine/simulated/built-in.ts';

export async function updateKeys(app: Acting, account: Account): Promise<void> {
  if (isBuiltIn(account)) {
    await app.talk.tell({
      kind: 'info',
      sentence: msg(
        'account.own-keys',
        'The simulated exchange makes its own keys. To start over, remove {0} and try it again.',
        account.name,
      ),
    });
    return;
  }
  const exchange = app.connections.exchange(account.venue);
  if (exchange === undefined) return;
  if (!(await mayChangeKeys(app))) return;
  const title = msg('account.update-keys', 'Update Keys of {0}', account.name);
  for (;;) {
    const empty: AccountAnswers = { exchange, keys: {} };
    const answers = await runSteps(keySteps(app.talk, title, [exchange]), empty);
    if (answers === undefined) return;
    const outcome = await tryKeys(app, { exchange, account, name: account.name, keys: answers.keys, replaces: account });
    if (outcome.kind === 'nothing') return;
    if (outcome.kind === 'changeKeys') continue;
    if (outcome.kind === 'addNew') return addBeside(app, account, exchange, answers.keys, outcome.kept);
    await replaceKeys(app, account, answers.keys, outcome.kept);
    app.log.info(`keys updated: ${account.id}`);
    await app.poller.refresh(account.id);
    return;
  }
}

export async function renameAccount(app: Acting, account: Account): Promise<void> {
  const taken = app.book
    .list()
    .filter(({ id }) => id !== account.id)
    .map(({ name }) => name);
  const name = await app.talk.input({
    title: msg('account.rename', 'Rename {0}', account.name),
    prompt: msg('account.name', 'Name of the account'),
    value: account.name,
    judge: (raw) => checkAccountName(raw, taken),
    canGoBack: false,
  });
  if (name !== undefined && name !== back && name !== account.name) await app.book.update(account.id, { name });
}

export async function removeAccount(app: Acting, account: Account): Promise<void> {
  const choice = await app.talk.confirm({
    kind: 'warning',
    title: msg('account.remove', 'Remove the account {0}?', account.name),
    detail: removalDetail(app, account),
    buttons: [{ id: 'remove', label: msg('button.remove-account', 'Remove Account') }],
  });
  if (choice !== 'remove' || !(await mayChangeKeys(app))) return;
  // Keys first: without the record, the keys could no longer be removed.
  await app.vault.delete(account.id);
  await app.book.remove(account.id);
  app.log.info(`account removed: ${account.id}`);
}

function removalDetail(app: Acting, account: Account): readonly Text[] {
  const lines: Text[] = [
    isBuiltIn(account)
      ? msg('account.removes-simulated', 'Its simulated exchange stops and is deleted. No real money is involved.')
      : msg('account.removes', 'Its keys, last figures and history are deleted from this computer. Nothing changes at the exchange.'),
  ];
  if (app.ledger.open(account.id).some(({ accountId }) => accountId === account.id)) {
    lines.push('', unsettledReason(account.name));
  }
  return lines;
}

export async function testConnection(app: Acting, account: Account): Promise<void> {
  let facts: KeyFacts;
  try {
    facts = await inspectUnderProgress(app.talk, account.name, () => app.connections.get(account.id));
  } catch (error) {
    if (!ExchangeError.is(error) || error.kind === 'aborted') throw error;
    await tellFault(app, account, error);
    return;
  }
  const venue = app.connections.exchange(account.venue)?.name ?? account.venue;
  const report = keyReport(facts, venue, app.viewContext().zoned);
  const kept = keptFacts(facts, report, app.clock.now());
  const { uid } = account;
  if (uid !== undefined && isOtherOwner(account, kept.uid)) {
    await offerUpdate(app.talk, account, otherOwnerSentence(venue, kept.uid, uid), [otherOwnerAdvice()]);
    return;
  }
  await keepFacts(app.book, account, kept);
  void app.poller.refresh(account.id);
  if (report.verdict === 'accept') {
    const sentence = msg('account.works', 'The connection of {0} works.', account.name);
    await app.talk.confirm({ kind: 'info', title: sentence, detail: report.lines, buttons: [] });
    return;
  }
  await offerUpdate(app.talk, account, report.reason ?? '', report.lines);
}

async function tellFault(app: Acting, account: Account, error: ExchangeError): Promise<void> {
  app.log.warn(`test of ${account.id}: ${error.kind} ${error.code ?? ''}`);
  const elsewhere = [keysMissingCode, keysElsewhereCode, otherOwnerCode].includes(error.code ?? '');
  await offerUpdate(app.talk, account, error.sentence, [labelled(msg('term.account', 'Account'), account.name)], elsewhere);
}

/** @param elsewhere whether another window may have the right keys, so that reloading this one comes first */
async function offerUpdate(talk: Conversation, account: Account, title: Text, detail: readonly Text[], elsewhere = false): Promise<void> {
  const choice = await talk.confirm({
    kind: 'error',
    title,
    detail,
    buttons: [
      ...(elsewhere ? [{ id: 'reload', label: msg('button.reload-window', 'Reload Window') } as const] : []),
      ...(isBuiltIn(account) ? [] : [{ id: 'update', label: msg('button.update-keys', 'Update Keys…') } as const]),
      { id: 'log', label: msg('button.show-log', 'Show Log') },
    ],
  });
  if (choice === 'reload') await talk.reloadWindow();
  if (choice === 'update') await talk.run('updateKeys', { accountId: account.id });
  if (choice === 'log') talk.openLog();
}
