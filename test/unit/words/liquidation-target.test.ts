import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { marginFor, type MarginAim, type MarginAnswer } from '../../../src/core/risk/margin-solver.ts';
import { msg } from '../../../src/core/message.ts';
import type { Position } from '../../../src/core/model.ts';
import { blockedMarginText, marginReasonText, marginWayText, shortMarginText } from '../../../src/words/liquidation-target.ts';
import { inBoth } from './chinese.ts';
import { blind, positions } from './margin-records.ts';
import { says, saysLike } from '../../texts.ts';

const wallet = msg('okx.trading-account', 'trading account');
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
      says('liquidation-target.liquidation-price-distance', '44,000 USDT', '12.0%'),
      says('liquidation-target.margin-leverage-fact', '124 USDT', '8.07×', '226', 'USDT', says('okx.trading-account')),
    ]);
    assert.deepEqual(lines(positions.long, solve(positions.long, at('0.0001'), '2000')), [
      'Add 904 USDT',
      says('liquidation-target.liquidation-price-distance', 'none', says('position.not-reached')),
      says('liquidation-target.margin-leverage-fact', '1,004 USDT', '1×', '1,096', 'USDT', says('okx.trading-account')),
    ]);
  });

  it('cautions where liquidation would be near', () => {
    assert.match(lines(positions.long, solve(positions.long, at('46200')))[2]!, / · CAUTION: less than 10% to liquidation$/);
    assert.match(lines(positions.long, solve(positions.long, at('47600'), '250', '90'))[2]!, / · CAUTION: less than 5% to liquidation$/);
  });

  it('says why there is none', () => {
    const { long } = positions;
    const table: [Position, MarginAnswer, RegExp][] = [
      [long, solve(long, at('44000'), '20'), saysLike('liquidation-target.takes-holds-less', '24', 'USDT', 'trading account')],
      [long, solve(long, at('46200'), '250', '5'), saysLike('liquidation-target.no-more-taken')],
      [long, solve(long, at('49900'), '250', '100'), saysLike('liquidation-target.liquidation-kept', '1.0%')],
      [long, solve(long, at('46200'), '250', 'unclear'), saysLike('liquidation-target.how-much-taken')],
      [blind(long), solve(blind(long), at('44000')), saysLike('liquidation-target.liquidation-price-after')],
    ];
    for (const [position, answer, expected] of table) assert.match(reason(position, answer), expected);
    assert.equal(
      inBoth(
        marginReasonText(
          { state: 'deadEnd', direction: 'reduce', reason: 'distress' },
          at('46200'),
          { ...long, distress: msg('button.remove-margin', 'Reduce Margin') },
          wallet,
        ),
      ),
      says('liquidation-target.nothing-taken-now', says('button.remove-margin')),
    );
    assert.equal(inBoth(blockedMarginText({ state: 'deadEnd', direction: 'reduce', reason: 'limit' }, long)), says('term.remove', 'USDT'));
    assert.equal(inBoth(blockedMarginText({ state: 'deadEnd', direction: 'add', reason: 'wallet' }, long)), 'Add USDT');
  });

  it('asks before what leads only a part of the way', () => {
    const answer = solve(positions.long, at('44000'), '20');
    assert.ok(answer.state === 'deadEnd' && answer.nearest !== undefined);
    assert.equal(
      inBoth(shortMarginText(answer.nearest, at('44000'), positions.long, '44,000 USDT')),
      says('liquidation-target.brings-liquidation-price', 'Add 20 USDT', '44,200 USDT', '11.6%', '44,000 USDT'),
    );
  });

  it('speaks of leverage first where that is what is wanted', () => {
    const { long } = positions;
    assert.deepEqual(lines(long, solve(long, times('5')), times('5')), [
      'Add 100 USDT',
      says('liquidation-target.leverage-fact-distance', '5×', '19.6%'),
      says('liquidation-target.margin-liquidation-price', '200 USDT', '40,200 USDT', '150', 'USDT', says('okx.trading-account')),
    ]);
    assert.match(
      lines(long, solve(long, times('20'), '250', '90'), times('20'))[2]!,
      /^margin 50 USDT · .* · CAUTION: less than 5% to liquidation$/,
    );
    assert.equal(
      reason(blind(long), { state: 'deadEnd', direction: 'add', reason: 'unknown' }, times('5')),
      says('liquidation-target.leverage-fact-cannot'),
    );
    assert.equal(
      reason(blind(long), { state: 'deadEnd', direction: 'reduce', reason: 'unknown' }, times('50')),
      says('liquidation-target.liquidation-price-after-taking'),
    );
    const short = solve(long, times('5'), '20');
    assert.ok(short.state === 'deadEnd' && short.nearest !== undefined);
    assert.equal(
      inBoth(shortMarginText(short.nearest, times('5'), long, '5×')),
      says('liquidation-target.brings-leverage-fact', 'Add 20 USDT', '8.34×', '11.6%', '5×'),
    );
  });
});
