import { isOtherOwner, keyNote, type KeptFacts } from '../../engine/replace-keys.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Connection, Exchange, KeyFacts, Keys } from '../../exchanges/exchange.ts';
import { Refusal } from '../../engine/ledger/ledger.ts';
import type { Acting } from '../acting.ts';
import type { Conversation } from '../conversation.ts';
import { keyReport, otherOwnerAdvice, otherOwnerSentence, twinOf, twinSentence, unsettledReason, type KeyReport } from '../../words/key.ts';
import { outletsElsewhere } from '../../engine/outlets/outlet-book.ts';
import { isBuiltIn } from '../../engine/simulated/built-in.ts';
import { outletName } from '../../words/outlet.ts';

/** The person's decision on a tested key. `addNew`: add it as a new account instead. */
export type TrialOutcome =
  | { readonly kind: 'save' | 'addNew'; readonly kept: KeptFacts }
  | { readonly kind: 'changeKeys' }
  | { readonly kind: 'nothing' };

export interface Trial {
  readonly exchange: Exchange;
  readonly account: Pick<Account, 'venue' | 'site' | 'baseUrl'>;
  readonly name: string;
  readonly keys: Keys;
  /** The existing account that gets another key. */
  readonly replaces?: Account;
}

/** Asks the venue about a key, read-only. The person can stop it. @throws ExchangeError */
export function inspectUnderProgress(talk: Conversation, name: string, connect: () => Promise<Connection>): Promise<KeyFacts> {
  return talk.progress(msg('key.testing-connection', 'Testing the connection of {0}…', name), async (signal) =>
    (await connect()).inspect(signal),
  );
}

/** Tests a key that isn't stored yet, shows the venue's answer or what is wrong, and asks what to do. */
export async function tryKeys(app: Acting, trial: Trial): Promise<TrialOutcome> {
  for (;;) {
    let connection: Connection | undefined;
    let facts: KeyFacts;
    try {
      const probe = await app.connections.probe(trial.account, trial.keys);
      connection = probe;
      facts = await inspectUnderProgress(app.talk, trial.name, () => Promise.resolve(probe));
    } catch (error) {
      if (!ExchangeError.is(error)) throw error;
      const next = await askAfterFault(app.talk, error);
      if (next === 'again') continue;
      return { kind: next };
    } finally {
      connection?.dispose();
    }
    const report = keyReport(facts, trial.exchange.name, app.viewContext().zoned);
    return report.verdict === 'refuse'
      ? askAfterRefusal(app.talk, report)
      : askWhose(app, report, keptFacts(facts, report, app.clock.now()), trial);
  }
}

async function askAfterFault(talk: Conversation, error: ExchangeError): Promise<'again' | 'changeKeys' | 'nothing'> {
  const choice = await talk.confirm({
    kind: 'error',
    title: error.sentence,
    detail: [msg('key.nothing-been-stored', 'Nothing was saved.')],
    buttons: [{ id: 'again', label: msg('button.try-again', 'Try Again') }, changeKeys, saveNothing],
  });
  return choice ?? 'nothing';
}

async function askAfterRefusal(talk: Conversation, report: KeyReport): Promise<TrialOutcome> {
  const choice = await talk.confirm({
    kind: 'error',
    title: report.reason ?? '',
    detail: [...report.lines, '', msg('key.nothing-been-stored', 'Nothing was saved.')],
    buttons: [changeKeys, saveNothing],
  });
  return { kind: choice ?? 'nothing' };
}

/** @param now milliseconds since the Unix epoch */
export function keptFacts(facts: KeyFacts, { readOnly }: KeyReport, now: number): KeptFacts {
  const { uid } = facts;
  return { readOnly, ...(uid === undefined ? {} : { uid }), key: keyNote(facts, now) };
}

/** Asks as usual for keys of the right user, and with a warning for keys of another user or of one already listed. */
function askWhose(app: Acting, report: KeyReport, kept: KeptFacts, trial: Trial): Promise<TrialOutcome> {
  const { account, replaces } = trial;
  const known = replaces === undefined ? undefined : (app.book.get(replaces.id) ?? replaces);
  const twin = twinOf(app.book.list(), account, kept.uid, replaces?.id);
  if (known?.uid !== undefined && isOtherOwner(known, kept.uid)) {
    const sentence = otherOwnerSentence(trial.exchange.name, kept.uid, known.uid);
    return askOfOther(app, sentence, report, kept, known, twin);
  }
  return twin === undefined || kept.uid === undefined
    ? askToSave(app.talk, report, kept, trial)
    : askOfTwin(app.talk, twinSentence(twin.name), report, kept);
}

/**
 * The first button has the focus, so it's a harmless one. Unfinished changes are checked again, because the dialog may have been open for
 * long.
 */
async function askOfOther(
  app: Acting,
  sentence: Message,
  report: KeyReport,
  kept: KeptFacts,
  account: Account,
  twin: Account | undefined,
): Promise<TrialOutcome> {
  for (;;) {
    const held = await unsettled(app, account);
    const advice = twin === undefined ? otherOwnerAdvice() : twinSentence(twin.name);
    const choice = await app.talk.confirm({
      kind: 'warning',
      title: sentence,
      detail: [advice, '', ...(held === undefined ? [] : [held, '']), ...report.lines],
      buttons: [
        ...(twin === undefined ? [{ id: 'addNew', label: msg('term.add-account', 'Add Account…') } as const] : []),
        changeKeys,
        ...(held === undefined ? [{ id: 'use', label: msg('button.save-anyway', 'Save Anyway') } as const] : []),
        saveNothing,
      ],
    });
    if (choice === 'addNew') return { kind: 'addNew', kept };
    if (choice !== 'use') return { kind: choice ?? 'nothing' };
    if ((await unsettled(app, account)) === undefined) return { kind: 'save', kept };
  }
}

/** Why the account can't get keys of another user now, if so. */
async function unsettled(app: Acting, { id, name }: Account): Promise<Message | undefined> {
  try {
    return (await app.ledger.unsettled(id)) === undefined ? undefined : unsettledReason(name);
  } catch (error) {
    if (error instanceof Refusal) return error.sentence;
    throw error;
  }
}

async function askOfTwin(talk: Conversation, sentence: Message, report: KeyReport, kept: KeptFacts): Promise<TrialOutcome> {
  const choice = await talk.confirm({
    kind: 'warning',
    title: sentence,
    detail: report.lines,
    buttons: [changeKeys, { id: 'save', label: msg('button.save-anyway', 'Save Anyway') }, saveNothing],
  });
  return choice === 'save' ? { kind: 'save', kept } : { kind: choice ?? 'nothing' };
}

async function askToSave(talk: Conversation, report: KeyReport, kept: KeptFacts, { name }: Trial): Promise<TrialOutcome> {
  const choice = await talk.confirm({
    kind: 'info',
    title: msg('key.works', 'The key works. Save it for {0}?', name),
    detail: report.lines,
    buttons: [{ id: 'save', label: msg('button.save', 'Save') }, changeKeys, saveNothing],
  });
  return choice === 'save' ? { kind: 'save', kept } : { kind: choice ?? 'nothing' };
}

const changeKeys = { id: 'changeKeys', label: msg('button.change-keys', 'Change Keys') } as const;

const saveNothing = { id: 'nothing', label: msg('button.discard', 'Discard'), closes: true } as const;

/**
 * In a browser a window knows the keys that were stored when it was opened, and writes all it knows whenever it stores or deletes one: keys
 * and addresses of outlets that another window stored since would be lost. So the person is asked to reload it first.
 * @returns whether to go on
 */
export async function mayChangeKeys(app: Pick<Acting, 'talk' | 'book' | 'vault' | 'outlets' | 'keepsOwnKeys'>): Promise<boolean> {
  // Windows of the desktop share one keyring.
  if (!app.keepsOwnKeys) return true;
  const accounts = app.book.list().filter((account) => !isBuiltIn(account));
  const found = await Promise.all(accounts.map(({ id }) => app.vault.has(id)));
  const missing = [
    ...accounts.filter((_account, index) => found[index] === false).map(({ name }) => name),
    ...(await outletsElsewhere(app.outlets)).map((outlet) => app.talk.localize(outletName(outlet))),
  ];
  if (missing.length === 0) return true;
  const choice = await app.talk.confirm({
    kind: 'warning',
    title: msg('key.not-found-of', "This window can't find the keys or address of {0}.", missing.join(', ')),
    detail: [
      msg(
        'key.may-be-erased',
        'Another window may have saved them. In a browser, saving or deleting a key here would erase what it saved. Reload first: nothing is lost.',
      ),
    ],
    buttons: [
      { id: 'reload', label: msg('button.reload-window', 'Reload Window') },
      { id: 'goOn', label: msg('button.continue-anyway', 'Continue Anyway') },
    ],
  });
  if (choice === 'reload') await app.talk.reloadWindow();
  return choice === 'goOn';
}
