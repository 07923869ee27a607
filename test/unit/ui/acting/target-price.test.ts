import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { Position } from '../../../../src/core/model.ts';
import { aimPrompt, aimText, judgeAim, judgeTargetPrice } from '../../../../src/ui/acting/target-price.ts';
import { inBoth } from './chinese.ts';
import { blind, positions } from './margin-records.ts';

function said(text: string, position: Position = positions.long): [string, string] {
  const verdict = judgeTargetPrice(text, position);
  if (!verdict.ok) return ['refused', inBoth(verdict.sentence)];
  const { target, remark } = verdict;
  return [
    `${target.by} ${target.by === 'price' ? target.price : target.distance}${remark.caution ? ', caution' : ''}`,
    inBoth(remark.sentence),
  ];
}

describe('a target for the liquidation price while it is typed', () => {
  it('is a price or a distance on the right side of the mark price', () => {
    const now = 'Liquidation at 45,200 USDT now, 9.6% away.';
    const table: [string, string, string][] = [
      ['44000', 'price 44000', `${now} For 44,000 USDT, 12.0% away, margin is added.`],
      ['12%', 'distance 0.12', `${now} For 44,000 USDT, 12.0% away, margin is added.`],
      ['12.5 %', 'distance 0.125', `${now} For 43,750 USDT, 12.5% away, margin is added.`],
      ['46200', 'price 46200, caution', `${now} For 46,200 USDT, 7.6% away, margin is taken out.`],
      ['45200', 'price 45200, caution', 'Liquidation at 45,200 USDT, 9.6% away. That is where it is.'],
      ['49500', 'price 49500, caution', `${now} For 49,500 USDT, 1.0% away, margin is taken out.`],
      ['49500.1', 'refused', 'That would leave 0.9% to liquidation, less than the 1.0% that is kept.'],
      ['0.5%', 'refused', 'That would leave 0.5% to liquidation, less than the 1.0% that is kept.'],
      ['50000', 'refused', 'A long position is liquidated below the mark price, which is 50,000 USDT. Type less.'],
      ['60000', 'refused', 'A long position is liquidated below the mark price, which is 50,000 USDT. Type less.'],
      ['100%', 'refused', 'No price is 100% below the mark price. Type less.'],
      ['', 'refused', 'Type a price, or a distance with a percent sign, for example 12%.'],
      ['0', 'refused', 'The price must be more than zero.'],
      ['-1', 'refused', 'The price must be more than zero.'],
      ['0%', 'refused', 'The percentage must be more than zero.'],
      ['44,000', 'refused', 'Write the number without commas. The decimal sign is a point, for example 0.1.'],
      ['low', 'refused', 'That is not a price. Write digits and a decimal point, or a distance such as 12%.'],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('is the other way round for a short position', () => {
    assert.deepEqual(said('56000', positions.short), [
      'price 56000',
      'Liquidation at 54,800 USDT now, 9.6% away. For 56,000 USDT, 12.0% away, margin is added.',
    ]);
    assert.equal(said('120%', positions.short)[0], 'distance 1.2');
    assert.deepEqual(said('49000', positions.short), [
      'refused',
      'A short position is liquidated above the mark price, which is 50,000 USDT. Type more.',
    ]);
  });

  it('may be within the last per cent where margin is added, because every step away helps', () => {
    const close = { ...positions.long, markPrice: decimal('45300') };
    assert.equal(said('0.8%', close)[0], 'distance 0.008, caution');
  });

  it('says that nothing is known where the venue does not tell', () => {
    assert.deepEqual(said('44000', blind(positions.long)), [
      'price 44000, caution',
      'The mark price or the liquidation price now is unknown.',
    ]);
  });

  it('is looked at again by fresher figures, and named in titles', () => {
    const aim = { by: 'price', price: decimal('46200') } as const;
    assert.equal(judgeAim(aim, positions.long).ok, true);
    assert.equal(judgeAim(aim, { ...positions.long, markPrice: decimal('46000') }).ok, false);
    assert.equal(aimText(aim, positions.long), '46,200 USDT');
    const distance = aimText({ by: 'distance', distance: decimal('0.12') }, positions.long);
    assert.equal(typeof distance === 'string' ? distance : inBoth(distance), '12.0% away');
    assert.match(inBoth(aimPrompt(positions.long)), /in USDT/);
  });
});
