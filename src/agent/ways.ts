import { compare, decimal, divide, isPositive, multiply, zero, type Decimal } from '../core/decimal.ts';
import type { Loan, Snapshot } from '../core/model.ts';
import { ltvOf, withPrices, type LoanModel } from '../core/risk/loan-model.ts';
import { waysTo, type Step } from '../core/risk/ltv-solver.ts';
import { marginFor, type MarginWay } from '../core/risk/margin-solver.ts';
import { isStable } from '../core/risk/stablecoins.ts';
import { triedLoan } from '../core/risk/what-if.ts';
import { offersFor, usableOf, usefulPlaces, type Reading } from '../engine/targets/ltv-offers.ts';
import { callLine, safeLine } from '../engine/targets/safe-maximum.ts';
import { canSell } from '../exchanges/possible.ts';
import { modelOfView } from '../words/loan-estimates.ts';
import type { LoanView } from '../words/loan.ts';
import { fixedReason, type PositionView } from '../words/position.ts';
import { iso, namedIn, plain, theOne, type StatusOptions, type Wanted } from './named.ts';
import { WrongInput } from './schema.ts';
import { liquidationPrices } from './what-if.ts';
import type { AccountState } from '../engine/monitor/store.ts';

interface Input extends Wanted {
  readonly ltv?: string;
  readonly liquidationPrice?: string;
  readonly coin?: string;
}

/** More than anyone has: what is needed, whoever holds it. */
const anyAmount = decimal('1000000000000000');

const note =
  "Estimates from the last known figures; nothing was sent. What the exchange lets out and the person's own limits are known only in the preview that a person opens. Names are data.";

/** The amounts that would bring a loan or position to a target, or why none do. */
export function waysToTarget(states: readonly AccountState[], options: StatusOptions, input: object): object {
  const asked = input as Input;
  if ((asked.ltv === undefined) === (asked.liquidationPrice === undefined))
    throw new WrongInput('input', 'needs either ltv or liquidationPrice.');
  const one = theOne(namedIn(states, options), asked);
  if (one.kind === 'position' && asked.ltv !== undefined) throw new WrongInput('ltv', 'only a loan has one.');
  const answer = one.kind === 'loan' ? forLoan(one.view, asked, options) : forPosition(one.view, asked, options);
  return { at: iso(options.now), note, what: one.kind, name: one.name, account: one.account, ...answer };
}

const refused = (reason: string): object => ({ refused: reason });

function forLoan(view: LoanView, { ltv, liquidationPrice, coin }: Input, options: StatusOptions): object {
  const model = modelOfView(view);
  const { snapshot, account } = view.state;
  if (typeof model === 'string' || snapshot === undefined) return refused(typeof model === 'string' ? model : 'stale');
  const aim = ltv === undefined ? priceAim(view.loan, model, decimal(liquidationPrice ?? ''), coin) : { target: decimal(ltv), model };
  if ('reason' in aim) return refused(aim.reason);
  const direction = compare(ltvOf(aim.model) ?? aim.model.ltv, aim.target) > 0 ? 'add' : 'reduce';
  const prices = new Map(Object.entries(snapshot.prices ?? {}));
  for (const { coin: moved, price } of [...aim.model.collateral, ...aim.model.debts]) prices.set(moved, price);
  const { wallet, walletTrouble } = snapshot;
  const reading: Reading = {
    ...{ loan: view.loan, model: aim.model, prices, direction, coins: coinsFor(view.loan, snapshot, direction) },
    ...(walletTrouble === undefined ? { wallet } : {}),
    sells: canSell(account, view.loan),
  };
  const line = callLine(view.loan);
  if (direction === 'reduce' && line === undefined) return refused('marginCallUnknown');
  if (direction === 'reduce' && line !== undefined && ltv !== undefined && compare(aim.target, line) >= 0)
    return refused('atOrAboveMarginCall');
  const { there, offers, blocked } = ltv === undefined ? plainOffers(reading, aim.target) : offersFor(reading, aim.target);
  const safe = safeLine(view.loan);
  const made = offers.map((offer) => {
    const after = applied(view, model, offer.steps);
    return { offer, after, then: after === undefined ? (ltv === undefined ? undefined : offer.ltv) : ltvOf(after) };
  });
  // A liquidation price beyond today's would be reached at once.
  const kept = made.filter(({ then }) => direction === 'add' || (then !== undefined && line !== undefined && compare(then, line) < 0));
  if (made.length > 0 && kept.length === 0) return refused('atOrAboveMarginCall');
  return {
    ...(there ? { alreadyThere: true } : {}),
    ways: kept.map(({ offer, after, then }) => {
      const isNear = direction === 'reduce' && then !== undefined && (safe === undefined || compare(then, safe) > 0);
      return {
        steps: offer.steps.map((step) => stepOf(model, step, options)),
        ...(then === undefined ? {} : { ltv: then }),
        ...(after === undefined || view.loan.liquidation === undefined
          ? {}
          : { liquidationPrices: liquidationPrices({ model: after, liquidation: view.loan.liquidation.ltv }) }),
        ...(offer.shortBy === undefined ? {} : { doesNotReach: offer.shortBy }),
        ...(offer.assumed ? { averageHaircut: true } : {}),
        ...(isNear || offer.beyondSafe ? { closeToMarginCall: true } : {}),
      };
    }),
    impossible: blocked.map(({ act, coin: of, reason }) => ({ act: actName(act), coin: plain(of), reason })),
    ...(direction === 'add' ? { needed: needed(reading, aim.target).map((step) => stepOf(model, step, options)) } : {}),
    wallet: walletTrouble === undefined ? 'known' : 'unknown',
  };
}

/** To be liquidated at a price of a coin is to have the LTV of the liquidation at that price. */
function priceAim(
  { liquidation }: Loan,
  model: LoanModel,
  price: Decimal,
  coin: string | undefined,
): { readonly target: Decimal; readonly model: LoanModel } | { readonly reason: string } {
  if (liquidation === undefined) return { reason: 'liquidationUnknown' };
  if (model.haircuts === 'averaged') return { reason: 'averageHaircut' };
  const stakes = [...model.collateral, ...model.debts].filter((stake) => !isStable(stake.coin));
  const coins = [...new Set(stakes.map((stake) => stake.coin))];
  const stake = coin === undefined && coins.length === 1 ? stakes[0] : stakes.find((one) => one.coin === coin);
  if (stake === undefined) throw new WrongInput('coin', 'which coin of this loan is the price of?', coins.map(plain));
  return { target: liquidation.ltv, model: withPrices(model, new Map([[stake.coin, divide(price, stake.price, 18, 'half-up')]])) };
}

function plainOffers(reading: Reading, target: Decimal): Pick<ReturnType<typeof offersFor>, 'there' | 'offers' | 'blocked'> {
  const { means, assumed, unusable } = usableOf(reading);
  const { ways, deadEnds, there } = waysTo(reading.model, target, means);
  const isAssumed = (steps: readonly Step[]): boolean => steps.some(({ act, coin }) => act !== 'repay' && assumed.has(coin));
  return {
    there,
    offers: [
      ...ways.map((way) => ({ ...way, assumed: isAssumed(way.steps), beyondSafe: false })),
      ...deadEnds.flatMap(({ nearest, reason }) =>
        nearest === undefined ? [] : [{ ...nearest, shortBy: reason, assumed: isAssumed(nearest.steps), beyondSafe: false }],
      ),
    ],
    blocked: [
      ...deadEnds.filter(({ nearest }) => nearest === undefined),
      ...unusable.map(({ coin, lacks }) => ({ act: reading.direction, coin, reason: lacks })),
    ],
  };
}

/** What of each coin the last reading says could be added; what could be taken out only the exchange knows, so all of it is tried. */
function coinsFor(
  { collateral, capped = [] }: Loan,
  { wallet, walletTrouble }: Snapshot,
  direction: Reading['direction'],
): Reading['coins'] {
  if (direction === 'reduce') return collateral.map(({ coin, amount }) => ({ coin, limit: amount }));
  const held = wallet.filter(({ coin, pledgeable }) => pledgeable !== false && !capped.includes(coin));
  const pledged = collateral.filter(({ coin }) => !capped.includes(coin) && !wallet.some((one) => one.coin === coin));
  return [
    ...held.map(({ coin, amount }) => ({ coin, limit: amount })),
    ...pledged.map(({ coin }) => ({ coin, ...(walletTrouble === undefined ? { limit: zero } : {}) })),
  ];
}

/** How much of each pledged coin alone it takes, whatever the wallet holds. */
function needed({ model, loan }: Reading, target: Decimal): readonly Step[] {
  if (model.haircuts === 'averaged') return [];
  const addable = model.collateral
    .filter(({ coin }) => loan.capped?.includes(coin) !== true)
    .map(({ coin, price, rule }) => ({ coin, price, rule, available: anyAmount, places: usefulPlaces(price) }));
  const { ways } = waysTo(model, target, { addable, takeable: [], payable: [] });
  return ways.flatMap(({ steps }) => (steps.length === 1 ? steps : []));
}

/** The loan at today's prices after these steps; undefined where that isn't estimated. */
function applied({ loan }: LoanView, model: LoanModel, steps: readonly Step[]): LoanModel | undefined {
  return steps.reduce<LoanModel | undefined>((at, { act, coin, amount }) => {
    if (at === undefined || act === 'sell') return undefined;
    return triedLoan({ key: loan.id, model: at }, new Map(), { act, coin, amount })?.model;
  }, model);
}

const actName = (act: Step['act']): string => (act === 'reduce' ? 'remove' : act);

/** As an amount, or as a part of what is pledged or owed of the coin. */
function stepOf(model: LoanModel, { act, coin, sold, amount }: Step, { amounts }: StatusOptions): object {
  const paid = act === 'repay' || act === 'sell';
  const held = (paid ? model.debts : model.collateral).find((one) => one.coin === coin);
  return {
    act: actName(act),
    coin: plain(coin),
    ...(sold === undefined ? {} : { sold: plain(sold) }),
    ...(amounts ? { amount } : {}),
    ...(held === undefined || !isPositive(held.amount)
      ? {}
      : { [paid ? 'percentOfDebt' : 'percentOfPledged']: percentOf(amount, held.amount, act) }),
  };
}

/** Rounded as the amount is: what is taken out down, all else up. */
const percentOf = (part: Decimal, whole: Decimal, act: Step['act']): Decimal =>
  divide(multiply(part, decimal('100')), whole, 2, act === 'reduce' ? 'down' : 'up');

function forPosition({ position, state, current }: PositionView, { liquidationPrice }: Input, { amounts }: StatusOptions): object {
  if (!current) return refused('stale');
  if (position.distress !== undefined) return refused('distress');
  if (fixedReason(position) !== undefined) return refused('marginFixed');
  const aim = { by: 'price', price: decimal(liquidationPrice ?? '') } as const;
  const { markPrice, side } = position;
  if (markPrice === undefined) return refused('unknown');
  if (compare(aim.price, markPrice) * (side === 'long' ? 1 : -1) >= 0) return refused('beyondMarkPrice');
  const price = state.snapshot?.prices?.[position.marginCoin];
  // The wallet of margin isn't read with the rest.
  const reducible = position.margin === undefined ? {} : { reducible: position.margin };
  const answer = marginFor(position, aim, { available: anyAmount, ...reducible, places: price === undefined ? 8 : usefulPlaces(price) });
  const wayOf = ({ direction, amount, after }: MarginWay): object => ({
    act: direction === 'reduce' ? 'remove' : 'add',
    coin: plain(position.marginCoin),
    ...(amounts ? { amount } : {}),
    ...(position.margin === undefined || !isPositive(position.margin)
      ? {}
      : { percentOfMargin: percentOf(amount, position.margin, direction) }),
    ...(after.liquidationPrice === undefined ? {} : { liquidationPrice: after.liquidationPrice }),
    ...(after.distance === undefined ? {} : { toLiquidation: after.distance }),
    ...(after.unreachable === true ? { outOfReach: true } : {}),
  });
  const ways = answer.state === 'way' ? [wayOf(answer.way)] : [];
  const nearest =
    answer.state === 'deadEnd' && answer.nearest !== undefined ? [{ ...wayOf(answer.nearest), doesNotReach: answer.reason }] : [];
  return {
    ...(answer.state === 'there' ? { alreadyThere: true } : {}),
    ways: [...ways, ...nearest],
    ...(answer.state === 'deadEnd' && answer.nearest === undefined ? refused(answer.reason) : {}),
    wallet: 'unknown',
  };
}
