import assert from 'node:assert/strict';
import type { Frame, Locator } from 'playwright-core';
import { eventually } from './eventually.ts';
import { Keys } from './keys.ts';
import { type PageElement } from './page-element.ts';
import { faultsFor } from './screen-reader.ts';
import { isLongRound } from './session.ts';
import { useWorkbench } from './use-workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';
import type { Workbench } from './workbench.ts';

/** Figures are those of the simulated exchange as it starts. */
/** Loan 67890 while prices walk: Danger begins 5 % below its margin call, at about 67.43 %. */
const nearMarginCall = (danger: string, warning: string): RegExp =>
  new RegExp(`(?:67\\.(?:4[2-9]|[5-9]\\d)|68\\.\\d\\d)% · ${danger}|67\\.(?:[0-3]\\d|4[0-5])% · ${warning}`);

/** By nothing but keys: collateral is added and taken out again, and at each step it can be seen and heard where one is. */
async function topsUp(bench: Workbench, page: Frame, keys: Keys): Promise<void> {
  await keys.command('LTV Gauge: Open Gauges');
  await keys.to('Loan 67890, ');
  await keys.to('Loan 12345, ', 'ArrowDown');
  await keys.press('Enter');
  await page.locator('.dial').waitFor();
  await keys.to(says('gauge.add-collateral'));
  await bench.screenshot('keys-panel');
  await keys.press('Enter');
  await bench.quickInput.waitFor(says('collateral.coin'));
  await keys.type('BTC');
  await keys.at('BTC');
  await bench.screenshot('keys-coin');
  await keys.press('Enter');
  await bench.quickInput.waitFor(says('collateral.amount-example', 'BTC'));
  await keys.type('0.1');
  await eventually(
    'the estimate while typing',
    async () => /5[78]\.\d\d% → 5[012]\.\d\d%/.test((await bench.quickInput.state())?.message ?? ''),
    {
      seen: () => bench.quickInput.state(),
    },
  );
  await keys.press('Enter');
  assert.match((await bench.dialog()).text, saysLike('preview.no-real-money', says('preview.simulated')));
  await keys.to('Add 0.1 BTC', 'Tab', 10);
  await bench.screenshot('keys-preview');
  await keys.press('Enter');
  await keys.said(saysLike('outcome.done-now', says('term.ltv'), /5[012]\.\d\d%/));
  await keys.command('Notifications: Show Notifications');
  await keys.to('Undo…');
  await bench.screenshot('keys-done');
  await keys.press('Enter');
  assert.match((await bench.dialog()).text, saysLike('undo.removes-again'));
  await keys.to(says('term.remove', '0.1 BTC'), 'Tab', 10);
  await keys.press('Enter');
  await keys.said(saysLike('outcome.done-now', says('term.ltv'), /5[78]\.\d\d%/));
  await bench.waitForRow('Collateral', /^BTC 1\.7921483143067599/);
  await keys.command('Notifications: Clear All Notifications');
  await keys.command('LTV Gauge: Open Gauges');
  await keys.to('Loan 12345, ');
  await keys.press('ArrowLeft');
  await page.locator('.dial').waitFor({ state: 'detached' });
}

/** What was recorded since, by keyboard: a cursor whose value is spoken, the same as a table, and the exchange's rows page by page. */
async function readsHistory(bench: Workbench, page: Frame, loan: Locator): Promise<void> {
  await loan.getByRole('button', { name: says('loan.history') }).press('Enter');
  const history = page.locator('details.history');
  const ltv = history.getByRole('slider', { name: says('term.ltv'), exact: true });
  await ltv.waitFor();
  assert.match((await history.getByRole('combobox').locator('option:checked').textContent()) ?? '', /12345/);
  const spoken = (text: string, pattern: RegExp): Promise<unknown> =>
    eventually(text, async () => pattern.test((await ltv.getAttribute('aria-valuetext')) ?? ''));
  await ltv.press('End');
  await spoken('the cursor at the newest reading', new RegExp(`${says('history.highest')} 5[78]\\.\\d\\d%`));
  await ltv.press('Home');
  await spoken('the cursor before the first reading', saysLike('history.not-watched'));
  await history
    .locator('summary', { hasText: says('history.table') })
    .first()
    .press('Enter');
  const table = `${says('term.ltv')}, ${says('history.table')}`;
  await history.getByRole('region', { name: table }).getByRole('rowheader').first().waitFor();
  const list = says('history.events');
  await history.getByRole('region', { name: list, exact: true }).getByRole('rowheader').first().waitFor();
  await history.getByRole('button', { name: `${says('history.next')}: ${list}` }).press('Enter');
  await eventually('the second page', async () => (await history.innerText()).includes('26–'), { seen: () => history.innerText() });
  await bench.screenshot('history');
  assert.deepEqual(await faultsFor(page), []);
  for (const width of bench.inBrowser ? [400, 1280] : []) {
    await bench.panelWidth(page, width);
    await ltv.scrollIntoViewIfNeeded();
    const isWithin = await page.evaluate<boolean>('document.documentElement.scrollWidth === document.documentElement.clientWidth');
    assert.ok(isWithin, `nothing stands out at ${width.toString()} px`);
    await bench.screenshot(`history-${width.toString()}`);
  }
  await history.locator(':scope > summary').press('Enter');
}

/** By keyboard alone: a fall of BTC, and collateral to add that is then used, but not in the end. */
async function tryOut(bench: Workbench, page: Frame): Promise<void> {
  await page.locator('.whatIf summary').press('Enter');
  const slider = page.getByRole('slider', { name: 'BTC', exact: true });
  await slider.waitFor();
  for (let step = 0; step < 20; step += 1) await slider.press('ArrowLeft');
  assert.equal(await slider.getAttribute('aria-valuetext'), '−20%');
  const row = page.locator('.tried').filter({ hasText: 'Loan 12345' });
  await eventually('the loan at the lower price', async () => /5[78]\.\d\d% → ~7[123]\.\d\d%/.test(await row.innerText()), {
    seen: () => row.innerText(),
  });
  await row
    .getByRole('combobox')
    .first()
    .selectOption({ label: says('term.add', 'BTC') });
  await row.getByRole('textbox').first().fill('0.1');
  await eventually('the loan with more collateral', async () => /5[78]\.\d\d% → ~6[345]\.\d\d%/.test(await row.innerText()), {
    seen: () => row.innerText(),
  });
  await row
    .getByRole('combobox')
    .nth(1)
    .selectOption({ label: says('target.repay', 'USDT') });
  await row.getByRole('textbox').nth(1).fill('2000');
  await eventually('both together', async () => /5[78]\.\d\d% → ~6[012]\.\d\d%/.test(await row.innerText()), {
    seen: () => row.innerText(),
  });
  assert.ok((await row.innerText()).includes(says('what-if.one-by-one')));
  await bench.screenshot('what-if');
  assert.deepEqual(await faultsFor(page), []);
  for (const width of bench.inBrowser ? [400, 800, 1600] : []) {
    await bench.panelWidth(page, width);
    await slider.scrollIntoViewIfNeeded();
    await bench.screenshot(`what-if-${width.toString()}`);
    for (const part of ['html', '.stress .scroll']) {
      const over = await page.locator(part).evaluate(({ scrollWidth, clientWidth }: PageElement) => scrollWidth - clientWidth);
      assert.equal(over, 0, `nothing of ${part} stands out at ${width.toString()} px`);
    }
  }
  await row.getByRole('button').nth(1).press('Enter');
  assert.equal((await bench.quickInput.waitFor(says('collateral.amount-example', 'USDT'))).value, '2000');
  await bench.page.keyboard.press('Escape');
  await bench.quickInput.waitUntilClosed();
  await row.getByRole('button').first().press('Enter');
  const box = await bench.quickInput.waitFor('12345');
  assert.equal(box.value, '0.1');
  await bench.page.keyboard.press('Enter');
  const preview = await bench.dialog();
  assert.ok(preview.text.includes('0.1 BTC'), preview.text);
  await bench.page.keyboard.press('Escape');
  await bench.page.keyboard.press('Escape');
  await bench.quickInput.waitUntilClosed();
  await page.getByRole('button', { name: says('what-if.reset') }).press('Enter');
  await eventually('everything as it was read', async () => !(await page.locator('.whatIf section').innerText()).includes('→'));
  await page.locator('.whatIf summary').press('Enter');
  await bench.waitForRow('Collateral', /^BTC 1\.7921483143067599/);
}

/** Groups, order and size of the lines, by keyboard. */
async function arranges(bench: Workbench, page: Frame): Promise<void> {
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).press('Enter');
  const titles = async (): Promise<string[]> => page.locator('.gauge h2').allInnerTexts();
  const worstFirst = await titles();
  await press(says('term.account'));
  await page.locator('.group', { hasText: 'OKX · Simulated 8' }).waitFor();
  await press(says('overview.compact'));
  await page.locator('.overview.compact').waitFor();
  await press(says('status.loan-position'));
  await eventually('lines by name', async () => (await titles()).join() === [...worstFirst].sort().join(), { seen: titles });
  await bench.screenshot('arranged');
  assert.deepEqual(await faultsFor(page), []);
  await press(says('overview.compact'));
  await press(says('overview.no-groups'));
  await press(says('term.level'));
  await eventually('lines worst first', async () => (await titles())[0] === worstFirst[0], { seen: titles });
}

describe('the first look', () => {
  const bench = useWorkbench({ viewport: { width: 1280, height: 1600 } });

  it('finds a welcome and no alarm, then loans, wallet, status bar and gauges of the simulated exchange, until it is removed', async () => {
    await bench().openContainer();
    for (const view of ['Loans', 'Positions', 'Warnings', 'Collateral', 'Activity'])
      assert.equal(await bench().pane(view).isVisible(), true, view);
    await eventually('the welcome text', async () =>
      (await bench().pane('Loans').innerText()).includes(says('gauges.try-simulated-exchange')),
    );
    assert.deepEqual(await bench().treeRows('Loans'), []);
    assert.deepEqual(await bench().notifications(), []);
    assert.equal(await bench().statusBarText(), undefined);

    await bench().runCommand('LTV Gauge: Try the Simulated Exchange');
    const page = await bench().gaugeFrame();
    await page.getByRole('heading', { name: 'Loan 67890' }).waitFor();
    // Two loans and six isolated positions; the one with cross margin has no gauge of its own.
    await eventually('all gauges', async () => (await page.getByRole('meter').count()) === 8, {
      seen: () => page.getByRole('meter').count(),
    });
    assert.match(await page.locator('body').innerText(), /SIMULATED/);
    await bench().waitForRow('Loans', /^Simulated .*simulated/);
    await bench().waitForRow('Loans', /5[78]\.\d\d% · Watch/);
    await bench().waitForRow('Loans', nearMarginCall('Danger', 'Warning'));
    await bench().waitForRow('Collateral', /^BTC 1\.7921483143067599/);
    await eventually('the worst loan in the status bar', async () =>
      new RegExp(`(?:${nearMarginCall('Danger', 'Warning').source}) · simulated`).test((await bench().statusBarText()) ?? ''),
    );
    await bench().screenshot('gauges');
    await topsUp(bench(), page, new Keys(bench()));
    // Worst first.
    assert.match((await page.getByRole('meter').first().getAttribute('aria-valuetext')) ?? '', /6[78]\.\d\d%/);
    const loan = page.locator('.gauge').filter({ hasText: '12345' });
    assert.match((await loan.getByRole('meter').getAttribute('aria-valuetext')) ?? '', /5[78]\.\d\d%/);
    // By keyboard; what is closed would not be looked at.
    const line = loan.locator('div.line');
    await line.press('Enter');
    await loan.locator('.dial').waitFor();
    assert.equal(await line.getAttribute('aria-expanded'), 'true');
    await bench().screenshot('gauge-opened');
    await line.press('ArrowLeft');
    await loan.locator('.dial').waitFor({ state: 'detached' });
    await line.press('ArrowRight');
    await loan.locator('.dial').waitFor();
    await page.getByRole('searchbox').fill('12345');
    await eventually('the others to be hidden', async () => (await page.getByRole('meter').count()) === 1);
    await page.getByRole('searchbox').fill('');
    await arranges(bench(), page);
    await page.locator('.stress summary').press('Enter');
    await page.getByRole('table', { name: says('stress.caption') }).waitFor();
    await bench().screenshot('shocks');
    assert.deepEqual(await faultsFor(page), []);
    await tryOut(bench(), page);
    await readsHistory(bench(), page, loan);

    await bench().expand('Loans', '· Watch');
    const parts = ['40,000 USDT', '0.8 BTC', '73.74%', '83.74%', says('loan.history'), says('page.interest'), 'from OKX'];
    await eventually(
      'the parts of the loan',
      async () => {
        const rows = (await bench().treeRows('Loans')).join('\n');
        return parts.every((part) => rows.includes(part));
      },
      { seen: () => bench().treeRows('Loans') },
    );
    await bench().expand('Loans', says('loan.history'));
    await bench().waitForRow('Loans', new RegExp(`^(${says('row.borrowed')}|${says('row.collateral-added')}) · −?[\\d,.]+ \\w+`));
    await bench().screenshot('loan-opened');

    await bench().runCommand('LTV Gauge: Hide or Show Amounts');
    await eventually(
      'dots for amounts in views, status bar and panel',
      async () => {
        const shown = [...(await bench().treeRows('Loans')), ...(await bench().treeRows('Collateral'))].join('\n');
        const panel = await page.locator('body').innerText();
        return shown.includes('••• USDT') && panel.includes('•••') && !`${shown}${panel}`.includes('40,000');
      },
      { seen: () => bench().treeRows('Loans') },
    );
    await bench().screenshot('amounts-hidden');
    await bench().runCommand('LTV Gauge: Hide or Show Amounts');
    await bench().waitForRow('Collateral', /^BTC 1\.7921483143067599/);

    // A gauge leads to its row, and a plan for it is kept, shown and opened as the ordinary preview.
    await loan.getByRole('button', { name: says('gauge.reveal') }).press('Enter');
    await eventually('the row of the gauge', async () =>
      (await bench().pane('Loans').locator('.monaco-list-row.focused').innerText()).includes('· Watch'),
    );
    // Its menu by keyboard; a simulated account has no website.
    await bench().page.keyboard.press('Shift+F10');
    const menu = bench().page.locator('.context-view .monaco-menu .action-item');
    await menu.filter({ hasText: 'Copy Value' }).first().waitFor();
    await bench().screenshot('row-menu');
    await bench().page.keyboard.press('Escape');
    await bench().contextMenu('Loans', '· Watch', 'Open at the Exchange');
    await bench().waitForNotification(says('venue.no-page', 'Simulated'));
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Prepare Rescue…');
    await bench().quickInput.waitFor(says('levels.which'));
    await bench().pick('Loan 12345');
    await bench().type('70', says('rescue.at-ltv'));
    await bench().pressEnter();
    await bench().quickInput.waitFor(says('rescue.first'));
    await bench().pick(says('term.add', 'BTC'));
    await bench().type('0.1', says('collateral.amount-example', 'BTC'));
    await bench().pressEnter();
    await bench().quickInput.waitFor(says('rescue.second'));
    await bench().pick(says('rescue.nothing-else'));
    await bench().waitForNotification(saysInTurn('70.00%', says('rescue.add', '0.1 BTC')));
    await eventually('the plan on its card', async () => (await loan.innerText()).includes(says('rescue.ready')));
    await bench().screenshot('rescue-prepared');
    await bench().clearNotifications();
    await loan.getByRole('button', { name: says('button.open-rescue') }).press('Enter');
    const preview = await bench().dialog();
    assert.match(preview.text, saysInTurn(says('rescue.label'), says('rescue.add', '0.1 BTC')));
    await bench().screenshot('rescue-opened');
    await bench().page.keyboard.press('Escape');
    await eventually('the preview to close', async () => (await bench().page.locator('.monaco-dialog-box').count()) === 0);

    // One that the wallet can't pay is seen without opening anything.
    await bench().runCommand('LTV Gauge: Prepare Rescue…');
    await bench().quickInput.waitFor(says('levels.which'));
    await bench().pick('Loan 67890');
    await bench().type('70', says('rescue.at-ltv'));
    await bench().pressEnter();
    await bench().quickInput.waitFor(says('rescue.first'));
    await bench().pick(says('term.add', 'BTC'));
    await bench().type('9', says('collateral.amount-example', 'BTC'));
    await bench().pressEnter();
    await bench().quickInput.waitFor(says('rescue.second'));
    await bench().pick(says('rescue.nothing-else'));
    const near = page.locator('.gauge').filter({ hasText: '67890' });
    await eventually('the mark in its line', async () => (await near.locator('div.line').innerText()).includes(says('rescue.blocked')));
    await bench().waitForRow('Loans', saysInTurn(saysLike('loan.call', /\d+\.\d%/), says('rescue.blocked')));
    await bench().screenshot('rescue-blocked');
    await bench().clearNotifications();

    await bench().runCommand('LTV Gauge: Remove Account…');
    const dialog = await bench().dialog();
    assert.match(dialog.text, /Simulated/);
    await dialog.press(says('button.remove-account'));
    await eventually('the empty view', async () => (await bench().treeRows('Loans')).length === 0);
    await eventually('the empty status bar', async () => (await bench().statusBarText()) === undefined, {
      seen: () => bench().statusBarText(),
    });
  }).timeout(240_000);
});

interface Language {
  readonly id: string | undefined;
  readonly loans: string;
  readonly positions: string;
  readonly watch: string;
  readonly warning: string;
  readonly danger: string;
  readonly loan: string;
}

const english: Language = {
  id: undefined,
  loans: 'Loans',
  positions: 'Positions',
  watch: 'Watch',
  warning: 'Warning',
  danger: 'Danger',
  loan: 'Loan 67890',
};
const chinese: Language = {
  id: 'zh-cn',
  loans: '借款',
  positions: '仓位',
  watch: '关注',
  warning: '警告',
  danger: '危险',
  loan: '借款 67890',
};
const themes = ['Default Light Modern', 'Default Dark Modern', 'Default High Contrast', 'Default High Contrast Light'];

const looks = [english, chinese].flatMap((language) => themes.map((theme) => [language, theme] as const));

// All other tests are in English and the theme of the editor.
for (const [language, theme] of isLongRound ? looks : []) {
  describe(`the first look in ${language.id ?? 'English'}, ${theme}`, () => {
    const bench = useWorkbench({
      simulated: true,
      settings: { 'workbench.colorTheme': theme },
      viewport: { width: 1400, height: 1300 },
      ...(language.id === undefined ? {} : { language: language.id }),
    });

    it('has trees, status bar and gauges in that language, and a page that a screen reader can use', async function () {
      if (!bench().inBrowser) this.skip();
      await bench().openContainer();
      await bench().waitForRow(language.loans, new RegExp(`5[78]\\.\\d\\d% · ${language.watch}`));
      await bench().waitForRow(language.positions, new RegExp(`${language.watch} .*BTC-USDT-SWAP`));
      await eventually('the status bar', async () =>
        nearMarginCall(language.danger, language.warning).test((await bench().statusBarText()) ?? ''),
      );
      // The window opens with it.
      const page = await bench().gaugeFrame();
      await page.getByRole('heading', { name: language.loan }).waitFor();
      assert.match((await page.getByRole('meter', { name: '12345' }).getAttribute('aria-valuetext')) ?? '', /5[78]\.\d\d%/);
      await page.locator('.gauge').filter({ hasText: '12345' }).locator('div.line').press('Enter');
      assert.equal(await page.locator('html').getAttribute('lang'), language.id ?? 'en');
      assert.equal(
        ((await page.locator('body').getAttribute('class')) ?? '').includes('vscode-high-contrast'),
        theme.includes('High Contrast'),
      );
      await page.locator('.stress summary').press('Enter');
      await page.getByRole('table').first().waitFor();
      await page.locator('.whatIf summary').press('Enter');
      const slider = page.getByRole('slider').first();
      await slider.waitFor();
      for (let step = 0; step < 20; step += 1) await slider.press('ArrowLeft');
      await eventually('what a fall would do', async () => (await page.locator('.whatIf section').innerText()).includes('→'));
      assert.deepEqual(await faultsFor(page), []);
      await bench().screenshot(`look-${language.id ?? 'en'}-${theme.replaceAll(' ', '-').toLowerCase()}`);
    });
  });
}
