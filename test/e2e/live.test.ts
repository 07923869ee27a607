import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, TestExchange } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';

/** Readings are so far apart that none comes by itself: what changes is estimated. */
describe('someone whose prices move between two readings', () => {
  let exchange: TestExchange;
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 600 }, viewport: { width: 1400, height: 1400 } });

  before(async () => {
    exchange = await TestExchange.start();
  });

  after(async () => {
    await exchange.close();
  });

  it('sees what the loan is about now beside the figure of the exchange, which stays', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange, 'Main');
    const read = await bench().waitForRow('Loans', /57\.98% · Watch/);
    assert.ok(!read.includes('→'), 'nothing has moved yet');
    await exchange.control('POST', 'price', { coin: 'BTC', percent: '-1' });
    const readings = await exchange.requests('/flexible-loan/loan-info');
    await bench().waitForRow('Loans', /^57\.98% · Watch → ~58\.5\d%/);
    // A position that is moved by the same coin, at its line.
    await bench().waitForRow('Positions', /23\.\d% · Watch long · BTC-USDT-SWAP · → ~22\.\d%/);
    assert.equal(await exchange.requests('/flexible-loan/loan-info'), readings, 'the account itself was not read again');
    await bench().screenshot('live-estimate');
  });

  it('sees a level turn worse by estimate, everywhere', async () => {
    await exchange.control('POST', 'price', { coin: 'BTC', percent: '-18.5' });
    await bench().waitForRow('Loans', /^57\.98% · Warning → ~71\.\d\d% by estimate/);
    await eventually('the status bar to say so', async () => /→ ~.* by estimate/.test((await bench().statusBarText()) ?? ''));
    assert.match((await bench().statusBarLabel()) ?? '', /estimated now/);
    await bench().runCommand('LTV Gauge: Open Gauges');
    const frame = await bench().gaugeFrame();
    const gauge = frame.locator('.gauge').first();
    await eventually('the second needle', async () => (await gauge.locator('.tick.estimate').count()) === 1);
    assert.match(await gauge.locator('.level').innerText(), /Warning by estimate/);
    assert.equal(await gauge.locator('.dial .main').textContent(), '57.98%');
    const meter = gauge.getByRole('meter');
    assert.match((await meter.getAttribute('aria-valuetext')) ?? '', /LTV 57\.98%\. Estimated now ~71\.\d\d%, prices read/);
    assert.equal(await meter.getAttribute('aria-valuenow'), '57.98');
    await bench().screenshot('live-estimate-warning');
  });

  it('finds the estimate confirmed by the next reading, and is told how near it was', async () => {
    await bench().runCommand('LTV Gauge: Refresh');
    const read = await bench().waitForRow('Loans', /^71\.\d\d% · Warning /);
    assert.ok(!read.includes('→'), read);
    const frame = await bench().gaugeFrame();
    const gauge = frame.locator('.gauge').first();
    await eventually('the difference to be told', async () => /Last estimate\s*was off by 0\.0[01] points/.test(await gauge.innerText()));
    assert.equal(await gauge.locator('.tick.estimate').count(), 0);
  });

  it('has estimates also while the account itself cannot be read, and no better level by them', async () => {
    await exchange.control('POST', 'fault', { endpoint: 'loan-info', fault: '5xx' });
    await exchange.control('POST', 'price', { coin: 'BTC', percent: '30' });
    await bench().waitForRow('Loans', /^71\.\d\d% · Warning → ~55\.\d\d%/);
  });
});
