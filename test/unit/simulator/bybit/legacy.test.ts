import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, divide } from '../../../../src/core/decimal.ts';
import { holds } from '../../property.ts';
import { Bench, holdings, legacyOrderId, legacyPath, settleMs } from './bench.ts';

const adjustPath = `${legacyPath}adjust-ltv`;

describe('the older loans of the simulated Bybit', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const order = (): Readonly<Record<string, unknown>> => bench.legacy('ongoing-orders').list[0] ?? {};

  it('are listed order by order, principal apart from interest', () => {
    assert.deepEqual(order(), {
      orderId: legacyOrderId,
      loanCurrency: 'USDT',
      collateralCurrency: 'BTC',
      collateralAmount: '0.05',
      currentLTV: '0.4546',
      totalDebt: '2000',
      residualInterest: '0.04016',
      residualPenaltyInterest: '0',
      hourlyInterestRate: '0.0000010633',
      loanTerm: '',
      expirationTime: '',
    });
  });

  it('take and give back collateral by order, and list it once it has happened', () => {
    const { result } = bench.adjustOrder('1', '0.01');
    assert.equal(typeof result['adjustId'], 'string');
    assert.match(String(result['adjustId']), /^\d{19}$/);
    assert.deepEqual(bench.legacy(`adjustment-history?orderId=${legacyOrderId}`).list, []);
    bench.clock.pass(settleMs);
    const [row] = bench.legacy(`adjustment-history?adjustId=${String(result['adjustId'])}`).list;
    assert.deepEqual(
      [row?.['orderId'], row?.['amount'], row?.['direction'], row?.['preLTV'], row?.['afterLTV']],
      [legacyOrderId, '0.01', 1, '0.4546', '0.5682'],
    );
    assert.equal(row?.['status'], undefined);
    assert.deepEqual([order()['collateralAmount'], order()['currentLTV']], ['0.04', '0.5682']);
    assert.equal(bench.wallet('BTC'), '1.8021483143067599');
    bench.adjustOrder('0', '0.06');
    bench.clock.pass(settleMs);
    assert.equal(order()['collateralAmount'], '0.1');
    assert.equal(bench.legacy('adjustment-history').list.length, 2);
  });

  it('stay out of the history of the pool, and the pool out of theirs', () => {
    bench.adjustOrder('0', '0.01');
    bench.adjust('0', 'BTC', '0.02');
    bench.clock.pass(settleMs);
    assert.deepEqual([bench.pool('adjustment-history').list.length, bench.legacy('adjustment-history').list.length], [1, 1]);
    assert.equal(bench.pool('adjustment-history').list[0]?.['amount'], '0.02');
  });

  it('reproduce the printed maximum, which ends at the initial LTV', () => {
    // 0.6546 became 0.7164 when 0.001 left; so there were about 0.01159 BTC, and up to 0.8 another 0.00210611 may go.
    const price = decimal('88000');
    const one = new Bench({
      change: {
        legacyOrders: [
          {
            orderId: legacyOrderId,
            loan: { ccy: 'USDT', amt: divide(decimal('667.6443'), decimal('1'), 4, 'down') },
            interest: decimal('0'),
            hourlyRate: decimal('0'),
            collateral: { ccy: 'BTC', amt: decimal('0.01159') },
          },
        ],
      },
    });
    assert.equal(compare(one.world.market.price('BTC'), price), 0);
    const most = Number(one.legacy(`max-collateral-amount?orderId=${legacyOrderId}`).result['maxCollateralAmount']);
    assert.ok(Math.abs(most - 0.00210611) < 0.00001, most.toString());
  });

  it('accept the maximum they name and refuse one step more, for any debt', () => {
    const step = decimal('0.00000001');
    holds(
      fc.property(fc.integer({ min: 1, max: 3600 }), fc.integer({ min: 1000, max: 200_000 }), (debt, price) => {
        const legacyOrders = [
          {
            orderId: legacyOrderId,
            loan: { ccy: 'USDT', amt: decimal(debt.toString()) },
            interest: decimal('0.04016'),
            hourlyRate: decimal('0.0000010633'),
            collateral: { ccy: 'BTC', amt: decimal('0.05') },
          },
        ];
        const one = new Bench({ change: { legacyOrders, wallet: holdings(['BTC', '1']), prices: { BTC: decimal(price.toString()) } } });
        const most = decimal(String(one.legacy(`max-collateral-amount?orderId=${legacyOrderId}`).result['maxCollateralAmount']));
        assert.equal(one.adjustOrder('1', add(most, step)).code, 177013);
        if (compare(most, decimal('0')) > 0) {
          assert.equal(one.adjustOrder('1', most).code, 0);
          one.clock.pass(settleMs);
          assert.ok(compare(decimal(String(one.legacy('ongoing-orders').list[0]?.['currentLTV'])), decimal('0.8')) <= 0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('owe interest by the hour, apart from the principal', () => {
    bench.control.handle('POST', 'interest', '');
    assert.deepEqual([order()['totalDebt'], order()['residualInterest']], ['2000', '0.0422866']);
  });

  const body = (change: Record<string, unknown>): string =>
    JSON.stringify({ orderId: legacyOrderId, amount: '0.001', direction: '0', ...change });
  const refused: readonly (readonly [what: string, code: number, change: Record<string, unknown>])[] = [
    ['no order', 177003, { orderId: undefined }],
    ['an order id that is a number', 177003, { orderId: 1 }],
    ['an order it does not know', 177005, { orderId: '1' }],
    ['no direction', 177003, { direction: undefined }],
    ['a direction that is a number', 177003, { direction: 1 }],
    ['no amount', 177003, { amount: undefined }],
    ['an amount of zero', 177003, { amount: '0' }],
    ['an amount with 9 decimals', 177004, { amount: '0.000000001' }],
    ['more than the wallet has', 177011, { amount: '1.8' }],
    ['a reduction beyond the initial LTV', 177013, { amount: '0.03', direction: '1' }],
  ];
  for (const [what, code, change] of refused) {
    it(`refuse ${what} with ${code.toString()}`, () => {
      assert.equal(bench.ask('POST', adjustPath, body(change)).code, code);
      assert.deepEqual(bench.world.adjustments, []);
    });
  }

  it('are found by what they are asked for', () => {
    const count = (query: string): number => bench.legacy(`ongoing-orders?${query}`).list.length;
    assert.deepEqual([count('loanCurrency=USDT'), count('loanCurrency=BTC')], [1, 0]);
    assert.deepEqual([count('collateralCurrency=BTC'), count('orderId=1')], [1, 0]);
    assert.deepEqual([count('loanTermType=2'), count('loanTermType=1&loanTerm=30')], [1, 0]);
    assert.equal(bench.legacy('ongoing-orders?loanTermType=1').code, 177003);
    assert.equal(bench.legacy('ongoing-orders?loanTermType=3').code, 177003);
    assert.equal(bench.legacy('max-collateral-amount').code, 177003);
    assert.equal(bench.legacy('max-collateral-amount?orderId=1').code, 177005);
  });

  it('have their thresholds printed, coin by coin', () => {
    const { result } = bench.legacy('collateral-data?currency=ETH&vipLevel=PRO1');
    assert.deepEqual(result['vipCoinList'], [
      {
        list: [
          {
            currency: 'ETH',
            collateralAccuracy: 8,
            initialLTV: '0.8',
            marginCallLTV: '0.87',
            liquidationLTV: '0.95',
            maxLimit: '307',
          },
        ],
        vipLevel: 'PRO1',
      },
    ]);
  });

  for (const legacy of ['404', '10017'] as const) {
    it(`are gone with ${legacy} where they are gone, and the newer ones stay`, () => {
      const one = new Bench({ legacy });
      const paths = ['ongoing-orders', 'max-collateral-amount?orderId=1', 'adjustment-history', 'collateral-data'];
      const replies = [...paths.map((path) => one.legacy(path)), one.adjustOrder('0', '0.01')];
      for (const { status, code } of replies) assert.deepEqual([status, code], legacy === '404' ? [404, -2] : [200, 10017]);
      assert.equal(one.pool('position').code, 0);
      assert.equal(one.pool('collateral-data').code, 0);
    });
  }
});
