import { decimal, divide, isPositive, type Decimal } from '../core/decimal.ts';
import { msg } from '../core/message.ts';
import { targetKey, type Account, type Target } from '../core/model.ts';
import { canDo, rescueOf, type Rescue, type RescueStep } from '../engine/rescue.ts';
import type { Change } from '../exchanges/exchange.ts';
import { canRepay } from '../exchanges/possible.ts';
import { asPlace, type Place } from '../views/place.ts';
import { readNumber } from '../words/amount.ts';
import { noRescue, obstaclesText, preparedRescue, rescueLabel, rescueText } from '../words/rescue.ts';
import { labelled, sentence, type Text } from '../words/text.ts';
import { checkMarginCall, percentOf } from '../words/thresholds.ts';
import type { Acting } from './acting.ts';
import { amountPlaceholder, changeOf } from './ask-collateral.ts';
import { marginObstacleOn, obstacleOn } from './change.ts';
import { loans, positions, refOf } from './choose.ts';
import { carryOut } from './commit.ts';
import { back } from './conversation.ts';
import type { Attended } from './open-change-news.ts';
import { freeChoice } from './read-first.ts';
import { partlyRepaid } from './repay.ts';
import { explainObstacle } from './tell.ts';
import { chooseTarget, type Chosen } from './warning-levels.ts';

const title = msg('rescue.title', 'Prepare Rescue');
const hundred = decimal('100');

/** "Prepare Rescue…": asks when and what, and keeps it. Nothing is sent. One that is prepared can be removed here too. */
export async function prepareRescue(app: Acting, argument: unknown): Promise<void> {
  const chosen = await chooseTarget(app, argument, describe);
  if (chosen === undefined) return;
  const { account, on, name } = chosen;
  const before = rescueOf(account, on);
  const way = before === undefined ? 'change' : await askWay(app, rescueText(before, on));
  if (way === undefined) return;
  const rescue = way === 'remove' ? undefined : await askRescue(app, chosen, before);
  if (way === 'change' && rescue === undefined) return;
  const others = Object.entries(app.book.get(account.id)?.rescues ?? {}).filter(([key]) => key !== targetKey(on));
  const all = [...others, ...(rescue === undefined ? [] : [[targetKey(on), rescue] as const])];
  await app.book.update(account.id, { rescues: all.length === 0 ? undefined : Object.fromEntries(all) });
  const said =
    rescue === undefined
      ? msg('rescue.removed', 'The rescue of {0} was removed.', name)
      : msg('rescue.saved', 'Rescue of {0} prepared: {1}. Nothing is sent until you open and confirm it.', name, rescueText(rescue, on));
  void app.talk.tell({ kind: 'info', sentence: said });
}

const describe = (account: Account, on: Target): Text => {
  const rescue = rescueOf(account, on);
  return rescue === undefined ? noRescue() : rescueText(rescue, on);
};

async function askWay({ talk }: Acting, now: Text): Promise<'change' | 'remove' | undefined> {
  const items = [
    { label: msg('rescue.change', 'Change…'), value: 'change' as const },
    { label: msg('outlet.remove', 'Remove'), value: 'remove' as const },
  ];
  const way = await talk.pick({ title, placeholder: labelled(rescueLabel(), now), items, canGoBack: false });
  return way === back ? undefined : way;
}

async function askRescue(app: Acting, chosen: Chosen, before: Rescue | undefined): Promise<Rescue | undefined> {
  const at = await askWhen(app, chosen, before);
  if (at === undefined) return undefined;
  const offers = offersOf(app, chosen);
  const first = await askStep(app, offers, before?.steps[0], msg('rescue.first', 'What helps first?'));
  if (first === undefined) return undefined;
  const rest = offers.filter(({ act, coin }) => act !== first.act || coin !== first.coin);
  const more = rest.length === 0 ? 'nothing' : await askElse(app, rest, before?.steps[1]);
  if (more === undefined) return undefined;
  return { at, steps: more === 'nothing' ? [first] : [first, more] };
}

async function askWhen({ talk }: Acting, { on }: Chosen, before: Rescue | undefined): Promise<Decimal | undefined> {
  const typed = await talk.input({
    title,
    prompt:
      on.kind === 'loan'
        ? msg('rescue.at-ltv', 'At what LTV, in percent?')
        : msg('rescue.at-distance', 'At what distance to liquidation, in percent?'),
    ...(before === undefined ? {} : { value: percentOf(before.at) }),
    canGoBack: false,
    judge: (text) => {
      const checked = checkMarginCall(text);
      return 'value' in checked ? { value: decimal(checked.value) } : { problem: text === '' ? undefined : checked.problem };
    },
  });
  return typed === undefined || typed === back ? undefined : divide(typed, hundred, 4, 'half-up');
}

type Offer = Pick<RescueStep, 'act' | 'coin'>;

/** What can help a loan or position: coins of its own, coins of the wallet that count as collateral, and its debts. */
function offersOf({ store }: Acting, { account, on }: Chosen): readonly Offer[] {
  const { snapshot } = store.get(account.id) ?? {};
  if (on.kind === 'position') {
    const position = snapshot?.positions.find(({ positionId }) => positionId === on.id);
    return position === undefined ? [] : [{ act: 'add', coin: position.marginCoin }];
  }
  const loan = snapshot?.loans.find(({ id }) => id === on.id);
  if (loan === undefined) return [];
  const pledgeable = (snapshot?.wallet ?? []).filter((coin) => coin.pledgeable === true).map(({ coin }) => coin);
  const addable = new Set([...loan.collateral.map(({ coin }) => coin), ...pledgeable]);
  const owed = canRepay(account, loan) ? loan.debts.filter(({ amount }) => isPositive(amount)) : [];
  return [...[...addable].map((coin): Offer => ({ act: 'add', coin })), ...owed.map(({ coin }): Offer => ({ act: 'repay', coin }))];
}

const offerLabel = ({ act, coin }: Offer): Text =>
  act === 'add' ? msg('term.add', 'Add {0}', coin) : msg('target.repay', 'Repay {0}', coin);

async function askStep(
  app: Acting,
  offers: readonly Offer[],
  before: RescueStep | undefined,
  placeholder: Text,
): Promise<RescueStep | undefined> {
  const items = offers.map((offer) => ({ label: offerLabel(offer), value: offer }));
  const isActive = ({ act, coin }: Offer): boolean => act === before?.act && coin === before.coin;
  const offer = items.length === 1 ? items[0]?.value : await app.talk.pick({ title, placeholder, items, isActive, canGoBack: false });
  return offer === undefined || offer === back ? undefined : askAmountOf(app, offer, before);
}

async function askElse(app: Acting, offers: readonly Offer[], before: RescueStep | undefined): Promise<RescueStep | 'nothing' | undefined> {
  const items = [
    { label: msg('rescue.nothing-else', 'Nothing else'), value: 'nothing' as const },
    ...offers.map((offer) => ({ label: offerLabel(offer), value: offer })),
  ];
  const placeholder = msg('rescue.second', "And if that can't be done?");
  const isActive = (value: Offer | 'nothing'): boolean => value !== 'nothing' && value.act === before?.act && value.coin === before.coin;
  const picked = await app.talk.pick({ title, placeholder, items, isActive, canGoBack: false });
  if (picked === undefined || picked === back) return undefined;
  return picked === 'nothing' ? picked : askAmountOf(app, picked, before);
}

async function askAmountOf({ talk }: Acting, offer: Offer, before: RescueStep | undefined): Promise<RescueStep | undefined> {
  const amount = await talk.input({
    title,
    prompt: labelled(offerLabel(offer), msg('repay.how-much', 'How much?')),
    placeholder: amountPlaceholder(offer.coin),
    ...(before?.act === offer.act && before.coin === offer.coin ? { value: before.amount } : {}),
    canGoBack: false,
    judge: (text) => {
      const read = readNumber(text.trim(), '0.1');
      return typeof read === 'string' ? { value: read } : { problem: text === '' ? undefined : read };
    },
  });
  return amount === undefined || amount === back ? undefined : { ...offer, amount };
}

/** "Open Prepared Rescue…": the ordinary preview of the first step that can be done. */
export async function openRescue(app: Acting, attended: Attended, argument: unknown): Promise<void> {
  const place = asPlace(argument);
  const target = place?.on === undefined ? await chooseTarget(app, argument, describe) : undefined;
  const [accountId, on] = target === undefined ? [place?.accountId, place?.on] : [target.account.id, target.on];
  if (accountId === undefined || on === undefined) return;
  const at: Place = { accountId, on };
  const change = on.kind === 'loan' ? await loanStep(app, at, on) : await positionStep(app, at, on);
  if (change !== undefined) await carryOut(app, attended, accountId, change.change, { fixed: true, remark: change.remark });
}

interface Step {
  readonly change: Change;
  /** Above the preview: the plan. */
  readonly remark: Text;
}

async function loanStep(app: Acting, place: Place, on: Target): Promise<Step | undefined> {
  const choice = await freeChoice(app, place, loans, obstacleOn);
  if (choice === undefined) return undefined;
  if ('remedies' in choice) {
    await explainObstacle(app, choice, place);
    return undefined;
  }
  const step = await stepToOpen(app, place, on);
  if (step === undefined) return undefined;
  const { act, coin, amount } = step.step;
  const change = act === 'add' ? changeOf(choice, 'add', coin, amount) : await partlyRepaid(app, choice, coin, amount);
  return change && { change, remark: step.remark };
}

async function positionStep(app: Acting, place: Place, on: Target): Promise<Step | undefined> {
  const choice = await freeChoice(app, place, positions, marginObstacleOn);
  if (choice === undefined) return undefined;
  if ('remedies' in choice) {
    await explainObstacle(app, choice, place);
    return undefined;
  }
  const step = await stepToOpen(app, place, on);
  if (step === undefined) return undefined;
  const { coin, amount } = step.step;
  // A position that came in its place may have another margin coin; the ledger refuses that one.
  return { change: { kind: 'margin', position: refOf(choice.position), direction: 'add', coin, amount }, remark: step.remark };
}

/** The first step that can be done by current figures; if there is none, says why. */
async function stepToOpen(
  app: Acting,
  place: Place,
  on: Target,
): Promise<{ readonly step: RescueStep; readonly remark: Text } | undefined> {
  const state = app.store.get(place.accountId);
  const prepared = state && preparedRescue(state, on, app.viewContext());
  const first = prepared?.steps.find(canDo);
  if (state !== undefined && prepared !== undefined && first !== undefined)
    return { step: first.step, remark: labelled(rescueLabel(), rescueText(prepared.rescue, on)) };
  const why =
    state === undefined || prepared === undefined
      ? msg('rescue.none-yet', 'No rescue is prepared here.')
      : msg(
          'rescue.none-possible',
          "Nothing was sent: the prepared rescue can't be done. {0}",
          sentence(obstaclesText(state, on, prepared.steps)),
        );
  const buttons = [{ id: 'prepareRescue' as const, label: msg('button.prepare-rescue', 'Prepare Rescue…') }];
  if ((await app.talk.tell({ kind: 'warning', sentence: why, buttons })) !== undefined) await app.talk.run('prepareRescue', place);
  return undefined;
}
