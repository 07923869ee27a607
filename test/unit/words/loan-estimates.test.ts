import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import { flatRule } from '../../../src/core/risk/haircut.ts';
import type { Loan } from '../../../src/core/model.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { below, failure, line, loan, now, viewContext, snapshot, state, text } from '../views/samples.ts';
import { says, saysInTurn } from '../../texts.ts';

const prices = (some: Readonly<Record<string, string>>): Readonly<Record<string, Decimal>> =>
  Object.fromEntries(Object.entries(some).map(([coin, price]) => [coin, decimal(price)]));
const usual = prices({ BTC: '90000', ETH: '3000', USDT: '1' });

function entryOf(one: Loan, asOf = now - 1_000) {
  return loansOutline([state({ snapshot: snapshot({ loans: [one], asOf, prices: usual }) })], viewContext())[0]!.children![0]!;
}

const thresholdLines = (...args: Parameters<typeof entryOf>): readonly string[] =>
  below(entryOf(...args).children!.find(({ label }) => text(label) === 'Thresholds')!);
/** Behind margin call, liquidation, and the venue's liquidation price. */
const ours = (...args: Parameters<typeof entryOf>): readonly string[] => thresholdLines(...args).slice(3);

const { liquidationPrice, ...unpriced } = loan();
assert.ok(liquidationPrice !== undefined);

/** 0.5 BTC and 10 ETH at a discount of 10 %: 67,500. */
const mixed: Loan = {
  ...unpriced,
  ltv: decimal('0.6'),
  debts: [{ coin: 'USDT', amount: decimal('40500') }],
  debtUsd: decimal('40500'),
  collateral: [
    { coin: 'BTC', amount: decimal('0.5') },
    { coin: 'ETH', amount: decimal('10') },
  ],
  collateralUsd: decimal('67500'),
  haircuts: { BTC: flatRule(decimal('0.9')), ETH: flatRule(decimal('0.9')) },
};

describe('the estimates of a loan', () => {
  it('say at which price of its coin each line is reached, rounded towards the present price, as an estimate', () => {
    // 90,000 x 0.57421 / 0.7374 and / 0.8374, rounded up.
    assert.deepEqual(ours(unpriced), [
      `BTC | ${says('term.margin-call')} ≈ $70,082.59 (−22.1%) | ${says('term.liquidation')} ≈ $61,713.52 (−31.4%) | estimate`,
    ]);
  });

  it('name no price that no market gets to, in the tree as in the gauge', () => {
    // The table of ETH ends; what is pledged beyond its end counts nothing, so that a rise reaches the lines there at last.
    const pool: Loan = {
      ...unpriced,
      ltv: decimal('0.35'),
      debts: [{ coin: 'ETH', amount: decimal('3') }],
      debtUsd: decimal('9000'),
      collateral: [{ coin: 'ETH', amount: decimal('9.52380952') }],
      collateralUsd: decimal('25714.285704'),
      haircuts: { ETH: { by: 'value', tiers: [{ upTo: decimal('99999999999'), rate: decimal('0.9') }] } },
    };
    assert.deepEqual(ours(pool), [`ETH | ${says('position.not-reached')} | estimate`]);
    const { gauges } = gaugePage([state({ snapshot: snapshot({ loans: [pool], prices: usual }) })], viewContext(), text).state;
    assert.deepEqual(
      gauges[0]!.rows.find(({ label }) => label === 'Liquidation')?.lines.map(({ value }) => value),
      [`${says('loan.collateral-value')}: −58.2%`],
    );
  });

  it('leave the liquidation price to the venue where it gives one, first and unmarked', () => {
    assert.deepEqual(thresholdLines(loan()).slice(2), [
      `${says('term.liquidation-price')} | 60,000.5 BTC-USDT | from OKX`,
      `BTC | ${says('term.margin-call')} ≈ $70,082.59 (−22.1%) | estimate`,
    ]);
  });

  it('tell all coins together from each alone, and what a coin alone cannot reach', () => {
    assert.deepEqual(
      ours({ ...mixed, marginCall: { ltv: decimal('0.8'), source: 'venue' }, liquidation: { ltv: decimal('0.95'), source: 'venue' } }),
      [
        `${says('estimate.all-collateral')} | ${says('term.margin-call')} ≈ −25.0% | ${says('term.liquidation')} ≈ −36.8% | estimate`,
        // 40,500 of 50,625 that are needed: ETH counts for 27,000, BTC has to count for 23,625 instead of 40,500; what was cut off on the way is added.
        `BTC | ${says('term.margin-call')} ≈ $52,500.01 (−41.6%) | ${says('term.liquidation')} ≈ $34,736.85 (−61.4%) | estimate`,
        `ETH | ${says('term.margin-call')} ≈ $1,125 (−62.5%) | ${says('term.liquidation')} ≈ $236.8422 (−92.1%) | estimate`,
      ],
    );
    assert.equal(
      ours({ ...mixed, marginCall: { ltv: decimal('0.98'), source: 'venue' }, liquidation: { ltv: decimal('1.1'), source: 'venue' } })[2],
      `ETH | ${says('term.margin-call')} ≈ $91.83674 (−96.9%) | ${says('term.liquidation')}: ${says('position.not-reached')} | estimate`,
    );
  });

  it('tell how far a coin that is owed may rise', () => {
    const short: Loan = {
      ...unpriced,
      ltv: decimal('0.6'),
      debts: [{ coin: 'BTC', amount: decimal('0.5') }],
      collateral: [{ coin: 'USDT', amount: decimal('75000') }],
      collateralUsd: decimal('75000'),
      marginCall: { ltv: decimal('0.75'), source: 'venue' },
      liquidation: { ltv: decimal('0.9'), source: 'venue' },
    };
    assert.equal(
      ours(short).at(-1),
      `BTC (Debt) | ${says('term.margin-call')} ≈ $112,500 (+25.0%) | ${says('term.liquidation')} ≈ $135,000 (+50.0%) | estimate`,
    );
  });

  it('say so when they rest on an average of haircuts', () => {
    const { haircuts, ...averaged } = mixed;
    assert.ok(haircuts !== undefined);
    assert.match(ours(averaged)[0]!, saysInTurn(says('term.estimate-word'), says('estimate.average-haircut')));
  });

  it('say that a line is reached instead of a price', () => {
    const beyond = { ...unpriced, ltv: decimal('0.57421'), marginCall: { ltv: decimal('0.5'), source: 'venue' as const } };
    assert.match(
      ours(beyond)[0]!,
      saysInTurn(/^BTC \| /, says('line.reached', says('preview.margin-call')), ' | ', says('term.liquidation'), ' ≈ $'),
    );
  });

  it('stand in the tooltip too', () => {
    const details = entryOf(unpriced).details!();
    assert.deepEqual(
      details.lines.filter(({ label }) => text(label) === 'BTC').map(({ value }) => text(value)),
      [`${says('term.margin-call')} ≈ $70,082.59 (−22.1%), ${says('term.liquidation')} ≈ $61,713.52 (−31.4%) (estimate)`],
    );
  });

  it('are none without debt', () => {
    assert.deepEqual(ours({ ...unpriced, debts: [], debtUsd: decimal('0'), ltv: decimal('0') }), []);
  });

  it('are none of figures that are not current, which is said', () => {
    const note = `${says('estimate.none')} | ${says('estimate.stale')}`;
    assert.deepEqual(ours(unpriced, now - 5 * 60_000), [note]);
    assert.deepEqual(ours({ ...unpriced, keptFrom: now - 60_000 }), [note]);
    const broken = loansOutline(
      [state({ snapshot: snapshot({ loans: [unpriced], prices: usual }), failure: failure() })],
      viewContext(),
    )[0]!;
    assert.ok(
      broken
        .children!.flatMap(({ children = [] }) => children.flatMap((group) => group.children ?? []))
        .map(line)
        .includes(note),
    );
  });

  const { ltv, ...withoutLtv } = unpriced;
  const { collateralUsd, ...withoutValue } = unpriced;
  assert.ok(ltv !== undefined && collateralUsd !== undefined);
  for (const [why, one, known, expected] of [
    ['a price is missing', unpriced, prices({ USDT: '1' }), `${says('estimate.price-unknown')}: BTC`],
    ['no price is known', unpriced, undefined, `${says('estimate.price-unknown')}: BTC, USDT`],
    ['no LTV is given', withoutLtv, usual, says('term.ltv-unknown')],
    ['nothing tells what the collateral counts for', withoutValue, usual, `${says('term.collateral')}: ${says('term.value-unknown')}`],
    ['the LTV comes out otherwise', { ...mixed, ltv: decimal('0.5') }, usual, says('estimate.mismatch')],
  ] as const) {
    it(`are none where ${why}`, () => {
      const read = snapshot({ loans: [one], ...(known === undefined ? {} : { prices: known }) });
      const entry = loansOutline([state({ snapshot: read })], viewContext())[0]!.children![0]!;
      assert.equal(
        below(entry.children!.find(({ label }) => text(label) === 'Thresholds')!).at(-1),
        `${says('estimate.none')} | ${expected}`,
      );
    });
  }
});
