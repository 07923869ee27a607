import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../src/core/decimal.ts';
import { english } from '../../../src/core/message.ts';
import {
  aboveTable,
  checkLiquidation,
  checkMarginCall,
  offered,
  percentOf,
  thresholdsFrom,
  uselessThresholds,
} from '../../../src/words/thresholds.ts';
import type { Checked } from '../../../src/words/key.ts';
import { holds } from '../property.ts';
import { account, loan, snapshot, state } from '../views/samples.ts';
import { says } from '../../texts.ts';

const taken = (checked: Checked): string => ('value' in checked ? checked.value : `no: ${english(checked.problem)}`);

describe('thresholds as they are typed', () => {
  it('are percentages with at most two decimals', () => {
    for (const [raw, value] of [
      ['75', '75'],
      [' 75.5 % ', '75.5'],
      ['0.01%', '0.01'],
      ['99.99', '99.99'],
    ] as const) {
      assert.equal(taken(checkMarginCall(raw)), value);
    }
    for (const wrong of ['', '%', '75,5', '75.555', '-75', '+75', '1e2', '.5', '75.', 'seventy', '0x10', '75%%']) {
      assert.equal(taken(checkMarginCall(wrong)), `no: ${says('thresholds.range', '0', '99.99')}`, wrong);
    }
  });

  it('lie above 0, the liquidation above the margin call and at most at 100', () => {
    for (const out of ['0', '0.00', '100']) assert.equal(taken(checkMarginCall(out)), `no: ${says('thresholds.range', '0', '99.99')}`);
    assert.equal(taken(checkLiquidation('100', decimal('75'))), '100');
    for (const out of ['100.01', '75', '75.00']) {
      assert.equal(taken(checkLiquidation(out, decimal('75'))), `no: ${says('thresholds.range', '75', '100')}`);
    }
    assert.equal(taken(checkLiquidation('75.01', decimal('75'))), '75.01');
  });

  it('become exact fractions and are shown again as they were typed', () => {
    assert.deepEqual(thresholdsFrom(decimal('75'), decimal('85.25')), { marginCall: '0.75', liquidation: '0.8525' });
    holds(
      fc.property(fc.integer({ min: 1, max: 20_000 }), (n) => {
        const percent = decimal(`${Math.floor(n / 100).toString()}.${(n % 100).toString().padStart(2, '0')}`);
        const shown = percentOf(thresholdsFrom(percent, decimal('100')).marginCall);
        assert.equal(Math.round(Number(shown) * 100), n);
      }),
    );
  });
});

describe('own thresholds', () => {
  const table = {
    marginCall: { ltv: decimal('0.75'), source: 'table' as const },
    liquidation: { ltv: decimal('0.95'), source: 'table' as const },
  };
  const own = { marginCall: decimal('0.8'), liquidation: decimal('0.9') };
  const why = (one: Parameters<typeof uselessThresholds>[0]): string | undefined => {
    const sentence = uselessThresholds(one, 'OKX');
    return sentence === undefined ? undefined : english(sentence);
  };

  it('get a word of caution where they are above the table, whether it is in use or not', () => {
    const said = (typed: string, which: 'marginCall' | 'liquidation', loans: Parameters<typeof loan>[0][]) => {
      const caution = aboveTable(state({ snapshot: snapshot({ loans: loans.map((one) => loan(one)) }) }), which, decimal(typed));
      return caution === undefined ? '' : english(caution);
    };
    assert.equal(said('75.01', 'marginCall', [table]), says('thresholds.above-table', '75%'));
    assert.equal(said('75', 'marginCall', [table]), '');
    assert.equal(said('60', 'marginCall', [table]), '');
    assert.equal(said('96', 'liquidation', [table]), says('thresholds.above-table', '95%'));
    const own = { marginCall: { ltv: decimal('0.9'), source: 'person' as const, table: decimal('0.75') } };
    assert.equal(said('80', 'marginCall', [own]), says('thresholds.above-table', '75%'), 'also while own figures stand instead of it');
    const strict = { marginCall: { ltv: decimal('0.7'), source: 'table' as const } };
    assert.equal(said('72', 'marginCall', [table, strict]), says('thresholds.above-table', '70%'), 'the strictest counts');
    assert.equal(said('99', 'marginCall', [{ marginCall: { ltv: decimal('0.7374'), source: 'venue' } }]), '', 'no table, no caution');
    assert.equal(aboveTable(state({}), 'marginCall', decimal('99')), undefined);
  });

  it('can be set where a loan goes by a table or by the person, and removed wherever there are some', () => {
    assert.equal(why(state({ snapshot: snapshot({ loans: [loan(), loan(table)] }) })), undefined);
    assert.equal(
      why(state({ snapshot: snapshot({ loans: [loan({ liquidation: { ltv: decimal('0.9'), source: 'person' } })] }) })),
      undefined,
    );
    assert.equal(why(state({ account: account({ thresholds: own }), snapshot: snapshot({ loans: [] }) })), undefined);
  });

  it('are refused where they would change nothing, with the reason', () => {
    assert.equal(why(state()), says('thresholds.supplied', 'OKX'));
    assert.equal(why(state({ snapshot: snapshot({ loans: [] }) })), says('loan.none'));
    assert.equal(why({ account: account(), reading: true }), says('thresholds.not-read', 'Main'));
  });

  it('are offered as they are, else those of the table, else none', () => {
    assert.deepEqual(offered(state({ account: account({ thresholds: own }), snapshot: snapshot({ loans: [loan(table)] }) })), {
      marginCall: '80',
      liquidation: '90',
    });
    assert.deepEqual(offered(state({ snapshot: snapshot({ loans: [loan(), loan(table)] }) })), { marginCall: '75', liquidation: '95' });
    assert.deepEqual(offered(state({ snapshot: snapshot({ loans: [] }) })), { marginCall: '', liquidation: '' });
  });
});
