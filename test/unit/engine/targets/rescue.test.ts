import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { Snapshot, Target } from '../../../../src/core/model.ts';
import { limitsFrom, type Limits } from '../../../../src/engine/ledger/limits.ts';
import { canDo, checkRescue, isDue, rescueOf, type CheckedStep, type Rescue } from '../../../../src/engine/targets/rescue.ts';
import { btc, loan, position, snapshot } from '../../views/samples.ts';

const on: Target = { kind: 'loan', id: '12345' };
const rescue: Rescue = {
  at: decimal('0.7'),
  steps: [
    { act: 'add', coin: 'BTC', amount: decimal('0.1') },
    { act: 'repay', coin: 'USDT', amount: decimal('500') },
  ],
};
const usdt = (amount: string): Snapshot['wallet'][number] => ({ coin: 'USDT', amount: decimal(amount) });
const holding = (held: string, change: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ wallet: [{ ...btc, amount: decimal(held) }, usdt('400')], prices: { BTC: decimal('88000'), USDT: decimal('1') }, ...change });
const limits = (settings: Record<string, unknown>): Limits => limitsFrom(settings) as Limits;
const check = (read: Snapshot, own?: Limits): readonly CheckedStep[] => checkRescue(rescue, on, read, own);

describe('a prepared rescue', () => {
  it('is read as it was stored, and is none where anything of it is odd', () => {
    const stored = (value: unknown, target = on): Rescue | undefined =>
      rescueOf({ rescues: { [`${target.kind}:${target.id}`]: value } }, target);
    assert.deepEqual(stored(JSON.parse(JSON.stringify(rescue))), rescue);
    assert.equal(rescueOf({}, on), undefined);
    const [add, repay] = rescue.steps;
    for (const odd of [
      null,
      'x',
      { ...rescue, at: '0' },
      { ...rescue, at: '1' },
      { ...rescue, at: 0.7 },
      { ...rescue, steps: [] },
      { ...rescue, steps: [{ ...add, amount: '-1' }] },
      { ...rescue, steps: [{ ...add, amount: '0' }] },
      { ...rescue, steps: [{ ...add, act: 'reduce' }] },
      { ...rescue, steps: [add, { ...repay, coin: '' }] },
      { ...rescue, steps: [add, repay, add] },
    ]) {
      assert.equal(stored(odd), undefined, JSON.stringify(odd));
    }
    assert.equal(stored(rescue, { kind: 'position', id: 'p1' }), undefined, 'a position owes nothing that is repaid');
  });

  it('says what the wallet lacks, and takes the first step that can be done', () => {
    const [add, repay] = check(holding('0.02'));
    assert.deepEqual(add!.short, { held: '0.02', missing: '0.08' });
    assert.deepEqual(repay!.short, { held: '400', missing: '100' });
    assert.deepEqual(check(holding('0.1')).map(canDo), [true, false]);
    assert.deepEqual(check(holding('0.02', { wallet: [usdt('500')] })).map(canDo), [false, true], 'nothing held is less');
  });

  it('is kept by the limits of one change, and by what has to stay in the wallet', () => {
    const first = (settings: Record<string, unknown>): CheckedStep['limit'] => check(holding('0.5'), limits(settings))[0]!.limit;
    assert.equal(first({}), undefined);
    assert.equal(first({ perActionByCoin: { btc: '0.1' } }), undefined);
    assert.equal(first({ perActionByCoin: { btc: '0.09' } }), 'perActionByCoin');
    assert.equal(first({ perActionUsd: '8799' }), 'perActionUsd');
    assert.equal(first({ perDayByCoin: { BTC: '0.05' } }), 'perDayByCoin');
    assert.equal(first({ perDayUsd: '8799' }), 'perDayUsd');
    assert.equal(first({ keepInWallet: { BTC: '0.4' } }), undefined);
    assert.equal(first({ keepInWallet: { BTC: '0.41' } }), 'keepInWallet');
    const [fault] = checkRescue(rescue, on, holding('0.5'), limitsFrom({ perActionUsd: 5 }));
    assert.deepEqual([fault!.limit, canDo(fault!)], ['fault', false]);
  });

  it('is due at its LTV or its distance, by the reading or an estimate since', () => {
    const at = (...ltvs: (string | undefined)[]): boolean =>
      isDue(
        rescue,
        on,
        ltvs.map((ltv) => (ltv === undefined ? ltv : decimal(ltv))),
      );
    assert.deepEqual([at('0.69'), at('0.7'), at('0.6', '0.71'), at('0.71', '0.6'), at(undefined)], [false, true, true, true, false]);
    const distance = (value: string): boolean =>
      isDue({ ...rescue, at: decimal('0.05') }, { kind: 'position', id: 'p1' }, [decimal(value)]);
    assert.deepEqual([distance('0.051'), distance('0.05'), distance('-0.1')], [false, true, true]);
  });

  it('is of no use where the exchange takes no more of the coin, or nothing of it is owed', () => {
    const capped = check(holding('0.5', { loans: [loan({ capped: ['BTC'], debts: [] })] }));
    assert.deepEqual(
      capped.map(({ useless }) => useless),
      [true, true],
    );
    assert.equal(check(holding('0.5', { wallet: [{ ...btc, pledgeable: false }] }))[0]!.useless, true);
  });

  it('tells that a wallet was not read, and lets the preview decide', () => {
    const [margin] = checkRescue(
      { at: decimal('0.05'), steps: [{ act: 'add', coin: 'USDT', amount: decimal('100') }] },
      { kind: 'position', id: 'p1' },
      snapshot({ positions: [position()] }),
      undefined,
    );
    assert.deepEqual([margin!.unread, canDo(margin!)], [true, true]);
    const [other] = checkRescue(
      { at: decimal('0.05'), steps: [{ act: 'add', coin: 'BTC', amount: decimal('1') }] },
      { kind: 'position', id: 'p1' },
      snapshot({ positions: [position()] }),
      undefined,
    );
    assert.equal(canDo(other!), false, 'the margin is of another coin');
    assert.equal(check(holding('0.02', { walletTrouble: { template: 'x', args: [] } }))[0]!.unread, true);
  });
});
