import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, decimal, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { CollateralBaseline, CollateralProof } from '../../../../src/exchanges/exchange.ts';
import { bench, change, success } from '../bench.ts';
import { holds } from '../../property.ts';

const baseline: CollateralBaseline = {
  kind: 'collateral',
  newestHistoryId: '17316594851045086',
  pledged: decimal('0.8'),
  ltv: decimal('0.5797'),
};

interface Row {
  readonly refId: string;
  readonly type: string;
  readonly ccy: string;
  readonly amt: string;
}
const row = (type: string, amt: string, more: Partial<Row> = {}): Row => ({ refId: '17316594851045087', type, ccy: 'BTC', amt, ...more });
const locked = (amt: string, more: Partial<Row> = {}): Row => row('collateral_locked', amt, more);
const released = (amt: string, more: Partial<Row> = {}): Row => row('collateral_released', amt, more);

/** What is proven of `direction` 0.1 BTC by these rows and this much pledged; undefined: the loan is gone. */
async function proof(
  direction: 'add' | 'reduce',
  rows: readonly Row[],
  pledged: string | undefined,
  more: Partial<CollateralBaseline> = {},
) {
  const { venue, connection } = bench();
  const loan = { ordId: '12345', loanData: [], collateralData: [{ ccy: 'BTC', amt: pledged ?? '0' }], curLTV: '0.5' };
  venue
    .on('/loan-history', success(rows.map((one) => ({ ts: '1731659485000', ...one }))))
    .on('/loan-info', success(pledged === undefined ? [] : [loan]));
  return { ...(await connection.actions.collateral!.prove(change({ direction }), { ...baseline, ...more }, {})), venue };
}
const state = async (...args: Parameters<typeof proof>): Promise<CollateralProof['state']> => (await proof(...args)).state;

describe('a change is proven', () => {
  it('by a row of its kind and amount together with the pledged amount, whatever the sign of the row', async () => {
    for (const amt of ['-0.1', '0.1', '0.10', '-0.100000000000000000']) {
      assert.equal(await state('add', [locked(amt)], '0.9'), 'effective');
      assert.equal(await state('reduce', [released(amt)], '0.7'), 'effective');
    }
  });

  it('with numbers compared as numbers, not as text', async () => {
    assert.equal(await state('add', [locked('-0.1')], '0.900'), 'effective');
  });

  it('by questions about this order and what is newer than the baseline', async () => {
    const { venue } = await proof('add', [locked('-0.1')], '0.9');
    const [asked] = venue.to('/loan-history');
    assert.deepEqual([asked?.url.searchParams.get('ordId'), asked?.url.searchParams.get('before')], ['12345', '17316594851045086']);
    assert.equal(asked?.url.searchParams.has('type'), false, 'a reversed change must be seen, too');
    assert.equal(venue.to('/loan-info')[0]?.url.searchParams.get('ordId'), '12345');
  });

  it('next to another change that the person made elsewhere', async () => {
    assert.equal(await state('add', [locked('-0.1'), locked('-0.25', { refId: '17316594851045099' })], '1.15'), 'effective');
    assert.equal(await state('add', [locked('-0.1'), released('0.25', { refId: '17316594851045099' })], '0.65'), 'effective');
  });
});

describe('a change that was prepared while another happened', () => {
  it('is proven when only its own amount is missing in the baseline', async () => {
    // The 0.25 is a row after the baseline, but was in the pledged amount of the baseline already.
    const rows = [locked('-0.1', { refId: '17316594851045099' }), locked('-0.25')];
    assert.equal(await state('add', rows, '0.9'), 'effective');
  });
});

describe('a change of a loan that is gone', () => {
  it('is proven by its row: there is no pledged amount left to look at', async () => {
    const told = await proof('add', [locked('-0.1')], undefined);
    assert.equal(told.state, 'effective');
    assert.equal('loan' in told, false);
  });
});

describe('a change stays open', () => {
  const cases: readonly (readonly [string, 'add' | 'reduce', readonly Row[], string | undefined])[] = [
    ['while there is no row', 'add', [], '0.8'],
    ['while only the pledged amount has moved', 'add', [], '0.9'],
    ['while only the row is there', 'add', [locked('-0.1')], '0.8'],
    ['while the row of a reduction is there but nothing has moved', 'reduce', [released('0.1')], '0.8'],
    ['when the row is of another coin', 'add', [locked('-0.1', { ccy: 'ETH' })], '0.9'],
    ['when the row is of another kind', 'add', [row('borrowed', '0.1')], '0.8'],
    ['when a change made elsewhere is there but not in the loan yet', 'add', [locked('-0.25')], '0.8'],
    ['when two changes made elsewhere are there', 'add', [locked('-0.25'), released('0.05', { refId: '17316594851045099' })], '1'],
    ['when the loan is gone without a word', 'add', [], undefined],
    ['when the loan is gone after another change', 'add', [released('0.8')], undefined],
  ];
  for (const [name, direction, rows, pledged] of cases) {
    it(name, async () => {
      assert.equal(await state(direction, rows, pledged), 'pending');
    });
  }

  it('when the rows are not newer than the baseline, though OKX was asked for newer ones', async () => {
    // An identical change of yesterday must not prove the one of today.
    for (const refId of ['17316594851045086', '17316594851045085', '9']) {
      assert.equal(await state('add', [locked('-0.1', { refId })], '0.9'), 'pending', refId);
    }
  });
});

describe('a change is contradicted', () => {
  it('by the opposite', async () => {
    assert.equal(await state('add', [released('0.1')], '0.7'), 'contradicted');
    assert.equal(await state('reduce', [locked('-0.1')], '0.9'), 'contradicted');
  });

  it('by another amount, when the pledged amount moved by just that', async () => {
    assert.equal(await state('add', [locked('-0.05')], '0.85'), 'contradicted');
    assert.equal(await state('reduce', [released('0.2')], '0.6'), 'contradicted');
  });
});

describe('a proof', () => {
  const amount = fc.integer({ min: 1, max: 1_000_000_000 }).map((units) => decimal(`0.${units.toString().padStart(18, '0')}`));
  const after = (pledged: Decimal, one: Row): Decimal => {
    const size = decimal(one.amt.replace('-', ''));
    return one.type === 'collateral_locked' ? add(pledged, size) : subtract(pledged, size);
  };

  it('is never effective by a row of the opposite kind, and never contradicted next to the right one', async () => {
    const someRow = fc
      .record({
        lock: fc.boolean(),
        size: fc.oneof(fc.constant(decimal('0.1')), amount),
        minus: fc.boolean(),
        refId: fc.integer({ min: 6000, max: 9999 }),
      })
      .map(({ lock, size, minus, refId }) =>
        row(lock ? 'collateral_locked' : 'collateral_released', `${minus ? '-' : ''}${size}`, {
          refId: `1731659485104${refId.toString()}`,
        }),
      );
    await holds(
      fc.asyncProperty(
        fc.constantFrom('add' as const, 'reduce' as const),
        fc.array(someRow, { maxLength: 4 }),
        fc.boolean(),
        async (direction, rows, lagging) => {
          const pledged = lagging ? baseline.pledged : rows.reduce(after, baseline.pledged);
          const wanted = direction === 'add' ? 'collateral_locked' : 'collateral_released';
          const matching = rows.some(({ type, amt }) => type === wanted && amt.replace('-', '') === '0.1');
          const told = await state(direction, rows, pledged);
          if (told === 'effective') assert.ok(matching);
          if (told === 'contradicted') assert.ok(!matching);
        },
      ),
      { numRuns: 60 },
    );
  });
});
