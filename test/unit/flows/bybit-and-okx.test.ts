// Bybit beside OKX, in the same views and through the same flows, by the real engine.
import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { startBybit, type Bybit } from '../../../src/simulator/bybit/start.ts';
import { TestExchange } from '../../e2e/exchange.ts';
import { added, Machine, type Front } from './front.ts';
import { pick, press, type } from './scripted.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

interface Adjustment {
  /** The old order; none for the pool. */
  readonly loan?: string;
  readonly type: string;
  readonly ccy: string;
  readonly amt: string;
}

describe('someone with loans on Bybit and on OKX', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let bybit: Bybit;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    bybit = await machine.runs(startBybit({ clock: machine.clock, walk: false, settleMs: 500 }));
    await added(front, bybit, 'Pool', 'bybit');
  });
  afterEach(() => machine.end());

  const adjustments = async (): Promise<readonly Adjustment[]> => {
    const response = await fetch(`${bybit.url}/__simulator/record`);
    const { adjustments: all } = (await response.json()) as { adjustments: Adjustment[] };
    return all.map(({ loan = 'pool', type: act, ccy, amt }) => ({ loan, type: act, ccy, amt }));
  };

  it('sees the pool and the old order, with thresholds whose source is said, and what is due', () => {
    const rows = front.rows('loans');
    for (const row of [
      /^52\.80% ·/,
      /^45\.46% ·/,
      /85\.00%.*table of \d{4}-\d\d-\d\d/,
      /92\.00%.*table of 20/,
      saysInTurn(/20\d\d-/, says('bybit.repays')),
    ]) {
      assert.ok(
        rows.some((one) => row.test(one)),
        `${row.source} in ${rows.join('\n')}`,
      );
    }
  });

  it('adds to the pool and to the old order, each once and in the right direction, and nothing reaches OKX', async () => {
    const okx = await machine.runs(TestExchange.start({ clock: machine.clock }));
    await added(front, okx, 'Orders');
    const add = async (loan: string, coin: string, amount: string): Promise<void> => {
      const talk = await front.does(
        (app, attended) => changeCollateral(app, attended, 'add', undefined),
        pick(loan),
        pick(coin),
        type(amount),
        press(`Add ${amount} ${coin}`),
      );
      assert.match(talk.heard.find(({ what }) => what === 'dialog')!.detail, /Bybit/);
      assert.match(talk.titles('notice')[0]!, saysLike('outcome.done-now', says('term.ltv')));
      // Two accounts, each under its own name.
      assert.deepEqual(
        talk.heard[0]!.choices.filter((label) => label.includes('·')),
        ['Pool · SIMULATED', 'Orders · SIMULATED'],
      );
    };
    await add('Loan pool', 'BTC', '0.01');
    assert.deepEqual(await adjustments(), [{ loan: 'pool', type: 'add', ccy: 'BTC', amt: '0.01' }]);
    await add('Loan 1793683005081680384', 'BTC', '0.02');
    assert.deepEqual((await adjustments())[1], { loan: '1793683005081680384', type: 'add', ccy: 'BTC', amt: '0.02' });
    assert.equal((await adjustments()).length, 2);
    assert.deepEqual(await okx.adjustments(), []);
  });
});
