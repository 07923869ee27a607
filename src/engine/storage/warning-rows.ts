import type { DatabaseSync } from 'node:sqlite';
import { isTime } from '../../core/clock.ts';
import { fieldsIn } from '../../core/json.ts';
import { isMessage } from '../../core/message.ts';
import { levels, queueOutside } from './outlet-rows.ts';
import { noteTold, untoldEvents } from './venue-rows.ts';
import {
  alarms,
  type Alarm,
  type ClaimedNotices,
  type KnownWarning,
  type Notice,
  type Warning,
  type WarningAnswers,
  type WarningAsked,
  type Warnings,
} from './warning-protocol.ts';

// Rows of warnings and notices. Each function runs inside a transaction of its caller.

/** How long the window used last has priority for a notice. Milliseconds. */
const firstRightMs = 3_000;
/** If a window took a notice and didn't show it within this time, any window can take it. Milliseconds. */
const showWithinMs = 10_000;
/** Older notices are dropped: the warning's own row makes it be told again. Milliseconds. */
const newsForMs = 10 * 60_000;
/** Number of windows whose focus is remembered. */
const windowsKept = 20;

export const warningSchema = `CREATE TABLE warnings (account TEXT NOT NULL, target TEXT NOT NULL, level TEXT NOT NULL, since INTEGER NOT NULL, told INTEGER,
     repeats INTEGER NOT NULL, acknowledged TEXT, snoozed_until INTEGER, PRIMARY KEY (account, target)) STRICT, WITHOUT ROWID;
   CREATE TABLE notices (seq INTEGER PRIMARY KEY AUTOINCREMENT, level TEXT NOT NULL, notice TEXT NOT NULL, at INTEGER NOT NULL, claimed_by TEXT,
     claimed_at INTEGER, shown INTEGER NOT NULL DEFAULT 0) STRICT;
   CREATE TABLE focus (window TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO facts (name, value) VALUES ('warnings', 1);`;

const bump = "UPDATE facts SET value = value + 1 WHERE name = 'warnings'";

export function forgetWarnings(db: DatabaseSync, account: string): void {
  if (db.prepare('DELETE FROM warnings WHERE account = ?').run(account).changes > 0) db.exec(bump);
}

/** @param version the current version of the rows */
export function answerWarnings<A extends WarningAsked>(db: DatabaseSync, asked: A, version: () => string): WarningAnswers[A['do']];
export function answerWarnings(db: DatabaseSync, asked: WarningAsked, version: () => string): WarningAnswers[WarningAsked['do']] {
  switch (asked.do) {
    case 'warnings':
      return { version: version(), ...rowsIn(db) };
    case 'putWarnings': {
      if (version() !== asked.known) return { refused: { version: version(), ...rowsIn(db) } };
      for (const { account, target } of asked.drop)
        db.prepare('DELETE FROM warnings WHERE account = ? AND target = ?').run(account, target);
      for (const row of asked.put) put(db, row);
      for (const notice of asked.notices) {
        db.prepare('INSERT INTO notices (level, notice, at) VALUES (?, ?, ?)').run(
          notice.level,
          JSON.stringify({ ...notice, outside: undefined, each: undefined }),
          asked.at,
        );
        queueOutside(db, notice, asked.at);
      }
      noteTold(db, asked.events ?? []);
      db.exec(bump);
      return { version: version() };
    }
    case 'noteFocus':
      // The last window to report it has the focus, whatever its clock says.
      db.prepare(
        `INSERT INTO focus (window, at) SELECT ?, max(?, (SELECT coalesce(max(at), 0) + 1 FROM focus)) WHERE true
         ON CONFLICT DO UPDATE SET at = excluded.at`,
      ).run(asked.window, asked.at);
      db.prepare('DELETE FROM focus WHERE window NOT IN (SELECT window FROM focus ORDER BY at DESC LIMIT ?)').run(windowsKept);
      return undefined;
    case 'claimNotices':
      return claim(db, asked.window, asked.at);
    case 'noteShown':
      for (const seq of asked.seqs) db.prepare('UPDATE notices SET shown = 1 WHERE seq = ?').run(seq);
      return undefined;
  }
}

/** Rows of unknown accounts aren't stored. */
function put(db: DatabaseSync, row: Warning): void {
  const { account, target, level, since, told, repeats, acknowledged, snoozedUntil } = row;
  db.prepare(
    `INSERT OR REPLACE INTO warnings (account, target, level, since, told, repeats, acknowledged, snoozed_until)
     SELECT id, ?, ?, ?, ?, ?, ?, ? FROM accounts WHERE id = ?`,
  ).run(target, level, since, told ?? null, repeats, acknowledged ?? null, snoozedUntil ?? null, account);
}

const rowsIn = (db: DatabaseSync): Omit<Warnings, 'version'> => ({
  events: untoldEvents(db),
  rows: db
    .prepare('SELECT account, target, level, since, told, repeats, acknowledged, snoozed_until FROM warnings')
    .all()
    // What can't be read is told anew.
    .flatMap(({ account, target, level, since, told, repeats, acknowledged, snoozed_until: snoozedUntil }): readonly Warning[] =>
      isAlarm(level) && isTime(since)
        ? [
            {
              ...{ account: String(account), target: String(target), level, since, repeats: Number(repeats) },
              ...(isTime(told) ? { told } : {}),
              ...(isAlarm(acknowledged) ? { acknowledged } : {}),
              ...(isTime(snoozedUntil) ? { snoozedUntil } : {}),
            },
          ]
        : [],
    ),
});

const isAlarm = (value: unknown): value is Alarm => alarms.some((one) => one === value);

/** A stored notice; undefined if it can't be read. */
function noticeOf(text: unknown): Notice | undefined {
  const notice = fieldsIn(text);
  const { level, sentence, about } = notice;
  const isGood = levels.some((one) => one === level) && isMessage(sentence) && Array.isArray(about) && about.every(isKnownWarning);
  return isGood ? (notice as unknown as Notice) : undefined;
}

function isKnownWarning(value: unknown): value is KnownWarning {
  if (typeof value !== 'object' || value === null) return false;
  const { account, target, level } = value as Partial<Record<keyof KnownWarning, unknown>>;
  return typeof account === 'string' && typeof target === 'string' && isAlarm(level);
}

/** Nobody can tell what an unreadable notice was about: all that is not over is told again. */
function dropUnreadable(db: DatabaseSync): void {
  const unreadable = db
    .prepare('SELECT seq, notice, shown FROM notices')
    .all()
    .filter(({ notice }) => noticeOf(notice) === undefined);
  for (const { seq } of unreadable) db.prepare('DELETE FROM notices WHERE seq = ?').run(Number(seq));
  if (unreadable.some(({ shown }) => shown === 0)) db.exec(`UPDATE warnings SET told = NULL; ${bump}`);
}

/** The window with the newest focus gets them at once, other windows after a delay. */
function claim(db: DatabaseSync, window: string, at: number): ClaimedNotices {
  dropUnreadable(db);
  const old = db.prepare('DELETE FROM notices WHERE at < ? RETURNING notice, shown').all(at - newsForMs);
  const unshown = old.filter(({ shown }) => shown === 0).flatMap(({ notice }) => noticeOf(notice)?.about ?? []);
  const untell = db.prepare("UPDATE warnings SET told = NULL WHERE account = ? AND target = ? AND level = 'warn'");
  const untold = unshown.map(({ account, target }) => untell.run(account, target).changes);
  if (untold.some((changes) => changes > 0)) db.exec(bump);
  const isNewest = db.prepare('SELECT window FROM focus ORDER BY at DESC LIMIT 1').get()?.['window'] === window;
  const open = db
    .prepare('SELECT seq, notice, at FROM notices WHERE claimed_by IS NULL OR (shown = 0 AND claimed_at < ?) ORDER BY seq')
    .all(at - showWithinMs);
  // A time in the future comes from a clock that was set back, and would delay the notice.
  const waits = open.map((row) => (Number(row['at']) > at ? 0 : Number(row['at']) + firstRightMs - at));
  const mine = open.filter((_, index) => isNewest || (waits[index] ?? 0) <= 0);
  for (const { seq } of mine) db.prepare('UPDATE notices SET claimed_by = ?, claimed_at = ? WHERE seq = ?').run(window, at, Number(seq));
  return {
    notices: mine.map(({ seq, at: composedAt, notice }) => ({
      seq: Number(seq),
      at: Number(composedAt),
      notice: fieldsIn(notice) as unknown as Notice,
    })),
    ...(mine.length < open.length ? { againMs: Math.max(...waits) } : {}),
  };
}
