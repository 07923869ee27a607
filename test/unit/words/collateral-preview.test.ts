import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { flatRule } from '../../../src/core/risk/haircut.ts';
import { distanceTo } from '../../../src/core/risk/ltv.ts';
import { english, msg } from '../../../src/core/message.ts';
import { actLabel, liveEstimate, previewText, type PreviewSurroundings } from '../../../src/words/collateral-preview.ts';
import type { Loan } from '../../../src/core/model.ts';
import type { CollateralPreview } from '../../../src/engine/ledger/ledger.ts';
import { safeLine, safestMost } from '../../../src/engine/targets/safe-maximum.ts';
import { inBoth } from './chinese.ts';
import { account, change, loan, preview } from './records.ts';
import { says, saysLike } from '../../texts.ts';

const around: PreviewSurroundings = {
  venueName: 'OKX',
  siteLabel: msg('test', 'Global'),
  demo: false,
  wallet: msg('test', 'Funding account'),
  readAt: '14:03:22',
  age: msg('time.just-now', 'just now'),
};

function shown(of: CollateralPreview, with_: PreviewSurroundings = around): { title: string; detail: string; act: string } {
  const text = previewText(of, with_);
  return { title: english(text.title), detail: text.lines.map(english).join('\n'), act: english(text.act) };
}

const reduce = { ...change, direction: 'reduce' as const };

describe('the preview before a change', () => {
  it('names venue, account, loan, direction, amount, coin, wallet, and every figure now and after', () => {
    const { title, detail, act } = shown(preview());
    assert.equal(title, says('preview.add-collateral-loan', 'LIVE', '0.1', 'BTC', '12345'));
    assert.equal(act, 'Add 0.1 BTC');
    assert.deepEqual(detail.split('\n'), [
      says('preview.live-account-real'),
      'Exchange: OKX, Global',
      'Account: Main',
      'Loan: 12345',
      says('preview.act-add-collateral'),
      'Amount: 0.1 BTC',
      'From: Funding account',
      says('preview.ltv-now-after', '58.00%', '51.56%'),
      says('preview.level-now-after', 'Watch', 'OK'),
      says('preview.distance-margin-call-now', '21.3%', '30.0%'),
      says('preview.distance-liquidation-now-after', '30.7%', '38.4%'),
      says('preview.collateral-after-haircut', '$68,965.51', '$77,579.51'),
      says('preview.wallet-now-after', '1.7921483143067599', 'BTC', '1.6921483143067599'),
      says('preview.available-add', '1.7921483143067599', 'BTC'),
      says('preview.figures-read', '14:03:22', says('time.just-now')),
    ]);
  });

  it('says of taking out where it goes, and that the limit is no recommendation', () => {
    const { title, detail, act } = shown(preview({ change: reduce }));
    assert.equal(title, says('preview.take-out-collateral', 'LIVE', '0.1', 'BTC', '12345'));
    assert.equal(act, says('preview.reduce', '0.1', 'BTC'));
    assert.match(detail, /^To: Funding account$/m);
    assert.match(detail, /runs to the margin-call line; it is no recommendation/);
    assert.doesNotMatch(detail, /^From:/m);
  });

  it('tells simulated, demo and live apart in title and first line, and never calls simulated money real', () => {
    const simulated = shown(preview({ account: { ...account, simulated: true } }));
    assert.match(simulated.title, /^SIMULATED: /);
    assert.match(simulated.detail, saysLike('preview.simulated-exchange-no'));
    assert.doesNotMatch(simulated.detail, /LIVE|REAL MONEY/);
    const demo = shown(preview(), { ...around, demo: true });
    assert.match(demo.title, /^DEMO: /);
    assert.match(demo.detail, saysLike('preview.demo-trading-exchange'));
    assert.doesNotMatch(demo.detail, /LIVE|REAL MONEY/);
  });

  it('says unknown where a figure is missing, and warns of a reduction whose effect nobody can estimate', () => {
    const known = preview({ change: reduce });
    const { account: main, readiness, ltvNow, distanceNow, readAt } = known;
    assert.ok(ltvNow !== undefined && distanceNow !== undefined);
    const { detail } = shown({ kind: 'collateral', change: reduce, account: main, readiness, ltvNow, distanceNow, readAt });
    assert.match(detail, /LTV: 58\.00% now → unknown after/);
    assert.match(detail, /margin call: 21\.3% now → unknown after/);
    assert.match(detail, /now → unknown after$/m);
    assert.match(detail, saysLike('preview.caution-how-much'));
  });

  it('shows nothing of an estimate that is in doubt, neither to comfort nor to warn', () => {
    const of = (more: Partial<CollateralPreview>): string => shown(preview({ doubt: 'definitions', ...more })).detail;
    const detail = of({});
    assert.match(detail, /^LTV: 58\.00% now → not estimated$/m);
    assert.match(detail, /^Distance to margin call: 21\.3% now → not estimated$/m);
    assert.match(detail, /^Distance to liquidation: 30\.7% now → not estimated$/m);
    assert.doesNotMatch(detail, /51\.56|30\.0%|38\.4%/);
    assert.doesNotMatch(of({ ltvAfter: decimal('0.84') }), /CAUTION/);
    assert.doesNotMatch(of({ change: { ...change, coin: 'ETH' } }), /average haircut/);
  });

  it('says that an average haircut is assumed where the venue does not tell how it values what is added', () => {
    const of = (loan: Partial<Loan>, coin = 'ETH'): string =>
      shown(preview({ change: { ...change, coin }, readiness: { ...preview().readiness, loan: { ...preview().readiness.loan, ...loan } } }))
        .detail;
    const assumed = /^The exchange does not say how it values ETH for this loan/m;
    assert.match(of({}), assumed);
    assert.doesNotMatch(of({}, 'BTC'), assumed, 'of the only coin of a loan its own figures tell');
    assert.doesNotMatch(of({ haircuts: { ETH: flatRule(decimal('0.9')) } }), assumed);
    assert.doesNotMatch(of({ collateralValuation: 'raw' }), assumed);
  });

  it('warns when the loan would stand near, at or beyond a line afterwards', () => {
    const after = (ltv: string): string =>
      shown(preview({ change: reduce, ltvAfter: decimal(ltv), distanceAfter: distanceTo(loan.marginCall?.ltv, decimal(ltv))! })).detail;
    assert.doesNotMatch(after('0.6'), /CAUTION|WARNING|DANGER/);
    assert.match(after('0.7'), /^WARNING: after this, a fall of 5\.0% brings the margin call/);
    assert.match(after('0.7374'), saysLike('preview.danger-after-loan'));
    assert.match(after('0.84'), saysLike('preview.danger-after-loan-beyond'));
  });

  it('lets danger look like danger: figure, level, liquidation price and worth before everything else', () => {
    const priced: Loan = { ...loan, collateralUsd: decimal('68965.517241'), haircuts: { BTC: flatRule(decimal('0.9')) } };
    const prices = new Map([
      ['BTC', decimal('95785.440613')],
      ['USDT', decimal('1')],
    ]);
    const readiness = { ...preview().readiness, loan: priced, prices };
    const text = previewText(
      preview({
        account: { ...account, simulated: true },
        change: reduce,
        readiness,
        ltvAfter: decimal('0.6628572'),
        distanceAfter: decimal('0.1011'),
      }),
      around,
    );
    assert.equal(text.alarming, false, '10.1 % away is Watch');
    const near = previewText(
      preview({
        account: { ...account, simulated: true },
        change: { ...reduce, amount: decimal('0.16') },
        readiness,
        ltvAfter: decimal('0.725'),
        distanceAfter: decimal('0.0168'),
      }),
      around,
    );
    assert.equal(near.alarming, true);
    assert.deepEqual(near.lines.map(english).slice(0, 8), [
      says('preview.warning-after-fall', '1.6%'),
      says('preview.ltv-now-after', '58.00%', '72.50%'),
      says('preview.level-now-after', 'Watch', 'Warning'),
      says('preview.distance-margin-call-now', '21.3%', '1.6%'),
      says('preview.distance-liquidation-now-after', '30.7%', '13.4%'),
      // 40,000 / (0.8 x 0.9 x 0.8374) and 40,000 / (0.64 x 0.9 x 0.8374), in line with the LTV that the exchange gives.
      says('preview.liquidation-price-now', 'BTC', '$66,342.92', '$82,928.65'),
      says('preview.collateral-after-haircut', '$68,965.51', '$55,172.41'),
      says('preview.simulated-exchange-no'),
    ]);
  });

  it('says that a line is reached instead of leaving a minus sign to be overlooked', () => {
    const { detail } = shown(preview({ distanceNow: decimal('-0.02') }));
    assert.match(detail, /margin call: -2\.0%, reached now/);
  });

  it('groups digits on the button but keeps every one', () => {
    assert.equal(english(actLabel('add', decimal('12345.678901'), 'USDT')), 'Add 12,345.678901 USDT');
  });
});

describe('the estimate while an amount is typed', () => {
  const estimate = (direction: 'add' | 'reduce', coin: string, amount: string, of = loan, safest?: string): [string, boolean] => {
    const { sentence, caution } = liveEstimate(
      of,
      direction,
      coin,
      decimal(amount),
      new Map(),
      safest === undefined ? undefined : { most: decimal(safest), line: safeLine(loan)! },
    );
    return [inBoth(sentence), caution];
  };
  const { marginCall, liquidation, ...unlined } = loan;
  assert.ok(marginCall !== undefined && liquidation !== undefined);

  it('shows LTV now and after, and how far margin call and liquidation are then', () => {
    assert.deepEqual(estimate('add', 'BTC', '0.1'), [
      says('preview.ltv-margin-call-liquidation', '58.00%', '51.56%', '30.0%', '38.4%'),
      false,
    ]);
    assert.deepEqual(estimate('add', 'BTC', '0.1', { ...unlined, marginCall }), [
      says('preview.ltv-margin-call', '58.00%', '51.56%', '30.0%'),
      false,
    ]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.1', { ...unlined, liquidation }), [
      says('preview.ltv-liquidation-estimate', '58.00%', '66.29%', '20.8%'),
      true,
    ]);
    assert.deepEqual(estimate('add', 'BTC', '0.1', unlined), [says('preview.ltv-estimate', '58.00%', '51.56%'), false]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.1', unlined), [says('preview.ltv-estimate', '58.00%', '66.29%'), true]);
  });

  it('cautions where the preview would refuse, with what would not be refused', () => {
    const [text, caution] = estimate('reduce', 'BTC', '0.2');
    assert.equal(caution, true);
    assert.match(
      text,
      /^LTV 58\.00% → 77\.34% \(estimate\): at or beyond margin call\. The preview would refuse it; below the line is at most 0\.17\d+ BTC\.$/,
    );
    const [, most = ''] = /at most (\S+) BTC/.exec(text) ?? [];
    assert.equal(estimate('reduce', 'BTC', most)[1], false);
    assert.match(estimate('reduce', 'BTC', '0.3')[0], /^LTV 58\.00% → 92\.80% \(estimate\): at or beyond liquidation\. The preview/);
  });

  it('cautions above the safe maximum and names it', () => {
    const safest = safestMost(loan, 'BTC', decimal('0.17'), new Map())!;
    // 58 / 66.366 of 0.8 BTC have to stay: 10 % below the margin call at 73.74 %.
    assert.match(safest, /^0\.10084/);
    assert.deepEqual(estimate('reduce', 'BTC', safest, loan, safest)[1], false, 'itself is safe');
    assert.deepEqual(estimate('reduce', 'BTC', '0.13', loan, safest), [
      says(
        'preview.more-safe-maximum',
        says('preview.ltv-margin-call-liquidation', '58.00%', '69.26%', '6.0%', '17.2%'),
        safest,
        'BTC',
        '66.37%',
      ),
      true,
    ]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.2', loan, safest), [
      says('preview.refuse-safe-maximum', says('preview.ltv-estimate-beyond-margin', '58.00%', '77.34%'), safest, 'BTC'),
      true,
    ]);
    assert.match(estimate('reduce', 'BTC', '0.13', loan, '0')[0], saysLike('preview.nothing-taken-out', '.', '66.37%'));
    assert.match(estimate('reduce', 'BTC', '0.2', loan, '0')[0], saysLike('preview.refuse-nothing-taken', 'margin call.'));
    assert.deepEqual(estimate('add', 'BTC', '0.13', loan, '0')[1], false, 'what is added has no maximum of that kind');
  });

  it('fits into the two lines of the box', () => {
    const long = [estimate('reduce', 'BTC', '0.13', loan, '0.12345678'), estimate('reduce', 'BTC', '0.2', loan, '0.12345678')];
    for (const [text] of long) assert.ok(text.length <= 170, `${text.length.toString()} characters: ${text}`);
  });

  it('says so when it cannot be told, and cautions where that could hide a danger', () => {
    assert.deepEqual(estimate('add', 'DOT', '1'), [says('preview.ltv-now-ltv', '58.00%'), false]);
    assert.equal(estimate('reduce', 'DOT', '1')[1], true);
    const blind: Loan = { id: loan.id, collateralValuation: 'adjusted', debts: loan.debts, collateral: loan.collateral };
    assert.match(estimate('add', 'BTC', '1', blind)[0], /unknown/);
  });
});
