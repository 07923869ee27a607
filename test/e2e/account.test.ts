import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { forget, watchFor } from './canaries.ts';
import { eventually } from './eventually.ts';
import { enterAccount, enterKeys } from './exchange.ts';
import { itInLongRound, useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';

describe('adding an account by keyboard', () => {
  const exchange = useExchange();
  const bench = useWorkbench();

  it('leaves nothing behind after Escape, takes a key in hidden boxes once it is right, and writes it into no file', async () => {
    await bench().openContainer();
    await bench().runCommand('LTV Gauge: Add Account…');
    await bench().quickInput.waitFor(says('account.exchange'));
    await bench().pick('OKX');
    await bench().quickInput.waitFor(says('account.key-site'));
    await bench().escape();
    await bench().quickInput.waitUntilClosed();
    assert.deepEqual(await bench().treeRows('Loans'), []);
    assert.equal(await bench().statusBarText(), undefined);

    const { keys } = exchange();
    await enterAccount(bench(), exchange().url, 'Main', { ...keys, passphrase: 'not-the-passphrase' });
    const refused = await bench().dialog();
    assert.match(refused.text, saysLike('okx.wrong-passphrase'));
    await bench().screenshot('wrong-passphrase');
    assert.deepEqual(await bench().treeRows('Loans'), []);
    await refused.press(says('button.change-keys'));
    await enterKeys(bench(), keys);
    const works = await bench().dialog();
    assert.match(works.text, saysLike('key.permissions', '✓', '✓', '✗'));
    assert.match(works.text, /127\.0\.0\.1/);
    await bench().screenshot('key-works');
    await works.press(says('button.save'));
    await bench().waitForRow('Loans', /^Main simulated/);
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    if (!bench().inBrowser) return;
    // The search after each test finds what is there.
    watchFor('the address', exchange().url);
    assert.match((await bench().leaks()).join('\n'), /state\.sqlite\S* holds the address/);
    forget(exchange().url);
  });

  itInLongRound('shows what a watcher beside it reads, as long as that reads', async () => {
    await bench().openContainer();
    await enterAccount(bench(), exchange().url, 'Main', exchange().keys);
    await (await bench().dialog()).press(says('button.save'));
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    await bench().runCommand('LTV Gauge: Install Command Line');
    await bench().waitForNotification(/ltv-gauge\.js/);
    const program = readdirSync(bench().folder, { recursive: true, encoding: 'utf8' }).find((file) => /bin.ltv-gauge\.js$/.test(file));
    assert.ok(program !== undefined);
    const place = mkdtempSync(path.join(tmpdir(), 'ltv-gauge-watcher-'));
    const file = path.join(place, 'account.json');
    const { apiKey: key, ...parts } = exchange().otherKeys.readOnly;
    const account = { venue: 'okx', site: 'loopback', baseUrl: exchange().url, name: 'Main', key, ...parts };
    writeFileSync(file, JSON.stringify(account), { mode: 0o600 });
    const watcher = spawn(process.execPath, [path.join(bench().folder, program), 'watch', '--port', '0', '--account', file]);
    let said = '';
    watcher.stderr.on('data', (data) => (said += String(data)));
    try {
      const watched = saysInTurn(/^Main simulated/, saysLike('account.watched'));
      const seen = async (): Promise<string[]> => [...(await bench().treeRows('Loans')), said];
      const isWatched = async (): Promise<boolean> => (await bench().treeRows('Loans')).some((row) => watched.test(row));
      await eventually('the watcher’s reading', isWatched, { deadlineMs: 60_000, seen });
      assert.match(said, /the editor gets what is read/);
      await bench().screenshot('watched');
      const before = await exchange().requests('/loan-info');
      await eventually('two more', async () => (await exchange().requests('/loan-info')) >= before + 2, { deadlineMs: 90_000, seen });
      assert.ok(await isWatched());
      await bench().treeItem('Loans', 'Main').hover();
      await bench()
        .page.locator('.workbench-hover')
        .filter({ hasText: saysLike('account.by-watcher') })
        .first()
        .waitFor();
      await bench().screenshot('watched-tooltip');
      watcher.kill('SIGTERM');
      await eventually('a reading of its own', async () => !(await isWatched()), { deadlineMs: 90_000, seen });
      await bench().waitForRow('Loans', /^Main simulated · .* · (just now|\d+ s ago)/);
    } finally {
      watcher.kill('SIGKILL');
      rmSync(place, { recursive: true, force: true });
    }
  });

  itInLongRound('is told when the keys are gone, of this account alone', async function () {
    if (!bench().inBrowser) this.skip();
    const readKeys = () => bench().page.evaluate<string | null>(`localStorage.getItem('secrets.provider')`);
    await bench().openContainer();
    await enterAccount(bench(), exchange().url, 'Main', exchange().keys);
    await (await bench().dialog()).press(says('button.save'));
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    const onlyMain = await readKeys();
    assert.notEqual(onlyMain, null);
    await enterAccount(bench(), exchange().url, 'Viewer', exchange().otherKeys.readOnly);
    const dialog = await bench().dialog();
    assert.match(dialog.text, saysLike('key.already-here', 'Main'));
    assert.match(dialog.text, saysInTurn(saysLike('key.permissions', undefined, '✗', undefined), says('term.read-only')));
    await dialog.press(says('button.save-anyway'));
    await bench().waitForRow('Loans', saysInTurn(/^Viewer /, says('term.read-only')));
    await bench().page.evaluate(`localStorage.setItem('secrets.provider', ${JSON.stringify(onlyMain)})`);
    await bench().reload();
    await bench().openContainer();
    // The window before may have read it a moment ago; then that is shown until it is out of date.
    await eventually(
      'the missing keys',
      async () => (await bench().treeRows('Loans')).some((row) => saysInTurn(/^Viewer /, says('account.keys-missing')).test(row)),
      { deadlineMs: 60_000, seen: () => bench().treeRows('Loans') },
    );
    await bench().waitForRow('Loans', /^Main simulated · .* · just now/);
    await bench().screenshot('keys-missing');
  });
});
