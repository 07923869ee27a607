import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { AccountBook } from '../../../../src/engine/accounts/account-book.ts';
import { Vault } from '../../../../src/engine/accounts/vault.ts';
import { decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import type { Account } from '../../../../src/core/model.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../../src/simulator/okx/start.ts';
import { SimulatedExchange } from '../../../../src/engine/simulated/simulated-exchange.ts';
import { MemoryRecords } from '../accounts/memory-storage.ts';
import { ManualDelay } from './manual-delay.ts';

/** One machine: storage, keyring and disk that several windows share. */
class Machine {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'ltv-gauge-simulated-'));
  readonly #secrets = new Map<string, string>();
  readonly book = new AccountBook(new MemoryRecords());
  readonly vault = new Vault({
    get: (key) => Promise.resolve(this.#secrets.get(key)),
    store: (key, value) => {
      this.#secrets.set(key, value);
      return Promise.resolve();
    },
    delete: (key) => {
      this.#secrets.delete(key);
      return Promise.resolve();
    },
  });
  readonly windows: Window[] = [];

  window(start?: (options: SimulatorOptions) => Promise<Simulator>): Window {
    const window = new Window(this, start);
    this.windows.push(window);
    return window;
  }

  stateFile(account: Account): string {
    return path.join(this.folder, `${account.id}.json`);
  }

  loseKeys(): void {
    this.#secrets.clear();
  }

  async end(): Promise<void> {
    for (const window of this.windows) await window.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One window of the editor, with the simulators it runs. */
class Window {
  readonly delay = new ManualDelay();
  readonly running: Simulator[] = [];
  readonly #closing: Promise<void>[] = [];
  readonly exchange: SimulatedExchange;

  constructor(machine: Machine, start: (options: SimulatorOptions) => Promise<Simulator> = startSimulator) {
    this.exchange = new SimulatedExchange({
      folder: machine.folder,
      book: machine.book,
      vault: machine.vault,
      log: { info: () => undefined, warn: () => undefined },
      delay: this.delay.start,
      start: async (options) => {
        const simulator = await start({ ...options, walk: false });
        this.running.push(simulator);
        const close = (): Promise<void> => {
          this.running.splice(this.running.indexOf(simulator), 1);
          const closed = simulator.close();
          this.#closing.push(closed);
          return closed;
        };
        return { ...simulator, close };
      },
    });
  }

  /** Resolves when this window serves. */
  async served(): Promise<void> {
    while (this.running.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** What a reload or an exit of the window does. */
  async close(): Promise<void> {
    this.exchange.dispose();
    await Promise.all(this.#closing);
  }
}

async function prices(baseUrl: string | undefined): Promise<Record<string, string>> {
  const response = await fetch(`${baseUrl ?? ''}/__simulator/hello`);
  return ((await response.json()) as { prices: Record<string, string> }).prices;
}

describe('the simulated exchange in the extension', () => {
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });

  afterEach(async () => {
    await machine.end();
  });

  it('runs nothing and writes nothing until it is asked for', () => {
    const window = machine.window();
    assert.equal(window.exchange.account(), undefined);
    assert.equal(window.running.length, 0);
    assert.equal(window.delay.waiting, 0);
  });

  it('makes an account that is simulated, with keys that only the vault has', async () => {
    const window = machine.window();
    const account = await window.exchange.create('Simulated');
    assert.equal(account.simulated, true);
    assert.equal(account.readOnly, false);
    assert.deepEqual(machine.book.get(account.id), account);
    assert.deepEqual({ ...(await machine.vault.read(account.id)) }, { ...window.running[0]?.keys });
    assert.deepEqual(await window.exchange.locate(account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.equal(window.running.length, 1);
  });

  it('goes on after a reload: same address, same keys, same prices', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    const keys = before.running[0]?.keys;
    await before.exchange.movePrice(account, 'BTC', decimal('-10'));
    await before.close();
    const after = machine.window();
    assert.deepEqual(await after.exchange.locate(account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.deepEqual(after.running[0]?.keys, keys);
    assert.equal((await prices(account.baseUrl))['BTC'], '79200');
  });

  it('is started once however many ask at the same time', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    const after = machine.window();
    await Promise.all([after.exchange.locate(account), after.exchange.locate(account), after.exchange.coins(account)]);
    assert.equal(after.running.length, 1);
  });

  it('is served by one window for all, and by another when that one goes away', async () => {
    const first = machine.window();
    const account = await first.exchange.create('Simulated');
    const second = machine.window();
    assert.deepEqual(await second.exchange.locate(account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.equal(second.running.length, 0);
    await second.exchange.movePrice(account, 'ETH', decimal('10'));
    await first.close();
    second.delay.elapse();
    await second.served();
    assert.deepEqual(await second.exchange.locate(account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.equal((await prices(account.baseUrl))['ETH'], '3586');
  });

  it('moves to another address when its own is taken, and the record says so', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    const port = Number(new URL(account.baseUrl ?? '').port);
    const stranger = createServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    try {
      assert.equal((stranger.address() as AddressInfo).port, port);
      const after = machine.window();
      const { baseUrl } = await after.exchange.locate(account);
      assert.notEqual(baseUrl, account.baseUrl);
      assert.equal(machine.book.get(account.id)?.baseUrl, baseUrl);
    } finally {
      stranger.closeAllConnections();
      await new Promise((resolve) => stranger.close(resolve));
    }
  });

  it('stops and forgets its state when its account is removed', async () => {
    const window = machine.window();
    const account = await window.exchange.create('Simulated');
    await window.exchange.movePrice(account, 'BTC', decimal('1'));
    window.delay.elapse();
    assert.equal(existsSync(machine.stateFile(account)), true);
    await machine.book.remove(account.id);
    assert.equal(window.running.length, 0);
    assert.equal(existsSync(machine.stateFile(account)), false);
    assert.equal(window.exchange.account(), undefined);
  });

  it('makes new keys when the keyring lost them: nothing is lost with simulated keys', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    machine.loseKeys();
    const after = machine.window();
    await after.exchange.locate(account);
    assert.deepEqual({ ...(await machine.vault.read(account.id)) }, { ...after.running[0]?.keys });
  });

  it('starts from the beginning when the saved state cannot be used', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    const after = machine.window((options) =>
      options.state === undefined ? startSimulator(options) : Promise.reject(new RangeError('torn')),
    );
    await after.exchange.locate(account);
    assert.equal(after.running.length, 1);
  });

  it('leaves nothing behind when it cannot be started, and says why in the terms of the views', async () => {
    const window = machine.window(() => Promise.reject(new Error('no loopback here')));
    await assert.rejects(window.exchange.create('Simulated'), /no loopback here/);
    assert.deepEqual(machine.book.list(), []);
    const account: Account = { id: 'simulated-x', venue: 'okx', site: 'loopback', name: 'S', simulated: true, readOnly: false };
    await assert.rejects(
      window.exchange.locate(account),
      (error) => ExchangeError.is(error, 'unavailable') && error.message.includes('no loopback here'),
    );
  });

  it('leaves a loopback account alone that a person added by address', async () => {
    const window = machine.window();
    const account: Account = {
      id: 'mine',
      venue: 'okx',
      site: 'loopback',
      baseUrl: 'http://127.0.0.1:9000',
      name: 'Mine',
      simulated: true,
      readOnly: false,
    };
    await machine.book.add(account);
    assert.deepEqual(await window.exchange.locate(account), { site: 'loopback', baseUrl: 'http://127.0.0.1:9000' });
    assert.equal(window.exchange.account(), undefined);
    assert.equal(window.running.length, 0);
  });
});
