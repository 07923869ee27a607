import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, TestExchange } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';
import { type Workbench } from './workbench.ts';

/** What one window does is so in all within a second; this leaves a loaded machine some more, and the page time to be drawn. */
const soon = { deadlineMs: 6_000 };
const pollMs = 10_000;
const names = ['One', 'Two', 'Three', 'Four', 'Five', 'Six'] as const;

/** Accounts are of all windows: nothing that one does is lost to another, and nothing is asked for an account that is gone. */
describe('several windows', () => {
  const exchanges: TestExchange[] = [];
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': pollMs / 1_000 } });
  /** The first is the one that `bench` started; the others poll beside it. */
  let windows: Workbench[] = [];

  before(async () => {
    while (exchanges.length < names.length) exchanges.push(await TestExchange.start());
  });

  after(async () => {
    for (const exchange of exchanges) await exchange.close();
  });

  const exchangeOf = (name: (typeof names)[number]): TestExchange => exchanges[names.indexOf(name)]!;
  const accountRow = (rows: readonly string[], name: string): string | undefined => rows.find((row) => row.startsWith(`${name} simulated`));

  async function seesAll(window: Workbench, wanted: readonly string[], options?: { readonly deadlineMs: number }): Promise<void> {
    await eventually(
      `the accounts ${wanted.join(', ')}`,
      async () => {
        const rows = await window.treeRows('Loans');
        return wanted.every((name) => accountRow(rows, name) !== undefined);
      },
      { ...options, seen: () => window.treeRows('Loans') },
    );
  }

  it('keep all of six accounts that one of them adds while two others poll', async function () {
    if (!bench().inBrowser) this.skip();
    await bench().openContainer();
    await addAccount(bench(), exchangeOf('One'), 'One');
    windows = [bench(), await bench().openWindow(), await bench().openWindow()];
    for (const window of windows) await window.fullHeight();
    for (const window of windows.slice(1)) {
      await window.openContainer();
      await window.waitForRow('Loans', /^One simulated .*just now/);
    }
    const asked = await exchangeOf('One').requests('loan-info');
    for (const name of names.slice(1)) {
      await addAccount(bench(), exchangeOf(name), name);
      for (const window of windows.slice(1)) await window.waitForRow('Loans', name);
    }
    await eventually('all three to have polled meanwhile', async () => (await exchangeOf('One').requests('loan-info')) >= asked + 6, {
      deadlineMs: 60_000,
    });
    for (const window of windows) await seesAll(window, names);
    await windows[1]!.screenshot('windows-six');
    for (const window of windows) {
      await window.reload();
      await window.openContainer();
      await seesAll(window, names);
    }
    for (const window of windows) await window.waitForRow('Loans', /^Six simulated .*just now/);
  }).timeout(360_000);

  it('hear of a new name within a second', async function () {
    if (!bench().inBrowser) this.skip();
    const [one, two, three] = windows as [Workbench, Workbench, Workbench];
    await two.runCommand('LTV Gauge: Rename Account…');
    await two.quickInput.waitFor('Which account');
    await two.pick('Two');
    await two.type('Renamed', 'called here');
    await two.pressEnter();
    for (const window of [one, three]) await seesAll(window, ['Renamed'], soon);
  });

  it('are disarmed by one, and stay so after a reload', async function () {
    if (!bench().inBrowser) this.skip();
    const [one, two, three] = windows as [Workbench, Workbench, Workbench];
    assert.doesNotMatch(await two.waitForRow('Loans', /^One simulated/), /not armed/);
    await one.runCommand('LTV Gauge: Disarm Writing');
    await one.waitForNotification(/Writing is disarmed/);
    for (const window of [two, three]) {
      await eventually('not armed', async () => (accountRow(await window.treeRows('Loans'), 'One') ?? '').endsWith('not armed'), {
        ...soon,
        seen: () => window.treeRows('Loans'),
      });
    }
    await three.reload();
    await three.openContainer();
    await three.waitForRow('Loans', /^One simulated .* not armed$/);
  });

  it('are armed by one', async function () {
    if (!bench().inBrowser) this.skip();
    const [one, two] = windows as [Workbench, Workbench, Workbench];
    await one.clearNotifications();
    await two.runCommand('LTV Gauge: Arm Writing…');
    await two.quickInput.waitFor('Which account');
    await two.pick('One');
    await two.quickInput.waitFor('For how long');
    await two.pick('For 15 minutes');
    await two.waitForNotification(/Writing on One is armed for 15 minutes/);
    await eventually('armed', async () => (accountRow(await one.treeRows('Loans'), 'One') ?? '').includes('writing armed'), {
      ...soon,
      seen: () => one.treeRows('Loans'),
    });
  });

  it('ask nothing more for an account that one of them removed', async function () {
    if (!bench().inBrowser) this.skip();
    const [one, two, three] = windows as [Workbench, Workbench, Workbench];
    const gone = exchangeOf('Three');
    await two.clearNotifications();
    await two.runCommand('LTV Gauge: Remove Account…');
    await two.quickInput.waitFor('Which account');
    await two.pick('Three');
    await (await two.dialog()).press('Remove Account');
    for (const window of [two, one, three]) {
      await eventually('the account to be gone', async () => accountRow(await window.treeRows('Loans'), 'Three') === undefined, {
        ...soon,
        seen: () => window.treeRows('Loans'),
      });
    }
    const asked = await gone.requests('');
    const others = await exchangeOf('Four').requests('loan-info');
    await eventually('the others to be read on', async () => (await exchangeOf('Four').requests('loan-info')) >= others + 6, {
      deadlineMs: 60_000,
    });
    assert.equal(await gone.requests(''), asked);
    await three.reload();
    await three.openContainer();
    await seesAll(three, ['One', 'Renamed', 'Four', 'Five', 'Six']);
    assert.equal(accountRow(await three.treeRows('Loans'), 'Three'), undefined);
    assert.equal(await gone.requests(''), asked);
  }).timeout(180_000);

  it('offer to reload where one does not find a key that another stored, before a key is typed there', async function () {
    if (!bench().inBrowser) this.skip();
    const [one, two] = windows as [Workbench, Workbench, Workbench];
    const late = await TestExchange.start();
    try {
      await addAccount(one, late, 'Late');
      await two.waitForRow('Loans', /^Late .*keys missing/);
      await two.runCommand('LTV Gauge: Add Account…');
      const dialog = await two.dialog();
      assert.match(dialog.text, /does not find the keys of Late[^]*would wipe them/);
      assert.deepEqual([...dialog.buttons].sort(), ['Cancel', 'Go On Anyway', 'Reload Window']);
      await two.screenshot('windows-keys-elsewhere');
      await dialog.press('Reload Window');
      await two.ready();
      await two.openContainer();
      await two.waitForRow('Loans', /^Late simulated .*just now/);
      // Now it knows them, and wipes none.
      await enterAccount(two, exchangeOf('Three').url, 'Again', exchangeOf('Three').keys);
      await (await two.dialog()).press('Save Account');
      await one.reload();
      await one.openContainer();
      for (const name of ['Late', 'Again', 'One']) await one.waitForRow('Loans', new RegExp(`^${name} simulated .*just now`));
    } finally {
      await late.close();
    }
  }).timeout(180_000);
});
