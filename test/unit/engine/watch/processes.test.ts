// Windows as processes of their own, which the system stops and kills.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { createEngine } from '../../../../src/engine/engine.ts';
import { startSimulator, type Simulator } from '../../../../src/simulator/okx/start.ts';
import { MemorySecrets, MemoryStorage } from '../accounts/memory-storage.ts';
import { workerFile } from '../ledger/database/setup-folder.ts';
import { noLimits } from '../ledger/support.ts';
import { within } from '../storage/cabinet.ts';
import { memoryFolder } from '../../../memory-folder.ts';

/** Ten seconds are promised; a busy machine gets some more. What is held to it exactly is in lease.test.ts. Milliseconds. */
const takenOverMs = 30_000;

/** A window in a process of its own. */
class Process {
  readonly child: ChildProcess;
  reader = false;
  asOf = 0;

  constructor(folder: string, keys: string) {
    const script = path.join(process.cwd(), 'test/unit/engine/watch/reading-window.ts');
    this.child = spawn(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', script, folder, workerFile, keys], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      Object.assign(this, JSON.parse(line));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

describe('windows that the system stops and kills', function () {
  this.timeout(180_000);
  let folder: string;
  let okx: Simulator;
  const processes: Process[] = [];

  beforeEach(async () => {
    folder = path.join(memoryFolder('processes'), 'storage');
    okx = await startSimulator({ walk: false });
  });
  afterEach(async () => {
    for (const one of processes.splice(0)) one.signal('SIGKILL');
    await okx.close();
    rmSync(path.dirname(folder), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });

  it('hand over within ten seconds when one is stopped or killed, at once when one closes, and never read in two', async () => {
    await addAccount(folder, okx);
    const open = (): Process => {
      const one = new Process(folder, JSON.stringify(okx.keys));
      processes.push(one);
      return one;
    };
    const one = open();
    await within(20_000, 'the first one reads', () => one.reader && one.asOf > 0);
    const two = open();
    await within(20_000, 'the second one shows what it read', () => two.asOf > 0);
    assert.equal(two.reader, false);

    one.signal('SIGSTOP');
    await within(takenOverMs, 'taken over from a stopped one', () => two.reader);
    const before = two.asOf;
    await within(20_000, 'it reads', () => two.asOf > before);
    one.signal('SIGCONT');
    await within(takenOverMs, 'the stopped one follows when it wakes', () => !one.reader);
    assert.equal(two.reader, true);
    const held = two.asOf;
    await within(20_000, 'it shows what is read', () => one.asOf > held);

    two.signal('SIGKILL');
    await within(takenOverMs, 'taken over from a killed one', () => one.reader);
    const three = open();
    await within(20_000, 'the third one shows what was read', () => three.asOf > 0);
    one.signal('SIGTERM');
    await within(takenOverMs, 'taken over from a closed one', () => three.reader);
  });
});

describe('the simulated exchange of windows that the system stops and kills', function () {
  this.timeout(180_000);
  let folder: string;
  const processes: Process[] = [];

  beforeEach(() => {
    folder = path.join(memoryFolder('served'), 'storage');
  });
  afterEach(() => {
    for (const one of processes.splice(0)) one.signal('SIGKILL');
    rmSync(path.dirname(folder), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });

  /** Where it is served, as all windows know it. */
  function address(): string {
    const db = new DatabaseSync(path.join(folder, 'state', 'state.sqlite'), { readOnly: true, timeout: 10_000 });
    try {
      return (JSON.parse(String(db.prepare('SELECT record FROM accounts').get()?.['record'])) as { baseUrl: string }).baseUrl;
    } finally {
      db.close();
    }
  }
  /** Undefined as long as nobody serves it. */
  async function bitcoin(baseUrl = address()): Promise<number | undefined> {
    try {
      const answer = await fetch(`${baseUrl}/__simulator/hello`, { signal: AbortSignal.timeout(500) });
      return Number(((await answer.json()) as { prices: { BTC: string } }).prices.BTC);
    } catch {
      return undefined;
    }
  }
  async function served(what: string, isSo: (price: number) => boolean): Promise<void> {
    const until = Date.now() + takenOverMs;
    for (;;) {
      const price = await bitcoin();
      if (price !== undefined && isSo(price)) return;
      assert.ok(Date.now() < until, `${what}: ${String(price)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('is served on by another one within ten seconds from where it was, and by one at a time', async () => {
    const secrets = new MemorySecrets();
    const making = engineOn(folder, secrets);
    const { id } = await making.simulated.create('Simulated');
    await making.close();
    const open = (): Process => {
      const one = new Process(folder, [...secrets.values.values()][0] ?? '');
      processes.push(one);
      return one;
    };
    const first = open();
    await served('the first one', () => true);
    await within(20_000, 'it reads', () => first.asOf > 0);
    const body = JSON.stringify({ coin: 'BTC', percent: '-50' });
    await fetch(`${address()}/__simulator/price`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const isFallen = (price: number): boolean => price < 60_000;
    await served('after the fall', isFallen);
    const second = open();
    await within(20_000, 'the second one shows what was read', () => second.asOf > 0);
    const saved = path.join(folder, 'simulated', `${id}.json`);
    await within(20_000, 'the fall is saved', () => /"BTC":"[1-5]\d{4}\b/.test(readFileSync(saved, 'utf8')));

    const before = address();
    first.signal('SIGSTOP');
    await served('taken over from a stopped one', isFallen);
    assert.notEqual(address(), before, 'a stopped process keeps its port');
    first.signal('SIGCONT');
    const until = Date.now() + takenOverMs;
    while ((await bitcoin(before)) !== undefined) assert.ok(Date.now() < until, 'the stopped one serves no more when it wakes');
    await served('still by the second one', isFallen);

    second.signal('SIGKILL');
    await served('taken over from a killed one', isFallen);
    first.signal('SIGTERM');
    await within(takenOverMs, 'it closes', () => first.child.exitCode !== null);
    assert.match(readFileSync(saved, 'utf8'), /^\{/);
  });
});

function engineOn(folder: string, secrets: MemorySecrets): ReturnType<typeof createEngine> {
  const nothing = (): void => undefined;
  return createEngine({
    ...{ folder, worker: workerFile, old: new MemoryStorage(), secrets, windowsShareSecrets: true },
    settings: { intervalMs: () => 60_000, limits: () => noLimits },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    window: 'adds',
    newId: () => 'n',
  });
}

async function addAccount(folder: string, okx: Simulator): Promise<void> {
  const engine = engineOn(folder, new MemorySecrets());
  await engine.book.add({
    ...{ id: 'main', venue: 'okx', site: 'loopback', baseUrl: okx.url, name: 'Main', simulated: true, readOnly: false },
  });
  await engine.close();
}
