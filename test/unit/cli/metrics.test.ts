import assert from 'node:assert/strict';
import parse from 'parse-prometheus-text-format';
import { statusOf } from '../../../src/agent/status.ts';
import { reasonOf } from '../../../src/cli/mcp.ts';
import { metricsText } from '../../../src/cli/metrics.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { account, failure, gone, loan, now, position, snapshot } from '../views/samples.ts';

const state = (change: Partial<AccountState> = {}): AccountState => ({
  account: account(),
  snapshot: snapshot({ positions: [position()] }),
  reading: false,
  ...change,
});

const text = (states: readonly AccountState[], amounts = false): string =>
  metricsText(statusOf(states, { now, intervalMs: 30_000, amounts }), {
    version: '1.2.3',
    requests: new Map([['okx', new Map([['ok', 7]])]]),
  });

/** Each sample by name and labels, as a library reads them. */
function samplesIn(metrics: string): ReadonlyMap<string, string> {
  const samples = parse(metrics).flatMap(({ name, metrics: all }) =>
    all.map(({ value, labels }) => [`${name} ${JSON.stringify(labels ?? {})}`, value] as const),
  );
  assert.equal(new Set(samples.map(([key]) => key)).size, samples.length, 'each series once');
  return new Map(samples);
}

const named = (samples: ReadonlyMap<string, string>, name: string): readonly string[] =>
  [...samples].filter(([key]) => key.startsWith(`ltv_gauge_${name} `)).map(([, value]) => value);

it('a folder that cannot be written is named as the reason', () => {
  assert.equal(
    reasonOf(Object.assign(new Error('attempt to write a readonly database'), { errcode: 520 })),
    'its folder must be writable to read it',
  );
  assert.equal(reasonOf(new Error('disk I/O error')), 'disk I/O error');
});

describe('the metrics', () => {
  it('are the figures in their own characters', () => {
    const samples = samplesIn(text([state()]));
    const [first] = statusOf([state()], { now, intervalMs: 30_000, amounts: false }).accounts;
    assert.deepEqual(named(samples, 'loan_ltv_ratio'), ['0.57421']);
    assert.deepEqual(named(samples, 'loan_margin_call_ltv_ratio'), ['0.7374']);
    assert.deepEqual(named(samples, 'loan_liquidation_ltv_ratio'), ['0.8374']);
    assert.deepEqual(named(samples, 'loan_distance_to_margin_call_ratio'), [first?.loans[0]?.toMarginCall]);
    assert.deepEqual(named(samples, 'position_distance_to_liquidation_ratio'), [first?.positions[0]?.toLiquidation]);
    assert.deepEqual(named(samples, 'up'), ['1']);
    assert.deepEqual(named(samples, 'snapshot_timestamp_seconds'), [((now - 1_000) / 1_000).toFixed(3)]);
    assert.deepEqual(named(samples, 'requests_total'), ['7']);
    const at = [...samples].filter(([key, value]) => key.includes('alert_state') && value === '1').map(([key]) => key);
    assert.deepEqual(
      at.map((key) => /"level":"(\w+)"/.exec(key)?.[1]),
      ['watch', 'watch'],
    );
  });

  it('are OpenMetrics: type, unit and help before the samples of each, and an end', () => {
    const lines = text([state(), state({ account: account({ id: 'two' }) })], true).split('\n');
    assert.deepEqual(lines.slice(-2), ['# EOF', '']);
    const seen = new Set<string>();
    let family = '';
    for (const line of lines.slice(0, -2)) {
      const [, keyword, name = ''] = /^# (TYPE|UNIT|HELP) (\w+) /.exec(line) ?? [];
      if (keyword === 'TYPE') {
        assert.ok(!seen.has(name), `${name} in one piece`);
        seen.add(name);
        family = name;
      } else if (keyword === 'UNIT') assert.ok(name === family && name.endsWith(`_${line.split(' ')[3] ?? ''}`), line);
      else if (keyword === 'HELP') assert.equal(name, family);
      else assert.match(line, new RegExp(`^${family}(_total|_info)?\\{.*\\} -?\\d+(\\.\\d+)?$`));
    }
    assert.ok(seen.size > 10);
  });

  for (const [what, change] of [
    ['old', { snapshot: snapshot({ positions: [position()], asOf: now - 3_600_000 }) }],
    ['failed', { failure: failure('network') }],
  ] as const) {
    it(`have no ratio of figures that are ${what}, and say that they are not up`, () => {
      const metrics = text([state(change)]);
      assert.deepEqual(named(samplesIn(metrics), 'up'), ['0']);
      assert.doesNotMatch(metrics, /_ratio\{/);
      assert.match(metrics, /alert_state\{.*level="unknown"\} 1/);
    });
  }

  it('have no ratio of what could not be read, and name it', () => {
    const part = snapshot({ positions: [position()], loansTrouble: failure('shape').error.sentence });
    const metrics = text([state({ snapshot: part })]);
    assert.match(metrics, /not_read\{.*part="loans"\} 1/);
    assert.doesNotMatch(metrics, /loan_\w+_ratio\{/);
    assert.equal(named(samplesIn(metrics), 'position_distance_to_liquidation_ratio').length, 1);
  });

  it('keep an alarm of old figures, and of what is gone', () => {
    const near = snapshot({ loans: [loan({ ltv: decimal('0.73') })], asOf: now - 3_600_000 });
    assert.match(text([state({ snapshot: near })]), /alert_state\{.*level="danger"\} 1/);
    const after = text([state({ snapshot: snapshot({ loans: [], vanished: gone }) })]);
    assert.match(after, /alert_state\{.*unit="\S+",level="danger"\} 1/);
    assert.match(after, /ltv_gauge_gone\{.*\} 2/);
  });

  it('leave out what is unknown', () => {
    const { marginCall: _call, liquidation: _liquidation, ...bare } = loan();
    const samples = samplesIn(text([state({ snapshot: snapshot({ loans: [bare] }) })]));
    assert.deepEqual(named(samples, 'loan_ltv_ratio'), ['0.57421']);
    assert.deepEqual(named(samples, 'loan_margin_call_ltv_ratio'), []);
    assert.deepEqual(named(samples, 'loan_distance_to_margin_call_ratio'), []);
    assert.deepEqual(named(samplesIn(text([{ account: account(), reading: false }])), 'snapshot_timestamp_seconds'), []);
    assert.deepEqual(named(samplesIn(text([])), 'up'), []);
  });

  it('have amounts and names only where they are asked for', () => {
    assert.doesNotMatch(text([state()]), /40000|"Main"|coin=/);
    const samples = samplesIn(text([state()], true));
    assert.deepEqual([named(samples, 'loan_debt'), named(samples, 'loan_collateral')], [['40000'], ['0.8']]);
    assert.match([...samples.keys()].join('\n'), /account_info .*"name":"Main"/);
  });

  it('carry hostile names in labels, and two of one name as two series', () => {
    const status = statusOf([state()], { now, intervalMs: 30_000, amounts: true });
    const hostile = 'a"} 1\n# EOF\nup 1 \\';
    const [first] = status.accounts;
    assert.ok(first !== undefined);
    const [one] = first.loans;
    const loans = [one!, one!].map((each) => ({ ...each, loan: hostile }));
    const metrics = metricsText({ ...status, accounts: [{ ...first, name: hostile, loans }] }, {});
    assert.equal(metrics.match(/^# EOF$/gm)?.length, 1);
    const samples = samplesIn(metrics);
    assert.deepEqual(named(samples, 'loan_ltv_ratio'), ['0.57421', '0.57421']);
    const labels = JSON.parse([...samples.keys()].find((key) => key.includes('loan_ltv_ratio'))!.replace(/^\S+ /, '')) as { unit: string };
    assert.equal(labels.unit, hostile);
  });
});
