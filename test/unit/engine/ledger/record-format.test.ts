import assert from 'node:assert/strict';
import fc from 'fast-check';
import { latestTime } from '../../../../src/core/clock.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/record.ts';
import { fromLine, isNewerLine, toLine } from '../../../../src/engine/ledger/record-format.ts';
import { holds } from '../../property.ts';
import { d } from './support.ts';
import { repayWrite } from './kinds/repay.ts';
import { written, writtenMargin } from './written.ts';

const amount = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.option(fc.stringMatching(/^\d{1,18}$/), { nil: undefined }))
  .map(([minus, whole, fraction]) => d(`${minus ? '-' : ''}${whole.toString()}${fraction === undefined ? '' : `.${fraction}`}`));
const time = fc.integer({ min: 0, max: latestTime });
const text = fc.string({ unit: 'binary', minLength: 1 });
const optional = { noNullPrototype: true };

const answer = fc.record(
  {
    at: time,
    kind: fc.constantFrom('accepted' as const, 'refused' as const, 'lost' as const, 'neverLeft' as const),
    code: text,
    instead: fc.uniqueArray(fc.constantFrom(...(['otherCoin', 'repay', 'less', 'more', 'addMargin', 'later'] as const))),
  },
  { requiredKeys: ['at', 'kind'], ...optional },
);
const added = fc.record(
  {
    figures: fc.record(
      {
        readAt: time,
        walletAvailable: amount,
        limit: amount,
        usd: amount,
        collateralUsd: amount,
        debtUsd: amount,
        clockOffsetMs: fc.maxSafeInteger(),
      },
      { requiredKeys: ['readAt', 'walletAvailable'], ...optional },
    ),
    owner: text,
    window: text,
    answer,
    again: fc.record({ at: time, answer }, { requiredKeys: ['at'], ...optional }),
    evidence: fc.oneof(
      fc.record({ kind: fc.constant('position' as const) }, optional),
      fc.record(
        {
          kind: fc.constant('history' as const),
          id: text,
          row: fc.record({ type: fc.string(), coin: fc.string(), amount, at: time }, optional),
        },
        { requiredKeys: ['kind', 'id'], ...optional },
      ),
    ),
    reference: text,
    ltvAfter: amount,
    freezeLiftedAt: time,
  },
  { requiredKeys: [], ...optional },
);
const record: fc.Arbitrary<WriteRecord> = fc
  .tuple(fc.constantFrom<WriteRecord>(written('w1'), writtenMargin(), repayWrite()), added, text)
  .map(([base, facts, accountName]) => ({ ...base, ...facts, accountName }));

const lineOf = (write: WriteRecord, format: number): string => JSON.stringify({ ...(JSON.parse(toLine(write)) as object), format });

describe('a stored record', () => {
  it('keeps what the proof of a change of margin will be looked for after', () => {
    const { baseline, ...write } = writtenMargin();
    const whole = { ...write, baseline: { ...baseline, newestHistoryId: '623950854533513219' } } as WriteRecord;
    assert.deepEqual(fromLine(toLine(whole)), whole);
  });

  it('comes back as it was put down, to the last digit, in one line', () => {
    holds(
      fc.property(record, (write) => {
        const line = toLine(write);
        assert.equal(line.includes('\n'), false);
        assert.deepEqual(fromLine(line), write);
        assert.equal(toLine(fromLine(line)), line);
      }),
    );
  });

  it('says that it is of format 3, and a repayment of 4, which versions before it call newer', () => {
    const formatOf = (write: WriteRecord): number => (JSON.parse(toLine(write)) as { format: number }).format;
    assert.deepEqual([formatOf(written('w1')), formatOf(writtenMargin()), formatOf(repayWrite())], [3, 3, 4]);
    assert.equal(isNewerLine(lineOf(written('w1'), 4)), true);
    assert.equal(isNewerLine(toLine(repayWrite())), false);
    assert.equal(isNewerLine(lineOf(repayWrite(), 5)), true);
    assert.throws(() => fromLine(lineOf(repayWrite(), 3)));
  });

  for (const write of [written('w1'), writtenMargin()]) {
    it(`of ${write.change.kind} from before figures, window and answer were kept still loads, without them`, () => {
      const loaded = fromLine(lineOf(write, 2));
      assert.deepEqual(loaded, write);
      assert.equal(loaded.figures, undefined);
      assert.equal(loaded.window, undefined);
      assert.equal(loaded.answer, undefined);
    });
  }

  it('from before margin could be changed still loads, with the row that settled it', () => {
    const old = JSON.parse(lineOf(written('w1', { state: 'effective' }), 1)) as Record<'change' | 'baseline', { kind?: string }>;
    delete old.change.kind;
    delete old.baseline.kind;
    const loaded = fromLine(JSON.stringify({ ...old, historyId: '17' }));
    assert.deepEqual(loaded, written('w1', { state: 'effective', evidence: { kind: 'history', id: '17' } }));
  });

  it('from a newer version is not half understood', () => {
    for (const format of [0, 4, 99]) assert.throws(() => fromLine(lineOf(written('w1'), format)));
  });

  it('keeps nothing that does not belong to it', () => {
    const line = toLine({ ...written('w1'), apiKey: 'k', figures: { readAt: 1, walletAvailable: d('1'), secret: 's' } } as WriteRecord);
    assert.doesNotMatch(line, /apiKey|secret/);
  });

  it('with a number where an amount belongs is refused, going in and coming out', () => {
    const broken = { ...written('w1'), figures: { readAt: 1, walletAvailable: 1.5 } } as unknown as WriteRecord;
    assert.throws(() => toLine(broken));
    assert.throws(() => fromLine(JSON.stringify({ format: 3, ...broken })));
  });
});
