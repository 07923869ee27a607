import assert from 'node:assert/strict';
import { addAccount } from './exchange.ts';
import { useExchange, useWorkbench } from './use-workbench.ts';
import { says, saysInTurn, saysLike } from '../texts.ts';

/** The liquidation price that the line says it went from and to by estimate, without grouping. */
function liquidationIn(text: string): readonly [number, number] {
  const [, now = '', after = ''] = /Liquidation price: ([\d,.]+) \w+ → ([\d,.]+) \w+/.exec(text) ?? [];
  const plain = (price: string): number => Number(price.replaceAll(',', ''));
  return [plain(now), plain(after)];
}

describe('adding margin', () => {
  const exchange = useExchange();
  // High and wide enough that no row is out of sight.
  const bench = useWorkbench({ viewport: { width: 1400, height: 1900 } });

  it('from the line of a position moves the liquidation price of just that one away, as the exchange itself says; it is sent once', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Positions', /23\.2% · Watch .*BTC-USDT-SWAP/);
    await bench().waitForRow('Positions', /8\.7% · Warning .*ETH-USDT-SWAP/);
    await bench().waitForRow('Positions', saysInTurn(says('term.cross-margin'), 'SOL-USDT-SWAP'));
    await bench().screenshot('positions');

    await bench().contextMenu('Positions', '23.2%', says('term.add-margin'));
    await bench().quickInput.waitFor('BTC-USDT-SWAP long (Main)');
    await bench().type('2000', says('collateral.amount-example', 'USDT'));
    await bench().pressEnter();
    const preview = await bench().dialog();
    const parts = [
      says('resolve.sure', says('list.colon', 'SIMULATED', says('term.add-to', '2,000 USDT', 'BTC-USDT-SWAP long'))),
      'Main · OKX',
      says('preview.no-real-money', 'SIMULATED'),
      says('preview.route', '2,000 USDT', says('okx.trading-account'), 'BTC-USDT-SWAP long'),
      says('margin-preview.hedge'),
    ];
    for (const part of parts) assert.ok(preview.text.includes(part), `the preview says “${part}”: ${preview.text}`);
    const [now, after] = liquidationIn(preview.text);
    assert.ok(after < now, `${after.toString()} is further from the mark price than ${now.toString()}`);
    await bench().screenshot('margin-preview');
    await preview.press('Add 2,000 USDT to BTC-USDT-SWAP long');
    const done = await bench().waitForNotification(
      saysLike(
        'outcome.done-now',
        says('term.liquidation-price'),
        /[\d,.]+ \w+/,
        'OKX',
        saysLike('list.colon', says('preview.simulated'), saysLike('term.add-to', undefined, undefined)),
      ),
    );
    const told = Number((/([\d,.]+) USDT \(OKX\)/.exec(done)?.[1] ?? '').replaceAll(',', ''));
    assert.ok(told < now, 'the exchange itself says so');
    assert.ok(Math.abs(told - after) / after < 0.005, `the estimate ${after.toString()} was near ${told.toString()}`);
    await bench().waitForRow('Positions', /27\.\d% · OK .*BTC-USDT-SWAP/);
    await bench().waitForRow('Positions', /37\.3% · OK .*BTC-USDT-SWAP/);
    const { margins } = (await exchange().control('GET', 'record')) as { margins: Record<string, string>[] };
    assert.deepEqual(
      margins.map(({ instId, posSide, type, amt }) => [instId, posSide, type, amt]),
      [['BTC-USDT-SWAP', 'long', 'add', '2000']],
    );
    assert.equal(await exchange().requests('margin-balance'), 1);
  });
});
