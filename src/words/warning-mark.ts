import { msg, type Message } from '../core/message.ts';
import { targetKey, type Account, type Target } from '../core/model.ts';
import { isAcknowledged, type Warning } from '../engine/storage/warning-protocol.ts';
import { readWarningTarget } from '../engine/watch/warnings.ts';
import type { ViewContext } from './account.ts';
import { levelsText } from './thresholds.ts';
import type { Text } from './text.ts';

/** Whether a warning is acknowledged or snoozed, in a few words. */
export function handledText(rows: readonly Warning[], now: number, when: (ms: number) => string): Message | undefined {
  const until = rows.map(({ snoozedUntil }) => snoozedUntil).find((ms) => ms !== undefined && ms > now);
  if (until !== undefined) return msg('warning.snoozed-until', 'snoozed until {0}', when(until));
  return rows.some(isAcknowledged) ? msg('warning.acknowledged', 'acknowledged') : undefined;
}

/** Tooltip lines about the warnings of a loan or position: acknowledged or snoozed, and own levels. */
export function warningLines(
  { id, levels }: Account,
  on: Target,
  { warnings, now, when }: ViewContext,
): readonly { readonly label: Message; readonly value: Text }[] {
  const isOwn = (name: string): boolean => {
    const { on: one } = readWarningTarget(name);
    return one !== undefined && targetKey(one) === targetKey(on);
  };
  const handled = handledText(
    warnings(id).filter(({ target }) => isOwn(target)),
    now,
    when,
  );
  const own = levels?.[targetKey(on)];
  return [
    ...(handled === undefined ? [] : [{ label: msg('level.warning', 'Warning'), value: handled }]),
    ...(own === undefined ? [] : [{ label: msg('levels.yours', 'Your warning levels'), value: levelsText(own) }]),
  ];
}
