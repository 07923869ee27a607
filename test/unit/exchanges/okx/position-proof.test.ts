import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, decimal, negate, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { PositionRef } from '../../../../src/core/model.ts';
import type { MarginBaseline, MarginProof } from '../../../../src/exchanges/exchange.ts';
import { failureOf, refusal, success } from '../bench.ts';
import { holds } from '../../property.ts';
import { holding, marginChange, marginShort, printed, refs, swap } from './holding.ts';

const baseline: MarginBaseline = {
  ...{ kind: 'margin', size: decimal('5'), margin: decimal('300'), entryPrice: decimal('60000') },
};

async function proofOf(
  row: object | undefined,
  direction: 'add' | 'reduce' = 'add',
  before: MarginBaseline = baseline,
  ref: PositionRef = refs.net,
): Promise<MarginProof> {
  const { connection } = holding(...(row === undefined ? [] : [row]));
  return connection.actions.margin!.prove(marginChange(ref, direction, decimal('40')), before, {});
}

describe('the proof of a change of margin on OKX', () => {
  it('reads this one position, once', async () => {
    const { venue, connection } = holding(swap({ margin: '340' }));
    await connection.actions.margin!.prove(marginChange(refs.net, 'add', decimal('40')), baseline, {});
    assert.deepEqual(
      venue.seen.filter(({ url }) => !url.pathname.endsWith('/instruments')).map(({ method, target }) => `${method} ${target}`),
      [`GET /api/v5/account/positions?instId=BTC-USDT-SWAP&posId=${refs.net.positionId}`],
    );
  });

  // Leverage 10: 0.5 % of the position's value is 15.
  const cases: readonly (readonly [what: string, row: object | undefined, direction: 'add' | 'reduce', state: MarginProof['state']])[] = [
    ['moved by just the amount', swap({ margin: '340' }), 'add', 'effective'],
    ['moved by just the amount, written longer', swap({ margin: '340.000' }), 'add', 'effective'],
    ['moved down by just the amount', swap({ margin: '260' }), 'reduce', 'effective'],
    // A trade moves margin too: one of five contracts that is closed gives back a fifth of it, a round sum.
    ['moved by just the amount, but so did the size', swap({ margin: '260', pos: '4' }), 'reduce', 'pending'],
    ['moved by just the amount, but so did size and entry price', swap({ margin: '340', pos: '6', avgPx: '60500' }), 'add', 'pending'],
    ['moved by just the amount, but the entry price too', swap({ margin: '340', avgPx: '60500' }), 'add', 'pending'],
    ['moved by just the amount, while the entry price is not told', swap({ margin: '340', avgPx: '' }), 'add', 'effective'],
    ['not moved', swap(), 'add', 'pending'],
    ['moved by the opposite', swap({ margin: '260' }), 'add', 'contradicted'],
    ['moved up instead of down', swap({ margin: '340' }), 'reduce', 'contradicted'],
    ['moved by ten times the amount', swap({ margin: '700' }), 'add', 'contradicted'],
    ['moved by twice the amount', swap({ margin: '380' }), 'add', 'contradicted'],
    ['moved by half the amount', swap({ margin: '320' }), 'add', 'contradicted'],
    ['moved by the opposite, but so did the size', swap({ margin: '260', pos: '4' }), 'add', 'pending'],
    ['moved by twice the amount, but the entry price too', swap({ margin: '380', avgPx: '60001' }), 'add', 'pending'],
    ['moved by twice the amount, but the entry price is not told', swap({ margin: '380', avgPx: '' }), 'add', 'pending'],
    ['moved by a fee', swap({ margin: '298.5' }), 'add', 'pending'],
    ['moved by the highest of fees', swap({ margin: '285' }), 'add', 'pending'],
    ['moved by a little more', swap({ margin: '284.9' }), 'add', 'contradicted'],
    ['moved by the amount and a fee', swap({ margin: '338.77' }), 'add', 'pending'],
    ['moved by the amount and a fee that was received', swap({ margin: '341.5' }), 'add', 'pending'],
    ['with a margin that is not told', swap({ margin: '' }), 'add', 'pending'],
  ];
  for (const [what, row, direction, state] of cases) {
    it(`is ${state} for a margin ${what} (${direction})`, async () => {
      const proof = await proofOf(row, direction);
      assert.equal(proof.state, state);
      assert.equal(proof.position?.positionId, refs.net.positionId);
    });
  }

  for (const [what, row] of [
    ['closed', undefined],
    ['of size zero', swap({ pos: '0', margin: '340' })],
    ['turned', swap({ pos: '-5', margin: '340' })],
    ['in the other slot', swap({ posSide: 'long', margin: '340' })],
    ['of another id', swap({ posId: '7', margin: '340' })],
    ['of another instrument', swap({ instId: 'ETH-USDT-SWAP', margin: '340' })],
    ['in another coin', swap({ ccy: 'USDC', margin: '340' })],
  ] as const) {
    it(`is pending without a position when it is ${what}`, async () => {
      assert.deepEqual(await proofOf(row), { state: 'pending' });
    });
  }

  it('is pending without a position when OKX says that there is none', async () => {
    const { venue, connection } = holding();
    for (const code of ['51023', '51043', '59300']) {
      venue.on('/account/positions', refusal(code));
      assert.deepEqual(await connection.actions.margin!.prove(marginChange(refs.net), baseline, {}), { state: 'pending' });
    }
  });

  it('fails when the position cannot be read or understood: that is no answer', async () => {
    const { venue, connection } = holding(swap({ pos: 5 }));
    assert.equal((await failureOf(connection.actions.margin!.prove(marginChange(refs.net), baseline, {}))).kind, 'shape');
    // A margin that is not understood is not known, and nothing follows from it.
    venue.on('/account/positions', success([swap({ margin: 340 })]));
    assert.equal((await connection.actions.margin!.prove(marginChange(refs.net), baseline, {})).state, 'pending');
    venue.on('/account/positions', refusal('50030'));
    assert.equal((await failureOf(connection.actions.margin!.prove(marginChange(refs.net), baseline, {}))).kind, 'permission');
  });

  it('knows that the margin of a MARGIN position in the coin held is a part of its size', async () => {
    const before = { ...baseline, size: decimal('0.5'), margin: decimal('300'), entryPrice: decimal('62961.4') };
    const row = (pos: string, margin: string): object => printed({ pos, margin });
    assert.equal((await proofOf(row('40.5', '340'), 'add', before, refs.marginLong)).state, 'effective');
    assert.equal((await proofOf(row('80.5', '380'), 'add', before, refs.marginLong)).state, 'contradicted');
    assert.equal((await proofOf(row('0.5', '380'), 'add', before, refs.marginLong)).state, 'contradicted');
    assert.equal((await proofOf(row('0.6', '380'), 'add', before, refs.marginLong)).state, 'pending');
    assert.equal((await proofOf(row('0.5', '340'), 'add', before, refs.marginLong)).state, 'effective');
    assert.equal((await proofOf(row('0.4', '340'), 'add', before, refs.marginLong)).state, 'pending');
    const short = marginShort({ pos: '80.5', margin: '380' });
    assert.equal((await proofOf(short, 'add', before, refs.marginShort)).state, 'contradicted');
  });

  it('is effective for exactly the amount, and for nothing else', async () => {
    const digits = fc
      .tuple(fc.nat(10_000), fc.nat(99))
      .map(([whole, cents]) => decimal(`${(whole + 1).toString()}.${cents.toString().padStart(2, '0')}`));
    const { venue, connection } = holding();
    await holds(
      fc.asyncProperty(
        digits,
        digits,
        digits,
        fc.constantFrom('add' as const, 'reduce' as const),
        fc.boolean(),
        async (margin, amount, other, direction, up) => {
          const moved = (by: Decimal): string =>
            JSON.stringify({ code: '0', msg: '', data: [swap({ margin: add(add(margin, decimal('20000')), by) })] });
          const signed = direction === 'add' ? amount : negate(amount);
          const before = { ...baseline, margin: add(margin, decimal('20000')) };
          const change = marginChange(refs.net, direction, amount);
          venue.on('/account/positions', moved(signed));
          assert.equal((await connection.actions.margin!.prove(change, before, {})).state, 'effective');
          venue.on('/account/positions', moved(up ? other : negate(other)));
          const { state } = await connection.actions.margin!.prove(change, before, {});
          assert.equal(state === 'effective', subtract(up ? other : negate(other), signed) === '0');
        },
      ),
      // Each asks over a line that keeps OKX's limits in real time.
      { numRuns: 4 },
    );
  });
});
