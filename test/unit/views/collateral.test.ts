import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { WalletCoin } from '../../../src/core/model.ts';
import { collateralOutline } from '../../../src/views/collateral.ts';
import { account, below, btc, failure, line, now, viewContext, snapshot, state, text } from './samples.ts';
import { says } from '../../texts.ts';

const coin = (name: string, amount: string, change: Partial<WalletCoin> = {}): WalletCoin => ({
  coin: name,
  amount: decimal(amount),
  ...change,
});

describe('the Collateral view', () => {
  it('shows every coin with its exact amount, its value, and whether it can be pledged', () => {
    const wallet = [
      coin('DOGE', '5', { usd: decimal('1'), pledgeable: false }),
      coin('XYZ', '7'),
      coin('USDT', '63.9795959720319628', { usd: decimal('64.369'), pledgeable: true }),
      btc,
    ];
    const [group] = collateralOutline([state({ snapshot: snapshot({ wallet }) })], viewContext())[0]!.children!;
    assert.equal(line(group!), 'Wallet | Funding account');
    assert.deepEqual(below(group!), [
      `BTC | 1.7921483143067599 | $158,292.62 | ${says('collateral.accepted')}`,
      `USDT | 63.9795959720319628 | $64.36 | ${says('collateral.accepted')}`,
      `XYZ | 7 | ${says('term.value-unknown')} | ${says('collateral.unknown')}`,
      `DOGE | 5 | $1.00 | ${says('collateral.not-accepted')}`,
    ]);
    assert.equal(group!.children![0]!.copy, '1.7921483143067599');
    const shown = group!.children![0]!.details!().lines.map(({ label, value }) => `${text(label)}: ${text(value)}`);
    assert.deepEqual(shown.slice(0, 2), ['Available: 1.7921483143067599 BTC', 'Value: $158,292.62'], 'coins exact, dollars in cents');
  });

  it('adds up what can be pledged only when every value is known', () => {
    const group = (wallet: WalletCoin[]): string =>
      line(collateralOutline([state({ snapshot: snapshot({ wallet }) })], viewContext())[0]!.children![0]!);
    assert.equal(
      group([btc, coin('DOGE', '5', { pledgeable: false })]),
      `Wallet | Funding account | $158,292.62 ${says('collateral.accepted')}`,
    );
    assert.equal(group([btc, coin('SOL', '5', { pledgeable: true })]), 'Wallet | Funding account');
    assert.equal(group([]), 'Wallet | Funding account | empty');
  });

  it('shows the age of amounts that are no longer current', () => {
    const old = state({ snapshot: snapshot({ asOf: now - 300_000 }), failure: failure() });
    const entries = collateralOutline([old], viewContext())[0]!.children!;
    assert.equal(line(entries[0]!), 'It went wrong.');
    assert.match(line(entries[1]!), /5 min ago$/);
  });

  it('shows an account that was never read with what could be borrowed there, and its trouble', () => {
    const [entry] = collateralOutline([{ account: account(), failure: failure(), reading: false }], viewContext());
    assert.deepEqual(below(entry!), ['It went wrong.', 'Borrowable']);
    assert.deepEqual(entry!.children![1]!.pages, { kind: 'borrowable', accountId: 'one', version: '' });
  });
});
