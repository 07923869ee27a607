// How the venue's lists are paged into the database, whatever is booked, fails, closes or takes over in between.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { HistoryRow, InterestRow, Page } from '../../../../src/core/model.ts';
import { VenueHistory, type VenueHistoryOptions } from '../../../../src/engine/history/venue-history.ts';
import type { AccountState, StoreChange } from '../../../../src/engine/monitor/store.ts';
import type { KeptPage, VenuePage, VenueRow } from '../../../../src/engine/storage/history-protocol.ts';
import { StateFile } from '../../../../src/engine/storage/state-file.ts';
import type { Lease, Pass, StateAsked } from '../../../../src/engine/storage/state-protocol.ts';
import type { Connection, LoanRef } from '../../../../src/exchanges/exchange.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { account, loan, snapshot, state } from '../../views/samples.ts';
import { memoryFolder } from '../../../memory-folder.ts';

const minute = 60_000;
const hour = 60 * minute;

const failed = (kind: 'unavailable' | 'refused'): ExchangeError =>
  new ExchangeError({ kind, effect: 'none', sentence: msg('test', 'It went wrong.') });

/** A venue with pages of three rows, newest first, for each loan and for all. */
class Venue {
  readonly rows: (HistoryRow & { readonly loan: string })[] = [];
  asked = 0;
  failing: 'no' | 'once' | 'cursors' = 'no';

  book(at: number, of: string, forced = false): void {
    const id = (this.rows.length + 1).toString();
    const row = { id, at, type: forced ? 'forced_liquidation' : 'repaid', forced, coin: 'BTC', amount: decimal('0.1'), loan: of };
    this.rows.push(row);
    this.rows.sort((a, b) => b.at - a.at || Number(b.id) - Number(a.id));
  }

  async history(ref: LoanRef | undefined, cursor: string | undefined): Promise<Page<HistoryRow>> {
    this.asked += 1;
    const how = this.failing;
    if (how === 'once') this.failing = 'no';
    await Promise.resolve();
    if (how === 'once') throw failed('unavailable');
    if (how === 'cursors' && cursor !== undefined) throw failed('refused');
    const all = this.rows.filter((row) => ref === undefined || row.loan === ref.loanId);
    const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
    const rows = all.slice(from, from + 3).map(({ loan: _loan, ...row }) => row);
    return { rows, ...(from + 3 < all.length ? { older: rows.at(-1)!.id } : {}) };
  }
}

describe("pages of the venue's history", () => {
  let folder: string;
  let file: StateFile;
  let clock: FakeClock;
  let venue: Venue;
  let asOf: number;
  const windows: { readonly history: VenueHistory; readonly changed: Emitter<StoreChange> }[] = [];

  beforeEach(() => {
    folder = memoryFolder('pages');
    file = new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [] });
    begin();
  });
  afterEach(() => {
    for (const { history } of windows.splice(0)) history.dispose();
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function begin(): void {
    for (const { history } of windows.splice(0)) history.dispose();
    clock = new FakeClock();
    venue = new Venue();
    asOf = 0;
    file.change({ do: 'remove', id: 'one' });
    file.change({ do: 'add', id: 'one', record: account() });
  }

  let shown: AccountState;
  const loans = [loan(), loan({ id: '7', orderId: '7' })];

  /** A window, which reads as long as it has the lease. */
  function open(isReader = () => true, pass: () => Pass | undefined = () => ({})): void {
    const changed = new Emitter<StoreChange>();
    const connection = {
      loans: {
        booksInterest: true,
        history: (ref: LoanRef | undefined, page: { readonly cursor?: string }) => venue.history(ref, page.cursor),
        interest: async (): Promise<Page<InterestRow>> => ({ rows: [] }),
      },
    };
    const options = {
      store: { get: () => shown, onDidChange: changed.on },
      shared: { ask: async (asked: StateAsked) => file.answer(asked) as never },
      connections: { get: async () => connection as unknown as Connection },
      reader: {
        get isReader() {
          return isReader();
        },
        pass: async () => pass(),
      },
      clock,
      log: { info: () => undefined, warn: () => undefined },
    } as unknown as VenueHistoryOptions;
    windows.push({ history: new VenueHistory(options), changed });
  }

  /** A reading of the account has ended, in all windows. */
  async function read(passed: number): Promise<void> {
    await clock.advance(passed);
    asOf = clock.now();
    shown = state({ snapshot: snapshot({ loans: [...loans], asOf }) });
    for (const { changed } of windows) changed.fire({ accountId: 'one', what: 'state' });
    await settled();
  }

  const kept = (of?: string): readonly VenueRow[] =>
    file.history({ do: 'venueRows', account: 'one', kind: 'event', limit: 1_000, ...(of === undefined ? {} : { loan: of }) })!;
  const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).sort();

  it('leave no gap and no duplicate, whatever is booked, fails, closes or takes over in between', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), passed: fc.integer({ min: 1, max: 20 * minute }) }) },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('book' as const),
          count: fc.integer({ min: 1, max: 9 }),
          // Some are booked late, yet not by an hour.
          lateMs: fc.integer({ min: 0, max: hour - 1 }),
          of: fc.constantFrom('12345', '7', 'gone'),
        }),
      },
      { weight: 1, arbitrary: fc.constantFrom({ do: 'fail' as const }, { do: 'forget' as const }, { do: 'restart' as const }) },
    );
    await holds(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        begin();
        open();
        for (const one of steps) {
          if (one.do === 'read') await read(one.passed);
          else if (one.do === 'book')
            for (let count = 0; count < one.count; count += 1) venue.book(clock.now() - (count === 0 ? one.lateMs : 0), one.of);
          else if (one.do === 'fail') venue.failing = 'once';
          else if (one.do === 'forget') venue.failing = venue.failing === 'cursors' ? 'no' : 'cursors';
          else {
            windows.shift()!.history.dispose();
            open();
          }
        }
        venue.failing = 'no';
        // As long as something may be left: a page a reading, and what is asked for every hour comes in between.
        for (let reading = 0; reading < 3 * venue.rows.length + 20; reading += 1) await read(10 * minute);
        assert.deepEqual(idsOf(kept()), idsOf(venue.rows));
        for (const { id } of loans) assert.deepEqual(idsOf(kept(id)), idsOf(venue.rows.filter((row) => row.loan === id)));
        assert.deepEqual(idsOf(kept('')), idsOf(venue.rows.filter((row) => row.loan === 'gone')));
      }),
      { numRuns: 30, interruptAfterTimeLimit: 25_000, endOnFailure: true },
    );
  }).timeout(60_000);

  it('are read on until an hour before what is known: a row may be booked late, among older ones', async () => {
    open();
    for (let count = 0; count < 9; count += 1) {
      venue.book(clock.now(), '7');
      await read(5 * minute);
    }
    for (let reading = 0; reading < 20; reading += 1) await read(minute);
    assert.equal(kept().length, 9);
    venue.book(clock.now() - 50 * minute, '7');
    for (let reading = 0; reading < 20; reading += 1) await read(minute);
    assert.equal(kept().length, 10);
  });

  it('are kept of the window alone that holds the lease when they have come', async () => {
    const lease = (): Lease => file.look({}).lease!;
    file.share({ do: 'lead', window: 'first', seen: lease() });
    const first: Pass = { fence: lease().fence, window: 'first' };
    for (let count = 0; count < 8; count += 1) venue.book(clock.now() - count, '7');
    open(
      () => true,
      () => {
        // It was stopped while the venue answered, and another one has taken over.
        if (lease().holder === 'first') file.share({ do: 'lead', window: 'second', seen: lease() });
        return first;
      },
    );
    await read(minute);
    assert.deepEqual(kept(), []);
    open(
      () => true,
      () => ({ fence: lease().fence, window: 'second' }),
    );
    for (let reading = 0; reading < 10; reading += 1) await read(minute);
    assert.equal(kept().length, 8);
  });

  it('are not asked for in a window that does not read, nor while readings fail', async () => {
    open(() => false);
    await read(minute);
    windows.shift()!.history.dispose();
    open();
    shown = {
      ...state({ snapshot: snapshot({ asOf: clock.now() }) }),
      failure: { error: failed('unavailable'), since: 0, at: 0, attempts: 1 },
    };
    windows[0]!.changed.fire({ accountId: 'one', what: 'state' });
    await settled();
    assert.equal(venue.asked, 0);
    await read(minute);
    assert.equal(venue.asked, 1);
  });

  it('wait longer after each failure, and not at all when a loan changes', async () => {
    open();
    for (let reading = 0; reading < 12; reading += 1) await read(minute);
    const before = venue.asked;
    const gaps: number[] = [];
    let last = 0;
    for (let passed = 1; passed <= 60; passed += 1) {
      venue.failing = 'once';
      const asked = venue.asked;
      await read(minute);
      if (venue.asked === asked) continue;
      gaps.push(passed - last);
      last = passed;
    }
    assert.ok(venue.asked - before < 7, `${(venue.asked - before).toString()} times in an hour`);
    assert.deepEqual(
      gaps.slice(1).map((gap, index) => gap >= (gaps[index] ?? 0)),
      gaps.slice(1).map(() => true),
    );
    const asked = venue.asked;
    venue.failing = 'no';
    loans[1] = loan({ id: '7', orderId: '7', collateral: [] });
    await read(1_000);
    assert.ok(venue.asked > asked);
  });

  it('are not asked for at every reading for ever where that fails after a change', async () => {
    open();
    for (let reading = 0; reading < 12; reading += 1) await read(minute);
    loans[1] = loan({ id: '7', orderId: '7', debts: [] });
    const before = venue.asked;
    for (let reading = 0; reading < 60; reading += 1) {
      venue.failing = 'once';
      await read(10_000);
    }
    assert.ok(venue.asked - before <= 3, `${(venue.asked - before).toString()} times in ten minutes`);
    venue.failing = 'no';
    for (let reading = 0; reading < 60; reading += 1) await read(minute);
    const { asked } = venue;
    for (let reading = 0; reading < 20; reading += 1) await read(10_000);
    assert.ok(venue.asked - asked < 5, 'the change is forgotten');
  });

  it('of the keys of another person are not kept, and a changed row takes the place of the old one', () => {
    const row = (more: Partial<VenueRow>): VenueRow => ({
      ...{ id: '1', at: clock.now(), type: 'repaid_processing', forced: false, coin: 'BTC', amount: decimal('1') },
      ...more,
    });
    const page: VenuePage = { account: 'one', uid: undefined, kind: 'event', loan: '', rows: [row({})], rates: [] };
    const keep = (one: VenuePage): KeptPage => file.share({ do: 'keepVenuePage', page: one, now: clock.now(), pass: {} }) as KeptPage;
    assert.equal(keep({ ...page, uid: 'another' }), undefined);
    assert.equal(keep({ ...page, account: 'none' }), undefined);
    assert.deepEqual(keep(page), { isDone: true, added: 1 });
    assert.deepEqual(keep({ ...page, rows: [row({ type: 'repaid' })], loan: '7' }), { isDone: true, added: 0 });
    assert.deepEqual(kept(), [row({ type: 'repaid', loan: '7' })]);
    assert.deepEqual(keep(page), { isDone: true, added: 0 });
    assert.equal(kept()[0]!.loan, '7', 'what is known of it stays');
    assert.equal(keep({ ...page, cursor: 'of somebody else' }), undefined);
  });

  it('warn of what the venue did since the account was here, also where that is booked late, and of nothing from before', () => {
    const row = (id: string, at: number): VenueRow => ({ ...{ id, at, type: 'x', forced: true, coin: 'BTC', amount: decimal('1') } });
    const page = { account: 'one', uid: undefined, kind: 'event', loan: '', rates: [] } as const;
    const keep = (rows: readonly VenueRow[], more: object = {}): unknown =>
      file.share({ do: 'keepVenuePage', page: { ...page, rows, ...more }, now: clock.now(), pass: {} });
    const untold = (): string[] => file.warnings({ do: 'warnings' })!.events.map(({ id }) => id);
    const began = clock.now();
    const version = file.look({}).warnings;
    keep([row('before', began - 1)]);
    keep([row('of another list, before', began - 2)], { loan: '7' });
    assert.deepEqual(untold(), []);
    assert.equal(file.look({}).warnings, version);
    clock.jump(hour);
    keep([row('after', began + 1), row('late', began - hour), row('long ago', began - 30 * 24 * hour)]);
    assert.deepEqual(untold(), ['late', 'after']);
    assert.notEqual(file.look({}).warnings, version);
    const { version: known, events } = file.warnings({ do: 'warnings' })!;
    file.warnings({ do: 'putWarnings', known, put: [], drop: [], notices: [], events: events.slice(0, 1), at: clock.now() });
    keep([row('after', began + 1), row('late', began - hour)]);
    assert.deepEqual(untold(), ['after']);
    keep([{ ...row('in two steps', began + 2), forced: false }]);
    assert.deepEqual(untold(), ['after']);
    const calm = file.look({}).warnings;
    keep([row('in two steps', began + 2)]);
    assert.deepEqual(untold(), ['after', 'in two steps']);
    assert.notEqual(file.look({}).warnings, calm, 'the windows hear of it');
  });
});
