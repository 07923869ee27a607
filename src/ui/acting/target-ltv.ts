import * as vscode from 'vscode';
import type { Decimal } from '../../core/decimal.ts';
import { formatLtv } from '../../core/format.ts';
import { msg } from '../../core/message.ts';
import type { App } from '../app.ts';
import { localize } from '../localize.ts';
import { asTarget } from '../target.ts';
import { askLoan } from './ask-change.ts';
import type { Attended } from './attended.ts';
import { obstacleOn } from './change-collateral.ts';
import { loanLabel } from './change-text.ts';
import { explainFailure, explainObstacle } from './explain.ts';
import { loanChoices, nothingToChoose, type LoanChoice } from './loans.ts';
import { markOf } from './mark.ts';
import { back, pick, underProgress, type Item } from './prompts.ts';
import { actOn, offerRetry } from './target-act.ts';
import { askTarget } from './target-box.ts';
import { offersFor, type Offer, type Offers } from './target-offers.ts';
import { judgeLtv, judgeTargetLtv, targetPrompt } from './target-percent.ts';
import { readForTarget, type LoanReading } from './target-read.ts';
import { blockedText, offerText, troubleText } from './target-text.ts';

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
