import type { DatabaseSync } from 'node:sqlite';
import { isTime } from '../../core/clock.ts';
import { jsonIn } from '../../core/json.ts';
import { isMessage, msg, type Message } from '../../core/message.ts';
import {
  outletKinds,
  type ClaimedMessage,
  type ClaimedMessages,
  type Delivered,
  type Outlet,
  type OutletAnswers,
  type OutletAsked,
} from './outlet-protocol.ts';
import type { Notice } from './warning-protocol.ts';

// Rows of outlets and of messages to send. Each function runs inside a transaction of its caller.

const minuteMs = 60_000;
/**
 * A window that took a message must send it within this time. After that, any window can take Danger again; other messages are sent once or
 * not at all. Milliseconds.
 */
export const sendWithinMs = 30_000;
/** Older messages are dropped. Danger is tried for longer. Milliseconds. */
const newsForMs = { danger: 60 * minuteMs, warn: 10 * minuteMs, note: 10 * minuteMs } as const;
/** After this long without a message, the person is asked to send a test. Milliseconds. */
const testAfterMs = 30 * 24 * 60 * minuteMs;
/** Windows learn no more often that pings arrive as ever. Milliseconds. */
const tellEveryMs = 10 * minuteMs;
/** What can't be sent now is looked at again then. Milliseconds. */
const lookAgainMs = minuteMs;

export const levels = ['note', 'warn', 'danger'] as const satisfies readonly Notice['level'][];

export const outletSchema = `CREATE TABLE outlets (id TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, host TEXT NOT NULL, enabled INTEGER NOT NULL,
     least TEXT NOT NULL, amounts INTEGER NOT NULL, success INTEGER, failure INTEGER, reason TEXT, dead INTEGER NOT NULL DEFAULT 0,
     remind_at INTEGER NOT NULL, held_until INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
   CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, outlet TEXT NOT NULL, level TEXT NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL,
     due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, claimed_by TEXT, claimed_at INTEGER) STRICT;`;

export function answerOutlets<A extends OutletAsked>(db: DatabaseSync, asked: A): OutletAnswers[A['do']];
export function answerOutlets(db: DatabaseSync, asked: OutletAsked): OutletAnswers[OutletAsked['do']] {
  switch (asked.do) {
    case 'outlets':
      return outletsIn(db);
    case 'putOutlet': {
      const { id, kind, host, enabled, least, amounts } = asked.outlet;
      db.prepare(
        `INSERT INTO outlets (id, kind, host, enabled, least, amounts, remind_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         host = excluded.host, enabled = excluded.enabled, least = excluded.least, amounts = excluded.amounts, remind_at = excluded.remind_at,
         failure = NULL, reason = NULL, dead = 0, held_until = 0`,
      ).run(id, kind, host, Number(enabled), least, Number(amounts), asked.at + testAfterMs);
      if (!enabled) db.prepare('DELETE FROM outbox WHERE outlet = ?').run(id);
      break;
    }
    case 'dropOutlet':
      for (const sql of ['DELETE FROM outlets WHERE id = ?', 'DELETE FROM outbox WHERE outlet = ?']) db.prepare(sql).run(asked.id);
      break;
    case 'claimMessages':
      return claim(db, asked);
    case 'noteSent':
      if (!note(db, asked)) return undefined;
      break;
  }
  tellWindows(db);
  return undefined;
}

/** What an outlet gets, as it waits. Stored. */
type Outgoing = Pick<ClaimedMessage, 'sentence' | 'alerts'> & Pick<Notice, 'accounts'> & { readonly each?: readonly Outgoing[] };

/** Undefined if it can't be read. */
function outgoingIn(text: string): Outgoing | undefined {
  const isOutgoing = (value: unknown): value is Outgoing => {
    if (typeof value !== 'object' || value === null) return false;
    const { sentence, alerts, accounts = [], each = [] } = value as Partial<Record<keyof Outgoing, unknown>>;
    if (!isMessage(sentence) || !Array.isArray(accounts) || !Array.isArray(each) || !each.every(isOutgoing)) return false;
    return Array.isArray(alerts) && alerts.every((one) => typeof one === 'object' && one !== null);
  };
  const value = jsonIn(text);
  return isOutgoing(value) ? value : undefined;
}

/** Puts what is told in the editor in the queue of each outlet that gets it. */
export function queueOutside(db: DatabaseSync, { level, accounts, each, ...notice }: Notice, at: number): void {
  for (const { id, kind, enabled, least, amounts } of outletsIn(db)) {
    if (!enabled || kind === 'ping' || levels.indexOf(level) < levels.indexOf(least)) continue;
    const outgoing = ({ sentence, outside }: Pick<Notice, 'sentence' | 'outside'>): Outgoing => ({
      sentence: amounts ? sentence : (outside?.sentence ?? sentence),
      alerts: outside?.alerts ?? [],
    });
    const parts = each?.map((one): Outgoing => ({ ...outgoing(one), accounts: [one.account] }));
    const message: Outgoing = {
      ...outgoing(notice),
      ...(accounts === undefined ? {} : { accounts }),
      ...(parts === undefined ? {} : { each: parts }),
    };
    db.prepare('INSERT INTO outbox (outlet, level, message, at, due) VALUES (?, ?, ?, ?, ?)').run(
      id,
      level,
      JSON.stringify(message),
      at,
      at,
    );
  }
}

/** What is about this account is sent no more; what is about others besides is sent of each of those. */
export function forgetMessages(db: DatabaseSync, account: string): void {
  const again = db.prepare(
    'INSERT INTO outbox (outlet, level, message, at, due, attempts) SELECT outlet, level, ?, at, due, attempts FROM outbox WHERE seq = ?',
  );
  for (const { seq, level, message, claimedAt } of waitingIn(db)) {
    const { accounts = [], each = [] } = outgoingIn(message) ?? {};
    // What a window is sending must not be sent twice, unless it is danger.
    const isSplit = each.length > 0 && (claimedAt === undefined || level === 'danger');
    if (!accounts.includes(account) || (accounts.length > 1 && !isSplit)) continue;
    for (const part of each) if (part.accounts?.includes(account) !== true) again.run(JSON.stringify(part), seq);
    db.prepare('DELETE FROM outbox WHERE seq = ?').run(seq);
  }
}

/** Changing this number makes all windows look at warnings and messages again. */
const tellWindows = (db: DatabaseSync): void => {
  db.exec("UPDATE facts SET value = value + 1 WHERE name = 'warnings'");
};

const outletsIn = (db: DatabaseSync): readonly Outlet[] =>
  db
    .prepare('SELECT id, kind, host, enabled, least, amounts, success, failure, reason, dead FROM outlets ORDER BY kind, host, id')
    .all()
    .flatMap(({ id, kind: stored, host, enabled, least, amounts, success, failure, reason, dead }): readonly Outlet[] => {
      const [kind, why] = [outletKinds.find((one) => one === stored), jsonIn(reason)];
      if (kind === undefined) return [];
      return [
        {
          ...{ id: String(id), kind, host: String(host) },
          // What can't be read misses nothing, and tells no amounts.
          least: levels.find((one) => one === least) ?? 'note',
          enabled: enabled !== 0,
          amounts: amounts === 1,
          dead: dead === 1,
          ...(isTime(success) ? { success } : {}),
          ...(isTime(failure) ? { failure: { at: failure, reason: isMessage(why) ? why : msg('term.unknown', 'unknown') } } : {}),
        },
      ];
    });

interface Waiting extends Pick<ClaimedMessage, 'seq' | 'fence' | 'level' | 'at' | 'attempts'> {
  readonly outlet: string;
  readonly message: string;
  readonly due: number;
  readonly claimedAt: number | undefined;
}

const waitingIn = (db: DatabaseSync): readonly Waiting[] =>
  db
    .prepare("SELECT seq, outlet, level, message, at, due, attempts, fence, claimed_at FROM outbox ORDER BY level = 'danger' DESC, seq")
    .all()
    .map(({ seq, outlet, level, message, at, due, attempts, fence, claimed_at: claimedAt }) => ({
      ...{ outlet: String(outlet), level: levels.find((one) => one === level) ?? 'danger', message: String(message) },
      seq: Number(seq),
      at: Number(at),
      due: Number(due),
      attempts: Number(attempts),
      fence: Number(fence),
      claimedAt: claimedAt === null ? undefined : Number(claimedAt),
    }));

/** One message per outlet, Danger first, unless another window is sending: this keeps them in order. */
function claim(db: DatabaseSync, { window, at, isOff, isQuiet, without }: Extract<OutletAsked, { do: 'claimMessages' }>): ClaimedMessages {
  // A time in the future comes from a clock that was set back, and would delay the message.
  for (const [table, column, latest] of [
    ['outbox', 'at', at],
    ['outbox', 'claimed_at', at],
    ['outbox', 'due', at + newsForMs.danger],
    ['outlets', 'held_until', at + newsForMs.danger],
  ] as const) {
    db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${column} > ?`).run(latest, latest);
  }
  if (isOff) db.exec('DELETE FROM outbox');
  dropOld(db, at);
  dropUnreadable(db, at);
  if (!isQuiet) remind(db, at);
  const [outlets, waiting] = [outletsIn(db), waitingIn(db)];
  const held = new Map(
    db
      .prepare('SELECT id, held_until FROM outlets')
      .all()
      .map((row) => [row['id'], Number(row['held_until'])]),
  );
  const dueOf = ({ outlet, due }: Waiting): number => Math.max(due, held.get(outlet) ?? 0);
  const isUnderWay = ({ claimedAt }: Waiting): boolean => claimedAt !== undefined && at - claimedAt < sendWithinMs;
  const isFree = ({ claimedAt, level }: Waiting): boolean => claimedAt === undefined || level === 'danger';
  const messages = outlets.flatMap((outlet): readonly ClaimedMessage[] => {
    const own = waiting.filter((one) => one.outlet === outlet.id);
    if (without.includes(outlet.id) || own.some(isUnderWay)) return [];
    const next = own.find((one) => dueOf(one) <= at && isFree(one));
    if (next === undefined) return [];
    const { seq, level, message, attempts } = next;
    const fence = next.fence + 1;
    db.prepare('UPDATE outbox SET fence = ?, claimed_by = ?, claimed_at = ? WHERE seq = ?').run(fence, window, at, seq);
    return [{ seq, fence, outlet, level, at: next.at, attempts, ...(jsonIn(message) as Outgoing) }];
  });
  const waits = waiting.map((one) => {
    if (isUnderWay(one)) return sendWithinMs - (at - (one.claimedAt ?? at));
    return dueOf(one) > at ? dueOf(one) - at : lookAgainMs;
  });
  const reminder = db.prepare('SELECT min(remind_at) AS next FROM outlets WHERE enabled = 1').get()?.['next'];
  if (typeof reminder === 'number') waits.push(Math.max(reminder - at, lookAgainMs));
  return { outlets, messages, ...(waits.length === 0 ? {} : { againMs: Math.min(...waits) }) };
}

function dropOld(db: DatabaseSync, at: number): void {
  for (const { seq, outlet, level, attempts, claimedAt, at: toldAt } of waitingIn(db)) {
    const isUnderWay = claimedAt !== undefined && at - claimedAt < sendWithinMs;
    if (at - toldAt < newsForMs[level] || isUnderWay) continue;
    db.prepare('DELETE FROM outbox WHERE seq = ?').run(seq);
    if (level === 'danger' || attempts > 0 || claimedAt !== undefined) bury(db, outlet, at);
  }
}

function dropUnreadable(db: DatabaseSync, at: number): void {
  for (const { seq, outlet } of waitingIn(db).filter(({ message }) => outgoingIn(message) === undefined)) {
    db.prepare('DELETE FROM outbox WHERE seq = ?').run(seq);
    bury(db, outlet, at);
  }
}

/** Tells the person once, until a message arrives again. */
function bury(db: DatabaseSync, id: string, at: number): void {
  if (db.prepare('UPDATE outlets SET dead = 1 WHERE id = ? AND dead = 0').run(id).changes === 0) return;
  const outlet = outletsIn(db).find((one) => one.id === id);
  if (outlet === undefined) return;
  const { host, failure } = outlet;
  const sentence = msg('outlet.dead', 'The last message to {0} may not have arrived. {1}', host, failure?.reason ?? '');
  tell(db, { level: 'warn', sentence, about: [], outlet: id }, at);
}

function remind(db: DatabaseSync, at: number): void {
  for (const { id, host } of outletsIn(db)) {
    const due = db
      .prepare('UPDATE outlets SET remind_at = ? WHERE id = ? AND enabled = 1 AND remind_at <= ?')
      .run(at + testAfterMs, id, at);
    if (due.changes === 0) continue;
    const sentence = msg('outlet.remind', 'Nothing was sent to {0} for 30 days. Send a test to see that it still arrives.', host);
    tell(db, { level: 'note', sentence, about: [], outlet: id }, at);
  }
}

/** Shown in the window used last. */
export function tell(db: DatabaseSync, notice: Notice, at: number): void {
  db.prepare('INSERT INTO notices (level, notice, at) VALUES (?, ?, ?)').run(notice.level, JSON.stringify(notice), at);
  tellWindows(db);
}

/** @returns whether windows have to know: what failed in a window that another one has taken over from counts no more */
function note(db: DatabaseSync, { outlet, claim: taken, at, result, isRoutine }: Extract<OutletAsked, { do: 'noteSent' }>): boolean {
  if ('sent' in result) {
    const { success = 0, failure, dead } = outletsIn(db).find(({ id }) => id === outlet) ?? {};
    const isAsEver = dead === false && (failure?.at ?? 0) <= success && Math.floor(at / tellEveryMs) === Math.floor(success / tellEveryMs);
    if (taken !== undefined) db.prepare('DELETE FROM outbox WHERE seq = ?').run(taken.seq);
    db.prepare('UPDATE outlets SET success = ?, remind_at = ?, dead = 0, held_until = 0 WHERE id = ?').run(at, at + testAfterMs, outlet);
    return isRoutine !== true || !isAsEver;
  }
  const { failed, dead } = result;
  if (taken !== undefined && !putBack(db, outlet, taken, result)) return false;
  db.prepare('UPDATE outlets SET failure = ?, reason = ? WHERE id = ?').run(at, JSON.stringify(failed), outlet);
  if (dead === true) bury(db, outlet, at);
  return true;
}

type Failed = Extract<Delivered, { readonly failed: Message }>;

function putBack(
  db: DatabaseSync,
  outlet: string,
  { seq, fence }: { readonly seq: number; readonly fence: number },
  { retryAt, holds }: Failed,
): boolean {
  const { changes } =
    retryAt === undefined
      ? db.prepare('DELETE FROM outbox WHERE seq = ? AND fence = ?').run(seq, fence)
      : db
          .prepare('UPDATE outbox SET attempts = attempts + 1, due = ?, claimed_by = NULL, claimed_at = NULL WHERE seq = ? AND fence = ?')
          .run(retryAt, seq, fence);
  if (changes > 0 && retryAt !== undefined && holds === true) {
    db.prepare('UPDATE outlets SET held_until = ? WHERE id = ?').run(retryAt, outlet);
  }
  return changes > 0;
}
