import { absolute, compare, decimalPlaces, divide, isPositive, multiply, one, subtract, zero, type Decimal } from '../decimal.ts';
import { collateralOf, debtOf, modelOf, mostDifference, type LoanModel, type ModelTrouble, type Stake } from './loan-model.ts';
import { distanceTo } from './ltv.ts';
import type { CoinAmount, Loan, Position } from '../model.ts';
import { distanceToLiquidation } from './position-model.ts';

/** Digits kept, or the venue's own where those are more. */
const places = 12;

/** USD for one coin; by `markKey` the mark price of an instrument, where it is told. */
export type Prices = ReadonlyMap<string, Decimal>;

/** No coin is called so. */
export const markKey = (instrument: string): string => `mark ${instrument}`;

/** A loan at prices newer than its reading. Always shown as an estimate. */
export interface LiveLoan {
  /** Fraction, rounded up. */
  readonly ltv: Decimal;
  /** As `distanceTo` has it; absent where the line is unknown. */
  readonly toMarginCall?: Decimal;
  readonly toLiquidation?: Decimal;
  /** Only the average haircut of several coins is known. */
  readonly averaged: boolean;
}

/** The same for an isolated position. */
export interface LivePosition {
  /** In the coin of the prices, rounded towards liquidation. */
  readonly markPrice: Decimal;
  /** To the venue's own liquidation price. */
  readonly distance: Decimal;
}

/** Why there is no estimate: as for a loan model; `contract` when the contract is not supported or one of its prices is unknown. */
export type NoLive = ModelTrouble | 'contract';

/**
 * The venue's LTV carried on to other prices: LTV x (debt now / debt then) x (collateral then / collateral now), in one exact fraction,
 * so that at unchanged prices it is the venue's figure itself. Haircut brackets are applied at both prices; for a single coin with
 * one rate they cancel out. The difference between the venue's definition and ours cancels out too, as long as it is a factor.
 * @param then the prices that were read together with the loan
 */
export function liveEstimate(loan: Loan, then: Prices, now: Prices): LiveLoan | NoLive {
  const model = modelOf(loan, then);
  if (typeof model === 'string') return model;
  const moved = atPrices(model, now);
  if (moved === undefined) return 'price';
  const ltv = carriedOn(model, moved);
  if (ltv === undefined) return 'definitions';
  const toMarginCall = distanceTo(loan.marginCall?.ltv, ltv);
  const toLiquidation = distanceTo(loan.liquidation?.ltv, ltv);
  return {
    ltv,
    ...(toMarginCall === undefined ? {} : { toMarginCall }),
    ...(toLiquidation === undefined ? {} : { toLiquidation }),
    averaged: model.haircuts === 'averaged',
  };
}

function carriedOn(model: LoanModel, moved: LoanModel): Decimal | undefined {
  const [owed, owedNow] = [debtOf(model), debtOf(moved)];
  const [held, heldNow] = [collateralOf(model), collateralOf(moved)];
  if (!isPositive(heldNow)) return undefined;
  if (!isPositive(owed)) return model.ltv;
  const digits = Math.max(places, decimalPlaces(model.ltv));
  return divide(multiply(multiply(model.ltv, owedNow), held), multiply(owed, heldNow), digits, 'up');
}

function atPrices(model: LoanModel, prices: Prices): LoanModel | undefined {
  const known = ({ coin }: Stake): boolean => isPositive(prices.get(coin) ?? zero);
  if (![...model.collateral, ...model.debts].every(known)) return undefined;
  const moved = <S extends Stake>(stake: S): S => ({ ...stake, price: prices.get(stake.coin) ?? stake.price });
  return { ...model, collateral: model.collateral.map(moved), debts: model.debts.map(moved) };
}

/**
 * The distance of an isolated position to the venue's own liquidation price, at the mark price that was told since. Without one, the mark price
 * is moved as the index price of the coin that is traded has moved against the coin the prices are in. Assumes that its premium over the index
 * stays.
 * @param then the prices that were read together with the position
 */
export function livePosition(position: Position, then: Prices, now: Prices): LivePosition | NoLive {
  const { baseCoin, priceCoin, contract, marginMode, markPrice, side } = position;
  if (marginMode !== 'isolated' || contract === 'other' || baseCoin === undefined || markPrice === undefined) return 'contract';
  const told = now.get(markKey(position.instrument));
  if (told !== undefined && isPositive(told)) {
    const distance = distanceToLiquidation({ ...position, markPrice: told });
    return distance === undefined ? 'contract' : { markPrice: told, distance };
  }
  const [base, baseNow] = [priceOf(baseCoin, then), priceOf(baseCoin, now)];
  const [quote, quoteNow] = [priceOf(priceCoin, then), priceOf(priceCoin, now)];
  if (base === undefined || baseNow === undefined || quote === undefined || quoteNow === undefined) return 'price';
  const [rise, by] = [multiply(multiply(markPrice, baseNow), quote), multiply(base, quoteNow)];
  const moved = divide(rise, by, Math.max(places, decimalPlaces(markPrice)), side === 'long' ? 'down' : 'up');
  // Not from the rounded price, because the distance is rounded itself.
  const line = position.liquidationPrice === undefined ? {} : { liquidationPrice: multiply(position.liquidationPrice, by) };
  const distance = distanceToLiquidation({ side, markPrice: rise, ...line });
  return distance === undefined ? 'contract' : { markPrice: moved, distance };
}

/** Inverse contracts have their prices in dollars. */
function priceOf(coin: string, prices: Prices): Decimal | undefined {
  if (coin === 'USD') return one;
  const price = prices.get(coin);
  return price !== undefined && isPositive(price) ? price : undefined;
}

/** How far our estimate was off when the venue's next figure came. */
export interface Measured {
  /** Our estimate minus the venue's figure. Fraction of LTV: 0.0002 is 0.02 points too high. */
  readonly off: Decimal;
  /** Off by more than 0.5 %: our calculation doesn't match the venue's. */
  readonly differs: boolean;
}

/**
 * Compares the earlier reading, carried on to the newer one's prices, with the venue's newer figure. It uses the newer reading's own prices,
 * because market moves in between are not errors of the calculation.
 * @returns undefined when amounts have changed, prices or LTV are missing, or nothing has moved
 */
export function measured(before: Loan, then: Prices, after: Loan, now: Prices): Measured | undefined {
  if (before.ltv === undefined || after.ltv === undefined || !isPositive(after.ltv)) return undefined;
  if (!sameAmounts(before.debts, after.debts) || !sameAmounts(before.collateral, after.collateral)) return undefined;
  const estimate = liveEstimate(before, then, now);
  if (typeof estimate === 'string') return undefined;
  if (compare(estimate.ltv, before.ltv) === 0 && compare(after.ltv, before.ltv) === 0) return undefined;
  const off = subtract(estimate.ltv, after.ltv);
  return { off, differs: compare(absolute(off), multiply(after.ltv, mostDifference)) > 0 };
}

function sameAmounts(before: readonly CoinAmount[], after: readonly CoinAmount[]): boolean {
  const amounts = new Map(after.map(({ coin, amount }) => [coin, amount]));
  return (
    before.length === after.length &&
    before.every(({ coin, amount }) => {
      const other = amounts.get(coin);
      return other !== undefined && compare(amount, other) === 0;
    })
  );
}
