import assert from 'node:assert/strict';
import type { Bybit } from '../../src/simulator/bybit/start.ts';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, TestExchange, startBybit } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';

/** Someone who knows where to be, and not how much it takes. */
describe('bringing a loan or a position to a target', () => {
  let okx: TestExchange;
  let bybit: Bybit;
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 10 }, viewport: { width: 1400, height: 1500 } });

  before(async () => {
    okx = await TestExchange.start({ settleMs: 500 });
    bybit = await startBybit({ walk: false, settleMs: 500 });
  });

  after(async () => {
    await okx.close();
    await bybit.close();
  });

  /** The rows of the picker once the ways are there. */
  const ways = (): Promise<readonly string[]> =>
    eventually('the ways', async () => {
      const state = await bench().quickInput.state();
      return state?.placeholder.includes('A preview follows') === true && state.rows.length > 0 ? state.rows : undefined;
    });

  it('shows what leads a loan to 55 %, and the one that is picked gets it there', async () => {
    await bench().openContainer();
    await addAccount(bench(), okx, 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    await bench().runCommand('LTV Gauge: Bring LTV to Target…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('12345');
    await bench().quickInput.waitFor('LTV in percent');
    await bench().type('90');
    await eventually('the refusal of a target beyond margin call', async () => (await bench().quickInput.state())?.refused === true);
    await bench().type('55');
    await bench().pressEnter();
    const rows = await ways();
    assert.ok(
      rows.some((row) => /^Add 0\.0\d+ BTC.*55\.00% \(estimate\)/.test(row)),
      rows.join('\n'),
    );
    await bench().screenshot('target-ltv');
    const [, amount = ''] = /^Add ([\d.]+) BTC/.exec(rows.find((row) => row.startsWith('Add') && row.includes('BTC')) ?? '') ?? [];
    await bench().pick(`Add ${amount} BTC`);
    const dialog = await bench().dialog();
    assert.match(dialog.text, /57\.98% now → 5[45]\.\d\d% after \(estimate\)/);
    await dialog.press(`Add ${amount} BTC`);
    await bench().waitForNotification(/Done: LTV is now 5(4\.99|5\.00)%/);
    assert.deepEqual(await okx.adjustments().then((all) => all.map(({ loan, type, ccy, amt }) => [loan, type, ccy, amt])), [
      ['12345', 'add', 'BTC', amount],
    ]);
  });

  it('goes through the brackets that Bybit publishes', async () => {
    await enterAccount(bench(), bybit.url, 'Pool', bybit.keys, 'Bybit');
    await (await bench().dialog()).press('Save Account');
    await bench().waitForRow('Loans', /52\.80% ·/);
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Bring LTV to Target…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('pool');
    await bench().quickInput.waitFor('LTV in percent');
    await bench().type('50');
    await bench().pressEnter();
    const rows = await ways();
    await bench().screenshot('target-ltv-pool');
    const [, amount = ''] = /^Add ([\d.]+) BTC/.exec(rows.find((row) => row.startsWith('Add') && row.includes('BTC')) ?? '') ?? [];
    await bench().pick(`Add ${amount} BTC`);
    await (await bench().dialog()).press(`Add ${amount} BTC`);
    await bench().waitForNotification(/Done: LTV is now (49\.99|50\.00)%, says Bybit/);
  });

  it('finds the margin for a distance, and the exchange says that it is there', async () => {
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Bring Liquidation Price to Target…');
    await bench().quickInput.waitFor('Which position');
    await bench().pick('BTC-USDT-SWAP long');
    await bench().quickInput.waitFor('Price, distance or leverage');
    await bench().type('25%');
    await bench().pressEnter();
    const rows = await ways();
    await bench().screenshot('target-liquidation');
    const [, amount = ''] = /^Add ([\d.,]+) USDT/.exec(rows[0] ?? '') ?? [];
    assert.notEqual(amount, '', rows.join('\n'));
    await bench().pick(`Add ${amount} USDT`);
    await (await bench().dialog()).press(`Add ${amount} USDT to BTC-USDT-SWAP long`);
    await bench().waitForNotification(/Done: liquidation price is now [\d,.]+ \w+, says OKX/);
    await bench().waitForRow('Positions', /25\.\d% · OK long · BTC-USDT-SWAP/);
  });
});
