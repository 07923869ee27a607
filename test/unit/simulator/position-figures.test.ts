import assert from 'node:assert/strict';
import fc from 'fast-check';
import { absolute, compare, decimal, divide, multiply, subtract, zero, type Decimal } from '../../../src/core/decimal.ts';
import { instruments, knownInstrument } from '../../../src/simulator/okx/instruments.ts';
import { figures, liquidationPrice, profit, removable, worth } from '../../../src/simulator/okx/position-figures.ts';
import { holds } from '../property.ts';

type Held = Parameters<typeof figures>[1];

/** Equal in the first nine digits. */
function near(actual: Decimal | undefined, printed: string): void {
  assert.ok(actual !== undefined);
  const off = divide(absolute(subtract(actual, decimal(printed))), absolute(decimal(printed)), 20, 'up');
  assert.ok(compare(off, decimal('0.000000001')) < 0, `${actual} is not ${printed}`);
}

const held = (side: 'long' | 'short', pos: string, avgPx: string, margin: string, liab = '0'): Held => ({
  side,
  lever: decimal('5'),
  pos: decimal(pos),
  avgPx: decimal(avgPx),
  margin: decimal(margin),
  liab: decimal(liab),
});

describe('the figures of a position on the simulated exchange', () => {
  it('reproduce the sample of the documentation', () => {
    // Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions, an isolated MARGIN long.
    const printed = held('long', '0.00190433573', '62961.4', '0.000317654', '99.9998177776581948');
    const found = figures(knownInstrument('BTC-USDT'), printed, decimal('62891.9'));
    near(found.liqPx, '53615.448336593756');
    near(found.mgnRatio, '9.404143929947395');
    near(found.mmr, '0.0000318005395854');
    near(found.upl, '-0.0000033452492717');
  });

  const byHand: readonly (readonly [what: string, instId: string, position: Held, upl: string, liqPx: string])[] = [
    // (20000 - 4000) / (1 - 0.0045), (20000 + 4000) / (1 + 0.0045); 1 BTC is 100 contracts of 0.01.
    ['a linear long', 'BTC-USDT-SWAP', held('long', '100', '20000', '4000'), '1000', '16072.325464590658'],
    ['a linear short', 'BTC-USDT-SWAP', held('short', '100', '20000', '4000'), '-1000', '23892.483822797411'],
    // 20000 USD x (1 + 0.0045) / (0.2 + 1), 20000 USD x (1 - 0.0045) / (1 - 0.2); profit 1 - 20000 / 21000.
    ['an inverse long', 'BTC-USD-SWAP', held('long', '200', '20000', '0.2'), '0.047619047619047619', '16741.666666666667'],
    ['an inverse short', 'BTC-USD-SWAP', held('short', '200', '20000', '0.2'), '-0.047619047619047619', '24887.5'],
    // 24000 / (1 x 1.02 x 1.001); 24000 - 4000 - 21000.
    ['coins sold with borrowed ones', 'BTC-USDT', held('short', '24000', '20000', '4000', '1'), '-1000', '23505.905859062457'],
  ];
  for (const [what, instId, position, upl, liqPx] of byHand) {
    it(`of ${what} are those computed by hand`, () => {
      const found = figures(knownInstrument(instId), position, decimal('21000'));
      near(found.upl, upl);
      near(found.liqPx, liqPx);
    });
  }

  it('give no liquidation price where no price liquidates', () => {
    assert.equal(liquidationPrice(knownInstrument('BTC-USDT-SWAP'), held('long', '100', '20000', '20000'), decimal('20000')), undefined);
    assert.equal(liquidationPrice(knownInstrument('BTC-USD-SWAP'), held('short', '200', '20000', '1'), decimal('1')), undefined);
  });

  it('let a larger position need more, by its tier', () => {
    const mmr = (pos: string): string => figures(knownInstrument('BTC-USDT-SWAP'), held('long', pos, '20000', '1'), decimal('20000')).mmr;
    assert.deepEqual(['1000', '1001', '5001'].map(mmr), ['800', '1001', '10002']);
  });

  const anyPosition = fc
    .record({
      instrument: fc.constantFrom(...instruments),
      side: fc.constantFrom('long' as const, 'short' as const),
      contracts: fc.integer({ min: 1, max: 4000 }),
      entry: fc.integer({ min: 50, max: 200_000 }),
      percent: fc.integer({ min: 2, max: 95 }),
    })
    .map(({ instrument, side, contracts, entry, percent }) => {
      const bare = held(side, contracts.toString(), entry.toString(), '0');
      const got = instrument.kind === 'borrowed' && side === 'short' ? multiply(bare.pos, bare.avgPx) : bare.pos;
      const value = instrument.kind === 'borrowed' ? got : worth(instrument, bare, bare.avgPx);
      const margin = divide(multiply(value, decimal(percent.toString())), decimal('100'), 8, 'up');
      if (instrument.kind !== 'borrowed') return { instrument, position: { ...bare, margin } };
      const liab = side === 'long' ? multiply(bare.pos, bare.avgPx) : bare.pos;
      return { instrument, position: { ...bare, margin, liab, pos: decimal(subtract(got, multiply(margin, decimal('-1')))) } };
    });

  it('bring the ratio to 1 exactly at the liquidation price, and more margin moves it away', () => {
    holds(
      fc.property(anyPosition, ({ instrument, position }) => {
        const price = liquidationPrice(instrument, position, position.margin);
        if (price === undefined) return;
        const { mgnRatio } = figures(instrument, position, price);
        assert.ok(compare(absolute(subtract(mgnRatio, decimal('1'))), decimal('0.000001')) < 0, mgnRatio);
        const more = multiply(position.margin, decimal('0.01'));
        const pos = instrument.kind === 'borrowed' ? subtract(position.pos, multiply(more, decimal('-1'))) : position.pos;
        const after = { ...position, pos, margin: subtract(position.margin, multiply(more, decimal('-1'))) };
        const moved = liquidationPrice(instrument, after, after.margin);
        if (moved !== undefined) assert.equal(compare(moved, price), position.side === 'long' ? -1 : 1);
      }),
    );
  });

  it('let only so much go that the rest is the initial margin at least', () => {
    holds(
      fc.property(anyPosition, fc.integer({ min: 60, max: 140 }), ({ instrument, position }, percent) => {
        const mark = divide(multiply(position.avgPx, decimal(percent.toString())), decimal('100'), 8, 'down');
        const free = removable(instrument, position, mark);
        assert.ok(compare(free, zero) >= 0);
        if (compare(free, zero) === 0) return;
        const left = subtract(position.margin, free);
        const gain = profit(instrument, position, mark);
        const covered = compare(gain, zero) < 0 ? subtract(left, multiply(gain, decimal('-1'))) : left;
        assert.ok(compare(covered, divide(worth(instrument, position, mark), position.lever, 12, 'down')) >= 0);
      }),
    );
  });
});
