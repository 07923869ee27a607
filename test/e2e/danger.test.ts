import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, hostility, previewCollateral } from './exchange.ts';
import { useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';

describe('someone who comes near the end', () => {
  const exchange = useExchange();
  // Readings are so far apart that none is automatic while nothing is near its line: changes are estimates.
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 300 }, viewport: { width: 1400, height: 1400 } });

  it('sees danger first: in a preview that leads there, by estimate between readings, by reading, and when a position is gone', async () => {
    for (const [coin, percent] of [
      ['ETH', '4'],
      ['SOL', '20'],
    ]) {
      await exchange().control('POST', 'price', { coin, percent });
    }
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    const read = await bench().waitForRow('Loans', /57\.98% · Watch/);
    assert.ok(!read.includes('~'), 'nothing has moved yet');

    // The editor's own WebSocket; when these stand the account is read once more, and then only when something happens to it.
    await eventually('the sockets', async () => {
      const { open } = (await exchange().control('GET', 'sockets')) as { open: { path: string }[] };
      return (
        open
          .map(({ path }) => path)
          .sort()
          .join() === '/ws/v5/private,/ws/v5/public'
      );
    });

    const near = await previewCollateral(bench(), 'Remove', { loan: '12345', coin: 'BTC', amount: '0.16' });
    const warning = saysLike('preview.near-by-fall', 'DANGER', /1\.\d%/, says('preview.margin-call'));
    assert.match(near.text, warning);
    const parts = [
      warning.exec(near.text)![0],
      'LTV: 57.98% → 72.',
      says('list.colon', says('term.level'), says('list.arrow', says('level.watch'), says('level.danger'))),
      says('preview.coin-liquidation-price', 'BTC'),
      says('preview.no-real-money', 'SIMULATED'),
    ];
    const places = parts.map((part) => near.text.indexOf(part));
    assert.ok(!places.includes(-1), near.text);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      near.text,
    );
    await bench().screenshot('near-margin-call');
    await bench().escape();

    // By the estimate it is read at once; until that is there, the estimate is all there is.
    await exchange().control('POST', 'fault', { endpoint: 'loan-info', fault: 'timeout' });
    await exchange().control('POST', 'price', { coin: 'BTC', percent: '-18.5' });
    await bench().waitForRow('Loans', /^57\.98% · Danger now ~71\.\d\d% \(estimate\)/);
    await bench().waitForRow('Positions', /^23\.2% · Warning long · now ~5\.\d% \(estimate\) · BTC-USDT-SWAP/);
    await eventually('the status bar to say so', async () => /→ ~.*\(estimate\)/.test((await bench().statusBarText()) ?? ''));
    assert.match((await bench().statusBarLabel()) ?? '', saysLike('estimate.live'));
    await bench().runCommand('LTV Gauge: Open Gauges');
    const gauge = (await bench().gaugeFrame()).locator('.gauge').filter({ hasText: '12345' });
    await gauge.locator('div.line').press('Enter');
    await eventually('the second needle', async () => (await gauge.locator('.tick.estimate').count()) === 1);
    assert.match(await gauge.locator('.level').innerText(), saysLike('term.by-estimate', 'Danger'));
    assert.equal(await gauge.locator('.dial .main').textContent(), '57.98%');
    const meter = gauge.getByRole('meter');
    assert.match((await meter.getAttribute('aria-valuetext')) ?? '', /LTV 57\.98%\. Estimate ~71\.\d\d%, prices /);
    assert.equal(await meter.getAttribute('aria-valuenow'), '57.98');
    await bench().screenshot('live-estimate-warning');

    await exchange().control('DELETE', 'fault');
    await bench().runCommand('LTV Gauge: Refresh');
    assert.ok(!(await bench().waitForRow('Loans', /^71\.\d\d% · Danger /)).includes('~'));
    // A reading that was on its way while the price fell has no price to measure the estimate with: then one of the next has.
    await eventually('the difference to be told', async () => {
      await exchange().control('POST', 'price', { coin: 'BTC', percent: '-0.1' });
      await bench().runCommand('LTV Gauge: Refresh');
      return saysInTurn(says('estimate.last'), saysLike('estimate.off-points', /0\.0[01]/)).test(await gauge.innerText());
    });
    await eventually('one needle', async () => (await gauge.locator('.tick.estimate').count()) === 0);

    await exchange().control('POST', 'price', { coin: 'BTC', percent: '-24' });
    await bench().runCommand('LTV Gauge: Refresh');
    await bench().waitForRow('Loans', /9\d\.\d\d% · Danger/);
    await eventually('danger in the status bar', async () => ((await bench().statusBarText()) ?? '').includes('Danger'));
    // With an unreadable position present it is not known to be gone: that one may be it.
    const gone =
      hostility === 'whole'
        ? /5\.\d% · Warning long · BTC-USDT-SWAP · updated \d+ s ago/
        : saysLike('vanished.closed', 'BTC-USDT-SWAP long');
    await bench().waitForRow('Positions', gone);
    await bench().screenshot('danger');
  });
});
