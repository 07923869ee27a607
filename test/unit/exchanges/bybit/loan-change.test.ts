import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import type { CollateralChange, LoanRef } from '../../../../src/exchanges/exchange.ts';
import { failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { change, fixture, pool, refusal, sampled, success } from './bench.ts';
import { says, saysInTurn } from '../../../texts.ts';

const pooled = (more: object): string => {
  const { result } = JSON.parse(fixture('position')) as { result: object };
  return success({ ...result, ...more });
};

describe('a change of the collateral of the pool', () => {
  for (const [direction, bytes] of [
    ['add', '{"currency":"BTC","amount":"0.08","direction":"0"}'],
    ['reduce', '{"currency":"BTC","amount":"0.08","direction":"1"}'],
  ] as const) {
    it(`to ${direction} leaves once, in these very bytes`, async () => {
      const { venue, connection } = sampled();
      await connection.actions.collateral!.send(change({ direction }));
      assert.deepEqual(
        venue.seen.map(({ method, target, body }) => [method, target, body]),
        [['POST', '/v5/crypto-loan-common/adjust-ltv', bytes]],
      );
      const told = connection.actions.collateral!.describe(change({ direction }));
      assert.deepEqual(told, { method: 'POST', path: '/v5/crypto-loan-common/adjust-ltv', body: bytes });
    });
  }

  it('carries the very characters of the amount, and a direction that is text', () => {
    const { connection } = sampled();
    const digits = fc.bigInt({ min: 1n, max: 10n ** 30n }).map(String);
    holds(
      fc.property(digits, fc.constantFrom('add', 'reduce'), (text, direction) => {
        const amount = decimal(`0.${text}`);
        const { body } = connection.actions.collateral!.describe(change({ amount, direction }));
        assert.equal(body, `{"currency":"BTC","amount":"0.${text}","direction":"${direction === 'add' ? '0' : '1'}"}`);
      }),
    );
  });

  it('that could be meant otherwise is not sent', async () => {
    const { venue, connection } = sampled();
    const odd: readonly Partial<Record<keyof CollateralChange, unknown>>[] = [
      { direction: 'remove' },
      { direction: 'toString' },
      { direction: '0' },
      { coin: '' },
      { amount: '0' },
      { amount: '-1' },
      { amount: 0.08 },
      { amount: '1e-3' },
    ];
    for (const part of odd) {
      const error = await failureOf(connection.actions.collateral!.send({ ...change(), ...part } as CollateralChange));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], JSON.stringify(part));
    }
    assert.deepEqual(venue.seen, []);
  });

  it('of a loan that could be meant otherwise is neither prepared nor sent', async () => {
    const { venue, connection } = sampled();
    const refs: readonly LoanRef[] = [
      { loanId: 'pool', orderId: '1' },
      { loanId: 'pool', orderId: '' },
      { loanId: 'pool', orderId: 'pool' },
      { loanId: '1' },
      { loanId: '1', orderId: '' },
      { loanId: '1', orderId: '2' },
    ];
    for (const loan of refs) {
      for (const call of [
        connection.actions.collateral!.send(change({ loan })),
        connection.actions.collateral!.prepare({ loan, direction: 'add', coin: 'BTC' }),
        connection.loans!.history(loan, {}),
        connection.loans!.interest(loan, {}),
      ]) {
        const error = await failureOf(call);
        assert.deepEqual([error.kind, error.effect], ['refused', 'none'], JSON.stringify(loan));
      }
    }
    assert.deepEqual(venue.seen, []);
  });

  it('is not repeated when its answer is lost', async () => {
    for (const reply of [
      () => Promise.reject(new TypeError('fetch failed')),
      new Response('', { status: 502 }),
      '{"retCode":10000,"retMsg":""}',
    ]) {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan-common/adjust-ltv', reply);
      const error = await failureOf(connection.actions.collateral!.send(change()));
      assert.deepEqual([error.effect, venue.seen.length], ['unknown', 1]);
    }
  });

  it('is accepted whatever the id in the answer looks like', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/adjust-ltv', '{"retCode":0,"retMsg":"","result":{"adjustId":90071992547409931234}}');
    await connection.actions.collateral!.send(change());
  });
});

describe('preparing a change of the pool', () => {
  it('gives limit, wallet, prices and baseline of an addition', async () => {
    const { venue, connection } = sampled();
    const ready = await connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' });
    assert.deepEqual([ready.limit, ready.walletAvailable], ['0.2', '0.2']);
    assert.deepEqual(ready.baseline, { kind: 'collateral', newestHistoryId: '27511', pledged: '0.12', ltv: '0.524344' });
    assert.deepEqual([ready.prices.get('BTC'), ready.prices.get('USDT'), ready.prices.get('ETHBTC')], ['106310.76', '1', undefined]);
    assert.equal(ready.loan.collateralUsd, '18381.41');
    assert.equal(venue.to('/max-collateral-amount').length, 0);
    assert.match(venue.to('/adjustment-history')[0]!.target, /\?collateralCurrency=BTC&limit=100$/);
  });

  it('gives the maximum of Bybit for a reduction', async () => {
    const { venue, connection } = sampled();
    const ready = await connection.actions.collateral!.prepare({ loan: pool, direction: 'reduce', coin: 'BTC' });
    assert.equal(ready.limit, '0.08585184');
    assert.match(venue.to('/max-collateral-amount')[0]!.target, /\?currency=BTC$/);
  });

  it('takes the newest row for the baseline, in whatever order they come', async () => {
    const { venue, connection } = sampled();
    const row = (adjustId: string) =>
      `{"adjustId":${adjustId},"adjustTime":1752627997907,"amount":"1","collateralCurrency":"BTC","direction":0,"status":1}`;
    venue.on(
      '/crypto-loan-common/adjustment-history',
      `{"retCode":0,"retMsg":"","result":{"list":[${row('9')},${row('9007199254740993')},${row('9007199254740992')}],"nextPageCursor":""}}`,
    );
    const { baseline } = await connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' });
    assert.equal(baseline.newestHistoryId, '9007199254740993');
  });

  it('reads the loan after the newest row', async () => {
    const { venue, connection } = sampled();
    await connection.actions.collateral!.prepare({ loan: pool, direction: 'reduce', coin: 'BTC' });
    const at = (suffix: string) => venue.seen.findIndex(({ url }) => url.pathname.endsWith(suffix));
    assert.ok(at('/adjustment-history') < at('/position'));
  });

  for (const [name, suffix, answer, direction] of [
    ['LTV', '/crypto-loan-common/position', pooled({ ltv: '' }), 'reduce'],
    ['an LTV that is not zero', '/crypto-loan-common/position', pooled({ ltv: '0' }), 'reduce'],
    ['a debt', '/crypto-loan-common/position', pooled({ ltv: '0', totalDebt: '0', borrowList: [] }), 'add'],
    ['a loan', '/crypto-loan-common/position', pooled({ borrowList: [], collateralList: [] }), 'add'],
    ['a maximum', '/crypto-loan-common/max-collateral-amount', success({ maxCollateralAmount: '' }), 'reduce'],
    ['a maximum above zero', '/crypto-loan-common/max-collateral-amount', success({ maxCollateralAmount: '0' }), 'reduce'],
    [
      'a wallet amount',
      '/query-account-coins-balance',
      success({ balance: [{ coin: 'BTC', walletBalance: '', transferBalance: '' }] }),
      'add',
    ],
    ['room for collateral', '/crypto-loan-common/position', pooled({ colRes: '2' }), 'add'],
    ['a coin that is taken', '/crypto-loan-common/collateral-data', success({ collateralRatioConfigList: [{ currencies: 'ETH' }] }), 'add'],
    ['a pledge', '/crypto-loan-common/position', pooled({ collateralList: [{ currency: 'ETH', amount: '1', amountUSD: '1' }] }), 'reduce'],
  ] as const) {
    it(`is refused without ${name}`, async () => {
      const { venue, connection } = sampled();
      venue.on(suffix, answer);
      const error = await failureOf(connection.actions.collateral!.prepare({ loan: pool, direction, coin: 'BTC' }));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
    });
  }

  for (const ltv of ['', '0', '-1']) {
    it(`still allows to add while the LTV is ${JSON.stringify(ltv)}: a rescue needs no figure`, async () => {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan-common/position', pooled({ ltv }));
      const { baseline, limit } = await connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' });
      assert.deepEqual([limit, 'ltv' in baseline], ['0.2', false]);
    });
  }

  describe('names what of the wallet would work instead', () => {
    const funds = (...coins: readonly string[]): string =>
      success({ balance: coins.map((coin) => ({ coin, walletBalance: '2', transferBalance: '2' })) });
    const takes = (currencies: string): string => success({ collateralRatioConfigList: [{ currencies, collateralRatioList: [] }] });
    const eachOf = (cap: string): object[] => [{ currency: 'BTC', amount: '0.12', amountUSD: '9930.11', colRes: cap }];
    const rows: readonly (readonly [string, () => Answers, RegExp, readonly string[]])[] = [
      [
        'not taken, others are',
        () => ({ coins: takes('ETH,SOL'), wallet: funds('BTC', 'ETH', 'SOL', 'DOGE') }),
        saysInTurn(says('collateral.not-taken', 'Bybit', 'BTC'), says('collateral.other-coin', 'ETH, SOL')),
        ['otherCoin', 'repay'],
      ],
      [
        'not taken, nor any other',
        () => ({ coins: takes('ETH'), wallet: funds('BTC', 'DOGE') }),
        saysInTurn(says('collateral.not-taken', 'Bybit', 'BTC'), says('collateral.transfer', 'Bybit')),
        ['repay'],
      ],
      [
        'none held, others are',
        () => ({ coins: takes('BTC,ETH'), wallet: funds('ETH') }),
        saysInTurn(says('collateral.not-held', 'BTC'), says('collateral.other-coin', 'ETH')),
        ['otherCoin', 'repay'],
      ],
      [
        'nothing held',
        () => ({ coins: takes('BTC,ETH'), wallet: funds() }),
        saysInTurn(says('collateral.not-held', 'BTC'), says('collateral.transfer', 'Bybit')),
        ['repay'],
      ],
      [
        'cap of everything',
        () => ({ coins: takes('BTC,ETH'), wallet: funds('BTC', 'ETH'), position: pooled({ colRes: '2' }) }),
        saysInTurn(says('collateral.not-taken', 'Bybit', 'BTC'), says('collateral.transfer', 'Bybit')),
        ['repay', 'later'],
      ],
      [
        'cap of this coin',
        () => ({ coins: takes('BTC,ETH'), wallet: funds('BTC', 'ETH'), position: pooled({ collateralList: eachOf('2') }) }),
        saysInTurn(says('collateral.not-taken', 'Bybit', 'BTC'), says('collateral.other-coin', 'ETH')),
        ['otherCoin', 'repay'],
      ],
      [
        'more than five others',
        () => ({ coins: takes('A,B,C,D,E,F'), wallet: funds('A', 'B', 'C', 'D', 'E', 'F') }),
        /\(A, B, C, D, E, …\)/,
        ['otherCoin', 'repay'],
      ],
    ];
    interface Answers {
      readonly coins: string;
      readonly wallet: string;
      readonly position?: string;
    }
    for (const [name, answers, says, instead] of rows) {
      it(name, async () => {
        const { venue, connection } = sampled();
        const { coins, wallet, position } = answers();
        venue.on('/crypto-loan-common/collateral-data', coins).on('/query-account-coins-balance', wallet);
        if (position !== undefined) venue.on('/crypto-loan-common/position', position);
        const error = await failureOf(connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' }));
        assert.match(error.message, says);
        assert.deepEqual([error.kind, error.effect, error.instead], ['refused', 'none', instead]);
        assert.equal(venue.to('/adjust-ltv').length, 0);
      });
    }

    it('and a cap that is only near, or that cannot be read, keeps nobody from adding', async () => {
      for (const colRes of ['1', '0', '-1', 'soon', 7, null]) {
        const { venue, connection } = sampled();
        venue.on('/crypto-loan-common/position', pooled({ colRes }));
        assert.equal((await connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' })).limit, '0.2');
      }
    });
  });

  it('still allows a reduction while the platform takes no more', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/position', pooled({ colRes: '2' }));
    assert.equal((await connection.actions.collateral!.prepare({ loan: pool, direction: 'reduce', coin: 'BTC' })).limit, '0.08585184');
  });
});

describe('the coins that can be added or taken', () => {
  it('are those of the wallet that the pool takes', async () => {
    assert.deepEqual(await sampled().connection.actions.collateral!.options(pool, 'add'), [
      { coin: 'BTC', limit: '0.2', usd: '21262.152', usdEstimated: true },
    ]);
  });

  it('are shown with nothing while the platform takes no more collateral', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/position', pooled({ colRes: '2' }));
    const coins = await connection.actions.collateral!.options(pool, 'add');
    assert.deepEqual(
      coins.map(({ limit }) => limit),
      ['0'],
    );
  });

  it('are those that are pledged, each with its maximum, and one that cannot be judged takes down only itself', async () => {
    const { venue, connection } = sampled();
    venue.on(
      '/crypto-loan-common/max-collateral-amount',
      fixture('max-collateral-amount'),
      refusal('148013'),
      fixture('max-collateral-amount'),
    );
    const coins = await connection.actions.collateral!.options(pool, 'reduce');
    assert.deepEqual(
      coins.map(({ coin, limit }) => [coin, limit]),
      [
        ['BTC', '0.08585184'],
        ['ETH', undefined],
        ['USDT', '0.08585184'],
        ['USDC', '0.08585184'],
      ],
    );
  });
});
