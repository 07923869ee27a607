import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, TestExchange } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';
import { type Workbench } from './workbench.ts';

/** Keys of all accounts as the browser host keeps them; null on the desktop, where the system's keyring does. */
const readKeys = (workbench: Workbench) => workbench.page.evaluate<string | null>(`localStorage.getItem('secrets.provider')`);

/** What becomes of changes: proven, never proven, and other than asked; and who may not make one. */
describe('changes of collateral', () => {
  let exchange: TestExchange;
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 10 } });

  before(async () => {
    exchange = await TestExchange.start({ settleMs: 500 });
  });

  after(async () => {
    await exchange.close();
  });

  async function preview(workbench: Workbench, direction: 'Add' | 'Reduce', amount: string, loan = '12345', coin = 'BTC') {
    await workbench.runCommand(`LTV Gauge: ${direction} Collateral…`);
    await workbench.quickInput.waitFor('Which loan');
    await workbench.pick(loan);
    await workbench.quickInput.waitFor('Which coin');
    await workbench.pick(coin);
    await workbench.quickInput.waitFor(`Amount of ${coin}`);
    await workbench.type(amount);
    await workbench.pressEnter();
    return workbench.dialog();
  }

  /** Gives a verdict on the unfinished change of a loan and answers with the figures it was based on. */
  async function resolve(loan: string, verdict: string, told: RegExp): Promise<string> {
    await bench().runCommand('LTV Gauge: Resolve Unfinished Change…');
    await eventually('the figures to judge by', async () => {
      if ((await bench().quickInput.state())?.placeholder === 'Which change?') await bench().pick(`loan ${loan}`);
      return bench().page.locator('.monaco-dialog-box').isVisible();
    });
    const figures = await bench().dialog();
    await figures.press(verdict);
    const question = await eventually('the question whether it is sure', async () => {
      const next = await bench().dialog();
      return next.buttons.includes('Go Back') ? next : undefined;
    });
    await question.press(verdict);
    await bench().waitForNotification(told);
    return figures.text;
  }

  it('collateral that is taken out is done when the history proves it', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange, 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    const dialog = await preview(bench(), 'Reduce', '0.01');
    for (const part of ['Act: take collateral out', 'To: funding account', '57.98% now → 58.72% after (estimate)']) {
      assert.ok(dialog.text.includes(part), `the preview says “${part}”: ${dialog.text}`);
    }
    await dialog.press('Reduce by 0.01 BTC');
    await bench().waitForNotification(/Done: LTV is now 58\.72%, says OKX\. SIMULATED: take 0\.01 BTC out of loan 12345/);
    await bench().waitForRow('Loans', /58\.72% · Watch/);
    assert.deepEqual(await exchange.adjustments().then((all) => all.map(({ loan, type, amt, state }) => [loan, type, amt, state])), [
      ['12345', 'reduce', '0.01', 'effective'],
    ]);
  });

  it('a change that is accepted and never carried out stays open, and holds up the next one', async () => {
    await bench().clearNotifications();
    await exchange.control('POST', 'fault', { fault: 'never-settled', times: 1 });
    await (await preview(bench(), 'Add', '0.1', '67890', 'ETH')).press('Add 0.1 ETH');
    await bench().waitForNotification(/accepted by OKX, not done yet; waiting for proof/);
    await bench().waitForRow('Loans', /67\.61% · Warning change unfinished/);
    await bench().pressInNotification('Cancel');
    await bench().waitForNotification(/OKX accepted this but has not done it yet: SIMULATED: add 0\.1 ETH/);
    await bench().runCommand('LTV Gauge: Reduce Collateral…');
    await bench().pick('67890');
    await bench().waitForNotification(/An earlier change of loan 67890 is unfinished/);
    await bench().clearNotifications();
    const figures = await resolve('67890', 'It Did Not Happen', /less than 60 seconds ago/);
    assert.match(figures, /Before: 1\.5 ETH pledged[^]*Now: 1\.5 ETH pledged[^]*If it happened: 1\.6 ETH/);
    assert.equal(await exchange.requests('adjust-collateral'), 2);
  });

  it('an exchange that does the opposite freezes the account, says so once, and stays frozen until a person lifts it', async () => {
    await bench().clearNotifications();
    await exchange.control('POST', 'fault', { fault: 'reversed-direction', times: 1 });
    await (await preview(bench(), 'Add', '0.02')).press('Add 0.02 BTC');
    const alarm = await eventually('the alarm', async () => {
      const dialog = await bench().dialog();
      return dialog.text.includes('something else than was asked') ? dialog : undefined;
    });
    assert.match(alarm.text, /Adding 0\.02 BTC was asked, but the exchange booked "collateral_released" of 0\.02 BTC/);
    await bench().screenshot('frozen');
    await bench().escape();
    // A second alarm would stand in the way of the palette.
    await bench().waitForRow('Loans', /^Changes are frozen/);
    await bench().runCommand('LTV Gauge: Reduce Collateral…');
    await bench().pick('12345');
    await bench().waitForNotification(/Changes on Main are frozen/);
    await bench().clearNotifications();
    await resolve('12345', 'Lift the Freeze', /The freeze is lifted/);
    await eventually('the freeze to be gone', async () => !(await bench().treeRows('Loans')).some((row) => row.includes('frozen')));
    assert.equal(await exchange.requests('adjust-collateral'), 3);
  });

  it('a change that one window is waiting for holds up another window, which then shows its outcome', async function () {
    await bench().clearNotifications();
    if (!bench().inBrowser) this.skip();
    const other = await bench().openWindow();
    await other.openContainer();
    await other.waitForRow('Loans', /60\.24% · Watch/);
    await exchange.control('POST', 'settle', { ms: 9000 });
    await (await preview(bench(), 'Add', '0.03')).press('Add 0.03 BTC');
    await bench().waitForNotification(/accepted by OKX, not done yet/);
    await other.runCommand('LTV Gauge: Refresh');
    await other.waitForRow('Loans', /change unfinished .*#12345/);
    await other.runCommand('LTV Gauge: Add Collateral…');
    await other.pick('12345');
    await other.waitForNotification(/An earlier change of loan 12345 is unfinished/);
    await bench().waitForNotification(/Done: LTV is now 57\.98%/);
    await other.waitForRow('Loans', /57\.98% · Watch \d/);
    await other.page.close();
    assert.equal(await exchange.requests('adjust-collateral'), 4);
  });

  it('a key that may only read makes a read-only account; keys that are gone leave the other account alone', async function () {
    await bench().clearNotifications();
    const before = await readKeys(bench());
    await enterAccount(bench(), exchange.url, 'Viewer', exchange.otherKeys.readOnly);
    const dialog = await bench().dialog();
    assert.match(dialog.text, /is already here as Main/);
    assert.match(dialog.text, /trade no[^]*read-only: everything can be seen, nothing can be changed/);
    await dialog.press('Save Anyway');
    await bench().waitForRow('Loans', /^Viewer .*read-only/);
    await bench().runCommand('LTV Gauge: Add Collateral…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('read-only');
    await bench().waitForNotification(/Viewer is read-only: its key may not trade/);
    if (!bench().inBrowser) this.skip();
    assert.notEqual(before, null);
    await bench().page.evaluate(`localStorage.setItem('secrets.provider', ${JSON.stringify(before)})`);
    await bench().reload();
    await bench().openContainer();
    await bench().waitForRow('Loans', /^Viewer .*keys missing/);
    await bench().waitForRow('Loans', /^Main simulated · .* · just now/);
    await bench().screenshot('keys-missing');
    assert.equal(await exchange.requests('adjust-collateral'), 4);
  });

  it('a change without proof ends by a verdict, once it can no longer be merely late', async () => {
    await bench().clearNotifications();
    await eventually(
      'the verdict to be taken',
      async () => {
        await resolve('67890', 'It Did Not Happen', /Recorded as you said: It Did Not Happen|less than 60 seconds ago/);
        const said = await bench().notifications();
        await bench().clearNotifications();
        return said.some((text) => text.includes('Recorded as you said'));
      },
      { deadlineMs: 60_000 },
    );
    await eventually('the loan to be free', async () => !(await bench().treeRows('Loans')).some((row) => row.includes('unfinished')));
    assert.equal(await exchange.requests('adjust-collateral'), 4);
  });
});
