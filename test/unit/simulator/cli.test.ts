import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { readOptions, usage, venues } from '../../../src/simulator/cli-options.ts';
import { startSimulator } from '../../../src/simulator/okx/start.ts';

describe('the command line of the simulated exchange', () => {
  it('has defaults', () => {
    assert.deepEqual(readOptions([]), { exchange: 'okx', port: 9000, settleMs: 1500, walk: true, ordIds: true });
  });

  it('takes net mode', () => {
    assert.deepEqual(readOptions(['--net']), { ...readOptions([]), posMode: 'net_mode' });
  });

  it('takes the newer reading of collateral-assets', () => {
    assert.deepEqual(readOptions(['--held']), { ...readOptions([]), collateralAssets: 'held' });
  });

  it('makes either exchange hostile', () => {
    assert.deepEqual(readOptions(['--hostile']), { ...readOptions([]), hostile: true });
    const bybit = ['--exchange', 'bybit'];
    assert.deepEqual(readOptions([...bybit, '--hostile']), { ...readOptions(bybit), hostile: true });
  });

  it('takes every option', () => {
    const args = ['--port', '0', '--settle=20', '--seed', 'x', '--no-walk', '--older'];
    assert.deepEqual(readOptions(args), { exchange: 'okx', port: 0, settleMs: 20, walk: false, ordIds: false, seed: 'x' });
  });

  it('knows Bybit and what only Bybit has', () => {
    const usual = { exchange: 'bybit', port: 9001, settleMs: 1500, walk: true, legacy: true, account: 'invented' };
    assert.deepEqual(readOptions(['--exchange', 'bybit']), usual);
    const args = ['--exchange', 'bybit', '--port', '0', '--no-legacy', '--published'];
    assert.deepEqual(readOptions(args), { ...usual, port: 0, legacy: false, account: 'published' });
  });

  it('knows every venue that has a folder, and the switches of each', () => {
    const folders = readdirSync('src/simulator', { withFileTypes: true }).filter((one) => one.isDirectory());
    assert.deepEqual(Object.keys(venues).sort(), folders.map(({ name }) => name).sort());
    for (const [name, { flags }] of Object.entries(venues))
      for (const flag of Object.keys(flags)) assert.match(usage, new RegExp(`\\n  --${flag} +${name}: \\w`));
  });

  it('gives help', () => {
    assert.equal(readOptions(['--help']), undefined);
  });

  for (const args of [
    ['--exchange', 'mtgox'],
    ['--no-legacy'],
    ['--published'],
    ['--older', '--exchange', 'bybit'],
    ['--net', '--exchange', 'bybit'],
    ['--held', '--exchange', 'bybit'],
    ['--port', 'x'],
    ['--port', '65536'],
    ['--port', '-1'],
    ['--port'],
    ['--settle', '1.5'],
    ['--nonsense'],
    ['word'],
  ]) {
    it(`refuses ${args.join(' ')} and says why`, () => {
      assert.throws(
        () => readOptions(args),
        (error: Error) => error instanceof RangeError && error.message.includes(args[0]!.replace(/^--/, '')),
      );
    });
  }

  describe('run by itself', function () {
    this.timeout(20_000);
    let child: ChildProcess | undefined;
    afterEach(() => {
      child?.kill('SIGKILL');
      child = undefined;
    });
    const run = (...args: string[]): ChildProcess => {
      child = spawn(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', 'src/simulator/cli.ts', ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return child;
    };

    it('prints its address and keys, answers, and ends at once when interrupted', async () => {
      const one = run('--port', '0', '--no-walk');
      let text = '';
      for await (const part of one.stdout!) {
        text += String(part);
        if (text.includes('Ctrl+C')) break;
      }
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
      assert.equal(text.match(/API key +\S+\n +Secret +\S+\n +Passphrase +\S+/g)?.length, 4);
      const hello = (await (await fetch(`${url}/__simulator/hello`)).json()) as { name: string };
      assert.equal(hello.name, 'ltv-gauge-simulator');
      one.kill('SIGINT');
      await once(one, 'exit');
      await assert.rejects(fetch(`${url}/__simulator/hello`));
    });

    it('prints the keys of a simulated Bybit, which have no passphrase', async () => {
      const one = run('--exchange', 'bybit', '--port', '0', '--no-walk');
      let text = '';
      for await (const part of one.stdout!) {
        text += String(part);
        if (text.includes('Ctrl+C')) break;
      }
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
      assert.equal(text.match(/API key +\S+\n +Secret +\S+\n/g)?.length, 6);
      assert.doesNotMatch(text, /Passphrase/);
      assert.match(text, /simulated Bybit/);
      const hello = (await (await fetch(`${url}/__simulator/hello`)).json()) as { venue: string };
      assert.equal(hello.venue, 'bybit');
    });

    it('says in one sentence that a port is taken', async () => {
      const other = await startSimulator({ walk: false });
      try {
        const { port } = new URL(other.url);
        const one = run('--port', port);
        const errors: string[] = [];
        one.stderr!.on('data', (part) => errors.push(String(part)));
        const [code] = (await once(one, 'close')) as [number];
        assert.equal(code, 1);
        assert.match(errors.join(''), new RegExp(`^Port ${port} is taken\\.[^\\n]*\\n$`));
      } finally {
        await other.close();
      }
    });
  });
});
