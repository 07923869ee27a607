import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { writeState } from '../../src/simulator/okx/state.ts';
import { World } from '../../src/simulator/okx/world.ts';
import { decimal } from '../../src/core/decimal.ts';
import { addAccount, hostility, previewRepayment } from './exchange.ts';
import { itInLongRound, useExchange, useWorkbench } from './use-workbench.ts';
import { onLoan, says, saysInTurn, saysLike } from '../texts.ts';

/** The liquidation price that the line says it went from and to by estimate, without grouping. */
function liquidationIn(text: string): readonly [number, number] {
  const [, now = '', after = ''] = /Liquidation price: ([\d,.]+) \w+ → ([\d,.]+) \w+/.exec(text) ?? [];
  const plain = (price: string): number => Number(price.replaceAll(',', ''));
  return [plain(now), plain(after)];
}

describe('someone who brings a position and a loan away from liquidation', () => {
  const exchange = useExchange();
  // High and wide enough that no row is out of sight.
  const bench = useWorkbench({ viewport: { width: 1400, height: 1900 } });

  it('adds margin from the line of the position, collateral as the target picker says, and repays a part; each is sent once and moves just that one', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
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
    await bench().clearNotifications();

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
    const shown = await bench().dialog();
    assert.match(shown.text, saysLike('term.by-estimate', saysLike('list.colon', 'LTV', saysLike('list.arrow', '57.98%', /5[45]\.\d\d%/))));
    await shown.press(`Add ${amount} BTC`);
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), /5(4\.99|5\.00)%/));
    assert.deepEqual(
      (await exchange().adjustments()).map(({ loan, type, ccy, amt }) => [loan, type, ccy, amt]),
      [['12345', 'add', 'BTC', amount]],
    );
    await bench().clearNotifications();

    // The answer is lost after the exchange acted: only its history tells.
    await exchange().control('POST', 'fault', { endpoint: 'flexible-loan/repay', fault: 'lost-after-acting', times: 1 });
    await bench().runCommand('LTV Gauge: Repay…');
    await bench().quickInput.waitFor(says('collateral.loan'));
    await bench().pick('12345');
    await bench().type('50', says('collateral.amount-example', 'USDT'));
    await eventually(
      'the effect while typing',
      async () => /5[45]\.\d\d% → 54\.9\d%/.test((await bench().quickInput.state())?.message ?? ''),
      {
        seen: () => bench().quickInput.state(),
      },
    );
    await bench().pressEnter();
    const repayment = await bench().dialog();
    for (const part of [
      says('repay.of', '50 USDT', 'loan 12345'),
      says('preview.route', '50 USDT', says('term.funding-account'), 'loan 12345'),
      says('repay.debt-with-interest'),
      says('repay.no-undo'),
    ])
      assert.ok(repayment.text.includes(part), `the preview says “${part}”: ${repayment.text}`);
    await bench().screenshot('repay-preview');
    await repayment.press('Repay 50 USDT');
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), /54\.9\d%/));
    assert.equal(await exchange().requests('flexible-loan/repay'), 1);
    assert.deepEqual(
      (await exchange().adjustments()).map(({ loan, type, ccy, amt, state }) => [loan, type, ccy, amt, state]),
      [
        ['12345', 'add', 'BTC', amount, 'effective'],
        ['12345', 'repay', 'USDT', '50', 'effective'],
      ],
    );
  });
});

/** The usual loans, and a wallet that pays the larger one off. */
const rich = (): string => {
  const wallet = [
    { ccy: 'USDT', amt: decimal('50000') },
    { ccy: 'BTC', amt: decimal('1') },
  ];
  return writeState(new World({ clock: { now: Date.now }, settleMs: 500, seed: 'rich', walking: false, wallet }).state());
};

describe('someone who pays a loan off, or borrows more', () => {
  const exchange = useExchange({ state: rich() });
  const bench = useWorkbench({ viewport: { width: 1400, height: 1600 } });
  const sent = () => exchange().requests('flexible-loan/repay');

  /** Said once it is proven. Beside a loan that cannot be read nothing is: that one may be it. */
  async function isClosed(): Promise<void> {
    const done = saysInTurn(saysLike('outcome.done-closed', 'OKX'), says('repay.closed-released', '0.8 BTC'));
    if (hostility !== 'whole') await bench().waitForNotification(done);
    else {
      await eventually('the repayment', async () => (await exchange().adjustments()).at(-1)?.state === 'effective');
      await bench().runCommand('LTV Gauge: Refresh');
      await bench().waitForRow('Loans', saysLike('term.change-unfinished'));
      assert.ok(!(await bench().notifications()).some((one) => done.test(one)));
    }
  }

  itInLongRound(
    'sees what interest leaves of it; then the rest, whose answer is lost: locked, proven by the history, closed, sent once each',
    async () => {
      await bench().openContainer();
      await addAccount(bench(), exchange(), 'Main');
      await bench().waitForRow('Loans', /57\.98% · Watch/);
      const all = await previewRepayment(bench(), { loan: '12345', coin: 'USDT' });
      const parts = [
        'LTV: 57.98% → 0.00%',
        '40,000 USDT → 0 USDT',
        says('repay.releases', '0.8 BTC'),
        says('repay.dust', 'OKX'),
        says('repay.no-undo'),
      ];
      for (const part of parts) assert.ok(all.text.includes(part), `the preview says “${part}”: ${all.text}`);
      await bench().screenshot('repay-all-preview');
      // An hour of interest is booked between the request and its execution.
      await exchange().control('POST', 'settle', { ms: 25_000 });
      await all.press('Repay 40,000 USDT');
      await eventually('the request', async () => (await sent()) === 1);
      await exchange().control('POST', 'interest');
      exchange().pass(25_000);
      await bench().waitForNotification(
        saysInTurn(saysLike('outcome.done-now', says('term.ltv')), saysLike('repay.remainder', /0\.\d+/, 'USDT')),
      );
      await bench().screenshot('repay-all-remainder');
      await bench().waitForRow('Loans', /^0\.01% · OK/);
      await bench().clearNotifications();

      await exchange().control('POST', 'fault', { endpoint: 'flexible-loan/repay', fault: 'lost-after-acting', times: 1 });
      const rest = await previewRepayment(bench(), { loan: '12345', coin: 'USDT' });
      assert.ok(rest.text.includes(says('repay.releases', '0.8 BTC')), rest.text);
      await rest.press(rest.buttons.find((button) => button.startsWith('Repay 0.')) ?? '');
      await bench().waitForNotification(saysLike('kinds.checking', 'OKX'));
      await bench().pressInNotification('Cancel', says('kinds.checking', 'OKX'));
      await bench().waitForNotification(saysLike('outcome.unknown', 'OKX', onLoan('12345')));
      await bench().waitForRow('Loans', new RegExp(says('term.change-unfinished')));
      await bench().screenshot('repay-unknown');
      await bench().clearNotifications();
      await bench().runCommand('LTV Gauge: Repay…');
      await bench().quickInput.waitFor(says('collateral.loan'));
      await bench().pick('12345');
      await bench().waitForNotification(saysLike('choose.earlier-change-unfinished', onLoan('12345')));
      exchange().pass(25_000);
      await bench().runCommand('LTV Gauge: Refresh');
      await isClosed();
      if (hostility === 'whole') return;
      await eventually('the loan to be gone', async () => !(await bench().treeRows('Loans')).some((row) => /^0\.0\d%/.test(row)), {
        seen: () => bench().treeRows('Loans'),
      });
      await bench().waitForRow('Collateral', /^BTC 1\.8/);
      await bench().screenshot('repay-closed');
      assert.equal(await sent(), 2);
      const repayments = (await exchange().adjustments()).map(({ loan, type, ccy, amt, state }) => [loan, type, ccy, amt, state].join(' '));
      assert.equal(repayments.length, 2);
      assert.equal(repayments[0], '12345 repay USDT 40000 effective');
      assert.match(repayments[1] ?? '', /^12345 repay USDT 0\.\d+ effective$/);
    },
  );

  itInLongRound('asks OKX again with the same id after a lost answer: two requests, one repayment', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    // The first never reaches it.
    await exchange().control('POST', 'fault', { endpoint: 'flexible-loan/repay', fault: 'lost-before-acting', times: 1 });
    const all = await previewRepayment(bench(), { loan: '12345', coin: 'USDT' });
    // Of many notices within a second the editor shows the first only, and there is not much time to find another.
    await eventually('notices of readings to go', async () => (await bench().notifications()).length === 0);
    await all.press('Repay 40,000 USDT');
    await bench().waitForNotification(saysLike('again.offer', 'OKX'));
    await bench().screenshot('ask-again');
    await bench().pressInNotification(says('again.button', 'OKX'));
    await isClosed();
    assert.equal(await sent(), 2);
    assert.deepEqual(
      (await exchange().adjustments()).map(({ loan, type, ccy, amt, state }) => [loan, type, ccy, amt, state].join(' ')),
      ['12345 repay USDT 40000 effective'],
    );
  });

  itInLongRound('borrows more once that was allowed, within what was allowed; a lost answer is found out by reading', async () => {
    await bench().openContainer();
    await addAccount(bench(), exchange(), 'Main');
    await bench().waitForRow('Loans', /57\.98% · Watch/);
    const borrowed = () => exchange().requests('flexible-loan/borrow');
    await bench().runCommand('LTV Gauge: Borrow More…');
    await bench().quickInput.waitFor(says('collateral.loan'));
    await bench().pick('12345');
    await bench().type('1000', says('borrow.ask-limit', 'Main'));
    await bench().screenshot('allow-borrowing');
    await bench().pressEnter();
    await bench().quickInput.waitFor(says('collateral.amount-example', 'USDT'));
    const before = await bench().quickInput.state();
    assert.match(before?.message ?? '', saysInTurn(/57\.98%/, saysLike('borrow.call-at', 'BTC', /\$[\d,.]+/)));
    await bench().screenshot('borrow-before-typing');
    await bench().type('1500');
    await eventually(
      'the effect while typing',
      async () =>
        saysInTurn(/57\.98% → 60\.1\d%/, saysLike('borrow.call-at', 'BTC')).test((await bench().quickInput.state())?.message ?? ''),
      { seen: () => bench().quickInput.state() },
    );
    await bench().screenshot('borrow-typing');
    await bench().pressEnter();
    await bench().waitForNotification(saysLike('limit.borrow-per-day'));
    assert.equal(await borrowed(), 0);
    await bench().clearNotifications();

    await exchange().control('POST', 'fault', { endpoint: 'flexible-loan/borrow', fault: 'lost-after-acting', times: 1 });
    await bench().runCommand('LTV Gauge: Borrow More…');
    await bench().quickInput.waitFor(says('collateral.loan'));
    await bench().pick('12345');
    await bench().type('900', says('collateral.amount-example', 'USDT'));
    await bench().pressEnter();
    const preview = await bench().dialog();
    const parts = ['SIMULATED', 'LTV: 57.98% → 59.29%', '40,000 USDT → 40,900 USDT', says('borrow.no-undo')];
    for (const part of parts) assert.ok(preview.text.includes(part), `the preview says “${part}”: ${preview.text}`);
    await bench().screenshot('borrow-preview');
    await preview.press('Borrow 900 USDT');
    await bench().waitForNotification(saysLike('outcome.done-now', says('term.ltv'), /59\.\d\d%/, 'OKX'));
    await bench().waitForRow('Loans', /^59\.\d\d% · /);
    assert.equal(await borrowed(), 1);
    assert.deepEqual(
      (await exchange().adjustments()).map(({ loan, type, ccy, amt, state }) => [loan, type, ccy, amt, state].join(' ')),
      ['12345 borrow USDT 900 effective'],
    );
  });
});
