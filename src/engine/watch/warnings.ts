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
 * What a warning is about. Level: of a loan or position. Loans: an overdue debt, a debt due soon, a pledged coin that is no longer accepted
 * (`capped`), a borrowed coin that is hardly available any more (`drained`), changed terms. Accounts: unreadable figures (`blind`), an
 * expiring key, a key without an IP list. A forced event of the venue (`event`) is told once and leaves no warning.
 */
export type Facet = 'level' | 'overdue' | 'due' | 'capped' | 'drained' | 'terms' | 'blind' | 'key' | 'unbound' | 'event';

/** Notices: told once, because nothing is about to happen. */
export const isNote = (facet: Facet): boolean => facet === 'terms' || facet === 'unbound';

/** The name of a warning within its account. Stored. */
export const warningTarget = (facet: Facet, target?: Target): string => (target === undefined ? facet : `${facet} ${targetKey(target)}`);

/** Parses such a name. */
export function readWarningTarget(name: string): { readonly facet: Facet; readonly on?: Target } {
  const [, facet = 'blind', kind, id] = /^(\w+)(?: (loan|position):([^]*))?$/.exec(name) ?? [];
  return { facet: facet as Facet, ...(id === undefined ? {} : { on: { kind: kind as Target['kind'], id } }) };
}

/** A key for maps. */
export const warningKey = ({ account, target }: WarningKey): string => JSON.stringify([account, target]);

/** How long figures have been better than a level, without a break and with current figures. Absent if they aren't. Milliseconds. */
export type Better = Partial<Readonly<Record<Alarm, number>>>;

/** What is seen now of one possible warning. */
export interface Sight extends WarningKey {
  /**
   * - `calm`: by current figures, nothing to warn about
   * - `lost`: no current figures; this never ends a warning
   * - `old`: no current figures, and nothing was wrong at the last reading; this neither ends nor repeats a warning
   * - `gone`: it no longer exists
   * - `closed`: the same, and nothing was wrong when it was last seen
   */
  readonly sees: Alarm | 'calm' | 'lost' | 'old' | 'gone' | 'closed';
  readonly better?: Better;
  /** When it happened; a later one than known is told too. Milliseconds since the Unix epoch. */
  readonly at?: number;
  /** When it began, if before it was seen. Milliseconds since the Unix epoch. */
  readonly since?: number;
  /** Told in quiet hours too. */
  readonly urgent?: boolean;
}

/** Something to tell. */
export interface Told extends WarningKey {
  /** `again`: a repeat. `better`: Danger became Warning. `recovered`: the warning is over. */
  readonly says: 'alarm' | 'note' | 'again' | 'better' | 'recovered' | 'gone' | 'event';
  readonly level: Alarm;
  /** When it began. */
  readonly since: number;
  /** The venue's history row it is about. */
  readonly event?: ForcedEvent;
}

/** A forced event of the venue, told once. */
export const toldEvent = (event: ForcedEvent): Told => ({
  account: event.account,
  target: warningTarget('event', event.loan === undefined ? undefined : { kind: 'loan', id: event.loan }),
  says: 'event',
  level: 'danger',
  since: event.at,
  event,
});

/** What can be told now. */
export interface Terms {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly enabled: boolean;
  /** Quiet hours: only Danger is told. */
  readonly quiet: boolean;
  /** This window opened or woke just now: what fails may only need a moment, such as a network that isn't back yet. */
  readonly isWaking?: boolean;
}

export type Rows = ReadonlyMap<string, Warning>;

export interface Decision {
  /** By `warningKey`; undefined deletes a row. */
  readonly changes: ReadonlyMap<string, Warning | undefined>;
  readonly told: readonly Told[];
}

const minuteMs = 60_000;
/** How long a better level must hold. */
export const quietMs = 10 * minuteMs;
/** How long an account can fail before a warning. */
export const blindAfterMs = 5 * minuteMs;
/** Danger is repeated after each of these, then always after the last. */
export const repeatsMs = [5 * minuteMs, 15 * minuteMs, 60 * minuteMs] as const;
const dayMs = 24 * 60 * minuteMs;
/** The longest snooze; a longer one comes from a wrong clock. */
const longestSnoozeMs = 2 * dayMs;

const isOfSame = (a: string, b: string): boolean => JSON.stringify(readWarningTarget(a).on) === JSON.stringify(readWarningTarget(b).on);

interface Step {
  readonly row?: Warning;
  readonly says?: Told['says'];
  readonly level?: Alarm;
}

/** The consequences of what is seen: changed rows, and what to tell. Pure: the same result for the same rows, sights and time. */
export function decide(rows: Rows, sights: readonly Sight[], terms: Terms): Decision {
  const changes = new Map<string, Warning | undefined>();
  const told: Told[] = [];
  for (const sight of sights) {
    const before = rows.get(warningKey(sight));
    const { row, says, level } = step(before, sight, terms);
    if (JSON.stringify(row) !== JSON.stringify(before)) changes.set(warningKey(sight), row);
    const since = before?.since ?? row?.since ?? terms.now;
    const { account, target } = sight;
    // A closed loan is told once, whatever warnings it had.
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
    // A worse level ends acknowledging and snoozing.
    return telling({ account, target, level: alarm, since: sight.at ?? Math.min(sight.since ?? now, now), repeats: 0 }, terms, sight);
  }
  if (before === undefined) return {};
  if (sees === 'closed') return {};
  if (sees === 'gone') return gone(before, terms);
  const left = leaves(before, sight);
  if (left !== undefined) return leaving(before, left, terms);
  // While a better level must still hold, nothing is said: the old level would be wrong now.
  const stands = sees === 'lost' || (alarm !== undefined && levelOfAlarm(alarm) === levelOfAlarm(before.level));
  return stands ? telling(before, terms, sight) : { row: before };
}

function gone({ target, level }: Warning, { enabled }: Terms): Step {
  const { facet } = readWarningTarget(target);
  // It may have been liquidated, so this is told at night too.
  return enabled && (facet === 'level' || facet === 'overdue') ? { says: 'gone', level } : {};
}

/** What a warning becomes once a better level has held; undefined if it stays. */
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
  // Danger is still repeated while it is seen.
  if (left !== 'warn') return { row };
  return before.told === undefined ? telling(row, terms) : { row, ...(isWord ? { says: 'better' } : {}) };
}

/** Tells what is due. */
function telling(row: Warning, { now, enabled, quiet, isWaking }: Terms, { urgent }: Pick<Sight, 'urgent'> = {}): Step {
  const { facet } = readWarningTarget(row.target);
  const { told, level, since, repeats, snoozedUntil } = row;
  const mayWait = facet === 'blind' && (isWaking === true || now - since < blindAfterMs);
  // A key that expires within three days needn't wake anyone.
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

/** Corrects times from a clock that was ahead: times in the future would never come. */
function ofClock(row: Warning, { now }: Terms): Warning {
  const { since, told, snoozedUntil } = row;
  const isSnoozed = snoozedUntil !== undefined && snoozedUntil <= now + longestSnoozeMs;
  return {
    ...row,
    since: Math.min(since, now),
    told: told === undefined ? undefined : Math.min(told, now),
    snoozedUntil: isSnoozed ? snoozedUntil : undefined,
  };
}

const milder = (a: Alarm, b: Alarm): Alarm => (isWorse(a, b) ? b : a);

/** The person acknowledges warnings: each stays silent until a worse level than the known one is reached. */
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
 * Whether a moment is in a time range such as `22:00-07:00`, by the local clock. Invalid ranges have no quiet hours.
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
