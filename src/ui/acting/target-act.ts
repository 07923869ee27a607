import * as vscode from 'vscode';
import type { Decimal } from '../../core/decimal.ts';
import type { Message } from '../../core/message.ts';
import type { Step } from '../../core/way.ts';
import type { Change } from '../../exchanges/exchange.ts';
import type { WriteRecord } from '../../ledger/ledger.ts';
import type { App } from '../app.ts';
import { localize } from '../localize.ts';
import { changeOf } from './ask-change.ts';
import type { Attended } from './attended.ts';
import { carryOut } from './carry-out.ts';
import { obstacleOn } from './change-collateral.ts';
import { explainObstacle } from './explain.ts';
import type { LoanChoice } from './loans.ts';
import { venueName } from './say-outcome.ts';
import type { Offer } from './target-offers.ts';
import { repayText, severalText, shortText, stoppedText } from './target-text.ts';

/**
 * Does what was picked, each change through its own preview and confirmation; what needs a word before gets it.
 * @returns `again` when the person wants to choose again
 */
export async function actOn(
  app: App,
  attended: Attended,
  choice: LoanChoice,
  { title, target, offer }: { readonly title: string; readonly target: Decimal; readonly offer: Offer },
): Promise<'again' | 'ended'> {
  const { account } = choice.state;
  const changes = offer.steps.map((step) => changeFor(choice, step));
  if (changes.some((change) => change === undefined)) {
    await vscode.window.showInformationMessage(title, { modal: true, detail: localize(repayText(offer, venueName(app, account.venue))) });
    return 'again';
  }
  // Said only now to who may only read: looking is free.
  const obstacle = obstacleOn(app, choice);
  if (obstacle !== undefined) {
    await explainObstacle(obstacle, { accountId: account.id, loanId: choice.loan.id });
    return 'ended';
  }
  if (offer.shortBy !== undefined) {
    if (!(await isWanted(title, localize(shortText(offer, target)), vscode.l10n.t('Preview It')))) return 'again';
  }
  if (offer.steps.length > 1 && !(await isWanted(title, localize(severalText(offer)), vscode.l10n.t('Begin with the First'))))
    return 'again';
  const all = changes.filter((change) => change !== undefined);
  const [only] = all;
  // The other ways, with their coins, are in the list that "again" leads back to.
  if (all.length === 1 && only !== undefined) return (await carryOut(app, attended, account.id, only)) === 'ended' ? 'ended' : 'again';
  const rest = await carryOutAll(app, attended, account.id, all);
  if (rest !== undefined) void vscode.window.showWarningMessage(localize(stoppedText(title, offer.steps.slice(rest))));
  return 'ended';
}

/** Undefined for a repayment, which is not done here. */
function changeFor(choice: LoanChoice, { act, coin, amount }: Step): Change | undefined {
  return act === 'repay' ? undefined : changeOf(choice, act, coin, amount);
}

/** Says why something cannot go on, with one thing to do about it. @returns whether the person wants that. */
export async function offerRetry(sentence: Message, label: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(localize(sentence), label)) === label;
}

/** The first button has the focus, so it is the harmless one. */
export async function isWanted(title: string, detail: string, go: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, vscode.l10n.t('Go Back'), go)) === go;
}

/**
 * One after the other; the first that is not proven effective ends it.
 * @returns from which on they were not begun, if there is news in that: who left the first preview knows it
 */
async function carryOutAll(app: App, attended: Attended, accountId: string, changes: readonly Change[]): Promise<number | undefined> {
  for (const [index, change] of changes.entries()) {
    const outcome = await outcomeOf(app, attended, accountId, change);
    // Without evidence it is a person's word.
    if (outcome?.state === 'effective' && outcome.evidence !== undefined) continue;
    const rest = outcome === undefined ? index : index + 1;
    return rest === 0 || rest === changes.length ? undefined : rest;
  }
  return undefined;
}

/** As soon as it is known; the words about it may stand for long. @returns undefined when nothing was sent. */
function outcomeOf(app: App, attended: Attended, accountId: string, change: Change): Promise<WriteRecord | undefined> {
  return new Promise((resolve, reject) => {
    carryOut(app, attended, accountId, change, { settled: resolve }).then(() => {
      resolve(undefined);
    }, reject);
  });
}
