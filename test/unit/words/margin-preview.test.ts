import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../src/core/decimal.ts';
import { formatAmount } from '../../../src/core/format.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { Direction, Position } from '../../../src/core/model.ts';
import type { MarginPreview } from '../../../src/engine/ledger/ledger.ts';
import { marginActLabel, marginPreviewText } from '../../../src/words/margin-preview.ts';
import type { PreviewSurroundings } from '../../../src/words/collateral-preview.ts';
import { holds } from '../property.ts';
import { blind, marginChange, marginPreview, marginReadiness, mutedReadiness, positions } from './margin-records.ts';
import { account } from './records.ts';

const around: PreviewSurroundings = {
  venueName: 'OKX',
  siteLabel: msg('Global'),
  demo: false,
  wallet: msg('trading account'),
  readAt: '14:03:22',
  age: msg('just now'),
};

function shown(of: MarginPreview, with_: PreviewSurroundings = around): { title: string; detail: string; act: string } {
  const text = marginPreviewText(of, with_);
  return { title: english(text.title), detail: text.lines.map(english).join('\n'), act: english(text.act) };
}

const of = (position: Position, direction: Direction = 'add', amount = '10'): string =>
  shown(marginPreview(position, direction, amount)).detail;

describe('the preview before a change of margin', () => {
  it('names venue, account, position, act, amount, wallet, and every figure now and after', () => {
    const { title, detail, act } = shown(marginPreview());
    assert.equal(title, 'LIVE: add 10 USDT to the margin of BTC-USDT-SWAP long?');
    assert.equal(act, 'Add 10 USDT to BTC-USDT-SWAP long');
    assert.deepEqual(detail.split('\n'), [
      'LIVE account: REAL MONEY moves. It is sent once, and this extension cannot call it back.',
      'Exchange: OKX, Global',
      'Account: Main',
      'Position: BTC-USDT-SWAP long, isolated',
      'Act: add margin',
      'Amount: 10 USDT',
      'From: trading account',
      'Margin: 100 USDT now → 110 USDT after',
      'Leverage: 10× set; in fact 10× now → 9.1× after (estimate)',
      'Liquidation price: 45,200 USDT now → 44,700 USDT after (estimate; the figure of the exchange itself follows)',
      'Distance to liquidation: 9.6% now → 10.6% after (estimate)',
      'Mark price: 50,000 USDT',
      'Wallet: 250.123456 USDT now → 240.123456 USDT after',
      'Available to add: 250.123456 USDT',
      'Can be taken out: 33.33339 USDT, says OKX. No recommendation.',
      'Figures read at 14:03:22 (just now).',
    ]);
  });

  it('says of taking out where it goes and what it brings, and of the short side that it is the short one', () => {
    const { title, detail, act } = shown(marginPreview(positions.short, 'reduce'));
    assert.equal(title, 'LIVE: take 10 USDT out of the margin of BTC-USDT-SWAP short?');
    assert.equal(act, 'Take 10 USDT out of BTC-USDT-SWAP short');
    assert.match(
      detail,
      /^Position: BTC-USDT-SWAP short, isolated\. Its other side is a position of its own and is not touched \(hedge mode\)\.$/m,
    );
    assert.match(detail, /^Act: take margin out$/m);
    assert.match(detail, /^To: trading account$/m);
    assert.match(detail, /^Margin: 100 USDT now → 90 USDT after$/m);
    // 54,800 - 10 / 0.02, where the plain move is the careful one.
    assert.match(detail, /^Liquidation price: 54,800 USDT now → 54,300 USDT after/m);
    assert.match(detail, /^CAUTION: taking margin out brings liquidation nearer\.$/m);
    assert.match(detail, /^WARNING: after this, a rise of the mark price by 8\.6% brings liquidation/);
    assert.doesNotMatch(detail, /^From:|long/m);
  });

  it('is in the coins of the contract', () => {
    const inverse = of(positions.inverse, 'add', '0.001');
    assert.match(inverse, /^Margin: 0\.002 BTC now → 0\.003 BTC after$/m);
    // 1 / (1 / 45,000 + 0.001 / (1,000 x 1.005)), with a maintenance margin of 0.5 % of the value.
    assert.match(inverse, /^Liquidation price: 45,000 USD now → 43,071\.43 USD after/m);
    const borrowed = of(positions.borrowed, 'add', '0.0001');
    assert.match(borrowed, /^Margin: 0\.000317654 BTC now → 0\.000417654 BTC after$/m);
    assert.match(borrowed, /^Liquidation price: 53,615\.45 USDT now → 50,940\.48 USDT after/m);
    assert.match(borrowed, /^Mark price: 62,891\.9 USDT$/m);
  });

  it('says whose figure the most that can be taken is, and when nobody knows it', () => {
    const with_ = (readiness: MarginPreview['readiness']): string =>
      shown(marginPreview(positions.long, 'add', '10', { readiness })).detail;
    assert.match(with_(mutedReadiness()), /^Can be taken out: unknown$/m);
    const ours = marginReadiness(positions.long, { reducible: { amount: decimal('5'), source: 'estimate' } });
    assert.match(with_(ours), /^Can be taken out: 5 USDT, by our own estimate\. No recommendation\.$/m);
  });

  it('tells simulated, demo and live apart in title and first line, and never calls simulated money real', () => {
    const simulated = shown(marginPreview(positions.long, 'add', '10', { account: { ...account, simulated: true } }));
    assert.match(simulated.title, /^SIMULATED: /);
    assert.match(simulated.detail, /^SIMULATED exchange: no real money moves\./);
    assert.doesNotMatch(simulated.detail, /LIVE|REAL MONEY/);
    const demo = shown(marginPreview(), { ...around, demo: true });
    assert.match(demo.title, /^DEMO: /);
    assert.match(demo.detail, /^DEMO trading/);
  });

  it('names the positions with cross margin that what is added may be taken from', () => {
    const cross = [msg('{0} short', 'SOL-USDT-SWAP')];
    const caution = /^CAUTION: SOL-USDT-SWAP short has cross margin\. What is added here may no longer stand behind it\.$/m;
    assert.match(shown(marginPreview(), { ...around, cross }).detail, caution);
    assert.doesNotMatch(shown(marginPreview(positions.long, 'reduce'), { ...around, cross }).detail, /has cross margin/);
  });

  it('says unknown where a figure is missing, and never that this is safe', () => {
    const detail = of(blind(positions.long));
    assert.match(detail, /^Margin: unknown now → unknown after$/m);
    assert.match(detail, /^Leverage in fact: unknown now → unknown after/m);
    assert.match(detail, /^Liquidation price: unknown now → unknown after/m);
    assert.match(detail, /^Distance to liquidation: unknown now → unknown after/m);
    assert.match(detail, /^Mark price: unknown$/m);
    assert.match(detail, /^CAUTION: the liquidation price after this cannot be estimated\.$/m);
  });

  it('says that no price would liquidate it any more where the margin covers all', () => {
    const detail = of(positions.long, 'add', '1000');
    assert.match(detail, /^Liquidation price: 45,200 USDT now → none after/m);
    assert.match(detail, /^Distance to liquidation: 9\.6% now → out of reach after/m);
    assert.doesNotMatch(detail, /CAUTION|WARNING|DANGER/);
  });

  it('warns when the position would stand near, at or beyond liquidation afterwards', () => {
    const after = (distance: string): string =>
      shown(marginPreview(positions.long, 'add', '10', { after: { liquidationPrice: decimal('45000'), distance: decimal(distance) } }))
        .detail;
    assert.doesNotMatch(after('0.1'), /CAUTION|WARNING|DANGER/);
    assert.match(after('0.0999'), /^WARNING: after this, a fall of the mark price by 9\.9% brings liquidation[^]*^LIVE account/m);
    assert.match(after('0.0499'), /^DANGER: after this, a fall of the mark price by 4\.9% brings liquidation/);
    assert.match(after('0'), /^DANGER: after this the position is at or beyond liquidation[^]*0\.0%, reached after/);
  });

  it('says what the exchange does to the position by itself', () => {
    const distress = { ...positions.long, distress: msg('Bybit is liquidating this position now.') };
    assert.match(of(distress), /^CAUTION: the exchange acts on this position by itself now\. Bybit is liquidating this position now\.$/m);
  });

  it('always names instrument, side, direction, exact amount and coin, in title, text and button', () => {
    const instrument = fc.stringMatching(/^[A-Z]{2,6}-?USDT?$/);
    const amount = fc.stringMatching(/^[1-9]\d{0,8}(\.\d{0,9}[1-9])?$/);
    const kinds = fc.constantFrom(...Object.values(positions));
    holds(
      fc.property(kinds, instrument, amount, fc.constantFrom<Direction>('add', 'reduce'), (kind, name, typed, direction) => {
        const position = { ...kind, instrument: name };
        const { title, detail, act } = shown(marginPreview(position, direction, typed));
        const exact = `${formatAmount(decimal(typed))} ${position.marginCoin}`;
        const other = position.side === 'long' ? 'short' : 'long';
        for (const text of [title, act]) {
          assert.ok(text.includes(`${name} ${position.side}`), text);
          assert.ok(new RegExp(`(^|: )${direction === 'add' ? 'add' : 'take'} `, 'i').test(text) && text.includes(` ${exact} `), text);
          assert.ok(!text.includes(` ${other}`), text);
        }
        assert.ok(detail.includes(`Position: ${name} ${position.side}, isolated`));
        assert.ok(detail.includes(direction === 'add' ? 'Act: add margin' : 'Act: take margin out'));
        assert.ok(detail.split('\n').includes(`Amount: ${exact}`));
      }),
    );
  });

  it('keeps every digit on the button', () => {
    assert.equal(
      english(marginActLabel(marginChange(positions.long, 'add', '12345.678901'))),
      'Add 12,345.678901 USDT to BTC-USDT-SWAP long',
    );
  });
});
