import type { Instead } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction } from '../core/model.ts';
import type { Refusal } from '../engine/ledger/refusal.ts';

/** What can be done about a change that was not sent. */
export type FailureButton = 'resolve' | 'arm' | 'settings' | 'readAgain' | 'otherCoin' | 'addMargin' | 'retry' | 'showLog';

/** What a failure says about a way out, and what the one who asks can offer. */
export interface FailureFacts {
  /** A write has to be settled first. */
  readonly unfinished: boolean;
  readonly remedy?: Refusal['remedy'] | undefined;
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

/** What can be pressed in front of a preview, besides leaving. */
export type ConfirmButton = 'readAgain' | 'showRequest' | 'arm' | 'act' | 'actWithoutEstimate';

/** What decides which buttons a preview gets. */
export interface ConfirmFacts {
  /** Whether changes may be sent from the account now. */
  readonly armed: boolean;
  /** Nothing was ever sent from this account, and it is no simulated one: the request has to be looked at once. */
  readonly first: boolean;
  /** The request was shown, for this very change. */
  readonly rehearsed: boolean;
  /** Our own reckoning does not give the figures of the exchange. */
  readonly doubt: boolean;
  readonly direction: Direction;
}

/**
 * The buttons in their order. The first one has the focus, so it is always the harmless one; the one that acts is the last, and there
 * only when nothing stands against it.
 */
export function confirmButtons(facts: ConfirmFacts): readonly ConfirmButton[] {
  const last = lastButton(facts);
  return ['readAgain', 'showRequest', ...(last === undefined ? [] : [last])];
}

function lastButton({ armed, first, rehearsed, doubt, direction }: ConfirmFacts): ConfirmButton | undefined {
  if (doubt && direction === 'reduce') return undefined;
  if (!armed) return 'arm';
  if (first && !rehearsed) return undefined;
  return doubt ? 'actWithoutEstimate' : 'act';
}

/** Why a button is missing or another than usual, in the order of what has to be done first. */
export function confirmNotes({ armed, first, rehearsed, doubt, direction }: ConfirmFacts): readonly Message[] {
  // No arming and no looking at the request would help.
  if (doubt && direction === 'reduce') return [doubtNote(direction)];
  return [
    ...(armed ? [] : [msg('NOT ARMED: nothing can be sent from this account yet. This is only a look. "Arm Writing…" asks for how long.')]),
    ...(first && !rehearsed
      ? [
          msg(
            'This would be the first change that LTV Gauge ever sends from this account. Look at the exact request first ("Show Request"): nothing is sent by that. After it the button to send is here.',
          ),
        ]
      : []),
    ...(doubt ? [doubtNote(direction)] : []),
  ];
}

function doubtNote(direction: Direction): Message {
  return direction === 'reduce'
    ? msg(
        'CAUTION: reckoned from the fresh figures, the LTV of this loan comes out more than 0.5 % away from the one the exchange shows, so nothing can be taken out safely. Read again, or take it out at the exchange.',
      )
    : msg(
        'CAUTION: reckoned from the fresh figures, the LTV of this loan comes out more than 0.5 % away from the one the exchange shows, so what adding does to it is not estimated. Read again, or add without an estimate.',
      );
}
