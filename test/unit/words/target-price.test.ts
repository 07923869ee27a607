import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Position } from '../../../src/core/model.ts';
import { aimPrompt, aimText, judgeAim, judgeTargetPrice } from '../../../src/words/liquidation-target.ts';
import { inBoth } from './chinese.ts';
import { blind, positions } from './margin-records.ts';
import { says } from '../../texts.ts';

function said(text: string, position: Position = positions.long): [string, string] {
  const verdict = judgeTargetPrice(text, position);
  if (!verdict.ok) return ['refused', inBoth(verdict.sentence)];
  const { target, remark } = verdict;
  return [
    `${target.by} ${'price' in target ? target.price : 'distance' in target ? target.distance : target.leverage}${remark.caution ? ', caution' : ''}`,
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
      ['45200', 'price 45200, caution', says('liquidation-target.liquidation-away-where', '45,200 USDT', '9.6%')],
      ['49500', 'price 49500, caution', `${now} For 49,500 USDT, 1.0% away, margin is taken out.`],
      ['49500.1', 'refused', says('liquidation-target.leave-liquidation-less', '0.9%', '1.0%')],
      ['0.5%', 'refused', says('liquidation-target.leave-liquidation-less', '0.5%', '1.0%')],
      ['50000', 'refused', says('liquidation-target.long-position-liquidated', '50,000 USDT')],
      ['60000', 'refused', says('liquidation-target.long-position-liquidated', '50,000 USDT')],
      ['100%', 'refused', says('liquidation-target.no-price-100')],
      ['', 'refused', says('liquidation-target.type-price-distance')],
      ['0', 'refused', says('liquidation-target.price-must-more')],
      ['-1', 'refused', says('liquidation-target.price-must-more')],
      ['0%', 'refused', says('target.percentage-must-more')],
      ['44,000', 'refused', says('amount.write-number-without')],
      ['low', 'refused', says('liquidation-target.not-price-write')],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('is a leverage in fact with an x behind it', () => {
    const now = 'Leverage in fact 10× now.';
    const table: [string, string, string][] = [
      ['5x', 'leverage 5', `${now} For 5×, margin is added: liquidation then at 40,200 USDT, 19.6% away (estimate).`],
      ['5 X', 'leverage 5', `${now} For 5×, margin is added: liquidation then at 40,200 USDT, 19.6% away (estimate).`],
      ['9.5×', 'leverage 9.5', `${now} For 9.5×, margin is added: liquidation then at 44,936.85 USDT, 10.1% away (estimate).`],
      ['0.5x', 'leverage 0.5', `${now} For 0.5×, margin is added: then no price liquidates it (estimate).`],
      ['20x', 'leverage 20, caution', `${now} For 20×, margin is taken out: liquidation then at 47,710.05 USDT, 4.5% away (estimate).`],
      ['10x', 'leverage 10', says('liquidation-target.leverage-fact-where', '10×')],
      [
        '69.71x',
        'leverage 69.71, caution',
        `${now} For 69.71×, margin is taken out: liquidation then at 49,499.95 USDT, 1.0% away (estimate).`,
      ],
      ['69.72x', 'refused', says('liquidation-target.leave-less-liquidation', '1.0%', '69.71×')],
      ['1000000x', 'refused', says('liquidation-target.leave-less-liquidation', '1.0%', '69.71×')],
      ['0x', 'refused', says('liquidation-target.leverage-must-more')],
      ['0.00x', 'refused', says('liquidation-target.leverage-must-more')],
      ['-5x', 'refused', says('liquidation-target.leverage-must-more')],
      ['5.001x', 'refused', says('amount.most-decimals-allowed', '2')],
      ['5,5x', 'refused', says('amount.write-number-without')],
      ['x', 'refused', says('liquidation-target.not-leverage-write')],
      ['5xx', 'refused', says('liquidation-target.not-leverage-write')],
      ['x5', 'refused', says('liquidation-target.not-price-write')],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('says of a leverage what is not known, and that nothing can be taken out where liquidation is near', () => {
    const { exposure, ...unsized } = positions.long;
    assert.ok(exposure !== undefined);
    assert.deepEqual(said('5x', unsized), ['leverage 5, caution', says('liquidation-target.leverage-fact-now-unknown')]);
    const { liquidationPrice, ...priceless } = positions.long;
    assert.ok(liquidationPrice !== undefined);
    assert.deepEqual(said('5x', priceless), ['leverage 5, caution', says('liquidation-target.leverage-fact-now-margin', '10×', '5×')]);
    assert.deepEqual(said('20x', priceless), [
      'leverage 20, caution',
      says('liquidation-target.leverage-fact-now-margin-taken', '10×', '20×'),
    ]);
    const close = { ...positions.long, markPrice: decimal('45300') };
    assert.deepEqual(said('20x', close), ['refused', says('liquidation-target.leverage-fact-now', '9.06×', '1.0%')]);
    assert.match(said('5x', close)[1], /margin is added/);
  });

  it('is the other way round for a short position', () => {
    assert.deepEqual(said('56000', positions.short), [
      'price 56000',
      says('liquidation-target.liquidation-now-away', '54,800 USDT', '9.6%', '56,000 USDT', '12.0%'),
    ]);
    assert.equal(said('120%', positions.short)[0], 'distance 1.2');
    assert.deepEqual(said('49000', positions.short), ['refused', says('liquidation-target.short-position-liquidated', '50,000 USDT')]);
  });

  it('may be within the last per cent where margin is added, because every step away helps', () => {
    const close = { ...positions.long, markPrice: decimal('45300') };
    assert.equal(said('0.8%', close)[0], 'distance 0.008, caution');
  });

  it('says that nothing is known where the venue does not tell', () => {
    assert.deepEqual(said('44000', blind(positions.long)), ['price 44000, caution', says('liquidation-target.mark-price-liquidation')]);
  });

  it('is looked at again by fresher figures, and named in titles', () => {
    const aim = { by: 'price', price: decimal('46200') } as const;
    assert.equal(judgeAim(aim, positions.long).ok, true);
    assert.equal(judgeAim(aim, { ...positions.long, markPrice: decimal('46000') }).ok, false);
    assert.equal(aimText(aim, positions.long), '46,200 USDT');
    assert.equal(aimText({ by: 'leverage', leverage: decimal('5') }, positions.long), '5×');
    const distance = aimText({ by: 'distance', distance: decimal('0.12') }, positions.long);
    assert.equal(typeof distance === 'string' ? distance : inBoth(distance), '12.0% away');
    assert.match(inBoth(aimPrompt(positions.long)), /in USDT/);
  });
});
