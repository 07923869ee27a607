import { compare, isPositive, lesser, multiply, round, type Decimal } from '../../core/decimal.ts';
import { estimateAfter, largestReduction } from '../../core/estimate.ts';
import { waysTo } from '../../core/target.ts';
import type { DeadEnd, Step, Way } from '../../core/way.ts';
import { usableOf, usefulPlaces, type Reading, type Unusable } from './target-means.ts';
import { safestMost } from './target-safe.ts';

/** Something to choose: one change, several, or a repayment. */
export interface Offer extends Pick<Way, 'steps' | 'usd' | 'ltv' | 'left'> {
  /** Why it does not lead all the way. Absent when it does. */
  readonly shortBy?: DeadEnd['reason'];
  /** A haircut in it is not the coin's own but the loan's average. */
  readonly assumed: boolean;
  /** It leaves less than our own cushion below the margin call. */
  readonly beyondSafe: boolean;
}

/** Something that leads nowhere at all. */
export interface Blocked {
  readonly act: Step['act'];
  readonly coin: string;
  readonly reason: DeadEnd['reason'] | Unusable['lacks'];
}

export interface Offers {
  readonly there: boolean;
  /** Those that lead there, then those that do not. */
  readonly offers: readonly Offer[];
  readonly blocked: readonly Blocked[];
}

/** Everything that can be offered to bring a loan to `target`, a fraction. All LTVs are estimates. */
export function offersFor(reading: Reading, target: Decimal): Offers {
  const { means, assumed, unusable } = usableOf(reading);
  const { ways, deadEnds, there } = waysTo(reading.model, target, means);
  const candidates: (readonly [Way, DeadEnd['reason'] | undefined])[] = [
    ...ways.map((way) => [way, undefined] as const),
    ...deadEnds.flatMap(({ nearest, reason }) => (nearest === undefined ? [] : [[nearest, reason] as const])),
  ];
  const blocked: Blocked[] = deadEnds
    .filter(({ nearest }) => nearest === undefined)
    .map(({ act, coin, reason }): Blocked => ({ act, coin, reason }));
  const offers: Offer[] = [];
  for (const [way, shortBy] of candidates) {
    const offer = offerOf(reading, target, way, shortBy, assumed);
    if (offer === undefined) blocked.push(...way.steps.map(({ act, coin }): Blocked => ({ act, coin, reason: 'limit' })));
    else offers.push(offer);
  }
  return {
    there,
    offers: [...offers.filter(({ shortBy }) => shortBy === undefined), ...offers.filter(({ shortBy }) => shortBy !== undefined)],
    blocked: [...blocked, ...unusable.map(({ coin, lacks }): Blocked => ({ act: reading.direction, coin, reason: lacks }))],
  };
}

function offerOf(
  reading: Reading,
  target: Decimal,
  way: Way,
  shortBy: DeadEnd['reason'] | undefined,
  assumed: ReadonlySet<string>,
): Offer | undefined {
  const careful = isAveragedTake(reading, way) ? carefulTake(reading, target, way, shortBy) : { way, shortBy };
  if (careful === undefined) return undefined;
  const { steps, usd, ltv, left } = careful.way;
  return {
    steps,
    usd,
    ltv,
    left,
    ...(careful.shortBy === undefined ? {} : { shortBy: careful.shortBy }),
    assumed: steps.some(({ act, coin }) => act !== 'repay' && assumed.has(coin)),
    beyondSafe: steps.some(({ act, coin, amount }) => act === 'reduce' && !isSafe(reading, coin, amount)),
  };
}

function isSafe({ loan, prices }: Reading, coin: string, amount: Decimal): boolean {
  const most = safestMost(loan, coin, amount, prices);
  return most !== undefined && compare(amount, most) <= 0;
}

const isAveragedTake = ({ model }: Reading, { steps }: Way): boolean =>
  model.haircuts === 'averaged' && steps.some(({ act }) => act === 'reduce');

/**
 * With an average haircut the coin that is taken may count for more than its share. The preview will reckon it in full then, and
 * so it is here: less is offered, and its LTV errs towards danger.
 */
function carefulTake(
  { loan, model, prices }: Reading,
  target: Decimal,
  way: Way,
  shortBy: DeadEnd['reason'] | undefined,
): { readonly way: Way; readonly shortBy: DeadEnd['reason'] | undefined } | undefined {
  const [step] = way.steps;
  const price = step === undefined ? undefined : prices.get(step.coin);
  if (step === undefined || price === undefined) return undefined;
  const most = largestReduction(loan, step.coin, prices, target);
  const pledged = model.collateral.find(({ coin }) => coin === step.coin)?.amount;
  if (most === undefined || pledged === undefined) return undefined;
  const amount = round(lesser(step.amount, most), usefulPlaces(price), 'down');
  const { ltv } = estimateAfter(loan, 'reduce', step.coin, amount, prices);
  if (!isPositive(amount) || ltv === undefined) return undefined;
  return {
    way: { ...way, steps: [{ ...step, amount }], usd: multiply(amount, price), ltv },
    // What was short by the average may reach the target when it counts in full; not where it ends because no more is pledged.
    shortBy: compare(most, step.amount) <= 0 && compare(most, pledged) < 0 ? undefined : shortBy,
  };
}
