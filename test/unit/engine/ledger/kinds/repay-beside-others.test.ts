import assert from 'node:assert/strict';
import { kinds } from '../../../../../src/engine/ledger/kinds/kinds.ts';
import { mustBeWithin } from '../../../../../src/engine/ledger/limit-checks.ts';
import type { Limits } from '../../../../../src/engine/ledger/limits.ts';
import type { Change } from '../../../../../src/exchanges/exchange.ts';
import type { WriteRecord } from '../../../../../src/engine/ledger/record.ts';
import { fold, sameChange, sameTarget } from '../../../../../src/engine/ledger/write-states.ts';
import { saysLike } from '../../../../texts.ts';
import { account, d, noLimits, refused } from '../support.ts';
import { written, writtenMargin } from '../written.ts';
import { readyToRepay, repayment, repayWrite } from './repay.ts';

const usdt = { coin: 'USDT', amount: d('900') };
const collateral = (state: WriteRecord['state']): WriteRecord => {
  const one = written('c1', { state, updatedAt: 1 });
  return { ...one, change: { ...one.change, ...usdt } };
};
const margin = (): WriteRecord => {
  const one = writtenMargin({ updatedAt: 1 });
  return { ...one, change: { ...one.change, ...usdt, direction: 'add' } as Change };
};
const within =
  (limits: Partial<Limits>, writes: readonly WriteRecord[], amount = '100') =>
  (): void => {
    const readiness = readyToRepay({ walletAvailable: d('2000'), asOf: 1_000 });
    const preview = kinds.get('repay')!.preview(account(), repayment({ amount: d(amount) }), readiness, d('1'));
    mustBeWithin({ ...noLimits, ...limits }, kinds, preview, writes, { now: 2_000, steady: 2_000 });
  };

describe('a repayment beside other changes', () => {
  it('leaves in the wallet what has to stay there, less what may be leaving it as collateral, not as margin', () => {
    const limits = { keepInWallet: new Map([['USDT', d('1050')]]) };
    within(limits, [], '950')();
    assert.throws(within(limits, [], '950.01'), refused(saysLike('limit.keep-in-wallet')));
    within(limits, [margin()], '950')();
    assert.throws(within(limits, [collateral('sent')]), refused(saysLike('change.at-most', undefined, '50', 'USDT')));
    within(limits, [collateral('effective')], '950')();
    assert.throws(within(limits, [repayWrite(usdt, { state: 'unknown' })]), refused(saysLike('change.at-most', undefined, '50', 'USDT')));
  });

  it('counts towards the limits of a day with everything in its coin', () => {
    const sent = repayWrite(usdt, { state: 'effective', sentAt: 1_000, figures: { readAt: 1, walletAvailable: d('1'), usd: d('900') } });
    const byCoin = { perDayByCoin: new Map([['USDT', d('1000')]]) };
    within(byCoin, [sent])();
    assert.throws(within(byCoin, [sent], '100.01'), refused(saysLike('limit.per-day')));
    assert.throws(within({ perDayUsd: d('1000') }, [sent], '101'), refused(saysLike('limit.per-day')));
  });

  it('is never held to the highest LTV after a removal', () => {
    within({ highestLtvAfterReduction: d('0.01') }, [])();
  });

  it('holds the same loan as a change of its collateral, and is never taken for one of the same amount', () => {
    const added = collateral('unknown');
    const repaid = repayWrite(usdt);
    assert.equal(sameTarget(added, repaid), true);
    assert.equal(sameChange(added, repaid), false);
    assert.equal(sameChange(repayWrite(usdt, { id: 'r0' }), repaid), true);
    assert.equal(sameTarget(margin(), repaid), false);
  });

  it('is proven by its own row although a change of collateral has one of the same number: each kind is numbered apart', () => {
    const evidence = { kind: 'history', id: '1001' } as const;
    const added = { ...written('c1', { state: 'effective', updatedAt: 1 }), evidence };
    const repaid = repayWrite({}, { accountId: added.accountId, state: 'effective', evidence });
    const folded = fold([added, { ...repaid, state: 'accepted' }, repaid]);
    assert.deepEqual(
      [...folded.values()].map(({ state }) => state),
      ['effective', 'effective'],
    );
    const twin = { ...repaid, id: 'r2' };
    assert.equal(fold([repaid, twin]).has('r2'), false);
  });
});
