import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, divide, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { collateralValue } from '../../../../src/core/risk/haircut.ts';
import { ltvOf, modelOf } from '../../../../src/core/risk/loan-model.ts';
import type { Loan, Snapshot, HaircutRule } from '../../../../src/core/model.ts';
import { toRules, withHaircuts } from '../../../../src/exchanges/bybit/haircuts.ts';
import { bybitBtc } from '../../core/bybit-brackets.ts';
import { failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { fixture, order, pool, sampled, success } from './bench.ts';

const taken = '/crypto-loan-common/collateral-data';
const bracket = (minValue: string, maxValue: string, collateralRatio: string) => ({ minValue, maxValue, collateralRatio });
const listed = (currencies: string, ...collateralRatioList: readonly object[]) => ({ currencies, collateralRatioList });
const hour = 3_600_000;

const prices = ({ prices: all }: Snapshot): ReadonlyMap<string, Decimal> => new Map(Object.entries(all!));

describe("Bybit's brackets", () => {
  it('are read as printed, for every coin of a list', () => {
    const { result } = JSON.parse(fixture('collateral-data')) as { result: { collateralRatioConfigList: unknown[] } };
    const rules = toRules(result.collateralRatioConfigList);
    assert.deepEqual([...rules.keys()], ['BTC', 'ETH', 'USDT', 'USDC']);
    for (const rule of rules.values()) assert.deepEqual(rule, bybitBtc);
  });

  it('may come in any order, with an open end, and with spaces between the coins', () => {
    const rules = toRules([listed(' SOL, XRP ,', bracket('50000', '', '0.6'), bracket('0', '50000', '0.75'))]);
    const rule = { by: 'value', tiers: [{ upTo: '50000', rate: '0.75' }, { rate: '0.6' }] };
    assert.deepEqual(Object.fromEntries(rules), { SOL: rule, XRP: rule });
  });

  const odd: readonly (readonly [string, unknown])[] = [
    ['is none', null],
    ['names no coins', { collateralRatioList: [bracket('0', '1', '0.8')] }],
    ['has no brackets', listed('BTC')],
    ['has brackets that are no list', { currencies: 'BTC', collateralRatioList: '0.8' }],
    ['begins above zero', listed('BTC', bracket('1', '2', '0.8'))],
    ['has a gap', listed('BTC', bracket('0', '1', '0.8'), bracket('2', '3', '0.7'))],
    ['has brackets that overlap', listed('BTC', bracket('0', '2', '0.8'), bracket('1', '3', '0.7'))],
    ['goes on after its end', listed('BTC', bracket('0', '', '0.8'), bracket('1', '3', '0.7'))],
    ['has a bracket without width', listed('BTC', bracket('0', '0', '0.8'))],
    ['counts more than there is', listed('BTC', bracket('0', '1', '1.01'))],
    ['counts less than nothing', listed('BTC', bracket('0', '1', '-0.1'))],
    ['does not tell a ratio', listed('BTC', bracket('0', '1', ''))],
    ['has an end that is no number', listed('BTC', bracket('0', '--', '0.8'))],
    ['has an end that is a number', listed('BTC', { ...bracket('0', '', '0.8'), maxValue: 7 })],
    ['has a number for a ratio', listed('BTC', { ...bracket('0', '1', ''), collateralRatio: 0.8 })],
  ];
  for (const [how, row] of odd) {
    it(`of a row that ${how} are not believed, and the other rows are`, () => {
      assert.deepEqual([...toRules([row, listed('ETH', bracket('0', '1', '0.8'))]).keys()], ['ETH']);
    });
  }

  it('of a coin that is in two rows are believed only where both say the same', () => {
    const [one, other] = [bracket('0', '1', '0.8'), bracket('0', '1', '0.7')];
    assert.deepEqual([...toRules([listed('BTC,ETH', one), listed('BTC', other)]).keys()], ['ETH']);
    assert.deepEqual([...toRules([listed('BTC,ETH', one), listed('BTC', one)]).keys()], ['BTC', 'ETH']);
  });
});

describe('the haircuts of the pool', () => {
  it("with the prices that were read give Bybit's own LTV of the published account", async () => {
    const snapshot = await sampled().connection.read();
    const model = modelOf(snapshot.loans[0]!, prices(snapshot));
    assert.ok(typeof model === 'object', typeof model === 'string' ? model : '');
    assert.equal(model.haircuts, 'published');
    assert.equal(divide(ltvOf(model)!, d('1'), 6, 'half-up'), '0.524344');
    // Near 1: nothing had to be bent.
    assert.ok(compare(model.correction, d('0.99999')) > 0 && compare(model.correction, d('1.00001')) < 0, model.correction);
  });

  it('are of coins that are pledged or in the wallet, and of no others', async () => {
    const { venue, connection } = sampled();
    venue.on(taken, success({ collateralRatioConfigList: [listed('BTC,ETH,XRP,DOGE,USDT,USDC', bracket('0', '', '0.8'))] }));
    const { loans, prices: known } = await connection.read();
    assert.deepEqual(Object.keys(loans[0]!.haircuts!).sort(), ['BTC', 'ETH', 'USDC', 'USDT', 'XRP']);
    // Of XRP no price is known.
    assert.deepEqual(known, { BTC: '106310.76', ETH: '2828', USDT: '1', USDC: '0.906' });
  });

  it('are recovered for the one coin whose printed value they do not give, so that the loan can still be computed', async () => {
    const { venue, connection } = sampled();
    // With USDC at one dollar 1000 of them would count 800, and Bybit prints 724.80.
    venue.on('/market/tickers', fixture('tickers').replace('"0.906"', '"1"'));
    const snapshot = await connection.read();
    const { haircuts } = snapshot.loans[0]!;
    assert.deepEqual(haircuts!['BTC'], bybitBtc);
    assert.deepEqual(haircuts!['USDC'], {
      by: 'value',
      recovered: true,
      tiers: [
        { upTo: '1000', rate: '0.7248' },
        { upTo: '10000', rate: '0.7248' },
        { upTo: '20000', rate: '0.7' },
        { upTo: '30000', rate: '0.5' },
        { upTo: '99999999999', rate: '0.4' },
      ],
    });
    const model = modelOf(snapshot.loans[0]!, prices(snapshot));
    assert.ok(typeof model === 'object', typeof model === 'string' ? model : '');
    assert.equal(model.haircuts, 'recovered');
    assert.equal(divide(ltvOf(model)!, d('1'), 6, 'half-up'), '0.524344');
  });

  it('are recovered for a pledged coin that is not listed any more', async () => {
    const { venue, connection } = sampled();
    venue.on(taken, fixture('collateral-data').replace('"BTC,ETH,USDT,USDC"', '"BTC,ETH,USDT"'));
    const snapshot = await connection.read();
    assert.deepEqual(snapshot.loans[0]!.haircuts!['USDC'], { by: 'amount', recovered: true, tiers: [{ rate: '0.8' }] });
    assert.equal(typeof modelOf(snapshot.loans[0]!, prices(snapshot)), 'object');
  });

  it('are as published where a difference is but cents that were cut off, or Bybit prints no value', () => {
    const loan = (amount: string, usd?: string): Loan => ({
      id: 'pool',
      collateralValuation: 'adjusted',
      debts: [],
      collateral: [{ coin: 'BTC', amount: d(amount), ...(usd === undefined ? {} : { usd: d(usd) }) }],
    });
    const rules = new Map([['BTC', bybitBtc]]);
    for (const [given, recovered] of [
      [loan('0.0000002', '0.01'), undefined],
      [loan('0.0000002', '0'), true],
      [loan('0.12', '9446.99'), undefined],
      [loan('0.12', '9353.01'), undefined],
      [loan('0.12', '9352.99'), true],
      [loan('0.12'), undefined],
      [loan('0', '0'), undefined],
    ] as const) {
      const { haircuts } = withHaircuts(given, rules, new Map([['BTC', d('100000')]]), []);
      assert.equal(haircuts!['BTC']!.recovered, recovered, JSON.stringify(given.collateral));
    }
    assert.deepEqual(withHaircuts(loan('0.12', '1'), rules, new Map(), []).haircuts, { BTC: bybitBtc });
  });

  const usd = (min: number, max: number): fc.Arbitrary<Decimal> =>
    fc.integer({ min, max }).map((cents) => divide(d(cents.toString()), d('100'), 2, 'down'));

  it("when recovered give Bybit's own value, and count what is added for no more than the brackets do, what is taken for no less than its share", () => {
    holds(
      fc.property(usd(1_00, 90_000_00), usd(1, 60_000_00), usd(1, 60_000_00), (raw, value, more) => {
        const held = { coin: 'X', amount: raw, usd: value };
        const loan: Loan = { id: 'pool', collateralValuation: 'adjusted', debts: [], collateral: [held] };
        const rule: HaircutRule = withHaircuts(loan, new Map([['X', bybitBtc]]), new Map([['X', d('1')]]), []).haircuts!['X']!;
        if (rule.recovered === undefined) return;
        const worth = (amount: Decimal, by = rule): Decimal => collateralValue(by, amount, d('1'));
        const off = subtract(value, worth(raw));
        assert.ok(compare(off, d('0')) >= 0 && compare(off, d('0.000000001')) < 0, off);
        assert.ok(
          compare(subtract(worth(add(raw, more)), worth(raw)), subtract(worth(add(raw, more), bybitBtc), worth(raw, bybitBtc))) <= 0,
        );
        const left = compare(more, raw) > 0 ? d('0') : subtract(raw, more);
        assert.ok(compare(worth(left), add(multiply(left, divide(value, raw, 18, 'up')), d('0.000000001'))) <= 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are not there for an old order, which counts without any', async () => {
    const { venue, connection } = sampled();
    venue.on('/crypto-loan/ongoing-orders', fixture('legacy-ongoing-orders'));
    const snapshot = await connection.read();
    const old = snapshot.loans.find(({ id }) => id === order.loanId)!;
    assert.deepEqual([old.collateralValuation, old.haircuts], ['raw', undefined]);
    const { loan } = await connection.actions.collateral!.prepare({ loan: order, direction: 'reduce', coin: 'BTC' });
    assert.equal(loan.haircuts, undefined);
  });

  it('and the prices of all its coins come with what a change is decided on', async () => {
    for (const [direction, coin] of [
      ['add', 'BTC'],
      ['reduce', 'BTC'],
    ] as const) {
      const { loan, prices: known } = await sampled().connection.actions.collateral!.prepare({ loan: pool, direction, coin });
      assert.deepEqual(Object.keys(loan.haircuts!).sort(), ['BTC', 'ETH', 'USDC', 'USDT'], direction);
      for (const one of [...loan.debts, ...loan.collateral]) assert.ok(known.has(one.coin), one.coin);
    }
  });
});

describe('the list of collateral coins', () => {
  const asked = ({ venue }: ReturnType<typeof sampled>) => venue.to(taken).length;

  it('is asked for once an hour, however often everything is read', async () => {
    const one = sampled();
    for (const [later, count] of [
      [0, 1],
      [hour - 2, 1],
      [1, 1],
      [2, 2],
      [0, 2],
    ] as const) {
      one.clock.time += later;
      await one.connection.read();
      assert.equal(asked(one), count);
    }
    // A clock that is put back does not keep it for ever.
    one.clock.time -= 2 * hour;
    await one.connection.read();
    assert.equal(asked(one), 3);
  });

  it('is asked for anew when something is to be added', async () => {
    const one = sampled();
    await one.connection.read();
    await one.connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' });
    assert.equal(asked(one), 2);
    await one.connection.actions.collateral!.prepare({ loan: pool, direction: 'reduce', coin: 'BTC' });
    assert.equal(asked(one), 2);
  });

  it('takes nothing down when it cannot be read, and is left alone for a minute', async () => {
    const one = sampled();
    one.venue.on(taken, 'nonsense');
    const { loans, wallet, prices: known, loansTrouble, walletTrouble } = await one.connection.read();
    assert.deepEqual([loans.length, loans[0]?.haircuts, loansTrouble, walletTrouble], [1, undefined, undefined, undefined]);
    assert.ok(known?.['BTC'] !== undefined && wallet.length > 0);
    assert.equal('pledgeable' in wallet[0]!, false);
    const first = asked(one);
    await one.connection.read();
    assert.equal(asked(one), first);
    const { loan } = await one.connection.actions.collateral!.prepare({ loan: pool, direction: 'reduce', coin: 'BTC' });
    assert.equal(loan.haircuts, undefined);
    one.venue.on(taken, fixture('collateral-data'));
    one.clock.time += 60_000;
    await one.connection.read();
    assert.notEqual((await one.connection.read()).loans[0]?.haircuts, undefined);
  });

  it('is not waited for when an old one is there', async () => {
    const one = sampled();
    await one.connection.read();
    one.clock.time += hour;
    // An answer that never comes.
    one.venue.on(taken, () => new Promise<Response>(() => undefined));
    const { loans, wallet } = await one.connection.read();
    assert.deepEqual(loans[0]?.haircuts?.['BTC'], bybitBtc);
    assert.equal(wallet[0]?.pledgeable, true);
    const { loan } = await one.connection.actions.collateral!.prepare({ loan: pool, direction: 'reduce', coin: 'BTC' });
    assert.deepEqual(loan.haircuts?.['BTC'], bybitBtc);
    one.connection.dispose();
  });

  it('with a row that does not name its coins says what is taken, nothing of what is not, and how the others are valued', async () => {
    const { venue, connection } = sampled();
    venue.on(taken, success({ collateralRatioConfigList: [{ currencies: 7 }, listed('BTC', bracket('0', '', '0.75'))] }));
    const { loans, wallet } = await connection.read();
    assert.deepEqual(
      wallet.map(({ coin, pledgeable }) => [coin, pledgeable]),
      [
        ['BTC', true],
        ['XRP', undefined],
      ],
    );
    assert.ok('BTC' in loans[0]!.haircuts!);
    assert.equal((await connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'BTC' })).limit, '0.2');
    const error = await failureOf(connection.actions.collateral!.prepare({ loan: pool, direction: 'add', coin: 'XRP' }));
    assert.deepEqual([error.kind, error.field], ['shape', 'result.collateralRatioConfigList[0].currencies']);
  });
});
