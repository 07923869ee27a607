import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Account } from '../../../../src/core/model.ts';
import type { AccountState, StoreChange } from '../../../../src/engine/monitor/store.ts';
import { askKeyEveryMs, KeyWatch } from '../../../../src/engine/watch/key-watch.ts';
import type { Connection, KeyFacts } from '../../../../src/exchanges/exchange.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { account, failure, snapshot, state } from '../../views/samples.ts';

const hour = 60 * 60_000;
const facts: KeyFacts = { uid: '7', canRead: true, canTrade: true, canWithdraw: false, boundAddresses: [] };

/** One window that watches the key of one account. */
class Desk {
  readonly clock = new FakeClock();
  readonly changed = new Emitter<StoreChange>();
  readonly watch: KeyWatch;
  state: AccountState;
  asked = 0;
  answer: () => KeyFacts = () => facts;
  isReader = true;

  constructor(more: Partial<Account> = {}) {
    this.state = state({ account: account({ uid: '7', ...more }), snapshot: snapshot() });
    const isReader = (): boolean => this.isReader;
    this.watch = new KeyWatch({
      store: { all: () => [this.state], onDidChange: this.changed.on },
      book: {
        get: () => this.state.account,
        update: async (_id, change) => {
          this.state = { ...this.state, account: { ...this.state.account, ...change } as Account };
        },
      },
      connections: {
        get: async () =>
          ({
            inspect: async () => {
              this.asked += 1;
              return this.answer();
            },
          }) as unknown as Connection,
      },
      clock: this.clock,
      reader: {
        get isReader() {
          return isReader();
        },
        onDidChange: () => ({ dispose: () => undefined }),
      },
      log: { info: () => undefined },
    });
  }

  async reads(afterMs = 0): Promise<number> {
    await this.clock.advance(afterMs);
    this.changed.fire({ accountId: 'one', what: 'state' });
    await settled();
    return this.asked;
  }
}

describe('what an exchange says of a key', () => {
  it('is asked once a day, by the window that reads, and kept with the account', async () => {
    const desk = new Desk();
    assert.equal(await desk.reads(), 1);
    assert.deepEqual(desk.state.account.key, { asOf: desk.clock.now(), unbound: true });
    for (let hours = 1; hours < 24; hours += 1) assert.equal(await desk.reads(hour), 1);
    desk.isReader = false;
    assert.equal(await desk.reads(hour), 1);
    desk.isReader = true;
    desk.answer = () => ({ ...facts, boundAddresses: ['127.0.0.1'], expiresAt: 12 });
    assert.equal(await desk.reads(), 2);
    assert.deepEqual(desk.state.account.key, { asOf: desk.clock.now(), expiresAt: 12 });
    desk.watch.dispose();
    assert.equal(await desk.reads(askKeyEveryMs), 2);
  });

  it('is not asked of a simulated account, nor while the account cannot be read, and after a failure an hour later', async () => {
    const simulated = new Desk({ simulated: true });
    assert.equal(await simulated.reads(), 0);
    const desk = new Desk();
    assert.equal(await desk.reads(), 1);
    const other = new Desk({ key: { asOf: desk.clock.now() } });
    other.state = { ...other.state, failure: failure() };
    assert.equal(await other.reads(askKeyEveryMs), 0);
    other.state = state({ account: other.state.account, snapshot: snapshot() });
    other.answer = () => {
      throw new Error('no');
    };
    assert.equal(await other.reads(), 1);
    assert.equal(await other.reads(hour - 1), 1);
    assert.equal(await other.reads(1), 2);
    assert.equal(other.state.account.key?.expiresAt, undefined);
  });

  it('is dropped where the keys were replaced meanwhile, or are of another user', async () => {
    const replaced = new Desk();
    replaced.answer = () => {
      replaced.state = { ...replaced.state, account: { ...replaced.state.account, key: { asOf: 5, expiresAt: 6 } } };
      return facts;
    };
    await replaced.reads();
    assert.deepEqual(replaced.state.account.key, { asOf: 5, expiresAt: 6 });
    const other = new Desk();
    other.answer = () => ({ ...facts, uid: '8' });
    await other.reads();
    assert.equal(other.state.account.key, undefined);
  });
});
