import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import { english } from '../../../../src/core/message.ts';
import { canary, failureOf } from '../bench.ts';
import { fixture, order, refusal, sampled, success, table } from './bench.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

const pool = '/crypto-loan-common/position';
const orders = '/crypto-loan/ongoing-orders';

function answering(poolAnswer: string, ordersAnswer: string) {
  const one = sampled();
  one.venue.on(pool, poolAnswer).on(orders, ordersAnswer);
  return one;
}

describe('a reading of which a part failed', () => {
  for (const [name, answer, words] of [
    ['is refused', refusal('10005'), saysLike('venue.lacks-permission', 'Bybit', /SPOT.*/)],
    ['is down', refusal('10016'), saysLike('venue.perhaps-done', 'Bybit')],
    ['is not what it should be', success({ borrowList: 'none' }), saysInTurn(says('venue.odd-answer', 'Bybit'), ' (result.borrowList)')],
  ] as const) {
    it(`shows the old loans when the pool ${name}, and says so`, async () => {
      const { loans, loansTrouble, wallet } = await answering(answer, fixture('legacy-ongoing-orders')).connection.read();
      assert.deepEqual(
        loans.map(({ id }) => id),
        [order.loanId],
      );
      assert.match(english(loansTrouble!), words);
      assert.ok(wallet.length > 0);
    });
  }

  it('says all that failed', async () => {
    const { venue, connection } = answering(fixture('position'), refusal('999'));
    venue.on('/crypto-loan-fixed/borrow-contract-info', refusal('10016'));
    const { loansTrouble } = await connection.read();
    assert.match(english(loansTrouble!), saysInTurn(saysLike('bybit.dates-unread'), saysLike('bybit.old-loans-unread')));
  });

  it('is as old as the oldest figure of it', async () => {
    const { venue, connection, clock } = sampled();
    const before = clock.time;
    venue.on('/crypto-loan-fixed/borrow-contract-info', () => {
      clock.time += 5_000;
      return new Response(fixture('borrow-contract-info'));
    });
    assert.equal((await connection.read()).asOf, before);
  });

  for (const [name, old, code] of [
    ['both fail', refusal('10003'), '10005'],
    ['there are no old loans', success({ list: [], nextPageCursor: '' }), '10005'],
    ['there are none any more', refusal('10017'), '10016'],
  ] as const) {
    it(`is none when the pool fails and ${name}`, async () => {
      const error = await failureOf(answering(refusal(code), old).connection.read());
      assert.deepEqual([error.code, error.effect], [code, 'none']);
    });
  }

  it('never says a key, whatever fails', async () => {
    const { venue, connection } = answering(fixture('position'), refusal('999', `no ${canary['apiKey']!} ${canary['secret']!}`));
    venue.on('/crypto-loan-fixed/borrow-contract-info', refusal('999', canary['secret']));
    const said = JSON.stringify(await connection.read());
    for (const secret of [canary['apiKey']!, canary['secret']!]) assert.equal(said.includes(secret), false);
    assert.match(said, /\*\*\*/);
  });
});

describe('thresholds of Bybit loans', () => {
  const own = { marginCall: decimal('0.8'), liquidation: decimal('0.95') };

  it("are the table's, with where and when they were looked up, and the person's instead, at once", async () => {
    let person: typeof own | undefined;
    const { venue, connection } = sampled(undefined, () => person);
    venue.on(orders, fixture('legacy-ongoing-orders'));
    const read = async () => (await connection.read()).loans.map(({ marginCall, liquidation }) => ({ marginCall, liquidation }));
    assert.deepEqual(await read(), [table, table]);
    person = own;
    const theirs = {
      marginCall: { ltv: '0.8', source: 'person', table: '0.85' },
      liquidation: { ltv: '0.95', source: 'person', table: '0.92' },
    };
    assert.deepEqual(await read(), [theirs, theirs]);
    const ready = await connection.actions.collateral!.prepare({ loan: { loanId: 'pool' }, direction: 'add', coin: 'BTC' });
    assert.deepEqual(ready.loan.marginCall, theirs.marginCall);
    person = undefined;
    assert.deepEqual(await read(), [table, table]);
  });

  it('that Bybit gives stand, whatever the person says', async () => {
    const { venue, connection } = sampled(undefined, () => own);
    venue.on(orders, fixture('legacy-ongoing-orders').replace('"collateralCurrency": "BTC"', '"collateralCurrency": "ETH"'));
    const [, old] = (await connection.read()).loans;
    assert.deepEqual(
      [old?.marginCall, old?.liquidation],
      [
        { ltv: '0.87', source: 'venue' },
        { ltv: '0.95', source: 'venue' },
      ],
    );
  });
});
