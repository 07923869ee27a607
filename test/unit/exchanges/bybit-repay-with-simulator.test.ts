import assert from 'node:assert/strict';
import type { Clock } from '../../../src/core/clock.ts';
import { decimal, round } from '../../../src/core/decimal.ts';
import { connectBybit } from '../../../src/exchanges/bybit/connect.ts';
import type { Connection, LoanRef, Receipt, RepayChange } from '../../../src/exchanges/exchange.ts';
import { startBybit, type Bybit, type BybitOptions } from '../../../src/simulator/bybit/start.ts';
import { failureOf } from './bench.ts';

const pool: LoanRef = { loanId: 'pool' };
const order: LoanRef = { loanId: '1793683005081680384', orderId: '1793683005081680384' };

/** Time of both sides that passes only where the adapter waits, and then at once. */
class SharedClock implements Clock {
  time = Date.UTC(2026, 10, 20, 12);
  readonly now = (): number => this.time;
  readonly sleep = async (ms: number): Promise<void> => {
    this.time += ms;
  };
}

interface Debt {
  readonly name: string;
  readonly loan: LoanRef;
  readonly coin: string;
  readonly path: string;
  /** Where the simulated exchange lists the repayment. */
  readonly list: string;
  /** Of what is owed, or all of it. */
  readonly amount?: string;
}

const debts: readonly Debt[] = [
  { name: 'a flexible debt', loan: pool, coin: 'USDT', path: 'crypto-loan-flexible/repay', list: 'crypto-loan-flexible', amount: '100.05' },
  { name: 'a fixed contract', loan: pool, coin: 'ETH', path: 'crypto-loan-fixed/fully-repay', list: 'crypto-loan-fixed' },
  { name: 'an old order', loan: order, coin: 'USDT', path: '/crypto-loan/repay', list: 'crypto-loan', amount: '100.05' },
  { name: 'all of an old order', loan: order, coin: 'USDT', path: '/crypto-loan/repay', list: 'crypto-loan' },
];

describe('repaying at Bybit and at its simulation', () => {
  let clock = new SharedClock();
  let simulator: Bybit | undefined;
  let connection: Connection | undefined;

  async function start(options: BybitOptions = {}): Promise<Connection> {
    clock = new SharedClock();
    simulator = await startBybit({ walk: false, settleMs: 1_000, clock, ...options });
    const { url, keys } = simulator;
    connection = connectBybit({ account: { site: 'loopback', baseUrl: url }, keys: async () => ({ ...keys }), clock });
    return connection;
  }

  async function control(what: string, body: object): Promise<void> {
    const response = await fetch(`${simulator!.url}/__simulator/${what}`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.text());
  }

  async function sends(): Promise<number> {
    const record = (await (await fetch(`${simulator!.url}/__simulator/record`)).json()) as { requests: Record<string, number> };
    return Object.entries(record.requests).reduce((sum, [path, count]) => (/\/(repay|fully-repay)$/.test(path) ? sum + count : sum), 0);
  }

  afterEach(async () => {
    connection?.dispose();
    await simulator?.close();
    simulator = undefined;
  });

  /** Prepared, sent once, and proven after the exchange had its time. */
  async function repaid({ loan, coin, path, amount }: Debt, fault?: string, reading?: string) {
    const one = await start();
    const action = one.actions.repay!;
    const ready = await action.prepare({ loan, coin });
    const { debt, places, contract, baseline } = ready;
    const change: RepayChange = {
      kind: 'repay',
      loan,
      direction: 'add',
      coin,
      ...(contract === undefined ? {} : { contract }),
      amount: amount === undefined ? round(debt, places, 'up') : decimal(amount),
      all: amount === undefined,
      requestId: 'a1',
    };
    if (fault !== undefined) await control('fault', { fault, times: 1, ...(/acting|5xx|reset/.test(fault) ? { endpoint: path } : {}) });
    let receipt: Receipt = {};
    const failure = await action.send(change).then(
      (accepted) => {
        receipt = accepted;
      },
      (error: unknown) => error as Awaited<ReturnType<typeof failureOf>>,
    );
    clock.time += 3_000;
    if (reading !== undefined) await control('fault', { fault: reading });
    const proof = await action.prove(change, baseline, receipt);
    assert.equal(await sends(), 1);
    return { ready, change, receipt, failure, proof };
  }

  for (const debt of debts) {
    it(`agree on what it is to repay ${debt.name}, once`, async () => {
      const { ready, change, receipt, proof } = await repaid(debt);
      assert.ok(proof.state === 'effective');
      assert.deepEqual([proof.row.id, proof.row.type, proof.row.coin], [receipt.reference, 'repaid', debt.coin]);
      if (debt.amount === undefined) assert.deepEqual([proof.debt, proof.row.amount], ['0', ready.debt]);
      else assert.equal(proof.row.amount, change.amount);
      // The older order is closed with its last debt; the pool stays, for it owes more.
      assert.equal(proof.loan === undefined, debt.name.startsWith('all of'));
      const { rows } = await connection!.loans!.history(debt.loan, {});
      assert.ok(
        rows.some(({ type, id, amount }) => type === 'repaid' && id.endsWith(`-${receipt.reference!}`) && amount === proof.row.amount),
      );
      // Nothing is owed of it any more, or less.
      const again = connection!.actions.repay!.prepare({ loan: debt.loan, coin: debt.coin });
      if (debt.amount === undefined) assert.equal((await failureOf(again)).kind, 'refused');
      else assert.equal((await again).baseline.newestHistoryId, receipt.reference);
    });

    for (const [fault, effect, state] of [
      ['lost-after-acting', 'unknown', 'effective'],
      ['5xx-after-acting', 'unknown', 'effective'],
      ['10000-after-acting', 'unknown', 'effective'],
      ['lost-before-acting', 'unknown', 'pending'],
      ['5xx', 'unknown', 'pending'],
      ['reset', 'unknown', 'pending'],
      ['never-settled', undefined, 'pending'],
      ['settled-late', undefined, 'pending'],
      ['settlement-failed', undefined, 'pending'],
      ['reversed-direction', undefined, 'contradicted'],
      ['wrong-amount', undefined, 'contradicted'],
    ] as const) {
      it(`agree that ${debt.name} is ${state} after ${fault}`, async () => {
        const { failure, receipt, proof } = await repaid(debt, fault);
        assert.equal(failure?.effect, effect);
        assert.equal(receipt.reference === undefined, effect !== undefined);
        assert.equal(proof.state, state);
        // The history of older orders lists no failures.
        const isListed = fault === 'settlement-failed' && debt.loan === pool;
        if (proof.state === 'pending') assert.equal(proof.failed?.id, isListed ? receipt.reference : undefined);
      });
    }

    for (const reading of ['doubled-rows', 'rows-out-of-order']) {
      it(`agree on ${debt.name} with ${reading}, with an id and without`, async () => {
        for (const fault of [undefined, 'lost-after-acting']) {
          const { proof } = await repaid(debt, fault, reading);
          assert.equal(proof.state, 'effective');
          connection?.dispose();
          await simulator?.close();
        }
      });
    }
  }

  it('say the same of what is refused: nothing is done', async () => {
    const one = await start();
    const action = one.actions.repay!;
    const change: RepayChange = {
      kind: 'repay',
      loan: pool,
      direction: 'add',
      coin: 'USDT',
      amount: decimal('1'),
      all: false,
      requestId: 'a1',
    };
    for (const [more, code] of [
      [{ amount: decimal('12003.22') }, '148038'],
      [{ amount: decimal('0.001') }, '148028'],
      [{ amount: decimal('2064') }, '148029'],
      [{ coin: 'BTC' }, '148032'],
      [{ coin: 'SOL' }, '148014'],
      [{ coin: 'ETH', contract: '1', all: true }, '148023'],
      [{ loan: order, amount: decimal('2000.06') }, '177010'],
      [{ loan: order, amount: decimal('0.001') }, '177004'],
      [{ loan: { loanId: '1', orderId: '1' } }, '177005'],
    ] as const) {
      const error = await failureOf(action.send({ ...change, ...more }));
      assert.deepEqual([error.effect, error.code], ['none', code]);
    }
    const { adjustments } = (await (await fetch(`${simulator!.url}/__simulator/record`)).json()) as { adjustments: unknown[] };
    assert.deepEqual(adjustments, []);
  });

  it('tell two repayments of one amount apart by the id, and by nothing else', async () => {
    const one = await start();
    const action = one.actions.repay!;
    const { baseline } = await action.prepare({ loan: pool, coin: 'USDT' });
    const change: RepayChange = {
      kind: 'repay',
      loan: pool,
      direction: 'add',
      coin: 'USDT',
      amount: decimal('100'),
      all: false,
      requestId: 'a1',
    };
    const receipts = [await action.send(change), await action.send(change)];
    clock.time += 3_000;
    for (const receipt of receipts) {
      const proof = await action.prove(change, baseline, receipt);
      assert.ok(proof.state === 'effective' && proof.row.id === receipt.reference);
      assert.equal(proof.debt, '11803.21');
    }
    assert.equal((await action.prove(change, baseline, {})).state, 'pending');
  });

  it('close the pool with the last of all debts', async () => {
    const one = await start({ account: 'published' });
    const action = one.actions.repay!;
    for (const coin of ['BTC', 'ETH']) {
      await control('price', { coin: 'BTC', price: '106310.84' });
      const { debt, places, contract, baseline, walletAvailable } = await action.prepare({ loan: pool, coin });
      assert.notEqual(walletAvailable, '0');
      const amount = round(debt, places, 'up');
      const part = contract === undefined ? {} : { contract };
      const change: RepayChange = { kind: 'repay', loan: pool, direction: 'add', coin, ...part, amount, all: true, requestId: 'a1' };
      const receipt = await action.send(change);
      clock.time += 3_000;
      const proof = await action.prove(change, baseline, receipt);
      assert.ok(proof.state === 'effective');
      assert.deepEqual([proof.debt, proof.loan === undefined], ['0', coin === 'ETH']);
    }
    assert.deepEqual((await one.read()).loans, []);
  });
});
