import * as v from 'valibot';
import { latestTime, type Clock } from '../core/clock.ts';
import { decimal, isDecimal } from '../core/decimal.ts';
import { jsonIn } from '../core/json.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import { limitNames, limitsFrom } from './ledger/limits.ts';
import type { ExportedPage, MovedHistory } from './storage/history-protocol.ts';
import type { SharedState } from './storage/shared-state.ts';
import { rescuesOf, type Rescue } from './rescue.ts';
import { alarms, type Warning } from './storage/warning-protocol.ts';
import { levelsFrom, thresholdsOf } from './accounts/account-book.ts';

// The file that moves a setup to another computer. It holds no key, secret or address, and nothing in it arms an account.

/** An account at a real exchange. Simulated ones don't move. */
export interface MovedAccount extends Pick<Account, 'id' | 'venue' | 'site' | 'name' | 'readOnly' | 'uid' | 'thresholds' | 'levels'> {
  readonly rescues?: Readonly<Record<string, Rescue>>;
}

export interface Moved {
  readonly accounts: readonly MovedAccount[];
  /** The person's own settings, by name without `ltvGauge.`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Acknowledged or snoozed warnings. When read from a file: those still in effect. */
  readonly warnings: readonly Warning[];
}

/** The settings that move, by name without `ltvGauge.`. */
export const movedSettings: readonly string[] = [
  'refreshIntervalSeconds',
  ...limitNames.map((name) => `limits.${name}`),
  'warnings.enabled',
  'warnings.quietHours',
  'warnings.sound',
];

const format = 'ltv-gauge-setup';
const version = 1;
/** Largest file without the history. Characters. */
const longest = 5_000_000;
/** Largest file with the history. Bytes. */
const longestFile = 250_000_000;
/** The history comes last, one row per line, so that it can be read without blocking. It has its own version. */
const historyVersion = 1;
const opening = `\n  "history": { "version": ${historyVersion.toString()}, "rows": [\n`;
const closing = '\n  ] }';
/** Size of a slice: about a thousand rows, a few milliseconds for the database. Bytes. */
const sliceBytes = 128_000;
/** Number of parts to join before yielding. */
const partsAtOnce = 32;
/** After this long the market may have changed: warnings are told again. Milliseconds. */
const silentForMs = 24 * 60 * 60_000;
/** A limit must fit into one line of the dialog. Characters. */
const mostCoins = 50;
const longestCoin = 20;
const longestAmount = 40;
/** Also those of loans and positions that are gone. */
const mostRescues = 500;

/** Characters that would break a line of the dialog, or reverse the reading direction. */
const unreadable = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;
const text = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty(),
  v.maxLength(60),
  v.check((one) => !unreadable.test(one), 'one line of text'),
);
const ltv = v.pipe(v.string(), v.maxLength(20), v.check(isDecimal, '"0.75"'), v.transform(decimal));
const target = v.pipe(
  v.string(),
  v.maxLength(100),
  v.check((key) => /^(loan|position):/.test(key) && !unreadable.test(key), '"loan:1"'),
);
const levels = v.pipe(
  v.record(target, v.object({ watch: ltv, warn: ltv, danger: ltv })),
  v.check((own) => Object.keys(own).length <= 50, '≤ 50'),
  v.check((own) => levelsFrom(own).length === Object.keys(own).length, 'danger < warn < watch < 1'),
);
const step = v.object({
  act: v.picklist(['add', 'repay']),
  coin: v.pipe(text, v.maxLength(longestCoin)),
  amount: v.pipe(v.string(), v.maxLength(longestAmount), v.check(isDecimal, '"0.1"'), v.transform(decimal)),
});
const rescues = v.pipe(
  v.record(target, v.object({ at: ltv, steps: v.array(step) })),
  v.check((own) => Object.keys(own).length <= mostRescues, `≤ ${mostRescues.toString()}`),
  v.check((own) => Object.keys(rescuesOf({ rescues: own })).length === Object.keys(own).length, '0 < at < 1, 0 < amount, 1–2 steps'),
);
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(latestTime));
const alarm = v.picklist(alarms);

const file = v.object({
  format: v.literal(format),
  version: v.literal(version),
  exportedAt: v.exactOptional(v.pipe(v.string(), v.maxLength(40))),
  accounts: v.pipe(
    v.array(
      v.object({
        id: text,
        venue: text,
        site: text,
        name: text,
        readOnly: v.boolean(),
        uid: v.exactOptional(text),
        thresholds: v.exactOptional(
          v.pipe(
            v.object({ marginCall: ltv, liquidation: ltv }),
            v.check((own) => thresholdsOf(own) !== undefined, 'marginCall < liquidation ≤ 2'),
          ),
        ),
        levels: v.exactOptional(levels),
        rescues: v.exactOptional(rescues),
      }),
    ),
    v.maxLength(200),
  ),
  settings: v.looseObject({
    refreshIntervalSeconds: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(3_600))),
    'warnings.enabled': v.exactOptional(v.boolean()),
    'warnings.sound': v.exactOptional(v.boolean()),
    'warnings.quietHours': v.exactOptional(
      v.pipe(
        v.string(),
        v.check((span) => /^(([01]?\d|2[0-3]):[0-5]\d-([01]?\d|2[0-3]):[0-5]\d)?$/.test(span), '"22:00-07:00"'),
      ),
    ),
  }),
  warnings: v.pipe(
    v.array(
      v.object({
        account: text,
        target: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
        level: alarm,
        since: time,
        told: v.exactOptional(time),
        repeats: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
        acknowledged: v.exactOptional(alarm),
        snoozedUntil: v.exactOptional(time),
      }),
    ),
    v.maxLength(2_000),
  ),
});

/** @param exportedAt as ISO 8601 */
export const movingText = (moved: Moved, exportedAt: string): string =>
  `${JSON.stringify({ format, version, exportedAt, ...moved }, undefined, 2)}\n`;

const notOurs = msg('moving.not-ours', "The file isn't an export of accounts and settings.");
const wrong = (where: string, expected: string | Message): Message =>
  msg('moving.wrong', '{0} in the file should be {1}.', where, expected);

/** The checked content of the file; or the first fault, and where. */
export function readMoved(content: string, exchanges: readonly Exchange[], now: number): Moved | { readonly fault: Message } {
  const parsed = content.length > longest ? undefined : jsonIn(content);
  if (typeof parsed !== 'object' || parsed === null || !('format' in parsed) || parsed.format !== format) return { fault: notOurs };
  if ('version' in parsed && typeof parsed.version === 'number' && parsed.version > version) {
    return { fault: newer };
  }
  const { success, output, issues } = v.safeParse(file, parsed, { abortEarly: true });
  if (!success) return { fault: wrong(v.getDotPath(issues[0]) ?? format, issues[0].expected ?? issues[0].message) };
  const { accounts } = output;
  const settings = Object.fromEntries(Object.entries(output.settings).filter(([name]) => movedSettings.includes(name)));
  const limits = limitsFrom(Object.fromEntries(limitNames.map((name) => [name, settings[`limits.${name}`]])));
  if ('fault' in limits) return limits;
  const long = limitNames.map((name) => `limits.${name}`).find((name) => !isShort(settings[name]));
  if (long !== undefined) return { fault: wrong(`settings.${long}`, tooLong) };
  for (const [index, { id, venue, site }] of accounts.entries()) {
    const where = `accounts.${index.toString()}`;
    const sites = exchanges.find((exchange) => exchange.id === venue)?.sites;
    if (sites === undefined) return { fault: wrong(`${where}.venue`, exchanges.map((exchange) => exchange.id).join(' | ')) };
    const real = sites.filter(({ simulated }) => !simulated).map((one) => one.id);
    if (!real.includes(site)) return { fault: wrong(`${where}.site`, real.join(' | ')) };
    if (accounts.findIndex((other) => other.id === id) !== index) return { fault: wrong(`${where}.id`, once) };
  }
  const isRecent = Math.abs(now - Date.parse(output.exportedAt ?? '')) < silentForMs;
  const warnings = output.warnings.filter(({ snoozedUntil = Infinity }) => isRecent && snoozedUntil > now);
  return { accounts, settings, warnings };
}

const tooLong = msg('moving.short', 'short: at most 50 coins, each of up to 20 characters');

const isShort = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return String(value).length <= longestAmount;
  const coins = Object.entries(value);
  return coins.length <= mostCoins && coins.every(([coin, amount]) => coin.length <= longestCoin && isShort(amount));
};

/** Progress of the work: whether the person stopped it, and how far it is. */
export interface Going {
  readonly stopped: () => boolean;
  readonly say: (text: string) => void;
}

interface Ports {
  readonly shared: Pick<SharedState, 'ask'>;
  readonly clock: Clock;
}

/**
 * The file with the history of its accounts.
 * @param text as from `movingText`
 * @returns undefined if it was stopped
 * @throws StateTrouble
 */
export async function movingFile(
  { shared, clock }: Ports,
  text: string,
  ids: readonly string[],
  { stopped, say }: Going,
): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  const add = (part: string): void => {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    size += bytes.length;
  };
  add(`${text.trimEnd().slice(0, -1).trimEnd()},${opening}`);
  let after: ExportedPage['after'];
  let separator = '';
  do {
    const page = await shared.ask({ do: 'exportHistory', accounts: ids, ...(after === undefined ? {} : { after }) });
    if (stopped()) return undefined;
    if (page !== undefined && page.lines.length > 0) {
      add(separator + page.lines.join(',\n'));
      separator = ',\n';
    }
    say(`${(size / 1e6).toFixed(0)} MB`);
    after = page?.after;
  } while (after !== undefined);
  if (separator === '') return Buffer.from(text);
  add(`${closing}\n}\n`);
  const whole = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    whole.set(part, at);
    at += part.length;
    if (index % partsAtOnce === partsAtOnce - 1) await clock.sleep(0);
  }
  return stopped() ? undefined : whole;
}

/** Splits the file: everything but the history, as a file of its own, and the history rows; or what is wrong with these. */
export function partsOf(bytes: Uint8Array): { readonly head: string; readonly rows: Uint8Array; readonly fault?: Message } {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number): string => new TextDecoder().decode(whole.subarray(from, to));
  const rows = new Uint8Array();
  if (whole.length > longestFile) return { head: '', rows };
  const at = whole.subarray(0, longest).indexOf('\n  "history":');
  if (at < 0) {
    const head = whole.length > longest ? '' : text(0, whole.length);
    return { head, rows, ...(/(?<!\\)"history"\s*:/.test(head) ? { fault: notWhole } : {}) };
  }
  const head = `${text(0, at).trimEnd().replace(/,$/, '')}\n}`;
  const [begins, ends] = [at + opening.length, whole.lastIndexOf(closing)];
  const line = text(at, begins);
  const [, itsVersion] = /"version": (\d+)/.exec(line) ?? [];
  if (Number(itsVersion) > historyVersion) return { head, rows, fault: newer };
  if (line !== opening || ends < begins || text(ends, whole.length).replace(/\s/g, '') !== ']}}') return { head, rows, fault: notWhole };
  return { head, rows: whole.subarray(begins, ends) };
}

/**
 * Checks and stages the history of a file.
 * @returns what is new here; undefined if it was stopped
 * @throws StateTrouble
 */
export async function stageHistory(
  { shared, clock }: Ports,
  rows: Uint8Array,
  accounts: Moved['accounts'],
  { stopped, say }: Going,
): Promise<MovedHistory | { readonly fault: Message } | undefined> {
  const ids = accounts.map(({ id }) => id);
  let row = 0;
  for (let from = 0; from < rows.length;) {
    const line = rows.lastIndexOf(newline, from + sliceBytes) + 1;
    const to = from + sliceBytes >= rows.length ? rows.length : line > from ? line : from + sliceBytes;
    const text = new TextDecoder().decode(rows.subarray(from, to));
    const staged = await shared.ask({ do: 'stageHistory', text, row, accounts: ids, now: clock.now() });
    if (staged?.wrong !== undefined) {
      const { row: wrongRow, expected } = staged.wrong;
      return { fault: wrong(`history.rows.${wrongRow.toString()}`, told[expected] ?? expected) };
    }
    if (stopped()) return undefined;
    if (staged === undefined) return { fault: historyLost };
    row += staged.rows;
    from = to;
    say(`${((100 * from) / rows.length).toFixed(0)}%`);
  }
  const found = row === 0 ? { accounts: [], rows: 0 } : await shared.ask(importOf(accounts, true, clock));
  return stopped() ? undefined : (found ?? { fault: historyLost });
}

/** Imports what was staged, all or nothing. @throws StateTrouble @returns whether it did */
export const importHistory = async ({ shared, clock }: Ports, accounts: Moved['accounts']): Promise<boolean> =>
  (await shared.ask(importOf(accounts, false, clock))) !== undefined;

/** Discards what was staged. */
export async function leaveHistory({ shared, clock }: Ports): Promise<void> {
  await shared.ask({ do: 'stageHistory', text: '', row: 0, accounts: [], now: clock.now() });
}

const importOf = (accounts: Moved['accounts'], isTrial: boolean, clock: Clock) =>
  ({
    do: 'importHistory',
    owners: accounts.map(({ id, uid }) => ({ id, ...(uid === undefined ? {} : { uid }) })),
    isTrial,
    now: clock.now(),
  }) as const;

const newline = 10;
const newer = msg('moving.newer', 'The file is from a newer version. Update LTV Gauge, then try again.');
const notWhole = msg('moving.not-whole', 'The history in the file was changed or cut off. Export it again.');
export const historyLost: Message = msg('moving.changed', 'An account or the database changed in the meantime. Try again.');
const once = msg('moving.once', 'unique');
/** The expectation of a row, where it isn't its form. */
const told: Readonly<Record<string, Message>> = { once, account: msg('moving.of-account', 'of an account in the file') };
