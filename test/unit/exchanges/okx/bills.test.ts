import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, decimal, negate, type Decimal } from '../../../../src/core/decimal.ts';
import type { PositionRef } from '../../../../src/core/model.ts';
import type { MarginBaseline, MarginProof } from '../../../../src/exchanges/exchange.ts';
import { failureOf, refusal, success, type Reply } from '../bench.ts';
import { holding, marginChange, printed, refs, swap } from './holding.ts';
import { holds } from '../../property.ts';

/**
 * A bill of 40 USDT that went into the margin by hand, with the fields of the page
 * https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-bills-details-last-7-days . No such bill has been published.
 */
const bill = (billId: string, more: object = {}): object => ({
  ...{ billId, type: '6', subType: '160', ccy: 'USDT', instType: 'SWAP', instId: 'BTC-USDT-SWAP', mgnMode: 'isolated' },
  ...{ balChg: '-40', bal: '60.5', posBalChg: '40', posBal: '340', sz: '40', px: '', pnl: '0', fee: '', ordId: '', ts: '1731659485000' },
  ...more,
});
const taken = (billId: string, more: object = {}): object => bill(billId, { subType: '161', balChg: '40', posBalChg: '-40', ...more });

const newest = '623950854533513219';
const next = '623950854533513220';
const baseline: MarginBaseline = {
  ...{ kind: 'margin', newestHistoryId: newest, size: decimal('5'), margin: decimal('300'), leverage: decimal('10') },
  entryPrice: decimal('60000'),
};

async function proofOf(
  bills: readonly unknown[] | Reply,
  row: object | undefined,
  {
    direction = 'add',
    before = baseline,
    ref = refs.net,
  }: { direction?: 'add' | 'reduce'; before?: MarginBaseline; ref?: PositionRef } = {},
): Promise<MarginProof> {
  const { venue, connection } = holding(...(row === undefined ? [] : [row]));
  venue.on('/account/bills', Array.isArray(bills) ? success(bills) : (bills as Reply));
  return connection.actions.margin!.prove(marginChange(ref, direction, decimal('40')), before, {});
}

const told = (proof: MarginProof): readonly [string, string | undefined] => [
  proof.state,
  proof.state === 'pending' ? undefined : proof.row?.id,
];

describe('the newest bill of margin', () => {
  it('is read before the position, and kept for the proof; "0" stands for none', async () => {
    for (const [rows, id] of [
      [[bill(newest)], newest],
      [[bill(newest, { ts: 'never', posBalChg: null, subType: '999' })], newest],
      [[], '0'],
    ] as const) {
      const { venue, connection } = holding(swap());
      venue.on('/account/bills', success(rows));
      assert.equal((await connection.actions.margin!.prepare({ position: refs.net })).baseline.newestHistoryId, id);
      const [first, second] = venue.seen;
      assert.equal(first?.target, '/api/v5/account/bills?type=6&ccy=USDT&limit=1');
      assert.match(second!.target, /account\/positions/);
    }
  });

  it('is not known where bills cannot be read or have no id, and the change is prepared all the same', async () => {
    for (const reply of [
      refusal('50030'),
      '<html>',
      new Response('', { status: 404 }),
      success([null]),
      success([bill('')]),
      '{"code":"0","data":{}}',
    ]) {
      const { venue, connection } = holding(swap());
      venue.on('/account/bills', reply);
      const { baseline: read, walletAvailable } = await connection.actions.margin!.prepare({ position: refs.net });
      assert.deepEqual(['newestHistoryId' in read, walletAvailable], [false, '90.25']);
    }
  });

  it('stops the preparation when that is told to stop', async () => {
    const { venue, connection } = holding(swap());
    const stop = new AbortController();
    venue.on('/account/bills', () => {
      stop.abort();
      return Promise.reject(new DOMException('', 'AbortError'));
    });
    assert.equal((await failureOf(connection.actions.margin!.prepare({ position: refs.net }, stop.signal))).kind, 'aborted');
  });

  it('does not hold up a change that is urgent', async () => {
    const { venue, connection } = holding(swap());
    venue.on('/account/bills', () => {
      const { signal } = venue.seen.at(-1)!.init;
      return new Promise<Response>((_, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new DOMException('', 'AbortError'));
        });
      });
    });
    const began = Date.now();
    assert.equal('newestHistoryId' in (await connection.actions.margin!.prepare({ position: refs.net })).baseline, false);
    assert.ok(Date.now() - began < 4_000);
  });
});

describe('the bill of a change of margin', () => {
  it('is asked for before the position, from the newest before the change on', async () => {
    const { venue, connection } = holding(swap({ margin: '340' }));
    venue.on('/account/bills', success([bill(next)]));
    await connection.actions.margin!.prove(marginChange(refs.net, 'add', decimal('40')), baseline, {});
    await connection.actions.margin!.prove(marginChange(refs.net, 'add', decimal('40')), { ...baseline, newestHistoryId: '0' }, {});
    const asked = venue.seen
      .filter(({ url }) => !url.pathname.endsWith('/instruments'))
      .map(({ target }) => target.replace(/^.*account/, ''));
    assert.deepEqual(asked, [
      `/bills?type=6&ccy=USDT&before=${newest}&limit=100`,
      `/positions?instId=BTC-USDT-SWAP&posId=${refs.net.positionId}`,
      '/bills?type=6&ccy=USDT&limit=100',
      `/positions?instId=BTC-USDT-SWAP&posId=${refs.net.positionId}`,
    ]);
  });

  it('proves it as the row that it is, in the words of OKX', async () => {
    const proof = await proofOf([bill(next)], swap({ margin: '340' }));
    assert.ok(proof.state === 'effective');
    const row = { id: next, type: 'Manual margin increase', forced: false, coin: 'USDT', amount: '40', at: 1_731_659_485_000 };
    assert.deepEqual(proof.row, row);
    assert.equal(proof.position.margin, '340');
    const out = await proofOf([taken(next)], swap({ margin: '260' }), { direction: 'reduce' });
    assert.deepEqual(out.state === 'effective' && out.row?.type, 'Manual margin decrease');
  });

  const auto = (id: string, amount: string): object => bill(id, { subType: '162', balChg: `-${amount}`, posBalChg: amount });
  const cases: readonly (readonly [what: string, bills: readonly unknown[], row: object | undefined, state: string, id?: string])[] = [
    // What asked the person before there were bills.
    ['though leverage was set anew beside it', [bill(next)], swap({ margin: '640', lever: '5' }), 'effective', next],
    ['though leverage was set anew so that the margin fell', [bill(next)], swap({ margin: '170', lever: '20' }), 'effective', next],
    ['though it was traded beside it', [bill(next)], swap({ margin: '272', pos: '4' }), 'effective', next],
    ['with a funding fee beside it', [bill(next)], swap({ margin: '338.77' }), 'effective', next],
    [
      'with margin that OKX added by itself beside it',
      [auto('9'.repeat(18), '500'), bill(next)],
      swap({ margin: '840' }),
      'effective',
      next,
    ],
    [
      'with another change by hand beside it',
      [taken('9'.repeat(18), { posBalChg: '-15' }), bill(next)],
      swap({ margin: '325' }),
      'effective',
      next,
    ],
    [
      'with another change that the margin had in it already',
      [bill('9'.repeat(18), { posBalChg: '150' }), bill(next)],
      swap({ margin: '340' }),
      'effective',
      next,
    ],
    ['though the position is gone since', [bill(next)], undefined, 'over', next],
    ['though the margin is not told any more', [bill(next)], swap({ margin: '' }), 'effective', next],
    [
      'whatever the signs, which are not documented',
      [bill(next, { balChg: '40', posBalChg: '-40' })],
      swap({ margin: '340' }),
      'effective',
      next,
    ],
    ['with an exponent', [bill(next, { posBalChg: '4E+1' })], swap({ margin: '340' }), 'effective', next],
    [
      'by what it says of the account where it says nothing of the position',
      [bill(next, { posBalChg: '' })],
      swap({ margin: '340' }),
      'effective',
      next,
    ],
    ['with odd bills beside it', [null, bill('x'), bill(next, { billId: 7 }), bill(next)], swap({ margin: '340' }), 'effective', next],
    ['of a kind that comes as a number', [bill(next, { subType: 160 })], swap({ margin: '340' }), 'effective', next],
    ['told twice', [bill(next), { ...bill(next), news: 1 }], swap({ margin: '340' }), 'effective', next],
    // Nothing is proven by it.
    ['while the margin lags behind', [bill(next)], swap(), 'pending'],
    ['where fees outweigh it: a person has to look', [bill(next)], swap({ margin: '290' }), 'pending'],
  ];
  for (const [what, bills, row, state, id] of cases) {
    it(`is ${state} ${what}`, async () => {
      assert.deepEqual(told(await proofOf(bills, row)), [state, id]);
    });
  }

  const none: readonly (readonly [what: string, bill: unknown])[] = [
    ['older than the change', bill(newest)],
    ['of another amount', bill(next, { posBalChg: '41' })],
    ['of another coin', bill(next, { ccy: 'USDC' })],
    ['of another instrument', bill(next, { instId: 'ETH-USDT-SWAP' })],
    ['of no instrument', bill(next, { instId: '' })],
    ['of cross margin', bill(next, { mgnMode: 'cross' })],
    ['that OKX made by itself', bill(next, { subType: '162' })],
    ['of the other direction', taken(next)],
    ['of a kind nobody knows', bill(next, { subType: '999' })],
    ['without a time', bill(next, { ts: '' })],
    ['without an amount', bill(next, { posBalChg: '', balChg: null })],
    ['with an id that may have lost digits', bill(next, { billId: 623_950_854_533 })],
  ];
  for (const [what, one] of none) {
    it(`is none when it is ${what}: then the position has to tell, as before`, async () => {
      const moved = await proofOf([one], swap({ margin: '340' }));
      assert.deepEqual(told(moved), ['effective', undefined]);
      assert.equal((await proofOf([one], swap())).state, 'pending');
      assert.deepEqual(told(await proofOf([one], undefined)), ['pending', undefined]);
    });
  }

  it('is done without where bills cannot be read, then or now', async () => {
    const unread = Object.fromEntries(Object.entries(baseline).filter(([name]) => name !== 'newestHistoryId')) as unknown as MarginBaseline;
    for (const [bills, before] of [
      [refusal('50030'), baseline],
      [new Response('', { status: 404 }), baseline],
      ['{"code":"0","data":null}', baseline],
      [success([bill(next)]), unread],
    ] as const) {
      for (const [margin, state] of [
        ['340', 'effective'],
        ['260', 'contradicted'],
        ['300', 'pending'],
      ] as const) {
        assert.deepEqual(told(await proofOf(bills, swap({ margin }), { before })), [state, undefined]);
      }
    }
  });

  it('does not say which side of a hedge it means: there the margin has to agree', async () => {
    const ref = refs.long;
    const row = (more: object): object => swap({ posSide: 'long', ...more });
    for (const [bills, now, state] of [
      [[bill(next)], row({ margin: '340' }), 'effective'],
      [[bill(next)], row({ margin: '335' }), 'effective'],
      // 0.5 % of the position's value is 15: more than a quarter of the change.
      [[bill(next)], row({ margin: '328' }), 'pending'],
      [[bill(next)], row({}), 'pending'],
      [[bill(next)], row({ margin: '640', lever: '5' }), 'pending'],
      [[bill(next)], row({ margin: '' }), 'pending'],
      [[bill(next)], undefined, 'pending'],
    ] as const) {
      assert.equal((await proofOf(bills, now, { ref })).state, state);
    }
  });

  it('contradicts when it is the only one, by hand, and what the margin moved by to the digit', async () => {
    const other = bill(next, { posBalChg: '20' });
    assert.deepEqual(told(await proofOf([other], swap({ margin: '320' }))), ['contradicted', next]);
    assert.deepEqual(told(await proofOf([taken(next)], swap({ margin: '260' }))), ['contradicted', next]);
    // Moves by OKX or another program explain it: nothing is shown about this change.
    for (const bills of [[auto(next, '20')], [bill(next, { posBalChg: '12' }), auto('9'.repeat(18), '8')], [other, null]]) {
      assert.deepEqual(told(await proofOf(bills, swap({ margin: '320' }))), ['pending', undefined]);
    }
    assert.deepEqual(told(await proofOf([auto(next, '520')], swap({ margin: '818' }))), ['pending', undefined]);
    // Explained by nothing.
    assert.equal((await proofOf([bill(next)], swap({ margin: '700' }))).state, 'contradicted');
  });

  it('of a position whose margin is a part of its size is proven by size and margin alike', async () => {
    const before = { ...baseline, size: decimal('40'), margin: decimal('300'), entryPrice: decimal('62961.4'), leverage: decimal('5') };
    const one = bill(next, { ccy: 'BTC', instId: 'BTC-USDT', instType: 'MARGIN' });
    const proof = await proofOf([one], printed({ pos: '80', margin: '340' }), { before, ref: refs.marginLong });
    assert.deepEqual(told(proof), ['effective', next]);
  });

  it('proves exactly its own amount, whatever the amounts are', async () => {
    const digits = fc
      .tuple(fc.nat(9_999), fc.nat(99))
      .map(([whole, cents]) => decimal(`${(whole + 1).toString()}.${cents.toString().padStart(2, '0')}`));
    await holds(
      fc.asyncProperty(digits, digits, fc.constantFrom('add' as const, 'reduce' as const), async (amount, other, direction) => {
        fc.pre(amount !== other);
        const before = { ...baseline, margin: decimal('20000') };
        const one = (moved: Decimal): object => (direction === 'add' ? bill : taken)(next, { posBalChg: moved });
        const { venue, connection } = holding(swap({ margin: add(before.margin, direction === 'add' ? amount : negate(amount)) }));
        const change = marginChange(refs.net, direction, amount);
        venue.on('/account/bills', success([one(amount)]));
        assert.deepEqual(told(await connection.actions.margin!.prove(change, before, {})), ['effective', next]);
        venue.on('/account/bills', success([one(other)]));
        assert.notEqual(told(await connection.actions.margin!.prove(change, before, {}))[1], next);
      }),
      { numRuns: 20 },
    );
  });
});

describe('leverage that was set anew, where no bill tells', () => {
  it('makes no contradiction of a margin that it moves too', async () => {
    for (const margin of ['640', '170', '260']) {
      assert.equal((await proofOf([], swap({ margin, lever: '5' }))).state, 'pending');
      assert.equal((await proofOf([], swap({ margin }))).state, 'contradicted');
    }
  });
});
