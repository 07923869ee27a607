import assert from 'node:assert/strict';
import { otherOwnerCode } from '../../../../src/engine/accounts/failures-here.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import type { Account } from '../../../../src/core/model.ts';
import type { Connection, ConnectionOptions, KeyFacts } from '../../../../src/exchanges/exchange.ts';
import { Connections } from '../../../../src/engine/monitor/connections.ts';
import { settled } from '../../core/fake-clock.ts';
import { account, FakeExchange, World } from './support.ts';
import { saysLike } from '../../../texts.ts';

/** A venue that knows whose keys are whose: by the first letter. */
class KnowingExchange extends FakeExchange {
  inspections = 0;
  tells = true;

  override async connect(options: ConnectionOptions): Promise<Connection> {
    const connection = await super.connect(options);
    return {
      ...connection,
      inspect: async (): Promise<KeyFacts> => {
        this.inspections += 1;
        const { apiKey = '' } = await options.keys();
        return { permissions: [], ...(this.tells ? { uid: apiKey.slice(0, 1) } : {}) } as unknown as KeyFacts;
      },
    };
  }
}

interface Setup extends World {
  readonly exchange: KnowingExchange;
  readonly connections: Connections;
  /** What another window does, which this one hears of when it looks. */
  elsewhere: () => Promise<void>;
  armed: boolean;
  lookFails: boolean;
  /** As the venue asks for them right before a request leaves. */
  readonly keysFor: (write: boolean) => Promise<unknown>;
}

async function setup(facts: Partial<Account> = { uid: 'A' }, owner: string | null = 'A'): Promise<Setup> {
  const world = new World();
  const exchange = new KnowingExchange();
  const { book, vault, clock } = world;
  await book.add(account('a', facts));
  await vault.store('a', { apiKey: 'A1' }, owner ?? undefined);
  const more = {
    exchange,
    elsewhere: (): Promise<void> => Promise.resolve(),
    armed: true,
    lookFails: false,
    keysFor: (write: boolean): Promise<unknown> => exchange.made[0]!.keys(write),
  };
  const connections: Connections = new Connections({
    exchanges: [exchange],
    book,
    vault,
    clock,
    locate: (given) => Promise.resolve(given),
    look: async () => {
      if (all.lookFails) throw new Error('locked');
      await all.elsewhere();
    },
    isArmed: () => all.armed,
  });
  const all: Setup = Object.assign(world, more, { connections });
  await connections.get('a');
  return all;
}

const certainlyNothing = (kind: 'aborted' | 'auth', pattern: RegExp) => (error: unknown) => {
  assert.ok(ExchangeError.is(error, kind), String(error));
  assert.equal(error.effect, 'none');
  assert.match(error.message, pattern);
  return true;
};

describe('keys that a request is signed with', () => {
  it('are given for what is as it was', async () => {
    const { keysFor, exchange } = await setup();
    assert.deepEqual(await keysFor(false), { apiKey: 'A1' });
    assert.deepEqual(await keysFor(true), { apiKey: 'A1' });
    assert.equal(exchange.inspections, 0);
  });

  for (const write of [false, true]) {
    const what = write ? 'a change' : 'a reading';

    it(`are not given for ${what} of an account that another window removed while they were read`, async () => {
      const one = await setup();
      one.elsewhere = () => one.book.remove('a');
      await assert.rejects(one.keysFor(write), certainlyNothing('aborted', saysLike('refusal.account-removed')));
    });

    it(`are not given for ${what} when the account got another owner while they were read`, async () => {
      const one = await setup();
      one.elsewhere = async () => {
        await one.book.update('a', { uid: 'B' });
        await one.vault.store('a', { apiKey: 'B1' }, 'B');
      };
      await assert.rejects(one.keysFor(write), certainlyNothing('auth', saysLike('account.other-keys')));
      assert.equal(one.exchange.disposed, 1, 'what still waits for its turn does not leave either');
    });

    for (const [name, uid, owner, apiKey] of [
      ['the record was changed and the keys were not', 'B', 'A', 'A1'],
      ['the keys were changed and the record was not', 'A', 'B', 'B1'],
    ] as const) {
      it(`are not given for ${what} when ${name}, as by a crash in between`, async () => {
        const one = await setup({ uid }, owner);
        await one.vault.store('a', { apiKey }, owner);
        await assert.rejects(
          one.keysFor(write),
          (error) => certainlyNothing('auth', saysLike('account.other-keys'))(error) && (error as ExchangeError).code === otherOwnerCode,
        );
      });
    }
  }

  it('are not given for a change when another window disarmed the account while they were read, but for a reading', async () => {
    const one = await setup();
    one.elsewhere = async () => {
      one.armed = false;
    };
    assert.deepEqual(await one.keysFor(false), { apiKey: 'A1' });
    await assert.rejects(one.keysFor(true), certainlyNothing('aborted', saysLike('refusal.not-armed')));
  });

  it('are given for a reading, and for no change, when nobody can tell what other windows did', async () => {
    const one = await setup();
    one.lookFails = true;
    assert.deepEqual(await one.keysFor(false), { apiKey: 'A1' });
    await assert.rejects(one.keysFor(true), certainlyNothing('aborted', saysLike('change.nothing-sent')));
  });

  it('without a note of their owner are tried at the venue once before a change leaves', async () => {
    const one = await setup({ uid: 'A' }, null);
    await one.keysFor(false);
    assert.equal(one.exchange.inspections, 0);
    await one.keysFor(true);
    await one.keysFor(true);
    assert.equal(one.exchange.inspections, 1);
    // As a version before this one replaces them.
    await one.vault.store('a', { apiKey: 'B1' });
    await assert.rejects(one.keysFor(true), certainlyNothing('auth', saysLike('account.other-keys')));
    assert.equal(one.exchange.inspections, 2);
  });

  it('of whom nobody tells carry no change', async () => {
    const one = await setup({ uid: 'A' }, null);
    one.exchange.tells = false;
    await assert.rejects(one.keysFor(true), certainlyNothing('auth', saysLike('account.other-keys')));
  });

  it('make a new connection when the owner changes, and none for a new name', async () => {
    const one = await setup();
    const before = await one.connections.get('a');
    await one.book.update('a', { name: 'Other' });
    await settled();
    assert.equal(await one.connections.get('a'), before);
    await one.book.update('a', { uid: 'B' });
    await settled();
    assert.notEqual(await one.connections.get('a'), before);
  });
});
