import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal, isZero, multiply } from '../../../src/core/decimal.ts';
import { estimateAfter } from '../../../src/core/risk/collateral-estimate.ts';
import { levelOf } from '../../../src/core/risk/level.ts';
import { msg } from '../../../src/core/message.ts';
import type { Loan } from '../../../src/core/model.ts';
import { offersFor, type Blocked, type Offer, type Reading } from '../../../src/engine/targets/ltv-offers.ts';
import { safeLine, safestMost } from '../../../src/engine/targets/safe-maximum.ts';
import { blockedText, offerText, repayText, severalText, shortText, stoppedText, troubleText } from '../../../src/words/ltv-target.ts';
import { inBoth } from './chinese.ts';
import { averaged, coin, prices, readingOf, single } from './target-loans.ts';
import { holds } from '../property.ts';
import { says, saysLike } from '../../texts.ts';

const wallet = msg('term.funding-account', 'funding account');
const first = (reading: Reading, target: string): Offer => offersFor(reading, decimal(target)).offers[0]!;
const lines = (offer: Offer, loan: Loan = single): string[] => {
  const { label, description, detail } = offerText(offer, loan, wallet);
  return [label, description, detail].map(inBoth);
};

describe('an alternative in words', () => {
  it('names act, exact amount, LTV, cost, what is left and how far collateral may fall then', () => {
    assert.deepEqual(lines(first(readingOf(single, 'add', [coin('BTC', '2')]), '0.4')), [
      'Add 0.25 BTC',
      says('target.ltv-estimate', '40.00%'),
      `needs $20,000.00 · ${says('target.margin-call-liquidation', '46.6%', '50.0%')} · ${says('target.left', '1.75', 'BTC', says('term.funding-account'))}`,
    ]);
    assert.deepEqual(lines(first(readingOf(single, 'reduce', [coin('BTC', '0.3')]), '0.6')), [
      says('term.remove', '0.16666666 BTC'),
      says('target.ltv-estimate', '60.00%'),
      `frees $13,333.33 · ${says('target.margin-call-liquidation', '20.0%', '25.0%')} · ${says('target.goes', says('term.funding-account'))}`,
    ]);
    const repaying = readingOf(single, 'add', [], { wallet: [{ coin: 'USDT', amount: decimal('8000') }] });
    assert.deepEqual(lines(first(repaying, '0.4')), [
      'Repay 7,200 USDT',
      says('target.ltv-estimate', '40.00%'),
      `${says('target.not-here-repaying')} · needs $7,200.00 · ${says('target.margin-call-liquidation', '46.6%', '50.0%')} · ` +
        says('target.left', '800', 'USDT', says('term.funding-account')),
    ]);
    assert.match(
      lines(first(readingOf(single, 'add', [coin('BTC', '0.2'), coin('ETH', '5')]), '0.4'))[2]!,
      /^2 changes, one after the other · needs .* · 0 ETH left in the funding account · 0\.158333 BTC left in the funding account$/,
    );
  });

  it('says what it assumes and what to be careful of', () => {
    assert.match(lines(first(readingOf(averaged, 'reduce', [coin('BTC', '1')]), '0.6'))[2]!, /^assumes the loan's average haircut · /);
    assert.match(
      lines(first(readingOf(single, 'reduce', [coin('BTC', '0.3')]), '0.72'))[2]!,
      / · CAUTION: beyond the safe maximum, close to the margin call · frees/,
    );
  });

  it('says why it is not enough and how far it leads', () => {
    const short = first(readingOf(single, 'add', [coin('BTC', '0.1')]), '0.4');
    assert.deepEqual(lines(short).slice(0, 2), ['Add 0.1 BTC', says('target.only-ltv-estimate', '45.46%')]);
    assert.match(lines(short)[2]!, /^the funding account holds no more of it · needs \$8,000\.00 · then .* · 0 BTC left/);
    assert.equal(inBoth(shortText(short, decimal('0.4'))), says('target.brings-ltv-only', 'Add 0.1 BTC', '45.46%', '40.00%'));
  });

  it('claims no room where a line is reached or not known', () => {
    const offer = first(readingOf(single, 'add', [coin('BTC', '2')]), '0.4');
    const { marginCall, liquidation, ...lineless } = single;
    assert.ok(marginCall !== undefined && liquidation !== undefined);
    const low = { ltv: decimal('0.4'), source: 'venue' as const };
    const table: [Loan, RegExp][] = [
      [lineless, / · how far collateral may fall then is not known · /],
      [{ ...lineless, liquidation }, / · then 50\.0% to liquidation · /],
      [{ ...lineless, marginCall }, / · then 46\.6% to margin call · /],
      [{ ...single, marginCall: low }, / · even then the margin call is reached · /],
      [{ ...single, liquidation: low }, / · even then liquidation is reached · /],
    ];
    for (const [loan, expected] of table) assert.match(lines(offer, loan)[2]!, expected);
  });

  it('tells each reason why something leads nowhere', () => {
    const table: [Blocked, string][] = [
      [{ act: 'add', coin: 'BTC', reason: 'wallet' }, 'Add BTC: the funding account holds no more of it'],
      [{ act: 'add', coin: 'BTC', reason: 'haircut' }, 'Add BTC: no amount of it counts for so much'],
      [{ act: 'add', coin: 'BTC', reason: 'amount' }, 'Add BTC: the amount could not be read'],
      [{ act: 'add', coin: 'BTC', reason: 'price' }, 'Add BTC: its price is not known'],
      [{ act: 'reduce', coin: 'BTC', reason: 'limit' }, says('target.take-out', 'BTC:', says('target.exchange-releases-no'))],
      [{ act: 'repay', coin: 'BTC', reason: 'debt' }, 'Repay BTC: even without this debt LTV stays above the target'],
      [{ act: 'repay', coin: 'BTC', reason: 'wallet' }, 'Repay BTC: the funding account holds no more of it'],
    ];
    for (const [blocked, expected] of table) {
      const { label, description } = blockedText(blocked, wallet);
      assert.equal(`${inBoth(label)}: ${inBoth(description)}`, expected);
    }
  });

  it('says before several changes how they are carried out, and afterwards which were not begun', () => {
    const several = first(readingOf(single, 'add', [coin('BTC', '0.2'), coin('ETH', '5')]), '0.4');
    assert.match(
      inBoth(severalText(several)),
      /^Add 5 ETH \+ Add 0\.04166667 BTC\. These are 2 changes, .* its own confirmation\. The first that does not end as proven effective stops the rest\.$/,
    );
    assert.equal(inBoth(stoppedText('LIVE: x', several.steps.slice(1))), 'LIVE: x: stopped. Not begun: Add 0.04166667 BTC.');
  });

  it('leaves repaying to the exchange', () => {
    const offer = first(readingOf(single, 'add', [], { wallet: [{ coin: 'USDT', amount: decimal('8000') }] }), '0.4');
    assert.equal(inBoth(repayText(offer, 'OKX')), says('target.bring-ltv-estimate', 'Repay 7,200 USDT', '40.00%', 'OKX'));
  });

  it('says why nothing can be computed, and what to do', () => {
    assert.match(inBoth(troubleText('ltv', single, [])), /does not tell the LTV of loan 7 now, .* Try again later/);
    assert.match(inBoth(troubleText('price', single, ['BTC', 'SOL'])), /^There is no price for BTC, SOL, .* loan 7\./);
    assert.match(inBoth(troubleText('price', single, [])), /what the collateral of loan 7 is worth/);
    assert.match(inBoth(troubleText('definitions', single, [])), saysLike('target.reckon-loan-not'));
  });
});

describe('the safe maximum', () => {
  const most = (loan: Loan, limit: string, known = prices): string | undefined => safestMost(loan, 'BTC', decimal(limit), known);

  it('keeps the level at Watch or better, whatever the exchange would release', () => {
    // 36,000 / 0.675 (ten per cent below the margin call at 0.75) is 53,333.33, so that 18,666.67 may leave: 0.25925 BTC at nine tenths.
    assert.match(most(single, '0.4') ?? '', /^0\.2592\d+$/);
    assert.equal(most(single, '0.1'), '0.1');
    assert.equal(
      most({ ...single, ltv: decimal('0.71'), debtUsd: decimal('51120'), debts: [{ coin: 'USDT', amount: decimal('51120') }] }, '0.1'),
      '0',
    );
  });

  it('keeps five points below a margin call that comes early', () => {
    const early = { ...single, marginCall: { ltv: decimal('0.45'), source: 'venue' as const } };
    assert.equal(safeLine(early), '0.4');
    assert.equal(safeLine(single), '0.675');
  });

  it('keeps at or below the highest LTV of the person, but never where the loan would be close to the margin call', () => {
    const own = (line: string): string => safestMost(single, 'BTC', decimal('0.4'), prices, decimal(line)) ?? '';
    // 36,000 / 0.66 is 54,545.45, so that 17,454.54 may leave: 0.24242 BTC at nine tenths.
    assert.match(own('0.66'), /^0\.2424\d+$/);
    for (const line of ['0.74', '0.75', '0.9', '0']) assert.equal(own(line), most(single, '0.4'), line);
  });

  it('may be given slack, but never past the highest LTV of the person', () => {
    const slack = decimal('0.005');
    assert.equal(safeLine(single, undefined, slack), '0.68');
    assert.equal(safeLine(single, decimal('0.678'), slack), '0.678');
    assert.equal(safeLine(single, decimal('0.66'), slack), '0.66');
    for (const line of ['0.74', '0.75', '0.9', '0']) assert.equal(safeLine(single, decimal(line), slack), '0.68', line);
  });

  it('is an amount that its own preview does not warn of', () => {
    const share = fc.integer({ min: 1, max: 99 });
    holds(
      fc.property(share, share, share, (ltv, line, own) => {
        const debtUsd = multiply(decimal('720'), decimal(ltv.toString()));
        const loan: Loan = {
          ...single,
          ltv: decimal((ltv / 100).toFixed(2)),
          debtUsd,
          debts: [{ coin: 'USDT', amount: debtUsd }],
          marginCall: { ltv: decimal((line / 100).toFixed(2)), source: 'venue' },
        };
        const amount = safestMost(loan, 'BTC', decimal('0.4'), prices, decimal((own / 100).toFixed(2)));
        if (amount === undefined || isZero(amount)) return;
        const after = estimateAfter(loan, 'reduce', 'BTC', amount, prices).ltv;
        assert.ok(['ok', 'watch'].includes(levelOf({ ...loan, ltv: after! }, true)), `${amount}: ${String(after)}`);
      }),
      { interruptAfterTimeLimit: 5_000 },
    );
  });

  it('counts from liquidation where that comes first', () => {
    // 36,000 / 0.585.
    assert.match(most({ ...single, liquidation: { ltv: decimal('0.65'), source: 'venue' } }, '0.4') ?? '', /^0\.1452\d+$/);
  });

  it('is not named where it cannot be told', () => {
    const { marginCall, ...lineless } = single;
    assert.ok(marginCall !== undefined);
    assert.equal(most(lineless, '0.4'), undefined);
    assert.equal(most({ ...single, ltv: decimal('0.6') }, '0.4'), undefined, 'the definitions differ');
    assert.equal(most(averaged, '0.4', new Map()), undefined, 'no prices');
  });
});
