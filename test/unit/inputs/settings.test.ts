// Settings that hold anything: none warns, hides or limits less than the person can have meant, and none is taken for another.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../src/core/message.ts';
import { limitNames, limitsFrom, type Limits } from '../../../src/engine/ledger/limits.ts';
import { isQuiet } from '../../../src/engine/watch/warnings.ts';
import { hidesAmountsBy, statusLookBy, warningSettingsBy } from '../../../src/vscode/setting-values.ts';
import { intervalMsOf } from '../../../src/words/time.ts';
import { holds } from '../property.ts';
import { damaged, garbage, jsonGarbage } from './garbage.ts';

const whole = {
  perActionUsd: '500',
  perDayUsd: '2500.5',
  perActionByCoin: { BTC: '0.5', ' eth ': '3' },
  perDayByCoin: { USDT: '1000' },
  keepInWallet: { BTC: '0.05' },
  highestLtvAfterReduction: '65.5',
};

const digits = /^\s*\d+(\.\d+)?\s*$/;
const isAmount = (value: unknown): value is string => typeof value === 'string' && value.trim().length <= 80 && digits.test(value);
/** Without needless zeros, as two texts of one amount are alike. */
const plain = (value: unknown): string =>
  String(value)
    .trim()
    .replace(/^0+(?=\d)/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
const isNone = (value: unknown): boolean => value === undefined || value === null || value === '';

/** By name, each amount that counts; undefined if nothing of it may count. */
function meant(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | undefined {
  const all: Record<string, string> = {};
  for (const name of ['perActionUsd', 'perDayUsd', 'highestLtvAfterReduction']) {
    const value = settings[name];
    if (isNone(value)) continue;
    if (!isAmount(value) || (name === 'highestLtvAfterReduction' && Number(value) > 100)) return undefined;
    all[name] = name === 'highestLtvAfterReduction' ? (Number(value) / 100).toFixed(9) : plain(value);
  }
  for (const name of ['perActionByCoin', 'perDayByCoin', 'keepInWallet']) {
    const value = settings[name] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) return undefined;
    for (const [key, amount] of Object.entries(value)) {
      const coin = `${name} ${key.trim().toUpperCase()}`;
      if (key.trim() === '' || !isAmount(amount) || coin in all) return undefined;
      all[coin] = plain(amount);
    }
  }
  return all;
}

const counted = (limits: Limits): Readonly<Record<string, string>> =>
  Object.fromEntries(
    limitNames.flatMap((name): readonly (readonly [string, string])[] => {
      const limit = limits[name];
      if (limit === undefined) return [];
      if (typeof limit !== 'string') return [...limit].map(([coin, amount]) => [`${name} ${coin}`, plain(amount)]);
      return [[name, name === 'highestLtvAfterReduction' ? Number(limit).toFixed(9) : plain(limit)]];
    }),
  );

describe('A setting that holds anything', () => {
  it('limits what it says, or stops everything and names itself', () => {
    holds(
      fc.property(damaged(whole, fc.oneof(jsonGarbage, fc.constantFrom('655', '100', '100.01', ' 7 ', '+7', '7,5', '0'))), (settings) => {
        const limits = limitsFrom(settings as Readonly<Record<string, unknown>>);
        const expected = meant(settings as Readonly<Record<string, unknown>>);
        if ('fault' in limits) {
          assert.equal(expected, undefined, 'a limit that can be understood');
          assert.match(english(limits.fault), /ltvGauge\.limits\.\w+/);
        } else assert.deepEqual(counted(limits), expected);
      }),
      { numRuns: 5_000 },
    );
  });

  it('never makes readings rarer or more frequent than allowed', () => {
    holds(
      fc.property(garbage, (value) => {
        const ms = intervalMsOf(value);
        const isNumber = typeof value === 'number' && Number.isFinite(value);
        assert.equal(ms, isNumber ? Math.min(Math.max(value * 1_000, 10_000), 300_000) : 30_000);
      }),
      { numRuns: 5_000 },
    );
  });

  it('turns warnings off, quiet or silent only by what clearly says so', () => {
    const spans = fc.oneof(
      garbage,
      fc.stringMatching(/^[ 0-9:–-]{0,12}$/),
      fc.constantFrom('22:00-07:00', '9:30-17:00', '24:00-07:00', '22:00-22:00'),
    );
    holds(
      fc.property(garbage, spans, garbage, fc.nat({ max: 2_000_000_000_000 }), (enabled, quietHours, sound, now) => {
        const settings = warningSettingsBy((name) => ({ enabled, quietHours, sound })[name]);
        assert.deepEqual([settings.enabled, settings.sound], [enabled !== false, sound === true]);
        const span = typeof quietHours === 'string' ? quietHours.split(/[-–]/).map((time) => time.trim()) : [];
        const isSpan =
          span.length === 2 &&
          span.every(
            (time) =>
              /^\d{1,2}:\d\d$/.test(time) && !Number.isNaN(Date.parse(`2026-01-01T${time.padStart(5, '0')}:00`)) && !time.startsWith('24'),
          );
        const [from = 0, to = 0] = span.map((time) => Number(time.split(':')[0]) * 60 + Number(time.split(':')[1]));
        const at = new Date(now).getHours() * 60 + new Date(now).getMinutes();
        const isInside = from <= to ? at >= from && at < to : at >= from || at < to;
        assert.equal(isQuiet(settings.quietHours, now), isSpan && isInside);
      }),
      { numRuns: 5_000 },
    );
  });

  it('shows amounts, and less in the status bar, only by what clearly says so', () => {
    holds(
      fc.property(garbage, garbage, garbage, (hides, shows, detail) => {
        assert.equal(hidesAmountsBy(hides), hides !== false && hides !== undefined);
        const look = statusLookBy((name) => ({ shows, detail })[name]);
        assert.equal(look.shows, ['loan', 'position', 'both'].includes(shows as string) ? shows : 'nearest');
        assert.equal(look.detail, detail === 'short' ? 'short' : 'full');
      }),
      { numRuns: 2_000 },
    );
  });
});
