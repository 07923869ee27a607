import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal as d, type Decimal } from '../../../src/core/decimal.ts';
import { compareUrgency, levelOf } from '../../../src/core/risk/level.ts';
import type { LiveLoan, LivePosition, NoLive } from '../../../src/core/risk/live-estimate.ts';
import { distanceTo } from '../../../src/core/risk/ltv.ts';
import type { Loan } from '../../../src/core/model.ts';
import { liveIntervalMs, type AccountState, type Live } from '../../../src/engine/monitor/store.ts';
import { loanEstimates } from '../../../src/words/loan-estimates.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { loanViews } from '../../../src/words/loan.ts';
import type { Entry } from '../../../src/views/entry.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { statusOf, loanAlarms, positionAlarms } from '../../../src/views/status.ts';
import { holds } from '../property.ts';
import { account, failure, holding, line, loan, now, position, viewContext, snapshot, state, text } from './samples.ts';
import { spokenOf } from '../../../src/views/entry.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const live = (change: Partial<Live>): Live => ({ at: now - 1_000, loans: {}, positions: {}, off: {}, doubted: [], ...change });

const estimated = (ltv: string, of: Loan = loan()): LiveLoan => {
  const toMarginCall = distanceTo(of.marginCall?.ltv, d(ltv));
  return { ltv: d(ltv), averaged: false, ...(toMarginCall === undefined ? {} : { toMarginCall }) };
};

/** The sample loan, read a second ago, at present prices. */
const withLoan = (estimate: LiveLoan | NoLive, change: Partial<Live> = {}, of: Partial<AccountState> = {}): AccountState =>
  state({ live: live({ loans: { '12345': estimate }, ...change }), ...of });

const loanRow = (one: AccountState): Entry => {
  const row = loansOutline([one], viewContext())[0]?.children?.find(({ context }) => context === 'loan.repay');
  assert.ok(row !== undefined);
  return row;
};
const tooltip = (entry: Entry): ReadonlyMap<string, string> =>
  new Map((entry.details?.().lines ?? []).map(({ label, value }) => [text(label), text(value)]));

describe('the line of a loan between readings', () => {
  it('has the figure of the exchange and its distance first, then what it is about now', () => {
    const row = loanRow(withLoan(estimated('0.5841')));
    assert.equal(line(row), `57.43% · Watch | ${says('loan.call', '22.1%')} | ${says('estimate.now', '58.41%')} | 40,000 USDT`);
    assert.match(
      text(spokenOf(row)),
      saysInTurn('LTV 57.43%, Watch, ', says('estimate.live'), ': LTV 58.41%, ', says('line.to', '20.7%', says('preview.margin-call'))),
    );
    assert.equal(row.copy, '0.57421');
  });

  it('says nothing more while the digits that are shown are the same', () => {
    for (const same of ['0.57421', '0.574201', '0.5743']) {
      const row = loanRow(withLoan(estimated(same)));
      assert.equal(line(row), `57.43% · Watch | ${says('loan.call', '22.1%')} | 40,000 USDT`);
      assert.doesNotMatch(text(spokenOf(row)), saysLike('estimate.live'));
    }
  });

  it('says from what the estimate is and how old that is', () => {
    assert.equal(
      tooltip(loanRow(withLoan(estimated('0.5841'), { at: now - 16_000 }))).get(says('estimate.live')),
      `~58.41%, ${says('line.to', '20.7%', says('preview.margin-call'))} (${says('term.estimate-word')}, ${says('estimate.prices-read', '15 s ago')})`,
    );
    const averaged = { ...estimated('0.5841'), averaged: true };
    assert.match(
      tooltip(loanRow(withLoan(averaged))).get(says('estimate.live')) ?? '',
      saysInTurn(says('estimate.average-haircut'), says('estimate.prices-read', says('time.just-now'))),
    );
  });

  it('turns worse by an estimate, and says that it is one', () => {
    const row = loanRow(withLoan(estimated('0.7')));
    assert.match(
      line(row),
      saysInTurn(/^57\.43% · Warning \| /, says('term.by-estimate', says('estimate.now', '70.00%')), ' | ', says('loan.call', '22.1%')),
    );
    assert.equal(row.icon?.id, 'warning');
    assert.equal(tooltip(row).get('Level'), `Watch → ${says('term.by-estimate', 'Warning')}`);
    assert.match(text(spokenOf(row)), saysInTurn('Watch → ', says('term.by-estimate', 'Warning')));
    assert.match(line(loanRow(withLoan(estimated('0.75')))), /^57\.43% · Danger \| now ~75\.00% \(estimate\)/);
  });

  it('never turns better by one', () => {
    const near = snapshot({ loans: [loan({ ltv: d('0.7') })] });
    const row = loanRow(withLoan(estimated('0.3'), {}, { snapshot: near }));
    assert.match(line(row), /^70\.00% · Warning \| call −5\.0% \| now ~30\.00% \|/);
    assert.equal(tooltip(row).get('Level'), 'Warning');
  });

  it('whatever the figures, is never better than by the last reading alone', () => {
    const aLtv = fc.integer({ min: 1, max: 12_000 }).map((units): Decimal => d((units / 10_000).toFixed(4)));
    holds(
      fc.property(aLtv, aLtv, fc.boolean(), fc.constantFrom(0, 40_000, 400_000), (read, then, fails, age) => {
        const one = loan({ ltv: read });
        const states = withLoan(
          estimated(then),
          { at: now - age },
          {
            snapshot: snapshot({ loans: [one], asOf: now - age - 1 }),
            ...(fails ? { failure: failure() } : {}),
          },
        );
        const [view] = loanViews(states, now, 30_000);
        assert.ok(view !== undefined);
        const alone = levelOf(one, view.current);
        assert.ok(compareUrgency(view.level, alone) <= 0);
        assert.equal(view.since?.raises ?? false, view.level !== alone);
        if (!view.current) assert.ok(['unknown', 'warn', 'danger'].includes(view.level));
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays unknown when the account cannot be read, however good the estimate, and alarms by a bad one', () => {
    const old = { snapshot: snapshot({ asOf: now - 300_000 }), failure: failure() };
    assert.match(
      line(loanRow(withLoan(estimated('0.2'), {}, old))),
      /^57\.43% · Unknown \| updated 5 min ago \| call −22\.1% \| now ~20\.00% \|/,
    );
    assert.match(
      line(loanRow(withLoan(estimated('0.72'), {}, old))),
      /^57\.43% · Danger \| now ~72\.00% \(estimate\) \| updated 5 min ago/,
    );
  });

  it('drops an estimate whose prices are old, but no alarm', () => {
    const at = now - 3 * liveIntervalMs;
    assert.match(line(loanRow(withLoan(estimated('0.5841'), { at }))), /now ~58\.41%/);
    assert.ok(!line(loanRow(withLoan(estimated('0.5841'), { at: at - 1 }))).includes('~'));
    const alarm = loanRow(withLoan(estimated('0.72'), { at: now - 600_000 }));
    assert.match(line(alarm), /Danger \| now ~72\.00% \(estimate\)/);
    assert.match(tooltip(alarm).get(says('estimate.live')) ?? '', saysLike('estimate.prices-read', '10 min ago'));
  });

  it('tells how far the last estimate was off', () => {
    const off = (points: string): string | undefined =>
      tooltip(loanRow(state({ live: { loans: {}, positions: {}, off: { '12345': d(points) }, doubted: [] } }))).get(says('estimate.last'));
    assert.equal(off('0.0002'), says('estimate.off-points', '0.02'));
    assert.equal(off('-0.00021'), says('estimate.off-points', '0.03'));
    assert.equal(off('0'), says('estimate.off-points', '0.00'));
  });

  it('calls every estimate of a loan unknown whose definitions proved to differ', () => {
    const prices = { BTC: d('87065.7875'), USDT: d('1') };
    const of = { snapshot: snapshot({ prices }) };
    const good = state(of);
    assert.equal(typeof loanEstimates(loanViews(good, now, 30_000)[0]!), 'object');
    const doubted = withLoan('definitions', { doubted: ['12345'] }, of);
    const row = loanRow(doubted);
    assert.match(line(row), saysInTurn(' | ', says('estimate.none')));
    assert.equal(tooltip(row).get(says('estimate.none')), says('estimate.mismatch'));
    assert.equal(loanEstimates(loanViews(doubted, now, 30_000)[0]!), 'definitions');
    assert.ok(!line(loanRow(good)).includes('definitions'));
  });
});

describe('the line of a position between readings', () => {
  const mark = (markPrice: string, distance: string): LivePosition => ({ markPrice: d(markPrice), distance: d(distance) });
  const withPosition = (estimate: LivePosition | NoLive, of = position()): AccountState =>
    state({ snapshot: holding([of]), live: live({ positions: { p1: estimate } }) });
  const positionRow = (one: AccountState): Entry => {
    const row = positionsOutline([one], viewContext())[0]?.children?.find(({ on }) => on?.kind === 'position');
    assert.ok(row !== undefined);
    return row;
  };

  it('has its side and name first, then what the distance is about now', () => {
    const row = positionRow(withPosition(mark('59800', '0.12107023')));
    assert.match(line(row), /^12\.4% · Watch \| long \| BTC-USDT-SWAP \| now ~12\.1%/);
    assert.match(text(spokenOf(row)), saysInTurn(says('estimate.live'), ': ', says('line.to', '12.1%', says('preview.liquidation'))));
    assert.equal(
      tooltip(row).get(says('estimate.live')),
      `${says('line.to', '12.1%', says('preview.liquidation'))} (${says('estimate.prices-read', says('time.just-now'))})`,
    );
  });

  it('turns worse by an estimate and never better', () => {
    const worse = positionRow(withPosition(mark('54000', '0.02666666')));
    assert.match(line(worse), /^12\.4% · Danger \| long \| now ~2\.6% \(estimate\)/);
    assert.equal(tooltip(worse).get('Level'), `Watch → ${says('term.by-estimate', 'Danger')}`);
    const better = positionRow(withPosition(mark('100000', '0.4744')));
    assert.match(line(better), /^12\.4% · Watch \| long \| BTC-USDT-SWAP \| now ~47\.4% \|/);
  });

  it('says nothing of positions that are not estimated', () => {
    assert.ok(!line(positionRow(withPosition('contract'))).includes('~'));
    assert.ok(!line(positionRow(withPosition('contract', position({ marginMode: 'cross' })))).includes('~'));
  });

  it('counts for the badge', () => {
    assert.equal(positionAlarms([withPosition(mark('54000', '0.02666666'))], viewContext()), 1);
    assert.equal(positionAlarms([withPosition(mark('59800', '0.12107023'))], viewContext()), 0);
  });
});

describe('badge and status bar between readings', () => {
  const shown = (states: readonly AccountState[]): string | undefined => statusOf(states, viewContext())?.text.map(text).join(' · ');

  it('count an alarm by estimate', () => {
    assert.equal(loanAlarms([withLoan(estimated('0.7'))], viewContext()), 1);
    assert.equal(loanAlarms([withLoan(estimated('0.58'))], viewContext()), 0);
  });

  it('show the estimate in the bar only where it makes things worse, and in the tooltip always', () => {
    const calm = [withLoan(estimated('0.5841'))];
    assert.equal(shown(calm), `57.43% · Watch · ${says('time.just-now')}`);
    assert.equal(text(statusOf(calm, viewContext())?.rows[0]?.ltv), '57.43% → ~58.41%');
    assert.equal(
      text(statusOf(calm, viewContext())?.note),
      `→ ${says('term.estimate-word')}, ${says('estimate.prices-read', says('time.just-now'))}`,
    );
    assert.equal(statusOf([state()], viewContext())?.note, undefined);
    const alarmed = [withLoan(estimated('0.75'))];
    assert.equal(shown(alarmed), `57.43% → ~75.00% · ${says('term.by-estimate', 'Danger')} · ${says('time.just-now')}`);
    assert.equal(statusOf(alarmed, viewContext())?.level, 'danger');
    assert.equal(text(statusOf(alarmed, viewContext())?.rows[0]?.level), says('term.by-estimate', 'Danger'));
    assert.match(
      text(statusOf(alarmed, viewContext())?.spoken),
      saysInTurn('LTV 57.43%, ', says('estimate.live'), ': LTV 75.00%', says('term.by-estimate', 'Danger')),
    );
  });

  it('show the one as worst that is nearer by estimate', () => {
    const other = state({ account: account({ id: 'two', name: 'Two' }), snapshot: snapshot({ loans: [loan({ ltv: d('0.6') })] }) });
    assert.equal(shown([withLoan(estimated('0.57')), other]), `60.00% · Watch · ${says('time.just-now')}`);
    assert.equal(shown([withLoan(estimated('0.62')), other]), `57.43% · Watch · ${says('time.just-now')}`);
    // An estimate that is better does not make it less urgent.
    assert.ok(compare(d('0.57'), d('0.57421')) < 0);
  });

  it('put an estimate beside the distance of a position', () => {
    const one = state({
      snapshot: holding([position()]),
      live: live({ positions: { p1: { markPrice: d('54000'), distance: d('0.02666666') } } }),
    });
    assert.equal(
      shown([one]),
      `${says('line.to', '12.4% → ~2.6%', says('preview.liquidation'))} · ${says('term.by-estimate', 'Danger')} · ${says('time.just-now')}`,
    );
    assert.equal(
      text(statusOf([one], viewContext())?.rows[0]?.distance),
      says('line.to', '12.4%', says('preview.liquidation')) + ' → ~2.6%',
    );
  });
});
