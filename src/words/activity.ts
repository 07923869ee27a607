import { msg, type Message } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import type { Icon } from './level.ts';

/** The state of a change, or what one of its rows in the journal says. */
export function stateWord(record: WriteRecord): Message {
  switch (record.state) {
    case 'planned':
      return msg('activity.recorded', 'Recorded');
    case 'sent':
      return msg('activity.sent', 'Sent');
    case 'accepted':
      return msg('activity.accepted', 'Accepted');
    case 'unknown':
      return msg('activity.unknown', 'Outcome unknown');
    case 'effective':
      return record.evidence === undefined
        ? msg('activity.marked-executed', 'Marked as executed by you')
        : msg('activity.confirmed', 'Confirmed');
    case 'rejected':
      return msg('activity.rejected', 'Rejected');
    case 'not-effective':
      if (record.sentAt === undefined) return msg('activity.not-sent', 'Not sent');
      return record.evidence === undefined
        ? msg('activity.marked-not-executed', 'Marked as not executed by you')
        : msg('activity.not-executed', 'Not executed');
    case 'mismatch':
      return record.freezeLiftedAt === undefined
        ? msg('activity.mismatch', 'Mismatch, account frozen')
        : msg('activity.mismatch-unfrozen', 'Mismatch, account unfrozen');
  }
}

/** Every state has its own shape besides its colour. */
export function stateIcon(record: WriteRecord): Icon {
  switch (record.state) {
    case 'planned':
      return { id: 'circle-outline' };
    case 'sent':
      return { id: 'arrow-up', color: 'list.warningForeground' };
    case 'accepted':
      return { id: 'clock', color: 'list.warningForeground' };
    case 'unknown':
      return { id: 'question', color: 'list.warningForeground' };
    case 'effective':
      return record.evidence === undefined ? { id: 'person' } : { id: 'pass', color: 'testing.iconPassed' };
    case 'rejected':
      return { id: 'circle-slash' };
    case 'not-effective':
      return { id: 'dash' };
    case 'mismatch':
      return { id: 'error', color: 'list.errorForeground' };
  }
}

/** When it was sent, or recorded when it never was. Milliseconds since the Unix epoch. */
export const madeAt = ({ sentAt, plannedAt }: WriteRecord): number => sentAt ?? plannedAt;

/** When a row got into its state. Milliseconds since the Unix epoch. */
export function stepTime(row: WriteRecord): number {
  switch (row.state) {
    case 'planned':
      return row.plannedAt;
    case 'sent':
      return row.sentAt ?? row.updatedAt;
    case 'accepted':
    case 'unknown':
    case 'effective':
    case 'rejected':
    case 'not-effective':
      return row.updatedAt;
    case 'mismatch':
      return row.freezeLiftedAt ?? row.updatedAt;
  }
}

const twoDigits = (value: number): string => value.toString().padStart(2, '0');

/**
 * A moment by the clock of this machine, with its offset from UTC: "2026-11-21T15:04:05.123+01:00".
 * @param ms milliseconds since the Unix epoch
 * @param offset minutes that local time is ahead of UTC at that moment; whole ones, as all zones have today
 */
export function localIso(ms: number, offset = -new Date(ms).getTimezoneOffset()): string {
  const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
  const away = Math.abs(offset);
  return `${local}${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(away / 60))}:${twoDigits(away % 60)}`;
}

/** A moment in UTC, for machines. */
export const utcIso = (ms: number): string => new Date(ms).toISOString();

/** Short forms of a moment, for narrow lines: without the day when it is of today. All in milliseconds since the Unix epoch. */
export interface ShortTimes {
  /** To the minute. */
  readonly minute: (ms: number, now: number) => string;
  /** To the second. */
  readonly second: (ms: number, now: number) => string;
}

export function shortTimes(language: string): ShortTimes {
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const short = (timeStyle: 'short' | 'medium'): ShortTimes['minute'] => {
    const time = new Intl.DateTimeFormat(language, { timeStyle });
    const both = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle });
    return (ms, now) => (day.format(ms) === day.format(now) ? time : both).format(ms);
  };
  return { minute: short('short'), second: short('medium') };
}
