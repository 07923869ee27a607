import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sites } from '../../../../src/exchanges/okx/sites.ts';
import { okxStreams } from '../../../../src/exchanges/okx/stream.ts';
import type { Heard } from '../../../../src/exchanges/streams.ts';
import { holds } from '../../property.ts';

// Messages as printed at https://www.okx.com/docs-v5/en/#overview-websocket and in the channels' own sections, August 2026. The signature was
// made with openssl over the time and the secret that the login section prints.
const keys = { apiKey: '985d5b66-57ce-40fb-b714-afc0b9787083', secret: '22582BD0CFF14C41EDBF1AB98506286D', passphrase: '123456' };

const streams = (site = 'global', origin = 'https://openapi.okx.com') =>
  okxStreams({ site: sites.find(({ id }) => id === site)!, origin, keys: async () => keys, now: () => 1_704_876_947_555 })!;

const lineOf = () => streams().publicLines(['BTC', 'USDT'], [{ instrument: 'BTC-USDT-SWAP', market: 'SWAP' }])[0]!;
const index = (instId: string, idxPx: unknown, ts: number | string): string =>
  JSON.stringify({
    arg: { channel: 'index-tickers', instId },
    data: [{ instId, idxPx, high24h: '0.25', low24h: '0.2', open24h: '0.2', sodUtc0: '0.2', sodUtc8: '0.2', ts: String(ts) }],
  });

describe('the sockets of OKX', () => {
  it('are at its own addresses, or at the loopback', () => {
    const urls = sites.map(({ id }) => streams(id, 'http://127.0.0.1:9000').publicLines(['BTC'], [])[0]!.url);
    assert.deepEqual(urls, [
      'wss://ws.okx.com:8443/ws/v5/public',
      'wss://wseea.okx.com:8443/ws/v5/public',
      'wss://wsus.okx.com:8443/ws/v5/public',
      'wss://wspap.okx.com:8443/ws/v5/public',
      'wss://wseeapap.okx.com:8443/ws/v5/public',
      'wss://wsuspap.okx.com:8443/ws/v5/public',
      'ws://127.0.0.1:9000/ws/v5/public',
    ]);
    assert.equal(streams().privateLine!().url, 'wss://ws.okx.com:8443/ws/v5/private');
    const unknown = { id: 'elsewhere', simulated: false };
    assert.equal(okxStreams({ site: unknown, origin: 'https://a.b', keys: async () => keys, now: Date.now }), undefined);
  });

  it('are asked in the documented words', async () => {
    assert.deepEqual(lineOf().subscribe, [
      '{"op":"subscribe","args":[{"channel":"index-tickers","instId":"BTC-USD"},{"channel":"index-tickers","instId":"USDT-USD"},{"channel":"mark-price","instId":"BTC-USDT-SWAP"}]}',
      '{"op":"subscribe","args":[{"channel":"status"}]}',
    ]);
    assert.equal(lineOf().topics.get('status '), undefined, 'it may be silent for ever');
    assert.deepEqual(lineOf().ping, { text: 'ping', everyMs: 25_000 });
    const own = streams().privateLine!();
    assert.deepEqual(own.subscribe, [
      '{"op":"subscribe","args":[{"channel":"positions","instType":"ANY","extraParams":"{\\"updateInterval\\":\\"0\\"}"},{"channel":"balance_and_position"},{"channel":"liquidation-warning","instType":"ANY"}]}',
    ]);
    assert.equal(
      await own.login!(),
      '{"op":"login","args":[{"apiKey":"985d5b66-57ce-40fb-b714-afc0b9787083","passphrase":"123456","timestamp":"1704876947","sign":"5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU="}]}',
    );
    assert.equal(own.topics.size, 3);
    assert.deepEqual(streams().publicLines([], []), []);
  });

  it('tell of maintenance that keeps accounts from being read, at the place of the account', () => {
    const row = (more: object): string =>
      JSON.stringify({
        arg: { channel: 'status' },
        data: [
          {
            ...{ title: 'Spot System Upgrade', state: 'scheduled', begin: '1610019546', end: '1610019600', href: '', serviceType: '5' },
            ...{ system: 'unified', scheDesc: '', maintType: '1', env: '1', preOpenBegin: '', ts: '1610019546', ...more },
          },
        ],
      });
    const told = (more: object, site?: string) => {
      const [line] = streams(site).publicLines(['BTC'], []);
      return line!
        .reader()(row(more))
        .flatMap((heard) => (heard.kind === 'data' ? heard.events : []));
    };
    const id = '["Spot System Upgrade","5"]';
    assert.deepEqual(told({}), [{ kind: 'maintenance', id, isOver: false, begin: 1_610_019_546, end: 1_610_019_600 }]);
    assert.deepEqual(told({ state: 'ongoing', end: '' }), [{ kind: 'maintenance', id, isOver: false, begin: 1_610_019_546, end: NaN }]);
    for (const state of ['completed', 'canceled']) assert.equal((told({ state })[0] as { isOver: boolean }).isOver, true);
    assert.deepEqual([told({ serviceType: '0' }), told({ serviceType: '6' }), told({ env: '2' })], [[], [], []]);
    assert.equal(told({ env: '2' }, 'global-demo').length, 1);
  });

  const answers: readonly (readonly [string, string, readonly Heard[]])[] = [
    ['a pong', 'pong', []],
    ['a login', '{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}', [{ kind: 'loggedIn' }]],
    [
      'an acknowledgement',
      '{"event":"subscribe","arg":{"channel":"index-tickers","instId":"BTC-USD"},"connId":"a4d3ae55"}',
      [{ kind: 'ack' }],
    ],
    ['a topic there is not', '{"event":"error","code":"60018","msg":"Wrong URL or channel","connId":"a4d3ae55"}', [{ kind: 'ack' }]],
    [
      'a change of servers',
      '{"event":"notice","code":"64008","msg":"The connection will soon be closed.","connId":"a4d3ae55"}',
      [{ kind: 'moving' }],
    ],
    ['another notice', '{"event":"notice","code":"64999","msg":"","connId":"a4d3ae55"}', []],
    [
      'an end not asked for',
      '{"event":"unsubscribe","arg":{"channel":"positions"},"connId":"a4d3ae55"}',
      [{ kind: 'lost', refused: false }],
    ],
    ['a count', '{"event":"channel-conn-count","channel":"positions","connCount":"2","connId":"a4d3ae55"}', []],
    [
      'a count too high',
      '{"event":"channel-conn-count-error","channel":"positions","connCount":"30","connId":"a4d3ae55"}',
      [{ kind: 'lost', refused: true }],
    ],
    [
      'an index',
      index('BTC-USD', '0.1', 1_597_026_383_085),
      [{ kind: 'data', topic: 'index-tickers BTC-USD', events: [{ kind: 'price', coin: 'BTC', price: '0.1' as never }] }],
    ],
    [
      'a mark price',
      '{"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"42310.123456789012345678","ts":"1630049139746"}]}',
      [
        {
          kind: 'data',
          topic: 'mark-price BTC-USDT-SWAP',
          events: [{ kind: 'mark', instrument: 'BTC-USDT-SWAP', price: '42310.123456789012345678' as never }],
        },
      ],
    ],
    [
      'how positions are',
      '{"arg":{"channel":"positions","uid":"77982378738415879","instType":"ANY"},"eventType":"snapshot","curPage":1,"lastPage":true,"data":[]}',
      [],
    ],
    [
      'a change of positions',
      '{"arg":{"channel":"positions","uid":"77982378738415879","instType":"ANY"},"eventType":"event_update","data":[{"posId":"1","pos":"0"}]}',
      [{ kind: 'data', events: [{ kind: 'account', what: 'position' }] }],
    ],
    [
      'how balances are',
      '{"arg":{"channel":"balance_and_position","uid":"1"},"data":[{"pTime":"1597026383085","eventType":"snapshot","balData":[],"posData":[]}]}',
      [],
    ],
    [
      'a change of balances',
      '{"arg":{"channel":"balance_and_position","uid":"1"},"data":[{"pTime":"1597026383085","eventType":"transferred","balData":[],"posData":[]}]}',
      [{ kind: 'data', events: [{ kind: 'account', what: 'balance' }] }],
    ],
    [
      'a warning',
      '{"arg":{"channel":"liquidation-warning","uid":"1","instType":"ANY"},"data":[{"instId":"ETH-USD-SWAP","posId":"1"}]}',
      [{ kind: 'data', events: [{ kind: 'account', what: 'liquidation' }] }],
    ],
  ];
  it('read the refusal of a login or of a private topic as the end of the line, which would not tell by silence', () => {
    for (const text of [
      '{"event":"error","code":"60009","msg":"Login failed.","connId":"a4d3ae55"}',
      '{"event":"login","code":"60009","msg":"Login failed.","connId":"a4d3ae55"}',
      '{"event":"error","code":"60018","msg":"Wrong URL or channel","connId":"a4d3ae55"}',
    ]) {
      assert.deepEqual(streams().privateLine!().reader()(text), [{ kind: 'lost', refused: true }]);
    }
  });

  for (const [what, text, heard] of answers) {
    it(`read ${what}`, () => {
      assert.deepEqual(lineOf().reader()(text), heard);
    });
  }

  it('take nothing for a price that is none', () => {
    const odd = [
      '',
      'ping',
      'null',
      '[]',
      '1',
      '{}',
      '{"data":[]}',
      '{"arg":{"channel":"index-tickers","instId":"BTC-USD"}}',
      ...['', '0', '-1', 'NaN', '1e', 88_000, null, '1.2.3'].map((price) => index('BTC-USD', price, 1)),
      index('BTC-USD', '1', 'soon'),
      index('BTC-USD', '1', 1).replace('"data":[{"instId":"BTC-USD"', '"data":[{"instId":"ETH-USD"'),
    ];
    for (const text of odd) assert.throws(() => lineOf().reader()(text), text);
  });

  it('never go back: the last price is the newest, over whichever connection, and a repetition is no sign of life', () => {
    const tick = fc.record({ ts: fc.integer({ min: 1, max: 20 }), again: fc.boolean() });
    holds(
      fc.property(fc.array(tick, { minLength: 1 }), (ticks) => {
        const spec = lineOf();
        let read = spec.reader();
        const fresh: number[] = [];
        let last: string | undefined;
        for (const { ts, again } of ticks) {
          if (again) read = spec.reader();
          for (const heard of read(index('BTC-USD', ts.toString(), ts))) {
            assert.ok(heard.kind === 'data');
            const [event] = heard.events;
            last = event?.kind === 'price' ? event.price : undefined;
            if (heard.topic !== undefined) fresh.push(ts);
          }
        }
        assert.equal(last, Math.max(...ticks.map(({ ts }) => ts)).toString());
        assert.deepEqual(
          fresh,
          [...new Set(fresh)].sort((a, b) => a - b),
        );
      }),
    );
  });
});
