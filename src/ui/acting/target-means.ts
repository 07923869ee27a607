import { compare, decimal, divide, greater, isPositive, lesser, multiply, one, sum, zero, type Decimal } from '../../core/decimal.ts';
import { flatRule, recoveredRule, type HaircutRule } from '../../core/haircut.ts';
import { collateralOf, type LoanModel } from '../../core/loan-model.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import type { AddableCoin, Means, PayableDebt, TakeableCoin } from '../../core/way.ts';
import type { AdjustableCoin } from '../../exchanges/exchange.ts';

/** More decimals than that no venue is known to want; how fine an amount it takes is not documented. */
const mostPlaces = 8;
/** USD that one step of an amount may be worth: nobody needs to be more exact than a hundredth of a cent. */
const finest = decimal('0.0001');

/** What a loan can be brought to a target with, as it was read. */
export interface Reading {
  readonly loan: Loan;
  readonly model: LoanModel;
  /** USD for one coin. */
  readonly prices: ReadonlyMap<string, Decimal>;
  /** What collateral has to do: `add` brings LTV down. */
  readonly direction: Direction;
  /** The coins that can be added or taken, with what limits them. */
  readonly coins: readonly AdjustableCoin[];
  /** Absent when it could not be read: then nothing is known about repaying. */
  readonly wallet?: readonly WalletCoin[];
}

/** A coin that cannot be reckoned with. */
export interface Unusable {
  readonly coin: string;
  /** Its amount or its price is not known. */
  readonly lacks: 'amount' | 'price';
}

export interface Usable {
  readonly means: Means;
  /** Coins whose own haircut is not known, so that the average of the loan stands for it. */
  readonly assumed: ReadonlySet<string>;
  readonly unusable: readonly Unusable[];
}

/** How many decimals of a coin are worth writing, at most 8. */
export function usefulPlaces(price: Decimal): number {
  let step = price;
  for (let places = 0; places < mostPlaces; places += 1) {
    if (compare(step, finest) <= 0) return places;
    step = multiply(step, decimal('0.1'));
  }
  return mostPlaces;
}

/** What the solver may use: coins with a limit and a price, and how the venue values each. */
export function usableOf(reading: Reading): Usable {
  const { model, prices, direction, coins } = reading;
  const addable: AddableCoin[] = [];
  const takeable: TakeableCoin[] = [];
  const unusable: Unusable[] = [];
  const assumed = new Set<string>();
  for (const { coin, limit } of coins) {
    const price = prices.get(coin);
    if (limit === undefined) unusable.push({ coin, lacks: 'amount' });
    else if (price === undefined || !isPositive(price)) unusable.push({ coin, lacks: 'price' });
    else {
      const most = greater(limit, zero);
      const places = usefulPlaces(price);
      const { rule, isAssumed } = ruleFor(reading, coin);
      if (isAssumed) assumed.add(coin);
      if (direction === 'add') addable.push({ coin, available: most, price, rule, places });
      else takeable.push({ coin, limit: most, places });
    }
  }
  return { means: { addable, takeable, payable: direction === 'add' ? payable(reading, model) : [] }, assumed, unusable };
}

function ruleFor({ loan, model }: Reading, coin: string): { readonly rule: HaircutRule; readonly isAssumed: boolean } {
  const pledged = model.collateral.find((held) => held.coin === coin);
  if (pledged !== undefined) return { rule: pledged.rule, isAssumed: model.haircuts === 'averaged' };
  if (loan.collateralValuation === 'raw') return { rule: flatRule(one), isAssumed: false };
  const published = loan.haircuts?.[coin];
  return published === undefined ? { rule: averageRule(model), isAssumed: true } : { rule: published, isAssumed: false };
}

/** At most 1: an average above it means that the venue values the loan higher than these prices do. */
function averageRule(model: LoanModel): HaircutRule {
  const raw = sum(model.collateral.map(({ amount, price }) => multiply(amount, price)));
  const rate = recoveredRule(collateralOf(model), raw)?.tiers[0]?.rate ?? zero;
  return flatRule(lesser(rate, one));
}

function payable({ wallet }: Reading, { debts }: LoanModel): readonly PayableDebt[] {
  if (wallet === undefined) return [];
  return debts
    .filter(({ amount }) => isPositive(amount))
    .map(({ coin, price }) => ({
      coin,
      available: divide(greater(wallet.find((held) => held.coin === coin)?.amount ?? zero, zero), one, mostPlaces, 'down'),
      places: usefulPlaces(price),
    }));
}
