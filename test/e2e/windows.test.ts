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
  const left = ['One', 'Renamed', 'Three', 'Four', 'Five', 'Six'];

  before(async () => {
    while (exchanges.length < names.length) exchanges.push(await TestExchange.start());
  });

  after(async () => {
    for (const exchange of exchanges) await exchange.close();
  });

  const exchangeOf = (name: (typeof names)[number]): TestExchange => exchanges[names.indexOf(name)]!;
  const accountRow = (rows: readonly string[], name: string): string | undefined => rows.find((row) => row.startsWith(`${name} simulated`));

  /** The accounts that a window knows, by the list it offers to choose from: that has room for all, which a tree beside others has not. */
  async function accountsOf(window: Workbench): Promise<readonly string[]> {
    await window.runCommand('LTV Gauge: Rename Account…');
    const { rows } = await window.quickInput.waitFor('Which account');
    await window.escape();
    await window.quickInput.waitUntilClosed();
    return rows;
  }

  async function knows(window: Workbench, wanted: readonly string[], options?: { readonly deadlineMs: number }): Promise<void> {
    let rows: readonly string[] = [];
    await eventually(
      `just the accounts ${wanted.join(', ')}`,
      async () => {
        rows = await accountsOf(window);
        return rows.length === wanted.length && wanted.every((name) => rows.some((row) => row.startsWith(name)));
      },
      { ...options, seen: () => Promise.resolve(rows) },
    );
  }

  async function allRead(exchange: TestExchange, times: number): Promise<void> {
    const before = await exchange.requests('loan-info');
    const read = async (): Promise<boolean> => (await exchange.requests('loan-info')) >= before + times;
    await eventually('all windows to read it', read, { deadlineMs: 60_000 });
  }

  it('keep all of six accounts that one of them adds while two others poll', async function () {
    if (!bench().inBrowser) this.skip();
    await bench().openContainer();
    await addAccount(bench(), exchangeOf('One'), 'One');
    windows = [bench(), await bench().openWindow(), await bench().openWindow()];
    for (const window of windows.slice(1)) {
      await window.openContainer();
      await window.waitForRow('Loans', /^One simulated .*just now/);
    }
    await bench().fullHeight();
    for (const name of names.slice(1)) await addAccount(bench(), exchangeOf(name), name);
    // Each of the three writes down what it reads.
    await allRead(exchangeOf('One'), 6);
    for (const window of windows) await knows(window, names, soon);
    await windows[1]!.screenshot('windows-six');
    for (const window of windows) {
      await window.reload();
      await window.openContainer();
      await knows(window, names);
    }
    await allRead(exchangeOf('Six'), 6);
  }).timeout(360_000);

  it('hear of a new name within a second', async function () {
    if (!bench().inBrowser) this.skip();
    const [one, two, three] = windows as [Workbench, Workbench, Workbench];
    await two.runCommand('LTV Gauge: Rename Account…');
    await two.quickInput.waitFor('Which account');
    await two.pick('Two');
    await two.type('Renamed', 'called here');
    await two.pressEnter();
    for (const window of [one, three]) await knows(window, left, soon);
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
    left.splice(left.indexOf('Three'), 1);
    // A reading that had begun may end; after this long, every window knows.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const asked = await gone.requests('');
    for (const window of [one, two, three]) await knows(window, left, soon);
    await allRead(exchangeOf('Four'), 6);
    assert.equal(await gone.requests(''), asked);
    await three.reload();
    await three.openContainer();
    await knows(three, left);
    await allRead(exchangeOf('Four'), 3);
    assert.equal(await gone.requests(''), asked);
  }).timeout(180_000);

  it('offer to reload where one does not find a key that another stored, before a key is typed there', async function () {
    if (!bench().inBrowser) this.skip();
    const [one, two] = windows as [Workbench, Workbench, Workbench];
    const late = await TestExchange.start();
    try {
      await addAccount(one, late, 'Late');
      await knows(two, [...left, 'Late'], soon);
      await two.runCommand('LTV Gauge: Add Account…');
      const dialog = await two.dialog();
      assert.match(dialog.text, /does not find the keys of Late[^]*would wipe them/);
      assert.deepEqual([...dialog.buttons].sort(), ['Cancel', 'Go On Anyway', 'Reload Window']);
      await two.screenshot('windows-keys-elsewhere');
      await dialog.press('Reload Window');
      await two.ready();
      await two.openContainer();
      await allRead(late, 4);
      // Now it knows them, and wipes none.
      await enterAccount(two, exchangeOf('Three').url, 'Again', exchangeOf('Three').keys);
      await (await two.dialog()).press('Save Account');
      await one.reload();
      await one.openContainer();
      await knows(one, [...left, 'Late', 'Again']);
      await allRead(late, 4);
      await allRead(exchangeOf('Three'), 4);
    } finally {
      await late.close();
    }
  }).timeout(180_000);
});
