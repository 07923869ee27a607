import assert from 'node:assert/strict';
import { decimal as d } from '../../../src/core/decimal.ts';
import { english } from '../../../src/core/message.ts';
import type { Loan } from '../../../src/core/model.ts';
import { borrow } from '../../../src/engine/ledger/kinds/borrow.ts';
import type { BorrowChange, BorrowReadiness } from '../../../src/exchanges/exchange.ts';
import { borrowBounds, borrowPreviewText, borrowPrompt, borrowRemark } from '../../../src/words/borrow-preview.ts';
import { changeLabel, wordsOf } from '../../../src/words/kinds.ts';
import { outcomeText, resolveLines } from '../../../src/words/outcome.ts';
import type { Text } from '../../../src/words/text.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';
import { borrowing, borrowWrite, readyToBorrow } from '../engine/ledger/kinds/borrow.ts';
import { loanOwing } from '../engine/ledger/kinds/repay.ts';
import { account } from '../engine/ledger/support.ts';

const around = { venueName: 'OKX', siteLabel: 'OKX Global', demo: false, readAt: '12:00:00', age: 'just now', wallet: 'funding account' };
const plain = (text: Text): string => (typeof text === 'string' ? text : english(text));
const priced = (more: Readonly<Record<string, string>> = {}): ReadonlyMap<string, ReturnType<typeof d>> =>
  new Map(Object.entries({ USDT: '1', BTC: '88000', ...more }).map(([coin, price]) => [coin, d(price)]));
const ready = (facts: Partial<BorrowReadiness> = {}): BorrowReadiness => readyToBorrow({ prices: priced(), ...facts });
const preview = (change: Partial<BorrowChange> = {}, facts: Partial<BorrowReadiness> = {}) =>
  borrowPreviewText(borrow.preview(account(), borrowing(change), ready(facts), d('1')), around as never);
const linesOf = (change: Partial<BorrowChange> = {}, facts: Partial<BorrowReadiness> = {}): string =>
  preview(change, facts).lines.map(plain).join('\n');
const before = (facts: Partial<BorrowReadiness> = {}): string => plain(borrowPrompt(account(), 'USDT', ready(facts)));
const typed = (amount: string, facts: Partial<BorrowReadiness> = {}) => borrowRemark(account(), 'USDT', ready(facts), d(amount));
const several: Loan = loanOwing('40000', {
  collateral: [
    { coin: 'BTC', amount: d('0.6') },
    { coin: 'ETH', amount: d('5') },
  ],
});

describe('borrowing in words', () => {
  it('tells LTV, the price of the margin call, the most and the rate before anything is typed, and the effect while it is', () => {
    const price = /\$69,2\d\d\.\d/;
    assert.match(
      before(),
      saysInTurn('LTV 58.00%', saysLike('borrow.call-at', 'BTC', price), saysLike('borrow.up-to', '8,312.4137931 USDT'), '8.00%'),
    );
    const { sentence, caution } = typed('1000');
    assert.match(
      english(sentence),
      saysInTurn('58.00% → 59.45%', saysLike('borrow.call-at', 'BTC', /\$69,216\.17 → \$70,946\.57/), saysLike('borrow.per-day')),
    );
    assert.equal(caution, false);
    assert.equal(typed('8000').caution, true, 'near the margin call');
    assert.equal(english(typed('1', { owesMore: true }).sentence), says('preview.effect-unknown', '58.00%'));
  });

  it('says unknown what is unknown: rate, what is left, and the price of the margin call', () => {
    const { rate: _rate, room: _room, ...bare } = ready({ prices: new Map() });
    assert.match(
      plain(borrowPrompt(account(), 'USDT', bare)),
      saysInTurn(saysLike('list.colon', says('borrow.call-price'), says('term.unknown')), says('borrow.rate-unknown')),
    );
    const lines = borrowPreviewText(borrow.preview(account(), borrowing(), bare, d('1')), around as never).lines.map(plain);
    for (const label of ['repay.interest-per-day', 'borrow.left', 'borrow.call-price'])
      assert.ok(lines.includes(says('list.colon', says(label), says('term.unknown'))), label);
  });

  it('names a fall of all collateral where there are several coins, and a rise of what is owed', () => {
    const prices = priced({ ETH: '3260' });
    const lines = linesOf({ amount: d('1000') }, { loan: several, prices });
    assert.match(lines, saysInTurn(says('borrow.all-call-price'), /−2\d\.\d% → −1\d\.\d%/));
    assert.match(before({ loan: several, prices }), saysLike('borrow.call-at', says('borrow.all-collateral'), /−2\d\.\d%/));
    const stable = loanOwing('0.4', { debts: [{ coin: 'BTC', amount: d('0.4') }], collateral: [{ coin: 'USDC', amount: d('69000') }] });
    const owed = readyToBorrow({ loan: stable, debt: d('0.4'), prices: priced({ USDC: '1', BTC: '100000' }) });
    assert.match(plain(borrowPrompt(account(), 'BTC', owed)), saysLike('borrow.call-at', 'BTC', /\$12\d,\d{3}/));
  });

  it('previews what changes, costs, and what is left, and that nothing takes it back', () => {
    const lines = linesOf({ amount: d('4000') });
    for (const part of [
      says('term.by-estimate', says('list.colon', 'LTV', says('list.arrow', '58.00%', '63.80%'))),
      says('term.by-estimate', says('list.colon', says('repay.debt-with-interest'), says('list.arrow', '40,000 USDT', '44,000 USDT'))),
      says('borrow.lends', 'OKX', '20,000 USDT'),
      says('list.colon', says('borrow.left'), '1,000,000 USDT'),
      says('borrow.no-undo'),
      says('preview.live-account'),
    ])
      assert.ok(lines.split('\n').includes(part), `“${part}” in ${lines}`);
    assert.match(lines, saysInTurn(says('repay.interest-per-day'), '8.76', '9.64', '8.00%'));
    const { title, act, tone } = preview({ amount: d('8000') });
    assert.match(english(title), saysInTurn('LIVE', says('borrow.of', '8,000 USDT', says('kinds.loan', '12345'))));
    assert.deepEqual([english(act), tone, preview().tone], [says('borrow.label', '8,000 USDT'), 'alarming', 'cautious']);
  });

  it('has no amount where none may pass', () => {
    const bounds = (facts: Partial<BorrowReadiness>) => borrowBounds(account(), 'USDT', ready(facts));
    assert.deepEqual([bounds({}).limit, bounds({}).impossible], ['8312.4137931', undefined]);
    assert.equal(english(bounds({ limit: d('0') }).impossible!), says('borrow.nothing-now', 'USDT'));
    assert.equal(english(bounds({ owesMore: true }).impossible!), says('borrow.unclear'));
  });

  it('of a write tells what it is, what was owed, and which of both a reading fits', () => {
    const write = borrowWrite();
    assert.equal(english(changeLabel(write.change)), says('borrow.of', '100 USDT', says('kinds.loan', '12345')));
    assert.match(plain(wordsOf(write.change).before(write)), saysInTurn(says('kinds.owed', '40,000', 'USDT'), '58.00%'));
    const unknown = borrowWrite({}, { state: 'unknown' });
    assert.match(english(outcomeText(unknown, 'OKX', false).sentence), saysLike('outcome.unknown', 'OKX'));
    for (const [debt, id] of [
      ['40000', 'kinds.looks-not-executed'],
      ['40100', 'kinds.looks-executed'],
      ['40050', 'kinds.unclear'],
    ] as const) {
      const lines = resolveLines(unknown, { loan: loanOwing(debt), rows: [], debt: d(debt) }, () => '12:00')
        .map(plain)
        .join('\n');
      assert.match(lines, saysInTurn(says('kinds.owed', '40,100', 'USDT'), says(id)), debt);
    }
  });
});
