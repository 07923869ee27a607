// What the engine costs while nothing happens: the disk's part, the requests of many windows, and the processor's. Part of `npm run bench`.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { withFigures } from '../../src/engine/history/figures.ts';
import { StateFile } from '../../src/engine/storage/state-file.ts';
import { stateName } from '../../src/engine/storage/state-protocol.ts';
import { Folder } from '../watch/folder.ts';
import { Market, type AccountFacts } from '../watch/market.ts';
import { Random } from '../watch/random.ts';
import { WorldTime } from '../watch/time.ts';
import { SimulatedWindow } from '../watch/window.ts';
import type { Outcome } from './side-by-side.ts';

const second = 1_000;
const minute = 60 * second;
const intervalMs = 30 * second;

/** Far from every line, at prices that never move. */
function still(accounts: number, loans: number, positions: number): Market {
  const facts = Array.from({ length: accounts }, (_, at): AccountFacts => {
    const id = `account${String(at)}`;
    return {
      account: { id, venue: 'okx', site: 'global', name: id, simulated: false, readOnly: false, uid: `user ${id}` },
      loans: Array.from({ length: loans }, (_, loan) => ({
        ...{ id: String(100 + loan), coin: 'BTC', amount: 1 + loan },
        ...{ debt: (1 + loan) * 3_000_000, marginCall: 750_000, liquidation: 830_000 },
      })),
      positions: Array.from({ length: positions }, (_, position) => ({ id: String(position), coin: 'ETH', liquidationPrice: 2_000_000 })),
    };
  });
  return new Market(facts, { BTC: [10_000_000], ETH: [10_000_000] }, []);
}

/** The pages and the transactions in a write-ahead log. https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
function written(log: Buffer): { readonly bytes: number; readonly transactions: number } {
  if (log.length === 0) return { bytes: 0, transactions: 0 };
  const frame = 24 + log.readUInt32BE(8);
  const sizes = Array.from({ length: Math.floor((log.length - 32) / frame) }, (_, at) => log.readUInt32BE(32 + at * frame + 4));
  return { bytes: log.length, transactions: sizes.filter((size) => size > 0).length };
}

/** What a reading of one account among ten writes when no figure is another one: bytes on average, transactions at most. */
function writes(loans: number, positions: number): { readonly bytes: number; readonly transactions: number } {
  const folder = mkdtempSync(path.join(tmpdir(), 'ltv-gauge-bench-'));
  const file = new StateFile(DatabaseSync, { folder, busyMs: 0, pragmas: [] });
  const place = path.join(folder, stateName);
  try {
    const market = still(10, loans, positions);
    for (const { account } of market.accounts) file.change({ do: 'add', id: account.id, record: account });
    const keep = (account: string, asOf: number): void => {
      const text = JSON.stringify(market.snapshot(account, 0, asOf));
      const reading = { account, at: asOf, asOf, text, staleMs: 3 * intervalMs };
      assert.equal(file.answer(withFigures({ do: 'keepReading', reading, now: asOf, pass: {} })), 'kept');
    };
    const other = new DatabaseSync(place);
    const rounds = Array.from({ length: 13 }, (_, round) =>
      market.accounts.map(({ account }) => {
        other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        keep(account.id, 1_700_000_000_000 + round * intervalMs);
        return written(readFileSync(`${place}-wal`));
      }),
    );
    other.close();
    const later = rounds.slice(3).flat();
    return {
      bytes: later.reduce((sum, { bytes }) => sum + bytes, 0) / later.length,
      transactions: Math.max(...later.map(({ transactions }) => transactions)),
    };
  } finally {
    file.close();
    rmSync(folder, { recursive: true });
  }
}

/** Lets as many windows watch one account for some time of the simulated world. */
async function watched(windows: number, lastsMs: number): Promise<{ readonly requests: number; readonly cpuMs: number }> {
  const [time, random] = [new WorldTime(), new Random('bench')];
  const market = still(1, 2, 2);
  const folder = new Folder([], time, random.for('folder'));
  const setUp = new StateFile(DatabaseSync, { folder: folder.path, busyMs: 0, pragmas: [] });
  for (const { account } of market.accounts) setUp.change({ do: 'add', id: account.id, record: account });
  setUp.close();
  let [requests, ids] = [0, 0];
  const nothing = (): void => undefined;
  const open = Array.from({ length: windows }, (_, at) => {
    return new SimulatedWindow({
      ...{ market, time, folder, random, name: `window${String(at)}`, intervalMs: () => intervalMs, network: () => '1' },
      ...{ newId: () => (ids += 1), claimed: nothing, shown: nothing, noted: nothing, ended: nothing },
      began: () => {
        requests += 1;
      },
    });
  });
  try {
    for (const window of open) window.open();
    // Parts that are loaded on the way, and the first reading of each.
    await time.run(10 * minute);
    requests = 0;
    const before = process.cpuUsage();
    await time.run(lastsMs);
    const { user, system } = process.cpuUsage(before);
    return { requests, cpuMs: (user + system) / 1_000 };
  } finally {
    await Promise.all([...open.map((window) => window.close()), time.run(10 * second)]);
    folder.remove();
  }
}

/** Counted, and not timed side by side: what was asked for stands where others have a baseline. */
const counted = (what: string, unit: string, ours: number, asked: number, budget: number): Outcome => ({
  ...{ what, unit, budget },
  ...{ oursMs: ours, baselineMs: asked, ratio: ours / asked },
});

export async function idle(): Promise<readonly Outcome[]> {
  const [most, many, few] = [writes(200, 1_000), writes(20, 100), writes(1, 1)];
  assert.deepEqual([most.transactions, many.transactions, few.transactions], [1, 1, 1], 'a reading is one transaction');
  const [one, ten] = [await watched(1, 60 * minute), await watched(10, 60 * minute)];
  assert.ok(one.requests > 0);
  return [
    // Measured 0.51: one page of the file.
    counted('written at a reading, nothing changed, 20 loans, 100 positions · 8 kB', 'kB', many.bytes / 1024, 8, 1),
    // Measured 1.00, both.
    counted('the same · of 1 loan, 1 position', 'kB', many.bytes / 1024, few.bytes / 1024, 1.2),
    counted('the same of 200 loans, 1,000 positions · of 20, 100', 'kB', most.bytes / 1024, many.bytes / 1024, 1.2),
    // Measured 1.00.
    counted('requests in an hour, 10 windows · 1 window', '', ten.requests, one.requests, 1.1),
    // Measured 0.07 to 0.1: the work of an hour in virtual time, all of a simulated window but HTTP, and the simulation itself with it.
    counted('processor in 5 minutes, idle, one account · 0.2 % of a core', 'ms', one.cpuMs / 12, 600, 1),
  ];
}
