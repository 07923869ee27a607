import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { AccountBook } from '../../../../src/engine/accounts/account-book.ts';
import { Vault } from '../../../../src/engine/accounts/vault.ts';
import { decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import type { Account } from '../../../../src/core/model.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Start } from '../../../../src/engine/simulated/serving.ts';
import type { Found } from '../../../../src/engine/storage/shared-state.ts';
import { freeLease, type Lease, type Shared } from '../../../../src/engine/storage/state-protocol.ts';
import { startSimulator, type Simulator } from '../../../../src/simulator/okx/start.ts';
import { SimulatedExchange } from '../../../../src/engine/simulated/simulated-exchange.ts';
import { MemoryRecords } from '../accounts/memory-storage.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { memoryFolder } from '../../../memory-folder.ts';

/** One machine: storage, keyring, disk and clock that several windows share. */
class Machine {
  readonly folder = memoryFolder('simulated');
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
  readonly clock = new FakeClock();
  readonly leases = new Map<string, Lease>();
  readonly windows: Window[] = [];

  window(more: Partial<WindowOptions> = {}): Window {
    const window = new Window(this, `w${this.windows.length.toString()}`, more);
    this.windows.push(window);
    return window;
  }

  /** What the database does, in `readings-tables.ts`. */
  share(asked: Shared): boolean {
    if (!('of' in asked)) throw new RangeError(asked.do);
    const lease = this.leases.get(asked.of) ?? freeLease;
    const { fence, beat, holder } = lease;
    if (asked.do === 'lead') {
      if (asked.seen.fence !== fence || asked.seen.beat !== beat || asked.seen.holder !== holder) return false;
      this.leases.set(asked.of, { fence: fence + 1, beat: beat + 1, holder: asked.window });
      return true;
    }
    if (asked.fence !== fence || asked.window !== holder) return false;
    this.leases.set(asked.of, asked.do === 'beat' ? { ...lease, beat: beat + 1 } : { ...lease, holder: '' });
    return true;
  }

  /** Each window that is not stopped looks twice a second. */
  async passes(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      await this.clock.advance(500);
      for (const window of this.windows) window.looks();
      await this.idle();
    }
  }

  /** Until it is so; answers over loopback take no time of the clock. @returns how long it took by the clock. Milliseconds */
  async until(what: string, isSo: () => boolean): Promise<number> {
    const began = this.clock.now();
    while (!isSo()) {
      assert.ok(this.clock.now() - began < 30_000, `not so: ${what}`);
      await this.passes(500);
    }
    return this.clock.now() - began;
  }

  async through<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    work.then(over, over);
    await this.until('it is over', () => isOver);
    return work;
  }

  /** Until no window starts or closes anything, and long enough for an answer over loopback. */
  async idle(): Promise<void> {
    do {
      await settled();
      await new Promise((resolve) => setTimeout(resolve, 10));
      await settled();
    } while (this.windows.some(({ atWork }) => atWork > 0));
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

interface WindowOptions {
  readonly start: Start;
  readonly load: () => Promise<Start>;
  readonly mayStoreKeys: () => Promise<boolean>;
  readonly folder: string;
}

/** One window of the editor, with the simulators it runs. */
class Window {
  readonly name: string;
  readonly running: Simulator[] = [];
  readonly log: string[] = [];
  readonly exchange: SimulatedExchange;
  readonly #machine: Machine;
  readonly #closing: Promise<void>[] = [];
  readonly #looked = new Emitter<Found<unknown, unknown> | undefined>();
  isStopped = false;
  atWork = 0;
  /** The database cannot be used from here. */
  isBroken = false;

  constructor(machine: Machine, name: string, { start = startSimulator, load, ...more }: Partial<WindowOptions>) {
    this.name = name;
    this.#machine = machine;
    const note = (line: string): void => void this.log.push(line);
    const started: Start = async (options) => {
      const simulator = await this.#works(start({ ...options, walk: false }));
      this.running.push(simulator);
      const close = (): Promise<void> => {
        this.running.splice(this.running.indexOf(simulator), 1);
        const closed = this.#works(simulator.close());
        this.#closing.push(closed);
        return closed;
      };
      return { ...simulator, close };
    };
    this.exchange = new SimulatedExchange({
      folder: machine.folder,
      book: machine.book,
      vault: machine.vault,
      clock: machine.clock,
      window: name,
      log: { info: note, warn: note },
      shared: {
        ask: (async (asked: Shared) => {
          if (this.isBroken) throw new Error('locked');
          return machine.share(asked);
        }) as never,
        look: async () => {
          this.#look();
          if (this.isBroken) throw new Error('locked');
        },
        onDidLook: this.#looked.on,
      },
      load: load ?? (() => Promise.resolve(started)),
      ...more,
    });
  }

  async #works<T>(work: Promise<T>): Promise<T> {
    this.atWork += 1;
    try {
      return await work;
    } finally {
      this.atWork -= 1;
    }
  }

  get serves(): boolean {
    return this.running.length > 0;
  }

  looks(): void {
    if (!this.isStopped) this.#look();
  }

  #look(): void {
    this.#looked.fire(this.isBroken ? undefined : { lease: freeLease, leases: new Map(this.#machine.leases), readings: [], prices: [] });
  }

  /** What a reload or an exit of the window does. */
  async close(): Promise<void> {
    this.isStopped = true;
    await this.exchange.close();
    this.exchange.dispose();
    await Promise.all(this.#closing);
  }
}

async function prices(baseUrl: string | undefined): Promise<Record<string, string>> {
  const response = await fetch(`${baseUrl ?? ''}/__simulator/hello`);
  return ((await response.json()) as { prices: Record<string, string> }).prices;
}

describe('the simulated exchange in the extension', function () {
  this.timeout(20_000);
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });

  afterEach(async () => {
    await machine.end();
  });

  const locate = (window: Window, account: Account): Promise<Pick<Account, 'site' | 'baseUrl'>> =>
    machine.through(window.exchange.locate(account));
  const serving = (): Window[] => machine.windows.filter(({ serves }) => serves);
  const saved = (account: Account): string => readFileSync(machine.stateFile(account), 'utf8');

  it('runs nothing and writes nothing until it is asked for', async () => {
    const window = machine.window();
    await machine.passes(5_000);
    assert.equal(window.exchange.account(), undefined);
    assert.equal(window.running.length, 0);
    assert.equal(machine.clock.sleeping, 0);
    assert.equal(machine.leases.size, 0);
  });

  it('makes an account that is simulated, with keys that only the vault has', async () => {
    const window = machine.window();
    const account = await window.exchange.create('Simulated');
    assert.equal(account.simulated, true);
    assert.equal(account.readOnly, false);
    assert.deepEqual(machine.book.get(account.id), account);
    assert.deepEqual({ ...(await machine.vault.read(account.id)) }, { ...window.running[0]?.keys });
    assert.deepEqual(await locate(window, account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.equal(window.running.length, 1);
  });

  it('goes on after a reload: same address, same keys, same prices', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    const keys = before.running[0]?.keys;
    await machine.passes(1_000);
    await before.exchange.movePrice(account, 'BTC', decimal('-10'));
    await before.close();
    const after = machine.window();
    assert.deepEqual(await locate(after, account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.deepEqual(after.running[0]?.keys, keys);
    assert.equal((await prices(account.baseUrl))['BTC'], '79200');
  });

  it('is started once however many ask at the same time', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    const after = machine.window();
    await machine.through(Promise.all([after.exchange.locate(account), after.exchange.locate(account), after.exchange.coins(account)]));
    assert.equal(after.running.length, 1);
  });

  it('is served by one window for all, and by another as soon as that one closes', async () => {
    const first = machine.window();
    const account = await first.exchange.create('Simulated');
    const second = machine.window();
    await machine.passes(5_000);
    assert.deepEqual(await locate(second, account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.deepEqual(serving(), [first]);
    await second.exchange.movePrice(account, 'ETH', decimal('10'));
    await first.close();
    // Long before the lease would have run out.
    assert.ok((await machine.until('another one serves', () => second.serves)) <= 5_000);
    assert.deepEqual(await locate(second, account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.equal((await prices(account.baseUrl))['ETH'], '3586');
  });

  it('is taken over within ten seconds, as it was saved, from a window that was stopped, which wakes to save nothing and serve nothing', async () => {
    const hung = machine.window();
    const account = await hung.exchange.create('Simulated');
    const others = [machine.window(), machine.window()];
    await machine.passes(5_000);
    await others[0]!.exchange.movePrice(account, 'BTC', decimal('-10'));
    await machine.passes(1_000);
    hung.isStopped = true;
    // A process that is stopped answers nobody; here its port goes with it.
    const stopped = hung.running[0]!;
    await stopped.close();
    const took = await machine.until('another one serves', () => others.some(({ serves }) => serves));
    assert.ok(took <= 10_000, took.toString());
    assert.equal((await prices(account.baseUrl))['BTC'], '79200');
    const [now] = others.filter(({ serves }) => serves);
    await now!.exchange.movePrice(account, 'BTC', decimal('10'));
    await machine.passes(1_000);
    const state = saved(account);
    stopped.movePrice('ETH', '5');
    hung.isStopped = false;
    await machine.passes(2_000);
    assert.equal(hung.serves, false);
    assert.equal(saved(account), state);
    assert.deepEqual(serving(), [now]);
  });

  it('is served by one window alone where none can use the database, and by another when that one goes', async () => {
    const first = machine.window();
    const account = await first.exchange.create('Simulated');
    await machine.passes(1_000);
    const second = machine.window();
    for (const window of [first, second]) window.isBroken = true;
    await machine.passes(10_000);
    assert.deepEqual(serving(), [first]);
    assert.deepEqual(await locate(second, account), { site: 'loopback', baseUrl: account.baseUrl });
    await first.close();
    assert.ok((await machine.until('the other one serves', () => second.serves)) <= 5_000);
    assert.deepEqual(await locate(second, account), { site: 'loopback', baseUrl: account.baseUrl });
    second.isBroken = false;
    await machine.passes(1_000);
    // In the database the other one still holds it.
    assert.ok((await machine.until('it serves', () => second.serves)) <= 10_000);
    assert.equal((await prices(account.baseUrl))['BTC'], '88000');
  });

  it('is left to a window that finds its keys, where one that does not may store none', async () => {
    const first = machine.window();
    const account = await first.exchange.create('Simulated');
    await machine.passes(1_000);
    const keyless = machine.window({ mayStoreKeys: () => Promise.resolve(false) });
    await machine.passes(1_000);
    const keys = await machine.vault.read(account.id);
    machine.loseKeys();
    await first.close();
    await machine.passes(10_000);
    assert.equal(keyless.serves, false);
    await assert.rejects(locate(keyless, account), (error) => ExchangeError.is(error, 'auth'));
    await machine.vault.store(account.id, keys);
    const finding = machine.window();
    assert.ok((await machine.until('one that finds them serves', () => finding.serves || keyless.serves)) <= 5_000);
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
      const { baseUrl } = await locate(after, account);
      assert.notEqual(baseUrl, account.baseUrl);
      assert.equal(machine.book.get(account.id)?.baseUrl, baseUrl);
      const other = machine.window();
      assert.deepEqual(await locate(other, machine.book.get(account.id)!), { site: 'loopback', baseUrl });
    } finally {
      stranger.closeAllConnections();
      await new Promise((resolve) => stranger.close(resolve));
    }
  });

  it('stops and forgets its state when its account is removed, whatever comes late', async () => {
    const window = machine.window();
    const account = await window.exchange.create('Simulated');
    await machine.passes(1_000);
    const [running] = window.running;
    await window.exchange.movePrice(account, 'BTC', decimal('1'));
    await machine.passes(1_000);
    assert.equal(existsSync(machine.stateFile(account)), true);
    running?.movePrice('BTC', '1');
    await machine.book.remove(account.id);
    running?.movePrice('BTC', '1');
    await machine.passes(5_000);
    assert.equal(window.running.length, 0);
    assert.equal(existsSync(machine.stateFile(account)), false);
    assert.equal(window.exchange.account(), undefined);
    assert.equal(machine.clock.sleeping, 0);
  });

  it('saves a burst of changes once, with the last of them, whole or not at all', async () => {
    const window = machine.window();
    const account = await window.exchange.create('Simulated');
    await machine.passes(2_000);
    const first = saved(account);
    for (const percent of ['1', '2', '3']) window.running[0]?.movePrice('BTC', percent);
    await machine.idle();
    assert.equal(saved(account), first);
    await machine.passes(500);
    assert.equal(saved(account), window.running[0]?.saveState());
    assert.deepEqual(readdirSync(machine.folder), [path.basename(machine.stateFile(account))]);
  });

  it('goes on where the disk refuses to save, and says so in the log', async () => {
    const blocked = path.join(machine.folder, 'file');
    writeFileSync(blocked, '');
    const window = machine.window({ folder: path.join(blocked, 'deep') });
    const account = await window.exchange.create('Simulated');
    assert.deepEqual(await locate(window, account), { site: 'loopback', baseUrl: account.baseUrl });
    assert.ok(window.log.some((line) => line.includes('state file')));
  });

  it('makes new keys when the keyring lost them: nothing is lost with simulated keys', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    machine.loseKeys();
    const after = machine.window();
    await locate(after, account);
    assert.deepEqual({ ...(await machine.vault.read(account.id)) }, { ...after.running[0]?.keys });
  });

  it('starts from the beginning when the saved state cannot be used', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    const after = machine.window({
      start: (options) => (options.state === undefined ? startSimulator(options) : Promise.reject(new RangeError('torn'))),
    });
    await locate(after, account);
    assert.equal(after.running.length, 1);
    assert.ok(after.log.some((line) => line.includes('torn')));
  });

  it('keeps its saved state when the part that starts it could not be loaded', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    const state = saved(account);
    let isThere = false;
    const states: (string | undefined)[] = [];
    const after = machine.window({
      load: () =>
        isThere
          ? Promise.resolve((options) => {
              states.push(options.state);
              return startSimulator({ ...options, walk: false });
            })
          : Promise.reject(new Error('the part could not be read')),
    });
    await assert.rejects(locate(after, account), /the part could not be read/);
    assert.equal(saved(account), state);
    isThere = true;
    await machine.passes(1_000);
    await locate(after, account);
    assert.deepEqual(states, [state]);
  });

  it('tells no failure of one try while the next is under way', async () => {
    const before = machine.window();
    const account = await before.exchange.create('Simulated');
    await before.close();
    let tries = 0;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const after = machine.window({
      load: async () => {
        tries += 1;
        if (tries < 3) throw new Error('the part could not be read');
        await gate;
        return (options) => startSimulator({ ...options, walk: false });
      },
    });
    await assert.rejects(locate(after, account), /the part could not be read/);
    while (tries < 3) await machine.passes(500);
    const there = after.exchange.locate(account);
    await machine.passes(2_000);
    open();
    assert.ok((await machine.through(there)).baseUrl !== undefined);
  });

  it('leaves nothing behind when it cannot be started, and says why in the terms of the views', async () => {
    const window = machine.window({ start: () => Promise.reject(new Error('no loopback here')) });
    await assert.rejects(window.exchange.create('Simulated'), /no loopback here/);
    assert.deepEqual(machine.book.list(), []);
    const account: Account = { id: 'simulated-x', venue: 'okx', site: 'loopback', name: 'S', simulated: true, readOnly: false };
    await machine.book.add(account);
    await assert.rejects(
      locate(window, account),
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
    await machine.passes(2_000);
    assert.deepEqual(await window.exchange.locate(account), { site: 'loopback', baseUrl: 'http://127.0.0.1:9000' });
    assert.equal(window.exchange.account(), undefined);
    assert.equal(window.running.length, 0);
    assert.equal(machine.leases.size, 0);
  });
});
