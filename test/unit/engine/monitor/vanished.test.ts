import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Loan, Snapshot } from '../../../../src/core/model.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/record.ts';
import { vanishedSince } from '../../../../src/engine/monitor/vanished.ts';
import { loan, snapshot } from '../../views/samples.ts';

const at = 1_700_000_000_000;
const minute = 60_000;
const owing = (...debts: readonly (readonly [coin: string, amount: string])[]): Loan => ({
  ...loan(),
  debts: debts.map(([coin, amount]) => ({ coin, amount: decimal(amount) })),
});

interface Repayment {
  readonly coin?: string;
  readonly amount?: string;
  readonly debt?: string;
  readonly loanId?: string;
  readonly state?: WriteRecord['state'];
  readonly sentAt?: number;
}

/** As the journal has one; other parts are of no concern here. */
const repayment = ({
  coin = 'USDT',
  amount = '40000',
  debt = amount,
  loanId = '12345',
  state = 'effective',
  sentAt = at + minute,
}: Repayment) =>
  ({
    change: { kind: 'repay', loan: { loanId }, coin, amount: decimal(amount) },
    baseline: { kind: 'repay', debt: decimal(debt) },
    ...{ state, sentAt },
  }) as unknown as WriteRecord;

/** Whether the loan that was read at `at` and is gone two minutes later counts as repaid. */
function isRepaid(held: Loan, ...writes: readonly Repayment[]): boolean {
  const [gone] = vanishedSince(
    snapshot({ loans: [held], asOf: at }),
    snapshot({ loans: [], asOf: at + 2 * minute }),
    at + 2 * minute,
    writes.map(repayment),
  );
  assert.equal(gone?.id, '12345', 'it is missed in any case');
  return gone.repaid === true;
}

describe('a loan that is gone', () => {
  it('was repaid when all of its debt was repaid from here, or may have been', () => {
    for (const state of ['sent', 'accepted', 'unknown', 'effective'] as const)
      assert.ok(isRepaid(owing(['USDT', '40000']), { state }), state);
    const two = owing(['USDT', '40000'], ['ETH', '2']);
    assert.ok(isRepaid(two, {}, { coin: 'ETH', amount: '2' }));
    assert.ok(isRepaid(owing(['USDT', '40000']), { sentAt: at - 9 * minute }), 'it was still listed for a while');
    assert.ok(isRepaid(owing(['USDT', '39999.99999999'], ['BTC', '0']), {}));
  });

  it('may have been liquidated in any other case', () => {
    const whole = owing(['USDT', '40000']);
    assert.ok(!isRepaid(whole));
    for (const state of ['planned', 'rejected', 'not-effective', 'mismatch'] as const) assert.ok(!isRepaid(whole, { state }), state);
    assert.ok(!isRepaid(whole, { amount: '39000', debt: '40000' }), 'a part');
    assert.ok(!isRepaid(whole, { amount: '10000', debt: '10000' }), 'all of one debt of several in this coin');
    assert.ok(!isRepaid(owing(['USDT', '40000'], ['ETH', '2']), {}), 'one coin of two');
    assert.ok(!isRepaid(whole, { loanId: '67890' }), 'another loan');
    assert.ok(!isRepaid(whole, { coin: 'USDC' }), 'another coin');
    assert.ok(!isRepaid(whole, { sentAt: at - 11 * minute }), 'it was borrowed anew since');
  });

  it('may have been liquidated where a debt of it could not be read: that one was not repaid', () => {
    const read = (facts: Partial<Snapshot>) =>
      vanishedSince(
        snapshot({ loans: [owing(['USDT', '40000'])], asOf: at, ...facts }),
        snapshot({ loans: [], asOf: at + minute }),
        at + minute,
        [repayment({})],
      ).map(({ repaid }) => repaid);
    assert.deepEqual(read({}), [true]);
    assert.deepEqual(read({ loansTrouble: msg('test.unread', 'parts of loan 12345 (USDC)') }), [undefined]);
  });

  it('is suspected again once its repayment turns out not to have been made', () => {
    const held = snapshot({ loans: [owing(['USDT', '40000'])], asOf: at });
    const read = (writes: readonly WriteRecord[], before = held): ReturnType<typeof vanishedSince> =>
      vanishedSince(before, snapshot({ loans: [], asOf: at + 2 * minute }), at + 2 * minute, writes);
    const open = read([repayment({ state: 'unknown' })]);
    assert.deepEqual(
      open.map(({ repaid }) => repaid),
      [true],
    );
    const later = snapshot({ loans: [], asOf: at + 2 * minute, vanished: open });
    assert.deepEqual(
      read([repayment({ state: 'unknown' })], later).map(({ repaid }) => repaid),
      [true],
    );
    assert.deepEqual(
      read([repayment({ state: 'not-effective' })], later).map(({ repaid }) => repaid),
      [undefined],
    );
  });

  it('is suspected again where nothing proves its repayment for ten minutes', () => {
    const held = snapshot({ loans: [owing(['USDT', '40000'])], asOf: at });
    const read = (minutes: number, state: WriteRecord['state'], vanished = held.vanished) =>
      vanishedSince(
        { ...held, ...(vanished === undefined ? {} : { loans: [], vanished }) },
        snapshot({ loans: [], asOf: at + minutes * minute }),
        at + minutes * minute,
        [repayment({ state, sentAt: at })],
      );
    for (const state of ['sent', 'accepted', 'unknown', 'effective'] as const) {
      const first = read(2, state);
      assert.deepEqual(
        read(10, state, first).map(({ repaid }) => repaid),
        [true],
        state,
      );
      assert.deepEqual(
        read(11, state, first).map(({ repaid }) => repaid),
        [state === 'effective' ? true : undefined],
        state,
      );
    }
  });
});
