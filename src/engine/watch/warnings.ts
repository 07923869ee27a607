import { targetKey, type Target } from '../../core/model.ts';
import type { ForcedEvent } from '../storage/history-protocol.ts';
import {
  alarms,
  isAcknowledged,
  isWorse,
  levelOfAlarm,
  type Alarm,
  type KnownWarning,
  type Warning,
  type WarningKey,
} from '../storage/warning-protocol.ts';

/**
 * What can be warned of: the level of a loan or position; of a loan a debt that is overdue, one that is due soon, a pledged coin that is
 * accepted no more, a debt coin that is hardly lent any more, and terms that changed; an account whose figures can't be read, a key that expires, and one without an IP list. What a
 * venue did against the borrower's will (`event`) is told once, and no warning stands of it.
 */
export type Facet = 'level' | 'overdue' | 'due' | 'capped' | 'drained' | 'terms' | 'blind' | 'key' | 'unbound' | 'event';

/** Told once, calmly: nothing is about to happen. */
export const isNote = (facet: Facet): boolean => facet === 'terms' || facet === 'unbound';

/** The name of what is warned of, within its account. Stored. */
export const warningTarget = (facet: Facet, target?: Target): string => (target === undefined ? facet : `${facet} ${targetKey(target)}`);

/** What such a name stands for. */
export function readWarningTarget(name: string): { readonly facet: Facet; readonly on?: Target } {
  const [, facet = 'blind', kind, id] = /^(\w+)(?: (loan|position):([^]*))?$/.exec(name) ?? [];
  return { facet: facet as Facet, ...(id === undefined ? {} : { on: { kind: kind as Target['kind'], id } }) };
}

/** One key for a map. */
export const warningKey = ({ account, target }: WarningKey): string => JSON.stringify([account, target]);

/** How long figures have been better than a level, without a break and by current figures. Absent when they are not. Milliseconds. */
export type Better = Partial<Readonly<Record<Alarm, number>>>;

/** What can be seen now of one thing to warn of. */
export interface Sight extends WarningKey {
  /**
   * - `calm` by current figures there is nothing to warn of
   * - `lost` nothing current is known: that never ends a warning
   * - `old` nothing current is known, and nothing was wrong when it was last read: that neither ends nor repeats a warning
   * - `gone` it is no longer there
   * - `closed` the same, and nothing was wrong when it was last seen
   */
  readonly sees: Alarm | 'calm' | 'lost' | 'old' | 'gone' | 'closed';
  readonly better?: Better;
  /** When it happened: a later one than is known is told too. Milliseconds since the Unix epoch. */
  readonly at?: number;
  /** When it began, if that was before it was seen. Milliseconds since the Unix epoch. */
  readonly since?: number;
  /** It speaks in quiet hours too. */
  readonly urgent?: boolean;
}

/** Something to tell. */
export interface Told extends WarningKey {
  /** `again`: a warning that was told before. `better`: danger became a warning. `recovered`: the warning is over. */
  readonly says: 'alarm' | 'note' | 'again' | 'better' | 'recovered' | 'gone' | 'event';
  readonly level: Alarm;
  /** When it began. */
  readonly since: number;
  /** The venue's own row that it is about. */
  readonly event?: ForcedEvent;
}

/** What the venue did against the borrower's will, to be told once. */
export const toldEvent = (event: ForcedEvent): Told => ({
  account: event.account,
  target: warningTarget('event', event.loan === undefined ? undefined : { kind: 'loan', id: event.loan }),
  says: 'event',
  level: 'danger',
  since: event.at,
  event,
});

/** What may be told now. */
export interface Terms {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly enabled: boolean;
  /** Only danger speaks. */
  readonly quiet: boolean;
  /** Since when somebody looks, without a sleep. Milliseconds since the Unix epoch. */
  readonly from?: number;
}

export type Rows = ReadonlyMap<string, Warning>;

export interface Decision {
  /** By `warningKey`; undefined takes a row away. */
  readonly changes: ReadonlyMap<string, Warning | undefined>;
  readonly told: readonly Told[];
}

const minuteMs = 60_000;
/** A better level has to hold for so long. */
export const quietMs = 10 * minuteMs;
/** An account may fail for so long without a word. */
export const blindAfterMs = 5 * minuteMs;
/** Danger is told again after each of these, then always after the last. */
export const repeatsMs = [5 * minuteMs, 15 * minuteMs, 60 * minuteMs] as const;
const dayMs = 24 * 60 * minuteMs;
/** No snooze is longer: one that is comes from a clock that was wrong. */
const longestSnoozeMs = 2 * dayMs;

const isOfSame = (a: string, b: string): boolean => JSON.stringify(readWarningTarget(a).on) === JSON.stringify(readWarningTarget(b).on);

interface Step {
  readonly row?: Warning;
  readonly says?: Told['says'];
  readonly level?: Alarm;
}

/** What follows from what is seen: the rows that change, and what to tell. Pure: the same answer for the same rows, sights and time. */
export function decide(rows: Rows, sights: readonly Sight[], terms: Terms): Decision {
  const changes = new Map<string, Warning | undefined>();
  const told: Told[] = [];
  for (const sight of sights) {
    const before = rows.get(warningKey(sight));
    const { row, says, level } = step(before, sight, terms);
    if (JSON.stringify(row) !== JSON.stringify(before)) changes.set(warningKey(sight), row);
    const since = before?.since ?? row?.since ?? terms.now;
    const { account, target } = sight;
    // A loan that is gone is told once, whatever was wrong with it.
    if (says === 'gone' && told.some((one) => one.says === 'gone' && one.account === account && isOfSame(one.target, target))) continue;
    if (says !== undefined) told.push({ account, target, says, level: level ?? row?.level ?? 'warn', since });
  }
  return { changes, told };
}

/** The rows after a decision. */
export function applied(rows: Rows, { changes }: Pick<Decision, 'changes'>): Rows {
  const after = new Map(rows);
  for (const [key, row] of changes) {
    if (row === undefined) after.delete(key);
    else after.set(key, row);
  }
  return after;
}

function step(held: Warning | undefined, sight: Sight, terms: Terms): Step {
  const { account, target, sees } = sight;
  const { now } = terms;
  const before = held === undefined ? undefined : ofClock(held, terms);
  const alarm = alarms.find((one) => one === sees);
  const isNews = before === undefined || (sight.at !== undefined && sight.at > before.since);
  if (alarm !== undefined && (isNews || isWorse(alarm, before.level))) {
    // A worse level ends what was acknowledged or snoozed before.
    return telling({ account, target, level: alarm, since: sight.at ?? Math.min(sight.since ?? now, now), repeats: 0 }, terms, sight);
  }
  if (before === undefined) return {};
  if (sees === 'closed') return {};
  if (sees === 'gone') return gone(before, terms);
  const left = leaves(before, sight);
  if (left !== undefined) return leaving(before, left, terms);
  // In the quiet time after it got better nothing is said: the old level would be wrong by now.
  const stands = sees === 'lost' || (alarm !== undefined && levelOfAlarm(alarm) === levelOfAlarm(before.level));
  return stands ? telling(before, terms, sight) : { row: before };
}

function gone({ target, level }: Warning, { enabled }: Terms): Step {
  const { facet } = readWarningTarget(target);
  // It may have been liquidated: that is told at night too.
  return enabled && (facet === 'level' || facet === 'overdue') ? { says: 'gone', level } : {};
}

/** What a warning becomes after the quiet time; undefined as long as it stays. */
function leaves({ target, level }: Warning, { sees, better = {} }: Sight): Alarm | 'clear' | undefined {
  const { facet } = readWarningTarget(target);
  if (sees === 'lost' || sees === 'old' || sees === level) return undefined;
  if (facet !== 'level' && facet !== 'overdue' && facet !== 'capped' && facet !== 'drained') return sees === 'calm' ? 'clear' : undefined;
  const isLeft = (one: Alarm): boolean => better[one] !== undefined && better[one] >= quietMs;
  if (!isLeft(level)) return undefined;
  const lower = alarms.filter((one) => isWorse(level, one)).reverse();
  return lower.find((one) => one === sees || !isLeft(one)) ?? (sees === 'calm' ? 'clear' : 'warn');
}

function leaving(before: Warning, left: Alarm | 'clear', terms: Terms): Step {
  const { facet } = readWarningTarget(before.target);
  const isWord =
    before.told !== undefined &&
    terms.enabled &&
    !terms.quiet &&
    before.snoozedUntil === undefined &&
    (facet === 'level' || facet === 'overdue');
  if (left === 'clear') return isWord ? { says: 'recovered', level: before.level } : {};
  const row: Warning = {
    ...before,
    level: left,
    since: terms.now,
    acknowledged: before.acknowledged && milder(before.acknowledged, left),
    repeats: left === 'warn' ? 0 : before.repeats,
  };
  // Danger goes on being told, as long as it is seen.
  if (left !== 'warn') return { row };
  return before.told === undefined ? telling(row, terms) : { row, ...(isWord ? { says: 'better' } : {}) };
}

/** Tells what is due to be told. */
function telling(row: Warning, { now, enabled, quiet }: Terms, { urgent }: Pick<Sight, 'urgent'> = {}): Step {
  const { facet } = readWarningTarget(row.target);
  const { told, level, since, repeats, snoozedUntil } = row;
  const mayWait = facet === 'blind' && now - since < blindAfterMs;
  // A key that expires within three days need not wake anybody.
  const isQuiet = quiet && urgent !== true && (level === 'warn' || (facet === 'key' && level === 'danger'));
  if (!enabled || isQuiet || isAcknowledged(row) || mayWait) return { row };
  const says = isNote(facet) ? 'note' : told === undefined ? 'alarm' : 'again';
  if (snoozedUntil !== undefined) {
    if (now < snoozedUntil) return { row };
    return { row: { ...row, told: now, snoozedUntil: undefined }, says };
  }
  if (told === undefined) return { row: { ...row, told: now }, says };
  const isDaily = facet === 'due' || (facet === 'key' && level !== 'warn');
  const waitMs = isDaily ? dayMs : level !== 'warn' ? (repeatsMs[repeats] ?? repeatsMs[repeatsMs.length - 1]) : undefined;
  if (waitMs === undefined || now - told < waitMs) return { row };
  return { row: { ...row, told: now, repeats: repeats + 1 }, says };
}

/**
 * Times from a clock that was ahead: what lies in the future would never come. An account that failed before a sleep may fail for the usual
 * time again.
 */
function ofClock(row: Warning, { now, from = 0 }: Terms): Warning {
  const { target, told, snoozedUntil } = row;
  const since = told === undefined && readWarningTarget(target).facet === 'blind' ? Math.max(row.since, from) : row.since;
  const isSnoozed = snoozedUntil !== undefined && snoozedUntil <= now + longestSnoozeMs;
  return {
    ...row,
    since: Math.min(since, now),
    told: told === undefined ? undefined : Math.min(told, now),
    snoozedUntil: isSnoozed ? snoozedUntil : undefined,
  };
}

const milder = (a: Alarm, b: Alarm): Alarm => (isWorse(a, b) ? b : a);

/** A person acknowledges what stands: each is silent until a worse level than the known one is reached. */
export function acknowledged(rows: Rows, which: readonly KnownWarning[], now: number): Decision {
  return changed(rows, which, (row, known) => {
    if (!isWorse(row.level, known)) return { ...row, told: row.told ?? now, acknowledged: row.level, snoozedUntil: undefined };
    const isLess = row.acknowledged !== undefined && isWorse(row.acknowledged, known);
    return isLess ? row : { ...row, acknowledged: known };
  });
}

/** Silent until then, unless a worse level than the known one is reached. */
export function snoozed(rows: Rows, which: readonly KnownWarning[], until: number): Decision {
  return changed(rows, which, (row, known) => (isWorse(row.level, known) ? row : { ...row, snoozedUntil: until }));
}

function changed(rows: Rows, which: readonly KnownWarning[], change: (row: Warning, known: Alarm) => Warning): Decision {
  const changes = new Map<string, Warning>();
  for (const one of which) {
    const key = warningKey(one);
    const row = rows.get(key);
    if (row !== undefined) changes.set(key, change(row, one.level));
  }
  return { changes, told: [] };
}

/**
 * Whether a moment lies in a span such as `22:00-07:00`, by the local clock. What is no such span has no quiet hours.
 * @param now milliseconds since the Unix epoch
 */
export function isQuiet(span: string, now: number): boolean {
  const parts = /^\s*([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)\s*$/.exec(span)?.slice(1).map(Number);
  if (parts === undefined) return false;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = parts;
  const date = new Date(now);
  const [at, from, to] = [date.getHours() * 60 + date.getMinutes(), fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  return from <= to ? from <= at && at < to : at >= from || at < to;
}
