// Two independent readings of how OKX changes isolated margin meet over real HTTP.
import assert from 'node:assert/strict';
import { absolute, add, compare, decimal, multiply, subtract, type Decimal } from '../../../src/core/decimal.ts';
import type { Direction, Position, PositionRef } from '../../../src/core/model.ts';
import { effectiveLeverage, estimateMarginChange } from '../../../src/core/risk/position-model.ts';
import type { Connection, MarginChange, MarginProof } from '../../../src/exchanges/exchange.ts';
import type { SimulatorOptions } from '../../../src/simulator/okx/start.ts';
import { failureOf } from './bench.ts';
import { Meeting } from './meeting.ts';
import { saysLike } from '../../texts.ts';

const path = '/api/v5/account/position/margin-balance';

interface Moved {
  readonly instId: string;
  readonly posSide: string;
  readonly type: string;
  readonly ccy: string;
  readonly amt: string;
  readonly state: string;
}

async function recorded(here: Meeting): Promise<{ readonly moved: readonly Moved[]; readonly sends: number }> {
  const { margins, requests } = (await here.control('GET record')) as { margins: Moved[]; requests: Record<string, number> };
  return { moved: margins, sends: requests[path] ?? 0 };
}

async function find(connection: Connection, instrument: string, side: string): Promise<Position> {
  const { positions, positionsTrouble } = await connection.read();
  assert.equal(positionsTrouble, undefined);
  const found = positions.find((one) => one.instrument === instrument && one.side === side);
  assert.ok(found, `${instrument} ${side}`);
  return found;
}

const changeOf = (position: PositionRef, direction: Direction, amount: Decimal): MarginChange => ({
  ...{ kind: 'margin', position, direction, amount, coin: position.marginCoin },
});

const cases: readonly (readonly [what: string, options: SimulatorOptions, instrument: string, side: 'long' | 'short', slot: string])[] = [
  ['MARGIN long', {}, 'BTC-USDT', 'long', 'net'],
  ['MARGIN short', {}, 'ETH-USDT', 'short', 'net'],
  ['SWAP hedge long', {}, 'BTC-USDT-SWAP', 'long', 'long'],
  ['SWAP hedge short', {}, 'BTC-USDT-SWAP', 'short', 'short'],
  ['inverse SWAP hedge long', {}, 'BTC-USD-SWAP', 'long', 'long'],
  ['SWAP net long', { posMode: 'net_mode' }, 'BTC-USDT-SWAP', 'long', 'net'],
  ['MARGIN long in net mode', { posMode: 'net_mode' }, 'BTC-USDT', 'long', 'net'],
];

describe('OKX and the simulated exchange on margin', () => {
  let here = new Meeting();
  const begin = async (options: SimulatorOptions = {}): Promise<Connection> => {
    await here.start(options);
    return here.connect();
  };
  beforeEach(() => {
    here = new Meeting();
  });
  afterEach(() => here.stop());

  it('agree on all positions, of every kind', async () => {
    const connection = await begin();
    const { positions, positionsTrouble } = await connection.read();
    assert.equal(positionsTrouble, undefined);
    assert.deepEqual(
      positions.map(({ instrument, side, slot, contract, marginMode, marginCoin, priceCoin, fixedMargin }) =>
        [instrument, side, slot, contract, marginMode, marginCoin, priceCoin, fixedMargin === undefined].join(' '),
      ),
      [
        'ETH-USDT-SWAP long long linear isolated USDT USDT true',
        'BTC-USDT-SWAP long long linear isolated USDT USDT true',
        'BTC-USDT-SWAP short short linear isolated USDT USDT true',
        'BTC-USDT long net borrowed isolated BTC USDT true',
        'SOL-USDT-SWAP short short linear cross USDT USDT false',
        'ETH-USDT short net borrowed isolated USDT USDT true',
        'BTC-USD-SWAP long long inverse isolated BTC USD true',
      ],
    );
    for (const position of positions) {
      assert.ok(position.exposure !== undefined && position.liquidationPrice !== undefined && position.markPrice !== undefined);
      // Liquidation of a long is below its mark price, that of a short above it.
      assert.equal(compare(position.markPrice, position.liquidationPrice), position.side === 'long' ? 1 : -1, position.instrument);
      const inFact = effectiveLeverage(position);
      if (position.marginMode === 'cross') continue;
      assert.ok(
        inFact !== undefined && compare(inFact, multiply(position.leverage!, decimal('1.2'))) < 0,
        `${position.instrument} ${inFact ?? ''}`,
      );
    }
  });

  for (const [what, options, instrument, side, slot] of cases) {
    for (const direction of ['add', 'reduce'] as const) {
      it(`agree to ${direction} margin of ${what}, to the last digit, and that the position proves it`, async () => {
        const connection = await begin(options);
        const before = await find(connection, instrument, side);
        assert.equal(before.slot, slot);
        const ready = await connection.actions.margin!.prepare({ position: before });
        const most = direction === 'add' ? ready.walletAvailable : ready.reducible?.amount;
        assert.ok(most !== undefined && compare(most, decimal('0')) > 0, 'there is something to move');
        // With every digit that a venue may see.
        const change = changeOf(before, direction, most);
        const estimate = estimateMarginChange(ready.position, direction, most);
        assert.equal((await connection.actions.margin!.prove(change, ready.baseline, {})).state, 'pending');
        assert.deepEqual(await connection.actions.margin!.send(change), {});
        const proof = await connection.actions.margin!.prove(change, ready.baseline, {});
        assert.equal(proof.state, 'effective');
        const now = proof.position;
        assert.ok(now.margin !== undefined);
        assert.equal(now.margin, estimate.margin);
        assert.equal(subtract(now.margin, before.margin!), direction === 'add' ? most : subtract(decimal('0'), most));
        const { moved, sends } = await recorded(here);
        assert.equal(sends, 1);
        assert.deepEqual(
          moved.map(({ instId, posSide, type, ccy, amt, state }) => [instId, posSide, type, ccy, amt, state]),
          [[instrument, slot, direction, before.marginCoin, most, 'effective']],
        );
        // Added margin moves liquidation away, and never less far than was estimated.
        const away = (a: Decimal, b: Decimal): boolean => (side === 'long' ? compare(a, b) <= 0 : compare(a, b) >= 0);
        assert.ok(
          direction === 'add'
            ? now.liquidationPrice === undefined || away(now.liquidationPrice, before.liquidationPrice!)
            : away(before.liquidationPrice!, now.liquidationPrice!),
        );
        if (estimate.liquidationPrice !== undefined && now.liquidationPrice !== undefined) {
          assert.ok(away(now.liquidationPrice, estimate.liquidationPrice), `${now.liquidationPrice} and ${estimate.liquidationPrice}`);
        }
      });
    }
  }

  it('leave the other side of the same instrument alone', async () => {
    const connection = await begin();
    const pair = async (): Promise<readonly Position[]> =>
      (await connection.read()).positions.filter(({ instrument }) => instrument === 'BTC-USDT-SWAP');
    const [long, short] = await pair();
    await connection.actions.margin!.send(changeOf(short!, 'add', decimal('500')));
    assert.deepEqual(
      (await pair()).map(({ side, margin }) => [side, margin]),
      [
        ['long', long!.margin],
        ['short', add(short!.margin!, decimal('500'))],
      ],
    );
  });

  it('agree on the limits: what is above them is refused, and nothing moves', async () => {
    const connection = await begin();
    const position = await find(connection, 'BTC-USDT-SWAP', 'long');
    const ready = await connection.actions.margin!.prepare({ position });
    const above = (limit: Decimal): Decimal => add(limit, decimal('0.01'));
    for (const [direction, amount, code] of [
      ['add', above(ready.walletAvailable), '59200'],
      ['reduce', above(ready.reducible!.amount), '59301'],
      ['reduce', above(position.margin!), '59303'],
    ] as const) {
      const error = await failureOf(connection.actions.margin!.send(changeOf(position, direction, amount)));
      assert.deepEqual([error.kind, error.code, error.effect], ['refused', code, 'none']);
    }
    assert.deepEqual((await recorded(here)).moved, []);
    assert.equal((await connection.actions.margin!.prepare({ position })).baseline.margin, position.margin);
  });

  it('agree that margin of a cross position cannot be changed, nor any in some account modes', async () => {
    const connection = await begin();
    const cross = await find(connection, 'SOL-USDT-SWAP', 'short');
    assert.equal((await failureOf(connection.actions.margin!.prepare({ position: cross }))).kind, 'refused');
    const error = await failureOf(connection.actions.margin!.send(changeOf(cross, 'add', decimal('1'))));
    assert.deepEqual([error.code, error.effect], ['59300', 'none']);
    const isolated = await find(connection, 'BTC-USDT', 'long');
    await here.control('POST account', { acctLv: '3' });
    const mode = await failureOf(connection.actions.margin!.send(changeOf(isolated, 'add', decimal('0.001'))));
    assert.deepEqual([mode.code, mode.effect], ['50072', 'none']);
    assert.match(mode.message, saysLike('venue.wrong-mode', 'OKX'));
  });

  it('agree that a key that may only read changes nothing', async () => {
    const connection = await begin();
    const position = await find(connection, 'BTC-USDT', 'long');
    const reader = here.connect(here.simulator.otherKeys.readOnly);
    assert.equal((await reader.actions.margin!.prepare({ position })).baseline.margin, position.margin);
    const error = await failureOf(reader.actions.margin!.send(changeOf(position, 'add', decimal('0.001'))));
    assert.deepEqual([error.kind, error.effect], ['permission', 'none']);
    assert.match(error.message, /Trade/);
  });

  it('agree that a position of hedge mode is no position of net mode', async () => {
    const connection = await begin();
    const hedge = await find(connection, 'BTC-USDT-SWAP', 'long');
    await here.control('POST account', { posMode: 'net_mode' });
    assert.match((await failureOf(connection.actions.margin!.prepare({ position: hedge }))).message, saysLike('venue.another-position'));
    const error = await failureOf(connection.actions.margin!.send(changeOf(hedge, 'add', decimal('1'))));
    assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
    assert.deepEqual((await recorded(here)).moved, []);
  });

  it('agree that a liquidated position is gone', async () => {
    const connection = await begin();
    const position = await find(connection, 'ETH-USDT-SWAP', 'long');
    const { baseline } = await connection.actions.margin!.prepare({ position });
    here.simulator.movePrice('ETH', '-30');
    assert.deepEqual(await connection.actions.margin!.prove(changeOf(position, 'add', decimal('1')), baseline, {}), { state: 'pending' });
    const gone = await failureOf(connection.actions.margin!.prepare({ position }));
    assert.deepEqual([gone.kind, gone.effect], ['refused', 'none']);
    const error = await failureOf(connection.actions.margin!.send(changeOf(position, 'add', decimal('1'))));
    assert.deepEqual([error.kind, error.code, error.effect], ['refused', '51023', 'none']);
  });

  const faults: readonly (readonly [fault: string, kind: string | undefined, effect: string | undefined, proof: MarginProof['state']])[] = [
    ['reset', 'network', 'unknown', 'pending'],
    ['lost-before-acting', 'network', 'unknown', 'pending'],
    ['lost-after-acting', 'network', 'unknown', 'effective'],
    ['truncated', 'network', 'unknown', 'effective'],
    ['malformed', 'shape', 'unknown', 'effective'],
    ['5xx', 'unavailable', 'unknown', 'pending'],
    ['50026', 'unavailable', 'unknown', 'pending'],
    ['50026-after-acting', 'unavailable', 'unknown', 'effective'],
    ['50004', 'unavailable', 'unknown', 'pending'],
    ['51054', 'unavailable', 'unknown', 'pending'],
    ['50011', 'rate', 'none', 'pending'],
    ['59302', 'refused', 'none', 'pending'],
    ['never-settled', undefined, undefined, 'pending'],
    ['reversed-direction', undefined, undefined, 'contradicted'],
    ['wrong-amount', undefined, undefined, 'contradicted'],
  ];
  for (const [fault, kind, effect, state] of faults) {
    it(`agree on "${fault}": sent once, ${kind ?? 'accepted'}, and reading says ${state}`, async () => {
      const connection = await begin();
      const position = await find(connection, 'BTC-USDT-SWAP', 'long');
      const { baseline } = await connection.actions.margin!.prepare({ position });
      const change = changeOf(position, 'add', decimal('600.5'));
      await here.fault(fault, 'margin-balance');
      if (kind === undefined) await connection.actions.margin!.send(change);
      else {
        const error = await failureOf(connection.actions.margin!.send(change));
        assert.deepEqual([error.kind, error.effect], [kind, effect]);
      }
      const proof = await connection.actions.margin!.prove(change, baseline, {});
      assert.equal(proof.state, state);
      assert.equal((await recorded(here)).sends, 1);
      if (fault === 'reversed-direction') assert.equal(absolute(subtract(proof.position!.margin!, baseline.margin)), '600.5');
    });
  }

  it('agree that a change which settles late is pending until it has', async () => {
    const connection = await begin();
    const position = await find(connection, 'BTC-USDT', 'long');
    const { baseline } = await connection.actions.margin!.prepare({ position });
    const change = changeOf(position, 'add', decimal('0.01'));
    await here.fault('settled-late', 'margin-balance');
    await connection.actions.margin!.send(change);
    assert.equal((await connection.actions.margin!.prove(change, baseline, {})).state, 'pending');
    here.clock.time += 1_001;
    assert.equal((await connection.actions.margin!.prove(change, baseline, {})).state, 'effective');
  });

  it('agree that a change is not proven by an identical one of before', async () => {
    const connection = await begin();
    const position = await find(connection, 'BTC-USDT', 'long');
    const change = changeOf(position, 'add', decimal('0.01'));
    const { baseline } = await connection.actions.margin!.prepare({ position });
    await connection.actions.margin!.send(change);
    assert.equal((await connection.actions.margin!.prove(change, baseline, {})).state, 'effective');
    const later = await connection.actions.margin!.prepare({ position });
    assert.equal((await connection.actions.margin!.prove(change, later.baseline, {})).state, 'pending');
  });
});
