import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { Direction, Position } from '../../../src/core/model.ts';
import type { MarginReadiness } from '../../../src/exchanges/exchange.ts';
import { judgeAmount } from '../../../src/words/amount.ts';
import { largestOut } from '../../../src/engine/targets/safe-maximum.ts';
import { marginBounds, marginPrompt, marginRemark } from '../../../src/words/margin-preview.ts';
import { blind, marginReadiness, mutedReadiness, positions } from './margin-records.ts';
import { says, saysLike } from '../../texts.ts';

const wallet = msg('bybit.unified-trading-account', 'Unified Trading Account');
const nobodyKnows = mutedReadiness();

function said(text: string, readiness: MarginReadiness, direction: Direction): string {
  const verdict = judgeAmount(text, marginBounds(readiness, direction));
  return verdict.ok ? `ok ${verdict.amount}` : english(verdict.sentence);
}

describe('an amount of margin while it is typed', () => {
  it('is held against what the wallet has or what can be taken out, in the decimals of the venue', () => {
    const table: [string, Direction, string][] = [
      ['10', 'add', 'ok 10'],
      ['250.1234', 'add', 'ok 250.1234'],
      ['250.1235', 'add', says('amount.at-most', says('amount.above-limit'), '250.1234 USDT')],
      ['0.12345', 'add', says('amount.try', says('amount.decimals', '4'), '0.1234', 'USDT')],
      ['33.3333', 'reduce', 'ok 33.3333'],
      ['33.3334', 'reduce', says('amount.at-most', says('amount.above-limit'), '33.3333 USDT')],
      ['0', 'reduce', says('amount.above-zero')],
      ['-5', 'reduce', says('amount.above-zero')],
      ['-5', 'add', says('amount.above-zero')],
    ];
    for (const [typed, direction, expected] of table) assert.equal(said(typed, marginReadiness(), direction), expected, typed);
  });

  it('says when the most that can be taken is our own estimate', () => {
    const ours = marginReadiness(positions.long, { reducible: { amount: decimal('5'), source: 'estimate' } });
    assert.equal(said('6', ours, 'reduce'), says('amount.at-most', says('amount.above-limit'), '5 USDT'));
    assert.equal(
      english(marginPrompt(ours, 'reduce', wallet, 'OKX')),
      says('list.colon', says('margin-preview.removable'), says('list.brackets', '5 USDT', says('term.estimate-word'))),
    );
  });

  it('is never taken where nobody knows how much can be, and can still be added', () => {
    assert.match(said('0.0001', nobodyKnows, 'reduce'), saysLike('margin-preview.cannot-remove'));
    assert.equal(said('0.0001', nobodyKnows, 'add'), 'ok 0.0001');
  });

  it('is not asked for at all where nothing can be removed, and can still be added', () => {
    const nothing = marginReadiness(positions.long, { reducible: { amount: decimal('0'), source: 'venue' } });
    const none = saysLike('margin-preview.nothing-removable', 'BTC-USDT-SWAP long');
    assert.match(english(marginBounds(nothing, 'reduce').impossible!), none);
    assert.equal(marginBounds(nothing, 'add').impossible, undefined);
    assert.match(english(marginPrompt(nothing, 'reduce', wallet, 'OKX')), none);
    assert.match(
      english(marginPrompt(nothing, 'add', wallet, 'OKX')),
      saysLike('list.colon', says('collateral.available'), saysLike('list.brackets')),
    );
  });

  it('is asked for with its limit in the decimals of the venue, and whose figure or which wallet that is', () => {
    const unified = says('bybit.unified-trading-account');
    assert.equal(
      english(marginPrompt(marginReadiness(), 'add', wallet, 'Bybit')),
      says('list.colon', says('collateral.available'), says('list.brackets', '250.1234 USDT', unified)),
    );
    assert.equal(
      english(marginPrompt(marginReadiness(), 'reduce', wallet, 'Bybit')),
      says('list.colon', says('margin-preview.removable'), says('list.brackets', '33.3333 USDT', 'Bybit')),
    );
    assert.equal(
      english(marginPrompt(nobodyKnows, 'reduce', wallet, 'Bybit')),
      says('list.colon', says('margin-preview.removable'), says('term.unknown')),
    );
  });
});

describe('the estimate while an amount of margin is typed', () => {
  const remark = (position: Position, direction: Direction, amount: string): [string, boolean] => {
    const { sentence, caution } = marginRemark(position, direction, decimal(amount), largestOut(marginReadiness(position)));
    return [english(sentence), caution];
  };

  const effect = (price: readonly [string, string], distance: readonly [string, string]): string =>
    says(
      'preview.effect',
      `${says('list.colon', says('term.liquidation-price'), says('list.arrow', ...price))} · ${says('list.colon', says('line.distance', says('preview.liquidation')), says('list.arrow', ...distance))}`,
    );

  it('shows liquidation price and distance, now and after', () => {
    assert.deepEqual(remark(positions.long, 'add', '10'), [effect(['45,200 USDT', '44,700 USDT'], ['9.6%', '10.6%']), true]);
    assert.equal(remark(positions.short, 'add', '10')[0], effect(['54,800 USDT', '55,298 USDT'], ['9.6%', '10.5%']));
    assert.deepEqual(remark(positions.long, 'add', '24'), [effect(['45,200 USDT', '44,000 USDT'], ['9.6%', '12.0%']), false]);
    assert.match(remark(positions.inverse, 'add', '0.001')[0], /45,000 USD → 43,071\.43 USD/);
    assert.match(remark(positions.borrowed, 'add', '0.0001')[0], /53,615\.45 USDT → 50,940\.48 USDT/);
  });

  it('cautions near liquidation, and where the preview would refuse with what would not be refused', () => {
    assert.equal(remark(positions.long, 'add', '1')[1], true);
    const near = { ...positions.long, markPrice: decimal('46000') };
    const [text, caution] = remark(near, 'reduce', '30');
    assert.equal(caution, true);
    const [, most = ''] = saysLike('amount.at-most', saysLike('preview.refused'), /(\S+) USDT/).exec(text) ?? [];
    assert.doesNotMatch(remark(near, 'reduce', most)[0], saysLike('preview.refused'));
    assert.match(remark(near, 'reduce', `${most}1`)[0], saysLike('preview.refused'));
  });

  it('names no largest amount where nothing can be taken', () => {
    const reached = { ...positions.long, markPrice: decimal('45300') };
    assert.match(remark(reached, 'reduce', '1')[0], new RegExp(`${saysLike('preview.refused').source}$`));
  });

  it('says unknown where it cannot be told, and cautions where that could hide a danger', () => {
    const [added, calm] = remark(blind(positions.long), 'add', '10');
    assert.equal(added, effect(['unknown', 'unknown'], ['unknown', 'unknown']));
    assert.equal(calm, false);
    assert.equal(remark(blind(positions.long), 'reduce', '10')[1], true);
  });

  it('says that nothing would liquidate it any more', () => {
    assert.equal(remark(positions.long, 'add', '1000')[0], effect(['45,200 USDT', 'none'], ['9.6%', says('position.not-reached')]));
  });
});
