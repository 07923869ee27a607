import { formatAmount, formatDistance, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account, Target } from '../core/model.ts';
import { limitsOfUser, settingOf } from '../engine/ledger/limits.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { canDo, checkRescue, isDue, rescueOf, type CheckedStep, type Rescue, type RescueStep } from '../engine/rescue.ts';
import { walletOf } from '../exchanges/registry.ts';
import type { ViewContext } from './account.ts';
import { ownCoins } from './amount.ts';
import { bracketed, type Text } from './text.ts';

export const rescueLabel = (): Message => msg('rescue.label', 'Prepared rescue');

export const noRescue = (): Message => msg('rescue.none', 'no rescue prepared');

/** `add 0.1 BTC` @param what the coins of it */
const stepText = ({ act, coin, amount }: RescueStep, what: Text = ownCoins(amount, coin)): Message =>
  act === 'add' ? msg('rescue.add', 'add {0}', what) : msg('rescue.repay', 'repay {0}', what);

const stepsText = ([first, second]: readonly Text[]): Text =>
  second === undefined ? (first ?? '') : msg('rescue.else', '{0}, else {1}', first ?? '', second);

/** `at 70.00%: add 0.1 BTC, else repay 500 USDT` */
export function rescueText({ at, steps }: Rescue, { kind }: Target): Message {
  const when = kind === 'loan' ? formatLtv(at) : formatDistance(at);
  return msg('rescue.text', 'at {0}: {1}', when, stepsText(steps.map((step) => stepText(step))));
}

/** What keeps a step from being done, or that nothing known does. */
function standing({ step, short, limit, useless, unread }: CheckedStep, wallet: Message): Message {
  if (useless === true) return msg('rescue.useless', 'no longer possible');
  if (short !== undefined) {
    const [held, missing] = [ownCoins(short.held, step.coin), ownCoins(short.missing, step.coin)];
    return msg('rescue.short', '{0} holds {1}, {2} short', wallet, held, missing);
  }
  if (limit === 'fault') return msg('rescue.fault', "your limits can't be read");
  if (limit !== undefined) return msg('rescue.limit', 'your limit forbids it ({0})', settingOf(limit));
  return unread === true ? msg('rescue.unread', '{0} not checked', wallet) : msg('rescue.ready', 'ready');
}

interface Prepared {
  readonly rescue: Rescue;
  readonly steps: readonly CheckedStep[];
}

/** The rescue of a loan or position, checked by the last reading. */
export function preparedRescue(
  { account, snapshot }: AccountState,
  on: Target,
  { limits }: Pick<ViewContext, 'limits'>,
): Prepared | undefined {
  const rescue = rescueOf(account, on);
  if (rescue === undefined || snapshot === undefined) return undefined;
  return { rescue, steps: checkRescue(rescue, on, snapshot, limits && limitsOfUser(limits())) };
}

const walletText = (account: Account, on: Target): Message => walletOf(account, on.kind === 'loan' ? 'collateral' : 'margin');

/**
 * For a row: that the moment it was prepared for has come, and that by the last reading none of it can be done. Only the former is urgent: until
 * then there is time to mend it.
 * @param figures as in `isDue`
 */
export function rescueMarks(
  state: AccountState,
  on: Target,
  viewContext: Pick<ViewContext, 'limits'>,
  figures: Parameters<typeof isDue>[2],
): { readonly urgent: readonly Message[]; readonly other: readonly Message[] } {
  const prepared = preparedRescue(state, on, viewContext);
  const blocked = prepared === undefined || prepared.steps.some(canDo) ? [] : [msg('rescue.blocked', "rescue can't be done")];
  return prepared !== undefined && isDue(prepared.rescue, on, figures)
    ? { urgent: [msg('rescue.due', 'rescue due'), ...blocked], other: [] }
    : { urgent: [], other: blocked };
}

/** Lines for tooltips and cards: the plan, and how each step of it stands. @param figures as in `isDue` */
export function rescueLines(
  state: AccountState,
  on: Target,
  viewContext: Pick<ViewContext, 'limits'>,
  figures: Parameters<typeof isDue>[2],
): readonly { readonly label: Text; readonly value: Text }[] {
  const prepared = preparedRescue(state, on, viewContext);
  if (prepared === undefined) return [];
  const [wallet, plan] = [walletText(state.account, on), rescueText(prepared.rescue, on)];
  return [
    { label: rescueLabel(), value: isDue(prepared.rescue, on, figures) ? bracketed(plan, msg('term.reached', 'reached')) : plan },
    ...prepared.steps.map((step) => ({ label: stepText(step.step), value: standing(step, wallet) })),
  ];
}

/** Why no step can be done. */
export const obstaclesText = (state: AccountState, on: Target, steps: readonly CheckedStep[]): Text =>
  stepsText(steps.map((step) => bracketed(stepText(step.step), standing(step, walletText(state.account, on)))));

/** For a warning, which may leave this computer: amounts only as words, and none where they are hidden. */
export function rescueSentence(state: AccountState, on: Target, { hidesAmounts, limits }: ViewContext): readonly Message[] {
  const prepared = preparedRescue(state, on, { limits });
  if (prepared === undefined) return [];
  const wallet = walletText(state.account, on);
  const steps = prepared.steps.map(({ step, ...found }) => {
    const amounts = (amount: string): string => (hidesAmounts === true ? step.coin : `${amount} ${step.coin}`);
    const text = stepText(step, amounts(formatAmount(step.amount)));
    if (found.short !== undefined && hidesAmounts === true)
      return bracketed(text, msg('rescue.too-little', '{0} holds too little', wallet));
    if (found.short === undefined) return bracketed(text, standing({ step, ...found }, wallet));
    const { held, missing } = found.short;
    return bracketed(
      text,
      msg('rescue.short', '{0} holds {1}, {2} short', wallet, amounts(formatAmount(held)), amounts(formatAmount(missing))),
    );
  });
  return [msg('rescue.sentence', 'Prepared rescue: {0}.', stepsText(steps))];
}
