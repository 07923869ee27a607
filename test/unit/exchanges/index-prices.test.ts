import assert from 'node:assert/strict';
import type { Connection } from '../../../src/exchanges/exchange.ts';
import { bench as atBybit, success as bybitSuccess } from './bybit/bench.ts';
import { bench as atOkx, failureOf, success as okxSuccess, type FakeFetch } from './bench.ts';

interface Venue {
  readonly venue: FakeFetch;
  readonly connection: Connection;
}

const venues: readonly (readonly [
  name: string,
  make: () => Venue,
  suffix: string,
  target: string,
  answer: (rows: readonly (readonly [coin: string, price: unknown])[], odd?: readonly unknown[]) => string,
])[] = [
  [
    'OKX',
    () => atOkx(),
    '/market/index-tickers',
    '/api/v5/market/index-tickers?quoteCcy=USD',
    (rows, odd = []) => okxSuccess([...odd, ...rows.map(([coin, idxPx]) => ({ instId: `${coin}-USD`, idxPx, ts: '1' }))]),
  ],
  ...(['global', 'demo'] as const).map(
    (site) =>
      [
        `Bybit (${site})`,
        () => atBybit(site),
        '/market/tickers',
        '/v5/market/tickers?category=spot',
        (rows: readonly (readonly [string, unknown])[], odd: readonly unknown[] = []) =>
          bybitSuccess({ category: 'spot', list: [...odd, ...rows.map(([coin, lastPrice]) => ({ symbol: `${coin}USDT`, lastPrice }))] }),
      ] as const,
  ),
];

for (const [name, make, suffix, target, answer] of venues) {
  describe(`index prices alone, of ${name}`, () => {
    it('are one request that anybody may make, whatever is asked for, and only what was asked for', async () => {
      const { venue, connection } = make();
      const many = Array.from({ length: 30 }, (_, at) => [`C${at.toString()}`, `${(at + 1).toString()}.5`] as const);
      venue.on(suffix, answer([['BTC', '106310.760000000000000001'], ['ETH', '2828'], ...many]));
      const prices = await connection.indexPrices(['BTC', 'BTC', 'NOPE', '', '__proto__', ...many.map(([coin]) => coin)]);
      assert.equal(prices['BTC'], '106310.760000000000000001');
      assert.deepEqual(Object.keys(prices).sort(), ['BTC', ...many.map(([coin]) => coin)].sort());
      assert.equal(venue.seen.length, 1);
      assert.equal(venue.seen[0]?.target, target);
      assert.deepEqual(
        [...venue.seen[0].headers.keys()].filter((header) => /ok-access|x-bapi-(api-key|sign|timestamp)/.test(header)),
        [],
      );
    });

    it('are no request where nothing is asked for', async () => {
      const { venue, connection } = make();
      assert.deepEqual(await connection.indexPrices([]), {});
      assert.equal(venue.seen.length, 0);
    });

    it('lack what cannot be read, and a price of nothing, but nothing else', async () => {
      const { venue, connection } = make();
      const odd = [null, 7, 'row', [], {}, { symbol: 5, instId: 5, lastPrice: '1', idxPx: '1' }];
      const bad = [
        ['A', 3],
        ['B', ''],
        ['C', 'free'],
        ['D', '0'],
        ['E', '-1'],
        ['F', undefined],
        ['G', null],
        ['H', '1e999'],
      ] as const;
      venue.on(suffix, answer([...bad, ['BTC', '60000']], odd));
      assert.deepEqual(await connection.indexPrices(['BTC', ...bad.map(([coin]) => coin)]), { BTC: '60000' });
    });

    it('reject when they cannot be asked for, so that nobody takes old ones for new', async () => {
      for (const reply of ['<html>', new Response('', { status: 503 }), () => Promise.reject(new TypeError('fetch failed'))]) {
        const { venue, connection } = make();
        venue.on(suffix, reply);
        assert.equal((await failureOf(connection.indexPrices(['BTC']))).effect, 'none');
      }
      const { connection } = make();
      assert.equal((await failureOf(connection.indexPrices(['BTC'], AbortSignal.abort()))).kind, 'aborted');
    });
  });
}

describe('a request that is rehearsed', () => {
  it('goes to the site of the account, and says that it is demo trading', () => {
    const change = {
      kind: 'margin',
      position: {
        positionId: 'linear:BTCUSDT:0',
        instrument: 'BTCUSDT',
        market: 'linear',
        slot: '0',
        side: 'long',
        marginCoin: 'USDT',
      },
      direction: 'add',
      coin: 'USDT',
      amount: '1' as never,
    } as const;
    assert.equal(atBybit('demo').connection.actions.margin!.rehearse(change).url, 'https://api-demo.bybit.com/v5/position/add-margin');
    assert.equal(atBybit('loopback').connection.actions.margin!.rehearse(change).url, 'http://127.0.0.1:9000/v5/position/add-margin');
    const { position } = change;
    const onOkx = {
      ...change,
      position: { ...position, positionId: '1', instrument: 'BTC-USDT-SWAP', market: 'SWAP', slot: 'net' },
    } as const;
    const { url, headers } = atOkx('eea-demo').connection.actions.margin!.rehearse(onOkx);
    assert.equal(url, 'https://eea.okx.com/api/v5/account/position/margin-balance');
    assert.deepEqual(
      headers.find(({ name }) => name === 'x-simulated-trading'),
      { name: 'x-simulated-trading', value: '1' },
    );
    assert.equal(
      atOkx('eea')
        .connection.actions.margin!.rehearse(onOkx)
        .headers.some(({ name }) => name === 'x-simulated-trading'),
      false,
    );
  });
});
