import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, amountOf, compare, decimalPlaces, isPositive, subtract } from '../../../../../src/core/decimal.ts';
import { english } from '../../../../../src/core/message.ts';
import type { Account, HistoryRow, Loan } from '../../../../../src/core/model.ts';
import { ltvAfterBorrowing, mostToBorrow } from '../../../../../src/core/risk/ltv.ts';
import { borrow, highestLtv, mostBorrowable } from '../../../../../src/engine/ledger/kinds/borrow.ts';
import { kinds } from '../../../../../src/engine/ledger/kinds/kinds.ts';
import { mustBeWithin } from '../../../../../src/engine/ledger/limit-checks.ts';
import type { LimitsInForce } from '../../../../../src/engine/ledger/limits.ts';
import type { Refusal } from '../../../../../src/engine/ledger/refusal.ts';
import type { BorrowPreview } from '../../../../../src/engine/ledger/preview.ts';
import { fromLine, isNewerLine, toLine } from '../../../../../src/engine/ledger/record-format.ts';
import type { BorrowWrite, WriteRecord } from '../../../../../src/engine/ledger/record.ts';
import { isReversible, reverseOf, undoable } from '../../../../../src/engine/ledger/undo.ts';
import type { Finding } from '../../../../../src/engine/ledger/write-states.ts';
import type { BorrowChange, BorrowProof, BorrowReadiness } from '../../../../../src/exchanges/exchange.ts';
import { says, saysLike } from '../../../../texts.ts';
import { holds } from '../../../property.ts';
import { account, d, noLimits, refused } from '../support.ts';
import { written } from '../written.ts';
import { borrowing, borrowWrite, readyToBorrow } from './borrow.ts';
import { loanOwing } from './repay.ts';

const preview = (change: Partial<BorrowChange> = {}, facts: Partial<BorrowReadiness> = {}, of: Partial<Account> = {}): BorrowPreview =>
  borrow.preview(account(of), borrowing(change), readyToBorrow(facts), d('1'));

describe('borrowing as it is asked for', () => {
  it('is complete, reduces, and carries an id that a venue takes; what does not belong to it is left out', () => {
    assert.deepEqual(borrow.check({ ...borrowing(), apiKey: 'k' } as BorrowChange), borrowing());
    const wrong = [
      { loan: { loanId: '' } },
      { loan: { loanId: '1', orderId: '' } },
      { direction: 'add' },
      { coin: '' },
      { amount: d('0') },
      { amount: 1 },
      { requestId: '' },
      { requestId: 'with-hyphens' },
      { requestId: undefined },
    ];
    for (const facts of wrong) {
      const check = () => borrow.check(borrowing(facts as Partial<BorrowChange>));
      assert.throws(check, refused(saysLike('change.incomplete')), JSON.stringify(facts));
    }
  });

  it('is never taken back, and takes back no addition of collateral', () => {
    assert.equal(isReversible(borrowing()), false);
    const evidence = { kind: 'history', id: '1001' } as const;
    assert.equal(reverseOf(borrowWrite({}, { state: 'effective', evidence }), 2), undefined);
    const added = written('c1', { state: 'effective', evidence, updatedAt: 1 });
    const borrowed = { ...borrowWrite({ coin: added.change.coin, amount: added.change.amount }), plannedAt: added.plannedAt + 1 };
    const loan = added.change.kind === 'collateral' ? added.change.loan : borrowed.change.loan;
    const records = [added, { ...borrowed, change: { ...borrowed.change, loan } }];
    assert.deepEqual(
      undoable(records, undefined, 2).map(({ change }) => change.amount),
      [added.change.amount],
    );
  });

  it('is kept in the journal as it is, in a format that older versions know to be newer', () => {
    const line = toLine(borrowWrite());
    assert.deepEqual(fromLine(line), borrowWrite());
    assert.match(line, /^\{"format":5,/);
    assert.equal(isNewerLine(line.replace('"format":5', '"format":6')), true);
    for (const [from, to] of [
      ['"reduce"', '"add"'],
      ['"requestId":"b1', '"requestId":"b-1'],
      ['"kind":"borrow","newest', '"kind":"repay","newest'],
    ] as const) {
      assert.throws(() => fromLine(line.replace(from, to)), /./, to);
    }
  });
});

describe('the preview of borrowing', () => {
  it('tells LTV, distance, debt and wallet afterwards', () => {
    const { ltvNow, ltvAfter, debtAfter, walletAfter, usd } = preview({ amount: d('4000') });
    assert.deepEqual(
      { ltvNow, ltvAfter, debtAfter, walletAfter, usd },
      { ltvNow: '0.58', ltvAfter: '0.638', debtAfter: '44000', walletAfter: '4050', usd: '4000' },
    );
  });

  it('is refused above what the exchange lends, what it has left, and the LTV at which it lends, naming how much would do', () => {
    const most = (why: RegExp, amount: string): RegExp => saysLike('change.at-most', why, amount, 'USDT');
    assert.throws(() => preview({ amount: d('501') }, { limit: d('500') }), refused(most(saysLike('borrow.more-than-lent'), '500')));
    assert.throws(() => preview({ amount: d('401') }, { room: d('400') }), refused(most(saysLike('borrow.more-than-left'), '400')));
    const startLtv = { ltv: d('0.60'), source: 'table' } as const;
    assert.throws(
      () => preview({ amount: d('2000') }, { startLtv }),
      refused(most(saysLike('borrow.above-start', '60.90%', '60.00%'), '1,379.31034482')),
    );
    assert.throws(() => preview({}, { limit: d('0') }), refused(saysLike('borrow.none', undefined, 'USDT')));
    assert.throws(() => preview({ amount: d('9') }, { minimum: d('10') }), refused(saysLike('collateral.minimum', '10', 'USDT')));
    assert.throws(() => preview({ amount: d('0.001') }, { places: 2 }), refused(saysLike('margin.decimals', '2', 'USDT')));
  });

  it('is refused where it would begin in danger, by the stricter of all lines: margin call, own threshold, own level', () => {
    // 5 % before the margin call at 73.74 %: 70.05 %, which is 8312 USDT more.
    assert.equal(preview({ amount: d('8312') }).ltvAfter, '0.700524');
    assert.throws(() => preview({ amount: d('8313') }), refused(saysLike('borrow.above-danger', undefined, '70.06%')));
    const own = { thresholds: { marginCall: d('0.65'), liquidation: d('0.8') } };
    assert.throws(() => preview({ amount: d('4000') }, {}, own), refused(saysLike('borrow.above-danger', undefined, '61.75%')));
    const levels = { levels: { 'loan:12345': { watch: d('0.5'), warn: d('0.3'), danger: d('0.15') } } };
    assert.throws(() => preview({ amount: d('4000') }, {}, levels), refused(saysLike('borrow.above-danger', undefined, '62.68%')));
    // Own levels never make it looser.
    const loose = { levels: { 'loan:12345': { watch: d('0.02'), warn: d('0.01'), danger: d('0.005') } } };
    assert.throws(() => preview({ amount: d('8313') }, {}, loose), refused(saysLike('borrow.above-danger')));
  });

  it('is refused where anything is unknown behind which danger could hide', () => {
    const several = loanOwing('40000', {
      debts: [
        { coin: 'USDT', amount: d('40000') },
        { coin: 'ETH', amount: d('10') },
      ],
    });
    const { marginCall: _call, ...uncalled } = loanOwing();
    for (const facts of [
      { loan: loanOwing('40000', { ltv: d('0') }) },
      { loan: several },
      { loan: uncalled },
      { owesMore: true as const },
    ]) {
      assert.throws(() => preview({}, facts), refused(saysLike('borrow.unclear')), JSON.stringify(facts));
    }
    const prices = new Map([
      ['USDT', d('1')],
      ['ETH', d('4000')],
    ]);
    assert.equal(preview({ amount: d('8000') }, { loan: several, prices }).ltvAfter, '0.638');
  });

  it('never lets an amount pass that its most does not cover, and always one that it does', () => {
    const amounts = fc.bigInt({ min: 1n, max: 2_000_000n }).map((steps) => amountOf(steps, 2));
    holds(
      fc.property(amounts, amounts, amounts, (amount, limit, room) => {
        const facts = { limit, room };
        const most = mostBorrowable(account(), 'USDT', readyToBorrow(facts))!;
        const attempt = () => preview({ amount }, facts);
        if (compare(amount, most) > 0) assert.throws(attempt, refused(/./));
        else assert.ok(compare(attempt().ltvAfter!, highestLtv(account(), readyToBorrow(facts))!.ltv) <= 0);
      }),
    );
  });

  it('computes LTV and the most of it so that one step more passes the line', () => {
    const line = fc.bigInt({ min: 5_900n, max: 9_000n }).map((steps) => amountOf(steps, 4));
    holds(
      fc.property(line, fc.integer({ min: 0, max: 8 }), (limit, places) => {
        const loan = loanOwing();
        const most = mostToBorrow(loan, 'USDT', limit, new Map(), places)!;
        assert.ok(isPositive(most) && decimalPlaces(most) <= places);
        assert.ok(compare(ltvAfterBorrowing(loan, 'USDT', most, new Map())!, limit) <= 0);
        const step = amountOf(1n, Math.min(places, 2));
        assert.ok(compare(ltvAfterBorrowing(loan, 'USDT', add(most, step), new Map())!, limit) > 0);
      }),
    );
    assert.equal(ltvAfterBorrowing(loanOwing(), 'ETH', d('1'), new Map()), undefined, 'not owed');
  });
});

describe('the last look before borrowing', () => {
  const shown = preview();
  const fresh = (debt: string, asOf: number, facts: Partial<Loan> = {}): BorrowPreview =>
    preview({}, { debt: d(debt), loan: loanOwing(debt, facts), asOf });
  it('lets interest pass, and nothing else', () => {
    borrow.mustBeAsShown(shown, fresh('40003', 2_000));
    for (const debt of ['39999', '40050']) {
      const look = (): void => {
        borrow.mustBeAsShown(shown, fresh(debt, 2_000));
      };
      assert.throws(look, refused(saysLike('change.changed-since')), debt);
    }
  });
});

const none = new Set<string>();
const judge = (record: BorrowWrite, proof: BorrowProof, claimed: ReadonlySet<string> = none, givenUp?: WriteRecord): Finding | undefined =>
  borrow.judge(record, proof, { claimed, givenUp, neverLeft: () => false });
const row = (facts: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{ id: '1001', type: 'borrowed', forced: false, coin: 'USDT', amount: d('100'), at: 2 },
  ...facts,
});
const shown = (debt: string, facts: { row?: HistoryRow; ltv?: string; asOf?: number; loan?: Loan } = {}): BorrowProof => ({
  state: 'effective',
  row: facts.row ?? row(),
  loan: facts.loan ?? loanOwing(debt, { ltv: d(facts.ltv ?? '0.5815') }),
  debt: d(debt),
  asOf: facts.asOf ?? 2_000,
});
const noteOf = (finding: Finding | undefined): string => (finding?.note === undefined ? '' : english(finding.note));

describe('a reading of what was borrowed', () => {
  it('proves it when row and debt agree, also where interest came on top', () => {
    assert.deepEqual(judge(borrowWrite(), shown('40100')), {
      type: 'proven',
      evidence: { kind: 'history', id: '1001', row: { type: 'borrowed', coin: 'USDT', amount: '100', at: 2 } },
      ltvAfter: '0.5815',
    });
    for (const debt of ['40100.2', '40103.9']) {
      const finding = judge(borrowWrite(), shown(debt));
      assert.deepEqual([finding?.type, noteOf(finding)], ['proven', ''], debt);
    }
  });

  it('proves nothing while figures lag behind, or the row is old, another write’s, or of another loan', () => {
    for (const debt of ['40000', '40000.5', '40004']) assert.equal(judge(borrowWrite(), shown(debt)), undefined, debt);
    assert.equal(judge(borrowWrite(), shown('40100', { row: row({ id: '1000' }) })), undefined);
    assert.equal(judge(borrowWrite(), shown('40100'), new Set(['1001'])), undefined);
    assert.equal(judge(borrowWrite({}, { reference: '1002' }), shown('40100')), undefined);
    assert.equal(judge(borrowWrite(), shown('40100', { loan: loanOwing('40100', { id: '67890' }) })), undefined);
    assert.equal(judge(borrowWrite(), { state: 'pending' }), undefined);
  });

  it('is a mismatch when the debt fell, or rose by twice the amount', () => {
    for (const debt of ['39900', '39999.99']) {
      const fell = judge(borrowWrite(), shown(debt));
      assert.equal(fell?.type, 'contradicted', debt);
      assert.match(noteOf(fell), saysLike('change.not-as-requested', says('repay.debt-in', 'USDT'), '40,000'));
    }
    for (const debt of ['40200', '40200.4']) {
      const twice = judge(borrowWrite(), shown(debt));
      assert.equal(twice?.type, 'contradicted', debt);
      assert.match(noteOf(twice), saysLike('collateral.may-be-twice'));
    }
  });

  it('is a mismatch by a row of another amount or coin, of force, or of a repayment', () => {
    for (const facts of [{ amount: d('99.99999999') }, { amount: d('200') }, { coin: 'USDC' }, { forced: true }]) {
      const finding = judge(borrowWrite(), shown('40100', { row: row(facts) }));
      assert.equal(finding?.type, 'contradicted', JSON.stringify(facts));
      assert.match(noteOf(finding), saysLike('collateral.booked-instead'));
    }
    const repaid = { state: 'contradicted', row: row({ type: 'repaid', amount: d('-100') }), loan: loanOwing('39900') } as const;
    for (const state of ['accepted', 'unknown'] as const)
      assert.equal(judge(borrowWrite({}, { state }), repaid)?.type, 'contradicted', `${state}: borrowing seen as a repayment`);
  });

  it('after a lost answer leaves to a person what somebody else may have borrowed', () => {
    const other = { state: 'contradicted', row: row({ amount: d('70') }), loan: loanOwing('40070') } as const;
    assert.equal(judge(borrowWrite({}, { state: 'unknown' }), other), undefined);
    assert.equal(judge(borrowWrite(), other)?.type, 'contradicted');
  });

  it('notes another rise, a loan that is gone, and LTV that fell for a reason the exchange gives', () => {
    assert.match(noteOf(judge(borrowWrite(), shown('40500'))), saysLike('collateral.something-else'));
    const { loan: _loan, ...gone } = shown('0') as Extract<BorrowProof, { readonly state: 'effective' }>;
    assert.match(noteOf(judge(borrowWrite(), gone)), saysLike('repay.gone'));
    assert.match(noteOf(judge(borrowWrite(), shown('40100', { ltv: '0.55' }))), saysLike('collateral.something-else'));
  });

  it('closes an accepted one that the exchange says failed, and no other', () => {
    const failed = { state: 'pending', failed: row({ type: 'borrowed_failed' }) } as const;
    assert.equal(judge(borrowWrite(), failed)?.type, 'failed');
    assert.equal(judge(borrowWrite({}, { state: 'unknown' }), failed), undefined);
  });

  it('whatever the debt says, calls proven only what rose, and never keeps quiet about a fall', () => {
    const moves = fc.bigInt({ min: -100_000n, max: 100_000n }).map((steps) => amountOf(steps, 2));
    holds(
      fc.property(moves, (move) => {
        const finding = judge(borrowWrite(), shown(add(d('40000'), move)));
        if (finding?.type === 'proven') assert.ok(isPositive(move));
        if (compare(move, d('0')) < 0) assert.equal(finding?.type, 'contradicted');
        if (compare(move, d('100')) === 0) assert.equal(finding?.type, 'proven');
      }),
    );
  });
});

describe('the limit for borrowing', () => {
  const at = { now: 100_000_000, steady: 100_000_000 };
  const within = (perDay: string | undefined, writes: readonly WriteRecord[] = [], amount = '100', limits: Partial<LimitsInForce> = {}) => {
    const inForce = { ...noLimits, ...(perDay === undefined ? {} : { borrowPerDayUsd: () => d(perDay) }), ...limits };
    return (): void => {
      mustBeWithin(inForce, kinds, preview({ amount: d(amount) }), writes, at);
    };
  };
  const earlier = (usd: string | undefined, facts: Partial<BorrowWrite> = {}): WriteRecord => {
    const figures = { readAt: 1, walletAvailable: d('1'), ...(usd === undefined ? {} : { usd: d(usd) }) };
    return borrowWrite({}, { state: 'effective', sentAt: at.now - 1_000, plannedAt: at.now - 1_000, figures, ...facts });
  };

  it('is nothing where no person allowed it, however armed the account and however high the other limits', () => {
    const none = saysLike('limit.no-borrowing', 'Main');
    assert.throws(within(undefined), refused(none));
    assert.throws(within('0'), refused(none));
    assert.throws(within(undefined, [], '100', { perActionUsd: d('1000000'), perDayUsd: d('1000000') }), refused(none));
  });

  it('counts what was borrowed within 24 hours, on this account and of any outcome that may have moved something', () => {
    within('100')();
    assert.throws(within('99.99'), (error: Refusal) => {
      // It is no setting, so no setting is offered.
      assert.deepEqual([error.remedy, error.instead], [undefined, ['less']]);
      return refused(saysLike('limit.borrow-per-day'))(error);
    });
    const asked = saysLike('change.at-most', saysLike('limit.borrow-per-day', '~$60.00', '~$100.00', '$150.00'), '90', 'USDT');
    assert.throws(within('150', [earlier('60')]), refused(asked));
    for (const state of ['accepted', 'unknown', 'mismatch', 'not-effective'] as const)
      assert.throws(within('150', [earlier('60', { state })]), refused(saysLike('limit.borrow-per-day')), state);
    within('150', [earlier('60', { state: 'rejected' })])();
    within('150', [earlier('60', { accountId: 'other' })])();
    within('150', [earlier('60', { sentAt: 1, plannedAt: 1 })])();
    within('150', [{ ...written('c1', { state: 'effective', updatedAt: 1 }), sentAt: at.now - 1 }])();
  });

  it('is not passed where a value in USD is unknown', () => {
    assert.throws(within('1000', [earlier(undefined)]), refused(saysLike('limit.borrow-unchecked')));
    const { usd: _usd, ...unpriced } = preview();
    const look = (): void => {
      mustBeWithin({ ...noLimits, borrowPerDayUsd: () => d('1000') }, kinds, unpriced, [], at);
    };
    assert.throws(look, refused(saysLike('limit.borrow-unchecked')));
  });

  it('stands beside all others: USD, coin, and the highest LTV after a removal', () => {
    assert.throws(within('1000', [], '100', { perActionUsd: d('50') }), refused(saysLike('change.at-most', undefined, '50', 'USDT')));
    const perDayByCoin = new Map([['USDT', d('40')]]);
    assert.throws(within('1000', [], '100', { perDayByCoin }), refused(saysLike('change.at-most', undefined, '40', 'USDT')));
    const highestLtvAfterReduction = d('0.581');
    assert.throws(
      within('1000', [], '100', { highestLtvAfterReduction }),
      refused(saysLike('change.at-most', saysLike('limit.ltv-after'), '68.96551724', 'USDT')),
    );
    // What stays in the wallet is no concern of what comes into it.
    within('1000', [], '100', { keepInWallet: new Map([['USDT', d('100000')]]) })();
  });

  it('holds whatever was borrowed before: the sum never passes it', () => {
    const usd = fc.bigInt({ min: 1n, max: 100_000n }).map((steps) => amountOf(steps, 2));
    holds(
      fc.property(fc.array(usd, { maxLength: 5 }), usd, usd, (before, amount, perDay) => {
        const writes = before.map((one, index) => ({ ...earlier(one), id: `b${index.toString()}` }));
        const sum = before.reduce((all, one) => add(all, one), d('0'));
        const passes = compare(add(sum, amount), perDay) <= 0;
        const attempt = within(perDay, writes, amount);
        if (passes && compare(subtract(perDay, sum), d('0')) > 0) attempt();
        else assert.throws(attempt, refused(/./));
      }),
    );
  });
});
