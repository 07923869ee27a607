import { absolute, compare, decimal, divide, isPositive, multiply, subtract, type Decimal } from '../../core/decimal.ts';
import type { Loan, Snapshot, TermChange } from '../../core/model.ts';
import { collateralValue } from '../../core/risk/haircut.ts';

const keptForMs = 24 * 60 * 60_000;
const keptAtMost = 20;
const places = 4;
/**
 * Borrow rates change all the time. A change is reported once it is this large: percentage points per year as a fraction, and relative to
 * the old rate.
 */
const rateStep = { points: decimal('0.01'), part: decimal('0.25') };

type Found = Omit<TermChange, 'loan' | 'noticed'>;

/**
 * Terms of loans that the venue changed since earlier readings, newest first, each listed for 24 hours, and the rates to compare the next
 * reading with. A term counts only if both readings contain it.
 * @param now milliseconds since the Unix epoch
 */
export function changedTerms(held: Snapshot, read: Snapshot, now: number): Pick<Snapshot, 'changed' | 'ratesFrom'> {
  const ratesFrom: Record<string, Readonly<Record<string, Decimal>>> = {};
  const fresh = read.loans.flatMap((loan) => {
    const before = held.loans.find(({ id }) => id === loan.id);
    if (before === undefined || loan.keptFrom !== undefined) return [];
    const rates = ratesOf(loan, { ...before.rates, ...held.ratesFrom?.[loan.id] });
    ratesFrom[loan.id] = rates.from;
    const found = [...linesOf(before, loan), ...tiersOf(before, loan, read.prices ?? {}), ...rates.found];
    return found.map((change): TermChange => ({ ...change, loan: loan.id, noticed: now }));
  });
  const earlier = (held.changed ?? [])
    // A time in the future comes from a wrong clock and would never expire.
    .map((change) => ({ ...change, noticed: Math.min(change.noticed, now) }))
    .filter(({ loan, noticed }) => now - noticed < keptForMs && read.loans.some(({ id }) => id === loan));
  const changed = [...fresh, ...earlier].slice(0, keptAtMost);
  return {
    ...(changed.length === 0 ? {} : { changed }),
    ...(Object.values(ratesFrom).every((rates) => Object.keys(rates).length === 0) ? {} : { ratesFrom }),
  };
}

function linesOf(before: Loan, after: Loan): readonly Found[] {
  return (['marginCall', 'liquidation'] as const).flatMap((what): readonly Found[] => {
    const [was, is] = [before[what], after[what]];
    // Only the venue's own thresholds can be changed by the venue; those from a table or the person are ignored.
    if (was?.source !== 'venue' || is?.source !== 'venue' || compare(was.ltv, is.ltv) === 0) return [];
    return [{ what, before: was.ltv, after: is.ltv, ...(compare(is.ltv, was.ltv) < 0 ? { worse: true } : {}) }];
  });
}

/** The share of a pledged amount that counts as collateral, by the published tiers before and after. */
function tiersOf(before: Loan, after: Loan, prices: NonNullable<Snapshot['prices']>): readonly Found[] {
  return after.collateral.flatMap(({ coin, amount }): readonly Found[] => {
    const [was, is, price] = [before.haircuts?.[coin], after.haircuts?.[coin], prices[coin]];
    if (was === undefined || is === undefined || was.recovered === true || is.recovered === true || price === undefined) return [];
    if (!isPositive(amount) || !isPositive(price)) return [];
    const raw = multiply(amount, price);
    const [counted, counts] = [was, is].map((rule) => divide(collateralValue(rule, amount, price), raw, places, 'half-up'));
    if (counted === undefined || counts === undefined || compare(counted, counts) === 0) return [];
    return [{ what: 'tiers', coin, before: counted, after: counts, ...(compare(counts, counted) < 0 ? { worse: true } : {}) }];
  });
}

function ratesOf(
  { rates = {} }: Loan,
  from: Readonly<Record<string, Decimal>>,
): { readonly found: readonly Found[]; readonly from: Readonly<Record<string, Decimal>> } {
  const found = Object.entries(rates).flatMap(([coin, after]): readonly Found[] => {
    const before = from[coin];
    return before !== undefined && isStep(before, after) ? [{ what: 'rate', coin, before, after }] : [];
  });
  const moved = (coin: string): boolean => found.some((one) => one.coin === coin);
  return {
    found,
    from: Object.fromEntries(Object.entries(rates).map(([coin, rate]) => [coin, moved(coin) ? rate : (from[coin] ?? rate)])),
  };
}

function isStep(before: Decimal, after: Decimal): boolean {
  const moved = absolute(subtract(after, before));
  return compare(moved, rateStep.points) >= 0 && compare(moved, multiply(before, rateStep.part)) >= 0;
}
