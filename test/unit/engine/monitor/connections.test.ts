import assert from 'node:assert/strict';
import { keysMissingCode } from '../../../../src/engine/accounts/failures-here.ts';
import { decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Account } from '../../../../src/core/model.ts';
import { Connections } from '../../../../src/engine/monitor/connections.ts';
import { settled } from '../../core/fake-clock.ts';
import { account, FakeExchange, World } from './support.ts';

type Locate = (account: Account) => Promise<Pick<Account, 'site' | 'baseUrl'>>;

async function connecting(
  locate: Locate = (given) => Promise.resolve(given),
): Promise<World & { exchange: FakeExchange; connections: Connections }> {
  const world = new World();
  const exchange = new FakeExchange();
  const { book, vault, clock } = world;
  await book.add(account('a'));
  const connections = new Connections({ exchanges: [exchange], book, vault, clock, locate });
  return Object.assign(world, { exchange, connections });
}

describe('connections', () => {
  it('are made at first use and shared', async () => {
    const { connections, exchange } = await connecting();
    assert.equal(exchange.made.length, 0);
    const [one, two] = await Promise.all([connections.get('a'), connections.get('a')]);
    assert.equal(one, two);
    assert.equal(await connections.get('a'), one);
    assert.equal(exchange.made.length, 1);
    assert.deepEqual(exchange.made[0]?.account, { site: 'global' });
  });

  it('say whose account it is, so that what is asked for one user counts together', async () => {
    const { connections, exchange, book } = await connecting();
    for (const id of ['b', 'c', 'd']) await book.add(account(id, { uid: id === 'd' ? '8' : '7' }));
    for (const id of ['a', 'b', 'c', 'd']) await connections.get(id);
    const [a, b, c, d] = exchange.made.map(({ owner }) => owner);
    assert.equal(a, undefined, 'not known');
    assert.ok(b !== undefined && b === c && b !== d);
    await book.update('b', { uid: '8' });
    await connections.get('b');
    assert.equal(exchange.made.at(-1)?.owner, d);
  });

  it('ask the keyring at each use, and fail for the one account whose keys are missing', async () => {
    const { connections, exchange, vault, book } = await connecting();
    await book.add(account('b'));
    await vault.store('a', { apiKey: 'k' });
    await connections.get('a');
    await connections.get('b');
    assert.deepEqual(await exchange.made[0]?.keys(), { apiKey: 'k' });
    await vault.store('a', { apiKey: 'other' });
    assert.deepEqual(await exchange.made[0]?.keys(), { apiKey: 'other' });
    await assert.rejects(exchange.made[1]!.keys(), (error) => ExchangeError.is(error, 'auth') && error.code === keysMissingCode);
  });

  it('are made anew when the address changes, and the old one is disposed', async () => {
    const { connections, exchange, book } = await connecting();
    const old = await connections.get('a');
    await book.update('a', { site: 'eea' });
    await settled();
    assert.equal(exchange.disposed, 1);
    assert.notEqual(await connections.get('a'), old);
    assert.equal(exchange.made[1]?.account.site, 'eea');
  });

  it('are not cut by a new name', async () => {
    const { connections, exchange, book } = await connecting();
    const before = await connections.get('a');
    await book.update('a', { name: 'Main', readOnly: true });
    assert.equal(await connections.get('a'), before);
    assert.equal(exchange.disposed, 0);
  });

  it("ask for the person's thresholds as they are now, without a new connection", async () => {
    const { connections, exchange, book } = await connecting();
    const before = await connections.get('a');
    const asked = exchange.made[0]!.thresholds!;
    assert.equal(asked(), undefined);
    const thresholds = { marginCall: decimal('0.8'), liquidation: decimal('0.9') };
    await book.update('a', { thresholds });
    assert.equal(await connections.get('a'), before);
    assert.deepEqual(asked(), thresholds);
    await book.remove('a');
    assert.equal(asked(), undefined);
  });

  it('end with their account', async () => {
    const { connections, exchange, book } = await connecting();
    await connections.get('a');
    await book.remove('a');
    await settled();
    assert.equal(exchange.disposed, 1);
    await assert.rejects(connections.get('a'), (error) => ExchangeError.is(error) && error.effect === 'none');
  });

  it('are not made for an account that is removed while its venue is being found', async () => {
    let found = (): void => undefined;
    const { connections, exchange, book } = await connecting(
      (given) =>
        new Promise(
          (resolve) =>
            (found = () => {
              resolve(given);
            }),
        ),
    );
    const asked = connections.get('a');
    await settled();
    await book.remove('a');
    found();
    await assert.rejects(asked, (error) => ExchangeError.is(error, 'aborted'));
    assert.equal(exchange.made.length, 0);
  });

  it('go where the venue is found, also when that changes the record', async () => {
    const world: { update?: () => Promise<void> } = {};
    const { connections, exchange, book } = await connecting(async () => {
      await world.update?.();
      return { site: 'loopback', baseUrl: 'http://127.0.0.1:2' };
    });
    world.update = () => book.update('a', { site: 'loopback', baseUrl: 'http://127.0.0.1:2' });
    await connections.get('a');
    await connections.get('a');
    assert.deepEqual(
      exchange.made.map(({ account: at }) => at.baseUrl),
      ['http://127.0.0.1:2'],
    );
  });

  it('follow an account that moves while its venue is being found', async () => {
    const world: { update?: (() => Promise<void>) | undefined } = {};
    const { connections, exchange, book } = await connecting(async (given) => {
      const move = world.update;
      world.update = undefined;
      await move?.();
      return given;
    });
    world.update = () => book.update('a', { site: 'eea' });
    await connections.get('a');
    assert.deepEqual(
      exchange.made.map(({ account: at }) => at.site),
      ['eea'],
    );
  });

  it('try afresh after a venue could not be found, and say so without repeating the error', async () => {
    let broken = true;
    const { connections, exchange } = await connecting((given) => (broken ? Promise.reject(new Error('4711')) : Promise.resolve(given)));
    await assert.rejects(connections.get('a'), (error) => ExchangeError.is(error, 'unavailable') && !error.message.includes('4711'));
    broken = false;
    await connections.get('a');
    assert.equal(exchange.made.length, 1);
  });

  it('are never made to a real exchange for an account that is noted as simulated', async () => {
    const { book, connections, exchange } = await connecting();
    exchange.sites = [
      { id: 'global', label: msg('test', 'Global'), baseUrl: 'https://real.example', simulated: false, demo: false },
      { id: 'loopback', label: msg('test', 'Loopback'), simulated: true, demo: false },
    ];
    for (const [id, site, simulated, isMade] of [
      ['b', 'global', true, false],
      ['c', 'loopback', true, true],
      ['d', 'loopback', false, true],
      ['e', 'global', false, true],
    ] as const) {
      await book.add({ ...account(id), site, simulated });
      const made = await connections.get(id).then(
        () => true,
        (error: unknown) => !ExchangeError.is(error, 'refused'),
      );
      assert.equal(made, isMade, id);
    }
    assert.equal(exchange.made.length, 3);
  });

  it('name a venue that this version does not know', async () => {
    const { connections, book } = await connecting();
    await book.add(account('x', { venue: 'mars' }));
    await assert.rejects(connections.get('x'), (error) => ExchangeError.is(error, 'refused') && error.message.includes('mars'));
    await assert.rejects(connections.probe({ venue: 'mars', site: 'global' }, {}), (error) => ExchangeError.is(error, 'refused'));
    assert.equal(connections.exchange('mars'), undefined);
    assert.equal(connections.exchange('okx')?.name, 'OKX');
  });

  it('can be tried with keys that are not stored', async () => {
    const { connections, exchange, secrets } = await connecting();
    const probe = await connections.probe({ venue: 'okx', site: 'loopback', baseUrl: 'http://127.0.0.1:9' }, { apiKey: 'new' });
    assert.deepEqual(await exchange.made[0]?.keys(), { apiKey: 'new' });
    assert.deepEqual(exchange.made[0]?.account, { site: 'loopback', baseUrl: 'http://127.0.0.1:9' });
    assert.equal(secrets.values.size, 0);
    connections.dispose();
    assert.equal(exchange.disposed, 0, 'whoever probes disposes');
    probe.dispose();
    assert.equal(exchange.disposed, 1);
  });

  it('end when all is disposed, also those still being made', async () => {
    let found = (): void => undefined;
    const { connections, exchange, book } = await connecting((given) =>
      given.id === 'a'
        ? Promise.resolve(given)
        : new Promise(
            (resolve) =>
              (found = () => {
                resolve(given);
              }),
          ),
    );
    await book.add(account('b'));
    await connections.get('a');
    const late = connections.get('b');
    await settled();
    connections.dispose();
    found();
    await assert.rejects(late, (error) => ExchangeError.is(error, 'aborted'));
    await settled();
    assert.equal(exchange.made.length, exchange.disposed);
    await assert.rejects(connections.get('a'), (error) => ExchangeError.is(error, 'aborted'));
  });
});
