import assert from 'node:assert/strict';
import { changeCollateral, changeMargin } from '../../../src/flows/change.ts';
import { undoAdd } from '../../../src/flows/undo.ts';
import { loanAt, type Place } from '../../../src/views/place.ts';
import { after, type Answer, leave, pick, press, type Scripted, type } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';
import { changeName, marginOf, onLoan, says, saysLike } from '../../texts.ts';

const takeOut = press(says('term.remove', '0.02 BTC'));

/** A person who has just added 0.02 BTC. */
describe('undoing an addition on the whole engine', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
    const answers = [pick('Loan 12345'), pick('BTC'), type('0.02'), press('Add 0.02 BTC')];
    await trader.goes((app, attended) => changeCollateral(app, attended, 'add', undefined), ...answers);
  });
  afterEach(() => trader.end());

  const undo = (...answers: readonly Answer[]): Promise<Scripted> => undoThat(undefined, ...answers);
  const undoThat = (target: Place | undefined, ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => undoAdd(app, attended, target), ...answers);
  const thatOne = (): Place => ({ ...loanAt('main', '12345'), writeId: trader.heard[0]!.id });
  const taken = async (): Promise<readonly string[]> =>
    (await okx.adjustments()).map(({ type: act, ccy, amt }) => [act, ccy, amt].join(' '));

  it('takes all of it out again, as a change of its own with its preview and its confirmation', async () => {
    const talk = await undo(takeOut);
    assert.deepEqual(
      talk.heard.map(({ what }) => what),
      ['dialog', 'notice'],
    );
    const [preview, done] = talk.heard;
    assert.match(
      preview!.detail,
      saysLike(
        'undo.removes-again',
        says('list.colon', says('preview.simulated'), changeName('add', '0.02', 'BTC', onLoan('12345'), 'Main')),
        '0.02',
        'BTC',
      ),
    );
    assert.match(preview!.detail, saysLike('term.by-estimate', says('list.colon', 'LTV', says('list.arrow', '56.57%', '57.99%'))));
    assert.deepEqual(preview!.choices, [says('button.refresh'), says('button.show-request'), says('term.remove', '0.02 BTC')]);
    assert.match(done!.title, saysLike('outcome.done-now', says('term.ltv'), '57.98%', 'OKX'));
    assert.deepEqual(done!.choices, [says('button.open-gauges')]);
    assert.deepEqual(await taken(), ['add BTC 0.02', 'reduce BTC 0.02']);
  });

  it('is done once: a second time there is nothing to undo', async () => {
    await undo(takeOut);
    assert.match((await undo()).titles('notice')[0]!, saysLike('undo.nothing'));
    const named = await undoThat(thatOne(), press(says('button.remove-collateral-more')));
    assert.match(named.titles('notice')[0]!, saysLike('undo.nothing'));
    assert.deepEqual(named.did, ['reduceCollateral']);
    assert.deepEqual(await taken(), ['add BTC 0.02', 'reduce BTC 0.02']);
  });

  it('takes out only what can be safely, and says so, when the price has fallen', async () => {
    okx.movePrice('BTC', '-12');
    const talk = await undo(leave);
    const [preview] = talk.heard;
    const [, most = ''] = saysLike('undo.only-part', undefined, '0.02', 'BTC', /(0\.0\d+)/).exec(preview!.detail) ?? [];
    assert.ok(Number(most) > 0 && Number(most) < 0.02, preview!.detail);
    assert.equal(preview!.choices.at(-1), says('term.remove', `${most} BTC`));
    const done = await undo(press(says('term.remove', `${most} BTC`)));
    assert.match(done.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), /64\.(89|90)%/, 'OKX'));
    assert.deepEqual(await taken(), ['add BTC 0.02', `reduce BTC ${most}`]);
  });

  it('takes nothing out, and says why, when nothing can be safely', async () => {
    okx.movePrice('BTC', '-17');
    assert.deepEqual((await undo()).titles('notice'), [says('undo.none-safe', '0.02', 'BTC')]);
    assert.deepEqual(await taken(), ['add BTC 0.02']);
  });

  it('is not offered after ten minutes', async () => {
    await trader.later(10 * 60_000);
    assert.match((await undo()).titles('notice')[0]!, saysLike('undo.nothing'));
    const named = await undoThat(thatOne());
    assert.match(named.titles('notice')[0]!, saysLike('undo.nothing'));
    assert.deepEqual(named.heard[0]!.choices, [says('button.remove-collateral-more')]);
    assert.deepEqual(await taken(), ['add BTC 0.02']);
  });

  it('is left like any other change', async () => {
    await undo(leave);
    assert.deepEqual(await taken(), ['add BTC 0.02']);
  });

  it('takes it out once when another window undoes it while the preview stands there', async () => {
    const other = await trader.openWindow();
    const there = (): Promise<Scripted> => other.goes((app, attended) => undoAdd(app, attended, undefined), takeOut);
    const talk = await undo(after(there, takeOut));
    assert.match(talk.titles('notice').at(-1)!, saysLike('undo.nothing'));
    assert.deepEqual(await taken(), ['add BTC 0.02', 'reduce BTC 0.02']);
  });

  it('is of the addition that is picked, and of margin too', async () => {
    await trader.goes(
      (app, attended) => changeMargin(app, attended, 'add', undefined),
      ...[pick('BTC-USDT-SWAP long'), type('200'), press('Add 200 USDT to BTC-USDT-SWAP long')],
    );
    const added = says('list.colon', says('preview.simulated'), changeName('add', '200', 'USDT', marginOf('BTC-USDT-SWAP long'), 'Main'));
    const talk = await undo(pick(added), press(says('term.remove-from', '200 USDT', 'BTC-USDT-SWAP long')));
    assert.deepEqual(talk.heard[0]!.choices, [
      added,
      says('list.colon', says('preview.simulated'), changeName('add', '0.02', 'BTC', onLoan('12345'), 'Main')),
    ]);
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.liquidation-price'), '67,571.28 USDT', 'OKX'));
    assert.deepEqual(
      (await okx.margins()).map(({ posSide, type: act, amt }) => [posSide, act, amt].join(' ')),
      ['long add 200', 'long reduce 200'],
    );
    assert.deepEqual(await taken(), ['add BTC 0.02']);
  });
});
