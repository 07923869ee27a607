import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, previewCollateral } from './exchange.ts';
import { useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysLike } from '../texts.ts';

describe('adding collateral', () => {
  const exchange = useExchange();
  const bench = useWorkbench({ viewport: { width: 1280, height: 1400 } });

  const sent = () => exchange().requests('adjust-collateral');

  it('goes from the palette through preview and confirmation to proof, everywhere, once each; Undo takes it back; a reload finds all', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    // The worst of all loans and positions, so the status bar shows it; and it stays the worst.
    await bench().waitForRow('Loans', /67\.61% · Danger/);
    await bench().runCommand('LTV Gauge: Open Gauges');
    const page = await bench().gaugeFrame();
    const gauge = page.getByRole('meter', { name: /67890/ });
    const isEverywhere = async (ltv: string, level: string): Promise<void> => {
      await bench().waitForRow('Loans', new RegExp(`^${ltv}% · ${level}`));
      await eventually(`${ltv}% in the status bar`, async () => (await bench().statusBarText())?.includes(`${ltv}% · ${level}`), {
        seen: () => bench().statusBarText(),
      });
      await eventually(`${ltv}% at the gauge`, async () => (await gauge.getAttribute('aria-valuenow')) === ltv);
    };
    await isEverywhere('67.61', 'Danger');

    await bench().runCommand('LTV Gauge: Add Collateral…');
    await bench().quickInput.waitFor(says('collateral.loan'));
    await bench().pick('67890');
    await bench().quickInput.waitFor(says('collateral.coin'));
    await bench().pick('ETH');
    await bench().type('99', says('collateral.amount-example', 'ETH'));
    await eventually('an amount beyond the wallet to be refused', async () => (await bench().quickInput.state())?.refused);
    await bench().type('0.05');
    await eventually(
      'the estimate while typing',
      async () => /67\.61% → 66\.\d\d%/.test((await bench().quickInput.state())?.message ?? ''),
      {
        seen: () => bench().quickInput.state(),
      },
    );
    await bench().screenshot('amount');
    await bench().pressEnter();
    const preview = await bench().dialog();
    for (const part of [
      'SIMULATED',
      'Main',
      '67890',
      '0.05 ETH',
      says('term.funding-account'),
      '(estimate)',
      says('line.distance', says('preview.margin-call')),
      says('line.distance', says('preview.liquidation')),
    ]) {
      assert.ok(preview.text.includes(part), `the preview names “${part}”: ${preview.text}`);
    }
    await bench().screenshot('preview');
    assert.equal(await sent(), 0);
    await preview.press('Add 0.05 ETH');
    const told = await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), /66\.\d\d%/));
    assert.match(told, /SIMULATED/);
    await bench().screenshot('done');
    assert.equal(await sent(), 1);
    await isEverywhere(/is now (\d\d\.\d\d)%/.exec(told)?.[1] ?? '', 'Warning');
    await bench().waitForRow('Collateral', /^ETH 1\.8900755578876945/);

    await bench().clearNotifications();
    // Here taking it out again comes near no margin call.
    await (await previewCollateral(bench(), 'Add', { loan: '12345', coin: 'BTC', amount: '0.1' })).press('Add 0.1 BTC');
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), '51.54%'));
    await bench().waitForRow('Loans', /51\.54% · OK/);
    await bench().pressInNotification('Undo…');
    const undo = await eventually('the preview of the undo', async () => {
      const dialog = await bench().dialog();
      return saysLike('undo.removes-again').test(dialog.text) ? dialog : undefined;
    });
    assert.match(undo.text, saysLike('preview.route', '0.1 BTC', 'loan 12345', says('term.funding-account')));
    assert.equal(await sent(), 2);
    await undo.press(says('term.remove', '0.1 BTC'));
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), '57.98%'));
    assert.deepEqual(
      (await exchange().adjustments()).map(({ loan, type, ccy, amt, state }) => [loan, type, ccy, amt, state]),
      [
        ['67890', 'add', 'ETH', '0.05', 'effective'],
        ['12345', 'add', 'BTC', '0.1', 'effective'],
        ['12345', 'reduce', 'BTC', '0.1', 'effective'],
      ],
    );
    await bench().waitForRow('Loans', /57\.98% · Watch/);

    await bench().reload();
    const again = await bench().gaugeFrame();
    await again.getByRole('heading', { name: 'Loan 67890' }).waitFor();
    await bench().openContainer();
    await bench().waitForRow('Loans', /^Main simulated .*just now/);
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    await bench().waitForRow('Loans', /66\.\d\d% · Warning/);
    assert.deepEqual(await bench().notifications(), []);
    assert.equal(await sent(), 3);
  });
});
