import { back, type Back, type Conversation, type InputQuestion, type PickQuestion } from '../conversation.ts';
import type { Frame, Outcome } from './step-sequence.ts';

/** Asks to choose one of several, as one step of a series. */
export async function askPick<T>(
  talk: Conversation,
  frame: Frame,
  question: Omit<PickQuestion<T>, 'frame' | 'canGoBack'>,
): Promise<Outcome<T>> {
  return outcomeOf(await talk.pick({ ...question, frame, canGoBack: frame.canGoBack }));
}

/** Asks to type something, as one step of a series. */
export async function askInput<T>(
  talk: Conversation,
  frame: Frame,
  question: Omit<InputQuestion<T>, 'frame' | 'canGoBack'>,
): Promise<Outcome<T>> {
  return outcomeOf(await talk.input({ ...question, frame, canGoBack: frame.canGoBack }));
}

function outcomeOf<T>(answer: T | Back | undefined): Outcome<T> {
  if (answer === undefined) return { kind: 'cancel' };
  return answer === back ? { kind: 'back' } : { kind: 'next', value: answer as T };
}
