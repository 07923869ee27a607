import { compare } from '../../core/decimal.ts';
import { targetKey } from '../../core/model.ts';
import type { Change } from '../../exchanges/exchange.ts';
import type { WriteRecord } from './record.ts';
import { changeTarget } from './write-states.ts';

/**
 * Carries several changes out one after the other. The first that is not proven effective ends it: what comes after was decided on as if it
 * had been done.
 * @param carryOut previews one, has it confirmed and sends it; returns its outcome, or undefined when nothing was sent
 * @returns the first that was not begun, or whose preview was left; as many as there are changes when none is left
 */
export async function inSequence(
  changes: readonly Change[],
  carryOut: (change: Change, index: number) => Promise<WriteRecord | undefined>,
): Promise<{ readonly rest: number }> {
  const done = new Set<string>();
  for (const [index, change] of changes.entries()) {
    const outcome = await carryOut(change, index);
    if (outcome === undefined) return { rest: index };
    if (done.has(outcome.id) || !isProven(outcome, change)) return { rest: index + 1 };
    done.add(outcome.id);
  }
  return { rest: changes.length };
}

/** Whether what was decided on as if this were done may go on. Without evidence it is a person's word; and the proof must be of this exact change. */
export function isProven({ state, evidence, change: sent }: WriteRecord, asked: Change): boolean {
  return (
    state === 'effective' &&
    evidence !== undefined &&
    targetKey(changeTarget(sent)) === targetKey(changeTarget(asked)) &&
    sent.direction === asked.direction &&
    sent.coin === asked.coin &&
    compare(sent.amount, asked.amount) === 0
  );
}
