import type { Text } from './text.ts';
import { compare, decimal, decimalPlaces, divide, isDecimal, isPositive, isZero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLtv, formatUsd } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Loan } from '../core/model.ts';
import type { ModelTrouble } from '../core/risk/loan-model.ts';
import type { Step } from '../core/risk/ltv-solver.ts';
import { credibleLtv, distanceTo } from '../core/risk/ltv.ts';
import type { Blocked, Offer } from '../engine/targets/ltv-offers.ts';
import { callLine, safeLine } from '../engine/targets/safe-maximum.ts';
import { formFault, trimmed, shortAmount } from './amount.ts';
import { loanLabel } from './kinds.ts';
import type { Remark } from './collateral-preview.ts';

/** One line to choose by. */
export interface TargetItemText {
  readonly label: Message;
  readonly description: Message;
  readonly detail: Message;
}

/** Why no target can be computed for a loan, and what to do. */
export function troubleText(trouble: ModelTrouble, { id, orderId }: Loan, unpriced: readonly string[]): Message {
  const name = loanLabel(orderId, id);
  switch (trouble) {
    case 'ltv':
      return msg(
        'target.exchange-not-tell',
        'The exchange does not tell the LTV of loan {0} now, so the way to a target cannot be reckoned. Try again later; collateral can still be added by its amount.',
        name,
      );
    case 'price':
      return unpriced.length === 0
        ? msg(
            'target.exchange-not-tell-collateral',
            'The exchange does not tell what the collateral of loan {0} is worth now, so the way to a target cannot be reckoned. Try again later; collateral can still be changed by its amount.',
            name,
          )
        : msg(
            'target.no-price-way',
            'There is no price for {1}, so the way to a target cannot be reckoned for loan {0}. Try again later; collateral can still be changed by its amount.',
            name,
            unpriced.join(', '),
          );
    case 'definitions':
      return msg(
        'target.reckon-loan-not',
        'What we reckon for loan {0} is not within 0.5% of the LTV that the exchange gives: the definitions differ. An amount from it would be wrong, so none is offered. Change collateral by small amounts and look at what the exchange makes of it.',
        name,
      );
  }
}

/** @param wallet where collateral comes from and returns to */
export function offerText(offer: Offer, loan: Loan, wallet: Message): TargetItemText {
  const { steps, ltv, shortBy } = offer;
  const [first] = steps;
  return {
    label: stepsText(steps),
    description:
      shortBy === undefined
        ? msg('target.ltv-estimate', '→ LTV {0} (estimate)', formatLtv(ltv))
        : msg('target.only-ltv-estimate', '→ only LTV {0} (estimate)', formatLtv(ltv)),
    detail: joined([
      // The list cuts off what is long, so that what must not be overlooked comes first.
      ...(shortBy === undefined || first === undefined ? [] : [reasonText(shortBy, first.act, wallet)]),
      ...(offer.beyondSafe ? [msg('target.caution-beyond-safe', 'CAUTION: beyond the safe maximum, close to the margin call')] : []),
      ...(offer.assumed ? [msg('target.assumes-loan-average', "assumes the loan's average haircut")] : []),
      ...(steps.length > 1 ? [msg('target.changes-after-other', '{0} changes, one after the other', steps.length.toString())] : []),
      ...(first?.act === 'repay' ? [msg('target.not-here-repaying', 'not here: repaying stays in the app of the exchange')] : []),
      costText(offer),
      outlook(loan, ltv),
      ...leftText(offer, wallet),
    ]),
  };
}

/** Each step by its act and exact amount. */
export function stepsText(steps: readonly Step[]): Message {
  return steps.map(stepText).reduce((text, next) => msg('list.plus', '{0} + {1}', text, next));
}

export function stepText({ act, coin, amount }: Step): Message {
  const args = [formatAmount(amount), coin] as const;
  switch (act) {
    case 'add':
      return msg('term.add-amount', 'Add {0} {1}', ...args);
    case 'reduce':
      return msg('target.take-out', 'Take out {0} {1}', ...args);
    case 'repay':
      return msg('target.repay-2', 'Repay {0} {1}', ...args);
  }
}

export function blockedText({ act, coin, reason }: Blocked, wallet: Message): Omit<TargetItemText, 'detail'> {
  const label =
    act === 'add'
      ? msg('term.add', 'Add {0}', coin)
      : act === 'reduce'
        ? msg('term.remove', 'Remove {0}', coin)
        : msg('target.repay', 'Repay {0}', coin);
  switch (reason) {
    case 'amount':
      return { label, description: msg('target.amount-not-read', 'the amount could not be read') };
    case 'price':
      return { label, description: msg('target.price-not-known', 'its price is not known') };
    case 'wallet':
    case 'limit':
    case 'haircut':
    case 'debt':
      return { label, description: reasonText(reason, act, wallet) };
  }
}

/** Why something does not lead all the way. */
export function reasonText(reason: NonNullable<Offer['shortBy']>, act: Step['act'], wallet: Message): Message {
  switch (reason) {
    case 'wallet':
      return msg('target.holds-no-more', 'the {0} holds no more of it', wallet);
    case 'limit':
      return msg('target.exchange-releases-no', 'the exchange releases no more of it now');
    case 'haircut':
      return act === 'add'
        ? msg('target.no-amount-counts', 'no amount of it counts for so much')
        : msg('target.not-count-much', 'it does not count for so much');
    case 'debt':
      return msg('target.even-without-debt', 'even without this debt LTV stays above the target');
  }
}

function costText({ steps, usd }: Offer): Message {
  return steps[0]?.act === 'reduce'
    ? msg('target.frees', 'frees {0}', formatUsd(usd, 'asset'))
    : msg('target.needs', 'needs {0}', formatUsd(usd, 'debt'));
}

function leftText({ steps, left }: Offer, wallet: Message): Message[] {
  if (steps[0]?.act === 'reduce') return [msg('target.goes', 'goes to the {0}', wallet)];
  return left.map(({ coin, amount }) => msg('target.left', '{0} {1} left in the {2}', shortAmount(amount, 'asset'), coin, wallet));
}

/** How far collateral may fall afterwards, as the preview will say it. */
function outlook({ marginCall, liquidation }: Loan, ltv: Decimal): Message {
  const toCall = distanceTo(marginCall?.ltv, ltv);
  const toLiquidation = distanceTo(liquidation?.ltv, ltv);
  if (toLiquidation !== undefined && !isPositive(toLiquidation))
    return msg('target.even-liquidation-reached', 'even then liquidation is reached');
  if (toCall === undefined) {
    return toLiquidation === undefined
      ? msg('target.how-far-collateral', 'how far collateral may fall then is not known')
      : msg('target.liquidation', 'then {0} to liquidation', formatDistance(toLiquidation));
  }
  if (!isPositive(toCall)) return msg('target.even-margin-call', 'even then the margin call is reached');
  return toLiquidation === undefined
    ? msg('target.margin-call', 'then {0} to margin call', formatDistance(toCall))
    : msg(
        'target.margin-call-liquidation',
        'then {0} to margin call, {1} to liquidation',
        formatDistance(toCall),
        formatDistance(toLiquidation),
      );
}

const joined = (parts: readonly Message[]): Message => parts.reduce((text, next) => msg('list.dot', '{0} · {1}', text, next));

/** Asked before something that does not lead all the way. */
export function shortText({ steps, ltv }: Offer, target: Decimal): Message {
  return msg(
    'target.brings-ltv-only',
    '{0}: that brings LTV to {1} only (estimate), not to {2}.',
    stepsText(steps),
    formatLtv(ltv),
    formatLtv(target),
  );
}

/** Said before several changes. */
export function severalText({ steps }: Offer): Message {
  return msg(
    'target.these-changes-carried',
    '{0}. These are {1} changes, carried out one after the other. Each has its own preview and its own confirmation. The first that does not end as proven effective stops the rest.',
    stepsText(steps),
    steps.length.toString(),
  );
}

/** Said when the rest of several changes is not begun. */
export function stoppedText(title: Text, rest: readonly Step[]): Message {
  return msg('target.stopped-not-begun', '{0}: stopped. Not begun: {1}.', title, stepsText(rest));
}

/** Said of a repayment, which is not carried out here. */
export function repayText({ steps, ltv }: Offer, venueName: string): Message {
  return msg(
    'target.bring-ltv-estimate',
    '{0}: that would bring LTV to {1} (estimate). Repaying is not done here; repay in the app or on the site of {2}, then refresh.',
    stepsText(steps),
    formatLtv(ltv),
    venueName,
  );
}

/** A hundred-thousandth of a percent is finer than any venue prints. */
const mostPlaces = 4;
const hundred = decimal('100');

/** What was typed as a target, or what is wrong with it. */
export type TargetVerdict<T> =
  { readonly ok: true; readonly target: T; readonly remark: Remark } | { readonly ok: false; readonly sentence: Message };

const refuse = (sentence: Message): { readonly ok: false; readonly sentence: Message } => ({ ok: false, sentence });

/**
 * A percentage as typed, e.g. `55`, `62.5` or `62.5 %`, as a fraction. Nothing that could be read in two ways passes.
 * @returns what is wrong with it, when it is none
 */
export function readPercent(text: string): Decimal | Message {
  const typed = text.trim().replace(/\s*%$/, '');
  if (typed === '') return msg('target.type-percentage-example', 'Type a percentage, for example 55 or 62.5.');
  if (/^[-−]/.test(typed)) return msg('target.percentage-must-more', 'The percentage must be more than zero.');
  const form = formFault(typed);
  if (form !== undefined) return form;
  if (!isDecimal(typed))
    return msg('target.not-percentage-write', 'That is not a percentage. Write digits and a decimal point, for example 62.5.');
  const percent = trimmed(typed);
  if (isZero(percent)) return msg('target.percentage-must-more', 'The percentage must be more than zero.');
  if (decimalPlaces(percent) > mostPlaces)
    return msg('amount.most-decimals-allowed', 'At most {0} decimals are allowed here.', mostPlaces.toString());
  return divide(percent, hundred, mostPlaces + 2, 'half-up');
}

/** Judges a target LTV: above zero, and below the margin call where collateral would be taken out to reach it. */
export function judgeTargetLtv(text: string, loan: Loan): TargetVerdict<Decimal> {
  const target = readPercent(text);
  return typeof target === 'string' ? judgeLtv(target, loan) : refuse(target);
}

/** The same for a fraction, for looking again at fresher figures. */
export function judgeLtv(target: Decimal, loan: Loan): TargetVerdict<Decimal> {
  const now = credibleLtv(loan);
  const line = callLine(loan);
  const raises = now !== undefined && compare(target, now) > 0;
  if (raises && line === undefined) {
    return refuse(
      msg(
        'target.ltv-now-margin',
        'LTV is {0} now. The margin call of this loan is not known, so nothing can be taken out safely.',
        formatLtv(now),
      ),
    );
  }
  if (raises && line !== undefined && compare(target, line) >= 0) {
    return refuse(
      msg(
        'target.ltv-now-above',
        'LTV is {0} now, and {1} is at or above the margin call at {2}. Type less.',
        formatLtv(now),
        formatLtv(target),
        formatLtv(line),
      ),
    );
  }
  return { ok: true, target, remark: remarkOn(target, now, line, safeLine(loan)) };
}

function remarkOn(target: Decimal, now: Decimal | undefined, line: Decimal | undefined, safe: Decimal | undefined): Remark {
  const lineText =
    line === undefined
      ? msg('target.margin-call-unknown', 'margin call unknown')
      : msg('estimate.margin-call', 'margin call at {0}', formatLtv(line));
  if (now === undefined) return { sentence: msg('target.ltv-now-unknown', 'LTV now is unknown, {0}.', lineText), caution: true };
  const near = safe !== undefined && compare(target, safe) > 0;
  const figures = [formatLtv(now), lineText] as const;
  switch (compare(target, now)) {
    case 0:
      return { sentence: msg('target.now-where-loan', '{0} now, {1}. That is where the loan stands.', ...figures), caution: false };
    case -1:
      return line !== undefined && compare(target, line) >= 0
        ? {
            sentence: msg(
              'target.now-lower-collateral-added',
              '{0} now, {1}. To lower it collateral is added: the margin call is reached even then.',
              ...figures,
            ),
            caution: true,
          }
        : { sentence: msg('target.now-lower-collateral', '{0} now, {1}. To lower it collateral is added.', ...figures), caution: near };
    case 1:
      return near
        ? {
            sentence: msg(
              'target.now-raise-collateral-taken',
              '{0} now, {1}. To raise it collateral is taken out; above {2} is close to the margin call.',
              ...figures,
              formatLtv(safe),
            ),
            caution: true,
          }
        : {
            sentence: msg('target.now-raise-collateral', '{0} now, {1}. To raise it collateral is taken out.', ...figures),
            caution: false,
          };
  }
}

/** What stands over the box. */
export function targetPrompt(): Message {
  return msg('target.ltv-wanted-percent', 'The LTV that is wanted, in percent. The ways to get there follow; nothing is sent yet.');
}
