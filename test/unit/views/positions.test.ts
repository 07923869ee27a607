import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { Position } from '../../../src/core/model.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import type { Entry } from '../../../src/views/entry.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { positionAlarms } from '../../../src/views/status.ts';
import { loansState, positionsState } from '../../../src/views/view-state.ts';
import {
  account,
  below,
  failure,
  gone,
  holding,
  line,
  marginWrite,
  now,
  position,
  viewContext,
  snapshot,
  state,
  text,
  write,
} from './samples.ts';
import { spokenOf } from '../../../src/views/entry.ts';
import { changeName, marginOf, says, saysInTurn, saysLike } from '../../texts.ts';

const only = (entries: readonly Entry[] | undefined): Entry => {
  assert.equal(entries?.length, 1);
  return entries[0]!;
};
const everything = (entry: Entry): readonly Entry[] => [entry, ...(entry.children ?? []).flatMap(everything)];
const stale = now - 5 * 60_000;
const withPositions = (positions: readonly Position[], change: Partial<AccountState> = {}): AccountState =>
  state({ snapshot: holding(positions), ...change });
const entryOf = (one: Position, change: Partial<AccountState> = {}): Entry =>
  only(only(positionsOutline([withPositions([one], change)], viewContext())).children);

describe('the Positions view', () => {
  it('shows distance and level of a position, then which it is, leverage, and profit or loss', () => {
    const entry = entryOf(position());
    assert.equal(line(entry), '12.4% · Watch | long | BTC-USDT-SWAP | 8× | −200.1 USDT');
    assert.deepEqual(entry.icon, { id: 'eye', color: 'notificationsWarningIcon.foreground' });
    assert.equal(entry.context, 'position');
    assert.deepEqual(entry.on, { kind: 'position', id: 'p1' });
    assert.equal(text(spokenOf(entry)), `BTC-USDT-SWAP long, Main, ${says('line.to', '12.4%', says('preview.liquidation'))}, Watch`);
  });

  it('alarms by the margin ratio where no liquidation price is told, and says so', () => {
    const option = position(
      { instrument: 'BTC-USD-261225-90000-C', contract: 'other', marginRatio: decimal('1.02') },
      'liquidationPrice',
      'exposure',
    );
    const entry = entryOf(option);
    assert.match(
      line(entry),
      saysInTurn(new RegExp(`^${says('term.margin-ratio')} 102\\.0% · `), says('level.margin-ratio', 'Danger'), ' | long'),
    );
    assert.equal(entry.icon?.id, 'flame');
    assert.equal(
      text(spokenOf(entry)),
      `BTC-USD-261225-90000-C long, Main, ${says('line.unknown', says('preview.liquidation'))}, ${says('term.margin-ratio')} 102.0%, ${says('position.liquidation-100')}, ${says('level.margin-ratio', 'Danger')}`,
    );
    assert.equal(positionAlarms([withPositions([option])], viewContext()), 1);
    // Far from it nothing is known to be well.
    assert.match(line(entryOf({ ...option, marginRatio: decimal('9.4') })), /^– · Unknown/);
  });

  it('raises no alarm by the liquidation price of the other side of a hedge, and does not print it as its own', () => {
    const side = (name: 'long' | 'short', size: string): Position =>
      position({
        positionId: name,
        instrument: 'LTC-USDT-SWAP',
        slot: name,
        side: name,
        marginMode: 'cross',
        size: decimal(size),
        exposure: decimal(size),
        markPrice: decimal('70.01'),
        liquidationPrice: decimal('95.5'),
      });
    const states = [withPositions([side('long', '5'), side('short', '10')])];
    const [long, short] = only(positionsOutline(states, viewContext())).children!;
    assert.match(line(long!), new RegExp(`^– · ${says('term.cross-margin')} \\| long`));
    assert.match(line(short!), new RegExp(`^36\\.4% · ${says('term.cross-margin')} \\| short`));
    assert.equal(positionAlarms(states, viewContext()), 0);
    assert.equal(
      below(long!.children!.find(({ label }) => text(label) === 'Prices')!)[0],
      `${says('term.liquidation-price')} | none | ${says('position.liquidation-price-other')}`,
    );
    assert.equal(long!.copy, undefined);
    assert.doesNotMatch(JSON.stringify(long!.details?.()), /95\.5/);
  });

  it('prints no figure that is not believed', () => {
    for (const liquidationPrice of ['-965678126.11', '0']) {
      const odd = position({
        liquidationPrice: decimal(liquidationPrice),
        markPrice: decimal('0'),
        entryPrice: decimal('-1'),
        lastPrice: decimal('0'),
        leverage: decimal('0'),
        marginRatio: decimal('0'),
      });
      const entry = entryOf(odd);
      const shown = JSON.stringify([everything(entry).map(line), everything(entry).map(({ copy }) => copy), entry.details?.()]);
      assert.doesNotMatch(shown, /965|"0 USDT|[-−]1 USDT|"0×|"0\.0%/);
      assert.equal(below(entry.children![0]!)[0], `${says('term.liquidation-price')} | none | from OKX`);
    }
  });

  it('says that no price liquidates a position whose margin is more than it can lose', () => {
    const safe = position({ margin: decimal('12248.1'), liquidationPrice: decimal('-9.5') });
    const entry = entryOf(safe);
    assert.match(line(entry), new RegExp(`^${says('position.not-reached')} · OK \\| long`));
    assert.equal(below(entry.children![0]!)[0], `${says('term.liquidation-price')} | none | ${says('position.no-price-liquidates')}`);
    assert.match(
      line(entryOf(safe, { snapshot: holding([safe], { asOf: stale }) })),
      new RegExp(`^${says('position.not-reached')} · Unknown`),
    );
  });

  it('says of a distance beyond ten times the price only that it is beyond', () => {
    const far = position({ side: 'short', liquidationPrice: decimal('483096000000') });
    assert.match(line(entryOf(far)), /^>1,000% · OK/);
  });

  it('shows every figure with its source, and what is our own estimate', () => {
    const [prices, margin, ...rest] = entryOf(position()).children!;
    assert.deepEqual(below(prices!), [
      `${says('term.liquidation-price')} | 52,560 USDT | ${says('line.to', '12.4%', says('preview.liquidation'))} | from OKX`,
      `${says('position.mark-price')} | 60,000 USDT`,
      `${says('position.entry-price')} | 61,000.5 USDT`,
      `${says('position.last-price')} | 60,010.1 USDT`,
    ]);
    assert.deepEqual(below(margin!), [
      'Margin | 1,600 USDT',
      `${says('position.maintenance-margin')} | 48 USDT`,
      `${says('term.margin-ratio')} | 940.0% | from OKX | ${says('position.liquidation-100')}`,
    ]);
    assert.deepEqual(rest.map(line), [
      'Size | 20 contracts | long',
      `Leverage | 8× | ${says('term.by-estimate', says('target.effective-leverage', '~8.58×'))}`,
      `${says('position.unrealized-pnl')} | −200.1 USDT`,
    ]);
  });

  it('says what contracts stand for, where that is known', () => {
    const size = (...of: Parameters<typeof position>): string => {
      const entry = entryOf(position(...of)).children!.find(({ label }) => text(label) === 'Size')!;
      return line(entry);
    };
    assert.equal(size({ baseCoin: 'BTC' }), 'Size | 20 contracts (0.2 BTC) | long');
    assert.equal(
      size({ contract: 'inverse', baseCoin: 'BTC', priceCoin: 'USD', exposure: decimal('2000') }),
      'Size | 20 contracts (2,000 USD) | long',
    );
    assert.equal(size({ baseCoin: 'BTC' }, 'exposure'), 'Size | 20 contracts | long');
    assert.equal(size({ baseCoin: 'BTC', sizeCoin: 'BTC', size: decimal('0.2') }), 'Size | 0.2 BTC | long');
  });

  it('copies the exact figures', () => {
    const copies = Object.fromEntries(
      everything(entryOf(position())).flatMap(({ label, copy }) => (copy === undefined ? [] : [[text(label), copy]])),
    );
    assert.equal(copies[says('term.liquidation-price')], '52560');
    assert.equal(copies[says('term.margin-ratio')], '9.4');
    assert.equal(copies[says('position.unrealized-pnl')], '-200.1');
  });

  it('shows what is owed only for borrowed coins', () => {
    const borrowed = position({
      contract: 'borrowed',
      side: 'short',
      liquidationPrice: decimal('72000'),
      debt: { coin: 'BTC', amount: decimal('0.3') },
      sizeCoin: 'USDT',
      unrealizedPnl: decimal('12.34'),
    });
    const entry = entryOf(borrowed);
    assert.equal(line(entry), '20.0% · Watch | short | BTC-USDT-SWAP | 8× | +12.34 USDT');
    assert.ok(below(entry).includes('Debt | 0.3 BTC'));
    assert.ok(below(entry).includes('Size | 20 USDT | short'));
    assert.ok(below(entryOf(position())).every((one) => !one.startsWith('Debt')));
  });

  it('says unknown where the venue gave nothing, and never zero', () => {
    const entry = entryOf(
      position(
        {},
        'liquidationPrice',
        'markPrice',
        'entryPrice',
        'lastPrice',
        'margin',
        'maintenanceMargin',
        'marginRatio',
        'leverage',
        'unrealizedPnl',
      ),
    );
    assert.equal(line(entry), '– · Unknown | long | BTC-USDT-SWAP');
    assert.deepEqual(below(entry.children![0]!), [
      `${says('term.liquidation-price')} | ${says('term.not-given', 'OKX')}`,
      `${says('position.mark-price')} | unknown`,
      `${says('position.entry-price')} | unknown`,
      `${says('position.last-price')} | unknown`,
    ]);
    assert.deepEqual(below(entry.children![1]!), ['Margin | unknown', `${says('position.maintenance-margin')} | unknown`]);
    assert.deepEqual(below(entry).slice(-2), ['Leverage | unknown', `${says('position.unrealized-pnl')} | unknown`]);
    assert.match(text(spokenOf(entry)), saysInTurn(says('line.unknown', says('preview.liquidation')), ', Unknown'));
    assert.ok(everything(entry).every(({ copy }) => copy !== '0'));
  });

  it('says that liquidation is reached, with how far beyond', () => {
    const entry = entryOf(position({ liquidationPrice: decimal('60600') }));
    assert.equal(line(entry).split(' | ')[0], '−1.0% · Danger');
    assert.match(text(spokenOf(entry)), saysLike('position.liquidation-price-reached'));
  });

  it('is never green when figures are old or the last reading failed, and tells their age', () => {
    const safe = position({ liquidationPrice: decimal('10000') });
    assert.equal(entryOf(safe).icon?.color, 'testing.iconPassed');
    for (const blind of [state({ snapshot: holding([safe], { asOf: stale }) }), state({ snapshot: holding([safe]), failure: failure() })]) {
      const whole = only(positionsOutline([blind], viewContext()));
      assert.ok(everything(whole).every(({ icon }) => icon?.color !== 'testing.iconPassed'));
      const entry = whole.children!.at(-1)!;
      assert.match(line(entry), /Unknown \| long \| BTC-USDT-SWAP \| updated (5 min ago|just now)/);
      assert.match(text(spokenOf(entry)), saysInTurn(says('estimate.stale'), saysLike('term.updated-age')));
    }
  });

  it('keeps danger red when figures are old', () => {
    const near = position({ liquidationPrice: decimal('59000') });
    const entry = only(only(positionsOutline([state({ snapshot: holding([near], { asOf: stale }) })], viewContext())).children);
    assert.match(line(entry), /^1\.6% · Danger .* updated 5 min ago/);
    assert.equal(entry.icon?.color, 'notificationsErrorIcon.foreground');
  });

  it('cuts a long liquidation price towards the mark price, and keeps its digits for the tooltip and the clipboard', () => {
    for (const [side, printed, shown] of [
      ['long', '52560.270718232045', `52,560.28 USDT | ${says('line.to', '12.3%', says('preview.liquidation'))}`],
      ['short', '75000.170068043802', `75,000.17 USDT | ${says('line.to', '25.0%', says('preview.liquidation'))}`],
    ] as const) {
      const entry = entryOf(position({ side, liquidationPrice: decimal(printed) }));
      const [figure] = everything(entry).filter(({ label }) => text(label) === says('term.liquidation-price'));
      assert.equal(line(figure!), `${says('term.liquidation-price')} | ${shown} | from OKX`);
      assert.equal(figure!.copy, printed);
      const whole = `${printed.slice(0, 2)},${printed.slice(2)} USDT`;
      assert.ok(entry.details!().lines.some(({ value }) => text(value).startsWith(whole)));
    }
  });

  it('says what the venue is doing to a position, as danger', () => {
    const entry = entryOf(position({ distress: msg('test', 'being liquidated') }));
    assert.equal(line(entry), '12.4% · Danger | long | BTC-USDT-SWAP | being liquidated | 8× | −200.1 USDT');
    assert.equal(below(entry)[0], 'being liquidated');
    assert.match(text(spokenOf(entry)), /being liquidated$/);
  });

  it('gives the reason where margin cannot be changed, and no command for it', () => {
    const entry = entryOf(position({ fixedMargin: msg('test', 'Options have no margin that can be changed.') }));
    assert.equal(entry.context, 'fixedPosition');
    assert.equal(below(entry)[0], 'Options have no margin that can be changed.');
    const details = entry.details!();
    assert.ok(
      details.lines.some(
        ({ label, value }) =>
          text(label) === says('term.margin-ratio') && text(value) === `940.0%, from OKX, ${says('position.liquidation-100')}`,
      ),
    );
  });

  it('lists cross positions after isolated ones, without calling them safe', () => {
    const cross = position(
      { positionId: 'c', instrument: 'ETH-USDT-SWAP', marginMode: 'cross', liquidationPrice: decimal('6000') },
      'margin',
    );
    const whole = only(positionsOutline([withPositions([cross, position()])], viewContext()));
    assert.deepEqual(below(whole), [
      '12.4% · Watch | long | BTC-USDT-SWAP | 8× | −200.1 USDT',
      `90.0% · ${says('term.cross-margin')} | long | ETH-USDT-SWAP | 8× | −200.1 USDT`,
    ]);
    const entry = whole.children![1]!;
    assert.equal(entry.context, 'fixedPosition');
    assert.equal(entry.icon?.color, undefined);
    assert.match(below(entry)[0]!, saysLike('position.cross-margin-whole'));
    assert.match(text(spokenOf(entry)), saysInTurn(/, /, says('term.cross-margin')));
  });

  it('shows the alarm of a cross position', () => {
    const cross = position({ marginMode: 'cross', liquidationPrice: decimal('59000') });
    assert.equal(line(entryOf(cross)), `1.6% · Danger | long | BTC-USDT-SWAP | ${says('term.cross-margin')} | 8× | −200.1 USDT`);
    assert.equal(positionAlarms([withPositions([cross])], viewContext()), 1);
  });

  it('shows the worst level in the line of the account; a cross position without an alarm has no say', () => {
    const cross = position({ positionId: 'c', marginMode: 'cross' }, 'liquidationPrice');
    const safe = position({ liquidationPrice: decimal('10000') });
    const account = (positions: readonly Position[]): Entry => only(positionsOutline([withPositions(positions)], viewContext()));
    assert.equal(line(account([safe, cross])), `Main | OK | ${says('time.just-now')} | OKX | Global`);
    assert.equal(
      line(account([safe, position({ positionId: 'u', margin: decimal('2000') }, 'liquidationPrice')])),
      `Main | Unknown | ${says('time.just-now')} | OKX | Global`,
    );
    const danger = account([safe, position({ positionId: 'd', liquidationPrice: decimal('58000') })]);
    assert.equal(line(danger), `Main | Danger | ${says('time.just-now')} | OKX | Global`);
    assert.equal(danger.icon?.id, 'flame');
    assert.match(text(spokenOf(danger)), /^Main, Danger, /);
    assert.equal(line(account([cross])), `Main | ${says('time.just-now')} | OKX | Global`);
  });

  it('says why positions could not be read, beside those that could', () => {
    const trouble = msg('test', 'The contracts could not be read.');
    const whole = only(positionsOutline([state({ snapshot: holding([position()], { positionsTrouble: trouble }) })], viewContext()));
    assert.deepEqual(
      below(whole).map((one) => one.slice(0, 13)),
      ['The contracts', '12.4% · Watch'],
    );
    assert.equal(whole.children![0]!.icon?.id, 'warning');
    const none = only(positionsOutline([state({ snapshot: holding([], { positionsTrouble: trouble }) })], viewContext()));
    assert.deepEqual(below(none), [english(trouble)], 'and never that there are none');
  });

  it('leaves a broken account beside a good one as it is, and the good one untouched', () => {
    const broken: AccountState = { account: account({ id: 'two', name: 'Broken' }), failure: failure('auth'), reading: false };
    const [first, second] = positionsOutline([withPositions([position()]), broken], viewContext());
    assert.equal(line(first!), `Main | Watch | ${says('time.just-now')} | OKX | Global`);
    assert.match(line(second!), saysInTurn(/^Broken \| /, says('account.key-not-accepted')));
    assert.deepEqual(below(second!), ['It went wrong.']);
  });

  it('says so where nothing is open, with what is known of other accounts', () => {
    const [, second] = positionsOutline(
      [withPositions([position()]), withPositions([], { account: account({ id: 'two', name: 'Other' }) })],
      viewContext(),
    );
    assert.deepEqual(below(second!), [says('position.no-open')]);
  });

  it('shows an unfinished change at its position, and at the account when the position is gone', () => {
    const openWrites = (): readonly ReturnType<typeof write>[] => [marginWrite(), write()];
    const other = position({ positionId: 'p2', side: 'short', liquidationPrice: decimal('75000') });
    const [entry, untouched] = only(positionsOutline([withPositions([position(), other])], viewContext({ openWrites }))).children!;
    assert.equal(line(entry!), `12.4% · Watch | long | BTC-USDT-SWAP | ${says('term.change-unfinished')} | 8× | −200.1 USDT`);
    assert.equal(
      below(entry!)[0],
      `${changeName('add', '100', 'USDT', marginOf('BTC-USDT-SWAP long'), 'Main')} | ${says('kinds.confirming', 'OKX')}`,
    );
    assert.match(text(spokenOf(entry!)), saysLike('term.change-unfinished'));
    assert.doesNotMatch(line(untouched!), /unfinished/);
    const gone = only(positionsOutline([withPositions([])], viewContext({ openWrites }))).children!;
    assert.match(line(gone[0]!), /^Add 100 USDT/);
    assert.deepEqual([gone[0]!.context, gone[0]!.on], ['openWrite', { kind: 'position', id: 'p1' }]);
    assert.equal(gone.filter(({ context }) => context === 'openWrite').length, 1, 'a change of a loan belongs to the other view');
  });

  it('says so when changes are frozen', () => {
    const whole = only(positionsOutline([withPositions([position()])], viewContext({ frozen: () => marginWrite({ state: 'mismatch' }) })));
    assert.match(below(whole)[0]!, saysInTurn(/^/, saysLike('account.frozen', saysInTurn('', marginOf('BTC-USDT-SWAP long'), ''))));
  });

  it('marks the simulated ones', () => {
    const entry = entryOf(position(), { account: account({ simulated: true, site: 'loopback' }) });
    assert.match(text(spokenOf(entry)), /^BTC-USDT-SWAP long, Main \(simulated\), /);
    assert.equal(text(entry.details!().title), 'BTC-USDT-SWAP long (simulated)');
  });

  it('has ids that are unique and stay the same while figures change', () => {
    const two = [position(), position({ positionId: 'p2', side: 'short', liquidationPrice: decimal('70000') })];
    const ids = (mark: string): string[] =>
      positionsOutline([withPositions(two.map((one) => ({ ...one, markPrice: decimal(mark) })))], viewContext())
        .flatMap(everything)
        .map(({ id }) => id);
    assert.equal(new Set(ids('60000')).size, ids('60000').length);
    assert.deepEqual(ids('60000'), ids('61000'));
  });

  it('warns of what is gone though it stood near its end, in place of the welcome text', () => {
    const at = viewContext({ when: (ms) => (ms === now - 60_000 ? '13:02' : 'another time') });
    const empty = state({ snapshot: holding([], { vanished: gone }) });
    assert.equal(positionsState([empty], at), 'some');
    const whole = only(positionsOutline([empty], at));
    const warning = says('vanished.closed', 'BTC-USDT long', '13:02', says('vanished.close'));
    assert.deepEqual(below(whole), [warning, says('position.no-open')]);
    const [note] = whole.children!;
    assert.deepEqual(note!.icon, { id: 'warning', color: 'list.warningForeground' });
    assert.equal(text(spokenOf(note!)), `${says('level.warning')}: ${warning}`);
    const other = state({ snapshot: holding([], { vanished: gone.filter(({ kind }) => kind !== 'position') }) });
    assert.equal(positionsState([other], at), 'nothing', 'each view tells of its own');
  });
});

describe('the welcome texts of the Positions view', () => {
  it('tell of no account, nothing reachable and nothing open', () => {
    const unread: AccountState = { account: account(), failure: failure('network'), reading: false };
    assert.equal(positionsState([], viewContext()), 'noAccount');
    assert.equal(positionsState([unread], viewContext()), 'unreachable');
    assert.equal(positionsState([withPositions([])], viewContext()), 'nothing');
    assert.equal(positionsState([withPositions([position()])], viewContext()), 'some');
    assert.deepEqual(positionsOutline([withPositions([])], viewContext()), []);
  });

  it('never say that nothing is open when it is not known', () => {
    assert.equal(positionsState([withPositions([], { failure: failure() })], viewContext()), 'some');
    assert.equal(positionsState([state({ snapshot: holding([], { asOf: stale }) })], viewContext()), 'some');
    assert.equal(positionsState([state({ snapshot: holding([], { positionsTrouble: msg('test', 'Not read.') }) })], viewContext()), 'some');
    assert.equal(loansState([state({ snapshot: snapshot({ loans: [], loansTrouble: msg('test', 'Not read.') }) })], viewContext()), 'some');
  });

  it('give way to an unfinished change of what the view lists, and to a freeze', () => {
    const none = [state({ snapshot: holding([]) })];
    const withMargin = viewContext({ openWrites: () => [marginWrite()] });
    assert.deepEqual([positionsState(none, withMargin), loansState(none, withMargin)], ['some', 'nothing']);
    const withLoan = viewContext({ openWrites: () => [write()] });
    assert.deepEqual([positionsState(none, withLoan), loansState(none, withLoan)], ['nothing', 'some']);
    const frozen = viewContext({ frozen: () => write({ state: 'mismatch' }) });
    assert.deepEqual([positionsState(none, frozen), loansState(none, frozen)], ['some', 'some']);
  });

  it('are chosen for each view by what it lists itself', () => {
    assert.equal(loansState([withPositions([position()])], viewContext()), 'nothing');
    assert.equal(positionsState([state()], viewContext()), 'nothing');
  });
});

describe('the badge of the Positions view', () => {
  it('counts positions at warning or danger, old figures included', () => {
    const positions = ['10000', '52560', '55000', '59000'].map((price, index) =>
      position({ positionId: index.toString(), liquidationPrice: decimal(price) }),
    );
    assert.equal(positionAlarms([withPositions(positions)], viewContext()), 2);
    assert.equal(positionAlarms([state({ snapshot: holding(positions, { asOf: stale }), failure: failure() })], viewContext()), 2);
    assert.equal(positionAlarms([], viewContext()), 0);
  });
});
