// What the section of histories is answered, with the real tables behind it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { decimal } from '../../../src/core/decimal.ts';
import { filled, msg, type Message } from '../../../src/core/message.ts';
import type { HistoryPage, HistoryTable, HistoryView, ToPage } from '../../../src/core/protocol.ts';
import { withFigures } from '../../../src/engine/history/figures.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import { Refusal } from '../../../src/engine/ledger/refusal.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import type { VenueRow } from '../../../src/engine/storage/history-protocol.ts';
import { StateTrouble } from '../../../src/engine/storage/shared-state.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import type { StateAsked } from '../../../src/engine/storage/state-protocol.ts';
import { loanKey, positionKey } from '../../../src/views/gauge-frame.ts';
import { HistoryDesk, type DeskOptions } from '../../../src/views/history.ts';
import { memoryFolder } from '../../memory-folder.ts';
import { changeName, onLoan, says } from '../../texts.ts';
import { say } from './gauge-scenes.ts';
import { account, loan, now, position, snapshot, state, viewContext, write } from './samples.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('The desk of histories', () => {
  let folder: string;
  let file: StateFile;
  let states: AccountState[];
  let changes: WriteRecord[];
  let time: number;
  let sent: ToPage[];
  let copied: { readonly text: string; readonly rows: number } | undefined;
  let desk: HistoryDesk;
  let trouble: Error | undefined;
  let reported: unknown[];

  beforeEach(() => {
    folder = memoryFolder('desk');
    file = new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [] });
    file.change({ do: 'add', id: 'one', record: account() });
    states = [state({ snapshot: snapshot({ positions: [position()] }) })];
    reported = [];
    [changes, sent, time, trouble, copied] = [[], [], now, undefined, undefined];
    desk = new HistoryDesk(options());
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (asOf: number, ltv = '0.57'): void => {
    const whole = snapshot({
      loans: [loan({ ltv: decimal(ltv) })],
      positions: [position()],
      prices: { BTC: decimal('87000'), USDT: decimal('1') },
      asOf,
    });
    const reading = { account: 'one', at: asOf, asOf, text: JSON.stringify(whole), staleMs: 15 * minute };
    file.share(withFigures({ do: 'keepReading', reading, now: asOf, pass: {} }));
  };
  const book = (kind: 'event' | 'interest', rows: readonly Partial<VenueRow>[], of = '12345'): void => {
    const whole = rows.map((row, place) => ({
      ...{ id: place.toString(), at: now - (rows.length - place) * hour, type: kind === 'event' ? 'repaid' : '', forced: false },
      ...{ coin: 'USDT', amount: decimal('1') },
      ...row,
    }));
    file.share({ do: 'keepVenuePage', page: { account: 'one', uid: undefined, kind, loan: of, rows: whole, rates: [] }, now, pass: {} });
  };
  const views = (): HistoryView[] => sent.flatMap((message) => (message.type === 'history' && 'view' in message ? [message.view] : []));
  const shown = async (key: string | undefined = loanKey('one', '12345'), range: HistoryView['range'] = '24h'): Promise<HistoryView> => {
    sent = [];
    await desk.answer({ do: 'show', key, range });
    return views().at(-1)!;
  };
  const page = (change: Partial<HistoryPage> = {}): HistoryPage => ({
    list: 'event',
    by: 'at',
    descending: true,
    filter: '',
    page: 0,
    ...change,
  });
  const listed = async (change: Partial<HistoryPage> = {}, key = loanKey('one', '12345')): Promise<HistoryTable> => {
    sent = [];
    await desk.answer({ do: 'list', key, of: page(change) });
    const [message] = sent;
    assert.ok(message?.type === 'history' && 'table' in message);
    return message.table;
  };

  it('says at once that it reads, then shows what was recorded of that loan', async () => {
    for (let minutes = 120; minutes > 0; minutes -= 5) read(now - minutes * minute);
    book('interest', [{ amount: decimal('0.1') }, { amount: decimal('0.25') }]);
    const view = await shown();
    assert.deepEqual(
      views().map(({ charts, notice }) => [charts.length, notice]),
      [
        [0, says('gauges.loading')],
        [3, undefined],
      ],
    );
    assert.deepEqual(
      view.charts.map(({ title }) => title),
      [says('term.ltv'), says('history.price', 'BTC'), says('history.interest-hour', 'USDT')],
    );
    assert.equal(view.charts[2]?.note, says('history.interest-sums', '0.35', '0.35'));
    assert.deepEqual(
      view.ranges.map(({ label }) => label),
      ['1 hr', '6 hr', '24 hr', '7 days', '30 days', '90 days', '1 yr'],
    );
    await shown(undefined, '7d');
    assert.equal(views().length, 1, 'the same loan is not said to load again');
    assert.equal(views()[0]?.key, view.key);
  });

  it('begins with a range that what is recorded fills', async () => {
    for (const [since, range] of [
      [hour, '1h'],
      [7 * hour, '24h'],
    ] as const) {
      read(now - since);
      sent = [];
      await desk.answer({ do: 'show', key: loanKey('one', '12345') });
      assert.equal(views().at(-1)?.range, range);
      file.change({ do: 'remove', id: 'one' });
      file.change({ do: 'add', id: 'one', record: account() });
    }
  });

  it('shows what needs attention most where nothing is named, and offers what is gone too', async () => {
    read(now - minute);
    states = [state({ snapshot: snapshot({ loans: [], positions: [position()] }) })];
    const view = await shown('unknown');
    assert.equal(view.key, positionKey('one', 'p1'));
    assert.deepEqual(
      view.lists.map(({ id }) => id),
      ['activity'],
    );
    assert.equal(view.choices.at(-1)?.label, `${says('list.brackets', says('term.loan', '12345'), says('status.closed'))} · Main`);
    const gone = await shown(loanKey('one', '12345'));
    assert.equal(gone.charts.length, 2);
  });

  it('says that nothing was recorded, and does not say so where it cannot be read', async () => {
    assert.equal((await shown()).notice, says('history.nothing'));
    trouble = new StateTrouble(msg('test', 'The disk is gone.'));
    assert.equal((await shown()).notice, 'The disk is gone.');
    assert.equal((await listed()).notice, 'The disk is gone.');
    trouble = new TypeError('a fault of ours');
    assert.equal((await shown()).notice, says('command.something-went-wrong'));
    assert.equal(reported[0], trouble);
    trouble = undefined;
    read(now - minute);
    desk = new HistoryDesk({ ...options(), activity: () => Promise.reject(new Refusal(msg('test', 'No journal.'))) });
    assert.equal((await shown()).notice, 'No journal.');
  });

  it('marks what the exchange did and what was done from here', async () => {
    read(now - 2 * hour);
    book('event', [{ type: 'forced_liquidation', forced: true, coin: 'BTC', amount: decimal('-0.5') }]);
    changes = [write({ state: 'effective', sentAt: now - 3 * minute, evidence: { kind: 'position' } })];
    const chart = (await shown()).charts[0]!;
    const told = chart.points.map(({ cells }) => cells.join(' ')).join('\n');
    assert.ok(told.includes(says('list.space', says('term.liquidation'), '−0.5 BTC')));
    assert.ok(told.includes(`${changeName('add', '0.1', 'BTC', onLoan('12345'))} · ${says('activity.confirmed')}`));
    for (const kind of ['forced', 'own']) assert.ok(chart.lines.some((line) => line.kind === kind));
  });

  it('shows anew when a stretch of time has begun, until nobody looks', async () => {
    read(now - minute);
    await shown(loanKey('one', '12345'), '1h');
    sent = [];
    await desk.tick();
    assert.deepEqual(sent, []);
    time += minute;
    await desk.tick();
    assert.equal(views().length, 1);
    await desk.answer({ do: 'close' });
    time += minute;
    await desk.tick();
    assert.equal(views().length, 1);
  });

  it('shows no amount where amounts are hidden', async () => {
    read(now - minute);
    book('event', [{ amount: decimal('7.77'), at: now - minute }]);
    book('interest', [{ amount: decimal('7.77'), debt: decimal('7.77') }]);
    changes = [write({ state: 'effective', change: { ...write().change, amount: decimal('7.77') } })];
    const hidden = (message: Message | string): string => (typeof message === 'string' ? message : filled(message, (text) => text, true));
    desk = new HistoryDesk({ ...options(), say: hidden });
    const all = [await shown(), await listed(), await listed({ list: 'interest' }), await listed({ list: 'activity' })];
    await desk.answer({ do: 'copy', key: loanKey('one', '12345'), of: page() });
    assert.ok(JSON.stringify(all).includes(says('row.repaid')));
    assert.ok(!JSON.stringify([all, copied]).includes('7.77'));
  });

  it('lists rows by pages of 25, in the words of the export, with exact totals of all pages', async () => {
    book(
      'event',
      Array.from({ length: 30 }, (_, place) => ({ amount: decimal(`0.${(place + 1).toString().padStart(2, '0')}`) })),
    );
    book('event', [{ id: 'x', type: 'collateral_locked', coin: 'BTC', amount: decimal('0.5') }]);
    const first = await listed();
    assert.equal(first.place, '1–25 / 31');
    assert.equal(first.isLast, false);
    assert.deepEqual(first.totals, [`${says('row.repaid')}: 4.65 USDT`, `${says('row.collateral-added')}: 0.5 BTC`]);
    const last = await listed({ page: 9 });
    assert.deepEqual([last.place, last.isLast, last.of.page], ['26–31 / 31', true, 1]);
    assert.deepEqual((await listed({ by: 'amount' })).rows[0]?.slice(1, 4), [says('row.collateral-added'), 'BTC', '0.5']);
    const filtered = await listed({ filter: 'btc ADDED' });
    assert.deepEqual([filtered.rows.length, filtered.totals], [1, [`${says('row.collateral-added')}: 0.5 BTC`]]);
    assert.equal((await listed({ list: 'collateral' })).rows.length, 1);
    assert.equal((await listed({ list: 'interest' })).notice, says('term.none'));
  });

  it("takes rows without a loan for the account's only one, and for no other", async () => {
    book('event', [{}], '');
    read(now - minute);
    assert.equal((await listed()).rows.length, 1);
    states = [state({ snapshot: snapshot({ loans: [loan(), loan({ id: '7', orderId: '7' })] }) })];
    const both = snapshot({ loans: [loan(), loan({ id: '7', orderId: '7' })], asOf: now });
    const reading = { account: 'one', at: now, asOf: now, text: JSON.stringify(both), staleMs: hour };
    file.share(withFigures({ do: 'keepReading', reading, now, pass: {} }));
    assert.equal((await listed()).rows.length, 0);
    const { orderId: _orderId, ...pool } = loan({ id: 'pool' });
    states = [state({ snapshot: snapshot({ loans: [loan(), pool] }) })];
    assert.equal((await listed({}, loanKey('one', 'pool'))).rows.length, 1);
  });

  it('lists the changes of this loan only, and adds up those that were executed', async () => {
    const other = { ...write().change, loan: { loanId: '7', orderId: '7' } } as WriteRecord['change'];
    changes = [
      write({ id: 'a', state: 'effective', evidence: { kind: 'position' } }),
      write({ id: 'b', state: 'effective', change: { ...write().change, amount: decimal('0.25') } }),
      write({ id: 'c', state: 'rejected' }),
      write({ id: 'd', state: 'effective', change: other }),
    ];
    const table = await listed({ list: 'activity', by: 'amount' });
    assert.equal(table.rows.length, 3);
    assert.deepEqual(table.rows[0]?.slice(2), ['BTC', '0.25', says('activity.marked-executed')]);
    assert.deepEqual(table.totals, [changeName('add', '0.35', 'BTC', onLoan('12345'))]);
    assert.equal((await listed({ list: 'activity', filter: says('activity.rejected') })).rows.length, 1);
  });

  it('copies all rows of the filter: exact, in UTC, in the words of the exchange, and nothing that a spreadsheet runs', async () => {
    book(
      'event',
      Array.from({ length: 300 }, () => ({ amount: decimal('1234567.10') })),
    );
    book('event', [{ id: '=1+1', type: 'borrowed' }]);
    await desk.answer({ do: 'copy', key: loanKey('one', '12345'), of: page() });
    const lines = copied!.text.trimEnd().split('\n');
    assert.equal(copied!.rows, 301);
    assert.equal(lines.length, 302);
    assert.deepEqual(
      lines[0]!.split('\t'),
      ['page.when', 'activity.type', 'history.coin', 'term.amount', 'term.reference'].map((id) => says(id)),
    );
    assert.ok(lines.some((line) => line.endsWith("\tborrowed\tUSDT\t1\t'=1+1")));
    assert.match(lines.at(-1)!, /^2026-11-\d\dT[\d:.]+Z\trepaid\tUSDT\t1234567\.10\t0$/);
  });

  function options(): DeskOptions {
    return {
      shared: {
        ask: (async (asked: StateAsked) => {
          if (trouble !== undefined) throw trouble;
          return file.answer(asked);
        }) as DeskOptions['shared']['ask'],
      },
      store: { all: () => states },
      activity: async () => changes,
      clock: { now: () => time, sleep: async () => undefined },
      scene: viewContext,
      language: 'en',
      say,
      send: (message) => void sent.push(message),
      worst: () => positionKey('one', 'p1'),
      copy: (text, rows) => void (copied = { text, rows }),
      export: () => undefined,
      report: (error) => void reported.push(error),
    };
  }
});
