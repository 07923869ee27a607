import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, TestExchange } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';
import { type Dialog } from './workbench.ts';

/** Nothing leaves an account that is not armed; what would leave can be looked at; and what was added can be taken back. */
describe('arming and undoing', () => {
  let exchange: TestExchange;
  const bench = useWorkbench({ settings: { 'ltvGauge.limits.highestLtvAfterReduction': '71' } });

  before(async () => {
    exchange = await TestExchange.start({ settleMs: 500 });
  });

  after(async () => {
    await exchange.close();
  });

  const previewWith = (part: string): Promise<Dialog> =>
    eventually(`a preview with “${part}”`, async () => {
      const dialog = await bench().dialog();
      return dialog.text.includes(part) ? dialog : undefined;
    });

  const sent = () => exchange.requests('adjust-collateral');

  it('an account that is disarmed says so, and previews without anything to send', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange, 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    assert.doesNotMatch(await bench().waitForRow('Loans', /^Main simulated/), /armed/);
    await bench().runCommand('LTV Gauge: Disarm Writing');
    await bench().waitForNotification(/Writing is disarmed: Main/);
    await bench().waitForRow('Loans', /^Main simulated .* not armed$/);
    await bench().runCommand('LTV Gauge: Add Collateral…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('12345');
    await bench().quickInput.waitFor('Which coin');
    await bench().pick('BTC');
    await bench().quickInput.waitFor('Amount of BTC');
    await bench().type('0.1');
    await bench().pressEnter();
    const dialog = await previewWith('NOT ARMED');
    // Hosts order them differently.
    assert.deepEqual([...dialog.buttons].sort(), ['Arm Writing…', 'Cancel', 'Read Again', 'Show Request']);
    assert.match(dialog.text, /57\.98% now → 51\.\d\d% after \(estimate\)/);
    await bench().screenshot('not-armed');
  });

  it('shows the exact request as a page, masked and unsent, and comes back to the preview', async () => {
    await (await bench().dialog()).press('Show Request');
    await bench().quickInput.waitFor('This is the request. Nothing was sent.');
    const page = await eventually('the page with the request', async () => {
      const lines = await bench().page.locator('.editor-group-container .monaco-editor .view-line').allInnerTexts();
      const text = lines.join('\n').replaceAll('\u00a0', ' ');
      return text.includes('NOTHING WAS SENT') ? text : undefined;
    });
    for (const part of [
      'adjust-collateral',
      '"collateralAmt"',
      'OK-ACCESS-SIGN: ••••',
      'OK-ACCESS-KEY: ••••',
      'OK-ACCESS-PASSPHRASE: ••••',
    ]) {
      assert.ok(page.includes(part), `the page names “${part}”: ${page}`);
    }
    const { apiKey, secret, passphrase } = exchange.keys;
    for (const part of [apiKey, secret, passphrase]) assert.ok(!page.includes(part), 'no part of a key is on the page');
    await bench().screenshot('request');
    await bench().pick('Back to the Preview');
    await previewWith('NOT ARMED');
    assert.equal(await sent(), 0);
  });

  it('arms for a quarter of an hour from the preview, and adds once after the confirmation', async () => {
    await (await bench().dialog()).press('Arm Writing…');
    const question = await bench().quickInput.waitFor('For how long');
    assert.ok(
      question.rows.some((row) => row.includes('Until this window is reloaded')) && question.rows.some((row) => row.startsWith('Always')),
    );
    assert.match(question.message, /^SIMULATED: .*Limits of your settings: LTV at most 71\.00% after taking out/);
    await bench().screenshot('arm');
    await bench().pick('For 15 minutes');
    const dialog = await previewWith('Writing on Main is armed for 15 minutes');
    assert.ok(dialog.buttons.includes('Add 0.1 BTC'));
    assert.equal(await sent(), 0);
    await dialog.press('Add 0.1 BTC');
    await bench().waitForNotification(/Done: LTV is now/);
    await bench().waitForRow('Loans', /^Main simulated .* writing armed for 1[45] min/);
    assert.equal(await sent(), 1);
  });

  it('takes the addition back from its notification, by a preview and a confirmation of its own, once', async () => {
    await bench().pressInNotification('Undo…');
    const dialog = await previewWith('To undo');
    assert.match(dialog.text, /Act: take collateral out[^]*Amount: 0\.1 BTC/);
    assert.equal(await sent(), 1);
    await dialog.press('Reduce by 0.1 BTC');
    await bench().waitForNotification(/Done: LTV is now 57\.98%/);
    assert.deepEqual(
      (await exchange.adjustments()).map(({ loan, type, amt }) => [loan, type, amt]),
      [
        ['12345', 'add', '0.1'],
        ['12345', 'reduce', '0.1'],
      ],
    );
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Undo Addition…');
    await bench().waitForNotification(/There is nothing to undo/);
    assert.equal(await sent(), 2);
  });
});
