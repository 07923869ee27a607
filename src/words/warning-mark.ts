import { msg, type Message } from '../core/message.ts';
import type { Target } from '../core/model.ts';
import { targetKey } from '../core/model.ts';
import { isAcknowledged, type Warning } from '../engine/storage/warning-protocol.ts';

/** What a person said about a warning, in a few words. */
export function handledText(rows: readonly Warning[], now: number, when: (ms: number) => string): Message | undefined {
  const until = rows.map(({ snoozedUntil }) => snoozedUntil).find((ms) => ms !== undefined && ms > now);
  if (until !== undefined) return msg('warning.snoozed-until', 'snoozed until {0}', when(until));
  return rows.some(isAcknowledged) ? msg('warning.acknowledged', 'acknowledged') : undefined;
}

/** The line of a tooltip that tells what a person said about the warnings of a loan or position. */
export function warningLines(
  rows: readonly Warning[],
  on: Target,
  { now, when }: { readonly now: number; readonly when: (ms: number) => string },
): readonly { readonly label: Message; readonly value: Message }[] {
  const own = rows.filter(({ target }) => target.endsWith(` ${targetKey(on)}`));
  const value = handledText(own, now, when);
  return value === undefined ? [] : [{ label: msg('level.warning', 'Warning'), value }];
}
