// Adding an account by the real adapters and the real engine: what each exchange says of a key, and what is left behind.
import assert from 'node:assert/strict';
import { addAccount } from '../../../../src/flows/account/add.ts';
import { startBybit, type Bybit } from '../../../../src/simulator/bybit/start.ts';
import { TestExchange, type KeyTexts } from '../../../e2e/exchange.ts';
import { added, Machine, okxAddress, parts, place, type Front } from '../front.ts';
import { after, leave, pick, press, Scripted, type, type Answer } from '../scripted.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

const nowhere = 'http://127.0.0.1:9';
const refusal = [says('button.change-keys'), says('button.discard')];
const fault = [says('button.try-again'), ...refusal];

function leavesNothing({ engine, machine }: Front): void {
  assert.deepEqual(engine.book.list(), []);
  assert.equal(machine.secrets.values.size, 0);
  assert.deepEqual(engine.store.all(), []);
}

describe('a key that an exchange is asked about', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let okx: TestExchange;
  let bybit: Bybit;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    okx = await machine.runs(TestExchange.start({ clock: machine.clock }));
    bybit = await machine.runs(startBybit({ clock: machine.clock, walk: false }));
  });
  afterEach(() => machine.end());

  /** Tries a key, looks at the dialog about it and leaves. */
  async function tried(venue: 'okx' | 'bybit', keys: KeyTexts, url = venue === 'okx' ? okx.url : bybit.url) {
    const talk = await front.does(addAccount, ...place(venue, url, 'Main'), ...parts(keys), leave);
    leavesNothing(front);
    return talk.heard.at(-1)!;
  }

  const strange = { okx: '7c3f2a10-0000-4000-8000-000000000000', bybit: 'aBcDeFgHiJkLmNoPqR' };

  it('is not taken at OKX when any part of it is wrong, it is bound elsewhere, or may withdraw', async () => {
    const { keys, otherKeys } = okx;
    const wrong: readonly (readonly [KeyTexts, RegExp, readonly string[]])[] = [
      [{ ...keys, passphrase: 'not-the-passphrase' }, saysLike('okx.wrong-passphrase'), fault],
      [{ ...keys, secret: 'not-the-secret' }, saysLike('venue.wrong-secret'), fault],
      [{ ...keys, apiKey: strange.okx }, saysLike('venue.wrong-key'), fault],
      [otherKeys.boundToOtherAddress, saysLike('venue.ip-not-listed'), fault],
      [otherKeys.withdraw, saysLike('key.can-withdraw'), refusal],
    ];
    for (const [tryOut, why, buttons] of wrong) {
      const dialog = await tried('okx', tryOut);
      assert.match(dialog.title, why);
      assert.match(dialog.detail, saysLike('key.nothing-been-stored'));
      assert.deepEqual([dialog.kind, dialog.choices], ['error', buttons]);
    }
  });

  it('is not taken for demo trading when it is a live one, and is at the address of its site', async () => {
    front.routes.set(okxAddress, okx.url);
    const at = (site: string, answer: Answer): Promise<Scripted> =>
      front.does(addAccount, pick('OKX'), pick(site), type('Main'), ...parts(okx.keys), answer);
    const talk = await at(says('site.demo', 'OKX Global'), leave);
    assert.match(talk.heard.at(-1)!.title, saysLike('okx.wrong-site'));
    leavesNothing(front);
    await at('OKX Global', press(says('button.save')));
    assert.deepEqual(
      front.engine.book.list().map(({ site, baseUrl, simulated }) => [site, baseUrl, simulated]),
      [['global', undefined, false]],
    );
    await front.until('the loans', () => front.rows('loans').some((row) => row.includes('57.98% · Watch')));
    assert.match(front.rows('loans')[0]!, saysLike('arming.not-armed'));
  });

  it('is not taken at Bybit when any part of it is wrong, it is bound elsewhere, or may withdraw', async () => {
    const { keys, otherKeys } = bybit;
    const wrong: readonly (readonly [KeyTexts, RegExp, readonly string[]])[] = [
      [{ ...keys, secret: 'not-the-secret' }, /secret/i, fault],
      [{ ...keys, apiKey: strange.bybit }, saysLike('venue.wrong-key'), fault],
      [otherKeys.boundToOtherAddress, saysLike('venue.ip-not-listed'), fault],
      [otherKeys.withdraw, saysLike('key.can-withdraw'), refusal],
    ];
    for (const [tryOut, why, buttons] of wrong) {
      const dialog = await tried('bybit', tryOut);
      assert.match(dialog.title, why);
      assert.deepEqual([dialog.kind, dialog.choices], ['error', buttons]);
    }
  });

  it('that is wrong is asked for again, and nothing else is, until the right one is saved', async () => {
    const { keys, otherKeys } = okx;
    const talk = await front.does(
      addAccount,
      ...place('okx', okx.url, 'Main'),
      ...parts({ ...keys, passphrase: 'not-the-passphrase' }),
      press(says('button.change-keys')),
      ...parts(otherKeys.withdraw),
      press(says('button.change-keys')),
      ...parts(keys),
      press(says('button.save')),
    );
    // No part of a key is offered again, and each is hidden.
    const hidden = talk.heard.filter(({ secret }) => secret === true);
    assert.equal(hidden.length, 9);
    assert.deepEqual([...new Set(hidden.map(({ value }) => value))], ['']);
    const dialog = talk.heard.filter(({ what }) => what === 'dialog').at(-1)!;
    assert.equal(dialog.title, says('key.works', 'Main'));
    assert.match(dialog.detail, saysLike('key.permissions', undefined, '✓', undefined));
    assert.match(dialog.detail, saysLike('key.bound', '127.0.0.1'));
    assert.deepEqual([dialog.kind, dialog.choices], ['info', [says('button.save'), ...refusal]]);
    assert.deepEqual(talk.did, ['showLoans']);
    const [account] = front.engine.book.list();
    assert.deepEqual(
      { ...account, id: '', uid: '', key: { ...account?.key, asOf: 0 } },
      {
        id: '',
        uid: '',
        key: { asOf: 0 },
        venue: 'okx',
        site: 'loopback',
        baseUrl: okx.url,
        name: 'Main',
        simulated: true,
        readOnly: false,
      },
    );
    const { owner, keys: stored } = await front.engine.vault.readOwned(account!.id);
    assert.deepEqual([owner, stored], [account!.uid, keys]);
    await front.until('the loans', () => front.rows('loans').some((row) => row.includes('57.98% · Watch')));
    for (const part of [keys.apiKey, keys.secret, keys.passphrase]) assert.ok(!front.logged.join('\n').includes(part));
  });

  it('that may not trade is saved as read-only, said before', async () => {
    for (const [venue, { otherKeys, url }] of [['okx', okx] as const, ['bybit', bybit] as const]) {
      const talk = await front.does(addAccount, ...place(venue, url, venue), ...parts(otherKeys.readOnly), press(says('button.save')));
      assert.match(talk.heard.at(-1)!.detail, saysInTurn(saysLike('key.permissions', undefined, '✗', '✗'), says('term.read-only')));
    }
    assert.deepEqual(
      front.engine.book.list().map(({ name, readOnly }) => [name, readOnly]),
      [
        ['okx', true],
        ['bybit', true],
      ],
    );
  });

  it('that lacks a permission at Bybit is told which, before it is saved', async () => {
    for (const key of ['withoutLoans', 'withoutPositions'] as const) {
      assert.match((await tried('bybit', bybit.otherKeys[key])).detail, saysLike('key.missing-permission'), key);
    }
  });

  it('cannot be tried where nothing answers, and can when it does: Try Again asks for nothing anew', async () => {
    const dialog = await tried('okx', okx.keys, nowhere);
    assert.deepEqual([dialog.kind, dialog.choices], ['error', fault]);
    const gone = await okx.kill();
    const back = async (): Promise<void> => gone.revive();
    const talk = await front.does(
      addAccount,
      ...place('okx', okx.url, 'Main'),
      ...parts(okx.keys),
      press(says('button.try-again')),
      after(back, press(says('button.try-again'))),
      press(says('button.save')),
    );
    assert.equal(talk.heard.filter(({ secret }) => secret === true).length, 3);
    assert.equal(front.engine.book.list().length, 1);
  });

  it('is asked about under a progress that can be stopped, and then nothing is stored', async () => {
    const talk = new Scripted(...place('okx', okx.url, 'Main'), ...parts(okx.keys), leave);
    talk.stops = says('key.testing-connection', 'Main').replace('…', '');
    await front.followed(talk, addAccount);
    assert.deepEqual([talk.heard.at(-1)!.what, talk.heard.at(-1)!.choices], ['dialog', fault]);
    leavesNothing(front);
  });

  it('works with a clock that is off, which is said', async () => {
    for (const [venue, url] of [['okx', okx.url] as const, ['bybit', bybit.url] as const]) {
      for (const [offsetMs, seconds] of [
        [90_000, '-90'],
        [-90_000, '+90'],
      ] as const) {
        await fetch(`${url}/__simulator/clock`, { method: 'POST', body: JSON.stringify({ offsetMs }) });
        const { keys } = venue === 'okx' ? okx : bybit;
        const dialog = await tried(venue, keys);
        assert.match(dialog.title, saysLike('key.works'), venue);
        assert.match(dialog.detail, saysLike('clock.off', seconds, undefined), venue);
      }
    }
  });

  it('of an account that is here is warned of, and saved only by who insists', async () => {
    await added(front, okx, 'Main');
    const again: readonly Answer[] = [...place('okx', okx.url, 'Again'), ...parts(okx.otherKeys.readOnly)];
    for (const answer of [leave, press(says('button.discard'))]) {
      const talk = await front.does(addAccount, ...again, answer);
      const dialog = talk.heard.at(-1)!;
      assert.match(dialog.title, saysLike('key.already-here', 'Main'));
      assert.match(dialog.detail, saysLike('key.user-id', /…\d{4}/));
      assert.deepEqual(
        [dialog.kind, dialog.choices],
        ['warning', [says('button.change-keys'), says('button.save-anyway'), says('button.discard')]],
      );
      assert.equal(front.engine.book.list().length, 1);
      assert.equal(machine.secrets.values.size, 1);
    }
    await front.does(addAccount, ...again, press(says('button.save-anyway')));
    assert.deepEqual(
      front.engine.book.list().map(({ name }) => name),
      ['Main', 'Again'],
    );
  });

  it('is not half saved by a keyring that does not keep it: no account is made, and the reason is thrown', async () => {
    machine.secrets.fault = 'forgets';
    const whole: readonly Answer[] = [...place('okx', okx.url, 'Main'), ...parts(okx.keys), press(says('button.save'))];
    await assert.rejects(front.does(addAccount, ...whole), saysLike('key.not-kept'));
    machine.secrets.fault = 'none';
    leavesNothing(front);
    await front.does(addAccount, ...whole);
    assert.equal(front.engine.book.list().length, 1);
  });

  it('goes to no address but this machine’s: others are refused while they are typed', async () => {
    const talk = await front.does(
      addAccount,
      pick('OKX'),
      pick(`${says('term.loopback-simulated')}…`),
      type(''),
      type('http://localhost.evil.example:9000'),
      type('https://www.okx.com'),
      type('http://192.168.1.2:9000'),
      type('127.0.0.1'),
      leave,
    );
    const [empty, ...others] = talk.faults;
    assert.equal(empty, says('key.needed'));
    assert.equal(others.length, 4);
    for (const said of others) assert.match(said, saysLike('site.only-loopback'));
    leavesNothing(front);
  });
});
