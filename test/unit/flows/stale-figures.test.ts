import assert from 'node:assert/strict';
import { bringLiquidationToTarget } from '../../../src/flows/target-liquidation.ts';
import { bringLtvToTarget } from '../../../src/flows/target-ltv.ts';
import { changeCollateral, changeMargin } from '../../../src/flows/change.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import type { Attended } from '../../../src/flows/open-change-news.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { loanAt, positionAt, type Place } from '../../../src/views/place.ts';
import { after, leave, pick, press, type, type Answer, type Scripted } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';
import { says, saysLike } from '../../texts.ts';

/** Loan 12345 at 57.98 % until a price moves while nobody reads. */
describe('somebody who acts while the figures that are shown are out of date', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
  });
  afterEach(() => trader.end());

  const tryAgain = says('button.try-again');
  const loan = loanAt('main', '12345');
  const add = (argument: unknown, ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => changeCollateral(app, attended, 'add', argument), ...answers);
  const line = (): string => trader.lines(loansOutline).find((one) => one.includes('#12345'))!;
  const unreachable = (): RegExp => saysLike('choose.not-read', 'Main', saysLike('http.unreachable', 'OKX', undefined));

  /** The exchange is gone for so long that what is shown is old, in which the price of BTC moves. */
  async function outage(percent = '0'): Promise<{ revive(): Promise<void> }> {
    // What it knows as it goes is there as it comes back, before anything can be read again.
    okx.movePrice('BTC', percent);
    const dead = await okx.kill();
    await trader.later(10 * 60_000);
    await trader.passes(60_000);
    // None is under way that would see a part of it dead and a part alive.
    await trader.until(trader.engine.poller.refresh('main'));
    assert.match(line(), saysLike('level.unknown'));
    return dead;
  }

  it('acts by a reading of the moment, as soon as the exchange answers again', async () => {
    const dead = await outage('-10');
    await dead.revive();
    const talk = await add(loan, pick('BTC'), type('0.02'), press('Add 0.02 BTC'));
    assert.match(talk.heard[2]!.detail, /64\.\d\d% → 62\.\d\d%/);
    assert.equal(talk.worked[0], says('change.reading'));
    assert.equal((await okx.adjustments()).length, 1);
  });

  it('is told why where that reading fails, and can try again until it does not', async () => {
    const dead = await outage();
    const reviving = after(() => dead.revive(), press(tryAgain));
    const talk = await add(loan, press(tryAgain), reviving, pick('BTC'), type('0.02'), press('Add 0.02 BTC'));
    const [first, again] = talk.titles('notice');
    for (const notice of [first, again]) assert.match(notice!, unreachable());
    assert.deepEqual(talk.heard[0]!.choices, [tryAgain]);
    assert.equal((await okx.adjustments()).length, 1);
  });

  it('finds that a position is gone by then, and sends nothing', async () => {
    const { positionId } = trader.engine.store.get('main')!.snapshot!.positions.find(({ instrument }) => instrument === 'BTC-USDT-SWAP')!;
    const dead = await outage('-24');
    await dead.revive();
    const talk = await trader.goes((app, attended) => changeMargin(app, attended, 'add', positionAt('main', positionId)));
    assert.deepEqual(talk.titles('notice'), [says('choose.gone')]);
    assert.deepEqual(trader.posted, []);
  });

  it('is told why where only the positions could not be read, and can try again until they can', async () => {
    const position = trader.engine.store.get('main')!.snapshot!.positions.find(({ instrument }) => instrument === 'BTC-USDT-SWAP')!;
    const dead = await outage();
    await dead.revive();
    await okx.fault('5xx', { endpoint: 'account/positions' });
    const mended = after(() => okx.control('DELETE', 'fault'), press(tryAgain));
    const place = positionAt('main', position.positionId);
    const talk = await trader.goes((app, attended) => changeMargin(app, attended, 'add', place), mended, leave);
    assert.match(talk.titles('notice')[0]!, saysLike('choose.not-read', 'Main'));
    assert.equal(talk.heard.at(-1)?.what, 'input');
    assert.equal(trader.engine.store.get('main')!.snapshot!.positions[0]!.keptFrom, undefined);
  });

  const commands: Readonly<Record<string, (app: Acting, attended: Attended) => Promise<void>>> = {
    margin: (app, attended) => changeMargin(app, attended, 'add', undefined),
    'a target LTV': (app, attended) => bringLtvToTarget(app, attended, undefined),
    'a target liquidation price': (app, attended) => bringLiquidationToTarget(app, attended, undefined),
  };
  for (const [name, command] of Object.entries(commands)) {
    it(`has ${name} read first too`, async () => {
      const dead = await outage();
      await dead.revive();
      const { asOf } = trader.engine.store.get('main')!.snapshot!;
      const talk = await trader.goes(command, pick(name === 'a target LTV' ? 'Loan 12345' : 'BTC-USDT-SWAP long'), leave);
      assert.equal(talk.worked[0], says('change.reading'));
      assert.ok(trader.engine.store.get('main')!.snapshot!.asOf > asOf);
    });
  }

  it('does not wait for another account that cannot be read', async () => {
    const second = await trader.openOkx();
    await trader.addAccount('second', 'Second', second);
    await second.kill();
    await trader.passes(120_000);
    const talk = await add(undefined, pick('Loan 12345'), pick('BTC'), type('0.02'), press('Add 0.02 BTC'));
    assert.deepEqual(
      talk.heard.map(({ what }) => what),
      ['pick', 'pick', 'input', 'dialog', 'notice'],
    );
    assert.equal((await okx.adjustments()).length, 1);
  });

  it('has an account that was never read, read first', async () => {
    const second = await trader.openOkx();
    const dead = await second.kill();
    await trader.until(trader.engine.vault.store('second', second.keys));
    await trader.until(
      trader.engine.book.add({
        ...{ id: 'second', name: 'Second', venue: 'okx', site: 'loopback', baseUrl: second.url, simulated: true, readOnly: false },
      }),
    );
    await trader.passes(5_000);
    assert.equal(trader.engine.store.get('second')?.snapshot, undefined);
    const target: Place = { accountId: 'second' };
    const talk = await add(
      target,
      after(() => dead.revive(), press(tryAgain)),
      pick('Loan 12345'),
      pick('BTC'),
      leave,
    );
    assert.match(talk.titles('notice')[0]!, saysLike('choose.not-read', 'Second'));
    assert.equal(talk.left, 0);
  });

  it('can try again when the reading of the preview fails', async () => {
    const dead: { revive?: () => Promise<void> } = {};
    const dying = after(async () => void Object.assign(dead, await okx.kill()), type('0.02'));
    const talk = await add(
      loan,
      pick('BTC'),
      dying,
      after(() => dead.revive?.(), press(tryAgain)),
      press('Add 0.02 BTC'),
    );
    const notice = talk.heard.find(({ what }) => what === 'notice')!;
    assert.deepEqual(notice.choices, [tryAgain, says('button.change-amount'), says('button.show-log')]);
    assert.equal((await okx.adjustments()).length, 1);
  });
});
