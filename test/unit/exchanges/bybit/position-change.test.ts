import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import type { PositionRef } from '../../../../src/core/model.ts';
import type { MarginChange } from '../../../../src/exchanges/exchange.ts';
import { canary, failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { fixture, refusal, success } from './bench.ts';
import { accountText, inverse, listText, long, marginChange, oneWay, positioned, rowsOf, short, type RawRow } from './position-bench.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

const usdc: PositionRef = { ...oneWay, positionId: 'linear:BTCPERP:0', instrument: 'BTCPERP', marginCoin: 'USDC' };
const inverseShort: PositionRef = { ...inverse, positionId: 'inverse:ETHUSD:2', slot: '2', side: 'short' };

/** Bodies by the page https://bybit-exchange.github.io/docs/v5/position/manual-add-margin , byte for byte. */
const bodies: readonly (readonly [string, PositionRef, 'add' | 'reduce', string, string])[] = [
  ['the printed sample', inverse, 'add', '0.01', '{"category":"inverse","symbol":"ETHUSD","margin":"0.01","positionIdx":0}'],
  ['one-way, linear', oneWay, 'add', '10', '{"category":"linear","symbol":"BTCUSDT","margin":"10","positionIdx":0}'],
  ['one-way, linear', oneWay, 'reduce', '10', '{"category":"linear","symbol":"BTCUSDT","margin":"-10","positionIdx":0}'],
  ['hedge, Buy side', long, 'add', '10', '{"category":"linear","symbol":"BTCUSDT","margin":"10","positionIdx":1}'],
  ['hedge, Buy side', long, 'reduce', '10.5000', '{"category":"linear","symbol":"BTCUSDT","margin":"-10.5000","positionIdx":1}'],
  ['hedge, Sell side', short, 'add', '10', '{"category":"linear","symbol":"BTCUSDT","margin":"10","positionIdx":2}'],
  ['hedge, Sell side', short, 'reduce', '10', '{"category":"linear","symbol":"BTCUSDT","margin":"-10","positionIdx":2}'],
  ['USDC', usdc, 'reduce', '0.1', '{"category":"linear","symbol":"BTCPERP","margin":"-0.1","positionIdx":0}'],
  ['one-way, inverse', inverse, 'reduce', '0.01', '{"category":"inverse","symbol":"ETHUSD","margin":"-0.01","positionIdx":0}'],
  ['hedge, inverse', inverseShort, 'reduce', '0.0001', '{"category":"inverse","symbol":"ETHUSD","margin":"-0.0001","positionIdx":2}'],
];

describe("a change of a position's margin on Bybit", () => {
  for (const [name, position, direction, amount, body] of bodies) {
    it(`to ${direction} ${amount} (${name}) leaves once, in these very bytes`, async () => {
      const { venue, connection } = positioned();
      const change = marginChange({ position, direction, amount: decimal(amount) });
      assert.deepEqual(await connection.actions.margin!.send(change), {});
      assert.deepEqual(
        venue.seen.map((one) => [one.method, one.target, one.body]),
        [['POST', '/v5/position/add-margin', body]],
      );
      assert.deepEqual(connection.actions.margin!.describe(change), { method: 'POST', path: '/v5/position/add-margin', body });
    });
  }

  const whole = fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String);
  const fraction = fc.stringMatching(/^[0-9]{1,4}$/);
  const positive = fc
    .tuple(whole, fraction)
    .map(([a, b]) => `${a}.${b}`)
    .filter((text) => !/^0\.0+$/.test(text));

  it('carries the sign of the direction and the very characters of the amount', () => {
    const { connection } = positioned();
    holds(
      fc.property(positive, fc.constantFrom('add', 'reduce'), (text, direction) => {
        const { body } = connection.actions.margin!.describe(marginChange({ amount: decimal(text), direction }));
        const { margin } = JSON.parse(body) as { margin: unknown };
        assert.equal(margin, direction === 'add' ? text : `-${text}`);
      }),
    );
  });

  it('never has more decimals than Bybit takes, and nothing is rounded', async () => {
    const { venue, connection } = positioned();
    await holds(
      fc.asyncProperty(whole, fc.stringMatching(/^[0-9]{5,30}$/), async (a, b) => {
        if (/^0*$/.test(a + b)) return;
        const change = marginChange({ amount: decimal(`${a}.${b}`) });
        const error = await failureOf(connection.actions.margin!.send(change));
        assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
        assert.match(error.message, saysLike('margin.decimals', '4'));
      }),
    );
    assert.deepEqual(venue.seen, []);
  });

  it('never takes one side of a hedge for the other', () => {
    const { connection } = positioned();
    const any = fc.record({ slot: fc.constantFrom('0', '1', '2', '3', '', '01', '1.0', 'x'), side: fc.constantFrom('long', 'short') });
    holds(
      fc.property(any, fc.constantFrom('0', '1', '2'), fc.constantFrom('add', 'reduce'), ({ slot, side }, idSlot, direction) => {
        const position = { ...long, slot, side, positionId: `linear:BTCUSDT:${idSlot}` } as PositionRef;
        const clear = idSlot === slot && (slot === '0' || slot === (side === 'long' ? '1' : '2'));
        if (!clear) {
          assert.throws(() => connection.actions.margin!.describe(marginChange({ position, direction })), saysLike('venue.unnamed'));
          return;
        }
        const { body } = connection.actions.margin!.describe(marginChange({ position, direction }));
        assert.equal((JSON.parse(body) as { positionIdx: unknown }).positionIdx, Number(slot));
      }),
    );
  });

  it('that could be meant otherwise is not sent', async () => {
    const { venue, connection } = positioned();
    const odd: readonly Partial<Record<keyof MarginChange, unknown>>[] = [
      { direction: 'remove' },
      { direction: 'toString' },
      { direction: '-' },
      { coin: '' },
      { coin: 'USDC' },
      { coin: 'BTC' },
      { amount: '0' },
      { amount: '0.0000' },
      { amount: '-1' },
      { amount: '+1' },
      { amount: 1 },
      { amount: '1e1' },
      { amount: '' },
      { position: { ...long, market: 'spot', positionId: 'spot:BTCUSDT:1' } },
      { position: { ...long, market: 'inverse', positionId: 'inverse:BTCUSDT:1' } },
      { position: { ...long, instrument: 'ETHUSDT' } },
      { position: { ...long, positionId: 'linear:BTCUSDT:2' } },
      { position: { ...long, side: 'short' } },
      { position: { ...long, marginCoin: 'USDC' }, coin: 'USDC' },
      { position: { ...inverse, marginCoin: 'USD' }, coin: 'USD' },
      { position: { ...long, instrument: 'BTCX', positionId: 'linear:BTCX:1', marginCoin: 'BTC' }, coin: 'BTC' },
    ];
    for (const part of odd) {
      const change = { ...marginChange(), ...part } as MarginChange;
      const error = await failureOf(connection.actions.margin!.send(change));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], JSON.stringify(part));
      assert.throws(() => connection.actions.margin!.describe(change), JSON.stringify(part));
    }
    assert.deepEqual(venue.seen, []);
  });

  it('is not repeated when its answer is lost', async () => {
    for (const reply of [
      () => Promise.reject(new TypeError('fetch failed')),
      new Response('', { status: 502 }),
      new Response(refusal('110078'), { status: 502 }),
      refusal('10000'),
      refusal('10016'),
      refusal('10014'),
      refusal('-1'),
      refusal('999999'),
      'half an ans',
    ]) {
      const { venue, connection } = positioned();
      venue.on('/position/add-margin', reply);
      const error = await failureOf(connection.actions.margin!.send(marginChange()));
      assert.deepEqual([error.effect, venue.seen.length], ['unknown', 1]);
    }
  });

  for (const [code, words] of [
    ['110011', saysLike('venue.would-liquidate')],
    ['110046', saysLike('venue.would-liquidate')],
    ['110012', saysLike('venue.not-enough', 'Bybit', says('bybit.unified-trading-account'))],
    ['110014', saysLike('venue.not-enough', 'Bybit', says('bybit.unified-trading-account'))],
    ['110015', saysLike('venue.wrong-mode', 'Bybit')],
    ['110027', saysLike('venue.rejected', 'Bybit')],
    ['110033', saysLike('venue.no-such-position', 'Bybit')],
    ['110034', saysLike('venue.no-such-position', 'Bybit')],
    ['110076', saysLike('venue.wrong-mode', 'Bybit')],
    ['110077', saysLike('venue.wrong-mode', 'Bybit')],
    ['110078', saysLike('venue.too-much', 'Bybit')],
  ] as const) {
    it(`that Bybit refuses with ${code} had no effect, and it is said what to do`, async () => {
      const { venue, connection } = positioned();
      venue.on('/position/add-margin', refusal(code));
      const error = await failureOf(connection.actions.margin!.send(marginChange()));
      assert.deepEqual([error.kind, error.code, error.effect, venue.seen.length], ['refused', code, 'none', 1]);
      assert.match(error.message, words);
    });
  }

  it('that the key may not make names the right it lacks', async () => {
    const { venue, connection } = positioned();
    venue.on('/position/add-margin', refusal('10005'));
    const error = await failureOf(connection.actions.margin!.send(marginChange()));
    assert.deepEqual([error.kind, error.code, error.effect], ['permission', '10005', 'none']);
    assert.match(error.message, saysLike('venue.lacks-permission', 'Bybit', says('bybit.writable', says('bybit.position-permission'))));
  });

  it('says nothing of loans where there is no such page', async () => {
    const { venue, connection } = positioned();
    venue.on('/position/add-margin', new Response('<html>', { status: 404 }));
    const error = await failureOf(connection.actions.margin!.send(marginChange()));
    assert.equal(error.effect, 'unknown');
    assert.match(error.message, saysInTurn(says('venue.not-offered', 'Bybit'), ' (HTTP 404)'));
  });

  it('never says a key, a secret or a signature, even when Bybit does', async () => {
    for (const code of ['10005', '110078', '999999']) {
      const { venue, connection, trace } = positioned();
      venue.on('/position/add-margin', () => {
        const { headers } = venue.seen.at(-1)!;
        const words = `key ${headers.get('X-BAPI-API-KEY') ?? ''} secret ${canary['secret']!} sign ${headers.get('X-BAPI-SIGN') ?? ''}`;
        return new Response(refusal(code, words));
      });
      const error = await failureOf(connection.actions.margin!.send(marginChange()));
      const said = [error.message, JSON.stringify(error), ...trace].join('\n');
      for (const secret of [canary['apiKey']!, canary['secret']!, venue.seen[0]!.headers.get('X-BAPI-SIGN')!]) {
        assert.equal(said.includes(secret), false);
      }
    }
  });

  it('can be made in demo trading, where collateral cannot', async () => {
    const { venue, connection } = positioned('demo');
    await connection.actions.margin!.send(marginChange());
    assert.equal(venue.seen[0]?.url.origin, 'https://api-demo.bybit.com');
    assert.equal((await connection.actions.margin!.prepare({ position: long })).position.positionId, long.positionId);
  });
});

describe('preparing a change of margin on Bybit', () => {
  const [buy, sell] = rowsOf('linear') as [RawRow, RawRow, RawRow];
  const with_ = (...rows: readonly unknown[]) => positioned('global', { BTCUSDT: [listText('linear', rows)] });

  it('gives position, wallet, estimate and baseline of just the side that is meant', async () => {
    const { connection } = positioned();
    const ready = await connection.actions.margin!.prepare({ position: short });
    assert.deepEqual([ready.position.positionId, ready.position.side, ready.places], ['linear:BTCUSDT:2', 'short', 4]);
    // 5000 - 1522.853 - 100 - 10.5 - 20
    assert.equal(ready.walletAvailable, '3346.647');
    // 1111.633 - 1005 - 6.633: value 10050 at 10x, fee 0.0006 of 11055.
    assert.deepEqual(ready.reducible, { amount: '100', source: 'estimate' });
    // 1111.633 - 10005 / 10, by mark price
    assert.deepEqual(ready.baseline, {
      kind: 'margin',
      size: '0.5',
      margin: '1111.633',
      steadyMargin: '111.133',
      leverage: '10',
      entryPrice: '20100',
    });
    const other = await connection.actions.margin!.prepare({ position: long });
    assert.deepEqual([other.position.positionId, other.reducible?.amount], ['linear:BTCUSDT:1', '0']);
    assert.equal(other.baseline.liquidationPrice, '19700.00');
  });

  it('finds in the printed sample just the 0.01 that had been added', async () => {
    const { reducible, baseline, walletAvailable } = await positioned().connection.actions.margin!.prepare({ position: inverse });
    assert.deepEqual(reducible, { amount: '0.01', source: 'estimate' });
    // 0.01926611 - 200 / 1812.90 / 12
    assert.equal(baseline.steadyMargin, '0.0100727365835586');
    assert.equal(walletAvailable, '0.03073389');
  });

  it('takes less out where there is a loss, and by the greater of two values, never less than nothing', async () => {
    for (const [more, amount] of [
      [{ unrealisedPnl: '-40.00001' }, '59.9999'],
      [{ unrealisedPnl: '-400' }, '0'],
      [{ unrealisedPnl: '400' }, '100'],
      // Value 10100 by mark: 1111.633 - 1010 - 6.666
      [{ markPrice: '20200' }, '94.967'],
      [{ leverage: '5' }, '0'],
    ] as const) {
      const { reducible } = await with_(buy, { ...sell, ...more }).connection.actions.margin!.prepare({ position: short });
      assert.equal(reducible?.amount, amount, JSON.stringify(more));
    }
  });

  it('lets nothing be taken out where a figure is missing', async () => {
    for (const field of ['positionValue', 'leverage', 'unrealisedPnl', 'markPrice']) {
      const { reducible } = await with_(buy, { ...sell, [field]: '' }).connection.actions.margin!.prepare({ position: short });
      assert.equal(reducible, undefined, field);
    }
  });

  it('counts nothing as free that is not known to be', async () => {
    const held = { coin: 'USDT', walletBalance: '100', totalPositionIM: '40', totalOrderIM: '0', locked: '0', bonus: '0' };
    const wallet = (coin: readonly object[], accountType = 'UNIFIED') => success({ list: [{ accountType, coin }] });
    const prepared = (answer: string) => {
      const { venue, connection } = positioned();
      venue.on('/account/wallet-balance', answer);
      return connection.actions.margin!.prepare({ position: long });
    };
    for (const [answer, free] of [
      [wallet([held]), '60'],
      [wallet([{ ...held, walletBalance: '30' }]), '0'],
      [wallet([{ ...held, walletBalance: '-30' }]), '0'],
      [wallet([{ ...held, bonus: '-50' }]), '60'],
      [wallet([{ ...held, coin: 'USDC' }]), '0'],
      [wallet([]), '0'],
    ] as const) {
      assert.equal((await prepared(answer)).walletAvailable, free, answer);
    }
    for (const answer of [
      ...Object.keys(held)
        .filter((field) => field !== 'coin')
        .flatMap((field) => [wallet([{ ...held, [field]: '' }]), wallet([{ ...held, [field]: undefined }])]),
      wallet([held], 'CONTRACT'),
      success({ list: [] }),
    ]) {
      const error = await failureOf(prepared(answer));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none'], answer);
    }
  });

  const account = (answer: string) => {
    const one = positioned();
    one.venue.on('/account/info', answer);
    return one;
  };
  for (const [name, one, ref, words] of [
    ['is gone', with_(), long, saysLike('venue.no-such-position', 'Bybit')],
    ['is gone from its slot', with_({ ...buy, side: '', size: '0' }, sell), long, saysLike('venue.no-such-position', 'Bybit')],
    ['is there in another slot only', with_(sell), long, saysLike('venue.no-such-position', 'Bybit')],
    [
      'was opened the other way',
      with_({ ...buy, positionIdx: 0 }),
      { ...oneWay, side: 'short' } as PositionRef,
      saysLike('venue.another-position'),
    ],
    ['is in an account that is cross', account(accountText('REGULAR_MARGIN')), long, saysLike('position.cross-margin-whole')],
    ['is in an account that is portfolio', account(accountText('PORTFOLIO_MARGIN')), long, saysLike('position.cross-margin-whole')],
    ['is in a classic account', account(accountText('ISOLATED_MARGIN', 1)), long, saysLike('position.cross-margin-whole')],
    ['is inverse in a first unified account', account(accountText('ISOLATED_MARGIN', 3)), inverse, saysLike('position.cross-margin-whole')],
    ['has no margin', with_({ ...buy, positionIM: '' }, sell), long, saysLike('venue.unsaid', 'Bybit', says('figure.margin'))],
    ['is there twice, and not the same', with_(buy, { ...buy, size: '2' }), long, saysLike('venue.ambiguous', 'Bybit')],
    ['goes by another name', with_({ ...buy, symbol: 'ETHUSDT' }), long, saysLike('venue.ambiguous', 'Bybit')],
    ['is not named', positioned(), { ...long, slot: '2' }, saysLike('venue.unnamed')],
  ] as const) {
    it(`is refused when the position ${name}`, async () => {
      const error = await failureOf(one.connection.actions.margin!.prepare({ position: ref }));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
      assert.match(error.message, words);
      assert.deepEqual(one.venue.to('/add-margin'), []);
    });
  }

  it('minds neither a row that is told twice, nor the order of rows, nor rows of other instruments', async () => {
    const other = { ...buy, symbol: 'ETHUSDT', size: 1 };
    for (const rows of [
      [buy, buy],
      [sell, buy, buy, sell],
      [other, sell, buy],
    ]) {
      const { position, baseline } = await with_(...rows).connection.actions.margin!.prepare({ position: long });
      assert.deepEqual([position.positionId, baseline.size], ['linear:BTCUSDT:1', '1']);
    }
  });

  it('minds no other coin of the wallet', async () => {
    const held = { coin: 'USDT', walletBalance: '100', totalPositionIM: '40', totalOrderIM: '0', locked: '0', bonus: '0' };
    const prepared = (...coin: readonly unknown[]) => {
      const { venue, connection } = positioned();
      venue.on('/account/wallet-balance', success({ list: [7, { accountType: 'UNIFIED', coin }] }));
      return connection.actions.margin!.prepare({ position: long });
    };
    for (const odd of [
      7,
      null,
      { coin: null },
      { coin: 'ETH', walletBalance: null, locked: 1 },
      { ...held, coin: 'USDC', locked: '--' },
      held,
    ]) {
      assert.equal((await prepared(odd, held)).walletAvailable, '60', JSON.stringify(odd));
    }
    // An exponent is as exact as any other way to write it.
    assert.equal((await prepared({ ...held, walletBalance: '1E+2', locked: '1E-7' })).walletAvailable, '59.9999999');
    // What may be this coin, or contradicts itself, is not zero.
    for (const rows of [[{ coin: 7 }], [held, { ...held, walletBalance: '90' }]]) {
      assert.match(
        (await failureOf(prepared(...rows))).message,
        saysLike('venue.unsaid', 'Bybit', says('figure.held', 'USDT', says('bybit.unified-trading-account'))),
      );
    }
  });

  it('does not take an odd row for an empty slot, nor the odd row of the other side for a reason to stop', async () => {
    assert.equal((await failureOf(with_({ ...buy, size: 1 }, sell).connection.actions.margin!.prepare({ position: long }))).kind, 'shape');
    assert.equal(
      (await failureOf(with_({ ...buy, positionIdx: 7 }, sell).connection.actions.margin!.prepare({ position: long }))).kind,
      'shape',
    );
    assert.equal((await with_(buy, { ...sell, size: 1 }).connection.actions.margin!.prepare({ position: long })).position.slot, '1');
  });

  it('fails with what cannot be read', async () => {
    for (const suffix of ['/position/list', '/account/info', '/account/wallet-balance']) {
      const { venue, connection } = positioned();
      venue.on(suffix, refusal('10005'));
      const error = await failureOf(connection.actions.margin!.prepare({ position: long }));
      assert.equal(error.kind, 'permission');
      assert.match(error.message, saysLike('venue.lacks-permission', 'Bybit', says('bybit.position-permission')));
    }
    const { venue, connection } = positioned();
    venue.on('/position/list', fixture('position-list-inverse'));
    assert.equal((await failureOf(connection.actions.margin!.prepare({ position: long }))).kind, 'shape');
  });
});
