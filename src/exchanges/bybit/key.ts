import type * as v from 'valibot';
import { msg } from '../../core/message.ts';
import type { KeyFacts } from '../exchange.ts';
import type * as schema from './schema.ts';
import { Numeral } from './schema.ts';
import { loanPermission, positionPermission } from './codes.ts';

type Key = v.InferOutput<typeof schema.key>;

const dayMs = 86_400_000;

/**
 * What Bybit says about a key.
 * Source: https://bybit-exchange.github.io/docs/v5/user/apikey-info
 */
export function toKeyFacts(key: Key, now: number): KeyFacts {
  const rights = Object.values(key.permissions).flatMap((group): unknown[] => (Array.isArray(group) ? group : []));
  // All loan endpoints need this permission, also to read.
  const loans = rights.includes('SpotTrade');
  const margin = rights.includes('Position');
  const lacks = [...(loans ? [] : [loanPermission]), ...(margin ? [] : [positionPermission])];
  const expiresAt = expiry(key, now);
  return {
    ...(key.userID === '' ? {} : { uid: key.userID }),
    canRead: loans || margin,
    canTrade: (loans || margin) && key.readOnly === '0',
    // Also where it stands in another form than documented.
    canWithdraw: /withdraw/i.test(JSON.stringify(Object.values(key.permissions))),
    ...(key.readOnly === '1' ? { onlyReads: true } : {}),
    boundAddresses: key.ips.flatMap((address) => {
      const text = typeof address === 'string' ? address.trim() : '';
      return text === '' || text === '*' ? [] : [text];
    }),
    ...(key.uta === ''
      ? {}
      : {
          accountMode: key.uta === '1' ? msg('bybit.unified-account', 'unified account') : msg('bybit.classic-account', 'classic account'),
        }),
    ...(key.isMaster === undefined ? {} : { subAccount: !key.isMaster }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(lacks.length === 0 ? {} : { lacks }),
  };
}

/** The level of accounts without one. */
export const lowestLevel = 'VIP0';

/**
 * An account's level as the loan lists name it. The key report names it differently: "No VIP", "VIP-1", "PRO-1". Unknown counts as the lowest
 * level. Source: `vipLevel` of https://bybit-exchange.github.io/docs/v5/user/apikey-info and /docs/v5/new-crypto-loan/loan-coin
 */
export function vipLevelOf({ vipLevel }: Pick<Key, 'vipLevel'>): string {
  if (/supreme/i.test(vipLevel)) return 'VIP99';
  const [, kind, level] = /^(VIP|PRO)[ -]?(\d{1,2})$/i.exec(vipLevel.trim()) ?? [];
  return kind === undefined || level === undefined ? lowestLevel : kind.toUpperCase() + level;
}

/** With a time zone: without one its meaning is unknown. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A key that does not expire is printed with the year 1970 and negative days. The days are whole ones, so they err on the early side. */
function expiry({ expiredAt, deadlineDay }: Key, now: number): number | undefined {
  const at = typeof expiredAt === 'string' && moment.test(expiredAt) ? Date.parse(expiredAt) : NaN;
  if (at > 0) return at;
  // The year 1970 alone means it too: zero days beside it are not "today".
  if (at === 0) return undefined;
  const days = deadlineDay instanceof Numeral ? deadlineDay.source : '';
  return /^\d{1,4}$/.test(days) ? now + Number(days) * dayMs : undefined;
}
