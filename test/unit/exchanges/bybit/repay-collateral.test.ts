import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import { english } from '../../../../src/core/message.ts';
import type { Loan } from '../../../../src/core/model.ts';
import type { Repayment } from '../../../../src/exchanges/bybit/loan-generation.ts';
import { judgeSale } from '../../../../src/exchanges/bybit/repay-collateral.ts';
import type { SellBaseline, SellChange } from '../../../../src/exchanges/exchange.ts';
import { failureOf } from '../bench.ts';
import { order, pool, refusal, sampled, success } from './bench.ts';

const asked = (more: Partial<SellChange> = {}): SellChange => ({
  ...{ kind: 'repay-collateral', loan: pool, direction: 'reduce', coin: 'BTC', collateral: 'ETH', amount: decimal('0.08'), all: false },
  ...more,
});
const baseline: SellBaseline = { kind: 'repay-collateral', newestHistoryId: '1773', debt: decimal('5'), pledged: decimal('100') };
const row = (amount: string, more: Partial<Repayment> = {}): Repayment => ({
  ...{ id: '1774', type: 'repaid_by_currency', forced: false, coin: 'BTC', amount: decimal(amount), at: 1, status: 'done' },
  ...{ byUser: false, byCurrency: true },
  ...more,
});
const loan = (pledged: string): Loan => ({
  ...{ id: 'pool', collateralValuation: 'adjusted', debts: [], collateral: [{ coin: 'ETH', amount: decimal(pledged) }] },
});
const judged = (rows: readonly Repayment[], debt: string, pledged: string | undefined, change = asked()) =>
  judgeSale(change, baseline, { rows, debt: decimal(debt), loan: pledged === undefined ? undefined : loan(pledged), asOf: 7 });
const another = { id: '1775' };
const owed = {
  ...{ loanCurrency: 'BTC', hourlyInterestRate: '0.0000018', totalDebt: '0.08800022', unpaidAmount: '0.088', unpaidInterest: '0.00000022' },
};

describe('the judgement of a sale for 0.08 of 5 BTC, which has no id', () => {
  const rows: readonly (readonly [name: string, rows: readonly Repayment[], debt: string, pledged: string | undefined, state: string])[] = [
    ['its row, less debt and less collateral', [row('0.08')], '4.92', '98', 'effective'],
    ['the same with interest on top', [row('0.08')], '4.9201', '98', 'effective'],
    ['a row that Bybit calls by user', [row('0.08', { byUser: true, byCurrency: false })], '4.92', '98', 'effective'],
    ['a row that repaid from the wallet: as much is pledged', [row('0.08', { byUser: true, byCurrency: false })], '4.92', '100', 'pending'],
    ['its row, and nothing moved yet', [row('0.08')], '5', '100', 'pending'],
    ['its row, and the debt down by something else too', [row('0.08')], '4', '98', 'pending'],
    ['its row beside another one that explains the rest', [row('0.08'), row('1', another)], '3.92', '70', 'effective'],
    ['two alike', [row('0.08'), row('0.08', another)], '4.84', '96', 'pending'],
    ['its row under way', [row('0.08', { status: 'processing' })], '4.92', '98', 'pending'],
    ['another one under way', [row('0.08'), row('1', { ...another, status: 'processing' })], '4.92', '98', 'pending'],
    ['an old row', [row('0.08', { id: '1773' })], '4.92', '98', 'pending'],
    ['another coin', [row('0.08', { coin: 'USDT' })], '4.92', '98', 'pending'],
    ['a liquidation, which may come first', [row('0.08', { byCurrency: false, forced: true })], '4.92', '98', 'pending'],
    ['its row beside a liquidation', [row('0.08'), row('1', { ...another, byCurrency: false, forced: true })], '3.92', '90', 'effective'],
    ['another amount by which debt and collateral fell', [row('0.04')], '4.96', '99', 'contradicted'],
    ['another amount, and as much pledged: somebody repaid', [row('0.04')], '4.96', '100', 'pending'],
    ['its row, and the debt up by just as much', [row('0.08')], '5.08', '100', 'contradicted'],
    ['no row', [], '4.92', '98', 'pending'],
    ['its row, and no loan any more', [row('0.08')], '0', undefined, 'pending'],
  ];
  for (const [name, list, debt, pledged, state] of rows) {
    it(`is ${state} for ${name}`, () => {
      assert.equal(judged(list, debt, pledged).state, state);
    });
  }

  it('names the row by which Bybit says that it failed, if nothing moved', () => {
    const failed = [row('0.08', { status: 'failed' })];
    const name = (debt: string, pledged: string) => {
      const proof = judged(failed, debt, pledged);
      return proof.state === 'pending' && proof.failed?.id;
    };
    assert.deepEqual([name('5', '100'), name('4.92', '98'), name('5', '98')], ['1774', undefined, undefined]);
  });

  it('takes interest of meanwhile where all was meant', () => {
    const all = asked({ amount: decimal('5.01'), all: true });
    assert.equal(judged([row('5.0104')], '0', '10', all).state, 'effective');
    assert.equal(judged([row('5.02')], '0', '10', all).state, 'contradicted');
  });
});

describe('a sale at Bybit', () => {
  it('is sent to the pool only, in one way, for another coin than is owed, of a contract by its id', async () => {
    const { venue, connection } = sampled();
    const action = connection.actions['repay-collateral']!;
    const wrong: object[] = [
      ...[{ loan: order }, { direction: 'add' }, { amount: decimal('0') }, { coin: '' }, { collateral: '' }, { collateral: 'BTC' }],
      ...[{ collateral: 'ETH,USDT' }, { collateral: undefined }, { contract: '' }, { contract: 'a b' }],
    ];
    for (const facts of wrong) {
      const { kind, effect } = await failureOf(action.send(asked(facts)));
      assert.deepEqual([kind, effect], ['refused', 'none'], JSON.stringify(facts));
    }
    assert.deepEqual(venue.seen, []);
    venue.on('/repay-collateral', success({}));
    assert.deepEqual(await action.send(asked()), {}, 'Bybit answers nothing');
    assert.equal(venue.seen.length, 1);
    venue.on('/repay-collateral', refusal('148047'));
    assert.equal((await failureOf(action.send(asked()))).effect, 'none');
  });

  it('is decided on the debt, what is pledged, the newest row, and a fee that is not told', async () => {
    const { venue, connection } = sampled();
    const accuracy = {
      currency: 'BTC',
      flexibleBorrowable: true,
      flexibleBorrowingAccuracy: 4,
      fixedBorrowable: true,
      fixedBorrowingAccuracy: 3,
    };
    venue.on('/crypto-loan-flexible/ongoing-coin', success({ list: [owed] }));
    venue.on('/crypto-loan-common/loanable-data', success({ list: [accuracy] }));
    const action = connection.actions['repay-collateral']!;
    const { baseline: was, debt, places, fee, kind } = await action.prepare(asked());
    assert.deepEqual([kind, debt, was.debt, places, was.pledged], ['repay-collateral', '0.08800022', '0.08800022', 4, '2']);
    assert.match(english(fee), /https:\/\/www\.bybit\.com\/x-api\/spot\/api\/fixed-loan\/v1\/coin-config$/);
    assert.equal((await failureOf(action.prepare(asked({ collateral: 'SOL' })))).kind, 'refused');
  });

  it('is proven by reading its history, the debt and the position, and not where something is unreadable', async () => {
    const { venue, connection } = sampled();
    const action = connection.actions['repay-collateral']!;
    const was: SellBaseline = { ...baseline, newestHistoryId: '1773', debt: decimal('0.16800022'), pledged: decimal('3') };
    const line = { loanCurrency: 'BTC', repayAmount: '0.08', repayId: '1774', repayStatus: 1, repayTime: Date.now(), repayType: 7 };
    venue.on('/crypto-loan-flexible/repayment-history', success({ list: [line], nextPageCursor: '' }));
    venue.on('/crypto-loan-flexible/ongoing-coin', success({ list: [owed] }));
    assert.equal((await action.prove(asked(), was, {})).state, 'effective');
    venue.on('/crypto-loan-flexible/repayment-history', success({ list: [line, { ...line, repayId: '' }], nextPageCursor: '' }));
    assert.equal((await action.prove(asked(), was, {})).state, 'pending');
  });
});
