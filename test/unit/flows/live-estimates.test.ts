// Prices that move between two readings, with the real engine: an account far from its lines is read once a minute, prices more often.
import assert from 'node:assert/strict';
import { statusOf } from '../../../src/views/status.ts';
import { TestExchange } from '../../e2e/exchange.ts';
import { text } from '../views/samples.ts';
import { added, Machine, type Front } from './front.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

describe('someone whose prices move between two readings', function () {
  this.timeout(60_000);
  let machine: Machine;
  let front: Front;
  let exchange: TestExchange;
  let accountId: string;
  beforeEach(async () => {
    machine = new Machine();
    front = await machine.front();
    exchange = await machine.runs(TestExchange.start({ clock: machine.clock }));
    // So that nothing is near enough to its line to be read before a minute is over.
    for (const [coin, percent] of [
      ['ETH', '4'],
      ['SOL', '20'],
    ]) {
      await exchange.control('POST', 'price', { coin, percent });
    }
    accountId = await added(front, exchange, 'Main');
  });
  afterEach(() => machine.end());

  const row = (view: 'loans' | 'positions', like: RegExp): string =>
    front.rows(view).find((one) => like.test(one)) ?? front.rows(view).join('\n');
  const moves = async (percent: string): Promise<void> => {
    await exchange.control('POST', 'price', { coin: 'BTC', percent });
    await front.passes(15_000);
  };
  const first = () => front.gauges().state.gauges[0]!;

  it('sees what the loan is about now beside the figure of the exchange, which stays', async () => {
    assert.ok(!row('loans', /^57\.98% · Watch/).includes('~'), 'nothing has moved yet');
    const readings = await exchange.requests('/flexible-loan/loan-info');
    await moves('-1');
    assert.match(row('loans', /^57\.98%/), /^57\.98% · Watch call −21\.3% · now ~58\.5\d%/);
    // A position that is moved by the same coin, at its line.
    assert.match(row('positions', /long · BTC-USDT-SWAP/), /^23\.\d% · Watch long · BTC-USDT-SWAP · now ~22\.\d%/);
    assert.equal(await exchange.requests('/flexible-loan/loan-info'), readings, 'the account itself was not read again');
  });

  it('sees a level turn worse by estimate, everywhere, and the main figure stay that of the exchange', async () => {
    // By the estimate it is read at once; until that is there, the estimate is all there is.
    await exchange.control('POST', 'fault', { endpoint: 'loan-info', fault: 'timeout' });
    await moves('-19.3');
    assert.match(row('loans', /^57\.98%/), saysInTurn(/^57\.98% · Danger /, saysLike('term.by-estimate', /now ~71\.\d\d%/)));
    assert.match(front.status()!, saysInTurn('→ ~', saysLike('term.by-estimate', 'Danger')));
    assert.match(text(statusOf(front.engine.store.all(), front.viewContext())!.spoken), saysLike('estimate.live'));
    const { figure, level, levelText, estimate, spokenValue } = first();
    assert.deepEqual([figure, level], ['57.98%', 'danger']);
    assert.match(levelText, saysLike('term.by-estimate', 'Danger'));
    assert.ok(estimate !== undefined);
    assert.match(spokenValue, saysInTurn('LTV 57.98%. ', says('term.estimate'), /~71\.\d\d%, /, saysLike('estimate.prices-read')));
  });

  it('finds the estimate confirmed by the next reading, and is told how near it was', async () => {
    await moves('-19.3');
    await front.through(front.engine.poller.refresh(accountId));
    assert.ok(!row('loans', /^71\.\d\d% · Danger /).includes('~'));
    assert.equal(first().estimate, undefined);
    assert.ok(
      first().rows.some((one) => saysInTurn(says('estimate.last'), saysLike('estimate.off-points', /0\.0[01]/)).test(JSON.stringify(one))),
      JSON.stringify(first().rows),
    );
  });

  it('has estimates also while the account itself cannot be read, and no better level by them', async () => {
    await moves('-19.3');
    await front.through(front.engine.poller.refresh(accountId));
    for (const endpoint of ['loan-info', 'account/positions']) await exchange.control('POST', 'fault', { endpoint, fault: '5xx' });
    await moves('30');
    assert.notEqual(front.engine.store.get(accountId)?.failure, undefined);
    assert.match(row('loans', /^71\.\d\d%/), /^71\.\d\d% · Danger updated \d+ s ago · call −2\.\d% · now ~55\.\d\d%/);
  });
});
