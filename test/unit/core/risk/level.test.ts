import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal as d } from '../../../../src/core/decimal.ts';
import { freshUntil, isFresh } from '../../../../src/core/clock.ts';
import {
  compareUrgency,
  defaultLevels,
  levelOf,
  levelOfDistance,
  levelOfPosition,
  levelsOf,
  worst,
  type Level,
} from '../../../../src/core/risk/level.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Loan, Position } from '../../../../src/core/model.ts';
import { holds } from '../../property.ts';
import { barePosition } from '../../../bare-position.ts';

function loan(ltv: string | undefined, marginCall: string | undefined, liquidation?: string): Loan {
  return {
    id: '1',
    collateralValuation: 'adjusted',
    debts: [{ coin: 'USDT', amount: d('100') }],
    collateral: [],
    ...(ltv === undefined ? {} : { ltv: d(ltv) }),
    ...(marginCall === undefined ? {} : { marginCall: { ltv: d(marginCall), source: 'venue' } }),
    ...(liquidation === undefined ? {} : { liquidation: { ltv: d(liquidation), source: 'venue' } }),
  };
}

describe('level of a loan', () => {
  const table: [string | undefined, string | undefined, string | undefined, Level, Level][] = [
    // ltv, margin call, liquidation, level when fresh, level when stale
    ['0.5', '0.8', '0.9', 'ok', 'unknown'],
    ['0.6', '0.8', '0.9', 'ok', 'unknown'],
    ['0.60000001', '0.8', '0.9', 'watch', 'unknown'],
    ['0.704', '0.8', '0.9', 'watch', 'unknown'],
    ['0.70400001', '0.8', '0.9', 'warn', 'warn'],
    ['0.76', '0.8', '0.9', 'warn', 'warn'],
    ['0.76000001', '0.8', '0.9', 'danger', 'danger'],
    ['0.7999999', '0.8', '0.9', 'danger', 'danger'],
    ['0.799999999999', '0.8', '0.9', 'danger', 'danger'],
    ['0.8', '0.8', '0.9', 'danger', 'danger'],
    ['1.2', '0.8', '0.9', 'danger', 'danger'],
    [undefined, '0.8', '0.9', 'unknown', 'unknown'],
    ['0.5', undefined, '0.9', 'unknown', 'unknown'],
    ['0.85', undefined, '0.9', 'warn', 'warn'],
    ['0.86', undefined, '0.9', 'danger', 'danger'],
    ['0.95', undefined, '0.9', 'danger', 'danger'],
    ['0', '0.8', '0.9', 'unknown', 'unknown'],
    ['-0.3', '0.8', '0.9', 'unknown', 'unknown'],
    ['0.5', '0', '0.9', 'unknown', 'unknown'],
    ['0.5', '0.9', '0.5', 'danger', 'danger'],
    ['0.5', '0.9', '0.52', 'danger', 'danger'],
    ['0.5', '0.9', '0.55', 'warn', 'warn'],
    ['0.5', '0.9', '0.6', 'watch', 'unknown'],
    // Of liquidation nothing is known, of margin call enough.
    ['0.5', '0.8', undefined, 'ok', 'unknown'],
    ['0.7', '0.8', undefined, 'watch', 'unknown'],
  ];
  for (const [ltv, marginCall, liquidation, fresh, stale] of table) {
    it(`at ${ltv ?? 'no figure'}, margin call ${marginCall ?? 'unknown'}, liquidation ${liquidation ?? 'unknown'} is ${fresh}, and ${stale} when stale`, () => {
      assert.equal(levelOf(loan(ltv, marginCall, liquidation), true), fresh);
      assert.equal(levelOf(loan(ltv, marginCall, liquidation), false), stale);
    });
  }

  it('is never green while blind', () => {
    for (const ltv of [undefined, '0.01', '0.3', '0.55', '0.7']) assert.notEqual(levelOf(loan(ltv, '0.8', '0.9'), false), 'ok');
  });

  it('sorts unknown above ok, because not knowing is a reason to look', () => {
    assert.equal(worst(['ok', 'unknown', 'watch']), 'unknown');
    assert.equal(worst(['ok', 'warn', 'unknown']), 'warn');
    assert.equal(worst(['warn', 'danger']), 'danger');
    assert.equal(worst([]), undefined);
    assert.ok(compareUrgency('danger', 'ok') < 0);
    assert.equal(compareUrgency('ok', 'ok'), 0);
  });
});

describe('level of a loan with a date', () => {
  const due = (overdue: boolean): Loan => ({
    ...loan('0.3', '0.8', '0.9'),
    due: [
      { coin: 'USDT', amount: d('50'), at: 1, overdue: false },
      { coin: 'USDT', amount: d('50'), at: 2, overdue },
    ],
  });

  it('is danger once any part is overdue, whatever the LTV and however old the figures', () => {
    assert.equal(levelOf(due(true), true), 'danger');
    assert.equal(levelOf(due(true), false), 'danger');
    assert.equal(
      levelOf({ ...loan(undefined, undefined), due: [{ coin: 'USDT', amount: d('50'), at: 1, overdue: true }] }, true),
      'danger',
    );
  });

  it('is by LTV before that', () => {
    assert.equal(levelOf(due(false), true), 'ok');
    assert.equal(levelOf(due(false), false), 'unknown');
  });
});

describe('level of a position', () => {
  const position = (
    side: 'long' | 'short',
    mark: string | undefined,
    liquidation: string | undefined,
    facts: Partial<Position> = {},
  ): Position => ({
    ...barePosition,
    side,
    ...(mark === undefined ? {} : { markPrice: d(mark) }),
    ...(liquidation === undefined ? {} : { liquidationPrice: d(liquidation) }),
    ...facts,
  });
  const table: ['long' | 'short', string | undefined, string | undefined, Level, Level][] = [
    // side, mark, liquidation, level when fresh, level when stale
    ['long', '100', '10', 'ok', 'unknown'],
    ['long', '100', '75', 'ok', 'unknown'],
    ['long', '100', '75.00001', 'watch', 'unknown'],
    ['long', '100', '88', 'watch', 'unknown'],
    ['long', '100', '88.00001', 'warn', 'warn'],
    ['long', '100', '95', 'warn', 'warn'],
    ['long', '100', '95.000000001', 'danger', 'danger'],
    ['long', '100', '100', 'danger', 'danger'],
    ['long', '100', '130', 'danger', 'danger'],
    ['short', '100', '125', 'ok', 'unknown'],
    ['short', '100', '124.99999', 'watch', 'unknown'],
    ['short', '100', '112', 'watch', 'unknown'],
    ['short', '100', '111.99999', 'warn', 'warn'],
    ['short', '100', '105', 'warn', 'warn'],
    ['short', '100', '104.99999', 'danger', 'danger'],
    ['short', '100', '70', 'danger', 'danger'],
    ['long', undefined, '75', 'unknown', 'unknown'],
    ['long', '100', undefined, 'unknown', 'unknown'],
    ['long', '100', '0', 'unknown', 'unknown'],
    ['short', '0', '110', 'unknown', 'unknown'],
  ];
  for (const [side, mark, liquidation, fresh, stale] of table) {
    it(`${side} at ${mark ?? 'no price'}, liquidation at ${liquidation ?? 'no price'} is ${fresh}, and ${stale} when stale`, () => {
      assert.equal(levelOfPosition(position(side, mark, liquidation), true), fresh);
      assert.equal(levelOfPosition(position(side, mark, liquidation), false), stale);
    });
  }

  it('is danger as long as the venue acts on it by itself, whatever the prices', () => {
    for (const liquidation of ['10', undefined]) {
      const one = position('long', '100', liquidation, { distress: msg('test', 'It is being liquidated.') });
      assert.equal(levelOfPosition(one, true), 'danger');
      assert.equal(levelOfPosition(one, false), 'danger');
    }
  });
});

describe('freshness', () => {
  it('lasts three intervals, and half a minute at the least', () => {
    assert.ok(isFresh(1_000_000, 1_090_000, 30_000));
    assert.equal(isFresh(1_000_000, 1_090_001, 30_000), false);
    assert.equal(freshUntil(1_000_000, 30_000), 1_090_000);
    assert.deepEqual([isFresh(0, 30_000, 5_000), isFresh(0, 30_001, 5_000)], [true, false], 'half a minute at the least');
  });

  it('is not granted to figures from the future, beyond what a clock may be set back', () => {
    assert.ok(isFresh(1_005_000, 1_000_000, 30_000));
    assert.equal(isFresh(1_005_001, 1_000_000, 30_000), false);
  });
});

describe("levels of one's own", () => {
  const on = { kind: 'loan', id: '1' } as const;
  const own = { watch: d('0.3'), warn: d('0.15'), danger: d('0.08') };

  it('count for the one loan or position they were set for', () => {
    const levels = { 'loan:1': own };
    assert.deepEqual(levelsOf({ levels }, on), own);
    for (const other of [
      { kind: 'loan', id: '2' },
      { kind: 'position', id: '1' },
    ] as const)
      assert.deepEqual(levelsOf({ levels }, other), defaultLevels);
    assert.deepEqual(levelsOf({}, on), defaultLevels);
    // 7 % from its margin call.
    assert.equal(levelOf(loan('0.744', '0.8'), true), 'warn');
    assert.equal(levelOf(loan('0.744', '0.8'), true, own), 'danger');
    assert.equal(levelOf(loan('0.744', '0.8'), true, { watch: d('0.1'), warn: d('0.06'), danger: d('0.02') }), 'watch');
  });

  it('rise with them and as the distance shrinks, never the other way', () => {
    const part = fc.integer({ min: 1, max: 999 });
    const levels = fc
      .uniqueArray(part, { minLength: 3, maxLength: 3 })
      .map((three) => three.sort((a, b) => b - a).map((one) => d((one / 1000).toFixed(3))))
      .map(([watch, warn, danger]) => ({ watch: watch!, warn: warn!, danger: danger! }));
    holds(
      fc.property(levels, levels, part, part, (a, b, near, far) => {
        const at = (distance: number, of: typeof a): Level => levelOfDistance(d((distance / 1000).toFixed(3)), of);
        const [less, more] = [Math.min(near, far), Math.max(near, far)];
        assert.ok(compareUrgency(at(less, a), at(more, a)) <= 0, 'nearer is never better');
        const stricter = Object.fromEntries(
          (['watch', 'warn', 'danger'] as const).map((name) => [name, Number(a[name]) > Number(b[name]) ? a[name] : b[name]]),
        ) as typeof a;
        for (const one of [a, b]) assert.ok(compareUrgency(at(less, stricter), at(less, one)) <= 0, 'further lines never warn later');
      }),
    );
  });
});
