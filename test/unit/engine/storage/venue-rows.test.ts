// The exchange's rows as tables ask for them: any order, page by page, with exact sums.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { add, compare, decimal, sum, zero, type Decimal } from '../../../../src/core/decimal.ts';
import type { RowOrder, RowsOf, VenueKind, VenueRow } from '../../../../src/engine/storage/history-protocol.ts';
import { StateFile } from '../../../../src/engine/storage/state-file.ts';
import { memoryFolder } from '../../../memory-folder.ts';
import { holds } from '../../property.ts';

const hour = 3_600_000;
const row = (facts: Partial<VenueRow> & Pick<VenueRow, 'id' | 'at'>): VenueRow => ({
  type: 'repaid',
  forced: false,
  coin: 'USDT',
  amount: decimal('1'),
  ...facts,
});

describe("the exchange's rows in a table", () => {
  let folder: string;
  let file: StateFile;
  beforeEach(() => {
    folder = memoryFolder('rows');
    file = new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [] });
    file.change({ do: 'add', id: 'a', record: { id: 'a' } });
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const keep = (rows: readonly VenueRow[], loan = '7', kind: VenueKind = 'event'): void => {
    const page = { account: 'a', uid: undefined, kind, loan, rows, rates: [] };
    file.share({ do: 'keepVenuePage', page, now: 1e12, pass: {} });
  };
  const of = (change: Partial<RowsOf> = {}): RowsOf => ({ account: 'a', kind: 'event', loans: ['7'], ...change });
  const totals = (change: Partial<RowsOf> = {}) => file.history({ do: 'venueTotals', ...of(change) })!;
  const sorted = (by: RowOrder, descending: boolean, offset = 0, limit = 100, only = totals()) =>
    file.history({ do: 'venueSorted', ...of(), only, by, descending, offset, limit })!;

  it('are summed exactly by type and coin, of the loans asked about only', () => {
    keep([
      row({ id: '1', at: 1, amount: decimal('0.1') }),
      row({ id: '2', at: 2, amount: decimal('0.2') }),
      row({ id: '3', at: 3, type: 'borrowed', amount: decimal('9007199254740993.000000000000000001') }),
    ]);
    keep([row({ id: '4', at: 4, amount: decimal('5') })], '8');
    keep([row({ id: '5', at: 5, amount: decimal('7') })], '');
    assert.deepEqual(totals(), [
      { type: 'repaid', coin: 'USDT', rows: 2, amount: '0.3' },
      { type: 'borrowed', coin: 'USDT', rows: 1, amount: '9007199254740993.000000000000000001' },
    ]);
    assert.equal(totals({ loans: ['7', ''] })[0]?.amount, '7.3');
    assert.deepEqual(totals({ account: 'b' }), []);
    assert.deepEqual(totals({ kind: 'interest' }), []);
  });

  it('come by exact amount where floating point would take them for equal', () => {
    const amounts = ['0.100000000000000000001', '0.1', '-3', '0.100000000000000000002', '20'];
    keep(amounts.map((amount, place) => row({ id: place.toString(), at: place, amount: decimal(amount) })));
    assert.deepEqual(
      sorted('amount', true).map(({ amount }) => amount),
      ['20', '0.100000000000000000002', '0.100000000000000000001', '0.1', '-3'],
    );
    assert.deepEqual(
      sorted('amount', false, 1, 2).map(({ amount }) => amount),
      ['0.1', '0.100000000000000000001'],
    );
  });

  it('come of the wanted types and coins only', () => {
    keep([row({ id: '1', at: 1 }), row({ id: '2', at: 2, coin: 'BTC' }), row({ id: '3', at: 3, type: 'borrowed' })]);
    const only = [{ type: 'repaid', coin: 'BTC' }];
    assert.deepEqual(
      file.history({ do: 'venueSorted', ...of(), only, by: 'at', descending: true, offset: 0, limit: 9 })!.map(({ id }) => id),
      ['2'],
    );
    assert.deepEqual(
      sorted('coin', false).map(({ id }) => id),
      ['2', '3', '1'],
    );
  });

  it('are each on exactly one page, in whatever order, and add up to their totals', () => {
    const amount = fc.integer({ min: -999, max: 999 }).map((of) => decimal((of / 100).toFixed(2)));
    const one = fc.record({
      at: fc.integer({ min: 0, max: 5 }),
      type: fc.constantFrom('repaid', 'borrowed'),
      coin: fc.constantFrom('USDT', 'BTC'),
      amount,
    });
    const asked = [fc.array(one, { maxLength: 12 }), fc.constantFrom<RowOrder>('at', 'type', 'coin', 'amount'), fc.boolean()] as const;
    holds(
      fc.property(...asked, (rows, by, descending) => {
        file.change({ do: 'remove', id: 'a' });
        file.change({ do: 'add', id: 'a', record: { id: 'a' } });
        keep(rows.map((facts, place) => row({ ...facts, id: place.toString() })));
        const pages = Array.from({ length: 5 }, (_, page) => sorted(by, descending, page * 3, 3)).flat();
        assert.deepEqual(
          pages.map(({ id }) => Number(id)).sort((a, b) => a - b),
          [...rows.keys()],
        );
        for (const [place, { amount: next }] of by === 'amount' ? pages.entries() : []) {
          const before = pages[place - 1]?.amount ?? next;
          assert.ok(compare(before!, next!) * (descending ? -1 : 1) <= 0);
        }
        for (const total of totals()) {
          const same = pages.filter(({ type, coin }) => type === total.type && coin === total.coin);
          assert.equal(total.rows, same.length);
          assert.equal(compare(total.amount!, sum(same.map((found) => found.amount!))), 0);
        }
      }),
    );
  });

  it('of interest add up by day, and all days to the whole', () => {
    const rows = Array.from({ length: 50 }, (_, place) =>
      row({ id: place.toString(), at: 1_000 * hour + place * hour, type: '', amount: decimal(`0.0${(place + 1).toString()}`) }),
    );
    keep([...rows, row({ id: 'x', at: 1_000 * hour, type: '', coin: 'BTC' })], '7', 'interest');
    const asked = { do: 'interestSums', account: 'a', loans: ['7'], coin: 'USDT', from: 0, to: 1e12, width: 24 * hour } as const;
    const days = file.history(asked)!;
    assert.deepEqual(
      days.map(({ at }) => at / hour),
      [984, 1_008, 1_032],
    );
    assert.equal(days.map(({ amount }) => amount).reduce<Decimal>(add, zero), sum(rows.map(({ amount }) => amount!)));
    assert.deepEqual(file.history({ ...asked, to: 1_000 * hour }), []);
  });
});
