import { marginFor, type MarginAim, type MarginAnswer, type MarginWay } from '../core/risk/margin-solver.ts';
import { msg, type Message } from '../core/message.ts';
import type { Position } from '../core/model.ts';
import type { MarginReadiness } from '../exchanges/exchange.ts';
import type { Acting } from './acting.ts';
import { asPlace, positionAt, type Place } from '../views/place.ts';
import { askPosition } from './ask-margin.ts';
import type { Attended } from './open-change-news.ts';
import { carryOut } from './commit.ts';
import { marginObstacleOn as obstacleOn } from './change.ts';

import { walletOf } from '../exchanges/registry.ts';
import { readingText } from './kinds.ts';
import { explainFailure, explainObstacle, titleOn } from './tell.ts';
import { positions, refOf, type PositionChoice } from './choose.ts';
import { byCurrentFigures, choicesFor } from './read-first.ts';
import { fixedReason, namedWithSide } from '../words/position.ts';
import { actionOf } from '../engine/actions.ts';
import { arrowed, estimated, type Text } from '../words/text.ts';
import { askTarget } from './ask-typed.ts';
import { back, type Item } from './conversation.ts';
import { isWanted, offerRetry } from './target-ltv.ts';
import { sideBySide } from '../words/collateral-preview.ts';
import { alreadyThere, noWay } from '../words/ltv-target.ts';
import {
  aimPrompt,
  aimText,
  blockedMarginText,
  judgeAim,
  judgeTargetPrice,
  marginReasonText,
  marginWayText,
  shortMarginText,
} from '../words/liquidation-target.ts';

/**
 * "Move Liquidation Price to Target…": asks for position and price, distance or leverage, reads the figures, and shows the margin needed.
 * The chosen way goes through the normal preview and confirmation. A read-only account can look.
 */
export async function bringLiquidationToTarget(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  const named = asPlace(argument);
  const choices = await choicesFor(app, named, positions);
  for (;;) {
    const picked = await askPosition(app, msg('button.bring-liquidation-price-target', 'Move Liquidation Price to Target…'), choices);
    const choice = picked && (await byCurrentFigures(app, picked, placeOf(picked), positions));
    if (choice === undefined) return;
    const mayLook = choice.state.account.readOnly && fixedReason(choice.position) === undefined;
    const obstacle = mayLook ? undefined : obstacleOn(app, choice);
    if (obstacle !== undefined) {
      await explainObstacle(app, obstacle, placeOf(choice));
      return;
    }
    if ((await askAndBring(app, attended, choice, choices.length > 1)) !== back) return;
  }
}

const placeOf = ({ state, position }: PositionChoice): Place => positionAt(state.account.id, position.positionId);

async function askAndBring(app: Acting, attended: Attended, choice: PositionChoice, canGoBack: boolean): Promise<typeof back | undefined> {
  const { account } = choice.state;
  let { position } = choice;
  let text = '';
  for (;;) {
    const answer = await askTarget(app.talk, {
      title: titleOn(
        app,
        account,
        sideBySide([msg('button.bring-liquidation-price-target', 'Move Liquidation Price to Target…'), namedWithSide(position)]),
      ),
      prompt: aimPrompt(position),
      judge: (typed) => judgeTargetPrice(typed, position),
      value: text,
      canGoBack,
    });
    if (answer === undefined || answer === back) return answer;
    text = answer.text;
    const next = await bring(app, attended, { ...choice, position }, answer.target);
    if (next === 'ended') return undefined;
    position = next.position;
  }
}

/** @returns the fresh position if the person wants another target */
async function bring(
  app: Acting,
  attended: Attended,
  choice: PositionChoice,
  aim: MarginAim,
): Promise<{ readonly position: Position } | 'ended'> {
  const { account } = choice.state;
  const wallet = walletOf(account, 'margin');
  for (;;) {
    const readiness = await readFresh(app, choice);
    if (readiness === undefined) return 'ended';
    const { position, walletAvailable: available, reducible, places } = readiness;
    // The market may have moved the position past the typed target.
    const judged = judgeAim(aim, position);
    if (!judged.ok)
      return (await offerRetry(app.talk, judged.sentence, msg('button.change-target', 'Change Target…'))) ? { position } : 'ended';
    const answer = marginFor(position, aim, { available, places, ...(reducible === undefined ? {} : { reducible: reducible.amount }) });
    if (answer.state === 'there') {
      void app.talk.tell({
        kind: 'info',
        sentence: alreadyThere(estimated(sideBySide([namedWithSide(position), aimText(aim, position)]))),
      });
      return 'ended';
    }
    const title = titleOn(app, account, arrowed(namedWithSide(position), aimText(aim, position)));
    const way = await app.talk.pick({
      title,
      placeholder: msg('target.which-way', 'Choose a way to preview'),
      items: itemsOf(answer, aim, position, wallet),
      canGoBack: true,
    });
    if (way === back) return { position };
    if (way === undefined) return 'ended';
    const sentence = answer.state === 'deadEnd' ? shortMarginText(way, aim, position) : undefined;
    if ((await actOn(app, attended, { ...choice, position }, way, title, sentence)) === 'ended') return 'ended';
  }
}

/** @returns undefined if the person left */
async function readFresh(app: Acting, choice: PositionChoice): Promise<MarginReadiness | undefined> {
  for (;;) {
    try {
      return await app.talk.progress(readingText, async (signal) => {
        const connection = await app.connections.get(choice.state.account.id);
        return actionOf(connection, 'margin').prepare({ position: refOf(choice.position) }, signal);
      });
    } catch (error) {
      if (!(await explainFailure(app, error, placeOf(choice), msg('button.try-again', 'Try Again')))) return undefined;
    }
  }
}

function itemsOf(
  answer: Exclude<MarginAnswer, { state: 'there' }>,
  aim: MarginAim,
  position: Position,
  wallet: Message,
): readonly Item<MarginWay>[] {
  const itemOf = (way: MarginWay, reason?: Message): Item<MarginWay> => ({
    ...marginWayText(way, aim, position, wallet, reason),
    value: way,
  });
  if (answer.state === 'way') return [itemOf(answer.way)];
  const reason = marginReasonText(answer, aim, position, wallet);
  return [
    { label: noWay() },
    { label: msg('term.unavailable', 'Unavailable'), separator: true },
    answer.nearest === undefined
      ? // No value: it is there to be seen, and cannot be picked.
        { label: blockedMarginText(answer, position), description: reason }
      : itemOf(answer.nearest, reason),
  ];
}

/** @param short shown first if a change doesn't reach the target */
async function actOn(
  app: Acting,
  attended: Attended,
  choice: PositionChoice,
  { direction, amount }: MarginWay,
  title: Text,
  short: Message | undefined,
): Promise<'again' | 'ended'> {
  const { state, position } = choice;
  // A read-only account is told only now: looking is allowed.
  const obstacle = obstacleOn(app, choice);
  if (obstacle !== undefined) {
    await explainObstacle(app, obstacle, placeOf(choice));
    return 'ended';
  }
  if (short !== undefined && !(await isWanted(app.talk, title, short, msg('button.preview', 'Preview')))) return 'again';
  return carryOut(app, attended, state.account.id, {
    kind: 'margin',
    position: refOf(position),
    direction,
    coin: position.marginCoin,
    amount,
  });
}
