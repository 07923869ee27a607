import { knownCodes } from '../../../../src/exchanges/bybit/codes.ts';
import { failureOf } from '../bench.ts';
import { holdMoments, moment, type Moment } from '../moments.ts';
import { change, refusal, sampled, success } from './bench.ts';
import { says } from '../../../texts.ts';

/** https://bybit-exchange.github.io/docs/v5/error , general, positions, and both generations of loans. */
const moments: readonly Moment[] = [
  // Loans.
  moment('cap of the platform', '148006 148048 177015', 'refused', 'none', ['otherCoin', 'repay'], says('venue.not-collateral', 'Bybit')),
  moment('coin refused as collateral', '148004 177017', 'refused', 'none', ['otherCoin', 'repay'], says('venue.not-collateral', 'Bybit')),
  moment('coin not offered', '148001 148014 177020', 'refused', 'none', ['otherCoin'], says('venue.coin-not-allowed', 'Bybit')),
  moment('below the minimum of a collateral', '148012 177016', 'refused', 'none', ['more', 'less'], says('venue.too-little-left', 'Bybit')),
  moment(
    'beyond the margin-call line',
    '148009 177013',
    'refused',
    'none',
    ['less', 'addMargin', 'repay'],
    says('venue.too-much-removed', 'Bybit'),
  ),
  moment('balance gone or too much', '148037', 'refused', 'none', ['less', 'otherCoin', 'repay'], says('venue.too-much', 'Bybit')),
  moment(
    'balance gone',
    '177006 177011',
    'refused',
    'none',
    ['less', 'repay'],
    says('venue.not-enough', 'Bybit', says('term.funding-account')),
  ),
  moment('liquidation running', '148031', 'refused', 'none', ['later'], says('venue.liquidating', 'Bybit')),
  moment('another change under way', '148021', 'refused', 'none', ['later'], says('venue.pending', 'Bybit')),
  moment('wait a moment', '148034 148035', 'unavailable', 'unknown', [], says('venue.perhaps-done', 'Bybit')),
  moment('could not be changed', '148036', 'unavailable', 'unknown', [], says('venue.perhaps-done', 'Bybit')),
  moment('loan gone', '148023 177005', 'refused', 'none', [], says('venue.no-such-loan', 'Bybit')),
  moment('no loan', '148013 148027', 'refused', 'none', [], says('venue.no-such-loan', 'Bybit')),
  moment('too many decimals', '148003 148005 148017 148028 148042 177004', 'refused', 'none', [], says('venue.bad-amount', 'Bybit')),
  moment('not above zero', '148007 148008', 'refused', 'none', [], says('venue.bad-amount', 'Bybit')),
  moment('too little to lend', '148002 177009', 'refused', 'none', ['more'], says('venue.below-minimum', 'Bybit')),
  moment('too much to lend', '177007', 'refused', 'none', ['less'], says('venue.too-much', 'Bybit')),
  moment('quota used up', '148010 148020 177014', 'refused', 'none', ['otherCoin', 'less'], says('venue.limit-reached', 'Bybit')),
  moment('nothing left to lend', '148011 148022 177012', 'refused', 'none', ['less', 'later'], says('venue.limit-reached', 'Bybit')),
  moment('a coin twice', '148039', 'refused', 'none', [], says('venue.misread', 'Bybit')),
  moment('wrong coin', '148040', 'refused', 'none', ['otherCoin'], says('venue.coin-not-allowed', 'Bybit')),
  moment('terms of borrowing', '148015 148016 148018 148024 148025 148030', 'refused', 'none', [], says('venue.rejected', 'Bybit')),
  moment(
    'borrowing, or repaying that cannot be',
    '148026 148032 148033 148047 177021',
    'refused',
    'none',
    [],
    says('venue.rejected', 'Bybit'),
  ),
  moment('more than is owed', '148038 177010', 'refused', 'none', ['less'], says('venue.too-much', 'Bybit')),
  moment(
    'too little to repay with',
    '148029',
    'refused',
    'none',
    ['less'],
    says('venue.not-enough', 'Bybit', says('term.funding-account')),
  ),
  moment('a repayment that is there already', '148041', 'refused', 'unknown', [], says('venue.perhaps-done', 'Bybit')),
  // Margin.
  moment('position closed', '110033 110034', 'refused', 'none', [], says('venue.no-such-position', 'Bybit')),
  moment('close order pending', '110079', 'refused', 'none', ['later'], says('venue.pending', 'Bybit')),
  moment('state of the position', '110005', 'refused', 'none', ['later'], says('venue.bad-state', 'Bybit')),
  moment('orders cancelled to liquidate', '110035', 'refused', 'none', ['later'], says('venue.liquidating', 'Bybit')),
  moment('settlement', '110063', 'refused', 'none', ['later'], says('venue.busy', 'Bybit')),
  moment('no trading', '110066', 'refused', 'none', ['later'], says('venue.busy', 'Bybit')),
  moment('margin beyond what is allowed', '110078', 'refused', 'none', ['less'], says('venue.too-much', 'Bybit')),
  moment('liquidated at once', '110011 110039 110046', 'refused', 'none', ['less', 'addMargin'], says('venue.would-liquidate')),
  moment(
    'trading account too small',
    '110004 110006 110007 110012 110014 110044 110045',
    'refused',
    'none',
    ['less'],
    says('venue.not-enough', 'Bybit', says('bybit.unified-trading-account')),
  ),
  moment('cross margin', '110015', 'refused', 'none', [], says('venue.wrong-mode', 'Bybit')),
  moment('portfolio margin', '110077', 'refused', 'none', [], says('venue.wrong-mode', 'Bybit')),
  moment('margin unchanged', '110027', 'refused', 'none', [], says('venue.rejected', 'Bybit')),
  moment('auto-add', '110076', 'refused', 'none', [], says('venue.wrong-mode', 'Bybit')),
  moment('contract about to be delivered', '110042', 'refused', 'none', [], says('venue.rejected', 'Bybit')),
  moment('coin unknown', '110050', 'refused', 'none', ['otherCoin'], says('venue.coin-not-allowed', 'Bybit')),
  moment('contract not traded', '110074', 'refused', 'none', ['later'], says('venue.busy', 'Bybit')),
  moment('institutional loan liquidated', '110080', 'refused', 'none', [], says('venue.liquidating', 'Bybit')),
  moment('cooling off', '110124', 'refused', 'none', ['later'], says('venue.cooling-off', 'Bybit')),
  // The account and the exchange.
  moment('terms not agreed to', '110123 110125', 'permission', 'none', [], says('venue.needs-identity', 'Bybit')),
  moment('product not in the region', '110132', 'permission', 'none', [], says('venue.not-for-account', 'Bybit')),
  moment('not for unified accounts', '100028 110067', 'refused', 'none', [], says('venue.wrong-mode', 'Bybit')),
  moment('instrument not allowed', '10029', 'refused', 'none', [], says('venue.not-offered', 'Bybit')),
  moment('busy with something else', '40004', 'refused', 'unknown', [], says('venue.perhaps-done', 'Bybit')),
  moment('account banned', '10008', 'permission', 'none', [], says('venue.account-blocked', 'Bybit')),
  moment('account frozen', '10027 177008', 'permission', 'none', [], says('venue.account-blocked', 'Bybit')),
  moment('compliance', '10024', 'permission', 'none', [], says('venue.not-for-account', 'Bybit')),
  moment('unified accounts only', '10020 10028', 'refused', 'none', [], says('venue.wrong-mode', 'Bybit')),
  moment('too many requests', '429 10006 10018', 'rate', 'none', ['later'], says('venue.too-many-requests', 'Bybit')),
  moment('busy or under maintenance', '3400214 148019 177002', 'unavailable', 'unknown', [], says('venue.busy', 'Bybit')),
  moment('not in time', '5004 10000 10016', 'unavailable', 'unknown', [], says('venue.perhaps-done', 'Bybit')),
  moment('repetition', '10014 110030 110072 177018', 'refused', 'unknown', [], says('venue.perhaps-done', 'Bybit')),
  moment('our mistake', '10001 177003 177019', 'refused', 'none', [], says('venue.misread', 'Bybit')),
  moment('no such function', '10017', 'refused', 'none', [], says('venue.not-offered', 'Bybit')),
  // The key.
  moment(
    'no right',
    '10005',
    'permission',
    'none',
    [],
    says(
      'venue.lacks-permission',
      'Bybit',
      says('bybit.writable', says('list.comma', says('bybit.loan-permission'), says('bybit.position-permission'))),
    ),
  ),
  moment('key unknown', '10003', 'auth', 'none', [], says('venue.wrong-key')),
  moment('secret wrong', '10004', 'auth', 'none', [], says('venue.wrong-secret')),
  moment('key not accepted', '10007', 'auth', 'none', [], says('venue.invalid-key')),
  moment('key expired', '33004 -2015', 'auth', 'none', [], says('venue.ended-key', 'Bybit')),
  moment('region not served', '10009', 'ip', 'none', [], says('venue.region-not-served', 'Bybit')),
  moment('address not on the list', '10010', 'ip', 'none', [], says('venue.ip-not-listed', 'Bybit')),
  moment('clock', '10002', 'clock', 'none', [], says('venue.wrong-clock', 'Bybit')),
  moment('request expired', '-1', 'clock', 'unknown', [], says('bybit.expired')),
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
