import assert from 'node:assert/strict';
import { decimal as d } from '../../../../src/core/decimal.ts';
import { levelOfPosition } from '../../../../src/core/risk/level.ts';
import { liquidationOf } from '../../../../src/core/risk/liquidation.ts';
import type { Position } from '../../../../src/core/model.ts';

/** One side of the LTC hedge: cross, 5 long and 10 short at 70.01, both liquidated at 95.5. */
const ltc = (side: 'long' | 'short', size: string, change: Partial<Position> = {}): Position => ({
  positionId: side,
  instrument: 'LTC-USDT-SWAP',
  market: 'SWAP',
  slot: side,
  side,
  marginCoin: 'USDT',
  contract: 'linear',
  marginMode: 'cross',
  size: d(size),
  exposure: d(size),
  baseCoin: 'LTC',
  priceCoin: 'USDT',
  markPrice: d('70.01'),
  liquidationPrice: d('95.5'),
  ...change,
});

const without = (position: Position, ...keys: (keyof Position)[]): Position =>
  Object.fromEntries(Object.entries(position).filter(([name]) => !keys.includes(name as keyof Position))) as unknown as Position;

describe('whose a liquidation price is', () => {
  const kinds = (held: readonly Position[]): string[] => held.map((one) => liquidationOf(one, held).kind);

  it('is the larger side of a cross hedge: the smaller one raises no alarm', () => {
    const held = [ltc('long', '5'), ltc('short', '10')];
    assert.deepEqual(kinds(held), ['otherSide', 'price']);
    assert.deepEqual(
      held.map((one) => levelOfPosition(one, true, held)),
      ['unknown', 'ok'],
    );
  });

  it('is nobody’s where both sides are of one size', () => {
    assert.deepEqual(kinds([ltc('long', '10'), ltc('short', '10', { liquidationPrice: d('50') })]), ['otherSide', 'otherSide']);
  });

  it('is the side’s own where it is the larger one: then liquidation is reached', () => {
    const held = [ltc('long', '15'), ltc('short', '10')];
    assert.deepEqual(kinds(held), ['price', 'price']);
    assert.equal(levelOfPosition(held[0]!, true, held), 'danger');
  });

  it('is the other side’s also when that is another contract of the same coin and margin', () => {
    const held = [ltc('long', '5'), ltc('short', '10', { instrument: 'LTC-USDT-261225' })];
    assert.deepEqual(kinds(held), ['otherSide', 'price']);
    for (const change of [{ marginCoin: 'USDC' }, { contract: 'inverse' }, { baseCoin: 'BTC' }] as const) {
      const apart = [ltc('long', '5'), ltc('short', '10', { instrument: 'LTC-X', ...change })];
      assert.deepEqual(kinds(apart), ['price', 'price'], JSON.stringify(change));
    }
  });

  it('stays an alarm where the position stands alone, is isolated, or sizes are not known of one reading', () => {
    const danger = (long: Position, short?: Position): void => {
      const held = short === undefined ? [long] : [long, short];
      assert.equal(levelOfPosition(long, true, held), 'danger');
    };
    danger(ltc('long', '5'));
    danger(ltc('long', '5', { marginMode: 'isolated' }), ltc('short', '10', { marginMode: 'isolated' }));
    danger(ltc('long', '5'), ltc('short', '10', { keptFrom: 1 }));
    danger(ltc('long', '5'), without(ltc('short', '10', { instrument: 'LTC-USDT-261225' }), 'exposure'));
    // Within one instrument, contracts compare like exposures.
    const held = [ltc('long', '5'), without(ltc('short', '10'), 'exposure')];
    assert.deepEqual(kinds(held), ['otherSide', 'price']);
  });

  it('is its own on the right side of the mark price, however large the other side', () => {
    assert.deepEqual(kinds([ltc('long', '5', { liquidationPrice: d('65') }), ltc('short', '10')]), ['price', 'price']);
  });
});

describe('a liquidation price that is none', () => {
  it('is told apart from one that is not told', () => {
    const long = ltc('long', '5', { marginMode: 'isolated' });
    assert.equal(liquidationOf({ ...long, liquidationPrice: d('-965678126.11') }).kind, 'none');
    assert.equal(liquidationOf({ ...long, liquidationPrice: d('0') }).kind, 'none');
    assert.equal(liquidationOf(without(long, 'liquidationPrice')).kind, 'unknown');
  });
});

describe('a position that no price can liquidate', () => {
  // 10 LTC at 70 are worth 700 USDT; 5 have to be kept.
  const long = ltc('long', '10', {
    marginMode: 'isolated',
    markPrice: d('70'),
    liquidationPrice: d('-1'),
    margin: d('705'),
    unrealizedPnl: d('0'),
    maintenanceMargin: d('5'),
  });
  const inverse: Position = {
    ...long,
    contract: 'inverse',
    side: 'short',
    exposure: d('700'),
    margin: d('10.1'),
    maintenanceMargin: d('0.1'),
  };

  it('is OK by its own figures, to the last step, and unknown once they are old', () => {
    for (const one of [long, inverse, without(long, 'liquidationPrice')]) {
      assert.equal(liquidationOf(one).kind, 'unreachable');
      assert.equal(levelOfPosition(one, true), 'ok');
      assert.equal(levelOfPosition(one, false), 'unknown');
    }
    assert.equal(liquidationOf({ ...long, margin: d('704.99999999') }).kind, 'none');
    assert.equal(liquidationOf({ ...inverse, margin: d('10.09999999') }).kind, 'none');
  });

  it('is not guessed: every figure has to be there, a profit does not count, and a price that is told stands', () => {
    for (const key of ['margin', 'unrealizedPnl', 'maintenanceMargin', 'markPrice', 'exposure'] as const) {
      assert.notEqual(liquidationOf(without(long, key)).kind, 'unreachable', key);
    }
    assert.equal(liquidationOf({ ...long, margin: d('700'), unrealizedPnl: d('50') }).kind, 'none');
    assert.equal(liquidationOf({ ...long, unrealizedPnl: d('-0.01') }).kind, 'none');
    assert.equal(liquidationOf({ ...long, liquidationPrice: d('71') }).kind, 'price');
  });

  it('is never one whose loss has no end, nor one with cross margin', () => {
    const others: Partial<Position>[] = [
      { side: 'short' },
      { contract: 'inverse' },
      { contract: 'borrowed' },
      { contract: 'other' },
      { marginMode: 'cross' },
    ];
    for (const change of others) assert.notEqual(liquidationOf({ ...long, ...change, margin: d('99999') }).kind, 'unreachable');
  });
});
