import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, divide, one } from '../../../../src/core/decimal.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import { loanDistance, modelOf, type LoanModel } from '../../../../src/core/risk/loan-model.ts';
import type { Position } from '../../../../src/core/model.ts';
import { coinsOf, eventsOf, shocked, type Exposed } from '../../../../src/core/risk/stress.ts';
import { holds } from '../../property.ts';
import { aModel } from '../arbitrary-loans.ts';
import { barePosition } from '../../../bare-position.ts';

const loan: LoanModel = {
  collateral: [
    { coin: 'BTC', amount: d('1'), price: d('60000'), rule: flatRule(d('1')) },
    { coin: 'USDC', amount: d('40000'), price: d('1'), rule: flatRule(d('1')) },
  ],
  debts: [{ coin: 'USDT', amount: d('70000'), price: d('1') }],
  ltv: d('0.7'),
  correction: d('1'),
  haircuts: 'published',
};
const long: Position = {
  ...barePosition,
  markPrice: d('60000'),
  liquidationPrice: d('54000'),
};
const exposed: Exposed = {
  loans: [{ key: 'loan', model: loan, marginCall: d('0.8'), liquidation: d('0.9') }],
  positions: [
    { key: 'long', position: long, coin: 'BTC' },
    { key: 'short', position: { ...long, side: 'short', liquidationPrice: d('66000') }, coin: 'BTC' },
    { key: 'blind', position: { ...long, liquidationPrice: undefined } as unknown as Position, coin: 'BTC' },
  ],
};

describe('a shock', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('tells who is at margin call, who is liquidated, and who is not touched', () => {
    assert.deepEqual(coinsOf(exposed), ['BTC']);
    const btc = new Set(['BTC']);
    assert.deepEqual(
      shocked(exposed, btc, d('0.75')).map(({ key, ltv, harm }) => [key, ltv, harm]),
      [
        ['loan', '0.82352942', 'marginCall'],
        ['long', undefined, 'liquidation'],
        ['short', undefined, undefined],
        ['blind', undefined, undefined],
      ],
    );
    assert.equal(shocked(exposed, new Set(['ETH']), d('0.1'))[1]!.harm, undefined);
    // 1 over 0.9 has no end, and the liquidation price is a tenth below it.
    const cross: Position = { ...long, priceCoin: 'BTC', markPrice: d('1'), liquidationPrice: d('1') };
    const [told] = shocked({ loans: [], positions: [{ key: 'cross', position: cross, coin: 'ETH' }] }, btc, d('0.9'));
    assert.equal(told!.distance, '0.1');
  });

  it('brings events, nearest first', () => {
    const events = (way: 'fall' | 'rise') =>
      eventsOf(exposed, new Set(['BTC']), way).map(({ key, harm, change }) => `${key} ${harm} ${change}`);
    assert.deepEqual(events('fall'), [
      'long liquidation -0.1',
      'loan marginCall -0.208333333333333333',
      'loan liquidation -0.37037037037037037',
    ]);
    assert.deepEqual(events('rise'), ['short liquidation 0.1']);
  });

  it('moves a pair of two coins with both: together nothing happens, the coin of its prices works the other way', () => {
    const pair = (side: Position['side'], liquidationPrice: string): Exposed => ({
      loans: [],
      positions: [
        {
          key: side,
          position: { ...long, side, priceCoin: 'BTC', markPrice: d('0.05'), liquidationPrice: d(liquidationPrice) },
          coin: 'ETH',
        },
      ],
    });
    assert.deepEqual(coinsOf(pair('long', '0.04')), ['ETH', 'BTC']);
    const harm = (exposed: Exposed, coins: readonly string[], factor: string) => shocked(exposed, new Set(coins), d(factor))[0]!.harm;
    assert.equal(harm(pair('long', '0.04'), ['ETH', 'BTC'], '0.5'), undefined);
    assert.equal(harm(pair('long', '0.04'), ['ETH'], '0.8'), 'liquidation');
    assert.equal(harm(pair('short', '0.0625'), ['BTC'], '0.8'), 'liquidation');
    assert.equal(harm(pair('short', '0.0625'), ['BTC'], '0.81'), undefined);
    const changes = (exposed: Exposed, coins: readonly string[], way: 'fall' | 'rise') =>
      eventsOf(exposed, new Set(coins), way).map(({ change }) => change);
    assert.deepEqual(changes(pair('long', '0.04'), ['ETH', 'BTC'], 'fall'), []);
    assert.deepEqual(changes(pair('long', '0.04'), ['ETH'], 'fall'), ['-0.2']);
    assert.deepEqual(changes(pair('long', '0.04'), ['BTC'], 'rise'), ['0.25']);
    assert.deepEqual(changes(pair('short', '0.0625'), ['BTC'], 'fall'), ['-0.2']);
    assert.deepEqual(changes(pair('short', '0.0625'), ['BTC'], 'rise'), []);
  });

  it('of a position beyond its liquidation price is no move at all', () => {
    const gone: Exposed = { loans: [], positions: [{ key: 'gone', position: { ...long, liquidationPrice: d('61000') }, coin: 'BTC' }] };
    assert.deepEqual(eventsOf(gone, new Set(['BTC']), 'fall'), [{ key: 'gone', harm: 'liquidation', change: '0' }]);
    assert.deepEqual(eventsOf(gone, new Set(['BTC']), 'rise'), []);
  });

  it('harms no loan that owes what it pledges, or nothing, not even at a price of nothing', () => {
    const same = { ...loan, collateral: [loan.collateral[0]!], debts: [{ coin: 'BTC', amount: d('0.5'), price: d('60000') }] };
    for (const model of [same, { ...loan, debts: [] }]) {
      assert.deepEqual(
        eventsOf({ loans: [{ key: 'a', model, marginCall: d('0.9') }], positions: [] }, new Set(['BTC', 'USDC']), 'fall'),
        [],
      );
    }
  });

  it('does harm at the very line, and to a loan whose collateral is gone', () => {
    const harmAt = (facts: Partial<Exposed['loans'][number]>, factor: string) =>
      shocked(
        { loans: [{ key: 'a', model: { ...loan, collateral: [loan.collateral[0]!] }, ...facts }], positions: [] },
        new Set(['BTC']),
        d(factor),
      )[0];
    // 70000 on 60000.
    const lines = { marginCall: d('1.25'), liquidation: d('1.75') };
    assert.deepEqual(harmAt(lines, '1'), { key: 'a', ltv: '1.16666667' });
    assert.deepEqual(harmAt({ ...lines, marginCall: d('1.16666667') }, '1'), { key: 'a', ltv: '1.16666667', harm: 'marginCall' });
    assert.deepEqual(harmAt({ ...lines, liquidation: d('1.16666667') }, '1'), { key: 'a', ltv: '1.16666667', harm: 'liquidation' });
    assert.deepEqual(harmAt(lines, '0'), { key: 'a', harm: 'liquidation' });
    assert.deepEqual(harmAt({ marginCall: d('1.25') }, '0'), { key: 'a', harm: 'marginCall' });
    assert.deepEqual(harmAt({}, '0'), { key: 'a' }, 'no line is known');
  });

  it('leaves the LTV of a loan that it does not touch as the venue tells it', () => {
    const model = modelOf(
      {
        id: '1',
        ltv: d('0.5742'),
        collateralUsd: d('69662.14'),
        collateralValuation: 'adjusted',
        debts: [{ coin: 'USDT', amount: d('40000') }],
        collateral: [{ coin: 'BTC', amount: d('1.1') }],
      },
      new Map([
        ['BTC', d('90000')],
        ['USDT', d('1')],
      ]),
    );
    assert.ok(typeof model === 'object');
    const untouched: Exposed = { loans: [{ key: 'a', model, marginCall: d('0.7374') }], positions: [] };
    assert.deepEqual(shocked(untouched, new Set(['ETH']), d('0.5')), [{ key: 'a', ltv: '0.5742' }]);
  });

  it('liquidates a position at the very price, and leaves alone what has no price to move', () => {
    const of = (position: Position, factor: string) =>
      shocked({ loans: [], positions: [{ key: 'p', position, coin: 'BTC' }] }, new Set(['BTC']), d(factor))[0];
    assert.deepEqual(of(long, '0.9'), { key: 'p', distance: '0', harm: 'liquidation' });
    assert.deepEqual(of(long, '0.9001'), { key: 'p', distance: '0.00011109' });
    const { markPrice, ...markless } = long;
    assert.ok(markPrice !== undefined);
    assert.deepEqual(of(markless, '0.1'), { key: 'p' });
  });

  it('knows every coin that matters, once', () => {
    const eth = { ...loan, debts: [...loan.debts, { coin: 'ETH', amount: d('1'), price: d('3000') }] };
    assert.deepEqual(
      coinsOf({
        loans: [
          { key: 'a', model: eth },
          { key: 'b', model: loan },
        ],
        positions: [
          { key: 'p', position: long, coin: 'SOL' },
          { key: 'q', position: long, coin: 'USDC' },
        ],
      }),
      ['BTC', 'ETH', 'SOL'],
    );
  });

  it('brings a rise only until prices have doubled, nearest first', () => {
    const owing = (usdc: string): LoanModel => ({
      ...loan,
      collateral: [{ coin: 'USDC', amount: d(usdc), price: d('1'), rule: flatRule(d('1')) }],
      debts: [{ coin: 'BTC', amount: d('1'), price: d('60000') }],
    });
    const short = (price: string): Position => ({ ...long, side: 'short', liquidationPrice: d(price) });
    const found = eventsOf(
      {
        loans: [
          // 0.8 of 150000 is twice 60000; of a dollar more a little beyond.
          { key: 'double', model: owing('150000'), marginCall: d('0.8') },
          { key: 'beyond', model: owing('150001'), marginCall: d('0.8') },
          { key: 'near', model: owing('100000'), marginCall: d('0.8'), liquidation: d('0.9') },
          // With an unknown margin call, or no threshold at all.
          { key: 'blind', model: owing('100000'), liquidation: d('0.95') },
          { key: 'lost', model: owing('100000') },
        ],
        positions: [
          { key: 'far', position: short('120001'), coin: 'BTC' },
          { key: 'short', position: short('72000'), coin: 'BTC' },
          { key: 'other', position: short('66000'), coin: 'ETH' },
          { key: 'long', position: long, coin: 'BTC' },
        ],
      },
      new Set(['BTC']),
      'rise',
    );
    assert.deepEqual(
      found.map(({ key, harm, change }) => `${key} ${harm} ${divide(change, one, 6, 'half-up')}`),
      ['short liquidation 0.2', 'near marginCall 0.333333', 'near liquidation 0.5', 'blind liquidation 0.583333', 'double marginCall 1'],
    );
  });

  it('as far as the distance of a loan says does harm, and a little less does not', () => {
    holds(
      fc.property(aModel, (model) => {
        const line = d((Number(model.ltv) * 1.3).toFixed(8));
        const distance = loanDistance(model, line);
        for (const [coin, { fall }] of distance.fallOf) {
          const all: Exposed = { loans: [{ key: 'a', model, marginCall: line }], positions: [] };
          const at = (change: string) => shocked(all, new Set([coin]), add(one, d(change)))[0]!.harm;
          if (compare(fall, d('0.0001')) < 0 || compare(fall, d('0.999')) > 0) continue;
          assert.equal(at(`-${(Number(fall) - 0.00001).toFixed(8)}`), undefined);
          assert.equal(at(`-${(Number(fall) + 0.00001).toFixed(8)}`), 'marginCall');
        }
        if (distance.uniformFall !== undefined)
          assert.ok(compare(distance.uniformFall, d('1')) <= 0 && compare(distance.uniformFall, d('0')) >= 0);
      }),
      { numRuns: 2_000 },
    );
  });
});
