import assert from 'node:assert/strict';
import { english, msg } from '../../../src/core/message.ts';
import type { KeyFacts } from '../../../src/exchanges/exchange.ts';
import { keyReport, type KeyReport } from '../../../src/words/key.ts';
import { says, saysLike } from '../../texts.ts';

const good: KeyFacts = {
  canRead: true,
  canTrade: true,
  canWithdraw: false,
  boundAddresses: ['203.0.113.7'],
  accountMode: msg('test', 'Spot mode'),
  uid: '42',
};
const report = (facts: KeyFacts): KeyReport => keyReport(facts, 'OKX', (ms) => new Date(ms).toISOString());
const lines = (facts: KeyFacts): string[] => report(facts).lines.map(english);

describe('what is said of a key that was tried', () => {
  it('shows permissions, addresses and account mode', () => {
    assert.deepEqual(lines(good), [
      says('key.permissions', '✓', '✓', '✗'),
      says('key.bound', '203.0.113.7'),
      says('key.account-mode', 'Spot mode'),
      'User id 42',
    ]);
    assert.deepEqual([report(good).verdict, report(good).readOnly], ['accept', false]);
  });

  it('refuses a key that may withdraw, whatever else it may', () => {
    const refused = report({ ...good, canWithdraw: true });
    assert.equal(refused.verdict, 'refuse');
    assert.match(english(refused.reason!), saysLike('key.can-withdraw'));
  });

  it('refuses a key that may not read', () => {
    assert.equal(report({ ...good, canRead: false }).verdict, 'refuse');
  });

  it('accepts a key that may not trade as read-only and says so', () => {
    const accepted = report({ ...good, canTrade: false });
    assert.deepEqual([accepted.verdict, accepted.readOnly], ['accept', true]);
    assert.match(accepted.lines.map(english).join('\n'), saysLike('term.read-only'));
  });

  it('says which permissions are missing, so that nobody takes what is not shown for not being there', () => {
    const some = lines({ ...good, lacks: [msg('bybit.contract-positions-margin', 'Contract – Positions, for the margin of positions')] });
    assert.equal(some[1], `${says('key.missing-permission', 'Contract – Positions')}, for the margin of positions`);
  });

  it('says when the key stops working, where the venue tells', () => {
    assert.ok(lines({ ...good, expiresAt: 0 }).includes(says('key.expires', '1970-01-01T00:00:00.000Z', 'OKX')));
    assert.doesNotMatch(lines(good).join('\n'), saysLike('key.expires'));
  });

  it('gives a hint when the key is bound to no address', () => {
    assert.match(lines({ ...good, boundAddresses: [] }).join('\n'), saysLike('key.bound-no-ip'));
  });

  it('says how many seconds the clock is off, and in which direction', () => {
    assert.match(lines({ ...good, clockOffsetMs: 95_400 }).join('\n'), saysLike('clock.off', '-95', 'OKX'));
    assert.match(lines({ ...good, clockOffsetMs: -2_000 }).join('\n'), saysLike('clock.off', '+2', 'OKX'));
    assert.doesNotMatch(lines(good).join('\n'), /clock/);
  });
});
