import { msg } from '../core/message.ts';
import type { Direction } from '../core/model.ts';
import type { AdjustableCoin, CollateralChange } from '../exchanges/exchange.ts';
import { asPlace, isOfLoan, isOfPosition, loanAt, positionAt, type Place } from '../views/place.ts';
import { back } from './conversation.ts';
import type { Acting } from './acting.ts';
import { actLabel, loanWords } from '../words/collateral-preview.ts';
import { collateralWord, marginWord } from '../words/ltv-target.ts';
import { askCoin, askHowMuch, askLoan, changeOf, movableCoin } from './ask-collateral.ts';
import { askMargin, askPosition } from './ask-margin.ts';
import { loans, obstacleOf, positions, positionObstacle, refOf, type LoanChoice, type Obstacle, type PositionChoice } from './choose.ts';
import { carryOut } from './commit.ts';
import { byCurrentFigures, choicesFor } from './read-first.ts';
import type { Attended } from './open-change-news.ts';
import { explainFailure, explainObstacle } from './tell.ts';

/**
 * "Add Collateral…" and "Remove Collateral…": asks for loan, coin and amount, then previews, asks for confirmation and carries out the
 * change. The amount is always entered by the person; an argument can only name the loan and coin, and fill in the box.
 */
export async function changeCollateral(app: Acting, attended: Attended, direction: Direction, argument: unknown): Promise<void> {
  const place = asPlace(argument);
  const choices = await choicesFor(app, place, loans);
  for (;;) {
    const picked = await askLoan(app, actLabel(direction, collateralWord()), choices);
    const choice = picked && (await byCurrentFigures(app, picked, placeOf(picked), loans));
    if (choice === undefined) return;
    const obstacle = obstacleOn(app, choice);
    if (obstacle !== undefined) {
      await explainObstacle(app, obstacle, placeOf(choice));
      return;
    }
    if ((await askAndCarryOut(app, attended, choice, direction, choices.length > 1, place)) !== back) return;
  }
}

const placeOf = ({ state, loan }: LoanChoice): Place => loanAt(state.account.id, loan.id);

/** The ledger rejects all of these too; here they are told before anything is asked. */
export function obstacleOn(app: Acting, choice: LoanChoice): Obstacle | undefined {
  const { account } = choice.state;
  const obstacle = obstacleOf(choice.state, app.ledger.frozen(account.id));
  if (obstacle !== undefined) return obstacle;
  const open = app.ledger.open(account.id).find(({ change }) => isOfLoan(change, choice.loan.id));
  if (open === undefined) return undefined;
  return {
    sentence: msg(
      'choose.earlier-change-unfinished',
      'An earlier change of {0} is unfinished. Resolve it first.',
      loanWords(choice.loan.orderId, choice.loan.id),
    ),
    remedies: ['resolveWrite'],
  };
}

async function askAndCarryOut(
  app: Acting,
  attended: Attended,
  choice: LoanChoice,
  direction: Direction,
  canGoBack: boolean,
  filled: Place | undefined,
): Promise<typeof back | undefined> {
  for (let first = filled; ; first = undefined) {
    const coin = await askCoinAgain(app, choice, direction, canGoBack, first?.coin);
    if (coin === undefined || coin === back) return coin;
    const change = await askAmountAndCarryOut(app, attended, choice, direction, coin, coin.coin === first?.coin ? first.amount : undefined);
    if (change !== back) return undefined;
  }
}

/** Asks for the coin; if the amounts can't be read, tells why and offers to try again. */
async function askCoinAgain(
  app: Acting,
  choice: LoanChoice,
  direction: Direction,
  canGoBack: boolean,
  named: string | undefined,
): Promise<AdjustableCoin | typeof back | undefined> {
  for (;;) {
    try {
      return (await movableCoin(app, choice, direction, named)) ?? (await askCoin(app, choice, direction, canGoBack));
    } catch (error) {
      if (!(await explainFailure(app, error, placeOf(choice), msg('button.try-again', 'Try Again')))) return undefined;
    }
  }
}

async function askAmountAndCarryOut(
  app: Acting,
  attended: Attended,
  choice: LoanChoice,
  direction: Direction,
  coin: AdjustableCoin,
  filled: string | undefined,
): Promise<typeof back | undefined> {
  let amount = filled;
  for (;;) {
    const answer = await askHowMuch(app, choice, direction, coin, amount);
    if (answer === undefined || answer === back) return answer;
    amount = answer;
    const change: CollateralChange = changeOf(choice, direction, coin.coin, answer);
    const carried = await carryOut(app, attended, choice.state.account.id, change, { coins: true });
    if (carried === 'ended') return undefined;
    if (carried === 'otherCoin') return back;
  }
}

/**
 * "Add Margin…" and "Remove Margin…": asks for position and amount, then previews, asks for confirmation and carries out the change. The
 * amount is always entered by the person; an argument can only name the position and fill in the box.
 */
export async function changeMargin(app: Acting, attended: Attended, direction: Direction, argument: unknown): Promise<void> {
  const place = asPlace(argument);
  const choices = await choicesFor(app, place, positions);
  for (;;) {
    const picked = await askPosition(app, actLabel(direction, marginWord()), choices);
    const choice = picked && (await byCurrentFigures(app, picked, marginPlaceOf(picked), positions));
    if (choice === undefined) return;
    const obstacle = marginObstacleOn(app, choice);
    if (obstacle !== undefined) {
      await explainObstacle(app, obstacle, marginPlaceOf(choice));
      return;
    }
    if ((await askMarginAndCarryOut(app, attended, choice, direction, choices.length > 1, place?.amount)) !== back) return;
  }
}

const marginPlaceOf = ({ state, position }: PositionChoice): Place => positionAt(state.account.id, position.positionId);

/** The ledger rejects all of these too; here they are told before anything is asked. */
export function marginObstacleOn(app: Acting, choice: PositionChoice): Obstacle | undefined {
  const { id } = choice.state.account;
  const { positionId } = choice.position;
  const open = app.ledger.open(id).find(({ change }) => isOfPosition(change, positionId));
  return positionObstacle(choice, app.ledger.frozen(id), open);
}

async function askMarginAndCarryOut(
  app: Acting,
  attended: Attended,
  choice: PositionChoice,
  direction: Direction,
  canGoBack: boolean,
  filled: string | undefined,
): Promise<typeof back | undefined> {
  const { state, position } = choice;
  let amount = filled;
  for (;;) {
    const answer = await askMargin(app, choice, direction, amount, canGoBack);
    if (answer === undefined || answer === back) return answer;
    amount = answer;
    const change = { kind: 'margin', position: refOf(position), direction, coin: position.marginCoin, amount: answer } as const;
    if ((await carryOut(app, attended, state.account.id, change)) === 'ended') return undefined;
  }
}
