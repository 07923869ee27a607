import assert from 'node:assert/strict';
import { decimal as d } from '../../../../src/core/decimal.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import { loanDistance, type LoanModel } from '../../../../src/core/risk/loan-model.ts';
import { isStable } from '../../../../src/core/risk/stablecoins.ts';
import type { HaircutRule } from '../../../../src/core/model.ts';

const raw = flatRule(d('1'));

/** 60000 of BTC, 30000 of ETH and 10000 of USDC against 50000 of USDT and 7000 of SOL: 57 %. Figures of our own. */
const loan: LoanModel = {
  collateral: [
    { coin: 'BTC', amount: d('1'), price: d('60000'), rule: raw },
    { coin: 'ETH', amount: d('10'), price: d('3000'), rule: raw },
    { coin: 'USDC', amount: d('10000'), price: d('1'), rule: raw },
  ],
  debts: [
    { coin: 'USDT', amount: d('50000'), price: d('1') },
    { coin: 'SOL', amount: d('50'), price: d('140') },
  ],
  ltv: d('0.57'),
  correction: d('1'),
  haircuts: 'published',
};

describe('the distance of a loan to a line', () => {
  it('is a fall of what is pledged, together or alone, and a rise of what is owed, each rounded towards danger', () => {
    // 57000 / 0.7 is 81428.571428...: 18571.428571... less than now. 70000 may be owed: 13000 more than now.
    assert.deepEqual(loanDistance(loan, d('0.7')), {
      // Of 90000 in BTC and ETH; 18571.428571... / 60000 and / 30000.
      uniformFall: '0.2063492',
      fallOf: new Map([
        ['BTC', { fall: '0.3095238', price: '41428.57142858' }],
        ['ETH', { fall: '0.61904761', price: '1142.85714286' }],
      ]),
      riseOf: new Map([['SOL', { rise: '1.85714285', price: '399.99999999' }]]),
    });
  });

  it('is no rise beyond ten times the price: what is found behind the end of a table of haircuts is no price', () => {
    // Owed and pledged at once: the pledge counts no more beyond the end of the table, so that the line is reached at last.
    const rule: HaircutRule = { by: 'value', tiers: [{ upTo: d('99999999999'), rate: d('0.9') }] };
    const pool: LoanModel = {
      ...loan,
      collateral: [{ coin: 'ETH', amount: d('10'), price: d('3000'), rule }],
      debts: [{ coin: 'ETH', amount: d('1'), price: d('3000') }],
    };
    assert.deepEqual([...loanDistance(pool, d('0.7')).riseOf.keys()], []);
    const near: LoanModel = {
      ...pool,
      collateral: [{ ...pool.collateral[0]!, rule: { by: 'value', tiers: [{ upTo: d('30000'), rate: d('0.9') }] } }],
    };
    assert.equal(loanDistance(near, d('0.7')).riseOf.get('ETH')?.price, '18900');
  });

  it('is rounded once: a fall of just a tenth within a bracket is a tenth', () => {
    // 85 count now, 80 at nine tenths of the price, where the bracket that began at 70 still counts for half.
    const bracketed: LoanModel = {
      collateral: [
        {
          coin: 'BTC',
          amount: d('1'),
          price: d('100'),
          rule: { by: 'value', tiers: [{ upTo: d('70'), rate: d('1') }, { rate: d('0.5') }] },
        },
      ],
      debts: [{ coin: 'USDT', amount: d('40'), price: d('1') }],
      ltv: d('0.47058824'),
      correction: d('1'),
      haircuts: 'published',
    };
    assert.equal(loanDistance(bracketed, d('0.5')).uniformFall, '0.1');
  });

  it('is nothing at the line and beyond', () => {
    for (const line of ['0.57', '0.4']) {
      assert.deepEqual(loanDistance(loan, d(line)), {
        uniformFall: '0',
        fallOf: new Map([
          ['BTC', { fall: '0', price: '60000' }],
          ['ETH', { fall: '0', price: '3000' }],
          ['USDC', { fall: '0', price: '1' }],
        ]),
        riseOf: new Map([['SOL', { rise: '0', price: '140' }]]),
      });
    }
  });

  it('is no fall of the market where all that is pledged is meant to be a dollar, but still that of a stablecoin alone', () => {
    const stable: LoanModel = { ...loan, collateral: [{ ...loan.collateral[2]!, amount: d('100000') }], debts: [loan.debts[0]!] };
    assert.deepEqual(loanDistance(stable, d('0.8')), {
      fallOf: new Map([['USDC', { fall: '0.375', price: '0.625' }]]),
      riseOf: new Map(),
    });
  });

  it('leaves out a coin whose price cannot bring the loan there', () => {
    assert.deepEqual([...loanDistance(loan, d('0.8')).fallOf.keys()], ['BTC', 'ETH']);
    assert.deepEqual([...loanDistance(loan, d('0.9')).fallOf.keys()], ['BTC']);
    // A coin that is owed as well as pledged in greater number only helps by rising.
    const both: LoanModel = { ...loan, debts: [{ coin: 'BTC', amount: d('0.1'), price: d('60000') }] };
    assert.deepEqual([...loanDistance(both, d('0.7')).riseOf.keys()], []);
  });
});

describe('a coin that is meant to be a dollar', () => {
  it('is known by its name', () => {
    for (const coin of ['USDT', 'USDC', 'DAI', 'FDUSD', 'TUSD', 'USDP', 'PYUSD', 'USDD', 'USDE', 'USDG', 'RLUSD', 'USD1', 'USD']) {
      assert.ok(isStable(coin), coin);
    }
    for (const coin of ['BTC', 'ETH', 'usdt', '']) assert.equal(isStable(coin), false, coin);
  });
});
