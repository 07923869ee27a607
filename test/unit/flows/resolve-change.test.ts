import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { resolveWrite } from '../../../src/flows/resolve.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { after, type Answer, leave, pick, press, type Scripted, type } from './scripted.ts';
import { stop, Trader, type Stop, type SimulatedVenue } from './trader.ts';
import { changeName, onLoan, says, saysInTurn, saysLike } from '../../texts.ts';

const never = press(says('button.mark-not-executed'));

describe('resolving an unfinished change on the whole engine', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
  });
  afterEach(() => trader.end());

  const add = (loan: string, coin: string, amount: string, ...answers: readonly (Answer | Stop)[]): Promise<Scripted> =>
    trader.goes(
      (app, attended) => changeCollateral(app, attended, 'add', undefined),
      ...[pick(`Loan ${loan}`), pick(coin), type(amount), press(`Add ${amount} ${coin}`), ...answers],
    );
  const stopped = stop('accepted by OKX');
  const resolve = (...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => resolveWrite(app, attended, undefined), ...answers);
  const line = (loan: string): string => trader.lines(loansOutline).find((one) => one.includes(`#${loan}`))!;
  const verdictsOf = ({ heard }: Scripted) => heard.filter(({ what }) => what === 'dialog');

  it('shows before, now and if it happened, and takes no settlement as long as it may be merely late', async () => {
    await okx.fault('never-settled');
    await add('67890', 'ETH', '0.1', stopped);
    const talk = await resolve(never, never);
    const [figures, sure] = verdictsOf(talk);
    assert.match(
      figures!.detail,
      saysInTurn(
        saysLike('outcome.before', saysLike('list.comma', says('kinds.pledged', '1.5', 'ETH'), saysLike('term.ltv-is'))),
        saysLike('kinds.now', saysLike('list.comma', says('kinds.pledged', '1.5', 'ETH'), saysLike('term.ltv-is'))),
        says('kinds.if-executed', says('kinds.pledged', '1.6', 'ETH')),
      ),
    );
    assert.deepEqual(figures!.choices, [says('button.refresh'), says('button.mark-executed'), says('button.mark-not-executed')]);
    assert.deepEqual(sure!.choices, ['Go Back', says('button.mark-not-executed')]);
    assert.match(talk.titles('notice')[0]!, saysLike('refusal.too-early', '60'));
    assert.match(line('67890'), new RegExp(`^67\\.61% · Danger · ${says('term.change-unfinished')} `));
    assert.equal(await okx.requests('adjust-collateral'), 1);
  });

  it('ends it by a settlement, once it can no longer be merely late; then the loan is free', async () => {
    await okx.fault('never-settled');
    await add('67890', 'ETH', '0.1', stopped);
    await trader.later(2 * 60_000);
    const talk = await resolve(never, never);
    assert.deepEqual(talk.titles('notice'), [
      says(
        'list.sentence',
        says(
          'list.colon',
          says('activity.marked-not-executed'),
          says('list.colon', says('preview.simulated'), changeName('add', '0.1', 'ETH', onLoan('67890'), 'Main')),
        ),
      ),
    ]);
    assert.doesNotMatch(line('67890'), /unfinished/);
    await add('67890', 'ETH', '0.2');
    assert.equal(await okx.requests('adjust-collateral'), 2);
  });

  it('says what was found out by reading while the question stood there, whatever the person says', async () => {
    await okx.control('POST', 'settle', { ms: 20_000 });
    await add('12345', 'BTC', '0.02', stopped);
    const settling = after(async () => {
      await trader.clock.sleep(60_000);
      await trader.engine.poller.refresh();
      await trader.clock.sleep(5_000);
    }, never);
    const talk = await resolve(settling);
    assert.equal(verdictsOf(talk).length, 1);
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), '56.57%', 'OKX'));
  });

  it('reads again as often as is wanted, and says so when the exchange is dead', async () => {
    await okx.fault('never-settled');
    await add('12345', 'BTC', '0.02', stopped);
    const dead: { revive?: () => Promise<void> } = {};
    const dying = after(async () => void Object.assign(dead, await okx.kill()), press(says('button.refresh')));
    const talk = await resolve(
      dying,
      after(() => dead.revive?.(), press(says('button.refresh'))),
      leave,
    );
    const [first, blind, again] = verdictsOf(talk);
    assert.match(first!.detail, saysLike('kinds.now', says('kinds.pledged', '0.8', 'BTC')));
    assert.match(blind!.detail, saysLike('http.unreachable', 'OKX', undefined));
    assert.doesNotMatch(blind!.detail, saysLike('kinds.now', '0.8 BTC'));
    assert.match(again!.detail, saysLike('kinds.now', says('kinds.pledged', '0.8', 'BTC')));
    assert.match(line('12345'), saysLike('term.change-unfinished'));
  });

  it('asks which, where there are several', async () => {
    await okx.fault('never-settled', { times: 2 });
    await add('12345', 'BTC', '0.02', stopped);
    await add('67890', 'ETH', '0.1', stopped);
    const talk = await resolve(
      pick(says('list.colon', says('preview.simulated'), changeName('add', '0.1', 'ETH', onLoan('67890'), 'Main'))),
      leave,
    );
    assert.match(talk.heard[0]!.title, saysLike('resolve.change'));
    assert.equal(
      talk.heard[1]!.title,
      says('resolve.question', says('list.colon', says('preview.simulated'), changeName('add', '0.1', 'ETH', onLoan('67890'), 'Main'))),
    );
  });

  it('lifts a freeze, and until then it stays', async () => {
    await okx.fault('reversed-direction');
    await add('12345', 'BTC', '0.02', leave);
    await trader.later(5 * 60_000);
    assert.match(trader.lines(loansOutline)[1]!, saysLike('account.frozen'));
    const lift = press(says('button.unfreeze'));
    const talk = await resolve(lift, lift);
    const [figures, sure] = verdictsOf(talk);
    assert.deepEqual(figures!.choices, [says('button.refresh'), says('button.unfreeze')]);
    assert.match(sure!.title, saysLike('resolve.sure', says('button.unfreeze')));
    assert.deepEqual(talk.titles('notice'), [says('resolve.unfrozen')]);
    assert.ok(!trader.lines(loansOutline).some((one) => one.includes('frozen')));
    await add('12345', 'BTC', '0.01');
    assert.equal(await okx.requests('adjust-collateral'), 2);
  });

  it('is not asked of a change that is being waited for, nor where none is unfinished', async () => {
    assert.deepEqual((await resolve()).titles('notice'), [says('resolve.nothing')]);
    await okx.control('POST', 'settle', { ms: 9_000 });
    let beside: Promise<Scripted> | undefined;
    trader.engine.ledger.onDidChange(({ state }) => {
      if (state === 'accepted') beside ??= resolve();
    });
    const talk = await add('12345', 'BTC', '0.02');
    assert.deepEqual((await beside!).titles('notice'), [says('resolve.in-progress')]);
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now'));
  });

  it('of another window is resolved here, and there it is over as well', async () => {
    await okx.fault('never-settled');
    await add('12345', 'BTC', '0.02', stopped);
    const other = await trader.openWindow();
    await other.later(2 * 60_000);
    const talk = await other.goes((app, attended) => resolveWrite(app, attended, undefined), never, never);
    assert.deepEqual(talk.titles('notice'), [
      says(
        'list.sentence',
        says(
          'list.colon',
          says('activity.marked-not-executed'),
          says('list.colon', says('preview.simulated'), changeName('add', '0.02', 'BTC', onLoan('12345'), 'Main')),
        ),
      ),
    ]);
    await trader.later(60_000);
    assert.doesNotMatch(line('12345'), /unfinished/);
  });
});
