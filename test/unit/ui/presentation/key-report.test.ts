import assert from 'node:assert/strict';
import { english, msg } from '../../../../src/core/message.ts';
import type { KeyFacts } from '../../../../src/exchanges/exchange.ts';
import { keyReport } from '../../../../src/ui/presentation/key-report.ts';

const good: KeyFacts = {
  canRead: true,
  canTrade: true,
  canWithdraw: false,
  boundAddresses: ['203.0.113.7'],
  accountMode: msg('Spot mode'),
  uid: '42',
};
const lines = (facts: KeyFacts): string[] => keyReport(facts, 'OKX').lines.map(english);

describe('what is said of a key that was tried', () => {
  it('shows permissions, addresses and account mode', () => {
    assert.deepEqual(lines(good), [
      'Permissions: read yes, trade yes, withdraw no',
      'Bound to: 203.0.113.7',
      'Account mode: Spot mode',
      'User id 42',
    ]);
    assert.deepEqual([keyReport(good, 'OKX').verdict, keyReport(good, 'OKX').readOnly], ['accept', false]);
  });

  it('refuses a key that may withdraw, whatever else it may', () => {
    const report = keyReport({ ...good, canWithdraw: true }, 'OKX');
    assert.equal(report.verdict, 'refuse');
    assert.match(english(report.reason!), /may withdraw/);
  });

  it('refuses a key that may not read', () => {
    assert.equal(keyReport({ ...good, canRead: false }, 'OKX').verdict, 'refuse');
  });

  it('accepts a key that may not trade as read-only and says so', () => {
    const report = keyReport({ ...good, canTrade: false }, 'OKX');
    assert.deepEqual([report.verdict, report.readOnly], ['accept', true]);
    assert.match(report.lines.map(english).join('\n'), /read-only: everything can be seen, nothing can be changed/);
  });

  it('gives a hint when the key is bound to no address', () => {
    assert.match(lines({ ...good, boundAddresses: [] }).join('\n'), /Hint: bind it/);
  });

  it('says how many seconds the clock is off, and in which direction', () => {
    assert.match(lines({ ...good, clockOffsetMs: 95_400 }).join('\n'), /clock is 95 s behind that of OKX/);
    assert.match(lines({ ...good, clockOffsetMs: -2_000 }).join('\n'), /clock is 2 s ahead of that of OKX/);
    assert.doesNotMatch(lines(good).join('\n'), /clock/);
  });
});
