import assert from 'node:assert/strict';
import { decimal as d } from '../../../src/core/decimal.ts';
import type { GaugeView } from '../../../src/core/protocol.ts';
import type { Live } from '../../../src/engine/monitor/store.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { aLoan, aScene, aState, now, say } from './gauge-scenes.ts';
import { position } from './samples.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const live = (change: Partial<Live>): Live => ({ at: now - 1_000, loans: {}, positions: {}, off: {}, doubted: [], ...change });

function only(state: Parameters<typeof gaugePage>[0][number]): GaugeView {
  const [gauge] = gaugePage([state], aScene(), say).state.gauges;
  assert.ok(gauge !== undefined);
  return gauge;
}
const ofLoan = (ltv: string, toMarginCall: string, change: Partial<Live> = {}): GaugeView =>
  only(
    aState([aLoan()], { live: live({ loans: { '12345': { ltv: d(ltv), toMarginCall: d(toMarginCall), averaged: false } }, ...change }) }),
  );
const row = (gauge: GaugeView, label: string) => gauge.rows.find((one) => one.label === label)?.lines;

describe('a gauge between readings', () => {
  it('has a second needle with its own words, and leaves the first where the exchange put it', () => {
    const gauge = ofLoan('0.5841', '0.2078');
    assert.deepEqual(gauge.estimate, {
      at: 0.5841,
      label: 'Estimate',
      valueText: '~58.41%',
      source: says('estimate.prices-read', says('time.just-now')),
    });
    assert.equal(gauge.figure, '57.43%');
    assert.equal(gauge.at, 0.57421);
    assert.deepEqual(gauge.meter, { now: '57.43', max: '100' });
    assert.equal(gauge.levelText, 'Watch');
    assert.deepEqual(row(gauge, says('estimate.live')), [
      {
        value: `~58.41%, ${says('line.to', '20.7%', says('preview.margin-call'))}`,
        detail: `estimate, ${says('estimate.prices-read', says('time.just-now'))}`,
      },
    ]);
  });

  it('tells a screen reader both figures', () => {
    assert.match(
      ofLoan('0.5841', '0.2078').spokenValue,
      saysInTurn(/^LTV 57\.43%\. /, says('term.estimate'), ' ~58.41%, ', says('estimate.prices-read', says('time.just-now')), '. Watch.'),
    );
  });

  it('has no second needle while nothing reads differently', () => {
    assert.equal(ofLoan('0.57425', '0.221').estimate, undefined);
    assert.equal(row(ofLoan('0.57425', '0.221'), says('estimate.live')), undefined);
  });

  it('alarms by estimate, in words too, and reassures with no sentence meanwhile', () => {
    const gauge = ofLoan('0.72', '0.0235');
    assert.equal(gauge.level, 'danger');
    assert.equal(gauge.levelText, says('term.by-estimate', 'Danger'));
    assert.match(gauge.spokenLevel, saysLike('term.by-estimate', 'Danger'));
    assert.equal(
      gauge.distanceText,
      `${says('gauge.if-collateral-falls', '22.1%')}, ${says('term.by-estimate', says('estimate.now', '2.3%'))}`,
    );
  });

  it('keeps its needles on the scale, however far an estimate goes', () => {
    assert.equal(ofLoan('7', '-8.4').estimate?.at, 1);
  });

  it('says that nothing is estimated where definitions proved to differ', () => {
    const gauge = only(aState([aLoan()], { live: live({ loans: { '12345': 'definitions' }, doubted: ['12345'] }) }));
    assert.equal(gauge.estimate, undefined);
    assert.equal(row(gauge, says('estimate.live')), undefined);
    assert.deepEqual(row(gauge, says('term.liquidation'))?.at(-1), { value: `${says('estimate.none')}: ${says('estimate.mismatch')}` });
  });

  it('does the same for a position, whose distance shrinks to the right', () => {
    const state = aState([], {
      snapshot: { loans: [], wallet: [], positions: [position()], asOf: now - 1_000 },
      live: live({ positions: { p1: { markPrice: d('54000'), distance: d('0.02666666') } } }),
    });
    const gauge = only(state);
    assert.deepEqual(gauge.estimate, {
      at: 0.973333,
      label: 'Estimate',
      valueText: '~2.6%',
      source: says('estimate.prices-read', says('time.just-now')),
    });
    assert.equal(gauge.figure, '12.4%');
    assert.equal(gauge.level, 'danger');
    assert.equal(gauge.levelText, says('term.by-estimate', 'Danger'));
    assert.equal(gauge.distanceText, `${says('gauge.if-falls', '12.4%')}, ${says('term.by-estimate', says('estimate.now', '2.6%'))}`);
    assert.deepEqual(row(gauge, says('estimate.live')), [
      { value: says('line.to', '2.6%', says('preview.liquidation')), detail: says('estimate.prices-read', says('time.just-now')) },
    ]);
  });
});
