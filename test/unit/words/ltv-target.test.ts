import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal, isZero, multiply } from '../../../src/core/decimal.ts';
import { estimateAfter } from '../../../src/core/risk/collateral-estimate.ts';
import { levelOf } from '../../../src/core/risk/level.ts';
import { msg } from '../../../src/core/message.ts';
import type { Loan } from '../../../src/core/model.ts';
import { offersFor, type Blocked, type Offer, type Reading } from '../../../src/engine/targets/ltv-offers.ts';
import { safeLine, safestMost } from '../../../src/engine/targets/safe-maximum.ts';
import {
  blockedText,
  ltvIs,
  offerText,
  repayText,
  severalText,
  shortText,
  stepsText,
  stoppedText,
  troubleText,
} from '../../../src/words/ltv-target.ts';
import { inBoth } from './chinese.ts';
import { averaged, coin, prices, readingOf, single } from './target-loans.ts';
import { holds } from '../property.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const wallet = msg('term.funding-account', 'funding account');
const first = (reading: Reading, target: string): Offer => offersFor(reading, decimal(target)).offers[0]!;
const lines = (offer: Offer, loan: Loan = single): string[] => {
  const { label, description, detail } = offerText(offer, loan, wallet, false);
  return [label, description, detail].map(inBoth);
};

const leads = (ltv: string): string => says('target.leads-to', says('term.ltv-is', ltv));
const toCall = (distance: string): string => says('line.to', distance, says('preview.margin-call'));
const left = (amount: string): string => says('target.left', amount, says('term.funding-account'));
const notEnough = says('target.not-enough-in', says('term.funding-account'));

describe('an alternative in words', () => {
  it('names act, exact amount, LTV, cost, what is left and how far collateral may fall then', () => {
    assert.deepEqual(lines(first(readingOf(single, 'add', [coin('BTC', '2')]), '0.4')), [
      'Add 0.25 BTC',
      leads('40.00%'),
      `${says('target.uses', '$20,000.00')} · ${toCall('46.6%')} · ${left('1.75 BTC')}`,
    ]);
    assert.deepEqual(lines(first(readingOf(single, 'reduce', [coin('BTC', '0.3')]), '0.6')), [
      says('term.remove', '0.16666666 BTC'),
      leads('60.00%'),
      `${says('target.frees', '$13,333.33')} · ${toCall('20.0%')}`,
    ]);
    const repaying = readingOf(single, 'add', [], { wallet: [{ coin: 'USDT', amount: decimal('8000') }] });
    assert.deepEqual(lines(first(repaying, '0.4')), [
      'Repay 7,200 USDT',
      leads('40.00%'),
      `${says('target.repay-there')} · ${says('target.uses', '$7,200.00')} · ${toCall('46.6%')} · ${left('800 USDT')}`,
    ]);
    const two = lines(first(readingOf(single, 'add', [coin('BTC', '0.2'), coin('ETH', '5')]), '0.4'));
    assert.equal(two[0], 'Add 5 ETH + Add 0.04166667 BTC');
    assert.match(two[2]!, saysInTurn(saysLike('target.uses'), toCall('46.6%'), `${left('0 ETH')} · ${left('0.158333 BTC')}`));
  });

  it('says what it assumes and what to be careful of', () => {
    assert.match(
      lines(first(readingOf(averaged, 'reduce', [coin('BTC', '1')]), '0.6'))[2]!,
      saysInTurn(`${says('target.average-haircut')} · `, saysLike('target.frees')),
    );
    assert.match(
      lines(first(readingOf(single, 'reduce', [coin('BTC', '0.3')]), '0.72'))[2]!,
      saysInTurn(`CAUTION: ${says('target.beyond-safe')} · `, saysLike('target.frees')),
    );
  });

  it('says why it is not enough and how far it leads', () => {
    const short = first(readingOf(single, 'add', [coin('BTC', '0.1')]), '0.4');
    assert.deepEqual(lines(short).slice(0, 2), ['Add 0.1 BTC', says('target.leads-only', says('term.ltv-is', '45.46%'))]);
    assert.match(lines(short)[2]!, saysInTurn(`${notEnough} · ${says('target.uses', '$8,000.00')}`, left('0 BTC')));
    assert.equal(
      inBoth(shortText(stepsText(short.steps), ltvIs(short.ltv))),
      `Add 0.1 BTC ${says('target.leads-only', says('term.ltv-is', '45.46%'))}`,
    );
  });

  it('claims no room where a line is reached or not known', () => {
    const offer = first(readingOf(single, 'add', [coin('BTC', '2')]), '0.4');
    const { marginCall, liquidation, ...lineless } = single;
    assert.ok(marginCall !== undefined && liquidation !== undefined);
    const low = { ltv: decimal('0.4'), source: 'venue' as const };
    const table: [Loan, string][] = [
      [lineless, says('line.unknown', says('preview.margin-call'))],
      [{ ...lineless, liquidation }, says('line.unknown', says('preview.margin-call'))],
      [{ ...lineless, marginCall }, toCall('46.6%')],
      [{ ...single, marginCall: low }, says('line.reached', says('preview.margin-call'))],
      [{ ...single, liquidation: low }, says('line.reached', says('preview.liquidation'))],
    ];
    for (const [loan, expected] of table) assert.ok(lines(offer, loan)[2]!.includes(` · ${expected} · `), expected);
  });

  it('tells each reason why something leads nowhere', () => {
    const table: [Blocked, string][] = [
      [{ act: 'add', coin: 'BTC', reason: 'wallet' }, `Add BTC: ${notEnough}`],
      [{ act: 'add', coin: 'BTC', reason: 'haircut' }, `Add BTC: ${says('target.haircut')}`],
      [{ act: 'add', coin: 'BTC', reason: 'amount' }, `Add BTC: ${says('target.amount-unknown')}`],
      [{ act: 'add', coin: 'BTC', reason: 'price' }, `Add BTC: ${says('estimate.price-unknown')}`],
      [{ act: 'reduce', coin: 'BTC', reason: 'limit' }, `${says('term.remove', 'BTC')}: ${says('target.no-more-removable')}`],
      [{ act: 'repay', coin: 'BTC', reason: 'debt' }, `Repay BTC: ${says('target.debt')}`],
      [{ act: 'repay', coin: 'BTC', reason: 'wallet' }, `Repay BTC: ${notEnough}`],
    ];
    for (const [blocked, expected] of table) {
      const { label, description } = blockedText(blocked, wallet);
      assert.equal(`${inBoth(label)}: ${inBoth(description)}`, expected);
    }
  });

  it('says before several changes how they are carried out, and afterwards which were not begun', () => {
    const several = first(readingOf(single, 'add', [coin('BTC', '0.2'), coin('ETH', '5')]), '0.4');
    assert.equal(inBoth(severalText(several)), says('target.in-sequence', 'Add 5 ETH + Add 0.04166667 BTC', '2'));
    assert.equal(inBoth(stoppedText('LIVE: x', several.steps.slice(1))), says('target.stopped', 'LIVE: x', 'Add 0.04166667 BTC'));
  });

  it('leaves repaying to the exchange', () => {
    const offer = first(readingOf(single, 'add', [], { wallet: [{ coin: 'USDT', amount: decimal('8000') }] }), '0.4');
    assert.equal(inBoth(repayText(offer, 'OKX')), says('target.repay-elsewhere', 'Repay 7,200 USDT', '40.00%', 'OKX'));
  });

  it('says why nothing can be computed, and what to do', () => {
    assert.equal(inBoth(troubleText('ltv', single, [])), says('target.trouble', '7', says('term.ltv-unknown')));
    assert.equal(inBoth(troubleText('price', single, ['BTC', 'SOL'])), says('target.trouble', '7', says('target.no-price', 'BTC, SOL')));
    assert.equal(inBoth(troubleText('price', single, [])), says('target.trouble', '7', says('estimate.price-unknown')));
    assert.equal(inBoth(troubleText('definitions', single, [])), says('target.doubt', '7'));
  });
});

describe('the safe maximum', () => {
  const most = (loan: Loan, limit: string, known = prices): string | undefined => safestMost(loan, 'BTC', decimal(limit), known);

  it('keeps the level at Watch or better, whatever the exchange would release', () => {
    // 36,000 / 0.66 (twelve per cent below the margin call at 0.75) is 54,545.45, so that 17,454.55 may leave: 0.24242 BTC at nine tenths.
    assert.match(most(single, '0.4') ?? '', /^0\.2424\d+$/);
    assert.equal(most(single, '0.1'), '0.1');
    assert.equal(
      most({ ...single, ltv: decimal('0.71'), debtUsd: decimal('51120'), debts: [{ coin: 'USDT', amount: decimal('51120') }] }, '0.1'),
      '0',
    );
  });

  it('keeps five points below a margin call that comes early', () => {
    // Twelve per cent of 0.4 are less than five points: 0.352.
    const early = { ...single, marginCall: { ltv: decimal('0.4'), source: 'venue' as const } };
    assert.equal(safeLine(early), '0.35');
    assert.equal(safeLine(single), '0.66');
  });

  it('keeps at or below the highest LTV of the person, but never where the loan would be close to the margin call', () => {
    const own = (line: string): string => safestMost(single, 'BTC', decimal('0.4'), prices, decimal(line)) ?? '';
    // 36,000 / 0.64 is 56,250, so that 15,750 may leave: 0.21875 BTC at nine tenths.
    assert.match(own('0.64'), /^0\.2187\d+$/);
    for (const line of ['0.74', '0.75', '0.9', '0']) assert.equal(own(line), most(single, '0.4'), line);
  });

  it('may be given slack, but never past the highest LTV of the person', () => {
    const slack = decimal('0.005');
    assert.equal(safeLine(single, undefined, slack), '0.665');
    assert.equal(safeLine(single, decimal('0.663'), slack), '0.663');
    assert.equal(safeLine(single, decimal('0.64'), slack), '0.64');
    for (const line of ['0.74', '0.75', '0.9', '0']) assert.equal(safeLine(single, decimal(line), slack), '0.665', line);
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
    // 36,000 / 0.572 is 62,937.06, so that 9,062.94 may leave.
    assert.match(most({ ...single, liquidation: { ltv: decimal('0.65'), source: 'venue' } }, '0.4') ?? '', /^0\.1258\d+$/);
  });

  it('is not named where it cannot be told', () => {
    const { marginCall, ...lineless } = single;
    assert.ok(marginCall !== undefined);
    assert.equal(most(lineless, '0.4'), undefined);
    assert.equal(most({ ...single, ltv: decimal('0.6') }, '0.4'), undefined, 'the definitions differ');
    assert.equal(most(averaged, '0.4', new Map()), undefined, 'no prices');
  });
});
