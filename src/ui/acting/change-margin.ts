import * as vscode from 'vscode';
import type { Decimal } from '../../core/decimal.ts';
import type { Direction } from '../../core/model.ts';
import type { App } from '../app.ts';
import type { Target } from '../command-ids.ts';
import { asTarget } from '../target.ts';
import { askMargin, askPosition } from './ask-margin.ts';
import type { Attended } from './attended.ts';
import { carryOut } from './carry-out.ts';
import { explainObstacle } from './explain.ts';
import type { Obstacle } from './loans.ts';
import { noPosition, positionChoices, positionObstacle, refOf, type PositionChoice } from './positions.ts';
import { back } from './prompts.ts';

/**
 * "Add Margin…" and "Reduce Margin…": asks for position and amount, then previews, lets the person confirm, and carries out.
 * The amount comes from the person's own typing in any case; an argument can only name the position.
 */
export async function changeMargin(app: App, attended: Attended, direction: Direction, argument: unknown): Promise<void> {
  const target = asTarget(argument);
  const choices = positionChoices(app.store.all(), target);
  if (choices.length === 0) return explainObstacle(noPosition(app.store.all(), target), target);
  const title = direction === 'add' ? vscode.l10n.t('Add Margin') : vscode.l10n.t('Reduce Margin');
  for (;;) {
    const choice = await askPosition(app, title, choices);
    if (choice === undefined) return;
    const obstacle = obstacleOn(app, choice);
    if (obstacle !== undefined) return explainObstacle(obstacle, targetOf(choice));
    if ((await askAndCarryOut(app, attended, choice, direction, choices.length > 1)) !== back) return;
  }
}

const targetOf = ({ state, position }: PositionChoice): Target => ({ accountId: state.account.id, positionId: position.positionId });

/** The ledger refuses all of these as well; here they are said before anything is asked. */
export function obstacleOn(app: App, choice: PositionChoice): Obstacle | undefined {
  const { id } = choice.state.account;
  const { positionId } = choice.position;
  const open = app.ledger.open(id).find(({ change }) => change.kind === 'margin' && change.position.positionId === positionId);
  return positionObstacle(choice, app.ledger.frozen(id), open);
}

async function askAndCarryOut(
  app: App,
  attended: Attended,
  choice: PositionChoice,
  direction: Direction,
  canGoBack: boolean,
): Promise<typeof back | undefined> {
  const { state, position } = choice;
  let amount: Decimal | undefined;
  for (;;) {
    const answer = await askMargin(app, choice, direction, amount, canGoBack);
    if (answer === undefined || answer === back) return answer;
    amount = answer;
    const change = { kind: 'margin', position: refOf(position), direction, coin: position.marginCoin, amount } as const;
    if ((await carryOut(app, attended, state.account.id, change)) === 'ended') return undefined;
  }
}
