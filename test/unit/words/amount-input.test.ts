import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal, isPositive } from '../../../src/core/decimal.ts';
import { english } from '../../../src/core/message.ts';
import { allowedPlaces, judgeAmount, largestAllowed, type AmountBounds } from '../../../src/words/amount.ts';
import { holds } from '../property.ts';
import { says } from '../../texts.ts';

const adding: AmountBounds = { coin: 'BTC', limit: decimal('1.7921483143067599') };
const reducing: AmountBounds = { coin: 'BTC', limit: decimal('0.25') };

function accepted(text: string, bounds: AmountBounds): string | undefined {
  const verdict = judgeAmount(text, bounds);
  return verdict.ok ? verdict.amount : undefined;
}

function refusal(text: string, bounds: AmountBounds): string {
  const verdict = judgeAmount(text, bounds);
  assert.equal(verdict.ok, false, `${text} was accepted`);
  return english(verdict.sentence);
}

describe('an amount while it is typed', () => {
  it('passes when it is plain and within the limit, to the last digit', () => {
    assert.equal(accepted('0.1', adding), '0.1');
    assert.equal(accepted(' 1 ', adding), '1');
    assert.equal(accepted('1.7921483143067599', adding), '1.7921483143067599');
    assert.equal(accepted('0.25', reducing), '0.25');
  });

  it('loses needless zeros, so that what is shown, signed and sent is one text', () => {
    assert.equal(accepted('0.100', adding), '0.1');
    assert.equal(accepted('1.0', adding), '1');
  });

  it('is refused when it is zero or below', () => {
    for (const text of ['0', '0.0', '0.00000000', '-1', '−1', '-0.1']) assert.equal(refusal(text, adding), says('amount.above-zero'), text);
  });

  it('is refused above the limit, with the number that would be allowed', () => {
    assert.equal(refusal('1.79214831430676', adding), says('amount.at-most', says('amount.above-limit'), '1.7921483143067599 BTC'));
    assert.equal(refusal('0.2500001', reducing), says('amount.at-most', says('amount.above-limit'), '0.25 BTC'));
  });

  it('is refused when it can be read in two ways or carries a sign', () => {
    for (const text of [
      '0,1',
      '1,000.5',
      '1 000',
      '1e-3',
      '1E3',
      '.5',
      '5.',
      '.',
      '-1',
      '−1',
      '+1',
      '00.1',
      '0x1',
      '1/2',
      'NaN',
      'Infinity',
      '１',
      '1.2.3',
      '',
    ]) {
      assert.notEqual(refusal(text, adding), '', text);
    }
  });

  it('shows how to write what can be read in two ways', () => {
    for (const text of ['0,1', '1 000', '1e-3', '+1', '5.', '00.1', '', 'x']) {
      assert.equal(refusal(text, adding), says('amount.plain-number', '0.1'), text);
    }
    assert.equal(refusal('.5', adding), says('amount.plain-number', '0.5'));
  });

  it('may have as many decimals as the limit shows, at least 8, at most 18', () => {
    assert.equal(allowedPlaces(reducing), 8);
    assert.equal(allowedPlaces(adding), 16);
    assert.equal(allowedPlaces({ ...adding, limit: decimal('1.1234567890123456789') }), 18);
    assert.equal(allowedPlaces({ coin: 'BTC' }), 18);
  });

  it('with too many decimals is refused with the shorter number that would be allowed, never rounded silently', () => {
    assert.equal(refusal('0.123456789', reducing), says('amount.try', says('amount.decimals', '8'), '0.12345678', 'BTC'));
    assert.equal(refusal('0.000000001', reducing), says('amount.at-most', says('amount.decimals', '8'), '0.25 BTC'));
    assert.equal(refusal('0.250000001', reducing), says('amount.try', says('amount.decimals', '8'), '0.25', 'BTC'));
    assert.equal(refusal('9.123456789', reducing), says('amount.at-most', says('amount.decimals', '8'), '0.25 BTC'));
  });

  it('names no largest number where nothing can be moved', () => {
    assert.equal(refusal('1', { ...adding, limit: decimal('0') }), says('amount.above-limit'));
  });

  it('has no limit where it moves nothing', () => {
    assert.equal(accepted('123456789.123456789012345678', { coin: 'BTC' }), '123456789.123456789012345678');
  });

  it('is never accepted above the limit, at or below zero, or as another number than was typed', () => {
    const digits = fc.stringMatching(/^\d{1,9}(\.\d{1,20})?$/);
    holds(
      fc.property(digits, digits, (typed, limit) => {
        const bounds: AmountBounds = { coin: 'X', limit: decimal(limit) };
        const verdict = judgeAmount(typed, bounds);
        if (!verdict.ok) return;
        assert.ok(isPositive(verdict.amount));
        assert.ok(compare(verdict.amount, decimal(limit)) <= 0);
        assert.equal(compare(verdict.amount, decimal(typed)), 0);
      }),
    );
  });

  it('can always be the largest that is named', () => {
    holds(
      fc.property(fc.stringMatching(/^[1-9]\d{0,8}(\.\d{1,25})?$/), (limit) => {
        const bounds: AmountBounds = { coin: 'X', limit: decimal(limit) };
        const largest = largestAllowed(bounds);
        assert.ok(largest !== undefined && judgeAmount(largest, bounds).ok);
      }),
    );
  });
});
