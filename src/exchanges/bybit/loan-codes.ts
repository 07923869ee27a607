import { msg } from '../../core/message.ts';
import { alike, refused, type Meaning, type Meanings } from '../meaning.ts';
import { shared } from './general-codes.ts';

const borrowing = refused(msg('Bybit refused because of the terms of a loan order. See the Bybit app.'));
const repaying = refused(msg('Bybit refused a repayment. See the Bybit app.'));

/** Meanings that both generations of loans have a code for. */
export const ofLoans = {
  borrowing,
  repaying,
  precision: refused(msg('The amount has more decimals than Bybit takes for this coin. Use fewer.')),
  lendsTooLittle: refused(msg('That is less than Bybit lends of this coin at least. Use a larger amount.'), 'more'),
  quota: refused(msg('The quota for loans of this coin is used up. Choose another coin or a smaller amount.'), 'otherCoin', 'less'),
  poolEmpty: refused(msg('Bybit does not have enough of this coin to lend now. Try a smaller amount or later.'), 'less', 'later'),
  platformCap: refused(
    msg('Bybit takes no more of this coin as collateral from anybody now. Use another coin, or repay.'),
    'otherCoin',
    'repay',
  ),
  notTaken: refused(msg('Bybit does not take this coin as collateral. Choose another coin, or repay.'), 'otherCoin', 'repay'),
  notOffered: refused(msg('Bybit does not offer this coin. Choose another coin.'), 'otherCoin'),
  beyondLine: refused(
    msg('LTV would be beyond the line that Bybit allows. Take out less, or add other collateral or repay first.'),
    'less',
    'addMargin',
    'repay',
  ),
  tooSmall: refused(
    msg('Bybit takes no less collateral than its minimum. Add more of it, or take out less so that more stays.'),
    'more',
    'less',
  ),
  noLoan: refused(msg('Bybit has no such loan. It may have been repaid or liquidated. Refresh.')),
} as const satisfies Readonly<Record<string, Meaning>>;

/** Source: https://bybit-exchange.github.io/docs/v5/error , crypto loan. */
export const loanMeanings: Meanings = {
  ...alike(['148001', '148014'], ofLoans.notOffered),
  '148002': ofLoans.lendsTooLittle,
  ...alike(['148003', '148005', '148017', '148028', '148042'], ofLoans.precision),
  '148004': ofLoans.notTaken,
  ...alike(['148006', '148048'], ofLoans.platformCap),
  ...alike(['148007', '148008'], refused(msg('Bybit takes amounts above zero only. Check the amount.'))),
  '148009': ofLoans.beyondLine,
  ...alike(['148010', '148020'], ofLoans.quota),
  ...alike(['148011', '148022'], ofLoans.poolEmpty),
  '148012': ofLoans.tooSmall,
  ...alike(['148013', '148027'], refused(msg('There is no loan, so its collateral cannot be changed here. Refresh.'))),
  ...alike(['148015', '148016', '148018', '148024', '148025', '148030'], borrowing),
  '148019': shared.busy,
  '148021': refused(msg('Bybit is working on another change of these loans. Wait for it, then refresh.'), 'later'),
  '148023': ofLoans.noLoan,
  ...alike(['148026', '148029', '148032', '148033', '148038', '148041', '148047'], repaying),
  '148031': refused(msg('Bybit is liquidating, and allows no changes meanwhile. Look at the loan in the Bybit app now.'), 'later'),
  // No more is documented than to wait and try again: not that nothing was done, no more than of 148019 and 148036.
  ...alike(['148034', '148035'], {
    kind: 'unavailable',
    sentence: msg('Bybit asks to wait a moment before the next change. Refresh and look, then try again later.'),
    ambiguous: true,
  }),
  // Documented as a failure that may be retried, not as one that did nothing: reading has to tell.
  '148036': {
    kind: 'unavailable',
    sentence: msg('Bybit could not change the collateral. Refresh and look, then try again later.'),
    ambiguous: true,
  },
  '148037': refused(
    msg('The funding account does not hold that much, or it is more than Bybit would release now. Use a smaller amount.'),
    'less',
    'otherCoin',
    'repay',
  ),
  ...alike(['148039', '148040'], refused(msg('Bybit was told a coin twice, or one that is no collateral. Refresh and start again.'))),
};
