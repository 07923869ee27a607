import { amountOf, dayMs } from '../holdings.ts';
import { available } from './adjusting.ts';
import { Refusal } from './answers.ts';
import type { Key } from './auth.ts';
import { optional, required, type Endpoint, type Question } from './endpoints.ts';
import type { World } from './world.ts';

/** The one user of this exchange. */
export const uid = '24617703';

/** How long a key lives that is not bound to an address. */
const deadlineDays = 90;
/** Printed in the documentation for a key that does not expire. */
const neverDays = -2;

/** When a key stops working: never where it is bound to an address, unless it was said. Milliseconds since the Unix epoch. */
export function expiryOf({ ips }: Key, { openedAt, keysExpireAt }: World): number | undefined {
  const bound = ips.length > 0 && !ips.includes('*');
  return keysExpireAt ?? (bound ? undefined : openedAt + deadlineDays * dayMs);
}

function keyFacts({ world, key, now }: Question): Record<string, unknown> {
  const { ips = [] } = key ?? {};
  const expiresAt = key && expiryOf(key, world);
  return {
    id: '13770661',
    note: key?.note ?? '',
    apiKey: key?.apiKey ?? '',
    readOnly: key?.readOnly === true ? 1 : 0,
    secret: '',
    permissions: key?.permissions ?? {},
    ips,
    type: 1,
    deadlineDay: expiresAt === undefined ? neverDays : Math.ceil((expiresAt - now) / dayMs),
    expiredAt: dateTime(expiresAt ?? 0),
    createdAt: dateTime(world.openedAt),
    uta: 1,
    userID: Number(uid),
    isMaster: true,
    parentUid: '0',
    kycLevel: 'LEVEL_1',
    kycRegion: 'SGP',
    vipLevel: 'No VIP',
  };
}

const dateTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Only the funding wallet: loans take from it and give back to it. */
function balances({ world, parameters }: Question): Record<string, unknown> {
  const accountType = required(parameters, 'accountType');
  if (accountType !== 'FUND') throw new Refusal('10001', 'accountType');
  const coins = optional(parameters, 'coin')?.split(',') ?? world.wallet.map(({ ccy }) => ccy);
  const balance = coins.map((coin) => ({
    coin,
    walletBalance: amountOf(world.wallet, coin),
    transferBalance: available(world.situation(), coin),
    bonus: '',
  }));
  return { memberId: uid, accountType, balance };
}

/** The key, and the funding wallet. */
export const walletEndpoints: readonly Endpoint[] = [
  { method: 'GET', access: 'key', perSecond: 10, path: '/v5/user/query-api', answer: keyFacts },
  { method: 'GET', access: 'key', perSecond: 5, path: '/v5/asset/transfer/query-account-coins-balance', answer: balances },
];
