import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal, isZero, sum } from '../../../src/core/decimal.ts';
import { page } from '../../../src/simulator/okx/endpoints.ts';
import { References } from '../../../src/simulator/okx/state.ts';
import { holds } from '../property.ts';
import { Bench } from './bench.ts';

interface Row {
  refId: string;
  type: string;
  amt: string;
  ccy: string;
  ts: string;
}

describe('the histories of the simulated exchange', () => {
  const bench = new Bench();
  const rows = (query: string): Row[] => bench.loan(`loan-history?${query}`).data as unknown as Row[];

  it('hands out 100 rows at a time, newest first, and all of them when followed with after', () => {
    const seen: Row[] = [];
    for (let query = 'ordId=12345'; ; query = `ordId=12345&after=${seen.at(-1)?.refId ?? ''}`) {
      const found = rows(query);
      assert.ok(found.length <= 100);
      seen.push(...found);
      if (found.length < 100) break;
    }
    assert.ok(seen.length > 200);
    const ids = seen.map((row) => BigInt(row.refId));
    assert.ok(ids.every((id, index) => index === 0 || id < ids[index - 1]!));
    assert.ok(ids.every((id) => id > BigInt(Number.MAX_SAFE_INTEGER)));
    assert.ok(seen.every((row, index) => index === 0 || Number(row.ts) <= Number(seen[index - 1]!.ts)));
  });

  it('excludes the row that is paged from, in both directions', () => {
    const [first, second, third] = rows('limit=3');
    assert.deepEqual(
      rows(`after=${second!.refId}&limit=1`).map((row) => row.refId),
      [third!.refId],
    );
    assert.deepEqual(
      rows(`before=${second!.refId}`).map((row) => row.refId),
      [first!.refId],
    );
    assert.deepEqual(
      rows(`before=${third!.refId}&after=${first!.refId}`).map((row) => row.refId),
      [second!.refId],
    );
  });

  it('filters by type and by order', () => {
    const borrowed = rows('type=borrowed');
    assert.deepEqual(
      borrowed.map((row) => row.ccy),
      ['USDC', 'USDT'],
    );
    assert.deepEqual(
      rows('type=borrowed&ordId=67890').map((row) => row.ccy),
      ['USDC'],
    );
    assert.deepEqual(rows('ordId=1'), []);
    assert.deepEqual(rows('type=forced_liquidation'), []);
  });

  it('has a past that adds up to what is pledged and owed', () => {
    const kept = bench.world.history.filter((row) => row.ordId === '12345');
    const net = (ccy: string): string =>
      sum(kept.filter((row) => row.ccy === ccy && !row.type.startsWith('forced_repayment')).map((row) => row.amt));
    const sold = sum(kept.filter((row) => row.type === 'forced_repayment_sell').map((row) => row.amt));
    assert.equal(net('BTC'), decimal('-0.84'));
    assert.equal(sold, '-0.04');
    const bought = sum(kept.filter((row) => row.type === 'forced_repayment_buy').map((row) => row.amt));
    assert.equal(net('USDT'), '42000');
    assert.equal(bought, '2000');
    assert.ok(kept.every((row) => !isZero(row.amt)));
  });

  it('pages interest and filters it by coin', () => {
    const interest = bench.loan('interest-accrued?ordId=12345').data;
    assert.equal(interest.length, 100);
    const more = bench.loan(`interest-accrued?ordId=12345&after=${String(interest.at(-1)?.['refId'])}`).data;
    assert.equal(more.length, 25);
    assert.ok(bench.loan('interest-accrued?ccy=USDC&limit=7').data.every((row) => row['ccy'] === 'USDC'));
  });

  it('finds each row exactly once, whatever the page size', () => {
    holds(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }), (count, limit) => {
        const references = new References('17316594851045086');
        const all = Array.from({ length: count }, () => ({ refId: references.next(5), ordId: '1', ccy: 'BTC', at: 5 }));
        const seen: string[] = [];
        for (let after: string | undefined; ; after = seen.at(-1)) {
          const found = page(all, after === undefined ? { limit } : { after, limit }, ({ refId }) => refId);
          seen.push(...found.map((row) => row.refId));
          if (found.length < limit) break;
        }
        assert.deepEqual(seen, all.map((row) => row.refId).reverse());
      }),
    );
  });

  it('hands out reference ids that grow even when time stands still or goes back', () => {
    holds(
      fc.property(fc.array(fc.integer({ min: -1000, max: 2_000_000_000_000 })), (times) => {
        const references = new References('0');
        const ids = times.map((at) => BigInt(references.next(at)));
        assert.ok(ids.every((id, index) => index === 0 || id > ids[index - 1]!));
      }),
    );
  });
});
