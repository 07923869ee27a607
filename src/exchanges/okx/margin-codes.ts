import { msg } from '../../core/message.ts';
import { alike, refused, type Meanings } from '../meaning.ts';

const gone = ['51023', '51043', '59300'] as const;

/** Those that say that there is no position, or none any more. */
export const noSuchPosition: ReadonlySet<string> = new Set(gone);

/**
 * Why a margin is not changed. Source: https://www.okx.com/docs-v5/en/#error-code-rest-api , account and trade, and
 * #trading-account-rest-api-increase-decrease-margin.
 */
export const marginMeanings: Meanings = {
  '50072': refused(msg('OKX does not allow isolated margin in the mode of this account. Change the account mode on OKX, or see its app.')),
  ...alike(gone, refused(msg('OKX has no such position. It may have been closed or liquidated. Refresh.'))),
  '51040': refused(msg('OKX does not let the margin of a long option be changed. Close or reduce the position instead.')),
  '51022': refused(msg('OKX has suspended this contract, and allows no change of its margin meanwhile. Try again later.'), 'later'),
  ...alike(
    ['51028', '51029', '51030'],
    refused(msg('OKX is settling this contract or its funding fee, and allows no change meanwhile. Try again in a few minutes.'), 'later'),
  ),
  '54012': refused(
    msg('OKX allows only adding margin, cancelling and post-only orders for this instrument now. Try again later.'),
    'addMargin',
    'later',
  ),
  '59005': refused(msg('In manual transfer mode the first margin must be worth more than 10,000 USDT. Use a larger amount.'), 'more'),
  '59106': refused(
    msg('That is more margin than OKX allows for a position of this size. Its own words name the maximum; use less.'),
    'less',
  ),
  '59105': refused(msg('The leverage would become lower than OKX allows. Add less margin.'), 'less'),
  ...alike(
    ['51127', '51131', '59200'],
    refused(msg('The trading account does not hold that much. Transfer coins to it on OKX, or use a smaller amount.'), 'less'),
  ),
  '59201': refused(msg('The balance of the trading account is below zero. Transfer coins to it on OKX, then try again.')),
  '59301': refused(msg('That is more margin than OKX allows to add or take out now. Use a smaller amount.'), 'less'),
  '59302': refused(msg('An order to close this position is waiting. Cancel it on OKX or wait until it is done, then try again.'), 'later'),
  '59303': refused(
    msg('The available margin is not enough. Transfer coins to the trading account, or use a smaller amount.'),
    'addMargin',
    'less',
  ),
};
