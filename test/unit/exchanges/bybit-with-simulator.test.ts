import assert from 'node:assert/strict';
import type { Clock } from '../../../src/core/clock.ts';
import { add, decimal, subtract } from '../../../src/core/decimal.ts';
import type { Direction } from '../../../src/core/model.ts';
import { connectBybit } from '../../../src/exchanges/bybit/connect.ts';
import type { CollateralChange, Connection, LoanReads, LoanRef, Receipt } from '../../../src/exchanges/exchange.ts';
import type { BybitKeys } from '../../../src/simulator/bybit/auth.ts';
import { startBybit, type Bybit, type BybitOptions } from '../../../src/simulator/bybit/start.ts';
import { failureOf } from './bench.ts';
import { PassingClock } from '../passing-clock.ts';

const pool: LoanRef = { loanId: 'pool' };
const order: LoanRef = { loanId: '1793683005081680384', orderId: '1793683005081680384' };

describe('Bybit and its simulation', () => {
  let clock = new PassingClock();
  let simulator: Bybit | undefined;
  const connections: Connection[] = [];

  async function start(options: BybitOptions = {}): Promise<Bybit> {
    clock = new PassingClock();
    simulator = await startBybit({ walk: false, settleMs: 1_000, clock, ...options });
    return simulator;
  }

  function connect(keys: BybitKeys = simulator!.keys, by: Clock = clock): Connection {
    const account = { site: 'loopback', baseUrl: simulator!.url };
    const connection = connectBybit({ account, keys: async () => ({ ...keys }), clock: by });
    connections.push(connection);
    return connection;
  }

  async function control(what: string, body: object): Promise<void> {
    const response = await fetch(`${simulator!.url}/__simulator/${what}`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.text());
  }

  async function sends(): Promise<number> {
    const record = (await (await fetch(`${simulator!.url}/__simulator/record`)).json()) as { requests: Record<string, number> };
    return Object.entries(record.requests).reduce((sum, [path, count]) => (path.endsWith('/adjust-ltv') ? sum + count : sum), 0);
  }

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.dispose();
    await simulator?.close();
    simulator = undefined;
  });

  it('agree on the published account', async () => {
    await start({ account: 'published' });
    const { loans, walletTrouble } = await connect().read();
    assert.equal(walletTrouble, undefined);
    const [loan, ...more] = loans;
    assert.deepEqual(more, []);
    assert.deepEqual([loan?.ltv, loan?.collateralUsd, loan?.debtUsd], ['0.524344', '18381.41', '9638.17']);
    assert.deepEqual(
      loan?.collateral.map(({ coin, amount, usd }) => [coin, amount, usd]),
      [
        ['BTC', '0.12', '9930.11'],
        ['ETH', '2', '4524.81'],
        ['USDT', '4002.12', '3201.69'],
        ['USDC', '1000', '724.8'],
      ],
    );
  });

  it('agree on pool and old order side by side, and on old orders that are gone', async () => {
    await start();
    const { loans } = await connect().read();
    assert.deepEqual(
      loans.map(({ id }) => id),
      ['pool', order.loanId],
    );
    for (const legacy of ['404', '10017'] as const) {
      await simulator?.close();
      await start({ legacy });
      assert.deepEqual(
        (await connect().read()).loans.map(({ id }) => id),
        ['pool'],
      );
    }
  });

  for (const [name, loan] of [
    ['the pool', pool],
    ['an old order', order],
  ] as const) {
    for (const [direction, amount] of [
      ['add', '0.01'],
      ['reduce', '0.001'],
    ] as readonly (readonly [Direction, string])[]) {
      it(`agree on what it is to ${direction} collateral of ${name}, once`, async () => {
        await start();
        const connection = connect();
        const change: CollateralChange = { kind: 'collateral', loan, direction, coin: 'BTC', amount: decimal(amount) };
        const { baseline, walletAvailable } = await connection.actions.collateral!.prepare({ loan, direction, coin: 'BTC' });
        assert.equal(walletAvailable, '1.7921483143067599');
        const receipt = await connection.actions.collateral!.send(change);
        clock.time += 2_000;
        const proof = await connection.actions.collateral!.prove(change, baseline, receipt);
        assert.equal(proof.state, 'effective');
        assert.equal(proof.row.id, receipt.reference);
        const now = proof.loan?.collateral.find(({ coin }) => coin === 'BTC')?.amount;
        const expected = direction === 'add' ? add(baseline.pledged, change.amount) : subtract(baseline.pledged, change.amount);
        assert.equal(now, expected);
        assert.equal(await sends(), 1);
        const { rows } = await connection.loans!.history(loan, {});
        assert.equal(rows[0]?.type, direction === 'add' ? 'collateral_added' : 'collateral_reduced');
      });
    }
  }

  const asked: CollateralChange = { kind: 'collateral', loan: pool, direction: 'add', coin: 'BTC', amount: decimal('0.01') };

  /** What becomes of `asked` under a fault; reading for the proof meets another one where it is named. */
  async function underFault(fault: string, loan = pool, reading?: string) {
    await start();
    const connection = connect();
    const { baseline } = await connection.actions.collateral!.prepare({ loan, direction: 'add', coin: 'BTC' });
    const change = { ...asked, loan };
    await control('fault', { fault, endpoint: '/adjust-ltv', times: 1 });
    let receipt: Receipt = {};
    const error = await connection.actions.collateral!.send(change).then(
      (accepted) => {
        receipt = accepted;
      },
      (reason: unknown) => reason as Awaited<ReturnType<typeof failureOf>>,
    );
    clock.time += 3_000;
    if (reading !== undefined) await control('fault', { fault: reading });
    const blind = await connection.actions.collateral!.prove(change, baseline, {});
    const proof = await connection.actions.collateral!.prove(change, baseline, receipt);
    return { error, proof: blind, sent: await sends(), told: proof };
  }

  for (const [fault, effect, state] of [
    ['lost-after-acting', 'unknown', 'effective'],
    ['lost-before-acting', 'unknown', 'pending'],
    ['10016-after-acting', 'unknown', 'effective'],
    ['malformed', 'unknown', 'effective'],
    ['5xx', 'unknown', 'pending'],
    ['5xx-after-acting', 'unknown', 'effective'],
    ['settled-late', undefined, 'pending'],
    ['148009', 'none', 'pending'],
    ['never-settled', undefined, 'pending'],
    ['reversed-direction', undefined, 'contradicted'],
    ['wrong-amount', undefined, 'contradicted'],
  ] as const) {
    it(`know what became of a change after ${fault}, of either generation and however the rows are told`, async () => {
      for (const [loan, reading] of [
        [pool, undefined],
        [order, undefined],
        [pool, 'doubled-rows'],
        [order, 'rows-out-of-order'],
      ] as const) {
        const { error, proof, told, sent } = await underFault(fault, loan, reading);
        assert.deepEqual([error?.effect, proof.state, told.state, sent], [effect, state, state, 1], `${loan.loanId} ${reading ?? ''}`);
        await simulator?.close();
      }
    });
  }

  it('know of a change that was accepted and failed', async () => {
    const { error, proof } = await underFault('settlement-failed');
    assert.equal(error, undefined);
    assert.equal(proof.state, 'pending');
    assert.equal(proof.failed?.type, 'collateral_added_failed');
  });

  it('agree on when fixed debts are due, and on those that are overdue', async () => {
    await start();
    const connection = connect();
    const read = async () =>
      (await connection.read()).loans[0]?.due?.map(({ coin, amount, at, overdue }) => ({ coin, amount, at, overdue }));
    const [due, ...more] = (await read()) ?? [];
    assert.deepEqual([due?.coin, due?.amount, due?.overdue, more], ['ETH', '1.4', false, []]);
    assert.ok(due!.at > clock.now());
    await control('due', { days: -1 });
    assert.deepEqual(await read(), [{ ...due!, at: clock.now() - 86_400_000, overdue: true }]);
  });

  for (const [name, loan, forced] of [
    ['the pool', pool, ['repaid-1771', 'repaid-1770']],
    ['an old order', order, ['repaid-1794271131730737001']],
  ] as const) {
    it(`agree on all that happened to ${name}, page by page`, async () => {
      await start();
      const connection = connect();
      await connection.actions.collateral!.send({ kind: 'collateral', loan, direction: 'add', coin: 'BTC', amount: decimal('0.01') });
      clock.time += 2_000;
      const { rows, older } = await connection.loans!.history(loan, {});
      assert.equal(older, undefined);
      assert.equal(rows[0]?.type, 'collateral_added');
      assert.deepEqual(
        rows.map(({ at }) => at),
        rows.map(({ at }) => at).sort((a, b) => b - a),
      );
      assert.deepEqual(
        rows.filter((row) => row.forced).map(({ id }) => id),
        forced,
      );
      const paged: unknown[] = [];
      let cursor: string | undefined;
      do {
        const page: Awaited<ReturnType<LoanReads['history']>> = await connection.loans!.history(loan, {
          limit: 2,
          ...(cursor === undefined ? {} : { cursor }),
        });
        paged.push(...page.rows);
        cursor = page.older;
      } while (cursor !== undefined && paged.length < 100);
      assert.deepEqual(paged, rows);
    });
  }

  it('agree on when keys expire, and on keys that have', async () => {
    await start();
    await control('expiry', { days: 7 });
    const { expiresAt } = await connect().inspect();
    assert.ok(Math.abs(expiresAt! - clock.now() - 7 * 86_400_000) < 1_000);
    await control('expiry', { days: -1 });
    const error = await failureOf(connect().inspect());
    assert.deepEqual([error.kind, error.code], ['auth', '33004']);
  });

  it('agree on what keys may do', async () => {
    const { otherKeys } = await start();
    const main = await connect().inspect();
    assert.deepEqual([main.canRead, main.canTrade, main.canWithdraw], [true, true, false]);
    const readOnly = await connect(otherKeys.readOnly).inspect();
    assert.deepEqual([readOnly.canRead, readOnly.canTrade], [true, false]);
    assert.equal((await connect(otherKeys.withdraw).inspect()).canWithdraw, true);
    const withoutLoans = await connect(otherKeys.withoutLoans).inspect();
    assert.deepEqual([withoutLoans.canRead, withoutLoans.canTrade, withoutLoans.lacks?.length], [true, true, 1]);
    assert.equal((await failureOf(connect(otherKeys.boundToOtherAddress).inspect())).kind, 'ip');
    assert.equal((await failureOf(connect({ ...simulator!.keys, secret: 'wrong' }).inspect())).kind, 'auth');
    const refused = await failureOf(connect(otherKeys.readOnly).actions.collateral!.send(asked));
    assert.deepEqual([refused.kind, refused.effect], ['permission', 'none']);
  });

  it('get along with a clock that is off, either way', async () => {
    await start();
    for (const offMs of [-60_000, 2_000, 3_600_000]) {
      const off: Clock = { now: () => clock.now() + offMs, sleep: clock.sleep };
      assert.equal((await connect(undefined, off).read()).loans.length, 2);
    }
  });

  it('agree on what could be borrowed, on coins to add, and on interest', async () => {
    await start();
    const connection = connect();
    assert.ok((await connection.loans!.borrowableCoins()).includes('USDT'));
    assert.equal((await connection.loans!.maximumLoan('USDT', pool, []))?.coin, 'USDT');
    assert.ok(
      (await connection.actions.collateral!.options(pool, 'add')).some(
        ({ coin, limit }) => coin === 'BTC' && limit === '1.7921483143067599',
      ),
    );
    for (const ref of [pool, order]) assert.ok((await connection.loans!.interest(ref, {})).rows.length > 0);
  });
});
