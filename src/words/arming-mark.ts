import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { ArmState } from '../engine/ledger/arming.ts';

const minuteMs = 60_000;

/** All that the words need of an account. */
type Writer = Pick<Account, 'readOnly'>;

/** What the menus go by: an account whose key may only read can be neither armed nor disarmed. */
export function armingContext({ readOnly }: Writer, arming: ArmState): 'account' | 'account.armed' | 'account.disarmed' {
  if (readOnly) return 'account';
  return arming.armed ? 'account.armed' : 'account.disarmed';
}

/** Beside the name of an account. Of simulated money that is armed from the start nothing is said, nor of what may only be read. */
export function armingMark({ readOnly }: Writer, arming: ArmState, now: number): Message | undefined {
  if (readOnly) return undefined;
  if (!arming.armed) return msg('arming.not-armed', 'not armed');
  const { until } = arming;
  if (until === 'simulated') return undefined;
  return typeof until === 'number'
    ? msg('arming.writing-armed-min', 'writing armed for {0} min', minutesLeft(until, now))
    : msg('arming.writing-armed', 'writing armed');
}

/** Until when, in full. */
export function armingText(arming: ArmState, when: (ms: number) => string): Message {
  if (!arming.armed) return msg('arming.not-armed-nothing', 'not armed: nothing can be sent');
  switch (arming.until) {
    case 'simulated':
      return msg('arming.armed-start-because', 'armed from the start, because no real money moves');
    case 'restart':
      return msg('arming.armed-until-window', 'armed until this window is reloaded');
    case 'always':
      return msg('arming.armed-always', 'armed always');
    default:
      return msg('arming.armed-until', 'armed until {0}', when(arming.until));
  }
}

/** How long until the mark reads differently; undefined when only a person changes it. All in milliseconds; at least 250. */
export function msUntilArmingChanges(arming: ArmState, now: number): number | undefined {
  if (!arming.armed || typeof arming.until !== 'number') return undefined;
  const left = arming.until - now;
  return Math.max(250, left - (Math.ceil(left / minuteMs) - 1) * minuteMs);
}

/** Whole minutes, the begun one counted. */
function minutesLeft(until: number, now: number): string {
  return Math.max(1, Math.ceil((until - now) / minuteMs)).toString();
}
