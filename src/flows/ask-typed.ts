import type { Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import { judgeAmount, type AmountBounds } from '../words/amount.ts';
import type { Remark } from '../words/collateral-preview.ts';
import type { JudgedTarget } from '../words/ltv-target.ts';
import type { Text } from '../words/text.ts';
import type { Back, Conversation, Terms } from './conversation.ts';

/** What an amount is checked against, and what is shown about it. */
export interface AmountFacts {
  readonly bounds: AmountBounds;
  readonly prompt: Text;
  /** Shown below an allowed amount. */
  readonly remark?: (amount: Decimal) => Remark;
}

interface AmountQuestion {
  readonly title: Text;
  readonly placeholder: Text;
  readonly facts: AmountFacts;
  /** Fresher facts that replace the first ones when they arrive. If reading them fails, the first ones stay. */
  readonly later?: (signal: AbortSignal) => Promise<AmountFacts>;
  /** Called with the reason if the fresher facts allow no amount at all; the question is then closed. */
  readonly instead?: (why: Message) => Promise<undefined>;
  /** Initial value when the person comes back to this step. */
  readonly value?: string;
  readonly canGoBack: boolean;
}

/**
 * Asks for an exact amount and checks it at every key.
 * @returns the amount, `back`, or undefined if the person left or the fresher facts allow no amount
 */
export async function askAmount(
  talk: Conversation,
  { facts, later, instead, ...question }: AmountQuestion,
): Promise<Decimal | Back | undefined> {
  // An object, because it is set while the question is open.
  const withdrawn: { why?: Message } = {};
  const fresher = async (signal: AbortSignal): Promise<Terms<Decimal> | undefined> => {
    const fresh = await later?.(signal);
    if (fresh === undefined) return termsOf(facts);
    const { impossible } = fresh.bounds;
    if (impossible === undefined || instead === undefined) return termsOf(fresh);
    if (!signal.aborted) withdrawn.why = impossible;
    return undefined;
  };
  const answer = await talk.input({ ...question, ...termsOf(facts), ...(later === undefined ? {} : { later: fresher }) });
  return withdrawn.why === undefined || answer !== undefined ? answer : instead?.(withdrawn.why);
}

function termsOf({ bounds, prompt, remark }: AmountFacts): Terms<Decimal> {
  return {
    prompt,
    judge: (typed) => {
      const judged = judgeAmount(typed, bounds);
      return judged.ok ? { value: judged.amount, remark: remark?.(judged.amount) } : { problem: judged.sentence };
    },
  };
}

interface TargetQuestion<T> {
  readonly title: Text;
  readonly prompt: Message;
  readonly judge: (text: string) => JudgedTarget<T>;
  /** Initial value when the person comes back to this step. */
  readonly value: string;
  readonly canGoBack: boolean;
}

/** Asks for a target and checks it at every key. @returns it with the typed text, `back`, or undefined if the person left */
export function askTarget<T>(
  talk: Conversation,
  { judge, ...question }: TargetQuestion<T>,
): Promise<{ readonly target: T; readonly text: string } | Back | undefined> {
  return talk.input({
    ...question,
    judge: (text) => {
      const judged = judge(text);
      return judged.ok ? { value: { target: judged.target, text }, remark: judged.remark } : { problem: judged.sentence };
    },
  });
}
