import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal } from '../../../src/core/decimal.ts';
import { formatAmount } from '../../../src/core/format.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { Direction, Position } from '../../../src/core/model.ts';
import type { MarginPreview } from '../../../src/engine/ledger/ledger.ts';
import { marginPreviewText } from '../../../src/words/margin-preview.ts';
import type { PreviewSurroundings } from '../../../src/words/collateral-preview.ts';
import { holds } from '../property.ts';
import { blind, marginPreview, marginReadiness, mutedReadiness, positions } from './margin-records.ts';
import { account } from './records.ts';
import { says, saysInTurn, saysLike } from '../../texts.ts';

const around: PreviewSurroundings = {
  venueName: 'OKX',
  siteLabel: 'OKX Global',
  demo: false,
  wallet: msg('okx.trading-account', 'trading account'),
  readAt: '14:03:22',
  age: msg('time.just-now', 'just now'),
};

function shown(of: MarginPreview, with_: PreviewSurroundings = around): { title: string; detail: string; act: string } {
  const text = marginPreviewText(of, with_);
  return {
    title: english(text.title),
    detail: text.lines.map((line) => (typeof line === 'string' ? line : english(line))).join('\n'),
    act: english(text.act),
  };
}

const row = (label: string, now: string, after: string): string => says('list.colon', label, says('list.arrow', now, after));
const wallet = says('list.brackets', says('collateral.wallet'), 'trading account');
const estimated = (label: string, now: string, after: string): string => says('term.by-estimate', row(label, now, after));
const price = says('term.liquidation-price');
const distance = says('line.distance', says('preview.liquidation'));
const leverage = says('term.effective-leverage');
const caution = (sentence: string): string => says('list.colon', says('preview.caution'), sentence);
const has = (detail: string, ...lines: readonly string[]): void => {
  for (const line of lines) assert.ok(detail.split('\n').includes(line), `“${line}” in ${detail}`);
};

const of = (position: Position, direction: Direction = 'add', amount = '10'): string =>
  shown(marginPreview(position, direction, amount)).detail;

describe('the preview before a change of margin', () => {
  it('names venue, account, position, act, amount, wallet, and every figure now and after', () => {
    const { title, detail, act } = shown(marginPreview());
    assert.equal(title, says('resolve.sure', says('list.colon', 'LIVE', says('term.add-to', '10 USDT', 'BTC-USDT-SWAP long'))));
    assert.equal(act, 'Add 10 USDT to BTC-USDT-SWAP long');
    assert.deepEqual(detail.split('\n'), [
      says('preview.near-by-fall', 'WARNING', '10.6%', 'liquidation'),
      estimated(price, '45,200 USDT', '44,700 USDT'),
      estimated(distance, '9.6%', '10.6%'),
      row('Margin', '100 USDT', '110 USDT'),
      '',
      says('preview.live-account'),
      'Main · OKX Global · LIVE',
      says('preview.route', '10 USDT', 'trading account', 'BTC-USDT-SWAP long'),
      row(wallet, '250.123456', '240.123456 USDT'),
      '',
      estimated(leverage, '10×', '9.1×'),
      'Mark price: 50,000 USDT',
      says('preview.updated', '14:03:22', says('time.just-now')),
    ]);
  });

  it('says of removing where it goes and what it brings, and of the short side that it is the short one', () => {
    const { title, detail, act } = shown(marginPreview(positions.short, 'reduce'));
    assert.equal(title, says('resolve.sure', says('list.colon', 'LIVE', says('term.remove-from', '10 USDT', 'BTC-USDT-SWAP short'))));
    assert.equal(act, says('term.remove-from', '10 USDT', 'BTC-USDT-SWAP short'));
    has(
      detail,
      says('preview.route', '10 USDT', 'BTC-USDT-SWAP short', 'trading account'),
      says('margin-preview.hedge'),
      row('Margin', '100 USDT', '90 USDT'),
      // 54,800 - 10 / 0.02, where the plain move is the careful one: nearer.
      estimated(price, '54,800 USDT', '54,300 USDT'),
      estimated(distance, '9.6%', '8.6%'),
      says('list.colon', says('margin-preview.removable'), says('list.brackets', '33.33339 USDT', 'OKX')),
    );
    assert.equal(detail.split('\n')[0], says('preview.near-by-rise', 'WARNING', '8.6%', 'liquidation'));
    assert.doesNotMatch(detail, /long/);
  });

  it('is in the coins of the contract', () => {
    has(
      of(positions.inverse, 'add', '0.001'),
      row('Margin', '0.002 BTC', '0.003 BTC'),
      // 1 / (1 / 45,000 + 0.001 / (1,000 x 1.005)), with a maintenance margin of 0.5 % of the value.
      estimated(price, '45,000 USD', '43,071.43 USD'),
    );
    has(
      of(positions.borrowed, 'add', '0.0001'),
      row('Margin', '0.000317654 BTC', '0.000417654 BTC'),
      estimated(price, '53,615.45 USDT', '50,940.48 USDT'),
      'Mark price: 62,891.9 USDT',
    );
  });

  it('says whose figure the most that can be removed is, and when it is unknown', () => {
    const with_ = (readiness: MarginPreview['readiness']): string =>
      shown(marginPreview(positions.long, 'reduce', '10', { readiness })).detail;
    has(with_(mutedReadiness()), says('list.colon', says('margin-preview.removable'), says('term.unknown')));
    const ours = marginReadiness(positions.long, { reducible: { amount: decimal('5'), source: 'estimate' } });
    has(with_(ours), says('list.colon', says('margin-preview.removable'), says('list.brackets', '5 USDT', says('term.estimate-word'))));
  });

  it('tells simulated, demo and live apart in title and place, and never calls simulated money real', () => {
    const simulated = shown(marginPreview(positions.long, 'add', '10', { account: { ...account, simulated: true } }));
    assert.match(simulated.title, /^SIMULATED: /);
    assert.match(simulated.detail, saysLike('preview.no-real-money', 'SIMULATED'));
    assert.doesNotMatch(simulated.detail, /LIVE|REAL MONEY/);
    const demo = shown(marginPreview(), { ...around, demo: true });
    assert.match(demo.title, /^DEMO: /);
    assert.match(demo.detail, saysLike('preview.no-real-money', 'DEMO'));
  });

  it('names the positions with cross margin that what is added may be taken from', () => {
    const cross = [msg('test', '{0} short', 'SOL-USDT-SWAP')];
    const lost = caution(says('margin-preview.cross', 'SOL-USDT-SWAP short'));
    const text = shown(marginPreview(positions.long, 'add', '100'), { ...around, cross });
    assert.equal(text.detail.split('\n')[0], lost);
    const near = shown(marginPreview(), { ...around, cross });
    assert.deepEqual(near.detail.split('\n').slice(0, 2), [says('preview.near-by-fall', 'WARNING', '10.6%', 'liquidation'), lost]);
    assert.equal(marginPreviewText(marginPreview(positions.long, 'add', '100'), { ...around, cross }).tone, 'cautious');
    assert.ok(!shown(marginPreview(positions.long, 'reduce'), { ...around, cross }).detail.includes(lost));
  });

  it('says unknown where a figure is missing, and never that this is safe', () => {
    const detail = of(blind(positions.long));
    has(
      detail,
      row('Margin', 'unknown', 'unknown'),
      estimated(leverage, 'unknown', 'unknown'),
      estimated(price, 'unknown', 'unknown'),
      estimated(distance, 'unknown', 'unknown'),
      'Mark price: unknown',
    );
    assert.equal(detail.split('\n')[0], caution(says('preview.no-estimate')));
    assert.equal(marginPreviewText(marginPreview(blind(positions.long)), around).tone, 'alarming');
  });

  it('says that no price would liquidate it any more where the margin covers all', () => {
    const detail = of(positions.long, 'add', '1000');
    has(detail, estimated(price, '45,200 USDT', 'none'), estimated(distance, '9.6%', says('position.not-reached')));
    assert.doesNotMatch(detail, /CAUTION|WARNING|DANGER/);
    assert.equal(marginPreviewText(marginPreview(positions.long, 'add', '1000'), around).tone, 'calm');
  });

  it('warns first when the position would stand near, at or beyond liquidation afterwards', () => {
    const after = (left: string): string =>
      shown(marginPreview(positions.long, 'add', '10', { after: { liquidationPrice: decimal('45000'), distance: decimal(left) } })).detail;
    assert.doesNotMatch(after('0.12'), /CAUTION|WARNING|DANGER/);
    assert.match(
      after('0.1199'),
      saysInTurn(says('preview.near-by-fall', 'WARNING', '11.9%', 'liquidation'), says('preview.live-account')),
    );
    assert.equal(after('0.05').split('\n')[0], says('preview.near-by-fall', 'WARNING', '5.0%', 'liquidation'));
    assert.equal(after('0.0499').split('\n')[0], says('preview.near-by-fall', 'DANGER', '4.9%', 'liquidation'));
    assert.match(
      after('0'),
      saysInTurn(says('preview.danger-reached', 'liquidation'), says('list.brackets', '0.0%', says('term.reached'))),
    );
  });

  it('says first what the exchange does to the position', () => {
    const distress = { ...positions.long, distress: msg('test', 'Bybit is liquidating it.') };
    assert.equal(of(distress).split('\n')[0], caution('Bybit is liquidating it.'));
    assert.equal(marginPreviewText(marginPreview(distress), around).tone, 'alarming');
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
          assert.ok(new RegExp(`(^|: )${direction === 'add' ? 'Add' : 'Remove'} `).test(text) && text.includes(` ${exact} `), text);
          assert.ok(!text.includes(` ${other}`), text);
        }
        const [from, to] =
          direction === 'add' ? ['trading account', `${name} ${position.side}`] : [`${name} ${position.side}`, 'trading account'];
        assert.ok(detail.split('\n').includes(says('preview.route', exact, from, to)));
      }),
    );
  });

  it('keeps every digit on the button', () => {
    assert.equal(shown(marginPreview(positions.long, 'add', '12345.678901')).act, 'Add 12,345.678901 USDT to BTC-USDT-SWAP long');
  });
});
