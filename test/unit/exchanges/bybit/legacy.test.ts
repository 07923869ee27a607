import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import { english } from '../../../../src/core/message.ts';
import { failureOf } from '../bench.ts';
import { change, fixture, order, pool, refusal, sampled, success, table } from './bench.ts';
import { saysLike } from '../../../texts.ts';

function withOrders() {
  const one = sampled();
  one.venue.on('/crypto-loan/ongoing-orders', fixture('legacy-ongoing-orders'));
  return one;
}
const orderBody = (text: string) => fixture('legacy-ongoing-orders').replaceAll(/"collateralCurrency": "BTC"/g, text);

describe('the old loans of Bybit', () => {
  it('stand beside the pool, each order a loan of its own, with interest in its debt', async () => {
    const { loans } = await withOrders().connection.read();
    assert.equal(loans.length, 2);
    const { debts, collateral, due, ...rest } = loans[1]!;
    assert.equal(due?.length, 1);
    assert.deepEqual(rest, {
      id: '1793683005081680384',
      orderId: '1793683005081680384',
      ltv: '0.4161',
      collateralValuation: 'raw',
      ...table,
    });
    assert.equal(debts[0]?.amount, '1888.045358');
    assert.deepEqual([collateral[0]?.coin, collateral[0]?.amount], ['BTC', '0.0964687']);
  });

  it('take thresholds of their coin from Bybit where it gives them, the strictest of all levels', async () => {
    const { venue, connection } = withOrders();
    venue.on('/crypto-loan/ongoing-orders', orderBody('"collateralCurrency": "ETH"'));
    const { loans } = await connection.read();
    assert.deepEqual(loans[1]?.marginCall, { ltv: '0.87', source: 'venue' });
    assert.deepEqual(loans[1].liquidation, { ltv: '0.95', source: 'venue' });
    const level = (marginCallLTV: string, liquidationLTV: string) => ({ list: [{ currency: 'ETH', marginCallLTV, liquidationLTV }] });
    venue.on('/crypto-loan/collateral-data', success({ vipCoinList: [level('0.87', '0.95'), level('0.8', ''), level('0.9', '0.96')] }));
    const again = (await connection.read()).loans[1];
    assert.deepEqual([again?.marginCall?.ltv, again?.liquidation?.ltv], ['0.8', '0.95']);
  });

  for (const [name, levels, minimum] of [
    ['one step of the decimals that Bybit takes', [8], '0.00000001'],
    ['the coarsest where they differ by level', [8, 3, 5], '0.001'],
    ['one where there are no decimals', [0], '1'],
    ['not known where it is not told or makes no sense', [undefined, -1, 'x', 19], undefined],
  ] as const) {
    it(`have as their smallest amount ${name}`, async () => {
      const { venue, connection } = withOrders();
      const vipCoinList = levels.map((collateralAccuracy) => ({ list: [{ currency: 'BTC', collateralAccuracy }] }));
      venue.on('/crypto-loan/collateral-data', success({ vipCoinList }));
      for (const direction of ['add', 'reduce'] as const) {
        assert.equal((await connection.actions.collateral!.prepare({ loan: order, direction, coin: 'BTC' })).minimum, minimum);
      }
      assert.equal(
        (await connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' })).minimum,
        undefined,
        'Bybit tells none of the pool',
      );
    });
  }

  for (const [name, answer] of [
    ['HTTP 404', new Response('not found', { status: 404 })],
    ['route not found', refusal('10017')],
    ['an empty list', success({ list: [], nextPageCursor: '' })],
  ] as const) {
    it(`are none, silently, after ${name}`, async () => {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan/ongoing-orders', answer);
      const snapshot = await connection.read();
      assert.equal(snapshot.loans.length, 1);
      assert.equal(snapshot.walletTrouble, undefined);
      assert.equal(venue.to('/ongoing-orders').length, 1, 'and it is not asked again');
      assert.equal(venue.to('/crypto-loan/collateral-data').length, 0);
    });
  }

  it('that cannot be read for any other reason are not silently none, and leave the pool where it is', async () => {
    for (const code of ['10005', '10016', '999', '177002']) {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan/ongoing-orders', refusal(code));
      const { loans, loansTrouble } = await connection.read();
      assert.deepEqual(
        loans.map(({ id }) => id),
        ['pool'],
      );
      assert.match(english(loansTrouble!), saysLike('bybit.old-loans-unread', new RegExp(`.*code ${code}\\)`)));
    }
  });

  it('with a date are due on it, with all that is owed, and overdue after it', async () => {
    const { venue, connection, clock } = withOrders();
    const due = async () => (await connection.read()).loans[1]?.due?.map(({ coin, amount, at, overdue }) => [coin, amount, at, overdue]);
    assert.deepEqual(await due(), [['USDT', '1888.045358', 1_731_149_999_000, false]]);
    clock.time = 1_731_149_999_000;
    assert.deepEqual(await due(), [['USDT', '1888.045358', 1_731_149_999_000, true]]);
    venue.on('/crypto-loan/ongoing-orders', fixture('legacy-ongoing-orders').replace('"1731149999000"', '""'));
    const flexible = await connection.read();
    assert.deepEqual([flexible.loans[1]?.due, flexible.loansTrouble], [undefined, undefined]);
    // Less than all that is owed is not what is due.
    venue.on('/crypto-loan/ongoing-orders', fixture('legacy-ongoing-orders').replace('"0.04016"', '"--"'));
    assert.deepEqual(await due(), [['USDT', undefined, 1_731_149_999_000, true]]);
    for (const date of ['"soon"', 'null', '1731149999']) {
      venue.on('/crypto-loan/ongoing-orders', fixture('legacy-ongoing-orders').replace('"1731149999000"', date));
      const vague = await connection.read();
      assert.equal(vague.loans[1]?.ltv, '0.4161');
      assert.match(english(vague.loansTrouble!), /date.*1793683005081680384/);
    }
  });

  it('are read page by page', async () => {
    const { venue, connection } = sampled();
    const [row] = (JSON.parse(fixture('legacy-ongoing-orders')) as { result: { list: object[] } }).result.list;
    const rows = (count: number, from: number) => Array.from({ length: count }, (_, at) => ({ ...row, orderId: String(from + at) }));
    venue.on(
      '/crypto-loan/ongoing-orders',
      success({ list: rows(100, 1000), nextPageCursor: 'next' }),
      success({ list: rows(3, 2000), nextPageCursor: 'more' }),
    );
    assert.equal((await connection.read()).loans.length, 104);
    assert.deepEqual(
      venue.to('/ongoing-orders').map(({ target }) => target),
      ['/v5/crypto-loan/ongoing-orders?limit=100', '/v5/crypto-loan/ongoing-orders?limit=100&cursor=next'],
    );
  });

  it('that are told twice are shown once, and a page that is missing is not the end', async () => {
    const { venue, connection } = sampled();
    const [row] = (JSON.parse(fixture('legacy-ongoing-orders')) as { result: { list: object[] } }).result.list;
    const full = success({
      list: Array.from({ length: 100 }, (_, at) => ({ ...row, orderId: String(1000 + at) })),
      nextPageCursor: 'next',
    });
    venue.on('/crypto-loan/ongoing-orders', full);
    assert.equal((await connection.read()).loans.length, 101);
    assert.equal(venue.to('/ongoing-orders').length, 2);
    venue.on('/crypto-loan/ongoing-orders', full, refusal('10017'));
    const { loans, loansTrouble } = await connection.read();
    assert.equal(loans.length, 1);
    assert.match(english(loansTrouble!), saysLike('bybit.old-loans-unread'));
  });

  it('have a history whose rows have happened, and none of other orders', async () => {
    const { venue, connection } = withOrders();
    const own = { loanId: '1794267532472646144', orderId: '1794267532472646144' };
    const { rows } = await connection.loans!.history(own, {});
    assert.deepEqual(
      rows.map(({ id, type, amount }) => [id, type, amount]),
      [
        ['1794318409405331968', 'collateral_reduced', '0.001'],
        ['repaid-1794271131730737664', 'repaid', '100'],
      ],
    );
    assert.deepEqual((await connection.loans!.history(order, {})).rows, []);
    assert.match(venue.to('/adjustment-history')[0]!.target, /\?orderId=1794267532472646144&limit=100$/);
  });

  it('that are paid off tell when they began, and a liquidation is told as forced', async () => {
    const { venue, connection } = withOrders();
    const done = { loanId: '1793569729874260992', orderId: '1793569729874260992' };
    const { rows } = await connection.loans!.history(done, {});
    assert.deepEqual(rows, [
      {
        id: 'borrowed-1793569729874260992',
        type: 'borrowed',
        forced: false,
        coin: 'ETH',
        amount: '1',
        at: 1_728_546_174_028,
      },
    ]);
    venue.on(
      '/crypto-loan/repayment-history',
      fixture('legacy-repayment-history')
        .replace('"1794267532472646144"', `"${done.orderId}"`)
        .replace('"repayType": "1"', '"repayType": "2"'),
    );
    const [sold] = (await connection.loans!.history(done, {})).rows;
    assert.deepEqual([sold?.type, sold?.forced], ['repaid_by_liquidation', true]);
  });

  it('tell their interest', async () => {
    const { rows } = await withOrders().connection.loans!.interest(order, {});
    assert.deepEqual([rows[0]?.interest, rows[0]?.debt, rows[0]?.rate], ['0.04016', '1888.005198', '0.009314508']);
  });

  it('can be prepared for a reduction: the estimate is held against a value of our own', async () => {
    const { venue, connection } = withOrders();
    const readiness = await connection.actions.collateral!.prepare({ loan: order, direction: 'reduce', coin: 'BTC' });
    assert.equal(readiness.limit, '0.00210611');
    assert.equal(readiness.baseline.pledged, '0.0964687');
    assert.equal(readiness.loan.collateralUsd, '10255.660813212');
    assert.equal(
      venue.to('/crypto-loan/max-collateral-amount')[0]?.target,
      '/v5/crypto-loan/max-collateral-amount?orderId=1793683005081680384',
    );
  });

  it('take more of their own coin only', async () => {
    const { connection } = withOrders();
    assert.deepEqual(
      (await connection.actions.collateral!.options(order, 'add')).map(({ coin }) => coin),
      ['BTC'],
    );
    assert.equal((await failureOf(connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'XRP' }))).kind, 'refused');
  });

  it('are changed by order id, in these very bytes', async () => {
    const { venue, connection } = sampled();
    const loan = { loanId: '1794267532472646144', orderId: '1794267532472646144' };
    for (const [direction, bytes] of [
      ['add', '{"orderId":"1794267532472646144","amount":"0.001","direction":"0"}'],
      ['reduce', '{"orderId":"1794267532472646144","amount":"0.001","direction":"1"}'],
    ] as const) {
      const wanted = change({ loan, direction, amount: decimal('0.001') });
      await connection.actions.collateral!.send(wanted);
      const sent = venue.to('/crypto-loan/adjust-ltv').at(-1);
      assert.deepEqual([sent?.method, sent?.url.pathname, sent?.body], ['POST', '/v5/crypto-loan/adjust-ltv', bytes]);
      assert.deepEqual(connection.actions.collateral!.describe(wanted), {
        method: 'POST',
        path: '/v5/crypto-loan/adjust-ltv',
        body: bytes,
      });
    }
    assert.equal(venue.to('/crypto-loan-common/adjust-ltv').length, 0);
  });

  it('are proven by a row that is there and the collateral that moved', async () => {
    const { venue, connection } = withOrders();
    const row = { orderId: order.loanId, adjustId: '1794318409405331968', adjustTime: '1728635422814', collateralCurrency: 'BTC' };
    venue.on(
      '/crypto-loan/adjustment-history',
      success({ list: [{ ...row, amount: '0.0035313', direction: 1, preLTV: '0.4', afterLTV: '0.42' }], nextPageCursor: '' }),
    );
    const asked = change({ loan: order, direction: 'reduce', amount: decimal('0.0035313') });
    const proof = await connection.actions.collateral!.prove(
      asked,
      { kind: 'collateral', newestHistoryId: '1794318409405331967', pledged: decimal('0.1') },
      {},
    );
    assert.equal(proof.state, 'effective');
    const old = await connection.actions.collateral!.prove(
      asked,
      { kind: 'collateral', newestHistoryId: '1794318409405331968', pledged: decimal('0.1') },
      {},
    );
    assert.deepEqual(old, { state: 'pending' });
  });
});
