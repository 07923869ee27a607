import { msg, type Message } from '../core/message.ts';
import type { VenueKind, VenueRow } from '../engine/storage/history-protocol.ts';
import { bracketed, labelled, type Text } from './text.ts';

/** A row of the exchange's history as it is kept. */
export interface KeptRow extends VenueRow {
  readonly kind: VenueKind;
}

/**
 * What a row means for the person's coins. `sale`: collateral was sold, and the history doesn't say how much for how much. `none`: they stay
 * the person's.
 */
type Effect = 'received' | 'paid' | 'sale' | 'none';

/** The types of OKX, and ours for those of Bybit, which only has numbers. */
const types: Readonly<Record<string, readonly [meaning: Message, effect: Effect]>> = {
  borrowed: [msg('row.borrowed', 'Borrowed'), 'received'],
  repaid: [msg('row.repaid', 'Repaid'), 'paid'],
  collateral_locked: [msg('row.collateral-added', 'Collateral added'), 'none'],
  collateral_released: [msg('row.collateral-returned', 'Collateral returned'), 'none'],
  forced_repayment_buy: [msg('row.forced-repayment-buy', 'Forced repayment: coin bought'), 'sale'],
  forced_repayment_sell: [msg('row.forced-repayment-sell', 'Forced repayment: coin sold'), 'sale'],
  forced_liquidation: [msg('term.liquidation', 'Liquidation'), 'sale'],
  partial_liquidation: [msg('row.partial-liquidation', 'Partial liquidation'), 'sale'],
  sell_collateral: [msg('row.sell-collateral', 'Collateral sold'), 'sale'],
  buy_transition_coin: [msg('row.buy-transition-coin', 'Coin in between bought'), 'sale'],
  sell_transition_coin: [msg('row.sell-transition-coin', 'Coin in between sold'), 'sale'],
  buy_borrowed_coin: [msg('row.buy-borrowed-coin', 'Borrowed coin bought'), 'sale'],
  collateral_added: [msg('row.collateral-added', 'Collateral added'), 'none'],
  collateral_reduced: [msg('row.collateral-reduced', 'Collateral removed'), 'none'],
  repaid_automatically: [msg('row.repaid-automatically', 'Repaid automatically when due'), 'paid'],
  repaid_by_liquidation: [msg('row.repaid-by-liquidation', 'Repaid by liquidation'), 'sale'],
  repaid_overdue: [msg('row.repaid-overdue', 'Overdue debt repaid by force'), 'sale'],
  repaid_by_delisting: [msg('row.repaid-by-delisting', 'Repaid by force, coin delisted'), 'sale'],
  repaid_by_delayed_liquidation: [msg('row.repaid-by-delayed-liquidation', 'Repaid by delayed liquidation'), 'sale'],
  repaid_by_currency: [msg('row.repaid-by-currency', 'Repaid with collateral'), 'sale'],
  became_flexible: [msg('row.became-flexible', 'Fixed debt became flexible'), 'none'],
};

/** Undefined if the type is unknown. */
export function meaningOf({
  kind,
  type,
}: Pick<KeptRow, 'kind' | 'type'>): readonly [meaning: Message, effect: Effect | 'unfinished' | 'interest'] | undefined {
  if (kind === 'interest') return [msg('row.interest', 'Interest accrued'), 'interest'];
  const [, word = type, end] = /^(.+?)(_processing|_failed)?$/.exec(type) ?? [];
  const known = Object.hasOwn(types, word) ? types[word] : undefined;
  if (known === undefined || end === undefined) return known;
  return end === '_failed'
    ? [labelled(known[0], msg('row.failed', 'failed')), 'none']
    : [labelled(known[0], msg('row.unfinished', 'in progress')), 'unfinished'];
}

/** What a row says happened; an unknown type in the exchange's own word. */
export const rowText = (row: Pick<KeptRow, 'kind' | 'type'>): Text => meaningOf(row)?.[0] ?? row.type.replaceAll('_', ' ');

/** For those who compare: beside the words, the exchange's own. */
export function typeText(type: string): Text {
  const meaning = meaningOf({ kind: 'event', type });
  return meaning === undefined ? type : bracketed(meaning[0], type);
}

/** Whether a row moved collateral of the person's own accord. */
export const movesCollateral = (type: string): boolean => type.startsWith('collateral_');
