import { msg, type Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import { bybit } from './bybit/venue.ts';
import type { Change, Exchange } from './exchange.ts';
import { okx } from './okx/venue.ts';

/** The venues there are, in the order they are offered. */
export const exchanges: readonly Exchange[] = [okx, bybit];

/** Whether changes of both kinds move coins of one wallet: only the margin of positions has a wallet of its own. */
export const isOneWallet = (a: Change['kind'], b: Change['kind']): boolean => (a === 'margin') === (b === 'margin');

/** Where the coins of a change come from or go to, as the venue calls it. */
export function walletOf({ venue }: Pick<Account, 'venue'>, kind: Change['kind']): Message {
  const exchange = exchanges.find(({ id }) => id === venue);
  if (exchange === undefined) return msg('collateral.wallet', 'Wallet');
  return kind === 'margin' ? exchange.marginWallet : exchange.collateralWallet;
}
