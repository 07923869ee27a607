import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../../src/core/decimal.ts';
import { failureOf, fixture, refusal, success } from '../bench.ts';
import { loan, order, prepared } from './order.ts';

describe('what can be adjusted', () => {
  it('is, for adding, what OKX takes for this order, with the smaller of the two available amounts', async () => {
    const { venue, connection } = prepared();
    venue.on(
      '/asset/balances',
      success([
        { ccy: 'BTC', availBal: '1.7' },
        { ccy: 'DOGE', availBal: '5' },
      ]),
    );
    const coins = await connection.adjustableCoins(order, 'add');
    assert.deepEqual(
      coins.map(({ coin, limit }) => [coin, limit]),
      [['BTC', '1.6']],
    );
  });

  it('is, for reducing, what is pledged; a maximum that cannot be read is left out, not made up', async () => {
    const { venue, connection } = prepared();
    venue.on(
      '/loan-info',
      success([
        loan({
          collateralData: [
            { ccy: 'BTC', amt: '0.8' },
            { ccy: 'ETH', amt: '2' },
          ],
        }),
      ]),
    );
    venue.on('/max-collateral-redeem-amount', () => {
      const coin = venue.seen.at(-1)?.url.searchParams.get('ccy');
      return new Response(coin === 'BTC' ? success([{ ccy: 'BTC', maxRedeemAmt: '0.17' }]) : refusal('51753'));
    });
    assert.deepEqual(await connection.adjustableCoins(order, 'reduce'), [{ coin: 'BTC', limit: '0.17' }, { coin: 'ETH' }]);
  });

  it('and what could be borrowed are not told for a loan that cannot be named: OKX would answer for the oldest one', async () => {
    for (const ref of [{ loanId: 'unnamed-2' }]) {
      const { connection, venue } = prepared();
      venue.on('/loan-info', success([loan({ ordId: '' }), loan({ ordId: '' })])).on('/max-loan', fixture('max-loan'));
      for (const call of [
        connection.adjustableCoins(ref, 'add'),
        connection.adjustableCoins(ref, 'reduce'),
        connection.maximumLoan('USDT', ref, []),
      ]) {
        assert.equal((await failureOf(call)).kind, 'refused');
      }
    }
  });

  it('takes extra collateral into the question for a maximum loan, digits and all', async () => {
    const { venue, connection } = prepared();
    venue.on('/max-loan', fixture('max-loan'));
    const extra: { coin: string; amount: Decimal }[] = [{ coin: 'BTC', amount: decimal('0.10') }];
    await connection.maximumLoan('USDT', order, extra);
    assert.equal(venue.to('/max-loan')[0]?.body, '{"borrowCcy":"USDT","ordId":"12345","supCollateral":[{"ccy":"BTC","amt":"0.10"}]}');
    venue.on('/max-loan', success([]));
    assert.equal(await connection.maximumLoan('USDT', order, []), undefined);
  });
});
