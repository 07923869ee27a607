import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { marginFor, type MarginAim, type MarginAnswer } from '../../../src/core/risk/margin-solver.ts';
import { msg } from '../../../src/core/message.ts';
import type { Position } from '../../../src/core/model.ts';
import { blockedMarginText, marginReasonText, marginWayText, shortMarginText } from '../../../src/words/liquidation-target.ts';
import { inBoth } from './chinese.ts';
import { blind, positions } from './margin-records.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

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

const leads = (...parts: readonly string[]): string => says('target.leads-to', parts.join(', '));
const priceIs = (price: string): string => says('target.liquidation-price', price);
const leverageIs = (leverage: string): string => says('target.effective-leverage', leverage);
const away = (distance: string): string => says('line.to', distance, says('preview.liquidation'));
const left = (amount: string): string => says('target.left', amount, says('okx.trading-account'));

describe('the way to a liquidation price in words', () => {
  it('names the amount and every figure after it', () => {
    assert.deepEqual(lines(positions.long, solve(positions.long, at('44000'))), [
      'Add 24 USDT',
      leads(priceIs('44,000 USDT'), away('12.0%')),
      `${leverageIs('8.07×')} · ${left('226 USDT')}`,
    ]);
    assert.deepEqual(lines(positions.long, solve(positions.long, at('0.0001'), '2000')), [
      'Add 904 USDT',
      leads(priceIs('none'), says('position.not-reached')),
      `${leverageIs('1×')} · ${left('1,096 USDT')}`,
    ]);
  });

  it('cautions where liquidation would be near', () => {
    assert.match(lines(positions.long, solve(positions.long, at('46200')))[2]!, new RegExp(`^CAUTION: ${away('7.6%')} · `));
    assert.match(lines(positions.long, solve(positions.long, at('47600'), '250', '90'))[2]!, new RegExp(`^CAUTION: ${away('4.8%')} · `));
  });

  it('says why there is none', () => {
    const { long } = positions;
    const table: [Position, MarginAnswer, string][] = [
      [long, solve(long, at('44000'), '20'), `${says('target.needs', '24 USDT')} · ${says('target.not-enough-in', 'trading account')}`],
      [long, solve(long, at('46200'), '250', '5'), says('target.no-more-removable')],
      [long, solve(long, at('49900'), '250', '100'), says('target.cushion', '1.0%')],
      [long, solve(long, at('46200'), '250', 'unclear'), says('target.amount-unknown')],
      [blind(long), solve(blind(long), at('44000')), says('preview.no-estimate')],
    ];
    for (const [position, answer, expected] of table) assert.equal(reason(position, answer), expected);
    assert.equal(
      inBoth(
        marginReasonText(
          { state: 'deadEnd', direction: 'reduce', reason: 'distress' },
          at('46200'),
          { ...long, distress: msg('term.margin-word', 'margin') },
          wallet,
        ),
      ),
      says('term.margin-word'),
    );
    assert.equal(inBoth(blockedMarginText({ state: 'deadEnd', direction: 'reduce', reason: 'limit' }, long)), says('term.remove', 'USDT'));
    assert.equal(inBoth(blockedMarginText({ state: 'deadEnd', direction: 'add', reason: 'wallet' }, long)), 'Add USDT');
  });

  it('asks before what leads only a part of the way', () => {
    const answer = solve(positions.long, at('44000'), '20');
    assert.ok(answer.state === 'deadEnd' && answer.nearest !== undefined);
    assert.equal(
      inBoth(shortMarginText(answer.nearest, at('44000'), positions.long)),
      `Add 20 USDT ${says('target.leads-only', `${priceIs('44,200 USDT')}, ${away('11.6%')}`)}`,
    );
  });

  it('speaks of leverage first where that is what is wanted', () => {
    const { long } = positions;
    assert.deepEqual(lines(long, solve(long, times('5')), times('5')), [
      'Add 100 USDT',
      leads(leverageIs('5×'), away('19.6%')),
      `${priceIs('40,200 USDT')} · ${left('150 USDT')}`,
    ]);
    assert.match(
      lines(long, solve(long, times('20'), '250', '90'), times('20'))[2]!,
      saysInTurn(`CAUTION: ${away('4.5%')} · `, saysLike('target.liquidation-price'), saysLike('target.left')),
    );
    assert.equal(reason(blind(long), { state: 'deadEnd', direction: 'add', reason: 'unknown' }, times('5')), leverageIs('unknown'));
    assert.equal(
      reason(blind(long), { state: 'deadEnd', direction: 'reduce', reason: 'unknown' }, times('50')),
      says('preview.no-estimate'),
    );
    const short = solve(long, times('5'), '20');
    assert.ok(short.state === 'deadEnd' && short.nearest !== undefined);
    assert.equal(
      inBoth(shortMarginText(short.nearest, times('5'), long)),
      `Add 20 USDT ${says('target.leads-only', `${leverageIs('8.34×')}, ${away('11.6%')}`)}`,
    );
  });
});
