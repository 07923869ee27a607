import fc from 'fast-check';
import { compare, decimal, divide, isPositive, multiply, type Decimal } from '../../../src/core/decimal.ts';
import { collateralOf, debtOf, type LoanModel, type Pledge, type Stake } from '../../../src/core/risk/loan-model.ts';
import type { Loan, HaircutRule } from '../../../src/core/model.ts';

/** Random loans for properties. All figures are decimal text of at most 8 decimals. */
const fixed = (units: bigint, places: number): Decimal => {
  const digits = units.toString().padStart(places + 1, '0');
  return decimal(`${digits.slice(0, -places)}.${digits.slice(-places)}`);
};

export const anAmount = fc.bigInt({ min: 10n ** 6n, max: 10n ** 13n }).map((units) => fixed(units, 8));
export const aPrice = fc.bigInt({ min: 10n ** 4n, max: 10n ** 10n }).map((units) => fixed(units, 4));
const aRate = fc.integer({ min: 1, max: 100 }).map((percent) => fixed(BigInt(percent), 2));

/** Up to six brackets with falling rates; the last may or may not have an end. */
export const aRule: fc.Arbitrary<HaircutRule> = fc
  .record({
    by: fc.constantFrom('value' as const, 'amount' as const),
    widths: fc.array(fc.bigInt({ min: 1n, max: 10n ** 8n }), { minLength: 1, maxLength: 6 }),
    rates: fc.array(aRate, { minLength: 6, maxLength: 6 }),
    endless: fc.boolean(),
  })
  .map(({ by, widths, rates, endless }) => {
    const falling = [...rates].sort((a, b) => Number(b) - Number(a));
    let end = 0n;
    const tiers = widths.map((width, index) => {
      end += width;
      const last = index === widths.length - 1;
      return { ...(last && endless ? {} : { upTo: fixed(end * 100n, 2) }), rate: falling[index]! };
    });
    return { by, tiers };
  });

const names = ['BTC', 'ETH', 'SOL', 'DOT', 'USDC', 'STX'];

const pledges = (coins: readonly string[]): fc.Arbitrary<readonly Pledge[]> =>
  fc.tuple(...coins.map((coin) => fc.record({ coin: fc.constant(coin), amount: anAmount, price: aPrice, rule: aRule })));

const stakes = (coins: readonly string[]): fc.Arbitrary<readonly Stake[]> =>
  fc.tuple(...coins.map((coin) => fc.record({ coin: fc.constant(coin), amount: anAmount, price: aPrice })));

/** Coins keep one price on both sides; the model is its own anchor. */
export const aModel: fc.Arbitrary<LoanModel> = fc
  .tuple(fc.subarray(names, { minLength: 1, maxLength: 4 }), fc.subarray(['USDT', 'BTC', 'ETH'], { minLength: 1, maxLength: 2 }))
  .chain(([held, owed]) => fc.tuple(pledges(held), stakes(owed), fc.integer({ min: 2, max: 120 })))
  .map(([collateral, owed, percent]) => {
    // Each debt has its part of what makes the loan's LTV about so many percent.
    const part = divide(multiply(collateralOf({ collateral }), fixed(BigInt(percent), 2)), decimal(owed.length.toString()), 8, 'up');
    const debts = owed.map((debt) => {
      const price = collateral.find(({ coin }) => coin === debt.coin)?.price ?? debt.price;
      return { ...debt, price, amount: divide(part, price, 8, 'up') };
    });
    return { collateral, debts, ltv: decimal('1'), correction: decimal('1'), haircuts: 'published' as const };
  })
  .filter((model) => isPositive(collateralOf(model)))
  .map((model) => ({ ...model, ltv: divide(debtOf(model), collateralOf(model), 8, 'up') }))
  // A loan that a venue could have: what is owed and what is pledged are of one size.
  .filter(({ ltv }) => compare(ltv, decimal('0.01')) >= 0 && compare(ltv, decimal('5')) <= 0);

/** What a venue would say of the model. */
export function loanOf(model: LoanModel): Loan {
  return {
    id: '1',
    ltv: model.ltv,
    debtUsd: debtOf(model),
    collateralUsd: collateralOf(model),
    collateralValuation: 'adjusted',
    debts: model.debts.map(({ coin, amount }) => ({ coin, amount })),
    collateral: model.collateral.map(({ coin, amount }) => ({ coin, amount })),
    haircuts: Object.fromEntries(model.collateral.map(({ coin, rule }) => [coin, rule])),
  };
}

export const pricesOf = (model: LoanModel): Map<string, Decimal> =>
  new Map([...model.debts, ...model.collateral].map(({ coin, price }) => [coin, price]));
