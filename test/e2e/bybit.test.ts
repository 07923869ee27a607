import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, previewCollateral, previewMargin, previewRepayment } from './exchange.ts';
import { itInLongRound, useBybit, useExchange, useWorkbench } from './use-workbench.ts';
import { onLoan, says, saysInTurn, saysLike } from '../texts.ts';

interface Recorded {
  /** The old order; none for the pool. */
  readonly adjustments: readonly { readonly loan?: string; readonly type: string; readonly ccy: string; readonly amt: string }[];
  readonly requests: Readonly<Record<string, number>>;
  readonly margins: readonly { readonly symbol: string; readonly positionIdx: number; readonly margin: string }[];
}

/** In the same views and through the same commands. */
describe('Bybit beside OKX', () => {
  const bybit = useBybit();
  const okx = useExchange();
  // High enough that no row is out of sight.
  const bench = useWorkbench({ viewport: { width: 1400, height: 2400 } });

  const record = async (): Promise<Recorded> => (await (await fetch(`${bybit().url}/__simulator/record`)).json()) as Recorded;

  it('has pool, old order and positions, each changed once and in the right direction; OKX is asked for nothing', async () => {
    await bench().openContainer();
    // Without a passphrase.
    await enterAccount(bench(), bybit().url, 'Pool', bybit().keys, 'Bybit');
    await (await bench().dialog()).press(says('button.save'));
    await bench().waitForRow('Loans', /52\.80% ·/);
    await bench().waitForRow('Loans', /45\.46% ·/);
    await bench().expand('Loans', '52.80%');
    const rows = await eventually(
      'the thresholds of the pool',
      async () => {
        const all = (await bench().treeRows('Loans')).join('\n');
        return all.includes('85.00%') && all.includes('92.00%') ? all : undefined;
      },
      { seen: () => bench().treeRows('Loans') },
    );
    assert.match(rows, /table of \d{4}-\d\d-\d\d/);
    assert.match(rows, saysLike('bybit.repays'));
    await bench().screenshot('bybit');

    await addAccount(bench(), okx(), 'Orders');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    for (const [loan, amount] of [
      ['pool', '0.01'],
      ['1793683005081680384', '0.02'],
    ] as const) {
      const preview = await previewCollateral(bench(), 'Add', { loan, coin: 'BTC', amount });
      assert.match(preview.text, /Bybit/);
      await preview.press(`Add ${amount} BTC`);
      await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv')));
      await bench().clearNotifications();
    }
    await (await previewMargin(bench(), 'Add', 'BTCUSDT short', '25')).press('Add 25 USDT to BTCUSDT short');
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.liquidation-price'), /[\d,.]+ \w+/, 'Bybit'));
    const { adjustments, margins } = await record();
    assert.deepEqual(
      adjustments.map(({ loan = 'pool', type, ccy, amt }) => [loan, type, ccy, amt]),
      [
        ['pool', 'add', 'BTC', '0.01'],
        ['1793683005081680384', 'add', 'BTC', '0.02'],
      ],
    );
    assert.deepEqual(
      margins.map(({ symbol, positionIdx, margin }) => [symbol, positionIdx, margin]),
      [['BTCUSDT', 2, '25']],
    );
    assert.deepEqual(await okx().adjustments(), []);
    assert.equal(await okx().requests('margin-balance'), 0);
    await bench().screenshot('bybit-and-okx');
  });

  itInLongRound(
    'repays a fixed contract whole, a part of the pool whose answer is lost, and all of an old order, then borrows more; each is sent once',
    async () => {
      const old = '1793683005081680384';
      await bench().openContainer();
      await enterAccount(bench(), bybit().url, 'Pool', bybit().keys, 'Bybit');
      await (await bench().dialog()).press(says('button.save'));
      await bench().waitForRow('Loans', /52\.80% ·/);
      const fixed = await previewRepayment(bench(), { loan: 'pool', coin: 'ETH', debts: 2 });
      assert.ok(fixed.text.includes(says('repay.contract', '571')), fixed.text);
      await bench().screenshot('bybit-repay-contract');
      await fixed.press('Repay 1.4 ETH');
      await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit'));
      await bench().clearNotifications();

      await fetch(`${bybit().url}/__simulator/fault`, {
        method: 'POST',
        body: JSON.stringify({ endpoint: '/crypto-loan-flexible/repay', fault: 'lost-after-acting', times: 1 }),
      });
      const part = await previewRepayment(bench(), { loan: 'pool', coin: 'USDT', amount: '50.5' });
      for (const said of [says('repay.interest-first', '3.21 USDT', '47.29 USDT'), says('repay.no-undo')])
        assert.ok(part.text.includes(said), part.text);
      await bench().screenshot('bybit-repay-part');
      await part.press('Repay 50.5 USDT');
      await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit'));
      await bench().clearNotifications();

      const last = await previewRepayment(bench(), { loan: old, coin: 'USDT' });
      assert.ok(last.text.includes(says('repay.releases', '0.05 BTC')), last.text);
      await last.press(last.buttons.find((button) => button.startsWith('Repay 2,000.0')) ?? '');
      await bench().waitForNotification(saysInTurn(saysLike('outcome.done-closed', 'Bybit'), says('repay.closed')));
      await eventually('the order to be gone', async () => !(await bench().treeRows('Loans')).some((row) => row.startsWith('45.46%')), {
        seen: () => bench().treeRows('Loans'),
      });
      await bench().screenshot('bybit-repaid');
      await bench().clearNotifications();

      await bench().runCommand('LTV Gauge: Borrow More…');
      await bench().type('500', says('borrow.ask-limit', 'Pool'));
      await bench().pressEnter();
      await bench().type('100.5', says('collateral.amount-example', 'USDT'));
      await bench().pressEnter();
      const more = await bench().dialog();
      for (const said of [says('borrow.of', '100.5 USDT', onLoan('pool')), says('borrow.left'), says('borrow.no-undo')])
        assert.ok(more.text.includes(said), more.text);
      await bench().screenshot('bybit-borrow');
      await more.press('Borrow 100.5 USDT');
      await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit'));
      const { adjustments } = await record();
      assert.deepEqual(
        adjustments.map(({ loan = 'pool', type, ccy, amt }) => [loan, type, ccy, amt].join(' ')),
        ['571 repay ETH 1.4', 'pool repay USDT 50.5', `${old} repay USDT 2000.04016`, 'pool borrow USDT 100.5'],
      );
    },
  );

  itInLongRound('repays with collateral, which is sold once; an answer that is lost is found out by reading', async () => {
    await bench().openContainer();
    await enterAccount(bench(), bybit().url, 'Pool', bybit().keys, 'Bybit');
    await (await bench().dialog()).press(says('button.save'));
    await bench().waitForRow('Loans', /52\.80% ·/);
    await fetch(`${bybit().url}/__simulator/fault`, {
      method: 'POST',
      body: JSON.stringify({ endpoint: '/crypto-loan-flexible/repay-collateral', fault: 'lost-after-acting', times: 1 }),
    });
    await bench().runCommand('LTV Gauge: Repay with Collateral…');
    await bench().quickInput.waitFor(says('repay-collateral.which-debt'));
    await bench().screenshot('bybit-sell-debts');
    await bench().pick('USDT');
    await bench().quickInput.waitFor(says('repay-collateral.which-coin'));
    await bench().pick('BTC');
    await bench().type('2000', says('collateral.amount-example', 'USDT'));
    await eventually(
      'the effect while typing',
      async () => /52\.80% → 4\d\.\d\d%/.test((await bench().quickInput.state())?.message ?? ''),
      {
        seen: () => bench().quickInput.state(),
      },
    );
    await bench().screenshot('bybit-sell-typing');
    await bench().pressEnter();
    const preview = await bench().dialog();
    for (const said of ['SIMULATED', '12,003.21 USDT → 10,003.21 USDT', says('repay-collateral.no-undo')])
      assert.ok(preview.text.includes(said), `the preview says “${said}”: ${preview.text}`);
    await bench().screenshot('bybit-sell-preview');
    await preview.press(says('repay-collateral.act', '2,000 USDT', 'BTC'));
    await bench().waitForNotification(
      saysInTurn(saysLike('outcome.done-now', says('term.ltv'), undefined, 'Bybit'), saysLike('repay-collateral.sold')),
    );
    await bench().waitForRow('Loans', /^47\.9\d% · /);
    await bench().screenshot('bybit-sold');
    const { adjustments, requests } = await record();
    assert.deepEqual(
      adjustments.map(({ loan = 'pool', type, ccy, amt }) => [loan, type, ccy, amt].join(' ')),
      ['pool sell BTC USDT 2000'],
    );
    assert.equal(requests['/v5/crypto-loan-flexible/repay-collateral'], 1);
  });
});
