import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal, type Decimal } from '../../../src/core/decimal.ts';
import { shortAmount } from '../../../src/words/amount.ts';
import { holds } from '../property.ts';

const amounts = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.stringMatching(/^\d{0,18}$/))
  .map(([whole, fraction]) => decimal(fraction === '' ? whole.toString() : `${whole.toString()}.${fraction}`));

const back = (shown: string): Decimal => decimal(shown.replaceAll(',', ''));

describe('a short amount', () => {
  it('stays as it is when it is short already', () => {
    assert.equal(shortAmount(decimal('40000'), 'debt'), '40,000');
    assert.equal(shortAmount(decimal('0.8'), 'asset'), '0.8');
    assert.equal(shortAmount(decimal('0.0000097'), 'asset'), '0.0000097');
  });

  it('rounds what is owed up and what one has down', () => {
    assert.equal(shortAmount(decimal('40000.12000001'), 'debt'), '40,000.13');
    assert.equal(shortAmount(decimal('1.7921483143067599'), 'asset'), '1.79214');
    assert.equal(shortAmount(decimal('0.86590608'), 'debt'), '0.865907');
  });

  it('is told of the longest figures too', () => {
    const nines = '9'.repeat(78);
    assert.equal(shortAmount(decimal(`${nines}.7`), 'debt').replaceAll(',', ''), `${nines}.7`);
    assert.equal(shortAmount(add(decimal(nines), decimal('0.04016')), 'debt').replaceAll(',', ''), `${nines}.05`);
  });

  it('never understates a debt nor overstates what one has', () => {
    holds(
      fc.property(amounts, (amount) => {
        assert.ok(compare(back(shortAmount(amount, 'debt')), amount) >= 0);
        assert.ok(compare(back(shortAmount(amount, 'asset')), amount) <= 0);
      }),
    );
  });
});
