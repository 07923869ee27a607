import assert from 'node:assert/strict';
import fc from 'fast-check';
import { msg } from '../../../../src/core/message.ts';
import { neverLeft, sentBefore } from '../../../../src/engine/ledger/writes.ts';
import type { WriteRecord, WriteState } from '../../../../src/engine/ledger/record.ts';
import {
  fold,
  isFreezing,
  isOpen,
  mayHaveMoved,
  merge,
  next,
  restored,
  type WriteEvent,
} from '../../../../src/engine/ledger/write-states.ts';
import { holds } from '../../property.ts';
import { change, d } from './support.ts';

const none = new Set<string>();
const states: readonly WriteState[] = ['planned', 'sent', 'accepted', 'effective', 'rejected', 'unknown', 'not-effective', 'mismatch'];
const events: readonly WriteEvent[] = [
  { type: 'sent' },
  { type: 'withdrawn', note: msg('test', 'Withdrawn.') },
  { type: 'accepted' },
  { type: 'rejected', note: msg('test', 'No.') },
  { type: 'lost', note: msg('test', 'Lost.') },
  { type: 'proven', evidence: { kind: 'history', id: '7' }, ltvAfter: d('0.5') },
  { type: 'contradicted', evidence: { kind: 'history', id: '7' }, note: msg('test', 'Other.') },
  { type: 'failed', evidence: { kind: 'history', id: '7' }, note: msg('test', 'Failed.') },
  { type: 'settled', settlement: 'effective' },
  { type: 'settled', settlement: 'not-effective' },
  { type: 'lifted' },
  { type: 'askedAgain' },
  { type: 'answeredAgain', kind: 'accepted' },
];

function record(state: WriteState, facts: Partial<WriteRecord> = {}): WriteRecord {
  return {
    id: 'w1',
    accountId: 'a',
    venue: 'okx',
    accountName: 'Main',
    change: change(),
    request: { method: 'POST', path: '/adjust', body: '{}' },
    baseline: { kind: 'collateral', newestHistoryId: '1000', pledged: d('0.8'), ltv: d('0.58') },
    ltvBefore: d('0.58'),
    state,
    plannedAt: 1,
    updatedAt: 1,
    ...(state === 'planned' ? {} : { sentAt: 1 }),
    ...facts,
  };
}

describe('a write', () => {
  const allowed: Record<WriteState, string[]> = {
    planned: ['sent>sent', 'withdrawn>not-effective'],
    sent: [
      'withdrawn>not-effective',
      'accepted>accepted',
      'rejected>rejected',
      'lost>unknown',
      'proven>effective',
      'contradicted>mismatch',
      'settled>effective',
      'settled>not-effective',
    ],
    accepted: ['proven>effective', 'contradicted>mismatch', 'failed>not-effective', 'settled>effective', 'settled>not-effective'],
    unknown: ['proven>effective', 'contradicted>mismatch', 'settled>effective', 'settled>not-effective', 'askedAgain>unknown'],
    effective: [],
    rejected: [],
    'not-effective': [],
    mismatch: ['lifted>mismatch'],
  };
  for (const state of states) {
    it(`that is ${state} can become ${allowed[state].join(', ') || 'nothing else'}`, () => {
      const reached = events.flatMap((event) => {
        const after = next(record(state), event, 2);
        return after === undefined ? [] : [`${event.type}>${after.state}`];
      });
      assert.deepEqual(reached, allowed[state]);
    });
  }

  it('is never done on being accepted', () => {
    const after = next(record('sent'), { type: 'accepted' }, 2);
    assert.equal(after?.state, 'accepted');
    assert.ok(isOpen(after));
    assert.equal(after.ltvAfter, undefined);
  });

  it('is open from being sent until it is known what became of it', () => {
    assert.deepEqual(
      states.filter((state) => isOpen(record(state))),
      ['sent', 'accepted', 'unknown'],
    );
  });

  it('that was taken back at the last moment was never sent', () => {
    const after = next(record('sent'), { type: 'withdrawn', note: msg('test', 'Withdrawn.') }, 2)!;
    assert.equal('sentAt' in after, false);
    assert.equal(mayHaveMoved(after), false);
    assert.equal(mayHaveMoved(next(record('sent'), { type: 'settled', settlement: 'not-effective' }, 2)!), true);
  });

  it('whose answer was lost is asked again once, and then is accepted only where the venue has it', () => {
    const asked = next(record('unknown'), { type: 'askedAgain' }, 5)!;
    assert.deepEqual([asked.state, asked.again], ['unknown', { at: 5 }]);
    assert.equal(next(asked, { type: 'askedAgain' }, 6), undefined);
    for (const [kind, state] of [
      ['accepted', 'accepted'],
      ['refused', 'unknown'],
      ['lost', 'unknown'],
      ['neverLeft', 'unknown'],
    ] as const) {
      const answered = next(asked, { type: 'answeredAgain', kind, note: msg('test', 'So.') }, 7)!;
      assert.deepEqual([answered.state, answered.again], [state, { at: 5, answer: { at: 7, kind } }]);
      assert.equal(next(answered, { type: 'answeredAgain', kind: 'accepted' }, 8), undefined);
      assert.deepEqual(merge(answered, record('effective')).again, answered.again, 'whatever another window writes');
      assert.deepEqual(merge(answered, asked).again, answered.again);
    }
  });

  it('loses the note of an uncertainty that is over', () => {
    const lost = next(record('sent'), { type: 'lost', note: msg('test', 'Lost.') }, 2)!;
    assert.deepEqual(lost.note, msg('test', 'Lost.'));
    assert.equal('note' in next(lost, { type: 'proven', evidence: { kind: 'history', id: '7' } }, 3)!, false);
    assert.deepEqual(
      next(lost, { type: 'contradicted', evidence: { kind: 'history', id: '7' }, note: msg('test', 'Other.') }, 3)?.note,
      msg('test', 'Other.'),
    );
  });

  it('freezes until it is lifted, once', () => {
    const mismatch = record('mismatch');
    assert.ok(isFreezing(mismatch));
    const lifted = next(mismatch, { type: 'lifted' }, 9)!;
    assert.equal(isFreezing(lifted), false);
    assert.equal(lifted.freezeLiftedAt, 9);
    assert.equal(next(lifted, { type: 'lifted' }, 10), undefined);
  });

  it('that was only planned before a restart is closed, and one that was sent is unknown', () => {
    assert.equal(restored(record('planned')).state, 'not-effective');
    assert.equal(restored(record('sent')).state, 'unknown');
    for (const state of ['accepted', 'effective', 'rejected', 'unknown', 'not-effective', 'mismatch'] as const) {
      assert.deepEqual(restored(record(state)), record(state));
    }
  });
});

describe('the rows of a journal', () => {
  it('never let what is known be replaced by less, whatever the order in which windows write', () => {
    holds(
      fc.property(fc.shuffledSubarray([...states], { minLength: 1 }), (order) => {
        const told = fold(order.map((state) => record(state))).get('w1')!;
        const closed = ['effective', 'rejected', 'not-effective', 'mismatch'];
        assert.equal(
          closed.includes(told.state),
          order.some((state) => closed.includes(state)),
        );
        assert.equal(told.state === 'mismatch', order.includes('mismatch'), 'a freeze is not lost');
      }),
    );
  });

  it('let a later telling of the same worth win', () => {
    assert.equal(merge(record('accepted'), record('unknown')).state, 'unknown');
    assert.equal(merge(record('effective'), record('accepted')).state, 'effective');
    assert.equal(merge(undefined, record('planned')).state, 'planned');
    assert.equal(merge(record('effective', { evidence: { kind: 'history', id: '7' } }), record('not-effective')).state, 'effective');
    assert.equal(merge(record('not-effective'), record('effective', { evidence: { kind: 'history', id: '7' } })).state, 'effective');
    const lifted = record('mismatch', { freezeLiftedAt: 5 });
    assert.equal(merge(lifted, record('mismatch')).freezeLiftedAt, 5);
  });

  it('let a row of the history prove the first write only that took it, and never hide a freeze', () => {
    const proven = (id: string, facts: Partial<WriteRecord> = {}): WriteRecord =>
      record('effective', { id, evidence: { kind: 'history', id: '7' }, ...facts });
    const mine = record('accepted', { id: 'mine' });
    const states = (...rows: WriteRecord[]): string[] => [...fold(rows).values()].map(({ state }) => state);
    assert.deepEqual(states(mine, proven('other'), proven('mine')), ['accepted', 'effective']);
    assert.deepEqual(states(mine, proven('mine'), proven('other'), proven('mine')), ['effective']);
    assert.deepEqual(states(mine, proven('other', { accountId: 'b' }), proven('mine')), ['effective', 'effective']);
    assert.deepEqual(states(proven('other'), record('mismatch', { id: 'mine', evidence: { kind: 'history', id: '7' } })), [
      'effective',
      'mismatch',
    ]);
    assert.deepEqual(states(record('mismatch', { id: 'other', evidence: { kind: 'history', id: '7' } }), mine, proven('mine')), [
      'mismatch',
      'accepted',
    ]);
  });

  it('let what the venue said failed outweigh a settlement, and what it did outweigh that', () => {
    const failed = record('not-effective', { evidence: { kind: 'history', id: '7' } });
    const done = record('effective', { evidence: { kind: 'history', id: '8' } });
    const settlement = record('effective');
    for (const [a, b, expected] of [
      [failed, settlement, failed],
      [failed, done, done],
      [failed, record('mismatch'), record('mismatch')],
      [record('not-effective'), failed, failed],
    ] as const) {
      assert.deepEqual(merge(a, b), expected);
      assert.deepEqual(merge(b, a), expected);
    }
    // One row of a failure closes one write only.
    assert.deepEqual(
      [...fold([record('accepted', { id: 'mine' }), failed, { ...failed, id: 'mine' }]).values()].map(({ state }) => state),
      ['accepted', 'not-effective'],
    );
  });

  it('tell what cannot have left because another of the same target was under way', () => {
    const rows = (...given: [string, WriteState][]): WriteRecord[] => given.map(([id, state]) => record(state, { id }));
    const cases: [[string, WriteState][], boolean][] = [
      [
        [
          ['x', 'planned'],
          ['x', 'sent'],
        ],
        false,
      ],
      [
        [
          ['a', 'planned'],
          ['a', 'sent'],
          ['x', 'planned'],
          ['x', 'sent'],
        ],
        true,
      ],
      [
        [
          ['a', 'sent'],
          ['x', 'planned'],
          ['a', 'effective'],
          ['x', 'sent'],
        ],
        true,
      ],
      [
        [
          ['a', 'sent'],
          ['a', 'effective'],
          ['x', 'planned'],
          ['x', 'sent'],
        ],
        false,
      ],
      [
        [
          ['a', 'sent'],
          ['a', 'not-effective'],
          ['x', 'planned'],
          ['x', 'sent'],
        ],
        false,
      ],
      [
        [
          ['x', 'planned'],
          ['a', 'sent'],
          ['a', 'effective'],
          ['x', 'sent'],
        ],
        true,
      ],
      [
        [
          ['x', 'planned'],
          ['a', 'sent'],
          ['x', 'sent'],
          ['a', 'rejected'],
        ],
        false,
      ],
      [
        [
          ['x', 'planned'],
          ['x', 'sent'],
          ['a', 'planned'],
          ['a', 'sent'],
        ],
        false,
      ],
    ];
    for (const [given, expected] of cases) {
      assert.equal(neverLeft(rows(...given), record('unknown', { id: 'x' })), expected, JSON.stringify(given));
    }
    const elsewhere = record('sent', { id: 'a', change: change({ loan: { loanId: '67890' } }) });
    assert.equal(neverLeft([elsewhere, ...rows(['x', 'planned'], ['x', 'sent'])], record('unknown', { id: 'x' })), false);
  });

  it('let exactly one of two windows go on that wrote at the same moment', () => {
    const mine = record('sent', { id: 'mine' });
    const other = record('sent', { id: 'other' });
    const rows = [record('planned', { id: 'mine' }), record('planned', { id: 'other' }), other, mine];
    assert.equal(sentBefore(rows, mine, none)?.id, 'other');
    assert.equal(sentBefore(rows, other, none), undefined);
  });

  it('do not hold up a write because of another loan, another account or a write that is closed', () => {
    const mine = record('sent', { id: 'mine' });
    const otherLoan = record('sent', { id: 'x', change: change({ loan: { loanId: '67890' } }) });
    const otherAccount = record('sent', { id: 'y', accountId: 'b' });
    const closed = [record('sent', { id: 'z' }), record('rejected', { id: 'z' })];
    assert.equal(sentBefore([otherLoan, otherAccount, ...closed, mine], mine, none), undefined);
  });
});
