import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, negate, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { Direction, HistoryRow, Loan } from '../../../../src/core/model.ts';
import { judge } from '../../../../src/exchanges/okx/loan-proof.ts';
import { change } from '../bench.ts';
import { holds } from '../../property.ts';

const newest = '17316594851045086';
const row = (id: string, type: string, amount: Decimal, more: Partial<HistoryRow> = {}): HistoryRow => ({
  id,
  type,
  forced: false,
  coin: 'BTC',
  amount,
  at: 1,
  ...more,
});
const loanOf = (pledged: Decimal): Loan => ({
  id: '12345',
  orderId: '12345',
  collateralValuation: 'adjusted',
  debts: [],
  collateral: [{ coin: 'BTC', amount: pledged }],
});
const kindOf = (direction: Direction): string => (direction === 'add' ? 'collateral_locked' : 'collateral_released');
const opposite = (direction: Direction): Direction => (direction === 'add' ? 'reduce' : 'add');
const moved = (pledged: Decimal, direction: Direction, amount: Decimal): Decimal =>
  direction === 'add' ? add(pledged, amount) : subtract(pledged, amount);

const direction = fc.constantFrom<Direction>('add', 'reduce');
/** Up to 18 decimals, above zero. */
const amount = fc.bigInt({ min: 1n, max: 10n ** 18n }).map((units) => {
  const digits = units.toString().padStart(19, '0');
  return decimal(`${digits.slice(0, -18)}.${digits.slice(-18)}`);
});
const pledged = decimal('5');
const baseline = { kind: 'collateral' as const, newestHistoryId: newest, pledged };
const signed = fc.boolean();
const withSign = (value: Decimal, minus: boolean): Decimal => (minus ? negate(value) : value);

describe('the judgement of rows and loan', () => {
  it('is effective for what was asked, and contradicted for the reverse of it, whatever the sign of the row', () => {
    holds(
      fc.property(direction, amount, signed, (way, size, minus) => {
        const asked = change({ direction: way, amount: size });
        const right = judge(
          asked,
          baseline,
          [row('17316594851045087', kindOf(way), withSign(size, minus))],
          loanOf(moved(pledged, way, size)),
        );
        assert.equal(right.state, 'effective');
        const back = opposite(way);
        const wrong = judge(
          asked,
          baseline,
          [row('17316594851045087', kindOf(back), withSign(size, minus))],
          loanOf(moved(pledged, back, size)),
        );
        assert.equal(wrong.state, 'contradicted');
      }),
    );
  });

  it('is contradicted for another amount', () => {
    holds(
      fc.property(direction, amount, amount, (way, size, other) => {
        fc.pre(compare(size, other) !== 0);
        const asked = change({ direction: way, amount: size });
        const told = judge(asked, baseline, [row('17316594851045087', kindOf(way), other)], loanOf(moved(pledged, way, other)));
        assert.equal(told.state, 'contradicted');
      }),
    );
  });

  it('is effective with a change of somebody else next to it, and names the right row', () => {
    holds(
      fc.property(direction, direction, amount, amount, fc.boolean(), (way, otherWay, size, other, earlier) => {
        fc.pre(compare(size, other) !== 0);
        const ours = row(earlier ? '17316594851045099' : '17316594851045087', kindOf(way), size);
        const theirs = row('17316594851045090', kindOf(otherWay), other);
        const rows = earlier ? [ours, theirs] : [theirs, ours];
        const now = moved(moved(pledged, way, size), otherWay, other);
        const told = judge(change({ direction: way, amount: size }), baseline, rows, loanOf(now));
        assert.equal(told.state, 'effective');
        assert.equal(told.row.id, ours.id);
      }),
    );
  });

  it('is never effective without a row of the right kind, coin and amount, whatever the loan says', () => {
    const anyRow = fc.record({
      type: fc.constantFrom('collateral_locked', 'collateral_released', 'borrowed', 'repaid', 'sell_collateral'),
      coin: fc.constantFrom('BTC', 'ETH'),
      size: amount,
      forced: fc.boolean(),
    });
    holds(
      fc.property(direction, fc.array(anyRow, { maxLength: 5 }), fc.option(amount), (way, some, now) => {
        const asked = change({ direction: way, amount: decimal('0.1') });
        const rows = some
          .filter(({ type, coin, size }) => !(type === kindOf(way) && coin === 'BTC' && compare(size, asked.amount) === 0))
          .map(({ type, coin, size, forced }, index) => row(`1731659485104509${index.toString()}`, type, size, { coin, forced }));
        const told = judge(asked, baseline, rows, now === null ? undefined : loanOf(now));
        assert.notEqual(told.state, 'effective');
        if (rows.length === 0 || now === null) assert.equal(told.state, 'pending');
      }),
    );
  });

  it('believes the row alone when OKX sold of the loan by force, and accuses nobody then', () => {
    const sold = row('17316594851045088', 'sell_collateral', decimal('-1.5'), { forced: true });
    const ours = row('17316594851045087', 'collateral_locked', decimal('-0.1'));
    const asked = change();
    assert.equal(judge(asked, baseline, [sold, ours], loanOf(decimal('3.6'))).state, 'effective');
    assert.equal(judge(asked, baseline, [sold], loanOf(decimal('3.5'))).state, 'pending');
    const released = row('17316594851045089', 'collateral_released', decimal('0.1'));
    for (const now of ['4.9', '3.4']) assert.equal(judge(asked, baseline, [released, sold], loanOf(decimal(now))).state, 'pending');
  });

  it('does not take a sale by force for a change that was asked', () => {
    for (const type of ['sell_collateral', 'forced_liquidation', 'partial_liquidation', 'forced_repayment_sell']) {
      const sold = row('17316594851045088', type, decimal('-0.1'), { forced: true });
      assert.equal(judge(change({ direction: 'reduce' }), baseline, [sold], loanOf(decimal('4.9'))).state, 'pending', type);
    }
  });

  it('compares ids as numbers, however long', () => {
    const ours = (id: string): HistoryRow => row(id, 'collateral_locked', decimal('-0.1'));
    const after = loanOf(decimal('5.1'));
    assert.equal(judge(change(), { ...baseline, newestHistoryId: '9' }, [ours('10')], after).state, 'effective');
    assert.equal(judge(change(), { ...baseline, newestHistoryId: '10' }, [ours('9')], after).state, 'pending');
    assert.equal(judge(change(), { kind: 'collateral', pledged }, [ours('9')], after).state, 'effective');
  });
});
