import assert from 'node:assert/strict';
import { add, decimal } from '../../../src/core/decimal.ts';
import { hourlyInterest } from '../../../src/simulator/okx/valuation.ts';
import { Bench, noon, settleMs } from './bench.ts';

describe('the loans of the simulated exchange', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  it('lists two orders, oldest first, with amounts as text and thresholds from their collateral', () => {
    const reply = bench.loan('loan-info');
    assert.deepEqual(reply.data, [
      {
        ordId: '12345',
        loanNotionalUsd: '40000',
        loanData: [{ ccy: 'USDT', amt: '40000' }],
        collateralNotionalUsd: '68992',
        collateralData: [{ ccy: 'BTC', amt: '0.8' }],
        riskWarningData: { instId: 'BTC-USDT', liqPx: '60927.2' },
        curLTV: '0.5798',
        marginCallLTV: '0.7374',
        liqLTV: '0.8374',
      },
      {
        ordId: '67890',
        loanNotionalUsd: '5000',
        loanData: [{ ccy: 'USDC', amt: '5000' }],
        collateralNotionalUsd: '7396.2',
        collateralData: [
          { ccy: 'ETH', amt: '1.5' },
          { ccy: 'SOL', amt: '20' },
        ],
        riskWarningData: { instId: '', liqPx: '' },
        curLTV: '0.6761',
        marginCallLTV: '0.7098',
        liqLTV: '0.8098',
      },
    ]);
  });

  it('lists one order when one is named, and none for an unknown id', () => {
    assert.equal(bench.loan('loan-info?ordId=67890').data.length, 1);
    assert.deepEqual(bench.loan('loan-info?ordId=1').data, []);
  });

  it('keeps every digit of the funding wallet', () => {
    const reply = bench.ask('GET', '/api/v5/asset/balances');
    assert.match(reply.raw, /"bal":"1\.7921483143067599","availBal":"1\.7921483143067599"/);
    assert.equal(bench.ask('GET', '/api/v5/asset/balances?ccy=ETH,SOL').data.length, 2);
  });

  it('offers what the order takes: wallet coins at index value, without the coin it owes', () => {
    const assets = (query: string): unknown => bench.loan(`collateral-assets${query}`).data[0]?.['assets'];
    assert.deepEqual(
      (assets('') as { ccy: string }[]).map((one) => one.ccy),
      ['BTC', 'ETH', 'SOL'],
    );
    assert.deepEqual(assets('?ordId=67890&ccy=USDT'), [{ ccy: 'USDT', amt: '63.9795959720319628', notionalUsd: '63.9795959720319628' }]);
    assert.deepEqual(assets('?ccy=BTC'), [{ ccy: 'BTC', amt: '1.7921483143067599', notionalUsd: '157709.0516589948712' }]);
  });

  it('lists what can be borrowed', () => {
    assert.deepEqual(bench.loan('borrow-currencies').data, [{ borrowCcy: 'BTC' }, { borrowCcy: 'USDT' }, { borrowCcy: 'USDC' }]);
  });

  it('gives index prices by quote coin or by instrument', () => {
    const tickers = (query: string): [unknown, unknown][] =>
      bench.ask('GET', `/api/v5/market/index-tickers?${query}`).data.map((one) => [one['instId'], one['idxPx']]);
    assert.deepEqual(tickers('quoteCcy=USD')[0], ['BTC-USD', '88000']);
    assert.deepEqual(tickers('instId=BTC-USDT'), [['BTC-USDT', '88000']]);
    assert.deepEqual(tickers('instId=ETH-BTC'), [['ETH-BTC', '0.03704545']]);
  });

  describe('the maximum loan', () => {
    it('runs to 0.05 below the margin call of the order, rounded down', () => {
      assert.deepEqual(bench.post('max-loan', { borrowCcy: 'USDT', ordId: '12345' }).data, [
        { borrowCcy: 'USDT', maxLoan: '7425.1008', notionalUsd: '7425.1008', remainingQuota: '3355000' },
      ]);
      assert.deepEqual(bench.post('max-loan', { borrowCcy: 'USDT' }).data[0]?.['maxLoan'], '7425.1008');
    });

    it('is zero, not less, on an order that is nearly called', () => {
      const [reply] = bench.post('max-loan', { borrowCcy: 'USDC', ordId: '67890' }).data;
      assert.equal(reply?.['maxLoan'], '0');
    });

    it('grows with supplementary collateral', () => {
      const [reply] = bench.post('max-loan', { borrowCcy: 'USDC', ordId: '67890', supCollateral: [{ ccy: 'BTC', amt: '0.1' }] }).data;
      assert.equal(reply?.['maxLoan'], '5808.12348');
    });

    const refused: readonly (readonly [what: string, code: string, body: Record<string, unknown>])[] = [
      ['a coin nobody lends', '51751', { borrowCcy: 'SOL' }],
      ['a coin that is pledged', '51750', { borrowCcy: 'BTC' }],
      ['the borrowed coin on top', '51750', { borrowCcy: 'USDC', supCollateral: [{ ccy: 'USDC', amt: '1' }] }],
      ['the owed coin on top', '51750', { borrowCcy: 'USDC', supCollateral: [{ ccy: 'USDT', amt: '1' }] }],
      ['a coin that is not taken on top', '51752', { borrowCcy: 'USDT', supCollateral: [{ ccy: 'DOGE', amt: '1' }] }],
      ['something else on top', '51000', { borrowCcy: 'USDT', supCollateral: 'BTC' }],
      ['no amount on top', '50014', { borrowCcy: 'USDT', supCollateral: [{ ccy: 'BTC' }] }],
      ['an unknown order', '51063', { borrowCcy: 'USDT', ordId: '5' }],
    ];
    for (const [what, code, body] of refused) {
      it(`is refused for ${what} with ${code}`, () => {
        assert.equal(bench.post('max-loan', body).code, code);
      });
    }
  });

  describe('without any order', () => {
    beforeEach(() => {
      bench = new Bench({ orders: [] });
    });

    it('answers reads with nothing and an adjustment with 51063', () => {
      for (const name of ['loan-info', 'loan-history', 'interest-accrued', 'collateral-assets', 'max-collateral-redeem-amount?ccy=BTC']) {
        const reply = bench.loan(name);
        assert.equal(reply.code, '0', name);
        assert.deepEqual(reply.data, [], name);
      }
      assert.deepEqual(bench.post('max-loan', { borrowCcy: 'USDT' }).data, []);
      assert.equal(bench.adjust('add', 'BTC', '0.1').code, '51063');
    });
  });

  describe('as the older generation', () => {
    beforeEach(() => {
      bench = new Bench({ ordIds: false });
    });

    it('has one loan and never shows an id, and ignores one', () => {
      const { data } = bench.loan('loan-info?ordId=99999');
      assert.equal(data.length, 1);
      assert.equal('ordId' in data[0]!, false);
      assert.equal(data[0]?.['curLTV'], '0.5798');
      assert.equal(bench.adjust('add', 'BTC', '0.1', '67890').code, '0');
      bench.clock.pass(settleMs);
      assert.deepEqual(bench.loan('loan-info').data[0]?.['collateralData'], [{ ccy: 'BTC', amt: '0.9' }]);
      assert.equal(bench.loan('interest-accrued?ccy=USDC').data.length, 0);
    });
  });

  describe('interest', () => {
    it('is charged at each full hour, rounded up at 8 decimals, and listed', () => {
      bench.clock.pass(3_600_000);
      const [row] = bench.loan('interest-accrued?ordId=12345').data;
      assert.equal(row?.['loan'], '40000');
      assert.equal(row['interest'], '0.22739727');
      assert.equal(row['interestRate'], '0.0498');
      assert.equal(row['ts'], (noon + 3_600_000).toString());
      assert.deepEqual(bench.order('12345')['loanData'], [{ ccy: 'USDT', amt: '40000.22739727' }]);
    });

    it('reproduces the published figure', () => {
      assert.equal(hourlyInterest(decimal('0.86599309'), decimal('0.41')), '0.00004054');
    });

    it('joins the past hours without a gap', () => {
      const rows = bench.world.interest.filter((row) => row.ordId === '12345');
      assert.ok(rows.length > 100);
      for (const [index, row] of rows.entries()) {
        assert.equal(add(row.loan, row.interest), rows[index + 1]?.loan ?? '40000');
        assert.equal(row.interest, hourlyInterest(row.loan, row.rate));
      }
    });

    it('is listed for 30 days only', () => {
      bench.clock.pass(40 * 24 * 3_600_000);
      bench.world.advance();
      assert.equal(bench.world.interest.filter((row) => row.ordId === '12345').length, 30 * 24);
    });
  });
});
