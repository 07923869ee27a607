/** What came of one step. */
export type Outcome<Value> = { readonly kind: 'next'; readonly value: Value } | { readonly kind: 'back' } | { readonly kind: 'cancel' };

/** Where a step stands among those that apply. */
export interface Frame {
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

/** One question of a series. `ask` returns the answers so far with its own among them. */
export interface Step<Answers> {
  readonly applies?: (answers: Answers) => boolean;
  readonly ask: (answers: Answers, frame: Frame) => Promise<Outcome<Answers>>;
}

/**
 * Asks one question after the other, beginning at the one with index `start`. Going back keeps what was answered, so that it can
 * be offered again.
 * @returns the answers, or undefined when a step was cancelled.
 */
export async function runSteps<Answers>(steps: readonly Step<Answers>[], answers: Answers, start = 0): Promise<Answers | undefined> {
  const applies = (step: Step<Answers>): boolean => step.applies?.(current) ?? true;
  let current = answers;
  let at = start;
  for (let step = steps[at]; step !== undefined; step = steps[at]) {
    if (!applies(step)) {
      at += 1;
      continue;
    }
    const before = steps.slice(0, at).filter(applies).length;
    const outcome = await step.ask(current, { step: before + 1, totalSteps: steps.filter(applies).length, canGoBack: before > 0 });
    if (outcome.kind === 'cancel') return undefined;
    if (outcome.kind === 'next') {
      current = outcome.value;
      at += 1;
    } else {
      at = steps.slice(0, at).findLastIndex(applies);
      // The first question has nothing before it; a back from there is taken as none.
      if (at < 0) at = start;
    }
  }
  return current;
}
