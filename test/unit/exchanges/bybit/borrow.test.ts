import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, subtract } from '../../../../src/core/decimal.ts';
import type { Loan } from '../../../../src/core/model.ts';
import { judgeBorrowing } from '../../../../src/exchanges/bybit/borrow-proof.ts';
import type { Borrowed } from '../../../../src/exchanges/bybit/loan-generation.ts';
import type { BorrowChange } from '../../../../src/exchanges/exchange.ts';
import { says, saysLike } from '../../../texts.ts';
import { holds } from '../../property.ts';
import { failureOf } from '../bench.ts';
import { order, pool, refusal, sampled, success } from './bench.ts';

const asked = (facts: Partial<BorrowChange> = {}): BorrowChange => ({
  ...{ kind: 'borrow', loan: pool, direction: 'reduce', coin: 'BTC', amount: decimal('0.08'), requestId: 'a1' },
  ...facts,
});
const debts = '/crypto-loan-flexible/ongoing-coin';
const lending = '/crypto-loan-common/loanable-data';
const inventory = '/crypto-loan-flexible/available-inventory';
const history = '/crypto-loan-flexible/borrow-history';
const owed = (totalDebt: string): string =>
  success({ list: [{ loanCurrency: 'BTC', totalDebt, unpaidInterest: '0.00000022', hourlyInterestRate: '0.0000001361462' }] });
const lent = (...rows: object[]): string => success({ list: rows.map((one) => ({ currency: 'BTC', flexibleBorrowable: true, ...one })) });

/** The sample account with its flexible debt of BTC. */
function owing() {
  const one = sampled();
  one.venue
    .on(debts, owed('0.08800022'))
    .on(lending, lent({ flexibleBorrowingAccuracy: 4, minFlexibleBorrowingAmount: '0.001', flexibleAnnualizedInterestRate: '0.0012' }))
    .on(inventory, success({ currency: 'BTC', availableInventory: '3.5', updateTime: '1752628288472' }));
  return one;
}

describe('a request to borrow more at Bybit', () => {
  it('leaves once, in the very bytes of the documentation, and is known by the id of its answer', async () => {
    const { venue, connection } = sampled();
    const [path, body] = ['/v5/crypto-loan-flexible/borrow', '{"loanCurrency":"BTC","loanAmount":"0.08"}'];
    assert.deepEqual(connection.actions.borrow!.describe(asked()), { method: 'POST', path, body });
    assert.deepEqual(await connection.actions.borrow!.send(asked()), { reference: '1363' });
    assert.deepEqual(
      venue.seen.map(({ method, target, body: sent }) => [method, target, sent]),
      [['POST', path, body]],
    );
  });

  it('that could be meant otherwise is not sent: an old order, a fixed contract and a loan of no name lend nothing here', async () => {
    const { venue, connection } = sampled();
    const odd: readonly Partial<Record<keyof BorrowChange, unknown>>[] = [
      { direction: 'add' },
      { direction: 'borrow' },
      { coin: '' },
      { amount: '0' },
      { amount: '-1' },
      { amount: 0.005 },
      { loan: order },
      { loan: { loanId: 'pool', orderId: '571' } },
      { loan: { loanId: '1' } },
    ];
    for (const part of odd) {
      const change = { ...asked(), ...part } as BorrowChange;
      const error = await failureOf(connection.actions.borrow!.send(change));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], JSON.stringify(part));
      if ('loan' in part) assert.equal((await failureOf(connection.actions.borrow!.prepare(change))).kind, 'refused');
    }
    const { message } = await failureOf(connection.actions.borrow!.prepare({ loan: order, coin: 'USDT' }));
    assert.equal(message, says('borrow.elsewhere', 'Bybit'));
    assert.deepEqual(venue.seen, []);
  });

  it('is sent once whatever happens to its answer, and an answer without an id is no refusal', async () => {
    for (const reply of [new Response('', { status: 502 }), '{"retCode":10000,"retMsg":""}', '{"retCode":0', refusal('999999')]) {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan-flexible/borrow', reply);
      assert.equal((await failureOf(connection.actions.borrow!.send(asked()))).effect, 'unknown');
      assert.equal(venue.seen.length, 1);
    }
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-flexible/borrow', success({}));
    assert.deepEqual(await connection.actions.borrow!.send(asked()), {});
  });
});

describe('what borrowing more at Bybit is decided on', () => {
  const read = ({ connection }: ReturnType<typeof owing>) => connection.actions.borrow!.prepare({ loan: pool, coin: 'BTC' });

  it('is debt, rate, wallet, newest row, what Bybit lends and what it has left, and the highest LTV of its help page', async () => {
    const told = await read(owing());
    assert.deepEqual(told.baseline, { kind: 'borrow', newestHistoryId: '1364', debt: '0.08800022', ltv: '0.524344' });
    assert.deepEqual([told.limit, told.room, told.minimum, told.places], ['0.1722', '3.5', '0.001', 4]);
    assert.deepEqual([told.startLtv?.ltv, told.startLtv?.source], ['0.80', 'table']);
    assert.ok(told.rate !== undefined && compare(told.rate, decimal('0.00119')) > 0);
  });

  it('takes the strictest terms where they differ by level, and says what it does not know', async () => {
    const one = owing();
    one.venue
      .on(
        lending,
        lent(
          { flexibleBorrowingAccuracy: 6, minFlexibleBorrowingAmount: '0.001' },
          { flexibleBorrowingAccuracy: 4, minFlexibleBorrowingAmount: '0.01' },
          { vipLevel: 'PRO1' },
        ),
      )
      .on(inventory, refusal('10005'))
      .on('/crypto-loan-common/max-loan', success({ currency: 'BTC', maxLoan: '0.1722' }));
    const told = await read(one);
    assert.deepEqual([told.places, told.minimum, told.room], [4, '0.01', undefined]);
  });

  it('is refused for a coin that is not owed or not lent, and where Bybit does not say how much it lends', async () => {
    const notLent = owing();
    notLent.venue.on(lending, lent({ flexibleBorrowable: false }));
    assert.equal((await failureOf(read(notLent))).message, says('venue.coin-not-allowed', 'Bybit'));
    const other = owing();
    other.venue.on('/crypto-loan-common/max-loan', success({ currency: 'ETH', maxLoan: '5' }));
    assert.match((await failureOf(read(other))).message, saysLike('venue.unsaid', 'Bybit', says('figure.borrowable', 'BTC')));
    const unowed = await failureOf(owing().connection.actions.borrow!.prepare({ loan: pool, coin: 'SOL' }));
    assert.equal(unowed.message, says('repay.nothing-owed', 'SOL'));
  });

  it('is not decided where a row of its history has no id', async () => {
    const one = owing();
    one.venue.on(history, success({ list: [{ loanCurrency: 'BTC', initialLoanAmount: '1', borrowTime: 1752569950643, status: 1 }] }));
    assert.equal((await failureOf(read(one))).kind, 'shape');
  });
});

const baseline = { kind: 'borrow' as const, newestHistoryId: '9007199254740993', debt: decimal('5') };
/** Newer than the baseline only for those who do not count in floats. */
const next = '9007199254740994';
const later = { id: '9007199254740995' };
const row = (amount: string, more: Partial<Borrowed> = {}): Borrowed => ({
  ...{ id: next, type: 'borrowed', forced: false, coin: 'BTC', amount: decimal(amount), at: 1, status: 'done' },
  ...more,
});
const loan: Loan = { id: 'pool', collateralValuation: 'adjusted', debts: [], collateral: [] };
const judged = (rows: readonly Borrowed[], debt: string, reference?: string) =>
  judgeBorrowing(asked(), baseline, { rows, debt: decimal(debt), loan, asOf: 7 }, reference);

describe('the judgement of 0.08 BTC borrowed on 5 that has an id', () => {
  for (const [name, rows, debt, state] of [
    ['its row, and the debt up by it', [row('0.08')], '5.08', 'effective'],
    ['its row, and interest on top', [row('0.08')], '5.0801', 'effective'],
    ['its row beside a larger one', [row('0.08'), row('1', later)], '6.08', 'effective'],
    ['its row, and the debt not moved yet', [row('0.08')], '5', 'pending'],
    ['its row, and the debt down by some other amount', [row('0.08')], '4', 'pending'],
    ['its row, and the debt down by just as much', [row('0.08')], '4.92', 'contradicted'],
    ['a smaller amount', [row('0.04')], '5.04', 'contradicted'],
    ['a larger amount', [row('0.8')], '5.8', 'contradicted'],
    ['another coin', [row('0.08', { coin: 'ETH' })], '5.08', 'contradicted'],
    ['its row under way', [row('0.08', { status: 'processing' })], '5.08', 'pending'],
    ['its row, but of before the baseline', [row('0.08', { id: '9007199254740992' })], '5.08', 'pending'],
    ['only an alike row of somebody else', [row('0.08', later)], '5.08', 'pending'],
    ['no row', [], '5.08', 'pending'],
  ] as const) {
    it(`is ${state} for ${name}`, () => {
      assert.equal(judged(rows, debt, next).state, state);
    });
  }

  it('names the row by which Bybit says that it failed, if the debt agrees', () => {
    const failed = row('0.08', { status: 'failed' });
    for (const [debt, told] of [
      ['5', true],
      ['5.0001', true],
      ['5.08', false],
    ] as const) {
      const proof = judged([failed], debt, next);
      assert.deepEqual([proof.state, proof.state === 'pending' && proof.failed !== undefined], ['pending', told], debt);
    }
  });
});

describe('the judgement of one whose answer was lost', () => {
  it('takes a single row of exactly this amount that explains the debt, and no other', () => {
    assert.equal(judged([row('0.08')], '5.0801').state, 'effective');
    assert.equal(judged([row('0.08')], '5.5').state, 'pending', 'something else moved the debt');
    assert.equal(judged([row('0.08'), row('0.08', later)], '5.16').state, 'pending', 'two alike');
    assert.equal(judged([row('0.04')], '5.04').state, 'pending', 'somebody else');
    assert.equal(judged([row('0.08')], '4.92').state, 'pending');
  });

  it('never calls effective what the debt speaks against, nor a mismatch what cannot be tied to it', () => {
    const amounts = fc.bigInt({ min: 0n, max: 2_000n }).map((n) => decimal(`0.${n.toString().padStart(4, '0')}`));
    holds(
      fc.property(amounts, amounts, fc.boolean(), (listed, moved, up) => {
        const debt = up ? add(baseline.debt, moved) : subtract(baseline.debt, moved);
        const proof = judged([row(listed)], debt);
        assert.notEqual(proof.state, 'contradicted');
        if (proof.state === 'effective') assert.ok(compare(listed, decimal('0.08')) === 0 && compare(debt, baseline.debt) > 0);
      }),
    );
  });
});

describe('the proof of more borrowed at Bybit', () => {
  it('asks for its own row first, then for what is owed', async () => {
    const one = sampled();
    one.venue
      .on(
        history,
        success({ list: [{ borrowTime: 1752569950643, initialLoanAmount: '0.08', loanCurrency: 'BTC', orderId: '1365', status: 1 }] }),
      )
      .on(debts, owed('0.16800022'));
    const before = { kind: 'borrow' as const, newestHistoryId: '1364', debt: decimal('0.08800022') };
    const proof = await one.connection.actions.borrow!.prove(asked(), before, { reference: '1365' });
    assert.equal(proof.state, 'effective');
    assert.match(one.venue.to(history)[0]!.target, /orderId=1365/);
    assert.equal((await one.connection.actions.borrow!.prove(asked(), before, { reference: '1366' })).state, 'pending');
  });
});
