// Windows as processes of their own, which the system stops and kills.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createEngine } from '../../../../src/engine/engine.ts';
import { startSimulator, type Simulator } from '../../../../src/simulator/okx/start.ts';
import { MemorySecrets, MemoryStorage } from '../accounts/memory-storage.ts';
import { workerFile } from '../ledger/database/setup-folder.ts';
import { noLimits } from '../ledger/support.ts';
import { within } from '../storage/cabinet.ts';

/** Ten seconds are promised; a busy machine gets some more. What is held to it exactly is in lease.test.ts. Milliseconds. */
const takenOverMs = 15_000;

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
  this.timeout(90_000);
  let folder: string;
  let okx: Simulator;
  const processes: Process[] = [];

  beforeEach(async () => {
    folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'ltv-gauge-processes-')), 'storage');
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

async function addAccount(folder: string, okx: Simulator): Promise<void> {
  const nothing = (): void => undefined;
  const engine = createEngine({
    ...{ folder, worker: workerFile, old: new MemoryStorage(), secrets: new MemorySecrets(), windowsShareSecrets: true },
    settings: { intervalMs: () => 60_000, limits: () => noLimits },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    window: 'adds',
    newId: () => 'n',
  });
  await engine.book.add({
    ...{ id: 'main', venue: 'okx', site: 'loopback', baseUrl: okx.url, name: 'Main', simulated: true, readOnly: false },
  });
  await engine.close();
}
