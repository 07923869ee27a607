import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Loan } from '../../../src/core/model.ts';
import { judgeLtv, judgeTargetLtv, targetPrompt } from '../../../src/words/ltv-target.ts';
import { inBoth } from './chinese.ts';
import { loan } from './records.ts';
import { says, saysLike } from '../../texts.ts';

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
      ['55', '0.55', says('target.now-lower-collateral', '58.00%', says('estimate.margin-call', '73.74%'))],
      ['62.5', '0.625', says('target.now-raise-collateral', '58.00%', says('estimate.margin-call', '73.74%'))],
      [' 62.5 % ', '0.625', says('target.now-raise-collateral', '58.00%', says('estimate.margin-call', '73.74%'))],
      ['58', '0.58', says('target.now-where-loan', '58.00%', says('estimate.margin-call', '73.74%'))],
      ['66.36', '0.6636', says('target.now-raise-collateral', '58.00%', says('estimate.margin-call', '73.74%'))],
      ['66.37', '0.6637, caution', says('target.now-raise-collateral-taken', '58.00%', says('estimate.margin-call', '73.74%'), '66.37%')],
      ['73.74', 'refused', says('target.ltv-now-above', '58.00%', '73.74%', '73.74%')],
      ['100', 'refused', says('target.ltv-now-above', '58.00%', '100.00%', '73.74%')],
      ['', 'refused', says('target.type-percentage-example')],
      ['%', 'refused', says('target.type-percentage-example')],
      ['0', 'refused', says('target.percentage-must-more')],
      ['0.00', 'refused', says('target.percentage-must-more')],
      ['-55', 'refused', says('target.percentage-must-more')],
      ['55.12345', 'refused', says('amount.most-decimals-allowed', '4')],
      ['55,5', 'refused', says('amount.write-number-without')],
      ['5e1', 'refused', says('amount.write-all-digits')],
      ['fifty', 'refused', says('target.not-percentage-write')],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('may come down to what is still beyond the margin call, with caution', () => {
    const late = { ...loan, ltv: decimal('0.8') };
    assert.deepEqual(said('75', late), [
      '0.75, caution',
      says('target.now-lower-collateral-added', '80.00%', says('estimate.margin-call', '73.74%')),
    ]);
    assert.equal(said('70', late)[0], '0.7, caution');
    assert.equal(said('60', late)[0], '0.6');
  });

  it('is held against liquidation where that comes before the margin call', () => {
    const odd = { ...loan, liquidation: { ltv: decimal('0.7'), source: 'venue' as const } };
    assert.deepEqual(said('70', odd), ['refused', says('target.ltv-now-above', '58.00%', '70.00%', '70.00%')]);
  });

  it('is not raised to without a margin call, and says what is unknown', () => {
    const { marginCall, ...without } = loan;
    assert.ok(marginCall !== undefined);
    assert.equal(said('60', without)[0], 'refused');
    assert.match(said('60', without)[1], saysLike('target.ltv-now-margin'));
    assert.deepEqual(said('50', without), ['0.5', says('target.now-lower-collateral', '58.00%', says('target.margin-call-unknown'))]);
    const { ltv, ...blind } = loan;
    assert.ok(ltv !== undefined);
    assert.deepEqual(said('60', blind), ['0.6, caution', says('target.ltv-now-unknown', says('estimate.margin-call', '73.74%'))]);
  });

  it('is looked at again by fresher figures', () => {
    assert.equal(judgeLtv(decimal('0.75'), { ...loan, ltv: decimal('0.8') }).ok, true);
    assert.equal(judgeLtv(decimal('0.75'), loan).ok, false);
  });

  it('is asked for in both languages', () => {
    assert.match(inBoth(targetPrompt()), /in percent/);
  });
});
