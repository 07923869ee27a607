// The whole engine in plain Node, as any front builds it: its own databases on the disk, the real adapters, simulated exchanges, no editor.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { decimal as d } from '../../../src/core/decimal.ts';
import { english } from '../../../src/core/message.ts';
import type { Account, Snapshot } from '../../../src/core/model.ts';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';
import type { EnginePorts } from '../../../src/engine/ports.ts';
import type { Change, Keys } from '../../../src/exchanges/exchange.ts';
import { startBybit } from '../../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../../src/simulator/okx/start.ts';
import { MemorySecrets, MemoryStorage } from './accounts/memory-storage.ts';
import { workerFile } from './ledger/database/setup-folder.ts';
import { noLimits, everSent } from './ledger/support.ts';
import { saysLike } from '../../texts.ts';
import { memoryFolder } from '../../memory-folder.ts';

const ignore = (): void => undefined;

/** A machine on which windows come and go: what lasts is its folder and its keyring. */
class Machine {
  readonly folder = path.join(memoryFolder('engine'), 'storage');
  readonly secrets = new MemorySecrets();
  readonly logged: string[] = [];
  readonly #engines: Engine[] = [];
  #ids = 0;

  engine(more: Partial<EnginePorts> = {}): Engine {
    const note = (line: string | Error): void => {
      this.logged.push(String(line));
    };
    const newId = (): string => `id${(this.#ids += 1).toString()}`;
    const engine = createEngine({
      folder: this.folder,
      worker: workerFile,
      old: new MemoryStorage(),
      secrets: this.secrets,
      windowsShareSecrets: true,
      settings: { intervalMs: () => 60_000, limits: () => noLimits },
      log: { debug: note, info: note, warn: note, error: note },
      window: newId(),
      newId,
      ...more,
    });
    this.#engines.push(engine);
    return engine;
  }

  end(): void {
    for (const engine of this.#engines) engine.dispose();
    rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}

/** With an owner, as one whose keys were tested: it is armed by a person only. */
const account = (venue: 'okx' | 'bybit', baseUrl: string): Account => ({
  ...{ id: venue, venue, site: 'loopback', baseUrl, name: `Trial at ${venue}`, simulated: false, readOnly: false },
});

async function addAccount(engine: Engine, added: Account, keys: Keys): Promise<void> {
  const probe = await engine.connections.probe(added, keys);
  const { uid } = await probe.inspect();
  probe.dispose();
  assert.ok(uid !== undefined);
  await engine.vault.store(added.id, keys, uid);
  await engine.book.add({ ...added, uid });
}

function snapshotOf({ store }: Engine, accountId: string): Snapshot {
  const state = store.get(accountId);
  assert.ok(state?.snapshot !== undefined, state?.failure === undefined ? 'not read' : english(state.failure.error.sentence));
  return state.snapshot;
}

function collateralOn({ loans: [loan] }: Snapshot): Change {
  assert.ok(loan !== undefined);
  const ref = { loanId: loan.id, ...(loan.orderId === undefined ? {} : { orderId: loan.orderId }) };
  return { kind: 'collateral', loan: ref, direction: 'add', coin: 'BTC', amount: d('0.001') };
}

function marginOn({ positions }: Snapshot): Change {
  const position = positions.find(
    ({ marginMode, marginCoin, fixedMargin, distress }) =>
      marginMode === 'isolated' && marginCoin === 'USDT' && fixedMargin === undefined && distress === undefined,
  );
  assert.ok(position !== undefined);
  return { kind: 'margin', position, direction: 'add', coin: 'USDT', amount: d('5') };
}

describe('the engine without an editor', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => {
    machine.end();
  });

  it('reads, previews, arms, commits and proves at both venues, and a window opened later finds what became of it', async () => {
    const okx = await startSimulator({ walk: false, settleMs: 100 });
    const bybit = await startBybit({ walk: false, settleMs: 100 });
    try {
      const engine = machine.engine();
      await engine.start();
      await addAccount(engine, account('okx', okx.url), { ...okx.keys });
      await addAccount(engine, account('bybit', bybit.url), { ...bybit.keys });
      await engine.poller.refresh();
      for (const id of ['okx', 'bybit']) {
        const { loans, positions } = snapshotOf(engine, id);
        assert.ok(loans.length > 0 && positions.length > 0, id);
      }
      for (const [id, changeOf] of [
        ['okx', collateralOn],
        ['bybit', marginOn],
      ] as const) {
        const preview = await engine.ledger.preview(id, changeOf(snapshotOf(engine, id)));
        await assert.rejects(engine.ledger.commit(preview, ignore), { name: 'Refusal' });
        assert.equal(await everSent(engine.ledger, id), false);
        await engine.arming.arm(id, 'restart');
        assert.ok((await engine.ledger.rehearse(preview)).url.startsWith('http://127.0.0.1:'));
        const { state, evidence } = await engine.ledger.commit(preview, ignore);
        assert.equal(state, 'effective');
        assert.equal(evidence?.kind, id === 'okx' ? 'history' : 'position');
      }
      await engine.poller.refresh();
      const read = ['okx', 'bybit'].map((id) => snapshotOf(engine, id));
      await engine.close();

      const later = machine.engine();
      assert.deepEqual(
        later.book.list().map(({ name }) => name),
        ['Trial at okx', 'Trial at bybit'],
      );
      await later.start();
      // Kept without a connection: nothing was read yet.
      assert.deepEqual(
        ['okx', 'bybit'].map((id) => snapshotOf(later, id).loans.map((loan) => loan.ltv)),
        read.map(({ loans }) => loans.map((loan) => loan.ltv)),
      );
      const activity = await later.ledger.activity();
      assert.deepEqual(
        activity.map(({ accountId, change, state }) => [accountId, change.kind, state]),
        [
          ['bybit', 'margin', 'effective'],
          ['okx', 'collateral', 'effective'],
        ],
      );
      assert.deepEqual(await later.ledger.verify().then(({ ok }) => ok), true);
      // What was armed until the restart is over.
      assert.equal(later.arming.state('okx').armed, false);
      for (const { secret } of [okx.keys, bybit.keys]) assert.ok(!machine.logged.some((line) => line.includes(secret)));
      await later.close();
    } finally {
      await Promise.all([okx.close(), bybit.close()]);
    }
  }).timeout(30_000);

  it('borrows nothing that no person allowed, whatever a front tries, and no more than they did', async () => {
    const okx = await startSimulator({ walk: false, settleMs: 0 });
    try {
      // A front whose settings would allow anything.
      const generous = { ...noLimits, borrowPerDayUsd: () => d('1000000') };
      const engine = machine.engine({ settings: { intervalMs: () => 60_000, limits: () => generous } });
      await engine.start();
      await addAccount(engine, account('okx', okx.url), { ...okx.keys });
      await engine.poller.refresh();
      await engine.arming.arm('okx', 'restart');
      const lent = (amount: string, requestId: string): Change => {
        return {
          kind: 'borrow',
          loan: { loanId: '12345', orderId: '12345' },
          direction: 'reduce',
          coin: 'USDT',
          amount: d(amount),
          requestId,
        };
      };
      const none = { name: 'Refusal', message: saysLike('limit.no-borrowing') };
      await assert.rejects(engine.ledger.preview('okx', lent('10', 'a1')), none);

      // Neither by writing it into an account nor by bringing one along.
      const borrowing = { perDayUsd: d('1000000'), whose: 'mine' };
      await assert.rejects(engine.book.update('okx', { borrowing } as object), RangeError);
      await assert.rejects(engine.book.add({ ...account('okx', okx.url), id: 'second', borrowing }), RangeError);
      await assert.rejects(engine.book.allowBorrowing('okx', d('-1')), RangeError);
      await assert.rejects(engine.ledger.preview('okx', lent('10', 'a1')), none);

      await engine.book.allowBorrowing('okx', d('50'));
      const [first, second] = [await engine.ledger.preview('okx', lent('30', 'a1')), await engine.ledger.preview('okx', lent('50', 'a2'))];
      // A preview that was made before it was taken back, or of another account's name, is no way round.
      await engine.book.allowBorrowing('okx', undefined);
      await assert.rejects(engine.ledger.commit(first, ignore), none);
      await engine.book.allowBorrowing('okx', d('50'));
      const again = await engine.ledger.preview('okx', lent('30', 'a3'));
      await engine.ledger.rehearse(again);
      assert.equal((await engine.ledger.commit(again, ignore)).state, 'effective');
      const over = saysLike('limit.borrow-per-day');
      await assert.rejects(engine.ledger.commit(second, ignore), { name: 'Refusal' });
      await assert.rejects(engine.ledger.preview('okx', lent('20.5', 'a4')), { name: 'Refusal', message: over });
      const { requests } = (await (await fetch(`${okx.url}/__simulator/record`)).json()) as { requests: Record<string, number> };
      assert.deepEqual(
        Object.entries(requests).filter(([path]) => path.endsWith('/borrow')),
        [['/api/v5/finance/flexible-loan/borrow', 1]],
      );
      await engine.close();
    } finally {
      await okx.close();
    }
  }).timeout(30_000);

  it('brings the simulated exchange with it, armed from the start', async () => {
    const engine = machine.engine();
    await engine.start();
    const { id } = await engine.simulated.create('Simulated');
    await engine.poller.refresh(id);
    const preview = await engine.ledger.preview(id, collateralOn(snapshotOf(engine, id)));
    assert.equal((await engine.ledger.commit(preview, ignore)).state, 'effective');
    await engine.close();
  }).timeout(15_000);

  it('stores no key of its own accord where it may wipe one that another window stored', async () => {
    const engine = machine.engine({ windowsShareSecrets: false });
    await engine.start();
    const outlet = { id: 'o', kind: 'ntfy', host: 'ntfy.sh', enabled: true, least: 'warn', amounts: false } as const;
    await engine.shared.ask({ do: 'putOutlet', outlet, at: 1 });
    await engine.book.add({ ...account('okx', 'http://127.0.0.1:9'), id: 'simulated-1', simulated: true });
    await assert.rejects(engine.connections.get('simulated-1'), { code: 'keys-missing' });
    await engine.shared.ask({ do: 'dropOutlet', id: 'o' });
    await engine.book.add({ ...account('okx', 'http://127.0.0.1:9'), id: 'of another window' });
    await assert.rejects(engine.connections.get('simulated-1'), { code: 'keys-missing' });
    assert.equal(machine.secrets.values.size, 0);
  });

  it('says which place it was not given', () => {
    assert.throws(() => machine.engine({ folder: '' }), /RangeError: .*absolute path as `folder`; it was given ""/);
    assert.throws(() => machine.engine({ worker: 'dist/worker.js' }), /`worker`; it was given "dist\/worker\.js"/);
  });

  it('says that its folder cannot be used, and stores nothing beside it', async () => {
    writeFileSync(machine.folder, 'a file stands here');
    const engine = machine.engine();
    await engine.start();
    await assert.rejects(engine.book.add(account('okx', 'http://127.0.0.1:9')), (error: Error) => {
      assert.match(error.message, saysLike('storage.not-saved', saysLike('storage.reason', /.*ENOTDIR.*/)));
      return true;
    });
    assert.deepEqual(engine.book.list(), []);
  });

  it('says that its worker is missing, arms nothing and sends nothing', async () => {
    const first = machine.engine();
    await first.start();
    await first.book.add({ ...account('okx', 'http://127.0.0.1:9'), simulated: true });
    await first.close();
    const worker = path.join(machine.folder, 'no-such-worker.js');
    const engine = machine.engine({ worker });
    const told: string[] = [];
    engine.shared.onDidMeetTrouble((trouble) => told.push(trouble === undefined ? '' : english(trouble)));
    await engine.start();
    assert.equal(told.length, 1);
    assert.match(told[0]!, saysLike('storage.unreadable', saysLike('storage.reason', /.*no-such-worker\.js.*/)));
    assert.equal(engine.book.list().length, 1);
    assert.equal(engine.arming.state('okx').armed, false);
    await assert.rejects(engine.ledger.activity(), (error: Error) => {
      assert.match(error.message, /no-such-worker\.js/);
      return true;
    });
    await engine.close();
  });

  it('keeps its process until its databases have done what they were asked for, and no longer', async () => {
    const script = path.join(process.cwd(), 'test/unit/engine/one-account.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script, machine.folder, workerFile], { timeout: 8_000 });
    assert.equal(stdout, 'closed');
    const database = new DatabaseSync(path.join(machine.folder, 'state', 'state.sqlite'), { readOnly: true });
    assert.equal(database.prepare('SELECT count(*) AS rows FROM snapshots').get()?.['rows'], 1);
    database.close();
  });

  it('can be disposed twice, and closed after that', async () => {
    const engine = machine.engine();
    await engine.start();
    engine.dispose();
    engine.dispose();
    await engine.close();
  });
});
