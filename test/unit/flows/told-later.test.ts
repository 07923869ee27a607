import assert from 'node:assert/strict';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import { changeCollateral } from '../../../src/flows/change.ts';
import { watchWrites } from '../../../src/flows/open-change-news.ts';
import { sayOutcome } from '../../../src/flows/tell.ts';
import { pick, press, Scripted, type } from './scripted.ts';
import { stop, Trader } from './trader.ts';
import { changeName, onLoan, says } from '../../texts.ts';

describe('a change that nobody waits for any more', function () {
  this.timeout(60_000);
  it('is told once when it is proven, with what can be done', async () => {
    const { trader, okx } = await Trader.atOkx();
    try {
      const background = new Scripted();
      const app = trader.app(background);
      const sayLater = (record: WriteRecord, isNews: boolean): Promise<void> => sayOutcome(app, record, isNews);
      const watch = watchWrites(app, trader.attended, () => Promise.resolve(sayLater));
      await okx.control('POST', 'settle', { ms: 30_000 });
      await trader.goes(
        (acting, attended) => changeCollateral(acting, attended, 'add', undefined),
        ...[pick('Loan 12345'), pick('BTC'), type('0.02'), press('Add 0.02 BTC'), stop('accepted by OKX')],
      );
      assert.equal(background.heard.length, 0);
      await trader.passes(90_000);
      await trader.later(60_000);
      const told = background.titles('notice').filter((title) => title.startsWith('Done.'));
      assert.deepEqual(told, [
        says(
          'outcome.done-now',
          says('term.ltv'),
          '56.57%',
          'OKX',
          says('list.colon', says('preview.simulated'), changeName('add', '0.02', 'BTC', onLoan('12345'), 'Main')),
        ),
      ]);
      assert.deepEqual(background.heard.at(-1)!.choices, [says('button.open-gauges'), 'Undo…']);
      watch.dispose();
    } finally {
      await trader.end();
    }
  });
});
