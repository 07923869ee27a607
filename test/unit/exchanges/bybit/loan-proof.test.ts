import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { Direction, Loan } from '../../../../src/core/model.ts';
import type { Adjustment } from '../../../../src/exchanges/bybit/loan-generation.ts';
import { judge } from '../../../../src/exchanges/bybit/loan-proof.ts';
import { holds } from '../../property.ts';
import { bench, change, sampled, success } from './bench.ts';

const baseline = { kind: 'collateral' as const, newestHistoryId: '9007199254740993', pledged: decimal('5') };
/** Newer than the baseline only for those who do not count in floats. */
const next = '9007199254740994';

const row = (direction: Direction, amount: string, more: Partial<Adjustment> = {}): Adjustment => ({
  id: next,
  type: 'whatever',
  forced: false,
  coin: 'BTC',
  amount: decimal(amount),
  at: 1,
  direction,
  status: 'done',
  ...more,
});
const loanOf = (pledged: string): Loan => ({
  id: 'pool',
  collateralValuation: 'adjusted',
  debts: [],
  collateral: [{ coin: 'BTC', amount: decimal(pledged) }],
});
const opposite = (direction: Direction): Direction => (direction === 'add' ? 'reduce' : 'add');
const moved = (pledged: Decimal, direction: Direction, amount: Decimal): Decimal =>
  direction === 'add' ? add(pledged, amount) : subtract(pledged, amount);
const direction = fc.constantFrom<Direction>('add', 'reduce');
/** Up to 18 decimals, above zero. */
const amount = fc.bigInt({ min: 1n, max: 10n ** 18n }).map((units) => {
  const digits = units.toString().padStart(19, '0');
  return decimal(`${digits.slice(0, -18)}.${digits.slice(-18)}`);
});
const asWanted = { ltvBefore: decimal('0.6'), ltvAfter: decimal('0.5') };
const reversed = { ltvBefore: decimal('0.5'), ltvAfter: decimal('0.6') };
const failed = { status: 'failed' } as const;
const processing = { status: 'processing' } as const;
const old = { id: '9007199254740992' };

describe('the judgement of an addition of 0.08 BTC to 5 BTC', () => {
  for (const [name, rows, now, state] of [
    ['its row, and the pledge moved by it', [row('add', '0.08')], '5.08', 'effective'],
    ['its row, written with other zeros', [row('add', '0.080')], '5.0800', 'effective'],
    ['its row, and the loan gone', [row('add', '0.08')], undefined, 'effective'],
    ['its row, and the pledge not moved yet', [row('add', '0.08', asWanted)], '5', 'pending'],
    ['its row beside another change', [row('add', '0.08'), row('reduce', '1', { id: `${next}1` })], '4.08', 'effective'],
    [
      'its row beside another change that was before the baseline',
      [row('add', '0.08'), row('reduce', '1', { id: `${next}1` })],
      '5.08',
      'effective',
    ],
    ['its row, LTV down as asked, and the pledge up by some other amount', [row('add', '0.08', asWanted)], '5.03', 'effective'],
    ['its row, LTV up, and the pledge up by some other amount', [row('add', '0.08', reversed)], '5.03', 'pending'],
    ['its row, LTV down, and the pledge down by some other amount', [row('add', '0.08', asWanted)], '4.5', 'pending'],
    ['its row, and the pledge back by just as much', [row('add', '0.08', reversed)], '4.92', 'contradicted'],
    ['a row of the other direction that is real', [row('reduce', '0.08')], '4.92', 'contradicted'],
    ['a row of another amount that is real', [row('add', '0.8')], '5.8', 'contradicted'],
    ['a row of another amount that is not in the pledge', [row('add', '0.8')], '5', 'pending'],
    ['two rows that are not it', [row('add', '0.8'), row('reduce', '0.1', { id: `${next}1` })], '5.7', 'pending'],
    ['its row still under way', [row('add', '0.08', processing)], '5', 'pending'],
    [
      'its row under way beside another that is real',
      [row('add', '0.08', processing), row('reduce', '1', { id: `${next}1` })],
      '4',
      'pending',
    ],
    ['its row, but of before the baseline', [row('add', '0.08', old)], '5.08', 'pending'],
    ['its row, but of another coin', [row('add', '0.08', { coin: 'ETH' })], '5.08', 'pending'],
    ['no row', [], '5.08', 'pending'],
  ] as const) {
    it(`is ${state} for ${name}`, () => {
      const proof = judge(change(), baseline, rows, now === undefined ? undefined : loanOf(now));
      assert.equal(proof.state, state);
      if (proof.state === 'pending') assert.equal(proof.failed, undefined);
      else assert.deepEqual(Object.keys(proof.row), ['id', 'type', 'forced', 'coin', 'amount', 'at']);
    });
  }

  it('names the row by which Bybit says that it failed, once the pledge agrees that nothing moved', () => {
    const told = judge(change(), baseline, [row('add', '0.08', failed)], loanOf('5'));
    assert.equal(told.state, 'pending');
    assert.equal(told.failed?.id, next);
    for (const [rows, now] of [
      [[row('add', '0.08', failed)], '5.08'],
      [[row('add', '0.08', failed), row('add', '0.08', { ...processing, id: `${next}1` })], '5'],
      [[row('reduce', '0.08', failed)], '5'],
      [[row('add', '0.07', failed)], '5'],
      [[row('add', '0.08', { ...failed, ...old })], '5'],
    ] as const) {
      assert.deepEqual(judge(change(), baseline, rows, loanOf(now)), { state: 'pending' });
    }
  });

  it('believes a row that is done more than one that failed', () => {
    const rows = [row('add', '0.08', failed), row('add', '0.08', { id: `${next}1` })];
    assert.equal(judge(change(), baseline, rows, loanOf('5.08')).state, 'effective');
  });

  it('knows what is new where there was nothing before', () => {
    assert.equal(
      judge(change(), { kind: 'collateral', pledged: decimal('5') }, [row('add', '0.08', { id: '1' })], loanOf('5.08')).state,
      'effective',
    );
  });
});

describe('the judgement of any change', () => {
  it('is effective for what was asked and contradicted for its reverse', () => {
    holds(
      fc.property(direction, amount, (way, size) => {
        const asked = change({ direction: way, amount: size });
        const back = opposite(way);
        assert.equal(judge(asked, baseline, [row(way, size)], loanOf(moved(baseline.pledged, way, size))).state, 'effective');
        assert.equal(judge(asked, baseline, [row(back, size)], loanOf(moved(baseline.pledged, back, size))).state, 'contradicted');
        // The row says what was asked, and the money went the other way.
        assert.equal(judge(asked, baseline, [row(way, size)], loanOf(moved(baseline.pledged, back, size))).state, 'contradicted');
      }),
    );
  });

  it('is never effective without a row that is done, new, and of this very direction, coin and amount', () => {
    const anyRow = fc.record({
      way: direction,
      size: fc.oneof(amount, fc.constant(decimal('0.08'))),
      coin: fc.constantFrom('BTC', 'ETH'),
      status: fc.constantFrom<Adjustment['status']>('done', 'processing', 'failed'),
      isOld: fc.boolean(),
    });
    holds(
      fc.property(direction, fc.array(anyRow, { maxLength: 5 }), fc.option(amount), (way, some, now) => {
        const asked = change({ direction: way });
        const rows = some
          .filter(
            (one) => one.isOld || one.status !== 'done' || one.coin !== 'BTC' || one.way !== way || compare(one.size, asked.amount) !== 0,
          )
          .map((one, at) =>
            row(one.way, one.size, { coin: one.coin, status: one.status, id: one.isOld ? at.toString() : next + at.toString() }),
          );
        const told = judge(asked, baseline, rows, now === null ? undefined : loanOf(now));
        assert.notEqual(told.state, 'effective');
        if (now === null) assert.equal(told.state, 'pending');
      }),
    );
  });
});

describe('proving a change of the pool', () => {
  const line = (adjustId: number, status: number, text = '0.08'): object => ({
    adjustId,
    adjustTime: 1_752_627_997_907,
    collateralCurrency: 'BTC',
    amount: text,
    preLTV: '0.6',
    afterLTV: '0.5',
    direction: 0,
    status,
  });
  const asked = { kind: 'collateral' as const, newestHistoryId: '27511', pledged: decimal('0.04') };

  it('reads the rows of the coin first, then the position', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/adjustment-history', success({ list: [line(27_512, 1)], nextPageCursor: '' }));
    const proof = await connection.actions.collateral!.prove(change(), asked, {});
    assert.equal(proof.state, 'effective');
    assert.deepEqual(
      venue.seen.map(({ target }) => target),
      ['/v5/crypto-loan-common/adjustment-history?collateralCurrency=BTC&limit=100', '/v5/crypto-loan-common/position'],
    );
  });

  it('reads no position while there is nothing new', async () => {
    const { venue, connection } = sampled();
    assert.deepEqual(await connection.actions.collateral!.prove(change(), asked, {}), { state: 'pending' });
    assert.equal(venue.to('/position').length, 0);
  });

  it('reads on until it meets the baseline', async () => {
    const { venue, connection } = bench();
    const many = Array.from({ length: 100 }, (_, at) => line(40_000 - at, 3, '7'));
    venue
      .on(
        '/crypto-loan-common/adjustment-history',
        success({ list: many, nextPageCursor: 'older' }),
        success({ list: [line(27_512, 1), line(27_511, 1), line(27_510, 1)], nextPageCursor: 'oldest' }),
      )
      .on('/crypto-loan-common/position', success({ ltv: '0.5', borrowList: [], collateralList: [{ currency: 'BTC', amount: '0.12' }] }));
    const proof = await connection.actions.collateral!.prove(change(), asked, {});
    assert.equal(proof.state, 'effective');
    assert.equal(venue.to('/adjustment-history').length, 2);
  });
});
