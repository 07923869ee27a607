// Changing, testing and removing an account that is there, by the real engine at simulated exchanges.
import assert from 'node:assert/strict';
import type { Account } from '../../../../src/core/model.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { removeAccount, renameAccount, testConnection, updateKeys } from '../../../../src/flows/account/change.ts';
import { TestExchange, type KeyTexts } from '../../../e2e/exchange.ts';
import { live, Machine, owned, parts, type Front } from '../front.ts';
import { after, goBack, leave, press, Scripted, type, type Answer } from '../scripted.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

let machine: Machine;
let front: Front;
let okx: TestExchange;
/** Whose keys they are, by the first part, where it is not as the exchange says. */
let owners: Record<string, string | undefined>;

/** For each test of the `describe` that calls this. Outside of any, it would be for the tests of all files, and stop their time. */
function sitAtAMachine(): void {
  beforeEach(async () => {
    machine = new Machine();
    owners = {};
    front = await machine.front({ exchanges: owned(owners) });
    okx = await machine.runs(TestExchange.start({ clock: machine.clock, settleMs: 500 }));
  });
  afterEach(() => machine.end());
}

const record = (account: Account): Account => front.engine.book.get(account.id)!;
const storedOf = async (account: Account): Promise<unknown> => (await front.engine.vault.readOwned(account.id)).keys;
const update = (account: Account, ...answers: readonly Answer[]): Promise<Scripted> =>
  front.does((app) => updateKeys(app, record(account)), ...answers);

/** A change that the exchange accepts and does not do. */
async function leaveOpen({ id }: Account): Promise<void> {
  await okx.control('POST', 'fault', { endpoint: 'adjust-collateral', fault: 'never-settled' });
  await front.engine.arming.arm(id, 'restart');
  const [loan] = front.engine.store.get(id)!.snapshot!.loans;
  const change = { kind: 'collateral', loan: { loanId: loan!.id, orderId: loan!.orderId! }, direction: 'add', coin: 'BTC' } as const;
  const preview = await front.through(front.engine.ledger.preview(id, { ...change, amount: '0.01' as never }));
  await front.through(front.engine.ledger.rehearse(preview));
  // The wait ends as soon as it was accepted.
  const stop = new AbortController();
  const onProgress = ({ state }: WriteRecord): void => {
    if (state === 'accepted') stop.abort();
  };
  await front.through(front.engine.ledger.commit(preview, onProgress, { signal: stop.signal }));
  assert.equal(front.engine.ledger.open(id).length, 1);
}

describe('other keys for an account that is here', function () {
  this.timeout(60_000);
  sitAtAMachine();

  it('are asked for part by part, hidden, tried, and stored when they are saved; an armed account stays armed', async () => {
    const account = await live(front, okx, 'Main');
    await front.engine.arming.arm(account.id, 'restart');
    const { readOnly } = okx.otherKeys;
    const talk = await update(
      account,
      ...parts({ ...readOnly, secret: 'wrong' }),
      press(says('button.change-keys')),
      ...parts(readOnly),
      press(says('button.save')),
    );
    const dialog = talk.heard.at(-1)!;
    assert.equal(dialog.title, says('key.works', 'Main'));
    assert.deepEqual([dialog.kind, dialog.choices], ['info', [says('button.save'), says('button.change-keys'), says('button.discard')]]);
    assert.ok(
      talk.heard
        .filter(({ what }) => what === 'input')
        .every(({ secret, title }) => secret === true && title === says('account.update-keys', 'Main')),
    );
    assert.deepEqual(await storedOf(account), readOnly);
    assert.deepEqual([record(account).readOnly, record(account).uid], [true, account.uid]);
    assert.equal(front.engine.arming.state(account.id).armed, true);
  });

  const left: readonly (readonly [string, (keys: KeyTexts) => readonly Answer[]])[] = [
    ['at the first part', () => [leave]],
    ['at the last part', (keys) => [...parts(keys).slice(0, 2), leave]],
    ['after going back', (keys) => [...parts(keys).slice(0, 2), goBack, leave]],
    ['at the question whether to save', (keys) => [...parts(keys), leave]],
    ['with Save Nothing', (keys) => [...parts(keys), press(says('button.discard'))]],
    ['when they do not work', (keys) => [...parts({ ...keys, secret: 'wrong' }), leave]],
  ];
  for (const [where, answers] of left) {
    it(`leave all as it was when they are left ${where}`, async () => {
      const account = await live(front, okx, 'Main');
      const logged = front.logged.length;
      await update(account, ...answers(okx.otherKeys.readOnly));
      assert.deepEqual(await storedOf(account), okx.keys);
      assert.deepEqual(record(account), account);
      assert.ok(!front.logged.slice(logged).some((line) => line.includes('keys updated')));
    });
  }

  it('may not withdraw, whoever insists', async () => {
    const account = await live(front, okx, 'Main');
    const talk = await update(account, ...parts(okx.otherKeys.withdraw), leave);
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.change-keys'), says('button.discard')]);
    assert.deepEqual(await storedOf(account), okx.keys);
  });

  it('that the keyring does not keep are not used', async () => {
    const account = await live(front, okx, 'Main');
    await assert.rejects(
      update(
        account,
        ...parts(okx.otherKeys.readOnly),
        after(() => (machine.secrets.fault = 'throws'), press(says('button.save'))),
      ),
      saysLike('key.not-kept'),
    );
    machine.secrets.fault = 'none';
    assert.deepEqual(await storedOf(account), okx.keys);
    assert.deepEqual(record(account), account);
  });

  it('of the exchange inside the extension are its own: nothing is asked', async () => {
    const account = await front.engine.simulated.create('Simulated');
    const talk = await update(account);
    assert.equal(talk.titles('notice')[0], says('account.own-keys', 'Simulated'));
    assert.equal(talk.heard.length, 1);
  });
});

describe('keys of another user, for an account that is here', function () {
  this.timeout(60_000);
  sitAtAMachine();

  let account: Account;
  let others: KeyTexts;
  beforeEach(async () => {
    account = await live(front, okx, 'Main');
    others = okx.otherKeys.readOnly;
    owners[others.apiKey] = '770002';
  });

  it('are warned of, and the first way out is an account of their own', async () => {
    const talk = await update(account, ...parts(others), leave);
    const dialog = talk.heard.at(-1)!;
    assert.equal(dialog.title, says('key.other-owner', 'OKX', '…0002', `…${account.uid!.slice(-4)}`));
    assert.match(dialog.detail, saysLike('key.figures-open-changes'));
    assert.deepEqual(
      [dialog.kind, dialog.choices],
      ['warning', [says('term.add-account'), says('button.change-keys'), says('button.save-anyway'), says('button.discard')]],
    );
    assert.deepEqual(record(account), account);
    assert.deepEqual(await storedOf(account), okx.keys);
  });

  it('become an account of their own at the same place, whose name alone is asked for', async () => {
    const talk = await update(account, ...parts(others), press(says('term.add-account')), type('Main'), type('Other'));
    assert.deepEqual(talk.faults, [says('key.already-account-named', 'Main')]);
    assert.equal(talk.heard.at(-1)!.value, 'OKX');
    const [first, second] = front.engine.book.list();
    assert.deepEqual(first, account);
    assert.deepEqual(await storedOf(account), okx.keys);
    assert.deepEqual(
      { ...second, id: '' },
      {
        id: '',
        venue: 'okx',
        site: 'global',
        name: 'Other',
        simulated: false,
        readOnly: true,
        uid: '770002',
        key: { asOf: second!.key!.asOf },
      },
    );
    assert.deepEqual(await front.engine.vault.readOwned(second!.id), { keys: others, owner: '770002' });
  });

  it('are not added after all by whoever leaves the name', async () => {
    await update(account, ...parts(others), press(says('term.add-account')), leave);
    assert.deepEqual(front.engine.book.list(), [account]);
    assert.equal(machine.secrets.values.size, 1);
  });

  it('are asked for again on request', async () => {
    await update(account, ...parts(others), press(says('button.change-keys')), ...parts(okx.keys), press(says('button.save')));
    assert.deepEqual(record(account), account);
  });

  it('take the place of the old ones for whoever insists: disarmed, and what the old ones read is forgotten', async () => {
    await front.engine.arming.arm(account.id, 'restart');
    await update(account, ...parts(others), press(says('button.save-anyway')));
    assert.deepEqual([record(account).uid, record(account).readOnly], ['770002', true]);
    assert.deepEqual(await front.engine.vault.readOwned(account.id), { keys: others, owner: '770002' });
    assert.equal(front.engine.arming.state(account.id).armed, false);
  });

  it('that are here already are not offered to be added once more', async () => {
    await front.engine.book.add({ ...account, id: 'other', name: 'Other', uid: '770002' });
    const talk = await update(account, ...parts(others), leave);
    assert.match(talk.heard.at(-1)!.detail, saysLike('key.already-here', 'Other'));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.change-keys'), says('button.save-anyway'), says('button.discard')]);
  });

  it('cannot be used while a change of the account is not settled, and it is said why', async () => {
    await leaveOpen(account);
    const talk = await update(account, ...parts(others), leave);
    assert.match(talk.heard.at(-1)!.detail, saysLike('key.unsettled', 'Main'));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('term.add-account'), says('button.change-keys'), says('button.discard')]);
    assert.equal(record(account).uid, account.uid);
  });

  it('are not used when a change was left open while the question stood there: it is asked anew, without that way', async () => {
    const talk = await update(
      account,
      ...parts(others),
      after(() => leaveOpen(account), press(says('button.save-anyway'))),
      leave,
    );
    const [before, anew] = talk.heard.slice(-2);
    assert.ok(before!.choices.includes(says('button.save-anyway')));
    assert.ok(!anew!.choices.includes(says('button.save-anyway')));
    assert.equal(record(account).uid, account.uid);
    assert.deepEqual(await storedOf(account), okx.keys);
  });

  it('are taken like any others where it was not known before whose they were, and nothing is armed for them', async () => {
    await front.engine.arming.arm(account.id, 'restart');
    await front.engine.book.update(account.id, { uid: undefined as never });
    const talk = await update(account, ...parts(others), press(says('button.save')));
    assert.match(talk.heard.at(-1)!.title, saysLike('key.works'));
    assert.equal(record(account).uid, '770002');
    assert.equal(front.engine.arming.state(account.id).armed, false);
  });
});

describe('the name of an account', function () {
  this.timeout(60_000);
  sitAtAMachine();

  it('is changed to another that is free, and the title says of which account', async () => {
    const account = await live(front, okx, 'Main');
    await front.engine.book.add({ ...account, id: 'second', name: 'Second' });
    const talk = await front.does((app) => renameAccount(app, account), type(''), type('SECOND'), type(' My  own '));
    assert.equal(talk.heard[0]!.title, 'Rename Main');
    assert.equal(talk.heard[0]!.value, 'Main');
    assert.deepEqual(talk.faults, [says('key.needed'), says('key.already-account-named', 'SECOND')]);
    assert.deepEqual(record(account), { ...account, name: 'My own' });
  });

  it('stays as it was when the question is left, and may be written in other letters', async () => {
    const account = await live(front, okx, 'Main');
    await front.does((app) => renameAccount(app, account), leave);
    await front.does((app) => renameAccount(app, account), type('Main'));
    assert.deepEqual(record(account), account);
    await front.does((app) => renameAccount(app, account), type('MAIN'));
    assert.equal(record(account).name, 'MAIN');
  });
});

describe('removing an account', function () {
  this.timeout(60_000);
  sitAtAMachine();

  const remove = (account: Account, ...answers: readonly Answer[]): Promise<Scripted> =>
    front.does((app) => removeAccount(app, account), ...answers);

  it('takes its keys, its record and its figures away, after it was confirmed', async () => {
    const account = await live(front, okx, 'Main');
    const talk = await remove(account, press(says('button.remove-account')));
    const [dialog] = talk.heard;
    assert.equal(dialog!.title, says('account.remove', 'Main'));
    assert.match(dialog!.detail, saysLike('account.removes'));
    assert.deepEqual([dialog!.kind, dialog!.choices], ['warning', [says('button.remove-account')]]);
    assert.deepEqual(front.engine.book.list(), []);
    assert.equal(machine.secrets.values.size, 0);
    assert.deepEqual(front.rows('loans'), []);
    assert.equal(front.status(), undefined);
    const later = await machine.front();
    assert.deepEqual(later.engine.store.all(), []);
  });

  it('leaves all there when it is not confirmed', async () => {
    const account = await live(front, okx, 'Main');
    await remove(account, leave);
    assert.deepEqual(front.engine.book.list(), [account]);
    assert.deepEqual(await storedOf(account), okx.keys);
  });

  it('warns of a change that is not finished', async () => {
    const account = await live(front, okx, 'Main');
    await leaveOpen(account);
    const talk = await remove(account, leave);
    assert.match(talk.heard[0]!.detail, saysLike('key.unsettled'));
  });

  it('of the exchange inside the extension ends that too, and says that no real money is concerned', async () => {
    const account = await front.engine.simulated.create('Simulated');
    await front.until('its figures', () => front.status()?.includes(says('term.simulated')) === true);
    const talk = await remove(account, press(says('button.remove-account')));
    assert.equal(talk.heard[0]!.detail, says('account.removes-simulated'));
    assert.equal(front.engine.simulated.account(), undefined);
    assert.equal(machine.secrets.values.size, 0);
    await assert.rejects(fetch(account.baseUrl!));
  });

  it('keeps the record when the keyring does not let go of the keys, so that it can be tried again', async () => {
    const account = await live(front, okx, 'Main');
    await assert.rejects(
      remove(
        account,
        after(() => (machine.secrets.fault = 'throws'), press(says('button.remove-account'))),
      ),
      saysLike('key.not-kept'),
    );
    machine.secrets.fault = 'none';
    assert.deepEqual(front.engine.book.list(), [account]);
  });
});

describe('testing the connection of an account', function () {
  this.timeout(60_000);
  sitAtAMachine();

  const test = (account: Account, ...answers: readonly Answer[]): Promise<Scripted> =>
    front.does((app) => testConnection(app, record(account)), ...answers);

  it('says what the exchange says of the key', async () => {
    const account = await live(front, okx, 'Main');
    const talk = await test(account, leave);
    assert.deepEqual(talk.worked, [says('key.testing-connection', 'Main')]);
    const [dialog] = talk.heard;
    assert.equal(dialog!.title, says('account.works', 'Main'));
    assert.match(dialog!.detail, saysInTurn(says('key.permissions', '✓', '✓', '✗'), says('key.bound', '127.0.0.1')));
    assert.deepEqual([dialog!.kind, dialog!.choices], ['info', []]);
  });

  it('writes down when the key may do other things than before', async () => {
    const account = await live(front, { url: okx.url, keys: okx.otherKeys.readOnly }, 'Main');
    await test(account, leave);
    assert.equal(record(account).readOnly, true);
  });

  it('of a key that may withdraw by now says so, and leads to other keys', async () => {
    const account = await live(front, { url: okx.url, keys: okx.otherKeys.withdraw }, 'Main');
    const talk = await test(account, press(says('button.update-keys')));
    assert.match(talk.heard[0]!.title, saysLike('key.can-withdraw'));
    assert.deepEqual([talk.heard[0]!.kind, talk.heard[0]!.choices], ['error', [says('button.update-keys'), says('button.show-log')]]);
    assert.deepEqual(talk.ran, [{ command: 'updateKeys', target: { accountId: account.id } }]);
  });

  it('that fails says why, of which account, and leads to other keys or to the log', async () => {
    const account = await live(front, okx, 'Main');
    await okx.kill();
    const talk = await test(account, press(says('button.show-log')));
    assert.equal(talk.heard[0]!.detail, 'Account: Main');
    assert.deepEqual([talk.heard[0]!.kind, talk.heard[0]!.choices], ['error', [says('button.update-keys'), says('button.show-log')]]);
    assert.deepEqual(talk.did, ['openLog']);
    assert.ok(front.logged.some((line) => line.startsWith('test of Main: network')));
  });

  it('whose keys this window does not find offers to reload it first', async () => {
    const account = await live(front, okx, 'Main');
    machine.secrets.values.clear();
    const talk = await test(account, press(says('button.reload-window')));
    assert.deepEqual(talk.heard[0]!.choices, [says('button.reload-window'), says('button.update-keys'), says('button.show-log')]);
    assert.deepEqual(talk.did, ['reloadWindow']);
  });

  it('of the exchange inside the extension offers no other keys when it fails', async () => {
    const account = await front.engine.simulated.create('Simulated');
    await front.until('its figures', () => front.engine.store.get(account.id)?.snapshot !== undefined);
    const body = JSON.stringify({ fault: 'http-404' });
    await fetch(`${account.baseUrl!}/__simulator/fault`, { method: 'POST', body });
    const talk = await test(account, leave);
    assert.deepEqual([talk.heard[0]!.kind, talk.heard[0]!.choices], ['error', [says('button.show-log')]]);
  });

  it('of keys of another user by now says so, and changes nothing', async () => {
    const account = await live(front, okx, 'Main');
    owners[okx.keys.apiKey] = '770002';
    const talk = await test(account, leave);
    assert.match(talk.heard[0]!.title, saysLike('key.other-owner', 'OKX', '…0002', undefined));
    assert.deepEqual(talk.heard[0]!.choices, [says('button.update-keys'), says('button.show-log')]);
    assert.deepEqual(record(account), account);
  });

  it('that the person stops says nothing of a fault', async () => {
    const account = await live(front, okx, 'Main');
    const talk = new Scripted();
    talk.stops = 'Testing the connection';
    await assert.rejects(
      front.followed(talk, (app) => testConnection(app, account)),
      { kind: 'aborted' },
    );
    assert.deepEqual(talk.heard, []);
  });
});
