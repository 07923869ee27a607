import * as vscode from 'vscode';
import type { Decimal } from '../core/decimal.ts';
import { formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Step } from '../core/risk/ltv-solver.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { inSequence } from '../engine/ledger/sequence.ts';
import { offersFor, readForTarget, type LoanReading, type Offer, type Offers } from '../engine/targets/ltv-offers.ts';
import type { Change } from '../exchanges/exchange.ts';
import { asTarget } from '../views/target.ts';
import { askTarget, back, pick, underProgress, type Item } from '../vscode/conversation.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';
import { loanLabel } from '../words/change.ts';
import {
  blockedText,
  judgeLtv,
  judgeTargetLtv,
  offerText,
  repayText,
  severalText,
  shortText,
  stoppedText,
  targetPrompt,
  troubleText,
} from '../words/ltv-target.ts';
import { askLoan, changeOf } from './ask-collateral.ts';
import { obstacleOn } from './change.ts';
import { loanChoices, nothingToChoose, type LoanChoice } from './choose.ts';
import { carryOut } from './commit.ts';
import { markOf } from './mark.ts';
import type { Attended } from './open-change-news.ts';
import { explainFailure, explainObstacle, venueName } from './tell.ts';

/**
 * "Bring LTV to Target…": asks for loan and target, reads everything afresh, and shows the ways there side by side. What is
 * picked goes through the ordinary preview and confirmation. A read-only account may look.
 */
export async function bringLtvToTarget(app: App, attended: Attended, argument: unknown): Promise<void> {
  const named = asTarget(argument);
  const choices = loanChoices(app.store.all(), named);
  if (choices.length === 0) return explainObstacle(nothingToChoose(app.store.all(), named), named);
  for (;;) {
    const choice = await askLoan(app, vscode.l10n.t('Bring LTV to Target'), choices);
    if (choice === undefined) return;
    const obstacle = choice.state.account.readOnly ? undefined : obstacleOn(app, choice);
    if (obstacle !== undefined) {
      return explainObstacle(obstacle, { accountId: choice.state.account.id, loanId: choice.loan.id });
    }
    if ((await askAndBring(app, attended, choice, choices.length > 1)) !== back) return;
  }
}

async function askAndBring(app: App, attended: Attended, choice: LoanChoice, canGoBack: boolean): Promise<typeof back | undefined> {
  const { account } = choice.state;
  let { loan } = choice;
  let text = '';
  for (;;) {
    const answer = await askTarget({
      title: vscode.l10n.t('{0}: bring loan {1} to an LTV ({2})', markOf(app, account), loanLabel(loan.orderId, loan.id), account.name),
      prompt: targetPrompt(),
      placeholder: vscode.l10n.t('LTV in percent, for example 55 or 62.5'),
      judge: (typed) => judgeTargetLtv(typed, loan),
      value: text,
      canGoBack,
    });
    if (answer === undefined || answer === back) return answer;
    text = answer.text;
    const next = await bring(app, attended, { ...choice, loan }, answer.target);
    if (next === 'ended') return undefined;
    loan = next.loan;
  }
}

/** @returns the fresh loan when the person wants another target. */
async function bring(
  app: App,
  attended: Attended,
  choice: LoanChoice,
  target: Decimal,
): Promise<{ readonly loan: LoanChoice['loan'] } | 'ended'> {
  for (;;) {
    const answer = await readAfresh(app, choice, target);
    if (answer === undefined) return 'ended';
    const { loan } = answer;
    if ('trouble' in answer) {
      if (await offerRetry(troubleText(answer.trouble, loan, answer.unpriced), vscode.l10n.t('Try Again'))) continue;
      return 'ended';
    }
    const fresh: LoanChoice = { ...choice, loan };
    // The market may have moved the loan past the target since it was typed.
    const verdict = judgeLtv(target, loan);
    if (!verdict.ok) return (await offerRetry(verdict.sentence, vscode.l10n.t('Change Target…'))) ? { loan } : 'ended';
    const offers = offersFor(answer.reading, target);
    if (offers.there) {
      const sentence = msg(
        'Loan {0} is at {1} already (estimate). There is nothing to do.',
        loanLabel(loan.orderId, loan.id),
        formatLtv(target),
      );
      void vscode.window.showInformationMessage(localize(sentence));
      return 'ended';
    }
    const title = titleOf(app, fresh, target);
    const picked = await pick({
      title,
      placeholder: vscode.l10n.t('Which way? A preview follows; nothing is sent yet.'),
      items: itemsOf(app, fresh, offers),
      canGoBack: true,
    });
    if (picked === back) return { loan };
    if (picked === undefined || (await actOn(app, attended, fresh, { title, target, offer: picked })) === 'ended') return 'ended';
  }
}

/** @returns undefined when the person left. */
async function readAfresh(app: App, { state, loan }: LoanChoice, target: Decimal): Promise<LoanReading | undefined> {
  const { id } = state.account;
  for (;;) {
    try {
      return await underProgress(vscode.l10n.t('Reading loan, wallet, prices and limits afresh'), async (signal) => {
        const connection = await app.connections.get(id);
        const { snapshot, answer } = await readForTarget(connection, loan, target, signal);
        app.store.succeed(id, snapshot);
        return answer;
      });
    } catch (error) {
      if (!(await explainFailure(app, error, { accountId: id, loanId: loan.id }, vscode.l10n.t('Try Again')))) return undefined;
    }
  }
}

function titleOf(app: App, { state, loan }: LoanChoice, target: Decimal): string {
  return vscode.l10n.t(
    '{0}: bring loan {1} to LTV {2} ({3})',
    markOf(app, state.account),
    loanLabel(loan.orderId, loan.id),
    formatLtv(target),
    state.account.name,
  );
}

function itemsOf(app: App, { state, loan }: LoanChoice, { offers, blocked }: Offers): readonly Item<Offer>[] {
  const wallet = app.exchanges.find(({ id }) => id === state.account.venue)?.collateralWallet ?? msg('wallet of the exchange');
  const itemOf = (offer: Offer): Item<Offer> => {
    const { label, description, detail } = offerText(offer, loan, wallet);
    return { label: localize(label), description: localize(description), detail: localize(detail), value: offer };
  };
  const possible = offers.filter(({ shortBy }) => shortBy === undefined);
  const short = offers.filter(({ shortBy }) => shortBy !== undefined);
  const items = possible.map(itemOf);
  if (items.length === 0) items.push({ label: vscode.l10n.t('No way leads there now') });
  if (short.length + blocked.length === 0) return items;
  return [
    ...items,
    { label: vscode.l10n.t('Not possible'), kind: vscode.QuickPickItemKind.Separator },
    ...short.map(itemOf),
    // No value: they are there to be seen, and cannot be picked.
    ...blocked.map((one): Item<Offer> => {
      const { label, description } = blockedText(one, wallet);
      return { label: localize(label), description: localize(description) };
    }),
  ];
}

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
  const { rest } = await inSequence(changes, (change) => outcomeOf(app, attended, accountId, change));
  return rest === 0 || rest === changes.length ? undefined : rest;
}

/** As soon as it is known; the words about it may stand for long. @returns undefined when nothing was sent. */
function outcomeOf(app: App, attended: Attended, accountId: string, change: Change): Promise<WriteRecord | undefined> {
  return new Promise((resolve, reject) => {
    carryOut(app, attended, accountId, change, { settled: resolve }).then(() => {
      resolve(undefined);
    }, reject);
  });
}
