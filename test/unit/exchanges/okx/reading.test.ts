import assert from 'node:assert/strict';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { english } from '../../../../src/core/message.ts';
import { setPurpose } from '../../../../src/exchanges/purpose.ts';
import { bench, failureOf, fixture, refusal, success } from '../bench.ts';
import { says, saysLike } from '../../../texts.ts';

const element = (ordId: string | undefined): object => {
  const { data } = JSON.parse(fixture('loan-info-without-order-id')) as { data: object[] };
  return { ...data[0], ...(ordId === undefined ? {} : { ordId }) };
};

function reading(...loans: object[]) {
  const one = bench();
  one.venue
    .on('/loan-info', success(loans))
    .on(
      '/asset/balances',
      success([
        { ccy: 'BTC', availBal: '2', bal: '2' },
        { ccy: 'DOGE', availBal: '5', bal: '5' },
      ]),
    )
    .on('/collateral-assets', success([{ assets: [{ ccy: 'BTC', amt: '2', notionalUsd: '176000' }] }]))
    .on('/index-tickers', success([]));
  return one;
}

describe('the loans of an account', () => {
  for (const [name, ordIds, ids] of [
    ['have the ids of their orders', ['12345678901234567890', '67890'], ['12345678901234567890', '67890']],
    ['are "only" when there is one and it has no id', [undefined], ['only']],
    ['are "only" when its id is an empty text', [''], ['only']],
    ['are numbered when several have no id', [undefined, undefined], ['unnamed-1', 'unnamed-2']],
    ['are told apart when one of them has no id', ['1', undefined], ['1', 'unnamed-1']],
  ] as const) {
    it(name, async () => {
      const { loans } = await reading(...ordIds.map(element)).connection.read();
      assert.deepEqual(
        loans.map(({ id }) => id),
        ids,
      );
      assert.deepEqual(
        loans.map(({ orderId }) => orderId),
        ordIds.map((ordId) => (ordId === '' ? undefined : ordId)),
      );
    });
  }

  it('are shown though the wallet cannot be read, and the trouble with it is told', async () => {
    for (const reply of [refusal('50120'), success([{ ccy: 1 }])]) {
      const { venue, connection } = reading(element('1'));
      venue.on('/asset/balances', reply);
      const snapshot = await connection.read();
      assert.equal(snapshot.loans.length, 1);
      assert.notEqual(snapshot.walletTrouble, undefined);
      assert.deepEqual(snapshot.wallet, []);
    }
  });

  it('cost a standing reading one question about what they take, however many they are, about each in turn', async () => {
    const { venue, connection } = reading(element('1'), element('2'), element('3'));
    const asked = (): (string | null)[] => venue.to('/collateral-assets').map(({ url }) => url.searchParams.get('ordId'));
    const { signal } = new AbortController();
    setPurpose(signal, 'standing');
    await connection.read(signal);
    assert.deepEqual(asked(), ['1', '2', '3'], 'those of which nothing is known');
    for (const next of ['1', '2', '3', '1']) {
      const { wallet } = await connection.read(signal);
      assert.equal(asked().at(-1), next);
      assert.equal(wallet.find(({ coin }) => coin === 'BTC')?.usd, '176000');
    }
    assert.equal(asked().length, 7);
    venue.on('/collateral-assets', refusal('50001'));
    const { wallet } = await connection.read(signal);
    assert.deepEqual(
      wallet.find(({ coin }) => coin === 'BTC'),
      { coin: 'BTC', amount: '2', pledgeable: true },
      'no old value',
    );
    const before = asked().length;
    setPurpose(signal, 'command');
    await connection.read(signal);
    assert.ok(asked().length >= before + 3, 'a person is told all of it');
  });

  it('are not replaced by none when they cannot be read', async () => {
    const { venue, connection } = reading();
    venue.on('/loan-info', refusal('50030'));
    assert.ok(ExchangeError.is(await failureOf(connection.read()), 'permission'));
    venue.on('/loan-info', '{"code":"0","msg":""}');
    assert.ok(ExchangeError.is(await failureOf(connection.read()), 'shape'));
  });

  it('are as old as the oldest answer', async () => {
    const { venue, clock, connection } = reading(element('1'));
    const start = clock.time;
    venue.on('/asset/balances', () => {
      clock.time += 9_000;
      return new Response(success([]));
    });
    assert.equal((await connection.read()).asOf, start);
  });
});

describe('the funding wallet', () => {
  it('says of the coins that OKX named that it takes them, and does not guess about the others', async () => {
    const told = await reading(element('1')).connection.read();
    assert.deepEqual(
      told.wallet.map(({ coin, pledgeable }) => [coin, pledgeable]),
      [
        ['BTC', true],
        ['DOGE', undefined],
      ],
    );
    for (const reply of [success([]), refusal('50120'), success([{ ccy: 1 }]), success([{ assets: [{ amt: '1' }] }])]) {
      const { venue, connection } = reading();
      venue.on('/collateral-assets', reply);
      const { wallet, walletTrouble } = await connection.read();
      assert.deepEqual([wallet.length, walletTrouble], [2, undefined]);
      assert.ok(wallet.every((one) => !('pledgeable' in one)));
    }
  });

  it('leaves out a coin whose amount OKX does not tell, instead of all coins', async () => {
    const { venue, connection } = reading();
    venue.on(
      '/asset/balances',
      success([
        { ccy: 'BTC', availBal: '', bal: '2' },
        { ccy: 'DOGE', availBal: '5', bal: '5' },
      ]),
    );
    const { wallet, walletTrouble } = await connection.read();
    assert.deepEqual(
      wallet.map(({ coin }) => coin),
      ['DOGE'],
    );
    assert.match(english(walletTrouble!), saysLike('venue.left-out', 'OKX', says('figure.held', 'BTC', says('term.funding-account'))));
  });
});

describe('history', () => {
  it('marks what OKX did against the will of the borrower', async () => {
    const { venue, connection } = bench();
    const forced =
      'forced_repayment_buy forced_repayment_sell forced_liquidation partial_liquidation sell_collateral buy_transition_coin sell_transition_coin buy_borrowed_coin';
    const free = 'borrowed repaid collateral_locked collateral_released';
    const types = [...forced.split(' '), ...free.split(' ')];
    venue.on(
      '/loan-history',
      success(types.map((type, index) => ({ refId: (100 - index).toString(), type, ccy: 'BTC', amt: '1', ts: '1731659485000' }))),
    );
    const { rows } = await connection.loans!.history(undefined, {});
    assert.deepEqual(
      rows.filter((row) => row.forced).map(({ type }) => type),
      forced.split(' '),
    );
  });

  it('is asked for one type, and interest for one coin, where that is wanted', async () => {
    const { venue, connection } = bench();
    venue.on('/loan-history', success([])).on('/interest-accrued', success([]));
    await connection.loans!.history(undefined, { type: 'forced_liquidation' });
    await connection.loans!.interest({ loanId: '1', orderId: '1' }, { coin: 'USDC', cursor: '17', limit: 5 });
    assert.equal(venue.seen[0]?.url.search, '?type=forced_liquidation&limit=100');
    const { searchParams } = venue.seen[1]!.url;
    assert.deepEqual([...searchParams].sort(), [
      ['after', '17'],
      ['ccy', 'USDC'],
      ['limit', '5'],
      ['ordId', '1'],
    ]);
  });
});
