import * as v from 'valibot';
import { decimal, isDecimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import { limitNames, limitsFrom } from './ledger/limits.ts';
import { alarms, type Warning } from './storage/warning-protocol.ts';
import { levelsFrom, thresholdsOf } from './accounts/account-book.ts';

// The file that a person takes to another computer. It holds no key, no secret and no address, and nothing in it arms an account.

/** An account at a real exchange. Simulated ones belong to their computer. */
export type MovedAccount = Pick<Account, 'id' | 'venue' | 'site' | 'name' | 'readOnly' | 'uid' | 'thresholds' | 'levels'>;

export interface Moved {
  readonly accounts: readonly MovedAccount[];
  /** The person's own, by name without `ltvGauge.`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Those that are acknowledged or snoozed. Read from a file: those that still hold. */
  readonly warnings: readonly Warning[];
}

/** The settings that move, by name without `ltvGauge.`. */
export const movedSettings: readonly string[] = [
  'refreshIntervalSeconds',
  ...limitNames.map((name) => `limits.${name}`),
  'warnings.enabled',
  'warnings.quietHours',
];

const format = 'ltv-gauge-setup';
const version = 1;
/** Characters. */
const longest = 60_000_000;
/** Since then the market may have become another one: warnings are told again. */
const silentForMs = 24 * 60 * 60_000;
/** All of a limit stands in one line of the dialog. Characters. */
const mostCoins = 50;
const longestCoin = 20;
const longestAmount = 40;

/** What would end a line of the dialog that shows it, or turn the reading direction round. */
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
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
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
      }),
    ),
    v.maxLength(200),
  ),
  settings: v.looseObject({
    refreshIntervalSeconds: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(3_600))),
    'warnings.enabled': v.exactOptional(v.boolean()),
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
  // With a version of its own, so that each can change alone. This version neither writes nor reads it.
  history: v.exactOptional(v.looseObject({ version: v.number() })),
});

/** @param exportedAt as ISO 8601 */
export const movingText = (moved: Moved, exportedAt: string): string =>
  `${JSON.stringify({ format, version, exportedAt, ...moved }, undefined, 2)}\n`;

const notOurs = msg('moving.not-ours', "The file isn't an export of accounts and settings.");
const wrong = (where: string, expected: string | Message): Message =>
  msg('moving.wrong', '{0} in the file should be {1}.', where, expected);

/** What the file holds, all of it checked; or the first thing that is wrong, and where. */
export function readMoved(content: string, exchanges: readonly Exchange[], now: number): Moved | { readonly fault: Message } {
  const parsed = content.length > longest ? undefined : parse(content);
  if (typeof parsed !== 'object' || parsed === null || !('format' in parsed) || parsed.format !== format) return { fault: notOurs };
  if ('version' in parsed && typeof parsed.version === 'number' && parsed.version > version) {
    return { fault: msg('moving.newer', 'The file is from a newer version. Update LTV Gauge, then try again.') };
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
    if (accounts.findIndex((other) => other.id === id) !== index) return { fault: wrong(`${where}.id`, msg('moving.once', 'unique')) };
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

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
