import assert from 'node:assert/strict';
import { english } from '../../../../../src/core/message.ts';
import { msg } from '../../../../../src/core/message.ts';
import type { HistoryRow, Loan } from '../../../../../src/core/model.ts';
import { sell } from '../../../../../src/engine/ledger/kinds/repay-collateral.ts';
import { kinds } from '../../../../../src/engine/ledger/kinds/kinds.ts';
import { mustBeWithin } from '../../../../../src/engine/ledger/limit-checks.ts';
import type { Limits } from '../../../../../src/engine/ledger/limits.ts';
import { fromLine, isNewerLine, toLine } from '../../../../../src/engine/ledger/record-format.ts';
import type { SellWrite, WriteRecord } from '../../../../../src/engine/ledger/record.ts';
import type { Finding } from '../../../../../src/engine/ledger/write-states.ts';
import type { RepayProof, SellChange, SellReadiness } from '../../../../../src/exchanges/exchange.ts';
import { says, saysLike } from '../../../../texts.ts';
import { account, d, noLimits, refused } from '../support.ts';
import { loanOwing } from './repay.ts';

const asked = (facts: Partial<SellChange> = {}): SellChange => ({
  ...{ kind: 'repay-collateral', loan: { loanId: '12345', orderId: '12345' }, direction: 'reduce', coin: 'USDT', collateral: 'BTC' },
  ...{ amount: d('100'), all: false },
  ...facts,
});
/** 40000 USDT on 0.8 BTC, of which as much is sold as given. */
const left = (debt: string, pledged: string, facts: Partial<Loan> = {}): Loan =>
  loanOwing(debt, { ltv: d('0.579'), collateral: [{ coin: 'BTC', amount: d(pledged) }], ...facts });
const written = (facts: Partial<SellWrite> = {}, change: Partial<SellChange> = {}): SellWrite => ({
  ...{ id: 's1', accountId: 'a', venue: 'bybit', accountName: 'Main', change: asked(change) },
  request: { method: 'POST', path: '/v5/crypto-loan-flexible/repay-collateral', body: '{}' },
  baseline: { kind: 'repay-collateral', newestHistoryId: '1000', debt: d('40000'), pledged: d('0.8'), ltv: d('0.58') },
  ...{ ltvBefore: d('0.58'), state: 'accepted', plannedAt: 1, sentAt: 1, updatedAt: 1 },
  ...facts,
});
const row = (facts: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{ id: '1001', type: 'repaid_by_currency', forced: false, coin: 'USDT', amount: d('100'), at: 2 },
  ...facts,
});
const shown = (debt: string, pledged: string, facts: { row?: HistoryRow; loan?: Loan } = {}): RepayProof => ({
  ...{ state: 'effective', row: facts.row ?? row(), loan: facts.loan ?? left(debt, pledged), debt: d(debt), asOf: 2_000 },
});
const judge = (record: SellWrite, proof: RepayProof): Finding | undefined =>
  sell.judge(record, proof, { claimed: new Set(), givenUp: undefined, neverLeft: () => false });
const noteOf = (finding: Finding | undefined): string => (finding?.note === undefined ? '' : english(finding.note));

describe('a reading of a repayment with collateral', () => {
  it('proves it when row, debt and collateral agree, and says how much was sold', () => {
    const finding = judge(written(), shown('39900', '0.7988'));
    assert.deepEqual([finding?.type, noteOf(finding)], ['proven', says('repay-collateral.sold', '0.0012', 'BTC')]);
  });

  it('proves nothing while debt or collateral lag behind, or somebody added some', () => {
    for (const [debt, pledged] of [
      ['40000', '0.7988'],
      ['39900', '0.8'],
      ['39900', '0.9'],
    ] as const)
      assert.equal(judge(written(), shown(debt, pledged)), undefined, `${debt} ${pledged}`);
  });

  it('contradicts it when the debt rose or fell by twice, another row was booked, or LTV went up without a reason', () => {
    assert.match(noteOf(judge(written(), shown('40100', '0.7988'))), saysLike('change.not-as-requested'));
    assert.match(noteOf(judge(written(), shown('39800', '0.7976'))), saysLike('collateral.may-be-twice'));
    for (const facts of [{ amount: d('50') }, { coin: 'ETH' }, { forced: true }])
      assert.equal(judge(written(), shown('39900', '0.7988', { row: row(facts) }))?.type, 'contradicted');
    const figures = { readAt: 1, walletAvailable: d('1'), debtUsd: d('40000'), collateralUsd: d('68965.52') };
    const rose = judge(written({ figures }), shown('39900', '0.7988', { loan: left('39900', '0.7988', { ltv: d('0.7') }) }));
    assert.ok(rose?.type === 'contradicted' && rose.unsure === true);
  });

  it('freezes nothing for another sale after a lost answer', () => {
    const other = { state: 'contradicted', row: row({ amount: d('50') }), loan: left('39950', '0.7994') } as const;
    assert.equal(judge(written({ state: 'unknown' }), other), undefined);
    assert.equal(judge(written(), other)?.type, 'contradicted');
    const lent = { ...other, loan: left('40050', '0.8') };
    assert.equal(judge(written({ state: 'unknown' }), lent)?.type, 'contradicted');
  });

  it('says what is still owed after all was meant, and that the loan is gone', () => {
    const all = written({}, { amount: d('40000'), all: true });
    const paid = row({ amount: d('40000') });
    assert.match(noteOf(judge(all, shown('0.2', '0.3', { row: paid }))), saysLike('repay.remainder', '0.2', 'USDT'));
    assert.equal(noteOf(judge(all, { state: 'effective', row: paid, debt: d('0'), asOf: 2 })), says('repay.closed'));
  });
});

describe('a repayment with collateral is decided', () => {
  const ready = (facts: Partial<SellReadiness> = {}): SellReadiness => ({
    ...{ kind: 'repay-collateral', loan: left('40000', '0.8', { ltv: d('0.58') }), debt: d('40000'), walletAvailable: d('0'), places: 2 },
    ...{
      prices: new Map([
        ['USDT', d('1')],
        ['BTC', d('88000')],
      ]),
      fee: msg('test', 'A fee.'),
      asOf: 1_000,
    },
    baseline: { kind: 'repay-collateral', newestHistoryId: '1000', debt: d('40000'), pledged: d('0.8'), ltv: d('0.58') },
    ...facts,
  });
  const preview = (change: Partial<SellChange> = {}, facts: Partial<SellReadiness> = {}) =>
    sell.preview(account(), sell.check(asked(change)), ready(facts), d('1'));

  it('by what is sold, what is owed then, and an LTV that falls; the wallet is left alone', () => {
    const { sold, debtAfter, ltvNow, ltvAfter, usd, walletAfter } = preview({ amount: d('8800') });
    assert.deepEqual([sold, debtAfter, ltvNow, usd, walletAfter], ['0.1', '31200', '0.58', '8800', undefined]);
    assert.ok(ltvAfter !== undefined && Number(ltvAfter) < 0.58);
  });

  it('not where more is asked than is owed or pledged, with too many decimals, or without an estimate', () => {
    assert.throws(() => preview({ amount: d('40000.01') }), refused(saysLike('change.at-most', says('repay.more-than-owed'))));
    assert.throws(() => preview({ amount: d('1.001') }), refused(saysLike('margin.decimals')));
    const little = { loan: left('40000', '0.01', { ltv: d('0.58'), collateralUsd: d('68965.52') }) };
    const few = { ...ready().baseline, pledged: d('0.01') };
    assert.throws(() => preview({}, { prices: new Map() }), refused(saysLike('change.removal-unclear')));
    assert.throws(() => preview({}, { owesMore: true }), refused(saysLike('change.removal-unclear')));
    assert.throws(() => preview({ amount: d('1000') }, { ...little, baseline: few }), refused(/./));
    assert.throws(() => preview({ contract: '7' }), refused(saysLike('change.another-target')));
  });

  it('not where LTV would rise', () => {
    const under = left('90000', '0.8', { ltv: d('1.3'), debtUsd: d('90000'), collateralUsd: d('69000') });
    const owed = { loan: under, debt: d('90000'), baseline: { ...ready().baseline, debt: d('90000') } };
    assert.throws(() => preview({}, owed), refused(saysLike('repay-collateral.raises', '130.00%')));
  });

  it('of one direction, and never by selling the coin that is owed', () => {
    for (const facts of [{ direction: 'add' }, { collateral: 'USDT' }, { collateral: '' }, { all: undefined }])
      assert.throws(() => sell.check(asked(facts as unknown as Partial<SellChange>)), refused(saysLike('change.incomplete')));
  });

  it('once more by the last look: neither debt nor collateral may have been changed', () => {
    const before = preview();
    assert.doesNotThrow(() => {
      sell.mustBeAsShown(before, preview({}, { debt: d('40000.5') }));
    });
    for (const facts of [{ debt: d('39000') }, { baseline: { ...ready().baseline, pledged: d('0.7') } }])
      assert.throws(
        () => {
          sell.mustBeAsShown(before, preview({}, facts));
        },
        refused(saysLike('change.changed-since')),
      );
  });

  it('and kept in a line of the journal that older versions call newer', () => {
    const line = toLine(written());
    assert.equal((JSON.parse(line) as { format: number }).format, 5);
    assert.deepEqual(fromLine(line), written());
    assert.equal(isNewerLine(line), false);
  });
});

describe('a repayment with collateral beside the limits', () => {
  const ready = (): SellReadiness => ({
    ...{
      kind: 'repay-collateral',
      loan: loanOwing(),
      debt: d('40000'),
      walletAvailable: d('0'),
      places: 2,
      fee: msg('test.fee', 'A fee.'),
    },
    ...{
      prices: new Map([
        ['USDT', d('1')],
        ['BTC', d('86000')],
      ]),
      asOf: 1_000,
    },
    baseline: { kind: 'repay-collateral', newestHistoryId: '1000', debt: d('40000'), pledged: d('0.8'), ltv: d('0.58') },
  });
  const within =
    (amount: string, limits: Partial<Limits>, writes: readonly WriteRecord[] = []) =>
    () => {
      const preview = sell.preview(account(), asked({ amount: d(amount) }), ready(), d('1'));
      mustBeWithin({ ...noLimits, ...limits }, kinds, preview, writes, { now: 2_000, steady: 2_000 });
      return preview;
    };
  const btc = new Map([['BTC', d('0.1')]]);

  it('moves the coin that is sold too, by the estimate, and names how much would do', () => {
    within('8600', { perActionByCoin: btc })();
    const tooMuch = refused(saysLike('change.at-most', saysLike('limit.per-change', /0\.100\d+ BTC/, '0.1 BTC'), '8,599.99', 'USDT'));
    assert.throws(within('8601', { perActionByCoin: btc }), tooMuch);
    assert.throws(within('8600', { perActionByCoin: new Map([['USDT', d('8599')]]) }), refused(saysLike('limit.per-change')));
  });

  it('counts towards the day of both coins, with what it was decided on', () => {
    const before = within('4300', {})();
    const sold = written({ state: 'effective', sentAt: 1_000, figures: { readAt: 1, walletAvailable: d('0'), ...sell.decidedOn(before) } });
    assert.equal(sold.figures?.sold, '0.05');
    within('4300', { perDayByCoin: btc }, [sold])();
    assert.throws(within('4301', { perDayByCoin: btc }, [sold]), refused(saysLike('limit.per-day', '0.05 BTC')));
    assert.deepEqual(fromLine(toLine(sold)).figures?.sold, '0.05', 'also after a restart');
  });
});
