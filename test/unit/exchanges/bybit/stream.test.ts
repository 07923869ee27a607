import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sites } from '../../../../src/exchanges/bybit/sites.ts';
import { bybitStreams } from '../../../../src/exchanges/bybit/stream.ts';
import type { Heard, LineSpec } from '../../../../src/exchanges/streams.ts';
import { holds } from '../../property.ts';

// Messages as printed at https://bybit-exchange.github.io/docs/v5/ws/connect, /v5/websocket/public/ticker, /v5/websocket/private/position and
// /v5/websocket/system/system-status, July 2026. The signature was made with openssl.
const keys = { apiKey: 'api_key', secret: 'example-secret' };

const signedAt = 1_662_350_400_000;
/** When all messages had come. */
const readAt = Date.UTC(2026, 6, 31);
const streams = (site = 'global', origin = 'https://api.bybit.com', now = readAt) =>
  bybitStreams({ site: sites.find(({ id }) => id === site)!, origin, keys: async () => keys, now: () => now });

const perpetual = { instrument: 'BTCUSDT', market: 'linear' };
const inverse = { instrument: 'BTCUSD', market: 'inverse' };
const lines = (): readonly LineSpec[] => streams()!.publicLines(['BTC', 'USDT'], [perpetual, perpetual, inverse]);
const lineAt = (end: string): LineSpec => lines().find(({ url }) => url.endsWith(end))!;
const own = (): LineSpec => streams()!.privateLine!();

const ticker = (type: 'snapshot' | 'delta', ts: number, data: object): string =>
  JSON.stringify({ topic: 'tickers.BTCUSDT', type, data: { symbol: 'BTCUSDT', ...data }, cs: 24_987_956_059, ts });
const mark = (price: string, isNew = true): Heard => ({
  kind: 'data',
  events: [{ kind: 'mark', instrument: 'BTCUSDT', price: price as never }],
  ...(isNew ? { topic: 'tickers.BTCUSDT' } : {}),
});

describe('the sockets of Bybit', () => {
  it('are at its own addresses, as far as there are documented ones, or at the loopback', () => {
    const at = sites.map(({ id }) => {
      const found = streams(id, 'http://127.0.0.1:9001');
      return [id, ...(found?.publicLines(['BTC'], []) ?? []).map(({ url }) => url), found?.privateLine?.().url].filter(Boolean).join(' ');
    });
    assert.deepEqual(at, [
      'global wss://stream.bybit.com/v5/public/spot wss://stream.bybit.com/v5/public/misc/status wss://stream.bybit.com/v5/private',
      'global-bytick',
      'eu wss://stream.bybit.eu/v5/public/misc/status',
      'nl',
      'tr wss://stream.bybit.tr/v5/public/spot wss://stream.bybit.tr/v5/private',
      'kz wss://stream.bybit.kz/v5/public/spot wss://stream.bybit.kz/v5/private',
      'ge wss://stream.bybitgeorgia.ge/v5/public/spot wss://stream.bybitgeorgia.ge/v5/private',
      'ae',
      'id wss://stream.bybit.id/v5/public/spot wss://stream.bybit.id/v5/private',
      'jp wss://stream.manepa.jp/v5/public/spot wss://stream.manepa.jp/v5/private',
      'testnet wss://stream-testnet.bybit.com/v5/public/spot wss://stream-testnet.bybit.com/v5/public/misc/status wss://stream-testnet.bybit.com/v5/private',
      'demo wss://stream.bybit.com/v5/public/spot wss://stream-demo.bybit.com/v5/private',
      'loopback ws://127.0.0.1:9001/v5/public/spot ws://127.0.0.1:9001/v5/public/misc/status ws://127.0.0.1:9001/v5/private',
    ]);
  });

  it('are asked in the documented words', async () => {
    assert.deepEqual(
      lines().map(({ url, subscribe }) => [url.slice('wss://stream.bybit.com/v5/'.length), ...subscribe]),
      [
        ['public/spot', '{"op":"subscribe","args":["tickers.BTCUSDT"]}'],
        ['public/linear', '{"op":"subscribe","args":["tickers.BTCUSDT"]}'],
        ['public/inverse', '{"op":"subscribe","args":["tickers.BTCUSD"]}'],
        ['public/misc/status', '{"op":"subscribe","args":["system.status"]}'],
      ],
    );
    assert.deepEqual(own().subscribe, ['{"op":"subscribe","args":["position"]}', '{"op":"subscribe","args":["wallet"]}']);
    assert.deepEqual(own().ping, { text: '{"op":"ping"}', everyMs: 20_000 });
    assert.equal(
      await streams('global', undefined, signedAt)!.privateLine!().login!(),
      '{"op":"auth","args":["api_key",1662350410000,"2c063cb2b4e886b9a36529e6d2c9d1ac7cf21d15d8a19d21c60c430da6fb973a"]}',
    );
  });

  const answers: readonly (readonly [string, string, readonly Heard[]])[] = [
    ['a public pong', '{"success":true,"ret_msg":"pong","conn_id":"0970e817","op":"ping"}', []],
    ['a private pong', '{"req_id":"test","op":"pong","args":["1675418560633"],"conn_id":"cfcb4ocsvfriu23r3er0-1b"}', []],
    ['a login', '{"success":true,"ret_msg":"","op":"auth","conn_id":"cejreaspqfh3sjdnldmg-p"}', [{ kind: 'loggedIn' }]],
    ['a wrong login', '{"success":false,"ret_msg":"error:USVC1111","op":"auth","conn_id":"cejrea"}', [{ kind: 'lost', refused: true }]],
    [
      'an acknowledgement',
      '{"success":true,"ret_msg":"subscribe","conn_id":"2324d924","req_id":"10001","op":"subscribe"}',
      [{ kind: 'ack' }],
    ],
    [
      'a topic there is not',
      '{"success":false,"ret_msg":"Invalid symbol :[tickers.X]","conn_id":"2324d924","op":"subscribe"}',
      [{ kind: 'ack' }],
    ],
    ['an end not asked for', '{"success":true,"ret_msg":"","conn_id":"2324d924","op":"unsubscribe"}', [{ kind: 'lost', refused: false }]],
  ];
  for (const [what, text, heard] of answers) {
    it(`read ${what}`, () => {
      for (const line of lines()) assert.deepEqual(line.reader()(text), heard);
      // Silence would not tell that a private topic is not there.
      const isRefused = what === 'a topic there is not';
      assert.deepEqual(own().reader()(text), isRefused ? [{ kind: 'lost', refused: true }] : heard);
    });
  }

  it('tell the prices that readings come with: of the spot market, in its own coin', () => {
    const text =
      '{"topic":"tickers.BTCUSDT","ts":1672305380595,"type":"snapshot","cs":496622841,"data":{"symbol":"BTCUSDT","lastPrice":"16363.78","highPrice24h":"16566.64","lowPrice24h":"16009.19","prevPrice24h":"16443.66","volume24h":"5865.470182","turnover24h":"95949815.680875","price24hPcnt":"-0.0049"}}';
    assert.deepEqual(lineAt('spot').reader()(text), [
      {
        kind: 'data',
        topic: 'tickers.BTCUSDT',
        events: [
          { kind: 'price', coin: 'BTC', price: '16363.78' },
          { kind: 'price', coin: 'USDT', price: '1' },
        ],
      },
    ]);
  });

  it('merge changes of a contract into what was told whole, and believe none before that', () => {
    const spec = lineAt('linear');
    const read = spec.reader();
    assert.deepEqual(read(ticker('delta', 1, { markPrice: '1' })), []);
    assert.deepEqual(read(ticker('snapshot', 2, { markPrice: '17217.33', indexPrice: '17227.36' })), [mark('17217.33')]);
    assert.deepEqual(read(ticker('delta', 3, { indexPrice: '17228' })), [mark('17217.33')], 'what is missing has not changed');
    assert.deepEqual(read(ticker('delta', 3, { markPrice: '17218' })), [mark('17218', false)], 'one more of the same moment');
    assert.deepEqual(read(ticker('delta', 2, { markPrice: '9' })), [], 'late');
    assert.deepEqual(spec.reader()(ticker('delta', 4, { markPrice: '9' })), [], 'another connection begins anew');
    assert.deepEqual(spec.reader()(ticker('snapshot', 1, { markPrice: '9' })), [], 'and not before what was told');
    assert.deepEqual(read(ticker('delta', 5, {})), [mark('17218')]);
  });

  it('end up with the newest mark price, whatever comes twice or late', () => {
    const step = fc.record({ at: fc.nat(9), back: fc.nat(3) });
    holds(
      fc.property(fc.array(step, { minLength: 1 }), (steps) => {
        const read = lineAt('linear').reader();
        const messages = Array.from({ length: 10 }, (_none, at) =>
          ticker(at === 0 ? 'snapshot' : 'delta', at + 1, { markPrice: (at + 1).toString() }),
        );
        let newest = 0;
        let last: Heard | undefined;
        const hear = (at: number): void => {
          const [heard] = read(messages[at]!);
          if (heard === undefined) return;
          assert.ok(at + 1 >= newest);
          newest = at + 1;
          last = heard;
        };
        hear(0);
        for (const { at, back } of steps) for (const one of [at, Math.max(at - back, 0), at]) hear(one);
        assert.deepEqual(last?.kind === 'data' ? last.events : undefined, [
          { kind: 'mark', instrument: 'BTCUSDT', price: newest.toString() },
        ]);
      }),
    );
  });

  it('take nothing for a price that is none', () => {
    const odd = [
      '',
      'pong',
      'null',
      '[]',
      '1',
      '{}',
      '{"topic":"tickers.BTCUSDT"}',
      ...['', '0', '-1', 'NaN', 88_000, null].map((price) => ticker('snapshot', 1, { lastPrice: price, markPrice: price })),
      ticker('snapshot', 1, { symbol: 'ETHUSDT', lastPrice: '1', markPrice: '1' }),
    ];
    for (const text of odd) for (const end of ['spot', 'linear']) assert.throws(() => lineAt(end).reader()(text), text);
  });

  it('tell that a position has changed, and not that an order has', () => {
    const row = {
      category: 'linear',
      symbol: 'BTCUSDT',
      positionIdx: 2,
      side: 'Buy',
      size: '1',
      entryPrice: '28000',
      leverage: '10',
      positionBalance: '2800',
      liqPrice: '25000',
      positionStatus: 'Normal',
    };
    const push = (change: object = {}): string =>
      JSON.stringify({
        id: '1003076014fb7eedb',
        topic: 'position',
        creationTime: 1_697_682_317_044,
        data: [{ ...row, markPrice: Math.random().toString(), ...change }],
      });
    const read = own().reader();
    const changed = [{ kind: 'data', events: [{ kind: 'account', what: 'position' }] }];
    assert.deepEqual(read(push()), changed);
    assert.deepEqual(read(push()), []);
    assert.deepEqual(read(push({ positionBalance: '2900', liqPrice: '24900' })), changed);
    assert.deepEqual(read(push({ size: '0', side: '' })), changed);
    assert.deepEqual(read(push({ positionStatus: 'Liq' })), [{ kind: 'data', events: [{ kind: 'account', what: 'liquidation' }] }]);
    assert.deepEqual(
      read(
        '{"id":"592324d2bce751-ad38-48eb-8f42-4671d1fb4d4e","topic":"wallet","creationTime":1700034722104,"data":[{"accountType":"UNIFIED"}]}',
      ),
      [{ kind: 'data', events: [{ kind: 'account', what: 'balance' }] }],
    );
  });

  it('tell of maintenance', () => {
    const text = (state: string, end: string): string =>
      `{"topic":"system.status","ts":1751858399649,"data":[{"id":"4d95b2a0-587f-11f0-bcc9-56f28c94d6ea","title":"t06","state":"${state}","begin":"1751596902000","end":"${end}","href":"","serviceTypes":[2,3,4,5],"product":[1,2],"uidSuffix":[],"maintainType":1,"env":1}]}`;
    const told = (isOver: boolean, end: number): readonly Heard[] => [
      {
        kind: 'data',
        events: [{ kind: 'maintenance', id: '4d95b2a0-587f-11f0-bcc9-56f28c94d6ea', isOver, begin: 1_751_596_902_000, end }],
      },
    ];
    const read = lineAt('status').reader();
    assert.deepEqual(read(text('completed', '1751597011000')), told(true, 1_751_597_011_000));
    assert.deepEqual(read(text('ongoing', '1751597011000')), told(false, 1_751_597_011_000));
    assert.deepEqual(read(text('ongoing', '')), told(false, NaN));
  });
});
