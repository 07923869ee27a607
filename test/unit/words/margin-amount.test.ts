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

const wallet = msg('bybit.unified-trading-account-2', 'Unified Trading Account');
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
      ['250.1235', 'add', says('amount.most-added', says('amount.more-available-wallet'), '250.1234', 'USDT')],
      ['0.12345', 'add', says('amount.allowed', 'At', 'most', '4 decimals are allowed here. 0.1234 USDT')],
      ['33.3333', 'reduce', 'ok 33.3333'],
      ['33.3334', 'reduce', says('amount.most-taken-out', says('amount.more-exchange-release'), '33.3333', 'USDT')],
      ['0', 'reduce', says('amount.most-taken-out', says('amount.must-more-zero'), '33.3333', 'USDT')],
      ['-5', 'reduce', says('amount.never-negative-command')],
      ['-5', 'add', says('amount.never-negative-command')],
    ];
    for (const [typed, direction, expected] of table) assert.equal(said(typed, marginReadiness(), direction), expected, typed);
  });

  it('says when the most that can be taken is our own estimate', () => {
    const ours = marginReadiness(positions.long, { reducible: { amount: decimal('5'), source: 'estimate' } });
    assert.equal(said('6', ours, 'reduce'), `${says('amount.more-taken-out')} At most 5 USDT can be taken out.`);
  });

  it('is never taken where nobody knows how much can be, and can still be added', () => {
    assert.match(said('0.0001', nobodyKnows, 'reduce'), /cannot be told now, so nothing is taken/);
    assert.equal(said('0.0001', nobodyKnows, 'add'), 'ok 0.0001');
  });

  it('is not asked for at all where nothing can be taken, and says so beside what can be added', () => {
    const nothing = marginReadiness(positions.long, { reducible: { amount: decimal('0'), source: 'venue' } });
    const none = /^No margin can be taken out of BTC-USDT-SWAP long now\./;
    assert.match(english(marginBounds(nothing, 'reduce').impossible!), none);
    assert.equal(marginBounds(nothing, 'add').impossible, undefined);
    assert.match(english(marginPrompt(nothing, 'reduce', wallet, 'OKX')), none);
    assert.match(
      english(marginPrompt(nothing, 'add', wallet, 'OKX')),
      /^At most 250\.1234 USDT can be added .* No margin can be taken out/,
    );
  });

  it('is asked for with both maxima, whose figures they are, the wallet and the decimals', () => {
    assert.equal(
      english(marginPrompt(marginReadiness(), 'add', wallet, 'Bybit')),
      `${says('margin-preview.most-added', '250.1234', 'USDT', says('bybit.unified-trading-account'))} ` +
        `${says('margin-preview.most-taken-out-says', '33.3333', 'USDT', says('bybit.unified-trading-account'), 'Bybit')} ` +
        `At most 4 decimals are allowed. ${says('liquidation-target.preview-follows-nothing')}`,
    );
    const ours = marginReadiness(positions.long, { reducible: { amount: decimal('5'), source: 'estimate' } });
    assert.match(
      english(marginPrompt(ours, 'reduce', wallet, 'Bybit')),
      /^At most 5 USDT can be taken out .* by our own estimate; no recommendation\. At most 250\.1234 USDT can be added/,
    );
    assert.match(english(marginPrompt(nobodyKnows, 'reduce', wallet, 'Bybit')), /^How much can be taken out is not known\. At most/);
  });
});

describe('the estimate while an amount of margin is typed', () => {
  const remark = (position: Position, direction: Direction, amount: string): [string, boolean] => {
    const { sentence, caution } = marginRemark(position, direction, decimal(amount), largestOut(marginReadiness(position)));
    return [english(sentence), caution];
  };

  it('shows margin, liquidation price, distance and leverage, now and after', () => {
    assert.deepEqual(remark(positions.long, 'add', '10'), [
      says('margin-preview.margin-liquidation-price', '100 USDT', '110 USDT', '45,200 USDT', '44,700 USDT', '9.6%', '10.6%', '10×', '9.1×'),
      false,
    ]);
    assert.match(remark(positions.short, 'add', '10')[0], /liquidation price 54,800 USDT → 55,298 USDT, distance 9\.6% → 10\.5%/);
    assert.match(
      remark(positions.inverse, 'add', '0.001')[0],
      /^Margin 0\.002 BTC → 0\.003 BTC, liquidation price 45,000 USD → 43,071\.43 USD/,
    );
    assert.match(remark(positions.borrowed, 'add', '0.0001')[0], /liquidation price 53,615\.45 USDT → 50,940\.48 USDT/);
  });

  it('cautions near liquidation, and where the preview would refuse with what would not be refused', () => {
    assert.equal(remark(positions.long, 'add', '1')[1], true);
    const near = { ...positions.long, markPrice: decimal('46000') };
    const [text, caution] = remark(near, 'reduce', '30');
    assert.equal(caution, true);
    const [, most = ''] = /The preview would refuse it; at most (\S+) USDT can be taken out\.$/.exec(text) ?? [];
    assert.doesNotMatch(remark(near, 'reduce', most)[0], /refuse/);
    assert.match(remark(near, 'reduce', `${most}1`)[0], /refuse/);
  });

  it('names no largest amount where nothing can be taken', () => {
    const reached = { ...positions.long, markPrice: decimal('45300') };
    assert.match(remark(reached, 'reduce', '1')[0], saysLike('margin-preview.preview-refuse'));
  });

  it('says unknown where it cannot be told, and cautions where that could hide a danger', () => {
    const [added, calm] = remark(blind(positions.long), 'add', '10');
    assert.match(added, /liquidation price unknown → unknown, distance unknown → unknown/);
    assert.equal(calm, false);
    assert.equal(remark(blind(positions.long), 'reduce', '10')[1], true);
  });

  it('says that nothing would liquidate it any more', () => {
    assert.match(remark(positions.long, 'add', '1000')[0], /liquidation price 45,200 USDT → none, distance 9\.6% → not reached/);
  });
});
