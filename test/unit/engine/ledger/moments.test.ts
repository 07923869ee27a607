// Moments at which a change must not go, or not as it was confirmed, at the level of the ledger.
import assert from 'node:assert/strict';
import { compare } from '../../../../src/core/decimal.ts';
import type { Instead } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Loan } from '../../../../src/core/model.ts';
import type { Change, CollateralReadiness } from '../../../../src/exchanges/exchange.ts';
import { Refusal } from '../../../../src/engine/ledger/ledger.ts';
import { settled } from '../../core/fake-clock.ts';
import { long, marginChange } from './market.ts';
import { change, d, Setup, ignore, refused, start, trouble, everSent } from './support.ts';
import { says, saysLike } from '../../../texts.ts';

const reduce = change({ direction: 'reduce' });
const sent = ({ venue, market }: Setup): number => venue.sends.length + market.sends.length;

/** What the venue says of the loan from now on. */
const saying = (setup: Setup, loan: Partial<Loan>, rest: Partial<CollateralReadiness> = {}): void => {
  setup.venue.shape = (readiness) => ({ ...readiness, ...rest, loan: { ...readiness.loan, ...loan } });
};

const lastCheck = (why: string | RegExp): RegExp => saysLike('refusal.last-check', why);

const refusedWith =
  (pattern: RegExp, facts: { readonly remedy?: Refusal['remedy']; readonly instead?: readonly Instead[] } = {}) =>
  (error: unknown): boolean => {
    refused(pattern)(error);
    assert.ok(error instanceof Refusal);
    assert.deepEqual({ remedy: error.remedy, instead: error.instead }, { remedy: undefined, instead: undefined, ...facts });
    return true;
  };

describe('a preview that has grown old', () => {
  for (const [interval, age] of [
    [10_000, 10_000],
    [60_000, 60_000],
    [86_400_000, 60_000],
  ] as const) {
    it(`is good for ${(age / 1_000).toString()} s where the accounts are read every ${(interval / 1_000).toString()} s`, async () => {
      for (const [wait, goes] of [
        [age, true],
        [age + 1, false],
      ] as const) {
        const setup = new Setup();
        const { ledger, journal } = setup.window({ options: { maxPreviewAgeMs: () => interval } });
        const preview = await ledger.preview('a', change());
        setup.clock.jump(wait);
        const done = ledger.commit(preview, ignore);
        done.catch(ignore);
        await settled();
        assert.equal(sent(setup), goes ? 1 : 0);
        if (goes) continue;
        await assert.rejects(done, refusedWith(saysLike('refusal.preview-outdated'), { remedy: 'refresh' }));
        assert.deepEqual(await journal.states(), []);
      }
    });
  }

  it('goes by the interval of now, not by that of the preview', async () => {
    const setup = new Setup();
    let interval = 60_000;
    const { ledger } = setup.window({ options: { maxPreviewAgeMs: () => interval } });
    const preview = await ledger.preview('a', change());
    interval = 10_000;
    setup.clock.jump(10_001);
    await assert.rejects(ledger.commit(preview, ignore), refusedWith(saysLike('refusal.preview-outdated'), { remedy: 'refresh' }));
  });

  it('is not sent when it grows old on the way, wherever that is', async () => {
    for (const place of ['before load', 'before prepareCollateral', 'after append planned', 'after append sent']) {
      const setup = new Setup();
      let armed = false;
      const { ledger, journal } = setup.window({
        gate: (what) => {
          if (armed && what === place) setup.clock.jump(60_001);
          return Promise.resolve();
        },
      });
      const preview = await ledger.preview('a', change());
      armed = true;
      await assert.rejects(ledger.commit(preview, ignore), refused(saysLike('refusal.preview-outdated')), place);
      assert.equal(sent(setup), 0, place);
      assert.ok([undefined, 'not-effective'].includes((await journal.states()).at(-1)), place);
    }
  });
});

describe('a loan whose LTV we cannot recompute', () => {
  const prices = new Map([
    ['BTC', d('88000')],
    ['USDT', d('1')],
  ]);
  /** The figures give 0.58. */
  const doubtful = (setup: Setup, ltv = '0.6'): void => {
    saying(setup, { ltv: d(ltv) }, { prices });
  };

  it('lets nothing be taken, and says to read it again', async () => {
    const setup = new Setup();
    doubtful(setup);
    await assert.rejects(
      setup.window().ledger.preview('a', reduce),
      refusedWith(saysLike('change.removal-unclear'), { remedy: 'refresh', instead: ['later', 'addMargin'] }),
    );
  });

  it('can be added to, without an estimate and saying so', async () => {
    const setup = new Setup();
    doubtful(setup);
    const { ledger } = setup.window();
    const preview = await ledger.preview('a', change());
    assert.ok(preview.kind === 'collateral');
    assert.equal(preview.doubt, 'definitions');
    assert.equal(preview.ltvNow, '0.6');
    assert.equal(preview.ltvAfter, undefined);
    assert.equal(preview.distanceAfter, undefined);
    ledger.commit(preview, ignore, { withoutEstimate: true }).catch(ignore);
    await settled();
    assert.equal(sent(setup), 1);
  });

  it('is none as long as the difference is within 0.5 %', async () => {
    for (const [ltv, doubt] of [
      ['0.5828', undefined],
      ['0.5772', undefined],
      ['0.583', 'definitions'],
      ['0.577', 'definitions'],
    ] as const) {
      const setup = new Setup();
      doubtful(setup, ltv);
      const preview = await setup.window().ledger.preview('a', change());
      assert.ok(preview.kind === 'collateral');
      assert.equal(preview.doubt, doubt, ltv);
    }
  });

  it('stops what was confirmed with an estimate', async () => {
    for (const [asked, why] of [
      [change(), saysLike('refusal.no-estimate')],
      [reduce, lastCheck(saysLike('change.removal-unclear'))],
    ] as const) {
      const setup = new Setup();
      saying(setup, {}, { prices });
      const { ledger } = setup.window();
      const preview = await ledger.preview('a', asked);
      doubtful(setup);
      await assert.rejects(ledger.commit(preview, ignore), (error) => {
        refused(why)(error);
        return (error as Refusal).remedy === 'refresh';
      });
      assert.equal(sent(setup), 0);
    }
  });
});

describe('an amount below what the venue takes', () => {
  for (const direction of ['add', 'reduce'] as const) {
    it(`is refused with the least that goes (${direction})`, async () => {
      const setup = new Setup();
      saying(setup, {}, { minimum: d('0.05') });
      const { ledger } = setup.window();
      await assert.rejects(
        ledger.preview('a', change({ direction, amount: d('0.0499999') })),
        refusedWith(saysLike('collateral.minimum', '0.05', 'BTC'), { instead: ['more'] }),
      );
      await ledger.preview('a', change({ direction, amount: d('0.050') }));
    });
  }
});

describe('between confirmation and send', () => {
  const moments: readonly (readonly [string, Change, (setup: Setup) => void, RegExp, readonly Instead[] | undefined])[] = [
    [
      'the balance went',
      change(),
      (setup) => {
        setup.venue.wallet = d('0.05');
      },
      lastCheck(saysLike('change.more-than-held', says('term.funding-account'), '0.05', 'BTC')),
      ['less', 'otherCoin'],
    ],
    [
      'the balance of the margin coin went',
      marginChange(),
      (setup) => {
        setup.market.wallet = d('3');
      },
      saysLike('change.more-than-held', says('okx.trading-account'), '3', 'USDT'),
      ['less'],
    ],
    [
      'the limit of the exchange shrank, adding',
      change(),
      (setup) => {
        saying(setup, {}, { limit: d('0.02') });
      },
      saysLike('change.at-most', says('change.more-than-addable'), '0.02', 'BTC'),
      ['less', 'otherCoin'],
    ],
    [
      'the limit of the exchange shrank, taking',
      reduce,
      (setup) => {
        saying(setup, {}, { limit: d('0.02') });
      },
      saysLike('change.at-most', says('change.more-than-safe'), '0.02', 'BTC'),
      ['less'],
    ],
    [
      'the least amount grew',
      change(),
      (setup) => {
        saying(setup, {}, { minimum: d('1') });
      },
      /at least 1 BTC/,
      ['more'],
    ],
    [
      'what can be taken of the margin shrank',
      marginChange({ direction: 'reduce' }),
      (setup) => {
        setup.market.shape = (readiness) => ({ ...readiness, reducible: { amount: d('4'), source: 'venue' } });
      },
      saysLike('change.at-most', says('change.more-than-safe'), '4', 'USDT'),
      ['less'],
    ],
    [
      'the loan was repaid and is gone',
      change(),
      (setup) => {
        setup.venue.shape = () => {
          throw trouble('refused', 'none', { code: '51063' });
        };
      },
      lastCheck('The venue said refused'),
      undefined,
    ],
    [
      'the coin is no longer taken',
      change(),
      (setup) => {
        setup.venue.shape = () => {
          throw trouble('refused', 'none', { code: '51752', instead: ['otherCoin', 'repay'] });
        };
      },
      saysLike('refusal.last-check'),
      ['otherCoin', 'repay'],
    ],
    [
      'the position is gone',
      marginChange(),
      (setup) => {
        setup.market.held.delete(long);
      },
      saysLike('refusal.last-check'),
      undefined,
    ],
    [
      'LTV reached the liquidation',
      change(),
      (setup) => {
        saying(setup, { ltv: d('0.84') });
      },
      saysLike('collateral.reached-liquidation'),
      ['repay'],
    ],
    [
      'the exchange began to liquidate the position',
      marginChange(),
      (setup) => {
        setup.market.shape = (readiness) => ({
          ...readiness,
          position: { ...readiness.position, distress: msg('test', 'It is being liquidated.') },
        });
      },
      saysLike('margin.exchange-acting', /.*It is being liquidated.*/),
      undefined,
    ],
  ];
  for (const [name, asked, happens, pattern, instead] of moments) {
    it(`nothing is sent when ${name}, and what would lead on is passed on`, async () => {
      const setup = new Setup();
      const { ledger, journal } = setup.window();
      const preview = await ledger.preview('a', asked);
      happens(setup);
      await assert.rejects(ledger.commit(preview, ignore), (error) => {
        refused(pattern)(error);
        assert.deepEqual((error as Refusal).instead, instead);
        return true;
      });
      assert.equal(sent(setup), 0);
      assert.deepEqual(await journal.states(), []);
      assert.equal(await everSent(ledger, 'a'), false);
    });
  }

  it('a loan beyond its liquidation can still be added to by who has seen that', async () => {
    const setup = new Setup();
    saying(setup, { ltv: d('0.84') });
    await start(setup.window().ledger);
    assert.equal(sent(setup), 1);
  });

  it('a price that falls a little holds up no addition', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const preview = await ledger.preview('a', change());
    setup.venue.price = d('80000');
    ledger.commit(preview, ignore).catch(ignore);
    await settled();
    assert.equal(sent(setup), 1);
    assert.ok(compare(setup.venue.loan().ltv!, d('0.58')) > 0);
  });
});
