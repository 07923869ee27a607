import assert from 'node:assert/strict';
import { english } from '../../../../src/core/message.ts';
import { fixture, refusal, sampled, success } from './bench.ts';
import { says, saysLike } from '../../../texts.ts';

const path = '/crypto-loan-fixed/borrow-contract-info';
/** When the bench's clock is at its beginning, this is to come. */
const day = 86_400_000;

const contract = (more: object = {}): object => ({
  orderId: '13007',
  loanId: '9007199254740993',
  borrowCurrency: 'ETH',
  residualPrincipal: '1.4',
  residualPenaltyInterest: '0',
  repaymentTime: '1755225756068',
  status: 1,
  repayType: '1',
  ...more,
});

/** What reading says when Bybit lists these contracts. */
async function readWith(...pages: (object[] | string)[]) {
  const one = sampled();
  one.venue.on(path, ...pages.map((page) => (typeof page === 'string' ? page : success({ list: page, nextPageCursor: '' }))));
  const { loans, loansTrouble } = await one.connection.read();
  return { ...one, loan: loans[0]!, due: loans[0]?.due, trouble: loansTrouble === undefined ? undefined : english(loansTrouble) };
}

describe('the dates of fixed debts of the pool', () => {
  it('come soonest first, with principal and penalty, and what happens then', async () => {
    const { due, trouble } = await readWith([
      contract({ repaymentTime: '1755225756069', repayType: '2', residualPenaltyInterest: '0.01' }),
      contract({ repaymentTime: 1_755_225_756_067, repayType: '0' }),
      contract(),
      contract({ repaymentTime: '1755225756070', repayType: '' }),
    ]);
    assert.deepEqual(
      due?.map(({ at, amount, overdue, then }) => [at, amount, overdue, then?.template]),
      [
        [1_755_225_756_067, '1.4', false, undefined],
        [1_755_225_756_068, '1.4', false, says('bybit.repays')],
        [1_755_225_756_069, '1.41', false, says('bybit.becomes-flexible')],
        [1_755_225_756_070, '1.4', false, undefined],
      ],
    );
    assert.equal(trouble, undefined);
  });

  it('leave out what is repaid, and keep a status nobody knows', async () => {
    const { due } = await readWith([
      contract({ status: 2 }),
      contract({ status: 4, residualPrincipal: '1' }),
      contract({ residualPrincipal: '0' }),
    ]);
    assert.deepEqual(
      due?.map(({ amount }) => amount),
      ['1'],
    );
  });

  it('are overdue when Bybit says so or when they have passed, and then nothing will happen by itself', async () => {
    const { clock, connection, venue, due } = await readWith([contract({ status: 3 })]);
    assert.deepEqual([due?.[0]?.overdue, due?.[0]?.then], [true, undefined]);
    venue.on(path, success({ list: [contract({ repaymentTime: (clock.time + day).toString() })], nextPageCursor: '' }));
    assert.equal((await connection.read()).loans[0]?.due?.[0]?.overdue, false);
    clock.time += day;
    assert.equal((await connection.read()).loans[0]?.due?.[0]?.overdue, true);
  });

  it('are read page by page', async () => {
    const full = success({ list: Array.from({ length: 100 }, () => contract({ status: 2 })), nextPageCursor: '568' });
    const { due, venue } = await readWith(full, [contract()]);
    assert.equal(due?.length, 1);
    assert.deepEqual(
      venue.to(path).map(({ target }) => target.split('?')[1]),
      ['limit=100', 'limit=100&cursor=568'],
    );
  });

  for (const [name, answer] of [
    ['a missing right', refusal('10005')],
    ['no such route', refusal('10017')],
    ['an answer that is none', '<html>'],
    ['a list that is none', success({ list: 'none', nextPageCursor: '' })],
  ] as const) {
    it(`that cannot be read for ${name} are said not to be, and nothing else is lost`, async () => {
      const { loan, due, trouble } = await readWith(answer);
      assert.deepEqual([loan.ltv, loan.debts.length, loan.collateral.length, due], ['0.524344', 2, 4, undefined]);
      assert.match(trouble!, saysLike('bybit.dates-unread', /\S.*/));
    });
  }

  it('of which one cannot be read are said to be incomplete, and the others stand', async () => {
    for (const more of [
      { repaymentTime: 'soon' },
      { repaymentTime: '1755225756' },
      { repaymentTime: '' },
      { repaymentTime: null },
      { residualPrincipal: '1.4', residualPenaltyInterest: '--', repaymentTime: '' },
    ]) {
      const { due, trouble } = await readWith([contract(more), contract(), contract({ ...more, status: 2, borrowCurrency: 'XRP' })]);
      assert.equal(due?.length, 1);
      assert.match(trouble!, saysLike('bybit.dates-missing', 'ETH'), JSON.stringify(more));
    }
  });

  it('stand without an amount where a part of it cannot be read, and that is said', async () => {
    const odd = ['', null, 1.4, '--', '-1'];
    for (const more of [...odd.map((residualPrincipal) => ({ residualPrincipal })), { residualPenaltyInterest: '--' }]) {
      const { due, trouble } = await readWith([contract(more), contract(), contract({ ...more, status: 2, borrowCurrency: 'XRP' })]);
      assert.deepEqual(
        due?.map(({ amount }) => amount),
        [undefined, '1.4'],
      );
      assert.match(trouble!, saysLike('venue.left-out', 'Bybit', `${Object.keys(more)[0]!} (ETH)`), JSON.stringify(more));
    }
  });

  it('count a contract that is told twice once, in whatever order', async () => {
    const [first, second] = [contract({ loanId: '1' }), contract({ loanId: '2', repaymentTime: '1755225756069' })];
    for (const page of [
      [first, first, second],
      [second, first, second, first],
    ]) {
      const { due, trouble } = await readWith(page);
      assert.deepEqual([due?.map(({ at }) => at), trouble], [[1_755_225_756_068, 1_755_225_756_069], undefined]);
    }
  });

  it('stand though a row beside them is not understood, or odd where it does not matter', async () => {
    const { due, trouble } = await readWith([
      contract(),
      contract({ borrowCurrency: null }),
      [],
      contract({ loanId: '2', repayType: null }),
    ]);
    assert.equal(due?.length, 2);
    assert.match(trouble!, saysLike('venue.left-out', 'Bybit', 'result.list[1].borrowCurrency, result.list[2].borrowCurrency'));
  });

  it('are overdue where Bybit says so, though it is not told how much is', async () => {
    const { due, trouble } = await readWith([contract({ status: 3, residualPrincipal: null })]);
    assert.deepEqual(
      due?.map(({ overdue, amount }) => [overdue, amount]),
      [[true, undefined]],
    );
    assert.match(trouble!, saysLike('venue.left-out', 'Bybit', 'residualPrincipal (ETH)'));
  });

  it('that Bybit does not name for a coin with a fixed debt are said to be missing', async () => {
    const { due, trouble } = await readWith([contract({ borrowCurrency: 'BTC' })]);
    assert.equal(due?.length, 1);
    assert.match(trouble!, saysLike('bybit.dates-missing', 'ETH'));
  });

  it('are said to be incomplete when Bybit lists more than is read', async () => {
    const full = (page: number): string => {
      const list = Array.from({ length: 100 }, (_, at) => contract({ loanId: (100 * page + at).toString() }));
      return success({ list, nextPageCursor: `page${page.toString()}` });
    };
    const { venue, due, trouble } = await readWith(...Array.from({ length: 21 }, (_, page) => full(page)));
    assert.deepEqual([due?.length, venue.to(path).length], [2000, 20]);
    assert.match(trouble!, saysLike('bybit.dates-missing', 'ETH'));
  }).timeout(10_000);

  it('are not asked for without a fixed debt', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan-common/position', fixture('position').replace('"fixedTotalDebt": "0.1"', '"fixedTotalDebt": "0.0"'));
    const { loans, loansTrouble } = await connection.read();
    assert.deepEqual([loans[0]?.due, loansTrouble, venue.to(path).length], [undefined, undefined, 0]);
  });

  it('are asked for when it is not told whether there is a fixed debt, without insisting on one', async () => {
    const { venue, connection } = sampled();
    const vague = fixture('position').replace('"fixedTotalDebt": "0.1"', '"fixedTotalDebt": ""');
    venue.on('/crypto-loan-common/position', vague).on(path, success({ list: [contract()], nextPageCursor: '' }));
    assert.equal((await connection.read()).loans[0]?.due?.length, 1);
    for (const answer of [success({ list: [], nextPageCursor: '' }), refusal('10017'), new Response('', { status: 404 })]) {
      venue.on(path, answer);
      const { loans, loansTrouble } = await connection.read();
      assert.deepEqual([loans[0]?.due, loansTrouble], [undefined, undefined]);
    }
  });

  it("are overdue by Bybit's clock, once it is known that ours is off", async () => {
    const { venue, connection, clock } = sampled();
    venue.on(path, success({ list: [contract({ repaymentTime: (clock.time + day).toString() })], nextPageCursor: '' }));
    const isOverdue = async () => (await connection.read()).loans[0]?.due?.[0]?.overdue;
    assert.equal(await isOverdue(), false);
    // Bybit's time in the sample is years ahead of the bench's.
    venue.on('/user/query-api', refusal('10002'), fixture('query-api'));
    await connection.inspect();
    assert.equal(await isOverdue(), true);
  });
});
