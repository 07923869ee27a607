import { msg } from '../../core/message.ts';
import { alike, notAllowed, refused, type Meanings } from '../meaning.ts';
import { shared } from './general-codes.ts';

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
  ...alike(['51734', '51773'], shared.law),
  '51763': notAllowed(msg('OKX offers this from a higher VIP level on. See the level of the account in the OKX app.')),
  '51735': notAllowed(msg('OKX does not offer loans to sub-accounts. Use a key of the main account.')),
  ...alike(
    ['51736', '51764'],
    refused(
      msg('The funding account does not hold that much. Transfer coins to it on OKX, use a smaller amount or another coin.'),
      'less',
      'otherCoin',
      'repay',
    ),
  ),
  '51737': shared.identity,
  '51738': refused(msg('The funding account is frozen, so nothing can be moved from it or to it. See the OKX app or ask its support.')),
  ...alike(['51739', '51774'], shared.switchedOff),
  // "Please retry" does not say that nothing was done, no more than 50001 does.
  '51767': { kind: 'unavailable', sentence: msg('OKX is down, as it is for maintenance. Try again later.'), ambiguous: true },
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
  ...alike(
    ['51765', '51766', '51768', '51769', '51770', '51771', '51772'],
    refused(msg('A quota of OKX, yours or that of everybody, is used up. Use a smaller amount or try later.'), 'less', 'later'),
  ),
  '51785': refused(msg('An E-Mode loan takes only the collateral coin of its pair. Add that coin, or repay.'), 'otherCoin', 'repay'),
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
