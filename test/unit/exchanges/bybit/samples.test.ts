import assert from 'node:assert/strict';
import { sum } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import type { Loan } from '../../../../src/core/model.ts';
import { actionOf, requestOf } from '../../../../src/engine/actions.ts';
import { failureOf } from '../bench.ts';
import { bench, change, fixture, order, pool, sampled, success, successText, table } from './bench.ts';
import { says, saysLike } from '../../../texts.ts';

const dated = { overdue: false, then: { template: says('bybit.repays'), args: [] } };

describe("Bybit's printed sample answers", () => {
  it('give the published account as one pool, with its LTV and all its parts', async () => {
    const { loans } = await sampled().connection.read();
    const [{ haircuts, ...loan }, ...more] = loans as [Loan];
    assert.deepEqual(Object.keys(haircuts!).sort(), ['BTC', 'ETH', 'USDC', 'USDT']);
    assert.deepEqual(
      [loan, ...more],
      [
        {
          id: 'pool',
          ltv: '0.524344',
          debtUsd: '9638.17',
          collateralUsd: '18381.41',
          collateralValuation: 'adjusted',
          debts: [
            { coin: 'BTC', amount: '0.08800022', usd: '9355.37' },
            { coin: 'ETH', amount: '0.1', usd: '282.8' },
          ],
          collateral: [
            { coin: 'BTC', amount: '0.12', usd: '9930.11' },
            { coin: 'ETH', amount: '2', usd: '4524.81' },
            { coin: 'USDT', amount: '4002.12', usd: '3201.69' },
            { coin: 'USDC', amount: '1000', usd: '724.8' },
          ],
          ...table,
          capped: [],
          rates: { BTC: '0.001192640712' },
          due: [
            { coin: 'ETH', amount: '0.1', usd: '282.8', usdEstimated: true, ...dated, contract: '570', at: 1_755_225_696_068 },
            { coin: 'ETH', amount: '1.4', usd: '3959.2', usdEstimated: true, ...dated, contract: '571', at: 1_755_225_756_068 },
          ],
        },
      ],
    );
  });

  it('add up: what is supplied to others backs nothing', async () => {
    const { loans } = await sampled().connection.read();
    assert.equal(sum(loans[0]!.collateral.map(({ usd }) => usd!)), loans[0]!.collateralUsd);
    assert.equal(sum(loans[0]!.debts.map(({ usd }) => usd!)), loans[0]!.debtUsd);
  });

  it('give the wallet with the smaller of two amounts, its worth, and what the pool takes', async () => {
    const { wallet } = await sampled().connection.read();
    assert.deepEqual(wallet, [
      { coin: 'BTC', amount: '0.2', pledgeable: true, usd: '21262.152', usdEstimated: true },
      { coin: 'XRP', amount: '12.5', pledgeable: false },
    ]);
  });

  it('give no loan where nothing is owed and nothing pledged', async () => {
    const { venue, connection } = sampled();
    venue.on(
      '/crypto-loan-common/position',
      success({ ltv: '', totalCollateral: '', totalDebt: '', borrowList: [], collateralList: [], supplyList: [] }),
    );
    assert.deepEqual((await connection.read()).loans, []);
  });

  it('add fixed and flexible debts of one coin up', async () => {
    const { venue, connection } = sampled();
    const debt = { loanCurrency: 'BTC', flexibleTotalDebt: '0.1', fixedTotalDebt: '0.2', flexibleTotalDebtUSD: '1', fixedTotalDebtUSD: '' };
    venue.on(
      '/crypto-loan-common/position',
      success({ ltv: '0.5', totalCollateral: '9', totalDebt: '4', borrowList: [debt], collateralList: [] }),
    );
    const { loans } = await connection.read();
    assert.equal(loans[0]?.debts[0]?.amount, '0.3');
  });

  it('keep loans when the wallet cannot be read, and say why it is not there', async () => {
    const { venue, connection } = sampled();
    venue.on('/query-account-coins-balance', '{"retCode":10005,"retMsg":"","result":{}}');
    const snapshot = await connection.read();
    assert.equal(snapshot.loans.length, 1);
    assert.match(snapshot.walletTrouble!.args.map(String).join(), /10005/);
  });

  it('give loans without prices, and without knowing what is taken as collateral', async () => {
    const { venue, connection } = sampled();
    venue.on('/market/tickers', 'nonsense').on('/crypto-loan-common/collateral-data', 'nonsense');
    const { loans, wallet } = await connection.read();
    assert.equal(loans.length, 1);
    assert.deepEqual(wallet[0], { coin: 'BTC', amount: '0.2' });
  });

  it('give the history of all that happened as one, newest first', async () => {
    const { rows, older } = await sampled().connection.loans!.history(pool, {});
    assert.deepEqual(rows, [
      { id: 'repaid-fixed-1782', type: 'repaid', forced: false, coin: 'ETH', amount: '1.5', at: 1_752_717_174_353 },
      { id: '27511', type: 'collateral_reduced', forced: false, coin: 'BTC', amount: '0.08', at: 1_752_627_997_907 },
      { id: 'repaid-1773', type: 'repaid', forced: false, coin: 'BTC', amount: '0.007', at: 1_752_570_731_274 },
      { id: 'repaid-1772', type: 'repaid', forced: false, coin: 'BTC', amount: '0.006', at: 1_752_570_726_038 },
      { id: 'borrowed-1364', type: 'borrowed', forced: false, coin: 'BTC', amount: '0.006', at: 1_752_569_950_643 },
      { id: 'repaid-1771', type: 'repaid', forced: false, coin: 'BTC', amount: '0.005', at: 1_752_569_614_528 },
      { id: 'borrowed-1363', type: 'borrowed', forced: false, coin: 'BTC', amount: '0.1', at: 1_752_569_209_643 },
    ]);
    assert.equal(older, undefined);
  });

  it('keep ids beyond what a float holds exact, as a number and as text', async () => {
    const { venue, connection } = sampled();
    const row = (id: string): string =>
      `{"adjustId":${id},"adjustTime":1752627997907,"afterLTV":"0.5","amount":"0.08","collateralCurrency":"BTC","direction":0,"preLTV":"0.6","status":1}`;
    venue.on(
      '/crypto-loan-common/adjustment-history',
      successText(`{"list":[${row('9007199254740993')},${row('"1794318409405331968"')}],"nextPageCursor":""}`),
    );
    const { rows } = await connection.loans!.history(pool, {});
    assert.deepEqual(
      rows.map(({ id }) => id).filter((id) => /^\d/.test(id)),
      ['9007199254740993', '1794318409405331968'],
    );
  });

  it('say of a change that is under way or failed that it is', async () => {
    const { venue, connection } = sampled();
    for (const [status, word] of [
      ['2', 'collateral_reduced_processing'],
      ['3', 'collateral_reduced_failed'],
      ['0', 'collateral_reduced_processing'],
    ] as const) {
      venue.on('/crypto-loan-common/adjustment-history', fixture('adjustment-history').replace('"status": 1', `"status": ${status}`));
      assert.equal((await connection.loans!.history(pool, {})).rows.find(({ id }) => id === '27511')?.type, word);
    }
  });

  it('leave out a row whose direction is neither of the two, and count it', async () => {
    const { venue, connection } = sampled();
    for (const direction of ['2', '-1', '"add"', 'null']) {
      venue.on(
        '/crypto-loan-common/adjustment-history',
        fixture('adjustment-history').replace('"direction": 1', `"direction": ${direction}`),
      );
      const { rows, unread } = await connection.loans!.history(pool, {});
      assert.deepEqual([rows.length, rows.some(({ type }) => type.startsWith('collateral')), unread], [6, false, 1]);
    }
  });

  it('give what has accrued on flexible debts, at a yearly rate', async () => {
    const { rows } = await sampled().connection.loans!.interest(pool, {});
    const row = { coin: 'ETH', debt: '0.10000019', interest: '0.00000019', rate: '0.016510318896' };
    assert.deepEqual(rows, [{ id: 'flexible-ETH', ...row, at: rows[0]?.at }]);
  });

  it('give the coins that can be borrowed, each once', async () => {
    assert.deepEqual(await sampled().connection.loans!.borrowableCoins(), ['ETH']);
  });

  it('are asked about coins to borrow for one level of customers: that of the key, or the lowest until it is known', async () => {
    for (const [vipLevel, asked] of [
      ['No VIP', 'VIP0'],
      ['VIP-1', 'VIP1'],
      ['VIP 5', 'VIP5'],
      ['PRO-1', 'PRO1'],
      ['PRO6', 'PRO6'],
      ['VIP-Supreme', 'VIP99'],
      ['Supreme VIP', 'VIP99'],
      ['VIP&currency=ETH', 'VIP0'],
      [undefined, 'VIP0'],
      [null, 'VIP0'],
      [7, 'VIP0'],
    ] as const) {
      const { venue, connection } = sampled();
      await connection.loans!.borrowableCoins();
      venue.on('/user/query-api', success({ readOnly: 1, permissions: { Spot: ['SpotTrade'] }, vipLevel }));
      await connection.inspect();
      await connection.loans!.borrowableCoins();
      assert.deepEqual(
        venue.to('/loanable-data').map(({ url }) => url.search),
        ['?vipLevel=VIP0', `?vipLevel=${asked}`],
      );
    }
  });

  it('give the maximum loan, in answer to the documented question', async () => {
    const { venue, connection } = sampled();
    const maximum = await connection.loans!.maximumLoan('BTC', pool, []);
    assert.deepEqual(maximum, { coin: 'BTC', amount: '0.1722', usd: '16456.05', remainingQuota: '9999999.9421' });
    await connection.loans!.maximumLoan('BTC', undefined, [{ coin: 'ETH', amount: '1.5' as never }]);
    assert.deepEqual(
      venue.to('/max-loan').map(({ body }) => body),
      ['{"currency":"BTC"}', '{"currency":"BTC","collateralList":[{"ccy":"ETH","amount":"1.5"}]}'],
    );
    assert.equal(await connection.loans!.maximumLoan('BTC', order, []), undefined);
    const { result } = JSON.parse(fixture('max-loan')) as { result: object };
    venue.on('/crypto-loan-common/max-loan', success({ ...result, maxLoan: '1.722E-1', notionalUsd: null, remainingQuota: '-1' }));
    assert.deepEqual(await connection.loans!.maximumLoan('BTC', pool, []), { coin: 'BTC', amount: '0.1722' });
    venue.on('/crypto-loan-common/max-loan', success({ ...result, maxLoan: '-1' }));
    assert.equal((await failureOf(connection.loans!.maximumLoan('BTC', pool, []))).field, 'result.maxLoan');
  });
});

describe('a key of Bybit', () => {
  const keyed = (more: object) => {
    const one = sampled();
    one.venue.on('/user/query-api', success({ readOnly: 0, permissions: { Spot: ['SpotTrade'] }, ips: ['*'], uta: 1, userID: 7, ...more }));
    return one;
  };

  it('tells who it is, what it may do and what it is bound to', async () => {
    const facts = await sampled().connection.inspect();
    assert.equal(facts.uid, '24617703');
    assert.deepEqual([facts.canRead, facts.canTrade, facts.canWithdraw, facts.subAccount], [true, true, false, false]);
    assert.deepEqual(facts.boundAddresses, ['10.0.0.1', '2001:db8::1']);
  });

  it('stands though a field is odd that decides nothing', async () => {
    for (const more of [{ ips: null }, { ips: [7, null, '10.0.0.1'] }, { uta: 'x' }, { userID: null }, { isMaster: 'yes' }]) {
      assert.equal((await keyed(more).connection.inspect()).canTrade, true, JSON.stringify(more));
    }
  });

  it('that is read-only may not trade, and a star is no address', async () => {
    const facts = await keyed({ readOnly: 1 }).connection.inspect();
    assert.deepEqual([facts.canRead, facts.canTrade], [true, false]);
    assert.deepEqual(facts.boundAddresses, []);
  });

  const expiresAt = async (more: object) => {
    const { connection, clock } = keyed(more);
    const { expiresAt: at } = await connection.inspect();
    return at === undefined ? undefined : at - clock.now();
  };

  it('tells when it ends, by the moment or by whole days', async () => {
    const { expiresAt: printed } = await sampled().connection.inspect();
    assert.equal(printed, Date.UTC(2026, 2, 1));
    const day = 86_400_000;
    for (const [more, wanted] of [
      [{ deadlineDay: 7, expiredAt: '' }, 7 * day],
      [{ deadlineDay: 7, expiredAt: '2026-03-01 00:00:00' }, 7 * day],
      [{ deadlineDay: 0 }, 0],
      // As printed in the documentation for a key that is bound to addresses.
      [{ deadlineDay: -2, expiredAt: '1970-01-01T00:00:00Z' }, undefined],
      [{ deadlineDay: 0, expiredAt: '1970-01-01T00:00:00Z' }, undefined],
      [{}, undefined],
      [{ deadlineDay: null, expiredAt: null }, undefined],
      [{ deadlineDay: 'soon', expiredAt: 'soon' }, undefined],
    ] as const) {
      assert.equal(await expiresAt(more), wanted, JSON.stringify(more));
    }
  });

  it('tells which rights it lacks, and is good for the rest', async () => {
    for (const [permissions, canTrade, lacks] of [
      [{ Spot: ['SpotTrade'], ContractTrade: ['Order', 'Position'] }, true, undefined],
      [{ Spot: ['SpotTrade'] }, true, [says('bybit.position-permission')]],
      [{ ContractTrade: ['Position'] }, true, [says('bybit.loan-permission')]],
      [{ ContractTrade: ['Order'] }, false, [says('bybit.loan-permission'), says('bybit.position-permission')]],
    ] as const) {
      const facts = await keyed({ permissions }).connection.inspect();
      assert.deepEqual([facts.canRead, facts.canTrade, facts.lacks?.map(({ template }) => template)], [true, canTrade, lacks]);
    }
    const { canRead, canTrade } = await keyed({ readOnly: 1, permissions: { ContractTrade: ['Position'] } }).connection.inspect();
    assert.deepEqual([canRead, canTrade], [true, false]);
  });

  it('that has expired is to be replaced', async () => {
    for (const code of ['33004', '-2015']) {
      const { venue, connection } = sampled();
      venue.on('/user/query-api', `{"retCode":${code},"retMsg":"","result":{}}`);
      const error = await failureOf(connection.inspect());
      assert.equal(error.kind, 'auth');
      assert.match(error.message, saysLike('venue.ended-key', 'Bybit'));
    }
  });

  it('that may withdraw is known for it, in whatever group that stands', async () => {
    for (const group of ['Wallet', 'Anything']) {
      for (const Spot of [['SpotTrade'], []]) {
        const facts = await keyed({ permissions: { Spot, [group]: ['AccountTransfer', 'Withdraw'] } }).connection.inspect();
        assert.equal(facts.canWithdraw, true);
      }
    }
  });

  it('that may withdraw is known for it, in whatever form that is said', async () => {
    const documented = { Spot: ['SpotTrade'], Wallet: ['Withdraw'] };
    for (const permissions of [
      [documented],
      { Spot: ['SpotTrade'], Wallet: 'Withdraw' },
      { Spot: ['SpotTrade'], Wallet: { 0: 'Withdraw' } },
    ]) {
      assert.equal((await keyed({ permissions }).connection.inspect()).canWithdraw, true, JSON.stringify(permissions));
    }
    const { connection, venue } = keyed({});
    venue.on('/user/query-api', fixture('query-api').replace('"Wallet": ["AccountTransfer"]', '"__proto__": ["Withdraw"]'));
    assert.equal((await connection.inspect()).canWithdraw, true);
  });

  it('is read-only by what Bybit says of the key, not by the names of its permissions', async () => {
    const withdrawing = { permissions: { Spot: ['SpotTrade'], Wallet: ['Withdraw'] } };
    for (const [more, expected] of [
      [{ readOnly: 1 }, true],
      [{ readOnly: 1, ...withdrawing }, true],
      [{ readOnly: 0 }, undefined],
      [{ readOnly: 0, permissions: { Spot: ['Anything'], ContractTrade: ['Position'] } }, undefined],
    ] as const) {
      assert.equal((await keyed(more).connection.inspect()).onlyReads, expected, JSON.stringify(more));
    }
    for (const readOnly of [2, '1 ', true, null]) assert.equal((await failureOf(keyed({ readOnly }).connection.inspect())).kind, 'shape');
  });

  it('without the right that loans want is asked to prove itself, and the venue says what is missing', async () => {
    const { venue, connection } = keyed({ permissions: { Spot: [], Wallet: null } });
    const facts = await connection.inspect();
    assert.deepEqual([facts.canRead, facts.canTrade], [true, false]);
    venue.on('/crypto-loan-common/position', '{"retCode":10005,"retMsg":"","result":{}}');
    const error = await failureOf(connection.inspect());
    assert.equal(error.kind, 'permission');
    assert.match(error.message, /SPOT/);
  });
});

describe("Bybit's demo trading", () => {
  it('has no loans to be asked about, and says why their collateral cannot be changed', () => {
    const { venue, connection } = bench('demo');
    assert.equal(connection.loans, undefined);
    assert.deepEqual(Object.keys(connection.actions), ['margin']);
    for (const call of [() => actionOf(connection, 'collateral'), () => requestOf(connection, change())]) {
      assert.throws(
        call,
        (error) => ExchangeError.is(error, 'refused') && error.effect === 'none' && saysLike('bybit.no-loans').test(error.message),
      );
    }
    assert.deepEqual(venue.seen, []);
  });
});
