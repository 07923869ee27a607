import { msg } from '../../core/message.ts';
import { alike, notAllowed, refused, type Meanings } from '../meaning.ts';
import { shared } from './general-codes.ts';

/** 51720 to 51731 refuse to subscribe to or redeem from earn products; they are not expected on loans. */
export const earn = refused(msg('OKX refused the request.'));
export const isEarn = (code: string): boolean => /^517(2\d|3[01])$/.test(code);

/** Source: https://www.okx.com/docs-v5/en/#error-code-rest-api-finance */
export const loanMeanings: Meanings = {
  '51016': {
    kind: 'refused',
    sentence: msg('OKX already has a request of this id. Refresh and look before you try again.'),
    ambiguous: true,
  },
  '51063': refused(msg('OKX has no such loan. It may have been repaid or liquidated. Refresh.')),
  '51732': notAllowed(msg('The identity level of this account is too low for loans. Raise it in the OKX app.')),
  '51733': shared.riskControl,
  '51734': shared.law,
  '51735': notAllowed(msg('OKX does not offer loans to sub-accounts. Use a key of the main account.')),
  '51736': refused(
    msg('The funding account does not hold that much. Transfer coins to it on OKX, use a smaller amount or another coin.'),
    'less',
    'otherCoin',
    'repay',
  ),
  '51737': shared.identity,
  '51738': refused(msg('The funding account is frozen, so nothing can be moved from it or to it. See the OKX app or ask its support.')),
  '51739': shared.switchedOff,
  '51750': refused(msg('The borrowed coin cannot be its own collateral. Choose another coin, or repay with it.'), 'otherCoin', 'repay'),
  '51751': refused(msg('This coin cannot be borrowed now. Choose another coin.'), 'otherCoin'),
  '51752': refused(msg('OKX does not take this coin as collateral. Choose another coin, or repay.'), 'otherCoin', 'repay'),
  '51753': refused(msg('This coin is not part of the collateral. Choose one that is.'), 'otherCoin'),
  '51754': refused(msg('There is no debt, so collateral would have no use. Refresh.')),
  '51755': refused(msg('OKX restricts this coin at the moment. Choose another coin, repay, or try later.'), 'otherCoin', 'repay', 'later'),
  // The second one names the maximum.
  ...alike(
    ['51756', '51758'],
    refused(
      msg('That is more than OKX would release now. Take out less, or add other collateral or repay first.'),
      'less',
      'addMargin',
      'repay',
    ),
  ),
  '51757': refused(
    msg('OKX takes no less of a coin as collateral than its minimum. Add more of it, or take out less so that more stays.'),
    'more',
    'less',
  ),
  '51759': refused(msg('This exceeds a temporary limit of OKX. Use a smaller amount or try later.'), 'less', 'later'),
  ...alike(
    ['51760', '59521'],
    refused(msg('Not available while the account is in the delta-neutral strategy. Change the strategy on OKX first.')),
  ),
  '51761': refused(msg('OKX refused because of the strategy of a sub-account. See the OKX app.')),
  '51762': {
    kind: 'refused',
    sentence: msg('OKX says that a redemption is already partly done and cannot be stopped. Refresh and look.'),
    ambiguous: true,
  },
  '51784': {
    kind: 'refused',
    sentence: msg('An identical request is being worked on. Wait for it, then refresh.'),
    ambiguous: true,
  },
};
