import { compare, sum, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatCoinUsd } from '../core/format.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { WalletCoin } from '../core/model.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { accountEntry, accountEntryId, updatedLine } from './account.ts';
import { readingAge, type ViewContext } from '../words/account.ts';
import { ownCoins } from '../words/amount.ts';
import type { Icon } from '../words/level.ts';
import { estimated, spaced } from '../words/text.ts';
import type { Entry } from './entry.ts';

/** The Collateral view: what each account can use as collateral, and what it can borrow. */
export function collateralOutline(states: readonly AccountState[], viewContext: ViewContext): readonly Entry[] {
  return states.map((state) => accountEntry(state, [...wallet(state, viewContext), borrowable(state)], viewContext));
}

function wallet(state: AccountState, viewContext: ViewContext): readonly Entry[] {
  const { account, snapshot } = state;
  if (snapshot === undefined) return [];
  const name = viewContext.exchanges.find(({ id }) => id === account.venue)?.collateralWallet;
  const id = `${accountEntryId(account.id)}/wallet`;
  const coins = [...snapshot.wallet].sort(byUse);
  const values = coins.flatMap(({ pledgeable, usd }) => (pledgeable === true && usd !== undefined ? [usd] : []));
  const complete = coins.every(({ pledgeable, usd }) => pledgeable === false || (pledgeable === true && usd !== undefined));
  return [
    {
      id,
      accountId: account.id,
      label: msg('collateral.wallet', 'Wallet'),
      description: [
        ...(name === undefined ? [] : [name]),
        ...(snapshot.walletTrouble === undefined ? [] : [snapshot.walletTrouble]),
        ...(coins.length === 0 && snapshot.walletTrouble === undefined ? [msg('collateral.empty', 'empty')] : []),
        ...(complete && values.length > 0 ? [spaced(hideable(totalText(sum(values), coins)), accepted())] : []),
        ...(isCurrent(state, viewContext.now, viewContext.intervalMs) ? [] : [readingAge(state, viewContext.now)]),
      ],
      icon: snapshot.walletTrouble === undefined ? { id: 'briefcase' } : { id: 'warning' },
      expansion: coins.length === 0 ? 'leaf' : 'open',
      context: 'group',
      children: coins.map((coin) => coinEntry(id, state, coin, viewContext)),
    },
  ];
}

function totalText(usd: Decimal, coins: readonly WalletCoin[]): string {
  const estimated = coins.some(({ usdEstimated }) => usdEstimated === true);
  return formatCoinUsd({ usd, ...(estimated ? { usdEstimated: true } : {}) }, 'asset') ?? '';
}

/** Accepted coins first, then by value. */
function byUse(a: WalletCoin, b: WalletCoin): number {
  const rank = ({ pledgeable }: WalletCoin): number => (pledgeable === true ? 0 : pledgeable === undefined ? 1 : 2);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a.usd !== undefined && b.usd !== undefined && compare(a.usd, b.usd) !== 0) return compare(b.usd, a.usd);
  if ((a.usd === undefined) !== (b.usd === undefined)) return a.usd === undefined ? 1 : -1;
  return a.coin < b.coin ? -1 : 1;
}

const accepted = (): Message => msg('collateral.accepted', 'accepted as collateral');

function useText({ pledgeable }: WalletCoin): Message {
  if (pledgeable === undefined) return msg('collateral.unknown', 'acceptance unknown');
  return pledgeable ? accepted() : msg('collateral.not-accepted', 'not accepted');
}

function useIcon({ pledgeable }: WalletCoin): Icon {
  if (pledgeable === undefined) return { id: 'question' };
  return { id: pledgeable ? 'unlock' : 'circle-slash' };
}

function coinEntry(group: string, state: AccountState, coin: WalletCoin, viewContext: ViewContext): Entry {
  const usd = formatCoinUsd(coin, 'asset');
  const value = usd === undefined ? msg('term.value-unknown', 'value unknown') : hideable(usd);
  return {
    id: `${group}/${coin.coin}`,
    accountId: state.account.id,
    coin: coin.coin,
    // The coin first: its amount may have more digits than a narrow view shows.
    label: coin.coin,
    description: [hideable(formatAmount(coin.amount)), value, useText(coin)],
    icon: useIcon(coin),
    expansion: 'leaf',
    context: 'value',
    copy: coin.amount,
    details: () => ({
      title: coin.coin,
      lines: [
        { label: msg('collateral.available', 'Available'), value: ownCoins(coin.amount, coin.coin) },
        { label: msg('collateral.value', 'Value'), value: coin.usdEstimated === true ? estimated(value) : value },
        { label: msg('term.collateral', 'Collateral'), value: useText(coin) },
        updatedLine(state, viewContext),
      ],
    }),
  };
}

function borrowable({ account }: AccountState): Entry {
  return {
    id: `${accountEntryId(account.id)}/borrowable`,
    accountId: account.id,
    label: msg('collateral.borrowable', 'Borrowable'),
    icon: { id: 'library' },
    expansion: 'closed',
    context: 'group',
    pages: { kind: 'borrowable', accountId: account.id, version: '' },
  };
}
