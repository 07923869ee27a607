import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { flatRule } from '../../../src/core/risk/haircut.ts';
import { distanceTo } from '../../../src/core/risk/ltv.ts';
import { english, msg } from '../../../src/core/message.ts';
import { actLabel, coinAmount, liveEstimate, previewText, type PreviewSurroundings } from '../../../src/words/collateral-preview.ts';
import type { Loan } from '../../../src/core/model.ts';
import type { CollateralPreview } from '../../../src/engine/ledger/ledger.ts';
import { safeLine, safestMost } from '../../../src/engine/targets/safe-maximum.ts';
import { inBoth } from './chinese.ts';
import { account, change, loan, preview } from './records.ts';
import type { Text } from '../../../src/words/text.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const around: PreviewSurroundings = {
  venueName: 'OKX',
  siteLabel: 'OKX Global',
  demo: false,
  wallet: msg('test', 'Funding account'),
  readAt: '14:03:22',
  age: msg('time.just-now', 'just now'),
};

function shown(of: CollateralPreview, with_: PreviewSurroundings = around): { title: string; detail: string; act: string } {
  const text = previewText(of, with_);
  return { title: english(text.title), detail: textsOf(text.lines).join('\n'), act: english(text.act) };
}

const textsOf = (lines: readonly Text[]): string[] => lines.map((line) => (typeof line === 'string' ? line : english(line)));
const row = (label: string, now: string, after: string): string => says('list.colon', label, says('list.arrow', now, after));
const wallet = says('list.brackets', says('collateral.wallet'), 'Funding account');
const estimated = (label: string, now: string, after: string): string => says('term.by-estimate', row(label, now, after));
const toMarginCall = says('line.distance', says('preview.margin-call'));
const toLiquidation = says('line.distance', says('preview.liquidation'));
const live = says('preview.live-account');
/** Title and place of an addition to the loan. */
const question = (mark: string, act = 'term.add-to'): string =>
  says('resolve.sure', says('list.colon', mark, says(act, '0.1 BTC', 'loan 12345')));

const reduce = { ...change, direction: 'reduce' as const };

describe('the preview before a change', () => {
  it('names venue, account, loan, direction, amount, coin, wallet, and every figure now and after', () => {
    const { title, detail, act } = shown(preview());
    assert.equal(title, question('LIVE'));
    assert.equal(act, 'Add 0.1 BTC');
    assert.deepEqual(detail.split('\n'), [
      estimated('LTV', '58.00%', '51.56%'),
      estimated('Level', 'Watch', 'OK'),
      estimated(toMarginCall, '21.3%', '30.0%'),
      estimated(toLiquidation, '30.7%', '38.4%'),
      '',
      live,
      'Main · OKX Global · LIVE',
      says('preview.route', '0.1 BTC', 'Funding account', 'loan 12345'),
      row(wallet, '1.7921483143067599', '1.6921483143067599 BTC'),
      '',
      estimated(says('preview.after-haircut'), '$68,965.51', '$77,579.51'),
      says('preview.updated', '14:03:22', says('time.just-now')),
    ]);
  });

  it("goes by levels of one's own where those begin earlier, and never later than by default", () => {
    const levels = (watch: string, warn: string, danger: string) => ({
      account: { ...account, levels: { 'loan:12345': { watch: decimal(watch), warn: decimal(warn), danger: decimal(danger) } } },
    });
    const earlier = textsOf(previewText(preview(levels('0.5', '0.4', '0.35')), around).lines);
    assert.equal(earlier[0], says('preview.near-by-fall', 'DANGER', '30.0%', 'margin call'));
    const later = textsOf(previewText(preview(levels('0.1', '0.05', '0.01')), around).lines);
    assert.deepEqual(later, textsOf(previewText(preview(), around).lines));
  });

  it('says of removing where it goes, and that the limit reaches the margin call', () => {
    const { title, detail, act } = shown(preview({ change: reduce }));
    assert.equal(title, question('LIVE', 'term.remove-from'));
    assert.equal(act, says('term.remove', '0.1 BTC'));
    const lines = detail.split('\n');
    assert.ok(lines.includes(says('preview.route', '0.1 BTC', 'loan 12345', 'Funding account')), detail);
    assert.ok(lines.includes(says('preview.allowed', 'OKX', '1.7921483143067599 BTC')), detail);
  });

  it('tells simulated, demo and live apart in title and place, and never calls simulated money real', () => {
    const simulated = shown(preview({ account: { ...account, simulated: true } }));
    assert.equal(simulated.title, question('SIMULATED'));
    assert.match(simulated.detail, saysInTurn('Main · OKX · OKX Global · ', says('preview.no-real-money', 'SIMULATED')));
    assert.doesNotMatch(simulated.detail, /LIVE|REAL MONEY/);
    const demo = shown(preview(), { ...around, demo: true });
    assert.equal(demo.title, question('DEMO'));
    assert.match(demo.detail, saysLike('preview.no-real-money', 'DEMO'));
    assert.doesNotMatch(demo.detail, /LIVE|REAL MONEY/);
  });

  it('says unknown where a figure is missing, and warns of a removal whose effect cannot be estimated', () => {
    const known = preview({ change: reduce });
    const { account: main, readiness, ltvNow, distanceNow, readAt } = known;
    assert.ok(ltvNow !== undefined && distanceNow !== undefined);
    const of = { kind: 'collateral', change: reduce, account: main, readiness, ltvNow, distanceNow, readAt } as const;
    const lines = shown(of).detail.split('\n');
    assert.deepEqual(lines.slice(0, 4), [
      `CAUTION: ${says('preview.no-estimate')}`,
      estimated('LTV', '58.00%', 'unknown'),
      estimated(toMarginCall, '21.3%', 'unknown'),
      estimated(toLiquidation, '30.7%', 'unknown'),
    ]);
    assert.ok(lines.includes(row(wallet, '1.7921483143067599 BTC', 'unknown')));
    assert.equal(previewText(of, around).tone, 'alarming');
  });

  it('shows nothing of an estimate that is in doubt, neither to comfort nor to warn', () => {
    const of = (more: Partial<CollateralPreview>): string => shown(preview({ doubt: 'definitions', ...more })).detail;
    const detail = of({});
    assert.deepEqual(detail.split('\n').slice(0, 4), [
      row('LTV', '58.00%', says('preview.not-estimated')),
      row(toMarginCall, '21.3%', says('preview.not-estimated')),
      row(toLiquidation, '30.7%', says('preview.not-estimated')),
      '',
    ]);
    assert.doesNotMatch(detail, /51\.56|30\.0%|38\.4%|\(estimate\)/);
    assert.doesNotMatch(of({ ltvAfter: decimal('0.84') }), /CAUTION|DANGER/);
    assert.doesNotMatch(of({ change: { ...change, coin: 'ETH' } }), saysLike('preview.average-haircut'));
  });

  it('says that an average haircut is assumed where the venue does not tell how it values what is added', () => {
    const of = (loan: Partial<Loan>, coin = 'ETH'): string =>
      shown(preview({ change: { ...change, coin }, readiness: { ...preview().readiness, loan: { ...preview().readiness.loan, ...loan } } }))
        .detail;
    const assumed = saysLike('preview.average-haircut', 'ETH');
    assert.match(of({}), assumed);
    assert.doesNotMatch(of({}, 'BTC'), assumed, 'of the only coin of a loan its own figures tell');
    assert.doesNotMatch(of({ haircuts: { ETH: flatRule(decimal('0.9')) } }), assumed);
    assert.doesNotMatch(of({ collateralValuation: 'raw' }), assumed);
  });

  it('warns when the loan would stand near, at or beyond a line afterwards', () => {
    const after = (ltv: string): string =>
      shown(preview({ change: reduce, ltvAfter: decimal(ltv), distanceAfter: distanceTo(loan.marginCall?.ltv, decimal(ltv))! })).detail;
    for (const calm of ['0.6', '0.6489']) assert.doesNotMatch(after(calm), /CAUTION|WARNING|DANGER/);
    for (const [ltv, first] of [
      ['0.649', says('preview.near-by-fall', 'WARNING', '11.9%', 'margin call')],
      ['0.7', says('preview.near-by-fall', 'WARNING', '5.0%', 'margin call')],
      ['0.7006', says('preview.near-by-fall', 'DANGER', '4.9%', 'margin call')],
      ['0.7373', says('preview.near-by-fall', 'DANGER', '0.0%', 'margin call')],
      ['0.7374', says('preview.danger-reached', 'margin call')],
      ['0.84', says('preview.danger-reached', 'liquidation')],
    ] as const) {
      assert.equal(after(ltv).split('\n')[0], first);
    }
  });

  it('counts to liquidation where there is no margin call, and is careful where neither is known', () => {
    const { marginCall, liquidation, ...unlined } = loan;
    assert.ok(marginCall !== undefined && liquidation !== undefined);
    const of = (shaped: Loan) =>
      previewText(preview({ change: reduce, ltvAfter: decimal('0.79'), readiness: { ...preview().readiness, loan: shaped } }), around);
    const near = of({ ...unlined, liquidation });
    assert.equal(textsOf(near.lines)[0], says('preview.near-by-fall', 'WARNING', '5.6%', 'liquidation'));
    assert.equal(near.tone, 'alarming');
    const early = of({
      ...unlined,
      marginCall: { ...marginCall, ltv: decimal('0.9') },
      liquidation: { ...liquidation, ltv: decimal('0.81') },
    });
    assert.equal(textsOf(early.lines)[0], says('preview.near-by-fall', 'DANGER', '2.4%', 'liquidation'), 'the line that comes first');
    const blind = of(unlined);
    assert.equal(textsOf(blind.lines)[0], `CAUTION: ${says('preview.margin-call-unknown')}`);
    assert.equal(blind.tone, 'cautious');
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
        change: { ...reduce, amount: decimal('0.0845') },
        readiness,
        ltvAfter: decimal('0.6485'),
        distanceAfter: decimal('0.1205'),
      }),
      around,
    );
    assert.equal(text.tone, 'calm', '12.0 % away is Watch');
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
    assert.equal(near.tone, 'alarming');
    assert.deepEqual(textsOf(near.lines).slice(0, 8), [
      says('preview.near-by-fall', 'DANGER', '1.6%', 'margin call'),
      estimated('LTV', '58.00%', '72.50%'),
      estimated('Level', 'Watch', 'Danger'),
      estimated(toMarginCall, '21.3%', '1.6%'),
      estimated(toLiquidation, '30.7%', '13.4%'),
      // 40,000 / (0.8 x 0.9 x 0.8374) and 40,000 / (0.64 x 0.9 x 0.8374), in line with the LTV that the exchange gives.
      estimated(says('preview.coin-liquidation-price', 'BTC'), '$66,342.92', '$82,928.65'),
      '',
      `Main · OKX · OKX Global · ${says('preview.no-real-money', 'SIMULATED')}`,
    ]);
    assert.ok(textsOf(near.lines).includes(estimated(says('preview.after-haircut'), '$68,965.51', '$55,172.41')));
  });

  it('says danger without a line that is reached where a debt is overdue, or nothing but 100 % is near', () => {
    const first = (shaped: Loan, ltv: string): Text | undefined => {
      const of = preview({ ltvAfter: decimal(ltv), readiness: { ...preview().readiness, loan: shaped } });
      const { lines, tone } = previewText(of, around);
      assert.equal(tone, 'alarming');
      return textsOf(lines)[0];
    };
    const overdue: Loan = { ...loan, due: [{ coin: 'USDT', amount: decimal('500'), at: 1, overdue: true }] };
    assert.equal(first(overdue, '0.5'), `DANGER: ${says('term.debt-overdue')}`);
    assert.equal(first(overdue, '0.7'), says('preview.near-by-fall', 'DANGER', '5.0%', 'margin call'));
    const { marginCall, liquidation, ...unlined } = loan;
    assert.ok(marginCall !== undefined && liquidation !== undefined);
    assert.equal(first(unlined, '0.96'), `DANGER: ${says('preview.no-estimate')}`);
    assert.equal(first(unlined, '0.9'), `WARNING: ${says('preview.no-estimate')}`);
  });

  it('says that a line is reached instead of leaving a minus sign to be overlooked', () => {
    const { detail } = shown(preview({ distanceNow: decimal('-0.02') }));
    assert.ok(detail.includes(estimated(toMarginCall, says('list.brackets', '−2.0%', says('term.reached')), '30.0%')), detail);
  });

  it('groups digits on the button but keeps every one', () => {
    assert.equal(english(actLabel('add', coinAmount(decimal('12345.678901'), 'USDT'))), 'Add 12,345.678901 USDT');
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

  const effect = (after: string, standing: string): string => says('preview.effect', `${row('LTV', '58.00%', after)} · ${standing}`);
  const unknown = says('line.unknown', says('preview.margin-call'));

  it('shows LTV now and after, and how far the margin call is then', () => {
    const left = says('line.to', '30.0%', says('preview.margin-call'));
    assert.deepEqual(estimate('add', 'BTC', '0.1'), [effect('51.56%', left), false]);
    assert.deepEqual(estimate('add', 'BTC', '0.1', { ...unlined, marginCall }), [effect('51.56%', left), false]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.1', { ...unlined, liquidation }), [
      effect('66.29%', `${unknown} · ${says('line.to', '20.8%', says('preview.liquidation'))}`),
      true,
    ]);
    assert.deepEqual(estimate('add', 'BTC', '0.1', unlined), [effect('51.56%', unknown), false]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.1', unlined), [effect('66.29%', unknown), true]);
  });

  it('cautions where the preview would refuse, with what would not be refused', () => {
    const [text, caution] = estimate('reduce', 'BTC', '0.2');
    assert.equal(caution, true);
    const refused = says('preview.refused', effect('77.34%', says('line.reached', says('preview.margin-call'))));
    const [, most = ''] = saysLike('amount.at-most', refused, /(0\.17\d+) BTC/).exec(text) ?? [];
    assert.deepEqual(
      estimate('reduce', 'BTC', most),
      [effect('73.74%', says('line.to', '0.0%', says('preview.margin-call'))), true],
      'not refused, but in danger',
    );
    assert.match(
      estimate('reduce', 'BTC', '0.3')[0],
      saysLike('preview.refused', effect('92.80%', says('line.reached', says('preview.liquidation')))),
    );
  });

  it('cautions above the safe maximum and names it', () => {
    const safest = safestMost(loan, 'BTC', decimal('0.17'), new Map())!;
    // 58 / 64.8912 of 0.8 BTC have to stay: 12 % below the margin call at 73.74 %.
    assert.match(safest, /^0\.08495/);
    assert.deepEqual(estimate('reduce', 'BTC', safest, loan, safest)[1], false, 'itself is safe');
    const near = effect('69.26%', says('line.to', '6.0%', says('preview.margin-call')));
    assert.deepEqual(estimate('reduce', 'BTC', '0.13', loan, safest), [
      says('preview.safe-maximum', near, `${safest} BTC`, '64.90%'),
      true,
    ]);
    const refused = says('preview.refused', effect('77.34%', says('line.reached', says('preview.margin-call'))));
    assert.deepEqual(estimate('reduce', 'BTC', '0.2', loan, safest), [says('amount.at-most', refused, `${safest} BTC`), true]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.13', loan, '0'), [says('preview.safe-maximum', near, '0 BTC', '64.90%'), true]);
    assert.deepEqual(estimate('reduce', 'BTC', '0.2', loan, '0'), [refused, true]);
    assert.deepEqual(estimate('add', 'BTC', '0.13', loan, '0')[1], false, 'what is added has no maximum of that kind');
  });

  it('fits into the two lines of the box', () => {
    const long = [estimate('reduce', 'BTC', '0.13', loan, '0.12345678'), estimate('reduce', 'BTC', '0.2', loan, '0.12345678')];
    for (const [text] of long) assert.ok(text.length <= 170, `${text.length.toString()} characters: ${text}`);
  });

  it('says so when it cannot be told, and cautions where that could hide a danger', () => {
    assert.deepEqual(estimate('add', 'DOT', '1'), [says('preview.effect-unknown', '58.00%'), false]);
    assert.equal(estimate('reduce', 'DOT', '1')[1], true);
    const blind: Loan = { id: loan.id, collateralValuation: 'adjusted', debts: loan.debts, collateral: loan.collateral };
    assert.equal(estimate('add', 'BTC', '1', blind)[0], says('preview.effect-unknown', 'unknown'));
  });
});
