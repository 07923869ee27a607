import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  add,
  amountOf,
  compare,
  decimal as d,
  decimalPlaces,
  divide,
  isNegative,
  isPositive,
  multiply,
  one,
  stepsIn,
  subtract,
} from '../../../../src/core/decimal.ts';
import { marginFor, type MarginAim, type MarginAnswer, type MarginMeans } from '../../../../src/core/risk/margin-solver.ts';
import type { Position } from '../../../../src/core/model.ts';
import { effectiveLeverage, estimateMarginChange, leastDistanceLeft } from '../../../../src/core/risk/position-model.ts';
import { holds } from '../../property.ts';

/** 0.02 BTC at 50,000 USDT with 100 USDT of margin: round figures of our own. A unit of margin moves the price by 50 USDT. */
const long: Position = {
  positionId: '1',
  instrument: 'BTC-USDT-SWAP',
  market: 'SWAP',
  slot: 'net',
  side: 'long',
  marginCoin: 'USDT',
  contract: 'linear',
  marginMode: 'isolated',
  size: d('2'),
  exposure: d('0.02'),
  priceCoin: 'USDT',
  markPrice: d('50000'),
  liquidationPrice: d('45200'),
  margin: d('100'),
  maintenanceMargin: d('4'),
};
const means = (available: string, reducible?: string, places = 4): MarginMeans => ({
  available: d(available),
  places,
  ...(reducible === undefined ? {} : { reducible: d(reducible) }),
});
const at = (price: string): MarginAim => ({ by: 'price', price: d(price) });
const away = (distance: string): MarginAim => ({ by: 'distance', distance: d(distance) });
const times = (leverage: string): MarginAim => ({ by: 'leverage', leverage: d(leverage) });

function inShort(answer: MarginAnswer): string {
  if (answer.state === 'there') return 'there';
  if (answer.state === 'way') return `${answer.way.direction} ${answer.way.amount}`;
  assert.equal(answer.state, 'deadEnd');
  const { direction, reason, needed, nearest } = answer;
  if (nearest !== undefined) assert.equal(nearest.direction, direction, 'the farthest lies the same way');
  return [direction, reason, needed ?? '-', nearest?.amount ?? '-'].join(' ');
}

describe('the margin that brings liquidation to a price', () => {
  it('is the least to add and the most to take, and a reason where neither is possible', () => {
    const reached = { ...long, markPrice: d('45300') };
    const { liquidationPrice, ...priceless } = long;
    const { markPrice, ...markless } = long;
    const { margin, ...marginless } = long;
    const { maintenanceMargin, ...unmaintained } = long;
    assert.ok(maintenanceMargin !== undefined && liquidationPrice !== undefined && markPrice !== undefined && margin !== undefined);
    const table: [string, Position, MarginAim, MarginMeans, string][] = [
      ['44,000 is 1,200 further: 24 USDT', long, at('44000'), means('250', '33'), 'add 24'],
      ['a hair further takes one step more', long, at('43999.999'), means('250', '33'), 'add 24.0001'],
      ['on a coarse grid rounded up', long, at('43999.999'), means('250', '33', 0), 'add 25'],
      ['12 % is 44,000 as well', long, away('0.12'), means('250', '33'), 'add 24'],
      ['the wallet is not enough', long, at('44000'), means('20.00009', '33'), 'add wallet 24 20'],
      ['the wallet is empty', long, at('44000'), means('0', '33'), 'add wallet 24 -'],
      ['less than a step is as good as empty', long, at('44000'), means('0.00009', '33'), 'add wallet 24 -'],
      ['the wallet holds just that', long, at('44000'), means('24', '33'), 'add 24'],
      ['a single step is something', long, at('44000'), means('0.0001', '33'), 'add wallet 24 0.0001'],
      [
        'on a grid so coarse that a step is more than enough',
        { ...long, exposure: d('0.00002') },
        at('44000'),
        means('9', '33', 0),
        'add 1',
      ],
      ['at the price itself', long, at('45200'), means('250', '33'), 'there'],
      // 4 of 1,000 USDT maintenance: a unit taken is estimated to move the price by 50 / 0.996.
      ['46,200 is 1,000 nearer: 19.92 USDT', long, at('46200'), means('250', '33'), 'reduce 19.92'],
      ['rounded down', long, at('46199.999'), means('250', '33'), 'reduce 19.9199'],
      ['the venue allows less', long, at('46200'), means('250', '5.00009'), 'reduce limit - 5'],
      ['the venue allows just that', long, at('46200'), means('250', '19.92'), 'reduce 19.92'],
      ['the venue allows nothing', long, at('46200'), means('250', '0'), 'reduce limit - -'],
      ['nobody tells what may be taken', long, at('46200'), means('250'), 'reduce unclear - -'],
      ['one per cent is kept', long, at('49900'), means('250', '100'), 'reduce cushion - 85.656'],
      ['the venue allows just what we would', long, at('49900'), means('250', '85.656'), 'reduce limit - 85.656'],
      ['nothing is taken within that per cent', reached, at('45250'), means('250', '100'), 'reduce cushion - -'],
      ['the venue is acting', { ...long, distress: { template: 'x', args: [] } }, at('46200'), means('250', '33'), 'reduce distress - -'],
      ['no liquidation price', priceless, at('44000'), means('250', '33'), 'add unknown - -'],
      ['no mark price', markless, away('0.5'), means('250', '33'), 'add unknown - -'],
      ['no maintenance margin to go by', unmaintained, at('46200'), means('250', '33'), 'reduce unknown - -'],
      ['no margin to take', marginless, at('46200'), means('250', '33'), 'reduce unknown - -'],
      ['an option', { ...long, contract: 'other' }, at('44000'), means('250', '33'), 'add unknown - -'],
      // A short position whose margin is added in full where the maintenance grows with the price.
      ['short', { ...long, side: 'short', liquidationPrice: d('54800') }, at('55000'), means('250', '33'), 'add 4.016'],
      ['short, nearer', { ...long, side: 'short', liquidationPrice: d('54800') }, at('54000'), means('250', '33'), 'reduce 16'],
      // So much margin that taking half of it would leave no price at all.
      [
        'short, far',
        { ...long, side: 'short', liquidationPrice: d('54800'), margin: d('3000') },
        at('54000'),
        means('250', '33'),
        'reduce 16',
      ],
      // However much is added to what is held, its price stays above zero.
      ['all of the way', { ...long, contract: 'borrowed', sizeCoin: 'USDT' }, away('1'), means('250', '33'), 'add wallet - 250'],
    ];
    for (const [name, position, aim, has, expected] of table) assert.equal(inShort(marginFor(position, aim, has)), expected, name);
  });

  it('is what brings leverage in fact to at most so much, and a reason where neither is possible', () => {
    const { liquidationPrice, ...priceless } = long;
    const { exposure, ...unsized } = long;
    const { margin, ...marginless } = long;
    const { maintenanceMargin, ...unmaintained } = long;
    assert.ok(liquidationPrice !== undefined && exposure !== undefined && margin !== undefined && maintenanceMargin !== undefined);
    // 1,000 USDT with 100 USDT of margin: 10 times.
    const table: [string, Position, MarginAim, MarginMeans, string][] = [
      ['half of it takes as much again', long, times('5'), means('250', '33'), 'add 100'],
      ['a third takes 200, and a step because thirds are never even', long, times('3'), means('250', '33'), 'add 233.3334'],
      ['on a coarse grid rounded up', long, times('3'), means('250', '33', 0), 'add 234'],
      ['as it is', long, times('10'), means('250', '33'), 'there'],
      ['a hair above is less than a step', long, times('10.00001'), means('250', '33'), 'there'],
      ['12.5 times are 80 USDT', long, times('12.5'), means('250', '33'), 'reduce 20'],
      ['rounded down', long, times('11'), means('250', '33'), 'reduce 9.0909'],
      ['the venue allows less', long, times('12.5'), means('250', '5.00009'), 'reduce limit - 5'],
      ['nobody tells what may be taken', long, times('12.5'), means('250'), 'reduce unclear - -'],
      ['one per cent to liquidation is kept', long, times('100'), means('250', '100'), 'reduce cushion - 85.656'],
      ['the wallet is not enough', long, times('5'), means('20', '33'), 'add wallet 100 20'],
      ['the venue is acting', { ...long, distress: { template: 'x', args: [] } }, times('20'), means('250', '33'), 'reduce distress - -'],
      ['a loss counts', { ...long, unrealizedPnl: d('-50') }, times('10'), means('250', '33'), 'add 50'],
      ['a profit does not', { ...long, unrealizedPnl: d('50') }, times('10'), means('250', '33'), 'there'],
      ['the loss has eaten up all margin', { ...long, unrealizedPnl: d('-100') }, times('10'), means('250', '33'), 'add 100'],
      // No price liquidates it any more long before leverage is that low.
      ['far below one', long, times('0.1'), means('20000', '33'), 'add 9900'],
      ['a liquidation price is not needed to add', priceless, times('5'), means('250', '33'), 'add 100'],
      ['nor to be there', priceless, times('10'), means('250', '33'), 'there'],
      ['but to take', priceless, times('20'), means('250', '33'), 'reduce unknown - -'],
      ['and so is what it takes to estimate it', unmaintained, times('20'), means('250', '33'), 'reduce unknown - -'],
      ['of unknown size', unsized, times('5'), means('250', '33'), 'add unknown - -'],
      ['of unknown margin', marginless, times('20'), means('250', '33'), 'add unknown - -'],
      ['an option', { ...long, contract: 'other' }, times('5'), means('250', '33'), 'add unknown - -'],
    ];
    for (const [name, position, aim, has, expected] of table) assert.equal(inShort(marginFor(position, aim, has)), expected, name);
  });

  it('is no step more than it takes where the price goes by its reciprocal', () => {
    const inverse: Position = {
      ...long,
      contract: 'inverse',
      priceCoin: 'USD',
      marginCoin: 'BTC',
      exposure: d('180000'),
      liquidationPrice: d('90000'),
      markPrice: d('100000'),
      maintenanceMargin: d('0.9'),
    };
    assert.equal(inShort(marginFor(inverse, at('60000'), means('9', '1', 8))), 'add 1.5');
  });

  it('counts as reached where nothing would liquidate any more', () => {
    const answer = marginFor(long, at('0.00000001'), means('2000', '33'));
    assert.equal(inShort(answer), 'add 904');
  });

  const units = (min: bigint, max: bigint, places: number) =>
    fc.bigInt({ min, max }).map((steps) => divide(d(steps.toString()), d(`1${'0'.repeat(places)}`), places, 'down'));
  const aCase = fc
    .record({
      contract: fc.constantFrom('linear' as const, 'inverse' as const, 'borrowed' as const),
      side: fc.constantFrom('long' as const, 'short' as const),
      mark: units(10n ** 2n, 10n ** 9n, 4),
      gap: units(1n, 900n, 3),
      exposure: units(1n, 10n ** 9n, 4),
      margin: units(1n, 10n ** 8n, 4),
      maintenance: units(1n, 10n ** 3n, 4),
      available: units(0n, 10n ** 9n, 5),
      reducible: units(0n, 10n ** 9n, 5),
      places: fc.integer({ min: 0, max: 8 }),
      aim: fc.oneof(
        units(10n, 950n, 3).map((distance): MarginAim => ({ by: 'distance', distance })),
        units(10n, 10n ** 9n, 4).map((price): MarginAim => ({ by: 'price', price })),
        units(1n, 2n * 10n ** 4n, 2).map((leverage): MarginAim => ({ by: 'leverage', leverage })),
      ),
    })
    .map(({ contract, side, mark, gap, exposure, margin, maintenance, available, reducible, places, aim }) => {
      const factor = side === 'long' ? subtract(one, gap) : subtract(d('2'), subtract(one, gap));
      const position: Position = {
        ...long,
        contract,
        side,
        markPrice: mark,
        liquidationPrice: multiply(mark, factor),
        exposure,
        margin,
        maintenanceMargin: maintenance,
        ...(contract === 'borrowed' ? { size: exposure, sizeCoin: 'USDT', debt: { coin: 'USDT', amount: exposure } } : {}),
      };
      return { position, aim, means: { available, reducible, places } };
    });
  const reaches = (position: Position, aim: MarginAim, estimate: ReturnType<typeof estimateMarginChange>): boolean => {
    if (aim.by === 'leverage') {
      // Recomputed from the margin alone: the value is at most this many times the margin.
      const { leverage, margin } = estimate;
      assert.deepEqual(leverage, effectiveLeverage(position, margin));
      return leverage !== undefined && compare(leverage, aim.leverage) <= 0;
    }
    if (estimate.unreachable === true) return true;
    if (aim.by === 'distance') return estimate.distance !== undefined && compare(estimate.distance, aim.distance) >= 0;
    if (estimate.liquidationPrice === undefined) return false;
    const order = compare(estimate.liquidationPrice, aim.price);
    return position.side === 'long' ? order <= 0 : order >= 0;
  };

  it('applied and recomputed is as far as wanted; one step less added or one step more taken is not, or not allowed', function () {
    this.timeout(20_000);
    holds(
      fc.property(aCase, ({ position, aim, means: has }) => {
        const answer = marginFor(position, aim, has);
        const found = answer.state === 'way' ? answer.way : answer.state === 'deadEnd' ? answer.nearest : undefined;
        if (found === undefined) return;
        const { direction, amount, after, walletAfter } = found;
        assert.ok(isPositive(amount) && decimalPlaces(amount) <= has.places, `${amount} is on the grid`);
        assert.deepEqual(after, estimateMarginChange(position, direction, amount));
        assert.ok(!isNegative(walletAfter), 'nothing is spent that is not there');
        assert.equal(walletAfter, direction === 'add' ? subtract(has.available, amount) : add(has.available, amount));
        if (direction === 'reduce') {
          assert.ok(compare(amount, has.reducible) <= 0 && compare(amount, position.margin!) < 0);
          assert.ok(compare(after.distance!, leastDistanceLeft) >= 0);
        }
        if (answer.state === 'deadEnd') {
          if (direction === 'add') assert.ok(!reaches(position, aim, after), 'a dead end does not lead there');
          return;
        }
        assert.ok(reaches(position, aim, after), `${amount} does not lead there`);
        const step = direction === 'add' ? -1n : 1n;
        const next = amountOf(stepsIn(amount, has.places) + step, has.places);
        if (direction === 'reduce' ? compare(next, position.margin!) <= 0 : isPositive(next)) {
          assert.ok(!reaches(position, aim, estimateMarginChange(position, direction, next)), `${next} leads there as well`);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never raises leverage by adding, and never lowers it by taking out', function () {
    this.timeout(20_000);
    holds(
      fc.property(aCase, units(1n, 2n * 10n ** 4n, 2), ({ position, means: has }, leverage) => {
        const answer = marginFor(position, { by: 'leverage', leverage }, has);
        const way = answer.state === 'way' ? answer.way : answer.state === 'deadEnd' ? answer.nearest : undefined;
        if (way === undefined) return;
        const now = effectiveLeverage(position)!;
        if (way.direction === 'add') assert.ok(compare(way.after.leverage!, now) <= 0, `${now} now, ${way.after.leverage!} then`);
        else {
          assert.ok(compare(way.after.leverage!, now) >= 0);
          assert.ok(compare(way.after.leverage!, leverage) <= 0, 'never above what is wanted');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('grows as the aim moves away', function () {
    this.timeout(20_000);
    holds(
      fc.property(aCase, units(10n, 900n, 3), units(1n, 50n, 3), ({ position, means: has }, distance, more) => {
        const rich = { ...has, available: d('1000000000000000000'), reducible: position.margin! };
        const signed = (wanted: typeof distance): [number, ReturnType<typeof d>] => {
          const answer = marginFor(position, { by: 'distance', distance: wanted }, rich);
          const way = answer.state === 'way' ? answer.way : answer.state === 'deadEnd' ? answer.nearest : undefined;
          return [way === undefined ? 0 : way.direction === 'add' ? 1 : -1, way?.amount ?? d('0')];
        };
        const [nearSign, near] = signed(distance);
        const [farSign, far] = signed(subtract(distance, subtract(d('0'), more)));
        assert.ok(farSign >= nearSign, 'what needs margin near needs it far as well');
        if (farSign === nearSign) assert.ok(compare(far, near) * farSign >= 0, `${near} near, ${far} far`);
      }),
      { numRuns: 60 },
    );
  });
});
