import assert from 'node:assert/strict';
import fc from 'fast-check';
import { absolute, add, decimal, divide, isZero, multiply, negate, round, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { PositionRef } from '../../../../src/core/model.ts';
import type { MarginProof } from '../../../../src/exchanges/exchange.ts';
import { failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { refusal } from './bench.ts';
import { accountText, inverse, listText, long, marginChange, positioned, rowsOf, short, type RawRow } from './position-bench.ts';

const [buy, sell] = rowsOf('linear') as [RawRow, RawRow, RawRow];
const [eth] = rowsOf('inverse') as [RawRow];
const figure = (row: RawRow, name: string): Decimal => decimal(row[name] as string);

interface Case {
  readonly ref?: PositionRef;
  readonly row?: RawRow;
  readonly direction?: 'add' | 'reduce';
  readonly amount?: string;
  /** What the rows say after the send. */
  readonly after: readonly unknown[];
  readonly account?: string;
}

/** What becomes of a change: prepared with one row, proved with others. */
async function proofOf({ ref = long, row = buy, direction = 'add', amount = '10', after, account }: Case): Promise<MarginProof> {
  const before = positioned('global', { [ref.instrument]: [listText(ref.market, [row])] });
  const { baseline } = await before.connection.actions.margin!.prepare({ position: ref });
  const now = positioned('global', { [ref.instrument]: [listText(ref.market, after)] });
  if (account !== undefined) now.venue.on('/account/info', account);
  return now.connection.actions.margin!.prove(marginChange({ position: ref, direction, amount: decimal(amount) }), baseline, {});
}

const moved = (row: RawRow, by: string, liqPrice: unknown = row['liqPrice'], more: RawRow = {}): RawRow => ({
  ...row,
  positionIM: add(figure(row, 'positionIM'), decimal(by)),
  liqPrice,
  ...more,
});

describe('what became of a change of margin on Bybit', () => {
  for (const [name, one, state] of [
    ['both witnesses say it was added', { after: [moved(buy, '10', '19690.00')] }, 'effective'],
    ['both say it was taken', { direction: 'reduce', after: [moved(buy, '-10', '19710.00')] }, 'effective'],
    ['both say the opposite', { after: [moved(buy, '-10', '19710.00')] }, 'contradicted'],
    ['both say the opposite of taking', { direction: 'reduce', after: [moved(buy, '10', '19690.00')] }, 'contradicted'],
    ['nothing moved', { after: [buy] }, 'pending'],
    ['only the margin moved', { after: [moved(buy, '10')] }, 'pending'],
    ['only the price moved', { after: [moved(buy, '0', '19690.00')] }, 'pending'],
    ['the witnesses disagree', { after: [moved(buy, '10', '19710.00')] }, 'pending'],
    ['the witnesses disagree the other way', { after: [moved(buy, '-10', '19690.00')] }, 'pending'],
    ['twice as much moved', { after: [moved(buy, '20', '19680.00')] }, 'pending'],
    ['half as much moved', { after: [moved(buy, '5', '19695.00')] }, 'pending'],
    // 250 of mark price are 5 of margin at 50 times.
    ['half as much moved and the mark price did the rest', { after: [moved(buy, '10', '19695.00', { markPrice: '20260' })] }, 'pending'],
    [
      'half as much was taken and the mark price did the rest',
      { direction: 'reduce', after: [moved(buy, '-10', '19705.00', { markPrice: '19760' })] },
      'pending',
    ],
    // A fifth of the value as maintenance margin makes the price move by a quarter more.
    ['a large maintenance margin follows the price', { after: [moved(buy, '10', '19687.50')] }, 'effective'],
    ['the price went out of its band', { after: [moved(buy, '10', '')] }, 'effective'],
    ['the price is not told and the margin went the other way', { after: [moved(buy, '-10', '')] }, 'contradicted'],
    ['the price is not told and the margin is all but there', { after: [moved(buy, '9.9995', '')] }, 'effective'],
    ['the price is not told and the margin is nearly there', { after: [moved(buy, '9.95', '')] }, 'pending'],
    [
      'the price is not told and the fee followed the mark price',
      { after: [moved(buy, '10.208', '', { markPrice: '20020' })] },
      'effective',
    ],
    ['the price is not told and more than the fee followed', { after: [moved(buy, '10.25', '', { markPrice: '20020' })] }, 'pending'],
    // What follows the mark price moves by 10 with 500 of it at 50 times; it could be that or the request.
    [
      'the price is not told and the mark price alone moves the margin by just the amount',
      { row: { ...buy, liqPrice: '' }, after: [moved(buy, '10', '', { markPrice: '20510' })] },
      'pending',
    ],
    [
      'the price is not told and the mark price alone takes just the amount',
      { row: { ...buy, liqPrice: '' }, after: [moved(buy, '-10', '', { markPrice: '19510' })] },
      'pending',
    ],
    [
      'the price is not told and the fee alone could be the amount',
      { row: { ...buy, liqPrice: '' }, amount: '0.3', after: [moved(buy, '10.3', '', { markPrice: '20510' })] },
      'pending',
    ],
    ['the leverage was changed by just as much margin', { after: [moved(buy, '10', '19690.00', { leverage: '48.8' })] }, 'pending'],
    ['the leverage was raised by just as much margin', { after: [moved(buy, '-10', '19710.00', { leverage: '51.3' })] }, 'pending'],
    ['the price is not told and only the mark price moved', { after: [{ ...buy, liqPrice: '', markPrice: '20020' }] }, 'pending'],
    ['the price moved, but by another amount', { after: [moved(buy, '10', '19670.00')] }, 'pending'],
    ['the price is not told and the margin is not quite there', { after: [moved(buy, '9.8', '')] }, 'pending'],
    ['the price is told and the margin is not quite there', { after: [moved(buy, '9.8', '19690.20')] }, 'effective'],
    ['the amount is too small for a step of the price', { amount: '0.05', after: [moved(buy, '0.05')] }, 'effective'],
    ['the amount is large enough for a step of the price', { amount: '0.3', after: [moved(buy, '0.3')] }, 'pending'],
    [
      'a short position got more',
      { ref: short, row: { ...sell, liqPrice: '22000.0' }, after: [moved(sell, '10', '22020.0')] },
      'effective',
    ],
    [
      'a short position lost it',
      { ref: short, row: { ...sell, liqPrice: '22000.0' }, after: [moved(sell, '-10', '21980.0')] },
      'contradicted',
    ],
    ['a short position has no price', { ref: short, row: sell, after: [moved(sell, '10')] }, 'effective'],
    ['the sample got 0.01 more', { ref: inverse, row: eth, amount: '0.01', after: [moved(eth, '0.01', '1435.55')] }, 'effective'],
    ['the sample lost 0.01', { ref: inverse, row: eth, amount: '0.01', after: [moved(eth, '-0.01', '1686.10')] }, 'contradicted'],
    ['it is gone', { after: [] }, 'pending'],
    ['its slot is empty', { after: [{ ...buy, side: '', size: '0' }] }, 'pending'],
    ['only the other side is there', { after: [moved(sell, '10', '19690.00')] }, 'pending'],
    ['it was traded', { after: [moved(buy, '10', '19690.00', { size: '1.1' })] }, 'pending'],
    ['it was closed and opened anew', { after: [moved(buy, '10', '19690.00', { avgPrice: '20001' })] }, 'pending'],
    ['the account is cross by now', { after: [moved(buy, '10', '19690.00')], account: accountText('REGULAR_MARGIN') }, 'pending'],
    ['the margin is not told', { after: [moved(buy, '10', '19690.00', { positionIM: '' })] }, 'pending'],
    ['leverage is not told, so the margin as shown has to do', { after: [moved(buy, '10', '19690.00', { leverage: '' })] }, 'effective'],
  ] as readonly (readonly [string, Case, MarginProof['state']])[]) {
    it(`is ${state} when ${name}`, async () => {
      const proof = await proofOf(one);
      assert.equal(proof.state, state);
      if (proof.state !== 'pending') assert.equal(proof.position?.positionId, (one.ref ?? long).positionId);
    });
  }

  it('is told whether the margin follows the mark price or not, with the liquidation price or without', async () => {
    for (const liqPrice of ['19690.00', '']) {
      // 200 of mark price are 4 of margin at 50 times.
      for (const by of ['14', '10']) {
        const after = [moved(buy, by, liqPrice, { markPrice: '20210' })];
        assert.equal((await proofOf({ after })).state, 'effective', `${by} ${liqPrice}`);
      }
    }
  });

  it('is never told by what the mark price alone does, whatever it does and whatever follows it', async () => {
    const basis = fc.integer({ min: -3_000, max: 3_000 }).filter((points) => points !== 0);
    await holds(
      fc.asyncProperty(
        basis,
        fc.integer({ min: 1, max: 1_000 }),
        fc.constantFrom('add', 'reduce'),
        fc.constantFrom('19700.00', ''),
        fc.boolean(),
        fc.constantFrom('any', 'drift', 'steady'),
        async (points, many, direction, liqPrice, withValue, coincidence) => {
          const row = { ...buy, liqPrice };
          const change = divide(decimal(points.toString()), decimal('10000'), 8, 'half-up');
          const followed = (name: string): Decimal => add(figure(row, name), multiply(figure(row, name), change));
          const positionIM = followed('positionIM');
          const after = {
            ...row,
            markPrice: followed('markPrice'),
            positionIM,
            ...(withValue ? { positionValue: followed('positionValue') } : {}),
          };
          const drift = subtract(positionIM, figure(row, 'positionIM'));
          const steady = subtract(drift, divide(subtract(after.markPrice, figure(row, 'markPrice')), decimal('50'), 8, 'half-up'));
          // Also just the amount that was to be moved.
          const sums = { any: decimal(many.toString()), drift, steady };
          const amount = round(absolute(sums[coincidence]), 4, 'down');
          if (isZero(amount)) return;
          assert.equal((await proofOf({ row, direction, amount, after: [after] })).state, 'pending');
        },
      ),
    );
  }).timeout(20_000);

  it('agrees with what was done, for both sides, directions and markets, and never takes one for the other', async () => {
    const sides = fc.constantFrom(
      { ref: long, row: buy, size: '1', leverage: '50', inverse: false },
      { ref: short, row: { ...sell, liqPrice: '22000.00' }, size: '0.5', leverage: '10', inverse: false },
      { ref: inverse, row: eth, size: '200', leverage: '12', inverse: true },
    );
    await holds(
      fc.asyncProperty(
        sides,
        fc.constantFrom('add', 'reduce'),
        fc.boolean(),
        fc.integer({ min: 2, max: 400 }),
        fc.integer({ min: -200, max: 200 }),
        fc.boolean(),
        async (side, direction, reversed, many, points, follows) => {
          const amount = side.inverse ? divide(decimal(many.toString()), decimal('100000'), 5, 'up') : decimal(many.toString());
          const done = (direction === 'add') !== reversed ? amount : negate(amount);
          const before = figure(side.row, 'liqPrice');
          const size = decimal(side.size);
          const step = divide(done, size, 12, 'half-up');
          const liqPrice = side.inverse
            ? divide(decimal('1'), add(divide(decimal('1'), before, 16, 'half-up'), step), 2, 'half-up')
            : side.ref.side === 'long'
              ? subtract(before, step)
              : add(before, step);
          // The mark price goes on meanwhile, and the margin follows it or does not.
          const mark = figure(side.row, 'markPrice');
          const markPrice = add(mark, multiply(mark, divide(decimal(points.toString()), decimal('10000'), 4, 'half-up')));
          const value = (price: Decimal): Decimal => (side.inverse ? divide(size, price, 16, 'half-up') : multiply(size, price));
          const followed = divide(subtract(value(markPrice), value(mark)), decimal(side.leverage), 16, 'half-up');
          const by = follows ? add(done, followed) : done;
          const after = [moved(side.row, by, liqPrice, { markPrice })];
          const { state } = await proofOf({ ref: side.ref, row: side.row, direction, amount, after });
          // A few steps of the liquidation price are too little to tell, and then nothing is said.
          if (state !== 'pending' || many > 20) assert.equal(state, reversed ? 'contradicted' : 'effective');
        },
      ),
    );
  }).timeout(20_000);

  it('cannot be told while Bybit cannot be read', async () => {
    const { venue, connection } = positioned();
    const { baseline } = await connection.actions.margin!.prepare({ position: long });
    venue.on('/position/list', refusal('10016'));
    const error = await failureOf(connection.actions.margin!.prove(marginChange(), baseline, {}));
    assert.deepEqual([error.kind, error.effect], ['unavailable', 'none']);
  });
});
