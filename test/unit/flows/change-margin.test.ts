import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import { changeMargin } from '../../../src/flows/change.ts';
import { positionAt } from '../../../src/views/place.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { after, type Answer, consider, leave, pick, press, type Scripted, type } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';
import { marginOf, says, saysInTurn, saysLike } from '../../texts.ts';

/** A person with positions at a simulated OKX (Main) and a simulated Bybit (Pool), both in hedge mode. */
describe('a change of margin on the whole engine', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  let bybit: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
    bybit = await trader.openBybit();
    await trader.addAccount('pool', 'Pool', bybit);
  });
  afterEach(() => trader.end());

  const change = (direction: 'add' | 'reduce', ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => changeMargin(app, attended, direction, undefined), ...answers);
  const add = (position: string, amount: string, label = amount): Promise<Scripted> =>
    change('add', pick(position), type(amount), press(`Add ${label} USDT to ${position}`));
  const dialogsOf = ({ heard }: Scripted) => heard.filter(({ what }) => what === 'dialog');
  const lines = (): readonly string[] => trader.lines(positionsOutline);
  const has = (...patterns: readonly RegExp[]): void => {
    for (const pattern of patterns) {
      assert.ok(
        lines().some((line) => pattern.test(line)),
        `${String(pattern)} in ${lines().join('\n')}`,
      );
    }
  };
  const onOkx = async (): Promise<readonly string[]> =>
    (await okx.margins()).map(({ instId, posSide, type: way, amt }) => [instId, posSide, way, amt].join(' '));
  const onBybit = async (): Promise<readonly string[]> =>
    (await bybit.margins()).map(({ symbol, positionIdx, margin }) => [symbol, positionIdx, margin].join(' '));

  it('is chosen among positions with side, distance and level; what is dead ages alone', async () => {
    const dead = await trader.openOkx();
    await trader.addAccount('dead', 'Dead', dead);
    await dead.kill();
    await trader.refresh();
    has(/^23\.2% · Watch · long · BTC-USDT-SWAP/, /^37\.3% · OK · short · BTC-USDT-SWAP/, /^8\.7% · Warning · long · ETH-USDT-SWAP/);
    has(/^43\.8% · Cross margin · short · SOL-USDT-SWAP/, /^11\.3% · Warning · long · BTCUSDT/, /^22\.0% · Watch · short · BTCUSDT/);
    has(/^6\.7% · Warning · short · BTCPERP/, /^Dead · simulated · unreachable/, saysLike('http.unreachable', 'OKX', undefined));
    // What was read before stays, with its age and without a word that reassures.
    has(/^23\.2% · Unknown · .*updated (just now|\d+ s ago)/, /^Main · simulated · Warning · just now/);
    const [asked] = (await change('add', leave)).heard;
    assert.match(
      asked!.lines!.find((line) => line.startsWith('BTC-USDT-SWAP short'))!,
      saysInTurn(
        says('line.to', '37.3%', says('preview.liquidation')),
        ', ',
        says('term.by-estimate', says('target.effective-leverage', '~2.71×')),
      ),
    );
  });

  it('adds to one side of a hedge and leaves the other alone; done is what the exchange says, near the estimate', async () => {
    const whileOpen: string[] = [];
    trader.engine.ledger.onDidChange(({ state }) => {
      if (state === 'accepted') whileOpen.push(...lines().filter((line) => line.includes(says('term.change-unfinished'))));
    });
    const talk = await change(
      'add',
      pick('BTC-USDT-SWAP long'),
      consider('9999999'),
      type('2000'),
      press('Add 2,000 USDT to BTC-USDT-SWAP long'),
    );
    assert.deepEqual(
      talk.heard.map(({ what }) => what),
      ['pick', 'input', 'input', 'dialog', 'notice'],
    );
    const box = talk.heard[1]!;
    assert.equal(box.title, `SIMULATED: ${says('term.add-to', says('term.margin-word'), 'BTC-USDT-SWAP long')} (Main)`);
    assert.equal(
      box.detail,
      says('list.colon', says('collateral.available'), says('list.brackets', '3199.2 USDT', says('okx.trading-account'))),
    );
    assert.deepEqual(talk.faults, [says('amount.at-most', says('amount.above-limit'), '3199.2 USDT')]);
    const price = says('list.colon', says('term.liquidation-price'), says('list.arrow', '67,571.28 USDT', '63,571.28 USDT'));
    const distance = says('list.colon', says('line.distance', says('preview.liquidation')), says('list.arrow', '23.2%', '27.7%'));
    assert.equal(talk.remarks[0]!.sentence, says('preview.effect', `${price} · ${distance}`));
    const [preview] = dialogsOf(talk);
    for (const line of [
      says('term.by-estimate', price),
      says('term.by-estimate', distance),
      says('list.colon', says('position.margin'), says('list.arrow', '9,486.4 USDT', '11,486.4 USDT')),
      says('preview.route', '2,000 USDT', says('okx.trading-account'), 'BTC-USDT-SWAP long'),
      says('margin-preview.hedge'),
    ]) {
      assert.ok(preview!.detail.split('\n').includes(line), `“${line}” in ${preview!.detail}`);
    }
    assert.deepEqual(preview!.choices, [says('button.refresh'), says('button.show-request'), 'Add 2,000 USDT to BTC-USDT-SWAP long']);
    // Accepted is not done: until then it is the old distance.
    assert.match(whileOpen[0]!, saysInTurn('23.2% · Watch · long · BTC-USDT-SWAP · ', says('term.change-unfinished')));
    assert.match(
      talk.titles('notice')[0]!,
      saysLike(
        'outcome.done-now',
        says('term.liquidation-price'),
        '63,553.19 USDT',
        'OKX',
        saysLike('list.colon', says('preview.simulated'), saysLike('term.add-to', undefined, undefined)),
      ),
    );
    assert.deepEqual(await onOkx(), ['BTC-USDT-SWAP long add 2000']);
    assert.equal(await okx.requests('margin-balance'), 1);
    assert.deepEqual(trader.posted, [
      {
        path: '/api/v5/account/position/margin-balance',
        body: { instId: 'BTC-USDT-SWAP', posSide: 'long', type: 'add', amt: '2000' },
      },
    ]);
    has(/^27\.8% · OK · long · BTC-USDT-SWAP/, /^37\.3% · OK · short · BTC-USDT-SWAP/);
  });

  it('begins with an amount that was tried out, which is entered and confirmed like a typed one', async () => {
    const { positionId } = trader.engine.store
      .get('main')!
      .snapshot!.positions.find(({ instrument, side }) => instrument === 'BTC-USDT-SWAP' && side === 'long')!;
    const place = { ...positionAt('main', positionId), coin: 'USDT', amount: '250' };
    const { heard } = await trader.goes((app, attended) => changeMargin(app, attended, 'add', place), leave);
    assert.deepEqual(
      heard.map(({ what, value }) => [what, value]),
      [['input', '250']],
    );
    assert.deepEqual(trader.posted, []);
  });

  it('takes out of the position that a menu named and of nothing else, and says what that brings nearer', async () => {
    const { positionId } = trader.engine.store
      .get('main')!
      .snapshot!.positions.find(({ instrument, side }) => instrument === 'BTC-USDT-SWAP' && side === 'short')!;
    const target = positionAt('main', positionId);
    const talk = await trader.goes(
      (app, attended) => changeMargin(app, attended, 'reduce', target),
      type('100'),
      press(says('term.remove-from', '100 USDT', 'BTC-USDT-SWAP short')),
    );
    assert.equal(talk.heard[0]!.title, `SIMULATED: ${says('term.remove-from', says('term.margin-word'), 'BTC-USDT-SWAP short')} (Main)`);
    const [preview] = dialogsOf(talk);
    assert.ok(preview!.detail.includes(says('preview.route', '100 USDT', 'BTC-USDT-SWAP short', says('okx.trading-account'))));
    const [, now = '', after = ''] = /Liquidation price: ([\d,.]+) USDT → ([\d,.]+) USDT/.exec(preview!.detail) ?? [];
    assert.ok(Number(after.replaceAll(',', '')) < Number(now.replaceAll(',', '')), 'a short is liquidated above the mark price');
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.liquidation-price'), /[\d,.]+ \w+/, 'OKX'));
    assert.deepEqual(await onOkx(), ['BTC-USDT-SWAP short reduce 100']);
  });

  it('is told to Bybit by sign and by side of the hedge, each once, and OKX is asked for nothing', async () => {
    assert.match(
      (await add('BTCUSDT long', '50')).titles('notice')[0]!,
      saysLike('outcome.done-now', says('term.liquidation-price'), /[\d,.]+ \w+/, 'Bybit'),
    );
    await add('BTCUSDT short', '25');
    await change('reduce', pick('BTCUSDT short'), type('10'), press(says('term.remove-from', '10 USDT', 'BTCUSDT short')));
    assert.deepEqual(await onBybit(), ['BTCUSDT 1 50', 'BTCUSDT 2 25', 'BTCUSDT 2 -10']);
    assert.deepEqual(trader.posted.at(-1), {
      path: '/v5/position/add-margin',
      body: { category: 'linear', symbol: 'BTCUSDT', margin: '-10', positionIdx: 2 },
    });
    assert.deepEqual(await onOkx(), []);
  });

  it('is not there for a cross position, which also has no gauge', async () => {
    const talk = await change('add', pick('SOL-USDT-SWAP short'));
    assert.match(talk.titles('notice')[0]!, saysLike('position.cross-margin-whole'));
    const page = gaugePage(trader.engine.store.all(), trader.viewContext(), (text) => (typeof text === 'string' ? text : english(text)));
    const drawn = JSON.stringify(page.state);
    assert.ok(drawn.includes('BTCUSDT') && drawn.includes('57.98%'));
    assert.ok(!drawn.includes('"title":"SOL-USDT-SWAP'), 'a cross position has no gauge');
    assert.equal(page.places.size, 15);
  });

  it('whose answer is lost after acting is found out by reading, and is one change', async () => {
    await okx.fault('lost-after-acting', { endpoint: '/position/margin-balance', times: 1 });
    const talk = await add('ETH-USDT-SWAP long', '150');
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.liquidation-price'), '2,937.183 USDT', 'OKX'));
    // Danger that is left is said first.
    assert.match(dialogsOf(talk)[0]!.detail, new RegExp(`^${saysLike('preview.near-by-fall', 'WARNING', '9.9%', 'liquidation').source}\n`));
    assert.deepEqual(await onOkx(), ['ETH-USDT-SWAP long add 150']);
    assert.equal(await okx.requests('margin-balance'), 1);
  });

  it('done the other way round freezes the account, its loans too', async () => {
    await okx.fault('reversed-direction', { endpoint: 'margin-balance', times: 1 });
    const talk = await change('add', pick('BTC-USDT-SWAP short'), type('50'), press('Add 50 USDT to BTC-USDT-SWAP short'), leave);
    const [, alarm] = dialogsOf(talk);
    assert.match(
      alarm!.title,
      saysInTurn(
        saysLike('outcome.mismatch', 'OKX'),
        says('change.not-as-requested', says('position.margin'), '6,517.86666667', '6,467.86666667 USDT'),
      ),
    );
    assert.equal(alarm!.detail, says('outcome.look-there'));
    const next = await change('add', pick('BTC-USDT-SWAP long'), press(says('gauge.resolve-unfinished-change')));
    assert.match(next.titles('notice')[0]!, saysLike('kinds.frozen', 'Main', marginOf('BTC-USDT-SWAP short')));
    // The other account is not.
    await add('BTCUSDT long', '50');
    assert.equal((await onOkx()).length, 1);
  });

  it('is refused before the send when the position vanished in front of the confirmation', async () => {
    const vanishing = after(() => {
      okx.movePrice('BTC', '-24');
    }, press('Add 10 USDT to BTC-USDT-SWAP long'));
    const talk = await change('add', pick('BTC-USDT-SWAP long'), type('10'), vanishing);
    assert.match(talk.titles('notice')[0]!, saysLike('change.nothing-sent', says('venue.no-such-position', 'OKX')));
    assert.deepEqual(trader.posted, []);
  });

  it('is not offered for a position that is gone, of which the view tells', async () => {
    const { positionId } = trader.engine.store.get('main')!.snapshot!.positions.find(({ instrument }) => instrument === 'BTC-USDT-SWAP')!;
    okx.movePrice('BTC', '-24');
    await trader.refresh();
    has(saysLike('vanished.closed', 'BTC-USDT-SWAP long', undefined, says('line.to', '23.2%', says('preview.liquidation'))));
    const target = positionAt('main', positionId);
    const talk = await trader.goes((app, attended) => changeMargin(app, attended, 'add', target), press(says('button.try-again')));
    assert.deepEqual(talk.titles('notice'), [says('choose.gone'), says('choose.gone')]);
    assert.deepEqual(talk.did, []);
  });
});
