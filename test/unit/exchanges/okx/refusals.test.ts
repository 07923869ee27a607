import assert from 'node:assert/strict';
import { meaningOf, knownCodes } from '../../../../src/exchanges/okx/codes.ts';
import { bench, canary, change, failureOf, refusal, success } from '../bench.ts';
import { holdMoments, moment, type Moment } from '../moments.ts';
import { says } from '../../../texts.ts';

/** https://www.okx.com/docs-v5/en/#error-code-rest-api , general, finance, and what the change of margin names. */
const moments: readonly Moment[] = [
  // Loans.
  moment('coin refused as collateral', '51752', 'refused', 'none', ['otherCoin', 'repay'], says('venue.not-collateral', 'OKX')),
  moment('coin restricted for now', '51755', 'refused', 'none', ['otherCoin', 'repay', 'later'], says('venue.not-collateral', 'OKX')),
  moment('below the minimum of a collateral', '51757', 'refused', 'none', ['more', 'less'], says('venue.too-little-left', 'OKX')),
  moment(
    'beyond the margin-call line',
    '51756 51758',
    'refused',
    'none',
    ['less', 'addMargin', 'repay'],
    says('venue.too-much-removed', 'OKX'),
  ),
  moment(
    'balance gone',
    '51736 51764',
    'refused',
    'none',
    ['less', 'otherCoin', 'repay'],
    says('venue.not-enough', 'OKX', says('term.funding-account')),
  ),
  moment('funding account frozen', '51738', 'refused', 'none', [], says('venue.account-blocked', 'OKX')),
  moment('the loan coin as collateral', '51750', 'refused', 'none', ['otherCoin', 'repay'], says('venue.not-collateral', 'OKX')),
  moment('coin cannot be borrowed', '51751', 'refused', 'none', ['otherCoin'], says('venue.coin-not-allowed', 'OKX')),
  moment('not pledged', '51753', 'refused', 'none', ['otherCoin'], says('venue.coin-not-pledged')),
  moment('no debt', '51754', 'refused', 'none', [], says('venue.nothing-owed')),
  moment('temporary limit', '51759', 'refused', 'none', ['less', 'later'], says('venue.limit-reached', 'OKX')),
  moment('loan gone', '51063', 'refused', 'none', [], says('venue.no-such-loan', 'OKX')),
  moment('delta-neutral strategy', '51760 59521', 'refused', 'none', [], says('venue.wrong-mode', 'OKX')),
  moment('strategy of a sub-account', '51761', 'refused', 'none', [], says('venue.rejected', 'OKX')),
  moment('redemption partly done', '51762', 'refused', 'unknown', [], says('venue.perhaps-done', 'OKX')),
  moment('the same request under way', '51784', 'refused', 'unknown', [], says('venue.perhaps-done', 'OKX')),
  moment('request id taken', '51016', 'refused', 'unknown', [], says('venue.perhaps-done', 'OKX')),
  moment('identity level', '51732', 'permission', 'none', [], says('venue.needs-identity', 'OKX')),
  moment('no loans for sub-accounts', '51735', 'permission', 'none', [], says('okx.no-sub-account-loans')),
  moment('risk control', '50029 51733', 'permission', 'none', [], says('venue.not-for-account', 'OKX')),
  moment('country', '50051 50052 51155 51734 51773 59113 59114', 'permission', 'none', [], says('venue.not-for-account', 'OKX')),
  moment('identity', '50059 50060 51737', 'permission', 'none', [], says('venue.needs-identity', 'OKX')),
  moment(
    'coin outside the pair of an E-Mode loan',
    '51785',
    'refused',
    'none',
    ['otherCoin', 'repay'],
    says('venue.not-collateral', 'OKX'),
  ),
  moment(
    'a quota used up',
    '51765 51766 51768 51769 51770 51771 51772',
    'refused',
    'none',
    ['less', 'later'],
    says('venue.limit-reached', 'OKX'),
  ),
  moment('VIP level', '51763', 'permission', 'none', [], says('venue.not-for-account', 'OKX')),
  moment('identity anew', '4088', 'permission', 'none', [], says('venue.needs-identity', 'OKX')),
  moment('identity of level 2', '59550', 'permission', 'none', [], says('venue.needs-identity', 'OKX')),
  moment('function frozen', '59519', 'permission', 'none', [], says('venue.account-blocked', 'OKX')),
  moment('coin not for an Islamic account', '50075', 'permission', 'none', [], says('venue.coin-not-allowed', 'OKX')),
  moment('trading account blocked', '51024', 'permission', 'none', [], says('venue.account-blocked', 'OKX')),
  moment('failed, and no more', '51820', 'refused', 'unknown', [], says('venue.perhaps-done', 'OKX')),
  // Margin.
  moment('contract suspended', '51022', 'refused', 'none', ['later'], says('venue.busy', 'OKX')),
  moment('settlement', '51028 51029 51030', 'refused', 'none', ['later'], says('venue.busy', 'OKX')),
  moment('margin beyond the tier', '59106', 'refused', 'none', ['less'], says('venue.too-much', 'OKX')),
  moment('position closed', '51023 51043 59300', 'refused', 'none', [], says('venue.no-such-position', 'OKX')),
  moment('close order pending', '59302', 'refused', 'none', ['later'], says('venue.pending', 'OKX')),
  moment('margin beyond what is allowed', '59301', 'refused', 'none', ['less'], says('venue.too-much', 'OKX')),
  moment(
    'trading account too small',
    '51127 51131 59200',
    'refused',
    'none',
    ['less'],
    says('venue.not-enough', 'OKX', says('okx.trading-account')),
  ),
  moment(
    'available margin too small',
    '59303',
    'refused',
    'none',
    ['addMargin', 'less'],
    says('venue.not-enough', 'OKX', says('okx.trading-account')),
  ),
  moment('trading account in the red', '59201', 'refused', 'none', [], says('okx.negative-balance')),
  moment('leverage too low', '59105', 'refused', 'none', ['less'], says('venue.too-much', 'OKX')),
  moment('first margin too small', '59005', 'refused', 'none', ['more'], says('okx.first-margin')),
  moment('only adding allowed', '54012', 'refused', 'none', ['addMargin', 'later'], says('venue.only-adding', 'OKX')),
  moment('long option', '51040', 'refused', 'none', [], says('okx.fixed-margin')),
  moment('no isolated margin in this mode', '50072', 'refused', 'none', [], says('venue.wrong-mode', 'OKX')),
  moment('account mode', '51010', 'refused', 'none', [], says('venue.wrong-mode', 'OKX')),
  moment('instrument unknown', '51001', 'refused', 'none', [], says('venue.not-offered', 'OKX')),
  moment('instrument blocked by the person', '50033', 'refused', 'none', [], says('venue.blocked-in-settings', 'OKX')),
  // Liquidation and deleveraging.
  moment('position being liquidated', '50020', 'refused', 'none', ['later'], says('venue.liquidating', 'OKX')),
  moment('coin frozen by liquidation', '50021', 'refused', 'none', ['otherCoin', 'later'], says('venue.coin-frozen', 'OKX')),
  moment('account frozen by liquidation', '50022', 'refused', 'none', ['later'], says('venue.liquidating', 'OKX')),
  moment('position being deleveraged', '50017', 'refused', 'none', ['later'], says('venue.deleveraging', 'OKX')),
  moment('coin frozen by deleveraging', '50018', 'refused', 'none', ['otherCoin', 'later'], says('venue.coin-frozen', 'OKX')),
  moment('account frozen by deleveraging', '50019', 'refused', 'none', ['later'], says('venue.deleveraging', 'OKX')),
  moment('funding fees', '50023', 'refused', 'none', ['later'], says('venue.busy', 'OKX')),
  // The account.
  moment('account blocked', '50007', 'permission', 'none', [], says('venue.account-blocked', 'OKX')),
  moment('account frozen after a stop-out', '50009', 'permission', 'none', [], says('venue.account-blocked', 'OKX')),
  moment('account state', '50012', 'permission', 'none', [], says('venue.not-for-account', 'OKX')),
  moment('account may not trade', '50027', 'permission', 'none', [], says('venue.account-blocked', 'OKX')),
  moment('not for this account', '50028', 'permission', 'none', [], says('venue.not-for-account', 'OKX')),
  moment('chosen accounts only', '50041', 'permission', 'none', [], says('venue.not-for-account', 'OKX')),
  moment('coin switched off by the person', '50032', 'refused', 'none', ['otherCoin'], says('venue.blocked-in-settings', 'OKX')),
  moment('amount too small', '50122', 'refused', 'none', ['more'], says('venue.below-minimum', 'OKX')),
  // The exchange.
  moment('too many requests', '50011 50040 50061', 'rate', 'none', ['later'], says('venue.too-many-requests', 'OKX')),
  moment('maintenance', '50001 51767', 'unavailable', 'unknown', [], says('venue.busy', 'OKX')),
  moment('too busy', '50013', 'unavailable', 'unknown', [], says('venue.busy', 'OKX')),
  moment('not in time', '50004 50026 51054 51149 51412', 'unavailable', 'unknown', [], says('venue.perhaps-done', 'OKX')),
  moment('function switched off', '50046 50062 51739 51774', 'unavailable', 'none', ['later'], says('venue.busy', 'OKX')),
  moment('loan system off', '50064', 'unavailable', 'none', ['later'], says('venue.busy', 'OKX')),
  moment('function retired', '50005', 'refused', 'none', [], says('venue.not-offered', 'OKX')),
  moment('repetition', '50042 50071 51011 51065 51068 59121 59122', 'refused', 'unknown', [], says('venue.perhaps-done', 'OKX')),
  moment(
    'our mistake',
    '50000 50002 50006 50014 50015 50016 50024 50025 50107 50112 50115 51000',
    'refused',
    'none',
    [],
    says('venue.misread', 'OKX'),
  ),
  moment('not in demo trading', '50038', 'refused', 'none', [], says('venue.not-offered', 'OKX')),
  moment('in demo trading only', '50053', 'refused', 'none', [], says('venue.not-offered', 'OKX')),
  // The key.
  moment('no right', '50030 50120', 'permission', 'none', [], says('venue.lacks-permission', 'OKX', 'Trade')),
  moment('key unknown', '50111 50114 50119', 'auth', 'none', [], says('venue.wrong-key')),
  moment('key of another site', '50067 50101', 'auth', 'none', [], says('okx.wrong-site')),
  moment('key frozen', '50100', 'auth', 'none', [], says('venue.ended-key', 'OKX')),
  moment('key missing', '50103', 'auth', 'none', [], says('venue.invalid-key')),
  moment('passphrase missing', '50104', 'auth', 'none', [], says('venue.invalid-key')),
  moment('passphrase wrong', '50105', 'auth', 'none', [], says('okx.wrong-passphrase')),
  moment('signature missing', '50106', 'auth', 'none', [], says('venue.invalid-key')),
  moment('secret wrong', '50113', 'auth', 'none', [], says('venue.wrong-secret')),
  moment('key must be bound', '50035', 'ip', 'none', [], says('okx.unbound-key')),
  moment('address not on the list', '50110', 'ip', 'none', [], says('venue.ip-not-listed', 'OKX')),
  moment('region not served', '50121', 'ip', 'none', [], says('venue.region-not-served', 'OKX')),
  moment('clock', '50102', 'clock', 'none', [], says('venue.wrong-clock', 'OKX')),
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
