import assert from 'node:assert/strict';
import { decimal, decimalPlaces, round } from '../../../src/core/decimal.ts';
import { changeCollateral } from '../../../src/flows/change.ts';
import { repayLoan } from '../../../src/flows/repay.ts';
import { bringLtvToTarget } from '../../../src/flows/target-ltv.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { loanAt } from '../../../src/views/place.ts';
import { type Answer, consider, leave, pick, press, type Scripted, type } from './scripted.ts';
import { type SimulatedVenue, Trader } from './trader.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

describe('collateral of the pool of Bybit and of an old order, beside an OKX account', function () {
  this.timeout(60_000);
  it('is added each once and in the right direction, with thresholds whose source is said', async () => {
    const { trader, okx } = await Trader.atOkx();
    try {
      const bybit = await trader.openBybit();
      await trader.addAccount('pool', 'Pool', bybit);
      const lines = trader.lines(loansOutline).join('\n');
      assert.match(lines, /^52\.80% · [^]*^45\.46% · /m);
      assert.match(lines, /85\.00%.*table of \d{4}-\d\d-\d\d[^]*92\.00%/);
      assert.match(lines, saysInTurn(/Due · 20/, says('bybit.repays')));
      const add = (loan: string, amount: string): Promise<Scripted> =>
        trader.goes(
          (app, attended) => changeCollateral(app, attended, 'add', undefined),
          ...[pick(loan), pick('BTC'), type(amount), press(`Add ${amount} BTC`)],
        );
      const pool = await add('Loan pool', '0.01');
      assert.match(
        pool.heard.find(({ what }) => what === 'dialog')!.detail,
        saysInTurn(`Pool · Bybit · ${says('term.loopback-simulated')}`),
      );
      assert.match(pool.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit'));
      await add('Loan 1793683005081680384', '0.02');
      assert.deepEqual(
        (await bybit.adjustments()).map(({ loan = 'pool', type: act, ccy, amt }) => [loan, act, ccy, amt].join(' ')),
        ['pool add BTC 0.01', '1793683005081680384 add BTC 0.02'],
      );
      assert.equal(trader.posted.length, 2);
      assert.deepEqual(await okx.adjustments(), []);
    } finally {
      await trader.end();
    }
  });
});

describe('repaying the debts of Bybit', () => {
  let trader: Trader;
  let bybit: SimulatedVenue;
  beforeEach(async () => {
    trader = await Trader.open();
    bybit = await trader.openBybit();
    await trader.addAccount('bybit', 'Bybit', bybit);
  });
  afterEach(() => trader.end());

  const old = '1793683005081680384';
  const repay = (loan: string, ...answers: readonly Answer[]): Promise<Scripted> =>
    trader.goes((app, attended) => repayLoan(app, attended, loanAt('bybit', loan)), ...answers);
  const taken = async (): Promise<readonly string[]> =>
    (await bybit.adjustments()).map(({ loan = 'pool', type: act, ccy, amt, state }) => [loan, act, ccy, amt, state].join(' '));
  const done = saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit');
  const detailOf = (talk: Scripted): string => talk.heard.find(({ what }) => what === 'dialog')!.detail;

  it('takes one of several debts of the pool, in the coin that was picked, and says that interest goes first', async () => {
    const talk = await repay('pool', pick('USDT'), type('1000.5'), press('Repay 1,000.5 USDT'));
    assert.match(detailOf(talk), saysLike('repay.interest-first', '3.21 USDT', '997.29 USDT'));
    assert.match(talk.titles('notice')[0]!, done);
    assert.deepEqual(await taken(), ['pool repay USDT 1000.5 effective']);
    assert.equal(trader.posted.length, 1);
  });

  it('takes no more decimals than Bybit does', async () => {
    const talk = await repay('pool', pick('USDT'), consider('1000.505'), leave);
    assert.equal(talk.faults.length, 1);
    assert.deepEqual(await taken(), []);
  });

  it('takes a fixed contract whole, and nothing less', async () => {
    const part = await repay('pool', pick('ETH'), pick(says('repay.amount')), type('0.5'));
    assert.match(part.heard.map(({ title }) => title).join('\n'), saysLike('collateral.minimum', '1.4', 'ETH'));
    assert.deepEqual(await taken(), []);
    const talk = await repay('pool', pick('ETH'), pick(says('repay.all', '1.4 ETH')), press('Repay 1.4 ETH'));
    assert.match(talk.titles('notice')[0]!, done);
    assert.deepEqual(await taken(), ['571 repay ETH 1.4 effective']);
    const [pool] = trader.engine.store.get('bybit')!.snapshot!.loans;
    assert.deepEqual(
      pool?.debts.map(({ coin }) => coin),
      ['USDT'],
    );
  });

  it('closes an old order with the last of its debt', async () => {
    const talk = await repay(old, pick(says('repay.all', '2,000.05 USDT')), press('Repay 2,000.05 USDT'));
    assert.match(detailOf(talk), saysLike('repay.releases', '0.05 BTC'));
    assert.match(talk.titles('notice')[0]!, saysInTurn(saysLike('outcome.done-closed', 'Bybit'), says('repay.closed')));
    assert.deepEqual(await taken(), [`${old} repay USDT 2000.04016 effective`]);
  });

  it('stays open after a lost answer, and is found by the history alone', async () => {
    await bybit.fault('lost-after-acting', { endpoint: '/crypto-loan-flexible/repay', times: 1 });
    const talk = await repay('pool', pick('USDT'), type('100'), press('Repay 100 USDT'));
    assert.match(talk.titles('notice')[0]!, done);
    assert.deepEqual(await taken(), ['pool repay USDT 100 effective']);
    assert.equal(trader.posted.length, 1);
  });

  it('brings the pool to an LTV in amounts that Bybit takes', async () => {
    const target = loanAt('bybit', 'pool');
    const ways = await trader.goes((app, attended) => bringLtvToTarget(app, attended, target), type('50'), leave);
    const label = ways.heard.at(-1)!.choices.find((choice) => /^Repay [\d.,]+ USDT$/.test(choice))!;
    // A target takes more decimals than Bybit.
    const amount = round(decimal(label.split(' ')[1]!), 2, 'up');
    assert.ok(decimalPlaces(decimal(label.split(' ')[1]!)) > 2);
    const talk = await trader.goes(
      (app, attended) => bringLtvToTarget(app, attended, target),
      type('50'),
      pick(label),
      press(`Repay ${amount} USDT`),
    );
    assert.match(talk.titles('notice')[0]!, done);
    assert.deepEqual(await taken(), [`pool repay USDT ${amount} effective`]);
  });
});
