import assert from 'node:assert/strict';
import fc from 'fast-check';
import { absolute, add, compare, decimal, divide, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { coins, findCoin, type Coin } from '../../../../src/simulator/bybit/coins.ts';
import type { Pool } from '../../../../src/simulator/bybit/state.ts';
import {
  countedUsd,
  currentPoolLtv,
  maxFromPool,
  maxLoan,
  poolCollateralUsd,
  poolDebtUsd,
  printedUsd,
  trimmed,
} from '../../../../src/simulator/bybit/valuation.ts';
import { changed, type Holding } from '../../../../src/simulator/holdings.ts';
import { Market, newMarket } from '../../../../src/simulator/market.ts';
import { holds } from '../../property.ts';
import { Bench, holdings } from './bench.ts';

const market = new Market(coins, newMarket(coins, 'still', false, 0));
const btc = findCoin('BTC')!;
const step = decimal('0.00000001');

function pool(debts: readonly Holding[], collateral: readonly Holding[]): Pool {
  const flexible = debts.map(({ ccy, amt }) => ({ ccy, principal: amt, interest: decimal('0') }));
  return { flexible, fixed: [], collateral, supply: holdings(['USDT', '1000000']) };
}

describe('how the simulated Bybit values collateral', () => {
  const values: readonly (readonly [usd: string, counts: string])[] = [
    ['0', '0'],
    ['10000', '8000'],
    ['10000.01', '8000.007'],
    ['12757.29', '9930.103'],
    ['20000', '15000'],
    ['30000', '20000'],
    ['30001', '20000.4'],
    ['1000000', '408000'],
  ];
  for (const [usd, counts] of values) {
    it(`lets ${usd} USD of BTC count as ${counts}`, () => {
      assert.equal(compare(countedUsd(btc, decimal(usd)), decimal(counts)), 0);
    });
  }

  it('reproduces a published example of progressive brackets', () => {
    const brackets = [
      { aboveUsd: decimal('0'), ratio: decimal('1') },
      { aboveUsd: decimal('50000'), ratio: decimal('0.975') },
    ];
    const coin: Coin = { ...btc, brackets };
    const counted = countedUsd(coin, decimal('75000'));
    assert.equal(compare(counted, decimal('74375')), 0);
    assert.equal(divide(decimal('60000'), counted, 4, 'half-up'), '0.8067');
  });

  it('values the published account to the cent, and its LTV to the last digit', () => {
    const { result } = new Bench({ account: 'published' }).pool('position');
    assert.deepEqual(result, {
      ltv: '0.524344',
      totalCollateral: '18381.41',
      totalDebt: '9638.17',
      totalSupply: '800.13',
      borrowList: [
        {
          loanCurrency: 'BTC',
          flexibleTotalDebt: '0.08800022',
          flexibleTotalDebtUSD: '9355.37',
          fixedTotalDebt: '0',
          fixedTotalDebtUSD: '0',
          flexibleHourlyInterestRate: '0.0000001361462',
        },
        {
          loanCurrency: 'ETH',
          flexibleTotalDebt: '0',
          flexibleTotalDebtUSD: '0',
          fixedTotalDebt: '0.1',
          fixedTotalDebtUSD: '282.8',
          flexibleHourlyInterestRate: '0.00000188498892',
        },
      ],
      collateralList: [
        { currency: 'BTC', amount: '0.12', amountUSD: '9930.11' },
        { currency: 'ETH', amount: '2', amountUSD: '4524.81' },
        { currency: 'USDT', amount: '4002.12', amountUSD: '3201.69' },
        { currency: 'USDC', amount: '1000', amountUSD: '724.8' },
      ],
      supplyList: [{ currency: 'USDT', amount: '800.13041095890410959', amountUSD: '800.13' }],
      colRes: '0',
    });
  });

  it('lets about as much of the published account go as was printed minutes earlier, which reaches the margin call', () => {
    const most = String(new Bench({ account: 'published' }).pool('max-collateral-amount?currency=BTC').result['maxCollateralAmount']);
    assert.ok(compare(absolute(subtract(decimal(most), decimal('0.08585184'))), decimal('0.0003')) < 0, most);
  });

  it('reaches about the printed LTV when 0.08 BTC leaves the published account', () => {
    const bench = new Bench({ account: 'published', settleMs: 0 });
    assert.equal(bench.adjust('1', 'BTC', '0.08').code, 0);
    const after = decimal(String(bench.pool('position').result['ltv']));
    assert.ok(compare(absolute(subtract(after, decimal('0.8137'))), decimal('0.001')) < 0, after);
  });

  it('rounds an LTV up at six decimals, however small the rest', () => {
    const at = (debt: string): Decimal => currentPoolLtv(pool(holdings(['USDT', debt]), holdings(['USDC', '1250'])), market);
    assert.equal(at('500'), '0.5');
    assert.equal(at('500.000000000001'), '0.500001');
    assert.equal(at('0'), '0');
  });

  it('has no LTV without collateral', () => {
    assert.equal(currentPoolLtv(pool(holdings(['USDT', '1']), []), market), '0');
  });

  it('cuts printed values off behind the cents and leaves zeros away', () => {
    assert.deepEqual(
      [printedUsd(decimal('3201.696')), printedUsd(decimal('724.80')), printedUsd(decimal('100'))],
      ['3201.69', '724.8', '100'],
    );
    assert.deepEqual([trimmed(decimal('0.10')), trimmed(decimal('10')), trimmed(decimal('10.00'))], ['0.1', '10', '10']);
  });

  const cents = fc.integer({ min: 1, max: 10_000_000 }).map((whole) => divide(decimal(whole.toString()), decimal('100'), 2, 'down'));
  const sats = fc
    .integer({ min: 1, max: 1_000_000_000 })
    .map((whole) => divide(decimal(whole.toString()), decimal('100000000'), 8, 'down'));

  it('never lets more collateral count as less, and never at more than its best ratio', () => {
    holds(
      fc.property(cents, cents, (usd, more) => {
        const [low, high] = [countedUsd(btc, usd), countedUsd(btc, add(usd, more))];
        assert.ok(compare(low, high) < 0);
        assert.ok(compare(high, multiply(add(usd, more), decimal('0.8'))) <= 0);
      }),
    );
  });

  it('lets exactly so much go that the LTV stays at the margin call or below, for any pool', () => {
    holds(
      fc.property(cents, sats, sats, (debt, bitcoins, ethers) => {
        const one = pool(
          [{ ccy: 'USDT', amt: debt }],
          [{ ccy: 'BTC', amt: bitcoins }, ...(compare(ethers, step) > 0 ? [{ ccy: 'ETH', amt: ethers }] : [])],
        );
        const most = maxFromPool(one, 'BTC', market);
        const within = (amt: Decimal): boolean => {
          const left = pool([{ ccy: 'USDT', amt: debt }], changed(one.collateral, 'BTC', subtract(decimal('0'), amt)));
          return compare(poolDebtUsd(left, market), multiply(poolCollateralUsd(left, market), decimal('0.85'))) <= 0;
        };
        assert.ok(compare(most, bitcoins) <= 0);
        if (compare(most, decimal('0')) > 0) assert.ok(within(most));
        if (compare(most, bitcoins) < 0) assert.ok(!within(add(most, step)), `${most} of ${bitcoins}`);
      }),
    );
  });

  it('lends up to the initial LTV and not a step more', () => {
    holds(
      fc.property(cents, sats, (debt, bitcoins) => {
        const one = pool([{ ccy: 'USDT', amt: debt }], [{ ccy: 'BTC', amt: bitcoins }]);
        const most = maxLoan(one, 'USDC', holdings(['USDC', '100']), market);
        const more = add(most, decimal('0.01'));
        const full = multiply(poolCollateralUsd({ collateral: [...one.collateral, ...holdings(['USDC', '100'])] }, market), decimal('0.8'));
        if (compare(most, decimal('0')) > 0) assert.ok(compare(add(debt, most), full) <= 0);
        assert.ok(compare(add(debt, more), full) > 0);
      }),
    );
  });
});
