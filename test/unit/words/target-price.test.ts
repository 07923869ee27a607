import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Position } from '../../../src/core/model.ts';
import { aimPrompt, aimText, judgeAim, judgeTargetPrice } from '../../../src/words/liquidation-target.ts';
import { inBoth } from './chinese.ts';
import { blind, positions } from './margin-records.ts';
import { says, saysLike } from '../../texts.ts';

function said(text: string, position: Position = positions.long): [string, string] {
  const verdict = judgeTargetPrice(text, position);
  if (!verdict.ok) return ['refused', inBoth(verdict.sentence)];
  const { target, remark } = verdict;
  return [
    `${target.by} ${'price' in target ? target.price : 'distance' in target ? target.distance : target.leverage}${remark.caution ? ', caution' : ''}`,
    inBoth(remark.sentence),
  ];
}

const priceIs = (price: string): string => says('target.liquidation-price', price);
const leverageIs = (leverage: string): string => says('target.effective-leverage', leverage);
const away = (distance: string): string => says('line.to', distance, says('preview.liquidation'));
const actOn = (act: 'add' | 'remove'): string => says(`term.${act}`, says('term.margin-word'));
type Standing = readonly [price: string, distance: string];
const way = (act: 'add' | 'remove', now: Standing, then: Standing): string =>
  [
    actOn(act),
    says('list.colon', says('term.liquidation-price'), says('list.arrow', now[0], then[0])),
    says('list.colon', says('line.distance', says('preview.liquidation')), says('list.arrow', now[1], then[1])),
  ].join(' · ');
/** From 10×. */
const byLeverage = (act: 'add' | 'remove', then: string, price: string, distance: string): string =>
  says(
    'preview.effect',
    [actOn(act), says('list.colon', says('term.effective-leverage'), says('list.arrow', '10×', then)), priceIs(price), distance].join(
      ' · ',
    ),
  );

describe('a target for the liquidation price while it is typed', () => {
  it('is a price or a distance on the right side of the mark price', () => {
    const now = ['45,200 USDT', '9.6%'] as const;
    const table: [string, string, string][] = [
      ['44000', 'price 44000', way('add', now, ['44,000 USDT', '12.0%'])],
      ['12%', 'distance 0.12', way('add', now, ['44,000 USDT', '12.0%'])],
      ['44000.1', 'price 44000.1, caution', way('add', now, ['44,000.1 USDT', '11.9%'])],
      ['12.5 %', 'distance 0.125', way('add', now, ['43,750 USDT', '12.5%'])],
      ['46200', 'price 46200, caution', way('remove', now, ['46,200 USDT', '7.6%'])],
      ['45200', 'price 45200, caution', says('target.already', `${priceIs('45,200 USDT')}, ${away('9.6%')}`)],
      ['49500', 'price 49500, caution', way('remove', now, ['49,500 USDT', '1.0%'])],
      ['49500.1', 'refused', says('list.sentence', says('target.cushion', '1.0%'))],
      ['0.5%', 'refused', says('list.sentence', says('target.cushion', '1.0%'))],
      ['50000', 'refused', says('target.type-less', '50,000 USDT', 'Mark price')],
      ['60000', 'refused', says('target.type-less', '50,000 USDT', 'Mark price')],
      ['100%', 'refused', says('target.type-less', '100%', says('line.distance', says('preview.liquidation')))],
      ['', 'refused', says('amount.plain-number', '45000')],
      ['0', 'refused', says('amount.above-zero')],
      ['-1', 'refused', says('amount.above-zero')],
      ['0%', 'refused', says('amount.above-zero')],
      ['44,000', 'refused', says('amount.plain-number', '45000')],
      ['low', 'refused', says('amount.plain-number', '45000')],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('is a leverage in fact with an x behind it', () => {
    const table: [string, string, string][] = [
      ['5x', 'leverage 5', byLeverage('add', '5×', '40,200 USDT', away('19.6%'))],
      ['5 X', 'leverage 5', byLeverage('add', '5×', '40,200 USDT', away('19.6%'))],
      ['9.5×', 'leverage 9.5, caution', byLeverage('add', '9.5×', '44,936.85 USDT', away('10.1%'))],
      ['0.5x', 'leverage 0.5', byLeverage('add', '0.5×', 'none', says('position.not-reached'))],
      ['20x', 'leverage 20, caution', byLeverage('remove', '20×', '47,710.05 USDT', away('4.5%'))],
      ['10x', 'leverage 10', says('target.already', leverageIs('10×'))],
      ['69.71x', 'leverage 69.71, caution', byLeverage('remove', '69.71×', '49,499.95 USDT', away('1.0%'))],
      ['69.72x', 'refused', says('amount.at-most', says('list.sentence', says('target.cushion', '1.0%')), '69.71×')],
      ['1000000x', 'refused', says('amount.at-most', says('list.sentence', says('target.cushion', '1.0%')), '69.71×')],
      ['0x', 'refused', says('amount.above-zero')],
      ['0.00x', 'refused', says('amount.above-zero')],
      ['-5x', 'refused', says('amount.above-zero')],
      ['5.001x', 'refused', says('amount.decimals', '2')],
      ['5,5x', 'refused', says('amount.plain-number', '5')],
      ['x', 'refused', says('amount.plain-number', '5')],
      ['5xx', 'refused', says('amount.plain-number', '5')],
      ['x5', 'refused', says('amount.plain-number', '45000')],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('says of a leverage what is not known, and that nothing can be taken out where liquidation is near', () => {
    const { exposure, ...unsized } = positions.long;
    assert.ok(exposure !== undefined);
    assert.deepEqual(said('5x', unsized), ['leverage 5, caution', leverageIs('unknown')]);
    const { liquidationPrice, ...priceless } = positions.long;
    assert.ok(liquidationPrice !== undefined);
    assert.deepEqual(said('5x', priceless), [
      'leverage 5, caution',
      byLeverage('add', '5×', 'unknown', says('line.unknown', says('preview.liquidation'))),
    ]);
    assert.deepEqual(said('20x', priceless), [
      'leverage 20, caution',
      byLeverage('remove', '20×', 'unknown', says('line.unknown', says('preview.liquidation'))),
    ]);
    const close = { ...positions.long, markPrice: decimal('45300') };
    assert.deepEqual(said('20x', close), ['refused', says('list.sentence', says('target.cushion', '1.0%'))]);
    assert.match(said('5x', close)[1], saysLike('term.add', says('term.margin-word')));
  });

  it('is the other way round for a short position', () => {
    assert.deepEqual(said('56000', positions.short), ['price 56000', way('add', ['54,800 USDT', '9.6%'], ['56,000 USDT', '12.0%'])]);
    assert.equal(said('120%', positions.short)[0], 'distance 1.2');
    assert.deepEqual(said('49000', positions.short), ['refused', says('target.type-more', '50,000 USDT', 'Mark price')]);
  });

  it('may be within the last per cent where margin is added, because every step away helps', () => {
    const close = { ...positions.long, markPrice: decimal('45300') };
    assert.equal(said('0.8%', close)[0], 'distance 0.008, caution');
  });

  it('says that nothing is known where the venue does not tell', () => {
    assert.deepEqual(said('44000', blind(positions.long)), ['price 44000, caution', says('line.unknown', says('preview.liquidation'))]);
  });

  it('is looked at again by fresher figures, and named in titles', () => {
    const aim = { by: 'price', price: decimal('46200') } as const;
    assert.equal(judgeAim(aim, positions.long).ok, true);
    assert.equal(judgeAim(aim, { ...positions.long, markPrice: decimal('46000') }).ok, false);
    assert.equal(inBoth(aimText(aim, positions.long)), priceIs('46,200 USDT'));
    assert.equal(inBoth(aimText({ by: 'leverage', leverage: decimal('5') }, positions.long)), leverageIs('5×'));
    assert.equal(inBoth(aimText({ by: 'distance', distance: decimal('0.12') }, positions.long)), away('12.0%'));
    assert.equal(inBoth(aimPrompt(positions.long)), says('target.aim-prompt', 'USDT'));
  });
});
