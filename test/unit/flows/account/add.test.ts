import assert from 'node:assert/strict';
import { addAccount } from '../../../../src/flows/account/add.ts';
import { Setup } from '../../engine/ledger/support.ts';
import { actingAt, goBack, leave, pick, press, Scripted, type, type Answer } from '../scripted.ts';
import { says } from '../../../texts.ts';

const facts = { uid: '7', canRead: true, canTrade: true, canWithdraw: false, boundAddresses: ['203.0.113.7'] };

async function adding(answers: readonly Answer[], canWithdraw = false, others: readonly string[] = []) {
  const setup = new Setup();
  const main = setup.accounts.get('a')!;
  setup.accounts.clear();
  for (const other of others) setup.accounts.set(other, { ...main, id: other, name: other });
  const talk = new Scripted(...answers);
  const { app, keys } = actingAt(setup, talk, {}, { inspect: async () => ({ ...facts, canWithdraw }) });
  await addAccount(app);
  return { talk, keys, accounts: [...setup.accounts.values()] };
}

const whole = [pick('OKX'), pick('OKX Global'), type('Mine'), type('key'), type('secret'), type('phrase'), press(says('button.save'))];

describe('adding an account', () => {
  it('stores its keys and its record when it is saved', async () => {
    const { talk, keys, accounts } = await adding(whole);
    assert.equal(talk.left, 0);
    assert.deepEqual(
      accounts.map(({ name, venue, site, uid }) => [name, venue, site, uid]),
      [['Mine', 'okx', 'global', '7']],
    );
    assert.deepEqual([...keys], [[accounts[0]!.id, { apiKey: 'key', secret: 'secret', passphrase: 'phrase' }]]);
  });

  whole.forEach((_answer, step) => {
    it(`leaves nothing behind when it is left at question ${(step + 1).toString()} of ${whole.length.toString()}`, async () => {
      const { talk, keys, accounts } = await adding([...whole.slice(0, step), leave]);
      assert.equal(talk.left, 0);
      assert.equal(keys.size, 0);
      assert.deepEqual(accounts, []);
    });
  });

  it('goes back to what was answered, and on from there', async () => {
    const there = [pick('OKX'), pick('OKX Global'), goBack, pick('OKX Global'), ...whole.slice(2)];
    assert.equal((await adding(there)).accounts.length, 1);
  });

  it('asks for the key again, and nothing else, when another key is wanted', async () => {
    const again = [...whole.slice(0, -1), press(says('button.change-keys')), ...whole.slice(3)];
    const { talk, accounts } = await adding(again);
    assert.equal(talk.left, 0);
    assert.equal(accounts.length, 1);
  });

  it('refuses a key that may withdraw: it cannot be saved', async () => {
    const { talk, accounts, keys } = await adding([...whole.slice(0, -1), leave], true);
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.change-keys'), says('button.discard')]);
    assert.equal(accounts.length + keys.size, 0);
  });

  it('asks for exchange, site, name and the parts of the key, in that order, each part hidden', async () => {
    const { talk } = await adding([...whole.slice(0, -1), leave]);
    assert.deepEqual(
      talk.heard.map(({ what, title, detail, secret }) => [what, what === 'input' ? detail : title, secret]),
      [
        ['pick', `${says('button.add-account')} | ${says('account.exchange')}`, undefined],
        ['pick', `${says('button.add-account')} | ${says('account.key-site')}`, undefined],
        ['input', says('account.name'), false],
        ['input', 'API key', true],
        ['input', says('okx.secret-key'), true],
        ['input', `Passphrase: ${says('okx.passphrase-hint')}`, true],
        ['dialog', says('key.works', 'Mine'), undefined],
      ],
    );
    assert.deepEqual(talk.heard[0]!.choices, ['OKX', 'Bybit']);
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.save'), says('button.change-keys'), says('button.discard')]);
    assert.equal(talk.heard[0]!.canGoBack, false);
    assert.ok(talk.heard.slice(1, -1).every(({ canGoBack }) => canGoBack === true));
    // The venue's own addresses come first, each with its host; the one that has to be typed comes last.
    const { lines = [] } = talk.heard[1]!;
    assert.ok(lines[0]!.startsWith(`OKX Global | openapi.okx.com | ${says('term.registered', 'okx.com')}`), lines[0]);
    assert.equal(lines.at(-1), `${says('term.loopback-simulated')}…`);
  });

  it('asks for an address only where the site has none, and for as many parts as the exchange has', async () => {
    const { talk, accounts } = await adding([
      pick('Bybit'),
      pick(`${says('term.loopback-simulated')}…`),
      type(' http://127.0.0.1:9001/ '),
      type('Mine'),
      type('key'),
      type('secret'),
      press(says('button.save')),
    ]);
    assert.equal(talk.left, 0);
    assert.deepEqual(
      accounts.map(({ venue, site, baseUrl, simulated }) => [venue, site, baseUrl, simulated]),
      [['bybit', 'loopback', 'http://127.0.0.1:9001', true]],
    );
  });

  whole.slice(1, -1).forEach((_answer, step) => {
    it(`goes back from question ${(step + 2).toString()}, offers there what was answered, and leaves nothing behind when it is left then`, async () => {
      const { talk, keys, accounts } = await adding([...whole.slice(0, step + 1), goBack, leave]);
      assert.equal(talk.left, 0);
      const [before, again] = [talk.heard[step]!, talk.heard.at(-1)!];
      assert.deepEqual([again.title, again.detail], [before.title, before.detail]);
      const answered = whole[step]!;
      if (answered.does === 'type') assert.equal(again.value, answered.text);
      assert.equal(keys.size, 0);
      assert.deepEqual(accounts, []);
    });
  });

  it('goes all the way back and to another exchange, whose account has nothing of the first', async () => {
    const back = Array<Answer>(5).fill(goBack);
    const bybit = [pick('Bybit'), pick('Bybit Global'), type('Other'), type('key2'), type('secret2'), press(says('button.save'))];
    const { talk, keys, accounts } = await adding([...whole.slice(0, 5), ...back, ...bybit]);
    assert.equal(talk.left, 0);
    assert.deepEqual(
      accounts.map(({ name, venue, site }) => [name, venue, site]),
      [['Other', 'bybit', 'global']],
    );
    assert.deepEqual([...keys.values()], [{ apiKey: 'key2', secret: 'secret2' }]);
  });

  it('offers a name that is free, and takes none that is not', async () => {
    const { talk, accounts } = await adding(
      [pick('OKX'), pick('OKX Global'), type(''), type(' okx '), type('x'.repeat(61)), type(' My  own '), ...whole.slice(3)],
      false,
      ['OKX'],
    );
    assert.equal(talk.heard[2]!.value, 'OKX 2');
    assert.deepEqual(talk.faults, [says('key.needed'), says('key.already-account-named', 'okx'), says('key.most-characters', '60')]);
    assert.equal(accounts.at(-1)!.name, 'My own');
  });

  it('takes a part of a key as it is copied, and nothing else that was copied with it', async () => {
    const { talk, keys } = await adding([
      ...whole.slice(0, 3),
      type(''),
      type('two words'),
      type('schlüssel'),
      type('x'.repeat(513)),
      type('\tkey \n'),
      ...whole.slice(4),
    ]);
    assert.equal(talk.faults.length, 4);
    assert.deepEqual([...keys.values()], [{ apiKey: 'key', secret: 'secret', passphrase: 'phrase' }]);
    // What is wrong is said without what was typed.
    for (const said of talk.faults) assert.doesNotMatch(said, /schlüssel|two words|xxx/);
  });

  it('forgets the parts of a key that was refused: none is offered again', async () => {
    const { talk } = await adding([...whole.slice(0, -1), press(says('button.change-keys')), leave], true);
    assert.deepEqual([talk.heard.at(-1)!.detail, talk.heard.at(-1)!.value], ['API key', '']);
  });

  it('goes on from a refused key also back to the place', async () => {
    const { talk } = await adding([...whole.slice(0, -1), press(says('button.change-keys')), goBack, leave], true);
    assert.deepEqual([talk.heard.at(-1)!.detail, talk.heard.at(-1)!.value], [says('account.name'), 'Mine']);
  });

  it('takes the keys away again when the record cannot be written', async () => {
    const setup = new Setup();
    setup.accounts.clear();
    const { app, keys } = actingAt(setup, new Scripted(...whole), {}, { inspect: async () => facts });
    const add = async (): Promise<never> => {
      assert.equal(keys.size, 1, 'keys first: a record without keys would be an account that cannot be read');
      throw new Error('disk full');
    };
    await assert.rejects(addAccount({ ...app, book: { ...app.book, add } }), /disk full/);
    assert.equal(keys.size, 0);
  });
});
