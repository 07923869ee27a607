// What the venue tells of the past, read by the whole engine from both simulated exchanges behind HTTP, into databases on the disk.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { decimal } from '../../../../src/core/decimal.ts';
import { english, msg } from '../../../../src/core/message.ts';
import type { Account, HistoryRow, InterestRow, Page } from '../../../../src/core/model.ts';
import type { VenueKind, VenueRow } from '../../../../src/engine/storage/history-protocol.ts';
import type { Told } from '../../../../src/engine/watch/warnings.ts';
import type { LoanRef } from '../../../../src/exchanges/exchange.ts';
import { historySeries, historyTargets, venueRows } from '../../../../src/engine/history/queries.ts';
import { exchanges } from '../../../../src/exchanges/registry.ts';
import { startBybit, type Bybit } from '../../../../src/simulator/bybit/start.ts';
import { startSimulator, type Simulator } from '../../../../src/simulator/okx/start.ts';
import { Machine, type Front } from '../../flows/front.ts';

const minute = 60_000;
const hour = 60 * minute;

const account = (venue: 'okx' | 'bybit', baseUrl: string): Account => ({
  ...{ id: 'main', name: 'Main', venue, site: 'loopback', baseUrl, simulated: true, readOnly: false },
});

describe("the venue's own history", function () {
  this.timeout(120_000);
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => machine.end());

  /** Nothing on it is near enough to its line to be read more often than the person wants. */
  async function calmOkx(): Promise<Simulator> {
    const exchange = await machine.runs(startSimulator({ walk: false, clock: machine.clock }));
    exchange.movePrice('ETH', '4');
    exchange.movePrice('SOL', '20');
    return exchange;
  }

  async function open(venue: 'okx' | 'bybit', exchange: Simulator | Bybit): Promise<Front> {
    const front = await machine.front();
    await front.engine.vault.store('main', { ...exchange.keys });
    await front.engine.book.add(account(venue, exchange.url));
    return front;
  }

  /** All that is kept, page by page. */
  async function kept({ engine }: Front, kind: VenueKind, loan?: string): Promise<VenueRow[]> {
    const rows: VenueRow[] = [];
    for (;;) {
      const last = rows.at(-1);
      const before = last === undefined ? {} : { before: { at: last.at, id: last.id } };
      const page = await venueRows(engine.shared, 'main', { kind, limit: 50, ...before, ...(loan === undefined ? {} : { loan }) });
      if (page.length === 0) return rows;
      rows.push(...page);
    }
  }

  /** All that the venue tells. */
  const listed = (front: Front, kind: VenueKind, loan?: LoanRef): Promise<readonly (HistoryRow | InterestRow)[]> =>
    front.through(list(front, kind, loan));

  async function list({ engine }: Front, kind: VenueKind, loan?: LoanRef): Promise<readonly (HistoryRow | InterestRow)[]> {
    const reads = (await engine.connections.get('main')).loans!;
    const rows: (HistoryRow | InterestRow)[] = [];
    let cursor: string | undefined;
    do {
      const asked = cursor === undefined ? {} : { cursor };
      const page: Page<HistoryRow | InterestRow> = await (kind === 'event' ? reads.history(loan, asked) : reads.interest(loan, asked));
      rows.push(...page.rows);
      cursor = page.older;
    } while (cursor !== undefined);
    return rows;
  }

  const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).sort();

  async function asked({ url }: { readonly url: string }, path: string): Promise<number> {
    const answer = await fetch(`${url}/__simulator/record`);
    const { requests } = (await answer.json()) as { readonly requests: Readonly<Record<string, number>> };
    return Object.entries(requests).reduce((sum, [of, count]) => (of.includes(path) ? sum + count : sum), 0);
  }

  it('of OKX is kept row by row, with the loan where that was asked for, over restarts, without gap or duplicate', async () => {
    const okx = await calmOkx();
    let front = await open('okx', okx);
    await front.passes(2 * minute);
    const first = await kept(front, 'event');
    assert.ok(first.length > 0 && first.length < (await listed(front, 'event')).length, 'it comes in steps');
    await front.through(front.engine.close());
    front = await machine.front();
    front.intervalMs = 10_000;
    await front.passes(6 * minute);
    for (const kind of ['event', 'interest'] as const) {
      const all = await listed(front, kind);
      const rows = await kept(front, kind);
      assert.ok(all.length > 200);
      assert.deepEqual(idsOf(rows), idsOf(all));
      assert.deepEqual(
        rows.map(({ at }) => at),
        rows.map(({ at }) => at).sort((a, b) => b - a),
      );
      for (const { id, orderId } of front.engine.store.get('main')!.snapshot!.loans) {
        assert.deepEqual(idsOf(await kept(front, kind, id)), idsOf(await listed(front, kind, { loanId: id, orderId: orderId! })));
      }
    }
    const [row] = (await listed(front, 'event')) as HistoryRow[];
    const same = (await kept(front, 'event')).find(({ id }) => id === row!.id)!;
    const { loan, ...told } = same;
    assert.deepEqual([told, typeof loan], [row, 'string']);
  });

  it('is asked for seldom where nothing happens, and at once after a change', async () => {
    const okx = await calmOkx();
    const front = await open('okx', okx);
    front.intervalMs = 10_000;
    await front.passes(6 * minute);
    front.intervalMs = 30_000;
    const before = [await asked(okx, 'loan-history'), await asked(okx, 'interest-accrued')];
    await front.passes(20 * minute);
    const after = [await asked(okx, 'loan-history'), await asked(okx, 'interest-accrued')];
    assert.ok(after[0]! - before[0]! <= 5, `${(after[0]! - before[0]!).toString()} in 20 minutes`);
    assert.ok(after[1]! - before[1]! <= 3, `${(after[1]! - before[1]!).toString()} in 20 minutes`);
    const rows = (await kept(front, 'event')).length;
    // Somebody changes it elsewhere.
    const [loan] = front.engine.store.get('main')!.snapshot!.loans;
    const elsewhere = await exchanges
      .find(({ id }) => id === 'okx')!
      .connect({ account: account('okx', okx.url), keys: async () => ({ ...okx.keys }), clock: machine.clock });
    await front.through(
      elsewhere.actions.collateral!.send({
        ...{ kind: 'collateral', loan: { loanId: loan!.id, orderId: loan!.orderId! }, direction: 'add' },
        ...{ coin: 'BTC', amount: decimal('0.001') },
      }),
    );
    elsewhere.dispose();
    await front.passes(2 * minute + 10_000);
    const now = await kept(front, 'event');
    assert.ok(now.length > rows);
    assert.equal(now[0]!.loan, loan!.id);
    assert.equal(now.length, (await listed(front, 'event')).length);
  });

  it('stays when the venue has forgotten it', async () => {
    const okx = await calmOkx();
    const front = await open('okx', okx);
    front.intervalMs = 10_000;
    await front.passes(6 * minute);
    const before = await kept(front, 'interest');
    machine.clock.jump(40 * 24 * hour);
    await front.passes(6 * minute);
    const there = new Set((await listed(front, 'interest')).map(({ id }) => id));
    const lost = before.filter(({ id }) => !there.has(id));
    assert.ok(lost.length > 0);
    const after = idsOf(await kept(front, 'interest'));
    assert.ok(before.every(({ id }) => after.includes(id)));
    assert.ok([...there].every((id) => after.includes(id)));
    assert.equal(new Set(after).size, after.length);
    const { unwatched } = front.engine.store.get('main')!.snapshot!;
    assert.ok(unwatched!.to - unwatched!.from > 39 * 24 * hour);
  });

  it('of Bybit is kept of the pool and of each old order; it books no single interest, but tells what borrowing costs', async () => {
    const bybit = await machine.runs(startBybit({ walk: false, clock: machine.clock }));
    const front = await open('bybit', bybit);
    front.intervalMs = 10_000;
    await front.passes(10 * minute);
    const { loans } = front.engine.store.get('main')!.snapshot!;
    const orders = loans.filter(({ orderId }) => orderId !== undefined);
    assert.ok(orders.length > 0 && loans.length > orders.length);
    const pool = await listed(front, 'event');
    const ofOrders: Awaited<ReturnType<typeof listed>>[] = [];
    for (const { id } of orders) ofOrders.push(await listed(front, 'event', { loanId: id, orderId: id }));
    assert.ok(pool.length > 0 && ofOrders.flat().length > 0);
    assert.deepEqual(idsOf(await kept(front, 'event')), idsOf([...pool, ...ofOrders.flat()]));
    for (const [index, { id }] of orders.entries()) assert.deepEqual(idsOf(await kept(front, 'event', id)), idsOf(ofOrders[index]!));
    assert.deepEqual(idsOf(await kept(front, 'event', '')), idsOf(pool));
    assert.deepEqual(await kept(front, 'interest'), []);
    const now = machine.clock.now();
    const { buckets } = await historySeries(front.engine.shared, 'main', { kind: 'loan', id: 'pool' }, now - hour, now, 60);
    assert.ok(Object.keys(buckets.at(-1)!.figures).some((name) => name.startsWith('rate ')));
    assert.ok(buckets.length > 8);
    assert.ok((await historyTargets(front.engine.shared, 'main')).some(({ target }) => target === 'loan:pool'));
  });

  it('tells of a liquidation once, in whichever window, with loan and amount, and of none from before the account was here', async () => {
    const okx = await calmOkx();
    const front = await open('okx', okx);
    const other = await machine.front();
    const told: Told[] = [];
    let messages = 0;
    for (const { engine } of [front, other]) {
      engine.warnings.attach({
        // Two windows may compose the same: the database takes one of them.
        compose: async (all) => ({ sentence: msg('test', '{0}', JSON.stringify(all)), about: [] }),
        show: async ({ sentence }) => {
          const events = (JSON.parse(english(sentence)) as Told[]).filter(({ says }) => says === 'event');
          if (events.length > 0) messages += 1;
          told.push(...events);
        },
        settings: () => ({ enabled: true, quietHours: '' }),
      });
    }
    await front.passes(10 * minute);
    assert.equal(told.length, 0);
    const { loans } = front.engine.store.get('main')!.snapshot!;
    await fetch(`${okx.url}/__simulator/liquidate`, { method: 'POST', body: JSON.stringify({ loan: loans[0]!.id }) });
    await front.passes(3 * minute);
    assert.ok(front.engine.store.get('main')!.snapshot!.loans.length < loans.length);
    const forced = (await kept(front, 'event')).filter((row) => row.forced && row.at > machine.clock.now() - 10 * minute);
    assert.ok(forced.length > 0);
    assert.deepEqual(told.map(({ event }) => event!.id).sort(), idsOf(forced), 'each once');
    assert.ok(told.every(({ target, event }) => event!.loan !== undefined && target === `event loan:${event!.loan}`));
    await front.through(front.engine.close());
    await other.passes(10 * minute);
    assert.equal(told.length, forced.length);
    assert.equal(messages, 1, 'one message');
  });

  it('goes with the account, and what was read with the keys of another person is not kept', async () => {
    const okx = await calmOkx();
    const front = await open('okx', okx);
    await front.passes(10 * minute);
    await front.engine.book.remove('main');
    await front.passes(5_000);
    const db = new DatabaseSync(machine.file('state.sqlite'), { readOnly: true });
    const count = (table: string): unknown => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()!['n'];
    assert.deepEqual(['venue_rows', 'venue_streams', 'venue_rates', 'history_points', 'history_series'].map(count), [0, 0, 0, 0, 0]);
    db.close();
  });
});
