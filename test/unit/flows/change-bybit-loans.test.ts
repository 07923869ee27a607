import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { pick, press, type Scripted, type } from './scripted.ts';
import { Trader } from './trader.ts';
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
