import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, divide, negate, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { holds } from '../../property.ts';
import { readState, writeState } from '../../../../src/simulator/bybit/state.ts';
import { Bench, withoutPositionsKey, type Row } from './bench.ts';

const text = (row: Row, name: string): string => String(row[name]);
const amount = (row: Row, name: string): Decimal => decimal(text(row, name));

describe('positions at the simulated Bybit', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const slots = (query: string): string[] =>
    bench
      .positions(query)
      .list.map((row) => `${text(row, 'symbol')} ${text(row, 'positionIdx')} ${text(row, 'side')} ${text(row, 'size')}`);
  const code = (symbol: string, positionIdx: number | undefined, margin: string, category?: string): number =>
    bench.margin(symbol, positionIdx, margin, category).code;

  describe('are listed', () => {
    it('by the coin of their margin, both sides of a hedge apart', () => {
      assert.deepEqual(slots('category=linear&settleCoin=USDT'), ['BTCUSDT 1 Buy 0.5', 'BTCUSDT 2 Sell 0.2', 'ETHUSDT 0 Buy 3']);
      assert.deepEqual(slots('category=linear&settleCoin=USDC'), ['BTCPERP 0 Sell 0.05']);
      assert.deepEqual(slots('category=inverse'), ['ETHUSD 0 Buy 200']);
      assert.deepEqual(slots('category=inverse&settleCoin=BTC'), []);
    });

    it('with empty slots where a symbol is asked for, whatever settle coin is said beside it', () => {
      assert.deepEqual(slots('category=linear&symbol=SOLUSDT'), ['SOLUSDT 0  0']);
      assert.deepEqual(slots('category=inverse&symbol=ETHUSD,BTCUSD'), ['BTCUSD 0  0', 'ETHUSD 0 Buy 200']);
      assert.deepEqual(slots('category=linear&symbol=ETHUSDT&settleCoin=USDC'), ['ETHUSDT 0 Buy 3']);
      const empty = bench.position('SOLUSDT');
      assert.deepEqual(
        ['side', 'size', 'liqPrice', 'positionIM', 'positionValue', 'markPrice'].map((name) => empty[name]),
        ['', '0', '', '', '', '140.04'],
      );
    });

    for (const query of [
      '',
      'category=linear',
      'category=spot',
      'category=linear&symbol=ETHUSD',
      'category=linear&symbol=DOGEUSDT',
      'category=inverse&limit=0',
      'category=inverse&limit=201',
      'category=inverse&cursor=x',
    ]) {
      it(`are refused with 10001 to ${query === '' ? 'whoever asks for nothing' : query}`, () => {
        assert.equal(bench.positions(query).code, 10001);
      });
    }

    it('page by page', () => {
      const pages: Row[] = [];
      let cursor = '';
      do {
        const { list, result } = bench.positions(`category=linear&settleCoin=USDT&limit=1&cursor=${encodeURIComponent(cursor)}`);
        assert.equal(list.length, 1);
        pages.push(...list);
        cursor = text(result, 'nextPageCursor');
      } while (cursor !== '');
      assert.deepEqual(pages, bench.positions('category=linear&settleCoin=USDT&limit=200').list);
    });

    it('at most fifty times a second, and said so', () => {
      const { headers } = bench.positions('category=inverse');
      assert.deepEqual([headers['X-Bapi-Limit'], headers['X-Bapi-Limit-Status']], ['50', '49']);
      assert.equal(bench.margin('ETHUSDT', 0, '1').headers['X-Bapi-Limit'], '10');
    });

    it('not to a key without the right, which may still see the wallet', () => {
      const twist = { key: withoutPositionsKey };
      assert.equal(bench.ask('GET', '/v5/position/list?category=inverse', '', twist).code, 10005);
      assert.equal(bench.ask('GET', '/v5/account/info', '', twist).result['marginMode'], 'ISOLATED_MARGIN');
    });
  });

  it('begin at mixed distances from liquidation, none of them in danger', () => {
    const far = ['category=linear&settleCoin=USDT', 'category=linear&settleCoin=USDC', 'category=inverse'].flatMap((query) =>
      bench.positions(query).list.map((row) => {
        const ratio = divide(amount(row, 'liqPrice'), amount(row, 'markPrice'), 2, 'half-up');
        return `${text(row, 'symbol')} ${text(row, 'side')} ${ratio}`;
      }),
    );
    assert.deepEqual(far, ['BTCUSDT Buy 0.89', 'BTCUSDT Sell 1.22', 'ETHUSDT Buy 0.64', 'BTCPERP Sell 1.07', 'ETHUSD Buy 0.48']);
  });

  it('follow the mark price with profit and margin, while value and liquidation price stay', () => {
    const before = bench.position('BTCUSDT', 1);
    bench.act('price', { coin: 'BTC', price: '90000' });
    const after = bench.position('BTCUSDT', 1);
    assert.equal(after['markPrice'], '90018.0');
    assert.equal(after['unrealisedPnl'], '1889');
    // 0.5 BTC, 10x: a twentieth of how far the mark price went.
    assert.equal(subtract(amount(after, 'positionIM'), amount(before, 'positionIM')), '100.02');
    for (const name of ['positionValue', 'liqPrice', 'avgPrice', 'updatedTime']) assert.equal(after[name], before[name], name);
  });

  it('keep their margin at entry where that is asked for, as the printed sample of isolated margin does', () => {
    bench.act('margin-price', { by: 'entry' });
    const before = bench.position('BTCUSDT', 1);
    // 43120 at entry: a tenth, and the fee of closing at what is left of it.
    assert.deepEqual([before['positionIM'], before['positionMM']], ['4333.3444', '236.9444']);
    const free = bench.free('USDT');
    bench.act('price', { coin: 'BTC', price: '90000' });
    assert.equal(bench.position('BTCUSDT', 1)['positionIM'], before['positionIM']);
    assert.equal(bench.free('USDT'), free);
  });

  describe('change their margin', () => {
    const cases = [
      ['BTCUSDT', 1, 'USDT', '123.4567'],
      ['BTCUSDT', 2, 'USDT', '-100.5'],
      ['ETHUSDT', 0, 'USDT', '-0.0001'],
      ['BTCPERP', 0, 'USDC', '50'],
      ['ETHUSD', 0, 'ETH', '0.01'],
      ['ETHUSD', 0, 'ETH', '-0.01'],
    ] as const;
    for (const [symbol, idx, coin, margin] of cases) {
      it(`${symbol} ${idx.toString()} by ${margin} ${coin}, to the last digit and nowhere else`, () => {
        const others = bench.world.trading.positions.filter((one) => one.symbol !== symbol || one.positionIdx !== idx);
        const [before, free] = [bench.position(symbol, idx), bench.free(coin)];
        const { result, code: done } = bench.margin(symbol, idx, margin);
        assert.equal(done, 0);
        const after = bench.position(symbol, idx);
        assert.equal(subtract(amount(after, 'positionIM'), amount(before, 'positionIM')), margin);
        assert.equal(subtract(bench.free(coin), free), negate(decimal(margin)));
        const away = compare(amount(after, 'liqPrice'), amount(before, 'liqPrice')) * (before['side'] === 'Buy' ? -1 : 1);
        assert.ok(away * (margin.startsWith('-') ? -1 : 1) >= 0);
        assert.ok(BigInt(text(after, 'updatedTime')) > BigInt(text(before, 'updatedTime')));
        for (const name of ['positionIM', 'liqPrice', 'updatedTime', 'size', 'positionMM']) assert.equal(result[name], after[name], name);
        assert.equal(result['category'], symbol === 'ETHUSD' ? 'inverse' : 'linear');
        for (const one of others) assert.ok(bench.world.trading.positions.includes(one));
      });
    }

    const refused: readonly (readonly [what: string, code: number, call: () => number])[] = [
      ['another category', 10001, () => code('ETHUSD', 0, '1', 'linear')],
      ['no such category', 10001, () => code('ETHUSDT', 0, '1', 'spot')],
      ['an unknown symbol', 10001, () => code('DOGEUSDT', 0, '1')],
      ['a symbol in small letters', 10001, () => code('ethusdt', 0, '1')],
      ['five decimals', 10001, () => code('ETHUSDT', 0, '1.00001')],
      ['a plus sign', 10001, () => code('ETHUSDT', 0, '+1')],
      ['an exponent', 10001, () => code('ETHUSDT', 0, '1e2')],
      ['no side in hedge mode', 10001, () => code('BTCUSDT', undefined, '1')],
      ['the one-way side in hedge mode', 10001, () => code('BTCUSDT', 0, '1')],
      ['a side in one-way mode', 10001, () => code('ETHUSDT', 1, '1')],
      ['a margin that is a JSON number', 10001, () => post('{"category":"linear","symbol":"ETHUSDT","margin":1,"positionIdx":0}')],
      ['a side that is text', 10001, () => post('{"category":"linear","symbol":"ETHUSDT","margin":"1","positionIdx":"0"}')],
      ['nothing at all', 110027, () => code('ETHUSDT', 0, '0')],
      ['no position', 110034, () => code('SOLUSDT', 0, '1')],
      ['more than the wallet has free', 110014, () => code('ETHUSDT', 0, add(bench.free('USDT'), decimal('0.0001')).slice(0, 9))],
      ['more than was added', 110078, () => code('ETHUSDT', 0, '-100.2501')],
      ['any of what opening took', 110078, () => code('BTCUSDT', 1, '-0.0001')],
    ];
    const post = (body: string): number => bench.ask('POST', '/v5/position/add-margin', body).code;
    for (const [what, expected, call] of refused) {
      it(`not with ${what}: ${expected.toString()}`, () => {
        const before = bench.world.trading;
        assert.equal(call(), expected);
        assert.equal(bench.world.trading, before);
      });
    }

    it('not out of an account that holds its positions together', () => {
      for (const [mode, expected] of [
        ['REGULAR_MARGIN', 110015],
        ['PORTFOLIO_MARGIN', 110077],
        ['ISOLATED_MARGIN', 0],
      ] as const) {
        bench.act('margin-mode', { mode });
        assert.equal(bench.ask('GET', '/v5/account/info').result['marginMode'], mode);
        assert.equal(code('ETHUSDT', 0, '1'), expected);
      }
    });

    it('not by taking what keeps them from liquidation', () => {
      assert.equal(code('BTCUSDT', 1, '2000'), 0);
      bench.act('price', { coin: 'BTC', price: '77500' });
      assert.equal(code('BTCUSDT', 1, '-2000'), 110011);
      assert.equal(code('BTCUSDT', 1, '-100'), 0);
    });

    it('not from a wallet with nothing free', () => {
      // The margin of the positions grows with the mark price until nothing is left.
      bench.act('price', { coin: 'ETH', price: '36000' });
      assert.ok(compare(bench.free('USDT'), decimal('0')) < 0);
      assert.equal(code('ETHUSDT', 0, '1'), 110012);
    });

    it('keep their sum with the wallet through any changes', function () {
      this.timeout(20_000);
      const change = fc.tuple(fc.constantFrom(1, 2), fc.integer({ min: -3_000_000, max: 3_000_000 }));
      holds(
        fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
          const one = new Bench();
          const sum = (): Decimal =>
            [1, 2].reduce((all, idx) => add(all, amount(one.position('BTCUSDT', idx), 'positionIM')), one.free('USDT'));
          const before = sum();
          for (const [idx, steps] of changes) {
            one.margin('BTCUSDT', idx, divide(decimal(steps.toString()), decimal('10000'), 4, 'down'));
            assert.equal(sum(), before);
          }
        }),
        { numRuns: 30 },
      );
    });
  });

  describe('are liquidated', () => {
    it('when the mark price reaches them, with everything at stake and nothing else', () => {
      const { liqPrice } = bench.position('BTCUSDT', 1);
      const [wallet, others] = [bench.world.trading.coins, bench.world.trading.positions.slice(1)];
      bench.act('price', { coin: 'BTC', price: add(divide(decimal(String(liqPrice)), decimal('1.0002'), 1, 'up'), decimal('1')) });
      assert.equal(bench.position('BTCUSDT', 1)['side'], 'Buy');
      bench.act('price', { coin: 'BTC', price: '78031' });
      assert.deepEqual(
        ['side', 'size', 'liqPrice'].map((name) => bench.position('BTCUSDT', 1)[name]),
        ['', '0', ''],
      );
      assert.deepEqual(bench.world.trading.positions, others);
      // 4312 of opening margin and 0.055 % of what closing brings.
      assert.equal(bench.world.trading.coins[0]?.amt, subtract(wallet[0]!.amt, decimal('4333.3444')));
      assert.equal(code('BTCUSDT', 1, '1'), 110033);
    });

    it('and listed so in the closed profits, with what was at stake and the side of the order that closed', () => {
      const closed = (query: string) => bench.ask('GET', `/v5/position/closed-pnl?category=${query}`).list;
      assert.deepEqual(closed('linear'), []);
      bench.act('price', { coin: 'BTC', price: '78031' });
      const [row] = closed('linear&symbol=BTCUSDT');
      assert.deepEqual(
        ['symbol', 'side', 'qty', 'closedSize', 'execType', 'avgEntryPrice', 'cumEntryValue', 'closedPnl'].map((name) => row?.[name]),
        ['BTCUSDT', 'Sell', '0.5', '0.5', 'BustTrade', '86240', '43120', '-4333.3444'],
      );
      assert.deepEqual([row?.['cumExitValue'], row?.['avgExitPrice'], row?.['closeFee']], ['38808', '77616', '21.3444']);
      assert.equal(closed('inverse').length, 0);
      assert.equal(closed('linear&symbol=ETHUSDT').length, 0);
      assert.equal(bench.ask('GET', '/v5/position/closed-pnl').code, 10001);
      assert.equal(bench.ask('GET', `/v5/position/closed-pnl?category=linear&startTime=1&endTime=2`).code, 10001);
      const saved = readState(writeState(bench.world.state()));
      assert.deepEqual(saved.trading?.closed, bench.world.trading.closed);
      bench.clock.pass(7 * 86_400_000);
      assert.deepEqual(closed('linear'), [], 'seven days where no time is named');
      assert.equal(closed(`linear&startTime=${String(row?.['createdTime'])}`).length, 1);
    });

    it('on the short side by a rise', () => {
      bench.act('price', { coin: 'BTC', price: '94000' });
      assert.deepEqual(slots('category=linear&settleCoin=USDC'), []);
      assert.equal(slots('category=linear&settleCoin=USDT').length, 3);
    });

    it('not in cross margin, where the price that is shown is an estimate', () => {
      const isolated = bench.position('BTCUSDT', 1);
      bench.act('margin-mode', { mode: 'REGULAR_MARGIN' });
      const cross = bench.position('BTCUSDT', 1);
      assert.ok(compare(amount(cross, 'liqPrice'), amount(isolated, 'liqPrice')) < 0);
      bench.act('price', { coin: 'BTC', price: '78000' });
      assert.equal(bench.position('BTCUSDT', 1)['side'], 'Buy');
    });
  });

  it('show no margins, no leverage and no liquidation price in portfolio margin', () => {
    bench.act('margin-mode', { mode: 'PORTFOLIO_MARGIN' });
    const row = bench.position('BTCUSDT', 2);
    assert.deepEqual(
      ['liqPrice', 'leverage', 'positionIM', 'positionMM', 'size'].map((name) => row[name]),
      ['', '', '', '', '0.2'],
    );
  });

  it('show no liquidation price where margin keeps it out of reach', () => {
    assert.equal(code('ETHUSDT', 0, '6300'), 0);
    assert.equal(bench.position('ETHUSDT')['liqPrice'], '');
    assert.notEqual(bench.position('ETHUSDT')['positionIM'], '');
  });

  it('live in a wallet that shows what they, orders and a bonus hold of each coin', () => {
    const [account = {}] = bench.ask('GET', '/v5/account/wallet-balance?accountType=UNIFIED').list;
    const coins = account['coin'] as Row[];
    assert.deepEqual(
      coins.map((row) => [row['coin'], row['walletBalance'], row['totalOrderIM'], row['locked'], row['bonus']]),
      [
        ['USDT', '20000.5', '150', '100', '10'],
        ['USDC', '1500', '0', '0', '0'],
        ['ETH', '0.5', '0', '0', '0'],
        ['BTC', '0.25', '0', '0', '0'],
      ],
    );
    const held = bench.positions('category=linear&settleCoin=USDT').list.map((row) => amount(row, 'positionIM'));
    assert.equal(coins[0]?.['totalPositionIM'], held.reduce(add));
    // What is for the whole account does not apply to isolated positions.
    assert.equal(account['totalAvailableBalance'], '');
    for (const query of ['', 'accountType=FUND', 'accountType=CONTRACT']) {
      assert.equal(bench.ask('GET', `/v5/account/wallet-balance?${query}`).code, 10001);
    }
  });
});
