import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { HistoryRow, Loan } from '../../../../src/core/model.ts';
import type { RepayBaseline, RepayChange, RepayProof } from '../../../../src/exchanges/exchange.ts';
import { judgeRepaid } from '../../../../src/exchanges/okx/repay-proof.ts';
import { bench, failureOf, fixture, refusal, success } from '../bench.ts';
import { says, saysLike } from '../../../texts.ts';

const d = decimal;
const asked = (facts: Partial<RepayChange> = {}): RepayChange => ({
  ...{ kind: 'repay', loan: { loanId: '12345', orderId: '12345' }, direction: 'add', coin: 'USDT', amount: d('100') },
  ...{ all: false, requestId: 'b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e' },
  ...facts,
});
const baseline: RepayBaseline = { kind: 'repay', newestHistoryId: '1000', debt: d('40000'), ltv: d('0.58') };
const hour = 3_600_000;
const row = (facts: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{ id: '1001', type: 'repaid', forced: false, coin: 'USDT', amount: d('-100'), at: 10 * hour },
  ...facts,
});
const loan = (debt: string | undefined): Loan => ({
  ...{ id: '12345', orderId: '12345', collateralValuation: 'adjusted', collateral: [{ coin: 'BTC', amount: d('0.8') }] },
  debts: debt === undefined ? [] : [{ coin: 'USDT', amount: d(debt) }],
});
const judged = (rows: readonly HistoryRow[], now: Loan | undefined, change = asked(), more: Partial<RepayBaseline> = {}): RepayProof =>
  judgeRepaid(change, { ...baseline, ...more }, { rows, loan: now, isWhole: true, asOf: 10 * hour });

describe('a request to repay at OKX', () => {
  it('is one POST that names the order and carries our id, and is what was described', async () => {
    const { venue, connection } = bench();
    venue.on('/repay', fixture('repay'));
    const body = '{"ordId":"12345","ccy":"USDT","amt":"100","clOrdId":"b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e"}';
    assert.deepEqual(connection.actions.repay!.describe(asked()), {
      method: 'POST',
      path: '/api/v5/finance/flexible-loan/repay',
      body,
    });
    assert.deepEqual(await connection.actions.repay!.send(asked()), {}, 'the answer has no id that a row of the history bears');
    assert.deepEqual(
      venue.seen.map((one) => [one.method, one.body]),
      [['POST', body]],
    );
  });

  it('carries the very characters of the amount', () => {
    const { connection } = bench();
    for (const text of ['0.10', '1.7921483143067599', '007.70'])
      assert.ok(connection.actions.repay!.describe(asked({ amount: d(text) })).body.includes(`"amt":"${text}"`));
  });

  it('is not sent where anything of it could be meant otherwise', async () => {
    const { venue, connection } = bench();
    const wrong = [
      { loan: { loanId: 'only' } },
      { loan: { loanId: '12345' } },
      { loan: { loanId: '12345', orderId: '67890' } },
      { direction: 'reduce' },
      { coin: '' },
      { amount: d('0') },
      { amount: 1 },
      { requestId: '' },
      { requestId: undefined },
      { requestId: 'with-hyphens' },
      { requestId: 'x'.repeat(33) },
    ];
    for (const facts of wrong) {
      const { kind, effect } = await failureOf(connection.actions.repay!.send(asked(facts as Partial<RepayChange>)));
      assert.deepEqual([kind, effect], ['refused', 'none'], JSON.stringify(facts));
    }
    assert.deepEqual(venue.seen, []);
  });

  it('is neither refused nor done when OKX knows its id already: only reading tells', async () => {
    for (const code of ['51016', '51784']) {
      const { venue, connection } = bench();
      venue.on('/repay', refusal(code));
      const { effect, code: told } = await failureOf(connection.actions.repay!.send(asked()));
      assert.deepEqual([effect, told], ['unknown', code]);
      assert.equal(venue.seen.length, 1);
    }
  });

  it('asked again is the same bytes, and taken by OKX also where it knows the id already', async () => {
    const answers = [
      success([{ ordId: '12345', ccy: 'USDT', amt: '100', clOrdId: asked().requestId }]),
      refusal('51016'),
      refusal('51784'),
    ];
    for (const answer of answers) {
      const { venue, connection } = bench();
      venue.on('/repay', answer);
      assert.deepEqual(await connection.actions.repay!.again!(asked(), new AbortController().signal), {});
      assert.deepEqual(
        venue.seen.map(({ body }) => body),
        [connection.actions.repay!.describe(asked()).body],
      );
    }
    for (const code of ['51736', '50026', '50011']) {
      const { venue, connection } = bench();
      venue.on('/repay', refusal(code));
      assert.equal((await failureOf(connection.actions.repay!.again!(asked(), new AbortController().signal))).code, code);
      assert.equal(venue.seen.length, 1, 'no retry');
    }
  });
});

describe('what a repayment at OKX is decided on', () => {
  const about = (facts: object = {}): string =>
    success([
      {
        ...{ ordId: '12345', curLTV: '0.58', loanNotionalUsd: '40000', collateralNotionalUsd: '69000' },
        ...{ loanData: [{ ccy: 'USDT', amt: '40000.12345678' }], collateralData: [{ ccy: 'BTC', amt: '0.8' }] },
        ...facts,
      },
    ]);
  const ready = (loans: string, refId: unknown = '1000') => {
    const { venue, connection } = bench();
    venue
      .on('/loan-info', loans)
      .on('/loan-history', success([{ refId, type: 'borrowed', ccy: 'USDT', amt: '1', ts: '1731659485000' }]))
      .on('/asset/balances', success([{ ccy: 'USDT', availBal: '63.9795959720319628' }]))
      .on('/interest-accrued', fixture('interest-accrued'))
      .on('/index-tickers', fixture('index-tickers'));
    return connection.actions.repay!.prepare({ loan: asked().loan, coin: 'USDT' });
  };

  it('is debt, wallet, and the newest row, read together; the rate only where OKX tells it of this coin', async () => {
    const told = await ready(about());
    assert.deepEqual(told.baseline, { kind: 'repay', newestHistoryId: '1000', debt: '40000.12345678', ltv: '0.58' });
    assert.deepEqual(
      [told.debt, told.walletAvailable, told.places, told.closesWhenPaid, told.rate],
      ['40000.12345678', '63.9795959720319628', 8, true, undefined],
    );
  });

  it('is not decided where the newest row has no id: every row of before would count as new', async () => {
    for (const refId of ['', null, 7]) assert.equal((await failureOf(ready(about(), refId))).kind, 'shape', String(refId));
  });

  it('says where another debt could not be read: then paying this one closes nothing for sure', async () => {
    const two = (amt: string) =>
      about({
        loanData: [
          { ccy: 'USDT', amt: '50' },
          { ccy: 'USDC', amt },
        ],
      });
    const [known, unknown] = [await ready(two('5')), await ready(two(''))];
    assert.deepEqual([known.owesMore, known.closesWhenPaid], [undefined, true]);
    assert.deepEqual([unknown.owesMore, unknown.closesWhenPaid, unknown.debt], [true, undefined, '50']);
  });

  it('is refused where nothing of the coin is owed, or OKX does not say how much', async () => {
    const none = await failureOf(ready(about({ loanData: [{ ccy: 'USDC', amt: '5' }] })));
    assert.equal(none.message, says('repay.nothing-owed', 'USDT'));
    const unsaid = await failureOf(ready(about({ loanData: [{ ccy: 'USDT', amt: '' }] })));
    assert.match(unsaid.message, saysLike('venue.unsaid', 'OKX', says('figure.owed', 'USDT')));
  });
});

describe('a repayment at OKX is proven', () => {
  it('by a row with its coin and amount, whatever its sign, and a debt that moved', () => {
    for (const amount of ['-100', '100', '100.00']) {
      const proof = judged([row({ amount: d(amount) })], loan('39900.00000001'));
      assert.deepEqual([proof.state, proof.state === 'effective' ? proof.debt : ''], ['effective', '39900.00000001']);
    }
  });

  it('not by a row alone, an older one, one of another coin, or a debt alone', () => {
    assert.equal(judged([row()], loan('40000')).state, 'pending');
    assert.equal(judged([row({ id: '1000' })], loan('39900')).state, 'pending');
    assert.equal(judged([row({ coin: 'USDC' })], loan('39900')).state, 'pending');
    assert.equal(judged([], loan('39900')).state, 'pending');
  });

  it('when the loan is gone, only with the row that released its collateral', () => {
    const all = asked({ amount: d('40000'), all: true });
    const paid = row({ amount: d('-40000') });
    const back = row({ id: '1002', type: 'collateral_released', coin: 'BTC', amount: d('0.8') });
    assert.equal(judged([paid], undefined, all).state, 'pending');
    assert.deepEqual(judged([back, paid], undefined, all), {
      ...{ state: 'effective', row: paid, debt: '0', asOf: 10 * hour, released: [back] },
    });
  });

  it('of all that is owed also where OKX took what it counted, but no less than was read', () => {
    const all = asked({ amount: d('40000.12345679'), all: true });
    const was = { debt: d('40000.1234567812') };
    assert.equal(judged([row({ amount: d('-40000.1234567812') })], loan(undefined), all, was).state, 'effective');
    assert.notEqual(judged([row({ amount: d('-40000.1234567') })], loan(undefined), all, was).state, 'effective');
    assert.equal(judged([row({ amount: d('-40000.35') })], loan(undefined), all, was).state, 'effective', 'with interest of meanwhile');
    assert.notEqual(judged([row({ amount: d('-40004.2') })], loan(undefined), all, was).state, 'effective', 'more than that');
    assert.notEqual(judged([row({ amount: d('-99.99999999') })], loan('39900'), asked()).state, 'effective');
  });

  it('wrong by one row that differs and a debt that moved as it says, but for interest', () => {
    assert.equal(judged([row({ amount: d('-50') })], loan('39950.2')).state, 'contradicted');
    assert.equal(judged([row({ type: 'borrowed', amount: d('100') })], loan('40100.2')).state, 'contradicted');
    assert.equal(judged([row({ amount: d('-50') })], loan('39990')).state, 'pending', 'more than interest explains');
    assert.equal(judged([row({ amount: d('-50') })], loan('39949')).state, 'pending', 'something else paid too');
    const two = [row({ amount: d('-50') }), row({ id: '1002', amount: d('-50') })];
    assert.equal(judged(two, loan('39900')).state, 'pending');
    const forced = row({ id: '1002', type: 'forced_repayment_buy', forced: true });
    assert.equal(judged([row({ amount: d('-50') }), forced], loan('39950')).state, 'pending');
  });

  it('by questions about this order, and about all loans, for OKX may not answer for one that is closed', async () => {
    const { venue, connection } = bench();
    const told = { refId: '1001', type: 'repaid', ccy: 'USDT', amt: '-100', ts: '1731659485000' };
    venue.on('/loan-history', success([told])).on('/loan-info', success([]));
    assert.equal((await connection.actions.repay!.prove(asked(), baseline, {})).state, 'pending', 'nothing was released');
    const [history] = venue.to('/loan-history');
    assert.deepEqual([history?.url.searchParams.get('ordId'), history?.url.searchParams.get('before')], ['12345', '1000']);
    assert.equal(venue.to('/loan-info')[0]?.url.search, '');
    const released = { ...told, refId: '1002', type: 'collateral_released', ccy: 'BTC', amt: '0.8' };
    venue.on('/loan-history', success([released, told]));
    assert.equal((await connection.actions.repay!.prove(asked(), baseline, {})).state, 'effective');
    venue.on('/loan-info', success([{ ordId: 12345 }]));
    assert.equal((await connection.actions.repay!.prove(asked(), baseline, {})).state, 'pending', 'unreadable is not gone');
  });
});
