import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount } from './exchange.ts';
import { useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysLike } from '../texts.ts';

/** Someone who knows where to be, and not how much it takes. */
describe('bringing a loan to a target', () => {
  const exchange = useExchange();
  const bench = useWorkbench();

  it('says while typing what a target means, shows what leads there, and the one that is picked gets it there', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    await bench().runCommand('LTV Gauge: Bring LTV to Target…');
    await bench().quickInput.waitFor(says('collateral.loan'));
    await bench().pick('12345');
    await bench().type('90', says('target.prompt'));
    const refused = await eventually('the refusal of a target beyond margin call', async () => {
      const state = await bench().quickInput.state();
      return state?.refused === true ? state.message : undefined;
    });
    await bench().type('55');
    await eventually(
      'other words for a target that is possible',
      async () => {
        const state = await bench().quickInput.state();
        return state?.refused === false && state.message !== refused;
      },
      { seen: () => bench().quickInput.state() },
    );
    await bench().pressEnter();
    const rows = await eventually('the ways', async () => {
      const state = await bench().quickInput.state();
      return state?.placeholder.includes(says('target.which-way')) === true && state.rows.length > 0 ? state.rows : undefined;
    });
    const way = rows.find((row) => /^Add 0\.0\d+ BTC.*55\.00% \(estimate\)/.test(row));
    assert.ok(way !== undefined, rows.join('\n'));
    await bench().screenshot('target-ltv');
    const [, amount = ''] = /^Add ([\d.]+) BTC/.exec(way) ?? [];
    await bench().pick(`Add ${amount} BTC`);
    const preview = await bench().dialog();
    assert.match(
      preview.text,
      saysLike('term.by-estimate', saysLike('list.colon', 'LTV', saysLike('list.arrow', '57.98%', /5[45]\.\d\d%/))),
    );
    await preview.press(`Add ${amount} BTC`);
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), /5(4\.99|5\.00)%/));
    assert.deepEqual(
      (await exchange().adjustments()).map(({ loan, type, ccy, amt }) => [loan, type, ccy, amt]),
      [['12345', 'add', 'BTC', amount]],
    );
  });
});
