import assert from 'node:assert/strict';
import { readState, writeState } from '../../../../src/simulator/bybit/state.ts';
import { Bench, settleMs } from './bench.ts';

type Plain = Record<string, unknown>;

describe('the saved state of the simulated Bybit', () => {
  const used = (): Bench => {
    const bench = new Bench();
    bench.adjust('0', 'BTC', '0.1');
    bench.adjustOrder('1', '0.01');
    bench.control.handle('POST', 'fault', '{"fault":"settlement-failed","times":1}');
    bench.adjust('1', 'ETH', '1');
    bench.control.handle('POST', 'cap', '{"level":"1"}');
    bench.margin('BTCUSDT', 2, '-20.5');
    bench.act('fault', { fault: 'settled-late', times: 1 });
    bench.margin('ETHUSD', 0, '0.0101');
    return bench;
  };

  it('comes back as it was, digit by digit', () => {
    for (const bench of [new Bench(), new Bench({ account: 'published' }), used()]) {
      const state = bench.world.state();
      assert.deepEqual(readState(writeState(state)), state);
    }
  });

  it('lets another one go on where this one stopped', () => {
    const first = used();
    const second = new Bench({ state: readState(writeState(first.world.state())) });
    const later = first.clock.now() + settleMs + 3_600_000;
    for (const bench of [first, second]) bench.clock.pass(later - bench.clock.now());
    for (const path of ['position', 'adjustment-history']) assert.deepEqual(second.pool(path).result, first.pool(path).result);
    assert.deepEqual(second.legacy('ongoing-orders').result, first.legacy('ongoing-orders').result);
    assert.deepEqual(second.positions('category=inverse').result, first.positions('category=inverse').result);
    assert.equal(second.world.trading.positions.find(({ symbol }) => symbol === 'ETHUSD')?.extra, '0.0201');
    assert.deepEqual(second.world.recordedMargins(), first.world.recordedMargins());
    assert.equal(second.world.cap, '1');
    assert.equal(second.adjust('0', 'BTC', '0.1').raw, first.adjust('0', 'BTC', '0.1').raw);
  });

  it('goes on with the initial positions where it was saved before there were any', () => {
    const bench = used();
    bench.act('price', { coin: 'BTC', price: '60000' });
    const older = { ...bench.world.state(), trading: undefined, begunAt: undefined };
    const next = new Bench({ state: readState(JSON.stringify(older)) });
    assert.deepEqual(next.pool('position').result, bench.pool('position').result);
    const { list } = next.positions('category=linear&settleCoin=USDT');
    assert.deepEqual(
      list.map((row) => [row['symbol'], row['positionIdx'], row['size']]),
      [
        ['BTCUSDT', 1, '0.5'],
        ['BTCUSDT', 2, '0.2'],
        ['ETHUSDT', 0, '3'],
      ],
    );
    // At the price of that state: as far from liquidation as initially.
    assert.equal(list[0]?.['avgPrice'], '58800');
    assert.equal(next.margin('BTCUSDT', 1, '10').code, 0);
  });

  const wrong: readonly (readonly [what: string, break_: (state: Plain) => unknown])[] = [
    ['no object', () => []],
    ['the version of another exchange', (state) => ({ ...state, version: 1 })],
    ['a wallet that is no list', (state) => ({ ...state, wallet: {} })],
    ['an amount that is a JSON number', (state) => ({ ...state, wallet: [{ ccy: 'BTC', amt: 1 }] })],
    ['a coin it does not know', (state) => ({ ...state, wallet: [{ ccy: 'DOGE', amt: '1' }] })],
    ['no pool', (state) => ({ ...state, pool: undefined })],
    ['a pool without collateral', (state) => ({ ...state, pool: { ...(state['pool'] as Plain), collateral: undefined } })],
    [
      'a debt without interest',
      (state) => ({ ...state, pool: { ...(state['pool'] as Plain), flexible: [{ ccy: 'BTC', principal: '1' }] } }),
    ],
    ['a contract without an id', (state) => ({ ...state, pool: { ...(state['pool'] as Plain), fixed: [{}] } })],
    ['an older order without an id', (state) => ({ ...state, legacyOrders: [{}] })],
    ['an adjustment in an unknown direction', (state) => withAdjustment(state, { direction: '2' })],
    ['an adjustment in an unknown state', (state) => withAdjustment(state, { state: 'lost' })],
    ['an adjustment without an id', (state) => withAdjustment(state, { adjustId: 'x' })],
    ['an unknown margin mode', (state) => withTrading(state, { marginMode: 'CROSS' })],
    [
      'a unified coin without what orders hold',
      (state) => withTrading(state, { coins: [{ ccy: 'BTC', amt: '1', locked: '0', bonus: '0' }] }),
    ],
    ['a position in an unknown contract', (state) => withPosition(state, { symbol: 'DOGEUSDT' })],
    ['a position in a slot there is not', (state) => withPosition(state, { positionIdx: 0 })],
    ['a position of no size', (state) => withPosition(state, { size: '0' })],
    ['a position without a price', (state) => withPosition(state, { avgPrice: '' })],
    ['a change of margin without an amount', (state) => withTrading(state, { changes: [{ symbol: 'ETHUSD', positionIdx: 0 }] })],
    ['an unknown cap', (state) => ({ ...state, cap: '3' })],
    ['a time that is text', (state) => ({ ...state, accruedAt: '0' })],
    ['a count that is text', (state) => ({ ...state, counted: '0' })],
  ];
  for (const [what, broken] of wrong) {
    it(`is refused with ${what}`, () => {
      const state = JSON.parse(writeState(used().world.state())) as Plain;
      assert.throws(() => readState(JSON.stringify(broken(state))), RangeError);
    });
  }

  it('is refused where it is not JSON', () => {
    assert.throws(() => readState('{'), /not a saved state of the simulated exchange: it is not JSON/);
  });

  function withTrading(state: Plain, change: Plain): Plain {
    return { ...state, trading: { ...(state['trading'] as Plain), ...change } };
  }

  function withPosition(state: Plain, change: Plain): Plain {
    const [first, ...others] = (state['trading'] as Plain)['positions'] as Plain[];
    return withTrading(state, { positions: [{ ...first, ...change }, ...others] });
  }

  function withAdjustment(state: Plain, change: Plain): Plain {
    const [first] = state['adjustments'] as Plain[];
    return { ...state, adjustments: [{ ...first, ...change }] };
  }
});
