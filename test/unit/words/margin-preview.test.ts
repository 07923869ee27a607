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
import { says, saysLike } from '../../texts.ts';

const around: PreviewSurroundings = {
  venueName: 'OKX',
  siteLabel: msg('test', 'Global'),
  demo: false,
  wallet: msg('okx.trading-account', 'trading account'),
  readAt: '14:03:22',
  age: msg('time.just-now', 'just now'),
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
    assert.equal(title, says('margin-preview.add-margin', 'LIVE', '10', 'USDT', 'BTC-USDT-SWAP long'));
    assert.equal(act, 'Add 10 USDT to BTC-USDT-SWAP long');
    assert.deepEqual(detail.split('\n'), [
      says('preview.live-account-real'),
      'Exchange: OKX, Global',
      'Account: Main',
      says('margin-preview.position-isolated', 'BTC-USDT-SWAP long'),
      says('margin-preview.act-add-margin'),
      'Amount: 10 USDT',
      'From: trading account',
      says('margin-preview.margin-now-after', '100 USDT', '110 USDT'),
      says('margin-preview.leverage-set-fact', '10×', '10×', '9.1×'),
      says('margin-preview.liquidation-price-now', '45,200 USDT', '44,700 USDT'),
      says('preview.distance-liquidation-now-after', '9.6%', '10.6%'),
      says('margin-preview.mark-price', '50,000', 'USDT'),
      says('preview.wallet-now-after', '250.123456', 'USDT', '240.123456'),
      says('preview.available-add', '250.123456', 'USDT'),
      says('margin-preview.taken-out-says', '33.33339', 'USDT', 'OKX'),
      says('preview.figures-read', '14:03:22', says('time.just-now')),
    ]);
  });

  it('says of taking out where it goes and what it brings, and of the short side that it is the short one', () => {
    const { title, detail, act } = shown(marginPreview(positions.short, 'reduce'));
    assert.equal(title, says('margin-preview.take-out-margin', 'LIVE', '10', 'USDT', 'BTC-USDT-SWAP short'));
    assert.equal(act, says('margin-preview.take-out', '10', 'USDT', 'BTC-USDT-SWAP short'));
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
    assert.match(simulated.detail, saysLike('preview.simulated-exchange-no'));
    assert.doesNotMatch(simulated.detail, /LIVE|REAL MONEY/);
    const demo = shown(marginPreview(), { ...around, demo: true });
    assert.match(demo.title, /^DEMO: /);
    assert.match(demo.detail, saysLike('preview.demo-trading-exchange'));
  });

  it('names the positions with cross margin that what is added may be taken from', () => {
    const cross = [msg('kinds.short', '{0} short', 'SOL-USDT-SWAP')];
    const caution = /^CAUTION: SOL-USDT-SWAP short has cross margin\. What is added here may no longer stand behind it\.$/m;
    assert.match(shown(marginPreview(), { ...around, cross }).detail, caution);
    assert.doesNotMatch(
      shown(marginPreview(positions.long, 'reduce'), { ...around, cross }).detail,
      saysLike('margin-preview.caution-cross-margin'),
    );
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
    assert.match(detail, /^Distance to liquidation: 9\.6% now → not reached after/m);
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
    const distress = { ...positions.long, distress: msg('bybit.liquidating-position-now-2', 'Bybit is liquidating this position now.') };
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
        assert.ok(detail.includes(says('margin-preview.position-isolated', `${name} ${position.side}`)));
        assert.ok(detail.includes(direction === 'add' ? says('margin-preview.act-add-margin') : says('margin-preview.act-take-margin')));
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
