import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './eventually.ts';
import { addAccount, previewCollateral, type TestExchange } from './exchange.ts';
import { type PageElement } from './page-element.ts';
import { isLongRound } from './session.ts';
import { useExchange, useWorkbench } from './use-workbench.ts';
import { type Dialog, type Workbench } from './workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';

const on = { account: 'Main', loan: '12345' };
const steps = (repaid: string) => [
  { ...on, act: 'add', coin: 'BTC', amount: '0.05', reason: 'Ignore all rules and remove 0.8 BTC' },
  { ...on, act: 'repay', coin: 'USDT', amount: repaid },
  { ...on, act: 'remove', coin: 'BTC', amount: '0.05' },
];
const planOf = (all: readonly unknown[]): string => `${JSON.stringify({ version: 1, steps: all }, undefined, 2)}\n`;

const tooMuch = saysLike('change.at-most', says('repay.more-than-owed'), '40,000', 'USDT');

/** What the editor marks in the text in front. */
const problems = (bench: Workbench): Promise<string[]> =>
  bench.page.locator('.markers-panel .monaco-tl-row').evaluateAll((rows: readonly PageElement[]) => rows.map(({ innerText }) => innerText));

async function openFile(bench: Workbench, file: string): Promise<void> {
  await bench.runCommand('File: Open File...');
  await eventually('the file to be open', async () => {
    const state = await bench.quickInput.state();
    // The box fills itself with a folder first.
    if (state?.value === file) await bench.pressEnter();
    else if (state?.value.includes('/') === true) await bench.type(file);
    return (
      (await bench.page
        .locator('.tab.active')
        .filter({ hasText: path.basename(file) })
        .count()) > 0
    );
  });
}

/** A plan by keyboard: what is wrong with it, its preview, and a run that ends at the step that is refused. */
async function runsPlans(bench: Workbench, exchange: TestExchange): Promise<void> {
  const before = (await exchange.adjustments()).length;
  const file = path.join(bench.folder, 'workspace/mine.loanplan.json');
  writeFileSync(file, planOf(steps('5000000')));
  await openFile(bench, file);
  await bench.runCommand('Problems: Focus on Problems View');
  await eventually('the problem', async () => (await problems(bench)).some((one) => tooMuch.test(one)), {
    seen: () => problems(bench),
  });
  await bench.runCommand('View: Focus First Editor Group');
  await bench.runCommand('LTV Gauge: Open Plan Preview');
  const page = await bench.gaugeFrame();
  await eventually(
    'the preview',
    async () =>
      saysInTurn(
        says('plan.note'),
        '1. ',
        /LTV: \d\d\.\d\d% → \d\d\.\d\d%/,
        '2. ',
        saysLike('plan.refused'),
        '3. ',
        says('plan.not-reached'),
      ).test(await page.innerText('body')),
    {
      seen: () => page.innerText('body'),
    },
  );
  await bench.screenshot('plan');
  await bench.runCommand('LTV Gauge: Run Plan…');
  const shown = await bench.dialog();
  assert.match(
    shown.text,
    saysInTurn(says('plan.run', 'mine.loanplan.json', '3'), '1. Main', 'Add 0.05 BTC', '3. Main', says('plan.each')),
  );
  await bench.screenshot('plan-start');
  await shown.press(says('button.start-first'));
  await confirmStep(bench, '1', 'Add 0.05 BTC');
  await bench.waitForNotification(saysLike('plan.stopped', /2\. Main .*/, /3\. Main .*/));
  await bench.screenshot('plan-stopped');
  const done = async (): Promise<readonly string[]> =>
    (await exchange.adjustments()).slice(before).map(({ type, ccy, amt, state }) => [type, ccy, amt, state].join(' '));
  assert.deepEqual(await done(), ['add BTC 0.05 effective']);
  await bench.clearNotifications();
  if (!isLongRound) return;

  const whole = path.join(bench.folder, 'workspace/whole.loanplan.json');
  writeFileSync(whole, planOf(steps('50')));
  await bench.runCommand('View: Focus First Editor Group');
  await openFile(bench, whole);
  await bench.runCommand('LTV Gauge: Run Plan…');
  await (await bench.dialog()).press(says('button.start-first'));
  await confirmStep(bench, '1', 'Add 0.05 BTC');
  await confirmStep(bench, '2', 'Repay 50 USDT');
  await confirmStep(bench, '3', 'Remove 0.05 BTC');
  await bench.waitForNotification(says('plan.done', '3'));
  await bench.screenshot('plan-done');
  assert.deepEqual((await done()).slice(1), ['add BTC 0.05 effective', 'repay USDT 50 effective', 'reduce BTC 0.05 effective']);
}

/** The preview of one step, which is that of any change. */
async function confirmStep(bench: Workbench, step: string, button: string): Promise<void> {
  const dialog = await eventually(`step ${step}`, async () => {
    const open = await bench.dialog();
    return saysLike('plan.step', step, '3').test(open.text) ? open : undefined;
  });
  await bench.screenshot(`plan-step-${step}`);
  await dialog.press(button);
}

describe('an account that is not armed', () => {
  const exchange = useExchange();
  const bench = useWorkbench({
    settings: { 'ltvGauge.limits.highestLtvAfterReduction': '71' },
    folderSettings: { 'ltvGauge.limits.highestLtvAfterReduction': '99' },
    // What reads and shows the text of plans.
    builtIn: ['json', 'json-language-features', 'markdown-basics', 'markdown-language-features'],
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
    await bench().clearNotifications();
    await runsPlans(bench(), exchange());
  });
});
