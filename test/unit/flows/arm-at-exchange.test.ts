// Arming with the real engine at a simulated exchange: nothing leaves an account that is not armed, what would leave can be looked at, and
// what was added can be taken back.
import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { armWritingOn, sayDisarmed } from '../../../src/flows/arm.ts';
import { changeCollateral } from '../../../src/flows/change.ts';
import { undoAdd } from '../../../src/flows/undo.ts';
import { TestExchange } from '../../e2e/exchange.ts';
import { noLimits } from '../engine/ledger/support.ts';
import { added, live, Machine, type Front } from './front.ts';
import { leave, pick, press, type, type Answer } from './scripted.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const adding: readonly Answer[] = [pick('Loan 12345'), pick('BTC'), type('0.1')];

describe('an account at an exchange', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let exchange: TestExchange;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    front.limits = { ...noLimits, highestLtvAfterReduction: decimal('0.71') };
    exchange = await machine.runs(TestExchange.start({ clock: machine.clock, settleMs: 500 }));
  });
  afterEach(() => machine.end());

  const sent = (): Promise<number> => exchange.requests('adjust-collateral');
  const add = (...answers: readonly Answer[]) =>
    front.does((app, attended) => changeCollateral(app, attended, 'add', undefined), ...adding, ...answers);
  const row = (): string => front.rows('loans')[0]!;

  it('that is simulated is armed from the start; disarmed it says so, and previews without anything to send', async () => {
    const id = await added(front, exchange, 'Main');
    assert.doesNotMatch(row(), /armed/);
    await front.engine.arming.disarm(id);
    const said = await front.does((app) => sayDisarmed(app, [app.book.get(id)!], undefined));
    assert.match(said.titles('notice')[0]!, saysLike('arming.disarmed', 'Main'));
    assert.match(row(), saysInTurn(/^Main simulated · /, says('arming.not-armed')));
    const talk = await add(leave);
    const dialog = talk.heard.at(-1)!;
    assert.deepEqual(dialog.choices, [says('button.refresh'), says('button.show-request'), says('button.arm-account')]);
    assert.match(dialog.detail, saysLike('confirm.not-armed'));
    assert.match(dialog.detail, saysLike('term.by-estimate', saysLike('list.colon', 'LTV', saysLike('list.arrow', '57.98%', /51\.\d\d%/))));
    assert.equal(await sent(), 0);
  });

  it('shows the exact request as a page, masked and unsent, and comes back to the preview', async () => {
    const id = await added(front, exchange, 'Main');
    await front.engine.arming.disarm(id);
    const talk = await add(
      press(says('button.show-request')),
      pick(says('button.copy-request')),
      pick(says('button.back-to-preview')),
      leave,
    );
    const page = talk.heard.find(({ what }) => what === 'page')!;
    assert.equal(page.title, says('change.request-not-sent'));
    for (const part of [
      says('confirm.request-unsent'),
      'adjust-collateral',
      '"collateralAmt"',
      'OK-ACCESS-SIGN: ••••',
      'OK-ACCESS-KEY: ••••',
      'OK-ACCESS-PASSPHRASE: ••••',
    ]) {
      assert.ok(page.detail.includes(part), `the page names “${part}”: ${page.detail}`);
    }
    const { apiKey, secret, passphrase } = exchange.keys;
    for (const part of [apiKey, secret, passphrase]) assert.ok(!page.detail.includes(part), 'no part of a key is on the page');
    assert.deepEqual(talk.copied, [page.detail]);
    const [beside, again] = talk.heard.filter(({ what }) => what === 'pick').slice(-2);
    assert.match(beside!.title, saysLike('change.request-nothing-sent'));
    assert.match(again!.title, saysLike('change.copied-nothing-sent'));
    assert.match(talk.heard.at(-1)!.detail, saysLike('confirm.not-armed'));
    assert.equal(await sent(), 0);
  });

  it('is armed from the preview, adds once after the confirmation, and takes that back once, by a preview of its own', async () => {
    const id = await added(front, exchange, 'Main');
    await front.engine.arming.disarm(id);
    const talk = await add(press(says('button.arm-account')), pick(says('arming.15-minutes')), press('Add 0.1 BTC'), press('Undo…'));
    const question = talk.heard.find(({ title }) => title.includes(says('arming.how-long', 'Main')))!;
    assert.match(
      question.detail,
      saysInTurn(says('preview.no-real-money', 'SIMULATED'), says('arming.limits-settings', says('arming.ltv-most-after', '71.00%'))),
    );
    assert.deepEqual(question.choices.slice(0, 3), [says('arming.15-minutes'), says('arming.restart'), 'Always']);
    const dialog = talk.heard.filter(({ what }) => what === 'dialog').at(-1)!;
    assert.match(
      dialog.detail,
      saysLike('arming.still-confirmed', saysLike('list.sentence', saysLike('list.colon', 'Main', saysLike('arming.armed-until')))),
    );
    assert.equal(dialog.choices.at(-1), 'Add 0.1 BTC');
    const done = talk.heard.at(-1)!;
    assert.match(done.title, saysLike('outcome.done-now', says('term.ltv'), /51\.\d\d%/));
    assert.equal(await sent(), 1);
    assert.match(row(), saysInTurn('Main simulated · ', saysLike('arming.armed-min', /1[45]/)));

    const [ran] = talk.ran;
    assert.equal(ran!.command, 'undoAdd');
    const undone = await front.does((app, attended) => undoAdd(app, attended, ran!.target), press(says('term.remove', '0.1 BTC')));
    const taking = undone.heard.find(({ what }) => what === 'dialog')!;
    assert.match(
      taking.detail,
      saysInTurn(saysLike('undo.removes-again'), says('preview.route', '0.1 BTC', 'loan 12345', says('term.funding-account'))),
    );
    assert.match(undone.heard.at(-1)!.title, saysLike('outcome.done-now', says('term.ltv'), '57.98%'));
    assert.deepEqual(
      (await exchange.adjustments()).map(({ loan, type: act, amt }) => [loan, act, amt]),
      [
        ['12345', 'add', '0.1'],
        ['12345', 'reduce', '0.1'],
      ],
    );
    const nothing = await front.does((app, attended) => undoAdd(app, attended, undefined));
    assert.match(nothing.titles('notice')[0]!, saysLike('undo.nothing'));
    assert.equal(await sent(), 2);
  });

  it('stays armed for the term that was chosen, and no longer', async () => {
    const { id } = await live(front, exchange, 'Main');
    const arm = (...answers: readonly Answer[]) => front.does((app) => armWritingOn(app, undefined), ...answers);
    const states: [string, string | undefined][] = [];
    for (const [term, ...name] of [
      [pick(says('arming.15-minutes'))],
      [pick(says('arming.restart'))],
      [pick('Always'), type('Main')],
    ] as const) {
      const talk = await arm(term, ...name);
      states.push([
        talk.titles('notice')[0]!,
        row()
          .split(/ · |^Main /)
          .find((part) => part.startsWith('armed')),
      ]);
    }
    const isNow = (arming: string): string => says('arming.still-confirmed', says('list.sentence', says('list.colon', 'Main', arming)));
    const [quarter, ...others] = states;
    assert.match(
      quarter![0],
      saysLike('arming.still-confirmed', saysLike('list.sentence', saysLike('list.colon', 'Main', saysLike('arming.armed-until')))),
    );
    assert.equal(quarter![1], says('arming.armed-min', '15'));
    assert.deepEqual(others, [
      [isNow(says('arming.armed-restart')), says('arming.armed')],
      [isNow(says('arming.armed-always')), says('arming.armed')],
    ]);
    await front.engine.close();
    assert.deepEqual((await machine.front()).engine.arming.state(id), { armed: true, until: 'always' });
  });

  it('with real money is not armed at first; a quarter of an hour passes, a restart ends the rest', async () => {
    const { id } = await live(front, exchange, 'Main');
    const { arming } = front.engine;
    assert.equal(arming.state(id).armed, false);
    await front.does((app) => armWritingOn(app, { accountId: id }), pick(says('arming.15-minutes')));
    await machine.clock.advance(15 * 60_000 - 1_000);
    assert.equal(arming.state(id).armed, true);
    await machine.clock.advance(2_000);
    assert.equal(arming.state(id).armed, false);
    await front.does((app) => armWritingOn(app, { accountId: id }), pick(says('arming.restart')));
    await front.engine.close();
    assert.equal((await machine.front()).engine.arming.state(id).armed, false);
  });

  it('with real money cannot be armed always without its typed name, by whatever way the engine is asked', async () => {
    const { id } = await live(front, exchange, 'Main');
    for (const typedName of [undefined, '', 'main', 'Main ']) {
      await assert.rejects(front.engine.arming.arm(id, 'always', typedName === undefined ? undefined : { typedName }), { name: 'Refusal' });
    }
    assert.equal(front.engine.arming.state(id).armed, false);
  });

  it('with real money shows the request of its first change before that can be sent, once armed by its name', async () => {
    await live(front, exchange, 'Main');
    const talk = await add(
      press(says('button.arm-account')),
      pick('Always'),
      type('Mian'),
      type('Main'),
      press(says('button.show-request')),
      pick(says('button.back-to-preview')),
      press('Add 0.1 BTC'),
    );
    assert.deepEqual(talk.faults, [says('arming.type-exactly', 'Main')]);
    const dialogs = talk.heard.filter(({ what }) => what === 'dialog');
    assert.deepEqual(
      dialogs.map(({ choices }) => choices),
      [
        [says('button.refresh'), says('button.show-request'), says('button.arm-account')],
        [says('button.refresh'), says('button.show-request')],
        [says('button.refresh'), says('button.show-request'), 'Add 0.1 BTC'],
      ],
    );
    for (const { title, detail, kind } of dialogs) {
      assert.match(title, /^LIVE/);
      assert.match(detail, saysLike('preview.live-account'));
      assert.equal(kind, 'warning');
    }
    const page = talk.heard.find(({ what }) => what === 'page')!;
    assert.match(page.detail, /https:\/\/openapi\.okx\.com\/api\/v5\/finance\/flexible-loan\/adjust-collateral/);
    assert.equal(await sent(), 1);
    // The next one needs none of that.
    const second = await add(press('Add 0.1 BTC'));
    assert.deepEqual(second.heard.find(({ what }) => what === 'dialog')!.choices, [
      says('button.refresh'),
      says('button.show-request'),
      'Add 0.1 BTC',
    ]);
    assert.equal(await sent(), 2);
  });
});
