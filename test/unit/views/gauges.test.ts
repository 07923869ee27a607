import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal } from '../../../src/core/decimal.ts';
import { flatRule } from '../../../src/core/risk/haircut.ts';
import type { Loan } from '../../../src/core/model.ts';
import type { GaugeView, PageState } from '../../../src/core/protocol.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { gaugePage, keyOfPlace } from '../../../src/views/gauges.ts';
import type { ViewContext } from '../../../src/words/account.ts';
import { holds } from '../property.ts';
import { aLoan, anAccount, aScene, aState, now, say, unreachable } from './gauge-scenes.ts';
import { loanAt } from '../../../src/views/place.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const page = (accounts: readonly AccountState[], viewContext: ViewContext = aScene()): PageState =>
  gaugePage(accounts, viewContext, say).state;

function only(accounts: readonly AccountState[], viewContext?: ViewContext): GaugeView {
  const { gauges } = page(accounts, viewContext);
  assert.equal(gauges.length, 1);
  return gauges[0]!;
}

const gaugeOf = (loan: Loan): GaugeView => only([aState([loan])]);

describe('The page of gauges', () => {
  it('shows one gauge per loan, in the order of accounts and loans whatever their levels', () => {
    const { gauges } = page([
      aState([aLoan({ id: 'a', orderId: 'a' }), aLoan({ id: 'b', orderId: 'b', ltv: decimal('0.9') })]),
      aState([aLoan({ id: 'c', orderId: 'c' })], { account: anAccount({ id: 'other', name: 'Other' }) }),
    ]);
    assert.deepEqual(
      gauges.map(({ title, subtitle, level }) => [title, subtitle, level]),
      [
        ['Loan a', 'OKX · Main', 'watch'],
        ['Loan b', 'OKX · Main', 'danger'],
        ['Loan c', 'OKX · Other', 'watch'],
      ],
    );
  });

  it('says LTV rounded up, the distance rounded down, and the level in a word', () => {
    const gauge = gaugeOf(aLoan());
    assert.equal(gauge.figure, '57.43%');
    assert.equal(gauge.distanceText, says('gauge.if-collateral-falls', '22.1%'));
    assert.equal(gauge.levelText, 'Watch');
    assert.equal(gauge.caption, 'LTV');
    assert.equal(gauge.stale, false);
  });

  it('marks margin call and liquidation with where they are known from', () => {
    assert.deepEqual(gaugeOf(aLoan({ marginCall: { ltv: decimal('0.7374'), source: 'table' } })).ticks, [
      { kind: 'marginCall', at: 0.7374, label: says('term.margin-call'), valueText: '73.74%', source: says('loan.table', '?') },
      { kind: 'liquidation', at: 0.8374, label: 'Liquidation', valueText: '83.74%', source: 'from OKX' },
    ]);
  });

  it('shows every digit of debts and collateral', () => {
    const [debt, collateral] = gaugeOf(aLoan()).rows;
    assert.deepEqual(debt, { label: 'Debt', lines: [{ value: '40,000.001 USDT', detail: '$40,000.01' }] });
    assert.deepEqual(collateral, {
      label: 'Collateral',
      lines: [{ value: '0.812345678901234567 BTC', detail: `$69,660.55 ${says('loan.after-haircut')}` }],
    });
  });

  it('adds the worth of several coins on a line of its own', () => {
    const coins = [
      { coin: 'ETH', amount: decimal('1.5') },
      { coin: 'SOL', amount: decimal('20') },
    ];
    assert.deepEqual(gaugeOf(aLoan({ collateral: coins, collateralValuation: 'raw' })).rows[1]?.lines, [
      { value: '1.5 ETH' },
      { value: '20 SOL' },
      { value: '$69,660.55', detail: says('gauge.total') },
    ]);
  });

  it('gives the liquidation price as the venue’s and the fall of all collateral as an estimate', () => {
    assert.deepEqual(gaugeOf(aLoan()).rows[2]?.lines, [
      { value: 'BTC-USDT 60,931.7', detail: 'from OKX' },
      { value: `${says('loan.collateral-value')}: −31.4%`, detail: 'estimate' },
    ]);
    assert.deepEqual(gaugeOf(aLoan({}, 'liquidationPrice')).rows[2]?.lines, [
      { value: `${says('loan.collateral-value')}: −31.4%`, detail: 'estimate' },
    ]);
  });

  it('names up to two coins whose fall alone brings liquidation, nearest first, and not the one that the venue has a price of', () => {
    const prices = { BTC: decimal('80000'), ETH: decimal('3000'), SOL: decimal('150'), USDT: decimal('1') };
    const rows = (one: Loan): GaugeView['rows'][number]['lines'] =>
      only([aState([], { snapshot: { loans: [one], wallet: [], positions: [], prices, asOf: now - 1_000 } })]).rows[2]!.lines;
    const coin = (name: string, amount: string) => ({ coin: name, amount: decimal(amount) });
    const all = [coin('SOL', '200'), coin('BTC', '0.5'), coin('ETH', '10')];
    const haircuts = Object.fromEntries(all.map((one) => [one.coin, flatRule(decimal('0.9'))]));
    // 36,000, 27,000 and 27,000 count; 64,485.32 are needed.
    const several = aLoan(
      {
        collateral: all,
        haircuts,
        collateralUsd: decimal('90000'),
        debtUsd: decimal('54000'),
        ltv: decimal('0.6'),
        debts: [coin('USDT', '54000')],
      },
      'liquidationPrice',
    );
    assert.deepEqual(rows(several), [
      { value: `${says('loan.collateral-value')}: −28.3%`, detail: 'estimate' },
      { value: 'BTC: $23,300.7 (−70.8%)', detail: 'estimate' },
      { value: 'SOL: $8.251732 (−94.4%)', detail: 'estimate' },
    ]);
    assert.deepEqual(
      rows(aLoan({ collateral: [coin('BTC', '0.9')] })).map(({ detail }) => detail),
      ['from OKX', 'estimate'],
    );
  });

  it('estimates nothing where the definitions differ or the figures are old, and says so', () => {
    const snapshot = { loans: [aLoan({ ltv: decimal('0.7') })], wallet: [], positions: [], asOf: now - 1_000 };
    const known = { ...snapshot, prices: { BTC: decimal('90000'), USDT: decimal('1') } };
    const lines = (state: AccountState): readonly string[] => only([state]).rows[2]!.lines.map(({ value }) => value);
    assert.deepEqual(lines(aState([], { snapshot: known })), [
      'BTC-USDT 60,931.7',
      `${says('estimate.none')}: ${says('estimate.mismatch')}`,
    ]);
    assert.deepEqual(lines(aState([], { snapshot: { ...known, asOf: now - 600_000 } })), [
      'BTC-USDT 60,931.7',
      `${says('estimate.none')}: ${says('estimate.stale')}`,
    ]);
  });

  it('says so when the margin call or the liquidation level is reached', () => {
    assert.equal(gaugeOf(aLoan({ ltv: decimal('0.7374') })).distanceText, says('line.reached', says('preview.margin-call')));
    const beyond = gaugeOf(aLoan({ ltv: decimal('0.84') }));
    assert.equal(beyond.distanceText, says('line.reached', says('preview.liquidation')));
    assert.equal(beyond.rows[2]?.lines[1]?.value, says('line.reached', says('preview.liquidation')));
  });

  it('shows an unknown LTV as unknown: no needle, no meter, never zero', () => {
    const gauge = gaugeOf(aLoan({}, 'ltv'));
    assert.equal(gauge.level, 'unknown');
    assert.equal(gauge.figure, '–');
    assert.equal(gauge.at, undefined);
    assert.equal(gauge.meter, undefined);
    assert.equal(gauge.distanceText, says('line.unknown', says('preview.margin-call')));
  });

  it('does not call a loan safe whose margin call is unknown', () => {
    assert.equal(gaugeOf(aLoan({ ltv: decimal('0.1') }, 'marginCall')).level, 'unknown');
  });

  it('has the zones of the levels, counted from the line that comes first', () => {
    const zonesOf = (marginCall: string, liquidation: string) =>
      gaugeOf(
        aLoan({ marginCall: { ltv: decimal(marginCall), source: 'venue' }, liquidation: { ltv: decimal(liquidation), source: 'venue' } }),
      ).zones;
    const zones = [
      { kind: 'warn', from: 0.704, to: 0.76 },
      { kind: 'danger', from: 0.76, to: 1 },
    ];
    assert.deepEqual(zonesOf('0.8', '0.9'), zones);
    assert.deepEqual(zonesOf('0.9', '0.8'), zones);
    assert.deepEqual(gaugeOf(aLoan({}, 'marginCall', 'liquidation')).zones, []);
  });

  it('ends the scale at 100 %, or beyond the liquidation level where that lies near or above it', () => {
    assert.deepEqual(gaugeOf(aLoan()).scale, ['0%', '100%']);
    assert.deepEqual(gaugeOf(aLoan({ liquidation: { ltv: decimal('1.2'), source: 'venue' } })).scale, ['0%', '132%']);
  });

  it('keeps the needle on the scale and the meter within its bounds, and still tells the true figure', () => {
    const gauge = gaugeOf(aLoan({ ltv: decimal('12.5') }));
    assert.equal(gauge.at, 1);
    assert.deepEqual(gauge.meter, { now: '100', max: '100' });
    assert.equal(gauge.figure, '1,250.00%');
    assert.match(gauge.spokenValue, /LTV 1,250\.00%/);
  });

  it('never draws a reached margin call before its tick', () => {
    const fraction = fc
      .integer({ min: 1, max: 20_000 })
      .map((n) => decimal(`${Math.floor(n / 10_000).toString()}.${(n % 10_000).toString().padStart(4, '0')}`));
    holds(
      fc.property(fraction, fraction, (ltv, threshold) => {
        const gauge = gaugeOf(aLoan({ ltv, marginCall: { ltv: threshold, source: 'venue' } }, 'liquidation'));
        const tick = gauge.ticks[0]!.at;
        assert.equal(tick < 1, true);
        if (compare(ltv, threshold) >= 0) assert.equal(gauge.at! >= tick, true);
        else assert.equal(gauge.at! <= tick, true);
      }),
      { numRuns: 100 },
    );
  });
});

describe('What is not current on the page', () => {
  const old = 10 * 60_000;

  it('is called the last known, and nothing better than unknown', () => {
    const gauge = only([aState([aLoan({ ltv: decimal('0.2') })], {}, old)]);
    assert.equal(gauge.stale, true);
    assert.equal(gauge.level, 'unknown');
    assert.equal(gauge.caption, says('term.last-known', says('term.ltv')));
    assert.equal(gauge.ageText, 'Updated 10 min ago');
    assert.equal(gauge.distanceText, says('term.last-known', says('gauge.if-collateral-falls', '72.8%')));
  });

  it('keeps a danger a danger, told as of the last reading', () => {
    const gauge = only([aState([aLoan({ ltv: decimal('0.79') })], {}, old)]);
    assert.equal(gauge.level, 'danger');
    assert.equal(gauge.distanceText, says('term.last-known', says('line.reached', says('preview.margin-call'))));
    assert.equal(gauge.stale, true);
  });

  it('is everything of an account whose last reading failed, with the trouble beside it', () => {
    const gauge = only([aState([aLoan({ ltv: decimal('0.2') })], { failure: unreachable })]);
    assert.equal(gauge.stale, true);
    assert.equal(gauge.level, 'unknown');
    assert.equal(gauge.trouble, 'OKX could not be reached.');
    assert.match(gauge.spokenValue, /OKX could not be reached\./);
  });

  it('is a figure that seems to come from the future', () => {
    assert.equal(only([aState([aLoan()], {}, -60_000)]).stale, true);
  });

  it('leaves the gauges of other accounts as they are', () => {
    const healthy = only([aState([aLoan()])]);
    const broken = aState([aLoan()], { account: anAccount({ id: 'other' }), failure: unreachable });
    assert.deepEqual(page([broken, aState([aLoan()])]).gauges[1], healthy);
  });
});

describe('Marks and actions of a gauge', () => {
  it('say that no real money is meant, apart for the simulated exchange and for demo trading', () => {
    const simulated = anAccount({ site: 'loopback', simulated: true, name: 'Simulated' });
    assert.equal(only([aState([aLoan()], { account: simulated })]).simulatedMark, says('preview.simulated'));
    assert.equal(only([aState([aLoan()], { account: anAccount({ site: 'global-demo' }) })]).simulatedMark, says('preview.demo'));
    assert.equal('simulatedMark' in gaugeOf(aLoan()), false);
  });

  it('call the whole page simulated only when every gauge is', () => {
    const simulated = aState([aLoan()], { account: anAccount({ id: 's', site: 'loopback', simulated: true }) });
    assert.equal(gaugePage([simulated], aScene(), say).simulatedOnly, true);
    assert.equal(gaugePage([simulated, aState([aLoan()])], aScene(), say).simulatedOnly, false);
    assert.equal(gaugePage([], aScene(), say).simulatedOnly, false);
  });

  it('offer changes only where the key may trade', () => {
    assert.deepEqual(
      gaugeOf(aLoan()).actions.map(({ id }) => id),
      ['add', 'reduce', 'repay', 'history', 'reveal', 'venue', 'refresh'],
    );
    const { orderId: _orderId, ...unnamed } = aLoan();
    assert.deepEqual(
      gaugeOf(unnamed).actions.map(({ id }) => id),
      ['add', 'reduce', 'history', 'reveal', 'venue', 'refresh'],
      'a request to repay has to name the order',
    );
    const gauge = only([aState([aLoan()], { account: anAccount({ readOnly: true }) })]);
    assert.deepEqual(
      gauge.actions.map(({ id }) => id),
      ['history', 'reveal', 'venue', 'refresh'],
    );
    assert.equal(gauge.subtitle, `OKX · Main · ${says('term.read-only')}`);
    const simulated = only([aState([aLoan()], { account: anAccount({ simulated: true }) })]).actions.map(({ id }) => id);
    assert.ok(!simulated.includes('venue'), 'it has no website');
  });

  it('tell of a change that is not settled, on its own loan only, and of a freeze on all', () => {
    const record = {
      accountId: 'main',
      accountName: 'Main',
      change: { kind: 'collateral', loan: { loanId: '12345', orderId: '12345' }, direction: 'add', coin: 'BTC', amount: decimal('0.1') },
      state: 'accepted',
    } as unknown as WriteRecord;
    const loans = [aLoan(), aLoan({ id: '6', orderId: '6' })];
    const open = page([aState(loans)], aScene({ openWrites: () => [record] })).gauges;
    assert.deepEqual(
      open.map(({ pending }) => pending.length),
      [1, 0],
    );
    assert.match(open[0]!.pending[0]!, saysInTurn('0.1 BTC', saysLike('kinds.confirming')));
    const ways = (gauges: typeof open): boolean[] => gauges.map(({ actions }) => actions.some(({ id }) => id === 'resolve'));
    assert.deepEqual(ways(open), [true, false], 'the way on stands on the same card');
    const readOnly = aState(loans, { account: anAccount({ readOnly: true }) });
    assert.deepEqual(
      ways(page([readOnly], aScene({ openWrites: () => [record] })).gauges),
      [true, false],
      'also where nothing may be changed',
    );
    const frozen = page([aState(loans)], aScene({ frozen: () => record })).gauges;
    assert.deepEqual(
      frozen.map(({ pending }) => pending.length),
      [1, 1],
    );
    assert.deepEqual(ways(frozen), [true, true]);
  });
});

describe('A page without gauges', () => {
  it('offers two ways in when there is no account', () => {
    const state = page([]);
    assert.deepEqual(
      state.emptyActions.map(({ id }) => id),
      ['addAccount', 'trySimulated'],
    );
    assert.deepEqual(state.notices, []);
  });

  it('names the trouble of accounts that have no gauge to show it on', () => {
    const state = page([
      { account: anAccount(), failure: unreachable, reading: false },
      aState([], { account: anAccount({ id: 's', name: 'Simulated', simulated: true, site: 'loopback' }), failure: unreachable }),
      aState([aLoan()], { account: anAccount({ id: 'x' }), failure: unreachable }),
    ]);
    assert.deepEqual(state.notices, [
      'OKX · Main: OKX could not be reached.',
      `OKX · Simulated (${says('preview.simulated')}): OKX could not be reached.`,
    ]);
    assert.deepEqual(state.emptyActions, []);
  });

  it('tells nothing there from nothing read', () => {
    assert.match(page([aState([])]).emptyText, saysLike('gauges.none'));
    assert.match(page([{ account: anAccount(), reading: true }]).emptyText, saysLike('gauges.loading'));
    assert.match(page([{ account: anAccount(), reading: false, failure: unreachable }]).emptyText, saysLike('gauges.not-everything-read'));
    assert.match(
      page([aState([]), { account: anAccount({ id: 'b' }), reading: false, failure: unreachable }]).emptyText,
      saysLike('gauges.not-everything-read'),
    );
  });
});

describe('Finding the gauge of a loan', () => {
  const { places, state } = gaugePage([aState([aLoan({ id: 'a' }), aLoan({ id: 'b' })])], aScene(), say);

  it('leads from every gauge back to its loan', () => {
    assert.deepEqual(
      state.gauges.map(({ key }) => places.get(key)),
      [loanAt('main', 'a'), loanAt('main', 'b')],
    );
  });

  it('takes the account’s first gauge when no loan is named, and none for a stranger', () => {
    assert.equal(keyOfPlace(places, loanAt('main', 'b')), state.gauges[1]?.key);
    assert.equal(keyOfPlace(places, { accountId: 'main' }), state.gauges[0]?.key);
    assert.equal(keyOfPlace(places, loanAt('main', 'z')), undefined);
    assert.equal(keyOfPlace(places, { accountId: 'nobody' }), undefined);
  });

  it('stays the same gauge while its figures change', () => {
    const later = gaugePage([aState([aLoan({ id: 'a', ltv: decimal('0.7') })])], aScene({ now: now + 5_000 }), say);
    assert.equal(later.state.gauges[0]?.key, state.gauges[0]?.key);
  });
});
