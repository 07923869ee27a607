// Several windows on the whole engine, with their databases on the disk and a simulated exchange behind HTTP.
import assert from 'node:assert/strict';
import type { Account } from '../../../../src/core/model.ts';
import type { Reader } from '../../../../src/engine/monitor/reader.ts';
import type { Failure } from '../../../../src/engine/monitor/store.ts';
import type { EnginePorts } from '../../../../src/engine/ports.ts';
import { startSimulator, type Simulator } from '../../../../src/simulator/okx/start.ts';
import { Machine, type Front } from '../../flows/front.ts';

const account = (baseUrl: string): Account => ({
  ...{ id: 'main', name: 'Main', venue: 'okx', site: 'loopback', baseUrl, simulated: true, readOnly: false },
});

const minute = 60_000;

/** The clock of a window that can be stopped: nothing in it goes on, as if its process was stopped. */
function stoppable({ clock }: Machine): { readonly clock: EnginePorts['clock'] & object; stop(): void; wake(): void } {
  let stopped: Promise<void> | undefined;
  let wake: () => void = () => undefined;
  return {
    clock: {
      now: clock.now,
      uptime: clock.uptime,
      sleep: async (ms, signal) => {
        await clock.sleep(Math.ceil(ms), signal);
        while (stopped !== undefined) await stopped;
        signal?.throwIfAborted();
      },
    },
    stop: () => {
      stopped = new Promise((resolve) => (wake = resolve));
    },
    wake: () => {
      stopped = undefined;
      wake();
    },
  };
}

describe('windows that read together', function () {
  this.timeout(60_000);
  let machine: Machine;
  let okx: Simulator;

  beforeEach(async () => {
    machine = new Machine();
    okx = await calmExchange();
  });
  afterEach(() => machine.end());

  /** Nothing on it is near enough to its line to be read more often than the person wants. */
  async function calmExchange(): Promise<Simulator> {
    const exchange = await machine.runs(startSimulator({ walk: false, clock: machine.clock }));
    exchange.movePrice('ETH', '4');
    exchange.movePrice('SOL', '20');
    return exchange;
  }

  async function requests(): Promise<Readonly<Record<string, number>>> {
    const answer = await fetch(`${okx.url}/__simulator/record`);
    return ((await answer.json()) as { requests: Record<string, number> }).requests;
  }
  const total = async (): Promise<number> => Object.values(await requests()).reduce((sum, count) => sum + count, 0);

  /** The first has added the account, and reads. */
  async function open(count: number, more: Partial<EnginePorts> = {}): Promise<readonly Front[]> {
    const first = await machine.front(more);
    await first.engine.vault.store('main', { ...okx.keys });
    await first.engine.book.add(account(okx.url));
    const windows = [first];
    await first.passes(1_000);
    while (windows.length < count) windows.push(await machine.front());
    await first.passes(1_000);
    return windows;
  }

  const asOf = ({ engine }: Front): number | undefined => engine.store.get('main')?.snapshot?.asOf;
  const readers = (windows: readonly Front[]): number[] => windows.flatMap(({ engine }, index) => (engine.reader.isReader ? [index] : []));

  /** Real requests of so many windows within ten minutes. */
  async function costOf(count: number): Promise<number> {
    const windows = await open(count);
    assert.deepEqual(readers(windows), [0]);
    const before = await total();
    await windows[0]!.passes(10 * minute);
    assert.deepEqual(new Set(windows.map(asOf)).size, 1, 'all show the same');
    return (await total()) - before;
  }

  it('cost the exchange, ten of them, what one costs', async () => {
    const one = await costOf(1);
    await machine.end();
    machine = new Machine();
    okx = await calmExchange();
    const ten = await costOf(10);
    assert.ok(one > 50, one.toString());
    assert.ok(ten <= one * 1.1, `${ten.toString()} of ten, ${one.toString()} of one`);
  });

  it('ask once for an exchange account that was added twice, and show it twice in each of them', async () => {
    const one = await machine.front();
    for (const id of ['main', 'twin']) {
      await one.engine.vault.store(id, { ...okx.keys }, '7');
      await one.engine.book.add({ ...account(okx.url), id, name: id, uid: '7' });
    }
    const two = await machine.front();
    await one.passes(2_000);
    const before = await requests();
    // Every ten minutes each shows that its own keys still work.
    await one.passes(9 * minute);
    const now = await requests();
    const asked = Object.entries(now).map(([path, count]) => [path, count - (before[path] ?? 0)] as const);
    const readings = asked.find(([path]) => path.endsWith('/loan-info'))?.[1] ?? 0;
    assert.ok(readings >= 8 && readings <= 10, JSON.stringify(asked));
    for (const { engine } of [one, two]) {
      const [main, twin] = ['main', 'twin'].map((id) => engine.store.get(id)!);
      assert.ok(main!.snapshot !== undefined && main!.failure === undefined);
      assert.deepEqual(twin!.snapshot, main!.snapshot);
    }
  });

  it('show what one read within a second: figures, age, estimates and failures', async () => {
    const windows = await open(3);
    const [one, two, three] = windows as [Front, Front, Front];
    const heard: string[] = [];
    two.engine.store.onDidChange(({ what }) => heard.push(what));
    await one.passes(minute);
    for (const other of [two, three]) {
      assert.deepEqual(other.engine.store.get('main')?.snapshot, one.engine.store.get('main')?.snapshot);
      assert.deepEqual(other.rows('loans'), one.rows('loans'));
    }
    assert.ok(heard.includes('state'));
    okx.movePrice('BTC', '-2');
    await one.passes(15_000);
    assert.ok(one.engine.store.get('main')?.live?.at !== undefined);
    assert.deepEqual(two.engine.store.get('main')?.live, one.engine.store.get('main')?.live);
    const before = asOf(one);
    await okx.close();
    await one.until('a failure', () => one.engine.store.get('main')?.failure !== undefined);
    await one.passes(1_000);
    const failure = one.engine.store.get('main')!.failure!;
    const there = two.engine.store.get('main')!.failure!;
    const factsOf = ({ error: { kind, code, sentence, effect, retryAfterMs, instead }, since, at, attempts }: Failure): unknown => ({
      ...{ kind, code, sentence, effect, retryAfterMs, instead },
      ...{ since, at, attempts },
    });
    assert.deepEqual(factsOf(there), factsOf(failure));
    assert.equal(there.error.message, failure.error.message);
    assert.equal(asOf(two), before);
  });

  it('read at once where a person asks, for all of them, and the standing reading counts from that', async () => {
    const [one, two, three] = (await open(3)) as [Front, Front, Front];
    await one.passes(30_000);
    const before = await requests();
    await two.through(two.engine.poller.refresh());
    const read = asOf(two);
    assert.ok((await total()) > Object.values(before).reduce((sum, count) => sum + count, 0));
    await one.passes(1_000);
    assert.deepEqual([asOf(one), asOf(three)], [read, read]);
    await one.passes(50_000);
    assert.deepEqual([one, two, three].map(asOf), [read, read, read], 'the reading that was due by now counts from the one asked for');
    await one.passes(15_000);
    assert.ok(asOf(three)! > read!);
  });

  it('know that somebody looks at one of them, though another one reads, and for how long nobody did', async () => {
    let looks = false;
    const one = (await open(1, { isSeen: () => false }))[0]!;
    const two = await machine.front({ isSeen: () => looks });
    const isSeen = (front: Front): Promise<boolean> => front.through((front.engine.reader as Reader).isSeen());
    assert.equal(await isSeen(one), true, 'it was opened just now');
    await one.passes(5 * minute);
    assert.deepEqual([await isSeen(one), await isSeen(two)], [false, false]);
    looks = true;
    await one.passes(minute);
    looks = false;
    assert.equal(await isSeen(one), true);
    await one.passes(4 * minute);
    assert.equal(await isSeen(one), true);
    await one.passes(minute);
    assert.equal(await isSeen(one), false);
  });

  it('go on when the one that reads closes, at once and from where it was', async () => {
    const windows = await open(3);
    const [one, two] = windows as [Front, Front, Front];
    await one.passes(70_000);
    const before = asOf(two);
    const told: boolean[] = [];
    two.engine.reader.onDidChange(() => told.push(two.engine.reader.isReader));
    const began = machine.clock.now();
    await one.through(one.engine.close());
    await two.until('another one reads', () => windows.some(({ engine }) => engine.reader.isReader));
    assert.ok(machine.clock.now() - began <= 2_000, (machine.clock.now() - began).toString());
    await two.passes(30_000);
    assert.equal(asOf(two), before, 'not before it is due');
    await two.passes(30_000);
    assert.ok(asOf(two)! > before!);
    assert.equal(readers(windows).length, 1);
    assert.ok(told.length <= 1);
  });

  it('take over from one that was stopped, which wakes to follow: it neither reads on nor writes', async () => {
    const hung = stoppable(machine);
    const windows = await open(3, { clock: hung.clock });
    const [one, two, three] = windows as [Front, Front, Front];
    await two.passes(10_000);
    hung.stop();
    const began = machine.clock.now();
    await two.until('another one reads', () => two.engine.reader.isReader || three.engine.reader.isReader);
    assert.ok(machine.clock.now() - began <= 10_000, (machine.clock.now() - began).toString());
    await two.passes(2 * minute);
    const held = asOf(one);
    assert.ok(asOf(two)! > held! + minute, 'the others go on');
    const asked = await total();
    hung.wake();
    await two.passes(2_000);
    assert.equal(one.engine.reader.isReader, false);
    assert.equal(asOf(one), asOf(two), 'it shows what the others show');
    const meanwhile = (await total()) - asked;
    // One reading or question for prices of the one that reads may fall into these two seconds.
    const reader = readers(windows);
    assert.equal(reader.length, 1);
    assert.notEqual(reader[0], 0);
    assert.ok(meanwhile <= 12, meanwhile.toString());
  });

  it('do not read as long as there is no account, and stop when the last one goes', async () => {
    const first = await machine.front();
    await first.passes(10_000);
    assert.equal(first.engine.reader.isReader, false);
    assert.equal(machine.clock.sleeping, 0);
    await first.engine.book.add(account(okx.url));
    await first.until('it reads', () => first.engine.reader.isReader);
    await first.engine.book.remove('main');
    await first.passes(5_000);
    assert.equal(first.engine.reader.isReader, false);
    assert.equal(machine.clock.sleeping, 0);
  });
});
