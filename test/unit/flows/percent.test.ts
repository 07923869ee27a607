import assert from 'node:assert/strict';
import { judgePercent } from '../../../src/flows/move-price.ts';

const accepted = (text: string): string | undefined => {
  const verdict = judgePercent(text);
  return verdict.ok ? verdict.percent : undefined;
};

describe('a price move as typed', () => {
  it('is exact, with or without a sign and a percent sign', () => {
    assert.equal(accepted('-10'), '-10');
    assert.equal(accepted('+2.50 %'), '2.5');
    assert.equal(accepted('-99'), '-99');
    assert.equal(accepted('1000'), '1000');
  });

  it('is refused outside of -99 to 1000, as zero and as anything else', () => {
    for (const text of ['-99.01', '1000.1', '0', '-0', '', '-', 'ten', '1e2', '1,5']) assert.equal(accepted(text), undefined, text);
  });
});
