import assert from 'node:assert/strict';
import { startBybit, type Bybit } from '../../src/simulator/bybit/start.ts';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, TestExchange } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';

/** Isolated positions of two exchanges in one view, beside an account whose exchange is dead. */
describe('someone with positions on OKX and Bybit, and an account that is dead', () => {
  let okx: TestExchange;
  let bybit: Bybit;
  let dead: TestExchange;
  // High enough that no row is out of sight.
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 10 }, viewport: { width: 1400, height: 1700 } });

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

  it('sees them all', async () => {
    await bench().openContainer();
    await addAccount(bench(), okx, 'Okex');
    await enterAccount(bench(), bybit.url, 'Pool', bybit.keys, 'Bybit');
    await (await bench().dialog()).press('Save Account');
    await bench().waitForRow('Loans', /Pool/);
    await addAccount(bench(), dead, 'Dead');
    await dead.kill();
    await bench().waitForRow('Positions', /Dead.*(fail|answer|ago)/);
    await bench().screenshot('positions-1');
    console.log((await bench().treeRows('Positions')).join('\n'), await bench().statusBarText(), await bench().statusBarLabel());
    await bench().runCommand('LTV Gauge: Add Margin…');
    await bench().quickInput.waitFor('Which position');
    await bench().screenshot('positions-2');
    console.log((await bench().quickInput.state())?.rows.join('\n'));
    await bench().pick('BTC-USDT-SWAP long');
    await bench().quickInput.waitFor('Amount of');
    await eventually('x', async () => (await bench().quickInput.state())?.message.includes('At most'));
    await bench().screenshot('positions-3');
    console.log(await bench().quickInput.state());
    await bench().type('2000');
    await bench().pressEnter();
    const dialog = await bench().dialog();
    console.log(dialog.text, dialog.buttons);
    await bench().screenshot('positions-4');
    await dialog.press(dialog.buttons[0]!);
    console.log(await bench().waitForNotification(/Done/));
    console.log(JSON.stringify(await okx.control('GET', 'record')).slice(-600));
    console.log((await bench().treeRows('Positions')).slice(0,5).join('\n'));
    await bench().expand('Positions', '23.2%').catch(()=>bench().expand('Positions','BTC-USDT-SWAP'));
    await bench().screenshot('positions-6');
    await bench().runCommand('LTV Gauge: Open Gauges');
    await bench().gaugeFrame();
    await bench().screenshot('positions-5');
  });
});
