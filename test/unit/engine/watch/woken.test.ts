import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/core/emitter.ts';
import { english, msg } from '../../../../src/core/message.ts';
import type { AccountState, StoreChange } from '../../../../src/engine/monitor/store.ts';
import { Wakes } from '../../../../src/engine/monitor/wakes.ts';
import type { Notice } from '../../../../src/engine/storage/warning-protocol.ts';
import { WarningWatch } from '../../../../src/engine/watch/warning-watch.ts';
import { blindAfterMs, type Told } from '../../../../src/engine/watch/warnings.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { failure, snapshot, state } from '../../views/samples.ts';

const minute = 60_000;
const hour = 60 * minute;
const intervalMs = 30_000;

/** A window that watches one account, on a database of its own. */
class Watcher {
  readonly clock = new FakeClock();
  readonly changed = new Emitter<StoreChange>();
  readonly watch: WarningWatch;
  told: Told[] = [];
  #state: AccountState;

  constructor() {
    const { clock } = this;
    this.#state = state({ snapshot: snapshot({ asOf: clock.now() }) });
    const ask = async (asked: { readonly do: string; readonly notices?: readonly Notice[] }): Promise<unknown> => {
      for (const { sentence } of asked.notices ?? []) this.told.push(...(JSON.parse(english(sentence)) as Told[]));
      return asked.do === 'warnings' ? { version: '1', rows: [], events: [] } : asked.do === 'putWarnings' ? { version: '1' } : undefined;
    };
    this.watch = new WarningWatch({
      store: { all: () => [this.#state], onDidChange: this.changed.on },
      shared: { ask: ask as never, onDidChangeWarnings: () => ({ dispose: () => undefined }) },
      ...{ clock, wakes: new Wakes(clock, () => ''), intervalMs: () => intervalMs, window: 'w', from: clock.now() },
      log: { info: () => undefined, warn: (line) => assert.fail(line) },
      reader: { isReader: true, onDidChange: () => ({ dispose: () => undefined }) },
      front: {
        compose: async (told) => ({ sentence: msg('test', JSON.stringify(told)), about: [] }),
        show: async () => undefined,
        settings: () => ({ enabled: true, quietHours: '' }),
      },
    });
    this.watch.start();
  }

  async reads(): Promise<void> {
    const asOf = this.clock.now();
    await this.#sees(state({ snapshot: snapshot({ asOf }) }));
  }

  async fails(): Promise<void> {
    await this.#sees({ ...this.#state, failure: { ...failure(), at: this.clock.now() } });
  }

  async #sees(seen: AccountState): Promise<void> {
    this.#state = seen;
    await this.looks();
  }

  async looks(): Promise<void> {
    this.changed.fire({ accountId: 'one', what: 'live' });
    await settled();
  }

  /** Is read as it should be for so long, and then is `phase` after a reading. */
  async passes(minutes: number, phase = 0): Promise<void> {
    for (let readings = 0; readings < minutes * 2; readings += 1) {
      await this.clock.advance(intervalMs);
      await this.reads();
    }
    await this.clock.advance(phase);
  }
}

describe('after a sleep, or a stop of the window', () => {
  let watcher: Watcher;
  beforeEach(() => {
    watcher = new Watcher();
  });
  afterEach(() => {
    watcher.watch.dispose();
  });

  for (const how of ['suspend', 'jump'] as const) {
    it(`of the ${how === 'jump' ? 'process' : 'machine'} an account is not told as blind, whatever runs first`, async () => {
      for (const first of ['news', 'timers'] as const) {
        for (let phase = 0; phase <= intervalMs; phase += 1_000) {
          await watcher.passes(1, phase);
          watcher.clock[how](8 * hour);
          if (first === 'news') await watcher.looks();
          await watcher.clock.advance(blindAfterMs);
          assert.deepEqual(watcher.told, [], `${first} ${phase.toString()}`);
          await watcher.reads();
        }
      }
    });
  }

  for (const before of ['failed', 'was read'] as const) {
    it(`an account that ${before} just before and fails now is told after a minute and an interval, as blind since then`, async () => {
      await watcher.passes(1);
      if (before === 'failed') await watcher.fails();
      const since = watcher.clock.now();
      watcher.clock.suspend(8 * hour);
      await watcher.clock.advance(20_000);
      await watcher.fails();
      await watcher.clock.advance(minute + intervalMs - 20_000);
      assert.equal(watcher.told.length, 0);
      await watcher.clock.advance(30_000);
      assert.deepEqual(
        watcher.told.map((one) => [one.target, one.says, one.since]),
        [['blind', 'alarm', since]],
      );
    });
  }

  it('an account that can be read again by then is not told', async () => {
    await watcher.passes(1);
    await watcher.fails();
    watcher.clock.suspend(8 * hour);
    await watcher.clock.advance(20_000);
    await watcher.fails();
    await watcher.clock.advance(minute);
    await watcher.reads();
    await watcher.clock.advance(blindAfterMs);
    assert.deepEqual(watcher.told, []);
  });

  it('of a moment only, a failing account still has five minutes since its last figures', async () => {
    await watcher.passes(1);
    watcher.clock.suspend(40_000);
    await watcher.clock.advance(15_000);
    await watcher.fails();
    await watcher.clock.advance(blindAfterMs - 56_000);
    assert.deepEqual(watcher.told, []);
    await watcher.clock.advance(20_000);
    assert.equal(watcher.told.length, 1);
  });

  it('an account without readings is told after the usual time', async () => {
    await watcher.passes(1, 7_000);
    const asOf = watcher.clock.now() - 7_000;
    watcher.clock.suspend(8 * hour);
    await watcher.clock.advance(blindAfterMs + intervalMs + 30_000);
    assert.deepEqual(
      watcher.told.map(({ target, says, since }) => [target, says, since]),
      [['blind', 'alarm', asOf]],
    );
  });
});
