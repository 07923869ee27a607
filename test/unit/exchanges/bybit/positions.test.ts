import assert from 'node:assert/strict';
import { english } from '../../../../src/core/message.ts';
import type { Position } from '../../../../src/core/model.ts';
import { baseCoinOf, partsOf } from '../../../../src/exchanges/bybit/position-map.ts';
import { failureOf } from '../bench.ts';
import { fixture, refusal, sampled, success, successText } from './bench.ts';
import { accountText, answerPositions, listText, long, marginChange, positioned, rowsOf, type RawRow } from './position-bench.ts';
import { says, saysLike } from '../../../texts.ts';

/** What demo trading shows, which has nothing but positions. */
const read = (one: ReturnType<typeof positioned>) => one.connection.read();
const usdt = (...list: readonly unknown[]) => ({ USDT: [listText('linear', list)] });
const [buy, sell] = rowsOf('linear') as [RawRow, RawRow, RawRow];
const byId = (positions: readonly Position[], id: string): Position => positions.find(({ positionId }) => positionId === id)!;

describe("Bybit's positions", () => {
  it('are read with their figures as printed: linear, both sides of a hedge', async () => {
    const { positions, positionsTrouble } = await read(positioned('demo'));
    assert.equal(positionsTrouble, undefined);
    assert.deepEqual(
      positions.map(({ positionId }) => positionId),
      ['linear:BTCUSDT:1', 'linear:BTCUSDT:2', 'inverse:ETHUSD:0'],
    );
    assert.deepEqual(positions[0], {
      positionId: 'linear:BTCUSDT:1',
      instrument: 'BTCUSDT',
      market: 'linear',
      slot: '1',
      side: 'long',
      marginCoin: 'USDT',
      contract: 'linear',
      marginMode: 'isolated',
      size: '1',
      sizeCoin: 'BTC',
      exposure: '1',
      baseCoin: 'BTC',
      priceCoin: 'USDT',
      entryPrice: '20000',
      markPrice: '20010',
      liquidationPrice: '19700.00',
      leverage: '50',
      margin: '411.22',
      maintenanceMargin: '111',
      unrealizedPnl: '10',
    });
    assert.deepEqual([positions[1]?.side, positions[1]?.slot, positions[1]?.size], ['short', '2', '0.5']);
  });

  it('of inverse contracts count in dollars and have their margin in the coin', async () => {
    const { positions } = await read(positioned('demo'));
    assert.deepEqual(byId(positions, 'inverse:ETHUSD:0'), {
      positionId: 'inverse:ETHUSD:0',
      instrument: 'ETHUSD',
      market: 'inverse',
      slot: '0',
      side: 'long',
      marginCoin: 'ETH',
      contract: 'inverse',
      marginMode: 'isolated',
      size: '200',
      sizeCoin: 'USD',
      exposure: '200',
      baseCoin: 'ETH',
      priceCoin: 'USD',
      entryPrice: '1812.70004844',
      markPrice: '1812.90',
      liquidationPrice: '1550.80',
      leverage: '12',
      margin: '0.01926611',
      unrealizedPnl: '0.00001217',
    });
  });

  it('have no liquidation price where Bybit prints none, and never zero', async () => {
    for (const liqPrice of ['', '0', undefined]) {
      const { positions } = await read(positioned('demo', usdt({ ...buy, liqPrice })));
      assert.equal('liquidationPrice' in byId(positions, 'linear:BTCUSDT:1'), false);
    }
  });

  it('have no figure where Bybit prints none or one that no open position has', async () => {
    const names = {
      avgPrice: 'entryPrice',
      markPrice: 'markPrice',
      leverage: 'leverage',
      positionIM: 'margin',
      positionMM: 'maintenanceMargin',
    };
    for (const [theirs, ours] of Object.entries(names)) {
      for (const value of ['', '0', '0.00', undefined, null, '--', 7, '-1', 'NaN', {}]) {
        const { positions } = await read(positioned('demo', usdt({ ...buy, [theirs]: value })));
        assert.equal(ours in byId(positions, 'linear:BTCUSDT:1'), false, `${theirs} ${JSON.stringify(value)}`);
      }
    }
    for (const unrealisedPnl of ['', null, '--', 7]) {
      const { positions, positionsTrouble } = await read(positioned('demo', usdt({ ...buy, unrealisedPnl })));
      assert.deepEqual(['unrealizedPnl' in positions[0]!, positionsTrouble], [false, undefined]);
    }
  });

  it('keep a figure with an exponent to the last digit', async () => {
    const row = { ...buy, unrealisedPnl: '-1.2E-7', positionIM: '4.1122e2', markPrice: '2.001E+4', positionMM: '1E-9' };
    const position = byId((await read(positioned('demo', usdt(row)))).positions, 'linear:BTCUSDT:1');
    assert.deepEqual(
      [position.unrealizedPnl, position.margin, position.markPrice, position.maintenanceMargin],
      ['-0.00000012', '411.22', '20010', '0.000000001'],
    );
  });

  it('have no liquidation price where Bybit prints the end of its table', async () => {
    for (const [liqPrice, side, price] of [
      ['999999.00', sell, undefined],
      ['999999', buy, undefined],
      ['99999.90', sell, undefined],
      ['-965678126.11', sell, undefined],
      // A price like any other, near enough to be one.
      ['39999.9', sell, '39999.9'],
      ['654.75295633', buy, '654.75295633'],
      ['0.0001', buy, '0.0001'],
    ] as const) {
      const [position] = (await read(positioned('demo', usdt({ ...side, liqPrice })))).positions;
      assert.equal(position!.liquidationPrice, price, liqPrice);
    }
    const [near] = (await read(positioned('demo', usdt({ ...sell, liqPrice: '99999.9', markPrice: '60000' })))).positions;
    assert.equal(near!.liquidationPrice, '99999.9');
  });

  it('are there once when they are told twice, in whatever order', async () => {
    for (const rows of [
      [buy, buy, sell],
      [sell, buy, sell],
    ]) {
      const { positions } = await read(positioned('demo', usdt(...rows)));
      assert.deepEqual(positions.map(({ positionId }) => positionId).sort(), ['inverse:ETHUSD:0', 'linear:BTCUSDT:1', 'linear:BTCUSDT:2']);
    }
  });

  it('are not believed where two rows of one differ, and it is said', async () => {
    const { positions, positionsTrouble } = await read(positioned('demo', usdt(buy, { ...buy, liqPrice: '15000' }, sell)));
    assert.deepEqual(
      positions.map(({ positionId }) => positionId),
      ['linear:BTCUSDT:2', 'inverse:ETHUSD:0'],
    );
    assert.equal(english(positionsTrouble!), says('venue.left-out', 'Bybit', says('venue.positions', 'result.list (linear:BTCUSDT:1)')));
  });

  it('stand though a word of them is none', async () => {
    for (const more of [{ positionStatus: null }, { positionStatus: 7 }, { tradeMode: null }, { tradeMode: 'x y' }]) {
      const { positions, positionsTrouble } = await read(positioned('demo', usdt({ ...buy, ...more })));
      assert.deepEqual([positions[0]?.marginMode, positionsTrouble], ['isolated', undefined], JSON.stringify(more));
    }
  });

  for (const [symbol, coin] of [
    ['币安人生USDT', '币安人生'],
    ['kPEPEUSDT', 'kPEPE'],
    ['BRK.BUSDT', 'BRK.B'],
  ] as const) {
    it(`of ${symbol} are read, asked for and changed like any other`, async () => {
      const row = { ...buy, symbol };
      const one = positioned(undefined, { USDT: [listText('linear', [row])], [symbol]: [listText('linear', [row])] });
      const position = byId((await read(one)).positions, `linear:${symbol}:1`);
      assert.deepEqual([position.instrument, position.marginCoin, position.sizeCoin, position.baseCoin], [symbol, 'USDT', coin, coin]);
      const ref = { ...long, positionId: position.positionId, instrument: symbol };
      assert.equal((await one.connection.actions.margin!.prepare({ position: ref })).position.liquidationPrice, '19700.00');
      assert.match(one.venue.to('/position/list').at(-1)!.target, new RegExp(`symbol=${encodeURIComponent(symbol).replace('.', '\\.')}`));
      const { body } = one.connection.actions.margin!.describe(marginChange({ position: ref }));
      assert.equal(body, `{"category":"linear","symbol":"${symbol}","margin":"10","positionIdx":1}`);
    });
  }

  it('are not there in slots that are empty', async () => {
    for (const row of [
      { ...buy, side: '' },
      { ...buy, size: '0' },
      { ...buy, side: '', size: '0', positionValue: '', leverage: '' },
      { ...buy, side: '', size: '', symbol: '?' },
      // Of a classic account.
      { ...buy, side: 'None', size: '' },
      { ...buy, side: null, size: '0', positionIdx: null },
    ]) {
      const { positions, positionsTrouble } = await read(positioned('demo', usdt(row, sell)));
      assert.deepEqual([positions.map(({ slot }) => slot), positionsTrouble], [['2', '0'], undefined]);
    }
  });

  for (const [name, row] of [
    ['a size that is a number', { ...buy, size: 1 }],
    ['a size below zero', { ...buy, size: '-1' }],
    ['no size', { ...buy, size: '' }],
    ['a side nobody knows', { ...buy, side: 'Long' }],
    ['a slot nobody knows', { ...buy, positionIdx: 3 }],
    ['the slot of the other side', { ...buy, positionIdx: 2 }],
    ['a name nobody can see', { ...buy, symbol: 'BTC\u202eUSDT' }],
    ['a name that is none', { ...buy, symbol: null }],
    ['a name of another settle coin', { ...buy, symbol: 'BTCPERP' }],
    ['nothing in it', {}],
    ['a shape of its own', 7],
  ] as const) {
    it(`with ${name} take down only themselves, and it is said`, async () => {
      const { positions, positionsTrouble } = await read(positioned('demo', usdt(row, sell)));
      assert.deepEqual(
        positions.map(({ positionId }) => positionId),
        ['linear:BTCUSDT:2', 'inverse:ETHUSD:0'],
      );
      assert.match(english(positionsTrouble!), saysLike('venue.left-out', 'Bybit', saysLike('venue.positions')));
    });
  }

  it('are told by name what they are made of', () => {
    for (const [market, symbol, base, settle] of [
      ['linear', 'BTCUSDT', 'BTC', 'USDT'],
      ['linear', '1000PEPEUSDT', '1000PEPE', 'USDT'],
      ['linear', 'USDCUSDT', 'USDC', 'USDT'],
      ['linear', 'BTCUSDT-26DEC25', 'BTC', 'USDT'],
      ['linear', 'BTCPERP', 'BTC', 'USDC'],
      ['linear', 'BTC-26DEC25', 'BTC', 'USDC'],
      ['linear', 'ETH-2JAN26', 'ETH', 'USDC'],
      ['inverse', 'BTCUSD', 'BTC', 'BTC'],
      ['inverse', 'ETHUSDZ25', 'ETH', 'ETH'],
      ['inverse', 'XRPUSD', 'XRP', 'XRP'],
      ['linear', '币安人生USDT', '币安人生', 'USDT'],
      ['linear', 'kPEPEPERP', 'kPEPE', 'USDC'],
      ['linear', 'BRK.BUSDT', 'BRK.B', 'USDT'],
    ] as const) {
      assert.deepEqual(partsOf(market, symbol), { base, settle }, symbol);
    }
    for (const [market, symbol] of [
      ['linear', 'USDT'],
      ['linear', 'BTCEUR'],
      ['linear', 'PERP'],
      ['inverse', 'BTCUSDT'],
      ['inverse', 'USD'],
    ] as const) {
      assert.equal(partsOf(market, symbol), undefined, symbol);
    }
  });

  it('move with the coin of their name, however many of it are traded as one', () => {
    for (const [market, symbol, coin] of [
      ['linear', 'BTCUSDT', 'BTC'],
      ['linear', 'BTCPERP', 'BTC'],
      ['linear', 'ETH-26DEC25', 'ETH'],
      ['inverse', 'BTCUSD', 'BTC'],
      ['inverse', 'ETHUSDZ25', 'ETH'],
      ['linear', '1000BONKUSDT', 'BONK'],
      ['linear', '1000000MOGUSDT', 'MOG'],
      ['linear', 'SHIB1000USDT', 'SHIB'],
      ['linear', '1INCHUSDT', '1INCH'],
      ['linear', 'C98USDT', 'C98'],
      ['linear', 'SPX', undefined],
    ] as const) {
      assert.equal(baseCoinOf(market, symbol), coin, symbol);
    }
  });

  it('of a name that tells nothing are settled in the coin they were asked for by', async () => {
    const { positions, positionsTrouble } = await read(positioned('demo', usdt({ ...buy, symbol: 'BTCX' })));
    assert.equal(positionsTrouble, undefined);
    assert.deepEqual([positions[0]?.marginCoin, positions[0]?.priceCoin, positions[0]?.sizeCoin], ['USDT', 'USDT', undefined]);
  });

  it('settled in USDC are priced in it', async () => {
    const row = { ...buy, symbol: 'BTCPERP', positionIdx: 0 };
    const { positions } = await read(positioned('demo', { USDC: [listText('linear', [row])] }));
    const perpetual = byId(positions, 'linear:BTCPERP:0');
    assert.deepEqual([perpetual.marginCoin, perpetual.priceCoin, perpetual.sizeCoin], ['USDC', 'USDC', 'BTC']);
  });
});

describe('whether positions of Bybit are isolated', () => {
  for (const [name, account, tradeMode, mode, fixed] of [
    ['isolated', accountText('ISOLATED_MARGIN'), 0, 'isolated', undefined],
    ['isolated, first unified', accountText('ISOLATED_MARGIN', 3), 0, 'isolated', undefined],
    ['cross', accountText('REGULAR_MARGIN'), 0, 'cross', saysLike('position.cross-margin-whole')],
    ['cross, whatever a row says', accountText('REGULAR_MARGIN'), 1, 'cross', saysLike('position.cross-margin-whole')],
    ['portfolio', accountText('PORTFOLIO_MARGIN', 6), 0, 'cross', saysLike('position.cross-margin-whole')],
    ['classic and isolated', accountText('REGULAR_MARGIN', 1), 1, 'isolated', saysLike('bybit.margin-elsewhere')],
    ['classic and cross', accountText('ISOLATED_MARGIN', 1), 0, 'cross', saysLike('position.cross-margin-whole')],
  ] as const) {
    it(`is the account's affair: ${name}`, async () => {
      const one = positioned('demo', usdt({ ...buy, tradeMode }));
      one.venue.on('/account/info', account);
      const { positions } = await read(one);
      const position = byId(positions, 'linear:BTCUSDT:1');
      assert.equal(position.marginMode, mode);
      if (fixed === undefined) assert.equal(position.fixedMargin, undefined);
      else assert.match(position.fixedMargin!.template, fixed);
    });
  }

  it('is told by themselves for inverse ones of the first unified accounts, and their margin is elsewhere', async () => {
    for (const [tradeMode, mode] of [
      [0, 'cross'],
      [1, 'isolated'],
    ] as const) {
      const one = positioned('demo', { inverse: [listText('inverse', [{ ...rowsOf('inverse')[0], tradeMode }])] });
      one.venue.on('/account/info', accountText('ISOLATED_MARGIN', 4));
      const position = byId((await read(one)).positions, 'inverse:ETHUSD:0');
      assert.equal(position.marginMode, mode);
      assert.notEqual(position.fixedMargin, undefined);
    }
  });

  it('is not guessed: without the account, or with a mode nobody knows, no position is shown, and it is said', async () => {
    for (const answer of [
      refusal('10016'),
      refusal('10017'),
      new Response('', { status: 404 }),
      accountText('SOMETHING_NEW'),
      success({}),
    ]) {
      const one = sampled();
      one.venue.on('/account/info', answer).on('/position/list', fixture('position-list-empty'));
      const { positions, positionsTrouble, loans } = await one.connection.read();
      assert.deepEqual([positions, loans.length], [[], 1]);
      assert.notEqual(positionsTrouble, undefined);
    }
  });

  it('is not known with a mode nobody knows: they are shown, never called isolated, and it is said', async () => {
    const noAccounts = ['null', '7', '[]', '"unified"'].map(successText);
    for (const answer of [
      accountText('SOMETHING_NEW'),
      success({}),
      success({ marginMode: null, unifiedMarginStatus: null }),
      ...noAccounts,
    ]) {
      const one = positioned('demo', usdt(buy));
      one.venue.on('/account/info', answer);
      const { positions, positionsTrouble } = await read(one);
      const position = byId(positions, 'linear:BTCUSDT:1');
      assert.deepEqual([position.marginMode, position.liquidationPrice], ['cross', '19700.00']);
      assert.match(english(position.fixedMargin!), saysLike('bybit.unknown-mode'));
      assert.match(positionsTrouble!.template, saysLike('bybit.unknown-mode'));
      assert.match((await failureOf(one.connection.actions.margin!.prepare({ position: long }))).message, saysLike('bybit.unknown-mode'));
    }
  });

  it('does not hide what Bybit does to them by itself', async () => {
    for (const [positionStatus, words] of [
      ['Liq', /liquidating/],
      ['Adl', saysLike('venue.deleveraging', '{0}')],
    ] as const) {
      const { positions } = await read(positioned('demo', usdt({ ...buy, positionStatus })));
      assert.match(positions[0]!.distress!.template, words);
    }
    const { positions } = await read(positioned('demo', usdt(buy)));
    assert.equal(positions[0]!.distress, undefined);
  });
});

describe("reading Bybit's positions", () => {
  it('goes on until there are no more pages', async () => {
    const rows = Array.from({ length: 5 }, (_, at) => ({ ...buy, symbol: `C${at.toString()}USDT` }));
    const page = (at: number, cursor: string) => listText('linear', rows.slice(2 * at, 2 * at + 2), cursor);
    const one = positioned('demo', { USDT: [page(0, 'page1'), page(1, 'page2'), page(2, 'page3'), listText('linear', [], 'page4')] });
    const { positions } = await read(one);
    assert.equal(positions.filter(({ marginCoin }) => marginCoin === 'USDT').length, 5);
    assert.deepEqual(
      one.venue.to('/position/list').flatMap(({ target }) => (target.includes('settleCoin=USDT') ? [target] : [])),
      ['', '&cursor=page1', '&cursor=page2', '&cursor=page3'].map(
        (cursor) => `/v5/position/list?category=linear&settleCoin=USDT&limit=200${cursor}`,
      ),
    );
  });

  it('ends at a page that leads to itself, and says when there are more pages than it reads', async () => {
    const circle = positioned('demo', { USDT: [listText('linear', [buy], 'page1'), listText('linear', [sell], 'page1')] });
    assert.equal((await read(circle)).positionsTrouble, undefined);
    assert.equal(circle.venue.seen.length, 5);
    const endless = Array.from({ length: 30 }, (_, at) => listText('linear', [buy], `page${(at + 1).toString()}`));
    const { positions, positionsTrouble } = await read(positioned('demo', { USDT: endless }));
    assert.equal(positions.length, 2);
    assert.match(english(positionsTrouble!), saysLike('venue.left-out', 'Bybit', says('venue.positions', '> 4000')));
  });

  it('keeps what could be read when one kind, or a later page, cannot be', async () => {
    for (const [answers, ids] of [
      [{ USDT: [refusal('10016')] }, ['inverse:ETHUSD:0']],
      [{ inverse: ['nonsense'] }, ['linear:BTCUSDT:1', 'linear:BTCUSDT:2']],
      [{ USDT: [listText('linear', [buy], 'page1'), refusal('10017')] }, ['linear:BTCUSDT:1', 'inverse:ETHUSD:0']],
      [{ USDT: [listText('inverse', [buy])] }, ['inverse:ETHUSD:0']],
    ] as const) {
      const { positions, positionsTrouble } = await read(positioned('demo', answers));
      assert.deepEqual(
        positions.map(({ positionId }) => positionId),
        ids,
      );
      assert.notEqual(positionsTrouble, undefined);
    }
  });

  it('minds no market or cursor that is no word', async () => {
    for (const more of [{ category: null }, { nextPageCursor: null }, { nextPageCursor: {} }]) {
      const answer = success({ list: [buy], nextPageCursor: '', category: 'linear', ...more });
      const { positions, positionsTrouble } = await read(positioned('demo', { USDT: [answer] }));
      assert.deepEqual([positions.length, positionsTrouble], [2, undefined]);
    }
  });

  it('takes an address that has no such function for one without positions', async () => {
    const one = sampled();
    one.venue.on('/account/info', accountText('ISOLATED_MARGIN')).on('/position/list', refusal('10017'));
    const { positions, positionsTrouble, loans } = await one.connection.read();
    assert.deepEqual([positions, positionsTrouble, loans.length], [[], undefined, 1]);
  });

  it('does not take what was there a reading ago for absent', async () => {
    const one = sampled();
    answerPositions(one.venue);
    assert.equal((await one.connection.read()).positions.length, 3);
    one.venue.on('/position/list', refusal('10017'));
    const { positions, positionsTrouble } = await one.connection.read();
    assert.deepEqual(positions, []);
    assert.match(positionsTrouble!.args.map(String).join(), /10017/);
  });

  it('says in one sentence which right a key lacks, and leaves the loans alone', async () => {
    const one = sampled();
    one.venue.on('/account/info', fixture('account-info')).on('/position/list', refusal('10005', 'Permission denied'));
    const { positions, positionsTrouble, loans, wallet, positionsBarred } = await one.connection.read();
    assert.deepEqual([positions, loans.length, wallet.length], [[], 1, 2]);
    assert.equal(english(positionsTrouble!), says('venue.lacks-permission', 'Bybit', says('bybit.position-permission')));
    assert.doesNotMatch(positionsTrouble!.template, /loan/i);
    assert.equal(positionsBarred, true, 'no failure: it stays so');
  });

  it('stands beside the loans', async () => {
    const { venue, connection } = sampled();
    venue.on('/account/info', fixture('account-info')).on('/position/list', () => {
      const kind = venue.seen.at(-1)!.url.searchParams.get('category');
      return new Response(kind === 'inverse' ? fixture('position-list-inverse') : fixture('position-list-empty'));
    });
    const { loans, positions, positionsTrouble } = await connection.read();
    assert.deepEqual([loans.length, positions.length, positionsTrouble], [1, 1, undefined]);
  });
});

describe("Bybit's demo trading, which has positions", () => {
  it('shows them, and says that it has no loans, which is no error', async () => {
    const { positions, loans, walletTrouble, positionsTrouble } = await read(positioned('demo'));
    assert.deepEqual([positions.length, loans, positionsTrouble], [3, [], undefined]);
    assert.match(walletTrouble!.template, saysLike('bybit.no-loans'));
  });

  it('cannot be asked what a key may do, so a change is left to it to refuse', async () => {
    const facts = await positioned('demo').connection.inspect();
    assert.deepEqual([facts.canRead, facts.canTrade, facts.canWithdraw], [true, true, false]);
  });

  it('is not read at all when nothing could be read', async () => {
    for (const [suffix, answer] of [
      ['/account/info', refusal('10003')],
      ['/position/list', refusal('10005')],
      ['/position/list', refusal('10017')],
    ] as const) {
      const one = positioned('demo');
      one.venue.on(suffix, answer);
      await failureOf(read(one));
    }
  });
});
