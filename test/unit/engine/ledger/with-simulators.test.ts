// The whole way of a change, through the real adapters, against the simulated exchanges.
import assert from 'node:assert/strict';
import type { Clock } from '../../../../src/core/clock.ts';
import { decimal as d, multiply, round } from '../../../../src/core/decimal.ts';
import type { Position } from '../../../../src/core/model.ts';
import { connectBybit } from '../../../../src/exchanges/bybit/connect.ts';
import type { Change, Connection, MarginChange } from '../../../../src/exchanges/exchange.ts';
import { connectOkx } from '../../../../src/exchanges/okx/connect.ts';
import type { Limits } from '../../../../src/engine/ledger/limits.ts';
import { Ledger } from '../../../../src/engine/ledger/ledger.ts';
import { startBybit } from '../../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../../src/simulator/okx/start.ts';
import { MemoryJournal } from './memory-journal.ts';
import { account, ignore, noLimits, refused } from './support.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';
import { PassingClock } from '../../passing-clock.ts';

interface Place {
  /** New each time: limits are per connection, too long to wait for here. */
  connect(): Connection;
  readonly ledger: Ledger;
  readonly journal: MemoryJournal;
  movePrice(coin: string, percent: string): void;
  pass(ms: number): void;
  limits: Limits;
  /** Ours alone; that of the exchange goes on. */
  setClock(ms: number): void;
  /** A window that is opened only now. */
  another(): Ledger;
  end(): Promise<void>;
}

async function open(venue: 'okx' | 'bybit'): Promise<Place> {
  const theirs = new PassingClock();
  let set = 0;
  const clock: Clock = { now: () => theirs.time + set, sleep: theirs.sleep, uptime: theirs.now };
  const options = { walk: false, settleMs: 1_000, clock: theirs };
  const simulator = venue === 'okx' ? await startSimulator(options) : await startBybit(options);
  const line = { account: { site: 'loopback', baseUrl: simulator.url }, keys: () => Promise.resolve({ ...simulator.keys }), clock };
  const connections: Connection[] = [];
  const connect = (): Connection => {
    const connection = venue === 'okx' ? connectOkx(line) : connectBybit(line);
    connections.push(connection);
    return connection;
  };
  const journal = new MemoryJournal();
  let ids = 0;
  const another = (): Ledger =>
    new Ledger({
      journal,
      book: { get: () => account({ venue, site: 'loopback', baseUrl: simulator.url }) },
      connections: { get: () => Promise.resolve(connect()) },
      clock,
      newId: () => `w${(ids += 1).toString()}`,
      maxPreviewAgeMs: () => 60_000,
      proofPatienceMs: 60_000,
      window: 'this window',
      arming: { state: () => ({ armed: true, until: 'restart' }) },
      limits: () => place.limits,
    });
  const ledger = another();
  const place: Place = {
    another,
    limits: noLimits,
    setClock: (ms) => {
      set += ms;
    },
    connect,
    ledger,
    journal,
    movePrice: (coin, percent) => {
      simulator.movePrice(coin, percent);
    },
    pass: (ms) => {
      theirs.time += ms;
    },
    async end() {
      ledger.dispose();
      for (const connection of connections) connection.dispose();
      await simulator.close();
    },
  };
  return place;
}

const changing = (position: Position, direction: 'add' | 'reduce'): MarginChange => ({
  kind: 'margin',
  position,
  direction,
  coin: position.marginCoin,
  amount: d(position.marginCoin === 'USDT' ? '5' : '0.0005'),
});

for (const venue of ['okx', 'bybit'] as const) {
  describe(`a change on the simulated ${venue}`, () => {
    let place: Place;
    beforeEach(async () => {
      place = await open(venue);
    });
    afterEach(() => place.end());

    const changeable = async (): Promise<readonly Position[]> =>
      (await place.connect().read()).positions.filter(
        ({ marginMode, fixedMargin, distress }) => marginMode === 'isolated' && fixedMargin === undefined && distress === undefined,
      );

    it('of the margin of any position goes through the last look while prices move, and is proven from the figures of then', async () => {
      const positions = await changeable();
      assert.ok(positions.length > 1);
      const done = new Set<string>();
      for (const position of positions) {
        for (const direction of ['add', 'reduce'] as const) {
          const what = `${direction} ${position.instrument} ${position.side}`;
          const preview = await place.ledger.preview('a', changing(position, direction)).catch(ignore);
          // Not from every position can something be taken.
          if (preview === undefined) {
            assert.equal(direction, 'reduce', what);
            continue;
          }
          for (const coin of ['BTC', 'ETH', 'SOL']) place.movePrice(coin, direction === 'add' ? '-0.7' : '0.7');
          const record = await place.ledger.commit(preview, ignore);
          assert.equal(record.state, 'effective', what);
          assert.equal(record.evidence?.kind, venue === 'okx' ? 'history' : 'position', what);
          done.add(direction);
        }
      }
      assert.equal(done.size, 2);
      // Twenty changes over a real socket: a busy machine may take longer than for other tests.
    }).timeout(30_000);

    it('of margin is not sent when somebody else changed the margin in between', async () => {
      for (const position of await changeable()) {
        const preview = await place.ledger.preview('a', changing(position, 'add'));
        assert.ok(position.margin !== undefined);
        await place
          .connect()
          .actions.margin!.send({ ...changing(position, 'add'), amount: round(multiply(position.margin, d('0.02')), 4, 'up') });
        await assert.rejects(place.ledger.commit(preview, ignore), refused(saysLike('change.changed-since')));
      }
      assert.deepEqual(await place.journal.load(), []);
    });

    it('of collateral goes through the last look while prices move, and not when the pledge was changed in between', async () => {
      const [loan] = (await place.connect().read()).loans;
      assert.ok(loan !== undefined);
      const ref = { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) };
      const add: Change = { kind: 'collateral', loan: ref, direction: 'add', coin: 'BTC', amount: d('0.001') };
      const preview = await place.ledger.preview('a', add);
      place.movePrice('BTC', '-0.7');
      assert.equal((await place.ledger.commit(preview, ignore)).state, 'effective');
      const late = await place.ledger.preview('a', add);
      await place.connect().actions.collateral!.send(add);
      place.pass(2_000);
      const written = (await place.journal.load()).length;
      await assert.rejects(place.ledger.commit(late, ignore), refused(saysLike('change.changed-since', says('collateral.in-coin', 'BTC'))));
      assert.equal((await place.journal.load()).length, written);
    });

    it('counts towards the limit of the day by the clock of the exchange, whatever ours is set to', async () => {
      const [loan] = (await place.connect().read()).loans;
      assert.ok(loan !== undefined);
      const ref = { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) };
      const add: Change = { kind: 'collateral', loan: ref, direction: 'add', coin: 'BTC', amount: d('0.001') };
      assert.equal((await place.ledger.commit(await place.ledger.preview('a', add), ignore)).state, 'effective');
      place.limits = { ...noLimits, perDayByCoin: new Map([['BTC', d('0.001')]]) };
      place.setClock(25 * 3_600_000);
      // As after a restart: nothing is known of before but what was written down.
      await assert.rejects(
        place.another().preview('a', add),
        refused(saysInTurn(saysLike('limit.per-day', '0.001 BTC'), saysLike('limit.clock-set-forward'))),
      );
      place.setClock(-50 * 3_600_000);
      await assert.rejects(place.another().preview('a', add), refused(saysLike('limit.per-day', '0.001 BTC')));
      place.setClock(25 * 3_600_000);
      place.pass(24 * 3_600_000);
      await place.another().preview('a', add);
    });
  });
}
