import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import type { PositionRef } from '../../../../src/core/model.ts';
import type { MarginChange } from '../../../../src/exchanges/exchange.ts';
import { bench, canary, failureOf, fixture, refusal, success, type Reply } from '../bench.ts';
import { holds } from '../../property.ts';
import { holding, marginChange, marginShort, printed, refs, swap } from './holding.ts';
import { says, saysLike } from '../../../texts.ts';

const path = '/api/v5/account/position/margin-balance';

const bodies: readonly (readonly [what: string, position: PositionRef, named: string, coin: string])[] = [
  ['MARGIN long', refs.marginLong, '"instId":"BTC-USDT","posSide":"net"', ',"ccy":"BTC"'],
  ['MARGIN short', refs.marginShort, '"instId":"BTC-USDT","posSide":"net"', ',"ccy":"USDT"'],
  ['SWAP net long', refs.net, '"instId":"BTC-USDT-SWAP","posSide":"net"', ''],
  ['SWAP net short', refs.netShort, '"instId":"BTC-USDT-SWAP","posSide":"net"', ''],
  ['SWAP hedge long', refs.long, '"instId":"BTC-USDT-SWAP","posSide":"long"', ''],
  ['SWAP hedge short', refs.short, '"instId":"BTC-USDT-SWAP","posSide":"short"', ''],
];

describe('the request that moves margin', () => {
  for (const [what, position, named, coin] of bodies) {
    for (const direction of ['add', 'reduce'] as const) {
      it(`says "${direction}" for ${what}, byte for byte, and is what was described`, async () => {
        const { venue, connection } = holding();
        const change = marginChange(position, direction);
        const body = `{${named},"type":"${direction}","amt":"12.50"${coin}}`;
        assert.deepEqual(connection.actions.margin!.describe(change), { method: 'POST', path, body });
        assert.deepEqual(await connection.actions.margin!.send(change), {});
        assert.deepEqual(
          venue.seen.map((one) => [one.method, one.target, one.body]),
          [['POST', path, body]],
        );
      });
    }
  }

  it('never mistakes a hedge long for a short, an addition for a reduction or one amount for another', async () => {
    const amount = fc
      .tuple(fc.stringMatching(/^(0|[1-9]\d{0,8})$/), fc.stringMatching(/^\d{0,17}[1-9]$/))
      .map(([whole, fraction]) => decimal(`${whole}.${fraction}`));
    const { connection } = bench();
    await holds(
      fc.asyncProperty(
        amount,
        fc.constantFrom('add' as const, 'reduce' as const),
        fc.constantFrom('long' as const, 'short' as const),
        fc.constantFrom('BTC-USDT-SWAP', 'BTC-USD-SWAP', 'ETH-USDT-260626'),
        async (value, direction, side, instrument) => {
          const position = { ...refs.long, slot: side, side, instrument };
          const { body } = connection.actions.margin!.describe(marginChange(position, direction, value));
          assert.deepEqual(JSON.parse(body), { instId: instrument, posSide: side, type: direction, amt: value });
        },
      ),
    );
  });

  it('carries the very characters of the amount', async () => {
    const { venue, connection } = holding();
    for (const text of ['0.10', '1.7921483143067599', '0.000000000000000001', '007.70']) {
      await connection.actions.margin!.send(marginChange(refs.short, 'reduce', decimal(text)));
      assert.ok(venue.seen.at(-1)?.body?.endsWith(`"type":"reduce","amt":"${text}"}`));
    }
  });

  it('is not sent when anything of it could be meant otherwise', async () => {
    const { venue, connection } = holding();
    const clear = marginChange(refs.short);
    const changes: readonly (readonly [what: string, change: unknown])[] = [
      ['no id', marginChange({ ...refs.short, positionId: '' })],
      ['no instrument', marginChange({ ...refs.short, instrument: '' })],
      ['no kind', marginChange({ ...refs.short, market: '' })],
      ['an option', marginChange({ ...refs.net, market: 'OPTION' })],
      ['no slot', marginChange({ ...refs.short, slot: '' })],
      ['a slot of another venue', marginChange({ ...refs.short, slot: '2' })],
      ['the slot of the other side', marginChange({ ...refs.short, slot: 'long' })],
      ['the side of the other slot', marginChange({ ...refs.long, side: 'short' })],
      ['no side', { ...clear, position: { ...refs.net, side: undefined } }],
      ['no direction', { ...clear, direction: undefined }],
      ['another direction', { ...clear, direction: 'withdraw' }],
      ['no coin', { ...clear, coin: '', position: { ...refs.short, marginCoin: '' } }],
      ['another coin', { ...clear, coin: 'BTC' }],
      ['zero', { ...clear, amount: '0.00' }],
      ['below zero', { ...clear, amount: '-1' }],
      ['no amount', { ...clear, amount: '' }],
      ['a number', { ...clear, amount: 1 }],
      ['an exponent', { ...clear, amount: '1e3' }],
    ];
    for (const [what, change] of changes) {
      const error = await failureOf(connection.actions.margin!.send(change as MarginChange));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], what);
    }
    assert.deepEqual(venue.seen, []);
  });
});

describe('a change of margin that OKX answers with', () => {
  const reset = (): never => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
  };
  const answers: readonly (readonly [what: string, reply: Reply, kind: string, effect: 'none' | 'unknown', words: RegExp])[] = [
    ['51023', refusal('51023'), 'refused', 'none', saysLike('venue.no-such-position', 'OKX')],
    ['51043', refusal('51043'), 'refused', 'none', saysLike('venue.no-such-position', 'OKX')],
    ['59300', refusal('59300'), 'refused', 'none', saysLike('venue.no-such-position', 'OKX')],
    ['51040', refusal('51040'), 'refused', 'none', saysLike('okx.fixed-margin')],
    ['59005', refusal('59005'), 'refused', 'none', saysLike('okx.first-margin')],
    ['59105', new Response(refusal('59105'), { status: 400 }), 'refused', 'none', saysLike('venue.too-much', 'OKX')],
    ['59200', refusal('59200'), 'refused', 'none', saysLike('venue.not-enough', 'OKX', says('okx.trading-account'))],
    ['59201', refusal('59201'), 'refused', 'none', saysLike('okx.negative-balance')],
    ['59301', refusal('59301', 'The maximum is 3'), 'refused', 'none', /"The maximum is 3"/],
    ['59302', refusal('59302'), 'refused', 'none', /[Cc]ancel it/],
    ['59303', refusal('59303'), 'refused', 'none', saysLike('venue.not-enough', 'OKX', says('okx.trading-account'))],
    ['50072', refusal('50072'), 'refused', 'none', saysLike('venue.wrong-mode', 'OKX')],
    ['54012', refusal('54012'), 'refused', 'none', saysLike('venue.only-adding', 'OKX')],
    ['50120', refusal('50120'), 'permission', 'none', saysLike('venue.lacks-permission', 'OKX', 'Trade')],
    ['50011', refusal('50011'), 'rate', 'none', /Wait/],
    ['50004', new Response(refusal('50004'), { status: 400 }), 'unavailable', 'unknown', saysLike('venue.perhaps-done', 'OKX')],
    ['50026', new Response(refusal('50026'), { status: 500 }), 'unavailable', 'unknown', saysLike('venue.perhaps-done', 'OKX')],
    ['51054', new Response(refusal('51054'), { status: 500 }), 'unavailable', 'unknown', saysLike('venue.perhaps-done', 'OKX')],
    ['59301 under HTTP 502', new Response(refusal('59301'), { status: 502 }), 'refused', 'unknown', /./],
    ['a code nobody knows', refusal('59999'), 'refused', 'unknown', /./],
    ['HTTP 503', new Response('<html>', { status: 503 }), 'unavailable', 'unknown', /./],
    ['HTTP 404', new Response('<html>', { status: 404 }), 'unavailable', 'unknown', saysLike('venue.not-offered', 'OKX')],
    ['a page', '<html>', 'shape', 'unknown', /./],
    ['a reset', reset, 'network', 'unknown', /./],
    ['a time-out', () => Promise.reject(new DOMException('', 'TimeoutError')), 'network', 'unknown', /./],
    ['the key', refusal('59301', Object.values(canary).join(' ')), 'refused', 'none', /\*\*\*/],
  ];
  for (const [what, reply, kind, effect, words] of answers) {
    it(`${what} is sent once, ${kind} with the effect ${effect}, and says nothing of the key`, async () => {
      const { venue, connection, clock, trace } = holding();
      venue.on('/position/margin-balance', reply);
      const error = await failureOf(connection.actions.margin!.send(marginChange(refs.short)));
      assert.deepEqual([error.kind, error.effect, venue.seen.length, clock.pauses], [kind, effect, 1, []]);
      assert.match(error.message, words);
      const all = [error.message, error.stack, inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), ...trace].join('\n');
      for (const secret of Object.values(canary)) assert.ok(!all.includes(secret), all);
      assert.doesNotMatch(trace.join('\n'), /12\.50|BTC-USDT/);
    });
  }
});

describe('preparing a change of margin', () => {
  const asked = (venue: ReturnType<typeof holding>['venue']): string[] => venue.seen.map(({ method, target }) => `${method} ${target}`);
  const at = (ref: PositionRef): string => `GET /api/v5/account/positions?instId=${ref.instrument}&posId=${ref.positionId}`;

  it('asks for this position, its coin and its leverage, as documented', async () => {
    const margin = 'instType=MARGIN&mgnMode=isolated&lever=5&instId=BTC-USDT';
    const contract = 'instType=SWAP&mgnMode=isolated&lever=10&instId=BTC-USDT-SWAP';
    for (const [ref, row, query, coin] of [
      [refs.marginLong, printed(), `${margin}&ccy=BTC`, 'BTC'],
      [refs.marginShort, marginShort(), `${margin}&ccy=USDT`, 'USDT'],
      [refs.net, swap(), contract, 'USDT'],
      [refs.long, swap({ posSide: 'long' }), `${contract}&posSide=long`, 'USDT'],
      [refs.short, swap({ posSide: 'short', posId: refs.short.positionId }), `${contract}&posSide=short`, 'USDT'],
    ] as const) {
      const { venue, connection } = holding(row);
      await connection.actions.margin!.prepare({ position: ref });
      assert.deepEqual(
        asked(venue).filter((one) => !one.includes('/instruments')),
        [
          `GET /api/v5/account/bills?type=6&ccy=${coin}&limit=1`,
          at(ref),
          `GET /api/v5/account/balance?ccy=${coin}`,
          `GET /api/v5/account/adjust-leverage-info?${query}`,
        ],
      );
    }
  });

  it('gives the position, the smaller of the available amounts and what OKX says could be taken', async () => {
    const { clock, connection } = holding(swap({ posSide: 'long' }));
    const ready = await connection.actions.margin!.prepare({ position: refs.long });
    assert.deepEqual([ready.walletAvailable, ready.reducible], ['90.25', { amount: '25.5', source: 'venue' }]);
    const figures = { size: '5', margin: '300', leverage: '10', entryPrice: '60000', liquidationPrice: '55000' };
    assert.deepEqual(ready.baseline, { kind: 'margin', ...figures });
    assert.deepEqual([ready.position.positionId, ready.position.exposure, ready.asOf], [refs.long.positionId, '0.05', clock.time]);
  });

  it('is as old as the position', async () => {
    const { venue, clock, connection } = holding(swap());
    const start = clock.time;
    venue.on('/account/balance', () => {
      clock.time += 9_000;
      return new Response(success([{ details: [] }]));
    });
    assert.equal((await connection.actions.margin!.prepare({ position: refs.net })).asOf, start);
  });

  it('takes what could be taken from the figure in the margin coin', async () => {
    const info = { estAvailTrans: '0.0001', estAvailQuoteTrans: '30.5' };
    for (const [ref, row, more, amount] of [
      [refs.marginLong, printed(), {}, '0.0001'],
      [refs.marginShort, marginShort(), {}, '30.5'],
      [refs.marginShort, marginShort(), { estAvailQuoteTrans: '' }, undefined],
      [refs.marginLong, printed(), { estAvailTrans: '' }, undefined],
      [{ ...refs.marginLong, marginCoin: 'USDC' }, printed({ ccy: 'USDC' }), {}, undefined],
      [refs.net, swap(), { estAvailTrans: '299.9' }, '299.9'],
      [refs.net, swap(), { estAvailTrans: '' }, undefined],
      // Never more than there is, and never less than nothing.
      [refs.net, swap(), { estAvailTrans: '301' }, '300'],
      [refs.net, swap(), { estAvailTrans: '-1' }, '0'],
    ] as const) {
      const { venue, connection } = holding(row);
      venue.on('/adjust-leverage-info', success([{ ...info, ...more }]));
      const { reducible } = await connection.actions.margin!.prepare({ position: ref });
      assert.deepEqual(reducible, amount === undefined ? undefined : { amount, source: 'venue' });
    }
  });

  it('does not need to know what could be taken: margin can be added all the same', async () => {
    for (const reply of [
      refusal('51000'),
      refusal('50030'),
      success([]),
      success([{ estAvailTrans: 1 }]),
      new Response('', { status: 503 }),
    ]) {
      const { venue, connection } = holding(swap());
      venue.on('/adjust-leverage-info', reply);
      const ready = await connection.actions.margin!.prepare({ position: refs.net });
      assert.deepEqual([ready.reducible, ready.walletAvailable], [undefined, '90.25']);
    }
    const { venue, connection } = holding(swap({ lever: '' }));
    assert.equal((await connection.actions.margin!.prepare({ position: refs.net })).reducible, undefined);
    assert.deepEqual(venue.to('/adjust-leverage-info'), []);
  });

  it('reads the trading account as OKX prints it', async () => {
    const details = (...rows: object[]): string => success([{ details: rows }]);
    for (const [reply, available, places] of [
      [details({ ccy: 'USDT', availBal: '63.9795959720319628', availEq: '' }), '63.9795959720319628', 16],
      [details({ ccy: 'USDT', availBal: '', availEq: '7' }), '7', 8],
      [details({ ccy: 'USDT', availBal: '7.5', availEq: '8.25' }), '7.5', 8],
      [details({ ccy: 'USDT', availBal: '7', availEq: '-3.5' }), '0', 8],
      [details({ ccy: 'USDT', availBal: '0.00000000000000000001', availEq: '' }), '0.00000000000000000001', 18],
      // OKX lists coins it holds some of; another one's amount is not this one's.
      [details({ ccy: 'BTC', availBal: '7', availEq: '' }), '0', 8],
      [details(), '0', 8],
    ] as const) {
      const { venue, connection } = holding(swap());
      venue.on('/account/balance', reply);
      const ready = await connection.actions.margin!.prepare({ position: refs.net });
      assert.deepEqual([ready.walletAvailable, ready.places], [available, places]);
    }
  });

  const gone = 'is gone';
  const stops: readonly (readonly [what: string, ref: PositionRef, rows: readonly unknown[], replies: Readonly<Record<string, Reply>>])[] =
    [
      [`it ${gone}`, refs.net, [], {}],
      ['it is closed', refs.net, [swap({ pos: '0' })], {}],
      ['another one answers', refs.net, [swap({ posId: '7' })], {}],
      ['one of another instrument answers', refs.net, [swap({ instId: 'ETH-USDT-SWAP' })], {}],
      ['it has turned', refs.net, [swap({ pos: '-5' })], {}],
      ['it has turned the other way', refs.netShort, [swap({ pos: '5' })], {}],
      ['it is in the other slot', refs.long, [swap({ posSide: 'short' })], {}],
      ['the account went to hedge mode', refs.net, [swap({ posSide: 'long' })], {}],
      ['its margin is in another coin', refs.net, [swap({ ccy: 'USDC' })], {}],
      ['it is cross by now', refs.net, [swap({ mgnMode: 'cross' })], {}],
      ['it is an option', { ...refs.net, market: 'OPTION' }, [swap({ instType: 'OPTION' })], {}],
      ['its margin is not told', refs.net, [swap({ margin: '' })], {}],
      ['it is not understood', refs.net, [swap({ pos: 5 })], {}],
      ['two have its id', refs.net, [swap(), swap({ pos: '6' })], {}],
      ['OKX knows no such position', refs.net, [], { '/account/positions': refusal('51023') }],
      ['positions cannot be read', refs.net, [], { '/account/positions': refusal('50120') }],
      ['the wallet is not told', refs.net, [swap()], { '/account/balance': success([]) }],
      [
        'the available amount is not told',
        refs.net,
        [swap()],
        { '/account/balance': success([{ details: [{ ccy: 'USDT', availBal: '', availEq: '' }] }]) },
      ],
      [
        'the available amount is a number',
        refs.net,
        [swap()],
        { '/account/balance': success([{ details: [{ ccy: 'USDT', availBal: 7 }] }]) },
      ],
      ['the wallet cannot be read', refs.net, [swap()], { '/account/balance': refusal('50120') }],
    ];
  for (const [what, ref, rows, replies] of stops) {
    it(`stops when ${what}`, async () => {
      const { venue, connection } = holding(...rows);
      for (const [suffix, reply] of Object.entries(replies)) venue.on(suffix, reply);
      const error = await failureOf(connection.actions.margin!.prepare({ position: ref }));
      assert.ok(['refused', 'shape', 'permission'].includes(error.kind), error.kind);
      assert.deepEqual([error.effect, venue.to('/position/margin-balance')], ['none', []]);
    });
  }

  it('stops when it is told to', async () => {
    const { venue, connection } = holding(swap());
    const stop = new AbortController();
    venue.on('/adjust-leverage-info', () => {
      stop.abort();
      return Promise.reject(new DOMException('', 'AbortError'));
    });
    assert.equal((await failureOf(connection.actions.margin!.prepare({ position: refs.net }, stop.signal))).kind, 'aborted');
  });
});

describe('the samples that OKX prints', () => {
  it('are understood: a change is accepted, and what could be taken is told', async () => {
    const { venue, connection } = holding(printed({ margin: '5' }));
    venue.on('/adjust-leverage-info', fixture('adjust-leverage-info'));
    assert.deepEqual((await connection.actions.margin!.prepare({ position: refs.marginLong })).reducible, {
      amount: '1.1398040558348279',
      source: 'venue',
    });
    await connection.actions.margin!.send(marginChange(refs.marginLong, 'add', decimal('0.3')));
    assert.equal(
      venue.to('/position/margin-balance')[0]?.body,
      '{"instId":"BTC-USDT","posSide":"net","type":"add","amt":"0.3","ccy":"BTC"}',
    );
  });
});
