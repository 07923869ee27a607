import assert from 'node:assert/strict';
import type { ArmState } from '../../../src/engine/ledger/arming.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { keysMissingCode } from '../../../src/engine/accounts/failures-here.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { levelOf } from '../../../src/core/risk/level.ts';
import { msg } from '../../../src/core/message.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import type { Entry } from '../../../src/views/entry.ts';
import { statusOf, loanAlarms } from '../../../src/views/status.ts';
import { loansState } from '../../../src/views/view-state.ts';
import { account, below, failure, gone, line, loan, now, viewContext, snapshot, state, text, write, position } from './samples.ts';
import { spokenOf } from '../../../src/views/entry.ts';
import { changeName, onLoan, says, saysInTurn, saysLike } from '../../texts.ts';

const only = (entries: readonly Entry[] | undefined): Entry => {
  assert.equal(entries?.length, 1);
  return entries[0]!;
};
const everything = (entry: Entry): readonly Entry[] => [entry, ...(entry.children ?? []).flatMap(everything)];
const stale = now - 5 * 60_000;

describe('the Loans view', () => {
  it('shows LTV, level as a word, distance to margin call and debt in the line of a loan, in this order', () => {
    const entry = only(only(loansOutline([state()], viewContext())).children);
    assert.equal(line(entry), `57.43% · Watch | ${says('loan.call', '22.1%')} | 40,000 USDT`);
    assert.deepEqual(entry.icon, { id: 'eye', color: 'notificationsWarningIcon.foreground' });
    assert.equal(entry.context, 'loan.repay');
    assert.equal(
      text(spokenOf(entry)),
      `Loan 12345, Main, LTV 57.43%, Watch, ${says('line.to', '22.1%', says('preview.margin-call'))}, Debt 40,000 USDT`,
    );
  });

  // An exchange account that was added twice is read once: both have the same figures, not only alike ones.
  it('tells of each account its own in the tooltip, also where both stand for one account at the exchange', () => {
    const read = snapshot();
    const context = viewContext();
    const rescues = { 'loan:12345': { at: decimal('0.7'), steps: [{ act: 'add', coin: 'BTC', amount: decimal('0.1') }] } };
    const first = state({ account: account({ id: 'one', rescues }), snapshot: read });
    const second = state({ account: account({ id: 'two' }), snapshot: read });
    const rows = loansOutline([first, second], context).map(({ children }) => only(children));
    const rescued = rows.map((row) => row.details!().lines.some(({ label }) => text(label) === says('rescue.label')));
    assert.deepEqual(rescued, [true, false]);
  });

  it('shows debts, collateral, thresholds with their source, and what is read only when opened', () => {
    const groups = only(only(loansOutline([state()], viewContext())).children).children!;
    assert.deepEqual(groups.map(line), [
      'Debt | $40,000.00',
      `Collateral | $69,652.63 | ${says('loan.after-haircut')}`,
      'Thresholds',
      says('page.interest'),
      says('loan.history'),
    ]);
    assert.deepEqual(below(groups[0]!), ['40,000 USDT']);
    assert.deepEqual(below(groups[1]!), ['0.8 BTC']);
    assert.deepEqual(below(groups[2]!), [
      `${says('term.margin-call')} | 73.74% | ${says('loan.collateral-value')} −22.1% | from OKX`,
      `Liquidation | 83.74% | ${says('loan.collateral-value')} −31.4% | from OKX`,
      `${says('term.liquidation-price')} | 60,000.5 BTC-USDT | from OKX`,
      `${says('estimate.none')} | ${says('estimate.price-unknown')}: BTC, USDT`,
    ]);
    assert.deepEqual(
      groups.slice(3).map(({ pages, expansion }) => [pages?.kind, pages?.loan, expansion]),
      [
        ['interest', { loanId: '12345', orderId: '12345' }, 'closed'],
        ['history', { loanId: '12345', orderId: '12345' }, 'closed'],
      ],
    );
  });

  it('says unknown where the venue gave nothing, and never zero', () => {
    const { ltv, marginCall, liquidation, liquidationPrice, ...rest } = loan();
    assert.ok(ltv !== undefined && marginCall !== undefined && liquidation !== undefined && liquidationPrice !== undefined);
    const entry = only(only(loansOutline([state({ snapshot: snapshot({ loans: [rest] }) })], viewContext())).children);
    assert.equal(line(entry), `– · Unknown | ${says('line.unknown', says('preview.margin-call'))} | 40,000 USDT`);
    assert.deepEqual(below(entry.children![2]!), [
      `${says('term.margin-call')} | unknown`,
      'Liquidation | unknown',
      `${says('term.liquidation-price')} | ${says('term.not-given', 'OKX')}`,
      `${says('estimate.none')} | ${says('term.ltv-unknown')}`,
    ]);
  });

  it('is never green when figures are old or the last reading failed', () => {
    const safe = loan({ ltv: decimal('0.2') });
    const fresh = only(only(loansOutline([state({ snapshot: snapshot({ loans: [safe] }) })], viewContext())).children);
    assert.equal(fresh.icon?.color, 'testing.iconPassed');
    for (const blind of [
      state({ snapshot: snapshot({ loans: [safe], asOf: stale }) }),
      state({ snapshot: snapshot({ loans: [safe] }), failure: failure() }),
    ]) {
      const account = only(loansOutline([blind], viewContext()));
      assert.ok(everything(account).every(({ icon }) => icon?.color !== 'testing.iconPassed'));
      const entry = account.children!.at(-1)!;
      assert.match(line(entry), /Unknown/);
      assert.match(text(spokenOf(entry)), saysInTurn('LTV 20.00%, Unknown', says('estimate.stale'), saysLike('term.updated-age')));
    }
  });

  it('keeps danger red and shows the age when figures are old', () => {
    const entry = only(
      only(loansOutline([state({ snapshot: snapshot({ loans: [loan({ ltv: decimal('0.8') })], asOf: stale }) })], viewContext())).children,
    );
    assert.equal(
      line(entry),
      `80.00% · Danger | ${says('term.updated-age', '5 min ago')} | ${says('line.reached', says('preview.margin-call'))} | 40,000 USDT`,
    );
    assert.equal(entry.icon?.color, 'notificationsErrorIcon.foreground');
    assert.equal(
      below(entry.children![2]!)[0],
      `${says('term.margin-call')} | 73.74% | ${says('line.reached', says('preview.margin-call'))} | from OKX`,
      'never a fall of less than nothing',
    );
    assert.ok(entry.details!().lines.some(({ value }) => text(value) === says('line.reached', says('preview.margin-call'))));
  });

  it('names trouble, age, venue and site in the line of an account, and what is wrong below it', () => {
    const entry = only(
      loansOutline([state({ failure: failure('auth', keysMissingCode), snapshot: snapshot({ asOf: stale }) })], viewContext()),
    );
    assert.equal(line(entry), `Main | ${says('account.keys-missing')} | 5 min ago | Unknown | OKX | Global`);
    assert.equal(below(entry)[0], 'It went wrong.');
    assert.equal(text(spokenOf(entry)), `Main, ${says('account.keys-missing')}, 5 min ago, Unknown, OKX, Global`);
  });

  it('calls announced maintenance by its name, with a sign of its own', () => {
    const entry = only(loansOutline([state({ failure: failure('maintenance'), snapshot: snapshot({ asOf: stale }) })], viewContext()));
    assert.equal(line(entry), `Main | ${says('account.maintenance')} | 5 min ago | Unknown | OKX | Global`);
    assert.deepEqual(entry.icon, { id: 'tools', color: 'notificationsWarningIcon.foreground' });
    assert.equal(text(entry.children![0]!.details!().title), says('account.maintenance'));
  });

  it('tells the worst level of its loans in the line of an account, which may be closed', () => {
    const loans = [loan(), loan({ id: '67890', orderId: '67890', ltv: decimal('0.8') })];
    const entry = only(loansOutline([state({ snapshot: snapshot({ loans }) })], viewContext()));
    assert.equal(line(entry), `Main | Danger | ${says('time.just-now')} | OKX | Global`);
    assert.deepEqual(entry.icon, entry.children![0]!.icon, 'the worst first');
  });

  it('says first in the line of an account what it needs: that it is not armed, and old figures', () => {
    const arming = (): ArmState => ({ armed: false });
    const first = (change: Partial<AccountState> = {}): string => line(only(loansOutline([state(change)], viewContext({ arming }))));
    assert.equal(first(), `Main | ${says('arming.not-armed')} | Watch | ${says('time.just-now')} | OKX | Global`);
    assert.equal(first({ snapshot: snapshot({ asOf: stale }) }), `Main | 5 min ago | ${says('arming.not-armed')} | Unknown | OKX | Global`);
  });

  it('lists the worst loan first, and the worst account', () => {
    const ltvs = (id: string, ...all: string[]): AccountState =>
      state({
        account: account({ id, name: id }),
        snapshot: snapshot({ loans: all.map((ltv, place) => loan({ id: `${id}${place.toString()}`, ltv: decimal(ltv) })) }),
      });
    const rows = loansOutline([ltvs('none'), ltvs('calm', '0.2', '0.3'), ltvs('near', '0.1', '0.8', '0.6')], viewContext());
    assert.deepEqual(
      rows.map(({ label, children }) => [text(label), ...(children ?? []).map((one) => text(one.label).split(' ')[0])]),
      [
        ['near', '80.00%', '60.00%', '10.00%'],
        ['calm', '30.00%', '20.00%'],
        ['none', says('loan.none').split(' ')[0]],
      ],
    );
  });

  it('says simulated, demo and read-only in the line of an account', () => {
    const simulated = state({ account: account({ simulated: true, site: 'loopback', readOnly: true }) });
    assert.equal(
      line(only(loansOutline([simulated], viewContext()))),
      `Main | simulated | Watch | ${says('time.just-now')} | OKX | ${says('term.read-only')}`,
    );
    const demo = state({ account: account({ site: 'global-demo' }) });
    assert.match(line(only(loansOutline([demo], viewContext()))), /^Main \| demo \|/);
    const entry = only(only(loansOutline([simulated], viewContext())).children);
    assert.match(text(spokenOf(entry)), /^Loan 12345, Main \(simulated\), /);
  });

  it('leaves a broken account beside a good one as it is, and the good one untouched', () => {
    const broken: Parameters<typeof loansOutline>[0][number] = {
      account: account({ id: 'two', name: 'Broken' }),
      failure: failure('auth'),
      reading: false,
    };
    const [first, second] = loansOutline([state(), broken], viewContext());
    assert.deepEqual(first!.children!.map(line), only(loansOutline([state()], viewContext())).children!.map(line));
    assert.equal(line(second!), `Broken | ${says('account.key-not-accepted')} | ${says('account.not-read')} | OKX | Global`);
  });

  it('gives every entry an id of its own that does not depend on what it says', () => {
    const loans = [loan(), loan({ id: '67890', orderId: '67890' })];
    const ids = (ltv: string): string[] =>
      loansOutline([state({ snapshot: snapshot({ loans: loans.map((one) => ({ ...one, ltv: decimal(ltv) })) }) })], viewContext())
        .flatMap(everything)
        .map(({ id }) => id);
    assert.equal(new Set(ids('0.5')).size, ids('0.5').length);
    assert.deepEqual(ids('0.5'), ids('0.7'));
  });

  it('tells loans of one account apart by their id', () => {
    const loans = [loan(), loan({ id: '67890', orderId: '67890' })];
    const entries = only(loansOutline([state({ snapshot: snapshot({ loans }) })], viewContext())).children!;
    assert.deepEqual(
      entries.map((entry) => entry.description!.map(text).at(-1)),
      ['#12345', '#67890'],
    );
  });

  it('shows an unfinished change at its loan, and at the account when the loan is gone', () => {
    const openWrites = (): readonly ReturnType<typeof write>[] => [write()];
    const entry = only(only(loansOutline([state()], viewContext({ openWrites }))).children);
    assert.equal(
      line(entry.children![0]!),
      `${changeName('add', '0.1', 'BTC', onLoan('12345'), 'Main')} | ${says('kinds.confirming', 'OKX')}`,
    );
    assert.equal(
      line(entry),
      `57.43% · Watch | ${says('term.change-unfinished')} | ${says('loan.call', '22.1%')} | 40,000 USDT`,
      'a closed loan says so too',
    );
    assert.match(text(spokenOf(entry)), saysLike('term.change-unfinished'));
    const gone = only(loansOutline([state({ snapshot: snapshot({ loans: [] }) })], viewContext({ openWrites })));
    assert.match(line(gone.children![0]!), /^Add 0\.1 BTC/);
  });

  it('says so when changes are frozen', () => {
    const entry = only(loansOutline([state()], viewContext({ frozen: () => write({ state: 'mismatch' }) })));
    assert.match(below(entry)[0]!, saysLike('account.frozen'));
  });

  it('asks for other pages when an amount of the loan has moved, and only then', () => {
    const version = (change: Parameters<typeof loan>[0]): string | undefined =>
      only(only(loansOutline([state({ snapshot: snapshot({ loans: [loan(change)] }) })], viewContext())).children).children!.at(-1)!.pages
        ?.version;
    assert.equal(version({}), version({ ltv: decimal('0.6') }));
    assert.notEqual(version({}), version({ collateral: [{ coin: 'BTC', amount: decimal('0.9') }] }));
  });
});

describe('where and when', () => {
  const table = { url: 'https://exchange.test/help/ltv-levels', date: '2026-11-20' };
  const entryOf = (change: Parameters<typeof loan>[0]): Entry =>
    only(only(loansOutline([state({ snapshot: snapshot({ loans: [loan(change)] }) })], viewContext())).children);
  const group = (entry: Entry, label: string): Entry => only(entry.children!.filter((one) => text(one.label) === label));

  it('thresholds of a table were looked up stands beside them, with a link in the tooltip', () => {
    const entry = entryOf({
      marginCall: { ltv: decimal('0.75'), source: 'table', from: table },
      liquidation: { ltv: decimal('0.85'), source: 'table', from: table },
    });
    assert.deepEqual(below(group(entry, 'Thresholds')).slice(0, 2), [
      `${says('term.margin-call')} | 75.00% | ${says('loan.collateral-value')} −23.4% | ${says('loan.table', '2026-11-20')}`,
      `Liquidation | 85.00% | ${says('loan.collateral-value')} −32.4% | ${says('loan.table', '2026-11-20')}`,
    ]);
    assert.deepEqual(
      entry.details!().links!.map(({ label, url }) => [text(label), url]),
      [[says('loan.table', '2026-11-20'), 'https://exchange.test/help/ltv-levels']],
    );
  });

  it('a person’s own thresholds are said to be theirs', () => {
    const entry = entryOf({ marginCall: { ltv: decimal('0.75'), source: 'person' } });
    assert.match(below(group(entry, 'Thresholds'))[0]!, saysLike('loan.entered'));
    assert.deepEqual(entry.details!().links, []);
  });

  const soon = {
    coin: 'USDT',
    amount: decimal('100'),
    at: now + 86_400_000,
    overdue: false,
    then: msg('test', 'it is renewed at a floating rate'),
  };

  it('a debt is due stands in the line and below it, the soonest first', () => {
    const entry = entryOf({ due: [soon, { ...soon, at: now + 2 * 86_400_000, amount: decimal('50.5') }] });
    assert.equal(line(entry), `57.43% · Watch | ${says('loan.call', '22.1%')} | 40,000 USDT | due 2026-11-22T12:00:00.000Z`);
    const dates = group(entry, says('term.due'));
    assert.equal(line(dates), `${says('term.due')} | 2026-11-22T12:00:00.000Z`);
    assert.deepEqual(below(dates), [
      '100 USDT | 2026-11-22T12:00:00.000Z | it is renewed at a floating rate',
      '50.5 USDT | 2026-11-23T12:00:00.000Z | it is renewed at a floating rate',
    ]);
    assert.equal(dates.children![1]!.copy, '50.5');
  });

  it('a debt is due of which it is unknown how much stands with its date', () => {
    const { amount: _, ...unknown } = soon;
    const [due] = group(entryOf({ due: [unknown] }), says('term.due')).children ?? [];
    assert.equal(line(due!).split(' | ', 2).join(' | '), `${says('term.unknown')} ${soon.coin} | 2026-11-22T12:00:00.000Z`);
    assert.deepEqual([due?.copy, due?.context], [undefined, 'note']);
  });

  it('an overdue debt is danger in word and colour, whatever the LTV', () => {
    const entry = entryOf({ ltv: decimal('0.1'), due: [{ ...soon, at: now - 1_000, overdue: true }, soon] });
    assert.equal(line(entry), `10.00% · Danger | ${says('term.debt-overdue')} | ${says('loan.call', '86.4%')} | 40,000 USDT`);
    assert.equal(entry.icon?.id, 'flame');
    assert.match(text(spokenOf(entry)), saysLike('term.debt-overdue'));
    const dates = group(entry, says('term.due'));
    assert.equal(line(dates), `${says('term.due')} | Danger | ${says('term.debt-overdue')}`);
    assert.ok(below(dates)[0]!.startsWith(`100 USDT | Danger | ${says('term.overdue-since', '2026-11-21T11:59:59.000Z')}`));
    assert.equal(dates.children![1]!.icon, undefined);
  });

  it('nothing is due no group says so', () => {
    assert.ok(entryOf({}).children!.every(({ label }) => text(label) !== says('term.due')));
    assert.ok(entryOf({ due: [] }).children!.every(({ label }) => text(label) !== says('term.due')));
  });

  it('some loans could not be read, the others are still there, and none is not said', () => {
    const trouble = msg('test', 'The old loans could not be read.');
    const some = only(loansOutline([state({ snapshot: snapshot({ loansTrouble: trouble }) })], viewContext()));
    assert.deepEqual(
      below(some).map((one) => one.slice(0, 12)),
      ['The old loan', '57.43% · Wat'],
    );
    assert.equal(text(spokenOf(some.children![0]!)), `${says('level.warning')}: The old loans could not be read.`);
    const none = only(loansOutline([state({ snapshot: snapshot({ loans: [], loansTrouble: trouble }) })], viewContext()));
    assert.deepEqual(below(none), ['The old loans could not be read.']);
  });

  it('warns of what is gone though it stood near its end, in place of the welcome text', () => {
    const at = viewContext({ when: (ms) => (ms === now - 60_000 ? '13:02' : 'another time') });
    const empty = state({ snapshot: snapshot({ loans: [], vanished: gone }) });
    assert.equal(loansState([empty], at), 'some');
    const whole = only(loansOutline([empty], at));
    const warning = says('vanished.closed', 'Loan 12345', '13:02', says('vanished.close'));
    assert.deepEqual(below(whole), [warning, says('loan.none')]);
    const [note] = whole.children!;
    assert.deepEqual(note!.icon, { id: 'warning', color: 'list.warningForeground' });
    assert.equal(text(spokenOf(note!)), `${says('level.warning')}: ${warning}`);
    const other = state({ snapshot: snapshot({ loans: [], vanished: gone.filter(({ kind }) => kind !== 'loan') }) });
    assert.equal(loansState([other], at), 'nothing', 'each view tells of its own');
    const overdue = state({ snapshot: snapshot({ loans: [], vanished: [{ ...gone[1]!, overdue: true }] }) });
    assert.match(
      below(only(loansOutline([overdue], viewContext())))[0]!,
      saysLike('vanished.closed', 'Loan 12345', undefined, new RegExp(`${says('term.debt-overdue')}, .*`)),
    );
  });
});

describe('a time in which nobody watched', () => {
  it("is told in one calm line, which opens on the venue's own history", () => {
    const unwatched = { from: now - 9 * 3_600_000, to: now - 3_600_000 };
    const at = viewContext({ when: (ms) => (ms === unwatched.from ? '23:10' : '07:45') });
    const [note] = only(loansOutline([state({ snapshot: snapshot({ unwatched }) })], at)).children!;
    assert.equal(text(note!.label), says('account.unwatched', '23:10', '07:45'));
    assert.deepEqual([note!.icon, note!.expansion], [{ id: 'info' }, 'closed']);
    assert.deepEqual(note!.pages, { kind: 'history', accountId: 'one', version: unwatched.to.toString() });
    const [beside] = only(positionsOutline([state({ snapshot: snapshot({ unwatched, positions: [position()] }) })], at)).children!;
    assert.deepEqual([text(beside!.label), beside!.expansion], [text(note!.label), 'leaf']);
  });
});

describe('the welcome texts of the Loans view', () => {
  const unread = (kind: Parameters<typeof failure>[0]): Parameters<typeof loansState>[0][number] => ({
    account: account(),
    failure: failure(kind),
    reading: false,
  });

  it('tell of no account, nothing reachable and nothing borrowed', () => {
    assert.equal(loansState([], viewContext()), 'noAccount');
    assert.equal(loansState([unread('network'), unread('unavailable')], viewContext()), 'unreachable');
    assert.equal(loansState([unread('maintenance')], viewContext()), 'some', 'the account says so itself');
    assert.equal(loansState([state({ snapshot: snapshot({ loans: [] }) })], viewContext()), 'nothing');
    assert.equal(loansState([state()], viewContext()), 'some');
  });

  it('give way to the accounts as soon as they would not tell the whole truth', () => {
    assert.equal(loansState([unread('auth')], viewContext()), 'some');
    assert.equal(loansState([state({ failure: failure() })], viewContext()), 'some');
    assert.equal(loansState([state({ snapshot: snapshot({ loans: [], asOf: stale }) })], viewContext()), 'some');
    assert.equal(loansState([state({ snapshot: snapshot({ loans: [] }), failure: failure() })], viewContext()), 'some');
    assert.equal(loansState([{ account: account(), reading: true }], viewContext()), 'some');
    assert.equal(loansState([state({ snapshot: snapshot({ loans: [] }) })], viewContext({ openWrites: () => [write()] })), 'some');
  });

  it('leave no line beside them', () => {
    assert.deepEqual(loansOutline([state({ snapshot: snapshot({ loans: [] }) })], viewContext()), []);
  });
});

describe('the badge', () => {
  it('counts loans at warning or danger, old figures included', () => {
    const loans = ['0.2', '0.6', '0.7', '0.9'].map((ltv, index) => loan({ id: index.toString(), ltv: decimal(ltv) }));
    assert.deepEqual(
      loans.map((one) => levelOf(one, true)),
      ['ok', 'watch', 'warn', 'danger'],
    );
    assert.equal(loanAlarms([state({ snapshot: snapshot({ loans }) })], viewContext()), 2);
    assert.equal(loanAlarms([state({ snapshot: snapshot({ loans, asOf: stale }), failure: failure() })], viewContext()), 2);
    assert.equal(loanAlarms([], viewContext()), 0);
  });
});

describe('figures of a loan that are not believed', () => {
  it('are not printed: an LTV below zero or of zero with a debt, lines and prices that are none', () => {
    const odd = (ltv: string) =>
      loan({
        ltv: decimal(ltv),
        marginCall: { ltv: decimal('0'), source: 'venue' },
        liquidation: { ltv: decimal('-1'), source: 'venue' },
        liquidationPrice: { instrument: 'BTC-USDT', price: decimal('-965678126.11') },
        debtUsd: decimal('-3'),
        collateralUsd: decimal('-5'),
      });
    for (const ltv of ['0', '-0.3']) {
      const entry = only(only(loansOutline([state({ snapshot: snapshot({ loans: [odd(ltv)] }) })], viewContext())).children);
      const shown = JSON.stringify([line(entry), (entry.children ?? []).map((child) => [line(child), ...below(child)]), entry.details?.()]);
      assert.match(line(entry), /^– · Unknown/);
      assert.doesNotMatch(shown, /965|0\.00%|[-−]30|[-−]100|[-−]\$/);
      assert.match(shown, new RegExp(`${says('term.liquidation-price')} \\| ${says('term.none')}`));
    }
  });

  it('leave an alarm to what else is told', () => {
    const { ltv, ...rest } = loan({ debtUsd: decimal('80'), collateralUsd: decimal('100') });
    assert.ok(ltv !== undefined);
    const entry = only(only(loansOutline([state({ snapshot: snapshot({ loans: [rest] }) })], viewContext())).children);
    assert.match(
      line(entry),
      saysInTurn(/^– · /, says('level.values-usd', 'Danger'), ' | ', says('line.unknown', says('preview.margin-call'))),
    );
    assert.equal(loanAlarms([state({ snapshot: snapshot({ loans: [rest] }) })], viewContext()), 1);
  });
});

describe('a loan past its liquidation line', () => {
  it('is said to be there by the tree, as by its gauge and the status bar', () => {
    const past = state({ snapshot: snapshot({ loans: [loan({ ltv: decimal('0.9') })] }) });
    assert.match(
      line(only(only(loansOutline([past], viewContext())).children)),
      new RegExp(`^90\\.00% · Danger \\| ${says('line.reached', says('preview.liquidation'))}`),
    );
    assert.equal(gaugePage([past], viewContext(), text).state.gauges[0]!.distanceText, says('line.reached', says('preview.liquidation')));
    assert.deepEqual(
      statusOf([past], viewContext())!.rows.map(({ distance }) => text(distance)),
      [says('line.reached', says('preview.liquidation'))],
    );
  });
});

describe('a loan that owes nothing', () => {
  it('is OK and has no distance to be told', () => {
    const free = loan({ debts: [], ltv: decimal('0'), debtUsd: decimal('0') });
    const entry = only(only(loansOutline([state({ snapshot: snapshot({ loans: [free] }) })], viewContext())).children);
    assert.match(line(entry), new RegExp(`^0\\.00% · OK \\| ${says('loan.nothing-owed')}`));
    assert.equal(entry.context, 'loan', 'there is nothing to repay');
    const unknown = loan({ debts: [] });
    assert.equal(
      only(only(loansOutline([state({ snapshot: snapshot({ loans: [unknown] }) })], viewContext())).children).context,
      'loan.repay',
      'a debt that is not told may be there',
    );
  });
});
