import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  add,
  compare,
  decimal as d,
  decimalPlaces,
  divide,
  isNegative,
  multiply,
  subtract,
  sum,
  type Decimal,
} from '../../../src/core/decimal.ts';
import { flatRule, type HaircutRule } from '../../../src/core/haircut.ts';
import { ltvOf, withPrices, type LoanModel } from '../../../src/core/loan-model.ts';
import { safeMaximum, waysTo } from '../../../src/core/target.ts';
import type { AddableCoin, Means, Way } from '../../../src/core/way.ts';
import { holds } from '../property.ts';
import { aModel, anAmount, aPrice, aRule } from './arbitrary-loans.ts';
import { bybitBtc } from './bybit-brackets.ts';

const nothing: Means = { addable: [], takeable: [], payable: [] };
const raw = flatRule(d('1'));

const model = (debt: string, amount: string, price: string, rule: HaircutRule = raw): LoanModel => {
  const made = {
    collateral: [{ coin: 'BTC', amount: d(amount), price: d(price), rule }],
    debts: [{ coin: 'USDT', amount: d(debt), price: d('1') }],
    ltv: d('1'),
    correction: d('1'),
    haircuts: 'published' as const,
  };
  return { ...made, ltv: ltvOf(made)! };
};
const btc = (available: string, price: string, rule: HaircutRule = raw, places = 8): AddableCoin => ({
  coin: 'BTC',
  available: d(available),
  price: d(price),
  rule,
  places,
});

describe('the ways to a target LTV', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('are what Binance prints: 100 USDT, 0.01329077 BTC at 9405.02319, to 65 % takes 0.0030671 BTC', () => {
    const { ways } = waysTo(model('100', '0.01329077', '9405.02319'), d('0.65'), { ...nothing, addable: [btc('1', '9405.02319')] });
    assert.equal(divide(ways[0]!.steps[0]!.amount, d('1'), 7, 'half-up'), '0.0030671');
  });

  it('from 70 % to 60 % with a debt of 10000 are adding 2380.95 USD or repaying 1428.57', () => {
    const { ways } = waysTo(model('10000', '14285.714286', '1'), d('0.6'), {
      ...nothing,
      addable: [btc('9999', '1', raw, 2)],
      payable: [{ coin: 'USDT', available: d('9999'), places: 2 }],
    });
    assert.deepEqual(
      ways.map(({ steps: [step] }) => [step!.act, step!.amount]),
      [
        ['add', '2380.96'],
        ['repay', '1428.58'],
      ],
    );
  });

  it('go through the brackets: on the account that Bybit prints, to 50 % takes 0.0120258 BTC, not the 0.0105226 of a flat 0.8', () => {
    const price = d('106310.757');
    const pool: LoanModel = {
      collateral: [
        { coin: 'BTC', amount: d('0.12'), price, rule: bybitBtc },
        // The other coins as Bybit counts them.
        { coin: 'REST', amount: d('8451.30'), price: d('1'), rule: raw },
      ],
      debts: [{ coin: 'USDT', amount: d('9638.17'), price: d('1') }],
      ltv: d('0.524344'),
      correction: d('1'),
      haircuts: 'published',
    };
    const solve = (rule: HaircutRule): string => {
      const { ways } = waysTo(pool, d('0.5'), { ...nothing, addable: [{ coin: 'BTC', available: d('1'), price, rule, places: 8 }] });
      return ways[0]!.steps[0]!.amount;
    };
    assert.ok(compare(absolute(subtract(d(solve(bybitBtc)), d('0.0120258'))), d('0.000002')) <= 0, solve(bybitBtc));
  });

  it('name what stands in the way, and how near it comes', () => {
    const { ways, deadEnds } = waysTo(model('50000', '1', '70000'), d('0.5'), {
      ...nothing,
      addable: [
        btc('0.1', '70000'),
        { coin: 'ETH', available: d('9'), price: d('3000'), rule: { by: 'value', tiers: [{ upTo: d('100'), rate: d('0.9') }] }, places: 6 },
      ],
      payable: [{ coin: 'USDT', available: d('1000'), places: 2 }],
    });
    assert.deepEqual(ways, []);
    assert.deepEqual(
      deadEnds.map(({ act, coin, reason, nearest }) => [act, coin, reason, nearest?.steps[0]?.amount]),
      [
        ['add', 'BTC', 'wallet', '0.1'],
        ['add', 'ETH', 'haircut', '9'],
        ['repay', 'USDT', 'wallet', '1000'],
      ],
    );
  });

  it('mix coins where no single one is enough', () => {
    const { ways } = waysTo(model('50000', '1', '70000'), d('0.5'), {
      ...nothing,
      addable: [btc('0.3', '70000'), { coin: 'ETH', available: d('9'), price: d('3000'), rule: raw, places: 6 }],
    });
    assert.deepEqual(
      ways.map(({ steps }) => steps.map(({ coin, amount }) => `${amount} ${coin}`)),
      [['9 ETH', '0.04285715 BTC']],
    );
    assert.ok(compare(ways[0]!.ltv, d('0.5')) <= 0);
  });

  it('below the target take out, never more than the venue releases, rounded down', () => {
    const takeable = [{ coin: 'BTC', limit: d('0.2'), places: 4 }];
    const some = waysTo(model('30000', '1', '70000'), d('0.5'), { ...nothing, takeable });
    assert.deepEqual(
      some.ways.map(({ steps }) => steps[0]!.amount),
      ['0.1428'],
    );
    const more = waysTo(model('30000', '1', '70000'), d('0.8'), { ...nothing, takeable });
    assert.deepEqual([more.ways, more.deadEnds[0]!.reason, more.deadEnds[0]!.nearest?.steps[0]?.amount], [[], 'limit', '0.2']);
  });

  it('are none at the target itself, and for a target that is none', () => {
    const at = model('50000', '1', '100000');
    assert.deepEqual(waysTo(at, d('0.5'), { ...nothing, addable: [btc('1', '100000')] }), { ways: [], deadEnds: [], there: true });
    for (const target of ['0', '-1']) assert.deepEqual(waysTo(at, d(target), nothing), { ways: [], deadEnds: [], there: false });
  });

  it('count as there within a hundred-millionth, the last digit we keep, and not beyond', () => {
    const at = model('50000', '1', '100000');
    const away = (target: string) => waysTo(at, d(target), { ...nothing, addable: [btc('1', '100000')] });
    for (const target of ['0.49999999', '0.50000001']) assert.deepEqual(away(target), { ways: [], deadEnds: [], there: true }, target);
    for (const target of ['0.49999998', '0.50000002', '0.4', '0.6']) assert.equal(away(target).there, false, target);
  });

  it('start from prices as they are in the model, whatever LTV the venue told before', () => {
    const moved = withPrices(model('50000', '1', '100000'), new Map([['BTC', d('0.8')]]));
    assert.equal(waysTo(moved, d('0.625'), nothing).there, true);
    assert.equal(waysTo(moved, d('0.5'), { ...nothing, addable: [btc('1', '80000')] }).ways[0]!.steps[0]!.amount, '0.25');
  });

  it('may take all that the wallet holds, and leave nothing there', () => {
    const { ways, deadEnds } = waysTo(model('50000', '1', '70000'), d('0.5'), {
      ...nothing,
      addable: [btc('0.42857143', '70000')],
      payable: [{ coin: 'USDT', available: d('15000'), places: 2 }],
    });
    assert.deepEqual(deadEnds, []);
    assert.deepEqual(
      ways.map(({ steps, left }) => [steps, left]),
      [
        [[{ act: 'add', coin: 'BTC', amount: '0.42857143' }], [{ coin: 'BTC', amount: '0' }]],
        [[{ act: 'repay', coin: 'USDT', amount: '15000' }], [{ coin: 'USDT', amount: '0' }]],
      ],
    );
  });

  it('reckon with what is held of the very coin: its brackets may be full', () => {
    const tiers = [{ upTo: d('100'), rate: d('1') }, { rate: d('0.5') }];
    const loan: LoanModel = {
      collateral: [
        { coin: 'BTC', amount: d('0.5'), price: d('2000'), rule: raw },
        { coin: 'ETH', amount: d('1'), price: d('100'), rule: { by: 'value', tiers } },
      ],
      debts: [{ coin: 'USDT', amount: d('600'), price: d('1') }],
      ltv: d('0.54545455'),
      correction: d('1'),
      haircuts: 'published',
    };
    const eth = { coin: 'ETH', available: d('9'), price: d('100'), rule: { by: 'value' as const, tiers }, places: 4 };
    // 1200 are wanted and 1100 there; an ETH more counts 50.
    assert.equal(waysTo(loan, d('0.5'), { ...nothing, addable: [eth] }).ways[0]!.steps[0]!.amount, '2');
    // 1000 are wanted: all that counts of ETH may go, and nothing else matters to it.
    const out = waysTo(loan, d('0.6'), { ...nothing, takeable: [{ coin: 'ETH', limit: d('0.5'), places: 4 }] });
    assert.deepEqual(
      out.deadEnds.map(({ act, coin, reason, nearest }) => [act, coin, reason, nearest?.steps]),
      [['reduce', 'ETH', 'limit', [{ act: 'reduce', coin: 'ETH', amount: '0.5' }]]],
    );
    const some = waysTo(loan, d('0.57'), { ...nothing, takeable: [{ coin: 'ETH', limit: d('1'), places: 4 }] });
    assert.deepEqual(some.ways[0]!.steps, [{ act: 'reduce', coin: 'ETH', amount: '0.4736' }]);
    // Exactly as much as the venue releases.
    const exactly = waysTo(loan, d('0.57'), { ...nothing, takeable: [{ coin: 'ETH', limit: d('0.4736'), places: 4 }] });
    assert.deepEqual(exactly.ways[0]!.steps, [{ act: 'reduce', coin: 'ETH', amount: '0.4736' }]);
    // What the venue releases may be finer than the grid.
    const fine = waysTo(loan, d('0.57'), { ...nothing, takeable: [{ coin: 'ETH', limit: d('0.12349'), places: 4 }] });
    assert.equal(fine.deadEnds[0]!.nearest?.steps[0]?.amount, '0.1234');
    // With all of it gone the target is still not reached.
    const all = waysTo(loan, d('0.9'), { ...nothing, takeable: [{ coin: 'ETH', limit: d('1'), places: 4 }] });
    assert.deepEqual([all.ways, all.deadEnds[0]!.reason, all.deadEnds[0]!.nearest?.ltv], [[], 'limit', '0.6']);
  });

  it('do not lead over coins that are not pledged or not owed', () => {
    const at = model('30000', '1', '70000');
    assert.deepEqual(waysTo(at, d('0.6'), { ...nothing, takeable: [{ coin: 'ETH', limit: d('1'), places: 4 }] }), {
      ways: [],
      deadEnds: [],
      there: false,
    });
    assert.deepEqual(waysTo(at, d('0.3'), { ...nothing, payable: [{ coin: 'USDC', available: d('99999'), places: 2 }] }).deadEnds, [
      { act: 'repay', coin: 'USDC', reason: 'debt' },
    ]);
  });

  it('over one of several debts end where that one is repaid', () => {
    const loan: LoanModel = {
      ...model('30000', '1', '100000'),
      debts: [
        { coin: 'USDT', amount: d('30000'), price: d('1') },
        { coin: 'USDC', amount: d('20000'), price: d('1') },
      ],
    };
    const payable = [{ coin: 'USDC', available: d('99999'), places: 2 }];
    assert.equal(waysTo(loan, d('0.3'), { ...nothing, payable }).ways[0]!.steps[0]!.amount, '20000');
    const [end] = waysTo(loan, d('0.2'), { ...nothing, payable }).deadEnds;
    assert.deepEqual([end!.reason, end!.nearest?.steps[0]?.amount, end!.nearest?.ltv], ['debt', '20000', '0.3']);
    // The last of a debt may be finer than the grid; what the wallet holds may be too.
    const [poor] = waysTo(loan, d('0.3'), { ...nothing, payable: [{ coin: 'USDC', available: d('12.345'), places: 2 }] }).deadEnds;
    assert.deepEqual([poor!.reason, poor!.nearest?.steps[0]?.amount], ['wallet', '12.34']);
  });

  it('mix no coin of which there is less than a step', () => {
    const { ways } = waysTo(model('50000', '1', '70000'), d('0.5'), {
      ...nothing,
      addable: [
        btc('0.3', '70000'),
        { coin: 'ETH', available: d('9'), price: d('3000'), rule: raw, places: 6 },
        { coin: 'XAUT', available: d('0.9'), price: d('90000'), rule: flatRule(d('0.5')), places: 0 },
      ],
    });
    assert.deepEqual(
      ways.map(({ steps }) => steps.map(({ coin, amount }) => `${amount} ${coin}`)),
      [['9 ETH', '0.04285715 BTC']],
    );
  });

  it('end nowhere where no collateral counts or nothing is owed', () => {
    const bare: LoanModel = { ...model('50000', '1', '70000'), collateral: [] };
    assert.deepEqual(waysTo(bare, d('0.5'), nothing), { ways: [], deadEnds: [], there: false });
    const repaid: LoanModel = { ...model('0', '1', '70000'), ltv: d('0') };
    const takeable = [{ coin: 'BTC', limit: d('1'), places: 4 }];
    // All of it could go, but then nothing is left to have an LTV.
    assert.deepEqual(waysTo(repaid, d('0.5'), { ...nothing, takeable }).deadEnds, [{ act: 'reduce', coin: 'BTC', reason: 'limit' }]);
  });

  const means = fc
    .tuple(aModel, anAmount, fc.integer({ min: 0, max: 8 }), aRule, aPrice)
    .map(([loan, available, places, rule, price]): readonly [LoanModel, Means] => [
      loan,
      {
        addable: [
          ...loan.collateral.map((held) => ({ ...held, available, places })),
          ...(loan.collateral.some(({ coin }) => coin === 'XRP') ? [] : [{ coin: 'XRP', available, price, rule, places }]),
        ],
        takeable: loan.collateral.map(({ coin, amount }) => ({ coin, limit: amount, places })),
        payable: loan.debts.map(({ coin }) => ({ coin, available, places })),
      },
    ]);

  it('lead there: applied and recomputed the LTV is at most the target, amounts are on the grid and within what there is', () => {
    holds(
      fc.property(means, fc.constantFrom('0.3', '0.7', '0.95', '1.05', '1.5', '3'), ([loan, offered], factor) => {
        const target = multiply(loan.ltv, d(factor));
        const { ways, deadEnds } = waysTo(loan, target, offered);
        for (const way of [...ways, ...deadEnds.flatMap(({ nearest }) => nearest ?? [])]) {
          assertSane(way, offered);
          assert.equal(way.ltv, ltvOf(way.after));
        }
        for (const way of ways) assert.ok(compare(way.ltv, add(target, d('0.00000001'))) <= 0, `${way.ltv} is above ${target}`);
        for (const { nearest, reason } of deadEnds) {
          if (nearest !== undefined && reason !== 'limit') assert.ok(compare(nearest.ltv, target) > 0, 'a dead end does not lead there');
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('add or repay no step more than it takes', () => {
    holds(
      fc.property(means, ([loan, offered]) => {
        const target = multiply(loan.ltv, d('0.8'));
        for (const { steps } of waysTo(loan, target, offered).ways) {
          const [step, ...others] = steps;
          if (others.length > 0 || step!.act !== 'add') continue;
          const coin = offered.addable.find((one) => one.coin === step!.coin)!;
          const less = subtract(step!.amount, unit(coin.places));
          if (compare(less, d('0')) <= 0) continue;
          const tight = waysTo(loan, target, { ...nothing, addable: [{ ...coin, available: less }] });
          assert.deepEqual(tight.ways, [], 'one step less would be enough too');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the most that can be taken safely', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('keeps five points below margin call, not the line that the venue would allow', () => {
    const loan = model('40000', '1', '70000');
    const most = safeMaximum(loan, { coin: 'BTC', limit: d('0.4'), places: 8 }, d('0.85'), d('0.05'));
    assert.equal(most, '0.28571428');
    assert.equal(safeMaximum(loan, { coin: 'BTC', limit: d('0.1'), places: 8 }, d('0.85'), d('0.05')), '0.1');
    assert.equal(safeMaximum(model('58000', '1', '70000'), { coin: 'BTC', limit: d('0.1'), places: 8 }, d('0.85'), d('0.05')), '0');
    assert.equal(safeMaximum(loan, { coin: 'ETH', limit: d('0.1'), places: 8 }, d('0.85'), d('0.05')), '0');
    assert.equal(safeMaximum(loan, { coin: 'BTC', limit: d('0.12349'), places: 4 }, d('0.85'), d('0.05')), '0.1234');
  });
});

function assertSane({ steps, usd, left, ltv }: Way, { addable, takeable, payable }: Means): void {
  assert.ok(!isNegative(usd) && !isNegative(ltv));
  for (const { amount } of left) assert.ok(!isNegative(amount), 'nothing is spent that is not there');
  for (const { act, coin, amount } of steps) {
    assert.ok(compare(amount, d('0')) > 0);
    const of = act === 'add' ? addable : act === 'reduce' ? takeable : payable;
    const grid = of.find((one) => one.coin === coin)!.places;
    // The whole rest of a debt may be finer than the grid.
    if (act !== 'repay') assert.ok(decimalPlaces(trimmed(amount)) <= grid);
  }
  assert.equal(new Set(steps.map(({ coin }) => coin)).size, steps.length);
}

const trimmed = (amount: Decimal): Decimal => sum([amount]);
const unit = (places: number): Decimal => (places === 0 ? d('1') : d(`0.${'0'.repeat(places - 1)}1`));
const absolute = (value: Decimal): Decimal => (isNegative(value) ? subtract(d('0'), value) : value);
