import assert from 'node:assert/strict';
import { meaningOf, knownCodes } from '../../../../src/exchanges/okx/codes.ts';
import { bench, canary, change, failureOf, refusal, success } from '../bench.ts';
import { holdMoments, moment, type Moment } from '../moments.ts';

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
  moment('coin restricted for now', '51755', 'refused', 'none', ['otherCoin', 'repay', 'later'], /restricts this coin/),
  moment('below the minimum of a collateral', '51757', 'refused', 'none', ['more', 'less'], /minimum/),
  moment('beyond the margin-call line', '51756 51758', 'refused', 'none', ['less', 'addMargin', 'repay'], /more than OKX would release/),
  moment('balance gone', '51736 51764', 'refused', 'none', ['less', 'otherCoin', 'repay'], /funding account does not hold/),
  moment('funding account frozen', '51738', 'refused', 'none', [], /funding account is frozen/),
  moment('the loan coin as collateral', '51750', 'refused', 'none', ['otherCoin', 'repay'], /its own collateral/),
  moment('coin cannot be borrowed', '51751', 'refused', 'none', ['otherCoin'], /cannot be borrowed/),
  moment('not pledged', '51753', 'refused', 'none', ['otherCoin'], /not part of the collateral/),
  moment('no debt', '51754', 'refused', 'none', [], /no debt/),
  moment('temporary limit', '51759', 'refused', 'none', ['less', 'later'], /temporary limit/),
  moment('loan gone', '51063', 'refused', 'none', [], /repaid or liquidated/),
  moment('delta-neutral strategy', '51760 59521', 'refused', 'none', [], /delta-neutral/),
  moment('strategy of a sub-account', '51761', 'refused', 'none', [], /sub-account/),
  moment('redemption partly done', '51762', 'refused', 'unknown', [], /partly done/),
  moment('the same request under way', '51784', 'refused', 'unknown', [], /identical/),
  moment('request id taken', '51016', 'refused', 'unknown', [], /of this id/),
  moment('identity level', '51732', 'permission', 'none', [], /identity level/),
  moment('no loans for sub-accounts', '51735', 'permission', 'none', [], /main account/),
  moment('risk control', '50029 51733', 'permission', 'none', [], /risk control/),
  moment('country', '50051 50052 51155 51734 51773 59113 59114', 'permission', 'none', [], /country/),
  moment('identity', '50059 50060 51737', 'permission', 'none', [], /identity to be verified/),
  moment('coin outside the pair of an E-Mode loan', '51785', 'refused', 'none', ['otherCoin', 'repay'], /E-Mode.*repay/),
  moment('a quota used up', '51765 51766 51768 51769 51770 51771 51772', 'refused', 'none', ['less', 'later'], /quota/),
  moment('VIP level', '51763', 'permission', 'none', [], /VIP level/),
  moment('identity anew', '4088', 'permission', 'none', [], /verified anew/),
  moment('identity of level 2', '59550', 'permission', 'none', [], /level 2/),
  moment('function frozen', '59519', 'permission', 'none', [], /frozen this function/),
  moment('coin not for an Islamic account', '50075', 'permission', 'none', [], /Islamic/),
  moment('trading account blocked', '51024', 'permission', 'none', [], /blocked the trading account/),
  moment('failed, and no more', '51820', 'refused', 'unknown', [], /no more than/),
  // Margin.
  moment('contract suspended', '51022', 'refused', 'none', ['later'], /suspended this contract/),
  moment('settlement', '51028 51029 51030', 'refused', 'none', ['later'], /settling/),
  moment('margin beyond the tier', '59106', 'refused', 'none', ['less'], /position of this size/),
  moment('position closed', '51023 51043 59300', 'refused', 'none', [], /closed or liquidated/),
  moment('close order pending', '59302', 'refused', 'none', ['later'], /order to close.*Cancel it/),
  moment('margin beyond what is allowed', '59301', 'refused', 'none', ['less'], /more margin than OKX allows/),
  moment('trading account too small', '51127 51131 59200', 'refused', 'none', ['less'], /trading account does not hold/),
  moment('available margin too small', '59303', 'refused', 'none', ['addMargin', 'less'], /available margin/),
  moment('trading account in the red', '59201', 'refused', 'none', [], /below zero/),
  moment('leverage too low', '59105', 'refused', 'none', ['less'], /leverage/),
  moment('first margin too small', '59005', 'refused', 'none', ['more'], /10,000 USDT/),
  moment('only adding allowed', '54012', 'refused', 'none', ['addMargin', 'later'], /only adding margin/),
  moment('long option', '51040', 'refused', 'none', [], /long option/),
  moment('no isolated margin in this mode', '50072', 'refused', 'none', [], /isolated margin/),
  moment('account mode', '51010', 'refused', 'none', [], /mode of this account/),
  moment('instrument unknown', '51001', 'refused', 'none', [], /does not know this instrument/),
  moment('instrument blocked by the person', '50033', 'refused', 'none', [], /instrument is blocked/),
  // Liquidation and deleveraging.
  moment('position being liquidated', '50020', 'refused', 'none', ['later'], /liquidating this position/),
  moment('coin frozen by liquidation', '50021', 'refused', 'none', ['otherCoin', 'later'], /this coin while it liquidates/),
  moment('account frozen by liquidation', '50022', 'refused', 'none', ['later'], /liquidating, and has frozen this account/),
  moment('position being deleveraged', '50017', 'refused', 'none', ['later'], /closing this position against others/),
  moment('coin frozen by deleveraging', '50018', 'refused', 'none', ['otherCoin', 'later'], /this coin while it closes/),
  moment('account frozen by deleveraging', '50019', 'refused', 'none', ['later'], /this account while it closes/),
  moment('funding fees', '50023', 'refused', 'none', ['later'], /funding fees/),
  // The account.
  moment('account blocked', '50007', 'permission', 'none', [], /blocked this account/),
  moment('account frozen after a stop-out', '50009', 'permission', 'none', [], /closed positions by force/),
  moment('account state', '50012', 'permission', 'none', [], /state of this account/),
  moment('account may not trade', '50027', 'permission', 'none', [], /restricted this account/),
  moment('not for this account', '50028', 'permission', 'none', [], /cannot do that for this account/),
  moment('chosen accounts only', '50041', 'permission', 'none', [], /chosen accounts/),
  moment('coin switched off by the person', '50032', 'refused', 'none', ['otherCoin'], /no transactions in this coin/),
  moment('amount too small', '50122', 'refused', 'none', ['more'], /below the minimum/),
  // The exchange.
  moment('too many requests', '50011 50040 50061', 'rate', 'none', ['later'], /Too many requests/),
  moment('maintenance', '50001 51767', 'unavailable', 'unknown', [], /maintenance/),
  moment('too busy', '50013', 'unavailable', 'unknown', [], /too busy/),
  moment('not in time', '50004 50026 51054 51149 51412', 'unavailable', 'unknown', [], /not known what became/),
  moment('function switched off', '50046 50062 51739 51774', 'unavailable', 'none', ['later'], /switched this function off/),
  moment('loan system off', '50064', 'unavailable', 'none', ['later'], /loan system/),
  moment('function retired', '50005', 'refused', 'none', [], /retired/),
  moment('repetition', '50042 50071 51011 51065 51068 59121 59122', 'refused', 'unknown', [], /repetition/),
  moment('our mistake', '50000 50002 50006 50014 50015 50016 50024 50025 50107 50112 50115 51000', 'refused', 'none', [], /report this/),
  moment('not in demo trading', '50038', 'refused', 'none', [], /does not offer this in demo/),
  moment('in demo trading only', '50053', 'refused', 'none', [], /demo trading only/),
  // The key.
  moment('no right', '50030 50120', 'permission', 'none', [], /may not do that/),
  moment('key unknown', '50111 50114 50119', 'auth', 'none', [], /does not know this API key/),
  moment('key of another site', '50067 50101', 'auth', 'none', [], /another OKX site/),
  moment('key frozen', '50100', 'auth', 'none', [], /frozen this API key/),
  moment('key missing', '50103', 'auth', 'none', [], /API key is missing/),
  moment('passphrase missing', '50104', 'auth', 'none', [], /passphrase is missing/),
  moment('passphrase wrong', '50105', 'auth', 'none', [], /passphrase is wrong/),
  moment('signature missing', '50106', 'auth', 'none', [], /signature is missing/),
  moment('secret wrong', '50113', 'auth', 'none', [], /secret does not belong/),
  moment('key must be bound', '50035', 'ip', 'none', [], /bound to an IP/),
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
