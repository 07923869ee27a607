// A watcher with a key of its own beside windows on the whole engine, before a simulated exchange: who asks it, and what the windows show.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EditorsReadings } from '../../../../src/cli/keep-watched.ts';
import { AccountsReader } from '../../../../src/cli/read-accounts.ts';
import { stateIn } from '../../../../src/cli/places.ts';
import { english, msg } from '../../../../src/core/message.ts';
import type { Account } from '../../../../src/core/model.ts';
import { startSimulator, type Simulator } from '../../../../src/simulator/okx/start.ts';
import { uid } from '../../../../src/simulator/okx/wallet.ts';
import { Machine, type Front } from '../../flows/front.ts';

const minute = 60_000;

interface Watcher {
  readonly reader: AccountsReader;
  /** What it said. */
  readonly said: string[];
}

describe('a watcher beside windows', function () {
  this.timeout(60_000);
  let machine: Machine;
  let okx: Simulator;
  let watchers: AccountsReader[];

  beforeEach(async () => {
    machine = new Machine();
    watchers = [];
    okx = await machine.runs(startSimulator({ walk: false, clock: machine.clock }));
    // Nothing is near enough to its line to be read more often than the person wants.
    okx.movePrice('ETH', '4');
    okx.movePrice('SOL', '20');
  });
  afterEach(async () => {
    for (const reader of watchers) reader.end();
    await machine.end();
  });

  async function windows(count: number, facts: Partial<Account> = {}): Promise<readonly [Front, ...Front[]]> {
    const first = await machine.front();
    await first.engine.vault.store('main', { ...okx.keys }, uid);
    await first.engine.book.add({
      ...{ id: 'main', name: 'Main', venue: 'okx', site: 'loopback', baseUrl: okx.url, simulated: true, readOnly: false, uid },
      ...facts,
    });
    const all: [Front, ...Front[]] = [first];
    await first.passes(1_000);
    while (all.length < count) all.push(await machine.front());
    await first.passes(1_000);
    return all;
  }

  async function watch(beside: Front, intervalMs = minute, name = 'watcher'): Promise<Watcher> {
    const { apiKey: key, ...parts } = okx.otherKeys.readOnly;
    const file = path.join(path.dirname(machine.folder), `${name}.json`);
    const place = { venue: 'okx', site: 'loopback', baseUrl: okx.url, name: 'Main' };
    writeFileSync(file, JSON.stringify({ ...place, key, ...parts }), { mode: 0o600 });
    const said: string[] = [];
    const reader = await beside.through(
      AccountsReader.open([file], {
        ...{ clock: beside.engine.clock, intervalMs, credentials: undefined, say: (line) => said.push(line) },
        fetch: (where, how) => machine.traffic.counted(fetch(where, how)),
        editor: new EditorsReadings(stateIn(machine.folder), name, intervalMs),
      }),
    );
    watchers.push(reader);
    reader.start();
    return { reader, said };
  }

  /** How often the loans were read with each key. */
  async function readings(): Promise<{ readonly own: number; readonly watcher: number }> {
    const answer = await fetch(`${okx.url}/__simulator/arrivals?since=0`);
    const { keys } = (await answer.json()) as { keys: Record<string, Record<string, number>> };
    const of = (key: string): number => Object.entries(keys[key] ?? {}).find(([asked]) => asked.endsWith('/loan-info'))?.[1] ?? 0;
    return { own: of(okx.keys.apiKey), watcher: of(okx.otherKeys.readOnly.apiKey) };
  }

  async function readingsIn(front: Front, ms: number): Promise<{ readonly own: number; readonly watcher: number }> {
    const before = await readings();
    await front.passes(ms);
    const after = await readings();
    return { own: after.own - before.own, watcher: after.watcher - before.watcher };
  }

  const asOf = ({ engine }: Front): number | undefined => engine.store.get('main')?.snapshot?.asOf;
  const ageMs = (front: Front): number => machine.clock.now() - (asOf(front) ?? 0);

  it('is the one reader of all windows, which say so and try their own key every ten minutes', async () => {
    const [one, two, three] = await windows(3);
    const alone = (await readingsIn(one, 12 * minute)).own;
    const { said } = await watch(one);
    await one.passes(3 * minute);
    const { own, watcher } = await readingsIn(one, 12 * minute);
    assert.ok(own >= 1 && own <= 2, `${own.toString()} readings of the window`);
    assert.ok(own + watcher <= alone + 2, `${own.toString()} and ${watcher.toString()}, ${alone.toString()} of a window alone`);
    assert.match(said.join(''), /^okx-\w+: the editor gets what is read\.\n$/);
    for (const front of [one, two!, three!]) {
      assert.ok(ageMs(front) < minute + 10_000, ageMs(front).toString());
      assert.equal(front.engine.store.get('main')?.watched, true);
      assert.match(front.rows('loans')[0]!, /watched by the watcher, /);
    }
    assert.equal(one.engine.reader.isReader, true);
  });

  it('is taken over from when it stops, and followed when it is back', async () => {
    const [one, two] = await windows(2);
    const { reader } = await watch(one);
    await one.passes(3 * minute);
    reader.end();
    const last = asOf(one)!;
    await one.until('a window reads', () => asOf(one)! > last);
    assert.ok(asOf(one)! - last <= minute + 6_000, (asOf(one)! - last).toString());
    await one.passes(1_000);
    assert.equal(two!.engine.store.get('main')?.watched, undefined);
    assert.doesNotMatch(one.rows('loans')[0]!, /watched/);
    assert.ok((await readingsIn(one, 5 * minute)).own >= 4);
    await watch(one, minute, 'next');
    await one.passes(3 * minute);
    assert.ok((await readingsIn(one, 5 * minute)).own <= 1);
    assert.equal(two!.engine.store.get('main')?.watched, true);
  });

  it('makes nothing older when it is slower than the windows', async () => {
    const [one] = await windows(1);
    await watch(one, 3 * minute);
    let oldest = 0;
    for (let passed = 0; passed < 15 * minute; passed += 1_000) {
      await one.passes(1_000);
      oldest = Math.max(oldest, ageMs(one));
    }
    assert.ok(oldest <= minute + 3_000, oldest.toString());
  });

  it('leaves a person, a nudge, a change and a wake to the window at once', async () => {
    const [one] = await windows(1);
    await watch(one);
    await one.passes(5 * minute);
    const before = await readings();
    await one.through(one.engine.poller.refresh());
    one.engine.poller.nudge('main');
    await one.passes(3_000);
    assert.equal((await readings()).own - before.own, 2);
    await one.engine.arming.arm('main', 'restart');
    const { own } = await readingsIn(one, 5 * minute);
    assert.ok(own >= 4, `${own.toString()} while it is armed by a person`);
  });

  it("doesn't hide that the window's own key is refused, and stores nothing meanwhile", async () => {
    const [one, two] = await windows(2);
    const { said } = await watch(one);
    await one.passes(3 * minute);
    await one.engine.vault.store('main', { ...okx.keys, secret: 'wrong' }, uid);
    await one.passes(12 * minute);
    const failure = one.engine.store.get('main')?.failure;
    assert.equal(failure?.error.kind, 'auth');
    assert.ok(two!.engine.store.get('main')?.failure !== undefined);
    assert.match(said.at(-1)!, /doesn't get what is read: the exchange refuses the editor's own key\.\n$/);
    const held = asOf(one);
    await one.passes(3 * minute);
    assert.equal(asOf(one), held);
    await one.engine.vault.store('main', { ...okx.keys }, uid);
    await one.through(one.engine.poller.refresh());
    await one.passes(3 * minute);
    assert.equal(one.engine.store.get('main')?.failure, undefined);
    assert.equal(one.engine.store.get('main')?.watched, true);
    assert.match(said.at(-1)!, /gets what is read\.\n$/);
  });

  it('keeps what windows know: what disappeared, whoever read it, is told once and as long', async () => {
    const [one] = await windows(1);
    await watch(one);
    await one.passes(3 * minute);
    const { loans } = one.engine.store.get('main')!.snapshot!;
    const gone = loans[0]!.id;
    const query = `UPDATE snapshots SET snapshot = json_set(snapshot, '$.loans', json_insert(json_extract(snapshot, '$.loans'), '$[#]',
      json_set(json_extract(snapshot, '$.loans[0]'), '$.id', 'lost', '$.orderId', 'lost')))`;
    const db = new DatabaseSync(stateIn(machine.folder));
    db.exec(query);
    db.close();
    await one.passes(3 * minute);
    const vanished = (): readonly string[] => (one.engine.store.get('main')?.snapshot?.vanished ?? []).map(({ id }) => id);
    assert.deepEqual(vanished(), ['lost']);
    assert.ok(!vanished().includes(gone));
    await one.passes(10 * minute);
    assert.deepEqual(vanished(), ['lost'], 'by the window too');
  });

  it('stores nothing beside another watcher, and goes on when that one is gone', async () => {
    const [one] = await windows(1);
    const first = await watch(one, minute, 'first');
    await one.passes(2 * minute);
    const second = await watch(one, minute, 'second');
    await one.passes(5 * minute);
    assert.match(second.said.join(''), /another watcher stores its readings\.\n$/);
    assert.equal(first.said.length, 1);
    first.reader.end();
    await one.passes(3 * minute);
    assert.match(second.said.at(-1)!, /gets what is read\.\n$/);
    assert.ok((await readingsIn(one, 5 * minute)).own <= 1);
  });

  it("says when the editor doesn't know the user, and stores nothing for another one", async () => {
    const [one] = await windows(1, { uid: 'another' });
    const { said } = await watch(one);
    await one.passes(2 * minute);
    assert.match(said.join(''), /the editor has no account of this user\.\n$/);
    assert.equal(one.engine.store.get('main')?.watched, undefined);
  });

  it('is warned of by a window, once', async () => {
    const [one, two] = await windows(2);
    const shown: string[] = [];
    for (const front of [one, two!])
      front.engine.warnings.attach({
        compose: async (told) => ({ sentence: msg('test', told.map(({ target, level }) => `${target} ${level}`).join()), about: [] }),
        show: async ({ sentence }) => void shown.push(english(sentence)),
        settings: () => ({ enabled: true, quietHours: '' }),
      });
    await watch(one);
    await one.passes(5 * minute);
    const before = shown.length;
    const own = (await readings()).own;
    okx.movePrice('BTC', '-21');
    await one.passes(2 * minute);
    const level = shown.slice(before).filter((line) => line.includes('level loan'));
    assert.ok(level.length > 0, JSON.stringify(shown));
    assert.equal(new Set(level).size, level.length, 'each once');
    assert.ok((await readings()).own >= own);
  });
});
