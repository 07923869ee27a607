import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { msg } from '../../../src/core/message.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { statusOf, type StatusLook } from '../../../src/views/status.ts';
import { account, failure, holding, loan, now, position, viewContext, snapshot, state, text } from './samples.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const shown = (states: readonly AccountState[]): string | undefined => statusOf(states, viewContext())?.text.map(text).join(' · ');
const withLtv = (id: string, ltv: string, change: Partial<AccountState> = {}): AccountState =>
  state({ account: account({ id, name: id }), snapshot: snapshot({ loans: [loan({ ltv: decimal(ltv) })] }), ...change });
const withPosition = (id: string, liquidationPrice: string, change: Parameters<typeof position>[0] = {}): AccountState =>
  state({
    account: account({ id, name: id }),
    snapshot: holding([position({ liquidationPrice: decimal(liquidationPrice), ...change })]),
  });
const simulated = (id: string, ltv: string): AccountState =>
  withLtv(id, ltv, { account: account({ id, name: id, simulated: true, site: 'loopback' }) });

describe('the status bar', () => {
  it('is hidden without accounts', () => {
    assert.equal(statusOf([], viewContext()), undefined);
  });

  it('shows the worst LTV of all loans with its level as a word', () => {
    assert.equal(shown([withLtv('a', '0.2'), withLtv('b', '0.6'), withLtv('c', '0.56')]), `60.00% · Watch · ${says('time.just-now')}`);
  });

  it('says simulated when the worst loan is', () => {
    assert.equal(shown([withLtv('a', '0.2'), simulated('b', '0.7')]), `70.00% · Warning · simulated · ${says('time.just-now')}`);
  });

  it('lets no simulated loan hide a live one that is near its margin call', () => {
    assert.equal(shown([simulated('play', '0.9'), withLtv('live', '0.7')]), `70.00% · Warning · ${says('time.just-now')}`);
  });

  it('shows old figures with their age and as unknown', () => {
    const old = withLtv('a', '0.2', { snapshot: snapshot({ loans: [loan({ ltv: decimal('0.2') })], asOf: now - 300_000 }) });
    assert.equal(shown([old]), '20.00% · Unknown · 5 min ago');
    assert.equal(statusOf([old], viewContext())?.level, 'unknown');
    assert.match(text(statusOf([old], viewContext())?.spoken), saysInTurn(says('estimate.stale'), says('term.updated-age', '5 min ago')));
  });

  it('counts accounts of which nothing is known beside the worst figure', () => {
    const blind: AccountState = { account: account({ id: 'x' }), failure: failure(), reading: false };
    assert.equal(shown([withLtv('a', '0.2'), blind]), `20.00% · OK · ${says('time.just-now')} · ${says('account.not-read')}: 1`);
    assert.equal(shown([blind]), `LTV Gauge · ${says('account.not-read')}: 1`);
    assert.equal(shown([blind, { ...blind, account: account({ id: 'y' }) }]), `LTV Gauge · ${says('account.not-read')}: 2`);
  });

  it('says that nothing is borrowed only when all accounts were read', () => {
    const empty = state({ snapshot: snapshot({ loans: [] }) });
    assert.equal(shown([empty]), `LTV Gauge · ${says('gauges.none')}`);
    assert.equal(shown([empty, { account: account({ id: 'x' }), reading: true }]), `LTV Gauge · ${says('term.loading')}`);
    assert.doesNotMatch(shown([{ ...empty, failure: failure() }])!, saysLike('gauges.none'));
  });

  it('lists every loan and every account without one in its table, worst first', () => {
    const rows = statusOf(
      [withLtv('a', '0.2'), simulated('b', '0.6'), state({ account: account({ id: 'c', name: 'c' }), snapshot: snapshot({ loans: [] }) })],
      viewContext(),
    )?.rows;
    assert.deepEqual(
      rows?.map((row) => [row.account, row.ltv, row.level, row.age].map(text)),
      [
        ['b (simulated)', '60.00%', 'Watch', says('time.just-now')],
        ['a', '20.00%', 'OK', says('time.just-now')],
        ['c', '–', '–', says('time.just-now')],
      ],
    );
  });

  it('lists the first twenty of many in its table, says how many more there are, and leaves out no account that says nothing else', () => {
    const loans = Array.from({ length: 23 }, (_, at) => loan({ id: at.toString(), ltv: decimal(`0.${(50 + at).toString()}`) }));
    const empty = state({ account: account({ id: 'c', name: 'c' }), snapshot: snapshot({ loans: [] }) });
    const status = statusOf([state({ snapshot: snapshot({ loans }) }), empty], viewContext());
    assert.deepEqual(
      status?.rows.map(({ ltv }) => text(ltv)),
      [...Array.from({ length: 20 }, (_, at) => `${(72 - at).toString()}.00%`), '–'],
    );
    assert.equal(text(status.left ?? ''), says('status.more', '3'));
    assert.equal(statusOf([state({ snapshot: snapshot({ loans: loans.slice(0, 20) }) })], viewContext())?.left, undefined);
  });

  it('shows the worst loan always, and beside it the worst position where that is nearer to its end', () => {
    const states = [withLtv('a', '0.6'), withPosition('b', '55200')];
    assert.equal(shown(states), `60.00% · ${says('line.to', '8.0%', says('preview.liquidation'))} · Warning · ${says('time.just-now')}`);
    assert.equal(
      text(statusOf(states, viewContext())?.spoken),
      `${says('status.worst')}, BTC-USDT-SWAP long, ${says('line.to', '8.0%', says('preview.liquidation'))}, Warning, b, Loan 12345, LTV 60.00%, ${says('line.to', '18.6%', says('preview.margin-call'))}, Watch, a`,
    );
    assert.equal(shown([withLtv('a', '0.9'), withPosition('b', '55200')]), `90.00% · Danger · ${says('time.just-now')}`);
    assert.equal(
      text(statusOf([withLtv('a', '0.6')], viewContext())?.spoken),
      `${says('status.worst')}, Loan 12345, LTV 60.00%, ${says('line.to', '18.6%', says('preview.margin-call'))}, Watch, a`,
    );
  });

  it('shows what the person set, an alarm whatever that is, and leads to the worst', () => {
    const by = (look: StatusLook, ...states: AccountState[]): string => statusOf(states, viewContext(), look)!.text.map(text).join(' · ');
    const to = (distance: string): string => says('line.to', distance, says('preview.liquidation'));
    const justNow = says('time.just-now');
    const [a, calm, near] = [withLtv('a', '0.6'), withPosition('b', '46000'), withPosition('b', '55200')];
    assert.equal(by({ shows: 'both', detail: 'full' }, a, calm), `60.00% · Watch · ${to('23.3%')} · ${justNow}`);
    assert.equal(by({ shows: 'position', detail: 'full' }, a, calm), `${to('23.3%')} · Watch · ${justNow}`);
    assert.equal(by({ shows: 'loan', detail: 'full' }, a, withPosition('b', '52560')), `60.00% · Watch · ${justNow}`);
    assert.equal(by({ shows: 'loan', detail: 'full' }, a, near), `60.00% · ${to('8.0%')} · Warning · ${justNow}`);
    assert.equal(by({ shows: 'position', detail: 'full' }, a), `60.00% · Watch · ${justNow}`, 'better another than nothing');
    assert.equal(by({ shows: 'nearest', detail: 'short' }, a), '60.00%');
    assert.equal(by({ shows: 'nearest', detail: 'short' }, a, near), `60.00% · ${to('8.0%')} · Warning`);
    const old = withLtv('a', '0.2', { snapshot: snapshot({ loans: [loan({ ltv: decimal('0.2') })], asOf: now - 300_000 }) });
    assert.equal(by({ shows: 'nearest', detail: 'short' }, old), '20.00% · Unknown · 5 min ago');
    assert.deepEqual(statusOf([a, near], viewContext())?.place, { accountId: 'b', on: { kind: 'position', id: 'p1' } });
  });

  it('marks what is simulated beside what is not, and shows the older age of both', () => {
    const play = { ...withPosition('b', '55200'), account: account({ id: 'b', name: 'b', simulated: true }) };
    const real = withLtv('a', '0.2', { snapshot: snapshot({ loans: [loan({ ltv: decimal('0.2') })], asOf: now - 60_000 }) });
    assert.equal(shown([real, play]), `20.00% · ${says('line.to', '8.0%', says('preview.liquidation'))} · Warning · simulated · 1 min ago`);
  });

  it('has one mark in its table where all of it is simulated', () => {
    const { rows, mark } = statusOf([simulated('a', '0.2'), simulated('b', '0.6')], viewContext())!;
    assert.equal(text(mark), says('preview.simulated'));
    assert.deepEqual(
      rows.map((row) => text(row.account)),
      ['b', 'a'],
    );
    assert.equal(statusOf([simulated('a', '0.2'), withLtv('b', '0.6')], viewContext())!.mark, undefined);
  });

  it('takes the nearer of two at one level, whichever kind', () => {
    assert.equal(
      shown([withLtv('a', '0.6'), withPosition('b', '52560')]),
      `60.00% · ${says('line.to', '12.4%', says('preview.liquidation'))} · Watch · ${says('time.just-now')}`,
    );
    assert.equal(shown([withLtv('a', '0.6'), withPosition('b', '46000')]), `60.00% · Watch · ${says('time.just-now')}`);
  });

  it('counts an isolated position of unknown distance as unknown, and a cross one only when it alarms', () => {
    const unknown = position({ margin: decimal('2000') }, 'liquidationPrice');
    const holds = (change: Parameters<typeof position>[0]): AccountState => state({ snapshot: holding([{ ...unknown, ...change }]) });
    assert.equal(
      shown([withLtv('a', '0.2'), holds({})]),
      `20.00% · ${says('line.to', '–', says('preview.liquidation'))} · Unknown · ${says('time.just-now')}`,
    );
    assert.equal(shown([withLtv('a', '0.2'), holds({ marginMode: 'cross' })]), `20.00% · OK · ${says('time.just-now')}`);
    assert.equal(
      shown([withLtv('a', '0.2'), holds({ marginMode: 'cross', liquidationPrice: decimal('59000') })]),
      `20.00% · ${says('line.to', '1.6%', says('preview.liquidation'))} · Danger · ${says('time.just-now')}`,
    );
  });

  it('shows an alarm by the margin ratio as what it is', () => {
    const option = state({ snapshot: holding([position({ contract: 'other', marginRatio: decimal('1.02') }, 'liquidationPrice')]) });
    assert.equal(
      shown([withLtv('a', '0.6'), option]),
      `60.00% · ${says('term.margin-ratio')} 102.0% · ${says('level.margin-ratio', 'Danger')} · ${says('time.just-now')}`,
    );
    assert.equal(statusOf([option], viewContext())?.level, 'danger');
  });

  it('lets nothing that is not told, or has nothing to reach, hide what is known to be worse', () => {
    const untold = state({ account: account({ id: 'u' }), snapshot: holding([position({ margin: decimal('9999') }, 'liquidationPrice')]) });
    const free = withLtv('f', '0', { snapshot: snapshot({ loans: [loan({ ltv: decimal('0'), debts: [], debtUsd: decimal('0') })] }) });
    assert.equal(shown([untold, withLtv('a', '0.6'), free]), `60.00% · Watch · ${says('time.just-now')} · unknown: 1`);
    assert.equal(shown([free, withLtv('a', '0.2')]), `20.00% · OK · ${says('time.just-now')}`);
    assert.equal(shown([free]), `0.00% · OK · ${says('time.just-now')}`);
    assert.deepEqual(
      statusOf([free], viewContext())?.rows.map(({ distance }) => text(distance)),
      [says('loan.nothing-owed')],
    );
    // Old figures are no better than none, but they are figures.
    const old = { snapshot: { ...withLtv('o', '0.7').snapshot!, asOf: now - 300_000 } };
    assert.equal(
      shown([untold, withLtv('o', '0.6', { snapshot: { ...withLtv('o', '0.6').snapshot!, asOf: old.snapshot.asOf } })]),
      '60.00% · Unknown · 5 min ago · unknown: 1',
    );
  });

  it('calls it no gap that a key is not meant to read everything', () => {
    const barred = { positionsTrouble: msg('test', 'This key may not read positions.'), positionsBarred: true } as const;
    assert.equal(
      shown([withLtv('a', '0.2', { snapshot: { ...withLtv('a', '0.2').snapshot!, ...barred } })]),
      `20.00% · OK · ${says('time.just-now')}`,
    );
  });

  it('says that an account was read in part only, instead of calling what is missing nothing', () => {
    const partly = state({
      snapshot: holding([], { positionsTrouble: msg('test', 'Not read.') }),
      account: account({ id: 'p', name: 'p' }),
    });
    assert.equal(shown([partly]), `LTV Gauge · ${says('account.partly-read')}: 1`);
    assert.equal(shown([withLtv('a', '0.2'), partly]), `20.00% · OK · ${says('time.just-now')} · ${says('account.partly-read')}: 1`);
    const row = statusOf([partly], viewContext())!.rows[0]!;
    assert.deepEqual([row.what, row.age].map(text), ['–', `${says('time.just-now')}, ${says('account.partly-read')}`]);
  });

  it('lists loans and positions in one table', () => {
    const both = state({ snapshot: snapshot({ positions: [position({ liquidationPrice: decimal('59000') })] }) });
    assert.deepEqual(
      statusOf([both], viewContext())?.rows.map((row) => [row.what, row.ltv, row.level, row.distance].map(text)),
      [
        ['BTC-USDT-SWAP long', '–', 'Danger', says('line.to', '1.6%', says('preview.liquidation'))],
        ['12345 (40,000 USDT)', '57.43%', 'Watch', says('line.to', '22.1%', says('preview.margin-call'))],
      ],
    );
  });

  it('tells of an overdue debt and of what a venue is doing to a position', () => {
    const overdue = loan({ due: [{ coin: 'USDT', amount: decimal('1'), at: now - 1, overdue: true }] });
    const distressed = position({ distress: msg('test', 'being liquidated') });
    const rows = statusOf([state({ snapshot: snapshot({ loans: [overdue], positions: [distressed] }) })], viewContext())!.rows;
    assert.deepEqual(
      rows.map(({ distance, level }) => [distance, level].map(text)),
      [
        [`being liquidated, ${says('line.to', '12.4%', says('preview.liquidation'))}`, 'Danger'],
        [`${says('term.debt-overdue')}, ${says('line.to', '22.1%', says('preview.margin-call'))}`, 'Danger'],
      ],
    );
  });
});
