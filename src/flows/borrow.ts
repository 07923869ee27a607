import { isPositive, type Decimal } from '../core/decimal.ts';
import { msg } from '../core/message.ts';
import { borrowLimit } from '../engine/accounts/borrowing.ts';
import { actionOf } from '../engine/actions.ts';
import type { BorrowChange, BorrowReadiness } from '../exchanges/exchange.ts';
import { canBorrow } from '../exchanges/possible.ts';
import { borrowElsewhere } from '../exchanges/refusals.ts';
import { loanAt, asPlace } from '../views/place.ts';
import { borrowBounds, borrowPrompt, borrowRemark } from '../words/borrow-preview.ts';
import { loanWords } from '../words/collateral-preview.ts';
import { borrowOf } from '../words/kinds.ts';
import type { Text } from '../words/text.ts';
import type { Acting } from './acting.ts';
import { allowBorrowing } from './allow-borrowing.ts';
import { amountPlaceholder, askLoan, askOwedCoin, refOf } from './ask-collateral.ts';
import { askAmount } from './ask-typed.ts';
import { obstacleOn } from './change.ts';
import { loans, type LoanChoice, type Sought } from './choose.ts';
import { carryOut } from './commit.ts';
import { back } from './conversation.ts';
import { readingText } from './kinds.ts';
import type { Attended } from './open-change-news.ts';
import { byCurrentFigures, choicesFor } from './read-first.ts';
import { explainFailure, explainObstacle, titleOn, venueName } from './tell.ts';

/**
 * "Borrow More…": asks for loan, coin and amount, then previews, lets the person confirm, and carries out. Only loans that lend more from here are
 * offered, and only coins that they owe. An account on which borrowing isn't allowed asks for that first.
 */
export async function borrowMore(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  const place = asPlace(argument);
  const sought = lending(app);
  const choices = await choicesFor(app, place, sought);
  for (;;) {
    const picked = await askLoan(app, msg('button.borrow-more', 'Borrow More…'), choices);
    const choice = picked && (await byCurrentFigures(app, picked, loanAt(picked.state.account.id, picked.loan.id), sought));
    if (choice === undefined) return;
    const { account } = choice.state;
    const obstacle = obstacleOn(app, choice);
    if (obstacle !== undefined) {
      await explainObstacle(app, obstacle, loanAt(account.id, choice.loan.id));
      return;
    }
    if (!isPositive(borrowLimit(app.book.get(account.id))) && !(await allowBorrowing(app, account))) return;
    if ((await askAndCarryOut(app, attended, choice, choices.length > 1)) !== back) return;
  }
}

function lending(app: Acting): Sought<LoanChoice> {
  return {
    ...loans,
    choices: (states, place) => loans.choices(states, place).filter(({ state, loan }) => canBorrow(state.account, loan)),
    none: (states, place) => {
      const [elsewhere] = loans.choices(states, place);
      if (elsewhere === undefined) return loans.none(states, place);
      return { sentence: borrowElsewhere(venueName(app, elsewhere.state.account.venue)), remedies: [] };
    },
  };
}

async function askAndCarryOut(app: Acting, attended: Attended, choice: LoanChoice, canGoBack: boolean): Promise<typeof back | undefined> {
  const { account } = choice.state;
  const debts = choice.loan.debts.filter(({ amount }) => isPositive(amount));
  for (;;) {
    const coin =
      debts.length === 1 ? debts[0]?.coin : await askOwedCoin(app, titleOf(app, choice, msg('term.debt', 'Debt')), debts, canGoBack);
    if (coin === undefined || coin === back) return coin;
    let typed: Decimal | undefined;
    for (;;) {
      const answer = await askHowMuch(app, choice, coin, typed, canGoBack || debts.length > 1);
      if (answer === undefined) return undefined;
      if (answer === back) break;
      typed = answer;
      if ((await carryOut(app, attended, account.id, moreBorrowed(app, choice, coin, answer))) === 'ended') return undefined;
    }
    if (debts.length === 1) return back;
  }
}

/** The change as it will be previewed, with an id of its own. */
export function moreBorrowed(app: Pick<Acting, 'newId'>, choice: LoanChoice, coin: string, amount: Decimal): BorrowChange {
  const requestId = app.newId().replace(/[^0-9A-Za-z]/g, '');
  return { kind: 'borrow', loan: refOf(choice), direction: 'reduce', coin, amount, requestId };
}

const titleOf = (app: Acting, { state, loan }: LoanChoice, what: Text): Text =>
  titleOn(app, state.account, borrowOf(what, loanWords(loan.orderId, loan.id)));

/** Asks how much, by figures that were just read: LTV and the price of the margin call stand there before anything is typed. */
async function askHowMuch(
  app: Acting,
  choice: LoanChoice,
  coin: string,
  typed: Decimal | undefined,
  canGoBack: boolean,
): Promise<Decimal | typeof back | undefined> {
  const { account } = choice.state;
  const readiness = await readNow(app, choice, coin);
  if (readiness === undefined) return undefined;
  const bounds = borrowBounds(account, coin, readiness);
  if (bounds.impossible !== undefined) {
    await explainObstacle(app, { sentence: bounds.impossible, remedies: [] }, loanAt(account.id, choice.loan.id));
    return undefined;
  }
  return askAmount(app.talk, {
    title: titleOf(app, choice, coin),
    placeholder: amountPlaceholder(coin),
    facts: {
      bounds,
      prompt: borrowPrompt(account, coin, readiness),
      remark: (amount) => borrowRemark(account, coin, readiness, amount),
    },
    ...(typed === undefined ? {} : { value: typed }),
    canGoBack,
  });
}

/** @returns undefined when the person left, or nothing can be borrowed, which was said */
async function readNow(app: Acting, choice: LoanChoice, coin: string): Promise<BorrowReadiness | undefined> {
  const { id } = choice.state.account;
  for (;;) {
    try {
      return await app.talk.progress(readingText, async (signal) => {
        const connection = await app.connections.get(id);
        return actionOf(connection, 'borrow').prepare({ loan: refOf(choice), coin }, signal);
      });
    } catch (error) {
      if (!(await explainFailure(app, error, loanAt(id, choice.loan.id), msg('button.try-again', 'Try Again')))) return undefined;
    }
  }
}
