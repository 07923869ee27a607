import assert from 'node:assert/strict';
import type { Bybit } from '../../src/simulator/bybit/start.ts';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, TestExchange, startBybit } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';
import type { Dialog } from './workbench.ts';

/** A change of margin as an exchange says it arrived. */
interface Margin {
  readonly instrument: string;
  /** OKX `posSide`, Bybit `positionIdx`. */
  readonly slot: string;
  readonly amount: string;
}

/** Isolated positions of two exchanges in one view, beside an account whose exchange is dead. */
describe('someone with positions on OKX and Bybit, and an account that is dead', () => {
  let okx: TestExchange;
  let bybit: Bybit;
  let dead: TestExchange;
  // High and wide enough that no row is out of sight, whoever grows.
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 10 }, viewport: { width: 1400, height: 1900 } });

  before(async () => {
    okx = await TestExchange.start({ settleMs: 500 });
    bybit = await startBybit({ walk: false, settleMs: 500 });
    dead = await TestExchange.start();
  });

  after(async () => {
    await okx.close();
    await bybit.close();
    await dead.close();
  });

  const onOkx = async (): Promise<readonly Margin[]> => {
    const { margins } = (await okx.control('GET', 'record')) as {
      margins: { instId: string; posSide: string; type: string; amt: string }[];
    };
    return margins.map(({ instId, posSide, type, amt }) => ({ instrument: instId, slot: posSide, amount: `${type} ${amt}` }));
  };
  const onBybit = async (): Promise<readonly Margin[]> => {
    const response = await fetch(`${bybit.url}/__simulator/record`);
    const { margins } = (await response.json()) as { margins: { symbol: string; positionIdx: number; margin: string }[] };
    return margins.map(({ symbol, positionIdx, margin }) => ({ instrument: symbol, slot: positionIdx.toString(), amount: margin }));
  };

  /** Up to the preview of a change. */
  async function preview(direction: 'Add' | 'Reduce', position: string, amount: string): Promise<Dialog> {
    await bench().clearNotifications();
    await bench().runCommand(`LTV Gauge: ${direction} Margin…`);
    await bench().quickInput.waitFor('Which position');
    await bench().pick(position);
    await bench().quickInput.waitFor('At most');
    await bench().type(amount);
    await bench().pressEnter();
    return bench().dialog();
  }

  /** The liquidation price that the line says it went from and to by estimate, without grouping. */
  function liquidationIn(text: string): readonly [number, number] {
    const [, now = '', after = ''] = /Liquidation price: ([\d,.]+) \w+ now → ([\d,.]+) \w+ after/.exec(text) ?? [];
    const plain = (price: string): number => Number(price.replaceAll(',', ''));
    return [plain(now), plain(after)];
  }

  it('sees every position with its side, distance and level; the dead account ages alone', async () => {
    await bench().openContainer();
    await addAccount(bench(), okx, 'Main');
    await enterAccount(bench(), bybit.url, 'Pool', bybit.keys, 'Bybit');
    await (await bench().dialog()).press('Save Account');
    await bench().waitForRow('Positions', /Pool/);
    await addAccount(bench(), dead, 'Dead');
    await dead.kill();
    await bench().waitForRow('Positions', /Dead simulated · unreachable/);
    const rows = await bench().treeRows('Positions');
    const has = (...patterns: readonly RegExp[]): void => {
      for (const pattern of patterns)
        assert.ok(
          rows.some((row) => pattern.test(row)),
          `${String(pattern)} in ${rows.join('\n')}`,
        );
    };
    has(/23\.2% · Watch .*BTC-USDT-SWAP/, /37\.3% · OK .*BTC-USDT-SWAP/, /8\.7% · Warning .*ETH-USDT-SWAP/, /Cross margin .*SOL-USDT-SWAP/);
    has(/11\.3% · Watch .*BTCUSDT/, /22\.0% · Watch .*BTCUSDT/, /6\.7% · Warning .*BTCPERP/, /OKX cannot be reached/);
    // What was read before stays, with its age and without a word that reassures.
    has(/23\.2% · Unknown .*read (just now|\d+ s ago)/);
    const okxRow = rows.find((row) => row.startsWith('Main'));
    assert.match(okxRow ?? '', /just now|\d s ago/);
    await bench().screenshot('positions');
  });

  it('adds margin to the long of a hedge and sees the liquidation price of the exchange move away; the short is left alone', async () => {
    const dialog = await preview('Add', 'BTC-USDT-SWAP long', '2000');
    for (const part of [
      'SIMULATED',
      'Account: Main',
      'BTC-USDT-SWAP long, isolated',
      'hedge mode',
      'Act: add margin',
      'From: trading account',
    ]) {
      assert.ok(dialog.text.includes(part), `the preview says “${part}”: ${dialog.text}`);
    }
    const [now, after] = liquidationIn(dialog.text);
    assert.ok(after < now, `${after.toString()} is further from the mark price than ${now.toString()}`);
    await bench().screenshot('margin-preview');
    await dialog.press('Add 2,000 USDT to BTC-USDT-SWAP long');
    const done = await bench().waitForNotification(/Done: liquidation price is now [\d,.]+ \w+, says OKX\. SIMULATED: add 2,000 USDT/);
    const told = Number((/is now ([\d,.]+) USDT,/.exec(done)?.[1] ?? '').replaceAll(',', ''));
    assert.ok(told < now, 'the exchange itself says so');
    assert.ok(Math.abs(told - after) / after < 0.005, `the estimate ${after.toString()} was near ${told.toString()}`);
    assert.deepEqual(await onOkx(), [{ instrument: 'BTC-USDT-SWAP', slot: 'long', amount: 'add 2000' }]);
    await bench().waitForRow('Positions', /27\.\d% · OK .*BTC-USDT-SWAP/);
    await bench().waitForRow('Positions', /37\.3% · OK .*BTC-USDT-SWAP/);
  });

  it('takes margin out of the short, from the menu of its line, and out of nothing else', async () => {
    await bench().clearNotifications();
    await bench().contextMenu('Positions', '37.3%', 'Reduce Margin…');
    await bench().quickInput.waitFor('take margin out of BTC-USDT-SWAP short (Main)');
    await bench().quickInput.waitFor('At most');
    await bench().type('100');
    await bench().pressEnter();
    const dialog = await bench().dialog();
    assert.match(dialog.text, /Act: take margin out/);
    assert.match(dialog.text, /taking margin out brings liquidation nearer/);
    const [now, after] = liquidationIn(dialog.text);
    assert.ok(after < now, 'a short is liquidated above the mark price');
    await dialog.press('Take 100 USDT out of BTC-USDT-SWAP short');
    await bench().waitForNotification(/Done: liquidation price is now [\d,.]+ \w+, says OKX/);
    assert.deepEqual((await onOkx())[1], { instrument: 'BTC-USDT-SWAP', slot: 'short', amount: 'reduce 100' });
    assert.equal((await onOkx()).length, 2);
  });

  it('does the same on Bybit, by sign and by side of the hedge, each once', async () => {
    await (await preview('Add', 'BTCUSDT long', '50')).press('Add 50 USDT to BTCUSDT long');
    await bench().waitForNotification(/Done: liquidation price is now [\d,.]+ \w+, says Bybit/);
    await (await preview('Add', 'BTCUSDT short', '25')).press('Add 25 USDT to BTCUSDT short');
    await bench().waitForNotification(/Done: liquidation price is now [\d,.]+ \w+, says Bybit/);
    await (await preview('Reduce', 'BTCUSDT short', '10')).press('Take 10 USDT out of BTCUSDT short');
    await bench().waitForNotification(/Done: liquidation price is now [\d,.]+ \w+, says Bybit/);
    assert.deepEqual(await onBybit(), [
      { instrument: 'BTCUSDT', slot: '1', amount: '50' },
      { instrument: 'BTCUSDT', slot: '2', amount: '25' },
      { instrument: 'BTCUSDT', slot: '2', amount: '-10' },
    ]);
    assert.equal((await onOkx()).length, 2, 'OKX was not asked for anything');
  });

  it('is told why the margin of a cross position cannot be changed', async () => {
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Add Margin…');
    await bench().quickInput.waitFor('Which position');
    await bench().pick('SOL-USDT-SWAP short');
    await bench().waitForNotification(/the whole account stands behind this position/);
  });

  it('finds out by reading what became of a change whose answer was lost, and sends nothing twice', async () => {
    const before = (await onOkx()).length;
    await okx.control('POST', 'fault', { fault: 'lost-after-acting', endpoint: '/position/margin-balance', times: 1 });
    await (await preview('Add', 'ETH-USDT-SWAP long', '150')).press('Add 150 USDT to ETH-USDT-SWAP long');
    await bench().waitForNotification(/Done: liquidation price is now [\d,.]+ \w+, says OKX/);
    assert.deepEqual((await onOkx()).slice(before), [{ instrument: 'ETH-USDT-SWAP', slot: 'long', amount: 'add 150' }]);
    assert.equal(await okx.requests('margin-balance'), before + 1);
  });

  it('sees a gauge for each isolated position beside those of the loans', async () => {
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Open Gauges');
    const frame = await bench().gaugeFrame();
    const texts = await eventually('the gauges', async () => {
      const all = await frame.locator('li.gauge').allInnerTexts();
      return all.length > 12 ? all : undefined;
    });
    assert.ok(texts.some((text) => text.includes('BTCUSDT') && /long/i.test(text) && /liquidation/i.test(text)));
    assert.ok(texts.some((text) => text.includes('57.98%')));
    assert.ok(!texts.some((text) => text.includes('SOL-USDT-SWAP')), 'a cross position has no gauge');
    await bench().screenshot('position-gauges');
  });
});
