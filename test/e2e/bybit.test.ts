import assert from 'node:assert/strict';
import type { Bybit } from '../../src/simulator/bybit/start.ts';
import { eventually } from './eventually.ts';
import { addAccount, enterAccount, TestExchange, startBybit } from './exchange.ts';
import { useWorkbench } from './use-workbench.ts';

interface Adjustment {
  /** The old order; none for the pool. */
  readonly loan?: string;
  readonly type: string;
  readonly ccy: string;
  readonly amt: string;
}

/** Bybit beside OKX, in the same views and through the same commands. */
describe('someone with loans on Bybit and on OKX', () => {
  let bybit: Bybit;
  let okx: TestExchange;
  // High enough that no row is out of sight.
  const bench = useWorkbench({ settings: { 'ltvGauge.refreshIntervalSeconds': 10 }, viewport: { width: 1280, height: 2400 } });

  before(async () => {
    bybit = await startBybit({ walk: false, settleMs: 500 });
    okx = await TestExchange.start();
  });

  after(async () => {
    await bybit.close();
    await okx.close();
  });

  async function adjustments(): Promise<readonly Adjustment[]> {
    const response = await fetch(`${bybit.url}/__simulator/record`);
    const { adjustments: all } = (await response.json()) as { adjustments: Adjustment[] };
    return all.map(({ loan = 'pool', type, ccy, amt }) => ({ loan, type, ccy, amt }));
  }

  async function add(loan: string, coin: string, amount: string): Promise<void> {
    await bench().clearNotifications();
    await bench().runCommand('LTV Gauge: Add Collateral…');
    await bench().quickInput.waitFor('Which loan');
    await bench().pick(loan);
    await bench().quickInput.waitFor('Which coin');
    await bench().pick(coin);
    await bench().quickInput.waitFor(`Amount of ${coin}`);
    await bench().type(amount);
    await bench().pressEnter();
    const dialog = await bench().dialog();
    assert.match(dialog.text, /Bybit/);
    await dialog.press(`Add ${amount} ${coin}`);
    await bench().waitForNotification(/Done: LTV is now/);
  }

  it('adds a Bybit account without a passphrase, and sees the pool and the old order, with thresholds whose source is said', async () => {
    await bench().openContainer();
    await enterAccount(bench(), bybit.url, 'Pool', bybit.keys, 'Bybit');
    const dialog = await bench().dialog();
    await dialog.press('Save Account');
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
    assert.match(rows, /from a table of \d{4}-\d\d-\d\d/);
    assert.match(rows, /due .*repays it automatically then/);
    await bench().screenshot('bybit');
  });

  it('adds to the pool and to the old order, each once and in the right direction, beside an OKX account', async () => {
    await addAccount(bench(), okx, 'Orders');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    await add('pool', 'BTC', '0.01');
    assert.deepEqual(await adjustments(), [{ loan: 'pool', type: 'add', ccy: 'BTC', amt: '0.01' }]);
    await add('1793683005081680384', 'BTC', '0.02');
    assert.deepEqual((await adjustments())[1], { loan: '1793683005081680384', type: 'add', ccy: 'BTC', amt: '0.02' });
    assert.equal((await adjustments()).length, 2);
    assert.deepEqual(await okx.adjustments(), []);
    await bench().screenshot('bybit-and-okx');
  });
});
