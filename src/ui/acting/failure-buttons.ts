import type { Instead } from '../../core/errors.ts';

/** What can be done about a change that was not sent. */
export type FailureButton = 'resolve' | 'arm' | 'settings' | 'readAgain' | 'otherCoin' | 'addMargin' | 'retry' | 'showLog';

/** What a failure says about a way out, and what the one who asks can offer. */
export interface FailureFacts {
  /** A write has to be settled first. */
  readonly unfinished: boolean;
  readonly remedy?: 'arm' | 'readAgain' | 'settings' | undefined;
  readonly instead?: readonly Instead[] | undefined;
  /** The caller can go on from where it was left, e.g. with another amount. */
  readonly canRetry: boolean;
  /** The caller can go back to the choice of the coin, or there is a command that asks for it. */
  readonly hasCoins: boolean;
  /** It is about the margin of a position that a command can add to. */
  readonly hasMargin: boolean;
  /** The caller can read afresh. */
  readonly canReadAgain: boolean;
}

/**
 * The buttons under a failure, the most helpful first. To repay is done at the exchange and later is only a matter of waiting: the
 * sentence says so, and no button pretends otherwise.
 */
export function failureButtons(facts: FailureFacts): readonly FailureButton[] {
  const { unfinished, remedy, instead = [], canRetry, hasCoins, hasMargin, canReadAgain } = facts;
  if (unfinished) return ['resolve', 'showLog'];
  // A limit that is in the way is first of all a reason to move less, not to lift it.
  const less = canRetry && instead.includes('less');
  return [
    ...(less ? ['retry' as const] : []),
    ...(remedy === 'arm' ? ['arm' as const] : []),
    ...(remedy === 'settings' ? ['settings' as const] : []),
    ...(remedy === 'readAgain' && canReadAgain ? ['readAgain' as const] : []),
    ...(instead.includes('otherCoin') && hasCoins ? ['otherCoin' as const] : []),
    ...(instead.includes('addMargin') && hasMargin ? ['addMargin' as const] : []),
    ...(canRetry && !less ? ['retry' as const] : []),
    'showLog',
  ];
}
