import type { Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import type { Step } from '../core/risk/ltv-solver.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { inSequence } from '../engine/ledger/sequence.ts';
import { offersFor, type Offer, type Offers } from '../engine/targets/ltv-offers.ts';
import { readForTarget, type LoanReading } from '../engine/targets/read-for-target.ts';
import type { Change } from '../exchanges/exchange.ts';
import { asPlace, loanAt } from '../views/place.ts';
import { arrowed, estimated, type Text } from '../words/text.ts';
import { askTarget } from './ask-typed.ts';
import { back, type Conversation, type Item } from './conversation.ts';
import type { Acting } from './acting.ts';
import { loanWords, sideBySide } from '../words/collateral-preview.ts';
import { loanLabel } from '../words/kinds.ts';
import {
  alreadyThere,
  blockedText,
  judgeLtv,
  judgeTargetLtv,
  ltvIs,
  noWay,
  offerText,
  repayText,
  severalText,
  shortText,
  stepsText,
  stoppedText,
  targetPrompt,
  troubleText,
} from '../words/ltv-target.ts';
import { askLoan, changeOf } from './ask-collateral.ts';
import { obstacleOn } from './change.ts';
import { loans, type LoanChoice } from './choose.ts';
import { byCurrentFigures, choicesFor } from './read-first.ts';
import { carryOut, type Carrying } from './commit.ts';
import { canRepay, canSell } from '../exchanges/possible.ts';
import { walletOf } from '../exchanges/registry.ts';
import { readingText } from './kinds.ts';
import { partlySold } from './repay-collateral.ts';
import { partlyRepaid } from './repay.ts';
import { titleOn, explainFailure, explainObstacle, venueName } from './tell.ts';
import type { Attended } from './open-change-news.ts';

/**
 * "Bring LTV to Target…": asks for loan and target, reads the figures, and shows the ways there. The chosen way goes through the normal
 * preview and confirmation. A read-only account can look.
 */
export async function bringLtvToTarget(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  const named = asPlace(argument);
  const choices = await choicesFor(app, named, loans);
  for (;;) {
    const picked = await askLoan(app, msg('button.bring-ltv-target-more', 'Bring LTV to Target…'), choices);
    const choice = picked && (await byCurrentFigures(app, picked, loanAt(picked.state.account.id, picked.loan.id), loans));
    if (choice === undefined) return;
    const obstacle = choice.state.account.readOnly ? undefined : obstacleOn(app, choice);
    if (obstacle !== undefined) {
      await explainObstacle(app, obstacle, loanAt(choice.state.account.id, choice.loan.id));
      return;
    }
    if ((await askAndBring(app, attended, choice, choices.length > 1)) !== back) return;
  }
}

async function askAndBring(app: Acting, attended: Attended, choice: LoanChoice, canGoBack: boolean): Promise<typeof back | undefined> {
  const { account } = choice.state;
  let { loan } = choice;
  let text = '';
  for (;;) {
    const answer = await askTarget(app.talk, {
      title: titleOn(
        app,
        account,
        sideBySide([msg('button.bring-ltv-target-more', 'Bring LTV to Target…'), loanWords(loan.orderId, loan.id)]),
      ),
      prompt: targetPrompt(),
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

/** @returns the fresh loan if the person wants another target */
async function bring(
  app: Acting,
  attended: Attended,
  choice: LoanChoice,
  target: Decimal,
): Promise<{ readonly loan: LoanChoice['loan'] } | 'ended'> {
  for (;;) {
    const answer = await readFresh(app, choice, target);
    if (answer === undefined) return 'ended';
    const { loan } = answer;
    if ('trouble' in answer) {
      if (await offerRetry(app.talk, troubleText(answer.trouble, loan, answer.unpriced), msg('button.try-again', 'Try Again'))) continue;
      return 'ended';
    }
    const fresh: LoanChoice = { ...choice, loan };
    // The market may have moved the loan past the typed target.
    const judged = judgeLtv(target, loan);
    if (!judged.ok)
      return (await offerRetry(app.talk, judged.sentence, msg('button.change-target', 'Change Target…'))) ? { loan } : 'ended';
    const offers = offersFor({ ...answer.reading, sells: canSell(choice.state.account, loan) }, target);
    if (offers.there) {
      const loanName = msg('term.loan', 'Loan {0}', loanLabel(loan.orderId, loan.id));
      void app.talk.tell({ kind: 'info', sentence: alreadyThere(estimated(sideBySide([loanName, ltvIs(target)]))) });
      return 'ended';
    }
    const title = titleOf(app, fresh, target);
    const picked = await app.talk.pick({
      title,
      placeholder: msg('target.which-way', 'Choose a way to preview'),
      items: itemsOf(fresh, offers),
      canGoBack: true,
    });
    if (picked === back) return { loan };
    if (picked === undefined || (await actOn(app, attended, fresh, title, picked)) === 'ended') return 'ended';
  }
}

/** @returns undefined if the person left */
export async function readFresh(app: Acting, { state, loan }: LoanChoice, target: Decimal): Promise<LoanReading | undefined> {
  const { id } = state.account;
  for (;;) {
    try {
      return await app.talk.progress(readingText, async (signal) => {
        const connection = await app.connections.get(id);
        const { snapshot, answer } = await readForTarget(connection, loan, target, signal);
        app.store.succeed(id, snapshot);
        return answer;
      });
    } catch (error) {
      if (!(await explainFailure(app, error, loanAt(id, loan.id), msg('button.try-again', 'Try Again')))) return undefined;
    }
  }
}

function titleOf(app: Acting, { state, loan }: LoanChoice, target: Decimal): Message {
  return titleOn(app, state.account, arrowed(loanWords(loan.orderId, loan.id), ltvIs(target)));
}

function itemsOf({ state, loan }: LoanChoice, { offers, blocked }: Offers): readonly Item<Offer>[] {
  const wallet = walletOf(state.account, 'collateral');
  const itemOf = (offer: Offer): Item<Offer> => {
    return { ...offerText(offer, loan, wallet, canRepay(state.account, loan)), value: offer };
  };
  const possible = offers.filter(({ shortBy }) => shortBy === undefined);
  const short = offers.filter(({ shortBy }) => shortBy !== undefined);
  const items = possible.map(itemOf);
  if (items.length === 0) items.push({ label: noWay() });
  if (short.length + blocked.length === 0) return items;
  return [
    ...items,
    { label: msg('term.unavailable', 'Unavailable'), separator: true },
    ...short.map(itemOf),
    // Without a value, so that they are shown but can't be picked.
    ...blocked.map((one): Item<Offer> => blockedText(one, wallet)),
  ];
}

/**
 * Does what was picked, each change with its own preview and confirmation.
 * @returns `again` if the person wants to choose again
 */
export async function actOn(app: Acting, attended: Attended, choice: LoanChoice, title: Text, offer: Offer): Promise<'again' | 'ended'> {
  const { account } = choice.state;
  if (offer.steps.some(({ act }) => act === 'repay') && !canRepay(account, choice.loan)) {
    const detail = [repayText(offer, venueName(app, account.venue))];
    await app.talk.confirm({ kind: 'info', title, detail, buttons: [] });
    return 'again';
  }
  // A read-only account is told only now: looking is allowed.
  const obstacle = obstacleOn(app, choice);
  if (obstacle !== undefined) {
    await explainObstacle(app, obstacle, loanAt(account.id, choice.loan.id));
    return 'ended';
  }
  const short = offer.shortBy === undefined ? undefined : shortText(stepsText(offer.steps), ltvIs(offer.ltv));
  if (short !== undefined && !(await isWanted(app.talk, title, short, msg('button.preview', 'Preview')))) return 'again';
  if (offer.steps.length > 1 && !(await isWanted(app.talk, title, severalText(offer), msg('button.start-first', 'Start with the First'))))
    return 'again';
  const all = await changesFor(app, choice, offer.steps);
  if (all === undefined) return 'again';
  const [only] = all;
  // `again` leads back to the list with the other ways and their coins.
  if (all.length === 1 && only !== undefined) return (await carryOut(app, attended, account.id, only)) === 'ended' ? 'ended' : 'again';
  const rest = await carryOutAll(app, attended, account.id, all);
  if (rest !== undefined) void app.talk.tell({ kind: 'warning', sentence: stoppedText(title, offer.steps.slice(rest)) });
  return 'ended';
}

/** Undefined when a debt could not be read, which was said. */
async function changesFor(app: Acting, choice: LoanChoice, steps: readonly Step[]): Promise<readonly Change[] | undefined> {
  const all: Change[] = [];
  for (const step of steps) {
    const change = await changeFor(app, choice, step);
    if (change === undefined) return undefined;
    all.push(change);
  }
  return all;
}

/** The change of a step, by figures that are read if it repays. @returns undefined when they could not be read, which was said */
export async function changeFor(app: Acting, choice: LoanChoice, { act, coin, amount, sold }: Step): Promise<Change | undefined> {
  if (sold !== undefined) return partlySold(app, choice, { coin, collateral: sold }, amount);
  if (act === 'repay' || act === 'sell') return partlyRepaid(app, choice, coin, amount);
  return changeOf(choice, act, coin, amount);
}

/** Tells why it can't continue, with one thing to do about it. @returns whether the person wants that */
export async function offerRetry(talk: Conversation, sentence: Message, label: Text): Promise<boolean> {
  return (await talk.tell({ kind: 'warning', sentence, buttons: [{ id: 'go', label }] })) === 'go';
}

/** Asks whether to continue to a preview; leaving means no. */
export async function isWanted(talk: Conversation, title: Text, detail: Text, go: Text): Promise<boolean> {
  return (await talk.confirm({ kind: 'warning', title, detail: [detail], buttons: [{ id: 'go', label: go }] })) === 'go';
}

/**
 * Changes in sequence; the first that isn't Confirmed ends it.
 * @returns the first that wasn't started, if that is news: a person who left the first preview knows it
 */
async function carryOutAll(app: Acting, attended: Attended, accountId: string, changes: readonly Change[]): Promise<number | undefined> {
  const { rest } = await inSequence(changes, (change) => outcomeOf(app, attended, accountId, change));
  return rest === 0 || rest === changes.length ? undefined : rest;
}

/** Resolves as soon as the outcome is known, because its notice may stay for long. @returns undefined if nothing was sent */
export function outcomeOf(
  app: Acting,
  attended: Attended,
  accountId: string,
  change: Change,
  carrying: Carrying = {},
): Promise<WriteRecord | undefined> {
  return new Promise((resolve, reject) => {
    carryOut(app, attended, accountId, change, { ...carrying, settled: resolve }).then(() => {
      resolve(undefined);
    }, reject);
  });
}
