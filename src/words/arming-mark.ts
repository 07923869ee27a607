import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { ArmState } from '../engine/ledger/arming.ts';

const minuteMs = 60_000;

/** What the menus depend on: a read-only account can be neither armed nor disarmed. */
export function armingContext({ readOnly }: Pick<Account, 'readOnly'>, arming: ArmState): 'account' | 'account.armed' | 'account.disarmed' {
  if (readOnly) return 'account';
  return arming.armed ? 'account.armed' : 'account.disarmed';
}

/** Beside the name of an account. Nothing for simulated money that is armed from the start, nor for what is read-only. */
export function armingMark({ readOnly }: Pick<Account, 'readOnly'>, arming: ArmState, now: number): Message | undefined {
  if (readOnly) return undefined;
  if (!arming.armed) return notArmed();
  const { until } = arming;
  if (until === 'simulated') return undefined;
  return typeof until === 'number' ? msg('arming.armed-min', 'armed for {0} min', minutesLeft(until, now)) : armed();
}

const armed = (): Message => msg('arming.armed', 'armed');

export const notArmed = (): Message => msg('arming.not-armed', 'not armed');

/** Until when, in full. */
export function armingText(arming: ArmState, when: (ms: number) => string): Message {
  if (!arming.armed) return msg('arming.not-armed-nothing', 'not armed: nothing can be sent');
  switch (arming.until) {
    case 'simulated':
      return armed();
    case 'restart':
      return msg('arming.armed-restart', 'armed until this window reloads');
    case 'always':
      return msg('arming.armed-always', 'always armed');
    default:
      return msg('arming.armed-until', 'armed until {0}', when(arming.until));
  }
}

/** How long until the mark reads differently; undefined when only the person changes it. All in milliseconds; at least 250. */
export function msUntilArmingChanges(arming: ArmState, now: number): number | undefined {
  if (!arming.armed || typeof arming.until !== 'number') return undefined;
  const left = arming.until - now;
  return Math.max(250, left - (Math.ceil(left / minuteMs) - 1) * minuteMs);
}

/** Whole minutes, rounded up. */
function minutesLeft(until: number, now: number): string {
  return Math.max(1, Math.ceil((until - now) / minuteMs)).toString();
}
