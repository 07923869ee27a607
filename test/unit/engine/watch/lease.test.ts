import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { StateFile } from '../../../../src/engine/storage/state-file.ts';
import type { Kept, Lease, Pass } from '../../../../src/engine/storage/state-protocol.ts';
import { ReaderLease } from '../../../../src/engine/monitor/lease.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { memoryFolder } from '../../../memory-folder.ts';

const account = { id: 'a', venue: 'okx', site: 'global', name: 'A', simulated: false, readOnly: false };

/** A machine with one account, whose clock moves only on command. */
class Desk {
  readonly folder = memoryFolder('lease');
  readonly windows: Desktop[] = [];
  now = 1_700_000_000_000;
  /** Of all readings that were kept. */
  newest = 0;

  constructor() {
    const file = this.file();
    file.change({ do: 'add', id: account.id, record: account });
    file.close();
  }

  file(): StateFile {
    return new StateFile(DatabaseSync, { folder: this.folder, busyMs: 1_000, pragmas: [] });
  }

  open(): Desktop {
    const window = new Desktop(this, `w${this.windows.length.toString()}`);
    this.windows.push(window);
    return window;
  }

  get readers(): string[] {
    return this.windows.filter(({ isThere, lease }) => isThere && lease.isReader).map(({ name }) => name);
  }

  /** Lets all who are not stopped look twice a second. */
  async passes(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.now += 500;
      for (const window of this.windows) await window.looks();
    }
  }

  end(): void {
    for (const window of this.windows) window.file.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A window: what it asks the database for is done in order, one at a time, while it is not stopped. */
class Desktop {
  readonly desk: Desk;
  readonly name: string;
  readonly file: StateFile;
  readonly lease: ReaderLease;
  readonly #queue: (() => void)[] = [];
  isStopped = false;
  isThere = true;
  /** The database fails it so. */
  broken: 'none' | 'reading' | 'writing' = 'none';
  changes = 0;

  constructor(desk: Desk, name: string) {
    this.desk = desk;
    this.name = name;
    this.file = desk.file();
    const now = (): number => desk.now;
    this.lease = new ReaderLease({
      window: name,
      clock: { now, uptime: now, sleep: () => new Promise(() => undefined) },
      isNeeded: () => true,
      lead: (seen) => this.#ask(() => this.file.share({ do: 'lead', window: name, seen }) as boolean),
      beat: (fence) => this.#ask(() => this.file.share({ do: 'beat', window: name, fence }) as boolean),
      release: (fence) => this.#ask(() => this.file.share({ do: 'release', window: name, fence }) as boolean),
      look: () => this.look(),
      onChange: () => {
        this.changes += 1;
      },
    });
  }

  get inDatabase(): Lease {
    return this.file.look({}).lease!;
  }

  look(): Promise<void> {
    return this.#ask(() => {
      if (this.broken === 'reading') {
        this.lease.see(undefined);
        throw new Error('locked');
      }
      this.lease.see(this.inDatabase);
    }, false);
  }

  keep(asOf: number, pass: Pass): Promise<Kept> {
    const reading = { account: 'a', at: asOf, asOf, text: JSON.stringify({ asOf }) };
    return this.#ask(() => this.file.share({ do: 'keepReading', reading, now: this.desk.now, pass }) as Kept);
  }

  #ask<T>(work: () => T, writes = true): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => {
        try {
          if (this.broken === 'writing' && writes) throw new Error('full');
          resolve(work());
        } catch (error) {
          assert.ok(error instanceof Error);
          reject(error);
        }
      });
    });
  }

  /** The thread works in the order of requests. */
  async works(): Promise<void> {
    if (this.isStopped) return;
    this.#queue.shift()?.();
    await settled();
  }

  async looks(): Promise<void> {
    if (this.isStopped || !this.isThere) return;
    this.look().catch(() => undefined);
    await this.catchesUp();
  }

  async catchesUp(): Promise<void> {
    while (!this.isStopped && this.#queue.length > 0) await this.works();
  }

  async passNow(): Promise<Pass | undefined> {
    const asked = this.lease.pass();
    await this.catchesUp();
    return asked;
  }

  /** Its last words are heard. */
  async closes(): Promise<void> {
    const ended = this.lease.end();
    await this.catchesUp();
    await ended;
    this.isThere = false;
  }

  /** Nothing more is heard of it. */
  crashes(): void {
    this.isThere = false;
    this.isStopped = true;
  }
}

describe('the lease of the window that reads', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.end();
  });

  async function several(count: number): Promise<readonly Desktop[]> {
    const windows = Array.from({ length: count }, () => desk.open());
    await desk.passes(1_000);
    assert.deepEqual(desk.readers, ['w0']);
    return windows;
  }

  it('is held by one window for as long as it is at work, and the beat changes nothing that makes windows load again', async () => {
    const [one] = (await several(4)) as [Desktop];
    const before = one.file.look({}).facts?.version.revision;
    const { fence, beat } = one.inDatabase;
    await desk.passes(60_000);
    assert.deepEqual(desk.readers, ['w0']);
    assert.equal(one.inDatabase.fence, fence);
    const beats = one.inDatabase.beat - beat;
    assert.ok(beats >= 28 && beats <= 30, beats.toString());
    assert.equal(one.file.look({}).facts?.version.revision, before);
  });

  it('passes on at once when its window closes', async () => {
    const [one] = (await several(3)) as [Desktop];
    await one.closes();
    await desk.passes(500);
    assert.deepEqual(desk.readers, ['w1']);
  });

  it('passes on within ten seconds when its window crashes', async () => {
    const [one] = (await several(3)) as [Desktop];
    one.crashes();
    await desk.passes(4_000);
    assert.deepEqual(desk.readers, []);
    await desk.passes(6_000);
    assert.deepEqual(desk.readers, ['w1']);
  });

  it('is lost by a window that was stopped: it wakes to neither read nor write, and follows', async () => {
    const [one, two] = (await several(2)) as [Desktop, Desktop];
    const pass = await one.passNow();
    assert.ok(pass?.fence !== undefined);
    one.isStopped = true;
    await desk.passes(10_000);
    assert.equal(two.lease.isReader, true);
    const newer = await ((): Promise<Kept> => {
      const kept = two.passNow().then((its) => two.keep(desk.now, its ?? {}));
      return two.catchesUp().then(async () => {
        await settled();
        await two.catchesUp();
        return kept;
      });
    })();
    assert.equal(newer, 'kept');
    desk.now += 1_000;
    one.isStopped = false;
    // It has looked at nothing yet, and takes itself for the reader.
    assert.equal(one.lease.isReader, true);
    const kept = one.keep(desk.now, pass);
    await one.catchesUp();
    assert.equal(await kept, 'fence');
    assert.equal(await one.passNow(), undefined);
    assert.equal(one.lease.isReader, false);
    await desk.passes(30_000);
    assert.deepEqual(desk.readers, ['w1']);
  });

  it('goes to one of two that find it expired at the same moment', async () => {
    const [one, two, three] = (await several(3)) as [Desktop, Desktop, Desktop];
    one.crashes();
    await desk.passes(4_000);
    assert.deepEqual(desk.readers, []);
    desk.now += 2_500;
    // Both look before either takes it.
    for (const window of [two, three]) {
      window.look().catch(() => undefined);
      await window.works();
    }
    for (const window of [two, three]) await window.catchesUp();
    assert.deepEqual(desk.readers, ['w1']);
    assert.equal(two.inDatabase.fence, 2, 'the second one changed nothing');
    await desk.passes(10_000);
    assert.deepEqual(desk.readers, ['w1']);
  });

  it('stays where it is when the whole machine sleeps', async () => {
    const [one] = (await several(3)) as [Desktop];
    desk.now += 8 * 3_600_000;
    // A follower is the first to wake.
    await desk.windows[1]!.looks();
    await desk.passes(20_000);
    assert.deepEqual(desk.readers, ['w0']);
    assert.equal(one.inDatabase.fence, 1);
  });

  it('leaves each window to itself when the database cannot be read, and makes one the reader when it can again', async () => {
    const windows = await several(3);
    for (const window of windows) window.broken = 'reading';
    await desk.passes(1_500);
    assert.deepEqual(desk.readers, ['w0'], 'it may be locked for a moment');
    assert.equal(await windows[0]!.passNow(), undefined, 'and meanwhile it is not known who reads');
    await desk.passes(6_000);
    assert.deepEqual(desk.readers, ['w0', 'w1', 'w2']);
    assert.deepEqual(await windows[1]!.passNow(), {});
    for (const window of windows) window.broken = 'none';
    await desk.passes(10_000);
    assert.equal(desk.readers.length, 1);
  });

  it('leaves a window that opens to itself at once when the database cannot be read', async () => {
    const window = desk.open();
    window.broken = 'reading';
    await window.looks();
    assert.equal(window.lease.isReader, true);
  });

  it('leaves each window to itself when the disk is full, and one when there is room again', async () => {
    const windows = await several(2);
    for (const window of windows) window.broken = 'writing';
    await desk.passes(10_000);
    assert.deepEqual(desk.readers, ['w0', 'w1']);
    for (const window of windows) window.broken = 'none';
    await desk.passes(10_000);
    assert.equal(desk.readers.length, 1);
  });
});

describe('windows that come, go, stop and wake as they please', function () {
  this.timeout(60_000);

  const which = fc.nat({ max: 2 });
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('look' as const), which }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('work' as const), which }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(500, 2_000, 7_000) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), which }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), which }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('command' as const), which }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'wake' as const, 'wake' as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'crash' as const), which }) },
  );
  it('never have two that may read, nor replace a reading by an older one, and always come to one that reads', async () => {
    await holds(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 100 }), async (steps) => {
        const desk = new Desk();
        try {
          for (let index = 0; index < 3; index += 1) desk.open();
          const begun = new Map<Desktop, { readonly asOf: number; readonly pass: Pass }>();
          for (const one of steps) await take(desk, begun, one);
          for (const window of desk.windows) await window.catchesUp();
          if (desk.windows.every(({ isThere, isStopped }) => !isThere || isStopped)) desk.open();
          await desk.passes(10_000);
          const awake = desk.windows.filter(({ isThere, isStopped }) => isThere && !isStopped);
          assert.equal(awake.filter(({ lease }) => lease.isReader).length, 1);
        } finally {
          desk.end();
        }
      }),
      { numRuns: 100 },
    );
  });

  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  async function take(desk: Desk, begun: Map<Desktop, { readonly asOf: number; readonly pass: Pass }>, one: Step): Promise<void> {
    if (one.do === 'pass') {
      // Each looks twice a second, and its thread does one thing in that time.
      for (let left = one.ms; left > 0; left -= 500) {
        desk.now += 500;
        for (const window of desk.windows.filter(({ isThere, isStopped }) => isThere && !isStopped)) {
          window.look().catch(() => undefined);
          await window.works();
        }
      }
      return;
    }
    const window = desk.windows[one.which]!;
    if (!window.isThere || (window.isStopped && one.do !== 'wake')) return;
    const write = async (asOf: number, pass: Pass): Promise<void> => {
      const { holder, fence } = window.inDatabase;
      const kept = await (async () => {
        const asked = window.keep(asOf, pass);
        await window.catchesUp();
        return asked;
      })();
      if (pass.fence !== undefined && (holder !== pass.window || fence !== pass.fence)) assert.equal(kept, 'fence');
      else assert.equal(kept, asOf >= desk.newest ? 'kept' : 'older');
      if (kept === 'kept') desk.newest = asOf;
    };
    switch (one.do) {
      case 'look':
        window.look().catch(() => undefined);
        return;
      case 'work':
        return window.works();
      case 'read': {
        const pass = await window.passNow();
        if (pass === undefined) return;
        // The reader is the one that the database names now.
        assert.deepEqual({ ...pass }, { fence: window.inDatabase.fence, window: window.inDatabase.holder });
        begun.set(window, { asOf: desk.now, pass });
        return;
      }
      case 'write': {
        const reading = begun.get(window);
        begun.delete(window);
        if (reading !== undefined) await window.catchesUp().then(() => write(reading.asOf, reading.pass));
        return;
      }
      case 'command':
        await window.catchesUp();
        return write(desk.now - 1, {});
      case 'stop':
        window.isStopped = true;
        return;
      case 'wake':
        window.isStopped = false;
        return;
      case 'close':
        return window.closes();
      case 'crash':
        window.crashes();
    }
  }
});
