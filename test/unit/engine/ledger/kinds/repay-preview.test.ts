import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, amountOf, compare, decimalPlaces, isNegative, isZero, subtract } from '../../../../../src/core/decimal.ts';
import { repay, wholeOf } from '../../../../../src/engine/ledger/kinds/repay.ts';
import type { RepayPreview } from '../../../../../src/engine/ledger/preview.ts';
import { isReversible, reverseOf } from '../../../../../src/engine/ledger/undo.ts';
import type { RepayChange, RepayReadiness } from '../../../../../src/exchanges/exchange.ts';
import { says, saysLike } from '../../../../texts.ts';
import { holds } from '../../../property.ts';
import { account, d, refused } from '../support.ts';
import { loanOwing, readyToRepay, repayment, repayWrite } from './repay.ts';

const preview = (change: Partial<RepayChange> = {}, facts: Partial<RepayReadiness> = {}): RepayPreview =>
  repay.preview(account(), repayment(change), readyToRepay(facts), d('1'));
const whole = { amount: d('40000'), all: true };

describe('a repayment as it is asked for', () => {
  it('is complete, adds, and carries an id that a venue takes; what does not belong to it is left out', () => {
    assert.deepEqual(repay.check({ ...repayment(), apiKey: 'k' } as RepayChange), repayment());
    const wrong = [
      { loan: { loanId: '' } },
      { loan: { loanId: '1', orderId: '' } },
      { direction: 'reduce' },
      { coin: '' },
      { amount: d('0') },
      { amount: 1 },
      { all: 'yes' },
      { requestId: '' },
      { requestId: 'with-hyphens' },
      { requestId: undefined },
    ];
    for (const facts of wrong) {
      assert.throws(
        () => repay.check(repayment(facts as Partial<RepayChange>)),
        refused(saysLike('change.incomplete')),
        JSON.stringify(facts),
      );
    }
  });

  it('is never taken back', () => {
    assert.equal(isReversible(repayment()), false);
    const done = repayWrite({}, { state: 'effective', evidence: { kind: 'history', id: '1001' } });
    assert.equal(reverseOf(done, 2), undefined);
  });
});

describe('the preview of a repayment', () => {
  it('tells LTV, distance, debt and wallet afterwards', () => {
    const { ltvNow, ltvAfter, distanceAfter, debtAfter, walletAfter, usd } = preview({ amount: d('10000') });
    assert.deepEqual(
      { ltvNow, ltvAfter, distanceAfter, debtAfter, walletAfter, usd },
      { ltvNow: '0.58', ltvAfter: '0.435', distanceAfter: '0.4100895', debtAfter: '30000', walletAfter: '50000', usd: '10000' },
    );
    assert.deepEqual([preview(whole).ltvAfter, preview(whole).debtAfter], ['0', '0']);
  });

  it('needs prices only where several coins are owed, and does without an estimate', () => {
    const several = loanOwing('40000', {
      debts: [
        { coin: 'USDT', amount: d('40000') },
        { coin: 'ETH', amount: d('10') },
      ],
    });
    assert.equal(preview({ amount: d('20000') }, { loan: several }).ltvAfter, undefined);
    const prices = new Map([
      ['USDT', d('1')],
      ['ETH', d('4000')],
    ]);
    assert.equal(preview({ amount: d('20000') }, { loan: several, prices }).ltvAfter, '0.435');
    assert.equal(preview({}, { loan: loanOwing('40000', { ltv: d('0') }), prices: new Map() }).ltvAfter, undefined);
  });

  it('addresses the loan by the id the venue has, and refuses another one', () => {
    assert.deepEqual(preview({ loan: { loanId: '12345' } }).change.loan, { loanId: '12345', orderId: '12345' });
    assert.throws(() => preview({ loan: { loanId: '12345', orderId: '67890' } }), refused(saysLike('change.another-target')));
    assert.throws(() => preview({ loan: { loanId: '67890' } }), refused(saysLike('change.another-target')));
  });

  it('refuses more than is owed, than the wallet has, less than the least, and finer than the venue takes', () => {
    assert.throws(
      () => preview({ amount: d('40000.00000001') }),
      refused(saysLike('change.at-most', says('repay.more-than-owed'), '40,000')),
    );
    assert.throws(() => preview({}, { walletAvailable: d('99.9') }), refused(saysLike('change.more-than-held', undefined, '99.9', 'USDT')));
    assert.throws(() => preview({}, { walletAvailable: d('0') }), refused(saysLike('change.none-held')));
    assert.throws(() => preview({}, { minimum: d('101') }), refused(saysLike('collateral.minimum', '101', 'USDT')));
    assert.throws(() => preview({ amount: d('0.000000001') }), refused(saysLike('margin.decimals', '8', 'USDT')));
    assert.throws(() => preview({}, { debt: d('0') }), refused(saysLike('repay.nothing-owed', 'USDT')));
    preview({ amount: d('50') }, { debt: d('50'), minimum: d('101') });
  });

  it('takes for all only what is all, rounded up to what the venue takes', () => {
    const debt = d('40000.1234567812');
    assert.equal(wholeOf({ debt, places: 8 }), '40000.12345679');
    preview({ amount: d('40000.12345679'), all: true }, { debt });
    for (const amount of ['40000.12345678', '40000', '1'])
      assert.throws(
        () => preview({ amount: d(amount), all: true }, { debt }),
        refused(saysLike('repay.whole-is-now', '40,000.12345679', 'USDT')),
      );
  });

  it('is looked at once more: interest may have come on top, anything else is somebody’s change', () => {
    const last =
      (debt: string, facts: Partial<RepayReadiness> = {}) =>
      (): void => {
        repay.mustBeAsShown(preview(), preview({}, { debt: d(debt), ...facts }));
      };
    for (const debt of ['40000', '40000.2', '40004']) last(debt)();
    const changed = refused(saysLike('change.changed-since', says('repay.debt-in', 'USDT'), '40,000'));
    for (const debt of ['39999.99999999', '30000', '40004.1', '50000']) assert.throws(last(debt), changed, debt);
    const beyond = { loan: loanOwing('40000', { ltv: d('0.84') }) };
    assert.throws(last('40000', beyond), refused(saysLike('collateral.reached-liquidation')));
    const shown = preview({}, beyond);
    repay.mustBeAsShown(shown, preview({}, beyond));
  });

  it('keeps for the proof what it was decided on', () => {
    assert.deepEqual(repay.decidedOn(preview()), { limit: '40000', collateralUsd: '68965.52', debtUsd: '40000' });
    assert.deepEqual(repay.expectations(preview()), { ltvBefore: '0.58', ltvEstimate: '0.57855' });
  });

  it('never raises LTV, never sends more than is owed or held, and never leaves a debt below zero', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 13n }).map((steps) => amountOf(steps, 9));
    holds(
      fc.property(amount, amount, amount, (debt, available, asked) => {
        let one: RepayPreview;
        try {
          one = preview({ amount: asked }, { debt, loan: loanOwing(debt), walletAvailable: available });
        } catch {
          return;
        }
        assert.ok(compare(asked, wholeOf({ debt, places: 8 })) <= 0 && compare(asked, available) <= 0 && decimalPlaces(asked) <= 8);
        assert.ok(!isNegative(one.debtAfter) && !isNegative(one.walletAfter));
        assert.ok(one.ltvAfter === undefined || compare(one.ltvAfter, d('0.58')) <= 0);
        assert.equal(compare(add(one.walletAfter, asked), available), 0);
        assert.ok(isZero(one.debtAfter) || compare(subtract(debt, asked), one.debtAfter) === 0);
      }),
    );
  });
});
