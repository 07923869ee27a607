import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { msg } from '../../../src/core/message.ts';
import type { Account } from '../../../src/core/model.ts';
import type { Limits, LimitsFault } from '../../../src/engine/ledger/limits.ts';
import { Refusal } from '../../../src/engine/ledger/refusal.ts';
import { armWriting, armWritingOn, sayDisarmed } from '../../../src/flows/arm.ts';
import { Setup, noLimits } from '../engine/ledger/support.ts';
import { actingAt, leave, pick, press, Scripted, type, type Answer } from './scripted.ts';
import { says, saysLike } from '../../texts.ts';

interface Facts {
  readonly account?: Partial<Account>;
  readonly limits?: Limits | LimitsFault;
  /** What the exchange says about the keys' owner. */
  readonly says?: () => string | undefined;
  readonly argument?: unknown;
  readonly armed?: number;
}

async function arming(answers: readonly Answer[], { account, limits = noLimits, says, argument, armed: until }: Facts = {}) {
  const setup = new Setup();
  setup.limits = limits;
  setup.armed = until === undefined ? { armed: false } : { armed: true, until };
  setup.accounts.set('a', { ...setup.accounts.get('a')!, uid: '1', ...account });
  const talk = new Scripted(...answers);
  let asked = 0;
  const inspect = async () => {
    asked += 1;
    const uid = says?.();
    return { canRead: true, canTrade: true, canWithdraw: false, boundAddresses: [], ...(uid === undefined ? {} : { uid }) };
  };
  const { app, armed } = actingAt(setup, talk, {}, { inspect });
  const names: (string | undefined)[] = [];
  const arm: typeof app.arming.arm = async (id, term, proof) => {
    names.push(proof?.typedName);
    await app.arming.arm(id, term, proof);
  };
  const failed = await armWritingOn({ ...app, arming: { ...app.arming, arm } }, argument).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.equal(talk.left, 0, 'all was asked');
  return { talk, armed, names, setup, asked, failed };
}

const terms = [says('arming.15-minutes'), says('arming.restart'), 'Always'];
const simulated = { simulated: true, site: 'loopback', baseUrl: 'http://127.0.0.1:9' };
const demo = { site: 'global-demo' };

describe('arming that the engine refuses', () => {
  it('says why, and is nothing that went wrong', async () => {
    const talk = new Scripted(pick('Always'), type('Main'), leave);
    const { app } = actingAt(new Setup(), talk);
    const arm = async (): Promise<never> => {
      throw new Refusal(msg('test', 'It is called Other by now.'));
    };
    const account = { ...app.book.get('a')!, uid: '1' };
    const book = { ...app.book, get: () => account };
    assert.equal(await armWriting({ ...app, book, arming: { ...app.arming, arm } }, account), false);
    assert.deepEqual(talk.titles('notice'), ['It is called Other by now.']);
  });
});

describe('arming an account with real money always', () => {
  it('takes its very name, and says of any other what to type', async () => {
    const { talk, armed, names } = await arming([pick('Always'), type(''), type('main'), type('Main '), type('Main')]);
    assert.deepEqual([armed, names], [['always'], ['Main']]);
    assert.deepEqual(talk.faults, Array(3).fill(says('arming.type-exactly', 'Main')));
    const box = talk.heard.find(({ what }) => what === 'input')!;
    assert.equal(box.title, `LIVE: ${says('button.arm-account')} (Main)`);
    assert.equal(box.detail, says('arming.name-prompt', 'Main'));
    assert.deepEqual([box.value, box.secret, box.canGoBack], ['', false, false]);
  });

  it('is not done by whoever leaves, at the term or at the name', async () => {
    assert.deepEqual((await arming([leave])).armed, []);
    const { armed, talk } = await arming([pick('Always'), leave]);
    assert.deepEqual(armed, []);
    assert.deepEqual(talk.titles('notice'), []);
  });

  it('asks for no name for a term that ends, nor where no real money is', async () => {
    assert.deepEqual((await arming([pick(says('arming.15-minutes'))])).armed, ['quarter']);
    assert.deepEqual((await arming([pick(says('arming.restart'))])).armed, ['restart']);
    assert.deepEqual((await arming([pick('Always')], { account: simulated })).armed, ['always']);
    assert.deepEqual((await arming([pick('Always')], { account: demo })).armed, ['always']);
  });

  it('opens the limits instead and arms nothing, when they are asked for', async () => {
    const { talk, armed } = await arming([pick(says('button.set-limits'))]);
    assert.deepEqual(talk.did, ['openLimits']);
    assert.deepEqual(armed, []);
  });

  it('offers to take it back at once', async () => {
    const { talk } = await arming([pick(says('arming.15-minutes')), press(says('button.disarm-account'))]);
    assert.deepEqual(talk.ran, [{ command: 'disarmWriting', target: { accountId: 'a' } }]);
  });
});

describe('the question for how long an account is armed', () => {
  for (const [money, account, mark, meaning, always] of [
    ['real money', {}, 'LIVE', saysLike('preview.live-account'), true],
    ['demo trading', demo, 'DEMO', saysLike('preview.no-real-money', 'DEMO'), false],
    ['a simulated exchange', simulated, 'SIMULATED', saysLike('preview.no-real-money', 'SIMULATED'), false],
  ] as const) {
    it(`says that it is about ${money}, and has the terms in order, the shortest first`, async () => {
      const { talk } = await arming([leave], { account });
      const [question] = talk.heard;
      assert.equal(question!.title, `${mark}: ${says('arming.how-long', 'Main')} | ${says('arming.not-armed-nothing')}`);
      assert.match(question!.detail, meaning);
      assert.deepEqual(question!.choices, [...terms, '', says('button.set-limits')]);
      assert.equal(saysLike('arming.always-by-name').test(question!.lines![2]!), always);
    });
  }

  it('says the limits, that there are none, or that they are not understood', async () => {
    const said = async (limits: Limits | LimitsFault): Promise<string> => (await arming([leave], { limits })).talk.heard[0]!.detail;
    assert.match(await said(noLimits), saysLike('arming.no-limits-set'));
    const limits = { ...noLimits, perActionUsd: decimal('500'), highestLtvAfterReduction: decimal('0.71') };
    assert.match(
      await said(limits),
      saysLike('arming.limits-settings', `${says('arming.most-per-change', '500', 'USD')}; ${says('arming.ltv-most-after', '71.00%')}`),
    );
    assert.match(await said({ fault: msg('test', 'Write a number.') }), saysLike('arming.limits-fault', 'Write a number.'));
  });

  it('says until when it is armed already', async () => {
    const { talk } = await arming([leave], { armed: 1_700_000_000_000 });
    assert.match(talk.heard[0]!.title, saysLike('arming.armed-until', '2023-11-14T22:13:20.000Z'));
  });

  it('is answered with what was done', async () => {
    const said = async (term: string, account: Partial<Account> = simulated): Promise<readonly string[]> =>
      (await arming([pick(term)], { account })).talk.titles('notice');
    // The scripted engine arms every term until the restart; what the others are called is the word's own test.
    assert.deepEqual(await said(says('arming.restart'), {}), [
      says('arming.still-confirmed', says('list.sentence', says('list.colon', 'Main', says('arming.armed-restart')))),
    ]);
  });
});

describe('an account that cannot be armed', () => {
  it('because its key may only read leads to other keys, before any question', async () => {
    const { talk, armed } = await arming([press(says('button.update-keys'))], { account: { readOnly: true } });
    assert.match(talk.titles('notice')[0]!, saysLike('choose.read-only-key', 'Main'));
    assert.deepEqual(talk.ran, [{ command: 'updateKeys', target: { accountId: 'a' } }]);
    assert.deepEqual(armed, []);
  });

  it('because it is gone is said to be gone', async () => {
    const { talk, armed } = await arming([], { argument: { accountId: 'b' } });
    assert.deepEqual(talk.titles('notice'), [says('refusal.account-removed')]);
    assert.deepEqual(armed, []);
  });

  const nobody = { uid: undefined } as never;

  it('because it is not known whose keys it has: the exchange is asked, and the answer is kept', async () => {
    const { talk, armed, setup } = await arming([pick(says('arming.15-minutes'))], { account: nobody, says: () => '77' });
    assert.deepEqual(talk.worked, [says('key.testing-connection', 'Main')]);
    assert.equal(setup.accounts.get('a')!.uid, '77');
    assert.deepEqual(armed, ['quarter']);
  });

  it('because the exchange does not tell whose keys it has either', async () => {
    const { talk, armed } = await arming([], { account: nobody });
    assert.match(talk.titles('notice')[0]!, saysLike('arming.owner-unknown', 'Main'));
    assert.deepEqual(armed, []);
  });

  it('because the exchange cannot be asked', async () => {
    const error = new ExchangeError({ kind: 'network', sentence: msg('test', 'Not reached.'), effect: 'none' });
    const says = () => {
      throw error;
    };
    const { failed, armed } = await arming([], { account: nobody, says });
    assert.equal(failed, error);
    assert.deepEqual(armed, []);
  });

  it('is asked nothing of whose keys it has where that is known, nor held back where no money moves', async () => {
    assert.equal((await arming([pick(says('arming.15-minutes'))])).asked, 0);
    assert.deepEqual((await arming([pick(says('arming.15-minutes'))], { account: { ...simulated, ...(nobody as object) } })).armed, [
      'quarter',
    ]);
  });

  it('is told to the one who asked from a preview, too', async () => {
    const setup = new Setup();
    setup.armed = { armed: false };
    setup.accounts.set('a', { ...setup.accounts.get('a')!, readOnly: true });
    const { app, armed } = actingAt(setup, new Scripted());
    assert.equal(await armWriting(app, setup.accounts.get('a')!), false);
    assert.deepEqual(armed, []);
  });
});

describe('what is said of disarming', () => {
  const saying = async (disarmed: readonly string[], accountId?: string, account: Partial<Account> = {}) => {
    const setup = new Setup();
    const main = { ...setup.accounts.get('a')!, ...account };
    setup.accounts.set('a', main);
    setup.accounts.set('b', { ...main, id: 'b', name: 'Second' });
    const talk = new Scripted();
    await sayDisarmed(
      actingAt(setup, talk).app,
      disarmed.map((id) => setup.accounts.get(id)!),
      accountId,
    );
    return talk.titles('notice');
  };

  it('names every account that was disarmed', async () => {
    assert.deepEqual(await saying(['a', 'b']), [says('arming.disarmed', 'Main, Second')]);
  });

  it('says why nothing had to be', async () => {
    assert.deepEqual(await saying([]), [says('arming.none')]);
    assert.deepEqual(await saying([], 'a'), [says('list.sentence', says('list.colon', 'Main', says('arming.not-armed')))]);
    assert.deepEqual(await saying([], 'a', { readOnly: true }), [says('arming.read-only', 'Main')]);
    assert.deepEqual(await saying([], 'gone'), [says('refusal.account-removed')]);
  });
});
