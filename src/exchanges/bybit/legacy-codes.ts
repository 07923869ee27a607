import { msg } from '../../core/message.ts';
import { alike, refused, type Meanings } from '../meaning.ts';
import { shared } from './general-codes.ts';
import { ofLoans } from './loan-codes.ts';

/** What error codes of the old loans mean. Source: https://bybit-exchange.github.io/docs/v5/error */
export const legacyMeanings: Meanings = {
  '177002': shared.busy,
  ...alike(['177003', '177019'], shared.ours),
  '177004': ofLoans.precision,
  '177005': ofLoans.noLoan,
  ...alike(
    ['177006', '177011'],
    refused(
      msg('The funding account does not hold that much. Transfer coins to it on Bybit, or use a smaller amount, or repay.'),
      'less',
      'repay',
    ),
  ),
  '177007': refused(msg('That is more than Bybit lends of this coin at most. Use a smaller amount.'), 'less'),
  '177008': shared.stopped,
  '177009': ofLoans.lendsTooLittle,
  ...alike(['177010', '177021'], ofLoans.repaying),
  '177012': ofLoans.poolEmpty,
  '177013': ofLoans.beyondLine,
  '177014': ofLoans.quota,
  '177015': ofLoans.platformCap,
  '177016': ofLoans.tooSmall,
  '177017': ofLoans.notTaken,
  '177018': shared.repeated,
  '177020': ofLoans.notOffered,
};
