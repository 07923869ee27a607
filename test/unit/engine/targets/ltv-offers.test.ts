import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Snapshot } from '../../../../src/core/model.ts';
import type { CollateralAction, Connection } from '../../../../src/exchanges/exchange.ts';
import { readForTarget } from '../../../../src/engine/targets/read-for-target.ts';
import { coin, prices, single } from '../../words/target-loans.ts';
import { saysLike } from '../../../texts.ts';

const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  loans: [single],
  wallet: [{ coin: 'USDT', amount: decimal('10') }],
  positions: [],
  prices: Object.fromEntries(prices),
  asOf: 1_000,
  ...more,
});

async function read(answer: Snapshot, target = '0.4') {
  const asked: string[] = [];
  const collateral: Pick<CollateralAction, 'options'> = {
    options: async ({ loanId, orderId }, direction) => {
      asked.push(`${direction} ${loanId} ${orderId ?? '-'}`);
      return [coin('BTC', '0.3')];
    },
  };
  const connection: Pick<Connection, 'read' | 'actions'> = {
    read: async () => answer,
    actions: { collateral: collateral as CollateralAction },
  };
  const { answer: read } = await readForTarget(connection as Connection, single, decimal(target), new AbortController().signal);
  return { asked, read };
}

describe('the fresh reading for a target', () => {
  it('asks what can be added for a lower LTV, and what can be taken for a higher one, of the very loan', async () => {
    const lower = await read(snapshot());
    assert.deepEqual(lower.asked, ['add 7 7']);
    assert.ok('reading' in lower.read);
    assert.deepEqual([lower.read.reading.direction, lower.read.reading.wallet?.length], ['add', 1]);
    assert.deepEqual((await read(snapshot(), '0.6')).asked, ['reduce 7 7']);
  });

  it('goes by the LTV as it is now, not as it was when the target was typed', async () => {
    const loans = [{ ...single, ltv: decimal('0.3'), debtUsd: decimal('21600'), debts: [{ coin: 'USDT', amount: decimal('21600') }] }];
    assert.deepEqual((await read(snapshot({ loans }))).asked, ['reduce 7 7']);
  });

  it('knows no wallet that could not be read', async () => {
    const { read: answer } = await read(snapshot({ wallet: [], walletTrouble: msg('test', 'x') }));
    assert.ok('reading' in answer);
    assert.equal(answer.reading.wallet, undefined);
  });

  it('says what makes the loan impossible to compute, and asks no further', async () => {
    const { prices: _prices, ...priceless } = snapshot();
    assert.ok(_prices !== undefined);
    const blind = await read(priceless);
    assert.deepEqual([blind.asked, blind.read], [[], { loan: single, trouble: 'price', unpriced: ['USDT', 'BTC'] }]);
    const differing = await read(snapshot({ loans: [{ ...single, ltv: decimal('0.503') }] }));
    assert.ok('trouble' in differing.read);
    assert.deepEqual([differing.asked, differing.read.trouble], [[], 'definitions']);
  });

  it('does not take another loan for it, nor one that could not be read for gone', async () => {
    const rejects = (more: Partial<Snapshot>, sentence: RegExp) =>
      assert.rejects(read(snapshot(more)), (error) => ExchangeError.is(error, 'refused') && sentence.test(error.message));
    await rejects({ loans: [] }, saysLike('choose.gone'));
    await rejects({ loans: [{ ...single, orderId: '8' }] }, saysLike('choose.gone'));
    await rejects({ loans: [], loansTrouble: msg('test', 'Half of it failed.') }, /^Half of it failed\.$/);
  });
});
