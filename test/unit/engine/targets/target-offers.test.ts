import assert from 'node:assert/strict';
import { compare, decimal } from '../../../../src/core/decimal.ts';
import { estimateAfter } from '../../../../src/core/risk/collateral-estimate.ts';
import { english } from '../../../../src/core/message.ts';
import { offersFor, usefulPlaces, type Offers } from '../../../../src/engine/targets/ltv-offers.ts';
import { stepsText } from '../../../../src/words/ltv-target.ts';
import { averaged, coin, prices, readingOf, recovered, single } from '../../words/target-loans.ts';
import { says } from '../../../texts.ts';

function inShort({ offers, blocked, there }: Offers): string[] {
  if (there) return ['there'];
  return [
    ...offers.map(({ steps, shortBy, assumed, beyondSafe }) =>
      [english(stepsText(steps)), shortBy, assumed ? 'assumed' : undefined, beyondSafe ? 'beyond safe' : undefined]
        .filter((part) => part !== undefined)
        .join(', '),
    ),
    ...blocked.map(({ act, coin: name, reason }) => `no ${act} ${name}: ${reason}`),
  ];
}

describe('what is offered to bring a loan to a target', () => {
  const wallet = [{ coin: 'USDT', amount: decimal('2000.123456789') }];

  it('is each coin by its own haircut, then repaying, then what is not enough, then what cannot be', () => {
    // To 40 % collateral must count for 18,000 more: 0.25 BTC at 0.9, or 6 ETH at 0.75; or 7,200 USDT are repaid.
    const coins = [coin('BTC', '0.3'), coin('ETH', '5.5'), coin('SHIB', '1'), coin('USDT', '0'), coin('DOGE', '5'), coin('SOL')];
    assert.deepEqual(inShort(offersFor(readingOf(single, 'add', coins, { wallet }), decimal('0.4'))), [
      'Add 0.25 BTC',
      'Add 5.5 ETH, wallet',
      'Add 1 SHIB, wallet, assumed',
      'Repay 2,000.1234 USDT, wallet',
      'no add USDT: wallet',
      'no add DOGE: price',
      'no add SOL: amount',
    ]);
    const rich = [{ coin: 'USDT', amount: decimal('8000') }];
    assert.deepEqual(inShort(offersFor(readingOf(single, 'add', [], { wallet: rich }), decimal('0.4'))), ['Repay 7,200 USDT']);
  });

  it('is a fixed contract whole or not at all, and of what is owed beside contracts no more than that', () => {
    // 36,000 USDT are owed, and 7,200 would do.
    const contract = (amount: string, id = '571') => ({ coin: 'USDT', amount: decimal(amount), at: 1, overdue: false, contract: id });
    const repayOffers = (held: string, ...due: readonly ReturnType<typeof contract>[]) => {
      const reading = readingOf({ ...single, due }, 'add', [], { wallet: [{ coin: 'USDT', amount: decimal(held) }] });
      return inShort(offersFor(reading, decimal('0.4')));
    };
    assert.deepEqual(repayOffers('50000', contract('36000')), ['Repay 36,000 USDT']);
    assert.deepEqual(repayOffers('35999', contract('36000')), ['no repay USDT: wallet'], 'no part of it');
    assert.deepEqual(repayOffers('50000', contract('20000'), contract('16000', '572')), [], 'which of them is not said');
    assert.deepEqual(repayOffers('50000', contract('28000')), ['Repay 7,200 USDT']);
    assert.deepEqual(repayOffers('50000', contract('31000')), ['Repay 5,000 USDT, debt'], 'only the flexible part');
    const { contract: _contract, ...older } = contract('36000');
    assert.deepEqual(repayOffers('50000', older as ReturnType<typeof contract>), ['Repay 7,200 USDT'], 'an old order has a date too');
  });

  it('is repaying with collateral where the exchange sells it, after all else, and never beyond its flexible part', () => {
    const reading = readingOf(single, 'add', [], { wallet: [{ coin: 'USDT', amount: decimal('8000') }] });
    const found = (more: object) => inShort(offersFor({ ...reading, ...more }, decimal('0.4')));
    assert.deepEqual(found({ sells: false }), ['Repay 7,200 USDT']);
    const [repay, ...sales] = found({ sells: true });
    assert.equal(repay, 'Repay 7,200 USDT');
    assert.ok(sales.length > 0 && sales.every((one) => /^Repay [\d,.]+ USDT with (BTC|ETH|USDC)$/.test(one)), sales.join('; '));
    const due = [{ coin: 'USDT', amount: decimal('35000'), at: 1, overdue: false, contract: '571' }];
    for (const one of found({ sells: true, loan: { ...single, due } })) assert.match(one, /^Repay 1,000 USDT( with \w+)?, debt$/);
  });

  it('says nothing of repaying when the wallet could not be read', () => {
    const { wallet: _wallet, ...reading } = readingOf(single, 'add', [coin('BTC', '0.3')]);
    assert.ok(_wallet !== undefined);
    assert.deepEqual(inShort(offersFor(reading, decimal('0.4'))), ['Add 0.25 BTC']);
  });

  it('is several coins where no single one is enough', () => {
    const coins = [coin('BTC', '0.2'), coin('ETH', '5')];
    assert.deepEqual(inShort(offersFor(readingOf(single, 'add', coins), decimal('0.4')))[0], 'Add 5 ETH + Add 0.04166667 BTC');
  });

  it('takes the average for a coin without a haircut of its own, and says so', () => {
    const coins = [coin('BTC', '0.3'), coin('ETH', '6')];
    assert.deepEqual(inShort(offersFor(readingOf(recovered, 'add', coins), decimal('0.4'))).slice(0, 2), [
      'Add 0.25 BTC',
      // At the 0.9 of BTC.
      'Add 5 ETH, assumed',
    ]);
    // Raw valuation has no haircuts at all.
    const raw = { ...recovered, ltv: decimal('0.45'), collateralUsd: decimal('80000'), collateralValuation: 'raw' as const };
    assert.deepEqual(inShort(offersFor(readingOf(raw, 'add', coins), decimal('0.4'))).slice(0, 2), ['Add 0.125 BTC', 'Add 2.5 ETH']);
  });

  it('takes out no more than is released, and cautions where the loan would be close to the margin call', () => {
    // To 60 % collateral may count for 12,000 less: 0.16666666 BTC.
    const one = [coin('BTC', '0.3')];
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', one), decimal('0.6'))), [says('term.remove', '0.16666666 BTC')]);
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', one), decimal('0.7'))), [
      `${says('term.remove', '0.28571428 BTC')}, beyond safe`,
    ]);
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', one), decimal('0.69'))), [
      `${says('term.remove', '0.27536231 BTC')}, beyond safe`,
    ]);
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', one), decimal('0.66'))), [
      `${says('term.remove', '0.24242424 BTC')}, beyond safe`,
    ]);
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', one), decimal('0.659'))), [says('term.remove', '0.24127465 BTC')]);
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', one), decimal('0.74'))), [
      `${says('term.remove', '0.3 BTC')}, limit, beyond safe`,
    ]);
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', [coin('BTC', '0')]), decimal('0.6'))), ['no reduce BTC: limit']);
    assert.deepEqual(inShort(offersFor(readingOf(single, 'reduce', [coin('BTC')]), decimal('0.6'))), ['no reduce BTC: amount']);
  });

  it('counts what is taken in full where only an average is known, as the preview will', () => {
    // To 60 % collateral may count for 15,000 less. In full that is 0.1875 BTC, not the 0.25 of three quarters; a millionth of LTV is kept free.
    const { offers } = offersFor(readingOf(averaged, 'reduce', [coin('BTC', '1'), coin('ETH', '10')]), decimal('0.6'));
    assert.deepEqual(
      offers.map(({ steps }) => steps[0]!.amount),
      ['0.18749843', '3.74996874'],
    );
    for (const { steps, ltv, assumed, shortBy } of offers) {
      assert.equal(ltv, estimateAfter(averaged, 'reduce', steps[0]!.coin, steps[0]!.amount, prices).ltv);
      assert.ok(compare(ltv, decimal('0.6')) <= 0);
      assert.deepEqual([assumed, shortBy], [true, undefined]);
    }
    // What the average calls too little may be enough when it counts in full.
    assert.deepEqual(inShort(offersFor(readingOf(averaged, 'reduce', [coin('BTC', '0.2')]), decimal('0.6'))), [
      `${says('term.remove', '0.18749843 BTC')}, assumed`,
    ]);
    assert.deepEqual(inShort(offersFor(readingOf(averaged, 'reduce', [coin('BTC', '0.1')]), decimal('0.6'))), [
      `${says('term.remove', '0.1 BTC')}, limit, assumed`,
    ]);
  });

  it('does not call all that is pledged enough where even that leaves LTV below the target', () => {
    // Without the ETH 45,000 are owed on at least 50,000: 90 %, not 95 %.
    assert.deepEqual(inShort(offersFor(readingOf(averaged, 'reduce', [coin('ETH', '10')]), decimal('0.95'))), [
      `${says('term.remove', '10 ETH')}, limit, assumed, beyond safe`,
    ]);
  });

  it('is nothing at the target itself', () => {
    assert.deepEqual(inShort(offersFor(readingOf(single, 'add', [coin('BTC', '1')]), decimal('0.5'))), ['there']);
  });

  it('has no more decimals than a hundredth of a cent takes', () => {
    const table: [string, number][] = [
      ['80000', 8],
      ['4000', 8],
      ['10', 5],
      ['1', 4],
      ['0.00001', 0],
    ];
    for (const [price, places] of table) assert.equal(usefulPlaces(decimal(price)), places, price);
  });
});
