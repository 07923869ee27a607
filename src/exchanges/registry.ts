import { msg, type Message } from '../core/message.ts';
import type { Account, Loan } from '../core/model.ts';
import { owesNothing } from '../core/risk/ltv.ts';
import { bybit } from './bybit/venue.ts';
import type { Change, Exchange } from './exchange.ts';
import { okx } from './okx/venue.ts';

/** The venues there are, in the order they are offered. */
export const exchanges: readonly Exchange[] = [okx, bybit];

/** Whether a loan can be repaid from here: it owes something, or may. */
export function canRepay({ venue }: Pick<Account, 'venue'>, loan: Loan): boolean {
  return !owesNothing(loan) && exchanges.find(({ id }) => id === venue)?.repays?.(loan) === true;
}

/** Whether a loan can be repaid from here with its collateral. */
export function canSell({ venue }: Pick<Account, 'venue'>, loan: Loan): boolean {
  return !owesNothing(loan) && exchanges.find(({ id }) => id === venue)?.sells?.(loan) === true;
}

/** Whether more can be borrowed on a loan from here. */
export function canBorrow({ venue }: Pick<Account, 'venue'>, loan: Loan): boolean {
  return exchanges.find(({ id }) => id === venue)?.borrows?.(loan) === true;
}

/** Whether changes of both kinds move coins of one wallet: only the margin of positions has a wallet of its own. */
export const isOneWallet = (a: Change['kind'], b: Change['kind']): boolean => (a === 'margin') === (b === 'margin');

/** Where the coins of a change come from or go to, as the venue calls it. */
export function walletOf({ venue }: Pick<Account, 'venue'>, kind: Change['kind']): Message {
  const exchange = exchanges.find(({ id }) => id === venue);
  if (exchange === undefined) return msg('collateral.wallet', 'Wallet');
  return kind === 'margin' ? exchange.marginWallet : exchange.collateralWallet;
}
