import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { HistoryRow, Loan } from '../../../../src/core/model.ts';
import type { BorrowBaseline, BorrowChange, BorrowProof } from '../../../../src/exchanges/exchange.ts';
import { judgeBorrowed } from '../../../../src/exchanges/okx/borrow-proof.ts';
import { says, saysLike } from '../../../texts.ts';
import { bench, failureOf, fixture, refusal, success } from '../bench.ts';

const d = decimal;
const asked = (facts: Partial<BorrowChange> = {}): BorrowChange => ({
  ...{ kind: 'borrow', loan: { loanId: '12345', orderId: '12345' }, direction: 'reduce', coin: 'USDT', amount: d('100') },
  ...{ requestId: 'b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e' },
  ...facts,
});
const baseline: BorrowBaseline = { kind: 'borrow', newestHistoryId: '1000', debt: d('40000'), ltv: d('0.58') };
const hour = 3_600_000;
const row = (facts: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{ id: '1001', type: 'borrowed', forced: false, coin: 'USDT', amount: d('100'), at: 10 * hour },
  ...facts,
});
const loan = (debt: string): Loan => ({
  ...{ id: '12345', orderId: '12345', collateralValuation: 'adjusted', collateral: [{ coin: 'BTC', amount: d('0.8') }] },
  debts: [{ coin: 'USDT', amount: d(debt) }],
});
const judged = (rows: readonly HistoryRow[], now: Loan | undefined, isWhole = true): BorrowProof =>
  judgeBorrowed(asked(), baseline, { rows, loan: now, isWhole, asOf: 10 * hour });

describe('a request to borrow more at OKX', () => {
  it('is one POST that names the order, with the debt as an object, and carries our id', async () => {
    const { venue, connection } = bench();
    venue.on('/borrow', fixture('borrow'));
    const body = '{"loanData":{"ccy":"USDT","amt":"100"},"ordId":"12345","clOrdId":"b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e"}';
    assert.deepEqual(connection.actions.borrow!.describe(asked()), { method: 'POST', path: '/api/v5/finance/flexible-loan/borrow', body });
    assert.deepEqual(await connection.actions.borrow!.send(asked()), {}, 'the answer has no id that a row of the history bears');
    assert.deepEqual(
      venue.seen.map((one) => [one.method, one.body]),
      [['POST', body]],
    );
  });

  it('carries the very characters of the amount', () => {
    const { connection } = bench();
    for (const text of ['0.10', '1.7921483143067599', '007.70'])
      assert.ok(connection.actions.borrow!.describe(asked({ amount: d(text) })).body.includes(`"amt":"${text}"`));
  });

  it('is not sent where anything of it could be meant otherwise: without an order it would open another loan', async () => {
    const { venue, connection } = bench();
    const wrong = [
      { loan: { loanId: 'only' } },
      { loan: { loanId: '12345' } },
      { loan: { loanId: '12345', orderId: '' } },
      { loan: { loanId: '12345', orderId: '67890' } },
      { direction: 'add' },
      { coin: '' },
      { amount: d('0') },
      { amount: 1 },
      { requestId: '' },
      { requestId: undefined },
      { requestId: 'with-hyphens' },
    ];
    for (const facts of wrong) {
      const { kind, effect } = await failureOf(connection.actions.borrow!.send(asked(facts as Partial<BorrowChange>)));
      assert.deepEqual([kind, effect], ['refused', 'none'], JSON.stringify(facts));
    }
    assert.deepEqual(venue.seen, []);
  });

  it('is sent once whatever happens to its answer, and is neither refused nor done when OKX knows its id already', async () => {
    for (const reply of [refusal('51016'), refusal('51784'), '{"code":"0', new Response('', { status: 502 })]) {
      const { venue, connection } = bench();
      venue.on('/borrow', reply);
      assert.equal((await failureOf(connection.actions.borrow!.send(asked()))).effect, 'unknown');
      assert.equal(venue.seen.length, 1);
    }
  });

  it('asked again is the same bytes, and taken by OKX also where it knows the id already', async () => {
    for (const answer of [fixture('borrow'), refusal('51016'), refusal('51784')]) {
      const { venue, connection } = bench();
      venue.on('/borrow', answer);
      await connection.actions.borrow!.again!(asked(), new AbortController().signal);
      assert.deepEqual(
        venue.seen.map(({ body }) => body),
        [connection.actions.borrow!.describe(asked()).body],
      );
    }
  });
});

describe('what borrowing more at OKX is decided on', () => {
  const about = (facts: object = {}): string =>
    success([
      {
        ...{ ordId: '12345', curLTV: '0.58', loanNotionalUsd: '40000', collateralNotionalUsd: '69000' },
        ...{ loanData: [{ ccy: 'USDT', amt: '40000.12345678' }], collateralData: [{ ccy: 'BTC', amt: '0.8' }] },
        ...facts,
      },
    ]);
  const ready = (loans: string, most = fixture('max-loan'), refId: unknown = '1000') => {
    const { venue, connection } = bench();
    venue
      .on('/loan-info', loans)
      .on('/loan-history', success([{ refId, type: 'borrowed', ccy: 'USDT', amt: '1', ts: '1731659485000' }]))
      .on('/asset/balances', success([{ ccy: 'USDT', availBal: '63.9795959720319628' }]))
      .on('/max-loan', most)
      .on('/interest-accrued', fixture('interest-accrued'))
      .on('/index-tickers', fixture('index-tickers'));
    return { venue, read: connection.actions.borrow!.prepare({ loan: asked().loan, coin: 'USDT' }) };
  };

  it('is debt, wallet, the newest row, and what OKX lends on this order, read together', async () => {
    const { venue, read } = ready(about());
    const told = await read;
    assert.deepEqual(told.baseline, { kind: 'borrow', newestHistoryId: '1000', debt: '40000.12345678', ltv: '0.58' });
    assert.deepEqual(
      [told.limit, told.room, told.debt, told.walletAvailable],
      ['0.01113', '3395000', '40000.12345678', '63.9795959720319628'],
    );
    assert.deepEqual([told.places, told.rate, told.startLtv, told.minimum], [8, undefined, undefined, undefined]);
    assert.equal(venue.to('/max-loan')[0]?.body, '{"borrowCcy":"USDT","ordId":"12345"}');
  });

  it('is not decided where OKX does not say how much it lends, or the newest row has no id', async () => {
    const none = await failureOf(ready(about(), success([])).read);
    assert.match(none.message, saysLike('venue.unsaid', 'OKX', says('figure.borrowable', 'USDT')));
    assert.equal((await failureOf(ready(about(), refusal('51751')).read)).kind, 'refused');
    for (const refId of ['', null, 7]) assert.equal((await failureOf(ready(about(), undefined, refId).read)).kind, 'shape');
  });

  it('says where another debt could not be read, and refuses a coin that is not owed', async () => {
    const two = {
      loanData: [
        { ccy: 'USDT', amt: '50' },
        { ccy: 'USDC', amt: '' },
      ],
    };
    assert.equal((await ready(about(two)).read).owesMore, true);
    const other = await failureOf(ready(about({ loanData: [{ ccy: 'USDC', amt: '5' }] })).read);
    assert.equal(other.message, says('repay.nothing-owed', 'USDT'));
  });
});

describe('more borrowed at OKX is proven', () => {
  it('by a row with its coin and amount, whatever its sign, and a debt that moved', () => {
    for (const amount of ['-100', '100', '100.00']) {
      const proof = judged([row({ amount: d(amount) })], loan('40100.00000001'));
      assert.deepEqual([proof.state, proof.state === 'effective' ? proof.debt : ''], ['effective', '40100.00000001']);
    }
  });

  it('not by a row alone, an older one, one of another coin, or a debt alone', () => {
    assert.equal(judged([row()], loan('40000')).state, 'pending');
    assert.equal(judged([row({ id: '1000' })], loan('40100')).state, 'pending');
    assert.equal(judged([row({ coin: 'USDC' })], loan('40100')).state, 'pending');
    assert.equal(judged([], loan('40100')).state, 'pending');
  });

  it('when the loan is gone, only beside a row of force', () => {
    assert.equal(judged([row()], undefined).state, 'pending');
    const forced = row({ id: '1002', type: 'forced_liquidation', forced: true });
    assert.equal(judged([row(), forced], undefined).state, 'effective');
  });

  it('wrong by one row that differs and a debt that moved as it says, but for interest', () => {
    assert.equal(judged([row({ amount: d('50') })], loan('40050.2')).state, 'contradicted');
    assert.equal(judged([row({ type: 'repaid', amount: d('-100') })], loan('39900.2')).state, 'contradicted');
    assert.equal(judged([row({ amount: d('50') })], loan('40090')).state, 'pending', 'more than interest explains');
    assert.equal(judged([row({ amount: d('50') })], loan('40049')).state, 'pending', 'something was repaid too');
    assert.equal(judged([row({ amount: d('50') }), row({ id: '1002', amount: d('50') })], loan('40100')).state, 'pending');
    assert.equal(judged([row({ amount: d('50') })], loan('40050'), false).state, 'pending', 'a row could not be read');
  });

  it('by questions about this order, and about all loans', async () => {
    const { venue, connection } = bench();
    const told = { refId: '1001', type: 'borrowed', ccy: 'USDT', amt: '100', ts: '1731659485000' };
    venue
      .on('/loan-history', success([told]))
      .on('/loan-info', success([{ ordId: '12345', curLTV: '0.58', loanData: [{ ccy: 'USDT', amt: '40100' }], collateralData: [] }]));
    assert.equal((await connection.actions.borrow!.prove(asked(), baseline, {})).state, 'effective');
    const [history] = venue.to('/loan-history');
    assert.deepEqual([history?.url.searchParams.get('ordId'), history?.url.searchParams.get('before')], ['12345', '1000']);
    venue.on('/loan-info', success([{ ordId: 12345 }]));
    assert.equal((await connection.actions.borrow!.prove(asked(), baseline, {})).state, 'pending', 'unreadable is not gone');
  });
});
