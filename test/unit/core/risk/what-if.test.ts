import assert from 'node:assert/strict';
import fc from 'fast-check';
import { absolute, compare, decimal as d, divide, isPositive, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { LoanModel } from '../../../../src/core/risk/loan-model.ts';
import { ltvOf } from '../../../../src/core/risk/loan-model.ts';
import { estimateMarginChange } from '../../../../src/core/risk/position-model.ts';
import { shocked, type StressedLoan, type StressedPosition } from '../../../../src/core/risk/stress.ts';
import { factorOf, modelFrom, triedLoan, triedPosition, type TriedChange } from '../../../../src/core/risk/what-if.ts';
import { holds } from '../../property.ts';
import { aModel } from '../arbitrary-loans.ts';
import { barePosition } from '../../../bare-position.ts';

const none: ReadonlyMap<string, Decimal> = new Map();
const stressed = (model: LoanModel): StressedLoan => ({ key: 'k', model, marginCall: d('0.8'), liquidation: d('0.9') });
const ltvWith = (model: LoanModel, factors = none, ...changes: readonly TriedChange[]): Decimal | undefined => {
  const tried = triedLoan(stressed(model), factors, ...changes);
  return tried === undefined ? undefined : shocked({ loans: [tried], positions: [] }, new Set(), d('1'))[0]!.ltv;
};
/** In tenths of a percent. */
const aMove = fc.integer({ min: -900, max: 1000 }).map((tenths) => factorOf(d((tenths / 10).toString())));
/** A part of what is there. */
const aPart = fc.integer({ min: 1, max: 99 }).map((percent) => d((percent / 100).toString()));
const partOf = (amount: Decimal, part: Decimal): Decimal => divide(multiply(amount, part), d('1'), 8, 'up');

const position: StressedPosition = {
  key: 'p',
  coin: 'BTC',
  position: {
    ...barePosition,
    markPrice: d('60000'),
    liquidationPrice: d('52560'),
    exposure: d('0.2'),
    margin: d('1600'),
    maintenanceMargin: d('48'),
    unrealizedPnl: d('-200.1'),
  },
};
const distanceWith = (tried: StressedPosition | undefined): Decimal | undefined =>
  tried && shocked({ loans: [], positions: [tried] }, new Set(), d('1'))[0]!.distance;

describe('a loan that something is tried with', function () {
  // Many loans take a while on a busy machine.
  this.timeout(60_000);

  it('is as it was read while nothing is', () => {
    holds(
      fc.property(aModel, (model) => {
        assert.equal(ltvWith(model), model.ltv);
        assert.equal(ltvWith(model, new Map(model.collateral.map(({ coin }) => [coin, d('1')]))), model.ltv);
      }),
    );
  });

  it('is at moved prices what a shock of the same size makes of it', () => {
    holds(
      fc.property(aModel, aMove, (model, factor) => {
        const coins = [...new Set([...model.collateral, ...model.debts].map(({ coin }) => coin))];
        for (const some of [coins, coins.slice(0, 1)]) {
          const [told] = shocked({ loans: [stressed(model)], positions: [] }, new Set(some), factor);
          assert.equal(ltvWith(model, new Map(some.map((coin) => [coin, factor]))), told!.ltv);
        }
      }),
    );
  });

  it('is never worse when what is only pledged is worth more', () => {
    holds(
      fc.property(aModel, aMove, aMove, (model, a, b) => {
        const [low, high] = compare(a, b) <= 0 ? [a, b] : [b, a];
        const pledged = model.collateral.map(({ coin }) => coin).filter((coin) => !model.debts.some((debt) => debt.coin === coin));
        const at = (factor: Decimal): Decimal | undefined => ltvWith(model, new Map(pledged.map((coin) => [coin, factor])));
        const [worse, better] = [at(low), at(high)];
        if (worse !== undefined && better !== undefined) assert.ok(compare(better, worse) <= 0);
        // Where the higher price leaves nothing that counts, neither does the lower.
        else assert.equal(worse, undefined);
      }),
    );
  });

  it('is never worse after adding or repaying, never better after taking out', () => {
    holds(
      fc.property(aModel, aMove, aPart, (model, factor, part) => {
        const factors = new Map(model.collateral.map(({ coin }) => [coin, factor]));
        const before = ltvWith(model, factors);
        const [pledge, debt] = [model.collateral[0]!, model.debts[0]!];
        const after = (act: TriedChange['act'], { coin, amount }: { coin: string; amount: Decimal }): Decimal | undefined =>
          ltvWith(model, factors, { act, coin, amount: partOf(amount, part) });
        if (before === undefined) return;
        assert.ok(compare(after('add', pledge)!, before) <= 0);
        assert.ok(compare(after('repay', debt)!, before) <= 0);
        const less = after('reduce', pledge);
        assert.ok(less === undefined || compare(less, before) >= 0);
      }),
    );
  });

  it('is after several changes what the last makes of what those before it left, in whatever order', () => {
    holds(
      fc.property(aModel, aMove, aPart, aPart, (model, factor, some, other) => {
        const factors = new Map(model.collateral.map(({ coin }) => [coin, factor]));
        const [pledge, debt] = [model.collateral[0]!, model.debts[0]!];
        const adding: TriedChange = { act: 'add', coin: pledge.coin, amount: partOf(pledge.amount, some) };
        const repaying: TriedChange = { act: 'repay', coin: debt.coin, amount: partOf(debt.amount, other) };
        const both = ltvWith(model, factors, adding, repaying);
        assert.equal(both, ltvWith(triedLoan(stressed(model), none, adding)!.model, factors, repaying));
        assert.equal(both, ltvWith(model, factors, repaying, adding));
        const less = (amount: Decimal): TriedChange => ({ act: 'reduce', coin: pledge.coin, amount });
        assert.equal(triedLoan(stressed(model), none, adding, less(multiply(pledge.amount, d('2.01')))), undefined);
      }),
    );
  });

  it('lets no more be taken out or repaid than there is, and nothing of what is not there', () => {
    holds(
      fc.property(aModel, (model) => {
        const [pledge, debt] = [model.collateral[0]!, model.debts[0]!];
        const more = (amount: Decimal): Decimal => multiply(amount, d('1.01'));
        const tried = (act: TriedChange['act'], coin: string, amount: Decimal) => triedLoan(stressed(model), none, { act, coin, amount });
        assert.equal(tried('reduce', pledge.coin, more(pledge.amount)), undefined);
        assert.equal(tried('repay', debt.coin, more(debt.amount)), undefined);
        assert.equal(tried('add', 'NONE', d('1')), undefined);
        assert.equal(ltvOf(tried('repay', debt.coin, debt.amount)!.model) === undefined, false);
      }),
    );
  });

  it('goes on from a later estimate where it is told to', () => {
    holds(
      fc.property(aModel, (model) => {
        if (!isPositive(model.ltv)) return;
        const later = multiply(model.ltv, d('1.25'));
        const told = ltvWith(modelFrom(model, later))!;
        // To the last of the digits that an LTV has.
        assert.ok(compare(absolute(subtract(told, later)), d('0.0000001')) <= 0);
      }),
    );
  });
});

describe('a position that something is tried with', () => {
  it('is as it was read while nothing is, and as a preview has it after a change of margin', () => {
    assert.deepEqual(triedPosition(position, none)!.position, position.position);
    for (const act of ['add', 'reduce'] as const) {
      const told = triedPosition(position, none, { act, coin: 'USDT', amount: d('300') })!;
      const preview = estimateMarginChange(position.position, act, d('300'));
      assert.deepEqual(
        [told.liquidationPrice, told.position.margin, distanceWith(told)],
        [preview.liquidationPrice, preview.margin, preview.distance],
      );
    }
  });

  it('is nearer its end the further the price moves against it', () => {
    holds(
      fc.property(aMove, aMove, fc.constantFrom('long' as const, 'short' as const), (a, b, side) => {
        const one: StressedPosition = {
          ...position,
          position: { ...position.position, side, liquidationPrice: d(side === 'long' ? '52560' : '70000') },
        };
        const [low, high] = compare(a, b) <= 0 ? [a, b] : [b, a];
        const at = (factor: Decimal): Decimal => distanceWith(triedPosition(one, new Map([['BTC', factor]])))!;
        assert.ok(side === 'long' ? compare(at(low), at(high)) <= 0 : compare(at(low), at(high)) >= 0);
      }),
    );
  });

  it('gives up no more margin than it has; with enough of it no price ends it, and unknown stays unknown', () => {
    const tried = (act: TriedChange['act'], amount: string, from = position) =>
      triedPosition(from, none, { act, coin: 'USDT', amount: d(amount) });
    assert.equal(tried('reduce', '1600'), undefined);
    assert.equal(tried('add', '20000')!.unreachable, true);
    const { exposure: _, ...blind } = position.position;
    const unknown = tried('add', '100', { ...position, position: blind })!;
    assert.deepEqual([unknown.liquidationPrice, distanceWith(unknown)], [undefined, undefined]);
  });
});
