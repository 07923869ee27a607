import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Loan } from '../../../src/core/model.ts';
import { judgeLtv, judgeTargetLtv, targetPrompt } from '../../../src/words/ltv-target.ts';
import { inBoth } from './chinese.ts';
import { loan } from './records.ts';
import { says } from '../../texts.ts';

/** 58 % now, margin call at 73.74 %. */
function said(text: string, of: Loan = loan): [string, string] {
  const verdict = judgeTargetLtv(text, of);
  if (!verdict.ok) return ['refused', inBoth(verdict.sentence)];
  const { sentence, caution } = verdict.remark;
  return [`${verdict.target}${caution ? ', caution' : ''}`, inBoth(sentence)];
}

const line = says('estimate.margin-call', '73.74%');
const way = (act: 'add' | 'remove', now: string, target: string, marginCall = line): string =>
  [says(`term.${act}`, says('term.collateral-word')), says('list.colon', 'LTV', says('list.arrow', now, target)), marginCall].join(' · ');

describe('a target LTV while it is typed', () => {
  it('is a plain percentage above zero, and below the margin call where collateral would be taken out', () => {
    const table: [string, string, string][] = [
      ['55', '0.55', way('add', '58.00%', '55.00%')],
      ['62.5', '0.625', way('remove', '58.00%', '62.50%')],
      [' 62.5 % ', '0.625', way('remove', '58.00%', '62.50%')],
      ['58', '0.58', says('target.already', `${says('term.ltv-is', '58.00%')} · ${line}`)],
      // 73.74 % less 12 % is 64.8912 %.
      ['64.89', '0.6489', way('remove', '58.00%', '64.89%')],
      ['64.9', '0.649, caution', `${way('remove', '58.00%', '64.90%')} · CAUTION: ${says('target.beyond-safe')}`],
      ['73.74', 'refused', says('target.type-less', '73.74%', 'margin call')],
      ['100', 'refused', says('target.type-less', '73.74%', 'margin call')],
      ['', 'refused', says('amount.plain-number', '62.5')],
      ['%', 'refused', says('amount.plain-number', '62.5')],
      ['0', 'refused', says('amount.above-zero')],
      ['0.00', 'refused', says('amount.above-zero')],
      ['-55', 'refused', says('amount.above-zero')],
      ['55.12345', 'refused', says('amount.decimals', '4')],
      ['55,5', 'refused', says('amount.plain-number', '62.5')],
      ['5e1', 'refused', says('amount.plain-number', '62.5')],
      ['fifty', 'refused', says('amount.plain-number', '62.5')],
    ];
    for (const [typed, verdict, sentence] of table) assert.deepEqual(said(typed), [verdict, sentence], typed);
  });

  it('may come down to what is still beyond the margin call, with caution', () => {
    const late = { ...loan, ltv: decimal('0.8') };
    assert.deepEqual(said('75', late), [
      '0.75, caution',
      `${way('add', '80.00%', '75.00%')} · CAUTION: ${says('line.reached', says('preview.margin-call'))}`,
    ]);
    assert.equal(said('70', late)[0], '0.7, caution');
    assert.equal(said('60', late)[0], '0.6');
  });

  it('is held against liquidation where that comes before the margin call', () => {
    const odd = { ...loan, liquidation: { ltv: decimal('0.7'), source: 'venue' as const } };
    assert.deepEqual(said('70', odd), ['refused', says('target.type-less', '70.00%', 'margin call')]);
  });

  it('is not raised to without a margin call, and says what is unknown', () => {
    const { marginCall, ...without } = loan;
    assert.ok(marginCall !== undefined);
    assert.equal(said('60', without)[0], 'refused');
    assert.equal(said('60', without)[1], says('target.no-margin-call'));
    assert.deepEqual(said('50', without), ['0.5', way('add', '58.00%', '50.00%', says('preview.margin-call-unknown'))]);
    const { ltv, ...blind } = loan;
    assert.ok(ltv !== undefined);
    assert.deepEqual(said('60', blind), ['0.6, caution', `${says('term.ltv-unknown')} · ${line}`]);
  });

  it('is looked at again by fresher figures', () => {
    assert.equal(judgeLtv(decimal('0.75'), { ...loan, ltv: decimal('0.8') }).ok, true);
    assert.equal(judgeLtv(decimal('0.75'), loan).ok, false);
  });

  it('is asked for in both languages', () => {
    assert.equal(inBoth(targetPrompt()), says('target.prompt'));
  });
});
