import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, previewCollateral, TestExchange } from './exchange.ts';
import { itInLongRound, useExchange, useWorkbench } from './use-workbench.ts';
import { onLoan, says, saysLike } from '../texts.ts';

/** Against exchanges of the test's own, over real HTTP. */
describe('when things go wrong', () => {
  const exchange = useExchange();
  const bench = useWorkbench({ viewport: { width: 1280, height: 1600 } });

  beforeEach(async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
  });

  it('an answer that is lost after the exchange acted is found out by reading; accepted is not done; each is sent once', async () => {
    await exchange().control('POST', 'fault', { endpoint: 'adjust-collateral', fault: 'lost-after-acting', times: 1 });
    await (await previewCollateral(bench(), 'Add', { loan: '12345', coin: 'BTC', amount: '0.1' })).press('Add 0.1 BTC');
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), '51.54%'));
    assert.equal(await exchange().requests('adjust-collateral'), 1);
    await bench().waitForRow('Loans', /51\.54% · OK/);
    await bench().clearNotifications();

    await exchange().control('POST', 'fault', { fault: 'never-settled', times: 1 });
    await (await previewCollateral(bench(), 'Add', { loan: '67890', coin: 'ETH', amount: '0.1' })).press('Add 0.1 ETH');
    await bench().waitForNotification(saysLike('kinds.confirming', 'OKX'));
    // The old LTV stays until there is proof.
    await bench().waitForRow('Loans', new RegExp(`67\\.61% · Danger ${says('term.change-unfinished')}`));
    await bench().screenshot('accepted');
    await bench().pressInNotification('Cancel', says('kinds.confirming', 'OKX'));
    await bench().waitForNotification(
      saysLike('outcome.accepted', 'OKX', saysLike('list.colon', says('preview.simulated'), saysLike('term.add-to', undefined, undefined))),
    );
    await bench().runCommand('LTV Gauge: Remove Collateral…');
    await bench().quickInput.waitFor(says('collateral.loan'));
    await bench().pick('67890');
    await bench().waitForNotification(saysLike('choose.earlier-change-unfinished', onLoan('67890')));
    assert.deepEqual(
      (await exchange().adjustments()).map(({ loan, type, ccy, amt }) => [loan, type, ccy, amt]),
      [
        ['12345', 'add', 'BTC', '0.1'],
        ['67890', 'add', 'ETH', '0.1'],
      ],
    );
  });

  itInLongRound('an exchange that dies turns ages and greys, beside one that lives, and recovers without a restart', async () => {
    const other = await TestExchange.start();
    try {
      await addAccount(bench(), other, 'Second');
      await bench().waitForRow('Loans', /^Second .*just now/);
      await bench().clearNotifications();
      const gone = await exchange().kill();
      await bench().runCommand('LTV Gauge: Refresh');
      await bench().waitForRow('Loans', /^Main .*unreachable/);
      await bench().waitForRow('Loans', /57\.98% · Unknown/);
      await bench().waitForRow('Positions', /23\.2% · Unknown .*updated (just now|\d+ s ago)/);
      await bench().waitForRow('Loans', /^Second .*(just now|\d s ago)/);
      await bench().waitForRow('Loans', /57\.98% · Watch/);
      assert.deepEqual(await bench().notifications(), [], 'a reading that fails is never a box');
      await bench().screenshot('unreachable');
      await gone.revive();
      await bench().runCommand('LTV Gauge: Refresh');
      await eventually('recovery', async () => !(await bench().treeRows('Loans')).some((row) => /unreachable|Unknown/.test(row)), {
        deadlineMs: 60_000,
        seen: () => bench().treeRows('Loans'),
      });
      await bench().waitForRow('Loans', /^Main .*just now/);
    } finally {
      await other.close();
    }
  });

  it('an exchange that does the opposite freezes the account, also after a reload, until a person lifts it', async () => {
    await exchange().control('POST', 'fault', { fault: 'reversed-direction', times: 1 });
    await (await previewCollateral(bench(), 'Add', { loan: '12345', coin: 'BTC', amount: '0.02' })).press('Add 0.02 BTC');
    const alarm = await eventually('the alarm', async () => {
      const dialog = await bench().dialog();
      return saysLike('outcome.mismatch').test(dialog.text) ? dialog : undefined;
    });
    assert.match(alarm.text, saysLike('collateral.booked-instead', 'collateral_released', '0.02', 'BTC'));
    await bench().screenshot('frozen');
    await bench().escape();
    await bench().reload();
    await bench().openContainer();
    await bench().waitForRow('Loans', saysLike('account.frozen'));
    await bench().runCommand('LTV Gauge: Remove Collateral…');
    await bench().quickInput.waitFor(says('collateral.loan'));
    await bench().pick('12345');
    await bench().waitForNotification(saysLike('kinds.frozen', 'Main'));
    await bench().clearNotifications();

    await bench().runCommand('LTV Gauge: Resolve Unfinished Change…');
    await (await bench().dialog()).press(says('button.unfreeze'));
    const sure = await eventually('the question whether it is sure', async () => {
      const next = await bench().dialog();
      return next.text.includes(says('resolve.understood')) ? next : undefined;
    });
    await sure.press(says('button.unfreeze'));
    await bench().waitForNotification(saysLike('resolve.unfrozen'));
    await eventually('the freeze to be gone', async () => !(await bench().treeRows('Loans')).some((row) => row.includes('frozen')));
    assert.equal(await exchange().requests('adjust-collateral'), 1);
  });
});
