import assert from 'node:assert/strict';
import { Conditions } from '../../../src/simulator/conditions.ts';
import { Bench, loanPath } from './bench.ts';
import { Bench as BybitBench } from './bybit/bench.ts';

describe('the conditions of a simulated exchange', () => {
  it('are about one coin or instrument, or about all, and the one switched on last counts', () => {
    const conditions = new Conditions();
    conditions.add({ moment: 'closing', instrument: 'BTC-USDT-SWAP' });
    assert.deepEqual(
      [undefined, 'BTC-USDT-SWAP', 'ETH-USDT-SWAP'].map((about) => conditions.is('closing', about)),
      [false, true, false],
    );
    conditions.add({ moment: 'liquidating' });
    assert.deepEqual([conditions.is('liquidating'), conditions.is('liquidating', 'any'), conditions.is('frozen')], [true, true, false]);
    conditions.add({ moment: 'minimum', amount: '1' });
    conditions.add({ moment: 'minimum', coin: 'BTC', amount: '0.01' });
    assert.deepEqual([conditions.least('BTC'), conditions.least('ETH')], ['0.01', '1']);
    conditions.clear();
    assert.deepEqual(conditions.list(), []);
  });

  it('are refused with a reason where they make no sense', () => {
    const { control } = new Bench();
    for (const body of [
      {},
      { moment: 'lightning' },
      { moment: 'minimum', coin: 'BTC' },
      { moment: 'minimum', coin: 'BTC', amount: 0.1 },
      { moment: 'minimum', coin: 'BTC', amount: '0' },
      { moment: 'closing', instrument: 7 },
    ]) {
      const { status, body: said } = control.handle('POST', 'moment', JSON.stringify(body));
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(JSON.stringify(said), /"error":"..+"/);
    }
  });

  it('are shown, taken back, and then everything is as before', () => {
    const bench = new Bench();
    const shown = (): unknown => (bench.control.handle('GET', 'hello', '').body as Record<string, unknown>)['moments'];
    bench.control.handle('POST', 'moment', '{"moment":"frozen"}');
    assert.deepEqual(shown(), [{ moment: 'frozen' }]);
    assert.equal(bench.adjust('add', 'BTC', '0.1', '12345').code, '51738');
    bench.control.handle('DELETE', 'moment', '');
    assert.deepEqual(shown(), []);
    assert.equal(bench.adjust('add', 'BTC', '0.1', '12345').code, '0');
  });

  it('let everything be taken out where no less than a minimum may stay', () => {
    const bench = new BybitBench();
    bench.act('moment', { moment: 'minimum', coin: 'ETH', amount: '1' });
    assert.equal(bench.adjust('0', 'ETH', '0.5').code, 148012);
    assert.equal(bench.adjust('0', 'ETH', '1').code, 0);
    assert.equal(bench.adjust('1', 'BTC', '0.01').code, 0, 'other coins have no minimum');
  });

  it('leave a refused coin out of what is taken, and say of a position that it is being liquidated', () => {
    const okx = new Bench();
    okx.control.handle('POST', 'moment', '{"moment":"coin-refused","coin":"BTC"}');
    const [assets] = okx.ask('GET', `${loanPath}collateral-assets?ordId=12345`).data;
    assert.doesNotMatch(JSON.stringify(assets), /"BTC"/);
    const bybit = new BybitBench();
    bybit.act('moment', { moment: 'coin-refused', coin: 'BTC' });
    assert.doesNotMatch(bybit.pool('collateral-data').raw, /BTC/);
    bybit.act('moment', { moment: 'liquidating', instrument: 'BTCUSDT' });
    assert.deepEqual([bybit.position('BTCUSDT', 1)['positionStatus'], bybit.position('ETHUSDT')['positionStatus']], ['Liq', 'Normal']);
  });

  it('empty wallets, but neither loans nor positions', () => {
    const okx = new Bench();
    const margins = (): unknown => okx.world.trading.quotes().map(({ position }) => position.margin);
    const before = margins();
    okx.control.handle('POST', 'empty', '{"coin":"BTC"}');
    assert.equal(okx.wallet('BTC'), '0');
    assert.notEqual(okx.wallet('USDT'), '0');
    okx.control.handle('POST', 'empty', '');
    assert.deepEqual(
      [okx.world.wallet, okx.world.trading.wallet, okx.order('12345')['collateralData']],
      [[], [], [{ ccy: 'BTC', amt: '0.8' }]],
    );
    assert.deepEqual(margins(), before);

    const bybit = new BybitBench();
    const held = bybit.position('BTCUSDT', 2)['positionIM'];
    bybit.act('empty', { coin: 'USDT' });
    assert.equal(bybit.free('USDT'), '0');
    assert.notEqual(bybit.free('USDC'), '0');
    assert.equal(bybit.position('BTCUSDT', 2)['positionIM'], held);
    assert.equal(bybit.margin('BTCUSDT', 2, '1').code, 110012);
    bybit.act('empty', {});
    assert.deepEqual(bybit.world.wallet, []);
  });
});
