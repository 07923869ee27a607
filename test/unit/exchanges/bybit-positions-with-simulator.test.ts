import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import { absolute, compare, decimal, isPositive, subtract, type Decimal } from '../../../src/core/decimal.ts';
import type { Direction, Position } from '../../../src/core/model.ts';
import { connectBybit } from '../../../src/exchanges/bybit/connect.ts';
import type { Connection, MarginChange } from '../../../src/exchanges/exchange.ts';
import type { BybitKeys } from '../../../src/simulator/bybit/auth.ts';
import { startBybit, type Bybit } from '../../../src/simulator/bybit/start.ts';
import { failureOf } from './bench.ts';
import { says, saysLike } from '../../texts.ts';
import { PassingClock } from '../passing-clock.ts';

interface Recorded {
  readonly margins: readonly { readonly symbol: string; readonly positionIdx: number; readonly margin: string; readonly moved: string }[];
  readonly requests: Readonly<Record<string, number>>;
}

const ids = ['linear:BTCUSDT:1', 'linear:BTCUSDT:2', 'linear:ETHUSDT:0', 'linear:BTCPERP:0', 'inverse:ETHUSD:0'];
/** Small enough for all of them, large enough for their liquidation prices to show it. */
const amounts: Readonly<Record<string, string>> = { ETH: '0.005', USDT: '25.5', USDC: '25.5' };

describe('positions at Bybit and its simulation', () => {
  let clock = new PassingClock();
  let simulator: Bybit;
  const connections: Connection[] = [];

  beforeEach(async () => {
    clock = new PassingClock();
    simulator = await startBybit({ walk: false, settleMs: 1_000, clock });
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.dispose();
    await simulator.close();
  });

  function connect(keys: BybitKeys = simulator.keys): Connection {
    const connection = connectBybit({ account: { site: 'loopback', baseUrl: simulator.url }, keys: async () => ({ ...keys }), clock });
    connections.push(connection);
    return connection;
  }

  async function control(what: string, body: object): Promise<void> {
    const response = await fetch(`${simulator.url}/__simulator/${what}`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.text());
  }

  async function record(): Promise<Recorded> {
    return (await (await fetch(`${simulator.url}/__simulator/record`)).json()) as Recorded;
  }

  async function positionOf(connection: Connection, id: string): Promise<Position> {
    const { positions } = await connection.read();
    const found = positions.find(({ positionId }) => positionId === id);
    assert.ok(found, id);
    return found;
  }

  const changeOf = (position: Position, direction: Direction, amount = amounts[position.marginCoin]!): MarginChange => ({
    kind: 'margin',
    position,
    direction,
    coin: position.marginCoin,
    amount: decimal(amount),
  });

  it('agree on all of them, of every market and side, and on what they are', async () => {
    const { positions, positionsTrouble, loans } = await connect().read();
    assert.equal(positionsTrouble, undefined);
    assert.deepEqual(positions.map(({ positionId }) => positionId).sort(), [...ids].sort());
    assert.equal(loans.length, 2);
    for (const position of positions) {
      assert.deepEqual([position.marginMode, position.fixedMargin, position.distress], ['isolated', undefined, undefined]);
      for (const figure of ['markPrice', 'liquidationPrice', 'margin', 'maintenanceMargin', 'leverage', 'unrealizedPnl'] as const) {
        assert.notEqual(position[figure], undefined, `${position.positionId} ${figure}`);
      }
      const below = compare(position.liquidationPrice!, position.markPrice!) < 0;
      assert.equal(below, position.side === 'long', position.positionId);
    }
    const printed = positions.find(({ positionId }) => positionId === 'inverse:ETHUSD:0');
    assert.deepEqual([printed?.size, printed?.entryPrice, printed?.leverage], ['200', '1812.70004844', '12']);
  });

  for (const id of ids) {
    // Nothing had been added to the first one, so nothing can be taken.
    for (const direction of id === 'linear:BTCUSDT:1' ? (['add'] as const) : (['add', 'reduce'] as const)) {
      for (const [by, percent] of [
        ['mark', '0'],
        ['mark', '0.4'],
        ['mark', '-0.4'],
        ['entry', '0.4'],
      ] as const) {
        it(`agree on what it is to ${direction} margin of ${id}, once, with margin by ${by} price and ${percent} % of it in between`, async () => {
          await control('margin-price', { by });
          const connection = connect();
          const position = await positionOf(connection, id);
          const { baseline, walletAvailable, reducible } = await connection.actions.margin!.prepare({ position });
          assert.ok(isPositive(walletAvailable));
          const change = changeOf(position, direction);
          // By entry the estimate errs on the careful side where there is a profit.
          if (direction === 'reduce' && by === 'mark') assert.ok(compare(reducible!.amount, change.amount) >= 0, reducible!.amount);
          await connection.actions.margin!.send(change);
          if (percent !== '0') for (const coin of ['BTC', 'ETH']) simulator.movePrice(coin, percent);
          const proof = await connection.actions.margin!.prove(change, baseline, {});
          assert.equal(proof.state, 'effective');
          assert.equal(proof.position.positionId, id);
          const { margins, requests } = await record();
          assert.equal(requests['/v5/position/add-margin'], 1);
          assert.equal(margins.length, 1);
          assert.deepEqual(
            [margins[0]?.symbol, margins[0]?.positionIdx.toString(), margins[0]?.moved],
            [position.instrument, position.slot, direction === 'add' ? change.amount : `-${change.amount}`],
          );
        });
      }
    }
  }

  it('agree on the wallet: what is available can be added to the last digit, and no more', async () => {
    const connection = connect();
    const position = await positionOf(connection, 'linear:BTCUSDT:1');
    const { walletAvailable } = await connection.actions.margin!.prepare({ position });
    const all = walletAvailable.replace(/(\.\d{4})\d+$/, '$1');
    const over = await failureOf(connection.actions.margin!.send(changeOf(position, 'add', (BigInt(all.split('.')[0]!) + 1n).toString())));
    assert.deepEqual([over.kind, over.code, over.effect], ['refused', '110014', 'none']);
    await connection.actions.margin!.send(changeOf(position, 'add', all));
  });

  it('let be taken what is estimated, whatever the margin goes by and wherever prices are', async () => {
    const connection = connect();
    const { positions } = await connection.read();
    const taken: Decimal[] = [];
    for (const [by, percent] of [
      ['entry', '0.5'],
      ['mark', '-1'],
    ] as const) {
      await control('margin-price', { by });
      for (const coin of ['BTC', 'ETH']) simulator.movePrice(coin, percent);
      for (const position of positions) {
        const { reducible } = await connection.actions.margin!.prepare({ position });
        if (!isPositive(reducible!.amount)) continue;
        await connection.actions.margin!.send(changeOf(position, 'reduce', reducible!.amount));
        taken.push(reducible!.amount);
      }
    }
    assert.ok(taken.length > 2);
  });

  it('agree on what can be taken: not much less than there is', async () => {
    const connection = connect();
    const { positions } = await connection.read();
    for (const position of positions) {
      const { reducible, baseline } = await connection.actions.margin!.prepare({ position });
      assert.equal(reducible?.source, 'estimate');
      if (!isPositive(reducible.amount)) continue;
      const change = changeOf(position, 'reduce', reducible.amount);
      await connection.actions.margin!.send(change);
      assert.equal((await connection.actions.margin!.prove(change, baseline, {})).state, 'effective', position.positionId);
    }
    const taken = (await record()).margins.map(({ positionIdx, symbol, moved }) => [`${symbol} ${positionIdx.toString()}`, moved] as const);
    // 250 and 100.25 had been added. What is kept back is for a fee that may be higher, and for a loss.
    const of = (name: string): Decimal => absolute(decimal(taken.find(([one]) => one === name)?.[1] ?? '0'));
    assert.ok(compare(of('BTCUSDT 2'), decimal('200')) > 0);
    assert.ok(compare(of('BTCUSDT 2'), decimal('250')) <= 0);
    assert.ok(compare(of('BTCUSDT 1'), decimal('0')) === 0);
  });

  for (const [fault, effect, state] of [
    ['lost-after-acting', 'unknown', 'effective'],
    ['lost-before-acting', 'unknown', 'pending'],
    ['10000-after-acting', 'unknown', 'effective'],
    ['10016-after-acting', 'unknown', 'effective'],
    ['503-after-acting', 'unknown', 'effective'],
    ['10016', 'unknown', 'pending'],
    ['malformed', 'unknown', 'effective'],
    ['5xx', 'unknown', 'pending'],
    ['110011', 'none', 'pending'],
    ['never-settled', undefined, 'pending'],
    ['settlement-failed', undefined, 'pending'],
    ['reversed-direction', undefined, 'contradicted'],
    ['wrong-amount', undefined, 'pending'],
  ] as const) {
    for (const direction of ['add', 'reduce'] as const) {
      it(`know what became of a change to ${direction} after ${fault}`, async () => {
        const connection = connect();
        const position = await positionOf(connection, 'linear:BTCUSDT:2');
        const { baseline } = await connection.actions.margin!.prepare({ position });
        await control('fault', { fault, times: 1 });
        const change = changeOf(position, direction);
        const error = await connection.actions.margin!.send(change).then(
          () => undefined,
          (reason: unknown) => reason as Awaited<ReturnType<typeof failureOf>>,
        );
        const proof = await connection.actions.margin!.prove(change, baseline, {});
        assert.deepEqual(
          [error?.effect, proof.state, (await record()).requests['/v5/position/add-margin']],
          [effect, state, 1],
          error?.message,
        );
      });
    }
  }

  it('never confuse the two sides of a hedge', async () => {
    const connection = connect();
    const before = await connection.read();
    const short = before.positions.find(({ positionId }) => positionId === 'linear:BTCUSDT:2')!;
    await connection.actions.margin!.send(changeOf(short, 'reduce'));
    const after = await connection.read();
    const moved = after.positions.filter(
      (one) => one.margin !== before.positions.find(({ positionId }) => positionId === one.positionId)?.margin,
    );
    assert.deepEqual(
      moved.map(({ positionId }) => positionId),
      ['linear:BTCUSDT:2'],
    );
    assert.equal(compare(subtract(short.margin!, moved[0]!.margin!), decimal('25.5')), 0);
  });

  it('agree on accounts that are not isolated', async () => {
    const connection = connect();
    const position = await positionOf(connection, 'linear:ETHUSDT:0');
    for (const [mode, words, code] of [
      ['REGULAR_MARGIN', saysLike('position.cross-margin-whole'), '110015'],
      ['PORTFOLIO_MARGIN', saysLike('position.cross-margin-whole'), '110077'],
    ] as const) {
      await control('margin-mode', { mode });
      const now = await positionOf(connection, position.positionId);
      assert.equal(now.marginMode, 'cross');
      assert.match(now.fixedMargin!.template, words);
      assert.match((await failureOf(connection.actions.margin!.prepare({ position }))).message, words);
      const error = await failureOf(connection.actions.margin!.send(changeOf(position, 'add')));
      assert.deepEqual([error.code, error.effect], [code, 'none']);
    }
  });

  it('agree on what keys may do', async () => {
    const { otherKeys } = simulator;
    const lacking = await connect(otherKeys.withoutPositions).read();
    assert.deepEqual([lacking.positions, lacking.loans.length], [[], 2]);
    assert.match(english(lacking.positionsTrouble!), saysLike('venue.lacks-permission', 'Bybit', says('bybit.position-permission')));
    const alone = await connect(otherKeys.withoutLoans).read();
    assert.deepEqual([alone.positions.length, alone.loans, alone.positionsTrouble], [5, [], undefined]);
    assert.notEqual(alone.loansTrouble, undefined);
    const position = await positionOf(connect(), 'linear:BTCUSDT:2');
    for (const keys of [otherKeys.readOnly, otherKeys.withoutPositions]) {
      const error = await failureOf(connect(keys).actions.margin!.send(changeOf(position, 'add')));
      assert.deepEqual([error.kind, error.effect], ['permission', 'none']);
      assert.match(error.message, saysLike('venue.lacks-permission', 'Bybit', says('bybit.writable', says('bybit.position-permission'))));
    }
    assert.equal((await record()).margins.length, 0);
  });

  it('agree on positions that were liquidated: they are gone, and nothing is said of what became of a change', async () => {
    const connection = connect();
    const position = await positionOf(connection, 'linear:BTCUSDT:1');
    const { baseline } = await connection.actions.margin!.prepare({ position });
    simulator.movePrice('BTC', '-30');
    assert.match((await failureOf(connection.actions.margin!.prepare({ position }))).message, saysLike('venue.no-such-position', 'Bybit'));
    assert.deepEqual(await connection.actions.margin!.prove(changeOf(position, 'add'), baseline, {}), { state: 'pending' });
    assert.match(
      (await failureOf(connection.actions.margin!.send(changeOf(position, 'add')))).message,
      saysLike('venue.no-such-position', 'Bybit'),
    );
  });
});
