import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../../src/core/message.ts';
import type { CoinAmount } from '../../../../src/core/model.ts';
import type { CollateralBaseline } from '../../../../src/exchanges/exchange.ts';
import { levelOf } from '../../../../src/core/risk/level.ts';
import { change, failureOf, fixture, refusal, success } from '../bench.ts';
import { holding, printed, refs, swap } from './holding.ts';
import { loan, order, prepared, row } from './order.ts';
import { holds } from '../../property.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

const oddFigures: readonly unknown[] = [null, '', '--', 'NaN', '83%', '1,000', 5, 0.1, true, {}, [], '1e999', '9'.repeat(81)];

const amountsOf = (coins: readonly CoinAmount[]): object => coins.map(({ coin, amount }) => ({ coin, amount }));

/** What is read of loans that came as these rows. */
async function readingOf(...rows: readonly unknown[]) {
  const { venue, connection } = prepared();
  venue.on('/account/positions', success([])).on('/loan-info', success(rows));
  const { loans, loansTrouble } = await connection.read();
  return { loans, trouble: loansTrouble === undefined ? undefined : english(loansTrouble) };
}

describe('an odd field of a loan', () => {
  it('is unknown itself and takes nothing else down, for every figure and every oddity', async () => {
    const fields = { curLTV: 'ltv', marginCallLTV: 'marginCall', liqLTV: 'liquidation', loanNotionalUsd: 'debtUsd' } as const;
    for (const [field, name] of [...Object.entries(fields), ['collateralNotionalUsd', 'collateralUsd'] as const]) {
      for (const value of oddFigures) {
        const { loans, trouble } = await readingOf(loan({ [field]: value }), loan({ ordId: '2' }));
        assert.deepEqual([loans.length, trouble], [2, undefined], field);
        const { [name as 'ltv']: read, ...rest } = loans[0]!;
        const { [name as 'ltv']: other, id, orderId, ...wanted } = loans[1]!;
        assert.deepEqual([read, rest], [undefined, { ...wanted, id: '12345', orderId: '12345' }]);
        assert.ok(other !== undefined && id === orderId);
      }
    }
  });

  it('is no price where it is zero, below it, or missing in any way', async () => {
    const told = ['0', '-1', '0E-8', ...oddFigures].map((liqPx) => ({ instId: 'BTC-USDT', liqPx }));
    for (const riskWarningData of [null, undefined, '', [], 5, {}, ...told, { instId: '', liqPx: '60926.4' }, { liqPx: '60926.4' }]) {
      const { loans, trouble } = await readingOf(loan({ riskWarningData }));
      assert.deepEqual([loans.length, loans[0]?.liquidationPrice, loans[0]?.ltv, trouble], [1, undefined, '0.5797', undefined]);
    }
  });

  it('is no threshold in percent, which would look far away', async () => {
    for (const told of ['73.74', '1.0001', '1752628288472', '0', '-0.7']) {
      const { loans, trouble } = await readingOf(loan({ marginCallLTV: told, liqLTV: told }));
      assert.deepEqual([loans[0]?.marginCall, loans[0]?.liquidation, loans[0]?.ltv, trouble], [undefined, undefined, '0.5797', undefined]);
      assert.equal(levelOf(loans[0]!, true), 'unknown');
    }
    assert.equal((await readingOf(loan({ liqLTV: '1' }))).loans[0]?.liquidation?.ltv, '1');
  });

  it('is read exactly where it has an exponent', async () => {
    const { loans } = await readingOf(
      loan({
        curLTV: '5.797E-1',
        riskWarningData: { instId: 'BTC-USDT', liqPx: '6.09264e4' },
        collateralData: [
          { ccy: 'BTC', amt: '8e-1' },
          { ccy: 'COMP', amt: '9.7E-6' },
        ],
      }),
    );
    assert.deepEqual(
      [loans[0]?.ltv, loans[0]?.liquidationPrice?.price, amountsOf(loans[0]!.collateral)],
      [
        '0.5797',
        '60926.4',
        [
          { coin: 'BTC', amount: '0.8' },
          { coin: 'COMP', amount: '0.0000097' },
        ],
      ],
    );
  });

  it('leaves out an amount that is not known, and says of which coin', async () => {
    for (const amt of oddFigures) {
      const pledged = [
        { ccy: 'COMP', amt },
        { ccy: 'BTC', amt: '0.8' },
      ];
      const { loans, trouble } = await readingOf(loan({ collateralData: pledged }), loan({ ordId: '2' }));
      assert.equal(loans.length, 2);
      assert.deepEqual([amountsOf(loans[0]!.collateral), loans[0]?.ltv], [[{ coin: 'BTC', amount: '0.8' }], '0.5797']);
      assert.equal(trouble, says('venue.left-out', 'OKX', says('okx.parts-of-loan', '12345', 'COMP')));
      const owing = await readingOf(loan({ loanData: [{ ccy: 'USDC', amt }, { amt: '1' }] }));
      assert.deepEqual([owing.loans[0]?.debts, owing.loans[0]?.debtUsd], [[], '40000']);
      assert.match(owing.trouble!, saysLike('okx.parts-of-loan', undefined, `USDC, ${says('okx.unnamed-coin')}`));
    }
    for (const collateralData of [null, undefined, 'none', {}, [7]]) {
      const { loans, trouble } = await readingOf(loan({ collateralData }));
      assert.deepEqual([loans[0]?.collateral, loans[0]?.ltv], [[], '0.5797']);
      assert.match(trouble!, saysLike('okx.parts-of-loan', undefined, saysInTurn('', says('okx.unnamed-coin'))));
    }
  });

  it('hides the loan only where nothing is left that tells what is owed: it would look like one without debt', async () => {
    const nothing = { loanData: null, loanNotionalUsd: '', curLTV: '--' };
    const { loans, trouble } = await readingOf(loan(nothing), loan({ ordId: '2' }));
    assert.deepEqual(
      loans.map(({ id }) => id),
      ['2'],
    );
    assert.match(trouble!, saysLike('venue.left-out', 'OKX', says('okx.loans', '1')));
    assert.equal((await readingOf(loan({ ...nothing, loanData: [] }))).loans.length, 1);
  });

  it('owes something where a debt is not understood, whatever totals of zero stand beside it', async () => {
    const usdc = { ccy: 'USDC', amt: '--' };
    for (const owed of [[usdc], [usdc, { ccy: 'BTC', amt: '0' }]]) {
      for (const told of [{ curLTV: '0' }, { loanNotionalUsd: '0' }, { curLTV: '0', loanNotionalUsd: '0' }, { curLTV: '-1' }]) {
        const { loans, trouble } = await readingOf(
          loan({ loanData: owed, loanNotionalUsd: '', curLTV: '', ...told }),
          loan({ ordId: '2' }),
        );
        assert.ok(!loans.some((one) => levelOf(one, true) === 'ok' && one.id !== '2'), JSON.stringify(told));
        assert.match(trouble ?? '', saysLike('venue.left-out', 'OKX', says('okx.loans', '1')));
      }
    }
  });
});

describe('an odd row of loans', () => {
  it('is not kept from being read by an odd message beside it', async () => {
    for (const msg of [null, 7, [], {}]) {
      const { venue, connection } = prepared();
      venue.on('/account/positions', success([])).on('/loan-info', JSON.stringify({ code: '0', data: [loan()], msg }));
      assert.equal((await connection.read()).loans[0]?.ltv, '0.5797');
    }
  });

  it('takes down only itself, and is told: which loan it is must be certain', async () => {
    for (const odd of [null, 7, 'loan', ...[12345, {}, '__proto__', 'constructor'].map((ordId) => loan({ ordId }))]) {
      const { loans, trouble } = await readingOf(odd, loan(), odd);
      assert.deepEqual(
        loans.map(({ id, ltv }) => [id, ltv]),
        [['12345', '0.5797']],
      );
      assert.match(trouble!, saysLike('venue.left-out', 'OKX', says('okx.loans', '2')));
    }
  });

  it('is the same loan when it is told twice in the same words, and none when it is told in two ways', async () => {
    const reordered = Object.fromEntries(Object.entries(loan()).reverse());
    const same = await readingOf(loan(), reordered, loan({ curLTV: '5797E-4', brandNew: [1] }));
    assert.deepEqual([same.loans.length, same.trouble], [1, undefined]);
    const { loans, trouble } = await readingOf(loan(), loan({ curLTV: '0.6' }), loan({ ordId: '2' }));
    assert.deepEqual(
      loans.map(({ id }) => id),
      ['2'],
    );
    assert.match(trouble!, saysLike('venue.left-out', 'OKX', says('okx.loans', '2')));
  });

  it('beside one without an id makes that one no only loan', async () => {
    const { loans } = await readingOf(loan({ ordId: null }), null);
    assert.deepEqual(
      loans.map(({ id }) => id),
      ['unnamed-1'],
    );
    const { venue, connection } = prepared();
    venue.on('/loan-info', success([loan({ ordId: '' }), null]));
    assert.equal(
      (await failureOf(connection.actions.collateral!.prepare({ loan: { loanId: 'only' }, direction: 'add', coin: 'BTC' }))).kind,
      'refused',
    );
  });

  it('never keeps a good one from being read as it is', async () => {
    await holds(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.nat(4), async (odd, at) => {
        const rows = [...odd.slice(0, at), loan(), ...odd.slice(at)];
        const { loans } = await readingOf(...rows);
        assert.equal(loans.find(({ id }) => id === '12345')?.ltv, '0.5797');
      }),
      { numRuns: 30 },
    );
  });
});

describe('an odd row or field of a position', () => {
  it('is unknown itself, for every figure and every oddity', async () => {
    const fields = { avgPx: 'entryPrice', markPx: 'markPrice', last: 'lastPrice', liqPx: 'liquidationPrice', lever: 'leverage' } as const;
    const more = { margin: 'margin', mmr: 'maintenanceMargin', mgnRatio: 'marginRatio', upl: 'unrealizedPnl' } as const;
    for (const [field, name] of Object.entries({ ...fields, ...more })) {
      for (const value of oddFigures) {
        const { positions, positionsTrouble } = await holding(swap({ [field]: value }), printed()).connection.read();
        assert.deepEqual([positions.length, positionsTrouble], [2, undefined]);
        const wanted = (await holding(swap()).connection.read()).positions[0]!;
        assert.deepEqual({ ...positions[0], [name]: undefined }, { ...wanted, [name]: undefined });
        assert.equal(name in positions[0]!, false, `${field}: ${String(value)}`);
      }
    }
  });

  it('is no price and no leverage where it is zero or below', async () => {
    for (const value of ['0', '-965678126.11', '-0', '0E-16']) {
      const row_ = swap({ avgPx: value, markPx: value, last: value, liqPx: value, lever: value });
      const [position] = (await holding(row_).connection.read()).positions;
      for (const name of ['entryPrice', 'markPrice', 'lastPrice', 'liquidationPrice', 'leverage']) assert.equal(name in position!, false);
    }
  });

  it('is read exactly where it has an exponent', async () => {
    const [position] = (await holding(swap({ upl: '-1.2E-7', liqPx: '5.5e4', lever: '1E+1' })).connection.read()).positions;
    assert.deepEqual([position?.unrealizedPnl, position?.liquidationPrice, position?.leverage], ['-0.00000012', '55000', '10']);
  });

  it('is told by name, as far as the name can stand on a screen', async () => {
    const rows = [
      swap({ posId: 5, instId: 'ETH-USDT-SWAP' }),
      swap({ mgnMode: null, instId: '币安人生-USDT-SWAP' }),
      swap({ pos: null, instId: 'x'.repeat(41) }),
      null,
    ];
    const { positions, positionsTrouble } = await holding(...rows, printed()).connection.read();
    assert.equal(positions.length, 1);
    assert.match(
      english(positionsTrouble!),
      saysLike('venue.left-out', 'OKX', says('venue.positions', '4: ETH-USDT-SWAP, 币安人生-USDT-SWAP')),
    );
  });

  it('is the same position when it is told twice in the same words', async () => {
    const { positions, positionsTrouble } = await holding(swap(), { ...swap({ news: 1 }) }, printed()).connection.read();
    assert.deepEqual([positions.length, positionsTrouble], [2, undefined]);
  });

  it('holds no amount of a margin coin that is told in two ways', async () => {
    const { venue, connection } = holding(swap());
    const usdt = { ccy: 'USDT', availBal: '100.5', availEq: '90.25' };
    venue.on('/account/balance', success([{ details: [usdt, usdt] }]));
    assert.equal((await connection.actions.margin!.prepare({ position: refs.net })).walletAvailable, '90.25');
    venue.on('/account/balance', success([{ details: [usdt, { ...usdt, availBal: '5' }] }]));
    await assert.rejects(
      connection.actions.margin!.prepare({ position: refs.net }),
      saysLike('venue.unsaid', 'OKX', says('figure.held', 'USDT', says('okx.trading-account'))),
    );
  });

  it('of another coin keeps nobody from changing the margin', async () => {
    const { venue, connection } = holding(printed());
    const details = [null, { ccy: 'DOGE', availBal: {} }, { ccy: 'BTC', availBal: '5E-1', availEq: '--' }];
    venue.on('/account/balance', success([null, { details }])).on('/adjust-leverage-info', success([{ estAvailTrans: '2.5E-8' }]));
    const ref = {
      positionId: '1752810569801498626',
      instrument: 'BTC-USDT',
      market: 'MARGIN',
      slot: 'net',
      side: 'long',
      marginCoin: 'BTC',
    } as const;
    const { walletAvailable, reducible } = await connection.actions.margin!.prepare({ position: ref });
    assert.deepEqual([walletAvailable, reducible?.amount], ['0.5', '0.000000025']);
    venue.on('/account/balance', success([{ details: [{ availBal: '1' }] }]));
    assert.match(
      (await failureOf(connection.actions.margin!.prepare({ position: ref }))).message,
      saysLike('venue.unsaid', 'OKX', says('figure.held', 'BTC', says('okx.trading-account'))),
    );
  });
});

describe('an odd row of a list', () => {
  const history = [
    row('5', 'borrowed', '4E+4'),
    { refId: '4', type: 'repaid', ccy: 'USDT', amt: '--', ts: '1731659485000' },
    { refId: '3', type: 'repaid', ccy: 'USDT', amt: '1', ts: 1_731_659_485_000 },
    null,
  ];

  it('of the history is left out and counted, and the next page begins after it', async () => {
    const { venue, connection } = prepared();
    venue.on('/loan-history', success(history));
    const page = await connection.loans!.history(order, { limit: 4 });
    assert.deepEqual(
      page.rows.map(({ id, amount, at }) => [id, amount, at]),
      [
        ['5', '40000', 1_731_659_485_000],
        ['3', '1', 1_731_659_485_000],
      ],
    );
    assert.deepEqual([page.unread, page.older], [2, '3']);
    venue.on('/loan-history', success([history[0], history[1]]));
    assert.deepEqual((await connection.loans!.history(order, { limit: 2 })).older, '4');
    venue.on('/loan-history', fixture('loan-history'));
    assert.equal('unread' in (await connection.loans!.history(order, {})), false);
  });

  it('of the interest is shown with what of it is known', async () => {
    const { venue, connection } = prepared();
    const sample = { refId: '7', ccy: 'USDC', loan: '1', interest: '4.054E-5', interestRate: '0.41', ts: '1731913200000' };
    venue.on(
      '/interest-accrued',
      success([{ ...sample, loan: null, interestRate: '--' }, { ...sample, refId: '6', interest: '' }, 5, sample]),
    );
    const { rows, unread } = await connection.loans!.interest(order, {});
    const bare = { id: '7', coin: 'USDC', interest: '0.00004054', at: 1_731_913_200_000 };
    assert.deepEqual([rows, unread], [[bare, { ...bare, debt: '1', rate: '0.41' }], 2]);
  });

  it('hides no coin that can be borrowed, and no other price', async () => {
    const { venue, connection } = prepared();
    venue.on('/borrow-currencies', success([null, { borrowCcy: '' }, { borrowCcy: 'USDT' }, { borrowCcy: 5 }, { borrowCcy: 'USDC' }]));
    assert.deepEqual(await connection.loans!.borrowableCoins(), ['USDT', 'USDC']);
    venue.on(
      '/index-tickers',
      success([
        { instId: 'PEPE-USD', idxPx: '1.234E-8' },
        { instId: 'X-USD', idxPx: '-1' },
      ]),
    );
    assert.deepEqual(await connection.indexPrices(['PEPE', 'X']), { PEPE: '0.00000001234' });
  });

  it('hides no other coin of the wallet, and is told', async () => {
    const { venue, connection } = prepared();
    const told = [
      null,
      { ccy: 'BTC', availBal: '1.7E0' },
      { ccy: 'BTC', availBal: '1.7' },
      { ccy: 'ETH', availBal: '1' },
      { ccy: 'ETH', availBal: '2' },
    ];
    venue.on('/account/positions', success([])).on('/asset/balances', success(told));
    const { wallet, walletTrouble } = await connection.read();
    assert.deepEqual(
      wallet.map(({ coin, amount }) => [coin, amount]),
      [['BTC', '1.7']],
    );
    assert.match(
      english(walletTrouble!),
      saysLike('venue.left-out', 'OKX', says('figure.held', `ETH, ${says('okx.unnamed-coin')}`, says('term.funding-account'))),
    );
  });

  it('is shown once where it is told twice', async () => {
    const { venue, connection } = prepared();
    const sample = { refId: '7', ccy: 'USDC', loan: '1', interest: '4.054E-5', interestRate: '0.41', ts: '1731913200000' };
    venue.on('/interest-accrued', success([sample, { ...sample, interest: '0.00004054' }]));
    venue
      .on('/loan-history', success([history[0], history[0]]))
      .on('/borrow-currencies', success([{ borrowCcy: 'USDT' }, { borrowCcy: 'USDT' }]));
    assert.equal((await connection.loans!.interest(order, {})).rows.length, 1);
    // A page that was full is full, whatever it was filled with.
    const page = await connection.loans!.history(order, { limit: 2 });
    assert.deepEqual([page.rows.length, page.older], [1, '5']);
    assert.deepEqual(await connection.loans!.borrowableCoins(), ['USDT']);
  });

  it('has codes that may be numbers', async () => {
    const { venue, connection } = prepared();
    venue.on('/account/config', success([{ uid: '1', perm: 'read_only', acctLv: 2 }]));
    assert.equal(english((await connection.inspect()).accountMode!), says('okx.futures-mode'));
  });

  it('of the facts about a key costs that fact only', async () => {
    const { venue, connection } = prepared();
    venue.on('/account/config', success([{ uid: 44705892343619584, mainUid: null, perm: 'read_only,trade', ip: null, acctLv: {} }]));
    assert.deepEqual(await connection.inspect(), { canRead: true, canTrade: true, canWithdraw: false, boundAddresses: [] });
  });
});

describe('the proof of a change of collateral', () => {
  const baseline = { kind: 'collateral', newestHistoryId: '17', pledged: '0.7' } as const;
  const before = baseline as CollateralBaseline;

  async function proofOf(rows: readonly unknown[], ...loans: readonly unknown[]): Promise<string> {
    const { venue, connection } = prepared();
    venue.on('/loan-history', success(rows)).on('/loan-info', success(loans));
    return (await connection.actions.collateral!.prove(change(), before, {})).state;
  }

  const locked = row('18', 'collateral_locked', '-1E-1');

  it('is not kept from what it can be told by by odd rows, coins and loans', async () => {
    const collateralData = [
      { ccy: 'COMP', amt: null },
      { ccy: 'BTC', amt: '8E-1' },
    ];
    assert.equal(await proofOf([null, { refId: '19', amt: '--' }, locked], null, loan({ collateralData })), 'effective');
  });

  it('is no proof while the loan, or how much of the coin is pledged, is not understood: neither is gone', async () => {
    assert.equal(await proofOf([locked]), 'effective');
    for (const unclear of [
      null,
      loan({ ordId: 12345 }),
      loan({ collateralData: null }),
      loan({ collateralData: [{ ccy: 'BTC', amt: '--' }] }),
    ]) {
      assert.equal(await proofOf([locked], unclear), 'pending');
    }
  });

  it('accuses nobody beside a row that is not understood', async () => {
    const released = row('18', 'collateral_released', '0.1');
    const now = loan({ collateralData: [{ ccy: 'BTC', amt: '0.6' }] });
    assert.equal(await proofOf([released], now), 'contradicted');
    assert.equal(await proofOf([released, { refId: '19', type: 'collateral_locked', ccy: 'BTC', amt: null }], now), 'pending');
  });
});

describe('an account that has no loans where it is', () => {
  /** By documentation or by the status in place of a code. */
  const absences = [
    refusal('50038'),
    refusal('50051'),
    refusal('50052'),
    refusal('51734'),
    refusal('51735'),
    '{"code":"1","data":[{"sCode":"51155","sMsg":"compliance"}],"msg":""}',
    ...[404, 405, 410].flatMap((status) => [
      new Response(`{"code":"${status.toString()}","data":[],"msg":""}`, { status }),
      new Response('<html>', { status }),
    ]),
  ];

  it('is told so once, and not as trouble; its positions and its wallet are shown', async () => {
    for (const absence of absences) {
      const { venue, connection } = holding(printed());
      venue.on('/loan-info', absence).on('/asset/balances', success([{ ccy: 'BTC', availBal: '2' }]));
      const { loansBarred, loansTrouble, positions, wallet } = await connection.read();
      assert.deepEqual([loansBarred, positions.length, wallet.length], [true, 1, 1]);
      assert.match(english(loansTrouble!), saysLike('okx.no-loans'));
      assert.deepEqual(venue.to('/collateral-assets'), []);
    }
  });

  it('fails where its positions cannot be read either, with what is wrong with these', async () => {
    const { venue, connection } = holding();
    venue.on('/loan-info', refusal('50038')).on('/account/positions', refusal('50011'));
    assert.equal((await failureOf(connection.read())).code, '50011');
  });

  it('is no such account where loans were read before, or where the trouble will pass', async () => {
    const { venue, connection } = holding(printed());
    venue.on('/loan-info', success([loan()]), new Response('{"code":"404","msg":""}', { status: 404 }));
    assert.equal((await connection.read()).loans.length, 1);
    const gone = await connection.read();
    assert.deepEqual([gone.loansBarred, gone.loansTrouble !== undefined], [undefined, true]);
    for (const trouble of [
      refusal('50001'),
      refusal('50030'),
      refusal('50064'),
      new Response('', { status: 503 }),
      new Response('', { status: 403 }),
    ]) {
      const passing = holding(printed());
      passing.venue.on('/loan-info', trouble);
      const read = await passing.connection.read();
      assert.deepEqual([read.loansBarred, read.loansTrouble !== undefined], [undefined, true]);
    }
  });
});
