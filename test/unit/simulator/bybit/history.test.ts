import assert from 'node:assert/strict';
import { readState, writeState } from '../../../../src/simulator/bybit/state.ts';
import { Bench, legacyPath, type Row } from './bench.ts';

const flexible = '/v5/crypto-loan-flexible/';
const fixed = '/v5/crypto-loan-fixed/';
const dayMs = 86_400_000;

describe('due dates and the past of loans at the simulated Bybit', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const list = (path: string): readonly Row[] => bench.ask('GET', path).list;
  const contract = (): Row => list(`${fixed}borrow-contract-info`)[0] ?? {};

  it('begins with a fixed debt that is due in some days', () => {
    const { status, repaymentTime, residualPrincipal } = contract();
    assert.deepEqual([status, residualPrincipal], [1, '1.4']);
    const days = (Number(repaymentTime) - bench.clock.now()) / dayMs;
    assert.ok(days > 5 && days <= 6, days.toString());
  });

  it('makes it overdue by the hand of a person or by time, and then charges threefold', () => {
    bench.act('due', { days: -0.5 });
    assert.deepEqual([contract()['status'], contract()['residualPenaltyInterest']], [3, '0']);
    bench.clock.pass(3_600_000);
    // 1.4 ETH x 0.022 a year x 3, one hour, rounded up at 8 decimals.
    assert.equal(contract()['residualPenaltyInterest'], '0.00001055');
    const other = new Bench();
    other.clock.pass(6.5 * dayMs);
    const [late] = other.ask('GET', `${fixed}borrow-contract-info`).list;
    assert.equal(late?.['status'], 3);
    other.act('due', { days: 3 });
    const [again] = other.ask('GET', `${fixed}borrow-contract-info`).list;
    assert.equal(again?.['status'], 1);
  });

  const pasts: readonly (readonly [path: string, id: string, time: string, count: number])[] = [
    [`${flexible}borrow-history`, 'orderId', 'borrowTime', 4],
    [`${flexible}repayment-history`, 'repayId', 'repayTime', 4],
    [`${fixed}repayment-history`, 'repayId', 'repayTime', 2],
    [`${legacyPath}borrow-history`, 'orderId', 'borrowTime', 1],
    [`${legacyPath}repayment-history`, 'repayId', 'repayTime', 2],
  ];
  for (const [path, id, time, count] of pasts) {
    it(`lists ${path}, newest first, page by page, by id, and the same tomorrow`, () => {
      const rows = list(path);
      assert.equal(rows.length, count);
      const times = rows.map((row) => Number(row[time]));
      assert.deepEqual(
        times,
        [...times].sort((a, b) => b - a),
      );
      assert.ok(times.every((at) => at < bench.clock.now()));
      const [first, ...rest] = rows;
      assert.deepEqual(list(`${path}?limit=1`), [first]);
      assert.deepEqual(list(`${path}?cursor=${String(first?.[id])}`), rest);
      assert.deepEqual(list(`${path}?${id}=${String(first?.[id])}`), [first]);
      assert.deepEqual(list(`${path}?loanCurrency=DOGE`), []);
      assert.equal(bench.ask('GET', `${path}?limit=101`).code, 10001);
      bench.clock.pass(dayMs);
      assert.deepEqual(list(path), rows);
    });
  }

  it('adds up: what was borrowed less what was paid back is the principal that is owed', () => {
    const amounts = (path: string, name: string): number =>
      list(`${path}?loanCurrency=USDT`).reduce((all, row) => all + Number(row[name]), 0);
    const owed = amounts(`${flexible}borrow-history`, 'initialLoanAmount') - amounts(`${flexible}repayment-history`, 'repayAmount');
    assert.equal(list(`${flexible}ongoing-coin`)[0]?.['unpaidAmount'], owed.toString());
  });

  it('lists types that a person must hear of', () => {
    const types = list(`${flexible}repayment-history`).map((row) => row['repayType']);
    assert.deepEqual(types, [1, 1, 6, 2]);
    assert.deepEqual(
      list(`${legacyPath}repayment-history`).map((row) => row['repayType']),
      ['1', '2'],
    );
  });

  it('goes on with a liquidation of the pool: every debt, and the contracts that were paid back', () => {
    const owed = bench.pool('position').result['borrowList'] as Record<string, string>[];
    bench.clock.pass(1000);
    bench.act('liquidate', {});
    const types = (path: string) =>
      list(path).map((row) => `${String(row['loanCurrency'])} ${String(row['repayType'])} ${String(row['repayStatus'])}`);
    const flexibleDebts = owed.filter((one) => one['flexibleTotalDebt'] !== '0');
    const fixedDebts = owed.filter((one) => one['fixedTotalDebt'] !== '0');
    assert.ok(flexibleDebts.length > 0 && fixedDebts.length > 0);
    const added = list(`${flexible}repayment-history`).slice(0, -4);
    assert.deepEqual(
      added.map((row) => [row['loanCurrency'], row['repayAmount']]).sort(),
      flexibleDebts.map((one) => [one['loanCurrency'], one['flexibleTotalDebt']]).sort(),
    );
    assert.deepEqual(types(`${flexible}repayment-history`).slice(-4), ['USDT 1 1', 'ETH 1 3', 'BTC 6 1', 'BTC 2 1']);
    assert.ok(added.every((row) => row['repayType'] === 2 && row['repayTime'] === bench.clock.now() - 2000));
    const [contracts] = list(`${fixed}repayment-history`);
    assert.equal(contracts?.['repayType'], 2);
    const parts = (contracts['details'] as Record<string, string>[]).map((one) => Number(one['repayAmount']));
    assert.equal(
      parts.reduce((all, one) => all + one, 0),
      Number(contracts['repayAmount']),
    );
    assert.deepEqual(bench.pool('position').result['borrowList'], []);
    const saved = readState(writeState(bench.world.state()));
    assert.deepEqual(saved.repaid, bench.world.repaid);
  });
});
