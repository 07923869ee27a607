import assert from 'node:assert/strict';
import { meaningOf, knownCodes } from '../../../../src/exchanges/okx/codes.ts';
import { bench, canary, change, failureOf, refusal, success } from '../bench.ts';
import { holdMoments, moment, type Moment } from '../moments.ts';
import { says, saysLike } from '../../../texts.ts';

/** https://www.okx.com/docs-v5/en/#error-code-rest-api , general, finance, and what the change of margin names. */
const moments: readonly Moment[] = [
  // Loans.
  moment(
    'coin refused as collateral',
    '51752',
    'refused',
    'none',
    ['otherCoin', 'repay'],
    /does not take this coin.*another coin, or repay/,
  ),
  moment('coin restricted for now', '51755', 'refused', 'none', ['otherCoin', 'repay', 'later'], saysLike('okx.restricts-coin-moment')),
  moment('below the minimum of a collateral', '51757', 'refused', 'none', ['more', 'less'], /minimum/),
  moment('beyond the margin-call line', '51756 51758', 'refused', 'none', ['less', 'addMargin', 'repay'], saysLike('okx.more-release-now')),
  moment('balance gone', '51736 51764', 'refused', 'none', ['less', 'otherCoin', 'repay'], /funding account does not hold/),
  moment('funding account frozen', '51738', 'refused', 'none', [], saysLike('okx.funding-account-frozen')),
  moment('the loan coin as collateral', '51750', 'refused', 'none', ['otherCoin', 'repay'], saysLike('okx.borrowed-coin-cannot')),
  moment('coin cannot be borrowed', '51751', 'refused', 'none', ['otherCoin'], saysLike('okx.coin-cannot-borrowed')),
  moment('not pledged', '51753', 'refused', 'none', ['otherCoin'], saysLike('venue.coin-not-part')),
  moment('no debt', '51754', 'refused', 'none', [], /no debt/),
  moment('temporary limit', '51759', 'refused', 'none', ['less', 'later'], saysLike('okx.exceeds-temporary-limit')),
  moment('loan gone', '51063', 'refused', 'none', [], /repaid or liquidated/),
  moment('delta-neutral strategy', '51760 59521', 'refused', 'none', [], saysLike('okx.not-available-while')),
  moment('strategy of a sub-account', '51761', 'refused', 'none', [], /sub-account/),
  moment('redemption partly done', '51762', 'refused', 'unknown', [], saysLike('okx.says-redemption-already')),
  moment('the same request under way', '51784', 'refused', 'unknown', [], /identical/),
  moment('request id taken', '51016', 'refused', 'unknown', [], saysLike('okx.already-request-id')),
  moment('identity level', '51732', 'permission', 'none', [], saysLike('okx.identity-level-account')),
  moment('no loans for sub-accounts', '51735', 'permission', 'none', [], saysLike('okx.not-offer-loans')),
  moment('risk control', '50029 51733', 'permission', 'none', [], /risk control/),
  moment('country', '50051 50052 51155 51734 51773 59113 59114', 'permission', 'none', [], /country/),
  moment('identity', '50059 50060 51737', 'permission', 'none', [], /identity to be verified/),
  moment('coin outside the pair of an E-Mode loan', '51785', 'refused', 'none', ['otherCoin', 'repay'], /E-Mode.*repay/),
  moment('a quota used up', '51765 51766 51768 51769 51770 51771 51772', 'refused', 'none', ['less', 'later'], /quota/),
  moment('VIP level', '51763', 'permission', 'none', [], saysLike('okx.offers-higher-vip')),
  moment('identity anew', '4088', 'permission', 'none', [], saysLike('okx.wants-identity-verified')),
  moment('identity of level 2', '59550', 'permission', 'none', [], /level 2/),
  moment('function frozen', '59519', 'permission', 'none', [], saysLike('okx.frozen-function-account')),
  moment('coin not for an Islamic account', '50075', 'permission', 'none', [], /Islamic/),
  moment('trading account blocked', '51024', 'permission', 'none', [], saysLike('okx.blocked-trading-account')),
  moment('failed, and no more', '51820', 'refused', 'unknown', [], saysLike('okx.says-no-more')),
  // Margin.
  moment('contract suspended', '51022', 'refused', 'none', ['later'], saysLike('okx.suspended-contract-allows')),
  moment('settlement', '51028 51029 51030', 'refused', 'none', ['later'], /settling/),
  moment('margin beyond the tier', '59106', 'refused', 'none', ['less'], saysLike('okx.more-margin-allows')),
  moment('position closed', '51023 51043 59300', 'refused', 'none', [], /closed or liquidated/),
  moment('close order pending', '59302', 'refused', 'none', ['later'], saysLike('okx.order-close-position')),
  moment('margin beyond what is allowed', '59301', 'refused', 'none', ['less'], /more margin than OKX allows/),
  moment('trading account too small', '51127 51131 59200', 'refused', 'none', ['less'], saysLike('okx.trading-account-not')),
  moment('available margin too small', '59303', 'refused', 'none', ['addMargin', 'less'], saysLike('okx.available-margin-not')),
  moment('trading account in the red', '59201', 'refused', 'none', [], saysLike('okx.balance-trading-account')),
  moment('leverage too low', '59105', 'refused', 'none', ['less'], /leverage/),
  moment('first margin too small', '59005', 'refused', 'none', ['more'], /10,000 USDT/),
  moment('only adding allowed', '54012', 'refused', 'none', ['addMargin', 'later'], saysLike('okx.allows-only-adding')),
  moment('long option', '51040', 'refused', 'none', [], saysLike('okx.not-let-margin')),
  moment('no isolated margin in this mode', '50072', 'refused', 'none', [], /isolated margin/),
  moment('account mode', '51010', 'refused', 'none', [], /mode of this account/),
  moment('instrument unknown', '51001', 'refused', 'none', [], saysLike('okx.not-know-instrument')),
  moment('instrument blocked by the person', '50033', 'refused', 'none', [], saysLike('okx.instrument-blocked-settings')),
  // Liquidation and deleveraging.
  moment('position being liquidated', '50020', 'refused', 'none', ['later'], /liquidating this position/),
  moment('coin frozen by liquidation', '50021', 'refused', 'none', ['otherCoin', 'later'], saysLike('okx.frozen-coin-while-liquidates')),
  moment('account frozen by liquidation', '50022', 'refused', 'none', ['later'], saysLike('okx.liquidating-frozen-account')),
  moment('position being deleveraged', '50017', 'refused', 'none', ['later'], /closing this position against others/),
  moment('coin frozen by deleveraging', '50018', 'refused', 'none', ['otherCoin', 'later'], saysLike('okx.frozen-coin-while')),
  moment('account frozen by deleveraging', '50019', 'refused', 'none', ['later'], saysLike('okx.frozen-account-while')),
  moment('funding fees', '50023', 'refused', 'none', ['later'], saysLike('okx.frozen-account-over')),
  // The account.
  moment('account blocked', '50007', 'permission', 'none', [], saysLike('okx.blocked-account-see')),
  moment('account frozen after a stop-out', '50009', 'permission', 'none', [], saysLike('okx.frozen-account-after')),
  moment('account state', '50012', 'permission', 'none', [], saysLike('okx.says-state-account')),
  moment('account may not trade', '50027', 'permission', 'none', [], saysLike('okx.restricted-account-trading')),
  moment('not for this account', '50028', 'permission', 'none', [], saysLike('okx.cannot-account-see')),
  moment('chosen accounts only', '50041', 'permission', 'none', [], saysLike('okx.chosen-accounts-only')),
  moment('coin switched off by the person', '50032', 'refused', 'none', ['otherCoin'], saysLike('okx.account-set-make')),
  moment('amount too small', '50122', 'refused', 'none', ['more'], saysLike('okx.amount-below-minimum')),
  // The exchange.
  moment(says('account.too-many-requests'), '50011 50040 50061', 'rate', 'none', ['later'], /Too many requests/),
  moment('maintenance', '50001 51767', 'unavailable', 'unknown', [], /maintenance/),
  moment('too busy', '50013', 'unavailable', 'unknown', [], saysLike('okx.too-busy-now')),
  moment('not in time', '50004 50026 51054 51149 51412', 'unavailable', 'unknown', [], /not known what became/),
  moment('function switched off', '50046 50062 51739 51774', 'unavailable', 'none', ['later'], saysLike('okx.switched-function-off')),
  moment('loan system off', '50064', 'unavailable', 'none', ['later'], saysLike('okx.loan-system-not')),
  moment('function retired', '50005', 'refused', 'none', [], /retired/),
  moment('repetition', '50042 50071 51011 51065 51068 59121 59122', 'refused', 'unknown', [], /repetition/),
  moment('our mistake', '50000 50002 50006 50014 50015 50016 50024 50025 50107 50112 50115 51000', 'refused', 'none', [], /report this/),
  moment('not in demo trading', '50038', 'refused', 'none', [], saysLike('okx.not-offer-demo')),
  moment('in demo trading only', '50053', 'refused', 'none', [], saysLike('okx.offers-demo-trading')),
  // The key.
  moment('no right', '50030 50120', 'permission', 'none', [], /may not do that/),
  moment('key unknown', '50111 50114 50119', 'auth', 'none', [], /does not know this API key/),
  moment('key of another site', '50067 50101', 'auth', 'none', [], saysLike('okx.api-key-belongs')),
  moment('key frozen', '50100', 'auth', 'none', [], saysLike('okx.frozen-api-key')),
  moment('key missing', '50103', 'auth', 'none', [], saysLike('okx.api-key-missing')),
  moment('passphrase missing', '50104', 'auth', 'none', [], saysLike('okx.passphrase-missing-run')),
  moment('passphrase wrong', '50105', 'auth', 'none', [], saysLike('okx.passphrase-wrong-chosen')),
  moment('signature missing', '50106', 'auth', 'none', [], saysLike('okx.signature-missing-run')),
  moment('secret wrong', '50113', 'auth', 'none', [], saysLike('bybit.secret-not-belong')),
  moment('key must be bound', '50035', 'ip', 'none', [], saysLike('okx.wants-api-key')),
  moment('address not on the list', '50110', 'ip', 'none', [], /not on the list/),
  moment('region not served', '50121', 'ip', 'none', [], /region/),
  moment('clock', '50102', 'clock', 'none', [], /timestamp/),
];

describe('what OKX refuses', () => {
  holdMoments(moments, knownCodes, async (code) => {
    const { venue, clock, connection } = bench();
    venue.on('/adjust-collateral', refusal(code)).on('/borrow-currencies', refusal(code));
    // Where the time is refused, it turns out to be right.
    venue.on('/public/time', () => new Response(success([{ ts: clock.time.toString() }])));
    return {
      change: await failureOf(connection.actions.collateral!.send(change())),
      question: await failureOf(connection.loans!.borrowableCoins()),
    };
  });

  it('still says what would work where its words had to be masked', async () => {
    const { venue, connection } = bench();
    venue.on('/adjust-collateral', refusal('51758', `at most 1 BTC, ${canary['secret']!}`));
    const error = await failureOf(connection.actions.collateral!.send(change()));
    assert.match(error.message, /at most 1 BTC, \*\*\*/);
    assert.deepEqual(error.instead, ['less', 'addMargin', 'repay']);
  });

  it('of earn products has one meaning', () => {
    for (let code = 51_720; code <= 51_731; code += 1) {
      assert.equal(meaningOf(code.toString())?.kind, 'refused');
    }
  });
});
