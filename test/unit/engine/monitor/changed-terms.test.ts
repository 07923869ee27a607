import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal as d } from '../../../../src/core/decimal.ts';
import type { HaircutRule, Loan, Snapshot, Threshold } from '../../../../src/core/model.ts';
import { changedTerms } from '../../../../src/engine/monitor/changed-terms.ts';
import { storedSnapshot } from '../../../../src/engine/monitor/stored-snapshot.ts';
import { holds } from '../../property.ts';
import { loan, now, snapshot } from '../../views/samples.ts';

const hour = 60 * 60_000;
const line = (ltv: string, source: Threshold['source'] = 'venue'): Threshold => ({ ltv: d(ltv), source });
const rule = (first: string, rest: string, more: Partial<HaircutRule> = {}): HaircutRule => ({
  by: 'value',
  tiers: [{ upTo: d('10000'), rate: d(first) }, { rate: d(rest) }],
  ...more,
});
const read = (more: Partial<Loan>, with_: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ loans: [loan({ collateral: [{ coin: 'BTC', amount: d('0.2') }], ...more })], prices: { BTC: d('100000') }, ...with_ });
const changes = (before: Snapshot, after: Snapshot, at = now): unknown[] =>
  (changedTerms(before, after, at).changed ?? []).map(({ what, coin, before: was, after: is, worse }) => [what, coin, was, is, worse]);

describe('terms that an exchange changes', () => {
  it('are its lines, with what they were, and whether they came closer', () => {
    assert.deepEqual(changes(read({ marginCall: line('0.75') }), read({ marginCall: line('0.72') })), [
      ['marginCall', undefined, '0.75', '0.72', true],
    ]);
    assert.deepEqual(changes(read({ liquidation: line('0.8') }), read({ liquidation: line('0.85') })), [
      ['liquidation', undefined, '0.8', '0.85', undefined],
    ]);
    assert.deepEqual(changes(read({ marginCall: line('0.75') }), read({ marginCall: line('0.750') })), []);
  });

  it('are no figures of a table or a person, and nothing that one of two readings did not tell', () => {
    for (const [was, is] of [
      [line('0.75', 'table'), line('0.7', 'person')],
      [line('0.75'), line('0.7', 'table')],
      [line('0.75', 'person'), line('0.7')],
    ] as const)
      assert.deepEqual(changes(read({ marginCall: was }), read({ marginCall: is })), []);
    assert.deepEqual(changes(read({ marginCall: line('0.75') }), read({ marginCall: line('0.7'), keptFrom: now - hour })), []);
    assert.deepEqual(changes(snapshot({ loans: [] }), read({ marginCall: line('0.7') })), []);
  });

  it('are what part of the pledged amount counts, by the brackets it published', () => {
    const before = read({ haircuts: { BTC: rule('0.8', '0.7') } });
    assert.deepEqual(changes(before, read({ haircuts: { BTC: rule('0.8', '0.6') } })), [['tiers', 'BTC', '0.75', '0.7', true]]);
    assert.deepEqual(changes(before, read({ haircuts: { BTC: rule('0.9', '0.7') } })), [['tiers', 'BTC', '0.75', '0.8', undefined]]);
    assert.deepEqual(changes(before, read({ haircuts: { BTC: rule('0.8', '0.6', { recovered: true }) } })), []);
    assert.deepEqual(changes(before, read({})), []);
    const beyond = { by: 'value', tiers: [...rule('0.8', '0.7').tiers.slice(0, 1), { upTo: d('90000'), rate: d('0.7') }] } as const;
    assert.deepEqual(changes(before, read({ haircuts: { BTC: beyond } })), [], 'a bracket that the amount does not reach');
  });

  it('are a borrow rate that moved by a percentage point and by a quarter, also bit by bit', () => {
    let held = read({ rates: { USDT: d('0.1') } });
    const told: unknown[] = [];
    for (const rate of ['0.11', '0.119', '0.124', '0.126', '0.13', '0.12', '0.09']) {
      const next = read({ rates: { USDT: d(rate) } });
      told.push(...changes(held, next));
      held = storedSnapshot(JSON.parse(JSON.stringify({ ...next, ...changedTerms(held, next, now), changed: [] })))!;
    }
    assert.deepEqual(told, [
      ['rate', 'USDT', '0.1', '0.126', undefined],
      ['rate', 'USDT', '0.126', '0.09', undefined],
    ]);
    assert.deepEqual(changes(read({ rates: { USDT: d('0.001') } }), read({ rates: { USDT: d('0.009') } })), [], 'less than a point');
  });

  it('are kept for 24 hours over readings and restarts, as long as the loan is there', () => {
    const due = [{ coin: 'ETH', amount: d('1.4'), at: now + hour, overdue: false, contract: '571' }];
    const after = read({ marginCall: line('0.72'), due });
    const held = { ...after, ...changedTerms(read({ marginCall: line('0.75') }), after, now) };
    assert.deepEqual(storedSnapshot(JSON.parse(JSON.stringify(held))), held);
    assert.equal(changes(held, after, now + 23 * hour).length, 1);
    assert.equal(changes(held, after, now + 24 * hour).length, 0);
    assert.equal(changes(held, snapshot({ loans: [] })).length, 0);
    const ahead = changedTerms(held, after, now - hour).changed;
    assert.equal(ahead?.[0]?.noticed, now - hour, 'a clock that was set back does not keep it for longer');
  });

  it('are none between readings that say the same', () => {
    const part = fc.integer({ min: 1, max: 99 }).map((one) => d((one / 100).toFixed(2)));
    holds(
      fc.property(part, part, part, (call, rate, tier) => {
        const one = read({ marginCall: line(call), rates: { USDT: rate }, haircuts: { BTC: rule(tier, tier) } });
        assert.deepEqual(changes(one, { ...one, ...changedTerms(one, one, now) }), []);
      }),
    );
  });
});
