import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { marginFor, type MarginAim, type MarginAnswer } from '../../../src/core/risk/margin-solver.ts';
import { msg } from '../../../src/core/message.ts';
import type { Position } from '../../../src/core/model.ts';
import { blockedMarginText, marginReasonText, marginWayText, shortMarginText } from '../../../src/words/liquidation-target.ts';
import { inBoth } from './chinese.ts';
import { blind, positions } from './margin-records.ts';

const wallet = msg('trading account');
const at = (price: string): MarginAim => ({ by: 'price', price: decimal(price) });
const times = (leverage: string): MarginAim => ({ by: 'leverage', leverage: decimal(leverage) });
const solve = (position: Position, aim: MarginAim, available = '250', reducible: string | undefined = '33'): MarginAnswer =>
  marginFor(position, aim, {
    available: decimal(available),
    places: 4,
    ...(reducible === 'unclear' ? {} : { reducible: decimal(reducible) }),
  });

function lines(position: Position, answer: MarginAnswer, aim: MarginAim = at('44000')): string[] {
  if (answer.state !== 'way') return [answer.state];
  const { label, description, detail } = marginWayText(answer.way, aim, position, wallet);
  return [label, description, detail].map(inBoth);
}

function reason(position: Position, answer: MarginAnswer, aim: MarginAim = at('44000')): string {
  assert.ok(answer.state === 'deadEnd');
  return inBoth(marginReasonText(answer, aim, position, wallet));
}

describe('the way to a liquidation price in words', () => {
  it('names the amount and every figure after it', () => {
    assert.deepEqual(lines(positions.long, solve(positions.long, at('44000'))), [
      'Add 24 USDT',
      '→ liquidation price 44,000 USDT, distance 12.0% (estimate)',
      'margin 124 USDT · leverage in fact 8.07× · 226 USDT in the trading account afterwards',
    ]);
    assert.deepEqual(lines(positions.long, solve(positions.long, at('0.0001'), '2000')), [
      'Add 904 USDT',
      '→ liquidation price none, distance out of reach (estimate)',
      'margin 1,004 USDT · leverage in fact 1× · 1,096 USDT in the trading account afterwards',
    ]);
  });

  it('cautions where liquidation would be near', () => {
    assert.match(lines(positions.long, solve(positions.long, at('46200')))[2]!, / · CAUTION: less than 10% to liquidation$/);
    assert.match(lines(positions.long, solve(positions.long, at('47600'), '250', '90'))[2]!, / · CAUTION: less than 5% to liquidation$/);
  });

  it('says why there is none', () => {
    const { long } = positions;
    const table: [Position, MarginAnswer, RegExp][] = [
      [long, solve(long, at('44000'), '20'), /^it takes 24 USDT, and the trading account holds less$/],
      [long, solve(long, at('46200'), '250', '5'), /^no more can be taken out now$/],
      [long, solve(long, at('49900'), '250', '100'), /^1\.0% to liquidation are kept$/],
      [long, solve(long, at('46200'), '250', 'unclear'), /^how much can be taken out cannot be told now, so nothing is taken$/],
      [blind(long), solve(blind(long), at('44000')), /^the liquidation price after adding cannot be estimated; margin can still be added/],
    ];
    for (const [position, answer, expected] of table) assert.match(reason(position, answer), expected);
    assert.equal(
      inBoth(
        marginReasonText(
          { state: 'deadEnd', direction: 'reduce', reason: 'distress' },
          at('46200'),
          { ...long, distress: msg('Reduce Margin') },
          wallet,
        ),
      ),
      'nothing is taken now: Reduce Margin',
    );
    assert.equal(inBoth(blockedMarginText({ state: 'deadEnd', direction: 'reduce', reason: 'limit' }, long)), 'Take out USDT');
    assert.equal(inBoth(blockedMarginText({ state: 'deadEnd', direction: 'add', reason: 'wallet' }, long)), 'Add USDT');
  });

  it('asks before what leads only a part of the way', () => {
    const answer = solve(positions.long, at('44000'), '20');
    assert.ok(answer.state === 'deadEnd' && answer.nearest !== undefined);
    assert.equal(
      inBoth(shortMarginText(answer.nearest, at('44000'), positions.long, '44,000 USDT')),
      'Add 20 USDT: that brings the liquidation price to 44,200 USDT only, distance 11.6% (estimate), not to 44,000 USDT.',
    );
  });

  it('speaks of leverage first where that is what is wanted', () => {
    const { long } = positions;
    assert.deepEqual(lines(long, solve(long, times('5')), times('5')), [
      'Add 100 USDT',
      '→ leverage in fact 5×, distance 19.6% (estimate)',
      'margin 200 USDT · liquidation price 40,200 USDT · 150 USDT in the trading account afterwards',
    ]);
    assert.match(
      lines(long, solve(long, times('20'), '250', '90'), times('20'))[2]!,
      /^margin 50 USDT · .* · CAUTION: less than 5% to liquidation$/,
    );
    assert.equal(
      reason(blind(long), { state: 'deadEnd', direction: 'add', reason: 'unknown' }, times('5')),
      'leverage in fact cannot be told now; margin can still be added by its amount',
    );
    assert.equal(
      reason(blind(long), { state: 'deadEnd', direction: 'reduce', reason: 'unknown' }, times('50')),
      'the liquidation price after taking out cannot be estimated, so nothing is taken',
    );
    const short = solve(long, times('5'), '20');
    assert.ok(short.state === 'deadEnd' && short.nearest !== undefined);
    assert.equal(
      inBoth(shortMarginText(short.nearest, times('5'), long, '5×')),
      'Add 20 USDT: that brings leverage in fact to 8.34× only, distance to liquidation 11.6% (estimate), not to 5×.',
    );
  });
});
