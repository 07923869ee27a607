// Two windows on the whole engine: whatever one changes is so in the other within a second.
import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { Account } from '../../../../src/core/model.ts';
import type { Limits } from '../../../../src/engine/ledger/limits.ts';
import { replaceKeys } from '../../../../src/engine/replace-keys.ts';
import type { Change } from '../../../../src/exchanges/exchange.ts';
import { startSimulator, type Simulator } from '../../../../src/simulator/okx/start.ts';
import { Machine, type Front } from '../../flows/front.ts';
import { noLimits } from '../ledger/support.ts';

describe('a change in one window', function () {
  this.timeout(60_000);
  let machine: Machine;
  let okx: Simulator;
  let one: Front;
  let other: Front;
  let account: Account;

  beforeEach(async () => {
    machine = new Machine();
    okx = await machine.runs(startSimulator({ walk: false, clock: machine.clock }));
    account = { id: 'main', name: 'Main', venue: 'okx', site: 'loopback', baseUrl: okx.url, simulated: false, readOnly: false, uid: '1' };
    [one, other] = [await machine.front(), await machine.front()];
    await one.engine.vault.store('main', { ...okx.keys }, '1');
    await one.through(one.engine.book.add(account));
    await one.until('it is read', () => one.engine.store.get('main')?.snapshot !== undefined);
    await one.passes(1_000);
  });
  afterEach(() => machine.end());

  const second = (): Promise<void> => one.passes(1_000);
  const there = (): Account | undefined => other.engine.book.get('main');

  it('of an account reaches the other within a second: added, renamed, with other thresholds, removed', async () => {
    assert.equal(there()?.name, 'Main');
    assert.ok(other.engine.store.get('main')?.snapshot !== undefined, 'with its figures');
    await one.through(
      one.engine.book.update('main', { name: 'Renamed', thresholds: { marginCall: decimal('0.6'), liquidation: decimal('0.7') } }),
    );
    await second();
    assert.equal(there()?.name, 'Renamed');
    assert.deepEqual(there()?.thresholds, { marginCall: '0.6', liquidation: '0.7' });
    await one.through(one.engine.book.remove('main'));
    await second();
    assert.deepEqual([there(), other.engine.store.get('main'), other.rows('loans')], [undefined, undefined, []]);
  });

  it('of arming reaches the other within a second, both ways', async () => {
    const armed = (): readonly boolean[] => [one, other].map(({ engine }) => engine.arming.state('main').armed);
    assert.deepEqual(armed(), [false, false]);
    await one.through(one.engine.arming.arm('main', 'quarter'));
    await second();
    assert.deepEqual(armed(), [true, true]);
    await other.through(other.engine.arming.disarm('main'));
    await second();
    assert.deepEqual(armed(), [false, false]);
  });

  it('to keys of another owner leaves no figures of the old one in any window for longer than a second, however long the exchange takes', async () => {
    const old = other.engine.store.get('main')!.snapshot!;
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const { poller } = one.engine;
    const replacing = replaceKeys(
      { ...one.engine, poller: { refresh: async (id) => held.then(() => poller.refresh(id)) } },
      account,
      { ...okx.keys },
      { readOnly: false, uid: '2' },
    );
    await second();
    assert.equal(there()?.uid, '2');
    for (const { engine } of [one, other]) assert.notEqual(engine.store.get('main')?.snapshot?.asOf, old.asOf);
    answer();
    await one.through(replacing);
    await one.passes(2_000);
    for (const { engine } of [one, other]) assert.ok((engine.store.get('main')?.snapshot?.asOf ?? Infinity) > old.asOf);
  });

  it('of the limits counts in the other at its next preview', async () => {
    let limits: Limits = noLimits;
    const third = await machine.front({ settings: { intervalMs: () => 60_000, limits: () => limits } });
    await third.passes(1_000);
    const change: Change = {
      ...{ kind: 'collateral', loan: { loanId: '12345', orderId: '12345' }, direction: 'add', coin: 'BTC', amount: decimal('0.01') },
    };
    await third.through(third.engine.ledger.preview('main', change));
    limits = { ...noLimits, perActionByCoin: new Map([['BTC', decimal('0.001')]]) };
    await assert.rejects(third.through(third.engine.ledger.preview('main', change)), { name: 'Refusal' });
  });
});
