import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { readState, writeState } from '../../../../src/simulator/bybit/state.ts';
import { holds } from '../../property.ts';
import { account, Bench, holdings, legacyOrderId, legacyPath, settleMs, type Reply, type Row } from './bench.ts';

const flexible = '/v5/crypto-loan-flexible/';
const fixed = '/v5/crypto-loan-fixed/';

/** Requests of the client, and what it then sees. */
class Repaying extends Bench {
  repay(loanCurrency: string, amount: string): Reply {
    return this.ask('POST', `${flexible}repay`, JSON.stringify({ loanCurrency, amount }));
  }
  repayFully(body: object): Reply {
    return this.ask('POST', `${fixed}fully-repay`, JSON.stringify(body));
  }
  repayOrder(amount: string, orderId = legacyOrderId): Reply {
    return this.ask('POST', `${legacyPath}repay`, JSON.stringify({ orderId, amount }));
  }
  owed(ccy = 'USDT'): Decimal {
    const { totalDebt = '0' } = this.debt(ccy);
    return decimal(totalDebt as string);
  }
  debt(ccy = 'USDT'): Row {
    return this.ask('GET', `${flexible}ongoing-coin?loanCurrency=${ccy}`).list[0] ?? {};
  }
  history(path = flexible, query = ''): readonly Row[] {
    return this.ask('GET', `${path}repayment-history${query}`).list;
  }
  settle(): void {
    this.clock.pass(settleMs);
    this.world.advance();
  }
  fault(fault: string): void {
    this.act('fault', { fault, times: 1 });
  }
}

describe('borrowing more at the simulated Bybit', () => {
  let bench: Repaying;
  beforeEach(() => {
    bench = new Repaying();
  });
  const borrow = (loanAmount: string, loanCurrency = 'USDT', more: object = {}): Reply => {
    bench.clock.pass(1_000);
    return bench.ask('POST', `${flexible}borrow`, JSON.stringify({ loanCurrency, loanAmount, ...more }));
  };
  const listed = (): Row | undefined => bench.ask('GET', `${flexible}borrow-history?orderId=1366`).list[0];

  it('lends into the funding wallet when it settles, and says what became of it', () => {
    const [owed, wallet] = [bench.owed(), bench.wallet('USDT')];
    assert.match(borrow('100').raw, /"result":\{"orderId":"1366"\}/);
    assert.equal(listed()?.['status'], 2);
    bench.settle();
    assert.deepEqual([listed()?.['status'], listed()?.['initialLoanAmount']], [1, '100']);
    assert.equal(subtract(bench.owed(), owed), '100');
    assert.equal(subtract(decimal(bench.wallet('USDT') as string), decimal(wallet as string)), '100');
  });

  it('lends a coin that it did not owe flexibly before', () => {
    assert.equal(bench.owed('BTC'), '0');
    borrow('0.001', 'BTC');
    bench.settle();
    assert.equal(bench.owed('BTC'), '0.001');
  });

  it('refuses in the documented codes what is too little, too fine, too much, not lent, or not left', () => {
    assert.equal(borrow('19').code, 148002);
    assert.equal(borrow('20.0000000001').code, 148003);
    assert.equal(borrow('1000000', 'USDT').code, 148009);
    assert.equal(borrow('20', 'XYZ').code, 148014);
    assert.equal(borrow('20', 'USDT', { collateralList: [] }).code, 10001);
    assert.equal(borrow('20').code, 0);
    bench.act('inventory', { left: '19' });
    assert.equal(borrow('20').code, 148011);
  });

  it('fails, is turned round, and is saved, as it is told', () => {
    const owed = bench.owed();
    bench.fault('settlement-failed');
    borrow('100');
    bench.settle();
    assert.deepEqual([listed()?.['status'], bench.owed()], [3, owed]);
    bench.fault('reversed-direction');
    borrow('100');
    assert.deepEqual(
      readState(writeState(bench.world.state())).borrowed?.map(({ repays, state }) => [repays, state]),
      [
        [undefined, 'failed'],
        [true, 'pending'],
      ],
    );
    bench.settle();
    assert.equal(subtract(owed, bench.owed()), '100');
  });
});

describe('repaying at the simulated Bybit', () => {
  let bench: Repaying;
  beforeEach(() => {
    bench = new Repaying();
  });

  it('takes from the funding wallet, interest first, and says what became of it', () => {
    const { raw } = bench.repay('USDT', '3.00');
    assert.match(raw, /"result":\{"repayId":"1774"\}/);
    const row = { loanCurrency: 'USDT', repayAmount: '3.00', repayId: '1774', repayStatus: 2, repayTime: bench.clock.now(), repayType: 1 };
    assert.deepEqual(bench.history(flexible, '?repayId=1774'), [row]);
    assert.equal(bench.wallet('USDT'), '2063.9795959720319628');
    bench.settle();
    assert.equal(bench.history(flexible, '?repayId=1774')[0]?.['repayStatus'], 1);
    assert.deepEqual([bench.debt()['unpaidInterest'], bench.debt()['unpaidAmount']], ['0.21', '12000']);
    assert.equal(bench.wallet('USDT'), '2060.9795959720319628');
    bench.repay('USDT', '1000.21');
    bench.settle();
    assert.deepEqual([bench.debt()['unpaidInterest'], bench.debt()['unpaidAmount']], ['0', '11000']);
    // Nothing of the collateral comes back, and fixed debts stay.
    assert.deepEqual([bench.collateral('BTC'), bench.wallet('BTC')], ['0.25', '1.7921483143067599']);
  });

  it('leaves the debts of other coins alone', () => {
    const one = new Repaying({ change: account(holdings(['BTC', '1']), holdings(['USDT', '1000'], ['ETH', '2']), holdings(['ETH', '3'])) });
    one.repay('ETH', '0.5');
    one.settle();
    assert.deepEqual([one.debt('ETH')['totalDebt'], one.debt('USDT')['totalDebt'], one.wallet('ETH')], ['1.5', '1000', '2.5']);
  });

  it('gives back what is pledged with the last of all debts only', () => {
    const wallet = holdings(['USDT', '1000'], ['ETH', '3']);
    const one = new Repaying({ change: account(holdings(['BTC', '1']), holdings(['USDT', '1000'], ['ETH', '2']), wallet) });
    one.repay('USDT', '1000');
    one.settle();
    assert.deepEqual([one.debt(), one.collateral('BTC'), one.wallet('BTC')], [{}, '1', '0']);
    one.repay('ETH', '2');
    one.settle();
    const { borrowList, collateralList, ltv } = one.pool('position').result;
    assert.deepEqual([borrowList, collateralList, ltv, one.wallet('BTC')], [[], [], '0', '1']);
  });

  it('takes of an amount that was rounded up only the debt, or refuses it', () => {
    const change = { ...account(holdings(['BTC', '1']), holdings(['USDT', '1000.004']), holdings(['USDT', '1000.005'])) };
    for (const [mode, amount, code, left] of [
      ['rounded', '1000.01', 0, undefined],
      ['rounded', '1000.02', 148038, '1000.004'],
      ['rounded', '1000.00', 0, '0.004'],
      ['refused', '1000.01', 148038, '1000.004'],
      ['refused', '1000.00', 0, '0.004'],
    ] as const) {
      const one = new Repaying({ change });
      one.act('overpay', { mode });
      assert.equal(one.repay('USDT', amount).code, code, `${mode} ${amount}`);
      one.settle();
      assert.equal(one.debt()['totalDebt'], left);
      if (left === undefined) assert.deepEqual([one.history()[0]?.['repayAmount'], one.wallet('USDT')], ['1000.004', '0.001']);
    }
  });

  it('repays fixed contracts whole: one, or all of a coin', () => {
    assert.equal(bench.repayFully({ loanId: '571' }).result['repayId'], '1783');
    bench.settle();
    const [row] = bench.history(fixed);
    assert.deepEqual([row?.['repayAmount'], row?.['repayStatus'], row?.['repayType']], ['1.4', 1, 1]);
    assert.deepEqual(row?.['details'], [{ loanCurrency: 'ETH', loanId: '571', repayAmount: '1.4' }]);
    const [contract] = bench.ask('GET', `${fixed}borrow-contract-info?loanId=571`).list;
    assert.deepEqual([contract?.['residualPrincipal'], contract?.['status']], ['0', 2]);
    assert.equal(bench.wallet('ETH'), '0.5400755578876945');
    assert.deepEqual(
      (bench.pool('position').result['borrowList'] as Row[]).map((one) => one['loanCurrency']),
      ['USDT'],
    );
    const other = new Repaying();
    assert.equal(other.repayFully({ loanCurrency: 'ETH' }).code, 0);
    other.settle();
    assert.equal(other.history(fixed)[0]?.['repayAmount'], '1.4');
    // Repaying whole contracts is no repayment of what is owed flexibly.
    assert.equal(other.history()[0]?.['repayId'], '1773');
  });

  it('repays with collateral: the wallet stays, a fee comes on top, and the row says so', () => {
    const sell = (path: string, body: object): Reply => bench.ask('POST', `${path}repay-collateral`, JSON.stringify(body));
    const pledged = (): Decimal =>
      decimal(String((bench.pool('position').result['collateralList'] as Row[]).find((one) => one['currency'] === 'BTC')!['amount']));
    const [owedBefore, before, held] = [bench.owed(), pledged(), bench.wallet('USDT')];
    assert.deepEqual(sell(flexible, { loanCurrency: 'USDT', amount: '500', collateralCoin: 'BTC' }).result, {});
    bench.settle();
    assert.equal(subtract(owedBefore, bench.owed()), '500');
    assert.equal(bench.wallet('USDT'), held);
    const sold = subtract(before, pledged());
    const usd = multiply(sold, bench.world.market.price('BTC'));
    assert.ok(compare(usd, decimal('505')) >= 0 && compare(usd, decimal('505.01')) < 0, usd);
    const [line] = bench.history();
    assert.deepEqual([line?.['repayAmount'], line?.['repayType'], line?.['repayStatus']], ['500', 7, 1]);
    assert.deepEqual(sell(fixed, { loanId: '571', loanCurrency: 'ETH', amount: '0.1', collateralCoin: 'BTC' }).result, {});
    bench.settle();
    assert.deepEqual(bench.history(fixed)[0]?.['details'], [{ loanCurrency: 'ETH', loanId: '571', repayAmount: '0.1' }]);
    for (const [path, body, code] of [
      [flexible, { loanCurrency: 'USDT', amount: '500', collateralCoin: 'USDT' }, 148040],
      [flexible, { loanCurrency: 'USDT', amount: '500000', collateralCoin: 'BTC' }, 148038],
      [flexible, { loanCurrency: 'USDT', amount: '0.001', collateralCoin: 'BTC' }, 148028],
      [fixed, { loanCurrency: 'ETH', amount: '0.1', collateralCoin: 'BTC' }, 10001],
      [fixed, { loanId: '571', loanCurrency: 'ETH', amount: '2', collateralCoin: 'BTC' }, 148038],
      [fixed, { loanId: '1', loanCurrency: 'ETH', amount: '0.1', collateralCoin: 'BTC' }, 148023],
    ] as const)
      assert.equal(sell(path, body).code, code, JSON.stringify(body));
    const { world } = bench;
    assert.deepEqual(readState(writeState(world.state())).repaid, world.repaid, 'kept when it is saved');
  });

  it('repays an older order, and lists it once it has happened', () => {
    const { result } = bench.repayOrder('100');
    assert.match(String(result['repayId']), /^\d{19}$/);
    assert.deepEqual(bench.history(legacyPath, `?repayId=${String(result['repayId'])}`), []);
    bench.settle();
    const [row] = bench.history(legacyPath, `?repayId=${String(result['repayId'])}`);
    assert.deepEqual(
      [row?.['orderId'], row?.['repayAmount'], row?.['repayStatus'], row?.['repayType'], row?.['collateralReturn']],
      [legacyOrderId, '100', 1, '1', '0'],
    );
    assert.equal(typeof row?.['repayTime'], 'string');
    const [order] = bench.legacy('ongoing-orders').list;
    assert.deepEqual([order?.['totalDebt'], order?.['residualInterest'], order?.['collateralAmount']], ['1900.04016', '0', '0.05']);
  });

  it('closes an older order with the last of it, and what was on its way to it comes to nothing', () => {
    bench.adjustOrder('0', '0.01');
    bench.repayOrder('2000.05');
    bench.settle();
    assert.deepEqual(bench.legacy('ongoing-orders').list, []);
    assert.equal(bench.legacy('repayment-history').list[0]?.['collateralReturn'], '0.06');
    assert.equal(bench.wallet('BTC'), '1.8421483143067599');
    const other = new Repaying({ settleMs: 60_000 });
    other.repayOrder('2000.05');
    other.adjustOrder('0', '0.01');
    other.clock.pass(120_000);
    assert.deepEqual([other.legacy('ongoing-orders').list.length, other.wallet('BTC')], [0, '1.8421483143067599']);
    assert.equal(other.world.adjustments[0]?.state, 'failed');
  });

  const refused: readonly (readonly [what: string, code: number, reply: (one: Repaying) => Reply])[] = [
    ['no coin', 10001, (one) => one.repay('', '1')],
    ['a coin that cannot be borrowed', 148014, (one) => one.repay('SOL', '1')],
    ['no amount', 10001, (one) => one.repay('USDT', '')],
    ['an amount of zero', 148007, (one) => one.repay('USDT', '0')],
    ['an amount below zero', 148007, (one) => one.repay('USDT', '-1')],
    ['too many decimals', 148028, (one) => one.repay('USDT', '1.001')],
    ['an amount that is no number', 10001, (one) => one.repay('USDT', '1e2')],
    ['a coin that is not owed', 148032, (one) => one.repay('BTC', '0.1')],
    ['a coin that is owed with a date only', 148032, (one) => one.repay('ETH', '0.1')],
    ['more than is owed', 148038, (one) => one.repay('USDT', '12003.22')],
    ['more than the wallet has', 148029, (one) => one.repay('USDT', '2063.98')],
    ['neither contract nor coin', 10001, (one) => one.repayFully({})],
    ['a contract it does not know', 148023, (one) => one.repayFully({ loanId: '1' })],
    ['a contract of another coin', 10001, (one) => one.repayFully({ loanId: '571', loanCurrency: 'USDT' })],
    ['a coin without contracts', 148032, (one) => one.repayFully({ loanCurrency: 'USDT' })],
    ['an order it does not know', 177005, (one) => one.repayOrder('1', '1')],
    ['no order', 177003, (one) => one.repayOrder('1', '')],
    ['an amount of zero of an order', 177003, (one) => one.repayOrder('0')],
    ['too many decimals of an order', 177004, (one) => one.repayOrder('0.001')],
    ['more than is owed on an order', 177010, (one) => one.repayOrder('2000.06')],
  ];
  for (const [what, code, reply] of refused) {
    it(`refuses ${what} with ${code.toString()}, and moves nothing`, () => {
      assert.equal(reply(bench).code, code);
      bench.settle();
      assert.deepEqual([bench.world.repaid, bench.wallet('USDT')], [[], '2063.9795959720319628']);
    });
  }

  it('refuses what is on its way already, in the wallet and of the debt', () => {
    const slow = new Repaying({ settleMs: 60_000 });
    assert.equal(slow.repayFully({ loanId: '571' }).code, 0);
    assert.equal(slow.repayFully({ loanId: '571' }).code, 148041);
    assert.equal(slow.repay('USDT', '2000').code, 0);
    assert.equal(slow.repayOrder('100').code, 177011);
    assert.equal(slow.adjust('0', 'ETH', '0.6').code, 148037);
    const change = account(holdings(['BTC', '1']), holdings(['USDT', '100']), holdings(['USDT', '500']));
    const small = new Repaying({ settleMs: 60_000, change });
    assert.equal(small.repay('USDT', '60').code, 0);
    assert.equal(small.repay('USDT', '60').code, 148038);
  });

  it('refuses a contract that is repaid with 148033, and anything while frozen or liquidating', () => {
    bench.repayFully({ loanId: '571' });
    bench.settle();
    assert.equal(bench.repayFully({ loanId: '571' }).code, 148033);
    bench.act('moment', { moment: 'liquidating' });
    assert.deepEqual([bench.repay('USDT', '1').code, bench.repayOrder('1').code], [148031, 177005]);
    bench.act('moment', { moment: 'frozen' });
    assert.deepEqual([bench.repay('USDT', '1').code, bench.repayOrder('1').code], [10027, 10027]);
  });

  const faults: readonly (readonly [name: string, debt: string, status: number, record: readonly string[]])[] = [
    ['none', '11903.21', 1, ['repay 100 effective']],
    ['never-settled', '12003.21', 2, ['repay 100 never']],
    ['settled-late', '12003.21', 2, ['repay 100 pending']],
    ['settlement-failed', '12003.21', 3, ['repay 100 failed']],
    ['reversed-direction', '12103.21', 1, ['borrow 100 effective']],
    ['wrong-amount', '11953.21', 1, ['repay 50 effective']],
  ];
  for (const [name, debt, status, record] of faults) {
    it(`can go wrong: ${name}`, () => {
      if (name !== 'none') bench.fault(name);
      assert.equal(bench.repay('USDT', '100').code, 0);
      bench.settle();
      assert.deepEqual([bench.debt()['totalDebt'], bench.history()[0]?.['repayStatus']], [debt, status]);
      assert.deepEqual(
        bench.world.recorded().map(({ type, amt, state }) => `${type} ${amt} ${state}`),
        record,
      );
    });
  }

  it('lists no failure of an older order', () => {
    bench.fault('settlement-failed');
    bench.repayOrder('100');
    bench.settle();
    assert.equal(bench.legacy('ongoing-orders').list[0]?.['totalDebt'], '2000');
    assert.equal(bench.history(legacyPath)[0]?.['repayId'], '1794271131730737664');
  });

  it('turns a fixed contract and an order around too, where a fault says so', () => {
    for (const [act, loan, owed] of [
      [() => bench.repayFully({ loanId: '571' }), '571', () => bench.world.pool.fixed[0]?.principal],
      [() => bench.repayOrder('100'), legacyOrderId, () => bench.world.legacyOrders[0]?.loan.amt],
    ] as const) {
      bench.fault('reversed-direction');
      act();
      bench.settle();
      assert.equal(owed(), loan === '571' ? '2.8' : '2100');
      assert.deepEqual([bench.world.recorded().at(-1)?.type, bench.world.recorded().at(-1)?.loan], ['borrow', loan]);
    }
  });

  it('is saved with all that is on its way', () => {
    bench.repay('USDT', '100');
    bench.repayFully({ loanId: '571' });
    bench.fault('reversed-direction');
    bench.repayOrder('50');
    const state = bench.world.state();
    assert.deepEqual(readState(writeState(state)), state);
    const next = new Repaying({ state: readState(writeState(state)) });
    next.clock.pass(bench.clock.now() - next.clock.now());
    for (const one of [bench, next]) one.settle();
    for (const path of ['position']) assert.deepEqual(next.pool(path).result, bench.pool(path).result);
    assert.deepEqual(next.legacy('ongoing-orders').result, bench.legacy('ongoing-orders').result);
  });

  it('reads what was saved when only a liquidation repaid', () => {
    bench.act('liquidate', {});
    const state = JSON.parse(writeState(bench.world.state())) as { repaid: Record<string, unknown>[] };
    const older = state.repaid.map(({ repayId, ccy, amt, loans, at }) => ({
      repayId,
      ccy,
      amt,
      at,
      ...(loans === undefined ? {} : { loans }),
    }));
    assert.deepEqual(readState(JSON.stringify({ ...state, repaid: older })).repaid, bench.world.repaid);
  });

  it('keeps what there is: the wallet gives what the debt loses', () => {
    const amount = fc.integer({ min: 1, max: 150_000 }).map((cents) => decimal((cents / 100).toFixed(2)));
    holds(
      fc.property(amount, amount, (first, second) => {
        const change = account(holdings(['BTC', '1']), holdings(['USDT', '1000.004']), holdings(['USDT', '1500']));
        const one = new Repaying({ change });
        const before = subtract(decimal('1500'), decimal('1000.004'));
        for (const amt of [first, second]) {
          const owed = one.owed();
          const isMore = compare(amt, add(owed, decimal('0.01'))) >= 0;
          const { code } = one.repay('USDT', amt);
          if (isMore) assert.notEqual(code, 0);
          one.settle();
        }
        const left = one.owed();
        assert.equal(compare(subtract(one.wallet('USDT'), left), before), 0);
      }),
      { numRuns: 60 },
    );
  });
});
