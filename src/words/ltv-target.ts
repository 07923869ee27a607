import { compare, decimal, decimalPlaces, divide, type Decimal } from '../core/decimal.ts';
import { formatLtv, formatUsd } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan } from '../core/model.ts';
import type { ModelTrouble } from '../core/risk/loan-model.ts';
import type { Step } from '../core/risk/ltv-solver.ts';
import { credibleLtv, distanceTo } from '../core/risk/ltv.ts';
import type { Blocked, Offer } from '../engine/targets/ltv-offers.ts';
import { callLine, safeLine } from '../engine/targets/safe-maximum.ts';
import { readNumber, shortAmount, tooManyDecimals } from './amount.ts';
import {
  actLabel,
  cautionOf,
  coinAmount,
  ltvLabel,
  marginCallUnknown,
  marginCallWord,
  row,
  sideBySide,
  type Remark,
} from './collateral-preview.ts';
import { loanLabel } from './kinds.ts';
import { distanceText, standingAt } from './loan.ts';
import { repayLabel, sellLabel } from './repay-preview.ts';
import { joined, spaced, type Text } from './text.ts';
import { lineReached } from './level.ts';

/** One line to choose by. */
export interface TargetItemText {
  readonly label: Message;
  readonly description: Message;
  readonly detail: Message;
}

/** Why no target can be computed for a loan, and what to do. */
export function troubleText(trouble: ModelTrouble, { id, orderId }: Loan, unpriced: readonly string[]): Message {
  const name = loanLabel(orderId, id);
  if (trouble === 'definitions') {
    return msg(
      'target.doubt',
      "Our calculation is more than 0.5% off the exchange's LTV of loan {0}, so no amount is offered. Change collateral in small steps.",
      name,
    );
  }
  const unknown =
    trouble === 'ltv'
      ? msg('term.ltv-unknown', 'LTV unknown')
      : unpriced.length === 0
        ? priceUnknown()
        : msg('target.no-price', 'no price for {0}', joined(unpriced));
  return msg('target.trouble', 'No target for loan {0}: {1}. Try again later, or add collateral by amount.', name, unknown);
}

/**
 * @param wallet where collateral comes from and returns to
 * @param repays whether the loan can be repaid from here
 */
export function offerText(offer: Offer, loan: Loan, wallet: Message, repays: boolean): TargetItemText {
  const { steps, ltv, shortBy } = offer;
  const [first] = steps;
  return {
    label: stepsText(steps),
    description: leadsTo(ltvIs(ltv), shortBy === undefined),
    detail: sideBySide([
      // The list cuts off what is long, so that what must not be overlooked comes first.
      ...(shortBy === undefined ? [] : [reasonText(shortBy, wallet)]),
      ...(offer.beyondSafe ? [closeToMarginCall()] : []),
      ...(offer.assumed ? [msg('target.average-haircut', 'assumes the average haircut')] : []),
      ...(first?.act === 'repay' && !repays ? [msg('target.repay-there', "repay in the exchange's app")] : []),
      costText(offer),
      distanceText(standingAt(distanceTo(loan.marginCall?.ltv, ltv), distanceTo(loan.liquidation?.ltv, ltv))),
      ...leftText(offer, wallet),
    ]),
  };
}

/** Where a change leads. @param allTheWay whether that is the target */
export function leadsTo(outcome: Text, allTheWay: boolean): Message {
  return allTheWay ? msg('target.leads-to', '→ {0} (estimate)', outcome) : msg('target.leads-only', '→ only {0} (estimate)', outcome);
}

export const ltvIs = (ltv: Decimal): Message => msg('term.ltv-is', 'LTV {0}', formatLtv(ltv));

/** Each step by its act and exact amount. */
export function stepsText(steps: readonly Step[]): Message {
  return steps.map(stepText).reduce((text, next) => msg('list.plus', '{0} + {1}', text, next));
}

export function stepText({ act, coin, amount, sold }: Step): Message {
  return sold === undefined ? actText(act, coinAmount(amount, coin)) : sellLabel(coinAmount(amount, coin), sold);
}

function actText(act: Step['act'], what: string): Message {
  return act === 'repay' || act === 'sell' ? repayLabel(what) : actLabel(act, what);
}

export function blockedText({ act, coin, reason }: Blocked, wallet: Message): Omit<TargetItemText, 'detail'> {
  return { label: actText(act, coin), description: reasonText(reason, wallet) };
}

/** Why a change doesn't reach the target. */
function reasonText(reason: Blocked['reason'], wallet: Message): Message {
  switch (reason) {
    case 'amount':
      return amountUnknown();
    case 'price':
      return priceUnknown();
    case 'wallet':
      return notEnoughIn(wallet);
    case 'limit':
      return noMoreRemovable();
    case 'haircut':
      return msg('target.haircut', 'counts too little after haircut');
    case 'debt':
      return msg('target.debt', "repaying it all isn't enough");
  }
}

const priceUnknown = (): Message => msg('estimate.price-unknown', 'price unknown');
export const amountUnknown = (): Message => msg('target.amount-unknown', 'amount unknown');
export const notEnoughIn = (wallet: Message): Message => msg('target.not-enough-in', 'not enough in the {0}', wallet);
export const noMoreRemovable = (): Message => msg('target.no-more-removable', 'no more removable now');

function costText({ steps, usd }: Offer): Message {
  if (steps[0]?.act === 'sell') return msg('target.sells', 'sells {0} of collateral, a fee on top', formatUsd(usd, 'debt'));
  return steps[0]?.act === 'reduce'
    ? msg('target.frees', 'frees {0}', formatUsd(usd, 'asset'))
    : msg('target.uses', 'uses {0}', formatUsd(usd, 'debt'));
}

export const needs = (amount: string): Message => msg('target.needs', 'needs {0}', amount);

function leftText({ left }: Offer, wallet: Message): Message[] {
  return left.map(({ coin, amount }) => leftIn(`${shortAmount(amount, 'asset')} ${coin}`, wallet));
}

export const leftIn = (amount: string, wallet: Message): Message => msg('target.left', '{0} left in the {1}', amount, wallet);

/** Asked before a change that doesn't reach the target. */
export function shortText(step: Message, outcome: Text): Message {
  return spaced(step, leadsTo(outcome, false));
}

/** Shown before several changes. */
export function severalText({ steps }: Offer): Message {
  return msg(
    'target.in-sequence',
    "{0}: {1} changes in sequence. You confirm each. If one isn't Confirmed, the rest won't start.",
    stepsText(steps),
    steps.length.toString(),
  );
}

/** Shown if the rest of several changes isn't started. */
export function stoppedText(title: Text, rest: readonly Step[]): Message {
  return msg('target.stopped', '{0}: stopped. Not started: {1}.', title, stepsText(rest));
}

/** Said of a repayment that can't be carried out from here. */
export function repayText({ steps, ltv }: Offer, venueName: string): Message {
  return msg(
    'target.repay-elsewhere',
    '{0}: LTV {1} (estimate). Repay in the {2} app, then refresh.',
    stepsText(steps),
    formatLtv(ltv),
    venueName,
  );
}

/** A hundred-thousandth of a percent is finer than any venue prints. */
const mostPlaces = 4;
const hundred = decimal('100');

/** What was typed as a target, or what is wrong with it. */
export type JudgedTarget<T> =
  | { readonly ok: true; readonly target: T; readonly remark: Remark }
  | { readonly ok: false; readonly sentence: Message };

/**
 * A percentage as typed, e.g. `55`, `62.5` or `62.5 %`, as a fraction. Nothing that could be read in two ways passes.
 * @returns what is wrong with it, when it is none
 */
export function readPercent(text: string): Decimal | Message {
  const percent = readNumber(text.trim().replace(/\s*%$/, ''), '62.5');
  if (typeof percent !== 'string') return percent;
  return decimalPlaces(percent) > mostPlaces ? tooManyDecimals(mostPlaces) : divide(percent, hundred, mostPlaces + 2, 'half-up');
}

/** Judges a target LTV: above zero, and below the margin call where collateral would be removed to reach it. */
export function judgeTargetLtv(text: string, loan: Loan): JudgedTarget<Decimal> {
  const target = readPercent(text);
  return typeof target === 'string' ? judgeLtv(target, loan) : { ok: false, sentence: target };
}

/** The same for a fraction, for looking again at fresher figures. */
export function judgeLtv(target: Decimal, loan: Loan): JudgedTarget<Decimal> {
  const now = credibleLtv(loan);
  const line = callLine(loan);
  const raises = now !== undefined && compare(target, now) > 0;
  if (raises && line === undefined)
    return { ok: false, sentence: msg('target.no-margin-call', 'Margin call unknown: nothing can be removed safely.') };
  if (raises && line !== undefined && compare(target, line) >= 0)
    return { ok: false, sentence: typeLess(formatLtv(line), marginCallWord()) };
  return { ok: true, target, remark: remarkOn(target, now, line, safeLine(loan)) };
}

/** @param what the figure is */
export const typeLess = (than: Text, what: Text): Message => msg('target.type-less', 'Type less than {0} ({1}).', than, what);

export const noWay = (): Message => msg('target.no-way', "This target can't be reached now");

/** Shown for a target that is already reached. */
export const alreadyThere = (outcome: Text): Message => msg('target.already', 'Already there: {0}.', outcome);

function remarkOn(target: Decimal, now: Decimal | undefined, line: Decimal | undefined, safe: Decimal | undefined): Remark {
  const lineText = line === undefined ? marginCallUnknown() : msg('estimate.margin-call', 'margin call at {0}', formatLtv(line));
  if (now === undefined) return { sentence: sideBySide([msg('term.ltv-unknown', 'LTV unknown'), lineText]), caution: true };
  const order = compare(target, now);
  const near = safe !== undefined && compare(target, safe) > 0;
  if (order === 0) return { sentence: alreadyThere(sideBySide([ltvIs(now), lineText])), caution: false };
  const reached = line !== undefined && compare(target, line) >= 0;
  const warning = reached ? [cautionOf(lineReached(msg('preview.margin-call', 'margin call')))] : near ? [closeToMarginCall()] : [];
  const act = actLabel(order < 0 ? 'add' : 'reduce', collateralWord());
  const figures = row(ltvLabel(), formatLtv(now), formatLtv(target));
  return { sentence: sideBySide([act, figures, lineText, ...warning]), caution: reached || near };
}

export const collateralWord = (): Message => msg('term.collateral-word', 'collateral');
export const marginWord = (): Message => msg('term.margin-word', 'margin');

const closeToMarginCall = (): Message => cautionOf(msg('target.beyond-safe', 'close to margin call'));

/** The prompt of the box. */
export function targetPrompt(): Message {
  return msg('target.prompt', 'Target LTV in percent, such as 62.5. Nothing is sent yet.');
}
