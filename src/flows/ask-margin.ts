import * as vscode from 'vscode';
import type { Decimal } from '../core/decimal.ts';
import { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction } from '../core/model.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';
import { positionName } from '../words/change.ts';
import { explainObstacle, venueName } from './tell.ts';
import { largestOut, marginBounds, marginPrompt, marginPromptBefore, marginPromptUnread, marginRemark } from '../words/margin-preview.ts';
import { markOf } from './mark.ts';
import { positionItemText, refOf, type PositionChoice } from './choose.ts';
import { askAmount, back, pick, type AmountFacts, type Back, type Item } from '../vscode/conversation.ts';

/** Asks which of the positions, grouped by account. With one there is nothing to ask. */
export async function askPosition(app: App, title: string, choices: readonly PositionChoice[]): Promise<PositionChoice | undefined> {
  if (choices.length <= 1) return choices[0];
  const items: Item<PositionChoice>[] = [];
  let group: string | undefined;
  for (const choice of choices) {
    const { account } = choice.state;
    if (account.id !== group) {
      group = account.id;
      items.push({ label: `${account.name} · ${markOf(app, account)}`, kind: vscode.QuickPickItemKind.Separator });
    }
    const { label, description, detail } = positionItemText(choice);
    items.push({
      label: localize(label),
      description: localize(description),
      ...(detail === undefined ? {} : { detail: localize(detail) }),
      value: choice,
    });
  }
  const picked = await pick({
    title,
    placeholder: vscode.l10n.t('Which position?'),
    items,
    canGoBack: false,
  });
  return picked === back ? undefined : picked;
}

/** Asks how much, with both maxima and an estimate of the outcome as soon as fresh figures are there. */
export async function askMargin(
  app: App,
  choice: PositionChoice,
  direction: Direction,
  value: string | undefined,
  canGoBack: boolean,
): Promise<Decimal | Back | undefined> {
  const { position, state } = choice;
  const { account } = state;
  const wallet = app.exchanges.find(({ id }) => id === account.venue)?.marginWallet ?? msg('wallet of the exchange');
  return askAmount({
    title: titleOf(app, choice, direction),
    placeholder: vscode.l10n.t('Amount of {0}, for example 0.1', position.marginCoin),
    facts: {
      bounds: { coin: position.marginCoin, purpose: direction },
      prompt: localize(marginPromptBefore(wallet)),
      remark: (amount) => marginRemark(position, direction, amount),
    },
    later: (signal) => freshFacts(app, choice, direction, wallet, signal),
    instead: async (sentence) => {
      const target = { accountId: account.id, positionId: position.positionId };
      await explainObstacle({ sentence, remedies: ['addMargin', 'bringLiquidationToTarget'] }, target);
      return undefined;
    },
    ...(value === undefined ? {} : { value }),
    canGoBack,
  });
}

/** What the box goes by once everything is read afresh; or, when it cannot be, the word that it could not. */
async function freshFacts(
  app: App,
  { position, state }: PositionChoice,
  direction: Direction,
  wallet: Message,
  signal: AbortSignal,
): Promise<AmountFacts> {
  const { id, venue } = state.account;
  try {
    const connection = await app.connections.get(id);
    const fresh = await connection.prepareMargin(refOf(position), signal);
    const largest = largestOut(fresh);
    return {
      bounds: marginBounds(fresh, direction),
      prompt: localize(marginPrompt(fresh, direction, wallet, venueName(app, venue))),
      remark: (amount) => marginRemark(fresh.position, direction, amount, largest),
    };
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    return {
      bounds: { coin: position.marginCoin, purpose: direction },
      prompt: localize(marginPromptUnread(error.sentence)),
      remark: (amount) => marginRemark(position, direction, amount),
    };
  }
}

function titleOf(app: App, { state, position }: PositionChoice, direction: Direction): string {
  const args = [markOf(app, state.account), localize(positionName(position)), state.account.name] as const;
  return direction === 'add'
    ? vscode.l10n.t('{0}: add margin to {1} ({2})', ...args)
    : vscode.l10n.t('{0}: take margin out of {1} ({2})', ...args);
}
