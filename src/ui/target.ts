import type { Target } from './command-ids.ts';

/**
 * A menu or the page hands over a target; so may anything else that can run a command. Whatever is not a target is
 * taken as none, and the command asks.
 */
export function asTarget(argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { accountId, loanId, positionId, coin, writeId } = argument as Partial<Record<keyof Target, unknown>>;
  if (typeof accountId !== 'string') return undefined;
  return {
    accountId,
    ...(typeof loanId === 'string' ? { loanId } : {}),
    ...(typeof positionId === 'string' ? { positionId } : {}),
    ...(typeof coin === 'string' ? { coin } : {}),
    ...(typeof writeId === 'string' ? { writeId } : {}),
  };
}
