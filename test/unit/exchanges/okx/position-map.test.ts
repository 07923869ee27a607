import assert from 'node:assert/strict';
import { english } from '../../../../src/core/message.ts';
import type { Position } from '../../../../src/core/model.ts';
import { effectiveLeverage } from '../../../../src/core/risk/position-model.ts';
import { failureOf, refusal, success } from '../bench.ts';
import { holding, marginShort, printed, refs, swap } from './holding.ts';
import { saysLike } from '../../../texts.ts';

async function only(row: object): Promise<Position> {
  const { positions, positionsTrouble } = await holding(row).connection.read();
  assert.equal(positionsTrouble, undefined);
  assert.equal(positions.length, 1);
  return positions[0]!;
}

describe('a position on OKX', () => {
  it('as OKX prints one has every printed digit', async () => {
    assert.deepEqual(await only(printed()), {
      ...refs.marginLong,
      ...{ contract: 'borrowed', marginMode: 'isolated', size: '0.00190433573', sizeCoin: 'BTC', exposure: '0.00190433573' },
      baseCoin: 'BTC',
      ...{ priceCoin: 'USDT', entryPrice: '62961.4', markPrice: '62891.9', lastPrice: '62892.9' },
      ...{ liquidationPrice: '53615.448336593756', leverage: '5', margin: '0.000317654', maintenanceMargin: '0.0000318005395854' },
      ...{ marginRatio: '9.404143929947395', unrealizedPnl: '-0.0000033452492717' },
      debt: { coin: 'USDT', amount: '99.9998177776581948' },
    });
  });

  it('that was sold short on borrowed coins stands for what is owed, interest included', async () => {
    const position = await only(marginShort());
    assert.deepEqual(
      [position.side, position.size, position.sizeCoin, position.exposure, position.debt],
      ['short', '7200.5', 'USDT', '0.10001', { coin: 'BTC', amount: '0.10001' }],
    );
  });

  const sides: readonly (readonly [what: string, row: object, side: 'long' | 'short' | undefined, size?: string])[] = [
    ['MARGIN holding the base coin', printed(), 'long', '0.00190433573'],
    ['MARGIN holding the quote coin', printed({ posCcy: 'USDT' }), 'short', '0.00190433573'],
    ['MARGIN with a sign, which it never has', printed({ pos: '-1' }), undefined],
    ['MARGIN holding neither of its coins', printed({ posCcy: 'ETH' }), undefined],
    ['MARGIN that does not say what it holds', printed({ posCcy: '' }), undefined],
    ['MARGIN that contradicts itself', printed({ posSide: 'short' }), undefined],
    ['net above zero', swap({ pos: '5' }), 'long', '5'],
    ['net below zero', swap({ pos: '-5.5' }), 'short', '5.5'],
    ['hedge long', swap({ posSide: 'long', pos: '5' }), 'long', '5'],
    ['hedge short', swap({ posSide: 'short', pos: '5' }), 'short', '5'],
    ['hedge long with a sign, which it never has', swap({ posSide: 'long', pos: '-5' }), undefined],
    ['hedge short with a sign, which it never has', swap({ posSide: 'short', pos: '-5' }), undefined],
    ['a slot nobody knows', swap({ posSide: 'both' }), undefined],
    ['a kind nobody knows', swap({ instType: 'SPREAD' }), undefined],
    ['a margin mode nobody knows', swap({ mgnMode: 'cash' }), undefined],
    ['a size that is not told', swap({ pos: '' }), undefined],
    ['a size that is a number', swap({ pos: 5 }), undefined],
    ['an amount that lost its digits', swap({ margin: 300 }), 'long', '5'],
    ['figures that are none', swap({ liqPx: '--', upl: null, mmr: {}, lever: 'x' }), 'long', '5'],
    ['a size with an exponent', swap({ pos: '-5.5E-7' }), 'short', '0.00000055'],
    ['without an id', swap({ posId: '' }), undefined],
    ['no object', null as unknown as object, undefined],
  ];
  for (const [what, row, side, size] of sides) {
    it(`(${what}) ${side === undefined ? 'is told as not understood, and takes nothing else down' : `is ${side}`}`, async () => {
      const { positions, positionsTrouble, loansTrouble } = await holding(
        swap({ posId: '1', instId: 'ETH-USDT-SWAP' }),
        row,
      ).connection.read();
      assert.equal(positions[0]?.positionId, '1');
      assert.equal(loansTrouble, undefined);
      assert.deepEqual(
        positions.slice(1).map((one) => [one.side, one.size]),
        side === undefined ? [] : [[side, size]],
      );
      if (side === undefined) assert.match(english(positionsTrouble!), /\b1\b/);
      else assert.equal(positionsTrouble, undefined);
    });
  }

  it('of size zero is none, whatever else the row says or holds', async () => {
    const rows = [
      swap({ pos: '0' }),
      swap({ pos: '0.00', posSide: 'long', margin: '' }),
      printed({ pos: '0', posCcy: '', ccy: '', margin: '10000' }),
      swap({ pos: '-0', instType: 'SPREAD' }),
    ];
    const { positions, positionsTrouble } = await holding(...rows).connection.read();
    assert.deepEqual([positions, positionsTrouble], [[], undefined]);
  });

  it('is not believed when another has its id', async () => {
    const { positions, positionsTrouble } = await holding(swap(), swap({ posSide: 'short' }), printed()).connection.read();
    assert.deepEqual(
      positions.map(({ instrument }) => instrument),
      ['BTC-USDT'],
    );
    assert.match(english(positionsTrouble!), /\b2\b/);
  });

  it('has no figure where OKX prints an empty text, and no debt where a part of it is not told', async () => {
    const empty = Object.fromEntries(
      ['avgPx', 'markPx', 'last', 'liqPx', 'lever', 'margin', 'mmr', 'mgnRatio', 'upl'].map((name) => [name, '']),
    );
    const position = await only(printed({ ...empty, interest: '' }));
    assert.deepEqual(position, {
      ...refs.marginLong,
      ...{
        contract: 'borrowed',
        marginMode: 'isolated',
        size: '0.00190433573',
        sizeCoin: 'BTC',
        exposure: '0.00190433573',
        baseCoin: 'BTC',
        priceCoin: 'USDT',
      },
    });
    assert.equal((await only(marginShort({ liab: '' }))).exposure, undefined);
    assert.equal((await only(printed({ liab: '0' }))).debt, undefined);
  });

  it('moves with the first coin of its name, where its name is made of coins', async () => {
    for (const [row, coin] of [
      [printed(), 'BTC'],
      [swap(), 'BTC'],
      [swap({ instId: 'ETH-USD-SWAP' }), 'ETH'],
      [swap({ instId: 'SOL-USD_UM-SWAP' }), 'SOL'],
      [swap({ instType: 'FUTURES', instId: 'BTC-USD-261225' }), 'BTC'],
      [swap({ instType: 'OPTION', instId: 'BTC-USD-261225-90000-C' }), 'BTC'],
      [swap({ instType: 'EVENTS', instId: 'RAIN-IN-PARIS' }), undefined],
      [swap({ instId: 'BTC' }), undefined],
    ] as const) {
      assert.equal((await only(row)).baseCoin, coin, JSON.stringify(row));
    }
  });

  const kinds: readonly (readonly [what: string, row: object, contract: string, priceCoin: string, exposure: string | undefined])[] = [
    ['linear', swap({ pos: '-5' }), 'linear', 'USDT', '0.05'],
    ['inverse', swap({ instId: 'BTC-USD-SWAP', ccy: 'BTC', pos: '7' }), 'inverse', 'USD', '700'],
    ['of an instrument that is not listed', swap({ instId: 'ETH-USDT-SWAP' }), 'linear', 'USDT', undefined],
    ['inverse of an instrument that is not listed', swap({ instId: 'ETH-USD-SWAP', ccy: 'ETH' }), 'inverse', 'USD', undefined],
    ['a future', swap({ instType: 'FUTURES', instId: 'BTC-USDT-200626' }), 'linear', 'USDT', undefined],
    ['settled in a third coin', swap({ instId: 'BTC-USD_UM-SWAP', ccy: 'USDC' }), 'other', 'USD', undefined],
    ['listed as linear with margin in the base coin', swap({ ccy: 'BTC' }), 'other', 'USDT', undefined],
    ['an option', swap({ instType: 'OPTION', instId: 'BTC-USD-260626-50000-C', ccy: 'BTC' }), 'other', 'BTC', undefined],
    ['an event', swap({ instType: 'EVENTS', instId: 'SOMETHING' }), 'other', 'USDT', undefined],
  ];
  for (const [what, row, contract, priceCoin, exposure] of kinds) {
    it(`(${what}) is ${contract}`, async () => {
      const position = await only(row);
      assert.deepEqual([position.contract, position.priceCoin, position.exposure], [contract, priceCoin, exposure]);
    });
  }

  it('counts contracts by value and multiplier, and not at all where either is not told or in another coin', async () => {
    for (const [more, exposure] of [
      [{ ctMult: '10' }, '0.5'],
      [{ ctMult: '' }, undefined],
      [{ ctVal: '' }, undefined],
      [{ ctValCcy: 'ETH' }, undefined],
      [{ ctVal: 0.01 }, undefined],
      ...['0', '-0.01'].flatMap((none) => [[{ ctVal: none }, undefined] as const, [{ ctMult: none }, undefined] as const]),
    ] as const) {
      const { venue, connection } = holding(swap());
      venue.on(
        '/public/instruments',
        success([null, { instId: 'BTC-USDT-SWAP', ctVal: '0.01', ctMult: '1', ctValCcy: 'BTC', ctType: 'linear', ...more }]),
      );
      assert.equal((await connection.read()).positions[0]?.exposure, exposure, JSON.stringify(more));
    }
  });

  it('gives a leverage in fact that fits its margin', async () => {
    // 0.05 BTC x 61000 / 300
    assert.equal(effectiveLeverage(await only(swap())), '10.16666667');
  });

  it('has a margin that can be changed only where it is isolated and no option', async () => {
    for (const [row, wanted] of [
      [printed(), undefined],
      [swap(), undefined],
      [swap({ mgnMode: 'cross', margin: '', imr: '300' }), saysLike('term.cross-margin')],
      [swap({ instType: 'OPTION', instId: 'BTC-USD-260626-50000-C', ccy: 'BTC' }), /options/],
      [swap({ instType: 'EVENTS' }), /event/],
    ] as const) {
      const { fixedMargin } = await only(row);
      if (wanted === undefined) assert.equal(fixedMargin, undefined);
      else assert.match(english(fixedMargin!), wanted);
    }
  });
});

describe('the instruments', () => {
  it('are asked for once an hour and kind, without a key, and only when there is a contract', async () => {
    const { venue, clock, connection } = holding(printed());
    await connection.read();
    assert.deepEqual(venue.to('/public/instruments'), []);
    venue.on('/account/positions', success([swap(), swap({ posId: '2', posSide: 'short' }), swap({ posId: '3', instType: 'FUTURES' })]));
    for (let count = 0; count < 2; count += 1) await connection.read();
    assert.deepEqual(
      venue.to('/public/instruments').map(({ target }) => target),
      ['/api/v5/public/instruments?instType=SWAP', '/api/v5/public/instruments?instType=FUTURES'],
    );
    for (const { headers } of venue.to('/public/instruments')) assert.equal(headers.get('OK-ACCESS-KEY'), null);
    clock.time += 3_600_000;
    await connection.read();
    assert.equal(venue.to('/public/instruments').length, 4);
    // A clock put back by hours must not keep them for hours.
    clock.time -= 7_200_000;
    await connection.read();
    assert.equal(venue.to('/public/instruments').length, 6);
  });

  it('that cannot be read take down the exposure only, are asked for again after a minute, and old ones serve meanwhile', async () => {
    const { venue, clock, connection } = holding(swap());
    venue.on('/public/instruments', refusal('50000'));
    const [first] = (await connection.read()).positions;
    assert.deepEqual([first?.exposure, first?.contract, first?.margin], [undefined, 'linear', '300']);
    await connection.read();
    assert.equal(venue.to('/public/instruments').length, 1);
    clock.time += 60_000;
    venue.on('/public/instruments', success([{ instId: 'BTC-USDT-SWAP', ctVal: '0.01', ctMult: '1', ctValCcy: 'BTC', ctType: 'linear' }]));
    assert.equal((await connection.read()).positions[0]?.exposure, '0.05');
    clock.time += 3_600_000;
    venue.on('/public/instruments', refusal('50000'));
    assert.equal((await connection.read()).positions[0]?.exposure, '0.05');
  });
});

describe('a snapshot of loans and positions', () => {
  const loan = { ordId: '1', loanData: [], collateralData: [], curLTV: '0.5' };
  const failures = [
    refusal('50030'),
    refusal('50120'),
    refusal('50119'),
    new Response('', { status: 404 }),
    () => Promise.reject(new TypeError('fetch failed')),
  ];

  it('has the positions though the loans cannot be read, and the wallet without a word of what loans take', async () => {
    for (const failure of failures) {
      const { venue, connection } = holding(printed());
      venue.on('/loan-info', failure).on('/asset/balances', success([{ ccy: 'BTC', availBal: '2' }]));
      const { loans, loansTrouble, positions, positionsTrouble, wallet, walletTrouble } = await connection.read();
      assert.deepEqual([loans, positions.length, positionsTrouble, walletTrouble], [[], 1, undefined, undefined]);
      assert.ok(english(loansTrouble!).length > 20);
      assert.deepEqual(wallet, [{ coin: 'BTC', amount: '2' }]);
      assert.deepEqual(venue.to('/collateral-assets'), []);
    }
  });

  it('has the loans though the positions cannot be read', async () => {
    for (const failure of [...failures, success([null]).replace('[null]', '{}')]) {
      const { venue, connection } = holding();
      venue.on('/loan-info', success([loan])).on('/account/positions', failure);
      const { loans, loansTrouble, positions, positionsTrouble } = await connection.read();
      assert.deepEqual([loans.length, loansTrouble, positions], [1, undefined, []]);
      assert.ok(english(positionsTrouble!).length > 20);
    }
  });

  it('asks for the right to read, never for the right to trade, where a key may not read', async () => {
    const { venue, connection } = holding(printed());
    venue.on('/loan-info', refusal('50120'));
    const { loansTrouble } = await connection.read();
    assert.match(english(loansTrouble!), saysLike('venue.lacks-permission', 'OKX', 'Read'));
    assert.doesNotMatch(english(loansTrouble!), /Trade/);
  });

  it('is none when neither can be read, and what concerns the key is told first', async () => {
    const down = new Response('', { status: 503 });
    for (const [loansReply, positionsReply, kind] of [
      [refusal('50119'), refusal('50119'), 'auth'],
      [refusal('50110'), refusal('50110'), 'ip'],
      [down, refusal('50105'), 'auth'],
      [refusal('50030'), down, 'permission'],
      [down, refusal('50030'), 'unavailable'],
      [() => Promise.reject(new TypeError('fetch failed')), () => Promise.reject(new TypeError('fetch failed')), 'network'],
    ] as const) {
      const { venue, connection } = holding();
      venue.on('/loan-info', loansReply).on('/account/positions', positionsReply);
      const error = await failureOf(connection.read());
      assert.deepEqual([error.kind, error.effect], [kind, 'none']);
      assert.deepEqual(venue.to('/asset/balances'), []);
    }
  });

  it('is as old as its oldest part', async () => {
    for (const slow of ['/asset/balances', '/public/instruments']) {
      const { venue, clock, connection } = holding(swap());
      const start = clock.time;
      venue.on(slow, () => {
        clock.time += 9_000;
        return new Response(success([]));
      });
      assert.equal((await connection.read()).asOf, start, slow);
    }
  });
});
