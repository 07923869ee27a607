import {
  add,
  amountOf,
  compare,
  decimal,
  decimalPlaces,
  divide,
  isNegative,
  isPositive,
  multiply,
  round,
  stepsIn,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../decimal.ts';
import { collateralOf, debtOf, withDebt, type LoanModel } from './loan-model.ts';

const hoursPerYear = decimal('8760');
const hoursPerDay = decimal('24');
/** Decimals to which a venue books interest. */
const bookedPlaces = 8;

/**
 * Interest of one hour, as a venue books it: debt x annual rate / 8760, rounded up at 8 decimals.
 * Source: interest-accrued of https://www.okx.com/docs-v5/en/#financial-product-flexible-loan-rest-api-get-accrued-interest, whose
 * sample (0.86599309 USDC at 0.41 a year) is 0.00004054.
 * @param debt in the coin
 * @param annualRate fraction: 0.41 is 41 %
 */
export function hourlyInterest(debt: Decimal, annualRate: Decimal): Decimal {
  if (!isPositive(debt) || isNegative(annualRate)) return zero;
  return divide(multiply(debt, annualRate), hoursPerYear, bookedPlaces, 'up');
}

/** What a debt costs per day at this rate, in its coin. Rounded up. */
export const dailyInterest = (debt: Decimal, annualRate: Decimal): Decimal => multiply(hourlyInterest(debt, annualRate), hoursPerDay);

/** A debt that grows hourly, in whole steps so that thousands of hours compute fast. */
interface Growing {
  steps: bigint;
  /** Decimals of a step. */
  readonly places: number;
  /** What an hour adds to it. */
  readonly perHour: (steps: bigint) => bigint;
}

/** Each hour adds `hourlyInterest` of what is owed then. */
function growing(debt: Decimal, annualRate: Decimal): Growing {
  const places = Math.max(bookedPlaces, decimalPlaces(debt));
  const steps = isPositive(debt) ? stepsIn(debt, places) : 0n;
  if (!isPositive(annualRate)) return { steps, places, perHour: () => 0n };
  const ratePlaces = decimalPlaces(annualRate);
  const rate = stepsIn(annualRate, ratePlaces);
  const finer = 10n ** BigInt(places - bookedPlaces);
  const divisor = 10n ** BigInt(ratePlaces) * BigInt(hoursPerYear) * finer;
  return { steps, places, perHour: (owed) => ((owed * rate + divisor - 1n) / divisor) * finer };
}

/**
 * How much a debt grows in this many hours at a constant rate. Each hour is booked as by `hourlyInterest` and bears interest from then on.
 * Source: Flexible-term Loan FAQ in OKX's help centre (an hour's interest is that of principal and interest accrued) and Introduction to Crypto
 * Loans in Bybit's (compounded hourly). Never less than the venue's.
 * @param debt in the coin
 * @param annualRate fraction: 0.41 is 41 %
 * @param hours whole, zero or more
 * @throws RangeError when they are not
 */
export function accrued(debt: Decimal, annualRate: Decimal, hours: number): Decimal {
  if (!Number.isSafeInteger(hours) || hours < 0) throw new RangeError(`not a number of hours: ${hours.toString()}`);
  const { steps, places, perHour } = growing(debt, annualRate);
  let owed = steps;
  for (let hour = 0; hour < hours; hour += 1) owed += perHour(owed);
  return amountOf(owed - steps, places);
}

/**
 * The loan after this many hours of interest, at constant prices and rates, with nothing repaid. `ltvOf` gives its estimated LTV.
 * @param annualRates by coin; every debt needs one
 * @returns undefined when one is not known
 */
export function afterInterest(model: LoanModel, annualRates: ReadonlyMap<string, Decimal>, hours: number): LoanModel | undefined {
  if (model.debts.some(({ coin, amount }) => isPositive(amount) && !annualRates.has(coin))) return undefined;
  return model.debts.reduce(
    (at, { coin, amount }) => withDebt(at, coin, add(amount, accrued(amount, annualRates.get(coin) ?? zero, hours))),
    model,
  );
}

/** Ten years; beyond that, hours are not computed one by one. */
const mostHours = 87_600n;

/**
 * Whole hours until interest alone carries LTV to `line`, at flat prices and rates, with interest on interest. Rounded down. Our
 * estimate; where it takes more than ten years, interest on interest is left out.
 * @param annualRates by coin; every debt needs one
 * @returns undefined when it never does, or when a rate is not known
 */
export function hoursUntil(model: LoanModel, line: Decimal, annualRates: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const perHour: Decimal[] = [];
  for (const { coin, amount, price } of model.debts) {
    const rate = annualRates.get(coin);
    if (!isPositive(amount)) continue;
    if (rate === undefined) return undefined;
    perHour.push(multiply(hourlyInterest(amount, rate), price));
  }
  // Both as the venue counts them, which is ours times the correction: nothing has to be divided before there are hours.
  const cost = multiply(sum(perHour), model.correction);
  const room = subtract(multiply(line, collateralOf(model)), multiply(debtOf(model), model.correction));
  if (compare(room, zero) <= 0) return zero;
  if (!isPositive(cost)) return undefined;
  // Each hour adds at least what the first one does, so this is an upper bound.
  const longest = divide(room, cost, 0, 'down');
  return hoursWithin(model, annualRates, room, stepsIn(longest, 0)) ?? longest;
}

/** The last hour, of up to `longest`, at which interest has cost no more than `room`, in USD as the venue counts them; undefined beyond ten years. */
function hoursWithin(model: LoanModel, annualRates: ReadonlyMap<string, Decimal>, room: Decimal, longest: bigint): Decimal | undefined {
  const debts = model.debts.map(({ coin, amount, price }) => ({
    ...growing(amount, annualRates.get(coin) ?? zero),
    price: multiply(price, model.correction),
  }));
  // One scale for all, so that the sum uses whole numbers only.
  const places = Math.max(decimalPlaces(room), ...debts.map((debt) => debt.places + decimalPlaces(debt.price)));
  const factors = debts.map(
    ({ price, places: own }) => stepsIn(price, decimalPlaces(price)) * 10n ** BigInt(places - own - decimalPlaces(price)),
  );
  let left = stepsIn(room, places);
  let hours = 0n;
  while (hours < longest) {
    if (hours >= mostHours) return undefined;
    debts.forEach((debt, index) => {
      const more = debt.perHour(debt.steps);
      debt.steps += more;
      left -= more * (factors[index] ?? 0n);
    });
    if (left < 0n) break;
    hours += 1n;
  }
  return amountOf(hours, 0);
}

/** 87 % a year. Our own judgement; a fraction of the debt per hour. */
const mostPerHour = decimal('0.0001');

/**
 * The most that interest can have added to a debt in this time, for telling it from anything else. At any moment one hour's may be booked, and
 * of the smallest debt that is a whole step.
 */
export function mostInterest(debt: Decimal, elapsedMs: number): Decimal {
  const hours = Math.floor(Math.max(0, elapsedMs) / 3_600_000) + 1;
  return multiply(round(multiply(debt, mostPerHour), bookedPlaces, 'up'), decimal(hours.toString()));
}

/**
 * Whether a venue may have booked so much for a repayment of all: from the debt as it was read up to what was sent, which is that debt rounded up, and
 * the interest that was added on the way.
 */
export const isWholeDebt = (booked: Decimal, debt: Decimal, sent: Decimal): boolean =>
  compare(booked, debt) >= 0 && compare(booked, add(sent, mostInterest(debt, 0))) <= 0;
