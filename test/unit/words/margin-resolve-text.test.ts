import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { Position } from '../../../src/core/model.ts';
import type { MarginBaseline } from '../../../src/exchanges/exchange.ts';
import type { MarginWrite } from '../../../src/engine/ledger/ledger.ts';
import { resolveLines, type Reading } from '../../../src/words/outcome.ts';
import { baseline, marginChange, marginRecord, positions } from './margin-records.ts';
import { says, saysLike } from '../../texts.ts';

const now = (margin: string, more: Partial<Position> = {}, figures?: MarginBaseline): Reading => ({
  position: { ...positions.long, margin: decimal(margin), ...more },
  ...(figures === undefined ? {} : { figures }),
});

function text(reading: Reading, more: Partial<MarginWrite> = {}): string {
  return resolveLines(marginRecord({ state: 'unknown', ...more }), reading, (at) => `t${at.toString()}`)
    .map((line) => (typeof line === 'string' ? line : english(line)))
    .join('\n');
}

/** A whole line. */
const lineOf = (id: string, ...args: readonly string[]): RegExp => new RegExp(`^${saysLike(id, ...args).source}$`, 'm');

describe('both readings of an open change of margin', () => {
  it('show what was sent, what was, what is, and what would be', () => {
    const shown = text(now('100'));
    assert.match(shown, /^Sent at t1001: POST \/api\/v5\/account\/position\/margin-balance \{\}$/m);
    assert.match(shown, lineOf('outcome.before', says('kinds.margin-liquidation', '100 USDT', '45,200')));
    assert.match(shown, lineOf('kinds.now', says('kinds.margin-liquidation', '100 USDT', '45,200')));
    assert.match(shown, lineOf('kinds.if-executed', says('term.by-estimate', says('kinds.margin-liquidation', '110 USDT', '44,700'))));
    assert.match(shown, saysLike('kinds.looks-not-executed'));
    assert.doesNotMatch(shown, /loan|LTV|pledged/);
  });

  it('tell a change that happened in either direction, and one that fits neither', () => {
    const reduce = { change: marginChange(positions.long, 'reduce') };
    const table: [string, Partial<MarginWrite>, RegExp][] = [
      ['110', {}, saysLike('kinds.looks-executed')],
      ['90', {}, saysLike('kinds.unclear')],
      ['90', reduce, saysLike('kinds.looks-executed')],
      ['110', reduce, saysLike('kinds.unclear')],
      ['100', reduce, saysLike('kinds.looks-not-executed')],
      ['105', {}, saysLike('kinds.unclear')],
      // Funding took a little of it meanwhile.
      ['109.95', {}, saysLike('kinds.looks-executed')],
      ['109.8', {}, saysLike('kinds.unclear')],
    ];
    for (const [margin, more, settlement] of table) assert.match(text(now(margin), more), settlement, margin);
  });

  it('go by the part of the margin that does not move with the price, where there is one', () => {
    const before = baseline({ steadyMargin: decimal('2') });
    const after = baseline({ margin: decimal('103'), steadyMargin: decimal('12') });
    const shown = text(now('103', {}, after), { baseline: before });
    assert.match(shown, saysLike('kinds.now', saysLike('kinds.margin-liquidation', '103 USDT')));
    assert.match(shown, lineOf('kinds.steady-margin', '2 USDT', '12 USDT'));
    assert.match(shown, saysLike('kinds.looks-executed'));
    assert.match(text(now('110'), { baseline: before }), saysLike('kinds.unclear'));
  });

  it('judge nothing by the margin of a position that was traded, turned round or replaced', () => {
    assert.match(text(now('110', { size: decimal('3') })), saysLike('kinds.unclear'));
    const turned = text(now('110', { side: 'short' }));
    assert.match(turned, lineOf('kinds.now', says('kinds.another-position', 'BTC-USDT-SWAP short')));
    assert.doesNotMatch(turned, /Looks/);
  });

  it('know that the size of borrowed coins includes the margin that is in the coin held', () => {
    const held = (margin: string, size: string): string =>
      text(now(margin, { contract: 'borrowed', sizeCoin: 'USDT', size: decimal(size) }));
    assert.match(held('110', '12'), saysLike('kinds.looks-executed'));
    assert.match(held('100', '2'), saysLike('kinds.looks-not-executed'));
    assert.match(held('110', '11'), saysLike('kinds.unclear'));
  });

  it('judge nothing by the margin of a position of another entry price', () => {
    assert.match(text(now('110', { entryPrice: decimal('50001') })), saysLike('kinds.unclear'));
  });

  it('say when the position is gone or could not be read, and claim nothing about it', () => {
    const gone = text({ position: undefined });
    assert.match(gone, lineOf('kinds.now', says('kinds.gone')));
    const unread = text({ failure: msg('test', 'No answer.') });
    assert.match(
      unread,
      new RegExp(
        `${lineOf('outcome.before', says('kinds.margin-liquidation', '100 USDT', '45,200')).source}\n${lineOf('outcome.now-unread', 'No answer.').source}`,
        'm',
      ),
    );
    for (const shown of [gone, unread]) assert.doesNotMatch(shown, /Looks/);
  });

  it('say unknown where a price is', () => {
    const { liquidationPrice: before, ...blindBaseline } = baseline();
    assert.ok(before !== undefined);
    assert.match(
      text(now('100'), { baseline: blindBaseline }),
      lineOf('outcome.before', says('kinds.margin-liquidation', '100 USDT', says('term.unknown'))),
    );
  });
});
