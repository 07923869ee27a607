import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, subtract, zero, type Decimal } from '../../../../src/core/decimal.ts';
import type { Loan } from '../../../../src/core/model.ts';
import type { LoanRef } from '../../../../src/exchanges/exchange.ts';
import type { Repayment } from '../../../../src/exchanges/bybit/loan-generation.ts';
import { rowsSince } from '../../../../src/exchanges/bybit/loan-proof.ts';
import { judgeRepayment } from '../../../../src/exchanges/bybit/repay-proof.ts';
import { failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { pool, refusal, repayment, sampled, success } from './bench.ts';

const baseline = { kind: 'repay' as const, newestHistoryId: '9007199254740993', debt: decimal('5') };
/** Newer than the baseline only for those who do not count in floats. */
const next = '9007199254740994';
const later = '9007199254740995';

const row = (amount: string, more: Partial<Repayment> = {}): Repayment => ({
  id: next,
  type: 'repaid',
  forced: false,
  coin: 'BTC',
  amount: decimal(amount),
  at: 1,
  status: 'done',
  byUser: true,
  ...more,
});
const loan: Loan = { id: 'pool', collateralValuation: 'adjusted', debts: [], collateral: [] };
const asked = repayment({ amount: decimal('0.08') });
/** All of 5, rounded up to two decimals. */
const whole = repayment({ amount: decimal('5.01'), all: true });
const old = { id: '9007199254740992' };
const failed = { status: 'failed' } as const;
const processing = { status: 'processing' } as const;
const another = { id: later };

type Row = readonly [name: string, rows: readonly Repayment[], debt: string, state: string];

const judged = (change: typeof asked, rows: readonly Repayment[], debt: string, reference?: string) =>
  judgeRepayment(change, baseline, { rows, debt: decimal(debt), loan, asOf: 7 }, reference);

describe('the judgement of a repayment of 0.08 of 5 BTC that has an id', () => {
  const rows: readonly Row[] = [
    ['its row, and the debt down by it', [row('0.08')], '4.92', 'effective'],
    ['its row, written with other zeros', [row('0.0800')], '4.920', 'effective'],
    ['its row, and interest on top', [row('0.08')], '4.9201', 'effective'],
    ['its row, and the debt paid off by somebody else', [row('0.08')], '0', 'effective'],
    ['its row beside a larger repayment', [row('0.08'), row('1', another)], '3.92', 'effective'],
    ['its row, and the debt not moved yet', [row('0.08')], '5', 'pending'],
    ['its row, and the debt not moved but for interest', [row('0.08')], '5.0001', 'pending'],
    ['its row, and the debt up by some other amount: borrowed elsewhere', [row('0.08')], '6', 'pending'],
    ['its row, and the debt up by just as much', [row('0.08')], '5.08', 'contradicted'],
    ['its row, and the debt up by just as much and interest', [row('0.08')], '5.0801', 'contradicted'],
    ['a smaller amount, and the debt down by it', [row('0.04')], '4.96', 'contradicted'],
    ['a smaller amount, and the debt not moved', [row('0.04')], '5', 'contradicted'],
    ['a larger amount', [row('0.8')], '4.2', 'contradicted'],
    ['a larger amount, and the debt gone', [row('5')], '0', 'contradicted'],
    ['no amount', [row('0')], '0', 'contradicted'],
    ['a negative amount', [row('-0.08')], '5.08', 'contradicted'],
    ['another coin', [row('0.08', { coin: 'ETH' })], '4.92', 'contradicted'],
    ['less than asked although the debt is gone', [row('0.03')], '0', 'contradicted'],
    ['its row under way', [row('0.08', processing)], '4.92', 'pending'],
    ['another amount under way', [row('0.8', processing)], '4.2', 'pending'],
    ['its row, but of before the baseline', [row('0.08', old)], '4.92', 'pending'],
    ['only an alike row of somebody else', [row('0.08', another)], '4.92', 'pending'],
    ['its row among alike ones', [row('0.08'), row('0.08', another)], '4.84', 'effective'],
    ['no row', [], '4.92', 'pending'],
  ];
  for (const [name, list, debt, state] of rows) {
    it(`is ${state} for ${name}`, () => {
      const proof = judged(asked, list, debt, next);
      assert.equal(proof.state, state);
      if (proof.state === 'pending') assert.equal(proof.failed, undefined);
      else assert.deepEqual([proof.row.id, Object.keys(proof.row)], [next, ['id', 'type', 'forced', 'coin', 'amount', 'at']]);
      if (proof.state === 'effective') assert.deepEqual([compare(proof.debt, decimal(debt)), proof.asOf], [0, 7]);
    });
  }

  it('names the row by which Bybit says that it failed, if the debt agrees', () => {
    for (const [list, debt, name] of [
      [[row('0.08', failed)], '5', next],
      [[row('0.08', failed)], '5.0001', next],
      [[row('0.08', failed), row('1', another)], '4', next],
      [[row('0.08', failed)], '4.92', undefined],
      [[row('0.08', failed)], '0', undefined],
      [[row('0.08', failed)], '6', undefined],
      [[row('0.08', { ...failed, ...old })], '5', undefined],
    ] as const) {
      const proof = judged(asked, list, debt, next);
      assert.deepEqual([proof.state, proof.state === 'pending' && proof.failed?.id], ['pending', name], debt);
    }
  });

  it('takes a rise that is seen days later for anything', () => {
    for (const [hours, state] of [
      [23, 'contradicted'],
      [25, 'pending'],
    ] as const) {
      const reading = { rows: [row('0.08')], debt: decimal('5.08'), loan, asOf: hours * 3_600_000 };
      assert.equal(judgeRepayment(asked, baseline, reading, next).state, state);
    }
  });

  it('says so when the loan is gone', () => {
    const proof = judgeRepayment(asked, baseline, { rows: [row('0.08')], debt: zero, loan: undefined, asOf: 7 }, next);
    assert.equal(proof.state, 'effective');
    assert.deepEqual([proof.loan, proof.debt], [undefined, '0']);
  });
});

describe('the judgement of a repayment of all, rounded up to 5.01', () => {
  const rows: readonly Row[] = [
    ['all of it', [row('5')], '0', 'effective'],
    ['all of it with interest of meanwhile', [row('5.0003')], '0', 'effective'],
    ['the whole amount', [row('5.01')], '0', 'effective'],
    ['a little more, as of interest of meanwhile', [row('5.0104')], '0', 'effective'],
    ['the whole amount, and a remainder of interest', [row('5.01')], '0.0004', 'effective'],
    ['less than was owed, and a remainder', [row('4.999')], '0.001', 'contradicted'],
    ['half of it', [row('2.505')], '2.495', 'contradicted'],
    ['more than was asked', [row('5.02')], '0', 'contradicted'],
    ['nothing of it', [row('0')], '5', 'contradicted'],
    ['all of it, and the debt not moved yet', [row('5.01')], '5', 'pending'],
  ];
  for (const [name, list, debt, state] of rows) {
    it(`is ${state} for ${name}`, () => {
      assert.equal(judged(whole, list, debt, next).state, state);
    });
  }

  it('is tied without an id by what was owed or the amount, no less', () => {
    for (const [amount, debt, state] of [
      ['5', '0', 'effective'],
      ['5.01', '0', 'effective'],
      ['5.005', '0', 'effective'],
      ['4.99', '0', 'pending'],
      ['5.02', '0', 'pending'],
    ] as const) {
      assert.equal(judged(whole, [row(amount)], debt).state, state, amount);
    }
  });
});

describe('the judgement of a repayment whose answer was lost', () => {
  const rows: readonly Row[] = [
    ['one row like it that explains the debt', [row('0.08')], '4.92', 'effective'],
    ['one row like it, and interest', [row('0.08')], '4.9203', 'effective'],
    ['one row like it beside another repayment', [row('0.08'), row('1', another)], '3.92', 'effective'],
    ['one row like it, and less debt than the rows explain', [row('0.08')], '4.9', 'pending'],
    ['one row like it, and more debt than the rows explain', [row('0.08')], '4.96', 'pending'],
    ['one row like it, and the debt not moved yet', [row('0.08')], '5', 'pending'],
    ['one row like it, and the debt up by just as much', [row('0.08')], '5.08', 'pending'],
    ['two rows like it: it may have been done twice', [row('0.08'), row('0.08', another)], '4.84', 'pending'],
    ['two rows like it of which one failed', [row('0.08'), row('0.08', { ...failed, ...another })], '4.92', 'pending'],
    ['two rows like it of which one is under way', [row('0.08'), row('0.08', { ...processing, ...another })], '4.92', 'pending'],
    ['its row under way', [row('0.08', processing)], '5', 'pending'],
    ['a row of another amount', [row('0.8')], '4.2', 'pending'],
    ['a row of a smaller amount that was the last of the debt', [row('0.03')], '0', 'pending'],
    ['a row like it of another coin', [row('0.08', { coin: 'ETH' })], '4.92', 'pending'],
    ['a row like it that a liquidation made', [row('0.08', { byUser: false })], '4.92', 'pending'],
    ['a row like it of before the baseline', [row('0.08', old)], '4.92', 'pending'],
    ['no row', [], '4.92', 'pending'],
  ];
  for (const [name, list, debt, state] of rows) {
    it(`is ${state} for ${name}`, () => {
      assert.equal(judged(asked, list, debt).state, state);
    });
  }

  it('is never contradicted: a row that differs may be of somebody else', () => {
    const anyRow = fc.record({
      amount: fc.constantFrom('0.08', '0.04', '0.8', '5', '-0.08', '0'),
      status: fc.constantFrom<Repayment['status']>('done', 'processing', 'failed'),
      coin: fc.constantFrom('BTC', 'ETH'),
      byUser: fc.boolean(),
    });
    holds(
      fc.property(fc.array(anyRow, { maxLength: 4 }), fc.constantFrom('0', '4.2', '4.92', '5', '5.08'), (some, debt) => {
        const list = some.map(({ amount, ...more }, at) => row(amount, { ...more, id: `${next}${at.toString()}` }));
        const proof = judged(asked, list, debt);
        assert.notEqual(proof.state, 'contradicted');
        if (proof.state === 'effective') {
          const own = some.filter(({ amount, coin, byUser }) => amount === '0.08' && coin === 'BTC' && byUser);
          assert.deepEqual([own.length, own[0]?.status], [1, 'done']);
          assert.ok(compare(decimal(debt), baseline.debt) < 0);
        }
      }),
    );
  });
});

it('reads a row once that stands on two pages, because a newer one came between: as the later page has it', async () => {
  const third = { id: '9007199254740996' };
  const pages = [
    { rows: [row('1', third), row('0.08', { ...processing, ...another })], odd: [], older: 'next' },
    { rows: [row('0.08', another), row('0.5')], odd: [] },
  ];
  const { rows } = await rowsSince(async () => pages.shift() ?? { rows: [], odd: [] }, 'BTC', baseline.newestHistoryId);
  assert.deepEqual(
    rows.map(({ id, status }) => [id, status]),
    [
      [third.id, 'done'],
      [later, 'done'],
      [next, 'done'],
    ],
  );
});

describe('the judgement of any repayment', () => {
  const amount = fc.bigInt({ min: 1n, max: 5n * 10n ** 18n }).map((units) => {
    const digits = units.toString().padStart(19, '0');
    return decimal(`${digits.slice(0, -18)}.${digits.slice(-18)}`);
  });

  it('is effective for what was asked, and contradicted when just as much was lent', () => {
    holds(
      fc.property(amount, (size) => {
        const change = repayment({ amount: size });
        const text = (value: Decimal): string => value;
        assert.equal(judged(change, [row(size)], text(subtract(baseline.debt, size)), next).state, 'effective');
        assert.equal(judged(change, [row(size)], text(add(baseline.debt, size)), next).state, 'contradicted');
      }),
    );
  });

  it('is never effective while the debt is not below what was owed', () => {
    holds(
      fc.property(amount, fc.constantFrom('5', '5.01', '7'), fc.boolean(), fc.boolean(), (size, debt, all, named) => {
        const change = repayment({ amount: size, all });
        assert.notEqual(judged(change, [row(size)], debt, named ? next : undefined).state, 'effective');
      }),
    );
  });
});

describe('proving a repayment of the pool', () => {
  const debts = '/crypto-loan-flexible/ongoing-coin';
  const repayments = '/crypto-loan-flexible/repayment-history';
  const line = (more: object = {}): object => ({
    loanCurrency: 'BTC',
    repayAmount: '0.005',
    repayId: '1774',
    repayStatus: 1,
    repayTime: 1_752_570_731_274,
    repayType: 1,
    ...more,
  });
  const list = (...rows: object[]): string => success({ list: rows, nextPageCursor: '' });
  const before = { kind: 'repay' as const, newestHistoryId: '1773', debt: decimal('0.093') };
  const owed = (totalDebt: unknown): string =>
    success({ list: [{ loanCurrency: 'BTC', totalDebt, unpaidAmount: '0', unpaidInterest: '0', hourlyInterestRate: '0' }] });

  const nothing = success({ list: [] });

  /** The proof, and the questions it took: by id, all rows, the debt. */
  async function prove(byId: object[], all: object[], { debt = owed('0.088'), named = true, paid = false } = {}) {
    const { venue, connection } = sampled();
    venue.on(repayments, () => new Response(list(...(venue.seen.at(-1)!.url.searchParams.has('repayId') ? byId : all)))).on(debts, debt);
    // What is paid is in neither list.
    if (paid) venue.on('/crypto-loan-common/position', success({ ltv: '0', totalDebt: '0', borrowList: [], collateralList: [] }));
    const proving = connection.actions.repay!.prove(repayment(), before, named ? { reference: '1774' } : {});
    const proof = await proving.catch(() => undefined);
    const questions = venue.seen.flatMap(({ url }) => {
      if (url.pathname.endsWith('/position')) return [];
      return url.pathname.endsWith(debts) ? ['debt'] : url.searchParams.has('repayId') ? ['id'] : ['all'];
    });
    return { proof, asked: questions.join(' '), venue };
  }

  it('asks for its row by the id, then for the debt', async () => {
    const { proof, asked: questions, venue } = await prove([line()], []);
    assert.ok(proof?.state === 'effective');
    assert.deepEqual([proof.row.id, proof.row.type, proof.debt, proof.loan?.id], ['1774', 'repaid', '0.088', 'pool']);
    assert.equal(questions, 'id debt');
    assert.deepEqual(
      [venue.to(repayments)[0]?.url.search, venue.to(debts)[0]?.url.search],
      ['?repayId=1774&limit=100', '?loanCurrency=BTC'],
    );
  });

  const cases: readonly (readonly [string, object[], object[], string, string, string?])[] = [
    ['its row under way', [line({ repayStatus: 2 })], [], 'pending', 'id'],
    ['a status nobody knows', [line({ repayStatus: 4 })], [], 'pending', 'id'],
    ['a status that is missing', [line({ repayStatus: undefined })], [], 'pending', 'id'],
    ['a status that is empty', [line({ repayStatus: '' })], [], 'pending', 'id'],
    ['a status that is text', [line({ repayStatus: '1' })], [], 'effective', 'id debt'],
    ['its row without an amount', [line({ repayAmount: '' })], [line({ repayAmount: '' })], 'pending', 'id all'],
    ['its row without a coin', [line({ loanCurrency: '' })], [line({ loanCurrency: '' })], 'pending', 'id all'],
    ['its row with a time in seconds', [line({ repayTime: 1_752_570_731 })], [line({ repayTime: 1_752_570_731 })], 'pending', 'id all'],
    ['its row twice, each otherwise', [line(), line({ repayAmount: '0.1' })], [line(), line({ repayAmount: '0.1' })], 'pending', 'id all'],
    ['its row twice, alike', [line(), line()], [], 'effective', 'id debt'],
    ['its row with another amount', [line({ repayAmount: '0.05' })], [], 'contradicted', 'id debt'],
    ['its row with another coin', [line({ loanCurrency: 'ETH' })], [], 'contradicted', 'id debt'],
    ['no row by its id, but in the list', [], [line()], 'effective', 'id all debt'],
    ['a foreign row although asked by id', [line({ repayId: '1775' })], [line({ repayId: '1775' })], 'pending', 'id all'],
    ['no row at all', [], [], 'pending', 'id all'],
    ['its row beside one that is not understood', [], [line(), line({ repayId: '1775', repayAmount: null })], 'pending', 'id all'],
    ['its row, and a debt that is paid', [line()], [], 'effective', 'id debt', nothing],
    ['its row, and another debt only', [line()], [], 'contradicted', 'id debt', owed('0.098')],
  ];
  for (const [name, byId, all, state, questions, debt] of cases) {
    it(`is ${state} for ${name}`, async () => {
      const paid = debt === nothing;
      const { proof, asked: sent } = await prove(byId, all, { ...(debt === undefined ? {} : { debt }), paid });
      assert.deepEqual([proof?.state, sent], [state, questions]);
      if (proof?.state === 'effective' && paid) assert.deepEqual([proof.loan, proof.debt], [undefined, '0']);
    });
  }

  it('is no proof while the debt cannot be read, is empty, or is missing from one list only', async () => {
    for (const debt of [owed(''), owed('-1'), owed(0.088), nothing, success({}), refusal('10016')]) {
      const { proof } = await prove([line()], [], { debt });
      assert.equal(proof, undefined, debt);
    }
  });

  it('names its row when Bybit says that it failed, after all other rows', async () => {
    const { proof, asked: questions } = await prove([line({ repayStatus: 3 })], [line({ repayStatus: 3 })], { debt: owed('0.093') });
    assert.ok(proof?.state === 'pending');
    assert.deepEqual([proof.failed?.id, questions], ['1774', 'id all debt']);
    const odd = await prove([line({ repayStatus: 3 })], [line({ repayStatus: 3 }), line({ repayId: '1775', repayAmount: '' })], {
      debt: owed('0.093'),
    });
    assert.ok(odd.proof?.state === 'pending' && odd.proof.failed === undefined);
  });

  it('reads the list when its answer was lost, and takes a row that is the only one', async () => {
    const { proof, asked: questions } = await prove([], [line()], { named: false });
    assert.deepEqual([proof?.state, questions], ['effective', 'all debt']);
    const twice = await prove([], [line(), line({ repayId: '1775' })], { debt: owed('0.083'), named: false });
    assert.equal(twice.proof?.state, 'pending');
  });

  it('reads on until it meets the baseline', async () => {
    const { venue, connection } = sampled();
    const many = Array.from({ length: 100 }, (_, at) => line({ repayId: (4000 - at).toString(), repayAmount: '7', repayStatus: 3 }));
    venue.on(repayments, success({ list: many, nextPageCursor: '3901' }), list(line(), line({ repayId: '1773' }))).on(debts, owed('0.088'));
    const proof = await connection.actions.repay!.prove(repayment(), before, {});
    assert.deepEqual([proof.state, venue.to(repayments).length], ['effective', 2]);
  });

  it('of an old order takes no row of another order, nor one without an order', async () => {
    const ref: LoanRef = { loanId: '1793683005081680384', orderId: '1793683005081680384' };
    const change = repayment({ loan: ref, coin: 'USDT', amount: decimal('100') });
    const debt = decimal('1988.045358');
    for (const [orderId, state] of [
      [ref.orderId, 'effective'],
      ['1793683005081680385', 'pending'],
      [undefined, 'pending'],
      ['', 'pending'],
    ] as const) {
      const { venue, connection } = sampled();
      const one = line({
        loanCurrency: 'USDT',
        repayAmount: '100',
        repayId: '1794271131730737664',
        repayTime: '1728629786875',
        repayType: '1',
        orderId,
      });
      const orders = {
        orderId: ref.orderId,
        loanCurrency: 'USDT',
        collateralCurrency: 'BTC',
        collateralAmount: '0.0964687',
        currentLTV: '0.4',
        totalDebt: '1888.005198',
        residualInterest: '0.04016',
      };
      venue.on('/crypto-loan/repayment-history', list(one)).on('/crypto-loan/ongoing-orders', list(orders));
      const proof = await connection.actions.repay!.prove(change, { kind: 'repay', debt }, { reference: '1794271131730737664' });
      assert.equal(proof.state, state, orderId);
    }
  });

  it('of an old order that is gone is its row', async () => {
    const ref: LoanRef = { loanId: '1794267532472646144', orderId: '1794267532472646144' };
    const change = repayment({ loan: ref, coin: 'USDT', amount: decimal('100'), all: true });
    const { venue, connection } = sampled();
    venue.on('/crypto-loan/ongoing-orders', list());
    const proof = await connection.actions.repay!.prove(
      change,
      { kind: 'repay', debt: decimal('99.99') },
      { reference: '1794271131730737664' },
    );
    assert.ok(proof.state === 'effective');
    assert.deepEqual([proof.loan, proof.debt, proof.row.id], [undefined, '0', '1794271131730737664']);
  });

  it('keeps to the loan that was named', async () => {
    const { connection } = sampled();
    const proving = connection.actions.repay!.prove(repayment({ loan: { ...pool, orderId: '1' } }), before, {});
    assert.equal((await failureOf(proving)).kind, 'refused');
  });
});

describe('proving a repayment of a fixed contract', () => {
  const repayments = '/crypto-loan-fixed/repayment-history';
  const part = (loanId: string, repayAmount: string): object => ({ loanCurrency: 'ETH', loanId, repayAmount });
  const line = (more: object = {}): object => ({
    details: [part('571', '1.4')],
    loanCurrency: 'ETH',
    repayAmount: '1.4',
    repayId: '1783',
    repayStatus: 1,
    repayTime: 1_752_717_174_353,
    repayType: 1,
    ...more,
  });
  const contract = (more: object = {}): object => ({
    loanId: '571',
    borrowCurrency: 'ETH',
    residualPrincipal: '1.4',
    residualPenaltyInterest: '0',
    status: 1,
    ...more,
  });
  const paid = contract({ residualPrincipal: '0', status: 2 });
  const before = { kind: 'repay' as const, newestHistoryId: '1782', debt: decimal('1.4') };
  const change = repayment({ coin: 'ETH', contract: '571', amount: decimal('1.4'), all: true });
  const list = (...rows: object[]): string => success({ list: rows, nextPageCursor: '' });

  async function prove(rows: object[], contracts: object[], reference?: string) {
    const { venue, connection } = sampled();
    venue
      .on(repayments, list(...rows))
      .on('/crypto-loan-fixed/borrow-contract-info', list(...contracts))
      .on('/crypto-loan-flexible/ongoing-coin', success({ list: [] }));
    const proof = await connection.actions
      .repay!.prove(change, before, reference === undefined ? {} : { reference })
      .catch(() => undefined);
    return { proof, venue };
  }

  const cases: readonly (readonly [
    name: string,
    rows: object[],
    contracts: object[],
    named: string | undefined,
    lost: string | undefined,
  ])[] = [
    ['its row, and the contract repaid', [line()], [paid], 'effective', 'effective'],
    ['its row, and the contract not repaid yet', [line()], [contract()], 'pending', 'pending'],
    ['its row, and a contract that owes twice as much', [line()], [contract({ residualPrincipal: '2.8' })], 'contradicted', 'pending'],
    ['its row under way', [line({ repayStatus: 2 })], [contract()], 'pending', 'pending'],
    ['a row of half of it', [line({ repayAmount: '0.7' })], [contract({ residualPrincipal: '0.7' })], 'contradicted', 'pending'],
    ['a row of another contract', [line({ details: [part('568', '1.4')] })], [contract()], 'contradicted', 'pending'],
    [
      'a row of two contracts',
      [line({ details: [part('568', '0.1'), part('571', '1.4')], repayAmount: '1.5' })],
      [paid],
      'contradicted',
      'pending',
    ],
    ['a row with a penalty of meanwhile', [line({ repayAmount: '1.40001' })], [paid], 'effective', 'effective'],
    ['a row that names no contract', [line({ details: [] })], [paid], 'pending', 'pending'],
    ['a row without details', [line({ details: undefined })], [paid], 'pending', 'pending'],
    ['a row with details that cannot be read', [line({ details: [{}] })], [paid], 'pending', 'pending'],
    ['a row that was made by itself', [line({ repayType: 3 })], [paid], 'effective', 'pending'],
    ['its row, and a contract that is unreadable', [line()], [contract({ residualPrincipal: '' })], undefined, undefined],
    ['its row, and no contract although the position has one', [line()], [], undefined, undefined],
    ['no row', [], [paid], 'pending', 'pending'],
  ];
  for (const [name, rows, contracts, named, lost] of cases) {
    it(`is ${named ?? 'not told'}, and ${lost ?? 'not told'} without an id, for ${name}`, async () => {
      assert.equal((await prove(rows, contracts, '1783')).proof?.state, named);
      assert.equal((await prove(rows, contracts)).proof?.state, lost);
    });
  }

  it('names the row that failed, and asks by contract and coin', async () => {
    const { proof, venue } = await prove([line({ repayStatus: 3 })], [contract()], '1783');
    assert.ok(proof?.state === 'pending');
    assert.equal(proof.failed?.id, '1783');
    assert.deepEqual(
      venue.to(repayments).map(({ url }) => url.search),
      ['?repayId=1783&limit=100', '?limit=100'],
    );
    assert.equal(venue.to('/borrow-contract-info')[0]?.url.search, '?loanId=571&limit=100');
  });
});
