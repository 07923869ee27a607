import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Loan } from '../../../src/core/model.ts';
import { judgeLtv, judgeTargetLtv, targetPrompt } from '../../../src/words/ltv-target.ts';
import { inBoth } from './chinese.ts';
import { loan } from './records.ts';

/** 58 % now, margin call at 73.74 %. */
function said(text: string, of: Loan = loan): [string, string] {
  const verdict = judgeTargetLtv(text, of);
  if (!verdict.ok) return ['refused', inBoth(verdict.sentence)];
  const { sentence, caution } = verdict.remark;
  return [`${verdict.target}${caution ? ', caution' : ''}`, inBoth(sentence)];
}

describe('a target LTV while it is typed', () => {
  it('is a plain percentage above zero, and below the margin call where collateral would be taken out', () => {
    const table: [string, string, string][] = [
      ['55', '0.55', '58.00% now, margin call at 73.74%. To lower it collateral is added.'],
      ['62.5', '0.625', '58.00% now, margin call at 73.74%. To raise it collateral is taken out.'],
      [' 62.5 % ', '0.625', '58.00% now, margin call at 73.74%. To raise it collateral is taken out.'],
      ['58', '0.58', '58.00% now, margin call at 73.74%. That is where the loan stands.'],
      ['66.36', '0.6636', '58.00% now, margin call at 73.74%. To raise it collateral is taken out.'],
      [
        '66.37',
        '0.6637, caution',
        '58.00% now, margin call at 73.74%. To raise it collateral is taken out; above 66.37% is close to the margin call.',
      ],
      ['73.74', 'refused', 'LTV is 58.00% now, and 73.74% is at or above the margin call at 73.74%. Type less.'],
      ['100', 'refused', 'LTV is 58.00% now, and 100.00% is at or above the margin call at 73.74%. Type less.'],
      ['', 'refused', 'Type a percentage, for example 55 or 62.5.'],
      ['%', 'refused', 'Type a percentage, for example 55 or 62.5.'],
      ['0', 'refused', 'The percentage must be more than zero.'],
      ['0.00', 'refused', 'The percentage must be more than zero.'],
      ['-55', 'refused', 'The percentage must be more than zero.'],
      ['55.12345', 'refused', 'At most 4 decimals are allowed here.'],
      ['55,5', 'refused', 'Write the number without commas. The decimal sign is a point, for example 0.1.'],
      ['5e1', 'refused', 'Write all digits instead of an exponent, for example 0.001.'],
      ['fifty', 'refused', 'That is not a percentage. Write digits and a decimal point, for example 62.5.'],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('may come down to what is still beyond the margin call, with caution', () => {
    const late = { ...loan, ltv: decimal('0.8') };
    assert.deepEqual(said('75', late), [
      '0.75, caution',
      '80.00% now, margin call at 73.74%. To lower it collateral is added: the margin call is reached even then.',
    ]);
    assert.equal(said('70', late)[0], '0.7, caution');
    assert.equal(said('60', late)[0], '0.6');
  });

  it('is held against liquidation where that comes before the margin call', () => {
    const odd = { ...loan, liquidation: { ltv: decimal('0.7'), source: 'venue' as const } };
    assert.deepEqual(said('70', odd), ['refused', 'LTV is 58.00% now, and 70.00% is at or above the margin call at 70.00%. Type less.']);
  });

  it('is not raised to without a margin call, and says what is unknown', () => {
    const { marginCall, ...without } = loan;
    assert.ok(marginCall !== undefined);
    assert.equal(said('60', without)[0], 'refused');
    assert.match(said('60', without)[1], /margin call of this loan is not known, so nothing can be taken out/);
    assert.deepEqual(said('50', without), ['0.5', '58.00% now, margin call unknown. To lower it collateral is added.']);
    const { ltv, ...blind } = loan;
    assert.ok(ltv !== undefined);
    assert.deepEqual(said('60', blind), ['0.6, caution', 'LTV now is unknown, margin call at 73.74%.']);
  });

  it('is looked at again by fresher figures', () => {
    assert.equal(judgeLtv(decimal('0.75'), { ...loan, ltv: decimal('0.8') }).ok, true);
    assert.equal(judgeLtv(decimal('0.75'), loan).ok, false);
  });

  it('is asked for in both languages', () => {
    assert.match(inBoth(targetPrompt()), /in percent/);
  });
});
