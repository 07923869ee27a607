import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, multiply, sum } from '../../../../src/core/decimal.ts';
import type { Change } from '../../../../src/exchanges/exchange.ts';
import { Refusal } from '../../../../src/engine/ledger/ledger.ts';
import type { Limits } from '../../../../src/engine/ledger/limits.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { marginChange, short } from './market.ts';
import { change, d, Setup, ignore, noLimits, start, type Gate } from './support.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

const limited = (facts: Partial<Limits>): Setup => {
  const setup = new Setup();
  setup.limits = { ...noLimits, ...facts };
  return setup;
};
const coins = (facts: Record<string, string>): ReadonlyMap<string, ReturnType<typeof d>> =>
  new Map(Object.entries(facts).map(([coin, amount]) => [coin, d(amount)]));
const sent = ({ venue, market }: Setup): number => venue.sends.length + market.sends.length;

const refusedBy = (setting: string, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.remedy, 'settings', error.message);
  assert.ok(setting === '' || error.message.includes(`ltvGauge.limits.${setting}`), error.message);
  assert.match(error.message, pattern);
  return true;
};

/** A change that is carried out to its end. */
async function done(setup: Setup, asked: Change): Promise<void> {
  const { done: end } = await start(setup.window().ledger, asked);
  setup.venue.settle();
  setup.market.settle();
  await setup.clock.advance(5_000);
  assert.equal((await end).state, 'effective');
}

const atMost = (amount: string | RegExp, coin: string, why?: RegExp): RegExp => saysLike('change.at-most', why, amount, coin);
const noneLeft = (coin: string): RegExp => saysLike('limit.none-left', undefined, coin);

const reduce = (amount = '0.1') => change({ direction: 'reduce', amount: d(amount) });
const add = (amount = '0.1') => change({ amount: d(amount) });
const margin = (amount: string, direction: 'add' | 'reduce' = 'add') => marginChange({ direction, amount: d(amount) });

describe('a limit of the person', () => {
  // BTC is 88000 USD and USDT 1 USD here.
  const cases: readonly (readonly [string, Partial<Limits>, string, Change, RegExp, Change])[] = [
    [
      'per change in USD, adding',
      { perActionUsd: d('4400') },
      'perActionUsd',
      add('0.050001'),
      atMost('0.05', 'BTC', saysLike('limit.per-change', '~$4,400.09', '$4,400.00')),
      add('0.05'),
    ],
    ['per change in USD, taking', { perActionUsd: d('4400') }, 'perActionUsd', reduce('0.06'), atMost('0.05', 'BTC'), reduce('0.05')],
    ['per change in USD, margin', { perActionUsd: d('9.99999') }, 'perActionUsd', margin('10'), atMost('9.9999', 'USDT'), margin('9.9999')],
    [
      'per change in a coin, adding',
      { perActionByCoin: coins({ BTC: '0.05' }) },
      'perActionByCoin',
      add('0.0500000001'),
      atMost('0.05', 'BTC', saysLike('limit.per-change', '0.0500000001 BTC', '0.05 BTC')),
      add('0.05'),
    ],
    [
      'per change in a coin, taking',
      { perActionByCoin: coins({ BTC: '0.05' }) },
      'perActionByCoin',
      reduce('0.1'),
      atMost('0.05', 'BTC'),
      reduce('0.05'),
    ],
    [
      'per change in a coin, margin',
      { perActionByCoin: coins({ USDT: '5' }) },
      'perActionByCoin',
      margin('6', 'reduce'),
      atMost('5', 'USDT'),
      margin('5', 'reduce'),
    ],
    [
      'per day in USD',
      { perDayUsd: d('4400') },
      'perDayUsd',
      add('0.06'),
      atMost('0.05', 'BTC', saysLike('limit.per-day', '~$0.00', '~$5,280.00', '$4,400.00')),
      add('0.05'),
    ],
    [
      'per day in a coin',
      { perDayByCoin: coins({ BTC: '0.05' }) },
      'perDayByCoin',
      reduce('0.06'),
      atMost('0.05', 'BTC', saysLike('limit.per-day', '0 BTC', '0.06 BTC', '0.05 BTC')),
      reduce('0.05'),
    ],
    [
      'of what stays in the wallet, collateral',
      { keepInWallet: coins({ BTC: '1.7' }) },
      'keepInWallet',
      add('0.1'),
      atMost(
        '0.0921483143067599',
        'BTC',
        saysLike('limit.keep-in-wallet', says('term.funding-account'), '1.7921483143067599 BTC', '1.7 BTC'),
      ),
      add('0.0921483143067599'),
    ],
    [
      'of what stays in the wallet, margin',
      { keepInWallet: coins({ USDT: '995' }) },
      'keepInWallet',
      margin('10'),
      atMost('5', 'USDT'),
      margin('5'),
    ],
    [
      'of LTV after taking',
      { highestLtvAfterReduction: d('0.6') },
      'highestLtvAfterReduction',
      reduce('0.03'),
      atMost(/0\.02666\d+/, 'BTC', saysLike('limit.ltv-after', '60.26%', '60.00%')),
      reduce('0.02666'),
    ],
  ];
  for (const [name, limits, setting, over, pattern, within] of cases) {
    it(`${name}: refuses in the preview with its name and what is allowed, and that goes`, async () => {
      const setup = limited(limits);
      const { ledger } = setup.window();
      await assert.rejects(ledger.preview('a', over), refusedBy(setting, pattern));
      await ledger.preview('a', within);
    });

    it(`${name}: refuses again right before the send when it was set after the preview`, async () => {
      const setup = new Setup();
      const { ledger, journal } = setup.window();
      const preview = await ledger.preview('a', over);
      setup.limits = { ...noLimits, ...limits };
      await assert.rejects(ledger.commit(preview, ignore), refusedBy(setting, pattern));
      assert.equal(sent(setup), 0);
      assert.deepEqual(await journal.states(), []);
    });
  }

  it('of what stays in the wallet says nothing about taking, and one of LTV nothing about adding', async () => {
    const setup = limited({ keepInWallet: coins({ BTC: '100' }), highestLtvAfterReduction: d('0.01') });
    await assert.rejects(setup.window().ledger.preview('a', add()), refusedBy('keepInWallet', noneLeft('BTC')));
    setup.limits = { ...noLimits, highestLtvAfterReduction: d('0.01') };
    await setup.window().ledger.preview('a', add());
    setup.limits = { ...noLimits, keepInWallet: coins({ BTC: '100' }) };
    await setup.window().ledger.preview('a', reduce());
  });

  it('of what stays in the wallet counts what may be leaving it for another loan or position just now', async () => {
    const setup = limited({ keepInWallet: coins({ USDT: '985' }) });
    const early = setup.window().ledger;
    const elsewhere = (amount: string) => marginChange({ amount: d(amount) }, short);
    const preview = await early.preview('a', elsewhere('10'));
    const { done: end } = await start(setup.window().ledger, margin('10'));
    await assert.rejects(
      early.commit(preview, ignore),
      refusedBy(
        'keepInWallet',
        atMost(
          '5',
          'USDT',
          saysLike('limit.keep-in-wallet', says('okx.trading-account'), saysLike('limit.may-leave', undefined, '10 USDT')),
        ),
      ),
    );
    await assert.rejects(setup.window().ledger.preview('a', elsewhere('5.01')), refusedBy('keepInWallet', atMost('5', 'USDT')));
    await setup.window().ledger.preview('a', elsewhere('5'));
    // Collateral comes from another wallet.
    await setup.window().ledger.preview('a', add());
    setup.market.settle();
    await setup.clock.advance(5_000);
    assert.equal((await end).state, 'effective');
    await assert.rejects(
      setup.window().ledger.preview('a', elsewhere('5.01')),
      refusedBy('keepInWallet', saysLike('limit.keep-in-wallet', undefined, '990 USDT')),
    );
    await setup.window().ledger.preview('a', elsewhere('5'));
    assert.equal(sent(setup), 1);
  });

  it('of another coin says nothing, and one of this coin holds however it is spelt', async () => {
    const setup = limited({ perActionByCoin: coins({ ETH: '0' }) });
    await setup.window().ledger.preview('a', add());
    setup.limits = { ...noLimits, perActionByCoin: coins({ BTC: '0' }) };
    await assert.rejects(setup.window().ledger.preview('a', add()), refusedBy('perActionByCoin', noneLeft('BTC')));
  });

  it('that is narrower than another is the one that is named, with what both allow', async () => {
    const setup = limited({ perActionUsd: d('4400'), perDayByCoin: coins({ BTC: '0.02' }), perActionByCoin: coins({ BTC: '0.07' }) });
    await assert.rejects(setup.window().ledger.preview('a', add('0.08')), refusedBy('perDayByCoin', atMost('0.02', 'BTC')));
  });

  it('that cannot be understood lets nothing through, and says which', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const preview = await ledger.preview('a', add());
    setup.limits = { fault: { template: 'The setting X is a bare number.', args: [] } };
    await assert.rejects(ledger.preview('a', add()), refusedBy('', saysLike('arming.limits-fault', 'The setting X is a bare number.')));
    await assert.rejects(ledger.commit(preview, ignore), refusedBy('', /setting X/));
    assert.equal(sent(setup), 0);
  });

  for (const limits of [{ perActionUsd: d('1000000') }, { perDayUsd: d('1000000') }]) {
    const [setting] = Object.keys(limits) as [string];
    it(`in USD (${setting}) lets nothing through while no price is known, and says why`, async () => {
      const setup = limited(limits);
      const { ledger } = setup.window();
      const known = await ledger.preview('a', margin('1'));
      setup.venue.priceFault = true;
      await assert.rejects(ledger.preview('a', margin('1')), refusedBy(setting, saysLike('limit.unchecked')));
      await assert.rejects(ledger.commit(known, ignore), refusedBy(setting, saysLike('limit.unchecked')));
      setup.venue.shape = (readiness) => ({ ...readiness, prices: new Map() });
      await assert.rejects(ledger.preview('a', add()), refusedBy(setting, saysLike('limit.unchecked')));
      setup.venue.priceFault = false;
      setup.venue.usd = { BTC: d('0') };
      await assert.rejects(ledger.preview('a', add()), refusedBy(setting, saysLike('limit.unchecked')));
      assert.equal(sent(setup), 0);
    });
  }

  it('in USD asks for the price alone where the figures of the loan bring none', async () => {
    const setup = limited({ perActionUsd: d('4400') });
    setup.venue.shape = (readiness) => ({ ...readiness, prices: new Map() });
    await assert.rejects(setup.window().ledger.preview('a', add('0.06')), refusedBy('perActionUsd', atMost('0.05', 'BTC')));
  });

  it('without one in USD a price that does not come holds nothing up', async () => {
    const setup = new Setup();
    const gate: Gate = (what) => (what === 'before indexPrices' ? new Promise(() => undefined) : Promise.resolve());
    const preview = setup.window({ gate }).ledger.preview('a', margin('1'));
    await setup.clock.advance(3_000);
    assert.equal((await preview).usd, undefined);
  });

  it('goes by the price of now, not by that of the preview', async () => {
    const setup = limited({ perActionUsd: d('8800') });
    const { ledger } = setup.window();
    const preview = await ledger.preview('a', add('0.1'));
    setup.venue.shape = (readiness) => ({ ...readiness, prices: new Map([['BTC', d('88001')]]) });
    await assert.rejects(ledger.commit(preview, ignore), refusedBy('perActionUsd', saysLike('refusal.last-check')));
    assert.equal(sent(setup), 0);
  });
});

describe('a limit per day', () => {
  it('counts additions and reductions of loans and positions together, in USD', async () => {
    const setup = limited({ perDayUsd: d('8810') });
    await done(setup, add('0.05'));
    await done(setup, reduce('0.05'));
    await assert.rejects(
      setup.window().ledger.preview('a', margin('11')),
      refusedBy('perDayUsd', atMost('10', 'USDT', saysLike('limit.per-day', '~$8,800.00', '~$11.00', '$8,810.00'))),
    );
    await done(setup, margin('10'));
    await assert.rejects(setup.window().ledger.preview('a', margin('0.01')), refusedBy('perDayUsd', noneLeft('USDT')));
  });

  it('counts by coin what was moved of that coin', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.12' }) });
    await done(setup, add('0.05'));
    await done(setup, margin('10'));
    await done(setup, reduce('0.05'));
    await assert.rejects(
      setup.window().ledger.preview('a', add('0.03')),
      refusedBy('perDayByCoin', atMost('0.02', 'BTC', saysLike('limit.per-day', '0.1 BTC', '0.03 BTC', '0.12 BTC'))),
    );
  });

  it('is of one account: what another moved does not count', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
    setup.accounts.set('b', { ...setup.accounts.get('a')!, id: 'b' });
    await done(setup, add('0.05'));
    await setup.window().ledger.preview('b', add('0.05'));
    await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', noneLeft('BTC')));
  });

  it('forgets what is a day old, to the millisecond, and nothing because a clock was set back', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
    await done(setup, add('0.05'));
    const { sentAt } = (await setup.disk.load()).at(-1)!;
    setup.clock.jump(sentAt! + 24 * 3_600_000 - 1 - setup.clock.now());
    await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', noneLeft('BTC')));
    setup.clock.jump(-48 * 3_600_000);
    await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', noneLeft('BTC')));
    setup.clock.jump(48 * 3_600_000 + 1);
    await setup.window().ledger.preview('a', add('0.05'));
  });

  const hourMs = 3_600_000;
  /** The computer's clock is set, and the exchange's goes on unchanged. */
  const setClock = (setup: Setup, ms: number): void => {
    setup.clock.setWall(ms);
    if (setup.venue.clockOffsetMs !== undefined) setup.venue.clockOffsetMs -= ms;
  };
  const setForward = saysLike('limit.none-left', saysInTurn(saysLike('limit.per-day', '0.05 BTC'), says('limit.clock-set-forward')), 'BTC');

  it('is not emptied by a clock that is set forward while the window is open, even where nothing is known of the clock of the exchange', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }), perDayUsd: d('100000') });
    const { ledger } = setup.window();
    await done(setup, add('0.05'));
    setClock(setup, 25 * hourMs);
    await assert.rejects(ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', setForward));
    await setup.clock.advance(23 * hourMs);
    await assert.rejects(ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', setForward));
    await setup.clock.advance(hourMs);
    await ledger.preview('a', add('0.05'));
  });

  it('goes by the clock of the exchange, whatever ours was set to while no window was open', async () => {
    for (const forward of [25, 24 * 365]) {
      const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
      setup.venue.clockOffsetMs = 0;
      await done(setup, add('0.05'));
      setClock(setup, forward * hourMs);
      await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', setForward));
      await setup.clock.advance(23 * hourMs);
      await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', setForward));
      await setup.clock.advance(hourMs);
      await setup.window().ledger.preview('a', add('0.05'));
    }
  });

  it('counts what was sent while our clock was behind, and not for longer what was sent while it was ahead', async () => {
    for (const wrong of [-48, 24 * 365]) {
      const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
      setup.venue.clockOffsetMs = 0;
      setClock(setup, wrong * hourMs);
      await done(setup, add('0.05'));
      setClock(setup, -wrong * hourMs);
      await assert.rejects(
        setup.window().ledger.preview('a', add('0.05')),
        refusedBy('perDayByCoin', saysLike('limit.per-day', '0.05 BTC')),
      );
      await setup.clock.advance(24 * hourMs);
      await setup.window().ledger.preview('a', add('0.05'));
    }
  });

  it('counts more rather than less where a record does not tell the clock of the exchange', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
    await done(setup, add('0.05'));
    setup.venue.clockOffsetMs = 0;
    setClock(setup, 25 * hourMs);
    await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', setForward));
    setClock(setup, -72 * hourMs);
    await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', saysLike('limit.per-day', '0.05 BTC')));
  });

  it('in USD is not emptied either, and says nothing of clocks that are right', async () => {
    const setup = limited({ perDayUsd: d('4400') });
    setup.venue.clockOffsetMs = 0;
    await done(setup, add('0.05'));
    const plain = (error: unknown): boolean => refusedBy('perDayUsd', noneLeft('BTC'))(error) && !String(error).includes('clock');
    await assert.rejects(setup.window().ledger.preview('a', add('0.05')), plain);
    setClock(setup, 25 * hourMs);
    await assert.rejects(setup.window().ledger.preview('a', add('0.05')), refusedBy('perDayUsd', saysLike('limit.clock-set-forward')));
  });

  it('survives that the ledger is set aside after the clock was set forward', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
    const { ledger } = setup.window();
    await done(setup, add('0.05'));
    await ledger.activity();
    setClock(setup, 25 * hourMs);
    await ledger.setAside();
    await assert.rejects(ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', setForward));
  });

  it('does not count what was refused, never left, was taken back, or is proven not done', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
    for (const fault of ['refused', 'never-left'] as const) {
      setup.venue.sendFault = fault;
      await (
        await start(setup.window().ledger, add('0.05'))
      ).done;
    }
    setup.venue.sendFault = 'none';
    const { ledger } = setup.window({
      gate: (what) => {
        if (what === 'after append sent') setup.armed = { armed: false };
        return Promise.resolve();
      },
    });
    await assert.rejects(ledger.commit(await ledger.preview('a', add('0.05')), ignore), saysLike('refusal.not-armed'));
    setup.armed = { armed: true, until: 'restart' };
    setup.venue.shapeProof = () => ({
      state: 'pending',
      failed: { id: '55', type: 'failed', forced: false, coin: 'BTC', amount: d('0.05'), at: 1 },
    });
    const { done: end } = await start(setup.window().ledger, add('0.05'));
    setup.venue.taken.length = 0;
    await setup.clock.advance(2_000);
    assert.equal((await end).state, 'not-effective');
    await setup.window().ledger.preview('a', add('0.05'));
  });

  it('counts what nobody knows about, and what only a person says was not done', async () => {
    const setup = limited({ perDayByCoin: coins({ BTC: '0.05' }) });
    setup.venue.sendFault = 'lost-before';
    const { ledger } = setup.window();
    const { done: end } = await start(ledger, add('0.05'));
    await setup.clock.advance(61_000);
    assert.equal((await end).state, 'unknown');
    setup.venue.sendFault = 'none';
    await ledger.settle((await end).id, 'not-effective');
    await assert.rejects(ledger.preview('a', add('0.05')), refusedBy('perDayByCoin', noneLeft('BTC')));
  });

  it('in USD is not known to be kept when an earlier change did not keep its worth', async () => {
    const setup = limited({});
    setup.venue.priceFault = true;
    await done(setup, margin('10'));
    setup.venue.priceFault = false;
    setup.limits = { ...noLimits, perDayUsd: d('1000000') };
    const { ledger } = setup.window();
    await assert.rejects(ledger.preview('a', margin('1')), refusedBy('perDayUsd', saysLike('limit.unchecked')));
    setup.clock.jump(24 * 3_600_000);
    await ledger.preview('a', margin('1'));
  });

  for (const [name, limits] of [
    ['USD', { perDayUsd: d('15') }],
    ['a coin', { perDayByCoin: coins({ USDT: '15' }) }],
  ] as const) {
    it(`in ${name} is passed by only one of two windows that send at the same moment, however their steps interleave`, async () => {
      await holds(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          const setup = limited(limits);
          const gate: Gate = (what) => scheduler.schedule(Promise.resolve(), what);
          const [one, two] = [setup.window({ gate }), setup.window({ gate })];
          const ends = Promise.allSettled([
            one.ledger.preview('a', margin('10')).then((preview) => one.ledger.commit(preview, ignore)),
            two.ledger.preview('a', marginChange({}, short)).then((preview) => two.ledger.commit(preview, ignore)),
          ]);
          await scheduler.waitFor(settled());
          for (let idle = 0; idle < 5; idle = scheduler.count() > 0 ? 0 : idle + 1) {
            if (scheduler.count() > 0) await scheduler.waitNext(1);
            await settled();
          }
          assert.equal(setup.market.sends.length, 1);
          setup.market.settle();
          for (let idle = 0; idle < 5; idle = scheduler.count() > 0 ? 0 : idle + 1) {
            await setup.clock.advance(20_000);
            while (scheduler.count() > 0) {
              await scheduler.waitNext(1);
              await settled();
            }
          }
          const [left, withdrawn] = [...(await ends)].sort((x) => (x.status === 'fulfilled' ? -1 : 1));
          assert.ok(left?.status === 'fulfilled' && withdrawn?.status === 'rejected');
          assert.ok(refusedBy('', /\b15\b|15\.00/)(withdrawn.reason));
          const states = new Map((await setup.disk.load()).map(({ id, state }) => [id, state]));
          assert.deepEqual([...states.values()].filter((state) => state === 'effective').length, 1);
          assert.ok(
            [...states.values()].every((state) => ['effective', 'not-effective'].includes(state)),
            'the later one is closed',
          );
        }),
        { numRuns: 40 },
      );
    }).timeout(30_000);
  }

  it('is never passed, whatever is asked in whatever order', async () => {
    const amount = fc.integer({ min: 1, max: 400 }).map((cents) => d(`0.${cents.toString().padStart(4, '0')}`));
    await holds(
      fc.asyncProperty(
        fc.array(fc.record({ amount, direction: fc.constantFrom('add' as const, 'reduce' as const) }), { maxLength: 12 }),
        async (asks) => {
          const setup = limited({ perDayUsd: d('5000'), perActionByCoin: coins({ BTC: '0.03' }) });
          for (const asked of asks) {
            const { ledger } = setup.window();
            const preview = await ledger.preview('a', change(asked)).catch((error: unknown) => {
              assert.ok(error instanceof Refusal);
            });
            if (preview === undefined) continue;
            ledger.commit(preview, ignore).catch(ignore);
            await settled();
            setup.venue.settle();
            await setup.clock.advance(5_000);
          }
          const moved = sum(setup.venue.sends.map((one) => multiply(one.amount, d('88000'))));
          assert.ok(compare(moved, d('5000')) <= 0, moved);
          assert.ok(setup.venue.sends.every((one) => compare(one.amount, d('0.03')) <= 0));
        },
      ),
      { numRuns: 25 },
    );
  });
});
