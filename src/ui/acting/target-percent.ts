import { compare, decimal, decimalPlaces, divide, isDecimal, isZero, type Decimal } from '../../core/decimal.ts';
import { formatLtv } from '../../core/format.ts';
import { credibleLtv } from '../../core/ltv.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Loan } from '../../core/model.ts';
import { formFault, trimmed } from './amount.ts';
import type { Remark } from './preview-text.ts';
import { callLine, safeLine } from './target-safe.ts';

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
  if (typed === '') return msg('Type a percentage, for example 55 or 62.5.');
  if (/^[-−]/.test(typed)) return msg('The percentage must be more than zero.');
  const form = formFault(typed);
  if (form !== undefined) return form;
  if (!isDecimal(typed)) return msg('That is not a percentage. Write digits and a decimal point, for example 62.5.');
  const percent = trimmed(typed);
  if (isZero(percent)) return msg('The percentage must be more than zero.');
  if (decimalPlaces(percent) > mostPlaces) return msg('At most {0} decimals are allowed here.', mostPlaces.toString());
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
    return refuse(msg('LTV is {0} now. The margin call of this loan is not known, so nothing can be taken out safely.', formatLtv(now)));
  }
  if (raises && line !== undefined && compare(target, line) >= 0) {
    return refuse(
      msg('LTV is {0} now, and {1} is at or above the margin call at {2}. Type less.', formatLtv(now), formatLtv(target), formatLtv(line)),
    );
  }
  return { ok: true, target, remark: remarkOn(target, now, line, safeLine(loan)) };
}

function remarkOn(target: Decimal, now: Decimal | undefined, line: Decimal | undefined, safe: Decimal | undefined): Remark {
  const lineText = line === undefined ? msg('margin call unknown') : msg('margin call at {0}', formatLtv(line));
  if (now === undefined) return { sentence: msg('LTV now is unknown, {0}.', lineText), caution: true };
  const near = safe !== undefined && compare(target, safe) > 0;
  const figures = [formatLtv(now), lineText] as const;
  switch (compare(target, now)) {
    case 0:
      return { sentence: msg('{0} now, {1}. That is where the loan stands.', ...figures), caution: false };
    case -1:
      return line !== undefined && compare(target, line) >= 0
        ? {
            sentence: msg('{0} now, {1}. To lower it collateral is added: the margin call is reached even then.', ...figures),
            caution: true,
          }
        : { sentence: msg('{0} now, {1}. To lower it collateral is added.', ...figures), caution: near };
    case 1:
      return near
        ? {
            sentence: msg(
              '{0} now, {1}. To raise it collateral is taken out; above {2} is close to the margin call.',
              ...figures,
              formatLtv(safe),
            ),
            caution: true,
          }
        : { sentence: msg('{0} now, {1}. To raise it collateral is taken out.', ...figures), caution: false };
  }
}

/** What stands over the box. */
export function targetPrompt(): Message {
  return msg('The LTV that is wanted, in percent. The ways to get there follow; nothing is sent yet.');
}
