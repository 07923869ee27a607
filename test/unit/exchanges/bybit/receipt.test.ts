import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../../src/core/decimal.ts';
import { change, order, refusal, sampled, success, successText } from './bench.ts';

const adjusting = '/crypto-loan-common/adjust-ltv';
const adjusted = '/crypto-loan-common/adjustment-history';
const position = '/crypto-loan-common/position';
/** As a number no float could hold it. */
const reference = '9007199254740993';

/** A line of its own for each, because only one may be sent a second. */
async function answered(body: string) {
  const { venue, connection } = sampled();
  venue.on(adjusting, body);
  return connection.actions.collateral!.send(change());
}

describe('what Bybit answers to a change', () => {
  it('gives its id, digit for digit, of both generations', async () => {
    assert.deepEqual(await sampled().connection.actions.collateral!.send(change()), { reference: '27511' });
    assert.deepEqual(await sampled().connection.actions.collateral!.send(change({ loan: order })), { reference: '1794318409405331968' });
    for (const id of [reference, '1794318409405331968', '90071992547409931234']) {
      for (const written of [id, `"${id}"`]) {
        assert.deepEqual(await answered(successText(`{"adjustId":${written}}`)), { reference: id });
      }
    }
  });

  it('is no error without an id', async () => {
    for (const result of ['{}', 'null', '[]', '""', '{"adjustId":null}', '{"adjustId":""}', '{"adjustId":0}', '{"adjustId":1.5}']) {
      assert.deepEqual(await answered(successText(result)), {}, result);
    }
    assert.deepEqual(await answered('{"retCode":0,"retMsg":"ok"}'), {});
  });
});

describe('proving a change that has an id', () => {
  const row = (more: object = {}): object => ({
    adjustId: reference,
    adjustTime: 1_752_627_997_907,
    collateralCurrency: 'BTC',
    amount: '0.08',
    preLTV: '0.6',
    afterLTV: '0.5',
    direction: 0,
    status: 1,
    ...more,
  });
  const list = (...rows: object[]): string => success({ list: rows, nextPageCursor: '' });
  const baseline = { kind: 'collateral' as const, newestHistoryId: '9007199254740992', pledged: decimal('0.04') };
  const pledged = (amount: string): string =>
    success({ ltv: '0.5', borrowList: [], collateralList: [{ currency: 'BTC', amount, amountUSD: '1' }] });

  /** The proof, and the questions it took: by id, all rows, the loan. */
  async function prove(byId: string, all: string, amount: string, before = baseline.pledged) {
    const { venue, connection } = sampled();
    venue.on(adjusted, () => new Response(venue.seen.at(-1)!.url.searchParams.has('adjustId') ? byId : all)).on(position, pledged(amount));
    const proof = await connection.actions.collateral!.prove(change(), { ...baseline, pledged: before }, { reference });
    const asked = venue.seen.map(({ url }) => (url.pathname.endsWith(position) ? 'loan' : url.searchParams.has('adjustId') ? 'id' : 'all'));
    return { proof, asked: asked.join(' '), venue };
  }

  it('asks for its row by these very digits, then for the loan', async () => {
    const { proof, asked, venue } = await prove(list(row()), list(), '0.12');
    assert.equal(proof.state, 'effective');
    assert.equal(proof.row.id, reference);
    assert.equal(asked, 'id loan');
    assert.equal(venue.to(adjusted)[0]?.url.search, `?adjustId=${reference}&limit=100`);
  });

  const foreign = { adjustId: '9007199254740994' };
  for (const [name, byId, all, now, state, asked, before] of [
    ['its row under way', [row({ status: 2 })], [], '0.04', 'pending', 'id'],
    ['a status nobody knows', [row({ status: 7 })], [], '0.12', 'pending', 'id'],
    ['its row, and the pledge not moved yet', [row()], [row()], '0.04', 'pending', 'id loan all loan'],
    ['its row beside a change of somebody else', [row()], [row(foreign), row()], '0.2', 'effective', 'id loan'],
    [
      'its row, while a larger reduction brought the pledge back',
      [row()],
      [row({ ...foreign, direction: 1, amount: '0.1' }), row()],
      '0.02',
      'effective',
      'id loan all loan',
    ],
    [
      'its row, and the pledge back by just as much without any other',
      [row()],
      [row()],
      '0.02',
      'contradicted',
      'id loan all loan',
      decimal('0.1'),
    ],
    [
      'its row, and the pledge back by just as much, beside a row that is not understood',
      [row()],
      [row(), row({ ...foreign, amount: null })],
      '0.02',
      'pending',
      'id loan all loan',
      decimal('0.1'),
    ],
    ['its row beside one that is not understood', [row()], [row({ ...foreign, direction: 9 }), row()], '0.12', 'effective', 'id loan'],
    ['its row without an amount', [row({ amount: null })], [row({ amount: null })], '0.12', 'pending', 'id all'],
    ['its row with the other direction', [row({ direction: 1 })], [row({ direction: 1 })], '0.04', 'contradicted', 'id loan all loan'],
    [
      'its row with another amount',
      [row({ amount: '0.8' })],
      [row(foreign), row({ amount: '0.8' })],
      '0.92',
      'contradicted',
      'id loan all loan',
    ],
    ['its row with another coin', [row({ collateralCurrency: 'ETH' })], [], '0.04', 'contradicted', 'id loan all loan'],
    ['no row by its id, but in the list', [], [row()], '0.12', 'effective', 'id all loan'],
    ['no row of its own, but an alike one of somebody else', [], [row(foreign)], '0.12', 'pending', 'id all'],
    ['no row at all', [], [], '0.12', 'pending', 'id all'],
    ['a foreign row although asked by id', [row(foreign)], [row(foreign)], '0.12', 'pending', 'id all'],
  ] as readonly (readonly [string, object[], object[], string, string, string, Decimal?])[]) {
    it(`is ${state} for ${name}`, async () => {
      const told = await prove(list(...byId), list(...all), now, before);
      assert.deepEqual([told.proof.state, told.asked], [state, asked]);
      if (told.proof.state === 'pending') assert.equal(told.proof.failed, undefined);
      else assert.equal(told.proof.row.id, reference);
    });
  }

  it('names its row when Bybit says that it failed, and no alike one of somebody else', async () => {
    const { proof, asked } = await prove(list(row({ status: 3 })), list(), '0.04');
    assert.deepEqual([proof.state, proof.state === 'pending' && proof.failed?.id, asked], ['pending', reference, 'id loan']);
    const other = await prove(list(row({ status: 3 })), list(row(foreign), row({ status: 3 })), '0.12');
    assert.deepEqual([other.proof.state, other.proof.state === 'pending' && other.proof.failed?.id], ['pending', reference]);
  });

  it('takes no row that is not newer than the baseline, whatever id Bybit gave', async () => {
    const { venue, connection } = sampled();
    venue.on(adjusted, list(row())).on(position, pledged('0.12'));
    const proof = await connection.actions.collateral!.prove(change(), { ...baseline, newestHistoryId: reference }, { reference });
    assert.deepEqual(proof, { state: 'pending' });
  });

  it('reads the list when Bybit refuses the question for the id', async () => {
    const { proof, asked } = await prove(refusal('10001'), list(row()), '0.12');
    assert.deepEqual([proof.state, asked], ['effective', 'id all loan']);
  });
});
