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

const around: PreviewSurroundings = {
  venueName: 'OKX',
  siteLabel: msg('Global'),
  demo: false,
  wallet: msg('Funding account'),
  readAt: '14:03:22',
  age: msg('just now'),
};

function shown(of: CollateralPreview, with_: PreviewSurroundings = around): { title: string; detail: string; act: string } {
  const text = previewText(of, with_);
  return { title: english(text.title), detail: text.lines.map(english).join('\n'), act: english(text.act) };
}

const reduce = { ...change, direction: 'reduce' as const };

describe('the preview before a change', () => {
  it('names venue, account, loan, direction, amount, coin, wallet, and every figure now and after', () => {
    const { title, detail, act } = shown(preview());
    assert.equal(title, 'LIVE: add 0.1 BTC to the collateral of loan 12345?');
    assert.equal(act, 'Add 0.1 BTC');
    assert.deepEqual(detail.split('\n'), [
      'LIVE account: REAL MONEY moves. It is sent once, and this extension cannot call it back.',
      'Exchange: OKX, Global',
      'Account: Main',
      'Loan: 12345',
      'Act: add collateral',
      'Amount: 0.1 BTC',
      'From: Funding account',
      'LTV: 58.00% now → 51.56% after (estimate)',
      'Level: Watch now → OK after (estimate)',
      'Distance to margin call: 21.3% now → 30.0% after (estimate)',
      'Distance to liquidation: 30.7% now → 38.4% after (estimate)',
      'Collateral after haircut: $68,965.51 now → $77,579.51 after (estimate)',
      'Wallet: 1.7921483143067599 BTC now → 1.6921483143067599 BTC after',
      'Available to add: 1.7921483143067599 BTC',
      'Figures read at 14:03:22 (just now).',
    ]);
  });

  it('says of taking out where it goes, and that the limit is no recommendation', () => {
    const { title, detail, act } = shown(preview({ change: reduce }));
    assert.equal(title, 'LIVE: take 0.1 BTC out of the collateral of loan 12345?');
    assert.equal(act, 'Reduce by 0.1 BTC');
    assert.match(detail, /^To: Funding account$/m);
    assert.match(detail, /runs to the margin-call line; it is no recommendation/);
    assert.doesNotMatch(detail, /^From:/m);
  });

  it('tells simulated, demo and live apart in title and first line, and never calls simulated money real', () => {
    const simulated = shown(preview({ account: { ...account, simulated: true } }));
    assert.match(simulated.title, /^SIMULATED: /);
    assert.match(simulated.detail, /^SIMULATED exchange: no real money moves\./);
    assert.doesNotMatch(simulated.detail, /LIVE|REAL MONEY/);
    const demo = shown(preview(), { ...around, demo: true });
    assert.match(demo.title, /^DEMO: /);
    assert.match(demo.detail, /^DEMO trading/);
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
    assert.match(detail, /CAUTION: how much nearer/);
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
    assert.match(after('0.7374'), /^DANGER: after this the loan is at or beyond its margin call/);
    assert.match(after('0.84'), /^DANGER: after this the loan is at or beyond liquidation/);
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
      'WARNING: after this, a fall of 1.6% brings the margin call (estimate).',
      'LTV: 58.00% now → 72.50% after (estimate)',
      'Level: Watch now → Warning after (estimate)',
      'Distance to margin call: 21.3% now → 1.6% after (estimate)',
      'Distance to liquidation: 30.7% now → 13.4% after (estimate)',
      // 40,000 / (0.8 x 0.9 x 0.8374) and 40,000 / (0.64 x 0.9 x 0.8374), in line with the LTV that the exchange gives.
      'Liquidation price of BTC: $66,342.92 now → $82,928.65 after (estimate, all else unchanged)',
      'Collateral after haircut: $68,965.51 now → $55,172.41 after (estimate)',
      'SIMULATED exchange: no real money moves.',
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
      'LTV 58.00% → 51.56%, then 30.0% to margin call, 38.4% to liquidation (estimate).',
      false,
    ]);
    assert.deepEqual(estimate('add', 'BTC', '0.1', { ...unlined, marginCall }), [
      'LTV 58.00% → 51.56%, then 30.0% to margin call (estimate).',
      false,
    ]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.1', { ...unlined, liquidation }), [
      'LTV 58.00% → 66.29%, then 20.8% to liquidation (estimate); margin call unknown.',
      true,
    ]);
    assert.deepEqual(estimate('add', 'BTC', '0.1', unlined), ['LTV 58.00% → 51.56% (estimate).', false]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.1', unlined), ['LTV 58.00% → 66.29% (estimate).', true]);
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
      `LTV 58.00% → 69.26%, then 6.0% to margin call, 17.2% to liquidation (estimate). More than the safe maximum of ${safest} BTC, which keeps LTV at or below 66.37%.`,
      true,
    ]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.2', loan, safest), [
      `LTV 58.00% → 77.34% (estimate): at or beyond margin call. The preview would refuse it; the safe maximum is ${safest} BTC.`,
      true,
    ]);
    assert.match(estimate('reduce', 'BTC', '0.13', loan, '0')[0], /\. Nothing can be taken out that keeps LTV at or below 66\.37%\.$/);
    assert.match(
      estimate('reduce', 'BTC', '0.2', loan, '0')[0],
      /margin call\. The preview would refuse it; nothing can be taken out safely\.$/,
    );
    assert.deepEqual(estimate('add', 'BTC', '0.13', loan, '0')[1], false, 'what is added has no maximum of that kind');
  });

  it('fits into the two lines of the box', () => {
    const long = [estimate('reduce', 'BTC', '0.13', loan, '0.12345678'), estimate('reduce', 'BTC', '0.2', loan, '0.12345678')];
    for (const [text] of long) assert.ok(text.length <= 170, `${text.length.toString()} characters: ${text}`);
  });

  it('says so when it cannot be told, and cautions where that could hide a danger', () => {
    assert.deepEqual(estimate('add', 'DOT', '1'), ['LTV 58.00% now. LTV after cannot be estimated here.', false]);
    assert.equal(estimate('reduce', 'DOT', '1')[1], true);
    const blind: Loan = { id: loan.id, collateralValuation: 'adjusted', debts: loan.debts, collateral: loan.collateral };
    assert.match(estimate('add', 'BTC', '1', blind)[0], /unknown/);
  });
});
