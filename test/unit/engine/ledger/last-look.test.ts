import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Refusal, type WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import type { Change, MarginReadiness } from '../../../../src/exchanges/exchange.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { long, marginChange } from './market.ts';
import { account, change, d, Setup, ignore, loanId, refused, rowOf, trouble } from './support.ts';
import { says, saysLike } from '../../../texts.ts';

const reduceMargin = marginChange({ direction: 'reduce' });
const reduce = change({ direction: 'reduce' });

type Facts = Partial<MarginReadiness['position']>;

const lastCheck = (why: string | RegExp): RegExp => saysLike('refusal.last-check', why);

/** What every later reading says of the position. */
function saying(setup: Setup, position: Facts, rest: Partial<MarginReadiness> = {}): void {
  setup.market.shape = (given) => ({ ...given, ...rest, position: { ...given.position, ...position } });
}

/** A confirmed change, after `meanwhile` happened. */
async function confirmed(setup: Setup, asked: Change, meanwhile: () => void) {
  const window = setup.window();
  const preview = await window.ledger.preview('a', asked);
  meanwhile();
  const done = window.ledger.commit(preview, ignore);
  done.catch(ignore);
  return { window, preview, done };
}

async function nothingHappened(setup: Setup, { window }: Pick<Awaited<ReturnType<typeof confirmed>>, 'window'>): Promise<void> {
  assert.equal(setup.market.sends.length + setup.venue.sends.length, 0, 'nothing was sent');
  assert.deepEqual(await window.journal.states(), [], 'nothing is in the journal');
  assert.deepEqual(window.ledger.open(), []);
  assert.deepEqual(window.heard, []);
}

/** The change as it goes out, with its record. */
async function carriedOut(setup: Setup, done: Promise<WriteRecord>): Promise<WriteRecord> {
  await settled();
  setup.venue.settle();
  setup.market.settle();
  await setup.clock.advance(2_000);
  const record = await done;
  assert.equal(record.state, 'effective');
  assert.equal(setup.market.sends.length + setup.venue.sends.length, 1);
  return record;
}

describe('the last look between a confirmation and its send', () => {
  const held = (setup: Setup) => setup.market.held.get(long)!;
  const refusals: readonly (readonly [string, Change, (setup: Setup) => void, RegExp])[] = [
    [
      'was turned round',
      marginChange(),
      (setup) => {
        saying(setup, { side: 'short' });
      },
      saysLike('change.another-target'),
    ],
    [
      'is another one',
      marginChange(),
      (setup) => {
        saying(setup, { positionId: 'linear:BTCUSDT:0' });
      },
      saysLike('change.another-target'),
    ],
    [
      'is in another slot',
      marginChange(),
      (setup) => {
        saying(setup, { slot: '2' });
      },
      saysLike('change.another-target'),
    ],
    [
      'has another margin coin',
      marginChange(),
      (setup) => {
        saying(setup, { marginCoin: 'USDC' });
      },
      saysLike('change.another-target'),
    ],
    [
      'is cross by now',
      marginChange(),
      (setup) => {
        saying(setup, { marginMode: 'cross' });
      },
      lastCheck(saysLike('margin.not-isolated', 'BTCUSDT')),
    ],
    [
      'is being liquidated',
      reduceMargin,
      (setup) => {
        saying(setup, { distress: trouble('refused', 'none').sentence });
      },
      saysLike('refusal.last-check'),
    ],
    [
      'was halved',
      marginChange(),
      (setup) => (held(setup).size = d('0.5')),
      saysLike('change.changed-since', says('position.size'), '1', '0.5'),
    ],
    ['grew by a hair', reduceMargin, (setup) => (held(setup).size = d('1.001')), /from 1 to 1.001/],
    [
      'was closed and opened anew at another price',
      marginChange(),
      (setup) => (held(setup).entry = d('20000.1')),
      saysLike('change.changed-since', says('position.entry-price'), '20,000', '20,000.1 USDT'),
    ],
    [
      'got more margin elsewhere',
      marginChange(),
      (setup) => (held(setup).steady = d('404.1')),
      saysLike('change.changed-since', says('position.margin'), '400', '404.1 USDT'),
    ],
    [
      'lost margin elsewhere',
      marginChange(),
      (setup) => (held(setup).steady = d('395.9')),
      saysLike('change.changed-since', says('position.margin'), '400', '395.9 USDT'),
    ],
    [
      'is near its liquidation',
      reduceMargin,
      (setup) => (setup.market.mark = d('19750')),
      lastCheck(saysLike('change.none-removable', 'USDT')),
    ],
    [
      'lets less go',
      reduceMargin,
      (setup) => {
        saying(setup, {}, { reducible: { amount: d('9'), source: 'venue' } });
      },
      lastCheck(saysLike('change.at-most', says('change.more-than-safe'), '9', 'USDT')),
    ],
    [
      'has an empty wallet behind it',
      marginChange(),
      (setup) => (setup.market.wallet = d('0')),
      lastCheck(saysLike('change.none-held', says('okx.trading-account'), 'USDT')),
    ],
    ['is gone', marginChange(), (setup) => setup.market.held.delete(long), saysLike('refusal.last-check')],
  ];
  for (const [name, asked, meanwhile, pattern] of refusals) {
    it(`sends nothing when the position ${name}`, async () => {
      const setup = new Setup();
      const attempt = await confirmed(setup, asked, () => {
        meanwhile(setup);
      });
      await assert.rejects(attempt.done, refused(pattern));
      await nothingHappened(setup, attempt);
    });
  }

  it('sends nothing when the leverage was set anew', async () => {
    const setup = new Setup();
    saying(setup, { leverage: d('50') });
    const attempt = await confirmed(setup, marginChange(), () => {
      saying(setup, { leverage: d('25') });
    });
    await assert.rejects(attempt.done, refused(saysLike('change.changed-since', says('position.leverage'), '50', '25')));
    await nothingHappened(setup, attempt);
  });

  const loans: readonly (readonly [string, Change, (setup: Setup) => void, RegExp])[] = [
    [
      'is gone',
      change(),
      ({ venue }) => {
        venue.shape = () => {
          throw trouble('refused', 'none');
        };
      },
      lastCheck('The venue said refused'),
    ],
    [
      'has another order id',
      change(),
      ({ venue }) => (venue.shape = (given) => ({ ...given, loan: { ...given.loan, orderId: '777' } })),
      lastCheck(saysLike('change.another-target')),
    ],
    [
      'has an empty wallet behind it',
      change(),
      ({ venue }) => (venue.wallet = d('0.05')),
      lastCheck(saysLike('change.more-than-held', says('term.funding-account'), '0.05', 'BTC')),
    ],
    [
      'lets less go',
      reduce,
      ({ venue }) => (venue.shape = (given) => ({ ...given, limit: d('0.09') })),
      lastCheck(saysLike('change.at-most', says('change.more-than-safe'), '0.09', 'BTC')),
    ],
    ['would come to its margin call', reduce, ({ venue }) => (venue.price = d('70000')), saysLike('collateral.ltv-at-margin-call')],
    [
      'got collateral elsewhere',
      change(),
      ({ venue }) => (venue.pledged = d('0.9')),
      saysLike('change.changed-since', says('collateral.in-coin', 'BTC'), '0.8', '0.9'),
    ],
    [
      'lost collateral elsewhere',
      reduce,
      ({ venue }) => (venue.pledged = d('0.799')),
      saysLike('change.changed-since', says('collateral.in-coin', 'BTC'), '0.8', '0.799'),
    ],
  ];
  for (const [name, asked, meanwhile, pattern] of loans) {
    it(`sends nothing when the loan ${name}`, async () => {
      const setup = new Setup();
      const attempt = await confirmed(setup, asked, () => {
        meanwhile(setup);
      });
      await assert.rejects(attempt.done, refused(pattern));
      await nothingHappened(setup, attempt);
    });
  }

  it('sends nothing when the loan is addressed by an order id that the preview did not know', async () => {
    const setup = new Setup();
    const { venue } = setup;
    venue.shape = (given) => {
      const { orderId, ...loan } = given.loan;
      return { ...given, loan: orderId === '' ? given.loan : loan };
    };
    const attempt = await confirmed(setup, change({ loan: { loanId } }), () => (venue.shape = (given) => given));
    await assert.rejects(attempt.done, refused(saysLike('change.another-target')));
    await nothingHappened(setup, attempt);
  });

  it('lets the same change go once it was previewed anew', async () => {
    const setup = new Setup();
    const attempt = await confirmed(setup, marginChange(), () => (held(setup).size = d('0.5')));
    await assert.rejects(attempt.done, Refusal);
    const again = await confirmed(setup, marginChange(), ignore);
    await carriedOut(setup, again.done);
  });

  it('measures a change of margin from the figures of now, not from those that were shown', async () => {
    const setup = new Setup();
    const { done } = await confirmed(setup, marginChange(), () => {
      // A funding fee, of exactly the most that is let pass.
      held(setup).steady = d('396');
      setup.market.mark = d('19900');
    });
    const record = await carriedOut(setup, done);
    assert.ok(record.baseline.kind === 'margin');
    assert.equal(record.baseline.margin, '396');
    assert.deepEqual([record.liquidationBefore, record.liquidationAfter], ['19704', '19694']);
    assert.ok(Number(record.liquidationEstimate) < 19_704 && Number(record.liquidationEstimate) > 19_690);
    assert.deepEqual(setup.market.sends, [marginChange()], 'what goes out is what was confirmed');
  });

  for (const direction of ['add', 'reduce'] as const) {
    it(`lets a margin follow the mark price as far as it likes while nobody changes it: ${direction}`, async () => {
      const setup = new Setup();
      setup.market.drifting = true;
      const { done } = await confirmed(setup, marginChange({ direction }), () => (setup.market.drift = d('-80')));
      const record = await carriedOut(setup, done);
      assert.ok(record.baseline.kind === 'margin');
      assert.deepEqual([record.baseline.margin, record.baseline.steadyMargin], ['320', '400']);
    });
  }

  it('does not take what is not told, before or now, for a difference', async () => {
    for (const [before, after] of [
      [{}, { leverage: d('50') }],
      [{ leverage: d('50') }, {}],
    ] as const) {
      const setup = new Setup();
      saying(setup, before);
      const { done } = await confirmed(setup, marginChange(), () => {
        saying(setup, after);
      });
      await carriedOut(setup, done);
    }
  });

  it('measures a change of collateral from the figures of now', async () => {
    const setup = new Setup();
    const { venue } = setup;
    const { preview, done } = await confirmed(setup, change(), () => {
      venue.price = d('80000');
      venue.rows.push({ id: '1001', type: 'collateral_locked', forced: false, coin: 'ETH', amount: d('-1'), at: 0 });
    });
    assert.ok(preview.kind === 'collateral');
    assert.equal(preview.ltvNow, '0.58');
    const record = await carriedOut(setup, done);
    assert.equal(record.ltvBefore, '0.625');
    assert.equal(record.ltvAfter, '0.5556');
    assert.ok(record.baseline.kind === 'collateral');
    assert.deepEqual(record.baseline, { kind: 'collateral', newestHistoryId: '1001', pledged: '0.8', ltv: '0.625' });
    assert.equal(rowOf(record), '1002');
    assert.deepEqual(venue.sends, [change()]);
  });

  for (const asked of [change(), marginChange()]) {
    it(`of ${asked.kind} comes before the journal, and nothing comes between the journal and the send`, async () => {
      const setup = new Setup();
      let steps: string[] = [];
      const window = setup.window({
        gate: async (what) => {
          steps.push(what);
        },
      });
      const preview = await window.ledger.preview('a', asked);
      steps = [];
      const done = window.ledger.commit(preview, ignore);
      await settled();
      const prepare = asked.kind === 'margin' ? 'before prepareMargin' : 'before prepareCollateral';
      assert.deepEqual(steps.slice(0, steps.indexOf('before send') + 1), [
        ...['before load', 'before connection', ...(asked.kind === 'margin' ? ['before indexPrices'] : []), prepare, 'before load'],
        ...['before append planned', 'after append planned', 'before append sent', 'after append sent', 'before load', 'before send'],
      ]);
      await carriedOut(setup, done);
    });

    it(`of ${asked.kind} that fails says that nothing was sent, with the venue's reason`, async () => {
      const setup = new Setup();
      const attempt = await confirmed(setup, asked, () => (setup.venue.readFault = true));
      await assert.rejects(attempt.done, refused(lastCheck('The venue said network')));
      await nothingHappened(setup, attempt);
      setup.venue.readFault = false;
      await carriedOut(setup, (await confirmed(setup, asked, ignore)).done);
    });

    it(`of ${asked.kind} can be stopped, although the venue never answers`, async () => {
      const setup = new Setup();
      let hang = false;
      const window = setup.window({
        gate: (what) => (hang && what.startsWith('before prepare') ? new Promise(() => undefined) : Promise.resolve()),
      });
      const preview = await window.ledger.preview('a', asked);
      hang = true;
      const stop = new AbortController();
      const done = window.ledger.commit(preview, ignore, { signal: stop.signal });
      done.catch(ignore);
      await settled();
      stop.abort();
      await assert.rejects(done, refused(saysLike('refusal.stopped')));
      await nothingHappened(setup, { window });
      hang = false;
      await window.ledger.preview('a', asked);
    });

    it(`of ${asked.kind} that takes so long that what was shown is too old lets nothing go`, async () => {
      const setup = new Setup();
      const window = setup.window();
      const preview = await window.ledger.preview('a', asked);
      // The figures are from after the pause, the person's picture is from before it.
      const slow = <T>(given: T): T => {
        setup.clock.jump(60_001);
        return { ...given, asOf: setup.clock.now() };
      };
      setup.venue.shape = slow;
      setup.market.shape = slow;
      await assert.rejects(window.ledger.commit(preview, ignore), refused(saysLike('refusal.preview-outdated')));
      await nothingHappened(setup, { window });
    });

    it(`of ${asked.kind} sees what another window sent while it was under way`, async () => {
      const setup = new Setup();
      const other = setup.window();
      const early = await other.ledger.preview('a', asked);
      let meanwhile: (() => Promise<void>) | undefined;
      const window = setup.window({
        gate: async (what) => {
          if (!what.startsWith('before prepare')) return;
          const act = meanwhile;
          meanwhile = undefined;
          await act?.();
        },
      });
      const preview = await window.ledger.preview('a', asked);
      meanwhile = async () => {
        other.ledger.commit(early, ignore).catch(ignore);
        await settled();
      };
      await assert.rejects(
        window.ledger.commit(preview, ignore),
        (error) => error instanceof Refusal && error.openWrite?.state === 'accepted',
      );
      assert.equal(setup.venue.sends.length + setup.market.sends.length, 1);
      assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'accepted'], 'only the other one is written down');
    });

    it(`of ${asked.kind} sends nothing on an account that is another one afterwards`, async () => {
      const setup = new Setup();
      let done = false;
      const window = setup.window({
        gate: async (what) => {
          if (done && what.startsWith('before prepare')) setup.accounts.set('a', account({ site: 'eea' }));
        },
      });
      const preview = await window.ledger.preview('a', asked);
      done = true;
      await assert.rejects(window.ledger.commit(preview, ignore), refused(saysLike('refusal.account-changed')));
      await nothingHappened(setup, { window });
    });

    it(`of ${asked.kind} keeps one write out of two windows' one, however reading and writing interleave`, async () => {
      await holds(
        fc.asyncProperty(fc.scheduler(), async (scheduler) => {
          const setup = new Setup();
          let free = true;
          const gate = (what: string): Promise<void> => (free ? Promise.resolve() : scheduler.schedule(Promise.resolve(), what));
          const windows = [setup.window({ gate }), setup.window({ gate })];
          const previews = await Promise.all(windows.map(({ ledger }) => ledger.preview('a', asked)));
          free = false;
          const ends = windows.map(({ ledger }, index) =>
            ledger.commit(previews[index]!, ignore).then(
              ({ state }) => state,
              (error: unknown) => (error instanceof Refusal ? 'refused' : String(error)),
            ),
          );
          await scheduler.waitIdle();
          await settled();
          await scheduler.waitIdle();
          assert.equal(setup.venue.sends.length + setup.market.sends.length, 1);
          setup.venue.settle();
          setup.market.settle();
          const moving = setup.clock.advance(61_000);
          await Promise.race([moving, scheduler.waitFor(moving)]);
          await scheduler.waitFor(Promise.all(ends));
          assert.deepEqual((await Promise.all(ends)).sort(), ['effective', 'refused']);
          assert.equal(setup.venue.sends.length + setup.market.sends.length, 1);
        }),
        { numRuns: 60 },
      );
    });
  }
});
