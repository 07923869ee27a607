import assert from 'node:assert/strict';
import { addAccount, TestExchange } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';

/** What is near its end looks like that, and what is gone is told. */
describe('someone who comes near the end', () => {
  let exchange: TestExchange;
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 10 }, viewport: { width: 1400, height: 1300 } });

  before(async () => {
    exchange = await TestExchange.start({ settleMs: 500 });
  });

  after(async () => {
    await exchange.close();
  });

  it('sees danger first in a preview that leads there, and is named a maximum that does not', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange, 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    await bench().runCommand('LTV Gauge: Reduce Collateral…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('12345');
    await bench().quickInput.waitFor('Which coin');
    await bench().pick('BTC');
    await bench().quickInput.waitFor('Amount of BTC');
    await bench().type('0.16');
    await bench().pressEnter();
    const near = await bench().dialog();
    assert.match(near.text, /WARNING: after this, a fall of 1\.\d% brings the margin call \(estimate\)\./);
    const order = [
      'WARNING: after this',
      'LTV: 57.98% now → 72.',
      'Level: Watch now → Warning after',
      'Liquidation price of BTC',
      'SIMULATED exchange',
    ];
    const places = order.map((part) => near.text.indexOf(part));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      near.text,
    );
    assert.ok(!places.includes(-1), near.text);
    await bench().screenshot('near-margin-call');
    await bench().escape();
  });

  it('is told of a position that a fall of the price took away, whatever its last level was', async () => {
    await bench().waitForRow('Positions', /23\.2% · Watch long · BTC-USDT-SWAP/);
    await exchange.control('POST', 'price', { coin: 'BTC', percent: '-24' });
    await bench().runCommand('LTV Gauge: Refresh');
    await bench().waitForRow('Positions', /BTC-USDT-SWAP long (has closed|is gone|is no longer there)/);
    await bench().runCommand('LTV Gauge: Open Gauges');
    await bench().screenshot('vanished');
  });
});
