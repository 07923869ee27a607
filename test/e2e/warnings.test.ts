import assert from 'node:assert/strict';
import { addAccount } from './exchange.ts';
import { useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';

/** Someone who works at something else while a price falls. */
describe('a price that falls', () => {
  const exchange = useExchange();
  const bench = useWorkbench({ settings: { 'ltvGauge.warnings.enabled': true, 'ltvGauge.refreshIntervalSeconds': 10 } });

  it('is told in a notification that leads to the target, and is silent once acknowledged', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForNotification(saysLike('warning.near', says('level.danger'), says('kinds.loan', '67890')));
    await bench().clearNotifications();

    await exchange().control('POST', 'price', { coin: 'BTC', percent: '-25' });
    const told = await bench().waitForNotification(
      saysInTurn(
        // By new prices or by a new reading, whichever comes first.
        new RegExp(
          `(?:${['warning.reached-estimate', 'warning.reached']
            .map(
              (id) => saysLike(id, says('level.danger'), says('kinds.loan', '12345'), says('warning.simulated', 'Main'), undefined).source,
            )
            .join('|')})`,
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

    await bench().runCommand('LTV Gauge: Acknowledge Warnings');
    await bench().waitForNotification(saysLike('warning.acknowledged-several'));
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Test Warnings');
    await bench().waitForNotification(saysLike('warning.test'));
  });
});
