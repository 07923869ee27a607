import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { HistoryRow } from '../../../src/core/model.ts';
import { newRows } from '../../../src/words/kinds.ts';
import { resolveLines, type Reading } from '../../../src/words/outcome.ts';
import { change, loan, record } from './records.ts';
import { says, saysLike } from '../../texts.ts';

const row = (id: string): HistoryRow => ({ id, type: 'collateral_locked', forced: false, coin: 'BTC', amount: decimal('-0.1'), at: 2_000 });
const pledged = (amount: string): Reading => ({
  loan: { ...loan, collateral: [{ coin: 'BTC', amount: decimal(amount) }] },
  rows: [row('h1')],
});

function text(reading: Reading, more = {}): string {
  return resolveLines(record({ state: 'unknown', ...more }), reading, (at) => `t${at.toString()}`)
    .map((line) => (typeof line === 'string' ? line : english(line)))
    .join('\n');
}

/** A whole line. */
const lineOf = (id: string, ...args: readonly string[]): RegExp => new RegExp(`^${saysLike(id, ...args).source}$`, 'm');

describe('both readings of an open write', () => {
  it('show what was, what is, and what would be', () => {
    const shown = text(pledged('0.8'));
    assert.match(shown, lineOf('outcome.before', says('list.comma', says('kinds.pledged', '0.8', 'BTC'), says('term.ltv-is', '58.00%'))));
    assert.match(shown, lineOf('kinds.now', says('list.comma', says('kinds.pledged', '0.8', 'BTC'), says('term.ltv-is', '58.00%'))));
    assert.match(shown, lineOf('kinds.if-executed', says('kinds.pledged', '0.9', 'BTC')));
    assert.match(shown, saysLike('kinds.looks-not-executed'));
  });

  it('say when the figures are those of a change that happened, in either direction', () => {
    assert.match(text(pledged('0.9')), saysLike('kinds.looks-executed'));
    assert.match(text(pledged('0.7'), { change: { ...change, direction: 'reduce' } }), saysLike('kinds.looks-executed'));
    assert.match(text(pledged('0.7')), saysLike('kinds.unclear'));
  });

  it('count a coin that is not pledged any more as none, and say when the loan is gone', () => {
    assert.match(text({ loan: { ...loan, collateral: [] }, rows: [] }), saysLike('kinds.now', saysLike('kinds.pledged', '0', 'BTC')));
    assert.match(text({ loan: undefined, rows: [] }), lineOf('kinds.now', says('kinds.gone')));
  });

  it('show only the history that came after', () => {
    assert.deepEqual(
      newRows([row('h3'), row('h2'), row('h1')], 'h1').map(({ id }) => id),
      ['h3', 'h2'],
    );
    assert.deepEqual(newRows([row('h1')], 'h1'), []);
    assert.equal(newRows([row('h3'), row('h2')], 'older').length, 2);
    assert.match(text(pledged('0.8')), lineOf('kinds.history-since', '0'));
    assert.match(
      text({ loan, rows: [row('h2'), row('h1')] }),
      new RegExp(`t2000 ${says('row.collateral-added')} \\(collateral_locked\\) 0\\.1 BTC`),
    );
  });

  it('say why they could not be read, and claim nothing about now', () => {
    const shown = text({ failure: msg('test', 'No answer.') });
    assert.match(shown, saysLike('outcome.now-unread', 'No answer.'));
    assert.doesNotMatch(shown, /Looks/);
  });
});
