import assert from 'node:assert/strict';
import { decimal, negate, subtract } from '../../../src/core/decimal.ts';
import { readState, writeState } from '../../../src/simulator/okx/state.ts';
import { Bench, loanPath, noon, readKey, settleMs, type Reply } from './bench.ts';

const path = '/api/v5/account/';
const long = { instId: 'BTC-USDT-SWAP', posSide: 'long' };
type Row = Readonly<Record<string, unknown>>;

describe('the bills of the simulated exchange', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const bills = (query = ''): readonly Row[] => bench.ask('GET', `${path}bills${query}`).data;
  const closed = (query = ''): readonly Row[] => bench.ask('GET', `${path}positions-history${query}`).data;
  const margin = (body: Row): Reply => bench.ask('POST', `${path}position/margin-balance`, JSON.stringify(body));
  const act = (name: string, body: Row): void => {
    const { status, body: answer } = bench.control.handle('POST', name, JSON.stringify(body));
    assert.equal(status, 200, JSON.stringify(answer));
  };
  const shown = (row: Row | undefined): string =>
    ['type', 'subType', 'instType', 'instId', 'mgnMode', 'ccy', 'balChg', 'posBalChg', 'sz'].map((name) => String(row?.[name])).join(' ');

  it('are none before anything was changed', () => {
    assert.deepEqual(bills(), []);
    assert.deepEqual(closed(), []);
  });

  it('list each change of margin that became effective, newest first, and no other', () => {
    margin({ ...long, type: 'add', amt: '10' });
    margin({ ...long, type: 'reduce', amt: '2.5' });
    assert.equal(margin({ ...long, type: 'reduce', amt: '100000000' }).code, '59303');
    bench.control.handle('POST', 'fault', JSON.stringify({ fault: 'never-settled', times: 1 }));
    margin({ ...long, type: 'add', amt: '3' });
    assert.deepEqual(bills().map(shown), [
      '6 161 SWAP BTC-USDT-SWAP isolated USDT 2.5 -2.5 2.5',
      '6 160 SWAP BTC-USDT-SWAP isolated USDT -10 10 10',
    ]);
    const [newest, older] = bills();
    assert.deepEqual([older?.['bal'], newest?.['bal']], ['5990', '5992.5']);
    assert.equal(subtract(decimal(String(older?.['posBal'])), decimal(String(newest?.['posBal']))), '2.5');
    assert.match(String(newest?.['billId']), /^\d{17,}$/);
    assert.equal(newest?.['ts'], String(noon + 1000));
    assert.equal(Object.keys(newest).length, 34, 'every documented field is there');
    assert.ok(!('posId' in newest) && !('posSide' in newest), 'none of them names the position');
  });

  it('list a late change when it is effective', () => {
    bench.control.handle('POST', 'fault', JSON.stringify({ fault: 'settled-late', times: 1 }));
    margin({ instId: 'BTC-USDT', posSide: 'net', type: 'add', amt: '0.01', ccy: 'BTC' });
    assert.deepEqual(bills(), []);
    bench.clock.pass(settleMs);
    assert.deepEqual(bills().map(shown), ['6 160 MARGIN BTC-USDT isolated BTC -0.01 0.01 0.01']);
  });

  it('list what OKX added by itself as such', () => {
    act('auto-margin', { ...long, amt: '7' });
    assert.deepEqual(bills('?subType=162').map(shown), ['6 162 SWAP BTC-USDT-SWAP isolated USDT -7 7 7']);
    const refused = bench.control.handle('POST', 'auto-margin', JSON.stringify({ instId: 'SOL-USDT-SWAP', posSide: 'short', amt: '7' }));
    assert.equal(refused.status, 400);
  });

  it('come by page and by filter', () => {
    for (const amt of ['1', '2', '3', '4']) margin({ ...long, type: 'add', amt });
    margin({ instId: 'BTC-USDT', posSide: 'net', type: 'add', amt: '0.01', ccy: 'BTC' });
    const all = bills().map((row) => row['billId']);
    assert.equal(all.length, 5);
    assert.deepEqual(
      bills(`?limit=2&after=${String(all[1])}`).map((row) => row['billId']),
      all.slice(2, 4),
    );
    assert.deepEqual(
      bills(`?before=${String(all[2])}`).map((row) => row['billId']),
      all.slice(0, 2),
    );
    assert.equal(bills('?instId=BTC-USDT').length, 1);
    assert.equal(bills('?instType=SWAP&mgnMode=isolated&ccy=USDT&type=6&ctType=linear').length, 4);
    assert.equal(bills('?ctType=inverse').length, 0);
    assert.equal(bills('?type=5').length, 0);
    const third = Number(bills()[2]?.['ts']);
    assert.equal(bills(`?begin=${third.toString()}&end=${(third + 1).toString()}`).length, 1);
    assert.equal(bench.ask('GET', `${path}bills?after=x`).code, '51000');
    assert.equal(bench.ask('GET', `${path}bills?instType=X`).code, '51000');
  });

  it('are read by a key that may read, five times a second, for seven days', () => {
    margin({ ...long, type: 'add', amt: '1' });
    assert.equal(bench.ask('GET', `${path}bills`, '', { key: readKey }).data.length, 1);
    bench.clock.pass(7 * 86_400_000);
    const codes = Array.from({ length: 6 }, () => {
      const outcome = bench.send('GET', `${path}bills`);
      return outcome.kind === 'answer' ? outcome.answer.body : '';
    });
    assert.deepEqual(
      codes.map((body) => /"code":"(\d+)"/.exec(body)?.[1]),
      ['0', '0', '0', '0', '0', '50011'],
    );
    assert.match(codes[0]!, /"data":\[\]/);
  });

  it('and positions that ended list a liquidation, which takes the margin and no more', () => {
    const before = bench.world.trading.quotes().find((one) => one.instrument.instId === 'ETH-USDT-SWAP');
    act('price', { coin: 'ETH', percent: '-12' });
    const [row] = closed();
    assert.deepEqual(
      ['instId', 'type', 'mgnMode', 'posSide', 'direction', 'triggerPx', 'pnlRatio'].map((name) => row?.[name]),
      ['ETH-USDT-SWAP', '3', 'isolated', 'long', 'long', '2869.66', '-1'],
    );
    assert.equal(row?.['posId'], before?.position.posId);
    assert.equal(row?.['realizedPnl'], negate(before!.position.margin));
    const [bill] = bills();
    assert.deepEqual([bill?.['type'], bill?.['subType'], bill?.['balChg'], bill?.['px']], ['5', '104', '0', '2869.66']);
    assert.equal(bill?.['posBalChg'], negate(before!.position.margin));
    assert.deepEqual(closed('?type=2'), []);
    assert.equal(closed(`?posId=${String(row['posId'])}&type=3`).length, 1);
    assert.equal(closed(`?after=${String(row['uTime'])}`).length, 0);
  });

  it('outlive a restart', () => {
    margin({ ...long, type: 'add', amt: '1' });
    act('price', { coin: 'ETH', percent: '-12' });
    const before = [bills(), closed()];
    bench = new Bench({ state: readState(writeState(bench.world.state())) });
    assert.deepEqual([bills(), closed()], before);
    const { wallet, positions, changes } = bench.world.state().trading!;
    const older = { wallet, positions, changes };
    const read = readState(JSON.stringify({ ...bench.world.state(), trading: older }));
    assert.deepEqual([read.trading?.bills, read.trading?.closed], [[], []], 'what was saved before they were kept');
  });

  it('do not hold loans: a liquidated one is in its own history', () => {
    act('liquidate', { loan: '67890' });
    assert.deepEqual(
      bench.loan('loan-info').data.map((one) => one['ordId']),
      ['12345'],
    );
    const rows = bench
      .loan('loan-history?limit=4&ordId=67890')
      .data.map((row) => `${String(row['type'])} ${String(row['ccy'])} ${String(row['amt'])}`);
    assert.deepEqual(rows, [
      'forced_liquidation USDC -5000',
      'buy_borrowed_coin USDC 5000',
      'sell_collateral SOL -20',
      'sell_collateral ETH -1.5',
    ]);
    assert.equal(bench.control.handle('POST', 'liquidate', '{"loan":"1"}').status, 400);
  });

  it('leave collateral-assets in either reading', () => {
    const assets = (query = ''): Row[] =>
      bench.ask('GET', `${loanPath}collateral-assets${query}`).data.flatMap((one) => one['assets'] as Row[]);
    assert.deepEqual(
      assets().map((one) => one['ccy']),
      ['BTC', 'ETH', 'SOL'],
    );
    bench = new Bench({ collateralAssets: 'held' });
    assert.deepEqual(assets('?ordId=12345'), [{ ccy: 'BTC', amt: '0.8', notionalUsd: '70400' }]);
    assert.deepEqual(
      assets('?ordId=67890&ccy=SOL').map((one) => one['amt']),
      ['20'],
    );
    assert.equal(bench.adjust('add', 'ETH', '0.1', '12345').code, '0', 'what is not listed is taken all the same');
  });
});
