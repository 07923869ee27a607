import assert from 'node:assert/strict';
import { bench, fixture } from '../bench.ts';

const wanted = {
  ltv: '0.5742',
  debtUsd: '0.8661285',
  collateralUsd: '1.5078763',
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDC', amount: '0.86590608' }],
  collateral: [
    { coin: 'COMP', amount: '0.0000097' },
    { coin: 'STX', amount: '0.78' },
    { coin: 'DOT', amount: '0.001' },
    { coin: 'LUNA', amount: '0.05357864' },
  ],
  marginCall: { ltv: '0.7374', source: 'venue' },
  liquidation: { ltv: '0.8374', source: 'venue' },
};

function sampled(loans = 'loan-info') {
  const one = bench();
  one.venue
    .on('/loan-info', fixture(loans))
    .on('/collateral-assets', fixture('collateral-assets'))
    .on('/asset/balances', fixture('balances'))
    .on('/market/index-tickers', fixture('index-tickers'))
    .on('/max-loan', fixture('max-loan'))
    .on('/max-collateral-redeem-amount', fixture('max-collateral-redeem-amount'))
    .on('/loan-history', fixture('loan-history'))
    .on('/interest-accrued', fixture('interest-accrued'))
    .on('/borrow-currencies', fixture('borrow-currencies'))
    .on('/account/config', fixture('account-config'));
  return one;
}

describe("OKX's printed sample answers", () => {
  it('give a loan with every printed digit, and its order id', async () => {
    const { loans } = await sampled().connection.read();
    assert.deepEqual(loans, [{ id: '12345', orderId: '12345', ...wanted }]);
  });

  it('give the same loan where orders have no ids yet, and no order id is made up', async () => {
    const { loans } = await sampled('loan-info-without-order-id').connection.read();
    assert.deepEqual(loans, [{ id: 'only', ...wanted }]);
  });

  it('give the prices of the coins that are owed, pledged or held, and of no others', async () => {
    const { venue, connection } = sampled();
    const index = (instId: string, idxPx: string) => ({ instId, idxPx, ts: '1649419644492' });
    const rows = [
      index('USDC-USD', '1.0002'),
      index('DOT-USD', '4.1'),
      index('DOT-USDT', '4'),
      index('ETH-USD', '0'),
      index('DOGE-USD', '0.1'),
    ];
    venue.on('/market/index-tickers', JSON.stringify({ code: '0', data: rows, msg: '' }));
    const { prices, loans } = await connection.read();
    // A price of nothing is none.
    assert.deepEqual(prices, { USDC: '1.0002', DOT: '4.1' });
    // OKX does not say how it discounts the collateral of a loan.
    assert.equal(loans[0]?.haircuts, undefined);
    venue.on('/market/index-tickers', 'nonsense');
    assert.equal((await connection.read()).prices, undefined);
  });

  it('give no liquidation price where it is printed as an empty text', async () => {
    const { loans } = await sampled().connection.read();
    assert.equal(loans[0]?.liquidationPrice, undefined);
  });

  it('give the wallet with the amount that is available', async () => {
    const { wallet } = await sampled().connection.read();
    const eth = wallet.find(({ coin }) => coin === 'ETH');
    // What is available is what the wallet says; OKX's value of another amount is not its value.
    assert.deepEqual([eth?.amount, eth?.usd], ['37.11827078', undefined]);
    assert.equal(eth?.pledgeable, true);
  });

  it("keep OKX's valuation of an amount byte for byte", async () => {
    const { venue, connection } = sampled();
    venue.on('/asset/balances', JSON.stringify({ code: '0', data: [{ ccy: 'BTC', availBal: '1.7921483143067599', bal: '2' }], msg: '' }));
    const { wallet } = await connection.read();
    assert.deepEqual(wallet, [{ coin: 'BTC', amount: '1.7921483143067599', usd: '158292.621793314105231', pledgeable: true }]);
  });

  it('give the maximum loan, in answer to the documented question', async () => {
    const { venue, connection } = sampled();
    const maximum = await connection.loans!.maximumLoan('USDT', { loanId: '12345', orderId: '12345' }, []);
    assert.deepEqual(maximum, { coin: 'USDT', amount: '0.01113', usd: '0.01113356', remainingQuota: '3395000' });
    assert.equal(venue.to('/max-loan')[0]?.body, '{"borrowCcy":"USDT","ordId":"12345"}');
    assert.equal(venue.to('/max-loan')[0]?.method, 'POST');
  });

  it('give history and interest with ids longer than a number can hold', async () => {
    const { connection } = sampled();
    const history = await connection.loans!.history({ loanId: '12345', orderId: '12345' }, {});
    const row = { id: '17316594851045086', type: 'collateral_locked', forced: false, coin: 'DOT', amount: '-0.001', at: 1_731_659_485_000 };
    assert.deepEqual(history, { rows: [row] });
    const interest = await connection.loans!.interest({ loanId: '12345', orderId: '12345' }, {});
    const accrual = { coin: 'USDC', debt: '0.86599309', interest: '0.00004054', rate: '0.41', at: 1_731_913_200_000 };
    assert.deepEqual(interest, { rows: [{ id: '17319133035195744', ...accrual }] });
  });

  it('give the coins that can be borrowed', async () => {
    assert.deepEqual(await sampled().connection.loans!.borrowableCoins(), ['USDT', 'USDC']);
  });

  it('tell what a key may do', async () => {
    const facts = await sampled().connection.inspect();
    assert.equal(facts.uid, '44705892343619584');
    assert.deepEqual([facts.canRead, facts.canTrade, facts.canWithdraw, facts.subAccount], [true, true, true, false]);
    assert.equal(facts.onlyReads, undefined);
    assert.deepEqual(facts.boundAddresses, []);
  });

  it('tell of a sub-account and of the addresses a key is bound to', async () => {
    const { venue, connection } = bench();
    const config = { uid: '2', mainUid: '1', perm: 'read_only', ip: '10.0.0.1, 2001:db8::1', acctLv: '1' };
    venue.on('/account/config', JSON.stringify({ code: '0', data: [config], msg: '' }));
    const facts = await connection.inspect();
    assert.deepEqual(facts.boundAddresses, ['10.0.0.1', '2001:db8::1']);
    assert.equal(facts.subAccount, true);
    assert.deepEqual([facts.canRead, facts.canTrade, facts.canWithdraw, facts.onlyReads], [true, false, false, true]);
  });

  it('know a key that may withdraw, however that is written', async () => {
    for (const perm of ['read_only,withdraw', 'trade;withdraw', 'WITHDRAW', 'withdrawal']) {
      const { venue, connection } = bench();
      venue.on('/account/config', JSON.stringify({ code: '0', data: [{ uid: '2', mainUid: '2', perm, ip: '', acctLv: '1' }], msg: '' }));
      assert.equal((await connection.inspect()).canWithdraw, true, perm);
    }
  });

  it('call a key read-only where that is all it may do', async () => {
    for (const perm of ['', 'read_only,trade', 'read_only,withdraw', 'read_only,anything', 'Read_only', 'read_only,']) {
      const { venue, connection } = bench();
      venue.on('/account/config', JSON.stringify({ code: '0', data: [{ uid: '2', mainUid: '2', perm, ip: '', acctLv: '1' }], msg: '' }));
      assert.equal((await connection.inspect()).onlyReads, undefined, perm);
    }
  });

  it('ask for the next page with the last row of this one, and only when it was full', async () => {
    const { venue, connection } = sampled();
    const first = await connection.loans!.history({ loanId: '12345', orderId: '12345' }, { limit: 1 });
    assert.equal(first.older, '17316594851045086');
    await connection.loans!.history({ loanId: '12345', orderId: '12345' }, { limit: 1, cursor: first.older });
    const [, second] = venue.to('/loan-history');
    assert.equal(second?.url.searchParams.get('after'), '17316594851045086');
    assert.equal(second.url.searchParams.get('ordId'), '12345');
  });
});
