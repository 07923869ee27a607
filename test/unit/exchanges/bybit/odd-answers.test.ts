import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { english } from '../../../../src/core/message.ts';
import { storedSnapshotText } from '../../../../src/engine/monitor/stored-snapshot.ts';
import { isAbsent } from '../../../../src/exchanges/bybit/requests.ts';
import { failureOf } from '../bench.ts';
import { holds } from '../../property.ts';
import { change, fixture, order, pool, refusal, sampled, success, table } from './bench.ts';
import { accountText, answerPositions, listText, positioned, rowsOf, type RawRow } from './position-bench.ts';
import { says, saysLike } from '../../../texts.ts';

/* Answers as they may come though no documentation shows them: one odd field hides no row, and one odd row no other. */

const pooled = '/crypto-loan-common/position';
const ordered = '/crypto-loan/ongoing-orders';
const adjusted = '/crypto-loan-common/adjustment-history';
const funded = '/query-account-coins-balance';

const told = (fixtureName: string): Record<string, unknown> =>
  (JSON.parse(fixture(fixtureName)) as { result: Record<string, unknown> }).result;
const { borrowList, collateralList } = told('position') as { borrowList: object[]; collateralList: object[] };
const poolText = (more: object): string => success({ ...told('position'), ...more });
const [firstOrder] = told('legacy-ongoing-orders')['list'] as [object];
const orderText = (...list: readonly unknown[]): string => success({ list, nextPageCursor: '' });

/** What is no figure, however it comes. */
const odd: readonly unknown[] = [null, '--', 7, 'NaN', '1e999', '0x1', {}, ' 1', true];

/** A reading with these answers. */
async function readWith(answers: Readonly<Record<string, string>>) {
  const one = sampled();
  for (const [suffix, answer] of Object.entries(answers)) one.venue.on(suffix, answer);
  const snapshot = await one.connection.read();
  const trouble = snapshot.loansTrouble === undefined ? undefined : english(snapshot.loansTrouble);
  return { ...one, snapshot, loan: snapshot.loans[0]!, trouble };
}

describe('the pool of Bybit in an odd answer', () => {
  for (const [theirs, ours] of [
    ['ltv', 'ltv'],
    ['totalDebt', 'debtUsd'],
    ['totalCollateral', 'collateralUsd'],
  ] as const) {
    it(`stands without its ${theirs}`, async () => {
      for (const value of [...odd, '', undefined, '-0.5']) {
        const { loan, trouble } = await readWith({ [pooled]: poolText({ [theirs]: value }) });
        assert.deepEqual([loan[ours], loan.debts.length, loan.collateral.length, trouble], [undefined, 2, 4, undefined], String(value));
      }
    });
  }

  it('keeps figures with an exponent to the last digit', async () => {
    const { loan, trouble } = await readWith({
      [pooled]: poolText({
        ltv: '5.24344E-1',
        totalDebt: '9.63817e+3',
        borrowList: [{ ...borrowList[0], flexibleTotalDebt: '8.800022E-2' }, borrowList[1]],
        collateralList: [{ ...collateralList[0], amount: '9.7E-6' }, ...collateralList.slice(1)],
      }),
    });
    assert.deepEqual(
      [loan.ltv, loan.debtUsd, loan.debts[0]?.amount, loan.collateral[0]?.amount, trouble],
      ['0.524344', '9638.17', '0.08800022', '0.0000097', undefined],
    );
  });

  it('owes something where a debt is not understood, whatever totals of zero stand beside it', async () => {
    for (const borrowed of [[{ ...borrowList[0], flexibleTotalDebt: '--' }], [{ loanCurrency: 7 }]]) {
      // Nothing at all is shown rather than a loan that looks as if nothing were owed.
      for (const totals of [
        { ltv: '0', totalDebt: '0' },
        { ltv: '', totalDebt: '0' },
        { ltv: '0', totalDebt: '' },
      ]) {
        await assert.rejects(readWith({ [pooled]: poolText({ ...totals, borrowList: borrowed }) }), /result\.borrowList/);
      }
    }
  });

  it('gives no total of its collateral for the coins that are left when one is not understood: they would count for too much', async () => {
    const { loan, trouble } = await readWith({
      [pooled]: poolText({ collateralList: [{ ...collateralList[0], amount: '--' }, ...collateralList.slice(1)] }),
    });
    assert.deepEqual([loan.collateral.length, loan.collateralUsd, loan.ltv !== undefined], [3, undefined, true]);
    assert.match(trouble ?? '', /result\.collateralList/);
  });

  it('keeps a row whose value in dollars is odd', async () => {
    for (const value of odd) {
      const { loan, trouble } = await readWith({
        [pooled]: poolText({
          borrowList: [{ ...borrowList[0], flexibleTotalDebtUSD: value }, borrowList[1]],
          collateralList: [{ ...collateralList[0], amountUSD: value, colRes: value }, ...collateralList.slice(1)],
        }),
      });
      assert.deepEqual([loan.debts[0]?.amount, loan.collateral[0]?.amount, trouble], ['0.08800022', '0.12', undefined]);
      // Ours, by the price of the same reading.
      assert.deepEqual([loan.debts[0]?.usdEstimated, loan.collateral[0]?.usdEstimated], [true, true]);
    }
  });

  it('loses only the row whose amount is odd, and says which', async () => {
    for (const value of [...odd, '', undefined, '-1']) {
      const { loan, trouble } = await readWith({
        [pooled]: poolText({ collateralList: [{ ...collateralList[0], amount: value }, ...collateralList.slice(1)] }),
      });
      assert.deepEqual(
        [loan.ltv, loan.debts.length, loan.collateral.map(({ coin }) => coin)],
        ['0.524344', 2, ['ETH', 'USDT', 'USDC']],
        String(value),
      );
      assert.match(trouble!, saysLike('venue.left-out', 'Bybit', 'result.collateralList[0].amount (BTC)'));
    }
    for (const value of odd) {
      const { loan, trouble } = await readWith({
        [pooled]: poolText({ borrowList: [{ ...borrowList[0], flexibleTotalDebt: value }, borrowList[1]] }),
      });
      assert.deepEqual([loan.debts.map(({ coin }) => coin), loan.debtUsd], [['ETH'], '9638.17']);
      assert.match(trouble!, saysLike('venue.left-out', 'Bybit', /.*result\.borrowList \(BTC\)/), 'one part of a debt is not the debt');
    }
  });

  it('names a row that is odd in words that disturb no screen', async () => {
    const row = { currency: `B\u202eT\n${'C'.repeat(500)}`, amount: null };
    const { trouble } = await readWith({ [pooled]: poolText({ collateralList: [...collateralList, row] }) });
    assert.match(trouble!, saysLike('venue.left-out', 'Bybit', /result\.collateralList\[4\]\.amount \(B T C{36}\)/));
  });

  it('does not take a debt that is not told for none', async () => {
    const vague = { loanCurrency: 'BTC', flexibleTotalDebt: '' };
    const { loan, trouble } = await readWith({
      [pooled]: success({ ltv: '0.5', totalDebt: '', totalCollateral: '9', borrowList: [vague], collateralList: [] }),
    });
    assert.deepEqual([loan.ltv, loan.debts], ['0.5', []]);
    assert.match(trouble!, /result\.borrowList \(BTC\)/);
    // Where nothing else says that something is owed, the loan would pass for paid.
    for (const ltv of ['', '0', null]) {
      const { venue, connection } = sampled();
      venue.on(pooled, success({ ltv, borrowList: [vague], collateralList }));
      const error = await failureOf(connection.read());
      assert.deepEqual([error.kind, error.field], ['shape', 'result.borrowList (BTC)']);
    }
  });

  it('takes null for a list without rows only where the total says so too', async () => {
    const none = await readWith({
      [pooled]: success({ ltv: '0', totalDebt: '0', totalCollateral: '0', borrowList: null, collateralList: null }),
    });
    assert.deepEqual([none.snapshot.loans, none.trouble], [[], undefined]);
    const { loan, trouble } = await readWith({ [pooled]: poolText({ collateralList: null }) });
    assert.deepEqual([loan.debts.length, loan.collateral], [2, []]);
    assert.match(trouble!, saysLike('venue.left-out', 'Bybit', 'result.collateralList'));
  });

  it('stands with its LTV beside a list that is none, and says so', async () => {
    for (const name of ['borrowList', 'collateralList']) {
      for (const value of [undefined, {}, { 0: {} }, 'none', 7, true]) {
        const { loan, trouble } = await readWith({ [pooled]: poolText({ [name]: value }) });
        assert.deepEqual([loan.ltv, loan.debts.length, loan.collateral.length], ['0.524344', ...(name === 'borrowList' ? [0, 4] : [2, 0])]);
        assert.match(trouble!, saysLike('venue.left-out', 'Bybit', new RegExp(`result\\.${name}.*`)));
      }
    }
  });

  it('is not kept from being read by an odd message beside it', async () => {
    for (const retMsg of [null, 7, [], {}]) {
      const { loan, trouble } = await readWith({ [pooled]: JSON.stringify({ retCode: 0, retMsg, result: told('position') }) });
      assert.deepEqual([loan.ltv, trouble], ['0.524344', undefined]);
    }
  });

  it('has no coin by a name that every object has', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const { snapshot, loan, trouble } = await readWith({
        [pooled]: poolText({ borrowList: [{ ...borrowList[0], loanCurrency: name }] }),
      });
      assert.deepEqual([loan.ltv, loan.debts], ['0.524344', []]);
      assert.match(trouble!, saysLike('venue.left-out', 'Bybit', `result.borrowList[0].loanCurrency (${name})`));
      assert.deepEqual(storedSnapshotText(JSON.stringify(snapshot)), snapshot);
    }
  });

  it('counts a row that is told twice once, in whatever order, and believes none of two that differ', async () => {
    const { loan: plain } = await readWith({});
    const twice = await readWith({
      [pooled]: poolText({
        borrowList: [...borrowList, ...borrowList].reverse(),
        collateralList: [...collateralList].reverse().flatMap((row) => [row, row]),
      }),
    });
    const sorted = (rows: typeof plain.debts) => [...rows].sort((a, b) => a.coin.localeCompare(b.coin));
    assert.deepEqual(sorted(twice.loan.debts), sorted(plain.debts));
    assert.deepEqual(sorted(twice.loan.collateral), sorted(plain.collateral));
    assert.equal(twice.trouble, undefined);
    const differing = await readWith({
      [pooled]: poolText({ collateralList: [...collateralList, { ...collateralList[0], amount: '0.5' }] }),
    });
    assert.equal(differing.loan.collateral.length, 3);
    assert.match(differing.trouble!, /result\.collateralList \(BTC\)/);
  });
});

describe('any one odd field of an answer of Bybit', () => {
  const value = fc.oneof(fc.constantFrom(...odd, '', undefined, '-1', [], '1E-7', '9.7e+3'), fc.jsonValue());
  const fieldOf = (row: object) => fc.constantFrom(...Object.keys(row));
  const bound = { numRuns: 60, interruptAfterTimeLimit: 4_000 };

  it('of a coin of the pool leaves the others as they are', async () => {
    const { loan: plain } = await readWith({});
    const anywhere = fc
      .integer({ min: 0, max: collateralList.length - 1 })
      .chain((at) => fc.tuple(fc.constant(at), fieldOf(collateralList[at]!)));
    await holds(
      fc.asyncProperty(anywhere, value, async ([at, field], what) => {
        const list = collateralList.map((row, index) => (index === at ? { ...row, [field]: what } : row));
        const { loan } = await readWith({ [pooled]: poolText({ collateralList: list }) });
        assert.deepEqual([loan.ltv, loan.debts.length], [plain.ltv, 2]);
        // Two rows of one coin that differ are both not believed.
        const others = plain.collateral.filter(({ coin }, index) => index !== at && coin !== what);
        for (const one of others)
          assert.deepEqual(
            loan.collateral.find(({ coin }) => coin === one.coin),
            one,
          );
      }),
      bound,
    );
  });

  it('of an old order leaves the other orders as they are, and the pool', async () => {
    const other = { ...firstOrder, orderId: '1793683005081680385' };
    await holds(
      fc.asyncProperty(fieldOf(firstOrder), value, async (field, what) => {
        const { snapshot } = await readWith({ [ordered]: orderText({ ...firstOrder, [field]: what }, other) });
        assert.ok(snapshot.loans.some(({ id }) => id === 'pool'));
        assert.equal(snapshot.loans.find(({ id }) => id === other.orderId)?.debts[0]?.amount, '1888.045358');
      }),
      bound,
    );
  });

  it('of a position leaves it there, unless it says which position it is', async () => {
    const [buy, sell] = rowsOf('linear') as [RawRow, RawRow];
    const identity = new Set(['symbol', 'positionIdx', 'side', 'size']);
    await holds(
      fc.asyncProperty(fieldOf(buy), value, async (field, what) => {
        const { connection } = positioned('demo', { USDT: [listText('linear', [{ ...buy, [field]: what }, sell])] });
        const ids = (await connection.read()).positions.map(({ positionId }) => positionId);
        assert.ok(ids.includes('linear:BTCUSDT:2'));
        if (!identity.has(field)) assert.ok(ids.includes('linear:BTCUSDT:1'), field);
      }),
      bound,
    );
  });
});

describe('a change of collateral beside an odd row', () => {
  const preparing = (direction: 'add' | 'reduce', coin: string, answers: Readonly<Record<string, string>>) => {
    const { venue, connection } = sampled();
    for (const [suffix, answer] of Object.entries(answers)) venue.on(suffix, answer);
    return connection.actions.collateral!.prepare({ loan: pool, direction, coin });
  };
  const vagueEth = poolText({ collateralList: [collateralList[0], { ...collateralList[1], amount: null }, ...collateralList.slice(2)] });
  const unnamed = poolText({ collateralList: [collateralList[0], { amount: '2' }] });

  it('is not stopped by a coin it is not about', async () => {
    for (const direction of ['add', 'reduce'] as const) {
      for (const answers of [
        { [pooled]: vagueEth },
        { [pooled]: unnamed },
        { [pooled]: poolText({ borrowList: [{ ...borrowList[0], flexibleTotalDebt: 7 }, borrowList[1]] }) },
        {
          [funded]: success({
            balance: [{ coin: 'ETH', walletBalance: null }, 7, { coin: 'BTC', walletBalance: '2E-1', transferBalance: null }],
          }),
        },
        { [adjusted]: orderText({ adjustId: 9, collateralCurrency: 'ETH', direction: null }) },
      ]) {
        const ready = await preparing(direction, 'BTC', answers);
        assert.deepEqual([ready.baseline.pledged, ready.walletAvailable], ['0.12', '0.2'], JSON.stringify(answers));
      }
    }
  });

  it('is refused where it is not known how much of the coin is pledged, which is not none', async () => {
    for (const [direction, coin, answer] of [
      ['add', 'ETH', vagueEth],
      ['reduce', 'ETH', vagueEth],
      ['add', 'ETH', unnamed],
      ['add', 'BTC', poolText({ collateralList: [...collateralList, { ...collateralList[0], amount: '0.5' }] })],
    ] as const) {
      const error = await failureOf(preparing(direction, coin, { [pooled]: answer }));
      assert.deepEqual([error.kind, error.effect], ['refused', 'none']);
      assert.match(error.message, saysLike('venue.unsaid', 'Bybit', says('figure.pledged', coin)));
    }
  });

  it('to rescue is possible where something is owed that could not be read', async () => {
    const vague = success({ ltv: '0.9', borrowList: [{ loanCurrency: 'BTC', flexibleTotalDebt: null }], collateralList });
    assert.equal((await preparing('add', 'BTC', { [pooled]: vague })).limit, '0.2');
  });

  it('is refused where the wallet does not tell the coin, or may', async () => {
    for (const balance of [[{ coin: 'BTC', walletBalance: null, transferBalance: '--' }], [{ walletBalance: '1' }]]) {
      const error = await failureOf(preparing('add', 'BTC', { [funded]: success({ balance }) }));
      assert.match(error.message, saysLike('venue.unsaid', 'Bybit', says('figure.held', 'BTC', says('term.funding-account'))));
    }
  });

  it('counts on the smaller of two amounts of the wallet', async () => {
    const balance = [
      { coin: 'BTC', walletBalance: '0.3', transferBalance: '0.3' },
      { coin: 'BTC', walletBalance: '0.1', transferBalance: '0.3' },
    ];
    assert.equal((await preparing('add', 'BTC', { [funded]: success({ balance }) })).walletAvailable, '0.1');
  });

  it('knows the newest row also where nothing but its id can be read, and is refused without', async () => {
    const row = { adjustId: 27600, collateralCurrency: 'BTC', amount: null };
    const ready = await preparing('add', 'BTC', { [adjusted]: orderText(row) });
    assert.equal(ready.baseline.newestHistoryId, '27600');
    const error = await failureOf(preparing('add', 'BTC', { [adjusted]: orderText({ ...row, adjustId: null }) }));
    assert.deepEqual([error.kind, error.field], ['shape', 'result.list[0].adjustId']);
  });

  it('is not proven by a pledged amount that could not be read', async () => {
    const { venue, connection } = sampled();
    const row = { adjustId: 27600, adjustTime: 1_752_627_997_907, collateralCurrency: 'ETH', amount: '1', direction: 0, status: 1 };
    venue.on(adjusted, orderText(row)).on(pooled, vagueEth);
    const baseline = { kind: 'collateral' as const, pledged: decimal('1'), newestHistoryId: '27511' };
    const asked = change({ coin: 'ETH', amount: decimal('1') });
    assert.equal((await connection.actions.collateral!.prove(asked, baseline, { reference: '27600' })).state, 'pending');
    venue.on(pooled, fixture('position'));
    assert.equal((await connection.actions.collateral!.prove(asked, baseline, { reference: '27600' })).state, 'effective');
  });
});

describe('old orders of Bybit in an odd answer', () => {
  const withOrder = (...rows: readonly unknown[]) => readWith({ [ordered]: orderText(...rows) });

  it('stand with what can be read of them, and it is said what cannot', async () => {
    for (const value of odd) {
      for (const [field, missing] of [
        ['collateralAmount', 'collateral'],
        ['totalDebt', 'debts'],
        ['residualInterest', 'debts'],
        ['residualPenaltyInterest', 'debts'],
      ] as const) {
        const { snapshot, trouble } = await withOrder({ ...firstOrder, [field]: value });
        const loan = snapshot.loans[1]!;
        assert.deepEqual([loan.id, loan.ltv, loan[missing]], [order.loanId, '0.4161', []], `${field} ${String(value)}`);
        assert.match(trouble!, saysLike('venue.left-out', 'Bybit', new RegExp(`.*${field} \\(${order.loanId}\\)`)));
      }
      for (const field of ['currentLTV', 'hourlyInterestRate']) {
        const { snapshot, trouble } = await withOrder({ ...firstOrder, [field]: value });
        assert.deepEqual([snapshot.loans[1]?.debts.length, trouble], [1, undefined]);
      }
    }
  });

  it('are not shown as paid where neither debt nor LTV can be read', async () => {
    const { snapshot, trouble } = await withOrder({ ...firstOrder, totalDebt: null, currentLTV: null });
    assert.equal(snapshot.loans.length, 1);
    assert.match(trouble!, new RegExp(`result\\.list \\(${order.loanId}\\)`));
  });

  it('are there once, whatever stands beside them and in whatever order', async () => {
    const other = { ...firstOrder, orderId: '1793683005081680385' };
    for (const rows of [
      [firstOrder, other, firstOrder],
      [other, firstOrder, other],
    ]) {
      const { snapshot, trouble } = await withOrder(...rows);
      assert.deepEqual(snapshot.loans.map(({ id }) => id).sort(), [order.loanId, '1793683005081680385', 'pool']);
      assert.equal(trouble, undefined);
    }
    const { snapshot, trouble } = await withOrder(7, firstOrder, { ...firstOrder, orderId: null }, { ...other, loanCurrency: '' });
    assert.deepEqual(
      snapshot.loans.map(({ id }) => id),
      ['pool', order.loanId],
    );
    assert.match(trouble!, /result\.list\[0\]\.orderId, result\.list\[2\]\.orderId, result\.list\[3\]\.loanCurrency/);
  });

  it('are not believed where two rows of one differ', async () => {
    const { snapshot, trouble } = await withOrder(firstOrder, { ...firstOrder, collateralAmount: '9' });
    assert.equal(snapshot.loans.length, 1);
    assert.match(trouble!, new RegExp(`result\\.list \\(${order.loanId}\\)`));
  });

  it('that cannot be read are not gone', async () => {
    const { venue, connection } = sampled();
    venue.on(ordered, orderText({ ...firstOrder, orderId: null }));
    assert.equal((await failureOf(connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' }))).kind, 'shape');
  });

  it('take more where it could not be read how much they owe, and not where it could not how much is pledged', async () => {
    const { venue, connection } = sampled();
    venue.on(ordered, orderText({ ...firstOrder, totalDebt: null }));
    assert.equal((await connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' })).limit, '0.2');
    venue.on(ordered, orderText({ ...firstOrder, collateralAmount: null }));
    assert.match(
      (await failureOf(connection.actions.collateral!.prepare({ loan: order, direction: 'add', coin: 'BTC' }))).message,
      saysLike('figure.pledged', 'BTC'),
    );
  });

  it('have no line at zero', async () => {
    const list = [{ currency: 'BTC', marginCallLTV: '0', liquidationLTV: '-1' }];
    const { snapshot } = await readWith({
      [ordered]: orderText(firstOrder),
      '/crypto-loan/collateral-data': success({ vipCoinList: [{ list }] }),
    });
    const { marginCall, liquidation } = snapshot.loans[1]!;
    assert.deepEqual({ marginCall, liquidation }, table);
  });

  it('keep thresholds though terms of other coins are odd', async () => {
    const terms = told('legacy-collateral-data') as { vipCoinList: { list: object[] }[] };
    const list = [7, ...terms.vipCoinList.flatMap((one) => one.list).map((row) => ({ ...row, currency: 'BTC' })), { currency: null }];
    const { snapshot } = await readWith({
      [ordered]: orderText(firstOrder),
      '/crypto-loan/collateral-data': success({ vipCoinList: [null, { list: 'none' }, { list }] }),
    });
    assert.deepEqual(snapshot.loans[1]?.liquidation, { ltv: '0.95', source: 'venue' });
    assert.deepEqual(snapshot.loans[0]?.liquidation, table.liquidation);
  });
});

describe('the history of Bybit in an odd answer', () => {
  it('loses no more than the rows that cannot be read, and counts them', async () => {
    const { venue, connection } = sampled();
    const [first, ...more] = told('repayment-history')['list'] as object[];
    venue
      .on('/crypto-loan-flexible/repayment-history', orderText({ ...first, repayAmount: null }, 7, ...more, ...more))
      .on(
        '/crypto-loan-flexible/borrow-history',
        orderText({ ...(told('borrow-history')['list'] as object[])[0], initialLoanAmount: '6E-3' }),
      );
    const { rows, unread } = await connection.loans!.history(pool, {});
    assert.equal(unread, 2);
    assert.deepEqual(
      rows.filter(({ id }) => id.startsWith('repaid-1')).map(({ id }) => id),
      ['repaid-1772', 'repaid-1771'],
    );
    assert.equal(rows.find(({ id }) => id === 'borrowed-1364')?.amount, '0.006');
  });

  it('is the same in whatever order its rows come', async () => {
    const { rows } = await sampled().connection.loans!.history(pool, {});
    const { venue, connection } = sampled();
    for (const [suffix, name] of [
      ['/crypto-loan-flexible/borrow-history', 'borrow-history'],
      ['/crypto-loan-flexible/repayment-history', 'repayment-history'],
      [adjusted, 'adjustment-history'],
    ] as const) {
      venue.on(suffix, orderText(...[...(told(name)['list'] as object[])].reverse().flatMap((row) => [row, row])));
    }
    assert.deepEqual((await connection.loans!.history(pool, {})).rows, rows);
  });

  it('does not lose a liquidation whose type or status is odd', async () => {
    const { venue, connection } = sampled();
    const [first] = told('repayment-history')['list'] as [object];
    venue.on('/crypto-loan-flexible/repayment-history', orderText({ ...first, repayType: null, repayStatus: null }));
    const { rows, unread } = await connection.loans!.history(pool, {});
    assert.equal(rows.find(({ id }) => id === 'repaid-1773')?.type, 'repaid_type_unknown_processing');
    assert.equal(unread, undefined);
  });

  it('of interest loses no more than the rows that cannot be read, and counts them', async () => {
    const { venue, connection } = sampled();
    const [row] = told('ongoing-coin')['list'] as [object];
    venue.on(
      '/crypto-loan-flexible/ongoing-coin',
      success({ list: [{ ...row, loanCurrency: 'BTC', unpaidInterest: '--' }, row, row, null] }),
    );
    const { rows, unread } = await connection.loans!.interest(pool, {});
    assert.deepEqual([rows.map(({ coin }) => coin), unread], [['ETH'], 2]);
  });
});

describe('loans that Bybit has not at an address, or not for an account', () => {
  const without = (answer: string | Response) => {
    const one = sampled();
    one.venue.on(pooled, answer).on('/account/info', accountText('ISOLATED_MARGIN'));
    return one;
  };
  const noneAt = [refusal('10017'), ...[404, 405, 410].map((status) => new Response('', { status }))];

  it('are said not to be there once, as what they are and no failure, with and without positions', async () => {
    for (const answer of noneAt) {
      const one = without(answer);
      one.venue.on('/position/list', () => new Response(listText(one.venue.seen.at(-1)!.url.searchParams.get('category')!, [])));
      for (const count of [0, 3]) {
        const { loans, loansTrouble, loansBarred, positions } = await one.connection.read();
        assert.deepEqual([loans, positions.length, loansBarred], [[], count, true]);
        assert.match(english(loansTrouble!), saysLike('bybit.no-loans'));
        answerPositions(one.venue);
      }
    }
  });

  it('are absent in whatever way an address says so', () => {
    const isSaid = (code: string): boolean =>
      isAbsent(new ExchangeError({ kind: 'refused', code, effect: 'none', sentence: { template: '', args: [] } }));
    assert.deepEqual(['404', '405', '410', '10017'].map(isSaid), [true, true, true, true]);
    assert.deepEqual(['403', '10005', '10016', '429', '500'].map(isSaid), [false, false, false, false, false]);
  });

  it('are said not to be for the account in the words for it', async () => {
    for (const [code, words] of [
      ['10028', saysLike('venue.wrong-mode', 'Bybit')],
      ['10024', saysLike('venue.not-for-account', 'Bybit')],
    ] as const) {
      const one = without(refusal(code));
      answerPositions(one.venue);
      const { loansTrouble, loansBarred } = await one.connection.read();
      assert.equal(loansBarred, true);
      assert.match(english(loansTrouble!), words);
    }
  });

  it('are a failure where nothing else can be read either', async () => {
    for (const answer of noneAt) {
      const one = without(answer);
      one.venue.on('/position/list', answer);
      await failureOf(one.connection.read());
    }
  });

  it('are trouble where they had been read before, and a reading is no comfort', async () => {
    for (const answer of [...noneAt, refusal('10028')]) {
      const one = sampled();
      answerPositions(one.venue);
      assert.equal((await one.connection.read()).loans.length, 1);
      one.venue.on(pooled, answer);
      const { loans, loansTrouble, loansBarred } = await one.connection.read();
      assert.deepEqual([loans, loansBarred], [[], undefined]);
      assert.notEqual(loansTrouble, undefined);
    }
  });

  it('of before November 2025 are trouble where they had been read before', async () => {
    const one = sampled();
    one.venue.on(ordered, fixture('legacy-ongoing-orders'));
    assert.equal((await one.connection.read()).loans.length, 2);
    one.venue.on(ordered, refusal('10017'));
    const { loans, loansTrouble } = await one.connection.read();
    assert.equal(loans.length, 1);
    assert.match(english(loansTrouble!), saysLike('bybit.old-loans-unread'));
  });
});
