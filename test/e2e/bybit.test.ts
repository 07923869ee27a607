import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, previewCollateral, previewMargin } from './exchange.ts';
import { useBybit, useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysLike } from '../texts.ts';

interface Recorded {
  /** The old order; none for the pool. */
  readonly adjustments: readonly { readonly loan?: string; readonly type: string; readonly ccy: string; readonly amt: string }[];
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
});
