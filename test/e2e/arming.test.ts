import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, previewCollateral } from './exchange.ts';
import { useExchange, useWorkbench } from './use-workbench.ts';
import { type Dialog } from './workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';

describe('an account that is not armed', () => {
  const exchange = useExchange();
  const bench = useWorkbench({
    settings: { 'ltvGauge.limits.highestLtvAfterReduction': '71' },
    folderSettings: { 'ltvGauge.limits.highestLtvAfterReduction': '99' },
  });

  const previewWith = (part: string): Promise<Dialog> =>
    eventually(`a preview with “${part}”`, async () => {
      const dialog = await bench().dialog();
      return dialog.text.includes(part) ? dialog : undefined;
    });
  const sent = () => exchange().requests('adjust-collateral');

  it('sends nothing, shows the request, and sends once after it was armed, within limits that no folder sets', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    assert.doesNotMatch(await bench().waitForRow('Loans', /^Main simulated/), /armed/);
    await bench().runCommand('LTV Gauge: Disarm Account');
    await bench().waitForNotification(saysLike('arming.disarmed', 'Main'));
    await bench().waitForRow('Loans', new RegExp(`^Main simulated · ${says('arming.not-armed')} · `));

    const refusal = await previewCollateral(bench(), 'Add', { loan: '12345', coin: 'BTC', amount: '0.1' });
    assert.match(refusal.text, saysLike('confirm.not-armed'));
    // Hosts order them differently.
    assert.deepEqual([...refusal.buttons].sort(), [
      says('button.arm-account'),
      'Cancel',
      says('button.refresh'),
      says('button.show-request'),
    ]);
    assert.match(refusal.text, saysLike('term.by-estimate', saysLike('list.colon', 'LTV', saysLike('list.arrow', '57.98%', /51\.\d\d%/))));
    await bench().screenshot('not-armed');

    await refusal.press(says('button.show-request'));
    await bench().quickInput.waitFor(says('change.request-nothing-sent'));
    const page = await eventually('the page with the request', async () => {
      const lines = await bench().page.locator('.editor-group-container .monaco-editor .view-line').allInnerTexts();
      const text = lines.join('\n').replaceAll('\u00a0', ' ');
      return text.includes(says('confirm.request-unsent')) ? text : undefined;
    });
    const masked = ['OK-ACCESS-SIGN: ••••', 'OK-ACCESS-KEY: ••••', 'OK-ACCESS-PASSPHRASE: ••••'];
    for (const part of ['adjust-collateral', '"collateralAmt"', ...masked]) {
      assert.ok(page.includes(part), `the page names “${part}”: ${page}`);
    }
    const { apiKey, secret, passphrase } = exchange().keys;
    for (const part of [apiKey, secret, passphrase]) assert.ok(!page.includes(part), 'no part of a key is on the page');
    await bench().screenshot('request');
    await bench().pick(says('button.back-to-preview'));

    await (await previewWith(says('confirm.not-armed'))).press(says('button.arm-account'));
    const question = await bench().quickInput.waitFor(says('arming.how-long', 'Main'));
    assert.ok(question.rows.some((row) => row.includes(says('arming.restart'))));
    assert.ok(question.rows.some((row) => row.startsWith('Always')));
    assert.match(
      question.message,
      saysInTurn(says('preview.no-real-money', 'SIMULATED'), says('arming.limits-settings', says('arming.ltv-most-after', '71.00%'))),
    );
    await bench().screenshot('arm');
    assert.equal(await sent(), 0);
    await bench().pick(says('arming.15-minutes'));
    const preview = await previewWith('Main: armed until');
    assert.equal(await sent(), 0);
    await preview.press('Add 0.1 BTC');
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv')));
    await bench().waitForRow('Loans', saysInTurn('Main simulated ', saysLike('arming.armed-min', /1[45]/)));
    assert.equal(await sent(), 1);
  });
});
