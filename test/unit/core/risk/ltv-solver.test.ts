import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  add,
  compare,
  decimal as d,
  decimalPlaces,
  divide,
  isNegative,
  isPositive,
  multiply,
  subtract,
  sum,
  type Decimal,
} from '../../../../src/core/decimal.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import { collateralOf, debtOf, ltvOf, withPrices, type LoanModel } from '../../../../src/core/risk/loan-model.ts';
import {
  safeMaximum,
  waysTo,
  type AddableCoin,
  type DeadEnd,
  type Means,
  type Step,
  type Way,
} from '../../../../src/core/risk/ltv-solver.ts';
import { holds } from '../../property.ts';
import { aModel, anAmount, aPrice, aRule } from '../arbitrary-loans.ts';
import { bybitBtc } from '../bybit-brackets.ts';
import type { HaircutRule } from '../../../../src/core/model.ts';

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

  it('count with what is held of the very coin: its brackets may be full', () => {
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

  /** Limits at both ends and between, on the grid and finer: of nothing, of less than a step, of all there is. */
  const aLimit = fc.oneof(
    { weight: 2, arbitrary: anAmount },
    fc.constantFrom('0', '0.000000001', '0.00000001', '1', '1000000000').map((text) => d(text)),
  );
  /** What was pledged or is owed with interest has more digits than any grid. */
  const aRest = fc.bigInt({ min: 0n, max: 10n ** 8n }).map((digits) => d(`0.00000000${digits.toString().padStart(10, '0')}`));
  const aCorrection = fc.constantFrom('1', '1.000039039999999999', '0.997').map((text) => d(text));

  const means = fc
    .tuple(aModel, aLimit, fc.integer({ min: 0, max: 8 }), aRule, aPrice, aRest, aCorrection, fc.constantFrom('all', 'limit', 'near'))
    .map(([exact, available, places, rule, price, rest, correction, ends]): readonly [LoanModel, Means] => {
      const odd = <S extends { readonly amount: Decimal }>(stake: S): S => ({ ...stake, amount: add(stake.amount, rest) });
      const inexact = { ...exact, correction, collateral: exact.collateral.map(odd), debts: exact.debts.map(odd) };
      const loan = { ...inexact, ltv: ltvOf(inexact)! };
      const most = (amount: Decimal): Decimal => (ends === 'all' ? amount : ends === 'near' ? subtract(amount, rest) : available);
      return [
        loan,
        {
          addable: [
            ...loan.collateral.map((held) => ({ ...held, available, places })),
            ...(loan.collateral.some(({ coin }) => coin === 'XRP') ? [] : [{ coin: 'XRP', available, price, rule, places }]),
          ],
          takeable: loan.collateral.map(({ coin, amount }) => ({ coin, limit: most(amount), places })),
          payable: loan.debts.map(({ coin, amount }) => ({ coin, available: most(amount), places })),
        },
      ];
    });
  const aTarget = fc.constantFrom('0.3', '0.7', '0.95', '0.99999', '1.00001', '1.05', '1.5', '3');

  it('lead there: applied and recomputed the LTV is at most the target, amounts are on the grid and within what there is', () => {
    holds(
      fc.property(means, aTarget, ([loan, offered], factor) => {
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

  it('keep what they claim: a way reaches the target to the step, and what leads only so far leads no further', () => {
    holds(
      fc.property(means, aTarget, ([loan, offered], factor) => {
        const target = multiply(loan.ltv, d(factor));
        const { ways, deadEnds, there } = waysTo(loan, target, offered);
        for (const { steps } of ways) assertReaches(loan, target, steps, offered);
        for (const end of deadEnds) assertEnds(loan, target, end, offered);
        const lowers = compare(d(factor), d('1')) < 0;
        const named = [...ways.flatMap(({ steps }) => steps), ...deadEnds].map(({ act, coin }) => `${act} ${coin}`);
        const asked = lowers
          ? [...offered.addable.map(({ coin }) => `add ${coin}`), ...offered.payable.map(({ coin }) => `repay ${coin}`)]
          : offered.takeable.filter((coin) => !isTooCoarse(loan, target, coin)).map(({ coin }) => `reduce ${coin}`);
        if (!there) assert.deepEqual([...new Set(named)].sort(), asked.sort(), 'each coin is there, as a way or with its reason');
        else if (compare(absolute(subtract(loan.ltv, target)), d('0.00000001')) > 0) assert.deepEqual(asked, []);
      }),
      { numRuns: 4_000 },
    );
  });

  it('do not reach what taking all of a coin does not, however fine what is pledged', () => {
    const loan: LoanModel = {
      collateral: [
        { coin: 'BTC', amount: d('1'), price: d('2000'), rule: raw },
        { coin: 'ETH', amount: d('1.7921483143067599'), price: d('1000'), rule: raw },
      ],
      debts: [{ coin: 'USDT', amount: d('1000'), price: d('1') }],
      ltv: d('0.26370571'),
      correction: d('1'),
      haircuts: 'published',
    };
    const takeable = [{ coin: 'ETH', limit: d('1.7921483143067599'), places: 7 }];
    const { ways, deadEnds } = waysTo(loan, d('0.6'), { ...nothing, takeable });
    assert.deepEqual(ways, []);
    assert.deepEqual(
      deadEnds.map(({ coin, reason, nearest }) => [coin, reason, nearest?.steps[0]?.amount, nearest?.ltv]),
      [['ETH', 'limit', '1.7921483', '0.5']],
    );
    // To 50 % all of it may go, and no step is left.
    const all = waysTo(loan, d('0.5'), { ...nothing, takeable });
    assert.deepEqual([all.ways[0]?.steps[0]?.amount, all.deadEnds], ['1.7921483', []]);
  });

  it('repay a debt whole although it is finer than the grid, also where that is not enough', () => {
    const loan: LoanModel = {
      ...model('30000', '1', '100000'),
      debts: [
        { coin: 'USDT', amount: d('30000'), price: d('1') },
        { coin: 'USDC', amount: d('20000.12345'), price: d('1') },
      ],
    };
    const [end] = waysTo(loan, d('0.2'), { ...nothing, payable: [{ coin: 'USDC', available: d('20000.12346'), places: 2 }] }).deadEnds;
    assert.deepEqual([end!.reason, end!.nearest?.steps[0]?.amount, end!.nearest?.ltv], ['debt', '20000.12345', '0.3']);
  });

  it('are at their end where one step would miss the target', () => {
    const loan = model('50000', '1', '100000.01');
    const takeable = [{ coin: 'BTC', limit: d('1'), places: 2 }];
    assert.deepEqual(waysTo(loan, d('0.501'), { ...nothing, takeable }), { ways: [], deadEnds: [], there: true });
    // What the venue does not release is no matter of steps.
    const none = waysTo(loan, d('0.501'), { ...nothing, takeable: [{ coin: 'BTC', limit: d('0'), places: 2 }] });
    assert.deepEqual(none, { ways: [], deadEnds: [{ act: 'reduce', coin: 'BTC', reason: 'limit' }], there: false });
  });

  it('do not raise the LTV of a loan that owes nothing', () => {
    const repaid: LoanModel = { ...model('0', '1.123456789', '70000'), ltv: d('0') };
    const { ways, deadEnds } = waysTo(repaid, d('0.5'), { ...nothing, takeable: [{ coin: 'BTC', limit: d('9'), places: 4 }] });
    assert.deepEqual([ways, deadEnds[0]!.reason, deadEnds[0]!.nearest?.ltv], [[], 'limit', '0']);
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

/** The loan after these steps, by arithmetic of its own; taking more than there is leaves nothing. */
function applied(loan: LoanModel, steps: readonly Step[], { addable }: Means): LoanModel {
  let { collateral, debts } = loan;
  for (const { act, coin, amount } of steps) {
    if (act === 'repay')
      debts = debts.map((debt) => (debt.coin === coin ? { ...debt, amount: floored(subtract(debt.amount, amount)) } : debt));
    else if (act === 'reduce')
      collateral = collateral.map((held) => (held.coin === coin ? { ...held, amount: floored(subtract(held.amount, amount)) } : held));
    else {
      const { price, rule } = addable.find((one) => one.coin === coin)!;
      const held = collateral.find((one) => one.coin === coin)?.amount ?? d('0');
      collateral = [...collateral.filter((one) => one.coin !== coin), { coin, price, rule, amount: add(held, amount) }];
    }
  }
  return { ...loan, collateral, debts };
}

/** -1, 0 or 1: LTV below, at or above the target, without a division and so without rounding. */
function against(loan: LoanModel, target: Decimal): -1 | 0 | 1 {
  return compare(multiply(debtOf(loan), loan.correction), multiply(target, collateralOf(loan)));
}

const gridOf = ({ addable, takeable, payable }: Means, { act, coin }: Pick<Step, 'act' | 'coin'>): Decimal =>
  unit((act === 'add' ? addable : act === 'reduce' ? takeable : payable).find((one) => one.coin === coin)!.places);

function assertReaches(loan: LoanModel, target: Decimal, steps: readonly Step[], offered: Means): void {
  assert.ok(against(applied(loan, steps, offered), target) <= 0, 'it does not reach the target');
  const last = steps.at(-1)!;
  const grid = gridOf(offered, last);
  const other = applied(
    loan,
    [...steps.slice(0, -1), { ...last, amount: last.act === 'reduce' ? add(last.amount, grid) : subtract(last.amount, grid) }],
    offered,
  );
  if (last.act !== 'reduce') assert.ok(against(other, target) > 0, 'a step less would be enough');
  // Where the rest is less than a step, all of it gone must be the target or beyond.
  else assert.ok(against(other, target) >= 0, 'a step more would still be short of the target');
}

function assertEnds(loan: LoanModel, target: Decimal, { act, coin, reason, nearest }: DeadEnd, offered: Means): void {
  const amount = nearest?.steps[0]?.amount ?? d('0');
  assert.ok((nearest?.steps.length ?? 1) === 1);
  const next = add(amount, gridOf(offered, { act, coin }));
  const order = (much: Decimal): number => against(applied(loan, [{ act, coin, amount: much }], offered), target);
  if (act === 'reduce') {
    const held = loan.collateral.find((one) => one.coin === coin)!.amount;
    const { limit } = offered.takeable.find((one) => one.coin === coin)!;
    assert.ok(
      compare(next, limit) > 0 ||
        compare(next, held) > 0 ||
        !isPositive(collateralOf(applied(loan, [{ act, coin, amount: next }], offered))),
    );
    assert.ok(order(amount) < 0, 'it does reach the target');
    if (nearest !== undefined)
      assert.ok(order(compare(next, held) > 0 ? held : next) < 0 || compare(next, limit) > 0, 'it is as near as it gets');
    return;
  }
  assert.ok(order(amount) > 0, 'it does reach the target');
  const of = act === 'add' ? offered.addable : offered.payable;
  const { available } = of.find((one) => one.coin === coin)!;
  const owed = loan.debts.find((one) => one.coin === coin)?.amount;
  const isAll = act === 'repay' && compare(amount, owed!) === 0;
  assert.ok(isAll || compare(next, available) > 0, 'more of it is there');
  if (act === 'repay' && compare(owed!, available) <= 0) assert.ok(isAll, 'the whole debt can be repaid');
  assert.equal(reason, order(act === 'repay' ? owed! : d('999999999999999')) <= 0 ? 'wallet' : act === 'repay' ? 'debt' : 'haircut');
}

/** Whether one step of it would be too much already, and the venue would release that. */
function isTooCoarse(loan: LoanModel, target: Decimal, { coin, limit, places }: Means['takeable'][number]): boolean {
  const held = loan.collateral.find((one) => one.coin === coin)!.amount;
  if (compare(unit(places), limit) > 0 || compare(unit(places), held) > 0) return false;
  return against(applied(loan, [{ act: 'reduce', coin, amount: unit(places) }], nothing), target) > 0;
}

const floored = (amount: Decimal): Decimal => (isNegative(amount) ? d('0') : amount);

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
