import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { WriteState } from '../../../src/engine/ledger/ledger.ts';
import { changeText } from '../../../src/words/kinds.ts';
import { outcomeText } from '../../../src/words/outcome.ts';
import { marginChange, marginRecord, positions } from './margin-records.ts';
import { changeName, marginOf, says, saysLike } from '../../texts.ts';

const states: readonly WriteState[] = ['planned', 'sent', 'accepted', 'effective', 'rejected', 'unknown', 'not-effective', 'mismatch'];
const proven = { state: 'effective', evidence: { kind: 'position' } } as const;

const said = (more: Parameters<typeof marginRecord>[0], simulated = false): string =>
  english(outcomeText(marginRecord(more), 'OKX', simulated).sentence);

describe('a change of margin in a few words', () => {
  it('names direction, exact amount, coin, instrument, side and account', () => {
    const table: [keyof typeof positions, 'add' | 'reduce', boolean, string][] = [
      ['long', 'add', false, changeName('add', '10', 'USDT', marginOf('BTC-USDT-SWAP long'), 'Main')],
      ['short', 'add', false, changeName('add', '10', 'USDT', marginOf('BTC-USDT-SWAP short'), 'Main')],
      ['long', 'reduce', false, changeName('remove', '10', 'USDT', marginOf('BTC-USDT-SWAP long'), 'Main')],
      ['inverse', 'reduce', false, changeName('remove', '10', 'BTC', marginOf('BTCUSD long'), 'Main')],
      [
        'borrowed',
        'add',
        true,
        says('list.colon', says('preview.simulated'), changeName('add', '10', 'BTC', marginOf('BTC-USDT long'), 'Main')),
      ],
      [
        'short',
        'reduce',
        true,
        says('list.colon', says('preview.simulated'), changeName('remove', '10', 'USDT', marginOf('BTC-USDT-SWAP short'), 'Main')),
      ],
    ];
    for (const [which, direction, simulated, text] of table) {
      assert.equal(english(changeText(marginRecord({ change: marginChange(positions[which], direction) }), simulated)), text);
    }
  });
});

describe('what is said of a change of margin', () => {
  const change = changeName('add', '10', 'USDT', marginOf('BTC-USDT-SWAP long'), 'Main');

  it('gives the new liquidation price of the venue when it is done', () => {
    assert.equal(
      said({ ...proven, liquidationAfter: decimal('44703.21') }),
      says('outcome.done-now', says('term.liquidation-price'), '44,703.21', 'OKX', change),
    );
    assert.match(
      english(outcomeText(marginRecord({ ...proven, liquidationAfter: decimal('44703.21') }), 'OKX', false, 'USDT').sentence),
      saysLike('outcome.done-now', says('term.liquidation-price'), '44,703.21 USDT', 'OKX'),
      'with its coin, where the position is still there to tell it',
    );
    assert.equal(
      said({ ...proven, note: msg('test', 'The price moved meanwhile.') }),
      `${says('outcome.done', 'OKX', says('term.liquidation-price'), change)} The price moved meanwhile.`,
    );
  });

  it("claims no proof for a change that was closed by a person's word", () => {
    assert.equal(
      said({ state: 'effective', liquidationAfter: decimal('44703.21') }),
      says('list.sentence', says('list.colon', says('activity.marked-executed'), change)),
    );
  });

  it('is "done" for an effective change only', () => {
    for (const state of states) {
      assert.equal(said({ state, evidence: { kind: 'position' } }).startsWith('Done'), state === 'effective', state);
    }
  });

  it('names the position and never a loan or its LTV, whatever became of it', () => {
    for (const state of states) {
      for (const simulated of [true, false]) {
        const text = said({ state, liquidationAfter: decimal('44703.21') }, simulated);
        assert.match(text, /BTC-USDT-SWAP long/);
        assert.doesNotMatch(text, /\bloan\b|LTV/i, text);
        assert.equal(text.includes('SIMULATED'), simulated, text);
      }
    }
  });

  it('says of an unknown outcome that it is found out by reading and that the position waits for it', () => {
    assert.match(said({ state: 'unknown' }), saysLike('outcome.unknown', 'OKX', marginOf('BTC-USDT-SWAP long')));
  });
});
