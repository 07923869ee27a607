import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal, isPositive } from '../../../../src/core/decimal.ts';
import type { LoanRef } from '../../../../src/exchanges/exchange.ts';
import { bench, change, failureOf, fixture, refusal, success } from '../bench.ts';
import { holds } from '../../property.ts';
import { loan, order, prepared } from './order.ts';
import { says, saysLike, saysInTurn } from '../../../texts.ts';

const path = '/api/v5/finance/flexible-loan/adjust-collateral';

describe('the request that moves collateral', () => {
  for (const [direction, body] of [
    ['add', '{"type":"add","ordId":"12345","collateralCcy":"BTC","collateralAmt":"0.1"}'],
    ['reduce', '{"type":"reduce","ordId":"12345","collateralCcy":"BTC","collateralAmt":"0.1"}'],
  ] as const) {
    it(`says "${direction}" for ${direction}, byte for byte, and is what was described`, async () => {
      const { venue, connection } = bench();
      venue.on('/adjust-collateral', fixture('adjust-collateral'));
      const described = connection.actions.collateral!.describe(change({ direction }));
      assert.deepEqual(described, { method: 'POST', path, body });
      await connection.actions.collateral!.send(change({ direction }));
      assert.equal(venue.seen.length, 1);
      assert.deepEqual([venue.seen[0]?.method, venue.seen[0]?.target, venue.seen[0]?.body], ['POST', path, body]);
    });
  }

  it('names no order where the only loan has no id', () => {
    const { connection } = bench();
    const { body } = connection.actions.collateral!.describe(change({ loan: { loanId: 'only' } }));
    assert.equal(body, '{"type":"add","collateralCcy":"BTC","collateralAmt":"0.1"}');
  });

  it('is described and sent in the same bytes, and carries the very characters of the amount', async () => {
    const amount = fc
      .tuple(fc.stringMatching(/^(0|[1-9]\d{0,8})$/), fc.option(fc.stringMatching(/^\d{1,18}$/), { nil: undefined }))
      .map(([whole, fraction]) => decimal(fraction === undefined ? whole : `${whole}.${fraction}`));
    const { venue, connection } = bench();
    await holds(
      fc.asyncProperty(amount, fc.constantFrom('add' as const, 'reduce' as const), async (value, direction) => {
        if (!isPositive(value)) {
          assert.throws(() => connection.actions.collateral!.describe(change({ amount: value, direction })), saysLike('change.incomplete'));
          return;
        }
        const { body } = connection.actions.collateral!.describe(change({ amount: value, direction }));
        assert.ok(body.includes(`"collateralAmt":"${value}"`));
        assert.ok(body.includes(`"type":"${direction}"`));
      }),
    );
    venue.on('/adjust-collateral', fixture('adjust-collateral'));
    for (const text of ['0.10', '1.7921483143067599', '0.000000000000000001', '007.70']) {
      await connection.actions.collateral!.send(change({ amount: decimal(text) }));
      assert.equal(venue.seen.at(-1)?.body, connection.actions.collateral!.describe(change({ amount: decimal(text) })).body);
      assert.ok(venue.seen.at(-1)?.body?.endsWith(`"collateralAmt":"${text}"}`));
    }
  });

  it('is not sent for a loan that cannot be named: OKX would change the oldest one', async () => {
    const { venue, connection } = bench();
    venue.on('/adjust-collateral', fixture('adjust-collateral'));
    const nameless: LoanRef[] = [
      { loanId: 'unnamed-1' },
      { loanId: '12345' },
      { loanId: '12345', orderId: '' },
      { loanId: '', orderId: '' },
      { loanId: '' },
    ];
    for (const ref of nameless) {
      const error = await failureOf(connection.actions.collateral!.send(change({ loan: ref })));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], JSON.stringify(ref));
    }
    assert.equal(venue.seen.length, 0);
  });

  it('is accepted also when the answer has no data', async () => {
    const { venue, connection } = bench();
    venue.on('/adjust-collateral', '{"code":"0","msg":""}');
    await connection.actions.collateral!.send(change());
    assert.equal(venue.seen.length, 1);
  });
});

describe('preparing a change', () => {
  it('reads everything anew and names the order in every question', async () => {
    const { venue, connection } = prepared();
    const ready = await connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' });
    assert.equal(ready.limit, '1.7');
    assert.equal(ready.loan.ltv, '0.5797');
    assert.deepEqual(ready.baseline, { kind: 'collateral', newestHistoryId: '17316594851045086', pledged: '0.8', ltv: '0.5797' });
    assert.equal(ready.prices.get('BTC'), '88000');
    for (const suffix of ['/loan-info', '/loan-history']) {
      assert.deepEqual(
        venue.to(suffix).map(({ url }) => url.searchParams.get('ordId')),
        ['12345'],
        suffix,
      );
    }
  });

  it("takes OKX's redeemable maximum of this very order for a reduction", async () => {
    const { venue, connection } = prepared();
    assert.equal((await connection.actions.collateral!.prepare({ loan: order, direction: 'reduce', coin: 'BTC' })).limit, '0.17');
    const [asked] = venue.to('/max-collateral-redeem-amount');
    assert.deepEqual([asked?.url.searchParams.get('ccy'), asked?.url.searchParams.get('ordId')], ['BTC', '12345']);
  });

  it('is as old as the oldest of its answers', async () => {
    const { venue, clock, connection } = prepared();
    const start = clock.time;
    venue.on('/asset/balances', () => {
      clock.time += 7_000;
      return new Response(success([{ ccy: 'BTC', availBal: '1.7' }]));
    });
    const ready = await connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' });
    assert.ok(ready.asOf >= start && ready.asOf <= clock.time);
  });

  it('has no newest row for a loan without history', async () => {
    const { venue, connection } = prepared();
    venue.on('/loan-history', success([]));
    assert.equal(
      'newestHistoryId' in (await connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' })).baseline,
      false,
    );
  });

  it('stops when the available amount of just this coin is not told: an empty text is not zero', async () => {
    for (const direction of ['add', 'reduce'] as const) {
      const { venue, connection } = prepared();
      venue.on('/asset/balances', success([{ ccy: 'BTC', bal: '1.8', availBal: '' }]));
      const error = await failureOf(connection.actions.collateral!.prepare({ loan: order, direction, coin: 'BTC' }));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
      assert.match(error.message, saysLike('venue.unsaid', 'OKX', says('figure.held', 'BTC', says('term.funding-account'))));
    }
  });

  it('does not need prices: they only feed estimates', async () => {
    const { venue, connection } = prepared();
    venue.on('/index-tickers', refusal('50001'));
    assert.equal((await connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' })).prices.size, 0);
  });

  for (const curLTV of ['', '0', '-0.1']) {
    it(`allows to add while the LTV is ${JSON.stringify(curLTV)}: a rescue needs no figure`, async () => {
      const { venue, connection } = prepared();
      venue.on('/loan-info', success([loan({ curLTV })]));
      const { baseline, limit, walletAvailable } = await connection.actions.collateral!.prepare({
        loan: order,
        direction: 'add',
        coin: 'BTC',
      });
      assert.deepEqual([limit, 'ltv' in baseline], [walletAvailable, false]);
    });
  }

  it('names what of the funding account could be added instead of a coin that is not there: first what OKX named before', async () => {
    const named = (...coins: readonly string[]): string => success([{ assets: coins.map((ccy) => ({ ccy, amt: '1', notionalUsd: '1' })) }]);
    const funds = (...coins: readonly string[]): string => success(coins.map((ccy) => ({ ccy, bal: '1', availBal: '1' })));
    for (const [taken, held, words, instead] of [
      [
        named('ETH', 'BNB'),
        funds('DOGE', 'ETH', 'SOL', 'USDT'),
        saysInTurn(says('collateral.not-held', 'BTC'), says('collateral.other-coin', 'ETH')),
        ['otherCoin', 'repay'],
      ],
      [
        named('BTC'),
        funds('DOGE', 'ETH', 'USDT'),
        saysInTurn(says('collateral.not-held', 'BTC'), says('collateral.other-coin', 'DOGE, ETH')),
        ['otherCoin', 'repay'],
      ],
      [named(), funds('USDT'), saysInTurn(says('collateral.not-held', 'BTC'), says('collateral.transfer', 'OKX')), ['repay']],
      [refusal('50030'), funds(), saysInTurn(says('collateral.not-held', 'BTC'), says('collateral.transfer', 'OKX')), ['repay']],
    ] as const) {
      const { venue, connection } = prepared();
      venue.on('/collateral-assets', taken).on('/asset/balances', held);
      await connection.read();
      const error = await failureOf(connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' }));
      assert.match(error.message, words);
      assert.deepEqual([error.kind, error.effect, error.instead], ['refused', 'none', instead]);
      assert.equal(venue.to('/adjust-collateral').length, 0);
    }
  });

  const twofold = success([loan({ collateralData: ['0.8', '0.9'].map((amt) => ({ ccy: 'BTC', amt })) })]);
  const stops: readonly (readonly [string, 'add' | 'reduce', string, string])[] = [
    ['the loan is gone', 'add', '/loan-info', success([])],
    ['another loan answers', 'add', '/loan-info', success([loan({ ordId: '67890' })])],
    ['OKX no longer tells the order id', 'add', '/loan-info', success([loan({ ordId: '' })])],
    ['the LTV is missing', 'reduce', '/loan-info', success([loan({ curLTV: '' })])],
    ['the LTV is zero though there is debt', 'reduce', '/loan-info', success([loan({ curLTV: '0' })])],
    ['nothing is owed', 'add', '/loan-info', success([loan({ curLTV: '0', loanNotionalUsd: '0', loanData: [] })])],
    ['the LTV is negative', 'reduce', '/loan-info', success([loan({ curLTV: '-0.1' })])],
    ['the pledged amount of just this coin is odd', 'add', '/loan-info', success([loan({ collateralData: [{ ccy: 'BTC', amt: '--' }] })])],
    ['the pledged amount of just this coin is told in two ways', 'reduce', '/loan-info', twofold],
    ['what is pledged is no list', 'add', '/loan-info', success([loan({ collateralData: null })])],
    ['a part of what is pledged has no name', 'add', '/loan-info', success([loan({ collateralData: [{ amt: '1' }] })])],
    ['the loan itself is not understood', 'add', '/loan-info', success([loan({ ordId: 12345 })])],
    ['two loans have its id', 'add', '/loan-info', success([loan(), loan({ curLTV: '0.6' })])],
    [
      'the wallet tells of the coin in two ways',
      'add',
      '/asset/balances',
      success(['1', '2'].map((availBal) => ({ ccy: 'BTC', availBal }))),
    ],
    ['a coin of the wallet has no name', 'add', '/asset/balances', success([{ availBal: '1' }])],
    ['nothing is available', 'add', '/asset/balances', success([{ ccy: 'BTC', availBal: '0' }])],
    ['the wallet does not hold the coin', 'add', '/asset/balances', success([])],
    ['nothing is redeemable', 'reduce', '/max-collateral-redeem-amount', success([{ ccy: 'BTC', maxRedeemAmt: '0' }])],
    ['the redeemable amount is unknown', 'reduce', '/max-collateral-redeem-amount', success([{ ccy: 'BTC', maxRedeemAmt: '' }])],
    ['the redeemable amount is of another coin', 'reduce', '/max-collateral-redeem-amount', success([{ ccy: 'ETH', maxRedeemAmt: '1' }])],
    ['the redeemable amount is a number', 'reduce', '/max-collateral-redeem-amount', success([{ ccy: 'BTC', maxRedeemAmt: 1 }])],
    ['there is no answer on what is redeemable', 'reduce', '/max-collateral-redeem-amount', success([])],
    ['the coin is not pledged', 'reduce', '/loan-info', success([loan({ collateralData: [{ ccy: 'ETH', amt: '1' }] })])],
    ['the history cannot be read', 'add', '/loan-history', refusal('50030')],
    ['the wallet cannot be read', 'add', '/asset/balances', refusal('50120')],
  ];
  for (const [name, direction, suffix, reply] of stops) {
    it(`stops when ${name} (${direction})`, async () => {
      const { venue, connection } = prepared();
      venue.on(suffix, reply);
      const error = await failureOf(connection.actions.collateral!.prepare({ loan: order, direction, coin: 'BTC' }));
      assert.ok(['refused', 'shape', 'permission'].includes(error.kind), error.kind);
      assert.equal(error.effect, 'none');
    });
  }

  it('is refused by nobody but OKX where OKX never named the coin, and asks for no hints: a rescue does not wait for them', async () => {
    for (const assets of [success([{ assets: [{ ccy: 'ETH', amt: '1', notionalUsd: '3000' }] }]), success([]), refusal('50030')]) {
      const { venue, connection } = prepared();
      venue.on('/collateral-assets', assets);
      const { limit, walletAvailable } = await connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' });
      assert.deepEqual([limit, walletAvailable], ['1.7', '1.7']);
      assert.deepEqual(venue.to('/collateral-assets'), []);
    }
  });

  it('is stopped by nothing that is odd about other coins, other loans or other rows', async () => {
    const odd = {
      '/loan-info': success([
        loan({
          riskWarningData: null,
          loanData: [{ ccy: 'USDT', amt: '4E+4' }, { ccy: 'USDC' }],
          collateralData: [
            { ccy: 'COMP', amt: '--' },
            { ccy: 'BTC', amt: '8E-1' },
          ],
        }),
        null,
        loan({ ordId: 7 }),
        loan({ ordId: '67890', collateralData: null }),
      ]),
      '/asset/balances': success([null, { ccy: 5 }, { ccy: 'COMP', availBal: 'much' }, { ccy: 'BTC', availBal: '1.7' }]),
      '/loan-history': success([{ refId: '17316594851045099', type: 'collateral_locked', ccy: 'COMP', amt: '--', ts: 1 }]),
      '/max-collateral-redeem-amount': success([{ ccy: 'COMP', maxRedeemAmt: null }, 5, { ccy: 'BTC', maxRedeemAmt: '1.7E-1' }]),
      '/index-tickers': success([null, { instId: 'COMP-USD', idxPx: '--' }, { instId: 'BTC-USD', idxPx: '8.8e4' }]),
    };
    const { venue, connection } = prepared();
    for (const [suffix, reply] of Object.entries(odd)) venue.on(suffix, reply);
    for (const [direction, limit] of [
      ['add', '1.7'],
      ['reduce', '0.17'],
    ] as const) {
      const ready = await connection.actions.collateral!.prepare({ loan: order, direction, coin: 'BTC' });
      assert.deepEqual([ready.limit, ready.loan.ltv, ready.prices.get('BTC')], [limit, '0.5797', '88000']);
      // The newest row is the newest, however odd: what happened before the change must not be taken for it once it can be read.
      assert.deepEqual(ready.baseline, { kind: 'collateral', newestHistoryId: '17316594851045099', pledged: '0.8', ltv: '0.5797' });
      // From all of the value and a part of the coins a discount would be recovered that is none.
      assert.equal(ready.loan.collateralUsd, undefined);
    }
  });

  it('does not say that nothing is owed where what is owed is not understood', async () => {
    for (const loanData of [null, [{ ccy: 'USDT', amt: '--' }], [{ amt: '40000' }]]) {
      const { venue, connection } = prepared();
      venue.on('/loan-info', success([loan({ loanData, loanNotionalUsd: '' })]));
      assert.equal((await connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' })).limit, '1.7');
    }
  });

  it('stops for a loan without an order id when there are several, or when it has one by now', async () => {
    for (const loans of [[loan(), loan({ ordId: '2' })], [loan({ ordId: '' }), loan({ ordId: '' })], [loan()]]) {
      const { venue, connection } = prepared();
      venue.on('/loan-info', success(loans));
      assert.equal(
        (await failureOf(connection.actions.collateral!.prepare({ loan: { loanId: 'only' }, direction: 'add', coin: 'BTC' }))).kind,
        'refused',
      );
      assert.equal(
        (await failureOf(connection.actions.collateral!.prepare({ loan: { loanId: 'unnamed-1' }, direction: 'add', coin: 'BTC' }))).kind,
        'refused',
      );
    }
  });

  it('works for the only loan of an account without order ids, and asks without one', async () => {
    const { venue, connection } = prepared();
    venue.on('/loan-info', success([loan({ ordId: undefined })]));
    const ready = await connection.actions.collateral!.prepare({ loan: { loanId: 'only' }, direction: 'reduce', coin: 'BTC' });
    assert.deepEqual([ready.loan.id, 'orderId' in ready.loan], ['only', false]);
    assert.ok(venue.seen.every(({ url }) => !url.searchParams.has('ordId')));
  });
});
