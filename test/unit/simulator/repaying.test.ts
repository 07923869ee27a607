import assert from 'node:assert/strict';
import { readState, writeState } from '../../../src/simulator/okx/state.ts';
import { Bench, holdings, loanPath, readKey, settleMs, type Reply } from './bench.ts';

/** An order of 100 USDT on 0.01 BTC and 1 SOL. */
const orders = [{ ordId: '12345', debts: holdings(['USDT', '100']), collateral: holdings(['BTC', '0.01'], ['SOL', '1']) }];

describe('borrowing more at the simulated exchange', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench({ orders, wallet: holdings(['USDT', '150']), past: false });
  });
  let ids = 0;
  const borrow = (amt: string, more: object = {}): Reply => {
    bench.clock.pass(1_100);
    const body = { loanData: { ccy: 'USDT', amt }, ordId: '12345', clOrdId: `b${(ids += 1).toString()}`, ...more };
    return bench.ask('POST', `${loanPath}borrow`, JSON.stringify(body));
  };
  const owed = (): string => JSON.stringify(bench.ask('GET', `${loanPath}loan-info`).data[0]?.['loanData']);

  it('says back what was asked, and lends only when it settles', () => {
    assert.deepEqual(borrow('40', { clOrdId: 'mine' }).data, [{ ordId: '12345', eMode: '0', clOrdId: 'mine' }]);
    assert.equal(owed(), '[{"ccy":"USDT","amt":"100"}]');
    bench.clock.pass(settleMs);
    assert.equal(owed(), '[{"ccy":"USDT","amt":"140"}]');
    const [newest] = bench.ask('GET', `${loanPath}loan-history`).data;
    assert.deepEqual([newest?.['type'], newest?.['ccy'], newest?.['amt']], ['borrowed', 'USDT', '40']);
    assert.equal(bench.ask('GET', '/api/v5/asset/balances').data.find((one) => one['ccy'] === 'USDT')?.['availBal'], '190');
    assert.equal(borrow('40', { clOrdId: 'mine' }).code, '51016');
  });

  it('lends no more than max-loan tells, with what is on its way, and no coin that is pledged or not lent', () => {
    const [most] = bench.ask('POST', `${loanPath}max-loan`, JSON.stringify({ borrowCcy: 'USDT', ordId: '12345' })).data;
    const limit = Number(most?.['maxLoan']);
    assert.equal(borrow((limit + 1).toString()).code, '51759');
    assert.equal(borrow(Math.floor(limit - 1).toString()).code, '0');
    assert.equal(borrow('2').code, '51759');
    assert.equal(borrow('1', { loanData: { ccy: 'BTC', amt: '0.0001' } }).code, '51750');
    assert.equal(borrow('1', { loanData: { ccy: 'XYZ', amt: '1' } }).code, '51751');
  });

  it('demands the debt as an object, an order, and an id', () => {
    for (const odd of [{ loanData: [{ ccy: 'USDT', amt: '1' }] }, { clOrdId: 'a-b' }, { eMode: '0' }, { collateralData: [] }]) {
      assert.equal(borrow('1', odd).code, '51000', JSON.stringify(odd));
    }
    assert.equal(borrow('1', { ordId: undefined }).code, '50014');
    assert.equal(borrow('1', { ordId: '99' }).code, '51063');
  });

  it('turned round by a fault repays, and is saved as it is', () => {
    bench.control.handle('POST', 'fault', '{"fault":"reversed-direction","times":1}');
    borrow('40');
    const again = readState(writeState(bench.world.state()));
    assert.deepEqual(
      again.repayments?.map(({ type, state }) => [type, state]),
      [['repay', 'pending']],
    );
    bench.clock.pass(settleMs);
    assert.equal(owed(), '[{"ccy":"USDT","amt":"60"}]');
  });
});

describe('repaying at the simulated exchange', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench({ orders, wallet: holdings(['USDT', '150']), past: false });
  });
  let ids = 0;
  const body = (amt: string, more: Readonly<Record<string, string>> = {}): string =>
    JSON.stringify({ ordId: '12345', ccy: 'USDT', amt, clOrdId: `id${(ids += 1).toString()}`, ...more });
  const repay = (amt: string, more: Readonly<Record<string, string>> = {}): Reply => {
    // Two within two seconds is all it takes.
    bench.clock.pass(600);
    return bench.ask('POST', `${loanPath}repay`, body(amt, more));
  };
  const settle = (): void => {
    bench.clock.pass(settleMs);
  };
  const owed = (): string => JSON.stringify(bench.ask('GET', `${loanPath}loan-info`).data[0]?.['loanData']);
  const history = (): readonly string[] =>
    bench.ask('GET', `${loanPath}loan-history`).data.map(({ type, ccy, amt }) => [type, ccy, amt].join(' '));
  const available = (ccy: string): unknown =>
    bench.ask('GET', '/api/v5/asset/balances').data.find((one) => one['ccy'] === ccy)?.['availBal'];
  const rules = (rule: object): void => {
    assert.equal(bench.control.handle('POST', 'repaying', JSON.stringify(rule)).status, 200);
  };

  it('says back what was asked, and pays only when it settles', () => {
    const said = repay('40', { clOrdId: 'mine' });
    assert.deepEqual([said.code, said.data], ['0', [{ ordId: '12345', ccy: 'USDT', amt: '40', clOrdId: 'mine' }]]);
    assert.equal(owed(), '[{"ccy":"USDT","amt":"100"}]');
    settle();
    assert.equal(owed(), '[{"ccy":"USDT","amt":"60"}]');
    assert.equal(available('USDT'), '110');
    assert.deepEqual(history(), ['repaid USDT -40']);
  });

  it('closes an order that owes nothing any more, and releases all that was pledged', () => {
    repay('100');
    settle();
    assert.deepEqual(bench.ask('GET', `${loanPath}loan-info`).data, []);
    assert.deepEqual(history(), ['collateral_released SOL 1', 'collateral_released BTC 0.01', 'repaid USDT -100']);
    assert.deepEqual([available('USDT'), available('BTC'), available('SOL')], ['50', '0.01', '1']);
    assert.equal(repay('1').code, '51063');
  });

  it('takes no more than is owed, or refuses more, whichever it is told', () => {
    repay('120');
    settle();
    assert.deepEqual([available('USDT'), history().at(-1)], ['50', 'repaid USDT -100']);
    bench = new Bench({ orders, wallet: holdings(['USDT', '150']), past: false });
    rules({ excess: 'refused' });
    assert.equal(repay('100.00000001').code, '51000');
    assert.equal(repay('100').code, '0');
    assert.equal(bench.control.handle('POST', 'repaying', '{"excess":"lost"}').status, 400);
  });

  it('keeps a rest below a cent, or forgives it, whichever it is told', () => {
    repay('99.995');
    settle();
    assert.equal(owed(), '[{"ccy":"USDT","amt":"0.005"}]');
    bench = new Bench({ orders, wallet: holdings(['USDT', '150']), past: false });
    rules({ dust: 'forgiven' });
    repay('99.995');
    settle();
    assert.deepEqual(bench.ask('GET', `${loanPath}loan-info`).data, []);
  });

  it('knows an id for a minute: a second request with it does nothing', () => {
    assert.equal(repay('10', { clOrdId: 'same' }).code, '0');
    assert.equal(repay('10', { clOrdId: 'same' }).code, '51784');
    settle();
    assert.equal(repay('20', { clOrdId: 'same' }).code, '51016');
    bench.clock.pass(60_000);
    assert.equal(repay('20', { clOrdId: 'same' }).code, '0');
    settle();
    assert.equal(owed(), '[{"ccy":"USDT","amt":"70"}]');
  });

  it('refuses what it cannot do, and what is on its way counts as gone', () => {
    const told = (amt: string, more?: Readonly<Record<string, string>>): string => repay(amt, more).code;
    assert.equal(told('90'), '0');
    assert.equal(told('60.1'), '51736');
    assert.equal(told('1', { ccy: 'BTC' }), '51000');
    assert.equal(told('1', { ordId: '777' }), '51063');
    assert.equal(told('1', { ordId: '' }), '50014');
    assert.equal(told('1', { clOrdId: '' }), '50014');
    assert.equal(told('1', { clOrdId: 'with-hyphens' }), '51000');
    for (const amt of ['0', '-1', '1e3', '01.', '']) assert.notEqual(told(amt), '0', amt);
    bench.clock.pass(600);
    assert.equal(bench.ask('POST', `${loanPath}repay`, body('1'), { key: readKey }).code, '50120');
    bench.control.handle('POST', 'moment', '{"moment":"frozen"}');
    assert.equal(told('1'), '51738');
    assert.equal(new Bench({ orders, ordIds: false }).ask('POST', `${loanPath}repay`, body('1')).code, '51063');
  });

  it('takes two within two seconds', () => {
    const [first, second, third] = [1, 2, 3].map(() => bench.send('POST', `${loanPath}repay`, body('1')));
    const codes = [first, second, third].map((one) =>
      one?.kind === 'answer' ? (JSON.parse(one.answer.body) as { code: string }).code : '',
    );
    assert.deepEqual(codes, ['0', '0', '50011']);
  });

  it('goes wrong as it is told: lends instead, pays half, or never', () => {
    const fault = (name: string): void => {
      bench.control.handle('POST', 'fault', JSON.stringify({ fault: name, times: 1 }));
    };
    fault('reversed-direction');
    repay('10');
    settle();
    assert.deepEqual([owed(), history()[0], available('USDT')], ['[{"ccy":"USDT","amt":"110"}]', 'borrowed USDT 10', '160']);
    fault('wrong-amount');
    repay('10');
    settle();
    assert.equal(history()[0], 'repaid USDT -5');
    fault('never-settled');
    repay('10');
    settle();
    assert.equal(owed(), '[{"ccy":"USDT","amt":"105"}]');
    const { adjustments } = bench.control.handle('GET', 'record', '').body as { adjustments: readonly Readonly<Record<string, unknown>>[] };
    assert.deepEqual(
      adjustments.map(({ type, amt, state }) => [type, amt, state].join(' ')),
      ['borrow 10 effective', 'repay 5 effective', 'repay 10 never'],
    );
  });

  it('is remembered with everything else', () => {
    repay('10', { clOrdId: 'kept' });
    const again = new Bench({ state: readState(writeState(bench.world.state())) });
    assert.deepEqual(again.world.repayments, bench.world.repayments);
    const broken = writeState(bench.world.state()).replace('"clOrdId":"kept"', '"clOrdId":"no-id"');
    assert.throws(() => readState(broken), RangeError);
  });
});
