import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../src/core/decimal.ts';
import { msg } from '../../../src/core/message.ts';
import type { Position } from '../../../src/core/model.ts';
import type { GaugeView, PageState } from '../../../src/core/protocol.ts';
import { distanceToLiquidation } from '../../../src/core/risk/position-model.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { gaugePage, keyOfPlace } from '../../../src/views/gauges.ts';
import { holds } from '../property.ts';
import { aLoan, anAccount, aScene, aState, now, say, unreachable } from './gauge-scenes.ts';
import { marginWrite, position } from './samples.ts';
import { positionAt } from '../../../src/views/place.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const held = (positions: readonly Position[], change: Partial<AccountState> = {}, ageMs = 1_000): AccountState =>
  aState([], { snapshot: { loans: [], wallet: [], positions, asOf: now - ageMs }, ...change });
const page = (...accounts: AccountState[]): PageState => gaugePage(accounts, aScene(), say).state;

function only(account: AccountState): GaugeView {
  const { gauges } = page(account);
  assert.equal(gauges.length, 1);
  return gauges[0]!;
}

const gaugeOf = (one: Position): GaugeView => only(held([one]));
const short = (change: Partial<Position> = {}): Position => position({ side: 'short', liquidationPrice: decimal('75000'), ...change });

describe('The gauge of a position', () => {
  it('shows how near the mark price is to liquidation, which stands at the end of the scale', () => {
    const gauge = gaugeOf(position());
    assert.equal(gauge.title, 'BTC-USDT-SWAP long');
    assert.equal(gauge.caption, says('gauge.liquidation'));
    assert.equal(gauge.figure, '12.4%');
    assert.equal(gauge.levelText, 'Watch');
    assert.equal(gauge.at, 0.876);
    assert.deepEqual(gauge.meter, { now: '87.6', max: '100' });
    assert.deepEqual(gauge.scale, ['100%', '0%']);
    assert.deepEqual(gauge.ticks, [{ kind: 'liquidation', at: 1, label: 'Liquidation', valueText: '52,560', source: 'from OKX' }]);
    assert.deepEqual(gauge.zones, [
      { kind: 'warn', from: 0.88, to: 0.95 },
      { kind: 'danger', from: 0.95, to: 1 },
    ]);
    assert.equal(gauge.distanceText, says('gauge.if-falls', '12.4%'));
    assert.equal(
      gauge.spokenValue,
      `${says('gauge.liquidation')} 12.4%. Watch. ${says('gauge.if-falls', '12.4%')}. Liquidation 52,560. Updated just now`,
    );
    assert.equal(gauge.spokenLevel, `BTC-USDT-SWAP long, OKX · Main: Watch, ${says('gauge.liquidation')} 12.4%`);
  });

  it('shows the margin ratio where that alarms in the place of a distance', () => {
    const gauge = gaugeOf(position({ contract: 'other', marginRatio: decimal('1.02') }, 'liquidationPrice'));
    assert.deepEqual(
      [gauge.caption, gauge.figure, gauge.level, gauge.levelText],
      [says('term.margin-ratio'), '102.0%', 'danger', says('level.margin-ratio', 'Danger')],
    );
    assert.equal(
      gauge.distanceText,
      `${says('line.unknown', says('preview.liquidation'))}, ${says('term.margin-ratio')} 102.0%, ${says('position.liquidation-100')}`,
    );
    assert.deepEqual([gauge.at, gauge.ticks], [undefined, []]);
  });

  it('says that no price liquidates it where that is so, and draws no price that is none', () => {
    const gauge = gaugeOf(position({ margin: decimal('12248.1'), liquidationPrice: decimal('-9.5') }));
    assert.deepEqual([gauge.figure, gauge.level, gauge.ticks], ['∞', 'ok', []]);
    assert.equal(gauge.distanceText, says('position.no-price-liquidates'));
    assert.doesNotMatch(JSON.stringify(gauge), /9\.5/);
  });

  it('turns the other way for a short position', () => {
    const gauge = gaugeOf(short());
    assert.equal(gauge.figure, '25.0%');
    assert.equal(gauge.at, 0.8);
    assert.deepEqual(gauge.scale, ['∞', '0%']);
    assert.equal(gauge.distanceText, says('gauge.if-rises', '25.0%'));
    assert.deepEqual(
      gauge.zones.map(({ from }) => from),
      [0.892857, 0.952381],
    );
  });

  it('lists prices, margin, size, leverage and profit or loss', () => {
    assert.deepEqual(
      gaugeOf(position()).rows.map(({ label, lines }) => [label, lines]),
      [
        [says('position.mark-price'), [{ value: '60,000 USDT' }]],
        [says('term.liquidation-price'), [{ value: '52,560 USDT', detail: 'from OKX' }]],
        ['Margin', [{ value: '1,600 USDT' }]],
        ['Size', [{ value: '20 contracts', detail: 'long' }]],
        ['Leverage', [{ value: '8×', detail: says('term.by-estimate', says('target.effective-leverage', '~8.58×')) }]],
        [says('position.unrealized-pnl'), [{ value: '−200.1 USDT' }]],
      ],
    );
  });

  it('shows what is unknown as unknown: no needle, no meter, no tick, never zero', () => {
    for (const hole of ['liquidationPrice', 'markPrice'] as const) {
      const gauge = gaugeOf(position({ margin: decimal('2000') }, hole));
      assert.equal(gauge.level, 'unknown');
      assert.equal(gauge.figure, '–');
      assert.equal(gauge.at, undefined);
      assert.equal(gauge.meter, undefined);
      assert.deepEqual([gauge.ticks, gauge.zones], [[], []]);
      assert.equal(gauge.distanceText, says('line.unknown', says('preview.liquidation')));
    }
  });

  it('says that liquidation is reached, and what the venue is doing', () => {
    const gauge = gaugeOf(position({ liquidationPrice: decimal('61000'), distress: msg('test', 'Being liquidated') }));
    assert.equal(gauge.at, 1);
    assert.deepEqual(gauge.meter, { now: '100', max: '100' });
    assert.equal(gauge.figure, '−1.7%');
    assert.equal(gauge.level, 'danger');
    assert.equal(gauge.distanceText, `Being liquidated, ${says('position.liquidation-price-reached')}`);
  });

  it('keeps the needle within the scale, and in the zone of its level', () => {
    const price = fc.integer({ min: 1, max: 1_000_000 }).map((cents) => decimal((cents / 100).toFixed(2)));
    holds(
      fc.property(price, price, fc.constantFrom('long' as const, 'short' as const), (markPrice, liquidationPrice, side) => {
        const one = position({ side, markPrice, liquidationPrice });
        const { at, zones, level, meter } = gaugeOf(one);
        const distance = Number(distanceToLiquidation(one));
        assert.equal(at! >= 0 && at! <= 1, true);
        assert.equal(Number(meter!.now) <= 100, true);
        // Drawn to a millionth.
        if (level === 'danger') assert.equal(at! >= zones[1]!.from - 2e-6, true, distance.toString());
        if (level === 'ok' || level === 'watch') assert.equal(at! <= zones[0]!.from + 2e-6, true, distance.toString());
      }),
    );
  });

  it('is not current for when its figures are old or the last reading failed', () => {
    const old = only(held([position()], {}, 10 * 60_000));
    assert.equal(old.stale, true);
    assert.equal(old.level, 'unknown');
    assert.equal(old.caption, says('term.last-known', says('status.distance')));
    assert.equal(old.distanceText, says('term.last-known', says('gauge.if-falls', '12.4%')));
    const broken = only(held([short({ liquidationPrice: decimal('61000') })], { failure: unreachable }));
    assert.equal(broken.level, 'danger');
    assert.equal(broken.stale, true);
    assert.equal(broken.trouble, 'OKX could not be reached.');
    assert.equal(broken.distanceText, says('term.last-known', says('gauge.if-rises', '1.6%')));
    const reached = only(held([position({ liquidationPrice: decimal('61000') })], {}, 10 * 60_000));
    assert.equal(reached.distanceText, says('term.last-known', says('position.liquidation-price-reached')));
  });

  it('offers changes of margin only where they are possible', () => {
    const ids = (account: AccountState): string[] => only(account).actions.map(({ id }) => id);
    assert.deepEqual(ids(held([position()])), ['addMargin', 'reduceMargin', 'history', 'reveal', 'venue', 'refresh']);
    assert.deepEqual(ids(held([position()], { account: anAccount({ readOnly: true }) })), ['history', 'reveal', 'venue', 'refresh']);
    assert.deepEqual(ids(held([position({ fixedMargin: msg('test', 'An option.') })])), ['history', 'reveal', 'venue', 'refresh']);
  });

  it('is not there for cross margin', () => {
    assert.deepEqual(page(held([position({ marginMode: 'cross' })])).gauges, []);
  });
});

describe('Positions beside loans', () => {
  const account = aState([aLoan()], {
    snapshot: { loans: [aLoan()], wallet: [], positions: [position(), short({ positionId: 'p2' })], asOf: now },
  });
  const { state, places } = gaugePage([account], aScene(), say);

  it('stand behind the loans of their account, in order', () => {
    assert.deepEqual(
      state.gauges.map(({ title }) => title),
      ['Loan 12345', 'BTC-USDT-SWAP long', 'BTC-USDT-SWAP short'],
    );
    assert.equal(new Set(state.gauges.map(({ key }) => key)).size, 3);
  });

  it('are found by their id, and lead back to it', () => {
    assert.deepEqual(places.get(state.gauges[2]!.key), positionAt('main', 'p2'));
    assert.equal(keyOfPlace(places, positionAt('main', 'p2')), state.gauges[2]!.key);
    assert.equal(keyOfPlace(places, positionAt('main', 'gone')), undefined);
    assert.equal(keyOfPlace(places, { accountId: 'main' }), state.gauges[0]!.key);
  });

  it('tell of their own unfinished changes only', () => {
    const open = gaugePage([account], aScene({ openWrites: () => [marginWrite()] }), say).state.gauges;
    assert.deepEqual(
      open.map(({ pending }) => pending.length),
      [0, 1, 0],
    );
    assert.match(open[1]!.pending[0]!, saysInTurn('Add 100 USDT', saysLike('kinds.confirming')));
    const frozen = gaugePage([account], aScene({ frozen: () => marginWrite() }), say).state.gauges;
    assert.deepEqual(
      frozen.map(({ pending }) => pending.length),
      [1, 1, 1],
    );
  });

  it('do not keep the page from saying what could not be read', () => {
    const partly = {
      ...account,
      snapshot: { ...account.snapshot!, loansTrouble: msg('test', 'The loans failed.'), positionsTrouble: msg('test', 'So did these.') },
    };
    assert.deepEqual(page(partly).notices, ['OKX · Main: The loans failed.', 'OKX · Main: So did these.']);
    const none = page(
      held([], { snapshot: { loans: [], wallet: [], positions: [], positionsTrouble: msg('test', 'Not read.'), asOf: now } }),
    );
    assert.equal(none.emptyText, says('gauges.not-everything-read'));
  });
});

describe('A loan with due dates', () => {
  it('lists them and says when one is overdue', () => {
    const due = [{ coin: 'USDT', amount: decimal('12.5'), at: now - 1, overdue: true }];
    const gauge = page(aState([aLoan({ due })])).gauges[0]!;
    assert.equal(gauge.level, 'danger');
    assert.equal(gauge.distanceText, `${says('term.debt-overdue')}, ${says('gauge.if-collateral-falls', '22.1%')}`);
    assert.deepEqual(gauge.rows.at(-1), {
      label: 'Due',
      lines: [{ value: '12.5 USDT', detail: says('term.overdue-since', `${(now - 1).toString()} UTC`) }],
    });
  });
});
