import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../../../src/core/message.ts';
import type { HistoryRow, Loan } from '../../../../../src/core/model.ts';
import type { CollateralProof } from '../../../../../src/exchanges/exchange.ts';
import { collateral } from '../../../../../src/engine/ledger/kinds/collateral.ts';
import type { CollateralWrite, WriteRecord } from '../../../../../src/engine/ledger/record.ts';
import { holds } from '../../../property.ts';
import { change, d, loanId } from '../support.ts';
import { says, saysLike } from '../../../../texts.ts';

const none = new Set<string>();
const judgeCollateral = (record: CollateralWrite, proof: CollateralProof, claimed: ReadonlySet<string>, givenUp?: WriteRecord) =>
  collateral.judge(record, proof, { claimed, givenUp, neverLeft: () => false });
const written = (direction: 'add' | 'reduce' = 'add'): CollateralWrite => ({
  id: 'w1',
  accountId: 'a',
  venue: 'okx',
  accountName: 'Main',
  change: change({ direction }),
  request: { method: 'POST', path: '/adjust', body: '{}' },
  baseline: { kind: 'collateral', newestHistoryId: '1000', pledged: d('0.8'), ltv: d('0.58') },
  ltvBefore: d('0.58'),
  state: 'accepted',
  plannedAt: 1,
  sentAt: 1,
  updatedAt: 1,
});
const row = (facts: Partial<HistoryRow> = {}): HistoryRow => ({
  id: '1001',
  type: 'collateral_locked',
  forced: false,
  coin: 'BTC',
  amount: d('-0.1'),
  at: 2,
  ...facts,
});
const loan = (pledged: string, ltv: string, id = loanId): Loan => ({
  id,
  ltv: d(ltv),
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: d('40000') }],
  collateral: pledged === '' ? [] : [{ coin: 'BTC', amount: d(pledged) }],
});
const effective = (facts: { row?: HistoryRow; loan?: Loan } = {}): CollateralProof => ({
  state: 'effective',
  row: row(),
  loan: loan('0.9', '0.5156'),
  ...facts,
});

describe('a reading', () => {
  it('proves an addition when row, pledged amount and LTV agree', () => {
    assert.deepEqual(judgeCollateral(written(), effective(), none), {
      type: 'proven',
      evidence: { kind: 'history', id: '1001', row: { type: 'collateral_locked', coin: 'BTC', amount: '-0.1', at: 2 } },
      ltvAfter: '0.5156',
    });
  });

  it('proves a reduction when row, pledged amount and LTV agree', () => {
    const proof = effective({ row: row({ type: 'collateral_released', amount: d('0.1') }), loan: loan('0.7', '0.6629') });
    assert.deepEqual(judgeCollateral(written('reduce'), proof, none), {
      type: 'proven',
      evidence: { kind: 'history', id: '1001', row: { type: 'collateral_released', coin: 'BTC', amount: '0.1', at: 2 } },
      ltvAfter: '0.6629',
    });
  });

  it('is compared by value: 0.10 is 0.1', () => {
    assert.equal(judgeCollateral(written(), effective({ row: row({ amount: d('-0.1000') }) }), none)?.type, 'proven');
  });

  it('proves nothing while there is nothing new', () => {
    assert.equal(judgeCollateral(written(), { state: 'pending' }, none), undefined);
    assert.equal(judgeCollateral(written(), effective({ row: row({ id: '1000' }) }), none), undefined, 'the row from before the send');
    assert.equal(judgeCollateral(written(), effective(), new Set(['1001'])), undefined, 'the row of another write');
    assert.equal(
      judgeCollateral(written(), effective({ loan: loan('0.9', '0.5', '67890') }), none),
      undefined,
      'the figures of another loan',
    );
    assert.equal(judgeCollateral(written(), effective({ loan: loan('0.8', '0.58') }), none), undefined, 'figures that lag behind');
  });

  it('that the row of another write contradicts is none', () => {
    assert.equal(judgeCollateral(written(), { state: 'contradicted', row: row({ amount: d('-5') }) }, new Set(['1001'])), undefined);
  });

  it('closes it as not done when the venue accepted it and its own row says that it failed', () => {
    const failed = row({ type: 'failed' });
    const event = judgeCollateral(written(), { state: 'pending', failed }, none);
    assert.ok(event?.type === 'failed');
    assert.deepEqual(event.evidence, { kind: 'history', id: '1001', row: { type: 'failed', coin: 'BTC', amount: '-0.1', at: 2 } });
    assert.match(english(event.note), saysLike('collateral.accepted-but-failed', 'failed', '−0.1', 'BTC'));
    const named = { ...written(), reference: '1001' };
    assert.equal(judgeCollateral(named, { state: 'pending', failed }, none)?.type, 'failed');
  });

  it('closes nothing by a failure that may be of another change', () => {
    const failed = row({ type: 'failed' });
    for (const state of ['unknown', 'sent'] as const) {
      for (const facts of [{}, { reference: '1001' }]) {
        assert.equal(judgeCollateral({ ...written(), state, ...facts }, { state: 'pending', failed }, none), undefined, state);
      }
    }
    assert.equal(judgeCollateral({ ...written(), reference: '1002' }, { state: 'pending', failed }, none), undefined);
    assert.equal(judgeCollateral(written(), { state: 'pending', failed }, new Set(['1001'])), undefined);
    for (const facts of [{ id: '1000' }, { coin: 'ETH' }, { amount: d('-0.2') }, { forced: true }]) {
      assert.equal(judgeCollateral(written(), { state: 'pending', failed: row({ type: 'failed', ...facts }) }, none), undefined);
    }
  });

  it('that bears another id than the venue gave is of another change', () => {
    const named = { ...written(), reference: '1002' };
    assert.equal(judgeCollateral(named, effective(), none), undefined);
    assert.equal(judgeCollateral(named, { state: 'contradicted', row: row({ amount: d('-5') }) }, none), undefined);
    assert.equal(judgeCollateral(named, effective({ row: row({ id: '1002' }) }), none)?.type, 'proven');
  });

  it('freezes when the venue did something else', () => {
    const event = judgeCollateral(
      written(),
      { state: 'contradicted', row: row({ type: 'collateral_released', amount: d('0.1') }), loan: loan('0.7', '0.66') },
      none,
    );
    assert.ok(event?.type === 'contradicted');
    assert.equal(event.ltvAfter, '0.66');
    assert.match(english(event.note), saysLike('collateral.booked-instead', 'collateral_released', '0.1', 'BTC'));
  });

  it('freezes nothing for another amount that moved the requested way after a lost answer: somebody may be at it in the app', () => {
    const more = { state: 'contradicted', row: row({ amount: d('-0.5') }), loan: loan('1.3', '0.36') } as const;
    const taken = {
      state: 'contradicted',
      row: row({ type: 'collateral_released', amount: d('0.2') }),
      loan: loan('0.6', '0.77'),
    } as const;
    const gone = { state: 'contradicted', row: row({ amount: d('-0.5') }) } as const;
    for (const state of ['sent', 'unknown', 'accepted'] as const) {
      const found = (direction: 'add' | 'reduce', proof: CollateralProof) =>
        judgeCollateral({ ...written(direction), state }, proof, none)?.type;
      const late = state === 'accepted' ? 'contradicted' : undefined;
      assert.deepEqual([found('add', more), found('reduce', taken)], [late, late], state);
      assert.deepEqual([found('add', taken), found('reduce', more)], ['contradicted', 'contradicted'], `${state}: the other way`);
      assert.deepEqual([found('add', gone), found('reduce', gone)], ['contradicted', 'contradicted'], `${state}: nothing tells which way`);
    }
  });

  it('is not believed about another coin, another amount or a forced act, whatever it says itself', () => {
    for (const facts of [{ coin: 'ETH' }, { amount: d('-1') }, { amount: d('-0.10000001') }, { forced: true }]) {
      assert.equal(judgeCollateral(written(), effective({ row: row(facts) }), none)?.type, 'contradicted');
    }
  });

  it('freezes when the pledged amount moved against the direction that was asked', () => {
    const add = judgeCollateral(written(), effective({ loan: loan('0.7', '0.66') }), none);
    assert.ok(add?.type === 'contradicted');
    assert.match(english(add.note), saysLike('change.not-as-requested', says('collateral.in-coin', 'BTC'), '0.8', '0.7'));
    assert.equal(
      judgeCollateral(written('reduce'), effective({ row: row({ amount: d('0.1') }), loan: loan('0.9', '0.5') }), none)?.type,
      'contradicted',
    );
    assert.equal(judgeCollateral(written(), effective({ loan: loan('', '0.9') }), none)?.type, 'contradicted');
  });

  it('is effective but loud when LTV went the other way although row and pledged amount agree: prices moved', () => {
    const event = judgeCollateral(written(), effective({ loan: loan('0.9', '0.61') }), none);
    assert.ok(event?.type === 'proven' && event.note !== undefined);
    assert.equal(event.ltvAfter, '0.61');
    assert.match(english(event.note), saysLike('collateral.something-else', says('term.ltv'), '58.00%', '61.00%'));
  });

  it('that brings no loan proves by its row, and says that the LTV is not known', () => {
    const event = judgeCollateral(written(), { state: 'effective', row: row() }, none);
    assert.ok(event?.type === 'proven' && event.note !== undefined);
    assert.equal(event.ltvAfter, undefined);
  });

  it('does not take an LTV of zero for good news', () => {
    const event = judgeCollateral(written(), effective({ loan: loan('0.9', '0') }), none);
    assert.ok(event?.type === 'proven');
    assert.equal(event.ltvAfter, undefined);
  });

  it('is never effective when the collateral moved the wrong way, whatever else it says', () => {
    const amounts = fc.integer({ min: 0, max: 2000 }).map((thousandths) => (thousandths / 1000).toFixed(3));
    holds(
      fc.property(fc.constantFrom('add' as const, 'reduce' as const), amounts, amounts, fc.boolean(), (direction, pledged, ltv, forced) => {
        const event = judgeCollateral(written(direction), effective({ row: row({ forced }), loan: loan(pledged, ltv) }), none);
        if (event?.type !== 'proven') return;
        assert.equal(forced, false);
        assert.ok(direction === 'add' ? Number(pledged) > 0.8 : Number(pledged) < 0.8);
      }),
    );
  });
});
