import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { eventually } from './eventually.ts';
import { useWorkbench } from './use-workbench.ts';

const axeSource = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** The first sight of a newcomer, by keyboard alone. Figures are those of the simulated exchange's first day. */
describe('someone who tries the simulated exchange', () => {
  const bench = useWorkbench();

  it('finds a welcome and no alarm before there is an account', async () => {
    await bench().openContainer();
    await eventually('the welcome text', async () => (await bench().pane('Loans').innerText()).includes('Try with the Simulated Exchange'));
    assert.deepEqual(await bench().treeRows('Loans'), []);
    assert.deepEqual(await bench().notifications(), []);
    assert.equal(await bench().statusBarText(), undefined);
  });

  it('sees loans, wallet, the worst loan in the status bar and a gauge for each loan', async () => {
    await bench().runCommand('LTV Gauge: Try with the Simulated Exchange');
    const page = await bench().gaugeFrame();
    await page.getByRole('heading', { name: 'Loan 67890' }).waitFor();
    // Two loans and six isolated positions; the one with cross margin has no gauge of its own.
    assert.equal(await page.getByRole('meter').count(), 8);
    assert.match(await page.locator('body').innerText(), /SIMULATED/);
    await bench().waitForRow('Loans', /^Simulated .*simulated/);
    await bench().waitForRow('Loans', /5[78]\.\d\d% · Watch/);
    await bench().waitForRow('Loans', /6[78]\.\d\d% · Warning/);
    await bench().waitForRow('Collateral', /1\.7921483143067599 BTC/);
    await eventually('the worst loan in the status bar', async () =>
      /6[78]\.\d\d% Warning \(simulated\)/.test((await bench().statusBarText()) ?? ''),
    );
    await bench().screenshot('gauges');
  });

  it('gets a page that a screen reader and a keyboard can use', async () => {
    const page = await bench().gaugeFrame();
    const spoken = await page.getByRole('meter').first().getAttribute('aria-valuetext');
    assert.match(spoken ?? '', /5[78]\.\d\d%/);
    // By keyboard; what is closed would not be looked at.
    await page.locator('summary').press('Enter');
    await page.getByRole('table', { name: 'Estimates' }).waitFor();
    await bench().screenshot('shocks');
    await page.evaluate(axeSource);
    const violations = await page.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.map(({ id }) => id))`,
    );
    assert.deepEqual(violations, []);
  });

  it('opens a loan and reads debts, collateral, thresholds with their source, interest and history', async () => {
    await bench().fullHeight();
    await bench().expand('Loans', '· Watch');
    const rows = await eventually(
      'the parts of the loan',
      async () => {
        const all = (await bench().treeRows('Loans')).join('\n');
        return ['40,000 USDT', '0.8 BTC', '73.74%', '83.74%', 'Recent history', 'Accrued interest'].every((part) => all.includes(part))
          ? all
          : undefined;
      },
      { seen: () => bench().treeRows('Loans') },
    );
    assert.match(rows, /from OKX/);
    await bench().screenshot('loan-opened');
    await bench().normalHeight();
  });

  it('adds 0.1 BTC from the palette by keyboard alone, and is told it is done with the new LTV', async () => {
    await bench().runCommand('LTV Gauge: Add Collateral…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('12345');
    await bench().quickInput.waitFor('Which coin');
    await bench().pick('BTC');
    await bench().quickInput.waitFor('Amount of BTC');
    await bench().type('0.1');
    await eventually(
      'the estimate while typing',
      async () => /5[78]\.\d\d% → 5[12]\.\d\d%/.test((await bench().quickInput.state())?.message ?? ''),
      {
        seen: () => bench().quickInput.state(),
      },
    );
    await bench().screenshot('amount');
    await bench().pressEnter();
    const dialog = await bench().dialog();
    for (const part of ['SIMULATED', 'Simulated', '12345', '0.1 BTC', 'funding account', '(estimate)', 'margin call', 'liquidation']) {
      assert.ok(dialog.text.includes(part), `the preview names “${part}”: ${dialog.text}`);
    }
    assert.ok(dialog.buttons.includes('Add 0.1 BTC'));
    await bench().screenshot('preview');
    await dialog.press('Add 0.1 BTC');
    const told = await bench().waitForNotification(/Done: LTV is now 51\.\d\d%/);
    assert.match(told, /SIMULATED/);
    await bench().screenshot('done');
    await bench().waitForRow('Loans', /51\.\d\d% · OK/);
    await bench().waitForRow('Collateral', /1\.6921483143067599 BTC/);
  });

  it('is refused an amount beyond what can be taken out, while typing, with the number that can', async () => {
    await bench().runCommand('LTV Gauge: Reduce Collateral…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('12345');
    await bench().quickInput.waitFor('Which coin');
    await bench().pick('BTC');
    await bench().quickInput.waitFor('Amount of BTC');
    for (const [typed, why] of [
      ['0.5', /At most 0\.2\d+ BTC can be taken out/],
      ['0', /more than zero/],
      ['-0.1', /never negative/],
      ['0,1', /without commas/],
      ['0.1234567890123456789', /decimals are allowed/],
    ] as const) {
      await bench().type(typed);
      await eventually(
        `“${typed}” to be refused`,
        async () => {
          const state = await bench().quickInput.state();
          return state?.refused === true && why.test(state.message);
        },
        { seen: () => bench().quickInput.state() },
      );
    }
    await bench().pressEnter();
    assert.notEqual(await bench().quickInput.state(), undefined);
    await bench().escape();
    await bench().quickInput.waitUntilClosed();
  });

  it('asks what could be borrowed', async () => {
    await bench().runCommand('LTV Gauge: Maximum Loan…');
    await eventually('a question about a coin', async () => {
      const state = await bench().quickInput.state();
      if (state?.rows.some((row) => row.includes('12345')) === true) await bench().pick('12345');
      return (await bench().quickInput.state())?.rows.some((row) => row.includes('USDT'));
    });
    await bench().pick('USDT');
    await eventually(
      'the answer',
      async () => {
        const state = await bench().quickInput.state();
        // Extra collateral is offered; Enter takes none.
        if (state !== undefined) await bench().pressEnter();
        return (await bench().notifications()).some((text) => text.includes('USDT') && /quota/i.test(text));
      },
      { seen: () => bench().notifications() },
    );
  });

  it('finds account, keys, figures and the panel again after a reload', async () => {
    await bench().reload();
    const page = await bench().gaugeFrame();
    await page.getByRole('heading', { name: 'Loan 12345' }).waitFor();
    await bench().openContainer();
    await bench().waitForRow('Loans', /^Simulated .*just now/);
    await bench().waitForRow('Loans', /51\.\d\d% · OK/);
    assert.deepEqual(await bench().notifications(), []);
  });

  it('moves a price and sees the level follow', async () => {
    await bench().runCommand('LTV Gauge: Simulator: Move Price…');
    await bench().pick('BTC');
    await bench().type('-40', 'percent');
    await bench().pressEnter();
    await bench().waitForRow('Loans', /85\.\d\d% · Danger/);
    await eventually('danger in the status bar', async () => ((await bench().statusBarText()) ?? '').includes('Danger'));
    await bench().screenshot('danger');
  });

  it('removes the account after being asked, and nothing of it stays', async () => {
    await bench().runCommand('LTV Gauge: Remove Account…');
    const dialog = await bench().dialog();
    assert.match(dialog.text, /Simulated/);
    await dialog.press('Remove Account');
    await eventually('the empty view', async () => (await bench().treeRows('Loans')).length === 0);
    assert.equal(await bench().statusBarText(), undefined);
  });
});
