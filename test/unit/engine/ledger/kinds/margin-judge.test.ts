import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../../../src/core/message.ts';
import type { Direction, HistoryRow, Position, Side } from '../../../../../src/core/model.ts';
import type { MarginBaseline, MarginProof } from '../../../../../src/exchanges/exchange.ts';
import { margin as kind } from '../../../../../src/engine/ledger/kinds/margin.ts';
import type { MarginWrite, WriteRecord } from '../../../../../src/engine/ledger/record.ts';
import { FakeClock } from '../../../core/fake-clock.ts';
import { holds } from '../../../property.ts';
import { long, marginChange, Market, short } from '../market.ts';
import { d } from '../support.ts';
import { says, saysLike } from '../../../../texts.ts';

const judgeMargin = (record: MarginWrite, proof: MarginProof, givenUp?: WriteRecord, claimed: ReadonlySet<string> = new Set()) =>
  kind.judge(record, proof, { claimed, givenUp, neverLeft: () => false });
const before = (id: string): MarginBaseline => ({
  kind: 'margin',
  size: d('1'),
  margin: d('400'),
  entryPrice: d('20000'),
  liquidationPrice: d(id === long ? '19700' : '20300'),
});
const written = (direction: Direction = 'add', id = long, baseline: Partial<MarginBaseline> = {}): MarginWrite => ({
  id: 'w1',
  accountId: 'a',
  venue: 'bybit',
  accountName: 'Main',
  change: marginChange({ direction }, id),
  request: { method: 'POST', path: '/margin', body: '{}' },
  baseline: { ...before(id), ...baseline },
  state: 'accepted',
  plannedAt: 1,
  sentAt: 1,
  updatedAt: 1,
});
const position = (facts: { readonly [Key in keyof Position]?: Position[Key] | undefined } = {}, id = long): Position => {
  const entries = Object.entries({ ...new Market(new FakeClock()).position(id)!, ...facts }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as Position;
};
const effective = (facts: Parameters<typeof position>[0] = {}, id = long): MarginProof => ({
  state: 'effective',
  position: position(facts, id),
});
const proven = (liquidationAfter: string) => ({ type: 'proven', evidence: { kind: 'position' }, liquidationAfter });

describe('a reading of a position', () => {
  const asked: [Direction, string, string, string][] = [
    ['add', long, '410', '19690'],
    ['reduce', long, '390', '19710'],
    ['add', short, '410', '20310'],
    ['reduce', short, '390', '20290'],
  ];
  for (const [direction, id, margin, price] of asked) {
    it(`proves to ${direction} margin of a ${id === long ? 'long' : 'short'} position when margin and liquidation price moved so`, () => {
      const proof = effective({ margin: d(margin), liquidationPrice: d(price) }, id);
      assert.deepEqual(judgeMargin(written(direction, id), proof), proven(price));
    });

    it(`freezes when the margin of a ${id === long ? 'long' : 'short'} position went against ${direction}, whatever the adapter says`, () => {
      const proof = effective({ margin: d(margin), liquidationPrice: d(price) }, id);
      const event = judgeMargin(written(direction === 'add' ? 'reduce' : 'add', id), proof);
      assert.ok(event?.type === 'contradicted');
      assert.deepEqual(event.evidence, { kind: 'position' });
    });
  }

  const nothing: [string, MarginProof][] = [
    ['nothing yet', { state: 'pending', position: position({ margin: d('410') }) }],
    ['a position that is gone', { state: 'pending' }],
    ['a margin as before', effective({ liquidationPrice: d('19690') })],
    ['a margin that is not told', effective({ margin: undefined, liquidationPrice: d('19690') })],
    ['another position', effective({ margin: d('410'), positionId: 'another' })],
    ['a position turned round', effective({ margin: d('410'), side: 'short' as Side })],
    ['the other side of a hedge', effective({ margin: d('410'), slot: '2' })],
    ['another position that contradicts', { state: 'contradicted', position: position({ margin: d('1'), positionId: 'another' }) }],
  ];
  for (const [name, proof] of nothing) {
    it(`proves nothing with ${name}`, () => {
      assert.equal(judgeMargin(written(), proof), undefined);
    });
  }

  it('freezes when the adapter says that the venue did something else, and tells both margins', () => {
    const event = judgeMargin(written('reduce'), { state: 'contradicted', position: position({ margin: d('300') }) });
    assert.ok(event?.type === 'contradicted');
    assert.match(english(event.note), saysLike('change.not-as-requested', says('position.margin'), '400', '300 USDT'));
    const unknown = judgeMargin(written(), { state: 'contradicted', position: position({ margin: undefined }) });
    assert.ok(unknown?.type === 'contradicted');
    assert.match(english(unknown.note), saysLike('change.not-as-requested', says('position.margin'), '400', says('term.unknown')));
  });

  it('freezes when the liquidation price went the other way by more than 0.1 % at the same size and entry', () => {
    const event = judgeMargin(written(), effective({ margin: d('410'), liquidationPrice: d('19719.71') }));
    assert.ok(event?.type === 'contradicted');
    assert.match(english(event.note), saysLike('change.not-as-requested', says('term.liquidation-price'), '19,700', '19,719.71 USDT'));
    assert.equal(judgeMargin(written(), effective({ margin: d('410'), liquidationPrice: d('19719.7') }))?.type, 'proven');
    assert.equal(
      judgeMargin(written('reduce', short), effective({ margin: d('390'), liquidationPrice: d('20321') }, short))?.type,
      'contradicted',
    );
  });

  it('lets the liquidation price be where it wants with another size or entry, or where a figure is missing', () => {
    for (const facts of [{ size: d('2') }, { entryPrice: d('20001') }, { entryPrice: undefined }, { liquidationPrice: undefined }]) {
      assert.equal(judgeMargin(written(), effective({ margin: d('410'), liquidationPrice: d('19900'), ...facts }))?.type, 'proven');
    }
    const unknown = judgeMargin(written(), effective({ margin: d('410'), liquidationPrice: undefined }));
    assert.equal(unknown !== undefined && 'liquidationAfter' in unknown, false);
  });

  describe('whose margin also moves by itself', () => {
    const drifting = written('add', long, { steadyMargin: d('399') });
    it('believes the liquidation price where the margin that is shown went another way', () => {
      for (const margin of ['400', '395']) {
        assert.deepEqual(judgeMargin(drifting, effective({ margin: d(margin), liquidationPrice: d('19690') })), proven('19690'));
      }
    });

    it('proves nothing where neither bears the adapter out', () => {
      for (const facts of [
        {},
        { liquidationPrice: d('19701') },
        { liquidationPrice: undefined },
        { size: d('2'), liquidationPrice: d('19000') },
      ]) {
        assert.equal(judgeMargin(drifting, effective({ margin: d('395'), ...facts })), undefined);
      }
    });

    it('freezes where the liquidation price clearly went the other way', () => {
      for (const margin of ['395', '400', '410']) {
        assert.equal(judgeMargin(drifting, effective({ margin: d(margin), liquidationPrice: d('19800') }))?.type, 'contradicted');
      }
    });
  });

  it('raises a doubt after a change of the same kind that was given up', () => {
    const event = judgeMargin(written(), effective({ margin: d('410'), liquidationPrice: d('19690') }), written());
    assert.ok(event?.type === 'proven' && event.note !== undefined);
    assert.match(english(event.note), saysLike('change.may-be-earlier', '400', 'USDT'));
  });

  describe("with the venue's own row of the change", () => {
    const row: HistoryRow = { id: '18', type: 'Manual margin increase', forced: false, coin: 'USDT', amount: d('10'), at: 5 };
    const since: Partial<MarginBaseline> = { newestHistoryId: '17', leverage: d('50') };
    const record = written('add', long, since);
    const done = (facts: Parameters<typeof position>[0] = {}, more: Partial<HistoryRow> = {}): MarginProof => ({
      state: 'effective',
      position: position({ leverage: d('50'), margin: d('410'), liquidationPrice: d('19690'), ...facts }),
      row: { ...row, ...more },
    });
    const evidence = { kind: 'history', id: '18', row: { type: row.type, coin: 'USDT', amount: '10', at: 5 } };

    it('is proven by it', () => {
      assert.deepEqual(judgeMargin(record, done()), { type: 'proven', evidence, liquidationAfter: '19690' });
    });

    it('is proven whatever leverage that was set anew, or a trade, made of margin and liquidation price', () => {
      for (const facts of [
        { leverage: d('25'), margin: d('820'), liquidationPrice: d('19200') },
        { leverage: d('100'), margin: d('205'), liquidationPrice: d('19900') },
        { size: d('2'), margin: d('810') },
        { entryPrice: d('20001'), margin: d('300'), liquidationPrice: d('19900') },
      ]) {
        assert.equal(judgeMargin(record, done(facts))?.type, 'proven', JSON.stringify(facts));
      }
      assert.equal(
        judgeMargin(record, done({ margin: d('455') }))?.type,
        'proven',
        'more than half as much again, without the row a mismatch',
      );
    });

    it('proves nothing when it is not new, belongs to another change, or is of something else', () => {
      assert.equal(judgeMargin(record, done({}, { id: '17' })), undefined);
      assert.equal(judgeMargin(record, done(), undefined, new Set(['18'])), undefined);
      assert.equal(judgeMargin(record, { state: 'over', row }, undefined, new Set(['18'])), undefined);
      assert.equal(judgeMargin(record, { state: 'contradicted', position: position(), row }, undefined, new Set(['18'])), undefined);
      for (const more of [{ amount: d('11') }, { coin: 'BTC' }, { forced: true }])
        assert.equal(judgeMargin(record, done({}, more)), undefined);
      assert.equal(judgeMargin(record, done({ positionId: 'another' })), undefined);
    });

    it('stays open while the margin lags behind', () => {
      assert.equal(judgeMargin(record, done({ margin: d('400') })), undefined);
    });

    it('freezes where margin or liquidation price went the other way though nothing else moved, and where it may have been done twice', () => {
      for (const facts of [{ margin: d('390') }, { liquidationPrice: d('19800') }, { margin: d('420') }]) {
        assert.deepEqual(judgeMargin(record, done(facts))?.type, 'contradicted', JSON.stringify(facts));
      }
      assert.equal(
        judgeMargin(record, done({ margin: d('420') }), written())?.type,
        'proven',
        'unless the one before may have been done late',
      );
      const part = { sizeCoin: 'USDT', size: d('0.5') };
      const within = written('add', long, { ...since, size: d('10.5') });
      assert.equal(
        judgeMargin(within, done({ ...part, margin: d('390') }))?.type,
        'contradicted',
        'a size that moved with the margin is no trade',
      );
    });

    it('is proven by it when the position is gone, and says so', () => {
      const event = judgeMargin(record, { state: 'over', row });
      assert.ok(event?.type === 'proven' && event.note !== undefined);
      assert.deepEqual(event.evidence, evidence);
      assert.match(english(event.note), saysLike('margin.position-gone'));
      assert.equal('liquidationAfter' in event, false);
    });

    it('keeps it as the evidence of a mismatch, too', () => {
      const event = judgeMargin(record, { state: 'contradicted', position: position(), row: { ...row, amount: d('20') } });
      assert.ok(event?.type === 'contradicted');
      assert.deepEqual(event.evidence, { kind: 'history', id: '18', row: { ...evidence.row, amount: '20' } });
    });
  });

  it('is never effective when the margin moved the wrong way, whatever else it says', () => {
    const figure = (min: number, max: number) => fc.integer({ min, max }).map((units) => d((units / 10).toFixed(1)));
    holds(
      fc.property(
        fc.constantFrom('add' as const, 'reduce' as const),
        fc.constantFrom(long, short),
        figure(0, 9_000),
        figure(0, 400_000),
        (direction, id, margin, price) => {
          const event = judgeMargin(written(direction, id), effective({ margin, liquidationPrice: price }, id));
          if (event?.type !== 'proven') return;
          assert.ok(direction === 'add' ? Number(margin) > 400 : Number(margin) < 400);
        },
      ),
    );
  });
});
