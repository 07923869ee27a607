import assert from 'node:assert/strict';
import { decimal as d } from '../../../src/core/decimal.ts';
import { english, type Message } from '../../../src/core/message.ts';
import { repay } from '../../../src/engine/ledger/kinds/repay.ts';
import type { RepayPreview } from '../../../src/engine/ledger/preview.ts';
import type { RepayChange, RepayReadiness } from '../../../src/exchanges/exchange.ts';
import { activitySections } from '../../../src/words/activity-facts.ts';
import { changeLabel, wordsOf } from '../../../src/words/kinds.ts';
import { outcomeText, resolveLines, type Reading } from '../../../src/words/outcome.ts';
import { liveEstimate } from '../../../src/words/collateral-preview.ts';
import { repayPreviewText, repayRemark } from '../../../src/words/repay-preview.ts';
import { says, saysLike } from '../../texts.ts';
import { loanOwing, readyToRepay, repayment, repayWrite } from '../engine/ledger/kinds/repay.ts';
import { account } from '../engine/ledger/support.ts';

const around = { venueName: 'OKX', siteLabel: 'OKX Global', demo: false, readAt: '12:00:00', age: 'just now', wallet: 'funding account' };
const textOf = (preview: RepayPreview): readonly string[] =>
  repayPreviewText(preview, around as never).lines.map((line) => (typeof line === 'string' ? line : english(line)));
const linesOf = (change: Partial<RepayChange> = {}, facts: Partial<RepayReadiness> = {}): readonly string[] =>
  textOf(repay.preview(account(), repayment(change), readyToRepay(facts), d('1')));
const has = (lines: readonly string[], id: string, ...args: readonly (string | RegExp | undefined)[]): boolean =>
  lines.some((line) => saysLike(id, ...args).test(line));
const all = { amount: d('40000'), all: true };

describe('the preview of a repayment in words', () => {
  it('says what interest costs only where the rate is known, and how an amount is split where the interest is', () => {
    const cost = [says('repay.interest-per-day'), undefined, undefined] as const;
    assert.ok(
      has(linesOf({ amount: d('20000') }, { rate: d('0.0876') }), 'list.colon', cost[0], saysLike('list.arrow', '9.6 USDT', '4.8 USDT')),
    );
    assert.ok(!linesOf().some((line) => line.includes(cost[0])));
    assert.ok(has(linesOf({}, { interest: d('12.5') }), 'repay.interest-first', '12.5 USDT', '87.5 USDT'));
    assert.ok(has(linesOf({ amount: d('10') }, { interest: d('12.5') }), 'repay.interest-first', '10 USDT', '0 USDT'));
    assert.ok(!has(linesOf(), 'repay.interest-first'));
    const dust = { debt: d('0.0022'), interest: d('0.0022'), places: 2 };
    assert.ok(
      has(linesOf({ amount: d('0.01'), all: true }, dust), 'repay.interest-first', '0.0022 USDT', '0 USDT'),
      'only interest is owed',
    );
  });

  it('says what of the coin is owed on other terms and stays owed, but for interest between two readings', () => {
    const beside = (total: string): readonly string[] => linesOf(all, { loan: loanOwing(total) });
    assert.ok(has(beside('55000'), 'repay.rest', '15,000 USDT'));
    for (const total of ['40000', '40000.02', '39999']) assert.ok(!has(beside(total), 'repay.rest'), total);
  });

  it('says what is released only where the loan is closed with it, and always that nothing takes it back', () => {
    assert.ok(has(linesOf(all), 'repay.releases', '0.8 BTC'));
    const unread = linesOf(all, { loan: loanOwing('40000', { collateral: [] }) });
    assert.ok(!has(unread, 'repay.releases', '') && has(unread, 'repay.closes'), 'what is pledged could not be read');
    const stays = readyToRepay();
    Reflect.deleteProperty(stays, 'closesWhenPaid');
    assert.ok(!has(textOf(repay.preview(account(), repayment(all), stays, d('1'))), 'repay.releases'));
    for (const lines of [linesOf(), linesOf(all)]) assert.ok(has(lines, 'repay.no-undo'));
    for (const [lines, isAll] of [
      [linesOf(all), true],
      [linesOf(), false],
    ] as const)
      assert.equal(has(lines, 'repay.dust', 'OKX'), isAll);
  });
});

describe('the preview of a repayment of all, rounded up to a coarse step', () => {
  const lines = (debt: string, amount: string, price: string | undefined): readonly string[] => {
    const facts = readyToRepay({ debt: d(debt), places: 2, loan: loanOwing(debt) });
    return textOf(repay.preview(account(), repayment({ amount: d(amount), all: true }), facts, price === undefined ? undefined : d(price)));
  };

  it('says what more than is owed goes out, where that is worth a dollar or its worth is unknown', () => {
    assert.ok(has(lines('0.0801', '0.09', '88000'), 'repay.excess', '0.0099 USDT'));
    assert.ok(has(lines('0.0801', '0.09', undefined), 'repay.excess', '0.0099 USDT'));
    assert.ok(!has(lines('2000.04016', '2000.05', '1'), 'repay.excess'));
    assert.ok(!has(lines('0.09', '0.09', undefined), 'repay.excess'));
  });
});

describe('the preview of a repayment beside a debt that could not be read', () => {
  it('estimates no LTV: it would be too low', () => {
    const facts = { ...readyToRepay(), owesMore: true } as const;
    const preview = repay.preview(account(), repayment(all), facts, d('1'));
    assert.deepEqual([preview.ltvNow, preview.ltvAfter, preview.distanceAfter], ['0.58', undefined, undefined]);
    assert.match(english(repayRemark('USDT', facts, d('100')).sentence), saysLike('preview.effect-unknown', '58.00%'));
  });
});

describe('the preview of repaying a fixed loan', () => {
  it('names it, and that it is repaid whole, with what is added by then', () => {
    const lines = linesOf(all, { contract: '571' });
    assert.ok(has(lines, 'repay.contract', '571') && !has(lines, 'repay.dust'));
    assert.ok(!has(linesOf(all), 'repay.contract'));
  });
});

describe('what an amount does, while it is typed', () => {
  it('shows no LTV that cannot be', () => {
    for (const ltv of ['0', '-0.1']) {
      const remark = repayRemark('USDT', readyToRepay({ loan: loanOwing('40000', { ltv: d(ltv) }) }), d('100'));
      assert.match(english(remark.sentence), saysLike('preview.effect-unknown', says('term.unknown')), ltv);
      const added = liveEstimate(loanOwing('40000', { ltv: d(ltv) }), 'add', 'BTC', d('0.1'), new Map());
      assert.match(english(added.sentence), saysLike('preview.effect-unknown', says('term.unknown')), ltv);
      const now = resolveLines(repayWrite(), { loan: loanOwing('40000', { ltv: d(ltv) }), rows: [] }, String).map((line) =>
        english(line as Message),
      );
      assert.ok(
        now.includes(says('kinds.now', `${says('kinds.owed', '40,000', 'USDT')}, ${says('term.ltv-is', says('term.unknown'))}`)),
        now.join(),
      );
    }
  });
});

describe('a repayment in words', () => {
  it('is called one, and done only with the exchange’s evidence', () => {
    assert.equal(english(changeLabel(repayment())), says('repay.of', '100 USDT', says('kinds.loan', '12345')));
    const proven = repayWrite({}, { state: 'effective', ltvAfter: d('0.5786'), evidence: { kind: 'history', id: '1001' } });
    assert.match(english(outcomeText(proven, 'OKX', false).sentence), saysLike('outcome.done-now', 'LTV', '57.86%', 'OKX'));
    assert.doesNotMatch(english(outcomeText(repayWrite(), 'OKX', false).sentence), /Done/);
  });

  it('shows in the log what was owed before, and the request with our id', () => {
    const [debt] = wordsOf(repayment()).baseline(repayWrite());
    assert.deepEqual([debt!.id, english(debt!.value as Message), debt!.copy], ['debt', '40,000 USDT', '40000']);
    const when = (at: number): string => at.toString();
    const style = { when, usd: String, ltv: String, price: String } as never;
    const facts = activitySections(repayWrite(), [repayWrite()], style).flatMap((section) => section.facts);
    assert.match(JSON.stringify(facts), /b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e/);
  });
});

describe('both readings of an unfinished repayment', () => {
  const text = (reading: Reading): string =>
    resolveLines(repayWrite({}, { state: 'unknown' }), reading, (at) => `t${at.toString()}`)
      .map((line) => (typeof line === 'string' ? line : english(line)))
      .join('\n');
  const read = (debt: string | undefined, total = debt ?? '0'): Reading => ({
    ...{ loan: loanOwing(total), rows: [] },
    ...(debt === undefined ? {} : { debt: d(debt) }),
  });

  it('say what the debt looks like, with some interest on top', () => {
    for (const debt of ['39900', '39900.9']) assert.match(text(read(debt)), saysLike('kinds.looks-executed'));
    for (const debt of ['40000', '40000.9']) assert.match(text(read(debt)), saysLike('kinds.looks-not-executed'));
    for (const debt of ['39950', '41000']) assert.match(text(read(debt)), saysLike('kinds.unclear'));
    assert.match(text({ loan: undefined, rows: [] }), saysLike('kinds.now', says('kinds.gone')));
  });

  it('judge by no other debt of the same coin: what is owed in another way stays out of it', () => {
    assert.match(text(read('39900', '40000')), saysLike('kinds.looks-executed'));
    for (const total of ['40000', '39900']) assert.match(text(read(undefined, total)), saysLike('kinds.unclear'));
    assert.match(text({ loan: loanOwing('40000', { debts: [] }), rows: [] }), saysLike('kinds.unclear'));
  });

  it('name as new no row of before, also where the history numbers its rows otherwise than the proof', () => {
    const at = Date.UTC(2026, 10, 20, 12);
    const repaid = (id: string, when: number) => ({ id, type: 'repaid', forced: false, coin: 'USDT', amount: d('100'), at: when });
    const rows = [repaid('repaid-1001', at + 1_000), repaid('repaid-1000', at - 3_600_000)];
    const record = repayWrite({}, { state: 'unknown', plannedAt: at, sentAt: at });
    const lines = resolveLines(record, { loan: loanOwing(), rows, debt: d('39900') }, (when) => `t${when.toString()}`);
    const told = lines.map((line) => (typeof line === 'string' ? line : english(line))).join('\n');
    assert.match(told, saysLike('kinds.history-since', '1'));
    assert.ok(told.includes(`t${(at + 1_000).toString()}`) && !told.includes(`t${(at - 3_600_000).toString()}`));
  });
});
