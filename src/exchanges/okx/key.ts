import type * as v from 'valibot';
import { msg, type Message } from '../../core/message.ts';
import type { KeyFacts } from '../exchange.ts';
import type * as schema from './schema.ts';

const accountModes: Readonly<Record<string, Message>> = {
  '1': msg('okx.spot-mode', 'spot mode'),
  '2': msg('okx.futures-mode', 'futures mode'),
  '3': msg('okx.multi-currency-margin', 'multi-currency margin mode'),
  '4': msg('okx.portfolio-margin-mode', 'portfolio margin mode'),
};

/** What OKX says about a key. Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration */
export function toKeyFacts(config: v.InferOutput<typeof schema.accountConfig>[number]): KeyFacts {
  const rights = config.perm.split(',').map((right) => right.trim());
  const mode = accountModes[config.acctLv];
  return {
    ...(config.uid === '' ? {} : { uid: config.uid }),
    canRead: rights.includes('read_only'),
    canTrade: rights.includes('trade'),
    // Also where it is written otherwise than documented.
    canWithdraw: /withdraw/i.test(config.perm),
    ...(config.perm === 'read_only' ? { onlyReads: true } : {}),
    boundAddresses: config.ip
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== ''),
    ...(mode === undefined ? {} : { accountMode: mode }),
    ...(config.uid === '' || config.mainUid === '' ? {} : { subAccount: config.uid !== config.mainUid }),
  };
}
