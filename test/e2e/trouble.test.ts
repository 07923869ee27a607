import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, enterKeys, TestExchange } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';

/** What goes wrong between a person and an exchange, against exchanges of the test's own over real HTTP. */
describe('when things go wrong', () => {
  let exchange: TestExchange;
  let other: TestExchange;
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 10 } });

  before(async () => {
    exchange = await TestExchange.start({ settleMs: 2000 });
    other = await TestExchange.start();
  });

  after(async () => {
    await exchange.close();
    await other.close();
  });

  async function loanOfAdd(amount: string): Promise<void> {
    await bench().runCommand('LTV Gauge: Add Collateral…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick('12345');
    await bench().quickInput.waitFor('Which coin');
    await bench().pick('BTC');
    await bench().quickInput.waitFor('Amount of BTC');
    await bench().type(amount);
    await bench().pressEnter();
    const dialog = await bench().dialog();
    await dialog.press(`Add ${amount} BTC`);
  }

  it('Escape at any step of adding an account leaves nothing behind', async () => {
    await bench().openContainer();
    await bench().runCommand('LTV Gauge: Add Account…');
    await bench().quickInput.waitFor('Which exchange');
    await bench().pick('OKX');
    await bench().quickInput.waitFor('Which of its sites');
    await bench().escape();
    await bench().quickInput.waitUntilClosed();
    assert.deepEqual(await bench().treeRows('Loans'), []);
    assert.equal(await bench().statusBarText(), undefined);
  });

  it('an address that is not this machine is refused while typing', async () => {
    await bench().runCommand('LTV Gauge: Add Account…');
    await bench().quickInput.waitFor('Which exchange');
    await bench().pick('OKX');
    await bench().quickInput.waitFor('Which of its sites');
    await bench().pick('Loopback');
    await bench().type('http://localhost.evil.example:9000', '127.0.0.1');
    await eventually('the address to be refused', async () => (await bench().quickInput.state())?.refused, {
      seen: () => bench().quickInput.state(),
    });
    await bench().escape();
    await bench().quickInput.waitUntilClosed();
  });

  it('a wrong passphrase is named, and so are a wrong secret and a key that may withdraw; then the right key is taken', async () => {
    const { keys, otherKeys } = exchange;
    await enterAccount(bench(), exchange.url, 'Main', { ...keys, passphrase: 'not-the-passphrase' });
    let dialog = await bench().dialog();
    assert.match(dialog.text, /passphrase is wrong/i);
    await bench().screenshot('wrong-passphrase');
    await dialog.press('Change Keys');
    await enterKeys(bench(), { ...keys, secret: 'not-the-secret' });
    dialog = await bench().dialog();
    assert.match(dialog.text, /secret does not belong/i);
    await dialog.press('Change Keys');
    await enterKeys(bench(), otherKeys.boundToOtherAddress);
    dialog = await bench().dialog();
    assert.match(dialog.text, /IP address/i);
    await dialog.press('Change Keys');
    await enterKeys(bench(), otherKeys.withdraw);
    dialog = await bench().dialog();
    assert.match(dialog.text, /withdraw/i);
    assert.ok(!dialog.buttons.some((button) => /save account/i.test(button)), 'a key that can withdraw cannot be saved');
    assert.deepEqual(await bench().treeRows('Loans'), []);
    await dialog.press('Change Keys');
    await enterKeys(bench(), keys);
    dialog = await bench().dialog();
    assert.match(dialog.text, /trade yes/i);
    assert.match(dialog.text, /127\.0\.0\.1/);
    await bench().screenshot('key-works');
    await dialog.press('Save Account');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
  });

  it('an answer that is lost after the exchange acted is found out by reading, and nothing is sent twice', async () => {
    await exchange.control('POST', 'fault', { endpoint: 'adjust-collateral', fault: 'lost-after-acting', times: 1 });
    await loanOfAdd('0.1');
    await bench().waitForNotification(/Done: LTV is now 51\.54%/);
    assert.deepEqual(
      (await exchange.adjustments()).map(({ loan, type, ccy, amt }) => ({ loan, type, ccy, amt })),
      [{ loan: '12345', type: 'add', ccy: 'BTC', amt: '0.1' }],
    );
    assert.equal(await exchange.requests('adjust-collateral'), 1);
    await bench().waitForRow('Loans', /51\.54% · OK/);
  });

  it('accepted is not done: LTV falls only after the exchange has settled', async () => {
    await bench().clearNotifications();
    await exchange.control('POST', 'settle', { ms: 12_000 });
    await loanOfAdd('0.05');
    await bench().expand('Loans', '51.54%');
    await bench().waitForRow('Loans', /accepted by OKX, not done yet/);
    assert.ok(
      (await bench().treeRows('Loans')).some((row) => row.includes('51.54%')),
      'the old LTV stays until there is proof',
    );
    await bench().screenshot('accepted');
    await bench().waitForNotification(/Done: LTV is now 48\.\d\d%/);
    await bench().waitForRow('Loans', /48\.\d\d% · OK/);
    assert.equal(await exchange.requests('adjust-collateral'), 2);
    await exchange.control('POST', 'settle', { ms: 500 });
  });

  it('a second account that breaks leaves the first untouched', async () => {
    await bench().fullHeight();
    await addAccount(bench(), other, 'Second');
    await bench().clearNotifications();
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    await other.control('POST', 'fault', { endpoint: 'loan-info', fault: 'wrong-types', times: 1000 });
    await bench().runCommand('LTV Gauge: Refresh');
    await bench().waitForRow('Loans', /Loans on OKX that could not be understood and are not shown: \d/);
    // What was read before stays, and nothing of it reassures; positions, which can be read, are not touched.
    await bench().waitForRow('Loans', /57\.98% · Unknown/);
    await bench().waitForRow('Loans', /^Second .*just now/);
    const rows = await bench().treeRows('Loans');
    assert.match(rows.find((row) => row.startsWith('Main ')) ?? '', /just now/);
    assert.ok(rows.some((row) => /48\.\d\d% · OK/.test(row)));
    // The editor may still be folding up the progress of the key's own test, which no command can put away.
    const boxes = (await bench().notifications()).filter((text) => !text.startsWith('Testing the connection of Second'));
    assert.deepEqual(boxes, [], 'a reading that fails is never a box');
    await bench().screenshot('one-broken');
    await other.control('DELETE', 'fault');
    await bench().normalHeight();
  });

  it('an exchange that dies turns ages and greys, and recovers without a restart', async () => {
    const gone = await exchange.kill();
    await bench().waitForRow('Loans', /^Main .*unreachable/);
    await eventually(
      'no green for what cannot be vouched for',
      async () => {
        const rows = await bench().treeRows('Loans');
        const last = rows.find((row) => /48\.\d\d%/.test(row)) ?? '';
        return !last.includes('· OK') && last.includes('Unknown');
      },
      { seen: () => bench().treeRows('Loans') },
    );
    await bench().waitForRow('Loans', /^Main .*(15|30|45) s ago/);
    await bench().screenshot('unreachable');
    await gone.revive();
    await eventually('recovery', async () => (await bench().treeRows('Loans')).some((row) => /48\.\d\d% · OK/.test(row)), {
      deadlineMs: 60_000,
      seen: () => bench().treeRows('Loans'),
    });
    assert.match((await bench().treeRows('Loans')).find((row) => row.startsWith('Main ')) ?? '', /just now/);
  });
});
