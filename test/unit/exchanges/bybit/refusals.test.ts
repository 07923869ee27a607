import { knownCodes } from '../../../../src/exchanges/bybit/codes.ts';
import { failureOf } from '../bench.ts';
import { holdMoments, moment, type Moment } from '../moments.ts';
import { change, refusal, sampled, success } from './bench.ts';
import { says, saysLike } from '../../../texts.ts';

/** https://bybit-exchange.github.io/docs/v5/error , general, positions, and both generations of loans. */
const moments: readonly Moment[] = [
  // Loans.
  moment('cap of the platform', '148006 148048 177015', 'refused', 'none', ['otherCoin', 'repay'], /no more of this coin.*or repay/),
  moment('coin refused as collateral', '148004 177017', 'refused', 'none', ['otherCoin', 'repay'], /does not take this coin/),
  moment('coin not offered', '148001 148014 177020', 'refused', 'none', ['otherCoin'], saysLike('bybit.not-offer-coin')),
  moment('below the minimum of a collateral', '148012 177016', 'refused', 'none', ['more', 'less'], /minimum/),
  moment(
    'beyond the margin-call line',
    '148009 177013',
    'refused',
    'none',
    ['less', 'addMargin', 'repay'],
    saysLike('bybit.ltv-beyond-line'),
  ),
  moment('balance gone or too much', '148037', 'refused', 'none', ['less', 'otherCoin', 'repay'], saysLike('bybit.funding-account-not')),
  moment('balance gone', '177006 177011', 'refused', 'none', ['less', 'repay'], /funding account does not hold.*Transfer/),
  moment('liquidation running', '148031', 'refused', 'none', ['later'], /liquidating/),
  moment('another change under way', '148021', 'refused', 'none', ['later'], /another change/),
  moment('wait a moment', '148034 148035', 'unavailable', 'unknown', [], saysLike('bybit.asks-wait-moment')),
  moment('could not be changed', '148036', 'unavailable', 'unknown', [], saysLike('bybit.not-change-collateral')),
  moment('loan gone', '148023 177005', 'refused', 'none', [], /repaid or liquidated/),
  moment('no loan', '148013 148027', 'refused', 'none', [], saysLike('bybit.no-loan-collateral')),
  moment('too many decimals', '148003 148005 148017 148028 148042 177004', 'refused', 'none', [], /decimals/),
  moment('not above zero', '148007 148008', 'refused', 'none', [], /above zero/),
  moment('too little to lend', '148002 177009', 'refused', 'none', ['more'], /at least/),
  moment('too much to lend', '177007', 'refused', 'none', ['less'], /at most/),
  moment('quota used up', '148010 148020 177014', 'refused', 'none', ['otherCoin', 'less'], /quota/),
  moment('nothing left to lend', '148011 148022 177012', 'refused', 'none', ['less', 'later'], saysLike('bybit.not-enough-coin')),
  moment('coins confused', '148039 148040', 'refused', 'none', [], /twice/),
  moment('terms of borrowing', '148015 148016 148018 148024 148025 148030', 'refused', 'none', [], saysLike('bybit.refused-because-terms')),
  moment('a repayment', '148026 148029 148032 148033 148038 148041 148047 177010 177021', 'refused', 'none', [], /repayment/),
  // Margin.
  moment('position closed', '110033 110034', 'refused', 'none', [], /closed or liquidated/),
  moment('close order pending', '110079', 'refused', 'none', ['later'], saysLike('bybit.working-order-position')),
  moment('state of the position', '110005', 'refused', 'none', ['later'], saysLike('bybit.allows-no-change')),
  moment('orders cancelled to liquidate', '110035', 'refused', 'none', ['later'], saysLike('bybit.cancelling-orders-liquidate')),
  moment('settlement', '110063', 'refused', 'none', ['later'], /settling/),
  moment('no trading', '110066', 'refused', 'none', ['later'], saysLike('bybit.allows-no-trading')),
  moment('margin beyond what is allowed', '110078', 'refused', 'none', ['less'], saysLike('bybit.more-taken-margin')),
  moment(
    'liquidated at once',
    '110011 110039 110046',
    'refused',
    'none',
    ['less', 'addMargin'],
    saysLike('bybit.position-liquidated-once'),
  ),
  moment(
    'trading account too small',
    '110004 110006 110007 110012 110014 110044 110045',
    'refused',
    'none',
    ['less'],
    saysLike('bybit.unified-trading-account'),
  ),
  moment('cross margin', '110015', 'refused', 'none', [], /cross margin/),
  moment('portfolio margin', '110077', 'refused', 'none', [], /portfolio margin/),
  moment('margin unchanged', '110027', 'refused', 'none', [], saysLike('bybit.says-margin-refresh')),
  moment('auto-add', '110076', 'refused', 'none', [], /by itself/),
  moment('contract about to be delivered', '110042', 'refused', 'none', [], saysLike('bybit.about-deliver-contract')),
  moment('coin unknown', '110050', 'refused', 'none', ['otherCoin'], saysLike('bybit.not-know-coin')),
  moment('contract not traded', '110074', 'refused', 'none', ['later'], saysLike('bybit.contract-not-traded')),
  moment('institutional loan liquidated', '110080', 'refused', 'none', [], saysLike('bybit.institutional-loan-account')),
  moment('cooling off', '110124', 'refused', 'none', ['later'], saysLike('bybit.cooling-off-period')),
  // The account and the exchange.
  moment('terms not agreed to', '110123 110125', 'permission', 'none', [], saysLike('bybit.wants-trading-terms')),
  moment('product not in the region', '110132', 'permission', 'none', [], saysLike('bybit.not-offer-product')),
  moment('not for unified accounts', '100028 110067', 'refused', 'none', [], saysLike('bybit.not-offer-unified')),
  moment('instrument not allowed', '10029', 'refused', 'none', [], /instrument/),
  moment('busy with something else', '40004', 'refused', 'unknown', [], /something else/),
  moment('account banned', '10008', 'permission', 'none', [], /banned/),
  moment('account frozen', '10027 177008', 'permission', 'none', [], saysLike('bybit.stopped-all-transactions')),
  moment('compliance', '10024', 'permission', 'none', [], saysLike('bybit.not-allow-account')),
  moment('unified accounts only', '10020 10028', 'refused', 'none', [], /unified accounts/),
  moment(says('account.too-many-requests'), '429 10006 10018', 'rate', 'none', ['later'], /Too many requests/),
  moment('busy or under maintenance', '3400214 148019 177002', 'unavailable', 'unknown', [], /maintenance/),
  moment('not in time', '5004 10000 10016', 'unavailable', 'unknown', [], /not known what became/),
  moment('repetition', '10014 110030 110072 177018', 'refused', 'unknown', [], /repetition/),
  moment('our mistake', '10001 177003 177019', 'refused', 'none', [], /report this/),
  moment('no such function', '10017', 'refused', 'none', [], saysLike('bybit.no-such-function')),
  // The key.
  moment('no right', '10005', 'permission', 'none', [], /may not do that/),
  moment('key unknown', '10003', 'auth', 'none', [], /does not know this API key/),
  moment('secret wrong', '10004', 'auth', 'none', [], saysLike('bybit.secret-not-belong')),
  moment(says('account.key-not-accepted'), '10007', 'auth', 'none', [], /did not accept/),
  moment('key expired', '33004 -2015', 'auth', 'none', [], saysLike('bybit.api-key-expired')),
  moment('region not served', '10009', 'ip', 'none', [], /region/),
  moment('address not on the list', '10010', 'ip', 'none', [], /not on the list/),
  moment('clock', '10002', 'clock', 'none', [], /timestamp/),
  moment('request expired', '-1', 'clock', 'unknown', [], saysLike('bybit.request-expired-before')),
];

describe('what Bybit refuses', () => {
  holdMoments(moments, knownCodes, async (code) => {
    const { venue, clock, connection } = sampled();
    for (const suffix of ['/crypto-loan-common/adjust-ltv', '/crypto-loan-common/loanable-data']) venue.on(suffix, refusal(code));
    // Where the time is refused, it turns out to be right.
    venue.on('/market/time', () => new Response(success({ timeNano: `${clock.time.toString()}000000` })));
    return {
      change: await failureOf(connection.actions.collateral!.send(change())),
      question: await failureOf(connection.loans!.borrowableCoins()),
    };
  });
});
