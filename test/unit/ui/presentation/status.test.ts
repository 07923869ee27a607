import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { AccountState } from '../../../../src/monitor/store.ts';
import { statusOf } from '../../../../src/ui/presentation/status.ts';
import { account, failure, loan, now, scene, snapshot, state, text } from './samples.ts';

const shown = (states: readonly AccountState[]): string | undefined => statusOf(states, scene())?.text.map(text).join(' ');
const withLtv = (id: string, ltv: string, change: Partial<AccountState> = {}): AccountState =>
  state({ account: account({ id, name: id }), snapshot: snapshot({ loans: [loan({ ltv: decimal(ltv) })] }), ...change });
const simulated = (id: string, ltv: string): AccountState =>
  withLtv(id, ltv, { account: account({ id, name: id, simulated: true, site: 'loopback' }) });

describe('the status bar', () => {
  it('is hidden without accounts', () => {
    assert.equal(statusOf([], scene()), undefined);
  });

  it('shows the worst LTV of all loans with its level as a word', () => {
    assert.equal(shown([withLtv('a', '0.2'), withLtv('b', '0.6'), withLtv('c', '0.56')]), '60.00% Watch · just now');
  });

  it('says simulated when the worst loan is', () => {
    assert.equal(shown([withLtv('a', '0.2'), simulated('b', '0.7')]), '70.00% Warning (simulated) · just now');
  });

  it('lets no simulated loan hide a live one that is near its margin call', () => {
    assert.equal(shown([simulated('play', '0.9'), withLtv('live', '0.7')]), '70.00% Warning · just now');
  });

  it('shows old figures with their age and as unknown', () => {
    const old = withLtv('a', '0.2', { snapshot: snapshot({ loans: [loan({ ltv: decimal('0.2') })], asOf: now - 300_000 }) });
    assert.equal(shown([old]), '20.00% Unknown · 5 min ago');
    assert.equal(statusOf([old], scene())?.level, 'unknown');
    assert.match(text(statusOf([old], scene())?.spoken), /Not current/);
  });

  it('counts accounts of which nothing is known beside the worst figure', () => {
    const blind: AccountState = { account: account({ id: 'x' }), failure: failure(), reading: false };
    assert.equal(shown([withLtv('a', '0.2'), blind]), '20.00% OK · just now · 1 account not read');
    assert.equal(shown([blind]), '1 account not read');
    assert.equal(shown([blind, { ...blind, account: account({ id: 'y' }) }]), '2 accounts not read');
  });

  it('says that nothing is borrowed only when all accounts were read', () => {
    const empty = state({ snapshot: snapshot({ loans: [] }) });
    assert.equal(shown([empty]), 'no loan');
    assert.equal(shown([empty, { account: account({ id: 'x' }), reading: true }]), 'reading…');
    assert.notEqual(shown([{ ...empty, failure: failure() }]), 'no loan');
  });

  it('lists every loan and every account without one in its table, worst first', () => {
    const rows = statusOf(
      [withLtv('a', '0.2'), simulated('b', '0.6'), state({ account: account({ id: 'c', name: 'c' }), snapshot: snapshot({ loans: [] }) })],
      scene(),
    )?.rows;
    assert.deepEqual(
      rows?.map((row) => [row.account, row.ltv, row.level, row.age].map(text)),
      [
        ['b (simulated)', '60.00%', 'Watch', 'just now'],
        ['a', '20.00%', 'OK', 'just now'],
        ['c', '–', '–', 'just now'],
      ],
    );
  });
});
