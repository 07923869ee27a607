import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { Position } from '../../../src/core/model.ts';
import type { MarginBaseline } from '../../../src/exchanges/exchange.ts';
import type { MarginWrite } from '../../../src/engine/ledger/ledger.ts';
import { resolveLines, type Reading } from '../../../src/words/outcome.ts';
import { baseline, marginChange, marginRecord, positions } from './margin-records.ts';
import { saysLike } from '../../texts.ts';

const now = (margin: string, more: Partial<Position> = {}, figures?: MarginBaseline): Reading => ({
  position: { ...positions.long, margin: decimal(margin), ...more },
  ...(figures === undefined ? {} : { figures }),
});

function text(reading: Reading, more: Partial<MarginWrite> = {}): string {
  return resolveLines(marginRecord({ state: 'unknown', ...more }), reading, (at) => `t${at.toString()}`)
    .map((line) => (typeof line === 'string' ? line : english(line)))
    .join('\n');
}

describe('both readings of an open change of margin', () => {
  it('show what was sent, what was, what is, and what would be', () => {
    const shown = text(now('100'));
    assert.match(shown, /^Sent at t1001: POST \/api\/v5\/account\/position\/margin-balance \{\}$/m);
    assert.match(shown, /^Before: margin 100 USDT, liquidation price 45,200$/m);
    assert.match(shown, /^Now: margin 100 USDT, liquidation price 45,200$/m);
    assert.match(shown, /^If it happened: margin 110 USDT, liquidation price 44,700 \(estimate\)$/m);
    assert.match(shown, saysLike('kinds.figures-now-those'));
    assert.doesNotMatch(shown, /loan|LTV|pledged/);
  });

  it('tell a change that happened in either direction, and one that fits neither', () => {
    const reduce = { change: marginChange(positions.long, 'reduce') };
    const table: [string, Partial<MarginWrite>, RegExp][] = [
      ['110', {}, saysLike('kinds.figures-now-those-change')],
      ['90', {}, /fit neither/],
      ['90', reduce, saysLike('kinds.figures-now-those-change')],
      ['110', reduce, /fit neither/],
      ['100', reduce, saysLike('kinds.figures-now-those')],
      ['105', {}, /fit neither/],
      // Funding took a little of it meanwhile.
      ['109.95', {}, saysLike('kinds.figures-now-those-change')],
      ['109.8', {}, /fit neither/],
    ];
    for (const [margin, more, verdict] of table) assert.match(text(now(margin), more), verdict, margin);
  });

  it('go by the part of the margin that does not move with the price, where there is one', () => {
    const before = baseline({ steadyMargin: decimal('2') });
    const after = baseline({ margin: decimal('103'), steadyMargin: decimal('12') });
    const shown = text(now('103', {}, after), { baseline: before });
    assert.match(shown, /^Now: margin 103 USDT/m);
    assert.match(shown, /^Of the margin, what does not move with the price: 2 USDT before, 12 USDT now$/m);
    assert.match(shown, saysLike('kinds.figures-now-those-change'));
    assert.match(text(now('110'), { baseline: before }), saysLike('kinds.figures-now-not'));
  });

  it('judge nothing by the margin of a position that was traded, turned round or replaced', () => {
    assert.match(text(now('110', { size: decimal('3') })), saysLike('kinds.size-position-changed'));
    const turned = text(now('110', { side: 'short' }));
    assert.match(turned, /^Now: another position is in its place: BTC-USDT-SWAP short\.$/m);
    assert.doesNotMatch(turned, /that happened|so far/);
  });

  it('know that the size of borrowed coins includes the margin that is in the coin held', () => {
    const held = (margin: string, size: string): string =>
      text(now(margin, { contract: 'borrowed', sizeCoin: 'USDT', size: decimal(size) }));
    assert.match(held('110', '12'), saysLike('kinds.figures-now-those-change'));
    assert.match(held('100', '2'), saysLike('kinds.figures-now-those'));
    assert.match(held('110', '11'), saysLike('kinds.size-position-changed'));
  });

  it('judge nothing by the margin of a position of another entry price', () => {
    assert.match(text(now('110', { entryPrice: decimal('50001') })), saysLike('kinds.entry-price-position'));
  });

  it('say when the position is gone or could not be read, and claim nothing about it', () => {
    const gone = text({ position: undefined });
    assert.match(gone, saysLike('kinds.now-position-not'));
    const unread = text({ failure: msg('test', 'No answer.') });
    assert.match(unread, /^Before: margin 100 USDT, liquidation price 45,200\nNow: could not be read\. No answer\.$/m);
    for (const shown of [gone, unread]) assert.doesNotMatch(shown, /happened so far|that happened/);
  });

  it('say unknown where a price is', () => {
    const { liquidationPrice: before, ...blindBaseline } = baseline();
    assert.ok(before !== undefined);
    assert.match(text(now('100'), { baseline: blindBaseline }), /^Before: margin 100 USDT, liquidation price unknown$/m);
  });
});
