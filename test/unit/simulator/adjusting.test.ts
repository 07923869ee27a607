import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, divide, subtract, sum, type Decimal } from '../../../src/core/decimal.ts';
import { checkAdjustment } from '../../../src/simulator/okx/adjusting.ts';
import { Refusal } from '../../../src/simulator/okx/answers.ts';
import { amountOf } from '../../../src/simulator/holdings.ts';
import { holds } from '../property.ts';
import { Bench, holdings, noon, settleMs } from './bench.ts';

const walletBtc = '1.7921483143067599';

describe('adjusting collateral on the simulated exchange', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  it('only accepts at first: nothing moves until the settlement time has passed', () => {
    const reply = bench.adjust('add', 'BTC', '0.1', '12345');
    assert.equal(reply.raw, '{"code":"0","data":[],"msg":""}');
    bench.clock.pass(settleMs - 501);
    assert.equal(bench.order('12345')['curLTV'], '0.5798');
    assert.equal(bench.wallet('BTC'), walletBtc);
    bench.clock.pass(1);
    const order = bench.order('12345');
    assert.deepEqual(order['collateralData'], [{ ccy: 'BTC', amt: '0.9' }]);
    assert.equal(order['curLTV'], '0.5154');
    assert.equal(bench.wallet('BTC'), '1.6921483143067599');
  });

  it('writes a history row whose amount is negative when it leaves the wallet and positive when it comes back', () => {
    bench.adjust('add', 'BTC', '0.1', '12345');
    bench.adjust('reduce', 'BTC', '0.02', '12345');
    bench.clock.pass(settleMs);
    const [released, locked] = bench.loan('loan-history?ordId=12345&limit=2').data;
    assert.deepEqual(
      [locked?.['type'], locked?.['ccy'], locked?.['amt'], locked?.['ts']],
      ['collateral_locked', 'BTC', '-0.1', (noon + 500 + settleMs).toString()],
    );
    assert.deepEqual([released?.['type'], released?.['amt']], ['collateral_released', '0.02']);
    assert.ok(BigInt(String(released?.['refId'])) > BigInt(String(locked?.['refId'])));
  });

  it('acts on the oldest order when none is named', () => {
    bench.adjust('add', 'ETH', '0.5');
    bench.clock.pass(settleMs);
    assert.deepEqual(bench.order('12345')['collateralData'], [
      { ccy: 'BTC', amt: '0.8' },
      { ccy: 'ETH', amt: '0.5' },
    ]);
    assert.deepEqual(bench.order('12345')['riskWarningData'], { instId: '', liqPx: '' });
    assert.equal(bench.order('67890')['curLTV'], '0.6761');
  });

  it('keeps every digit', () => {
    bench.adjust('add', 'BTC', '0.000000000000000001', '12345');
    bench.clock.pass(settleMs);
    assert.deepEqual(bench.order('12345')['collateralData'], [{ ccy: 'BTC', amt: '0.800000000000000001' }]);
    assert.equal(bench.loan('loan-history?limit=1').data[0]?.['amt'], '-0.000000000000000001');
  });

  it('gives the whole wallet when asked for exactly the whole wallet', () => {
    assert.equal(bench.adjust('add', 'BTC', walletBtc, '12345').code, '0');
    bench.clock.pass(settleMs);
    assert.equal(bench.order('12345')['collateralNotionalUsd'], '223546.87062581');
    assert.equal(
      bench.world.wallet.some((one) => one.ccy === 'BTC'),
      false,
    );
  });

  const refused: readonly (readonly [what: string, code: string, type: string, ccy: string, amt: string, ordId: string])[] = [
    ['more than the wallet holds', '51736', 'add', 'BTC', '1.79214831430676', '12345'],
    ['a coin the wallet does not hold', '51736', 'add', 'USDC', '1', '12345'],
    ['the coin that is owed', '51750', 'add', 'USDT', '1', '12345'],
    ['a coin that is not taken', '51752', 'add', 'DOGE', '1', '12345'],
    ['taking a coin that is not pledged', '51753', 'reduce', 'ETH', '1', '12345'],
    ['taking more than may go', '51758', 'reduce', 'BTC', '0.17100368', '12345'],
    ['taking more than is pledged', '51758', 'reduce', 'BTC', '100', '12345'],
  ];
  for (const [what, code, type, ccy, amt, ordId] of refused) {
    it(`is refused for ${what} with ${code}, and nothing is kept`, () => {
      const reply = bench.adjust(type, ccy, amt, ordId);
      assert.equal(reply.code, code);
      assert.equal(reply.status, 200);
      assert.match(reply.raw, /"data":\[\]/);
      assert.deepEqual(bench.world.adjustments, []);
    });
  }

  it('names the maximum when too much is taken out, and that maximum is accepted', () => {
    const { data } = bench.loan('max-collateral-redeem-amount?ccy=BTC&ordId=12345');
    const most = String(data[0]?.['maxRedeemAmt']);
    assert.match(bench.adjust('reduce', 'BTC', '0.5', '12345').msg, new RegExp(`\\b${most.replace('.', '\\.')} BTC`));
    assert.equal(bench.adjust('reduce', 'BTC', most, '12345').code, '0');
    bench.clock.pass(settleMs);
    const order = bench.order('12345');
    assert.equal(order['curLTV'], '0.7374');
    assert.equal(order['marginCallLTV'], '0.7374');
  });

  it('counts what is already on its way out or in', () => {
    bench.world.settleMs = 60_000;
    assert.equal(bench.adjust('add', 'BTC', '1', '12345').code, '0');
    assert.equal(bench.adjust('add', 'BTC', '1', '12345').code, '51736');
    assert.equal(bench.adjust('reduce', 'BTC', '0.1', '12345').code, '0');
    assert.equal(bench.adjust('reduce', 'BTC', '0.1', '12345').code, '51758');
  });

  it('says 51756 where nothing can be taken out at all', () => {
    bench.world.market.move('BTC', '-25');
    assert.deepEqual(bench.loan('max-collateral-redeem-amount?ccy=BTC').data, [{ ccy: 'BTC', maxRedeemAmt: '0' }]);
    assert.equal(bench.adjust('reduce', 'BTC', '0.01', '12345').code, '51756');
  });

  it('says 51754 where there is no debt, and lets all collateral go', () => {
    const paid = new Bench({ orders: [{ ordId: '1', debts: [], collateral: holdings(['BTC', '0.123456789012345678']) }] });
    assert.equal(paid.adjust('add', 'BTC', '0.1', '1').code, '51754');
    assert.equal(paid.loan('max-collateral-redeem-amount?ccy=BTC').data[0]?.['maxRedeemAmt'], '0.123456789012345678');
    assert.equal(paid.adjust('reduce', 'BTC', '0.123456', '1').code, '51757', 'dust may not stay behind');
    assert.equal(paid.adjust('reduce', 'BTC', '0.123456789012345678', '1').code, '0');
    paid.clock.pass(settleMs);
    assert.deepEqual(paid.loan('loan-info').data, []);
  });

  it('settles what was accepted in the order it falls due, each at its own time', () => {
    bench.adjust('add', 'BTC', '0.1', '12345');
    bench.world.settleMs = 100;
    bench.adjust('add', 'ETH', '0.1', '12345');
    bench.clock.pass(60_000);
    const types = bench.loan('loan-history?limit=2').data.map((row) => [row['ccy'], row['ts']]);
    assert.deepEqual(types, [
      ['BTC', (noon + 500 + settleMs).toString()],
      ['ETH', (noon + 1000 + 100).toString()],
    ]);
  });

  it('is effective at once where settling takes no time', () => {
    bench.world.settleMs = 0;
    bench.adjust('add', 'BTC', '0.1', '12345');
    assert.equal(bench.wallet('BTC'), '1.6921483143067599');
  });

  it('never makes or loses a coin, whatever is asked for', () => {
    const request = fc.record({
      type: fc.constantFrom('add' as const, 'reduce' as const),
      ccy: fc.constantFrom('BTC', 'ETH', 'SOL', 'USDT'),
      units: fc.bigInt({ min: 1n, max: 3_000_000_000n }),
      ordId: fc.constantFrom('12345', '67890'),
      pauseMs: fc.integer({ min: 0, max: 2000 }),
    });
    holds(
      fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
        const world = new Bench({ past: false }).world;
        const own = new Bench({ past: false });
        const total = (one: Bench['world'], ccy: string): Decimal =>
          sum([amountOf(one.wallet, ccy), ...one.orders().map((order) => amountOf(order.collateral, ccy))]);
        for (const { type, ccy, units, ordId, pauseMs } of requests) {
          own.adjust(type, ccy, divide(decimal(units.toString()), decimal('1000000000'), 9, 'down'), ordId);
          own.clock.pass(pauseMs);
          own.world.advance();
        }
        own.clock.pass(10_000);
        own.world.advance();
        for (const ccy of ['BTC', 'ETH', 'SOL', 'USDT']) assert.equal(total(own.world, ccy), total(world, ccy));
        for (const row of own.loan('loan-info').data) {
          assert.ok(compare(row['curLTV'] as Decimal, row['marginCallLTV'] as Decimal) <= 0);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the redeem limit of the simulated exchange', () => {
  const amount = (most: bigint): fc.Arbitrary<Decimal> =>
    fc.bigInt({ min: 1n, max: most * 100_000_000n }).map((units) => divide(decimal(units.toString()), decimal('100000000'), 8, 'down'));
  const mix = fc
    .record({ BTC: fc.option(amount(40n)), ETH: fc.option(amount(2000n)), SOL: fc.option(amount(5000n)), debt: amount(2_000_000n) })
    .filter(({ BTC, ETH, SOL }) => BTC !== null || ETH !== null || SOL !== null);

  it('holds the LTV at or below the margin call, never goes below zero, and one step more is refused', () => {
    holds(
      fc.property(mix, ({ debt, ...coins }) => {
        const collateral = Object.entries(coins).flatMap(([ccy, amt]) => (amt === null ? [] : [{ ccy, amt }]));
        const bench = new Bench({ past: false, orders: [{ ordId: '7', debts: [{ ccy: 'USDC', amt: debt }], collateral }] });
        for (const { ccy, amt: held } of collateral) {
          const [order] = bench.world.orders();
          assert.ok(order !== undefined);
          const most = bench.world.redeemable(order, ccy);
          assert.ok(compare(most, decimal('0')) >= 0 && compare(most, held) <= 0);
          const check = (amt: Decimal): string => {
            try {
              checkAdjustment(order, { type: 'reduce', ccy, amt }, [], [], bench.world.market);
              return '0';
            } catch (error) {
              if (error instanceof Refusal) return error.code;
              throw error;
            }
          };
          if (compare(most, decimal('0')) === 0) {
            assert.equal(check(decimal('0.00000001')), '51756');
            continue;
          }
          assert.equal(check(most), '0');
          assert.notEqual(check(add(most, decimal('0.00000001'))), '0');
          const own = new Bench({ past: false, settleMs: 0, orders: [order] });
          assert.equal(own.adjust('reduce', ccy, most).code, '0');
          const [after] = own.loan('loan-info').data;
          assert.ok(compare(after?.['curLTV'] as Decimal, after?.['marginCallLTV'] as Decimal) <= 0, JSON.stringify(after));
          assert.equal(amountOf(own.world.orders()[0]?.collateral ?? [], ccy), subtract(held, most));
        }
      }),
      { numRuns: 150 },
    );
  });
});
