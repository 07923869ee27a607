import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import type { LoanRef, RepayChange } from '../../../../src/exchanges/exchange.ts';
import { failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { says } from '../../../texts.ts';
import { bench, fixture, order, pool, refusal, repayment, sampled, success, successText } from './bench.ts';

const debts = '/crypto-loan-flexible/ongoing-coin';
const position = '/crypto-loan-common/position';
const accuracy = '/crypto-loan-common/loanable-data';
const balances = '/query-account-coins-balance';
const repayments = '/crypto-loan-flexible/repayment-history';

const owed = (...rows: object[]): string => success({ list: rows });
const btc = (more: object = {}): object => ({
  loanCurrency: 'BTC',
  totalDebt: '0.08800022',
  unpaidAmount: '0.088',
  unpaidInterest: '0.00000022',
  hourlyInterestRate: '0.0000001361462',
  ...more,
});
const usdt = btc({ loanCurrency: 'USDT', totalDebt: '1200.5', unpaidAmount: '1200', unpaidInterest: '0.5' });
const decimals = (...rows: readonly (readonly [string, unknown])[]): string =>
  success({ list: rows.map(([currency, flexibleBorrowingAccuracy]) => ({ currency, flexibleBorrowingAccuracy })) });
const pooled = (more: object): string => {
  const { result } = JSON.parse(fixture('position')) as { result: object };
  return success({ ...result, ...more });
};

/** The sample account with its flexible debt of BTC. */
function owing() {
  const one = sampled();
  one.venue.on(debts, owed(btc())).on(accuracy, decimals(['BTC', 4]));
  return one;
}

describe('a repayment', () => {
  const golden: readonly (readonly [string, Partial<RepayChange>, string, string])[] = [
    ['of a flexible debt', {}, '/v5/crypto-loan-flexible/repay', '{"loanCurrency":"BTC","amount":"0.005"}'],
    [
      'of a fixed contract, by its id alone',
      { coin: 'ETH', contract: '570', all: true, amount: decimal('0.1') },
      '/v5/crypto-loan-fixed/fully-repay',
      '{"loanId":"570"}',
    ],
    [
      'of an old order',
      { loan: { loanId: '1794267532472646144', orderId: '1794267532472646144' }, coin: 'USDT', amount: decimal('100') },
      '/v5/crypto-loan/repay',
      '{"orderId":"1794267532472646144","amount":"100"}',
    ],
  ];
  for (const [name, more, path, body] of golden) {
    it(`${name} leaves once, in the very bytes of the documentation`, async () => {
      const { venue, connection } = sampled();
      const action = connection.actions.repay!;
      assert.deepEqual(action.describe(repayment(more)), { method: 'POST', path, body });
      const { url, body: shown } = action.rehearse(repayment(more));
      assert.deepEqual([url, shown, venue.seen.length], [`https://api.bybit.com${path}`, body, 0]);
      await action.send(repayment(more));
      assert.deepEqual(
        venue.seen.map(({ method, target, body: sent }) => [method, target, sent]),
        [['POST', path, body]],
      );
    });
  }

  it('carries the very characters of the amount, and nothing of ours', () => {
    const { connection } = sampled();
    const digits = fc.bigInt({ min: 1n, max: 10n ** 30n }).map(String);
    holds(
      fc.property(digits, fc.boolean(), (text, all) => {
        const { body } = connection.actions.repay!.describe(repayment({ amount: decimal(`0.${text}`), all }));
        assert.equal(body, `{"loanCurrency":"BTC","amount":"0.${text}"}`);
      }),
    );
  });

  it('that could be meant otherwise is not sent', async () => {
    const { venue, connection } = sampled();
    const odd: readonly Partial<Record<keyof RepayChange, unknown>>[] = [
      { direction: 'reduce' },
      { direction: 'repay' },
      { coin: '' },
      { amount: '0' },
      { amount: '-1' },
      { amount: 0.005 },
      { amount: '5e-3' },
      { loan: { loanId: 'pool', orderId: '571' } },
      { loan: { loanId: '1' } },
      { loan: { loanId: '1', orderId: '' } },
      { loan: { loanId: '1', orderId: '2' } },
      // Only the whole of a contract, and only in the pool.
      { contract: '570' },
      { contract: '', all: true },
      { contract: '5 7', all: true },
      { contract: '570', all: true, loan: order },
    ];
    for (const part of odd) {
      const asked = { ...repayment(), ...part } as RepayChange;
      const error = await failureOf(connection.actions.repay!.send(asked));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], JSON.stringify(part));
      if ('loan' in part) assert.equal((await failureOf(connection.actions.repay!.prepare(asked))).kind, 'refused');
    }
    assert.deepEqual(venue.seen, []);
  });

  it('is sent once whatever happens to its answer, and it is then unknown what became of it', async () => {
    for (const reply of [
      () => Promise.reject(new TypeError('fetch failed')),
      new Response('', { status: 502 }),
      '{"retCode":10000,"retMsg":""}',
      '{"retCode":148041,"retMsg":"repayment already exists"}',
      '{"retCode":999999,"retMsg":""}',
      '{"retCode":0',
    ]) {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan-flexible/repay', reply);
      const error = await failureOf(connection.actions.repay!.send(repayment()));
      assert.deepEqual([error.effect, venue.seen.length], ['unknown', 1]);
    }
  });

  it('is rejected without an effect where Bybit says why', async () => {
    for (const code of ['148003', '148005', '148028', '148042', '148029', '148032', '148033', '148038', '148031']) {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan-flexible/repay', refusal(code));
      const error = await failureOf(connection.actions.repay!.send(repayment()));
      assert.deepEqual([error.effect, error.code, venue.seen.length], ['none', code, 1]);
    }
  });

  it('gets the id that Bybit gives it, digit for digit, and is accepted without one too', async () => {
    for (const [result, expected] of [
      ['{"repayId":"1771"}', { reference: '1771' }],
      ['{"repayId":1771}', { reference: '1771' }],
      ['{"repayId":90071992547409931234}', { reference: '90071992547409931234' }],
      ['{"repayId":"1794271131730737664"}', { reference: '1794271131730737664' }],
      ['{"repayId":""}', {}],
      ['{"repayId":0}', {}],
      ['{"repayId":1.5}', {}],
      ['{"repayId":null}', {}],
      ['{}', {}],
      ['null', {}],
      ['[]', {}],
    ] as const) {
      const { venue, connection } = sampled();
      venue.on('/crypto-loan-flexible/repay', successText(result));
      assert.deepEqual(await connection.actions.repay!.send(repayment()), expected, result);
    }
  });
});

describe('preparing a repayment of the pool', () => {
  const prepare = (one = owing(), coin = 'BTC') => one.connection.actions.repay!.prepare({ loan: pool, coin });

  it('gives debt, interest, rate, wallet, decimals and baseline', async () => {
    const one = owing();
    const ready = await prepare(one);
    const { kind, debt, interest, rate, walletAvailable, places, baseline } = ready;
    assert.deepEqual([kind, debt, interest, rate, walletAvailable], ['repay', '0.08800022', '0.00000022', '0.001192640712', '0.2']);
    // Whether what is pledged comes back is not documented clearly enough to promise it.
    assert.deepEqual([places, ready.closesWhenPaid], [4, undefined]);
    assert.deepEqual(baseline, { kind: 'repay', newestHistoryId: '1773', debt: '0.08800022', ltv: '0.524344' });
    assert.deepEqual([ready.loan.id, ready.loan.debtUsd, ready.prices.get('BTC')], ['pool', '9638.17', '106310.76']);
  });

  it('asks what is documented, and for the debt after the newest row', async () => {
    const { venue, connection } = owing();
    await prepare({ venue, connection } as ReturnType<typeof owing>);
    const asked = venue.seen.map(({ method, target, headers }) => `${method} ${target}${headers.has('X-BAPI-SIGN') ? ' signed' : ''}`);
    assert.deepEqual(asked.sort(), [
      'GET /v5/asset/transfer/query-account-coins-balance?accountType=FUND signed',
      'GET /v5/crypto-loan-common/collateral-data',
      'GET /v5/crypto-loan-common/loanable-data?currency=BTC',
      'GET /v5/crypto-loan-common/position signed',
      'GET /v5/crypto-loan-flexible/ongoing-coin?loanCurrency=BTC signed',
      'GET /v5/crypto-loan-flexible/repayment-history?loanCurrency=BTC&limit=100 signed',
      'GET /v5/market/tickers?category=spot',
    ]);
    const at = (suffix: string) => venue.seen.findIndex(({ url }) => url.pathname.endsWith(suffix));
    assert.ok(at(repayments) < at(debts) && at(repayments) < at(position));
  });

  it('tells the debts of several coins apart, whatever the server filters', async () => {
    for (const [coin, debt, interest] of [
      ['BTC', '0.08800022', '0.00000022'],
      ['USDT', '1200.5', '0.5'],
    ] as const) {
      const one = owing();
      one.venue.on(debts, owed(usdt, btc())).on(accuracy, decimals(['BTC', 4], ['USDT', 2]));
      const ready = await prepare(one, coin);
      assert.deepEqual([ready.debt, ready.interest, ready.places], [debt, interest, coin === 'BTC' ? 4 : 2]);
    }
  });

  it('says so where only interest is left', async () => {
    const one = owing();
    one.venue.on(debts, owed(btc({ totalDebt: '0.00000022', unpaidAmount: '0', unpaidInterest: '0.00000022' })));
    const { debt, interest } = await prepare(one);
    assert.deepEqual([debt, interest], ['0.00000022', '0.00000022']);
  });

  it('takes the fewest decimals where they differ by level', async () => {
    const one = owing();
    one.venue.on(accuracy, decimals(['BTC', 8], ['BTC', 3], ['BTC', ''], ['ETH', 1]));
    assert.equal((await prepare(one)).places, 3);
  });

  it('takes no decimals at all for unknown where the coin is not borrowable', async () => {
    const one = owing();
    const rowOf = (flexibleBorrowable: unknown) => ({ currency: 'BTC', flexibleBorrowingAccuracy: 0, flexibleBorrowable });
    one.venue.on(accuracy, success({ list: [rowOf(true)] }), success({ list: [rowOf(false)] }), success({ list: [rowOf('')] }));
    assert.equal((await prepare(one)).places, 0);
    for (let count = 0; count < 2; count += 1) {
      const error = await failureOf(prepare(one));
      assert.equal(error.message, says('venue.unsaid', 'Bybit', says('figure.decimals', 'BTC')));
    }
  });

  for (const [name, row] of [
    ['no interest', { unpaidInterest: undefined }],
    ['an empty interest', { unpaidInterest: '' }],
    ['more interest than debt', { unpaidInterest: '1' }],
    ['a negative interest', { unpaidInterest: '-1' }],
  ] as const) {
    it(`goes on with ${name}: the debt is known`, async () => {
      const one = owing();
      one.venue.on(debts, owed(btc(row)));
      const { debt, interest } = await prepare(one);
      assert.deepEqual([debt, interest], ['0.08800022', undefined]);
    });
  }

  it('goes on without a rate, an LTV or prices: a rescue must not wait for a figure', async () => {
    const one = owing();
    one.venue
      .on(debts, owed(btc({ hourlyInterestRate: '' })))
      .on(position, pooled({ ltv: '' }))
      .on('/market/tickers', new Response('', { status: 502 }));
    const { rate, baseline, debt } = await prepare(one);
    assert.deepEqual([rate, 'ltv' in baseline, debt], [undefined, false, '0.08800022']);
  });

  const twice = btc({ totalDebt: '0.07' });
  const none: readonly (readonly [string, string, string, string?])[] = [
    ['a debt that is empty', debts, owed(btc({ totalDebt: '' }))],
    ['a debt below zero', debts, owed(btc({ totalDebt: '-0.1' }))],
    ['a debt that is a number', debts, owed(btc({ totalDebt: 0.088 }))],
    ['a debt that is missing', debts, owed(btc({ totalDebt: undefined }))],
    ['a debt listed twice', debts, owed(btc(), twice)],
    ['a row without a coin', debts, owed(btc({ loanCurrency: '' }))],
    ['a list that is null', debts, '{"retCode":0,"retMsg":"","result":{"list":null}}'],
    ['a row that the position has and the list lacks', debts, owed(), 'shape'],
    ['its newest row without an id', repayments, success({ list: [{ loanCurrency: 'BTC', repayAmount: '1' }], nextPageCursor: '' })],
    ['decimals', accuracy, decimals(['ETH', 4]), 'refused'],
    ['decimals that can be read', accuracy, decimals(['BTC', '4.5'], ['BTC', -1], ['BTC', 19], ['BTC', null]), 'refused'],
    ['the wallet', balances, success({ balance: [{ coin: 'BTC', walletBalance: '', transferBalance: '' }] }), 'refused'],
    ['a loan', position, pooled({ borrowList: [], collateralList: [], totalDebt: '0', ltv: '0' }), 'refused'],
  ];
  for (const [name, suffix, answer, kind = 'shape'] of none) {
    it(`is refused without ${name}`, async () => {
      const one = owing();
      one.venue.on(suffix, answer);
      const error = await failureOf(prepare(one));
      assert.deepEqual([error.kind, error.effect], [kind, 'none']);
    });
  }

  it('says where another debt of the pool could not be read', async () => {
    const one = owing();
    assert.equal((await prepare(one)).owesMore, undefined);
    const unread = { loanCurrency: 'USDT', flexibleTotalDebt: 'x', fixedTotalDebt: '0' };
    one.venue.on(position, pooled({ borrowList: [{ loanCurrency: 'BTC', flexibleTotalDebt: '0.08800022', fixedTotalDebt: '0' }, unread] }));
    assert.equal((await prepare(one)).owesMore, true);
  });

  it('is refused where the coin is not owed', async () => {
    const one = owing();
    one.venue.on(debts, owed()).on(accuracy, decimals(['USDT', 2]));
    assert.equal((await failureOf(prepare(one, 'USDT'))).message, says('repay.nothing-owed', 'USDT'));
  });

  it('takes no debt for paid because a row of the position is unreadable', async () => {
    const one = owing();
    const borrowList = [
      { loanCurrency: 'ETH', fixedTotalDebt: '0.1', flexibleTotalDebt: '0' },
      { loanCurrency: 'BTC', flexibleTotalDebt: null },
    ];
    one.venue.on(debts, owed()).on(position, pooled({ borrowList }));
    assert.equal((await failureOf(prepare(one))).kind, 'shape');
  });
});

describe('preparing a repayment of an old order', () => {
  const row = (more: object = {}): string => {
    const { result } = JSON.parse(fixture('legacy-ongoing-orders')) as { result: { list: object[] } };
    return success({ list: result.list.map((one) => ({ ...one, ...more })), nextPageCursor: '' });
  };
  const ordered = (answer = row()) => {
    const one = sampled();
    one.venue.on('/crypto-loan/ongoing-orders', answer);
    return one;
  };
  const prepare = (one = ordered(), coin = 'USDT', loan: LoanRef = order) => one.connection.actions.repay!.prepare({ loan, coin });

  it('gives principal and interest together, and its own decimals', async () => {
    const { debt, interest, places, closesWhenPaid, rate, baseline, walletAvailable, loan } = await prepare();
    assert.deepEqual([debt, interest, places, closesWhenPaid], ['1888.045358', '0.04016', 4, true]);
    assert.deepEqual([rate, walletAvailable, loan.orderId], ['0.009314508', '0', order.orderId]);
    // The newest repayment in the sample is of another order.
    assert.deepEqual(baseline, { kind: 'repay', debt: '1888.045358', ltv: '0.4161' });
  });

  it('asks for this order alone', async () => {
    const one = ordered();
    await prepare(one);
    const asked = one.venue.seen.filter(({ target }) => target.includes('/crypto-loan/')).map(({ target }) => target);
    assert.deepEqual(asked.sort(), [
      '/v5/crypto-loan/collateral-data',
      '/v5/crypto-loan/loanable-data?currency=USDT',
      `/v5/crypto-loan/ongoing-orders?orderId=${order.loanId}&limit=100`,
      `/v5/crypto-loan/repayment-history?orderId=${order.loanId}&loanCurrency=USDT&limit=100`,
    ]);
  });

  it('takes no decimals of zero beside a coin that is no longer lent: the debt would be rounded up to whole coins', async () => {
    const told = (flexibleBorrowable: boolean) => {
      const one = ordered();
      const list = [{ currency: 'USDT', borrowingAccuracy: 0, flexibleBorrowable }];
      one.venue.on('/crypto-loan/loanable-data', success({ vipCoinList: [{ list }] }));
      return prepare(one);
    };
    assert.equal((await told(true)).places, 0);
    assert.equal((await failureOf(told(false))).kind, 'refused');
  });

  it('counts a penalty as interest', async () => {
    const { debt, interest } = await prepare(ordered(row({ residualPenaltyInterest: '2' })));
    assert.deepEqual([debt, interest], ['1890.045358', '2.04016']);
  });

  for (const [name, answer, kind, coin] of [
    ['an amount that is empty', row({ totalDebt: '' }), 'shape'],
    ['an interest that is odd', row({ residualInterest: 'x' }), 'shape'],
    ['the order', success({ list: [], nextPageCursor: '' }), 'refused'],
    ['a debt in this coin', row(), 'refused', 'BTC'],
    ['a debt', row({ totalDebt: '0', residualInterest: '0' }), 'refused'],
  ] as const) {
    it(`is refused without ${name}`, async () => {
      assert.equal((await failureOf(prepare(ordered(answer), coin))).kind, kind);
    });
  }

  it('is refused where the site has no such loans', async () => {
    const { connection } = bench('eu');
    assert.equal((await failureOf(connection.actions.repay!.prepare({ loan: order, coin: 'USDT' }))).effect, 'none');
  });
});

describe('preparing a repayment of a fixed contract', () => {
  const contracts = '/crypto-loan-fixed/borrow-contract-info';
  const [eth571, eth570] = (JSON.parse(fixture('borrow-contract-info')) as { result: { list: [object, object] } }).result.list;
  const listed = (...rows: object[]): string => success({ list: rows, nextPageCursor: '' });
  const fixed = (answer = listed(eth570)) => {
    const one = sampled();
    one.venue.on(debts, owed()).on(contracts, answer);
    return one;
  };
  const prepare = (one = fixed(), contract?: string) =>
    one.connection.actions.repay!.prepare({ loan: pool, coin: 'ETH', ...(contract === undefined ? {} : { contract }) });

  it('names the only contract of the coin, and takes no less than all of it', async () => {
    const one = fixed(listed(eth570, { ...eth571, status: 2, residualPrincipal: '0' }, { ...eth571, borrowCurrency: 'BTC' }));
    const { contract, debt, minimum, places, interest, baseline, closesWhenPaid } = await prepare(one);
    assert.deepEqual([contract, debt, minimum, places, interest, closesWhenPaid], ['570', '0.1', '0.1', 1, undefined, undefined]);
    assert.deepEqual(baseline, { kind: 'repay', newestHistoryId: '1782', debt: '0.1', ltv: '0.524344' });
    assert.deepEqual(
      one.venue.seen.filter(({ target }) => target.includes('-fixed/')).map(({ target }) => target.split('/').at(-1)),
      ['borrow-contract-info?orderCurrency=ETH&limit=100', 'repayment-history?limit=100', 'borrow-contract-info?loanId=570&limit=100'],
    );
  });

  it('is asked for by its id once that is known', async () => {
    const one = fixed();
    assert.equal((await prepare(one, '570')).contract, '570');
    assert.deepEqual(
      one.venue.to(contracts).map(({ url }) => url.search),
      ['?loanId=570&limit=100'],
    );
  });

  it('counts the penalty of an overdue one, to the last digit', async () => {
    const { debt, interest, places, minimum } = await prepare(fixed(listed({ ...eth570, status: 3, residualPenaltyInterest: '0.000123' })));
    assert.deepEqual([debt, interest, places, minimum], ['0.100123', '0.000123', 6, '0.100123']);
  });

  it('is left to the app where there are several', async () => {
    const error = await failureOf(prepare(fixed(listed(eth570, eth571))));
    assert.deepEqual([error.kind, error.message], ['refused', says('repay.several-fixed', 'Bybit', 'ETH')]);
  });

  it('is not offered instead of a flexible debt that only one of two lists tells', async () => {
    const one = fixed();
    const both = { loanCurrency: 'ETH', flexibleTotalDebt: '2', fixedTotalDebt: '0.1' };
    one.venue
      .on(debts, owed(btc({ loanCurrency: 'ETH', totalDebt: '0', unpaidInterest: '0' })))
      .on(position, pooled({ borrowList: [both] }));
    one.venue.on(accuracy, decimals(['ETH', 4]));
    assert.equal((await failureOf(prepare(one))).kind, 'shape');
  });

  it('comes after what is owed flexibly', async () => {
    const one = fixed();
    one.venue.on(debts, owed(btc({ loanCurrency: 'ETH' }))).on(accuracy, decimals(['ETH', 4]));
    const { contract, debt } = await prepare(one);
    assert.deepEqual([contract, debt], [undefined, '0.08800022']);
  });

  for (const [name, answer, kind, contract] of [
    ['a principal', listed({ ...eth570, residualPrincipal: '' }), 'shape'],
    ['a principal above zero', listed({ ...eth570, residualPrincipal: '-1' }), 'shape'],
    ['a penalty that can be read', listed({ ...eth570, residualPenaltyInterest: 'x' }), 'shape'],
    ['a coin', listed({ ...eth570, borrowCurrency: '' }), 'shape'],
    ['an id', listed({ ...eth570, loanId: undefined }), 'refused'],
    ['a list', success({ list: null }), 'shape'],
    ['the contract, which the position still has', listed(), 'shape', '570'],
    ['the contract, of which there are two', listed(eth570, { ...eth570, residualPrincipal: '7' }), 'shape', '570'],
    ['the contract, which is repaid', listed({ ...eth570, status: 2, residualPrincipal: '0' }), 'refused', '570'],
    ['the contract of this coin', listed({ ...eth570, borrowCurrency: 'BTC' }), 'refused', '570'],
  ] as const) {
    it(`is refused without ${name}`, async () => {
      assert.equal((await failureOf(prepare(fixed(answer), contract))).kind, kind);
    });
  }
});
