import assert from 'node:assert/strict';
import { decimal as d } from '../../../src/core/decimal.ts';
import type { Offer } from '../../../src/engine/targets/ltv-offers.ts';
import { actOn, bringLtvToTarget } from '../../../src/flows/target-ltv.ts';
import { loanAt } from '../../../src/views/place.ts';
import { after, type Answer, consider, goBack, leave, pick, press, type Scripted, type } from './scripted.ts';
import { Trader, type SimulatedVenue } from './trader.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const way = 'Add 0.04334546 BTC';

describe('bringing a loan to an LTV on the whole engine', function () {
  this.timeout(60_000);
  let trader: Trader;
  let okx: SimulatedVenue;
  beforeEach(async () => {
    ({ trader, okx } = await Trader.atOkx());
  });
  afterEach(() => trader.end());

  const bring = (...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => bringLtvToTarget(app, attended, undefined), ...answers);
  const taken = async (): Promise<readonly string[]> =>
    (await okx.adjustments()).map(({ loan, type: act, ccy, amt }) => [loan, act, ccy, amt].join(' '));
  const to = (typed: string): readonly Answer[] => [pick('Loan 12345'), type(typed)];

  it('judges the target while it is typed, shows the ways side by side, and the one that is picked gets it there', async () => {
    const talk = await bring(pick('Loan 12345'), consider('90'), consider('x'), type('55'), pick(way), press(way));
    assert.deepEqual(
      talk.heard.map(({ what }) => what),
      ['pick', 'input', 'input', 'input', 'pick', 'dialog', 'notice'],
    );
    assert.deepEqual(talk.faults, [says('target.type-less', '73.74%', 'margin call'), says('amount.plain-number', '62.5')]);
    assert.deepEqual(
      talk.remarks.map(({ sentence }) => sentence),
      [
        [
          says('term.add', says('term.collateral-word')),
          says('list.colon', 'LTV', says('list.arrow', '57.98%', '55.00%')),
          says('estimate.margin-call', '73.74%'),
        ].join(' · '),
      ],
    );
    const [, , , , ways, preview, done] = talk.heard;
    assert.equal(
      ways!.title,
      `SIMULATED: ${says('list.arrow', 'loan 12345', says('term.ltv-is', '55.00%'))} (Main) | ${says('target.which-way')}`,
    );
    assert.deepEqual(ways!.choices, [way, 'Add 1.17006135 ETH', 'Add 27.2457143 SOL', says('term.unavailable'), 'Repay 63.9795 USDT']);
    assert.match(
      ways!.lines![0]!,
      saysInTurn(
        `| ${says('target.leads-to', says('term.ltv-is', '55.00%'))} | ${says('target.uses', '$3,814.41')}`,
        says('line.to', '25.4%', says('preview.margin-call')),
      ),
    );
    assert.match(ways!.lines!.at(-1)!, saysInTurn(says('target.not-enough-in', says('term.funding-account')), '$63.98'));
    assert.ok(!ways!.lines!.at(-1)!.includes(says('target.repay-there')), 'it is done here');
    assert.match(preview!.detail, saysLike('term.by-estimate', says('list.colon', 'LTV', says('list.arrow', '57.98%', '55.00%'))));
    assert.match(done!.title, saysLike('outcome.done-now', says('term.ltv'), '55.00%', 'OKX'));
    assert.deepEqual(await taken(), ['12345 add BTC 0.04334546']);
  });

  it('takes out to raise it, and has nothing to do where the loan stands already', async () => {
    const out = await bring(...to('60'), pick(says('term.remove', '0.02693333 BTC')), press(says('term.remove', '0.02693333 BTC')));
    assert.match(out.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), '60.00%', 'OKX'));
    const there = await bring(...to('60'));
    assert.deepEqual(there.titles('notice'), [
      says('target.already', says('term.by-estimate', `${says('term.loan', '12345')} · ${says('term.ltv-is', '60.00%')}`)),
    ]);
    assert.deepEqual(await taken(), ['12345 reduce BTC 0.02693333']);
  });

  it('goes back to what was typed, from the ways read anew after the market has moved', async () => {
    const falling = after(() => {
      okx.movePrice('BTC', '-10');
    }, goBack);
    const talk = await bring(...to('55'), falling, type('54'), goBack, leave);
    const boxes = talk.heard.filter(({ what }) => what === 'input');
    assert.deepEqual(
      boxes.map(({ value }) => value),
      ['', '55', '54'],
    );
    const [before, then] = talk.heard.filter(({ title }) => title.includes(says('target.which-way')));
    assert.equal(before!.choices[0], way);
    assert.match(then!.choices[0]!, /^Add 0\.15\d+ BTC$/);
    assert.deepEqual(trader.posted, []);
  });

  it('repays, through the same preview and confirmation', async () => {
    const repay = await bring(...to('55'), pick('Repay 63.9795 USDT'), press(says('button.preview')), press('Repay 63.9795 USDT'));
    const [short, preview] = repay.heard.filter(({ what }) => what === 'dialog');
    assert.match(short!.detail, saysInTurn('Repay 63.9795 USDT', says('term.ltv-is', '57.89%')));
    assert.equal(preview!.title, says('resolve.sure', says('list.colon', 'SIMULATED', says('repay.of', '63.9795 USDT', 'loan 12345'))));
    assert.match(repay.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), '57.89%', 'OKX'));
    assert.deepEqual(await taken(), ['12345 repay USDT 63.9795']);
  });

  it('leads back to the ways from a repayment that cannot be done here', async () => {
    const older = await trader.openOkx({ ordIds: false });
    await trader.addAccount('older', 'Older', older);
    const repay = await trader.goes(
      (app, attended) => bringLtvToTarget(app, attended, { accountId: 'older' }),
      type('55'),
      pick('Repay 63.9795 USDT'),
      leave,
      leave,
    );
    const [ways] = repay.heard.filter(({ title }) => title.includes(says('target.which-way')));
    assert.match(ways!.lines!.at(-1)!, saysInTurn(says('target.not-enough-in', says('term.funding-account')), says('target.repay-there')));
    const [word] = repay.heard.filter(({ what }) => what === 'dialog');
    assert.match(word!.detail, saysLike('target.repay-elsewhere', 'Repay 63.9795 USDT', undefined, 'OKX'));
    assert.match(repay.heard.at(-1)!.title, saysLike('target.which-way'));
    assert.deepEqual(trader.posted, []);
  });

  it('says first of a way that does not lead all the way that it does not', async () => {
    const talk = await bring(
      ...to('5'),
      pick('Add 1.79214831 BTC'),
      leave,
      pick('Add 1.79214831 BTC'),
      press(says('button.preview')),
      leave,
    );
    const [short, , preview] = talk.heard.filter(({ what }) => what === 'dialog');
    assert.deepEqual(short!.choices, [says('button.preview')]);
    assert.equal(short!.detail, `Add 1.79214831 BTC ${says('target.leads-only', says('term.ltv-is', '17.90%'))}`);
    assert.match(preview!.detail, saysLike('list.colon', 'LTV', saysLike('list.arrow', '57.98%', '17.90%')));
    assert.deepEqual(trader.posted, []);
  });

  describe('by several changes', () => {
    const offer: Offer = {
      steps: [
        { act: 'add', coin: 'BTC', amount: d('0.02') },
        { act: 'add', coin: 'ETH', amount: d('0.5') },
      ],
      usd: d('3390'),
      ltv: d('0.55'),
      assumed: false,
      beyondSafe: false,
      left: [],
    };
    const severalBy = (by: Trader, ...answers: readonly Answer[]): Promise<Scripted> =>
      by.goes(
        async (app, attended) => {
          const state = app.store.get('main')!;
          const loan = state.snapshot!.loans.find(({ id }) => id === '12345')!;
          await actOn(app, attended, { state, loan }, 'SIMULATED: x', offer);
        },
        ...answers,
      );
    const several = (...answers: readonly Answer[]): Promise<Scripted> => severalBy(trader, ...answers);
    const begin = press(says('button.start-first'));
    const first = press('Add 0.02 BTC');

    it('asks before, and gives each its own preview and confirmation', async () => {
      const talk = await several(begin, first, press('Add 0.5 ETH'));
      const [before, ...previews] = talk.heard.filter(({ what }) => what === 'dialog');
      assert.deepEqual(before!.choices, [says('button.start-first')]);
      assert.equal(before!.detail, says('target.in-sequence', 'Add 0.02 BTC + Add 0.5 ETH', '2'));
      assert.equal(previews.length, 2);
      assert.match(previews[1]!.detail, /^LTV: 56\.57% → /m);
      assert.equal(talk.titles('notice').filter((title) => title.startsWith('Done.')).length, 2);
      assert.deepEqual(await taken(), ['12345 add BTC 0.02', '12345 add ETH 0.5']);
    });

    it('stops at the first that is not proven, and says what was not begun', async () => {
      await okx.fault('never-settled');
      const talk = await several(begin, first);
      assert.deepEqual(talk.titles('notice').at(-1), says('target.stopped', 'SIMULATED: x', 'Add 0.5 ETH'));
      assert.deepEqual(await taken(), ['12345 add BTC 0.02']);
    });

    it('stops at one whose answer was lost before acting, at one that was refused, and at one that did the opposite', async () => {
      for (const fault of ['lost-before-acting', '51738', 'reversed-direction']) {
        const fresh = await Trader.atOkx();
        try {
          await fresh.okx.fault(fault, { endpoint: 'adjust-collateral', times: 1 });
          const talk = await severalBy(fresh.trader, begin, first, ...(fault === 'reversed-direction' ? [leave] : []));
          assert.ok(talk.titles('notice').includes(says('target.stopped', 'SIMULATED: x', 'Add 0.5 ETH')), fault);
          assert.equal(await fresh.okx.requests('adjust-collateral'), 1);
        } finally {
          await fresh.trader.end();
        }
      }
    });

    it('is left at any question, and before the first nothing needs to be said', async () => {
      assert.deepEqual((await several(leave)).titles('notice'), []);
      assert.deepEqual((await several(begin, leave)).titles('notice'), []);
      const left = await several(begin, first, leave);
      assert.deepEqual(left.titles('notice').at(-1), says('target.stopped', 'SIMULATED: x', 'Add 0.5 ETH'));
      assert.deepEqual(await taken(), ['12345 add BTC 0.02']);
    });
  });
});

describe('bringing the pool of Bybit to an LTV', function () {
  this.timeout(60_000);
  it('goes through the brackets that Bybit publishes', async () => {
    const trader = await Trader.open();
    try {
      const bybit = await trader.openBybit();
      await trader.addAccount('pool', 'Pool', bybit);
      const pool = trader.engine.store.get('pool')!.snapshot!.loans.find(({ orderId }) => orderId === undefined)!;
      const target = loanAt('pool', pool.id);
      const ways = await trader.goes((app, attended) => bringLtvToTarget(app, attended, target), type('50'), leave);
      const label = ways.heard.at(-1)!.choices.find((choice) => /^Add [\d.]+ BTC$/.test(choice))!;
      const talk = await trader.goes((app, attended) => bringLtvToTarget(app, attended, target), type('50'), pick(label), press(label));
      assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), /(49\.99|50\.00)%/, 'Bybit'));
      assert.equal(`Add ${String((await bybit.adjustments())[0]!['amt'])} BTC`, label);
      assert.equal(trader.posted.length, 1);
    } finally {
      await trader.end();
    }
  });
});
