import { compare, isPositive, lesser, round, type Decimal } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import { owesNothing } from '../core/risk/ltv.ts';
import { actionOf } from '../engine/actions.ts';
import { moreThanHeld } from '../engine/ledger/change-kind.ts';
import { wholeOf } from '../engine/ledger/kinds/repay.ts';
import type { RepayChange, RepayReadiness } from '../exchanges/exchange.ts';
import { canRepay } from '../exchanges/possible.ts';
import { walletOf } from '../exchanges/registry.ts';
import { asPlace, loanAt, type Place } from '../views/place.ts';
import { trimmed } from '../words/amount.ts';
import { loanWords } from '../words/collateral-preview.ts';
import { repayOf } from '../words/kinds.ts';
import { repayAll, repayBounds, repayPrompt, repayRemark } from '../words/repay-preview.ts';
import type { Text } from '../words/text.ts';
import type { Acting } from './acting.ts';
import { amountPlaceholder, askLoan, askOwedCoin, refOf } from './ask-collateral.ts';
import { askAmount, type AmountFacts } from './ask-typed.ts';
import { obstacleOn } from './change.ts';
import { loans, nothingToRepay, repayElsewhere, type LoanChoice, type Sought } from './choose.ts';
import { carryOut } from './commit.ts';
import { back } from './conversation.ts';
import { readingText } from './kinds.ts';
import type { Attended } from './open-change-news.ts';
import { byCurrentFigures, choicesFor } from './read-first.ts';
import { explainFailure, explainObstacle, titleOn, venueName } from './tell.ts';

/**
 * "Repay…": asks for loan, coin and amount, then previews, lets the person confirm, and carries out. Only loans that can be repaid from here are
 * offered. The amount is the person's own, or all that is owed.
 */
export async function repayLoan(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  const place = asPlace(argument);
  await forDebtor(app, msg('button.repay-more', 'Repay…'), place, canRepay, (choice, canGoBack) =>
    askAndCarryOut(app, attended, choice, canGoBack, place),
  );
}

/** Asks for one of the loans that can be repaid in some way, and then for the rest, until the person no longer goes back. */
export async function forDebtor(
  app: Acting,
  title: Message,
  place: Place | undefined,
  can: typeof canRepay,
  askRest: (choice: LoanChoice, canGoBack: boolean) => Promise<typeof back | undefined>,
): Promise<void> {
  const sought = repayable(app, can);
  const choices = await choicesFor(app, place, sought);
  for (;;) {
    const picked = await askLoan(app, title, choices);
    const choice = picked && (await byCurrentFigures(app, picked, loanAt(picked.state.account.id, picked.loan.id), sought));
    if (choice === undefined) return;
    const obstacle = obstacleOn(app, choice);
    if (obstacle !== undefined) {
      await explainObstacle(app, obstacle, loanAt(choice.state.account.id, choice.loan.id));
      return;
    }
    if ((await askRest(choice, choices.length > 1)) !== back) return;
  }
}

function repayable(app: Acting, can: typeof canRepay): Sought<LoanChoice> {
  return {
    ...loans,
    choices: (states, place) => loans.choices(states, place).filter(({ state, loan }) => can(state.account, loan)),
    none: (states, place) => {
      const found = loans.choices(states, place);
      if (found.length === 0) return loans.none(states, place);
      const elsewhere = found.find(({ loan }) => !owesNothing(loan));
      return elsewhere === undefined ? nothingToRepay() : repayElsewhere(venueName(app, elsewhere.state.account.venue));
    },
  };
}

async function askAndCarryOut(
  app: Acting,
  attended: Attended,
  choice: LoanChoice,
  canGoBack: boolean,
  filled: Place | undefined,
): Promise<typeof back | undefined> {
  const { account } = choice.state;
  const debts = choice.loan.debts.filter(({ amount }) => isPositive(amount));
  for (let first = filled; ; first = undefined) {
    const named = debts.length === 1 ? debts[0] : debts.find((debt) => debt.coin === first?.coin);
    const coin = named?.coin ?? (await askOwedCoin(app, titleOf(app, choice, msg('term.debt', 'Debt')), debts, canGoBack));
    if (coin === undefined || coin === back) return coin;
    let typed: string | undefined = coin === first?.coin ? first.amount : undefined;
    for (let isFilled = typed !== undefined; ; isFilled = false) {
      const answer = await askHowMuch(app, choice, coin, { typed, isFilled }, canGoBack || debts.length > 1);
      if (answer === undefined) return undefined;
      if (answer === back) break;
      typed = answer.amount;
      if ((await carryOut(app, attended, account.id, repaymentOf(app, choice, coin, answer))) === 'ended') return undefined;
    }
    if (debts.length === 1) return back;
  }
}

/** An amount, and whether it is meant as all of the debt. */
type HowMuch = Pick<RepayChange, 'amount' | 'all'>;

/** The change as it will be previewed, with an id of its own. */
function repaymentOf(app: Pick<Acting, 'newId'>, choice: LoanChoice, coin: string, { amount, all }: HowMuch): RepayChange {
  const requestId = app.newId().replace(/[^0-9A-Za-z]/g, '');
  return { kind: 'repay', loan: refOf(choice), direction: 'add', coin, amount, all, requestId };
}

/**
 * The repayment of an amount that was only calculated: rounded up to the decimals that the venue takes, and no more than is owed. A contract can
 * only be repaid whole: less of it is for the ledger to refuse, and more than was calculated is never repaid instead.
 * @returns undefined when the debt could not be read, which was said
 */
export async function partlyRepaid(app: Acting, choice: LoanChoice, coin: string, amount: Decimal): Promise<RepayChange | undefined> {
  const readiness = await readNow(app, choice, coin);
  if (readiness === undefined) return undefined;
  const whole = wholeOf(readiness);
  const rounded = lesser(round(amount, readiness.places, 'up'), whole);
  return repaymentOf(app, choice, coin, { amount: trimmed(rounded), all: compare(rounded, whole) === 0 });
}

const titleOf = (app: Acting, { state, loan }: LoanChoice, what: Text): Text =>
  titleOn(app, state.account, repayOf(what, loanWords(loan.orderId, loan.id)));

/**
 * Asks how much by figures that were just read: all that is owed, in one pick, or an amount.
 * @param typed to begin with; with `isFilled` it was named with the command, so that the pick is left out
 */
async function askHowMuch(
  app: Acting,
  choice: LoanChoice,
  coin: string,
  { typed, isFilled }: { readonly typed: string | undefined; readonly isFilled: boolean },
  canGoBack: boolean,
): Promise<HowMuch | typeof back | undefined> {
  const { account } = choice.state;
  const readiness = await readNow(app, choice, coin);
  if (readiness === undefined) return undefined;
  const { walletAvailable } = readiness;
  if (!isPositive(walletAvailable)) {
    const sentence = moreThanHeld(walletAvailable, account, { kind: 'repay', coin });
    await explainObstacle(app, { sentence, remedies: [] }, loanAt(account.id, choice.loan.id));
    return undefined;
  }
  const whole = wholeOf(readiness);
  const canRepayAll = compare(whole, walletAvailable) <= 0;
  const title = titleOf(app, choice, coin);
  for (let asksWhether = canRepayAll && !isFilled; ; asksWhether = canRepayAll) {
    const chosen = asksWhether ? await askWhether(app, title, `${formatAmount(whole)} ${coin}`, canGoBack) : 'amount';
    if (chosen === undefined || chosen === back) return chosen;
    if (chosen === 'all') return { amount: trimmed(whole), all: true };
    const amount = await askAmount(app.talk, {
      title,
      placeholder: amountPlaceholder(coin),
      facts: factsOf(coin, readiness, whole, walletOf(account, 'repay')),
      ...(typed === undefined ? {} : { value: typed }),
      canGoBack: canGoBack || canRepayAll,
    });
    if (amount === undefined || (amount === back && !canRepayAll)) return amount;
    if (amount !== back) return { amount, all: compare(amount, whole) === 0 };
  }
}

function askWhether(app: Acting, title: Text, whole: string, canGoBack: boolean): Promise<'all' | 'amount' | typeof back | undefined> {
  return app.talk.pick({
    title,
    placeholder: msg('repay.how-much', 'How much?'),
    items: [
      { label: msg('repay.amount', 'Amount…'), value: 'amount' },
      { label: repayAll(whole), value: 'all' },
    ],
    canGoBack,
  });
}

function factsOf(coin: string, readiness: RepayReadiness, whole: Decimal, wallet: Parameters<typeof repayPrompt>[3]): AmountFacts {
  return {
    bounds: repayBounds(coin, readiness, whole),
    prompt: repayPrompt(coin, readiness, whole, wallet),
    remark: (amount) => repayRemark(coin, readiness, amount),
  };
}

/** @returns undefined when the person left, or it can't be repaid, which was said */
async function readNow(app: Acting, choice: LoanChoice, coin: string): Promise<RepayReadiness | undefined> {
  const { id } = choice.state.account;
  for (;;) {
    try {
      return await app.talk.progress(readingText, async (signal) => {
        const connection = await app.connections.get(id);
        return actionOf(connection, 'repay').prepare({ loan: refOf(choice), coin }, signal);
      });
    } catch (error) {
      if (!(await explainFailure(app, error, loanAt(id, choice.loan.id), msg('button.try-again', 'Try Again')))) return undefined;
    }
  }
}
