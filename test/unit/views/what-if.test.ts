import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import type { Loan, Position } from '../../../src/core/model.ts';
import type { Trial, TriedAction, TriedLine, WhatIfRow, WhatIfView } from '../../../src/core/protocol.ts';
import type { AccountState, Live } from '../../../src/engine/monitor/store.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { exposures } from '../../../src/views/stress.ts';
import { inSlices, sliceMs, whatIfView, type Slices } from '../../../src/views/what-if.ts';
import { aLoan, anAccount, aScene, aState, now, say } from './gauge-scenes.ts';
import { holds } from '../property.ts';
import { position } from './samples.ts';
import { says } from '../../texts.ts';

const prices: Readonly<Record<string, Decimal>> = { BTC: decimal('85753.03'), USDT: decimal('1') };
const atOnce: Slices = { ticks: () => 0, pause: () => Promise.resolve(), isOvertaken: () => false };
const nothing: Trial = { prices: {}, changes: {} };

const holding = (loans: readonly Loan[], positions: readonly Position[] = [], change: Partial<AccountState> = {}): AccountState => ({
  ...aState([], { snapshot: { loans, wallet: [], positions, prices, asOf: now - 1_000 } }),
  ...change,
});
/** 57.421 % with margin call at 73.74 % and liquidation at 83.74 %; one coin, so that its haircut follows from its value. */
const loan = aLoan({ collateral: [{ coin: 'BTC', amount: decimal('0.9') }] });
const long = position({ baseCoin: 'BTC' });
const loanKey = JSON.stringify(['main', '12345']);
const longKey = JSON.stringify(['main', 'position', 'p1']);

async function viewOf(trial: Trial, ...accounts: AccountState[]): Promise<WhatIfView> {
  const view = await whatIfView(exposures(accounts, aScene()), trial, say, atOnce);
  assert.ok(view !== undefined);
  return view;
}
const rowsOf = async (trial: Trial, ...accounts: AccountState[]): Promise<readonly WhatIfRow[]> =>
  (await viewOf(trial, ...accounts)).tables.flatMap(({ rows }) => rows);
const moving = (percent: string): Trial => ({ ...nothing, prices: { BTC: percent } });
const trying = (key: string, action: TriedAction, coin: string, amount: string, percent = '0'): Trial => ({
  prices: { BTC: percent },
  changes: { [key]: [{ action, coin, amount }] },
});
const short = ({ figure, levelText, toMarginCall, toLiquidation, liquidationPrice }: WhatIfRow) =>
  [figure, levelText, toMarginCall, toLiquidation, liquidationPrice].join(' | ');

describe('What if', () => {
  it('is what was read while nothing is tried: figure, level and the price that the exchange gives', async () => {
    const state = holding([loan], [long]);
    const { gauges } = gaugePage([state], aScene(), say).state;
    const rows = await rowsOf(nothing, state);
    assert.deepEqual(
      rows.map(({ key, title, figure, level, levelText, liquidationPrice }) => ({
        key,
        title,
        figure,
        level,
        levelText,
        liquidationPrice,
      })),
      gauges.map(({ key, title, figure, level, levelText, line }) => ({
        ...{ key, title, figure, level, levelText },
        liquidationPrice: line.liquidationPrice ?? '52,560 USDT',
      })),
    );
  });

  it('is so at whatever LTV a loan has', async () => {
    await holds(
      fc.asyncProperty(fc.integer({ min: 1, max: 99_999 }), async (units) => {
        const ltv = decimal((units / 100_000).toFixed(5));
        // What it counts for is recovered from the venue's own figures.
        const own = aLoan({
          ...loan,
          ltv,
          debtUsd: decimal('40000'),
          collateralUsd: decimal((40_000 / (units / 100_000)).toFixed(8)),
          debts: [{ coin: 'USDT', amount: decimal('40000') }],
        });
        const state = holding([own]);
        const [gauge] = gaugePage([state], aScene(), say).state.gauges;
        const [row] = await rowsOf(nothing, state);
        assert.deepEqual([row?.figure, row?.level], [gauge?.figure, gauge?.level]);
      }),
      { numRuns: 50 },
    );
  });

  it('follows the price, each with its level in a word, and the price that brings liquidation then', async () => {
    assert.deepEqual((await rowsOf(moving('-20'), holding([loan], [long]))).map(short), [
      '57.43% → ~71.78% | Danger | ~2.6% | ~14.2% | ~BTC $58,801.35 (−14.2%)',
      `12.4% → ${says('term.reached')} | ${says('term.liquidation')} |  | ${says('term.reached')} | 52,560 USDT`,
    ]);
    assert.deepEqual(
      (await rowsOf(moving('50'), holding([loan], [long]))).map(({ level }) => level),
      ['ok', 'ok'],
    );
  });

  it('counts what is added, taken out and repaid, alone and at moved prices', async () => {
    const figure = async (...asked: Parameters<typeof trying>): Promise<string | undefined> =>
      (await rowsOf(trying(...asked), holding([loan], [long]))).find(({ key }) => key === asked[0])?.figure;
    assert.equal(await figure(loanKey, 'add', 'BTC', '0.1'), '57.43% → ~51.68%');
    assert.equal(await figure(loanKey, 'reduce', 'BTC', '0.1'), '57.43% → ~64.60%');
    assert.equal(await figure(loanKey, 'repay', 'USDT', '10000'), '57.43% → ~43.07%');
    assert.equal(await figure(loanKey, 'repay', 'USDT', '10000', '-20'), '57.43% → ~53.84%');
    assert.equal(await figure(longKey, 'addMargin', 'USDT', '100'), '12.4% → ~13.2%');
    assert.equal(await figure(longKey, 'reduceMargin', 'USDT', '100', '-5'), '12.4% → ~6.9%');
  });

  it('calls a loan that would owe nothing safe, and says what cannot be done', async () => {
    const state = holding([loan], [long]);
    const [whole] = await rowsOf(trying(loanKey, 'repay', 'USDT', '40000.001'), state);
    assert.deepEqual([whole?.figure, whole?.level, whole?.refused], ['57.43% → ~0.00%', 'ok', undefined]);
    const [tooMuch] = await rowsOf(trying(loanKey, 'reduce', 'BTC', '1'), state);
    assert.deepEqual([tooMuch?.figure, tooMuch?.level, tooMuch?.refused], ['—', 'unknown', { at: 0, text: says('what-if.too-much') }]);
    const [wrong] = await rowsOf(trying(loanKey, 'add', 'BTC', '1e3'), state);
    assert.deepEqual(
      [wrong?.figure, wrong?.level, wrong?.refused],
      ['57.43%', 'watch', { at: 0, text: says('amount.plain-number', '0.1') }],
    );
    const [empty] = await rowsOf(trying(loanKey, 'add', 'BTC', ''), state);
    assert.deepEqual([empty?.figure, empty?.refused], ['57.43%', undefined]);
  });

  it('tries several changes of a loan together, and says which of them cannot be', async () => {
    const state = holding([loan], [long]);
    const line = (action: TriedAction, coin: string, amount: string): TriedLine => ({ action, coin, amount });
    const both = [line('add', 'BTC', '0.1'), line('repay', 'USDT', '10000')];
    const of = async (key: string, lines: readonly TriedLine[], percent = '0'): Promise<WhatIfRow> =>
      (await rowsOf({ prices: { BTC: percent }, changes: { [key]: lines } }, state)).find((row) => row.key === key)!;
    // A quarter less debt on a ninth more collateral: 57.43 % × 0.75 ÷ (10 / 9).
    assert.equal(short(await of(loanKey, both)), '57.43% → ~38.76% | OK | ~47.4% | ~53.7% | ~BTC $39,690.91 (−53.7%)');
    assert.equal((await of(loanKey, both, '-20')).figure, '57.43% → ~48.45%');
    const tooMuch = await of(loanKey, [...both.slice(0, 1), line('repay', 'USDT', '40001')]);
    assert.deepEqual([tooMuch.figure, tooMuch.refused], ['—', { at: 1, text: says('what-if.too-much') }]);
    const unfinished = await of(loanKey, [line('repay', 'USDT', ''), line('add', 'BTC', '0,1,'), both[0]!]);
    assert.deepEqual([unfinished.figure, unfinished.refused?.at], ['57.43% → ~51.68%', 1]);
    const margins = await of(longKey, [line('addMargin', 'USDT', '100'), line('reduceMargin', 'USDT', '50')]);
    assert.equal(margins.level, 'unknown', 'its margin is of one coin');
  });

  it('goes on from newer prices where those are worse, and only there', async () => {
    const live = (change: Partial<Live>): Live => ({ at: now - 1_000, loans: {}, positions: {}, off: {}, doubted: [], ...change });
    const at = (ltv: string, mark: string, distance: string): AccountState =>
      holding([loan], [long], {
        live: live({
          loans: { '12345': { ltv: decimal(ltv), averaged: false } },
          positions: { p1: { markPrice: decimal(mark), distance: decimal(distance) } },
        }),
      });
    assert.deepEqual(
      (await rowsOf(nothing, at('0.72', '54000', '0.02666666'))).map(({ figure, level }) => [figure, level]),
      [
        ['57.43% → ~72.00%', 'danger'],
        ['12.4% → ~2.6%', 'danger'],
      ],
    );
    assert.deepEqual(
      (await rowsOf(nothing, at('0.5', '70000', '0.24'))).map(({ figure }) => figure),
      ['57.43%', '12.4%'],
    );
  });

  it('is never green without data: what cannot be calculated is named and left out', async () => {
    const { tables } = await viewOf(moving('50'), holding([aLoan({}, 'ltv')], [position({ baseCoin: 'BTC' }, 'liquidationPrice')]));
    assert.deepEqual(tables[0]?.rows, []);
    assert.equal(tables[0].leftOut.length, 2);
    const [blind] = await rowsOf(moving('50'), holding([aLoan({ collateral: loan.collateral }, 'marginCall')]));
    assert.equal(blind?.level, 'unknown');
    const [alarming] = await rowsOf(moving('50'), holding([], [position({ baseCoin: 'BTC', marginRatio: decimal('0.9') })]));
    assert.equal(alarming?.level, 'danger', 'what rests on another figure is not made better');
  });

  it('tells what breaks first from there on, and keeps real money apart', async () => {
    const simulated = anAccount({ id: 's', name: 'S', simulated: true, site: 'loopback' });
    const { tables, coins } = await viewOf(moving('-20'), holding([loan], [long], { account: simulated }), holding([loan]));
    assert.deepEqual(coins, ['BTC']);
    assert.deepEqual(
      tables.map(({ simulatedMark, first }) => [simulatedMark, first]),
      [
        [undefined, [`BTC −2.6%: Loan 12345 · ${says('term.margin-call')}; −14.2%: Loan 12345 · ${says('term.liquidation')}`]],
        [
          says('preview.simulated'),
          [
            says('stress.reached-already', `BTC-USDT-SWAP long · ${says('term.liquidation')}`),
            `BTC −2.6%: Loan 12345 · ${says('term.margin-call')}; −14.2%: Loan 12345 · ${says('term.liquidation')}`,
          ],
        ],
      ],
    );
  });

  it('offers what a loan or position has, and nothing where the margin is fixed', async () => {
    const fixed = position({ baseCoin: 'BTC', positionId: 'p2', fixedMargin: 'Fixed.' as never });
    const rows = await rowsOf(nothing, holding([loan], [long, fixed]));
    assert.deepEqual(
      rows.map(({ acts }) => acts.map(({ label }) => label)),
      [['Add BTC', 'Remove BTC', 'Repay USDT'], ['Add USDT', 'Remove USDT'], []],
    );
  });
});

describe('Work in slices', () => {
  /** Time passes only while something is worked on. */
  const counted = (cost: (item: number) => number) => {
    let time = 0;
    let began = 0;
    const slices: number[] = [];
    const end = (): void => {
      slices.push(time - began);
      began = time;
    };
    return {
      slices,
      end,
      each: (item: number): number => {
        time += cost(item);
        return item;
      },
      ports: (isOvertaken: () => boolean = () => false): Slices => ({
        ticks: () => time,
        isOvertaken,
        pause: () => {
          end();
          return Promise.resolve();
        },
      }),
    };
  };
  const rows = Array.from({ length: 200 }, (_, index) => index);

  it('keeps 200 rows in slices that are as full as may be and no longer', async () => {
    for (const cost of [0.5, 1, 3, 8]) {
      const run = counted(() => cost);
      assert.deepEqual(await inSlices(rows, run.each, run.ports()), rows);
      run.end();
      assert.ok(Math.max(...run.slices) <= sliceMs, `slices of ${Math.max(...run.slices).toString()} ms`);
      // The first of all may be cut short, as long as it isn't known how long one takes.
      assert.ok(run.slices.length <= Math.ceil(rows.length / Math.floor(sliceMs / cost)) + 1);
    }
  });

  it('waits after what took long by itself', async () => {
    const run = counted((item) => (item === 100 ? 20 : 1));
    await inSlices(rows, run.each, run.ports());
    run.end();
    assert.equal(run.slices.filter((ms) => ms > sliceMs).length, 1);
  });

  it('ends when it is overtaken, with nothing to show', async () => {
    let done = 0;
    const run = counted(() => 1);
    const result = await inSlices(
      rows,
      (row) => {
        done += 1;
        return run.each(row);
      },
      run.ports(() => run.slices.length === 3),
    );
    assert.equal(result, undefined);
    assert.equal(done, 24);
  });

  it('is how 200 loans are tried, and an overtaken trial has no answer', async () => {
    const many = holding(rows.map((row) => ({ ...loan, id: row.toString(), orderId: row.toString() })));
    let asked = 0;
    let pauses = 0;
    // Each look at the clock is a millisecond later than the one before.
    const ports = (isOvertaken: () => boolean): Slices => ({
      ticks: () => (asked += 1),
      pause: () => {
        pauses += 1;
        return Promise.resolve();
      },
      isOvertaken,
    });
    const all = exposures([many], aScene());
    const view = await whatIfView(
      all,
      moving('-20'),
      say,
      ports(() => false),
    );
    assert.equal(view?.tables[0]?.rows.length, 200);
    assert.ok(pauses >= 200 / sliceMs, `${pauses.toString()} pauses`);
    assert.equal(
      await whatIfView(
        all,
        moving('-20'),
        say,
        ports(() => true),
      ),
      undefined,
    );
  });

  it('gives the same however it is cut', async () => {
    await holds(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 }), async (costs) => {
        const run = counted((item) => costs[item] ?? 0);
        const items = costs.map((_, index) => index);
        assert.deepEqual(await inSlices(items, run.each, run.ports()), items);
      }),
    );
  });
});
