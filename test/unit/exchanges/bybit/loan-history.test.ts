import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import type { HistoryRow, Page } from '../../../../src/core/model.ts';
import { mergedPage } from '../../../../src/exchanges/bybit/loan-history.ts';
import type { HistoryPart } from '../../../../src/exchanges/bybit/loan-generation.ts';
import { failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { fixture, pool, refusal, sampled, success, successText } from './bench.ts';

const adjusted = '/crypto-loan-common/adjustment-history';
const repaid = '/crypto-loan-flexible/repayment-history';

/** A venue's list: newest first, by pages whose cursor is the id of their last row, and rows may come in front meanwhile. */
class List implements HistoryPart {
  readonly name: string;
  rows: HistoryRow[];
  constructor(name: string, times: readonly number[]) {
    this.name = name;
    this.rows = [...times].sort((a, b) => b - a).map((at, index) => this.row(at, index));
  }
  row(at: number, index: number | string): HistoryRow {
    return { id: `${this.name}-${index.toString()}`, type: 'x', forced: false, coin: 'BTC', amount: decimal('1'), at };
  }
  async read({ cursor, limit = 100 }: { cursor?: string; limit?: number }): Promise<Page<HistoryRow>> {
    const from = cursor === undefined ? 0 : this.rows.findIndex(({ id }) => id === cursor) + 1;
    const rows = this.rows.slice(from, from + limit);
    const last = rows.at(-1);
    return { rows, ...(rows.length < limit || last === undefined ? {} : { older: last.id }) };
  }
}

describe('the merged history', () => {
  it('never loses or repeats a row and is newest first, whatever the sizes, and whatever is booked meanwhile', async () => {
    const times = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 25 });
    await holds(
      fc.asyncProperty(times, times, times, fc.integer({ min: 1, max: 7 }), async (a, b, c, limit) => {
        const lists = [new List('a', a), new List('b', b), new List('c', c)];
        const there = lists.flatMap(({ rows }) => rows.map(({ id }) => id));
        const seen: HistoryRow[] = [];
        let cursor: string | undefined;
        do {
          const page: Page<HistoryRow> = await mergedPage(lists, { limit, ...(cursor === undefined ? {} : { cursor }) }, undefined);
          assert.ok(page.rows.length <= limit);
          seen.push(...page.rows);
          cursor = page.older;
          for (const list of lists) list.rows.unshift(list.row(99, `new-${seen.length.toString()}`));
        } while (cursor !== undefined);
        assert.deepEqual(seen.map(({ id }) => id).sort(), there.sort());
        assert.deepEqual(
          seen.map(({ at }) => at),
          seen.map(({ at }) => at).sort((x, y) => y - x),
        );
      }),
    );
  });

  it('ends where a list leads back to itself, and comes back from pages that hold nothing of it', async () => {
    const circle: HistoryPart = { name: 'circle', read: async () => ({ rows: [new List('r', [1]).rows[0]!], older: 'again' }) };
    const first = await mergedPage([circle], { limit: 1 }, undefined);
    const second = await mergedPage([circle], { limit: 1, cursor: first.older! }, undefined);
    assert.equal(second.older, undefined);
    let asked = 0;
    const empty: HistoryPart = { name: 'empty', read: async () => ({ rows: [], older: (asked += 1).toString() }) };
    const page = await mergedPage([empty], { limit: 5 }, undefined);
    assert.deepEqual([page.rows, page.older === undefined, asked], [[], false, 10]);
  });

  it('refuses a cursor that is not its own, and asks nothing', async () => {
    const { venue, connection } = sampled();
    for (const cursor of [
      '',
      '27511',
      '[]',
      '{}',
      'null',
      '{"other":{"rows":[]}}',
      '{"adjusted":1}',
      '{"adjusted":{"rows":[{"id":"1"}]}}',
    ]) {
      const error = await failureOf(connection.loans!.history(pool, { cursor }));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], cursor);
    }
    assert.deepEqual(venue.seen, []);
  });

  it('asks each list for the next page with its own cursor, and only when it was full and is used up', async () => {
    const { venue, connection } = sampled();
    const first = await connection.loans!.history(pool, { limit: 1 });
    assert.equal(first.rows[0]?.id, 'repaid-fixed-1782');
    venue.on('/crypto-loan-fixed/repayment-history', success({ list: [], nextPageCursor: '' }));
    const second = await connection.loans!.history(pool, { limit: 1, cursor: first.older! });
    assert.equal(second.rows[0]?.id, '27511');
    assert.deepEqual(
      venue.seen.map(({ target }) => target.replace('/v5/crypto-loan-', '')),
      [
        'common/adjustment-history?limit=1',
        'flexible/borrow-history?limit=1',
        'flexible/repayment-history?limit=1',
        'fixed/borrow-order-info?limit=1',
        'fixed/repayment-history?limit=1',
        'fixed/borrow-order-info?limit=1&cursor=13010',
        'fixed/repayment-history?limit=1&cursor=1674',
      ],
    );
  });

  it('keeps rows exact from page to page, also ids and amounts that no float holds', async () => {
    const { venue, connection } = sampled();
    const row = (id: string, amount: string): string =>
      `{"loanCurrency":"BTC","repayAmount":${amount},"repayId":${id},"repayStatus":1,"repayTime":1752570731274,"repayType":1}`;
    const list = [row('"9007199254740993"', '"0.100000000000000000001"'), row('9007199254740995', '1.10')];
    venue.on(repaid, successText(`{"list":[${list.join(',')}],"nextPageCursor":""}`));
    const rows: HistoryRow[] = [];
    let cursor: string | undefined;
    do {
      const page: Page<HistoryRow> = await connection.loans!.history(pool, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      rows.push(...page.rows);
      cursor = page.older;
    } while (cursor !== undefined && rows.length < 20);
    const found = rows.filter(({ id }) => id.startsWith('repaid-9')).map(({ id, amount }) => [id, amount]);
    assert.deepEqual(found, [
      ['repaid-9007199254740993', '0.100000000000000000001'],
      ['repaid-9007199254740995', '1.10'],
    ]);
  });

  for (const [repayType, word, forced] of [
    [1, 'repaid', false],
    [2, 'repaid_by_liquidation', true],
    [3, 'repaid_automatically', false],
    [4, 'repaid_overdue', true],
    [5, 'repaid_by_delisting', true],
    [6, 'repaid_by_delayed_liquidation', true],
    [7, 'repaid_by_currency', false],
    [8, 'became_flexible', false],
    [9, 'repaid_type_9', false],
  ] as const) {
    it(`tells a repayment of type ${repayType.toString()} as ${word}${forced ? ', forced' : ''}`, async () => {
      for (const path of [repaid, '/crypto-loan-fixed/repayment-history']) {
        for (const [status, end, counts] of [
          [1, '', forced],
          [2, '_processing', forced],
          [3, '_failed', false],
        ] as const) {
          const { venue, connection } = sampled();
          const row = {
            repayId: '5000',
            repayTime: 1_752_800_000_000,
            loanCurrency: 'ETH',
            repayAmount: '1.5',
            repayStatus: status,
            repayType,
          };
          venue.on(path, success({ list: [row], nextPageCursor: '' }));
          const [newest] = (await connection.loans!.history(pool, {})).rows;
          assert.deepEqual([newest?.type, newest?.forced], [word + end, counts]);
        }
      }
    });
  }

  it('takes of an order for a fixed loan what was lent, and nothing where nothing was', async () => {
    const { venue, connection } = sampled();
    const order = (orderId: number, filledQty: string, state: unknown) => ({
      ...{ annualRate: '0.01', filledQty, orderCurrency: 'ETH', orderId, orderQty: '2', orderTime: `175280000${String(orderId)}` },
      ...{ repayType: '2', state, term: 30 },
    });
    const list = [order(1306, '2', 3), order(1305, '0', 1), order(1304, '0.5', 1), order(1303, '1', 2), order(1302, '0', 4)];
    venue.on('/crypto-loan-fixed/borrow-order-info', success({ list, nextPageCursor: '' }));
    const { rows } = await connection.loans!.history(pool, {});
    assert.deepEqual(
      rows.filter(({ id }) => id.startsWith('borrowed-fixed')),
      [
        ['1306', 'borrowed', '2'],
        ['1304', 'borrowed_processing', '0.5'],
        ['1303', 'borrowed', '1'],
      ].map(([id, type, amount]) => ({
        ...{ id: `borrowed-fixed-${id!}`, type, forced: false, coin: 'ETH', amount, at: Number(`175280000${id!}`) },
      })),
    );
  });

  it('does without lists that Bybit does not have, but hides no failure', async () => {
    for (const answer of [refusal('10017'), new Response('', { status: 404 })]) {
      const { venue, connection } = sampled();
      venue.on(repaid, answer).on('/crypto-loan-flexible/borrow-history', answer).on('/crypto-loan-fixed/repayment-history', answer);
      venue.on('/crypto-loan-fixed/borrow-order-info', answer);
      assert.deepEqual(
        (await connection.loans!.history(pool, {})).rows.map(({ id }) => id),
        ['27511'],
      );
    }
    for (const [path, code] of [
      [repaid, '10005'],
      [repaid, '10016'],
      [adjusted, '10017'],
    ] as const) {
      const { venue, connection } = sampled();
      venue.on(path, refusal(code));
      assert.equal((await failureOf(connection.loans!.history(pool, {}))).code, code);
    }
  });

  it('takes no repayment for the proof of a change', async () => {
    const { venue, connection } = sampled();
    venue.on(repaid, fixture('repayment-history').replaceAll('"177', '"9917'));
    const { baseline } = await connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' });
    assert.equal(baseline.newestHistoryId, '27511');
    assert.equal(venue.to(repaid).length, 0);
  });
});
