import assert from 'node:assert/strict';
import { StandIn } from '../host/stand-ins/outlets.ts';
import { eventually } from './eventually.ts';
import { addAccount } from './exchange.ts';
import { itInLongRound, useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';

/** Someone who works at something else while a price falls. */
describe('a price that falls', () => {
  const exchange = useExchange();
  const bench = useWorkbench({ settings: { 'ltvGauge.warnings.enabled': true, 'ltvGauge.refreshIntervalSeconds': 10 } });

  async function addWebhook(hook: StandIn): Promise<void> {
    await bench().runCommand('LTV Gauge: Manage Warning Outlets…');
    await bench().quickInput.waitFor(says('outlet.kind'));
    await bench().pick(says('outlet.webhook-label'));
    for (const [prompt, text] of [
      ['outlet.address', `${hook.url}/hook`],
      ['outlet.webhook-secret', 'a-secret-of-this-test'],
    ] as const) {
      await bench().type(text, says(prompt));
      await bench().pressEnter();
    }
    await bench().quickInput.waitFor(says('outlet.levels'));
    await bench().pick(says('outlet.note'));
    await bench().quickInput.waitFor(says('outlet.amounts'));
    await bench().pick(says('outlet.percent'));
    const dialog = await bench().dialog();
    assert.match(dialog.text, saysLike('outlet.save', hook.host));
    await bench().screenshot('outlet-dialog');
    await dialog.press(says('outlet.save-and-test'));
    await bench().waitForNotification(saysLike('outlet.tested', hook.host));
  }

  it('is told in a notification, at a webhook that was added by keyboard, and in the Warnings view; silent once acknowledged', async () => {
    const hook = await new StandIn().start();
    try {
      await bench().openContainer();
      await addAccount(bench(), exchange(), 'Main');
      await bench().waitForNotification(saysLike('warning.near', says('level.danger'), says('kinds.loan', '67890')));
      await bench().clearNotifications();
      await addWebhook(hook);
      await bench().clearNotifications();

      await exchange().control('POST', 'price', { coin: 'BTC', percent: '-25' });
      const told = await bench().waitForNotification(
        saysInTurn(
          // By new prices or by a new reading, whichever comes first.
          saysLike(
            'warning.reached',
            says('level.danger'),
            says('kinds.loan', '12345'),
            says('list.comma', 'Main', says('preview.simulated')),
            undefined,
          ),
          // A hostile exchange may not say what the wallet holds.
          saysLike(process.env['LTV_GAUGE_HOSTILE'] === '1' ? 'warning.add' : 'warning.add-from'),
        ),
      );
      assert.match(told, /BTC/);
      await bench().screenshot('warning-danger');
      await bench().pressInNotification(says('button.bring-ltv-target-more'));
      await bench().quickInput.waitFor(says('target.prompt'));
      await bench().screenshot('warning-target');
      await bench().escape();
      await eventually('the warning to arrive', async () =>
        hook.bodies.some(({ level, text }) => level === 'danger' && String(text).includes(says('kinds.loan', '12345'))),
      );
      assert.equal(hook.bodies[0]?.['text'], says('outlet.test-text'));
    } finally {
      await hook.close();
    }

    await bench().clearNotifications();
    for (const view of ['Loans', 'Positions', 'Collateral']) await bench().pane(view).locator('.pane-header').click();
    await bench().runCommand('LTV Gauge: Focus on Warnings View');
    const acknowledged = saysLike('warning.acknowledged').source;
    const rowOf = (loan: string): string => says('list.brackets', says('term.loan', loan), 'Main');
    // Who went to the target knows of it.
    const row = await bench().waitForRow('Warnings', saysInTurn(rowOf('12345'), new RegExp(acknowledged)));
    assert.ok(row.startsWith(`${rowOf('12345')} ${says('level.danger')}`), row);
    assert.doesNotMatch(await bench().waitForRow('Warnings', rowOf('67890')), new RegExp(acknowledged));
    await bench().screenshot('warnings-view');
    await bench().contextMenu('Warnings', rowOf('67890'), says('button.bring-ltv-target-more'));
    await bench().quickInput.waitFor(says('target.prompt'));
    await bench().escape();
    await bench().contextMenu('Warnings', rowOf('67890'), 'Acknowledge Warnings');
    await bench().waitForRow('Warnings', new RegExp(`${saysLike('term.loan', '67890').source}.*${acknowledged}`));
    await bench().runCommand('LTV Gauge: Acknowledge Warnings');
    await bench().waitForNotification(saysLike('warning.acknowledged-count'));
  });

  itInLongRound('can be rehearsed at the simulated exchange, which is as before afterwards', async () => {
    await bench().openContainer();
    await bench().runCommand('LTV Gauge: Try the Simulated Exchange');
    await bench().waitForRow('Loans', /5\d\.\d\d% · Watch/);
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Test Warnings');
    await bench().waitForNotification(saysLike('warning.test'));
    await bench().pressInNotification(says('button.move-simulated-price'));
    await bench().waitForNotification(saysLike('warning.rehearsed', 'BTC'));
    await bench().waitForRow('Loans', /5\d\.\d\d% · Watch/);
  });
});
