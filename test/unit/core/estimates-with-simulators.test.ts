// Our arithmetic against the simulated exchanges, which value collateral by code of their own: what we foresee, and what then comes.
import assert from 'node:assert/strict';
import {
  absolute,
  add,
  compare,
  decimal as d,
  decimalPlaces,
  divide,
  multiply,
  subtract,
  zero,
  type Decimal,
} from '../../../src/core/decimal.ts';
import { estimateAfter } from '../../../src/core/risk/collateral-estimate.ts';
import { collateralOf, debtOf, ltvOf, modelOf, withCollateral, withPrices, type LoanModel } from '../../../src/core/risk/loan-model.ts';
import { liveEstimate, livePosition, measured, type LiveLoan } from '../../../src/core/risk/live-estimate.ts';
import type { Direction, Loan, Position } from '../../../src/core/model.ts';
import { distanceToLiquidation } from '../../../src/core/risk/position-model.ts';
import { connectBybit } from '../../../src/exchanges/bybit/connect.ts';
import type { Connection, LoanRef } from '../../../src/exchanges/exchange.ts';
import { coins as bybitCoins } from '../../../src/simulator/bybit/coins.ts';
import { readState as readBybit } from '../../../src/simulator/bybit/state.ts';
import { startBybit, type Bybit } from '../../../src/simulator/bybit/start.ts';
import { legacyDebt, poolCollateralUsd, poolDebtUsd } from '../../../src/simulator/bybit/valuation.ts';
import { Market } from '../../../src/simulator/market.ts';
import { coins as okxCoins } from '../../../src/simulator/okx/coins.ts';
import { readState as readOkx } from '../../../src/simulator/okx/state.ts';
import { adjustedUsd, rawUsd } from '../../../src/simulator/okx/valuation.ts';
import { first, Meeting, second } from '../exchanges/meeting.ts';
import { PassingClock } from '../passing-clock.ts';

/** Both sides of a loan by the exchange's own figures, to the last digit. USD. */
interface Exact {
  readonly debt: Decimal;
  readonly collateral: Decimal;
}

/** One change after the other, each seen through. */
type Steps = readonly (readonly [direction: Direction, coin: string, amount: string])[];
/** Prices that are moved together, by percentages. */
type Moves = readonly Readonly<Record<string, string>>[];

/** An exchange that executes what is requested. */
interface Place {
  /** New each time: limits are per connection, too long to wait for here. */
  connect(): Connection;
  /** Lets what was accepted come true. */
  settle(): void;
  movePrice(coin: string, percent: string): void;
  price(coin: string): Decimal;
  exact(): Exact;
}

const made = (loan: Loan, prices: ReadonlyMap<string, Decimal>): LoanModel => {
  const model = modelOf(loan, prices);
  assert.ok(typeof model === 'object', typeof model === 'string' ? model : '');
  return model;
};

const billionth = d('0.000000001');

function same(ours: Decimal, theirs: Decimal, what: string): void {
  assert.ok(compare(absolute(subtract(ours, theirs)), multiply(theirs, billionth)) <= 0, `${what}: ${ours} is not ${theirs}`);
}

function near(ours: Decimal, theirs: Decimal, within: Decimal, what: string): void {
  assert.ok(compare(absolute(subtract(ours, theirs)), within) <= 0, `${what}: ${ours} is not ${theirs}`);
}

/** What our model says must come true: both sides of the loan, and the LTV as far as the exchange's own had digits to begin with. */
function fulfilled(foreseen: LoanModel, real: Loan, exact: Exact, step: Decimal, what: string): void {
  same(debtOf(foreseen), exact.debt, `${what}, debt`);
  same(collateralOf(foreseen), exact.collateral, `${what}, collateral`);
  const ltv = ltvOf(foreseen)!;
  const true_ = divide(exact.debt, exact.collateral, 18, 'up');
  assert.ok(compare(add(ltv, billionth), true_) >= 0, `${what}: ${ltv} flatters ${true_}`);
  // What the exchange rounded up before is carried along, and it has rounded up again.
  near(ltv, real.ltv!, multiply(step, d('3')), `${what}, LTV`);
}

async function read(place: Place, ref: LoanRef): Promise<{ loan: Loan; prices: ReadonlyMap<string, Decimal> }> {
  const snapshot = await place.connect().read();
  const loan = snapshot.loans.find(({ id }) => id === ref.loanId);
  assert.ok(loan !== undefined);
  return { loan, prices: new Map(Object.entries(snapshot.prices ?? {})) };
}

/** Reads, foresees, changes, reads again: once for each step. */
async function changing(
  place: Place,
  ref: LoanRef,
  steps: Steps,
  check: (facts: { before: LoanModel; after: LoanModel; estimate: Decimal; real: Loan; exact: Exact; what: string }) => void,
): Promise<void> {
  for (const [direction, coin, text] of steps) {
    const what = `${direction} ${text} ${coin}`;
    const amount = d(text);
    const { loan, prices } = await read(place, ref);
    const before = made(loan, prices);
    const ready = await place.connect().actions.collateral!.prepare({ loan: ref, direction, coin });
    const estimate = estimateAfter(ready.loan, direction, coin, amount, ready.prices).ltv;
    assert.ok(estimate !== undefined, what);
    const held = before.collateral.find((pledge) => pledge.coin === coin) ?? {
      coin,
      amount: zero,
      price: prices.get(coin)!,
      rule: loan.haircuts?.[coin] ?? before.collateral[0]!.rule,
    };
    const after = withCollateral(before, {
      ...held,
      amount: direction === 'add' ? add(held.amount, amount) : subtract(held.amount, amount),
    });
    await place.connect().actions.collateral!.send({ kind: 'collateral', loan: ref, direction, coin, amount });
    place.settle();
    const { loan: real } = await read(place, ref);
    check({ before, after, estimate, real, exact: place.exact(), what });
  }
}

async function moving(
  place: Place,
  ref: LoanRef,
  moves: Moves,
  check: (facts: { before: LoanModel; after: LoanModel; live: LiveLoan; real: Loan; exact: Exact; what: string }) => void,
): Promise<void> {
  for (const move of moves) {
    const { loan, prices } = await read(place, ref);
    const before = made(loan, prices);
    const exactBefore = place.exact();
    const factors = new Map<string, Decimal>();
    for (const [coin, percent] of Object.entries(move)) {
      const from = place.price(coin);
      place.movePrice(coin, percent);
      factors.set(coin, divide(place.price(coin), from, 30, 'half-up'));
    }
    // Only public prices are read, and the figure is there before the reading.
    const now = new Map(Object.entries(await place.connect().indexPrices([...prices.keys()])));
    const live = liveEstimate(loan, prices, now);
    assert.ok(typeof live === 'object', JSON.stringify(live));
    const exact = place.exact();
    const moved = divide(multiply(exact.debt, exactBefore.collateral), multiply(exactBefore.debt, exact.collateral), 30, 'half-up');
    same(live.ltv, multiply(loan.ltv!, moved), `${JSON.stringify(move)}, between readings`);
    place.settle();
    const { loan: real } = await read(place, ref);
    check({ before, after: withPrices(before, factors), live, real, exact: place.exact(), what: JSON.stringify(move) });
  }
}

/** Every isolated position: its distance by prices alone, and then as it is read. */
async function movingPositions(place: Place, moves: Moves): Promise<void> {
  for (const move of moves) {
    const snapshot = await place.connect().read();
    const then = new Map(Object.entries(snapshot.prices ?? {}));
    for (const [coin, percent] of Object.entries(move)) place.movePrice(coin, percent);
    const now = new Map(Object.entries(await place.connect().indexPrices([...then.keys()])));
    place.settle();
    const after = new Map((await place.connect().read()).positions.map((one) => [one.positionId, one]));
    let compared = 0;
    for (const before of snapshot.positions) {
      const real = after.get(before.positionId);
      const live = livePosition(before, then, now);
      if (before.marginMode === 'cross') assert.equal(live, 'contract');
      if (typeof live === 'string' || real?.markPrice === undefined) continue;
      compared += 1;
      // Index and mark price are each printed to so many digits.
      const what = `${before.instrument} ${before.side} ${JSON.stringify(move)}`;
      assert.ok(
        compare(absolute(subtract(live.markPrice, real.markPrice)), divide(step(real), d('0.4'), 30, 'up')) <= 0,
        `${what}: ${live.markPrice} is not ${real.markPrice}`,
      );
      near(live.distance, distanceToLiquidation(real)!, d('0.00005'), `${what}, distance`);
    }
    assert.ok(compared >= 4, `${compared.toString()} positions were compared`);
  }
}

/** The last digit of a printed price. */
const step = ({ markPrice }: Position): Decimal => divide(d('1'), d(`1${'0'.repeat(decimalPlaces(markPrice!))}`), 12, 'up');

describe('what we foresee on the simulated Bybit', () => {
  const pool: LoanRef = { loanId: 'pool' };
  const order: LoanRef = { loanId: '1793683005081680384', orderId: '1793683005081680384' };
  /** The pool's LTV has six digits, an old order's four. */
  const poolStep = d('0.000001');
  const orderStep = d('0.0001');
  const connections: Connection[] = [];
  let simulator: Bybit;

  async function start(account: 'invented' | 'published'): Promise<Place> {
    const clock = new PassingClock();
    simulator = await startBybit({ walk: false, settleMs: 1_000, clock, account });
    const facts = () => {
      const state = readBybit(simulator.saveState());
      return { state, market: new Market(bybitCoins, state.market) };
    };
    return {
      connect: () => {
        const connection = connectBybit({
          account: { site: 'loopback', baseUrl: simulator.url },
          keys: async () => ({ ...simulator.keys }),
          clock,
        });
        connections.push(connection);
        return connection;
      },
      settle: () => {
        clock.time += 2_000;
      },
      movePrice: (coin, percent) => {
        simulator.movePrice(coin, percent);
      },
      price: (coin) => facts().market.price(coin),
      exact: () => {
        const { state, market } = facts();
        return { debt: poolDebtUsd(state.pool, market), collateral: poolCollateralUsd(state.pool, market) };
      },
    };
  }

  /** The same place, counting the old order. */
  const ofOrder = (place: Place): Place => ({
    ...place,
    exact: () => {
      const [old] = readBybit(simulator.saveState()).legacyOrders;
      assert.ok(old !== undefined);
      const { loan, collateral } = old;
      return {
        debt: multiply(legacyDebt(old), place.price(loan.ccy)),
        collateral: multiply(collateral.amt, place.price(collateral.ccy)),
      };
    },
  });

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.dispose();
    await simulator.close();
  });

  for (const [account, steps] of [
    [
      'invented',
      [
        // 0.25 BTC are worth 22000: the brackets end at 10000, 20000 and 30000.
        ['add', 'BTC', '0.05'],
        ['add', 'BTC', '0.1'],
        ['add', 'BTC', '0.00000001'],
        ['reduce', 'BTC', '0.2'],
        ['reduce', 'BTC', '0.11111111'],
        ['add', 'BTC', '1.2'],
        // 4 ETH are worth 13040.
        ['reduce', 'ETH', '1.5'],
        ['add', 'ETH', '1.9'],
        // 50 SOL are worth 7000.
        ['reduce', 'SOL', '50'],
        ['add', 'SOL', '40'],
        // Nothing of these was pledged before.
        ['add', 'USDT', '1999.99'],
        ['add', 'SOL', '12.5'],
      ],
    ],
    [
      'published',
      [
        ['reduce', 'BTC', '0.08'],
        ['add', 'BTC', '0.2'],
        ['add', 'ETH', '1.94'],
        ['reduce', 'USDC', '1000'],
        ['reduce', 'USDT', '4002.12'],
        ['add', 'SOL', '40'],
      ],
    ],
  ] as readonly (readonly ['invented' | 'published', Steps])[]) {
    it(`comes true when collateral of the ${account} pool changes, across the edges of brackets too`, async () => {
      await changing(await start(account), pool, steps, ({ before, after, estimate, real, exact, what }) => {
        assert.equal(before.haircuts, 'published');
        fulfilled(after, real, exact, poolStep, what);
        // The value that this starts from is printed in whole cents.
        near(estimate, real.ltv!, multiply(poolStep, d('5')), `${what}, estimate`);
      });
    });

    it(`comes true when prices move under the ${account} pool, across the edges of brackets too`, async () => {
      const moves: Moves = [
        { BTC: '-20' },
        { BTC: '70' },
        { ETH: '-50' },
        { ETH: '300' },
        { BTC: '-33.3', ETH: '-33.3', SOL: '-33.3' },
        { SOL: '900' },
        { USDC: '-10' },
        { BTC: '-5', ETH: '5' },
      ];
      await moving(await start(account), pool, moves, ({ before, after, real, exact, what }) => {
        assert.equal(before.haircuts, 'published');
        fulfilled(after, real, exact, poolStep, what);
      });
    });
  }

  it('comes true when collateral of an old order changes', async () => {
    const steps: Steps = [
      ['add', 'BTC', '0.01'],
      ['reduce', 'BTC', '0.02'],
      ['reduce', 'BTC', '0.00123456'],
      ['add', 'BTC', '1.5'],
    ];
    await changing(ofOrder(await start('invented')), order, steps, ({ after, estimate, real, exact, what }) => {
      fulfilled(after, real, exact, orderStep, what);
      near(estimate, real.ltv!, multiply(orderStep, d('3')), `${what}, estimate`);
      assert.ok(compare(add(estimate, billionth), divide(exact.debt, exact.collateral, 18, 'up')) >= 0, `${what} flatters`);
    });
  });

  it('comes true for the distances of positions when prices move', async () => {
    await movingPositions(await start('invented'), [
      { BTC: '-3' },
      { BTC: '2.5', ETH: '-1.25' },
      { USDC: '0.4' },
      { SOL: '7', BTC: '-0.01' },
    ]);
  });

  it('comes true when prices move under an old order', async () => {
    await moving(
      ofOrder(await start('invented')),
      order,
      [{ BTC: '-20' }, { BTC: '-9.87' }, { BTC: '400' }],
      ({ after, real, exact, what }) => {
        fulfilled(after, real, exact, orderStep, what);
      },
    );
  });
});

describe('what we foresee on the simulated OKX', () => {
  let here = new Meeting();
  const step = d('0.0001');

  function placeOf(ref: LoanRef): Place {
    const facts = () => {
      const state = readOkx(here.simulator.saveState());
      return { state, market: new Market(okxCoins, state.market) };
    };
    return {
      connect: () => here.connect(),
      settle: () => {
        here.clock.time += 2_000;
      },
      movePrice: (coin, percent) => {
        here.simulator.movePrice(coin, percent);
      },
      price: (coin) => facts().market.price(coin),
      exact: () => {
        const { state, market } = facts();
        const order = state.orders.find(({ ordId }) => ordId === ref.orderId);
        assert.ok(order !== undefined);
        return { debt: rawUsd(order.debts, market), collateral: adjustedUsd(order.collateral, market) };
      },
    };
  }

  const trueLtv = ({ debt, collateral }: Exact): Decimal => divide(debt, collateral, 18, 'up');

  beforeEach(async () => {
    here = new Meeting();
    await here.start();
  });
  afterEach(() => here.stop());

  it('comes true for a loan of one coin, whose haircut shows in its own figures', async () => {
    const steps: Steps = [
      ['add', 'BTC', '0.5'],
      ['reduce', 'BTC', '0.6'],
      ['reduce', 'BTC', '0.01234567'],
      ['add', 'BTC', '1.2'],
    ];
    await changing(placeOf(first), first, steps, ({ before, after, estimate, real, exact, what }) => {
      assert.equal(before.haircuts, 'recovered');
      fulfilled(after, real, exact, step, what);
      near(estimate, real.ltv!, multiply(step, d('3')), `${what}, estimate`);
      assert.ok(compare(add(estimate, billionth), trueLtv(exact)) >= 0, `${what} flatters`);
    });
  });

  it('comes true when the price moves under a loan of one coin', async () => {
    await moving(placeOf(first), first, [{ BTC: '-20' }, { BTC: '-7.77' }, { BTC: '150' }], ({ after, real, exact, what }) => {
      fulfilled(after, real, exact, step, what);
    });
  });

  it('comes true when all prices move alike under a loan of several coins', async () => {
    const moves = ['-20', '-10', '80'].map((percent) => ({ ETH: percent, SOL: percent }));
    await moving(placeOf(second), second, moves, ({ before, after, real, exact, what }) => {
      assert.equal(before.haircuts, 'averaged');
      fulfilled(after, real, exact, step, what);
    });
  });

  it('comes true for the distances of positions when prices move', async () => {
    await movingPositions(placeOf(first), [{ BTC: '-3' }, { BTC: '2.5', ETH: '-1.25' }, { USDT: '0.4' }, { SOL: '7', BTC: '-0.01' }]);
  });

  it('is off by little when the prices of several coins move apart, and says by how much when the reading comes', async () => {
    const place = placeOf(second);
    for (const move of [{ ETH: '-3' }, { SOL: '5' }, { ETH: '2', SOL: '-8' }, { ETH: '-10', SOL: '10' }]) {
      const before = await read(place, second);
      for (const [coin, percent] of Object.entries(move)) place.movePrice(coin, percent);
      place.settle();
      const after = await read(place, second);
      const grade = measured(before.loan, before.prices, after.loan, after.prices);
      assert.equal(grade?.differs, false, JSON.stringify(grade));
      // Haircuts of 2 and 7 % against one average: not a quarter of a point.
      assert.ok(compare(absolute(grade.off), d('0.0025')) <= 0, `${JSON.stringify(move)}: off by ${grade.off}`);
    }
  });

  it('is no better than what comes when something is taken from a loan of several coins', async () => {
    const steps: Steps = [
      ['reduce', 'ETH', '0.02'],
      ['reduce', 'SOL', '1.5'],
      ['reduce', 'SOL', '0.25'],
    ];
    await changing(placeOf(second), second, steps, ({ before, estimate, exact, what }) => {
      assert.equal(before.haircuts, 'averaged');
      assert.ok(compare(estimate, trueLtv(exact)) >= 0, `${what}: ${estimate} flatters ${trueLtv(exact)}`);
    });
  });

  it('is no better than what comes when a coin is added that is cut no deeper than the average', async () => {
    const steps: Steps = [
      ['add', 'ETH', '1'],
      ['add', 'USDT', '60'],
      ['add', 'BTC', '0.3'],
    ];
    await changing(placeOf(second), second, steps, ({ before, estimate, exact, what }) => {
      assert.equal(before.haircuts, 'averaged');
      assert.ok(compare(estimate, trueLtv(exact)) >= 0, `${what}: ${estimate} flatters ${trueLtv(exact)}`);
    });
  });

  it('is off by less than the difference of the haircuts when a coin is added that is cut deeper than the average', async () => {
    // SOL counts 93 % here, and nothing that OKX says tells us. One of the loans holds it among others, the other does not.
    for (const [ref, rate] of [
      [first, '0.98'],
      [second, '0.9618'],
    ] as const) {
      const place = placeOf(ref);
      await changing(place, ref, [['add', 'SOL', '10']], ({ estimate, exact, what }) => {
        const error = multiply(multiply(d('10'), place.price('SOL')), subtract(d(rate), d('0.93')));
        const worst = divide(exact.debt, add(exact.collateral, error), 18, 'down');
        assert.ok(compare(estimate, worst) >= 0, `${what}: ${estimate} is better than ${worst}`);
      });
    }
  });
});
