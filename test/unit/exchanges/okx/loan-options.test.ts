import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../../src/core/decimal.ts';
import { failureOf, fixture, refusal, success } from '../bench.ts';
import { loan, order, prepared } from './order.ts';

describe('what can be adjusted', () => {
  const funds = success([
    { ccy: 'DOGE', availBal: '5' },
    { ccy: 'USDT', availBal: '300' },
    { ccy: 'BTC', availBal: '1.7' },
    { ccy: 'SOL', availBal: '--' },
  ]);

  it('is, for adding, what the wallet holds but the coin that is owed, whatever OKX names as collateral assets; and first what it named', async () => {
    for (const [assets, wanted] of [
      [success([{ assets: [{ ccy: 'BTC', amt: '1.6', notionalUsd: '140800' }] }]), ['BTC', 'DOGE']],
      [success([{ assets: [{ ccy: 'SOL', amt: '5', notionalUsd: '900' }] }]), ['DOGE', 'BTC']],
      [success([{ assets: [null, { ccy: 'BTC', amt: '--' }] }, { assets: 'none' }, 7]), ['BTC', 'DOGE']],
      [success([]), ['DOGE', 'BTC']],
      [refusal('50030'), ['DOGE', 'BTC']],
    ] as const) {
      const { venue, connection } = prepared();
      venue.on('/asset/balances', funds).on('/collateral-assets', assets);
      const coins = await connection.actions.collateral!.options(order, 'add');
      assert.deepEqual(
        coins.map(({ coin }) => coin),
        wanted,
      );
      assert.deepEqual(coins.find(({ coin }) => coin === 'BTC')?.limit, '1.7');
    }
  });

  it('is, for adding, asked for without a look at the loan where that was read, and also where it cannot be read', async () => {
    const { venue, connection } = prepared();
    venue.on('/asset/balances', funds);
    await connection.read();
    await connection.actions.collateral!.options(order, 'add');
    assert.deepEqual([venue.to('/loan-info').length, venue.to('/collateral-assets').length, venue.to('/asset/balances').length], [1, 1, 2]);
    const blind = prepared();
    blind.venue.on('/asset/balances', funds).on('/loan-info', refusal('50030'));
    const coins = await blind.connection.actions.collateral!.options(order, 'add');
    assert.deepEqual(
      coins.map(({ coin }) => coin),
      ['BTC', 'DOGE', 'USDT'],
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
    assert.deepEqual(await connection.actions.collateral!.options(order, 'reduce'), [{ coin: 'BTC', limit: '0.17' }, { coin: 'ETH' }]);
  });

  it('is, for reducing, also a coin of which it is not known how much is pledged, without a maximum', async () => {
    const { venue, connection } = prepared();
    const collateralData = [
      { ccy: 'BTC', amt: '0.8' },
      { ccy: 'COMP', amt: null },
    ];
    venue.on('/loan-info', success([loan({ collateralData })]));
    assert.deepEqual(await connection.actions.collateral!.options(order, 'reduce'), [{ coin: 'BTC', limit: '0.17' }, { coin: 'COMP' }]);
  });

  it('and what could be borrowed are not told for a loan that cannot be named: OKX would answer for the oldest one', async () => {
    for (const ref of [{ loanId: 'unnamed-2' }]) {
      const { connection, venue } = prepared();
      venue.on('/loan-info', success([loan({ ordId: '' }), loan({ ordId: '' })])).on('/max-loan', fixture('max-loan'));
      for (const call of [
        connection.actions.collateral!.options(ref, 'add'),
        connection.actions.collateral!.options(ref, 'reduce'),
        connection.loans!.maximumLoan('USDT', ref, []),
      ]) {
        assert.equal((await failureOf(call)).kind, 'refused');
      }
    }
  });

  it('takes extra collateral into the question for a maximum loan, digits and all', async () => {
    const { venue, connection } = prepared();
    venue.on('/max-loan', fixture('max-loan'));
    const extra: { coin: string; amount: Decimal }[] = [{ coin: 'BTC', amount: decimal('0.10') }];
    await connection.loans!.maximumLoan('USDT', order, extra);
    assert.equal(venue.to('/max-loan')[0]?.body, '{"borrowCcy":"USDT","ordId":"12345","supCollateral":[{"ccy":"BTC","amt":"0.10"}]}');
    for (const nothing of [[], [{ borrowCcy: 'USDT', maxLoan: '--', notionalUsd: '1' }], [null, { borrowCcy: 'USDC', maxLoan: '5' }]]) {
      venue.on('/max-loan', success(nothing));
      assert.equal(await connection.loans!.maximumLoan('USDT', order, []), undefined);
    }
    venue.on(
      '/max-loan',
      success([{ borrowCcy: 7 }, { borrowCcy: 'USDT', maxLoan: '9.7E-6', notionalUsd: null, remainingQuota: '3.395E+6' }]),
    );
    assert.deepEqual(await connection.loans!.maximumLoan('USDT', order, []), {
      coin: 'USDT',
      amount: '0.0000097',
      remainingQuota: '3395000',
    });
  });
});
