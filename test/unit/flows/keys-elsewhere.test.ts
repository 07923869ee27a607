// Windows of a browser: each knows the keys that were stored when it was opened.
import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { testConnection } from '../../../src/flows/account/change.ts';
import { loanAt } from '../../../src/views/place.ts';
import { startSimulator, type Simulator } from '../../../src/simulator/okx/start.ts';
import { MemorySecrets } from '../engine/accounts/memory-storage.ts';
import { added, Machine, type Front } from './front.ts';
import { press } from './scripted.ts';
import { says, saysLike } from '../../texts.ts';

describe('a window of a browser that cannot see the keys that another one stored', function () {
  this.timeout(60_000);
  let machine: Machine;
  let okx: Simulator;
  const front = async (secrets: MemorySecrets): Promise<Front> => {
    const opened = await machine.front({ secrets, windowsShareSecrets: false });
    opened.keepsOwnKeys = true;
    return opened;
  };

  beforeEach(async () => {
    machine = new Machine();
    okx = await machine.runs(startSimulator({ walk: false, clock: machine.clock }));
  });
  afterEach(() => machine.end());

  async function two(): Promise<{ readonly one: Front; readonly other: Front; readonly id: string; readonly secrets: MemorySecrets }> {
    const secrets = new MemorySecrets();
    const [one, other] = [await front(new MemorySecrets()), await front(secrets)];
    const id = await added(one, okx, 'Main');
    await one.passes(2_000);
    return { one, other, id, secrets };
  }

  it('shows what that one reads, and no trouble', async () => {
    const { one, other, id } = await two();
    assert.deepEqual(other.rows('loans'), one.rows('loans'));
    assert.equal(other.engine.store.get(id)?.failure, undefined);
  });

  it('says so when it has to read or act itself, offers to reload, and stores nothing', async () => {
    const { one, other, id, secrets } = await two();
    await other.through(other.engine.poller.refresh(id));
    const [row] = other.rows('loans');
    assert.match(row!, saysLike('account.keys-elsewhere'));
    assert.ok(other.rows('loans').includes(says('key.elsewhere')));
    const talk = await other.does(
      (app, attended) => changeCollateral(app, attended, 'add', loanAt(id, '12345')),
      press(says('button.reload-window')),
    );
    assert.deepEqual(talk.titles('notice'), [says('choose.not-read', 'Main', says('key.elsewhere'))]);
    assert.deepEqual(talk.heard[0]!.choices, [says('button.reload-window'), says('button.try-again')]);
    assert.deepEqual(talk.did, ['reloadWindow']);
    const tested = await other.does((app) => testConnection(app, app.book.get(id)!), press(says('button.reload-window')));
    assert.equal(tested.heard[0]!.title, says('key.elsewhere'));
    assert.equal(secrets.values.size, 0);
    // For the other one nothing is wrong.
    await one.passes(1_000);
    assert.equal(one.engine.store.get(id)?.failure, undefined);
  });

  it('says that they are missing where no window has read the account since it opened', async () => {
    const { one, id } = await two();
    await one.through(one.engine.close());
    const later = await front(new MemorySecrets());
    await later.passes(2_000);
    await later.through(later.engine.poller.refresh(id));
    assert.match(later.rows('loans')[0]!, saysLike('account.keys-missing'));
    await later.through(later.engine.poller.refresh(id));
    assert.match(later.rows('loans')[0]!, saysLike('account.keys-missing'));
  });
});
