import { msg } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import { stakesOf } from '../engine/accounts/stakes.ts';
import type { ArmingTerm } from '../engine/ledger/arming.ts';
import { Refusal } from '../engine/ledger/ledger.ts';
import { asPlace } from '../views/place.ts';
import { back, type Item } from './conversation.ts';
import type { Acting } from './acting.ts';
import { armingText } from '../words/arming-mark.ts';
import {
  accountGoneText,
  armedText,
  armingChoices,
  armingMeaning,
  asksForName,
  disarmedText,
  nameFault,
  namePrompt,
  nothingToDisarmText,
} from '../words/arming.ts';
import { chooseAccount } from './account/choose.ts';
import { inspectUnderProgress } from './account/try-keys.ts';
import { obstacleOf } from './choose.ts';
import { explainFailure, explainObstacle, markOf, titleOn } from './tell.ts';
import { labelled } from '../words/text.ts';

/** "Arm Account…": asks which account and for how long, and says the outcome. */
export async function armWritingOn(app: Acting, argument: unknown): Promise<void> {
  const account = await chooseAccount(app, argument);
  if (account === undefined) {
    if (asPlace(argument) !== undefined) await app.talk.tell({ kind: 'warning', sentence: accountGoneText() });
    return;
  }
  if (!(await armWriting(app, account))) return;
  const sentence = armedText(account.name, app.arming.state(account.id), app.viewContext().when);
  const chosen = await app.talk.tell({
    kind: 'info',
    sentence,
    buttons: [{ id: 'disarmWriting', label: msg('button.disarm-account', 'Disarm Account') }],
  });
  if (chosen !== undefined) await app.talk.run(chosen, { accountId: account.id });
}

/** Asks for how long, and arms. @returns whether it was armed; false if the person left or the account is read-only */
export async function armWriting(app: Acting, account: Account): Promise<boolean> {
  if (account.readOnly) {
    const obstacle = obstacleOf({ account, reading: false }, undefined);
    if (obstacle !== undefined) await explainObstacle(app, obstacle, { accountId: account.id });
    return false;
  }
  if (!(await isOwnerKnown(app, account))) return false;
  const term = await askTerm(app, account);
  if (term === undefined) return false;
  if (term === 'settings') {
    await app.talk.openLimits();
    return false;
  }
  const typedName = asksForName(term, stakesOf(account)) ? await askName(app, account) : '';
  if (typedName === undefined) return false;
  try {
    await app.arming.arm(account.id, term, { typedName });
    return true;
  } catch (error) {
    // The account was renamed while its name was typed, or removed.
    if (!(error instanceof Refusal)) throw error;
    await explainFailure(app, error, { accountId: account.id });
    return false;
  }
}

/**
 * Arming is bound to the key's owner. If unknown, the exchange is asked: a later key may belong to another person. @throws ExchangeError
 */
export async function isOwnerKnown(app: Acting, account: Account): Promise<boolean> {
  if (app.book.get(account.id)?.uid !== undefined) return true;
  const { uid } = await inspectUnderProgress(app.talk, account.name, () => app.connections.get(account.id));
  if (uid !== undefined) await app.book.update(account.id, { uid });
  if (uid !== undefined || account.simulated) return true;
  await app.talk.tell({
    kind: 'warning',
    sentence: msg('arming.owner-unknown', "{0} can't be armed: the exchange doesn't say whose API key this is.", account.name),
  });
  return false;
}

async function askTerm(app: Acting, account: Account): Promise<ArmingTerm | 'settings' | undefined> {
  const stakes = stakesOf(account);
  const arming = app.arming.state(account.id);
  const items: readonly Item<ArmingTerm | 'settings'>[] = [
    ...armingChoices(stakes).map(({ term, label, detail }) => ({ label: label, detail: detail, value: term })),
    { label: '', separator: true },
    {
      label: msg('button.set-limits', 'Set Limits…'),
      value: 'settings',
    },
  ];
  const chosen = await app.talk.pick({
    title: labelled(markOf(app, account), msg('arming.how-long', 'Arm {0} for how long?', account.name)),
    placeholder: armingText(arming, app.viewContext().when),
    prompt: armingMeaning(stakes, await app.readLimits()),
    items,
    canGoBack: false,
  });
  return chosen === back ? undefined : chosen;
}

async function askName(app: Acting, account: Account): Promise<string | undefined> {
  const { name } = account;
  const typed = await app.talk.input({
    title: titleOn(app, account, msg('button.arm-account', 'Arm Account…')),
    prompt: namePrompt(name),
    judge: (raw) => {
      const problem = nameFault(raw, name);
      return problem === undefined ? { value: raw } : { problem };
    },
    canGoBack: false,
  });
  return typed === back ? undefined : typed;
}

/**
 * Tells what was disarmed, or why nothing had to be.
 * @param accountId the named account, if any
 */
export async function sayDisarmed(app: Acting, disarmed: readonly Account[], accountId: string | undefined): Promise<void> {
  const named = accountId === undefined ? undefined : app.book.get(accountId);
  if (accountId !== undefined && named === undefined) {
    await app.talk.tell({ kind: 'warning', sentence: accountGoneText() });
    return;
  }
  const open = disarmed.some(({ id }) => app.ledger.open(id).length > 0);
  const sentence =
    disarmed.length === 0 && named !== undefined
      ? nothingToDisarmText(named.name, named.readOnly)
      : disarmedText(
          disarmed.map(({ name }) => name),
          open,
        );
  await app.talk.tell({ kind: 'info', sentence: sentence });
}
