import assert from 'node:assert/strict';
import fc from 'fast-check';
import { amountOf, subtract, type Decimal } from '../../../../../src/core/decimal.ts';
import { english } from '../../../../../src/core/message.ts';
import type { HistoryRow, Loan } from '../../../../../src/core/model.ts';
import { repay } from '../../../../../src/engine/ledger/kinds/repay.ts';
import type { RepayWrite, WriteRecord } from '../../../../../src/engine/ledger/record.ts';
import type { Finding } from '../../../../../src/engine/ledger/write-states.ts';
import type { RepayProof } from '../../../../../src/exchanges/exchange.ts';
import { says, saysLike } from '../../../../texts.ts';
import { holds } from '../../../property.ts';
import { d } from '../support.ts';
import { loanOwing, repayWrite } from './repay.ts';

const none = new Set<string>();
const judge = (record: RepayWrite, proof: RepayProof, claimed: ReadonlySet<string> = none, givenUp?: WriteRecord): Finding | undefined =>
  repay.judge(record, proof, { claimed, givenUp, neverLeft: () => false });
const row = (facts: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{ id: '1001', type: 'repaid', forced: false, coin: 'USDT', amount: d('-100'), at: 2 },
  ...facts,
});
/** What is owed now, and what LTV the exchange tells. */
const shown = (debt: string, facts: { row?: HistoryRow; ltv?: string; asOf?: number; loan?: Loan } = {}): RepayProof => ({
  state: 'effective',
  row: facts.row ?? row(),
  loan: facts.loan ?? loanOwing(debt, { ltv: d(facts.ltv ?? '0.5786') }),
  debt: d(debt),
  asOf: facts.asOf ?? 2_000,
});
const noteOf = (finding: Finding | undefined): string => (finding?.note === undefined ? '' : english(finding.note));
const hour = 3_600_000;

describe('a reading of a repayment', () => {
  it('proves it when row and debt agree', () => {
    assert.deepEqual(judge(repayWrite(), shown('39900')), {
      type: 'proven',
      evidence: { kind: 'history', id: '1001', row: { type: 'repaid', coin: 'USDT', amount: '-100', at: 2 } },
      ltvAfter: '0.5786',
    });
  });

  it('proves it where interest came on top, without a word', () => {
    for (const [debt, asOf] of [
      ['39900.2', 2_000],
      ['39903.9', 2_000],
      ['39950', 20 * hour],
    ] as const) {
      const finding = judge(repayWrite(), shown(debt, { asOf }));
      assert.deepEqual([finding?.type, noteOf(finding)], ['proven', ''], debt);
    }
  });

  it('proves nothing while figures lag behind, or the row is old, another write’s, or of another loan', () => {
    for (const debt of ['40000', '40000.5']) assert.equal(judge(repayWrite(), shown(debt)), undefined, debt);
    assert.equal(judge(repayWrite(), shown('39900', { row: row({ id: '1000' }) })), undefined);
    assert.equal(judge(repayWrite(), shown('39900'), new Set(['1001'])), undefined);
    assert.equal(judge(repayWrite({}, { reference: '1002' }), shown('39900')), undefined);
    assert.equal(judge(repayWrite(), shown('39900', { loan: loanOwing('39900', { id: '67890' }) })), undefined);
    assert.equal(judge(repayWrite(), { state: 'pending' }), undefined);
  });

  it('takes one step of booked interest for interest, however small the debt: a venue rounds it up', () => {
    const record = repayWrite({ amount: d('0.00004') }, { baseline: { kind: 'repay', debt: d('0.00009') } });
    const of = (debt: string): RepayProof => shown(debt, { row: row({ amount: d('0.00004') }), loan: loanOwing(debt) });
    assert.equal(judge(record, of('0.00009001')), undefined, 'the debt lags behind the row');
    const done = judge(record, of('0.00005001'));
    assert.deepEqual([done?.type, noteOf(done)], ['proven', '']);
    assert.equal(judge(record, of('0.00013'))?.type, 'contradicted');
  });

  it('contradicts it when the debt rose by more than interest, or fell by twice the amount', () => {
    const rose = judge(repayWrite(), shown('40100'));
    assert.equal(rose?.type, 'contradicted');
    assert.equal(noteOf(rose), says('change.not-as-requested', says('repay.debt-in', 'USDT'), '40,000', '40,100'));
    for (const debt of ['39800', '39800.4']) {
      const twice = judge(repayWrite(), shown(debt));
      assert.equal(twice?.type, 'contradicted', debt);
      assert.match(noteOf(twice), saysLike('collateral.may-be-twice'));
    }
  });

  it('contradicts it by a row of another amount or coin, or of force, whatever the debt', () => {
    for (const facts of [{ amount: d('-99.99999999') }, { amount: d('-200') }, { coin: 'USDC' }, { forced: true }]) {
      const finding = judge(repayWrite(), shown('39900', { row: row(facts) }));
      assert.equal(finding?.type, 'contradicted', JSON.stringify(facts));
      assert.match(noteOf(finding), saysLike('collateral.booked-instead'));
    }
    const lent = row({ type: 'borrowed', amount: d('100') });
    assert.equal(judge(repayWrite(), { state: 'contradicted', row: lent, loan: loanOwing('40100') })?.type, 'contradicted');
  });

  it('freezes nothing for another amount repaid after a lost answer: somebody may be repaying in the app', () => {
    const other = { state: 'contradicted', row: row({ amount: d('-500') }), loan: loanOwing('39500') } as const;
    const gone = { state: 'contradicted', row: row({ amount: d('-40000') }) } as const;
    const lent = { state: 'contradicted', row: row({ type: 'borrowed' }), loan: loanOwing('40100') } as const;
    for (const state of ['sent', 'unknown', 'accepted'] as const) {
      const found = [other, gone, lent].map((proof) => judge(repayWrite({}, { state }), proof)?.type);
      const late = state === 'accepted' ? 'contradicted' : undefined;
      assert.deepEqual(found, [late, late, 'contradicted'], state);
    }
  });

  it('only notes another move of the debt beside an exact row', () => {
    for (const debt of ['39850', '39950', '30000']) {
      const finding = judge(repayWrite(), shown(debt));
      assert.equal(finding?.type, 'proven', debt);
      assert.match(noteOf(finding), saysLike('collateral.something-else', says('repay.debt-in', 'USDT'), '40,000'));
    }
  });

  it('contradicts it, once it is said again, when LTV went up and the exchange’s own values do not say why', () => {
    const figures = { readAt: 1, walletAvailable: d('1'), debtUsd: d('40000'), collateralUsd: d('68965.52') };
    const record = repayWrite({}, { figures });
    const unexplained = judge(record, shown('39900', { ltv: '0.7' }));
    assert.ok(unexplained?.type === 'contradicted' && unexplained.unsure === true);
    assert.match(noteOf(unexplained), saysLike('collateral.ltv-unexplained', '58.00%', '70.00%'));
    const fallen = loanOwing('39900', { ltv: d('0.7'), debtUsd: d('39900'), collateralUsd: d('57000') });
    const explained = judge(record, shown('39900', { loan: fallen }));
    assert.equal(explained?.type, 'proven');
    assert.match(noteOf(explained), saysLike('collateral.something-else', 'LTV'));
  });

  it('says what else it may be where the same was marked as not executed before', () => {
    const finding = judge(repayWrite(), shown('39900'), none, repayWrite({}, { id: 'r0', state: 'not-effective' }));
    assert.equal(finding?.type, 'proven');
    assert.match(noteOf(finding), saysLike('change.may-be-earlier', '40,000', 'USDT'));
  });

  it('closes it as not executed by the exchange’s own failure, only when it was accepted', () => {
    const failed = { state: 'pending', failed: row({ type: 'failed' }) } as const;
    assert.equal(judge(repayWrite(), failed)?.type, 'failed');
    assert.equal(judge(repayWrite({}, { state: 'unknown' }), failed), undefined);
    assert.equal(judge(repayWrite({ amount: d('1') }), failed), undefined);
  });
});

describe('a reading after all was repaid', () => {
  const all = repayWrite({ amount: d('40000.12345679'), all: true }, { baseline: { kind: 'repay', debt: d('40000.123456781') } });
  const paid = (amount: string): HistoryRow => row({ amount: d(amount) });
  const back = row({ id: '1002', type: 'collateral_released', coin: 'BTC', amount: d('0.8') });

  it('says that the loan is closed, and what was released', () => {
    for (const amount of ['-40000.12345679', '-40000.123456781', '-40000.123456785']) {
      const finding = judge(all, { state: 'effective', row: paid(amount), debt: d('0'), asOf: 2, released: [back] });
      assert.ok(finding?.type === 'proven', amount);
      assert.deepEqual([noteOf(finding), finding.ltvAfter], [says('repay.closed-released', '0.8 BTC'), '0']);
    }
  });

  it('proves it where interest that was added on the way was taken too, up to what an hour can add', () => {
    for (const [amount, type] of [
      ['-40000.35', 'proven'],
      ['-40004.1', 'proven'],
      ['-40004.2', 'contradicted'],
    ] as const) {
      for (const state of ['accepted', 'unknown'] as const) {
        const gone = judge({ ...all, state }, { state: 'effective', row: paid(amount), debt: d('0'), asOf: 2, released: [back] });
        assert.equal(gone?.type, type, amount);
      }
    }
    const part = judge(repayWrite(), shown('39900', { row: row({ amount: d('-100.0001') }) }));
    assert.equal(part?.type, 'contradicted', 'a part is taken to the last digit');
  });

  it('contradicts it where the exchange took less than was owed', () => {
    assert.equal(judge(all, { state: 'effective', row: paid('-40000.1234567'), debt: d('0'), asOf: 2 })?.type, 'contradicted');
  });

  it('says what is still owed, and never that it is closed', () => {
    const finding = judge(all, shown('0.2', { row: paid('-40000.12345679'), ltv: '0.0001' }));
    assert.equal(finding?.type, 'proven');
    assert.equal(noteOf(finding), says('repay.remainder', '0.2', 'USDT'));
    const none = judge(all, shown('0', { row: paid('-40000.12345679'), ltv: '0.1' }));
    assert.deepEqual([none?.type, noteOf(none)], ['proven', '']);
  });

  it('does not call a loan paid off that is gone after a part of it was repaid', () => {
    const finding = judge(repayWrite(), { state: 'effective', row: row(), debt: d('0'), asOf: 2, released: [back] });
    assert.ok(finding?.type === 'proven');
    assert.deepEqual([noteOf(finding), finding.ltvAfter], [says('repay.gone'), undefined]);
  });
});

describe('the judgement of repayments', () => {
  const amount = fc.bigInt({ min: 1n, max: 10n ** 14n }).map((steps) => amountOf(steps, 8));

  it('never proves one without a new row of exactly its coin and amount, nor one by which the debt rose', () => {
    holds(
      fc.property(amount, amount, amount, fc.boolean(), (asked, booked, debt, isRisen) => {
        const record = repayWrite({ amount: asked }, { baseline: { kind: 'repay', debt: d('1000000') } });
        const now: Decimal = isRisen ? d('1000101') : subtract(d('1000000'), debt);
        const finding = judge(record, {
          ...{ state: 'effective', row: row({ amount: booked }), loan: loanOwing(now), debt: now, asOf: 2 },
        });
        if (isRisen || booked !== asked) assert.notEqual(finding?.type, 'proven');
      }),
    );
  });
});
