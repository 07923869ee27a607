import assert from 'node:assert/strict';
import { bringLiquidationToTarget } from '../../../src/flows/target-liquidation.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { after, type Answer, consider, goBack, leave, pick, press, type Scripted, type } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const long = pick('BTC-USDT-SWAP long');

describe('bringing the liquidation of a position to a target on the whole engine', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
  });
  afterEach(() => trader.end());

  const bring = (...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => bringLiquidationToTarget(app, attended, undefined), ...answers);

  it('finds the margin for a distance, and the exchange says that it is there', async () => {
    const way = 'Add 775.73535912 USDT';
    const talk = await bring(long, consider('95000'), type('25%'), pick(way), press(`${way} to BTC-USDT-SWAP long`));
    assert.deepEqual(
      talk.heard.map(({ what }) => what),
      ['pick', 'input', 'input', 'pick', 'dialog', 'notice'],
    );
    assert.deepEqual(talk.faults, [says('target.type-less', '88,026.4 USDT', says('position.mark-price'))]);
    assert.deepEqual(
      talk.remarks.map(({ sentence }) => sentence),
      [
        [
          says('term.add', says('term.margin-word')),
          says('list.colon', says('term.liquidation-price'), says('list.arrow', '67,571.28 USDT', '66,019.8 USDT')),
          says('list.colon', says('line.distance', says('preview.liquidation')), says('list.arrow', '23.2%', '25.0%')),
        ].join(' · '),
      ],
    );
    assert.equal(
      talk.heard[3]!.title,
      `SIMULATED: ${says('list.arrow', 'BTC-USDT-SWAP long', says('line.to', '25.0%', says('preview.liquidation')))} (Main) | ${says('target.which-way')}`,
    );
    assert.match(
      talk.heard[3]!.lines![0]!,
      saysLike(
        'target.leads-to',
        `${says('target.liquidation-price', '66,019.8 USDT')}, ${says('line.to', '25.0%', says('preview.liquidation'))}`,
      ),
    );
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.liquidation-price'), /[\d,.]+ \w+/, 'OKX'));
    assert.ok(trader.lines(positionsOutline).some((line) => /^25\.\d% · OK · long · BTC-USDT-SWAP/.test(line)));
    assert.deepEqual(
      (await okx.margins()).map(({ instId, posSide, type: act, amt }) => [instId, posSide, act, amt]),
      [['BTC-USDT-SWAP', 'long', 'add', '775.73535912']],
    );
  });

  it('finds the margin for a leverage in fact, and has nothing to do once it is there', async () => {
    const talk = await bring(long, type('4x'), pick('Add 1,516.9 USDT'), press('Add 1,516.9 USDT to BTC-USDT-SWAP long'));
    assert.deepEqual(
      talk.remarks.map(({ sentence }) => sentence),
      [
        says(
          'preview.effect',
          [
            says('term.add', says('term.margin-word')),
            says('list.colon', says('term.effective-leverage'), says('list.arrow', '4.64×', '4×')),
            says('target.liquidation-price', '64,537.48 USDT'),
            says('line.to', '26.6%', says('preview.liquidation')),
          ].join(' · '),
        ),
      ],
    );
    assert.match(talk.heard[2]!.title, saysLike('list.arrow', 'BTC-USDT-SWAP long', says('target.effective-leverage', '4×')));
    assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now'));
    const there = await bring(long, type('4x'));
    assert.match(
      there.titles('notice')[0]!,
      saysLike('target.already', says('term.by-estimate', `BTC-USDT-SWAP long · ${says('target.effective-leverage', '4×')}`)),
    );
    assert.equal((await okx.margins()).length, 1);
  });

  it('says first of the nearest that it does not lead all the way, and can be left there', async () => {
    const nearest = pick('Add 3,199.2 USDT');
    const talk = await bring(long, type('2x'), nearest, leave, nearest, press(says('button.preview')), leave);
    const ways = talk.heard.find(({ what, choices }) => what === 'pick' && choices.includes(says('target.no-way')))!;
    assert.match(
      ways.lines!.at(-1)!,
      saysInTurn(says('target.needs', '12,520.2 USDT'), says('target.not-enough-in', says('okx.trading-account'))),
    );
    const [short, , preview] = talk.heard.filter(({ what }) => what === 'dialog');
    assert.deepEqual(short!.choices, [says('button.preview')]);
    assert.equal(
      preview!.title,
      says('resolve.sure', says('list.colon', 'SIMULATED', says('term.add-to', '3,199.2 USDT', 'BTC-USDT-SWAP long'))),
    );
    assert.deepEqual(trader.posted, []);
  });

  it('goes back to what was typed, and to the choice of the position', async () => {
    const talk = await bring(long, type('25%'), goBack, goBack, leave);
    assert.deepEqual(
      talk.heard.map(({ what, value }) => value ?? what),
      ['pick', '', 'pick', '25%', 'pick'],
    );
  });

  it('says that the position vanished, where it was to be read afresh', async () => {
    const falling = after(() => {
      okx.movePrice('BTC', '-24');
    }, type('25%'));
    const talk = await bring(long, falling);
    assert.match(talk.titles('notice')[0]!, saysLike('venue.no-such-position', 'OKX'));
    assert.deepEqual(trader.posted, []);
  });
});
