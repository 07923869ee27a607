import assert from 'node:assert/strict';
import type { Change } from '../../../../src/exchanges/exchange.ts';
import { inSequence } from '../../../../src/engine/ledger/sequence.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/record.ts';
import { record } from '../../words/records.ts';
import { change, d } from './support.ts';

const changes: readonly Change[] = ['0.1', '0.2', '0.3'].map((amount) => change({ amount: d(amount) }));
const evidence = { kind: 'history', id: 'h' } as const;
const proven = (index: number, facts: Partial<WriteRecord> = {}): WriteRecord => ({
  ...record({ id: `w${index.toString()}`, state: 'effective', evidence }),
  change: changes[index]!,
  ...facts,
});

/** Runs all with the outcome of the second being this one. */
async function run(second: WriteRecord | undefined): Promise<readonly number[]> {
  const begun: number[] = [];
  const { rest } = await inSequence(changes, async (asked, index) => {
    begun.push(index);
    assert.equal(asked, changes[index]);
    return index === 1 ? second : proven(index);
  });
  return [...begun, rest];
}

describe('several changes', () => {
  it('go one after the other as long as each is proven', async () => {
    assert.deepEqual(await run(proven(1)), [0, 1, 2, 3]);
    assert.deepEqual(await inSequence([], () => assert.fail()), { rest: 0 });
  });

  it('end with the first of which nothing was sent, which is then left itself', async () => {
    assert.deepEqual(await run(undefined), [0, 1, 1]);
  });

  const { evidence: proof, ...byWord } = proven(1);
  assert.ok(proof !== undefined);
  for (const [name, outcome] of [
    ['closed by a person’s word', byWord],
    ...(['planned', 'sent', 'accepted', 'rejected', 'unknown', 'not-effective', 'mismatch'] as const).map(
      (state) => [state, proven(1, { state })] as const,
    ),
    ['the one before, told twice', proven(0)],
    ['the proof of another amount', proven(1, { change: change({ amount: d('0.1') }) })],
    ['the proof of the other direction', proven(1, { change: change({ amount: d('0.2'), direction: 'reduce' }) })],
    ['the proof of another loan', proven(1, { change: change({ amount: d('0.2'), loan: { loanId: '9' } }) })],
  ] as const) {
    it(`end with one that is ${name}`, async () => {
      assert.deepEqual(await run(outcome), [0, 1, 2]);
    });
  }
});
