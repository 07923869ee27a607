// The adapter and the simulated exchange are two independent readings of the same documentation: here they meet over real HTTP.
import assert from 'node:assert/strict';
import { add, compare, decimal, subtract } from '../../../src/core/decimal.ts';
import type { LoanRef } from '../../../src/exchanges/exchange.ts';
import { change, failureOf } from './bench.ts';
import { first, held, Meeting, second } from './meeting.ts';

describe('OKX and the simulated exchange', () => {
  let here = new Meeting();
  beforeEach(async () => {
    here = new Meeting();
    await here.start();
  });
  afterEach(() => here.stop());

  describe('agree on reading', () => {
    it('what a key may do', async () => {
      const { keys, otherKeys } = here.simulator;
      const facts = await here.connect(keys).inspect();
      assert.deepEqual([facts.canRead, facts.canTrade, facts.canWithdraw, facts.boundAddresses], [true, true, false, ['127.0.0.1']]);
      const readOnly = await here.connect(otherKeys.readOnly).inspect();
      assert.deepEqual([readOnly.canRead, readOnly.canTrade, readOnly.canWithdraw], [true, false, false]);
      assert.equal((await here.connect(otherKeys.withdraw).inspect()).canWithdraw, true);
    });

    it('all loans and the wallet, digit for digit', async () => {
      const at = here.clock.time;
      const { loans, wallet, walletTrouble, asOf } = await here.connect().read();
      assert.equal(walletTrouble, undefined);
      assert.equal(asOf, at);
      const [one, two] = loans;
      assert.ok(two !== undefined);
      assert.deepEqual([one?.id, one?.orderId, two.id], ['12345', '12345', '67890']);
      assert.deepEqual(
        one?.collateral.map(({ coin, amount }) => [coin, amount]),
        [['BTC', '0.8']],
      );
      assert.equal(one.liquidationPrice?.instrument, 'BTC-USDT');
      assert.equal(two.liquidationPrice, undefined);
      assert.deepEqual(
        two.collateral.map(({ coin, amount }) => [coin, amount]),
        [
          ['ETH', '1.5'],
          ['SOL', '20'],
        ],
      );
      assert.deepEqual(
        wallet.map(({ coin, amount }) => [coin, amount]),
        [
          ['BTC', '1.7921483143067599'],
          ['ETH', '1.9400755578876945'],
          ['USDT', '63.9795959720319628'],
          ['SOL', '40'],
        ],
      );
      // The oldest order owes USDT and would not take it; the other one does.
      assert.equal(wallet.find(({ coin }) => coin === 'USDT')?.pledgeable, true);
    });

    it('all pages of a history, newest first, no row twice and none of another loan', async () => {
      const connection = here.connect();
      const rows: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await connection.loans!.history(first, cursor === undefined ? {} : { cursor });
        rows.push(...page.rows.map(({ id }) => id));
        cursor = page.older;
        pages += 1;
      } while (cursor !== undefined);
      assert.ok(pages >= 3 && rows.length > 200, `${rows.length.toString()} rows`);
      assert.equal(new Set(rows).size, rows.length);
      assert.deepEqual(
        rows,
        [...rows].sort((a, b) => (BigInt(a) > BigInt(b) ? -1 : 1)),
      );
      const other = await connection.loans!.history(second, {});
      assert.ok(other.rows.length > 0 && other.rows.every(({ id }) => !rows.includes(id)));
    });

    it('a history of one type only, and what was done by force', async () => {
      const connection = here.connect();
      const { rows } = await connection.loans!.history(first, { type: 'forced_repayment_sell' });
      assert.ok(rows.length > 0 && rows.every(({ type, forced }) => type === 'forced_repayment_sell' && forced));
    });

    it('interest, by coin and page', async () => {
      const connection = here.connect();
      const page = await connection.loans!.interest(first, { limit: 100 });
      assert.equal(page.rows.length, 100);
      assert.ok(page.rows.every(({ coin }) => coin === 'USDT'));
      const older = await connection.loans!.interest(first, { cursor: page.older! });
      assert.ok(older.rows.length > 0 && older.older === undefined);
      assert.ok(older.rows.every(({ id }) => page.rows.every((row) => row.id !== id)));
      assert.deepEqual(await connection.loans!.interest(second, { coin: 'USDT' }), { rows: [] });
    });

    it('what can be borrowed, and that extra collateral allows more', async () => {
      const connection = here.connect();
      assert.ok((await connection.loans!.borrowableCoins()).includes('USDT'));
      const plain = await connection.loans!.maximumLoan('USDT', first, []);
      const more = await connection.loans!.maximumLoan('USDT', first, [{ coin: 'BTC', amount: decimal('0.5') }]);
      assert.equal(compare(more!.amount, plain!.amount), 1);
      const error = await failureOf(connection.loans!.maximumLoan('DOGE', first, []));
      assert.deepEqual([error.kind, error.code], ['refused', '51751']);
    });

    it('which coins can be added to each loan and taken from it', async () => {
      const connection = here.connect();
      const names = async (ref: LoanRef, direction: 'add' | 'reduce'): Promise<string[]> =>
        (await connection.actions.collateral!.options(ref, direction)).map(({ coin }) => coin);
      assert.deepEqual(await names(first, 'add'), ['BTC', 'ETH', 'SOL'], 'not USDT, which it owes');
      assert.deepEqual(await names(second, 'add'), ['BTC', 'ETH', 'USDT', 'SOL']);
      assert.deepEqual(await names(second, 'reduce'), ['ETH', 'SOL']);
      const [btc] = await connection.actions.collateral!.options(first, 'reduce');
      assert.ok(btc?.limit !== undefined && compare(btc.limit, decimal('0.8')) < 0);
    });

    it('that a loan which does not exist cannot be prepared', async () => {
      const gone: LoanRef = { loanId: '99999', orderId: '99999' };
      const connection = here.connect();
      const error = await failureOf(connection.actions.collateral!.prepare({ loan: gone, direction: 'add', coin: 'BTC' }));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
      const refused = await failureOf(connection.actions.collateral!.send(change({ loan: gone })));
      assert.deepEqual([refused.kind, refused.code, refused.effect], ['refused', '51063', 'none']);
    });
  });

  describe('agree on changing', () => {
    for (const [direction, loan, coin, amount] of [
      ['add', first, 'BTC', '0.100000000000000001'],
      ['reduce', second, 'SOL', '1.25'],
      ['add', second, 'ETH', '0.5'],
    ] as const) {
      it(`${direction} ${amount} ${coin} of ${loan.loanId}: accepted, pending, then effective, once`, async () => {
        const connection = here.connect();
        const ready = await connection.actions.collateral!.prepare({ loan, direction, coin });
        const size = decimal(amount);
        assert.ok(compare(ready.limit, size) >= 0);
        assert.equal(ready.baseline.newestHistoryId, (await connection.loans!.history(loan, { limit: 1 })).rows[0]?.id);
        const wanted = change({ loan, direction, coin, amount: size });
        await connection.actions.collateral!.send(wanted);
        assert.equal((await connection.actions.collateral!.prove(wanted, ready.baseline, {})).state, 'pending');
        here.clock.time += 1_001;
        const proof = await connection.actions.collateral!.prove(wanted, ready.baseline, {});
        assert.equal(proof.state, 'effective');
        assert.equal(proof.row.type, direction === 'add' ? 'collateral_locked' : 'collateral_released');
        const { pledged } = ready.baseline;
        assert.equal(held(proof, coin), direction === 'add' ? add(pledged, size) : subtract(pledged, size));
        const ltv = proof.loan?.ltv;
        assert.equal(compare(ltv!, ready.loan.ltv!), direction === 'add' ? -1 : 1, 'LTV moved the predicted way');
        const { adjustments } = await here.record();
        assert.deepEqual(
          adjustments.map((one) => [one.loan, one.type, one.ccy, one.amt]),
          [[loan.loanId, direction, coin, amount]],
        );
        assert.equal(await here.sends(), 1);
      });
    }

    it('that more than allowed is refused with the maximum named, and nothing changes', async () => {
      const connection = here.connect();
      const { limit } = await connection.actions.collateral!.prepare({ loan: first, direction: 'reduce', coin: 'BTC' });
      const error = await failureOf(connection.actions.collateral!.send(change({ direction: 'reduce', amount: decimal('0.79') })));
      assert.deepEqual([error.kind, error.code, error.effect], ['refused', '51758', 'none']);
      assert.ok(error.message.includes(limit), error.message);
      const poor = await failureOf(connection.actions.collateral!.send(change({ amount: decimal('1.8') })));
      assert.deepEqual([poor.kind, poor.code, poor.effect], ['refused', '51736', 'none']);
      assert.deepEqual((await here.record()).adjustments, []);
    });

    it('that a change is not proven by an identical one of before', async () => {
      const connection = here.connect();
      const { baseline } = await connection.actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' });
      await connection.actions.collateral!.send(change({ amount: decimal('0.2') }));
      here.clock.time += 1_001;
      assert.equal((await connection.actions.collateral!.prove(change({ amount: decimal('0.2') }), baseline, {})).state, 'effective');
      const later = await connection.actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' });
      assert.equal((await connection.actions.collateral!.prove(change({ amount: decimal('0.2') }), later.baseline, {})).state, 'pending');
    });
  });

  describe('agree without order ids', () => {
    beforeEach(async () => {
      await here.stop();
      here = new Meeting();
      await here.start({ ordIds: false });
    });

    it('on the only loan: read, changed and proven without an id', async () => {
      const connection = here.connect();
      const { loans } = await connection.read();
      assert.deepEqual(
        loans.map(({ id, orderId }) => [id, orderId]),
        [['only', undefined]],
      );
      const loan: LoanRef = { loanId: 'only' };
      const { baseline } = await connection.actions.collateral!.prepare({ loan, direction: 'add', coin: 'BTC' });
      const wanted = change({ loan });
      assert.ok(!connection.actions.collateral!.describe(wanted).body.includes('ordId'));
      await connection.actions.collateral!.send(wanted);
      here.clock.time += 1_001;
      const proof = await connection.actions.collateral!.prove(wanted, baseline, {});
      assert.equal(proof.state, 'effective');
      assert.equal(held(proof, 'BTC'), '0.9');
    });

    it('that a loan which had an id is no longer to be found', async () => {
      const error = await failureOf(here.connect().actions.collateral!.prepare({ loan: first, direction: 'add', coin: 'BTC' }));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
    });
  });
});
