import { namedWithSide } from '../words/position.ts';
import type { Decimal } from '../core/decimal.ts';
import { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction } from '../core/model.ts';
import type { Text } from '../words/text.ts';
import { askAmount, type AmountFacts } from './ask-typed.ts';
import type { Acting } from './acting.ts';

import { amountPlaceholder } from './ask-collateral.ts';
import { walletOf } from '../exchanges/registry.ts';
import { readingText } from './kinds.ts';
import { explainObstacle, titleOn, venueName, markOf } from './tell.ts';
import { actOn } from '../words/collateral-preview.ts';
import { marginWord } from '../words/ltv-target.ts';
import { marginBounds, marginPrompt, marginPromptUnread, marginRemark } from '../words/margin-preview.ts';
import { actionOf } from '../engine/actions.ts';
import { positionItemText, refOf, type PositionChoice } from './choose.ts';
import { back, type Back, type Item } from './conversation.ts';
import { positionAt } from '../views/place.ts';
import { largestOut } from '../engine/targets/safe-maximum.ts';
import { dotted } from '../words/text.ts';

/** Asks which position, grouped by account. A single one isn't asked for. */
export async function askPosition(app: Acting, title: Text, choices: readonly PositionChoice[]): Promise<PositionChoice | undefined> {
  if (choices.length <= 1) return choices[0];
  const items: Item<PositionChoice>[] = [];
  let group: string | undefined;
  for (const choice of choices) {
    const { account } = choice.state;
    if (account.id !== group) {
      group = account.id;
      items.push({ label: dotted(account.name, markOf(app, account)), separator: true });
    }
    const { label, description, detail } = positionItemText(choice);
    items.push({
      label: label,
      description: description,
      ...(detail === undefined ? {} : { detail: detail }),
      value: choice,
    });
  }
  const picked = await app.talk.pick({
    title,
    placeholder: msg('margin.position', 'Which position?'),
    items,
    canGoBack: false,
  });
  return picked === back ? undefined : picked;
}

/** Asks how much, with the limit and an estimate of the outcome as it is typed. */
export async function askMargin(
  app: Acting,
  choice: PositionChoice,
  direction: Direction,
  value: string | undefined,
  canGoBack: boolean,
): Promise<Decimal | Back | undefined> {
  const { position, state } = choice;
  const { account } = state;
  const wallet = walletOf(account, 'margin');
  return askAmount(app.talk, {
    title: titleOf(app, choice, direction),
    placeholder: amountPlaceholder(position.marginCoin),
    facts: {
      bounds: { coin: position.marginCoin },
      prompt: readingText,
      remark: (amount) => marginRemark(position, direction, amount),
    },
    later: (signal) => freshFacts(app, choice, direction, wallet, signal),
    instead: async (sentence) => {
      await explainObstacle(
        app,
        { sentence, remedies: ['addMargin', 'bringLiquidationToTarget'] },
        positionAt(account.id, position.positionId),
      );
      return undefined;
    },
    ...(value === undefined ? {} : { value }),
    canGoBack,
  });
}

/** The facts for the box once everything is read; or that they couldn't be read. */
async function freshFacts(
  app: Acting,
  { position, state }: PositionChoice,
  direction: Direction,
  wallet: Message,
  signal: AbortSignal,
): Promise<AmountFacts> {
  const { id, venue } = state.account;
  try {
    const connection = await app.connections.get(id);
    const fresh = await actionOf(connection, 'margin').prepare({ position: refOf(position) }, signal);
    const largest = largestOut(fresh);
    return {
      bounds: marginBounds(fresh, direction),
      prompt: marginPrompt(fresh, direction, wallet, venueName(app, venue)),
      remark: (amount) => marginRemark(fresh.position, direction, amount, largest),
    };
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    return {
      bounds: { coin: position.marginCoin },
      prompt: marginPromptUnread(error.sentence),
      remark: (amount) => marginRemark(position, direction, amount),
    };
  }
}

function titleOf(app: Acting, { state, position }: PositionChoice, direction: Direction): Message {
  return titleOn(app, state.account, actOn(direction, marginWord(), namedWithSide(position)));
}
