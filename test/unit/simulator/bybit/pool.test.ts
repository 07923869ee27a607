import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, divide, sum, type Decimal } from '../../../../src/core/decimal.ts';
import { holds } from '../../property.ts';
import { Bench, account, holdings, poolPath, settleMs, type Reply } from './bench.ts';

const adjustPath = `${poolPath}adjust-ltv`;
const body = (change: Record<string, unknown>): string => JSON.stringify({ currency: 'BTC', amount: '0.01', direction: '0', ...change });

describe('the pool of the simulated Bybit', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const ltv = (): string => String(bench.pool('position').result['ltv']);

  it('begins as published in these tests', () => {
    const { result } = bench.pool('position');
    assert.equal(result['ltv'], '0.527989');
    assert.deepEqual(result['collateralList'], [
      { currency: 'BTC', amount: '0.25', amountUSD: '16000' },
      { currency: 'ETH', amount: '4', amountUSD: '10128' },
      { currency: 'SOL', amount: '50', amountUSD: '5250' },
    ]);
  });

  it('takes an addition from the funding wallet, first on its way and then done', () => {
    const { code, raw } = bench.adjust('0', 'BTC', '0.05');
    assert.equal(code, 0);
    assert.match(raw, /"result":\{"adjustId":27512\}/);
    const [row] = bench.pool('adjustment-history?adjustId=27512').list;
    assert.deepEqual([row?.['status'], row?.['direction'], row?.['amount']], [2, 0, '0.05']);
    assert.equal(bench.collateral('BTC'), '0.25');
    bench.clock.pass(settleMs);
    const [done] = bench.pool('adjustment-history?adjustId=27512').list;
    assert.deepEqual([done?.['status'], done?.['preLTV'], done?.['afterLTV']], [1, '0.527989', ltv()]);
    assert.equal(ltv(), '0.493395');
    assert.deepEqual([bench.collateral('BTC'), bench.wallet('BTC')], ['0.3', '1.7421483143067599']);
  });

  it('gives a reduction back to the funding wallet', () => {
    bench.adjust('1', 'ETH', '1');
    bench.clock.pass(settleMs);
    assert.equal(bench.pool('adjustment-history').list[0]?.['status'], 1);
    assert.deepEqual([bench.collateral('ETH'), bench.wallet('ETH')], ['3', '2.9400755578876945']);
  });

  it('gives every second adjustment an id that a float cannot hold, as a JSON number', () => {
    bench.adjust('0', 'BTC', '0.01');
    const { raw } = bench.adjust('0', 'BTC', '0.02');
    const id = /"adjustId":(\d+)\}/.exec(raw)?.[1] ?? '';
    assert.equal(id, '9007199254740997');
    assert.notEqual(Number(id).toString(), id);
    assert.match(bench.pool(`adjustment-history?adjustId=${id}`).raw, new RegExp(`"adjustId":${id},.*"amount":"0.02"`));
    assert.deepEqual(bench.pool(`adjustment-history?adjustId=${Number(id).toString()}`).list, []);
  });

  it('lists failed adjustments with status 3, and moves nothing', () => {
    bench.control.handle('POST', 'fault', '{"fault":"settlement-failed"}');
    const before = ltv();
    bench.adjust('0', 'BTC', '0.05');
    assert.equal(bench.pool('adjustment-history').list[0]?.['status'], 2);
    bench.clock.pass(settleMs);
    const [row] = bench.pool('adjustment-history').list;
    assert.deepEqual([row?.['status'], row?.['afterLTV'], ltv(), bench.wallet('BTC')], [3, before, before, '1.7921483143067599']);
  });

  it('counts what is on its way as gone, in the wallet and in the pool', () => {
    bench.control.handle('POST', 'settle', '{"ms":60000}');
    assert.equal(bench.adjust('0', 'BTC', '1.79').code, 0);
    assert.equal(bench.adjust('0', 'BTC', '0.01').code, 148037);
    const most = String(bench.pool('max-collateral-amount?currency=BTC').result['maxCollateralAmount']);
    assert.equal(bench.adjust('1', 'BTC', most).code, 0);
    assert.equal(bench.pool('max-collateral-amount?currency=BTC').result['maxCollateralAmount'], '0');
    assert.equal(bench.adjust('1', 'SOL', '1').code, 148037);
  });

  it('refuses to add anything while the platform is full, and says how full it is', () => {
    for (const [level, code] of [
      ['-1', 0],
      ['0', 0],
      ['1', 0],
      ['2', 148006],
    ] as const) {
      bench.control.handle('POST', 'cap', JSON.stringify({ level }));
      assert.equal(bench.pool('position').result['colRes'], level);
      assert.equal(bench.adjust('0', 'BTC', '0.001').code, code, level);
      assert.equal(bench.adjust('1', 'BTC', '0.001').code, 0, level);
    }
  });

  it('says what is left to borrow of a coin', () => {
    const left = (currency?: string): unknown => {
      const { code, result } = bench.ask(
        'GET',
        `/v5/crypto-loan-flexible/available-inventory${currency === undefined ? '' : `?currency=${currency}`}`,
      );
      return code === 0 ? result['availableInventory'] : code;
    };
    assert.deepEqual([left('USDT'), left('DOGE'), left()], ['1000000', 148014, 10001]);
    bench.control.handle('POST', 'inventory', '{"left":"0"}');
    assert.equal(left('USDT'), '0');
  });

  const refused: readonly (readonly [what: string, code: number, change: Record<string, unknown>])[] = [
    ['no coin', 10001, { currency: undefined }],
    ['a coin it does not know', 148014, { currency: 'DOGE' }],
    ['a coin that is no collateral', 148004, { currency: 'MNT' }],
    ['no amount', 10001, { amount: undefined }],
    ['an amount that is a JSON number', 10001, { amount: 0.01 }],
    ['an amount with an exponent', 10001, { amount: '1e-2' }],
    ['an amount of zero', 148007, { amount: '0' }],
    ['a negative amount', 148007, { amount: '-0.01' }],
    ['an amount with 9 decimals', 148005, { amount: '0.010000001' }],
    ['no direction', 10001, { direction: undefined }],
    ['a direction that is a number', 10001, { direction: 0 }],
    ['a direction that is a word', 10001, { direction: 'add' }],
    ['direction 2', 10001, { direction: '2' }],
    ['more than the wallet has', 148037, { amount: '1.79214832' }],
    ['a reduction above what is pledged', 148037, { amount: '0.26', direction: '1' }],
    ['a reduction of a coin that is not pledged', 148037, { currency: 'USDC', direction: '1' }],
  ];
  for (const [what, code, change] of refused) {
    it(`refuses ${what} with ${code.toString()}`, () => {
      assert.equal(bench.ask('POST', adjustPath, body(change)).code, code);
      assert.deepEqual(bench.world.adjustments, []);
    });
  }

  it('refuses an addition where nothing is owed, but gives everything back', () => {
    const free = new Bench({ change: account(holdings(['BTC', '1']), [], holdings(['BTC', '1'])) });
    assert.equal(free.adjust('0', 'BTC', '0.1').code, 148013);
    assert.equal(free.pool('max-collateral-amount?currency=BTC').result['maxCollateralAmount'], '1');
    assert.equal(free.adjust('1', 'BTC', '1').code, 0);
    free.clock.pass(settleMs);
    assert.deepEqual(free.pool('position').result['collateralList'], []);
    assert.equal(free.wallet('BTC'), '2');
  });

  it('lets nothing go beyond the margin call, and says so', () => {
    bench.control.handle('POST', 'price', '{"coin":"BTC","percent":"-90"}');
    bench.control.handle('POST', 'price', '{"coin":"SOL","percent":"-90"}');
    assert.equal(bench.pool('max-collateral-amount?currency=BTC').result['maxCollateralAmount'], '0');
    assert.equal(bench.adjust('1', 'BTC', '0.001').code, 148009);
    assert.equal(bench.adjust('0', 'BTC', '0.001').code, 0);
  });

  it('accepts the maximum it names and refuses one step more, for any debt', () => {
    const step = decimal('0.00000001');
    holds(
      fc.property(fc.integer({ min: 1000, max: 26_000 }), fc.constantFrom('BTC', 'ETH', 'SOL'), (debt, coin) => {
        const pledged = holdings(['BTC', '0.25'], ['ETH', '4'], ['SOL', '50']);
        const one = new Bench({ change: account(pledged, holdings(['USDT', debt.toString()])) });
        const most = decimal(String(one.pool(`max-collateral-amount?currency=${coin}`).result['maxCollateralAmount']));
        const more = add(most, step);
        assert.ok([148037, 148009].includes(one.adjust('1', coin, more).code), `${more} ${coin}`);
        if (compare(most, decimal('0')) > 0) assert.equal(one.adjust('1', coin, most).code, 0, `${most} ${coin}`);
        one.clock.pass(settleMs);
        assert.ok(compare(decimal(String(one.pool('position').result['ltv'])), decimal('0.85')) <= 0);
      }),
      { numRuns: 60 },
    );
  });

  it('loses and makes no coin, whatever is asked and whatever goes wrong', () => {
    const names = ['BTC', 'ETH', 'SOL', 'USDT', 'USDC', 'MNT'];
    const faults = [
      '',
      'reversed-direction',
      'wrong-amount',
      'never-settled',
      'settlement-failed',
      'lost-after-acting',
      '10016-after-acting',
    ];
    const step = fc.record({
      direction: fc.constantFrom('0', '1'),
      coin: fc.constantFrom(...names),
      sats: fc.integer({ min: 1, max: 300_000_000 }),
      legacy: fc.boolean(),
      fault: fc.constantFrom(...faults),
      wait: fc.integer({ min: 0, max: 3000 }),
    });
    holds(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const one = new Bench();
        const total = (ccy: string): Decimal => {
          const { wallet, pool, legacyOrders } = one.world;
          const all = [...wallet, ...pool.collateral, ...legacyOrders.map((order) => order.collateral)];
          return sum(all.filter((held) => held.ccy === ccy).map(({ amt }) => amt));
        };
        const before = names.map(total);
        for (const { direction, coin, sats, legacy, fault, wait } of steps) {
          one.control.handle('DELETE', 'fault', '');
          if (fault !== '') one.control.handle('POST', 'fault', JSON.stringify({ fault, times: 1 }));
          const amount = divide(decimal(sats.toString()), decimal('100000000'), 8, 'down');
          const text = JSON.stringify({ ...(legacy ? { orderId: '1793683005081680384' } : { currency: coin }), amount, direction });
          one.clock.pass(1000);
          one.send('POST', legacy ? '/v5/crypto-loan/adjust-ltv' : adjustPath, text);
          one.clock.pass(wait);
        }
        one.clock.pass(settleMs);
        one.world.advance();
        names.forEach((ccy, index) => {
          assert.equal(compare(total(ccy), before[index]!), 0, ccy);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('pages through its adjustments, newest first, until nothing is left', () => {
    for (let count = 1; count <= 12; count += 1) bench.adjust('0', 'BTC', `0.0${count.toString().padStart(2, '0')}`);
    const seen: unknown[] = [];
    let cursor = '';
    const pages: number[] = [];
    do {
      const reply: Reply = bench.pool(`adjustment-history?limit=5${cursor === '' ? '' : `&cursor=${cursor}`}`);
      pages.push(reply.list.length);
      seen.push(...reply.list.map((row) => row['amount']));
      cursor = String(reply.result['nextPageCursor']);
    } while (cursor !== '');
    assert.deepEqual(pages, [5, 5, 2]);
    assert.deepEqual([seen[0], seen[11], new Set(seen).size], ['0.012', '0.001', 12]);
    assert.equal(bench.pool('adjustment-history').list.length, 10);
    assert.equal(bench.pool('adjustment-history?collateralCurrency=ETH').list.length, 0);
    for (const wrong of ['limit=0', 'limit=101', 'limit=1.5', 'cursor=7'])
      assert.equal(bench.pool(`adjustment-history?${wrong}`).code, 10001);
  });

  it('charges interest by the hour on the flexible part, rounded against the borrower', () => {
    const published = new Bench({ account: 'published' });
    const eth = account(holdings(['BTC', '1']), holdings(['ETH', '0.1']));
    const one = new Bench({ change: eth });
    one.control.handle('POST', 'interest', '');
    assert.deepEqual(one.ask('GET', '/v5/crypto-loan-flexible/ongoing-coin').list, [
      {
        loanCurrency: 'ETH',
        hourlyInterestRate: '0.00000188498892',
        totalDebt: '0.10000019',
        unpaidAmount: '0.1',
        unpaidInterest: '0.00000019',
      },
    ]);
    published.clock.pass(3_600_000);
    const [row] = published.ask('GET', '/v5/crypto-loan-flexible/ongoing-coin?loanCurrency=BTC').list;
    assert.equal(row?.['totalDebt'], '0.08800024');
    assert.deepEqual(published.ask('GET', '/v5/crypto-loan-flexible/ongoing-coin?loanCurrency=USDT').list, []);
  });

  it('says when a fixed contract is due, and when it is overdue', () => {
    const contracts = (query = ''): readonly Record<string, unknown>[] =>
      bench.ask('GET', `/v5/crypto-loan-fixed/borrow-contract-info${query}`).list;
    const [contract] = contracts('?orderCurrency=ETH&term=30');
    assert.deepEqual([contract?.['loanId'], contract?.['residualPrincipal'], contract?.['status']], ['571', '1.4', 1]);
    const days = (Number(contract?.['repaymentTime']) - Number(contract?.['borrowTime'])) / 86_400_000;
    assert.equal(days, 30);
    bench.clock.pass(6 * 86_400_000);
    assert.equal(contracts()[0]?.['status'], 3);
    for (const query of ['?orderCurrency=BTC', '?term=7', '?loanId=1', '?orderId=1']) assert.deepEqual(contracts(query), []);
  });

  it('says what could still be borrowed, also against coins from the wallet', () => {
    const most = (parameters: Record<string, unknown>): Reply => bench.ask('POST', `${poolPath}max-loan`, JSON.stringify(parameters));
    const plain = most({ currency: 'USDT' });
    assert.deepEqual(plain.result, { currency: 'USDT', maxLoan: '8535.19', notionalUsd: '8535.19', remainingQuota: '9987996.79' });
    const more = most({ currency: 'USDT', collateralList: [{ ccy: 'ETH', amount: '1' }] });
    assert.equal(more.result['maxLoan'], '10360.79');
    const codes = [
      most({}),
      most({ currency: 'SOL' }),
      most({ currency: 'USDT', collateralList: [{ ccy: 'ETH', amount: '2' }] }),
      most({ currency: 'USDT', collateralList: [{ ccy: 'MNT', amount: '1' }] }),
      most({ currency: 'USDT', collateralList: 'ETH' }),
      most({ currency: 'USDT', collateralList: ['ETH'] }),
    ].map(({ code }) => code);
    assert.deepEqual(codes, [10001, 148014, 148037, 148004, 10001, 10001]);
  });
});
